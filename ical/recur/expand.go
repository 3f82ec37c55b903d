package recur

import (
	"iter"
	"math"
	"time"
)

// All gives the instances of a rule in order: the times that it matches from start on,
// in the location of start. The start itself is only one when the rule matches it (a
// [Set] has it always). Endless rules are endless up to the year 9999. A rule that
// cannot be expanded has no instances: see [Rule.CanExpand].
//
// Times are those of the clock in that location. Where the clock goes forward, an
// instance in the gap is counted from the offset before it (RFC 5545, 3.3.5), and there
// is none for HOURLY, MINUTELY and SECONDLY; what the clock shows twice is the first.
func (r *Rule) All(start time.Time) iter.Seq[time.Time] {
	return r.Between(start, time.Time{}, time.Time{})
}

// Between gives the instances at or after from and before to; a zero time is no bound.
// It does not walk from the start where the number of instances before can be
// calculated, or does not matter.
func (r *Rule) Between(start, from, to time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		w := newWalker(r, start)
		lo, hi := bounds(from, to)
		if lo != math.MinInt64 {
			w.seek(lo)
		}
		for {
			unix, _, ok := w.next()
			if !ok || unix >= hi {
				return
			}
			if unix >= lo && !yield(time.Unix(unix, 0).In(start.Location())) {
				return
			}
		}
	}
}

// bounds are two instants in seconds, the second one exclusive.
func bounds(from, to time.Time) (lo, hi int64) {
	lo, hi = math.MinInt64, math.MaxInt64
	if !from.IsZero() {
		lo = from.Unix()
		if from.Nanosecond() > 0 {
			lo++
		}
	}
	if !to.IsZero() {
		hi = to.Unix()
		if to.Nanosecond() > 0 {
			hi++
		}
	}
	return lo, hi
}
