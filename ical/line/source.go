package line

import (
	"bytes"
	"io"

	"golang.org/x/text/transform"
)

// A source cuts its bytes into physical lines.
type source struct {
	r       io.Reader
	charset string
	limit   int // of a line

	buf     []byte
	pos     int   // where the rest of buf begins
	offset  int64 // of buf[0] in the text
	begun   bool
	chunk   int
	eof     error // io.EOF, or what the reader said
	lineLen int   // of the line that was returned last
	tooLong bool  // that line was, and is returned empty
}

const chunk = 64 << 10 // how much is read at once

// line returns the next line without its end. It is valid until the next call, or
// until folded looks beyond the buffer.
func (s *source) line() ([]byte, int64, error) {
	s.tooLong = false
	for from := s.pos; ; {
		i := lineEnd(s.buf[from:])
		if i >= 0 && (s.buf[from+i] == '\n' || from+i+1 < len(s.buf) || s.eof != nil) {
			return s.cut(from + i)
		}
		if i < 0 {
			from = len(s.buf)
		} else {
			from += i
		}
		if s.eof != nil {
			if s.pos == len(s.buf) {
				return nil, s.offset + int64(s.pos), s.eof
			}
			return s.cut(len(s.buf))
		}
		if len(s.buf)-s.pos > s.limit {
			s.pos, s.tooLong = from, true // what came so far is not looked at again
		}
		moved := s.pos
		s.fill()
		from -= moved
	}
}

// lineEnd is where the first line break of b is, or -1. It looks at pieces, so that
// a text of many bare CRs is not searched for an LF again and again.
func lineEnd(b []byte) int {
	const piece = 512
	for at := 0; at < len(b); at += piece {
		part := b[at:min(at+piece, len(b))]
		i := bytes.IndexByte(part, '\n')
		if i >= 0 {
			part = part[:i]
		}
		if j := bytes.IndexByte(part, '\r'); j >= 0 {
			i = j
		}
		if i >= 0 {
			return at + i
		}
	}
	return -1
}

// cut ends the line at end.
func (s *source) cut(end int) ([]byte, int64, error) {
	at, b := s.offset+int64(s.pos), s.buf[s.pos:end]
	s.pos = end
	if end < len(s.buf) {
		s.pos++
		if s.buf[end] == '\r' && end+1 < len(s.buf) && s.buf[end+1] == '\n' {
			s.pos++
		}
	}
	s.lineLen = len(b)
	if s.tooLong || len(b) > s.limit {
		s.tooLong = true
		return nil, at, nil
	}
	return b, at, nil
}

// folded reports whether the next line goes on with the one before.
func (s *source) folded() bool {
	for s.pos == len(s.buf) && s.eof == nil {
		s.fill()
	}
	return s.peek()
}

// buffered reports whether the next line's beginning is in the buffer.
func (s *source) buffered() bool { return s.pos < len(s.buf) }

// peek reports whether the rest of the buffer begins with a fold.
func (s *source) peek() bool {
	return s.pos < len(s.buf) && (s.buf[s.pos] == ' ' || s.buf[s.pos] == '\t')
}

// skip passes over the space of a fold.
func (s *source) skip() { s.pos++ }

// begin reads the first bytes, which tell whether the text must be decoded.
func (s *source) begin() {
	s.begun, s.chunk = true, chunk
	if l, ok := s.r.(interface{ Len() int }); ok { // a short text in memory
		s.chunk = min(chunk, 2*l.Len()+16)
	}
	for len(s.buf) < 4 && s.eof == nil {
		s.fill()
	}
	mark, e := detect(s.buf, s.charset)
	if e != nil {
		text := io.MultiReader(bytes.NewReader(bytes.Clone(s.buf)), failing{s.r, s.eof})
		s.r, s.buf, s.eof = transform.NewReader(text, e.NewDecoder()), s.buf[:0], nil
		return
	}
	s.pos, s.offset = mark, -int64(mark)
}

// fill reads more, after it made room by dropping what was passed.
func (s *source) fill() {
	if !s.begun {
		s.begin()
		return
	}
	n := copy(s.buf, s.buf[s.pos:])
	s.offset += int64(s.pos)
	s.buf, s.pos = s.buf[:n], 0
	if cap(s.buf)-n < s.chunk/2 {
		grown := make([]byte, n, max(s.chunk, 2*cap(s.buf)))
		copy(grown, s.buf)
		s.buf = grown
	}
	for tries := 0; ; tries++ {
		m, err := s.r.Read(s.buf[n:cap(s.buf)])
		s.buf = s.buf[:n+max(m, 0)]
		switch {
		case err != nil:
			s.eof = err
		case m <= 0 && tries > 100:
			s.eof = io.ErrNoProgress
		case m <= 0:
			continue
		}
		return
	}
}
