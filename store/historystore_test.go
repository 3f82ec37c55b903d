package store_test

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func storeOperations() []operation {
	return []operation{
		{name: "set store properties", weight: 2, run: (*world).setStore},
		{name: "read change log", weight: 3, run: (*world).readLog},
		{name: "set cursor", weight: 2, run: (*world).setCursor},
		{name: "map names", weight: 2, run: (*world).mapNames},
		{name: "mailbox statistics", weight: 2, run: (*world).compareStats},
		{name: "compare a mailbox", weight: 1, run: func(w *world) { w.compareBox(w.box()) }},
		{name: "sync", weight: 1, run: func(w *world) { w.ok(w.st.Sync(w.ctx), "sync") }},
		{name: "store statistics", weight: 2, alone: true, run: (*world).compareContents},
		{name: "list mailboxes", weight: 1, alone: true, run: (*world).listMailboxes},
		{name: "create and delete mailbox", weight: 2, alone: true, run: (*world).passingMailbox},
		{name: "replace mailbox", weight: 1, alone: true, run: (*world).replaceMailbox},
		{name: "collect", weight: 1, alone: true, run: (*world).collect},
		{name: "check", weight: 1, alone: true, run: (*world).check},
		{name: "compact", weight: 1, alone: true, run: func(w *world) {
			if w.chance(10) {
				w.ok(w.st.Compact(w.ctx), "compact")
			}
		}},
		{name: "reopen", weight: 2, alone: true, run: (*world).reopenStore},
	}
}

func (w *world) setStore() {
	b := w.box()
	comment := w.unique("comment")
	problems, err := b.box.SetProperties(w.ctx, mapi.Property{Prop: props.PidTagComment.Prop(), Value: comment},
		mapi.Property{Prop: zooLegs, Value: int32(4)},
		mapi.Property{Prop: props.PidTagStoreEntryId.Prop(), Value: []byte{1}})
	w.ok(err, "set store properties")
	w.equal(1, len(problems), "problems")
	b.props[props.PidTagComment.Prop()], b.props[zooLegs] = comment, int32(4)
	w.learnName(b, zooLegs)
	w.compareStore(b)
}

// readLog reads the log from a place in the middle.
func (w *world) readLog() {
	b := w.box()
	all := w.numbered(b, 0)
	if len(all) != len(b.log) {
		w.failf("log of %d entries, want %d: %+v, want %+v", len(all), len(b.log), all, b.log)
	}
	from := w.rnd.IntN(len(all))
	rest := w.changes(b, all[from].Number)
	w.equal(b.log[from+1:], rest, "the rest of the log")
	last, err := b.box.ChangeNumber(w.ctx)
	w.ok(err, "change number")
	if n := len(all); all[n-1].Number > last {
		w.failf("change %d is behind the last one, %d", all[n-1].Number, last)
	}
}

// numbered reads the log.
func (w *world) numbered(b *modelBox, since mapi.ChangeNumber) []store.Change {
	var list []store.Change
	for c, err := range b.box.Changes(w.ctx, since) {
		w.ok(err, "changes")
		if n := len(list); c.Number <= since || n > 0 && c.Number <= list[n-1].Number {
			w.failf("change numbers do not rise: %v", c)
		}
		list = append(list, c)
	}
	return list
}

func (w *world) changes(b *modelBox, since mapi.ChangeNumber) []modelChange {
	list := []modelChange{}
	for _, c := range w.numbered(b, since) {
		list = append(list, modelChange{c.Op, c.Folder, c.Object, c.Message, c.Associated, c.NewFolder, c.NewMessage})
	}
	return list
}

func (w *world) setCursor() {
	b := w.box()
	name := pick(w, []string{"search", "archive", "quota"})
	n, err := b.box.Cursor(w.ctx, name)
	w.ok(err, "cursor")
	w.equal(b.cursors[name], n, "cursor "+name)
	last, err := b.box.ChangeNumber(w.ctx)
	w.ok(err, "change number")
	w.ok(b.box.SetCursor(w.ctx, name, last), "set cursor")
	b.cursors[name] = last
	w.is(mapi.ErrInvalidParameter, b.box.SetCursor(w.ctx, "", 1), "cursor without a name")
}

func (w *world) mapNames() {
	b := w.box()
	name := mapi.NamedString(zooSet, w.unique("Name"), 0)
	ids, err := b.box.IDsFromNames(w.ctx, false, name, props.PidTagSubject.Prop())
	w.ok(err, "ids from names")
	w.equal([]uint16{0, 0x37}, ids, "ids of names")
	if w.chance(30) {
		first, err := b.box.IDsFromNames(w.ctx, true, name)
		w.ok(err, "ids from names")
		again, err := b.box.IDsFromNames(w.ctx, true, name)
		w.ok(err, "ids from names")
		w.equal(first, again, "id given out once")
		b.named = append(b.named, name.Untyped())
	}
	w.compareNames(b)
}

func (w *world) compareNames(b *modelBox) {
	all, err := b.box.NamesFromIDs(w.ctx)
	w.ok(err, "names from ids")
	if len(all) != len(b.named) {
		w.failf("mapping of %d names, want %d: %v, want %v", len(all), len(b.named), all, b.named)
	}
	for i, p := range all {
		if !slices.Contains(b.named, p.Untyped()) {
			w.failf("name %v is in the mapping", p)
		}
		ids, err := b.box.IDsFromNames(w.ctx, false, p)
		w.ok(err, "ids from names")
		w.equal([]uint16{uint16(0x8001 + i)}, ids, "id of a name")
	}
}

func (w *world) compareStats() {
	b := w.box()
	var want store.Stats
	for _, f := range b.folders {
		c := f.counts(0)
		if f.deleted {
			want.Deleted += c.Messages + c.Associated + c.Deleted
			continue
		}
		want.Messages += c.Messages
		want.Unread += c.Unread
		want.Associated += c.Associated
		want.Deleted += c.Deleted
	}
	got, err := b.box.Stats(w.ctx)
	w.ok(err, "statistics")
	want.Folders, want.Size, want.Change, want.Named = got.Folders, got.Size, got.Change, int64(len(b.named))
	w.equal(want, got, "statistics")
}

// compareContents compares what is shared.
func (w *world) compareContents() {
	sum := map[[32]byte]int64{}
	for _, b := range w.boxes {
		for _, f := range b.folders {
			for _, m := range f.msgs {
				m.contents(sum)
			}
		}
	}
	var stored int64
	for _, n := range sum {
		stored += n
	}
	got, err := w.st.Stats(w.ctx)
	w.ok(err, "store statistics")
	w.equal([3]int64{int64(len(w.boxes)), int64(len(sum)), stored}, [3]int64{got.Mailboxes, got.Contents, got.Stored}, "store statistics")
}

func (w *world) listMailboxes() {
	var want, got []string
	for _, b := range w.boxes {
		want = append(want, b.name)
	}
	for info, err := range w.st.Mailboxes(w.ctx) {
		w.ok(err, "mailboxes")
		got = append(got, info.Name)
	}
	slices.Sort(want)
	w.equal(want, got, "mailboxes")
}

// passingMailbox makes a mailbox, fills it with what others share, and deletes it.
func (w *world) passingMailbox() {
	b := w.newBox(w.unique("passing"))
	m := w.draw()
	m.attached = w.drawAttachments()
	w.add(b, b.folders[0], m, nil)
	_, err := w.st.CreateMailbox(w.ctx, b.name, nil)
	w.is(mapi.ErrCollision, err, "create mailbox again")
	w.ok(w.st.DeleteMailbox(w.ctx, b.name), "delete mailbox")
	w.is(mapi.ErrNotFound, w.st.DeleteMailbox(w.ctx, b.name), "delete mailbox again")
	_, err = w.st.OpenMailbox(w.ctx, b.name)
	w.is(mapi.ErrNotFound, err, "open deleted mailbox")
	if _, err := b.box.OpenFolder(w.ctx, b.folders[0].id); err == nil {
		w.failf("a deleted mailbox has folders")
	}
	b.sub.Close()
	w.compareContents()
}

// replaceMailbox deletes one of the mailboxes and makes one of the same name.
func (w *world) replaceMailbox() {
	if w.chance(70) {
		return
	}
	i := w.rnd.IntN(len(w.boxes))
	w.boxes[i].sub.Close()
	w.ok(w.st.DeleteMailbox(w.ctx, w.boxes[i].name), "delete mailbox")
	w.boxes[i] = w.newBox(w.boxes[i].name)
	w.compareContents()
}

func (w *world) collect() {
	report, err := w.st.Collect(w.ctx)
	w.ok(err, "collect")
	w.equal(store.CollectReport{}, report, "what a store without crashes has to collect")
}

func (w *world) check() {
	report, err := w.st.Check(w.ctx, &store.CheckOptions{Deep: w.chance(30)})
	w.ok(err, "check")
	if !report.OK() || report.Unused != 0 {
		w.failf("check: %d unused\n%s", report.Unused, strings.Join(report.Problems, "\n"))
	}
}

func (w *world) reopenStore() {
	if w.chance(50) {
		return
	}
	w.ok(w.st.Close(), "close")
	st, err := w.reopen()
	w.ok(err, "reopen")
	w.st = st
	for _, b := range w.boxes {
		b.box, err = st.OpenMailbox(w.ctx, b.name)
		w.ok(err, "open mailbox")
		w.subscribe(b)
	}
	w.compareBox(w.box())
}
