package report

import (
	"errors"
	"fmt"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A Kind is what a made report says.
type Kind uint8

const (
	KindNDR       Kind = iota // not delivered
	KindDelayed               // not delivered yet
	KindDelivered             // delivered
	KindRead                  // read
	KindNotRead               // removed unread
)

var kinds = [...]struct {
	name     string
	suffix   string
	action   Action // of a delivery report
	suppress mapi.AutoResponseSuppress
}{
	KindNDR:       {"non-delivery report", "NDR", ActionFailed, mapi.SuppressNDR},
	KindDelayed:   {"delay report", "Delayed.DR", ActionDelayed, mapi.SuppressNDR},
	KindDelivered: {"delivery report", "DR", ActionDelivered, mapi.SuppressDR},
	KindRead:      {"read receipt", "IPNRN", "", mapi.SuppressRN},
	KindNotRead:   {"non-read receipt", "IPNNRN", "", mapi.SuppressNRN},
}

// String names the kind in English.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].name
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

func (k Kind) isReceipt() bool { return k == KindRead || k == KindNotRead }

// ErrUnwanted says that a report must not be sent; the error around it says why.
var ErrUnwanted = errors.New("report is not wanted")

// NullSender is the envelope sender of reports: what comes from nobody is answered
// by nobody (RFC 5321 4.5.5).
const NullSender = "<>"

// Wanted reports whether a report of that kind may be made on m. It is an error
// around [ErrUnwanted] when not:
//   - m is a report itself, or came from nobody, as [Options.EnvelopeFrom] or else its
//     Return-Path field says (RFC 3461 6.2, RFC 8098 2.1);
//   - PidTagAutoResponseSuppress forbids it (MS-OXOMSG 2.2.1.77);
//   - its sender did not ask: for delivery reports and receipts; see
//     [Options.Unasked];
//   - it has nobody to go to;
//   - it is a receipt on a mailing (Precedence bulk, list or junk), one of which the
//     sender requires what we do not know (RFC 8098 2.2), or one that would be sent
//     without a person's consent to somebody else than m came from (RFC 8098 2.1).
func Wanted(m *mapi.Message, kind Kind, opts *Options) error {
	o := opts.withDefaults()
	return wanted(m, kind, &o)
}

func wanted(m *mapi.Message, kind Kind, o *Options) error {
	class, _ := props.PidTagMessageClass.Get(m)
	bits, _ := props.PidTagAutoResponseSuppress.Get(m)
	switch {
	case int(kind) >= len(kinds):
		return unwanted("there is no %v", kind)
	case isReport(class):
		return unwanted("the message is a report: %s", class)
	case o.EnvelopeFrom == NullSender || o.EnvelopeFrom == "" && fromNobody(m):
		return unwanted("the message came from nobody")
	case bits&kinds[kind].suppress != 0:
		return unwanted("its sender wants no %v", kind)
	case !o.Unasked && !asked(m, kind):
		return unwanted("its sender asked for no %v", kind)
	}
	to := destination(m, kind, o)
	if strings.IndexByte(to.Address, '@') <= 0 {
		return unwanted("it has no sender to tell")
	}
	if kind.isReceipt() {
		return wantedReceipt(m, to, o)
	}
	return nil
}

// fromNobody reports whether the transport noted that m came from nobody.
func fromNobody(m *mapi.Message) bool {
	v := headerOf(m).Find("Return-Path")
	return v != nil && strings.TrimSpace(string(v.Value())) == NullSender
}

func unwanted(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnwanted, fmt.Sprintf(format, args...))
}

// wantedReceipt is what holds for receipts in particular.
func wantedReceipt(m *mapi.Message, to Mailbox, o *Options) error {
	precedence, _ := props.PidTagInternetPrecedence.Get(m)
	switch strings.ToLower(strings.TrimSpace(precedence)) {
	case "bulk", "list", "junk":
		return unwanted("the message is a mailing: precedence %s", precedence)
	}
	if options := headerOf(m).Text("Disposition-Notification-Options"); strings.Contains(strings.ToLower(options), "required") {
		return unwanted("its sender requires of a receipt: %s", oneLine(options))
	}
	if o.EnvelopeFrom != "" && !o.Consent && !sameAddress(o.EnvelopeFrom, to.Address) {
		return unwanted("the message came from %s, and the receipt would go to %s", o.EnvelopeFrom, to.Address)
	}
	return nil
}

// asked reports whether the sender asked for a report, or did not ask for none.
func asked(m *mapi.Message, kind Kind) bool {
	var is bool
	switch kind {
	case KindDelivered:
		is, _ = props.PidTagOriginatorDeliveryReportRequested.Get(m)
		for _, r := range m.Recipients {
			one, _ := props.PidTagOriginatorDeliveryReportRequested.Get(r)
			is = is || one
		}
	case KindRead:
		is, _ = props.PidTagReadReceiptRequested.Get(m)
	case KindNotRead:
		is, _ = props.PidTagNonReceiptNotificationRequested.Get(m)
	default: // failure is told unless that is declined
		is = props.PidTagOriginatorNonDeliveryReportRequested.Or(m, true)
	}
	return is
}

// destination is who gets the report: who sent the message, as the envelope says; of
// a receipt who is named for it.
func destination(m *mapi.Message, kind Kind, o *Options) Mailbox {
	if kind.isReceipt() {
		if to := receiptGroup().get(m); to.Address != "" {
			return to
		}
	}
	sender := senderGroup().get(m)
	if from := strings.Trim(o.EnvelopeFrom, "<>"); from != "" && !kind.isReceipt() {
		if !sameAddress(from, sender.Address) {
			sender = Mailbox{Address: from}
		}
		return sender
	}
	if sender.Address == "" {
		sender = representingGroup().get(m)
	}
	return sender
}
