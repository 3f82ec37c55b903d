package recur

import (
	"fmt"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/mapi"
)

// An Unsupported is an error about what one form cannot say of the other. It has the
// code mapi.ErrNoSupport.
type Unsupported struct {
	Part   string // RRULE, or the part of it: "BYDAY"; RDATE, RECURRENCE-ID, CalendarType
	Detail string
}

// Error names the part.
func (u *Unsupported) Error() string { return "recurrence pattern: " + u.Part + ": " + u.Detail }

// Unwrap returns the code.
func (u *Unsupported) Unwrap() error { return mapi.ErrNoSupport }

// Rule is the RRULE that has the same instances. UNTIL, where there is one, is a date:
// that of the last instance; [Appointment.Set] says it as the standard wants it. Day 29,
// 30 or 31 in a month that is shorter is its last day in MAPI, which the rule says with
// BYMONTHDAY=-1, or with BYSETPOS=-1. The error is an *[Unsupported].
//
// A task with Sliding comes again when it was done, not at the times of the rule.
func (p *Pattern) Rule() (Rule, error) {
	if !p.Calendar.gregorian() && p.Type != PatternDay && p.Type != PatternWeek {
		return Rule{}, &Unsupported{"CalendarType", fmt.Sprintf("%#x", uint16(p.Calendar))}
	}
	r := Rule{Interval: int(min(p.Period, maxInterval))}
	if err := p.what(&r); err != nil {
		return Rule{}, err
	}
	if r.Interval <= 1 {
		r.Interval = 0
	}
	switch {
	case p.End == EndByCount && p.Count > 0:
		r.Count = int(min(p.Count, maxCount))
	case p.End == EndByDate || p.End == EndByCount:
		if p.EndDate < Never.midnight() {
			r.Until = Until{Time: p.EndDate.midnight().Time(), Form: Date}
		}
	}
	return r, nil
}

func (p *Pattern) what(r *Rule) error {
	switch p.Type {
	case PatternDay:
		r.Freq = Daily
		r.Interval = max(1, (r.Interval+720)/1440)
	case PatternWeek:
		r.Freq = Weekly
		if p.Frequency == FrequencyDaily && r.Interval%1440 == 0 {
			r.Interval = 1 // every weekday; some count days here
		}
		r.ByDay = weekdays(p.Days)
		if first := Weekday(p.FirstDay); p.FirstDay >= 1 && p.FirstDay <= 6 {
			r.WeekStart = first
		} else {
			r.WeekStart = Sunday
		}
		if len(r.ByDay) == 0 {
			return &Unsupported{"PatternTypeSpecific", "no day of the week"}
		}
	case PatternMonth, PatternMonthEnd:
		p.months(r)
		r.ByMonthDay, r.BySetPos = p.monthDay(r)
	case PatternMonthNth:
		p.months(r)
		return p.nthDay(r)
	default:
		return &Unsupported{"PatternType", fmt.Sprintf("%#x", uint16(p.Type))}
	}
	return nil
}

// months makes of months years where it can.
func (p *Pattern) months(r *Rule) {
	r.Freq = Monthly
	if r.Interval > 0 && r.Interval%12 == 0 {
		_, month, _ := p.StartDate.Time().Date()
		r.Freq, r.Interval, r.ByMonth = Yearly, r.Interval/12, []int{int(month)}
	}
}

func (p *Pattern) monthDay(r *Rule) (days, positions []int) {
	longest, shortest := 31, 28
	if len(r.ByMonth) > 0 {
		longest, shortest = civil.MonthDays(2000, r.ByMonth[0]), civil.MonthDays(2001, r.ByMonth[0])
	}
	day := int(min(p.Day, 31))
	switch {
	case p.Type == PatternMonthEnd || day == 0 || day >= longest && day > shortest:
		return []int{-1}, nil
	case day <= shortest:
		return []int{day}, nil
	}
	for d := shortest; d <= day; d++ {
		days = append(days, d)
	}
	return days, []int{-1}
}

func (p *Pattern) nthDay(r *Rule) error {
	n := int(p.Nth)
	if n < 1 || n > 5 {
		return &Unsupported{"PatternTypeSpecific", fmt.Sprintf("day number %d of the month", p.Nth)}
	}
	if n == 5 {
		n = -1
	}
	r.ByDay = weekdays(p.Days)
	switch len(r.ByDay) {
	case 0:
		return &Unsupported{"PatternTypeSpecific", "no day of the week"}
	case 1:
		r.ByDay[0].N = n
	default:
		r.BySetPos = []int{n}
	}
	return nil
}

// weekdays are the days of a mask, from Monday on as calendars write them.
func weekdays(mask uint32) (list []Day) {
	for d := Monday; d <= Sunday; d++ {
		if mask>>d.Time()&1 != 0 {
			list = append(list, Day{Weekday: d})
		}
	}
	return list
}

// Set is the series of a task: its days, at midnight in UTC. A task without pattern
// days has none deleted; those that it has are exclusions.
func (p *Pattern) Set() (Set, error) {
	a := Appointment{Pattern: *p}
	s, err := a.Set(time.UTC)
	s.AllDay = true
	return s, err
}

// Set is the series of an appointment on the clock of a location. Exceptions are
// overrides in their order, deleted instances are exclusions. The end of the rule is
// said as calendars want it: the instant of the last instance. The error is an
// *[Unsupported].
//
// Whether the series is of whole days is not in the pattern: it is
// PidLidAppointmentSubType, and a caller that knows it sets AllDay.
func (a *Appointment) Set(loc *time.Location) (Set, error) {
	rule, err := a.Rule()
	if err != nil {
		return Set{}, err
	}
	clock := civil.NewClock(loc)
	at := func(m Minutes) time.Time { return clock.Time(m.seconds()) }
	s := Set{
		Start:    at(a.StartDate.midnight() + Minutes(a.StartOffset)),
		Duration: time.Duration(max(0, int64(a.EndOffset)-int64(a.StartOffset))) * time.Minute,
		NoStart:  true,
		Nominal:  true,
		Rules:    []Rule{rule},
	}
	if u := &s.Rules[0].Until; !u.IsZero() && len(a.offsets()) > 0 {
		*u = Until{Time: at(a.EndDate.midnight() + Minutes(a.StartOffset)).UTC()}
	}
	changed := map[Minutes]bool{}
	for _, e := range a.Exceptions {
		changed[e.Original.midnight()] = true
		s.Overrides = append(s.Overrides, Override{Original: at(a.original(e)), Start: at(e.Start), End: at(max(e.Start, e.End))})
	}
	for _, d := range a.Deleted {
		if !changed[d.midnight()] {
			s.Except = append(s.Except, Exclusion{Time: at(d.midnight() + Minutes(a.StartOffset))})
		}
	}
	return s, nil
}

// original is when an exception would have begun. Some writers give the day only.
func (a *Appointment) original(e Exception) Minutes {
	if e.Original == e.Original.midnight() {
		return e.Original + Minutes(a.StartOffset)
	}
	return e.Original
}

// offsets are none for a pattern without appointment.
func (a *Appointment) offsets() []uint32 {
	if a.WriterVersion2 == 0 {
		return nil
	}
	return []uint32{a.StartOffset, a.EndOffset}
}

// Find is the exception of the instance that would have begun at a time on the clock of
// the series, or nil.
func (a *Appointment) Find(original time.Time) *Exception {
	m := MinutesOf(original)
	i := slices.IndexFunc(a.Exceptions, func(e Exception) bool { return a.original(e) == m })
	if i < 0 {
		i = slices.IndexFunc(a.Exceptions, func(e Exception) bool { return e.Original.midnight() == m.midnight() })
	}
	if i < 0 {
		return nil
	}
	return &a.Exceptions[i]
}
