package body

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TextFromHTML writes what HTML says as plain text.
//
// White space folds as in browsers, and non-breaking spaces become spaces. Blocks
// begin on lines of their own, paragraphs after an empty one; those that Outlook
// writes, with a class Mso… or without margins, have none. Quotes (blockquote) get
// "> " before each line, items of lists "* " or their number. The cells of a table
// row stand in a line with tabs between them. A link is followed by its URL in angle
// brackets unless that is what its text says. Images are their alternative text.
// Elements that are hidden, scripts and styles are left out. Of nested quotes and
// lists only some ten levels are marked.
func TextFromHTML(dst io.Writer, src io.Reader, opts *Options) error {
	o := opts.withDefaults()
	c := &htmlText{page: newPage(dst), opts: o}
	err := eachToken(utf8Reader(src, o.Codepage), &o, func(z *html.Tokenizer, t html.TokenType) error {
		switch t {
		case html.TextToken:
			c.text(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			c.startTag(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			c.end(keyOf(name))
		}
		return nil
	})
	c.closeTo(0)
	if e := c.page.close(); err == nil {
		err = e
	}
	return err
}

// htmlText turns elements into the lines of a page.
type htmlText struct {
	*page
	opts   Options
	stack  []element
	deep   int // elements that are too deep
	hidden int // open elements that are hidden
	pre    int // open elements whose white space counts
	inline int // open inline elements that matter
	pars   int // open p elements
	told   bool
	newPre bool // pre has just begun: the first line end is none
}

// An element is open and matters when it ends.
type element struct {
	key    key
	prefix int // length of the page's prefix before it
	margin int // line ends after it
	hidden bool
	pre    bool
	inline bool
	cells  int     // of the row
	number int     // of the next item
	style  byte    // of numbers of items
	href   string  // where a link leads to
	text   *[]byte // what it says
}

// A key is the name of an element.
type key uint32

func keyOf(name []byte) key {
	if a := atom.Lookup(name); a != 0 {
		return key(a)
	}
	h := uint32(2166136261) // FNV-1a, beside the atoms
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return key(h | 1<<31)
}

func (c *htmlText) text(s []byte) {
	if c.hidden > 0 {
		return
	}
	if c.newPre {
		c.newPre = false
		s = bytes.TrimPrefix(bytes.TrimPrefix(s, []byte("\r")), []byte("\n"))
	}
	if c.pre > 0 {
		c.page.lines(s)
	} else {
		c.page.text(s)
	}
}

// startTag opens an element.
func (c *htmlText) startTag(z *html.Tokenizer) {
	c.newPre = false
	name, hasAttr := z.TagName()
	e := element{key: keyOf(name)}
	a := attributes(z, hasAttr)
	e.hidden = a.hidden || hides(atom.Atom(e.key))
	e.pre = a.pre
	switch atom.Atom(e.key) {
	case atom.Br:
		if c.hidden == 0 {
			c.lineBreak()
		}
		return
	case atom.Hr:
		c.closePar()
		c.rule()
		return
	case atom.Img, atom.Area:
		c.image(&a)
		return
	case atom.Html, atom.Body, atom.Head, atom.Input, atom.Meta, atom.Link, atom.Base, atom.Col, atom.Wbr,
		atom.Embed, atom.Source, atom.Track, atom.Param, atom.Frame, atom.Keygen:
		return
	}
	c.implied(atom.Atom(e.key))
	e.prefix = len(c.prefix)
	if c.block(&e, &a) || e.hidden || e.pre || e.href != "" || c.inline > 0 {
		c.push(e)
	}
}

// block begins what e is, and reports whether its end matters.
func (c *htmlText) block(e *element, a *attrs) bool {
	e.margin = marginOf(atom.Atom(e.key))
	if a.tight || a.cite || c.nested(atom.Atom(e.key)) {
		e.margin = min(e.margin, 1)
	}
	shown := c.hidden == 0 && !e.hidden
	switch k := atom.Atom(e.key); k {
	case atom.Tr:
		if shown {
			c.row()
		}
		e.margin = 1
		return true
	case atom.Td, atom.Th:
		c.beginCell(shown)
		return true
	case atom.A:
		e.inline = true
		e.href = a.href
		return false
	case atom.Q:
		e.inline = true
		c.quoteMark(shown, "\u201C")
		return true
	default:
		if e.margin == 0 {
			e.inline = true
			return false
		}
		if shown {
			c.page.block(e.margin)
			c.contents(e, a, k)
		}
	}
	return true
}

// nested reports whether a list is inside of another.
func (c *htmlText) nested(a atom.Atom) bool {
	return (a == atom.Ul || a == atom.Ol || a == atom.Menu || a == atom.Dir) && c.find(atom.Li, atom.Ul, atom.Ol) >= 0
}

// contents sets what lines inside of e have before them.
func (c *htmlText) contents(e *element, a *attrs, k atom.Atom) {
	switch k {
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		e.number, e.style = 1, '*'
		if k == atom.Ol {
			e.style = '1'
			if len(a.kind) == 1 {
				e.style = a.kind[0]
			}
			if a.hasStart {
				e.number = a.start
			}
		}
	case atom.Li:
		c.item(a)
	case atom.Dd:
		c.indent("    ")
	case atom.Blockquote:
		c.indent("> ")
	case atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext, atom.Textarea:
		e.pre = true
		c.newPre = k == atom.Pre || k == atom.Listing || k == atom.Textarea
	}
}

// indent puts s before the lines that follow.
func (c *htmlText) indent(s string) {
	if len(c.prefix)+len(s) <= maxPrefix {
		c.prefix = append(c.prefix, s...)
	}
}

// item begins an item of the list that is open.
func (c *htmlText) item(a *attrs) {
	marker := "* "
	if i := c.find(atom.Ul, atom.Ol, atom.Menu, atom.Dir); i >= 0 {
		list := &c.stack[i]
		if a.hasValue && list.style != '*' {
			list.number = a.value
		}
		marker = markerOf(list.style, list.number)
		list.number++
	}
	at := len(c.prefix)
	c.indent(strings.Repeat(" ", len(marker)))
	if len(c.prefix) > at {
		c.marker, c.markerAt = marker, at
	}
}

// markerOf is what stands before an item of a list.
func markerOf(style byte, n int) string {
	switch {
	case style == '*':
		return "* "
	case (style == 'a' || style == 'A') && n > 0:
		var s []byte
		for ; n > 0; n = (n - 1) / 26 {
			s = append([]byte{style + byte((n-1)%26)}, s...)
		}
		return string(s) + ". "
	case style == 'i' && n > 0 && n < 4000:
		return strings.ToLower(roman(n)) + ". "
	case style == 'I' && n > 0 && n < 4000:
		return roman(n) + ". "
	}
	return strconv.Itoa(n) + ". "
}

func roman(n int) string {
	var b strings.Builder
	values := [...]int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	for i, digits := range [...]string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"} {
		for n >= values[i] {
			b.WriteString(digits)
			n -= values[i]
		}
	}
	return b.String()
}

// beginCell begins a cell of the row that is open.
func (c *htmlText) beginCell(shown bool) {
	i := c.find(atom.Tr)
	if i < 0 || !shown {
		return
	}
	if c.stack[i].cells > 0 {
		c.cell()
	}
	c.stack[i].cells++
}

func (c *htmlText) quoteMark(shown bool, mark string) {
	if shown {
		c.word([]byte(mark))
	}
}

// rule writes a horizontal line.
func (c *htmlText) rule() {
	if c.hidden > 0 {
		return
	}
	c.page.block(1)
	c.word([]byte(strings.Repeat("_", 32)))
	c.page.block(1)
}

func (c *htmlText) image(a *attrs) {
	if c.hidden == 0 && !a.hidden && a.alt != "" {
		c.page.text([]byte(a.alt))
	}
}

// push makes e an open element.
func (c *htmlText) push(e element) {
	if len(c.stack) >= c.opts.MaxDepth {
		if !c.told {
			c.told = true
			c.opts.Report(Issue{Rule: RuleElements, Detail: strconv.Itoa(c.opts.MaxDepth)})
		}
		c.deep++
		return
	}
	if e.hidden {
		c.hidden++
	}
	if e.pre {
		c.pre++
	}
	if e.inline {
		c.inline++
	}
	if atom.Atom(e.key) == atom.P {
		c.pars++
	}
	c.stack = append(c.stack, e)
	if e.href != "" && c.hidden == 0 {
		c.capture = new([]byte)
		c.stack[len(c.stack)-1].text = c.capture
	}
}

// end closes the innermost element of a name, and those inside of it.
func (c *htmlText) end(k key) {
	c.newPre = false
	switch atom.Atom(k) {
	case atom.Br:
		if c.hidden == 0 {
			c.lineBreak()
		}
		return
	case atom.P:
		if c.pars == 0 && c.hidden == 0 {
			c.page.block(2) // as if it had been opened
			return
		}
	}
	for i := len(c.stack) - 1; i >= 0; i-- {
		if c.stack[i].key == k {
			if c.deep > 0 {
				break
			}
			c.closeTo(i)
			return
		}
		if c.stack[i].key == key(atom.Table) && isCellPart(atom.Atom(k)) {
			return // of another table
		}
	}
	if c.deep > 0 {
		c.deep--
	}
}

func isCellPart(a atom.Atom) bool { return a == atom.Td || a == atom.Th || a == atom.Tr }

// closeTo closes all elements from the i-th on.
func (c *htmlText) closeTo(i int) {
	for len(c.stack) > i {
		e := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		c.closed(&e)
	}
}

func (c *htmlText) closed(e *element) {
	wasHidden := c.hidden > 0
	if e.hidden {
		c.hidden--
	}
	if e.pre {
		c.pre--
	}
	if e.inline {
		c.inline--
	}
	switch atom.Atom(e.key) {
	case atom.P:
		c.pars--
	case atom.A:
		c.endLink(e)
	case atom.Q:
		c.quoteMark(!wasHidden, "\u201D")
	case atom.Tr:
		if !wasHidden {
			c.row()
		}
	}
	if e.margin > 0 && !wasHidden {
		c.page.block(e.margin)
	}
	if len(c.prefix) > e.prefix {
		c.prefix = c.prefix[:e.prefix]
		c.marker = ""
	}
}

// find is the place of the innermost open element that is one of some, in the
// table that is open.
func (c *htmlText) find(names ...atom.Atom) int {
	for i := len(c.stack) - 1; i >= 0; i-- {
		a := atom.Atom(c.stack[i].key)
		for _, name := range names {
			if a == name {
				return i
			}
		}
		if a == atom.Table {
			return -1
		}
	}
	return -1
}

// closePar closes a paragraph that the begin of a block ends.
func (c *htmlText) closePar() {
	if c.pars > 0 {
		if i := c.find(atom.P); i >= 0 {
			c.closeTo(i)
		}
	}
}

// implied closes what the begin of an element ends.
func (c *htmlText) implied(a atom.Atom) {
	if marginOf(a) > 0 {
		c.closePar()
	}
	i := -1
	switch a {
	case atom.Li:
		if i = c.find(atom.Li, atom.Ul, atom.Ol, atom.Menu, atom.Dir); i >= 0 && c.stack[i].key != key(atom.Li) {
			i = -1
		}
	case atom.Dt, atom.Dd:
		if i = c.find(atom.Dt, atom.Dd, atom.Dl); i >= 0 && c.stack[i].key == key(atom.Dl) {
			i = -1
		}
	case atom.Td, atom.Th:
		i = c.find(atom.Td, atom.Th)
	case atom.Tr:
		i = c.find(atom.Tr)
	}
	if i >= 0 {
		c.closeTo(i)
	}
}

// marginOf is how many line ends stand before and after a block; 0 is for elements
// within lines.
func marginOf(a atom.Atom) int {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Menu, atom.Dir, atom.Dl,
		atom.Blockquote, atom.Pre, atom.Listing, atom.Xmp, atom.Plaintext, atom.Fieldset, atom.Figure:
		return 2
	case atom.Div, atom.Table, atom.Tr, atom.Li, atom.Dt, atom.Dd, atom.Caption, atom.Center, atom.Address, atom.Article,
		atom.Aside, atom.Section, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Figcaption, atom.Form, atom.Details,
		atom.Summary, atom.Legend, atom.Option, atom.Textarea, atom.Thead, atom.Tbody, atom.Tfoot, atom.Hgroup, atom.Dialog:
		return 1
	}
	return 0
}

// hides reports whether what is inside of an element is not shown.
func hides(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Template, atom.Iframe, atom.Noembed, atom.Noframes, atom.Object,
		atom.Select, atom.Datalist, atom.Audio, atom.Video, atom.Canvas, atom.Applet, atom.Map:
		return true
	}
	return false
}
