package ical

import (
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical/recur"
)

// sentence says in English, as Outlook does, how an appointment recurs: the value of
// PidLidRecurrencePattern (MS-OXOCAL 2.2.1.46). It is "" for what Outlook has no words
// for.
func sentence(a *recur.Appointment, allDay bool) string {
	s := words(&a.Pattern)
	if s == "" || allDay {
		return s
	}
	clock := func(minutes uint32) string {
		return time.Date(2000, 1, 1, 0, int(minutes%(24*60)), 0, 0, time.UTC).Format("3:04 PM")
	}
	return s + " from " + clock(a.StartOffset) + " to " + clock(a.EndOffset)
}

func words(p *recur.Pattern) string {
	n := int(min(p.Period, 10_000_000))
	switch p.Type {
	case recur.PatternDay:
		return every(n/(24*60), "day")
	case recur.PatternWeek:
		switch days := dayWords(p.Days); {
		case days == "":
			return ""
		case p.Frequency == recur.FrequencyDaily || n <= 1:
			return "every " + days
		default:
			return every(n, "week") + " on " + days
		}
	case recur.PatternMonth, recur.PatternMonthEnd:
		last := p.Type == recur.PatternMonthEnd || p.Day > 30
		switch month, yearly := monthOf(p); {
		case yearly && n == 12:
			day := int(p.Day)
			if longest := time.Date(2000, month+1, 0, 0, 0, 0, 0, time.UTC).Day(); day > longest || p.Type == recur.PatternMonthEnd {
				day = longest
			}
			return fmt.Sprintf("every %s %d", month, day)
		case last:
			return "the last day of " + every(n, "month")
		default:
			return fmt.Sprintf("day %d of %s", p.Day, every(n, "month"))
		}
	case recur.PatternMonthNth:
		days := dayWords(p.Days)
		if days == "" || p.Nth < 1 || p.Nth > 5 {
			return ""
		}
		which := "the " + []string{"first", "second", "third", "fourth", "last"}[p.Nth-1] + " " + days
		if month, yearly := monthOf(p); yearly && n == 12 {
			return which + " of every " + month.String()
		}
		return which + " of " + every(n, "month")
	}
	return ""
}

// monthOf is the month of a pattern that comes round by the year.
func monthOf(p *recur.Pattern) (time.Month, bool) {
	return p.StartDate.Time().Month(), p.Frequency == recur.FrequencyYearly
}

func every(n int, unit string) string {
	if n <= 1 {
		return "every " + unit
	}
	return fmt.Sprintf("every %d %ss", n, unit)
}

// dayWords are the days of a mask, from Sunday on.
func dayWords(mask uint32) string {
	switch mask & 0x7F {
	case 0x7F:
		return "day"
	case 0x3E:
		return "weekday"
	case 0x41:
		return "weekend day"
	}
	var list []string
	for rest := mask & 0x7F; rest != 0; rest &= rest - 1 {
		list = append(list, time.Weekday(bits.TrailingZeros32(rest)).String())
	}
	if n := len(list); n > 2 {
		return strings.Join(list[:n-1], ", ") + ", and " + list[n-1]
	}
	return strings.Join(list, " and ")
}
