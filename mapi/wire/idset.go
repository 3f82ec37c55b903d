package wire

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
)

// An IDSet is a set of ids or of change numbers: for each replica, ranges of counters
// (MS-OXCFXICS 2.2.2.4). The zero value is empty and ready to use. It is not safe for
// concurrent writing.
type IDSet struct {
	replicas []replicaSet // by GUID, none empty
}

type replicaSet struct {
	replica mapi.GUID
	ranges  []IDRange // rising, neither overlapping nor adjacent
}

// An IDRange is the counters from Low to High, both included.
type IDRange struct{ Low, High uint64 }

// Add adds one id.
func (s *IDSet) Add(id mapi.GlobalID) { s.AddRange(id.Replica, id.Counter, id.Counter) }

// AddRange adds the counters from low to high. Nothing is added when high is less than
// low; counters end at [mapi.MaxCounter].
func (s *IDSet) AddRange(replica mapi.GUID, low, high uint64) {
	high = min(high, mapi.MaxCounter)
	if low > high {
		return
	}
	i, ok := s.find(replica)
	if !ok {
		s.replicas = slices.Insert(s.replicas, i, replicaSet{replica: replica})
	}
	s.replicas[i].ranges = addRange(s.replicas[i].ranges, IDRange{low, high})
}

// addRange joins r with what it overlaps or touches.
func addRange(rs []IDRange, r IDRange) []IDRange {
	from, _ := slices.BinarySearchFunc(rs, r.Low, func(e IDRange, low uint64) int {
		if e.High+1 < low {
			return -1
		}
		return 1
	})
	to := from
	for to < len(rs) && rs[to].Low <= r.High+1 {
		r.Low, r.High = min(r.Low, rs[to].Low), max(r.High, rs[to].High)
		to++
	}
	return slices.Replace(rs, from, to, r)
}

// Has reports whether id is in the set.
func (s *IDSet) Has(id mapi.GlobalID) bool {
	i, ok := s.find(id.Replica)
	if !ok {
		return false
	}
	rs := s.replicas[i].ranges
	j, _ := slices.BinarySearchFunc(rs, id.Counter, func(e IDRange, c uint64) int {
		if e.High < c {
			return -1
		}
		return 1
	})
	return j < len(rs) && rs[j].Low <= id.Counter
}

// IsEmpty reports whether nothing is in the set.
func (s *IDSet) IsEmpty() bool { return len(s.replicas) == 0 }

// Ranges yields all ranges, by replica and rising.
func (s *IDSet) Ranges() iter.Seq2[mapi.GUID, IDRange] {
	return func(yield func(mapi.GUID, IDRange) bool) {
		for _, r := range s.replicas {
			for _, e := range r.ranges {
				if !yield(r.replica, e) {
					return
				}
			}
		}
	}
}

// Union adds all of t.
func (s *IDSet) Union(t *IDSet) {
	for replica, r := range t.Ranges() {
		s.AddRange(replica, r.Low, r.High)
	}
}

// Subtract removes all of t.
func (s *IDSet) Subtract(t *IDSet) {
	var left []replicaSet
	for _, r := range s.replicas {
		if i, ok := t.find(r.replica); ok {
			r.ranges = subtract(r.ranges, t.replicas[i].ranges)
		}
		if len(r.ranges) > 0 {
			left = append(left, r)
		}
	}
	s.replicas = left
}

func subtract(a, b []IDRange) []IDRange {
	var left []IDRange
	for _, r := range a {
		gone := false
		for len(b) > 0 && b[0].High < r.Low {
			b = b[1:]
		}
		for _, x := range b {
			if x.Low > r.High {
				break
			}
			if x.Low > r.Low {
				left = append(left, IDRange{r.Low, x.Low - 1})
			}
			if r.Low = x.High + 1; r.Low > r.High {
				gone = true
				break
			}
		}
		if !gone {
			left = append(left, r)
		}
	}
	return left
}

// Equal reports whether s and t have the same ids.
func (s *IDSet) Equal(t *IDSet) bool {
	return slices.EqualFunc(s.replicas, t.replicas, func(a, b replicaSet) bool {
		return a.replica == b.replica && slices.Equal(a.ranges, b.ranges)
	})
}

// Clone returns a set of its own.
func (s *IDSet) Clone() *IDSet {
	c := &IDSet{replicas: slices.Clone(s.replicas)}
	for i := range c.replicas {
		c.replicas[i].ranges = slices.Clone(c.replicas[i].ranges)
	}
	return c
}

func (s *IDSet) find(replica mapi.GUID) (int, bool) {
	return slices.BinarySearchFunc(s.replicas, replica, func(e replicaSet, g mapi.GUID) int {
		return bytes.Compare(e.replica[:], g[:])
	})
}

// Bytes returns the form with replica GUIDs. The empty set has no bytes.
func (s *IDSet) Bytes() []byte {
	b := []byte{}
	for _, r := range s.replicas {
		b = append(b, r.replica[:]...)
		b = appendGlobSet(b, r.ranges)
	}
	return b
}

// AppendShort appends the form with the short ids that a logon gives to replicas.
func (s *IDSet) AppendShort(dst []byte, short func(mapi.GUID) (uint16, error)) ([]byte, error) {
	type entry struct {
		id     uint16
		ranges []IDRange
	}
	var entries []entry
	for _, r := range s.replicas {
		id, err := short(r.replica)
		if err != nil {
			return dst, err
		}
		entries = append(entries, entry{id, r.ranges})
	}
	slices.SortFunc(entries, func(a, b entry) int { return int(a.id) - int(b.id) })
	for _, e := range entries {
		dst = appendGlobSet(le.AppendUint16(dst, e.id), e.ranges)
	}
	return dst, nil
}

// ParseIDSet reads the form with replica GUIDs. The error is [mapi.ErrCorruptData].
func ParseIDSet(b []byte) (*IDSet, error) {
	d := NewDecoder(b, nil)
	return d.idSet(d.guid)
}

// ParseShortIDSet reads the form with the short ids that a logon gives to replicas.
func ParseShortIDSet(b []byte, replica func(uint16) (mapi.GUID, error)) (*IDSet, error) {
	d := NewDecoder(b, nil)
	return d.idSet(func() mapi.GUID {
		g, err := replica(d.uint16())
		if err != nil {
			d.fail("replica: %w", err)
		}
		return g
	})
}

// idSet reads everything before it adds it in rising order: each range is then added
// at the end, however the input is ordered.
func (d *Decoder) idSet(replica func() mapi.GUID) (*IDSet, error) {
	all := map[mapi.GUID][]IDRange{}
	for d.err == nil && len(d.b) > 0 {
		g := replica()
		all[g] = append(all[g], d.globSet()...)
	}
	if d.err != nil {
		return nil, d.err
	}
	s := &IDSet{}
	for g, rs := range all {
		slices.SortFunc(rs, func(a, b IDRange) int { return cmp.Compare(a.Low, b.Low) })
		for _, r := range rs {
			s.AddRange(g, r.Low, r.High)
		}
	}
	return s, nil
}

// counterSize is the number of bytes of a counter, most significant first.
const counterSize = 6

// The commands of a GLOBSET (MS-OXCFXICS 2.2.2.6). From 1 to 6 is a push of so many
// bytes that the next counters begin with.
const (
	globEnd     = 0x00
	globPop     = 0x50
	globBitmask = 0x42
	globRange   = 0x52
)

// globSet reads the counters of one replica.
func (d *Decoder) globSet() (rs []IDRange) {
	var stack []byte // what was pushed
	var pushes []int // how much at a time
	for d.err == nil {
		switch c := d.uint8(); {
		case d.err != nil || c == globEnd:
			return rs
		case c <= counterSize:
			stack = append(stack, d.take(int(c))...)
			if len(stack) > counterSize {
				d.fail("counter of %d bytes", len(stack))
			}
			if len(stack) < counterSize {
				pushes = append(pushes, int(c))
				continue
			}
			n := bigEndian(stack, nil)
			rs = append(rs, IDRange{n, n})
			stack = stack[:counterSize-int(c)]
		case c == globPop:
			if len(pushes) == 0 {
				d.fail("nothing to pop")
				return nil
			}
			stack = stack[:len(stack)-pushes[len(pushes)-1]]
			pushes = pushes[:len(pushes)-1]
		case c == globBitmask && len(stack) == counterSize-1:
			rs = appendBits(rs, bigEndian(stack, []byte{d.uint8()}), d.uint8())
		case c == globRange:
			n := counterSize - len(stack)
			r := IDRange{bigEndian(stack, d.take(n)), bigEndian(stack, d.take(n))}
			if r.Low > r.High {
				d.fail("range from %d to %d", r.Low, r.High)
			}
			rs = append(rs, r)
		default:
			d.fail("command %#x in a set of ids", c)
		}
	}
	return nil
}

// appendBits adds first, and for each bit the counter so many after it.
func appendBits(rs []IDRange, first uint64, bits uint8) []IDRange {
	rs = append(rs, IDRange{first, first})
	for i := range uint64(8) {
		if n := first + i + 1; bits>>i&1 != 0 && n <= mapi.MaxCounter {
			rs = append(rs, IDRange{n, n})
		}
	}
	return rs
}

func bigEndian(a, b []byte) (n uint64) {
	for _, c := range a {
		n = n<<8 | uint64(c)
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

func appendGlobSet(dst []byte, rs []IDRange) []byte { return append(appendRanges(dst, rs, 0), globEnd) }

// appendRanges appends ranges whose first k bytes are pushed already. What more they
// have in common is pushed for all of them; then they are told apart by the next byte.
func appendRanges(dst []byte, rs []IDRange, k int) []byte {
	low, high := counterBytes(rs[0].Low), counterBytes(rs[len(rs)-1].High)
	common := k
	for common < counterSize && low[common] == high[common] {
		common++
	}
	if common == counterSize { // one counter: its last push pops itself
		return append(append(dst, byte(counterSize-k)), low[k:]...)
	}
	if common > k {
		dst = append(append(dst, byte(common-k)), low[k:common]...)
		return append(appendRanges(dst, rs, common), globPop)
	}
	if len(rs) == 1 {
		return append(append(append(dst, globRange), low[k:]...), high[k:]...)
	}
	for len(rs) > 0 {
		n := alike(rs, k)
		dst = appendRanges(dst, rs[:n], k)
		rs = rs[n:]
	}
	return dst
}

// alike is the number of ranges at the beginning that have the same byte k; a range
// over several values of it stands alone.
func alike(rs []IDRange, k int) int {
	byteOf := func(n uint64) byte { return byte(n >> (8 * (counterSize - 1 - k))) }
	first, n := byteOf(rs[0].Low), 0
	for n < len(rs) && byteOf(rs[n].Low) == first && byteOf(rs[n].High) == first {
		n++
	}
	return max(n, 1)
}

func counterBytes(n uint64) []byte {
	b := make([]byte, counterSize)
	for i := range b {
		b[i] = byte(n >> (8 * (counterSize - 1 - i)))
	}
	return b
}

// String returns the ranges for people.
func (s *IDSet) String() string {
	var b bytes.Buffer
	for g, r := range s.Ranges() {
		fmt.Fprintf(&b, "%v:%X-%X ", g, r.Low, r.High)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
