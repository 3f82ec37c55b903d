package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/faultdriver"
	"github.com/okapi-mail/okapi/store/memstore"
)

// TestCost counts what is read and written: tables are made for folders that are
// too large to be read. The bounds are far below the size of the folder, and some
// room above what is needed today.
func TestCost(t *testing.T) {
	const messages = 20_000
	ctx := context.Background()
	var disk memstore.Disk
	db, counter := faultdriver.Count(disk.Driver())
	st, err := store.New(db, fixed())
	require.NoError(t, err)
	defer finish(t, st)
	box, err := st.CreateMailbox(ctx, "ada", nil)
	require.NoError(t, err)
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	require.NoError(t, err)
	ids := make([]mapi.MessageID, messages)
	for i := range ids {
		m := note(fmt.Sprintf("message %05d", i*7919%messages)) // in no order
		props.PidTagMessageDeliveryTime.Set(m, day(1+i))
		props.PidTagImportance.Set(m, mapi.Importance(i%3))
		ids[i], err = inbox.Add(ctx, m, &store.AddOptions{Relaxed: true})
		require.NoError(t, err)
	}

	// reads runs work and asserts that it reads at most so many records.
	reads := func(t *testing.T, limit int, work func()) {
		t.Helper()
		counter.Reset()
		work()
		c := counter.Counts()
		require.Less(t, c.Gets+c.Entries, limit, "%+v", c)
		require.LessOrEqual(t, c.Puts, 1, "%+v", c) // of a build that is ending in the background
	}
	columns := store.Columns(props.PidTagSubject, props.PidTagMessageDeliveryTime, props.PidTagMessageSize, props.PidTagMessageFlags,
		props.PidTagSentRepresentingName, props.PidTagHasAttachments, props.PidTagImportance, props.PidTagMessageClass)
	up := &store.View{Columns: columns, Sort: mapi.SortOrder{mapi.Ascending(props.PidTagNormalizedSubject)}}
	down := &store.View{Columns: columns, Sort: byDate}
	first := func(t *testing.T, table *store.Table, n int, subject string) {
		t.Helper()
		rows, err := table.Read(ctx, n)
		require.NoError(t, err)
		require.Len(t, rows, n)
		require.Equal(t, subject, props.PidTagSubject.Or(rows[0], ""))
	}
	newest := fmt.Sprintf("message %05d", (messages-1)*7919%messages)

	t.Run("the first 50 rows of a usual order do not read the folder", func(t *testing.T) {
		reads(t, 250, func() { first(t, inbox.Contents(down), 50, newest) })
		reads(t, 250, func() { first(t, inbox.Contents(up), 50, "message 00000") })
		reads(t, 250, func() { first(t, inbox.Contents(nil), 50, "message 00000") })
	})
	t.Run("counting, finding a position and a page in the middle do not read the folder", func(t *testing.T) {
		for _, view := range []*store.View{up, down} {
			table := inbox.Contents(view)
			reads(t, 30, func() {
				n, err := table.Count(ctx)
				require.NoError(t, err)
				require.EqualValues(t, messages, n)
			})
			reads(t, 400, func() {
				rows, err := table.Page(ctx, messages/2, 50)
				require.NoError(t, err)
				require.Len(t, rows, 50)
			})
			var at int64
			reads(t, 300, func() {
				at, err = table.PositionOf(ctx, ids[1234])
				require.NoError(t, err)
			})
			rows, err := table.Page(ctx, at, 1)
			require.NoError(t, err)
			require.Equal(t, ids[1234], rows[0].Message)
		}
	})
	t.Run("seeking from either end and reading backwards do not read the folder", func(t *testing.T) {
		table := inbox.Contents(up)
		reads(t, 400, func() {
			_, err := table.Seek(ctx, store.End, -10)
			require.NoError(t, err)
			first(t, table, 10, fmt.Sprintf("message %05d", messages-10))
		})
		reads(t, 600, func() {
			require.NoError(t, table.SeekFraction(ctx, 1, 2))
			first(t, table, 10, fmt.Sprintf("message %05d", messages/2))
			rows, err := table.Read(ctx, -20)
			require.NoError(t, err)
			require.Len(t, rows, 20)
		})
	})
	t.Run("TBL-076 finding by the first sort key looks it up", func(t *testing.T) {
		find := func(t *testing.T, table *store.Table, where mapi.Restriction, want string) {
			t.Helper()
			row, err := table.Find(ctx, where, store.Beginning, false)
			if want == "" {
				require.ErrorIs(t, err, mapi.ErrNotFound)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want, props.PidTagSubject.Or(row, ""))
		}
		reads(t, 100, func() {
			find(t, inbox.Contents(up), mapi.Equal(props.PidTagNormalizedSubject, "MESSAGE 17000"), "message 17000")
		})
		reads(t, 100, func() {
			find(t, inbox.Contents(up), mapi.Equal(props.PidTagNormalizedSubject, "message 17000x"), "")
		})
		reads(t, 100, func() {
			find(t, inbox.Contents(up), mapi.AtLeast(props.PidTagNormalizedSubject, "message 1700"), "message 17000")
		})
		reads(t, 100, func() {
			find(t, inbox.Contents(down), mapi.Equal(props.PidTagMessageDeliveryTime, day(1)), "message 00000")
		})
		reads(t, 100, func() { find(t, inbox.Contents(down), mapi.Equal(props.PidTagMessageDeliveryTime, day(0)), "") })
		reads(t, 100, func() {
			find(t, inbox.Contents(down), mapi.Less(props.PidTagMessageDeliveryTime, day(2)), "message 00000")
		})
	})
	t.Run("an order or restriction of one's own is as cheap once it was asked for", func(t *testing.T) {
		high := mapi.Equal(props.PidTagImportance, int32(mapi.ImportanceHigh))
		view := &store.View{Columns: columns, Where: high, Sort: mapi.SortOrder{mapi.Descending(props.PidTagCreationTime)}}
		n, err := inbox.Contents(view).Count(ctx) // builds the index
		require.NoError(t, err)
		require.EqualValues(t, messages/3, n)
		reads(t, 30, func() {
			n, err := inbox.Contents(view).Count(ctx)
			require.NoError(t, err)
			require.EqualValues(t, messages/3, n)
		})
		reads(t, 400, func() {
			rows, err := inbox.Contents(view).Page(ctx, 3000, 50)
			require.NoError(t, err)
			require.Len(t, rows, 50)
		})
	})

	st.WaitForBuilds() // which commit, too

	// writes runs work and asserts that it reads and writes few records.
	writes := func(t *testing.T, limit, records int, work func() error) {
		t.Helper()
		counter.Reset()
		require.NoError(t, work())
		c := counter.Counts()
		require.Less(t, c.Puts+c.Deletes, limit, "%+v", c)
		require.Less(t, c.Gets+c.Entries, records, "%+v", c)
		require.Equal(t, 1, c.Commits)
	}
	t.Run("a change of one message writes few records, however many are beside it", func(t *testing.T) {
		writes(t, 60, 1000, func() error { return inbox.SetReadFlags(ctx, store.MarkRead, ids[77]) })
		writes(t, 80, 1000, func() error {
			_, err := inbox.Add(ctx, note("one more"), nil)
			return err
		})
		m, err := inbox.OpenMessage(ctx, ids[78], nil)
		require.NoError(t, err)
		props.PidTagSubject.Set(m, "changed")
		writes(t, 80, 1000, func() error { return m.Save(ctx, nil) })
		writes(t, 80, 1000, func() error { return inbox.DeleteMessages(ctx, ids[79:80], nil) })
	})
	t.Run("the counts of a folder are kept, not counted", func(t *testing.T) {
		reads(t, 10, func() {
			c, err := inbox.Counts(ctx)
			require.NoError(t, err)
			require.EqualValues(t, messages, c.Messages)
			require.EqualValues(t, messages-1, c.Unread)
		})
	})
}
