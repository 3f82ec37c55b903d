package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// MoveMessages moves messages of this folder to another one, which may be in
// another mailbox, and returns the ids they have there, in the order of the ids
// that were found. Read state, flags, times, recipients and attachments stay; the
// id, entry id and change number are new (MS-OXCFOLD 2.2.1.6). Ids that are not
// in the folder are reported as mapi.WarnPartialCompletion.
//
// Within a mailbox up to 32 messages are moved in one transaction. Between
// mailboxes each is added there before it is deleted here, so a crash in between
// leaves it in both.
func (f *Folder) MoveMessages(ctx context.Context, ids []mapi.MessageID, dest *Folder) ([]mapi.MessageID, error) {
	const op = "store.Folder.MoveMessages"
	if f.box != dest.box {
		moved, err := f.copyAcross(ctx, ids, dest, true)
		return moved, fail(op, err)
	}
	moved, err := f.eachBatch(ctx, ids, false, func(t *txn, im *image) (mapi.MessageID, error) {
		if _, err := dest.live(t); err != nil {
			return 0, err
		}
		return t.moveMessage(im, uint64(dest.id))
	})
	return moved, fail(op, err)
}

func (t *txn) moveMessage(im *image, folder uint64) (mapi.MessageID, error) {
	if err := t.removeRow(im); err != nil {
		return 0, err
	}
	if err := t.dropReadLog(im); err != nil {
		return 0, err
	}
	to := *im
	to.folder, to.id = folder, t.newID()
	var err error
	if _, err = t.log(im.row.Change, rowkey.Change{Op: rowkey.OpMoved, Folder: im.folder, Object: im.id,
		Associated: im.row.Associated, NewFolder: folder, NewObject: to.id}); err != nil {
		return 0, err
	}
	if to.row.Change, err = t.log(0, rowkey.Change{Op: rowkey.OpCreated, Folder: folder, Object: to.id,
		Associated: im.row.Associated}); err != nil {
		return 0, err
	}
	if err := t.insertRow(&to); err != nil {
		return 0, err
	}
	t.event(mapi.Event{Type: mapi.EventMoved, Folder: mapi.FolderID(folder), Message: mapi.MessageID(to.id),
		OldFolder: mapi.FolderID(im.folder), OldMessage: mapi.MessageID(im.id), Associated: im.row.Associated})
	if err := t.countsEvent(folder); err != nil {
		return 0, err
	}
	if err := t.touch(im.folder); err != nil {
		return 0, err
	}
	return mapi.MessageID(to.id), t.touch(folder)
}

// CopyMessages copies messages of this folder to another one, which may be in
// another mailbox, and returns the ids of the copies, in the order of the ids
// that were found. The search key stays; time of creation, id and change number
// are new. Otherwise it is as MoveMessages.
func (f *Folder) CopyMessages(ctx context.Context, ids []mapi.MessageID, dest *Folder) ([]mapi.MessageID, error) {
	const op = "store.Folder.CopyMessages"
	if f.box != dest.box {
		copied, err := f.copyAcross(ctx, ids, dest, false)
		return copied, fail(op, err)
	}
	var copied []mapi.MessageID
	missing := 0
	for len(ids) > 0 {
		batch := ids[:min(len(ids), messagesPerTxn)]
		ids = ids[len(batch):]
		done, notThere, err := f.copyBatch(ctx, batch, dest)
		if err != nil {
			return copied, fail(op, err)
		}
		copied = append(copied, done...)
		missing += notThere
	}
	if missing > 0 {
		return copied, fail(op, fmt.Errorf("%w: %d messages are not in the folder", mapi.WarnPartialCompletion, missing))
	}
	return copied, nil
}

// copyBatch copies messages within the mailbox. The contents that they use get
// their new references before the transaction, so the messages are looked at
// twice: a copy is of the state that is found the second time, and is tried again
// when that uses other contents.
func (f *Folder) copyBatch(ctx context.Context, ids []mapi.MessageID, dest *Folder) (done []mapi.MessageID, missing int, err error) {
	for range maxForced {
		done, missing, err = f.tryCopy(ctx, ids, dest)
		if !errors.Is(err, errContentsChanged) {
			return done, missing, err
		}
	}
	return nil, 0, fmt.Errorf("%w: messages are changing all the time", mapi.ErrBusy)
}

var errContentsChanged = fmt.Errorf("%w: contents changed while copying", mapi.ErrObjectModified)

func (f *Folder) tryCopy(ctx context.Context, ids []mapi.MessageID, dest *Folder) (done []mapi.MessageID, missing int, err error) {
	var used map[uint64]int // by body: how many of its owners are taken
	owners, err := f.claimCopies(ctx, ids)
	defer func() {
		for body, list := range owners {
			for i, o := range list {
				switch {
				case o.claim == nil:
				case err == nil && i >= used[body]: // deleted meanwhile
					settle(ctx, o.claim, errNotStored)
				default:
					settle(ctx, o.claim, err)
				}
			}
		}
	}()
	if err != nil {
		return nil, 0, err
	}
	err = f.box.updateAs(ctx, false, Write{Created: int64(len(ids))}, func(t *txn) error {
		done, missing, used = nil, 0, map[uint64]int{}
		if _, err := f.record(t); err != nil {
			return err
		}
		if _, err := dest.live(t); err != nil {
			return err
		}
		for _, id := range ids {
			im, err := f.find(t, id, false)
			if errors.Is(err, mapi.ErrNotFound) {
				missing++
				continue
			}
			if err != nil {
				return err
			}
			body := im.row.Body
			if used[body] >= len(owners[body]) {
				return errContentsChanged
			}
			copied, err := t.copyMessage(im, uint64(dest.id), owners[body][used[body]].id)
			if err != nil {
				return err
			}
			used[body]++
			done = append(done, copied)
		}
		if len(done) == 0 {
			return nil
		}
		return t.countsEvent(uint64(dest.id))
	})
	return done, missing, err
}

// A copyOwner holds the references of a copy to come.
type copyOwner struct {
	id    uint64         // 0 when there are none
	claim *content.Claim // nil when there are none
}

// claimCopies refers to the contents of messages in the name of copies to come.
// The result says, by body, who the owners are: one for each time that a message
// is to be copied.
func (f *Folder) claimCopies(ctx context.Context, ids []mapi.MessageID) (map[uint64][]copyOwner, error) {
	owners := map[uint64][]copyOwner{}
	err := f.box.view(ctx, func(r driver.Reader) error {
		for _, id := range ids {
			im, err := f.find(r, id, false)
			if errors.Is(err, mapi.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			body, err := im.loadBody()
			if err != nil {
				return err
			}
			owner := copyOwner{}
			if contents := contentsOf(body.Message); len(contents) > 0 {
				owner.id = f.box.newOwner()
				owner.claim = f.box.pool().Claim(content.Ref{Mailbox: uint64(f.box.space), Object: owner.id})
				if err := owner.claim.AddRef(ctx, contents...); err != nil {
					settle(ctx, owner.claim, errors.Join(err, errNotStored))
					if errors.Is(err, mapi.ErrNotFound) {
						continue // deleted meanwhile: the transaction will not find it either
					}
					return err
				}
			}
			owners[im.row.Body] = append(owners[im.row.Body], owner)
		}
		return nil
	})
	return owners, err
}

func contentsOf(m *mapi.Message) []content.Content {
	var large []place
	var contents []content.Content
	collect(m, &large)
	for _, l := range large {
		if s, ok := l.bag.Get(l.prop).(*content.Stream); ok {
			contents = append(contents, s.Content())
		}
	}
	return contents
}

func (b *Mailbox) newOwner() uint64 {
	id := b.store.opts.NewID()
	return binary.BigEndian.Uint64(id[:8]) ^ binary.BigEndian.Uint64(id[8:])
}

// copyMessage copies one message within the mailbox.
func (t *txn) copyMessage(im *image, folder, owner uint64) (mapi.MessageID, error) {
	body, err := im.loadBody()
	if err != nil {
		return 0, err
	}
	to := *im
	to.folder = folder
	to.row.Body, to.row.ReadChange = t.newID(), 0
	to.props = im.props.Clone()
	props.PidTagCreationTime.Set(&to.props, t.now())
	to.props.Set(propLocalCommitTime, t.now())
	codec := t.codec()
	if to.row.Props, err = codec.AppendBag(nil, &to.props); err != nil {
		return 0, err
	}
	to.body = &rowkey.Body{Owner: owner, Message: body.Message}
	data, err := codec.AppendBody(nil, *to.body, nil, contentOf)
	if err != nil {
		return 0, err
	}
	if err := t.putBody(to.row.Body, data); err != nil {
		return 0, err
	}
	to.id = t.newID()
	if to.row.Change, err = t.log(0, rowkey.Change{Op: rowkey.OpCreated, Folder: folder, Object: to.id,
		Associated: im.row.Associated}); err != nil {
		return 0, err
	}
	if err := t.insertRow(&to); err != nil {
		return 0, err
	}
	t.event(mapi.Event{Type: mapi.EventCopied, Folder: mapi.FolderID(folder), Message: mapi.MessageID(to.id),
		OldFolder: mapi.FolderID(im.folder), OldMessage: mapi.MessageID(im.id), Associated: im.row.Associated})
	return mapi.MessageID(to.id), t.touch(folder)
}

// copyAcross copies or moves messages to another mailbox, one after the other.
func (f *Folder) copyAcross(ctx context.Context, ids []mapi.MessageID, dest *Folder, move bool) ([]mapi.MessageID, error) {
	var done []mapi.MessageID
	if move && f.deleted {
		return nil, fmt.Errorf("%w: folder %v is soft-deleted", mapi.ErrNotFound, f.id)
	}
	missing := 0
	for _, id := range ids {
		m, err := f.OpenMessage(ctx, id, nil)
		if errors.Is(err, mapi.ErrNotFound) {
			missing++
			continue
		}
		if err != nil {
			return done, err
		}
		if !move {
			m.Delete(props.PidTagCreationTime.Prop())
		}
		copied, err := dest.addCopy(ctx, m)
		if err != nil {
			return done, err
		}
		done = append(done, copied)
		if move {
			if err := f.DeleteMessages(ctx, []mapi.MessageID{id}, &DeleteOptions{Hard: true}); err != nil {
				return done, err
			}
		}
	}
	if missing > 0 {
		return done, fmt.Errorf("%w: %d messages are not in the folder", mapi.WarnPartialCompletion, missing)
	}
	return done, nil
}

// addCopy adds a message of another mailbox. What no other message could bring
// along, its status, it keeps; what belongs to the store it comes from stays there
// (MS-OXCFXICS 3.2.5.9.1).
func (f *Folder) addCopy(ctx context.Context, m *Message) (mapi.MessageID, error) {
	msg := m.Clone()
	var private []mapi.Prop
	for p := range msg.All() {
		if !p.IsNamed() && p.ID >= 0x6600 && p.ID <= 0x67FF {
			private = append(private, p)
		}
	}
	msg.Delete(private...)
	p, err := f.box.prepare(ctx, msg, nil)
	if err != nil {
		return 0, err
	}
	status, _ := m.Get(propMessageStatus).(int32)
	p.status = uint32(status)
	ids, err := f.add(ctx, []*prepared{p}, &AddOptions{Associated: m.Associated()})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}
