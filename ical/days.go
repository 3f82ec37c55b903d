package ical

import (
	"time"

	"github.com/okapi-mail/okapi/props"
)

// isDay reports whether a day begins at a time: at midnight, or where the clock leaves that
// out, at the next time that there is.
func (z *timeZone) isDay(at time.Time) bool {
	return z.utc(midnight(z.wall(at))).Equal(at.Truncate(time.Second))
}

// endOfDays is the begin of a day that is next to the end of an event, and after its start.
func (z *timeZone) endOfDays(start, end time.Time) time.Time {
	first, last := midnight(z.wall(start)), midnight(z.wall(end).Add(12*time.Hour))
	if !last.After(first) {
		last = first.AddDate(0, 0, 1)
	}
	return z.utc(last)
}

// days is the zone between whose midnights an all-day event lies: its own, which is nil
// when it says none; then the default zone, or UTC. Where none of them fits, a date would
// be another day (lesson 27), and the event must be written with its times.
func (t *zoneTable) days(own *timeZone, start, end time.Time) *timeZone {
	first := own
	if first == nil {
		first = t.fallback
	}
	if first.isDay(start) {
		return first
	}
	for _, z := range []*timeZone{t.fallback, utcZone} {
		if z.isDay(start) && z.isDay(end) {
			return z
		}
	}
	return nil
}

// span is the time of an event: that which is proposed, in a counter proposal. Without an
// end, end is the start.
func (k *maker) span() (start, end time.Time, started, ended bool) {
	if k.about.counter {
		start, started = props.PidLidAppointmentProposedStartWhole.Get(k.m)
		end, ended = props.PidLidAppointmentProposedEndWhole.Get(k.m)
	} else {
		start, started = props.PidLidAppointmentStartWhole.Get(k.get)
		end, ended = props.PidLidAppointmentEndWhole.Get(k.get)
	}
	if !started {
		if start, started = props.PidLidCommonStart.Get(k.get); started {
			end, ended = props.PidLidCommonEnd.Get(k.get)
		}
	}
	if ended = ended && !end.Before(start); !ended {
		end = start
	}
	return start, end, started, ended
}

// days decides whether an event is written as dates, and in which zone.
func (k *maker) days() {
	if k.kind != event || !props.PidLidAppointmentSubType.Or(k.get, false) {
		return
	}
	start, end, started, ended := k.span()
	if !started {
		return
	}
	z := k.e.zones.days(k.zone, start, end)
	switch {
	case z == nil:
		k.e.report(RuleValue, "an all-day event that begins at no midnight: "+formatUTC(start))
		return
	case z != k.zone && (k.zone != nil || z != k.e.zones.fallback) || ended && !z.endOfDays(start, end).Equal(end):
		k.e.report(RuleValue, "an all-day event that is no days of its zone: "+formatUTC(start)+"/"+formatUTC(end))
	}
	k.zone, k.allDay = z, true
}

// seriesDays is the zone in which the series of an instance is written as dates, or nil.
func (k *maker) seriesDays() *timeZone {
	if !props.PidLidAppointmentSubType.Or(k.series, false) {
		return nil
	}
	s := &maker{e: k.e, m: k.series, get: k.series, about: k.about}
	start, end, started, _ := s.span()
	if !started {
		return nil
	}
	return k.e.zones.days(k.e.zones.of(s.m, props.PidLidRecurring.Or(s.m, false)), start, end)
}

// recurrenceID says which instance it is, in the form of the series.
func (k *maker) recurrenceID(at time.Time) {
	z, date := k.zone, k.allDay && k.zone.isDay(at)
	if k.series != nil {
		days := k.seriesDays()
		if date = days != nil; date {
			z = days
		}
	}
	k.point("RECURRENCE-ID", at, date, z)
}
