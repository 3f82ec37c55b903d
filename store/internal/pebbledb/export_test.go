package pebbledb

import (
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// PebbleOptions are those that Open uses by default.
func PebbleOptions(fs vfs.FS) *pebble.Options {
	var none *Options
	o := none.withDefaults()
	p := o.pebble(newDisk(fs, "", func(error) {}), &logger{log: slog.New(slog.DiscardHandler)})
	p.FS = fs
	return p
}

// LocksHeld returns how many mailboxes are locked or waited for.
func (db *DB) LocksHeld() int { return db.locks.Len() }
