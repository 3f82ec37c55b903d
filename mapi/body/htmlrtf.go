package body

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/unicode"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// RTFFromHTML writes HTML as an RTF document, not compressed, that holds all of it:
// [HTMLFromRTF] gives it back, and [rtf.Extractor] does byte for byte when it is
// UTF-8 without a byte order mark. Readers of RTF that do not know of that see the
// text with bold, italic and underlined words, paragraphs, line breaks and cells.
func RTFFromHTML(dst io.Writer, src io.Reader, opts *Options) error {
	o := opts.withDefaults()
	h := &htmlRTF{w: rtf.NewWriter(dst, rtf.FromHTML), at: rtf.TagOutside, start: true}
	err := eachToken(utf8Reader(src, o.Codepage), &o, h.token)
	if e := h.w.Close(); err == nil {
		err = e
	}
	return err
}

// htmlRTF puts HTML into RTF.
type htmlRTF struct {
	w     *rtf.Writer
	at    int  // where the next tag is: a Destination of MS-OXRTFEX 2.1.3.1.4.1
	raw   bool // in an element whose text is not shown
	pre   int
	space bool // the last that was shown is white space
	start bool // nothing was shown yet in the paragraph
	cut   []byte
}

// token takes a token. Text that is cut inside a character, which only very long
// text is, waits for the rest of it.
func (h *htmlRTF) token(z *html.Tokenizer, t html.TokenType) error {
	raw := z.Raw()
	if len(h.cut) > 0 {
		raw = append(h.cut, raw...)
		h.cut = nil
	}
	if n := wholeCharacters(raw); n < len(raw) && t == html.TextToken {
		h.cut = bytes.Clone(raw[n:])
		raw = raw[:n]
	}
	switch t {
	case html.TextToken:
		if h.raw {
			h.w.Tag(h.at|rtf.TagUnknown, raw)
			return nil
		}
		h.text(raw)
	case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
		h.tag(nameOf(raw), raw, t == html.EndTagToken)
	default:
		h.w.Tag(h.at|rtf.TagUnknown, raw)
	}
	return nil
}

// nameOf is the element of a tag. The tokenizer would write its name in lower case
// into the source.
func nameOf(raw []byte) atom.Atom {
	name := bytes.TrimLeft(raw, "</")
	if i := bytes.IndexAny(name, " \t\r\n\f/>"); i >= 0 {
		name = name[:i]
	}
	if len(name) > 16 { // longer than what matters here
		return 0
	}
	return atom.Lookup(bytes.ToLower(name))
}

// tag writes a tag and what readers of RTF see of it.
func (h *htmlRTF) tag(a atom.Atom, raw []byte, end bool) {
	kind := tagKind(a)
	if end {
		kind |= rtf.TagClose
	}
	switch {
	case a == atom.Html:
		h.w.Tag(rtf.TagOutside|kind, raw)
		h.at = rtf.TagInHTML
		if end {
			h.at = rtf.TagOutside
		}
		return
	case a == atom.Head || a == atom.Body:
		h.w.Tag(rtf.TagInHTML|kind, raw)
		h.at = rtf.TagInHTML
		switch {
		case end:
		case a == atom.Head:
			h.at = rtf.TagInHead
		default:
			h.at = rtf.TagInBody
		}
		return
	}
	if h.at != rtf.TagInHead && h.at != rtf.TagInBody && a != 0 && kind != rtf.TagUnknown {
		h.at = rtf.TagInBody // HTML without body
	}
	h.w.Tag(h.at|kind, raw)
	if h.at == rtf.TagInBody || h.at == rtf.TagOutside {
		h.shown(a, end)
	}
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes, atom.Template:
		h.raw = !end
	}
}

// shown writes what readers of RTF see of a tag.
func (h *htmlRTF) shown(a atom.Atom, end bool) {
	on := "1"
	if end {
		on = "0"
	}
	switch a {
	case atom.B, atom.Strong:
		h.w.Control(`\b` + on)
	case atom.I, atom.Em, atom.Cite, atom.Var:
		h.w.Control(`\i` + on)
	case atom.U, atom.Ins:
		h.w.Control(`\ul` + on)
	case atom.S, atom.Strike, atom.Del:
		h.w.Control(`\strike` + on)
	case atom.Br:
		h.w.Control(`\line`)
		h.space = true
	case atom.Td, atom.Th:
		if end {
			h.w.Control(`\tab`)
			h.space = true
		}
	case atom.Pre:
		if h.pre = max(h.pre+1, 1); end {
			h.pre = max(h.pre-2, 0)
		}
		h.paragraph()
	default:
		if marginOf(a) > 0 {
			h.paragraph()
		}
	}
}

// paragraph ends a paragraph if there is one.
func (h *htmlRTF) paragraph() {
	if !h.start {
		h.w.Control(`\par`)
	}
	h.start, h.space = true, true
}

// text writes text. Entities, and white space that browsers fold, are said twice: in
// a tag as they are, and as they are seen.
func (h *htmlRTF) text(s []byte) {
	for len(s) > 0 {
		n := bytes.IndexAny(s, "& \t\r\n\f")
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			h.w.Text(s[:n])
			h.space, h.start = false, false
			s = s[n:]
			continue
		}
		if s[0] == '&' {
			n = entityLength(s)
			h.entity(s[:n])
		} else {
			n = space(s)
			h.white(s[:n])
		}
		s = s[n:]
	}
}

// entityLength is how long what "&" begins may be at most to be an entity.
func entityLength(s []byte) int {
	const longest = 34
	for i := 1; i < len(s) && i < longest; i++ {
		if s[i] == ';' {
			return i + 1
		}
		if !isWordByte(s[i]) && s[i] != '#' {
			return i
		}
	}
	return min(len(s), longest)
}

func (h *htmlRTF) entity(raw []byte) {
	text := html.UnescapeString(string(raw))
	if text == string(raw) {
		h.w.Text(raw)
	} else {
		h.w.Tag(h.at|rtf.TagStartPar|rtf.TagInPar, raw)
		h.w.Shown([]byte(text))
	}
	h.space, h.start = false, false
}

func (h *htmlRTF) white(raw []byte) {
	switch {
	case h.at == rtf.TagInHead || h.at == rtf.TagInHTML:
		h.w.Tag(h.at, raw)
	case h.pre > 0:
		h.w.Tag(h.at, raw)
		for _, line := range bytes.SplitAfter(raw, []byte("\n")) {
			h.w.Shown([]byte(strings.Map(notLineEnd, string(line))))
			if bytes.HasSuffix(line, []byte("\n")) {
				h.w.Control(`\line`)
			}
		}
	case len(raw) == 1 && raw[0] == ' ' && !h.space && !h.start:
		h.w.Text(raw)
	default:
		h.w.Tag(h.at, raw)
		if !h.space && !h.start {
			h.w.Shown([]byte(" "))
		}
	}
	h.space = true
}

func notLineEnd(r rune) rune {
	if r == '\r' || r == '\n' || r == '\f' {
		return -1
	}
	return r
}

// tagKind is the TagType of an element.
func tagKind(a atom.Atom) int {
	switch a {
	case atom.Html:
		return rtf.TagHTML
	case atom.Head:
		return rtf.TagHead
	case atom.Body:
		return rtf.TagBody
	case atom.P:
		return rtf.TagP
	case atom.Br:
		return rtf.TagBreak
	case atom.Pre:
		return rtf.TagPre
	case atom.Font, atom.Span, atom.B, atom.I, atom.U, atom.Strong, atom.Em:
		return rtf.TagFont
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return rtf.TagHeading
	case atom.Title:
		return rtf.TagTitle
	}
	return rtf.TagUnknown
}

// RTFFromText writes plain text as an RTF document, not compressed, that says so:
// [TextFromRTF] gives the text back, with CRLF at the end of lines.
func RTFFromText(dst io.Writer, src io.Reader, _ *Options) error {
	w := rtf.NewWriter(dst, rtf.FromText)
	err := eachPiece(unicode.UTF8.NewDecoder().Reader(src), w.Text)
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}

// eachPiece reads UTF-8 in pieces that split no character.
func eachPiece(src io.Reader, take func([]byte)) error {
	buf := make([]byte, 16<<10)
	kept := 0
	for {
		n, err := src.Read(buf[kept:])
		b := buf[:kept+n]
		whole := len(b)
		if err == nil {
			whole = wholeCharacters(b)
		}
		take(b[:whole])
		kept = copy(buf, b[whole:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// wholeCharacters is the length of b without a character that is cut at its end.
func wholeCharacters(b []byte) int {
	for i := len(b) - 1; i >= 0 && i > len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}
