package freebusy

import (
	"sync"
	"time"

	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
)

// Options say how calendars are read. The zero value and nil mean the defaults.
type Options struct {
	// Location is the zone of the person. Days of appointments that are no meetings
	// lie between its midnights, wherever they were entered (MS-OXOCAL 3.1.5.5.1), and
	// times without a zone are in it. nil means that such days lie where they were
	// entered, and UTC.
	Location *time.Location

	// Zones finds time zones. nil means a new one with its defaults; a program that
	// asks often shares one.
	Zones *zone.Resolver

	// Cache remembers the zones of messages from one call to the next, which is most of
	// the work of a short window. nil means that each call begins anew.
	Cache *Cache

	// Details includes subjects and locations in events, except those of private and
	// confidential ones.
	Details bool

	// Skip leaves out messages: the meeting itself, when a time for it is looked for.
	// nil means none.
	Skip func(*mapi.Message) bool

	// MaxInstances is how many instances of one series are taken from a window. What
	// exceeds it is left out and reported. 0 means 10,000.
	MaxInstances int

	// Report is told what could not be read. nil means nobody.
	Report func(Issue)
}

// An Issue is a message that could not be read as it is.
type Issue struct {
	Message *mapi.Message
	Detail  string
}

// String is the detail.
func (i Issue) String() string { return i.Detail }

// A Cache remembers which zones the properties of messages mean. The zero value is
// empty and ready to use, by several goroutines at once, with one Options.Zones.
type Cache struct {
	mu    sync.Mutex
	zones map[string]*time.Location
}

// maxZones bounds what is remembered of hostile calendars.
const maxZones = 1000

func (c *Cache) get(key string) (*time.Location, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	loc, ok := c.zones[key]
	return loc, ok
}

func (c *Cache) put(key string, loc *time.Location) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.zones == nil {
		c.zones = map[string]*time.Location{}
	}
	if len(c.zones) < maxZones {
		c.zones[key] = loc
	}
}

func (o *Options) withDefaults() Options {
	var all Options
	if o != nil {
		all = *o
	}
	if all.Zones == nil {
		all.Zones = zone.NewResolver(nil)
	}
	if all.Cache == nil {
		all.Cache = &Cache{}
	}
	if all.MaxInstances <= 0 {
		all.MaxInstances = 10_000
	}
	return all
}
