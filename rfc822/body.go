package rfc822

import (
	"bytes"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// bodies is which parts of a message are its text (MS-OXCMAIL 2.2.3.3), and
// which are attachments, in the order of the mail.
type bodies struct {
	plain, html text
	others      []attached
	joinHTML    bool
}

// A text is the part that gives a body, or none, and those that go on where it
// ends.
type text struct {
	part *entity.Part
	more []*entity.Part
}

// An attached is a part that becomes an attachment.
type attached struct {
	part    *entity.Part
	related bool // belongs to the HTML of a multipart/related
}

// walk sorts the parts in p. want says that p may give the text; walk reports
// whether it did.
func (b *bodies) walk(p *entity.Part, want, related bool) bool {
	switch {
	case !p.Type.IsMultipart():
		return b.leaf(p, want, related)
	case len(p.Parts) == 0:
		// A multipart without parts: what it says is text.
		switch {
		case p.Body.Len() == 0:
		case want && b.plain.part == nil && !p.Truncated:
			b.plain.part = p
			return true
		default:
			b.attach(p, related)
		}
		return false
	case p.Type.Type == "multipart/appledouble":
		b.attach(p, related)
		return false
	case p.Type.Type == "multipart/alternative":
		return b.alternative(p, want, related)
	case p.Type.Type == "multipart/related":
		return b.related(p, want)
	}
	if p.Truncated {
		b.attach(p, related) // whole, so that the rest of it is not lost
		return false
	}
	took := false
	for _, c := range p.Parts {
		switch {
		case want && took && b.join(p, c):
		case b.walk(c, want && !took, related):
			took = true
		}
	}
	return took
}

func (b *bodies) attach(p *entity.Part, related bool) {
	b.others = append(b.others, attached{p, related})
}

// leaf takes a part for the text if it is one. What is marked as an attachment
// is none; a file name alone does not make it one.
func (b *bodies) leaf(p *entity.Part, want, related bool) bool {
	if want {
		var kind *text
		switch p.Type.Type {
		case "text/plain":
			kind = &b.plain
		case "text/html":
			kind = &b.html
		case "text/enriched", "text/richtext":
			if p.Body.Len() < largeText { // converted in memory
				kind = &b.html
			}
		}
		if kind != nil && kind.part == nil && !markedAttachment(p) {
			kind.part = p
			return true
		}
	}
	b.attach(p, related)
	return false
}

// alternative takes the last usable part of each kind, wherever inside the
// alternatives it is. Those that lost against a later one, and kinds that are no
// text, are kept as attachments.
func (b *bodies) alternative(p *entity.Part, want, related bool) bool {
	if p.Truncated {
		b.attach(p, related)
		return false
	}
	var plain, html text
	for _, c := range p.Parts {
		sub := bodies{joinHTML: b.joinHTML}
		sub.walk(c, want, related)
		b.replace(&plain, sub.plain, related)
		b.replace(&html, sub.html, related)
		b.others = append(b.others, sub.others...)
	}
	if plain.part == nil && html.part == nil {
		return false
	}
	b.plain, b.html = plain, html
	return true
}

// replace puts a later alternative in the place of an earlier one.
func (b *bodies) replace(kind *text, t text, related bool) {
	switch {
	case t.part == nil:
		return
	case kind.part != nil && t.part.Body.Len() == 0 && len(t.more) == 0:
		b.attach(t.part, related)
		return
	case kind.part != nil:
		if kind.part.Body.Len() > 0 {
			b.attach(kind.part, related)
		}
		for _, p := range kind.more {
			b.attach(p, related)
		}
	}
	*kind = t
}

// related takes the text from the root: the part that "start" names, or the
// first one. The others belong to it.
func (b *bodies) related(p *entity.Part, want bool) bool {
	if p.Truncated {
		b.attach(p, false)
		return false
	}
	root := 0
	if start := trimID(p.Type.Param("start")); start != "" {
		for i, c := range p.Parts {
			if trimID(c.Header.Text("Content-ID")) == start {
				root = i
				break
			}
		}
	}
	took := false
	for i, c := range p.Parts {
		if i == root {
			took = b.walk(c, want, false)
		} else {
			b.walk(c, false, true)
		}
	}
	return took
}

func disposition(p *entity.Part) entity.Media {
	if v := p.Header.Get("Content-Disposition"); v != nil {
		return entity.ParseMedia(v)
	}
	return entity.Media{}
}

func markedAttachment(p *entity.Part) bool {
	v := p.Header.Get("Content-Disposition")
	return len(v) >= 10 && bytes.EqualFold(v[:10], []byte("attachment"))
}

// content makes the bodies and attachments.
func (m *message) content() {
	m.bodies.joinHTML = m.opts.JoinHTML
	if m.secured() || m.readReport() {
		return
	}
	m.bodies.walk(m.part, true, false)
	m.texts()
	inner := m.merged()
	for _, a := range m.bodies.others {
		if a.part != inner {
			m.attach(a)
		}
	}
	if m.allHidden() {
		props.PidLidSmartNoAttach.Set(m, true)
	}
}

// allHidden: there are attachments, and none to show a paper clip for.
func (m *message) allHidden() bool {
	for _, a := range m.Attachments {
		if hidden, _ := props.PidTagAttachmentHidden.Get(a); !hidden {
			return false
		}
	}
	return len(m.Attachments) > 0
}

// merged takes over what another form of the message in the mail says, and returns
// the part that has it, or nil.
func (m *message) merged() *entity.Part {
	if p := winmail(m.part); p != nil && !m.opts.KeepTNEF {
		if t := m.unwrap(p); t != nil {
			m.merge(t)
			m.carry(inTNEF, p)
			m.wrap(p)
			return p
		}
	}
	if p := invitation(m.part); p != nil {
		if c := m.meeting(p); c != nil {
			m.mergeMeeting(c)
			m.carry(inCalendar, p)
			return p
		}
	}
	return nil
}

// texts sets the body properties.
func (m *message) texts() {
	codepage := int32(0)
	if t := m.bodies.plain; t.part != nil {
		codepage = m.plainBody(t)
		props.PidTagNativeBody.Set(m, mapi.NativeBodyPlainText)
	}
	if t := m.bodies.html; t.part != nil {
		codepage = m.htmlBody(t)
		props.PidTagNativeBody.Set(m, mapi.NativeBodyHTML)
	}
	if codepage != 0 {
		props.PidTagInternetCodepage.Set(m, codepage)
	}
	m.identify()
}

// identify takes the id and location of the best text from its own part, when that
// is not the whole mail.
func (m *message) identify() {
	p := m.bodies.html.part
	if p == nil {
		p = m.bodies.plain.part
	}
	if p == nil && !m.part.Type.IsMultipart() { // they are those of a file
		m.Delete(props.PidTagBodyContentId.Prop(), props.PidTagBodyContentLocation.Prop())
	}
	if p == nil || p == m.part {
		return
	}
	for f := range p.Header.All() {
		switch {
		case f.Is("Content-ID"):
			m.set(props.PidTagBodyContentId.Prop(), trimID(f.Text()))
		case f.Is("Content-Location"):
			m.set(props.PidTagBodyContentLocation.Prop(), f.Text())
		}
	}
}

// largeText is the length of a part from which its text is a stream when the
// mail is not held in memory.
const largeText = 1 << 20

// charset is what the text of p is in. A charset that is unknown is reported,
// and the text is read as if it were US-ASCII: lossy, but readable.
func (m *message) charset(p *entity.Part) (c *entity.Charset, known bool) {
	name := p.Type.Param("charset")
	if c, ok := entity.LookupCharset(name); ok {
		return c, true
	}
	m.report(entity.RuleCharset, p, name)
	return entity.USASCII, false
}

// plainBody sets PidTagBody and returns the code page of the mail's text.
func (m *message) plainBody(t text) int32 {
	p := t.part
	if len(t.more) > 0 {
		return m.joinPlain(t)
	}
	charset, _ := m.charset(p)
	enc := encodingOf(p)
	raw, inMemory := m.src.bytes(p.Body)
	if !inMemory && p.Body.Len() >= largeText {
		c, _, _ := m.measure(p.Body, enc, charset)
		props.PidTagBody.SetStream(m, c)
		m.bodyReference(propBody, p, enc, charset)
		return charset.Codepage
	}
	if !inMemory {
		var err error
		if raw, err = m.src.read(p.Body); m.failed(err) {
			return charset.Codepage
		}
	}
	decoded, layout, exact, damaged := entity.DecodeBytes(enc, raw)
	if damaged {
		m.report(entity.RuleEncoding, p, enc.String())
	}
	text := ""
	if len(decoded) > 0 && &decoded[0] == &raw[0] && charset.Reads(decoded) {
		text = withoutNUL(m.src.text(decoded)) // valid it is
	} else {
		text = validString(charset.Decode(decoded))
	}
	text = unflow(p, text)
	if text == "" {
		return charset.Codepage
	}
	if charset == entity.USASCII && !isASCII(text) || charset == entity.UTF8 && strings.Contains(text, "\uFFFD") {
		m.report(entity.RuleCharset, p, p.Type.Param("charset"))
	}
	m.Set(props.PidTagBody.Prop(), m.box(text))
	if exact > 0 && text == string(decoded) {
		m.recipe.encoded(propBody, p.Body.Start, layout, exact)
	}
	return charset.Codepage
}

// bodyReference lets the recipe refer to a streamed body when the text has the
// very bytes of the mail: plain UTF-8 without damage.
func (m *message) bodyReference(code propCode, p *entity.Part, enc entity.Encoding, charset *entity.Charset) {
	if charset.Encoding() != nil {
		return
	}
	c, layout, exact := m.measure(p.Body, enc, nil)
	text, _ := m.Get(props.PidTagBody.Prop()).(*content)
	if text != nil && exact > 0 && c.sum == text.sum {
		m.recipe.encoded(code, p.Body.Start, layout, exact)
	}
}

// htmlBody sets PidTagHtml, in the bytes of the mail when their charset has a
// code page, else in UTF-8. It returns the code page.
func (m *message) htmlBody(t text) int32 {
	p := t.part
	if len(t.more) > 0 || p.Type.Type != "text/html" {
		return m.joinHTMLParts(t)
	}
	charset, known := m.charset(p)
	convert := !known || charset.Codepage == 0
	enc := encodingOf(p)
	raw, inMemory := m.src.bytes(p.Body)
	if !inMemory && p.Body.Len() >= largeText {
		var text *entity.Charset
		if convert {
			text = charset
		}
		c, layout, exact := m.measure(p.Body, enc, text)
		props.PidTagHtml.SetStream(m, c)
		if exact > 0 && !convert {
			m.recipe.encoded(propHTML, p.Body.Start, layout, exact)
		}
	} else {
		if !inMemory {
			var err error
			if raw, err = m.src.read(p.Body); m.failed(err) {
				return charset.Codepage
			}
		}
		m.smallHTML(p, enc, raw, charset, convert)
	}
	if convert {
		return entity.UTF8.Codepage
	}
	return charset.Codepage
}

func (m *message) smallHTML(p *entity.Part, enc entity.Encoding, raw []byte, charset *entity.Charset, convert bool) {
	decoded, layout, exact, damaged := entity.DecodeBytes(enc, raw)
	if damaged {
		m.report(entity.RuleEncoding, p, enc.String())
	}
	if len(decoded) == 0 {
		return
	}
	if convert {
		props.PidTagHtml.Set(m, recode(decoded, charset))
		return
	}
	if enc == entity.Identity || enc == entity.Unknown {
		decoded = bytes.Clone(decoded) // not all of the mail, for as long as this lives
	}
	props.PidTagHtml.Set(m, decoded)
	if exact > 0 {
		m.recipe.encoded(propHTML, p.Body.Start, layout, exact)
	}
}

// encodingOf is the transfer encoding of p. Multiparts have none (RFC 2045 6.4),
// whatever they say.
func encodingOf(p *entity.Part) entity.Encoding {
	if p.Type.IsMultipart() {
		return entity.Identity
	}
	return entity.EncodingOf(&p.Header)
}

// mentions reports whether the HTML refers to a part by its Content-ID or
// Content-Location.
func mentions(html []byte, cid, location string) bool {
	if cid != "" && containsFold(html, "cid:"+cid) {
		return true
	}
	return location != "" && bytes.Contains(html, []byte(location))
}

func containsFold(b []byte, s string) bool {
	if bytes.Contains(b, []byte(s)) {
		return true
	}
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], ':')
		if j < 0 {
			return false
		}
		i += j + 1
		if start := i - 4; start >= 0 && start+len(s) <= len(b) && strings.EqualFold(string(b[start:start+len(s)]), s) {
			return true
		}
	}
}
