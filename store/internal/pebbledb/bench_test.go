package pebbledb_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/stretchr/testify/require"
)

func BenchmarkDriver(b *testing.B) {
	drivertest.RunBenchmarks(b, drivertest.Backend{
		New: func(t testing.TB) driver.DB { return open(t, vfs.Default, t.TempDir()) },
	})
}

// BenchmarkRaw does the work of Update on Pebble alone, with the same options
// and the same durability: what the driver costs is the difference.
func BenchmarkRaw(b *testing.B) {
	for _, relaxed := range []bool{false, true} {
		for _, writers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("Update/relaxed=%v/mailboxes=many/writers=%d", relaxed, writers), func(b *testing.B) {
				benchmarkRaw(b, relaxed, writers)
			})
		}
	}
}

func benchmarkRaw(b *testing.B, relaxed bool, writers int) {
	db, err := pebble.Open(b.TempDir(), pebbledb.PebbleOptions(vfs.Default))
	require.NoError(b, err)
	defer db.Close()
	body := drivertest.Body()
	var n atomic.Int64
	how := pebble.Sync
	if relaxed {
		how = pebble.NoSync
	}
	drivertest.Parallel(b, writers, func(writer int) {
		keys, values := drivertest.Message(fmt.Sprintf("box-%04d", writer), int(n.Add(1)), body)
		batch := db.NewBatch()
		for i := range keys {
			if err := batch.Set(keys[i], values[i], nil); err != nil {
				b.Error(err)
			}
		}
		if err := batch.Commit(how); err != nil {
			b.Error(err)
		}
		batch.Close()
	})
}

// BenchmarkOpen opens a store whose log is as full as it gets.
func BenchmarkOpen(b *testing.B) {
	for _, end := range []string{"crash", "close"} {
		b.Run("after="+end, func(b *testing.B) { benchmarkOpen(b, end == "crash") })
	}
}

func benchmarkOpen(b *testing.B, crash bool) {
	fs := vfs.NewCrashableMem()
	db := open(b, fs, "store")
	body := drivertest.Body()
	for n := range 1300 { // 14 MiB: a memory table of 8 MiB, and most of another one
		keys, values := drivertest.Message("box-0001", n, body)
		require.NoError(b, db.Update(ctx, driver.Write{Mailbox: []byte("box-0001"), Relaxed: true}, func(tx driver.Tx) error {
			for i := range keys {
				if err := tx.Put(keys[i], values[i]); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	require.NoError(b, db.Sync(ctx))
	if !crash {
		require.NoError(b, db.Close())
	}
	left := fs.CrashClone(vfs.CrashCloneCfg{})
	require.NoError(b, db.Close())
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		_, err := vfs.Clone(left, vfs.Default, "store", dir, vfs.CloneTryLink)
		require.NoError(b, err)
		runtime.GC()
		b.StartTimer()
		db, err := pebbledb.Open(dir, nil)
		b.StopTimer()
		require.NoError(b, err)
		require.NoError(b, db.Close())
		b.StartTimer()
	}
}
