package drivertest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onReaders runs a check on a snapshot and in a transaction: both are Readers.
func onReaders(prepare func(t testing.TB, db driver.DB), look func(t testing.TB, r driver.Reader)) func(*testing.T, Backend) {
	return func(t *testing.T, b Backend) {
		db := b.open(t)
		prepare(t, db)
		t.Run("snapshot", func(t *testing.T) { look(t, snapshot(t, db)) })
		t.Run("transaction", func(t *testing.T) {
			inTx(t, db, func(tx driver.Tx) { look(t, tx) })
		})
	}
}

func letters(t testing.TB, db driver.DB) {
	put(t, db, "a", "1", "b", "2", "c", "3", "d", "4")
}

var reading = []check{
	{"absent key is nil", onReaders(letters, func(t testing.TB, r driver.Reader) {
		for _, k := range []string{"", "a", box, box + "aa", "zzz"} {
			v, err := r.Get([]byte(k))
			require.NoError(t, err)
			assert.Nil(t, v, "key %q", k)
		}
	})},

	{"present key is not nil even when its value is empty", onReaders(
		func(t testing.TB, db driver.DB) {
			update(t, db, box, func(tx driver.Tx) error {
				return firstError(tx.Put(key("e"), []byte{}), tx.Put(key("n"), nil))
			})
		},
		func(t testing.TB, r driver.Reader) {
			for _, k := range []string{"e", "n"} {
				v, err := r.Get(key(k))
				require.NoError(t, err)
				assert.NotNil(t, v)
				assert.Empty(t, v)
			}
			n := 0
			require.NoError(t, r.Scan(nil, nil, false, func(_, v []byte) bool {
				assert.NotNil(t, v)
				n++
				return true
			}))
			assert.Equal(t, 2, n)
		})},

	{"values of Get stay valid until the reader ends", onReaders(letters, func(t testing.TB, r driver.Reader) {
		a, err := r.Get(key("a"))
		require.NoError(t, err)
		for _, k := range []string{"b", "c", "d"} {
			_, err := r.Get(key(k))
			require.NoError(t, err)
		}
		scan(t, r, nil, nil, true)
		assert.Equal(t, "1", string(a))
	})},

	{"scan ascends from lo inclusive to hi exclusive", onReaders(letters, func(t testing.TB, r driver.Reader) {
		assert.Equal(t, pairs("b", "2", "c", "3"), scan(t, r, key("b"), key("d"), false))
		assert.Equal(t, pairs("b", "2", "c", "3"), scan(t, r, key("aa"), key("cc"), false))
	})},

	{"scan descends from hi exclusive to lo inclusive", onReaders(letters, func(t testing.TB, r driver.Reader) {
		assert.Equal(t, pairs("c", "3", "b", "2"), scan(t, r, key("b"), key("d"), true))
		assert.Equal(t, pairs("c", "3", "b", "2"), scan(t, r, key("aa"), key("cc"), true))
	})},

	{"scan without hi has no upper bound", onReaders(letters, func(t testing.TB, r driver.Reader) {
		assert.Equal(t, pairs("c", "3", "d", "4"), scan(t, r, key("c"), nil, false))
		assert.Equal(t, pairs("d", "4", "c", "3"), scan(t, r, key("c"), nil, true))
	})},

	{"scan of an empty or inverted range yields nothing", onReaders(letters, func(t testing.TB, r driver.Reader) {
		for _, reverse := range []bool{false, true} {
			assert.Empty(t, scan(t, r, key("b"), key("b"), reverse))
			assert.Empty(t, scan(t, r, key("d"), key("a"), reverse))
			assert.Empty(t, scan(t, r, key("bb"), key("bc"), reverse))
			assert.Empty(t, scan(t, r, nil, []byte{}, reverse))
		}
	})},

	{"scan stops when yield returns false", onReaders(letters, func(t testing.TB, r driver.Reader) {
		for _, reverse := range []bool{false, true} {
			calls := 0
			require.NoError(t, r.Scan(nil, nil, reverse, func(_, _ []byte) bool {
				calls++
				return calls < 2
			}))
			assert.Equal(t, 2, calls)
		}
	})},

	{"keys are ordered by their bytes", onReaders(
		func(t testing.TB, db driver.DB) {
			update(t, db, box, func(tx driver.Tx) error {
				for _, k := range slices.Backward(byteOrder) {
					if err := tx.Put(key(k), []byte("x")); err != nil {
						return err
					}
				}
				return nil
			})
		},
		func(t testing.TB, r driver.Reader) {
			var got []string
			require.NoError(t, r.Scan([]byte(box), nil, false, func(k, _ []byte) bool {
				got = append(got, string(k[len(box):]))
				return true
			}))
			assert.Equal(t, byteOrder, got)
		})},

	{"yield may get and scan", onReaders(letters, func(t testing.TB, r driver.Reader) {
		var got []string
		require.NoError(t, r.Scan(nil, nil, false, func(k, _ []byte) bool {
			outer := string(k)
			v, err := r.Get(k)
			require.NoError(t, err)
			require.NoError(t, r.Scan(k, key("d"), true, func(k, _ []byte) bool {
				inner := string(k)
				require.NoError(t, r.Scan(k, nil, false, func(k, _ []byte) bool {
					got = append(got, fmt.Sprintf("%s%s%s%s", outer[len(box):], v, inner[len(box):], k[len(box):]))
					return false
				}))
				return true
			}))
			return true
		}))
		assert.Equal(t, []string{"a1cc", "a1bb", "a1aa", "b2cc", "b2bb", "c3cc"}, got)
	})},

	{"values up to the limit come back whole", func(t *testing.T, b Backend) {
		db := b.open(t)
		k := slices.Concat([]byte(box), make([]byte, driver.MaxKey-len(box)))
		v := make([]byte, driver.MaxValue)
		for i := range v {
			v[i] = byte(i * 7)
		}
		update(t, db, box, func(tx driver.Tx) error { return tx.Put(k, v) })
		got, err := snapshot(t, db).Get(k)
		require.NoError(t, err)
		assert.Equal(t, v, got)
	}},

	{"a snapshot stays still", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		s := snapshot(t, db)
		before := scan(t, s, nil, nil, false)
		put(t, db, "a", "changed", "aa", "new")
		update(t, db, box, func(tx driver.Tx) error {
			return firstError(tx.Delete(key("b")), tx.DeleteRange(key("c"), key("e")))
		})
		assert.Equal(t, before, scan(t, s, nil, nil, false))
		slices.Reverse(before)
		assert.Equal(t, before, scan(t, s, nil, nil, true))
		v, err := s.Get(key("b"))
		require.NoError(t, err)
		assert.Equal(t, "2", string(v))
		v, err = s.Get(key("aa"))
		require.NoError(t, err)
		assert.Nil(t, v)
		assert.Equal(t, pairs("a", "changed", "aa", "new"), content(t, db))
	}},

	{"a snapshot may be used by many goroutines", func(t *testing.T, b Backend) {
		db := b.open(t)
		letters(t, db)
		s := snapshot(t, db)
		want := scan(t, s, nil, nil, false)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					assert.Equal(t, want, scan(t, s, nil, nil, false))
					v, err := s.Get(key("c"))
					assert.NoError(t, err)
					assert.Equal(t, "3", string(v))
				}
			})
		}
		for i := range 20 {
			put(t, db, "c", fmt.Sprint(i))
		}
		wg.Wait()
	}},

	{"a canceled context takes no snapshot", func(t *testing.T, b Backend) {
		_, err := b.open(t).Snapshot(canceled())
		require.ErrorIs(t, err, canceled().Err())
	}},
}

// byteOrder sorts otherwise in most collations.
var byteOrder = []string{"", "\x00", "\x00\x00", "\x00a", "A", "Z", "a", "a\x00", "aa", "b", "z", "\x7f", "\x80", "\xc3\xa4", "\xff", "\xff\x00", "\xff\xff"}
