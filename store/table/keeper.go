package table

import (
	"bytes"

	"github.com/okapi-mail/okapi/store/driver"
)

// A Keeper is a driver.Tx that keeps the root and the lists of indexes in memory,
// taken apart, for later operations and later transactions: so a list that each of
// many insertions changes is read once and written once. It is optional. Whoever
// implements it must forget what it keeps when the records under an index change
// in any other way than through the Keeper itself, and when an operation of
// package table has failed.
type Keeper interface {
	driver.Tx

	// Kept returns what is kept under key, or nil.
	Kept(key []byte) *Record

	// Keep keeps r under key in place of the record's bytes.
	Keep(key []byte, r *Record)
}

// A Record is the root or a list of an index as a Keeper keeps it. The Keeper may
// forget one that has not changed at any time between two operations. One that has
// changed it first writes: [Record.Value] under its key, or deletes the key when
// the value is nil.
type Record struct {
	root   root // of a list only the node, without its start
	list   bool
	absent bool // a list that was deleted
	dirty  bool
	tree   *tree // of the last walk from this root: its memory serves the next one
}

// Changed reports whether the record differs from what is stored.
func (r *Record) Changed() bool { return r.dirty }

// Size is roughly how many bytes of memory the record takes.
func (r *Record) Size() int { return 128 + 8*cap(r.root.kids) + 64*cap(r.root.starts) }

// Value returns what is to be stored under key, nil for nothing, and takes the
// record for stored from then on.
func (r *Record) Value(key []byte) []byte {
	r.dirty = false
	switch {
	case !r.list:
		return r.root.encode(key)
	case r.absent:
		return nil
	}
	return encodeList(key, r.root.kids)
}

// keep stores what n says under key, in memory.
func keep(k Keeper, key []byte, now Record) {
	rec := k.Kept(key)
	if rec == nil {
		rec = new(Record)
	}
	now.tree = rec.tree
	*rec = now
	k.Keep(key, rec)
}

// known reports whether r is noted as changed already, so that another change of
// the same root or list needs no look-up.
func (r *Record) known(list bool) bool { return r != nil && r.dirty && r.list == list && !r.absent }

// loadStarts sets the starts of n, a node above the given level, when r is a
// Keeper that can keep them.
func (x Index) loadStarts(r driver.Reader, level int, n *node) error {
	if _, ok := r.(Keeper); !ok || n.starts != nil {
		return nil
	}
	list := make([][]byte, 0, len(n.kids)+1)
	err := x.starts(r, level, n.start, nil, false, func(s []byte) bool {
		list = append(list, bytes.Clone(s))
		return len(list) < len(n.kids)
	})
	if err == nil && (len(list) < len(n.kids) || !bytes.Equal(list[0], n.start)) {
		err = damaged("starts of level %d from %x do not fit their list", level, n.start)
	}
	if err != nil {
		return err
	}
	n.starts = list
	if n.kept != nil {
		n.kept.root.starts = list
	}
	return nil
}
