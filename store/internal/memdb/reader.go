package memdb

import (
	"bytes"
	"sync/atomic"

	"github.com/okapi-mail/okapi/store/driver"
)

type snapshot struct {
	db   *DB
	root *node
	over atomic.Bool
}

func (s *snapshot) Get(key []byte) ([]byte, error) {
	if s.ended() {
		return nil, driver.ErrClosed
	}
	return s.root.get(key), nil
}

func (s *snapshot) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	if s.ended() {
		return driver.ErrClosed
	}
	scan(s.root, lo, hi, reverse, yield)
	return nil
}

func (s *snapshot) Close() error {
	s.over.Store(true)
	return nil
}

func (s *snapshot) ended() bool {
	if s.over.Load() {
		return true
	}
	s.db.mu.Lock()
	defer s.db.mu.Unlock()
	return s.db.closed
}

func scan(root *node, lo, hi []byte, reverse bool, yield func(key, value []byte) bool) {
	if reverse {
		root.descend(lo, hi, yield)
		return
	}
	root.ascend(lo, hi, yield)
}

// A tx grows root from base, the state it began with.
type tx struct {
	bounds     driver.Bounds
	base, root *node
	over       bool
}

func (t *tx) Get(key []byte) ([]byte, error) {
	if t.over {
		return nil, driver.ErrClosed
	}
	return t.root.get(key), nil
}

func (t *tx) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	if t.over {
		return driver.ErrClosed
	}
	scan(t.root, lo, hi, reverse, yield)
	return nil
}

func (t *tx) Put(key, value []byte) error {
	if t.over {
		return driver.ErrClosed
	}
	if err := t.bounds.Put(key, value); err != nil {
		return err
	}
	// One allocation for both. The value of a present key is never nil.
	both := make([]byte, len(key)+len(value))
	k, v := both[:len(key):len(key)], both[len(key):]
	copy(k, key)
	copy(v, value)
	t.root = t.root.put(leaf(k, v))
	return nil
}

func (t *tx) Delete(key []byte) error {
	if t.over {
		return driver.ErrClosed
	}
	if err := t.bounds.Delete(key); err != nil {
		return err
	}
	t.root = t.root.delete(key)
	return nil
}

func (t *tx) DeleteRange(lo, hi []byte) error {
	if t.over {
		return driver.ErrClosed
	}
	empty, err := t.bounds.DeleteRange(lo, hi)
	if err != nil || empty {
		return err
	}
	t.root = t.root.replace(bytes.Clone(lo), hi, nil)
	return nil
}
