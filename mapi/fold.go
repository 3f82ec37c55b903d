package mapi

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FoldString returns the form of s that decides equality: two strings are equal
// to [Compare] and to an [EqualTo] condition when their folded forms are the same
// bytes. It is s with each character replaced by its Unicode simple case folding
// ("STRASSE" and "straße" differ) and composed (NFC), so that "é" equals "e"
// followed by a combining accent. Bytes that are no UTF-8 stay as they are.
func FoldString(s string) string {
	if isASCII(s) {
		return lowerASCII(s)
	}
	s = norm.NFC.String(s)
	return norm.NFC.String(foldCase(s))
}

// foldCase replaces each character by its simple case folding.
func foldCase(s string) string {
	i := foldedLen(s)
	if i == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)+8), s[:i]...)
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			b = append(b, lowerByte(c))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, s[i]) // not UTF-8
		} else {
			b = utf8.AppendRune(b, foldRune(r))
		}
		i += n
	}
	return string(b)
}

// foldedLen is the length of the beginning of s that folding does not change.
func foldedLen(s string) int {
	for i, r := range s {
		if r != utf8.RuneError && foldRune(r) != r {
			return i
		}
	}
	return len(s)
}

// foldRune returns the one character that stands for all that differ from r in
// case only. It is the lower-case form, if that is among them: the dotless ı has
// an upper-case form I, but is not a case of i.
func foldRune(r rune) rune {
	switch {
	case r < foldTableSize:
		return foldTable()[r]
	case 0x2E80 <= r && r < 0xA640, 0xAC00 <= r && r < 0xFB00:
		return r // the large scripts without case
	}
	return foldOrbit(r)
}

// foldTableSize covers Latin, Greek, Cyrillic and Armenian.
const foldTableSize = 0x590

var foldTable = sync.OnceValue(func() *[foldTableSize]rune {
	var t [foldTableSize]rune
	for r := range t {
		t[r] = foldOrbit(rune(r))
	}
	return &t
})

// foldOrbit chooses from the characters that are cases of r.
func foldOrbit(r rune) rune {
	if unicode.SimpleFold(r) == r {
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return unicode.ToLower(unicode.ToUpper(least))
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lowerByte(b[i])
			}
			return string(b)
		}
	}
	return s
}

// printableASCII is the length of the beginning of s that is ASCII without
// control characters.
func printableASCII(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return i
		}
	}
	return len(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
