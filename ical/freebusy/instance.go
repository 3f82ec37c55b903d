package freebusy

import (
	"iter"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An Instance is one time at which a calendar object happens.
type Instance struct {
	Start, End time.Time // UTC
	Original   time.Time // when it would have begun; of a single object, its start
	AllDay     bool
	Status     mapi.BusyStatus

	// Exception is the embedded message of an instance that differs from its series, or
	// nil. What it does not say is as in the series.
	Exception *mapi.Message
}

// Instances gives the instances of a calendar object that end after from and begin
// before to, by start. One without length counts also when it is at from.
func Instances(m *mapi.Message, from, to time.Time, opts *Options) iter.Seq[Instance] {
	r := newReader(opts)
	return func(yield func(Instance) bool) { r.instances(m, from, to, yield) }
}

// ZoneOf is the zone in which a calendar object happens, or nil when it says none.
func ZoneOf(m mapi.Getter, zones *zone.Resolver) *zone.Zone {
	if zones == nil {
		zones = zone.NewResolver(nil)
	}
	z, _ := zones.Stored(stored(m))
	return z
}

func stored(m mapi.Getter) zone.Stored {
	return zone.Stored{
		Recurring:   len(props.PidLidAppointmentRecur.Or(m, nil)) > 0,
		Recur:       props.PidLidAppointmentTimeZoneDefinitionRecur.Or(m, nil),
		Start:       props.PidLidAppointmentTimeZoneDefinitionStartDisplay.Or(m, nil),
		End:         props.PidLidAppointmentTimeZoneDefinitionEndDisplay.Or(m, nil),
		Struct:      props.PidLidTimeZoneStruct.Or(m, nil),
		Description: props.PidLidTimeZoneDescription.Or(m, ""),
	}
}

// A reader reads the calendar objects of one call.
type reader struct{ opts Options }

func newReader(opts *Options) *reader { return &reader{opts: opts.withDefaults()} }

func (r *reader) report(m *mapi.Message, detail string) {
	if r.opts.Report != nil {
		r.opts.Report(Issue{Message: m, Detail: detail})
	}
}

// location is where an object happens.
func (r *reader) location(m mapi.Getter) *time.Location {
	s := stored(m)
	key := s.Description + "\x00" + string(s.Start) + "\x00" + string(s.Recur) + "\x00" + string(s.Struct) + "\x00" + string(s.End)
	if s.Recurring {
		key += "r"
	}
	loc, ok := r.opts.Cache.get(key)
	if !ok {
		if z, err := r.opts.Zones.Stored(s); err == nil {
			loc = z.Location()
		}
		r.opts.Cache.put(key, loc)
	}
	switch {
	case loc != nil:
		return loc
	case r.opts.Location != nil:
		return r.opts.Location
	}
	return time.UTC
}

// An object is a calendar object that is being read.
type object struct {
	r          *reader
	m          *mapi.Message
	loc        *time.Location // where it happens
	viewed     *time.Location // where its days lie
	start, end time.Time
	status     mapi.BusyStatus
	allDay     bool
}

func (r *reader) instances(m *mapi.Message, from, to time.Time, yield func(Instance) bool) {
	if !from.Before(to) {
		return
	}
	o := &object{r: r, m: m, loc: r.location(m), status: status(m), allDay: props.PidLidAppointmentSubType.Or(m, false)}
	var started, ended bool
	o.start, started = props.PidLidAppointmentStartWhole.Get(m)
	if !started {
		o.start, started = props.PidLidCommonStart.Get(m)
	}
	o.end, ended = props.PidLidAppointmentEndWhole.Get(m)
	if !ended {
		if o.end, ended = props.PidLidCommonEnd.Get(m); !ended {
			o.end = o.start
		}
	}
	o.end = later(o.start, o.end)
	o.viewed = o.loc
	if o.allDay && r.opts.Location != nil && props.PidLidAppointmentStateFlags.Or(m, 0)&mapi.AppointmentStateMeeting == 0 {
		o.viewed = r.opts.Location
	}
	if set, ok := o.series(); ok {
		o.expand(&set, from, to, yield)
		return
	}
	if !started {
		r.report(m, "no start")
		return
	}
	i := Instance{Start: o.start.UTC(), End: o.end.UTC(), Original: o.start.UTC(), AllDay: o.allDay, Status: o.status}
	if o.allDay {
		i.Start, i.End = o.day(wall(o.start, o.loc)), o.day(wall(o.end, o.loc))
	}
	if inside(i, from, to) {
		yield(i)
	}
}

// inside reports whether an instance lies in a window, at least in part.
func inside(i Instance, from, to time.Time) bool {
	return i.Start.Before(to) && (i.End.After(from) || i.Start.Equal(from) && i.End.Equal(from))
}

func later(a, b time.Time) time.Time {
	if b.Before(a) {
		return a
	}
	return b
}

// wall is what the clock of a place shows, as a time in UTC.
func wall(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// day is when a wall clock shows a time, where the days of the object lie.
func (o *object) day(wall time.Time) time.Time { return zone.Local(wall, o.viewed).UTC() }

// status is what others see of an object: that of a meeting which was cancelled or
// declined is free.
func status(m mapi.Getter) mapi.BusyStatus {
	if isCancelled(m) || props.PidLidResponseStatus.Or(m, 0) == mapi.ResponseDeclined {
		return mapi.BusyStatusFree
	}
	return known(props.PidLidBusyStatus.Or(m, mapi.BusyStatusBusy))
}

func isCancelled(m mapi.Getter) bool {
	return props.PidLidAppointmentStateFlags.Or(m, 0)&mapi.AppointmentStateCanceled != 0
}

func known(s mapi.BusyStatus) mapi.BusyStatus {
	if s < mapi.BusyStatusFree || s > mapi.BusyStatusWorkingElsewhere {
		return mapi.BusyStatusBusy // somebody means something by it: not free
	}
	return s
}

// series is the recurrence of an object: of its structure, or, where that cannot say
// it exactly, of the rule that was kept beside it.
func (o *object) series() (recur.Set, bool) {
	if lines, _ := o.m.Get(ical.KeptLines()).(string); strings.Contains(lines, "\nRRULE") || strings.Contains(lines, "\nRDATE") {
		loc := o.r.opts.Location
		if set, ok := ical.Recurrence(o.m, &ical.EncodeOptions{Zones: o.r.opts.Zones, Location: loc}); ok {
			return set, true
		}
	}
	blob := props.PidLidAppointmentRecur.Or(o.m, nil)
	if len(blob) == 0 {
		return recur.Set{}, false
	}
	a, err := recur.ParseAppointment(blob)
	if err != nil {
		o.r.report(o.m, err.Error())
		return recur.Set{}, false
	}
	if a.Damaged {
		o.r.report(o.m, "the recurrence is damaged: changed instances are missing")
	}
	loc := o.loc
	if o.allDay { // dates, whose clock counts
		loc = time.UTC
	}
	set, err := a.Set(loc)
	if err != nil {
		o.r.report(o.m, err.Error())
		return recur.Set{}, false
	}
	set.AllDay = o.allDay
	return set, true
}

// expand gives the instances of a series.
func (o *object) expand(set *recur.Set, from, to time.Time, yield func(Instance) bool) {
	lo, hi := from, to
	if set.AllDay { // dates of a clock that may be ahead or behind, and in a changed instance a time
		lo, hi = from.AddDate(0, 0, -2), to.AddDate(0, 0, 2)
	}
	changed := o.exceptions()
	n := 0
	for x := range set.Between(lo, hi) {
		i := Instance{Start: x.Start.UTC(), End: x.End.UTC(), Original: x.Original.UTC(), AllDay: o.allDay, Status: o.status}
		if set.AllDay {
			i.Start, i.End, i.Original = o.day(wallOf(x.Start)), o.day(wallOf(x.End)), zone.Local(wallOf(x.Original), o.loc).UTC()
		}
		if e, ok := changed[minute(i.Original)]; ok && x.Override >= 0 {
			e.apply(&i, isCancelled(o.m))
		}
		if !inside(i, from, to) {
			continue
		}
		if n++; n > o.r.opts.MaxInstances {
			o.r.report(o.m, "too many instances")
			return
		}
		if !yield(i) {
			return
		}
	}
}

// wallOf is the clock of t as a time in UTC.
func wallOf(t time.Time) time.Time { return wall(t, t.Location()) }

func minute(t time.Time) int64 { return t.Unix() / 60 }
