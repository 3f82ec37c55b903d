package body

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
)

// HTMLFromEnriched writes text/enriched (RFC 1896) as HTML. The text is in
// Options.Codepage, UTF-8 or windows-1252, and the HTML in UTF-8.
func HTMLFromEnriched(dst io.Writer, src io.Reader, opts *Options) error {
	return simpleHTML(dst, src, opts, true)
}

// HTMLFromRichtext writes text/richtext (RFC 1341 7.1.3) as HTML. The text is in
// Options.Codepage, UTF-8 or windows-1252, and the HTML in UTF-8.
func HTMLFromRichtext(dst io.Writer, src io.Reader, opts *Options) error {
	return simpleHTML(dst, src, opts, false)
}

func simpleHTML(dst io.Writer, src io.Reader, opts *Options, enriched bool) error {
	o := opts.withDefaults()
	e := &enrichedHTML{w: bufio.NewWriter(dst), r: bufio.NewReader(utf8Reader(src, o.Codepage)), max: o.MaxDepth, enriched: enriched}
	e.w.WriteString(`<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>` + "\r\n<body>")
	err := e.run()
	e.closeTo(0)
	e.w.WriteString("</body></html>\r\n")
	if f := e.w.Flush(); err == nil {
		err = f
	}
	return err
}

// maxCommand is how long a command is; the standard says 60 characters.
const maxCommand = 60

// enrichedHTML reads the two simple forms of text with commands.
type enrichedHTML struct {
	w        *bufio.Writer
	r        *bufio.Reader
	max      int
	enriched bool

	stack  []command
	deep   int
	nofill int // open commands in which line ends count
	hidden int // open comments and parameters
	param  []byte
	lines  int // line ends in a row
	white  bool
}

// A command is one that was not ended yet.
type command struct {
	name   string
	end    string // of the HTML for it
	wait   bool   // its parameter did not come yet
	nofill bool
}

func (e *enrichedHTML) run() error {
	for {
		c, err := e.r.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '<':
			e.open()
		case '\r':
			if next, _ := e.r.Peek(1); len(next) == 0 || next[0] != '\n' {
				e.newline()
			}
		case '\n':
			e.newline()
		default:
			e.letter(c)
		}
	}
}

// open reads a command, or what is none: "<<" in enriched, and signs that no
// command follows.
func (e *enrichedHTML) open() {
	b, _ := e.r.Peek(maxCommand + 2)
	if e.enriched && len(b) > 0 && b[0] == '<' {
		_, _ = e.r.Discard(1)
		e.letter('<')
		return
	}
	i := bytes.IndexByte(b, '>')
	name := strings.ToLower(string(b[:max(i, 0)]))
	if i <= 0 || !isCommand(name) {
		e.letter('<')
		return
	}
	_, _ = e.r.Discard(i + 1)
	if end, ok := strings.CutPrefix(name, "/"); ok {
		e.end(end)
		return
	}
	e.begin(name)
}

func isCommand(name string) bool {
	name = strings.TrimPrefix(name, "/")
	for i := range len(name) {
		if c := name[i]; !isWordByte(c) && c != '-' {
			return false
		}
	}
	return name != ""
}

// letter takes a byte of text.
func (e *enrichedHTML) letter(c byte) {
	if e.hidden > 0 {
		if len(e.param) < maxCapture {
			e.param = append(e.param, c)
		}
		return
	}
	e.fill()
	if c == ' ' && e.white {
		e.w.WriteString("&nbsp;") // spaces do not fold
		e.white = false
		return
	}
	e.white = c == ' '
	writeEscaped(e.w, []byte{c})
}

// newline takes a line end of the source. In enriched text one is a space, and n
// of them are n-1 line ends.
func (e *enrichedHTML) newline() {
	switch {
	case e.hidden > 0:
	case e.nofill > 0:
		e.w.WriteString("<br>\r\n")
		e.white = true
	default:
		e.lines++
	}
}

// fill writes the line ends that came before.
func (e *enrichedHTML) fill() {
	n := e.lines
	e.lines = 0
	switch {
	case n == 0:
		return
	case n == 1 || !e.enriched:
		e.w.WriteString("\r\n")
	default:
		for range n - 1 {
			e.w.WriteString("<br>\r\n")
		}
	}
	e.white = true
}

// begin opens a command.
func (e *enrichedHTML) begin(name string) {
	if name == "param" && e.enriched || name == "comment" && !e.enriched {
		e.hidden++
		e.param = e.param[:0]
		e.push(command{name: name})
		return
	}
	if e.hidden > 0 {
		return
	}
	e.fill()
	if !e.enriched {
		switch name {
		case "lt":
			e.letter('<')
			return
		case "nl", "np":
			e.w.WriteString("<br>\r\n")
			return
		}
	}
	c := command{name: name}
	switch name {
	case "color", "fontfamily", "paraindent", "lang", "x-color":
		c.wait = e.enriched
	case "nofill", "verbatim":
		c.nofill = true
	}
	start, end := htmlOf(name, "")
	if !c.wait {
		e.w.WriteString(start)
		c.end = end
	}
	e.push(c)
}

func (e *enrichedHTML) push(c command) {
	if len(e.stack) >= e.max {
		e.deep++
		e.w.WriteString(c.end)
		if c.name == "param" || c.name == "comment" {
			e.hidden--
		}
		return
	}
	if c.nofill {
		e.nofill++
	}
	e.stack = append(e.stack, c)
}

// end closes the innermost command of a name, and those inside of it.
func (e *enrichedHTML) end(name string) {
	for i := len(e.stack) - 1; i >= 0; i-- {
		if e.stack[i].name != name {
			continue
		}
		if name != "param" && e.hidden == 0 {
			e.fill()
		}
		e.closeTo(i)
		if name == "param" && i > 0 && e.stack[i-1].wait {
			c := &e.stack[i-1]
			c.wait = false
			var start string
			start, c.end = htmlOf(c.name, strings.TrimSpace(string(e.param)))
			e.w.WriteString(start)
		}
		return
	}
}

func (e *enrichedHTML) closeTo(i int) {
	for len(e.stack) > i {
		c := e.stack[len(e.stack)-1]
		e.stack = e.stack[:len(e.stack)-1]
		e.w.WriteString(c.end)
		if c.nofill {
			e.nofill--
		}
		if c.name == "param" && e.enriched || c.name == "comment" && !e.enriched {
			e.hidden--
		}
	}
}

// htmlOf is the HTML for the begin and end of a command.
func htmlOf(name, param string) (start, end string) {
	element := func(s string) (string, string) {
		tag, _, _ := strings.Cut(s, " ")
		return "<" + s + ">", "</" + tag + ">"
	}
	switch name {
	case "bold":
		return element("b")
	case "italic":
		return element("i")
	case "underline":
		return element("u")
	case "fixed":
		return element("tt")
	case "bigger":
		return element("big")
	case "smaller":
		return element("small")
	case "superscript":
		return element("sup")
	case "subscript":
		return element("sub")
	case "center":
		return element(`div align="center"`)
	case "flushleft":
		return element(`div align="left"`)
	case "flushright":
		return element(`div align="right"`)
	case "flushboth":
		return element(`div align="justify"`)
	case "excerpt":
		return element(`blockquote type="cite"`)
	case "indent", "indentright", "paragraph", "heading", "footing", "samepage", "signature":
		return element("div" + richStyle(name))
	case "color", "x-color":
		if color := colorOf(param); color != "" {
			return element(`font color="` + color + `"`)
		}
	case "fontfamily":
		if isFamily(param) {
			return element(`font face="` + param + `"`)
		}
	case "paraindent":
		return element("div" + indentStyle(param))
	}
	return "", ""
}

func richStyle(name string) string {
	switch name {
	case "indent":
		return ` style="margin-left:2em"`
	case "indentright":
		return ` style="margin-right:2em"`
	}
	return ""
}

// indentStyle is the style for "left,left,right".
func indentStyle(param string) string {
	left, right := 0, 0
	for _, s := range strings.Split(strings.ToLower(param), ",") {
		switch strings.TrimSpace(s) {
		case "left", "in":
			left++
		case "right":
			right++
		}
	}
	if left > maxQuote || right > maxQuote || left+right == 0 {
		return ""
	}
	return ` style="margin-left:` + strconv.Itoa(2*left) + `em;margin-right:` + strconv.Itoa(2*right) + `em"`
}

// colorOf is the HTML for a colour: a name, or "rrrr,gggg,bbbb".
func colorOf(param string) string {
	if parts := strings.Split(param, ","); len(parts) == 3 {
		s := "#"
		for _, p := range parts {
			n, err := strconv.ParseUint(strings.TrimSpace(p), 16, 16)
			if err != nil {
				return ""
			}
			s += string("0123456789abcdef"[n>>12]) + string("0123456789abcdef"[n>>8&15])
		}
		return s
	}
	if isFamily(param) && !strings.Contains(param, " ") {
		return param
	}
	return ""
}

// isFamily reports whether a word can stand in an attribute.
func isFamily(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isWordByte(c) && c != ' ' && c != '-' && c != '#' {
			return false
		}
	}
	return s != ""
}
