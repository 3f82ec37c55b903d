package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/notify"
)

// A Change is an entry of a mailbox's change log. The log is durable, in commit
// order, and keeps the last change of each object: who reads it from a change
// number on learns of everything that is different since, but not of what
// happened in between. Changes of the read state are kept beside changes of the
// content. Deletions stay for good. That a folder was deleted softly or came back
// says the same of the messages in it, which have no entries of their own then.
type Change struct {
	Number     mapi.ChangeNumber
	Op         ChangeOp
	Time       time.Time
	Folder     mapi.FolderID // the folder of the message, or the parent of the folder
	Object     mapi.FolderID // the folder concerned, or 0
	Message    mapi.MessageID
	Associated bool

	// ChangeMoved: where the message is now. Its life there begins with a
	// ChangeCreated of its own.
	NewFolder  mapi.FolderID
	NewMessage mapi.MessageID
}

// A ChangeOp says what happened.
type ChangeOp byte

const (
	ChangeCreated  ChangeOp = rowkey.OpCreated
	ChangeModified ChangeOp = rowkey.OpModified
	ChangeRead     ChangeOp = rowkey.OpRead    // read state or status
	ChangeDeleted  ChangeOp = rowkey.OpDeleted // softly
	ChangeRemoved  ChangeOp = rowkey.OpRemoved // for good
	ChangeMoved    ChangeOp = rowkey.OpMoved
)

// String returns a word such as "created".
func (op ChangeOp) String() string {
	switch op {
	case ChangeCreated:
		return "created"
	case ChangeModified:
		return "modified"
	case ChangeRead:
		return "read"
	case ChangeDeleted:
		return "deleted"
	case ChangeRemoved:
		return "removed"
	case ChangeMoved:
		return "moved"
	}
	return fmt.Sprintf("ChangeOp(%d)", byte(op))
}

// ChangeNumber is that of the last change.
func (b *Mailbox) ChangeNumber(ctx context.Context) (mapi.ChangeNumber, error) {
	var h rowkey.Header
	err := b.view(ctx, func(r driver.Reader) (err error) {
		h, err = b.readHeader(r)
		return err
	})
	return mapi.ChangeNumber(h.Change), fail("store.Mailbox.ChangeNumber", err)
}

// Changes yields the entries of the change log after since, oldest first, of one
// snapshot. The loop may use the store.
func (b *Mailbox) Changes(ctx context.Context, since mapi.ChangeNumber) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		stopped := false
		err := b.view(ctx, func(r driver.Reader) error {
			var inner error
			kind := b.space.Kind(rowkey.KindLog)
			err := r.Scan(b.space.Log(uint64(since)+1), rowkey.After(kind), false, func(k, v []byte) bool {
				var c Change
				if c, inner = parseChange(k, v); inner == nil {
					inner = ctx.Err()
				}
				if inner != nil {
					return false
				}
				stopped = !yield(c, nil)
				return !stopped
			})
			if inner != nil {
				return inner
			}
			return err
		})
		if err != nil && !stopped {
			yield(Change{}, fail("store.Mailbox.Changes", err))
		}
	}
}

func parseChange(k, v []byte) (Change, error) {
	payload, err := rowkey.Open(k, v)
	if err != nil {
		return Change{}, err
	}
	rec, err := rowkey.ParseChange(payload)
	if err != nil {
		return Change{}, err
	}
	c := Change{Number: mapi.ChangeNumber(rowkey.LastID(k)), Op: ChangeOp(rec.Op), Time: mapi.FromFileTime(rec.Time),
		Folder: mapi.FolderID(rec.Folder), Associated: rec.Associated,
		NewFolder: mapi.FolderID(rec.NewFolder), NewMessage: mapi.MessageID(rec.NewObject)}
	if rec.IsFolder {
		c.Object = mapi.FolderID(rec.Object)
	} else {
		c.Message = mapi.MessageID(rec.Object)
	}
	return c, nil
}

func (b *Mailbox) cursorKey(name string) []byte {
	return append(b.space.Kind(rowkey.KindCursor), name...)
}

// Cursor returns how far the reader of a name has come in the change log; 0 when
// it never said.
func (b *Mailbox) Cursor(ctx context.Context, name string) (mapi.ChangeNumber, error) {
	var n uint64
	err := b.view(ctx, func(r driver.Reader) error {
		v, err := getSealed(r, b.cursorKey(name))
		if err != nil || v == nil {
			return err
		}
		if len(v) != 8 {
			return fmt.Errorf("%w: cursor %q", mapi.ErrCorruptData, name)
		}
		n = binary.BigEndian.Uint64(v)
		return nil
	})
	return mapi.ChangeNumber(n), fail("store.Mailbox.Cursor", err)
}

// SetCursor keeps how far the reader of a name has come. A reader that sets it
// after it has dealt with changes sees none of them twice without having missed
// one. Names have at most 255 bytes.
func (b *Mailbox) SetCursor(ctx context.Context, name string, n mapi.ChangeNumber) error {
	const op = "store.Mailbox.SetCursor"
	if name == "" || len(name) > 255 {
		return fail(op, fmt.Errorf("%w: cursor name of %d bytes", mapi.ErrInvalidParameter, len(name)))
	}
	return fail(op, b.update(ctx, false, func(t *txn) error {
		return t.put(b.cursorKey(name), binary.BigEndian.AppendUint64(nil, uint64(n)))
	}))
}

// SubscribeOptions say what a subscription delivers. nil and the zero value mean
// all events of the mailbox.
type SubscribeOptions struct {
	Types   mapi.EventType // 0 means all
	Folder  mapi.FolderID  // only this folder and what happens to its direct children
	Message mapi.MessageID // only this message

	// Queue is how many events wait for a slow subscriber before they are
	// dropped and EventOverflow takes their place. Default: 1024.
	Queue int
}

// Subscribe returns a subscription to events from now on. Events come after the
// commit, in the order of commits, and never hold up a writer: a subscriber that
// falls behind gets EventOverflow and reads the change log from there. The caller
// closes the subscription.
func (b *Mailbox) Subscribe(ctx context.Context, opts *SubscribeOptions) (*notify.Subscription, error) {
	if opts == nil {
		opts = &SubscribeOptions{}
	}
	queue := opts.Queue
	if queue <= 0 {
		queue = 1024
	}
	types := opts.Types
	if types == 0 {
		types = mapi.EventAll
	}
	base := func() (mapi.ChangeNumber, error) { return b.ChangeNumber(ctx) }
	sub, err := b.store.hub.Subscribe(uint64(b.space), base,
		notify.Filter{Types: types, Folder: opts.Folder, Message: opts.Message}, queue)
	return sub, fail("store.Mailbox.Subscribe", err)
}
