package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// Words are the texts of made reports in a language. Every field may be replaced;
// an empty prefix or a nil function means the English one.
type Words struct {
	// Prefixes of subjects, with their blank: "Undeliverable: ".
	Undeliverable, Delayed, Delivered, Read, NotRead string

	// Delivery is the text of a delivery report of that kind on m, with LF line
	// ends.
	Delivery func(kind Kind, m *mapi.Message, d *DeliveryStatus) string

	// Receipt is the text of a receipt: reader read m, or removed it, at that
	// time.
	Receipt func(kind Kind, m *mapi.Message, reader Mailbox, at time.Time) string
}

// English are the default words, with the subjects of Outlook.
func English() *Words {
	return &Words{
		Undeliverable: "Undeliverable: ",
		Delayed:       "Delayed: ",
		Delivered:     "Delivered: ",
		Read:          "Read: ",
		NotRead:       "Not read: ",
		Delivery:      englishDelivery,
		Receipt:       englishReceipt,
	}
}

func (w *Words) prefix(kind Kind) string {
	of := func(w *Words) string {
		return [...]string{w.Undeliverable, w.Delayed, w.Delivered, w.Read, w.NotRead}[kind]
	}
	if s := of(w); s != "" {
		return s
	}
	return of(English())
}

func (w *Words) delivery(kind Kind, m *mapi.Message, d *DeliveryStatus) string {
	if w.Delivery == nil {
		return englishDelivery(kind, m, d)
	}
	return w.Delivery(kind, m, d)
}

func (w *Words) receipt(kind Kind, m *mapi.Message, reader Mailbox, at time.Time) string {
	if w.Receipt == nil {
		return englishReceipt(kind, m, reader, at)
	}
	return w.Receipt(kind, m, reader, at)
}

func englishDelivery(kind Kind, m *mapi.Message, d *DeliveryStatus) string {
	var b strings.Builder
	switch kind {
	case KindDelivered:
		b.WriteString("Your message has been delivered to the following recipients:\n")
	case KindDelayed:
		b.WriteString("Delivery of your message to the following recipients is delayed. You need not send it again; it will be tried further.\n")
	default:
		b.WriteString("Your message could not be delivered to the following recipients:\n")
	}
	for i := range d.Recipients {
		s := &d.Recipients[i]
		b.WriteString("\n" + Mailbox{s.DisplayName, s.Recipient()}.text() + "\n")
		if kind == KindDelivered {
			continue
		}
		if why := explain(s.Reason()); why != "" {
			b.WriteString("    " + why + "\n")
		}
		if !s.RemoteMTA.IsZero() {
			b.WriteString("    Host: " + s.RemoteMTA.Value + "\n")
		}
		if !s.Diagnostic.IsZero() {
			b.WriteString("    Answer: " + s.Diagnostic.Value + "\n")
		}
		if !s.WillRetryUntil.IsZero() {
			b.WriteString("    It is tried until " + entity.FormatDate(s.WillRetryUntil) + "\n")
		}
	}
	b.WriteString("\n" + about(m))
	fmt.Fprintf(&b, "Reported by: %s\n", d.ReportingMTA.Value)
	return b.String()
}

func englishReceipt(kind Kind, m *mapi.Message, reader Mailbox, at time.Time) string {
	what := "was read"
	if kind == KindNotRead {
		what = "was deleted without being read"
	}
	return fmt.Sprintf("Your message\n\n%s\n%s by %s on %s.\n", about(m), what, reader.text(), entity.FormatDate(at))
}

// text is the mailbox for people.
func (m Mailbox) text() string {
	if m.Name == "" || m.Name == m.Address {
		return m.Address
	}
	return m.Name + " <" + m.Address + ">"
}

// about tells which message a report is on.
func about(m *mapi.Message) string {
	var b strings.Builder
	if to := display(m, props.PidTagDisplayTo, mapi.RecipientTo); to != "" {
		b.WriteString("To: " + to + "\n")
	}
	if s, ok := props.PidTagSubject.Get(m); ok {
		b.WriteString("Subject: " + s + "\n")
	}
	if t, ok := props.PidTagClientSubmitTime.Get(m); ok {
		b.WriteString("Sent: " + entity.FormatDate(t) + "\n")
	}
	return b.String()
}

// explanations of status codes for people; the first that fits holds.
var explanations = [...]struct {
	subject, detail int // detail -1: any
	text            string
}{
	{1, 1, "There is no such recipient."},
	{1, 2, "There is no such domain."},
	{1, 3, "The address is not valid."},
	{1, 6, "The recipient has moved and left no address."},
	{1, 8, "The address of the sender was not accepted."},
	{1, 10, "There is no such recipient."},
	{1, -1, "The address was not accepted."},
	{2, 1, "The mailbox is disabled."},
	{2, 2, "The mailbox is full."},
	{2, 3, "The message is too large for the mailbox."},
	{2, -1, "The mailbox did not accept the message."},
	{3, 4, "The message is too large."},
	{3, -1, "The system of the recipient did not accept the message."},
	{4, 1, "The host of the recipient does not answer."},
	{4, 4, "The domain of the recipient has no host for mail."},
	{4, 6, "The message went round in a loop."},
	{4, 7, "It could not be delivered in time."},
	{4, -1, "The host of the recipient could not be reached."},
	{6, -1, "The recipient cannot take content of that kind."},
	{7, -1, "The message was refused by a rule of the recipient's system."},
}

func explain(s Status) string {
	for _, e := range explanations {
		if e.subject == s.Subject && (e.detail == s.Detail || e.detail < 0) {
			return e.text + " (" + s.String() + ")"
		}
	}
	return s.String()
}
