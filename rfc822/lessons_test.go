package rfc822_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// Tests here are named after what went wrong in other programs.

func body(t testing.TB, msg *mapi.Message) (plain, html string) {
	t.Helper()
	plain, _ = props.PidTagBody.Get(msg)
	h, _ := props.PidTagHtml.Get(msg)
	return plain, string(h)
}

func names(msg *mapi.Message) []string {
	var list []string
	for _, a := range msg.Attachments {
		n, _ := props.PidTagAttachLongFilename.Get(a)
		list = append(list, n)
	}
	return list
}

func TestLastAlternativeWinsAlsoInsideRelatedAndMixed(t *testing.T) {
	msg := decodeBytes(t, eml(
		`Content-Type: multipart/mixed; boundary=m`, ``,
		`--m`, `Content-Type: application/pdf; name=first.pdf`, `Content-Disposition: attachment`, ``, `%PDF`,
		`--m`, `Content-Type: multipart/alternative; boundary=a`, ``,
		`--a`, `Content-Type: text/plain`, ``, `plain`,
		`--a`, `Content-Type: text/html`, ``, `<p>old</p>`,
		`--a`, `Content-Type: multipart/related; boundary=r`, ``,
		`--r`, `Content-Type: text/html`, ``, `<img src="cid:x@y">`,
		`--r`, `Content-Type: image/png; name=x.png`, `Content-ID: <x@y>`, ``, `PNG`,
		`--r--`, `--a--`, `--m--`))
	plain, html := body(t, msg)
	assert.Equal(t, "plain", plain)
	assert.Equal(t, `<img src="cid:x@y">`, html)
	assert.Equal(t, []string{"first.pdf", "attachment.htm", "x.png"}, names(msg), "nothing is lost")
	hidden, _ := props.PidTagAttachmentHidden.Get(msg.Attachments[2])
	assert.True(t, hidden, "what the HTML shows is no visible attachment")
}

func TestAttachmentIsNeverTheBody(t *testing.T) {
	msg := decodeBytes(t, eml(`Content-Type: multipart/mixed; boundary=m`, ``,
		`--m`, `Content-Type: text/plain; name=log.txt`, `Content-Disposition: attachment`, ``, `log`,
		`--m`, `Content-Type: text/html`, ``, `<p>`, `--m--`))
	plain, html := body(t, msg)
	assert.Empty(t, plain)
	assert.Equal(t, "<p>", html)
	assert.Equal(t, []string{"log.txt"}, names(msg))

	alone := decodeBytes(t, eml(`Content-Disposition: attachment; filename=a.txt`, ``, `x`))
	assert.Equal(t, []string{"a.txt"}, names(alone))
}

func TestReplyToKeepsAllAddresses(t *testing.T) {
	msg := decodeBytes(t, eml(`Reply-To: "One; Two" <a@x.org>, b@x.org, =?utf-8?q?J=C3=BCrgen?= <c@x.org>`, ``, ``))
	got, _ := props.PidTagReplyRecipientNames.Get(msg)
	assert.Equal(t, "One, Two;b@x.org;Jürgen", got)
	out := string(regenerate(t, msg))
	for _, want := range []string{"a@x.org", "<b@x.org>", "c@x.org"} {
		assert.Contains(t, out, want)
	}
	again := decodeBytes(t, []byte(out))
	got, _ = props.PidTagReplyRecipientNames.Get(again)
	assert.Equal(t, "One, Two;b@x.org;Jürgen", got)
}

func TestEmptyFieldSaysNothing(t *testing.T) {
	msg := decodeBytes(t, eml(`From:`, `Thread-Topic: `, `Subject: s`, `Date:`, `To: `, ``, `x`))
	assert.False(t, props.PidTagSentRepresentingName.Has(msg))
	topic, _ := props.PidTagConversationTopic.Get(msg)
	assert.Equal(t, "s", topic)
	assert.Empty(t, msg.Recipients)
	assert.NotContains(t, string(regenerate(t, msg)), "Thread-Topic")
}

func TestEncodedWordsAreDecodedOnce(t *testing.T) {
	for in, want := range map[string]string{
		`=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <a@b>`:              `=?utf-8?q?x?=`,
		`"=?utf-8?q?J=C3=BCrgen?=" <a@b>`:                          `Jürgen`,
		`=?utf-8?q?J=C3?= =?utf-8?q?=BCrgen?= <a@b>`:               `Jürgen`,
		`=?utf-8?b?SsO8?= =?iso-8859-1?q?_=FC?= <a@b>`:             `Jü ü`,
		`=?utf-8?q?Doe=2C_John_=3Cevil=40x=3E?= <a@b>`:             `Doe, John <evil@x>`,
		`=?utf-8?Q?M=C3=BCller,_Karl?= <a@b>`:                      `Müller, Karl`,
		`=?iso-2022-jp?b?GyRCJUYlOSVIGyhC?= <a@b>`:                 `テスト`,
		`=?utf-8*de?q?Gr=C3=BC=C3=9Fe?= <a@b>`:                     `Grüße`,
		`=?windows-1255?q?=F9=EC=E5=ED?= <a@b>`:                    `שלום`,
		`=?utf-7?q?+AOQ-?= <a@b>`:                                  `ä`,
		`=?utf-8?q?with blank?= <a@b>`:                             `with blank`,
		`plain =?utf-8?q?=C3=A4?= between =?utf-8?q?=C3=B6?=<a@b>`: `plain ä between ö`,
	} {
		list := entity.ParseAddresses([]byte(in))
		if assert.Len(t, list, 1, in) {
			assert.Equal(t, want, list[0].Name, in)
			assert.Equal(t, "a@b", list[0].Addr, in)
		}
	}
}

func TestEncodedWordNeverSplitsACharacter(t *testing.T) {
	s := strings.Repeat("日本語テキスト ", 20) + strings.Repeat("ä", 90)
	for _, w := range strings.Fields(entity.EncodeWords(s)) {
		assert.LessOrEqual(t, len(w), 75)
		assert.NotContains(t, entity.DecodeWords([]byte(w)), "\uFFFD")
		assert.True(t, strings.HasPrefix(w, "=?utf-8?"), "one charset in a header")
	}
	assert.Equal(t, s, entity.DecodeWords([]byte(entity.EncodeWords(s))))
}

func TestFileNamesAreReadAndWrittenInBothForms(t *testing.T) {
	const name = "Prüfbericht für das lange Jahr 2024 mit vielen Wörtern.pdf"
	for _, header := range []string{
		`Content-Disposition: attachment; filename*=utf-8''Pr%C3%BCfbericht%20f%C3%BCr%20das%20lange%20Jahr%202024%20mit%20vielen%20W%C3%B6rtern.pdf`,
		`Content-Disposition: attachment; filename="=?utf-8?q?Pr=C3=BCfbericht_f=C3=BCr_das_lange_Jahr_2024_mit_vielen_W=C3=B6rtern.pdf?="`,
		`Content-Disposition: attachment; filename*0*=iso-8859-1'de'Pr%FCfbericht%20f%FCr; filename*1*=%20das%20lange; filename*2=" Jahr 2024 mit vielen"; filename*3*=%20W%F6rtern.pdf`,
		`Content-Disposition: attachment; filename*1*=%BCfbericht%20f%C3%BCr%20das%20lange%20Jahr%202024%20mit%20vielen%20W%C3%B6rtern.pdf; filename*0*=utf-8''Pr%C3`,
		"Content-Disposition: attachment; filename=\"Pr\xc3\xbcfbericht f\xc3\xbcr das lange Jahr 2024 mit vielen W\xc3\xb6rtern.pdf\"",
		"Content-Disposition: attachment; filename=Pr\xfcfbericht f\xfcr das lange Jahr 2024 mit vielen W\xf6rtern.pdf",
		`Content-Disposition: attachment; filename*=utf-8''Pr%C3%BCfbericht%20f%C3%BCr%20das%20lange%20Jahr%202024%20mit%20vielen%20W%C3%B6rtern.pdf; filename="fallback.pdf"`,
	} {
		msg := decodeBytes(t, eml(header, ``, `x`))
		require.Equal(t, []string{name}, names(msg), header)
		out := string(regenerate(t, msg))
		assert.Contains(t, out, "filename*0*=utf-8''", "RFC 2231")
		assert.Contains(t, out, `name="=?utf-8?`, "RFC 2047")
		assert.Equal(t, []string{name}, names(decodeBytes(t, []byte(out))))
	}
}

func TestUnencoded8BitHeaderIsNotReadInTheCharsetOfTheBody(t *testing.T) {
	msg := decodeBytes(t, []byte("Subject: \xe4\xf6\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xd4\xc5\xd3\xd4"))
	subject, _ := props.PidTagSubject.Get(msg)
	plain, _ := body(t, msg)
	assert.Equal(t, "äö", subject)
	assert.Equal(t, "тест", plain)
}

func TestZoneOfDateIsDecimal(t *testing.T) {
	for in, want := range map[string]string{
		"Mon, 02 Jan 2006 15:04:05 +0800":         "2006-01-02T07:04:05Z",
		"Mon, 02 Jan 2006 15:04:05 -0930":         "2006-01-03T00:34:05Z",
		"2 Jan 06 15:04 EST":                      "2006-01-02T20:04:00Z",
		"2 Jan 2006 15:04:05":                     "2006-01-02T15:04:05Z",
		"Monday, 02-Jan-06 15:04:05 GMT":          "2006-01-02T15:04:05Z",
		"Mon Jan  2 15:04:05 2006":                "2006-01-02T15:04:05Z",
		"Mon Jan  2 15:04:05 PST 2006":            "2006-01-02T23:04:05Z",
		"2006-01-02T15:04:05+01:00":               "2006-01-02T14:04:05Z",
		"2006-01-02T15:04:05.123Z":                "2006-01-02T15:04:05Z",
		"2006-01-02 15:04:05":                     "2006-01-02T15:04:05Z",
		"Mon, 02 Jan 2006 15:04:05 GMT+0200":      "2006-01-02T13:04:05Z",
		"Mon, 2 Jan 2006 3:04:05 PM +0000":        "2006-01-02T15:04:05Z",
		"Mon, 02 Jan 2006 15:04:05 +0000 (GMT-5)": "2006-01-02T15:04:05Z",
		"Sat, 31 Dec 2016 23:59:60 +0000":         "2017-01-01T00:00:00Z",
		"Mon, 02 Jan 2006 24:00:00 +0000":         "2006-01-03T00:00:00Z",
		"02/Jan/2006 15:04:05 +0000":              "2006-01-02T15:04:05Z",
		"Mon,02Jan2006":                           "",
		"soon":                                    "",
		"32 Jan 2006 10:00":                       "",
		"":                                        "",
	} {
		got, ok := entity.ParseDate([]byte(in))
		if want == "" {
			assert.False(t, ok, in)
			continue
		}
		require.True(t, ok, in)
		assert.Equal(t, want, got.Format(time.RFC3339), in)
	}
}

func TestContentIDLosesItsBrackets(t *testing.T) {
	mail := func(html string) *mapi.Message {
		return decodeBytes(t, eml(`Content-Type: multipart/related; boundary=r`, ``,
			`--r`, `Content-Type: text/html`, ``, html,
			`--r`, `Content-Type: image/png; name=a.png`, `Content-ID: < pic@x >`, ``, `PNG`, `--r--`))
	}
	msg := mail(`<img src="CID:pic@x">`)
	cid, _ := props.PidTagAttachContentId.Get(msg.Attachments[0])
	assert.Equal(t, "pic@x", cid)
	assert.Contains(t, string(regenerate(t, msg)), "Content-Disposition: inline")

	lonely := mail(`<p>no picture here</p>`)
	hidden, _ := props.PidTagAttachmentHidden.Get(lonely.Attachments[0])
	assert.False(t, hidden, "a Content-ID alone makes nothing inline")
	assert.Contains(t, string(regenerate(t, lonely)), "Content-Disposition: attachment")
}

func TestNoByteIsLost(t *testing.T) {
	for name, mail := range map[string]string{
		"a line that begins with a dot":      "Subject: s\r\n\r\n.\r\n..x\r\n.\r\n",
		"the last byte of the last part":     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
		"bare LF":                            "Subject: s\n\na\nb\r\nc\n",
		"bare CR":                            "Subject: s\r\rtext\rmore",
		"NUL bytes":                          "Subj\x00ect: s\r\n\r\na\x00b\x00",
		"no final boundary":                  "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n",
		"text after the final boundary":      "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\nx\r\n--b--\r\nepilogue",
		"blanks after a boundary":            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \t\r\n\r\nx\r\n--b-- \r\n",
		"nothing":                            "",
		"one line end":                       "\n",
		"only a header":                      "Subject: s",
		"base64 with junk":                   "Content-Transfer-Encoding: base64\r\n\r\naGVs\x01bG8gd29ybGQ=\r\nmore!\r\n",
		"base64 in long lines":               "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD", 700) + "\r\n",
		"base64 in odd lines":                "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJDQUJDQUJDQUJDQ\r\nUJDQUJDQUJDQUJDQU\r\nJDQUJDQUJDQUJDQUJ\r\nD\r\n", 9),
		"base64 with stray bits":             "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD", 19) + "\r\nQUJDQR==\r\n",
		"base64 with blank lines at its end": "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD", 19) + "\r\nQUJDQQ==\r\n\r\n\r\n",
		"base64 without padding":             "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD", 19) + "\r\nQUJDQQ\r\n",
		"base64 in mixed line ends":          "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n"+strings.Repeat("QUJD", 19)+"\n", 3),
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, mail, string(encoded(t, decodeBytes(t, []byte(mail)))))
		})
	}
}

func TestNoTextAfterTheLastBoundary(t *testing.T) {
	out := string(regenerate(t, decodeBytes(t, rich())))
	i := strings.LastIndex(out, "--=_boundary_1--")
	require.Positive(t, i)
	assert.Equal(t, "--=_boundary_1--\r\n", out[i:])
}

func signed(protocol string) []byte {
	return eml(`From: a@x.org`, `Subject: s`, `MIME-Version: 1.0`,
		`Content-Type: multipart/signed; protocol="`+protocol+`";`, ` micalg=sha-256; boundary=s`, ``,
		`--s`, `Content-Type: text/plain; charset=utf-8`, `Content-Transfer-Encoding: 8bit`, ``, `signed ä text  `, ``,
		`--s`, `Content-Type: `+protocol, `Content-Transfer-Encoding: base64`, ``, `MIIB`, `--s--`)
}

func TestOnlySMIMEGetsTheSMIMEClass(t *testing.T) {
	for protocol, class := range map[string]string{
		"application/pkcs7-signature":   "IPM.Note.SMIME.MultipartSigned",
		"application/x-pkcs7-signature": "IPM.Note.SMIME.MultipartSigned",
		"application/pgp-signature":     "IPM.Note",
	} {
		msg := decodeBytes(t, signed(protocol))
		got, _ := props.PidTagMessageClass.Get(msg)
		assert.Equal(t, class, got, protocol)
		plain, _ := body(t, msg)
		assert.Equal(t, "signed ä text  \r\n", plain, "the text can be read and searched")
		assert.Len(t, msg.Attachments, 1)
	}
}

func TestSignedContentIsKeptVerbatimAlsoInNewMail(t *testing.T) {
	in := signed("application/pkcs7-signature")
	msg := decodeBytes(t, in)
	props.PidTagSubject.Set(msg, "other subject")
	out := encoded(t, msg)
	from := []byte("Content-Type: multipart/signed")
	assert.Equal(t, string(in[bytes.Index(in, from):]), string(out[bytes.Index(out, from):]))
	assert.Contains(t, string(out), "Subject: other subject\r\n")
}

// In .msg files Outlook keeps more fields than the type beside the signed parts.
func TestFieldsBesideSignedContentAreNotWrittenTwice(t *testing.T) {
	msg := decodeBytes(t, signed("application/pkcs7-signature"))
	data, ok := props.PidTagAttachDataBinary.Get(msg.Attachments[0])
	require.True(t, ok)
	props.PidTagAttachDataBinary.Set(msg.Attachments[0], append([]byte("MIME-Version: 1.0\r\nX-MimeOLE: 6.0\r\n"), data...))
	out := string(regenerate(t, msg))
	assert.Equal(t, 1, strings.Count(strings.ToLower(out), "mime-version:"), out)
	assert.Contains(t, out, "X-MimeOLE: 6.0\r\nContent-Type: multipart/signed;")
}

func TestKeywordsAreCategories(t *testing.T) {
	msg := decodeBytes(t, eml(`Keywords: red, =?utf-8?q?gr=C3=BCn?=,blue sky , ,`, `Keywords: last`, ``, `x`))
	got, _ := props.PidNameKeywords.Get(msg)
	assert.Equal(t, []string{"red", "grün", "blue sky", "last"}, got)
	again := decodeBytes(t, regenerate(t, msg))
	got, _ = props.PidNameKeywords.Get(again)
	assert.Equal(t, []string{"red", "grün", "blue sky", "last"}, got)
}

func TestReferencesAreNotTheThreadIndex(t *testing.T) {
	msg := decodeBytes(t, eml(`Message-ID: <c@x>`, `In-Reply-To: <b@x>`, `References: <a@x>`, "\t<b@x>",
		`Thread-Index: AQHWabcdefghijklmnopqrstuvwxyzAB`, `Subject: Re: topic`, ``, `x`))
	out := string(regenerate(t, msg))
	for _, want := range []string{"Message-Id: <c@x>", "In-Reply-To: <b@x>", "References: <a@x> <b@x>", "Thread-Index: AQHWabcdefghijklmnopqrstuvwxyzAB", "Thread-Topic: topic"} {
		assert.Contains(t, out, want+"\r\n")
	}
}

func TestInventedFieldsDoNotUseUpNames(t *testing.T) {
	msg := decodeBytes(t, inventedFields(10_000))
	n := 0
	for p := range msg.All() {
		if p.Set == mapi.PSInternetHeaders {
			n++
		}
	}
	assert.Equal(t, 64, n)
	all, _ := props.PidTagTransportMessageHeaders.Get(msg)
	assert.Contains(t, all, "X-Invented-9999: v", "the rest is in the header text")
	assert.Equal(t, inventedFields(10_000), encoded(t, msg))
}

func TestFieldsFromInsideAreNotTakenFromOutside(t *testing.T) {
	msg := decodeBytes(t, eml(`X-MS-Exchange-Organization-SCL: -1`, `X-Mailer: m`, ``, `x`))
	assert.Nil(t, msg.Get(mapi.NamedString(mapi.PSInternetHeaders, "x-ms-exchange-organization-scl", mapi.PtypString)))
	assert.Equal(t, "m", msg.Get(mapi.NamedString(mapi.PSInternetHeaders, "x-mailer", mapi.PtypString)))
}

func TestUnresolvableRecipientDoesNotFailTheMail(t *testing.T) {
	msg := &mapi.Message{}
	for _, set := range []func(r *mapi.Recipient){
		func(r *mapi.Recipient) {},
		func(r *mapi.Recipient) { props.PidTagDisplayName.Set(r, "Nobody") },
		func(r *mapi.Recipient) {
			props.PidTagDisplayName.Set(r, "Internal")
			props.PidTagAddressType.Set(r, "EX")
			props.PidTagEmailAddress.Set(r, "/o=Org/cn=Recipients/cn=internal")
		},
		func(r *mapi.Recipient) {
			props.PidTagAddressType.Set(r, "EX")
			props.PidTagEmailAddress.Set(r, "/o=Org/cn=Recipients/cn=known")
			props.PidTagSmtpAddress.Set(r, "known@x.org")
		},
	} {
		r := &mapi.Recipient{}
		set(r)
		msg.Recipients = append(msg.Recipients, r)
	}
	out := string(regenerate(t, msg))
	assert.Contains(t, out, "To: Nobody <>, Internal <>, <known@x.org>\r\n", "a distinguished name is no address")
}

func TestEmptyMessageIsAMail(t *testing.T) {
	out := regenerate(t, &mapi.Message{})
	msg := decodeBytes(t, out)
	class, _ := props.PidTagMessageClass.Get(msg)
	assert.Equal(t, "IPM.Note", class)
	assert.Empty(t, msg.Attachments)
	plain, html := body(t, msg)
	assert.Empty(t, plain+html)
	assert.False(t, props.PidTagBody.Has(msg), "no text is no property")
}

func TestAutomaticMailAsksForNoAnswer(t *testing.T) {
	for field, want := range map[string]mapi.AutoResponseSuppress{
		"Auto-Submitted: auto-generated":         mapi.SuppressOOF | mapi.SuppressAutoReply,
		"Auto-Submitted: no":                     0,
		"Precedence: bulk":                       mapi.SuppressOOF | mapi.SuppressAutoReply,
		"Precedence: first-class":                0,
		"X-Auto-Response-Suppress: OOF, DR,RN":   mapi.SuppressOOF | mapi.SuppressDR | mapi.SuppressRN,
		"X-Auto-Response-Suppress: All":          -1,
		"X-Auto-Response-Suppress: None":         0,
		"List-Unsubscribe: <mailto:leave@x.org>": 0,
	} {
		got, _ := props.PidTagAutoResponseSuppress.Get(decodeBytes(t, eml(field, ``, `x`)))
		assert.Equal(t, want, got, field)
	}
}

func TestDepthIsLimitedAndNothingIsLost(t *testing.T) {
	mail := nestedBoundaries(200)
	var rules []entity.Rule
	msg, err := rfc822.Decode(bytes.NewReader(mail), &rfc822.DecodeOptions{MaxDepth: 7, Report: func(i rfc822.Issue) { rules = append(rules, i.Rule) }})
	require.NoError(t, err)
	assert.Contains(t, rules, entity.RuleDepth)
	require.Len(t, msg.Attachments, 1, "what is deeper is one opaque attachment")
	assert.Equal(t, mail, encoded(t, msg))
}

func TestUnknownTransferEncodingKeepsTheBytes(t *testing.T) {
	msg := decodeBytes(t, eml(`Content-Type: application/x-foo; name=a.bin`, `Content-Transfer-Encoding: x-magic`, ``, `raw =41 bytes`))
	data, _ := props.PidTagAttachDataBinary.Get(msg.Attachments[0])
	assert.Equal(t, "raw =41 bytes\r\n", string(data))
}

func TestUnknownCharsetIsReportedAndReadable(t *testing.T) {
	var issues []rfc822.Issue
	msg, err := rfc822.Decode(bytes.NewReader(eml(`Content-Type: text/plain; charset=x-martian`, ``, "text \xe4")),
		&rfc822.DecodeOptions{Report: func(i rfc822.Issue) { issues = append(issues, i) }})
	require.NoError(t, err)
	plain, _ := body(t, msg)
	assert.Equal(t, "text ä\r\n", plain)
	require.NotEmpty(t, issues)
	assert.Equal(t, entity.RuleCharset, issues[0].Rule)
}

func TestDigestPartsWithoutHeaderAreMessages(t *testing.T) {
	msg := decodeBytes(t, eml(`Content-Type: multipart/digest; boundary=d`, ``,
		`--d`, ``, `From: a@x.org`, `Subject: one`, ``, `1`, `--d`, ``, `Subject: two`, ``, `2`, `--d--`))
	require.Len(t, msg.Attachments, 2)
	subject, _ := props.PidTagSubject.Get(msg.Attachments[1].Embedded)
	assert.Equal(t, "two", subject)
	assert.Equal(t, []string{"one.eml", "two.eml"}, names(msg))
}

func TestEmptyMailHasNoAttachment(t *testing.T) {
	for _, mail := range []string{"", "\r\n", "Subject: s\r\n\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n"} {
		assert.Empty(t, decodeBytes(t, []byte(mail)).Attachments, "%q", mail)
	}
}

func TestDisplayNameCannotPoseAsAddress(t *testing.T) {
	for in, addr := range map[string]string{
		`"boss@company.com" <thief@evil.org>`:           "thief@evil.org",
		`boss@company.com <thief@evil.org>`:             "thief@evil.org",
		`"boss@company.com <boss@company.com>" <t@e.x>`: "t@e.x",
		`=?utf-8?q?=3Cboss=40company.com=3E?= <t@e.x>`:  "t@e.x",
		`(boss@company.com) t@e.x`:                      "t@e.x",
	} {
		msg := decodeBytes(t, eml("From: "+in, ``, ``))
		got, _ := props.PidTagSentRepresentingSmtpAddress.Get(msg)
		assert.Equal(t, addr, got, in)
	}
}

func TestOneBadAddressDoesNotEmptyTheList(t *testing.T) {
	msg := decodeBytes(t, eml(`To: good@x.org, @@@, <broken@, "unclosed <q@x.org>, undisclosed-recipients:;, Group: m1@x.org, M Two <m2@x.org>;, last@x.org`, ``, ``))
	var addrs []string
	for _, r := range msg.Recipients {
		a, _ := props.PidTagSmtpAddress.Get(r)
		addrs = append(addrs, a)
	}
	for _, want := range []string{"good@x.org", "q@x.org", "m1@x.org", "m2@x.org", "last@x.org"} {
		assert.Contains(t, addrs, want)
	}
}

func TestNestedMessagesKeepTheirAttachments(t *testing.T) {
	inner := rich()
	for range 3 {
		inner = append([]byte("Subject: outer\r\nContent-Type: message/rfc822\r\n\r\n"), inner...)
	}
	msg := decodeBytes(t, inner)
	for range 3 {
		require.Len(t, msg.Attachments, 1)
		msg = msg.Attachments[0].Embedded
	}
	assert.Equal(t, []string{"a.pdf", "inner.eml"}, names(msg))
	assert.Equal(t, rich(), encoded(t, msg), "an embedded message is a mail of its own")
}

func TestGeneratedHeaderCannotBeInjected(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagSubject.Set(msg, "a\r\nBcc: victim@x.org\r\n\r\nbody")
	props.PidTagSentRepresentingName.Set(msg, "n\r\nX: y")
	props.PidTagSentRepresentingSmtpAddress.Set(msg, "a@b>\r\nX-Evil: 1")
	props.PidTagInternetMessageId.Set(msg, "<a>\r\nX-Evil: 2")
	msg.Set(mapi.NamedString(mapi.PSInternetHeaders, "X-A", mapi.PtypString), "1\nX-Evil: 3")
	msg.Set(mapi.Prop{Set: mapi.PSInternetHeaders, Name: "x b: c\r\nX-Evil", Type: mapi.PtypString}, "4")
	a := &mapi.Attachment{}
	props.PidTagAttachLongFilename.Set(a, "a\"\r\nX-Evil: 5")
	props.PidTagAttachContentId.Set(a, "a>\r\nX-Evil: 6")
	props.PidTagAttachMimeTag.Set(a, "text/x\r\nX-Evil: 7")
	props.PidTagAttachContentLocation.Set(a, "x\r\nX-Evil: 8")
	msg.Attachments = append(msg.Attachments, a)
	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, nil))
	for _, line := range strings.Split(out.String(), "\n") {
		assert.False(t, strings.HasPrefix(line, "X-Evil") || strings.HasPrefix(line, "Bcc"), line)
	}
	_, err := io.Copy(io.Discard, &out)
	require.NoError(t, err)
}

func TestImportanceWinsOverItsRivals(t *testing.T) {
	msg := decodeBytes(t, eml(`X-MSMail-Priority: Low`, `X-Priority: 5 (Lowest)`, `Importance: High`, `Priority: non-urgent`, ``, ``))
	got, _ := props.PidTagImportance.Get(msg)
	assert.Equal(t, mapi.ImportanceHigh, got)
}

func TestSubjectPrefix(t *testing.T) {
	for in, want := range map[string][2]string{
		"Re: x":             {"Re: ", "x"},
		"Re:x":              {"Re:", "x"},
		"AW:  x":            {"AW: ", "x"},
		"R: x":              {"R: ", "x"},
		"Re: Fw: x":         {"Re: ", "Fw: x"},
		"Antwort: x":        {"", "Antwort: x"},
		"Re[2]: x":          {"", "Re[2]: x"},
		"R2: x":             {"", "R2: x"},
		": x":               {"", ": x"},
		"回复: x":             {"回复: ", "x"},
		"no prefix":         {"", "no prefix"},
		"=?utf-8?q?Re:_x?=": {"Re: ", "x"},
	} {
		msg := decodeBytes(t, eml("Subject: "+in, ``, ``))
		prefix, _ := props.PidTagSubjectPrefix.Get(msg)
		rest, _ := props.PidTagNormalizedSubject.Get(msg)
		assert.Equal(t, want, [2]string{prefix, rest}, in)
	}
}

func TestDeliveryTimeIsThatOfTheNewestHop(t *testing.T) {
	msg := decodeBytes(t, eml(
		`Received: from a by b; Mon, 02 Jan 2006 15:00:03 -0700`,
		`Received: from c by a; Mon, 02 Jan 2006 15:00:01 -0700`, `Date: Mon, 02 Jan 2006 15:00:00 -0700`, ``, ``))
	got, _ := props.PidTagMessageDeliveryTime.Get(msg)
	sent, _ := props.PidTagClientSubmitTime.Get(msg)
	assert.Equal(t, 3*time.Second, got.Sub(sent))
}

func TestTextBrokenByAttachmentsIsJoined(t *testing.T) {
	mail := eml(`Content-Type: multipart/mixed; boundary=m`, ``,
		`--m`, `Content-Type: text/plain; charset=utf-8`, ``, `öne`,
		`--m`, `Content-Type: image/png; name=a.png`, `Content-Disposition: inline`, ``, `PNG`,
		`--m`, `Content-Type: text/plain; charset=iso-8859-1`, `Content-Transfer-Encoding: quoted-printable`, ``, `tw=F6`,
		`--m`, `Content-Type: text/plain; name=log.txt`, ``, `log`,
		`--m`, `Content-Type: text/plain`, `Content-Disposition: attachment`, ``, `file`, `--m--`)
	msg := decodeBytes(t, mail)
	plain, _ := body(t, msg)
	assert.Equal(t, "öne\r\ntwö", plain)
	assert.Equal(t, []string{"a.png", "log.txt", "attachment.txt"}, names(msg))
	assert.Equal(t, mail, encoded(t, msg))
}

func TestTextInNestedMultipartsIsJoined(t *testing.T) {
	mail := eml(`Content-Type: multipart/mixed; boundary=m`, ``,
		`--m`, `Content-Type: text/plain`, ``, `From outside!`,
		`--m`, `Content-Type: multipart/alternative; boundary=a`, ``,
		`--a`, `Content-Type: multipart/mixed; boundary=i`, ``,
		`--i`, `Content-Type: text/plain`, ``, `one`,
		`--i`, `Content-Type: image/png; name=a.png`, ``, `PNG`,
		`--i`, `Content-Type: text/plain`, ``, `two`, `--i--`,
		`--a`, `Content-Type: multipart/related; boundary=r`, ``,
		`--r`, `Content-Type: text/html`, ``, `<p>one two`,
		`--r`, `Content-Type: image/png; name=b.png`, `Content-ID: <b>`, ``, `PNG`, `--r--`, `--a--`,
		`--m`, `Content-Type: multipart/mixed; boundary=n`, ``,
		`--n`, `Content-Type: text/plain; name=log.txt`, ``, `log`, `--n--`,
		`--m`, `Content-Type: text/plain`, ``, `footer`, `--m--`)
	msg := decodeBytes(t, mail)
	plain, html := body(t, msg)
	assert.Equal(t, "From outside!\r\none\r\ntwo\r\nfooter", plain)
	assert.Empty(t, html, "it would show less than the text")
	assert.Equal(t, []string{"a.png", "attachment.htm", "b.png", "log.txt"}, names(msg), "in the order of the mail")
	assert.Equal(t, mail, encoded(t, msg))
}

func TestTextsTooLargeToJoinStayFiles(t *testing.T) {
	mail := eml(`Content-Type: multipart/mixed; boundary=m`, ``,
		`--m`, `Content-Type: text/plain`, ``, `one`,
		`--m`, `Content-Type: multipart/mixed; boundary=i`, ``,
		`--i`, `Content-Type: text/plain`, ``, strings.Repeat("long ", 300_000), `--i--`, `--m--`)
	msg := decodeBytes(t, mail)
	plain, _ := body(t, msg)
	assert.Equal(t, "one", plain)
	assert.Equal(t, []string{"attachment.txt"}, names(msg))
	assert.Equal(t, mail, encoded(t, msg))
}

func TestHTMLOfSeveralPartsIsJoinedOnRequestOnly(t *testing.T) {
	mail := eml(`Content-Type: multipart/alternative; boundary=a`, ``,
		`--a`, `Content-Type: text/plain`, ``, `plain`,
		`--a`, `Content-Type: multipart/mixed; boundary=m`, ``,
		`--m`, `Content-Type: text/html; charset=iso-8859-1`, ``, "<html><head><meta charset=\"iso-8859-1\"></head><body>\xf6ne</body></html>",
		`--m`, `Content-Type: application/pdf; name=a.pdf`, ``, `PDF`,
		`--m`, `Content-Type: text/html`, ``, `<html><BODY class=x>two</body></html>`,
		`--m`, `Content-Type: text/plain`, ``, `a < b`, `--m--`, `--a--`)
	apart := decodeBytes(t, mail)
	_, html := body(t, apart)
	assert.NotContains(t, html, "two", "what different people wrote does not look like one text")
	assert.Equal(t, []string{"a.pdf", "attachment.htm", "attachment.txt"}, names(apart))

	msg, err := rfc822.Decode(bytes.NewReader(mail), &rfc822.DecodeOptions{JoinHTML: true})
	require.NoError(t, err)
	plain, html := body(t, msg)
	assert.Equal(t, "plain", plain)
	assert.Equal(t, `<html><head><meta charset="utf-8"></head><body>önetwo<div class="PlainText">`+"\r\na &lt; b<br>\r\n</div></body></html>", html)
	assert.Equal(t, []string{"a.pdf"}, names(msg))
	assert.Equal(t, mail, encoded(t, msg))
}

func TestFlowedTextIsUnwrapped(t *testing.T) {
	for _, tc := range []struct{ name, params, in, want string }{
		{"lines that end with a blank go on", "", "a \r\nb \r\nc\r\nd\r\n", "a b c\r\nd\r\n"},
		{"the blank goes with DelSp", "; delsp=yes", "long \r\nword\r\n", "longword\r\n"},
		{"quoted lines are joined within their level", "", "> a \r\n> b\r\n>> c \r\n> d\r\n", "> a b\r\n>> c \r\n> d\r\n"},
		{"a signature is never joined", "", "text \r\n-- \r\nme\r\n", "text \r\n-- \r\nme\r\n"},
		{"stuffed blanks go", "", " >no quote\r\n From x\r\n", ">no quote\r\nFrom x\r\n"},
		{"the last line may end with a blank", "", "a \r\nb ", "a b \r\n"},
		{"text without soft breaks stays", "", "a\r\nb\r\n", "a\r\nb\r\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mail := "Content-Type: text/plain; charset=utf-8; format=flowed" + tc.params + "\r\n\r\n" + tc.in
			msg := decodeBytes(t, []byte(mail))
			plain, _ := body(t, msg)
			assert.Equal(t, tc.want, plain)
			assert.Equal(t, mail, string(encoded(t, msg)))
		})
	}
	fixed := decodeBytes(t, eml(`Content-Type: text/plain`, ``, `a `, `b`))
	plain, _ := body(t, fixed)
	assert.Equal(t, "a \r\nb\r\n", plain)
}

func TestConvertedHTMLSaysItsCharset(t *testing.T) {
	msg := decodeBytes(t, []byte("Content-Type: text/html; charset=x-martian\r\n\r\n<META HTTP-EQUIV=\"Content-Type\" CONTENT='text/html; charset=\"x-martian\"'>\xf6"))
	_, html := body(t, msg)
	assert.Equal(t, `<META HTTP-EQUIV="Content-Type" CONTENT='text/html; charset="utf-8"'>ö`, html)
	cp, _ := props.PidTagInternetCodepage.Get(msg)
	assert.Equal(t, int32(65001), cp)
}
