package content

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
)

const (
	// stageSize is what one transaction stages: whole chunks, below
	// driver.SoftSize with room for the keys.
	stageSize = 16 * chunkSize

	// maxSmall is the size up to which a content is put in one transaction.
	maxSmall = 14 * chunkSize
)

// A batch collects small contents for one transaction.
type batch struct {
	claim *Claim
	items []item
	bytes int // of data and, roughly, keys
}

type item struct {
	digest Digest
	data   []byte
}

func (b *batch) add(ctx context.Context, data []byte) (Content, error) {
	const overhead = 512 // header, content, reference, with room to spare
	cost := len(data) + overhead
	if b.bytes+cost > driver.SoftSize-2*overhead || len(b.items) == refGroup {
		if err := b.flush(ctx); err != nil {
			return Content{}, err
		}
	}
	content := Content{sha256.Sum256(data), int64(len(data))}
	b.items = append(b.items, item{content.Digest, data})
	b.bytes += cost
	return content, nil
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.items) == 0 {
		return nil
	}
	c := b.claim
	var added []Digest
	err := c.pool.update(ctx, func(w *work) error {
		if !w.again {
			added = added[:0]
		}
		for _, it := range b.items {
			isNew, err := w.putItem(it, c.ref)
			if err != nil {
				return err
			}
			if isNew {
				added = append(added, it.digest)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.added = append(c.added, added...)
	b.items, b.bytes = nil, 0
	return nil
}

func (w *work) putItem(it item, ref Ref) (isNew bool, err error) {
	m, ok, err := w.pool.readMeta(w.tx, it.digest)
	if err != nil {
		return false, err
	}
	if !ok {
		m = meta{w.newID(), int64(len(it.data)), chunkSize}
		if err := w.putChunks(m.id, 0, it.data); err != nil {
			return false, err
		}
		if err := w.add(it.digest, m); err != nil {
			return false, err
		}
	}
	return w.link(it.digest, m, ref)
}

// stage writes a large content piece by piece under an id that nobody knows,
// then makes it known. What a crash leaves behind has a staging record.
func (c *Claim) stage(ctx context.Context, src source) (content Content, err error) {
	if src.size/chunkSize >= 1<<32-1 {
		return Content{}, fmt.Errorf("content: %w: %d bytes", mapi.ErrTooBig, src.size)
	}
	id, err := c.beginStaging(ctx)
	defer func() { c.pool.setStaged(id, 0) }()
	if err != nil {
		return Content{}, err
	}
	content.Size = src.size
	var index int64
	err = src.pieces(ctx, func(digest Digest, piece []byte) error {
		if len(piece) == 0 {
			content.Digest = digest
			return nil
		}
		at := index
		index += (int64(len(piece)) + chunkSize - 1) / chunkSize
		return c.pool.update(ctx, func(w *work) error {
			if err := w.checkStaging(id); err != nil {
				return err
			}
			return w.putChunks(id, at, piece)
		})
	}, false)
	if err == nil {
		err = c.endStaging(ctx, id, content)
	}
	if err != nil {
		c.dropStaging(ctx, id)
		return Content{}, err
	}
	return content, nil
}

// beginStaging gives out an id, known to be in flight before it can be seen.
func (c *Claim) beginStaging(ctx context.Context) (id uint64, err error) {
	p := c.pool
	err = p.update(ctx, func(w *work) error {
		next := w.newID()
		p.setStaged(id, next)
		id = next
		return w.put(p.stagingKey(id), encodeTime(p.now()))
	})
	return id, err
}

// checkStaging makes sure that nobody swept the staging away: another process
// that does not know of it might.
func (w *work) checkStaging(id uint64) error {
	if b, err := w.tx.Get(w.pool.stagingKey(id)); err != nil || b != nil {
		return err
	}
	return fmt.Errorf("content: %w: staging %d was swept away", mapi.ErrUnableToComplete, id)
}

// endStaging makes what was staged the content, unless an equal one came first.
func (c *Claim) endStaging(ctx context.Context, id uint64, content Content) error {
	var isNew bool
	err := c.pool.update(ctx, func(w *work) error {
		m, ok, err := c.pool.readMeta(w.tx, content.Digest)
		switch {
		case err != nil:
			return err
		case ok && m.id == id: // this very step, repeated after an unknown outcome
		case ok:
			if err := w.dropStaging(id); err != nil {
				return err
			}
		default:
			m = meta{id, content.Size, chunkSize}
			if err := w.adopt(content.Digest, m); err != nil {
				return err
			}
		}
		linked, err := w.link(content.Digest, m, c.ref)
		isNew = linked || w.again && isNew
		return err
	})
	if err == nil && isNew {
		c.added = append(c.added, content.Digest)
	}
	return err
}

func (w *work) adopt(d Digest, m meta) error {
	if err := w.checkStaging(m.id); err != nil {
		return err
	}
	if err := w.tx.Delete(w.pool.stagingKey(m.id)); err != nil {
		return err
	}
	return w.add(d, m)
}

// dropStaging cleans up after an error. When that does not work either, Sweep
// does it later.
func (c *Claim) dropStaging(ctx context.Context, id uint64) {
	_ = c.pool.update(context.WithoutCancel(ctx), func(w *work) error {
		if b, err := w.tx.Get(c.pool.stagingKey(id)); err != nil || b == nil {
			return err // adopted after all, or swept
		}
		return w.dropStaging(id)
	})
}
