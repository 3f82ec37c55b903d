package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

// What does not fit a record, or has no meaning in this mailbox, is dealt with and
// leaves nothing behind that cannot be read.
func TestLimits(t *testing.T) {
	ctx := context.Background()
	start := func(t *testing.T) (*store.Store, *store.Mailbox, *store.Folder) {
		st := memstore.New(fixed())
		t.Cleanup(func() { finish(t, st) })
		box, err := st.CreateMailbox(ctx, "ada", nil)
		require.NoError(t, err)
		inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
		require.NoError(t, err)
		return st, box, inbox
	}

	t.Run("rule actions and restrictions are read back", func(t *testing.T) {
		_, _, inbox := start(t)
		m := note("rule")
		actions := mapi.RuleActions{{Type: mapi.ActionMove, Folder: []byte("folder"), Store: []byte("store")},
			{Type: mapi.ActionTag, Tag: &mapi.Property{Prop: props.PidTagImportance.Prop(), Value: int32(2)}}}
		where := mapi.And(mapi.Exists(props.PidTagSubject), mapi.Equal(props.PidNameKeywords.Prop(), "x"))
		m.Set(mapi.Prop{ID: 0x6680, Type: mapi.PtypRuleAction}, actions)
		m.Set(mapi.Prop{ID: 0x6679, Type: mapi.PtypRestriction}, where)
		id, err := inbox.Add(ctx, m, nil)
		require.NoError(t, err)
		got, err := inbox.OpenMessage(ctx, id, nil)
		require.NoError(t, err)
		require.Equal(t, actions, got.Get(mapi.Prop{ID: 0x6680, Type: mapi.PtypRuleAction}))
		require.True(t, mapi.EqualRestriction(where, got.Get(mapi.Prop{ID: 0x6679, Type: mapi.PtypRestriction}).(mapi.Restriction)))
		require.NoError(t, inbox.DeleteMessages(ctx, []mapi.MessageID{id}, &store.DeleteOptions{Hard: true}))
	})

	t.Run("ids of a mapping that is not known are refused", func(t *testing.T) {
		_, box, inbox := start(t)
		foreign := mapi.Tagged(0x9001001F)
		m := note("foreign")
		m.Set(foreign, "x")
		_, err := inbox.Add(ctx, m, nil)
		require.ErrorIs(t, err, mapi.ErrInvalidParameter)
		problems, err := inbox.SetProperties(ctx, mapi.Property{Prop: foreign, Value: "x"})
		require.NoError(t, err)
		require.Len(t, problems, 1)
		problems, err = box.SetProperties(ctx, mapi.Property{Prop: foreign, Value: "x"})
		require.NoError(t, err)
		require.Len(t, problems, 1)
		_, err = inbox.Name(ctx)
		require.NoError(t, err)
	})

	t.Run("a message with thousands of shared contents is saved and deleted", func(t *testing.T) {
		st, _, inbox := start(t)
		m := note("many")
		for i := range 2500 {
			a := &mapi.Attachment{}
			props.PidTagAttachDataBinary.Set(a, append(bytes.Repeat([]byte("x"), 1100), fmt.Sprint(i%2000)...))
			m.Attachments = append(m.Attachments, a)
		}
		id, err := inbox.Add(ctx, m, nil)
		require.NoError(t, err)
		h, err := inbox.OpenMessage(ctx, id, nil)
		require.NoError(t, err)
		props.PidTagSubject.Set(h, "changed")
		require.NoError(t, h.Save(ctx, nil))
		require.NoError(t, inbox.DeleteMessages(ctx, []mapi.MessageID{id}, &store.DeleteOptions{Hard: true}))
		stats, err := st.Stats(ctx)
		require.NoError(t, err)
		require.Zero(t, stats.Contents)
	})

	t.Run("more named properties than a row takes", func(t *testing.T) {
		_, _, inbox := start(t)
		m := note("named")
		name := func(i int) mapi.Prop {
			return mapi.NamedString(mapi.PSPublicStrings, fmt.Sprint("name ", i), mapi.PtypString)
		}
		for i := range 300 {
			m.Set(name(i), strings.Repeat("v", 300)+fmt.Sprint(i))
		}
		id, err := inbox.Add(ctx, m, nil)
		require.NoError(t, err)
		found, err := inbox.Contents(&store.View{Where: mapi.Equal(name(299), m.Get(name(299)))}).Count(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, found)
		got, err := inbox.OpenMessage(ctx, id, nil)
		require.NoError(t, err)
		for i := range 300 {
			require.Equal(t, m.Get(name(i)), got.Get(name(i)))
		}
	})

	t.Run("views with long conditions push each other out", func(t *testing.T) {
		st, _, inbox := start(t)
		st.ShrinkViews()
		for i := range 10 {
			_, err := inbox.Add(ctx, note(fmt.Sprint(i)), nil)
			require.NoError(t, err)
		}
		for i := range 12 {
			where := mapi.Not(mapi.Equal(props.PidTagSubject, strings.Repeat("long", 1750)+fmt.Sprint(i)))
			n, err := inbox.Contents(&store.View{Where: where}).Count(ctx)
			require.NoError(t, err)
			require.EqualValues(t, 10, n)
		}
		where := mapi.Not(mapi.Equal(props.PidTagSubject, strings.Repeat("long", 10000)))
		_, err := inbox.Contents(&store.View{Where: where}).Count(ctx)
		require.ErrorIs(t, err, mapi.ErrTooComplex)
	})

	t.Run("seeking as far as numbers go", func(t *testing.T) {
		_, _, inbox := start(t)
		for i := range 3 {
			_, err := inbox.Add(ctx, note(fmt.Sprint(i)), nil)
			require.NoError(t, err)
		}
		table := inbox.Contents(nil)
		_, err := table.Read(ctx, 1)
		require.NoError(t, err)
		moved, err := table.Seek(ctx, store.Current, math.MaxInt64)
		require.NoError(t, err)
		require.EqualValues(t, 2, moved)
		moved, err = table.Seek(ctx, store.Current, math.MinInt64)
		require.NoError(t, err)
		require.EqualValues(t, -3, moved)
	})

	t.Run("a hierarchy table is used while its rows are walked", func(t *testing.T) {
		_, _, inbox := start(t)
		for i := range 3 {
			_, err := inbox.CreateFolder(ctx, fmt.Sprint(i), nil)
			require.NoError(t, err)
		}
		table, n := inbox.Subfolders(nil), 0
		for _, err := range table.Rows(ctx) {
			require.NoError(t, err)
			if n++; n == 1 {
				last, err := inbox.OpenFolder(ctx, "2")
				require.NoError(t, err)
				require.NoError(t, last.Delete(ctx, &store.DeleteFolderOptions{Hard: true}))
				_, err = table.Count(ctx)
				require.NoError(t, err)
			}
		}
		require.Equal(t, 3, n) // of the snapshot in which it began
	})

	t.Run("a context that ends after the commit does not make a save fail", func(t *testing.T) {
		_, _, inbox := start(t)
		id, err := inbox.Add(ctx, note("saved"), nil)
		require.NoError(t, err)
		m, err := inbox.OpenMessage(ctx, id, nil)
		require.NoError(t, err)
		props.PidTagSubject.Set(m, "changed")
		require.NoError(t, m.Save(ctx, nil))
		props.PidTagSubject.Set(m, "changed again")
		require.NoError(t, m.Save(ctx, nil))
	})
}

// Contents of a mailbox that was made while Collect runs are not its business.
func TestCollectBesideNewMailboxes(t *testing.T) {
	ctx := context.Background()
	st := memstore.New(&store.Options{})
	for round := range 20 {
		done := make(chan error)
		go func() {
			_, err := st.Collect(ctx)
			done <- err
		}()
		box, err := st.CreateMailbox(ctx, fmt.Sprint("box ", round), nil)
		require.NoError(t, err)
		inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
		require.NoError(t, err)
		m := note("with content")
		a := &mapi.Attachment{}
		props.PidTagAttachDataBinary.Set(a, bytes.Repeat([]byte{byte(round)}, 5000))
		m.Attachments = append(m.Attachments, a)
		_, err = inbox.Add(ctx, m, nil)
		require.NoError(t, err)
		require.NoError(t, <-done)
	}
	finish(t, st)
}
