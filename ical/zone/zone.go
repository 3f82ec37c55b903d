package zone

import (
	"fmt"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// A Zone is a time zone: what it is called, and its offset from UTC at all times. It
// is immutable and safe for concurrent use.
type Zone struct {
	name, windows, iana string
	loc                 *time.Location
	def                 *Definition // that the zone was made of, or nil
}

// UTC is the zone without offset.
func UTC() *Zone {
	return &Zone{name: "UTC", windows: "UTC", iana: "Etc/UTC", loc: time.UTC}
}

// New is the zone of a location, under a name; "" is the location's own. The names in
// other worlds are looked up by it.
func New(name string, loc *time.Location) *Zone {
	if loc == time.UTC {
		z := UTC()
		if name != "" {
			z.name = name
		}
		return z
	}
	if name == "" {
		name = loc.String()
	}
	z := &Zone{name: name, loc: loc}
	z.iana, z.windows = ianaName(loc.String())
	return z
}

// Fixed is a zone that is always the same time east of UTC, named like "UTC+01:00".
func Fixed(east time.Duration) *Zone {
	sec := int(east / time.Second)
	if sec == 0 {
		return UTC()
	}
	name := "UTC" + clockOffset(sec)
	z := &Zone{name: name, loc: time.FixedZone(name, sec)}
	if sec%3600 == 0 {
		z.windows = windowsName(fmt.Sprintf("UTC%+03d", sec/3600))
		if z.windows != "" {
			z.iana = windowsZone(z.windows, "")
		}
	}
	return z
}

// Name is what the zone is called where it came from: a TZID, the key name of a
// definition, or the name that it was asked for by.
func (z *Zone) Name() string { return z.name }

// Windows is the id of the zone in Windows, "" when there is none.
func (z *Zone) Windows() string { return z.windows }

// IANA is the name of the zone in the tz database, "" when there is none.
func (z *Zone) IANA() string { return z.iana }

// Location gives the offsets to package time. It is never nil.
func (z *Zone) Location() *time.Location { return z.loc }

// Named is the same zone under another name.
func (z *Zone) Named(name string) *Zone {
	c := *z
	c.name = name
	return &c
}

// String is the name.
func (z *Zone) String() string { return z.name }

// Local is the instant at which the clock of the zone shows the date and time that t
// has in its own location. A time that the clock shows twice is the first one, and one
// that it skips is counted with the offset before the gap (RFC 5545, 3.3.5): 02:30 in
// the night in which clocks go from 2 to 3 is 03:30.
func (z *Zone) Local(t time.Time) time.Time { return Local(t, z.loc) }

// Local is [Zone.Local] in a location.
func Local(t time.Time, loc *time.Location) time.Time {
	return civil.NewClock(loc).Time(civil.Seconds(t)).Add(time.Duration(t.Nanosecond()))
}

// Same tells whether two zones have the same offset at all times from the beginning of
// one year to the end of another, by UTC.
func Same(a, b *Zone, from, to int) bool { return sameLocation(a.loc, b.loc, from, to) }

func sameLocation(a, b *time.Location, from, to int) bool {
	if a == b {
		return true
	}
	offA, listA := changesIn(a, yearStart(from), yearStart(to+1))
	offB, listB := changesIn(b, yearStart(from), yearStart(to+1))
	return offA == offB && slices.EqualFunc(listA, listB, func(x, y change) bool {
		return x.at == y.at && x.offset == y.offset
	})
}

// clockOffset is +01:00, or +01:00:30.
func clockOffset(sec int) string {
	sign := '+'
	if sec < 0 {
		sign, sec = '-', -sec
	}
	s := fmt.Sprintf("%c%02d:%02d", sign, sec/3600, sec/60%60)
	if sec%60 != 0 {
		s += fmt.Sprintf(":%02d", sec%60)
	}
	return s
}
