package ical

import (
	"cmp"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A when is a date or date-time that was read: where it lies in UTC, and how it was
// written.
type when struct {
	moment
	at       time.Time // UTC
	zone     *timeZone // that of TZID, or the default zone; utcZone for …Z
	floating bool      // neither TZID nor Z
}

// local is the time on the wall in a zone.
func (w when) local(z *timeZone) time.Time {
	if w.zone == z || w.date || w.floating {
		return w.wall
	}
	return z.wall(w.at)
}

// read reads a property that is a DATE or a DATE-TIME.
func (d *decoder) read(p *Prop) (when, bool) { return d.readValue(p, p.Value) }

// earliest is the first time that a property of a message can say (MS-DTYP 2.3.3).
var earliest = time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)

// readValue reads a value of a property: one of its list. What is before the earliest
// time is there: somewhere an event must be.
func (d *decoder) readValue(p *Prop, value string) (w when, ok bool) {
	w, ok = d.readMoment(p, value)
	early := ok && w.at.Before(earliest)
	if early {
		for w.wall = earliest; w.zone.utc(w.wall).Before(earliest); {
			w.wall = w.wall.AddDate(0, 0, 1)
		}
		w.at = w.zone.utc(w.wall)
	}
	if d.fresh && (early || !ok) {
		d.report(RuleValue, p.Offset, p.Name+":"+p.Value)
	}
	return w, ok
}

func (d *decoder) readMoment(p *Prop, value string) (w when, ok bool) {
	w.moment, ok = parseMoment(value)
	if !ok {
		return w, false
	}
	id := p.Param("TZID")
	switch {
	case w.utc: // also beside a TZID, which does not apply then (RFC 5545 3.2.19)
		w.zone, w.at = utcZone, w.wall
		return w, true
	case id != "" && !w.date:
		w.zone = d.zones.find(id)
		if w.zone == nil {
			if d.fresh {
				d.report(RuleZone, p.Offset, id)
			}
			w.floating = true
		}
	default:
		w.floating = !w.date
	}
	w.utc = false
	if w.zone == nil {
		w.zone = d.zones.fallback
	}
	w.at = w.zone.utc(w.wall)
	return w, true
}

// when sets the times of an item.
func (it *item) when() {
	start, ok := it.point("DTSTART")
	endName := "DTEND"
	if it.kind == task {
		endName = "DUE"
	}
	end, ended := it.point(endName)
	it.zone = it.d.zones.fallback
	switch {
	case ok:
		it.zone = start.zone
	case ended:
		it.zone = end.zone
	case it.kind == event && it.master != nil: // an instance that only says which
		if start, ok = it.original(); !ok && !it.master.start.IsZero() { // nor that: it is as the series
			start = it.master.first()
			ok = true
		}
		it.zone = start.zone
	}
	if it.master != nil {
		it.zone = it.master.zone
	}
	if it.zone == nil {
		it.zone = it.d.zones.fallback
	}
	it.start, it.end = start.at, end.at
	it.allDay = it.isAllDay(start, end, ok, ended)
	if !ended && ok {
		it.end, ended = it.derivedEnd(start)
	}
	if ok && ended && it.kind == event {
		it.mendEnd(start)
	}
	switch it.kind {
	case event:
		it.setEvent(ok)
	case task:
		it.setTask(start, end, ok, end.zone != nil || ended)
	case journal:
		it.setJournal(ok)
	}
}

// first is when a series begins, as its DTSTART says it.
func (it *item) first() when {
	return when{moment: moment{wall: it.zone.wall(it.start), date: it.allDay}, at: it.start, zone: it.zone}
}

// original is when an instance would have begun, by its RECURRENCE-ID. A date is the
// instance of that day, also where the series has times, as other programs read it, and a
// time that of its day where the series has days.
func (it *item) original() (when, bool) {
	w, ok := it.point("RECURRENCE-ID")
	s := it.master
	if s == nil || !ok || w.date == s.allDay || s.start.IsZero() {
		return w, ok
	}
	w = when{moment: moment{wall: midnight(w.local(s.zone)), date: s.allDay}, zone: s.zone}
	if !s.allDay {
		start := s.zone.wall(s.start)
		w.wall = w.wall.Add(start.Sub(midnight(start)))
	}
	w.at = w.zone.utc(w.wall)
	return w, true
}

func (it *item) point(name string) (when, bool) {
	p := it.c.Get(name)
	if p == nil {
		return when{}, false
	}
	return it.d.read(p)
}

// derivedEnd is the end that DURATION or the lack of one gives (RFC 5545 3.6.1).
func (it *item) derivedEnd(start when) (time.Time, bool) {
	if p := it.c.Get("DURATION"); p != nil {
		if d, ok := parseDuration(p.Value); ok {
			if d%(24*time.Hour) == 0 { // days are nominal: 23 hours long, perhaps
				return start.zone.utc(start.wall.Add(d)), true
			}
			return start.at.Add(d), true
		}
		if it.d.fresh {
			it.d.report(RuleValue, p.Offset, p.Value)
		}
	}
	switch {
	case it.kind != event:
		return time.Time{}, false
	case it.master != nil && it.c.Get("DTSTART") == nil:
		return start.at.Add(it.master.end.Sub(it.master.start)), true
	case start.date:
		return start.zone.utc(start.wall.AddDate(0, 0, 1)), true
	}
	return start.at, true
}

// mendEnd brings an end that is before the start to it, and gives a day without length the
// one that other programs give it.
func (it *item) mendEnd(start when) {
	wrong := ""
	if it.end.Before(it.start) {
		it.end, wrong = it.start, "the end is before the start"
	}
	if it.allDay && !it.end.After(it.start) {
		it.end = start.zone.utc(start.wall.AddDate(0, 0, 1))
		wrong = cmp.Or(wrong, "a day that ends as it begins")
	}
	if wrong != "" && it.d.fresh {
		it.d.report(RuleValue, it.c.offset, wrong)
	}
}

// isAllDay follows MS-OXCICAL 2.1.3.1.1.20.10: dates, floating midnights that are
// whole days apart, or midnights that the sender says so of. The length alone says
// nothing.
func (it *item) isAllDay(start, end when, started, ended bool) bool {
	if !started || it.kind != event {
		return false
	}
	if start.date {
		return true
	}
	midnight := isMidnight(start.wall) && (!ended || isMidnight(end.local(start.zone)) && end.at.After(start.at))
	if !midnight {
		return false
	}
	if p := it.c.Get("DTSTART"); p != nil && start.floating && p.Param("TZID") == "" && ended && end.floating {
		return true
	}
	for _, name := range []string{"X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT"} {
		if strings.EqualFold(strings.TrimSpace(it.c.Value(name)), "TRUE") {
			return ended
		}
	}
	return false
}

func isMidnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

func (it *item) setEvent(started bool) {
	m := it.m
	props.PidLidAppointmentSubType.Set(m, it.allDay)
	startKey, endKey := props.PidLidAppointmentStartWhole, props.PidLidAppointmentEndWhole
	if it.about.counter { // the times are those that are proposed, if any
		startKey, endKey = props.PidLidAppointmentProposedStartWhole, props.PidLidAppointmentProposedEndWhole
		props.PidLidAppointmentCounterProposal.Set(m, true)
		if t, ok := it.time("X-MS-OLK-ORIGINALSTART"); ok {
			props.PidLidAppointmentStartWhole.Set(m, t)
		}
		if t, ok := it.time("X-MS-OLK-ORIGINALEND"); ok {
			props.PidLidAppointmentEndWhole.Set(m, t)
		}
	}
	if !started {
		return
	}
	if it.about.counter {
		props.PidLidAppointmentProposedDuration.Set(m, minutes(it.end.Sub(it.start)))
	}
	var start, end mapi.Value = it.start, it.end // allocated once
	m.Set(startKey.Prop(), start)
	m.Set(endKey.Prop(), end)
	m.Set(props.PidLidCommonStart.Prop(), start)
	m.Set(props.PidLidCommonEnd.Prop(), end)
	m.Set(props.PidTagStartDate.Prop(), start)
	m.Set(props.PidTagEndDate.Prop(), end)
	props.PidLidAppointmentDuration.Set(m, minutes(it.end.Sub(it.start)))
	it.setZone()
}

// setZone says in which zone the times are shown. What is in UTC has none.
func (it *item) setZone() {
	if it.zone == utcZone && !it.allDay {
		return
	}
	it.m.Set(props.PidLidAppointmentTimeZoneDefinitionStartDisplay.Prop(), it.zone.display(it.start))
	end := it.zone
	if p := it.c.Get("DTEND"); p != nil && !it.allDay {
		if w, ok := it.d.read(p); ok {
			end = w.zone
		}
	}
	it.m.Set(props.PidLidAppointmentTimeZoneDefinitionEndDisplay.Prop(), end.display(it.end))
	if it.zone != it.d.zones.fallback {
		props.PidLidTimeZoneDescription.Set(it.m, it.zone.id)
	}
}

func minutes(d time.Duration) int32 {
	return int32(min(max(d/time.Minute, -1<<31), 1<<31-1))
}

// setTask sets dates, which are midnights that are said to be UTC (MS-OXOTASK
// 2.2.2.2.4), and the true times beside them.
func (it *item) setTask(start, due when, started, ends bool) {
	if started {
		props.PidLidTaskStartDate.Set(it.m, midnight(start.wall))
		props.PidLidCommonStart.Set(it.m, it.start)
	}
	if ends && !it.end.IsZero() {
		wall := due.wall
		if due.zone == nil {
			wall = start.zone.wall(it.end)
		}
		props.PidLidTaskDueDate.Set(it.m, midnight(wall))
		props.PidLidCommonEnd.Set(it.m, it.end)
	}
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func (it *item) setJournal(started bool) {
	props.PidLidLogType.Set(it.m, "Journal")
	if !started {
		return
	}
	end := it.end
	if end.IsZero() {
		end = it.start
	}
	props.PidLidLogStart.Set(it.m, it.start)
	props.PidLidLogEnd.Set(it.m, end)
	props.PidLidLogDuration.Set(it.m, minutes(end.Sub(it.start)))
	props.PidLidCommonStart.Set(it.m, it.start)
	props.PidLidCommonEnd.Set(it.m, end)
	props.PidTagStartDate.Set(it.m, it.start)
	props.PidTagEndDate.Set(it.m, end)
}
