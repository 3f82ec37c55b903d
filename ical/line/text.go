package line

import "strings"

// Unescape is the text that a value stands for: \n and \N are line breaks, and a
// backslash before any other character stands for that character (RFC 5545
// 3.3.11; RFC 6350 3.4). A backslash at the end stays.
func Unescape(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for ; i >= 0 && i+1 < len(s); i = strings.IndexByte(s, '\\') {
		b = append(b, s[:i]...)
		switch c := s[i+1]; c {
		case 'n', 'N':
			b = append(b, '\n')
		case '\\', ';', ',', ':', '"':
			b = append(b, c)
		default: // a path, most often: "C:\temp"
			b = append(b, '\\', c)
		}
		s = s[i+2:]
	}
	return string(append(b, s...))
}

// Escape is the value that stands for a text. Line breaks of any kind become \n.
func Escape(s string) string {
	if !strings.ContainsAny(s, "\\;,\n\r") {
		return s
	}
	return string(AppendEscaped(make([]byte, 0, len(s)+16), s))
}

// AppendEscaped appends what [Escape] returns.
func AppendEscaped(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\', ';', ',':
			b = append(b, '\\', c)
		case '\r':
			if i+1 == len(s) || s[i+1] != '\n' {
				b = append(b, '\\', 'n')
			}
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return b
}

// Split cuts a value at the separators that no backslash stands before. The
// pieces are still escaped.
func Split(s string, sep byte) []string {
	list := make([]string, 0, 1+strings.Count(s, string(sep)))
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			list = append(list, s[start:i])
			start = i + 1
		}
	}
	return append(list, s[start:])
}
