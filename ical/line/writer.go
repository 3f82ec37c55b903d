package line

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"unicode/utf8"
)

// MaxOctets is the length at which lines are folded, without their end (RFC 5545
// 3.1).
const MaxOctets = 75

// A Writer writes content lines with CRLF. The first error stays: every later call
// returns it.
type Writer struct {
	w   *bufio.Writer
	buf []byte
	err error
}

// NewWriter returns a writer. Flush it at the end.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriterSize(w, 16<<10)} }

// Write writes a line. A line without a name is left out.
func (w *Writer) Write(l Line) error {
	w.buf = l.Append(w.buf[:0])
	return w.fold(w.buf)
}

// WriteRaw writes a line that is already put together, as [Line.Append] does.
func (w *Writer) WriteRaw(s string) error {
	w.buf = append(w.buf[:0], s...)
	return w.fold(w.buf)
}

// Begin writes BEGIN of a component, End its END.
func (w *Writer) Begin(component string) error {
	return w.Write(Line{Name: "BEGIN", Value: component})
}

// End writes END of a component.
func (w *Writer) End(component string) error {
	return w.Write(Line{Name: "END", Value: component})
}

// Flush hands over what is still held.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

func (w *Writer) fold(b []byte) error {
	if len(b) == 0 || w.err != nil {
		return w.err
	}
	for room := MaxOctets; len(b) > room; room = MaxOctets - 1 {
		n := room
		for n > room-utf8.UTFMax && !utf8.RuneStart(b[n]) {
			n--
		}
		if !utf8.RuneStart(b[n]) { // no UTF-8: cut anywhere
			n = room
		}
		w.w.Write(b[:n])
		w.w.WriteString("\r\n ")
		b = b[n:]
	}
	w.w.Write(b)
	_, w.err = w.w.WriteString("\r\n")
	return w.err
}

// Append appends the line without folds and without its end. Characters that
// cannot be in a line are left out or written as RFC 6868 and RFC 5545 3.3.11 have
// it.
func (l *Line) Append(b []byte) []byte {
	if l.Name == "" {
		return b
	}
	if l.Group != "" {
		b = append(append(b, l.Group...), '.')
	}
	b = append(b, l.Name...)
	for i := range l.Params {
		b = l.Params[i].append(b)
	}
	return appendValue(append(b, ':'), l.Value)
}

func (p *Param) append(b []byte) []byte {
	if p.Name == "" {
		for _, v := range p.Values {
			if isName(v) {
				b = append(append(b, ';'), v...)
			}
		}
		return b
	}
	b = append(append(append(b, ';'), p.Name...), '=')
	for i, v := range p.Values {
		if i > 0 {
			b = append(b, ',')
		}
		from := len(b)
		b = appendParam(b, v)
		if needsQuotes(b[from:]) {
			b = append(slices.Insert(b, from, '"'), '"')
		}
	}
	return b
}

func needsQuotes(v []byte) bool {
	for _, c := range v {
		switch c {
		case ';', ':', ',', '\\':
			return true
		}
	}
	return len(v) != len(bytes.TrimSpace(v))
}

// appendParam writes a parameter's value as RFC 6868 3.1 has it.
func appendParam(b []byte, v string) []byte {
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '^':
			b = append(b, '^', '^')
		case c == '"':
			b = append(b, '^', '\'')
		case c == '\n':
			b = append(b, '^', 'n')
		case c < ' ' && c != '\t' || c == 0x7F:
		default:
			b = append(b, c)
		}
	}
	return b
}

// appendValue leaves out what RFC 5545 3.1 does not allow in a value.
func appendValue(b []byte, v string) []byte {
	from := 0
	for i := range len(v) {
		c := v[i]
		if !isControl(c) {
			continue
		}
		if b = append(b, v[from:i]...); c == '\n' {
			b = append(b, '\\', 'n')
		}
		from = i + 1
	}
	return append(b, v[from:]...)
}

func isControl(c byte) bool { return c < ' ' && c != '\t' || c == 0x7F }
