package wire

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

func (o *Options) decodeText(b []byte) string {
	if page, ok := o.Text.(*charmap.Charmap); ok {
		return decodeBytes(page, b)
	}
	s, err := o.Text.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// decodeBytes takes bytes that a code page leaves undefined as the control
// characters of the same number, as Windows does: so they come back as they were.
func decodeBytes(page *charmap.Charmap, b []byte) string {
	var out strings.Builder
	out.Grow(len(b))
	for _, c := range b {
		r := page.DecodeByte(c)
		if r == utf8.RuneError {
			r = rune(c)
		}
		out.WriteRune(r)
	}
	return out.String()
}

// encodeText writes a question mark for what the code page has not.
func (o *Options) encodeText(s string) []byte {
	page, ok := o.Text.(*charmap.Charmap)
	enc := o.Text.NewEncoder()
	if b, err := enc.Bytes([]byte(s)); err == nil && !ok {
		return b
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if ok {
			out = append(out, encodeRune(page, r))
			continue
		}
		enc.Reset()
		b, err := enc.Bytes([]byte(string(r)))
		if err != nil {
			b = []byte{'?'}
		}
		out = append(out, b...)
	}
	return out
}

// encodeRune is the inverse of decodeBytes.
func encodeRune(page *charmap.Charmap, r rune) byte {
	if c, ok := page.EncodeRune(r); ok && r != utf8.RuneError {
		return c
	}
	if r >= 0x80 && r <= 0xFF && page.DecodeByte(byte(r)) == utf8.RuneError {
		return byte(r)
	}
	return '?'
}

// beforeNUL is the part of s that can be written: texts end at a NUL.
func beforeNUL(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

func appendUTF16(dst []byte, s string) []byte {
	for _, u := range utf16.Encode([]rune(s)) {
		dst = binary.LittleEndian.AppendUint16(dst, u)
	}
	return append(dst, 0, 0)
}
