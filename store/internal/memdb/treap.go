package memdb

import (
	"bytes"
	"hash/maphash"
)

// A node is the root of a persistent treap: a search tree over keys that is at
// the same time a heap over priorities. Nodes never change once they are
// reachable from a root, so whoever holds a root holds a snapshot. The
// priority is a hash of the key, so that the shape depends on the content and
// not on the order of writes; its expected depth is O(log n).
type node struct {
	key, value  []byte
	prio        uint64
	left, right *node
}

// seed keeps strangers from choosing keys that degrade the tree to a list.
var seed = maphash.MakeSeed()

func leaf(key, value []byte) *node {
	return &node{key: key, value: value, prio: maphash.Bytes(seed, key)}
}

func (n *node) with(left, right *node) *node {
	return &node{key: n.key, value: n.value, prio: n.prio, left: left, right: right}
}

// get returns the value of key, or nil.
func (n *node) get(key []byte) []byte {
	for n != nil {
		switch c := bytes.Compare(key, n.key); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return n.value
		}
	}
	return nil
}

// split divides the tree into the keys < key and the keys ≥ key. A nil key is
// greater than all others.
func (n *node) split(key []byte) (below, rest *node) {
	if n == nil || key == nil {
		return n, nil
	}
	if bytes.Compare(n.key, key) < 0 {
		mid, rest := n.right.split(key)
		return n.with(n.left, mid), rest
	}
	below, mid := n.left.split(key)
	return below, n.with(mid, n.right)
}

// join is the tree of both; every key of left is smaller than every one of right.
func join(left, right *node) *node {
	switch {
	case left == nil:
		return right
	case right == nil:
		return left
	case left.prio >= right.prio:
		return left.with(left.left, join(left.right, right))
	default:
		return right.with(join(left, right.left), right.right)
	}
}

// put returns the tree with x in it.
func (n *node) put(x *node) *node {
	if n == nil {
		return x
	}
	c := bytes.Compare(x.key, n.key)
	switch {
	case c == 0:
		return &node{key: x.key, value: x.value, prio: n.prio, left: n.left, right: n.right}
	case x.prio > n.prio:
		below, rest := n.split(x.key)
		return x.with(below, rest)
	case c < 0:
		return n.with(n.left.put(x), n.right)
	default:
		return n.with(n.left, n.right.put(x))
	}
}

// delete returns the tree without key.
func (n *node) delete(key []byte) *node {
	if n == nil {
		return nil
	}
	switch c := bytes.Compare(key, n.key); {
	case c == 0:
		return join(n.left, n.right)
	case c < 0:
		if left := n.left.delete(key); left != n.left {
			return n.with(left, n.right)
		}
	default:
		if right := n.right.delete(key); right != n.right {
			return n.with(n.left, right)
		}
	}
	return n
}

// replace returns the tree with its keys lo ≤ key < hi exchanged for those of
// other. A nil hi means no upper bound.
func (n *node) replace(lo, hi []byte, other *node) *node {
	below, rest := n.split(lo)
	_, above := rest.split(hi)
	return join(join(below, other), above)
}

// ascend calls yield with lo ≤ key < hi in order; it reports whether to go on.
func (n *node) ascend(lo, hi []byte, yield func(key, value []byte) bool) bool {
	if n == nil {
		return true
	}
	above := bytes.Compare(n.key, lo) >= 0
	if above && !n.left.ascend(lo, hi, yield) {
		return false
	}
	if hi != nil && bytes.Compare(n.key, hi) >= 0 {
		return true
	}
	if above && !yield(n.key, n.value) {
		return false
	}
	return n.right.ascend(lo, hi, yield)
}

// descend is ascend in the other direction.
func (n *node) descend(lo, hi []byte, yield func(key, value []byte) bool) bool {
	if n == nil {
		return true
	}
	below := hi == nil || bytes.Compare(n.key, hi) < 0
	if below && !n.right.descend(lo, hi, yield) {
		return false
	}
	if bytes.Compare(n.key, lo) < 0 {
		return true
	}
	if below && !yield(n.key, n.value) {
		return false
	}
	return n.left.descend(lo, hi, yield)
}
