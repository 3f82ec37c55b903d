// Package pebbledb is a driver.DB on Pebble, an embedded log-structured store:
// one process, one directory, no cgo.
//
// What it adds to Pebble: the lock per mailbox; the wait for the disk outside
// of it, so that writers share syncs; survival of failed writes, which Pebble
// answers with panics (see disk); and proof that nothing acknowledged is
// missing when a store is opened (see seal and ledger), because Pebble takes a
// damaged end of its log or of its list of tables for a torn write and goes on
// without it.
package pebbledb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/okapi-mail/okapi/store/driver"
)

// A DB is an open directory. It is safe for concurrent use.
type DB struct {
	opts  Options
	disk  *disk
	lock  *pebble.Lock
	pdb   *pebble.DB
	locks driver.Locks
	gate  gate // updates, syncs and the like under way

	// still is held for reading by every commit until it is durable, and for
	// writing while a checkpoint copies the log: a log that grows while it is
	// copied may end in the middle of a record, which a reader takes for damage.
	still sync.RWMutex

	applied atomic.Uint64 // the sequence number after the newest commit
	durable atomic.Uint64 // the sequence number after the newest synced commit

	mu        sync.Mutex
	snapshots map[*snapshot]struct{} // open ones; Close ends them
}

var (
	_ driver.DB           = (*DB)(nil)
	_ driver.Checkpointer = (*DB)(nil)
	_ driver.Compactor    = (*DB)(nil)
)

// Snapshot implements driver.DB.
func (db *DB) Snapshot(ctx context.Context) (driver.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !db.gate.enter() {
		return nil, driver.ErrClosed
	}
	defer db.gate.leave()
	s := &snapshot{db: db}
	err := db.contain(func() error {
		s.pebble = db.pdb.NewSnapshot()
		return nil
	})
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.snapshots[s] = struct{}{}
	return s, nil
}

// Update implements driver.DB. It runs fn once.
func (db *DB) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	bounds, err := driver.NewBounds(driver.Write{Mailbox: bytes.Clone(w.Mailbox)})
	if err != nil {
		return err
	}
	if !db.gate.enter() {
		return driver.ErrClosed
	}
	defer db.gate.leave()
	if err := db.poisoned(); err != nil {
		return err
	}
	batch, err := db.apply(ctx, w, bounds, fn)
	if err != nil {
		return err
	}
	if batch == nil { // nothing was written, but what came before counts
		if w.Relaxed {
			return nil
		}
		return db.sync()
	}
	if w.Relaxed {
		batch.Close()
		return db.poisoned()
	}
	return db.await(batch)
}

// apply runs fn and commits under the mailbox's lock. The batch it returns is
// visible but not yet durable; it is nil when fn wrote nothing.
func (db *DB) apply(ctx context.Context, w driver.Write, bounds driver.Bounds, fn func(driver.Tx) error) (*pebble.Batch, error) {
	unlock, err := db.locks.Lock(ctx, w.Mailbox)
	if err != nil {
		return nil, err
	}
	defer unlock()
	t := db.begin(bounds)
	defer t.end()
	if err := fn(t); err != nil {
		return nil, err
	}
	batch, err := t.finish()
	if err != nil || batch == nil {
		return nil, err
	}
	if err := db.write(batch, w.Relaxed); err != nil {
		return nil, err
	}
	return batch, nil
}

// write hands a batch to Pebble. After a commit that is not relaxed await must
// follow.
func (db *DB) write(batch *pebble.Batch, relaxed bool) error {
	db.still.RLock()
	err := db.hand(batch, relaxed)
	if relaxed || err != nil {
		db.still.RUnlock()
	}
	return err
}

// hand gives a batch to Pebble together with what is known to be durable.
func (db *DB) hand(batch *pebble.Batch, relaxed bool) error {
	if err := db.poisoned(); err != nil {
		return err
	}
	err := db.contain(func() error {
		fact := db.disk.ledger.fact(db.durable.Load())
		if err := batch.LogData(fact[:], nil); err != nil {
			return err
		}
		if relaxed {
			return db.pdb.Apply(batch, pebble.NoSync)
		}
		return db.pdb.ApplyNoSyncWait(batch, pebble.Sync)
	})
	if err != nil {
		db.disk.freeze(err)
		return db.poisoned()
	}
	raise(&db.applied, after(batch))
	return nil
}

// await returns when the batch is durable, and with it everything before it.
func (db *DB) await(batch *pebble.Batch) error {
	defer db.still.RUnlock()
	if err := batch.SyncWait(); err != nil {
		db.disk.freeze(err)
	}
	if err := db.poisoned(); err != nil {
		return err // the batch is left to the collector: Pebble may still use it
	}
	raise(&db.durable, after(batch))
	return batch.Close()
}

// Sync implements driver.DB.
func (db *DB) Sync(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !db.gate.enter() {
		return driver.ErrClosed
	}
	defer db.gate.leave()
	if err := db.poisoned(); err != nil {
		return err
	}
	return db.sync()
}

func (db *DB) sync() error {
	if db.durable.Load() >= db.applied.Load() {
		return nil
	}
	batch := db.pdb.NewBatch()
	if err := db.write(batch, false); err != nil {
		return err
	}
	return db.await(batch)
}

// Checkpoint implements driver.Checkpointer. The copy shares tables with the
// store where the file system has hard links. A failure leaves the store as it
// is, and a part of the copy in dir.
func (db *DB) Checkpoint(ctx context.Context, dir string) error {
	err := db.maintain(ctx, func() error {
		db.still.Lock()
		defer db.still.Unlock()
		return db.pdb.Checkpoint(dir, pebble.WithFlushedWAL())
	})
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", dir, err)
	}
	return db.seal(dir)
}

// seal opens and closes a checkpoint. As Pebble leaves it, its log may be newer
// than its manifest, which Open would have to take for a loss.
func (db *DB) seal(dir string) error {
	o := db.opts
	o.CacheSize = 1 << 20
	o.AcceptLoss = true
	c, err := Open(dir, &o)
	if err != nil {
		return err
	}
	return c.Close()
}

// Compact implements driver.Compactor.
func (db *DB) Compact(ctx context.Context) error {
	return db.maintain(ctx, func() error {
		it, err := db.pdb.NewIter(nil)
		if err != nil {
			return err
		}
		var first, last []byte
		if it.First() {
			first = bytes.Clone(it.Key())
		}
		if it.Last() {
			last = append(bytes.Clone(it.Key()), 0)
		}
		if err := it.Close(); err != nil || last == nil {
			return err
		}
		return db.pdb.Compact(ctx, first, last, false)
	})
}

func (db *DB) maintain(ctx context.Context, work func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !db.gate.enter() {
		return driver.ErrClosed
	}
	defer db.gate.leave()
	if err := db.poisoned(); err != nil {
		return err
	}
	if err := db.contain(work); err != nil {
		return translate(err)
	}
	return db.poisoned()
}

// poisoned returns ErrPoisoned with its cause when a write has failed, or nil.
func (db *DB) poisoned() error {
	if err := db.disk.failed(); err != nil {
		return fmt.Errorf("%w: %w", driver.ErrPoisoned, err)
	}
	return nil
}

// contain runs a call of Pebble. A panic in there is a broken promise inside
// Pebble or in its files: nothing is written afterwards.
func (db *DB) contain(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("pebble panicked: %v", p)
			db.disk.freeze(err)
			err = db.poisoned()
		}
	}()
	return call()
}

// translate gives errors of Pebble their names in the contract.
func translate(err error) error {
	switch {
	case err == nil, errors.Is(err, driver.ErrDamaged):
		return err
	case pebble.IsCorruptionError(err):
		return fmt.Errorf("%w: %w", driver.ErrDamaged, err)
	}
	return err
}

func after(batch *pebble.Batch) uint64 { return uint64(batch.SeqNum()) + uint64(batch.Count()) }

func raise(a *atomic.Uint64, to uint64) {
	for {
		old := a.Load()
		if old >= to || a.CompareAndSwap(old, to) {
			return
		}
	}
}
