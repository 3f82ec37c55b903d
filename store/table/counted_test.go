package table_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/table"
)

// A model is an index beside the sorted slice that it should behave like.
type model struct {
	t    testing.TB
	x    table.Index
	tx   *memTx
	want [][]byte
}

func newModel(t testing.TB, leaf, fan int) *model {
	tx := &memTx{}
	for _, k := range []string{"a", "p", "q", "pd"} { // strangers around the prefix
		require.NoError(t, tx.Put([]byte(k), []byte("stranger")))
	}
	return &model{t: t, want: [][]byte{}, x: table.NewSmallIndex([]byte("p/"), leaf, fan), tx: tx}
}

func (m *model) insert(e []byte) {
	at, there := slices.BinarySearchFunc(m.want, e, bytes.Compare)
	added, err := m.x.Insert(m.tx, e)
	require.NoError(m.t, err)
	require.Equal(m.t, !there, added, "insert %x", e)
	if !there {
		m.want = slices.Insert(m.want, at, append([]byte{}, e...))
	}
}

func (m *model) delete(e []byte) {
	at, there := slices.BinarySearchFunc(m.want, e, bytes.Compare)
	removed, err := m.x.Delete(m.tx, e)
	require.NoError(m.t, err)
	require.Equal(m.t, there, removed, "delete %x", e)
	if there {
		m.want = slices.Delete(m.want, at, at+1)
	}
}

// ask compares the answers about e and position n.
func (m *model) ask(e []byte, n int) {
	at, there := slices.BinarySearchFunc(m.want, e, bytes.Compare)
	rank, present, err := m.x.Rank(m.tx, e)
	require.NoError(m.t, err)
	require.Equal(m.t, int64(at), rank, "rank of %x", e)
	require.Equal(m.t, there, present)

	got, err := m.x.Select(m.tx, int64(n))
	require.NoError(m.t, err)
	if n < 0 || n >= len(m.want) {
		require.Nil(m.t, got)
	} else {
		require.NotNil(m.t, got)
		require.Equal(m.t, m.want[n], got, "entry at %d", n)
	}
	count, err := m.x.Len(m.tx)
	require.NoError(m.t, err)
	require.Equal(m.t, int64(len(m.want)), count)
}

// check compares everything.
func (m *model) check() {
	require.NoError(m.t, m.x.Check(m.tx))
	require.Equal(m.t, m.want, collect(m.t, func(yield func([]byte) bool) error { return m.x.Ascend(m.tx, nil, yield) }))
	down := collect(m.t, func(yield func([]byte) bool) error { return m.x.Descend(m.tx, nil, yield) })
	slices.Reverse(down)
	require.Equal(m.t, m.want, down)
}

func collect(t testing.TB, scan func(func([]byte) bool) error) [][]byte {
	all := [][]byte{}
	require.NoError(t, scan(func(e []byte) bool {
		all = append(all, append([]byte{}, e...))
		return true
	}))
	return all
}

// number makes an entry that sorts as n does.
func number(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// odd makes entries of few different bytes: beginnings of one another, empty ones,
// runs of 0x00 and 0xff.
func odd(r *rand.Rand) []byte {
	e := make([]byte, r.IntN(7))
	for i := range e {
		e[i] = []byte{0x00, 0x01, 'e', 0xfe, 0xff}[r.IntN(5)]
	}
	return e
}

func TestIndexBehavesLikeASortedSlice(t *testing.T) {
	for _, size := range []struct{ leaf, fan int }{{8, 8}, {9, 8}, {8, 13}, {16, 11}} {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("leaf=%d/fan=%d/seed=%d", size.leaf, size.fan, seed), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 1))
				m := newModel(t, size.leaf, size.fan)
				entry := func() []byte {
					switch {
					case seed%2 == 0:
						return odd(r)
					case seed%3 > 0 && r.IntN(3) > 0: // at either end, where splits are uneven
						return number(10000 + []int{-1, 1}[r.IntN(2)]*(len(m.want)+r.IntN(3)))
					default:
						return number(9000 + r.IntN(2000))
					}
				}
				for step := range 6000 {
					// Waves: mostly inserts, then mostly deletes.
					switch grow := step/1500%2 == 0; {
					case r.IntN(10) == 0:
						m.ask(entry(), r.IntN(len(m.want)+4)-2)
					case (r.IntN(5) > 0) == grow:
						m.insert(entry())
					case len(m.want) > 0 && r.IntN(8) > 0:
						m.delete(m.want[r.IntN(len(m.want))])
					default:
						m.delete(entry())
					}
					if step%100 == 0 {
						m.check()
					}
				}
				m.check()
				for len(m.want) > 0 {
					m.delete(m.want[r.IntN(len(m.want))])
				}
				m.check()
				require.Len(t, m.tx.all(), 4, "nothing remains but the strangers")
			})
		}
	}
}

func TestIndexTakesRowsInAnyPattern(t *testing.T) {
	const rows = 3000
	patterns := map[string]func(i int) int{
		"appending":             func(i int) int { return i },
		"prepending":            func(i int) int { return rows - i },
		"from both ends inward": func(i int) int { return []int{i, 2*rows - i}[i%2] },
		"from the middle out":   func(i int) int { return rows + []int{i, -i}[i%2] },
		"appending to groups":   func(i int) int { return i%7*rows + i },
		"falling inside": func(i int) int {
			if i < 100 {
				return 10*rows + i // a tail, below which the rest arrives in falling order
			}
			return 9*rows - i
		},
	}
	for name, pattern := range patterns {
		for _, forward := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/deleted forward=%v", name, forward), func(t *testing.T) {
				m := newModel(t, 8, 8)
				for i := range rows {
					m.insert(number(pattern(i)))
				}
				m.check()
				require.LessOrEqual(t, len(m.tx.all())-4-len(m.want), len(m.want)/2, "records per entry")
				for len(m.want) > 1 {
					at := 0
					if !forward {
						at = len(m.want) - 1
					}
					m.delete(m.want[at])
					if len(m.want)%251 == 0 {
						m.check()
					}
				}
				m.check()
				require.Zero(t, m.x.Height(m.tx))
			})
		}
	}
}

func TestAppendedRowsLeaveFullBuckets(t *testing.T) {
	for _, falling := range []bool{false, true} {
		tx := &memTx{}
		x := table.NewIndex([]byte("p"))
		for i := range 20000 {
			if falling {
				i = 20000 - i
			}
			_, err := x.Insert(tx, number(i))
			require.NoError(t, err)
		}
		require.NoError(t, x.Check(tx))
		require.LessOrEqual(t, len(tx.all()), 20000+20000/128+6, "falling %v", falling)
	}
}

func TestMassDeletionLeavesFewRecords(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	tx := &memTx{}
	x := table.NewIndex([]byte("p"))
	order := r.Perm(30000)
	for _, n := range order {
		_, err := x.Insert(tx, number(n))
		require.NoError(t, err)
	}
	for _, n := range order[:29000] {
		_, err := x.Delete(tx, number(n))
		require.NoError(t, err)
	}
	require.NoError(t, x.Check(tx))
	require.LessOrEqual(t, len(tx.all()), 1000+1000/32+4)
	require.Equal(t, 1, x.Height(tx))
}

func TestBoundsOfIteration(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 100 {
		m.insert(number(2 * i))
	}
	up := func(from []byte) [][]byte {
		return collect(t, func(yield func([]byte) bool) error { return m.x.Ascend(m.tx, from, yield) })
	}
	down := func(from []byte) [][]byte {
		return collect(t, func(yield func([]byte) bool) error { return m.x.Descend(m.tx, from, yield) })
	}
	at := func(n int64) [][]byte {
		return collect(t, func(yield func([]byte) bool) error { return m.x.AscendAt(m.tx, n, yield) })
	}
	assert.Equal(t, m.want[20:], up(number(40)), "Ascend includes from")
	assert.Equal(t, m.want[20:], up(number(39)))
	assert.Empty(t, up(number(199)))
	assert.Equal(t, number(40), down(number(40))[0], "Descend includes from")
	assert.Len(t, down(number(41)), 21)
	assert.Equal(t, number(38), down(number(39))[0])
	assert.Empty(t, down([]byte{}), "empty is not nil: nothing is below it")
	assert.Len(t, down(nil), 100)
	assert.Equal(t, m.want[37:], at(37))
	assert.Equal(t, m.want, at(0))
	assert.Empty(t, at(100))
	assert.Empty(t, at(-1))

	var n int
	require.NoError(t, m.x.AscendAt(m.tx, 5, func([]byte) bool { n++; return n < 3 }))
	assert.Equal(t, 3, n, "stops when yield says so")

	for _, c := range []struct {
		lo, hi []byte
		want   int64
	}{
		{nil, nil, 100},
		{number(0), number(2), 1},
		{number(10), number(20), 5},
		{number(9), number(21), 6},
		{number(50), nil, 75},
		{number(20), number(20), 0},
		{number(20), number(10), 0},
		{number(500), nil, 0},
	} {
		got, err := m.x.Count(m.tx, c.lo, c.hi)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "Count(%x, %x)", c.lo, c.hi)
	}
}

func TestEmptyIndex(t *testing.T) {
	m := newModel(t, 8, 8)
	m.ask([]byte("x"), 0)
	m.delete([]byte("x"))
	m.check()
	m.insert(nil)
	m.ask(nil, 0)
	got, err := m.x.Select(m.tx, 0)
	require.NoError(t, err)
	require.NotNil(t, got, "an empty entry is an entry")
	m.check()
}

func TestLongestEntry(t *testing.T) {
	tx := &memTx{}
	x := table.NewIndex(bytes.Repeat([]byte{0xff}, 40))
	require.GreaterOrEqual(t, x.MaxEntry(), 700)
	for i := range 300 {
		e := append(bytes.Repeat([]byte{0xff}, x.MaxEntry()-8), number(i)...)
		_, err := x.Insert(tx, e)
		require.NoError(t, err)
	}
	require.NoError(t, x.Check(tx))
	_, err := x.Insert(tx, make([]byte, x.MaxEntry()+1))
	require.ErrorIs(t, err, driver.ErrTooBig)
	err = x.Build().Begin(tx)
	require.NoError(t, err)
	err = x.Build().Fill(tx, slices.Values([][]byte{make([]byte, x.MaxEntry()+1)}), nil)
	require.ErrorIs(t, err, driver.ErrTooBig)
}

func TestDropLeavesNothing(t *testing.T) {
	m := newModel(t, 8, 8)
	for i := range 500 {
		m.insert(number(i))
	}
	require.NoError(t, m.x.Drop(m.tx))
	require.Len(t, m.tx.all(), 4)
	m.want = [][]byte{}
	m.check()
}

func TestCostIsWhatTheDocumentationSays(t *testing.T) {
	tx := &memTx{}
	x := table.NewIndex([]byte("p"))
	build(t, x, tx, 100000, func(i int) int { return 2 * i })
	h := x.Height(tx)
	require.Equal(t, 2, h)
	measure := func(op func() error) cost {
		before := tx.cost
		require.NoError(t, op())
		return tx.cost.minus(before)
	}
	e := number(99999)
	c := measure(func() error { _, err := x.Insert(tx, e); return err })
	assert.LessOrEqual(t, c.keys, 192*h)
	c.keys = 0
	assert.Equal(t, cost{gets: h + 1, scans: h, puts: h + 1}, c)
	c = measure(func() error { _, err := x.Delete(tx, e); return err })
	c.keys = 0
	assert.Equal(t, cost{gets: h + 1, scans: h, puts: h, deletes: 1}, c)
	assert.Equal(t, cost{gets: 1}, measure(func() error { _, err := x.Len(tx); return err }))
	c = measure(func() error { _, _, err := x.Rank(tx, e); return err })
	assert.LessOrEqual(t, c.keys, 192*(h+1))
	c.keys = 0
	assert.Equal(t, cost{gets: h, scans: h + 1}, c)
	c = measure(func() error { _, err := x.Select(tx, 77777); return err })
	assert.LessOrEqual(t, c.keys, 192*(h+1))
	c.keys = 0
	assert.Equal(t, cost{gets: h, scans: h + 1}, c)
}

// build makes an index over rows entries number(f(i)) with the builder.
func build(t testing.TB, x table.Index, tx driver.Tx, rows int, f func(i int) int) {
	b := x.Build()
	require.NoError(t, b.Begin(tx))
	require.NoError(t, b.Fill(tx, func(yield func([]byte) bool) {
		for i := range rows {
			if !yield(number(f(i))) {
				return
			}
		}
	}, nil))
	require.NoError(t, b.Seal(tx))
	for done := false; !done; {
		var err error
		done, err = b.Step(tx, 20000)
		require.NoError(t, err)
	}
}
