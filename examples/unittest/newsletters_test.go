package unittest_test

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/examples/unittest"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

// mailbox is an empty one in memory that does the same each time.
func mailbox(t *testing.T) (*store.Mailbox, *store.Folder) {
	ids := uint64(0)
	st := memstore.New(&store.Options{
		Now:   func() time.Time { return time.Date(2026, 3, 10, 5, 0, 0, 0, time.UTC) },
		NewID: func() (g mapi.GUID) { ids++; binary.BigEndian.PutUint64(g[8:], ids); return g },
	})
	t.Cleanup(func() {
		report, err := st.Check(context.Background(), nil)
		require.NoError(t, errorOf(report, err))
		require.NoError(t, st.Close())
	})
	box, err := st.CreateMailbox(t.Context(), "ada", nil)
	require.NoError(t, err)
	inbox, err := box.SpecialFolder(t.Context(), mapi.FolderInbox)
	require.NoError(t, err)
	return box, inbox
}

func errorOf(report *store.CheckReport, err error) error {
	if err != nil {
		return err
	}
	return report.Err()
}

// deliver adds a mail written as its header lines.
func deliver(t *testing.T, folder *store.Folder, header ...string) mapi.MessageID {
	msg, err := rfc822.Decode(strings.NewReader(strings.Join(header, "\r\n")+"\r\n\r\ntext\r\n"), nil)
	require.NoError(t, err)
	id, err := folder.Add(t.Context(), msg, &store.AddOptions{Deliver: true})
	require.NoError(t, err)
	return id
}

// subjects are those of the messages in a folder.
func subjects(t *testing.T, folder *store.Folder) (list []string) {
	for row, err := range folder.Contents(&store.View{Columns: store.Columns(props.PidTagSubject)}).Rows(t.Context()) {
		require.NoError(t, err)
		list = append(list, props.PidTagSubject.Or(row, ""))
	}
	return list
}

func TestNewslettersAreFiledByList(t *testing.T) {
	box, inbox := mailbox(t)
	deliver(t, inbox, "Subject: ten facts", "List-Id: Okapi Weekly <okapi.lists.example>")
	deliver(t, inbox, "Subject: lunch?")
	deliver(t, inbox, "Subject: ten more", "LIST-ID: Okapi Weekly <okapi.lists.example>")

	n, err := unittest.FileNewsletters(t.Context(), box)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Equal(t, []string{"lunch?"}, subjects(t, inbox))
	weekly, err := box.OpenPath(t.Context(), "Newsletters", "Okapi Weekly")
	require.NoError(t, err)
	assert.Equal(t, []string{"ten facts", "ten more"}, subjects(t, weekly))

	n, err = unittest.FileNewsletters(t.Context(), box)
	require.NoError(t, err)
	assert.Zero(t, n, "a second run finds nothing to do")
}

func TestFlaggedNewslettersStay(t *testing.T) {
	box, inbox := mailbox(t)
	id := deliver(t, inbox, "Subject: keep me", "List-Id: <okapi.lists.example>")
	msg, err := inbox.OpenMessage(t.Context(), id, nil)
	require.NoError(t, err)
	props.PidTagFlagStatus.Set(msg, mapi.FlagStatusFlagged)
	require.NoError(t, msg.Save(t.Context(), nil))

	n, err := unittest.FileNewsletters(t.Context(), box)
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestListName(t *testing.T) {
	for field, want := range map[string]string{
		`Okapi Weekly <okapi.lists.example>`: "Okapi Weekly",
		`"Weekly" <okapi.lists.example>`:     "Weekly",
		`<okapi.lists.example>`:              "okapi",
		`okapi.lists.example`:                "okapi",
		``:                                   "",
		strings.Repeat("x", 1000):            "",
	} {
		assert.Equal(t, want, unittest.ListName(field), field)
	}
}
