package report

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Fields is what the fields of a report say for which MAPI has no property, on the
// message and on its recipients: "Name: value" each. [Parts] writes them again.
var Fields = mapi.Prop{Set: mapi.PSOkapi, Name: "ReportFields", Type: mapi.PtypMultipleString}

// maxClass is how long a message class may be, in characters.
const maxClass = 255

// className is the class of a report on a message.
func className(original *mapi.Message, suffix string) string {
	class := "IPM.Note"
	if original != nil {
		c, _ := props.PidTagMessageClass.Get(original)
		if len(c) > 4 && strings.EqualFold(c[:4], "IPM.") && len(c)+len(suffix) <= maxClass-len("REPORT..") {
			class = c
		}
	}
	return "REPORT." + class + "." + suffix
}

// Fill implements [Machine]: the properties of MS-OXCMAIL 2.2.3.7.1. Each recipient
// of the report becomes a row, whatever was done for it; who the report was sent to,
// in whose place they are, is in PidTagReportName and PidTagReportEntryId: see
// [Destination].
func (d *DeliveryStatus) Fill(m, original *mapi.Message) {
	action := d.Action()
	props.PidTagMessageClass.Set(m, className(original, actions[action.severity()].suffix))
	keepDestination(m)
	setOriginal(m, original)
	if !d.ReportingMTA.IsZero() {
		props.PidTagReportingMessageTransferAgent.Set(m, d.ReportingMTA.String())
	}
	if !d.ArrivalDate.IsZero() {
		props.PidTagReportTime.Set(m, d.ArrivalDate)
	}
	var extra fieldList
	extra.add("Original-Envelope-Id", d.EnvelopeID)
	extra.add("DSN-Gateway", d.Gateway.String())
	extra.add("Received-From-MTA", d.ReceivedFromMTA.String())
	extra.all(d.Extra)
	extra.set(m)
	m.Recipients = make([]*mapi.Recipient, 0, len(d.Recipients))
	for i := range d.Recipients {
		r := d.Recipients[i].row(original, action)
		if !d.ArrivalDate.IsZero() {
			props.PidTagReportTime.Set(r, d.ArrivalDate)
		}
		m.Recipients = append(m.Recipients, r)
	}
}

// row is a recipient of the report; general is the action that the class says.
func (s *RecipientStatus) row(original *mapi.Message, general Action) *mapi.Recipient {
	to := Mailbox{s.DisplayName, s.Recipient()}
	if to.Name == "" {
		to.Name = nameIn(original, to.Address)
	}
	r := newRecipient(to)
	var extra fieldList
	if s.OriginalRecipient.Type == "rfc822" {
		props.PidTagOriginallyIntendedRecipAddrtype.Set(r, "SMTP")
		props.PidTagOriginallyIntendedRecipEmailAddress.Set(r, s.OriginalRecipient.Value)
	} else {
		extra.add("Original-Recipient", s.OriginalRecipient.String())
	}
	if t := s.FinalRecipient.Type; t != "" && t != "rfc822" {
		extra.add("Final-Recipient", s.FinalRecipient.String())
	}
	if s.Action != general {
		extra.add("Action", string(s.Action))
	}
	s.reason(r, &extra)
	if s.actionOf() == ActionDelivered && !s.LastAttempt.IsZero() {
		props.PidTagDeliverTime.Set(r, s.LastAttempt)
	} else {
		extra.date("Last-Attempt-Date", s.LastAttempt)
	}
	extra.date("Will-Retry-Until", s.WillRetryUntil)
	extra.add("Final-Log-ID", s.LogID)
	extra.all(s.Extra)
	extra.set(r)
	return r
}

// reason sets the codes and texts of a recipient (MS-OXCMAIL 2.2.3.7.1.2 and
// 2.2.3.7.1.3).
func (s *RecipientStatus) reason(r *mapi.Recipient, extra *fieldList) {
	status, text, host := s.Status, s.Diagnostic, oneLine(s.RemoteMTA.Value)
	text.Value = oneLine(text.Value)
	if status.IsZero() {
		status = s.Reason()
	}
	if !status.IsZero() {
		props.PidTagNonDeliveryReportStatusCode.Set(r, status.Code())
	}
	if !status.IsZero() && status.Class != 2 { // the table would call a success unknown
		diag, reason := status.Diagnosis()
		props.PidTagNonDeliveryReportDiagCode.Set(r, diag)
		props.PidTagNonDeliveryReportReasonCode.Set(r, reason)
	}
	if host != "" {
		props.PidTagRemoteMessageTransferAgent.Set(r, host)
		if s.RemoteMTA.Type != "dns" {
			extra.add("Remote-MTA", s.RemoteMTA.String())
		}
	}
	info := oneLine(s.Supplement)
	if info == "" {
		info = supplement(host, status, text)
	} else { // a text of their own, which does not hold these
		extra.add("Diagnostic-Code", text.String())
		if exact, _ := StatusOf(status.Code()); exact != status {
			extra.add("Status", status.String())
		}
	}
	if info != "" {
		props.PidTagSupplementaryInfo.Set(r, info)
	}
	if text.Value != "" {
		props.PidTagReportText.Set(r, text.Value)
	}
}

// supplement is "<host #status text>"; what is not known is left out.
func supplement(host string, status Status, text Typed) string {
	if status.IsZero() && text.IsZero() {
		return ""
	}
	s := "<" + host + " #" + status.String()
	if !text.IsZero() {
		s += " " + text.String()
	}
	return s + ">"
}

// cutSupplement takes such a text apart. ok is false for a text of another form.
func cutSupplement(info, host string) (status Status, text Typed, ok bool) {
	rest, ok1 := strings.CutPrefix(info, "<"+host+" #")
	rest, ok2 := strings.CutSuffix(rest, ">")
	if !ok1 || !ok2 {
		return Status{}, Typed{}, false
	}
	if c, after, ok := cutStatus(rest); ok && (after == "" || after[0] == ' ') {
		status, rest = c, after
	}
	if rest = strings.TrimPrefix(rest, " "); rest != "" {
		text = parseTyped(rest)
	}
	return status, text, supplement(host, status, text) == info
}

// nameIn is the display name that a recipient has in the original message.
func nameIn(original *mapi.Message, address string) string {
	if original == nil || address == "" {
		return ""
	}
	for _, r := range original.Recipients {
		if to := recipientGroup().get(r); strings.EqualFold(to.Address, address) {
			return to.Name
		}
	}
	return ""
}

// keepDestination notes who the report was sent to before recipients take the
// place of that.
func keepDestination(m *mapi.Message) {
	if len(m.Recipients) == 0 || m.Has(props.PidTagReportEntryId.Prop()) {
		return
	}
	if to := recipientGroup().get(m.Recipients[0]); to.Address != "" {
		destinationGroup().set(m, to)
	}
}

// Destination is who a REPORT message goes to: the sender of the original. ok is
// false when nobody knows. The recipients of a delivery report are those on whom
// it reports, so its To field says this instead; receipts and complaints have
// their recipients in the usual place.
func Destination(m *mapi.Message) (to Mailbox, ok bool) {
	for _, g := range []group{destinationGroup(), originalRepresentingGroup(), originalSenderGroup()} {
		if to = g.get(m); to.Address != "" {
			return to, true
		}
	}
	return Mailbox{}, false
}

// Fill implements [Machine]: the properties of MS-OXCMAIL 2.2.3.7.2. The date of
// the report is that of its header.
func (d *Disposition) Fill(m, original *mapi.Message) {
	suffix := "IPNNRN"
	if d.IsRead() {
		suffix = "IPNRN"
	}
	props.PidTagMessageClass.Set(m, className(original, suffix))
	setOriginal(m, original)
	if sent, ok := props.PidTagClientSubmitTime.Get(m); ok {
		props.PidTagReportTime.Set(m, sent)
		if !m.Has(props.PidTagOriginalDeliveryTime.Prop()) {
			props.PidTagOriginalDeliveryTime.Set(m, sent)
		}
		if d.IsRead() {
			props.PidTagReceiptTime.Set(m, sent)
		}
	}
	var extra fieldList
	d.fillRecipient(m, &extra)
	if d.OriginalMessageID != "" {
		props.PidTagOriginalMessageId.Set(m, d.OriginalMessageID)
		if !m.Has(props.PidTagInternetReferences.Prop()) {
			props.PidTagInternetReferences.Set(m, d.OriginalMessageID)
		}
	}
	if len(d.CorrelationKey) > 0 {
		props.PidTagParentKey.Set(m, d.CorrelationKey)
	}
	if text, ok := m.Get(props.PidTagBody.Prop()).(string); ok && len(text) <= maxReportText {
		props.PidTagReportText.Set(m, text)
	}
	setText(m, props.PidTagReportDisposition, d.Type)
	setText(m, props.PidTagReportDispositionMode, d.Mode)
	if len(d.Modifiers) > 0 {
		extra.add("Disposition", d.value())
	}
	extra.add("Reporting-UA", d.ReportingUA)
	extra.add("MDN-Gateway", d.Gateway.String())
	extra.all(d.Extra)
	extra.set(m)
}

// maxReportText is how long a human text is copied to PidTagReportText, in bytes.
const maxReportText = 64 << 10

// fillRecipient notes whose disposition it is. The From field of the report says
// the same in nearly all mail.
func (d *Disposition) fillRecipient(m *mapi.Message, extra *fieldList) {
	to := d.FinalRecipient
	if to.IsZero() {
		to = d.OriginalRecipient
	}
	if to.IsZero() {
		return
	}
	props.PidTagOriginalDisplayTo.Set(m, to.Value)
	sender := senderGroup().get(m)
	if sender.Address == "" && strings.IndexByte(to.Value, '@') > 0 {
		sender = Mailbox{d.DisplayName, to.Value}
		senderGroup().set(m, sender)
		if !m.Has(props.PidTagSentRepresentingEntryId.Prop()) {
			representingGroup().set(m, sender)
		}
	}
	if !strings.EqualFold(sender.Address, d.FinalRecipient.Value) {
		extra.add("Final-Recipient", d.FinalRecipient.String())
	}
	extra.add("Original-Recipient", d.OriginalRecipient.String())
	if d.DisplayName != sender.Name {
		extra.add("X-Display-Name", d.DisplayName)
	}
}

func setText(m *mapi.Message, key interface{ Set(mapi.Setter, string) }, s string) {
	if s != "" {
		key.Set(m, s)
	}
}

// Fill implements [Machine]. MAPI has no complaints: the message becomes a
// REPORT.IPM.Note.ARF that keeps its recipients, all fields are in the property
// [Fields], and those that have a likeness in other reports are there too.
func (f *Feedback) Fill(m, original *mapi.Message) {
	props.PidTagMessageClass.Set(m, className(original, "ARF"))
	setOriginal(m, original)
	setText(m, props.PidTagReportingMessageTransferAgent, f.Get("Reporting-MTA"))
	if t := f.Arrival(); !t.IsZero() {
		props.PidTagReportTime.Set(m, t)
	}
	setText(m, props.PidTagOriginalDisplayTo, strings.Join(f.Recipients(), "; "))
	if from := parseAddress(f.Get("Original-Mail-From")).Value; strings.IndexByte(from, '@') > 0 {
		originalSenderGroup().set(m, Mailbox{Address: from})
	}
	setText(m, props.PidTagReportDisposition, f.Type)
	var extra fieldList
	extra.all(f.Fields)
	extra.set(m)
}
