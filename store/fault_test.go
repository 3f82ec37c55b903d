package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/faultdriver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/memstore"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

var errDisk = errors.New("input/output error")

// failing returns a file system whose k-th operation of a kind fails, and with
// forever all after it too; and how many there were.
func failing(fs vfs.FS, k int64, forever bool, matches func(errorfs.Op) bool) (vfs.FS, *atomic.Int64) {
	var n atomic.Int64
	return tap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if !matches(op) {
			return nil
		}
		if i := n.Add(1); i == k || forever && i > k {
			return fmt.Errorf("%w at operation %d", errDisk, i)
		}
		return nil
	})), &n
}

// A disk that fails once, or from some moment on: nothing is acknowledged that is
// not there afterwards, and nothing more is accepted before the store was reopened.
func TestNoFailingDiskLosesAnything(t *testing.T) {
	writes := func(op errorfs.Op) bool { return isWrite(op) && op.Kind != errorfs.OpRemove }
	reads := func(op errorfs.Op) bool {
		return op.Kind.ReadOrWrite() == errorfs.OpIsRead && op.Kind != errorfs.OpGetDiskUsage
	}
	for name, matches := range map[string]func(errorfs.Op) bool{"write": writes, "read": reads} {
		_, total := failing(vfs.NewMem(), 0, false, matches)
		total.Store(diskFault(t, 0, false, matches))
		require.Greater(t, total.Load(), int64(20))
		step := max(total.Load()/60, 1)
		if brisk() {
			step *= 8
		}
		for _, forever := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/forever=%v", name, forever), func(t *testing.T) {
				t.Parallel()
				for k := int64(1); k <= total.Load() && !t.Failed(); k += step {
					diskFault(t, k, forever, matches)
				}
			})
		}
	}
}

// diskFault runs a history on a disk whose k-th operation fails and returns how
// many there were.
func diskFault(t *testing.T, k int64, forever bool, matches func(errorfs.Op) bool) int64 {
	mem := vfs.NewCrashableMem()
	fs, n := failing(mem, k, forever, matches)
	db, err := pebblestore.OpenDriver("store", smallPebble(fs))
	if err != nil {
		require.ErrorIs(t, err, errDisk)
		return n.Load()
	}
	log := newLedger(db)
	faultyWork(t, log, fmt.Sprintf("operation %d", k))
	err = db.Close()
	if k == 0 {
		require.NoError(t, err)
		return n.Load()
	}
	durable := log.marks((*account).acknowledged)
	for name, left := range map[string]vfs.FS{"crashed": mem.CrashClone(vfs.CrashCloneCfg{}), "closed": mem} {
		requireRecovery(t, log, crash{left, durable, fmt.Sprintf("operation %d, %s", k, name)})
	}
	return n.Load()
}

// faultyWork runs a history until something fails, which must be the disk.
func faultyWork(t *testing.T, log *ledger, name string) {
	st, err := store.New(log, shared())
	if err != nil {
		requireDisk(t, name, err)
		return
	}
	st.ShrinkViews()
	w := &world{st: st, name: "box", ctx: context.Background()}
	err = w.run(step{operation{name: "begin", run: (*world).begin}, 0})
	for _, s := range history(11, 60, false) {
		if err == nil {
			err = w.run(s)
		}
	}
	if err != nil {
		requireDisk(t, name, err)
	}
	// Reading may have failed, which passes. After a failed write nothing passes.
	if errors.Is(log.Sync(context.Background()), driver.ErrPoisoned) {
		_, err := st.CreateMailbox(context.Background(), "late", nil)
		require.Error(t, err, name)
		requireDisk(t, name, err)
		for _, b := range w.boxes {
			_, err := b.box.SetProperties(context.Background(), mapi.Property{Prop: zooLegs, Value: int32(9)})
			require.Error(t, err, name)
			requireDisk(t, name, err)
		}
	}
}

func requireDisk(t *testing.T, name string, err error) {
	t.Helper()
	if text := err.Error(); strings.Contains(text, "panic") ||
		!strings.Contains(text, errDisk.Error()) && !strings.Contains(text, driver.ErrPoisoned.Error()) {
		t.Errorf("%s: failed in another way than the disk: %v", name, err)
	}
}

// An answer that gets lost, or a commit that has to be repeated, is not noticed:
// everything happens once.
func TestAnUnknownOutcomeTakesEffectOnce(t *testing.T) {
	steps := history(21, 60, false)
	run := func(t *testing.T, plan *faultdriver.Plan) error {
		disk := new(memstore.Disk)
		st, err := store.New(faultdriver.Wrap(disk.Driver(), plan), shared())
		require.NoError(t, err)
		st.ShrinkViews()
		defer st.Close()
		w := &world{st: st, name: "box", ctx: context.Background()}
		err = w.run(step{operation{name: "begin", run: (*world).begin}, 0})
		for _, s := range steps {
			if err == nil {
				err = w.run(s)
			}
		}
		if err == nil {
			err = w.run(step{operation{name: "end", run: (*world).compareAll}, 0})
		}
		return err
	}
	plan := new(faultdriver.Plan)
	require.NoError(t, run(t, plan))
	commits := plan.Calls(faultdriver.Commit)
	for _, fault := range []faultdriver.Fault{
		{Op: faultdriver.Commit, Err: driver.ErrUnknown, Done: true},
		{Op: faultdriver.Commit, Err: driver.ErrUnknown},
		{Op: faultdriver.Commit, Retry: true},
	} {
		t.Run(fmt.Sprintf("done=%v/retry=%v", fault.Done, fault.Retry), func(t *testing.T) {
			for n := 1; n <= commits; n += 1 + commits/80 {
				plan := new(faultdriver.Plan)
				fault.N = n
				plan.Fail(fault)
				require.NoError(t, run(t, plan), "commit %d", n)
			}
			plan := new(faultdriver.Plan) // every second one
			for n := 1; n < 4*commits; n += 2 {
				fault.N = n
				plan.Fail(fault)
			}
			require.NoError(t, run(t, plan), "every second commit")
		})
	}
}

// A hangUp commits once without saying so, and then does not answer any more.
type hangUp struct {
	driver.DB
	mailbox string // whose commits are meant
	calls   int
}

func (h *hangUp) Uncertain() bool { return true }

func (h *hangUp) Update(ctx context.Context, w driver.Write, fn func(driver.Tx) error) error {
	if string(w.Mailbox) != h.mailbox {
		return h.DB.Update(ctx, w, fn)
	}
	if h.calls++; h.calls > 1 {
		return context.DeadlineExceeded
	}
	if err := h.DB.Update(ctx, w, fn); err != nil {
		return err
	}
	return driver.ErrUnknown
}

// As long as the outcome is unknown the contents of a message stay.
func TestAnOutcomeThatStaysUnknownKeepsTheContents(t *testing.T) {
	db := &hangUp{DB: new(memstore.Disk).Driver()}
	st, err := store.New(db, shared())
	require.NoError(t, err)
	box, err := st.CreateMailbox(t.Context(), "ada@example.org", nil)
	require.NoError(t, err)
	inbox, err := box.SpecialFolder(t.Context(), mapi.FolderInbox)
	require.NoError(t, err)
	db.mailbox = string(rowkey.Space(1).Prefix())
	m := (&modelMessage{attached: []modelAttachment{{name: "a", data: someContents()[2]}}}).detached()
	_, err = inbox.Add(t.Context(), m, nil)
	require.ErrorIs(t, err, driver.ErrUnknown)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, 2, db.calls)
	c, err := inbox.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, c.Messages)
	db.mailbox = ""
	finish(t, st)
}

// A deed is one change of a store.
type deed struct {
	name string
	do   func(context.Context, *stage) error
}

// A stage is a store with a few things in it, always the same.
type stage struct {
	st     *store.Store
	log    *ledger
	plan   *faultdriver.Plan
	box    *store.Mailbox
	inbox  *store.Folder
	other  *store.Folder
	ids    []mapi.MessageID
	gone   mapi.MessageID
	handle *store.Message
}

func newStage(t *testing.T) *stage {
	s := &stage{plan: new(faultdriver.Plan)}
	s.log = newLedger(new(memstore.Disk).Driver())
	var err error
	s.st, err = store.New(faultdriver.Wrap(s.log, s.plan), shared())
	require.NoError(t, err)
	s.st.ShrinkViews()
	ctx := t.Context()
	s.box, err = s.st.CreateMailbox(ctx, "ada@example.org", nil)
	require.NoError(t, err)
	s.inbox, err = s.box.SpecialFolder(ctx, mapi.FolderInbox)
	require.NoError(t, err)
	s.other, err = s.inbox.CreateFolder(ctx, "Other", nil)
	require.NoError(t, err)
	for i := range 4 {
		m := note(fmt.Sprint("subject ", i))
		a := &mapi.Attachment{}
		props.PidTagAttachDataBinary.Set(a, someContents()[i])
		m.Attachments = append(m.Attachments, a)
		id, err := s.inbox.Add(ctx, m, nil)
		require.NoError(t, err)
		s.ids = append(s.ids, id)
	}
	require.NoError(t, s.inbox.DeleteMessages(ctx, s.ids[3:], nil))
	s.gone, s.ids = s.ids[3], s.ids[:3]
	s.handle, err = s.inbox.OpenMessage(ctx, s.ids[0], nil)
	require.NoError(t, err)
	_, err = s.inbox.Contents(&store.View{Sort: mapi.SortOrder{mapi.Ascending(sortUrgent)}}).Count(ctx)
	require.NoError(t, err)
	s.plan.Reset()
	return s
}

func deeds() []deed {
	return []deed{
		{"add", func(ctx context.Context, s *stage) error {
			m := note("new")
			m.Set(zooName, "named")
			m.Attachments = []*mapi.Attachment{{}}
			props.PidTagAttachDataBinary.Set(m.Attachments[0], someContents()[4])
			_, err := s.inbox.Add(ctx, m, &store.AddOptions{Deliver: true, DeliveryID: "1"})
			return err
		}},
		{"save", func(ctx context.Context, s *stage) error {
			props.PidTagSubject.Set(s.handle, "changed")
			s.handle.Attachments = nil
			return s.handle.Save(ctx, nil)
		}},
		{"move", func(ctx context.Context, s *stage) error {
			_, err := s.inbox.MoveMessages(ctx, s.ids, s.other)
			return err
		}},
		{"copy", func(ctx context.Context, s *stage) error {
			_, err := s.inbox.CopyMessages(ctx, s.ids, s.other)
			return err
		}},
		{"soft delete", func(ctx context.Context, s *stage) error { return s.inbox.DeleteMessages(ctx, s.ids, nil) }},
		{"hard delete", func(ctx context.Context, s *stage) error {
			return s.inbox.DeleteMessages(ctx, s.ids, &store.DeleteOptions{Hard: true})
		}},
		{"restore", func(ctx context.Context, s *stage) error {
			_, err := s.inbox.RestoreMessages(ctx, []mapi.MessageID{s.gone})
			return err
		}},
		{"mark as read", func(ctx context.Context, s *stage) error { return s.inbox.SetReadFlags(ctx, store.MarkRead) }},
		{"create folder", func(ctx context.Context, s *stage) error {
			_, err := s.inbox.CreateFolder(ctx, "New", nil)
			return err
		}},
		{"rename folder", func(ctx context.Context, s *stage) error { return s.other.Rename(ctx, "Renamed") }},
		{"delete folder", func(ctx context.Context, s *stage) error { return s.other.Delete(ctx, nil) }},
		{"set cursor", func(ctx context.Context, s *stage) error { return s.box.SetCursor(ctx, "x", 5) }},
	}
}

// mailbox is the state of the mailbox: what its records add up to.
func (s *stage) mailbox(t *testing.T) uint64 {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	for _, a := range s.log.order {
		if _, ok := a.entries[a.prefix+"H"]; ok && len(a.entries) > 100 {
			return a.states[len(a.states)-1].sum
		}
	}
	t.Fatal("no mailbox")
	return 0
}

// Whichever call fails: the old state or the new state, nothing between, and an
// error unless it is the new one.
func TestEachFailingCallLeavesTheOldOrTheNewState(t *testing.T) {
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			clean := newStage(t)
			before := clean.mailbox(t)
			require.NoError(t, d.do(t.Context(), clean))
			after := clean.mailbox(t)
			require.NotEqual(t, before, after)
			most := 40 // of each kind of call
			if brisk() {
				most = 4
			}
			for _, op := range faultdriver.Ops() {
				calls := clean.plan.Calls(op)
				for n := 1; n <= calls; n += 1 + calls/most {
					s := newStage(t)
					require.Equal(t, before, s.mailbox(t), "the stage is always the same")
					s.plan.Fail(faultdriver.Fault{Op: op, N: n})
					err := d.do(t.Context(), s)
					got := s.mailbox(t)
					if err == nil {
						require.Equal(t, after, got, "%v %d: false success", op, n)
					} else {
						require.ErrorIs(t, err, faultdriver.ErrFault, "%v %d", op, n)
						require.Contains(t, []uint64{before, after}, got, "%v %d: a state between", op, n)
					}
					s.plan.Reset()
					require.Empty(t, checked(s.st), "%v %d", op, n)
					if err != nil && got == before {
						require.NoError(t, d.do(t.Context(), s), "%v %d: again", op, n)
						require.Empty(t, checked(s.st), "%v %d: again", op, n)
					}
					require.NoError(t, s.st.Close())
				}
			}
		})
	}
}
