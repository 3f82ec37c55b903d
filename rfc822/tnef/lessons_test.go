package tnef_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// Tests here are named after what went wrong in other programs.

func TestEightBitStringsAreNotReadInTheCodePageOfTheMachine(t *testing.T) {
	got, issues := decode(t, stream(
		attr(0x00069007, u32(1251, 0)),
		attr(0x00018004, []byte("\xE6\x00")),
		attr(0x00069003, list(
			value(0x3001001E, []byte("\xE8\x00")),
			slices.Concat(u32(0x6001101E, 1), sized([]byte("\xF0\x00"))))),
		attr(0x00069004, slices.Concat(u32(1), list(value(0x3001001E, []byte("\xE0\x00"))))),
		rend(1, 0, 0), attr(0x00018010, []byte("\xF4\x00")),
		attr(0x00069005, list(value(0x3707001E, []byte("\xF4\xF4\x00")),
			value(0x3701000D, append(message[:], stream(attr(0x00018004, []byte("\xE6\xE6\x00")))...)))),
	))
	assert.Empty(t, issues)
	assert.Equal(t, "ж", props.PidTagSubject.Or(got, ""), "in attributes")
	assert.Equal(t, "и", props.PidTagDisplayName.Or(got, ""), "in properties")
	assert.Equal(t, []string{"р"}, got.Get(mapi.Prop{ID: 0x6001, Type: mapi.PtypMultipleString}), "in those with several values")
	assert.Equal(t, "а", props.PidTagDisplayName.Or(got.Recipients[0], ""), "of recipients")
	assert.Equal(t, "ф", props.PidTagAttachFilename.Or(got.Attachments[0], ""), "of attachments")
	assert.Equal(t, "фф", props.PidTagAttachLongFilename.Or(got.Attachments[0], ""))
	assert.Equal(t, "жж", props.PidTagSubject.Or(got.Attachments[0].Embedded, ""), "of embedded messages without a code page of their own")
}

func TestMissingPartsDoNotFailTheMessage(t *testing.T) {
	got, issues := decode(t, stream())
	assert.Empty(t, issues)
	assert.Equal(t, 0, got.Len(), "no class, no subject, no body: nothing is invented")
	assert.Empty(t, got.Recipients)
	assert.Empty(t, got.Attachments)
	again, issues := decode(t, encode(t, &mapi.Message{}))
	assert.Empty(t, issues)
	assert.Equal(t, "IPM.Note", props.PidTagMessageClass.Or(again, ""))
}

// An old meeting request for Microsoft Mail is one of today.
func TestMeetingRequestsKeepTheirSender(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagMessageClass.Set(msg, "IPM.Schedule.Meeting.Request")
	props.PidTagOwnerAppointmentId.Set(msg, -5)
	props.PidTagResponseRequested.Set(msg, true)
	props.PidTagStartDate.Set(msg, day)
	props.PidTagEndDate.Set(msg, day)
	props.PidTagSentRepresentingEntryId.Set(msg, mapi.NewOneOff("Ada", "SMTP", "ada@x.example").EntryID())
	data := encode(t, msg)
	for _, text := range []string{"IPM.Microsoft Schedule.MtgReq\x00", "Ada\x00", "SMTP:ada@x.example\x00"} {
		assert.Contains(t, string(data), text)
	}
	// What a reader sees that knows the attributes only.
	props.PidTagSentRepresentingEntryId.Delete(msg)
	bare := without(t, data, 0x00069003)
	got, issues := decode(t, bare)
	assert.Empty(t, issues)
	assert.Equal(t, "IPM.Schedule.Meeting.Request", props.PidTagMessageClass.Or(got, ""))
	assert.Equal(t, "ada@x.example", props.PidTagSentRepresentingEmailAddress.Or(got, ""))
	assert.Equal(t, int32(-5), props.PidTagOwnerAppointmentId.Or(got, 0))
	assert.Equal(t, day, props.PidTagStartDate.Or(got, day.AddDate(1, 0, 0)))
	assert.True(t, props.PidTagResponseRequested.Or(got, false))
}

// without is a stream without the attributes of an id.
func without(t *testing.T, data []byte, id uint32) []byte {
	out := slices.Clone(data[:6])
	for rest := data[6:]; len(rest) > 0; {
		n := 9 + int(le.Uint32(rest[5:])) + 2
		if le.Uint32(rest[1:]) != id {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	require.Less(t, len(out), len(data))
	return out
}

func TestCompressedRTFIsKeptAsItIs(t *testing.T) {
	packed := rtf.Compress([]byte(`{\rtf1 okapi}`))
	msg := &mapi.Message{}
	props.PidTagRtfCompressed.Set(msg, packed)
	got, _ := decode(t, encode(t, msg))
	b, ok := props.PidTagRtfCompressed.Get(got)
	require.True(t, ok)
	assert.Equal(t, packed, b)
}

func TestNestedMessagesDoNotLoseTheirAttachments(t *testing.T) {
	msg := &mapi.Message{}
	for range 5 {
		a := &mapi.Attachment{}
		props.PidTagAttachLongFilename.Set(a, "a.txt")
		props.PidTagAttachDataBinary.Set(a, bytes.Repeat([]byte("x"), 1001))
		msg = &mapi.Message{Attachments: []*mapi.Attachment{a, {Embedded: msg}}}
		props.PidTagSenderName.Set(msg, "Ada")
		props.PidTagSenderAddressType.Set(msg, "SMTP")
		props.PidTagSenderEmailAddress.Set(msg, "ada@x.example")
		props.PidTagMessageFlags.Set(msg, mapi.FlagRead)
	}
	got, issues := decode(t, encode(t, msg))
	assert.Empty(t, issues)
	for range 5 {
		require.Len(t, got.Attachments, 2)
		assert.Len(t, contents(t, got.Attachments[0]), 1001)
		assert.Equal(t, mapi.FlagRead, props.PidTagMessageFlags.Or(got, 0))
		got = got.Attachments[1].Embedded
	}
}

func TestCodePageOfTheOptionsIsNotThatOfTheStream(t *testing.T) {
	data := stream(attr(0x00069007, u32(1252, 0)), attr(0x00018004, []byte("\xE4\x00")))
	got, err := tnef.Decode(bytes.NewReader(data), &tnef.Options{Codepage: 1251})
	require.NoError(t, err)
	assert.Equal(t, "ä", props.PidTagSubject.Or(got, ""))
}
