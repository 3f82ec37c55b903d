package store_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/faultdriver"
	"github.com/okapi-mail/okapi/store/memstore"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// everyStore runs a test on a store of each backend that is safe to use at once.
func everyStore(t *testing.T, test func(t *testing.T, st *store.Store)) {
	for name, open := range map[string]func() opened{"mem": openMem, "pebble": openPebble} {
		t.Run(name, func(t *testing.T) {
			st := open().st
			test(t, st)
			finish(t, st)
		})
	}
}

func newInbox(t *testing.T, st *store.Store, name string) *store.Folder {
	box, err := st.CreateMailbox(t.Context(), name, nil)
	require.NoError(t, err)
	inbox, err := box.SpecialFolder(t.Context(), mapi.FolderInbox)
	require.NoError(t, err)
	return inbox
}

// Writers exchange all messages again and again. In each state there are exactly
// as many, and that is what every reader sees.
func TestReadersKeepTheirSnapshot(t *testing.T) {
	everyStore(t, func(t *testing.T, st *store.Store) {
		const messages = 40
		inbox := newInbox(t, st, "ada")
		for i := range messages {
			m := note(fmt.Sprint("subject ", i))
			props.PidTagImportance.Set(m, mapi.Importance(i%3))
			_, err := inbox.Add(t.Context(), m, nil)
			require.NoError(t, err)
		}
		view := &store.View{Columns: store.Columns(props.PidTagSubject), Sort: mapi.SortOrder{mapi.Ascending(sortNormal)}}
		_, err := inbox.Contents(view).Count(t.Context())
		require.NoError(t, err)
		var stop atomic.Bool
		var writers, readers sync.WaitGroup
		for range 2 {
			writers.Go(func() {
				for !stop.Load() {
					rows, err := inbox.Contents(nil).Page(t.Context(), 0, 5)
					assert.NoError(t, err)
					var ids []mapi.MessageID
					for _, row := range rows {
						ids = append(ids, row.Message)
					}
					_, err = inbox.MoveMessages(t.Context(), ids, inbox) // to their end, under new ids
					if err != nil {
						assert.ErrorIs(t, err, mapi.WarnPartialCompletion) // the other writer was faster
					}
				}
			})
		}
		for range 3 {
			readers.Go(func() {
				for range 30 {
					seen := map[string]bool{}
					for row, err := range inbox.Contents(view).Rows(t.Context()) {
						if !assert.NoError(t, err) {
							return
						}
						seen[props.PidTagSubject.Or(row, "")] = true
					}
					assert.Len(t, seen, messages)
					c, err := inbox.Counts(t.Context())
					assert.NoError(t, err)
					assert.EqualValues(t, messages, c.Messages)
				}
			})
		}
		readers.Wait()
		stop.Store(true)
		writers.Wait()
	})
}

// A stream that was opened is read to its end although the message is gone and
// its contents with it.
func TestAnOpenStreamOutlivesItsMessage(t *testing.T) {
	everyStore(t, func(t *testing.T, st *store.Store) {
		inbox := newInbox(t, st, "ada")
		data := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
		m := note("large")
		m.Attachments = []*mapi.Attachment{{}}
		props.PidTagAttachDataBinary.Set(m.Attachments[0], data)
		id, err := inbox.Add(t.Context(), m, nil)
		require.NoError(t, err)
		open, err := inbox.OpenMessage(t.Context(), id, nil)
		require.NoError(t, err)
		r, size, err := mapi.OpenValue(open.Attachments[0], props.PidTagAttachDataBinary.Prop())
		require.NoError(t, err)
		require.EqualValues(t, len(data), size)
		head := make([]byte, 100_000)
		_, err = io.ReadFull(r, head)
		require.NoError(t, err)
		require.NoError(t, inbox.DeleteMessages(t.Context(), []mapi.MessageID{id}, &store.DeleteOptions{Hard: true}))
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.True(t, bytes.Equal(data, append(head, rest...)))
		stats, err := st.Stats(t.Context())
		require.NoError(t, err)
		require.Zero(t, stats.Contents)
	})
}

// Writers of one mailbox come one after the other: nobody's change is lost, and
// change numbers have no gaps.
func TestWritersOfOneMailboxAreSerialised(t *testing.T) {
	everyStore(t, func(t *testing.T, st *store.Store) {
		const writers, rounds = 6, 15
		inbox := newInbox(t, st, "ada")
		box := inbox.Mailbox()
		id, err := inbox.Add(t.Context(), note("shared"), nil)
		require.NoError(t, err)
		before, err := box.ChangeNumber(t.Context())
		require.NoError(t, err)
		var saved atomic.Int64
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for n := range rounds {
					_, err := inbox.Add(t.Context(), note(fmt.Sprint(i, n)), nil)
					assert.NoError(t, err)
					m, err := inbox.OpenMessage(t.Context(), id, nil)
					if !assert.NoError(t, err) {
						return
					}
					legs, _ := m.Get(zooLegs).(int32)
					m.Set(zooLegs, legs+1)
					switch err := m.Save(t.Context(), nil); {
					case err == nil:
						saved.Add(1)
					default:
						assert.ErrorIs(t, err, mapi.ErrObjectModified)
					}
				}
			})
		}
		wg.Wait()
		m, err := inbox.OpenMessage(t.Context(), id, nil)
		require.NoError(t, err)
		require.EqualValues(t, saved.Load(), m.Get(zooLegs))
		after, err := box.ChangeNumber(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, writers*rounds+saved.Load(), after-before)
	})
}

// Different mailboxes, and the writers of one, share the wait for the disk.
func TestWritersShareSyncs(t *testing.T) {
	const writers, rounds = 16, 12
	for _, mailboxes := range []int{1, writers} {
		t.Run(fmt.Sprintf("mailboxes=%d", mailboxes), func(t *testing.T) {
			var syncs atomic.Int64
			fs := tap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
				switch op.Kind {
				case errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo:
					if strings.HasSuffix(op.Path, ".log") {
						syncs.Add(1)
						time.Sleep(2 * time.Millisecond) // a disk takes its time
					}
				}
				return nil
			}))
			st, err := pebblestore.Open("store", &pebblestore.Options{FS: fs, Store: shared()})
			require.NoError(t, err)
			var inboxes []*store.Folder
			for i := range mailboxes {
				inboxes = append(inboxes, newInbox(t, st, fmt.Sprint("box ", i)))
			}
			syncs.Store(0)
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					for n := range rounds {
						_, err := inboxes[i%mailboxes].Add(t.Context(), note(fmt.Sprint(i, n)), nil)
						assert.NoError(t, err)
					}
				})
			}
			wg.Wait()
			t.Logf("%d commits, %d syncs", writers*rounds, syncs.Load())
			require.Less(t, syncs.Load(), int64(writers*rounds/2))
			finish(t, st)
		})
	}
}

// One name, many who make it: one of them does.
func TestOneOfManyMakesAMailbox(t *testing.T) {
	everyStore(t, func(t *testing.T, st *store.Store) {
		for round := range 5 {
			var made atomic.Int64
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					switch _, err := st.CreateMailbox(t.Context(), fmt.Sprint("box ", round), nil); {
					case err == nil:
						made.Add(1)
					default:
						assert.ErrorIs(t, err, mapi.ErrCollision)
					}
				})
			}
			wg.Wait()
			require.EqualValues(t, 1, made.Load())
		}
	})
}

// A context that ends while a writer waits for its turn ends the wait, and
// nothing of the write is left.
func TestACanceledWriterLeavesNothing(t *testing.T) {
	everyStore(t, func(t *testing.T, st *store.Store) {
		inbox := newInbox(t, st, "ada")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		m := (&modelMessage{attached: []modelAttachment{{name: "a", data: someContents()[2]}}}).detached()
		_, err := inbox.Add(ctx, m, nil)
		require.ErrorIs(t, err, context.Canceled)
		stats, err := st.Stats(t.Context())
		require.NoError(t, err)
		require.Zero(t, stats.Contents)
		c, err := inbox.Counts(t.Context())
		require.NoError(t, err)
		require.Zero(t, c.Messages)
	})
}

// What a reader asks of the backend does not grow with what writers did meanwhile:
// a page is read from its snapshot.
func TestAPageIsReadInOneSnapshot(t *testing.T) {
	db, counter := faultdriver.Count(new(memstore.Disk).Driver())
	st, err := store.New(db, shared())
	require.NoError(t, err)
	inbox := newInbox(t, st, "ada")
	for i := range 20 {
		_, err := inbox.Add(t.Context(), note(fmt.Sprint(i)), nil)
		require.NoError(t, err)
	}
	counter.Reset()
	_, err = inbox.Contents(&store.View{Sort: mapi.SortOrder{mapi.Descending(sortTime)}}).Page(t.Context(), 5, 10)
	require.NoError(t, err)
	require.EqualValues(t, 1, counter.Counts().Snapshots)
	finish(t, st)
}
