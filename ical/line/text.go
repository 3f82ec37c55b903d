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
	for i := range len(s) {
		if isEscaped(s[i]) {
			return string(AppendEscaped(make([]byte, 0, len(s)+16), s))
		}
	}
	return s
}

// isEscaped is true for what a text cannot have as it is.
func isEscaped(c byte) bool {
	return c <= '\\' && (c == '\\' || c == ';' || c == ',' || c == '\n' || c == '\r')
}

// AppendEscaped appends what [Escape] returns.
func AppendEscaped(b []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		c := s[i]
		if !isEscaped(c) {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch {
		case c != '\r' && c != '\n':
			b = append(b, '\\', c)
		case c == '\n' || from == len(s) || s[from] != '\n': // CRLF is one break
			b = append(b, '\\', 'n')
		}
	}
	return append(b, s[from:]...)
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
