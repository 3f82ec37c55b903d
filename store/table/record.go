package table

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/okapi-mail/okapi/store/driver"
)

// The byte after the prefix tells what a key is: the root, the start of a node of
// level 1, 2 and so on, the list of a node of level 2, 3 and so on, an entry that
// was deleted while the index is being filled, or an entry.
const (
	kindRoot    = 0x00
	kindList    = 0x20 // plus the level
	kindDeleted = 'd'
	kindEntry   = 'e'

	maxHeight = 16
	maxCount  = 1 << 48
	maxKids   = 1 << 12
)

// A node is a range of entries, from start up to the start of the next node of
// its level.
type node struct {
	start  []byte
	count  int64    // entries
	kids   []int64  // entries of each child; nil on level 1
	starts [][]byte // of the children, or nil when a Keeper has not got them yet
	pos    int      // which child of its parent it is
	kept   *Record  // where a Keeper has it
}

// replace puts the children of n from i up to j in the place of others.
func (n *node) replace(i, j int, by ...node) {
	counts := make([]int64, len(by))
	starts := make([][]byte, len(by))
	for at, kid := range by {
		counts[at], starts[at] = kid.count, kid.start
	}
	n.kids = slices.Replace(n.kids, i, j, counts...)
	if n.starts != nil {
		n.starts = slices.Replace(n.starts, i, j, starts...)
	}
}

// size returns the number of children.
func (n *node) size(level int) int64 {
	if level == 1 {
		return n.count
	}
	return int64(len(n.kids))
}

// A root is the record of the whole index. Its node is the one above the highest
// level that has starts. An index without a record is complete and empty.
type root struct {
	node
	state  State
	height int    // levels that have starts
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
	key := x.key(kindRoot, nil)
	k, keeps := r.(Keeper)
	if keeps {
		if rec := k.Kept(key); rec != nil {
			rt := rec.root
			rt.kept = rec
			return rt, nil
		}
	}
	v, err := r.Get(key)
	if err != nil {
		return root{}, err
	}
	rt := root{}
	if v != nil {
		payload, ok := unseal(key, v)
		if ok {
			rt, ok = decodeRoot(payload)
		}
		if !ok {
			return root{}, damaged("root record %x", v)
		}
	}
	if keeps {
		rec := &Record{root: rt}
		k.Keep(key, rec)
		rt.kept = rec
	}
	return rt, nil
}

// writeRoot stores rt, or nothing when it says what a missing record says.
func (x Index) writeRoot(tx driver.Tx, rt root) error {
	if rec := rt.kept; rec.known(false) {
		rt.kept = nil
		rec.root = rt
		return nil
	}
	key := x.key(kindRoot, nil)
	if k, ok := tx.(Keeper); ok {
		rt.kept = nil
		keep(k, key, Record{root: rt, dirty: true})
		return nil
	}
	if v := rt.encode(key); v != nil {
		return tx.Put(key, v)
	}
	return tx.Delete(key)
}

// encode returns the record, nil when a missing one says the same.
func (rt root) encode(key []byte) []byte {
	if rt.state == Complete && rt.count == 0 && rt.height == 0 {
		return nil
	}
	v := make([]byte, 0, 2+2*binary.MaxVarintLen64+len(rt.cursor)+listRoom(rt.kids)+sealSize)
	v = append(v, byte(rt.state), byte(rt.height))
	v = binary.AppendUvarint(v, uint64(len(rt.cursor)))
	v = append(v, rt.cursor...)
	v = binary.AppendUvarint(v, uint64(rt.count))
	return seal(key, appendList(v, rt.kids))
}

func decodeRoot(v []byte) (root, bool) {
	if len(v) < 2 || v[0] > byte(Counting) || v[1] > maxHeight {
		return root{}, false
	}
	rt := root{state: State(v[0]), height: int(v[1])}
	n, v, ok := number(v[2:])
	if !ok || n > int64(len(v)) {
		return root{}, false
	}
	rt.cursor, v = bytes.Clone(v[:n]), v[n:]
	if rt.count, v, ok = number(v); !ok {
		return root{}, false
	}
	switch {
	case rt.state == Complete && len(rt.cursor) > 0,
		rt.state == Filling && (rt.count > 0 || rt.height > 0):
		return root{}, false
	case rt.height == 0:
		return rt, len(v) == 0
	}
	rt.kids, ok = decodeList(v, rt.count)
	return rt, ok && len(rt.kids) >= 2
}

// readList sets the kids of n, a node of the given level.
func (x Index) readList(r driver.Reader, level int, n *node) error {
	if level == 1 {
		return nil
	}
	key := x.key(kindList+byte(level), n.start)
	k, keeps := r.(Keeper)
	if keeps {
		if rec := k.Kept(key); rec != nil {
			if rec.absent || rec.root.count != n.count {
				return damaged("list of bucket %x of level %d", n.start, level)
			}
			n.kids, n.starts, n.kept = rec.root.kids, rec.root.starts, rec
			return nil
		}
	}
	v, err := r.Get(key)
	if err != nil {
		return err
	}
	payload, ok := unseal(key, v)
	var kids []int64
	if ok {
		kids, ok = decodeList(payload, n.count)
	}
	if !ok {
		return damaged("list %x of bucket %x of level %d", v, n.start, level)
	}
	n.kids = kids
	if keeps {
		n.kept = &Record{root: root{node: node{count: n.count, kids: kids}}, list: true}
		k.Keep(key, n.kept)
	}
	return nil
}

func (x Index) writeList(tx driver.Tx, level int, n node) error {
	if level == 1 {
		return nil
	}
	if n.kept.known(true) {
		n.kept.root.count, n.kept.root.kids, n.kept.root.starts = n.count, n.kids, n.starts
		return nil
	}
	key := x.key(kindList+byte(level), n.start)
	if k, ok := tx.(Keeper); ok {
		n.start, n.kept = nil, nil
		keep(k, key, Record{root: root{node: n}, list: true, dirty: true})
		return nil
	}
	return tx.Put(key, encodeList(key, n.kids))
}

func encodeList(key []byte, kids []int64) []byte {
	return seal(key, appendList(make([]byte, 0, listRoom(kids)+sealSize), kids))
}

// listRoom is how many bytes a list usually takes at most.
func listRoom(kids []int64) int { return 2 * len(kids) }

const sealSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal appends a checksum of key and value to the value: counts that were damaged
// may still look like counts.
func seal(key, v []byte) []byte {
	return binary.LittleEndian.AppendUint32(v, checksum(key, v))
}

func unseal(key, v []byte) ([]byte, bool) {
	n := len(v) - 4
	if n < 0 || binary.LittleEndian.Uint32(v[n:]) != checksum(key, v[:n]) {
		return nil, false
	}
	return v[:n:n], true
}

func checksum(key, v []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, v)
}

// writeNode stores start and list of a node that is new.
func (x Index) writeNode(tx driver.Tx, level int, n node) error {
	if err := tx.Put(x.key(byte(level), n.start), []byte{}); err != nil {
		return err
	}
	return x.writeList(tx, level, n)
}

func (x Index) deleteNode(tx driver.Tx, level int, start []byte) error {
	if err := tx.Delete(x.key(byte(level), start)); err != nil || level == 1 {
		return err
	}
	key := x.key(kindList+byte(level), start)
	if k, ok := tx.(Keeper); ok {
		keep(k, key, Record{list: true, absent: true, dirty: true})
		return nil
	}
	return tx.Delete(key)
}

func appendList(v []byte, kids []int64) []byte {
	for _, n := range kids {
		v = binary.AppendUvarint(v, uint64(n))
	}
	return v
}

// decodeList returns the numbers in v, of which there is at least one and which
// make up sum.
func decodeList(v []byte, sum int64) ([]int64, bool) {
	kids := make([]int64, 0, min(len(v), maxKids)+1) // a number may take one byte
	for len(v) > 0 && len(kids) < maxKids {
		n, rest, ok := number(v)
		if !ok {
			return nil, false
		}
		kids = append(kids, n)
		sum -= n
		v = rest
	}
	return kids, len(v) == 0 && len(kids) > 0 && sum == 0
}

// starts yields the starts of a level's nodes in lo ≤ start < hi; a nil hi means
// no upper bound. A start is valid until yield returns.
func (x Index) starts(r driver.Reader, level int, lo, hi []byte, reverse bool, yield func(start []byte) bool) error {
	return x.scan(r, byte(level), lo, hi, reverse, func(start, _ []byte) bool { return yield(start) })
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
