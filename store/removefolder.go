package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// messageIDs lists the messages of one part of the folder, oldest first.
func (f *Folder) messageIDs(ctx context.Context, parts ...rowkey.Part) ([]mapi.MessageID, error) {
	var ids []mapi.MessageID
	err := f.box.view(ctx, func(r driver.Reader) error {
		if _, err := f.record(r); err != nil {
			return err
		}
		for _, part := range parts {
			prefix := f.box.space.Rows(uint64(f.id), part)
			err := r.Scan(prefix, rowkey.After(prefix), false, func(k, _ []byte) bool {
				ids = append(ids, mapi.MessageID(rowkey.LastID(k)))
				return true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ids, err
}

// EmptyOptions say what Empty removes. nil means the defaults.
type EmptyOptions struct {
	Hard       bool // for good, instead of soft-deleting
	Associated bool // the associated contents too
}

// Empty deletes the normal messages of the folder and its subfolders with all
// they contain (MS-OXCFOLD 2.2.1.9). It reports mapi.ErrNoSupport for the root,
// and mapi.WarnPartialCompletion when there were special folders, which stay.
// It works in several transactions, so after an error or a crash a part is done.
func (f *Folder) Empty(ctx context.Context, opts *EmptyOptions) error {
	const op = "store.Folder.Empty"
	if opts == nil {
		opts = &EmptyOptions{}
	}
	if root, _ := f.box.specialID(mapi.FolderRoot); f.id == root {
		return fail(op, fmt.Errorf("%w: emptying the root", mapi.ErrNoSupport))
	}
	if f.deleted {
		return fail(op, fmt.Errorf("%w: folder %v is soft-deleted", mapi.ErrNotFound, f.id))
	}
	parts := []rowkey.Part{rowkey.Normal}
	if opts.Associated {
		parts = append(parts, rowkey.Associated)
	}
	ids, err := f.messageIDs(ctx, parts...)
	if err != nil {
		return fail(op, err)
	}
	err = f.DeleteMessages(ctx, ids, &DeleteOptions{Hard: opts.Hard})
	if err != nil && !errors.Is(err, mapi.WarnPartialCompletion) { // others deleted some too
		return fail(op, err)
	}
	children, err := f.children(ctx)
	if err != nil {
		return fail(op, err)
	}
	kept := 0
	for _, child := range children {
		err := child.Delete(ctx, &DeleteFolderOptions{Messages: true, Folders: true, Hard: opts.Hard})
		switch {
		case errors.Is(err, mapi.ErrNoAccess): // a special folder
			kept++
		case err != nil && !errors.Is(err, mapi.ErrNotFound):
			return fail(op, err)
		}
	}
	if kept > 0 {
		return fail(op, fmt.Errorf("%w: %d special folders stay", mapi.WarnPartialCompletion, kept))
	}
	return nil
}

// children returns the direct live subfolders.
func (f *Folder) children(ctx context.Context) ([]*Folder, error) {
	var list []*Folder
	err := f.box.view(ctx, func(r driver.Reader) error {
		ids, err := f.box.childIDs(r, uint64(f.id), false)
		for _, id := range ids {
			list = append(list, &Folder{box: f.box, id: mapi.FolderID(id)})
		}
		return err
	})
	return list, err
}

func (b *Mailbox) childIDs(r driver.Reader, parent uint64, deleted bool) ([]uint64, error) {
	var ids []uint64
	prefix := b.space.Children(parent, deleted)
	err := r.Scan(prefix, rowkey.After(prefix), false, func(k, _ []byte) bool {
		ids = append(ids, rowkey.LastID(k))
		return true
	})
	return ids, err
}

// DeleteFolderOptions say how a folder is deleted. nil means the defaults: only
// an empty folder is, softly.
type DeleteFolderOptions struct {
	Messages bool // although it contains messages (DEL_MESSAGES)
	Folders  bool // although it has subfolders (DEL_FOLDERS)
	Hard     bool // for good (DELETE_HARD_DELETE)
}

// Delete deletes the folder with everything in it (MS-OXCFOLD 2.2.1.3). It
// reports mapi.ErrHasMessages and mapi.ErrHasFolders when opts does not allow
// what is there, mapi.ErrNoSupport for the root and mapi.ErrNoAccess for other
// special folders. Associated contents do not count as messages.
//
// The folder is gone in one step; hard deletion of many messages goes on after
// that, and after a crash when the mailbox is opened again.
func (f *Folder) Delete(ctx context.Context, opts *DeleteFolderOptions) error {
	if opts == nil {
		opts = &DeleteFolderOptions{}
	}
	err := f.box.update(ctx, false, func(t *txn) error {
		rec, err := f.record(t)
		if err != nil {
			return err
		}
		switch mapi.SpecialFolder(rec.Special) {
		case mapi.FolderNone:
		case mapi.FolderRoot:
			return fmt.Errorf("%w: deleting the root", mapi.ErrNoSupport)
		default:
			return fmt.Errorf("%w: special folder %v", mapi.ErrNoAccess, mapi.SpecialFolder(rec.Special))
		}
		c, err := t.count(uint64(f.id))
		switch {
		case err != nil:
			return err
		case c.Content > 0 && !opts.Messages:
			return mapi.ErrHasMessages
		case c.Subfolders > 0 && !opts.Folders:
			return mapi.ErrHasFolders
		}
		if !f.deleted {
			if err := t.softDeleteFolder(uint64(f.id), rec); err != nil {
				return err
			}
		}
		if opts.Hard {
			return t.put(f.box.purgeKey(uint64(f.id)), nil)
		}
		return nil
	})
	if err == nil && opts.Hard {
		err = f.box.purge(ctx, uint64(f.id))
	}
	return fail("store.Folder.Delete", err)
}

// softDeleteFolder takes a folder and what is below it out of the live tree.
func (t *txn) softDeleteFolder(id uint64, rec rowkey.Folder) error {
	bag, err := t.box.codec.ParseBag(rec.Props)
	if err != nil {
		return err
	}
	if err := t.unlinkChild(rec.Parent, id, props.PidTagDisplayName.Or(&bag, "")); err != nil {
		return err
	}
	if err := t.put(t.box.space.Child(rec.Parent, true, id), nil); err != nil {
		return err
	}
	bag.Set(propDeletedOn, t.now())
	if err := t.markSubtree(id, rec, bag, true); err != nil {
		return err
	}
	t.event(mapi.Event{Type: mapi.EventDeleted, Folder: mapi.FolderID(rec.Parent), Object: mapi.FolderID(id)})
	return t.parentEvent(rec.Parent, id)
}

// markSubtree marks a folder and all below it as deleted or as live again. Their
// messages stay where they are, but count for the mailbox only while live.
func (t *txn) markSubtree(id uint64, rec rowkey.Folder, bag mapi.Properties, deleted bool) error {
	rec.Deleted = deleted
	op := byte(rowkey.OpCreated)
	if deleted {
		op = rowkey.OpDeleted
	}
	if err := t.logFolder(&rec, id, op, bag); err != nil {
		return err
	}
	c, err := t.count(id)
	if err != nil {
		return err
	}
	if deleted {
		t.header.Size -= c.Size + c.AssocSize
	} else {
		t.header.Size += c.Size + c.AssocSize
	}
	children, err := t.box.childIDs(t, id, false)
	if err != nil {
		return err
	}
	for _, child := range children {
		rec, err := t.box.readFolder(t, child)
		if err != nil {
			return err
		}
		bag, err := t.box.codec.ParseBag(rec.Props)
		if err != nil {
			return err
		}
		if err := t.markSubtree(child, rec, bag, deleted); err != nil {
			return err
		}
	}
	return nil
}

// Restore brings a soft-deleted folder back below its parent, with everything in
// it. name is its new display name, or "" to keep the old one. It reports
// mapi.ErrCollision when a sibling has the name, and mapi.ErrNotFound when the
// parent is not live.
func (f *Folder) Restore(ctx context.Context, name string) error {
	live := &Folder{box: f.box, id: f.id}
	err := f.box.update(ctx, false, func(t *txn) error {
		rec, err := f.record(t)
		if err != nil {
			return err
		}
		if !rec.Deleted {
			return fmt.Errorf("%w: folder %v is not deleted", mapi.ErrInvalidParameter, f.id)
		}
		if _, err := (&Folder{box: f.box, id: mapi.FolderID(rec.Parent)}).record(t); err != nil {
			return err
		}
		if v, err := t.Get(f.box.purgeKey(uint64(f.id))); err != nil {
			return err
		} else if v != nil {
			return fmt.Errorf("%w: folder %v is being removed", mapi.ErrNotFound, f.id)
		}
		bag, err := f.box.codec.ParseBag(rec.Props)
		if err != nil {
			return err
		}
		bag.Delete(propDeletedOn)
		if name != "" {
			if err := checkFolderName(name); err != nil {
				return err
			}
			props.PidTagDisplayName.Set(&bag, name)
		}
		if err := t.Delete(f.box.space.Child(rec.Parent, true, uint64(f.id))); err != nil {
			return err
		}
		if err := t.linkChild(rec.Parent, uint64(f.id), props.PidTagDisplayName.Or(&bag, "")); err != nil {
			return err
		}
		if err := t.markSubtree(uint64(f.id), rec, bag, false); err != nil {
			return err
		}
		t.event(mapi.Event{Type: mapi.EventCreated, Folder: mapi.FolderID(rec.Parent), Object: f.id})
		return t.parentEvent(rec.Parent, uint64(f.id))
	})
	if err == nil {
		*f = *live
	}
	return fail("store.Folder.Restore", err)
}

func (b *Mailbox) purgeKey(folder uint64) []byte {
	return rowkey.ID(b.space.Kind(rowkey.KindPurge), folder)
}

// purge removes a soft-deleted folder that is marked for it, and all below it.
func (b *Mailbox) purge(ctx context.Context, id uint64) error {
	var children []uint64
	err := b.view(ctx, func(r driver.Reader) error {
		live, err := b.childIDs(r, id, false)
		if err != nil {
			return err
		}
		gone, err := b.childIDs(r, id, true)
		children = append(live, gone...)
		return err
	})
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := b.purge(ctx, child); err != nil {
			return err
		}
	}
	f := &Folder{box: b, id: mapi.FolderID(id), deleted: true}
	for {
		ids, err := f.messageIDs(ctx, rowkey.Normal, rowkey.Associated, rowkey.Deleted)
		if errors.Is(err, mapi.ErrNotFound) {
			return nil // somebody else was faster
		}
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		err = b.purgeMessages(ctx, f, ids)
		if err != nil {
			return err
		}
	}
	return b.update(ctx, false, func(t *txn) error { return t.dropFolder(id) })
}

// purgeMessages destroys messages of a folder that is out of the tree already:
// nobody is told any more.
func (b *Mailbox) purgeMessages(ctx context.Context, f *Folder, ids []mapi.MessageID) error {
	for len(ids) > 0 {
		batch := ids[:min(len(ids), messagesPerTxn)]
		ids = ids[len(batch):]
		err := b.update(ctx, false, func(t *txn) error {
			for _, id := range batch {
				im, err := f.find(t, id, true)
				if errors.Is(err, mapi.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				if err := t.destroyMessage(im); err != nil {
					return err
				}
				if im.part != rowkey.Deleted { // it did not count for the mailbox
					t.header.Size += im.row.Size
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropFolder removes the last records of an empty folder.
func (t *txn) dropFolder(id uint64) error {
	b := t.box
	rec, err := b.readFolder(t, id)
	if errors.Is(err, mapi.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := t.log(rec.Change, rowkey.Change{Op: rowkey.OpRemoved, Folder: rec.Parent, Object: id, IsFolder: true}); err != nil {
		return err
	}
	if err := t.unlinkDeleted(id, rec); err != nil {
		return err
	}
	delete(t.counters, id)
	for _, key := range [][]byte{b.space.Folder(id), b.space.Counters(id), b.purgeKey(id),
		b.space.Child(rec.Parent, true, id), b.space.Child(rec.Parent, false, id),
		b.space.Views(id, rowkey.Normal), b.space.Views(id, rowkey.Associated), b.space.Views(id, rowkey.Deleted)} {
		if err := t.Delete(key); err != nil {
			return err
		}
	}
	indexes, names := b.space.Indexes(id), b.space.Name(id, nil)
	if err := t.DeleteRange(indexes, rowkey.After(indexes)); err != nil {
		return err
	}
	return t.DeleteRange(names, rowkey.After(names))
}

// unlinkDeleted takes a folder from below a parent that was soft-deleted with it
// and stays: there it is still entered as a child.
func (t *txn) unlinkDeleted(id uint64, rec rowkey.Folder) error {
	v, err := t.Get(t.box.space.Child(rec.Parent, false, id))
	if err != nil || v == nil {
		return err
	}
	bag, err := t.box.codec.ParseBag(rec.Props)
	if err != nil {
		return err
	}
	return t.unlinkChild(rec.Parent, id, props.PidTagDisplayName.Or(&bag, ""))
}

// resumePurges finishes removals of folders that a crash interrupted.
func (b *Mailbox) resumePurges(ctx context.Context) error {
	var ids []uint64
	prefix := b.space.Kind(rowkey.KindPurge)
	err := b.view(ctx, func(r driver.Reader) error {
		return r.Scan(prefix, rowkey.After(prefix), false, func(k, _ []byte) bool {
			ids = append(ids, rowkey.LastID(k))
			return true
		})
	})
	for _, id := range ids {
		if err == nil {
			err = b.purge(ctx, id)
		}
	}
	return err
}
