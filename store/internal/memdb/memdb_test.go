package memdb_test

import (
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/internal/memdb"
	"github.com/stretchr/testify/require"
)

func backend() drivertest.Backend {
	return drivertest.Backend{
		New: func(testing.TB) driver.DB { return memdb.New() },
		Reopen: func(t testing.TB, db driver.DB) driver.DB {
			require.NoError(t, db.Close())
			return memdb.Open(db.(*memdb.DB).Disk())
		},
		Crash: func(t testing.TB, db driver.DB) driver.DB {
			db.(*memdb.DB).Crash()
			return memdb.Open(db.(*memdb.DB).Disk())
		},
	}
}

func TestConformance(t *testing.T) { drivertest.Run(t, backend()) }

func BenchmarkDriver(b *testing.B) { drivertest.RunBenchmarks(b, backend()) }
