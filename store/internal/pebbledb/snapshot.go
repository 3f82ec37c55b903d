package pebbledb

import (
	"errors"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/okapi-mail/okapi/store/driver"
)

// A snapshot keeps a few iterators for its next calls: to make one costs more
// than to read a page with it.
type snapshot struct {
	db     *DB
	pebble *pebble.Snapshot
	gate   gate

	mu   sync.Mutex
	idle []*pebble.Iterator
}

func (s *snapshot) Get(key []byte) (value []byte, err error) {
	if !s.gate.enter() {
		return nil, driver.ErrClosed
	}
	defer s.gate.leave()
	err = s.db.contain(func() error {
		found, closer, err := s.pebble.Get(key)
		if errors.Is(err, pebble.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		value = append(make([]byte, 0, len(found)), found...)
		return closer.Close()
	})
	return value, translate(err)
}

func (s *snapshot) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	if !s.gate.enter() {
		return driver.ErrClosed
	}
	defer s.gate.leave()
	if empty(lo, hi) {
		return nil
	}
	it, err := s.take(lo, hi)
	if err != nil {
		return translate(err)
	}
	kept := false
	defer func() { // also when yield panics
		if !kept {
			it.Close()
		}
	}()
	if err := walk(it, reverse, yield); err != nil {
		return translate(err)
	}
	kept = s.keep(it)
	return nil
}

func (s *snapshot) take(lo, hi []byte) (*pebble.Iterator, error) {
	s.mu.Lock()
	if n := len(s.idle); n > 0 {
		it := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		it.SetBounds(lo, hi)
		return it, nil
	}
	s.mu.Unlock()
	return s.pebble.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
}

func (s *snapshot) keep(it *pebble.Iterator) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) >= idle {
		return false
	}
	s.idle = append(s.idle, it)
	return true
}

// Close waits for the calls under way.
func (s *snapshot) Close() error {
	if !s.gate.shut() {
		return nil
	}
	s.db.mu.Lock()
	delete(s.db.snapshots, s)
	s.db.mu.Unlock()
	err := discard(s.idle)
	return translate(errors.Join(err, s.pebble.Close()))
}
