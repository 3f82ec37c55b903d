package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// fixed are options under which a store does the same each time.
func fixed() *store.Options {
	clock := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	n := uint64(0)
	return &store.Options{
		Now: func() time.Time { clock = clock.Add(time.Second); return clock },
		NewID: func() (g mapi.GUID) {
			n++
			binary.BigEndian.PutUint64(g[:], n)
			return g
		},
	}
}

// eachBackend runs a test on all backends and checks the store after it.
func eachBackend(t *testing.T, test func(t *testing.T, st *store.Store)) {
	t.Run("mem", func(t *testing.T) {
		st := memstore.New(fixed())
		test(t, st)
		finish(t, st)
	})
	t.Run("pebble", func(t *testing.T) {
		st, err := pebblestore.Open(t.TempDir(), &pebblestore.Options{Store: fixed()})
		require.NoError(t, err)
		test(t, st)
		finish(t, st)
	})
}

func finish(t *testing.T, st *store.Store) {
	t.Helper()
	report, err := st.Check(context.Background(), &store.CheckOptions{Deep: true})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.NoError(t, st.Close())
}

func note(subject string) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, subject)
	props.PidTagBody.Set(m, "body of "+subject)
	return m
}

func TestSmoke(t *testing.T) {
	eachBackend(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		box, err := st.CreateMailbox(ctx, "ada@example.org", &store.MailboxOptions{Locale: "de"})
		require.NoError(t, err)
		inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
		require.NoError(t, err)
		name, err := inbox.Name(ctx)
		require.NoError(t, err)
		require.Equal(t, "Posteingang", name)

		big := bytes.Repeat([]byte("0123456789"), 50000)
		var ids []mapi.MessageID
		for i := range 700 {
			m := note(fmt.Sprintf("RE: giraffe %03d", i%100))
			props.PidTagMessageDeliveryTime.Set(m, time.Date(2026, 5, 1, 0, i, 0, 0, time.UTC))
			if i%50 == 0 {
				a := &mapi.Attachment{}
				props.PidTagAttachDataBinary.Set(a, big)
				m.Attachments = append(m.Attachments, a)
			}
			id, err := inbox.Add(ctx, m, nil)
			require.NoError(t, err)
			ids = append(ids, id)
		}
		stats, err := st.Stats(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, stats.Contents)
		require.EqualValues(t, 14*len(big), stats.Referenced)

		view := inbox.Contents(&store.View{
			Columns: store.Columns(props.PidTagSubject, props.PidTagMessageDeliveryTime, props.PidTagMessageSize),
			Sort:    mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime.Prop())},
		})
		n, err := view.Count(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 700, n)
		rows, err := view.Page(ctx, 100, 3)
		require.NoError(t, err)
		require.Len(t, rows, 3)
		require.Equal(t, ids[599], rows[0].Message)
		pos, err := view.PositionOf(ctx, ids[599])
		require.NoError(t, err)
		require.EqualValues(t, 100, pos)

		odd := inbox.Contents(&store.View{
			Where: mapi.Contains(props.PidTagSubject.Prop(), "GIRAFFE 01", mapi.Substring|mapi.IgnoreCase),
			Sort:  mapi.SortOrder{mapi.Ascending(props.PidTagLastModificationTime.Prop())},
		})
		got := 0
		for _, err := range odd.Rows(ctx) {
			require.NoError(t, err)
			got++
		}
		require.Equal(t, 70, got)
		n, err = odd.Count(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 70, n)

		m, err := inbox.OpenMessage(ctx, ids[50], nil)
		require.NoError(t, err)
		props.PidTagSubject.Set(m, "AW: changed")
		require.NoError(t, m.Save(ctx, nil))
		require.Equal(t, "changed", props.PidTagNormalizedSubject.Or(m, ""))
		data, err := props.PidTagAttachDataBinary.Read(m.Attachments[0])
		require.NoError(t, err)
		require.Equal(t, big, data)

		sub, err := inbox.CreateFolder(ctx, "Projects", nil)
		require.NoError(t, err)
		moved, err := inbox.MoveMessages(ctx, ids[:100], sub)
		require.NoError(t, err)
		require.Len(t, moved, 100)
		_, err = inbox.CopyMessages(ctx, ids[100:200], sub)
		require.NoError(t, err)
		require.NoError(t, inbox.DeleteMessages(ctx, ids[200:250], nil))
		require.NoError(t, inbox.DeleteMessages(ctx, ids[250:300], &store.DeleteOptions{Hard: true}))
		_, err = inbox.RestoreMessages(ctx, ids[200:210])
		require.NoError(t, err)
		require.NoError(t, sub.SetReadFlags(ctx, store.MarkRead))
		copied, err := sub.CopyTo(ctx, inbox, &store.MoveFolderOptions{Name: "copy"})
		require.NoError(t, err)
		require.NoError(t, copied.MoveTo(ctx, sub, nil))
		require.ErrorIs(t, sub.MoveTo(ctx, copied, nil), mapi.ErrFolderCycle)
		require.NoError(t, sub.Delete(ctx, &store.DeleteFolderOptions{Messages: true, Folders: true}))
		c, err := inbox.Counts(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 510, c.Messages)
		gone, err := box.OpenDeletedFolder(ctx, sub.ID())
		require.NoError(t, err)
		require.NoError(t, gone.Restore(ctx, ""))
		require.NoError(t, copied.Delete(ctx, &store.DeleteFolderOptions{Messages: true, Hard: true}))
		require.NoError(t, inbox.Empty(ctx, &store.EmptyOptions{Hard: true}))
	})
}
