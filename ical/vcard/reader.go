package vcard

import (
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// An Issue is a rule that an input broke, and where; see [line.Issue].
type Issue = line.Issue

// Rules that this package reports beside those of package line.
const (
	RuleNesting line.Rule = "nesting" // BEGIN and END that do not fit, or a property outside of cards
	RuleSize    line.Rule = "size"    // more cards, or properties or bytes in a card, than the limits allow; the rest is left out
	RuleValue   line.Rule = "value"   // a value that cannot be read; kept as it was written
	RuleMembers line.Rule = "members" // more members than a distribution list can have, kept as they were written; or, written, one without an address
	RuleBody    line.Rule = "body"    // a note in RTF or HTML that cannot be read; left out of the card
)

// maxOpen is how many cards may be open at once: one within the other, or without
// an END.
const maxOpen = 8

// ReadOptions bound and watch [Reader]. The zero value and nil mean the defaults.
type ReadOptions struct {
	// Line bounds the lines and says their charset; its Report and Groups are not
	// used.
	Line line.Options

	// MaxProps is how many properties a card has at most. 0 means 10,000.
	MaxProps int

	// MaxBytes is how many bytes the values of a card, and those of its parameters,
	// have together at most. 0 means 64 MiB: photos are values too.
	MaxBytes int

	// MaxCards is how many cards are read at most. 0 means 1,000,000.
	MaxCards int

	// Report is told what could not be read. nil means nobody.
	Report func(Issue)
}

func (o *ReadOptions) withDefaults() ReadOptions {
	var d ReadOptions
	if o != nil {
		d = *o
	}
	if d.MaxProps <= 0 {
		d.MaxProps = 10_000
	}
	if d.MaxBytes <= 0 {
		d.MaxBytes = 64 << 20
	}
	if d.MaxCards <= 0 {
		d.MaxCards = 1_000_000
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	d.Line.Report, d.Line.Groups = d.Report, true
	return d
}

// A Reader reads cards one after the other. It is used by one goroutine.
type Reader struct {
	opts  ReadOptions
	lines *line.Reader
	open  []*Card
	begun int
	usual int // how many properties the last card had
	err   error
}

// NewReader returns a reader of the cards of r.
func NewReader(r io.Reader, opts *ReadOptions) *Reader {
	o := opts.withDefaults()
	return &Reader{opts: o, lines: line.NewReader(r, &o.Line)}
}

// Parse reads all cards of r. The error is one of r; the cards before it are
// returned too.
func Parse(r io.Reader, opts *ReadOptions) ([]*Card, error) {
	var list []*Card
	for in := NewReader(r, opts); ; {
		c, err := in.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, c)
	}
}

// Next returns the next card, and io.EOF after the last. Any other error is that
// of the source. A card within another, but for that of AGENT, comes before it.
func (r *Reader) Next() (*Card, error) {
	for r.err == nil {
		l, err := r.lines.Next()
		if err != nil {
			r.err = err
			break
		}
		if c := r.take(l); c != nil {
			return c, nil
		}
	}
	if c := r.pop(); c != nil {
		r.opts.Report(Issue{Rule: RuleNesting, Offset: c.offset, Detail: "no END"})
		return c, nil
	}
	return nil, r.err
}

// take adds a line to the innermost card and returns one that is finished.
func (r *Reader) take(l Prop) *Card {
	var top *Card
	if len(r.open) > 0 {
		top = r.open[len(r.open)-1]
	}
	is := func(name string) bool {
		return l.Name == name && strings.EqualFold(strings.TrimSpace(l.Value), "VCARD")
	}
	switch {
	case is("BEGIN") && (top == nil || !top.inAgent()):
		return r.begin(l)
	case top == nil:
		r.opts.Report(Issue{Rule: RuleNesting, Offset: l.Offset, Detail: l.Name})
	case is("END") && top.depth == 0:
		return r.pop()
	default:
		r.add(top, l)
	}
	return nil
}

// begin opens a card. One without an END is closed when too many are open.
func (r *Reader) begin(l Prop) *Card {
	if r.begun++; r.begun > r.opts.MaxCards {
		r.opts.Report(Issue{Rule: RuleSize, Offset: l.Offset, Detail: "cards"})
		r.err = io.EOF
		return nil
	}
	var first *Card
	if len(r.open) == maxOpen {
		first = r.open[0]
		r.opts.Report(Issue{Rule: RuleNesting, Offset: first.offset, Detail: "no END"})
		r.open = slices.Delete(r.open, 0, 1)
	}
	r.open = append(r.open, &Card{offset: l.Offset, Props: make([]Prop, 0, min(r.usual, 64)+4)})
	return first
}

func (r *Reader) pop() *Card {
	if len(r.open) == 0 {
		return nil
	}
	c := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	r.usual = len(c.Props)
	return c
}

// inAgent reports whether a card that begins now belongs to an AGENT property of c.
func (c *Card) inAgent() bool {
	if c.depth > 0 {
		return true
	}
	n := len(c.Props)
	return n > 0 && c.Props[n-1].Name == "AGENT" && strings.TrimSpace(c.Props[n-1].Value) == ""
}

// add appends a property.
func (r *Reader) add(c *Card, l Prop) {
	switch {
	case l.Name == "BEGIN":
		c.depth++
	case l.Name == "END" && c.depth > 0:
		c.depth--
	case c.depth > 0:
	case l.Name == "END":
		r.opts.Report(Issue{Rule: RuleNesting, Offset: l.Offset, Detail: line.Excerpt(l.Value)})
		return
	case l.Name == "VERSION" && c.Version == "":
		c.Version = versionOf(l.Value)
		return
	}
	size := len(l.Value)
	for _, a := range l.Params {
		for _, v := range a.Values {
			size += len(v)
		}
	}
	if len(c.Props) >= r.opts.MaxProps || c.size+size > r.opts.MaxBytes {
		r.opts.Report(Issue{Rule: RuleSize, Offset: l.Offset, Detail: l.Name})
		return
	}
	c.size += size
	p := canonical(l)
	if isBase64(&p) && !isPlain(p.Value) {
		r.opts.Report(Issue{Rule: line.RuleEncoding, Offset: l.Offset, Detail: l.Name})
	}
	c.Props = append(c.Props, honest(p))
}

// versionOf is the word that a version is.
func versionOf(s string) Version {
	return Version(strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7F {
			return -1
		}
		return r
	}, s))
}

// canonical is a property with its parameters as version 3.0 has them.
func canonical(l Prop) Prop {
	plain := true
	for i := range l.Params {
		plain = plain && l.Params[i].Name == "TYPE" && i == 0
	}
	if plain {
		return l
	}
	params := make([]line.Param, 0, len(l.Params))
	add := func(name string, values ...string) {
		if name == "TYPE" || name == "" {
			for i := range params {
				if params[i].Name == "TYPE" {
					params[i].Values = append(slices.Clip(params[i].Values), values...)
					return
				}
			}
			name = "TYPE"
		}
		params = append(params, line.Param{Name: name, Values: values})
	}
	for _, p := range l.Params {
		if p.Name != "" && p.Name != "ENCODING" {
			add(p.Name, p.Values...)
			continue
		}
		for _, v := range p.Values {
			switch strings.ToUpper(v) {
			case "B", "BASE64":
				add("ENCODING", "b")
			case "7BIT", "8BIT", "QUOTED-PRINTABLE": // undone
			case "INLINE", "URL", "CONTENT-ID", "CID":
				if p.Name == "" {
					add("VALUE", v)
				} else {
					add(p.Name, v)
				}
			default:
				add(p.Name, v)
			}
		}
	}
	l.Params = params
	if isBase64(&l) && strings.ContainsAny(l.Value, " \t") {
		l.Value = strings.NewReplacer(" ", "", "\t", "").Replace(l.Value)
	}
	return l
}

func isBase64(l *Prop) bool { return l.Param("ENCODING") == "b" }

// honest is p without its word that it is base64 when it cannot be: a text then,
// which all versions can write.
func honest(p Prop) Prop {
	if isBase64(&p) && !isPlain(p.Value) {
		return p.Without("ENCODING")
	}
	return p
}
