package content

import (
	"bytes"
	"context"
	"fmt"

	"github.com/okapi-mail/okapi/store/driver"
)

// Repair makes the records of a damaged pool consistent and returns what it did,
// in sentences. Contents whose record is damaged are given up: their references
// point to nothing, until an equal content is put again. Damaged chunks are left
// as they are; readers report them. It is one transaction, which reads all
// records and writes as many as are damaged.
func (p *Pool) Repair(ctx context.Context) (done []string, err error) {
	err = p.db.Update(ctx, driver.Write{Mailbox: p.prefix}, func(tx driver.Tx) error {
		r := repair{w: &work{pool: p, tx: tx}}
		r.check = check{ctx: ctx, pool: p, r: tx, report: r.say, noHead: true, owned: make(idSet)}
		err := r.run()
		done = r.done
		return err
	})
	if err != nil {
		return nil, damaged(err)
	}
	return done, nil
}

type repair struct {
	check check
	w     *work
	last  uint64 // highest content id in use
	done  []string
}

func (r *repair) say(s string) { r.done = append(r.done, s) }

func (r *repair) run() error {
	for _, step := range []func() error{r.contents, r.refs, r.stagings, r.chunks, r.header} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// bad returns the keys of one kind whose record valid refuses.
func (r *repair) bad(kind byte, valid func(key, value []byte) bool) (keys [][]byte, err error) {
	lo := r.w.pool.key(kind, 0)
	scanErr := r.w.tx.Scan(lo, driver.PrefixEnd(lo), false, func(key, sealed []byte) bool {
		value, damage := unseal(key, sealed)
		if damage != nil || !valid(key, value) {
			keys = append(keys, bytes.Clone(key))
		}
		err = r.check.ctx.Err()
		return err == nil
	})
	if err == nil {
		err = scanErr
	}
	return keys, err
}

func (r *repair) contents() error {
	bad, err := r.bad(kindContent, func(key, value []byte) bool {
		m, err := decodeMeta(key, value)
		if err != nil || len(key) != len(r.w.pool.prefix)+1+len(Digest{}) {
			return false
		}
		r.check.owned.add(m.id)
		r.last = max(r.last, m.id)
		r.w.head.Contents++
		r.w.head.Stored += m.size
		return true
	})
	return r.delete(bad, err, "content given up, its record is damaged: key %x")
}

func (r *repair) delete(keys [][]byte, err error, what string) error {
	for _, key := range keys {
		if err == nil {
			r.say(fmt.Sprintf(what, key))
			err = r.w.tx.Delete(key)
		}
	}
	return err
}

// refs mends references, whose key says all but the time, and counts them.
func (r *repair) refs() error {
	p := r.w.pool
	bad, err := r.bad(kindRef, func(key, value []byte) bool {
		_, err := decodeTime(key, value)
		return err == nil
	})
	for _, key := range bad {
		if err != nil {
			return err
		}
		r.say(fmt.Sprintf("reference mended: key %x", key))
		if _, _, broken := p.parseRefKey(key); broken != nil {
			err = r.w.tx.Delete(key)
		} else {
			err = r.w.put(key, encodeTime(p.now()))
		}
	}
	if err != nil {
		return err
	}
	if err := r.check.refs(); err != nil {
		return err
	}
	r.w.head.Refs, r.w.head.Referenced = r.check.sum.Refs, r.check.sum.Referenced
	return nil
}

func (r *repair) stagings() error {
	bad, err := r.bad(kindStaging, func(key, value []byte) bool {
		_, err := decodeTime(key, value)
		return err == nil && len(key) == len(r.w.pool.stagingKey(0))
	})
	if err := r.delete(bad, err, "staging given up, its record is damaged: key %x"); err != nil {
		return err
	}
	if err := r.check.stagings(); err != nil {
		return err
	}
	for block, bits := range r.check.owned {
		for i := range uint64(64) {
			if bits&(1<<i) != 0 {
				r.last = max(r.last, block*64+i)
			}
		}
	}
	return nil
}

func (r *repair) chunks() error {
	return r.check.eachID(func(id uint64) error {
		if r.check.owned.has(id) {
			return nil
		}
		r.say(fmt.Sprintf("chunks removed, nobody owns them: content id %d", id))
		chunks := r.w.pool.chunksKey(id)
		return r.w.tx.DeleteRange(chunks, driver.PrefixEnd(chunks))
	})
}

// header writes the totals as counted.
func (r *repair) header() error {
	old, err := r.w.pool.readHeader(r.w.tx)
	r.w.head.next = max(r.last+1, old.next)
	if err == nil && old == r.w.head {
		return nil
	}
	r.say(fmt.Sprintf("totals counted anew: %+v", r.w.head.Stats))
	return r.w.put(r.w.pool.key(kindHeader, 0), r.w.head.encode())
}
