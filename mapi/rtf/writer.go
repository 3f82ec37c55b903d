package rtf

import (
	"bufio"
	"io"
	"strconv"
	"unicode/utf8"
)

// Bits of the number of \*\htmltag (MS-OXRTFEX 2.1.3.1.4.1): where the fragment
// stands, what it is, and whether it ends it.
const (
	TagInBody  = 0x0000
	TagInHead  = 0x0001
	TagInHTML  = 0x0002
	TagOutside = 0x0003
	TagInPar   = 0x0004
	TagClose   = 0x0008

	TagText     = 0x0000
	TagHTML     = 0x0010
	TagHead     = 0x0020
	TagBody     = 0x0030
	TagP        = 0x0040
	TagStartPar = 0x0050
	TagEndPar   = 0x0060
	TagBreak    = 0x0070
	TagPre      = 0x0080
	TagFont     = 0x0090
	TagHeading  = 0x00A0
	TagTitle    = 0x00B0
	TagPlain    = 0x00C0
	TagUnknown  = 0x00F0
)

// A Writer writes a document made from text or HTML, so that an [Extractor] of it
// gives back what was put in (MS-OXRTFEX 2.1.3.2, 2.1.3.3). The document is ASCII.
// Bytes that are no UTF-8 become U+FFFD; split no character between two calls.
//
// Errors of the writer below stay, and Close reports the first.
type Writer struct {
	w      *bufio.Writer
	origin Origin
	cr     bool // the last byte of text was CR
	buf    []byte
}

// NewWriter begins a document. Close must end it.
func NewWriter(dst io.Writer, origin Origin) *Writer {
	w := &Writer{w: bufio.NewWriter(dst), origin: origin}
	w.w.WriteString(`{\rtf1\ansi\ansicpg1252`)
	switch origin {
	case FromHTML:
		w.w.WriteString(`\fromhtml1 `)
	case FromText:
		w.w.WriteString(`\fromtext `)
	}
	w.w.WriteString(`\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fmodern Courier New;}}` + "\r\n" +
		`{\colortbl\red0\green0\blue0;\red0\green0\blue255;}` + "\r\n" +
		`\uc1\pard\plain\deftab360 \f0\fs20 `)
	if origin == FromHTML {
		w.w.WriteString(`{\*\htmltag64}`)
	}
	return w
}

// Text writes text that readers of RTF show and that is part of the original. Each
// of CRLF, CR and LF is \par.
func (w *Writer) Text(s []byte) {
	if w.cr && len(s) > 0 && s[0] == '\n' {
		s = s[1:]
	}
	w.cr = false
	b := w.buf[:0]
	for len(s) > 0 {
		c := s[0]
		if c == '\r' || c == '\n' {
			if c == '\r' && len(s) > 1 && s[1] == '\n' {
				s = s[1:]
			}
			w.cr = c == '\r' && len(s) == 1
			s = s[1:]
			b = append(b, "\\par\r\n"...)
			continue
		}
		b, s = appendCharacter(b, s)
	}
	w.put(b)
}

// Tag writes a fragment of HTML that readers of RTF do not show. kind is made of
// the Tag… bits. Also its lone CR and LF come back as they are.
func (w *Writer) Tag(kind int, fragment []byte) {
	b := append(w.buf[:0], `{\*\htmltag`...)
	b = strconv.AppendInt(b, int64(kind), 10)
	b = append(b, ' ')
	for s := fragment; len(s) > 0; {
		switch {
		case s[0] == '\r' && len(s) > 1 && s[1] == '\n':
			b, s = append(b, "\\par\r\n"...), s[2:]
		case s[0] == '\r':
			b, s = append(b, `\'0d`...), s[1:]
		case s[0] == '\n':
			b, s = append(b, `\'0a`...), s[1:]
		default:
			b, s = appendCharacter(b, s)
		}
	}
	w.put(append(b, '}'))
}

// Control writes control words that change what follows for readers of RTF and are
// no part of the original, such as `\b`.
func (w *Writer) Control(words string) {
	if w.origin == FromHTML {
		w.w.WriteString(`\htmlrtf ` + words + `\htmlrtf0 `)
		return
	}
	w.w.WriteString(words + " ")
}

// Shown writes text for readers of RTF that stands for what a Tag says in HTML.
func (w *Writer) Shown(text []byte) {
	b := append(w.buf[:0], `\htmlrtf `...)
	for s := text; len(s) > 0; {
		b, s = appendCharacter(b, s)
	}
	w.put(append(b, `\htmlrtf0 `...))
}

func (w *Writer) put(b []byte) {
	w.w.Write(b)
	w.buf = b[:0]
}

// Close ends the document. It does not close the writer below.
func (w *Writer) Close() error {
	w.w.WriteString("}\r\n")
	return w.w.Flush()
}

// appendCharacter appends the first character of s and returns the rest of s.
func appendCharacter(b, s []byte) (text, rest []byte) {
	c := s[0]
	switch {
	case c == '\\' || c == '{' || c == '}':
		return append(b, '\\', c), s[1:]
	case c == '\t':
		return append(b, `\tab `...), s[1:]
	case c < ' ' || c == 0x7F:
		const digits = "0123456789abcdef"
		return append(b, '\\', '\'', digits[c>>4], digits[c&15]), s[1:]
	case c < utf8.RuneSelf:
		return append(b, c), s[1:]
	}
	r, n := utf8.DecodeRune(s)
	if r >= 0x10000 {
		r -= 0x10000
		return appendUnit(appendUnit(b, 0xD800+r>>10), 0xDC00+r&0x3FF), s[n:]
	}
	return appendUnit(b, r), s[n:]
}

func appendUnit(b []byte, unit rune) []byte {
	b = append(b, '\\', 'u')
	b = strconv.AppendInt(b, int64(int16(unit)), 10)
	return append(b, '?')
}
