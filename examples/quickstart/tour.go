package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// A tour is a walk through a mailbox of a dozen mails. Each stop is a method that
// shows one thing; read them in the order of guide.
type tour struct {
	out   io.Writer
	stops int

	st    *store.Store
	box   *store.Mailbox
	inbox *store.Folder
	ids   map[string]mapi.MessageID // in the inbox, by the name of the sample
}

// guide walks through the tour, in a store that is kept when dir is not "".
func guide(ctx context.Context, dir string, out io.Writer) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "okapi-tour-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	t := &tour{out: out, ids: map[string]mapi.MessageID{}}
	if err := t.open(ctx, dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.st.Close()) }()

	for _, stop := range []func(context.Context) error{
		t.deliver, t.newest, t.sort, t.filter, // mail goes in and is found again
		t.change, t.move, t.delete, t.restore, // it is worked with
		t.look, t.export, t.regenerate, // it comes out again
		t.shared, t.changes, t.check, // what the store does by itself
	} {
		if err := stop(ctx); err != nil {
			return err
		}
	}
	t.say("That was the tour. Its code is examples/quickstart/tour*.go; try -import on mail of your own.")
	return nil
}

// open makes the store and a mailbox in it. A mailbox is born with the special
// folders that mail programs expect, named in its language.
func (t *tour) open(ctx context.Context, dir string) (err error) {
	t.title("A store and a mailbox")
	if t.st, err = pebblestore.Open(dir, nil); err != nil {
		return err
	}
	name := "ada@zoo.example"
	t.box, err = t.st.CreateMailbox(ctx, name, &store.MailboxOptions{Locale: "en"})
	if errors.Is(err, mapi.ErrCollision) {
		err = fmt.Errorf("%s has a mailbox %s already: give the tour a new directory", dir, name)
	}
	if err == nil {
		t.inbox, err = t.box.SpecialFolder(ctx, mapi.FolderInbox)
	}
	if err != nil {
		return errors.Join(err, t.st.Close())
	}
	t.say("The store is a directory: %s", dir)
	t.say("It has one mailbox, %s, with an inbox, a calendar, contacts and so on.", name)
	return nil
}

// title begins a stop.
func (t *tour) title(text string) {
	t.stops++
	text = fmt.Sprintf("%d. %s", t.stops, text)
	if isTerminal(t.out) {
		text = "\x1b[1m" + text + "\x1b[0m" // bold
	}
	t.say("\n%s\n", text)
}

// say writes a line.
func (t *tour) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }
