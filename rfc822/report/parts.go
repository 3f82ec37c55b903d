package report

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A Role is what a part is for in a multipart/report (RFC 6522 3).
type Role uint8

const (
	Human    Role = iota // says in words what happened
	Content              // says it for programs
	Returned             // the original message, or its header
)

// A Part is a part of a multipart/report.
type Part struct {
	Role Role

	// Type is the media type: of a Human part "text/plain".
	Type string

	// Data is the content with CRLF line ends; of a Human part UTF-8, and nil
	// when the message has a body of its own, in whatever kinds, to be written as
	// in other mail; of a Returned part nil.
	Data []byte

	// Attachment is the index of the attachment that a Returned part is. When
	// Type is that of a message its Embedded is to be written; when it is
	// text/rfc822-headers, the header of that alone. An attachment without
	// Embedded is a file with these bytes.
	Attachment int
}

// Types of returned messages.
const (
	messageType       = "message/rfc822"
	globalType        = "message/global"
	headersType       = "text/rfc822-headers"
	globalHeadersType = "message/global-headers"
)

// PartsOptions say how [Parts] writes. The zero value and nil mean the defaults.
type PartsOptions struct {
	// UTF8 gives machine parts that say something beyond ASCII their
	// international type (RFC 6533), for transports that offer SMTPUTF8.
	UTF8 bool

	// ReportingMTA is the name of this host, for delivery reports that do not say
	// where they come from. "" means "localhost".
	ReportingMTA string
}

// TypeOf is the report-type parameter of the multipart/report that a message is
// written as: "delivery-status", "disposition-notification" or "feedback-report";
// "" for a message that is no report.
func TypeOf(m *mapi.Message) string {
	class, _ := props.PidTagMessageClass.Get(m)
	switch suffix := suffixOf(class); suffix {
	case "":
		return ""
	case "IPNRN", "IPNNRN":
		return "disposition-notification"
	case "ARF":
		return "feedback-report"
	default:
		return "delivery-status"
	}
}

// suffixes of the classes of reports, longer ones before those that they end in.
var suffixes = [...]string{"NDR", "Delayed.DR", "Relayed.DR", "Expanded.DR", "DR", "IPNRN", "IPNNRN", "ARF"}

// suffixOf is the suffix of a class of reports, or "".
func suffixOf(class string) string {
	if len(class) < 7 || !strings.EqualFold(class[:7], "REPORT.") {
		return ""
	}
	for _, s := range suffixes {
		if n := len(class) - len(s) - 1; n > 0 && class[n] == '.' && strings.EqualFold(class[n+1:], s) {
			return s
		}
	}
	return ""
}

// isReport reports whether a class is one of reports, of whatever kind.
func isReport(class string) bool {
	return len(class) >= 6 && strings.EqualFold(class[:6], "REPORT") && (len(class) == 6 || class[6] == '.')
}

// Parts are the parts of the multipart/report that says what m says, in their
// order: one Human, one Content, and a Returned one when an attachment is the
// original. They are nil when m is no report (see [TypeOf]). All other
// attachments of m have no place in a report and may follow.
func Parts(m *mapi.Message, opts *PartsOptions) []Part {
	c := ContentOf(m)
	if c == nil {
		return nil
	}
	var o PartsOptions
	if opts != nil {
		o = *opts
	}
	d, isDelivery := c.(*DeliveryStatus)
	if isDelivery && d.ReportingMTA.IsZero() {
		setOnce(&o.ReportingMTA, "localhost")
		d.ReportingMTA = Typed{"dns", o.ReportingMTA}
	}
	parts := []Part{{Role: Human, Type: "text/plain"}, content(c, o.UTF8)}
	if !hasBody(m) {
		text, _ := props.PidTagReportText.Get(m)
		parts[0].Data = crlf(text)
	}
	for i, a := range m.Attachments {
		if t := returnedType(a); t != "" {
			return append(parts, Part{Role: Returned, Type: t, Attachment: i})
		}
	}
	return parts
}

func content(c Machine, utf8 bool) Part {
	p := Part{Role: Content, Type: c.MediaType(), Data: c.AppendTo(nil, utf8)}
	if utf8 && !isASCII(string(p.Data)) {
		switch p.Type {
		case deliveryType:
			p.Type = globalDeliveryType
		case dispositionType:
			p.Type = globalDispositionType
		default: // has no international form
			p.Data = c.AppendTo(nil, false)
		}
	}
	return p
}

func hasBody(m *mapi.Message) bool {
	return m.Has(props.PidTagBody.Prop()) || m.Has(props.PidTagHtml.Prop()) || m.Has(props.PidTagRtfCompressed.Prop())
}

// returnedType is the media type of an attachment that is a returned message, or
// "".
func returnedType(a *mapi.Attachment) string {
	tag, _ := props.PidTagAttachMimeTag.Get(a)
	switch tag {
	case headersType, globalHeadersType:
		return tag
	case globalType:
		if a.Embedded != nil {
			return tag
		}
	}
	if a.Embedded != nil {
		return messageType
	}
	return ""
}

func crlf(s string) []byte {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return []byte(strings.ReplaceAll(s, "\n", "\r\n"))
}

// ContentOf is what the machine-readable part of a REPORT message says, and nil for
// other messages. Fill of the result gives the same properties again.
func ContentOf(m *mapi.Message) Machine {
	class, _ := props.PidTagMessageClass.Get(m)
	switch TypeOf(m) {
	case "delivery-status":
		return deliveryOf(m, suffixOf(class))
	case "disposition-notification":
		return dispositionOf(m, suffixOf(class))
	case "feedback-report":
		return feedbackOf(m)
	}
	return nil
}

// deliveryOf is the inverse of [DeliveryStatus.Fill] (MS-OXCMAIL 2.1.3.6.1).
func deliveryOf(m *mapi.Message, suffix string) *DeliveryStatus {
	d := &DeliveryStatus{}
	general := ActionFailed
	for _, a := range actions {
		if a.suffix == suffix {
			general = a.action
		}
	}
	if mta, _ := props.PidTagReportingMessageTransferAgent.Get(m); mta != "" {
		d.ReportingMTA = withType(mta, "dns")
	}
	if len(m.Recipients) > 0 {
		d.ArrivalDate, _ = props.PidTagReportTime.Get(m.Recipients[0])
	}
	if d.ArrivalDate.IsZero() {
		d.ArrivalDate, _ = props.PidTagReportTime.Get(m)
	}
	p := statusParser{status: d, opts: &ParseOptions{}}
	for _, f := range fieldsOf(m) {
		p.field(f)
	}
	d.Extra, p.pending = p.pending, nil
	for _, r := range m.Recipients {
		d.Recipients = append(d.Recipients, recipientOf(r, general))
	}
	return d
}

func withType(s, kind string) Typed {
	t := parseTyped(s)
	if t.Type == "" {
		t.Type = kind
	}
	return t
}

func recipientOf(r *mapi.Recipient, general Action) RecipientStatus {
	s := RecipientStatus{Action: general}
	to := recipientGroup().get(r)
	s.FinalRecipient = finalRecipient(r, to)
	if to.Name != s.FinalRecipient.Value {
		s.DisplayName = to.Name
	}
	if a, _ := props.PidTagOriginallyIntendedRecipEmailAddress.Get(r); a != "" {
		s.OriginalRecipient = Typed{"rfc822", a}
	}
	host, _ := props.PidTagRemoteMessageTransferAgent.Get(r)
	if host != "" {
		s.RemoteMTA = Typed{"dns", host}
	}
	s.Status = statusOfRow(r, general)
	info, _ := props.PidTagSupplementaryInfo.Get(r)
	if status, text, ok := cutSupplement(info, host); ok {
		s.Diagnostic = text
		if status.Code() == s.Status.Code() { // says it with all digits
			s.Status = status
		}
	} else {
		s.Supplement = info
	}
	s.LastAttempt, _ = props.PidTagDeliverTime.Get(r)
	p := statusParser{now: s, opts: &ParseOptions{}}
	for _, f := range fieldsOf(r) {
		p.recipientFieldOver(f)
	}
	p.now.Extra = p.pending
	return p.now
}

// recipientFieldOver takes a kept field, which holds instead of what properties
// say.
func (p *statusParser) recipientFieldOver(f Field) {
	p.has = 0
	p.recipientField(f)
}

// finalRecipient is the address of a row; a row without an SMTP address gives what
// it has.
func finalRecipient(r *mapi.Recipient, to Mailbox) Typed {
	if to.Address != "" {
		return Typed{"rfc822", to.Address}
	}
	if kind, _ := props.PidTagAddressType.Get(r); kind != "" && entity.IsToken(kind) {
		if a, _ := props.PidTagEmailAddress.Get(r); a != "" {
			kind = strings.ToLower(kind)
			if kind == "smtp" {
				kind = "rfc822"
			}
			return Typed{kind, a}
		}
	}
	return Typed{"unknown", to.Name}
}

// statusOfRow is the status of a row: its code, else its diagnosis, else what goes
// with the action.
func statusOfRow(r *mapi.Recipient, general Action) Status {
	if code, ok := props.PidTagNonDeliveryReportStatusCode.Get(r); ok {
		if s, ok := StatusOf(code); ok {
			return s
		}
	}
	status := actions[general.severity()].status
	diag, ok1 := props.PidTagNonDeliveryReportDiagCode.Get(r)
	reason, ok2 := props.PidTagNonDeliveryReportReasonCode.Get(r)
	if (ok1 || ok2) && status.Class != 2 {
		if !ok1 {
			diag = mapi.NDRDiagnosticNoDiagnostic
		}
		if s, ok := statusOfDiagnosis(diag, reason); ok {
			s.Class = status.Class
			return s
		}
	}
	return status
}

// dispositionOf is the inverse of [Disposition.Fill] (MS-OXCMAIL 2.1.3.6.2).
func dispositionOf(m *mapi.Message, suffix string) *Disposition {
	d := &Disposition{}
	sender := senderGroup().get(m)
	if sender.Address == "" {
		sender = representingGroup().get(m)
	}
	if sender.Address != "" {
		d.FinalRecipient = Typed{"rfc822", sender.Address}
	}
	if sender.Name != sender.Address {
		d.DisplayName = sender.Name
	}
	d.OriginalMessageID, _ = props.PidTagOriginalMessageId.Get(m)
	d.CorrelationKey, _ = props.PidTagParentKey.Get(m)
	for _, f := range fieldsOf(m) {
		var over Disposition
		over.field(f)
		d.take(&over)
	}
	if d.Type == "" {
		d.Mode, _ = props.PidTagReportDispositionMode.Get(m)
		d.Type, _ = props.PidTagReportDisposition.Get(m)
	}
	if read := suffix == "IPNRN"; d.Type == "" || d.IsRead() != read {
		d.Type, d.Modifiers = "deleted", nil
		if read {
			d.Type = "displayed"
		}
	}
	return d
}

// take lets what a kept field says hold.
func (d *Disposition) take(over *Disposition) {
	replace(&d.ReportingUA, over.ReportingUA)
	replace(&d.Gateway, over.Gateway)
	replace(&d.OriginalRecipient, over.OriginalRecipient)
	replace(&d.FinalRecipient, over.FinalRecipient)
	replace(&d.DisplayName, over.DisplayName)
	if over.Type != "" {
		d.Mode, d.Type, d.Modifiers = over.Mode, over.Type, over.Modifiers
	}
	d.Extra = append(d.Extra, over.Extra...)
}

func replace[T comparable](at *T, v T) {
	var zero T
	if v != zero {
		*at = v
	}
}

func feedbackOf(m *mapi.Message) *Feedback {
	f := &Feedback{Fields: fieldsOf(m)}
	f.Type = strings.ToLower(f.Get("Feedback-Type"))
	if f.Type == "" {
		if f.Type, _ = props.PidTagReportDisposition.Get(m); f.Type == "" {
			f.Type = "other"
		}
		f.Fields = append([]Field{{"Feedback-Type", f.Type}}, f.Fields...)
	}
	return f
}
