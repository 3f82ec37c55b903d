package rfc822_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822"
)

// canonical is a message with what mail cannot carry, by rule, made equal. Each
// rule stands in docs/standards/mail.md.
func canonical(t testing.TB, msg *mapi.Message) *mapi.Message {
	c := msg.Clone()
	// How the mail was written, and what its way through the net has added.
	c.Delete(rfc822.SourceForm(), props.PidTagTransportMessageHeaders.Prop(), props.PidTagMessageDeliveryTime.Prop())
	// Lines of text end in CRLF; HTML may change its charset. An empty body is none.
	if s, ok := props.PidTagBody.Get(c); ok {
		props.PidTagBody.Set(c, lf(s))
	}
	if s, ok := props.PidTagReportText.Get(c); ok {
		props.PidTagReportText.Set(c, lf(s))
	}
	c.Delete(ical.KeptLines()) // how the calendar was written
	// A delivery report goes to the sender of the original, and says who reports.
	c.Delete(props.PidTagReportName.Prop(), props.PidTagReportEntryId.Prop(), props.PidTagReportSearchKey.Prop())
	if s, _ := props.PidTagReportingMessageTransferAgent.Get(c); s == "dns; localhost" {
		props.PidTagReportingMessageTransferAgent.Delete(c)
	}
	if b, ok := props.PidTagHtml.Get(c); ok {
		cp, _ := props.PidTagInternetCodepage.Get(c)
		props.PidTagHtml.Set(c, []byte(lf(meta.ReplaceAllString(rfc822.DecodeHTML(string(b), cp), ""))))
	}
	c.Delete(props.PidTagInternetCodepage.Prop())
	if !props.PidTagBody.Has(c) && !props.PidTagHtml.Has(c) {
		c.Delete(props.PidTagNativeBody.Prop())
	}
	// To, Cc, Bcc are one field each.
	slices.SortStableFunc(c.Recipients, func(a, b *mapi.Recipient) int {
		x, _ := props.PidTagRecipientType.Get(a)
		y, _ := props.PidTagRecipientType.Get(b)
		return cmp.Compare(x, y)
	})
	for _, a := range c.Attachments {
		if hidden, _ := props.PidTagAttachmentHidden.Get(a); !hidden { // shown by nothing
			a.Delete(props.PidTagAttachFlags.Prop())
		}
		if a.Embedded != nil {
			a.Embedded = canonical(t, a.Embedded)
		}
	}
	// What the HTML shows stands before all other attachments.
	slices.SortStableFunc(c.Attachments, func(a, b *mapi.Attachment) int {
		x, _ := props.PidTagAttachmentHidden.Get(a)
		y, _ := props.PidTagAttachmentHidden.Get(b)
		return cmp.Compare(place(x), place(y))
	})
	return c
}

func place(hidden bool) int {
	if hidden {
		return 0
	}
	return 1
}

var meta = regexp.MustCompile(`(?i)charset\s*=\s*["']?[-\w]+`)

func lf(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// TestCorpusSurvivesMIME: what a message says in MAPI is the same after it was
// written as mail and read again, compared in canonical names.
func TestCorpusSurvivesMIME(t *testing.T) {
	mails := corpusMails(t)
	same, excused := 0, 0
	for _, s := range mails {
		msg := decodeBytes(t, s.data)
		again := decodeBytes(t, regenerate(t, msg))
		diff := propstest.Diff(canonical(t, msg), canonical(t, again))
		switch {
		case diff == "":
			same++
		case reasonOf(s.name) != "":
			excused++
		default:
			assert.Fail(t, "not the same", "%s\n%s", s.name, diff)
		}
	}
	t.Logf("%d messages of %d are the same, %d have a reason not to be", same, len(mails), excused)
}

// reasonOf is why a mail comes back as something else, or "".
func reasonOf(name string) string {
	for n, reason := range lost {
		if strings.Contains(name, n) {
			return reason
		}
	}
	return ""
}

// lost are the mails that come back as something else, with the reason.
var lost = map[string]string{
	"lhost-amazonworkmail-":                                   "a report in winmail.dat, which is written as a multipart/report",
	"invitationEmailFromOP.eml":                               "a calendar without DTSTAMP gets one",
	"stalwart-mail-parser/rfc/001.eml":                        "the id is that of a multipart without any text",
	"wild-alt-reply3.mail":                                    "names of attendees are listed in the order of the recipients",
	"integration-testing/src/main/resources/eml/calendar.eml": "lines of somebody else's answer are not kept",
}

// randomNote is a message of the properties that MIME carries.
func randomNote(r *rand.Rand, depth int) *mapi.Message {
	msg := &mapi.Message{}
	text := func() string {
		alphabet := []string{"a", "Z", " ", "ä", "日", "😀", ":", ";", ",", "\"", "\\", "=?", "?=", "<", ">", "@", "(", ")", ".", "%", "'", "=", "\t", strings.Repeat("x", 15)}
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return "text" + strings.Join(strings.Fields(b.String()), " ")
	}
	maybe := func() bool { return r.IntN(2) == 0 }
	moment := func() time.Time { return time.Unix(r.Int64N(4e9), 0).UTC() }
	addr := func() string { return string(rune('a'+r.IntN(26))) + "@x" + string(rune('a'+r.IntN(26))) + ".org" }
	props.PidTagMessageClass.Set(msg, "IPM.Note")
	props.PidTagImportance.Set(msg, mapi.Importance(r.IntN(3)))
	if maybe() {
		props.PidTagSensitivity.Set(msg, mapi.Sensitivity(1+r.IntN(3)))
	}
	for _, key := range []props.Key[time.Time]{props.PidTagClientSubmitTime, props.PidTagExpiryTime, props.PidTagReplyTime, props.PidTagDeferredDeliveryTime, props.PidTagLatestDeliveryTime} {
		if maybe() {
			key.Set(msg, moment())
		}
	}
	if maybe() {
		s := text()
		prefix := []string{"", "Re: ", "AW: "}[r.IntN(3)]
		props.PidTagSubject.Set(msg, prefix+s)
		props.PidTagSubjectPrefix.Set(msg, prefix)
		props.PidTagNormalizedSubject.Set(msg, s)
		props.PidTagConversationTopic.Set(msg, s)
	}
	for _, key := range []props.Key[string]{props.PidTagInternetMessageId, props.PidTagInReplyToId} {
		if maybe() {
			key.Set(msg, "<"+strconv.Itoa(r.Int())+"@x>")
		}
	}
	if maybe() {
		props.PidTagConversationIndex.Set(msg, bytes.Repeat([]byte{byte(r.IntN(256))}, 22+5*r.IntN(4)))
	}
	if maybe() {
		props.PidNameKeywords.Set(msg, []string{"k" + strconv.Itoa(r.IntN(9)), "größe"})
	}
	if maybe() {
		props.PidTagMessageLocaleId.Set(msg, []int32{0x407, 0x409, 0x411}[r.IntN(3)])
	}
	if maybe() {
		props.PidLidClassified.Set(msg, true)
		props.PidLidClassification.Set(msg, text())
		props.PidLidClassificationKeep.Set(msg, maybe())
	}
	if maybe() {
		msg.Set(header("x-zoo"), text())
	}
	if maybe() {
		n, a := text(), addr()
		for _, k := range []props.Key[string]{props.PidTagSenderName, props.PidTagSentRepresentingName} {
			k.Set(msg, n)
		}
		for _, k := range []props.Key[string]{props.PidTagSenderSmtpAddress, props.PidTagSenderEmailAddress, props.PidTagSentRepresentingSmtpAddress, props.PidTagSentRepresentingEmailAddress} {
			k.Set(msg, a)
		}
	}
	for kind := mapi.RecipientTo; kind <= mapi.RecipientBcc; kind++ {
		for range r.IntN(4) {
			row := &mapi.Recipient{}
			props.PidTagRecipientType.Set(row, kind)
			props.PidTagDisplayName.Set(row, text())
			props.PidTagAddressType.Set(row, "SMTP")
			a := addr()
			props.PidTagEmailAddress.Set(row, a)
			props.PidTagSmtpAddress.Set(row, a)
			msg.Recipients = append(msg.Recipients, row)
		}
	}
	plain, html := maybe(), maybe()
	if plain || html { // a text beside HTML would be made
		props.PidTagBody.Set(msg, text()+"\r\n"+text())
	}
	if html {
		props.PidTagHtml.Set(msg, []byte("<p>"+text()+"</p>\r\n"))
		props.PidTagInternetCodepage.Set(msg, 65001)
	}
	for i := range r.IntN(4) {
		a := &mapi.Attachment{}
		if depth < 2 && maybe() {
			a.Embedded = randomNote(r, depth+1)
			props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
		} else {
			data := make([]byte, r.IntN(300))
			for i := range data {
				data[i] = byte(r.Uint32())
			}
			props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
			props.PidTagAttachDataBinary.Set(a, data)
			props.PidTagAttachMimeTag.Set(a, []string{"image/png", "text/csv", "application/x-zoo"}[r.IntN(3)])
		}
		props.PidTagAttachLongFilename.Set(a, strconv.Itoa(i)+" datei-größe.bin")
		if maybe() {
			props.PidTagAttachContentId.Set(a, strconv.Itoa(i)+"@x")
		}
		msg.Attachments = append(msg.Attachments, a)
	}
	return msg
}

// missing lists what of want got does not have.
func missing(t testing.TB, want, got *mapi.Message) (list []string) {
	bag := func(where string, want, got *mapi.Properties) {
		for p, v := range want.All() {
			if !mapi.EqualValues(v, got.Get(p)) {
				list = append(list, fmt.Sprintf("%s%v: want %q, got %q", where, p, fmt.Sprint(v), fmt.Sprint(got.Get(p))))
			}
		}
	}
	bag("", &want.Properties, &got.Properties)
	if len(want.Recipients) != len(got.Recipients) || len(want.Attachments) != len(got.Attachments) {
		return append(list, fmt.Sprintf("%d recipients and %d attachments, not %d and %d",
			len(got.Recipients), len(got.Attachments), len(want.Recipients), len(want.Attachments)))
	}
	for i, r := range want.Recipients {
		bag("recipient ", &r.Properties, &got.Recipients[i].Properties)
	}
	for i, a := range want.Attachments {
		bag("attachment ", &a.Properties, &got.Attachments[i].Properties)
		if a.Embedded != nil {
			if got.Attachments[i].Embedded == nil {
				list = append(list, "no embedded message")
				continue
			}
			list = append(list, missing(t, a.Embedded, got.Attachments[i].Embedded)...)
		}
	}
	return list
}

func TestRandomMessagesSurviveMIME(t *testing.T) {
	for seed := range uint64(400) {
		msg := randomNote(rand.New(rand.NewPCG(seed, 7)), 0)
		var out bytes.Buffer
		require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Boundary: counted()}))
		list := missing(t, msg, decodeBytes(t, out.Bytes()))
		require.Empty(t, list, "seed %d\n%s", seed, out.String())
	}
}

func TestRandomMessagesSurviveTNEFInMail(t *testing.T) {
	for seed := range uint64(100) {
		msg := randomNote(rand.New(rand.NewPCG(seed, 8)), 0)
		msg.Set(mapi.NamedString(mapi.PSPublicStrings, "Zoo", mapi.PtypInteger64), int64(seed))
		for _, row := range msg.Recipients {
			props.PidTagDisplayType.Set(row, mapi.DisplayMailUser)
		}
		got := decodeBytes(t, encodeTNEF(t, msg, rfc822.TNEFAlways))
		require.Empty(t, missing(t, msg, got), "seed %d", seed)
	}
}
