package rfc822_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822"
)

// lines returns the header fields of a mail, unfolded, without those that every
// mail has.
func headerOf(mail []byte) []string {
	head, _, _ := strings.Cut(strings.ReplaceAll(string(mail), "\r\n", "\n"), "\n\n")
	head = strings.ReplaceAll(strings.ReplaceAll(head, "\n ", " "), "\n\t", " ")
	return strings.Split(head, "\n")
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func header(name string) mapi.Prop {
	return mapi.NamedString(mapi.PSInternetHeaders, name, mapi.PtypString)
}

// values is a list of properties to expect.
func values(list ...any) []mapi.Property {
	var out []mapi.Property
	for i := 0; i < len(list); i += 2 {
		out = append(out, mapi.Property{Prop: list[i].(mapi.Prop), Value: list[i+1]})
	}
	return out
}

// TestHeaderFields has a case for each field that has properties: what the field
// gives, and what these give when mail is generated from them.
func TestHeaderFields(t *testing.T) {
	for _, tc := range []struct {
		name  string
		field string
		want  []mapi.Property
		out   string // "": as field; "-": none
	}{
		{"Message-ID keeps its brackets", "Message-Id: <a@b>", values(props.PidTagInternetMessageId.Prop(), "<a@b>"), ""},
		{"In-Reply-To", "In-Reply-To: <a@b>", values(props.PidTagInReplyToId.Prop(), "<a@b>"), ""},
		{"References are unfolded, in order", "References: <a@b>\r\n\t<c@d>", values(props.PidTagInternetReferences.Prop(), "<a@b> <c@d>"), "References: <a@b> <c@d>"},
		{"Date is the time of submission", "Date: Mon, 02 Jan 2006 15:04:05 +0000", values(props.PidTagClientSubmitTime.Prop(), at("2006-01-02T15:04:05Z"), props.PidTagMessageDeliveryTime.Prop(), at("2006-01-02T15:04:05Z")), "Date: Mon, 02 Jan 2006 15:04:05 +0000"},
		{"a bad Date is none", "Date: soon", values(props.PidTagClientSubmitTime.Prop(), nil), "-"},
		{"Received is the time of delivery", "Received: from a by b; Mon, 02 Jan 2006 15:04:06 +0000\r\nReceived: from c; Mon, 02 Jan 2006 15:04:01 +0000", values(props.PidTagMessageDeliveryTime.Prop(), at("2006-01-02T15:04:06Z")), "-"},
		{"Subject", "Subject: Re: x", values(props.PidTagSubject.Prop(), "Re: x", props.PidTagSubjectPrefix.Prop(), "Re: ", props.PidTagNormalizedSubject.Prop(), "x", props.PidTagConversationTopic.Prop(), "x"), ""},
		{"Thread-Topic", "Thread-Topic: a topic\r\nThread-Index: AQHWabcdefghijklmnopqrstuvwxyzAB", values(props.PidTagConversationTopic.Prop(), "a topic"), ""},
		{"Thread-Topic that the subject does not say", "Subject: Re: x\r\nThread-Topic: a topic", values(props.PidTagConversationTopic.Prop(), "a topic"), ""},
		{"Thread-Index that is no base64 is none", "Thread-Index: !!", values(props.PidTagConversationIndex.Prop(), nil), "-"},
		{"Importance", "Importance: low", values(props.PidTagImportance.Prop(), int32(0)), ""},
		{"X-Priority", "X-Priority: 2 (High)", values(props.PidTagImportance.Prop(), int32(2)), "X-Priority: 1"},
		{"Priority", "Priority: urgent", values(props.PidTagImportance.Prop(), int32(2), props.PidTagPriority.Prop(), int32(1)), ""},
		{"X-MSMail-Priority", "X-MSMail-Priority: Low", values(props.PidTagImportance.Prop(), int32(0)), "Importance: low"},
		{"normal importance is not written", "Importance: normal", values(props.PidTagImportance.Prop(), int32(1)), "-"},
		{"Sensitivity personal", "Sensitivity: personal", values(props.PidTagSensitivity.Prop(), int32(1)), ""},
		{"Sensitivity private", "Sensitivity: Private", values(props.PidTagSensitivity.Prop(), int32(2)), "Sensitivity: private"},
		{"Sensitivity company-confidential", "Sensitivity: company-confidential", values(props.PidTagSensitivity.Prop(), int32(3)), ""},
		{"normal sensitivity is not written", "Sensitivity: normal", values(props.PidTagSensitivity.Prop(), int32(0)), "-"},
		{"Expires", "Expires: Mon, 02 Jan 2006 15:04:05 +0000", values(props.PidTagExpiryTime.Prop(), at("2006-01-02T15:04:05Z")), ""},
		{"Expiry-Date", "Expiry-Date: Mon, 02 Jan 2006 15:04:05 +0000", values(props.PidTagExpiryTime.Prop(), at("2006-01-02T15:04:05Z")), "Expires: Mon, 02 Jan 2006 15:04:05 +0000"},
		{"Reply-By", "Reply-By: Mon, 02 Jan 2006 15:04:05 +0000", values(props.PidTagReplyTime.Prop(), at("2006-01-02T15:04:05Z")), ""},
		{"Deferred-Delivery", "Deferred-Delivery: Mon, 02 Jan 2006 15:04:05 +0000", values(props.PidTagDeferredDeliveryTime.Prop(), at("2006-01-02T15:04:05Z")), ""},
		{"Latest-Delivery-Time", "Latest-Delivery-Time: Mon, 02 Jan 2006 15:04:05 +0000", values(props.PidTagLatestDeliveryTime.Prop(), at("2006-01-02T15:04:05Z")), ""},
		{"Content-Language is a locale", "Content-Language: de-AT", values(props.PidTagMessageLocaleId.Prop(), int32(0x0C07), header("content-language"), nil), ""},
		{"an unknown variety keeps its text, too", "Content-Language: de-AT-1996", values(props.PidTagMessageLocaleId.Prop(), int32(0x0C07), header("content-language"), "de-AT-1996"), ""},
		{"several languages keep their text, too", "Content-Language: en-US, fr", values(props.PidTagMessageLocaleId.Prop(), int32(0x0409), header("content-language"), "en-US, fr"), ""},
		{"an unknown language is only text", "Content-Language: tlh", values(props.PidTagMessageLocaleId.Prop(), nil, header("content-language"), "tlh"), ""},
		{"Keywords", "Keywords: red, =?utf-8?q?gr=C3=BCn?=", values(props.PidNameKeywords.Prop(), []string{"red", "grün"}), ""},
		{"Auto-Submitted", "Auto-Submitted: auto-replied", values(props.PidTagAutoResponseSuppress.Prop(), int32(0x30), header("auto-submitted"), "auto-replied"), ""},
		{"X-Auto-Response-Suppress", "X-Auto-Response-Suppress: DR, OOF", values(props.PidTagAutoResponseSuppress.Prop(), int32(0x11)), ""},
		{"X-Auto-Response-Suppress All", "X-Auto-Response-Suppress: All", values(props.PidTagAutoResponseSuppress.Prop(), int32(-1)), ""},
		{"Precedence", "Precedence: list", values(props.PidTagInternetPrecedence.Prop(), "list", props.PidTagAutoResponseSuppress.Prop(), int32(0x30)), ""},
		{"List-Help", "List-Help: <mailto:h@x>", values(props.PidTagListHelp.Prop(), "<mailto:h@x>"), ""},
		{"X-List-Subscribe", "X-List-Subscribe: <mailto:s@x>", values(props.PidTagListSubscribe.Prop(), "<mailto:s@x>"), "List-Subscribe: <mailto:s@x>"},
		{"List-Unsubscribe", "List-Unsubscribe: <mailto:u@x>", values(props.PidTagListUnsubscribe.Prop(), "<mailto:u@x>"), ""},
		{"X-Message-Flag", "X-Message-Flag: Follow up", values(
			props.PidLidFlagRequest.Prop(), "Follow up", props.PidTagFlagStatus.Prop(), int32(2), props.PidTagToDoItemFlags.Prop(), int32(8),
			props.PidLidTaskStatus.Prop(), int32(0), props.PidLidTaskComplete.Prop(), false, props.PidLidPercentComplete.Prop(), float64(0),
			header("x-message-flag"), nil), ""},
		{"classification", "X-Microsoft-Classified: true\r\nX-Microsoft-Classification: Secret\r\nX-Microsoft-ClassDesc: For few\r\nX-Microsoft-ClassID: 42\r\nX-Microsoft-ClassKeep: true", values(
			props.PidLidClassified.Prop(), true, props.PidLidClassification.Prop(), "Secret", props.PidLidClassificationDescription.Prop(), "For few",
			props.PidLidClassificationGuid.Prop(), "42", props.PidLidClassificationKeep.Prop(), true), ""},
		{"no classification without its first field", "X-Microsoft-Classification: Secret", values(props.PidLidClassification.Prop(), nil), "-"},
		{"X-Mailer and other fields are kept", "X-Mailer: Example 1", values(header("x-mailer"), "Example 1"), ""},
		{"User-Agent", "User-Agent: Example 2", values(header("user-agent"), "Example 2"), ""},
		{"a field that is not allowed is only header text", "Subjekt: x", values(header("subjekt"), nil), "-"},
		{"X-MS-TNEF-Correlator", "X-Ms-Tnef-Correlator: <k@x>", values(props.PidTagTnefCorrelationKey.Prop(), []byte("<k@x>")), ""},
		{"X-MS-Has-Attach is not taken at its word", "X-Ms-Has-Attach: yes", values(header("x-ms-has-attach"), nil), "-"},
		{"Content-ID of the text", "Content-Id: <i@x>", values(props.PidTagBodyContentId.Prop(), "i@x"), ""},
		{"Content-Location of the text", "Content-Location: http://x/y", values(props.PidTagBodyContentLocation.Prop(), "http://x/y"), ""},
		{"Return-Receipt-To", "From: <a@b>\r\nReturn-Receipt-To: <a@b>", values(props.PidTagOriginatorDeliveryReportRequested.Prop(), true), ""},
		{"Disposition-Notification-To", "Disposition-Notification-To: Ada <a@b>", values(
			props.PidTagReadReceiptRequested.Prop(), true, props.PidTagNonReceiptNotificationRequested.Prop(), true,
			props.PidTagReadReceiptName.Prop(), "Ada", props.PidTagReadReceiptAddressType.Prop(), "SMTP",
			props.PidTagReadReceiptEmailAddress.Prop(), "a@b", props.PidTagReadReceiptSmtpAddress.Prop(), "a@b",
			props.PidTagReadReceiptSearchKey.Prop(), []byte("SMTP:A@B\x00")), ""},
		{"Return-Path is kept as text", "Return-Path: <a@b>", values(header("return-path"), "<a@b>"), ""},
		{"Resent fields are only header text", "Resent-From: a@b", values(header("resent-from"), nil), "-"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			msg := decodeBytes(t, []byte(tc.field+"\r\n\r\nx"))
			for _, p := range tc.want {
				assert.Equal(t, p.Value, msg.Get(p.Prop), p.Prop)
			}
			out := headerOf(regenerate(t, msg))
			field, _, _ := strings.Cut(tc.field, ":")
			if tc.out == "-" {
				assert.NotContains(t, strings.Join(out, "\n"), field+":")
				return
			}
			want := tc.out
			if want == "" {
				want = tc.field
			}
			for l := range strings.SplitSeq(want, "\r\n") {
				assert.Contains(t, lowerNames(out), lowerNames([]string{l})[0])
			}
		})
	}
}

func lowerNames(list []string) (out []string) {
	for _, l := range list {
		name, value, _ := strings.Cut(l, ":")
		out = append(out, strings.ToLower(name)+":"+value)
	}
	return out
}

func TestAddressesBecomeProperties(t *testing.T) {
	msg := decodeBytes(t, eml(`From: Ada <ada@x.org>, Second <s@x.org>`, `Sender: Clerk <clerk@x.org>`,
		`To: Bob <bob@x.org>`, `Cc: carl@x.org`, `Bcc: Dora <dora@x.org>`, `To: Group: m@x.org;, undisclosed-recipients:;`, ``, `x`))
	for _, p := range values(
		props.PidTagSentRepresentingName.Prop(), "Ada", props.PidTagSentRepresentingAddressType.Prop(), "SMTP",
		props.PidTagSentRepresentingEmailAddress.Prop(), "ada@x.org", props.PidTagSentRepresentingSmtpAddress.Prop(), "ada@x.org",
		props.PidTagSentRepresentingSearchKey.Prop(), []byte("SMTP:ADA@X.ORG\x00"),
		props.PidTagSenderName.Prop(), "Clerk", props.PidTagSenderAddressType.Prop(), "SMTP",
		props.PidTagSenderEmailAddress.Prop(), "clerk@x.org", props.PidTagSenderSmtpAddress.Prop(), "clerk@x.org",
		props.PidTagSenderSearchKey.Prop(), []byte("SMTP:CLERK@X.ORG\x00"),
	) {
		assert.Equal(t, p.Value, msg.Get(p.Prop), p.Prop)
	}
	require.Len(t, msg.Recipients, 4)
	r := msg.Recipients[0]
	for _, p := range values(
		props.PidTagRecipientType.Prop(), int32(1), props.PidTagDisplayName.Prop(), "Bob", props.PidTagAddressType.Prop(), "SMTP",
		props.PidTagEmailAddress.Prop(), "bob@x.org", props.PidTagSmtpAddress.Prop(), "bob@x.org",
		props.PidTagSearchKey.Prop(), []byte("SMTP:BOB@X.ORG\x00"), props.PidTagObjectType.Prop(), int32(6), props.PidTagDisplayType.Prop(), int32(0),
		props.PidTagResponsibility.Prop(), true, props.PidTagRecipientFlags.Prop(), int32(1),
		props.PidTagTransmittableDisplayName.Prop(), "Bob", props.PidTagRecipientDisplayName.Prop(), "Bob",
	) {
		assert.Equal(t, p.Value, r.Get(p.Prop), p.Prop)
	}
	assert.Equal(t, r.Get(props.PidTagEntryId.Prop()), r.Get(props.PidTagRecipientEntryId.Prop()))
	kinds := []mapi.RecipientType{mapi.RecipientTo, mapi.RecipientCc, mapi.RecipientBcc, mapi.RecipientTo}
	for i, r := range msg.Recipients {
		kind, _ := props.PidTagRecipientType.Get(r)
		assert.Equal(t, kinds[i], kind)
	}
	out := string(regenerate(t, msg))
	for _, want := range []string{"From: Ada <ada@x.org>", "Sender: Clerk <clerk@x.org>", "To: Bob <bob@x.org>, <m@x.org>", "Cc: <carl@x.org>", "Bcc: Dora <dora@x.org>"} {
		assert.Contains(t, out, want+"\r\n")
	}
}

func TestOneSenderIsBoth(t *testing.T) {
	for _, field := range []string{"From", "Sender"} {
		msg := decodeBytes(t, eml(field+`: a@x.org`, ``, ``))
		for _, k := range []props.Key[string]{props.PidTagSenderSmtpAddress, props.PidTagSenderName, props.PidTagSentRepresentingSmtpAddress, props.PidTagSentRepresentingName} {
			got, _ := k.Get(msg)
			assert.Equal(t, "a@x.org", got, k.Name)
		}
		out := string(regenerate(t, msg))
		assert.Contains(t, out, "From: <a@x.org>\r\n", "a name that is the address is not written")
		assert.NotContains(t, out, "Sender:")
	}
}

func TestBothFormsOfADomainAreEqual(t *testing.T) {
	for _, in := range []string{"jörg@müller.example", "jörg@xn--mller-kva.example", "jörg@MÜLLER.example"} {
		msg := decodeBytes(t, eml("From: <"+in+">", "Sender: <jörg@xn--mller-kva.example>", ``, ``))
		a, _ := props.PidTagSenderSearchKey.Get(msg)
		b, _ := props.PidTagSentRepresentingSearchKey.Get(msg)
		assert.Equal(t, a, b, in)
		assert.NotContains(t, string(regenerate(t, msg)), "Sender:", "it is the same person")
	}
}

func TestHeadersInUTF8(t *testing.T) {
	in := eml("From: Jörg <jörg@müller.example>", "To: \"Müller, K.\" <k@xn--mller-kva.example>", "Subject: Grüße", `Content-Type: multipart/mixed; boundary=b`, ``,
		`--b`, ``, `text`, `--b`, `Content-Type: message/global`, ``, `Subject: ä`, ``, `x`, `--b--`)
	msg := decodeBytes(t, in)
	name, _ := props.PidTagSenderName.Get(msg)
	addr, _ := props.PidTagSenderSmtpAddress.Get(msg)
	subject, _ := props.PidTagSubject.Get(msg)
	assert.Equal(t, []string{"Jörg", "jörg@müller.example", "Grüße"}, []string{name, addr, subject})
	require.Len(t, msg.Attachments, 1)
	require.NotNil(t, msg.Attachments[0].Embedded)

	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Regenerate: true, UTF8: true, Boundary: counted()}))
	for _, want := range []string{"From: Jörg <jörg@müller.example>", "To: \"Müller, K.\" <k@müller.example>", "Subject: Grüße", "message/global"} {
		assert.Contains(t, out.String(), want)
	}
	assert.Equal(t, meaning(t, decodeBytes(t, regenerate(t, msg))), meaning(t, decodeBytes(t, regenerate(t, decodeBytes(t, out.Bytes())))))
}

func TestOtherAddressesAreResolved(t *testing.T) {
	const dn = "/o=Org/cn=Recipients/cn=ada"
	resolve := func(kind, addr string) (string, bool) {
		return "ada@x.org", kind == "EX" && addr == dn
	}
	msg := &mapi.Message{}
	props.PidTagSenderName.Set(msg, "Ada")
	props.PidTagSenderAddressType.Set(msg, "EX")
	props.PidTagSenderEmailAddress.Set(msg, dn)
	entry := mapi.AddressBookEntryID{DN: dn}.EntryID()
	props.PidTagReplyRecipientEntries.Set(msg, mapi.FlatEntryList([]mapi.EntryID{entry}))
	props.PidTagReplyRecipientNames.Set(msg, "Ada;") // counts differ: the address alone
	r := &mapi.Recipient{}
	props.PidTagEntryId.Set(r, entry)
	msg.Recipients = append(msg.Recipients, r)

	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Resolve: resolve}))
	for _, want := range []string{"From: Ada <ada@x.org>", "To: <ada@x.org>", "Reply-To: <ada@x.org>"} {
		assert.Contains(t, out.String(), want+"\r\n")
	}
	assert.NotContains(t, out.String(), "/o=Org")
	assert.NotContains(t, string(regenerate(t, msg)), "/o=Org", "a distinguished name is no address")
}

func TestContentClassIsTheMessageClassWhenTheStructureFits(t *testing.T) {
	part := func(types ...string) string {
		s := "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		for _, t := range types {
			s += "--b\r\nContent-Type: " + t + "\r\n\r\nx\r\n"
		}
		return s + "--b--\r\n"
	}
	const note = "IPM.Note"
	for _, tc := range []struct{ field, content, class string }{
		{"fax", part("text/html", "image/tiff"), "IPM.Note.Microsoft.Fax"},
		{"fax", part("text/plain", "image/tiff"), note},
		{"fax-ca", part("text/html", "image/tiff"), "IPM.Note.Microsoft.Fax.CA"},
		{"missedcall", "\r\nx", "IPM.Note.Microsoft.Missed.Voice"},
		{"voice-uc", part("text/html", "audio/wav"), "IPM.Note.Microsoft.Conversation.Voice"},
		{"voice-ca", part("text/html", "audio/wav"), "IPM.Note.Microsoft.Voicemail.UM.CA"},
		{"Voice", "Content-Type: audio/mp3\r\n\r\nx", "IPM.Note.Microsoft.Voicemail.UM"},
		{"voice", part("text/html", "image/png"), note},
		{"urn:content-class:custom.Zoo.Feed", "\r\nx", "IPM.Note.Custom.Zoo.Feed"},
		{"InfoPathForm.{12345678-1234-1234-1234-123456789012}.Order", "\r\nx", "IPM.InfoPathForm.{12345678-1234-1234-1234-123456789012}.Order"},
		{"rpmsg.message", "\r\nx", note},
		{"anything", "\r\nx", note},
	} {
		msg := decodeBytes(t, []byte("Content-Class: "+tc.field+"\r\n"+tc.content))
		class, _ := props.PidTagMessageClass.Get(msg)
		assert.Equal(t, tc.class, class, tc.field)
		assert.Equal(t, tc.field, msg.Get(header("content-class")))
		out := regenerate(t, msg)
		assert.Contains(t, string(out), "Content-Class: "+tc.field+"\r\n")

		msg.Delete(header("content-class"))
		again, _ := props.PidTagMessageClass.Get(decodeBytes(t, regenerate(t, msg)))
		assert.Equal(t, tc.class, again, "the class alone says it, too")
	}
	msg := decodeBytes(t, eml("Content-Class: InfoPathForm.{12345678-1234-1234-1234-123456789012}.Order", ``, `x`))
	form, _ := props.PidLidInfoPathFormName.Get(msg)
	assert.Equal(t, "Order", form)
}

func TestFieldsOfVoiceMessages(t *testing.T) {
	fields := []string{"X-CallingTelephoneNumber: +49 30", "X-VoiceMessageSenderName: Ada", "X-VoiceMessageDuration: 17",
		"X-FaxNumberOfPages: 3", "X-AttachmentOrder: a.wav;b.wav", "X-CallID: 42"}
	msg := decodeBytes(t, eml(append(fields, "Content-Class: missedcall", "", "x")...))
	for _, p := range values(
		props.PidTagSenderTelephoneNumber.Prop(), "+49 30", props.PidTagVoiceMessageSenderName.Prop(), "Ada",
		props.PidTagVoiceMessageDuration.Prop(), int32(17), props.PidTagFaxNumberOfPages.Prop(), int32(3),
		props.PidTagVoiceMessageAttachmentOrder.Prop(), "a.wav;b.wav", props.PidTagCallId.Prop(), "42",
	) {
		assert.Equal(t, p.Value, msg.Get(p.Prop), p.Prop)
	}
	props.PidTagVoiceMessageDuration.Set(msg, 18)
	out := lowerNames(headerOf(regenerate(t, msg)))
	assert.Contains(t, out, "x-voicemessageduration: 18", "the property is preferred to the kept field")
	for _, f := range fields {
		if !strings.Contains(f, "Duration") {
			assert.Contains(t, out, lowerNames([]string{f})[0])
		}
	}
	other := decodeBytes(t, eml(append(fields, "", "x")...))
	assert.False(t, props.PidTagVoiceMessageDuration.Has(other), "these ids mean something else on other messages")
}

func TestFieldsFromInsideAreBelievedOnRequest(t *testing.T) {
	in := eml(`X-MS-Exchange-Organization-SCL: 5`, `X-MS-Exchange-Organization-SenderIdResult: SoftFail`, `X-MS-Exchange-Organization-PRD: x.org`,
		`X-MS-Exchange-Organization-AutoForwarded: TRUE`, `X-MS-Exchange-Organization-AuthAs: Internal`, `X-MS-Exchange-Organization-Original-SCL: 1`, ``, `x`)
	msg, err := rfc822.Decode(bytes.NewReader(in), &rfc822.DecodeOptions{Inside: true})
	require.NoError(t, err)
	for _, p := range values(props.PidTagContentFilterSpamConfidenceLevel.Prop(), int32(5), props.PidTagSenderIdStatus.Prop(), int32(4),
		props.PidTagPurportedSenderDomain.Prop(), "x.org", props.PidTagAutoForwarded.Prop(), true,
		header("x-ms-exchange-organization-authas"), "Internal", header("x-ms-exchange-organization-original-scl"), nil) {
		assert.Equal(t, p.Value, msg.Get(p.Prop), p.Prop)
	}
	again, err := rfc822.Decode(bytes.NewReader(regenerate(t, msg)), &rfc822.DecodeOptions{Inside: true})
	require.NoError(t, err)
	assert.Empty(t, propstest.Diff(msg, again, rfc822.SourceForm(), props.PidTagTransportMessageHeaders.Prop(),
		header("auto-submitted"), props.PidTagAutoResponseSuppress.Prop()))
	outside := decodeBytes(t, in)
	for _, p := range []mapi.Prop{props.PidTagContentFilterSpamConfidenceLevel.Prop(), props.PidTagAutoForwarded.Prop(), header("x-ms-exchange-organization-authas")} {
		assert.False(t, outside.Has(p), p)
	}
}

func TestAnswersOfRulesSayThatNobodyWroteThem(t *testing.T) {
	for _, set := range []func(m *mapi.Message){
		func(m *mapi.Message) { props.PidTagMessageClass.Set(m, "IPM.Note.Rules.OofTemplate.Microsoft") },
		func(m *mapi.Message) { props.PidTagMessageClass.Set(m, "IPM.Note.Rules.ReplyTemplate.Microsoft") },
		func(m *mapi.Message) { props.PidTagAutoForwarded.Set(m, true) },
	} {
		msg := &mapi.Message{}
		set(msg)
		got, _ := props.PidTagAutoResponseSuppress.Get(decodeBytes(t, regenerate(t, msg)))
		assert.Equal(t, mapi.SuppressOOF|mapi.SuppressAutoReply, got)
	}
}

func TestChangedClassificationGivesNewMail(t *testing.T) {
	in := eml(`X-Microsoft-Classified: true`, `X-Microsoft-Classification: Secret`, ``, `x`)
	msg := decodeBytes(t, in)
	require.Equal(t, in, encoded(t, msg))
	props.PidLidClassification.Set(msg, "Open")
	assert.Contains(t, string(encoded(t, msg)), "X-Microsoft-Classification: Open\r\n")
}
