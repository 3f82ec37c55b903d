package content

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/okapi-mail/okapi/store/driver"
)

// CheckOptions say how thorough a check is. The zero value and nil mean the
// defaults.
type CheckOptions struct {
	// Deep reads every content and compares its hash. Otherwise chunks are
	// only counted.
	Deep bool

	// Ref is called with every reference, in the order of the digests, so that
	// the caller can compare with its messages. nil is allowed.
	Ref func(Content, Ref)
}

// Check looks for violations of what the pool promises and calls report for
// each, in one sentence. The error is that of r or of ctx: the check did not
// come to its end. Memory is one chunk and a bit per content.
func (p *Pool) Check(ctx context.Context, r driver.Reader, opts *CheckOptions, report func(problem string)) error {
	if opts == nil {
		opts = new(CheckOptions)
	}
	c := check{ctx: ctx, pool: p, r: r, opts: *opts, report: report, owned: make(idSet)}
	for _, step := range []func() error{c.header, c.contents, c.refs, c.stagings, c.chunks, c.totals} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type check struct {
	ctx    context.Context
	pool   *Pool
	r      driver.Reader
	opts   CheckOptions
	report func(string)

	head   header
	noHead bool  // the header is damaged
	sum    Stats // counted
	owned  idSet // ids of contents and stagings
}

func (c *check) problem(format string, args ...any) { c.report(fmt.Sprintf(format, args...)) }

// scan walks the records of one kind. Damaged ones are reported and left out.
func (c *check) scan(kind byte, visit func(key, value []byte) error) error {
	var failed error
	lo := c.pool.key(kind, 0)
	err := c.r.Scan(lo, driver.PrefixEnd(lo), false, func(key, sealed []byte) bool {
		if failed = c.ctx.Err(); failed != nil {
			return false
		}
		value, err := unseal(key, sealed)
		if err != nil {
			c.problem("%v", err)
			return true
		}
		failed = visit(key, value)
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}

func (c *check) header() (err error) {
	if c.head, err = c.pool.readHeader(c.r); err != nil {
		c.noHead = true
		c.problem("%v", err)
	}
	return nil
}

func (c *check) contents() error {
	return c.scan(kindContent, func(key, value []byte) error {
		d, ok := c.digest(key)
		if !ok {
			return nil
		}
		m, err := decodeMeta(key, value)
		if err != nil {
			c.problem("%v", err)
			return nil
		}
		c.sum.Contents++
		c.sum.Stored += m.size
		c.own(m.id)
		return c.content(d, m)
	})
}

func (c *check) digest(key []byte) (d Digest, ok bool) {
	b := key[len(c.pool.prefix)+1:]
	if len(b) != len(d) {
		c.problem("content key of %d bytes", len(b))
		return d, false
	}
	return Digest(b), true
}

func (c *check) own(id uint64) {
	if !c.owned.add(id) {
		c.problem("content id %d is in use twice", id)
	}
	if !c.noHead && id >= c.head.next {
		c.problem("content id %d is not below the next one, %d", id, c.head.next)
	}
}

// content checks that d has references and all its chunks.
func (c *check) content(d Digest, m meta) error {
	refs := c.pool.refsKey(d)
	used := false
	err := c.r.Scan(refs, driver.PrefixEnd(refs), false, func(_, _ []byte) bool {
		used = true
		return false
	})
	if err != nil {
		return err
	}
	if !used {
		c.problem("content %v has no reference", d)
	}
	if err := c.count(d, m); err != nil || !c.opts.Deep {
		return err
	}
	return c.bytes(d, m)
}

func (c *check) bytes(d Digest, m meta) error {
	sum := sha256.New()
	for i := range m.chunks() {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		chunk, err := c.pool.readChunk(c.r, m, i)
		if err != nil {
			c.problem("content %v: %v", d, err)
			return nil
		}
		sum.Write(chunk)
	}
	if Digest(sum.Sum(nil)) != d {
		c.problem("content %v does not hash to its digest", d)
	}
	return nil
}

func (c *check) count(d Digest, m meta) error {
	chunks := c.pool.chunksKey(m.id)
	var n int64
	err := c.r.Scan(chunks, driver.PrefixEnd(chunks), false, func(key, _ []byte) bool {
		if !bytes.Equal(key, c.pool.chunkKey(m.id, n)) {
			return false
		}
		n++
		return c.ctx.Err() == nil
	})
	if err == nil {
		err = c.ctx.Err()
	}
	if err == nil && n != m.chunks() {
		c.problem("content %v has %d chunks in sequence instead of %d", d, n, m.chunks())
	}
	return err
}

func (c *check) refs() error {
	var last Content
	known, seen := false, false
	return c.scan(kindRef, func(key, value []byte) error {
		d, ref, err := c.pool.parseRefKey(key)
		if err == nil {
			_, err = decodeTime(key, value)
		}
		if err != nil {
			c.problem("%v", err)
			return nil
		}
		if !seen || d != last.Digest {
			m, ok, err := c.pool.readMeta(c.r, d)
			known, seen = ok && err == nil, true
			last = Content{d, m.size}
			if err == nil && !ok {
				c.problem("references to content %v, which is missing", d)
			}
		}
		c.sum.Refs++
		if !known {
			return nil
		}
		c.sum.Referenced += last.Size
		if c.opts.Ref != nil {
			c.opts.Ref(last, ref)
		}
		return nil
	})
}

func (c *check) stagings() error {
	return c.scan(kindStaging, func(key, _ []byte) error {
		if b := key[len(c.pool.prefix)+1:]; len(b) == 8 {
			c.own(binary.BigEndian.Uint64(b))
		} else {
			c.problem("staging key of %d bytes", len(b))
		}
		return nil
	})
}

// chunks looks for chunks without an owner.
func (c *check) chunks() error {
	return c.eachID(func(id uint64) error {
		if !c.owned.has(id) {
			c.problem("chunks of content id %d, which nobody owns", id)
		}
		return nil
	})
}

// eachID walks the ids that have chunks, without walking the chunks.
func (c *check) eachID(visit func(id uint64) error) error {
	lo := c.pool.key(kindChunk, 0)
	hi := driver.PrefixEnd(lo)
	for bytes.Compare(lo, hi) < 0 {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		var rest []byte
		found := false
		err := c.r.Scan(lo, hi, false, func(key, _ []byte) bool {
			rest, found = bytes.Clone(key[len(c.pool.prefix)+1:]), true
			return false
		})
		if err != nil || !found {
			return err
		}
		if len(rest) != 12 {
			c.problem("chunk key of %d bytes", len(rest))
			lo = append(c.pool.key(kindChunk, len(rest)+1), append(rest, 0)...)
			continue
		}
		id := binary.BigEndian.Uint64(rest)
		if err := visit(id); err != nil {
			return err
		}
		lo = driver.PrefixEnd(c.pool.chunksKey(id))
	}
	return nil
}

func (c *check) totals() error {
	if !c.noHead && c.head.Stats != c.sum {
		c.problem("totals are %+v, counted %+v", c.head.Stats, c.sum)
	}
	return nil
}

// An idSet is a set of numbers that mostly follow one another.
type idSet map[uint64]uint64

func (s idSet) add(id uint64) (isNew bool) {
	isNew = !s.has(id)
	s[id/64] |= 1 << (id % 64)
	return isNew
}

func (s idSet) has(id uint64) bool { return s[id/64]&(1<<(id%64)) != 0 }
