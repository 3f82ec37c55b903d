package faultdriver

import (
	"context"
	"sync"

	"github.com/okapi-mail/okapi/store/driver"
)

// Counts say how much was asked of a DB. Calls that failed count too, but for
// Commits.
type Counts struct {
	Snapshots    int
	Gets         int
	Scans        int
	Entries      int // yielded by scans
	Puts         int
	Deletes      int
	DeleteRanges int
	Runs         int // of functions given to Update
	Commits      int // updates that returned nil
	Syncs        int

	BytesRead    int // keys and values that gets and scans returned
	BytesWritten int // keys and values given to Put and Delete
}

// A Counter holds the counts of one DB. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex
	counts Counts
}

// Counts returns the counts since the last Reset.
func (c *Counter) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts
}

// Reset begins to count anew and returns the counts so far.
func (c *Counter) Reset() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.counts
	c.counts = Counts{}
	return old
}

func (c *Counter) add(change func(n *Counts)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.counts)
}

// Count returns db, and what counts its calls. It has the optional powers that
// db has.
func Count(db driver.DB) (driver.DB, *Counter) {
	c := new(Counter)
	return keepPowers(&counting{DB: db, counter: c}, db), c
}

type counting struct {
	driver.DB
	counter *Counter
}

func (d *counting) Snapshot(ctx context.Context) (driver.Snapshot, error) {
	d.counter.add(func(n *Counts) { n.Snapshots++ })
	s, err := d.DB.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return countingSnapshot{countingReader{s, d.counter}, s}, nil
}

func (d *counting) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	err := d.DB.Update(ctx, w, func(tx driver.Tx) error {
		d.counter.add(func(n *Counts) { n.Runs++ })
		return fn(countingTx{countingReader{tx, d.counter}, tx})
	})
	if err == nil {
		d.counter.add(func(n *Counts) { n.Commits++ })
	}
	return err
}

func (d *counting) Sync(ctx context.Context) error {
	d.counter.add(func(n *Counts) { n.Syncs++ })
	return d.DB.Sync(ctx)
}

type countingReader struct {
	driver.Reader
	counter *Counter
}

func (r countingReader) Get(key []byte) ([]byte, error) {
	value, err := r.Reader.Get(key)
	r.counter.add(func(n *Counts) {
		n.Gets++
		if value != nil {
			n.BytesRead += len(key) + len(value)
		}
	})
	return value, err
}

func (r countingReader) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	r.counter.add(func(n *Counts) { n.Scans++ })
	return r.Reader.Scan(lo, hi, reverse, func(key, value []byte) bool {
		r.counter.add(func(n *Counts) {
			n.Entries++
			n.BytesRead += len(key) + len(value)
		})
		return yield(key, value)
	})
}

type countingSnapshot struct {
	countingReader
	inner driver.Snapshot
}

func (s countingSnapshot) Close() error { return s.inner.Close() }

type countingTx struct {
	countingReader
	inner driver.Tx
}

func (t countingTx) Put(key, value []byte) error {
	t.counter.add(func(n *Counts) {
		n.Puts++
		n.BytesWritten += len(key) + len(value)
	})
	return t.inner.Put(key, value)
}

func (t countingTx) Delete(key []byte) error {
	t.counter.add(func(n *Counts) {
		n.Deletes++
		n.BytesWritten += len(key)
	})
	return t.inner.Delete(key)
}

func (t countingTx) DeleteRange(lo, hi []byte) error {
	t.counter.add(func(n *Counts) { n.DeleteRanges++ })
	return t.inner.DeleteRange(lo, hi)
}
