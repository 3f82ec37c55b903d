package ical

import (
	"fmt"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/zone"
)

// A zone is written at least for these years, so that series go on in it and readers
// see that it is the one they know.
const firstYear, lastYear = 2015, 2037

// A zoneUse is which zones the lines of a calendar name, in the order of their first use.
type zoneUse struct {
	list []*usedZone
	byID map[string]*usedZone
}

// A usedZone is what a TZID means in the calendar, and for which years.
type usedZone struct {
	id       string
	zone     *timeZone  // nil: nobody knows
	given    *Component // the VTIMEZONE that a message came with, or nil
	same     *timeZone  // what was found to be the same last
	sameTree *Component
	from, to int
}

// see notes the zones of a component that e wrote. A zone that has the name of another one
// gets a name of its own: what a home-made one means is nowhere but in its calendar.
func (u *zoneUse) see(c *Component, e *encoder) {
	for i := range c.Props {
		p := &c.Props[i]
		if len(p.Params) == 0 {
			continue
		}
		id := p.Param("TZID")
		if id == "" {
			continue
		}
		z := u.of(id, e)
		if z == nil {
			continue
		}
		if m, ok := parseMoment(p.Value); ok {
			z.from, z.to = min(z.from, m.wall.Year()), max(z.to, m.wall.Year())
		}
		if z.id != id {
			*p = p.With("TZID", z.id)
		}
	}
	for _, child := range c.Children {
		u.see(child, e)
	}
}

// of is the zone that a TZID means in the message that e wrote; nil when there are too
// many.
func (u *zoneUse) of(id string, e *encoder) *usedZone {
	var given *Component
	if len(e.zones.given) > 0 {
		given = e.zones.given[cleanZoneID(id)]
	}
	if known := u.byID[id]; known != nil && given != nil && known.isGiven(given) {
		return known
	}
	z := e.meaning(id)
	name := id
	for n := 2; ; n++ {
		known := u.byID[name]
		if known == nil {
			break
		}
		if known.means(z) {
			return known
		}
		name = fmt.Sprintf("%s (%d)", id, n)
	}
	if len(u.list) >= maxZones {
		return nil
	}
	if name != id {
		e.report(RuleZone, id+" is another zone: "+name)
	}
	if u.byID == nil {
		u.byID = map[string]*usedZone{}
	}
	used := &usedZone{id: name, zone: z, given: given, from: firstYear, to: lastYear}
	u.byID[name], u.list = used, append(u.list, used)
	return used
}

// meaning is the zone that a TZID stands for in the message that was written last: one that
// came with it, in which it was written, or that everybody knows.
func (e *encoder) meaning(id string) *timeZone {
	if len(e.zones.given) > 0 && e.zones.declared(id) { // a definition may say it only nearly
		return e.zones.find(id)
	}
	for _, z := range e.meant {
		if z != nil && z.id == id {
			return z
		}
	}
	return e.zones.find(id)
}

// means reports whether a zone is the same as another. What nobody knows may be any.
func (u *usedZone) means(z *timeZone) bool {
	if z == nil || z == u.zone || z == u.same || u.zone == nil {
		return true
	}
	if zone.Same(u.zone.known(), z.known(), 1990, lastYear) {
		u.same = z
		return true
	}
	return false
}

// isGiven reports whether a VTIMEZONE is that of the zone, line for line.
func (u *usedZone) isGiven(c *Component) bool {
	if c == u.given || c == u.sameTree {
		return true
	}
	if u.given == nil || !sameTree(u.given, c) {
		return false
	}
	u.sameTree = c
	return true
}

// timezones are the VTIMEZONEs of the zones that were used, as they came where they did.
func (u *zoneUse) timezones() (list []*Component) {
	for _, z := range u.list {
		switch {
		case z.given != nil && z.id == cleanZoneID(z.given.Value("TZID")):
			list = append(list, z.given)
		case z.given != nil:
			list = append(list, z.given.renamed(z.id))
		case z.zone != nil:
			tz := z.zone.known().Named(z.id).Timezone(max(z.from, 1900), min(z.to+1, 2100))
			list = append(list, FromGoICal(tz.Component()))
		}
	}
	return list
}

// renamed is a VTIMEZONE under another name.
func (c *Component) renamed(id string) *Component {
	r := &Component{Name: c.Name, Children: c.Children}
	r.Props = append(r.Props, c.Props...)
	for i := range r.Props {
		if r.Props[i].Name == "TZID" {
			r.Props[i] = Prop{Name: "TZID", Value: line.Escape(id), Params: r.Props[i].Params}
		}
	}
	return r
}
