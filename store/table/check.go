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
	if err := x.checkValues(r); err != nil || rt.state == Filling {
		return err
	}
	for level := rt.height; level > 0; level-- {
		if err := x.checkLevel(r, rt, level); err != nil {
			return err
		}
	}
	if err := x.checkNode(r, rt, rt.height+1, rt.node, rt.limit()); err != nil {
		return err
	}
	if v, err := r.Get(x.key(kindRoot, nil)); err != nil || v == nil || rt.state != Complete || rt.count > 0 {
		return err
	}
	return damaged("record of an empty index")
}

// checkStrays looks for keys between those that rt allows.
func (x Index) checkStrays(r driver.Reader, rt root) error {
	levels := byte(rt.height + 1)
	for _, gap := range [][2][]byte{
		{x.prefix, x.key(kindRoot, nil)},
		{x.key(kindRoot, []byte{0}), x.key(kindRoot+1, nil)},
		{x.key(levels, nil), x.key(kindEntry, nil)},
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
func (x Index) checkValues(r driver.Reader) error {
	var bad []byte
	err := x.scan(r, kindEntry, nil, nil, false, func(e, value []byte) bool {
		if len(value) > 0 {
			bad = bytes.Clone(e)
		}
		return bad == nil
	})
	if err == nil && bad != nil {
		err = damaged("entry %x has a value", bad)
	}
	return err
}

// checkLevel compares each node of a level with its children.
func (x Index) checkLevel(r driver.Reader, rt root, level int) error {
	var open *node
	var fault error
	err := x.nodes(r, level, nil, nil, false, func(n node) bool {
		if open == nil && len(n.start) > 0 {
			fault = damaged("level %d starts at %x", level, n.start)
		}
		if open != nil {
			fault = x.checkNode(r, rt, level, *open, n.start)
		}
		n = n.clone()
		open = &n
		return fault == nil
	})
	switch {
	case err != nil:
		return err
	case fault != nil:
		return fault
	case open == nil:
		return damaged("level %d has no buckets", level)
	}
	return x.checkNode(r, rt, level, *open, rt.limit())
}

// checkNode compares n, a node of the given level that ends at end, with its
// children.
func (x Index) checkNode(r driver.Reader, rt root, level int, n node, end []byte) error {
	seen := node{start: n.start}
	aligned := true
	var err error
	if level == 1 {
		err = x.entries(r, n.start, end, false, func([]byte) bool {
			seen.size++
			seen.count++
			return true
		})
	} else {
		err = x.nodes(r, level-1, n.start, end, false, func(c node) bool {
			aligned = aligned && (seen.size > 0 || bytes.Equal(c.start, n.start))
			seen.size++
			seen.count += c.count
			return true
		})
	}
	switch {
	case err != nil:
		return err
	case !aligned:
		return damaged("bucket %x of level %d lacks its first child", n.start, level)
	case seen.size != n.size || seen.count != n.count:
		return damaged("bucket %x of level %d says %d children and %d entries, has %d and %d",
			n.start, level, n.size, n.count, seen.size, seen.count)
	case n.size > x.most(level), n.size == 0 && level <= rt.height:
		return damaged("bucket %x of level %d has %d children", n.start, level, n.size)
	}
	return nil
}
