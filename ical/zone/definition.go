package zone

import (
	"fmt"
	"slices"
	"time"
)

// Zone is the zone of one rule. Name is what the message says beside it:
// PidLidTimeZoneDescription.
func (s Struct) Zone(name string) (*Zone, error) {
	z, err := fromRules(name, []Rule{s.Rule()})
	if err != nil {
		return nil, fmt.Errorf("zone.Struct.Zone: %w", err)
	}
	return z, nil
}

// Rule is the structure as the rule of a definition.
func (s Struct) Rule() Rule {
	return Rule{Major: 2, Minor: 1, Size: ruleSizeSaid, Year: 1601,
		Bias: s.Bias, StandardBias: s.StandardBias, DaylightBias: s.DaylightBias,
		StandardDate: s.StandardDate, DaylightDate: s.DaylightDate}
}

// Struct is a rule as the structure.
func (r Rule) Struct() Struct {
	return Struct{Bias: r.Bias, StandardBias: r.StandardBias, DaylightBias: r.DaylightBias,
		StandardDate: r.StandardDate, DaylightDate: r.DaylightDate}
}

// Zone is the zone that a definition describes. The first rule also holds before its
// year, the last one without end.
func (d Definition) Zone() (*Zone, error) {
	z, err := fromRules(d.KeyName, d.Rules)
	if err != nil {
		return nil, fmt.Errorf("zone.Definition.Zone: %w", err)
	}
	z.def = &d
	return z, nil
}

func fromRules(name string, rules []Rule) (*Zone, error) {
	c, err := courseOf(rules)
	if err != nil {
		return nil, err
	}
	loc, err := c.location(name)
	if err != nil {
		return nil, err
	}
	return &Zone{name: name, windows: windowsName(name), loc: loc}, nil
}

// Struct is the zone as PidLidTimeZoneStruct: the rule that holds in a year.
func (z *Zone) Struct(year int) Struct {
	r := z.rules(year)
	return r[effective(r, year)].Struct()
}

// Definition is the zone as a time zone definition. The rule that holds in year is the
// effective one. A zone that came from a definition keeps its rules; another one has
// those from the year before to ten years after, the first of them from 1601 on.
//
// ofSeries marks the effective rule as the one that is in PidLidTimeZoneStruct too, as
// PidLidAppointmentTimeZoneDefinitionRecur may have it; …StartDisplay and …EndDisplay
// must not.
//
// The key name is the Windows id where there is one, by which Outlook finds the zone,
// else the name of the zone.
func (z *Zone) Definition(year int, ofSeries bool) Definition {
	d := Definition{Major: 2, Minor: 1, Reserved: 2, KeyName: z.name}
	if z.windows != "" {
		d.KeyName = z.windows
	}
	d.Rules = z.rules(year)
	for i := range d.Rules {
		d.Rules[i].Flags &^= RuleOfSeries | RuleEffective
	}
	now := &d.Rules[effective(d.Rules, year)]
	now.Flags |= RuleEffective
	if ofSeries {
		now.Flags |= RuleOfSeries
	}
	return d
}

// rules are never empty.
func (z *Zone) rules(year int) []Rule {
	if z.def != nil && len(z.def.Rules) > 0 {
		return slices.Clone(z.def.Rules)
	}
	var rules []Rule
	for _, s := range spansOf(z.loc, year-1, year+10) {
		rules = append(rules, s.rule())
	}
	rules[0].Year = 1601
	return rules
}

// effective is the index of the rule that holds in a year.
func effective(rules []Rule, year int) int {
	best := -1
	for i := range rules {
		if y := int(rules[i].Year); y <= year && (best < 0 || y >= int(rules[best].Year)) {
			best = i
		}
	}
	if best >= 0 {
		return best
	}
	return slices.IndexFunc(rules, func(r Rule) bool {
		return r.Year == slices.MinFunc(rules, func(a, b Rule) int { return int(a.Year) - int(b.Year) }).Year
	})
}

// YearAt is the year of an instant on the clock of the zone, for [Zone.Struct] and
// [Zone.Definition].
func (z *Zone) YearAt(t time.Time) int { return t.In(z.loc).Year() }
