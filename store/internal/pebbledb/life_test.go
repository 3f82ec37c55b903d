package pebbledb_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACheckpointIsAStore(t *testing.T) {
	dir := t.TempDir()
	db := open(t, vfs.Default, filepath.Join(dir, "store")).(placed)
	commits(t, db.DB, 0, 30)
	copied := filepath.Join(dir, "copy")
	require.NoError(t, db.Checkpoint(ctx, copied))
	commits(t, db.DB, 30, 5)
	require.Error(t, db.Checkpoint(ctx, copied), "dir exists")
	commits(t, db.DB, 35, 5)
	other := open(t, vfs.Default, copied).(placed)
	require.Equal(t, 30, requireRun(t, other.DB, 30))
	commits(t, other.DB, 30, 3)
	require.NoError(t, other.Close())
	require.Equal(t, 40, requireRun(t, db.DB, 40))
	require.NoError(t, db.Close())
}

func TestACheckpointUnderLoadIsAStoreOfOneMoment(t *testing.T) {
	fs := vfs.NewMem()
	db, err := pebbledb.Open("store", small(fs))
	require.NoError(t, err)
	done := make(chan [3]int)
	go func() {
		acked, _ := work(t, db, 150)
		done <- acked
	}()
	for i := range 5 {
		copied := fmt.Sprintf("copy-%d", i)
		require.NoError(t, db.Checkpoint(ctx, copied))
		c, err := pebbledb.Open(copied, small(fs))
		require.NoError(t, err)
		requireWork(t, c, [3]int{}, [3]int{150, 150, 150})
		require.NoError(t, c.Close())
	}
	requireWork(t, db, <-done, [3]int{150, 150, 150})
	require.NoError(t, db.Close())
}

func TestOneProcessHasItOpen(t *testing.T) {
	dir := t.TempDir()
	db := open(t, vfs.Default, dir).(placed)
	commits(t, db.DB, 0, 3)
	_, err := pebbledb.Open(dir, nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, driver.ErrDamaged)
	commits(t, db.DB, 3, 3)
	require.NoError(t, db.Close())
	db = open(t, vfs.Default, dir).(placed)
	require.Equal(t, 6, requireRun(t, db.DB, 6))
	require.NoError(t, db.Close())
}

func TestOpenSnapshotsEndWithTheDB(t *testing.T) {
	db := open(t, vfs.NewMem(), "store").(placed)
	commits(t, db.DB, 0, 3)
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	require.NoError(t, s.Scan(nil, nil, false, func(_, _ []byte) bool { return true }))
	require.NoError(t, db.Close())
	_, err = s.Get([]byte("box000001"))
	require.ErrorIs(t, err, driver.ErrClosed)
	require.NoError(t, s.Close())
}

func TestStatsFollowTheStore(t *testing.T) {
	db := open(t, vfs.NewMem(), "store").(placed)
	before, err := db.Stats()
	require.NoError(t, err)
	commits(t, db.DB, 0, 50)
	after, err := db.Stats()
	require.NoError(t, err)
	assert.Greater(t, after.Log, before.Log)
	assert.GreaterOrEqual(t, after.Disk, uint64(50*5000))
	require.NoError(t, db.Close())
	_, err = db.Stats()
	require.ErrorIs(t, err, driver.ErrClosed)
}

func TestCompactionGivesSpaceBack(t *testing.T) {
	db := open(t, vfs.NewMem(), "store").(placed)
	require.NoError(t, db.Compact(ctx), "nothing there")
	commits(t, db.DB, 0, 200)
	require.NoError(t, db.Compact(ctx))
	full, err := db.Stats()
	require.NoError(t, err)
	require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte("box")}, func(tx driver.Tx) error {
		return tx.DeleteRange([]byte("box"), driver.PrefixEnd([]byte("box")))
	}))
	require.NoError(t, db.Compact(ctx))
	require.Equal(t, 0, requireRun(t, db.DB, 0))
	require.NoError(t, db.Close())
	db = open(t, db.fs, db.dir).(placed)
	empty, err := db.Stats()
	require.NoError(t, err)
	assert.Less(t, empty.Disk, full.Disk)
	require.NoError(t, db.Close())
}

// A transaction sees one state also of the mailboxes that others write to.
func TestATransactionReadsOneState(t *testing.T) {
	db := open(t, vfs.NewMem(), "store")
	set := func(v string) {
		require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte("other")}, func(tx driver.Tx) error {
			return tx.Put([]byte("other"), []byte(v))
		}))
	}
	set("before")
	require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte("box")}, func(tx driver.Tx) error {
		see := func() {
			v, err := tx.Get([]byte("other"))
			require.NoError(t, err)
			require.Equal(t, "before", string(v))
		}
		see()
		set("after")
		see()
		require.NoError(t, tx.Put([]byte("box"), nil))
		see()
		return tx.Scan([]byte("o"), nil, true, func(_, v []byte) bool {
			see()
			require.NoError(t, tx.Scan([]byte("o"), nil, false, func(_, v []byte) bool {
				require.Equal(t, "before", string(v))
				return true
			}))
			return assert.Equal(t, "before", string(v))
		})
	}))
	require.NoError(t, db.Close())
}

// A failed write is logged once, with its cause.
func TestAFailedWriteIsLogged(t *testing.T) {
	var out lines
	fs, n := failing(vfs.NewMem(), 0, false, writes)
	db, err := pebbledb.Open("store", &pebbledb.Options{FS: fs})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	fs, _ = failing(vfs.NewMem(), n.Load()+3, true, writes)
	o := small(fs)
	o.Logger = slog.New(slog.NewTextHandler(&out, nil))
	db, err = pebbledb.Open("store", o)
	require.NoError(t, err)
	work(t, db, 10)
	requirePoisoned(t, db)
	require.ErrorIs(t, db.Close(), driver.ErrPoisoned)
	require.NoError(t, db.Close(), "twice")
	assert.Equal(t, 1, bytes.Count(out.Bytes(), []byte("must be opened again")), "%s", out.Bytes())
	assert.Contains(t, string(out.Bytes()), errDisk.Error())
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

func TestManyMailboxesLeaveNoLocks(t *testing.T) {
	db := open(t, vfs.NewMem(), "store").(placed)
	for i := range 2000 {
		mailbox := fmt.Appendf(nil, "box-%06d", i)
		require.NoError(t, db.Update(ctx, driver.Write{Mailbox: mailbox, Relaxed: true}, func(tx driver.Tx) error {
			return tx.Put(mailbox, nil)
		}))
	}
	require.Zero(t, db.LocksHeld())
	require.NoError(t, db.Close())
}
