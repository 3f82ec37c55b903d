package entity

import (
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// utf7 is UTF-7 (RFC 2152), which x/text does not have. It is read, and written
// with everything but letters and digits shifted.
type utf7 struct{}

func (utf7) NewDecoder() *encoding.Decoder {
	return &encoding.Decoder{Transformer: &utf7Decoder{}}
}

func (utf7) NewEncoder() *encoding.Encoder {
	return &encoding.Encoder{Transformer: utf7Encoder{}}
}

type utf7Decoder struct {
	shifted bool
	empty   bool // nothing came since the plus sign
	bits    uint32
	n       uint // bits in bits
	high    rune // a high surrogate that waits for the low one
}

func (d *utf7Decoder) Reset() { *d = utf7Decoder{} }

// Transform decodes. Whatever is wrong becomes U+FFFD.
func (d *utf7Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if nDst+2*utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		c := src[nSrc]
		nSrc++
		if !d.shifted {
			switch {
			case c == '+':
				*d = utf7Decoder{shifted: true, empty: true}
			case c < utf8.RuneSelf:
				dst[nDst] = c
				nDst++
			default:
				nDst += utf8.EncodeRune(dst[nDst:], utf8.RuneError)
			}
			continue
		}
		v := base64Value[c]
		if v >= 64 {
			nDst += d.unshift(dst[nDst:], c)
			continue
		}
		d.empty = false
		d.bits, d.n = d.bits<<6|uint32(v), d.n+6
		if d.n >= 16 {
			d.n -= 16
			nDst += d.unit(dst[nDst:], rune(d.bits>>d.n&0xFFFF))
		}
	}
	if atEOF && d.high != 0 {
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], utf8.RuneError)
		d.high = 0
	}
	return nDst, nSrc, nil
}

// unit takes one UTF-16 unit.
func (d *utf7Decoder) unit(dst []byte, u rune) int {
	n := 0
	if d.high != 0 {
		r := utf16.DecodeRune(d.high, u)
		d.high = 0
		n = utf8.EncodeRune(dst, r)
		if r != utf8.RuneError {
			return n
		}
	}
	switch {
	case 0xD800 <= u && u < 0xDC00:
		d.high = u
		return n
	case utf16.IsSurrogate(u):
		u = utf8.RuneError
	}
	return n + utf8.EncodeRune(dst[n:], u)
}

// unshift ends the base64 run at c: "+-" is a plus sign, a minus after a run
// belongs to it.
func (d *utf7Decoder) unshift(dst []byte, c byte) int {
	n := 0
	if d.high != 0 {
		n = utf8.EncodeRune(dst, utf8.RuneError)
	}
	empty := d.empty
	*d = utf7Decoder{}
	switch {
	case c == '-' && empty:
		dst[n] = '+'
	case c == '-':
		return n
	case c < utf8.RuneSelf:
		dst[n] = c
	default:
		return n + utf8.EncodeRune(dst[n:], utf8.RuneError)
	}
	return n + 1
}

type utf7Encoder struct{ transform.NopResetter }

func (utf7Encoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(src[nSrc:])
		s := utf7Rune(r)
		if nDst+len(s) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], s)
		nSrc += size
	}
	return nDst, nSrc, nil
}

func utf7Rune(r rune) string {
	switch {
	case r == '+':
		return "+-"
	case r < utf8.RuneSelf && r != '~' && r != '\\':
		return string(r)
	}
	var b []byte
	for _, u := range utf16.AppendRune(nil, r) {
		b = append(b, byte(u>>8), byte(u))
	}
	return "+" + base64.RawStdEncoding.EncodeToString(b) + "-"
}
