package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A Message is an opened message of a folder, or a new one that was not saved
// yet. It is the detached message as it was when it was opened: read and change
// its properties, recipients and attachments freely, then Save. Nobody else sees
// the changes before that. Properties that the store computes are there to be
// read; setting them has no effect.
//
// The embedded Message is what converters take: rfc822.Encode(w, m.Message, nil).
//
// A handle is used by one goroutine at a time. It needs no closing. Its streams
// can be opened as long as the store is open and the message has these contents; a
// reader that was opened goes on after that.
type Message struct {
	*mapi.Message

	folder   *Folder
	id       mapi.MessageID // 0 until the first save
	part     rowkey.Part
	change   uint64        // change number of the state that was opened
	base     *mapi.Message // that state
	readOnly bool
}

// OpenMessageOptions say how a message is opened. nil means the defaults.
type OpenMessageOptions struct {
	SoftDeleted bool // a soft-deleted message; it can only be read
	ReadOnly    bool // Save reports mapi.ErrNoAccess
}

// OpenMessage opens a message of this folder. It reports mapi.ErrNotFound when
// the folder has no such message, or only a soft-deleted one and opts does not
// ask for it (MS-OXCMSG 2.2.3.1).
func (f *Folder) OpenMessage(ctx context.Context, id mapi.MessageID, opts *OpenMessageOptions) (*Message, error) {
	if opts == nil {
		opts = &OpenMessageOptions{}
	}
	m := &Message{folder: f, id: id, readOnly: opts.ReadOnly || opts.SoftDeleted || f.deleted}
	err := f.box.view(ctx, func(r driver.Reader) error {
		if _, err := f.record(r); err != nil {
			return err
		}
		im, err := f.find(r, id, opts.SoftDeleted)
		if err != nil {
			return err
		}
		return m.take(im)
	})
	if err != nil {
		return nil, fail("store.Folder.OpenMessage", err)
	}
	return m, nil
}

// OpenMessage opens a message of which only the id is known, looking into each
// folder of the mailbox; [Message.Folder] tells where it is. Knowing the folder,
// [Folder.OpenMessage] is faster. It reports mapi.ErrNotFound when no live folder
// has the message.
func (b *Mailbox) OpenMessage(ctx context.Context, id mapi.MessageID, opts *OpenMessageOptions) (*Message, error) {
	var folder *Folder
	err := b.view(ctx, func(r driver.Reader) error {
		return scanSealed(r, b.space.Kind(rowkey.KindFolder), func(k, v []byte) error {
			rec, err := rowkey.ParseFolder(v)
			if err != nil || rec.Deleted || folder != nil {
				return err
			}
			f := &Folder{box: b, id: mapi.FolderID(rowkey.LastID(k))}
			_, err = f.find(r, id, opts != nil && opts.SoftDeleted)
			if err == nil {
				folder = f
			}
			if errors.Is(err, mapi.ErrNotFound) {
				err = nil
			}
			return err
		})
	})
	if err == nil && folder == nil {
		err = fmt.Errorf("%w: message %v", mapi.ErrNotFound, id)
	}
	if err != nil {
		return nil, fail("store.Mailbox.OpenMessage", err)
	}
	return folder.OpenMessage(ctx, id, opts)
}

// find looks a message up in the live parts of the folder, or in the deleted one.
func (f *Folder) find(r driver.Reader, id mapi.MessageID, deleted bool) (*image, error) {
	parts := []rowkey.Part{rowkey.Normal, rowkey.Associated}
	if deleted {
		parts = []rowkey.Part{rowkey.Deleted, rowkey.Normal, rowkey.Associated}
	}
	for _, part := range parts {
		im, err := f.box.loadImage(r, uint64(f.id), part, uint64(id))
		if im != nil || err != nil {
			return im, err
		}
	}
	return nil, fmt.Errorf("%w: message %v in folder %v", mapi.ErrNotFound, id, f.id)
}

// take makes the handle show the state of im.
func (m *Message) take(im *image) error {
	msg, err := im.message()
	if err != nil {
		return err
	}
	if im.part == rowkey.Deleted {
		m.readOnly = true
	}
	if m.readOnly {
		props.PidTagAccessLevel.Set(msg, mapi.AccessLevelReadOnly)
	}
	m.Message, m.base = msg, msg.Clone()
	m.part, m.change = im.part, im.row.Change
	return nil
}

// CreateMessage returns a new message that is in no table and raises no event
// until it is saved. It carries the properties that MS-OXCMSG 2.2.3.2 gives a new
// message, and is marked as an unsent draft that was read.
func (f *Folder) CreateMessage(ctx context.Context, opts *AddOptions) (*Message, error) {
	if opts == nil {
		opts = &AddOptions{}
	}
	err := f.box.view(ctx, func(r driver.Reader) error {
		_, err := f.live(r)
		return err
	})
	if err != nil {
		return nil, fail("store.Folder.CreateMessage", err)
	}
	m := &Message{Message: &mapi.Message{}, folder: f}
	if opts.Associated {
		m.part = rowkey.Associated
	}
	now, key := f.box.store.opts.Now(), f.box.store.opts.NewID()
	flags := mapi.FlagRead | mapi.FlagUnsent
	if opts.Associated {
		flags |= mapi.FlagAssociated
	}
	for _, p := range []mapi.Property{
		{Prop: props.PidTagMessageClass.Prop(), Value: "IPM.Note"},
		{Prop: props.PidTagImportance.Prop(), Value: int32(1)},
		{Prop: props.PidTagSensitivity.Prop(), Value: int32(0)},
		{Prop: mapi.Prop{ID: idDisplayTo, Type: mapi.PtypString}, Value: ""},
		{Prop: mapi.Prop{ID: idDisplayCc, Type: mapi.PtypString}, Value: ""},
		{Prop: mapi.Prop{ID: idDisplayBcc, Type: mapi.PtypString}, Value: ""},
		{Prop: mapi.Prop{ID: idMessageFlags, Type: mapi.PtypInteger32}, Value: int32(flags)},
		{Prop: mapi.Prop{ID: idRead, Type: mapi.PtypBoolean}, Value: true},
		{Prop: mapi.Prop{ID: idHasAttachments, Type: mapi.PtypBoolean}, Value: false},
		{Prop: mapi.Prop{ID: idHasNamed, Type: mapi.PtypBoolean}, Value: false},
		{Prop: mapi.Prop{ID: idAssociated, Type: mapi.PtypBoolean}, Value: opts.Associated},
		{Prop: mapi.Prop{ID: idAccess, Type: mapi.PtypInteger32}, Value: int32(accessMessage)},
		{Prop: props.PidTagTrustSender.Prop(), Value: int32(1)},
		{Prop: mapi.Prop{ID: idAccessLevel, Type: mapi.PtypInteger32}, Value: int32(1)},
		{Prop: mapi.Prop{ID: idObjectType, Type: mapi.PtypInteger32}, Value: objectMessage},
		{Prop: props.PidTagCreationTime.Prop(), Value: now},
		{Prop: props.PidTagLastModificationTime.Prop(), Value: now},
		{Prop: props.PidTagSearchKey.Prop(), Value: key[:]},
	} {
		m.Set(p.Prop, p.Value)
	}
	m.base = m.Clone()
	return m, nil
}

// ID names the message within its mailbox; 0 before the first save.
func (m *Message) ID() mapi.MessageID { return m.id }

// EntryID names the message everywhere (MS-OXCDATA 2.2.4.2); nil before the first
// save.
func (m *Message) EntryID() mapi.EntryID {
	if m.id == 0 {
		return nil
	}
	return m.folder.box.MessageEntryID(m.folder.id, m.id)
}

// Folder is the folder that the message was opened in.
func (m *Message) Folder() *Folder { return m.folder }

// ChangeNumber is that of the state which the handle shows.
func (m *Message) ChangeNumber() mapi.ChangeNumber { return mapi.ChangeNumber(m.change) }

// Associated reports whether the message is in the associated contents.
func (m *Message) Associated() bool { return m.part == rowkey.Associated }

// SetProperties sets properties as a MAPI client does: a nil value deletes one,
// and those that cannot be set are left alone and come back as problems. A nil
// mapi.MessageRecipients or mapi.MessageAttachments removes all of them.
func (m *Message) SetProperties(list ...mapi.Property) []Problem {
	if m.readOnly {
		var problems []Problem
		for i, p := range list {
			problems = append(problems, Problem{i, p.Prop, mapi.ErrNoAccess})
		}
		return problems
	}
	problems := setAll(&m.Properties, list, func(p mapi.Prop) bool {
		// Flags belong to the client before the first save only.
		settled := m.id != 0 && !p.IsNamed() && (p.ID == idMessageFlags || p.ID == idRead)
		return settled || isComputedMessage(p)
	})
	return m.deleteTables(list, problems)
}

// deleteTables lets go of the recipients or attachments when the property that
// stands for them was deleted, which is no problem then.
func (m *Message) deleteTables(list []mapi.Property, problems []Problem) []Problem {
	return slices.DeleteFunc(problems, func(p Problem) bool {
		if list[p.Index].Value != nil {
			return false
		}
		switch {
		case p.Prop.Same(mapi.MessageRecipients):
			m.Recipients = nil
		case p.Prop.Same(mapi.MessageAttachments):
			m.Attachments = nil
		default:
			return false
		}
		return true
	})
}

// SaveOptions say how a message is saved. nil means the defaults.
type SaveOptions struct {
	// Force saves although the message was changed by another since it was
	// opened: what was changed on this handle wins, the other's changes of
	// anything else stay. Recipients count as one thing, and so do attachments.
	// A message that was deleted meanwhile is made anew.
	Force bool

	// Relaxed is as in AddOptions.
	Relaxed bool
}

// Save writes the changes as one transaction; after it the handle shows what was
// saved. A handle without changes saves nothing and is no error.
//
// It reports mapi.ErrObjectModified when the message was changed by another since
// it was opened, mapi.ErrObjectDeleted when it was deleted or moved away,
// mapi.ErrNoAccess on a handle that is only for reading, and what Add reports.
// After an error the changes are still on the handle.
func (m *Message) Save(ctx context.Context, opts *SaveOptions) error {
	const op = "store.Message.Save"
	if opts == nil {
		opts = &SaveOptions{}
	}
	switch {
	case m.readOnly:
		return fail(op, fmt.Errorf("%w: message was opened for reading", mapi.ErrNoAccess))
	case m.id == 0:
		return fail(op, m.saveNew(ctx, opts))
	case !m.changed():
		return nil
	}
	err := m.save(ctx, opts)
	if opts.Force {
		for tries := 0; mapi.CodeOf(err) == mapi.ErrObjectModified && tries < maxForced; tries++ {
			if err = m.merge(ctx); err == nil {
				err = m.save(ctx, opts)
			}
		}
		if mapi.CodeOf(err) == mapi.ErrObjectDeleted {
			id := m.id
			m.id = 0
			if err = m.saveNew(ctx, opts); err != nil {
				m.id = id
			}
		}
	}
	return fail(op, err)
}

// maxForced is how often a forced save starts again because others save at the
// same time.
const maxForced = 16

func (m *Message) saveNew(ctx context.Context, opts *SaveOptions) error {
	p, err := m.folder.box.prepare(ctx, m.Message, nil)
	if err != nil {
		return err
	}
	ids, err := m.folder.add(ctx, []*prepared{p}, &AddOptions{Associated: m.part == rowkey.Associated, Relaxed: opts.Relaxed})
	if err != nil {
		return err
	}
	m.id = ids[0]
	m.saved(p)
	return nil
}

// saved makes the handle show what it has saved: the image of the transaction, so
// that nothing can fail any more once the commit has happened.
func (m *Message) saved(p *prepared) {
	if err := m.take(p.image); err != nil { // it reads nothing
		m.base = m.Message.Clone()
	}
}

func (m *Message) save(ctx context.Context, opts *SaveOptions) error {
	box := m.folder.box
	p, err := box.prepare(ctx, m.Message, m.base)
	if errors.Is(err, mapi.ErrNotFound) {
		// Contents of the state that was opened are gone, because another has
		// changed or deleted the message: that is what to report.
		err = errors.Join(m.overtaken(ctx), err)
	}
	if err != nil {
		return err
	}
	err = box.updateAs(ctx, opts.Relaxed, Write{}, func(t *txn) error {
		if _, err := m.folder.record(t); errors.Is(err, mapi.ErrNotFound) {
			return fmt.Errorf("%w: folder %v", mapi.ErrObjectDeleted, m.folder.id)
		} else if err != nil {
			return err
		}
		old, err := box.loadImage(t, uint64(m.folder.id), m.part, uint64(m.id))
		switch {
		case err != nil:
			return err
		case old == nil:
			return fmt.Errorf("%w: message %v", mapi.ErrObjectDeleted, m.id)
		case old.row.Change != m.change:
			return fmt.Errorf("%w: message %v", mapi.ErrObjectModified, m.id)
		}
		return t.saveOver(old, p)
	})
	p.settle(ctx, err)
	if err != nil {
		return err
	}
	m.saved(p)
	return nil
}

// overtaken reports how the message is no longer the one that was opened; nil when
// it is.
func (m *Message) overtaken(ctx context.Context) error {
	return m.folder.box.view(ctx, func(r driver.Reader) error {
		im, err := m.folder.box.loadImage(r, uint64(m.folder.id), m.part, uint64(m.id))
		switch {
		case err != nil:
			return err
		case im == nil:
			return fmt.Errorf("%w: message %v", mapi.ErrObjectDeleted, m.id)
		case im.row.Change != m.change:
			return fmt.Errorf("%w: message %v", mapi.ErrObjectModified, m.id)
		}
		return nil
	})
}

// saveOver replaces a message by its new version.
func (t *txn) saveOver(old *image, p *prepared) error {
	body, err := old.loadBody()
	if err != nil {
		return err
	}
	im, err := t.writeMessage(p, folderPart{old.folder, old.part})
	if err != nil {
		return err
	}
	im.id = old.id
	// The read state and the status have lives of their own: a client writes
	// most flags before the first save only (MS-OXCMSG 2.2.1.6).
	const kept = mapi.FlagRead | mapi.FlagUnsent | mapi.FlagResend | mapi.FlagSubmitted | mapi.FlagFromMe |
		mapi.FlagNotifyRead | mapi.FlagNotifyUnread | mapi.FlagEverRead | mapi.FlagInternet | mapi.FlagUntrusted
	im.row.Flags = old.row.Flags&kept | im.row.Flags&^(kept|mapi.FlagUnmodified)
	im.row.Status, im.row.ReadChange = old.row.Status, old.row.ReadChange
	im.row.Change, err = t.log(old.row.Change, rowkey.Change{Op: rowkey.OpModified, Folder: im.folder, Object: im.id,
		Associated: im.part == rowkey.Associated})
	if err != nil {
		return err
	}
	if err := t.replaceRow(old, im); err != nil {
		return err
	}
	if err := t.removeBody(old.row.Body); err != nil {
		return err
	}
	if err := t.release(body); err != nil {
		return err
	}
	t.event(mapi.Event{Type: mapi.EventModified, Folder: mapi.FolderID(im.folder), Message: mapi.MessageID(im.id),
		Associated: im.part == rowkey.Associated})
	return t.touch(im.folder)
}

// reload shows what is stored now.
func (m *Message) reload(ctx context.Context) error {
	return m.folder.box.view(ctx, func(r driver.Reader) error {
		im, err := m.folder.box.loadImage(r, uint64(m.folder.id), m.part, uint64(m.id))
		if err == nil && im == nil {
			err = fmt.Errorf("%w: message %v", mapi.ErrObjectDeleted, m.id)
		}
		if err != nil {
			return err
		}
		return m.take(im)
	})
}

// merge brings the changes of this handle onto what is stored now.
func (m *Message) merge(ctx context.Context) error {
	mine, base := m.Message, m.base
	if err := m.reload(ctx); err != nil {
		return err
	}
	for p, v := range mine.All() {
		if !equalValues(v, base.Get(p)) || base.TypeOf(p) != p.Type {
			m.Set(p, v)
		}
	}
	for p := range base.All() {
		if !mine.Has(p) {
			m.Delete(p)
		}
	}
	if !equalRecipients(mine.Recipients, base.Recipients) {
		m.Recipients = mine.Recipients
	}
	if !equalAttachments(mine.Attachments, base.Attachments) {
		m.Attachments = mine.Attachments
	}
	return nil
}

func (m *Message) changed() bool { return !equalMessages(m.Message, m.base) }

func equalMessages(a, b *mapi.Message) bool {
	if a == nil || b == nil {
		return a == b
	}
	return equalBags(&a.Properties, &b.Properties) && equalRecipients(a.Recipients, b.Recipients) &&
		equalAttachments(a.Attachments, b.Attachments)
}

func equalRecipients(a, b []*mapi.Recipient) bool {
	return slices.EqualFunc(a, b, func(x, y *mapi.Recipient) bool { return equalBags(&x.Properties, &y.Properties) })
}

func equalAttachments(a, b []*mapi.Attachment) bool {
	return slices.EqualFunc(a, b, func(x, y *mapi.Attachment) bool {
		return equalBags(&x.Properties, &y.Properties) && equalMessages(x.Embedded, y.Embedded)
	})
}

func equalBags(a, b *mapi.Properties) bool {
	if a.Len() != b.Len() {
		return false
	}
	for p, v := range a.All() {
		if b.TypeOf(p) != p.Type || !equalValues(v, b.Get(p)) {
			return false
		}
	}
	return true
}

// equalValues compares values; streams are equal when they are the same content.
func equalValues(a, b mapi.Value) bool {
	if x, ok := a.(mapi.Digester); ok {
		if y, ok := b.(mapi.Digester); ok {
			dx, okx := x.Digest()
			dy, oky := y.Digest()
			return okx && oky && dx == dy
		}
		return false
	}
	if x, ok := a.(mapi.Stream); ok {
		y, ok := b.(mapi.Stream)
		return ok && reflect.ValueOf(x).Comparable() && x == y // a caller's type may not be
	}
	return reflect.DeepEqual(a, b)
}
