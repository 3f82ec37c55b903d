package wire_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/mapi/wire"
)

var (
	subject  = mapi.Tagged(0x0037001F)
	number   = mapi.Tagged(0x00170003)
	binary   = mapi.Tagged(0x0FFF0102)
	keywords = mapi.NamedString(mapi.PSPublicStrings, "Keywords", mapi.PtypMultipleString)
	reminder = mapi.NamedID(mapi.PSETIDCommon, 0x8503, mapi.PtypBoolean)
	noon     = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	forms    = []wire.Form{wire.ROP, wire.Extended, wire.SearchFolder}
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		t    mapi.Type
		v    mapi.Value
		want [3]string // by form; "" as the one before
	}{
		{mapi.PtypInteger16, int16(-2), [3]string{"FEFF"}},
		{mapi.PtypInteger32, int32(258), [3]string{"02010000"}},
		{mapi.PtypFloating32, float32(1), [3]string{"0000803F"}},
		{mapi.PtypFloating64, 1.0, [3]string{"000000000000F03F"}},
		{mapi.PtypCurrency, mapi.Currency(12500), [3]string{"D430000000000000"}},
		{mapi.PtypFloatingTime, mapi.FloatingTime(1), [3]string{"000000000000F03F"}},
		{mapi.PtypErrorCode, mapi.ErrNotFound, [3]string{"0F010480"}},
		{mapi.PtypBoolean, true, [3]string{"01", "", "0100"}},
		{mapi.PtypInteger64, int64(-1), [3]string{"FFFFFFFFFFFFFFFF"}},
		{mapi.PtypString, "aé🦓", [3]string{"6100E9003ED893DD0000", "", "0A00 6100E9003ED893DD0000"}},
		{mapi.PtypString, "", [3]string{"0000", "", "0000"}},
		{mapi.PtypString8, "é€", [3]string{"E98000", "", "0300E98000"}},
		{mapi.PtypTime, mapi.FromFileTime(0x0102030405060708), [3]string{"0807060504030201"}},
		{mapi.PtypGuid, mapi.PSETIDCommon, [3]string{"0820060000000000C000000000000046"}},
		{mapi.PtypServerId, mapi.ServerID{1, 2}, [3]string{"02000102"}},
		{mapi.PtypBinary, []byte{1, 2, 3}, [3]string{"0300010203", "03000000010203", "0300010203"}},
		{mapi.PtypBinary, []byte{}, [3]string{"0000", "00000000", "0000"}},
		{mapi.PtypRestriction, mapi.Exists(number), [3]string{"08 03001700", "", "08000000 03001700"}},
		{mapi.PtypRuleAction, mapi.RuleActions{{Type: mapi.ActionDelete, Flavor: 1, Flags: 2}}, [3]string{"0100 0900 0A 01000000 02000000", "01000000 09000000 0A 01000000 02000000", "0100 0900 0A 01000000 02000000"}},
		{mapi.PtypMultipleInteger16, []int16{1, 2}, [3]string{"02000000 0100 0200", "", "0200 0100 0200"}},
		{mapi.PtypMultipleInteger32, []int32{1}, [3]string{"01000000 01000000", "", "0100 01000000"}},
		{mapi.PtypMultipleInteger64, []int64{1}, [3]string{"01000000 0100000000000000", "", "0100 0100000000000000"}},
		{mapi.PtypMultipleFloating32, []float32{1}, [3]string{"01000000 0000803F", "", "0100 0000803F"}},
		{mapi.PtypMultipleFloating64, []float64{1}, [3]string{"01000000 000000000000F03F", "", "0100 000000000000F03F"}},
		{mapi.PtypMultipleCurrency, []mapi.Currency{1}, [3]string{"01000000 0100000000000000", "", "0100 0100000000000000"}},
		{mapi.PtypMultipleFloatingTime, []mapi.FloatingTime{1}, [3]string{"01000000 000000000000F03F", "", "0100 000000000000F03F"}},
		{mapi.PtypMultipleString, []string{"a", ""}, [3]string{"02000000 61000000 0000", "", "0200 0400 61000000 0000"}},
		{mapi.PtypMultipleString8, []string{"a"}, [3]string{"01000000 6100", "", "0100 0200 6100"}},
		{mapi.PtypMultipleTime, []time.Time{mapi.FromFileTime(1)}, [3]string{"01000000 0100000000000000", "", "0100 0100000000000000"}},
		{mapi.PtypMultipleGuid, []mapi.GUID{mapi.PSMapi}, [3]string{"01000000 2803020000000000C000000000000046", "", "0100 2803020000000000C000000000000046"}},
		{mapi.PtypMultipleBinary, [][]byte{{1}, {}}, [3]string{"02000000 0100 01 0000", "02000000 01000000 01 00000000", "0200 01000000 01 00000000"}},
		{mapi.PtypMultipleInteger32, nil, [3]string{"00000000", "", "0000"}},
		{mapi.PtypNull, nil, [3]string{}},
	} {
		want := c.want[0]
		for i, form := range forms {
			if c.want[i] != "" {
				want = c.want[i]
			}
			opt := &wire.Options{Form: form}
			b, err := wire.AppendValue([]byte{9}, c.t, c.v, opt)
			require.NoError(t, err)
			assert.Equal(t, append([]byte{9}, unhex(t, want)...), b, "%v %v", c.t, c.v)
			d := wire.NewDecoder(b[1:], opt)
			got := d.Value(c.t)
			require.NoError(t, d.End(), "%v", c.t)
			assert.True(t, mapi.EqualValues(c.v, got), "%#v %#v", c.v, got)

			for n := 1; n < len(b)-1; n++ {
				d := wire.NewDecoder(b[1:1+n], opt)
				assert.Nil(t, d.Value(c.t))
				assert.ErrorIs(t, d.Err(), mapi.ErrCorruptData, "%v cut off", c.t)
			}
		}
	}
}

func TestValueErrors(t *testing.T) {
	for _, c := range []struct {
		t    mapi.Type
		v    mapi.Value
		want mapi.Code
	}{
		{mapi.PtypInteger32, "x", mapi.ErrUnexpectedType}, {mapi.PtypInteger32, nil, mapi.ErrUnexpectedType},
		{mapi.PtypObject, mapi.Object{1}, mapi.ErrTypeNoSupport}, {mapi.PtypBinary, make([]byte, 1<<16), mapi.ErrTooBig},
		{mapi.PtypServerId, make(mapi.ServerID, 1<<16), mapi.ErrTooBig},
	} {
		b, err := wire.AppendValue([]byte{9}, c.t, c.v, nil)
		assert.ErrorIs(t, err, c.want)
		assert.Equal(t, []byte{9}, b, "nothing is appended")
	}
	for name, c := range map[string]struct {
		t mapi.Type
		b string
	}{
		"no type": {mapi.PtypUnspecified, "0000"}, "an unknown type": {0x99, "00"}, "an object": {mapi.PtypObject, "00"},
		"more elements than bytes": {mapi.PtypMultipleInteger64, "FFFFFF0F 0000000000000000"}, "more bytes than there are": {mapi.PtypBinary, "FFFF00"},
		"several of an unknown type": {0x1099, "01000000"},
	} {
		d := wire.NewDecoder(unhex(t, c.b), nil)
		assert.Nil(t, d.Value(c.t), name)
		assert.ErrorIs(t, d.Err(), mapi.ErrCorruptData, name)
		assert.Nil(t, d.Value(mapi.PtypBinary), "nothing is read after an error")
	}
}

func TestText(t *testing.T) {
	cyrillic := &wire.Options{Text: charmap.Windows1251}
	b, err := wire.AppendValue(nil, mapi.PtypString8, "яblah日\x00x", cyrillic)
	require.NoError(t, err)
	assert.Equal(t, []byte("\xffblah?\x00"), b, "what the code page has not is a question mark; a text ends at NUL")
	d := wire.NewDecoder(b, cyrillic)
	assert.Equal(t, "яblah?", d.Value(mapi.PtypString8))
	d = wire.NewDecoder(unhex(t, "00D8 6100 0000"), nil)
	assert.Equal(t, "\uFFFDa", d.Value(mapi.PtypString), "half a pair is replaced")
}

func restrictions() []mapi.Restriction {
	return []mapi.Restriction{
		mapi.And(), mapi.Or(mapi.And(), mapi.Exists(number)), mapi.Not(mapi.Exists(subject)),
		mapi.Contains(subject, "ada", mapi.Substring|mapi.IgnoreCase), mapi.Contains(binary, "x", mapi.Prefix),
		mapi.Equal(number, int32(5)), mapi.Less(mapi.Tagged(0x0E060040), noon), mapi.Equal(mapi.Tagged(0x6002101F), "one of them"),
		&mapi.ComparePropsRestriction{Op: mapi.GreaterOrEqual, Left: number, Right: number}, mapi.AnyBit(number, 6), mapi.NoBit(number, 1<<31),
		&mapi.SizeRestriction{Op: mapi.LessThan, Prop: binary, Size: 1 << 20}, mapi.AnyRecipient(mapi.Exists(number)),
		&mapi.CommentRestriction{Props: []mapi.Property{{Prop: number, Value: int32(1)}, {Prop: subject, Value: "x"}}, Of: mapi.And()},
		&mapi.CommentRestriction{}, &mapi.CountRestriction{Count: 5, Of: mapi.And()},
		&mapi.PropertyRestriction{Op: mapi.MatchesRegexp, Prop: subject, Value: ".*"}, &mapi.PropertyRestriction{Op: mapi.EqualTo, Prop: number, Value: "other type"},
		&mapi.PropertyRestriction{Op: mapi.EqualTo, Prop: mapi.Tagged(0x60021003), Value: []int32{1, 2}},
	}
}

func TestRestrictions(t *testing.T) {
	for _, form := range forms {
		opt := &wire.Options{Form: form}
		for _, r := range restrictions() {
			b, err := wire.AppendRestriction(nil, r, opt)
			require.NoError(t, err)
			got, err := wire.DecodeRestriction(b, opt)
			require.NoError(t, err, "%v", r)
			assert.True(t, mapi.EqualRestriction(r, got), "RES-120 %v reads back as %v", r, got)
			_, err = wire.DecodeRestriction(append(b, 0), opt)
			assert.ErrorIs(t, err, mapi.ErrCorruptData, "bytes too many")
			for n := 1; n < len(b); n++ {
				_, err := wire.DecodeRestriction(b[:n], opt)
				assert.ErrorIs(t, err, mapi.ErrCorruptData, "%v cut off", r)
			}
		}
	}
}

func TestRestrictionBytes(t *testing.T) {
	r := mapi.And(mapi.Equal(number, int32(1)), mapi.Not(nil))
	for form, want := range map[wire.Form]string{
		wire.ROP:          "00 0200  04 04 03001700 03001700 01000000  02 00 0000",
		wire.Extended:     "00 02000000  04 04 03001700 03001700 01000000  02 00 00000000",
		wire.SearchFolder: "00000000 02000000  04000000 04000000 03001700 03001700 01000000  02000000 00000000 00000000",
	} {
		b, err := wire.AppendRestriction(nil, r, &wire.Options{Form: form})
		require.NoError(t, err)
		assert.Equal(t, unhex(t, want), b)
	}
	b, err := wire.AppendRestriction(nil, nil, nil)
	require.NoError(t, err)
	assert.Empty(t, b)
	got, err := wire.DecodeRestriction(nil, nil)
	require.NoError(t, err)
	assert.Nil(t, got)
}

func TestHostileRestrictions(t *testing.T) {
	for name, b := range map[string][]byte{
		"too deep": bytes.Repeat([]byte{2}, 1<<20), "too many parts": append(unhex(t, "00 FFFF"), bytes.Repeat(unhex(t, "000000"), 1<<16)...),
		"more parts than bytes": unhex(t, "00 FFFF 000000"), "an unknown kind": unhex(t, "0C"), "an unknown bit operator": unhex(t, "06 02 03001700 01000000"),
		"a wide comment":           unhex(t, "0A FF"),
		"too many parts in levels": append(unhex(t, "00 0200 00 FFFF"), bytes.Repeat(unhex(t, "000000"), 1<<17)...),
	} {
		_, err := wire.DecodeRestriction(b, nil)
		assert.ErrorIs(t, err, mapi.ErrCorruptData, name)
	}
	_, err := wire.DecodeRestriction(unhex(t, "00010000 00000000"), &wire.Options{Form: wire.SearchFolder})
	assert.ErrorIs(t, err, mapi.ErrCorruptData, "a kind above a byte")

	loop := &mapi.NotRestriction{}
	loop.Of = loop
	_, err = wire.AppendRestriction(nil, loop, nil)
	assert.ErrorIs(t, err, mapi.ErrTooComplex)
	_, err = wire.AppendRestriction(nil, mapi.Equal(reminder, true), nil)
	assert.ErrorIs(t, err, mapi.ErrNoSupport, "a named property without id")
	_, err = wire.AppendRestriction(nil, &mapi.CommentRestriction{Props: make([]mapi.Property, 256)}, nil)
	assert.Error(t, err)
}

func TestRows(t *testing.T) {
	columns := []mapi.Prop{number, subject, subject.Untyped(), mapi.Tagged(0x6001000A)}
	for _, c := range []struct {
		name   string
		values []mapi.Value
		want   string
	}{
		{"all values are there", []mapi.Value{int32(1), "a", "b", mapi.ErrBusy}, "00 01000000 61000000 1F00 62000000 0B010480"},
		{"some are errors", []mapi.Value{mapi.ErrNoAccess, "a", mapi.ErrTooBig, mapi.ErrBusy}, "01 0A 05000780  00 61000000  0A00 0A 05030480  00 0B010480"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := wire.AppendRow(nil, columns, c.values, nil)
			require.NoError(t, err)
			assert.Equal(t, unhex(t, c.want), b)
			d := wire.NewDecoder(b, nil)
			assert.Equal(t, c.values, d.Row(columns))
			assert.NoError(t, d.End())
		})
	}
	b, err := wire.AppendRow(nil, columns, []mapi.Value{nil, nil, nil, nil}, nil)
	require.NoError(t, err)
	assert.Equal(t, []mapi.Value{mapi.ErrNotFound, mapi.ErrNotFound, mapi.ErrNotFound, mapi.ErrNotFound}, wire.NewDecoder(b, nil).Row(columns), "BAG-002 absent values are told as not found")
	assert.Equal(t, []mapi.Value{nil}, wire.NewDecoder(unhex(t, "01 01"), nil).Row(columns[:1]), "a value may be flagged as absent")
	for _, s := range []string{"", "02", "01 05", "01", "00 0100"} {
		d := wire.NewDecoder(unhex(t, s), nil)
		assert.Nil(t, d.Row(columns))
		assert.ErrorIs(t, d.Err(), mapi.ErrCorruptData)
	}
	_, err = wire.AppendRow(nil, columns, nil, nil)
	assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

func TestSortOrder(t *testing.T) {
	s := wire.SortSet{Categories: 2, Expanded: 1, Keys: []wire.SortKey{
		{SortKey: mapi.Ascending(subject)}, {SortKey: mapi.Ascending(mapi.Tagged(0x0E060040)), Maximum: true}, {SortKey: mapi.Descending(number)}}}
	b, err := wire.AppendSortOrder(nil, s, nil)
	require.NoError(t, err)
	assert.Equal(t, unhex(t, "0300 0200 0100  1F003700 00  4000060E 04  03001700 01"), b)
	got, err := wire.DecodeSortOrder(b, nil)
	require.NoError(t, err)
	assert.Equal(t, s, got)
	assert.Len(t, got.Order(), 3)
	for _, bad := range []string{"", "0100 0200 0000 1F003700 00", "0100 0100 0200 1F003700 00", "0100 0000 0000 1F003700 02", "FFFF 0000 0000"} {
		_, err := wire.DecodeSortOrder(unhex(t, bad), nil)
		assert.ErrorIs(t, err, mapi.ErrCorruptData)
	}
	_, err = wire.AppendSortOrder(nil, wire.SortSet{Categories: 1}, nil)
	assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

func actions() mapi.RuleActions {
	var to mapi.Properties
	to.Set(subject, "x")
	to.Set(number, int32(1))
	return mapi.RuleActions{
		{Type: mapi.ActionMove, InStore: true, Store: []byte{0}, Folder: bytes.Repeat([]byte{1}, 21)},
		{Type: mapi.ActionCopy, Store: []byte{1, 2}, Folder: []byte{3}},
		{Type: mapi.ActionReply, Flavor: 1, Template: bytes.Repeat([]byte{7}, 16), TemplateID: mapi.PSMapi},
		{Type: mapi.ActionOOFReply, Template: bytes.Repeat([]byte{7}, 16)},
		{Type: mapi.ActionDefer, Data: []byte("opaque")}, {Type: mapi.ActionBounce, Code: 0x1F},
		{Type: mapi.ActionForward, Flavor: 2, Recipients: []mapi.Properties{to, to}}, {Type: mapi.ActionDelegate, Recipients: []mapi.Properties{to}},
		{Type: mapi.ActionTag, Tag: &mapi.Property{Prop: number, Value: int32(2)}}, {Type: mapi.ActionDelete}, {Type: mapi.ActionMarkAsRead, Flags: 5},
	}
}

func TestRuleActions(t *testing.T) {
	for _, form := range []wire.Form{wire.ROP, wire.Extended} {
		opt := &wire.Options{Form: form}
		want := actions()
		want[0].InStore = form == wire.ROP // extended rules have no such flag
		b, err := wire.AppendRuleActions(nil, want, opt)
		require.NoError(t, err)
		got, err := wire.DecodeRuleActions(b, opt)
		require.NoError(t, err)
		assert.True(t, mapi.EqualValues(want, got), "%v", got)
		for n := range b {
			_, err := wire.DecodeRuleActions(b[:n], opt)
			assert.ErrorIs(t, err, mapi.ErrCorruptData)
		}
	}
	for name, s := range map[string]string{
		"an unknown type": "0100 0900 63 00000000 00000000", "bytes too many": "0100 0A00 0A 00000000 00000000 00",
		"a recipient of another version": "0100 0E00 07 00000000 00000000 0100 02 0000", "more actions than bytes": "FFFF 0900",
	} {
		_, err := wire.DecodeRuleActions(unhex(t, s), nil)
		assert.ErrorIs(t, err, mapi.ErrCorruptData, name)
	}
	for _, a := range []mapi.RuleAction{{Type: 99}, {Type: mapi.ActionTag}, {Type: mapi.ActionReply}} {
		_, err := wire.AppendRuleActions(nil, mapi.RuleActions{a}, nil)
		assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
	}
}

func TestExtendedRules(t *testing.T) {
	r := mapi.And(mapi.Equal(keywords, "Red"), mapi.Equal(reminder, true), mapi.Exists(reminder), mapi.Exists(subject))
	b, err := wire.AppendExtendedCondition(nil, r, nil)
	require.NoError(t, err)
	assert.Equal(t, unhex(t, "0200 0080 0180"), b[:6], "named properties are numbered")
	got, err := wire.DecodeExtendedCondition(b, nil)
	require.NoError(t, err)
	assert.True(t, mapi.EqualRestriction(r, got), "%v", got)
	for n := range b {
		if _, err := wire.DecodeExtendedCondition(b[:n], nil); n != 67 { // where the condition would begin: there is none then
			assert.ErrorIs(t, err, mapi.ErrCorruptData, "%d", n)
		}
	}
	b, err = wire.AppendExtendedCondition(nil, nil, nil)
	require.NoError(t, err)
	got, err = wire.DecodeExtendedCondition(b, nil)
	require.NoError(t, err)
	assert.Nil(t, got)

	as := append(actions()[1:], mapi.RuleAction{Type: mapi.ActionTag, Tag: &mapi.Property{Prop: keywords, Value: []string{"Red"}}})
	b, err = wire.AppendExtendedActions(nil, as, nil)
	require.NoError(t, err)
	gotActions, err := wire.DecodeExtendedActions(b, nil)
	require.NoError(t, err)
	assert.True(t, mapi.EqualValues(as, gotActions))
	_, err = wire.DecodeExtendedActions(unhex(t, "0000 02000000 00000000"), nil)
	assert.ErrorIs(t, err, mapi.ErrCorruptData, "another version")
	_, err = wire.DecodeExtendedCondition(unhex(t, "0000 08 03000090"), nil)
	assert.ErrorIs(t, err, mapi.ErrCorruptData, "an id without name")
	_, err = wire.AppendExtendedCondition(nil, mapi.Exists(mapi.NamedString(mapi.PSPublicStrings, strings.Repeat("x", 200), mapi.PtypString)), nil)
	assert.ErrorIs(t, err, mapi.ErrTooBig)
}

// fixedNames is a mapping of names with one id.
type fixedNames uint16

func (n fixedNames) Prop(id uint16, t mapi.Type) (mapi.Prop, error) { return keywords.As(t), nil }
func (n fixedNames) ID(mapi.Prop) (uint16, error)                   { return uint16(n), nil }

func TestNames(t *testing.T) {
	opt := &wire.Options{Names: fixedNames(0x8123)}
	b, err := wire.AppendRestriction(nil, mapi.Exists(keywords), opt)
	require.NoError(t, err)
	assert.Equal(t, unhex(t, "08 1F102381"), b)
	r, err := wire.DecodeRestriction(b, opt)
	require.NoError(t, err)
	assert.Equal(t, mapi.Exists(keywords), r)
	r, err = wire.DecodeRestriction(b, nil)
	require.NoError(t, err)
	assert.Equal(t, mapi.Exists(mapi.Tagged(0x8123101F)), r, "without names the id stays")
}

// corpus is a structure among the collected files.
func corpus(t *testing.T, name string) []byte {
	b, _ := mapitest.SmartView(t, name)
	return b
}

func TestCorpusRestriction(t *testing.T) {
	opt := &wire.Options{Form: wire.SearchFolder}
	b := corpus(t, "RESTRICTION-3")
	r, err := wire.DecodeRestriction(b, opt)
	require.NoError(t, err)
	c := r.(*mapi.CommentRestriction)
	require.Len(t, c.Props, 4)
	assert.Equal(t, mapi.Property{Prop: mapi.Tagged(0x60000003), Value: int32(1)}, c.Props[0])
	assert.Equal(t, mapi.Property{Prop: mapi.Tagged(0x0001001F), Value: "test@example.com"}, c.Props[2])
	assert.Equal(t, mapi.Equal(mapi.Tagged(0x0C1D0102), []byte("SMTP:TEST@EXAMPLE.COM\x00")), c.Of)
	again(t, b, r, opt)
}

func TestCorpusLongRestriction(t *testing.T) {
	opt := &wire.Options{Form: wire.SearchFolder}
	b := corpus(t, "RESTRICTION-4")
	d := wire.NewDecoder(b, opt)
	r := d.Restriction()
	require.NoError(t, d.Err())
	and := r.(*mapi.AndRestriction)
	require.Len(t, and.Of, 23)
	assert.Equal(t, mapi.Equal(mapi.Tagged(0x0057000B), true), and.Of[0])
	assert.Equal(t, mapi.Contains(mapi.Tagged(0x001A001F), "IPM.Schedule.Meeting.Canceled", mapi.Prefix|mapi.IgnoreCase), and.Of[22].(*mapi.OrRestriction).Of[1])
	out, err := wire.AppendRestriction(nil, r, opt) // not the same bytes: the sample has texts without terminator
	require.NoError(t, err)
	second, err := wire.DecodeRestriction(out, opt)
	require.NoError(t, err)
	assert.True(t, mapi.EqualRestriction(r, second))
}

func TestCorpusRuleCondition(t *testing.T) {
	b := corpus(t, "RULECONDITION-2")
	d := wire.NewDecoder(b[2:], nil) // after an empty table of names
	r := d.Restriction()
	require.NoError(t, d.Err())
	and := r.(*mapi.AndRestriction)
	require.Len(t, and.Of, 2)
	or := and.Of[0].(*mapi.OrRestriction).Of[0].(*mapi.OrRestriction)
	assert.Equal(t, mapi.Contains(mapi.Tagged(0x0C1F001F), "test@example.com", mapi.IgnoreCase), or.Of[0])
	again(t, b[2:len(b)-len(d.Rest())], r, nil)
}

func TestCorpusExtendedRule(t *testing.T) {
	b := corpus(t, "EXTENDEDRULECONDITION-3")
	r, err := wire.DecodeExtendedCondition(b, nil)
	require.NoError(t, err)
	assert.Equal(t, mapi.Equal(mapi.Tagged(0x0C1D0102), []byte("SMTP:TEST@EXAMPLE.COM\x00")), r.(*mapi.CommentRestriction).Of)
	out, err := wire.AppendExtendedCondition(nil, r, nil)
	require.NoError(t, err)
	assert.Equal(t, b, out)

	b = corpus(t, "EXTENDEDRULEACTION-3")
	as, err := wire.DecodeExtendedActions(b, nil)
	require.NoError(t, err)
	require.Len(t, as, 10)
	assert.Equal(t, &mapi.Property{Prop: mapi.Tagged(0x00170003), Value: int32(2)}, as[0].Tag)
	assert.Equal(t, &mapi.Property{Prop: keywords, Value: []string{"Decepticon"}}, as[1].Tag)
	assert.Equal(t, mapi.ActionMarkAsRead, as[2].Type)
	require.Len(t, as[4].Recipients, 1)
	assert.Equal(t, "test@test.com", as[4].Recipients[0].Get(mapi.Tagged(0x39FE001F)))
	assert.Equal(t, 8, as[4].Recipients[0].Len())
	who, err := mapi.ParseOneOffEntryID(as[4].Recipients[0].Get(binary).([]byte), nil)
	require.NoError(t, err)
	assert.Equal(t, mapi.NewOneOff("test@test.com", "SMTP", "test@test.com"), who)
	out, err = wire.AppendExtendedActions(nil, as, &wire.Options{Names: fixedNames(0x80FB)})
	require.NoError(t, err)
	assert.Equal(t, b, out)
}

func TestCorpusProperties(t *testing.T) {
	opt := &wire.Options{Form: wire.SearchFolder}
	for name, check := range map[string]func(mapi.Property){
		"PROPERTIES-2": func(p mapi.Property) {
			a, err := mapi.ParseAddressBookEntryID(p.Value.([]byte))
			require.NoError(t, err)
			assert.Equal(t, "/o=microsoft/ou=northamerica/cn=Recipients/cn=551673", a.DN)
		},
		"PROPERTIES-3": func(p mapi.Property) { assert.Equal(t, int32(6), p.Value) },
		"PROPERTIES-8": func(p mapi.Property) {
			require.Len(t, p.Value, 2)
			assert.Len(t, p.Value.([][]byte)[0], 173)
		},
	} {
		b := corpus(t, name)
		d := wire.NewDecoder(b, opt)
		p := d.Property()
		require.NoError(t, d.End(), name)
		check(p)
		out, err := wire.AppendProperty(nil, p, opt)
		require.NoError(t, err)
		assert.Equal(t, b, out, name)
	}
}

func TestCorpusEntryIDs(t *testing.T) {
	for _, c := range []struct {
		name string
		kind mapi.EntryIDKind
	}{
		{"ENTRYID-8", mapi.KindFolder}, {"ENTRYID-10", mapi.KindFolder}, {"ENTRYID-11", mapi.KindFolder},
		{"ENTRYID-13", mapi.KindMessage}, {"ENTRYID-14", mapi.KindMessage}, {"ENTRYID-16", mapi.KindAddressBook},
		{"ENTRYID-17", mapi.KindOneOff}, {"ENTRYID-21", mapi.KindAddressBook}, {"ENTRYID-4", mapi.UnknownEntryID},
	} {
		b := mapi.EntryID(corpus(t, c.name))
		require.Equal(t, c.kind, b.Kind(), c.name)
		var out mapi.EntryID
		switch c.kind {
		case mapi.KindFolder:
			v, err := mapi.ParseFolderEntryID(b)
			require.NoError(t, err)
			out = v.EntryID()
		case mapi.KindMessage:
			v, err := mapi.ParseMessageEntryID(b)
			require.NoError(t, err)
			out = v.EntryID()
		case mapi.KindOneOff:
			v, err := mapi.ParseOneOffEntryID(b, nil)
			require.NoError(t, err)
			assert.Equal(t, "admin@example.com", v.Address)
			out = v.EntryID()
		case mapi.KindAddressBook:
			v, err := mapi.ParseAddressBookEntryID(b)
			require.NoError(t, err)
			out = v.EntryID()
		default:
			out = b
		}
		assert.Equal(t, b, out, c.name)
	}
}

func TestCorpusPCL(t *testing.T) {
	b := corpus(t, "PCL-2")
	p, err := mapi.ParsePCL(b)
	require.NoError(t, err)
	require.Len(t, p, 3)
	assert.Equal(t, "1CC6AB8F-4C6C-475E-930B-9B30AA0ED4EB:00005CA8", p[2].String())
	assert.Equal(t, b, p.Bytes())
	x, err := mapi.ParseXID(corpus(t, "XID-3"))
	require.NoError(t, err)
	assert.Equal(t, "41213B37-7628-44FE-8E8D-71BE34CC3154:00004F6592F8", x.String())
}

func TestCorpusFlatEntryList(t *testing.T) {
	ids, err := mapi.ParseFlatEntryList(corpus(t, "FLATENTRYLIST-2"))
	require.ErrorIs(t, err, mapi.ErrCorruptData, "the sample is damaged after its first entry")
	require.Len(t, ids, 1)
	assert.Len(t, ids[0], 0x6D)
}

// again checks that r is written as the bytes that it was read from.
func again(t *testing.T, want []byte, r mapi.Restriction, opt *wire.Options) {
	t.Helper()
	b, err := wire.AppendRestriction(nil, r, opt)
	require.NoError(t, err)
	assert.Equal(t, want, b)
}

func FuzzRestriction(f *testing.F) {
	for i, form := range forms {
		for _, r := range restrictions() {
			b, err := wire.AppendRestriction(nil, r, &wire.Options{Form: form})
			require.NoError(f, err)
			f.Add(uint8(i), b)
		}
	}
	f.Fuzz(func(t *testing.T, form uint8, b []byte) {
		opt := &wire.Options{Form: forms[int(form)%len(forms)]}
		r, err := wire.DecodeRestriction(b, opt)
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
			return
		}
		_ = mapi.CheckRestriction(r)
		out, err := wire.AppendRestriction(nil, r, opt)
		require.NoError(t, err)
		second, err := wire.DecodeRestriction(out, opt)
		require.NoError(t, err)
		require.True(t, mapi.EqualRestriction(r, second), "%v\n%v", r, second)
	})
}

func FuzzRuleActions(f *testing.F) {
	for i, form := range forms[:2] {
		b, err := wire.AppendRuleActions(nil, actions(), &wire.Options{Form: form})
		require.NoError(f, err)
		f.Add(uint8(i), b)
	}
	b, err := wire.AppendExtendedActions(nil, actions(), nil)
	require.NoError(f, err)
	f.Add(uint8(2), b)
	f.Fuzz(func(t *testing.T, form uint8, b []byte) {
		decode, encode, opt := wire.DecodeRuleActions, wire.AppendRuleActions, &wire.Options{Form: wire.Form(form % 2)}
		if form%3 == 2 {
			decode, encode = wire.DecodeExtendedActions, wire.AppendExtendedActions
		}
		as, err := decode(b, opt)
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
			return
		}
		out, err := encode(nil, as, opt)
		require.NoError(t, err)
		second, err := decode(out, opt)
		require.NoError(t, err)
		require.True(t, mapi.EqualValues(as, second))
	})
}

func FuzzValue(f *testing.F) {
	f.Add(uint16(mapi.PtypUnspecified), []byte("\x1f\x00a\x00\x00\x00"))
	f.Add(uint16(mapi.PtypMultipleBinary), []byte("\x01\x00\x00\x00\x01\x00a"))
	f.Fuzz(func(t *testing.T, typ uint16, b []byte) {
		for _, form := range forms {
			opt := &wire.Options{Form: form}
			d := wire.NewDecoder(b, opt)
			v := d.Value(mapi.Type(typ))
			if d.End() != nil {
				require.ErrorIs(t, d.Err(), mapi.ErrCorruptData)
				continue
			}
			if mapi.CheckValue(mapi.Type(typ), v) != nil {
				continue // read with a type of its own
			}
			out, err := wire.AppendValue(nil, mapi.Type(typ), v, opt)
			require.NoError(t, err)
			d = wire.NewDecoder(out, opt)
			require.True(t, mapi.EqualValues(v, d.Value(mapi.Type(typ))))
			require.NoError(t, d.End())
		}
	})
}

func TestFloatsSurvive(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Copysign(0, -1)} {
		b, err := wire.AppendValue(nil, mapi.PtypFloating64, f, nil)
		require.NoError(t, err)
		assert.Equal(t, math.Float64bits(f), math.Float64bits(wire.NewDecoder(b, nil).Value(mapi.PtypFloating64).(float64)))
	}
}
