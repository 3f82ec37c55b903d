package rfc822_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// seed adds mails of all kinds, with the other arguments of the target.
func seed(f *testing.F, others ...any) {
	for _, m := range [][]byte{
		rich(), plainMail(), alternativeMail(),
		[]byte("From x\n\nSubject: a\n b\nno colon\n\nbody"),
		[]byte("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nx\n--a--\n--a--"),
		[]byte("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a\r\nContent-Type: application/pkcs7-signature\r\n\r\n\r\n--a--"),
		[]byte("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaW5uZXIKCnRleHQgb2YgdGhlIGlubmVyIG1lc3NhZ2U="),
		[]byte("Content-Type: text/html; charset=utf-7\n\n<img src=+ACI-cid:x+ACI->"),
		invitationMail(invitationText()), encodeTNEF(f, task(), rfc822.TNEFAlways),
		[]byte("Content-Type: text/plain; format=flowed\n\n> a \n> b"),
		cardMail("Content-Type: text/vcard", cardText),
		[]byte("Content-Type: text/enriched\n\n<bold>x</bold>"),
		[]byte("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n" +
			"Final-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n--b--"),
		[]byte("Content-Type: multipart/appledouble; boundary=b\n\n--b\nContent-Type: application/applefile\n\n\x00\x05\x16\x07\n--b\n\nx\n--b--"),
		[]byte("Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#0V%T\n`\nend\n"),
	} {
		f.Add(append([]any{m}, others...)...)
	}
}

// FuzzDecode: any bytes are a mail, come out as they went in, also by a store,
// and what is generated from them says the same when it is read again.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		msg, err := rfc822.Decode(bytes.NewReader(in), nil)
		require.NoError(t, err)
		require.Equal(t, in, append([]byte{}, encoded(t, msg)...), "byte for byte")
		require.True(t, bytes.Equal(in, encoded(t, fromStore(t, msg, 40, false))), "byte for byte after a store")
		changed := msg.Clone()
		props.PidTagSubject.Set(changed, "other")
		plain, html := body(t, msg)
		gotPlain, gotHTML := body(t, decodeBytes(t, encoded(t, changed)))
		require.Equal(t, []string{plain, html}, []string{gotPlain, gotHTML}, "the content stays")
		first := decodeBytes(t, regenerateWith(t, msg, unlike(in)))
		second := decodeBytes(t, regenerateWith(t, first, unlike(in)))
		require.Equal(t, meaning(t, first), meaning(t, second), "generated mail is stable")
	})
}

// FuzzOptions: generated mail is stable with whatever options it is read and written.
func FuzzOptions(f *testing.F) {
	for _, options := range []uint16{0, 0x0F, 0x30, 0xC0, 0x180, 0x3B0} {
		seed(f, options)
	}
	f.Fuzz(func(t *testing.T, in []byte, options uint16) {
		is := func(i int) bool { return options>>i&1 == 1 }
		read := &rfc822.DecodeOptions{JoinHTML: is(0), KeepTNEF: is(1), KeepCards: is(2), Inside: is(3)}
		if is(4) {
			read.MemoryLimit, read.InlineLimit, read.TempDir = 100, 30, t.TempDir()
		}
		write := rfc822.EncodeOptions{Regenerate: true, UTF8: is(5), Flowed: is(6), Transport: is(9)}
		write.TNEF = []rfc822.TNEF{rfc822.TNEFNever, rfc822.TNEFAsItCame, rfc822.TNEFWhenNeeded, rfc822.TNEFAlways}[options>>7&3]
		if write.TNEF == rfc822.TNEFAlways {
			read.KeepTNEF = false // or each mail is a file in the next
		}
		again := func(m *mapi.Message) *mapi.Message {
			var out bytes.Buffer
			o := write
			o.Boundary = unlike(in)
			require.NoError(t, rfc822.Encode(&out, m, &o))
			m, err := rfc822.Decode(&out, read)
			require.NoError(t, err)
			return m
		}
		msg, err := rfc822.Decode(bytes.NewReader(in), read)
		require.NoError(t, err)
		first := again(msg)
		second := again(first)
		require.Equal(t, meaning(t, first), meaning(t, second))
		for _, m := range []*mapi.Message{msg, first, second} {
			rfc822.Release(m)
		}
	})
}
