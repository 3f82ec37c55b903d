package freebusy

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An Interval is a time with a status. The end does not belong to it, so that
// bookings back to back do not overlap.
type Interval struct {
	Start, End time.Time
	Status     mapi.BusyStatus
}

// An Event is one instance of one object, as others may see it.
type Event struct {
	Interval
	AllDay    bool
	Private   bool // its details are hidden
	Meeting   bool
	Recurring bool
	Exception bool
	Subject   string // with Options.Details
	Location  string
}

// Of is the time of a person that is not free in a window, as intervals that are
// sorted, cut to the window, and do not overlap: where several objects are at one
// time, the strongest status counts (see [Merge]).
func Of(calendar iter.Seq[*mapi.Message], from, to time.Time, opts *Options) []Interval {
	r := newReader(opts)
	var list []Interval
	r.each(calendar, from, to, func(_ *mapi.Message, i Instance) {
		if i.Status != mapi.BusyStatusFree {
			list = append(list, Interval{i.Start, i.End, i.Status})
		}
	})
	return Clip(Merge(list), from, to)
}

// Events are the instances in a window with their true times, free ones too, sorted.
func Events(calendar iter.Seq[*mapi.Message], from, to time.Time, opts *Options) []Event {
	r := newReader(opts)
	var list []Event
	r.each(calendar, from, to, func(m *mapi.Message, i Instance) { list = append(list, r.event(m, i)) })
	slices.SortStableFunc(list, func(a, b Event) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	return list
}

func (r *reader) each(calendar iter.Seq[*mapi.Message], from, to time.Time, take func(*mapi.Message, Instance)) {
	for m := range calendar {
		if m == nil || !isAppointment(m) || r.opts.Skip != nil && r.opts.Skip(m) {
			continue
		}
		r.instances(m, from, to, func(i Instance) bool { take(m, i); return true })
	}
}

// isAppointment tells appointments from what else may lie in a calendar folder. A
// request that was not processed is no booking.
func isAppointment(m mapi.Getter) bool {
	class := strings.ToLower(props.PidTagMessageClass.Or(m, ""))
	return class == "ipm.appointment" || strings.HasPrefix(class, "ipm.appointment.")
}

func (r *reader) event(m *mapi.Message, i Instance) Event {
	e := Event{
		Interval:  Interval{i.Start, i.End, i.Status},
		AllDay:    i.AllDay,
		Meeting:   props.PidLidAppointmentStateFlags.Or(m, 0)&mapi.AppointmentStateMeeting != 0,
		Recurring: props.PidLidRecurring.Or(m, false),
		Exception: i.Exception != nil,
		Private:   private(m) || i.Exception != nil && private(i.Exception),
	}
	if !r.opts.Details || e.Private {
		return e
	}
	e.Subject, e.Location = props.PidTagSubject.Or(m, ""), props.PidLidLocation.Or(m, "")
	if x := i.Exception; x != nil {
		e.Subject, e.Location = props.PidTagSubject.Or(x, e.Subject), props.PidLidLocation.Or(x, e.Location)
	}
	return e
}

func private(m mapi.Getter) bool {
	return props.PidTagSensitivity.Or(m, 0) >= mapi.SensitivityPrivate || props.PidLidPrivate.Or(m, false)
}

// strength orders statuses: who is out of office is so although there is a meeting.
func strength(s mapi.BusyStatus) int {
	switch s {
	case mapi.BusyStatusFree:
		return 0
	case mapi.BusyStatusWorkingElsewhere:
		return 1
	case mapi.BusyStatusTentative:
		return 2
	case mapi.BusyStatusOutOfOffice:
		return 4
	}
	return 3
}

// Merge joins the intervals of lists, of one person or several, to one that is sorted
// and does not overlap. Where they overlap, the strongest counts: out of office, busy,
// tentative, working elsewhere. What touches and is alike becomes one; free time, and
// intervals without length, are left out. The lists may be in any order and are not
// changed.
func Merge(lists ...[]Interval) []Interval {
	type edge struct {
		at    time.Time
		level int
		step  int
	}
	var edges []edge
	for _, list := range lists {
		for _, i := range list {
			if s := strength(i.Status); s > 0 && i.Start.Before(i.End) {
				edges = append(edges, edge{i.Start, s, 1}, edge{i.End, s, -1})
			}
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return a.at.Compare(b.at) })
	var out []Interval
	var open [5]int
	for n := 0; n < len(edges); {
		at := edges[n].at
		for ; n < len(edges) && edges[n].at.Equal(at); n++ {
			open[edges[n].level] += edges[n].step
		}
		if n == len(edges) {
			break
		}
		s := top(open)
		last := len(out) - 1
		switch {
		case s == mapi.BusyStatusFree:
		case last >= 0 && out[last].End.Equal(at) && out[last].Status == s:
			out[last].End = edges[n].at
		default:
			out = append(out, Interval{at, edges[n].at, s})
		}
	}
	return out
}

// top is the strongest status of which some are open.
func top(open [5]int) mapi.BusyStatus {
	by := [5]mapi.BusyStatus{mapi.BusyStatusFree, mapi.BusyStatusWorkingElsewhere, mapi.BusyStatusTentative, mapi.BusyStatusBusy, mapi.BusyStatusOutOfOffice}
	for s := 4; s > 0; s-- {
		if open[s] > 0 {
			return by[s]
		}
	}
	return mapi.BusyStatusFree
}

// Clip is what of a list lies in a window.
func Clip(list []Interval, from, to time.Time) []Interval {
	var out []Interval
	for _, i := range list {
		i.Start = later(i.Start, from)
		if i.End.After(to) {
			i.End = to
		}
		if i.Start.Before(i.End) {
			out = append(out, i)
		}
	}
	return out
}

// Overlaps reports whether two intervals have time in common. One that ends when the
// other begins does not.
func (i Interval) Overlaps(j Interval) bool { return i.Start.Before(j.End) && j.Start.Before(i.End) }

// Gaps are the times of a window, at least length long, at which no interval of the
// lists is other than free or working elsewhere.
func Gaps(from, to time.Time, length time.Duration, lists ...[]Interval) []Interval {
	var out []Interval
	add := func(start, end time.Time) {
		if start.Before(end) && end.Sub(start) >= length {
			out = append(out, Interval{start, end, mapi.BusyStatusFree})
		}
	}
	at := from
	for _, i := range Clip(Merge(lists...), from, to) {
		if i.Status != mapi.BusyStatusWorkingElsewhere {
			add(at, i.Start)
			at = later(at, i.End)
		}
	}
	add(at, to)
	return out
}
