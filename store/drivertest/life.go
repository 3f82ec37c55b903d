package drivertest

import (
	"context"
	"sync"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var life = []check{
	{"a closed DB refuses everything", func(t *testing.T, b Backend) {
		db := b.open(t)
		put(t, db, "a", "1")
		require.NoError(t, db.Close())
		_, err := db.Snapshot(ctx)
		assert.ErrorIs(t, err, driver.ErrClosed)
		assert.ErrorIs(t, db.Sync(ctx), driver.ErrClosed)
		assert.ErrorIs(t, db.Update(ctx, driver.Write{Mailbox: []byte(box)}, func(driver.Tx) error {
			t.Error("ran on a closed DB")
			return nil
		}), driver.ErrClosed)
	}},

	{"closing twice is no error", func(t *testing.T, b Backend) {
		db := b.open(t)
		require.NoError(t, db.Close())
		require.NoError(t, db.Close())
	}},

	{"a closed snapshot refuses everything", func(t *testing.T, b Backend) {
		s := snapshot(t, b.open(t))
		require.NoError(t, s.Close())
		_, err := s.Get(key("a"))
		assert.ErrorIs(t, err, driver.ErrClosed)
		assert.ErrorIs(t, s.Scan(nil, nil, false, nil), driver.ErrClosed)
	}},

	{"a transaction ends with its function", func(t *testing.T, b Backend) {
		db := b.open(t)
		var kept driver.Tx
		inTx(t, db, func(tx driver.Tx) { kept = tx })
		_, err := kept.Get(key("a"))
		assert.ErrorIs(t, err, driver.ErrClosed)
		assert.ErrorIs(t, kept.Scan(nil, nil, false, nil), driver.ErrClosed)
		assert.ErrorIs(t, kept.Put(key("a"), nil), driver.ErrClosed)
		assert.ErrorIs(t, kept.Delete(key("a")), driver.ErrClosed)
		assert.ErrorIs(t, kept.DeleteRange(key("a"), key("b")), driver.ErrClosed)
		assert.Empty(t, content(t, db))
	}},

	{"closing during updates loses none that returned", func(t *testing.T, b Backend) {
		db := b.open(t)
		var wg sync.WaitGroup
		var mu sync.Mutex
		committed := 0
		for range 4 {
			wg.Go(func() {
				for {
					err := db.Update(ctx, driver.Write{Mailbox: []byte(box)}, func(tx driver.Tx) error { return increment(tx, key("n")) })
					if err != nil {
						assert.ErrorIs(t, err, driver.ErrClosed)
						return
					}
					mu.Lock()
					committed++
					mu.Unlock()
				}
			})
		}
		for {
			mu.Lock()
			enough := committed >= 10
			mu.Unlock()
			if enough {
				break
			}
		}
		require.NoError(t, db.Close())
		wg.Wait()
		db = b.reopen(t, db)
		assert.EqualValues(t, committed, counter(t, snapshot(t, db), key("n")))
	}},

	{"what was committed is there after reopening", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		update(t, db, box, func(tx driver.Tx) error { return tx.DeleteRange(key("b"), key("d")) })
		require.NoError(t, relaxed(db, "r", "relaxed"))
		for range 3 {
			db = b.reopen(t, db)
			assert.Equal(t, pairs("a", "1", "d", "4", "r", "relaxed"), content(t, db))
		}
		put(t, db, "e", "5")
		db = b.reopen(t, db)
		assert.Equal(t, pairs("a", "1", "d", "4", "e", "5", "r", "relaxed"), content(t, db))
	}},

	{"sync heeds its context", func(t *testing.T, b Backend) {
		require.ErrorIs(t, b.open(t).Sync(canceled()), context.Canceled)
	}},

	{"optional powers work or are not claimed", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		if c, ok := db.(driver.Compactor); ok {
			require.NoError(t, c.Compact(ctx))
			assert.Len(t, content(t, db), 4)
		}
		if u, ok := db.(driver.Uncertain); ok {
			u.Uncertain()
		}
	}},
}

func relaxed(db driver.DB, k, v string) error {
	return db.Update(ctx, driver.Write{Mailbox: []byte(box), Relaxed: true}, func(tx driver.Tx) error {
		return tx.Put(key(k), []byte(v))
	})
}
