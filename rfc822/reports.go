package rfc822

import (
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// maxReport bounds the parts of a report that are read into memory: 4 MiB.
const maxReport = 4 << 20

// readReport makes a REPORT message of a mail that is a report (MS-OXCMAIL
// 2.2.3.7). It returns false for all other mails.
func (m *message) readReport() bool {
	if !m.part.Type.IsMultipart() && !report.IsMachine(m.part.Type.Type) {
		return false
	}
	found := report.Find(m.part)
	if found.Content == nil || found.Content.Body.Len() > maxReport {
		return false
	}
	raw, err := m.src.read(found.Content.Body)
	if m.failed(err) {
		return false
	}
	b, _, _, _ := entity.DecodeBytes(encodingOf(found.Content), raw)
	machine := report.Parse(found.Content.Type.Type, b, &report.ParseOptions{
		MaxRecipients: m.opts.MaxRecipients,
		Report:        func(i Issue) { m.report(i.Rule, found.Content, i.Detail) },
	})
	if machine == nil {
		return false
	}
	if h := found.Human; h != nil {
		m.bodies.walk(h, true, false)
		m.texts()
	}
	m.reportParts(m.part, found)
	original := m.returned(found.Returned)
	for _, a := range m.bodies.others {
		m.attach(a)
	}
	machine.Fill(m.Message, original)
	m.recipe.carrier.kind = inReport // which is written anew as a whole
	return true
}

// reportParts lists what is no piece of the report: it is attached to it.
func (m *message) reportParts(p *entity.Part, found report.Found) {
	switch p {
	case found.Human, found.Content, found.Returned:
		return
	}
	if !p.Type.IsMultipart() || len(p.Parts) == 0 {
		if p.Body.Len() > 0 {
			m.bodies.attach(p, false)
		}
		return
	}
	for _, c := range p.Parts {
		m.reportParts(c, found)
	}
}

// returned attaches the original message, or what there is of it: its header.
func (m *message) returned(p *entity.Part) *mapi.Message {
	if p == nil {
		return nil
	}
	index := len(m.Attachments)
	if !p.Type.IsMultipart() && !p.Type.IsMessage() && p.Body.Len() <= maxReport && m.nested < maxEncodedNesting {
		raw, err := m.src.read(p.Body)
		if m.failed(err) {
			return nil
		}
		enc := encodingOf(p)
		b, layout, exact, _ := entity.DecodeBytes(enc, raw)
		if inner := m.encodedMessage(b); inner != nil {
			at := &mapi.Attachment{Embedded: inner}
			m.Attachments = append(m.Attachments, at)
			disp := disposition(p)
			m.describe(at, p, &disp)
			props.PidTagAttachMimeTag.Set(at, returnedType(inner))
			props.PidTagTextAttachmentCharset.Delete(at)
			props.PidTagAttachMethod.Set(at, mapi.AttachEmbeddedMessage)
			m.name(at, fileName(p, &disp), p.Type.Type)
			m.keepPart(index, p)
			m.recipe.encodedMessage(index, p.Body.Start, layout, exact)
			return inner
		}
	}
	m.attach(attached{part: p})
	return m.Attachments[index].Embedded
}

// returnedType: programs put whole messages into parts that should be headers.
func returnedType(inner *mapi.Message) string {
	if len(inner.Attachments) > 0 || inner.Has(props.PidTagBody.Prop()) || inner.Has(props.PidTagHtml.Prop()) {
		return "message/rfc822"
	}
	return "text/rfc822-headers"
}

// report writes a REPORT message as multipart/report (MS-OXCMAIL 2.1.3.6). It
// returns nil for other messages.
func (g *generator) report(msg *mapi.Message, o *original) (*node, error) {
	parts := report.Parts(msg, &report.PartsOptions{UTF8: g.opts.UTF8, ReportingMTA: g.opts.ReportingMTA})
	if parts == nil {
		return nil, nil
	}
	var children []*node
	taken := -1
	for _, p := range parts {
		switch {
		case p.Role == report.Returned:
			n, err := g.returnedNode(msg.Attachments[p.Attachment], p.Type)
			if err != nil {
				return nil, err
			}
			if same := g.samePart(o, p.Attachment); same != nil {
				n.raw = same.raw
			}
			children = append(children, n)
			taken = p.Attachment
		case p.Data == nil:
			texts, _, _, err := g.texts(msg)
			if err != nil {
				return nil, err
			}
			if len(texts) == 0 {
				texts = append(texts, emptyText())
			}
			children = append(children, g.multipart("alternative", texts...))
		case p.Role == report.Human:
			children = append(children, textNode("plain", entity.UTF8, p.Data))
		default:
			children = append(children, rawNode(p.Type, p.Data))
		}
	}
	for i, a := range msg.Attachments {
		if i == taken {
			continue
		}
		n, err := g.attachment(a, false)
		if err != nil {
			return nil, err
		}
		if same := g.samePart(o, i); same != nil {
			n.raw = same.raw
		}
		children = append(children, n)
	}
	n := &node{children: children, boundary: g.boundary()}
	m := entity.Media{Type: "multipart/report", Params: []entity.Param{
		{Name: "report-type", Value: report.TypeOf(msg)}, {Name: "boundary", Value: n.boundary},
	}}
	n.header.add("Content-Type", m.String())
	return n, nil
}

// rawNode is a part that programs read: as it is, in 7 or 8 bits.
func rawNode(mediaType string, data []byte) *node {
	n := &node{}
	n.header.add("Content-Type", mediaType)
	if examine(data).ascii {
		n.header.add("Content-Transfer-Encoding", "7bit")
	} else {
		n.header.add("Content-Transfer-Encoding", "8bit")
	}
	n.body = func(w io.Writer) error { _, err := w.Write(data); return err }
	return n
}

// returnedNode is the part of the original message, or of its header alone.
func (g *generator) returnedNode(a *mapi.Attachment, mediaType string) (*node, error) {
	if a.Embedded == nil || !strings.HasPrefix(mediaType, "text/") {
		return g.attachment(a, false)
	}
	n, err := g.attachment(a, false)
	if err != nil {
		return nil, err
	}
	n.header.set("Content-Type", mediaType)
	n.body = func(w io.Writer) error {
		inner := &generator{opts: g.opts, w: w, depth: g.depth + 1}
		if !g.opts.Regenerate {
			if src, err := openOriginal(a.Embedded); err == nil && src != nil {
				defer src.Close()
				return src.copyTo(w, min(src.body, src.size))
			}
		}
		return inner.header(a.Embedded).writeOpen(w)
	}
	return n, nil
}

// reportTo is the To field of a delivery report, empty when it is not known whom it
// went to: the recipients of the message are those that it reports on. It returns
// false for other messages.
func reportTo(msg *mapi.Message) ([]entity.Address, bool) {
	if report.TypeOf(msg) != "delivery-status" {
		return nil, false
	}
	to, ok := report.Destination(msg)
	if !ok {
		return nil, true
	}
	return []entity.Address{cleanAddress(entity.Address{Name: to.Name, Addr: to.Address})}, true
}
