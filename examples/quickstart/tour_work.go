package main

import (
	"context"
	"errors"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// change opens a message, changes it and saves it. Two handles on one message do
// not overwrite each other by accident.
func (t *tour) change(ctx context.Context) error {
	t.title("A message is changed, twice at once")
	id := t.ids["02-german.eml"]
	first, err := t.inbox.OpenMessage(ctx, id, nil)
	if err != nil {
		return err
	}
	second, err := t.inbox.OpenMessage(ctx, id, nil)
	if err != nil {
		return err
	}
	props.PidNameKeywords.Set(first, []string{"weekend", "willow"})
	if err := first.Save(ctx, nil); err != nil {
		return err
	}
	t.say("One handle sets categories and saves: its change number is %d now.", first.ChangeNumber())

	props.PidTagFlagStatus.Set(second, mapi.FlagStatusFlagged)
	err = second.Save(ctx, nil)
	if !errors.Is(err, mapi.ErrObjectModified) {
		return errors.Join(errors.New("a conflict was not noticed"), err)
	}
	t.say("The other is told: %v.", err)
	if err := second.Save(ctx, &store.SaveOptions{Force: true}); err != nil {
		return err
	}
	t.say("It insists; only what it changed is written over. Both changes are there:\n")
	g := newGrid("Property", "Value")
	g.add("PidTagFlagStatus", props.PidTagFlagStatus.Or(second, 0).String())
	g.add("PidNameKeywords", strings.Join(props.PidNameKeywords.Or(second, nil), ", "))
	g.print(t.out)

	return t.inbox.SetReadFlags(ctx, store.MarkRead, id, t.ids["01-welcome.eml"])
}

// move makes a folder and moves the newsletter there, while somebody watches.
func (t *tour) move(ctx context.Context) error {
	t.title("The newsletter is moved, and somebody watches")
	watch, err := t.box.Subscribe(ctx, nil)
	if err != nil {
		return err
	}
	defer watch.Close()

	letters, err := t.inbox.CreateFolder(ctx, "Newsletters", nil)
	if err != nil {
		return err
	}
	moved, err := t.inbox.MoveMessages(ctx, []mapi.MessageID{t.ids["10-newsletter.eml"]}, letters)
	if err != nil {
		return err
	}
	for {
		e, err := watch.Next(ctx)
		if err != nil {
			return err
		}
		what := "folder " + e.Object.String()
		if e.IsMessage() {
			what = "message " + shortID(e.Message)
		}
		t.say("  change %-4d %-9v %s", e.Change, e.Type, what)
		if e.Type == mapi.EventMoved && e.Message == moved[0] {
			break
		}
	}
	t.say("")
	return t.count(ctx, t.inbox, letters)
}

// count prints the counters of folders, which are kept and not counted.
func (t *tour) count(ctx context.Context, folders ...*store.Folder) error {
	g := newGrid("Folder", ">Messages", ">Unread", ">Deleted", ">Size")
	for _, f := range folders {
		name, err := f.Name(ctx)
		if err != nil {
			return err
		}
		c, err := f.Counts(ctx)
		if err != nil {
			return err
		}
		g.add(name, number(c.Messages), number(c.Unread), number(c.Deleted), size(c.Size))
	}
	g.print(t.out)
	return nil
}

// delete deletes softly: the messages leave the list, and can come back.
func (t *tour) delete(ctx context.Context) error {
	t.title("Two mails are deleted by mistake")
	gone := []mapi.MessageID{t.ids["03-japanese.eml"], t.ids["05-chinese.eml"]}
	if err := t.inbox.DeleteMessages(ctx, gone, nil); err != nil {
		return err
	}
	if err := t.count(ctx, t.inbox); err != nil {
		return err
	}
	t.say("\nWhat was deleted softly is a list of its own:\n")
	bin := t.inbox.Contents(&store.View{Columns: listed(), SoftDeleted: true})
	return listMessages(ctx, t.out, bin, 50)
}

// restore brings them back. They are new messages to all who follow the changes.
func (t *tour) restore(ctx context.Context) error {
	t.title("They are restored")
	gone := []string{"03-japanese.eml", "05-chinese.eml"}
	back, err := t.inbox.RestoreMessages(ctx, []mapi.MessageID{t.ids[gone[0]], t.ids[gone[1]]})
	if err != nil {
		return err
	}
	for i, name := range gone {
		t.say("  %s has come back as %s", name, shortID(back[i]))
		t.ids[name] = back[i]
	}
	t.say("")
	return t.count(ctx, t.inbox)
}
