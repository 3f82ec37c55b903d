package store_test

import (
	"cmp"
	"errors"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store"
)

func ids(list []*modelMessage) []mapi.MessageID {
	out := make([]mapi.MessageID, len(list))
	for i, m := range list {
		out[i] = m.id
	}
	return out
}

// some picks a folder with messages and some of those.
func (w *world) some(deleted bool) (*modelBox, *modelFolder, []*modelMessage, bool) {
	s, ok := w.message(deleted)
	if !ok {
		return nil, nil, nil, false
	}
	all := slices.DeleteFunc(slices.Clone(s.f.msgs), func(m *modelMessage) bool { return m.deleted != deleted })
	n := 1 + w.rnd.IntN(4)
	if w.chance(10) {
		n = 100
	}
	return s.b, s.f, sample(w, all, n), true
}

// partly says what an operation reports: with missing also an id that is not there.
func (w *world) partly(list []mapi.MessageID, missing bool) []mapi.MessageID {
	if missing {
		list = slices.Insert(slices.Clone(list), w.rnd.IntN(len(list)+1), mapi.MessageID(1<<40))
	}
	return list
}

func (w *world) okPartly(err error, missing bool, what string) {
	if missing {
		w.is(mapi.WarnPartialCompletion, err, what)
		return
	}
	w.ok(err, what)
}

// remove deletes messages of a folder; live ones, and with hard also soft-deleted.
func (w *world) remove(b *modelBox, f *modelFolder, list []*modelMessage, hard bool) {
	missing := w.chance(10)
	err := w.handle(b, f).DeleteMessages(w.ctx, w.partly(ids(list), missing), &store.DeleteOptions{Hard: hard})
	w.okPartly(err, missing, "delete")
	for _, m := range list {
		b.remove(f, m, hard)
	}
}

func (b *modelBox) remove(f *modelFolder, m *modelMessage, hard bool) {
	was := m.deleted
	b.unread(m)
	if hard {
		f.drop(m)
		b.message(store.ChangeRemoved, f, m)
	} else {
		m.deleted = true
		slices.SortFunc(f.msgs, func(x, y *modelMessage) int { return cmp.Compare(x.id, y.id) })
		b.message(store.ChangeDeleted, f, m)
	}
	if !was {
		f.everRemove++
		b.event(modelEvent{kind: mapi.EventDeleted, folder: f.id, message: m.id})
	}
}

func (w *world) setRead(b *modelBox, f *modelFolder, list []*modelMessage, read bool) {
	flag := store.MarkUnread
	if read {
		flag = store.MarkRead
	}
	missing := w.chance(10)
	w.okPartly(w.handle(b, f).SetReadFlags(w.ctx, flag, w.partly(ids(list), missing)...), missing, "set read flags")
	b.setRead(f, list, read)
	for _, m := range list {
		w.compareMessage(b, f, m)
	}
}

func (b *modelBox) setRead(f *modelFolder, list []*modelMessage, read bool) {
	for _, m := range list {
		if m.read != read {
			m.read = read
			b.readChanged(f, m)
		}
	}
}

func (b *modelBox) readChanged(f *modelFolder, m *modelMessage) {
	b.message(store.ChangeRead, f, m)
	b.event(modelEvent{kind: mapi.EventModified, folder: f.id, message: m.id})
}

func transferOperations() []operation {
	same := func(_ *world, b *modelBox, f *modelFolder) (*modelBox, *modelFolder) { return b, f }
	other := func(w *world, b *modelBox, _ *modelFolder) (*modelBox, *modelFolder) { return b, w.folder(b) }
	across := func(w *world, b *modelBox, _ *modelFolder) (*modelBox, *modelFolder) {
		to := w.boxes[0]
		if to == b {
			to = w.boxes[1]
		}
		return to, w.folder(to)
	}
	type target = func(*world, *modelBox, *modelFolder) (*modelBox, *modelFolder)
	transfer := func(name string, weight int, move bool, to target) operation {
		return operation{name: name, weight: weight, run: func(w *world) {
			if b, f, list, ok := w.some(false); ok {
				tb, tf := to(w, b, f)
				w.transfer(b, f, list, tb, tf, move)
			}
		}}
	}
	deletion := func(name string, weight int, deleted, hard bool) operation {
		return operation{name: name, weight: weight, run: func(w *world) {
			if b, f, list, ok := w.some(deleted); ok {
				w.remove(b, f, list, hard)
			}
		}}
	}
	return []operation{
		transfer("copy within the folder", 2, false, same),
		transfer("copy to another folder", 4, false, other),
		transfer("copy to another mailbox", 3, false, across),
		transfer("move within the folder", 1, true, same),
		transfer("move to another folder", 5, true, other),
		transfer("move to another mailbox", 3, true, across),
		{name: "copy the same twice", weight: 1, run: (*world).copyTwice},
		deletion("soft delete", 6, false, false),
		deletion("hard delete", 5, false, true),
		deletion("hard delete what was deleted", 3, true, true),
		{name: "restore", weight: 4, run: (*world).restore},
		{name: "mark as read", weight: 3, run: func(w *world) {
			if b, f, list, ok := w.some(false); ok {
				w.setRead(b, f, list, true)
			}
		}},
		{name: "mark as unread", weight: 3, run: func(w *world) {
			if b, f, list, ok := w.some(false); ok {
				w.setRead(b, f, list, false)
			}
		}},
		{name: "mark all as read", weight: 2, run: func(w *world) {
			b := w.box()
			f := w.folder(b)
			w.ok(w.handle(b, f).SetReadFlags(w.ctx, store.MarkRead), "mark all")
			b.setRead(f, f.part(false, false), true)
		}},
		{name: "set status", weight: 3, run: (*world).setStatus},
	}
}

func (w *world) transfer(b *modelBox, f *modelFolder, list []*modelMessage, tb *modelBox, tf *modelFolder, move bool) {
	from, to := w.handle(b, f), w.handle(tb, tf)
	missing := w.chance(10)
	var made []mapi.MessageID
	var err error
	if move {
		made, err = from.MoveMessages(w.ctx, w.partly(ids(list), missing), to)
	} else {
		made, err = from.CopyMessages(w.ctx, w.partly(ids(list), missing), to)
	}
	w.okPartly(err, missing, "transfer")
	w.equal(len(list), len(made), "number of messages transferred")
	for i, m := range list {
		copied := m.clone()
		if b == tb {
			b.transferred(f, m, tf, copied, made[i], move)
		} else {
			copied.id = made[i]
			w.learn(tb, copied)
			tb.insert(tf, copied)
			tb.event(modelEvent{kind: mapi.EventCreated, folder: tf.id, message: copied.id})
			if move {
				b.remove(f, m, true)
			}
		}
		w.compareMessage(tb, tf, copied)
	}
}

// transferred moves or copies a message of the model within its mailbox.
func (b *modelBox) transferred(f *modelFolder, m *modelMessage, tf *modelFolder, copied *modelMessage, id mapi.MessageID, move bool) {
	e := modelEvent{kind: mapi.EventCopied, folder: tf.id, message: id, oldFolder: f.id, oldMessage: m.id}
	if move {
		e.kind = mapi.EventMoved
		b.unread(m)
		b.record(modelChange{op: store.ChangeMoved, folder: f.id, message: m.id, associated: m.associated,
			newFolder: tf.id, newMessage: id})
		f.drop(m)
	}
	copied.id = id
	b.insert(tf, copied)
	b.event(e)
}

func (w *world) copyTwice() {
	b, f, list, ok := w.some(false)
	if !ok {
		return
	}
	m, tf := list[0], w.folder(b)
	made, err := w.handle(b, f).CopyMessages(w.ctx, []mapi.MessageID{m.id, m.id}, w.handle(b, tf))
	w.ok(err, "copy")
	w.equal(2, len(made), "number of copies")
	for _, id := range made {
		b.transferred(f, m, tf, m.clone(), id, false)
	}
}

func (w *world) restore() {
	b, f, list, ok := w.some(true)
	if !ok {
		return
	}
	missing := w.chance(10)
	made, err := w.handle(b, f).RestoreMessages(w.ctx, w.partly(ids(list), missing))
	w.okPartly(err, missing, "restore")
	w.equal(len(list), len(made), "number of messages restored")
	for i, m := range list {
		f.drop(m)
		m.id, m.deleted = made[i], false
		b.insert(f, m)
		b.event(modelEvent{kind: mapi.EventCreated, folder: f.id, message: m.id})
		w.compareMessage(b, f, m)
	}
}

func (w *world) setStatus() {
	s, ok := w.message(false)
	if !ok {
		return
	}
	status, mask := w.rnd.Uint32()&0xFF, w.rnd.Uint32()&0xFF
	before, err := w.handle(s.b, s.f).SetMessageStatus(w.ctx, s.m.id, status, mask)
	w.ok(err, "set status")
	w.equal(s.m.status, before, "status before")
	if now := before&^mask | status&mask; now != before {
		s.m.status = now
		s.b.readChanged(s.f, s.m)
	}
	_, err = w.handle(s.b, s.f).SetMessageStatus(w.ctx, mapi.MessageID(1<<40), status, mask)
	if !errors.Is(err, mapi.ErrNotFound) {
		w.failf("status of a message that is not there: %v", err)
	}
}
