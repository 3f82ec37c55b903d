package meeting

import (
	"iter"
	"time"

	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A Conflict is an instance of a request for which there is no room.
type Conflict struct {
	Original time.Time // when it would have begun, for SendOptions.Instance
	freebusy.Interval
	With freebusy.Interval // what is there, the first of several
}

// Conflicts are the instances of a request in a window that have time in common with
// something that is not free: tentative bookings count, and so does out of office
// (lesson 43). Who works elsewhere may be booked. What ends when the other begins is no
// conflict. busy is as [freebusy.Of] gives it, without the meeting itself: see
// [Others].
func Conflicts(request *mapi.Message, busy []freebusy.Interval, from, to time.Time, opts *freebusy.Options) []Conflict {
	var list []Conflict
	busy = freebusy.Merge(busy)
	for i := range freebusy.Instances(request, from, to, opts) {
		if c, ok := conflict(i, busy); ok {
			list = append(list, c)
		}
	}
	return list
}

func conflict(i freebusy.Instance, busy []freebusy.Interval) (Conflict, bool) {
	c := Conflict{Original: i.Original, Interval: freebusy.Interval{Start: i.Start, End: i.End, Status: i.Status}}
	for k := firstAfter(busy, i.Start); k < len(busy) && busy[k].Start.Before(i.End); k++ {
		if busy[k].Status != mapi.BusyStatusWorkingElsewhere && c.Overlaps(busy[k]) {
			c.With = busy[k]
			return c, true
		}
	}
	return c, false
}

// firstAfter is the index of the first interval that ends after a time.
func firstAfter(list []freebusy.Interval, t time.Time) int {
	lo, hi := 0, len(list)
	for lo < hi {
		if mid := (lo + hi) / 2; list[mid].End.After(t) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// Others is a calendar without the objects of a meeting, so that it does not conflict
// with itself when it is moved.
func Others(calendar iter.Seq[*mapi.Message], request *mapi.Message) iter.Seq[*mapi.Message] {
	return func(yield func(*mapi.Message) bool) {
		for m := range calendar {
			if m != nil && !Same(m, request) && !yield(m) {
				return
			}
		}
	}
}

// A Policy says how a room or other resource takes bookings, as resource mailboxes of
// Exchange do. The zero value takes everything for which there is room, for ever.
type Policy struct {
	Manual           bool          // a person decides on what is not refused: the answer is tentative
	AllowConflicts   bool          // double bookings are taken
	RefuseRecurring  bool          // only single meetings
	Window           time.Duration // how far ahead may be booked; 0 without limit
	TrimSeries       bool          // a series that goes beyond the window is taken as far as it goes; else refused
	MaxDuration      time.Duration // of an instance; 0 without limit
	MaxConflicts     int           // of a series that is taken all the same, without those instances; 0 takes none
	MaxConflictsPart int           // the same in percent of its instances; 0: only MaxConflicts counts
	Horizon          time.Duration // how far endless series are looked at without Window; 0 means two years
}

// A Refusal is why a booking is not taken.
type Refusal uint8

// The refusals.
const (
	NotRefused    Refusal = iota
	Past                  // all of it is over
	Recurring             // series are not taken
	TooLong               // an instance is longer than the policy allows
	TooFar                // beyond the booking window
	Taken                 // there is something else
	NotUnderstood         // it has no instances
)

// String is the name.
func (r Refusal) String() string {
	return [...]string{"NotRefused", "Past", "Recurring", "TooLong", "TooFar", "Taken", "NotUnderstood"}[min(r, NotUnderstood)]
}

// A Decision is what a resource answers.
type Decision struct {
	Answer    mapi.ResponseStatus // accepted, tentative or declined
	Refusal   Refusal             // when it is declined
	Conflicts []Conflict          // also those of a series that is accepted: decline each with SendOptions.Instance
	Beyond    bool                // there are instances beyond the window, for which it does not hold
}

// Decide is what a resource answers to a request. calendar is all that is in its
// calendar; the meeting itself does not count.
func (p Policy) Decide(request *mapi.Message, calendar iter.Seq[*mapi.Message], now time.Time, opts *freebusy.Options) Decision {
	no := func(r Refusal) Decision { return Decision{Answer: mapi.ResponseDeclined, Refusal: r} }
	recurring := isSeries(request) || props.PidLidRecurring.Or(request, false)
	if recurring && p.RefuseRecurring {
		return no(Recurring)
	}
	end := p.horizon(now)
	var instances []freebusy.Instance
	beyond := false
	for i := range freebusy.Instances(request, now, end.AddDate(10, 0, 0), opts) {
		switch {
		case !i.Start.Before(end):
			beyond = true
		case p.MaxDuration > 0 && i.End.Sub(i.Start) > p.MaxDuration:
			return no(TooLong)
		default:
			instances = append(instances, i)
		}
		if beyond {
			break
		}
	}
	switch {
	case len(instances) == 0 && (beyond || !props.PidLidAppointmentStartWhole.Or(request, now).Before(end)):
		return no(TooFar)
	case len(instances) == 0 && props.PidLidAppointmentStartWhole.Or(request, now).Before(now):
		return no(Past)
	case len(instances) == 0:
		return no(NotUnderstood)
	case beyond && p.Window > 0 && !p.TrimSeries:
		return no(TooFar)
	}
	d := Decision{Answer: mapi.ResponseAccepted, Beyond: beyond}
	if p.Manual {
		d.Answer = mapi.ResponseTentative
	}
	if p.AllowConflicts {
		return d
	}
	busy := freebusy.Of(Others(calendar, request), instances[0].Start, latest(instances), opts)
	for _, i := range instances {
		if c, ok := conflict(i, busy); ok {
			d.Conflicts = append(d.Conflicts, c)
		}
	}
	if n := len(d.Conflicts); n > 0 && (!recurring || n == len(instances) || !p.bears(n, len(instances))) {
		d.Answer, d.Refusal = mapi.ResponseDeclined, Taken
	}
	return d
}

func (p Policy) horizon(now time.Time) time.Time {
	switch {
	case p.Window > 0:
		return now.Add(p.Window)
	case p.Horizon > 0:
		return now.Add(p.Horizon)
	}
	return now.AddDate(2, 0, 0)
}

// bears reports whether a series may have some conflicts.
func (p Policy) bears(conflicts, instances int) bool {
	return conflicts <= p.MaxConflicts || p.MaxConflictsPart > 0 && conflicts*100 <= p.MaxConflictsPart*instances
}

func latest(list []freebusy.Instance) (end time.Time) {
	for _, i := range list {
		if i.End.After(end) {
			end = i.End
		}
	}
	return end
}
