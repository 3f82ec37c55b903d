package table

import (
	"bytes"

	"github.com/okapi-mail/okapi/store/driver"
)

// Check reads the whole index and reports the first thing that does not fit, as an
// error that wraps [driver.ErrDamaged]: counts that are not what is there, buckets
// that are missing, misplaced, too big or empty, values that do not parse, keys
// under the prefix that the index never writes. [Build.Recount] mends all but the
// last, provided that the entries are right; whether they are, their owner knows.
func (x Index) Check(r driver.Reader) error {
	rt, err := x.readRoot(r)
	if err != nil {
		return err
	}
	if err := x.checkStrays(r, rt); err != nil {
		return err
	}
	if err := x.checkValues(r); err != nil {
		return err
	}
	if rt.state == Filling {
		return x.checkDeleted(r)
	}
	for level := 1; level <= rt.height; level++ {
		if err := x.checkLists(r, level); err != nil {
			return err
		}
	}
	if err := x.checkNode(r, rt.height+1, rt.node, rt.limit()); err != nil {
		return err
	}
	if v, err := r.Get(x.key(kindRoot, nil)); err != nil || v == nil || rt.state != Complete || rt.count > 0 {
		return err
	}
	return damaged("record of an empty index")
}

// checkStrays looks for keys between those that rt allows.
func (x Index) checkStrays(r driver.Reader, rt root) error {
	height := byte(rt.height)
	lists := byte(2) // the lowest level that has any
	last := x.key(kindEntry, nil)
	if rt.state == Filling {
		last = x.key(kindDeleted, nil)
	}
	for _, gap := range [][2][]byte{
		{x.prefix, x.key(kindRoot, nil)},
		{x.key(kindRoot, []byte{0}), x.key(kindRoot+1, nil)},
		{x.key(height+1, nil), x.key(kindList+lists, nil)},
		{x.key(kindList+max(height+1, lists), nil), last},
		{x.key(kindEntry+1, nil), nil},
	} {
		var stray []byte
		err := r.Scan(gap[0], gap[1], false, func(key, _ []byte) bool {
			if bytes.HasPrefix(key, x.prefix) {
				stray = bytes.Clone(key)
			}
			return false
		})
		if err != nil {
			return err
		}
		if stray != nil {
			return damaged("stray key %x", stray)
		}
	}
	return nil
}

// checkValues sees that the values of entries are empty.
func (x Index) checkValues(r driver.Reader) error { return x.checkEmpty(r, kindEntry) }

// checkEmpty sees that the keys of a kind have no values.
func (x Index) checkEmpty(r driver.Reader, kind byte) error {
	var bad []byte
	err := x.scan(r, kind, nil, nil, false, func(rest, value []byte) bool {
		if len(value) > 0 {
			bad = append([]byte{}, rest...)
		}
		return bad == nil
	})
	if err == nil && bad != nil {
		err = damaged("key %x of kind %d has a value", bad, kind)
	}
	return err
}

// checkLists sees that the starts of a level have no values, and that those above
// level 1 have their lists and no list is left over.
func (x Index) checkLists(r driver.Reader, level int) error {
	if err := x.checkEmpty(r, byte(level)); err != nil || level == 1 {
		return err
	}
	var bad []byte
	var fault error
	err := x.scan(r, kindList+byte(level), nil, nil, false, func(start, _ []byte) bool {
		var v []byte
		if v, fault = r.Get(x.key(byte(level), start)); v == nil {
			bad = append([]byte{}, start...)
		}
		return fault == nil && bad == nil
	})
	switch {
	case err != nil:
		return err
	case fault == nil && bad != nil:
		return damaged("list of bucket %x of level %d, which does not exist", bad, level)
	}
	return fault
}

// checkNode compares n, a node of the given level that ends at end, with what is
// below it. It goes down as many levels as the tree has.
func (x Index) checkNode(r driver.Reader, level int, n node, end []byte) error {
	if n.size(level) > x.most(level) {
		return damaged("bucket %x of level %d has %d children", n.start, level, n.size(level))
	}
	if level == 1 {
		return x.checkBucket(r, n, end)
	}
	starts, err := x.startsOf(r, level-1, n, end)
	if err != nil {
		return err
	}
	for i, start := range starts {
		kid := node{start: start, count: n.kids[i]}
		if kid.count == 0 {
			return damaged("bucket %x of level %d is empty", start, level-1)
		}
		if err := x.readList(r, level-1, &kid); err != nil {
			return err
		}
		to := end
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		if err := x.checkNode(r, level-1, kid, to); err != nil {
			return err
		}
	}
	return nil
}

// startsOf returns the starts of the children of n, which are of the given level.
func (x Index) startsOf(r driver.Reader, level int, n node, end []byte) (starts [][]byte, err error) {
	if end != nil && bytes.Compare(n.start, end) >= 0 {
		return nil, damaged("bucket %x starts behind its end %x", n.start, end)
	}
	err = x.starts(r, level, n.start, end, false, func(s []byte) bool {
		starts = append(starts, append([]byte{}, s...))
		return len(starts) <= len(n.kids)
	})
	if err == nil && (len(starts) != len(n.kids) || !bytes.Equal(starts[0], n.start)) {
		err = damaged("starts of level %d from %x do not fit their list", level, n.start)
	}
	return starts, err
}

// checkBucket counts the entries of a node of level 1.
func (x Index) checkBucket(r driver.Reader, n node, end []byte) error {
	var seen int64
	err := x.entries(r, n.start, end, false, func([]byte) bool {
		seen++
		return true
	})
	if err == nil && seen != n.count {
		err = damaged("bucket %x has %d entries instead of %d", n.start, seen, n.count)
	}
	return err
}
