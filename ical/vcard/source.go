package vcard

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// source is the source form of a card that was decoded.
func source(c *Card, d *decoder) string {
	size := 16
	for i := range c.Props {
		if d.slots[i] != "photo" {
			size += len(c.Props[i].Value)
		}
		size += 32
	}
	version := Prop{Name: "VERSION", Value: string(c.Version)}
	b := append(version.Append(make([]byte, 0, size)), "\r\n"...)
	for i := range c.Props {
		p := c.Props[i]
		if d.slots[i] == "photo" {
			p = withoutData(p, d.photo)
		}
		b = append(appendSource(b, p), "\r\n"...)
	}
	return string(b)
}

// appendSource appends a property so that it is read as the very same: characters
// that no line may have are quoted.
func appendSource(b []byte, p Prop) []byte {
	head := Prop{Group: p.Group, Name: p.Name, Params: p.Params}
	from := len(b)
	b = head.Append(b)
	risky := strings.HasSuffix(p.Value, "=") && strings.Contains(strings.ToUpper(string(b[from:])), "QUOTED-PRINTABLE")
	if isClean(p.Value) && !risky {
		return append(b, p.Value...)
	}
	head.Params = append([]line.Param{
		{Name: "ENCODING", Values: []string{"QUOTED-PRINTABLE"}}, {Name: "CHARSET", Values: []string{"UTF-8"}},
	}, p.Params...)
	b = head.Append(b[:from])
	const hex = "0123456789ABCDEF"
	for v := p.Value; v != ""; v = v[1:] {
		switch c := v[0]; {
		case c == '\\' && len(v) > 1 && (v[1] == 'n' || v[1] == 'N'):
			b = append(b, "=0A"...)
			v = v[1:]
		case c == '\\' && len(v) > 1 && v[1] == '"': // else it would be escaped once more
			b = append(b, '"')
			v = v[1:]
		case c < ' ' || c == '=' || c >= 0x7F:
			b = append(b, '=', hex[c>>4], hex[c&15])
		case c == '\\' && len(v) > 1:
			b = append(b, c, v[1])
			v = v[1:]
		default:
			b = append(b, c)
		}
	}
	return b
}

// isClean reports whether a value has only characters that a line may have.
func isClean(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7F {
			return false
		}
	}
	return true
}

// parseSource reads the source form.
func parseSource(s string) *Card {
	c := &Card{}
	in := line.NewReader(strings.NewReader(s), &line.Options{Groups: true, MaxLine: len(s) + 1, MaxParams: len(s) + 1})
	for {
		l, err := in.Next()
		if err != nil {
			return c
		}
		if l.Name == "VERSION" && len(c.Props) == 0 && c.Version == "" {
			c.Version = Version(l.Value)
			continue
		}
		c.Props = append(c.Props, canonical(l))
	}
}

// merge joins what the message says with the card that it came from: see the
// package comment.
func (g *generator) merge(old *Card) []Prop {
	d := decodeCard(old, func(Issue) {})
	before := generator{msg: d.msg, version: g.version, list: d.list, digest: d.photo, media: d.media}
	if before.all() != nil { // no streams, no errors
		before.lines = nil
	}
	now, then := bySlot(g.lines), bySlot(before.lines)
	same := old.Version.form() == g.version
	out := make([]Prop, 0, len(old.Props)+4)
	done, dropped := map[slot]bool{}, map[string]bool{}
	for i, p := range old.Props {
		s := d.slots[i]
		a, is := now[s]
		b, was := then[s]
		unchanged := slices.EqualFunc(a, b, func(x, y Prop) bool { return equal(&x, &y) })
		switch {
		case s == "" && p.Name == "FN" && p.Value == "" && now["fn"][0].Value != "":
			continue // there is a better one now
		case s == "" || unchanged && (same || !rewritten(s) || !is && p.Name != "LABEL"):
			p = convert(p, old.Version.form(), g.version).Without(nameParam, mailParam)
			if s == "photo" {
				p = withData(p, g.photo)
			}
			out = append(out, p)
		case is && !done[s]:
			for _, l := range a {
				if l.Group = p.Group; len(a) > 1 {
					l.Group = ""
				}
				out = append(out, g.finished(&generated{s, l}))
			}
		case was && !is && p.Group != "":
			dropped[strings.ToLower(p.Group)] = true
		}
		if s != "" {
			done[s] = true
		}
	}
	var head []Prop
	for i := range g.lines {
		s := g.lines[i].slot
		mandatory := s == "fn" || s == "n"
		switch {
		case done[s]:
		case mandatory && !has(out, g.lines[i].prop.Name):
			head = append(head, g.finished(&g.lines[i]))
		case !same && strings.HasPrefix(string(s), "label."), // was part of ADR
			!slices.EqualFunc(now[s], then[s], func(x, y Prop) bool { return equal(&x, &y) }):
			out = append(out, g.finished(&g.lines[i]))
		}
	}
	out = append(head, out...)
	if len(dropped) > 0 { // labels of what is gone
		out = slices.DeleteFunc(out, func(p Prop) bool {
			return dropped[strings.ToLower(p.Group)] && (p.Name == "X-ABLABEL" || p.Name == "X-ABADR")
		})
	}
	return out
}

// has reports whether one of the properties, but for those within AGENT, has a name.
func has(list []Prop, name string) bool {
	depth := 0
	for i := range list {
		switch list[i].Name {
		case "BEGIN":
			depth++
		case "END":
			depth--
		case name:
			if depth == 0 {
				return true
			}
		}
	}
	return false
}

// rewritten reports whether a slot is written differently in other versions.
func rewritten(s slot) bool {
	switch s {
	case "bday", "anniversary", "gender", "members", "adr.work", "adr.home", "adr.other", "label.work", "label.home", "label.other",
		"X-MS-SPOUSE", "children", "X-MS-INTERESTS", "rev":
		return true
	}
	return false
}

func bySlot(lines []generated) map[slot][]Prop {
	m := make(map[slot][]Prop, len(lines))
	for i := range lines {
		m[lines[i].slot] = append(m[lines[i].slot], lines[i].prop)
	}
	return m
}

// equal reports whether two generated properties are the same.
func equal(a, b *Prop) bool {
	return a.Name == b.Name && a.Value == b.Value && slices.EqualFunc(a.Params, b.Params, func(x, y line.Param) bool {
		return x.Name == y.Name && slices.Equal(x.Values, y.Values)
	})
}
