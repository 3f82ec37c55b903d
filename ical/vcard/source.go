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

// appendSource appends a property so that it is read as the very same.
func appendSource(b []byte, p Prop) []byte {
	value := p.Value
	p.Value = ""
	b = p.Append(b)
	if !strings.ContainsAny(value, "\n\r\x00") {
		return append(b, value...)
	}
	for i := range len(value) {
		switch c := value[i]; c {
		case '\n':
			b = append(b, `\n`...)
		case '\r', 0:
		default:
			b = append(b, c)
		}
	}
	return b
}

// parseSource reads the source form. Damaged lines are left out.
func parseSource(s string) *Card {
	c := &Card{Props: make([]Prop, 0, strings.Count(s, "\r\n"))}
	for l := range strings.SplitSeq(s, "\r\n") {
		p, ok := parseLine(l)
		switch {
		case !ok:
		case p.Name == "VERSION" && len(c.Props) == 0 && c.Version == "":
			c.Version = Version(p.Value)
		default:
			c.Props = append(c.Props, p)
		}
	}
	return c
}

// parseLine reads a line as [line.Line.Append] writes it. Reading what was already
// read needs none of the lenience of [line.Reader], and not its buffers.
func parseLine(s string) (p Prop, ok bool) {
	i := strings.IndexAny(s, ";:")
	if i <= 0 {
		return p, false
	}
	p.Name = s[:i]
	if dot := strings.LastIndexByte(p.Name, '.'); dot > 0 {
		p.Group, p.Name = p.Name[:dot], p.Name[dot+1:]
	}
	for s = s[i:]; s[0] == ';'; {
		a, rest, ok := parseParam(s[1:])
		if !ok {
			return p, false
		}
		p.Params, s = append(p.Params, a), rest
	}
	p.Value = s[1:]
	return p, true
}

// parseParam reads a parameter. The rest begins with a semicolon or colon.
func parseParam(s string) (a line.Param, rest string, ok bool) {
	i := strings.IndexAny(s, "=;:")
	if i < 0 {
		return a, "", false
	}
	if s[i] != '=' {
		return line.Param{Values: []string{s[:i]}}, s[i:], true
	}
	a.Name, s = s[:i], s[i+1:]
	for {
		if strings.HasPrefix(s, `"`) {
			if i = strings.IndexByte(s[1:], '"'); i < 0 {
				return a, "", false
			}
			a.Values, s = append(a.Values, uncircumflex(s[1:i+1])), s[i+2:]
		} else {
			if i = strings.IndexAny(s, ",;:"); i < 0 {
				return a, "", false
			}
			a.Values, s = append(a.Values, uncircumflex(s[:i])), s[i:]
		}
		if s == "" {
			return a, "", false
		}
		if s[0] != ',' {
			return a, s, s[0] == ';' || s[0] == ':'
		}
		s = s[1:]
	}
}

// uncircumflex undoes RFC 6868.
func uncircumflex(s string) string {
	if !strings.Contains(s, "^") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '^' && i+1 < len(s) {
			if j := strings.IndexByte("n'^", s[i+1]); j >= 0 {
				b = append(b, "\n\"^"[j])
				i++
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// merge joins what the message says with the card that it came from: see the
// package comment.
func (g *generator) merge(old *Card) []Prop {
	d := decodeCard(old, func(Issue) {})
	before := generator{msg: d.msg, version: g.version, list: d.list, digest: d.photo, media: d.media, report: func(Issue) {}}
	if before.all() != nil { // no streams, no errors
		before.lines = nil
	}
	now, then := bySlot(g.lines), bySlot(before.lines)
	still := make(map[slot]bool, len(now)+len(then)) // what did not change
	for _, m := range []map[slot][]Prop{now, then} {
		for s := range m {
			still[s] = slices.EqualFunc(now[s], then[s], func(x, y Prop) bool { return equal(&x, &y) })
		}
	}
	same := old.Version.form() == g.version
	out := make([]Prop, 0, len(old.Props)+4)
	done, dropped := map[slot]bool{}, map[string]bool{}
	for i, p := range old.Props {
		s := d.slots[i]
		a, is := now[s]
		_, was := then[s]
		unchanged := still[s] || !is && !was
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
			!still[s]:
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
