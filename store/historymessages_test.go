package store_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

var (
	zooSet      = mapi.GUID{0x20, 0x00}
	zooLegs     = mapi.NamedString(zooSet, "Legs", mapi.PtypInteger32)
	zooName     = mapi.Prop{Set: zooSet, ID: 7, Type: mapi.PtypString}
	headerName  = mapi.NamedString(mapi.PSInternetHeaders, "X-Zoo", mapi.PtypString)
	blob        = mapi.Prop{ID: 0x6801, Type: mapi.PtypBinary}
	longSubject = strings.Repeat("long ", 150) + "subject" // does not fit a row
)

func universe() []mapi.Prop {
	return []mapi.Prop{props.PidTagSubject.Prop(), props.PidTagBody.Prop(), props.PidTagImportance.Prop(),
		props.PidTagMessageDeliveryTime.Prop(), props.PidTagSentRepresentingName.Prop(), blob,
		props.PidTagConversationIndex.Prop(), props.PidTagInternetMessageId.Prop(), props.PidLidReminderSet.Prop(),
		props.PidNameKeywords.Prop(), props.PidLidTaskDueDate.Prop(), zooLegs, zooName, headerName}
}

// value makes a value for a property of the universe; nil for none.
func (w *world) value(p mapi.Prop) mapi.Value {
	switch p {
	case props.PidTagSubject.Prop():
		return pick(w, []mapi.Value{"giraffe", "RE: giraffe", "AW: Okapi", "Fwd: Größe der Giraffe", "zebra: stripes", "Ωκάπι", "",
			longSubject, "abc: d"})
	case props.PidTagBody.Prop():
		return "body " + strings.Repeat("x", w.rnd.IntN(200))
	case props.PidTagImportance.Prop():
		return int32(w.rnd.IntN(3))
	case props.PidTagMessageDeliveryTime.Prop():
		return time.Date(2026, 1, 1+w.rnd.IntN(20), 0, 0, 0, 0, time.UTC)
	case props.PidTagSentRepresentingName.Prop():
		return pick(w, []mapi.Value{"Ada", "ada", "Bob", "Émile", "Zoë", "élan"})
	case blob:
		return []byte(strings.Repeat("y", w.rnd.IntN(100)))
	case props.PidTagConversationIndex.Prop():
		return []byte{1, byte(w.rnd.IntN(256))}
	case props.PidTagInternetMessageId.Prop():
		return fmt.Sprintf("<%d@example.org>", w.rnd.IntN(1000)) + strings.Repeat(" ", 600*w.rnd.IntN(2))
	case props.PidLidReminderSet.Prop():
		return w.chance(50)
	case props.PidNameKeywords.Prop():
		return []string{"red", fmt.Sprint("c", w.rnd.IntN(5))}
	case props.PidLidTaskDueDate.Prop():
		return time.Date(2027, 1, 1+w.rnd.IntN(20), 0, 0, 0, 0, time.UTC)
	case zooLegs:
		return int32(w.rnd.IntN(5))
	}
	return pick(w, []mapi.Value{"one", "two", "three"})
}

// draw makes a message that is not stored yet.
func (w *world) draw() *modelMessage {
	m := &modelMessage{props: map[mapi.Prop]mapi.Value{}}
	for _, p := range universe() {
		if w.chance(45) {
			m.props[p] = w.value(p)
		}
	}
	m.read = w.chance(30)
	return m
}

func (w *world) drawRecipients() []modelRecipient {
	var list []modelRecipient
	for range 1 + w.rnd.IntN(4) {
		name := pick(w, []string{"Ada", "Bob", "Bobby", "Carol", "Zoë"})
		list = append(list, modelRecipient{mapi.RecipientType(1 + w.rnd.IntN(3)), name, strings.ToLower(name) + "@example.org"})
	}
	return list
}

func (w *world) drawAttachments() []modelAttachment {
	var list []modelAttachment
	for i, data := range sample(w, someContents(), 1+w.rnd.IntN(3)) {
		list = append(list, modelAttachment{name: fmt.Sprintf("file %d.txt", i), data: data})
	}
	return list
}

// detached makes what Add takes.
func (m *modelMessage) detached() *mapi.Message {
	out := &mapi.Message{}
	for _, p := range universe() {
		if v, ok := m.props[p]; ok {
			out.Set(p, v)
		}
	}
	if m.read {
		props.PidTagMessageFlags.Set(out, mapi.FlagRead)
	}
	m.dress(out)
	return out
}

// dress sets recipients and attachments.
func (m *modelMessage) dress(out *mapi.Message) {
	out.Recipients, out.Attachments = nil, nil
	for _, r := range m.recipients {
		to := &mapi.Recipient{}
		props.PidTagRecipientType.Set(to, r.kind)
		props.PidTagDisplayName.Set(to, r.name)
		props.PidTagEmailAddress.Set(to, r.address)
		out.Recipients = append(out.Recipients, to)
	}
	for _, a := range m.attached {
		to := &mapi.Attachment{}
		props.PidTagAttachLongFilename.Set(to, a.name)
		if a.embedded != nil {
			props.PidTagAttachMethod.Set(to, mapi.AttachEmbeddedMessage)
			to.Embedded = a.embedded.detached()
		} else {
			props.PidTagAttachMethod.Set(to, mapi.AttachByValue)
			props.PidTagAttachDataBinary.Set(to, a.data)
		}
		out.Attachments = append(out.Attachments, to)
	}
}

// add stores m and enters it into the model.
func (w *world) add(b *modelBox, f *modelFolder, m *modelMessage, opts *store.AddOptions) {
	id, err := w.handle(b, f).Add(w.ctx, m.detached(), opts)
	w.ok(err, "add")
	w.added(b, f, m, id, opts)
}

func (w *world) added(b *modelBox, f *modelFolder, m *modelMessage, id mapi.MessageID, opts *store.AddOptions) {
	m.id = id
	m.associated = opts != nil && opts.Associated
	w.learn(b, m)
	b.insert(f, m)
	b.event(modelEvent{kind: mapi.EventCreated, folder: f.id, message: id})
	if opts != nil && opts.Deliver {
		if m.props[sortTime] == nil {
			m.props[sortTime] = w.storedTime(b, f, m)
		}
		b.event(modelEvent{kind: mapi.EventNewMail, folder: f.id, message: id})
	}
	w.compareMessage(b, f, m)
}

func (w *world) storedTime(b *modelBox, f *modelFolder, m *modelMessage) mapi.Value {
	h, err := w.handle(b, f).OpenMessage(w.ctx, m.id, nil)
	w.ok(err, "open message")
	at, ok := props.PidTagMessageDeliveryTime.Get(h)
	if !ok {
		w.failf("no delivery time")
	}
	return at
}

// learn notes which named properties get an id with a message: those that stand
// in mail headers do not.
func (w *world) learn(b *modelBox, m *modelMessage) {
	for _, p := range universe() {
		if _, ok := m.props[p]; !ok {
			continue
		}
		if p.IsNamed() && p.Set != mapi.PSInternetHeaders && !slices.Contains(b.named, p.Untyped()) {
			b.named = append(b.named, p.Untyped())
		}
	}
	for _, a := range m.attached {
		if a.embedded != nil {
			w.learn(b, a.embedded)
		}
	}
}

func addOperations() []operation {
	plain := func(name string, weight int, opts *store.AddOptions, change func(*world, *modelMessage)) operation {
		return operation{name: name, weight: weight, run: func(w *world) {
			b, m := w.box(), w.draw()
			if change != nil {
				change(w, m)
			}
			w.add(b, w.folder(b), m, opts)
		}}
	}
	recipients := func(w *world, m *modelMessage) { m.recipients = w.drawRecipients() }
	attachments := func(w *world, m *modelMessage) { m.attached = w.drawAttachments() }
	return []operation{
		plain("add", 10, nil, nil),
		plain("add with recipients", 5, nil, recipients),
		plain("add with attachments", 6, nil, attachments),
		plain("add with embedded message", 3, nil, func(w *world, m *modelMessage) {
			inner := w.draw()
			inner.read = false
			inner.recipients, inner.attached = w.drawRecipients(), w.drawAttachments()
			m.attached = []modelAttachment{{name: "inner", embedded: inner}}
			m.recipients = w.drawRecipients()
		}),
		plain("add associated", 3, &store.AddOptions{Associated: true}, nil),
		plain("add associated with attachments", 1, &store.AddOptions{Associated: true}, attachments),
		plain("add with named properties", 3, nil, func(w *world, m *modelMessage) {
			for _, p := range universe() {
				if p.IsNamed() {
					m.props[p] = w.value(p)
				}
			}
		}),
		plain("add large body", 2, nil, func(w *world, m *modelMessage) {
			m.props[props.PidTagBody.Prop()] = strings.Repeat(fmt.Sprint("line ", w.rnd.IntN(3), "\n"), 20_000)
		}),
		plain("add body of several records", 1, nil, func(w *world, m *modelMessage) {
			m.props[blob] = []byte(strings.Repeat(string(rune('a'+w.rnd.IntN(5))), 31_000))
			m.props[props.PidTagBody.Prop()] = strings.Repeat("z", 15_000)
			for range 2 {
				m.recipients = append(m.recipients, modelRecipient{mapi.RecipientCc, strings.Repeat("Zoë", 4000), "zoe@example.org"})
			}
		}),
		plain("add relaxed", 4, &store.AddOptions{Relaxed: true}, recipients),
		plain("deliver", 5, &store.AddOptions{Deliver: true}, recipients),
		plain("deliver with attachments", 2, &store.AddOptions{Deliver: true}, attachments),
		{name: "deliver once", weight: 3, run: (*world).deliverOnce},
		{name: "deliver twice", weight: 3, run: (*world).deliverTwice},
		{name: "add refused class", weight: 1, run: func(w *world) {
			b := w.box()
			m := w.draw()
			m.attached = w.drawAttachments()
			out := m.detached()
			props.PidTagMessageClass.Set(out, "IPM.Note.")
			_, err := w.handle(b, w.folder(b)).Add(w.ctx, out, nil)
			w.is(mapi.ErrInvalidParameter, err, "add")
		}},
		{name: "create and save", weight: 3, run: (*world).createMessage},
	}
}

func (w *world) deliverOnce() {
	b, m := w.box(), w.draw()
	f, opts := w.folder(b), &store.AddOptions{Deliver: true, DeliveryID: w.unique("delivery")}
	m.attached = w.drawAttachments()
	w.add(b, f, m, opts)
	b.deliveries[opts.DeliveryID] = m.id
}

func (w *world) deliverTwice() {
	b := w.box()
	if len(b.deliveries) == 0 {
		return
	}
	var known []string
	for id := range b.deliveries {
		known = append(known, id)
	}
	slices.Sort(known)
	again := pick(w, known)
	m := w.draw()
	m.attached = w.drawAttachments()
	id, err := w.handle(b, w.folder(b)).Add(w.ctx, m.detached(), &store.AddOptions{Deliver: true, DeliveryID: again})
	w.ok(err, "deliver again")
	w.equal(b.deliveries[again], id, "id of the first delivery")
}

func (w *world) createMessage() {
	b := w.box()
	f := w.folder(b)
	associated := w.chance(20)
	h, err := w.handle(b, f).CreateMessage(w.ctx, &store.AddOptions{Associated: associated})
	w.ok(err, "create message")
	m := w.draw()
	m.read, m.draft = true, true
	m.recipients = w.drawRecipients()
	m.props[sortUrgent] = w.value(sortUrgent) // it comes with one
	for p, v := range m.props {
		h.Set(p, v)
	}
	m.dress(h.Message)
	w.ok(h.Save(w.ctx, nil), "first save")
	w.added(b, f, m, h.ID(), &store.AddOptions{Associated: associated})
}
