package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

// An Entry is what an entry id leads to: a folder or a message. One of the two is
// nil.
type Entry struct {
	Folder  *Folder
	Message *Message
}

// OpenEntry opens what an entry id names, wherever in the mailbox it is
// (MS-OXCDATA 2.2.4): a client that kept an id need not know what it was of. An
// empty id names the root. opts are for messages.
//
// It reports mapi.ErrInvalidEntryID for an id that is not one of a folder or a
// message, mapi.ErrUnknownEntryID for one of another mailbox, and
// mapi.ErrNotFound when the object is gone. A message that was moved has another
// id where it is now.
func (b *Mailbox) OpenEntry(ctx context.Context, id mapi.EntryID, opts *OpenMessageOptions) (Entry, error) {
	const op = "store.Mailbox.OpenEntry"
	if len(id) == 0 {
		root, err := b.Root(ctx)
		return Entry{Folder: root}, fail(op, err)
	}
	switch id.Kind() {
	case mapi.KindFolder:
		e, err := mapi.ParseFolderEntryID(id)
		if err == nil {
			err = b.mine(e.Provider, e.Type, b.idType(mapi.PrivateFolder), e.Folder)
		}
		if err != nil {
			return Entry{}, fail(op, err)
		}
		f, err := b.OpenFolder(ctx, mapi.FolderID(e.Folder.Counter))
		return Entry{Folder: f}, fail(op, err)
	case mapi.KindMessage:
		e, err := mapi.ParseMessageEntryID(id)
		if err == nil {
			err = b.mine(e.Provider, e.Type, b.idType(mapi.PrivateMessage), e.Folder, e.Message)
		}
		if err != nil {
			return Entry{}, fail(op, err)
		}
		m, err := b.openMessage(ctx, mapi.FolderID(e.Folder.Counter), mapi.MessageID(e.Message.Counter), opts)
		return Entry{Message: m}, fail(op, err)
	case mapi.UnknownEntryID:
		return Entry{}, fail(op, fmt.Errorf("%w: %d bytes", mapi.ErrInvalidEntryID, len(id)))
	}
	return Entry{}, fail(op, fmt.Errorf("%w: it names a person", mapi.ErrUnknownEntryID))
}

// openMessage opens a message by its id and its folder's.
func (b *Mailbox) openMessage(ctx context.Context, folder mapi.FolderID, id mapi.MessageID, opts *OpenMessageOptions) (*Message, error) {
	f, err := b.OpenFolder(ctx, folder)
	if errors.Is(err, mapi.ErrNotFound) && opts != nil && opts.SoftDeleted {
		f, err = b.OpenDeletedFolder(ctx, folder) // deleted with all its messages
	}
	if err != nil {
		return nil, err
	}
	return f.OpenMessage(ctx, id, opts)
}

// mine makes sure that an entry id is of this mailbox.
func (b *Mailbox) mine(provider mapi.GUID, got, want mapi.EntryIDType, ids ...mapi.GlobalID) error {
	if provider != b.info.ID {
		return fmt.Errorf("%w: of store %v", mapi.ErrUnknownEntryID, provider)
	}
	if got != want {
		return fmt.Errorf("%w: type %d", mapi.ErrInvalidEntryID, got)
	}
	for _, id := range ids {
		if id.Replica != b.info.ID {
			return fmt.Errorf("%w: made by replica %v", mapi.ErrNotFound, id.Replica)
		}
	}
	return nil
}
