package recur

import (
	"fmt"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
)

// PatternOptions say how a series becomes a pattern. The zero value and nil mean the
// defaults.
type PatternOptions struct {
	// Approximate takes what Outlook takes too, although the instances are not all the
	// same: days 29 to 31, which in shorter months are the last day in MAPI and no day in
	// RFC 5545; instances moved across another one, which Outlook may not show; and a
	// start that is no instance of the rule, which is left out.
	Approximate bool

	// FirstDay is the first day of the week where the rule does not say it. Default:
	// Monday, as in RFC 5545.
	FirstDay Weekday
}

const (
	maxDays   = 999 // as Outlook takes them
	maxWeeks  = 99
	maxMonths = 99
	maxWork   = 1 << 20 // instances that are counted
)

// NewPattern makes the pattern of a task: the days of the series. What a pattern cannot
// say is an *[Unsupported] that names it, and the caller keeps the rule itself.
func NewPattern(s *Set, opts *PatternOptions) (Pattern, error) {
	a, err := NewAppointment(s, opts)
	if err != nil {
		return Pattern{}, err
	}
	if len(a.Exceptions) > 0 {
		return Pattern{}, &Unsupported{"RECURRENCE-ID", "tasks have no exceptions"}
	}
	return a.Pattern, nil
}

// NewAppointment makes the recurrence of an appointment, with an exception for each
// override that is not cancelled; [Appointment.Find] finds it, to say what else it
// changes. Exclusions and cancelled overrides are deleted instances; those that match
// no instance are left out. A date beside the rule (RDATE) can be said only as an
// instance that was moved: it takes the place of an exclusion. What a pattern cannot
// say is an *[Unsupported] that names it, and the caller keeps the rule itself.
func NewAppointment(s *Set, opts *PatternOptions) (Appointment, error) {
	b := builder{s: s}
	if opts != nil {
		b.opts = *opts
	}
	err := b.build()
	return b.a, err
}

type builder struct {
	s    *Set
	opts PatternOptions
	rule Rule
	a    Appointment

	clock *civil.Clock
}

func no(part, format string, args ...any) error {
	return &Unsupported{part, fmt.Sprintf(format, args...)}
}

func (b *builder) build() error {
	s := b.s
	switch {
	case len(s.Rules) != 1:
		return no("RRULE", "%d rules", len(s.Rules))
	case len(s.ExRules) > 0:
		return no("EXRULE", "rules of exclusion")
	case !s.Rules[0].gregorian():
		return no("RSCALE", "%s", s.Rules[0].Scale)
	case s.Duration < 0:
		return no("DURATION", "negative")
	}
	b.rule = s.Rules[0]
	if s.AllDay {
		b.rule = b.rule.AllDay()
	}
	b.clock = civil.NewClock(s.Start.Location())
	p := &b.a.Pattern
	p.ReaderVersion, p.WriterVersion = 0x3004, 0x3004
	b.a.ReaderVersion2, b.a.WriterVersion2 = 0x3006, withHighlight
	if err := b.times(); err != nil {
		return err
	}
	first, err := b.first()
	if err != nil {
		return err
	}
	if err := b.what(first); err != nil {
		return err
	}
	p.StartDate = minutesOf(first).midnight()
	b.a.StartOffset = uint32(minutesOf(first) - p.StartDate)
	b.a.EndOffset = b.a.StartOffset + uint32(s.length()/60)
	p.FirstDateTime = p.firstDateTime()
	if err := b.end(); err != nil {
		return err
	}
	return b.exceptions()
}

// times are one time of the day.
func (b *builder) times() error {
	r := &b.rule
	switch {
	case r.Freq < Daily:
		return no("FREQ", "%v", r.Freq)
	case len(r.ByHour) > 1:
		return no("BYHOUR", "several hours")
	case len(r.ByMinute) > 1:
		return no("BYMINUTE", "several minutes")
	case len(r.BySecond) > 1, len(r.BySecond) == 1 && r.BySecond[0] != b.s.Start.Second():
		return no("BYSECOND", "other seconds than the start")
	case len(r.ByYearDay) > 0:
		return no("BYYEARDAY", "days of the year")
	case len(r.ByWeekNo) > 0:
		return no("BYWEEKNO", "weeks of the year")
	case r.Skip == Forward:
		return no("SKIP", "FORWARD")
	}
	return nil
}

// first is the first instance by the rule, on the clock.
func (b *builder) first() (int64, error) {
	w := newWalker(&b.rule, b.s.Start)
	_, sec, ok := w.next()
	if !ok {
		return 0, no("RRULE", "no instance")
	}
	if !b.s.NoStart && !b.opts.Approximate && sec != civil.Seconds(b.s.Start) {
		return 0, no("DTSTART", "is no instance of the rule")
	}
	if sec < epoch1601 {
		return 0, no("DTSTART", "before 1601")
	}
	return sec, nil
}

func (b *builder) what(first int64) error {
	r, p := &b.rule, &b.a.Pattern
	interval := max(1, r.Interval)
	p.FirstDay = uint32(time.Monday)
	if b.opts.FirstDay != 0 {
		p.FirstDay = uint32(b.opts.FirstDay.Time())
	}
	if r.WeekStart != 0 {
		p.FirstDay = uint32(r.WeekStart.Time())
	}
	day := int(civil.FloorDiv(first, civil.Day))
	switch r.Freq {
	case Daily:
		return b.daily(interval)
	case Weekly:
		return b.weekly(interval, day)
	case Monthly:
		if len(r.ByMonth) > 0 {
			return no("BYMONTH", "with MONTHLY")
		}
		if interval > maxMonths {
			return no("INTERVAL", "%d months", interval)
		}
		p.Frequency, p.Period = FrequencyMonthly, uint32(interval)
	case Yearly:
		if len(r.ByMonth) > 1 {
			return no("BYMONTH", "several months")
		}
		if 12*interval > maxMonths {
			return no("INTERVAL", "%d years", interval)
		}
		p.Frequency, p.Period = FrequencyYearly, uint32(12*interval)
		if interval > 1 {
			p.Frequency = FrequencyMonthly
		}
		if len(r.ByMonth) == 0 && len(r.ByDay) > 0 {
			return no("BYDAY", "in a year without month")
		}
	}
	if len(r.ByDay) > 0 {
		return b.nth()
	}
	return b.monthDay(day)
}

func (b *builder) daily(interval int) error {
	r, p := &b.rule, &b.a.Pattern
	switch {
	case len(r.ByMonth) > 0:
		return no("BYMONTH", "with DAILY")
	case len(r.ByMonthDay) > 0:
		return no("BYMONTHDAY", "with DAILY")
	case len(r.BySetPos) > 0:
		return no("BYSETPOS", "with DAILY")
	case len(r.ByDay) > 0 && interval > 1:
		return no("BYDAY", "with DAILY and INTERVAL")
	case interval > maxDays:
		return no("INTERVAL", "%d days", interval)
	}
	p.Frequency = FrequencyDaily
	if len(r.ByDay) == 0 {
		p.Type, p.Period = PatternDay, uint32(interval*1440)
		return nil
	}
	p.Type, p.Period, p.Days = PatternWeek, 1, mask(r.ByDay)
	if p.Days != 0x3E {
		p.Frequency = FrequencyWeekly
	}
	return nil
}

func (b *builder) weekly(interval, day int) error {
	r, p := &b.rule, &b.a.Pattern
	switch {
	case len(r.ByMonth) > 0:
		return no("BYMONTH", "with WEEKLY")
	case len(r.ByMonthDay) > 0:
		return no("BYMONTHDAY", "with WEEKLY")
	case len(r.BySetPos) > 0:
		return no("BYSETPOS", "with WEEKLY")
	case interval > maxWeeks:
		return no("INTERVAL", "%d weeks", interval)
	}
	p.Frequency, p.Type, p.Period = FrequencyWeekly, PatternWeek, uint32(interval)
	p.Days = mask(r.ByDay)
	if len(r.ByDay) == 0 {
		p.Days = 1 << civil.Weekday(day)
	}
	return nil
}

func mask(list []Day) (m uint32) {
	for _, d := range list {
		m |= 1 << d.Weekday.Time()
	}
	return m
}

// nth is BYDAY=2TU, BYDAY=TU;BYSETPOS=2, and sets of days with a position.
func (b *builder) nth() error {
	r, p := &b.rule, &b.a.Pattern
	if len(r.ByMonthDay) > 0 {
		return no("BYMONTHDAY", "together with BYDAY")
	}
	n := 0
	switch {
	case len(r.ByDay) == 1 && r.ByDay[0].N != 0 && len(r.BySetPos) == 0:
		n = r.ByDay[0].N
	case slices.ContainsFunc(r.ByDay, func(d Day) bool { return d.N != 0 }):
		return no("BYDAY", "several numbers")
	case len(r.BySetPos) != 1:
		return no("BYSETPOS", "%d positions", len(r.BySetPos))
	default:
		n = r.BySetPos[0]
	}
	if n == -1 {
		n = 5
	} else if n < 1 || n > 4 {
		return no("BYDAY", "number %d", n)
	}
	p.Type, p.Days, p.Nth = PatternMonthNth, mask(r.ByDay), uint32(n)
	return nil
}

func (b *builder) monthDay(day int) error {
	r, p := &b.rule, &b.a.Pattern
	p.Type = PatternMonth
	_, month, _ := civil.Date(day)
	_, _, date := civil.Date(int(civil.FloorDiv(civil.Seconds(b.s.Start), civil.Day)))
	if r.Freq == Monthly {
		month = 0
	}
	list := slices.Clone(r.ByMonthDay)
	slices.Sort(list)
	switch {
	case len(list) == 0:
	case len(list) == 1 && list[0] == -1 && plainPosition(r.BySetPos):
		p.Day = 31
		return nil
	case len(list) == 1 && list[0] > 0 && plainPosition(r.BySetPos):
		date = list[0]
	case isClamp(list) && slices.Equal(r.BySetPos, []int{-1}):
		p.Day = uint32(list[len(list)-1])
		return nil
	case len(list) == 1:
		return no("BYMONTHDAY", "%d", list[0])
	default:
		return no("BYMONTHDAY", "several days")
	}
	if !plainPosition(r.BySetPos) {
		return no("BYSETPOS", "with one day")
	}
	p.Day = uint32(date)
	if r.Skip != Backward && !b.opts.Approximate && b.short(month, date) {
		return no("BYMONTHDAY", "%d: MAPI has the last day in shorter months", date)
	}
	return nil
}

// plainPosition: of one day the first and the last position are that day.
func plainPosition(list []int) bool {
	return len(list) == 0 || len(list) == 1 && (list[0] == 1 || list[0] == -1)
}

// isClamp tells whether a list with BYSETPOS=-1 means its last day or the end of the
// month: 28,29,30.
func isClamp(list []int) bool {
	if len(list) < 2 || list[0] > 28 || list[0] < 1 || list[len(list)-1] <= 28 {
		return false
	}
	for i := 1; i < len(list); i++ {
		if list[i] != list[i-1]+1 {
			return false
		}
	}
	return true
}

// short tells whether a series comes by a month, 0 for all, that has no such date.
func (b *builder) short(month, date int) bool {
	if month != 0 {
		return date > civil.MonthDays(2001, month)
	}
	if date <= 28 {
		return false
	}
	// A series by twelve months comes by one month only; others by all in time.
	return true
}

// firstDateTime is where the periods begin (MS-OXOCAL 2.2.1.44.1).
func (p *Pattern) firstDateTime() uint32 {
	start := uint32(p.StartDate)
	switch p.Type {
	case PatternDay:
		return start % p.Period
	case PatternWeek:
		day := int(civil.FloorDiv(p.StartDate.seconds(), civil.Day))
		back := (int(civil.Weekday(day)) - int(p.FirstDay) + 7) % 7
		return (start - uint32(back*1440)) % (p.Period * 7 * 1440)
	}
	y, m, _ := p.StartDate.Time().Date()
	months := ((y-1601)*12 + int(m) - 1) % int(p.Period)
	return uint32(minutesOf(int64(civil.Days(1601, 1+months, 1)) * civil.Day))
}

// end finds the last instance, and counts.
func (b *builder) end() error {
	p := &b.a.Pattern
	if b.rule.Count == 0 && b.rule.Until.IsZero() {
		p.End, p.Count, p.EndDate = EndNever, 10, Never
		return nil
	}
	w := newWalker(&b.rule, b.s.Start)
	n, last := 0, int64(0)
	for {
		_, sec, ok := w.next()
		if !ok {
			break
		}
		if n++; n > maxWork {
			return no("COUNT", "more than %d instances", maxWork)
		}
		last = sec
	}
	p.End, p.Count, p.EndDate = EndByDate, uint32(n), minutesOf(last).midnight()
	if b.rule.Count > 0 {
		p.End = EndByCount
	}
	if p.EndDate >= Never.midnight() {
		return no("UNTIL", "after the year 4500")
	}
	return nil
}
