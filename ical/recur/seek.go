package recur

import (
	"math/bits"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// seek makes a walker go on a little before an instant, without the periods between. It
// is called before the first next.
func (w *walker) seek(unix int64) {
	p := w.p
	if w.done || p.scaled != nil && p.freq >= Monthly {
		return // there are few months in ten thousand years
	}
	// Two days are more than clocks differ from UTC, and gaps move.
	to := unix - 2*civil.Day
	if to <= p.start {
		return
	}
	at := p.periodOf(to) - 1
	if at <= 0 {
		return
	}
	if p.count > 0 {
		each := p.each()
		if each == 0 {
			return // they have to be counted
		}
		before := int64(w.first()) + min(at-1, maxCount)*int64(each)
		if before >= int64(p.count) {
			w.done = true
			return
		}
		w.left = p.count - int(before)
	}
	w.at = at
}

// periodOf is the number of the period in which a civil second is.
func (p *plan) periodOf(sec int64) int64 {
	day := civil.FloorDiv(sec, civil.Day)
	year, month, _ := civil.Date(int(day))
	var n int64
	switch p.freq {
	case Yearly:
		if p.byWeeks() {
			year, _, _ = civil.Date(p.weekBegin(int(day)) + 3)
		}
		n = int64(year - p.weekYear)
	case Monthly:
		n = int64((year-p.year)*12 + month - p.month)
	case Weekly:
		n = (day - int64(p.weekBegin(p.startDay))) / 7
	case Daily:
		n = day - int64(p.startDay)
	case Hourly:
		n = (sec - p.start) / 3600
	case Minutely:
		n = (sec - p.start) / 60
	default:
		n = sec - p.start
	}
	return n / p.interval
}

// first is the number of instances in the period of the start.
func (w *walker) first() (n int) {
	w.period(0)
	for _, b := range w.bases {
		if b+w.p.offsets[0] >= w.p.start {
			n++
		}
	}
	w.bases, w.at = w.bases[:0], 0
	return n
}

// each is the number of instances in every period, or 0 when it differs or when it is
// not obvious.
func (p *plan) each() int {
	if p.scaled != nil || len(p.offsets) != 1 || len(p.positions) > 0 || p.hasYearDay || p.hasWeekNo || p.skip != Omit {
		return 0
	}
	months := p.months>>1&0xFFF == 0xFFF
	switch {
	case p.freq == Daily && months && !p.hasMonthDay && !p.hasDay:
		return 1
	case p.freq == Weekly && months && !p.hasMonthDay:
		return bits.OnesCount8(p.week)
	case p.freq == Monthly && months:
		return p.eachMonth()
	case p.freq == Yearly && !p.nthOfYear, p.freq == Yearly && !p.hasDay:
		return p.eachMonth() * bits.OnesCount16(p.months&0x1FFE)
	}
	return 0
}

// eachMonth is the number of days that every month has.
func (p *plan) eachMonth() int {
	const always = 1<<29 - 2 // the days 1 to 28
	switch {
	case p.hasDay == p.hasMonthDay:
	case p.hasMonthDay && p.negDay == 0 && p.posDay&^always == 0:
		return bits.OnesCount32(p.posDay)
	case p.hasMonthDay && p.posDay == 0 && p.negDay&^always == 0:
		return bits.OnesCount32(p.negDay)
	case p.hasDay && p.week == 0:
		sign := p.nth[0].N
		for _, d := range p.nth {
			if d.N > 4 || d.N < -4 || d.N*sign < 0 {
				return 0
			}
		}
		return len(p.nth)
	}
	return 0
}
