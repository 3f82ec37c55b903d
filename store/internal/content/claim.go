package content

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
)

// A Claim puts contents for one use of one object. From the call of
// [Pool.Claim] to Done, Sweep leaves alone what it put. It is used by one
// goroutine.
type Claim struct {
	pool  *Pool
	ref   Ref
	added []Digest // references that were not there before
	done  bool
}

// Claim begins the use of contents by ref.
func (p *Pool) Claim(ref Ref) *Claim {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claimed[ref]++
	return &Claim{pool: p, ref: ref}
}

// Done ends the claim: the mailbox mentions what was put, or never will.
// Calling it twice is no error.
func (c *Claim) Done() {
	if c.done {
		return
	}
	c.done = true
	p := c.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claimed[c.ref]--; p.claimed[c.ref] == 0 {
		delete(p.claimed, c.ref)
	}
}

// Abort ends the claim when the mailbox certainly does not mention what was
// put, and takes back the references that came with this claim. Without it they
// stay until Sweep.
func (c *Claim) Abort(ctx context.Context) error {
	defer c.Done()
	added := c.added
	c.added = nil
	return c.pool.Release(ctx, c.ref, added...)
}

// Put stores values, each a string, []byte, [mapi.Object] or [mapi.Stream],
// unless they are there already, and refers to them. The contents come in the
// order of the values. Small ones share transactions; of large ones no more
// than about 1 MiB is in memory at a time, but a Stream that is no
// [mapi.Digester] is read twice. A stream that is not as long as its Size says
// is [mapi.ErrCorruptData].
//
// After an error some of the values may have been put: call Abort.
func (c *Claim) Put(ctx context.Context, values ...mapi.Value) ([]Content, error) {
	known, err := c.linkKnown(ctx, values)
	if err != nil {
		return nil, err
	}
	contents := make([]Content, len(values))
	b := batch{claim: c}
	for i, v := range values {
		if content, ok := digested(v); ok && known {
			contents[i] = content
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if contents[i], err = c.put(ctx, &b, v); err != nil {
			return nil, err
		}
	}
	return contents, b.flush(ctx)
}

// linkKnown refers to the values whose digests are known, in one go when they
// are all in the pool: so it is when a message is saved again.
func (c *Claim) linkKnown(ctx context.Context, values []mapi.Value) (all bool, err error) {
	var contents []Content
	for _, v := range values {
		if content, ok := digested(v); ok {
			contents = append(contents, content)
		}
	}
	if len(contents) == 0 {
		return false, nil
	}
	return c.link(ctx, contents...)
}

// link is AddRef that says whether the contents are in the pool.
func (c *Claim) link(ctx context.Context, contents ...Content) (ok bool, err error) {
	err = c.AddRef(ctx, contents...)
	if errors.Is(err, mapi.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (c *Claim) put(ctx context.Context, b *batch, v mapi.Value) (Content, error) {
	src, err := sourceOf(v)
	if err != nil {
		return Content{}, err
	}
	content, known := digested(v)
	if known {
		if ok, err := c.link(ctx, content); ok || err != nil {
			return content, err
		}
	}
	if src.size <= maxSmall {
		data, err := src.read()
		if err != nil {
			return Content{}, err
		}
		return b.add(ctx, data)
	}
	if !known {
		return c.putLarge(ctx, src)
	}
	return c.stage(ctx, src)
}

// putLarge looks by digest before it writes: hashing is many times faster than
// writing, and a mail to a hundred recipients comes a hundred times.
func (c *Claim) putLarge(ctx context.Context, src source) (Content, error) {
	digest, err := src.hash(ctx)
	if err != nil {
		return Content{}, err
	}
	content := Content{digest, src.size}
	if ok, err := c.link(ctx, content); ok || err != nil {
		return content, err
	}
	return c.stage(ctx, src)
}

// AddRef refers to contents that are in the pool, as when a message is copied.
// It reports [mapi.ErrNotFound] when one is not; then none of its group of
// [refGroup] is referred to.
func (c *Claim) AddRef(ctx context.Context, contents ...Content) error {
	for group := range slices.Chunk(contents, refGroup) {
		var added []Digest
		err := c.pool.update(ctx, func(w *work) error {
			if !w.again {
				added = added[:0]
			}
			for _, content := range group {
				m, ok, err := c.pool.readMeta(w.tx, content.Digest)
				switch {
				case err != nil:
					return err
				case !ok || m.size != content.Size:
					return fmt.Errorf("content: %w: %v of %d bytes", mapi.ErrNotFound, content.Digest, content.Size)
				}
				isNew, err := w.link(content.Digest, m, c.ref)
				if err != nil {
					return err
				}
				if isNew {
					added = append(added, content.Digest)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		c.added = append(c.added, added...)
	}
	return nil
}

// How many references one transaction puts or removes.
const refGroup = 200

// Release lets go of contents, each of which is deleted with its last
// reference. References that are not there are no error.
func (p *Pool) Release(ctx context.Context, ref Ref, digests ...Digest) error {
	for group := range slices.Chunk(digests, releaseGroup) {
		err := p.update(ctx, func(w *work) error {
			for _, d := range group {
				if err := w.unlink(d, ref); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A content of few chunks is deleted key by key: so many fit into a transaction.
const releaseGroup = 50
