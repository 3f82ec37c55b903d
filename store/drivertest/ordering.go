package drivertest

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// increment adds one to the counter at k: read, then write.
func increment(tx driver.Tx, k []byte) error {
	v, err := tx.Get(k)
	if err != nil {
		return err
	}
	var n uint64
	if v != nil {
		n = binary.BigEndian.Uint64(v)
	}
	return tx.Put(k, binary.BigEndian.AppendUint64(nil, n+1))
}

func counter(t testing.TB, r driver.Reader, k []byte) uint64 {
	t.Helper()
	v, err := r.Get(k)
	require.NoError(t, err)
	if v == nil {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

var ordering = []check{
	{"no update of a mailbox is lost", func(t *testing.T, b Backend) {
		db := b.open(t)
		const writers, each = 8, 15
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for range each {
					assert.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte(box), Relaxed: w%2 == 0}, func(tx driver.Tx) error {
						return increment(tx, key("n"))
					}))
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, writers*each, counter(t, snapshot(t, db), key("n")))
	}},

	{"writers of many mailboxes do not mix", func(t *testing.T, b Backend) {
		db := b.open(t)
		const boxes, each = 8, 15
		var wg sync.WaitGroup
		for i := range boxes {
			mailbox := fmt.Sprintf("box-%04d", i)
			wg.Go(func() {
				for n := range each {
					assert.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte(mailbox)}, func(tx driver.Tx) error {
						if err := tx.Put(numbered(mailbox, n), nil); err != nil {
							return err
						}
						if n > 0 {
							if err := tx.Delete(numbered(mailbox, n-1)); err != nil {
								return err
							}
						}
						return increment(tx, []byte(mailbox))
					}))
				}
			})
		}
		wg.Wait()
		s := snapshot(t, db)
		for i := range boxes {
			mailbox := fmt.Sprintf("box-%04d", i)
			assert.EqualValues(t, each, counter(t, s, []byte(mailbox)))
			assert.Len(t, scan(t, s, []byte(mailbox), driver.PrefixEnd([]byte(mailbox)), false), 2)
		}
	}},

	{"a mailbox commits while another one's update is under way", func(t *testing.T, b Backend) {
		db := b.open(t)
		update(t, db, box, func(tx driver.Tx) error {
			if err := tx.Put(key("a"), []byte("outer")); err != nil {
				return err
			}
			return db.Update(ctx, driver.Write{Mailbox: []byte(other)}, func(tx driver.Tx) error {
				return tx.Put([]byte(other+"a"), []byte("inner"))
			})
		})
		assert.Equal(t, []pair{{box + "a", "outer"}, {other + "a", "inner"}}, content(t, db))
	}},

	{"what an update has not committed is seen by nobody", func(t *testing.T, b Backend) {
		db := b.open(t)
		update(t, db, box, func(tx driver.Tx) error {
			if err := tx.Put(key("a"), nil); err != nil {
				return err
			}
			assert.Empty(t, content(t, db))
			return nil
		})
		assert.Len(t, content(t, db), 1)
	}},

	{"a commit is seen whole or not at all", func(t *testing.T, b Backend) {
		db := b.open(t)
		var stop atomic.Bool
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for !stop.Load() {
					s, err := db.Snapshot(ctx)
					if !assert.NoError(t, err) {
						return
					}
					assert.Equal(t, counter(t, s, key("first")), counter(t, s, key("last")))
					assert.NoError(t, s.Close())
				}
			})
		}
		for range 60 {
			update(t, db, box, func(tx driver.Tx) error {
				return firstError(increment(tx, key("first")), increment(tx, key("last")))
			})
		}
		stop.Store(true)
		wg.Wait()
	}},

	{"a wait for the mailbox ends with its context", func(t *testing.T, b Backend) {
		db := b.open(t)
		update(t, db, box, func(driver.Tx) error {
			waiting, cancel := context.WithCancel(ctx)
			done := make(chan error)
			go func() {
				done <- db.Update(waiting, driver.Write{Mailbox: []byte(box)}, func(tx driver.Tx) error {
					return tx.Put(key("never"), nil)
				})
			}()
			cancel()
			assert.ErrorIs(t, <-done, context.Canceled)
			return nil
		})
		assert.Empty(t, content(t, db))
		put(t, db, "a", "the lock is free again")
	}},

	{"a canceled context updates nothing", func(t *testing.T, b Backend) {
		db := b.open(t)
		err := db.Update(canceled(), driver.Write{Mailbox: []byte(box)}, func(tx driver.Tx) error {
			return tx.Put(key("never"), nil)
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, content(t, db))
	}},

	{"a context that ends during the function does not undo the commit", func(t *testing.T, b Backend) {
		db := b.open(t)
		running, cancel := context.WithCancel(ctx)
		err := db.Update(running, driver.Write{Mailbox: []byte(box)}, func(tx driver.Tx) error {
			defer cancel()
			return tx.Put(key("a"), nil)
		})
		if err == nil {
			assert.Len(t, content(t, db), 1)
		} else { // a driver may also notice it before the commit
			assert.ErrorIs(t, err, context.Canceled)
			assert.Empty(t, content(t, db))
		}
	}},
}
