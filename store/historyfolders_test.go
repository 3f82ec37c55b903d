package store_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// maxFolders keeps histories from growing trees for ever.
const maxFolders = 25

func folderOperations() []operation {
	return []operation{
		{name: "create folder", weight: 4, run: (*world).createFolder},
		{name: "create folder that exists", weight: 2, run: (*world).createExisting},
		{name: "create folder with a bad name", weight: 1, run: func(w *world) {
			b := w.box()
			for _, name := range []string{"", strings.Repeat("x", 513), "a\x00b"} {
				_, err := w.handle(b, w.folder(b)).CreateFolder(w.ctx, name, nil)
				w.is(mapi.ErrInvalidParameter, err, "create folder")
			}
		}},
		{name: "rename folder", weight: 3, run: (*world).rename},
		{name: "rename folder to another case", weight: 1, run: (*world).renameCase},
		{name: "rename folder to a name that is taken", weight: 1, run: (*world).renameTaken},
		{name: "set folder properties", weight: 3, run: (*world).setFolder},
		{name: "move folder", weight: 3, run: (*world).moveFolder},
		{name: "move folder into itself", weight: 1, run: (*world).moveCycle},
		{name: "copy folder", weight: 2, run: (*world).copyFolder},
		{name: "copy folder into itself", weight: 1, run: (*world).copyCycle},
		{name: "copy folder to another mailbox", weight: 1, run: (*world).copyFolderAcross},
	}
}

// free picks a live folder that is not special.
func (w *world) free() (*modelBox, *modelFolder, bool) {
	b := w.box()
	list := slices.DeleteFunc(b.live(), func(f *modelFolder) bool { return f.special })
	if len(list) == 0 {
		return b, nil, false
	}
	return b, pick(w, list), true
}

func (b *modelBox) enter(parent *modelFolder, id mapi.FolderID, name string) *modelFolder {
	f := &modelFolder{id: id, parent: parent, parentID: parent.id, name: name, props: map[mapi.Prop]mapi.Value{}}
	b.folders = append(b.folders, f)
	b.folder(store.ChangeCreated, f)
	b.event(modelEvent{kind: mapi.EventCreated, folder: parent.id, object: id})
	return f
}

func (w *world) createFolder() {
	b := w.box()
	if len(b.folders) >= maxFolders {
		return
	}
	parent, name := w.folder(b), w.unique("Folder")
	opts := &store.CreateFolderOptions{Class: pick(w, []string{"", "", "IPF.Note", "IPF.Appointment", "IPF.Task"}), Comment: "made"}
	h, err := w.handle(b, parent).CreateFolder(w.ctx, name, opts)
	w.ok(err, "create folder")
	f := b.enter(parent, h.ID(), name)
	f.props[props.PidTagComment.Prop()] = "made"
	if opts.Class != "" {
		f.props[props.PidTagContainerClass.Prop()] = opts.Class
	}
	w.compareFolder(b, f)
}

// child picks a folder and a live one below it.
func (w *world) child() (*modelBox, *modelFolder, *modelFolder, bool) {
	b, f, ok := w.free()
	if !ok || f.parent == nil {
		return nil, nil, nil, false
	}
	return b, f.parent, f, true
}

func (w *world) createExisting() {
	b, parent, f, ok := w.child()
	if !ok {
		return
	}
	name := strings.ToUpper(f.name)
	_, err := w.handle(b, parent).CreateFolder(w.ctx, name, nil)
	w.is(mapi.ErrCollision, err, "create folder that exists")
	h, err := w.handle(b, parent).CreateFolder(w.ctx, name, &store.CreateFolderOptions{OpenIfExists: true})
	w.ok(err, "open if exists")
	w.equal(f.id, h.ID(), "folder that exists")
	h, err = w.handle(b, parent).OpenFolder(w.ctx, name)
	w.ok(err, "open folder")
	w.equal(f.id, h.ID(), "folder opened by name")
}

func (w *world) modified(b *modelBox, f *modelFolder) {
	b.folder(store.ChangeModified, f)
	w.compareFolder(b, f)
}

func (w *world) rename() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	was := f.name
	f.name = w.unique("Renamed")
	w.ok(w.handle(b, f).Rename(w.ctx, f.name), "rename")
	w.modified(b, f)
	if f.parent != nil {
		_, err := w.handle(b, f.parent).OpenFolder(w.ctx, was)
		w.is(mapi.ErrNotFound, err, "old name")
	}
}

func (w *world) renameCase() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	f.name = strings.ToUpper(f.name)
	w.ok(w.handle(b, f).Rename(w.ctx, f.name), "rename to another case")
	w.modified(b, f)
}

func (w *world) renameTaken() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	for _, sibling := range b.liveChildren(f.parent) {
		if sibling == f {
			continue
		}
		w.is(mapi.ErrCollision, w.handle(b, f).Rename(w.ctx, strings.ToLower(sibling.name)), "rename")
		b.folder(store.ChangeModified, f) // what else was to be set is
		w.compareFolder(b, f)
		return
	}
}

func (w *world) setFolder() {
	b := w.box()
	f := w.folder(b)
	list := []mapi.Property{
		{Prop: props.PidTagContentCount.Prop(), Value: int32(99)},
		{Prop: props.PidTagComment.Prop(), Value: w.unique("comment")},
		{Prop: zooLegs, Value: w.value(zooLegs)},
	}
	if w.chance(30) {
		list[2].Value = nil
	}
	problems, err := w.handle(b, f).SetProperties(w.ctx, list...)
	w.ok(err, "set folder properties")
	w.equal([]store.Problem{{Index: 0, Prop: list[0].Prop, Code: mapi.ErrComputed}}, problems, "problems")
	f.props[list[1].Prop] = list[1].Value
	if delete(f.props, zooLegs); list[2].Value != nil {
		f.props[zooLegs] = list[2].Value
	}
	for p := range f.props {
		w.learnName(b, p)
	}
	w.modified(b, f)
}

func (w *world) learnName(b *modelBox, p mapi.Prop) {
	if p.IsNamed() && !slices.Contains(b.named, p.Untyped()) {
		b.named = append(b.named, p.Untyped())
	}
}

func (w *world) moveFolder() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	dest := w.folder(b)
	var opts *store.MoveFolderOptions
	name := f.name
	if w.chance(30) {
		name = w.unique("Moved")
		opts = &store.MoveFolderOptions{Name: name}
	}
	err := w.handle(b, f).MoveTo(w.ctx, w.handle(b, dest), opts)
	if below(dest, f) {
		w.is(mapi.ErrFolderCycle, err, "move folder")
		return
	}
	if other := b.childNamed(dest, name); other != nil && other != f {
		w.is(mapi.ErrCollision, err, "move folder")
		return
	}
	w.ok(err, "move folder")
	old := f.parentID
	f.parent, f.parentID, f.name = dest, dest.id, name
	b.event(modelEvent{kind: mapi.EventMoved, folder: dest.id, object: f.id, oldFolder: old})
	w.modified(b, f)
}

func (w *world) moveCycle() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	for _, dest := range b.live() {
		if below(dest, f) {
			w.is(mapi.ErrFolderCycle, w.handle(b, f).MoveTo(w.ctx, w.handle(b, dest), nil), "move folder into itself")
		}
	}
	special := b.folders[0]
	w.is(mapi.ErrNoAccess, w.handle(b, special).MoveTo(w.ctx, w.handle(b, b.folders[1]), nil), "move special folder")
}

func (w *world) copyCycle() {
	b, f, ok := w.free()
	if !ok {
		return
	}
	_, err := w.handle(b, f).CopyTo(w.ctx, w.handle(b, f), nil)
	w.is(mapi.ErrFolderCycle, err, "copy folder into itself")
}

func (w *world) copyFolder() {
	b, f, ok := w.free()
	if !ok || len(b.folders) >= maxFolders {
		return
	}
	dest := w.folder(b)
	if below(dest, f) {
		return
	}
	deep := w.chance(70)
	name := w.unique("Copy")
	h, err := w.handle(b, f).CopyTo(w.ctx, w.handle(b, dest), &store.MoveFolderOptions{Name: name, WithoutSubfolders: !deep})
	w.ok(err, "copy folder")
	w.copied(b, f, b, dest, h, name, deep)
}

func (w *world) copyFolderAcross() {
	b, f, ok := w.free()
	to := w.boxes[0]
	if to == b {
		to = w.boxes[1]
	}
	if !ok || len(to.folders) >= maxFolders {
		return
	}
	dest, name := w.folder(to), w.unique("Copy")
	h, err := w.handle(b, f).CopyTo(w.ctx, w.handle(to, dest), &store.MoveFolderOptions{Name: name})
	w.ok(err, "copy folder to another mailbox")
	w.copied(b, f, to, dest, h, name, true)
}

// copied enters the copy of a tree into the model. The ids of what is in it are
// looked up: copies have them in the order of their originals.
func (w *world) copied(b *modelBox, f *modelFolder, tb *modelBox, dest *modelFolder, h *store.Folder, name string, deep bool) {
	made := tb.enter(dest, h.ID(), name)
	made.props = maps.Clone(f.props)
	for p := range f.props {
		w.learnName(tb, p)
	}
	tb.folder(store.ChangeModified, made)
	for _, associated := range []bool{false, true} {
		list := f.part(associated, false)
		rows := w.rows(h.Contents(&store.View{Associated: associated}))
		w.equal(len(list), len(rows), "messages in the copied folder")
		for i, m := range list {
			copied := m.clone()
			if b == tb {
				b.transferred(f, m, made, copied, rows[i].Message, false)
			} else {
				copied.id = rows[i].Message
				w.learn(tb, copied)
				tb.insert(made, copied)
				tb.event(modelEvent{kind: mapi.EventCreated, folder: made.id, message: copied.id})
			}
		}
	}
	for _, child := range b.liveChildren(f) {
		if deep && child != made {
			inner, err := h.OpenFolder(w.ctx, child.name)
			w.ok(err, "open copied subfolder")
			w.copied(b, child, tb, made, inner, child.name, true)
		}
	}
	slices.SortFunc(made.msgs, func(x, y *modelMessage) int { return cmp.Compare(x.id, y.id) })
	w.compareFolder(tb, made)
}
