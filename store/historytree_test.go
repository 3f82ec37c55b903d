package store_test

import (
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
)

func treeOperations() []operation {
	return []operation{
		{name: "soft delete folder", weight: 3, run: func(w *world) { w.deleteFolder(false) }},
		{name: "hard delete folder", weight: 2, run: func(w *world) { w.deleteFolder(true) }},
		{name: "delete folder that is not empty", weight: 2, run: (*world).deleteRefused},
		{name: "delete special folder", weight: 1, run: (*world).deleteSpecial},
		{name: "empty folder", weight: 2, run: (*world).empty},
		{name: "restore folder", weight: 3, run: (*world).restoreFolder},
		{name: "restore folder below a deleted one", weight: 1, run: (*world).restoreBelow},
		{name: "hard delete deleted folder", weight: 1, run: (*world).purgeDeleted},
		{name: "look into deleted folder", weight: 2, run: (*world).lookIntoDeleted},
	}
}

func (w *world) deleteFolder(hard bool) {
	b, f, ok := w.free()
	if !ok {
		return
	}
	err := w.handle(b, f).Delete(w.ctx, &store.DeleteFolderOptions{Messages: true, Folders: true, Hard: hard})
	w.ok(err, "delete folder")
	b.deleteFolder(f, hard)
	_, err = b.box.OpenFolder(w.ctx, f.id)
	w.is(mapi.ErrNotFound, err, "open deleted folder as a live one")
}

func (b *modelBox) deleteFolder(f *modelFolder, hard bool) {
	if !f.deleted {
		f.root = true
		b.mark(f, true)
		b.event(modelEvent{kind: mapi.EventDeleted, folder: f.parentID, object: f.id})
	}
	if hard {
		b.purge(f)
	}
}

// mark makes a folder and what goes with it deleted or live.
func (b *modelBox) mark(f *modelFolder, deleted bool) {
	f.deleted = deleted
	op := store.ChangeCreated
	if deleted {
		op = store.ChangeDeleted
	}
	b.folder(op, f)
	for _, c := range b.liveChildren(f) {
		b.mark(c, deleted)
	}
}

// purge removes a deleted folder for good: what is below it first.
func (b *modelBox) purge(f *modelFolder) {
	for _, c := range b.liveChildren(f) {
		b.purge(c)
	}
	for _, c := range b.children(f) {
		b.purge(c)
	}
	for _, list := range [][]*modelMessage{f.part(false, false), f.part(true, false), f.part(false, true)} {
		for _, m := range list {
			b.unread(m)
			f.drop(m)
			b.message(store.ChangeRemoved, f, m)
		}
	}
	b.folders = slices.DeleteFunc(b.folders, func(o *modelFolder) bool { return o == f })
	b.folder(store.ChangeRemoved, f)
}

func (w *world) deleteRefused() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	c := f.counts(len(b.liveChildren(f)))
	err := w.handle(b, f).Delete(w.ctx, &store.DeleteFolderOptions{Folders: true})
	switch {
	case c.Messages > 0:
		w.is(mapi.ErrHasMessages, err, "delete folder with messages")
		w.compareFolder(b, f)
		return
	default:
		w.ok(err, "delete folder without messages")
		b.deleteFolder(f, false)
	}
}

func (w *world) deleteSpecial() {
	b := w.box()
	w.is(mapi.ErrNoAccess, w.handle(b, b.folders[0]).Delete(w.ctx, &store.DeleteFolderOptions{Messages: true, Folders: true}),
		"delete special folder")
	root, err := b.box.Root(w.ctx)
	w.ok(err, "root")
	w.is(mapi.ErrNoSupport, root.Delete(w.ctx, &store.DeleteFolderOptions{Messages: true, Folders: true}), "delete root")
	w.is(mapi.ErrNoSupport, root.Empty(w.ctx, nil), "empty root")
}

func (w *world) empty() {
	b := w.box()
	f := w.folder(b)
	if f.special && w.chance(80) {
		return
	}
	opts := &store.EmptyOptions{Hard: w.chance(50), Associated: w.chance(50)}
	w.ok(w.handle(b, f).Empty(w.ctx, opts), "empty")
	list := f.part(false, false)
	if opts.Associated {
		list = append(list, f.part(true, false)...)
	}
	for _, m := range list {
		b.remove(f, m, opts.Hard)
	}
	for _, c := range b.liveChildren(f) {
		b.deleteFolder(c, opts.Hard)
	}
	w.compareFolder(b, f)
}

// gone picks a deleted folder.
func (w *world) gone() (*modelBox, *modelFolder, bool) {
	b := w.box()
	list := slices.DeleteFunc(slices.Clone(b.folders), func(f *modelFolder) bool { return !f.deleted })
	if len(list) == 0 {
		return b, nil, false
	}
	return b, pick(w, list), true
}

func (w *world) restoreFolder() {
	b, f, ok := w.gone()
	if !ok || !f.root {
		return
	}
	name, given := f.name, ""
	if w.chance(50) {
		name = w.unique("Restored")
		given = name
	}
	h := w.handle(b, f)
	err := h.Restore(w.ctx, given)
	switch {
	case f.parent.deleted:
		w.is(mapi.ErrNotFound, err, "restore folder below a deleted one")
		return
	case b.childNamed(f.parent, name) != nil:
		w.is(mapi.ErrCollision, err, "restore folder whose name is taken")
		return
	}
	w.ok(err, "restore folder")
	f.root, f.name = false, name
	b.mark(f, false)
	b.event(modelEvent{kind: mapi.EventCreated, folder: f.parentID, object: f.id})
	w.compareFolder(b, f)
}

func (w *world) restoreBelow() {
	b, f, ok := w.gone()
	if !ok || f.root {
		return
	}
	w.is(mapi.ErrNotFound, w.handle(b, f).Restore(w.ctx, ""), "restore folder below a deleted one")
}

func (w *world) purgeDeleted() {
	b, f, ok := w.gone()
	if !ok {
		return
	}
	w.ok(w.handle(b, f).Delete(w.ctx, &store.DeleteFolderOptions{Messages: true, Folders: true, Hard: true}), "purge folder")
	b.purge(f)
}

func (w *world) lookIntoDeleted() {
	if b, f, ok := w.gone(); ok {
		w.compareFolder(b, f)
	}
}
