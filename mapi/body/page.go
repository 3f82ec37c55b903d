package body

import (
	"bufio"
	"io"
)

const (
	maxPrefix  = 64   // bytes before each line of nested quotes and lists
	maxCapture = 2048 // bytes of a link's text and URL that are compared and written
)

// A page lays out words in lines as a browser does without style: white space
// between words folds, blocks begin on lines of their own.
type page struct {
	w      *bufio.Writer
	prefix []byte // of the lines of the block: marks of quotes, indentation
	last   []byte // that of the line before

	begun bool // anything was written
	open  bool // the line has contents, be it a space
	wrote bool // and its prefix is written
	have  int  // line ends since the last contents
	want  int  // line ends that must be there before the next
	gap   int  // spaces before the next word
	fold  bool // the last of them folds with more white space
	tabs  int  // cells that ended before the next word

	marker   string // of a list item, before its first word
	markerAt int    // where in prefix

	capture *[]byte // takes words as well
}

func newPage(dst io.Writer) *page { return &page{w: bufio.NewWriter(dst)} }

// block says that what follows begins on a new line, n-1 empty ones below. At the
// begin of a cell it says nothing.
func (p *page) block(n int) {
	if p.begun && p.tabs == 0 {
		p.want = max(p.want, n)
	}
	p.gap, p.fold = 0, false
}

// begin makes the line that contents go to.
func (p *page) begin() {
	if p.open && p.want == 0 {
		return
	}
	for p.want > 0 && p.have < p.want {
		p.newline()
	}
	p.begun, p.open, p.have, p.want = true, true, 0, 0
}

// newline ends the line.
func (p *page) newline() {
	if !p.wrote {
		p.writePrefix(p.blankPrefix())
	}
	p.w.WriteString("\r\n")
	p.have++
	p.begun, p.open, p.wrote = true, false, false
	p.gap, p.fold, p.tabs = 0, false, 0
}

// blankPrefix is the prefix of an empty line, without the spaces at its end. Between
// two blocks it is what they have in common.
func (p *page) blankPrefix() []byte {
	s := p.prefix
	if !p.open {
		n := 0
		for n < len(s) && n < len(p.last) && s[n] == p.last[n] {
			n++
		}
		s = s[:n]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func (p *page) writePrefix(s []byte) { p.w.Write(s) }

// lineBreak ends a line, also an empty one.
func (p *page) lineBreak() {
	if !p.open || p.want > 0 {
		p.begin()
		p.last = append(p.last[:0], p.prefix...)
	}
	p.newline()
}

// word writes bytes without white space.
func (p *page) word(s []byte) {
	p.begin()
	if !p.wrote {
		p.wrote = true
		p.lead()
		p.tabs = 0
	}
	for ; p.tabs > 0; p.tabs-- {
		p.w.WriteByte('\t')
		p.gap, p.fold = 0, false
	}
	if p.capture != nil && p.gap > 0 && len(*p.capture) > 0 {
		*p.capture = append(*p.capture, ' ')
	}
	for ; p.gap > 0; p.gap-- {
		p.w.WriteByte(' ')
	}
	p.fold = false
	p.w.Write(s)
	if p.capture != nil && len(*p.capture) < maxCapture {
		*p.capture = append(*p.capture, s[:min(len(s), maxCapture)]...)
	}
}

// lead writes the prefix of a line with words.
func (p *page) lead() {
	p.last = append(p.last[:0], p.prefix...)
	if p.marker == "" {
		p.writePrefix(p.prefix)
		return
	}
	at := min(p.markerAt, len(p.prefix))
	p.writePrefix(p.prefix[:at])
	p.w.WriteString(p.marker)
	if rest := at + len(p.marker); rest < len(p.prefix) {
		p.writePrefix(p.prefix[rest:])
	}
	p.marker = ""
}

// white takes white space that folds.
func (p *page) white() {
	if p.fold || p.gap == 0 && !p.wrote || p.want > 0 {
		return
	}
	p.gap++
	p.fold = true
}

// blank takes a space that does not fold. It is contents.
func (p *page) blank() {
	p.begin()
	p.gap++
	p.fold = false
}

// cell says that what follows is in another cell of the row.
func (p *page) cell() {
	if p.have == 0 {
		p.want = 0 // what was inside stays in its line
	}
	p.gap, p.fold = 0, false
	p.tabs++
}

// row begins or ends a row.
func (p *page) row() {
	p.tabs = 0
	p.block(1)
}

// text writes text with its white space folded.
func (p *page) text(s []byte) {
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c > ' ' && c != 0xC2 {
			continue
		}
		isBlank := c == 0xC2 && i+1 < len(s) && s[i+1] == 0xA0
		if c == 0xC2 && !isBlank {
			continue
		}
		if i > start {
			p.word(s[start:i])
		}
		start = i + 1
		switch c {
		case ' ', '\t', '\r', '\n', '\f':
			p.white()
		case 0xC2:
			p.blank()
			i++
			start++
		}
	}
	if start < len(s) {
		p.word(s[start:])
	}
}

// lines writes text with its white space as it is.
func (p *page) lines(s []byte) {
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] > ' ' {
			continue
		}
		if i > start {
			p.word(s[start:i])
		}
		start = i + 1
		if i == len(s) {
			break
		}
		switch s[i] {
		case ' ':
			p.blank()
		case '\t':
			p.word([]byte{'\t'})
		case '\r':
			if i+1 == len(s) || s[i+1] != '\n' {
				p.lineBreak()
			}
		case '\n':
			p.lineBreak()
		}
	}
}

// close ends the last line.
func (p *page) close() error {
	if p.open {
		p.newline()
	}
	return p.w.Flush()
}
