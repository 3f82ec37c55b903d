package rfc822

import (
	"bytes"
	"strings"

	"github.com/okapi-mail/okapi/ical/vcard"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// RuleCard: a vCard stays a file, because it is none, or several.
const RuleCard entity.Rule = "vcard"

// maxCard bounds a vCard that is read into memory: 4 MiB. Photos are in it.
const maxCard = 4 << 20

// isCardType: the media types of vCards; text/directory is of anything in lines.
func isCardType(mediaType string) bool {
	switch mediaType {
	case "text/vcard", "text/x-vcard", "text/directory":
		return true
	}
	return false
}

// isCard reports whether a part says that it is a vCard, by its type or, when that
// says nothing, by its name.
func isCard(p *entity.Part, disp *entity.Media) bool {
	switch p.Type.Type {
	case "text/directory":
		profile := p.Type.Param("profile")
		return profile == "" || strings.EqualFold(profile, "vcard")
	case "application/octet-stream", "text/plain":
		name := fileName(p, disp)
		return len(name) > 4 && strings.EqualFold(name[len(name)-4:], ".vcf")
	}
	return isCardType(p.Type.Type)
}

// attachCard makes an embedded contact of a vCard (MS-OXCMAIL 2.2.3.4.4). It reports
// false when the part is to be kept as a file: no message can be several contacts.
func (m *message) attachCard(p *entity.Part, disp *entity.Media) bool {
	if m.opts.KeepCards || p.Body.Len() > 2*maxCard {
		return false
	}
	raw, err := m.src.read(p.Body)
	if m.failed(err) {
		return false
	}
	text, _, _, _ := entity.DecodeBytes(encodingOf(p), raw)
	contact := m.card(text, p)
	if contact == nil {
		m.report(RuleCard, p, "")
		return false
	}
	at := &mapi.Attachment{Embedded: contact}
	index := len(m.Attachments)
	m.Attachments = append(m.Attachments, at)
	m.describe(at, p, disp)
	props.PidTagTextAttachmentCharset.Delete(at)
	props.PidTagAttachMethod.Set(at, mapi.AttachEmbeddedMessage)
	name := fileName(p, disp)
	if name == "" {
		if name, _ = props.PidTagDisplayName.Get(contact); name != "" {
			name += ".vcf"
		}
	}
	m.name(at, name, "text/vcard")
	m.keepPart(index, p)
	return true
}

// card reads a text that is one vCard and nothing else, or returns nil.
func (m *message) card(text []byte, p *entity.Part) *mapi.Message {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))
	if len(text) > maxCard || !hasPrefixFold(string(trimmed[:min(len(trimmed), 11)]), "BEGIN:VCARD") ||
		!strings.EqualFold(string(trimmed[max(0, len(trimmed)-9):]), "END:VCARD") {
		return nil
	}
	opts := &vcard.DecodeOptions{ReadOptions: vcard.ReadOptions{
		MaxCards: 2, MaxBytes: 2 * maxCard,
		Report: func(i vcard.Issue) { m.report(RuleCard, p, i.String()) },
	}}
	opts.Line.Charset = p.Type.Param("charset")
	list, err := vcard.Decode(bytes.NewReader(text), opts)
	if err != nil || len(list) != 1 {
		return nil
	}
	return list[0]
}

// isContact reports whether a message is written as a vCard. One that came as mail, with
// a header, stays mail.
func isContact(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	for _, base := range [...]string{"IPM.Contact", "IPM.DistList"} {
		if strings.EqualFold(class, base) || hasPrefixFold(class, base+".") {
			return !msg.Has(SourceForm())
		}
	}
	return false
}

// cardName is a name for the file of a contact that has none.
func cardName(a *mapi.Attachment) string {
	name, _ := props.PidTagDisplayName.Get(a)
	if name == "" {
		name, _ = props.PidTagDisplayName.Get(a.Embedded)
	}
	if name = cleanName(name); name == "" {
		name = "contact"
	}
	return name + ".vcf"
}

// cardNode makes the part of an attached contact (MS-OXCMAIL 2.1.3.4.6).
//
// QUIRK: MS-OXCMAIL wants text/directory, which RFC 6350 section 10.1 has replaced by
// text/vcard: programs of today know that one.
func cardNode(a *mapi.Attachment, name string) (*node, error) {
	var out bytes.Buffer
	if err := vcard.Encode(&out, []*mapi.Message{a.Embedded}, nil); err != nil {
		return nil, err
	}
	n := textNode("vcard", entity.UTF8, out.Bytes())
	m := entity.Media{Type: "text/vcard", Params: []entity.Param{{Name: "charset", Value: "utf-8"}}}
	if tag, _ := props.PidTagAttachMimeTag.Get(a); isCardType(tag) {
		m.Type = tag
	}
	if m.Type == "text/directory" {
		m.Params = append(m.Params, entity.Param{Name: "profile", Value: "vCard"})
	}
	m.Params = append(m.Params, entity.Param{Name: "name", Value: name})
	n.header.set("Content-Type", m.String())
	return n, nil
}
