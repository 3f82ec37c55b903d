package rfc822_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822"
)

const cardText = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\nTEL;TYPE=work,voice:+44 1\r\nX-ENGINE:analytical\r\nEND:VCARD\r\n"

// cardMail has a vCard as its second part.
func cardMail(fields, card string) []byte {
	return []byte("From: a@x.org\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe text of the mail, long enough to be referred to.\r\n--b\r\n" +
		fields + "\r\n\r\n" + strings.TrimSuffix(card, "\r\n") + "\r\n--b--\r\n")
}

func contactOf(t testing.TB, msg *mapi.Message) *mapi.Message {
	t.Helper()
	require.Len(t, msg.Attachments, 1)
	require.NotNil(t, msg.Attachments[0].Embedded)
	return msg.Attachments[0].Embedded
}

func TestVCardBecomesAContact(t *testing.T) {
	for name, tc := range map[string]struct{ fields, want string }{
		"RFC 6350":          {"Content-Type: text/vcard; charset=utf-8; name=ada.vcf", "text/vcard; charset=utf-8; name=ada.vcf"},
		"RFC 2426":          {"Content-Type: text/directory; profile=vCard; name=ada.vcf\r\nX-Part: kept", "text/directory; charset=utf-8; profile=vCard; name=ada.vcf"},
		"old":               {"Content-type: Text/X-Vcard; name=\"ada.vcf\"", "text/x-vcard; charset=utf-8; name=ada.vcf"},
		"by its name alone": {"Content-Type: application/octet-stream; name=ada.VCF\r\nContent-Disposition: attachment", "text/vcard; charset=utf-8; name=ada.VCF"},
	} {
		t.Run(name, func(t *testing.T) {
			mail := cardMail(tc.fields, cardText)
			msg := decodeBytes(t, mail)
			contact := contactOf(t, msg)
			for _, p := range values(props.PidTagMessageClass.Prop(), "IPM.Contact", props.PidTagDisplayName.Prop(), "Ada Lovelace", props.PidTagBusinessTelephoneNumber.Prop(), "+44 1") {
				assert.Equal(t, p.Value, contact.Get(p.Prop), p.Prop)
			}
			assert.Equal(t, mapi.AttachEmbeddedMessage, props.PidTagAttachMethod.Or(msg.Attachments[0], 0))
			assert.Equal(t, "ada", strings.ToLower(names(msg)[0])[:3])

			kept := fromStore(t, msg, 10, true)
			require.Equal(t, string(mail), string(encoded(t, kept)), "byte for byte")
			props.PidTagBody.Set(kept, "Another text")
			assert.Contains(t, string(encoded(t, kept)), "\r\n"+tc.fields+"\r\n\r\n"+cardText+"--", "the part stays when the text changes")
			props.PidTagBusinessTelephoneNumber.Set(contactOf(t, kept), "+44 2")
			out := string(encoded(t, kept))
			assert.Contains(t, out, tc.want)
			assert.Contains(t, out, "X-ENGINE:analytical", "lines that MAPI does not know stay")
			phone, _ := props.PidTagBusinessTelephoneNumber.Get(contactOf(t, decodeBytes(t, []byte(out))))
			assert.Equal(t, "+44 2", phone)

			file, err := rfc822.Decode(bytes.NewReader(mail), &rfc822.DecodeOptions{KeepCards: true})
			require.NoError(t, err)
			assert.Nil(t, file.Attachments[0].Embedded)
			assert.Equal(t, mail, encoded(t, file))
		})
	}
}

func TestWhatIsNotOneVCardStaysAFile(t *testing.T) {
	for name, tc := range map[string]struct{ fields, text string }{
		"two":             {"Content-Type: text/vcard", cardText + cardText},
		"none":            {"Content-Type: text/vcard", "nothing"},
		"empty":           {"Content-Type: text/vcard", ""},
		"no end":          {"Content-Type: text/vcard", strings.ReplaceAll(cardText, "END:VCARD", "END:OTHER")},
		"text before":     {"Content-Type: text/vcard", "Hello\r\n" + cardText},
		"text behind":     {"Content-Type: text/vcard", cardText + "Hello\r\n"},
		"another profile": {"Content-Type: text/directory; profile=ldap", cardText},
		"too large":       {"Content-Type: text/vcard", strings.Replace(cardText, "X-ENGINE:", "X-ENGINE:"+strings.Repeat("x", 5<<20), 1)},
	} {
		mail := cardMail(tc.fields+"; name=ada.vcf", tc.text)
		msg := decodeBytes(t, mail)
		require.Len(t, msg.Attachments, 1, name)
		assert.Nil(t, msg.Attachments[0].Embedded, name)
		assert.True(t, bytes.Equal(mail, encoded(t, msg)), name)
		data, _, err := mapi.OpenValue(msg.Attachments[0], props.PidTagAttachDataBinary.Prop())
		require.NoError(t, err, name)
		data.Close()
	}
}

func TestVCardAloneIsAMailWithoutText(t *testing.T) {
	mail := []byte("From: a@x.org\r\nContent-Type: text/vcard\r\n\r\n" + cardText)
	msg := decodeBytes(t, mail)
	contactOf(t, msg)
	assert.False(t, props.PidTagBody.Has(msg))
	assert.Equal(t, mail, encoded(t, msg))
	again := decodeBytes(t, regenerate(t, msg))
	assert.Equal(t, "Ada Lovelace", props.PidTagDisplayName.Or(contactOf(t, again), ""))

	alternative := decodeBytes(t, eml(`Content-Type: multipart/alternative; boundary=b`, ``, `--b`, ``, `text`, `--b`, `Content-Type: text/vcard`, ``, strings.TrimSuffix(cardText, "\r\n"), `--b--`))
	contactOf(t, alternative)
	plain, _ := body(t, alternative)
	assert.Equal(t, "text", strings.TrimSpace(plain), "a contact is no alternative of a text")
}

func TestContactIsSentAsVCard(t *testing.T) {
	contact := &mapi.Message{}
	props.PidTagMessageClass.Set(contact, "IPM.Contact")
	props.PidTagDisplayName.Set(contact, "Bob")
	props.PidTagBusinessTelephoneNumber.Set(contact, "+32 1")
	note := &mapi.Message{}
	a := &mapi.Attachment{Embedded: contact}
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	props.PidTagDisplayName.Set(a, "Bob: the one")
	note.Attachments = append(note.Attachments, a)
	for _, policy := range []rfc822.TNEF{rfc822.TNEFNever, rfc822.TNEFAsItCame, rfc822.TNEFWhenNeeded} {
		out := string(encodeTNEF(t, note, policy))
		assert.Contains(t, out, "Content-Type: text/vcard; charset=utf-8; name=\"Bob_ the one.vcf\"")
		assert.NotContains(t, out, "ms-tnef")
		phone, _ := props.PidTagBusinessTelephoneNumber.Get(contactOf(t, decodeBytes(t, []byte(out))))
		assert.Equal(t, "+32 1", phone)
	}
	props.PidTagMessageClass.Set(contact, "IPM.Contacts")
	assert.Contains(t, string(encoded(t, note)), "message/rfc822", "of another class")
}

// TestCorpusOfCardsInMail sends each vCard of the corpus by mail.
func TestCorpusOfCardsInMail(t *testing.T) {
	contacts, files := 0, 0
	require.NoError(t, filepath.WalkDir(filepath.Join(mapitest.Corpus(t), "vcf"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".vcf" {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		mail := append([]byte("From: a@x.org\r\nContent-Type: text/vcard\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"), data...)
		msg := decodeBytes(t, mail)
		require.True(t, bytes.Equal(mail, encoded(t, fromStore(t, msg, 10, true))), path)
		if len(msg.Attachments) == 0 || msg.Attachments[0].Embedded == nil {
			files++
			return nil
		}
		contacts++
		again := decodeBytes(t, regenerate(t, msg))
		assert.Empty(t, propstest.Diff(contactOf(t, msg), contactOf(t, again), vcard.SourceForm()), path) // its required lines are added
		return nil
	}))
	t.Logf("%d contacts, %d files", contacts, files)
	assert.Greater(t, contacts, 50)
}
