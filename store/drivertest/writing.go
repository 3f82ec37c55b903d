package drivertest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func canceled() context.Context {
	c, cancel := context.WithCancel(ctx)
	cancel()
	return c
}

var writing = []check{
	{"a commit is visible to what begins after it", func(t *testing.T, b Backend) {
		db := b.open(t)
		put(t, db, "a", "1")
		assert.Equal(t, pairs("a", "1"), content(t, db))
		inTx(t, db, func(tx driver.Tx) {
			v, err := tx.Get(key("a"))
			require.NoError(t, err)
			assert.Equal(t, "1", string(v))
		})
		update(t, db, other, func(tx driver.Tx) error {
			assert.Equal(t, pairs("a", "1"), scan(t, tx, nil, nil, false))
			return nil
		})
	}},

	{"a transaction gets its own writes", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		inTx(t, db, func(tx driver.Tx) {
			get := func(k string) string {
				v, err := tx.Get(key(k))
				require.NoError(t, err)
				if v == nil {
					return "absent"
				}
				return string(v)
			}
			require.NoError(t, tx.Put(key("b"), []byte("new")))
			assert.Equal(t, "new", get("b"))
			require.NoError(t, tx.Put(key("bb"), nil))
			assert.Equal(t, "", get("bb"))
			require.NoError(t, tx.Delete(key("a")))
			assert.Equal(t, "absent", get("a"))
			require.NoError(t, tx.DeleteRange(key("b"), key("d")))
			assert.Equal(t, []string{"absent", "absent", "absent", "4"}, []string{get("b"), get("bb"), get("c"), get("d")})
			require.NoError(t, tx.Put(key("c"), []byte("again")))
			assert.Equal(t, "again", get("c"))
		})
		assert.Equal(t, pairs("c", "again", "d", "4"), content(t, db))
	}},

	{"a transaction scans its own writes in both directions", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		inTx(t, db, func(tx driver.Tx) {
			see := func(kv ...string) {
				t.Helper()
				want := pairs(kv...)
				assert.Equal(t, want, scan(t, tx, key(""), key("x"), false))
				slices.Reverse(want)
				assert.Equal(t, want, scan(t, tx, key(""), key("x"), true))
			}
			see("a", "1", "b", "2", "c", "3", "d", "4")
			require.NoError(t, firstError(tx.Put(key("bb"), []byte("new")), tx.Put(key("c"), []byte("over"))))
			see("a", "1", "b", "2", "bb", "new", "c", "over", "d", "4")
			require.NoError(t, tx.Delete(key("a")))
			see("b", "2", "bb", "new", "c", "over", "d", "4")
			require.NoError(t, tx.DeleteRange(key("bb"), key("d")))
			see("b", "2", "d", "4")
			require.NoError(t, tx.Put(key("c"), []byte("back")))
			see("b", "2", "c", "back", "d", "4")
			require.NoError(t, tx.DeleteRange(key(""), driver.PrefixEnd([]byte(box))))
			see()
			require.NoError(t, tx.Put(key("z"), nil))
			see()
		})
		assert.Equal(t, pairs("z", ""), content(t, db))
	}},

	{"yield may write", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		inTx(t, db, func(tx driver.Tx) {
			var keys [][]byte
			require.NoError(t, tx.Scan(key("a"), key("e"), false, func(k, _ []byte) bool {
				keys = append(keys, bytes.Clone(k))
				return true
			}))
			require.NoError(t, tx.Scan(key("a"), key("e"), false, func(k, v []byte) bool {
				k, v = bytes.Clone(k), bytes.Clone(v)
				require.NoError(t, tx.Put(append(key("moved-"), k[len(box):]...), v))
				require.NoError(t, tx.Delete(k))
				return true
			}))
			for _, k := range keys {
				v, err := tx.Get(k)
				require.NoError(t, err)
				assert.Nil(t, v)
			}
		})
		assert.Equal(t, pairs("moved-a", "1", "moved-b", "2", "moved-c", "3", "moved-d", "4"), content(t, db))
	}},

	{"delete of an absent key is no error", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		before := content(t, db)
		update(t, db, box, func(tx driver.Tx) error {
			return firstError(tx.Delete(key("nothing")), tx.DeleteRange(key("x"), key("y")))
		})
		assert.Equal(t, before, content(t, db))
	}},

	{"delete range takes lo and leaves hi", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		update(t, db, box, func(tx driver.Tx) error { return tx.DeleteRange(key("b"), key("d")) })
		assert.Equal(t, pairs("a", "1", "d", "4"), content(t, db))
	}},

	{"delete range of nothing does nothing", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		update(t, db, box, func(tx driver.Tx) error {
			return firstError(tx.DeleteRange(key("b"), key("b")), tx.DeleteRange(key("d"), key("a")))
		})
		assert.Len(t, content(t, db), 4)
	}},

	{"delete range takes a whole mailbox and no other", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		before, after := "box-0000", "box-0002"
		for _, m := range []string{before, after} {
			update(t, db, m, func(tx driver.Tx) error { return tx.Put([]byte(m), []byte("stays")) })
		}
		update(t, db, box, func(tx driver.Tx) error {
			return tx.DeleteRange([]byte(box), driver.PrefixEnd([]byte(box)))
		})
		assert.Equal(t, []pair{{before, "stays"}, {after, "stays"}}, content(t, db))
	}},

	{"the last mailbox there can be works too", func(t *testing.T, b Backend) {
		db := b.open(t)
		last := "\xff\xff\xff\xff"
		letters(t, db)
		update(t, db, last, func(tx driver.Tx) error {
			return firstError(tx.Put([]byte(last+"\xff"), []byte("1")), tx.Put([]byte(last), []byte("2")))
		})
		assert.Len(t, content(t, db), 6)
		update(t, db, last, func(tx driver.Tx) error { return tx.DeleteRange([]byte(last), nil) })
		assert.Len(t, content(t, db), 4)
	}},

	{"arguments may be reused", func(t *testing.T, b Backend) {
		db := b.open(t)
		put(t, db, "x1", "gone", "z1", "stays")
		update(t, db, box, func(tx driver.Tx) error {
			k, v := key("k"), []byte("v")
			lo, hi := key("x"), key("y")
			err := firstError(tx.Put(k, v), tx.DeleteRange(lo, hi))
			for _, b := range [][]byte{k, v, lo, hi} {
				for i := range b {
					b[i] = '?'
				}
			}
			return err
		})
		assert.Equal(t, pairs("k", "v", "z1", "stays"), content(t, db))
	}},

	{"keys and values above the limits are refused", func(t *testing.T, b Backend) {
		db := b.open(t)
		long := slices.Concat([]byte(box), make([]byte, driver.MaxKey-len(box)+1))
		inTx(t, db, func(tx driver.Tx) {
			assert.ErrorIs(t, tx.Put(long, nil), driver.ErrTooBig)
			assert.ErrorIs(t, tx.Delete(long), driver.ErrTooBig)
			assert.ErrorIs(t, tx.Put(key("a"), make([]byte, driver.MaxValue+1)), driver.ErrTooBig)
			assert.ErrorIs(t, tx.Put(nil, nil), driver.ErrTooBig)
			assert.ErrorIs(t, tx.Delete([]byte{}), driver.ErrTooBig)
		})
		assert.Empty(t, content(t, db))
	}},

	{"keys outside the mailbox are refused", func(t *testing.T, b Backend) {
		db := b.open(t)
		update(t, db, other, func(tx driver.Tx) error { return tx.Put([]byte(other+"a"), []byte("stays")) })
		inTx(t, db, func(tx driver.Tx) {
			for _, k := range []string{other + "a", "box-000", "a", "\xff"} {
				assert.ErrorIs(t, tx.Put([]byte(k), nil), driver.ErrForeignKey, "%q", k)
				assert.ErrorIs(t, tx.Delete([]byte(k)), driver.ErrForeignKey, "%q", k)
			}
			assert.ErrorIs(t, tx.DeleteRange(key("a"), []byte(other+"b")), driver.ErrForeignKey)
			assert.ErrorIs(t, tx.DeleteRange(key("a"), nil), driver.ErrForeignKey)
			assert.ErrorIs(t, tx.DeleteRange([]byte("box-0000"), key("b")), driver.ErrForeignKey)
			assert.ErrorIs(t, tx.DeleteRange(nil, key("b")), driver.ErrForeignKey)
			require.NoError(t, tx.Put(key("mine"), nil))
		})
		assert.Equal(t, []pair{{box + "mine", ""}, {other + "a", "stays"}}, content(t, db))
	}},

	{"an update must name a mailbox", func(t *testing.T, b Backend) {
		err := b.open(t).Update(ctx, driver.Write{}, func(driver.Tx) error {
			t.Error("ran without a mailbox")
			return nil
		})
		require.ErrorIs(t, err, driver.ErrForeignKey)
	}},

	{"nothing is stored when the function fails", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		before := content(t, db)
		err := db.Update(ctx, driver.Write{Mailbox: []byte(box)}, func(tx driver.Tx) error {
			return errors.Join(tx.Put(key("a"), []byte("no")), tx.Put(key("new"), nil), tx.Delete(key("b")),
				tx.DeleteRange(key("c"), key("e")), errTest)
		})
		require.ErrorIs(t, err, errTest)
		assert.Equal(t, before, content(t, db))
		put(t, db, "a", "the lock is free again")
	}},

	{"nothing is stored when the function panics", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		before := content(t, db)
		assert.PanicsWithValue(t, "on purpose", func() {
			db.Update(ctx, driver.Write{Mailbox: []byte(box)}, func(tx driver.Tx) error {
				tx.Put(key("a"), []byte("no"))
				tx.Scan(nil, nil, false, func(_, _ []byte) bool { panic("on purpose") })
				return nil
			})
		})
		assert.Equal(t, before, content(t, db))
		put(t, db, "a", "the lock is free again")
	}},

	{"an update that writes nothing is no error", func(t *testing.T, b Backend) {
		db := b.open(t)
		inTx(t, db, func(driver.Tx) {})
		assert.Empty(t, content(t, db))
	}},

	{"a big transaction commits as one", func(t *testing.T, b Backend) {
		db := b.open(t)
		v := bytes.Repeat([]byte("v"), driver.SoftSize/driver.SoftKeys)
		inTx(t, db, func(tx driver.Tx) {
			for i := range driver.SoftKeys {
				require.NoError(t, tx.Put(numbered(box, i), v))
			}
		})
		assert.Len(t, content(t, db), driver.SoftKeys)
	}},
}
