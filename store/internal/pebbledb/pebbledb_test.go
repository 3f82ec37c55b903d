package pebbledb_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/stretchr/testify/require"
)

// A placed DB knows where it can be opened again.
type placed struct {
	*pebbledb.DB
	fs  vfs.FS
	dir string
}

func open(t testing.TB, fs vfs.FS, dir string) driver.DB {
	t.Helper()
	db, err := pebbledb.Open(dir, &pebbledb.Options{FS: fs})
	require.NoError(t, err)
	return placed{db, fs, dir}
}

func reopen(t testing.TB, db driver.DB) driver.DB {
	require.NoError(t, db.Close())
	p := db.(placed)
	return open(t, p.fs, p.dir)
}

// crash leaves what was synced. The old DB goes on until the test ends, on
// files that nobody looks at any more.
func crash(t testing.TB, db driver.DB) driver.DB {
	p := db.(placed)
	return open(t, p.fs.(*vfs.MemFS).CrashClone(vfs.CrashCloneCfg{}), p.dir)
}

func TestConformanceInMemory(t *testing.T) {
	drivertest.Run(t, drivertest.Backend{
		New:    func(t testing.TB) driver.DB { return open(t, vfs.NewCrashableMem(), "store") },
		Reopen: reopen,
		Crash:  crash,
	})
}

func TestConformanceOnDisk(t *testing.T) {
	drivertest.Run(t, drivertest.Backend{
		New:    func(t testing.TB) driver.DB { return open(t, vfs.Default, t.TempDir()) },
		Reopen: reopen,
	})
}
