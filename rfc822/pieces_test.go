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
)

func bodyOf(t testing.TB, mail []byte) string {
	t.Helper()
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if _, b, ok := strings.Cut(string(mail), end); ok {
			return b
		}
	}
	t.Fatal("no body")
	return ""
}

func TestNewHeaderLeavesTheContentByteForByte(t *testing.T) {
	odd := eml(`From: a@x.org`, `Subject: s`, `Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary="odd  boundary"; micalg=pgp-sha1`, `X-A: b`, ``,
		`preamble`, `--odd  boundary`, `content-TYPE:text/plain;   charset=utf-8`, ``, "signed =20 \xc3\xa4  ", ``, `--odd  boundary`,
		`Content-Type: application/pgp-signature`, ``, `-----BEGIN PGP SIGNATURE-----`, `--odd  boundary--`, `epilogue`)
	for _, mail := range [][]byte{odd, bytes.ReplaceAll(odd, []byte("\r\n"), []byte("\n")), rich(), alternativeMail(), attachmentMail(100_000), signed("application/pkcs7-signature")} {
		for _, large := range []int64{40, 1 << 30} {
			msg := fromStore(t, decodeBytes(t, mail), large, large == 40)
			props.PidTagSubject.Set(msg, "other")
			msg.Recipients = nil
			out := encoded(t, msg)
			assert.Equal(t, bodyOf(t, mail), bodyOf(t, out))
			assert.Contains(t, string(out), "Subject: other")
			assert.Equal(t, 1, strings.Count(strings.ToLower(string(out[:len(out)-len(bodyOf(t, out))])), "content-type:"))
			again := decodeBytes(t, out)
			class, _ := props.PidTagMessageClass.Get(msg)
			got, _ := props.PidTagMessageClass.Get(again)
			assert.Equal(t, class, got)
			assert.Equal(t, len(msg.Attachments), len(again.Attachments))
		}
	}
}

// oddParts is a mail whose attachments are written in a way that okapi would not
// choose.
func oddParts() (mail []byte, parts []string) {
	parts = []string{
		"content-type:   application/pdf; name=a.pdf\r\nX-Part: kept\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQKJVBE\r\nRi0xLjQKJVBERi0x\r\nLjQK",
		"Content-Type: message/rfc822\r\nContent-Description: two\r\n\r\nFrom: c@x\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\ninner text\r\n--i--\r\n",
		"Content-Type: text/csv; charset=utf-8; name=t.csv\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Disposition: attachment\r\n\r\na,=\r\nb",
	}
	s := "From: a@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nthe text that changes, and is not short"
	for _, p := range parts {
		s += "\r\n--b\r\n" + p
	}
	return []byte(s + "\r\n--b--\r\n"), parts
}

func TestUnchangedAttachmentsKeepTheirPartsByteForByte(t *testing.T) {
	mail, parts := oddParts()
	for _, large := range []int64{10, 1 << 30} {
		for _, tc := range []struct {
			name   string
			change func(m *mapi.Message)
			kept   []bool
		}{
			{"the text is changed", func(m *mapi.Message) {}, []bool{true, true, true}},
			{"an attachment is changed", func(m *mapi.Message) { props.PidTagAttachDataBinary.Set(fileNamed(m, "a.pdf"), []byte("x")) }, []bool{false, true, true}},
			{"one is removed", func(m *mapi.Message) {
				m.Attachments = []*mapi.Attachment{fileNamed(m, "a.pdf"), fileNamed(m, "inner.eml")}
			}, []bool{true, true, false}},
			{"they change places", func(m *mapi.Message) {
				m.Attachments = []*mapi.Attachment{fileNamed(m, "t.csv"), fileNamed(m, "inner.eml"), fileNamed(m, "a.pdf")}
			}, []bool{true, true, true}},
			{"one is added", func(m *mapi.Message) {
				a := &mapi.Attachment{}
				props.PidTagAttachLongFilename.Set(a, "new.txt")
				props.PidTagAttachDataBinary.Set(a, []byte("new"))
				props.PidTagAttachMimeTag.Set(a, "text/plain")
				m.Attachments = append([]*mapi.Attachment{a}, m.Attachments...)
			}, []bool{true, true, true}},
			{"the embedded message is changed", func(m *mapi.Message) {
				props.PidTagSubject.Set(fileNamed(m, "inner.eml").Embedded, "x")
			}, []bool{true, false, true}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				msg := fromStore(t, decodeBytes(t, mail), large, false)
				props.PidTagBody.Set(msg, "new text")
				tc.change(msg)
				out := string(encoded(t, msg))
				for i, p := range parts {
					assert.Equal(t, tc.kept[i], strings.Contains(out, "\r\n"+p+"\r\n--"), "part %d in\n%s", i, out)
				}
				assert.Equal(t, meaning(t, msg), meaning(t, decodeBytes(t, []byte(out))))

				var anew bytes.Buffer
				require.NoError(t, rfc822.Encode(&anew, msg, &rfc822.EncodeOptions{Regenerate: true}))
				assert.NotContains(t, anew.String(), "X-Part")
			})
		}
	}
}

func fileNamed(m *mapi.Message, name string) *mapi.Attachment {
	for _, a := range m.Attachments {
		if n, _ := props.PidTagAttachLongFilename.Get(a); n == name {
			return a
		}
	}
	panic("no " + name)
}
