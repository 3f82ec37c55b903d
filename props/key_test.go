package props_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A text is a stream of its bytes. size is what it claims to have.
type text struct {
	body string
	size int64
	err  error
}

func stream(s string) text { return text{body: s, size: int64(len(s))} }

func (t text) Size() int64 { return t.size }

func (t text) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(t.body)), t.err
}

func TestKeyGetsWhatWasSet(t *testing.T) {
	var b mapi.Properties
	when := time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC)

	props.PidTagSubject.Set(&b, "giraffe")
	props.PidTagMessageDeliveryTime.Set(&b, when)
	props.PidNameKeywords.Set(&b, []string{"red", "blue"})
	props.PidTagImportance.Set(&b, mapi.ImportanceHigh)
	props.PidTagGender.Set(&b, mapi.GenderFemale)

	assert.Equal(t, "giraffe", props.PidTagSubject.Or(&b, ""))
	assert.Equal(t, when, props.PidTagMessageDeliveryTime.Or(&b, time.Time{}))
	assert.Equal(t, []string{"red", "blue"}, props.PidNameKeywords.Or(&b, nil))
	assert.Equal(t, mapi.ImportanceHigh, props.PidTagImportance.Or(&b, 0))
	assert.Equal(t, mapi.GenderFemale, props.PidTagGender.Or(&b, 0))
}

func TestEnumerationsAreNumbersInTheBag(t *testing.T) {
	var b mapi.Properties
	props.PidTagPriority.Set(&b, mapi.PriorityNonUrgent)
	props.PidTagGender.Set(&b, mapi.GenderMale)

	assert.Equal(t, int32(-1), b.Get(props.PidTagPriority.Prop()))
	assert.Equal(t, int16(2), b.Get(props.PidTagGender.Prop()))
}

func TestKeyOfAbsentProperty(t *testing.T) {
	var b mapi.Properties

	_, ok := props.PidTagSubject.Get(&b)
	assert.False(t, ok)
	assert.Equal(t, "none", props.PidTagSubject.Or(&b, "none"))
	assert.False(t, props.PidTagSubject.Has(&b))
	_, err := props.PidTagSubject.Read(&b)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
	assert.ErrorContains(t, err, "PidTagSubject")
	props.PidTagSubject.Delete(&b)
}

func TestKeyDeletes(t *testing.T) {
	var b mapi.Properties
	props.PidTagSubject.Set(&b, "x")
	props.PidTagSubject.Delete(&b)
	assert.Zero(t, b.Len())
}

func TestSettingNothingDeletes(t *testing.T) {
	var b mapi.Properties
	props.PidNameKeywords.Set(&b, []string{"red"})
	props.PidNameKeywords.Set(&b, []string{})
	props.PidTagEntryId.Set(&b, []byte{1})
	props.PidTagEntryId.Set(&b, nil)
	assert.Zero(t, b.Len())

	props.PidTagEntryId.Set(&b, []byte{})
	assert.True(t, props.PidTagEntryId.Has(&b), "an empty binary that is not nil is a value")
}

func TestStringsReadWhateverTheirWidth(t *testing.T) {
	var b mapi.Properties
	b.Set(props.PidTagSubject.Prop().As(mapi.PtypString8), "narrow")
	assert.Equal(t, "narrow", props.PidTagSubject.Or(&b, ""))
}

func TestOtherTypesDoNotFit(t *testing.T) {
	var b mapi.Properties
	b.Set(props.PidTagSubject.Prop().As(mapi.PtypInteger32), int32(1))
	assert.False(t, props.PidTagSubject.Has(&b))
	_, err := props.PidTagSubject.Read(&b)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
}

func TestKeyReadsStreams(t *testing.T) {
	broken := errors.New("disk gone")
	for _, c := range []struct {
		promise string
		stream  text
		want    string
		err     error
	}{
		{"a stream is read", stream("long body"), "long body", nil},
		{"an empty one too", stream(""), "", nil},
		{"one that is too long is refused", text{size: props.MaxValue + 1}, "", mapi.ErrTooBig},
		{"one that ends early is corrupt", text{body: "ab", size: 3}, "", mapi.ErrCorruptData},
		{"one that does not open says why", text{size: 1, err: broken}, "", broken},
	} {
		t.Run(c.promise, func(t *testing.T) {
			var b mapi.Properties
			props.PidTagBody.SetStream(&b, c.stream)

			require.True(t, props.PidTagBody.Has(&b))
			got, ok := props.PidTagBody.Get(&b)
			assert.Equal(t, c.err == nil, ok)
			assert.Equal(t, c.want, got)
			got, err := props.PidTagBody.Read(&b)
			assert.Equal(t, c.want, got)
			assert.ErrorIs(t, err, c.err)
		})
	}
}

func TestBinaryAndObjectStreamsHaveTheirGoType(t *testing.T) {
	var b mapi.Properties
	props.PidTagHtml.SetStream(&b, stream("<p>"))
	assert.Equal(t, []byte("<p>"), props.PidTagHtml.Or(&b, nil))

	b = mapi.Properties{}
	props.PidTagAttachDataObject.SetStream(&b, stream("ole"))
	assert.Equal(t, mapi.Object("ole"), props.PidTagAttachDataObject.Or(&b, nil))
}

func TestStreamOfANumberPanics(t *testing.T) {
	var b mapi.Properties
	assert.Panics(t, func() { props.PidTagImportance.SetStream(&b, stream("1")) })
}

// A liar returns a value of the wrong Go type, as a foreign Getter might.
type liar struct{}

func (liar) Get(mapi.Prop) mapi.Value { return int64(1) }

func TestWrongGoTypeIsNoValue(t *testing.T) {
	_, ok := props.PidTagSubject.Get(liar{})
	assert.False(t, ok)
	_, err := props.PidTagSubject.Read(liar{})
	assert.ErrorIs(t, err, mapi.ErrUnexpectedType)
}

func TestAnyKeyIsAKeyOfAnyType(t *testing.T) {
	keys := []props.AnyKey{props.PidTagSubject, props.PidLidReminderSet, props.PidTagImportance}
	assert.Equal(t, mapi.Prop{ID: 0x0037, Type: mapi.PtypString}, keys[0].Prop())
	assert.Equal(t, mapi.Prop{Set: mapi.PSETIDCommon, ID: 0x8503, Type: mapi.PtypBoolean}, keys[1].Prop())
	assert.Equal(t, "PidTagImportance", fmt.Sprint(keys[2]))
}

func TestSetsAreThoseOfPackageMapi(t *testing.T) {
	assert.Equal(t, mapi.PSMapi, props.PSMapi)
	assert.Equal(t, mapi.PSPublicStrings, props.PSPublicStrings)
	assert.Equal(t, mapi.PSInternetHeaders, props.PSInternetHeaders)
	assert.Equal(t, mapi.PSETIDCommon, props.PSETIDCommon)
	assert.Equal(t, "00062002-0000-0000-C000-000000000046", props.PSETIDAppointment.String())
}
