package zone

import (
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
)

// An Issue is something in a VTIMEZONE that was passed over.
type Issue struct {
	Property string
	Value    string // the beginning of it
	Detail   string
}

// String is the issue in one line.
func (i Issue) String() string { return fmt.Sprintf("%s:%s: %s", i.Property, i.Value, i.Detail) }

// FromComponent reads a VTIMEZONE. It takes what it can of a broken one, and tells
// report, which may be nil, about the rest: an observance without offsets is left out,
// one that has only TZOFFSETTO has always been so, and dates may have a Z or a TZID,
// which mean nothing. It does not fail; a zone of which nothing is left fails in
// [Timezone.Zone].
func FromComponent(c *ical.Component, report func(Issue)) *Timezone {
	if report == nil {
		report = func(Issue) {}
	}
	p := components{report}
	t := &Timezone{ID: p.text(c, "TZID"), Location: p.text(c, "X-LIC-LOCATION")}
	for _, child := range c.Children {
		name := strings.ToUpper(child.Name)
		if name != "STANDARD" && name != "DAYLIGHT" {
			continue
		}
		if len(t.Observances) == maxObservances {
			report(Issue{name, "", "too many of them"})
			break
		}
		if o, ok := p.observance(child, name == "DAYLIGHT"); ok {
			t.Observances = append(t.Observances, o)
		}
	}
	return t
}

type components struct{ report func(Issue) }

func (p *components) issue(name, value, detail string) {
	p.report(Issue{name, value[:min(len(value), 60)], detail})
}

// text is a text value. A comma in a TZID is escaped by some programs and by others
// not.
func (p *components) text(c *ical.Component, name string) string {
	v := c.Props.Get(name)
	if v == nil {
		return ""
	}
	return unescape(v.Value)
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.NewReplacer(`\\`, `\`, `\,`, `,`, `\;`, `;`, `\n`, " ", `\N`, " ").Replace(s))
}

func (p *components) observance(c *ical.Component, daylight bool) (o Observance, ok bool) {
	o.Daylight = daylight
	o.Name = p.text(c, "TZNAME")
	to, okTo := p.offset(c, "TZOFFSETTO")
	from, okFrom := p.offset(c, "TZOFFSETFROM")
	if !okTo {
		return o, false
	}
	if !okFrom {
		from = to
	}
	o.From, o.To = from, to
	if v := c.Props.Get("DTSTART"); v != nil {
		if o.Start, ok = civilTime(v.Value); !ok {
			p.issue("DTSTART", v.Value, "no date")
		}
	} else {
		p.issue("DTSTART", "", "is missing")
	}
	for _, v := range c.Props.Values("RRULE") {
		r, err := recur.ParseRule(v.Value, nil)
		if err != nil {
			p.issue("RRULE", v.Value, err.Error())
			continue
		}
		o.Rules = append(o.Rules, r)
	}
	for _, v := range c.Props.Values("RDATE") {
		for _, one := range strings.Split(v.Value, ",") {
			one, _, _ = strings.Cut(one, "/")
			if d, ok := civilTime(one); ok && len(o.Dates) < maxOnsets {
				o.Dates = append(o.Dates, d)
			} else {
				p.issue("RDATE", one, "no date")
			}
		}
	}
	return o, true
}

func (p *components) offset(c *ical.Component, name string) (int, bool) {
	v := c.Props.Get(name)
	if v == nil {
		p.issue(name, "", "is missing")
		return 0, false
	}
	sec, ok := parseOffset(strings.TrimSpace(v.Value))
	if !ok {
		p.issue(name, v.Value, "no offset")
	}
	return sec, ok
}

// parseOffset reads +0100, +01:00, +010030, and leniently 0100, +1, +01.
func parseOffset(s string) (int, bool) {
	sign := 1
	switch {
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "−"):
		sign, s = -1, strings.TrimPrefix(strings.TrimPrefix(s, "-"), "−")
	}
	s = strings.NewReplacer(":", "", ".", "").Replace(s)
	if len(s) == 1 || len(s) == 3 {
		s = "0" + s
	}
	if len(s) != 2 && len(s) != 4 && len(s) != 6 {
		return 0, false
	}
	var parts [3]int
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		parts[i/2] = parts[i/2]*10 + int(s[i]-'0')
	}
	if parts[1] > 59 || parts[2] > 59 {
		return 0, false
	}
	sec := sign * (parts[0]*3600 + parts[1]*60 + parts[2])
	return sec, validOffset(sec)
}

func civilTime(s string) (time.Time, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "Z")
	for _, layout := range []string{"20060102T150405", "20060102", "20060102T1504", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, !t.IsZero()
		}
	}
	return time.Time{}, false
}

// Component is the VTIMEZONE for a calendar of go-ical.
func (t *Timezone) Component() *ical.Component {
	c := ical.NewComponent("VTIMEZONE")
	set(c, "TZID", escape(t.ID))
	if t.Location != "" {
		set(c, "X-LIC-LOCATION", escape(t.Location))
	}
	for i := range t.Observances {
		c.Children = append(c.Children, t.Observances[i].component())
	}
	return c
}

func (o *Observance) component() *ical.Component {
	name := "STANDARD"
	if o.Daylight {
		name = "DAYLIGHT"
	}
	c := ical.NewComponent(name)
	const layout = "20060102T150405"
	set(c, "DTSTART", o.start().Format(layout))
	set(c, "TZOFFSETFROM", offsetText(o.From))
	set(c, "TZOFFSETTO", offsetText(o.To))
	if o.Name != "" {
		set(c, "TZNAME", escape(o.Name))
	}
	for i := range o.Rules {
		c.Props.Add(&ical.Prop{Name: "RRULE", Params: ical.Params{}, Value: o.Rules[i].String()})
	}
	if len(o.Dates) > 0 {
		list := make([]string, len(o.Dates))
		for i, d := range o.Dates {
			list[i] = d.Format(layout)
		}
		set(c, "RDATE", strings.Join(list, ","))
	}
	return c
}

func set(c *ical.Component, name, value string) {
	c.Props.Set(&ical.Prop{Name: name, Params: ical.Params{}, Value: value})
}

func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r", "", "\n", `\n`).Replace(s)
}

// offsetText is +0100, or +010030 (RFC 5545, 3.3.14).
func offsetText(sec int) string {
	return strings.ReplaceAll(clockOffset(sec), ":", "")
}

// errNoZone is for names that nothing is known of.
func errNoZone(name string) error {
	return fmt.Errorf("zone: %w: %q", mapi.ErrNotFound, name[:min(len(name), 80)])
}
