package pebbledb

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// backlog is a DB in which so many compactions wait.
type backlog struct {
	limit   int
	waiting atomic.Int64

	mu      sync.Mutex
	handles []pebble.CompactionGrantHandle
	granted chan struct{}
}

func (b *backlog) GetAllowedWithoutPermission() int { return b.limit }

func (b *backlog) GetWaitingCompaction() (bool, pebble.WaitingCompaction) {
	return b.waiting.Load() > 0, pebble.WaitingCompaction{}
}

func (b *backlog) Schedule(h pebble.CompactionGrantHandle) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting.Add(-1) < 0 {
		return false
	}
	b.handles = append(b.handles, h)
	b.granted <- struct{}{}
	return true
}

func (b *backlog) running() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.handles)
}

// finish ends the compaction that began first.
func (b *backlog) finish() {
	b.mu.Lock()
	h := b.handles[0]
	b.handles = b.handles[1:]
	b.mu.Unlock()
	h.Done()
}

func TestCompactions(t *testing.T) {
	db := &backlog{limit: 2, granted: make(chan struct{}, 10)}
	db.waiting.Store(5)
	c := newCompactions()
	c.Register(2, db)
	defer c.Unregister()

	ok, _ := c.TrySchedule()
	assert.False(t, ok, "while the store is opened")
	c.UpdateGetAllowedWithoutPermission()
	time.Sleep(2 * lookAgain)
	assert.Equal(t, 0, db.running(), "while the store is opened")

	c.start()
	for range 2 {
		<-db.granted
	}
	ok, _ = c.TrySchedule()
	assert.False(t, ok, "above the limit")
	for range 3 {
		db.finish()
		<-db.granted
		assert.Equal(t, 2, db.running(), "the next one follows, and no more than that")
	}
	db.finish()
	db.finish()
	ok, h := c.TrySchedule()
	require.True(t, ok, "nothing waits and nothing runs")
	h.Done()

	db.waiting.Store(1)
	<-db.granted // without being told
	c.Unregister()
	db.finish()
	db.waiting.Store(1)
	ok, _ = c.TrySchedule()
	assert.False(t, ok, "after the end")
	assert.Equal(t, 0, db.running(), "after the end")
}

// What gathered before Open is compacted after it, with nobody writing.
func TestCompactionsBeginAfterOpen(t *testing.T) {
	fs := vfs.NewMem()
	o := PebbleOptions(fs)
	o.DisableAutomaticCompactions = true
	raw, err := pebble.Open("store", o)
	require.NoError(t, err)
	for range 8 {
		require.NoError(t, raw.Set([]byte("key"), []byte("value"), pebble.Sync))
		require.NoError(t, raw.Flush())
	}
	require.EqualValues(t, 8, raw.Metrics().Levels[0].TablesCount)
	require.NoError(t, raw.Close())

	db, err := Open("store", &Options{FS: fs, AcceptLoss: true})
	require.NoError(t, err)
	defer db.Close()
	assert.Eventually(t, func() bool { return db.pdb.Metrics().Levels[0].TablesCount == 0 }, time.Minute, lookAgain/10)
}
