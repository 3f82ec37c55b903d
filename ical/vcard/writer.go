package vcard

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// A writer writes cards. The first error stays.
type writer struct {
	b     *bufio.Writer
	lines *line.Writer // writes to b
	buf   []byte
}

func newWriter(w io.Writer) *writer {
	b := bufio.NewWriterSize(w, 16<<10)
	return &writer{b: b, lines: line.NewWriter(b)}
}

func (w *writer) flush() error {
	if err := w.lines.Flush(); err != nil {
		return err
	}
	return w.b.Flush()
}

func (w *writer) card(c *Card) {
	w.lines.Begin("VCARD")
	w.lines.Write(Prop{Name: "VERSION", Value: string(cmpVersion(c.Version))}) // the first property: RFC 6350 6.7.9
	depth, old := 0, c.Version.form() == V21
	for i := range c.Props {
		p := &c.Props[i]
		switch p.Name {
		case "BEGIN":
			depth++
		case "END":
			depth--
		}
		if depth < 0 {
			depth = 0
			continue
		}
		switch {
		case !isName(p.Name) || p.Group != "" && !isName(p.Group): // nothing that breaks the line
		case old:
			w.v21(*p)
		default:
			w.lines.Write(named(*p))
		}
	}
	for ; depth > 0; depth-- {
		w.lines.End("VCARD")
	}
	w.lines.End("VCARD")
}

// named is a property without parameters that cannot be written.
func named(p Prop) Prop {
	bad := func(a line.Param) bool { return a.Name != "" && !isName(a.Name) || len(a.Values) == 0 }
	if slices.ContainsFunc(p.Params, bad) {
		p.Params = slices.DeleteFunc(slices.Clone(p.Params), bad)
	}
	return p
}

// isName reports whether s can name a property or parameter; lines that were read
// have no other names.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && strings.IndexByte("-_./+", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// v21 writes a property of version 2.1. Texts that need more than ASCII, or more
// than a line, are quoted-printable: folds of that version keep their space.
func (w *writer) v21(p Prop) {
	p = honest(p)
	binary := isBase64(&p)
	value := p.Value
	if !binary {
		value = v21Text(p.Name, value)
	}
	l := Prop{Group: p.Group, Name: p.Name, Params: v21Params(&p)}
	plain := l.Append(w.buf[:0])
	w.buf = plain
	if binary || isPlain(value) && len(plain)+len(value) <= line.MaxOctets {
		w.lines.WriteRaw(string(plain) + value)
		if binary {
			w.blank()
		}
		return
	}
	encoding := []line.Param{{Name: "ENCODING", Values: []string{"QUOTED-PRINTABLE"}}} // first: a colon may follow
	if !isASCII(value) {
		encoding = append(encoding, line.Param{Name: "CHARSET", Values: []string{"UTF-8"}})
	}
	l.Params = append(encoding, l.Params...)
	w.buf = appendQuoted(l.Append(w.buf[:0]), value)
	w.lines.Flush()
	w.b.Write(append(w.buf, "\r\n"...))
}

// blank writes the empty line after base64 that version 2.1 wants.
func (w *writer) blank() {
	w.lines.Flush()
	w.b.WriteString("\r\n")
}

// v21Params writes types without TYPE where they are words.
func v21Params(p *Prop) []line.Param {
	params := make([]line.Param, 0, len(p.Params)+1)
	for _, a := range named(*p).Params {
		switch {
		case a.Name == "TYPE":
			var words, rest []string
			for _, v := range a.Values {
				if isWord(v) {
					words = append(words, v)
				} else {
					rest = append(rest, v)
				}
			}
			if words != nil {
				params = append(params, line.Param{Values: words})
			}
			if rest != nil {
				params = append(params, line.Param{Name: "TYPE", Values: rest})
			}
		case a.Name == "ENCODING" && isBase64(p):
			params = append(params, line.Param{Name: "ENCODING", Values: []string{"BASE64"}})
		default:
			params = append(params, a)
		}
	}
	return params
}

// isWord reports whether a type can stand alone and is not taken for something
// else.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '-' {
			return false
		}
	}
	switch strings.ToUpper(s) {
	case "", "B", "BASE64", "7BIT", "8BIT", "QUOTED-PRINTABLE", "INLINE", "URL", "CONTENT-ID", "CID":
		return false
	}
	return true
}

// v21Text takes back the escapes that version 2.1 does not know: it has \; only.
// Line breaks become real ones. A backslash stays escaped where it would be taken
// for the beginning of an escape.
func v21Text(name, s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	list := name == "CATEGORIES" || name == "NICKNAME"
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'n' || c == 'N':
			b = append(b, '\n')
		case c == ',' && !list, c == ':', c == '"':
			b = append(b, c)
		default:
			b = append(b, '\\', c)
		}
	}
	return string(b)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if (s[i] < ' ' && s[i] != '\t') || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// appendQuoted appends s in quoted-printable to a line that has begun.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	column := len(b)
	soft := func(n int) {
		if column+n > line.MaxOctets {
			b = append(b, "=\r\n"...)
			column = 0
		}
		column += n
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			soft(6)
			b = append(b, "=0D=0A"...)
		case c < ' ', c >= 0x7F, c == '=', c == ' ' && (i+1 == len(s) || s[i+1] == '\n'):
			soft(3)
			b = append(b, '=', hex[c>>4], hex[c&15])
		default:
			soft(1)
			b = append(b, c)
		}
	}
	return b
}
