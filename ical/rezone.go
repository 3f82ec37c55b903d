package ical

import (
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/ical/zone"
)

// zoneNow is the zone in which the message that is being written has its times.
func (e *encoder) zoneNow() *timeZone {
	if len(e.meant) == 0 || e.meant[0] == nil {
		return utcZone
	}
	return e.meant[0]
}

// isElsewhere reports whether an item that was read is in another zone than z.
func (it *item) isElsewhere(z *timeZone) bool {
	return it.kind == event && !it.allDay && it.zone != z && !zone.Same(it.zone.known(), z.known(), 1990, lastYear)
}

// moved are the kept lines of a series as they are in another zone: the recurrence
// structure has the times of a wall clock, which another one shows now. The lines of the
// series' own times, which changed, are left out.
func (it *item) moved(kept *Component, z *timeZone) *Component {
	c := &Component{Name: kept.Name, Children: kept.Children}
	for i := range kept.Props {
		p := kept.Props[i]
		switch {
		case slotOf(it.kind, p.Name) == slotTime:
			continue
		case p.Name == "RRULE" || p.Name == "EXRULE":
			p.Value = it.movedRule(p.Value, z)
		case p.Name == "EXDATE" || p.Name == "RDATE":
			p = it.movedDates(p, z)
		}
		c.Props = append(c.Props, p)
	}
	return c
}

// movedRule moves the end of a rule that is an instant.
func (it *item) movedRule(text string, z *timeZone) string {
	r, err := recur.ParseRule(text, nil)
	if err != nil || r.Until.IsZero() || r.Until.Form != recur.UTC {
		return text
	}
	r.Until.Time = z.utc(it.zone.wall(r.Until.Time))
	return r.String()
}

// movedDates moves a list of dates or periods. A list in which something cannot be read,
// or of days, stays as it is.
func (it *item) movedDates(p Prop, z *timeZone) Prop {
	var values []string
	for value := range strings.SplitSeq(p.Value, ",") {
		start, end, period := strings.Cut(strings.TrimSpace(value), "/")
		start, ok := it.movedTime(&p, start, z)
		if !ok {
			return p
		}
		if period {
			if t, ok := it.movedTime(&p, end, z); ok { // else a duration
				end = t
			}
			start += "/" + end
		}
		values = append(values, start)
	}
	q := p.Without("TZID")
	if z != utcZone {
		q.Params = append(q.Params, line.Param{Name: "TZID", Values: []string{z.id}})
	}
	q.Value = strings.Join(values, ",")
	return q
}

// movedTime is a time, as the property p has it, on the clock of another zone.
func (it *item) movedTime(p *Prop, value string, z *timeZone) (string, bool) {
	if _, ok := parseMoment(value); !ok {
		return value, false
	}
	w, ok := it.d.readValue(p, value)
	if !ok || w.date {
		return value, false
	}
	wall := w.local(it.zone)
	if z == utcZone {
		return formatUTC(wall), true
	}
	return formatLocal(wall), true
}
