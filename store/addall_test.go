package store_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestAddAll(t *testing.T) {
	eachBackend(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		box, err := st.CreateMailbox(ctx, "ada", nil)
		require.NoError(t, err)
		inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
		require.NoError(t, err)

		var msgs []*mapi.Message
		for i := range 300 { // several transactions, by number and by size
			m := note(fmt.Sprint("number ", i))
			if i%7 == 0 {
				props.PidTagBody.Set(m, string(bytes.Repeat([]byte("x"), 100_000)))
			}
			if i%11 == 0 {
				a := &mapi.Attachment{}
				props.PidTagAttachDataBinary.Set(a, bytes.Repeat([]byte("shared"), 1000))
				m.Attachments = append(m.Attachments, a)
			}
			msgs = append(msgs, m)
		}
		before, err := box.ChangeNumber(ctx)
		require.NoError(t, err)
		ids, err := inbox.AddAll(ctx, msgs, &store.AddOptions{Deliver: true})
		require.NoError(t, err)
		require.Len(t, ids, len(msgs))
		after, err := box.ChangeNumber(ctx)
		require.NoError(t, err)
		require.EqualValues(t, len(msgs), after-before)
		for i, row := range must(inbox.Contents(&store.View{Columns: store.Columns(props.PidTagSubject)}).Page(ctx, 0, 1000)) {
			require.Equal(t, ids[i], row.Message)
			require.Equal(t, fmt.Sprint("number ", i), props.PidTagSubject.Or(row, ""))
		}

		bad := note("of no class")
		props.PidTagMessageClass.Set(bad, "ends with.")
		ids, err = inbox.AddAll(ctx, []*mapi.Message{msgs[0], bad}, nil)
		require.ErrorIs(t, err, mapi.ErrInvalidParameter)
		require.Empty(t, ids)
		ids, err = inbox.AddAll(ctx, nil, nil)
		require.NoError(t, err)
		require.Empty(t, ids)
		_, err = inbox.AddAll(ctx, msgs[:1], &store.AddOptions{DeliveryID: "once"})
		require.ErrorIs(t, err, mapi.ErrInvalidParameter)
		c, err := inbox.Counts(ctx)
		require.NoError(t, err)
		require.EqualValues(t, len(msgs), c.Messages)
	})
}
