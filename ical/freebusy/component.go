package freebusy

import (
	"fmt"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
)

// A Schedule is what a VFREEBUSY component says (RFC 5545, 3.6.4): a question about a
// window, when there are no intervals, or its answer.
type Schedule struct {
	UID       string
	Organizer string // who asks, or whose time it is: a CAL-ADDRESS such as mailto:ada@zoo.example
	Attendee  string // who is asked and answers
	Stamp     time.Time
	From, To  time.Time // zero: not said
	Intervals []Interval
}

const busyParam = "X-MICROSOFT-CDO-BUSYSTATUS"

// Component is the VFREEBUSY of a schedule; its GoICal method gives it to programs
// that use go-ical. Statuses that FBTYPE cannot tell apart have a parameter beside it.
// Intervals are written as they are, cut to seconds: give those of [Merge].
func (s *Schedule) Component() *ical.Component {
	c := ical.NewComponent("VFREEBUSY")
	text := func(name, value string) {
		if value != "" {
			c.AddText(name, value)
		}
	}
	at := func(name string, t time.Time) {
		if !t.IsZero() {
			c.Add(name, stamp(t))
		}
	}
	text("UID", s.UID)
	at("DTSTAMP", s.Stamp)
	at("DTSTART", s.From)
	at("DTEND", s.To)
	for _, p := range []struct{ name, uri string }{{"ORGANIZER", s.Organizer}, {"ATTENDEE", s.Attendee}} {
		if p.uri != "" {
			c.Add(p.name, oneLine(p.uri))
		}
	}
	for _, i := range s.Intervals {
		params := []line.Param{{Name: "FBTYPE", Values: []string{fbtype(i.Status)}}}
		if word := cdoWord(i.Status); word != "" {
			params = append(params, line.Param{Name: busyParam, Values: []string{word}})
		}
		c.Add("FREEBUSY", stamp(i.Start)+"/"+stamp(i.End), params...)
	}
	return c
}

func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' {
			return -1
		}
		return c
	}, s)
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func fbtype(s mapi.BusyStatus) string {
	switch s {
	case mapi.BusyStatusFree, mapi.BusyStatusWorkingElsewhere:
		return "FREE"
	case mapi.BusyStatusTentative:
		return "BUSY-TENTATIVE"
	case mapi.BusyStatusOutOfOffice:
		return "BUSY-UNAVAILABLE"
	}
	return "BUSY"
}

func cdoWord(s mapi.BusyStatus) string {
	switch s {
	case mapi.BusyStatusOutOfOffice:
		return "OOF"
	case mapi.BusyStatusWorkingElsewhere:
		return "WORKINGELSEWHERE"
	}
	return ""
}

// maxPeriods bounds what is read of a component.
const maxPeriods = 1 << 20

// Parse reads a VFREEBUSY. Periods may have an end or a duration, and stand in any
// order; those that cannot be read are left out. The intervals are merged, so that free
// ones are not among them. The error is mapi.ErrCorruptData for another component.
func Parse(c *ical.Component) (Schedule, error) {
	if c == nil || !strings.EqualFold(c.Name, "VFREEBUSY") {
		return Schedule{}, fmt.Errorf("freebusy.Parse: no VFREEBUSY: %w", mapi.ErrCorruptData)
	}
	s := Schedule{
		UID:       line.Unescape(strings.TrimSpace(c.Value("UID"))),
		Organizer: strings.TrimSpace(c.Value("ORGANIZER")),
		Attendee:  strings.TrimSpace(c.Value("ATTENDEE")),
	}
	s.Stamp, _ = parseStamp(c.Value("DTSTAMP"))
	s.From, _ = parseStamp(c.Value("DTSTART"))
	s.To, _ = parseStamp(c.Value("DTEND"))
	if d, err := parseDuration(c.Value("DURATION")); err == nil && s.To.IsZero() && !s.From.IsZero() {
		s.To = s.From.Add(d)
	}
	for k := range c.Props {
		p := &c.Props[k]
		if p.Name != "FREEBUSY" {
			continue
		}
		status := statusOf(p)
		for value := range strings.SplitSeq(p.Value, ",") {
			if i, ok := parsePeriod(value, status); ok && len(s.Intervals) < maxPeriods {
				s.Intervals = append(s.Intervals, i)
			}
		}
	}
	s.Intervals = Merge(s.Intervals)
	return s, nil
}

// statusOf is the status of a FREEBUSY. Types that nobody knows are busy (RFC 5545,
// 3.2.9).
func statusOf(p *ical.Prop) mapi.BusyStatus {
	switch strings.ToUpper(p.Param(busyParam)) {
	case "FREE":
		return mapi.BusyStatusFree
	case "TENTATIVE":
		return mapi.BusyStatusTentative
	case "BUSY":
		return mapi.BusyStatusBusy
	case "OOF":
		return mapi.BusyStatusOutOfOffice
	case "WORKINGELSEWHERE":
		return mapi.BusyStatusWorkingElsewhere
	}
	switch strings.ToUpper(p.Param("FBTYPE")) {
	case "FREE":
		return mapi.BusyStatusFree
	case "BUSY-TENTATIVE":
		return mapi.BusyStatusTentative
	case "BUSY-UNAVAILABLE":
		return mapi.BusyStatusOutOfOffice
	}
	return mapi.BusyStatusBusy
}

func parsePeriod(value string, status mapi.BusyStatus) (Interval, bool) {
	a, b, ok := strings.Cut(strings.TrimSpace(value), "/")
	if !ok {
		return Interval{}, false
	}
	start, err := parseStamp(a)
	if err != nil {
		return Interval{}, false
	}
	end, err := parseStamp(b)
	if err != nil {
		d, err := parseDuration(b)
		if err != nil {
			return Interval{}, false
		}
		end = start.Add(d)
	}
	return Interval{start, end, status}, start.Before(end)
}

// parseStamp reads a date or date-time. One without Z is taken for UTC, which the
// standard demands here.
func parseStamp(s string) (time.Time, error) {
	s = strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "Z")
	for _, layout := range []string{"20060102T150405", "20060102T1504", "20060102"} {
		if len(s) == len(layout) {
			return time.Parse(layout, s)
		}
	}
	return time.Time{}, mapi.ErrCorruptData
}

// parseDuration reads a DURATION of up to a hundred years.
func parseDuration(s string) (time.Duration, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	rest, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || rest == "" {
		return 0, mapi.ErrCorruptData
	}
	units := map[byte]int64{'W': 7 * 86400, 'D': 86400, 'H': 3600, 'M': 60, 'S': 1}
	var total, n int64
	digits := false
	for k := range len(rest) {
		c := rest[k]
		switch unit := units[c]; {
		case c >= '0' && c <= '9' && n < 1<<32:
			n, digits = n*10+int64(c-'0'), true
		case c == 'T' && !digits:
		case unit > 0 && digits:
			total += n * unit
			n, digits = 0, false
		default:
			return 0, mapi.ErrCorruptData
		}
		if total > 100*366*86400 {
			return 0, mapi.ErrCorruptData
		}
	}
	if digits {
		return 0, mapi.ErrCorruptData
	}
	return time.Duration(total) * time.Second, nil
}

// Request is the VFREEBUSY that asks for the time of people in a window (RFC 5546,
// 3.3.2), with an ATTENDEE for each.
func Request(s *Schedule, attendees ...string) *ical.Component {
	ask := *s
	ask.Intervals, ask.Attendee = nil, ""
	c := ask.Component()
	for _, a := range attendees {
		c.Add("ATTENDEE", oneLine(a))
	}
	return c
}
