package zone

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/okapi-mail/okapi/ical/zone/internal/fold"
	"github.com/okapi-mail/okapi/mapi"
)

// Options say how zones are found. The zero value and nil mean the defaults.
type Options struct {
	// Load finds an IANA zone. Default: time.LoadLocation.
	Load func(name string) (*time.Location, error)

	// Territory is the country (ISO 3166: "DE") whose IANA zone stands for a Windows id
	// that several have. Default: the one that CLDR has for the world.
	Territory string

	// From and To are the years in which a VTIMEZONE or a definition must have the
	// offsets of a zone to be taken for it: the years that a calendar is about.
	// Default: 2020 to 2035. Programs write the rules of today as if they had always
	// been, so comparing all times would find nothing.
	From, To int
}

// A Resolver finds the zone that a calendar means. It remembers what it found, and is
// safe for concurrent use.
type Resolver struct {
	opts  Options
	names sync.Map // name → *Zone
	known func() []*Zone

	definitions, structs memory
}

// maxNames bounds what a resolver remembers; a longer name is none.
const maxNameBytes = 200

// NewResolver makes a resolver.
func NewResolver(opts *Options) *Resolver {
	r := &Resolver{}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.Load == nil {
		r.opts.Load = time.LoadLocation
	}
	if r.opts.From == 0 && r.opts.To == 0 {
		r.opts.From, r.opts.To = 2020, 2035
	}
	r.known = sync.OnceValue(r.loadKnown)
	return r
}

// Name finds a zone by what it is called: an IANA name, also behind a vendor's prefix
// and in other letters ("/mozilla.org/20050126_1/Europe/Berlin"); a Windows id, or what
// Windows shows for it in any of its versions ("(UTC+01:00) Amsterdam, Berlin, …");
// an offset ("UTC+1", "GMT +0100", "+01:00"); "UTC" and "tzone://Microsoft/Utc". The
// zone is called as it was asked for. mapi.ErrNotFound is the answer for all others,
// among them "Customized Time Zone", which says nothing.
func (r *Resolver) Name(name string) (*Zone, error) {
	name = strings.Trim(strings.TrimSpace(name), `"`)
	if z, ok := r.names.Load(fold.Name(name)); ok {
		return z.(*Zone).Named(name), nil
	}
	if name == "" || len(name) > maxNameBytes {
		return nil, errNoZone(name)
	}
	z := r.find(name)
	if z == nil {
		return nil, errNoZone(name)
	}
	// Only zones of the tables are kept: there is no end of names for them, but of the
	// names that hosts load.
	if key := fold.Name(name); key == fold.Name(z.iana) || key == fold.Name(z.windows) {
		r.names.Store(key, z)
	}
	return z.Named(name), nil
}

func (r *Resolver) find(name string) *Zone {
	if isUTC(name) {
		return UTC()
	}
	if z := r.windows(windowsName(name)); z != nil {
		return z
	}
	if z := r.iana(name); z != nil {
		return z
	}
	if z := r.windows(displayed(name)); z != nil {
		return z
	}
	if z := fixed(name); z != nil {
		return z
	}
	return r.prefixed(name)
}

func isUTC(name string) bool {
	switch fold.Name(name) {
	case "utc", "z", "gmt", "zulu", "etc/utc", "etc/gmt", "tzone://microsoft/utc", "coordinated universal time", "universal coordinated time", "greenwich mean time":
		return true
	}
	return fold.Name(name) == "(utc) coordinated universal time"
}

func (r *Resolver) windows(id string) *Zone {
	if id == "" {
		return nil
	}
	if id == "UTC" {
		return UTC()
	}
	iana := windowsZone(id, r.opts.Territory)
	loc, err := r.opts.Load(iana)
	if err != nil {
		return nil
	}
	return &Zone{name: id, windows: id, iana: iana, loc: loc}
}

// iana loads a zone of the tz database. Names that are no zones there stay out: a path,
// "Local", and the leap-second and posix copies of the database.
func (r *Resolver) iana(name string) *Zone {
	proper, windows := ianaName(name)
	if proper == "" {
		if !plausible(name) {
			return nil
		}
		proper = name
	}
	loc, err := r.opts.Load(proper)
	if err != nil || loc == time.Local {
		return nil
	}
	return &Zone{name: proper, iana: proper, windows: windows, loc: loc}
}

func plausible(name string) bool {
	for _, c := range []byte(name) {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("/_-+", c) >= 0) {
			return false
		}
	}
	area, _, _ := strings.Cut(name, "/")
	switch strings.ToLower(area) {
	case "", "local", "localtime", "posix", "right", "posixrules":
		return false
	}
	return area[0] >= 'A' && area[0] <= 'Z'
}

// prefixed finds an IANA name at the end of a path: "/citadel.org/20210210_1/Europe/Berlin".
func (r *Resolver) prefixed(name string) *Zone {
	parts := strings.FieldsFunc(name, func(c rune) bool { return c == '/' || c == ':' })
	for n := min(3, len(parts)-1); n >= 1; n-- {
		end := strings.Join(parts[len(parts)-n:], "/")
		if n == 1 && !isUTC(end) {
			break // a single word at the end of a path is no zone
		}
		if isUTC(end) {
			return UTC()
		}
		if iana, _ := ianaName(end); iana != "" {
			return r.iana(iana)
		}
	}
	return nil
}

// fixed reads "GMT +0100", "UTC-5", "+01:00", "UTC+01:00".
func fixed(name string) *Zone {
	s := strings.ToUpper(strings.Join(strings.Fields(name), ""))
	s = strings.Trim(s, "()")
	rest, named := strings.CutPrefix(s, "GMT")
	if !named {
		rest, named = strings.CutPrefix(s, "UTC")
	}
	if rest == "" || rest[0] != '+' && rest[0] != '-' {
		return nil
	}
	sec, ok := parseOffset(rest)
	if !ok || !named && len(rest) < 3 {
		return nil
	}
	return Fixed(time.Duration(sec) * time.Second)
}

// Timezone is the zone that a calendar means by a TZID and by the VTIMEZONE of that id,
// which is nil when it has none.
//
// The offsets of the component win over what the name says. Where the two agree in the
// years of the options, the zone is the known one, because it knows the other years
// too. Where they agree only in the years in which the newest of its rules began, the
// component is out of date: its offsets stay, and the zone has the Windows id of the
// name. Where the name is unknown or another, a Windows zone with the same offsets
// gives its id.
func (r *Resolver) Timezone(id string, t *Timezone) (*Zone, error) {
	named := r.byNames(id, t)
	if t == nil {
		if named == nil {
			return nil, errNoZone(id)
		}
		return named.Named(id), nil
	}
	own, err := t.Zone()
	if err != nil {
		if named != nil {
			return named.Named(id), nil
		}
		return nil, err
	}
	z := r.join(own.Named(id), named)
	if z.windows == "" && named != nil && t.wasRight(own, named) {
		z.windows = named.windows
	}
	return z, nil
}

// wasRight tells whether a component agreed with a zone when its newest rule was new.
func (t *Timezone) wasRight(own, named *Zone) bool {
	newest := 0
	for _, o := range t.Observances {
		newest = max(newest, o.Start.Year())
	}
	for year := max(newest, 1970); year <= max(newest, 1970)+3; year++ {
		if Same(own, named, year, year) {
			return true
		}
	}
	return false
}

func (r *Resolver) byNames(id string, t *Timezone) *Zone {
	names := []string{id}
	if t != nil {
		names = append(names, t.Location, t.ID)
	}
	for _, n := range names {
		if z, err := r.Name(n); err == nil {
			return z
		}
	}
	return nil
}

// join gives a zone made of rules the names of a known one, and its history where they
// are the same one.
func (r *Resolver) join(own, named *Zone) *Zone {
	if named != nil && Same(own, named, r.opts.From, r.opts.To) {
		z := *named
		z.name, z.def = own.name, own.def
		return &z
	}
	if match := r.match(own); match != nil {
		own.windows, own.iana = match.windows, ""
	}
	return own
}

// match finds a known zone with the same offsets.
func (r *Resolver) match(z *Zone) *Zone {
	for _, k := range r.known() {
		if Same(z, k, r.opts.From, r.opts.To) {
			return k
		}
	}
	return nil
}

// Match finds a Windows zone that has the offsets of z in the years of the options,
// or mapi.ErrNotFound. Of several it is the best known one.
func (r *Resolver) Match(z *Zone) (*Zone, error) {
	if k := r.match(z); k != nil {
		return k, nil
	}
	return nil, errNoZone(z.name)
}

// loadKnown are the zones that others are compared with. Those that most people live in
// come before others with the same clocks.
func (r *Resolver) loadKnown() []*Zone {
	list := []*Zone{UTC()}
	first := []string{"W. Europe Standard Time", "GMT Standard Time", "Eastern Standard Time", "Central Standard Time",
		"Mountain Standard Time", "Pacific Standard Time", "China Standard Time", "Tokyo Standard Time",
		"AUS Eastern Standard Time", "FLE Standard Time", "Russian Standard Time", "SA Pacific Standard Time",
		"SE Asia Standard Time", "South Africa Standard Time", "West Asia Standard Time", "E. South America Standard Time",
		"SA Western Standard Time", "Central America Standard Time", "US Mountain Standard Time", "E. Australia Standard Time"}
	seen := map[string]bool{"UTC": true}
	for _, id := range first {
		seen[id] = true
		if z := r.windows(id); z != nil {
			list = append(list, z)
		}
	}
	for _, row := range windowsNames {
		if seen[row.a] || !strings.HasSuffix(row.key, "/001") {
			continue
		}
		if z := r.windows(row.a); z != nil {
			list = append(list, z)
		}
	}
	return list
}

// Stored are the properties of a message that say in which zone it is. Any may be
// empty; empty and broken values count as absent.
type Stored struct {
	Recurring   bool
	Recur       []byte // PidLidAppointmentTimeZoneDefinitionRecur
	Start       []byte // PidLidAppointmentTimeZoneDefinitionStartDisplay
	End         []byte // PidLidAppointmentTimeZoneDefinitionEndDisplay
	Struct      []byte // PidLidTimeZoneStruct
	Description string // PidLidTimeZoneDescription
}

// Stored finds the zone of a message. For a series the definition of the recurrence
// comes first, then structure and description, then the zones of display; for a single
// item the zone in which its start is displayed, then the others. mapi.ErrNotFound
// means that the message says nothing.
func (r *Resolver) Stored(s Stored) (*Zone, error) {
	order := []func() (*Zone, error){
		func() (*Zone, error) { return r.Definition(s.Start) },
		func() (*Zone, error) { return r.Definition(s.Recur) },
		func() (*Zone, error) { return r.Struct(s.Struct, s.Description) },
		func() (*Zone, error) { return r.Definition(s.End) },
	}
	if s.Recurring {
		order[0], order[1], order[2] = order[1], order[2], order[0]
	}
	for _, f := range order {
		if z, err := f(); err == nil {
			return z, nil
		}
	}
	if z, err := r.Name(s.Description); err == nil {
		return z, nil
	}
	return nil, fmt.Errorf("zone.Resolver.Stored: %w", mapi.ErrNotFound)
}

// Definition is the zone of a time zone definition property.
func (r *Resolver) Definition(b []byte) (*Zone, error) {
	return r.definitions.zone(b, "", r.definition)
}

func (r *Resolver) definition(b []byte, _ string) (*Zone, error) {
	d, err := ParseDefinition(b)
	if err != nil {
		return nil, err
	}
	own, err := d.Zone()
	if err != nil {
		return nil, err
	}
	named, _ := r.Name(d.KeyName)
	return r.join(own, named), nil
}

// Struct is the zone of a PidLidTimeZoneStruct property with the description that
// stands beside it.
func (r *Resolver) Struct(b []byte, description string) (*Zone, error) {
	return r.structs.zone(b, description, r.structure)
}

func (r *Resolver) structure(b []byte, description string) (*Zone, error) {
	s, err := ParseStruct(b)
	if err != nil {
		return nil, err
	}
	own, err := s.Zone(description)
	if err != nil {
		return nil, err
	}
	named, _ := r.Name(description)
	z := r.join(own, named)
	if z.name == "" && z.windows != "" {
		z = z.Named(z.windows)
	}
	return z, nil
}
