package mapi

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// FormatRestriction returns a form for people, with name giving the names of
// properties; nil means [Prop.String]:
//
//	PidTagSubject contains "okapi" (IgnoreCase) and not (PidTagMessageFlags & 0x1) != 0
//
// It is not meant to be parsed. Values are shortened.
func FormatRestriction(r Restriction, name func(Prop) string) string {
	if name == nil {
		name = Prop.String
	}
	f := formatter{name: name}
	f.restriction(r, 1)
	return f.b.String()
}

// String returns the form of [FormatRestriction].
func (r *AndRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *OrRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *NotRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *ContentRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *PropertyRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *ComparePropsRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *BitmaskRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *SizeRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *ExistRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *SubRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *CommentRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the form of [FormatRestriction].
func (r *CountRestriction) String() string { return FormatRestriction(r, nil) }

// String returns the sign of the comparison, such as "<=".
func (op RelOp) String() string {
	switch op {
	case LessThan:
		return "<"
	case LessOrEqual:
		return "<="
	case GreaterThan:
		return ">"
	case GreaterOrEqual:
		return ">="
	case EqualTo:
		return "="
	case NotEqualTo:
		return "!="
	case MatchesRegexp:
		return "matches"
	case MemberOfDL:
		return "is member of"
	}
	return fmt.Sprintf("RelOp(%d)", uint8(op))
}

// String returns the names of the level and its flags: "Substring|IgnoreCase".
func (l FuzzyLevel) String() string {
	names := map[FuzzyLevel]string{FullString: "FullString", Substring: "Substring", Prefix: "Prefix",
		PrefixOnWord: "PrefixOnWord", PhraseMatch: "PhraseMatch"}
	s, ok := names[l&fuzzyLevels]
	if !ok {
		s = fmt.Sprintf("%#x", uint32(l&fuzzyLevels))
	}
	for _, f := range []struct {
		bit  FuzzyLevel
		name string
	}{{IgnoreCase, "IgnoreCase"}, {IgnoreNonSpace, "IgnoreNonSpace"}, {Loose, "Loose"}} {
		if l&f.bit != 0 {
			s += "|" + f.name
			l &^= f.bit
		}
	}
	if rest := l &^ fuzzyLevels; rest != 0 {
		s += fmt.Sprintf("|%#x", uint32(rest))
	}
	return s
}

// The bounds of a text for people.
const (
	formattedLength = 16 << 10
	formattedValue  = 200
)

type formatter struct {
	b    strings.Builder
	name func(Prop) string
}

func (f *formatter) restriction(r Restriction, depth int) {
	if depth > MaxRestrictionDepth || f.b.Len() > formattedLength {
		f.b.WriteString("…")
		return
	}
	switch r := r.(type) {
	case nil:
		f.b.WriteString("anything")
	case *AndRestriction:
		f.joined(r.Of, " and ", "anything", depth)
	case *OrRestriction:
		f.joined(r.Of, " or ", "nothing", depth)
	case *NotRestriction:
		f.b.WriteString("not ")
		f.nested(r.Of, depth)
	case *SubRestriction:
		fmt.Fprintf(&f.b, "any row of %s with ", f.name(r.Object))
		f.nested(r.Of, depth)
	case *CountRestriction:
		fmt.Fprintf(&f.b, "first %d with ", r.Count)
		f.nested(r.Of, depth)
	case *CommentRestriction:
		f.comment(r, depth)
	default:
		f.leaf(r)
	}
}

func (f *formatter) leaf(r Restriction) {
	switch r := r.(type) {
	case *ContentRestriction:
		verb := map[FuzzyLevel]string{FullString: "is", Prefix: "begins with"}[r.Fuzzy&fuzzyLevels]
		if verb == "" {
			verb = "contains"
		}
		fmt.Fprintf(&f.b, "%s %s %s (%v)", f.name(r.Prop), verb, formatValue(r.Value), r.Fuzzy)
	case *PropertyRestriction:
		fmt.Fprintf(&f.b, "%s %v %s", f.name(r.Prop), r.Op, formatValue(r.Value))
	case *ComparePropsRestriction:
		fmt.Fprintf(&f.b, "%s %v %s", f.name(r.Left), r.Op, f.name(r.Right))
	case *BitmaskRestriction:
		op := EqualTo
		if r.NonZero {
			op = NotEqualTo
		}
		fmt.Fprintf(&f.b, "(%s & %#x) %v 0", f.name(r.Prop), r.Mask, op)
	case *SizeRestriction:
		fmt.Fprintf(&f.b, "size of %s %v %d", f.name(r.Prop), r.Op, r.Size)
	case *ExistRestriction:
		fmt.Fprintf(&f.b, "%s exists", f.name(r.Prop))
	default:
		fmt.Fprintf(&f.b, "%T", r)
	}
}

func (f *formatter) joined(rs []Restriction, word, none string, depth int) {
	if len(rs) == 0 {
		f.b.WriteString(none)
	}
	for i, r := range rs {
		if i > 0 {
			f.b.WriteString(word)
		}
		f.nested(r, depth)
		if f.b.Len() > formattedLength {
			return
		}
	}
}

// nested writes parentheses where parts of several would run together.
func (f *formatter) nested(r Restriction, depth int) {
	switch r.(type) {
	case *AndRestriction, *OrRestriction, *CountRestriction, *CommentRestriction:
		f.b.WriteByte('(')
		f.restriction(r, depth+1)
		f.b.WriteByte(')')
	default:
		f.restriction(r, depth+1)
	}
}

func (f *formatter) comment(r *CommentRestriction, depth int) {
	f.nested(r.Of, depth)
	f.b.WriteString(" /*")
	for _, p := range r.Props {
		if f.b.Len() > formattedLength {
			break
		}
		fmt.Fprintf(&f.b, " %s: %s", f.name(p.Prop), formatValue(p.Value))
	}
	f.b.WriteString(" */")
}

func formatValue(v Value) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", shorten(v))
	case []byte:
		return hex.EncodeToString(v[:min(len(v), formattedValue/2)])
	case Object:
		return formatValue([]byte(v))
	case ServerID:
		return formatValue([]byte(v))
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case Stream:
		return fmt.Sprintf("stream of %d bytes", v.Size())
	case Restriction:
		return "a restriction" // without recursion
	case RuleActions:
		return fmt.Sprintf("%d rule actions", len(v))
	}
	return shorten(fmt.Sprintf("%v", v))
}

func shorten(s string) string {
	if len(s) <= formattedValue {
		return s
	}
	n := formattedValue
	for n > 0 && s[n]&0xC0 == 0x80 {
		n-- // not within a character
	}
	return s[:n] + "…"
}
