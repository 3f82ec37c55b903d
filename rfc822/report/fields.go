package report

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A Field is a field of a report that has no place of its own in the structs of
// this package. Value is UTF-8 on one line.
type Field struct{ Name, Value string }

// A Typed is a value with a type before it: "rfc822; ada@example.org",
// "dns; mx.example.org", "smtp; 550 no such user" (RFC 3464 2.1.2). Type is in
// lower case, and "" when there is none.
type Typed struct{ Type, Value string }

// IsZero reports whether there is no value.
func (t Typed) IsZero() bool { return t.Value == "" }

// String is the value as a field has it.
func (t Typed) String() string {
	if t.Type == "" {
		return t.Value
	}
	return t.Type + "; " + t.Value
}

// parseTyped reads a value with its type. A semicolon that no type stands before
// belongs to the value; a type that lines would have to end in is none.
func parseTyped(s string) Typed {
	kind, v, ok := strings.Cut(s, ";")
	kind = strings.TrimSpace(kind)
	if !ok || len(kind) >= maxWord || !entity.IsToken(kind) {
		return Typed{Value: s}
	}
	if v = strings.TrimSpace(v); v == "" {
		return Typed{}
	}
	return Typed{strings.ToLower(kind), v}
}

// parseAddress reads an address with its type. International ones (RFC 6533) are
// decoded, and of type rfc822 like all of mail. Brackets and comments go, which RFC
// 3464 does not allow but mail has; an address of an unknown type stays as it is.
func parseAddress(s string) Typed {
	t := parseTyped(s)
	switch t.Type {
	case "utf-8":
		if len(t.Value) > maxWord { // lines had to end in it: a blank of its own is \x{20}
			t.Value = strings.ReplaceAll(t.Value, " ", "")
		}
		t = Typed{"rfc822", oneLine(decodeUnitext(t.Value))}
	case "", "rfc822":
		if strings.IndexByte(t.Value, '@') < 0 {
			break
		}
		// What would be read as yet another address when it is written is left alone.
		if a := firstAddress(t.Value); a != "" && firstAddress(a) == a {
			t = Typed{"rfc822", a}
		}
	}
	t.Value = shortened(t.Value, maxAddress)
	return t
}

// firstAddress is the first address with a domain in s, or "".
func firstAddress(s string) string {
	for _, a := range entity.ParseAddresses([]byte(s)) {
		if strings.IndexByte(a.Addr, '@') > 0 {
			return oneLine(a.Addr)
		}
	}
	return ""
}

// maxAddress bounds an address, in bytes; one with \x{…} all over is a value still.
const maxAddress = 4 << 10

// shortened is s cut to n bytes.
func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:n], ""))
}

// decodeUnitext undoes \x{…} in an address of type utf-8 (RFC 6533 3).
func decodeUnitext(s string) string {
	if !strings.Contains(s, `\x{`) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, `\x{`)
		if i < 0 {
			break
		}
		end := strings.IndexByte(s[i:], '}')
		r, ok := hexRune(s[i:], end)
		if !ok {
			b.WriteString(s[:i+3])
			s = s[i+3:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(r)
		s = s[i+end+1:]
	}
	b.WriteString(s)
	return b.String()
}

// hexRune reads the character of \x{…} whose closing brace is at end.
func hexRune(s string, end int) (rune, bool) {
	if end < 4 || end > 9 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[3:end]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, r >= ' ' && r != 0x7f && utf8.ValidRune(r)
}

// encodeUnitext writes an address of type utf-8: in UTF-8 (utf-8-addr-unitext), or
// in ASCII (utf-8-addr-xtext).
func encodeUnitext(s string, utf8 bool) string {
	var b strings.Builder
	for _, r := range s {
		asItIs := r < 0x7f && r != '+' && r != '=' || utf8 && r != 0x7f
		if asItIs && r > ' ' && r != '\\' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(`\x{`)
		b.WriteString(strings.ToUpper(hexDigits(r)))
		b.WriteByte('}')
	}
	return b.String()
}

func hexDigits(r rune) string {
	const digits = "0123456789abcdef"
	var b [8]byte
	i := len(b)
	for n := uint32(r); n > 0 || i > len(b)-2; n >>= 4 {
		i--
		b[i] = digits[n&15]
	}
	return string(b[i:])
}

// A reader reads the fields of a machine-readable part.
type reader struct {
	rest   []byte
	fields int // that may still come
}

// next returns the next field. blank is true when an empty line, or several, stand
// before it; ok is false at the end.
func (r *reader) next() (f Field, blank, ok bool) {
	for len(r.rest) > 0 {
		line := r.line()
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			blank = true
			continue
		case line[0] == ' ' || line[0] == '\t':
			continue // the continuation of nothing
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		if !found || !entity.IsFieldName(string(name)) {
			continue
		}
		if r.fields--; r.fields < 0 {
			return Field{}, blank, false
		}
		return Field{string(name), r.value(value)}, blank, true
	}
	return Field{}, blank, false
}

func (r *reader) line() []byte {
	line, rest, _ := bytes.Cut(r.rest, []byte("\n"))
	r.rest = rest
	return bytes.TrimRight(line, "\r")
}

// value joins a value with the lines that continue it. A line of blanks alone ends
// it: some programs write one between groups.
func (r *reader) value(first []byte) string {
	v := bytes.TrimSpace(first)
	v = v[:len(v):len(v)] // appending copies
	for len(r.rest) > 0 && (r.rest[0] == ' ' || r.rest[0] == '\t') {
		line, _, _ := bytes.Cut(r.rest, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		r.line()
		if len(v) < maxWritten {
			v = append(append(v, ' '), line...)
		}
	}
	if len(v) > maxWritten {
		v = v[:maxWritten]
	}
	return shortened(oneLine(entity.DecodeWords(bytes.TrimSpace(v))), maxValue)
}

// maxValue bounds one value, in bytes. The longest transcripts in mail are a
// tenth of that. maxWritten is what encoded words make of it at most.
const maxValue, maxWritten = 32 << 10, 160 << 10

// oneLine makes s valid UTF-8 without control characters, which are blanks then.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}

// parseDate reads a date, or returns the zero time.
func parseDate(s string) time.Time {
	t, _ := entity.ParseDate([]byte(s))
	return t
}

// A writer writes fields with CRLF, folded, in UTF-8 or ASCII.
type writer struct {
	bytes.Buffer
	utf8 bool
}

func (w *writer) field(name, value string) { w.prefixed(name, "", value) }

// prefixed writes a value with what stands before it in clear.
func (w *writer) prefixed(name, prefix, value string) {
	value = oneLine(value)
	if value == "" || !entity.IsFieldName(name) {
		return
	}
	for strings.Contains(value, manyBlanks) { // a line of them would end the field
		value = strings.ReplaceAll(value, manyBlanks, " ")
	}
	if !w.utf8 {
		value = entity.EncodeWordsBehind(len(name)+len(": ")+len(prefix), value)
	}
	w.WriteString(name)
	w.WriteString(": ")
	w.fold(len(name)+2, prefix+value)
	w.WriteString("\r\n")
}

const manyBlanks = "                    "

// fold writes a value behind n characters of its line. Only single blanks are places
// to fold: each fold is read as one.
func (w *writer) fold(n int, value string) {
	for first := true; value != ""; first = false {
		end := wordEnd(value)
		word := value[:end]
		if !first {
			if n+len(word) > 77 && n > 1 {
				w.WriteString("\r\n")
				n = 0
			}
			w.WriteByte(' ')
			n++
		}
		w.WriteString(word)
		n += len(word)
		value = value[end:]
		if value != "" && value[0] == ' ' {
			value = value[1:]
		}
	}
}

// wordEnd is where the first single blank stands in s; without one near enough, where
// a line must end all the same: where it was ended before, when it is read again.
func wordEnd(s string) int {
	for i := 0; i < len(s) && i <= maxWord; i++ {
		if s[i] == ' ' && i > 0 && s[i-1] != ' ' && i+1 < len(s) && s[i+1] != ' ' {
			return i
		}
	}
	if len(s) <= maxWord {
		return len(s)
	}
	end := maxWord
	for end > maxWord-utf8.UTFMax && (!utf8.RuneStart(s[end]) || s[end] == ' ' || s[end-1] == ' ') {
		end--
	}
	return end
}

// maxWord is the longest run of characters without a blank that is written, in
// bytes.
const maxWord = 900

// typed writes a value with its type, which readers look for in clear (RFC 3464 2.3.6).
func (w *writer) typed(name string, t Typed) {
	switch {
	case t.IsZero():
	case len(t.Type) < maxWord && entity.IsToken(t.Type):
		w.prefixed(name, t.Type+"; ", t.Value)
	default:
		w.field(name, t.String())
	}
}

// address writes an address; one beyond ASCII in the form for its kind of part
// (RFC 6533 3).
func (w *writer) address(name string, t Typed) {
	if !isASCII(t.Value) && (t.Type == "rfc822" || t.Type == "") {
		t.Type, t.Value = "utf-8", encodeUnitext(t.Value, w.utf8)
	}
	w.typed(name, t)
}

func (w *writer) date(name string, t time.Time) {
	if !t.IsZero() {
		w.field(name, entity.FormatDate(t))
	}
}

func (w *writer) extra(list []Field) {
	for _, f := range list {
		w.field(f.Name, f.Value)
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
