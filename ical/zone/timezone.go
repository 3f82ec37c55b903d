package zone

import (
	"fmt"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
)

// A Timezone is what a VTIMEZONE component says (RFC 5545, 3.6.5). Its times are those
// on a wall clock: values of package time in UTC whose date and clock count.
type Timezone struct {
	ID          string // TZID
	Location    string // X-LIC-LOCATION: an IANA name
	Observances []Observance
}

// An Observance is a STANDARD or DAYLIGHT component: when clocks begin to show an
// offset.
type Observance struct {
	Daylight bool
	Name     string       // TZNAME, the first one
	Start    time.Time    // DTSTART; zero when it is missing: its first date, or since ever
	From, To int          // TZOFFSETFROM, TZOFFSETTO in seconds east of UTC
	Rules    []recur.Rule // RRULE
	Dates    []time.Time  // RDATE
}

const (
	maxObservances = 1000
	maxOnsets      = 20_000
)

// An onset is a change with the offset that it expects before.
type onset struct {
	change
	from int
}

// Zone is the zone that a VTIMEZONE describes, as RFC 5545 reads it: an instant has the
// offset of the last onset before it, of all observances and all their rules and dates.
// Before the first onset the clock shows the offset that it changes from. Whether a
// component says STANDARD or DAYLIGHT does not matter for the offset.
//
// Onsets are looked at from 1900 to 2100; after that a zone goes on in the same way
// where a rule of two changes in a year says it, and stays as it is where not. Zones
// without usable observance are mapi.ErrCorruptData.
func (t *Timezone) Zone() (*Zone, error) {
	c, err := t.course()
	if err != nil {
		return nil, fmt.Errorf("zone.Timezone.Zone: %w", err)
	}
	loc, err := c.location(t.ID)
	if err != nil {
		return nil, fmt.Errorf("zone.Timezone.Zone: %w", err)
	}
	// What it did in the last forty years of the table it does for ever.
	if spans := spansOf(loc, tableTo-40, tableTo-2); len(spans) == 1 {
		r := spans[0].rule()
		if int(r.Bias)*60 == -spans[0].standard {
			c.forever = posix(&r)
			if loc, err = c.location(t.ID); err != nil {
				return nil, fmt.Errorf("zone.Timezone.Zone: %w", err)
			}
		}
	}
	z := &Zone{name: t.ID, loc: loc}
	return z, nil
}

func (t *Timezone) course() (course, error) {
	var c course
	if len(t.Observances) > maxObservances {
		return c, fmt.Errorf("%w: %d observances", mapi.ErrTooBig, len(t.Observances))
	}
	var all []onset
	for i := range t.Observances {
		o := &t.Observances[i]
		if !validOffset(o.From) || !validOffset(o.To) {
			continue
		}
		all = o.onsets(all)
		if len(all) > maxOnsets {
			return c, fmt.Errorf("%w: more than %d changes", mapi.ErrTooBig, maxOnsets)
		}
	}
	if len(all) == 0 {
		return c, fmt.Errorf("%w: no observance", mapi.ErrCorruptData)
	}
	slices.SortStableFunc(all, func(a, b onset) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	c.first = change{offset: all[0].from, abbrev: abbrev(all[0].from)}
	table := yearStart(tableFrom)
	for _, o := range all {
		n := len(c.changes)
		switch {
		case o.at < table:
			c.first = o.change
		case n > 0 && c.changes[n-1].at == o.at:
			c.changes[n-1] = o.change // the later one in the component
		default:
			c.changes = append(c.changes, o.change)
		}
	}
	return c, nil
}

// onsets appends the onsets of an observance up to the end of the table. Of those long
// before it, the last years are enough.
func (o *Observance) onsets(all []onset) []onset {
	add := func(civilSec int64) {
		name := o.Name
		if !isAbbrev(name) {
			name = abbrev(o.To)
		}
		all = append(all, onset{change{civilSec - int64(o.From), o.To, o.Daylight, name}, o.From})
	}
	start := o.start()
	add(civil.Seconds(start))
	for _, d := range o.Dates {
		add(civil.Seconds(d))
	}
	here := time.FixedZone("", o.From)
	from, to := time.Date(tableFrom-10, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(tableTo, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range o.Rules {
		n := 0
		for at := range o.Rules[i].Between(start.Add(-time.Duration(o.From)*time.Second).In(here), from, to) {
			add(civil.Seconds(at))
			if n++; n > maxOnsets {
				break
			}
		}
	}
	return all
}

// start is the first onset. An observance that forgot to say when begins with its first
// date, or has been always so: since the year that Windows writes for that. It is the
// DTSTART that is written, so that what is read again is ordered among the others, and
// counts its rules, as before.
func (o *Observance) start() time.Time {
	switch {
	case !o.Start.IsZero():
		return o.Start
	case len(o.Rules) == 0 && len(o.Dates) > 0:
		return slices.MinFunc(o.Dates, time.Time.Compare)
	}
	return always()
}

// always is the DTSTART of what has been so since ever.
func always() time.Time { return time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC) }

// isAbbrev tells whether a TZNAME can stand in a TZif file.
func isAbbrev(s string) bool {
	if len(s) < 3 || len(s) > 10 {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-') {
			return false
		}
	}
	return true
}

// Timezone is the zone as a VTIMEZONE that is right from the beginning of one year to
// the end of another, and longer where clocks go on to be changed by the same rule. Its
// ID is the name of the zone.
func (z *Zone) Timezone(from, to int) *Timezone {
	t := &Timezone{ID: z.name, Location: z.iana}
	offset, list := changesIn(z.loc, yearStart(from-1)-civil.Day, yearStart(to+2)+civil.Day)
	var runs []*onsetRun
	begin := yearStart(from) - civil.Day
	if len(list) == 0 || list[0].at > begin {
		name, _ := time.Unix(begin, 0).In(z.loc).Zone()
		t.Observances = append(t.Observances, Observance{Name: tzname(name), From: offset, To: offset, Start: always()})
	}
	for i, c := range list {
		sec := c.at + int64(offset)
		if sec >= yearStart(to+1) {
			break
		}
		daylight := c.offset > offset && i+1 < len(list) && list[i+1].offset < c.offset && list[i+1].at-c.at < 330*civil.Day
		runs = addOnset(runs, localChange{change{c.at, c.offset, daylight, c.abbrev}, offset, sec})
		offset = c.offset
	}
	t.Observances = append(t.Observances, observances(runs, to)...)
	return t
}

// An onsetRun is a series of changes that one yearly rule says.
type onsetRun struct {
	list []localChange
	year int // of the last one
	ways []SystemTime
}

func addOnset(runs []*onsetRun, c localChange) []*onsetRun {
	day := civil.FloorDiv(c.civil, civil.Day)
	year, _, _ := civil.Date(int(day))
	clock := int(c.civil - day*civil.Day)
	can := weeks(int(day), SystemTime{Hour: uint16(clock / 3600), Minute: uint16(clock / 60 % 60), Second: uint16(clock % 60)})
	for _, r := range runs {
		f := &r.list[0]
		if r.year != year-1 || f.before != c.before || f.offset != c.offset || f.dst != c.dst || f.abbrev != c.abbrev {
			continue
		}
		if both := common(r.ways, can); len(both) > 0 {
			r.list, r.year, r.ways = append(r.list, c), year, both
			return runs
		}
	}
	return append(runs, &onsetRun{[]localChange{c}, year, can})
}

// observances are the components of runs. Single changes of the same kind share one.
func observances(runs []*onsetRun, lastYear int) (list []Observance) {
	for _, r := range runs {
		f := &r.list[0]
		o := Observance{Daylight: f.dst, Name: tzname(f.abbrev), From: f.before, To: f.offset, Start: civil.UTC(f.civil)}
		same := func(x Observance) bool {
			return len(x.Rules) == 0 && x.Daylight == o.Daylight && x.Name == o.Name && x.From == o.From && x.To == o.To
		}
		if len(r.list) > 1 {
			rule := recur.Rule{Freq: recur.Yearly, ByMonth: []int{int(r.ways[0].Month)}, ByDay: []recur.Day{r.ways[0].day()}}
			if r.year < lastYear {
				rule.Until = recur.Until{Time: time.Unix(r.list[len(r.list)-1].at, 0).UTC()}
			}
			o.Rules = []recur.Rule{rule}
		} else if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].Dates = append(list[i].Dates, o.Start)
			continue
		}
		list = append(list, o)
	}
	return list
}

func (s SystemTime) day() recur.Day {
	n := int(s.Day)
	if n == 5 {
		n = -1
	}
	return recur.Day{N: n, Weekday: recur.WeekdayOf(time.Weekday(s.DayOfWeek))}
}

// tzname leaves out names that say nothing but the offset.
func tzname(s string) string {
	if s == "" || s[0] == '+' || s[0] == '-' {
		return ""
	}
	return s
}
