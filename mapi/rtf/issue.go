package rtf

import "fmt"

// A Rule names what a document broke.
type Rule string

// The rules that this package reports.
const (
	RuleDepth     Rule = "depth"     // groups nested deeper than MaxDepth; the inner ones share the state of the last that counts
	RuleTruncated Rule = "truncated" // the document ends inside a group
	RuleCodepage  Rule = "codepage"  // a code page that is unknown; text in it is read as windows-1252
)

// An Issue is a rule that a document broke, and where. It is no error: what can be
// read is.
type Issue struct {
	Rule   Rule
	Offset int64  // byte of the source near which it was seen
	Detail string // the code page or limit concerned
}

// String returns the issue in one line.
func (i Issue) String() string {
	if i.Detail == "" {
		return fmt.Sprintf("%s at %d", i.Rule, i.Offset)
	}
	return fmt.Sprintf("%s at %d: %s", i.Rule, i.Offset, i.Detail)
}

// Options bound and watch the reading of RTF. The zero value and nil mean the
// defaults.
type Options struct {
	// MaxDepth is how many groups inside each other have a state of their own.
	// 0 means 256.
	MaxDepth int

	// Report is told what broke a rule, each rule once for each document. nil
	// means nobody.
	Report func(Issue)
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxDepth <= 0 {
		d.MaxDepth = 256
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}
