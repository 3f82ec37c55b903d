package body

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// lineSize is how much of a line of text is looked at at once.
const lineSize = 64 << 10

// HTMLFromText writes plain text as HTML.
//
// Each line is a line. Spaces that would fold, and tabs, become non-breaking spaces;
// a tab reaches to the next multiple of eight characters. Lines that begin with ">"
// are in a blockquote, as deep as there are such signs. What looks like a URL or
// a mail address with a scheme or "www." is a link. [TextFromHTML] gives the same
// text again, but for tabs, spaces at the end of lines and inside marks of quotes.
func HTMLFromText(dst io.Writer, src io.Reader, opts *Options) error {
	o := opts.withDefaults()
	out := newHTMLWriter(dst, o.Codepage)
	h := &textHTML{w: bufio.NewWriter(out)}
	h.w.WriteString(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=` + out.name + "\"></head>\r\n" +
		`<body><div class="PlainText">` + "\r\n")
	err := eachLine(unicode.UTF8.NewDecoder().Reader(src), &o, h.line)
	h.quote(0)
	h.w.WriteString("</div></body></html>\r\n")
	if e := h.w.Flush(); err == nil {
		err = e
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}

// A textLine is a line of text, or a piece of one that is very long.
type textLine struct {
	quote int    // depth
	text  []byte // without marks of quotes
	begin bool   // the first piece
	end   bool   // the last piece
}

// eachLine reads text line by line. Lines end with CRLF, LF or CR.
func eachLine(src io.Reader, o *Options, take func(textLine)) error {
	r := bufio.NewReaderSize(src, lineSize)
	f := flow{on: o.Flowed, delSp: o.DelSp}
	begin := true
	for {
		b, end, err := readLine(r)
		if len(b) > 0 || end {
			f.piece(b, begin, end, take)
			begin = end
		}
		if err != nil {
			f.finish(take)
			if err == io.EOF {
				err = nil
			}
			return err
		}
	}
}

// readLine reads a line or a piece of one, which never splits a character.
func readLine(r *bufio.Reader) (b []byte, end bool, err error) {
	_, err = r.Peek(1)
	if err != nil {
		return nil, false, err
	}
	b, _ = r.Peek(r.Buffered())
	i := bytes.IndexAny(b, "\r\n")
	if i < 0 && len(b) < lineSize {
		b, err = r.Peek(lineSize)
		if i = bytes.IndexAny(b, "\r\n"); i < 0 && err != nil && err != io.EOF {
			return nil, false, err
		}
	}
	if i < 0 {
		n := len(b)
		if n == lineSize {
			n = wholeWords(b)
		}
		b = bytes.Clone(b[:n])
		_, _ = r.Discard(n)
		return b, false, nil
	}
	line := bytes.Clone(b[:i])
	cr := b[i] == '\r'
	_, _ = r.Discard(i + 1)
	if cr {
		if next, _ := r.Peek(1); len(next) > 0 && next[0] == '\n' {
			_, _ = r.Discard(1)
		}
	}
	return line, true, nil
}

// wholeWords is how many bytes of b are whole words, or whole characters when there
// is one word only.
func wholeWords(b []byte) int {
	if i := bytes.LastIndexByte(b, ' '); i > len(b)/2 {
		return i + 1
	}
	return wholeCharacters(b)
}

// textHTML writes lines as HTML.
type textHTML struct {
	w      *bufio.Writer
	depth  int // of quotes
	column int
	after  byte // the byte before, ' ' also at the begin of a line
}

const maxQuote = 32

func (h *textHTML) line(l textLine) {
	if l.begin {
		h.quote(min(l.quote, maxQuote))
		h.column, h.after = 0, ' '
	}
	h.text(l.text, l.end)
	if l.end {
		h.w.WriteString("<br>\r\n")
	}
}

// quote opens or closes quotes until so many are open.
func (h *textHTML) quote(depth int) {
	for ; h.depth < depth; h.depth++ {
		h.w.WriteString(`<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">` + "\r\n")
	}
	for ; h.depth > depth; h.depth-- {
		h.w.WriteString("</blockquote>\r\n")
	}
}

// text writes a piece of a line.
func (h *textHTML) text(s []byte, end bool) {
	for len(s) > 0 {
		i := 0
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			i++
		}
		if i > 0 {
			h.word(s[:i])
			s = s[i:]
			continue
		}
		n := 1
		if s[0] == '\t' {
			n = 8 - h.column%8
		}
		last := len(s) == 1 && end
		s = s[1:]
		h.spaces(n, last)
	}
}

// spaces writes n spaces. The last of a run may fold, since the ones before do not.
func (h *textHTML) spaces(n int, last bool) {
	h.column += n
	for ; n > 0; n-- {
		if h.after == ' ' || n > 1 || last {
			h.w.WriteString("&nbsp;")
			h.after = 'x'
			continue
		}
		h.w.WriteByte(' ')
		h.after = ' '
	}
}

func (h *textHTML) word(s []byte) {
	h.column += utf8.RuneCount(s)
	h.after = 'x'
	start, end, href := findURL(s)
	h.escaped(s[:start])
	if href != "" {
		h.w.WriteString(`<a href="`)
		h.escaped([]byte(href))
		h.w.WriteString(`">`)
		h.escaped(s[start:end])
		h.w.WriteString("</a>")
	}
	h.escaped(s[end:])
}

func (h *textHTML) escaped(s []byte) { writeEscaped(h.w, s) }

// writeEscaped writes text for HTML and for attributes of it.
func writeEscaped(w stringWriter, s []byte) {
	start := 0
	for i, c := range s {
		var e string
		switch {
		case c == '&':
			e = "&amp;"
		case c == '<':
			e = "&lt;"
		case c == '>':
			e = "&gt;"
		case c == '"':
			e = "&quot;"
		case c < ' ' && c != '\t' && c != '\n' && c != '\r':
		default:
			continue
		}
		w.Write(s[start:i])
		w.WriteString(e)
		start = i + 1
	}
	w.Write(s[start:])
}

// A stringWriter is a buffer of either kind.
type stringWriter interface {
	io.Writer
	io.StringWriter
}

// findURL finds what is a link in a word: from start to end, leading to href. Without
// one all three are those of nothing at the begin.
func findURL(s []byte) (start, end int, href string) {
	if bytes.IndexByte(s, ':') < 0 && bytes.IndexByte(s, '.') < 0 { // most words
		return 0, 0, ""
	}
	lower := bytes.ToLower(s)
	for _, scheme := range []string{"https://", "http://", "ftp://", "mailto:", "www."} {
		i := bytes.Index(lower, []byte(scheme))
		if i < 0 || i > 0 && isWordByte(s[i-1]) {
			continue
		}
		end = i + urlLength(s[i:])
		if end-i <= len(scheme) || end-i > maxCapture {
			continue
		}
		href = string(s[i:end])
		if scheme == "www." {
			href = "http://" + href
		}
		return i, end, href
	}
	return 0, 0, ""
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// endsURL: characters that no URL has, and that [cleanURL] would take out of it.
func endsURL(r rune) bool {
	return r <= ' ' || r == '<' || r == '>' || r == '"' || r == 0x7F || r == 0xA0
}

// urlLength is how long the URL at the begin of s is. Marks at its end belong to the
// sentence around it, and so do brackets that did not open in it.
func urlLength(s []byte) int {
	n := len(s)
	if i := bytes.IndexFunc(s, endsURL); i >= 0 {
		n = i
	}
	opened := bytes.Count(s[:n], []byte("("))
	closed := bytes.Count(s[:n], []byte(")"))
	for n > 0 {
		switch c := s[n-1]; {
		case strings.IndexByte(".,;:!?'*_]}", c) >= 0:
		case c == ')' && closed > opened:
			closed--
		default:
			return n
		}
		n--
	}
	return n
}
