// Package civil counts days and seconds on wall clocks, and finds the instant at which
// a clock of a place shows them.
//
// A civil second is a number of seconds since 1970-01-01 00:00:00 on the clock, as if
// no clock were ever changed. Days are numbered from the same date.
package civil

import "time"

// Day is the length of a day in seconds.
const Day = 24 * 60 * 60

// Days is the number of a date in the Gregorian calendar, also before it was in use.
// Months and days beyond their range go into the next or previous ones.
func Days(year, month, day int) int {
	year, month = year+floor(month-1, 12), mod(month-1, 12)+1
	if month <= 2 {
		year--
	}
	era := floor(year, 400)
	of := year - era*400
	m := month + 9
	if month > 2 {
		m = month - 3
	}
	return era*146097 + of*365 + of/4 - of/100 + (153*m+2)/5 + day - 1 - 719468
}

// Date is the date of a numbered day.
func Date(days int) (year, month, day int) {
	days += 719468
	era := floor(days, 146097)
	of := days - era*146097
	y := (of - of/1460 + of/36524 - of/146096) / 365
	rest := of - (365*y + y/4 - y/100)
	m := (5*rest + 2) / 153
	day = rest - (153*m+2)/5 + 1
	month = m + 3
	year = era*400 + y
	if m >= 10 {
		month, year = m-9, year+1
	}
	return year, month, day
}

// Weekday is the day of the week of a numbered day.
func Weekday(days int) time.Weekday { return time.Weekday(mod(days+4, 7)) }

// IsLeap tells whether a year has 366 days.
func IsLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// MonthDays is the number of days in a month, which is 1 to 12.
func MonthDays(year, month int) int {
	switch month {
	case 2:
		if IsLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// Seconds is what the clock of t shows.
func Seconds(t time.Time) int64 {
	_, off := t.Zone()
	return t.Unix() + int64(off)
}

// UTC is a civil second as a time whose clock, in UTC, shows it.
func UTC(sec int64) time.Time { return time.Unix(sec, 0).UTC() }

// FloorDiv divides towards minus infinity. b is positive.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floor(a, b int) int { return int(FloorDiv(int64(a), int64(b))) }

func mod(a, b int) int { return a - b*floor(a, b) }
