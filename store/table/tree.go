package table

import (
	"bytes"
	"slices"

	"github.com/okapi-mail/okapi/store/driver"
)

// A tree is the way from the root of an index down to one entry, and what mends
// the nodes on that way when the entry has been written or deleted.
type tree struct {
	x     Index
	tx    driver.Tx // nil when only read
	root  root
	entry []byte
	path  []node // path[i] is the node of level i+1 that holds entry; the last one is the root's
	room  [3]node
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

func (x Index) walk(r driver.Reader, rt root, entry []byte) (*tree, error) {
	t := new(tree)
	if rt.kept != nil {
		if rt.kept.tree == nil {
			rt.kept.tree = t
		}
		t = rt.kept.tree
	}
	*t = tree{x: x, root: rt, entry: entry}
	if t.path = t.room[:]; rt.height >= len(t.room) {
		t.path = make([]node, rt.height+1, rt.height+2)
	}
	t.path = t.path[:rt.height+1]
	t.path[rt.height] = rt.node
	for level := rt.height; level > 0; level-- {
		n, err := x.childFor(r, level, &t.path[level], entry)
		if err != nil {
			return nil, err
		}
		t.path[level-1] = n
	}
	return t, nil
}

func (x Index) walkTx(tx driver.Tx, rt root, entry []byte) (*tree, error) {
	t, err := x.walk(tx, rt, entry)
	if err == nil {
		t.tx = tx
	}
	return t, err
}

// childFor returns the child of parent, a node of the given level, that holds
// entry or would: the last one that does not start above it.
func (x Index) childFor(r driver.Reader, level int, parent *node, entry []byte) (node, error) {
	if err := x.loadStarts(r, level, parent); err != nil {
		return node{}, err
	}
	if parent.starts != nil {
		i, exact := slices.BinarySearchFunc(parent.starts, entry, bytes.Compare)
		if !exact {
			i--
		}
		if i < 0 {
			return node{}, damaged("starts of level %d from %x do not fit their list", level, parent.start)
		}
		n := node{start: parent.starts[i], count: parent.kids[i], pos: i}
		err := x.readList(r, level, &n)
		return n, err
	}
	var seen int
	var start []byte
	aligned := true
	err := x.starts(r, level, parent.start, after(entry), false, func(s []byte) bool {
		aligned = aligned && (seen > 0 || bytes.Equal(s, parent.start))
		start = append(start[:0], s...)
		seen++
		return aligned && seen <= len(parent.kids)
	})
	if err == nil && (!aligned || seen == 0 || seen > len(parent.kids)) {
		err = damaged("starts of level %d from %x do not fit their list", level, parent.start)
	}
	if err != nil {
		return node{}, err
	}
	n := node{start: start, count: parent.kids[seen-1], pos: seen - 1}
	err = x.readList(r, level, &n)
	return n, err
}

// child returns the child of parent at pos, a node of the given level.
func (x Index) child(r driver.Reader, level int, parent node, pos int) (node, error) {
	start, err := x.startAt(r, level, parent, pos)
	if err != nil {
		return node{}, err
	}
	n := node{start: start, count: parent.kids[pos], pos: pos}
	err = x.readList(r, level, &n)
	return n, err
}

// startAt returns the start of the child of parent at n, which is of the given
// level.
func (x Index) startAt(r driver.Reader, level int, parent node, n int) (start []byte, err error) {
	from := parent.start
	if n == 0 {
		return from, nil
	}
	if parent.starts != nil {
		return parent.starts[n], nil
	}
	err = x.starts(r, level, from, nil, false, func(s []byte) bool {
		if n--; n < 0 {
			start = bytes.Clone(s)
		}
		return n >= 0
	})
	if err == nil && n >= 0 {
		err = damaged("level %d lacks nodes after %x", level, from)
	}
	return start, err
}

// before returns how many entries are in the nodes left of the path.
func (t *tree) before() (n int64) {
	for level := 1; level <= t.root.height; level++ {
		for _, kid := range t.at(level + 1).kids[:t.at(level).pos] {
			n += kid
		}
	}
	return n
}

// at returns the path's node of a level.
func (t *tree) at(level int) *node { return &t.path[level-1] }

// add counts the entry in every node of the path, as d more.
func (t *tree) add(d int64) error {
	for level := 1; level <= len(t.path); level++ {
		n := t.at(level)
		if n.count += d; n.count < 0 {
			return damaged("bucket %x has more entries than its record says", n.start)
		}
		if level > 1 {
			n.kids[t.at(level-1).pos] += d
		}
	}
	return nil
}

// finish stores the lists of the path and the root.
func (t *tree) finish() error {
	for level := 2; level <= t.root.height; level++ {
		if err := t.x.writeList(t.tx, level, *t.at(level)); err != nil {
			return err
		}
	}
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
		if t.at(level).size(level) <= t.x.most(level) {
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
	left, right := t.outer()
	between := func(lo, hi []byte) (found bool, err error) {
		err = t.x.entries(t.tx, lo, hi, false, func([]byte) bool {
			found = true
			return false
		})
		return found, err
	}
	if right {
		if more, err := between(after(t.entry), t.root.limit()); err != nil || !more {
			return last, err
		}
	}
	if left {
		if less, err := between(nil, t.entry); err != nil || !less {
			return first, err
		}
	}
	return middle, nil
}

// outer reports whether the path runs along the left or the right edge of the
// tree.
func (t *tree) outer() (left, right bool) {
	left, right = true, true
	for level := 1; level <= t.root.height; level++ {
		pos := t.at(level).pos
		left = left && pos == 0
		right = right && pos == len(t.at(level+1).kids)-1
	}
	return left, right
}

// split cuts the path's node of a level in two. At either end of the index it
// leaves one child for the outer part: where entries arrive in order, the inner
// part will never grow again.
func (t *tree) split(level int, place place) error {
	n := *t.at(level)
	keep := n.size(level) / 2
	switch place {
	case first:
		keep = 1
	case last:
		keep = n.size(level) - 1
	}
	left, right, err := t.cut(level, n, keep)
	if err != nil {
		return err
	}
	if level > t.root.height {
		if err := t.raise(n.count); err != nil {
			return err
		}
		if err := t.x.writeNode(t.tx, level, left); err != nil {
			return err
		}
	}
	*t.at(level) = left // finish stores its list
	if err := t.x.writeNode(t.tx, level, right); err != nil {
		return err
	}
	t.at(level+1).replace(n.pos, n.pos+1, left, right)
	return nil
}

// raise puts a new root with a single child above the old one.
func (t *tree) raise(count int64) error {
	if t.root.height == maxHeight {
		return damaged("index is higher than %d levels", maxHeight)
	}
	t.root.height++
	t.path = append(t.path, node{count: count, kids: []int64{count}})
	return nil
}

// cut returns two nodes for n: one with its first keep children, one with the rest.
func (t *tree) cut(level int, n node, keep int64) (left, right node, err error) {
	left = node{start: n.start, pos: n.pos}
	right = node{pos: n.pos + 1}
	if level == 1 {
		left.count = keep
		right.start, err = t.middle(n, keep)
	} else {
		left.kids, right.kids = slices.Clone(n.kids[:keep]), slices.Clone(n.kids[keep:])
		if n.starts != nil {
			left.starts, right.starts = slices.Clone(n.starts[:keep]), slices.Clone(n.starts[keep:])
		}
		left.count = sum(left.kids)
		right.start, err = t.x.startAt(t.tx, level-1, n, int(keep))
	}
	right.count = n.count - left.count
	return left, right, err
}

// middle returns what separates the first keep entries of n from the rest.
func (t *tree) middle(n node, keep int64) ([]byte, error) {
	var previous, start []byte
	var seen int64
	err := t.x.entries(t.tx, n.start, nil, false, func(e []byte) bool {
		if seen++; seen <= keep {
			if seen == keep {
				previous = bytes.Clone(e)
			}
			return true
		}
		start = separator(previous, e)
		return false
	})
	if err == nil && seen <= keep {
		err = damaged("bucket %x has fewer than %d entries", n.start, n.count)
	}
	return start, err
}

func sum(kids []int64) (n int64) {
	for _, kid := range kids {
		n += kid
	}
	return n
}

// deleted counts the entry off and joins the nodes that it left too small with a
// neighbour, from the top down: so a node always has one below its own parent.
func (t *tree) deleted() error {
	if err := t.add(-1); err != nil {
		return err
	}
	for level := t.root.height; level > 0; level-- {
		if t.at(level).size(level) >= t.x.least(level) {
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
	if level > 1 && t.at(level).pos == right.pos {
		t.at(level - 1).pos += len(left.kids)
	}
	both := node{start: left.start, count: left.count + right.count, kids: slices.Concat(left.kids, right.kids), pos: left.pos}
	if left.starts != nil && right.starts != nil {
		both.starts = slices.Concat(left.starts, right.starts)
	}
	parent := t.at(level + 1)
	if both.size(level) <= t.x.fill(level) {
		*t.at(level) = both // finish stores its list
		parent.replace(left.pos, right.pos+1, both)
		return nil
	}
	if left, right, err = t.cut(level, both, both.size(level)/2); err != nil {
		return err
	}
	parent.replace(left.pos, right.pos+1, left, right)
	return t.shared(level, left, right)
}

// shared stores two nodes that shared their children anew, and takes the path
// through the one that holds the entry.
func (t *tree) shared(level int, left, right node) error {
	*t.at(level) = left
	if bytes.Compare(right.start, t.entry) <= 0 {
		*t.at(level) = right
		if level > 1 {
			t.at(level - 1).pos -= len(left.kids)
		}
	}
	if err := t.x.writeNode(t.tx, level, right); err != nil {
		return err
	}
	return t.x.writeList(t.tx, level, left)
}

// pair returns the path's node of a level and its neighbour below the same parent,
// in order.
func (t *tree) pair(level int) (left, right node, err error) {
	n, parent := *t.at(level), *t.at(level + 1)
	switch {
	case len(parent.kids) < 2:
		err = damaged("bucket %x of level %d has no neighbour", n.start, level)
	case n.pos == 0:
		left = n
		right, err = t.x.child(t.tx, level, parent, 1)
	default:
		right = n
		left, err = t.x.child(t.tx, level, parent, n.pos-1)
	}
	return left, right, err
}

// lower takes levels off that have a single node.
func (t *tree) lower() error {
	for t.root.height > 0 && len(t.path[t.root.height].kids) == 1 {
		if err := t.x.deleteNode(t.tx, t.root.height, t.at(t.root.height).start); err != nil {
			return err
		}
		t.path = t.path[:t.root.height]
		t.root.height--
	}
	return nil
}
