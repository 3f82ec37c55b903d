package ical

import (
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
)

// An Issue is a rule that an input broke, and where; see [line.Issue].
type Issue = line.Issue

// Rules that this package reports beside those of package line.
const (
	RuleNesting    line.Rule = "nesting"    // BEGIN and END that do not fit, or a property outside of components
	RuleDepth      line.Rule = "depth"      // nested deeper than MaxDepth; left out
	RuleSize       line.Rule = "size"       // more bytes or components than the limits allow; the rest is not read
	RuleValue      line.Rule = "value"      // a value that cannot be read; kept as it was written
	RuleZone       line.Rule = "zone"       // a time zone that nobody knows; its times are read as those of the default zone. Or, written, one with the name of another, which gets a name of its own
	RuleRecurrence line.Rule = "recurrence" // a rule that the recurrence structure cannot express; kept as it was written
	RuleException  line.Rule = "exception"  // an instance whose series is not there, or does not have it
	RuleMethod     line.Rule = "method"     // a METHOD for which MAPI has no class; the message is a note that keeps it
	RuleBody       line.Rule = "body"       // a text in RTF or HTML that cannot be read; left out of the calendar
	RuleDuplicate  line.Rule = "duplicate"  // a property that is there twice; the first counts
)

// MaxDepth is how deep components may be nested.
const MaxDepth = 16

// ReadOptions bound and watch [Parse] and [Reader]. The zero value and nil mean the
// defaults.
type ReadOptions struct {
	// Line bounds the lines; its Report is not used.
	Line line.Options

	// MaxBytes is how much is read at most. 0 means 1 GiB.
	MaxBytes int64

	// MaxComponents is how many components are read at most. 0 means 1,000,000.
	MaxComponents int

	// Report is told what could not be read. nil means nobody.
	Report func(Issue)
}

func (o *ReadOptions) withDefaults() ReadOptions {
	var d ReadOptions
	if o != nil {
		d = *o
	}
	if d.MaxBytes <= 0 {
		d.MaxBytes = 1 << 30
	}
	if d.MaxComponents <= 0 {
		d.MaxComponents = 1_000_000
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	d.Line.Report = d.Report
	return d
}

// Parse reads all calendars of r as trees. Whatever is no calendar is left out and
// reported; an error is one of r. Large calendars are better read one component at
// a time, by a [Reader].
func Parse(r io.Reader, opts *ReadOptions) ([]*Component, error) {
	return NewReader(r, opts).all()
}

// all reads the rest as trees.
func (r *Reader) all() (list []*Component, err error) {
	for {
		c, err := r.Next()
		if err == io.EOF {
			return slices.DeleteFunc(list, func(c *Component) bool { return len(c.Props)+len(c.Children) == 0 }), nil
		}
		if err != nil {
			return list, err
		}
		cal := r.Calendar()
		if len(list) == 0 || list[len(list)-1] != cal {
			list = append(list, cal)
		}
		if c != nil {
			cal.Children = append(cal.Children, c)
		}
	}
}

// A Reader reads the components of calendars one after the other.
type Reader struct {
	lines *line.Reader
	opts  ReadOptions
	limit io.LimitedReader

	calendar *Component   // that of what Next returned last
	present  *Component   // that which is being read
	open     []*Component // below it
	inside   bool         // of a VCALENDAR that did not end yet
	skipping int          // components open that are deeper than MaxDepth
	count    int
	usual    map[string]int // how many properties a component of a name had
	ready    []step
	returned int          // how many of these
	spare    []*Component // to be used again
	err      error
}

// A step is what Next returns: a component, or nil for the end of its calendar.
type step struct{ component, calendar *Component }

// NewReader returns a reader of the calendars in r.
func NewReader(r io.Reader, opts *ReadOptions) *Reader {
	o := opts.withDefaults()
	in := &Reader{opts: o, lines: line.NewReader(nil, &o.Line), usual: map[string]int{}}
	in.reset(r)
	return in
}

// reset makes r read another text, with the memory that it has.
func (r *Reader) reset(text io.Reader) {
	r.limit = io.LimitedReader{R: text, N: r.opts.MaxBytes}
	in := io.Reader(&r.limit)
	if l, ok := text.(interface{ Len() int }); ok && int64(l.Len()) < r.opts.MaxBytes {
		in = text // its length tells how large a buffer it needs
	}
	r.lines.Reset(in)
	r.present = NewComponent("VCALENDAR")
	r.calendar = r.present
	r.open, r.ready = r.open[:0], r.ready[:0]
	r.inside, r.skipping, r.count, r.returned, r.err = false, 0, 0, 0, nil
}

// Calendar is the calendar of the component that Next returned last, with the
// properties that were read so far and without components.
func (r *Reader) Calendar() *Component { return r.calendar }

// Next returns the next component of a calendar, complete with what is in it, and
// nil at the end of each calendar. After the last it returns io.EOF; any other
// error is that of the source. Components outside of a calendar belong to one
// without properties.
func (r *Reader) Next() (*Component, error) {
	if r.returned == len(r.ready) {
		r.ready, r.returned = r.ready[:0], 0
	}
	for len(r.ready) == 0 && r.err == nil {
		l, err := r.lines.Next()
		switch {
		case err != nil:
			if r.err = err; err == io.EOF && r.limit.N <= 0 {
				r.report(RuleSize, r.opts.MaxBytes, "")
			}
			r.close(r.inside)
		case l.Name == "BEGIN":
			r.begin(&l)
		case l.Name == "END":
			r.end(&l)
		default:
			r.property(&l)
		}
	}
	if len(r.ready) == 0 {
		return nil, r.err
	}
	next := r.ready[r.returned]
	r.returned++
	r.calendar = next.calendar
	return next.component, nil
}

// recycle takes back a component that nobody has any more, for its memory.
func (r *Reader) recycle(c *Component) {
	for _, child := range c.Children {
		r.recycle(child)
	}
	if len(r.spare) < maxSpare && cap(c.Props) <= 64 && cap(c.Children) <= 16 {
		clear(c.Props)
		clear(c.Children)
		c.Props, c.Children = c.Props[:0], c.Children[:0]
		r.spare = append(r.spare, c)
	}
}

// maxSpare bounds how many components wait to be used again.
const maxSpare = 16

// component is an empty one.
func (r *Reader) component(name string, at int64) *Component {
	for i := len(r.spare) - 1; i >= 0; i-- {
		if c := r.spare[i]; c.Name == name { // it has the room that such ones need
			r.spare = append(r.spare[:i], r.spare[i+1:]...)
			c.offset = at
			return c
		}
	}
	return &Component{Name: name, offset: at}
}

func (r *Reader) report(rule line.Rule, at int64, detail string) {
	r.opts.Report(Issue{Rule: rule, Offset: at, Detail: detail})
}

func (r *Reader) done(c *Component) { r.ready = append(r.ready, step{c, r.present}) }

// close ends what is open, and the calendar too if it is to end.
func (r *Reader) close(calendar bool) {
	if len(r.open) > 0 {
		r.report(RuleNesting, r.open[0].offset, "no END:"+r.open[0].Name)
		r.done(r.open[0])
	}
	r.open, r.skipping = nil, 0
	if calendar {
		r.done(nil)
		r.inside = false
	}
}

func (r *Reader) property(l *Prop) {
	switch {
	case r.skipping > 0:
	case len(r.open) > 0:
		c := r.open[len(r.open)-1]
		if c.Props == nil {
			c.Props = make([]Prop, 0, max(4, r.usual[c.Name]))
		}
		c.Props = append(c.Props, *l)
	case r.inside:
		r.present.Props = append(r.present.Props, *l)
	default:
		r.report(RuleNesting, l.Offset, l.Name)
	}
}

func (r *Reader) begin(l *Prop) {
	name := componentName(l.Value)
	if r.count++; r.count > r.opts.MaxComponents {
		r.report(RuleSize, l.Offset, "")
		r.err = io.EOF
		r.close(r.inside)
		return
	}
	switch {
	case name == "VCALENDAR":
		if r.inside {
			r.report(RuleNesting, l.Offset, "no END:VCALENDAR")
		}
		r.close(r.inside)
		r.present = &Component{Name: name, offset: l.Offset}
		r.inside = true
		return
	case r.skipping > 0 || len(r.open) >= MaxDepth:
		if r.skipping++; r.skipping == 1 {
			r.report(RuleDepth, l.Offset, name)
		}
		return
	case len(r.open) > 0 && isItem(name) && isItem(r.open[0].Name):
		r.close(false) // its END was forgotten
	case len(r.open) > 1 && name == "VALARM" && r.open[len(r.open)-1].Name == name:
		r.report(RuleNesting, l.Offset, "no END:VALARM")
		r.open = r.open[:len(r.open)-1]
	}
	c := r.component(name, l.Offset)
	if len(r.open) > 0 {
		top := r.open[len(r.open)-1]
		top.Children = append(top.Children, c)
	}
	r.open = append(r.open, c)
}

// componentName is a name in capitals, as it is written back.
func componentName(s string) string {
	switch s {
	case "VEVENT", "VALARM", "VTODO", "VTIMEZONE", "STANDARD", "DAYLIGHT":
		return s
	}
	return strings.ToUpper(strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, s)))
}

// isItem is true for what stands directly in a calendar.
func isItem(name string) bool {
	switch name {
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY", "VPOLL":
		return true
	}
	return false
}

// end closes a component, and those in it whose END was forgotten.
func (r *Reader) end(l *Prop) {
	name := componentName(l.Value)
	switch {
	case name == "VCALENDAR" && r.inside:
		r.close(true)
		return
	case r.skipping > 0 && name != "VCALENDAR":
		r.skipping--
		return
	}
	i := len(r.open) - 1
	for i >= 0 && r.open[i].Name != name {
		i--
	}
	if i < 0 || i != len(r.open)-1 {
		r.report(RuleNesting, l.Offset, "END:"+line.Excerpt(l.Value))
	}
	if i >= 0 {
		c := r.open[i]
		if len(r.usual) < 64 {
			r.usual[name] = min(len(c.Props), 64)
		}
		if i == 0 {
			r.done(c)
		}
		r.open = r.open[:i]
	}
}
