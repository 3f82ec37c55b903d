package line

import "fmt"

// A Rule names what an input broke.
type Rule string

// The rules that this package reports.
const (
	RuleSyntax   Rule = "syntax"    // a line without name or colon; left out, or taken as the rest of the text before it
	RuleLineSize Rule = "line-size" // a line longer than MaxLine; left out
	RuleParams   Rule = "params"    // more than MaxParams parameter values on a line; the rest is left out
	RuleCharset  Rule = "charset"   // bytes that are not in the charset, or one that is unknown
	RuleControl  Rule = "control"   // control characters, which are left out
	RuleEncoding Rule = "encoding"  // damaged quoted-printable or base64
)

// An Issue is a rule that an input broke, and where. It is no error.
type Issue struct {
	Rule   Rule
	Offset int64  // byte of the source, in UTF-8, where the line begins
	Detail string // the line or value concerned, shortened
}

// String returns the issue in one line.
func (i Issue) String() string {
	if i.Detail == "" {
		return fmt.Sprintf("%s at %d", i.Rule, i.Offset)
	}
	return fmt.Sprintf("%s at %d: %s", i.Rule, i.Offset, i.Detail)
}

// Excerpt is s as a short text that is safe to print.
func Excerpt(s string) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q…", s[:most])
	}
	return fmt.Sprintf("%q", s)
}
