package table

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/okapi-mail/okapi/store/driver"
)

// The byte after the prefix tells what a key is. Levels of nodes are 1, 2, and
// so on, so that they lie between the root and the entries.
const (
	kindRoot  = 0x00
	kindEntry = 'e'

	maxHeight = 16
	maxCount  = 1 << 56
)

// A node is a range of entries, from start up to the start of the next node of
// its level. Its record's key is start, its value the two numbers.
type node struct {
	start []byte
	size  int64 // children: entries on level 1, nodes above
	count int64 // entries
}

func (n node) clone() node {
	n.start = bytes.Clone(n.start)
	return n
}

// A root is the record of the whole index. Its node is the one above the highest
// level that has records. An index without a record is complete and empty.
type root struct {
	node
	state  State
	height int    // levels that have records
	cursor []byte // Filling: the builder's mark. Counting: first entry not counted
}

// covers tells whether the counts include entry, or would if it were there.
func (rt root) covers(entry []byte) bool {
	switch rt.state {
	case Filling:
		return false
	case Counting:
		return bytes.Compare(entry, rt.cursor) < 0
	default:
		return true
	}
}

// limit returns the end of what is counted; nil means all.
func (rt root) limit() []byte {
	if rt.state == Complete {
		return nil
	}
	return rt.cursor
}

func (x Index) readRoot(r driver.Reader) (root, error) {
	v, err := r.Get(x.key(kindRoot, nil))
	if err != nil || v == nil {
		return root{}, err
	}
	rt, ok := decodeRoot(v)
	if !ok {
		return root{}, damaged("root record %x", v)
	}
	return rt, nil
}

// writeRoot stores rt, or nothing when it says what a missing record says.
func (x Index) writeRoot(tx driver.Tx, rt root) error {
	key := x.key(kindRoot, nil)
	if rt.state == Complete && rt.count == 0 && rt.height == 0 {
		return tx.Delete(key)
	}
	v := []byte{byte(rt.state), byte(rt.height)}
	v = binary.AppendUvarint(v, uint64(rt.size))
	v = binary.AppendUvarint(v, uint64(rt.count))
	return tx.Put(key, append(v, rt.cursor...))
}

func decodeRoot(v []byte) (root, bool) {
	if len(v) < 2 || v[0] > byte(Counting) || v[1] > maxHeight {
		return root{}, false
	}
	rt := root{state: State(v[0]), height: int(v[1])}
	var ok bool
	if rt.size, v, ok = number(v[2:]); !ok {
		return root{}, false
	}
	if rt.count, v, ok = number(v); !ok {
		return root{}, false
	}
	rt.cursor = bytes.Clone(v)
	switch {
	case rt.state == Complete && len(v) > 0,
		rt.state == Filling && (rt.count > 0 || rt.height > 0),
		rt.height == 0 && rt.size != rt.count,
		rt.height > 0 && (rt.size < 2 || rt.size > rt.count):
		return root{}, false
	}
	return rt, true
}

// nodes yields the nodes of a level that start in lo ≤ start < hi; a nil hi means
// no upper bound. A node's start is valid until yield returns.
func (x Index) nodes(r driver.Reader, level int, lo, hi []byte, reverse bool, yield func(node) bool) error {
	var bad error
	err := x.scan(r, byte(level), lo, hi, reverse, func(start, value []byte) bool {
		n, ok := decodeNode(level, start, value)
		if !ok {
			bad = damaged("record %x of bucket %x of level %d", value, start, level)
			return false
		}
		return yield(n)
	})
	if bad != nil {
		return bad
	}
	return err
}

func decodeNode(level int, start, value []byte) (node, bool) {
	n := node{start: start}
	var ok bool
	if n.count, value, ok = number(value); !ok {
		return n, false
	}
	n.size = n.count
	if level > 1 {
		if n.size, value, ok = number(value); !ok {
			return n, false
		}
	}
	return n, len(value) == 0
}

func (x Index) putNode(tx driver.Tx, level int, n node) error {
	v := binary.AppendUvarint(nil, uint64(n.count))
	if level > 1 {
		v = binary.AppendUvarint(v, uint64(n.size))
	}
	return tx.Put(x.key(byte(level), n.start), v)
}

func (x Index) deleteNode(tx driver.Tx, level int, start []byte) error {
	return tx.Delete(x.key(byte(level), start))
}

// entries yields the entries lo ≤ entry < hi; a nil hi means no upper bound.
func (x Index) entries(r driver.Reader, lo, hi []byte, reverse bool, yield func([]byte) bool) error {
	return x.scan(r, kindEntry, lo, hi, reverse, func(e, _ []byte) bool { return yield(e) })
}

// scan yields the keys of one kind without prefix and kind.
func (x Index) scan(r driver.Reader, kind byte, lo, hi []byte, reverse bool, yield func(rest, value []byte) bool) error {
	end := x.key(kind+1, nil)
	if hi != nil {
		if bytes.Compare(lo, hi) >= 0 {
			return nil
		}
		end = x.key(kind, hi)
	}
	skip := len(x.prefix) + 1
	return r.Scan(x.key(kind, lo), end, reverse, func(key, value []byte) bool {
		return yield(key[skip:], value)
	})
}

func (x Index) key(kind byte, rest []byte) []byte {
	k := make([]byte, 0, len(x.prefix)+1+len(rest))
	k = append(k, x.prefix...)
	k = append(k, kind)
	return append(k, rest...)
}

// number takes a count off v. The shortest form is the only one.
func number(v []byte) (int64, []byte, bool) {
	n, width := binary.Uvarint(v)
	if width <= 0 || n > maxCount || (width > 1 && v[width-1] == 0) {
		return 0, nil, false
	}
	return int64(n), v[width:], true
}

// after returns the least byte string above b.
func after(b []byte) []byte {
	return append(append(make([]byte, 0, len(b)+1), b...), 0)
}

// separator returns the shortest beginning of b that is above a, given a < b.
func separator(a, b []byte) []byte {
	n := 0
	for n < len(a) && n < len(b)-1 && a[n] == b[n] {
		n++
	}
	return bytes.Clone(b[:min(n+1, len(b))])
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("table: "+format+": %w", append(args, driver.ErrDamaged)...)
}
