package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/memstore"
)

// A stored record, to be damaged.
type record struct{ key, value []byte }

func (r record) String() string {
	if len(r.key) < 9 {
		return fmt.Sprintf("key %x", r.key)
	}
	return fmt.Sprintf("key %x %q %x", r.key[:8], r.key[8], r.key[9:])
}

// whole returns the records of a store with something of everything in it.
func whole(t *testing.T) []record {
	s := newStage(t)
	ctx := t.Context()
	inner := (&modelMessage{props: map[mapi.Prop]mapi.Value{props.PidTagSubject.Prop(): "inner"},
		attached: []modelAttachment{{name: "b", data: someContents()[4]}}})
	m := (&modelMessage{props: map[mapi.Prop]mapi.Value{props.PidTagSubject.Prop(): "RE: outer", zooLegs: int32(4), headerName: "x",
		props.PidTagBody.Prop(): strings.Repeat("body ", 10_000), sortTime: clockAt(5)},
		recipients: []modelRecipient{{mapi.RecipientTo, "Bob", "bob@example.org"}},
		attached:   []modelAttachment{{name: "a", data: []byte("small")}, {name: "inner", embedded: inner}}}).detached()
	_, err := s.inbox.Add(ctx, m, &store.AddOptions{Deliver: true, DeliveryID: "once"})
	require.NoError(t, err)
	_, err = s.inbox.Add(ctx, note("associated"), &store.AddOptions{Associated: true})
	require.NoError(t, err)
	require.NoError(t, s.inbox.SetReadFlags(ctx, store.MarkRead, s.ids[1]))
	_, err = s.inbox.CopyMessages(ctx, s.ids, s.other)
	require.NoError(t, err)
	gone, err := s.inbox.CreateFolder(ctx, "Gone", nil)
	require.NoError(t, err)
	_, err = gone.Add(ctx, note("in a deleted folder"), nil)
	require.NoError(t, err)
	require.NoError(t, gone.Delete(ctx, &store.DeleteFolderOptions{Messages: true}))
	require.NoError(t, s.box.SetCursor(ctx, "search", 7))
	_, err = s.box.SetProperties(ctx, mapi.Property{Prop: props.PidTagComment.Prop(), Value: "comment"})
	require.NoError(t, err)
	var list []record
	snap, err := s.log.Snapshot(ctx)
	require.NoError(t, err)
	require.NoError(t, snap.Scan(nil, nil, false, func(k, v []byte) bool {
		list = append(list, record{bytes.Clone(k), bytes.Clone(v)})
		return true
	}))
	require.NoError(t, snap.Close())
	require.NoError(t, s.st.Close())
	return list
}

// stored returns a backend with the records.
func stored(t *testing.T, list []record) driver.DB {
	db := new(memstore.Disk).Driver()
	for start := 0; start < len(list); {
		end := start
		space := list[start].key[:8]
		for end < len(list) && bytes.HasPrefix(list[end].key, space) {
			end++
		}
		require.NoError(t, db.Update(context.Background(), driver.Write{Mailbox: space}, func(tx driver.Tx) error {
			for _, r := range list[start:end] {
				if err := tx.Put(r.key, r.value); err != nil {
					return err
				}
			}
			return nil
		}))
		start = end
	}
	return db
}

// A survey is all that can be read of a store: what was asked, and the answer.
type survey struct {
	ctx     context.Context
	answers map[string]string
	errs    map[string]error
}

func (s *survey) answer(question string, err error, format string, args ...any) {
	if err != nil {
		s.errs[question] = err
		return
	}
	s.answers[question] = fmt.Sprintf(format, args...)
}

// surveyOf reads everything in the mailbox.
func surveyOf(st *store.Store) *survey {
	s := &survey{context.Background(), map[string]string{}, map[string]error{}}
	box, err := st.OpenMailbox(s.ctx, "ada@example.org")
	if s.answer("mailbox", err, ""); err != nil {
		return s
	}
	bag, err := box.Properties(s.ctx)
	if err == nil {
		s.answer("store", nil, "%v", bagText(bag))
	} else {
		s.answer("store", err, "")
	}
	for _, special := range []mapi.SpecialFolder{mapi.FolderInbox, mapi.FolderCalendar} {
		f, err := box.SpecialFolder(s.ctx, special)
		if s.answer(special.String(), err, ""); err != nil {
			continue
		}
		s.folder(special.String(), f)
		other, err := f.OpenFolder(s.ctx, "Other")
		if special == mapi.FolderInbox {
			if s.answer("other", err, ""); err == nil {
				s.folder("other", other)
			}
		}
	}
	log := ""
	for c, e := range box.Changes(s.ctx, 0) {
		log, err = log+fmt.Sprint(c), e
	}
	s.answer("log", err, "%s", log)
	names, err := box.NamesFromIDs(s.ctx)
	s.answer("names", err, "%v", names)
	n, err := box.Cursor(s.ctx, "search")
	s.answer("cursor", err, "%v", n)
	stats, err := box.Stats(s.ctx)
	s.answer("stats", err, "%+v", stats)
	return s
}

func (s *survey) folder(name string, f *store.Folder) {
	bag, err := f.Properties(s.ctx)
	if err == nil {
		s.answer(name+" properties", nil, "%v", bagText(bag))
	} else {
		s.answer(name+" properties", err, "")
	}
	c, err := f.Counts(s.ctx)
	s.answer(name+" counts", err, "%+v", c)
	s.table(name+" subfolders", f.Subfolders(nil))
	for i, view := range []store.View{{}, {Associated: true}, {SoftDeleted: true},
		{Sort: mapi.SortOrder{mapi.Descending(sortTime)}}, {Sort: mapi.SortOrder{mapi.Ascending(sortUrgent)}}} {
		question := fmt.Sprintf("%s view %d", name, i)
		t := f.Contents(&view)
		rows := s.table(question, t)
		n, err := t.Count(s.ctx)
		s.answer(question+" count", err, "%d", n)
		page, err := t.Page(s.ctx, 1, 2)
		s.answer(question+" page", err, "%v", rowText(page))
		for _, row := range rows {
			if i < 3 {
				s.message(fmt.Sprintf("%s message %v", name, row.Message), f, row.Message)
			}
		}
	}
}

func (s *survey) table(question string, t *store.Table) []store.Row {
	var rows []store.Row
	var err error
	for row, e := range t.Rows(s.ctx) {
		if err = e; err == nil {
			rows = append(rows, row)
		}
	}
	s.answer(question, err, "%v", rowText(rows))
	return rows
}

func rowText(rows []store.Row) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%v %v %v\n", row.Folder, row.Message, row.Values)
	}
	return b.String()
}

func (s *survey) message(question string, f *store.Folder, id mapi.MessageID) {
	m, err := f.OpenMessage(s.ctx, id, &store.OpenMessageOptions{SoftDeleted: true})
	text := ""
	if err == nil {
		text, err = messageText(m.Message)
	}
	s.answer(question, err, "%s", text)
}

func messageText(m *mapi.Message) (string, error) {
	text, err := valuesText(&m.Properties)
	for _, r := range m.Recipients {
		more, e := valuesText(&r.Properties)
		text, err = text+"recipient "+more, errors.Join(err, e)
	}
	for _, a := range m.Attachments {
		more, e := valuesText(&a.Properties)
		text, err = text+"attachment "+more, errors.Join(err, e)
		if a.Embedded != nil {
			more, e := messageText(a.Embedded)
			text, err = text+"embedded "+more, errors.Join(err, e)
		}
	}
	return text, err
}

func valuesText(bag *mapi.Properties) (string, error) {
	var lines []string
	for p, v := range bag.All() {
		if large, ok := v.(mapi.Stream); ok {
			read, err := mapi.ReadValue(p.Type, large, 1<<20)
			if err != nil {
				return "", err
			}
			v = read
		}
		lines = append(lines, fmt.Sprintf("%v=%v", p, v))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}

func bagText(bag *mapi.Properties) string {
	text, err := valuesText(bag)
	return fmt.Sprint(text, err)
}

// tampered tells what a store makes of records that were tampered with: whether
// Check says so, and what was answered wrongly as if it were right. Without right
// only some of them, by their number n, are read.
func tampered(t *testing.T, list []record, right *survey, n int) (told bool, wrong []string) {
	st, err := store.New(stored(t, list), later(1))
	if err != nil {
		require.ErrorIs(t, err, mapi.ErrCorruptData)
		return true, nil
	}
	defer st.Close()
	for _, deep := range []bool{false, true} { // reading all contents takes its time
		report, err := st.Check(context.Background(), &store.CheckOptions{Deep: deep})
		require.NoError(t, err)
		told = told || !report.OK()
		if told {
			break
		}
	}
	if right == nil && told && n%4 > 0 {
		return told, nil
	}
	got := surveyOf(st)
	for question, err := range got.errs {
		// The words for what is not there are right when a record is missing.
		code := mapi.CodeOf(err)
		if code != mapi.ErrCorruptData && (right != nil || code != mapi.ErrNotFound && code != mapi.ErrObjectDeleted) {
			wrong = append(wrong, fmt.Sprintf("%s: %v", question, err))
		}
	}
	for question, answer := range got.answers {
		if right == nil {
			break
		}
		if want, ok := right.answers[question]; ok && want != answer {
			wrong = append(wrong, fmt.Sprintf("%s: want %s\n\tgot %s", question, brief(want), brief(answer)))
		}
	}
	slices.Sort(wrong)
	return told, wrong
}

// requireTold goes through ways to tamper with the records of a store.
func requireTold(t *testing.T, compare bool, ways func(list []record, try func(name string, bad []record))) {
	list := whole(t)
	st, err := store.New(stored(t, list), later(1))
	require.NoError(t, err)
	right := surveyOf(st)
	require.Empty(t, right.errs)
	require.Greater(t, len(right.answers), 60)
	require.NoError(t, st.Close())
	if !compare {
		right = nil
	}
	tries, each := 0, 1
	if brisk() {
		each = 10
	}
	if lighter {
		each = 100 // there is one goroutine
	}
	ways(list, func(name string, bad []record) {
		if tries++; tries%each != 0 {
			return
		}
		told, wrong := tampered(t, bad, right, tries)
		if !told {
			t.Errorf("%s: nobody noticed", name)
		}
		if len(wrong) > 0 {
			t.Errorf("%s: %s", name, strings.Join(wrong, "\n\t"))
		}
	})
	t.Logf("%d records, tampered with in %d ways", len(list), tries)
}

// A flipped bit of a value: Check finds it, and whoever comes across it gets an
// error, never a wrong answer.
func TestDamagedValuesAreNeverTakenForRight(t *testing.T) {
	t.Parallel()
	requireTold(t, true, func(list []record, try func(string, []record)) {
		for i, r := range list {
			n := len(r.value)
			places := []int{0, n / 2, n - 1}
			for _, at := range slices.Compact(places) {
				if at < 0 || at >= n {
					continue
				}
				bad := slices.Clone(list)
				bad[i] = record{r.key, bytes.Clone(r.value)}
				bad[i].value[at] ^= 1 << (at % 8)
				try(fmt.Sprintf("%v, byte %d of %d", r, at, n), bad)
			}
		}
	})
}

// A flipped bit of a key: the record is missing where it was and stands where it
// does not belong.
func TestDamagedKeysAreNoticed(t *testing.T) {
	t.Parallel()
	requireTold(t, false, func(list []record, try func(string, []record)) {
		for i, r := range list {
			for _, at := range slices.Compact([]int{7, 8, (8 + len(r.key)) / 2, len(r.key) - 1}) {
				bad := slices.Delete(slices.Clone(list), i, i+1)
				key := bytes.Clone(r.key)
				key[at] ^= 1 << (at % 3)
				place, there := slices.BinarySearchFunc(bad, key, func(r record, k []byte) int { return bytes.Compare(r.key, k) })
				if there {
					bad[place].value = r.value
				} else {
					bad = slices.Insert(bad, place, record{key, r.value})
				}
				try(fmt.Sprintf("%v, byte %d of the key", r, at), bad)
			}
		}
	})
}

func TestMissingRecordsAreNoticed(t *testing.T) {
	t.Parallel()
	requireTold(t, false, func(list []record, try func(string, []record)) {
		for i, r := range list {
			switch r.key[8] {
			case rowkey.KindCursor, rowkey.KindMailboxName, rowkey.KindViews:
				// What is gone as a whole was never there; indexes are made again.
			default:
				try(fmt.Sprintf("%v is missing", r), slices.Delete(slices.Clone(list), i, i+1))
			}
		}
	})
}

func clockAt(day int) mapi.Value { return time.Date(2026, 2, day, 0, 0, 0, 0, time.UTC) }
