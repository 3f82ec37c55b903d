package ical

import (
	"bytes"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical/internal/civil"
	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A timeZone is a zone as a calendar names it.
type timeZone struct {
	id    string // its TZID
	zone  *zone.Zone
	clock *civil.Clock

	shown    map[int]mapi.Value // definitions by year
	asked    bool               // homeMade is known
	homeMade bool
}

func newTimeZone(id string, z *zone.Zone) *timeZone {
	return &timeZone{id: id, zone: z, clock: civil.NewClock(z.Location())}
}

// utcZone is the zone of …Z. It has no state.
var utcZone = &timeZone{id: "UTC"}

// utc is the time at which the clock of the zone shows wall.
func (z *timeZone) utc(wall time.Time) time.Time {
	if z == utcZone {
		return wall
	}
	return z.clock.Time(civil.Seconds(wall)).UTC()
}

// wall is what the clock of the zone shows, as if it were UTC.
func (z *timeZone) wall(at time.Time) time.Time {
	if z == utcZone {
		return at.UTC()
	}
	_, off := at.In(z.zone.Location()).Zone()
	return at.UTC().Add(time.Duration(off) * time.Second)
}

func (z *timeZone) known() *zone.Zone {
	if z == utcZone {
		return zone.UTC()
	}
	return z.zone
}

// display is the definition of the zone at a time, as …StartDisplay has it.
func (z *timeZone) display(at time.Time) mapi.Value {
	if z == utcZone {
		return z.known().Definition(at.Year(), false).Bytes()
	}
	year := z.zone.YearAt(at)
	v := z.shown[year]
	if v == nil {
		v = z.zone.Definition(year, false).Bytes()
		if z.shown == nil {
			z.shown = map[int]mapi.Value{}
		}
		z.shown[year] = v
	}
	return v
}

// A zoneTable is the zones of one calendar.
type zoneTable struct {
	resolver *zone.Resolver
	fallback *timeZone
	given    map[string]*Component // VTIMEZONEs by id
	byID     map[string]*timeZone
	byStored map[string]*timeZone // by what messages store

	last struct { // what was asked for last: most messages are in one zone
		description string
		start       []byte
		zone        *timeZone
	}
}

// maxZones bounds the zones of a calendar: each is a table of changes.
const maxZones = 1000

func newZoneTable(loc *time.Location, resolver *zone.Resolver) *zoneTable {
	t := &zoneTable{resolver: resolver, given: map[string]*Component{}, byID: map[string]*timeZone{}, byStored: map[string]*timeZone{}}
	t.fallback = utcZone
	if loc != time.UTC {
		z := zone.New("", loc)
		t.fallback = newTimeZone(z.Name(), z)
	}
	return t
}

// add takes a VTIMEZONE. The first of a name counts.
func (t *zoneTable) add(c *Component, d *decoder) {
	id := cleanZoneID(c.Value("TZID"))
	if id == "" || len(t.given) >= maxZones {
		return
	}
	if _, ok := t.given[id]; ok {
		if d.fresh {
			d.report(RuleDuplicate, c.offset, id)
		}
		return
	}
	t.given[id] = c
	delete(t.byID, id)
}

// cleanZoneID takes the escapes off a name that should have none (lesson 35).
func cleanZoneID(id string) string { return strings.TrimSpace(line.Unescape(id)) }

// declared reports whether the calendar has a VTIMEZONE of a name.
func (t *zoneTable) declared(id string) bool { return t.given[cleanZoneID(id)] != nil }

// find is the zone of a TZID, or nil.
func (t *zoneTable) find(id string) *timeZone {
	id = cleanZoneID(id)
	if z, ok := t.byID[id]; ok {
		return z
	}
	if len(t.byID) >= maxZones {
		return nil
	}
	var found *timeZone
	if z := t.resolve(id); z != nil {
		found = newTimeZone(id, z)
	}
	t.byID[id] = found
	return found
}

// resolve asks the resolver, which weighs the name and the VTIMEZONE.
func (t *zoneTable) resolve(id string) *zone.Zone {
	var given *zone.Timezone
	if c := t.given[id]; c != nil {
		given = zone.FromComponent(c.GoICal(), nil)
	}
	z, err := t.resolver.Timezone(id, given)
	if err != nil {
		return nil
	}
	return z
}

// homeMade reports whether only the VTIMEZONE of the calendar tells what a TZID
// means.
func (t *zoneTable) homeMade(id string) bool {
	id = cleanZoneID(id)
	if t.given[id] == nil {
		return false
	}
	found := t.find(id)
	if found == nil {
		return true
	}
	if !found.asked {
		named, err := t.resolver.Name(id)
		found.asked = true
		found.homeMade = err != nil || !zone.Same(named, found.zone, 1990, 2037)
	}
	return found.homeMade
}

// of is the zone that a message's times are to be written in, or nil for UTC.
func (t *zoneTable) of(m mapi.Getter, recurring bool) *timeZone {
	s := zone.Stored{
		Recurring:   recurring,
		Recur:       props.PidLidAppointmentTimeZoneDefinitionRecur.Or(m, nil),
		Start:       props.PidLidAppointmentTimeZoneDefinitionStartDisplay.Or(m, nil),
		End:         props.PidLidAppointmentTimeZoneDefinitionEndDisplay.Or(m, nil),
		Struct:      props.PidLidTimeZoneStruct.Or(m, nil),
		Description: props.PidLidTimeZoneDescription.Or(m, ""),
	}
	if len(s.Recur)+len(s.Start)+len(s.End)+len(s.Struct)+len(s.Description) == 0 {
		return nil
	}
	if !recurring && len(s.Start) > 0 && s.Description == t.last.description && bytes.Equal(s.Start, t.last.start) {
		return t.last.zone
	}
	key := s.Description + "\x00" + string(s.Start)
	if recurring {
		key += "\x00" + string(s.Recur) + "\x00" + string(s.Struct)
	} else if len(s.Start) == 0 {
		key += "\x00" + string(s.End) + string(s.Recur) + "\x00" + string(s.Struct)
	}
	if z, ok := t.byStored[key]; ok || len(t.byStored) >= maxZones {
		if !recurring && ok {
			t.last.description, t.last.start, t.last.zone = s.Description, s.Start, z
		}
		return z
	}
	z, err := t.resolver.Stored(s)
	var found *timeZone
	if err == nil {
		found = t.named(z, s.Description)
	}
	t.byStored[key] = found
	return found
}

// named is a zone under a TZID that says what it is: the description of the message,
// when that means a zone with the same offsets, or the zone's own name.
func (t *zoneTable) named(z *zone.Zone, description string) *timeZone {
	if z.Location() == time.UTC {
		return utcZone
	}
	for _, id := range []string{description, z.Name()} {
		if f := t.find(id); id != "" && f != nil && zone.Same(z, f.zone, 2020, 2035) {
			return f
		}
	}
	return newTimeZone(z.Name(), z)
}
