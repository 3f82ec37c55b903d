package rtf

// A Stack holds what applies in each open group. It is bounded: groups deeper than
// that share the state of the last that counts, and changes there stay in force
// until that one ends. The zero Stack has room for one group, the document.
type Stack[T any] struct {
	Top   T // of the innermost group
	Limit int

	outer []T
	deep  int // open groups beyond the limit
}

// Push begins a group with the state of the one around it. It reports whether the
// group has a state of its own.
func (s *Stack[T]) Push() bool {
	if len(s.outer) >= s.Limit {
		s.deep++
		return false
	}
	s.outer = append(s.outer, s.Top)
	return true
}

// Pop ends a group. It reports false when none was open.
func (s *Stack[T]) Pop() bool {
	if s.deep > 0 {
		s.deep--
		return true
	}
	if len(s.outer) == 0 {
		return false
	}
	s.Top = s.outer[len(s.outer)-1]
	s.outer = s.outer[:len(s.outer)-1]
	return true
}

// Depth is how many groups are open.
func (s *Stack[T]) Depth() int { return len(s.outer) + s.deep }
