package entity

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Media is a header value with parameters: a Content-Type or a
// Content-Disposition.
type Media struct {
	Type   string  // "text/plain", "attachment": lower case, without comments
	Params []Param // decoded, one of each name, in their order
}

// A Param is a parameter. Name is in lower case; Value is UTF-8.
type Param struct{ Name, Value string }

// Param returns the parameter of that name in lower case, or "".
func (m *Media) Param(name string) string {
	for i := range m.Params {
		if m.Params[i].Name == name {
			return m.Params[i].Value
		}
	}
	return ""
}

// IsMultipart reports whether the type is multipart/anything.
func (m *Media) IsMultipart() bool { return strings.HasPrefix(m.Type, "multipart/") }

// IsMessage reports whether the type is a message in itself (RFC 2046 5.2.1,
// RFC 6532).
func (m *Media) IsMessage() bool {
	return m.Type == "message/rfc822" || m.Type == "message/global" || m.Type == "message/news"
}

// ParseMedia reads a value with parameters. It takes what mail has: parameters
// without quotes that hold blanks, comments, semicolons too many, encoded words
// in parameters (which RFC 2047 forbids), and RFC 2231 in pieces and charsets. Of
// parameters that occur twice the first holds; the RFC 2231 form of a parameter
// is preferred to the plain one. A thousand parameters are read; no mail has more.
func ParseMedia(v []byte) Media {
	p := paramScanner{v: v}
	m := Media{Type: p.mediaType()}
	var pieces []piece
	for range maxParams {
		name, value, ok := p.param()
		if !ok {
			break
		}
		if star := strings.IndexByte(name, '*'); star > 0 {
			pieces = append(pieces, splitPiece(name, star, value))
			continue
		}
		m.add(name, DecodeWords(value), false)
	}
	m.join(pieces)
	return m
}

// maxParams bounds the parameters of a value, and the pieces of them: each is compared
// with those before it.
const maxParams = 1000

// maxParamName bounds the name of a parameter, which is repeated with each of its pieces.
const maxParamName = 200

func (m *Media) add(name, value string, replace bool) {
	for i := range m.Params {
		if m.Params[i].Name == name {
			if replace {
				m.Params[i].Value = value
			}
			return
		}
	}
	if m.Params == nil {
		m.Params = make([]Param, 0, 2)
	}
	m.Params = append(m.Params, Param{name, value})
}

// A piece is one of the pieces of an RFC 2231 parameter: name*2*=value.
type piece struct {
	name    string
	index   int
	encoded bool
	value   []byte
}

func splitPiece(name string, star int, value []byte) piece {
	p := piece{name: name[:star], value: value}
	rest := name[star+1:]
	if strings.HasSuffix(rest, "*") {
		p.encoded, rest = true, rest[:len(rest)-1]
	}
	if rest == "" {
		p.encoded = true
	} else if n, err := strconv.Atoi(rest); err == nil && n >= 0 {
		p.index = n
	}
	return p
}

// join puts the pieces of each parameter together, in whatever order they stand among
// those of others. The charset stands in the first piece and holds for all that are
// encoded, so that a character may be split over two pieces.
func (m *Media) join(pieces []piece) {
	var own []piece
	for len(pieces) > 0 {
		name, rest := pieces[0].name, pieces[:0]
		own = own[:0]
		for _, p := range pieces {
			if p.name == name {
				own = append(own, p)
			} else {
				rest = append(rest, p)
			}
		}
		slices.SortStableFunc(own, func(a, b piece) int { return cmp.Compare(a.index, b.index) })
		var raw []byte
		var charset string
		encoded := false
		last := -1
		for _, p := range own {
			if p.index == last {
				continue // twice the same piece
			}
			value := p.value
			if p.encoded {
				if last < 0 {
					charset, value = splitCharset(value)
				}
				value, encoded = percentDecode(value), true
			}
			raw = append(raw, value...)
			last = p.index
		}
		if encoded && charset != "" {
			m.add(name, DecodeText(charset, raw), true)
		} else {
			m.add(name, DecodeWords(raw), true)
		}
		pieces = rest
	}
}

// splitCharset takes charset'language' off an RFC 2231 value.
func splitCharset(v []byte) (string, []byte) {
	i := bytes.IndexByte(v, '\'')
	if i < 0 {
		return "", v
	}
	j := bytes.IndexByte(v[i+1:], '\'')
	if j < 0 {
		return "", v
	}
	charset := string(v[:i])
	if charset == "" {
		charset = "utf-8"
	}
	return charset, v[i+1+j+1:]
}

func percentDecode(v []byte) []byte {
	if bytes.IndexByte(v, '%') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) {
			hi, lo := unhex(v[i+1]), unhex(v[i+2])
			if hi < 16 && lo < 16 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, v[i])
	}
	return out
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

type paramScanner struct {
	v []byte
	i int
}

// mediaType reads up to the first semicolon.
func (p *paramScanner) mediaType() string {
	p.blanks()
	start := p.i
	for p.i < len(p.v) && p.v[p.i] != ';' && p.v[p.i] != '(' {
		p.i++
	}
	t := trimBlanks(p.v[start:p.i])
	for p.i < len(p.v) && p.v[p.i] != ';' {
		if p.v[p.i] == '(' {
			p.comment()
			continue
		}
		p.i++
	}
	if bytes.IndexByte(t, '=') >= 0 {
		// Either no type at all, but a parameter (Content-Disposition:
		// filename=x), or no semicolon after the type.
		p.i = start
		word := bytes.IndexAny(t, " \t")
		if word < 0 || bytes.IndexByte(t[:word], '=') >= 0 {
			return ""
		}
		p.i += word
		t = t[:word]
	}
	t = bytes.Trim(t, `"'`)
	if i := bytes.IndexAny(t, " \t"); i >= 0 {
		t = squeezeType(t, i)
	}
	return toLower(t)
}

// squeezeType repairs "text / plain" and cuts "text/plain charset=x".
func squeezeType(t []byte, i int) []byte {
	if bytes.IndexByte(t[:i], '/') >= 0 && t[i-1] != '/' {
		return t[:i]
	}
	return bytes.Join(bytes.Fields(t), nil)
}

// param reads the next name=value.
func (p *paramScanner) param() (name string, value []byte, ok bool) {
	for {
		p.blanks()
		for p.i < len(p.v) && p.v[p.i] == ';' {
			p.i++
			p.blanks()
		}
		if p.i >= len(p.v) {
			return "", nil, false
		}
		start := p.i
		for p.i < len(p.v) && p.v[p.i] != '=' && p.v[p.i] != ';' {
			p.i++
		}
		n := trimBlanks(p.v[start:p.i])
		if p.i >= len(p.v) || p.v[p.i] == ';' {
			continue // a word without a value
		}
		p.i++
		p.blanks()
		value := p.value()
		if len(n) == 0 || len(n) > maxParamName || bytes.ContainsAny(n, " \t\"") {
			continue
		}
		return paramName(n), value, true
	}
}

// paramName is the name in lower case; the common ones cost no allocation.
func paramName(n []byte) string {
	switch string(n) {
	case "charset":
		return "charset"
	case "boundary":
		return "boundary"
	case "name":
		return "name"
	case "filename":
		return "filename"
	case "format":
		return "format"
	}
	return toLower(n)
}

func (p *paramScanner) value() []byte {
	if p.i < len(p.v) && p.v[p.i] == '"' {
		return p.quoted()
	}
	start := p.i
	for p.i < len(p.v) && p.v[p.i] != ';' {
		if p.v[p.i] == '(' && p.i > start && isSpace(p.v[p.i-1]) {
			value := trimBlanks(p.v[start:p.i])
			p.comment()
			return value
		}
		p.i++
	}
	return trimBlanks(p.v[start:p.i])
}

// quoted reads a quoted string. One that never ends reaches to the end. A
// backslash before anything but a quote or a backslash is a backslash: browsers
// send file names with their path.
func (p *paramScanner) quoted() []byte {
	p.i++
	start := p.i
	plain := true
	for p.i < len(p.v) && p.v[p.i] != '"' {
		if p.v[p.i] == '\\' && p.i+1 < len(p.v) {
			plain = false
			p.i++
		}
		p.i++
	}
	end := min(p.i, len(p.v))
	p.i = min(p.i+1, len(p.v))
	if plain {
		return p.v[start:end]
	}
	out := make([]byte, 0, end-start)
	for i := start; i < end; i++ {
		if p.v[i] == '\\' && i+1 < end && (p.v[i+1] == '"' || p.v[i+1] == '\\') {
			i++
		}
		out = append(out, p.v[i])
	}
	return out
}

func (p *paramScanner) blanks() {
	for p.i < len(p.v) {
		switch {
		case isSpace(p.v[p.i]):
			p.i++
		case p.v[p.i] == '(':
			p.comment()
		default:
			return
		}
	}
}

// comment skips a comment, which may hold others.
func (p *paramScanner) comment() { p.i = skipComment(p.v, p.i) }

func skipComment(v []byte, i int) int {
	depth := 0
	for ; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(v)
}
