package table_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/table"
)

// A keeper keeps roots and lists until it is told to write them.
type keeper struct {
	*memTx
	kept map[string]*table.Record
}

func (k *keeper) Kept(key []byte) *table.Record    { return k.kept[string(key)] }
func (k *keeper) Keep(key []byte, r *table.Record) { k.kept[string(key)] = r }
func (k *keeper) DeleteRange(lo, hi []byte) error {
	k.write()
	clear(k.kept)
	return k.memTx.DeleteRange(lo, hi)
}

func (k *keeper) write() {
	for _, key := range slices.Sorted(maps.Keys(k.kept)) {
		r := k.kept[key]
		if !r.Changed() {
			continue
		}
		if v := r.Value([]byte(key)); v == nil {
			_ = k.Delete([]byte(key))
		} else if err := k.Put([]byte(key), v); err != nil {
			panic(err)
		}
	}
}

func TestKeeperWritesWhatAPlainTransactionWrites(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			x := table.NewSmallIndex([]byte("p/"), 8+int(seed%5), 8+int(seed%3))
			plain := &memTx{}
			kept := &keeper{&memTx{}, map[string]*table.Record{}}
			var list [][]byte
			for step := range 4000 {
				e := number(10000 + r.IntN(3000))
				if seed%2 == 1 && r.IntN(2) > 0 {
					e = number(20000 + step)
				}
				grow := step/1000%2 == 0
				if (r.IntN(4) > 0) == grow || len(list) == 0 {
					added, err := x.Insert(plain, e)
					require.NoError(t, err)
					again, err := x.Insert(kept, e)
					require.NoError(t, err)
					require.Equal(t, added, again)
					if added {
						list = append(list, e)
					}
				} else {
					i := r.IntN(len(list))
					removed, err := x.Delete(plain, list[i])
					require.NoError(t, err)
					require.True(t, removed)
					removed, err = x.Delete(kept, list[i])
					require.NoError(t, err)
					require.True(t, removed)
					list = slices.Delete(list, i, i+1)
				}
				rank, there, err := x.Rank(plain, e)
				require.NoError(t, err)
				rank2, there2, err := x.Rank(kept, e)
				require.NoError(t, err)
				require.Equal(t, rank, rank2)
				require.Equal(t, there, there2)
				if r.IntN(20) == 0 {
					kept.write()
					require.Equal(t, plain.all(), kept.all(), "step %d", step)
					if r.IntN(3) == 0 {
						clear(kept.kept)
					}
				}
				if r.IntN(1000) == 0 { // count anew, in steps
					require.NoError(t, x.Build().Recount(plain))
					require.NoError(t, x.Build().Recount(kept))
					for done := false; !done; {
						done, err = x.Build().Step(plain, 100)
						require.NoError(t, err)
						done2, err := x.Build().Step(kept, 100)
						require.NoError(t, err)
						require.Equal(t, done, done2)
					}
				}
			}
			kept.write()
			require.Equal(t, plain.all(), kept.all())
			require.NoError(t, x.Check(plain))
		})
	}
}
