package recur

import "math"

// A source gives instants in order, each one once.
type source interface {
	next() (unix int64, ok bool)
}

// ruleSource are the instances of a rule.
type ruleSource struct {
	w     *walker
	begin int64
}

func (s *ruleSource) next() (int64, bool) {
	for {
		unix, _, ok := s.w.next()
		if !ok || unix >= s.begin {
			return unix, ok
		}
	}
}

// fixed is a list.
type fixed struct {
	list []int64
}

func (s *fixed) next() (int64, bool) {
	if len(s.list) == 0 {
		return 0, false
	}
	v := s.list[0]
	s.list = s.list[1:]
	return v, true
}

// A merge gives what several sources have, in order, each instant once. Series have few
// sources: it looks at all of them.
type merge struct {
	sources []source
	heads   []int64
}

const none = math.MaxInt64

func (m *merge) add(s source) {
	m.sources = append(m.sources, s)
	m.heads = append(m.heads, none)
	m.advance(len(m.sources) - 1)
}

func (m *merge) advance(i int) {
	v, ok := m.sources[i].next()
	if !ok {
		v = none
	}
	m.heads[i] = v
}

func (m *merge) peek() (int64, bool) {
	least := int64(none)
	for _, h := range m.heads {
		least = min(least, h)
	}
	return least, least != none
}

func (m *merge) pop() (int64, bool) {
	v, ok := m.peek()
	if ok {
		for i, h := range m.heads {
			if h == v {
				m.advance(i)
			}
		}
	}
	return v, ok
}
