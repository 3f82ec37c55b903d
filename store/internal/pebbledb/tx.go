package pebbledb

import (
	"bytes"
	"errors"

	"github.com/cockroachdb/pebble/v2"
	"github.com/okapi-mail/okapi/store/driver"
)

// A tx collects writes in an indexed batch. All its iterators are clones of
// its first one, so that they agree on what others have committed.
type tx struct {
	db     *DB
	bounds driver.Bounds
	batch  *pebble.Batch
	over   bool

	first *pebble.Iterator   // open while the tx is
	idle  []*pebble.Iterator // may hold first
}

func (db *DB) begin(bounds driver.Bounds) *tx {
	return &tx{db: db, bounds: bounds, batch: db.pdb.NewIndexedBatch()}
}

func (t *tx) Get(key []byte) (value []byte, err error) {
	if t.over {
		return nil, driver.ErrClosed
	}
	if t.bounds.Delete(key) == nil {
		value, err = t.own(key)
		return value, translate(err)
	}
	it, err := t.take(nil, nil)
	if err != nil {
		return nil, translate(err)
	}
	defer t.keep(it)
	value, err = point(it, key)
	return value, translate(err)
}

// own gets a key of the mailbox, which nobody else writes meanwhile: so it need
// not agree with what the iterators see of others, and most transactions get by
// without an iterator, which is dear to make.
func (t *tx) own(key []byte) ([]byte, error) {
	v, closer, err := t.batch.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	value := append(make([]byte, 0, len(v)), v...)
	return value, closer.Close()
}

func (t *tx) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	if t.over {
		return driver.ErrClosed
	}
	if empty(lo, hi) {
		return nil
	}
	it, err := t.take(lo, hi)
	if err != nil {
		return translate(err)
	}
	defer t.keep(it)
	return translate(walk(it, reverse, yield))
}

// take returns an iterator that sees the writes so far.
func (t *tx) take(lo, hi []byte) (*pebble.Iterator, error) {
	o := pebble.IterOptions{LowerBound: lo, UpperBound: hi}
	if n := len(t.idle); n > 0 {
		it := t.idle[n-1]
		t.idle = t.idle[:n-1]
		it.SetOptions(&o) // refreshes the view of the batch too
		return it, nil
	}
	if t.first != nil {
		return t.first.Clone(pebble.CloneOptions{IterOptions: &o, RefreshBatchView: true})
	}
	it, err := t.batch.NewIter(&o)
	t.first = it
	return it, err
}

func (t *tx) keep(it *pebble.Iterator) { t.idle = append(t.idle, it) }

func (t *tx) Put(key, value []byte) error {
	if t.over {
		return driver.ErrClosed
	}
	if err := t.bounds.Put(key, value); err != nil {
		return err
	}
	return t.batch.Set(key, value, nil)
}

func (t *tx) Delete(key []byte) error {
	if t.over {
		return driver.ErrClosed
	}
	if err := t.bounds.Delete(key); err != nil {
		return err
	}
	return t.batch.Delete(key, nil)
}

func (t *tx) DeleteRange(lo, hi []byte) error {
	if t.over {
		return driver.ErrClosed
	}
	none, err := t.bounds.DeleteRange(lo, hi)
	if err != nil || none {
		return err
	}
	if hi == nil { // the mailbox is the last one there can be
		hi = bytes.Repeat([]byte{0xFF}, driver.MaxKey+1)
	}
	return t.batch.DeleteRange(lo, hi, nil)
}

// finish ends the reading and returns the batch to commit, or nil when there
// is nothing to commit.
func (t *tx) finish() (*pebble.Batch, error) {
	err := t.release()
	if err != nil || t.batch.Empty() {
		return nil, translate(err)
	}
	batch := t.batch
	t.batch = nil
	return batch, nil
}

// end drops what was not committed.
func (t *tx) end() {
	t.over = true
	t.release()
	if t.batch != nil {
		t.batch.Close()
		t.batch = nil
	}
}

// release closes the iterators, which are all idle: no call is under way.
func (t *tx) release() error {
	its := t.idle
	t.first, t.idle = nil, nil
	return discard(its)
}
