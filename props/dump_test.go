package props_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func dump(t *testing.T, obj any, opts *props.DumpOptions) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, props.Dump(&b, obj, opts))
	return b.String()
}

// dumpOne returns the text of the value v of p.
func dumpOne(t *testing.T, p mapi.Prop, v mapi.Value, opts *props.DumpOptions) string {
	t.Helper()
	var b mapi.Properties
	b.Set(p, v)
	return strings.TrimSuffix(dump(t, &b, opts), "\n")
}

func TestDumpOfValues(t *testing.T) {
	own := mapi.Prop{ID: 0x6FFF} // no canonical name
	for _, c := range []struct {
		promise string
		prop    mapi.Prop
		value   mapi.Value
		want    string
	}{
		{"strings are quoted", props.PidTagSubject.Prop(), "a\n\"b\"", `PidTagSubject: "a\n\"b\""`},
		{"broken UTF-8 is visible", props.PidTagSubject.Prop(), "a\xff", `PidTagSubject: "a\xff"`},
		{"the other string type is named", props.PidTagSubject.Prop().As(mapi.PtypString8), "x", `PidTagSubject:PtypString8: "x"`},
		{"an unusual type is named", props.PidTagSubject.Prop().As(mapi.PtypInteger32), int32(1), "PidTagSubject:PtypInteger32: 1"},
		{"enumerations by name", props.PidTagImportance.Prop(), int32(2), "PidTagImportance: High"},
		{"flags by name", props.PidTagMessageFlags.Prop(), int32(0x4011), "PidTagMessageFlags: Read|HasAttach|0x4000"},
		{"16-bit enumerations", props.PidTagGender.Prop(), int16(1), "PidTagGender: Female"},
		{"times in UTC", props.PidTagMessageDeliveryTime.Prop(), time.Date(2024, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600)), "PidTagMessageDeliveryTime: 2024-01-02T02:04:05.0000006Z"},
		{"binaries in hexadecimal", props.PidTagEntryId.Prop(), []byte{0, 0xAB}, "PidTagEntryId: 00ab"},
		{"empty binaries", props.PidTagEntryId.Prop(), []byte{}, "PidTagEntryId: (0 bytes)"},
		{"long binaries are cut", props.PidTagEntryId.Prop(), make([]byte, 40), "PidTagEntryId: " + strings.Repeat("00", 32) + "… (40 bytes, sha256 2c34ce1df23b838c)"},
		{"objects like binaries", props.PidTagAttachDataObject.Prop(), mapi.Object{1}, "PidTagAttachDataObject: 01"},
		{"streams by size", props.PidTagBody.Prop(), stream("four"), "PidTagBody: stream, 4 bytes"},
		{"booleans", props.PidLidReminderSet.Prop(), true, "PidLidReminderSet: true"},
		{"several strings", props.PidNameKeywords.Prop(), []string{"a", "b"}, `PidNameKeywords: ["a", "b"]`},
		{"several binaries", own.As(mapi.PtypMultipleBinary), [][]byte{{1}, {2}}, "0x6FFF1102: [01, 02]"},
		{"several numbers", own.As(mapi.PtypMultipleInteger32), []int32{-1, 2}, "0x6FFF1003: [-1, 2]"},
		{"several times", own.As(mapi.PtypMultipleTime), []time.Time{time.Unix(0, 0)}, "0x6FFF1040: [1970-01-01T00:00:00Z]"},
		{"currencies with four digits", own.As(mapi.PtypCurrency), mapi.Currency(-12500), "0x6FFF0006: -1.2500"},
		{"the least currency", own.As(mapi.PtypCurrency), mapi.Currency(math.MinInt64), "0x6FFF0006: -922337203685477.5808"},
		{"floating times as days", own.As(mapi.PtypFloatingTime), mapi.FloatingTime(1.5), "0x6FFF0007: 1.5"},
		{"GUIDs in braces", own.As(mapi.PtypGuid), props.PSETIDCommon, "0x6FFF0048: {00062008-0000-0000-C000-000000000046}"},
		{"status codes as text", own.As(mapi.PtypErrorCode), mapi.ErrNotFound, "0x6FFF000A: not found (0x8004010F)"},
		{"unknown names as they are", mapi.NamedString(mapi.PSPublicStrings, "zoo", mapi.PtypBoolean), false, "{00020329-0000-0000-C000-000000000046}/zoo:PtypBoolean: false"},
	} {
		t.Run(c.promise, func(t *testing.T) { assert.Equal(t, c.want, dumpOne(t, c.prop, c.value, nil)) })
	}
}

func TestDumpOfRules(t *testing.T) {
	subject, flags := props.PidTagSubject.Prop(), props.PidTagMessageFlags.Prop()
	for _, c := range []struct {
		promise   string
		condition mapi.Restriction
		want      string
	}{
		{"comparison", mapi.Equal(subject, "x"), `PidTagSubject == "x"`},
		{"parts", mapi.And(mapi.Exists(subject), mapi.Not(mapi.AnyBit(flags, 1))), "And(Exists(PidTagSubject), Not(PidTagMessageFlags & 0x1 != 0))"},
		{"no parts", mapi.Or(), "Or()"},
		{"content", mapi.Contains(subject, "x", mapi.Substring|mapi.IgnoreCase), `Contains(PidTagSubject, "x", 0x10001)`},
		{"recipients", mapi.AnyRecipient(mapi.NoBit(flags, 2)), "Any(PidTagMessageRecipients, PidTagMessageFlags & 0x2 == 0)"},
		{"size", &mapi.SizeRestriction{Op: mapi.GreaterThan, Prop: subject, Size: 9}, "Size(PidTagSubject) > 9"},
		{"two properties", &mapi.ComparePropsRestriction{Op: mapi.LessThan, Left: subject, Right: flags}, "PidTagSubject < PidTagMessageFlags"},
		{"count", &mapi.CountRestriction{Count: 3, Of: mapi.Exists(subject)}, "Count(3, Exists(PidTagSubject))"},
		{"comment", &mapi.CommentRestriction{Props: []mapi.Property{{Prop: subject, Value: "x"}}}, `Comment([PidTagSubject="x"], always)`},
	} {
		t.Run(c.promise, func(t *testing.T) {
			assert.Equal(t, "PidTagRuleCondition: "+c.want, dumpOne(t, props.PidTagRuleCondition.Prop(), c.condition, nil))
		})
	}

	var to mapi.Properties
	props.PidTagDisplayName.Set(&to, "Ada")
	actions := mapi.RuleActions{
		{Type: mapi.ActionMove, Store: []byte{1}, Folder: []byte{2}},
		{Type: mapi.ActionForward, Flavor: 1, Recipients: []mapi.Properties{to}},
		{Type: mapi.ActionTag, Tag: &mapi.Property{Prop: props.PidTagImportance.Prop(), Value: int32(0)}},
		{Type: 99},
	}
	assert.Equal(t, `PidTagRuleActions: [Move store=01 folder=02, Forward flavor=0x1 recipients=[{PidTagDisplayName: "Ada"}], Tag PidTagImportance=Low, action 99]`,
		dumpOne(t, props.PidTagRuleActions.Prop(), actions, nil))
}

func TestDumpBoundsTheDepthOfConditions(t *testing.T) {
	r := mapi.Exists(props.PidTagSubject.Prop())
	for range 10000 {
		r = mapi.Not(r)
	}
	got := dumpOne(t, props.PidTagRuleCondition.Prop(), r, nil)
	assert.Less(t, len(got), 1000)
	assert.Contains(t, got, "…")
}

func TestDumpOfAMessage(t *testing.T) {
	inner := &mapi.Message{}
	props.PidTagSubject.Set(inner, "inner")
	a := &mapi.Attachment{Embedded: inner}
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	r := &mapi.Recipient{}
	props.PidTagDisplayName.Set(r, "Ada")
	m := &mapi.Message{Recipients: []*mapi.Recipient{r}, Attachments: []*mapi.Attachment{a}}
	m.Set(mapi.NamedString(mapi.PSPublicStrings, "zoo", mapi.PtypBoolean), true)
	m.Set(mapi.Prop{ID: 0x6FFF, Type: mapi.PtypBoolean}, true)
	props.PidTagSubject.Set(m, "outer")
	props.PidLidReminderSet.Set(m, false)

	want := `PidLidReminderSet: false
PidTagSubject: "outer"
0x6FFF000B: true
{00020329-0000-0000-C000-000000000046}/zoo:PtypBoolean: true
recipient 1
  PidTagDisplayName: "Ada"
attachment 1
  PidTagAttachMethod: EmbeddedMessage
  embedded message
    PidTagSubject: "inner"
`
	assert.Equal(t, want, dump(t, m, nil))
	assert.Equal(t, want[strings.Index(want, "  PidTagDisplayName")+2:strings.Index(want, "attachment")], dump(t, r, nil))
	assert.Equal(t, "PidTagAttachMethod: EmbeddedMessage\nembedded message\n  PidTagSubject: \"inner\"\n", dump(t, a, nil))
	assert.Equal(t, "", dump(t, (*mapi.Message)(nil), nil))
}

func TestDumpOptions(t *testing.T) {
	body, id := props.PidTagBody.Prop(), props.PidTagEntryId.Prop()
	for _, c := range []struct {
		promise string
		prop    mapi.Prop
		value   mapi.Value
		opts    props.DumpOptions
		want    string
	}{
		{"streams are read", body, stream("four"), props.DumpOptions{Contents: true}, `PidTagBody: "four"`},
		{"streams that are too long are not", body, text{size: props.MaxValue + 1}, props.DumpOptions{Contents: true}, "PidTagBody: stream, 67108865 bytes"},
		{"a broken stream says why", body, text{size: 2, err: errors.New("disk gone")}, props.DumpOptions{Contents: true}, "PidTagBody: stream, 2 bytes: disk gone"},
		{"fewer bytes", id, []byte{1, 2}, props.DumpOptions{MaxBytes: 1}, "PidTagEntryId: 01… (2 bytes, sha256 a12871fee210fb86)"},
		{"all bytes", id, make([]byte, 40), props.DumpOptions{MaxBytes: -1}, "PidTagEntryId: " + strings.Repeat("00", 40)},
		{"strings are cut between runes", body, "aéé", props.DumpOptions{MaxString: 2}, `PidTagBody: "a"… (5 bytes, sha256 `},
		{"properties are skipped whatever their type", body, "x", props.DumpOptions{Skip: []mapi.Prop{body.Untyped()}}, ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			got := dumpOne(t, c.prop, c.value, &c.opts)
			assert.True(t, strings.HasPrefix(got, c.want), got)
			assert.Equal(t, c.want == "", got == "")
		})
	}
}

func TestDumpOfSomethingElse(t *testing.T) {
	err := props.Dump(&strings.Builder{}, 42, nil)
	assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, mapi.ErrNotEnoughDisk }

func TestDumpReportsTheWriter(t *testing.T) {
	assert.ErrorIs(t, props.Dump(fullDisk{}, &mapi.Message{}, nil), mapi.ErrNotEnoughDisk)
}
