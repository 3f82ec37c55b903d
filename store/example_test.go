package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

// Examples end at an error; programs return it.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func letter(subject, from string) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagSubject.Set(m, subject)
	props.PidTagSentRepresentingName.Set(m, from)
	props.PidTagBody.Set(m, "Dear Ada, ...")
	return m
}

// A mailbox gets mail, lists it, reads it, and moves it away.
func Example() {
	ctx := context.Background()
	st := memstore.New(nil) // or pebblestore.Open("mail.db", nil)
	defer st.Close()

	box := must(st.CreateMailbox(ctx, "ada@example.org", nil))
	inbox := must(box.SpecialFolder(ctx, mapi.FolderInbox))
	for _, m := range []*mapi.Message{letter("Feeding times", "Zoo"), letter("RE: Stripes", "Zebra"), letter("Stripes", "Okapi")} {
		must(inbox.Add(ctx, m, &store.AddOptions{Deliver: true}))
	}

	stripes := inbox.Contents(&store.View{
		Columns: store.Columns(props.PidTagSubject, props.PidTagSentRepresentingName),
		Where:   mapi.Contains(props.PidTagSubject, "stripes", mapi.Substring|mapi.IgnoreCase),
		Sort:    mapi.SortOrder{mapi.Ascending(props.PidTagSentRepresentingName)},
	})
	archive := must(inbox.CreateFolder(ctx, "Stripes", nil))
	for row, err := range stripes.Rows(ctx) {
		check(err)
		fmt.Println(props.PidTagSentRepresentingName.Or(row, ""), "wrote", props.PidTagSubject.Or(row, ""))
		must(inbox.MoveMessages(ctx, []mapi.MessageID{row.Message}, archive))
	}
	fmt.Println(must(inbox.Counts(ctx)).Messages, "left,", must(archive.Counts(ctx)).Messages, "moved")
	// Output:
	// Okapi wrote Stripes
	// Zebra wrote RE: Stripes
	// 1 left, 2 moved
}

// zoo is a mailbox for the other examples.
func zoo() (*store.Store, *store.Mailbox, *store.Folder) {
	st := memstore.New(nil)
	box := must(st.CreateMailbox(context.Background(), "zoo@example.org", nil))
	return st, box, must(box.SpecialFolder(context.Background(), mapi.FolderInbox))
}

func ExampleStore_CreateMailbox() {
	ctx := context.Background()
	st := memstore.New(nil)
	defer st.Close()

	box := must(st.CreateMailbox(ctx, "ada@example.org", &store.MailboxOptions{Locale: "de"}))
	inbox := must(box.SpecialFolder(ctx, mapi.FolderInbox))
	fmt.Println(must(inbox.Name(ctx)))

	_, err := st.CreateMailbox(ctx, "ada@example.org", nil)
	fmt.Println(errors.Is(err, mapi.ErrCollision))
	// Output:
	// Posteingang
	// true
}

func ExampleMailbox_OpenPath() {
	ctx := context.Background()
	st, box, inbox := zoo()
	defer st.Close()
	must(must(inbox.CreateFolder(ctx, "Animals", nil)).CreateFolder(ctx, "Giraffes", nil))

	f := must(box.OpenPath(ctx, "Inbox", "animals", "giraffes"))
	fmt.Println(must(f.Name(ctx)))
	// Output: Giraffes
}

func ExampleMailbox_OpenEntry() {
	ctx := context.Background()
	st, box, inbox := zoo()
	defer st.Close()
	id := must(inbox.Add(ctx, letter("Hay", "Okapi"), nil))
	saved := box.MessageEntryID(inbox.ID(), id) // what a client keeps

	entry := must(box.OpenEntry(ctx, saved, nil))
	fmt.Println(props.PidTagSubject.Or(entry.Message, ""))
	entry = must(box.OpenEntry(ctx, inbox.EntryID(), nil))
	fmt.Println(must(entry.Folder.Name(ctx)))
	// Output:
	// Hay
	// Inbox
}

func ExampleFolder_CreateMessage() {
	ctx := context.Background()
	st, box, _ := zoo()
	defer st.Close()
	drafts := must(box.SpecialFolder(ctx, mapi.FolderDrafts))

	m := must(drafts.CreateMessage(ctx, nil))
	props.PidTagSubject.Set(m, "RE: Hay")
	fmt.Println("before the save:", must(drafts.Counts(ctx)).Messages)
	check(m.Save(ctx, nil))
	fmt.Println("after:", must(drafts.Counts(ctx)).Messages, props.PidTagNormalizedSubject.Or(m, ""), props.PidTagMessageFlags.Or(m, 0))
	// Output:
	// before the save: 0
	// after: 1 Hay Read|Unsent|EverRead
}

func ExampleMessage_Save() {
	ctx := context.Background()
	st, _, inbox := zoo()
	defer st.Close()
	id := must(inbox.Add(ctx, letter("Hay", "Okapi"), nil))

	mine := must(inbox.OpenMessage(ctx, id, nil))
	theirs := must(inbox.OpenMessage(ctx, id, nil))
	props.PidTagSubject.Set(theirs, "Leaves")
	check(theirs.Save(ctx, nil))

	props.PidTagImportance.Set(mine, mapi.ImportanceHigh)
	fmt.Println(errors.Is(mine.Save(ctx, nil), mapi.ErrObjectModified))
	check(mine.Save(ctx, &store.SaveOptions{Force: true})) // both changes stay
	fmt.Println(props.PidTagSubject.Or(mine, ""), props.PidTagImportance.Or(mine, 0))
	// Output:
	// true
	// Leaves High
}

func ExampleMessage_SetProperties() {
	ctx := context.Background()
	st, _, inbox := zoo()
	defer st.Close()
	m := must(inbox.OpenMessage(ctx, must(inbox.Add(ctx, letter("Hay", "Okapi"), nil)), nil))

	for _, problem := range m.SetProperties(
		mapi.Property{Prop: props.PidTagBody.Prop(), Value: "Fresh hay!"},
		mapi.Property{Prop: props.PidTagMessageSize.Prop(), Value: int32(1)},
	) {
		fmt.Println(props.Name(problem.Prop), problem.Code.Name())
	}
	// Output: PidTagMessageSize MAPI_E_COMPUTED
}

func ExampleOpenStream() {
	ctx := context.Background()
	st, _, inbox := zoo()
	defer st.Close()
	m := must(inbox.CreateMessage(ctx, nil))
	m.Attachments = []*mapi.Attachment{{}}

	w := must(store.OpenStream(m.Attachments[0], props.PidTagAttachDataBinary.Prop(), &store.StreamOptions{Create: true}))
	must(io.Copy(w, strings.NewReader(strings.Repeat("giraffe ", 1000))))
	check(w.Close())
	check(m.Save(ctx, nil))

	r := must(store.OpenStream(m.Attachments[0], props.PidTagAttachDataBinary.Prop(), nil))
	defer r.Close()
	piece := make([]byte, 7)
	must(r.ReadAt(piece, 800*8))
	fmt.Println(r.Size(), string(piece))
	// Output: 8000 giraffe
}

func ExampleTable() {
	ctx := context.Background()
	st, _, inbox := zoo()
	defer st.Close()
	for i, from := range []string{"Zebra", "Okapi", "Ape", "Giraffe", "Lion"} {
		m := letter("Hello", from)
		props.PidTagMessageDeliveryTime.Set(m, time.Date(2026, 5, 1+i, 8, 0, 0, 0, time.UTC))
		must(inbox.Add(ctx, m, nil))
	}
	table := inbox.Contents(&store.View{
		Columns: store.Columns(props.PidTagSentRepresentingName),
		Sort:    mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime)},
	})

	// Without a cursor: pages by position, as a web client wants them.
	for _, row := range must(table.Page(ctx, 1, 2)) {
		fmt.Println(row.Values[0])
	}
	// With one: as a MAPI client does.
	must(table.Seek(ctx, store.End, -1))
	fmt.Println(must(table.Read(ctx, 1))[0].Values[0])
	row := must(table.Find(ctx, mapi.Contains(props.PidTagSentRepresentingName, "a", mapi.Prefix|mapi.IgnoreCase), store.Beginning, false))
	position, total, _ := table.Position(ctx)
	fmt.Println(row.Values[0], "is at", position, "of", total)
	// Output:
	// Giraffe
	// Ape
	// Zebra
	// Ape is at 2 of 5
}

func ExampleFolder_DeleteMessages() {
	ctx := context.Background()
	st, _, inbox := zoo()
	defer st.Close()
	id := must(inbox.Add(ctx, letter("Hay", "Okapi"), nil))

	check(inbox.DeleteMessages(ctx, []mapi.MessageID{id}, nil)) // softly
	fmt.Println(must(inbox.Contents(nil).Count(ctx)), "there,", must(inbox.Contents(&store.View{SoftDeleted: true}).Count(ctx)), "to be restored")
	must(inbox.RestoreMessages(ctx, []mapi.MessageID{id}))
	fmt.Println(must(inbox.Contents(nil).Count(ctx)), "there")
	// Output:
	// 0 there, 1 to be restored
	// 1 there
}

func ExampleMailbox_Subscribe() {
	ctx := context.Background()
	st, box, inbox := zoo()
	defer st.Close()

	sub := must(box.Subscribe(ctx, &store.SubscribeOptions{Types: mapi.EventNewMail}))
	defer sub.Close()
	must(inbox.Add(ctx, letter("Hay", "Okapi"), &store.AddOptions{Deliver: true}))

	event := must(sub.Next(ctx))
	m := must(inbox.OpenMessage(ctx, event.Message, nil))
	fmt.Println("new mail:", props.PidTagSubject.Or(m, ""))
	// Output: new mail: Hay
}

// A program that follows a mailbox sets a cursor after it has dealt with changes:
// after a crash it goes on from there.
func ExampleMailbox_Changes() {
	ctx := context.Background()
	st, box, inbox := zoo()
	defer st.Close()
	check(box.SetCursor(ctx, "indexer", must(box.ChangeNumber(ctx))))
	id := must(inbox.Add(ctx, letter("Hay", "Okapi"), nil))
	must(inbox.Add(ctx, letter("Leaves", "Giraffe"), nil))
	check(inbox.DeleteMessages(ctx, []mapi.MessageID{id}, nil))

	for change, err := range box.Changes(ctx, must(box.Cursor(ctx, "indexer"))) {
		check(err)
		fmt.Println(change.Op)
		check(box.SetCursor(ctx, "indexer", change.Number))
	}
	// Output:
	// created
	// deleted
}

func ExampleMailbox_IDsFromNames() {
	ctx := context.Background()
	st, box, _ := zoo()
	defer st.Close()

	ids := must(box.IDsFromNames(ctx, true, props.PidNameKeywords.Prop()))
	fmt.Printf("%#x %v\n", ids[0], mapi.MakeTag(ids[0], mapi.PtypMultipleString))
	fmt.Println(must(box.NamesFromIDs(ctx, ids...))[0].Name)
	// Output:
	// 0x8001 0x8001101F
	// Keywords
}

// Quota refuses mail for mailboxes that are full.
type Quota struct{ Limit int64 }

func (q Quota) Admit(_ context.Context, w store.Write) error {
	if w.Growth > 0 && w.Size > q.Limit {
		return fmt.Errorf("%w: %s is full", mapi.ErrQuotaExceeded, w.Mailbox.Name)
	}
	return nil
}

func ExampleGate() {
	ctx := context.Background()
	st := memstore.New(&store.Options{Gates: []store.Gate{Quota{Limit: 10_000}}})
	defer st.Close()
	box := must(st.CreateMailbox(ctx, "ada", nil))
	inbox := must(box.SpecialFolder(ctx, mapi.FolderInbox))

	_, err := inbox.Add(ctx, letter(strings.Repeat("long ", 5000), "Giraffe"), nil)
	fmt.Println(errors.Is(err, mapi.ErrQuotaExceeded), must(inbox.Counts(ctx)).Messages)
	// Output: true 0
}

func ExampleStore_Check() {
	ctx := context.Background()
	st, _, inbox := zoo()
	defer st.Close()
	must(inbox.Add(ctx, letter("Hay", "Okapi"), nil))

	report := must(st.Check(ctx, &store.CheckOptions{Deep: true}))
	fmt.Println(report.OK(), report.Messages)
	// Output: true 1
}
