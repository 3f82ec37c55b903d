package entity

import (
	"strconv"
	"strings"
)

// String returns the value with its parameters as a header field has it. A
// parameter beyond ASCII is written in the form of RFC 2231, in pieces when it is
// long; "name" is written with encoded words instead: programs that do not know
// the one form know the other, and file names are usually given as both name and
// filename.
func (m Media) String() string {
	var b strings.Builder
	b.WriteString(m.Type)
	for _, p := range m.Params {
		switch {
		case IsToken(p.Value):
			b.WriteString("; " + p.Name + "=" + p.Value)
		case isPlainHeader(p.Value) && len(p.Value) < 200:
			b.WriteString("; " + p.Name + "=" + quoteString(p.Value))
		case p.Name == "name":
			b.WriteString("; name=" + quoteString(EncodeWordsBehind(len(` name="`), p.Value)))
		default:
			writePieces(&b, p)
		}
	}
	return b.String()
}

// pieceLength is the longest value of one RFC 2231 piece: with its name it fits
// in a line.
const pieceLength = 54

func writePieces(b *strings.Builder, p Param) {
	value := "utf-8''" + percentEncode(p.Value)
	if len(value) <= pieceLength {
		b.WriteString("; " + p.Name + "*=" + value)
		return
	}
	for i := 0; len(value) > 0; i++ {
		n := min(pieceLength, len(value))
		for n < len(value) && n > 0 && (value[n-1] == '%' || n > 1 && value[n-2] == '%') {
			n--
		}
		b.WriteString("; " + p.Name + "*" + strconv.Itoa(i) + "*=" + value[:n])
		value = value[n:]
	}
}

func percentEncode(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if IsToken(s[i:i+1]) && c != '%' && c != '*' && c != '\'' {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// IsToken reports whether s is a token of MIME, which needs no quotes (RFC 2045 5.1).
func IsToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// IsFieldName reports whether s can be the name of a header field.
func IsFieldName(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == ':' {
			return false
		}
	}
	return s != ""
}

// FormatAddresses writes a list of addresses.
func FormatAddresses(list []Address) string { return formatAddresses(list, Address.String) }

// FormatUTF8Addresses writes a list of addresses for a header in UTF-8.
func FormatUTF8Addresses(list []Address) string { return formatAddresses(list, Address.UTF8String) }

func formatAddresses(list []Address, format func(Address) string) string {
	if len(list) == 1 {
		return format(list[0])
	}
	var b strings.Builder
	for _, a := range list {
		s := format(a)
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s)
	}
	return b.String()
}
