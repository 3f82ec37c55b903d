package table_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/table"
)

var errCrash = errors.New("crash")

// A folder is rows in the order of their ids, each with its entry or nil, an index
// over them, and a builder that knows nothing but what the index stored.
type folder struct {
	t    *testing.T
	r    *rand.Rand
	tx   *memTx
	rows [][]byte
}

func (f *folder) index() table.Index { return table.NewSmallIndex([]byte("p/"), 8, 8) }

// update runs fn as a transaction that a crash undoes now and then.
func (f *folder) update(fn func(tx driver.Tx)) (committed bool) {
	work := f.tx.clone()
	fn(work)
	if f.r.IntN(4) == 0 {
		return false
	}
	f.tx = work
	return true
}

func (f *folder) entry(id int) []byte {
	return append(odd(f.r), byte(id>>8), byte(id))
}

// write changes, adds or removes a row as any other writer does.
func (f *folder) write() {
	id := f.r.IntN(len(f.rows))
	var entry []byte
	if f.r.IntN(3) > 0 {
		entry = f.entry(id)
	}
	if f.update(func(tx driver.Tx) {
		if old := f.rows[id]; old != nil {
			_, err := f.index().Delete(tx, old)
			require.NoError(f.t, err)
		}
		if entry != nil {
			_, err := f.index().Insert(tx, entry)
			require.NoError(f.t, err)
		}
	}) {
		f.rows[id] = entry
	}
}

// build makes one step, starting from what is stored.
func (f *folder) build() (done bool) {
	s, err := f.index().Status(f.tx)
	require.NoError(f.t, err)
	b := f.index().Build()
	f.update(func(tx driver.Tx) {
		switch s.State {
		case table.Filling:
			from := 0
			if s.Mark != nil {
				from = int(s.Mark[0])<<8 | int(s.Mark[1])
			}
			to := min(from+f.r.IntN(20), len(f.rows))
			present := slices.DeleteFunc(slices.Clone(f.rows[from:to]), func(e []byte) bool { return e == nil })
			require.NoError(f.t, b.Fill(tx, slices.Values(present), []byte{byte(to >> 8), byte(to)}))
			if to == len(f.rows) {
				require.NoError(f.t, b.Seal(tx))
			}
		case table.Counting:
			_, err := b.Step(tx, f.r.IntN(30))
			require.NoError(f.t, err)
		case table.Complete:
			done = true
		}
	})
	return done
}

func (f *folder) sorted() [][]byte {
	all := slices.DeleteFunc(slices.Clone(f.rows), func(e []byte) bool { return e == nil })
	slices.SortFunc(all, bytes.Compare)
	return all
}

func TestBuildGoesOnBetweenWritersAndCrashes(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			f := &folder{t: t, r: r, tx: &memTx{}, rows: make([][]byte, 700)}
			for id := range f.rows {
				if r.IntN(5) > 0 {
					f.rows[id] = f.entry(id)
				}
			}
			require.NoError(t, f.index().Build().Begin(f.tx))
			for done := false; !done; {
				for range r.IntN(int(seed%4)*3 + 1) {
					f.write()
				}
				done = f.build()
				require.NoError(t, f.index().Check(f.tx))
				f.ask()
			}
			for range 300 {
				f.write()
			}
			m := &model{t: t, x: f.index(), tx: f.tx, want: f.sorted()}
			m.check()
			for n := range m.want {
				m.ask(m.want[n], n)
			}
		})
	}
}

// ask asks what can be answered in every state; what cannot is refused.
func (f *folder) ask() {
	s, err := f.index().Status(f.tx)
	require.NoError(f.t, err)
	want := f.sorted()
	_, err = f.index().Len(f.tx)
	require.Equal(f.t, s.State != table.Complete, errors.Is(err, table.ErrIncomplete))
	if s.State == table.Filling {
		require.ErrorIs(f.t, f.index().Ascend(f.tx, nil, nil), table.ErrIncomplete)
		require.ErrorIs(f.t, f.index().Descend(f.tx, nil, nil), table.ErrIncomplete)
		_, _, err := f.index().Rank(f.tx, nil)
		require.ErrorIs(f.t, err, table.ErrIncomplete)
		_, err = f.index().Select(f.tx, 0)
		require.ErrorIs(f.t, err, table.ErrIncomplete)
		return
	}
	require.Equal(f.t, want, collect(f.t, func(yield func([]byte) bool) error { return f.index().Ascend(f.tx, nil, yield) }))
	if len(want) == 0 {
		return
	}
	n := f.r.IntN(len(want))
	got, err := f.index().Select(f.tx, int64(n))
	rank, _, rankErr := f.index().Rank(f.tx, want[n])
	if int64(n) < s.Counted {
		require.NoError(f.t, err)
		require.NoError(f.t, rankErr)
		require.Equal(f.t, want[n], got)
		require.Equal(f.t, int64(n), rank)
	} else {
		require.ErrorIs(f.t, err, table.ErrIncomplete)
		require.ErrorIs(f.t, rankErr, table.ErrIncomplete)
	}
}

func TestBuiltIndexHasRoom(t *testing.T) {
	tx := &memTx{}
	x := table.NewIndex([]byte("p"))
	build(t, x, tx, 100000, func(i int) int { return i * 7919 % 100003 })
	require.NoError(t, x.Check(tx))
	require.LessOrEqual(t, len(tx.all()), 100000+100000/90)
	before := len(tx.all())
	for i := range 1000 { // one more in each bucket splits none
		_, err := x.Insert(tx, append(number(i*100), 1))
		require.NoError(t, err)
	}
	require.Equal(t, before+1000, len(tx.all()))
}

func TestStepStaysBelowTheSoftBound(t *testing.T) {
	tx := &memTx{}
	x := table.NewIndex([]byte("p"))
	b := x.Build()
	require.NoError(t, b.Begin(tx))
	require.NoError(t, b.Fill(tx, func(yield func([]byte) bool) {
		for i := range 200000 {
			yield(number(i))
		}
	}, nil))
	require.NoError(t, b.Seal(tx))
	for done := false; !done; {
		before := tx.cost
		var err error
		done, err = b.Step(tx, 50000)
		require.NoError(t, err)
		require.LessOrEqual(t, tx.cost.minus(before).puts, driver.SoftKeys)
	}
}

func TestBuildOfNothingIsComplete(t *testing.T) {
	tx := &memTx{}
	x := table.NewIndex([]byte("p"))
	build(t, x, tx, 0, nil)
	require.NoError(t, x.Check(tx))
	require.Empty(t, tx.all())
}

func TestBuildStepsFitTheState(t *testing.T) {
	tx := &memTx{}
	x := table.NewIndex([]byte("p"))
	b := x.Build()
	none := slices.Values([][]byte(nil))

	done, err := b.Step(tx, 1)
	require.NoError(t, err)
	assert.True(t, done, "a complete index is done")
	assert.ErrorIs(t, b.Fill(tx, none, nil), table.ErrState)
	assert.ErrorIs(t, b.Seal(tx), table.ErrState)

	require.NoError(t, b.Begin(tx))
	_, err = b.Step(tx, 1)
	assert.ErrorIs(t, err, table.ErrState)
	require.NoError(t, b.Fill(tx, none, []byte("mark")))
	s, err := x.Status(tx)
	require.NoError(t, err)
	assert.Equal(t, table.Status{State: table.Filling, Mark: []byte("mark")}, s)
	assert.ErrorIs(t, b.Fill(tx, none, make([]byte, 1001)), driver.ErrTooBig)

	require.NoError(t, b.Seal(tx))
	assert.ErrorIs(t, b.Fill(tx, none, nil), table.ErrState)
	assert.ErrorIs(t, b.Seal(tx), table.ErrState)
	s, err = x.Status(tx)
	require.NoError(t, err)
	assert.Equal(t, table.Status{State: table.Counting}, s)
}

func TestBeginForgetsTheOldIndex(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 500 {
		m.insert(number(i))
	}
	build(t, m.x, m.tx, 300, func(i int) int { return 3 * i })
	m.want = [][]byte{}
	for i := range 300 {
		m.want = append(m.want, number(3*i))
	}
	m.check()
}

func TestRecountMendsCounts(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 500 {
		m.insert(number(i))
	}
	for _, p := range m.tx.all() {
		if bytes.HasPrefix(p.key, []byte("p/")) && p.key[2] != 'e' {
			require.NoError(t, m.tx.Put(p.key, []byte{0xff, 1, 2}))
		}
	}
	require.ErrorIs(t, m.x.Check(m.tx), driver.ErrDamaged)
	require.NoError(t, m.x.Build().Recount(m.tx))
	for done := false; !done; {
		var err error
		done, err = m.x.Build().Step(m.tx, 1)
		require.NoError(t, err)
	}
	m.check()
}

func TestStateNames(t *testing.T) {
	assert.Equal(t, "complete filling counting State(9)",
		fmt.Sprint(table.Complete, " ", table.Filling, " ", table.Counting, " ", table.State(9)))
}

// A builder that read all rows once, after Begin, fills from what it remembers while
// others write.
func TestBuildFillsFromWhatWasReadEarlier(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			f := &folder{t: t, r: r, tx: &memTx{}, rows: make([][]byte, 300)}
			for id := range f.rows {
				if r.IntN(5) > 0 {
					f.rows[id] = f.entry(id)
				}
			}
			b := f.index().Build()
			require.NoError(t, b.Begin(f.tx))
			for range 100 {
				f.write()
			}
			ahead := f.sorted()
			for len(ahead) > 0 {
				for range r.IntN(20) {
					f.write()
				}
				some := ahead[:min(1+r.IntN(30), len(ahead))]
				if f.update(func(tx driver.Tx) { require.NoError(t, b.Fill(tx, slices.Values(some), []byte{1})) }) {
					ahead = ahead[len(some):]
				}
				require.NoError(t, f.index().Check(f.tx))
				f.shows(ahead)
			}
			require.NoError(t, b.Seal(f.tx))
			require.Equal(t, f.sorted(), collect(t, func(yield func([]byte) bool) error { return f.index().Ascend(f.tx, nil, yield) }))
			for done := false; !done; {
				f.write()
				done = f.build()
			}
			require.NoError(t, f.index().Check(f.tx))
		})
	}
}

// shows sees that the entries that are there, and those of ahead that were not
// deleted, are those of the rows.
func (f *folder) shows(ahead [][]byte) {
	b := f.index().Build()
	got := collect(f.t, func(yield func([]byte) bool) error { return b.Entries(f.tx, nil, nil, false, yield) })
	for _, e := range ahead {
		gone, err := b.Deleted(f.tx, e)
		require.NoError(f.t, err)
		if !gone {
			got = append(got, e)
		}
	}
	slices.SortFunc(got, bytes.Compare)
	require.Equal(f.t, f.sorted(), slices.CompactFunc(got, bytes.Equal))
}
