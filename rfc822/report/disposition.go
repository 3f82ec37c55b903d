package report

import (
	"encoding/base64"
	"slices"
	"strings"
)

// A Disposition is a message/disposition-notification part (RFC 8098): what became
// of a message after it was delivered.
type Disposition struct {
	ReportingUA       string // "mail.example.org; Some Mail 1.0"
	Gateway           Typed  // MDN-Gateway
	OriginalRecipient Typed  // as the sender wrote it
	FinalRecipient    Typed
	OriginalMessageID string // with its brackets

	Mode      string   // "manual-action/MDN-sent-automatically"
	Type      string   // "displayed", "deleted", "dispatched", "processed", "denied" or "failed"
	Modifiers []string // "error", "expired"

	DisplayName    string // X-Display-Name: of the recipient
	CorrelationKey []byte // X-MSExch-Correlation-Key: the search key of the original

	Extra []Field // other fields: Failure, Error, Warning and what a program adds
}

// Modes of a disposition that this package writes.
const (
	sentAutomatically = "manual-action/MDN-sent-automatically"
	sentManually      = "manual-action/MDN-sent-manually"
)

// IsRead reports whether the disposition says that the message was shown or
// passed on (MS-OXCMAIL 2.2.3.7.2), else that it was removed unread. One that no
// standard has counts as read.
func (d *Disposition) IsRead() bool {
	return d.Type != "deleted" && d.Type != "denied" && d.Type != "failed"
}

// ParseDisposition reads a part, whose transfer encoding is undone.
func ParseDisposition(b []byte, opts *ParseOptions) *Disposition {
	o := opts.withDefaults()
	d := &Disposition{}
	r := o.reader(b)
	for {
		f, _, ok := r.next()
		if !ok {
			break
		}
		d.field(f)
	}
	if r.fields < 0 {
		o.issue(RuleSize, "")
	}
	if d.Type != "" && !slices.Contains([]string{"displayed", "deleted", "dispatched", "processed", "denied", "failed"}, d.Type) {
		o.issue(RuleAction, d.Type)
	}
	return d
}

func (d *Disposition) field(f Field) {
	switch strings.ToLower(f.Name) {
	case "reporting-ua":
		setOnce(&d.ReportingUA, f.Value)
	case "mdn-gateway":
		setOnce(&d.Gateway, parseTyped(f.Value))
	case "original-recipient":
		setOnce(&d.OriginalRecipient, parseAddress(f.Value))
	case "final-recipient":
		setOnce(&d.FinalRecipient, parseAddress(f.Value))
	case "original-message-id":
		setOnce(&d.OriginalMessageID, f.Value)
	case "disposition":
		if d.Type == "" {
			d.parse(f.Value)
		}
	case "x-display-name":
		setOnce(&d.DisplayName, f.Value)
	case "x-msexch-correlation-key":
		key := strings.Join(strings.Fields(f.Value), "")
		if k, err := base64.StdEncoding.DecodeString(key); err == nil && len(k) > 0 && len(k) <= maxKey {
			d.CorrelationKey = k
		} else {
			d.Extra = append(d.Extra, f)
		}
	default:
		d.Extra = append(d.Extra, f)
	}
}

// maxKey bounds a correlation key, in bytes. Search keys have 16.
const maxKey = 256

// parse reads "mode; type/modifier,modifier" (RFC 8098 3.2.6). Blanks may stand
// anywhere, and the mode may be absent.
func (d *Disposition) parse(s string) {
	s = strings.Join(strings.Fields(s), "")
	mode, rest, ok := strings.Cut(s, ";")
	if !ok {
		mode, rest = "", s
	}
	kind, modifiers, _ := strings.Cut(strings.ToLower(rest), "/")
	d.Mode, d.Type = mode, kind
	for m := range strings.SplitSeq(modifiers, ",") {
		if m != "" {
			d.Modifiers = append(d.Modifiers, m)
		}
	}
}

// value is the Disposition field.
func (d *Disposition) value() string {
	mode, kind := d.Mode, d.Type
	if mode == "" {
		mode = sentAutomatically
	}
	if kind == "" {
		kind = "displayed"
	}
	if len(d.Modifiers) > 0 {
		kind += "/" + strings.Join(d.Modifiers, ",")
	}
	return mode + "; " + kind
}

// MediaType implements [Machine].
func (d *Disposition) MediaType() string { return dispositionType }

// AppendTo implements [Machine].
func (d *Disposition) AppendTo(b []byte, utf8 bool) []byte {
	w := &writer{utf8: utf8}
	w.field("Reporting-UA", d.ReportingUA)
	w.typed("MDN-Gateway", d.Gateway)
	w.address("Original-Recipient", d.OriginalRecipient)
	w.address("Final-Recipient", d.FinalRecipient)
	w.field("Original-Message-ID", d.OriginalMessageID)
	w.field("Disposition", d.value())
	w.extra(d.Extra)
	if len(d.CorrelationKey) > 0 {
		w.field("X-MSExch-Correlation-Key", base64.StdEncoding.EncodeToString(d.CorrelationKey))
	}
	w.field("X-Display-Name", d.DisplayName)
	return append(b, w.Bytes()...)
}
