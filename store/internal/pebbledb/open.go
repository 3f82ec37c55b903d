package pebbledb

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
)

// Open opens the store in dir, and creates it when there is none. One process
// has it open at a time; others get an error. It reports ErrDamaged when the
// files show that something acknowledged is missing or changed, and then leaves
// them as they are.
func Open(dir string, opts *Options) (*DB, error) {
	db := &DB{opts: opts.withDefaults(), snapshots: make(map[*snapshot]struct{})}
	dir = filepath.Clean(dir)
	log := &logger{log: db.opts.Logger}
	db.disk = newDisk(db.opts.FS, dir, func(err error) {
		log.log.Error("a write failed; the store must be opened again", "err", err)
	})
	log.disk = db.disk
	if err := db.open(dir, log); err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	return db, nil
}

func (db *DB) open(dir string, log *logger) error {
	if err := makeDir(db.opts.FS, dir); err != nil {
		return err
	}
	lock, err := pebble.LockDirectory(dir, db.opts.FS)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("lock directory: %w", err)
		}
		return fmt.Errorf("%w: lock directory: %w", driver.ErrInUse, err)
	}
	db.lock = lock
	if err = db.verify(); err == nil {
		err = db.start(log)
	}
	if err != nil {
		return errors.Join(damaged(err), lock.Close())
	}
	return nil
}

// damaged is translate for Open, where a missing file is one that another file
// names.
func damaged(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, pebble.ErrDBNotPristine) {
		return fmt.Errorf("%w: %w", driver.ErrDamaged, err)
	}
	return translate(err)
}

// verify looks for what is missing before Pebble gets to tidy up.
func (db *DB) verify() error {
	sealed, err := breakSeal(db.disk, db.opts.AcceptLoss)
	if err != nil || sealed || db.opts.AcceptLoss {
		return err
	}
	return db.disk.ledger.survey(db.disk)
}

func (db *DB) start(log *logger) error {
	o := db.opts.pebble(db.disk, log)
	o.Lock = db.lock
	jobs := newCompactions()
	o.Experimental.CompactionScheduler = jobs
	err := db.contain(func() (err error) {
		db.pdb, err = pebble.Open(db.disk.dir, o)
		return err
	})
	if err == nil {
		jobs.start()
	} else {
		jobs.Unregister()
	}
	db.disk.ledger.opened()
	if err == nil && db.disk.frozen() {
		err = errors.Join(db.disk.failed(), db.contain(db.pdb.Close))
	}
	return err
}

// Close implements driver.DB. It writes what is only in the log to tables, so
// that the next Open is quick, and seals the store. After a failed write it
// only frees what is held, and reports ErrPoisoned: relaxed commits may be
// lost, and nobody else may have been told.
func (db *DB) Close() error {
	if !db.gate.shut() {
		return nil
	}
	err := db.endSnapshots()
	if !db.disk.frozen() && db.applied.Load() > 0 {
		err = errors.Join(err, db.contain(db.pdb.Flush))
	}
	err = errors.Join(err, db.contain(db.pdb.Close))
	if err == nil && !db.disk.frozen() {
		err = writeSeal(db.disk)
	}
	err = errors.Join(err, db.lock.Close())
	if db.disk.frozen() {
		return db.poisoned()
	}
	return translate(err)
}

func (db *DB) endSnapshots() error {
	db.mu.Lock()
	var open []*snapshot
	for s := range db.snapshots {
		open = append(open, s)
	}
	db.mu.Unlock()
	var errs []error
	for _, s := range open {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// makeDir creates dir so that it survives a power cut.
func makeDir(fs vfs.FS, dir string) error {
	var made []string
	for d := dir; ; d = fs.PathDir(d) {
		if _, err := fs.Stat(d); err == nil || fs.PathDir(d) == d {
			break
		}
		made = append(made, d)
	}
	if len(made) == 0 {
		return nil
	}
	if err := fs.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, d := range made {
		if err := syncDir(fs, fs.PathDir(d)); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(fs vfs.FS, dir string) error {
	f, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
