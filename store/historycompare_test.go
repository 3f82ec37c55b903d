package store_test

import (
	"context"
	"errors"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// compareAll compares everything, and checks the store.
func (w *world) compareAll() {
	w.compareMailboxes()
	w.compareContents()
	w.listMailboxes()
	w.check()
}

func (w *world) compareMailboxes() {
	for _, b := range w.boxes {
		w.compareBox(b)
	}
}

func (w *world) compareBox(b *modelBox) {
	for _, f := range b.folders {
		w.compareFolder(b, f)
		for _, m := range f.msgs {
			w.compareMessage(b, f, m)
		}
	}
	w.equal(b.log, w.changes(b, 0), "change log")
	w.compareNames(b)
	w.compareStore(b)
	for name, want := range b.cursors {
		n, err := b.box.Cursor(w.ctx, name)
		w.ok(err, "cursor")
		w.equal(want, n, "cursor "+name)
	}
}

func (w *world) compareStore(b *modelBox) {
	bag, err := b.box.Properties(w.ctx)
	w.ok(err, "store properties")
	for p, want := range b.props {
		if !mapi.EqualValues(want, bag.Get(p)) {
			w.failf("store property %v: want %v, got %v", p, want, bag.Get(p))
		}
	}
	w.equal(b.name, props.PidTagDisplayName.Or(bag, ""), "name of the mailbox")
}

func (w *world) compareFolder(b *modelBox, f *modelFolder) {
	h := w.handle(b, f)
	bag, err := h.Properties(w.ctx)
	w.ok(err, "folder properties")
	for p, want := range f.props {
		if !mapi.EqualValues(want, bag.Get(p)) {
			w.failf("folder %v, property %v: want %v, got %v", f.id, p, want, bag.Get(p))
		}
	}
	w.equal(f.name, props.PidTagDisplayName.Or(bag, ""), "folder name")
	w.equal(f.everRemove, props.PidTagDeletedCountTotal.Or(bag, -1), "messages ever deleted")
	want := f.counts(len(b.liveChildren(f)))
	got, err := h.Counts(w.ctx)
	w.ok(err, "counts")
	want.Size = got.Size // checked by Check
	w.equal(want, got, "counts of folder")
	for _, view := range []store.View{{}, {Associated: true}, {SoftDeleted: true}} {
		s := shown{b: b, f: f, name: "folder", view: view, want: f.part(view.Associated, view.SoftDeleted)}
		w.compareRows(s, s.want, w.rows(h.Contents(&view)), "contents")
	}
}

func (w *world) compareMessage(b *modelBox, f *modelFolder, m *modelMessage) {
	h, err := w.handle(b, f).OpenMessage(w.ctx, m.id, &store.OpenMessageOptions{SoftDeleted: m.deleted})
	w.ok(err, "open message")
	w.compareHandle(h, m)
	if m.deleted {
		_, err := w.handle(b, f).OpenMessage(w.ctx, m.id, nil)
		w.is(mapi.ErrNotFound, err, "open deleted message as a live one")
	}
}

func (w *world) compareHandle(h *store.Message, m *modelMessage) {
	w.compareContent(h.Message, m)
	read, ok := h.Get(props.PidTagRead.Prop()).(bool)
	if !ok || read != m.read {
		w.failf("message %v: read is %v, want %v", m.id, h.Get(props.PidTagRead.Prop()), m.read)
	}
	w.equal(m.associated, h.Associated() || m.deleted && m.associated, "associated")
	w.equal(len(m.attached) > 0, props.PidTagHasAttachments.Or(h, false), "has attachments")
	w.equal(m.displayTo(), props.PidTagDisplayTo.Or(h, "?"), "display to")
	if status, _ := h.Get(mapi.Prop{ID: 0x0E17, Type: mapi.PtypInteger32}).(int32); uint32(status) != m.status {
		w.failf("message %v: status %x, want %x", m.id, status, m.status)
	}
	if h.Has(props.PidTagSubject.Prop()) {
		w.equal(m.Get(sortNormal), h.Get(sortNormal), "normalized subject")
	}
}

// compareContent compares what came with the message.
func (w *world) compareContent(got *mapi.Message, m *modelMessage) {
	for _, p := range universe() {
		want, v := m.props[p], got.Get(p)
		if s, ok := v.(mapi.Stream); ok {
			var err error
			v, err = mapi.ReadValue(p.Type, s, 1<<20)
			w.ok(err, "read stream")
		}
		if !mapi.EqualValues(want, v) {
			w.failf("message %v, property %v: want %s, got %s", m.id, p, brief(want), brief(v))
		}
	}
	w.equal(len(m.recipients), len(got.Recipients), "number of recipients")
	for i, r := range m.recipients {
		to := got.Recipients[i]
		w.equal(r, modelRecipient{props.PidTagRecipientType.Or(to, 0), props.PidTagDisplayName.Or(to, ""),
			props.PidTagEmailAddress.Or(to, "")}, "recipient")
	}
	w.equal(len(m.attached), len(got.Attachments), "number of attachments")
	for i, a := range m.attached {
		at := got.Attachments[i]
		w.equal(a.name, props.PidTagAttachLongFilename.Or(at, ""), "name of the attachment")
		if a.embedded != nil {
			if at.Embedded == nil {
				w.failf("attachment %d has no embedded message", i)
			}
			w.compareContent(at.Embedded, a.embedded)
			continue
		}
		data, err := props.PidTagAttachDataBinary.Read(at)
		w.ok(err, "read attachment")
		w.equal(string(a.data), string(data), "data of the attachment")
	}
}

func (w *world) subscribe(b *modelBox) {
	var err error
	b.sub, err = b.box.Subscribe(w.ctx, &store.SubscribeOptions{Queue: 1 << 16})
	w.ok(err, "subscribe")
	b.events = nil
}

// compareEvents compares what the subscribers were told of the step that ran.
func (w *world) compareEvents() {
	for _, b := range w.boxes {
		var got []modelEvent
		counts := map[mapi.FolderID]mapi.Event{}
		for last := mapi.ChangeNumber(0); ; {
			e, ok := w.nextEvent(b)
			if !ok {
				break
			}
			if e.Change < last {
				w.failf("event of change %d after one of %d", e.Change, last)
			}
			last = e.Change
			switch {
			case e.HasCounts:
				counts[e.Object] = e
			case e.Type == mapi.EventModified && e.Object != 0: // folders tell more than the model knows
			default:
				got = append(got, modelEvent{e.Type, e.Folder, e.Object, e.Message, e.OldFolder, e.OldMessage})
			}
		}
		if len(b.events) > 0 || len(got) > 0 {
			w.equal(b.events, got, "events")
		}
		b.events = nil
		for _, f := range b.live() {
			if e, ok := counts[f.id]; ok {
				c := f.counts(0)
				w.equal([2]int64{c.Messages, c.Unread}, [2]int64{e.Total, e.Unread}, "counts in an event")
			}
		}
	}
}

func (w *world) nextEvent(b *modelBox) (mapi.Event, bool) {
	now, cancel := context.WithCancel(w.ctx)
	cancel()
	e, err := b.sub.Next(now)
	if errors.Is(err, context.Canceled) {
		return e, false
	}
	w.ok(err, "next event")
	return e, true
}
