package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// mailbox opens the mailbox of a name, or makes it.
func mailbox(ctx context.Context, st *store.Store, name string) (*store.Mailbox, error) {
	box, err := st.OpenMailbox(ctx, name)
	if errors.Is(err, mapi.ErrNotFound) {
		return st.CreateMailbox(ctx, name, nil)
	}
	return box, err
}

// folder opens the folder at the end of a path below the top of what users see,
// and makes the steps that are missing.
func folder(ctx context.Context, box *store.Mailbox, path ...string) (*store.Folder, error) {
	at, err := box.SpecialFolder(ctx, mapi.FolderIPMSubtree)
	for _, name := range path {
		if err != nil {
			return nil, err
		}
		at, err = at.CreateFolder(ctx, name, &store.CreateFolderOptions{OpenIfExists: true})
	}
	return at, err
}

// steps are the names in a path such as "Inbox/Zoo".
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// message opens the message of an id as shortID prints it.
func message(ctx context.Context, box *store.Mailbox, id string) (*store.Message, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, "m"), 16, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is no message id; -list shows them", id)
	}
	root, err := box.Root(ctx)
	if err != nil {
		return nil, err
	}
	for row, err := range root.Subfolders(&store.View{Deep: true}).Rows(ctx) {
		if err != nil {
			return nil, err
		}
		f, err := box.OpenFolder(ctx, row.Folder)
		if err != nil {
			return nil, err
		}
		m, err := f.OpenMessage(ctx, mapi.MessageID(n), nil)
		if !errors.Is(err, mapi.ErrNotFound) {
			return m, err
		}
	}
	return nil, fmt.Errorf("no message %s in the mailbox of %s", id, box.Name())
}

// shortID is a message id as lists show it: "m2a".
func shortID(id mapi.MessageID) string { return "m" + strconv.FormatUint(uint64(id), 16) }

// sender is who a message is from, as lists show it.
func sender(obj mapi.Getter) string {
	name := props.PidTagSentRepresentingName.Or(obj, "")
	if name == "" {
		name = props.PidTagSentRepresentingSmtpAddress.Or(obj, "")
	}
	return name
}
