package recur

import (
	"fmt"
	"strings"
	"time"
)

// A Rule is a recurrence rule, the value of RRULE (RFC 5545, 3.3.10). Lists that are
// empty are parts that are absent. [ParseRule] makes one of text; one made by hand may
// be checked with [Rule.Check].
type Rule struct {
	Freq     Freq
	Interval int   // 0 is 1
	Count    int   // how many instances, 0 without limit
	Until    Until // the last moment, zero without limit

	BySecond, ByMinute, ByHour []int
	ByDay                      []Day
	ByMonthDay                 []int // 1 to 31, or -1 to -31 from the end
	ByYearDay                  []int // 1 to 366, or -1 to -366 from the end
	ByWeekNo                   []int // 1 to 53, or -1 to -53 from the end
	ByMonth                    []int // 1 to 12; a leap month has LeapMonth added
	BySetPos                   []int // 1 to 366, or -1 to -366 from the end

	WeekStart Weekday // 0 is Monday

	Scale string // RSCALE (RFC 7529); "" is GREGORIAN. See CanExpand for others
	Skip  Skip   // what becomes of dates that a month has not

	Extra []Part // parts of other standards, in their order
}

// LeapMonth marks a month of a calendar that has leap months: 5L is 5+LeapMonth.
const LeapMonth = 1000

// A Part is NAME=value of a rule that this package does not know.
type Part struct{ Name, Value string }

// Freq is how often a rule comes round.
type Freq uint8

const (
	Secondly Freq = iota + 1 // SECONDLY
	Minutely                 // MINUTELY
	Hourly                   // HOURLY
	Daily                    // DAILY
	Weekly                   // WEEKLY
	Monthly                  // MONTHLY
	Yearly                   // YEARLY
)

var freqNames = [...]string{"", "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

// String is the word of the standard.
func (f Freq) String() string {
	if int(f) < len(freqNames) {
		return freqNames[f]
	}
	return fmt.Sprintf("Freq(%d)", uint8(f))
}

// A Weekday is a day of the week as ISO 8601 counts it. 0 is none.
type Weekday uint8

const (
	Monday Weekday = iota + 1
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Sunday
)

var dayNames = [...]string{"", "MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// String is the word of the standard: MO.
func (d Weekday) String() string {
	if int(d) < len(dayNames) {
		return dayNames[d]
	}
	return fmt.Sprintf("Weekday(%d)", uint8(d))
}

// Time is the day for package time.
func (d Weekday) Time() time.Weekday { return time.Weekday(d % 7) }

// WeekdayOf is the day of package time.
func WeekdayOf(d time.Weekday) Weekday {
	if d == time.Sunday {
		return Sunday
	}
	return Weekday(d)
}

// A Day is a value of BYDAY: every Weekday when N is 0, else the N-th of the month or
// year, from the end when N is negative.
type Day struct {
	N       int
	Weekday Weekday
}

// String is the value as the standard writes it: -1SU.
func (d Day) String() string {
	if d.N == 0 {
		return d.Weekday.String()
	}
	return fmt.Sprintf("%d%s", d.N, d.Weekday)
}

// Until is the end of a rule, which is included.
type Until struct {
	Time time.Time // for Date and Local only the clock counts
	Form Form
}

// IsZero tells whether there is no end.
func (u Until) IsZero() bool { return u.Time.IsZero() }

// Form is how a moment was written.
type Form uint8

const (
	UTC   Form = iota // 20240131T140000Z, an instant
	Local             // 20240131T140000, on the clock where the series is
	Date              // 20240131, the whole day
)

// Skip is what becomes of a date that does not exist, as 31 April (RFC 7529).
type Skip uint8

const (
	Omit     Skip = iota // there is no instance
	Backward             // the day before it: 30 April
	Forward              // the day after it: 1 May
)

func (s Skip) String() string { return [...]string{"OMIT", "BACKWARD", "FORWARD"}[s%3] }

// AllDay is the rule for a series of whole days. Parts about hours, minutes and seconds
// mean nothing there (RFC 5545, 3.3.10).
func (r Rule) AllDay() Rule {
	r.ByHour, r.ByMinute, r.BySecond = nil, nil, nil
	return r
}

// String is the rule as text, the parts in the order of the standard.
func (r *Rule) String() string {
	var b strings.Builder
	if r.Scale != "" {
		b.WriteString("RSCALE=" + r.Scale + ";")
	}
	b.WriteString("FREQ=" + r.Freq.String())
	if !r.Until.IsZero() {
		b.WriteString(";UNTIL=" + r.Until.String())
	}
	if r.Count != 0 {
		fmt.Fprintf(&b, ";COUNT=%d", r.Count)
	}
	if r.Interval > 1 {
		fmt.Fprintf(&b, ";INTERVAL=%d", r.Interval)
	}
	writeList(&b, "BYSECOND", r.BySecond)
	writeList(&b, "BYMINUTE", r.ByMinute)
	writeList(&b, "BYHOUR", r.ByHour)
	writeList(&b, "BYDAY", r.ByDay)
	writeList(&b, "BYMONTHDAY", r.ByMonthDay)
	writeList(&b, "BYYEARDAY", r.ByYearDay)
	writeList(&b, "BYWEEKNO", r.ByWeekNo)
	writeList(&b, "BYMONTH", months(r.ByMonth))
	writeList(&b, "BYSETPOS", r.BySetPos)
	if r.WeekStart != 0 && r.WeekStart != Monday {
		b.WriteString(";WKST=" + r.WeekStart.String())
	}
	if r.Skip != Omit {
		b.WriteString(";SKIP=" + r.Skip.String())
	}
	for _, p := range r.Extra {
		b.WriteString(";" + p.Name + "=" + p.Value)
	}
	return b.String()
}

// String is the moment as the standard writes it.
func (u Until) String() string {
	switch u.Form {
	case Date:
		return u.Time.Format("20060102")
	case Local:
		return u.Time.Format("20060102T150405")
	}
	return u.Time.UTC().Format("20060102T150405Z")
}

func writeList[T any](b *strings.Builder, name string, list []T) {
	for i, v := range list {
		if i == 0 {
			b.WriteString(";" + name + "=")
		} else {
			b.WriteByte(',')
		}
		fmt.Fprint(b, v)
	}
}

type month int

func months(list []int) []month {
	out := make([]month, len(list))
	for i, m := range list {
		out[i] = month(m)
	}
	return out
}

func (m month) String() string {
	if m > LeapMonth {
		return fmt.Sprintf("%dL", int(m-LeapMonth))
	}
	return fmt.Sprint(int(m))
}
