package rfc822_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/emersion/go-message"
	"github.com/stretchr/testify/require"

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

// BenchmarkDecode measures against go-message, which walks the same mail and
// decodes all bodies. Okapi makes properties as well, digests attachments, and
// proves that they can be written again byte for byte.
func BenchmarkDecode(b *testing.B) {
	for _, s := range benchMails() {
		b.Run("mail="+s.name+"/by=okapi", func(b *testing.B) {
			b.SetBytes(int64(len(s.data)))
			b.ReportAllocs()
			for b.Loop() {
				_, err := rfc822.Decode(bytes.NewReader(s.data), nil)
				require.NoError(b, err)
			}
		})
		b.Run("mail="+s.name+"/by=go-message", func(b *testing.B) {
			b.SetBytes(int64(len(s.data)))
			b.ReportAllocs()
			for b.Loop() {
				e, err := message.Read(bytes.NewReader(s.data))
				require.NoError(b, err)
				require.NoError(b, walkAndDecode(e))
			}
		})
	}
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

// BenchmarkEncode measures writing the original bytes, and generating mail, with
// go-message writing the same parts from memory beside it.
func BenchmarkEncode(b *testing.B) {
	for _, s := range benchMails() {
		msg, err := rfc822.Decode(bytes.NewReader(s.data), nil)
		require.NoError(b, err)
		for _, anew := range []bool{false, true} {
			b.Run(fmt.Sprintf("mail=%s/by=okapi/anew=%v", s.name, anew), func(b *testing.B) {
				b.SetBytes(int64(len(s.data)))
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, rfc822.Encode(io.Discard, msg, &rfc822.EncodeOptions{Regenerate: anew}))
				}
			})
		}
		b.Run("mail="+s.name+"/by=go-message", func(b *testing.B) {
			tree := readTree(b, s.data)
			b.SetBytes(int64(len(s.data)))
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, tree.entity(b).WriteTo(io.Discard))
			}
		})
	}
}

// A messageTree is a mail of go-message with its bodies decoded in memory.
type messageTree struct {
	header message.Header
	body   []byte
	parts  []*messageTree
}

func readTree(b testing.TB, data []byte) *messageTree {
	e, err := message.Read(bytes.NewReader(data))
	require.NoError(b, err)
	return treeOf(b, e)
}

func treeOf(b testing.TB, e *message.Entity) *messageTree {
	t := &messageTree{header: e.Header}
	if mr := e.MultipartReader(); mr != nil {
		for {
			p, err := mr.NextPart()
			if err == io.EOF {
				return t
			}
			require.NoError(b, err)
			t.parts = append(t.parts, treeOf(b, p))
		}
	}
	var err error
	t.body, err = io.ReadAll(e.Body)
	require.NoError(b, err)
	return t
}

func (t *messageTree) entity(b testing.TB) *message.Entity {
	if t.parts != nil {
		var parts []*message.Entity
		for _, p := range t.parts {
			parts = append(parts, p.entity(b))
		}
		e, err := message.NewMultipart(t.header, parts)
		require.NoError(b, err)
		return e
	}
	e := &message.Entity{Header: t.header, Body: bytes.NewReader(t.body)}
	return e
}
