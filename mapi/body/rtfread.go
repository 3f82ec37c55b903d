package body

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// rtfHead is how much of RTF is looked at to see where it comes from.
const rtfHead = 4 << 10

// openRTF looks what RTF was made from.
func openRTF(src io.Reader) (*bufio.Reader, rtf.Origin, error) {
	b := bufio.NewReaderSize(src, rtfHead)
	head, err := b.Peek(rtfHead)
	if err != nil && err != io.EOF {
		return nil, 0, err
	}
	if !rtf.IsRTF(head) {
		return nil, 0, fmt.Errorf("%w: no RTF", mapi.ErrCorruptData)
	}
	return b, rtf.OriginOf(head), nil
}

// A sink takes what RTF says, in order.
type sink interface {
	text(s []byte, f *format) // without ends of lines and tabs
	tab(f *format)
	line(f *format)      // a line ends inside of a paragraph
	paragraph(f *format) // a paragraph ends
	cell(f *format)      // a cell of a table ends
	row()                // a row ends
	picture(p Picture, f *format)
	attachment(n int, f *format)
}

// A format is what applies to text and its paragraph.
type format struct {
	charFormat
	parFormat
	link string
	dest destination
}

type charFormat struct {
	bold, italic, underline, strike, hidden bool

	script      int // above the line 1, below it -1
	color, back int // places in the colour table, 0 for none
	font        int // number, -1 for the default
	size        int // in half points, 0 for the default
}

type parFormat struct {
	align       string // "", "right", "center", "justify"
	left, first int    // indentation in 1/1440 inch, that of the first line besides
	table, rtl  bool
}

// A destination is what a group is for.
type destination uint8

const (
	toText destination = iota
	toNothing
	toColors
	toPicture
	toInstruction // of a field
)

// rtfReader reads RTF for a sink.
type rtfReader struct {
	p      *rtf.Parser
	o      *Options
	sink   sink
	groups rtf.Stack[format]

	colors      []string // "#rrggbb", or "" for none
	color       [3]int
	colored     bool
	picture     *picture
	pictureAt   int // depth of its group
	instruction []byte
	instructAt  int
	link        string // for the result of the field
	attachments int
	shown       []byte
	told        bool
}

func newRTFReader(src io.Reader, o *Options) *rtfReader {
	r := &rtfReader{p: rtf.NewParser(src, o.rtf()), o: o}
	r.groups.Limit = o.MaxDepth
	r.groups.Top.charFormat.font = -1
	return r
}

// read reads all of the document.
func (r *rtfReader) read() error {
	for {
		t, err := r.p.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t.Kind {
		case rtf.Open:
			r.groups.Push()
		case rtf.Close:
			r.close()
		case rtf.Text:
			r.text(t.Data)
		case rtf.Binary:
			if r.groups.Top.dest == toPicture && r.picture != nil {
				r.picture.bytes(t.Data, r.o.MaxPicture)
			}
		case rtf.Word:
			r.word(&t)
		}
	}
}

func (r *rtfReader) text(s []byte) {
	f := &r.groups.Top
	switch f.dest {
	case toText:
		if f.hidden {
			return
		}
		if font := r.p.Font(); font.Symbols() {
			r.shown = symbols(r.shown[:0], s, font.Name)
			s = r.shown
		}
		r.plain(s, f)
	case toColors:
		for _, c := range s {
			if c == ';' {
				r.endColor()
			}
		}
	case toPicture:
		if r.picture != nil { // in groups that are too deep it may be gone
			r.picture.digits(s, r.o.MaxPicture)
		}
	case toInstruction:
		if len(r.instruction) < 2*maxCapture {
			r.instruction = append(r.instruction, s...)
		}
	}
}

// plain gives text to the sink. Control characters mean nothing, but for tabs.
func (r *rtfReader) plain(s []byte, f *format) {
	start := 0
	for i, c := range s {
		if c >= ' ' {
			continue
		}
		if i > start {
			r.sink.text(s[start:i], f)
		}
		if c == '\t' {
			r.sink.tab(f)
		}
		start = i + 1
	}
	if start < len(s) {
		r.sink.text(s[start:], f)
	}
}

func (r *rtfReader) endColor() {
	const most = 4096
	if len(r.colors) < most {
		c := ""
		if r.colored {
			c = fmt.Sprintf("#%02x%02x%02x", r.color[0]&255, r.color[1]&255, r.color[2]&255)
		}
		r.colors = append(r.colors, c)
	}
	r.color, r.colored = [3]int{}, false
}

// colorAt is the HTML for a colour of the table, or "".
func (r *rtfReader) colorAt(n int) string {
	if n < 0 || n >= len(r.colors) {
		return ""
	}
	return r.colors[n]
}

// close ends a group and what was in it.
func (r *rtfReader) close() {
	depth := r.groups.Depth()
	r.groups.Pop()
	switch {
	case r.picture != nil && depth == r.pictureAt:
		p := r.picture
		r.picture = nil
		switch {
		case p.finish():
			r.sink.picture(p.Picture, &r.groups.Top)
		case p.tooBig && !r.told:
			r.told = true
			r.o.Report(Issue{Rule: RulePicture})
		}
	case r.instructAt > 0 && depth == r.instructAt:
		r.instructAt = 0
		r.link = hyperlink(string(r.instruction))
	}
}

// hyperlink is where the instruction of a field leads to, or "".
func hyperlink(s string) string {
	s = strings.TrimSpace(s)
	const name = "HYPERLINK"
	if len(s) < len(name) || !strings.EqualFold(s[:len(name)], name) {
		return ""
	}
	s = s[len(name):]
	for s != "" {
		s = strings.TrimLeft(s, " \t")
		switch {
		case strings.HasPrefix(s, `\`): // a switch, some with a value
			isValue := len(s) > 1 && strings.IndexByte("lot", s[1]|0x20) >= 0
			s = strings.TrimLeft(s[min(2, len(s)):], " \t")
			if isValue {
				_, s = argument(s)
			}
		default:
			var url string
			if url, s = argument(s); url != "" {
				return cleanURL([]byte(url))
			}
		}
	}
	return ""
}

// argument takes a word or what is in quotes.
func argument(s string) (arg, rest string) {
	if strings.HasPrefix(s, `"`) {
		arg, rest, _ = strings.Cut(s[1:], `"`)
		return arg, rest
	}
	arg, rest, _ = strings.Cut(s, " ")
	return arg, rest
}
