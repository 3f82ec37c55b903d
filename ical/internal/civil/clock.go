package civil

import (
	"math"
	"time"
)

// A Clock finds instants in one place. It remembers the period between two changes of
// the clock that it looked at last, so that neighbouring times are found at once. It
// is not safe for concurrent use.
type Clock struct {
	loc *time.Location

	// Between safe and end the offset is off, and no time on the clock came before,
	// at another offset.
	safe, end, off int64
}

// NewClock is a clock of a place. nil is UTC.
func NewClock(loc *time.Location) *Clock {
	if loc == nil {
		loc = time.UTC
	}
	return &Clock{loc: loc, safe: math.MaxInt64, end: math.MinInt64}
}

// Location is where the clock is.
func (c *Clock) Location() *time.Location { return c.loc }

// Time is the instant of a civil second (RFC 5545, 3.3.5): what the clock shows twice
// is the first of the two, and what it skips is counted with the offset before the
// gap.
func (c *Clock) Time(sec int64) time.Time {
	u, _ := c.Unix(sec)
	return time.Unix(u, 0).In(c.loc)
}

// Unix is Time in seconds since 1970 in UTC. It tells whether the clock ever shows sec.
func (c *Clock) Unix(sec int64) (unix int64, exists bool) {
	if u := sec - c.off; u >= c.safe && u < c.end {
		return u, true
	}
	return c.find(sec)
}

// reach is more than any offset from UTC.
const reach = 26 * 60 * 60

// find goes through the periods in which the clock can show sec, from the earliest.
func (c *Clock) find(sec int64) (int64, bool) {
	at := sec - reach
	_, before := time.Unix(at, 0).In(c.loc).Zone()
	for {
		start, end, off := c.period(at)
		u := sec - off
		switch {
		case u < start && u < at:
			// The period before ended earlier than sec, this one begins later.
			return sec - int64(before), false
		case u < end:
			c.keep(start, end, off)
			return u, true
		}
		at, before = end, int(off)
	}
}

// period is the time around an instant in which the offset is the same.
func (c *Clock) period(at int64) (start, end, off int64) {
	t := time.Unix(at, 0).In(c.loc)
	_, o := t.Zone()
	s, e := t.ZoneBounds()
	start, end = math.MinInt64, math.MaxInt64
	if !s.IsZero() {
		start = s.Unix()
	}
	if !e.IsZero() {
		end = e.Unix()
	}
	if end <= at {
		// Beyond its table, package time ends leap years a day early.
		end = (FloorDiv(at, Day) + 1) * Day
	}
	return start, end, int64(o)
}

func (c *Clock) keep(start, end, off int64) {
	c.safe, c.end, c.off = start, end, off
	if start == math.MinInt64 {
		c.safe = math.MinInt64 / 2 // sec - off does not overflow below it
		return
	}
	_, before := time.Unix(start-1, 0).In(c.loc).Zone()
	c.safe += max(0, int64(before)-off)
}
