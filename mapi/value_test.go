package mapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
)

// typeValues has one value of each type that a stored property can have.
var typeValues = map[mapi.Type]mapi.Value{
	mapi.PtypInteger16:            int16(1),
	mapi.PtypInteger32:            int32(1),
	mapi.PtypFloating32:           float32(1),
	mapi.PtypFloating64:           float64(1),
	mapi.PtypCurrency:             mapi.Currency(1),
	mapi.PtypFloatingTime:         mapi.FloatingTime(1),
	mapi.PtypErrorCode:            mapi.ErrNotFound,
	mapi.PtypBoolean:              true,
	mapi.PtypObject:               mapi.Object{1},
	mapi.PtypInteger64:            int64(1),
	mapi.PtypString8:              "a",
	mapi.PtypString:               "a",
	mapi.PtypTime:                 noon,
	mapi.PtypGuid:                 mapi.GUID{1},
	mapi.PtypServerId:             mapi.ServerID{1},
	mapi.PtypRestriction:          mapi.And(),
	mapi.PtypRuleAction:           mapi.RuleActions{},
	mapi.PtypBinary:               []byte{1},
	mapi.PtypMultipleInteger16:    []int16{1, 2},
	mapi.PtypMultipleInteger32:    []int32{1, 2},
	mapi.PtypMultipleFloating32:   []float32{1, 2},
	mapi.PtypMultipleFloating64:   []float64{1, 2},
	mapi.PtypMultipleCurrency:     []mapi.Currency{1, 2},
	mapi.PtypMultipleFloatingTime: []mapi.FloatingTime{1, 2},
	mapi.PtypMultipleInteger64:    []int64{1, 2},
	mapi.PtypMultipleString8:      []string{"a", "b"},
	mapi.PtypMultipleString:       []string{"a", "b"},
	mapi.PtypMultipleTime:         []time.Time{noon, noon},
	mapi.PtypMultipleGuid:         []mapi.GUID{{1}, {2}},
	mapi.PtypMultipleBinary:       [][]byte{{1}, {2}},
}

func TestCheckValue(t *testing.T) {
	for typ := range typeValues {
		for other, v := range typeValues {
			fits := typ == other || typ.IsString() && typ.Fits(other)
			if fits {
				assert.NoError(t, mapi.CheckValue(typ, v), "%T as %v", v, typ)
			} else {
				assert.ErrorIs(t, mapi.CheckValue(typ, v), mapi.ErrUnexpectedType, "%T as %v", v, typ)
			}
		}
		assert.ErrorIs(t, mapi.CheckValue(typ, nil), mapi.ErrUnexpectedType, "nil is no value")
		assert.ErrorIs(t, mapi.CheckValue(typ|mapi.MultiInstance, typeValues[typ]), mapi.ErrInvalidType, "TYP-018 instances are not stored")
	}
	for _, typ := range []mapi.Type{mapi.PtypUnspecified, mapi.PtypNull, 0x99, mapi.PtypBoolean | mapi.MultiValue} {
		assert.ErrorIs(t, mapi.CheckValue(typ, int32(1)), mapi.ErrInvalidType, "TYP-001 %v is not stored", typ)
	}
	assert.ErrorIs(t, mapi.CheckValue(mapi.PtypMultipleInteger32, []int32{}), mapi.ErrUnexpectedType, "TYP-009 a multiple value is not empty")
	for _, typ := range []mapi.Type{mapi.PtypString, mapi.PtypString8, mapi.PtypBinary, mapi.PtypObject} {
		assert.NoError(t, mapi.CheckValue(typ, memStream("x")), "%v may be a stream", typ)
	}
	assert.Error(t, mapi.CheckValue(mapi.PtypInteger32, memStream("x")), "an integer may not")
}

func TestType(t *testing.T) {
	for typ := range typeValues {
		assert.True(t, typ.Valid(), typ)
		assert.Equal(t, typ&mapi.MultiValue != 0, typ.IsMultiple())
		assert.True(t, strings.HasPrefix(typ.String(), "Ptyp"))
		assert.Equal(t, typ.String()+"|MultiInstance", (typ | mapi.MultiInstance).String())
	}
	assert.Equal(t, "Ptyp(0x0999)", mapi.Type(0x999).String())
	assert.Equal(t, mapi.PtypString, (mapi.PtypMultipleString | mapi.MultiInstance).Base())
	assert.True(t, mapi.PtypUnspecified.Fits(mapi.PtypTime), "TYP-002 an unspecified type reads what is stored")
	assert.True(t, mapi.PtypString8.Fits(mapi.PtypString), "TYP-003 either flavour of strings reads the other")
	assert.True(t, mapi.PtypMultipleString.Fits(mapi.PtypMultipleString8), "TYP-008 also of several")
	assert.False(t, mapi.PtypMultipleString.Fits(mapi.PtypString), "one is not several")
	assert.False(t, mapi.PtypInteger32.Fits(mapi.PtypInteger16), "TYP-005 numbers are not converted")
	for typ, n := range map[mapi.Type]int{mapi.PtypInteger16: 2, mapi.PtypInteger32: 4, mapi.PtypTime: 8, mapi.PtypBoolean: 1, mapi.PtypGuid: 16, mapi.PtypString: 0} {
		assert.Equal(t, n, typ.FixedSize(), typ)
	}
}

func TestSizeOf(t *testing.T) {
	for _, c := range []struct {
		t    mapi.Type
		v    mapi.Value
		want int64
	}{
		{mapi.PtypString, nil, 0}, {mapi.PtypString, "é", 2}, {mapi.PtypBinary, []byte{1, 2}, 2}, {mapi.PtypObject, mapi.Object{1}, 1},
		{mapi.PtypServerId, mapi.ServerID{1, 2, 3}, 3}, {mapi.PtypBinary, memStream("abc"), 3}, {mapi.PtypMultipleString, []string{"a", "é"}, 3},
		{mapi.PtypMultipleBinary, [][]byte{{1}, {}}, 1}, {mapi.PtypInteger32, int32(1), 4}, {mapi.PtypMultipleTime, []time.Time{noon, noon}, 16},
		{mapi.PtypMultipleGuid, []mapi.GUID{{}}, 16}, {mapi.PtypBoolean, true, 1},
	} {
		assert.Equal(t, c.want, mapi.SizeOf(c.t, c.v), "%v %v", c.t, c.v)
	}
}

func TestProp(t *testing.T) {
	tag := mapi.MakeTag(0x0037, mapi.PtypString)
	assert.EqualValues(t, 0x0037, tag.ID())
	assert.Equal(t, mapi.PtypString, tag.Type())
	assert.Equal(t, "0x0037001F", tag.String())
	assert.Equal(t, subject, mapi.Tagged(tag))
	assert.Equal(t, tag, subject.Tag())
	assert.False(t, subject.IsNamed())
	assert.True(t, keywords.IsNamed())
	assert.Zero(t, keywords.Tag(), "a named property has no tag")
	assert.Equal(t, subject, mapi.NamedID(mapi.PSMapi, 0x0037, mapi.PtypString), "PS_MAPI holds the tagged properties")
	assert.Equal(t, mapi.Prop{Set: mapi.PSETIDCommon, ID: 0x8503, Type: mapi.PtypBoolean}, mapi.NamedID(mapi.PSETIDCommon, 0x8503, mapi.PtypBoolean))
	assert.Equal(t, "x-mailer", mapi.NamedString(mapi.PSInternetHeaders, "X-Mailer", mapi.PtypString).Name, "header names are lower-cased")
	assert.Equal(t, "Keywords", mapi.NamedString(mapi.PSPublicStrings, "Keywords", mapi.PtypString).Name, "other names are not")
	assert.True(t, subject.Same(subject.As(mapi.PtypString8)))
	assert.False(t, subject.Same(sender))
	assert.Equal(t, "0x0037001F", subject.String())
	assert.Equal(t, "{00020329-0000-0000-C000-000000000046}/Keywords:PtypMultipleString", keywords.String())
	assert.Equal(t, "{00062008-0000-0000-C000-000000000046}/0x8503:PtypBoolean", mapi.NamedID(mapi.PSETIDCommon, 0x8503, mapi.PtypBoolean).String())

	sorted := []mapi.Prop{number, subject.As(mapi.PtypString8), subject, mapi.NamedID(mapi.PSETIDCommon, 1, mapi.PtypString),
		keywords.As(mapi.PtypString), keywords, mapi.NamedID(mapi.PSPublicStrings, 7, mapi.PtypString)}
	for i := range sorted {
		for j := range sorted {
			assert.Equal(t, sign(i-j), sign(sorted[i].Compare(sorted[j])), "%v %v", sorted[i], sorted[j])
		}
	}
}

func TestGUID(t *testing.T) {
	const text = "00062008-0000-0000-C000-000000000046"
	for _, s := range []string{text, "{" + text + "}", strings.ToLower(text)} {
		g, err := mapi.ParseGUID(s)
		require.NoError(t, err)
		assert.Equal(t, mapi.PSETIDCommon, g)
		assert.Equal(t, text, g.String())
	}
	for _, s := range []string{"", "{}", text[1:], text + "0", strings.Replace(text, "-", "_", 1), strings.Replace(text, "C", "G", 1)} {
		_, err := mapi.ParseGUID(s)
		assert.Error(t, err, s)
	}
	assert.True(t, mapi.GUID{}.IsZero())
	assert.False(t, mapi.PSMapi.IsZero())
}

func TestIDs(t *testing.T) {
	assert.Equal(t, "f00000000000c", mapi.FolderID(12).String())
	assert.Equal(t, "m00000000000c", mapi.MessageID(12).String())
	id := mapi.GlobalID{Replica: replica, Counter: mapi.MaxCounter}
	got, err := mapi.ParseGlobalID(id.Bytes())
	require.NoError(t, err)
	assert.Equal(t, id, got)
	_, err = mapi.ParseGlobalID(make([]byte, 21))
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
}

func TestFileTime(t *testing.T) {
	for _, ticks := range []uint64{0, 1, 9_999_999, 10_000_000, 116444736000000000, mapi.NoDate, 1 << 62, math.MaxInt64, 1 << 63, math.MaxUint64 - 1, math.MaxUint64} {
		assert.Equal(t, ticks, mapi.ToFileTime(mapi.FromFileTime(ticks)), "TYP-013 ticks read back")
	}
	for i := range uint64(2000) {
		ticks := i * (math.MaxUint64 / 2000)
		require.Equal(t, ticks, mapi.ToFileTime(mapi.FromFileTime(ticks)))
	}
	assert.Equal(t, time.Unix(0, 0).UTC(), mapi.FromFileTime(116444736000000000))
	assert.Equal(t, "1601-01-01 00:00:00 +0000 UTC", mapi.FromFileTime(0).String())
	assert.Equal(t, 4501, mapi.FromFileTime(mapi.NoDate).Year())
	assert.Equal(t, 60056, mapi.FromFileTime(math.MaxUint64).Year())
	assert.Zero(t, mapi.ToFileTime(time.Time{}), "times before 1601 become 0")
	assert.Zero(t, mapi.ToFileTime(time.Date(1600, 12, 31, 23, 59, 59, 999_999_999, time.UTC)), "a moment before 1601 too")
	assert.EqualValues(t, uint64(math.MaxUint64), mapi.ToFileTime(time.Date(90000, 1, 1, 0, 0, 0, 0, time.UTC)), "times too late become the last one")
	assert.Equal(t, mapi.ToFileTime(noon), mapi.ToFileTime(noon.Add(99)), "parts of a tick are cut off")
	assert.Equal(t, mapi.ToFileTime(noon)+1, mapi.ToFileTime(noon.Add(100)))
}

func TestProperties(t *testing.T) {
	t.Run("TYP-006 an id holds one value", func(t *testing.T) {
		var b mapi.Properties
		b.Set(number, int32(5))
		b.Set(number.As(mapi.PtypString), "five")
		assert.Equal(t, 1, b.Len())
		assert.Nil(t, b.Get(number), "the former type is gone")
		assert.Equal(t, "five", b.Get(number.As(mapi.PtypString)))
		assert.Equal(t, "five", b.Get(number.Untyped()))
		assert.Equal(t, mapi.PtypString, b.TypeOf(number))
	})
	t.Run("TYP-007 the flavours of strings are one slot", func(t *testing.T) {
		var b mapi.Properties
		b.Set(subject.As(mapi.PtypString8), "x")
		assert.Equal(t, "x", b.Get(subject))
		b.Delete(subject)
		assert.False(t, b.Has(subject))
	})
	t.Run("TYP-016 empty values are present", func(t *testing.T) {
		var b mapi.Properties
		b.Set(subject, "")
		b.Set(binary, []byte{})
		assert.True(t, b.Has(subject))
		assert.NotNil(t, b.Get(binary))
	})
	t.Run("nil deletes", func(t *testing.T) {
		var b mapi.Properties
		b.Set(subject, "x")
		b.Set(subject, nil)
		b.Set(sender, nil)
		assert.Zero(t, b.Len())
		assert.Equal(t, mapi.PtypUnspecified, b.TypeOf(subject))
	})
	t.Run("a value of another type is a mistake", func(t *testing.T) {
		var b mapi.Properties
		assert.Panics(t, func() { b.Set(subject, 5) })
		assert.Panics(t, func() { b.Set(subject.Untyped(), "x") })
		assert.Panics(t, func() { b.Set(numbers, []int32{}) })
	})
	t.Run("times are cut to ticks and UTC", func(t *testing.T) {
		var b mapi.Properties
		b.Set(when, noon.Add(199).In(time.FixedZone("", 3600)))
		assert.Equal(t, noon.Add(100), b.Get(when))
		b.Set(when.As(mapi.PtypMultipleTime), []time.Time{noon.Add(1)})
		assert.Equal(t, []time.Time{noon}, b.Get(when.As(mapi.PtypMultipleTime)))
	})
	t.Run("order is that of the first setting, also of many", func(t *testing.T) {
		var b mapi.Properties
		prop := func(i int) mapi.Prop { return mapi.Prop{ID: uint32(i), Type: mapi.PtypInteger32} }
		for i := range 300 {
			b.Set(prop(i), int32(i))
		}
		for i := range 300 {
			b.Set(prop(i), int32(-i))
		}
		c := b.Clone()
		for i := 0; i < 300; i += 2 {
			b.Delete(prop(i), prop(1000))
		}
		want := 1
		for p, v := range b.All() {
			require.Equal(t, prop(want), p)
			require.Equal(t, int32(-want), v)
			want += 2
		}
		assert.Equal(t, 301, want)
		assert.Equal(t, 150, b.Len())
		assert.Equal(t, 300, c.Len(), "the clone keeps all")
		assert.Equal(t, int32(-4), c.Get(prop(4)))
		for range b.All() {
			break
		}
	})
	t.Run("a clone is its own", func(t *testing.T) {
		var b mapi.Properties
		b.Grow(10)
		b.Set(subject, "x")
		c := b.Clone()
		c.Set(subject, "y")
		c.Set(sender, "z")
		assert.Equal(t, "x", b.Get(subject))
		assert.Equal(t, 1, b.Len())
	})
}

func TestMessageClone(t *testing.T) {
	m := testMessage()
	m.Attachments = []*mapi.Attachment{{Embedded: testMessage()}}
	c := m.Clone()
	c.Set(subject, "other")
	c.Recipients[0].Set(address, "other")
	c.Attachments[0].Embedded.Set(subject, "other")
	c.Recipients = c.Recipients[:1]
	assert.Equal(t, testMessage().Get(subject), m.Get(subject))
	assert.Equal(t, "ada@example.org", m.Recipients[0].Get(address))
	assert.Equal(t, testMessage().Get(subject), m.Attachments[0].Embedded.Get(subject))
	assert.Len(t, m.Recipients, 2)
	assert.Nil(t, (*mapi.Message)(nil).Clone())
	_, err := m.Rows(subject)
	assert.ErrorIs(t, err, mapi.ErrTooComplex)
}

func TestErrors(t *testing.T) {
	cause := errors.New("disk is gone")
	err := error(&mapi.Error{Op: "store.Folder.Open", Code: mapi.ErrNotFound, Prop: subject, Err: cause})
	assert.Equal(t, "store.Folder.Open 0x0037001F: not found (0x8004010F): disk is gone", err.Error())
	wrapped := fmt.Errorf("wrapped: %w", err)
	assert.ErrorIs(t, wrapped, mapi.ErrNotFound)
	assert.ErrorIs(t, wrapped, cause)
	assert.ErrorIs(t, wrapped, fs.ErrNotExist)
	assert.NotErrorIs(t, wrapped, fs.ErrPermission)
	var e *mapi.Error
	require.ErrorAs(t, wrapped, &e)
	assert.Equal(t, subject, e.Prop)
	var code mapi.Code
	require.ErrorAs(t, wrapped, &code)
	assert.Equal(t, mapi.ErrNotFound, code)

	assert.Equal(t, "op: not found (0x8004010F)", (&mapi.Error{Op: "op", Code: mapi.ErrNotFound}).Error())
	assert.Equal(t, "op: too big (0x80040305): 5 bytes", (&mapi.Error{Op: "op", Code: mapi.ErrTooBig, Err: fmt.Errorf("%w: 5 bytes", mapi.ErrTooBig)}).Error(), "the code is not said twice")
	for code, target := range map[mapi.Code]error{mapi.ErrObjectDeleted: fs.ErrNotExist, mapi.ErrCollision: fs.ErrExist, mapi.ErrNoAccess: fs.ErrPermission, mapi.ErrInvalidParameter: fs.ErrInvalid} {
		assert.ErrorIs(t, code, target)
	}
	assert.NotErrorIs(t, mapi.ErrNotFound, fs.ErrClosed)
	assert.Equal(t, "MAPI status 0x12345678", mapi.Code(0x12345678).Error())
	assert.True(t, mapi.WarnErrorsReturned.IsWarning())
	assert.False(t, mapi.ErrNotFound.IsWarning())
	assert.False(t, mapi.Success.IsWarning())

	for _, c := range []struct {
		name string
		err  error
		want mapi.Code
	}{
		{"nil is success", nil, mapi.Success},
		{"an Error has its code", wrapped, mapi.ErrNotFound},
		{"a code is itself", fmt.Errorf("x: %w", mapi.ErrTooBig), mapi.ErrTooBig},
		{"a canceled context", fmt.Errorf("x: %w", context.Canceled), mapi.ErrUserCancel},
		{"a context that ended", context.DeadlineExceeded, mapi.ErrUserCancel},
		{"anything else", io.ErrUnexpectedEOF, mapi.ErrCallFailed},
	} {
		assert.Equal(t, c.want, mapi.CodeOf(c.err), c.name)
	}
}

func TestStreams(t *testing.T) {
	m := testMessage()
	for _, c := range []struct {
		p    mapi.Prop
		want string
	}{{sender, "Grace Hopper"}, {binary, "\x01\x02\x03"}, {object, "object"}, {data, strings.Repeat("\x00", longBody) + "\x01\x02"}} {
		r, n, err := mapi.OpenValue(m, c.p)
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, c.want, string(b))
		assert.EqualValues(t, len(c.want), n)
		assert.NoError(t, r.Close())
	}
	_, _, err := mapi.OpenValue(m, absent)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
	_, _, err = mapi.OpenValue(m, number)
	assert.ErrorIs(t, err, mapi.ErrNoSupport)
	m.Set(data, badStream{})
	_, _, err = mapi.OpenValue(m, data)
	assert.ErrorIs(t, err, errBadStream)

	for typ, want := range map[mapi.Type]mapi.Value{mapi.PtypString: "abc", mapi.PtypBinary: []byte("abc"), mapi.PtypObject: mapi.Object("abc")} {
		v, err := mapi.ReadValue(typ, memStream("abc"), 3)
		require.NoError(t, err)
		assert.Equal(t, want, v)
	}
	v, err := mapi.ReadValue(mapi.PtypInteger32, int32(5), 0)
	require.NoError(t, err)
	assert.Equal(t, int32(5), v, "other values are returned as they are")
	_, err = mapi.ReadValue(mapi.PtypString, memStream("abc"), 2)
	assert.ErrorIs(t, err, mapi.ErrTooBig)
	_, err = mapi.ReadValue(mapi.PtypString, badStream{}, 100)
	assert.ErrorIs(t, err, errBadStream)
	_, err = mapi.ReadValue(mapi.PtypString, lyingStream{memStream("abc"), 5}, 100)
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	_, err = mapi.ReadValue(mapi.PtypString, lyingStream{memStream("abc"), -1}, 100)
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	_, err = mapi.ReadValue(mapi.PtypString, lyingStream{memStream("abc"), 2}, 100)
	assert.ErrorIs(t, err, mapi.ErrCorruptData, "nothing is cut off silently")
}

// A lyingStream says another size than it has.
type lyingStream struct {
	memStream
	size int64
}

func (s lyingStream) Size() int64 { return s.size }

func TestEvent(t *testing.T) {
	assert.True(t, mapi.Event{Message: 1}.IsMessage())
	assert.False(t, mapi.Event{Object: 1}.IsMessage())
	assert.Zero(t, mapi.EventAll&mapi.EventOverflow, "overflow is not asked for")
}

func TestConstructors(t *testing.T) {
	assert.Equal(t, &mapi.ContentRestriction{Fuzzy: mapi.Prefix, Prop: binary, Value: []byte("x")}, mapi.Contains(binary, "x", mapi.Prefix), "text for a binary is its bytes")
	assert.Equal(t, mapi.Equal(when, noon), mapi.Equal(when, noon.Add(50)), "times are cut to ticks")
	assert.Equal(t, mapi.SortKey{Prop: subject}, mapi.Ascending(subject))
	assert.Equal(t, mapi.SortKey{Prop: subject, Descending: true}, mapi.Descending(subject))
}

func TestPropertiesOf(t *testing.T) {
	id := func(i int) mapi.Prop { return mapi.Prop{ID: uint32(0x1000 + i), Type: mapi.PtypInteger32} }
	for _, n := range []int{1, 14, 64, 65, 200} {
		list := make([]mapi.Property, n)
		var want mapi.Properties
		for i := range list {
			list[i] = mapi.Property{Prop: id(i), Value: int32(i)}
			want.Set(id(i), int32(i))
		}
		b := mapi.PropertiesOf(list)
		require.Equal(t, want, b, "%d properties are what Set makes of them", n)
		b.Set(id(n), int32(7))
		require.Equal(t, int32(7), b.Get(id(n)), "and more can be set")
		require.Equal(t, n+1, b.Len())
	}

	long := time.Date(2024, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))
	b := mapi.PropertiesOf([]mapi.Property{{mapi.Prop{ID: 0x39, Type: mapi.PtypTime}, long}})
	assert.Equal(t, time.Date(2024, 1, 2, 2, 4, 5, 600, time.UTC), b.Get(mapi.Prop{ID: 0x39}), "times are cut")

	assert.Panics(t, func() { mapi.PropertiesOf([]mapi.Property{{id(0), nil}}) }, "nil is no value")
	assert.Panics(t, func() { mapi.PropertiesOf([]mapi.Property{{id(0), "text"}}) }, "the type fits")
}

func TestTimesOfFullTicksAreNotCopied(t *testing.T) {
	var b mapi.Properties
	var v mapi.Value = time.Date(2024, 1, 2, 3, 4, 5, 600, time.UTC)
	p := mapi.Prop{ID: 0x39, Type: mapi.PtypTime}
	b.Set(p, v)
	assert.Zero(t, testing.AllocsPerRun(10, func() { b.Set(p, v) }))
}
