package cfb

import (
	"unicode"
	"unicode/utf16"
)

// compareNames is the order of names in the directory (MS-CFB 2.6.4): by length, then
// by upper-case UTF-16 units. Windows folds each unit by itself.
func compareNames(a, b []uint16) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	for i := range a {
		if x, y := upper(a[i]), upper(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return 0
}

func upper(u uint16) uint16 {
	if u < 0x80 {
		if 'a' <= u && u <= 'z' {
			u -= 'a' - 'A'
		}
		return u
	}
	if r := unicode.ToUpper(rune(u)); !utf16.IsSurrogate(rune(u)) && r <= 0xFFFF {
		return uint16(r)
	}
	return u
}
