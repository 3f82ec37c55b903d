package zone

import (
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// changesIn lists the changes of a location after from and before to, in seconds since
// 1970, and the offset at from.
func changesIn(loc *time.Location, from, to int64) (offset int, list []change) {
	t := time.Unix(from, 0).In(loc)
	_, offset = t.Zone()
	now := offset
	for at := from; ; {
		_, e := t.ZoneBounds()
		if e.IsZero() || e.Unix() >= to {
			return offset, list
		}
		next := e.Unix()
		if next <= at {
			// Beyond its table, package time ends leap years a day early.
			next = (civil.FloorDiv(at, civil.Day) + 1) * civil.Day
		}
		at = next
		t = time.Unix(at, 0).In(loc)
		if name, off := t.Zone(); off != now {
			list = append(list, change{at: at, offset: off, dst: t.IsDST(), abbrev: name})
			now = off
		}
	}
}

// A span is a run of years in which clocks change by one rule of Windows. A change can
// be said in several ways; those that hold in all years of the span are left.
type span struct {
	first, last        int
	standard, daylight int          // seconds east of UTC
	toStd, toDst       []SystemTime // none: the clock is not changed
}

// spansOf describes a location by rules, from one year to another.
func spansOf(loc *time.Location, from, to int) []span {
	offset, list := changesIn(loc, yearStart(from)-civil.Day, yearStart(to+1)+civil.Day)
	var spans []span
	for year := from; year <= to; year++ {
		var in []localChange
		in, list, offset = takeYear(list, offset, year)
		s := spanOf(year, offset, in)
		if n := len(in); n > 0 {
			offset = in[n-1].offset
		}
		if n := len(spans); n == 0 || !spans[n-1].extend(s) {
			spans = append(spans, s)
		}
	}
	return spans
}

func yearStart(year int) int64 { return int64(civil.Days(year, 1, 1)) * civil.Day }

// A localChange is a change with the time that it puts an end to.
type localChange struct {
	change
	before int
	civil  int64 // on the clock as it was before
}

// takeYear takes the changes up to the end of a year. Those before the year only change
// the offset at its beginning.
func takeYear(list []change, offset, year int) (in []localChange, rest []change, begin int) {
	begin = offset
	for len(list) > 0 {
		c := localChange{list[0], offset, list[0].at + int64(offset)}
		if c.civil >= yearStart(year+1) {
			break
		}
		if c.civil < yearStart(year) {
			begin = c.offset
		} else {
			in = append(in, c)
		}
		offset, list = c.offset, list[1:]
	}
	return in, list, begin
}

func spanOf(year, offset int, in []localChange) span {
	s := span{first: year, last: year, standard: offset, daylight: offset}
	var up, down *localChange
	for i := range in {
		if c := &in[i]; c.offset > c.before && up == nil {
			up = c
		} else if c.offset < c.before {
			down = c
		}
	}
	// A year with one change has daylight time in a part of it: the other part begins
	// with the year.
	january := []SystemTime{{Month: 1, DayOfWeek: uint16(civil.Weekday(civil.Days(year, 1, 1))), Day: 1}}
	switch {
	case up != nil && down != nil:
		s.standard, s.daylight = down.offset, up.offset
		s.toStd, s.toDst = ways(down.civil), ways(up.civil)
	case up != nil:
		s.standard, s.daylight = up.before, up.offset
		s.toStd, s.toDst = january, ways(up.civil)
	case down != nil:
		s.standard, s.daylight = down.offset, down.before
		s.toStd, s.toDst = ways(down.civil), january
	}
	return s
}

// ways are the rules that say a civil second, the preferred first.
func ways(sec int64) []SystemTime {
	day := civil.FloorDiv(sec, civil.Day)
	clock := int(sec - day*civil.Day)
	list := weeks(int(day), SystemTime{Hour: uint16(clock / 3600), Minute: uint16(clock / 60 % 60), Second: uint16(clock % 60)})
	if clock == 0 {
		list = append(list, weeks(int(day)-1, SystemTime{Hour: 23, Minute: 59, Second: 59, Milliseconds: 999})...)
	}
	return list
}

func weeks(day int, s SystemTime) (list []SystemTime) {
	y, m, d := civil.Date(day)
	s.Month, s.DayOfWeek = uint16(m), uint16(civil.Weekday(day))
	if d+7 > civil.MonthDays(y, m) {
		s.Day = 5
		list = append(list, s)
	}
	if n := (d-1)/7 + 1; n < 5 {
		s.Day = uint16(n)
		list = append(list, s)
	}
	return list
}

// extend adds the next year to a span, if one rule says both.
func (s *span) extend(next span) bool {
	if s.standard != next.standard || s.daylight != next.daylight || len(s.toStd) == 0 != (len(next.toStd) == 0) {
		return false
	}
	std, dst := common(s.toStd, next.toStd), common(s.toDst, next.toDst)
	if len(s.toStd) > 0 && (len(std) == 0 || len(dst) == 0) {
		return false
	}
	s.last, s.toStd, s.toDst = next.last, std, dst
	return true
}

func common(a, b []SystemTime) []SystemTime {
	return slices.DeleteFunc(slices.Clone(a), func(s SystemTime) bool { return !slices.Contains(b, s) })
}

// rule writes a span down for Windows, whose biases are minutes.
func (s *span) rule() Rule {
	r := Rule{Major: 2, Minor: 1, Size: ruleSizeSaid, Year: uint16(min(max(s.first, 0), 0xFFFF))}
	r.Bias = int32(-s.standard / 60)
	if len(s.toStd) > 0 {
		r.DaylightBias = int32(-(s.daylight - s.standard) / 60)
		r.StandardDate, r.DaylightDate = s.toStd[0], s.toDst[0]
	}
	return r
}
