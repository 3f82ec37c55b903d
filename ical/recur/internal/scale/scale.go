// Package scale knows calendars other than the Gregorian one, as far as arithmetic says
// when their months begin: those that recurrence rules name with RSCALE (RFC 7529).
//
// The algorithms are those of public literature (Reingold and Dershowitz, Calendrical
// Calculations). Calendars that are ruled by the sky or by proclamation, such as the
// Chinese and the Persian one and that of Umm al-Qura, are not among them.
package scale

import "github.com/okapi-mail/okapi/ical/internal/civil"

// A Month is one of a year. Leap months have the number of the month before them, of
// which they are the leap month.
type Month struct {
	Number int
	Leap   bool
	First  int // number of its first day, as package civil counts
	Days   int
}

// A Year is the year of a calendar with its months, in their order.
type Year struct {
	Number int
	First  int
	Days   int
	Months []Month
}

// Month is the index of the month that has a day of the year.
func (y *Year) Month(day int) int {
	i := 0
	for i < len(y.Months)-1 && day >= y.Months[i+1].First {
		i++
	}
	return i
}

// Find is the index of a month by its number, or -1.
func (y *Year) Find(number int, leap bool) int {
	for i, m := range y.Months {
		if m.Number == number && m.Leap == leap {
			return i
		}
	}
	return -1
}

// A Calendar counts years from 1. Those before it are counted on backwards.
type Calendar struct {
	begin   func(year int) int                    // first day
	lengths func(year, days int, add func(n int)) // of the months, one by one
	leap    int                                   // the number that leap months share, or 0
	average float64                               // days in a year
}

// Of is the calendar of a name in capitals, as CLDR has them; nil when it is unknown, or
// not ruled by arithmetic.
func Of(name string) *Calendar {
	switch name {
	case "HEBREW":
		return &Calendar{hebrewYear, hebrewMonths, 5, 365.2468}
	case "ISLAMIC-CIVIL", "ISLAMICC":
		return &Calendar{islamicFrom(227015), islamicMonths, 0, 354.3667}
	case "ISLAMIC-TBLA":
		return &Calendar{islamicFrom(227014), islamicMonths, 0, 354.3667}
	case "COPTIC":
		return &Calendar{copticFrom(103605), copticMonths, 0, 365.25}
	case "ETHIOPIC":
		return &Calendar{copticFrom(2796), copticMonths, 0, 365.25}
	case "INDIAN":
		return &Calendar{indianYear, indianMonths, 0, 365.2425}
	}
	return nil
}

// Year is a year by its number.
func (c *Calendar) Year(number int) Year {
	y := Year{Number: number, First: c.begin(number)}
	y.Days = c.begin(number+1) - y.First
	next, of := y.First, 0
	c.lengths(number, y.Days, func(n int) {
		m := Month{Number: of + 1, First: next, Days: n}
		if c.leap > 0 && of == c.leap && y.Days > 380 && (len(y.Months) == 0 || !y.Months[len(y.Months)-1].Leap) {
			m.Number, m.Leap = of, true
		} else {
			of++
		}
		next += n
		y.Months = append(y.Months, m)
	})
	return y
}

// YearOf is the number of the year that has a day.
func (c *Calendar) YearOf(day int) int {
	year := int(float64(day-c.begin(1))/c.average) + 1
	for c.begin(year) > day {
		year--
	}
	for c.begin(year+1) <= day {
		year++
	}
	return year
}

// fixed turns a day that is counted from the first of January of the year 1 into one of
// package civil.
func fixed(rd int) int { return rd - 719163 }

func floor(a, b int) int { return int(civil.FloorDiv(int64(a), int64(b))) }

func mod(a, b int) int { return a - b*floor(a, b) }
