package report

import (
	"strings"
	"time"
)

// A Feedback is a message/feedback-report part (RFC 5965): a complaint about a
// mail, in the Abuse Reporting Format.
type Feedback struct {
	Type string // "abuse", "fraud", "not-spam", "auth-failure", …

	// Fields are all fields of the part in their order, Feedback-Type among
	// them. Some may occur more than once.
	Fields []Field
}

// Get is the value of the first field of that name, in whatever case, or "".
func (f *Feedback) Get(name string) string {
	for _, e := range f.Fields {
		if strings.EqualFold(e.Name, name) {
			return e.Value
		}
	}
	return ""
}

// All are the values of all fields of that name.
func (f *Feedback) All(name string) []string {
	var list []string
	for _, e := range f.Fields {
		if strings.EqualFold(e.Name, name) {
			list = append(list, e.Value)
		}
	}
	return list
}

// Recipients are the addresses to which the reported mail was sent
// (Original-Rcpt-To), without brackets.
func (f *Feedback) Recipients() []string {
	var list []string
	for _, v := range f.All("Original-Rcpt-To") {
		list = append(list, parseAddress(v).Value)
	}
	return list
}

// Arrival is when the reported mail came, or the zero time.
func (f *Feedback) Arrival() time.Time {
	if t := parseDate(f.Get("Arrival-Date")); !t.IsZero() {
		return t
	}
	return parseDate(f.Get("Received-Date")) // of older reports
}

// ParseFeedback reads a part, whose transfer encoding is undone.
func ParseFeedback(b []byte, opts *ParseOptions) *Feedback {
	o := opts.withDefaults()
	f := &Feedback{}
	r := o.reader(b)
	for {
		e, _, ok := r.next()
		if !ok {
			break
		}
		if strings.EqualFold(e.Name, "Feedback-Type") {
			setOnce(&f.Type, strings.ToLower(e.Value))
		}
		f.Fields = append(f.Fields, e)
	}
	if r.fields < 0 {
		o.issue(RuleSize, "")
	}
	return f
}

// MediaType implements [Machine].
func (f *Feedback) MediaType() string { return feedbackType }

// AppendTo implements [Machine]. The type has no international form.
func (f *Feedback) AppendTo(b []byte, utf8 bool) []byte {
	w := &writer{utf8: utf8}
	if f.Get("Feedback-Type") == "" {
		w.field("Feedback-Type", f.Type)
	}
	w.extra(f.Fields)
	return append(b, w.Bytes()...)
}
