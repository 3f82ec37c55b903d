package body

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// HTMLFromRTF writes what RTF says as HTML, in Options.Codepage. RTF that was made
// from HTML gives that HTML, in which a meta element that names a charset is made to
// name this one; RTF that was made from text what [HTMLFromText] makes of the text.
//
// Otherwise there are paragraphs with their alignment and indentation, characters
// with font, size, colours, bold, italic, underline, strike, above and below the
// line, tables (nested ones as text of their cells), links, numbers and bullets of
// lists as the text that the document has for them, and pictures and places of
// attachments as [Options] say.
func HTMLFromRTF(dst io.Writer, src io.Reader, opts *Options) error {
	o := opts.withDefaults()
	b, origin, err := openRTF(src)
	if err != nil {
		return err
	}
	if origin == rtf.FromRTF {
		return htmlFromRTF(dst, b, &o)
	}
	e, err := rtf.NewExtractor(b, o.rtf())
	if err != nil {
		return err
	}
	if origin == rtf.FromText {
		return HTMLFromText(dst, e, &o)
	}
	out := newHTMLWriter(dst, o.Codepage)
	_, err = e.WriteTo(out)
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}

func htmlFromRTF(dst io.Writer, src io.Reader, o *Options) error {
	out := newHTMLWriter(dst, o.Codepage)
	r := newRTFReader(src, o)
	h := &htmlSink{w: bufio.NewWriter(out), r: r}
	r.sink = h
	h.w.WriteString(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=` + out.name + "\"></head>\r\n<body>\r\n")
	err := r.read()
	h.endPar()
	h.endTable()
	h.w.WriteString("</body></html>\r\n")
	if e := h.w.Flush(); err == nil {
		err = e
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}

// htmlSink writes HTML. A paragraph is kept until its end, because only there its
// format is known; when it gets long what applies until then is taken for it.
type htmlSink struct {
	w *bufio.Writer
	r *rtfReader

	par    bool // a paragraph is open
	opened bool // and its tag is written
	p      bytes.Buffer
	format parFormat
	table  bool
	inRow  bool
	inTD   bool

	char  charFormat // of the open elements
	link  string
	ends  []string // of them
	after byte     // the byte before is ' ' or something else
}

const maxPar = 64 << 10

// beginPar begins a paragraph unless one has begun.
func (h *htmlSink) beginPar(f *format) {
	h.format = f.parFormat
	if !h.par {
		h.par, h.opened, h.after = true, false, ' '
		h.p.Reset()
	}
	if h.p.Len() > maxPar {
		h.flushPar()
	}
}

// flushPar writes what there is of the paragraph, in a cell or outside of tables.
func (h *htmlSink) flushPar() {
	if !h.opened {
		h.openPar(&h.format)
	}
	h.w.Write(h.p.Bytes())
	h.p.Reset()
	h.opened = true
}

func (h *htmlSink) openPar(f *parFormat) {
	if f.table {
		h.beginCell()
	} else {
		h.endTable()
	}
	h.w.WriteString(`<p style="margin:0`)
	if f.align != "" {
		h.w.WriteString(";text-align:" + f.align)
	}
	h.length(";margin-left:", f.left)
	h.length(";text-indent:", f.first)
	h.w.WriteByte('"')
	if f.rtl {
		h.w.WriteString(` dir="rtl"`)
	}
	h.w.WriteByte('>')
}

// length writes a length in points if it is one.
func (h *htmlSink) length(name string, twips int) {
	const most = 1440 * 50
	if twips != 0 && twips > -most && twips < most {
		h.w.WriteString(name + strconv.FormatFloat(float64(twips)/20, 'f', -1, 64) + "pt")
	}
}

func (h *htmlSink) endPar() {
	if !h.par {
		return
	}
	h.par = false
	h.endFormat()
	if h.p.Len() == 0 && !h.opened {
		h.p.WriteString("&nbsp;")
	}
	h.flushPar()
	h.w.WriteString("</p>\r\n")
}

func (h *htmlSink) beginCell() {
	if !h.table {
		h.w.WriteString(`<table border="0" cellspacing="0" cellpadding="4">` + "\r\n")
	}
	if !h.inRow {
		h.w.WriteString("<tr>\r\n")
	}
	if !h.inTD {
		h.w.WriteString(`<td valign="top">`)
	}
	h.table, h.inRow, h.inTD = true, true, true
}

func (h *htmlSink) endTable() {
	h.endRow()
	if h.table {
		h.w.WriteString("</table>\r\n")
		h.table = false
	}
}

func (h *htmlSink) cell(*format) {
	h.format.table = true
	h.endPar()
	h.beginCell()
	h.w.WriteString("</td>\r\n")
	h.inTD = false
}

func (h *htmlSink) row() {
	if h.table {
		h.format.table = true
		h.endPar()
		h.endRow()
	}
}

func (h *htmlSink) endRow() {
	if !h.inRow {
		return
	}
	if h.inTD {
		h.w.WriteString("</td>\r\n")
	}
	h.w.WriteString("</tr>\r\n")
	h.inRow, h.inTD = false, false
}

func (h *htmlSink) paragraph(f *format) {
	h.beginPar(f)
	h.endPar()
}

func (h *htmlSink) line(f *format) {
	h.begin(f)
	h.p.WriteString("<br>\r\n")
	h.after = ' '
}

func (h *htmlSink) tab(f *format) {
	h.begin(f)
	h.p.WriteString("&nbsp;&nbsp;&nbsp; ")
	h.after = ' '
}

func (h *htmlSink) text(s []byte, f *format) {
	h.begin(f)
	for len(s) > 0 {
		n := 0
		for n < len(s) && s[n] != ' ' {
			n++
		}
		if n > 0 {
			writeEscaped(&h.p, s[:n])
			h.after = 'x'
			s = s[n:]
			continue
		}
		if h.after == ' ' {
			h.p.WriteString("&nbsp;")
			h.after = 'x'
		} else {
			h.p.WriteByte(' ')
			h.after = ' '
		}
		s = s[1:]
	}
}

// begin opens the elements for text.
func (h *htmlSink) begin(f *format) {
	h.beginPar(f)
	if len(h.ends) > 0 || f.link != "" || f.charFormat != (charFormat{}) {
		if h.char != f.charFormat || h.link != f.link {
			h.endFormat()
			h.beginFormat(f)
		}
	}
}

func (h *htmlSink) endFormat() {
	for i := len(h.ends) - 1; i >= 0; i-- {
		h.p.WriteString(h.ends[i])
	}
	h.ends = h.ends[:0]
	h.char, h.link = charFormat{}, ""
}

func (h *htmlSink) beginFormat(f *format) {
	h.char, h.link = f.charFormat, f.link
	if f.link != "" {
		h.p.WriteString(`<a href="`)
		writeEscaped(&h.p, []byte(f.link))
		h.p.WriteString(`">`)
		h.ends = append(h.ends, "</a>")
	}
	if style := h.style(&f.charFormat); style != "" {
		h.p.WriteString(`<span style="` + style + `">`)
		h.ends = append(h.ends, "</span>")
	}
	h.element(f.bold, "b")
	h.element(f.italic, "i")
	h.element(f.underline && f.link == "", "u")
	h.element(f.strike, "s")
	h.element(f.script > 0, "sup")
	h.element(f.script < 0, "sub")
}

func (h *htmlSink) element(on bool, name string) {
	if on {
		h.p.WriteString("<" + name + ">")
		h.ends = append(h.ends, "</"+name+">")
	}
}

// style is the CSS for what has no element.
func (h *htmlSink) style(c *charFormat) string {
	var s []string
	if font := h.r.p.FontOf(c.font); font.Name != "" && !font.Symbols() {
		s = append(s, "font-family:'"+familyName(font.Name)+"'")
	}
	if c.size > 0 && c.size < 2000 {
		s = append(s, "font-size:"+strconv.FormatFloat(float64(c.size)/2, 'f', -1, 64)+"pt")
	}
	if color := h.r.colorAt(c.color); color != "" {
		s = append(s, "color:"+color)
	}
	if color := h.r.colorAt(c.back); color != "" && c.back > 0 {
		s = append(s, "background:"+color)
	}
	return strings.Join(s, ";")
}

// familyName is a name that can stand between quotes of CSS in an attribute.
func familyName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"'<>&\;`, r) {
			return -1
		}
		return r
	}, s)
}

func (h *htmlSink) picture(p Picture, f *format) {
	if h.r.o.Picture == nil {
		return
	}
	url := h.r.o.Picture(p)
	if url == "" {
		return
	}
	h.begin(f)
	h.p.WriteString(`<img src="`)
	writeEscaped(&h.p, []byte(url))
	h.p.WriteByte('"')
	const pixel = 15 // 1/96 inch
	if p.Width > 0 && p.Height > 0 {
		h.p.WriteString(` width="` + strconv.Itoa(max(p.Width/pixel, 1)) + `" height="` + strconv.Itoa(max(p.Height/pixel, 1)) + `"`)
	}
	h.p.WriteByte('>')
	h.after = 'x'
}

func (h *htmlSink) attachment(n int, f *format) {
	if h.r.o.Attachment == nil {
		return
	}
	if s := h.r.o.Attachment(n); s != "" {
		h.begin(f)
		h.p.WriteString(s)
		h.after = 'x'
	}
}
