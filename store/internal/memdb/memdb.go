// Package memdb is a driver.DB in memory, for tests and for what need not last.
//
// The content is a persistent tree: a snapshot is a pointer to its root, and a
// transaction grows a root of its own. Commits of different mailboxes meet in
// one short exchange of a key range.
package memdb

import (
	"bytes"
	"context"
	"sync"

	"github.com/okapi-mail/okapi/store/driver"
)

// A Disk is what outlives a DB: what was durable when it was closed or when it
// crashed. The zero value is empty. At most one DB is open on it.
type Disk struct {
	mu   sync.Mutex
	root *node
}

// A DB is an ordered map in memory, safe for concurrent use.
type DB struct {
	disk  *Disk
	locks driver.Locks

	mu       sync.Mutex // guards what follows
	root     *node
	closed   bool
	inFlight sync.WaitGroup // updates under way; Add only under mu and while not closed
}

var _ driver.DB = (*DB)(nil)

// New returns an empty DB.
func New() *DB { return Open(new(Disk)) }

// Open returns a DB with what disk holds. Close keeps everything for the next
// Open, Crash only what was durable.
func Open(disk *Disk) *DB {
	disk.mu.Lock()
	defer disk.mu.Unlock()
	return &DB{disk: disk, root: disk.root}
}

// Disk returns what db writes to.
func (db *DB) Disk() *Disk { return db.disk }

// Snapshot implements driver.DB.
func (db *DB) Snapshot(ctx context.Context) (driver.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil, driver.ErrClosed
	}
	return &snapshot{db: db, root: db.root}, nil
}

// Update implements driver.DB. It runs fn once.
func (db *DB) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	bounds, err := driver.NewBounds(driver.Write{Mailbox: bytes.Clone(w.Mailbox)})
	if err != nil {
		return err
	}
	if err := db.enter(); err != nil {
		return err
	}
	defer db.inFlight.Done()
	unlock, err := db.locks.Lock(ctx, w.Mailbox)
	if err != nil {
		return err
	}
	defer unlock()

	t := db.begin(bounds)
	defer func() { t.over = true }()
	if err := fn(t); err != nil {
		return err
	}
	db.commit(t, w.Relaxed)
	return nil
}

func (db *DB) enter() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return driver.ErrClosed
	}
	db.inFlight.Add(1)
	return nil
}

func (db *DB) begin(bounds driver.Bounds) *tx {
	db.mu.Lock()
	defer db.mu.Unlock()
	return &tx{bounds: bounds, base: db.root, root: db.root}
}

// commit puts what t did in place. The mailbox's lock is held, so its keys are
// still those that t began with; the keys of others may have changed meanwhile.
func (db *DB) commit(t *tx, relaxed bool) {
	db.mu.Lock()
	defer db.mu.Unlock()
	switch {
	case t.root == t.base:
	case db.root == t.base:
		db.root = t.root
	default:
		lo, hi := t.bounds.Range()
		_, mine := t.root.split(lo)
		mine, _ = mine.split(hi)
		db.root = db.root.replace(lo, hi, mine)
	}
	if !relaxed {
		db.sync()
	}
}

// Sync implements driver.DB.
func (db *DB) Sync(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return driver.ErrClosed
	}
	db.sync()
	return nil
}

func (db *DB) sync() {
	db.disk.mu.Lock()
	defer db.disk.mu.Unlock()
	db.disk.root = db.root
}

// Close waits for the updates under way and keeps everything on the disk.
func (db *DB) Close() error {
	if db.shut() {
		db.sync()
	}
	return nil
}

// Crash ends the DB as a power cut does: relaxed commits that no later durable
// commit and no Sync followed are gone.
func (db *DB) Crash() { db.shut() }

// shut reports whether it was this call that closed the DB.
func (db *DB) shut() bool {
	db.mu.Lock()
	first := !db.closed
	db.closed = true
	db.mu.Unlock()
	db.inFlight.Wait()
	return first
}
