package table

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"github.com/okapi-mail/okapi/store/driver"
)

// A State says how far the construction of an index has come.
type State byte

const (
	// Complete: everything is counted. An index that was never built is
	// complete; it grows by Insert alone.
	Complete State = iota
	// Filling: entries are missing, and none is counted.
	Filling
	// Counting: every entry is there, those before a cursor are counted.
	Counting
)

// String returns the state's name.
func (s State) String() string {
	switch s {
	case Complete:
		return "complete"
	case Filling:
		return "filling"
	case Counting:
		return "counting"
	default:
		return fmt.Sprintf("State(%d)", byte(s))
	}
}

// A Status is what is known of an index under construction.
type Status struct {
	State   State
	Counted int64  // entries counted; when Complete, all
	Mark    []byte // what the last Fill stored; nil unless Filling
}

// ErrState reports a step of a build that does not fit the index's state: another
// builder was there meanwhile. Read [Index.Status] again.
var ErrState = errors.New("table: index is in another state of its construction")

// Status tells how far the construction of x has come.
func (x Index) Status(r driver.Reader) (Status, error) {
	rt, err := x.readRoot(r)
	if err != nil {
		return Status{}, err
	}
	s := Status{State: rt.state, Counted: rt.count}
	if rt.state == Filling && len(rt.cursor) > 0 {
		s.Mark = bytes.Clone(rt.cursor)
	}
	return s, nil
}

// A Build makes an index over rows that exist already. It keeps its progress in
// the index, so that each step can be a transaction of its own, the process may
// end between two of them, and other writers go on:
//
//	Begin  once
//	Fill   until all entries have been put, in any order
//	Seal   once, in the transaction of the last Fill or later
//	Step   until it reports done
//
// For a few hundred rows all of it fits into one transaction. From Begin on every
// writer that adds, changes or removes a row calls Insert and Delete, whatever
// the state. What it writes is right before and after the builder's own turn, if
// the builder reads the rows in the transaction in which it fills, or at any time
// after Begin was committed: Delete remembers what it deletes until Seal, also
// what is not there yet, and Fill passes over it. A builder that reads rows ahead
// makes sure, by the mark, that nobody began anew meanwhile.
type Build struct{ x Index }

// Build returns the builder of x.
func (x Index) Build() Build { return Build{x} }

// Begin empties the index and starts filling.
func (b Build) Begin(tx driver.Tx) error {
	if err := b.x.Drop(tx); err != nil {
		return err
	}
	return b.x.writeRoot(tx, root{state: Filling})
}

// Fill puts entries, but for those that were deleted since Begin, and stores mark
// for [Index.Status]: it tells the builder where to go on, and may be anything but
// longer than 1,000 bytes. Entries that are there already do no harm. It reports
// [ErrState] unless the index is being filled.
func (b Build) Fill(tx driver.Tx, entries iter.Seq[[]byte], mark []byte) error {
	if len(mark) > 1000 {
		return fmt.Errorf("table: mark of %d bytes: %w", len(mark), driver.ErrTooBig)
	}
	rt, err := b.inState(tx, Filling)
	if err != nil {
		return err
	}
	gone, err := b.deleted(tx, entries)
	if err != nil {
		return err
	}
	empty := []byte{}
	for e := range entries {
		if len(e) > b.x.MaxEntry() {
			return fmt.Errorf("table: entry of %d bytes: %w", len(e), driver.ErrTooBig)
		}
		if gone[string(e)] {
			continue
		}
		if err := tx.Put(b.x.key(kindEntry, e), empty); err != nil {
			return err
		}
	}
	rt.cursor = bytes.Clone(mark) // a Keeper has it for longer than the call
	return b.x.writeRoot(tx, rt)
}

// Seal says that all entries are there. It reports [ErrState] unless the index is
// being filled.
func (b Build) Seal(tx driver.Tx) error {
	if _, err := b.inState(tx, Filling); err != nil {
		return err
	}
	if err := b.x.forgetDeleted(tx); err != nil {
		return err
	}
	return b.x.writeRoot(tx, root{state: Counting})
}

// Recount forgets all counts and starts counting, whatever the state was and
// however damaged the records are. The entries stay.
func (b Build) Recount(tx driver.Tx) error {
	if err := tx.DeleteRange(b.x.key(kindRoot, nil), b.x.key(kindEntry, nil)); err != nil {
		return err
	}
	return b.x.writeRoot(tx, root{state: Counting})
}

// Step counts the next entries, at least one and about budget of them, and reports
// whether the index is complete now. It writes one key for each 96 entries:
// a budget of 50,000 stays below [driver.SoftKeys]. It reports [ErrState]
// while the index is being filled.
func (b Build) Step(tx driver.Tx, budget int) (done bool, err error) {
	rt, err := b.x.readRoot(tx)
	if err != nil || rt.state == Complete {
		return err == nil, err
	}
	if rt.state == Filling {
		return false, ErrState
	}
	buckets, cursor, err := b.group(tx, rt.cursor, int64(budget))
	if err != nil {
		return false, err
	}
	rim, err := b.x.rim(tx, rt)
	if err != nil {
		return false, err
	}
	for _, bucket := range buckets {
		if err := rim.append(bucket); err != nil {
			return false, err
		}
	}
	if rim.root.cursor = cursor; cursor == nil {
		rim.root.state = Complete
	}
	return cursor == nil, rim.finish()
}

// group gathers the entries from cursor on into buckets. It returns the new cursor,
// just above the last entry that was read, or nil when there are no more.
func (b Build) group(r driver.Reader, cursor []byte, budget int64) (buckets []node, next []byte, err error) {
	var n int64 // entries read
	var previous []byte
	if len(cursor) > 0 {
		previous = bytes.Clone(cursor[:len(cursor)-1])
	}
	open, stopped := false, false
	err = b.x.entries(r, cursor, nil, false, func(e []byte) bool {
		if !open {
			buckets = append(buckets, node{start: separator(previous, e)})
			open = true
		}
		n++
		bucket := &buckets[len(buckets)-1]
		bucket.count++
		if bucket.count < b.x.fill(1) {
			return true
		}
		open = false
		previous = append(previous[:0], e...)
		stopped = n >= budget
		return !stopped
	})
	if stopped {
		next = after(previous)
	}
	return buckets, next, err
}

func (b Build) inState(r driver.Reader, want State) (root, error) {
	rt, err := b.x.readRoot(r)
	if err == nil && rt.state != want {
		err = ErrState
	}
	return rt, err
}

// A rim is the right edge of the tree while buckets are appended to it. A list is
// written when the next node of its level begins, or in finish.
type rim struct {
	tree
}

func (x Index) rim(tx driver.Tx, rt root) (*rim, error) {
	m := &rim{tree{x: x, tx: tx, root: rt, path: make([]node, rt.height+1, rt.height+2)}}
	m.path[rt.height] = rt.node
	for level := rt.height; level > 0; level-- {
		parent := m.at(level + 1)
		var err error
		if *m.at(level), err = x.child(tx, level, *parent, len(parent.kids)-1); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// append adds a bucket after all others.
func (m *rim) append(bucket node) error {
	if top := m.at(len(m.path)); top.count == 0 {
		top.count = bucket.count
		return nil
	}
	return m.hang(1, bucket)
}

// hang adds a node of a level after the last one. A node that begins with it on the
// level above is added likewise.
func (m *rim) hang(level int, n node) error {
	if level > m.root.height {
		old := *m.at(level)
		if err := m.raise(old.count); err != nil {
			return err
		}
		if err := m.x.writeNode(m.tx, level, old); err != nil {
			return err
		}
	}
	if err := m.x.writeNode(m.tx, level, n); err != nil {
		return err
	}
	if err := m.x.writeList(m.tx, level, *m.at(level)); err != nil {
		return err
	}
	*m.at(level) = n
	parent := m.at(level + 1)
	if parent.size(level+1) >= m.x.fill(level+1) {
		return m.hang(level+1, node{start: n.start, count: n.count, kids: []int64{n.count}})
	}
	parent.kids, parent.starts = append(parent.kids, n.count), nil
	parent.count += n.count
	for level += 2; level <= len(m.path); level++ {
		up := m.at(level)
		up.kids[len(up.kids)-1] += n.count
		up.count += n.count
	}
	return nil
}
