package rfc822_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// taskMail is a mail with a text, winmail.dat and a file beside it, written in a way
// that okapi would not choose.
func taskMail(t testing.TB) (before string, winmail []byte, after string) {
	t.Helper()
	var stream bytes.Buffer
	require.NoError(t, tnef.Encode(&stream, task(), nil))
	before = "Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\nsubject:  Feed the   okapi\r\nFrom: x@x.org\r\nTo: Ada <ada@x.org>\r\n" +
		"Message-ID: <task@x.org>\r\nContent-Type: multipart/mixed;\r\n boundary=\"odd one\"\r\n\r\npreamble\r\n" +
		"--odd one\r\ncontent-type:text/plain;charset=utf-8\r\n\r\nLeaves, mostly. The text of the mail.\r\n--odd one\r\n"
	after = "\r\n--odd one\r\nContent-Type: application/pdf; name=a.pdf\r\nX-Part: kept\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQKJVBE\r\nRi0xLjQKJVBERi0x\r\nLjQK\r\n--odd one--\r\nepilogue\r\n"
	winmail = []byte("Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64Lines(stream.Bytes()))
	return before, winmail, after
}

// valueOf is a property in memory.
func valueOf(t testing.TB, obj mapi.Getter, p mapi.Prop) mapi.Value {
	t.Helper()
	v, err := mapi.ReadValue(p.Type, obj.Get(p), 1<<20)
	require.NoError(t, err)
	return v
}

func TestChangeOfWhatOnlyWinmailSaysGivesThatPartAnew(t *testing.T) {
	before, winmail, after := taskMail(t)
	mail := []byte(before + string(winmail) + after)
	zoo := mapi.NamedString(mapi.PSPublicStrings, "Zoo", mapi.PtypString)
	for _, tc := range []struct {
		name   string
		change func(m *mapi.Message)
	}{
		{"the due date", func(m *mapi.Message) { props.PidLidTaskDueDate.Set(m, at("2026-03-01T00:00:00Z")) }},
		{"how far it is", func(m *mapi.Message) { props.PidLidPercentComplete.Set(m, 0.75) }},
		{"one is added", func(m *mapi.Message) { props.PidLidTaskOwner.Set(m, "Bob") }},
		{"one is removed", func(m *mapi.Message) { m.Delete(props.PidLidTaskDueDate.Prop()) }},
		{"one with a name", func(m *mapi.Message) { m.Set(zoo, "Basel") }},
		{"a tagged one", func(m *mapi.Message) { props.PidTagOriginalSubject.Set(m, "old") }},
		{"one of an attachment", func(m *mapi.Message) {
			props.PidTagAttachRendering.Set(fileNamed(m, "plan.bin"), []byte("picture"))
		}},
		{"one of a recipient", func(m *mapi.Message) { props.PidTagSurname.Set(m.Recipients[0], "Byron") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, large := range []int64{0, 1 << 30} {
				msg := fromStore(t, decodeBytes(t, mail), large, large == 0)
				require.Equal(t, string(mail), string(encoded(t, msg)))
				tc.change(msg)
				_, _, ok := rfc822.Source(msg)
				assert.False(t, ok)
				out := string(encoded(t, msg))
				if tc.name != "one with a name" && tc.name != "one of an attachment" { // known no better than a header field; content
					assert.True(t, strings.HasPrefix(out, before), "%s", out)
				}
				if tc.name != "one of an attachment" {
					assert.True(t, strings.HasSuffix(out, after), "%s", out)
				}
				again := decodeBytes(t, []byte(out))
				assert.ElementsMatch(t, names(decodeBytes(t, mail)), names(again))
				for _, p := range []mapi.Prop{props.PidLidTaskDueDate.Prop(), props.PidLidPercentComplete.Prop(), props.PidLidTaskOwner.Prop(), zoo, props.PidTagOriginalSubject.Prop(), props.PidTagMessageClass.Prop()} {
					assert.Equal(t, valueOf(t, msg, p), again.Get(p), p)
				}
				assert.Equal(t, valueOf(t, fileNamed(msg, "plan.bin"), props.PidTagAttachRendering.Prop()), fileNamed(again, "plan.bin").Get(props.PidTagAttachRendering.Prop()))
				assert.Equal(t, valueOf(t, msg.Recipients[0], props.PidTagSurname.Prop()), again.Recipients[0].Get(props.PidTagSurname.Prop()))

				var never bytes.Buffer
				require.NoError(t, rfc822.Encode(&never, msg, &rfc822.EncodeOptions{TNEF: rfc822.TNEFNever, Boundary: counted()}))
				if tc.name != "one with a name" {
					assert.NotContains(t, never.String(), "ms-tnef")
				}
			}
		})
	}
}

func TestWhatBecomesOfATaskInTheMailboxIsNotNewMail(t *testing.T) {
	before, winmail, after := taskMail(t)
	mail := []byte(before + string(winmail) + after)
	msg := fromStore(t, decodeBytes(t, mail), 10, true)
	props.PidTagFlagStatus.Set(msg, mapi.FlagStatus(2))
	props.PidTagIconIndex.Set(msg, 7)
	props.PidTagLastVerbExecuted.Set(msg, 102)
	props.PidLidReminderSet.Set(msg, true)
	props.PidLidReminderTime.Set(msg, at("2026-03-01T00:00:00Z"))
	props.PidTagReceivedByName.Set(msg, "Ada")
	props.PidTagConversationIndex.Set(msg, make([]byte, 22))
	props.PidTagSentRepresentingEntryId.Set(msg, []byte{1})
	msg.Delete(mapi.NamedString(mapi.PSPublicStrings, "Zoo", mapi.PtypString)) // refused: too many names
	assert.Equal(t, string(mail), string(encoded(t, msg)))
}

func TestChangedTextOfATaskKeepsTheTask(t *testing.T) {
	before, winmail, after := taskMail(t)
	msg := decodeBytes(t, []byte(before+string(winmail)+after))
	props.PidTagBody.Set(msg, "Buds, too.")
	again := decodeBytes(t, encoded(t, msg))
	due, _ := props.PidLidTaskDueDate.Get(again)
	plain, _ := body(t, again)
	assert.Equal(t, at("2026-02-01T00:00:00Z"), due)
	assert.Equal(t, "Buds, too.", plain)
	assert.ElementsMatch(t, names(msg), names(again))
}

func TestNewSubjectOfATaskIsThatOfWinmailToo(t *testing.T) {
	before, winmail, after := taskMail(t)
	msg := decodeBytes(t, []byte(before+string(winmail)+after))
	props.PidTagSubject.Set(msg, "Feed them")
	props.PidTagNormalizedSubject.Set(msg, "Feed them")
	out := string(encoded(t, msg))
	assert.Contains(t, out, "Subject: Feed them\r\n")
	assert.True(t, strings.HasSuffix(out, after))
	kept, err := rfc822.Decode(strings.NewReader(out), &rfc822.DecodeOptions{KeepTNEF: true})
	require.NoError(t, err)
	data, _ := props.PidTagAttachDataBinary.Get(kept.Attachments[0])
	inner, err := tnef.Decode(bytes.NewReader(data), nil)
	require.NoError(t, err)
	subject, _ := props.PidTagSubject.Get(inner)
	assert.Equal(t, "Feed them", subject)
}

func TestChangedSummaryTNEFKeepsTheFieldsOfItsMail(t *testing.T) {
	var stream bytes.Buffer
	require.NoError(t, tnef.Encode(&stream, task(), nil))
	fields := "Received: from a\r\n by b\r\nFrom: x@x.org\r\nsubject: Of the header\r\n"
	msg := decodeBytes(t, []byte(fields+"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"+base64Lines(stream.Bytes())))
	props.PidLidPercentComplete.Set(msg, 1.0)
	out := encoded(t, msg)
	assert.True(t, strings.HasPrefix(string(out), fields))
	again := decodeBytes(t, out)
	percent, _ := props.PidLidPercentComplete.Get(again)
	assert.Equal(t, 1.0, percent)
	assert.Equal(t, names(msg), names(again))
}

func TestChangedMeetingGivesOnlyItsCalendarAnew(t *testing.T) {
	mail := string(invitationMail(invitationText()))
	before, _, _ := strings.Cut(mail, "Content-Type: text/calendar")
	for _, tc := range []struct {
		name   string
		change func(m *mapi.Message)
		want   string
	}{
		{"when it is", func(m *mapi.Message) { props.PidLidAppointmentStartWhole.Set(m, at("2026-02-02T10:30:00Z")) }, "DTSTART:20260202T103000Z"},
		{"its number", func(m *mapi.Message) { props.PidLidAppointmentSequence.Set(m, 3) }, "SEQUENCE:3"},
		{"where it is no more", func(m *mapi.Message) { m.Delete(props.PidLidLocation.Prop()) }, ""},
	} {
		msg := fromStore(t, decodeBytes(t, []byte(mail)), 10, true)
		tc.change(msg)
		out := string(encoded(t, msg))
		assert.True(t, strings.HasPrefix(out, before), "%s: %s", tc.name, out)
		assert.True(t, strings.HasSuffix(out, "\r\n--a--\r\n"), tc.name)
		assert.Contains(t, out, tc.want, tc.name)
		again := decodeBytes(t, []byte(out))
		assert.Equal(t, valueOf(t, msg, props.PidLidLocation.Prop()), again.Get(props.PidLidLocation.Prop()), tc.name)
	}
	msg := decodeBytes(t, []byte(mail))
	props.PidTagSubject.Set(msg, "Another")
	out := string(encoded(t, msg))
	assert.Contains(t, out, "SUMMARY:Another", "the calendar follows the header")
	assert.Contains(t, out, "\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>Of the mail</p>\r\n--a\r\n")
}

func TestSignedCalendarIsNotReplaced(t *testing.T) {
	inner := strings.TrimSuffix(string(invitationMail(invitationText())), "\r\n")
	_, inner, _ = strings.Cut(inner, "Content-Type")
	mail := "From: ada@x.org\r\nSubject: s\r\nContent-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=s\r\n\r\n--s\r\nContent-Type" + inner +
		"\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--s--\r\n"
	msg := decodeBytes(t, []byte(mail))
	class, _ := props.PidTagMessageClass.Get(msg)
	require.Equal(t, "IPM.Schedule.Meeting.Request", class)
	props.PidTagSubject.Set(msg, "Another")
	assert.Equal(t, bodyOf(t, []byte(mail)), bodyOf(t, encoded(t, msg)))
	props.PidLidAppointmentStartWhole.Set(msg, at("2026-02-02T10:30:00Z"))
	assert.Contains(t, string(encoded(t, msg)), "DTSTART:20260202T103000Z")
}

// A boundary that a calendar could have a line like.
func TestCalendarAnewCannotEndItsPart(t *testing.T) {
	mail := strings.NewReplacer("boundary=a", "boundary=X", "--a", "--X").Replace(string(invitationMail(invitationText())))
	msg := decodeBytes(t, []byte(mail))
	props.PidLidLocation.Set(msg, "ä\n--X--\nä")
	again := decodeBytes(t, encoded(t, msg))
	location, _ := props.PidLidLocation.Get(again)
	class, _ := props.PidTagMessageClass.Get(again)
	assert.Equal(t, []string{"ä --X-- ä", "IPM.Schedule.Meeting.Request"}, []string{location, class})
}

func TestChangeOfAnEmbeddedContactIsNoticed(t *testing.T) {
	contact := &mapi.Message{}
	props.PidTagMessageClass.Set(contact, "IPM.Contact")
	props.PidTagDisplayName.Set(contact, "Bob")
	props.PidTagBusinessTelephoneNumber.Set(contact, "+32 1")
	props.PidLidEmail1EmailAddress.Set(contact, "bob@x.org")
	outer := task()
	a := &mapi.Attachment{Embedded: contact}
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	props.PidTagDisplayName.Set(a, "Bob")
	outer.Attachments = append(outer.Attachments, a)
	mail := encodeTNEF(t, outer, rfc822.TNEFAlways)
	for name, change := range map[string]func(c *mapi.Message){
		"phone":   func(c *mapi.Message) { props.PidTagBusinessTelephoneNumber.Set(c, "+32 2") },
		"address": func(c *mapi.Message) { props.PidLidEmail1EmailAddress.Set(c, "b@x.org") },
		"new":     func(c *mapi.Message) { props.PidTagMobileTelephoneNumber.Set(c, "+32 3") },
	} {
		msg := fromStore(t, decodeBytes(t, mail), 10, true)
		require.Equal(t, string(mail), string(encoded(t, msg)))
		embedded := func(m *mapi.Message) *mapi.Message {
			for _, a := range m.Attachments {
				if a.Embedded != nil {
					return a.Embedded
				}
			}
			return nil
		}
		change(embedded(msg))
		again := embedded(decodeBytes(t, encoded(t, msg)))
		require.NotNil(t, again, name)
		for _, p := range []mapi.Prop{props.PidTagBusinessTelephoneNumber.Prop(), props.PidLidEmail1EmailAddress.Prop(), props.PidTagMobileTelephoneNumber.Prop()} {
			assert.Equal(t, valueOf(t, embedded(msg), p), again.Get(p), "%s: %v", name, p)
		}
	}
}

// FuzzChangedSecondForm: of a mail that carries a second form of its message, a change of
// what only that says arrives, and leaves the rest alone.
func FuzzChangedSecondForm(f *testing.F) {
	seed(f)
	before, winmail, after := taskMail(f)
	f.Add([]byte(before + string(winmail) + after))
	f.Fuzz(func(t *testing.T, in []byte) {
		msg := decodeBytes(t, in)
		props.PidTagOriginalSubject.Set(msg, "of old")
		if _, _, ok := rfc822.Source(msg); ok {
			return // nothing carries it
		}
		if class, _ := props.PidTagMessageClass.Get(msg); strings.HasPrefix(class, "REPORT.") {
			_ = encoded(t, msg)
			return // which says no place
		}
		plain, html := body(t, msg)
		props.PidLidLocation.Set(msg, "Antwerp")
		again := decodeBytes(t, encoded(t, msg))
		gotPlain, gotHTML := body(t, again)
		require.Equal(t, []string{plain, html}, []string{gotPlain, gotHTML})
		require.Equal(t, msg.Get(props.PidTagMessageClass.Prop()), again.Get(props.PidTagMessageClass.Prop()))
		require.Equal(t, "Antwerp", again.Get(props.PidLidLocation.Prop()))
	})
}
