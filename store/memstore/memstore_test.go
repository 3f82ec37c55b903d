package memstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/memstore"
)

// The backend that programs can wrap keeps the promises of the driver contract,
// those about power failures too.
func TestConformance(t *testing.T) {
	disks := map[driver.DB]*memstore.Disk{}
	open := func(d *memstore.Disk) driver.DB {
		db := d.Driver()
		disks[db] = d
		return db
	}
	drivertest.Run(t, drivertest.Backend{
		New: func(t testing.TB) driver.DB { return open(new(memstore.Disk)) },
		Reopen: func(t testing.TB, db driver.DB) driver.DB {
			require.NoError(t, db.Close())
			return open(disks[db])
		},
		Crash: func(t testing.TB, db driver.DB) driver.DB {
			disks[db].Crash()
			return open(disks[db])
		},
	})
}

func open(t *testing.T, d *memstore.Disk) *store.Store {
	st, err := d.Open(nil)
	require.NoError(t, err)
	return st
}

func TestDisk(t *testing.T) {
	ctx := context.Background()
	t.Run("a closed store opens again with everything in it", func(t *testing.T) {
		var disk memstore.Disk
		st := open(t, &disk)
		id := st.ID()
		_, err := st.CreateMailbox(ctx, "ada", nil)
		require.NoError(t, err)
		require.NoError(t, st.Close())
		st = open(t, &disk)
		defer st.Close()
		require.Equal(t, id, st.ID())
		_, err = st.OpenMailbox(ctx, "ada")
		require.NoError(t, err)
	})
	t.Run("after a crash the store that was open reports errors", func(t *testing.T) {
		var disk memstore.Disk
		st := open(t, &disk)
		disk.Crash()
		_, err := st.CreateMailbox(ctx, "ada", nil)
		require.Error(t, err)
		_, err = st.OpenMailbox(ctx, "ada")
		require.Error(t, err)
	})
	t.Run("a crash before anything was opened does nothing", func(t *testing.T) {
		new(memstore.Disk).Crash()
	})
	t.Run("a synced store loses nothing", func(t *testing.T) {
		var disk memstore.Disk
		st := open(t, &disk)
		box, err := st.CreateMailbox(ctx, "ada", nil)
		require.NoError(t, err)
		inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
		require.NoError(t, err)
		_, err = inbox.Add(ctx, &mapi.Message{}, &store.AddOptions{Relaxed: true})
		require.NoError(t, err)
		require.NoError(t, st.Sync(ctx))
		disk.Crash()
		st = open(t, &disk)
		defer st.Close()
		box, err = st.OpenMailbox(ctx, "ada")
		require.NoError(t, err)
		stats, err := box.Stats(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, stats.Messages)
		report, err := st.Check(ctx, nil)
		require.NoError(t, err)
		require.Empty(t, report.Problems)
	})
	t.Run("stores of their own share nothing", func(t *testing.T) {
		a, b := memstore.New(nil), memstore.New(nil)
		defer a.Close()
		defer b.Close()
		require.NotEqual(t, a.ID(), b.ID())
		_, err := a.CreateMailbox(ctx, "ada", nil)
		require.NoError(t, err)
		_, err = b.OpenMailbox(ctx, "ada")
		require.ErrorIs(t, err, mapi.ErrNotFound)
	})
}
