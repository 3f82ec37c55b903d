// Package pebblestore keeps a store in a directory, by way of the Pebble engine.
// It is okapi's default: one process, any number of mailboxes, no other service.
package pebblestore

import (
	"errors"
	"log/slog"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
)

// Options are what a program may set. A nil *Options and the zero value mean the
// defaults.
type Options struct {
	// Store holds the options that are the same for all backends.
	Store *store.Options

	// FS is the file system. Default: the operating system's. Tests pass
	// vfs.NewMem or vfs.NewCrashableMem.
	FS vfs.FS

	// CacheSize is how many bytes of read data stay in memory, and of commits
	// that are not in tables yet. Default: 64 MiB, which are not on the heap of
	// Go. In a program that was built with CGO_ENABLED=0 they are, and its
	// garbage collector lets the heap grow to twice what is in use: there
	// the default is 12 MiB, enough for the lists of mailboxes that are looked
	// at. A server without cgo that has the memory should give more.
	CacheSize int64

	// MemTableSize is how many bytes of commits gather in memory before they
	// are written as a table. More is faster in long bulk loads, and takes
	// longer to open after a crash: about 5 ms for each MiB, of which there
	// can be twice as many as are given here. Default: 4 MiB.
	MemTableSize int

	// Dense spends processor time on smaller files.
	Dense bool

	// AcceptLoss opens a store whose log is damaged in the middle, without
	// the commits from there on. By default Open reports driver.ErrDamaged:
	// what was acknowledged must not vanish silently.
	AcceptLoss bool
}

// Open opens the store in dir, or makes a new one when dir is empty or missing.
// One process can have it open at a time: another one gets mapi.ErrBusy. It
// reports driver.ErrDamaged (mapi.ErrCorruptData) when what is stored there is not
// readable, and mapi.ErrVersion when a newer okapi wrote it.
func Open(dir string, opts *Options) (*store.Store, error) {
	if opts == nil {
		opts = &Options{}
	}
	db, err := OpenDriver(dir, opts)
	if err != nil {
		return nil, &mapi.Error{Op: "pebblestore.Open", Code: openCode(err), Err: err}
	}
	st, err := store.New(db, opts.Store)
	if err != nil {
		db.Close()
		return nil, err
	}
	return st, nil
}

// openCode is what a MAPI client is told about a backend that does not open.
func openCode(err error) mapi.Code {
	switch {
	case errors.Is(err, driver.ErrInUse):
		return mapi.ErrBusy
	case errors.Is(err, driver.ErrDamaged):
		return mapi.ErrCorruptData
	}
	return mapi.CodeOf(err)
}

// OpenDriver opens the backend alone: to wrap it, for instance with package
// faultdriver, before store.New.
func OpenDriver(dir string, opts *Options) (driver.DB, error) {
	if opts == nil {
		opts = &Options{}
	}
	var logger *slog.Logger
	if opts.Store != nil {
		logger = opts.Store.Logger
	}
	return pebbledb.Open(dir, &pebbledb.Options{FS: opts.FS, Logger: logger, CacheSize: opts.CacheSize,
		MemTableSize: opts.MemTableSize, Dense: opts.Dense, AcceptLoss: opts.AcceptLoss})
}
