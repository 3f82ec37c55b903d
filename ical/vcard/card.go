package vcard

import (
	"io"
	"maps"
	"slices"
	"strings"

	govcard "github.com/emersion/go-vcard"

	"github.com/okapi-mail/okapi/ical/line"
)

// A Version is the form of a vCard. Others than these are read as V3.
type Version string

// The versions.
const (
	V21 Version = "2.1" // versit, 1996; what Outlook and old phones write
	V3  Version = "3.0" // RFC 2426; what most programs write
	V4  Version = "4.0" // RFC 6350
)

// form is one of the three versions.
func (v Version) form() Version {
	switch v {
	case V21, V4:
		return v
	}
	return V3
}

// A Prop is a property of a card: a content line with its parameters in their order.
// Whatever the version, types are values of TYPE, base64 is ENCODING=b, and
// quoted-printable and CHARSET are undone.
type Prop = line.Line

// A Card is a vCard: its properties in the order in which they were written. Unlike
// the type of go-vcard it keeps that order, and values as they were escaped.
type Card struct {
	Version Version // as written; "" when the card says none
	Props   []Prop  // without VERSION; a card within AGENT with its BEGIN and END

	offset int64 // of its BEGIN
	size   int
	depth  int // of cards within AGENT that are open
}

// Get is the first property of a name in capitals, or nil.
func (c *Card) Get(name string) *Prop {
	for i := range c.Props {
		if c.Props[i].Name == name {
			return &c.Props[i]
		}
	}
	return nil
}

// Value is the text of the first property of a name in capitals, or "".
func (c *Card) Value(name string) string {
	if p := c.Get(name); p != nil {
		return p.Text()
	}
	return ""
}

// Add appends a property with a value that needs no escapes.
func (c *Card) Add(name, value string, params ...line.Param) {
	c.Props = append(c.Props, Prop{Name: name, Value: value, Params: params})
}

// AddText appends a property with a text as value.
func (c *Card) AddText(name, text string, params ...line.Param) {
	c.Add(name, line.Escape(text), params...)
}

// WriteTo writes the card in its version, and in 3.0 when it has none. The
// properties are written in the syntax of that version; see [Card.Convert] for
// their meaning.
func (c *Card) WriteTo(w io.Writer) (int64, error) {
	n := counter{w: w}
	out := newWriter(&n)
	out.card(c)
	return n.n, out.flush()
}

// A counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// GoVCard returns c as go-vcard has it. That type does not know the order of
// properties with different names.
func (c *Card) GoVCard() govcard.Card {
	g := govcard.Card{govcard.FieldVersion: {{Value: string(cmpVersion(c.Version))}}}
	for i := range c.Props {
		p := &c.Props[i]
		f := &govcard.Field{Group: p.Group, Value: goText(p.Value), Params: make(govcard.Params, len(p.Params))}
		for _, a := range p.Params {
			f.Params[a.Name] = append(f.Params[a.Name], a.Values...)
		}
		g[p.Name] = append(g[p.Name], f)
	}
	return g
}

// FromGoVCard returns a card of go-vcard as one of this package, with its
// properties ordered by name.
func FromGoVCard(g govcard.Card) *Card {
	c := &Card{}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		for _, f := range g[name] {
			if f == nil {
				continue
			}
			if strings.EqualFold(name, govcard.FieldVersion) {
				c.Version = Version(f.Value)
				continue
			}
			p := Prop{Group: f.Group, Name: strings.ToUpper(name), Value: fromGoText(f.Value)}
			if p.Name != "N" && !strings.HasPrefix(p.Value, "data:") && f.Params.Get("ENCODING") == "" {
				p.Value = withCommas(p.Name, p.Value, `\,`) // that type does not tell a list from a text
			}
			for _, a := range slices.Sorted(maps.Keys(f.Params)) {
				if len(f.Params[a]) > 0 {
					p.Params = append(p.Params, line.Param{Name: strings.ToUpper(a), Values: f.Params[a]})
				}
			}
			c.Props = append(c.Props, honest(canonical(p)))
		}
	}
	return c
}

func cmpVersion(v Version) Version {
	if v == "" {
		return V3
	}
	return v
}

// goText undoes the escapes that go-vcard undoes: all but that of the semicolon,
// which separates components in its values.
func goText(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			switch s[i] {
			case 'n', 'N':
				b = append(b, '\n')
			case '\\', ',', ':':
				b = append(b, s[i])
			default:
				b = append(b, '\\', s[i])
			}
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

// fromGoText is the inverse: a semicolon with a backslash stays one.
func fromGoText(s string) string {
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
		case c == '\\' && i+1 < len(s) && s[i+1] == ';':
			b = append(b, `\;`...)
			i++
		case c == '\\':
			b = append(b, `\\`...)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
