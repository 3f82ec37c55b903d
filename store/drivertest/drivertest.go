// Package drivertest checks that a driver.DB keeps the promises of package
// driver. A backend, and whatever wraps one, runs it from its own tests:
//
//	func TestConformance(t *testing.T) {
//		drivertest.Run(t, drivertest.Backend{
//			New: func(t testing.TB) driver.DB { return open(t, t.TempDir()) },
//		})
//	}
//
// Each subtest is named after the promise it checks.
package drivertest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/require"
)

// A Backend makes the databases under test.
type Backend struct {
	// New returns an empty DB. What it takes to remove it belongs into
	// t.Cleanup; the suite closes the DB itself, or leaves it open.
	New func(t testing.TB) driver.DB

	// Reopen closes db and opens what it stored. When it is nil the promises
	// about reopening are skipped.
	Reopen func(t testing.TB, db driver.DB) driver.DB

	// Crash ends db as a power cut does, with the loss of whatever was not
	// synced, and opens what is left. When it is nil the promises about
	// durability are skipped.
	Crash func(t testing.TB, db driver.DB) driver.DB
}

// Run checks all promises.
func Run(t *testing.T, b Backend) {
	groups := []struct {
		name   string
		checks []check
	}{
		{"Read", reading},
		{"Write", writing},
		{"Order", ordering},
		{"Life", life},
		{"Durable", durability},
		{"Random", random},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, c := range g.checks {
				t.Run(c.name, func(t *testing.T) { c.run(t, b) })
			}
		})
	}
}

// A check is one promise.
type check struct {
	name string
	run  func(t *testing.T, b Backend)
}

// box is the mailbox of most checks; other is its neighbour.
const (
	box   = "box-0001"
	other = "box-0002"
)

var ctx = context.Background()

var errTest = errors.New("drivertest: the transaction changed its mind")

func (b Backend) open(t testing.TB) driver.DB {
	db := b.New(t)
	t.Cleanup(func() { db.Close() })
	return db
}

func (b Backend) reopen(t testing.TB, db driver.DB) driver.DB {
	if b.Reopen == nil {
		t.Skip("SKIPPED: this backend cannot be reopened (Backend.Reopen is nil)")
	}
	db = b.Reopen(t, db)
	t.Cleanup(func() { db.Close() })
	return db
}

func (b Backend) crash(t testing.TB, db driver.DB) driver.DB {
	if b.Crash == nil {
		t.Skip("SKIPPED: this backend cannot lose what was not synced (Backend.Crash is nil)")
	}
	db = b.Crash(t, db)
	t.Cleanup(func() { db.Close() })
	return db
}

// key returns a key of box.
func key(suffix string) []byte { return []byte(box + suffix) }

func numbered(mailbox string, i int) []byte { return fmt.Appendf(nil, "%s%08d", mailbox, i) }

// update commits fn to mailbox durably.
func update(t testing.TB, db driver.DB, mailbox string, fn func(driver.Tx) error) {
	t.Helper()
	require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte(mailbox)}, fn))
}

// put commits keys of box with values.
func put(t testing.TB, db driver.DB, pairs ...string) {
	t.Helper()
	update(t, db, box, func(tx driver.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(key(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

func snapshot(t testing.TB, db driver.DB) driver.Snapshot {
	t.Helper()
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// A pair is an entry as text, for readable failures.
type pair struct{ Key, Value string }

// scan collects lo ≤ key < hi.
func scan(t testing.TB, r driver.Reader, lo, hi []byte, reverse bool) []pair {
	t.Helper()
	got := []pair{}
	require.NoError(t, r.Scan(lo, hi, reverse, func(k, v []byte) bool {
		got = append(got, pair{string(k), string(v)})
		return true
	}))
	return got
}

// content is everything in db.
func content(t testing.TB, db driver.DB) []pair {
	t.Helper()
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	defer s.Close()
	return scan(t, s, nil, nil, false)
}

// pairs returns entries of box in the order given.
func pairs(kv ...string) []pair {
	out := []pair{}
	for i := 0; i < len(kv); i += 2 {
		out = append(out, pair{box + kv[i], kv[i+1]})
	}
	return out
}

// inTx runs fn in a transaction of box that commits.
func inTx(t testing.TB, db driver.DB, fn func(tx driver.Tx)) {
	t.Helper()
	update(t, db, box, func(tx driver.Tx) error {
		fn(tx)
		return nil
	})
}
