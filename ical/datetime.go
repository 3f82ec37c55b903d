package ical

import (
	"strings"
	"time"
)

// A moment is a date or date-time as a property has it. Its fields are those of the
// clock on the wall, held as if they were UTC.
type moment struct {
	wall time.Time
	date bool // no time of day
	utc  bool // wall is UTC
}

// parseMoment reads a DATE or DATE-TIME (RFC 5545 3.3.4, 3.3.5), also with the
// separators of ISO 8601, without seconds, and with seconds beyond 59.
func parseMoment(s string) (m moment, ok bool) {
	var digits [14]byte
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			if n == len(digits) {
				return m, false
			}
			digits[n] = c - '0'
			n++
		case (c == 'T' || c == 't' || c == ' ') && n == 8:
		case c == '-' && (n == 4 || n == 6), c == ':' && (n == 10 || n == 12):
		case c == 'Z' || c == 'z':
			if i != len(s)-1 {
				return m, false
			}
			m.utc = true
		case (c == ' ' || c == '\t') && (n == 0 || strings.TrimSpace(s[i:]) == ""):
		default:
			return m, false
		}
	}
	if n != 8 && n != 12 && n != 14 {
		return m, false
	}
	number := func(i, j int) (v int) {
		for _, d := range digits[i:j] {
			v = v*10 + int(d)
		}
		return v
	}
	year, month, day := number(0, 4), number(4, 6), number(6, 8)
	hour, minute, second := number(8, 10), number(10, 12), min(number(12, 14), 59)
	if month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 {
		return m, false
	}
	m.wall = time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if hour < 24 && m.wall.Day() != day { // 31 June
		return m, false
	}
	m.date = n == 8
	m.utc = m.utc && !m.date
	return m, true
}

// years from 1 to 9999 can be written; others are cut to that.
func writable(t time.Time) time.Time {
	switch y := t.Year(); {
	case y < 1:
		return time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	case y > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return t
}

func formatUTC(t time.Time) string {
	return string(append(appendLocal(make([]byte, 0, 16), writable(t.UTC())), 'Z'))
}

// formatLocal and formatDate write what the clock of t shows.
func formatLocal(t time.Time) string { return string(appendLocal(make([]byte, 0, 16), writable(t))) }

func formatDate(t time.Time) string { return string(appendDate(make([]byte, 0, 8), writable(t))) }

// appendLocal is time.Format without its reading of a layout, since a calendar is full
// of times.
func appendLocal(b []byte, t time.Time) []byte {
	hour, minute, second := t.Clock()
	return appendDigits(append(appendDate(b, t), 'T'), hour, minute, second)
}

func appendDate(b []byte, t time.Time) []byte {
	year, month, day := t.Date()
	return appendDigits(b, year/100, year%100, int(month), day)
}

// appendDigits appends numbers below 100 with two digits each.
func appendDigits(b []byte, numbers ...int) []byte {
	for _, n := range numbers {
		b = append(b, byte('0'+n/10), byte('0'+n%10))
	}
	return b
}

// parseDuration reads a duration (RFC 5545 3.3.6); weeks and days may stand
// together. Longer ones than 200 years are no durations.
func parseDuration(s string) (time.Duration, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimLeft(s, "+-")
	s, ok := strings.CutPrefix(s, "P")
	if !ok || s == "" {
		return 0, false
	}
	var total, n time.Duration
	digits := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			if n = n*10 + time.Duration(c-'0'); n > 1e10 {
				return 0, false
			}
			digits++
			continue
		case c == 'T' && digits == 0:
			continue
		case digits == 0:
			return 0, false
		default:
			unit := durationUnit(c)
			const most = 200 * 366 * 24 * time.Hour
			if unit == 0 || n > most/unit || total+n*unit > most {
				return 0, false
			}
			total += n * unit
			n, digits = 0, 0
		}
	}
	if digits > 0 {
		return 0, false
	}
	if negative {
		total = -total
	}
	return total, true
}

// durationUnit is 0 for letters that are none.
func durationUnit(c byte) time.Duration {
	switch c {
	case 'W':
		return 7 * 24 * time.Hour
	case 'D':
		return 24 * time.Hour
	case 'H':
		return time.Hour
	case 'M':
		return time.Minute
	case 'S':
		return time.Second
	}
	return 0
}

// formatDuration writes whole minutes as Outlook does: "-PT15M"; other durations
// with days, hours and seconds.
func formatDuration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	if d%time.Minute == 0 {
		return sign + "PT" + itoa(int64(d/time.Minute)) + "M"
	}
	return sign + "PT" + itoa(int64(d/time.Second)) + "S"
}

func asTime(v any) (time.Time, bool) { t, ok := v.(time.Time); return t, ok }
