package report

import (
	"strings"
	"time"
)

// A DeliveryStatus is a message/delivery-status part (RFC 3464), or its
// international form (RFC 6533).
type DeliveryStatus struct {
	EnvelopeID      string // Original-Envelope-Id: the ENVID of the submission
	ReportingMTA    Typed  // who reports: "dns; mx.example.org"
	Gateway         Typed  // DSN-Gateway
	ReceivedFromMTA Typed
	ArrivalDate     time.Time // when the message came to the reporting MTA; UTC or zero
	Extra           []Field   // other fields of the message, in their order

	Recipients []RecipientStatus
}

// A RecipientStatus is what became of the message for one recipient.
type RecipientStatus struct {
	OriginalRecipient Typed // as the sender wrote it
	FinalRecipient    Typed
	Action            Action
	Status            Status
	RemoteMTA         Typed
	Diagnostic        Typed // "smtp; 550 5.1.1 no such user"
	LastAttempt       time.Time
	WillRetryUntil    time.Time
	LogID             string  // Final-Log-ID
	DisplayName       string  // X-Display-Name
	Supplement        string  // X-Supplementary-Info: "<mx.example.org #5.1.1 smtp; 550 …>"
	Extra             []Field // other fields, in their order
}

// Recipient is the address that failed or got the message: the final one, or the
// original one when that is all there is.
func (r *RecipientStatus) Recipient() string {
	if r.FinalRecipient.IsZero() {
		return r.OriginalRecipient.Value
	}
	return r.FinalRecipient.Value
}

// Reason is why: the status, or what the diagnostic text says in place of a status
// that is absent or only tells good from bad. It is the zero status when nobody
// said.
func (r *RecipientStatus) Reason() Status {
	if !r.Status.IsZero() && !r.Status.vague() || r.Diagnostic.IsZero() {
		return r.Status
	}
	class := r.Status.Class
	if class == 0 {
		class = 5
		if r.Action == ActionDelayed {
			class = 4
		}
	}
	s := statusIn(r.Diagnostic.Value, class)
	switch {
	case r.Status.IsZero():
		return s
	case s.IsZero() || s.vague():
		return r.Status
	}
	s.Class = r.Status.Class // good or bad is said
	return s
}

// An Action is what was done for a recipient (RFC 3464 2.3.3).
type Action string

// The actions, from the most to the least severe.
const (
	ActionFailed    Action = "failed"
	ActionDelayed   Action = "delayed"
	ActionRelayed   Action = "relayed"
	ActionExpanded  Action = "expanded"
	ActionDelivered Action = "delivered"
)

// actions are all actions by severity, with the suffix of the class that they make
// (MS-OXCMAIL 2.2.3.7.1.1) and the status in place of none.
var actions = [...]struct {
	action Action
	suffix string
	status Status
}{
	{ActionFailed, "NDR", Status{5, 0, 0}},
	{ActionDelayed, "Delayed.DR", Status{4, 0, 0}},
	{ActionRelayed, "Relayed.DR", Status{2, 0, 0}},
	{ActionExpanded, "Expanded.DR", Status{2, 0, 0}},
	{ActionDelivered, "DR", Status{2, 0, 0}},
}

// severity is the place among the actions, or their number for a foreign one.
func (a Action) severity() int {
	for i := range actions {
		if actions[i].action == a {
			return i
		}
	}
	return len(actions)
}

// parseAction reads an action; what follows the word is a comment.
func parseAction(s string) Action {
	word, _, _ := strings.Cut(strings.ToLower(s), " ")
	word = strings.TrimRight(word, "();,.")
	switch word {
	case "deliverable":
		return ActionDelivered
	case "failure", "fail":
		return ActionFailed
	}
	return Action(word)
}

// actionOf is the action of a recipient without a known one.
func (r *RecipientStatus) actionOf() Action {
	if r.Action.severity() < len(actions) {
		return r.Action
	}
	switch r.Status.Class {
	case 4:
		return ActionDelayed
	case 2:
		return ActionDelivered
	}
	return ActionFailed
}

// Action is the most severe action of all recipients; [ActionFailed] when there is
// none.
func (d *DeliveryStatus) Action() Action {
	most := len(actions)
	for i := range d.Recipients {
		most = min(most, d.Recipients[i].actionOf().severity())
	}
	if most == len(actions) {
		return ActionFailed
	}
	return actions[most].action
}

// ParseDeliveryStatus reads a part, whose transfer encoding is undone. It takes
// fields for what their names say, wherever the blank lines stand: programs leave
// them out, write several, or put them within a recipient.
func ParseDeliveryStatus(b []byte, opts *ParseOptions) *DeliveryStatus {
	o := opts.withDefaults()
	d := &DeliveryStatus{}
	p := statusParser{status: d, opts: &o}
	r := o.reader(b)
	for {
		f, blank, ok := r.next()
		if !ok {
			break
		}
		if blank {
			p.endGroup()
		}
		p.field(f)
	}
	p.endGroup()
	if r.fields < 0 {
		o.issue(RuleSize, "")
	}
	return d
}

// A statusParser distributes fields over the message and its recipients.
type statusParser struct {
	status *DeliveryStatus
	opts   *ParseOptions

	now     RecipientStatus // being read
	has     recipientFields // the fields that it has
	pending []Field         // of a group that did not say yet whose it is
	refused bool            // too many recipients: reported already
}

// recipientFields tell which fields a recipient has, as a set.
type recipientFields uint16

const (
	hasOriginal recipientFields = 1 << iota
	hasFinal
	hasAction
	hasStatus
	hasOther
)

func (p *statusParser) field(f Field) {
	d := p.status
	switch strings.ToLower(f.Name) {
	case "original-envelope-id":
		setOnce(&d.EnvelopeID, f.Value)
	case "reporting-mta":
		setOnce(&d.ReportingMTA, parseTyped(f.Value))
	case "dsn-gateway":
		setOnce(&d.Gateway, parseTyped(f.Value))
	case "received-from-mta":
		setOnce(&d.ReceivedFromMTA, parseTyped(f.Value))
	case "arrival-date":
		if t := parseDate(f.Value); d.ArrivalDate.IsZero() {
			d.ArrivalDate = t
		}
	default:
		p.recipientField(f)
	}
}

func setOnce[T comparable](at *T, v T) {
	var zero T
	if *at == zero {
		*at = v
	}
}

func (p *statusParser) recipientField(f Field) {
	switch strings.ToLower(f.Name) {
	case "original-recipient":
		p.begin(hasOriginal)
		p.now.OriginalRecipient = parseAddress(f.Value)
	case "final-recipient":
		p.begin(hasFinal)
		p.now.FinalRecipient = parseAddress(f.Value)
	case "action":
		p.begin(hasAction)
		p.now.Action = parseAction(f.Value)
	case "status":
		p.begin(hasStatus)
		p.now.Status, _ = ParseStatus(f.Value)
	case "remote-mta":
		p.has |= hasOther
		p.now.RemoteMTA = parseTyped(f.Value)
	case "diagnostic-code":
		p.has |= hasOther
		p.now.Diagnostic = parseTyped(f.Value)
	case "last-attempt-date":
		p.now.LastAttempt = parseDate(f.Value)
	case "will-retry-until":
		p.now.WillRetryUntil = parseDate(f.Value)
	case "final-log-id":
		p.now.LogID = f.Value
	case "x-display-name":
		p.now.DisplayName = f.Value
	case "x-supplementary-info":
		p.now.Supplement = f.Value
	case "mime-version", "content-type", "content-transfer-encoding", "content-length", "content-disposition":
		// Some programs write the header of a part within it.
	default:
		p.pending = append(p.pending, f)
	}
}

// begin notes a field that a recipient has once: a second one is another
// recipient's.
func (p *statusParser) begin(field recipientFields) {
	if p.has&field != 0 {
		p.endGroup()
	}
	p.has |= field
}

// endGroup closes the present recipient. A group that names none belongs to the
// message, or to the recipient before when it goes on about that.
func (p *statusParser) endGroup() {
	d := p.status
	r := p.now
	known := !r.FinalRecipient.IsZero() || !r.OriginalRecipient.IsZero()
	switch {
	case known && len(d.Recipients) >= p.opts.MaxRecipients:
		if !p.refused {
			p.refused = true
			p.opts.issue(RuleRecipients, r.Recipient())
		}
	case known:
		r.Extra = p.pending
		if r.Action.severity() == len(actions) {
			p.opts.issue(RuleAction, string(r.Action))
		}
		d.Recipients = append(d.Recipients, r)
	case p.has != 0 && len(d.Recipients) > 0:
		d.Recipients[len(d.Recipients)-1].goesOn(&r, p.pending)
	default:
		d.Extra = append(d.Extra, p.pending...)
		if p.has != 0 { // a recipient whose name comes in the next group
			p.pending = nil
			return
		}
	}
	p.now, p.has, p.pending = RecipientStatus{}, 0, nil
}

// goesOn takes over what a group without a name says.
func (r *RecipientStatus) goesOn(more *RecipientStatus, extra []Field) {
	setOnce(&r.Action, more.Action)
	setOnce(&r.Status, more.Status)
	setOnce(&r.RemoteMTA, more.RemoteMTA)
	setOnce(&r.Diagnostic, more.Diagnostic)
	r.Extra = append(r.Extra, extra...)
}

// MediaType implements [Machine].
func (d *DeliveryStatus) MediaType() string { return deliveryType }

// AppendTo implements [Machine].
func (d *DeliveryStatus) AppendTo(b []byte, utf8 bool) []byte {
	w := &writer{utf8: utf8}
	w.field("Original-Envelope-Id", d.EnvelopeID)
	w.typed("Reporting-MTA", d.ReportingMTA)
	w.typed("DSN-Gateway", d.Gateway)
	w.typed("Received-From-MTA", d.ReceivedFromMTA)
	w.date("Arrival-Date", d.ArrivalDate)
	w.extra(d.Extra)
	for i := range d.Recipients {
		if w.Len() > 0 {
			w.WriteString("\r\n")
		}
		d.Recipients[i].write(w)
	}
	return append(b, w.Bytes()...)
}

func (r *RecipientStatus) write(w *writer) {
	w.address("Original-Recipient", r.OriginalRecipient)
	w.address("Final-Recipient", r.FinalRecipient)
	w.field("Action", string(r.Action))
	w.field("Status", r.Status.String())
	w.typed("Remote-MTA", r.RemoteMTA)
	w.typed("Diagnostic-Code", r.Diagnostic)
	w.date("Last-Attempt-Date", r.LastAttempt)
	w.field("Final-Log-ID", r.LogID)
	w.date("Will-Retry-Until", r.WillRetryUntil)
	w.field("X-Supplementary-Info", r.Supplement)
	w.field("X-Display-Name", r.DisplayName)
	w.extra(r.Extra)
}
