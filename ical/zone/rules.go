package zone

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/mapi"
)

// A change is an instant from which on clocks show another offset.
type change struct {
	at     int64 // seconds since 1970 in UTC
	offset int   // seconds east of UTC from then on
	dst    bool
	abbrev string
}

// A course is all that is known of a zone: what holds before the changes, the changes,
// and a rule for ever after in the form of POSIX ("" for none).
type course struct {
	first   change
	changes []change
	forever string
}

// tableFrom and tableTo are the years for which changes are listed one by one. After
// them a zone follows its last rule.
const (
	tableFrom = 1900
	tableTo   = 2100
)

// standard and daylight are the offsets of a rule in seconds east of UTC.
func (r *Rule) standard() int { return -60 * (int(r.Bias) + int(r.StandardBias)) }
func (r *Rule) daylight() int { return -60 * (int(r.Bias) + int(r.DaylightBias)) }

// changes tells whether a rule knows two times of the year.
func (r *Rule) changes() bool {
	return r.StandardDate.Month != 0 && r.DaylightDate.Month != 0
}

func (r *Rule) check() error {
	const most = 2 * civil.Day / 60 // from one end of what an offset can be to the other
	for _, v := range []int32{r.Bias, r.StandardBias, r.DaylightBias} {
		if v <= -most || v >= most {
			return fmt.Errorf("%w: a bias of %d minutes", mapi.ErrCorruptData, v)
		}
	}
	if !validOffset(r.standard()) || !validOffset(r.daylight()) {
		return fmt.Errorf("%w: an offset of more than a day", mapi.ErrCorruptData)
	}
	if r.changes() && !(r.StandardDate.valid() && r.DaylightDate.valid()) {
		return fmt.Errorf("%w: no date: %v, %v", mapi.ErrCorruptData, r.StandardDate, r.DaylightDate)
	}
	return nil
}

func validOffset(seconds int) bool { return seconds > -civil.Day && seconds < civil.Day }

func (s SystemTime) valid() bool {
	day := s.Day >= 1 && s.Day <= 5 && s.DayOfWeek <= 6
	if s.Year != 0 {
		day = s.Day >= 1 && s.Day <= 31
	}
	return day && s.Month >= 1 && s.Month <= 12 && s.Hour <= 23 && s.Minute <= 59 && s.Second <= 59 && s.Milliseconds <= 999
}

// clock is the time of day in seconds. The last millisecond of a day, which Windows
// writes for midnight, is the midnight that it means.
func (s SystemTime) clock() int {
	sec := int(s.Hour)*3600 + int(s.Minute)*60 + int(s.Second)
	if s.Milliseconds >= 500 {
		sec++
	}
	return sec
}

// in is the civil second of a date in a year.
func (s SystemTime) in(year int) (int64, bool) {
	month := int(s.Month)
	if s.Year != 0 {
		days := civil.Days(year, month, min(int(s.Day), civil.MonthDays(year, month)))
		return int64(days)*civil.Day + int64(s.clock()), int(s.Year) == year
	}
	first := civil.Days(year, month, 1)
	day := (int(s.DayOfWeek)-int(civil.Weekday(first))+7)%7 + 7*(int(s.Day)-1)
	for day >= civil.MonthDays(year, month) {
		day -= 7
	}
	return int64(first+day)*civil.Day + int64(s.clock()), true
}

// courseOf lists the changes that rules make. The first rule also holds before its
// year, the last one for ever.
func courseOf(rules []Rule) (course, error) {
	var c course
	if len(rules) == 0 {
		return c, fmt.Errorf("%w: a zone without rules", mapi.ErrCorruptData)
	}
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Year, b.Year) })
	for i := range rules {
		if err := rules[i].check(); err != nil {
			return c, err
		}
	}
	last := &rules[len(rules)-1]
	c.first = change{offset: rules[0].standard(), abbrev: abbrev(rules[0].standard())}
	from, to := tableFrom, tableTo
	if len(rules) == 1 && !last.changes() {
		from = to + 1 // always the same
	}
	now := c.first
	next := 0
	for year := from; year <= to; year++ {
		for next+1 < len(rules) && int(rules[next+1].Year) <= year {
			next++
		}
		for _, e := range rules[next].year(year) {
			if e.offset == now.offset && e.dst == now.dst {
				continue
			}
			e.at -= int64(now.offset)
			e.abbrev = abbrev(e.offset)
			if n := len(c.changes); n == 0 || e.at > c.changes[n-1].at {
				c.changes = append(c.changes, e)
				now = e
			}
		}
	}
	c.forever = posix(last)
	return c, nil
}

// year lists what happens in a year, at times on the clock as it is before, from what
// holds at its beginning.
func (r *Rule) year(year int) []change {
	january := int64(civil.Days(year, 1, 1)) * civil.Day
	begin := change{at: january, offset: r.standard()}
	if !r.changes() {
		return []change{begin}
	}
	std, okStd := r.StandardDate.in(year)
	dst, okDst := r.DaylightDate.in(year)
	var events []change
	if okStd {
		events = append(events, change{at: std, offset: r.standard()})
	}
	if okDst {
		events = append(events, change{at: dst, offset: r.daylight(), dst: true})
	}
	if len(events) == 2 && events[0].at > events[1].at {
		slices.Reverse(events)
	}
	// A year begins with the time that its first change ends, or with a change at the
	// very beginning: so rules say that a part of one year only has daylight time.
	switch {
	case len(events) == 0:
	case events[0].at <= january:
		begin, events = events[0], events[1:]
		begin.at = january
	case !events[0].dst && len(events) == 2:
		begin.offset, begin.dst = r.daylight(), true
	}
	return append([]change{begin}, events...)
}

// posix is a rule in the form of the POSIX variable TZ, as TZif files have it.
func posix(r *Rule) string {
	s := posixName(abbrev(r.standard())) + posixOffset(-r.standard())
	if !r.changes() || r.StandardDate.Year != 0 || r.DaylightDate.Year != 0 {
		return s
	}
	return s + posixName(abbrev(r.daylight())) + posixOffset(-r.daylight()) +
		"," + r.DaylightDate.posix() + "," + r.StandardDate.posix()
}

func (s SystemTime) posix() string {
	return fmt.Sprintf("M%d.%d.%d/%s", s.Month, s.Day, s.DayOfWeek, posixOffset(s.clock()))
}

func posixName(s string) string { return "<" + s + ">" }

func posixOffset(sec int) string {
	sign := ""
	if sec < 0 {
		sign, sec = "-", -sec
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, sec/3600, sec/60%60, sec%60)
}

// abbrev names an offset as the tz database does: +01, -0330.
func abbrev(sec int) string {
	sign := '+'
	if sec < 0 {
		sign, sec = '-', -sec
	}
	s := fmt.Sprintf("%c%02d", sign, sec/3600)
	if sec%3600 != 0 {
		s += fmt.Sprintf("%02d", sec/60%60)
	}
	if sec%60 != 0 {
		s += fmt.Sprintf("%02d", sec%60)
	}
	return s
}
