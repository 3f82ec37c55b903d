package mapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

// orderCases lists values of one type from least to greatest; values that are
// equal share an inner list.
var orderCases = []struct {
	name   string
	t      mapi.Type
	groups [][]mapi.Value
}{
	{"integers are signed", mapi.PtypInteger32, [][]mapi.Value{{nil}, {int32(math.MinInt32)}, {int32(-1)}, {int32(0)}, {int32(1)}, {int32(math.MaxInt32)}}},
	{"short integers are signed", mapi.PtypInteger16, [][]mapi.Value{{nil}, {int16(math.MinInt16)}, {int16(-1)}, {int16(0)}, {int16(7)}}},
	{"long integers are signed", mapi.PtypInteger64, [][]mapi.Value{{nil}, {int64(math.MinInt64)}, {int64(-1)}, {int64(0)}, {int64(math.MaxInt64)}}},
	{"currency is signed", mapi.PtypCurrency, [][]mapi.Value{{nil}, {mapi.Currency(-12500)}, {mapi.Currency(0)}, {mapi.Currency(1)}}},
	{"false is less than true", mapi.PtypBoolean, [][]mapi.Value{{nil}, {false}, {true}}},
	{"error codes are unsigned", mapi.PtypErrorCode, [][]mapi.Value{{nil}, {mapi.Success}, {mapi.ErrNoAccess}, {mapi.Code(math.MaxUint32)}}},
	{"NaN is below all floats and zeros are equal", mapi.PtypFloating64, [][]mapi.Value{
		{nil}, {math.NaN(), math.Float64frombits(math.Float64bits(math.NaN()) | 1<<63)}, {math.Inf(-1)}, {-math.MaxFloat64}, {-1.5}, {-math.SmallestNonzeroFloat64},
		{0.0, math.Copysign(0, -1)}, {math.SmallestNonzeroFloat64}, {1.0}, {math.Inf(1)}}},
	{"NaN is below all short floats", mapi.PtypFloating32, [][]mapi.Value{
		{nil}, {float32(math.NaN())}, {float32(math.Inf(-1))}, {float32(-1)}, {float32(0), float32(math.Copysign(0, -1))}, {float32(2)}}},
	{"floating times order as floats", mapi.PtypFloatingTime, [][]mapi.Value{{nil}, {mapi.FloatingTime(-1)}, {mapi.FloatingTime(0)}, {mapi.FloatingTime(44000.5)}}},
	{"times are ordered by FILETIME, over its whole range", mapi.PtypTime, [][]mapi.Value{
		{nil}, {mapi.FromFileTime(0), time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC)}, {time.Unix(0, 0)},
		{time.Unix(5, 100), time.Unix(5, 199).In(time.FixedZone("", 3600))}, {time.Unix(5, 200)},
		{mapi.FromFileTime(mapi.NoDate)}, {mapi.FromFileTime(1 << 63)}, {mapi.FromFileTime(math.MaxUint64)}}},
	{"GUIDs go byte by byte", mapi.PtypGuid, [][]mapi.Value{{nil}, {mapi.GUID{}}, {mapi.GUID{0: 1, 15: 9}}, {mapi.GUID{0: 2}}, {mapi.GUID{0: 0xFF}}}},
	{"binary goes byte by byte, the shorter first", mapi.PtypBinary, [][]mapi.Value{
		{nil}, {[]byte{}, memStream("")}, {[]byte{0}}, {[]byte{0, 0}}, {[]byte{0, 1}}, {[]byte{0, 0xFF}}, {[]byte{1}, memStream("\x01")}, {[]byte{1, 0}}, {[]byte{2}}, {[]byte{0xFF, 0xFF}}}},
	{"objects and server ids are bytes", mapi.PtypServerId, [][]mapi.Value{{nil}, {mapi.ServerID{}}, {mapi.ServerID{1}}, {mapi.ServerID{1, 2}}}},
	{"strings follow the collation without case", mapi.PtypString, [][]mapi.Value{
		{nil}, {"", memStream("")}, {"\x00"}, {"\u200b"}, {" "}, {"_a"}, {"-"}, {"1"}, {"10"}, {"2"},
		{"a", "A", memStream("A")}, {"ⓐ", "Ⓐ"}, {"ａ", "Ａ"}, {"á", "Á", "a\u0301", "A\u0301"}, {"ä", "Ä"}, {"aa", "AA"}, {"ab"}, {"áb"},
		{"B", "b"}, {"e"}, {"é", "e\u0301"}, {"k", "K", "\u212a"}, {"Zebra"}, {"ω", "Ω", "\u2126"}, {"я", "Я"}, {"日"}}},
	{"both flavours of strings are one order", mapi.PtypString8, [][]mapi.Value{{nil}, {""}, {"a", "A"}, {"b"}}},
	{"multiple values are tuples, the shorter first", mapi.PtypMultipleInteger32, [][]mapi.Value{
		{nil, []int32{}}, {[]int32{-1, 9}}, {[]int32{1}}, {[]int32{1, 0}}, {[]int32{1, 2}}, {[]int32{2}}}},
	{"multiple strings are tuples of folded strings", mapi.PtypMultipleString, [][]mapi.Value{
		{nil}, {[]string{""}}, {[]string{"", ""}}, {[]string{"a"}, []string{"A"}}, {[]string{"a", "z"}}, {[]string{"aa"}}, {[]string{"b"}}}},
	{"multiple binaries are tuples", mapi.PtypMultipleBinary, [][]mapi.Value{
		{nil}, {[][]byte{{}}}, {[][]byte{{}, {0}}}, {[][]byte{{0}}}, {[][]byte{{0}, {0}}}, {[][]byte{{0, 0}}}, {[][]byte{{1}}}}},
	{"an instance of a multiple value is a single one", mapi.PtypMultipleString | mapi.MultiInstance, [][]mapi.Value{{nil}, {"a", "A"}, {"b"}}},
	{"a value of another type counts as absent", mapi.PtypInteger32, [][]mapi.Value{{nil, "x", int16(1), int64(5), []int32{1}}, {int32(-5)}}},
	{"restrictions have no order", mapi.PtypRestriction, [][]mapi.Value{{nil}, {mapi.And(), mapi.Or(mapi.And())}}},
}

func TestOrder(t *testing.T) {
	for _, c := range orderCases {
		t.Run(c.name, func(t *testing.T) {
			for i, x := range c.groups {
				for j, y := range c.groups {
					for _, a := range x {
						for _, b := range y {
							assert.Equal(t, sign(i-j), sign(mapi.Compare(c.t, a, b)), "Compare(%v, %#v, %#v)", c.t, a, b)
							agree(t, c.t, a, b)
						}
					}
				}
			}
		})
	}
}

// agree checks that keys order as Compare does.
func agree(t *testing.T, typ mapi.Type, a, b mapi.Value) {
	t.Helper()
	want := sign(mapi.Compare(typ, a, b))
	up := bytes.Compare(key(typ, a, false, 0), key(typ, b, false, 0))
	down := bytes.Compare(key(typ, a, true, 0), key(typ, b, true, 0))
	require.Equal(t, want, up, "keys of %#v, %#v as %v", a, b, typ)
	require.Equal(t, -want, down, "descending keys of %#v, %#v as %v", a, b, typ)
	for _, max := range []int{1, 2, 3, 7, 16} {
		x, y := key(typ, a, false, max), key(typ, b, false, max)
		require.LessOrEqual(t, len(x), max)
		if c := bytes.Compare(x, y); c != 0 {
			require.Equal(t, want, c, "keys of %#v, %#v as %v cut to %d", a, b, typ, max)
		}
	}
}

func key(t mapi.Type, v mapi.Value, desc bool, max int) []byte {
	return mapi.AppendSortKey(nil, t, v, desc, max)
}

func sign(n int) int { return min(1, max(-1, n)) }

// TestKeysJoin checks that keys appended to one another order as tuples do.
func TestKeysJoin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	types := []mapi.Type{mapi.PtypString, mapi.PtypBinary, mapi.PtypInteger32, mapi.PtypMultipleString, mapi.PtypMultipleBinary}
	for range 5000 {
		var a, b []byte
		want := 0
		for range 3 {
			typ := types[rnd.IntN(len(types))]
			desc := rnd.IntN(2) == 0
			x, y := randomValue(rnd, typ), randomValue(rnd, typ)
			a = mapi.AppendSortKey(a, typ, x, desc, 0)
			b = mapi.AppendSortKey(b, typ, y, desc, 0)
			if c := sign(mapi.Compare(typ, x, y)); want == 0 {
				if want = c; desc {
					want = -c
				}
			}
		}
		require.Equal(t, want, bytes.Compare(a, b))
	}
}

// TestKeysArePrefixFree checks that no key, cut or not, begins another one.
func TestKeysArePrefixFree(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, typ := range []mapi.Type{mapi.PtypString, mapi.PtypBinary, mapi.PtypMultipleString, mapi.PtypMultipleBinary, mapi.PtypMultipleInteger32} {
		for _, max := range []int{0, 1, 4, 9} {
			var keys [][]byte
			for range 400 {
				keys = append(keys, key(typ, randomValue(rnd, typ), false, max))
			}
			slices.SortFunc(keys, bytes.Compare)
			for i := range keys[1:] {
				if bytes.HasPrefix(keys[i+1], keys[i]) {
					require.Equal(t, keys[i], keys[i+1], "%v cut to %d", typ, max)
				}
			}
		}
	}
}

func TestOrderIsTotal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, typ := range []mapi.Type{mapi.PtypString, mapi.PtypBinary, mapi.PtypFloating64, mapi.PtypMultipleString, mapi.PtypMultipleFloating64} {
		for range 3000 {
			a, b, c := randomValue(rnd, typ), randomValue(rnd, typ), randomValue(rnd, typ)
			require.Zero(t, mapi.Compare(typ, a, a))
			require.Equal(t, sign(mapi.Compare(typ, a, b)), -sign(mapi.Compare(typ, b, a)))
			if mapi.Compare(typ, a, b) <= 0 && mapi.Compare(typ, b, c) <= 0 {
				require.LessOrEqual(t, mapi.Compare(typ, a, c), 0, "%#v ≤ %#v ≤ %#v", a, b, c)
			}
			agree(t, typ, a, b)
		}
	}
}

func TestEqualMeansEqualUnderFolding(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 20000 {
		a, b := randomString(rnd), randomString(rnd)
		require.Equal(t, mapi.FoldString(a) == mapi.FoldString(b), mapi.Compare(mapi.PtypString, a, b) == 0, "%+q %+q", a, b)
	}
}

func TestOnlyTheBeginningIsCompared(t *testing.T) {
	long := strings.Repeat("é", mapi.ComparedBytes/2)
	for _, c := range []struct {
		name string
		t    mapi.Type
		a, b mapi.Value
	}{
		{"of strings", mapi.PtypString, long + "a", long + "b"},
		{"of strings cut within a character", mapi.PtypString, "x" + long + "a", "x" + long + "b"},
		{"of streams of text", mapi.PtypString, memStream("x" + long), "x" + long + "b"},
		{"of binaries", mapi.PtypBinary, []byte(long + "a"), memStream(long + "b")},
		{"of objects", mapi.PtypObject, mapi.Object(long + "a"), memStream(long + "b")},
		{"of server ids", mapi.PtypServerId, mapi.ServerID(long + "a"), mapi.ServerID(long + "b")},
		{"of elements", mapi.PtypMultipleString, []string{long + "a"}, []string{long + "b"}},
		{"of binary elements", mapi.PtypMultipleBinary, [][]byte{[]byte(long + "a")}, [][]byte{[]byte(long + "b")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Zero(t, mapi.Compare(c.t, c.a, c.b))
			assert.Equal(t, key(c.t, c.a, false, 0), key(c.t, c.b, false, 0))
		})
	}
}

func TestUnreadableStreamEndsAtItsError(t *testing.T) {
	assert.Zero(t, mapi.Compare(mapi.PtypBinary, badStream{}, []byte{}))
}

func FuzzOrder(f *testing.F) {
	f.Add("a", "á", "b")
	f.Add("a\u0301\u0316", "a\u0316\u0301", "\xff")
	f.Add("\u0345", "ι", "\u1fbe")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		agree(t, mapi.PtypString, a, b)
		agree(t, mapi.PtypBinary, []byte(a), []byte(b))
		agree(t, mapi.PtypMultipleString, []string{a, b}, []string{a, c})
		if (mapi.FoldString(a) == mapi.FoldString(b)) != (mapi.Compare(mapi.PtypString, a, b) == 0) {
			t.Fatalf("%+q and %+q: folding and order differ", a, b)
		}
		if mapi.Compare(mapi.PtypString, a, b) <= 0 && mapi.Compare(mapi.PtypString, b, c) <= 0 && mapi.Compare(mapi.PtypString, a, c) > 0 {
			t.Fatalf("%+q ≤ %+q ≤ %+q is not transitive", a, b, c)
		}
	})
}

func randomValue(rnd *rand.Rand, t mapi.Type) mapi.Value {
	if rnd.IntN(10) == 0 {
		return nil
	}
	switch t {
	case mapi.PtypString:
		return randomString(rnd)
	case mapi.PtypBinary:
		return randomBytes(rnd)
	case mapi.PtypInteger32:
		return int32(rnd.IntN(5)) - 2
	case mapi.PtypFloating64:
		return randomFloat(rnd)
	case mapi.PtypMultipleInteger32:
		return some(rnd, func(rnd *rand.Rand) int32 { return int32(rnd.IntN(5)) - 2 })
	case mapi.PtypMultipleFloating64:
		return some(rnd, randomFloat)
	case mapi.PtypMultipleString:
		return some(rnd, randomString)
	case mapi.PtypMultipleBinary:
		return some(rnd, randomBytes)
	}
	panic(t)
}

func some[T any](rnd *rand.Rand, one func(*rand.Rand) T) []T {
	vs := make([]T, 1+rnd.IntN(3))
	for i := range vs {
		vs[i] = one(rnd)
	}
	return vs
}

func randomFloat(rnd *rand.Rand) float64 {
	return []float64{math.NaN(), math.Inf(-1), -1, 0, math.Copysign(0, -1), 1, math.Inf(1)}[rnd.IntN(7)]
}

func randomBytes(rnd *rand.Rand) []byte {
	b := make([]byte, rnd.IntN(4))
	for i := range b {
		b[i] = []byte{0, 0, 1, 2, 0xFE, 0xFF}[rnd.IntN(6)]
	}
	return b
}

var alphabet = []string{
	"a", "A", "b", "B", "z", "0", "1", " ", "-", "_", "'", "\x00", "\n", "\t", "\x7f", "\xff", "\xc3",
	"á", "Á", "a\u0301", "\u0301", "\u0316", "\u0345", "ι", "ss", "ß", "ẞ", "ﬁ", "fi", "k", "\u212a", "İ", "ı", "i", "ſ", "s",
	"\u200b", "\u00ad", "ａ", "ⓐ", "日", "本", "가", "\u1100\u1161", "ǰ", "J\u030c", "Ω", "\u2126", "ς", "σ", "Σ", "\U0001F600", "\ufffd",
}

func randomString(rnd *rand.Rand) string {
	var b strings.Builder
	for range rnd.IntN(4) {
		b.WriteString(alphabet[rnd.IntN(len(alphabet))])
	}
	return b.String()
}

// A memStream is a [mapi.Stream] over text.
type memStream string

func (s memStream) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(string(s))), nil
}
func (s memStream) Size() int64 { return int64(len(s)) }

// A badStream cannot be opened.
type badStream struct{}

var errBadStream = errors.New("bad stream")

func (badStream) Open() (io.ReadCloser, error) { return nil, errBadStream }
func (badStream) Size() int64                  { return 10 }

func BenchmarkSortKey(b *testing.B) {
	for _, s := range []string{"Re: the giraffe's closest relative", "Größe der Überweisung für März"} {
		b.Run(fmt.Sprintf("ascii=%v", s[0] == 'R'), func(b *testing.B) {
			b.ReportAllocs()
			dst := make([]byte, 0, 512)
			for b.Loop() {
				dst = mapi.AppendSortKey(dst[:0], mapi.PtypString, s, false, 767)
			}
		})
	}
}
