package rfc822_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// filed is a message with one file. A tag of "" is none.
func filed(name, tag string, data []byte) *mapi.Message {
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachLongFilename.Set(a, name)
	props.PidTagAttachDataBinary.Set(a, data)
	if tag != "" {
		props.PidTagAttachMimeTag.Set(a, tag)
	}
	return &mapi.Message{Attachments: []*mapi.Attachment{a}}
}

var contentTypes = regexp.MustCompile(`(?m)^Content-Type: ([^;\r\n]+)`)

// typeWritten is the media type of the last part of what is generated.
func typeWritten(t *testing.T, msg *mapi.Message) string {
	t.Helper()
	found := contentTypes.FindAllStringSubmatch(string(regenerate(t, msg)), -1)
	require.NotEmpty(t, found)
	return found[len(found)-1][1]
}

func TestFileWithoutATypeHasThatOfItsExtension(t *testing.T) {
	for _, tc := range []struct{ name, tag, want string }{
		{"plan.pdf", "", "application/pdf"},
		{"PLAN.PDF", "", "application/pdf"},
		{"a.tar.gz", "", "application/gzip"},
		{"old.doc", "", "application/msword"},
		{"new.docx", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"new.xlsx", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"free.odt", "", "application/vnd.oasis.opendocument.text"},
		{"okapi.jpeg", "", "image/jpeg"},
		{"okapi.mp3", "", "audio/mpeg"},
		{"okapi.mov", "", "video/quicktime"},
		{"notes.txt", "", "text/plain"},
		{"feeding.ics", "", "text/calendar"},
		{"keeper.vcf", "", "text/vcard"},

		{"a mail is no bytes.eml", "", "application/octet-stream"},
		{"an archive of a page.mht", "", "application/octet-stream"},
		{"what S-MIME takes for the mail.p7m", "", "application/octet-stream"},
		{"what would be taken apart.hqx", "", "application/octet-stream"},
		{"no extension", "", "application/octet-stream"},
		{"a dot at the end.", "", "application/octet-stream"},
		{"unheard.of", "", "application/octet-stream"},
		{"a." + strings.Repeat("x", 1000), "", "application/octet-stream"},

		{"the type wins.pdf", "image/png", "image/png"},
		{"also this one.pdf", "application/octet-stream", "application/octet-stream"},
		{"no type.pdf", "pdf", "application/pdf"},
		{"no multipart.zip", "Multipart/Mixed", "application/zip"},
		{"no mail.txt", "message/rfc822", "text/plain"},
		{"no mail.eml", "message/global", "application/octet-stream"},
		{"wrapped.pdf", "application/applefile", "application/pdf"},
		{"wrapped.xls", "Application/Mac-BinHex40", "application/vnd.ms-excel"},
		{"wrapped", "application/mac-binhex40", "application/octet-stream"},
	} {
		assert.Equal(t, tc.want, typeWritten(t, filed(tc.name, tc.tag, []byte("x"))), "%s, %s", tc.name, tc.tag)
	}

	msg := filed("no extension", "", []byte("x"))
	props.PidTagAttachExtension.Set(msg.Attachments[0], ".png")
	assert.Equal(t, "image/png", typeWritten(t, msg), "of the property where the name has none")

	msg = filed("photo.jpg", "application/applefile", []byte("x"))
	props.PidNameAttachmentMacContentType.Set(msg.Attachments[0], "image/pjpeg")
	assert.Equal(t, "image/pjpeg", typeWritten(t, msg), "the data fork has a type of its own")

	msg = filed("damaged.jpg", "application/applefile", apple(0x00051600, 1, "the data")[:30])
	assert.Equal(t, "application/applefile", typeWritten(t, msg), "what is still wrapped is no picture")
}

// extensions are all those in the table.
func extensions(t *testing.T) (list []string) {
	t.Helper()
	source, err := os.ReadFile("filetype.go")
	require.NoError(t, err)
	for _, line := range regexp.MustCompile(`(?m)^\tcase (.*):$`).FindAllStringSubmatch(string(source), -1) {
		for _, quoted := range strings.Split(line[1], ", ") {
			if ext := strings.Trim(quoted, `"`); !strings.Contains(ext, "/") {
				list = append(list, ext)
			}
		}
	}
	require.Greater(t, len(list), 150)
	return list
}

// Whatever type its name gives, a file comes back as the bytes that it was.
func TestFileOfAnyExtensionComesBackByteForByte(t *testing.T) {
	for _, ext := range extensions(t) {
		for _, data := range []string{"", "a\nb\r\nc\rd \n.\n\xff\xfe\xe4=\x00\x1b$B", "<p>\xe4<img src=x>\n", "BEGIN:VCALENDAR\nMETHOD:REQUEST\n"} {
			for _, body := range []string{"", "text"} {
				msg := filed("name."+ext, "", []byte(data))
				if body != "" {
					props.PidTagBody.Set(msg, body)
				}
				again := decodeBytes(t, regenerate(t, msg))
				require.Len(t, again.Attachments, 1, ext)
				a := again.Attachments[0]
				assert.Equal(t, []byte(data), props.PidTagAttachDataBinary.Or(a, nil), ext)
				assert.Equal(t, "name."+ext, props.PidTagAttachLongFilename.Or(a, ""))
				assert.Equal(t, "IPM.Note", props.PidTagMessageClass.Or(again, ""), ext)
				assert.Equal(t, body, strings.TrimSpace(props.PidTagBody.Or(again, "")), ext)
				tag := props.PidTagAttachMimeTag.Or(a, "")
				assert.NotEqual(t, "application/octet-stream", tag, ext)
				assert.NotRegexp(t, "^(message|multipart)/", tag, ext)
			}
		}
	}
}
