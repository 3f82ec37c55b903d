package tnef_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

var le = binary.LittleEndian

// stream is a TNEF stream of attributes.
func stream(attributes ...[]byte) []byte {
	return append([]byte{0x78, 0x9F, 0x3E, 0x22, 7, 0}, slices.Concat(attributes...)...)
}

// attr is an attribute. Its level follows from its number.
func attr(id uint32, data []byte) []byte {
	level := byte(1)
	switch id & 0xFFFF {
	case 0x800F, 0x8010, 0x8011, 0x8012, 0x8013, 0x9001, 0x9002, 0x9005:
		level = 2
	}
	b := le.AppendUint32([]byte{level}, id)
	b = append(le.AppendUint32(b, uint32(len(data))), data...)
	var sum uint16
	for _, c := range data {
		sum += uint16(c)
	}
	return le.AppendUint16(b, sum)
}

// list is a list of properties.
func list(properties ...[]byte) []byte {
	return append(u32(uint32(len(properties))), slices.Concat(properties...)...)
}

func u32(n ...uint32) (b []byte) {
	for _, n := range n {
		b = le.AppendUint32(b, n)
	}
	return b
}

func u16(n ...uint16) (b []byte) {
	for _, n := range n {
		b = le.AppendUint16(b, n)
	}
	return b
}

// sized is data with its size before and padding behind.
func sized(data []byte) []byte {
	return append(append(u32(uint32(len(data))), data...), make([]byte, -len(data)&3)...)
}

// value is a property with one value of variable size.
func value(tag uint32, data []byte) []byte { return slices.Concat(u32(tag, 1), sized(data)) }

func wide(s string) []byte { return u16(append(utf16.Encode([]rune(s)), 0)...) }

func date(n ...uint16) []byte { return u16(append(n, make([]uint16, 7-len(n))...)...) }

// rend begins an attachment.
func rend(kind uint16, position, flags uint32) []byte {
	return attr(0x00069002, slices.Concat(u16(kind), u32(position), u16(32, 32), u32(flags)))
}

var day = time.Date(2003, 5, 23, 17, 26, 17, 0, time.UTC)

// TestAttributes reads each attribute alone.
func TestAttributes(t *testing.T) {
	person := slices.Concat(u16(4), []byte("Ada\x00"), u16(17), []byte("SMTP:ada@x.example")[:16], []byte{0})
	trp := slices.Concat(u16(4, 8+4+16+8, 4, 16), []byte("Ada\x00SMTP:ada@x.exam\x00"), make([]byte, 8))
	names := func(name, kind, address props.Key[string], id props.Key[[]byte], addr string) func(m *mapi.Message) {
		return func(m *mapi.Message) {
			name.Set(m, "Ada")
			kind.Set(m, "SMTP")
			address.Set(m, addr)
			id.Set(m, mapi.OneOffEntryID{Flags: mapi.OneOffUnicode, DisplayName: "Ada", AddressType: "SMTP", Address: addr}.EntryID())
		}
	}
	sent := names(props.PidTagSentRepresentingName, props.PidTagSentRepresentingAddressType, props.PidTagSentRepresentingEmailAddress, props.PidTagSentRepresentingEntryId, "ada@x.examp")
	received := names(props.PidTagReceivedRepresentingName, props.PidTagReceivedRepresentingAddressType, props.PidTagReceivedRepresentingEmailAddress, props.PidTagReceivedRepresentingEntryId, "ada@x.examp")
	for _, c := range []struct {
		name string
		data []byte
		want func(m *mapi.Message)
	}{
		{"attTnefVersion says nothing", attr(0x00089006, u32(0x10000)), func(m *mapi.Message) {}},
		{"attSubject", attr(0x00018004, []byte("Gr\xFC\xDFe\x00")), func(m *mapi.Message) { props.PidTagSubject.Set(m, "Grüße") }},
		{"attBody", attr(0x0002800C, []byte("text\r\n\x00")), func(m *mapi.Message) { props.PidTagBody.Set(m, "text\r\n") }},
		{"attMessageClass", attr(0x00078008, []byte("IPM.Zoo\x00")), func(m *mapi.Message) { props.PidTagMessageClass.Set(m, "IPM.Zoo") }},
		{"attOriginalMessageClass", attr(0x00070600, []byte("IPM.Microsoft Mail.Note\x00")), func(m *mapi.Message) { props.PidTagOriginalMessageClass.Set(m, "IPM.Note") }},
		{"attOriginalMessageClass with the number that Exchange gives it", attr(0x00070006, []byte("IPM.Zoo\x00")), func(m *mapi.Message) { props.PidTagOriginalMessageClass.Set(m, "IPM.Zoo") }},
		{"attMessageID", attr(0x00018009, []byte("0aFF\x00")), func(m *mapi.Message) { props.PidTagSearchKey.Set(m, []byte{0x0A, 0xFF}) }},
		{"attParentID", attr(0x0001800A, []byte("01\x00")), func(m *mapi.Message) { props.PidTagParentKey.Set(m, []byte{1}) }},
		{"attConversationID", attr(0x0001800B, []byte("02\x00")), func(m *mapi.Message) { props.PidTagConversationKey.Set(m, []byte{2}) }},
		{"attDateSent", attr(0x00038005, date(2003, 5, 23, 17, 26, 17, 5)), func(m *mapi.Message) { props.PidTagClientSubmitTime.Set(m, day) }},
		{"attDateRecd", attr(0x00038006, date(2003, 5, 23, 17, 26, 17, 5)), func(m *mapi.Message) { props.PidTagMessageDeliveryTime.Set(m, day) }},
		{"attDateModified", attr(0x00038020, date(2003, 5, 23, 17, 26, 17)), func(m *mapi.Message) { props.PidTagLastModificationTime.Set(m, day) }},
		{"attDateStart", attr(0x00030006, date(2003, 5, 23, 17, 26, 17)), func(m *mapi.Message) { props.PidTagStartDate.Set(m, day) }},
		{"attDateEnd", attr(0x00030007, date(2003, 5, 23, 17, 26, 17)), func(m *mapi.Message) { props.PidTagEndDate.Set(m, day) }},
		{"a date of zeros is none", attr(0x00038005, date()), func(m *mapi.Message) {}},
		{"attPriority high", attr(0x0004800D, u16(1)), func(m *mapi.Message) { props.PidTagImportance.Set(m, mapi.ImportanceHigh) }},
		{"attPriority normal", attr(0x0004800D, u16(2)), func(m *mapi.Message) { props.PidTagImportance.Set(m, mapi.ImportanceNormal) }},
		{"attPriority low", attr(0x0004800D, u16(3)), func(m *mapi.Message) { props.PidTagImportance.Set(m, mapi.ImportanceLow) }},
		{"attAidOwner", attr(0x00050008, u32(0xFFFFFFFE)), func(m *mapi.Message) { props.PidTagOwnerAppointmentId.Set(m, -2) }},
		{"attRequestRes", attr(0x00040009, u16(1)), func(m *mapi.Message) { props.PidTagResponseRequested.Set(m, true) }},
		{"attMessageStatus of an unread draft", attr(0x00068007, []byte{0x02}), func(m *mapi.Message) {
			props.PidTagMessageFlags.Set(m, mapi.FlagUnsent|mapi.FlagUnmodified)
		}},
		{"attMessageStatus of a changed one", attr(0x00068007, []byte{0xA5}), func(m *mapi.Message) {
			props.PidTagMessageFlags.Set(m, mapi.FlagRead|mapi.FlagSubmitted|mapi.FlagHasAttach)
		}},
		{"attFrom", attr(0x00008000, trp), names(props.PidTagSenderName, props.PidTagSenderAddressType, props.PidTagSenderEmailAddress, props.PidTagSenderEntryId, "ada@x.exam")},
		{"attSentFor", attr(0x00060001, person), sent},
		{"attDelegate", attr(0x00060002, person), received},
		{"attOwner of a request", slices.Concat(attr(0x00060000, person), attr(0x00078008, []byte("IPM.Microsoft Schedule.MtgReq\x00"))), func(m *mapi.Message) {
			sent(m)
			props.PidTagMessageClass.Set(m, "IPM.Schedule.Meeting.Request")
		}},
		{"attOwner of a response", slices.Concat(attr(0x00060000, person), attr(0x00078008, []byte("IPM.Microsoft Schedule.MtgRespP\x00"))), func(m *mapi.Message) {
			received(m)
			props.PidTagMessageClass.Set(m, "IPM.Schedule.Meeting.Resp.Pos")
		}},
		{"attRecipTable", attr(0x00069004, slices.Concat(u32(2), list(value(0x3001001F, wide("Ada")), u32(0x0C150003, 1)), list())), func(m *mapi.Message) {
			ada := &mapi.Recipient{}
			props.PidTagDisplayName.Set(ada, "Ada")
			props.PidTagRecipientType.Set(ada, mapi.RecipientTo)
			m.Recipients = []*mapi.Recipient{ada, {}}
		}},
		{"attributes are known by their number, whatever type they say", attr(0x00078004, []byte("x\x00")), func(m *mapi.Message) { props.PidTagSubject.Set(m, "x") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := &mapi.Message{}
			c.want(want)
			got, issues := decode(t, stream(c.data))
			assert.Empty(t, issues)
			assert.Empty(t, propstest.Diff(want, got))
			again, _ := decode(t, encode(t, got))
			assert.Empty(t, propstest.Diff(got, again, props.PidTagMessageClass.Prop()), "it comes back")
		})
	}
}

func TestAttachmentAttributes(t *testing.T) {
	file := func(set func(a *mapi.Attachment)) *mapi.Message {
		a := &mapi.Attachment{}
		props.PidTagRenderingPosition.Set(a, -1)
		props.PidTagAttachMethod.Set(a, mapi.AttachNone)
		set(a)
		return &mapi.Message{Attachments: []*mapi.Attachment{a}}
	}
	const none = 0xFFFFFFFF
	inner := stream(attr(0x00018004, []byte("inner\x00")))
	for _, c := range []struct {
		name string
		data []byte
		want *mapi.Message
	}{
		{"attAttachRendData has the place in the text", rend(1, 42, 0), file(func(a *mapi.Attachment) { props.PidTagRenderingPosition.Set(a, 42) })},
		{"attAttachRendData of an OLE object", rend(2, none, 0), file(func(a *mapi.Attachment) { props.PidTagAttachMethod.Set(a, mapi.AttachStorage) })},
		{"attAttachRendData of a MacBinary file", rend(1, none, 1), file(func(a *mapi.Attachment) {
			props.PidTagAttachEncoding.Set(a, []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 3, 11, 1})
		})},
		{"attAttachData", slices.Concat(rend(1, none, 0), attr(0x0006800F, []byte{1, 2})), file(func(a *mapi.Attachment) {
			props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
			props.PidTagAttachDataBinary.Set(a, []byte{1, 2})
		})},
		{"attAttachData of an empty file", slices.Concat(rend(1, none, 0), attr(0x0006800F, nil)), file(func(a *mapi.Attachment) {
			props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
			props.PidTagAttachDataBinary.Set(a, []byte{})
		})},
		{"attAttachTitle", slices.Concat(rend(1, none, 0), attr(0x00018010, []byte("A~1.TXT\x00"))), file(func(a *mapi.Attachment) { props.PidTagAttachFilename.Set(a, "A~1.TXT") })},
		{"an empty attAttachTitle is no name", slices.Concat(rend(1, none, 0), attr(0x00018010, []byte{0})), file(func(a *mapi.Attachment) {})},
		{"attAttachTransportFilename", slices.Concat(rend(1, none, 0), attr(0x00069001, []byte("a\x00"))), file(func(a *mapi.Attachment) { props.PidTagAttachTransportName.Set(a, "a") })},
		{"attAttachMetaFile", slices.Concat(rend(1, none, 0), attr(0x00068011, []byte{1, 0, 9})), file(func(a *mapi.Attachment) { props.PidTagAttachRendering.Set(a, []byte{1, 0, 9}) })},
		{"attAttachCreateDate and attAttachModifyDate", slices.Concat(rend(1, none, 0),
			attr(0x00038012, date(2003, 5, 23, 17, 26, 17)), attr(0x00038013, date(2003, 5, 23, 17, 26, 17))), file(func(a *mapi.Attachment) {
			props.PidTagCreationTime.Set(a, day)
			props.PidTagLastModificationTime.Set(a, day)
		})},
		{"attAttachment", slices.Concat(rend(1, none, 0), attr(0x00069005, list(value(0x3707001F, wide("a.txt")), u32(0x37050003, 7)))), file(func(a *mapi.Attachment) {
			props.PidTagAttachLongFilename.Set(a, "a.txt")
			props.PidTagAttachMethod.Set(a, mapi.AttachByWebReference)
		})},
		{"an embedded message, and not the text beside it", slices.Concat(rend(1, none, 0), attr(0x0006800F, []byte("MAPI 1.0 embedded message")),
			attr(0x00069005, list(value(0x3701000D, append(message[:], inner...))))), file(func(a *mapi.Attachment) {
			props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
			a.Embedded = &mapi.Message{}
			props.PidTagSubject.Set(a.Embedded, "inner")
		})},
		{"an OLE storage", slices.Concat(rend(2, none, 0), attr(0x00069005, list(value(0x3701000D, append(storage[:], 1, 2, 3))))), file(func(a *mapi.Attachment) {
			props.PidTagAttachMethod.Set(a, mapi.AttachStorage)
			props.PidTagAttachDataObject.Set(a, mapi.Object{1, 2, 3})
		})},
		{"two attachments", slices.Concat(rend(1, none, 0), rend(1, none, 0)),
			&mapi.Message{Attachments: slices.Concat(file(func(*mapi.Attachment) {}).Attachments, file(func(*mapi.Attachment) {}).Attachments)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, issues := decode(t, stream(c.data))
			assert.Empty(t, issues)
			assert.Empty(t, propstest.Diff(c.want, got))
			again, _ := decode(t, encode(t, got))
			assert.Empty(t, propstest.Diff(got, again, props.PidTagMessageClass.Prop()), "it comes back")
		})
	}
}

var (
	message = mapi.GUID{7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46}
	storage = mapi.GUID{11, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46}
)

func TestMessageClassesOfMicrosoftMail(t *testing.T) {
	for _, c := range []struct{ old, class string }{
		{"IPM.Microsoft Mail.Note", "IPM.Note"},
		{"IPM.Microsoft Mail.Read Receipt", "REPORT.IPM.Note.IPNRN"},
		{"IPM.Microsoft Mail.Non-Delivery", "REPORT.IPM.Note.NDR"},
		{"IPM.Microsoft Schedule.MtgRespP", "IPM.Schedule.Meeting.Resp.Pos"},
		{"IPM.Microsoft Schedule.MtgRespN", "IPM.Schedule.Meeting.Resp.Neg"},
		{"IPM.Microsoft Schedule.MtgRespA", "IPM.Schedule.Meeting.Resp.Tent"},
		{"IPM.Microsoft Schedule.MtgReq", "IPM.Schedule.Meeting.Request"},
		{"IPM.Microsoft Schedule.MtgCncl", "IPM.Schedule.Meeting.Canceled"},
		{"IPM.Document.txt", "IPM.Document.txt"},
	} {
		t.Run(c.class, func(t *testing.T) {
			for _, prefix := range []string{"", "Microsoft Mail v3.0 "} {
				if prefix != "" && c.old == c.class {
					continue
				}
				got, _ := decode(t, stream(attr(0x00078008, []byte(prefix+c.old+"\x00"))))
				assert.Equal(t, c.class, props.PidTagMessageClass.Or(got, ""))
			}
			msg := &mapi.Message{}
			props.PidTagMessageClass.Set(msg, c.class)
			assert.Contains(t, string(encode(t, msg)), c.old+"\x00", "written as old readers know it")
		})
	}
}

// TestEveryPropertyType reads values as the specification lays them out.
func TestEveryPropertyType(t *testing.T) {
	id := mapi.Prop{ID: 0x6001}
	at := mapi.FromFileTime(0x01C321330091709)
	for _, c := range []struct {
		data []byte
		want mapi.Value
		t    mapi.Type
	}{
		{u32(0x60010002, 0xFFFFFFFE), int16(-2), mapi.PtypInteger16},
		{u32(0x60010003, 0xFFFFFFFE), int32(-2), mapi.PtypInteger32},
		{u32(0x60010004, 0x3FC00000), float32(1.5), mapi.PtypFloating32},
		{u32(0x60010005, 0, 0x3FF80000), 1.5, mapi.PtypFloating64},
		{u32(0x60010006, 12500, 0), mapi.Currency(12500), mapi.PtypCurrency},
		{u32(0x60010007, 0, 0x3FF80000), mapi.FloatingTime(1.5), mapi.PtypFloatingTime},
		{u32(0x6001000A, 0x8004010F), mapi.ErrNotFound, mapi.PtypErrorCode},
		{u32(0x6001000B, 0x3FF90001), true, mapi.PtypBoolean},
		{u32(0x6001000B, 0x3FF90000), false, mapi.PtypBoolean}, // garbage in the padding
		{value(0x6001000D, append(storage[:], 9)), mapi.Object{9}, mapi.PtypObject},
		{u32(0x60010014, 1, 2), int64(2<<32 | 1), mapi.PtypInteger64},
		{value(0x6001001E, []byte("\xE4\x00rest")), "ä", mapi.PtypString},
		{value(0x6001001F, wide("жираф 🦒")), "жираф 🦒", mapi.PtypString},
		{value(0x6001001F, []byte{'a', 0, 0x34}), "a", mapi.PtypString}, // no end, half a character
		{slices.Concat(u32(0x60010040), le.AppendUint64(nil, 0x01C321330091709)), at, mapi.PtypTime},
		{slices.Concat(u32(0x60010048), storage[:]), storage, mapi.PtypGuid},
		{value(0x60010102, []byte{1, 2, 3, 4, 5}), []byte{1, 2, 3, 4, 5}, mapi.PtypBinary},
		{u32(0x60011002, 2, 1, 0xFFFF), []int16{1, -1}, mapi.PtypMultipleInteger16},
		{u32(0x60011003, 2, 1, 2), []int32{1, 2}, mapi.PtypMultipleInteger32},
		{u32(0x60011004, 1, 0x3FC00000), []float32{1.5}, mapi.PtypMultipleFloating32},
		{u32(0x60011005, 1, 0, 0x3FF80000), []float64{1.5}, mapi.PtypMultipleFloating64},
		{u32(0x60011006, 1, 5, 0), []mapi.Currency{5}, mapi.PtypMultipleCurrency},
		{u32(0x60011007, 1, 0, 0x3FF80000), []mapi.FloatingTime{1.5}, mapi.PtypMultipleFloatingTime},
		{u32(0x60011014, 1, 5, 0), []int64{5}, mapi.PtypMultipleInteger64},
		{slices.Concat(u32(0x6001101E, 2), sized([]byte("\xE4\x00")), sized([]byte("b\x00"))), []string{"ä", "b"}, mapi.PtypMultipleString},
		{slices.Concat(u32(0x6001101F, 2), sized(wide("a")), sized(wide(""))), []string{"a", ""}, mapi.PtypMultipleString},
		{slices.Concat(u32(0x60011040, 1), le.AppendUint64(nil, 0x01C321330091709)), []time.Time{at}, mapi.PtypMultipleTime},
		{slices.Concat(u32(0x60011048, 1), storage[:]), []mapi.GUID{storage}, mapi.PtypMultipleGuid},
		{slices.Concat(u32(0x60011102, 2), sized([]byte{1}), sized(nil)), [][]byte{{1}, {}}, mapi.PtypMultipleBinary},
		{u32(0x60011003, 0), nil, mapi.PtypUnspecified}, // MAPI has no empty lists
		{u32(0x60011102, 0), nil, mapi.PtypUnspecified},
	} {
		t.Run(c.t.String(), func(t *testing.T) {
			got, issues := decode(t, stream(attr(0x00069003, list(c.data, u32(0x60020003, 5)))))
			assert.Empty(t, issues)
			assert.True(t, mapi.EqualValues(c.want, got.Get(id)), "%#v", got.Get(id))
			assert.Equal(t, c.t, got.TypeOf(id))
			assert.Equal(t, int32(5), got.Get(mapi.Prop{ID: 0x6002}), "what follows is read too")
		})
	}
}

func TestNamedProperties(t *testing.T) {
	set := props.PSETIDAppointment
	public := mapi.PSPublicStrings
	number := slices.Concat(u32(0x80050003), set[:], u32(0, 0x8208), u32(7))
	name := slices.Concat(u32(0x80060003), public[:], u32(1), sized(wide("Legs")), u32(4))
	sameID := slices.Concat(u32(0x80060003), public[:], u32(1), sized(wide("Ears")), u32(2))
	tagged := slices.Concat(u32(0x80070003), mapi.PSMapi[:], u32(0, 0x0017), u32(2))
	got, issues := decode(t, stream(attr(0x00069003, list(number, name, sameID, tagged))))
	assert.Empty(t, issues)
	want := &mapi.Message{}
	want.Set(mapi.NamedID(set, 0x8208, mapi.PtypInteger32), int32(7))
	want.Set(mapi.NamedString(public, "Legs", mapi.PtypInteger32), int32(4))
	want.Set(mapi.NamedString(public, "Ears", mapi.PtypInteger32), int32(2))
	props.PidTagImportance.Set(want, mapi.ImportanceHigh)
	assert.Empty(t, propstest.Diff(want, got))
}

func TestPropertiesWinOverAttributes(t *testing.T) {
	got, issues := decode(t, stream(
		attr(0x00018004, []byte("cut to 8 bits?\x00")),
		attr(0x00008000, slices.Concat(u16(4, 8+2+4+8, 2, 4), []byte("B\x00b:c\x00"), make([]byte, 8))),
		attr(0x00069003, list(value(0x0037001F, wide("whole 🦒")), value(0x0C1A001F, wide("Ada")))),
		attr(0x00078008, []byte("IPM.Note\x00")),
	))
	assert.Empty(t, issues)
	assert.Equal(t, "whole 🦒", props.PidTagSubject.Or(got, ""))
	assert.Equal(t, "Ada", props.PidTagSenderName.Or(got, ""))
	assert.False(t, props.PidTagSenderEmailAddress.Has(got), "the address is not that of somebody else")
	assert.Equal(t, "IPM.Note", props.PidTagMessageClass.Or(got, ""), "attributes behind the list count too")
}

func TestDatesInAttributesAreLocal(t *testing.T) {
	utc := slices.Concat(u32(0x0E060040), le.AppendUint64(nil, mapi.ToFileTime(day.Add(300*time.Millisecond))))
	got, issues := decode(t, stream(
		attr(0x00038005, date(2003, 5, 23, 22, 56, 20)),
		attr(0x00038006, date(2003, 5, 23, 22, 56, 17)),
		attr(0x00069003, list(utc)),
		rend(1, 0, 0), attr(0x00038013, date(2003, 5, 24, 5, 30, 0)),
	))
	assert.Empty(t, issues)
	assert.Equal(t, day.Add(3*time.Second), props.PidTagClientSubmitTime.Or(got, time.Time{}), "five and a half hours ahead")
	assert.Equal(t, time.Date(2003, 5, 24, 0, 0, 0, 0, time.UTC), props.PidTagLastModificationTime.Or(got.Attachments[0], time.Time{}))
}

func TestCodepages(t *testing.T) {
	cp := func(n uint32) []byte { return attr(0x00069007, u32(n, 0)) }
	subject := func(s string) []byte { return attr(0x00018004, []byte(s+"\x00")) }
	for _, c := range []struct {
		name   string
		data   []byte
		opts   *tnef.Options
		want   string
		issues int
	}{
		{"the stream's own", slices.Concat(cp(1251), subject("\xE6\xE8\xF0\xE0\xF4")), nil, "жираф", 0},
		{"also when it stands behind", slices.Concat(subject("\xE6\xE8\xF0\xE0\xF4"), cp(1251)), nil, "жираф", 0},
		{"shift_jis", slices.Concat(cp(932), subject("\x83\x49\x83\x4a\x83\x73")), nil, "オカピ", 0},
		{"UTF-8", slices.Concat(cp(65001), subject("жираф")), nil, "жираф", 0},
		{"windows-1252 without one", subject("\xE4"), nil, "ä", 0},
		{"that of the options without one", subject("\xE6"), &tnef.Options{Codepage: 1251}, "ж", 0},
		{"that of the message without one", slices.Concat(subject("\xE6"), attr(0x00069003, list(u32(0x3FFD0003, 1251)))), nil, "ж", 0},
		{"the stream's own wins over that of the message", slices.Concat(cp(1252), subject("\xE4"), attr(0x00069003, list(u32(0x3FFD0003, 1251)))), nil, "ä", 0},
		{"0 is none", slices.Concat(cp(0), subject("\xE4")), nil, "ä", 0},
		{"an unknown one is reported", slices.Concat(cp(4711), subject("\xE4")), nil, "ä", 1},
		{"UTF-16 is none for 8 bits", slices.Concat(cp(1200), subject("\xE4")), nil, "ä", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var o tnef.Options
			if c.opts != nil {
				o = *c.opts
			}
			var issues []tnef.Issue
			o.Report = func(i tnef.Issue) { issues = append(issues, i) }
			got, err := tnef.Decode(bytes.NewReader(stream(c.data)), &o)
			require.NoError(t, err)
			assert.Equal(t, c.want, props.PidTagSubject.Or(got, ""))
			assert.Len(t, issues, c.issues)
		})
	}
	_, err := tnef.Decode(bytes.NewReader(stream()), &tnef.Options{Codepage: 4711})
	assert.ErrorIs(t, err, mapi.ErrUnknownCodepage)
}

// TestDamageIsReportedAndTheRestKept is about what can be wrong with a stream.
func TestDamageIsReportedAndTheRestKept(t *testing.T) {
	subject := attr(0x00018004, []byte("kept\x00"))
	cut := func(b []byte, n int) []byte { return b[:len(b)-n] }
	badSum := slices.Clone(subject)
	badSum[len(badSum)-1]++
	badClass := attr(0x00078008, []byte("IPM.Note\x00"))
	badClass[len(badClass)-1]++
	wrongLevel := slices.Clone(subject)
	wrongLevel[0] = 2
	public := mapi.PSPublicStrings
	withList := func(b ...[]byte) []byte { return slices.Concat(subject, attr(0x00069003, slices.Concat(b...))) }
	for _, c := range []struct {
		name  string
		data  []byte
		rules string
	}{
		{"a wrong checksum", badSum, "tnef-checksum"},
		{"of message classes, old writers got it wrong", slices.Concat(subject, badClass), ""},
		{"an unknown attribute", slices.Concat(attr(0x00061234, []byte{1}), subject), "tnef-attribute"},
		{"a level that is none", slices.Concat(subject, []byte{75}, make([]byte, 20)), "tnef-level"},
		{"the level of others", wrongLevel, "tnef-level"},
		{"a byte behind the last attribute", slices.Concat(subject, []byte{10}), "tnef-trailing"},
		{"an attribute without checksum", cut(subject, 2), "tnef-truncated"},
		{"text that is cut off", cut(attr(0x00018004, []byte("kept and lost\x00")), 12), "tnef-truncated"},
		{"an attribute of 4 GiB", slices.Concat(subject, []byte{2}, u32(0x0006800F, 0xFFFFFFFF), []byte("x")), "tnef-truncated tnef-level"},
		{"a date of 31 February", slices.Concat(subject, attr(0x00038005, date(2003, 2, 31))), "tnef-value"},
		{"half a date", slices.Concat(subject, attr(0x00038005, u16(2003, 2))), "tnef-value"},
		{"a priority of 9", slices.Concat(subject, attr(0x0004800D, u16(9))), "tnef-value"},
		{"a number without digits", slices.Concat(subject, attr(0x00050008, nil)), "tnef-value"},
		{"a key that is not hexadecimal", slices.Concat(subject, attr(0x00018009, []byte("xyz\x00"))), "tnef-value"},
		{"a person who is none", slices.Concat(subject, attr(0x00008000, []byte{4, 0}), attr(0x00060001, []byte{200, 0})), "tnef-value tnef-value"},
		{"half a code page", slices.Concat(attr(0x00069007, []byte{1}), subject), "tnef-value"},
		{"no count of properties", withList([]byte{1}), "tnef-truncated"},
		{"fewer properties than counted", withList(u32(3, 0x60010003, 1)), "tnef-truncated"},
		{"half a tag", withList(u32(2, 0x60010003, 1), []byte{3}), "tnef-truncated"},
		{"half a number", withList(u32(2, 0x60010003, 1, 0x60020003), []byte{3}), "tnef-truncated"},
		{"half a name", withList(u32(1, 0x80010003), public[:], u32(1, 100), []byte("L")), "tnef-truncated"},
		{"no name", withList(u32(2, 0x80010003), public[:], u32(1, 0), u32(5), u32(0x60010003, 1)), "tnef-name"},
		{"a name of 1000 characters", withList(u32(2, 0x80010003), public[:], u32(1), sized(wide(strings.Repeat("x", 1000))), u32(5), u32(0x60010003, 1)), "tnef-name"},
		{"a name of an unknown kind", withList(u32(2, 0x80010003), public[:], u32(9), sized(wide("x")), u32(5), u32(0x60010003, 1)), "tnef-name"},
		{"a name in no set", withList(u32(2, 0x80010003), make([]byte, 16), u32(0, 5), u32(5), u32(0x60010003, 1)), "tnef-name"},
		{"a name of PS_MAPI that is no id", withList(u32(2, 0x80010003), mapi.PSMapi[:], u32(0, 0x9000), u32(5), u32(0x60010003, 1)), "tnef-name"},
		{"an unknown type", withList(u32(2, 0x60010003, 1, 0x600200FD, 1)), "tnef-type"},
		{"more bytes than properties", withList(u32(1, 0x60010003, 1, 9)), "tnef-trailing"},
		{"two values where one is", withList(u32(1, 0x6001001F, 2), sized(wide("a")), sized(wide("b"))), "tnef-value"},
		{"a billion values", withList(u32(2, 0x60010003, 1, 0x60021003, 1e9, 1, 2)), "tnef-truncated"},
		{"a value of 4 GiB", withList(u32(2, 0x60010003, 1, 0x60020102, 1, 0xFFFFFFFF, 2)), "tnef-truncated"},
		{"several values that are cut off", withList(u32(2, 0x60010003, 1, 0x60021102, 3), sized([]byte{1}), u32(50)), "tnef-truncated"},
		{"an object without interface", withList(u32(1, 0x6001000D, 1), sized([]byte{1})), "tnef-object"},
		{"a billion recipients", slices.Concat(subject, attr(0x00069004, slices.Concat(u32(1e9), list(u32(0x0C150003, 1)), []byte{1}))), "tnef-truncated"},
		{"no count of recipients", slices.Concat(subject, attr(0x00069004, []byte{1})), "tnef-truncated"},
		{"data before the begin of an attachment", slices.Concat(subject, attr(0x0006800F, []byte{1})), "tnef-level"},
		{"half an attAttachRendData", slices.Concat(subject, attr(0x00069002, []byte{1})), "tnef-value"},
		{"an embedded message that is none", slices.Concat(subject, rend(1, 0, 0), attr(0x00069005, list(value(0x3701000D, append(message[:], 1, 2))))), "tnef-object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := stream(c.data)
			got, issues := decode(t, data)
			assert.Equal(t, "kept", props.PidTagSubject.Or(got, "")[:4])
			var rules []string
			for _, i := range issues {
				rules = append(rules, string(i.Rule))
				assert.True(t, i.Offset >= 6 && i.Offset <= int64(len(data)), "offset %d", i.Offset)
			}
			assert.Equal(t, c.rules, strings.Join(rules, " "))
			if v := got.Get(mapi.Prop{ID: 0x6001, Type: mapi.PtypInteger32}); got.Has(mapi.Prop{ID: 0x6001, Type: mapi.PtypInteger32}) && v != nil {
				assert.Equal(t, int32(1), v, "properties before or behind the damage")
			}
			again, _ := decode(t, encode(t, got))
			assert.Empty(t, propstest.Diff(got, again, props.PidTagMessageClass.Prop()))
		})
	}
}

func TestNotTNEF(t *testing.T) {
	for _, in := range []string{"", "x", "\x78\x9F\x3E\x22", "\x22\x3E\x9F\x78\x00\x00"} {
		msg, err := tnef.Decode(strings.NewReader(in), nil)
		assert.ErrorIs(t, err, mapi.ErrCorruptData, "%q", in)
		assert.Nil(t, msg)
	}
	broken := errors.New("broken")
	_, err := tnef.Decode(iotest.ErrReader(broken), nil)
	assert.ErrorIs(t, err, broken)
}

func TestLimits(t *testing.T) {
	deep := stream(attr(0x00018004, []byte("0\x00")))
	for i := range 9 {
		deep = stream(attr(0x00018004, []byte{'1' + byte(i), 0}), rend(1, 0, 0), attr(0x00069005, list(value(0x3701000D, append(message[:], deep...)))))
	}
	rows := slices.Concat(u32(10), bytes.Repeat(list(), 10))
	for _, c := range []struct {
		name string
		opts tnef.Options
		data []byte
		ok   func(m *mapi.Message) bool
	}{
		{"attributes", tnef.Options{MaxAttributes: 3}, stream(bytes.Repeat(rend(1, 0, 0), 10)), func(m *mapi.Message) bool { return len(m.Attachments) == 3 }},
		{"recipients", tnef.Options{MaxRecipients: 3}, stream(attr(0x00069004, rows)), func(m *mapi.Message) bool { return len(m.Recipients) == 3 }},
		{"properties", tnef.Options{MaxProperties: 2}, stream(attr(0x00069003, list(u32(0x60010003, 1), u32(0x60020003, 1), u32(0x60030003, 1)))), func(m *mapi.Message) bool { return m.Len() == 2 }},
		{"values", tnef.Options{MaxValues: 2}, stream(attr(0x00069003, list(u32(0x60011003, 2, 1, 2), u32(0x60021003, 1, 1)))), func(m *mapi.Message) bool { return m.Len() == 1 }},
		{"strings", tnef.Options{MaxValues: 1}, stream(attr(0x00069003, list(slices.Concat(u32(0x6001101E, 2), sized([]byte("a")), sized([]byte("b")))))), func(m *mapi.Message) bool { return m.Len() == 0 }},
		{"depth", tnef.Options{MaxDepth: 4}, deep, func(m *mapi.Message) bool { return depth(m) == 4 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rules []string
			c.opts.Report = func(i tnef.Issue) { rules = append(rules, string(i.Rule)) }
			m, err := tnef.Decode(bytes.NewReader(c.data), &c.opts)
			require.NoError(t, err)
			assert.Contains(t, rules, "tnef-limit")
			assert.True(t, c.ok(m))
			again, err := tnef.Decode(bytes.NewReader(encode(t, m)), &c.opts)
			require.NoError(t, err)
			if c.name == "depth" {
				assert.Empty(t, propstest.Diff(m, again, props.PidTagMessageClass.Prop()), "what was not read is still there")
			}
		})
	}
}

func depth(m *mapi.Message) int {
	if len(m.Attachments) == 0 || m.Attachments[0].Embedded == nil {
		return 1
	}
	return 1 + depth(m.Attachments[0].Embedded)
}

func TestEncodeOptions(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagSubject.Set(msg, "жираф ä 🦒")
	props.PidTagMessageCodepage.Set(msg, 1251)
	enc := func(o tnef.EncodeOptions) string {
		var b bytes.Buffer
		require.NoError(t, tnef.Encode(&b, msg, &o))
		got, issues := decode(t, b.Bytes())
		assert.Empty(t, issues)
		assert.Equal(t, "жираф ä 🦒", props.PidTagSubject.Or(got, ""))
		return b.String()
	}
	assert.Contains(t, enc(tnef.EncodeOptions{}), "\xE6\xE8\xF0\xE0\xF4 ? ?\x00", "the message's code page")
	assert.Contains(t, enc(tnef.EncodeOptions{Codepage: 1252}), "????? \xE4 ?\x00")
	assert.Contains(t, enc(tnef.EncodeOptions{Codepage: 65001}), "жираф ä 🦒\x00")
	assert.Equal(t, "\x78\x9F\x3E\x22\x01\x00", enc(tnef.EncodeOptions{})[:6])
	assert.Equal(t, "\x78\x9F\x3E\x22\x34\x12", enc(tnef.EncodeOptions{Key: 0x1234})[:6])
	assert.ErrorIs(t, tnef.Encode(io.Discard, msg, &tnef.EncodeOptions{Codepage: 4711}), mapi.ErrUnknownCodepage)
}

func TestCorrelationKey(t *testing.T) {
	msg := &mapi.Message{}
	assert.Equal(t, "", tnef.CorrelationKey(msg))
	props.PidTagInternetMessageId.Set(msg, "<1@x>")
	assert.Equal(t, "<1@x>", tnef.CorrelationKey(msg), "the message id will do")
	var b bytes.Buffer
	require.NoError(t, tnef.Encode(&b, msg, &tnef.EncodeOptions{CorrelationKey: "<2@x>"}))
	got, _ := decode(t, b.Bytes())
	assert.Equal(t, "<2@x>", tnef.CorrelationKey(got))
	assert.False(t, props.PidTagTnefCorrelationKey.Has(msg), "the message itself is as it was")
}

// What cannot be written is an error, not a stream that nobody can read.
func TestEncodeErrors(t *testing.T) {
	broken := errors.New("broken")
	with := func(s mapi.Stream, p mapi.Prop) *mapi.Message {
		m := &mapi.Message{}
		m.Set(p, s)
		return m
	}
	html := props.PidTagHtml.Prop()
	assert.ErrorIs(t, tnef.Encode(io.Discard, with(fake{size: 5, data: "abc"}, html), nil), mapi.ErrCorruptData, "too short")
	assert.ErrorIs(t, tnef.Encode(io.Discard, with(fake{size: 2, data: "abc"}, html), nil), mapi.ErrCorruptData, "too long")
	assert.ErrorIs(t, tnef.Encode(io.Discard, with(fake{err: broken}, html), nil), broken)
	assert.ErrorIs(t, tnef.Encode(io.Discard, with(fake{err: broken}, props.PidTagBody.Prop()), nil), broken)
	assert.ErrorIs(t, tnef.Encode(io.Discard, with(fake{size: 1 << 32}, html), nil), mapi.ErrTooBig)
	assert.ErrorIs(t, tnef.Encode(failing{broken}, with(fake{size: 3, data: "abc"}, html), nil), broken)
	loop := &mapi.Message{}
	loop.Attachments = []*mapi.Attachment{{Embedded: loop}}
	assert.ErrorIs(t, tnef.Encode(io.Discard, loop, nil), mapi.ErrTooComplex)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// A fake is a stream that may lie about its size.
type fake struct {
	data string
	size int64
	err  error
}

func (f fake) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(f.data)), f.err }
func (f fake) Size() int64                  { return f.size }

func TestReleaseClosesTheFile(t *testing.T) {
	dir := t.TempDir()
	msg := &mapi.Message{}
	props.PidTagHtml.Set(msg, bytes.Repeat([]byte("<p>"), 100_000))
	props.PidTagBody.Set(msg, strings.Repeat("жираф ", 100_000))
	got, err := tnef.Decode(bytes.NewReader(encode(t, msg)), &tnef.Options{MemoryLimit: 1000, TempDir: dir})
	require.NoError(t, err)
	assert.Empty(t, propstest.Diff(msg, got, props.PidTagMessageClass.Prop()))
	tnef.Release(got)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	r, err := got.Get(props.PidTagHtml.Prop()).(mapi.Stream).Open()
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrClosed)
	tnef.Release(nil)
}
