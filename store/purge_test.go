package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// Hard deletion of a folder takes several transactions. A crash among them leaves
// the folder whole, or gone: what is missing is done when the mailbox is opened.
func TestHardDeletionGoesOnAfterACrash(t *testing.T) {
	const messages = 70
	var mu sync.Mutex
	var crashes []crash
	c := &crasher{fs: vfs.NewCrashableMem(), rnd: rand.New(rand.NewPCG(1, 3))}
	c.report = func(x crash) {
		mu.Lock()
		defer mu.Unlock()
		crashes = append(crashes, x)
	}
	db, err := pebblestore.OpenDriver("store", smallPebble(tap(c.fs, c)))
	require.NoError(t, err)
	c.log = newLedger(db)
	st, err := store.New(c.log, shared())
	require.NoError(t, err)
	inbox := newInbox(t, st, "ada")
	outer, err := inbox.CreateFolder(t.Context(), "Outer", nil)
	require.NoError(t, err)
	inner, err := outer.CreateFolder(t.Context(), "Inner", nil)
	require.NoError(t, err)
	for i := range messages {
		m := (&modelMessage{attached: []modelAttachment{{name: "a", data: someContents()[1+i%2]}}}).detached()
		_, err := []*store.Folder{outer, inner}[i%2].Add(t.Context(), m, &store.AddOptions{Relaxed: true})
		require.NoError(t, err)
	}
	require.NoError(t, st.Sync(t.Context()))
	c.on.Store(true)
	require.NoError(t, outer.Delete(t.Context(), &store.DeleteFolderOptions{Messages: true, Folders: true, Hard: true}))
	c.on.Store(false)
	require.NoError(t, st.Close())
	require.Greater(t, len(crashes), 8)
	found := map[bool]int{}
	for _, x := range crashes {
		found[requireWholeOrGone(t, x, outer.ID(), inner.ID(), messages)]++
	}
	require.NotZero(t, found[true])
	require.NotZero(t, found[false])
}

// requireWholeOrGone reports whether the folders are there.
func requireWholeOrGone(t *testing.T, x crash, outer, inner mapi.FolderID, messages int64) bool {
	st, err := pebblestore.Open("store", smallPebble(x.left))
	require.NoError(t, err, x.point)
	box, err := st.OpenMailbox(t.Context(), "ada")
	require.NoError(t, err, x.point)
	stats, err := box.Stats(t.Context())
	require.NoError(t, err, x.point)
	_, err = box.OpenFolder(t.Context(), outer)
	there := err == nil
	if there {
		require.EqualValues(t, messages, stats.Messages, x.point)
	} else {
		require.Zero(t, stats.Messages, x.point)
	}
	for _, id := range []mapi.FolderID{outer, inner} {
		_, err := box.OpenDeletedFolder(t.Context(), id)
		require.ErrorIs(t, err, mapi.ErrNotFound, x.point)
	}
	require.Zero(t, stats.Deleted, fmt.Sprint("left behind, ", x.point))
	finish(t, st)
	return there
}
