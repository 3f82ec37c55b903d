package store_test

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// A place is a message of the model and where it is.
type spot struct {
	b *modelBox
	f *modelFolder
	m *modelMessage
}

// message picks a message; with deleted a soft-deleted one. It reports false when
// there is none.
func (w *world) message(deleted bool) (spot, bool) {
	b := w.box()
	var all []spot
	for _, f := range b.live() {
		for _, m := range f.msgs {
			if m.deleted == deleted {
				all = append(all, spot{b, f, m})
			}
		}
	}
	if len(all) == 0 {
		return spot{}, false
	}
	return pick(w, all), true
}

func (w *world) open(s spot) *store.Message {
	h, err := w.handle(s.b, s.f).OpenMessage(w.ctx, s.m.id, nil)
	w.ok(err, "open message")
	return h
}

// edit changes some properties on the handle and in the model; it returns which.
func (w *world) edit(h *store.Message, m *modelMessage, among []mapi.Prop) []mapi.Prop {
	var changed []mapi.Prop
	for _, p := range sample(w, among, 1+w.rnd.IntN(3)) {
		old, had := m.props[p]
		v := w.value(p)
		switch {
		case had && w.chance(30):
			h.Delete(p)
			delete(m.props, p)
			if p == props.PidTagSubject.Prop() { // it is made of these
				h.Delete(props.PidTagSubjectPrefix.Prop(), props.PidTagNormalizedSubject.Prop())
			}
		case had && mapi.EqualValues(old, v):
			continue
		default:
			h.Set(p, v)
			m.props[p] = v
		}
		changed = append(changed, p)
	}
	return changed
}

func (w *world) saved(s spot) {
	w.learn(s.b, s.m)
	s.b.message(store.ChangeModified, s.f, s.m)
	s.b.event(modelEvent{kind: mapi.EventModified, folder: s.f.id, message: s.m.id})
	w.compareMessage(s.b, s.f, s.m)
}

// saving is an operation that opens a message, changes it and saves it.
func saving(name string, weight int, opts *store.SaveOptions, change func(*world, *store.Message, *modelMessage) bool) operation {
	return operation{name: name, weight: weight, run: func(w *world) {
		s, ok := w.message(false)
		if !ok {
			return
		}
		h := w.open(s)
		if !change(w, h, s.m) {
			w.ok(h.Save(w.ctx, opts), "save of nothing")
			return
		}
		w.ok(h.Save(w.ctx, opts), "save")
		w.compareHandle(h, s.m)
		w.saved(s)
	}}
}

func saveOperations() []operation {
	properties := func(w *world, h *store.Message, m *modelMessage) bool { return len(w.edit(h, m, universe())) > 0 }
	recipients := func(w *world, h *store.Message, m *modelMessage) bool {
		m.recipients = w.drawRecipients()
		w.keepAttachments(h, func() { m.dress(h.Message) })
		return true // new rows are a change, also when they say the same
	}
	attachments := func(w *world, h *store.Message, m *modelMessage) bool {
		m.attached = append(w.drawAttachments(), modelAttachment{name: w.unique("new"), data: []byte("new")})
		w.keepRecipients(h, func() { m.dress(h.Message) })
		return true
	}
	return []operation{
		saving("change and save", 8, nil, properties),
		saving("save relaxed", 2, &store.SaveOptions{Relaxed: true}, properties),
		saving("change recipients", 3, nil, recipients),
		saving("change attachments", 3, nil, attachments),
		saving("remove attachments", 2, nil, func(_ *world, h *store.Message, m *modelMessage) bool {
			h.Attachments = nil
			had := len(m.attached) > 0
			m.attached = nil
			return had
		}),
		saving("save unchanged", 1, nil, func(*world, *store.Message, *modelMessage) bool { return false }),
		saving("set computed property", 1, nil, func(w *world, h *store.Message, _ *modelMessage) bool {
			problems := h.SetProperties(mapi.Property{Prop: props.PidTagEntryId.Prop(), Value: []byte{1}})
			if len(problems) != 1 {
				w.failf("a computed property was set")
			}
			return false
		}),
		{name: "conflicting save", weight: 3, run: (*world).conflict},
		{name: "forced save", weight: 3, run: (*world).force},
		{name: "save what was deleted", weight: 2, run: (*world).saveDeleted},
		{name: "forced save of what was deleted", weight: 2, run: (*world).forceDeleted},
		{name: "save read-only", weight: 1, run: (*world).saveReadOnly},
		{name: "save after reading", weight: 2, run: (*world).saveAfterReading},
	}
}

// keepAttachments puts the attachments of the handle back after change.
func (w *world) keepAttachments(h *store.Message, change func()) {
	kept := h.Attachments
	change()
	h.Attachments = kept
}

func (w *world) keepRecipients(h *store.Message, change func()) {
	kept := h.Recipients
	change()
	h.Recipients = kept
}

func (w *world) conflict() {
	s, ok := w.message(false)
	if !ok {
		return
	}
	first, second := w.open(s), w.open(s)
	if len(w.edit(first, s.m, universe())) == 0 {
		return
	}
	w.ok(first.Save(w.ctx, nil), "first save")
	w.saved(s)
	mine := mapi.Value(w.unique("lost"))
	second.Set(zooName, mine)
	w.is(mapi.ErrObjectModified, second.Save(w.ctx, nil), "second save")
	w.equal(mine, second.Get(zooName), "change that was not saved")
	w.compareMessage(s.b, s.f, s.m)
}

func (w *world) force() {
	s, ok := w.message(false)
	if !ok {
		return
	}
	first, second := w.open(s), w.open(s)
	all := universe()
	mine, theirs := all[:len(all)/2], all[len(all)/2:]
	if len(w.edit(first, s.m, mine)) == 0 {
		return
	}
	w.ok(first.Save(w.ctx, nil), "first save")
	w.saved(s)
	if len(w.edit(second, s.m, theirs)) == 0 {
		return
	}
	if w.chance(40) {
		s.m.recipients = w.drawRecipients()
		w.keepAttachments(second, func() { s.m.dress(second.Message) })
	}
	w.ok(second.Save(w.ctx, &store.SaveOptions{Force: true}), "forced save")
	w.compareHandle(second, s.m)
	w.saved(s)
}

func (w *world) saveDeleted() {
	s, ok := w.message(false)
	if !ok {
		return
	}
	h := w.open(s)
	w.remove(s.b, s.f, []*modelMessage{s.m}, w.chance(50))
	h.Set(zooName, w.unique("late"))
	w.is(mapi.ErrObjectDeleted, h.Save(w.ctx, nil), "save of a deleted message")
}

func (w *world) forceDeleted() {
	s, ok := w.message(false)
	if !ok {
		return
	}
	h := w.open(s)
	again := s.m.clone()
	hard := w.chance(50)
	w.remove(s.b, s.f, []*modelMessage{s.m}, hard)
	again.props[zooName] = mapi.Value(w.unique("late"))
	h.Set(zooName, again.props[zooName])
	err := h.Save(w.ctx, &store.SaveOptions{Force: true})
	if hard && len(again.sharedContents()) > 0 && err != nil {
		return // its contents may be gone for good
	}
	w.ok(err, "forced save")
	again.status = 0
	w.added(s.b, s.f, again, h.ID(), &store.AddOptions{Associated: s.m.associated})
}

func (m *modelMessage) sharedContents() map[[32]byte]int64 {
	sum := map[[32]byte]int64{}
	m.contents(sum)
	return sum
}

func (w *world) saveReadOnly() {
	s, ok := w.message(w.chance(50))
	if !ok {
		return
	}
	h, err := w.handle(s.b, s.f).OpenMessage(w.ctx, s.m.id, &store.OpenMessageOptions{ReadOnly: true, SoftDeleted: true})
	w.ok(err, "open read-only")
	w.compareHandle(h, s.m)
	h.Set(zooName, "never")
	w.is(mapi.ErrNoAccess, h.Save(w.ctx, nil), "save read-only")
}

// The read state is no change of the message: it is no conflict, and a save does
// not bring it back.
func (w *world) saveAfterReading() {
	s, ok := w.message(false)
	if !ok {
		return
	}
	h := w.open(s)
	if len(w.edit(h, s.m, universe())) == 0 {
		return
	}
	flag := store.MarkRead
	if s.m.read {
		flag = store.MarkUnread
	}
	w.ok(w.handle(s.b, s.f).SetReadFlags(w.ctx, flag, s.m.id), "set read flags")
	s.b.setRead(s.f, []*modelMessage{s.m}, !s.m.read)
	w.ok(h.Save(w.ctx, nil), "save after another has read it")
	w.saved(s)
}
