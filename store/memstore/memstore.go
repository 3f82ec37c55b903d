// Package memstore keeps a store in memory: for tests, and for mailboxes that
// need not outlive the program. It behaves as package pebblestore does, conflict
// and crash included, and is fast enough for some hundred thousand messages.
package memstore

import (
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/memdb"
)

// New returns an empty store. With a fixed clock and counted ids in opts
// everything it does is the same each time.
func New(opts *store.Options) *store.Store {
	st, err := store.New(memdb.New(), opts)
	if err != nil {
		panic(err) // an empty store in memory has nothing that can fail
	}
	return st
}

// A Disk is what stores in memory survive on, so that tests can close a store and
// open it again, or let the power fail. The zero value is an empty disk. It must
// not be copied.
type Disk struct {
	disk *memdb.Disk
	db   *memdb.DB
}

// Open opens the store on the disk. The former one must have been closed or have
// crashed.
func (d *Disk) Open(opts *store.Options) (*store.Store, error) {
	return store.New(d.Driver(), opts)
}

// Driver opens the disk as a backend: to wrap it, for instance with package
// faultdriver, before store.New.
func (d *Disk) Driver() driver.DB {
	if d.disk == nil {
		d.db = memdb.New()
		d.disk = d.db.Disk()
	} else {
		d.db = memdb.Open(d.disk)
	}
	return d.db
}

// Crash is a power failure: what was committed relaxed and not synced is gone,
// and the store that was open reports errors.
func (d *Disk) Crash() {
	if d.db != nil {
		d.db.Crash()
	}
}
