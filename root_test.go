package okapi_test

import (
	"context"
	"os"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/store"
)

// A sample is a mail of the corpus.
type sample struct {
	name string // as in the manifest
	path string
	size int64
}

func (s sample) read(t testing.TB) []byte {
	data, err := os.ReadFile(s.path)
	require.NoError(t, err)
	return data
}

// corpusMails lists the mails of the corpus: what its manifest calls input of kind
// eml. The corpus is no part of the project; OKAPI_CORPUS says where it is.
func corpusMails(t testing.TB) []sample {
	t.Helper()
	var list []sample
	for _, name := range mapitest.Inputs(t, "eml") {
		path := mapitest.Corpus(t, name)
		info, err := os.Stat(path)
		require.NoError(t, err)
		list = append(list, sample{name, path, info.Size()})
	}
	return list
}

// A heapWatch looks at the heap all the time and keeps the highest it saw: all
// objects, also those that nobody needs any more and the collector has not met.
type heapWatch struct {
	mu        sync.Mutex
	base, top int64
	stop      chan struct{}
	done      chan struct{}
}

// watchHeap starts a watch. What is on the heap now is its zero.
func watchHeap() *heapWatch {
	runtime.GC()
	w := &heapWatch{base: heapNow(), stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		tick := time.NewTicker(500 * time.Microsecond)
		defer tick.Stop()
		for {
			w.look()
			select {
			case <-w.stop:
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

func (w *heapWatch) look() {
	now := heapNow()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.top = max(w.top, now-w.base)
}

// peak returns the highest since the last call, in bytes.
func (w *heapWatch) peak() int64 {
	w.look()
	w.mu.Lock()
	defer w.mu.Unlock()
	top := w.top
	w.top = 0
	return top
}

func (w *heapWatch) close() {
	close(w.stop)
	<-w.done
}

func heapNow() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

const mib = 1 << 20

// newBox makes a mailbox.
func newBox(t testing.TB, st *store.Store, name string) *store.Mailbox {
	t.Helper()
	box, err := st.CreateMailbox(context.Background(), name, nil)
	require.NoError(t, err)
	return box
}

// special opens a special folder of a mailbox.
func special(t testing.TB, box *store.Mailbox, f mapi.SpecialFolder) *store.Folder {
	t.Helper()
	folder, err := box.SpecialFolder(context.Background(), f)
	require.NoError(t, err)
	return folder
}

// finish checks the whole store, with all its contents, and closes it.
func finish(t testing.TB, st *store.Store) {
	t.Helper()
	report, err := st.Check(context.Background(), &store.CheckOptions{Deep: true})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Zero(t, report.Unused, "references to contents that nobody needs")
	require.NoError(t, st.Close())
}
