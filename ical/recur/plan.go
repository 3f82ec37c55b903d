package recur

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// A plan is a rule with a start, made ready for finding instances. Lists are sets of
// bits: a part that is absent has all of them.
type plan struct {
	freq       Freq
	interval   int64
	count      int
	lastCivil  int64 // the end, on the clock
	lastUnix   int64 // the end as an instant
	start      int64 // on the clock
	year       int   // of start, and so on
	month, day int
	startDay   int // its number
	weekYear   int // the year that has its week

	months       uint16
	posDay       uint32 // BYMONTHDAY, bit n for the n-th day
	negDay       uint32 // and from the end
	hasMonthDay  bool
	week         uint8 // BYDAY without number, bit 0 for Sunday
	nth          []Day // with number
	hasDay       bool
	nthOfYear    bool
	posYear      [6]uint64 // BYYEARDAY
	negYear      [6]uint64
	hasYearDay   bool
	posWeek      uint64 // BYWEEKNO
	negWeek      uint64
	hasWeekNo    bool
	weekStart    time.Weekday
	hours        uint32
	minutes      uint64
	seconds      uint64
	offsets      []int64 // the times in one day, hour or minute, sorted
	positions    []int
	skip         Skip
	known        int // year*12 + month of mask
	mask         uint32
	askedDay     int // and answer of onDay
	answer       bool
	scaled       *scaled // for calendars other than the Gregorian one
	nothingToSee bool
}

// lastYear is the last one that a calendar can say.
const lastYear = 9999

func newPlan(r *Rule, start time.Time) *plan {
	p := &plan{freq: r.Freq, interval: int64(max(1, r.Interval)), count: r.Count,
		lastCivil: math.MaxInt64, lastUnix: math.MaxInt64, start: civil.Seconds(start),
		weekStart: time.Monday, skip: r.Skip, known: math.MinInt, askedDay: math.MinInt, positions: r.BySetPos}
	if r.CanExpand() != nil {
		p.nothingToSee = true
		return p
	}
	p.startDay = int(civil.FloorDiv(p.start, civil.Day))
	p.year, p.month, p.day = civil.Date(p.startDay)
	p.nothingToSee = p.year > lastYear || p.year < 0
	if !r.gregorian() {
		p.scaled = newScaled(p, r)
	}
	if r.WeekStart != 0 {
		p.weekStart = r.WeekStart.Time()
	}
	p.until(r.Until)
	p.dates(r)
	p.days(r)
	p.defaults(r)
	p.times(r)
	p.weekYear = p.year
	if p.byWeeks() {
		p.weekYear, _, _ = civil.Date(p.weekBegin(p.startDay) + 3)
	}
	return p
}

func (p *plan) until(u Until) {
	switch {
	case u.IsZero():
	case u.Form == Date:
		p.lastCivil = civil.Seconds(u.Time)/civil.Day*civil.Day + civil.Day - 1
	case u.Form == Local:
		p.lastCivil = civil.Seconds(u.Time)
	default:
		p.lastUnix = u.Time.Unix()
	}
}

func (p *plan) dates(r *Rule) {
	p.months = math.MaxUint16
	if len(r.ByMonth) > 0 {
		p.months = uint16(set(r.ByMonth, 1, 12))
	}
	p.hasMonthDay = len(r.ByMonthDay) > 0
	p.posDay, p.negDay = uint32(set(r.ByMonthDay, 1, 31)), uint32(set(negated(r.ByMonthDay), 1, 31))
	p.hasWeekNo = len(r.ByWeekNo) > 0
	p.posWeek, p.negWeek = set(r.ByWeekNo, 1, 53), set(negated(r.ByWeekNo), 1, 53)
	p.hasYearDay = len(r.ByYearDay) > 0
	for _, n := range r.ByYearDay {
		if n >= 1 && n <= 366 {
			p.posYear[n/64] |= 1 << (n % 64)
		} else if n <= -1 && n >= -366 {
			p.negYear[-n/64] |= 1 << (-n % 64)
		}
	}
}

func (p *plan) days(r *Rule) {
	p.hasDay = len(r.ByDay) > 0
	numbers := r.Freq == Monthly || r.Freq == Yearly && !p.hasWeekNo
	p.nthOfYear = r.Freq == Yearly && len(r.ByMonth) == 0
	for _, d := range r.ByDay {
		switch {
		case d.Weekday < Monday || d.Weekday > Sunday:
		case d.N == 0 || !numbers:
			p.week |= 1 << d.Weekday.Time()
		case !slices.Contains(p.nth, d):
			p.nth = append(p.nth, d)
		}
	}
}

// defaults takes from the start what a rule leaves open.
func (p *plan) defaults(r *Rule) {
	if p.hasMonthDay && !p.hasDay && !p.hasYearDay && !p.hasWeekNo && r.Freq == Yearly && len(r.ByMonth) == 0 {
		p.months = 1 << p.month // the 29th, every year: of the month of the start
	}
	if p.hasDay || p.hasYearDay || p.hasMonthDay {
		return
	}
	switch {
	case r.Freq == Weekly, r.Freq == Yearly && p.hasWeekNo:
		p.week, p.hasDay = 1<<civil.Weekday(p.startDay), true
	case r.Freq == Monthly, r.Freq == Yearly:
		p.posDay, p.hasMonthDay = 1<<p.day, true
		if r.Freq == Yearly && len(r.ByMonth) == 0 {
			p.months = 1 << p.month
		}
	}
}

func (p *plan) times(r *Rule) {
	clock := int(p.start - int64(p.startDay)*civil.Day)
	of := func(list []int, from Freq, hi, begin int) (limit uint64, expand []int) {
		if p.freq <= from { // the part limits
			if len(list) == 0 {
				return math.MaxUint64, []int{0}
			}
			return set(list, 0, hi), []int{0}
		}
		if len(list) == 0 {
			return math.MaxUint64, []int{begin}
		}
		return math.MaxUint64, within(list, hi)
	}
	// A clock without leap seconds takes the second 60 for the one before it (RFC 5545,
	// 3.3.12).
	sixty := slices.Clone(r.BySecond)
	for i, s := range sixty {
		sixty[i] = min(s, 59)
	}
	hours, h := of(r.ByHour, Hourly, 23, clock/3600)
	minutes, m := of(r.ByMinute, Minutely, 59, clock/60%60)
	seconds, s := of(sixty, Secondly, 59, clock%60)
	p.hours, p.minutes, p.seconds = uint32(hours), minutes, seconds
	for _, hour := range h {
		for _, minute := range m {
			for _, second := range s {
				p.offsets = append(p.offsets, int64(hour*3600+minute*60+second))
			}
		}
	}
}

func negated(list []int) []int {
	out := make([]int, len(list))
	for i, n := range list {
		out[i] = -n
	}
	return out
}

func set(list []int, lo, hi int) (s uint64) {
	for _, n := range list {
		if n >= lo && n <= hi {
			s |= 1 << n
		}
	}
	return s
}

func within(list []int, hi int) []int {
	list = slices.DeleteFunc(slices.Clone(list), func(n int) bool { return n < 0 || n > hi })
	slices.Sort(list)
	return slices.Compact(list)
}

// sevenths are the days of a month from a first one on, seven days apart.
const sevenths = 1 | 1<<7 | 1<<14 | 1<<21 | 1<<28

// inMonth are the days of a month that a rule is about, bit 0 for the first. The bit
// after the last day is the first of the next month, where SKIP=FORWARD moves to.
func (p *plan) inMonth(year, month int) uint32 {
	if known := year*12 + month; known != p.known {
		p.known, p.mask = known, p.findMonth(year, month)
	}
	return p.mask
}

func (p *plan) findMonth(year, month int) uint32 {
	if p.months>>month&1 == 0 {
		return 0
	}
	n := civil.MonthDays(year, month)
	mask := p.monthDays(n)
	if mask == 0 {
		return 0
	}
	first := civil.Days(year, month, 1)
	if p.hasDay {
		from, length := first, n
		if p.nthOfYear {
			from, length = civil.Days(year, 1, 1), 365
			if civil.IsLeap(year) {
				length = 366
			}
		}
		mask &= p.byDay(first, n, from, length)
	}
	if p.hasYearDay {
		mask = p.only(mask, first, p.yearDay(year))
	}
	if p.hasWeekNo {
		mask = p.only(mask, first, p.weekNo)
	}
	return mask
}

// monthDays are the days that BYMONTHDAY names in a month of n days, all without it.
func (p *plan) monthDays(n int) uint32 {
	mask := uint32(1)<<n - 1
	if !p.hasMonthDay {
		return mask
	}
	mask = p.posDay>>1&mask | bits.Reverse32(p.negDay)>>(31-n)
	if p.posDay>>(n+1) != 0 && p.skip != Omit {
		mask |= 1 << (n - 2 + int(p.skip))
	}
	if p.negDay>>(n+1) != 0 && p.skip == Forward {
		mask |= 1
	}
	return mask
}

// byDay are the days of a month of n days that BYDAY names. Numbers are counted in a span
// of some length, the month or its year.
func (p *plan) byDay(first, n, from, length int) (mask uint32) {
	begin := int(civil.Weekday(first))
	for w := range 7 {
		if p.week>>w&1 != 0 {
			mask |= sevenths << ((w - begin + 7) % 7)
		}
	}
	for _, d := range p.nth {
		at := (int(d.Weekday.Time()) - int(civil.Weekday(from)) + 7) % 7
		if d.N > 0 {
			at += 7 * (d.N - 1)
		} else {
			at += 7 * ((length-1-at)/7 + d.N + 1)
		}
		if bit := from + at - first; at >= 0 && at < length && bit >= 0 && bit < n {
			mask |= 1 << bit
		}
	}
	return mask
}

func (p *plan) only(mask uint32, first int, match func(day int) bool) uint32 {
	for rest := mask; rest != 0; rest &= rest - 1 {
		if bit := bits.TrailingZeros32(rest); !match(first + bit) {
			mask &^= 1 << bit
		}
	}
	return mask
}

func (p *plan) yearDay(year int) func(int) bool {
	first, next := civil.Days(year, 1, 1), civil.Days(year+1, 1, 1)
	return func(day int) bool {
		if day >= next {
			return false
		}
		pos, neg := day-first+1, next-day
		return p.posYear[pos/64]>>(pos%64)&1 != 0 || p.negYear[neg/64]>>(neg%64)&1 != 0 ||
			pos == 365 && p.skips(p.posYear, year, Backward) || pos == 1 && p.skips(p.negYear, year, Forward)
	}
}

// skips tells whether a list has the day 366, the year has it not, and it moves to.
func (p *plan) skips(list [6]uint64, year int, to Skip) bool {
	return p.skip == to && list[366/64]>>(366%64)&1 != 0 && !civil.IsLeap(year)
}

// weekNo tells whether a day is in a week that BYWEEKNO names. Weeks belong to the year
// that has four of their days.
func (p *plan) weekNo(day int) bool {
	begin := p.weekBegin(day)
	year, _, _ := civil.Date(begin + 3)
	first, next := p.firstWeek(year), p.firstWeek(year+1)
	return p.posWeek>>((begin-first)/7+1)&1 != 0 || p.negWeek>>((next-begin)/7)&1 != 0
}

// byWeeks tells whether the years of a rule consist of whole weeks.
func (p *plan) byWeeks() bool { return p.freq == Yearly && p.hasWeekNo }

// weekBegin is the first day of the week of a day.
func (p *plan) weekBegin(day int) int {
	return day - (int(civil.Weekday(day))-int(p.weekStart)+7)%7
}

func (p *plan) firstWeek(year int) int { return p.weekBegin(civil.Days(year, 1, 4)) }

// onDay tells whether a rule is about a day.
func (p *plan) onDay(day int) bool {
	if day != p.askedDay {
		if p.scaled != nil {
			p.askedDay, p.answer = day, p.scaled.onDay(day)
			return p.answer
		}
		y, m, d := civil.Date(day)
		p.askedDay, p.answer = day, p.inMonth(y, m)>>(d-1)&1 != 0
	}
	return p.answer
}
