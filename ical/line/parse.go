package line

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// parse reads a line into l; plain says that it is. The result is false when it is no
// property.
func (r *Reader) parse(l *Line, raw []byte, plain bool, at int64) bool {
	end := 0
	for end < len(raw) && raw[end] != ';' && raw[end] != ':' {
		end++
	}
	if end == 0 || end == len(raw) {
		return false
	}
	name := trimRight(raw[:end])
	if r.opts.Groups {
		if dot := bytes.LastIndexByte(name, '.'); dot > 0 {
			l.Group = string(name[:dot])
			if !isName(l.Group) {
				return false
			}
			name = name[dot+1:]
		}
	}
	if !isNameBytes(name) {
		return false
	}
	l.Name, l.Offset = r.name(name), at
	r.raw, r.whole = raw, ""
	if plain || utf8.Valid(raw) {
		r.whole = r.strings.Of(raw) // one string for all parts
	}
	colon := end
	if raw[end] == ';' {
		if colon = r.parameters(l, raw, end, at); colon < 0 {
			return false
		}
	}
	r.value(l, raw[colon+1:], at)
	return true
}

// isPlain is true for nothing but printable ASCII, as most lines are. It looks at eight
// bytes at once: the sums set the highest bit of a byte that is below a space, or a
// delete, and those beyond ASCII have it.
func isPlain(b []byte) bool {
	const all, high = 0x0101010101010101, 0x8080808080808080
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		if (x|(x-' '*all)|(x+all))&high != 0 { // a borrow or carry comes only from such a byte
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// printable is raw without the control characters that RFC 5545 3.1 forbids.
func (r *Reader) printable(raw []byte, at int64) []byte {
	if !hasControl(raw) {
		return raw
	}
	r.opts.Report(Issue{RuleControl, at, Excerpt(string(raw[:min(len(raw), 80)]))})
	clean := make([]byte, 0, len(raw))
	for _, c := range raw {
		if !isControl(c) {
			clean = append(clean, c)
		}
	}
	return clean
}

// printableText is the same for what only its encoding hid.
func (r *Reader) printableText(s string, at int64) string {
	if !hasControl(s) {
		return s
	}
	return string(r.printable([]byte(s), at))
}

func hasControl[T []byte | string](b T) bool {
	for i := range len(b) {
		c := b[i]
		if isControl(c) {
			return true
		}
	}
	return false
}

func isName(s string) bool { return isNameBytes([]byte(s)) }

func isNameBytes(b []byte) bool {
	for _, c := range b {
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == '/', c == '+':
		default:
			return false
		}
	}
	return len(b) > 0
}

// name is b in capitals. The few names that there are stay in memory once.
func (r *Reader) name(b []byte) string {
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	if len(b) == 0 {
		return ""
	}
	// With these factors hardly any two of the usual names have the same place.
	n := len(b)
	recent := &r.recent[(uint(n)*3+uint(b[0])*9+uint(b[n-1])*17+uint(b[n/2])*5)%uint(len(r.recent))]
	if *recent == string(b) {
		return *recent
	}
	if s, ok := r.names[string(b)]; ok {
		*recent = s
		return s
	}
	s := string(b)
	if len(r.names) < 1024 && len(s) < 64 {
		r.names[s] = s
	}
	return s
}

// value sets the value of a line, decoded.
func (r *Reader) value(l *Line, raw []byte, at int64) {
	charset := ""
	if len(l.Params) > 0 {
		charset = l.Param("CHARSET")
		if l.Has("ENCODING", "QUOTED-PRINTABLE") {
			var ok bool
			if raw, ok = unquote(raw); !ok {
				r.opts.Report(Issue{RuleEncoding, at, l.Name})
			}
			*l = without(*l)
			l.Value = r.printableText(oneLine(r.decode(raw, charset, at)), at)
			return
		}
		if charset != "" {
			*l = l.Without("CHARSET")
		}
	}
	if charset == "" {
		l.Value = r.part(raw, at)
		return
	}
	l.Value = r.printableText(r.decode(raw, charset, at), at)
}

// part is a piece of the present line as a string.
func (r *Reader) part(b []byte, at int64) string {
	if r.whole == "" {
		return r.decode(b, "", at)
	}
	from := cap(r.raw) - cap(b)
	return r.whole[from : from+len(b)]
}

// without is a line without the parameters that say how its value was encoded.
func without(l Line) Line {
	var params []Param
	for _, p := range l.Params {
		encoding := (p.Name == "ENCODING" || p.Name == "") && len(p.Values) == 1 && strings.EqualFold(p.Values[0], "QUOTED-PRINTABLE")
		if !encoding && p.Name != "CHARSET" {
			params = append(params, p)
		}
	}
	l.Params = params
	return l
}

// unquote undoes quoted-printable.
func unquote(b []byte) (_ []byte, ok bool) {
	if bytes.IndexByte(b, '=') < 0 {
		return b, true
	}
	out, ok := make([]byte, 0, len(b)), true
	for i := 0; i < len(b); i++ {
		if b[i] == '=' {
			if i+2 < len(b) {
				var c [1]byte
				if _, err := hex.Decode(c[:], b[i+1:i+3]); err == nil {
					out = append(out, c[0])
					i += 2
					continue
				}
			}
			ok = false
		}
		out = append(out, b[i])
	}
	return out, ok
}

// oneLine writes a decoded value as an undecoded one would be: its line breaks and
// backslashes escaped.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n\\") {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\r':
			if i+1 == len(s) || s[i+1] != '\n' {
				b = append(b, '\\', 'n')
			}
		case '\n':
			b = append(b, '\\', 'n')
		case '\\':
			if i+1 < len(s) && strings.IndexByte(";,:\\", s[i+1]) >= 0 {
				b = append(b, '\\', s[i+1])
				i++
			} else {
				b = append(b, '\\', '\\')
			}
		default:
			b = append(b, c)
		}
	}
	return string(b)
}
