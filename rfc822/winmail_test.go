package rfc822_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// task is a message that MIME has no form for.
func task() *mapi.Message {
	msg := &mapi.Message{}
	props.PidTagMessageClass.Set(msg, "IPM.Task")
	props.PidTagSubject.Set(msg, "Feed the okapi")
	props.PidTagSubjectPrefix.Set(msg, "")
	props.PidTagNormalizedSubject.Set(msg, "Feed the okapi")
	props.PidTagConversationTopic.Set(msg, "Feed the okapi")
	props.PidTagBody.Set(msg, "Leaves, mostly.")
	props.PidTagInternetMessageId.Set(msg, "<task@x.org>")
	props.PidTagClientSubmitTime.Set(msg, at("2026-01-02T15:04:05Z"))
	props.PidLidTaskDueDate.Set(msg, at("2026-02-01T00:00:00Z"))
	props.PidLidPercentComplete.Set(msg, 0.5)
	msg.Set(mapi.NamedString(mapi.PSPublicStrings, "Zoo", mapi.PtypString), "Antwerp")
	r := &mapi.Recipient{}
	props.PidTagRecipientType.Set(r, mapi.RecipientTo)
	props.PidTagDisplayName.Set(r, "Ada")
	props.PidTagAddressType.Set(r, "SMTP")
	props.PidTagEmailAddress.Set(r, "ada@x.org")
	props.PidTagSmtpAddress.Set(r, "ada@x.org")
	props.PidTagSurname.Set(r, "Lovelace")
	msg.Recipients = append(msg.Recipients, r)
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachLongFilename.Set(a, "plan.bin")
	props.PidTagAttachDataBinary.Set(a, bytes.Repeat([]byte{1, 2, 3}, 100))
	msg.Attachments = append(msg.Attachments, a)
	return msg
}

func encodeTNEF(t testing.TB, msg *mapi.Message, policy rfc822.TNEF) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{TNEF: policy, Boundary: counted()}))
	return out.Bytes()
}

// Calendars cannot say that somebody was forwarded a meeting.
func TestForwardNotificationsGoAsWinmail(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagMessageClass.Set(msg, "IPM.Schedule.Meeting.Notification.Forward")
	props.PidTagSubject.Set(msg, "Meeting Forward Notification: Hay")
	props.PidTagBody.Set(msg, "Your meeting was forwarded")
	props.PidTagInternetMessageId.Set(msg, "<n@x.org>")
	props.PidLidAppointmentStartWhole.Set(msg, at("2026-02-01T10:00:00Z"))
	props.PidLidForwardNotificationRecipients.Set(msg, []byte{1, 2, 3, 4})
	mail := encodeTNEF(t, msg, rfc822.TNEFWhenNeeded)
	assert.NotContains(t, string(mail), "text/calendar")
	got, err := rfc822.Decode(bytes.NewReader(mail), nil)
	require.NoError(t, err)
	assert.Equal(t, "IPM.Schedule.Meeting.Notification.Forward", props.PidTagMessageClass.Or(got, ""))
	assert.Equal(t, at("2026-02-01T10:00:00Z"), props.PidLidAppointmentStartWhole.Or(got, at("0001-01-01T00:00:00Z")))
	assert.Equal(t, []byte{1, 2, 3, 4}, props.PidLidForwardNotificationRecipients.Or(got, nil))
}

func TestWinmailIsReplacedByWhatItHolds(t *testing.T) {
	mail := encodeTNEF(t, task(), rfc822.TNEFWhenNeeded)
	assert.Contains(t, string(mail), "X-Ms-Tnef-Correlator: <task@x.org>\r\n")
	msg := decodeBytes(t, mail)
	for _, p := range values(props.PidTagMessageClass.Prop(), "IPM.Task", props.PidLidPercentComplete.Prop(), 0.5,
		props.PidLidTaskDueDate.Prop(), at("2026-02-01T00:00:00Z"), props.PidTagBody.Prop(), "Leaves, mostly.",
		mapi.NamedString(mapi.PSPublicStrings, "Zoo", mapi.PtypString), "Antwerp") {
		assert.Equal(t, p.Value, msg.Get(p.Prop), p.Prop)
	}
	assert.Equal(t, []string{"plan.bin"}, names(msg))
	require.Len(t, msg.Recipients, 1, "recipients are those of the header")
	surname, _ := props.PidTagSurname.Get(msg.Recipients[0])
	assert.Equal(t, "Lovelace", surname, "the stream completes them")
	assert.Equal(t, mail, encoded(t, msg), "the mail itself stays as it came")

	kept, err := rfc822.Decode(bytes.NewReader(mail), &rfc822.DecodeOptions{KeepTNEF: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"winmail.dat"}, names(kept))
}

func TestSummaryTNEFIsTheWholeMail(t *testing.T) {
	var stream bytes.Buffer
	require.NoError(t, tnef.Encode(&stream, task(), nil))
	mail := "From: x@x.org\r\nSubject: Of the header\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64Lines(stream.Bytes())
	msg := decodeBytes(t, []byte(mail))
	class, _ := props.PidTagMessageClass.Get(msg)
	subject, _ := props.PidTagSubject.Get(msg)
	plain, _ := body(t, msg)
	assert.Equal(t, []string{"IPM.Task", "Of the header", "Leaves, mostly."}, []string{class, subject, plain})
	assert.Len(t, msg.Recipients, 1, "the header has none")
	assert.Equal(t, mail, string(encoded(t, msg)))
}

func TestWinmailOfAnotherMailStaysAFile(t *testing.T) {
	mail := encodeTNEF(t, task(), rfc822.TNEFAlways)
	other := bytes.Replace(mail, []byte("Correlator: <task@x.org>"), []byte("Correlator: <other@x.org>"), 1)
	var rules []string
	msg, err := rfc822.Decode(bytes.NewReader(other), &rfc822.DecodeOptions{Report: func(i rfc822.Issue) { rules = append(rules, string(i.Rule)) }})
	require.NoError(t, err)
	assert.Equal(t, []string{"winmail.dat"}, names(msg))
	assert.Contains(t, rules, "tnef")
	class, _ := props.PidTagMessageClass.Get(msg)
	assert.Equal(t, "IPM.Note", class)

	props.PidTagBody.Delete(msg)
	assert.Equal(t, []string{"winmail.dat"}, names(decodeBytes(t, regenerate(t, msg))), "also where nothing else is in the mail")

	broken := decodeBytes(t, eml(`Content-Type: multipart/mixed; boundary=b`, ``, `--b`, ``, `text`, `--b`,
		`Content-Type: application/ms-tnef; name=winmail.dat`, ``, `this is none`, `--b--`))
	assert.Equal(t, []string{"winmail.dat"}, names(broken))
}

func TestTNEFIsNotOverproduced(t *testing.T) {
	note := decodeBytes(t, rich())
	props.PidTagSubject.Set(note, "changed")
	props.PidLidReminderSet.Set(note, true)
	assert.NotContains(t, string(encodeTNEF(t, note, rfc822.TNEFWhenNeeded)), "ms-tnef", "a reminder is no reason")
	assert.NotContains(t, string(encodeTNEF(t, task(), rfc822.TNEFNever)), "ms-tnef")
	assert.Contains(t, string(encodeTNEF(t, note, rfc822.TNEFAlways)), "multipart/mixed", "unchanged content is kept")

	voting := &mapi.Message{}
	props.PidLidVerbStream.Set(voting, []byte{2, 1, 0, 0, 0, 0})
	out := encodeTNEF(t, voting, rfc822.TNEFWhenNeeded)
	assert.Contains(t, string(out), "ms-tnef")
	verbs, _ := props.PidLidVerbStream.Get(decodeBytes(t, out))
	assert.Equal(t, []byte{2, 1, 0, 0, 0, 0}, verbs, "voting buttons arrive")

	plain := task()
	props.PidTagSendRichInfo.Set(plain.Recipients[0], false)
	assert.NotContains(t, string(encodeTNEF(t, plain, rfc822.TNEFWhenNeeded)), "ms-tnef", "a recipient cannot read it")
	assert.Contains(t, string(encodeTNEF(t, plain, rfc822.TNEFAlways)), "ms-tnef", "the caller decides")
	props.PidTagSendRichInfo.Set(plain, true)
	assert.Contains(t, string(encodeTNEF(t, plain, rfc822.TNEFWhenNeeded)), "ms-tnef", "the message decides for all")
	props.PidTagSendRichInfo.Set(plain, false)
	props.PidTagSendRichInfo.Delete(plain.Recipients[0])
	assert.NotContains(t, string(encodeTNEF(t, plain, rfc822.TNEFWhenNeeded)), "ms-tnef", "the message decides for all")

	asked := decodeBytes(t, rich())
	props.PidTagBody.Set(asked, "changed")
	for _, r := range asked.Recipients {
		props.PidTagSendRichInfo.Set(r, true)
	}
	assert.NotContains(t, string(encodeTNEF(t, asked, rfc822.TNEFWhenNeeded)), "ms-tnef", "that all can read it is no reason")
	props.PidLidUseTnef.Set(asked, true)
	assert.Contains(t, string(encodeTNEF(t, asked, rfc822.TNEFWhenNeeded)), "ms-tnef", "the writer asks for it")
	assert.NotContains(t, string(encodeTNEF(t, asked, rfc822.TNEFNever)), "ms-tnef")
}

func TestMessagesSurviveTNEF(t *testing.T) {
	msg := task()
	again := decodeBytes(t, encodeTNEF(t, msg, rfc822.TNEFAlways))
	skip := []mapi.Prop{rfc822.SourceForm(), props.PidTagTransportMessageHeaders.Prop(), props.PidTagTnefCorrelationKey.Prop(),
		props.PidTagMessageDeliveryTime.Prop(), props.PidTagImportance.Prop(), props.PidTagInternetCodepage.Prop(), props.PidTagNativeBody.Prop(),
		props.PidTagRenderingPosition.Prop(), props.PidTagMessageCodepage.Prop()}
	for _, p := range []mapi.Prop{props.PidTagEntryId.Prop(), props.PidTagSearchKey.Prop(), props.PidTagObjectType.Prop(), props.PidTagDisplayType.Prop(),
		props.PidTagResponsibility.Prop(), props.PidTagRecipientFlags.Prop(), props.PidTagTransmittableDisplayName.Prop(),
		props.PidTagRecipientDisplayName.Prop(), props.PidTagRecipientEntryId.Prop()} {
		again.Recipients[0].Delete(p)
	}
	assert.Empty(t, propstest.Diff(msg, again, skip...))
}

// What the header says of recipients holds; of their part in a meeting, and of what they
// are, it says nothing.
func TestWinmailKnowsThePartOfRecipients(t *testing.T) {
	msg := task()
	room := &mapi.Recipient{Properties: msg.Recipients[0].Clone()}
	room.Set(props.PidTagDisplayName.Prop(), "Stable")
	room.Set(props.PidTagEmailAddress.Prop(), "stable@x.org")
	room.Set(props.PidTagSmtpAddress.Prop(), "stable@x.org")
	msg.Recipients = append(msg.Recipients, room)
	flags := []mapi.RecipientFlags{mapi.RecipientFlagSendable | mapi.RecipientFlagOrganizer, mapi.RecipientFlagExceptionalResponse}
	for i, r := range msg.Recipients {
		props.PidTagRecipientFlags.Set(r, flags[i])
		props.PidTagRecipientTrackStatus.Set(r, mapi.ResponseAccepted)
	}
	props.PidTagDisplayType.Set(room, mapi.DisplayDistributionList)
	props.PidTagObjectType.Set(room, mapi.ObjectDistributionList)
	props.PidTagDisplayTypeEx.Set(room, mapi.DisplayTypeEx(mapi.DisplayRoom))
	mail := encodeTNEF(t, msg, rfc822.TNEFAlways)
	mail = bytes.Replace(mail, []byte("Ada <ada@x.org>"), []byte("Countess <ADA@X.org>"), 1)
	got := decodeBytes(t, mail)
	require.Len(t, got.Recipients, 2)
	assert.Equal(t, "Countess", props.PidTagDisplayName.Or(got.Recipients[0], ""))
	assert.Equal(t, "ADA@X.org", props.PidTagSmtpAddress.Or(got.Recipients[0], ""))
	assert.Equal(t, flags[0], props.PidTagRecipientFlags.Or(got.Recipients[0], 0))
	assert.Equal(t, mapi.DisplayMailUser, props.PidTagDisplayType.Or(got.Recipients[0], 0))
	assert.Equal(t, flags[1]|mapi.RecipientFlagSendable, props.PidTagRecipientFlags.Or(got.Recipients[1], 0), "the mail was sent there")
	assert.Equal(t, mapi.DisplayDistributionList, props.PidTagDisplayType.Or(got.Recipients[1], 0))
	assert.Equal(t, mapi.ObjectDistributionList, props.PidTagObjectType.Or(got.Recipients[1], 0))
	assert.Equal(t, mapi.DisplayTypeEx(mapi.DisplayRoom), props.PidTagDisplayTypeEx.Or(got.Recipients[1], 0))
	for _, r := range got.Recipients {
		assert.Equal(t, mapi.ResponseAccepted, props.PidTagRecipientTrackStatus.Or(r, 0))
	}
	assert.Equal(t, mail, encoded(t, got))
}

// TestCorpusOfTNEFMails reads the mails that carry winmail.dat.
func TestCorpusOfTNEFMails(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(mapitest.Corpus(t), "tnef", "*", "*.eml"))
	require.NoError(t, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		msg := decodeBytes(t, data)
		assert.NotContains(t, strings.ToLower(strings.Join(names(msg), " ")), "winmail.dat", f)
		assert.Equal(t, data, encoded(t, msg), f)
		first := decodeBytes(t, encodeTNEF(t, msg.Clone(), rfc822.TNEFAlways))
		assert.Equal(t, meaning(t, msg), meaning(t, first), f)
	}
	t.Logf("%d mails", len(files))
}
