package ical

import (
	"bytes"
	"io"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Encode writes messages as one calendar: appointments, meeting messages, tasks,
// journal entries, and the components that [Decode] found no other form for. Series
// are followed by their instances. A message of another class is written as an
// event if it has times, and else reported and left out. An error is one of w, or of
// reading a stream of a message.
func Encode(w io.Writer, msgs []*mapi.Message, opts *EncodeOptions) error {
	e := newEncoder(opts)
	e.lend = true
	var items pieces // as text, which is smaller than trees of all messages
	lines := line.NewWriter(&items)
	cal, err := e.calendar(msgs, func(c *Component) { c.write(lines) })
	if err == nil {
		err = lines.Flush()
	}
	if err == nil {
		err = writeAround(w, cal, items)
	}
	if err != nil {
		return &mapi.Error{Op: "ical.Encode", Code: mapi.CodeOf(err), Err: err}
	}
	return nil
}

// pieces is a text that grows without being copied.
type pieces [][]byte

// Write implements io.Writer.
func (t *pieces) Write(p []byte) (int, error) {
	*t = append(*t, bytes.Clone(p))
	return len(p), nil
}

// writeAround writes a component with more of its children, which are text already.
func writeAround(w io.Writer, c *Component, children pieces) error {
	lines := line.NewWriter(w)
	c.writeOpen(lines)
	if err := lines.Flush(); err != nil {
		return err
	}
	for _, p := range children {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	lines.End(c.Name)
	return lines.Flush()
}

// Calendar is what [Encode] writes, as a tree.
func Calendar(msgs []*mapi.Message, opts *EncodeOptions) (*Component, error) {
	var items []*Component
	cal, err := newEncoder(opts).calendar(msgs, func(c *Component) { items = append(items, c) })
	if err != nil {
		return nil, &mapi.Error{Op: "ical.Calendar", Code: mapi.CodeOf(err), Err: err}
	}
	cal.Children = append(cal.Children, items...)
	return cal, nil
}

// calendar gives take the components of messages, one after the other, and returns the
// calendar that they belong to, with its time zones. When e lends, a component is only
// there until take returns.
func (e *encoder) calendar(msgs []*mapi.Message, take func(*Component)) (*Component, error) {
	methods := map[string]bool{}
	var zones zoneUse
	events := 0
	for _, m := range msgs {
		list, about := e.message(m)
		if len(list) > 0 {
			methods[methodFor(m, about)] = true
		}
		if about.kind == event {
			events++
		}
		for _, c := range list {
			zones.see(c, e)
			take(c)
		}
		e.takeBack()
		e.zones = e.shared
	}
	if e.err != nil {
		return nil, e.err
	}
	cal := NewComponent("VCALENDAR")
	cal.Add("PRODID", e.opts.ProductID)
	cal.Add("VERSION", "2.0")
	e.head(cal, methods, events == 1 && len(msgs) == 1)
	cal.Children = zones.timezones()
	return cal, nil
}

// methodFor is the METHOD under which a message is written. Notes have the one that they
// came with.
func methodFor(m *mapi.Message, about *classMeaning) string {
	if about.method == "" && about.class == noteClass {
		return KeptMethod(m)
	}
	return about.method
}

// An encoder makes components of messages.
type encoder struct {
	opts    EncodeOptions
	reading DecodeOptions
	shared  *zoneTable  // of all messages
	zones   *zoneTable  // of the present one, when it came with zones of its own
	meant   []*timeZone // in which it was written
	lines   []Prop      // of the calendars that messages came from
	err     error
	seen    map[string]bool          // lines
	made    map[string]*mapi.Message // UIDs, and of which messages; nil when these are not written together
	buf     []byte                   // one of them
	stock
}

func newEncoder(opts *EncodeOptions) *encoder {
	o := opts.withDefaults()
	zones := newZoneTable(o.Location, o.Zones)
	return &encoder{opts: o, made: map[string]*mapi.Message{}, reading: (&DecodeOptions{Location: o.Location, Zones: o.Zones}).withDefaults(), shared: zones, zones: zones}
}

func (e *encoder) report(rule line.Rule, detail string) {
	e.opts.Report(Issue{Rule: rule, Detail: detail})
}

// head writes the properties of the calendar. A single event that is published is one
// that Outlook opens (MS-OXCICAL 2.1.3.1.1).
func (e *encoder) head(cal *Component, methods map[string]bool, single bool) {
	method := e.opts.Method
	if method == "" && len(methods) == 1 {
		for method = range methods {
		}
	}
	for i := range e.lines { // as it came, when that is what the messages are
		p := &e.lines[i]
		if k := methodOf(p.Value); p.Name == "METHOD" && e.opts.Method == "" && (k == method || method == "" && k == "PUBLISH" || k == "ADD" && method == "REQUEST" || k != "" && len(methods) == 1 && method == "") {
			method = p.Value
			break
		}
	}
	if method != "" {
		cal.Add("METHOD", method)
	}
	for i := range e.lines {
		if p := e.lines[i]; p.Name != "METHOD" {
			cal.Props = append(cal.Props, p)
		}
	}
	if single && methodOf(method) == "PUBLISH" && cal.Get(openInspector) == nil {
		cal.Add(openInspector, "TRUE")
	}
}

const openInspector = "X-MS-OLK-FORCEINSPECTOROPEN"

// message makes the components of a message: itself, and the instances of a series
// that differ from it.
func (e *encoder) message(m *mapi.Message) ([]*Component, *classMeaning) {
	class := props.PidTagMessageClass.Or(m, "")
	about := meaningOf(class, props.PidLidAppointmentCounterProposal.Or(m, false))
	if hasClass(class, taskRequestClass) {
		if m, about = e.disclosed(m, about); m == nil {
			e.report(RuleValue, class)
			return nil, about
		}
	}
	cal, kept := e.readKept(m)
	switch {
	case about.kind != event || !hasClass(class, noteClass):
	case m.Has(DelegatedTo()):
		about = delegation()
	case kept != nil && kept.Name == "VEVENT" && methodOf(cal.Value("METHOD")) == "REFRESH":
		about = refresh()
	case kept != nil:
		about = &classMeaning{kind: kindOf(kept.Name), class: noteClass, sent: true} // its method has no class
	}
	if cal != nil {
		e.keepLines(cal)
	}
	d := e.reader(about, cal)
	if about.kind == other {
		if kept == nil {
			e.report(RuleValue, class)
			return nil, about
		}
		return []*Component{kept}, about
	}
	if about.kind == event && !about.sent && !hasClass(class, about.class) && kept == nil && !props.PidLidAppointmentStartWhole.Has(m) {
		e.report(RuleValue, class)
		return nil, about
	}
	c := e.generate(m, about, nil)
	if kept != nil {
		c = e.merge(c, kept, m, d, nil)
	}
	list := []*Component{c}
	return append(list, e.exceptions(m, c, about, d)...), about
}

// maxLines is how many properties the calendar of many messages gets from theirs.
const maxLines = 1000

// keepLines collects properties of the calendars that messages came from, each
// once, and the zones that only they know.
func (e *encoder) keepLines(cal *Component) {
	for i := range cal.Props {
		p := &cal.Props[i]
		e.buf = p.Append(e.buf[:0])
		if e.seen == nil {
			e.seen = map[string]bool{}
		}
		if !e.seen[string(e.buf)] && len(e.seen) < maxLines {
			e.seen[string(e.buf)] = true
			e.lines = append(e.lines, *p)
		}
	}
}

// reader is a decoder that reads kept lines as those of one message were read.
func (e *encoder) reader(about *classMeaning, cal *Component) *decoder {
	d := &decoder{opts: e.reading, zones: e.zones, method: about.method, answer: about.answer}
	if cal != nil {
		if m := cal.Value("METHOD"); m != "" {
			d.method = methodOf(m)
		}
		e.takeZones(d, cal)
	}
	return d
}

// takeZones takes the zones that kept lines came with. They are those of the encoder, too,
// until the next message.
func (e *encoder) takeZones(d *decoder, cal *Component) {
	zones := children(cal, "VTIMEZONE")
	if len(zones) == 0 {
		return
	}
	if e.zones == e.shared {
		e.zones = newZoneTable(e.opts.Location, e.opts.Zones)
	}
	d.zones = e.zones
	for _, z := range zones {
		d.zones.add(z, d)
	}
}

// merge takes the kept lines of the slots in which the message still says what they
// say, and the written ones of the others.
func (e *encoder) merge(written, kept *Component, m *mapi.Message, d *decoder, master *item) *Component {
	k := kindOf(written.Name)
	var room [2][32]slot // enough for most
	has, ours := slotsOf(room[0][:0], k, kept), slotsOf(room[1][:0], k, written)
	alarms := children(kept, "VALARM")
	isKept, isWritten := setOf(has), setOf(ours)
	both := e.component(written.Name, len(kept.Props)+len(written.Props))
	both.Props, both.Children = append(both.Props, kept.Props...), append(both.Children, kept.Children...)
	for i := range written.Props {
		if !isKept[ours[i]] {
			both.Props = append(both.Props, written.Props[i])
		}
	}
	var wanted aspect
	for _, s := range has {
		wanted |= s.aspect()
	}
	if len(alarms) > 0 {
		wanted |= slotAlarm.aspect()
	}
	read := d.aspects(both, master, wanted)
	if isKept[slotRule] {
		if z := e.zoneNow(); master == nil && isKept[slotTime] && read.isElsewhere(z) && !says(slotTime, read.m, m, read.zone) {
			return e.merge(written, read.moved(kept, z), m, d, nil)
		}
		read.series(nil)
	}

	var asked, still slotSet // each slot is compared once, however many lines are in it
	stays := func(s slot) bool {
		if !asked[s] {
			asked[s], still[s] = true, says(s, read.m, m, read.zone)
		}
		return still[s]
	}
	var done slotSet
	out := e.component(written.Name, len(both.Props))
	for i := range written.Props {
		s := ours[i]
		switch {
		case s == slotAttendee || s == slotAttach || done[s]:
		case !isKept[s]:
			out.Props = append(out.Props, written.Props[i])
		default:
			done[s] = true
			switch {
			case s == slotRule:
				out.addAll(read.ruleLines(m, inSlot(nil, kept, has, s), inSlot(nil, written, ours, s)))
			case stays(s):
				out.addAll(inSlot(nil, kept, has, s))
			default:
				out.addAll(inSlot(nil, written, ours, s))
			}
		}
	}
	for i := range kept.Props {
		s := has[i]
		if s == noSlot || s != slotAttendee && s != slotAttach && !isWritten[s] && stays(s) {
			out.Props = append(out.Props, kept.Props[i])
		}
	}
	method := d.method
	if !d.answer && isAnswer(method) { // a note: its attendees are only invited
		method = ""
	}
	e.mergeLines(out, written, kept, m, method)
	if len(alarms) > 0 && stays(slotAlarm) {
		out.Children = append(out.Children, alarms...)
	} else {
		out.Children = append(out.Children, children(written, "VALARM")...)
	}
	for _, c := range kept.Children {
		if c.Name != "VALARM" {
			out.Children = append(out.Children, c)
		}
	}
	return out
}

func (c *Component) addAll(lines []*Prop) {
	for _, l := range lines {
		c.Props = append(c.Props, *l)
	}
}
