// Package blocks makes many short strings of few allocations.
package blocks

import "strings"

// Strings cuts short strings from blocks, since a calendar has hundreds of thousands
// of them. Whoever keeps one keeps its block. The zero value is ready to use.
type Strings struct{ b strings.Builder }

const size = 2 << 10

// Of is b as a string.
func (s *Strings) Of(b []byte) string {
	if len(b) > size/8 {
		return string(b)
	}
	if s.b.Cap()-s.b.Len() < len(b) {
		s.b.Reset()
		s.b.Grow(size)
	}
	n := s.b.Len()
	s.b.Write(b)
	return s.b.String()[n:]
}
