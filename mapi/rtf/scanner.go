package rtf

import (
	"io"
	"math"
)

const (
	maxWord  = 32  // letters of a control word
	maxNames = 512 // control words that a scanner remembers
)

// A Scanner splits RTF into tokens while it is read. It has a buffer of a few KiB,
// whatever the document holds, keeps no account of groups, and takes any bytes.
type Scanner struct {
	src    io.Reader
	buf    []byte
	unread []byte // part of buf
	srcErr error

	binary int // bytes of \bin that did not come yet
	word   [maxWord]byte
	names  map[string]string
}

// NewScanner returns a scanner of src, which it reads as far as tokens are asked
// for.
func NewScanner(src io.Reader) *Scanner {
	return &Scanner{src: src, buf: make([]byte, 8<<10), names: map[string]string{}}
}

// Next returns the next token. The error is that of reading, io.EOF at the end.
func (s *Scanner) Next() (Token, error) {
	for {
		if len(s.unread) == 0 && !s.fill() {
			return Token{}, s.srcErr
		}
		if s.binary > 0 {
			n := min(s.binary, len(s.unread))
			s.binary -= n
			return Token{Kind: Binary, Data: s.take(n)}, nil
		}
		switch s.unread[0] {
		case '{':
			s.take(1)
			return Token{Kind: Open}, nil
		case '}':
			s.take(1)
			return Token{Kind: Close}, nil
		case '\\':
			s.take(1)
			if t, ok := s.control(); ok {
				return t, nil
			}
		case '\r', '\n', 0:
			s.take(1)
		default:
			return Token{Kind: Text, Data: s.take(textRun(s.unread))}, nil
		}
	}
}

// textRun is how many bytes at the begin of b are text.
func textRun(b []byte) int {
	for i, c := range b {
		if special[c] {
			return i
		}
	}
	return len(b)
}

// special are the bytes that are no text.
var special = [256]bool{'{': true, '}': true, '\\': true, '\r': true, '\n': true, 0: true}

// fill gets more bytes and reports whether there are any.
func (s *Scanner) fill() bool {
	for empty := 0; len(s.unread) == 0 && s.srcErr == nil; empty++ {
		var n int
		n, s.srcErr = s.src.Read(s.buf)
		s.unread = s.buf[:n]
		if empty > 100 {
			s.srcErr = io.ErrNoProgress
		}
	}
	return len(s.unread) > 0
}

func (s *Scanner) take(n int) []byte {
	b := s.unread[:n]
	s.unread = s.unread[n:]
	return b
}

// peek returns the next byte without taking it; 0 at the end.
func (s *Scanner) peek() byte {
	if len(s.unread) == 0 && !s.fill() {
		return 0
	}
	return s.unread[0]
}

// control reads what follows a backslash. It is not ok at the end of the document.
func (s *Scanner) control() (Token, bool) {
	if len(s.unread) == 0 && !s.fill() {
		return Token{}, false
	}
	c := s.unread[0]
	if isLetter(c) {
		return s.controlWord(), true
	}
	b := s.take(1)
	switch c {
	case '\\', '{', '}':
		return Token{Kind: Text, Data: b}, true
	case '\'':
		return s.hex()
	case '\r':
		if s.peek() == '\n' {
			s.take(1)
		}
		return Token{Kind: Word, Name: "par"}, true
	case '\n':
		return Token{Kind: Word, Name: "par"}, true
	case '\t':
		return Token{Kind: Word, Name: "tab"}, true
	}
	return Token{Kind: Word, Name: s.intern(b)}, true
}

// hex reads the digits of \'hh. QUIRK: what is cut short is taken for the digits it
// has; without any nothing was said.
func (s *Scanner) hex() (Token, bool) {
	v, digits := 0, 0
	for digits < 2 {
		d := unhex(s.peek())
		if d < 0 {
			break
		}
		s.take(1)
		v = v<<4 | d
		digits++
	}
	s.word[0] = byte(v)
	return Token{Kind: Hex, Data: s.word[:1]}, digits > 0
}

func (s *Scanner) controlWord() Token {
	n := 0
	for c := s.peek(); isLetter(c); c = s.peek() {
		if n < maxWord {
			s.word[n] = c
			n++
		}
		s.take(1)
	}
	t := Token{Kind: Word, Name: s.intern(s.word[:n])}
	t.Param, t.HasParam = s.number()
	if s.peek() == ' ' && len(s.unread) > 0 {
		s.take(1)
	}
	if t.Name == "bin" && t.Param > 0 {
		s.binary = t.Param
	}
	return t
}

// second returns the byte after the next one without taking either; 0 at the end.
func (s *Scanner) second() byte {
	if len(s.unread) == 1 {
		s.buf[0] = s.unread[0]
		n := 0
		for tries := 0; n == 0 && s.srcErr == nil && tries < 100; tries++ {
			n, s.srcErr = s.src.Read(s.buf[1:])
		}
		s.unread = s.buf[:1+n]
	}
	if len(s.unread) < 2 {
		return 0
	}
	return s.unread[1]
}

// number reads the parameter of a control word. A minus sign without a digit is
// text.
func (s *Scanner) number() (n int, ok bool) {
	minus := s.peek() == '-'
	if minus {
		if !isDigit(s.second()) {
			return 0, false
		}
		s.take(1)
	}
	value := int64(0)
	for c := s.peek(); isDigit(c); c = s.peek() {
		ok = true
		value = min(value*10+int64(c-'0'), math.MaxInt32)
		s.take(1)
	}
	if minus {
		value = -value
	}
	return int(value), ok
}

// intern returns b as a string, the same one for the same bytes.
func (s *Scanner) intern(b []byte) string {
	if name, ok := s.names[string(b)]; ok {
		return name
	}
	name := string(b)
	if len(s.names) < maxNames {
		s.names[name] = name
	}
	return name
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

func unhex(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
