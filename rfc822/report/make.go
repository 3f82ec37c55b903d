package report

import (
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Options say how reports are made. The zero value and nil mean the defaults.
type Options struct {
	// From is who a delivery report comes from. The default is "Mail Delivery
	// System" <postmaster@ReportingMTA>.
	From Mailbox

	// ReportingMTA is the name of this host. "" means "localhost".
	ReportingMTA string

	// EnvelopeFrom is the address that the message came from, as the transport
	// had it: [NullSender] when it came from nobody, "" when that is not known.
	EnvelopeFrom string

	// EnvelopeID is the ENVID of the submission (RFC 3461 4.4), or "".
	EnvelopeID string

	// Unasked makes a report that the sender did not ask for.
	Unasked bool

	// Consent says that the reader agreed to this receipt. Else it is one that
	// is sent on its own.
	Consent bool

	// Return is how much of the message a delivery report has.
	Return Return

	// Words are the texts. nil means [English].
	Words *Words

	// Now is the time of the report. nil means time.Now.
	Now func() time.Time

	// MessageID returns the Message-ID of the report, with its brackets. nil
	// means that it gets none, and whoever sends it gives one.
	MessageID func() string
}

// A Return is how much of a message its report gives back (RFC 3461 4.3).
type Return uint8

const (
	ReturnFull    Return = iota // the message
	ReturnHeaders               // its header
	ReturnNone
)

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.ReportingMTA == "" {
		d.ReportingMTA = "localhost"
	}
	if d.From.Address == "" {
		d.From.Address = "postmaster@" + d.ReportingMTA
		setOnce(&d.From.Name, "Mail Delivery System")
	}
	if d.Words == nil {
		d.Words = English()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

// NDR makes the report that m could not be delivered to some recipients, for whom
// failed says why: address, status, texts. A missing Action is [ActionFailed]. The
// error is one around [ErrUnwanted] when it must not be sent; see [Wanted].
//
// The recipients of the report are those that failed, as in all delivery reports;
// [Destination] says who is to get it. It is to be sent from [NullSender].
func NDR(m *mapi.Message, failed []RecipientStatus, opts *Options) (*mapi.Message, error) {
	return deliveryReport(m, KindNDR, failed, opts)
}

// Delayed makes the report that m could not be delivered yet; see [NDR].
func Delayed(m *mapi.Message, waiting []RecipientStatus, opts *Options) (*mapi.Message, error) {
	return deliveryReport(m, KindDelayed, waiting, opts)
}

// Delivered makes the report that m was delivered to some recipients; see [NDR].
// Like all reports of success it returns the header at most.
func Delivered(m *mapi.Message, done []RecipientStatus, opts *Options) (*mapi.Message, error) {
	return deliveryReport(m, KindDelivered, done, opts)
}

func deliveryReport(m *mapi.Message, kind Kind, list []RecipientStatus, opts *Options) (*mapi.Message, error) {
	o := opts.withDefaults()
	if err := wanted(m, kind, &o); err != nil {
		return nil, err
	}
	d := &DeliveryStatus{EnvelopeID: o.EnvelopeID, ReportingMTA: Typed{"dns", o.ReportingMTA}}
	d.ArrivalDate, _ = props.PidTagMessageDeliveryTime.Get(m)
	for _, s := range list {
		if declined(m, s.Recipient(), kind) {
			continue
		}
		setOnce(&s.Action, kinds[kind].action)
		setOnce(&s.FinalRecipient.Type, "rfc822")
		if s.Status.IsZero() {
			s.Status = s.Reason()
		}
		setOnce(&s.Status, actions[s.actionOf().severity()].status)
		d.Recipients = append(d.Recipients, s)
	}
	if len(d.Recipients) == 0 {
		return nil, unwanted("there is no recipient to report on")
	}
	r := begin(m, kind, &o)
	o.From.set(r)
	destinationGroup().set(r, destination(m, kind, &o))
	d.Fill(r, m)
	props.PidTagReportTime.Set(r, o.Now())
	setBody(r, o.Words.delivery(kind, m, d))
	if kind == KindDelivered && o.Return == ReturnFull {
		o.Return = ReturnHeaders
	}
	giveBack(r, m, o.Return)
	return r, nil
}

// declined reports whether the sender wants no such report on one recipient.
func declined(m *mapi.Message, address string, kind Kind) bool {
	for _, r := range m.Recipients {
		if !sameAddress(recipientGroup().get(r).Address, address) {
			continue
		}
		if kind == KindDelivered {
			is, known := props.PidTagOriginatorDeliveryReportRequested.Get(r)
			return known && !is
		}
		return !props.PidTagOriginatorNonDeliveryReportRequested.Or(r, true)
	}
	return false
}

// set makes a mailbox the sender of a message.
func (m Mailbox) set(msg *mapi.Message) {
	senderGroup().set(msg, m)
	representingGroup().set(msg, m)
}

// Read makes the receipt that reader has read m. The error is one around
// [ErrUnwanted] when it must not be sent; see [Wanted]. The receipt has whoever asked
// for it as its recipient, and is to be sent from [NullSender].
func Read(m *mapi.Message, reader Mailbox, opts *Options) (*mapi.Message, error) {
	return receipt(m, KindRead, reader, opts)
}

// NotRead makes the receipt that reader removed m unread; see [Read].
func NotRead(m *mapi.Message, reader Mailbox, opts *Options) (*mapi.Message, error) {
	return receipt(m, KindNotRead, reader, opts)
}

func receipt(m *mapi.Message, kind Kind, reader Mailbox, opts *Options) (*mapi.Message, error) {
	o := opts.withDefaults()
	if err := wanted(m, kind, &o); err != nil {
		return nil, err
	}
	d := &Disposition{
		ReportingUA:    o.ReportingMTA,
		FinalRecipient: Typed{"rfc822", reader.Address},
		Mode:           sentAutomatically,
		Type:           "displayed",
		DisplayName:    reader.Name,
	}
	if o.Consent {
		d.Mode = sentManually
	}
	if kind == KindNotRead {
		d.Type = "deleted"
	}
	d.OriginalMessageID, _ = props.PidTagInternetMessageId.Get(m)
	d.CorrelationKey, _ = props.PidTagSearchKey.Get(m)
	r := begin(m, kind, &o)
	reader.set(r)
	r.Recipients = []*mapi.Recipient{newRecipient(destination(m, kind, &o))}
	setBody(r, o.Words.receipt(kind, m, reader, o.Now()))
	copyProp(r, props.PidTagOriginalDeliveryTime, m, props.PidTagMessageDeliveryTime)
	d.Fill(r, m)
	return r, nil
}

// begin makes what all reports on m have.
func begin(m *mapi.Message, kind Kind, o *Options) *mapi.Message {
	r := &mapi.Message{}
	now := o.Now()
	subject, _ := props.PidTagSubject.Get(m)
	prefix := o.Words.prefix(kind)
	props.PidTagSubject.Set(r, prefix+subject)
	props.PidTagSubjectPrefix.Set(r, prefix)
	props.PidTagNormalizedSubject.Set(r, subject)
	topic, ok := props.PidTagConversationTopic.Get(m)
	if !ok {
		topic, ok = props.PidTagNormalizedSubject.Get(m)
	}
	if ok && topic != "" {
		props.PidTagConversationTopic.Set(r, topic)
	}
	parent, _ := props.PidTagConversationIndex.Get(m)
	if index := childIndex(parent, now); index != nil {
		props.PidTagConversationIndex.Set(r, index)
	}
	copyProp(r, props.PidTagReportTag, m, props.PidTagReportTag)
	props.PidTagClientSubmitTime.Set(r, now)
	props.PidTagMessageDeliveryTime.Set(r, now)
	props.PidTagAutoResponseSuppress.Set(r, allBits)
	r.Set(autoSubmitted, "auto-replied")
	if id, ok := props.PidTagInternetMessageId.Get(m); ok && id != "" {
		props.PidTagInReplyToId.Set(r, id)
		references, _ := props.PidTagInternetReferences.Get(m)
		props.PidTagInternetReferences.Set(r, strings.TrimSpace(references+" "+id))
	}
	if o.MessageID != nil {
		props.PidTagInternetMessageId.Set(r, o.MessageID())
	}
	return r
}

// allBits keep every program from answering a report.
const allBits = mapi.SuppressDR | mapi.SuppressNDR | mapi.SuppressRN | mapi.SuppressNRN |
	mapi.SuppressOOF | mapi.SuppressAutoReply

// autoSubmitted is the header field that tells other programs the same (RFC 3834 5).
var autoSubmitted = mapi.Prop{Set: mapi.PSInternetHeaders, Name: "auto-submitted", Type: mapi.PtypString}

func setBody(r *mapi.Message, text string) {
	props.PidTagBody.Set(r, text)
}

// giveBack attaches the message.
func giveBack(r, m *mapi.Message, how Return) {
	if how == ReturnNone {
		return
	}
	a := &mapi.Attachment{Embedded: m.Clone()}
	tag := messageType
	if how == ReturnHeaders {
		tag = headersType
		a.Embedded.Attachments = nil
		a.Embedded.Delete(props.PidTagBody.Prop(), props.PidTagHtml.Prop(), props.PidTagRtfCompressed.Prop())
	}
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	props.PidTagAttachMimeTag.Set(a, tag)
	if s, ok := props.PidTagSubject.Get(m); ok && s != "" {
		props.PidTagDisplayName.Set(a, s)
	}
	props.PidTagRenderingPosition.Set(a, -1)
	r.Attachments = append(r.Attachments, a)
}
