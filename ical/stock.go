package ical

import (
	"time"

	"github.com/okapi-mail/okapi/ical/internal/blocks"
	"github.com/okapi-mail/okapi/ical/line"
)

// A stock has the memory of the components that an encoder makes. Most of these are
// written, or compared with others, and then nobody looks at them again: lend says so,
// and that the stock may take them back.
type stock struct {
	lend bool

	components []*Component
	lent       int // how many of these
	params     []line.Param
	values     []string
	strings    blocks.Strings
	text       []byte       // that becomes a string next
	parsed     []*Component // lent by kept
	kept       *Reader      // of kept lines
}

// component is an empty component with room for some properties.
func (s *stock) component(name string, room int) *Component {
	if s.lent == len(s.components) {
		c := &Component{Name: name, Props: make([]Prop, 0, room)}
		if s.lend {
			s.components = append(s.components, c)
			s.lent++
		}
		return c
	}
	c := s.components[s.lent]
	s.lent++
	c.Name, c.Props, c.Children = name, c.Props[:0], c.Children[:0]
	return c
}

// paramRoom is an empty list with room for n parameters. Many stand together.
func (s *stock) paramRoom(n int) []line.Param {
	if cap(s.params)-len(s.params) < n {
		s.params = make([]line.Param, 0, 64)
	}
	first := len(s.params)
	s.params = s.params[:first+n]
	return s.params[first : first : first+n]
}

// param is a parameter with one value. The values of many stand together.
func (s *stock) param(name, value string) line.Param {
	if len(s.values) == cap(s.values) {
		s.values = make([]string, 0, 64)
	}
	n := len(s.values)
	s.values = append(s.values, value)
	return line.Param{Name: name, Values: s.values[n : n+1 : n+1]}
}

// oneParam is a list of one parameter with one value.
func (s *stock) oneParam(name, value string) []line.Param {
	return append(s.paramRoom(1), s.param(name, value))
}

// utc, local and uri are what [formatUTC], [formatLocal] and person.uri return.
func (s *stock) utc(t time.Time) string {
	s.text = append(appendLocal(s.text[:0], writable(t.UTC())), 'Z')
	return s.strings.Of(s.text)
}

func (s *stock) local(t time.Time) string {
	s.text = appendLocal(s.text[:0], writable(t))
	return s.strings.Of(s.text)
}

func (s *stock) uri(who person) string {
	if who.kind != "SMTP" || who.address == "" {
		return who.uri()
	}
	s.text = append(append(s.text[:0], "mailto:"...), who.address...)
	return s.strings.Of(s.text)
}

// escape is what [line.Escape] returns.
func (s *stock) escape(text string) string {
	s.text = line.AppendEscaped(s.text[:0], text)
	if string(s.text) == text {
		return text
	}
	return s.strings.Of(s.text)
}

// takeBack ends the life of all that was lent.
func (s *stock) takeBack() {
	if !s.lend {
		return
	}
	s.lent, s.params, s.values = 0, s.params[:0], s.values[:0]
	for _, c := range s.parsed {
		s.kept.recycle(c)
	}
	s.parsed = s.parsed[:0]
}
