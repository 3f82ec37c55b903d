package body

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
)

// TextFromFlowed writes format=flowed text (RFC 3676) with each paragraph in one
// line. Marks of quotes are "> " for each level. Options.DelSp says that the spaces
// by which lines flow together are no part of the text.
func TextFromFlowed(dst io.Writer, src io.Reader, opts *Options) error {
	o := opts.withDefaults()
	o.Flowed = true
	w := bufio.NewWriter(dst)
	marked := false // a blank is to stand between the marks and a text
	err := eachLine(unicode.UTF8.NewDecoder().Reader(src), &o, func(l textLine) {
		if l.begin {
			for range l.quote {
				w.WriteByte('>')
			}
			marked = l.quote > 0
		}
		if marked && len(l.text) > 0 {
			w.WriteByte(' ')
			marked = false
		}
		w.Write(l.text)
		if l.end {
			w.WriteString("\r\n")
		}
	})
	if e := w.Flush(); err == nil {
		err = e
	}
	return err
}

// flow takes the marks of quotes from lines, and puts flowed lines together.
type flow struct {
	on, delSp bool

	quote   int  // of the line
	joined  bool // the line before flows into this one
	started bool // a line was begun that did not end yet
}

// piece takes a line or a part of one.
func (f *flow) piece(b []byte, begin, end bool, take func(textLine)) {
	if begin {
		var quote int
		quote, b = f.marks(b)
		if f.started && (quote != f.quote || f.on && isSignature(b) && end) {
			take(textLine{quote: f.quote, end: true}) // what flowed into nothing
			f.started = false
		}
		f.quote = quote
		f.joined = f.started
	}
	l := textLine{quote: f.quote, text: b, begin: begin && !f.joined, end: end}
	f.started = false
	if f.on && end && bytes.HasSuffix(b, []byte(" ")) && !(begin && isSignature(b)) {
		l.end = false
		f.started = true
		if f.delSp {
			l.text = b[:len(b)-1]
		}
	}
	take(l)
	if !end {
		f.started = true
	}
}

// isSignature reports whether a line begins a signature, which nothing flows into.
func isSignature(b []byte) bool { return string(b) == "-- " }

// marks takes ">" signs from the begin of a line.
func (f *flow) marks(b []byte) (depth int, rest []byte) {
	for len(b) > 0 && b[0] == '>' {
		depth++
		b = b[1:]
		if !f.on && len(b) > 1 && b[0] == ' ' && b[1] == '>' {
			b = b[1:]
		}
	}
	if (f.on || depth > 0) && len(b) > 0 && b[0] == ' ' { // stuffed
		b = b[1:]
	}
	return depth, b
}

// finish ends a line that the text left open.
func (f *flow) finish(take func(textLine)) {
	if f.started {
		take(textLine{quote: f.quote, end: true})
	}
}
