package pebblestore_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// The backend that programs can wrap keeps the promises of the driver contract.
func TestConformance(t *testing.T) {
	drivertest.Run(t, drivertest.Backend{
		New: func(t testing.TB) driver.DB {
			db, err := pebblestore.OpenDriver("db", &pebblestore.Options{FS: vfs.NewMem()})
			require.NoError(t, err)
			return db
		},
	})
}

func fill(t *testing.T, st *store.Store) {
	ctx := context.Background()
	box, err := st.CreateMailbox(ctx, "ada", nil)
	require.NoError(t, err)
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	require.NoError(t, err)
	_, err = inbox.Add(ctx, &mapi.Message{}, nil)
	require.NoError(t, err)
}

func holds(t *testing.T, st *store.Store, messages int64) {
	ctx := context.Background()
	report, err := st.Check(ctx, &store.CheckOptions{Deep: true})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Equal(t, messages, report.Messages)
}

func TestOpen(t *testing.T) {
	ctx := context.Background()
	t.Run("a directory that is missing is made", func(t *testing.T) {
		st, err := pebblestore.Open(filepath.Join(t.TempDir(), "a", "b"), nil)
		require.NoError(t, err)
		fill(t, st)
		holds(t, st, 1)
		require.NoError(t, st.Close())
	})
	t.Run("a file is no directory", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		_, err := pebblestore.Open(path, nil)
		require.Error(t, err)
	})
	t.Run("one process at a time has a directory open", func(t *testing.T) {
		dir := t.TempDir()
		st, err := pebblestore.Open(dir, nil)
		require.NoError(t, err)
		_, err = pebblestore.Open(dir, nil)
		require.Error(t, err)
		require.NoError(t, st.Close())
		st, err = pebblestore.Open(dir, nil)
		require.NoError(t, err)
		require.NoError(t, st.Close())
	})
	for name, opts := range map[string]pebblestore.Options{
		"small caches and tables": {CacheSize: 1 << 20, MemTableSize: 256 << 10},
		"dense files":             {Dense: true},
		"loss accepted":           {AcceptLoss: true},
	} {
		t.Run("a store written with other options opens: "+name, func(t *testing.T) {
			opts.FS = vfs.NewMem()
			st, err := pebblestore.Open("db", &opts)
			require.NoError(t, err)
			fill(t, st)
			require.NoError(t, st.Close())
			st, err = pebblestore.Open("db", &pebblestore.Options{FS: opts.FS})
			require.NoError(t, err)
			holds(t, st, 1)
			require.NoError(t, st.Close())
		})
	}
	t.Run("a power failure loses nothing that was acknowledged", func(t *testing.T) {
		fs := vfs.NewCrashableMem()
		st, err := pebblestore.Open("db", &pebblestore.Options{FS: fs})
		require.NoError(t, err)
		fill(t, st)
		after := fs.CrashClone(vfs.CrashCloneCfg{})
		require.NoError(t, st.Close())
		st, err = pebblestore.Open("db", &pebblestore.Options{FS: after})
		require.NoError(t, err)
		holds(t, st, 1)
		require.NoError(t, st.Close())
	})
	t.Run("a checkpoint is a store of its own", func(t *testing.T) {
		dir := t.TempDir()
		st, err := pebblestore.Open(filepath.Join(dir, "db"), nil)
		require.NoError(t, err)
		fill(t, st)
		require.NoError(t, st.Checkpoint(ctx, filepath.Join(dir, "copy")))
		require.NoError(t, st.DeleteMailbox(ctx, "ada"))
		require.NoError(t, st.Compact(ctx))
		require.NoError(t, st.Close())
		st, err = pebblestore.Open(filepath.Join(dir, "copy"), nil)
		require.NoError(t, err)
		holds(t, st, 1)
		require.NoError(t, st.Close())
	})
}

func TestOpenTwiceIsBusy(t *testing.T) {
	dir := t.TempDir()
	st, err := pebblestore.Open(dir, nil)
	require.NoError(t, err)
	_, err = pebblestore.Open(dir, nil)
	require.ErrorIs(t, err, mapi.ErrBusy)
	require.NoError(t, st.Close())
}
