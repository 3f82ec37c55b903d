package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// A step is one operation of a random history. Its seed decides what it works
// on, among what is there when it runs, so a history stays one when steps are
// taken out of it.
type step struct {
	op   operation
	seed uint64
}

func (s step) String() string { return fmt.Sprintf("%s(%#x)", s.op.name, s.seed) }

// An operation is a kind of step. It does something to the store and to the model
// and compares what comes out.
type operation struct {
	name   string
	weight int
	alone  bool // it looks at the whole store, so nobody else may use it
	run    func(*world)
}

func operations() []operation {
	return slices.Concat(addOperations(), saveOperations(), transferOperations(), folderOperations(),
		treeOperations(), tableOperations(), cursorOperations(), storeOperations())
}

// A world is a store, the model of those mailboxes in it that a history works on,
// and the random numbers of the step that is running.
type world struct {
	st     *store.Store
	reopen func() (*store.Store, error) // closes the store and opens it again
	name   string
	boxes  []*modelBox
	rnd    *rand.Rand
	ctx    context.Context
	made   int // for unique names
}

// A mismatch is a difference between store and model. It is thrown, so that the
// operations read well.
type mismatch string

func (w *world) failf(format string, args ...any) { panic(mismatch(fmt.Sprintf(format, args...))) }

func (w *world) ok(err error, what string) {
	if err != nil {
		w.failf("%s: %v", what, err)
	}
}

func (w *world) is(want error, err error, what string) {
	if !errors.Is(err, want) {
		w.failf("%s: want %v, got %v", what, want, err)
	}
}

func (w *world) equal(want, got any, what string) {
	if !assert.ObjectsAreEqual(want, got) {
		w.failf("%s: want %s, got %s", what, brief(want), brief(got))
	}
}

// brief prints a value, or its beginning.
func brief(v any) string {
	s := fmt.Sprintf("%+v", v)
	if b, ok := v.([]byte); ok {
		s = fmt.Sprintf("%q", b)
	}
	if len(s) > 1000 {
		return fmt.Sprintf("%s... (%d bytes)", s[:1000], len(s))
	}
	return s
}

func (w *world) chance(percent int) bool { return w.rnd.IntN(100) < percent }

func pick[T any](w *world, list []T) T { return list[w.rnd.IntN(len(list))] }

// sample returns up to n of the list, each at most once, in random order.
func sample[T any](w *world, list []T, n int) []T {
	list = slices.Clone(list)
	w.rnd.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(n, len(list))]
}

func (w *world) unique(prefix string) string {
	w.made++
	return fmt.Sprintf("%s %d", prefix, w.made)
}

func (w *world) box() *modelBox { return pick(w, w.boxes) }

func (w *world) folder(b *modelBox) *modelFolder { return pick(w, b.live()) }

// handle opens a folder of the model.
func (w *world) handle(b *modelBox, f *modelFolder) *store.Folder {
	if f.deleted {
		h, err := b.box.OpenDeletedFolder(w.ctx, f.id)
		w.ok(err, "open deleted folder")
		return h
	}
	h, err := b.box.OpenFolder(w.ctx, f.id)
	w.ok(err, "open folder")
	return h
}

// begin makes the mailboxes of a history.
func (w *world) begin() {
	for i := range 2 {
		w.boxes = append(w.boxes, w.newBox(fmt.Sprintf("%s-%d@example.org", w.name, i)))
	}
}

func (w *world) newBox(name string) *modelBox {
	box, err := w.st.CreateMailbox(w.ctx, name, nil)
	w.ok(err, "create mailbox")
	b := &modelBox{name: name, box: box, cursors: map[string]mapi.ChangeNumber{},
		deliveries: map[string]mapi.MessageID{}, props: map[mapi.Prop]mapi.Value{}}
	for _, special := range []mapi.SpecialFolder{mapi.FolderInbox, mapi.FolderDrafts, mapi.FolderContacts} {
		h, err := box.SpecialFolder(w.ctx, special)
		w.ok(err, "special folder")
		name, err := h.Name(w.ctx)
		w.ok(err, "name")
		parent, err := box.SpecialFolder(w.ctx, mapi.FolderIPMSubtree)
		w.ok(err, "special folder")
		b.folders = append(b.folders, &modelFolder{id: h.ID(), parentID: parent.ID(), name: name, special: true,
			props: map[mapi.Prop]mapi.Value{}})
	}
	b.log = w.changes(b, 0) // the special folders
	w.subscribe(b)
	return b
}

// run does one step. It returns what went wrong.
func (w *world) run(s step) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case mismatch:
			err = fmt.Errorf("%v: %s", s, string(r))
		default:
			err = fmt.Errorf("%v: panic: %v\n%s", s, r, debug.Stack())
		}
	}()
	w.rnd = rand.New(rand.NewPCG(s.seed, 1))
	s.op.run(w)
	w.compareEvents()
	return nil
}

// history makes the steps of a seed.
func history(seed uint64, n int, alone bool) []step {
	var choice []operation
	for _, op := range operations() {
		if op.alone && !alone {
			continue
		}
		for range op.weight {
			choice = append(choice, op)
		}
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	steps := make([]step, n)
	for i := range steps {
		steps[i] = step{choice[rnd.IntN(len(choice))], rnd.Uint64()}
	}
	return steps
}

// play runs a history from an empty store to the end and checks the store. It
// returns how many steps were done.
func play(open func() opened, steps []step) (done int, err error) {
	first := open()
	w := &world{st: first.st, reopen: first.reopen, name: "box", ctx: context.Background()}
	defer func() { _ = w.st.Close() }()
	start := step{operation{name: "begin", run: (*world).begin}, 0}
	if err := w.run(start); err != nil {
		return 0, err
	}
	for i, s := range steps {
		if err := w.run(s); err != nil {
			return i, err
		}
	}
	return len(steps), w.run(step{operation{name: "end", run: (*world).compareAll}, 0})
}

// reduce drops steps from a failing history while it still fails.
func reduce(open func() opened, steps []step, until time.Time) []step {
	for size := max(len(steps)/2, 1); size > 0; size /= 2 {
		for from := 0; from+size <= len(steps) && time.Now().Before(until); {
			shorter := slices.Concat(steps[:from], steps[from+size:])
			if _, err := play(open, shorter); err != nil {
				steps = shorter
			} else {
				from += size
			}
		}
	}
	return steps
}

// opened is a store and a way to close it and open it again.
type opened struct {
	st     *store.Store
	reopen func() (*store.Store, error)
}

// shared are options like fixed, for several goroutines.
func shared() *store.Options { return later(0) }

// later are options like shared for a store that is opened again: no id may come
// twice.
func later(life uint64) *store.Options {
	var mu sync.Mutex
	clock, n := time.Date(2026, 1, 2+int(life), 3, 4, 5, 0, time.UTC), life<<40
	return &store.Options{
		Now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			clock = clock.Add(time.Second)
			return clock
		},
		NewID: func() (g mapi.GUID) {
			mu.Lock()
			defer mu.Unlock()
			n++
			binary.BigEndian.PutUint64(g[:], n)
			return g
		},
	}
}

func openMem() opened {
	disk, opts := new(memstore.Disk), shared()
	open := func() (*store.Store, error) {
		st, err := disk.Open(opts)
		if err == nil {
			st.ShrinkViews()
		}
		return st, err
	}
	return begun(open)
}

func openPebble() opened {
	fs, opts := vfs.NewMem(), shared()
	open := func() (*store.Store, error) {
		st, err := pebblestore.Open("store", &pebblestore.Options{FS: fs, Store: opts, MemTableSize: 256 << 10, CacheSize: 1 << 20})
		if err == nil {
			st.ShrinkViews()
		}
		return st, err
	}
	return begun(open)
}

func begun(open func() (*store.Store, error)) opened {
	st, err := open()
	if err != nil {
		panic(err)
	}
	return opened{st, open}
}

func number(name string, missing int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return missing
}

// brisk reports whether a tenth of the work is enough.
func brisk() bool { return lighter || testing.Short() }

// OKAPI_HISTORIES is how many histories are run, OKAPI_STEPS how long they are,
// and OKAPI_SEED which is the first.
func TestRandomHistories(t *testing.T) {
	require.GreaterOrEqual(t, len(operations()), 50)
	histories, steps, first := number("OKAPI_HISTORIES", 200), number("OKAPI_STEPS", 500), number("OKAPI_SEED", 1)
	if brisk() {
		histories = min(histories, 20)
	}
	if lighter {
		histories = min(histories, 8)
	}
	for name, open := range map[string]func() opened{"mem": openMem, "pebble": openPebble} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := first; seed < first+histories; seed++ {
				if !requireHistory(t, open, uint64(seed), steps) {
					return
				}
			}
		})
	}
}

func requireHistory(t *testing.T, open func() opened, seed uint64, n int) bool {
	t.Helper()
	steps := history(seed, n, true)
	done, err := play(open, steps)
	if err == nil {
		return true
	}
	steps = steps[:min(done+1, len(steps))]
	short := reduce(open, steps, time.Now().Add(20*time.Second))
	_, again := play(open, short)
	var list strings.Builder
	for _, s := range short {
		fmt.Fprintf(&list, "\n\t%v", s)
	}
	t.Errorf("OKAPI_SEED=%d, step %d: %v\nreduced to %d steps: %v%s", seed, done, err, len(short), again, list.String())
	return false
}

// Several histories at once, each on mailboxes of its own.
func TestConcurrentHistories(t *testing.T) {
	rounds := number("OKAPI_HISTORIES", 4)
	for name, open := range map[string]func() opened{"mem": openMem, "pebble": openPebble} {
		t.Run(name, func(t *testing.T) {
			for seed := range rounds {
				requireConcurrent(t, open().st, uint64(1000+seed), 6, 120)
			}
		})
	}
}

func requireConcurrent(t *testing.T, st *store.Store, seed uint64, writers, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			w := &world{st: st, name: fmt.Sprintf("writer-%d", i), ctx: context.Background()}
			steps := slices.Concat([]step{{operation{name: "begin", run: (*world).begin}, 0}}, history(seed*100+uint64(i), n, false),
				[]step{{operation{name: "end", run: (*world).compareMailboxes}, 0}})
			for k, s := range steps {
				if err := w.run(s); err != nil {
					t.Errorf("seed %d, writer %d, step %d: %v", seed, i, k, err)
					return
				}
			}
		})
	}
	wg.Wait()
	finish(t, st)
}
