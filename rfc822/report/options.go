package report

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// An Issue is a rule that a report broke; see [entity.Issue].
type Issue = entity.Issue

// Rules that this package reports.
const (
	RuleRecipients entity.Rule = "report-recipients" // more than MaxRecipients; the rest is left out
	RuleSize       entity.Rule = "report-size"       // longer than MaxBytes, or more than MaxFields; the rest is not read
	RuleEmpty      entity.Rule = "report-empty"      // the part says nothing
	RuleAction     entity.Rule = "report-action"     // an action or disposition that no standard has
)

// ParseOptions bound and watch [Parse]. The zero value and nil mean the defaults.
type ParseOptions struct {
	// MaxBytes, MaxFields and MaxRecipients bound what is read of a part. What
	// goes beyond is not read, and reported. 0 means 1 MiB, 50,000 and 5,000.
	MaxBytes, MaxFields, MaxRecipients int

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *ParseOptions) withDefaults() ParseOptions {
	var d ParseOptions
	if o != nil {
		d = *o
	}
	if d.MaxBytes <= 0 {
		d.MaxBytes = 1 << 20
	}
	if d.MaxFields <= 0 {
		d.MaxFields = 50_000
	}
	if d.MaxRecipients <= 0 {
		d.MaxRecipients = 5_000
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

func (o *ParseOptions) reader(b []byte) *reader {
	if len(b) > o.MaxBytes {
		o.issue(RuleSize, "")
		b = b[:o.MaxBytes]
	}
	return &reader{rest: b, fields: o.MaxFields}
}

func (o *ParseOptions) issue(r entity.Rule, detail string) {
	if detail != "" {
		detail = entity.Excerpt([]byte(detail))
	}
	o.Report(Issue{Rule: r, Detail: detail})
}

// A Machine is the machine-readable part of a report: a [*DeliveryStatus], a
// [*Disposition] or a [*Feedback].
type Machine interface {
	// MediaType is the type of the part, in the form for mail in ASCII.
	MediaType() string

	// AppendTo appends the part to b, with CRLF. With utf8 it has the form of the
	// message/global- types (RFC 6533).
	AppendTo(b []byte, utf8 bool) []byte

	// Fill makes m the REPORT message that the part says. m has what its header
	// says, and its body; original is the returned message or what is known of
	// it, or nil. Fill does not attach original.
	Fill(m, original *mapi.Message)
}

// IsMachine reports whether parts of that media type are read by [Parse]. The type
// is in lower case.
func IsMachine(mediaType string) bool { return reportType(mediaType) != "" }

// reportType is the report-type parameter that goes with a machine part.
func reportType(mediaType string) string {
	switch mediaType {
	case deliveryType, globalDeliveryType:
		return "delivery-status"
	case dispositionType, globalDispositionType:
		return "disposition-notification"
	case feedbackType:
		return "feedback-report"
	}
	return ""
}

// Media types of machine parts.
const (
	deliveryType          = "message/delivery-status"
	globalDeliveryType    = "message/global-delivery-status"
	dispositionType       = "message/disposition-notification"
	globalDispositionType = "message/global-disposition-notification"
	feedbackType          = "message/feedback-report"
)

// Parse reads a machine-readable part, whose transfer encoding is undone. It is
// nil when the type is none of those that [IsMachine] knows, or when nothing in b
// can be understood; then the part is an attachment like any other.
func Parse(mediaType string, b []byte, opts *ParseOptions) Machine {
	switch reportType(strings.ToLower(mediaType)) {
	case "delivery-status":
		if d := ParseDeliveryStatus(b, opts); len(d.Recipients) > 0 {
			return d
		}
	case "disposition-notification":
		if d := ParseDisposition(b, opts); d.Type != "" || !d.FinalRecipient.IsZero() {
			return d
		}
	case "feedback-report":
		if f := ParseFeedback(b, opts); f.Type != "" {
			return f
		}
	default:
		return nil
	}
	o := opts.withDefaults()
	o.issue(RuleEmpty, mediaType)
	return nil
}
