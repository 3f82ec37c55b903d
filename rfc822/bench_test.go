package rfc822_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// The mails that are measured, made from a seed.

func words(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		for range 10 {
			for range 2 + r.IntN(9) {
				b.WriteByte(byte('a' + r.IntN(26)))
			}
			b.WriteByte(' ')
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

func benchHeader(kind string) string {
	return "Received: from mx.example.net (mx.example.net [192.0.2.7]) by mail.example.org with ESMTPS id 4F2C1\r\n" +
		"\tfor <ada@example.org>; Mon, 02 Jan 2006 15:04:07 -0700\r\n" +
		"Received: from client.example.net by mx.example.net with ESMTPSA; Mon, 02 Jan 2006 15:04:06 -0700\r\n" +
		"DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=mail; h=from:to:subject:date;\r\n" +
		"\tbh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=abcdefghijklmnopqrstuvwxyz0123456789\r\n" +
		"From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <juergen@example.net>\r\n" +
		"To: Ada Lovelace <ada@example.org>, \"Babbage, Charles\" <charles@example.org>\r\n" +
		"Cc: list@example.org\r\nSubject: Re: The analytical engine\r\nDate: Mon, 02 Jan 2006 15:04:05 -0700\r\n" +
		"Message-ID: <1234567890.42@example.net>\r\nIn-Reply-To: <987@example.org>\r\nReferences: <986@example.org> <987@example.org>\r\n" +
		"X-Mailer: Example 1.0\r\nMIME-Version: 1.0\r\n" + kind
}

func base64Lines(b []byte) string {
	s := base64.StdEncoding.EncodeToString(b)
	var out strings.Builder
	for len(s) > 76 {
		out.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return out.String() + s + "\r\n"
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func quoted(s string) string {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func plainMail() []byte {
	r := rand.New(rand.NewPCG(1, 1))
	return []byte(benchHeader("Content-Type: text/plain; charset=utf-8\r\n\r\n") + words(r, 2400))
}

func alternativeMail() []byte {
	r := rand.New(rand.NewPCG(2, 2))
	text := strings.ReplaceAll(words(r, 13000), "ab", "äö")
	return []byte(benchHeader("Content-Type: multipart/alternative; boundary=\"=_alt\"\r\n\r\n") +
		"--=_alt\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted(text) +
		"\r\n--=_alt\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		quoted("<html><body><p style=\"color:red\">"+text+"</p></body></html>") + "\r\n--=_alt--\r\n")
}

func nestedMail() []byte {
	r := rand.New(rand.NewPCG(3, 3))
	var b strings.Builder
	b.WriteString(benchHeader("Content-Type: multipart/mixed; boundary=\"=_mix\"\r\n\r\n"))
	b.WriteString("--=_mix\r\nContent-Type: multipart/related; boundary=\"=_rel\"\r\n\r\n--=_rel\r\n" +
		"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		quoted("<p>"+words(r, 20000)+"<img src=\"cid:a@b\"></p>") +
		"\r\n--=_rel\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64Lines(randomBytes(r, 60000)) + "--=_rel--\r\n")
	for i := range 3 {
		fmt.Fprintf(&b, "\r\n--=_mix\r\nContent-Type: application/pdf; name=\"report %d.pdf\"\r\nContent-Disposition: attachment; filename=\"report %d.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s", i, i, base64Lines(randomBytes(r, 70000)))
	}
	b.WriteString("\r\n--=_mix\r\nContent-Type: message/rfc822\r\n\r\n")
	b.Write(alternativeMail())
	b.WriteString("\r\n--=_mix\r\nContent-Type: text/csv; charset=utf-8\r\nContent-Disposition: attachment; filename=t.csv\r\n\r\n" + words(r, 30000))
	b.WriteString("\r\n--=_mix--\r\n")
	return []byte(b.String())
}

func attachmentMail(size int) []byte {
	r := rand.New(rand.NewPCG(4, 4))
	var b bytes.Buffer
	b.WriteString(benchHeader("Content-Type: multipart/mixed; boundary=\"=_mix\"\r\n\r\n"))
	b.WriteString("--=_mix\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + words(r, 500))
	b.WriteString("\r\n--=_mix\r\nContent-Type: application/zip; name=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	b.WriteString(base64Lines(randomBytes(r, size)))
	b.WriteString("\r\n--=_mix--\r\n")
	return b.Bytes()
}

func benchMails() []sample {
	return []sample{
		{"plain-3.6KB", plainMail()},
		{"alternative-30KB", alternativeMail()},
		{"nested-470KB", nestedMail()},
		{"base64-5MB", attachmentMail(3_700_000)},
	}
}

// readers are what is measured: okapi, and two that walk the same mail and decode
// its bodies. Okapi makes properties as well, digests attachments, and proves that
// they can be written again byte for byte.
var readers = []struct {
	name string
	read func(data []byte) error
}{
	{"okapi", func(data []byte) error {
		_, err := rfc822.Decode(bytes.NewReader(data), nil)
		return err
	}},
	{"go-message", func(data []byte) error {
		e, err := message.Read(bytes.NewReader(data))
		if err != nil {
			return err
		}
		return walkAndDecode(e)
	}},
	{"net-mail", func(data []byte) error {
		m, err := netmail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			return err
		}
		return walkStandard(textproto.MIMEHeader(m.Header), m.Body)
	}},
}

// BenchmarkDecode measures each kind of mail by each reader.
func BenchmarkDecode(b *testing.B) {
	for _, s := range benchMails() {
		for _, r := range readers {
			b.Run("mail="+s.name+"/by="+r.name, func(b *testing.B) {
				b.SetBytes(int64(len(s.data)))
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, r.read(s.data))
				}
			})
		}
	}
}

// BenchmarkDecodeCorpus measures the collected mails that no reader refuses, one an
// operation.
func BenchmarkDecodeCorpus(b *testing.B) {
	mails, size := readableMails(b)
	for _, r := range readers {
		b.Run("by="+r.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				require.NoError(b, r.read(mails[n%len(mails)]))
			}
		})
	}
}

// BenchmarkEncodeCorpus writes the same mails, one an operation: their bytes as they
// came, new ones of what they say, and as go-message writes them again.
func BenchmarkEncodeCorpus(b *testing.B) {
	mails, size := readableMails(b)
	var msgs []*mapi.Message
	for _, data := range mails {
		msg, err := rfc822.Decode(bytes.NewReader(data), nil)
		require.NoError(b, err)
		msgs = append(msgs, msg)
	}
	for _, c := range []struct {
		name string
		run  func(n int) error
	}{
		{"bytes=original/by=okapi", func(n int) error { return rfc822.Encode(io.Discard, msgs[n], nil) }},
		{"bytes=new/by=okapi", func(n int) error {
			return rfc822.Encode(io.Discard, msgs[n], &rfc822.EncodeOptions{Regenerate: true})
		}},
		{"by=go-message", func(n int) error {
			e, err := message.Read(bytes.NewReader(mails[n]))
			if err != nil {
				return err
			}
			return rewrite(io.Discard, e)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				require.NoError(b, c.run(n%len(mails)))
			}
		})
	}
}

// readableMails are the collected mails that no reader refuses, nor go-message to write
// again, and their mean size.
func readableMails(b *testing.B) (mails [][]byte, size int64) {
	all := corpusMails(b)
mails:
	for _, s := range all {
		for _, r := range readers {
			if r.read(s.data) != nil {
				continue mails
			}
		}
		if e, err := message.Read(bytes.NewReader(s.data)); err != nil || rewrite(io.Discard, e) != nil {
			continue
		}
		mails = append(mails, s.data)
		size += int64(len(s.data))
	}
	b.Logf("%d of %d mails", len(mails), len(all))
	return mails, size / int64(len(mails))
}

// walkStandard decodes the bodies of a mail with what the standard library has.
func walkStandard(h textproto.MIMEHeader, body io.Reader) error {
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	t, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case strings.HasPrefix(t, "multipart/"):
		for mr := multipart.NewReader(body, params["boundary"]); ; {
			p, err := mr.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := walkStandard(p.Header, p); err != nil {
				return err
			}
		}
	case t == "message/rfc822":
		m, err := netmail.ReadMessage(body)
		if err != nil {
			return err
		}
		return walkStandard(textproto.MIMEHeader(m.Header), m.Body)
	}
	_, err := io.Copy(io.Discard, body)
	return err
}

func walkAndDecode(e *message.Entity) error {
	return e.Walk(func(_ []int, e *message.Entity, err error) error {
		if err != nil || e.MultipartReader() != nil {
			return err
		}
		if t, _, _ := e.Header.ContentType(); t == "message/rfc822" {
			inner, err := message.Read(e.Body)
			if err != nil {
				return err
			}
			return walkAndDecode(inner)
		}
		_, err = io.Copy(io.Discard, e.Body)
		return err
	})
}

// BenchmarkEncode measures the two ways of writing mail, each beside go-message
// doing the same work.
//
//   - bytes=original: Okapi gives back the bytes that came in, from a decoded
//     message, after a check that they still hold. go-message has no decoded
//     message that could be kept; it parses the mail and writes it again part by
//     part, as its own example of a program that changes mail does: header fields
//     stay what they are, bodies are decoded and encoded.
//   - bytes=new: both make a mail of typed values (addresses, dates, ids, a
//     subject) and of bodies that are decoded in memory, with the same structure
//     and the same transfer encodings.
func BenchmarkEncode(b *testing.B) {
	for _, s := range benchMails() {
		msg, err := rfc822.Decode(bytes.NewReader(s.data), nil)
		require.NoError(b, err)
		loaded := msg.Clone()
		load(b, loaded)
		draft := draftOf(b, s.data)
		for _, c := range []struct {
			name string
			run  func() error
		}{
			{"bytes=original/by=okapi", func() error { return rfc822.Encode(io.Discard, msg, nil) }},
			{"bytes=original/by=go-message", func() error {
				e, err := message.Read(bytes.NewReader(s.data))
				if err != nil {
					return err
				}
				return rewrite(io.Discard, e)
			}},
			{"bytes=new/by=okapi", func() error {
				return rfc822.Encode(io.Discard, loaded, &rfc822.EncodeOptions{Regenerate: true})
			}},
			{"bytes=new/by=go-message", func() error { return draft.write(io.Discard) }},
		} {
			b.Run("mail="+s.name+"/"+c.name, func(b *testing.B) {
				b.SetBytes(int64(len(s.data)))
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, c.run())
				}
			})
		}
	}
}

// rewrite writes a mail that go-message parses.
func rewrite(w io.Writer, e *message.Entity) error {
	mw, err := message.CreateWriter(w, e.Header)
	if err != nil {
		return err
	}
	return rewriteBody(mw, e)
}

func rewriteBody(w *message.Writer, e *message.Entity) error {
	if mr := e.MultipartReader(); mr != nil {
		for {
			p, err := mr.NextPart()
			if err == io.EOF {
				return w.Close()
			}
			if err != nil {
				return err
			}
			pw, err := w.CreatePart(p.Header)
			if err != nil {
				return err
			}
			if err := rewriteBody(pw, p); err != nil {
				return err
			}
		}
	}
	if t, _, _ := e.Header.ContentType(); t == "message/rfc822" {
		inner, err := message.Read(e.Body)
		if err != nil {
			return err
		}
		if err := rewrite(w, inner); err != nil {
			return err
		}
	} else if _, err := io.Copy(w, e.Body); err != nil {
		return err
	}
	return w.Close()
}

// load brings all streams of a message into memory.
func load(b testing.TB, msg *mapi.Message) {
	for _, a := range msg.Attachments {
		if data, ok := props.PidTagAttachDataBinary.Get(a); ok {
			props.PidTagAttachDataBinary.Set(a, data)
		}
		if a.Embedded != nil {
			load(b, a.Embedded)
		}
	}
}

// A draft is a mail, or a part of one, as a program that writes mail with
// go-message has it: typed values, and its body decoded.
type draft struct {
	addresses  map[string][]*mail.Address
	subject    string
	date       time.Time
	id         string
	replyTo    []string // In-Reply-To
	references []string
	mailer     string

	mediaType   string
	params      map[string]string
	encoding    string
	disposition string
	filename    map[string]string
	contentID   string

	body   []byte
	parts  []*draft
	nested *draft // of a message/rfc822
}

// draftOf reads a mail of benchMails into a draft.
func draftOf(b testing.TB, data []byte) *draft {
	e, err := message.Read(bytes.NewReader(data))
	require.NoError(b, err)
	d := partOf(b, e)
	h := mail.Header{Header: e.Header}
	d.addresses = map[string][]*mail.Address{}
	for _, name := range []string{"From", "To", "Cc"} {
		d.addresses[name], err = h.AddressList(name)
		require.NoError(b, err)
	}
	d.subject, err = h.Subject()
	require.NoError(b, err)
	d.date, err = h.Date()
	require.NoError(b, err)
	d.id, err = h.MessageID()
	require.NoError(b, err)
	d.replyTo, err = h.MsgIDList("In-Reply-To")
	require.NoError(b, err)
	d.references, err = h.MsgIDList("References")
	require.NoError(b, err)
	d.mailer = h.Get("X-Mailer")
	return d
}

func partOf(b testing.TB, e *message.Entity) *draft {
	d := &draft{encoding: e.Header.Get("Content-Transfer-Encoding"), contentID: e.Header.Get("Content-Id")}
	var err error
	d.mediaType, d.params, err = e.Header.ContentType()
	require.NoError(b, err)
	d.disposition, d.filename, _ = e.Header.ContentDisposition()
	if d.disposition == "attachment" {
		d.encoding = "base64"
	}
	if mr := e.MultipartReader(); mr != nil {
		for {
			p, err := mr.NextPart()
			if err == io.EOF {
				return d
			}
			require.NoError(b, err)
			d.parts = append(d.parts, partOf(b, p))
		}
	}
	d.body, err = io.ReadAll(e.Body)
	require.NoError(b, err)
	if d.mediaType == "message/rfc822" {
		d.nested = draftOf(b, d.body)
	}
	return d
}

// write makes the header of a mail and writes it all.
func (d *draft) write(w io.Writer) error {
	var h mail.Header
	for _, name := range []string{"From", "To", "Cc"} {
		h.SetAddressList(name, d.addresses[name])
	}
	h.SetSubject(d.subject)
	h.SetDate(d.date)
	h.SetMessageID(d.id)
	h.SetMsgIDList("In-Reply-To", d.replyTo)
	h.SetMsgIDList("References", d.references)
	h.SetText("X-Mailer", d.mailer)
	d.fields(&h.Header)
	mw, err := message.CreateWriter(w, h.Header)
	if err != nil {
		return err
	}
	return d.content(mw)
}

// fields sets the fields of a part.
func (d *draft) fields(h *message.Header) {
	h.SetContentType(d.mediaType, d.params)
	if d.encoding != "" {
		h.Set("Content-Transfer-Encoding", d.encoding)
	}
	if d.disposition != "" {
		h.SetContentDisposition(d.disposition, d.filename)
	}
	if d.contentID != "" {
		h.Set("Content-Id", d.contentID)
	}
}

func (d *draft) content(w *message.Writer) error {
	for _, p := range d.parts {
		var h message.Header
		p.fields(&h)
		pw, err := w.CreatePart(h)
		if err != nil {
			return err
		}
		if err := p.content(pw); err != nil {
			return err
		}
	}
	if d.nested != nil {
		if err := d.nested.write(w); err != nil {
			return err
		}
	} else if len(d.parts) == 0 {
		if _, err := w.Write(d.body); err != nil {
			return err
		}
	}
	return w.Close()
}
