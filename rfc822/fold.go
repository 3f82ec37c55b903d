package rfc822

import (
	"net/textproto"
	"strings"
)

// Lengths of header lines (RFC 5322 2.1.1). Lines that have a blank to break at
// keep to the first, all to the second.
const (
	preferredLine = 76
	longestLine   = 998
)

// appendField appends a header field, folded at blanks. The name is written with
// capitals where they are usual; the value is on one line.
func appendField(b []byte, name, value string) []byte {
	b = append(b, textproto.CanonicalMIMEHeaderKey(name)...)
	b = append(b, ": "...)
	used := len(name) + len(": ")
	if w := leadingWord(value); used+w > preferredLine && w > 0 { // RFC 2047 2
		b = append(b[:len(b)-1], "\r\n "...)
		used = 1
	}
	words := strings.Contains(value, "=?")
	for len(value) > preferredLine-used {
		n := lastBlank(value, preferredLine-used)
		if n <= 0 && words { // and none of them in a line that is longer
			n = nextBlank(value, longestLine-used)
		}
		if n <= 0 {
			if len(value) <= longestLine-used {
				break
			}
			n = lastBlank(value, longestLine-used)
		}
		if n > 0 {
			b = append(append(b, value[:n]...), "\r\n"...)
		} else {
			// No blank far and wide: one has to be put in, for a fold has one.
			n += longestLine - used
			b = append(append(b, value[:n]...), "\r\n "...)
		}
		value = value[n:]
		used = 0
	}
	return append(append(b, value...), "\r\n"...)
}

// leadingWord is the length of the encoded word that a value begins with, with what follows
// up to a blank, or 0.
func leadingWord(value string) int {
	if !strings.HasPrefix(value, "=?") {
		return 0
	}
	if n := strings.IndexAny(value, " \t"); n > 0 {
		return n
	}
	return len(value)
}

// nextBlank is where the first blank behind a word is, within room bytes, or -1.
func nextBlank(s string, room int) int {
	word := len(s) - len(strings.TrimLeft(s, " \t"))
	n := strings.IndexAny(s[word:], " \t")
	if n < 0 || word+n > room {
		return -1
	}
	return word + n
}

// lastBlank is where the last blank is that ends a line of at most room bytes: 0
// when it is the one that the line begins with, because the line before was broken
// there, and -1 when there is none.
func lastBlank(s string, room int) int {
	if room < 0 {
		return -1
	}
	return strings.LastIndexAny(s[:room+1], " \t")
}
