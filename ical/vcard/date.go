package vcard

import (
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
)

// noYear is the year of dates without one: programs agree on this leap year, and
// times of MAPI begin three years before it.
const noYear = 1604

// date takes a birthday or anniversary. The day counts, not the time: what is less
// than a day, such as a year alone, stays as it was written.
func (d *decoder) date(p *Prop, s slot, at, local mapi.Prop) slot {
	if d.has(s) || strings.EqualFold(p.Param("VALUE"), "text") {
		return ""
	}
	t, ok := parseDate(strings.TrimSpace(p.Text()))
	if !ok {
		return ""
	}
	if p.Param("X-APPLE-OMIT-YEAR") == t.Format("2006") {
		t = time.Date(noYear, t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	d.msg.Set(at, t)
	d.msg.Set(local, t)
	return s
}

// parseDate reads the day of "19850412", "1985-04-12", "--0412" and "--04-12", with
// or without a time.
func parseDate(s string) (time.Time, bool) {
	if i := strings.IndexAny(s, "T "); i > 0 {
		s = s[:i]
	}
	if rest, ok := strings.CutPrefix(s, "--"); ok {
		s = "1604" + strings.Replace(rest, "-", "", 1)
	}
	layout := "20060102"
	if len(s) > 4 && s[4] == '-' {
		layout = "2006-01-02"
	}
	t, err := time.Parse(layout, s)
	return t, err == nil && t.Year() > 1601
}

// parseTime reads a time in its basic or extended form (ISO 8601), and a date.
func parseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	layouts := []string{"20060102T150405Z0700", "20060102T150405Z07", "20060102T150405", "20060102T150405Z07:00", "20060102T1504Z", "20060102"}
	if len(s) > 4 && s[4] == '-' {
		layouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z", "2006-01-02"}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), t.Year() > 1601
		}
	}
	return time.Time{}, false
}

// date writes one. Outlook keeps a birthday as the midnight of its zone in UTC,
// which noon of UTC tells the day of.
func (g *generator) date(s slot, name string, at, local mapi.Prop) {
	t, ok := g.msg.Get(local).(time.Time)
	if !ok {
		if t, ok = g.msg.Get(at).(time.Time); !ok {
			return
		}
		t = t.Add(12 * time.Hour)
	}
	t = t.UTC()
	p := Prop{Name: name}
	switch {
	case t.Year() == noYear && g.version == V4:
		p.Value = t.Format("--0102")
	case t.Year() == noYear && g.version == V3:
		p.Value = t.Format("2006-01-02")
		p.Params = []line.Param{{Name: "X-APPLE-OMIT-YEAR", Values: []string{"1604"}}}
	case g.version == V3:
		p.Value = t.Format("2006-01-02")
	default:
		p.Value = t.Format("20060102")
	}
	if t.Year() > 1601 && t.Year() < 4500 { // later is how MAPI says never
		g.add(s, p)
	}
}
