package rfc822

import (
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// internetHeader is the named property of a header field; name is in lower case.
func internetHeader(name string) mapi.Prop {
	return mapi.Prop{Set: mapi.PSInternetHeaders, Name: name, Type: mapi.PtypString}
}

var contentClass = internetHeader("content-class")

// Classes that stand for a form that is said by Content-Class (MS-OXCMAIL
// 2.2.3.2.15).
var classes = [...]struct {
	field, class string
	fits         func(*entity.Part) bool // nil: any mail
}{
	{"fax", "IPM.Note.Microsoft.Fax", looksLikeFax},
	{"fax-ca", "IPM.Note.Microsoft.Fax.CA", looksLikeFax},
	{"missedcall", "IPM.Note.Microsoft.Missed.Voice", nil}, // nobody spoke
	{"voice-uc", "IPM.Note.Microsoft.Conversation.Voice", hasAudio},
	{"voice-ca", "IPM.Note.Microsoft.Voicemail.UM.CA", hasAudio},
	{"voice", "IPM.Note.Microsoft.Voicemail.UM", hasAudio},
}

const (
	customField, customClass     = "urn:content-class:custom.", "IPM.Note.Custom."
	infoPathField, infoPathClass = "infopathform.", "IPM.InfoPathForm."
)

// looksLikeFax: the first two parts are a text and a picture.
func looksLikeFax(p *entity.Part) bool {
	return p.Type.IsMultipart() && len(p.Parts) >= 2 &&
		p.Parts[0].Type.Type == "text/html" && p.Parts[1].Type.Type == "image/tiff"
}

func hasAudio(p *entity.Part) bool {
	if strings.HasPrefix(p.Type.Type, "audio/") {
		return true
	}
	if p.Type.IsMultipart() {
		for _, c := range p.Parts {
			if hasAudio(c) {
				return true
			}
		}
	}
	return false
}

// classify takes the message class from Content-Class when nothing else said what
// the mail is, and its structure fits.
func (m *message) classify() {
	field, _ := m.Get(contentClass).(string)
	if class, _ := props.PidTagMessageClass.Get(m); field == "" || class != "IPM.Note" {
		return
	}
	lower := strings.ToLower(field)
	if len(field) != len(lower) || len(field) > maxClass {
		return
	}
	for _, c := range classes {
		if lower == c.field {
			if c.fits == nil || c.fits(m.part) {
				props.PidTagMessageClass.Set(m, c.class)
				m.unified()
			}
			return
		}
	}
	switch {
	case strings.HasPrefix(lower, customField) && len(field) > len(customField):
		props.PidTagMessageClass.Set(m, customClass+field[len(customField):])
	case strings.HasPrefix(lower, infoPathField) && len(field) > len(infoPathField):
		form := field[len(infoPathField):]
		props.PidTagMessageClass.Set(m, infoPathClass+form)
		if id, name, ok := strings.Cut(form, "."); ok {
			if _, err := mapi.ParseGUID(id); err == nil {
				form = name
			}
		}
		props.PidLidInfoPathFormName.Set(m, form)
	}
}

// maxClass bounds what becomes part of a message class, which has 255 characters
// at most.
const maxClass = 230

// classField is the Content-Class of a message that has no such field kept.
func classField(msg *mapi.Message) string {
	class, _ := props.PidTagMessageClass.Get(msg)
	if msg.Has(contentClass) || !strings.HasPrefix(class, "IPM.") {
		return ""
	}
	for _, c := range classes {
		if strings.EqualFold(class, c.class) {
			return c.field
		}
	}
	if rest, ok := cutPrefixFold(class, customClass); ok {
		return customField + rest
	}
	if rest, ok := cutPrefixFold(class, infoPathClass); ok {
		return "InfoPathForm." + rest
	}
	return ""
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return "", false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// Fields of voice and fax messages (MS-OXCMAIL 2.2.3.2.23): text, or a number.
var (
	unifiedTexts = [...]struct {
		field string
		key   mapi.Prop
	}{
		{"X-CallingTelephoneNumber", mapi.Prop{ID: 0x6802, Type: mapi.PtypString}}, // PidTagSenderTelephoneNumber
		{"X-VoiceMessageSenderName", mapi.Prop{ID: 0x6803, Type: mapi.PtypString}}, // PidTagVoiceMessageSenderName
		{"X-AttachmentOrder", mapi.Prop{ID: 0x6805, Type: mapi.PtypString}},        // PidTagVoiceMessageAttachmentOrder
		{"X-CallID", mapi.Prop{ID: 0x6806, Type: mapi.PtypString}},                 // PidTagCallId
	}
	unifiedNumbers = [...]struct {
		field string
		key   mapi.Prop
	}{
		{"X-VoiceMessageDuration", mapi.Prop{ID: 0x6801, Type: mapi.PtypInteger32}}, // PidTagVoiceMessageDuration
		{"X-FaxNumberOfPages", mapi.Prop{ID: 0x6804, Type: mapi.PtypInteger32}},     // PidTagFaxNumberOfPages
	}
)

// unified reads the fields of a voice or fax message. On other messages the ids of
// their properties mean something else.
func (m *message) unified() {
	for _, f := range unifiedTexts {
		if v := m.part.Header.Get(f.field); len(v) > 0 {
			m.set(f.key, m.words(v))
		}
	}
	for _, f := range unifiedNumbers {
		n, err := strconv.ParseInt(string(m.part.Header.Get(f.field)), 10, 32)
		if err == nil && n >= 0 {
			m.Set(f.key, int32(n))
		}
	}
}

// unified writes them.
func unified(h *fields, msg *mapi.Message) {
	class, _ := props.PidTagMessageClass.Get(msg)
	known := false
	for _, c := range classes {
		known = known || strings.EqualFold(class, c.class)
	}
	if !known {
		return
	}
	for _, f := range unifiedTexts {
		if s, ok := msg.Get(f.key).(string); ok {
			h.text(f.field, s)
		}
	}
	for _, f := range unifiedNumbers {
		if n, ok := msg.Get(f.key).(int32); ok {
			h.add(f.field, strconv.Itoa(int(n)))
		}
	}
}
