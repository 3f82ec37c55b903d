package ical

import (
	"cmp"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
)

// Decode reads all calendars of r and returns their events, tasks, journal entries
// and other components as messages, in the order of the text. A series and its
// instances are one message, where the series is. Damaged calendars are read as far
// as they go; an error is one of r, and comes with the messages before it.
func Decode(r io.Reader, opts *DecodeOptions) ([]*mapi.Message, error) {
	d := newDecoder(opts)
	d.hold = true
	type placed struct {
		at int
		m  *mapi.Message
	}
	var list []placed
	err := d.all(r, func(at int, m *mapi.Message) bool {
		list = append(list, placed{at, m})
		return true
	})
	slices.SortStableFunc(list, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	msgs := make([]*mapi.Message, len(list))
	for i, p := range list {
		msgs[i] = p.m
	}
	if err != nil {
		return msgs, &mapi.Error{Op: "ical.Decode", Code: mapi.ErrCallFailed, Err: err}
	}
	return msgs, nil
}

// All yields the messages of large calendars as they are read. Series and their
// instances, and what needs a time zone that did not come yet, are held until their
// calendar ends, and so yielded last. Properties of the calendar that stand behind
// its components are not known to those that were yielded before. An error is one
// of r; it is yielded last, with a nil message.
func All(r io.Reader, opts *DecodeOptions) iter.Seq2[*mapi.Message, error] {
	return func(yield func(*mapi.Message, error) bool) {
		going := true
		err := newDecoder(opts).all(r, func(_ int, m *mapi.Message) bool {
			going = yield(m, nil)
			return going
		})
		if err != nil && going {
			yield(nil, &mapi.Error{Op: "ical.All", Code: mapi.ErrCallFailed, Err: err})
		}
	}
}

// A decoder makes messages of components.
type decoder struct {
	opts  DecodeOptions
	hold  bool // everything until the calendar ends
	fresh bool // the message is new: not one that is compared with another

	zones    *zoneTable
	calendar *Component // the present one
	method   string
	answer   bool // of a message that is written: its class says so
	held     []heldComponent
	maker    *encoder // writes messages as they would be written, to see what is lost
	people   map[person]boxed
	shared   int    // bytes of lines that many messages keep
	spare    []Prop // for lines that are kept
	kept     string // lines of the calendar
	keptOf   int    // how many lines it had when kept was made
}

type heldComponent struct {
	at int // place in the text
	c  *Component
}

func newDecoder(opts *DecodeOptions) *decoder {
	o := opts.withDefaults()
	d := &decoder{opts: o, fresh: true, zones: newZoneTable(o.Location, o.Zones)}
	d.maker = newEncoder(&EncodeOptions{Location: o.Location, Zones: o.Zones})
	d.maker.zones = d.zones
	d.maker.lend, d.maker.made = true, nil
	return d
}

func (d *decoder) report(rule line.Rule, at int64, detail string) {
	d.opts.Report(Issue{Rule: rule, Offset: at, Detail: line.Excerpt(detail)})
}

// all reads all calendars.
func (d *decoder) all(r io.Reader, yield func(int, *mapi.Message) bool) error {
	in := NewReader(r, d.opts.reading())
	for at := 0; ; at++ {
		c, err := in.Next()
		if err != nil {
			if !d.flush(yield) || err == io.EOF {
				return nil
			}
			return err
		}
		if cal := in.Calendar(); cal != d.calendar {
			if !d.flush(yield) {
				return nil
			}
			d.begin(cal)
		}
		switch {
		case c == nil:
			if !d.flush(yield) {
				return nil
			}
		case c.Name == "VTIMEZONE":
			d.zones.add(c, d)
		case d.hold || mustWait(c, d.zones):
			d.held = append(d.held, heldComponent{at, c})
		default:
			d.head()
			m := d.single(c)
			in.recycle(c)
			if !yield(at, m) {
				return nil
			}
		}
	}
}

// mustWait reports whether a component can only be understood when the whole
// calendar was read.
func mustWait(c *Component, zones *zoneTable) bool {
	for i := range c.Props {
		p := &c.Props[i]
		switch p.Name {
		case "RRULE", "RDATE", "RECURRENCE-ID", "EXRULE":
			return true
		}
		if id := p.Param("TZID"); id != "" && !zones.declared(id) {
			return true
		}
	}
	return false
}

// begin starts a calendar.
func (d *decoder) begin(cal *Component) {
	d.calendar = cal
	d.zones = newZoneTable(d.opts.Location, d.opts.Zones)
	d.maker.zones = d.zones
	d.kept, d.keptOf = "", -1
}

// head reads the properties of the calendar, as far as they came.
func (d *decoder) head() {
	if d.calendar == nil || d.keptOf == len(d.calendar.Props) {
		return
	}
	d.keptOf = len(d.calendar.Props)
	d.method = methodOf(d.calendar.Value("METHOD"))
	d.kept = keptOfCalendar(d.calendar)
}

// flush makes the messages of what was held.
func (d *decoder) flush(yield func(int, *mapi.Message) bool) bool {
	held := d.held
	d.held = nil
	if len(held) == 0 {
		return true
	}
	d.head()
	for _, g := range groups(held) {
		for _, m := range d.group(g) {
			if !yield(g[0].at, m) {
				return false
			}
		}
	}
	return true
}

// groups brings together what has the same UID, in the order of the text.
func groups(held []heldComponent) (list [][]heldComponent) {
	place := make(map[string]int, len(held))
	for _, h := range held {
		uid := h.c.Value("UID")
		key := h.c.Name + "\x00" + uid
		if i, ok := place[key]; ok && uid != "" {
			list[i] = append(list[i], h)
			continue
		}
		place[key] = len(list)
		list = append(list, []heldComponent{h})
	}
	return list
}

// group makes the messages of components with one UID: the series with its
// instances, and whatever else there is, each on its own.
func (d *decoder) group(g []heldComponent) (msgs []*mapi.Message) {
	series := -1
	for i, h := range g {
		if len(g) > 1 && d.isVersion1() {
			break
		}
		if h.c.Get("RECURRENCE-ID") == nil && (h.c.Get("RRULE") != nil || h.c.Get("RDATE") != nil) && h.c.Name == "VEVENT" {
			series = i
			break
		}
	}
	var instances []*Component
	for i, h := range g {
		if series >= 0 && i != series && h.c.Get("RECURRENCE-ID") != nil {
			instances = append(instances, h.c)
		}
	}
	for i, h := range g {
		switch {
		case i == series:
			msgs = append(msgs, d.series(h.c, instances))
		case series >= 0 && h.c.Get("RECURRENCE-ID") != nil:
		default:
			if p := h.c.Get("RECURRENCE-ID"); p != nil && d.fresh {
				d.report(RuleException, p.Offset, p.Value)
			}
			msgs = append(msgs, d.single(h.c))
		}
	}
	return msgs
}

func (d *decoder) isVersion1() bool {
	return d.calendar != nil && strings.TrimSpace(d.calendar.Value("VERSION")) == "1.0"
}

// single makes the message of one component.
func (d *decoder) single(c *Component) *mapi.Message {
	it := d.item(c, nil)
	it.series(nil)
	it.keep(nil)
	return it.enclosed()
}

// series makes the message of a series, with the instances that differ embedded.
func (d *decoder) series(c *Component, instances []*Component) *mapi.Message {
	it := d.item(c, nil)
	var list []*item
	for _, i := range instances {
		list = append(list, d.item(i, it))
	}
	it.series(list)
	for _, i := range list {
		i.keep(it)
	}
	it.keep(nil)
	return it.m
}
