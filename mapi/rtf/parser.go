package rtf

import (
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// textPiece is about how long the text of one token gets.
const textPiece = 2 << 10

// A Parser reads tokens as a [Scanner] does, with the text of a document decoded:
//
//   - Text is UTF-8. There is no Hex: \'hh and literal bytes are decoded together in
//     the code page of the font in force, so that characters of several bytes come
//     out whole, and \uN with its substitute is text too. A code without a meaning
//     is U+FFFD.
//   - \* is no token of its own: at the begin of a group the next Word is Ignorable.
//     Anywhere else it means nothing.
//   - Of \upr the part in Unicode is what comes; the other is left out.
//
// The font table is read on the way and comes as tokens too. Text comes in pieces
// of a few KiB. The document ends with its first group. QUIRK: some writers close a
// group too many, so that it goes on when a control word follows.
type Parser struct {
	scan   *Scanner
	source *counter
	opts   Options

	groups  Stack[group]
	begun   bool
	over    bool // the first group ended
	fonts   fontTable
	page    int // \ansicpg and its like
	deff    int
	ignore  bool // \* was the last token
	opened  bool // "{" was the last token
	muted   int  // depth of the group that is left out, or 0
	skip    int  // characters that stand in for the last \uN
	high    rune // first half of a surrogate pair
	raw     []byte
	text    []byte
	used    bool // text was returned, and may be used again
	held    Token
	err     error
	decoder map[int]*encoding.Decoder
	told    map[Rule]bool
}

// A group is what ends with "}" and counts for the reading of text.
type group struct {
	font     int  // number, or -1 for the default
	uc       int  // length of substitutes
	table    int  // depth of the font table if it is one or in one, or 0
	document bool // text is in the code page of the document, whatever the font
	upr      bool // the next group is left out
}

// NewParser returns a parser of src.
func NewParser(src io.Reader, opts *Options) *Parser {
	p := &Parser{source: &counter{r: src}, opts: opts.withDefaults(), page: 1252, deff: -1}
	p.scan = NewScanner(p.source)
	p.groups.Limit = p.opts.MaxDepth
	p.groups.Top = group{font: -1, uc: 1}
	p.decoder = map[int]*encoding.Decoder{}
	p.told = map[Rule]bool{}
	return p
}

// Depth is how many groups are open.
func (p *Parser) Depth() int { return p.groups.Depth() }

// Codepage is the code page of the document.
func (p *Parser) Codepage() int { return p.page }

// Font is the font in force.
func (p *Parser) Font() Font { return p.FontOf(p.groups.Top.font) }

// FontOf is a font by its number, or the default font when the table has no such.
// The names are without the semicolon at their end.
func (p *Parser) FontOf(number int) Font {
	f := p.fonts.find(number)
	if f == nil {
		f = p.fonts.find(p.deff)
	}
	if f == nil {
		return Font{}
	}
	font := *f
	if n := len(font.Name); n > 0 && font.Name[n-1] == ';' {
		font.Name = font.Name[:n-1]
	}
	return font
}

// Next returns the next token; its Data are valid until the following call. At the
// end of the document the error is io.EOF, otherwise that of reading.
func (p *Parser) Next() (Token, error) {
	if p.used {
		p.text, p.used = p.text[:0], false
	}
	for {
		if t := p.held; t.Kind != 0 {
			p.held = Token{}
			if p.apply(&t) {
				return t, nil
			}
			continue
		}
		if p.err != nil {
			return Token{}, p.err
		}
		t, err := p.scan.Next()
		if err == nil && p.over && (t.Kind != Word || t.Name == "rtf") {
			err = io.EOF
		}
		if err != nil {
			p.end(err)
			t = Token{}
		}
		p.over = false
		if t, ok := p.take(t); ok {
			return t, nil
		}
	}
}

// pending reports whether there is text that was not returned yet.
func (p *Parser) pending() bool { return len(p.raw) > 0 || len(p.text) > 0 || p.high != 0 }

// take takes a token that was scanned, and returns one if it can. What is text is
// collected; what is not ends it and is held until the text has been returned.
func (p *Parser) take(t Token) (Token, bool) {
	switch {
	case t.Kind == Hex || t.Kind == Text:
		return p.letters(t)
	case t.Kind == Word && p.unicode(&t):
		if len(p.text) >= textPiece {
			return p.flush(false)
		}
		return Token{}, false
	case t.Kind == Word && p.skip > 0 && standsForCharacter(t.Name):
		p.skip--
		return Token{}, false
	case t.Kind == Binary && p.skip > 0:
		return Token{}, false
	}
	p.skip = 0
	if !p.pending() { // so it is with most
		return t, t.Kind != 0 && p.apply(&t)
	}
	p.held = t
	return p.flush(true)
}

// letters takes bytes of text.
func (p *Parser) letters(t Token) (Token, bool) {
	b := t.Data
	if p.skip > 0 {
		n := min(p.skip, len(b))
		p.skip -= n
		b = b[n:]
	}
	if len(b) == 0 || p.muted > 0 {
		return Token{}, false
	}
	p.ignore, p.opened = false, false
	if len(p.raw) == 0 && len(p.text) == 0 && p.high == 0 && t.Kind == Text && isASCII(b) && !p.stateful() {
		p.named(b)
		return Token{Kind: Text, Data: b}, true
	}
	p.surrogate(0)
	p.raw = append(p.raw, b...)
	if len(p.raw) >= textPiece {
		return p.flush(false)
	}
	return Token{}, false
}

// stateful reports whether ASCII may be something else in the page in force.
func (p *Parser) stateful() bool {
	page := p.codepage()
	return page >= 50220 && page <= 50222 || page == 52936
}

// unicode takes \uN and \ucN.
func (p *Parser) unicode(t *Token) bool {
	switch {
	case t.Name == "uc" && t.HasParam:
		p.groups.Top.uc = max(t.Param, 0)
	case t.Name == "u" && t.HasParam:
		if p.muted == 0 {
			p.decode(true)
			p.unit(t.Param)
		}
		p.ignore, p.opened = false, false
		p.skip = p.groups.Top.uc
	default:
		return false
	}
	return true
}

// unit appends a UTF-16 unit. QUIRK: the number is signed, but some write it
// without sign, or a character beyond 16 bits whole.
func (p *Parser) unit(n int) {
	if n < 0 {
		n = int(uint16(n))
	}
	r := rune(n)
	if p.high != 0 && utf16.IsSurrogate(r) {
		if whole := utf16.DecodeRune(p.high, r); whole != utf8.RuneError {
			p.high = 0
			p.text = utf8.AppendRune(p.text, whole)
			return
		}
	}
	p.surrogate(0)
	if r >= 0xD800 && r < 0xDC00 {
		p.surrogate(r)
		return
	}
	p.text = utf8.AppendRune(p.text, r)
}

// surrogate keeps the first half of a pair; one that is kept already never got its
// second.
func (p *Parser) surrogate(high rune) {
	if p.high != 0 {
		p.text = utf8.AppendRune(p.text, utf8.RuneError)
	}
	p.high = high
}

// flush returns the text so far, if there is any.
func (p *Parser) flush(final bool) (Token, bool) {
	p.decode(final)
	if final {
		p.surrogate(0)
	}
	if len(p.text) == 0 {
		return Token{}, false
	}
	p.used = true
	p.named(p.text)
	return Token{Kind: Text, Data: p.text}, true
}

// named lets the font table read its names.
func (p *Parser) named(text []byte) {
	if depth := p.groups.Top.table; depth > 0 && p.groups.Depth() <= depth+1 {
		p.fonts.text(text)
	}
}

// decode appends what is in raw to the text. Unless it is final a character may
// go on with the next bytes.
func (p *Parser) decode(final bool) {
	if len(p.raw) == 0 {
		return
	}
	page := p.codepage()
	if len(p.raw) == 1 && final && page != p.page && isLead(page, p.raw[0]) {
		page = p.page // QUIRK: LibreOffice says bullets so that are in another font
	}
	d := p.decoderOf(page)
	d.Reset()
	var buf [1 << 10]byte
	src := p.raw
	for {
		n, used, err := d.Transform(buf[:], src, final)
		p.text = append(p.text, buf[:n]...)
		src = src[used:]
		if err != transform.ErrShortDst {
			break
		}
	}
	if final || len(src) > utf8.UTFMax {
		src = nil
	}
	p.raw = append(p.raw[:0], src...)
}

// isLead reports whether a byte alone is no character of a code page.
func isLead(page int, c byte) bool {
	switch page {
	case 932, 10001:
		return c >= 0x80 && (c <= 0xA0 || c >= 0xE0)
	case 936, 949, 950, 10002, 10003, 10008:
		return c >= 0x80
	}
	return false
}

// codepage is the code page in force.
func (p *Parser) codepage() int {
	g := &p.groups.Top
	if g.document {
		return p.page
	}
	f := p.fonts.current
	if g.table == 0 {
		if f = p.fonts.find(g.font); f == nil {
			f = p.fonts.find(p.deff)
		}
	}
	if f == nil || !isByteCodepage(f.Codepage) {
		return p.page
	}
	return f.Codepage
}

// isByteCodepage reports whether text in a code page is bytes. QUIRK: some documents
// say that they are in UTF-16, which ASCII around it cannot be.
func isByteCodepage(n int) bool { return n > 0 && n != 1200 && n != 1201 }

func (p *Parser) decoderOf(codepage int) *encoding.Decoder {
	d := p.decoder[codepage]
	if d == nil {
		e, ok := Encoding(codepage)
		if !ok {
			p.report(RuleCodepage, strconv.Itoa(codepage))
			e = charmap.Windows1252
		}
		d = e.NewDecoder()
		if len(p.decoder) < maxFonts {
			p.decoder[codepage] = d
		}
	}
	return d
}

// end ends the document when reading ended.
func (p *Parser) end(err error) {
	if err == io.EOF && p.groups.Depth() > 0 {
		p.report(RuleTruncated, strconv.Itoa(p.groups.Depth()))
	}
	p.err = err
}

func (p *Parser) report(r Rule, detail string) {
	if !p.told[r] {
		p.told[r] = true
		p.opts.Report(Issue{Rule: r, Offset: p.source.n, Detail: detail})
	}
}

// A counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
