package table

import (
	"bytes"

	"github.com/okapi-mail/okapi/store/driver"
)

// A tree is the way from the root of an index down to one entry that has just
// been written or deleted, and what mends the nodes on that way.
type tree struct {
	x     Index
	tx    driver.Tx
	root  root
	entry []byte
	path  []node // path[i] is the node of level i+1 that holds entry; the last one is the root's
}

// most returns how many children a node of the level may have.
func (x Index) most(level int) int64 {
	if level == 1 {
		return x.leaf
	}
	return x.fan
}

// least returns below how many children a node is joined with a neighbour. It is
// at least 2, so that every node but the outermost ones has a neighbour below the
// same parent.
func (x Index) least(level int) int64 { return max(x.most(level)/4, 2) }

// fill returns how many children a node gets when there is a choice: the rest is
// room for what comes later.
func (x Index) fill(level int) int64 { return x.most(level) * 3 / 4 }

func (x Index) walk(tx driver.Tx, rt root, entry []byte) (*tree, error) {
	t := &tree{x: x, tx: tx, root: rt, entry: entry, path: make([]node, 0, rt.height+2)}
	for level := 1; level <= rt.height; level++ {
		n, ok, err := x.lastNode(tx, level, after(entry))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, damaged("level %d has no bucket for %x", level, entry)
		}
		t.path = append(t.path, n)
	}
	t.path = append(t.path, rt.node)
	return t, nil
}

// lastNode returns the last node of a level that starts below hi; a nil hi means
// no bound.
func (x Index) lastNode(r driver.Reader, level int, hi []byte) (n node, ok bool, err error) {
	err = x.nodes(r, level, nil, hi, true, func(last node) bool {
		n, ok = last.clone(), true
		return false
	})
	return n, ok, err
}

// firstNode returns the first node of a level that starts at lo or above.
func (x Index) firstNode(r driver.Reader, level int, lo []byte) (n node, ok bool, err error) {
	err = x.nodes(r, level, lo, nil, false, func(first node) bool {
		n, ok = first.clone(), true
		return false
	})
	return n, ok, err
}

// at returns the path's node of a level.
func (t *tree) at(level int) *node { return &t.path[level-1] }

// put stores the path's node of a level. The root is stored at the end.
func (t *tree) put(level int) error {
	if level > t.root.height {
		return nil
	}
	return t.x.putNode(t.tx, level, *t.at(level))
}

// add counts the entry in every node of the path, as d more.
func (t *tree) add(d int64) error {
	t.at(1).size += d
	for level := range t.path {
		n := &t.path[level]
		if n.count += d; n.count < 0 || n.size < 0 {
			return damaged("bucket %x counts fewer entries than it has", n.start)
		}
		if err := t.put(level + 1); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) finish() error {
	t.root.node = t.path[len(t.path)-1]
	return t.x.writeRoot(t.tx, t.root)
}

// inserted counts the entry and splits the nodes that it made too big, from the
// bottom up.
func (t *tree) inserted() error {
	if err := t.add(1); err != nil {
		return err
	}
	var place place
	for level := 1; level <= len(t.path); level++ {
		if t.at(level).size <= t.x.most(level) {
			break
		}
		if place == unknown {
			var err error
			if place, err = t.place(); err != nil {
				return err
			}
		}
		if err := t.split(level, place); err != nil {
			return err
		}
	}
	return t.finish()
}

// A place says where the new entry stands among all that are counted.
type place int

const (
	unknown place = iota
	first
	middle
	last
)

func (t *tree) place() (place, error) {
	between := func(lo, hi []byte) (found bool, err error) {
		err = t.x.entries(t.tx, lo, hi, false, func([]byte) bool {
			found = true
			return false
		})
		return found, err
	}
	more, err := between(after(t.entry), t.root.limit())
	if err != nil || !more {
		return last, err
	}
	less, err := between(nil, t.entry)
	if err != nil || !less {
		return first, err
	}
	return middle, nil
}

// split cuts the path's node of a level in two. At either end of the index it
// leaves one child for the outer part: where entries arrive in order, the inner
// part will never grow again.
func (t *tree) split(level int, place place) error {
	n := *t.at(level)
	keep := n.size / 2
	switch place {
	case first:
		keep = 1
	case last:
		keep = n.size - 1
	}
	if level > t.root.height {
		if t.root.height == maxHeight {
			return damaged("index is higher than %d levels", maxHeight)
		}
		t.root.height++
		t.path = append(t.path, node{size: 1, count: n.count})
	}
	left, right, err := t.cut(level, n, keep)
	if err != nil {
		return err
	}
	t.at(level+1).size++
	if err := t.x.putNode(t.tx, level, left); err != nil {
		return err
	}
	if err := t.x.putNode(t.tx, level, right); err != nil {
		return err
	}
	return t.put(level + 1)
}

// cut returns two nodes for n: one with its first keep children, one with the rest.
func (t *tree) cut(level int, n node, keep int64) (left, right node, err error) {
	var seen, count int64
	var previous, start []byte
	each := func(child []byte, entries int64) bool {
		if seen++; seen <= keep {
			count += entries
			previous = append(previous[:0], child...)
			return true
		}
		start = bytes.Clone(child)
		return false
	}
	if level == 1 {
		err = t.x.entries(t.tx, n.start, nil, false, func(e []byte) bool { return each(e, 1) })
		start = separator(previous, start)
	} else {
		err = t.x.nodes(t.tx, level-1, n.start, nil, false, func(c node) bool { return each(c.start, c.count) })
	}
	if err == nil && (seen <= keep || count >= n.count) {
		err = damaged("bucket %x of level %d is smaller than its record says", n.start, level)
	}
	left = node{n.start, keep, count}
	right = node{start, n.size - keep, n.count - count}
	return left, right, err
}

// deleted counts the entry off and joins the nodes that it left too small with a
// neighbour, from the top down: so a node always has one below its own parent.
func (t *tree) deleted() error {
	if err := t.add(-1); err != nil {
		return err
	}
	for level := t.root.height; level > 0; level-- {
		if t.at(level).size >= t.x.least(level) {
			continue
		}
		if err := t.join(level); err != nil {
			return err
		}
	}
	if err := t.lower(); err != nil {
		return err
	}
	return t.finish()
}

// join makes the path's node of a level one with its neighbour, or shares their
// children evenly when they are too many for one.
func (t *tree) join(level int) error {
	left, right, err := t.pair(level)
	if err != nil {
		return err
	}
	if err := t.x.deleteNode(t.tx, level, right.start); err != nil {
		return err
	}
	both := node{left.start, left.size + right.size, left.count + right.count}
	if both.size <= t.x.fill(level) {
		*t.at(level) = both
		t.at(level+1).size--
		if err := t.put(level + 1); err != nil {
			return err
		}
		return t.put(level)
	}
	if left, right, err = t.cut(level, both, both.size/2); err != nil {
		return err
	}
	if err := t.x.putNode(t.tx, level, left); err != nil {
		return err
	}
	if *t.at(level) = left; bytes.Compare(right.start, t.entry) <= 0 {
		*t.at(level) = right
	}
	return t.x.putNode(t.tx, level, right)
}

// pair returns the path's node of a level and its neighbour below the same parent,
// in order. The first child of a parent starts where the parent does.
func (t *tree) pair(level int) (left, right node, err error) {
	n, parent := *t.at(level), *t.at(level + 1)
	var ok bool
	switch {
	case parent.size < 2:
	case bytes.Equal(n.start, parent.start):
		left = n
		right, ok, err = t.x.firstNode(t.tx, level, after(n.start))
	default:
		right = n
		left, ok, err = t.x.lastNode(t.tx, level, n.start)
	}
	if err == nil && !ok {
		err = damaged("bucket %x of level %d has no neighbour", n.start, level)
	}
	return left, right, err
}

// lower takes levels off that have a single node.
func (t *tree) lower() error {
	for t.root.height > 0 && t.path[len(t.path)-1].size == 1 {
		only := t.path[len(t.path)-2]
		if err := t.x.deleteNode(t.tx, t.root.height, only.start); err != nil {
			return err
		}
		t.root.height--
		t.path = t.path[:len(t.path)-1]
	}
	return nil
}
