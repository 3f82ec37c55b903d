package msg_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/japanese"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
	"github.com/okapi-mail/okapi/props"
)

// fields are the properties that the expected values are of, by the names that they
// have there. Where no property is named it is called like the field.
var fields = map[string]string{
	"addressCity": "PidTagLocality", "addressCountryCode": "PidLidAddressCountryCode",
	"apptEndWhole": "PidLidAppointmentEndWhole", "apptStartWhole": "PidLidAppointmentStartWhole",
	"apptLocation": "PidLidLocation", "apptRecur": "PidLidAppointmentRecur",
	"apptTZDefEndDisplay":   "PidLidAppointmentTimeZoneDefinitionEndDisplay",
	"apptTZDefStartDisplay": "PidLidAppointmentTimeZoneDefinitionStartDisplay",
	"apptTZDefRecur":        "PidLidAppointmentTimeZoneDefinitionRecur",
	"clipEnd":               "PidLidClipEnd", "clipStart": "PidLidClipStart", "contactHtml": "PidLidHtml",
	"creatorSMTPAddress": "0x5D0A001F", "lastModifierSMTPAddress": "0x5D0B001F", "department": "PidLidDepartment",
	"email1DisplayName": "PidLidEmail1DisplayName", "email1EmailAddress": "PidLidEmail1EmailAddress",
	"email1OriginalDisplayName": "PidLidEmail1OriginalDisplayName",
	"fax1AddrType":              "PidLidFax1AddressType", "fax1EmailAddress": "PidLidFax1EmailAddress",
	"fax1OriginalDisplayName": "PidLidFax1OriginalDisplayName",
	"fax2AddrType":            "PidLidFax2AddressType", "fax2EmailAddress": "PidLidFax2EmailAddress",
	"fax2OriginalDisplayName": "PidLidFax2OriginalDisplayName",
	"fax3AddrType":            "PidLidFax3AddressType", "fax3EmailAddress": "PidLidFax3EmailAddress",
	"fax3OriginalDisplayName": "PidLidFax3OriginalDisplayName",
	"fileUnder":               "PidLidFileUnder", "globalAppointmentID": "PidLidGlobalObjectId",
	"headers": "PidTagTransportMessageHeaders", "inetAcctName": "PidLidInternetAccountName",
	"instMsg": "PidLidInstantMessagingAddress", "messageId": "PidTagInternetMessageId",
	"name": "PidTagDisplayName", "preview": "0x3FD9001F", "senderEmail": "PidTagSenderEmailAddress",
	"timeZoneDesc": "PidLidTimeZoneDescription", "timeZoneStruct": "PidLidTimeZoneStruct",
	"votingOptions": "PidLidVerbStream", "votingResponse": "PidLidVerbResponse",
	"workAddress": "PidLidWorkAddress", "workAddressCity": "PidLidWorkAddressCity",
	"workAddressCountry": "PidLidWorkAddressCountry", "workAddressCountryCode": "PidLidWorkAddressCountryCode",
	"workAddressPostalCode": "PidLidWorkAddressPostalCode", "workAddressState": "PidLidWorkAddressState",
	"workAddressStreet": "PidLidWorkAddressStreet", "yomiCompanyName": "PidLidYomiCompanyName",
	"yomiFirstName": "PidLidYomiFirstName", "yomiLastName": "PidLidYomiLastName",
	"attachMimeTag": "PidTagAttachMimeTag", "attachmentHidden": "PidTagAttachmentHidden",
	"extension": "PidTagAttachExtension", "fileName": "PidTagAttachLongFilename",
	"fileNameShort": "PidTagAttachFilename", "pidContentId": "PidTagAttachContentId",
	"addressType": "PidTagAddressType", "email": "PidTagEmailAddress", "smtpAddress": "PidTagSmtpAddress",
}

// misread is the file whose strings the other reader took byte by byte: they are in
// Shift JIS, as PidTagMessageLocaleId says. Its values prove it, as they become ours.
const misread = "msgreader/contactAnsi"

func asShiftJIS(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	out, _ := japanese.ShiftJIS.NewDecoder().Bytes(b)
	return string(out)
}

type comparison struct {
	t               *testing.T
	file            string
	compared, agree int
	misread         int
}

// TestAgreesWithAnotherReader compares everything that is a property here with what
// another reader took from the same files.
func TestAgreesWithAnotherReader(t *testing.T) {
	c := &comparison{t: t}
	files := 0
	for _, s := range corpus(t) {
		inner := map[string]func(*mapi.Message) *mapi.Message{
			"": func(m *mapi.Message) *mapi.Message { return m },
			"-attachments0": func(m *mapi.Message) *mapi.Message {
				return m.Attachments[0].Embedded
			},
			"-attachments0-attachments0": func(m *mapi.Message) *mapi.Message {
				return m.Attachments[0].Embedded.Attachments[0].Embedded
			},
		}
		for suffix, pick := range inner {
			b, err := os.ReadFile(strings.TrimSuffix(s.path, ".msg") + suffix + ".json")
			if err != nil {
				continue
			}
			var want map[string]any
			require.NoError(t, json.Unmarshal(b, &want))
			m, err := decode(s.data, nil)
			require.NoError(t, err)
			c.file = s.name + suffix
			c.message(want, pick(m))
			files++
		}
	}
	t.Logf("%d files: %d fields compared, %d agree; %d are in Shift JIS, which the other took for Latin-1",
		files, c.compared, c.agree, c.misread)
	assert.Equal(t, c.compared, c.agree+c.misread)
}

func (c *comparison) message(want map[string]any, m *mapi.Message) {
	if !assert.NotNil(c.t, m, c.file) {
		return
	}
	for field, v := range want {
		switch field {
		case "dataType":
		case "attachments":
			list := v.([]any)
			c.check(field, len(list) == len(m.Attachments), v, len(m.Attachments))
			for i, a := range list {
				c.attachment(a.(map[string]any), m.Attachments[i])
			}
		case "recipients":
			list := v.([]any)
			c.check(field, len(list) == len(m.Recipients), v, len(m.Recipients))
			for i, r := range list {
				c.recipient(r.(map[string]any), m.Recipients[i])
			}
		default:
			c.field(field, v, m)
		}
	}
}

func (c *comparison) recipient(want map[string]any, r *mapi.Recipient) {
	for field, v := range want {
		switch field {
		case "dataType":
		case "recipType":
			got, _ := props.PidTagRecipientType.Get(r)
			c.check(field, strings.EqualFold(fmt.Sprint(v), got.String()), v, got)
		default:
			c.field(field, v, r)
		}
	}
}

func (c *comparison) attachment(want map[string]any, a *mapi.Attachment) {
	for field, v := range want {
		switch field {
		case "dataType", "dataId", "folderId":
		case "innerMsgContent":
			c.check(field, (a.Embedded != nil) == v.(bool), v, a.Embedded != nil)
		case "innerMsgContentFields":
			c.message(v.(map[string]any), a.Embedded)
		case "contentLength":
			r, size, err := mapi.OpenValue(a, props.PidTagAttachDataBinary.Prop())
			require.NoError(c.t, err)
			b, err := io.ReadAll(r)
			require.NoError(c.t, err)
			require.Len(c.t, b, int(size))
			c.check(field, float64(size) == v, v, size)
			c.contents(a, b)
		default:
			c.field(field, v, a)
		}
	}
}

// contents looks whether the bytes of a picture or document are that.
func (c *comparison) contents(a *mapi.Attachment, b []byte) {
	magic := map[string]string{".png": "\x89PNG", ".jpg": "\xFF\xD8\xFF", ".tif": "II*", ".zip": "PK", ".xlsx": "PK", ".docx": "PK", ".gif": "GIF8"}
	name, _ := props.PidTagAttachFilename.Get(a)
	if m, ok := magic[strings.ToLower(filepath.Ext(name))]; ok {
		c.check("contents", strings.HasPrefix(string(b), m), m, b[:min(8, len(b))])
	}
}

func (c *comparison) check(field string, agree bool, want, got any) {
	c.t.Helper()
	c.compared++
	text, isText := want.(string)
	switch {
	case agree:
		c.agree++
	case c.file == misread && isText && got == asShiftJIS(text):
		c.misread++
	default:
		c.t.Errorf("%s: %s: want %#v, got %#v", c.file, field, want, got)
	}
}

// field compares one property.
func (c *comparison) field(field string, want any, obj mapi.Getter) {
	c.t.Helper()
	name, ok := fields[field]
	if !ok {
		name = "PidTag" + strings.ToUpper(field[:1]) + field[1:]
	}
	var tag uint32
	p := mapi.Prop{}
	if info, ok := props.Lookup(name); ok {
		p = info.Prop
	} else if _, err := fmt.Sscanf(name, "0x%08X", &tag); err == nil {
		p = mapi.Tagged(mapi.Tag(tag))
	} else {
		require.Fail(c.t, "no property", "%s", name)
	}
	v, err := mapi.ReadValue(p.Type, obj.Get(p), 1<<20)
	require.NoError(c.t, err)
	switch v := v.(type) {
	case string:
		c.check(field, v == want, want, v)
	case bool:
		c.check(field, v == want, want, v)
	case int32:
		c.check(field, float64(v) == want, want, v)
	case time.Time:
		c.check(field, v.Format(time.RFC1123) == strings.Replace(want.(string), "GMT", "UTC", 1), want, v)
	case []byte:
		c.structure(field, want, v)
	default:
		c.check(field, false, want, v)
	}
}

// structure compares what is at fixed places in a binary value.
func (c *comparison) structure(field string, want any, b []byte) {
	c.t.Helper()
	le := binary.LittleEndian
	number := func(w map[string]any, name string, got float64) {
		c.t.Helper()
		c.check(field, w[name] == got, w[name], got)
	}
	switch field {
	case "globalAppointmentID":
		c.check(field, strings.EqualFold(hex.EncodeToString(b), want.(string)), want, b)
	case "votingOptions":
		text := want.(string)
		for option := range strings.SplitSeq(text, ";") {
			c.check(field, strings.Contains(string(b), string(utf16Bytes(option))), option, b)
		}
	case "timeZoneStruct":
		w := want.(map[string]any)
		number(w, "bias", float64(int32(le.Uint32(b))))
		number(w, "standardBias", float64(int32(le.Uint32(b[4:]))))
		number(w, "daylightBias", float64(int32(le.Uint32(b[8:]))))
	case "apptRecur":
		w := want.(map[string]any)
		pattern := w["recurrencePattern"].(map[string]any)
		number(pattern, "recurFrequency", float64(le.Uint16(b[4:])))
		number(pattern, "patternType", float64(le.Uint16(b[6:])))
		number(pattern, "calendarType", float64(le.Uint16(b[8:])))
		number(pattern, "firstDateTime", float64(le.Uint32(b[10:])))
		number(pattern, "period", float64(le.Uint32(b[14:])))
		number(pattern, "slidingFlag", float64(le.Uint32(b[18:])))
	default: // time zone definitions
		w := want.(map[string]any)
		name := utf16Bytes(w["keyName"].(string))
		rules := w["rules"].([]any)
		c.check(field, strings.Contains(string(b), string(name)), w["keyName"], b)
		at := 8 + len(name)
		c.check(field, int(le.Uint16(b[at:])) == len(rules), len(rules), b)
		for i, r := range rules {
			rule := b[at+2+66*i:]
			number(r.(map[string]any), "flags", float64(le.Uint16(rule[4:])))
			number(r.(map[string]any), "bias", float64(int32(le.Uint32(rule[22:]))))
		}
	}
}

func utf16Bytes(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func TestCompressedRTFHoldsTheExpectedDocument(t *testing.T) {
	compared := 0
	for _, s := range corpus(t) {
		want, err := os.ReadFile(strings.TrimSuffix(s.path, ".msg") + ".rtf")
		if err != nil {
			continue
		}
		m, err := decode(s.data, nil)
		require.NoError(t, err)
		compressed, err := props.PidTagRtfCompressed.Read(m)
		require.NoError(t, err, s.name)
		got, err := rtf.Decompress(compressed, 1<<24)
		require.NoError(t, err, s.name)
		assert.True(t, string(want) == string(got), "%s: %d bytes, %d expected", s.name, len(got), len(want))
		compared++
	}
	t.Logf("%d documents", compared)
}

// TestNamesAreWrittenLikeOutlook compares the storage of names byte for byte: which
// stream each is hashed to, and the order of property sets, names and strings.
func TestNamesAreWrittenLikeOutlook(t *testing.T) {
	files, compared := 0, 0
	for _, s := range corpus(t) {
		const storage = "__nameid_version1.0/"
		names, err := msg.NamesOf(s.data)
		require.NoError(t, err)
		theirs := streams(t, s.data)
		if len(names) == 0 || strings.Contains(s.name, "newOutlook") {
			continue // its writer is not Outlook of old: it puts no strings into the buckets
		}
		file, err := msg.FileOfNames(names)
		require.NoError(t, err, s.name)
		ours := streams(t, file)
		for path, b := range theirs {
			if strings.HasPrefix(path, storage) {
				if path == storage+"__substg1.0_00040102" {
					clearPadding(b)
				}
				compared++
				assert.Equal(t, hex.EncodeToString(b), hex.EncodeToString(ours[path]), "%s: %s", s.name, path)
				delete(ours, path)
			}
		}
		for path := range ours {
			assert.False(t, strings.HasPrefix(path, storage), "%s: %s is not there", s.name, path)
		}
		files++
	}
	t.Logf("%d streams of %d files", compared, files)
	assert.Positive(t, compared)
}

// clearPadding clears what stands between names: rubbish, in files of Outlook 2010.
func clearPadding(b []byte) {
	for at := 0; at+4 <= len(b); {
		end := at + 4 + int(binary.LittleEndian.Uint32(b[at:]))
		at = (end + 3) &^ 3
		for i := end; i < min(at, len(b)); i++ {
			b[i] = 0
		}
	}
}
