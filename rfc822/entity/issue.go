package entity

import "fmt"

// A Rule names what a mail broke.
type Rule string

// The rules that this package reports.
const (
	RuleHeaderLine    Rule = "header-line"    // a line in a header is no field
	RuleHeaderSize    Rule = "header-size"    // a header is longer than MaxHeaderBytes; the rest of it is not read
	RuleNoBoundary    Rule = "no-boundary"    // a multipart without a boundary parameter or without parts
	RuleFinalBoundary Rule = "final-boundary" // a multipart does not end with its boundary
	RuleParts         Rule = "parts"          // more than MaxParts parts; the rest is left inside its parent
	RuleDepth         Rule = "depth"          // nested deeper than MaxDepth; what is inside is not looked at
	RuleEncoding      Rule = "encoding"       // damaged or unknown transfer encoding
	RuleCharset       Rule = "charset"        // unknown charset, or bytes that it does not have
	RuleAddress       Rule = "address"        // an address that cannot be read
	RuleDate          Rule = "date"           // a date that cannot be read
)

// An Issue is a rule that a mail broke, and where. It is no error: what could
// not be understood stays in the source.
type Issue struct {
	Rule   Rule
	Offset int64  // byte of the source where the part or field begins
	Detail string // the field, boundary or charset concerned, shortened
}

// String returns the issue in one line.
func (i Issue) String() string {
	if i.Detail == "" {
		return fmt.Sprintf("%s at %d", i.Rule, i.Offset)
	}
	return fmt.Sprintf("%s at %d: %s", i.Rule, i.Offset, i.Detail)
}

// Excerpt is b as a short text that is safe to print.
func Excerpt(b []byte) string {
	const most = 60
	if len(b) > most {
		return fmt.Sprintf("%q…", b[:most])
	}
	return fmt.Sprintf("%q", b)
}
