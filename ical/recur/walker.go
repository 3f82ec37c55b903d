package recur

import (
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// A walker finds the instances of a rule one by one. It goes through the periods of the
// rule: years, months, weeks, days, hours, minutes or seconds, interval by interval.
type walker struct {
	p     *plan
	clock *civil.Clock
	at    int64 // number of the next period, 0 for that of the start
	left  int   // instances to come, if there is a count
	last  int64 // the instance before
	idle  int   // periods without instances since the last one
	done  bool

	bases []int64 // of the period: its days, or the hour, minute or second
	base  int
	off   int
	picks []int64 // instead of them, where the rule has positions
	pick  int
}

func newWalker(r *Rule, start time.Time) *walker {
	p := newPlan(r, start)
	return &walker{p: p, clock: civil.NewClock(start.Location()), left: p.count, last: math.MinInt64, done: p.nothingToSee}
}

// next is the next instance in seconds since 1970, and what its clock shows by the
// rule.
func (w *walker) next() (unix, sec int64, ok bool) {
	for !w.done {
		sec, ok := w.candidate()
		if !ok {
			w.done = !w.fill()
			continue
		}
		if sec < w.p.start {
			continue
		}
		unix, shown := w.clock.Unix(sec)
		if sec > w.p.lastCivil || unix > w.p.lastUnix {
			break
		}
		// A clock that goes forward jumps over hours: by the hour there are no instances
		// in the gap, by the day it is the time after it, once.
		if unix <= w.last || !shown && w.p.freq < Daily {
			continue
		}
		if w.p.count > 0 {
			if w.left == 0 {
				break
			}
			w.left--
		}
		w.last, w.idle = unix, 0
		return unix, sec, true
	}
	w.done = true
	return 0, 0, false
}

// candidate is the next time in the period.
func (w *walker) candidate() (int64, bool) {
	if len(w.p.positions) > 0 {
		if w.pick == len(w.picks) {
			return 0, false
		}
		w.pick++
		return w.picks[w.pick-1], true
	}
	if w.base == len(w.bases) {
		return 0, false
	}
	sec := w.bases[w.base] + w.p.offsets[w.off]
	if w.off++; w.off == len(w.p.offsets) {
		w.base, w.off = w.base+1, 0
	}
	return sec, true
}

// patience is how many periods in a row may be empty. After 400 years the calendar is
// the same again, and nothing will come that has not come by then. For hours, minutes
// and seconds, which have too many periods, it is a bound on work.
var patience = [...]int{Secondly: 1 << 22, Minutely: 1 << 22, Hourly: 1 << 22,
	Daily: 146_097, Weekly: 20_871, Monthly: 4_800, Yearly: 400}

// fill finds the next period that has instances. It returns false when there is none.
func (w *walker) fill() bool {
	w.bases, w.picks = w.bases[:0], w.picks[:0]
	w.base, w.off, w.pick = 0, 0, 0
	for ; w.idle <= patience[w.p.freq]; w.idle++ {
		if len(w.p.offsets) == 0 || !w.period(w.at) {
			return false
		}
		if len(w.bases) > 0 && w.choose() {
			w.idle++ // what it has may all be before the start
			return true
		}
	}
	return false
}

// period collects a period, and goes on to the next. It returns false at the end of the
// calendar.
func (w *walker) period(at int64) bool {
	p, n := w.p, at*w.p.interval
	w.at++
	if p.scaled != nil && p.freq >= Monthly {
		return w.scaled(n)
	}
	switch p.freq {
	case Yearly:
		year := int64(p.weekYear) + n
		if year > lastYear {
			return false
		}
		w.year(int(year))
	case Monthly:
		month := int64(p.year*12+p.month-1) + n
		if month >= (lastYear+1)*12 {
			return false
		}
		w.month(int(month/12), int(month%12)+1)
	case Weekly:
		if n > endOfDays {
			return false
		}
		return w.days(p.weekBegin(p.startDay)+7*int(n), 7)
	case Daily:
		if n > endOfDays {
			return false
		}
		return w.days(p.startDay+int(n), 1)
	default:
		return w.short(at)
	}
	return true
}

var endOfDays = int64(civil.Days(lastYear+1, 1, 1))

func (w *walker) year(year int) {
	p := w.p
	if p.byWeeks() {
		w.month(year-1, 12)
	}
	if p.hasYearDay && p.skips(p.negYear, year, Backward) {
		w.add(int64(civil.Days(year, 1, 0)) * civil.Day)
	}
	for m := 1; m <= 12; m++ {
		w.month(year, m)
	}
	if p.hasYearDay && p.skips(p.posYear, year, Forward) {
		w.add(int64(civil.Days(year+1, 1, 1)) * civil.Day)
	}
	if p.byWeeks() {
		w.month(year+1, 1)
		from, to := int64(p.firstWeek(year))*civil.Day, int64(p.firstWeek(year+1))*civil.Day
		w.bases = slices.DeleteFunc(w.bases, func(b int64) bool { return b < from || b >= to })
	}
}

func (w *walker) month(year, month int) {
	mask := w.p.inMonth(year, month)
	first := int64(civil.Days(year, month, 1))
	if w.p.skip == Backward && w.p.negDay>>(civil.MonthDays(year, month)+1) != 0 && w.p.months>>month&1 != 0 {
		w.add((first - 1) * civil.Day) // the day before the first
	}
	for ; mask != 0; mask &= mask - 1 {
		w.add((first + int64(bits.TrailingZeros32(mask))) * civil.Day)
	}
}

func (w *walker) days(from, n int) bool {
	for d := from; d < from+n; d++ {
		if w.p.onDay(d) {
			w.add(int64(d) * civil.Day)
		}
	}
	return int64(from) < endOfDays
}

func (w *walker) add(base int64) {
	if n := len(w.bases); n == 0 || base > w.bases[n-1] {
		w.bases = append(w.bases, base)
	}
}

// short is a period shorter than a day. What cannot match is jumped over: the rest of a
// day, an hour or a minute.
func (w *walker) short(at int64) bool {
	p := w.p
	unit := [...]int64{Secondly: 1, Minutely: 60, Hourly: 3600}[p.freq]
	begin, step := civil.FloorDiv(p.start, unit)*unit, unit*p.interval
	if at > (endOfDays*civil.Day-begin)/step {
		return false
	}
	t := begin + at*step
	day := civil.FloorDiv(t, civil.Day)
	if day >= endOfDays {
		return false
	}
	clock := t - day*civil.Day
	upTo := int64(0) // the first time that may match
	switch {
	case !p.onDay(int(day)):
		upTo = (day + 1) * civil.Day
	case p.hours>>(clock/3600)&1 == 0:
		upTo = t - clock%3600 + 3600
	case p.freq < Hourly && p.minutes>>(clock/60%60)&1 == 0:
		upTo = t - clock%60 + 60
	case p.freq < Minutely && p.seconds>>(clock%60)&1 == 0:
		upTo = t + 1
	default:
		w.add(t)
		return true
	}
	w.at = max(w.at, (upTo-begin+step-1)/step)
	return true
}

// choose applies BYSETPOS. It returns false when nothing is left.
func (w *walker) choose() bool {
	if len(w.p.positions) == 0 {
		return true
	}
	total := len(w.bases) * len(w.p.offsets)
	for _, n := range w.p.positions {
		if n < 0 {
			n += total
		} else {
			n--
		}
		if n >= 0 && n < total {
			w.picks = append(w.picks, w.bases[n/len(w.p.offsets)]+w.p.offsets[n%len(w.p.offsets)])
		}
	}
	slices.Sort(w.picks)
	w.picks = slices.Compact(w.picks)
	if len(w.picks) == 0 {
		w.bases = w.bases[:0]
		return false
	}
	return true
}
