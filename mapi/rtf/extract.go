package rtf

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
)

// An Origin is what a document was made from.
type Origin uint8

// The origins.
const (
	FromRTF  Origin = iota // nothing else: RTF is the original
	FromText               // \fromtext: plain text
	FromHTML               // \fromhtml1: HTML, which is inside
)

// String returns the name of the origin.
func (o Origin) String() string {
	switch o {
	case FromText:
		return "FromText"
	case FromHTML:
		return "FromHTML"
	}
	return "FromRTF"
}

// peeked is how many bytes of a document are looked at to find its origin; tokens
// how many tokens (MS-OXRTFEX 2.2.3.1).
const (
	peeked = 4 << 10
	tokens = 10
)

// OriginOf tells from the first few KiB of a document what it was made from.
func OriginOf(head []byte) Origin {
	s := NewScanner(bytes.NewReader(head))
	for range tokens {
		t, err := s.Next()
		switch {
		case err != nil || t.Kind != Open && t.Kind != Word:
			return FromRTF
		case t.Name == "fromhtml" && t.On():
			return FromHTML
		case t.Name == "fromtext":
			return FromText
		}
	}
	return FromRTF
}

// IsRTF reports whether head is the begin of an RTF document.
func IsRTF(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte(`{\rtf`))
}

// An Extractor reads the HTML or the text out of which a document was made
// (MS-OXRTFEX 2.2.3), in UTF-8. Lines end with CRLF where the document says \par or
// \line. HTML comes as it was put in, also where it names another charset: who
// stores it in a code page adapts that.
type Extractor struct {
	parser *Parser
	origin Origin
	state  Stack[extract]
	out    []byte
	unread []byte
	err    error
}

// extract is the state of a group.
type extract struct {
	hidden bool // \htmlrtf: what is only for readers of RTF
	skip   bool // in a destination that is no part of the text
	tag    bool // in \*\htmltag
}

// NewExtractor reads the begin of src to find its origin, which it then knows.
// What is no RTF at all is [mapi.ErrCorruptData]. Reading RTF that was made from
// nothing else gives its text without any form; package mapi/body does better.
func NewExtractor(src io.Reader, opts *Options) (*Extractor, error) {
	b := bufio.NewReaderSize(src, peeked)
	head, err := b.Peek(peeked)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !IsRTF(head) {
		return nil, fmt.Errorf("%w: no RTF", mapi.ErrCorruptData)
	}
	e := &Extractor{parser: NewParser(b, opts), origin: OriginOf(head)}
	e.state.Limit = e.parser.opts.MaxDepth
	return e, nil
}

// Origin is what the document was made from.
func (e *Extractor) Origin() Origin { return e.origin }

// Read implements io.Reader.
func (e *Extractor) Read(b []byte) (int, error) {
	for len(e.unread) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		if len(b) == 0 {
			return 0, nil
		}
		e.out = e.out[:0]
		for e.err == nil && len(e.out) < textPiece {
			e.step()
		}
		e.unread = e.out
	}
	n := copy(b, e.unread)
	e.unread = e.unread[n:]
	return n, nil
}

// WriteTo implements io.WriterTo.
func (e *Extractor) WriteTo(w io.Writer) (total int64, err error) {
	for {
		if len(e.unread) > 0 {
			n, err := w.Write(e.unread)
			total += int64(n)
			e.unread = e.unread[n:]
			if err != nil {
				return total, err
			}
		}
		if e.err == io.EOF {
			return total, nil
		}
		if e.err != nil {
			return total, e.err
		}
		e.out = e.out[:0]
		for e.err == nil && len(e.out) < textPiece {
			e.step()
		}
		e.unread = e.out
	}
}

// step takes one token.
func (e *Extractor) step() {
	t, err := e.parser.Next()
	if err != nil {
		e.err = err
		return
	}
	s := &e.state.Top
	switch t.Kind {
	case Open:
		e.state.Push()
	case Close:
		e.state.Pop()
	case Text:
		if !s.hidden && !s.skip {
			e.out = append(e.out, t.Data...)
		}
	case Word:
		e.word(&t)
	}
}

func (e *Extractor) word(t *Token) {
	s := &e.state.Top
	switch {
	case s.skip:
	case t.Name == "htmlrtf":
		s.hidden = t.On() && e.origin == FromHTML
	case t.Name == "htmltag" && t.Ignorable:
		s.tag = true
		s.skip = e.origin != FromHTML
	case !s.tag && t.Hides() || s.tag && t.Ignorable:
		s.skip = true
	case s.hidden:
	case t.Name == "par" || t.Name == "line":
		e.out = append(e.out, '\r', '\n')
	default:
		e.character(t.Name)
	}
}

// character appends what a control word stands for; in HTML by its name, since it
// need not have the character in its charset (MS-OXRTFEX 2.1.3.1.4.2).
func (e *Extractor) character(name string) {
	if e.origin == FromHTML {
		switch name {
		case "lquote":
			name = "&lsquo;"
		case "rquote":
			name = "&rsquo;"
		case "ldblquote":
			name = "&ldquo;"
		case "rdblquote":
			name = "&rdquo;"
		case "bullet":
			name = "&bull;"
		case "endash":
			name = "&ndash;"
		case "emdash":
			name = "&mdash;"
		case "~":
			name = "&nbsp;"
		case "_":
			name = "&shy;"
		}
		if name[0] == '&' {
			e.out = append(e.out, name...)
			return
		}
	}
	if r, ok := Character(name); ok {
		e.out = utf8.AppendRune(e.out, r)
	}
}

// Hides reports whether the group that t begins is no part of the running text: a
// destination that may be ignored, or one that must be known, such as tables of the
// header, headers and footers, notes, pictures, numbers of paragraphs.
func (t *Token) Hides() bool {
	if t.Ignorable {
		return t.Name != "ud" // the text of \upr in Unicode
	}
	switch t.Name {
	case "fonttbl", "colortbl", "stylesheet", "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "info",
		"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "footnote", "annotation",
		"ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn",
		"pict", "nonshppict", "object", "objdata", "pntext", "pntxta", "pntxtb", "listtext",
		"fldinst", "datafield", "xe", "tc", "rxe", "txe", "bkmkstart", "bkmkend",
		"private", "template", "operator", "author", "title", "subject", "keywords", "comment", "doccomm",
		"buptim", "creatim", "revtim", "printim", "nextfile", "shpinst", "themedata", "colorschememapping",
		"latentstyles", "datastore", "generator", "mhtmltag", "falt", "panose", "fname":
		return true
	}
	return false
}
