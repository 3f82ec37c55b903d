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
		s.Mark = rt.cursor
	}
	return s, nil
}

// A Build makes an index over rows that exist already. It keeps its progress in
// the index, so that each step can be a transaction of its own, the process may
// end between two of them, and other writers go on:
//
//	Begin  once
//	Fill   until all rows have been put, in any order (with row ids as marks)
//	Seal   once, in the transaction of the last Fill or later
//	Step   until it reports done
//
// For a few hundred rows all of it fits into one transaction. From Begin on every
// writer that adds, changes or removes a row calls Insert and Delete, whatever
// the state: what it writes is right before and after the builder's own turn,
// because the builder reads rows in the transaction in which it fills.
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

// Fill puts entries, without reading, and stores mark for [Index.Status]: it tells
// the builder where to go on, and may be anything but longer than 1,000 bytes.
// Entries that are there already do no harm. It reports [ErrState] unless the
// index is being filled.
func (b Build) Fill(tx driver.Tx, entries iter.Seq[[]byte], mark []byte) error {
	if len(mark) > 1000 {
		return fmt.Errorf("table: mark of %d bytes: %w", len(mark), driver.ErrTooBig)
	}
	rt, err := b.inState(tx, Filling)
	if err != nil {
		return err
	}
	empty := []byte{}
	for e := range entries {
		if len(e) > b.x.MaxEntry() {
			return fmt.Errorf("table: entry of %d bytes: %w", len(e), driver.ErrTooBig)
		}
		if err := tx.Put(b.x.key(kindEntry, e), empty); err != nil {
			return err
		}
	}
	rt.cursor = mark
	return b.x.writeRoot(tx, rt)
}

// Seal says that all entries are there. It reports [ErrState] unless the index is
// being filled.
func (b Build) Seal(tx driver.Tx) error {
	if _, err := b.inState(tx, Filling); err != nil {
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
// whether the index is complete now. It writes one small record for each 96
// entries: a budget of 50,000 stays below [driver.SoftKeys]. It reports [ErrState]
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
		bucket.size++
		bucket.count++
		if bucket.size < b.x.fill(1) {
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

// A rim is the right edge of the tree while buckets are appended to it. A node is
// written when the next one of its level begins, or in finish.
type rim struct {
	tree
}

func (x Index) rim(tx driver.Tx, rt root) (*rim, error) {
	m := &rim{tree{x: x, tx: tx, root: rt}}
	for level := 1; level <= rt.height; level++ {
		n, ok, err := x.lastNode(tx, level, nil)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, damaged("level %d has no buckets", level)
		}
		m.path = append(m.path, n)
	}
	m.path = append(m.path, rt.node)
	return m, nil
}

// append adds a bucket after all others.
func (m *rim) append(bucket node) error {
	top := &m.path[len(m.path)-1]
	if top.count == 0 {
		top.size, top.count = bucket.size, bucket.count
		return nil
	}
	child := bucket
	for level := 1; level < len(m.path); level++ {
		n := m.at(level)
		if level > 1 && n.size < m.x.fill(level) {
			n.size++
			m.count(level, bucket.count)
			return nil
		}
		if err := m.put(level); err != nil {
			return err
		}
		*n = child
		child = node{child.start, 1, child.count}
	}
	return m.raise(child)
}

// count adds entries to the nodes of a level and above.
func (m *rim) count(level int, entries int64) {
	for ; level <= len(m.path); level++ {
		m.at(level).count += entries
	}
}

// raise adds a child to the root, which gives way to a new one when it is full.
func (m *rim) raise(child node) error {
	top := m.at(len(m.path))
	if len(m.path) > 1 && top.size < m.x.fill(len(m.path)) {
		top.size++
		top.count += child.count
		return nil
	}
	if m.root.height == maxHeight {
		return damaged("index is higher than %d levels", maxHeight)
	}
	old := *top
	m.root.height++
	if err := m.put(m.root.height); err != nil {
		return err
	}
	*top = child
	m.path = append(m.path, node{size: 2, count: old.count + child.count})
	return nil
}

func (m *rim) finish() error {
	for level := 1; level <= m.root.height; level++ {
		if err := m.put(level); err != nil {
			return err
		}
	}
	return m.tree.finish()
}
