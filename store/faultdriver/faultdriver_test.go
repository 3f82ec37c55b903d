package faultdriver_test

import (
	"context"
	"errors"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/drivertest"
	"github.com/okapi-mail/okapi/store/faultdriver"
	"github.com/okapi-mail/okapi/store/internal/memdb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ctx = context.Background()

// A wrapped DB remembers what is inside, so that it can be opened again.
type wrapped struct {
	driver.DB
	inner *memdb.DB
}

func backend(wrap func(driver.DB) driver.DB) drivertest.Backend {
	open := func(disk *memdb.Disk) driver.DB {
		inner := memdb.Open(disk)
		return wrapped{wrap(inner), inner}
	}
	return drivertest.Backend{
		New: func(testing.TB) driver.DB { return open(new(memdb.Disk)) },
		Reopen: func(t testing.TB, db driver.DB) driver.DB {
			require.NoError(t, db.Close())
			return open(db.(wrapped).inner.Disk())
		},
		Crash: func(t testing.TB, db driver.DB) driver.DB {
			db.(wrapped).inner.Crash()
			return open(db.(wrapped).inner.Disk())
		},
	}
}

func TestConformanceWithoutFaults(t *testing.T) {
	drivertest.Run(t, backend(func(db driver.DB) driver.DB { return faultdriver.Wrap(db, new(faultdriver.Plan)) }))
}

func TestConformanceWithRetries(t *testing.T) {
	drivertest.Run(t, backend(func(db driver.DB) driver.DB {
		plan := new(faultdriver.Plan)
		for n := 1; n < 2000; n += 2 {
			plan.Fail(faultdriver.Fault{Op: faultdriver.Commit, N: n, Retry: true})
		}
		return faultdriver.Wrap(db, plan)
	}))
}

func TestConformanceWhenCounted(t *testing.T) {
	drivertest.Run(t, backend(func(db driver.DB) driver.DB {
		db, _ = faultdriver.Count(db)
		return db
	}))
}

var box = driver.Write{Mailbox: []byte("box")}

// transfer makes each kind of call at least once.
func transfer(db driver.DB) error {
	s, err := db.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	err = db.Update(ctx, box, func(tx driver.Tx) error {
		if _, err := tx.Get([]byte("boxfrom")); err != nil {
			return err
		}
		if err := tx.Scan([]byte("box"), nil, false, func(_, _ []byte) bool { return true }); err != nil {
			return err
		}
		for _, do := range []func() error{
			func() error { return tx.Delete([]byte("boxfrom")) },
			func() error { return tx.DeleteRange([]byte("boxx"), []byte("boxz")) },
			func() error { return tx.Put([]byte("boxto"), []byte("1")) },
		} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Sync(ctx))
}

func ready(t *testing.T) (*memdb.DB, string) {
	db := memdb.New()
	require.NoError(t, db.Update(ctx, box, func(tx driver.Tx) error {
		return errors.Join(tx.Put([]byte("boxfrom"), []byte("1")), tx.Put([]byte("boxy"), nil))
	}))
	return db, content(t, db)
}

func content(t *testing.T, db driver.DB) string {
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	defer s.Close()
	out := ""
	require.NoError(t, s.Scan(nil, nil, false, func(k, v []byte) bool {
		out += string(k) + "=" + string(v) + " "
		return true
	}))
	return out
}

func TestEachCallCanFail(t *testing.T) {
	for _, op := range faultdriver.Ops() {
		t.Run(op.String(), func(t *testing.T) {
			db, before := ready(t)
			plan := new(faultdriver.Plan)
			require.NoError(t, transfer(faultdriver.Wrap(db, plan)))
			after := content(t, db)
			calls := plan.Calls(op)
			require.Positive(t, calls)
			for n := 1; n <= calls; n++ {
				db, _ := ready(t)
				plan.Reset()
				plan.Fail(faultdriver.Fault{Op: op, N: n})
				require.ErrorIs(t, transfer(faultdriver.Wrap(db, plan)), faultdriver.ErrFault)
				if op == faultdriver.Sync {
					assert.Equal(t, after, content(t, db))
				} else {
					assert.Equal(t, before, content(t, db))
				}
			}
		})
	}
}

func TestACommitWhoseAnswerIsLostHappened(t *testing.T) {
	for _, done := range []bool{true, false} {
		db, before := ready(t)
		plan := new(faultdriver.Plan)
		plan.Fail(faultdriver.Fault{Op: faultdriver.Commit, N: 1, Err: driver.ErrUnknown, Done: done})
		w := faultdriver.Wrap(db, plan)
		require.True(t, w.(driver.Uncertain).Uncertain())
		require.ErrorIs(t, transfer(w), driver.ErrUnknown)
		assert.Equal(t, done, content(t, db) != before)
		require.NoError(t, transfer(w), "the fault is over")
	}
}

func TestARetryRunsTheFunctionAgain(t *testing.T) {
	plan := new(faultdriver.Plan)
	plan.Fail(
		faultdriver.Fault{Op: faultdriver.Commit, N: 1, Retry: true},
		faultdriver.Fault{Op: faultdriver.Commit, N: 2, Retry: true},
	)
	db := faultdriver.Wrap(memdb.New(), plan)
	runs := 0
	require.NoError(t, db.Update(ctx, box, func(tx driver.Tx) error {
		v, err := tx.Get([]byte("box"))
		assert.Nil(t, v)
		runs++
		return errors.Join(err, tx.Put([]byte("box"), nil))
	}))
	assert.Equal(t, 3, runs)
}

func TestCounts(t *testing.T) {
	inner, _ := ready(t)
	db, counter := faultdriver.Count(inner)
	require.NoError(t, transfer(db))
	assert.Equal(t, faultdriver.Counts{
		Snapshots: 1, Gets: 1, Scans: 1, Entries: 2, Puts: 1, Deletes: 1, DeleteRanges: 1, Runs: 1, Commits: 1, Syncs: 1,
		BytesRead: 8 + 8 + 4, BytesWritten: 7 + 6,
	}, counter.Reset())
	assert.Zero(t, counter.Counts())
}

func TestWrappersClaimNoPowersThatAreMissing(t *testing.T) {
	for _, db := range []driver.DB{faultdriver.Wrap(memdb.New(), new(faultdriver.Plan)), first(faultdriver.Count(memdb.New()))} {
		_, canCheckpoint := db.(driver.Checkpointer)
		_, canCompact := db.(driver.Compactor)
		assert.False(t, canCheckpoint || canCompact)
	}
}

func first(db driver.DB, _ *faultdriver.Counter) driver.DB { return db }
