package pebbledb

import (
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// compactions says when Pebble may compact: as many at once as its options allow,
// and none before Open has returned. Pebble's own scheduler starts one as soon as
// the log of a crash is in tables, and Open then waits for its end before it looks
// for files of no use: 60 to 140 ms of 100 to 190.
//
// It implements pebble.CompactionScheduler, and the handle that goes with each
// grant.
type compactions struct {
	db pebble.DBForCompaction

	mu      sync.Mutex
	allowed bool // Open has returned, Close has not begun
	running int

	look chan struct{} // there may be room for another one
	quit chan struct{}
	end  sync.Once
	done sync.WaitGroup
}

// Pebble's limit rises and falls with what it has to do, and it tells only of some
// of that.
const lookAgain = 100 * time.Millisecond

func newCompactions() *compactions {
	return &compactions{look: make(chan struct{}, 1), quit: make(chan struct{})}
}

// Register implements pebble.CompactionScheduler. Pebble calls it from Open, before
// all the others.
func (c *compactions) Register(_ int, db pebble.DBForCompaction) {
	c.db = db
	c.done.Go(c.grant)
}

// start lets them begin.
func (c *compactions) start() {
	c.mu.Lock()
	c.allowed = true
	c.mu.Unlock()
	c.poke()
}

// Unregister implements pebble.CompactionScheduler. It may be called again.
func (c *compactions) Unregister() {
	c.mu.Lock()
	c.allowed = false
	c.mu.Unlock()
	c.end.Do(func() { close(c.quit) })
	c.done.Wait()
}

// TrySchedule implements pebble.CompactionScheduler. What it refuses waits in the
// DB for the next grant.
func (c *compactions) TrySchedule() (bool, pebble.CompactionGrantHandle) {
	if !c.take() {
		return false, nil
	}
	return true, c
}

// UpdateGetAllowedWithoutPermission implements pebble.CompactionScheduler.
func (c *compactions) UpdateGetAllowedWithoutPermission() { c.poke() }

func (c *compactions) poke() {
	select {
	case c.look <- struct{}{}:
	default:
	}
}

// take takes one of the places if there is one.
func (c *compactions) take() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.allowed || c.running >= c.db.GetAllowedWithoutPermission() {
		return false
	}
	c.running++
	return true
}

// grant fills the places with what waits. It alone calls the DB, and never with
// the lock: the DB calls back with its own.
func (c *compactions) grant() {
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for {
		select {
		case <-c.look:
		case <-again.C:
		case <-c.quit:
			return
		}
		for c.take() {
			waiting, _ := c.db.GetWaitingCompaction()
			if !waiting || !c.db.Schedule(c) {
				c.leave()
				break
			}
		}
	}
}

func (c *compactions) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
}

// Done implements pebble.CompactionGrantHandle.
func (c *compactions) Done() {
	c.leave()
	c.poke()
}

// Started implements pebble.CompactionGrantHandle.
func (c *compactions) Started() {}

// MeasureCPU implements pebble.CompactionGrantHandle.
func (c *compactions) MeasureCPU(pebble.CompactionGoroutineKind) {}

// CumulativeStats implements pebble.CompactionGrantHandle.
func (c *compactions) CumulativeStats(pebble.CompactionGrantHandleStats) {}
