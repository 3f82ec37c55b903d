package drivertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/stretchr/testify/require"
)

// seedVariable is the environment variable that repeats a failed run.
const seedVariable = "OKAPI_SEED"

var random = []check{
	{"a random history agrees with a plain map", func(t *testing.T, b Backend) {
		seed := rand.Uint64()
		if s := os.Getenv(seedVariable); s != "" {
			var err error
			seed, err = strconv.ParseUint(s, 10, 64)
			require.NoError(t, err)
		}
		t.Logf("%s=%d repeats this run", seedVariable, seed)
		h := &history{t: t, b: b, db: b.open(t), rnd: rand.New(rand.NewPCG(seed, 0)), model: model{}}
		for h.step = range 300 {
			h.next()
		}
		for _, old := range h.snapshots {
			h.compare(old.snapshot, old.model)
		}
	}},
}

// A model is what a DB should hold.
type model map[string]string

// within returns the entries lo ≤ key < hi in order.
func (m model) within(lo, hi []byte, reverse bool) []pair {
	got := []pair{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if k >= string(lo) && (hi == nil || k < string(hi)) {
			got = append(got, pair{k, m[k]})
		}
	}
	if reverse {
		slices.Reverse(got)
	}
	return got
}

// A history applies the same random steps to a DB and to a model.
type history struct {
	t         *testing.T
	b         Backend
	db        driver.DB
	rnd       *rand.Rand
	model     model
	snapshots []oldSnapshot
	step      int
}

type oldSnapshot struct {
	snapshot driver.Snapshot
	model    model
}

func (h *history) next() {
	switch p := h.rnd.IntN(100); {
	case p < 70:
		h.update()
	case p < 80:
		h.snapshots = append(h.snapshots, oldSnapshot{snapshot(h.t, h.db), maps.Clone(h.model)})
	case p < 90:
		if len(h.snapshots) > 0 {
			i := h.rnd.IntN(len(h.snapshots))
			h.compare(h.snapshots[i].snapshot, h.snapshots[i].model)
			require.NoError(h.t, h.snapshots[i].snapshot.Close())
			h.snapshots = slices.Delete(h.snapshots, i, i+1)
		}
	case p < 92:
		if c, ok := h.db.(driver.Compactor); ok {
			require.NoError(h.t, c.Compact(ctx))
		}
	case p < 94:
		h.restart(h.b.Reopen)
	case p < 96:
		require.NoError(h.t, h.db.Sync(ctx))
		h.restart(h.b.Crash)
	default:
		s := snapshot(h.t, h.db)
		h.compare(s, h.model)
		require.NoError(h.t, s.Close())
	}
}

func (h *history) restart(how func(testing.TB, driver.DB) driver.DB) {
	if how == nil {
		return
	}
	for _, old := range h.snapshots {
		require.NoError(h.t, old.snapshot.Close())
	}
	h.snapshots = nil
	db := how(h.t, h.db)
	h.t.Cleanup(func() { db.Close() })
	h.db = db
}

func (h *history) update() {
	mailbox := fmt.Sprintf("box-%04d", h.rnd.IntN(3))
	after := maps.Clone(h.model)
	abort := h.rnd.IntN(6) == 0
	w := driver.Write{Mailbox: []byte(mailbox), Relaxed: h.rnd.IntN(2) == 0}
	steps := h.rnd.Uint64() // a function that is run again does the same again
	err := h.db.Update(ctx, w, func(tx driver.Tx) error {
		rnd := rand.New(rand.NewPCG(steps, 1))
		maps.DeleteFunc(after, func(string, string) bool { return true })
		maps.Copy(after, h.model)
		for range rnd.IntN(20) {
			h.write(rnd, tx, after, mailbox)
			if rnd.IntN(4) == 0 {
				h.look(rnd, tx, after)
			}
		}
		if abort {
			return errTest
		}
		return nil
	})
	if abort {
		require.ErrorIs(h.t, err, errTest, "step %d", h.step)
		return
	}
	require.NoError(h.t, err, "step %d", h.step)
	h.model = after
}

func (h *history) write(rnd *rand.Rand, tx driver.Tx, m model, mailbox string) {
	k := randomKey(rnd, mailbox)
	switch p := rnd.IntN(10); {
	case p < 7:
		v := make([]byte, rnd.IntN(40))
		if rnd.IntN(20) == 0 {
			v = make([]byte, rnd.IntN(driver.MaxValue/4))
		}
		for i := range v {
			v[i] = byte(rnd.Uint32())
		}
		require.NoError(h.t, tx.Put(k, v), "step %d", h.step)
		m[string(k)] = string(v)
	case p < 9:
		require.NoError(h.t, tx.Delete(k), "step %d", h.step)
		delete(m, string(k))
	default:
		hi := randomKey(rnd, mailbox)
		require.NoError(h.t, tx.DeleteRange(k, hi), "step %d", h.step)
		maps.DeleteFunc(m, func(x, _ string) bool { return x >= string(k) && x < string(hi) })
	}
}

// look compares one random get and scan.
func (h *history) look(rnd *rand.Rand, r driver.Reader, m model) {
	mailbox := fmt.Sprintf("box-%04d", rnd.IntN(3))
	k, hi := randomKey(rnd, mailbox), randomKey(rnd, mailbox)
	v, err := r.Get(k)
	require.NoError(h.t, err, "step %d", h.step)
	want, present := m[string(k)]
	require.Equal(h.t, present, v != nil, "step %d: get %q", h.step, k)
	require.Equal(h.t, want, string(v), "step %d: get %q", h.step, k)
	reverse := rnd.IntN(2) == 0
	require.Equal(h.t, m.within(k, hi, reverse), scan(h.t, r, k, hi, reverse), "step %d: scan %q to %q", h.step, k, hi)
}

func (h *history) compare(r driver.Reader, m model) {
	for _, reverse := range []bool{false, true} {
		require.Equal(h.t, m.within(nil, nil, reverse), scan(h.t, r, nil, nil, reverse), "step %d", h.step)
	}
	for range 5 {
		h.look(h.rnd, r, m)
	}
}

// randomKey draws from few keys, so that they meet.
func randomKey(rnd *rand.Rand, mailbox string) []byte {
	k := []byte(mailbox)
	for range rnd.IntN(3) {
		k = append(k, "\x00ab\xff"[rnd.IntN(4)])
	}
	return append(k, byte(rnd.IntN(8)))
}
