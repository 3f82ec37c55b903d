package entity

import (
	"bytes"
	"strings"
	"unsafe"

	"golang.org/x/net/idna"
)

// An Address is a mailbox of an address list.
type Address struct {
	Name  string // display name, UTF-8, or ""
	Addr  string // local@domain as written, without comments and blanks, or ""
	Group string // the group that it stands in, or ""
}

// ParseAddresses reads an address list (RFC 5322 3.4 with its obsolete forms).
// What cannot be read as an address keeps its text as Name, with an empty Addr;
// it never takes its neighbours with it. Groups give their members; an empty
// group gives nothing. A comment is no name (RFC 5322 3.2.2), but what people
// write without quotes in "Ada Lovelace (Engines) <ada@…>" they mean to be seen:
// it stands behind the name. A list of nothing but a comment is a name. Encoded words are decoded once, after the list was taken
// apart, so that nothing in them counts as syntax.
func ParseAddresses(v []byte) []Address { return AppendAddresses(nil, bytes.Clone(v)) }

// AppendAddresses is [ParseAddresses] for many lists: it appends the addresses to
// list. Plain names and addresses are parts of v, which must not change any more.
func AppendAddresses(list []Address, v []byte) []Address {
	p := addressParser{v: v}
	before := len(list)
	var held []byte // a piece without an address: maybe "Doe" of "Doe, John <j@…>"
	heldGroup := ""
	drop := func() {
		if held != nil {
			if a := mailbox(held); a != (Address{}) {
				a.Group = heldGroup
				list = append(list, a)
			}
			held = nil
		}
	}
	for p.i < len(p.v) {
		if held == nil && p.group == "" {
			if a, n := usualAddress(p.v[p.i:]); n > 0 {
				list = append(list, a)
				p.i += n
				continue
			}
		}
		piece, group, sep := p.piece()
		if len(trimBlanks(piece)) == 0 {
			drop()
		} else if sep == ',' && !hasAddress(piece) {
			if held != nil {
				piece = p.v[p.offset(held) : p.offset(piece)+len(piece)]
			}
			held, heldGroup = piece, group
		} else {
			if held != nil && isBracketed(piece) && needsName(held) {
				start := p.offset(held)
				piece = p.v[start : p.offset(piece)+len(piece)]
				held = nil
			}
			drop()
			if a := mailbox(piece); a != (Address{}) {
				a.Group = group
				list = append(list, a)
			}
		}
	}
	drop()
	if len(list) == before && bytes.IndexByte(v, '(') >= 0 && len(withoutComments(v)) == 0 {
		if name := commentOf(v); name != "" {
			list = append(list, Address{Name: name})
		}
	}
	return list
}

// Ascii returns the address with its domain in the form for the DNS ("xn--…").
// A domain that has none stays as it is.
func (a Address) Ascii() string { return mapDomain(a.Addr, idna.Lookup.ToASCII) }

// Unicode returns the address with its domain in readable form.
func (a Address) Unicode() string { return mapDomain(a.Addr, idna.Display.ToUnicode) }

func mapDomain(addr string, f func(string) (string, error)) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 || strings.HasPrefix(addr[at+1:], "[") {
		return addr
	}
	if isASCII([]byte(addr[at+1:])) && !strings.Contains(addr[at+1:], "xn--") {
		return addr // as written, also in its case
	}
	if d, err := f(addr[at+1:]); err == nil {
		return addr[:at+1] + d
	}
	return addr
}

type addressParser struct {
	v     []byte
	i     int
	group string

	quotes      quotes
	openBracket bool // no bracket is closed further on
	wordsEnd    int  // behind it no encoded word ends; 0 until somebody asks
}

// offset is where piece, which is a part of p.v, begins.
func (p *addressParser) offset(piece []byte) int { return cap(p.v) - cap(piece) }

// piece cuts off the text up to the next comma or semicolon that is not inside
// quotes, comments, brackets or encoded words. A group's name is taken off.
func (p *addressParser) piece() (piece []byte, group string, sep byte) {
	start := p.i
	angle, named := false, true // named: what stands before a colon may be a name
	for p.i < len(p.v) {
		switch c := p.v[p.i]; c {
		case '"':
			p.i = p.quotes.skip(p.v, p.i)
			continue
		case '(':
			p.i = skipComment(p.v, p.i)
			continue
		case '[':
			if p.openBracket {
				break
			}
			if j := bytes.IndexByte(p.v[p.i:], ']'); j > 0 {
				p.i += j
			} else {
				p.openBracket = true
			}
		case '<':
			angle = closesAngle(p.v[p.i+1:])
		case '>':
			angle = false
		case '=':
			if bytes.HasPrefix(p.v[p.i:], []byte("=?")) {
				if p.wordsEnd == 0 {
					p.wordsEnd = 1 + max(bytes.LastIndex(p.v, []byte("?=")), 0)
				}
				if p.i >= p.wordsEnd {
					break
				}
				if _, _, _, n := splitWord(p.v[p.i:]); n > 0 {
					p.i += n
					continue
				}
			}
		case ':':
			if angle || p.group != "" || !named {
				break
			}
			if name := p.v[start:p.i]; isGroupName(name) {
				p.group = phrase(name)
				start = p.i + 1
			} else {
				named = !hasAddress(name)
			}
		case ',', ';':
			if angle {
				break
			}
			piece, group = p.v[start:p.i], p.group
			p.i++
			if c == ';' { // the end of a group; Outlook also separates by semicolons
				p.group = ""
			}
			return piece, group, c
		}
		p.i++
	}
	p.i = len(p.v)
	return p.v[start:p.i], p.group, 0
}

// closesAngle reports whether an angle bracket is closed before the next one
// opens.
func closesAngle(v []byte) bool {
	for _, c := range v {
		if c == '<' || c == '>' {
			return c == '>'
		}
	}
	return false
}

func isGroupName(v []byte) bool {
	v = trimBlanks(v)
	return len(v) > 0 && bytes.IndexByte(v, '@') < 0 && bytes.IndexByte(v, '<') < 0 && !equalFold(v, "mailto")
}

// quotes tells where quoted strings of a text end. When one does not, none behind it
// does: to look again at each would take the square of the length.
type quotes struct{ open bool }

// skip is the index behind the quoted string that begins at i. A quote that is never
// closed is no quote.
func (q *quotes) skip(v []byte, i int) int {
	if q.open {
		return i + 1
	}
	for j := i + 1; j < len(v); j++ {
		switch v[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	q.open = true
	return i + 1
}

func hasAddress(piece []byte) bool { return bytes.IndexByte(piece, '@') >= 0 || isBracketed(piece) }

func isBracketed(piece []byte) bool { return bytes.IndexByte(piece, '<') >= 0 }

// needsName: words without quotes, so the comma after them may be part of a name.
func needsName(piece []byte) bool { return bytes.IndexByte(piece, '"') < 0 }

// usualAddress reads the address that v begins with when it is as most are: "Name
// <local@domain>" or "local@domain", of characters that are no other syntax. n is
// its length with the comma after it, or 0: then it takes a longer look. What it
// finds is what the longer look would find.
func usualAddress(v []byte) (a Address, n int) {
	i := 0
	for i < len(v) && v[i] == ' ' {
		i++
	}
	start := i
	for i < len(v) && addressChars[v[i]]&inName != 0 {
		i++
	}
	name := v[start:i]
	if i < len(v) && v[i] == '<' {
		start = i + 1
		i = usualSpec(v, start)
		if i == len(v) || v[i] != '>' || i == start {
			return Address{}, 0
		}
		a.Addr = stringOf(v[start:i])
		a.Name = stringOf(bytes.TrimRight(name, " "))
		i++
	} else {
		i = usualSpec(v, start)
		if i == start {
			return Address{}, 0
		}
		a.Addr = stringOf(v[start:i])
	}
	for i < len(v) && v[i] == ' ' {
		i++
	}
	switch {
	case i == len(v):
		return a, i
	case v[i] == ',':
		return a, i + 1
	}
	return Address{}, 0
}

// usualSpec is where the local@domain that begins at start ends, or start.
func usualSpec(v []byte, start int) int {
	at := -1
	for i := start; ; i++ {
		switch {
		case i < len(v) && addressChars[v[i]]&inSpec != 0:
		case i < len(v) && v[i] == '@' && at < 0 && i > start:
			at = i
		case at < 0 || i == at+1:
			return start
		default:
			return i
		}
	}
}

// What a character may be part of in usual addresses.
const (
	inName = 1 << iota
	inSpec
)

var addressChars = func() (of [256]uint8) {
	for c := byte(' '); c <= '~'; c++ {
		switch {
		case c == ' ':
			of[c] = inName
		case strings.IndexByte(`"(),:;<=>@[\]`, c) < 0:
			of[c] = inName | inSpec
		}
	}
	return of
}()

// stringOf is v, which does not change any more, as a string.
func stringOf(v []byte) string { return unsafe.String(unsafe.SliceData(v), len(v)) }

// mailbox reads one address.
func mailbox(v []byte) Address {
	v = trimBlanks(v)
	if name, addr, ok := splitAngle(v); ok {
		a := Address{Addr: addrSpec(addr), Name: display(name)}
		if a.Name == "" {
			a.Name = commentOf(v)
		}
		return a
	}
	if bytes.IndexByte(v, '@') < 0 {
		return Address{Name: phrase(v)}
	}
	spec, rest := splitSpec(v)
	a := Address{Addr: addrSpec(spec), Name: phrase(rest)}
	if a.Name == "" {
		a.Name = commentOf(v)
	}
	if a == (Address{}) { // a route that leads nowhere
		a.Name = phrase(v)
	}
	return a
}

// splitAngle finds the first bracket outside of quotes and comments. It shows
// the real address: what stands in quotes before it is name, whatever it looks
// like.
func splitAngle(v []byte) (name, addr []byte, ok bool) {
	var q quotes
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i = q.skip(v, i) - 1
		case '(':
			i = skipComment(v, i) - 1
		case '<':
			addr = v[i+1:]
			if j := angleEnd(addr); j >= 0 {
				addr = addr[:j]
			}
			return v[:i], addr, true
		}
	}
	return nil, nil, false
}

func angleEnd(v []byte) int {
	var q quotes
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i = q.skip(v, i) - 1
		case '>':
			return i
		}
	}
	return -1
}

// splitSpec finds local@domain in text without brackets, and what stands around
// it.
func splitSpec(v []byte) (spec, rest []byte) {
	v = withoutComments(v)
	at := -1
	var q quotes
	for i := 0; i < len(v); i++ {
		if v[i] == '"' {
			i = q.skip(v, i) - 1
		} else if v[i] == '@' {
			at = i
		}
	}
	if at < 0 {
		if at = bytes.LastIndexByte(v, '@'); at < 0 {
			return nil, v // it stands in a comment
		}
	}
	start, end := specStart(v, at), specEnd(v, at+1)
	rest = append(append([]byte(nil), v[:start]...), v[end:]...)
	return v[start:end], rest
}

// specStart is where the local part before v[:at] begins. Blanks may stand around
// the at sign and the dots (RFC 5322 4.4).
func specStart(v []byte, at int) int {
	i := at
	for {
		for i > 0 && isSpace(v[i-1]) {
			i--
		}
		if i > 0 && v[i-1] == '"' {
			return quotedStart(v, i)
		}
		for i > 0 && !isSpace(v[i-1]) {
			i--
		}
		before := bytes.TrimRight(v[:i], " \t\r\n")
		if i == 0 || i == at || len(before) == 0 || v[i] != '.' && before[len(before)-1] != '.' {
			return i
		}
	}
}

// quotedStart is where the quoted string that ends before v[end:] begins.
func quotedStart(v []byte, end int) int {
	var q quotes
	for i := 0; i < end; {
		next := i + 1
		if v[i] == '"' {
			if next = q.skip(v, i); next == end && next > i+1 {
				return i
			}
		}
		i = next
	}
	return max(bytes.LastIndexByte(v[:end-1], '"'), 0)
}

// specEnd is where the domain that begins with v[i:] ends.
func specEnd(v []byte, i int) int {
	for {
		for i < len(v) && isSpace(v[i]) {
			i++
		}
		for i < len(v) && !isSpace(v[i]) {
			i++
		}
		after := bytes.TrimLeft(v[i:], " \t\r\n")
		if len(after) == 0 || after[0] != '.' && v[i-1] != '.' {
			return i
		}
	}
}

// addrSpec cleans an address: comments, blanks and a route go (RFC 5322 4.4).
func addrSpec(v []byte) string {
	v = trimBlanks(v)
	if isSimple(v, false) {
		return stringOf(v)
	}
	v = withoutComments(v)
	for len(v) > 0 && v[0] == '@' {
		j := bytes.IndexByte(v, ':')
		if j < 0 {
			break
		}
		v = trimBlanks(v[j+1:])
	}
	if len(v) > 7 && equalFold(v[:7], "mailto:") {
		v = v[7:]
	}
	out := make([]byte, 0, len(v))
	quoted := false
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == '\\' && quoted && i+1 < len(v):
			out = append(out, c, v[i+1])
			i++
			continue
		case c == '"':
			quoted = !quoted
		case isSpace(c) && !quoted, c < ' ', c == '<' && !quoted:
			continue
		}
		out = append(out, c)
	}
	return ownText(out)
}

// isSimple reports whether v stands for itself: printable ASCII with nothing that
// is syntax of addresses or encoded words, nor blanks unless they are allowed.
func isSimple(v []byte, blanks bool) bool {
	for _, c := range v {
		switch {
		case 'a' <= c && c <= 'z':
		case c < ' ', c > '~', c == '"', c == '(', c == ':', c == '<', c == '=', c == '\\', c == ' ' && !blanks:
			return false
		}
	}
	return true
}

// ownText is [DecodeWords] of bytes that belong to this parser and do not change
// any more: plain text is not copied.
func ownText(v []byte) string {
	if IsPlain(v) {
		return stringOf(v)
	}
	return DecodeWords(v)
}

// withoutComments cuts out comments.
func withoutComments(v []byte) []byte {
	if bytes.IndexByte(v, '(') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	var q quotes
	for i := 0; i < len(v); {
		switch v[i] {
		case '"':
			j := q.skip(v, i)
			out = append(out, v[i:j]...)
			i = j
		case '(':
			i = skipComment(v, i)
			out = append(out, ' ')
		default:
			out = append(out, v[i])
			i++
		}
	}
	return trimBlanks(out)
}

// commentOf is the text of the last comment: the name in "a@b (Ada Lovelace)".
func commentOf(v []byte) string {
	name := ""
	var q quotes
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '"':
			i = q.skip(v, i) - 1
		case '(':
			j := skipComment(v, i)
			c := v[i+1 : j]
			if len(c) > 0 && c[len(c)-1] == ')' {
				c = c[:len(c)-1]
			}
			name = clean(DecodeWords(unescape(trimBlanks(c))))
			i = j - 1
		}
	}
	return name
}

// display is the phrase in v, with its last comment behind it.
func display(v []byte) string {
	name := phrase(v)
	if name == "" || bytes.IndexByte(v, '(') < 0 {
		return name
	}
	if c := commentOf(v); c != "" {
		return strings.Join(strings.Fields(name), " ") + " (" + c + ")"
	}
	return name
}

// phrase is a display name: quotes and comments undone, encoded words decoded
// once, also those that stand in quotes.
func phrase(v []byte) string {
	v = trimBlanks(v)
	if isSimple(v, true) {
		return stringOf(v)
	}
	v = trimBlanks(withoutComments(v))
	if len(v) == 0 {
		return ""
	}
	if bytes.IndexByte(v, '"') < 0 {
		return clean(ownText(v))
	}
	out := make([]byte, 0, len(v))
	var q quotes
	for i := 0; i < len(v); {
		if v[i] != '"' {
			out = append(out, v[i])
			i++
			continue
		}
		j := q.skip(v, i)
		if j == i+1 { // a quote that is not closed
			i++
			continue
		}
		out = append(out, unescape(v[i+1:j-1])...)
		i = j
	}
	s := clean(ownText(trimBlanks(out)))
	if len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' { // Outlook quotes twice
		s = s[1 : len(s)-1]
	}
	return s
}

func unescape(v []byte) []byte {
	if bytes.IndexByte(v, '\\') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		out = append(out, v[i])
	}
	return out
}

// clean makes a text of one line without control characters.
func clean(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			s = strings.Map(func(r rune) rune {
				if r < ' ' || r == 0x7f {
					return ' '
				}
				return r
			}, s)
			break
		}
	}
	return strings.TrimSpace(s)
}

// String returns the address as it stands in a header: the name quoted or as
// encoded words, the domain in ASCII.
func (a Address) String() string {
	addr := a.Ascii()
	switch {
	case a.Name == "" || a.Name == a.Addr && addr != "":
		if addr == "" {
			return ""
		}
		return "<" + addr + ">"
	case addr == "":
		return formatPhrase(a.Name) + " <>"
	}
	return formatPhrase(a.Name) + " <" + addr + ">"
}

// UTF8String is String for headers in UTF-8 (RFC 6532): the name and the domain
// are readable.
func (a Address) UTF8String() string {
	addr := a.Unicode()
	switch {
	case a.Name == "" || a.Name == a.Addr && addr != "":
		if addr == "" {
			return ""
		}
		return "<" + addr + ">"
	case addr == "":
		return utf8Phrase(a.Name) + " <>"
	}
	return utf8Phrase(a.Name) + " <" + addr + ">"
}

func utf8Phrase(name string) string {
	name = strings.ToValidUTF8(clean(name), "\uFFFD")
	if len(name) > 200 {
		return formatPhrase(name)
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c != ' ' && c < 0x80 && !isAtom(c) || c == '=' {
			return quoteString(name)
		}
	}
	return name
}

func formatPhrase(name string) string {
	name = clean(name)
	if !isPlainHeader(name) {
		return EncodeWords(name)
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c != ' ' && !isAtom(c) {
			return quoteString(name)
		}
	}
	return name
}

func isAtom(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// quoteString returns s as a quoted string.
func quoteString(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(`"\""`))
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}
