package content_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
)

// Whatever record is damaged or missing: after Repair, putting the contents
// again makes the pool whole, unless it was a chunk.
func TestRepairThenPutHeals(t *testing.T) {
	damages := map[string]func(tx driver.Tx, k, v []byte) error{
		"flipped": func(tx driver.Tx, k, v []byte) error {
			v = bytes.Clone(v)
			v[0] ^= 1
			return tx.Put(k, v)
		},
		"missing": func(tx driver.Tx, k, _ []byte) error { return tx.Delete(k) },
		"empty":   func(tx driver.Tx, k, _ []byte) error { return tx.Put(k, nil) },
	}
	for name, damage := range damages {
		for at := range 100 {
			p, db := newPool(t)
			values := []mapi.Value{random(1, 100_000), []byte("two")}
			ref := content.Ref{Mailbox: 1, Object: 1}
			put(t, p, ref, values...)
			var kind byte
			require.NoError(t, db.Update(t.Context(), driver.Write{Mailbox: prefix}, func(tx driver.Tx) error {
				n := 0
				var key, value []byte
				if err := tx.Scan(prefix, driver.PrefixEnd(prefix), false, func(k, v []byte) bool {
					key, value = bytes.Clone(k), bytes.Clone(v)
					n++
					return n <= at
				}); err != nil || n <= at {
					return err
				}
				kind = key[len(prefix)]
				return damage(tx, key, value)
			}))
			if kind == 0 {
				require.Equal(t, 8, at, "records in the pool")
				break
			}
			require.NotEmpty(t, check(t, p, db))
			done, err := p.Repair(t.Context())
			require.NoError(t, err)
			if kind == 'c' {
				require.Empty(t, done)
				continue
			}
			if !(name == "missing" && kind == 'r') {
				require.NotEmpty(t, done, "%s %c", name, kind)
			}
			contents := put(t, p, ref, values...)
			_, err = p.Repair(t.Context())
			require.NoError(t, err)
			require.Empty(t, check(t, p, db), "%s %c", name, kind)
			require.Equal(t, "two", string(read(t, p.Stream(contents[1], nil))))
			require.NoError(t, p.Release(t.Context(), ref, contents[0].Digest, contents[1].Digest))
			require.Zero(t, stats(t, p, db))
			require.Equal(t, 1, countKeys(t, db, prefix))
		}
	}
}

func TestRepairOfASoundPoolDoesNothing(t *testing.T) {
	p, _ := newPool(t)
	done, err := p.Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, done)
	put(t, p, content.Ref{Object: 1}, random(1, 3<<20), []byte("two"))
	done, err = p.Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, done)
}

func TestADamagedContentCanBeReleased(t *testing.T) {
	p, db := newPool(t)
	ref := content.Ref{Object: 1}
	c := put(t, p, ref, []byte("one"))[0]
	key := append(append(bytes.Clone(prefix), 'd'), c.Digest[:]...)
	require.NoError(t, db.Update(t.Context(), driver.Write{Mailbox: prefix}, func(tx driver.Tx) error { return tx.Put(key, []byte("damaged")) }))
	require.NoError(t, p.Release(t.Context(), ref, c.Digest))
	_, err := p.Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, check(t, p, db))
	require.Zero(t, stats(t, p, db))
}
