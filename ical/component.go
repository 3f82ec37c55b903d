package ical

import (
	"slices"
	"strings"

	goical "github.com/emersion/go-ical"

	"github.com/okapi-mail/okapi/ical/line"
)

// A Prop is a property of a component: a content line, with its parameters in the
// order in which they were written.
type Prop = line.Line

// A Component is a calendar or something in it: VCALENDAR, VEVENT, VALARM. Unlike
// the component type of go-ical, it keeps the order of its properties.
type Component struct {
	Name     string // in capitals
	Props    []Prop
	Children []*Component

	offset int64 // of its BEGIN
}

// NewComponent returns an empty component of a name in capitals.
func NewComponent(name string) *Component { return &Component{Name: name} }

// Get is the first property of a name in capitals, or nil.
func (c *Component) Get(name string) *Prop {
	for i := range c.Props {
		if c.Props[i].Name == name {
			return &c.Props[i]
		}
	}
	return nil
}

// Value is the value of the first property of a name, or "".
func (c *Component) Value(name string) string {
	if p := c.Get(name); p != nil {
		return p.Value
	}
	return ""
}

// Add appends a property with a value that needs no escapes.
func (c *Component) Add(name, value string, params ...line.Param) {
	c.Props = append(c.Props, Prop{Name: name, Value: value, Params: params})
}

// AddText appends a property with a text as value.
func (c *Component) AddText(name, text string, params ...line.Param) {
	c.Add(name, line.Escape(text), params...)
}

// GoICal returns c as go-ical has it. That type does not know the order of
// properties with different names, nor which of several parameters came first.
func (c *Component) GoICal() *goical.Component {
	g := &goical.Component{Name: c.Name, Props: make(goical.Props, len(c.Props))}
	for i := range c.Props {
		p := &c.Props[i]
		q := goical.Prop{Name: p.Name, Params: make(goical.Params, len(p.Params)), Value: p.Value}
		for _, a := range p.Params {
			q.Params[a.Name] = append(q.Params[a.Name], a.Values...)
		}
		g.Props[p.Name] = append(g.Props[p.Name], q)
	}
	for _, child := range c.Children {
		g.Children = append(g.Children, child.GoICal())
	}
	return g
}

// FromGoICal returns a component of go-ical as one of this package, with its
// properties ordered by name. Nesting deeper than [MaxDepth] is left out.
func FromGoICal(g *goical.Component) *Component { return fromGoICal(g, MaxDepth) }

func fromGoICal(g *goical.Component, depth int) *Component {
	c := NewComponent(strings.ToUpper(g.Name))
	for _, name := range sortedKeys(g.Props) {
		for _, p := range g.Props[name] {
			q := Prop{Name: strings.ToUpper(p.Name), Value: p.Value}
			for _, a := range sortedKeys(p.Params) {
				if len(p.Params[a]) > 0 {
					q.Params = append(q.Params, line.Param{Name: strings.ToUpper(a), Values: p.Params[a]})
				}
			}
			c.Props = append(c.Props, q)
		}
	}
	if depth > 1 {
		for _, child := range g.Children {
			c.Children = append(c.Children, fromGoICal(child, depth-1))
		}
	}
	return c
}

func sortedKeys[M ~map[string]V, V any](m M) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// write writes c and what is in it.
func (c *Component) write(w *line.Writer) error {
	c.writeOpen(w)
	return w.End(c.Name)
}

// writeOpen leaves out the end.
func (c *Component) writeOpen(w *line.Writer) {
	w.Begin(c.Name)
	for i := range c.Props {
		w.Write(c.Props[i])
	}
	for _, child := range c.Children {
		child.write(w)
	}
}
