package content_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/memdb"
)

func nobody(context.Context, content.Digest, content.Ref) (bool, error)    { return false, nil }
func everybody(context.Context, content.Digest, content.Ref) (bool, error) { return true, nil }

func TestSweep(t *testing.T) {
	t.Run("removes references that nobody uses", func(t *testing.T) {
		p, db := newPool(t)
		used := content.Ref{Mailbox: 1, Object: 1}
		put(t, p, used, []byte("shared"), []byte("kept"))
		put(t, p, content.Ref{Mailbox: 1, Object: 2}, []byte("shared"), []byte("left behind"))
		report, err := p.Sweep(t.Context(), content.SweepOptions{
			Alive: func(_ context.Context, _ content.Digest, ref content.Ref) (bool, error) { return ref == used, nil }})
		require.NoError(t, err)
		require.Equal(t, content.SweepReport{Refs: 2, Contents: 1, Bytes: 11}, report)
		require.Equal(t, int64(2), stats(t, p, db).Refs)
		require.Empty(t, check(t, p, db))
	})
	t.Run("spares claims in flight", func(t *testing.T) {
		p, db := newPool(t)
		claim := p.Claim(content.Ref{Object: 1})
		_, err := claim.Put(t.Context(), []byte("in flight"))
		require.NoError(t, err)
		report, err := p.Sweep(t.Context(), content.SweepOptions{Alive: nobody})
		require.NoError(t, err)
		require.Zero(t, report)
		claim.Done()
		claim.Done()
		report, err = p.Sweep(t.Context(), content.SweepOptions{Alive: nobody})
		require.NoError(t, err)
		require.Equal(t, int64(1), report.Refs)
		require.Zero(t, stats(t, p, db))
	})
	t.Run("spares what is young", func(t *testing.T) {
		p, _ := newPool(t) // its clock says 1000
		put(t, p, content.Ref{Object: 1}, []byte("young"))
		report, err := p.Sweep(t.Context(), content.SweepOptions{Alive: nobody, Before: time.Unix(1000, 5)})
		require.NoError(t, err)
		require.Zero(t, report)
		report, err = p.Sweep(t.Context(), content.SweepOptions{Alive: nobody, Before: time.Unix(1001, 0)})
		require.NoError(t, err)
		require.Equal(t, int64(1), report.Refs)
	})
	t.Run("goes on over many pages", func(t *testing.T) {
		p, db := newPool(t)
		for i := range uint64(2500) {
			put(t, p, content.Ref{Object: i}, []byte{byte(i)})
		}
		report, err := p.Sweep(t.Context(), content.SweepOptions{
			Alive: func(_ context.Context, _ content.Digest, ref content.Ref) (bool, error) {
				return ref.Object%10 == 0, nil
			}})
		require.NoError(t, err)
		require.Equal(t, int64(2250), report.Refs)
		require.Equal(t, int64(250), stats(t, p, db).Refs)
		require.Empty(t, check(t, p, db))
	})
	t.Run("ends with the error of Alive", func(t *testing.T) {
		p, _ := newPool(t)
		put(t, p, content.Ref{Object: 1}, []byte("x"))
		_, err := p.Sweep(t.Context(), content.SweepOptions{
			Alive: func(context.Context, content.Digest, content.Ref) (bool, error) { return false, errBoom }})
		require.ErrorIs(t, err, errBoom)
	})
}

// The reference is put again and used between the first question and the
// transaction that would have removed it.
func TestSweepAsksAgainInsideTheTransaction(t *testing.T) {
	p, db := newPool(t)
	ref := content.Ref{Object: 1}
	c := put(t, p, ref, []byte("late"))[0]
	asked := 0
	report, err := p.Sweep(t.Context(), content.SweepOptions{
		Alive: func(context.Context, content.Digest, content.Ref) (bool, error) {
			asked++
			return asked > 1, nil
		}})
	require.NoError(t, err)
	require.Zero(t, report)
	require.Equal(t, 2, asked)
	require.Equal(t, "late", string(read(t, p.Stream(c, nil))))
	require.Empty(t, check(t, p, db))
}

func TestACrashWhileStagingLeavesWorkForSweepOnly(t *testing.T) {
	data := random(1, 5*content.StageSize)
	for failAt := 1; ; failAt++ {
		disk := new(memdb.Disk)
		db := memdb.Open(disk)
		faults := &faulty{DB: db, failAt: failAt, forever: true}
		p := content.New(faults, prefix, nil)
		claim := p.Claim(content.Ref{Object: 1})
		_, err := claim.Put(t.Context(), streamOf(data))
		if err == nil {
			require.Greater(t, failAt, 6)
			return
		}
		require.ErrorIs(t, err, errBoom)
		require.Empty(t, check(t, p, db), "failed at %d", failAt)
		require.NoError(t, db.Sync(t.Context()))
		db.Crash()

		db = memdb.Open(disk)
		p = content.New(db, prefix, nil)
		_, err = p.Sweep(t.Context(), content.SweepOptions{Alive: nobody})
		require.NoError(t, err)
		require.LessOrEqual(t, countKeys(t, db, prefix), 1, "only the totals are left")
		require.Empty(t, check(t, p, db))
	}
}

func TestAStagingInFlightIsNotSwept(t *testing.T) {
	db := memdb.New()
	hook := &hooked{DB: db}
	p := content.New(hook, prefix, nil)
	sweeps := 0
	hook.after = func() {
		hook.after, hook.keep = nil, hook.after
		report, err := p.Sweep(t.Context(), content.SweepOptions{Alive: nobody})
		require.NoError(t, err)
		require.Zero(t, report)
		sweeps++
		hook.after = hook.keep
	}
	data := random(1, 3*content.StageSize)
	c := put(t, p, content.Ref{Object: 1}, streamOf(data))[0]
	require.Equal(t, 5+1, sweeps) // looked up, begun, three pieces, ended
	require.True(t, bytes.Equal(data, read(t, p.Stream(c, nil))))
}

func TestAnotherProcessThatSweptTheStagingMakesPutFail(t *testing.T) {
	db := memdb.New()
	hook := &hooked{DB: db}
	p := content.New(hook, prefix, nil)
	stranger := content.New(db, prefix, nil)
	hook.after = func() {
		_, err := stranger.Sweep(t.Context(), content.SweepOptions{Alive: everybody})
		require.NoError(t, err)
	}
	claim := p.Claim(content.Ref{Object: 1})
	defer claim.Done()
	_, err := claim.Put(t.Context(), streamOf(random(1, 3*content.StageSize)))
	require.ErrorIs(t, err, mapi.ErrUnableToComplete)
	require.Empty(t, check(t, p, db))
	require.Zero(t, stats(t, p, db))
}

func TestAnEqualContentThatComesFirstWins(t *testing.T) {
	db := memdb.New()
	hook := &hooked{DB: db}
	p := content.New(hook, prefix, nil)
	data := random(1, 3*content.StageSize)
	hook.after = func() {
		hook.after = nil
		put(t, p, content.Ref{Object: 2}, data)
	}
	put(t, p, content.Ref{Object: 1}, streamOf(data))
	require.Empty(t, check(t, p, db))
	require.Equal(t, content.Stats{Contents: 1, Stored: int64(len(data)), Refs: 2, Referenced: 2 * int64(len(data))}, stats(t, p, db))
}

func TestAnUnknownOutcomeIsRepeated(t *testing.T) {
	for failAt := 1; failAt <= 7; failAt++ {
		db := memdb.New()
		p := content.New(&faulty{DB: db, failAt: failAt, unknown: true}, prefix, nil)
		ref := content.Ref{Object: 1}
		data := random(1, 2*content.StageSize)
		c := put(t, p, ref, streamOf(data), []byte("small"))
		require.Empty(t, check(t, p, db), "unknown at %d", failAt)
		require.NoError(t, p.Release(t.Context(), ref, c[0].Digest, c[1].Digest))
		_, err := p.Sweep(t.Context(), content.SweepOptions{Alive: nobody})
		require.NoError(t, err)
		require.Zero(t, stats(t, p, db))
		require.Equal(t, 1, countKeys(t, db, prefix))
	}
}

// What the mailbox mentions after a crash is in the pool: the pool's relaxed
// commits came before the mailbox's durable one.
func TestADurableMailboxNeverMentionsAMissingContent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		disk := new(memdb.Disk)
		db := memdb.Open(disk)
		p := content.New(db, prefix, nil)
		mailbox := []byte("m")
		for i := range uint64(10) {
			claim := p.Claim(content.Ref{Object: i})
			c, err := claim.Put(t.Context(), random(i, r.IntN(200_000)))
			require.NoError(t, err)
			if r.IntN(5) > 0 {
				require.NoError(t, db.Update(t.Context(), driver.Write{Mailbox: mailbox, Relaxed: r.IntN(2) == 0}, func(tx driver.Tx) error {
					return tx.Put(fmt.Appendf(nil, "m%d", i), fmt.Appendf(c[0].Digest[:], "%d", c[0].Size))
				}))
			}
			claim.Done()
		}
		db.Crash()
		db = memdb.Open(disk)
		p = content.New(db, prefix, nil)
		snap, err := db.Snapshot(t.Context())
		require.NoError(t, err)
		alive := func(_ context.Context, _ content.Digest, ref content.Ref) (bool, error) {
			v, err := snap.Get(fmt.Appendf(nil, "m%d", ref.Object))
			return v != nil, err
		}
		_, err = p.Sweep(t.Context(), content.SweepOptions{Alive: alive})
		require.NoError(t, err)
		mentioned := int64(0)
		require.NoError(t, snap.Scan(mailbox, []byte("n"), false, func(_, v []byte) bool {
			var c content.Content
			copy(c.Digest[:], v)
			fmt.Sscan(string(v[32:]), &c.Size)
			read(t, p.Stream(c, nil))
			mentioned++
			return true
		}))
		require.Equal(t, mentioned, stats(t, p, db).Refs)
		require.NoError(t, snap.Close())
		require.Empty(t, check(t, p, db))
	}
}

// faulty makes the n-th update fail, and with forever all after it.
type faulty struct {
	driver.DB
	failAt  int
	forever bool
	unknown bool // after it has committed
	n       int
}

func (f *faulty) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	f.n++
	if f.n == f.failAt || f.forever && f.n > f.failAt {
		if !f.unknown {
			return errBoom
		}
		if err := f.DB.Update(ctx, w, fn); err != nil {
			return err
		}
		return driver.ErrUnknown
	}
	return f.DB.Update(ctx, w, fn)
}

// hooked calls after when an update has committed.
type hooked struct {
	driver.DB
	after, keep func()
}

func (h *hooked) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	err := h.DB.Update(ctx, w, fn)
	if h.after != nil {
		h.after()
	}
	return err
}
