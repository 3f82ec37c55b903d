package rfc822

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// Texts that are joined are held in memory.
const (
	maxJoined      = 64
	maxJoinedBytes = largeText
)

// join takes c, a later part of the multipart/mixed p, for the continuation of the
// text: some programs break the text where an attachment stands in it, and lists
// add a part with their footer, or one of their own before the mail itself. HTML is
// joined on request only, because that shows what different people wrote as one
// document.
func (b *bodies) join(p, c *entity.Part) bool {
	if p.Type.Type != "multipart/mixed" {
		return false
	}
	switch c.Type.Type {
	case "multipart/mixed", "multipart/alternative", "multipart/related":
		return b.html.part == nil && b.joinNested(c)
	}
	if !isContinuation(c) {
		return false
	}
	switch {
	case b.html.part == nil:
		return c.Type.Type == "text/plain" && b.plain.goesOn(c)
	case !b.joinHTML || !b.html.goesOn(c):
		return false
	}
	if b.plain.part != nil {
		b.plain.goesOn(c)
	}
	return true
}

// joinNested takes the plain text in the multipart c for the continuation of the
// text, and all else in it for attachments, in the order of the mail.
func (b *bodies) joinNested(c *entity.Part) bool {
	if len(c.Parts) == 0 || c.Truncated {
		return false
	}
	sub := bodies{joinHTML: b.joinHTML}
	sub.walk(c, true, false)
	for _, p := range sub.plain.all() {
		if !isContinuation(p) || !b.plain.goesOn(p) {
			sub.attach(p, false)
		}
	}
	for _, p := range sub.html.all() {
		if p.Type.Type != "text/plain" { // that is in the plain text too
			sub.attach(p, false)
		}
	}
	slices.SortStableFunc(sub.others, func(x, y attached) int {
		return cmp.Compare(x.part.Head.Start, y.part.Head.Start)
	})
	b.others = append(b.others, sub.others...)
	return true
}

// all is the parts of t, of which there may be none.
func (t *text) all() []*entity.Part {
	if t.part == nil {
		return nil
	}
	return append([]*entity.Part{t.part}, t.more...)
}

// isContinuation: text without a name that asks to be shown.
func isContinuation(p *entity.Part) bool {
	if p.Type.Type != "text/plain" && p.Type.Type != "text/html" || markedAttachment(p) {
		return false
	}
	disp := disposition(p)
	return fileName(p, &disp) == "" && p.Header.Get("Content-ID") == nil
}

func (t *text) goesOn(p *entity.Part) bool {
	size := t.part.Body.Len() + p.Body.Len()
	for _, m := range t.more {
		size += m.Body.Len()
	}
	if size > maxJoinedBytes || len(t.more) >= maxJoined {
		return false
	}
	t.more = append(t.more, p)
	return true
}

// readText is a text part in UTF-8. Forms that only mail has become HTML.
func (m *message) readText(p *entity.Part) (s string, isHTML bool) {
	raw, err := m.src.read(p.Body)
	if m.failed(err) {
		return "", false
	}
	enc := encodingOf(p)
	decoded, _, _, damaged := entity.DecodeBytes(enc, raw)
	if damaged {
		m.report(entity.RuleEncoding, p, enc.String())
	}
	charset, _ := m.charset(p)
	s = validString(charset.Decode(decoded))
	switch p.Type.Type {
	case "text/html":
		return s, true
	case "text/enriched":
		return convert(s, body.HTMLFromEnriched), true
	case "text/richtext":
		return convert(s, body.HTMLFromRichtext), true
	}
	return unflow(p, s), false
}

// convert returns a text in another form. It cannot fail: both are in memory.
func convert(s string, f func(io.Writer, io.Reader, *body.Options) error) string {
	var out strings.Builder
	_ = f(&out, strings.NewReader(s), &body.Options{Codepage: int(entity.UTF8.Codepage)})
	return out.String()
}

func htmlFromText(s string) string { return convert(s, body.HTMLFromText) }
func textFromHTML(s string) string { return convert(s, body.TextFromHTML) }

// joinPlain sets PidTagBody from several parts.
func (m *message) joinPlain(t text) int32 {
	var out strings.Builder
	for _, p := range t.all() {
		s, isHTML := m.readText(p)
		if isHTML {
			s = textFromHTML(s)
		}
		if n := out.Len(); n > 0 && !strings.HasSuffix(out.String()[n-1:], "\n") && s != "" {
			out.WriteString("\r\n")
		}
		out.WriteString(s)
	}
	if out.Len() > 0 {
		props.PidTagBody.Set(m, out.String())
	}
	charset, _ := m.charset(t.part)
	return charset.Codepage
}

// joinHTMLParts sets PidTagHtml from several parts: what the later ones show goes
// to the end of the first.
func (m *message) joinHTMLParts(t text) int32 {
	first, _ := m.readText(t.part)
	var rest strings.Builder
	for _, p := range t.more {
		s, isHTML := m.readText(p)
		if !isHTML {
			s = htmlFromText(s)
		}
		rest.WriteString(insideBody(s))
	}
	end := lastTag(first, "</body")
	if end < 0 {
		end = len(first)
	}
	m.Set(props.PidTagHtml.Prop(), []byte(withCharset(first[:end]+rest.String()+first[end:])))
	return entity.UTF8.Codepage
}

// insideBody is what the body element of an HTML document holds.
func insideBody(s string) string {
	if i := indexFold(s, "<body"); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j >= 0 {
			s = s[i+j+1:]
		}
	}
	if i := lastTag(s, "</body"); i >= 0 {
		s = s[:i]
	}
	return s
}
