package entity

import (
	"bytes"
	"io"
	"strings"
)

// A Range is a piece of the source: bytes from Start up to, not including, End.
type Range struct{ Start, End int64 }

// Len is the number of bytes in r.
func (r Range) Len() int64 { return r.End - r.Start }

// A Part is a header and a body: the whole mail, or a part of a multipart, or
// the message in a message/rfc822 part.
type Part struct {
	Header Header
	Head   Range // the header fields, without the blank line after them
	Body   Range // without the line end that belongs to the boundary after it
	Type   Media // Content-Type; what holds in its absence when there is none

	// Parts are the parts of a multipart, or the one message in a
	// message/rfc822 part that is not encoded.
	Parts []*Part

	// Truncated says that a limit stopped the parser: part of Body, or all of
	// it, was not looked at.
	Truncated bool
}

// Options bound what [Parse] takes. The zero value and nil mean the defaults.
type Options struct {
	// MaxHeaderBytes is the longest header that is read into fields. What goes
	// beyond belongs to the header, but gives no fields. 0 means 1 MiB.
	MaxHeaderBytes int

	// MaxParts is the number of parts in all. What goes beyond stays in the
	// body of its parent. 0 means 10,000.
	MaxParts int

	// MaxDepth is how deep multiparts and messages are nested in each other.
	// What is deeper stays opaque. 0 means 50.
	MaxDepth int

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxHeaderBytes <= 0 {
		d.MaxHeaderBytes = 1 << 20
	}
	if d.MaxParts <= 0 {
		d.MaxParts = 10_000
	}
	if d.MaxDepth <= 0 {
		d.MaxDepth = 50
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

// Parse reads the structure of the size bytes of src. It reads src once and in
// order, and keeps in memory no more than the headers and a window of 128 KiB;
// a src of type [Bytes] is not copied at all, and the headers point into it.
// Only a failure to read src is an error; the part is then what was read of it.
func Parse(src io.ReaderAt, size int64, opts *Options) (*Part, error) {
	p := &Part{}
	return p, p.Parse(src, size, opts)
}

// Parse is [Parse] into p, whose former contents go and whose memory is used
// again.
func (p *Part) Parse(src io.ReaderAt, size int64, opts *Options) error {
	p.Reset()
	r := parser{w: newWindow(src, size), opts: opts.withDefaults()}
	d := r.entity(p, 0, true, plainText)
	p.Body.End = d.start
	return r.w.err
}

// Reset empties p, and keeps none of the bytes it was parsed from.
func (p *Part) Reset() {
	const most = 64 // fields to keep room for
	fields := p.Header.fields[:cap(p.Header.fields)]
	clear(fields)
	if cap(fields) > most {
		fields = nil
	}
	*p = Part{Header: Header{fields: fields[:0]}}
}

var (
	plainText = Media{Type: "text/plain"}
	message   = Media{Type: "message/rfc822"}
)

type parser struct {
	w      window
	opts   Options
	pos    int64
	bounds [][]byte // of the multiparts that are open, outermost first
	parts  int
}

// A delimiter is a boundary line, or the end of the source (level -1).
type delimiter struct {
	start, end int64 // of the line
	level      int   // which of parser.bounds
	last       bool  // it closes the multipart
}

// entity reads a part that begins at p.pos, and returns what ended it.
func (p *parser) entity(part *Part, depth int, first bool, otherwise Media) delimiter {
	p.parts++
	p.readHeader(part, first)
	part.Type = otherwise
	if f := part.Header.Find("Content-Type"); f != nil {
		if m := ParseMedia(f.Value()); strings.IndexByte(m.Type, '/') > 0 {
			part.Type = m
		}
	}
	part.Body.Start = p.pos
	switch {
	case part.Type.IsMultipart():
		return p.multipart(part, depth)
	case part.Type.IsMessage() && identity(&part.Header):
		return p.message(part, depth)
	}
	return p.next()
}

func (p *parser) message(part *Part, depth int) delimiter {
	if depth >= p.opts.MaxDepth || p.parts >= p.opts.MaxParts {
		p.limit(part, depth)
		return p.next()
	}
	inner := &Part{}
	part.Parts = []*Part{inner}
	d := p.entity(inner, depth+1, true, plainText)
	// The line end before a boundary may be the one that ends inner's header.
	end := p.bodyEnd(part.Body.Start, d)
	inner.Body = Range{min(inner.Body.Start, end), end}
	inner.Head.End = min(inner.Head.End, end)
	return d
}

func (p *parser) multipart(part *Part, depth int) delimiter {
	boundary := part.Type.Param("boundary")
	if boundary == "" || len(boundary) > maxBoundary {
		p.report(RuleNoBoundary, part.Head.Start, boundary)
		return p.next()
	}
	if depth >= p.opts.MaxDepth {
		p.limit(part, depth)
		return p.next()
	}
	level := len(p.bounds)
	p.bounds = append(p.bounds, []byte(boundary))
	otherwise := plainText
	if part.Type.Type == "multipart/digest" {
		otherwise = message
	}
	d := p.next()
	for d.level == level && !d.last {
		if p.parts >= p.opts.MaxParts {
			p.limit(part, depth)
			p.bounds = p.bounds[:level]
			return p.next()
		}
		child := &Part{}
		part.Parts = append(part.Parts, child)
		p.pos = d.end
		d = p.entity(child, depth+1, false, otherwise)
		child.Body.End = p.bodyEnd(child.Body.Start, d)
	}
	p.bounds = p.bounds[:level]
	if d.level == level {
		p.pos = d.end
		return p.next()
	}
	if len(part.Parts) == 0 {
		p.report(RuleNoBoundary, part.Head.Start, boundary)
	} else {
		p.report(RuleFinalBoundary, part.Head.Start, boundary)
	}
	return d
}

func (p *parser) limit(part *Part, depth int) {
	part.Truncated = true
	rule := RuleParts
	if depth >= p.opts.MaxDepth {
		rule = RuleDepth
	}
	p.report(rule, part.Head.Start, part.Type.Type)
}

func (p *parser) report(r Rule, at int64, detail string) {
	p.opts.Report(Issue{Rule: r, Offset: at, Detail: Excerpt([]byte(detail))})
}

// readHeader reads the header at p.pos and goes on to the body. It looks at a
// growing piece of the source until it sees the end.
func (p *parser) readHeader(part *Part, first bool) {
	start := p.pos
	for n := 8 << 10; ; n *= 4 {
		n = min(n, p.opts.MaxHeaderBytes)
		v := p.w.view(start, n)
		all := start+int64(len(v)) >= p.w.size
		if len(v) > n && p.w.mem == nil || len(v) > p.opts.MaxHeaderBytes {
			v, all = v[:n], false
		}
		if p.w.mem == nil {
			// The window moves on; the fields need bytes of their own.
			v = append([]byte(nil), v...)
		}
		end := part.Header.readHeader(v, all, first, p.isBoundary)
		if !end.more {
			part.Head = Range{start, start + int64(end.fields)}
			p.pos = start + int64(end.total)
			break
		}
		if n >= p.opts.MaxHeaderBytes {
			p.skipHeader(part, start, v)
			break
		}
	}
	for f := range part.Header.All() {
		if f.Malformed() {
			p.report(RuleHeaderLine, start, string(f.Raw[:min(len(f.Raw), 80)]))
			break
		}
	}
}

// skipHeader looks for the end of a header that is longer than the limit.
func (p *parser) skipHeader(part *Part, start int64, v []byte) {
	p.report(RuleHeaderSize, start, "")
	part.Truncated = true
	cut := bytes.LastIndexByte(v, '\n') + 1
	pos := start + int64(cut)
	if cut == 0 { // one line that goes on and on
		pos = p.lineEnd(start)
	}
	for pos < p.w.size {
		line := p.w.view(pos, maxLine)
		line = line[:min(len(line), maxLine)]
		l, n := nextLine(line)
		if isBlank(l) {
			part.Head = Range{start, pos}
			p.pos = pos + int64(len(l))
			return
		}
		if len(l) > 1 && l[0] == '-' && l[1] == '-' && p.isBoundary(l) {
			break
		}
		if n == 0 {
			pos = p.lineEnd(pos)
			continue
		}
		pos += int64(n)
	}
	part.Head = Range{start, pos}
	p.pos = pos
}

// lineEnd is where the line after the one at pos begins.
func (p *parser) lineEnd(pos int64) int64 {
	for pos < p.w.size {
		v := p.w.view(pos, 1)
		if i := bytes.IndexByte(v, '\n'); i >= 0 {
			return pos + int64(i) + 1
		}
		pos += int64(len(v))
	}
	return p.w.size
}

const (
	maxBoundary = 8 << 10 // RFC 2046 allows 70
	maxLine     = maxBoundary + 64
)

func (p *parser) isBoundary(line []byte) bool {
	_, _, ok := p.match(line)
	return ok
}

// match tells which open boundary a line that begins with "--" is, the innermost
// first. Blanks at its end are transport padding (RFC 2046 5.1.1). By the same
// section a line need only begin with the boundary; of those that go on, a line
// with a blank behind the boundary is taken when no other boundary fits. Without
// the blank it may be the longer boundary of another multipart.
func (p *parser) match(line []byte) (level int, last, ok bool) {
	rest := line[2:]
	loose, looseLast := -1, false
	for i := len(p.bounds) - 1; i >= 0; i-- {
		b := p.bounds[i]
		if len(rest) < len(b) || !bytes.Equal(rest[:len(b)], b) {
			continue
		}
		tail := rest[len(b):]
		if isBlank(tail) {
			return i, false, true
		}
		if bytes.HasPrefix(tail, []byte("--")) && isBlank(tail[2:]) {
			return i, true, true
		}
		if loose < 0 && len(line) < maxLine && !onlyDashes(b) {
			end := bytes.HasPrefix(tail, []byte("--"))
			if end {
				tail = tail[2:]
			}
			if tail[0] == ' ' || tail[0] == '\t' {
				loose, looseLast = i, end
			}
		}
	}
	return max(loose, 0), looseLast, loose >= 0
}

// onlyDashes: with text behind it, such a boundary looks like a line that people
// draw around quoted mail.
func onlyDashes(b []byte) bool { return len(bytes.Trim(b, "-")) == 0 }

// next finds the boundary line at or after p.pos, which is the begin of a line.
func (p *parser) next() delimiter {
	if len(p.bounds) == 0 {
		p.pos = p.w.size
		return delimiter{start: p.w.size, end: p.w.size, level: -1}
	}
	pos := p.pos
	atLine := true
	for pos < p.w.size {
		v := p.w.view(pos, windowSize/2)
		if atLine && len(v) >= 2 && v[0] == '-' && v[1] == '-' {
			line, n := nextLine(p.w.view(pos, maxLine))
			line = line[:min(len(line), maxLine)]
			if n == 0 || n > maxLine {
				n = len(line)
			}
			if level, last, ok := p.match(line); ok {
				return delimiter{start: pos, end: pos + int64(n), level: level, last: last}
			}
			pos, atLine = pos+2, false
			continue
		}
		atLine = false
		if i := indexDashLine(v); i >= 0 {
			pos, atLine = pos+int64(i), true
			continue
		}
		if pos+int64(len(v)) >= p.w.size {
			break
		}
		pos += int64(len(v) - len("\n--") + 1)
	}
	p.pos = p.w.size
	return delimiter{start: p.w.size, end: p.w.size, level: -1}
}

// indexDashLine is where in v a line begins with "--", unless it is at the very begin,
// or -1. It looks for dashes, of which base64 has none, rather than for lines.
func indexDashLine(v []byte) int {
	for i := 1; i < len(v); {
		j := bytes.IndexByte(v[i:], '-')
		if j < 0 {
			return -1
		}
		i += j
		if v[i-1] == '\n' && i+1 < len(v) && v[i+1] == '-' {
			return i
		}
		for i < len(v) && v[i] == '-' {
			i++
		}
	}
	return -1
}

// bodyEnd is where a body ends that the delimiter d closes: the line end before
// a boundary belongs to the boundary (RFC 2046 5.1.1).
func (p *parser) bodyEnd(start int64, d delimiter) int64 {
	if d.level < 0 || d.start <= start {
		return max(start, d.start)
	}
	n := min(2, d.start-start)
	tail := p.w.view(d.start-n, int(n))[:n]
	switch {
	case tail[n-1] != '\n':
		return d.start
	case n == 2 && tail[0] == '\r':
		return d.start - 2
	}
	return d.start - 1
}

// identity reports whether the body stands as it is: message parts that are
// encoded all the same (RFC 2046 5.2.1 forbids it) are no structure here.
func identity(h *Header) bool {
	switch EncodingOf(h) {
	case Base64, QuotedPrintable, UUEncode:
		return false
	}
	return true
}
