package table

import (
	"bytes"
	"iter"

	"github.com/okapi-mail/okapi/store/driver"
)

// While an index is being filled, Delete leaves a key of its own for each entry
// that it deletes, and Insert takes it away again. So the builder may fill from
// what it read earlier.

// deleted returns those of entries that were deleted since Begin.
func (b Build) deleted(r driver.Reader, entries iter.Seq[[]byte]) (map[string]bool, error) {
	var lo, hi []byte
	for e := range entries {
		if lo == nil || bytes.Compare(e, lo) < 0 {
			lo = e
		}
		if hi == nil || bytes.Compare(e, hi) > 0 {
			hi = e
		}
	}
	if hi == nil {
		return nil, nil
	}
	var gone map[string]bool
	err := b.x.scan(r, kindDeleted, lo, after(hi), false, func(e, _ []byte) bool {
		if gone == nil {
			gone = map[string]bool{}
		}
		gone[string(e)] = true
		return true
	})
	return gone, err
}

func (x Index) forgetDeleted(tx driver.Tx) error {
	return tx.DeleteRange(x.key(kindDeleted, nil), x.key(kindDeleted+1, nil))
}

// Deleted reports whether entry was deleted since Begin, and not inserted again.
// It is false when the index is not being filled.
func (b Build) Deleted(r driver.Reader, entry []byte) (bool, error) {
	v, err := r.Get(b.x.key(kindDeleted, entry))
	return v != nil, err
}

// Entries yields the entries that are there already, of those in lo ≤ entry < hi,
// whatever the state; a nil hi means no upper bound. An entry is valid until yield
// returns.
func (b Build) Entries(r driver.Reader, lo, hi []byte, reverse bool, yield func(entry []byte) bool) error {
	return b.x.entries(r, lo, hi, reverse, yield)
}

// checkDeleted sees that no entry is both there and deleted.
func (x Index) checkDeleted(r driver.Reader) error {
	var bad error
	err := x.scan(r, kindDeleted, nil, nil, false, func(e, value []byte) bool {
		there, err := r.Get(x.key(kindEntry, e))
		switch {
		case err != nil:
			bad = err
		case there != nil || len(value) > 0:
			bad = damaged("entry %x is there and deleted", e)
		}
		return bad == nil
	})
	if bad != nil {
		return bad
	}
	return err
}
