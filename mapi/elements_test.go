package mapi_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

// TestEveryType walks all types that a stored property can have through order,
// conditions, equality and text.
func TestEveryType(t *testing.T) {
	for typ, v := range typeValues {
		t.Run(typ.String(), func(t *testing.T) {
			p := mapi.Prop{ID: 0x6700, Type: typ}
			obj := &mapi.Properties{}
			obj.Set(p, v)

			assert.Zero(t, mapi.Compare(typ, v, v))
			assert.Positive(t, mapi.Compare(typ, v, nil))
			agree(t, typ, v, v)
			agree(t, typ, v, nil)
			assert.True(t, mapi.EqualValues(v, obj.Get(p)))
			for other, w := range typeValues {
				if other != typ && reflect.TypeOf(v) != reflect.TypeOf(w) {
					assert.False(t, mapi.EqualValues(v, w), "%T %T", v, w)
				}
			}
			assert.NotContains(t, mapi.FormatRestriction(&mapi.PropertyRestriction{Prop: p, Value: v}, nil), "%!")

			if typ != mapi.PtypObject {
				ok, err := mapi.Match(mapi.Exists(p), obj)
				require.NoError(t, err)
				assert.True(t, ok)
			}
			matchFirst(t, p, v, obj)
		})
	}
}

// matchFirst asks for the value, or for the first of several.
func matchFirst(t *testing.T, p mapi.Prop, v mapi.Value, obj mapi.Getter) {
	if p.Type.IsMultiple() {
		v = reflect.ValueOf(v).Index(0).Interface()
	}
	for op, want := range map[mapi.RelOp]bool{mapi.EqualTo: true, mapi.LessThan: false, mapi.LessOrEqual: true} {
		ok, err := mapi.Match(&mapi.PropertyRestriction{Op: op, Prop: p, Value: v}, obj)
		switch p.Type {
		case mapi.PtypObject, mapi.PtypRestriction, mapi.PtypRuleAction:
			assert.ErrorIs(t, err, mapi.ErrTooComplex)
		default:
			require.NoError(t, err)
			assert.Equal(t, want, ok, "%v %v %v", v, op, v)
		}
	}
}

func TestOrderOfSeveralValues(t *testing.T) {
	later := noon.Add(time.Hour)
	for _, c := range []struct {
		t    mapi.Type
		a, b mapi.Value // a before b
	}{
		{mapi.PtypMultipleInteger16, []int16{-1}, []int16{1}},
		{mapi.PtypMultipleInteger64, []int64{-1, 5}, []int64{1}},
		{mapi.PtypMultipleCurrency, []mapi.Currency{-1}, []mapi.Currency{-1, 0}},
		{mapi.PtypMultipleFloating32, []float32{float32(math.NaN())}, []float32{-1}},
		{mapi.PtypMultipleFloating64, []float64{-2}, []float64{-1}},
		{mapi.PtypMultipleFloatingTime, []mapi.FloatingTime{1}, []mapi.FloatingTime{2}},
		{mapi.PtypMultipleTime, []time.Time{noon, later}, []time.Time{later, noon}},
		{mapi.PtypMultipleGuid, []mapi.GUID{{1}}, []mapi.GUID{{1}, {0}}},
	} {
		assert.Negative(t, mapi.Compare(c.t, c.a, c.b), c.t)
		assert.Positive(t, mapi.Compare(c.t, c.b, c.a), c.t)
		agree(t, c.t, c.a, c.b)
	}
}

func TestStreamsAreCompared(t *testing.T) {
	obj := &mapi.Properties{}
	text, octets := mapi.Tagged(0x1000001F), mapi.Tagged(0x67010102)
	obj.Set(text, memStream("Größe"))
	obj.Set(octets, memStream("\x01\x02"))
	for _, r := range []mapi.Restriction{
		mapi.Equal(text, "GRÖße"), mapi.Less(text, "zebra"), mapi.NotEqual(text, "x"),
		mapi.Equal(octets, []byte{1, 2}), mapi.Greater(octets, []byte{1}), compareProps(text, mapi.EqualTo, text), compareProps(octets, mapi.EqualTo, octets),
		size(text, mapi.EqualTo, 10), mapi.Not(mapi.Equal(octets, []byte{1, 2, 3})),
	} {
		ok, err := mapi.Match(r, obj)
		require.NoError(t, err)
		assert.True(t, ok, "%v", r)
	}
	assert.Contains(t, mapi.FormatRestriction(content(text, memStream("abc"), mapi.Prefix), nil), "stream of 3 bytes")
	emoji := &mapi.Properties{}
	emoji.Set(text, "a🦓")
	ok, err := mapi.Match(size(text, mapi.EqualTo, 6), emoji)
	require.NoError(t, err)
	assert.True(t, ok, "a character beyond the first plane has four bytes in UTF-16")
}

func TestNaNInShortFloats(t *testing.T) {
	obj := &mapi.Properties{}
	short, days := mapi.Tagged(0x67020004), mapi.Tagged(0x67030007)
	obj.Set(short, float32(math.NaN()))
	obj.Set(days, mapi.FloatingTime(math.NaN()))
	for _, r := range []mapi.Restriction{mapi.Equal(short, float32(math.NaN())), mapi.Equal(days, mapi.FloatingTime(math.NaN())), mapi.AtMost(short, float32(1))} {
		ok, err := mapi.Match(r, obj)
		require.NoError(t, err)
		assert.False(t, ok, "%v", r)
	}
}

func TestNamesOfLevelsAndComparisons(t *testing.T) {
	for want, l := range map[string]mapi.FuzzyLevel{
		"FullString": 0, "Substring|IgnoreCase|Loose": mapi.Substring | mapi.IgnoreCase | mapi.Loose, "PrefixOnWord|IgnoreNonSpace": mapi.PrefixOnWord | mapi.IgnoreNonSpace,
		"PhraseMatch": mapi.PhraseMatch, "0x8": 8, "Prefix|0x100000": mapi.Prefix | 0x100000,
	} {
		assert.Equal(t, want, l.String())
	}
	var names []string
	for _, op := range append(ops, mapi.MatchesRegexp, mapi.MemberOfDL, 50) {
		names = append(names, op.String())
	}
	assert.Equal(t, "< <= > >= = != matches is member of RelOp(50)", strings.Join(names, " "))
}

func TestRestrictionsAreStrings(t *testing.T) {
	for _, r := range []interface{ String() string }{
		&mapi.AndRestriction{}, &mapi.OrRestriction{}, &mapi.NotRestriction{}, &mapi.ContentRestriction{}, &mapi.PropertyRestriction{},
		&mapi.ComparePropsRestriction{}, &mapi.BitmaskRestriction{}, &mapi.SizeRestriction{}, &mapi.ExistRestriction{},
		&mapi.SubRestriction{}, &mapi.CommentRestriction{}, &mapi.CountRestriction{},
	} {
		assert.Equal(t, mapi.FormatRestriction(r.(mapi.Restriction), nil), r.String())
		assert.NotEmpty(t, r.String())
	}
}
