package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// smallPebble flushes and compacts within a few messages.
func smallPebble(fs vfs.FS) *pebblestore.Options {
	return &pebblestore.Options{FS: fs, Store: shared(), MemTableSize: 64 << 10, CacheSize: 1 << 20}
}

// A crash is what a power failure would have left at one moment.
type crash struct {
	left    vfs.FS
	durable []int
	point   string
}

// A crasher lets the power fail before each write to a file system, in the
// imagination: work goes on, and what would have been left is looked at.
type crasher struct {
	fs     *vfs.MemFS
	log    *ledger // nil until the store is open
	rnd    *rand.Rand
	seed   uint64
	report func(crash)
	each   int // only one of so many is looked at; 0 is all

	on            atomic.Bool
	mu            sync.Mutex
	writes, count int // so many, and so many of them looked at
}

// tap lets an injector see all that happens on a file system. errorfs.Wrap alone
// does not see what is written to a log that is used again.
func tap(fs vfs.FS, inj errorfs.Injector) vfs.FS { return tapped{errorfs.Wrap(fs, inj)} }

type tapped struct{ vfs.FS }

func (t tapped) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := t.Rename(oldname, newname); err != nil {
		return nil, err
	}
	return t.OpenReadWrite(newname, category)
}

func isWrite(op errorfs.Op) bool {
	return op.Kind.ReadOrWrite() == errorfs.OpIsWrite && op.Kind != errorfs.OpFilePreallocate
}

// MaybeError implements errorfs.Injector; it never fails.
func (c *crasher) MaybeError(op errorfs.Op) error {
	if !c.on.Load() || !isWrite(op) {
		return nil
	}
	c.mu.Lock()
	c.writes++
	n := c.writes
	if c.each > 0 && n%c.each != 0 {
		c.mu.Unlock()
		return nil
	}
	c.count++
	// What is unsynced is dropped, kept, or kept in part.
	percent := [...]int{0, 50, 100, 20, 90}[(n+int(c.seed))%5]
	durable := c.log.marks((*account).acknowledged)
	left := c.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: c.rnd})
	c.mu.Unlock()
	c.report(crash{left, durable, fmt.Sprintf("seed %d, before write %d (%v %s), %d%% of unsynced data kept", c.seed, n, op.Kind, op.Path, percent)})
	return nil
}

func (c *crasher) String() string { return "crasher" }

// OKAPI_CRASHES is how many crashes are looked at, and OKAPI_SEED the first seed.
func TestCrashes(t *testing.T) {
	want := number("OKAPI_CRASHES", 2000)
	if brisk() {
		want = min(want, 200)
	}
	if lighter {
		want = min(want, 20)
	}
	first := uint64(number("OKAPI_SEED", 1))
	begun, total, seed := time.Now(), 0, first
	for ; total < want && !t.Failed(); seed++ {
		total += crashAll(t, seed)
	}
	t.Logf("%d crashes, seeds %d to %d, %v", total, first, seed-1, time.Since(begun).Round(time.Second))
}

// crashAll runs the work of a seed and looks at every crash, under the race detector
// at some.
func crashAll(t *testing.T, seed uint64) int {
	crashes := make(chan crash, 4)
	c := &crasher{fs: vfs.NewCrashableMem(), rnd: rand.New(rand.NewPCG(seed, 2)), seed: seed,
		report: func(x crash) { crashes <- x }}
	if lighter {
		c.each = 7
	}
	db, err := pebblestore.OpenDriver("store", smallPebble(tap(c.fs, c)))
	require.NoError(t, err)
	c.log = newLedger(db)
	var judges sync.WaitGroup
	for range 2 {
		judges.Go(func() {
			for x := range crashes {
				requireRecovery(t, c.log, x)
			}
		})
	}
	if seed%8 == 1 {
		c.on.Store(true) // also while mailboxes are made
	}
	crashWork(t, c, seed)
	close(crashes)
	judges.Wait()
	return c.count
}

// crashWork lets two histories run at once, each on mailboxes of its own, with a
// tenant's contents shared by all.
func crashWork(t *testing.T, c *crasher, seed uint64) {
	st, err := store.New(c.log, shared())
	require.NoError(t, err)
	st.ShrinkViews()
	var ready, wg sync.WaitGroup
	ready.Add(2)
	for i := range 2 {
		wg.Go(func() {
			w := &world{st: st, name: fmt.Sprintf("writer-%d", i), ctx: context.Background()}
			err := w.run(step{operation{name: "begin", run: (*world).begin}, 0})
			ready.Done()
			ready.Wait()
			c.on.Store(true)
			for _, s := range history(seed*2+uint64(i), 40, false) {
				if err == nil {
					err = runAcknowledged(w, c.log, s)
				}
			}
			if err != nil {
				t.Errorf("seed %d, writer %d: %v", seed, i, err)
			}
		})
	}
	wg.Go(func() {
		ready.Wait()
		for range 3 {
			if err := passBy(st); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	})
	wg.Wait()
	c.on.Store(false)
	require.NoError(t, st.Close())
}

const passingName = "passing@example.org"

// passBy makes a mailbox with contents that others share, and deletes it.
func passBy(st *store.Store) error {
	ctx := context.Background()
	box, err := st.CreateMailbox(ctx, passingName, nil)
	if err != nil {
		return fmt.Errorf("create mailbox: %w", err)
	}
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		return err
	}
	m := &modelMessage{}
	for i, data := range someContents() {
		m.attached = append(m.attached, modelAttachment{name: fmt.Sprint(i), data: data})
	}
	if _, err := inbox.Add(ctx, m.detached(), nil); err != nil {
		return fmt.Errorf("add: %w", err)
	}
	if err := st.DeleteMailbox(ctx, passingName); err != nil {
		return fmt.Errorf("delete mailbox: %w", err)
	}
	return nil
}

// strays returns the spaces with records that the directory does not know.
func strays(db driver.DB) ([]string, error) {
	snap, err := db.Snapshot(context.Background())
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	known := map[rowkey.Space]bool{rowkey.Directory: true}
	seen := map[rowkey.Space]bool{}
	err = snap.Scan(nil, nil, false, func(k, v []byte) bool {
		space := rowkey.Space(binary.BigEndian.Uint64(k))
		seen[space] = true
		payload, _ := rowkey.Open(k, v)
		switch {
		case space != rowkey.Directory:
		case k[8] == rowkey.KindPool:
			known[rowkey.Space(rowkey.LastID(payload))] = true
		case k[8] == rowkey.KindMailbox:
			info, _ := rowkey.ParseMailbox(payload)
			known[info.Space] = !info.Deleted || info.Name != passingName // others nobody has made again
		}
		return true
	})
	var list []string
	for space := range seen {
		if !known[space] {
			list = append(list, fmt.Sprintf("space %d belongs to nobody", space))
		}
	}
	return list, err
}

// runAcknowledged runs a step and makes sure that what it did is durable, unless
// it is one that need not be.
func runAcknowledged(w *world, log *ledger, s step) error {
	made := &call{}
	w.ctx = context.WithValue(context.Background(), callKey{}, made)
	if err := w.run(s); err != nil {
		return err
	}
	if strings.Contains(s.op.name, "relaxed") || strings.Contains(s.op.name, "table") {
		return nil // indexes may be missing: they are made again
	}
	if list := log.unacknowledged(made); len(list) > 0 {
		return fmt.Errorf("%v: not durable when it returned: %v", s, list)
	}
	return nil
}

// requireRecovery opens what a crash has left.
func requireRecovery(t *testing.T, log *ledger, x crash) {
	failed := func(what string, list ...string) {
		t.Errorf("%s: %s: %s", x.point, what, strings.Join(list, "\n\t"))
	}
	db, err := pebblestore.OpenDriver("store", smallPebble(x.left))
	if err != nil {
		failed("open", err.Error())
		return
	}
	st, err := judged(db, log, x.durable)
	if err != nil {
		failed("judge", err.Error())
		_ = db.Close()
		return
	}
	defer st.Close()
	if list := checked(st); len(list) > 0 {
		failed("check", list...)
		return
	}
	if err := useAgain(st); err != nil {
		failed("use", err.Error())
		return
	}
	if list := checked(st); len(list) > 0 {
		failed("check after use", list...)
		return
	}
	if list, err := strays(db); len(list) > 0 || err != nil {
		failed(fmt.Sprintf("strays (%v)", err), list...)
	}
}

// judged compares the records with the ledger and opens the store.
func judged(db driver.DB, log *ledger, durable []int) (*store.Store, error) {
	snap, err := db.Snapshot(context.Background())
	if err != nil {
		return nil, err
	}
	wrong := log.judge(snap, durable)
	_ = snap.Close()
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(wrong, "\n\t"))
	}
	st, err := store.New(db, later(1))
	if err == nil {
		st.ShrinkViews()
	}
	return st, err
}

func checked(st *store.Store) []string {
	report, err := st.Check(context.Background(), &store.CheckOptions{Deep: true})
	if err != nil {
		return []string{err.Error()}
	}
	return report.Problems
}

// useAgain opens all mailboxes, which finishes what was begun, writes to them, and
// collects what a crash has left behind.
func useAgain(st *store.Store) error {
	ctx := context.Background()
	for info, err := range st.Mailboxes(ctx) {
		if err != nil {
			return err
		}
		if info.Name == passingName {
			continue
		}
		box, err := st.OpenMailbox(ctx, info.Name)
		if err != nil {
			return fmt.Errorf("open mailbox: %w", err)
		}
		inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
		if err != nil {
			return fmt.Errorf("inbox: %w", err)
		}
		m := (&modelMessage{attached: []modelAttachment{{name: "a", data: someContents()[1]}}}).detached()
		id, err := inbox.Add(ctx, m, nil)
		if err != nil {
			return fmt.Errorf("add: %w", err)
		}
		if _, err := inbox.OpenMessage(ctx, id, nil); err != nil {
			return fmt.Errorf("open message: %w", err)
		}
	}
	// What was begun with a mailbox is finished by doing it again.
	err := passBy(st)
	if errors.Is(err, mapi.ErrCollision) {
		err = st.DeleteMailbox(ctx, passingName)
	}
	if err != nil {
		return err
	}
	if _, err := st.Collect(ctx); err != nil {
		return fmt.Errorf("collect: %w", err)
	}
	report, err := st.Check(ctx, nil)
	if err == nil && report.Unused > 0 {
		err = fmt.Errorf("%d references are not used after Collect", report.Unused)
	}
	return err
}

// Each change is one transaction of the mailbox, so that a crash leaves all of it
// or nothing.
func TestEachChangeIsOneTransaction(t *testing.T) {
	db, err := pebblestore.OpenDriver("store", smallPebble(vfs.NewMem()))
	require.NoError(t, err)
	log := newLedger(db)
	st, err := store.New(log, shared())
	require.NoError(t, err)
	defer finish(t, st)
	one := func(name string) step {
		all := operations()
		i := slices.IndexFunc(all, func(op operation) bool { return op.name == name })
		require.GreaterOrEqual(t, i, 0, name)
		return step{all[i], 0}
	}
	w := &world{st: st, name: "box", ctx: context.Background()}
	require.NoError(t, w.run(step{operation{name: "begin", run: (*world).begin}, 0}))
	for _, name := range []string{"add with attachments", "add with embedded message", "add associated", "deliver once", "create and save",
		"change and save", "change attachments", "save after reading", "copy to another folder", "move to another folder",
		"soft delete", "restore", "hard delete", "mark as read", "create folder", "rename folder", "set folder properties",
		"move folder", "soft delete folder", "restore folder", "set store properties", "set cursor"} {
		s := one(name)
		most := map[string]int{"save after reading": 2}[name]
		seen := 0
		for seed := range uint64(20) {
			s.seed = seed
			made := &call{}
			w.ctx = context.WithValue(context.Background(), callKey{}, made)
			require.NoError(t, w.run(s))
			require.Empty(t, log.unacknowledged(made), name)
			n := 0
			for _, e := range made.entries {
				if _, mailbox := e.account.entries[e.account.prefix+"H"]; mailbox {
					n++
				}
			}
			seen = max(seen, n)
		}
		require.Equal(t, max(most, 1), seen, name)
	}
}
