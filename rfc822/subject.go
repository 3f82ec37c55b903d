package rfc822

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSubject is how many characters a subject has at most (MS-OXCMAIL
// 2.2.3.2.6).
const maxSubject = 255

// cleanSubject brings a subject on one line and cuts it.
func cleanSubject(s string) string {
	s = strings.TrimSpace(oneLine(s))
	if len(s) > maxSubject {
		n := 0
		for i := range s {
			if n == maxSubject {
				return strings.TrimSpace(s[:i])
			}
			n++
		}
	}
	return s
}

// oneLine turns control characters into blanks.
func oneLine(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f || s[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				if r < ' ' || r == 0x7f {
					return ' '
				}
				return r
			}, validString(s))
		}
	}
	return s
}

// splitSubject takes the prefix off a subject: one to three characters, none of
// them a blank, a colon or a digit, a colon, and blanks (MS-OXCMAIL 2.2.3.2.6.1).
// "Re:  x" gives "Re: " and "x"; "Antwort: x" has no prefix.
func splitSubject(s string) (prefix, rest string) {
	n := 0
	for i, r := range s {
		switch {
		case r == ':' && n > 0:
			prefix, rest = s[:i+1], s[i+1:]
			if trimmed := strings.TrimLeft(rest, " "); len(trimmed) < len(rest) {
				prefix, rest = s[:i+2], trimmed
			}
			return prefix, rest
		case n == 3 || r == ':' || unicode.IsSpace(r) || unicode.IsDigit(r):
			return "", s
		}
		n++
	}
	return "", s
}
