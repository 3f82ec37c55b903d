package entity

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// DecodeWords returns unstructured header text as UTF-8: encoded words (RFC
// 2047) are decoded once, blanks between two of them go, and words in the same
// charset are decoded together, because some programs split characters between
// them. Bytes beyond ASCII are read as UTF-8 or else as windows-1252: never in
// the charset of the body.
func DecodeWords(v []byte) string {
	i := bytes.Index(v, []byte("=?"))
	if i < 0 {
		return USASCII.Decode(v)
	}
	if i == 0 { // one word and nothing else, as names often are
		if w, n, ok := parseWord(v); ok && n == len(v) {
			return DecodeText(w.charset, w.text)
		}
	}
	var out strings.Builder
	var run wordRun
	last := len(v) - bytes.LastIndex(v, []byte("?=")) // from the end; no word ends behind it
	for len(v)-i >= last {
		w, n, ok := parseWord(v[i:])
		if !ok {
			i += 2
		} else {
			if between := v[:i]; !run.open || !isBlank(between) {
				run.flush(&out)
				out.WriteString(USASCII.Decode(between))
			}
			run.add(&out, w)
			v, i = v[i+n:], 0
		}
		j := bytes.Index(v[i:], []byte("=?"))
		if j < 0 {
			break
		}
		i += j
	}
	run.flush(&out)
	out.WriteString(USASCII.Decode(v))
	return out.String()
}

// IsPlain reports whether v is ASCII without encoded words: the text already that
// [DecodeWords] would return.
func IsPlain(v []byte) bool { return isASCII(v) && !bytes.Contains(v, []byte("=?")) }

// A wordRun is the bytes of encoded words in one charset that follow each other.
type wordRun struct {
	open    bool
	charset string
	bytes   []byte
}

func (r *wordRun) add(out *strings.Builder, w word) {
	if r.open && !strings.EqualFold(r.charset, w.charset) {
		r.flush(out)
	}
	r.open, r.charset = true, w.charset
	r.bytes = append(r.bytes, w.text...)
}

func (r *wordRun) flush(out *strings.Builder) {
	if r.open {
		out.WriteString(DecodeText(r.charset, r.bytes))
		r.open, r.bytes = false, r.bytes[:0]
	}
}

type word struct {
	charset string
	text    []byte
}

// parseWord reads the encoded word at the begin of v. Blanks inside the text of
// a Q word, which the standard forbids, are taken.
func parseWord(v []byte) (word, int, bool) {
	charset, enc, text, n := splitWord(v)
	if n == 0 {
		return word{}, 0, false
	}
	w := word{charset: wordCharset(charset)}
	if enc == 'q' {
		w.text = decodeQ(text)
	} else {
		w.text = decodeB(text)
	}
	return w, n, true
}

// splitWord takes the encoded word at the begin of v apart. enc is 'q' or 'b'; n
// is the length of the word, or 0 when there is none.
func splitWord(v []byte) (charset []byte, enc byte, text []byte, n int) {
	i := 2
	j := bytes.IndexByte(v[i:], '?')
	if j <= 0 || j > 60 {
		return nil, 0, nil, 0
	}
	charset = v[i : i+j]
	if bytes.ContainsAny(charset, " \t=<>\"") {
		return nil, 0, nil, 0
	}
	i += j + 1
	if i+1 >= len(v) || v[i+1] != '?' {
		return nil, 0, nil, 0
	}
	enc = v[i] | 0x20
	i += 2
	if enc != 'q' && enc != 'b' {
		return nil, 0, nil, 0
	}
	end := bytes.Index(v[i:], []byte("?="))
	if end < 0 {
		return nil, 0, nil, 0
	}
	return charset, enc, v[i : i+end], i + end + 2
}

// wordCharset is the name as a string; the most common costs no allocation.
func wordCharset(name []byte) string {
	switch string(name) {
	case "utf-8", "UTF-8":
		return "utf-8"
	}
	return string(name)
}

func decodeQ(t []byte) []byte {
	out := make([]byte, 0, len(t))
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(t) && unhex(t[i+1]) < 16 && unhex(t[i+2]) < 16:
			out = append(out, unhex(t[i+1])<<4|unhex(t[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func decodeB(t []byte) []byte {
	var d base64Decoder
	out := make([]byte, len(t)+4)
	n, _ := d.code(out, t, true)
	return out[:n]
}

// EncodeWords returns text as it can stand in a header: as it is when it is
// printable ASCII, else as encoded words in UTF-8, none of which splits a
// character. Encoded words are separated by one blank, where the header may be
// folded; they are so short that a line with a blank, one of them, and the end of
// a quoted string has at most 76 characters (RFC 2047 2).
func EncodeWords(s string) string { return EncodeWordsBehind(0, s) }

// EncodeWordsBehind is [EncodeWords] of text that stands behind used characters of its
// line: the first word is no longer than what is left of 76, unless that is too little to
// begin there.
func EncodeWordsBehind(used int, s string) string {
	if isPlainHeader(s) {
		return s
	}
	const (
		around   = len("=?utf-8?q??=")
		longest  = 76 - len(` ";`)
		shortest = around + 12 // of any character in any form
	)
	room := min(76-used, longest)
	if room < shortest {
		room = longest
	}
	var out strings.Builder
	out.Grow(len("=?utf-8?q??=") + qCost(s))
	b64 := wantsBase64(s)
	for len(s) > 0 {
		n, cost := 0, 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			c := qCost(s[n : n+size])
			if b64 {
				c = (n+size+2)/3*4 - cost
			}
			if cost+c > room-around {
				break
			}
			cost += c
			n += size
		}
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		writeWord(&out, s[:n], b64)
		s, room = s[n:], longest
	}
	return out.String()
}

func writeWord(out *strings.Builder, s string, b64 bool) {
	if b64 {
		out.WriteString("=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=")
		return
	}
	const digits = "0123456789ABCDEF"
	out.WriteString("=?utf-8?q?")
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			out.WriteByte('_')
		case qPlain(c):
			out.WriteByte(c)
		default:
			out.WriteByte('=')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
	}
	out.WriteString("?=")
}

// wantsBase64 reports whether s is mostly of bytes that the Q form encodes: then
// the B form is shorter, and nobody could read the Q form anyway.
func wantsBase64(s string) bool {
	special := (qCost(s) - len(s)) / 2
	return 5*special > 3*len(s)
}

func qCost(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' || qPlain(s[i]) {
			n++
		} else {
			n += 3
		}
	}
	return n
}

// qPlain: what may stand unencoded in a Q word wherever it stands (RFC 2047 5
// (3), for phrases).
func qPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '!' || c == '*' || c == '+' || c == '-' || c == '/'
}

// isPlainHeader reports whether s needs no encoding: printable ASCII, nothing
// that looks like an encoded word, no blanks at its ends, and no word that is too
// long for a line.
func isPlainHeader(s string) bool {
	run := 0
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
		if run++; s[i] == ' ' {
			run = 0
		}
		if run > 900 {
			return false
		}
	}
	return !strings.Contains(s, "=?") && strings.TrimSpace(s) == s
}
