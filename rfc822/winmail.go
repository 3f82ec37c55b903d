package rfc822

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/report"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// RuleTNEF: a TNEF part stays an attachment, because it is none or belongs to
// another mail.
const RuleTNEF entity.Rule = "tnef"

// winmail finds the TNEF stream that belongs to the mail: all of it, or a part
// that is in no message of its own.
func winmail(p *entity.Part) *entity.Part {
	if !p.Type.IsMultipart() {
		if isTNEF(p) {
			return p
		}
		return nil
	}
	for _, c := range p.Parts {
		if t := winmail(c); t != nil {
			return t
		}
	}
	return nil
}

func isTNEF(p *entity.Part) bool {
	switch p.Type.Type {
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return true
	case "application/octet-stream", "application/x-msdownload":
		disp := disposition(p)
		return strings.EqualFold(fileName(p, &disp), "winmail.dat")
	}
	return false
}

// isWinmail reports whether a part to write would be taken for TNEF. Were it the whole mail,
// it would be that of the mail, whichever it belongs to.
func isWinmail(n *node) bool {
	media := entity.ParseMedia([]byte(n.header.get("Content-Type")))
	return media.Type == "application/ms-tnef" || media.Type == "application/vnd.ms-tnef" || strings.EqualFold(media.Param("name"), "winmail.dat")
}

// unwrap reads the TNEF stream of the mail. It returns nil when there is none that
// belongs to it (MS-OXCMAIL 2.2.3.5).
func (m *message) unwrap(p *entity.Part) *mapi.Message {
	r := io.Reader(m.src.section(p.Body))
	if enc := encodingOf(p); enc != entity.Identity && enc != entity.Unknown {
		r = entity.NewDecoder(enc, r)
	}
	m.wrapped = nil
	inner, err := tnef.Decode(r, &tnef.Options{
		Place:         func(a *mapi.Attachment, at entity.Range) { m.wrapped = append(m.wrapped, placed{a, at}) },
		MaxRecipients: m.opts.MaxRecipients, MemoryLimit: m.opts.MemoryLimit,
		TempDir: m.opts.TempDir, InlineLimit: m.opts.InlineLimit,
		Report: func(i Issue) { // its offsets mean nothing in this mail
			m.report(i.Rule, p, i.Detail)
		},
	})
	if err != nil {
		m.report(RuleTNEF, p, err.Error())
		return nil
	}
	want := m.part.Header.Text("X-MS-TNEF-Correlator")
	if got := tnef.CorrelationKey(inner); p != m.part && want != "" && got != "" && !sameKey(want, got) {
		m.report(RuleTNEF, p, got)
		tnef.Release(inner)
		return nil
	}
	return inner
}

func sameKey(a, b string) bool {
	return strings.Trim(a, "<> \x00") == strings.Trim(b, "<> \x00")
}

// merge takes what a TNEF stream says beside the mail. What the header of the mail
// says holds: it was written later (MS-OXCMAIL 2.2.3.5.2).
func (m *message) merge(t *mapi.Message) {
	for _, p := range []mapi.Prop{ // defaults, which the mail does not say
		props.PidTagMessageClass.Prop(), props.PidTagInternetCodepage.Prop(), props.PidTagNativeBody.Prop(),
		props.PidTagRtfCompressed.Prop(), props.PidTagHtml.Prop(),
	} {
		if v := t.Get(p); v != nil {
			m.Set(p, v)
		}
	}
	if m.part.Header.Find("Thread-Topic") == nil {
		if s, ok := props.PidTagConversationTopic.Get(t); ok {
			props.PidTagConversationTopic.Set(m, s)
		}
	}
	if !m.urgent {
		if v, ok := props.PidTagImportance.Get(t); ok {
			props.PidTagImportance.Set(m, v)
		}
	}
	for _, key := range []props.Key[string]{props.PidTagSubject, props.PidTagNormalizedSubject} {
		if s, ok := key.Get(t); ok && oneLine(s) != s { // as a field could not say it
			key.Set(t, strings.TrimSpace(oneLine(s)))
		}
	}
	m.fill(t)
	m.mergeRecipients(t.Recipients, takeRole)
	m.mergeAttachments(t.Attachments)
	m.settleReport()
}

// settleReport: the recipients of a delivery report are those that it reports on.
// A stream without them, which leaves them to the text, would let whom the report
// was sent to look like the one that was not reached.
func (m *message) settleReport() {
	if report.TypeOf(m.Message) != "delivery-status" || slices.ContainsFunc(m.Recipients, hasOutcome) {
		return
	}
	if b, ok := report.Recognise(m.Message); ok {
		b.Status.Fill(m.Message, nil)
	}
}

func hasOutcome(r *mapi.Recipient) bool {
	return r.Has(props.PidTagNonDeliveryReportStatusCode.Prop()) || r.Has(props.PidTagNonDeliveryReportReasonCode.Prop())
}

// fill takes what the message does not have. A sender comes whole from one place.
func (m *message) fill(t *mapi.Message) {
	named := m.Has(props.PidTagSentRepresentingName.Prop())
	for p, v := range t.All() {
		if !m.Has(p) && !isDerived(p) && !(named && isSender(p)) {
			m.Set(p, v)
		}
	}
}

func isSender(p mapi.Prop) bool {
	switch p.ID {
	case 0x003B, 0x0041, 0x0042, 0x0064, 0x0065, 0x5D02,
		0x0C19, 0x0C1A, 0x0C1D, 0x0C1E, 0x0C1F, 0x5D01:
		return !p.IsNamed()
	}
	return false
}

// isDerived: properties that a message has from its state, not from its sender.
func isDerived(p mapi.Prop) bool {
	if p.IsNamed() {
		return p.Set == mapi.PSOkapi
	}
	switch p.ID {
	case 0x0E06, 0x0E07, 0x0E08, 0x0E17, 0x0E1B, // delivery time, flags, size, status, has attach
		0x003F, 0x0040, 0x0051, 0x0075, 0x0076, // who received it there
		0x0043, 0x0044, 0x0052, 0x0077, 0x0078,
		0x0057, 0x0058, 0x0059, // whether that is a recipient
		0x0E02, 0x0E03, 0x0E04, 0x007D, // display names, header
		0x3007, 0x3008: // times of the object
		return true
	}
	return false
}

// mergeRecipients completes the recipients of the mail with what the stream knows
// of the same addresses, and lets take, unless nil, change what r has already. A mail
// without any has those of the stream.
func (m *message) mergeRecipients(rows []*mapi.Recipient, take func(r, known *mapi.Recipient)) {
	if len(m.Recipients) == 0 {
		m.Recipients = rows
		return
	}
	byKey := make(map[string]*mapi.Recipient, len(rows))
	for _, r := range rows {
		if key := recipientKey(r); key != "" && byKey[key] == nil {
			byKey[key] = r
		}
	}
	for _, r := range m.Recipients {
		known := byKey[recipientKey(r)]
		if known == nil {
			continue
		}
		for p, v := range known.All() {
			if !r.Has(p) {
				r.Set(p, v)
			}
		}
		if take != nil {
			take(r, known)
		}
	}
}

// takeRole takes the part of a recipient in a meeting and what kind of recipient it is,
// which a header cannot say: what r has of them is a guess. That mail is sent there is
// none (MS-OXOCAL 2.2.4.10.1).
func takeRole(r, known *mapi.Recipient) {
	if flags, ok := props.PidTagRecipientFlags.Get(known); ok {
		props.PidTagRecipientFlags.Set(r, flags|mapi.RecipientFlagSendable)
	}
	for _, p := range []mapi.Prop{props.PidTagDisplayType.Prop(), props.PidTagObjectType.Prop()} {
		if v := known.Get(p); v != nil {
			r.Set(p, v)
		}
	}
}

// recipientKey is equal for the same address.
func recipientKey(r *mapi.Recipient) string {
	return string(mapi.SearchKey("SMTP", recipientAddress(r)))
}

func recipientAddress(r *mapi.Recipient) string {
	addr, _ := props.PidTagSmtpAddress.Get(r)
	if addr == "" {
		if kind, _ := props.PidTagAddressType.Get(r); strings.EqualFold(kind, "SMTP") {
			addr, _ = props.PidTagEmailAddress.Get(r)
		}
	}
	return addr
}

// mergeAttachments puts the attachments of the stream before those of the mail,
// without what is in both.
func (m *message) mergeAttachments(list []*mapi.Attachment) {
	m.Attachments = append(m.Attachments, list...)
	m.inner = list
}

// alsoInside reports whether the stream has a file of that name and size.
func (m *message) alsoInside(name string, data mapi.Value) bool {
	for _, a := range m.inner {
		if n, _ := props.PidTagAttachLongFilename.Get(a); n == "" || n != name || a.Embedded != nil {
			continue
		}
		if valueLen(a.Get(props.PidTagAttachDataBinary.Prop())) == valueLen(data) {
			return true
		}
	}
	return false
}

// TNEF says when [Encode] puts a message into winmail.dat.
type TNEF uint8

// The policies.
const (
	// TNEFAsItCame uses it for messages that were changed since they came in it.
	TNEFAsItCame TNEF = iota

	// TNEFNever leaves out what MIME has no form for.
	TNEFNever

	// TNEFWhenNeeded uses it for messages that would come back as something
	// else: of classes that are no mail, with voting buttons or OLE objects. It
	// is not used when a recipient cannot read it (PidTagSendRichInfo). What the
	// message itself asks for holds (PidTagSendRichInfo, PidLidUseTnef).
	TNEFWhenNeeded

	// TNEFAlways uses it for all messages but signed ones and reports.
	TNEFAlways
)

// wantsTNEF decides.
func (g *generator) wantsTNEF(msg *mapi.Message) bool {
	switch g.opts.TNEF {
	case TNEFAlways:
		return true
	case TNEFAsItCame:
		return cameIn(msg) == inTNEF
	case TNEFWhenNeeded:
		w := g.opts.wish(msg).tnef
		return w == withTNEF || w == anyTNEF && needsTNEF(msg)
	}
	return false
}

// needsTNEF reports whether a message has what MIME cannot say.
func needsTNEF(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	if class != "" && !isMailClass(class) {
		return true
	}
	if v, _ := props.PidLidVerbStream.Get(msg); len(v) > 0 {
		return true
	}
	for _, a := range msg.Attachments {
		if method, _ := props.PidTagAttachMethod.Get(a); method == mapi.AttachStorage {
			return true
		}
	}
	return false
}

// isMailClass: classes that decoding makes of MIME.
func isMailClass(class string) bool {
	switch {
	case strings.EqualFold(class, "IPM"), strings.EqualFold(class, "IPM.Note"),
		hasPrefixFold(class, "IPM.Note.SMIME"), hasPrefixFold(class, "IPM.Note.Rules."),
		hasPrefixFold(class, "REPORT."),
		isMeetingClass(class), strings.EqualFold(class, "IPM.Appointment"):
		return true
	}
	return classField(&mapi.Message{Properties: bagOf(props.PidTagMessageClass.Prop(), class)}) != ""
}

func bagOf(p mapi.Prop, v mapi.Value) mapi.Properties {
	return mapi.PropertiesOf([]mapi.Property{{Prop: p, Value: v}})
}

// winmail writes the message as text and winmail.dat (MS-OXCMAIL 2.1.3.5.1).
func (g *generator) winmail(msg *mapi.Message, h fields) error {
	key := correlator(tnef.CorrelationKey(msg))
	if key == "" {
		key = h.get("Message-ID")
	}
	h = slices.DeleteFunc(h, func(f headerField) bool { return f.name == "X-MS-TNEF-Correlator" })
	h.add("X-MS-TNEF-Correlator", key)
	text, err := g.plainText(msg)
	if err != nil {
		return err
	}
	return g.entity(g.multipart("mixed", text, winmailNode(msg, key)), h)
}

// winmailNode is the part with the message as TNEF.
func winmailNode(msg *mapi.Message, key string) *node {
	n := &node{}
	n.header.add("Content-Type", `application/ms-tnef; name="winmail.dat"`)
	n.header.add("Content-Transfer-Encoding", "base64")
	n.header.add("Content-Disposition", `attachment; filename="winmail.dat"`)
	n.body = func(w io.Writer) error {
		lines := &lineWriter{w: w}
		enc := base64.NewEncoder(base64.StdEncoding, lines)
		opts := &tnef.EncodeOptions{CorrelationKey: key}
		if err := tnef.Encode(enc, msg, opts); err != nil {
			return err
		}
		if err := enc.Close(); err != nil {
			return err
		}
		return lines.end()
	}
	return n
}

// plainText is the text of the message, or an empty one.
func (g *generator) plainText(msg *mapi.Message) (*node, error) {
	if v := msg.Get(props.PidTagBody.Prop()); v != nil {
		return g.plain(msg, v)
	}
	s, err := body.Text(msg, &body.Options{MaxSize: largeText})
	if err != nil && !isMissing(err) {
		return nil, err
	}
	if s == "" {
		return emptyText(), nil
	}
	return g.plain(msg, s)
}

// A lineWriter breaks base64 into lines.
type lineWriter struct {
	w   io.Writer
	col int
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *lineWriter) Write(p []byte) (int, error) {
	l.buf.Reset()
	for rest := p; len(rest) > 0; {
		n := min(len(rest), base64Lines.Line-l.col)
		l.buf.Write(rest[:n])
		rest = rest[n:]
		if l.col += n; l.col == base64Lines.Line {
			l.buf.WriteString("\r\n")
			l.col = 0
		}
	}
	if _, err := l.w.Write(l.buf.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (l *lineWriter) end() error {
	if l.col == 0 {
		return nil
	}
	_, err := l.w.Write([]byte("\r\n"))
	return err
}
