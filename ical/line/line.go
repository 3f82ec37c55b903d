package line

import (
	"slices"
	"strings"
)

// A Line is one content line: a property, or the BEGIN or END of a component.
type Line struct {
	Group  string  // "item1" of "item1.TEL:…", as written; vCard only
	Name   string  // in capitals
	Params []Param // in the order of the line
	Value  string  // UTF-8 on one line; backslashes as written

	Offset int64 // where the line begins in the source, in bytes of UTF-8
}

// A Param is a parameter of a line.
type Param struct {
	Name   string   // in capitals; "" for a value without a name, as in "TEL;HOME:…"
	Values []string // without quotes, RFC 6868 resolved; not empty
}

// Param is the value of the first parameter of a name in capitals, and "" without
// one. Commas that split it into several values are put back: most programs that
// write them forgot the quotes.
func (l *Line) Param(name string) string {
	for i := range l.Params {
		if l.Params[i].Name == name {
			return l.Params[i].Value()
		}
	}
	return ""
}

// Value is the parameter as one text.
func (p *Param) Value() string {
	if len(p.Values) == 1 {
		return p.Values[0]
	}
	return strings.Join(p.Values, ",")
}

// Has reports whether the line has a parameter of a name in capitals with a value,
// in whatever case; values without a name count for every parameter, as those of
// vCard 2.1 and vCalendar 1.0 do.
func (l *Line) Has(name, value string) bool {
	for _, p := range l.Params {
		if p.Name == name || p.Name == "" {
			for _, v := range p.Values {
				if strings.EqualFold(v, value) {
					return true
				}
			}
		}
	}
	return false
}

// With is l with a parameter more, or with another value for one that it has.
func (l Line) With(name string, values ...string) Line {
	l.Params = slices.Clone(l.Params)
	for i := range l.Params {
		if l.Params[i].Name == name {
			l.Params[i].Values = values
			return l
		}
	}
	l.Params = append(l.Params, Param{name, values})
	return l
}

// Without is l without the parameters of some names.
func (l Line) Without(names ...string) Line {
	l.Params = slices.DeleteFunc(slices.Clone(l.Params), func(p Param) bool {
		return slices.Contains(names, p.Name)
	})
	return l
}

// Text is the value as text: see [Unescape].
func (l *Line) Text() string { return Unescape(l.Value) }
