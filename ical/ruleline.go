package ical

import (
	"bytes"
	"strings"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
)

// A course is how the recurrence structure of a message says that it recurs: the rule
// apart from the instances that are deleted or changed, because those change more
// often than the rule, and the rule as it was written may say more than the structure.
type course struct {
	rule    []byte
	deleted map[recur.Minutes]bool // days, also those of changed instances
	changes map[changedInstance]bool
	changed map[recur.Minutes]bool // days on which changed instances would have been
}

// A changedInstance is an exception of the structure: the day that it was on, and its
// times.
type changedInstance struct{ was, start, end recur.Minutes }

func dayOf(t recur.Minutes) recur.Minutes { return t - t%(24*60) }

// courseOf reads how a message recurs. z is its zone.
func courseOf(m mapi.Getter, z *timeZone) (c course, ok bool) {
	a, ok := recurrence(m)
	if !ok {
		return c, false
	}
	c = course{deleted: map[recur.Minutes]bool{}, changes: map[changedInstance]bool{}, changed: map[recur.Minutes]bool{}}
	for _, t := range a.Deleted {
		c.deleted[dayOf(t)] = true
	}
	for _, e := range a.Exceptions {
		c.changes[changedInstance{dayOf(e.Original), e.Start, e.End}] = true
		c.changed[dayOf(e.Original)] = true
	}
	if m, ok := m.(*mapi.Message); ok {
		for _, t := range embeddedOriginals(m) {
			c.changed[dayOf(recur.MinutesOf(z.wall(t)))] = true
		}
	}
	a.Deleted, a.Modified, a.Exceptions = nil, nil, nil
	a.Reserved1, a.Reserved2, a.Rest = nil, nil, nil
	c.rule = a.Bytes()
	return c, true
}

// sameRules reports whether a message recurs as its kept lines say, but for instances
// that have components of their own.
func sameRules(kept, m mapi.Getter, z *timeZone) bool {
	x, ok := courseOf(kept, z)
	y, also := courseOf(m, z)
	if !ok || !also {
		return ok == also
	}
	return bytes.Equal(x.rule, y.rule) && x.sameInstances(y)
}

// sameInstances: what kept lines alone change, dates beside the rule, is still changed
// so, and apart from changed instances the same ones are deleted.
func (c course) sameInstances(m course) bool {
	for x := range c.changes {
		if !m.changes[x] {
			return false
		}
	}
	covers := func(a, b course) bool {
		for d := range a.deleted {
			if !b.deleted[d] && !c.changed[d] && !m.changed[d] {
				return false
			}
		}
		return true
	}
	return covers(c, m) && covers(m, c)
}

// ruleLines are the lines that say how an event recurs. Those of the rule stay as they
// were kept for as long as it is the same, whatever became of the instances.
func (read *item) ruleLines(m *mapi.Message, kept, written []*Prop) []*Prop {
	x, ok := courseOf(read.m, read.zone)
	y, also := courseOf(m, read.zone)
	if !ok || !also || read.kind != event || !bytes.Equal(x.rule, y.rule) {
		if says(slotRule, read.m, m, read.zone) {
			return kept
		}
		return written
	}
	if x.sameInstances(y) {
		return kept
	}
	return newDateLines(read, x, y).lines(kept, written)
}

// dateLines tells which kept dates still hold. What the structure cannot say, such as
// the exclusion of what is no instance, holds always.
//
// A date beside the rule is in the structure an instance that was moved there: the
// kept ones by the days that they were on, and by their starts, with whether they
// still are.
type dateLines struct {
	read      *item
	kept, now course
	was, at   map[recur.Minutes]bool
	said      map[recur.Minutes]bool // days that are excluded by kept lines
}

func newDateLines(read *item, kept, now course) *dateLines {
	d := &dateLines{read: read, kept: kept, now: now,
		was: map[recur.Minutes]bool{}, at: map[recur.Minutes]bool{}, said: map[recur.Minutes]bool{}}
	for x := range kept.changes {
		d.was[x.was] = d.was[x.was] || now.changes[x]
		d.at[x.start] = d.at[x.start] || now.changes[x]
	}
	return d
}

func (d *dateLines) lines(kept, written []*Prop) (list []*Prop) {
	for _, p := range kept {
		switch p.Name {
		case "EXDATE":
			p = d.filter(p, d.excluded)
		case "RDATE":
			p = d.filter(p, d.beside)
		}
		if p != nil {
			list = append(list, p)
		}
	}
	for _, p := range written {
		if p.Name == "EXDATE" {
			if p = d.filter(p, func(day, _ recur.Minutes) bool { return !d.said[day] }); p != nil {
				list = append(list, p)
			}
		}
	}
	return list
}

// excluded reports whether an EXDATE still holds.
func (d *dateLines) excluded(day, _ recur.Minutes) bool {
	if !d.kept.deleted[day] {
		return true
	}
	if !d.now.deleted[day] && !d.now.changed[day] {
		return false // it is back
	}
	if d.now.changed[day] && !d.was[day] {
		return false // a component of its own says so
	}
	d.said[day] = true
	return true
}

// beside reports whether an RDATE still holds.
func (d *dateLines) beside(_, at recur.Minutes) bool {
	still, moved := d.at[at]
	return still || !moved
}

// filter is a line with those of its dates that hold; nil when none is left. Values
// that are no dates stay.
func (d *dateLines) filter(p *Prop, holds func(day, at recur.Minutes) bool) *Prop {
	var values []string
	all := true
	for value := range strings.SplitSeq(p.Value, ",") {
		start, _, _ := strings.Cut(strings.TrimSpace(value), "/")
		if w, ok := d.read.d.readValue(p, start); ok {
			wall := w.local(d.read.zone)
			if !holds(recur.MinutesOf(midnight(wall)), recur.MinutesOf(wall)) {
				all = false
				continue
			}
		}
		values = append(values, value)
	}
	switch {
	case all:
		return p
	case len(values) == 0:
		return nil
	}
	less := *p
	less.Value = strings.Join(values, ",")
	return &less
}
