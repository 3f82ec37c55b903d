package drivertest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var durability = []check{
	{"a commit survives a crash", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		update(t, db, box, func(tx driver.Tx) error { return tx.DeleteRange(key("b"), key("d")) })
		db = b.crash(t, db)
		assert.Equal(t, pairs("a", "1", "d", "4"), content(t, db))
		put(t, db, "e", "5")
		db = b.crash(t, db)
		assert.Equal(t, pairs("a", "1", "d", "4", "e", "5"), content(t, db))
	}},

	{"relaxed commits survive once they are synced", func(t *testing.T, b Backend) {
		db := b.open(t)
		require.NoError(t, relaxed(db, "a", "1"))
		require.NoError(t, relaxed(db, "b", "2"))
		require.NoError(t, db.Sync(ctx))
		db = b.crash(t, db)
		assert.Equal(t, pairs("a", "1", "b", "2"), content(t, db))
	}},

	{"commits are durable in order", func(t *testing.T, b Backend) {
		for _, mailbox := range []string{box, other} {
			t.Run(mailbox, func(t *testing.T) {
				db := b.open(t)
				require.NoError(t, relaxed(db, "a", "1"))
				update(t, db, mailbox, func(tx driver.Tx) error { return tx.Put([]byte(mailbox+"b"), []byte("2")) })
				db = b.crash(t, db)
				assert.Equal(t, []pair{{box + "a", "1"}, {mailbox + "b", "2"}}, content(t, db))
			})
		}
	}},

	{"a durable commit of nothing makes durable what came before", func(t *testing.T, b Backend) {
		db := b.open(t)
		require.NoError(t, relaxed(db, "a", "1"))
		inTx(t, db, func(driver.Tx) {})
		db = b.crash(t, db)
		assert.Equal(t, pairs("a", "1"), content(t, db))
	}},

	{"a crash loses relaxed commits from the end and none in part", func(t *testing.T, b Backend) {
		db := b.open(t)
		put(t, db, "n", "0")
		const n = 50
		for i := range n {
			require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte(box), Relaxed: true}, func(tx driver.Tx) error {
				return firstError(tx.Put(key(fmt.Sprintf("x%08d", i)), nil), tx.Put(key(fmt.Sprintf("y%08d", i)), nil))
			}))
		}
		db = b.crash(t, db)
		s := snapshot(t, db)
		xs := scan(t, s, key("x"), key("y"), false)
		assert.LessOrEqual(t, len(xs), n)
		for i, x := range xs {
			assert.Equal(t, fmt.Sprintf("%sx%08d", box, i), x.Key)
		}
		assert.Len(t, scan(t, s, key("y"), key("z"), false), len(xs))
	}},

	{"every update that returned survives a crash under load", func(t *testing.T, b Backend) {
		if b.Crash == nil {
			b.crash(t, nil)
		}
		db := b.open(t)
		const boxes, each = 6, 20
		var wg sync.WaitGroup
		for i := range boxes {
			mailbox := fmt.Sprintf("box-%04d", i)
			wg.Go(func() {
				for n := range each {
					assert.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte(mailbox)}, func(tx driver.Tx) error {
						return tx.Put(numbered(mailbox, n), make([]byte, 3000))
					}))
				}
			})
		}
		wg.Wait()
		db = b.crash(t, db)
		assert.Len(t, content(t, db), boxes*each)
	}},

	{"sync of nothing is no error", func(t *testing.T, b Backend) {
		db := b.open(t)
		require.NoError(t, db.Sync(ctx))
		put(t, db, "a", "1")
		require.NoError(t, db.Sync(ctx))
	}},
}
