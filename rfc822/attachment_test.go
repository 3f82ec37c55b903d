package rfc822_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func part(lines ...string) []byte {
	return eml(append(append([]string{`Content-Type: multipart/mixed; boundary=b`, ``, `--b`, ``, `text`, `--b`}, lines...), `--b--`)...)
}

// TestAttachmentFields has a case for each property of an attachment: what a part
// gives, and that it is still so when mail was generated from it.
func TestAttachmentFields(t *testing.T) {
	for _, tc := range []struct {
		name string
		part []string
		want []mapi.Property
	}{
		{"the name", []string{`Content-Disposition: attachment; filename="a.tar.gz"`, `Content-Type: application/gzip; name=b`, ``, `x`}, values(
			props.PidTagAttachLongFilename.Prop(), "a.tar.gz", props.PidTagAttachFilename.Prop(), "a.tar.gz", props.PidTagAttachExtension.Prop(), ".gz",
			props.PidTagDisplayName.Prop(), "a.tar.gz")},
		{"a name without what file systems forbid", []string{`Content-Disposition: attachment; filename="C:\\dir\\a<b>:c|d?.txt. "`, ``, `x`}, values(props.PidTagAttachLongFilename.Prop(), "a_b__c_d_.txt")},
		{"a name for what has none", []string{`Content-Type: image/png`, ``, `x`}, values(props.PidTagAttachLongFilename.Prop(), "attachment.png")},
		{"a name for what nobody knows", []string{`Content-Type: application/x-zoo`, ``, `x`}, values(props.PidTagAttachLongFilename.Prop(), "attachment.dat")},
		{"the type", []string{`Content-Type: Application/PDF; version=1`, ``, `x`}, values(props.PidTagAttachMimeTag.Prop(), "application/pdf")},
		{"the charset of a text", []string{`Content-Type: text/csv; charset=koi8-r`, ``, `x`}, values(props.PidTagTextAttachmentCharset.Prop(), "koi8-r")},
		{"Content-ID", []string{`Content-Type: image/png`, `Content-ID: <a@b>`, ``, `x`}, values(props.PidTagAttachContentId.Prop(), "a@b", props.PidTagAttachmentHidden.Prop(), nil)},
		{"Content-Location", []string{`Content-Type: image/png`, `Content-Location: http://x/y.png`, ``, `x`}, values(props.PidTagAttachContentLocation.Prop(), "http://x/y.png")},
		{"Content-Base", []string{`Content-Type: image/png`, `Content-Base: http://x/`, ``, `x`}, values(props.PidTagAttachContentBase.Prop(), "http://x/")},
		{"Content-Description", []string{`Content-Type: image/png; name=a.png`, `Content-Description: =?utf-8?q?=C3=84?=`, ``, `x`}, values(props.PidTagDisplayName.Prop(), "Ä")},
		{"X-Payload-Class", []string{`Content-Type: image/png`, `X-Payload-Class: ZOO`, ``, `x`}, values(props.PidTagAttachPayloadClass.Prop(), "ZOO")},
		{"times of the file", []string{`Content-Type: image/png`, `Content-Disposition: attachment; filename=a; creation-date="Mon, 02 Jan 2006 15:04:05 +0000"; modification-date="Tue, 03 Jan 2006 15:04:05 +0000"`, ``, `x`}, values(
			props.PidTagCreationTime.Prop(), at("2006-01-02T15:04:05Z"), props.PidTagLastModificationTime.Prop(), at("2006-01-03T15:04:05Z"))},
		{"the content, decoded", []string{`Content-Type: image/png`, `Content-Transfer-Encoding: base64`, ``, `AAEC`}, values(
			props.PidTagAttachDataBinary.Prop(), []byte{0, 1, 2}, props.PidTagAttachMethod.Prop(), int32(1), props.PidTagRenderingPosition.Prop(), int32(-1))},
		{"message/partial stays a file", []string{`Content-Type: message/partial; id="a@b"; number=1; total=2`, ``, `Subject: x`}, values(props.PidTagAttachMethod.Prop(), int32(1))},
		{"a file on the web is a link", []string{`Content-Type: message/external-body; access-type=URL; URL="https://x.org/`, `  dir/plan.pdf"`, ``, `Content-Type: application/pdf`, ``}, values(
			props.PidTagAttachMethod.Prop(), int32(7), props.PidTagAttachLongPathname.Prop(), "https://x.org/dir/plan.pdf", props.PidTagAttachLongFilename.Prop(), "plan.pdf",
			props.PidTagAttachDataBinary.Prop(), nil, props.PidTagAttachMimeTag.Prop(), "application/pdf")},
		{"the type of a file on the web is that in the body", []string{`Content-Type: message/external-body; access-type=URL; URL="https://x.org/plan"; name="plan.pdf"`, ``, `Content-ID: <a@b>`, `content-type: TEXT/CSV;`, ` charset=koi8-r`, ``, `Content-Type: image/png`}, values(
			props.PidTagAttachMimeTag.Prop(), "text/csv", props.PidTagTextAttachmentCharset.Prop(), "koi8-r")},
		{"a file on an FTP server is a shortcut", []string{`Content-Type: message/external-body; access-type=ANON-FTP; site=ftp.x.org; directory=pub; name="a b.txt"`, ``, ``}, values(
			props.PidTagAttachDataBinary.Prop(), []byte("[InternetShortcut]\r\nURL=ftp://ftp.x.org/pub/a%20b.txt\r\n"), props.PidTagAttachLongFilename.Prop(), "a b.txt.url")},
		{"a path in the sender's network is no link", []string{`Content-Type: message/external-body; access-type=local-file; name="\\\\evil\\share\\x"`, ``, ``}, values(
			props.PidTagAttachMethod.Prop(), int32(1), props.PidTagAttachLongPathname.Prop(), nil)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mail := part(tc.part...)
			msg := decodeBytes(t, mail)
			require.Len(t, msg.Attachments, 1)
			again := decodeBytes(t, regenerate(t, msg))
			require.Len(t, again.Attachments, 1)
			for _, p := range tc.want {
				assert.Equal(t, p.Value, msg.Attachments[0].Get(p.Prop), p.Prop)
				assert.Equal(t, p.Value, again.Attachments[0].Get(p.Prop), "%v generated anew", p.Prop)
			}
			assert.Equal(t, mail, encoded(t, msg))
		})
	}
}

func TestPathsOfTheOwnNetworkAreNotTold(t *testing.T) {
	msg := &mapi.Message{}
	for _, path := range []string{`\\server\share\plan.pdf`, `https://x.org/plan.pdf`} {
		a := &mapi.Attachment{}
		props.PidTagAttachMethod.Set(a, mapi.AttachByReferenceOnly)
		props.PidTagAttachLongPathname.Set(a, path)
		props.PidTagAttachLongFilename.Set(a, "plan.pdf")
		msg.Attachments = append(msg.Attachments, a)
	}
	out := string(regenerate(t, msg))
	assert.NotContains(t, out, "server")
	assert.Contains(t, strings.ReplaceAll(out, "\r\n ", " "), `message/external-body; access-type=URL; url="https://x.org/plan.pdf"`)
}

func TestLinkWithoutATypeHasThatOfItsExtension(t *testing.T) {
	for header, want := range map[string]string{
		``:                               "application/pdf",
		`Content-Type: nonsense`:         "application/pdf",
		`Content-Type: image/png`:        "image/png",
		`Content-Type: multipart/mixed`:  "multipart/mixed",
		strings.Repeat("X: y\r\n", 9000): "application/pdf",
	} {
		msg := decodeBytes(t, part(`Content-Type: message/external-body; access-type=URL; URL="https://x.org/plan.pdf"`, ``, header, ``))
		out := string(regenerate(t, msg))
		_, inner, _ := strings.Cut(out, "external-body")
		_, inner, _ = strings.Cut(inner, "\r\n\r\n")
		assert.Equal(t, "Content-Type: "+want+"\r\n\r\n", inner[:min(len(inner), len(want)+18)], header[:min(len(header), 40)])
	}
}

// apple is an AppleSingle or AppleDouble file.
func apple(magic uint32, entries ...any) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	b = append(b, 0, 2, 0, 0)
	b = append(b, make([]byte, 16)...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(entries)/2))
	off := len(b) + 6*len(entries)
	for i := 0; i < len(entries); i += 2 {
		b = binary.BigEndian.AppendUint32(b, uint32(entries[i].(int)))
		b = binary.BigEndian.AppendUint32(b, uint32(off))
		b = binary.BigEndian.AppendUint32(b, uint32(len(entries[i+1].(string))))
		off += len(entries[i+1].(string))
	}
	for i := 1; i < len(entries); i += 2 {
		b = append(b, entries[i].(string)...)
	}
	return b
}

func base64Part(header string, content []byte) []string {
	return append(strings.Split(header, "\n"), `Content-Transfer-Encoding: base64`, ``, strings.TrimSuffix(base64Lines(content), "\r\n"))
}

func TestFilesOfAMacintosh(t *testing.T) {
	finder := "TEXTttxt" + strings.Repeat("\x00", 24)
	double := apple(0x00051607, 3, "Gr\x9f\xa7e", 9, finder, 2, "resource")
	single := apple(0x00051600, 1, "the data", 3, "Gr\x9f\xa7e", 9, finder, 2, "resource")
	bin := make([]byte, 128)
	bin[1] = byte(copy(bin[2:], "a.txt"))
	copy(bin[65:], "TEXTttxt")
	binary.BigEndian.PutUint32(bin[83:], 8)
	binary.BigEndian.PutUint32(bin[87:], 8)
	bin = append(append(append(append(bin, "the data"...), make([]byte, 120)...), "resource"...), make([]byte, 120)...)

	doubleMail := append([]string{`Content-Type: multipart/appledouble; boundary=d`, ``, `--d`}, base64Part(`Content-Type: application/applefile`, double)...)
	doubleMail = append(append(append(doubleMail, `--d`), base64Part("Content-Type: text/plain", []byte("the data"))...), `--d--`)
	for _, tc := range []struct {
		name string
		part []string
	}{
		{"AppleDouble", doubleMail},
		{"AppleSingle", base64Part(`Content-Type: application/applefile`, single)},
	} {
		mail := part(tc.part...)
		msg := decodeBytes(t, mail)
		for range 2 { // as read, and generated
			require.Len(t, msg.Attachments, 1, tc.name)
			a := msg.Attachments[0]
			data, _ := props.PidTagAttachDataBinary.Get(a)
			info, _ := props.PidTagAttachAdditionalInformation.Get(a)
			mac, _ := props.PidNameAttachmentMacInfo.Get(a)
			assert.Equal(t, "the data", string(data), tc.name)
			assert.Equal(t, ":ttxt:TEXT", string(info), tc.name)
			assert.Equal(t, double, mac, tc.name)
			assert.Equal(t, []string{"Grüße"}, names(msg), tc.name)
			assert.Equal(t, mail, encoded(t, msg), tc.name)
			out := regenerate(t, msg)
			assert.Contains(t, string(out), "multipart/appledouble")
			mail, msg = out, decodeBytes(t, out)
		}
	}

	msg := decodeBytes(t, part(base64Part("Content-Type: application/x-macbinary; name=a.bin", bin)...))
	encoding, _ := props.PidTagAttachEncoding.Get(msg.Attachments[0])
	assert.Equal(t, "\x2A\x86\x48\x86\xF7\x14\x03\x0B\x01", string(encoding))
	again := decodeBytes(t, regenerate(t, msg)).Attachments[0]
	data, _ := props.PidTagAttachDataBinary.Get(again)
	mac, _ := props.PidNameAttachmentMacInfo.Get(again)
	assert.Equal(t, "the data", string(data))
	assert.Contains(t, string(mac), "resource")

	for name, damaged := range map[string][]string{
		"one part":       {`Content-Type: multipart/appledouble; boundary=d`, ``, `--d`, `Content-Type: application/applefile`, ``, `x`, `--d--`},
		"no apple file":  {`Content-Type: multipart/appledouble; boundary=d`, ``, `--d`, `Content-Type: application/applefile`, ``, `x`, `--d`, ``, `y`, `--d--`},
		"entries beyond": base64Part(`Content-Type: application/applefile`, single[:60]),
		"no macbinary":   base64Part(`Content-Type: application/macbinary`, []byte("short")),
	} {
		mail := part(damaged...)
		assert.Equal(t, mail, encoded(t, decodeBytes(t, mail)), name)
	}
}

func TestEncryptedMailStaysWhatItIs(t *testing.T) {
	mail := eml(`Subject: s`, `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b`, ``,
		`--b`, `Content-Type: application/pgp-encrypted`, ``, `Version: 1`,
		`--b`, `Content-Type: application/octet-stream; name=encrypted.asc`, ``, `-----BEGIN PGP MESSAGE-----`, `--b--`)
	msg := decodeBytes(t, mail)
	assert.Len(t, msg.Attachments, 2)
	assert.Contains(t, string(regenerate(t, msg)), `multipart/encrypted; protocol="application/pgp-encrypted"`)
	props.PidTagSubject.Set(msg, "other")
	assert.Equal(t, bodyOf(t, mail), bodyOf(t, encoded(t, msg)))
}

func TestPicturesOfTheTextAreNoPaperClip(t *testing.T) {
	html := []string{`Content-Type: multipart/related; boundary=r`, ``, `--r`, `Content-Type: text/html`, ``, `<img src="cid:a@b">`, `--r`, `Content-Type: image/png`, `Content-ID: <a@b>`, ``, `x`, `--r--`}
	msg := decodeBytes(t, eml(html...))
	smart, _ := props.PidLidSmartNoAttach.Get(msg)
	flags, _ := props.PidTagAttachFlags.Get(msg.Attachments[0])
	assert.True(t, smart)
	assert.Equal(t, mapi.AttachFlagRenderedInBody, flags)
	assert.NotContains(t, strings.ToLower(string(regenerate(t, msg))), "x-ms-has-attach")
	assert.False(t, props.PidLidSmartNoAttach.Has(decodeBytes(t, rich())))
	assert.Contains(t, strings.ToLower(string(bytes.TrimSpace(regenerate(t, decodeBytes(t, rich()))))), "x-ms-has-attach: yes")
}
