package content

import (
	"errors"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
)

// work is one transaction over the pool. It keeps the totals in step.
type work struct {
	pool *Pool
	tx   driver.Tx
	head header
	was  header

	// again: the outcome of an earlier run is unknown. What it found to be new
	// may be there now because of it.
	again bool
}

func (p *Pool) begin(tx driver.Tx) (*work, error) {
	h, err := p.readHeader(tx)
	return &work{pool: p, tx: tx, head: h, was: h}, err
}

func (w *work) end() error {
	if w.head == w.was {
		return nil
	}
	return w.put(w.pool.key(kindHeader, 0), w.head.encode())
}

func (w *work) put(key, value []byte) error { return w.tx.Put(key, seal(key, value)) }

// newID gives out a content id.
func (w *work) newID() uint64 {
	id := w.head.next
	w.head.next++
	return id
}

// putChunks writes data as the chunks of id from index on.
func (w *work) putChunks(id uint64, index int64, data []byte) error {
	buf := make([]byte, 0, min(len(data), chunkSize)+sumSize)
	for ; len(data) > 0; index++ {
		n := min(len(data), chunkSize)
		if err := w.put(w.pool.chunkKey(id, index), append(buf, data[:n]...)); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// add stores the content d whose chunks are, or will be, those of id.
func (w *work) add(d Digest, m meta) error {
	w.head.Contents++
	w.head.Stored += m.size
	return w.put(w.pool.contentKey(d), m.encode())
}

// link puts a reference to d and reports whether it is new. A reference put
// again gets the present time, since it may be in flight again.
func (w *work) link(d Digest, m meta, ref Ref) (isNew bool, err error) {
	key := w.pool.refKey(d, ref)
	old, err := w.tx.Get(key)
	if err != nil {
		return false, err
	}
	if old == nil {
		w.head.Refs++
		w.head.Referenced += m.size
	}
	return old == nil, w.put(key, encodeTime(w.pool.now()))
}

// unlink removes a reference, and the content when it was the last one.
func (w *work) unlink(d Digest, ref Ref) error {
	key := w.pool.refKey(d, ref)
	if old, err := w.tx.Get(key); err != nil || old == nil {
		return err
	}
	if err := w.tx.Delete(key); err != nil {
		return err
	}
	w.head.Refs--
	m, ok, err := w.pool.readMeta(w.tx, d)
	if errors.Is(err, mapi.ErrCorruptData) {
		return nil // which chunks are its own cannot be told: Repair finds out
	}
	if err != nil || !ok {
		return err
	}
	w.head.Referenced -= m.size
	if used, err := w.used(d); err != nil || used {
		return err
	}
	w.head.Contents--
	w.head.Stored -= m.size
	if err := w.tx.Delete(w.pool.contentKey(d)); err != nil {
		return err
	}
	return w.dropChunks(m.id, m.chunks())
}

// used reports whether d has a reference.
func (w *work) used(d Digest) (used bool, err error) {
	refs := w.pool.refsKey(d)
	err = w.tx.Scan(refs, driver.PrefixEnd(refs), false, func(_, _ []byte) bool {
		used = true
		return false
	})
	return used, err
}

// Contents of up to this many chunks are deleted key by key: many small range
// deletions would slow down the reading of their neighbours.
const fewChunks = 16

func (w *work) dropChunks(id uint64, count int64) error {
	if count > fewChunks {
		chunks := w.pool.chunksKey(id)
		return w.tx.DeleteRange(chunks, driver.PrefixEnd(chunks))
	}
	for i := range count {
		if err := w.tx.Delete(w.pool.chunkKey(id, i)); err != nil {
			return err
		}
	}
	return nil
}

// dropStaging removes what the stager of id wrote so far.
func (w *work) dropStaging(id uint64) error {
	chunks := w.pool.chunksKey(id)
	if err := w.tx.DeleteRange(chunks, driver.PrefixEnd(chunks)); err != nil {
		return err
	}
	return w.tx.Delete(w.pool.stagingKey(id))
}
