package wire

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

func (o *Options) decodeText(b []byte) string {
	s, err := o.Text.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// encodeText writes a question mark for what the code page has not.
func (o *Options) encodeText(s string) []byte {
	enc := o.Text.NewEncoder()
	if b, err := enc.Bytes([]byte(s)); err == nil {
		return b
	}
	var out []byte
	for _, r := range s {
		enc.Reset()
		b, err := enc.Bytes([]byte(string(r)))
		if err != nil {
			b = []byte{'?'}
		}
		out = append(out, b...)
	}
	return out
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
