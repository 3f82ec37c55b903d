package table

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/store/driver"
)

// ErrIncomplete reports a question that an index under construction cannot
// answer yet. See [Index.Status].
var ErrIncomplete = errors.New("table: index is still being built")

// An Index is a set of byte strings in byte order that is counted: it answers
// how many entries there are, how many lie before a given one and which one is
// the n-th without reading them all. It is a small value without state; all its
// methods may be used on any copy, and as concurrently as the Reader or Tx that
// they are given.
//
// An entry may hold any bytes, may be empty, and may be the beginning of another
// one. It is at most [Index.MaxEntry] bytes long.
//
// # Structure
//
// The entries themselves are keys of the store, and the leaves of a B+tree. A node
// is a half-open range of entries, named by the shortest key that starts it. Nodes
// of level 1 have up to 128 entries, those above up to 192 nodes. The starts of a
// level's nodes are keys of their own, written when nodes are split or joined and
// never else. What changes with every entry, the list of how many entries each
// child of a node has, is one record of 100 to 400 bytes per node above level 1,
// and only ever fetched by its key: in a log-structured store a scan would step
// over all the versions that such a record had lately. The root's list stands in
// the root record. The tree is as high as it needs to be: up to 128 entries have a
// root record only, 10,000 have one level of nodes, 1,000,000 have two, 100,000,000
// have three. Full nodes are split, those at either end so that entries that arrive
// in order leave them full; nodes less than a quarter full are joined with a
// neighbour. An empty index leaves nothing behind.
//
// # Cost
//
// With h levels of nodes (0 up to 128 entries, 1 up to about 15,000, 2 up to
// about 2,000,000, 3 up to about 300,000,000) and g = max(h, 1):
//
//	Insert            g+1 gets, h scans of about 70 keys and 192 at most, g+1 puts
//	Delete            g+1 gets, h scans of the same kind, g puts, 1 delete
//	  now and then    a split or join: up to 4 scans of up to 256 keys, up to 5 puts
//	Len, Status       1 get
//	Rank, Select      g gets, h+1 scans of the same kind
//	AscendAt          the same as Select, plus the entries that are read
//	Count             twice Rank
//	Ascend, Descend   1 get, 1 scan of the entries that are read
//	Drop              1 range deletion
//
// What is stored beside the entries is about 1.5% of their space.
//
// # Errors
//
// Stored records that do not fit together give an error that wraps
// [driver.ErrDamaged]; [Index.Check] finds those that the other methods cannot
// see, and [Build.Recount] makes them anew. Errors of the Reader or Tx are
// returned as they are.
type Index struct {
	prefix []byte
	leaf   int64 // most entries in a node of level 1
	fan    int64 // most nodes in a node of a higher level
}

// NewIndex returns the index that is stored under prefix. Every key that begins
// with prefix belongs to it. The index keeps prefix, which must not be modified
// afterwards.
func NewIndex(prefix []byte) Index {
	return Index{prefix: prefix, leaf: 128, fan: 192}
}

// MaxEntry returns the most bytes that an entry may have.
func (x Index) MaxEntry() int {
	return driver.MaxKey - len(x.prefix) - 2 // its kind, and one byte more in bounds of scans
}

// Insert adds entry and reports whether it was missing before. It reports an
// error that wraps [driver.ErrTooBig] for an entry that is too long.
//
// While the index is being filled, and right of where it has been counted, only
// the entry itself is written: the build counts it when it gets there.
func (x Index) Insert(tx driver.Tx, entry []byte) (added bool, err error) {
	if there, err := tx.Get(x.key(kindEntry, entry)); err != nil || there != nil {
		return false, err
	}
	return true, x.InsertNew(tx, entry)
}

// InsertNew is Insert for an entry that is certainly not there, because it ends
// with an id that was never used before: one get less. An entry that is there is
// counted twice, which Check finds.
func (x Index) InsertNew(tx driver.Tx, entry []byte) error {
	if len(entry) > x.MaxEntry() {
		return fmt.Errorf("table: entry of %d bytes: %w", len(entry), driver.ErrTooBig)
	}
	rt, err := x.readRoot(tx)
	if err != nil {
		return err
	}
	if err := tx.Put(x.key(kindEntry, entry), []byte{}); err != nil {
		return err
	}
	if rt.state == Filling {
		return tx.Delete(x.key(kindDeleted, entry))
	}
	if !rt.covers(entry) {
		return nil
	}
	t, err := x.walkTx(tx, rt, entry)
	if err != nil {
		return err
	}
	return t.inserted()
}

// Delete removes entry and reports whether it was there.
func (x Index) Delete(tx driver.Tx, entry []byte) (removed bool, err error) {
	rt, err := x.readRoot(tx)
	if err != nil {
		return false, err
	}
	if rt.state == Filling {
		if err := tx.Put(x.key(kindDeleted, entry), []byte{}); err != nil {
			return false, err
		}
	}
	key := x.key(kindEntry, entry)
	if there, err := tx.Get(key); err != nil || there == nil {
		return false, err
	}
	if err := tx.Delete(key); err != nil {
		return false, err
	}
	if !rt.covers(entry) {
		return true, nil
	}
	t, err := x.walkTx(tx, rt, entry)
	if err != nil {
		return false, err
	}
	return true, t.deleted()
}

// Drop removes the index with everything under its prefix that it wrote. What
// remains is an empty index.
func (x Index) Drop(tx driver.Tx) error {
	return tx.DeleteRange(x.key(kindRoot, nil), x.key(kindEntry+1, nil))
}

// Len returns the number of entries. It reports [ErrIncomplete] while the index
// is being built.
func (x Index) Len(r driver.Reader) (int64, error) {
	rt, err := x.readRoot(r)
	if err != nil {
		return 0, err
	}
	if rt.state != Complete {
		return 0, ErrIncomplete
	}
	return rt.count, nil
}

// Rank returns how many entries are less than entry, which is its position when
// it is present and the position where it would be inserted otherwise. It
// reports [ErrIncomplete] when that part of the index is not counted yet.
func (x Index) Rank(r driver.Reader, entry []byte) (n int64, present bool, err error) {
	rt, err := x.readRoot(r)
	if err != nil {
		return 0, false, err
	}
	if !rt.covers(entry) {
		return 0, false, ErrIncomplete
	}
	t, err := x.walk(r, rt, entry)
	if err != nil {
		return 0, false, err
	}
	bucket := t.at(1)
	var seen int64
	err = x.entries(r, bucket.start, after(entry), false, func(e []byte) bool {
		seen++
		present = bytes.Equal(e, entry)
		return seen <= bucket.count
	})
	if err == nil && seen > bucket.count {
		err = damaged("bucket %x has more than %d entries", bucket.start, bucket.count)
	}
	if err != nil {
		return 0, false, err
	}
	if present {
		seen--
	}
	return t.before() + seen, present, nil
}

// Select returns the n-th entry, counted from 0, and nil when there is none. The
// caller may keep it. It reports [ErrIncomplete] when the index is not counted
// that far.
func (x Index) Select(r driver.Reader, n int64) ([]byte, error) {
	var found []byte
	err := x.AscendAt(r, n, func(e []byte) bool {
		found = append([]byte{}, e...)
		return false
	})
	return found, err
}

// AscendAt yields the n-th entry, counted from 0, and those after it in ascending
// order until yield returns false; nothing when there is no n-th entry. An entry
// is valid until yield returns. It reports [ErrIncomplete] when the index is not
// counted that far.
func (x Index) AscendAt(r driver.Reader, n int64, yield func(entry []byte) bool) error {
	rt, err := x.readRoot(r)
	if err != nil {
		return err
	}
	if n < 0 || n >= rt.count {
		if n >= 0 && rt.state != Complete {
			return ErrIncomplete
		}
		return nil
	}
	at := rt.node
	for level := rt.height; level > 0; level-- {
		pos := 0
		for ; n >= at.kids[pos]; pos++ {
			n -= at.kids[pos]
		}
		if at, err = x.child(r, level, at, pos); err != nil {
			return err
		}
	}
	skip := n
	err = x.entries(r, at.start, nil, false, func(e []byte) bool {
		if skip--; skip >= 0 {
			return true
		}
		return yield(e)
	})
	if err == nil && skip >= 0 {
		err = damaged("bucket %x has fewer than %d entries", at.start, n+1)
	}
	return err
}

// Count returns the number of entries in lo ≤ entry < hi; a nil hi means no upper
// bound. It reports [ErrIncomplete] when that part of the index is not counted yet.
func (x Index) Count(r driver.Reader, lo, hi []byte) (int64, error) {
	if hi != nil && bytes.Compare(lo, hi) >= 0 {
		return 0, nil
	}
	from, _, err := x.Rank(r, lo)
	if err != nil {
		return 0, err
	}
	var to int64
	if hi == nil {
		to, err = x.Len(r)
	} else {
		to, _, err = x.Rank(r, hi)
	}
	return max(to-from, 0), err
}

// Ascend yields the entries from ≤ entry in ascending order until yield returns
// false; a nil from means the first one. An entry is valid until yield returns.
// Ascend reports [ErrIncomplete] while the index is being filled, and works while
// it is being counted.
func (x Index) Ascend(r driver.Reader, from []byte, yield func(entry []byte) bool) error {
	if err := x.filled(r); err != nil {
		return err
	}
	return x.entries(r, from, nil, false, yield)
}

// Descend yields the entries ≤ from in descending order until yield returns false;
// a nil from means the last one. In all else it is as Ascend.
func (x Index) Descend(r driver.Reader, from []byte, yield func(entry []byte) bool) error {
	if err := x.filled(r); err != nil {
		return err
	}
	var hi []byte
	if from != nil {
		hi = after(from)
	}
	return x.entries(r, nil, hi, true, yield)
}

func (x Index) filled(r driver.Reader) error {
	rt, err := x.readRoot(r)
	if err == nil && rt.state == Filling {
		err = ErrIncomplete
	}
	return err
}
