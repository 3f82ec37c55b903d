package okapi_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// TestCorpusGoesInAndComesOutByteForByte takes each mail of the corpus through
// the life of a message in a store on disk: delivered, read, flagged, moved,
// copied, and still there after the store was opened again.
func TestCorpusGoesInAndComesOutByteForByte(t *testing.T) {
	ctx := context.Background()
	mails := corpusMails(t)
	dir := t.TempDir()
	heap := watchHeap()
	st, err := pebblestore.Open(dir, nil)
	require.NoError(t, err)
	box, other := newBox(t, st, "ada@example.org"), newBox(t, st, "bob@example.org")
	inbox, sent := special(t, box, mapi.FolderInbox), special(t, box, mapi.FolderSentItems)

	ids := deliverCorpus(t, heap, inbox, mails)
	heap.close()
	require.NoError(t, st.Sync(ctx))
	comeOut(t, "after delivery", inbox, ids, mails)

	require.NoError(t, inbox.SetReadFlags(ctx, store.MarkRead))
	for i, id := range ids {
		if i%3 > 0 {
			flagAndCategorise(t, inbox, id)
		}
	}
	comeOut(t, "read, flagged and categorised", inbox, ids, mails)

	moved, err := inbox.MoveMessages(ctx, ids, sent)
	require.NoError(t, err)
	comeOut(t, "moved to another folder", sent, moved, mails)
	copied, err := sent.CopyMessages(ctx, moved, inbox)
	require.NoError(t, err)
	comeOut(t, "copied within the mailbox", inbox, copied, mails)
	theirs := special(t, other, mapi.FolderInbox)
	across, err := sent.CopyMessages(ctx, moved, theirs)
	require.NoError(t, err)
	comeOut(t, "copied to another mailbox", theirs, across, mails)
	require.NoError(t, inbox.DeleteMessages(ctx, copied, nil))
	restored, err := inbox.RestoreMessages(ctx, copied)
	require.NoError(t, err)
	comeOut(t, "deleted and restored", inbox, restored, mails)
	require.NoError(t, sent.DeleteMessages(ctx, moved, &store.DeleteOptions{Hard: true}))
	comeOut(t, "after other copies were deleted for good", inbox, restored, mails)

	finish(t, st)
	st, err = pebblestore.Open(dir, nil)
	require.NoError(t, err)
	comeOut(t, "opened again", reopened(t, st, "ada@example.org"), restored, mails)
	comeOut(t, "the copies of the other mailbox, opened again", reopened(t, st, "bob@example.org"), across, mails)
	finish(t, st)
}

// deliverCorpus adds the mails and compares each at once. It watches the promise
// on memory: 64 MiB and three times the size of the mail.
func deliverCorpus(t *testing.T, heap *heapWatch, inbox *store.Folder, mails []sample) []mapi.MessageID {
	ids := make([]mapi.MessageID, len(mails))
	var total, worst int64
	for i, s := range mails {
		ids[i] = deliverFile(t, inbox, s)
		var out sizedWriter
		require.NoError(t, rfc822.Encode(&out, openMessage(t, inbox, ids[i]), nil), s.name)
		require.Equal(t, s.size, int64(out), s.name)
		peak := heap.peak()
		require.Less(t, peak, 64*mib+3*s.size, "%s: heap", s.name)
		total, worst = total+s.size, max(worst, peak)
	}
	t.Logf("%d mails of %.1f MB delivered; the heap grew to %.1f MiB", len(mails), float64(total)/1e6, float64(worst)/mib)
	return ids
}

func deliverFile(t *testing.T, inbox *store.Folder, s sample) mapi.MessageID {
	f, err := os.Open(s.path)
	require.NoError(t, err)
	defer f.Close()
	msg, err := rfc822.Decode(f, nil)
	require.NoError(t, err, s.name)
	defer rfc822.Release(msg)
	id, err := inbox.Add(context.Background(), msg, &store.AddOptions{Deliver: true, Relaxed: true})
	require.NoError(t, err, s.name)
	return id
}

type sizedWriter int64

func (w *sizedWriter) Write(p []byte) (int, error) { *w += sizedWriter(len(p)); return len(p), nil }

// comeOut exports every message and compares it with the mail it came from.
func comeOut(t *testing.T, when string, folder *store.Folder, ids []mapi.MessageID, mails []sample) {
	t.Helper()
	require.Len(t, ids, len(mails), when)
	exact := 0
	for i, s := range mails {
		var out bytes.Buffer
		msg := openMessage(t, folder, ids[i])
		require.NoError(t, rfc822.Encode(&out, msg, nil), "%s, %s", s.name, when)
		want := s.read(t)
		if assert.True(t, bytes.Equal(want, out.Bytes()), "%s, %s", s.name, when) {
			exact++
		}
		r, size, ok := rfc822.Source(msg)
		if assert.True(t, ok, "%s, %s: the original holds", s.name, when) {
			assert.Equal(t, int64(len(want)), size, s.name)
			require.NoError(t, r.Close())
		}
	}
	t.Logf("%s: %d of %d byte for byte", when, exact, len(mails))
}

func openMessage(t testing.TB, folder *store.Folder, id mapi.MessageID) *mapi.Message {
	m, err := folder.OpenMessage(context.Background(), id, nil)
	require.NoError(t, err)
	return m.Message
}

// flagAndCategorise changes what a user changes on mail that came.
func flagAndCategorise(t *testing.T, folder *store.Folder, id mapi.MessageID) {
	m, err := folder.OpenMessage(context.Background(), id, nil)
	require.NoError(t, err)
	props.PidTagFlagStatus.Set(m, mapi.FlagStatusFlagged)
	props.PidNameKeywords.Set(m, []string{"Giraffes", "Jirafas"})
	props.PidTagIconIndex.Set(m, 261)
	require.NoError(t, m.Save(context.Background(), &store.SaveOptions{Relaxed: true}))
}

func reopened(t *testing.T, st *store.Store, name string) *store.Folder {
	box, err := st.OpenMailbox(context.Background(), name)
	require.NoError(t, err)
	return special(t, box, mapi.FolderInbox)
}
