package rfc822_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	convert "github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/rtf"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

func withRTF(t testing.TB, document string) *mapi.Message {
	t.Helper()
	msg := &mapi.Message{}
	props.PidTagRtfCompressed.Set(msg, rtf.Compress([]byte(document)))
	return msg
}

func TestRTFIsWrittenAsHTMLAndText(t *testing.T) {
	var encapsulated bytes.Buffer
	require.NoError(t, convert.RTFFromHTML(&encapsulated, strings.NewReader("<p>Grüße <b>bold</b></p>"), nil))
	for name, document := range map[string]string{
		"RTF":         `{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe {\b bold}\par}`,
		"HTML in RTF": encapsulated.String(),
	} {
		msg := withRTF(t, document)
		out := regenerate(t, msg)
		again := decodeBytes(t, out)
		plain, html := bothBodies(t, again)
		assert.Contains(t, plain, "Grüße", name)
		assert.Contains(t, html, "Grüße", name)
		assert.Contains(t, strings.ToLower(html), "bold", name)
		assert.Contains(t, string(out), "multipart/alternative", name)
	}
	damaged := &mapi.Message{}
	props.PidTagRtfCompressed.Set(damaged, []byte("no RTF at all"))
	props.PidTagSubject.Set(damaged, "s")
	assert.Contains(t, string(regenerate(t, damaged)), "Subject: s", "damaged RTF does not fail the mail")
}

// bothBodies is the text and the HTML in UTF-8.
func bothBodies(t testing.TB, msg *mapi.Message) (plain, html string) {
	t.Helper()
	text, err := convert.Text(msg, nil)
	require.NoError(t, err)
	b, cp, err := convert.HTML(msg, nil)
	require.NoError(t, err)
	require.Contains(t, []int{0, 65001, 20127, 28591, 1252}, cp)
	return text, string(b)
}

func TestPicturesOfRTFStandBesideTheHTML(t *testing.T) {
	png := "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
	msg := withRTF(t, `{\rtf1\ansi text {\pict\pngblip\picw1\pich1 `+png+`}\par}`)
	out := decodeBytes(t, regenerate(t, msg))
	require.Len(t, out.Attachments, 1)
	hidden, _ := props.PidTagAttachmentHidden.Get(out.Attachments[0])
	tag, _ := props.PidTagAttachMimeTag.Get(out.Attachments[0])
	assert.True(t, hidden)
	assert.Equal(t, "image/png", tag)
}

func TestHTMLGetsATextBesideIt(t *testing.T) {
	msg := &mapi.Message{}
	props.PidTagHtml.Set(msg, []byte("<p>one</p><p>two</p>"))
	plain, html := body(t, decodeBytes(t, regenerate(t, msg)))
	assert.Equal(t, "<p>one</p><p>two</p>", html)
	assert.Equal(t, "one two", strings.Join(strings.Fields(plain), " "))

	mail := decodeBytes(t, eml(`Content-Type: text/html`, ``, `<p>one</p>`))
	assert.NotContains(t, string(regenerate(t, mail)), "text/plain", "mail keeps the bodies that it came with")
}

func TestFormatThatTheMessageAsksFor(t *testing.T) {
	for _, tc := range []struct {
		format     mapi.InternetEncoding
		text, html bool
	}{
		{0, true, true},
		{mapi.EncodingPreference | mapi.EncodingMIME, true, false},
		{mapi.EncodingPreference | mapi.EncodingMIME | mapi.EncodingBodyHTML, false, true},
		{mapi.EncodingPreference | mapi.EncodingMIME | mapi.EncodingBodyTextAndHTML, true, true},
	} {
		msg := &mapi.Message{}
		props.PidTagHtml.Set(msg, []byte("<p>one</p>"))
		props.PidTagBody.Set(msg, "one")
		props.PidTagInternetMailOverrideFormat.Set(msg, tc.format)
		out := string(regenerate(t, msg))
		assert.Equal(t, tc.text, strings.Contains(out, "text/plain"), tc.format)
		assert.Equal(t, tc.html, strings.Contains(out, "text/html"), tc.format)
	}
}

func TestRecipientsGetTheFormThatTheyWant(t *testing.T) {
	const mime = mapi.EncodingPreference | mapi.EncodingMIME
	text, html, both := mime, mime|mapi.EncodingBodyHTML, mime|mapi.EncodingBodyTextAndHTML
	oneOff := func(flags uint16) *mapi.Recipient {
		id := mapi.NewOneOff("a", "SMTP", "a@x.org")
		id.Flags |= mapi.OneOffFlags(flags)
		r := &mapi.Recipient{}
		props.PidTagEntryId.Set(r, id.EntryID())
		return r
	}
	to := func(list ...mapi.InternetEncoding) (rows []*mapi.Recipient) {
		for _, e := range list {
			r := &mapi.Recipient{}
			props.PidTagSendInternetEncoding.Set(r, e)
			rows = append(rows, r)
		}
		return rows
	}
	for _, tc := range []struct {
		name              string
		override, message mapi.InternetEncoding
		rows              []*mapi.Recipient
		text, html        bool
	}{
		{"nobody", 0, 0, nil, true, true},
		{"no wish", 0, 0, to(0), true, true},
		{"text", 0, 0, to(text, text), true, false},
		{"no MIME", 0, 0, to(mapi.EncodingPreference), true, false},
		{"HTML", 0, 0, to(html), false, true},
		{"both", 0, 0, to(both), true, true},
		{"one text, one HTML", 0, 0, to(text, html), true, true},
		{"one text, one any", 0, 0, to(text, 0, text), true, true},
		{"one any, one text", 0, 0, to(0, text), true, true},
		{"no preference", 0, 0, to(mapi.EncodingMIME), true, true},
		{"the message decides", 0, html, to(text), false, true},
		{"the override decides more", text, html, to(html), true, false},
		{"the address says text", 0, 0, []*mapi.Recipient{oneOff(0x0006)}, true, false},
		{"the address says HTML", 0, 0, []*mapi.Recipient{oneOff(0x000E)}, false, true},
		{"the address says both", 0, 0, []*mapi.Recipient{oneOff(0x0016)}, true, true},
		{"the address says nothing", 0, 0, []*mapi.Recipient{oneOff(0)}, true, true},
	} {
		msg := &mapi.Message{Recipients: tc.rows}
		props.PidTagHtml.Set(msg, []byte("<p>one</p>"))
		props.PidTagBody.Set(msg, "one")
		props.PidTagInternetMailOverrideFormat.Set(msg, tc.override)
		props.PidTagSendInternetEncoding.Set(msg, tc.message)
		out := string(regenerate(t, msg))
		assert.Equal(t, []bool{tc.text, tc.html}, []bool{strings.Contains(out, "text/plain"), strings.Contains(out, "text/html")}, tc.name)
	}

	msg := &mapi.Message{Recipients: to(text, html, text, 0)}
	props.PidTagSendRichInfo.Set(msg.Recipients[2], false)
	props.PidTagHtml.Set(msg, []byte("<p>one</p>"))
	r := msg.Recipients
	groups := rfc822.Copies(msg)
	assert.Equal(t, [][]*mapi.Recipient{{r[0]}, {r[1]}, {r[2]}, {r[3]}}, groups)
	props.PidTagSendRichInfo.Set(msg.Recipients[0], false)
	groups = rfc822.Copies(msg)
	assert.Equal(t, [][]*mapi.Recipient{{r[0], r[2]}, {r[1]}, {r[3]}}, groups)
	for i, want := range []bool{false, true, true} {
		var out bytes.Buffer
		require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{For: groups[i]}))
		assert.Equal(t, want, strings.Contains(out.String(), "text/html"), "copy %d", i)
	}
}

func TestEnrichedTextBecomesHTML(t *testing.T) {
	mail := eml(`Content-Type: multipart/alternative; boundary=a`, ``, `--a`, `Content-Type: text/plain`, ``, `plain`,
		`--a`, `Content-Type: text/enriched; charset=iso-8859-1`, ``, "<bold>b\xf6ld</bold> <<", `--a--`)
	msg := decodeBytes(t, mail)
	plain, html := body(t, msg)
	assert.Equal(t, "plain", plain)
	assert.Contains(t, html, "<b>böld</b>")
	assert.Equal(t, mail, encoded(t, msg))
	cp, _ := props.PidTagInternetCodepage.Get(msg)
	assert.Equal(t, int32(65001), cp)

	rich := decodeBytes(t, eml(`Content-Type: text/richtext`, ``, `<italic>i</italic><nl>`))
	_, html = body(t, rich)
	assert.Contains(t, html, "<i>i</i>")
}

func TestBodiesAreNotMade(t *testing.T) {
	for field, codepage := range map[string]int32{
		"us-ascii": 20127, "iso-8859-1": 28591, "windows-1252": 1252, "utf-8": 65001, "shift_jis": 932,
		"gb2312": 936, "big5": 950, "koi8-r": 20866, "euc-kr": 949, "iso-2022-jp": 50220,
	} {
		msg := decodeBytes(t, eml(`Content-Type: text/html; charset=`+field, ``, `<p>`))
		cp, _ := props.PidTagInternetCodepage.Get(msg)
		native, _ := props.PidTagNativeBody.Get(msg)
		assert.Equal(t, codepage, cp, field)
		assert.Equal(t, mapi.NativeBodyHTML, native)
		assert.False(t, props.PidTagBody.Has(msg), "what can be derived is not stored")
		assert.Contains(t, string(regenerate(t, msg)), "text/html; charset=")
	}
	native, _ := props.PidTagNativeBody.Get(decodeBytes(t, eml(``, `x`)))
	assert.Equal(t, mapi.NativeBodyPlainText, native)
}
