package pebbledb

import (
	"bytes"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// idle is how many iterators a reader keeps for its next calls.
const idle = 8

// walk yields what is within the bounds of it.
func walk(it *pebble.Iterator, reverse bool, yield func(key, value []byte) bool) error {
	first, next := it.First, it.Next
	if reverse {
		first, next = it.Last, it.Prev
	}
	for ok := first(); ok; ok = next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if !yield(it.Key(), present(value)) {
			return nil
		}
	}
	return it.Error()
}

// point looks key up with it, whose bounds are open.
func point(it *pebble.Iterator, key []byte) ([]byte, error) {
	if len(key) == 0 { // no key is empty, and Pebble has no empty prefix
		return nil, nil
	}
	if !it.SeekPrefixGE(key) || !bytes.Equal(it.Key(), key) {
		return nil, it.Error()
	}
	value, err := it.ValueAndErr()
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, len(value)), value...), nil
}

// present makes the value of a present key not nil.
func present(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

// empty reports whether no key can be in lo ≤ key < hi. Pebble wants bounds in
// order.
func empty(lo, hi []byte) bool { return hi != nil && bytes.Compare(lo, hi) >= 0 }

// discard closes its, of which one may have failed already.
func discard(its []*pebble.Iterator) error {
	var errs []error
	for _, it := range its {
		errs = append(errs, it.Close())
	}
	return errors.Join(errs...)
}
