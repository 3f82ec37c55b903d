package mapi

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"time"
	"unicode/utf8"
)

// ComparedBytes is how much of a string or binary value takes part in the order
// of values. What comes after it is not looked at, so that a [Stream] of any
// length is compared in bounded memory.
const ComparedBytes = 64 << 10

// Compare is the one total order of the values of type t. It returns a negative
// number when a comes before b, 0 when they are equal, and a positive number
// otherwise.
//
//   - An absent value (nil) is lowest; so is one that does not fit t.
//   - Integers and Currency are signed, false is less than true, times are ordered
//     by FILETIME, error codes are unsigned.
//   - NaN is below all other floats and equal to itself; -0 equals +0.
//   - Binary values, objects, server ids and GUIDs go byte by byte as they travel; on
//     an equal prefix the shorter is less.
//   - Strings follow a collation that depends on no locale: see [FoldString] for what
//     is equal, and [CollationVersion].
//   - Multiple values are tuples: element by element, on an equal prefix the
//     shorter is less. With [MultiInstance] in t, a and b are single elements.
//   - Restrictions and rule actions have no order: all of them are equal.
//
// Of a string or binary value only the first [ComparedBytes] count. A [Stream]
// that cannot be read ends where its error is; whoever must know reads it with
// [ReadValue] first.
func Compare(t Type, a, b Value) int {
	t = instanceType(t)
	if a, ok := a.(string); ok && t.IsString() {
		if b, ok := b.(string); ok && !t.IsMultiple() {
			return compareStrings(a, b)
		}
	}
	a, b = ordered(t, a), ordered(t, b)
	if a == nil || b == nil {
		return cmp.Compare(presence(a), presence(b))
	}
	return comparePresent(t, a, b)
}

// AppendSortKey appends a form of v to dst that bytes.Compare orders as [Compare]
// orders values, reversed when desc is true.
//
// No key is a prefix of another key made with the same t and max, so keys can
// be appended to one another: the order of the results is that of the tuples of
// values. A max above 0 cuts the key to that many bytes. Cut keys order as far as
// they go: when a is less than b, the key of a is less than or equal to that of b.
//
// Keys that are kept must be made anew when [CollationVersion] changes.
func AppendSortKey(dst []byte, t Type, v Value, desc bool, max int) []byte {
	start := len(dst)
	t = instanceType(t)
	if s, ok := v.(string); ok && t.IsString() && !t.IsMultiple() {
		dst = appendStringKey(append(dst, 1), cutString(s)) // without allocating
	} else if v = ordered(t, v); v == nil {
		dst = append(dst, 0)
	} else {
		dst = appendPresent(append(dst, 1), t, v)
	}
	if max > 0 && len(dst)-start > max {
		dst = dst[:start+max]
	}
	if desc {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// instanceType is the type of the values in a column of type t.
func instanceType(t Type) Type {
	if t&MultiInstance != 0 {
		return t.Base()
	}
	return t
}

// ordered brings v into the form that is compared: nil when it does not fit t,
// a stream's beginning, and no byte beyond ComparedBytes.
func ordered(t Type, v Value) Value {
	if v == nil || !t.Valid() || !valueFits(t, v) {
		return nil
	}
	switch v := v.(type) {
	case Stream:
		b := readStart(v)
		if t.IsString() {
			return cutString(string(b))
		}
		return b
	case string:
		return cutString(v)
	case []byte:
		return v[:min(len(v), ComparedBytes)]
	case Object:
		return []byte(v[:min(len(v), ComparedBytes)])
	case ServerID:
		return []byte(v[:min(len(v), ComparedBytes)])
	}
	return v
}

func readStart(s Stream) []byte {
	r, err := s.Open()
	if err != nil {
		return []byte{}
	}
	defer r.Close()
	var b bytes.Buffer
	_, _ = io.Copy(&b, io.LimitReader(r, ComparedBytes)) // an error ends the value: see Compare
	return b.Bytes()
}

// cutString cuts between characters. It looks at a string of just the limit too:
// that may be the beginning of a stream.
func cutString(s string) string {
	if len(s) < ComparedBytes {
		return s
	}
	n := ComparedBytes
	for i := 1; i < utf8.UTFMax && n-i > 0; i++ {
		if utf8.RuneStart(s[n-i]) {
			if !utf8.FullRuneInString(s[n-i : n]) {
				n -= i
			}
			break
		}
	}
	return s[:n]
}

func presence(v Value) int {
	if v == nil {
		return 0
	}
	return 1
}

func comparePresent(t Type, a, b Value) int {
	switch a := a.(type) {
	case string:
		return compareStrings(a, b.(string))
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case int16:
		return cmp.Compare(a, b.(int16))
	case int32:
		return cmp.Compare(a, b.(int32))
	case int64:
		return cmp.Compare(a, b.(int64))
	case Currency:
		return cmp.Compare(a, b.(Currency))
	case float32:
		return cmp.Compare(a, b.(float32))
	case float64:
		return cmp.Compare(a, b.(float64))
	case FloatingTime:
		return cmp.Compare(a, b.(FloatingTime))
	case Code:
		return cmp.Compare(a, b.(Code))
	case bool:
		return compareBool(a, b.(bool))
	case time.Time:
		return compareTime(a, b.(time.Time))
	case GUID:
		return compareGUID(a, b.(GUID))
	}
	if t.IsMultiple() {
		return compareMultiple(a, b)
	}
	return 0
}

func compareMultiple(a, b Value) int {
	switch a := a.(type) {
	case []string:
		return slices.CompareFunc(a, b.([]string), compareCutStrings)
	case [][]byte:
		return slices.CompareFunc(a, b.([][]byte), compareCutBytes)
	case []int16:
		return slices.Compare(a, b.([]int16))
	case []int32:
		return slices.Compare(a, b.([]int32))
	case []int64:
		return slices.Compare(a, b.([]int64))
	case []Currency:
		return slices.Compare(a, b.([]Currency))
	case []float32:
		return slices.Compare(a, b.([]float32))
	case []float64:
		return slices.Compare(a, b.([]float64))
	case []FloatingTime:
		return slices.Compare(a, b.([]FloatingTime))
	case []time.Time:
		return slices.CompareFunc(a, b.([]time.Time), compareTime)
	case []GUID:
		return slices.CompareFunc(a, b.([]GUID), compareGUID)
	}
	return 0
}

func compareCutStrings(a, b string) int { return compareStrings(cutString(a), cutString(b)) }

func compareCutBytes(a, b []byte) int {
	return bytes.Compare(a[:min(len(a), ComparedBytes)], b[:min(len(b), ComparedBytes)])
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareTime(a, b time.Time) int { return cmp.Compare(ToFileTime(a), ToFileTime(b)) }

func compareGUID(a, b GUID) int { return bytes.Compare(a[:], b[:]) }

// appendPresent appends the key of a value that is there. Values of fixed size
// delimit themselves; others end with a zero byte and a byte lower than any that
// may follow a zero within them.
func appendPresent(dst []byte, t Type, v Value) []byte {
	if t.IsMultiple() {
		return appendMultiple(dst, v)
	}
	switch v := v.(type) {
	case string:
		return appendStringKey(dst, v)
	case []byte:
		return appendBytesKey(dst, v)
	case int16:
		return binary.BigEndian.AppendUint16(dst, uint16(v)^1<<15)
	case int32:
		return binary.BigEndian.AppendUint32(dst, uint32(v)^1<<31)
	case int64:
		return appendInt64(dst, v)
	case Currency:
		return appendInt64(dst, v)
	case float32:
		return binary.BigEndian.AppendUint32(dst, orderedFloat32(v))
	case float64:
		return appendFloat64(dst, v)
	case FloatingTime:
		return appendFloat64(dst, v)
	case Code:
		return binary.BigEndian.AppendUint32(dst, uint32(v))
	case bool:
		return append(dst, byte(compareBool(v, false)))
	case time.Time:
		return binary.BigEndian.AppendUint64(dst, ToFileTime(v))
	case GUID:
		return append(dst, v[:]...)
	}
	return dst
}

func appendMultiple(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case []string:
		return appendEach(dst, v, func(dst []byte, s string) []byte { return appendStringKey(dst, cutString(s)) })
	case [][]byte:
		return appendEach(dst, v, func(dst, b []byte) []byte { return appendBytesKey(dst, b[:min(len(b), ComparedBytes)]) })
	case []int16:
		return appendEach(dst, v, func(dst []byte, n int16) []byte { return binary.BigEndian.AppendUint16(dst, uint16(n)^1<<15) })
	case []int32:
		return appendEach(dst, v, func(dst []byte, n int32) []byte { return binary.BigEndian.AppendUint32(dst, uint32(n)^1<<31) })
	case []int64:
		return appendEach(dst, v, appendInt64)
	case []Currency:
		return appendEach(dst, v, appendInt64)
	case []float32:
		return appendEach(dst, v, func(dst []byte, f float32) []byte { return binary.BigEndian.AppendUint32(dst, orderedFloat32(f)) })
	case []float64:
		return appendEach(dst, v, appendFloat64)
	case []FloatingTime:
		return appendEach(dst, v, appendFloat64)
	case []time.Time:
		return appendEach(dst, v, func(dst []byte, t time.Time) []byte { return binary.BigEndian.AppendUint64(dst, ToFileTime(t)) })
	case []GUID:
		return appendEach(dst, v, func(dst []byte, g GUID) []byte { return append(dst, g[:]...) })
	}
	return append(dst, 0)
}

// appendEach writes 1 before each element and 0 after the last, which makes a
// shorter tuple come first.
func appendEach[T any](dst []byte, vs []T, one func([]byte, T) []byte) []byte {
	for _, v := range vs {
		dst = one(append(dst, 1), v)
	}
	return append(dst, 0)
}

func appendInt64[T ~int64](dst []byte, v T) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)^1<<63)
}

func appendFloat64[T ~float64](dst []byte, f T) []byte {
	return binary.BigEndian.AppendUint64(dst, orderedFloat64(float64(f)))
}

// orderedFloat64 maps floats to integers that order the same: negative ones
// reversed below the positive ones, NaN at 0.
func orderedFloat64(f float64) uint64 {
	switch {
	case f != f:
		return 0
	case f == 0:
		return 1 << 63
	case f < 0:
		return ^math.Float64bits(f)
	}
	return math.Float64bits(f) | 1<<63
}

func orderedFloat32(f float32) uint32 {
	switch {
	case f != f:
		return 0
	case f == 0:
		return 1 << 31
	case f < 0:
		return ^math.Float32bits(f)
	}
	return math.Float32bits(f) | 1<<31
}

// Within a key of variable length a zero byte is followed by one of these.
const (
	keyEnd    = 0x00
	keyLevel  = 0x01 // the next level of a string's key begins
	keyEscape = 0xFF // the zero byte belongs to the value
)

func appendBytesKey(dst, b []byte) []byte {
	return append(appendEscaped(dst, b), 0, keyEnd)
}

func appendEscaped[T string | []byte](dst []byte, b T) []byte {
	for i := range len(b) {
		if dst = append(dst, b[i]); b[i] == 0 {
			dst = append(dst, keyEscape)
		}
	}
	return dst
}
