package mapi_test

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

// Properties of the test object.
var (
	subject   = mapi.Prop{ID: 0x0037, Type: mapi.PtypString}
	sender    = mapi.Prop{ID: 0x0C1A, Type: mapi.PtypString}
	number    = mapi.Prop{ID: 0x0017, Type: mapi.PtypInteger32}
	other     = mapi.Prop{ID: 0x0026, Type: mapi.PtypInteger32}
	flag      = mapi.Prop{ID: 0x0063, Type: mapi.PtypBoolean}
	double    = mapi.Prop{ID: 0x6001, Type: mapi.PtypFloating64}
	when      = mapi.Prop{ID: 0x0E06, Type: mapi.PtypTime}
	binary    = mapi.Prop{ID: 0x0FFF, Type: mapi.PtypBinary}
	object    = mapi.Prop{ID: 0x3701, Type: mapi.PtypObject}
	keywords  = mapi.Prop{Set: mapi.PSPublicStrings, Name: "Keywords", Type: mapi.PtypMultipleString}
	numbers   = mapi.Prop{ID: 0x6002, Type: mapi.PtypMultipleInteger32}
	binaries  = mapi.Prop{ID: 0x6003, Type: mapi.PtypMultipleBinary}
	body      = mapi.Prop{ID: 0x1000, Type: mapi.PtypString}
	data      = mapi.Prop{ID: 0x6004, Type: mapi.PtypBinary}
	anr       = mapi.Prop{ID: 0x360C, Type: mapi.PtypString}
	recipType = mapi.Prop{ID: 0x0C15, Type: mapi.PtypInteger32}
	address   = mapi.Prop{ID: 0x39FE, Type: mapi.PtypString}
	attachNum = mapi.Prop{ID: 0x0E21, Type: mapi.PtypInteger32}

	absent       = mapi.Prop{ID: 0x6010, Type: mapi.PtypInteger32}
	absentText   = mapi.Prop{ID: 0x6011, Type: mapi.PtypString}
	absentBinary = mapi.Prop{ID: 0x6012, Type: mapi.PtypBinary}
	absentMany   = mapi.Prop{ID: 0x6013, Type: mapi.PtypMultipleString}
)

var noon = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

const longBody = 300 << 10

func testMessage() *mapi.Message {
	m := &mapi.Message{}
	m.Set(subject, "FOO und Größe, Résumé for Ada Lovelace")
	m.Set(sender, "Grace Hopper")
	m.Set(number, int32(-3))
	m.Set(other, int32(5))
	m.Set(flag, true)
	m.Set(double, math.NaN())
	m.Set(when, noon)
	m.Set(binary, []byte{1, 2, 3})
	m.Set(object, mapi.Object("object"))
	m.Set(keywords, []string{"Red", "blue"})
	m.Set(numbers, []int32{1, 7})
	m.Set(binaries, [][]byte{{1}, {2, 3}})
	m.Set(body, memStream(strings.Repeat("x", longBody)+" e\u0301té the END"))
	m.Set(data, memStream(strings.Repeat("\x00", longBody)+"\x01\x02"))
	m.Set(mapi.Prop{ID: 0x6020, Type: mapi.PtypString}, "")
	m.Set(mapi.Prop{ID: 0x6021, Type: mapi.PtypBinary}, []byte{})
	m.Recipients = []*mapi.Recipient{recipient(1, "ada@example.org"), recipient(2, "grace@example.org")}
	return m
}

func recipient(kind int32, addr string) *mapi.Recipient {
	r := &mapi.Recipient{}
	r.Set(recipType, kind)
	r.Set(address, addr)
	return r
}

func content(p mapi.Prop, v mapi.Value, level mapi.FuzzyLevel) mapi.Restriction {
	return &mapi.ContentRestriction{Fuzzy: level, Prop: p, Value: v}
}

func property(p mapi.Prop, op mapi.RelOp, v mapi.Value) mapi.Restriction {
	return &mapi.PropertyRestriction{Op: op, Prop: p, Value: v}
}

func compareProps(a mapi.Prop, op mapi.RelOp, b mapi.Prop) mapi.Restriction {
	return &mapi.ComparePropsRestriction{Op: op, Left: a, Right: b}
}

func size(p mapi.Prop, op mapi.RelOp, n uint32) mapi.Restriction {
	return &mapi.SizeRestriction{Op: op, Prop: p, Size: n}
}

var (
	yes = mapi.And()
	no  = mapi.Or()
	ops = []mapi.RelOp{mapi.LessThan, mapi.LessOrEqual, mapi.GreaterThan, mapi.GreaterOrEqual, mapi.EqualTo, mapi.NotEqualTo}
)

func TestMatch(t *testing.T) {
	emptyText := mapi.Prop{ID: 0x6020, Type: mapi.PtypString}
	emptyBinary := mapi.Prop{ID: 0x6021, Type: mapi.PtypBinary}
	mvi := keywords.As(mapi.PtypMultipleString | mapi.MultiInstance)
	for _, c := range []struct {
		name string
		r    mapi.Restriction
		want bool
	}{
		{"RES-001 an And of nothing is true", mapi.And(), true},
		{"RES-001 an Or of nothing is false", mapi.Or(), false},
		{"RES-001 And wants all", mapi.And(yes, no), false},
		{"RES-001 Or wants one", mapi.Or(no, yes), true},
		{"RES-002 Not negates", mapi.Not(yes), false},
		{"RES-002 Not of an equality with an absent property is true", mapi.Not(mapi.Equal(absent, int32(1))), true},
		{"RES-003 64 levels evaluate", nest(64), true},
		{"RES-003 256 levels evaluate", nest(255), false},

		{"RES-010 full string", content(subject, "FOO und Größe, Résumé for Ada Lovelace", mapi.FullString), true},
		{"RES-010 full string wants all of it", content(subject, "FOO", mapi.FullString), false},
		{"RES-010 substring", content(subject, "und", mapi.Substring), true},
		{"RES-010 prefix", content(subject, "FOO", mapi.Prefix), true},
		{"RES-010 prefix is not anywhere", content(subject, "und", mapi.Prefix), false},
		{"RES-011 ignoring case is no wildcard", content(subject, "foo UND gRÖSSE", mapi.Prefix|mapi.IgnoreCase), false},
		{"RES-011 ignoring case finds", content(subject, "foo UND GRÖ", mapi.Prefix|mapi.IgnoreCase), true},
		{"RES-011 loose ignores case", content(subject, "fOO", mapi.Prefix|mapi.Loose), true},
		{"RES-011 flags combine", content(subject, "RESUME", mapi.Substring|mapi.IgnoreCase|mapi.IgnoreNonSpace|mapi.Loose), true},
		{"RES-011 ignoring case in ASCII, full string", content(sender, "grace hopper", mapi.FullString|mapi.IgnoreCase), true},
		{"RES-011 ignoring case in ASCII, substring", content(sender, "HOP", mapi.Substring|mapi.IgnoreCase), true},
		{"RES-011 ignoring case in ASCII, not found", content(sender, "hopping", mapi.Substring|mapi.IgnoreCase), false},
		{"RES-012 case counts otherwise", content(subject, "foo", mapi.Substring), false},
		{"RES-013 combining marks are dropped", content(subject, "Resume", mapi.Substring|mapi.IgnoreNonSpace), true},
		{"RES-013 also in the constant", content(subject, "Re\u0301sume", mapi.Substring|mapi.IgnoreNonSpace), true},
		{"RES-013 marks count otherwise", content(subject, "Resume", mapi.Substring), false},
		{"RES-013 it does not ignore case", content(subject, "resume", mapi.Substring|mapi.IgnoreNonSpace), false},
		{"RES-014 folding is simple: ss is not ß", content(subject, "GRÖSSE", mapi.Substring|mapi.IgnoreCase), false},
		{"RES-014 ẞ is ß", content(subject, "GRÖẞE", mapi.Substring|mapi.IgnoreCase), true},
		{"RES-015 an empty substring is in every value", content(subject, "", mapi.Substring), true},
		{"RES-015 an empty prefix begins every value", content(emptyText, "", mapi.Prefix|mapi.IgnoreCase), true},
		{"RES-015 an empty full string is the empty value", content(emptyText, "", mapi.FullString), true},
		{"RES-015 an empty full string is no other", content(subject, "", mapi.FullString|mapi.IgnoreCase), false},
		{"RES-015 an empty substring is in a stream", content(body, "", mapi.Substring), true},
		{"RES-015 a stream is not empty", content(body, "", mapi.FullString), false},
		{"RES-016 bytes, full", content(binary, []byte{1, 2, 3}, mapi.FullString), true},
		{"RES-016 bytes, substring", content(binary, []byte{2, 3}, mapi.Substring), true},
		{"RES-016 bytes, prefix", content(binary, []byte{2, 3}, mapi.Prefix), false},
		{"RES-016 bytes, flags mean nothing", content(binary, []byte{1}, mapi.Prefix|mapi.IgnoreCase|mapi.Loose), true},
		{"RES-016 bytes have no words", content(binary, []byte{2}, mapi.PhraseMatch), true},
		{"RES-016 several binaries", content(binaries, []byte{3}, mapi.Substring), true},
		{"RES-016 none of several binaries", content(binaries, []byte{9}, mapi.Substring), false},
		{"RES-016 bytes in a stream", content(data, []byte{0, 1, 2}, mapi.Substring), true},
		{"RES-016 bytes not in a stream", content(data, []byte{2, 2}, mapi.Substring), false},
		{"RES-016 bytes that begin a stream", content(data, []byte{0, 0}, mapi.Prefix), true},
		{"RES-017 absent, substring", content(absentText, "", mapi.Substring), false},
		{"RES-017 absent, prefix", content(absentText, "", mapi.Prefix), false},
		{"RES-017 absent, full string", content(absentText, "", mapi.FullString), false},
		{"RES-017 absent, words", content(absentText, "", mapi.PhraseMatch), false},
		{"RES-017 absent binary", content(absentBinary, []byte{}, mapi.Substring), false},
		{"RES-018 one of several strings", content(keywords, "BLU", mapi.Prefix|mapi.IgnoreCase), true},
		{"RES-018 none of several strings", content(keywords, "green", mapi.Substring), false},
		{"RES-019 an 8-bit tag finds a Unicode value", content(subject.As(mapi.PtypString8), "FOO", mapi.Prefix), true},
		{"RES-020 a word begins so", content(subject, "love", mapi.PrefixOnWord|mapi.IgnoreCase), true},
		{"RES-020 no word begins so", content(subject, "ovelace", mapi.PrefixOnWord|mapi.IgnoreCase), false},
		{"RES-020 words, the last one begun", content(subject, "ada lov", mapi.PrefixOnWord|mapi.IgnoreCase), true},
		{"RES-020 a phrase of whole words", content(subject, "for  ada, LOVELACE", mapi.PhraseMatch|mapi.IgnoreCase), true},
		{"RES-020 a phrase with half a word", content(subject, "ada love", mapi.PhraseMatch|mapi.IgnoreCase), false},
		{"RES-020 a phrase in another order", content(subject, "lovelace ada", mapi.PhraseMatch|mapi.IgnoreCase), false},
		{"RES-020 words without case ignored", content(subject, "ada", mapi.PrefixOnWord), false},
		{"RES-020 a constant without words is in every value", content(subject, "", mapi.PhraseMatch), true},
		{"RES-020 words in a stream", content(body, "été the en", mapi.PrefixOnWord|mapi.IgnoreCase), true},
		{"RES-020 a phrase not in a stream", content(body, "été the en", mapi.PhraseMatch|mapi.IgnoreCase), false},

		{"RES-030 LT", property(number, mapi.LessThan, int32(-2)), true},
		{"RES-030 LE", property(number, mapi.LessOrEqual, int32(-3)), true},
		{"RES-030 GT", property(number, mapi.GreaterThan, int32(-3)), false},
		{"RES-030 GE", property(number, mapi.GreaterOrEqual, int32(-3)), true},
		{"RES-030 EQ", property(number, mapi.EqualTo, int32(-3)), true},
		{"RES-030 NE", property(number, mapi.NotEqualTo, int32(-3)), false},
		{"RES-030 times", mapi.AtLeast(when, noon), true},
		{"RES-030 later times", mapi.Greater(when, noon), false},
		{"RES-032 equality ignores case", mapi.Equal(sender, "grace HOPPER"), true},
		{"RES-032 equality is composed", mapi.Equal(subject, "foo und größe, re\u0301sume\u0301 for ada lovelace"), true},
		{"RES-032 inequality ignores case", mapi.NotEqual(sender, "grace HOPPER"), false},
		{"RES-032 order ignores case", mapi.Less(sender, "GRACE I"), true},
		{"RES-032 order is not that of bytes", mapi.Greater(sender, "Z"), false},
		{"RES-033 integers are signed", mapi.Less(number, int32(0)), true},
		{"RES-033 booleans", mapi.Equal(flag, true), true},
		{"RES-033 NaN is not equal to itself", mapi.Equal(double, math.NaN()), false},
		{"RES-033 NaN differs from itself", mapi.NotEqual(double, math.NaN()), true},
		{"RES-033 NaN is not less", mapi.Less(double, 1.0), false},
		{"RES-033 NaN is not more", mapi.AtLeast(double, 1.0), false},
		{"RES-033 two NaN properties differ", compareProps(double, mapi.EqualTo, double), false},
		{"RES-034 bytes are equal", mapi.Equal(binary, []byte{1, 2, 3}), true},
		{"RES-034 equality needs equal length", mapi.Equal(binary, []byte{1, 2}), false},
		{"RES-034 the shorter is less", mapi.Greater(binary, []byte{1, 2}), true},
		{"RES-035 absent LT", mapi.Less(absent, int32(math.MinInt32)), true},
		{"RES-035 absent LE", mapi.AtMost(absent, int32(0)), true},
		{"RES-035 absent GT", mapi.Greater(absent, int32(0)), false},
		{"RES-035 absent GE", mapi.AtLeast(absent, int32(0)), false},
		{"RES-035 absent EQ", mapi.Equal(absent, int32(0)), false},
		{"RES-035 absent NE", mapi.NotEqual(absent, int32(0)), true},
		{"RES-035 absent text LT", mapi.Less(absentText, ""), true},
		{"RES-035 absent text EQ", mapi.Equal(absentText, ""), false},
		{"RES-035 absent text NE", mapi.NotEqual(absentText, ""), true},
		{"RES-035 absent strings NE", mapi.NotEqual(absentMany, "x"), true},
		{"RES-036 the robust form is false when absent", mapi.And(mapi.Exists(absent), mapi.Less(absent, int32(5))), false},
		{"RES-037 one of several is equal", mapi.Equal(numbers, int32(7)), true},
		{"RES-037 none of several is equal", mapi.Equal(numbers, int32(3)), false},
		{"RES-037 one of several is less", mapi.Less(numbers, int32(2)), true},
		{"RES-037 one of several strings", mapi.Equal(keywords, "RED"), true},
		{"RES-037 one of several binaries", mapi.Equal(binaries, []byte{2, 3}), true},
		{"RES-038 Not EQ: none is equal", mapi.Not(mapi.Equal(numbers, int32(1))), false},
		{"RES-038 NE: some differ", mapi.NotEqual(numbers, int32(1)), true},
		{"RES-041 instances as the values", mapi.Equal(mvi, "red"), true},
		{"RES-041 content of instances", content(mvi, "bl", mapi.Prefix), true},
		{"RES-042 a name in the subject and the sender", mapi.Equal(anr, "ovelace HOPP"), true},
		{"RES-042 each word is needed", mapi.Equal(anr, "lovelace nobody"), false},
		{"RES-045 an unknown property is absent", mapi.Equal(mapi.Prop{Set: mapi.GUID{1}, ID: 1, Type: mapi.PtypInteger32}, int32(0)), false},

		{"RES-050 two properties", compareProps(number, mapi.LessThan, other), true},
		{"RES-050 in their order", compareProps(other, mapi.LessThan, number), false},
		{"RES-050 flavours of strings are one type", compareProps(subject, mapi.EqualTo, subject.As(mapi.PtypString8)), true},
		{"RES-051 both absent are equal", compareProps(absent, mapi.EqualTo, absent), true},
		{"RES-051 both absent LE", compareProps(absent, mapi.LessOrEqual, absent), true},
		{"RES-051 both absent GE", compareProps(absent, mapi.GreaterOrEqual, absent), true},
		{"RES-051 both absent NE", compareProps(absent, mapi.NotEqualTo, absent), false},
		{"RES-051 absent is less", compareProps(absent, mapi.LessThan, number), true},
		{"RES-051 absent is not greater", compareProps(absent, mapi.GreaterThan, number), false},
		{"RES-060 no bit", mapi.NoBit(other, 2), true},
		{"RES-060 a bit", mapi.AnyBit(other, 4), true},
		{"RES-060 any bit, not all", mapi.AnyBit(other, 6), true},
		{"RES-060 the sign bit", mapi.AnyBit(number, 0x80000000), true},
		{"RES-061 absent has no bits", mapi.NoBit(absent, 0xFFFFFFFF), true},
		{"RES-061 absent has none of them", mapi.AnyBit(absent, 0xFFFFFFFF), false},
		{"RES-063 no mask EQZ", mapi.NoBit(other, 0), true},
		{"RES-063 no mask NEZ", mapi.AnyBit(other, 0), false},
		{"RES-070 size of bytes", size(binary, mapi.EqualTo, 3), true},
		{"RES-070 size of an integer", size(number, mapi.EqualTo, 4), true},
		{"RES-070 size of a time", size(when, mapi.GreaterThan, 7), true},
		{"RES-070 size of several integers", size(numbers, mapi.EqualTo, 8), true},
		{"RES-070 size of several binaries", size(binaries, mapi.EqualTo, 3), true},
		{"RES-070 size of text is that of UTF-16", size(sender, mapi.EqualTo, 24), true},
		{"RES-070 size of several strings", size(keywords, mapi.EqualTo, 14), true},
		{"RES-070 size of a stream of bytes", size(data, mapi.EqualTo, longBody+2), true},
		{"RES-070 size of a stream of text", size(body, mapi.EqualTo, 2*(longBody+1+2+2+8)), true},
		{"RES-070 size of an object", size(object, mapi.EqualTo, 6), true},
		{"RES-071 absent has size 0", size(absentBinary, mapi.EqualTo, 0), true},
		{"RES-071 so has an empty value", size(emptyBinary, mapi.EqualTo, 0), true},
		{"RES-080 a present property exists", mapi.Exists(number), true},
		{"RES-080 an empty one too", mapi.Exists(emptyText), true},
		{"RES-080 an absent one does not", mapi.Exists(absent), false},
		{"RES-081 the flavour of a string does not matter", mapi.Exists(subject.As(mapi.PtypString8)), true},
		{"RES-081 another type is absent", mapi.Exists(subject.As(mapi.PtypInteger32)), false},
		{"RES-081 any type", mapi.Exists(subject.Untyped()), true},

		{"RES-090 a recipient", mapi.AnyRecipient(mapi.Equal(address, "ADA@example.org")), true},
		{"RES-090 no recipient", mapi.AnyRecipient(mapi.Equal(address, "alan@example.org")), false},
		{"RES-091 not some", mapi.Not(mapi.AnyRecipient(mapi.Equal(recipType, int32(1)))), false},
		{"RES-091 some not", mapi.AnyRecipient(mapi.Not(mapi.Equal(recipType, int32(1)))), true},
		{"RES-091 no row, not some", mapi.Not(mapi.AnyAttachment(mapi.Exists(attachNum))), true},
		{"RES-091 no row, some not", mapi.AnyAttachment(mapi.Not(mapi.Exists(attachNum))), false},
		{"RES-092 conditions on one row", mapi.AnyRecipient(mapi.And(mapi.Equal(recipType, int32(1)), mapi.Equal(address, "grace@example.org"))), false},
		{"RES-092 conditions on two rows", mapi.And(mapi.AnyRecipient(mapi.Equal(recipType, int32(1))), mapi.AnyRecipient(mapi.Equal(address, "grace@example.org"))), true},
		{"RES-100 a comment alone is true", &mapi.CommentRestriction{Props: []mapi.Property{{Prop: number, Value: int32(1)}}}, true},
		{"RES-100 a comment's condition counts", &mapi.CommentRestriction{Of: no}, false},
		{"RES-110 a count at the top lets its condition decide", &mapi.CountRestriction{Count: 1, Of: no}, false},
		{"RES-121 nil is true", nil, true},
		{"RES-121 nil within And", mapi.And(nil), true},
		{"RES-121 not nil is false", mapi.Not(nil), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := mapi.Match(c.r, testMessage())
			require.NoError(t, err)
			assert.Equal(t, c.want, got, "%v", c.r)
		})
	}
}

// nest returns n levels of Not around a condition that is false.
func nest(n int) mapi.Restriction {
	r := no
	for range n - 1 {
		r = mapi.Not(r)
	}
	return r
}

func TestCheckRestriction(t *testing.T) {
	deep := mapi.And()
	for range 100_000 {
		deep = mapi.Not(deep)
	}
	wide := mapi.And(yes, yes)
	for range 40 {
		wide = mapi.And(wide, wide)
	}
	loop := &mapi.AndRestriction{}
	loop.Of = []mapi.Restriction{loop}
	for _, c := range []struct {
		name string
		r    mapi.Restriction
	}{
		{"RES-003 unreasonable depth", deep},
		{"RES-003 a restriction within itself", loop},
		{"RES-003 too many parts", wide},
		{"RES-010 two levels", content(subject, "x", mapi.Substring|mapi.Prefix)},
		{"RES-010 an unknown level", content(subject, "x", 4)},
		{"RES-010 an unknown flag", content(subject, "x", 0x80000)},
		{"RES-016 content of an integer", content(number, int32(1), mapi.FullString)},
		{"RES-016 content of an object", content(object, []byte{1}, mapi.FullString)},
		{"RES-016 text in bytes", content(binary, "x", mapi.FullString)},
		{"RES-016 bytes in text", content(subject, []byte("x"), mapi.FullString)},
		{"RES-018 several constants", content(keywords, []string{"x"}, mapi.FullString)},
		{"RES-031 a constant of another type", property(number, mapi.EqualTo, "1")},
		{"RES-031 a constant of another size", property(number, mapi.EqualTo, int64(1))},
		{"RES-031 no constant", property(number, mapi.EqualTo, nil)},
		{"RES-031 a property without type", property(number.Untyped(), mapi.EqualTo, int32(1))},
		{"RES-031 a constant that is a stream", property(body, mapi.EqualTo, memStream("x"))},
		{"RES-039 several values and several constants", property(numbers, mapi.EqualTo, []int32{1})},
		{"RES-040 one value and several constants", property(number, mapi.EqualTo, []int32{1})},
		{"RES-042 names are not ordered", property(anr, mapi.LessThan, "x")},
		{"RES-043 a regular expression", property(subject, mapi.MatchesRegexp, ".*")},
		{"RES-030 membership in a list", property(binary, mapi.MemberOfDL, []byte{1})},
		{"RES-030 an unknown comparison", property(number, 9, int32(1))},
		{"RES-044 an object", property(object, mapi.EqualTo, mapi.Object("x"))},
		{"RES-044 a restriction as value", property(mapi.Prop{ID: 0x6679, Type: mapi.PtypRestriction}, mapi.EqualTo, yes)},
		{"RES-050 properties of two types", compareProps(number, mapi.EqualTo, subject)},
		{"RES-050 an unknown comparison of properties", compareProps(number, mapi.MatchesRegexp, other)},
		{"RES-062 bits of text", mapi.AnyBit(subject, 1)},
		{"RES-062 bits of a short integer", mapi.AnyBit(number.As(mapi.PtypInteger16), 1)},
		{"RES-062 bits of several integers", mapi.AnyBit(numbers, 1)},
		{"RES-070 an unknown comparison of sizes", size(number, 6, 1)},
		{"RES-070 size of a restriction", size(mapi.Prop{ID: 0x6679, Type: mapi.PtypRestriction}, mapi.EqualTo, 1)},
		{"RES-080 existence of an object", mapi.Exists(object)},
		{"RES-080 existence of no type", mapi.Exists(mapi.Prop{ID: 1, Type: 0x0999})},
		{"RES-093 rows of another table", &mapi.SubRestriction{Object: mapi.Prop{ID: 0x360E, Type: mapi.PtypObject}, Of: yes}},
		{"RES-093 rows within rows", mapi.AnyAttachment(mapi.AnyRecipient(yes))},
		{"RES-110 a count within And", mapi.And(&mapi.CountRestriction{Count: 1})},
		{"RES-110 a count within a count", &mapi.CountRestriction{Count: 1, Of: &mapi.CountRestriction{Count: 1}}},
		{"RES-110 a count within rows", mapi.AnyRecipient(&mapi.CountRestriction{Count: 1})},
	} {
		t.Run(c.name, func(t *testing.T) {
			// RES-123: it is refused when set, before any row is read.
			assert.ErrorIs(t, mapi.CheckRestriction(c.r), mapi.ErrTooComplex)
			_, err := mapi.Match(c.r, testMessage())
			assert.ErrorIs(t, err, mapi.ErrTooComplex)
		})
	}
}

func TestObjectWithoutRows(t *testing.T) {
	_, err := mapi.Match(mapi.AnyRecipient(nil), &mapi.Properties{})
	assert.ErrorIs(t, err, mapi.ErrTooComplex)
}

func TestCountIsReported(t *testing.T) {
	m, err := mapi.Compile(&mapi.CountRestriction{Count: 7, Of: yes})
	require.NoError(t, err)
	n, ok := m.Limit()
	assert.True(t, ok)
	assert.EqualValues(t, 7, n)
	m, err = mapi.Compile(yes)
	require.NoError(t, err)
	_, ok = m.Limit()
	assert.False(t, ok)
}

func TestUnreadableStreamIsAnError(t *testing.T) {
	m := &mapi.Message{}
	m.Set(body, badStream{})
	m.Set(data, badStream{})
	for _, r := range []mapi.Restriction{
		content(body, "x", mapi.Substring), content(body, "x", mapi.PhraseMatch), content(data, []byte("x"), mapi.Substring),
		mapi.Equal(body, "x"), mapi.Equal(data, []byte("x")), compareProps(body, mapi.EqualTo, body), size(body, mapi.EqualTo, 1),
		mapi.Not(mapi.Equal(body, "x")), mapi.And(mapi.Equal(body, "x")), mapi.Or(mapi.Equal(body, "x")),
	} {
		ok, err := mapi.Match(r, m)
		assert.ErrorIs(t, err, errBadStream, "%v", r)
		assert.False(t, ok)
	}
}

// TestContentOfStreams checks that a stream is searched as the same text in memory
// is, wherever the pattern lies and however the bytes come in.
func TestContentOfStreams(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	levels := []mapi.FuzzyLevel{mapi.FullString, mapi.Substring, mapi.Prefix, mapi.PrefixOnWord, mapi.PhraseMatch}
	for range 3000 {
		text, pattern := randomString(rnd)+randomString(rnd), randomString(rnd)
		level := levels[rnd.IntN(len(levels))] | mapi.FuzzyLevel(rnd.IntN(8))<<16
		inMemory, inStream := &mapi.Properties{}, &mapi.Properties{}
		inMemory.Set(body, text)
		inStream.Set(body, slowStream{memStream(text)})
		want, err := mapi.Match(content(body, pattern, level), inMemory)
		require.NoError(t, err)
		got, err := mapi.Match(content(body, pattern, level), inStream)
		require.NoError(t, err)
		require.Equal(t, want, got, "%+q in %+q by %v", pattern, text, level)
	}
}

// A slowStream delivers one byte at a time.
type slowStream struct{ mapi.Stream }

func (s slowStream) Open() (r io.ReadCloser, err error) {
	r, err = s.Stream.Open()
	return struct {
		io.Reader
		io.Closer
	}{iotest.OneByteReader(r), r}, err
}

// TestEqualityIsThatOfTheOrder checks EQ on strings against Compare.
func TestEqualityIsThatOfTheOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 16))
	for range 5000 {
		a, b := randomString(rnd), randomString(rnd)
		obj := &mapi.Properties{}
		obj.Set(subject, a)
		for _, op := range ops {
			got, err := mapi.Match(property(subject, op, b), obj)
			require.NoError(t, err)
			c := mapi.Compare(mapi.PtypString, a, b)
			want := map[mapi.RelOp]bool{mapi.LessThan: c < 0, mapi.LessOrEqual: c <= 0, mapi.GreaterThan: c > 0,
				mapi.GreaterOrEqual: c >= 0, mapi.EqualTo: c == 0, mapi.NotEqualTo: c != 0}[op]
			require.Equal(t, want, got, "%+q %v %+q", a, op, b)
		}
	}
}

func TestRestrictionProps(t *testing.T) {
	props, tables := mapi.RestrictionProps(mapi.And(
		mapi.Equal(subject, "x"), mapi.Or(mapi.Not(mapi.Exists(number)), mapi.Equal(subject, "y")),
		compareProps(number, mapi.EqualTo, other), mapi.AnyBit(other, 1), size(binary, mapi.EqualTo, 1),
		mapi.AnyRecipient(mapi.Equal(address, "x")), content(keywords, "x", mapi.Prefix),
		&mapi.CommentRestriction{Props: []mapi.Property{{Prop: when}}, Of: mapi.AnyRecipient(nil)},
	))
	assert.Equal(t, []mapi.Prop{number, other, subject, binary, keywords}, props)
	assert.Equal(t, []mapi.Prop{mapi.MessageRecipients}, tables)

	props, tables = mapi.RestrictionProps(mapi.Equal(anr, "x"))
	assert.Len(t, props, 7, "names are looked up in several properties")
	assert.Empty(t, tables)
	props, _ = mapi.RestrictionProps(nil)
	assert.Empty(t, props)
}

func TestEqualRestriction(t *testing.T) {
	comment := func(v mapi.Value) mapi.Restriction {
		return &mapi.CommentRestriction{Props: []mapi.Property{{Prop: binary, Value: v}}, Of: yes}
	}
	all := []mapi.Restriction{
		nil, mapi.And(), mapi.Or(), mapi.And(yes), mapi.And(yes, no), mapi.And(no, yes), mapi.Not(yes), mapi.Not(nil),
		content(subject, "x", mapi.Substring), content(subject, "x", mapi.Prefix), content(subject, "X", mapi.Prefix),
		content(binary, []byte("x"), mapi.Prefix), mapi.Equal(number, int32(1)), mapi.Equal(number, int32(2)), mapi.NotEqual(number, int32(1)),
		mapi.Equal(when, noon), mapi.Equal(other, int32(1)), mapi.Equal(double, math.NaN()), mapi.Equal(double, 0.0),
		compareProps(number, mapi.EqualTo, other), compareProps(other, mapi.EqualTo, number),
		mapi.AnyBit(number, 1), mapi.NoBit(number, 1), mapi.AnyBit(number, 2), size(number, mapi.EqualTo, 1), size(number, mapi.LessThan, 1),
		mapi.Exists(number), mapi.Exists(other), mapi.AnyRecipient(yes), mapi.AnyRecipient(no), mapi.AnyAttachment(yes),
		comment([]byte{1}), comment([]byte{2}), comment(mapi.RuleActions{{Type: mapi.ActionDelete}}), comment(mapi.RuleActions{{Type: mapi.ActionTag, Tag: &mapi.Property{Prop: number, Value: int32(1)}}}),
		comment(yes), comment(no), comment([]float64{math.NaN()}), comment([]time.Time{noon}), comment([][]byte{{1}}), comment(mapi.ServerID{1}), comment(mapi.Object{1}),
		&mapi.CountRestriction{Count: 1, Of: yes}, &mapi.CountRestriction{Count: 2, Of: yes},
	}
	for i, a := range all {
		for j, b := range all {
			assert.Equal(t, i == j, mapi.EqualRestriction(a, b), "%v and %v", a, b)
		}
	}
	assert.True(t, mapi.EqualRestriction(mapi.Equal(when, noon), mapi.Equal(when, noon.In(time.FixedZone("", 3600)))), "one instant")
	assert.True(t, mapi.EqualRestriction(comment([]byte(nil)), comment([]byte{})), "no bytes")
	loop := &mapi.AndRestriction{}
	loop.Of = []mapi.Restriction{loop}
	assert.False(t, mapi.EqualRestriction(loop, loop), "a restriction within itself ends")
}

func TestFormatRestriction(t *testing.T) {
	for _, c := range []struct {
		want string
		r    mapi.Restriction
	}{
		{"anything", nil},
		{"anything", mapi.And()},
		{"nothing", mapi.Or()},
		{`0x0037001F contains "ada" (Substring|IgnoreCase) and not (0x00170003 & 0x1) != 0`,
			mapi.And(mapi.Contains(subject, "ada", mapi.Substring|mapi.IgnoreCase), mapi.Not(mapi.AnyBit(number, 1)))},
		{`not (0x0037001F exists or 0x00170003 = 5)`, mapi.Not(mapi.Or(mapi.Exists(subject), mapi.Equal(number, int32(5))))},
		{`0x0037001F is "x" (FullString)`, content(subject, "x", mapi.FullString)},
		{`0x0FFF0102 begins with 01ff (Prefix)`, content(binary, []byte{1, 0xFF}, mapi.Prefix)},
		{`0x0E060040 >= 2024-02-29T12:00:00Z`, mapi.AtLeast(when, noon)},
		{`0x00170003 < 0x00260003`, compareProps(number, mapi.LessThan, other)},
		{`size of 0x0FFF0102 > 10`, size(binary, mapi.GreaterThan, 10)},
		{`(0x00170003 & 0x2) = 0`, mapi.NoBit(number, 2)},
		{`any row of 0x0E12000D with 0x0C150003 = 1`, mapi.AnyRecipient(mapi.Equal(recipType, int32(1)))},
		{`first 5 with 0x0037001F exists`, &mapi.CountRestriction{Count: 5, Of: mapi.Exists(subject)}},
		{`0x0037001F exists /* 0x00170003: 3 */`, &mapi.CommentRestriction{Props: []mapi.Property{{Prop: number, Value: int32(3)}}, Of: mapi.Exists(subject)}},
	} {
		assert.Equal(t, c.want, mapi.FormatRestriction(c.r, nil))
	}
	name := func(mapi.Prop) string { return "Subject" }
	assert.Equal(t, "Subject exists", mapi.FormatRestriction(mapi.Exists(subject), name))
	loop := &mapi.AndRestriction{}
	loop.Of = []mapi.Restriction{loop, loop}
	assert.Less(t, len(mapi.FormatRestriction(loop, nil)), 64<<10, "a restriction within itself ends")
	assert.Less(t, len(fmt.Sprint(mapi.Equal(subject, strings.Repeat("é", 1<<20)))), 1000, "values are shortened")
}

func BenchmarkMatch(b *testing.B) {
	obj := &mapi.Properties{}
	obj.Set(subject, "Re: quarterly report of the giraffe house")
	obj.Set(number, int32(1))
	for _, c := range []struct {
		name string
		r    mapi.Restriction
	}{
		{"bits", mapi.NoBit(number, 2)},
		{"equal", mapi.Equal(number, int32(1))},
		{"equal-text", mapi.Equal(subject, "re: quarterly report of the giraffe house")},
		{"substring-nocase", mapi.Contains(subject, "giraffe", mapi.Substring|mapi.IgnoreCase)},
		{"less-text", mapi.Less(subject, "re: quarterly report of the okapi house")},
	} {
		b.Run("cond="+c.name, func(b *testing.B) {
			m, err := mapi.Compile(c.r)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = m.Match(obj)
			}
		})
	}
}

// FuzzContent checks that a stream is searched as the same text in memory is, and that
// a text contains itself.
func FuzzContent(f *testing.F) {
	f.Add("the quick okapi", "OKAPI", uint32(mapi.Substring|mapi.IgnoreCase))
	f.Add("re\u0301sumé", "RESUME", uint32(mapi.FullString|mapi.IgnoreCase|mapi.IgnoreNonSpace))
	f.Add("日本 word", "本 wo", uint32(mapi.PrefixOnWord))
	f.Fuzz(func(t *testing.T, text, pattern string, level uint32) {
		r := content(body, pattern, mapi.FuzzyLevel(level))
		m, err := mapi.Compile(r)
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrTooComplex)
			return
		}
		inMemory, inStream := &mapi.Properties{}, &mapi.Properties{}
		inMemory.Set(body, text)
		inStream.Set(body, memStream(text))
		want, err := m.Match(inMemory)
		require.NoError(t, err)
		got, err := m.Match(inStream)
		require.NoError(t, err)
		require.Equal(t, want, got, "%+q in %+q by %v", pattern, text, mapi.FuzzyLevel(level))
		itself, err := mapi.Match(content(body, text, mapi.FuzzyLevel(level)), inMemory)
		require.NoError(t, err)
		require.True(t, itself, "%+q is not in itself", text)
	})
}

// TestPhrasesAgainstText compares the search for words with one in padded text.
func TestPhrasesAgainstText(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 18))
	words := func(n int) string {
		var w []string
		for range n {
			w = append(w, []string{"a", "b", "ab"}[rnd.IntN(3)])
		}
		return strings.Join(w, " ")
	}
	for range 20000 {
		text, phrase := words(rnd.IntN(12)), words(1+rnd.IntN(5))
		obj := &mapi.Properties{}
		obj.Set(subject, text)
		for level, want := range map[mapi.FuzzyLevel]bool{
			mapi.PhraseMatch:  strings.Contains(" "+text+" ", " "+phrase+" "),
			mapi.PrefixOnWord: strings.Contains(" "+text+" ", " "+phrase),
		} {
			got, err := mapi.Match(content(subject, phrase, level), obj)
			require.NoError(t, err)
			require.Equal(t, want, got, "%q in %q by %v", phrase, text, level)
		}
	}
}
