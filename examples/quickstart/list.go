package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
)

// list prints the folders of a mailbox and the newest messages of one of them.
func list(ctx context.Context, w io.Writer, box *store.Mailbox, o *options) error {
	if err := listFolders(ctx, w, box); err != nil {
		return err
	}
	f, err := box.OpenPath(ctx, steps(o.folder)...)
	if err != nil {
		return err
	}
	newest := f.Contents(&store.View{
		Columns: listed(),
		Sort:    mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime)},
	})
	fmt.Fprintf(w, "\n%s, newest first:\n\n", o.folder)
	return listMessages(ctx, w, newest, o.rows)
}

// listFolders prints the tree of folders that users see, with its counters.
func listFolders(ctx context.Context, w io.Writer, box *store.Mailbox) error {
	top, err := box.SpecialFolder(ctx, mapi.FolderIPMSubtree)
	if err != nil {
		return err
	}
	tree := top.Subfolders(&store.View{
		Deep: true,
		Columns: store.Columns(props.PidTagDisplayName, props.PidTagDepth, props.PidTagContentCount,
			props.PidTagContentUnreadCount, props.PidTagContainerClass),
	})
	g := newGrid("Folder", ">Messages", ">Unread", "Class")
	for row, err := range tree.Rows(ctx) {
		if err != nil {
			return err
		}
		indent := strings.Repeat("  ", int(props.PidTagDepth.Or(row, 1))-1)
		g.add(indent+props.PidTagDisplayName.Or(row, ""),
			number(int64(props.PidTagContentCount.Or(row, 0))),
			number(int64(props.PidTagContentUnreadCount.Or(row, 0))),
			props.PidTagContainerClass.Or(row, ""))
	}
	g.print(w)
	return nil
}

// listed are the columns of a list of messages.
func listed() []mapi.Prop {
	return store.Columns(props.PidTagMessageDeliveryTime, props.PidTagSentRepresentingName,
		props.PidTagSentRepresentingSmtpAddress, props.PidTagSubject, props.PidTagMessageSize,
		props.PidTagHasAttachments, props.PidTagMessageFlags)
}

// listMessages prints the first rows of a table.
func listMessages(ctx context.Context, w io.Writer, t *store.Table, rows int) error {
	total, err := t.Count(ctx)
	if err != nil {
		return err
	}
	page, err := t.Page(ctx, 0, rows)
	if err != nil {
		return err
	}
	g := newGrid("Id", "Received", "", "From", "Subject", ">Size")
	for _, row := range page {
		g.add(shortID(row.Message), when(props.PidTagMessageDeliveryTime.Or(row, time.Time{})), marks(row),
			shorten(sender(row), 22), props.PidTagSubject.Or(row, ""), size(int64(props.PidTagMessageSize.Or(row, 0))))
	}
	g.print(w)
	if more := total - int64(len(page)); more > 0 {
		fmt.Fprintf(w, "  … and %s more\n", number(more))
	}
	return nil
}

// when is a time as lists show it.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// marks are the signs in front of a message: unread, with attachments.
func marks(obj mapi.Getter) string {
	unread, attached := " ", " "
	if props.PidTagMessageFlags.Or(obj, 0)&mapi.FlagRead == 0 {
		unread = "●"
	}
	if props.PidTagHasAttachments.Or(obj, false) {
		attached = "+"
	}
	return unread + attached
}

// show prints a message property by property, in canonical names.
func show(ctx context.Context, w io.Writer, box *store.Mailbox, id string) error {
	m, err := message(ctx, box, id)
	if err != nil {
		return err
	}
	return props.Dump(w, m.Message, &props.DumpOptions{Skip: []mapi.Prop{rfc822.SourceForm()}})
}

// export writes a message as mail: the bytes that came in when what it says was
// not changed since.
func export(ctx context.Context, w io.Writer, box *store.Mailbox, id string) error {
	m, err := message(ctx, box, id)
	if err != nil {
		return err
	}
	return rfc822.Encode(w, m.Message, nil)
}
