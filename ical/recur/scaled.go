package recur

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/ical/recur/internal/scale"
)

// A scaled is what a plan knows of a calendar other than the Gregorian one (RFC 7529).
// Days are in its months; weeks, and what is shorter than a month, are the same in all.
type scaled struct {
	p      *plan
	of     *scale.Calendar
	months []int // BYMONTH; leap months have LeapMonth added. Empty: all

	year  scale.Year // that was looked at last
	masks []uint32   // the days of its months that the rule is about

	startYear int
	at        int64 // the month that monthly rules are at, from that of the start
	walked    scale.Year
	index     int
}

func newScaled(p *plan, r *Rule) *scaled {
	s := &scaled{p: p, of: scale.Of(strings.ToUpper(r.Scale)), months: r.ByMonth}
	s.startYear = s.of.YearOf(p.startDay)
	s.walked = s.of.Year(s.startYear)
	s.index = s.walked.Month(p.startDay)
	m := s.walked.Months[s.index]
	p.day = p.startDay - m.First + 1 // what defaults takes from the start
	if r.Freq == Yearly && len(r.ByMonth)+len(r.ByYearDay)+len(r.ByDay) == 0 {
		s.months = []int{number(m)}
	}
	return s
}

// number is a month as BYMONTH says it.
func number(m scale.Month) int {
	if m.Leap {
		return m.Number + LeapMonth
	}
	return m.Number
}

// look makes a year the present one.
func (s *scaled) look(number int) {
	if s.masks != nil && s.year.Number == number {
		return
	}
	s.year = s.of.Year(number)
	s.masks = make([]uint32, len(s.year.Months))
	for i := range s.year.Months {
		if s.named(i) {
			s.masks[i] = s.month(&s.year.Months[i])
		}
	}
}

// named tells whether BYMONTH names a month of the year. A leap month that the year has
// not is the month before or after it, as SKIP says.
func (s *scaled) named(i int) bool {
	if len(s.months) == 0 || slices.Contains(s.months, number(s.year.Months[i])) {
		return true
	}
	if s.p.skip == Omit || s.year.Months[i].Leap {
		return false
	}
	for _, m := range s.months {
		if m > LeapMonth && s.year.Find(m-LeapMonth, true) < 0 {
			instead := m - LeapMonth
			if s.p.skip == Forward {
				instead++
			}
			if s.year.Months[i].Number == instead {
				return true
			}
		}
	}
	return false
}

// month are the days of a month that the rule is about, bit 0 for the first. As in the
// Gregorian calendar the bit after the last day is the first of the next month.
func (s *scaled) month(m *scale.Month) uint32 {
	p := s.p
	mask := p.monthDays(m.Days)
	if p.hasDay && mask != 0 {
		from, length := m.First, m.Days
		if p.nthOfYear {
			from, length = s.year.First, s.year.Days
		}
		mask &= p.byDay(m.First, m.Days, from, length)
	}
	if p.hasYearDay {
		mask = p.only(mask, m.First, func(day int) bool {
			pos, neg := day-s.year.First+1, s.year.First+s.year.Days-day
			return pos <= 366 && p.posYear[pos/64]>>(pos%64)&1 != 0 || neg >= 1 && neg <= 366 && p.negYear[neg/64]>>(neg%64)&1 != 0
		})
	}
	return mask
}

func (s *scaled) onDay(day int) bool {
	s.look(s.of.YearOf(day))
	i := s.year.Month(day)
	return s.masks[i]>>(day-s.year.Months[i].First)&1 != 0
}

// scaled collects a year or month of another calendar, the n-th from that of the start.
// It returns false at the end of the Gregorian calendar.
func (w *walker) scaled(n int64) bool {
	s := w.p.scaled
	if n > 13*(lastYear+1) {
		return false
	}
	if w.p.freq == Yearly {
		s.look(s.startYear + int(n))
		for i := range s.year.Months {
			w.scaledMonth(i)
		}
		return s.year.First < int(endOfDays)
	}
	for ; s.at < n; s.at++ {
		if s.index++; s.index == len(s.walked.Months) {
			s.walked, s.index = s.of.Year(s.walked.Number+1), 0
		}
	}
	s.look(s.walked.Number)
	w.scaledMonth(s.index)
	return s.walked.First < int(endOfDays)
}

func (w *walker) scaledMonth(i int) {
	s := w.p.scaled
	m := &s.year.Months[i]
	if w.p.skip == Backward && w.p.negDay>>(m.Days+1) != 0 && s.named(i) {
		w.add(int64(m.First-1) * civil.Day) // the day before the first
	}
	for mask := s.masks[i]; mask != 0; mask &= mask - 1 {
		w.add(int64(m.First+bits.TrailingZeros32(mask)) * civil.Day)
	}
}
