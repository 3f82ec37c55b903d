package driver

import (
	"bytes"
	"fmt"
)

// PrefixEnd returns the smallest key that is greater than every key starting
// with prefix, or nil when there is none (prefix is empty or all 0xFF).
func PrefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

// Bounds checks the arguments of the writing methods of a [Tx], the same way
// for every backend. It is used by one goroutine.
type Bounds struct{ lo, hi []byte }

// NewBounds returns the checks for w. It reports ErrForeignKey when w names no
// mailbox: then no key could be inside it.
func NewBounds(w Write) (Bounds, error) {
	if len(w.Mailbox) == 0 {
		return Bounds{}, fmt.Errorf("%w: no mailbox named", ErrForeignKey)
	}
	return Bounds{w.Mailbox, PrefixEnd(w.Mailbox)}, nil
}

// Range returns the keys of the mailbox as lo ≤ key < hi; a nil hi means no
// upper bound.
func (b Bounds) Range() (lo, hi []byte) { return b.lo, b.hi }

// Put checks the arguments of [Tx].Put.
func (b Bounds) Put(key, value []byte) error {
	if len(value) > MaxValue {
		return fmt.Errorf("%w: value of %d bytes at key %x", ErrTooBig, len(value), clip(key))
	}
	return b.Delete(key)
}

// Delete checks the argument of [Tx].Delete.
func (b Bounds) Delete(key []byte) error {
	switch {
	case len(key) == 0:
		return fmt.Errorf("%w: empty key", ErrTooBig)
	case len(key) > MaxKey:
		return fmt.Errorf("%w: key of %d bytes", ErrTooBig, len(key))
	case !bytes.HasPrefix(key, b.lo):
		return fmt.Errorf("%w: key %x, mailbox %x", ErrForeignKey, clip(key), b.lo)
	}
	return nil
}

// DeleteRange checks the arguments of [Tx].DeleteRange. A range that holds no
// key is empty wherever it lies: then there is nothing to do.
func (b Bounds) DeleteRange(lo, hi []byte) (empty bool, err error) {
	if hi != nil && bytes.Compare(lo, hi) >= 0 {
		return true, nil
	}
	below := bytes.Compare(lo, b.lo) < 0
	above := b.hi != nil && (hi == nil || bytes.Compare(hi, b.hi) > 0)
	if below || above {
		return false, fmt.Errorf("%w: range %x to %x, mailbox %x", ErrForeignKey, clip(lo), clip(hi), b.lo)
	}
	return false, nil
}

func clip(key []byte) []byte { return key[:min(len(key), 64)] }
