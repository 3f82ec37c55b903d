package pebbledb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ctx = context.Background()

var errDisk = errors.New("input/output error")

// failing returns a file system whose k-th write operation fails, and with
// forever all after it too.
func failing(fs vfs.FS, k int64, forever bool, matches func(errorfs.Op) bool) (vfs.FS, *atomic.Int64) {
	var n atomic.Int64
	return tapped{errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if !matches(op) {
			return nil
		}
		if i := n.Add(1); i == k || forever && i > k {
			return fmt.Errorf("%w at operation %d", errDisk, i)
		}
		return nil
	}))}, &n
}

// tapped lets errorfs see what is written to a log that is used again, which it
// hands out unwrapped.
type tapped struct{ vfs.FS }

func (t tapped) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := t.Rename(oldname, newname); err != nil {
		return nil, err
	}
	return t.OpenReadWrite(newname, category)
}

func writes(op errorfs.Op) bool {
	switch op.Kind {
	case errorfs.OpFilePreallocate, errorfs.OpRemove: // hints, and what nobody misses
		return false
	}
	return op.Kind.ReadOrWrite() == errorfs.OpIsWrite
}

// small makes tables, log changes and compactions appear within a few writes.
func small(fs vfs.FS) *pebbledb.Options { return &pebbledb.Options{FS: fs, MemTableSize: 64 << 10} }

// work writes until something fails, from three goroutines, and returns for
// each mailbox how many updates were acknowledged and begun.
func work(t *testing.T, db *pebbledb.DB, rounds int) (acked, begun [3]int) {
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			mailbox := fmt.Appendf(nil, "box-%d", i)
			for n := range rounds {
				begun[i] = n + 1
				err := db.Update(ctx, driver.Write{Mailbox: mailbox}, func(tx driver.Tx) error {
					return tx.Put(fmt.Appendf(nil, "%s%06d", mailbox, n), value(n))
				})
				if err != nil {
					assert.ErrorIs(t, err, driver.ErrPoisoned)
					return
				}
				acked[i] = n + 1
			}
		})
	}
	wg.Wait()
	return acked, begun
}

func value(n int) []byte {
	v := make([]byte, 5000)
	for i := range v {
		v[i] = byte(n + i*i)
	}
	return v
}

// requireWork checks that what was acknowledged is there, nothing else is, and
// that there are no holes.
func requireWork(t *testing.T, db *pebbledb.DB, acked, begun [3]int) {
	t.Helper()
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	defer s.Close()
	for i := range 3 {
		mailbox := fmt.Appendf(nil, "box-%d", i)
		n := 0
		require.NoError(t, s.Scan(mailbox, driver.PrefixEnd(mailbox), false, func(k, v []byte) bool {
			require.Equal(t, fmt.Sprintf("%s%06d", mailbox, n), string(k))
			require.Equal(t, value(n), v)
			n++
			return true
		}))
		require.GreaterOrEqual(t, n, acked[i], "%s", mailbox)
		require.LessOrEqual(t, n, begun[i], "%s", mailbox)
	}
}

// within fails the test with all stacks when f hangs.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	stop := time.AfterFunc(d, func() { panic("hangs: " + t.Name()) })
	defer stop.Stop()
	f()
}

func TestNoFailedWriteIsAcknowledged(t *testing.T) {
	const rounds = 40
	count := func() int64 {
		fs, n := failing(vfs.NewMem(), 0, false, writes)
		db, err := pebbledb.Open("store", small(fs))
		require.NoError(t, err)
		work(t, db, rounds)
		require.NoError(t, db.Close())
		return n.Load()
	}
	total := count()
	require.Greater(t, total, int64(100))
	for _, forever := range []bool{false, true} {
		step := int64(2) // its own operations differ from run to run anyhow
		if testing.Short() {
			step = 7
		}
		for k := int64(1); k <= total+5; k += step {
			t.Run(fmt.Sprintf("forever=%v/operation=%d", forever, k), func(t *testing.T) {
				within(t, 30*time.Second, func() { failAt(t, k, forever, rounds) })
			})
		}
	}
}

// failAt opens, writes, and closes with a fault, and looks at what a power cut
// at the end would leave and at what is there without one.
func failAt(t *testing.T, k int64, forever bool, rounds int) {
	mem := vfs.NewCrashableMem()
	fs, _ := failing(mem, k, forever, writes)
	var acked, begun [3]int
	db, err := pebbledb.Open("store", small(fs))
	if err == nil {
		acked, begun = work(t, db, rounds)
		failed := acked != [3]int{rounds, rounds, rounds}
		if failed {
			requirePoisoned(t, db)
		}
		err := db.Close()
		if failed {
			require.ErrorIs(t, err, driver.ErrPoisoned)
		} else if err != nil { // it failed in the background, or while it closed
			require.ErrorIs(t, err, errDisk)
		}
	} else {
		require.ErrorIs(t, err, errDisk)
	}
	for name, left := range map[string]vfs.FS{"crash": mem.CrashClone(vfs.CrashCloneCfg{}), "close": mem} {
		db, err := pebbledb.Open("store", small(left))
		require.NoError(t, err, name)
		requireWork(t, db, acked, begun)
		require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte("new")}, func(tx driver.Tx) error {
			return tx.Put([]byte("new"), nil)
		}))
		require.NoError(t, db.Close(), name)
	}
}

func requirePoisoned(t *testing.T, db *pebbledb.DB) {
	t.Helper()
	require.ErrorIs(t, db.Sync(ctx), driver.ErrPoisoned)
	for _, relaxed := range []bool{false, true} {
		require.ErrorIs(t, db.Update(ctx, driver.Write{Mailbox: []byte("box-0"), Relaxed: relaxed}, func(tx driver.Tx) error {
			return tx.Put([]byte("box-0late"), nil)
		}), driver.ErrPoisoned)
	}
	require.ErrorIs(t, db.Compact(ctx), driver.ErrPoisoned)
	require.ErrorIs(t, db.Checkpoint(ctx, "elsewhere"), driver.ErrPoisoned)
}

func TestNoFailedReadLosesAnything(t *testing.T) {
	const rounds = 40
	reads := func(op errorfs.Op) bool {
		return op.Kind.ReadOrWrite() == errorfs.OpIsRead && op.Kind != errorfs.OpGetDiskUsage
	}
	fs, n := failing(vfs.NewMem(), 0, false, reads)
	db, err := pebbledb.Open("store", small(fs))
	require.NoError(t, err)
	work(t, db, rounds)
	require.NoError(t, db.Close())
	for _, forever := range []bool{false, true} {
		for k := int64(1); k <= n.Load()+5; k += 3 {
			t.Run(fmt.Sprintf("forever=%v/operation=%d", forever, k), func(t *testing.T) {
				within(t, 30*time.Second, func() { failReadAt(t, k, forever, rounds, reads) })
			})
		}
	}
}

func failReadAt(t *testing.T, k int64, forever bool, rounds int, reads func(errorfs.Op) bool) {
	mem := vfs.NewCrashableMem()
	fs, _ := failing(mem, k, forever, reads)
	var acked, begun [3]int
	db, err := pebbledb.Open("store", small(fs))
	if err == nil {
		acked, begun = work(t, db, rounds)
		_ = db.Close()
	} else {
		require.ErrorIs(t, err, errDisk)
	}
	db, err = pebbledb.Open("store", small(mem.CrashClone(vfs.CrashCloneCfg{})))
	require.NoError(t, err)
	requireWork(t, db, acked, begun)
	require.NoError(t, db.Close())
}

// A power cut may keep any part of what was not synced.
func TestACrashAtAnyMomentIsNotTakenForDamage(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { crashSometime(t, uint64(seed)) })
	}
}

func crashSometime(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	fs := vfs.NewCrashableMem()
	next := 0 // the number of the next update
	for range 4 {
		db, err := pebbledb.Open("store", small(fs))
		require.NoError(t, err)
		next = requireRun(t, db, next)
		synced := next
		stop := next + rnd.IntN(60)
		for ; next < stop; next++ {
			relaxed := rnd.IntN(2) == 0
			require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte("box"), Relaxed: relaxed}, func(tx driver.Tx) error {
				return tx.Put(fmt.Appendf(nil, "box%06d", next), value(next)[:rnd.IntN(5000)])
			}))
			if !relaxed {
				synced = next + 1
			}
		}
		percent := []int{0, 50, 95}[rnd.IntN(3)]
		fs = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rnd})
		require.NoError(t, db.Close())
		next = synced
	}
}

// requireRun checks that the updates are there from 0 without a hole and not
// fewer than atLeast, and returns how many there are.
func requireRun(t *testing.T, db *pebbledb.DB, atLeast int) int {
	t.Helper()
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	defer s.Close()
	n := 0
	require.NoError(t, s.Scan(nil, nil, false, func(k, v []byte) bool {
		require.Equal(t, fmt.Sprintf("box%06d", n), string(k))
		require.Equal(t, value(n)[:len(v)], v)
		n++
		return true
	}))
	require.GreaterOrEqual(t, n, atLeast)
	return n
}

// The same while writers, flushes and compactions are at work.
func TestACrashUnderLoadIsNotTakenForDamage(t *testing.T) {
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	fs := vfs.NewCrashableMem()
	db, err := pebbledb.Open("store", small(fs))
	require.NoError(t, err)
	var acked [3]atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range acked {
		wg.Go(func() {
			mailbox := fmt.Appendf(nil, "box-%d", i)
			for n := 0; !stop.Load() && n < 100_000; n++ {
				assert.NoError(t, db.Update(ctx, driver.Write{Mailbox: mailbox}, func(tx driver.Tx) error {
					if n >= 100 { // what is there stays small
						if err := tx.Delete(fmt.Appendf(nil, "%s%06d", mailbox, n-100)); err != nil {
							return err
						}
					}
					return tx.Put(fmt.Appendf(nil, "%s%06d", mailbox, n), value(n))
				}))
				acked[i].Store(int64(n + 1))
			}
		})
	}
	for range rounds {
		var before [3]int64
		time.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond) // any moment will do
		for i := range acked {
			before[i] = acked[i].Load()
		}
		left := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rnd.IntN(100), RNG: rnd})
		c, err := pebbledb.Open("store", small(left))
		if !assert.NoError(t, err) {
			break
		}
		requireNewest(t, c, before)
		assert.NoError(t, c.Close())
	}
	stop.Store(true)
	wg.Wait()
	require.NoError(t, db.Close())
}

// requireNewest checks that each mailbox holds the at most 100 newest of its
// updates, and those that were acknowledged.
func requireNewest(t *testing.T, db *pebbledb.DB, acked [3]int64) {
	t.Helper()
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	defer s.Close()
	for i := range acked {
		mailbox := fmt.Appendf(nil, "box-%d", i)
		first, count := -1, 0
		require.NoError(t, s.Scan(mailbox, driver.PrefixEnd(mailbox), false, func(k, v []byte) bool {
			if first < 0 {
				_, err := fmt.Sscanf(string(k[len(mailbox):]), "%d", &first)
				require.NoError(t, err)
			}
			require.Equal(t, fmt.Sprintf("%s%06d", mailbox, first+count), string(k))
			require.Equal(t, value(first+count), v)
			count++
			return true
		}))
		require.GreaterOrEqual(t, int64(max(first, 0)+count), acked[i])
		require.LessOrEqual(t, count, 100)
	}
}
