package entity

import (
	"strings"
	"time"
)

// ParseDate reads a date of a header field. Beside RFC 5322 with its obsolete
// forms it takes RFC 850, asctime and ISO 8601, dates without a weekday, seconds
// or zone (then UTC), with comments, zones as names, and hours from 0 to 24. The
// digits of a zone are decimal, whatever they begin with. ok is false when there
// is no date in v, or one outside of the years 1601 to 9999.
func ParseDate(v []byte) (t time.Time, ok bool) {
	if t, ok := usualDate(trimBlanks(v)); ok {
		return t, true
	}
	d := date{month: -1, day: -1, year: -1, hour: -1}
	s := string(withoutComments(v))
	for len(s) > 0 {
		n := 0
		for n < len(s) && !isSpace(s[n]) && s[n] != ',' {
			n++
		}
		for w := s[:n]; w != ""; {
			w = d.word(w)
		}
		s = s[min(n+1, len(s)):]
	}
	return d.time()
}

// usualDate reads the form that nearly all mail has, with a day of one or two
// digits: "Mon, 02 Jan 2006 15:04:05 -0700". All else is not ok, and left to the
// reader of words.
func usualDate(v []byte) (t time.Time, ok bool) {
	if len(v) == 30 && v[5] >= '1' && v[6] == ' ' { // "Mon, 2 Jan": as if it began one byte earlier
		var w [31]byte
		copy(w[:], v[:5])
		w[5] = '0'
		copy(w[6:], v[5:])
		v = w[:]
	}
	if len(v) != 31 || v[3] != ',' || v[4] != ' ' || v[7] != ' ' || v[11] != ' ' || v[16] != ' ' ||
		v[19] != ':' || v[22] != ':' || v[25] != ' ' || v[26] != '+' && v[26] != '-' || !isWeekday(string(v[:3])) {
		return t, false
	}
	month := exactMonth(v[8:11])
	day, ok1 := digits(v[5:7])
	year, ok2 := digits(v[12:16])
	hour, ok3 := digits(v[17:19])
	minute, ok4 := digits(v[20:22])
	sec, ok5 := digits(v[23:25])
	zone, ok6 := digits(v[27:31])
	if month < 0 || !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6) || zone/100 > 24 || zone%100 > 59 {
		return t, false
	}
	d := date{day: day, month: month, year: year, hour: hour, min: minute, sec: sec, zone: zone/100*3600 + zone%100*60}
	if v[26] == '-' {
		d.zone = -d.zone
	}
	return d.time()
}

func exactMonth(v []byte) int {
	switch string(v) {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec":
		return monthOf(string(v))
	}
	return -1
}

// digits reads a number of nothing but digits.
func digits(v []byte) (n int, ok bool) {
	for _, c := range v {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

type date struct {
	day, year, hour, min, sec int
	month                     int
	zone                      int // seconds east of UTC
	zoned, pm, am             bool
}

// word reads a word and returns what follows in it.
func (d *date) word(w string) (rest string) {
	switch {
	case strings.IndexByte(w, ':') > 0 && isDigit(w[0]):
		return d.clock(w)
	case isDigit(w[0]):
		d.number(w)
	case (w[0] == '+' || w[0] == '-') && len(w) > 1 && isDigit(w[1]):
		d.offset(w)
	default:
		d.name(w)
	}
	return ""
}

// number reads a word that begins with a digit: a day, a year, 02-Jan-2006,
// 2006-01-02, 2006-01-02T15:04:05 (without colons it is a number), 1/2/2006.
func (d *date) number(w string) {
	if parts, ok := splitTriple(w); ok {
		d.triple(parts)
		return
	}
	n, rest := leadingInt(w)
	if n < 0 {
		return
	}
	digits := len(w) - len(rest)
	switch rest = strings.ToLower(rest); {
	case rest == "am":
		d.hour, d.am = n, true
	case rest == "pm":
		d.hour, d.pm = n, true
	case digits == 8 && rest == "" && d.year < 0:
		d.year, d.month, d.day = n/10000, n/100%100-1, n%100
	case d.day < 0 && digits <= 2 && n <= 31:
		d.day = n
	case d.year < 0:
		d.year = fullYear(n, digits)
	}
}

// splitTriple splits 2006-01-02 at its signs, of which several count as one.
func splitTriple(w string) (parts [3]string, ok bool) {
	n := 0
	for w != "" {
		i := strings.IndexAny(w, "-/.")
		if i < 0 {
			i = len(w)
		}
		if i > 0 {
			if n == len(parts) {
				return parts, false
			}
			parts[n] = w[:i]
			n++
		}
		w = w[min(i+1, len(w)):]
	}
	return parts, n == len(parts)
}

func (d *date) triple(parts [3]string) {
	a, arest := leadingInt(parts[0])
	c, crest := leadingInt(parts[2])
	month := monthOf(parts[1])
	if b, _ := leadingInt(parts[1]); month < 0 {
		month = b - 1
	}
	if a < 0 || c < 0 || arest != "" {
		return
	}
	if len(parts[0]) == 4 {
		d.year, d.month, d.day = a, month, c
	} else {
		d.day, d.month, d.year = a, month, fullYear(c, len(parts[2])-len(crest))
		if month > 11 && a <= 12 { // 12/31/2006
			d.day, d.month = month+1, a-1
		}
	}
}

// clock reads 15:04, 15:04:05, 15:04:05.999, 15:04:05+0100 and, for ISO 8601,
// 2006-01-02T15:04:05Z. It returns what follows the time.
func (d *date) clock(w string) (rest string) {
	if i := strings.IndexAny(w, "Tt"); i >= 8 {
		d.number(w[:i])
		w = w[i+1:]
	}
	i := 0
	for i < len(w) && (isDigit(w[i]) || w[i] == ':' || w[i] == '.') {
		i++
	}
	rest = w[i:]
	w, _, _ = strings.Cut(w[:i], ".")
	if d.hour >= 0 && !(d.am || d.pm) || strings.Count(w, ":") > 2 {
		return ""
	}
	var n [3]int
	for k := 0; w != ""; k++ {
		v, tail := leadingInt(w)
		if v < 0 || tail != "" && tail[0] != ':' {
			return ""
		}
		n[k] = v
		w = strings.TrimPrefix(tail, ":")
	}
	d.hour, d.min, d.sec = n[0], n[1], n[2]
	return rest
}

// offset reads +0100, +01:00, +1, -0830.
func (d *date) offset(w string) {
	if d.zoned && d.zone != 0 {
		return
	}
	h, m := 0, 0
	digits := strings.ReplaceAll(w[1:], ":", "")
	n, rest := leadingInt(digits)
	count := len(digits) - len(rest)
	switch {
	case n < 0:
		return
	case count <= 2:
		h = n
	case count <= 4:
		h, m = n/100, n%100
	default:
		return
	}
	if h > 24 || m > 59 {
		return
	}
	d.zone = h*3600 + m*60
	if w[0] == '-' {
		d.zone = -d.zone
	}
	d.zoned = true
}

// name reads a month, a zone or AM and PM; weekdays say nothing.
func (d *date) name(w string) {
	if m := monthOf(w); m >= 0 && d.month < 0 {
		d.month = m
		return
	}
	if isWeekday(w) {
		return
	}
	u := strings.ToUpper(strings.TrimRight(w, "."))
	switch u {
	case "AM":
		d.am = true
		return
	case "PM":
		d.pm = true
		return
	}
	for _, p := range []string{"GMT", "UTC", "UT"} {
		if rest, ok := strings.CutPrefix(u, p); ok && len(rest) > 1 && (rest[0] == '+' || rest[0] == '-') {
			d.offset(rest)
			return
		}
	}
	if z, ok := zones(u); ok && !d.zoned {
		d.zone, d.zoned = z, true
	}
}

func (d *date) time() (time.Time, bool) {
	switch {
	case d.day < 1 || d.day > 31 || d.month < 0 || d.month > 11 || d.year < 1601 || d.year > 9999,
		d.hour > 24 || d.min > 59 || d.sec > 60:
		return time.Time{}, false
	case d.pm && d.hour < 12:
		d.hour += 12
	case d.am && d.hour == 12:
		d.hour = 0
	}
	t := time.Date(d.year, time.Month(d.month+1), d.day, max(d.hour, 0), d.min, d.sec, 0, time.UTC)
	t = t.Add(-time.Duration(d.zone) * time.Second)
	return t, t.Year() >= 1601
}

// fullYear: 00 to 49 are 2000 to 2049; numbers of three digits count from 1900
// (RFC 5322 4.3).
func fullYear(n, digits int) int {
	switch {
	case digits <= 2 && n < 50:
		return n + 2000
	case digits <= 3:
		return n + 1900
	}
	return n
}

func leadingInt(s string) (n int, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) && i < 9 {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i == 0 {
		return -1, s
	}
	return n, s[i:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func monthOf(w string) int {
	if len(w) < 3 {
		return -1
	}
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	for i := 0; i < len(names); i += 3 {
		if w[0]|0x20 == names[i] && w[1]|0x20 == names[i+1] && w[2]|0x20 == names[i+2] {
			return i / 3
		}
	}
	return -1
}

func isWeekday(w string) bool {
	switch w {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}

// zones has the names of RFC 5322 4.3 and some that mail programs write.
func zones(name string) (int, bool) {
	const h = 3600
	switch name {
	case "UT", "UTC", "GMT", "Z", "WET":
		return 0, true
	case "EST":
		return -5 * h, true
	case "EDT":
		return -4 * h, true
	case "CST":
		return -6 * h, true
	case "CDT":
		return -5 * h, true
	case "MST":
		return -7 * h, true
	case "MDT":
		return -6 * h, true
	case "PST":
		return -8 * h, true
	case "PDT":
		return -7 * h, true
	case "BST", "CET", "MET", "MEZ", "WEST":
		return h, true
	case "CEST", "MEST", "MESZ", "EET", "SAST":
		return 2 * h, true
	case "EEST", "MSK":
		return 3 * h, true
	case "IST":
		return 5*h + h/2, true
	case "HKT", "SGT", "AWST":
		return 8 * h, true
	case "JST", "KST":
		return 9 * h, true
	case "AEST":
		return 10 * h, true
	case "AEDT":
		return 11 * h, true
	case "NZST":
		return 12 * h, true
	case "NZDT":
		return 13 * h, true
	}
	return 0, false
}

// FormatDate writes t as RFC 5322 has it, in UTC.
func FormatDate(t time.Time) string {
	return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700")
}
