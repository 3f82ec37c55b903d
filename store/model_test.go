package store_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/notify"
)

// The model of a store: what random histories are compared with. It keeps
// everything in plain maps and slices, knows no transactions, no indexes and no
// stored form, and finds everything by looking through all there is.

type modelBox struct {
	name       string
	box        *store.Mailbox
	folders    []*modelFolder // all that exist, live and deleted ones
	named      []mapi.Prop    // in the order of their ids
	cursors    map[string]mapi.ChangeNumber
	deliveries map[string]mapi.MessageID
	props      map[mapi.Prop]mapi.Value
	log        []modelChange
	events     []modelEvent // that are still to come
	sub        *notify.Subscription
}

type modelFolder struct {
	id         mapi.FolderID
	parent     *modelFolder // nil: not in the model
	parentID   mapi.FolderID
	name       string
	special    bool
	deleted    bool // itself or with an ancestor
	root       bool // of a deleted subtree
	everRemove int32
	props      map[mapi.Prop]mapi.Value
	msgs       []*modelMessage // by id
}

type modelMessage struct {
	id         mapi.MessageID // 0: embedded
	props      map[mapi.Prop]mapi.Value
	recipients []modelRecipient
	attached   []modelAttachment
	read       bool
	status     uint32
	associated bool
	deleted    bool
	draft      bool // made by CreateMessage
}

type modelRecipient struct {
	kind    mapi.RecipientType
	name    string
	address string
}

type modelAttachment struct {
	name     string
	data     []byte
	embedded *modelMessage
}

// A modelChange is an entry of the change log without its number.
type modelChange struct {
	op         store.ChangeOp
	folder     mapi.FolderID
	object     mapi.FolderID
	message    mapi.MessageID
	associated bool
	newFolder  mapi.FolderID
	newMessage mapi.MessageID
}

// A modelEvent is what the model says of an event.
type modelEvent struct {
	kind       mapi.EventType
	folder     mapi.FolderID
	object     mapi.FolderID
	message    mapi.MessageID
	oldFolder  mapi.FolderID
	oldMessage mapi.MessageID
}

// record writes an entry of the log. It takes the place of what the log said of
// the object before; reading has entries of its own.
func (b *modelBox) record(c modelChange) {
	b.log = slices.DeleteFunc(b.log, func(o modelChange) bool {
		return o.object == c.object && o.message == c.message && (o.op == store.ChangeRead) == (c.op == store.ChangeRead)
	})
	b.log = append(b.log, c)
}

// unread drops the entry about the read state of a message that goes.
func (b *modelBox) unread(m *modelMessage) {
	b.log = slices.DeleteFunc(b.log, func(o modelChange) bool { return o.op == store.ChangeRead && o.message == m.id })
}

func (b *modelBox) message(op store.ChangeOp, f *modelFolder, m *modelMessage) {
	b.record(modelChange{op: op, folder: f.id, message: m.id, associated: m.associated})
}

func (b *modelBox) folder(op store.ChangeOp, f *modelFolder) {
	b.record(modelChange{op: op, folder: f.parentID, object: f.id})
}

func (b *modelBox) event(e modelEvent) { b.events = append(b.events, e) }

// insert enters a message that the store has given an id.
func (b *modelBox) insert(f *modelFolder, m *modelMessage) {
	f.msgs = append(f.msgs, m)
	b.message(store.ChangeCreated, f, m)
}

func (b *modelBox) live() []*modelFolder {
	return slices.DeleteFunc(slices.Clone(b.folders), func(f *modelFolder) bool { return f.deleted })
}

func (b *modelBox) children(f *modelFolder) []*modelFolder {
	list := slices.DeleteFunc(slices.Clone(b.folders), func(c *modelFolder) bool { return c.parent != f })
	slices.SortFunc(list, func(x, y *modelFolder) int { return cmp.Compare(x.id, y.id) })
	return list
}

// liveChildren are the subfolders that go where f goes: not the ones that were
// deleted by themselves.
func (b *modelBox) liveChildren(f *modelFolder) []*modelFolder {
	return slices.DeleteFunc(b.children(f), func(c *modelFolder) bool { return c.root })
}

func (b *modelBox) childNamed(f *modelFolder, name string) *modelFolder {
	for _, c := range b.liveChildren(f) {
		if mapi.FoldString(c.name) == mapi.FoldString(name) {
			return c
		}
	}
	return nil
}

// below reports whether f is other or below it.
func below(f, other *modelFolder) bool {
	for ; f != nil; f = f.parent {
		if f == other {
			return true
		}
	}
	return false
}

func (f *modelFolder) part(associated, deleted bool) []*modelMessage {
	return slices.DeleteFunc(slices.Clone(f.msgs), func(m *modelMessage) bool {
		return m.deleted != deleted || !deleted && m.associated != associated
	})
}

func (f *modelFolder) drop(m *modelMessage) {
	f.msgs = slices.DeleteFunc(f.msgs, func(o *modelMessage) bool { return o == m })
}

func (f *modelFolder) counts(children int) store.Counts {
	c := store.Counts{Subfolders: int64(children)}
	for _, m := range f.msgs {
		switch {
		case m.deleted:
			c.Deleted++
		case m.associated:
			c.Associated++
		default:
			c.Messages++
			if !m.read {
				c.Unread++
			}
		}
	}
	return c
}

func (m *modelMessage) clone() *modelMessage {
	c := *m
	c.props = maps.Clone(m.props)
	c.recipients = slices.Clone(m.recipients)
	c.attached = slices.Clone(m.attached)
	return &c
}

// Get makes a model message something that sort orders can be evaluated on.
func (m *modelMessage) Get(p mapi.Prop) mapi.Value {
	switch {
	case p.Same(props.PidTagNormalizedSubject.Prop()):
		if s, ok := m.props[props.PidTagSubject.Prop()].(string); ok {
			return normalized(s)
		}
		return nil
	case p.Same(props.PidTagDisplayTo.Prop()):
		return m.displayTo()
	}
	return m.props[p]
}

func (m *modelMessage) displayTo() string {
	var names []string
	for _, r := range m.recipients {
		if r.kind == mapi.RecipientTo {
			names = append(names, r.name)
		}
	}
	return strings.Join(names, "; ")
}

// normalized cuts off what stands for "reply" or "forward".
func normalized(subject string) string {
	for _, mark := range []string{"RE: ", "AW: ", "Fwd: ", "abc: "} {
		if rest, ok := strings.CutPrefix(subject, mark); ok {
			return rest
		}
	}
	return subject
}

// A modelSort is a sort order and the comparison that it stands for.
type modelSort struct {
	name string
	keys mapi.SortOrder
}

var (
	sortName     = props.PidTagSubject.Prop()
	sortNormal   = props.PidTagNormalizedSubject.Prop()
	sortTime     = props.PidTagMessageDeliveryTime.Prop()
	sortSender   = props.PidTagSentRepresentingName.Prop()
	sortUrgent   = props.PidTagImportance.Prop()
	sortReminder = props.PidLidReminderSet.Prop()
	sortTo       = props.PidTagDisplayTo.Prop()
)

func modelSorts() []modelSort {
	return []modelSort{
		{"none", nil},
		{"time", mapi.SortOrder{mapi.Ascending(sortTime)}},
		{"time down", mapi.SortOrder{mapi.Descending(sortTime)}},
		{"subject", mapi.SortOrder{mapi.Ascending(sortNormal)}},
		{"sender down", mapi.SortOrder{mapi.Descending(sortSender)}},
		{"importance down, time down", mapi.SortOrder{mapi.Descending(sortUrgent), mapi.Descending(sortTime)}},
		{"importance, time down", mapi.SortOrder{mapi.Ascending(sortUrgent), mapi.Descending(sortTime)}},
		{"to, subject", mapi.SortOrder{mapi.Ascending(sortTo), mapi.Ascending(sortName)}},
		{"reminder down, subject", mapi.SortOrder{mapi.Descending(sortReminder), mapi.Ascending(sortNormal)}},
	}
}

// compare orders two messages: absent values come first, equal ones in the order
// in which the messages came into being. An order that begins with a descending
// key has those, too, the other way round.
func (s modelSort) compare(a, b *modelMessage) int {
	for _, k := range s.keys {
		c := compareValues(k.Prop.Type, a.Get(k.Prop), b.Get(k.Prop))
		if k.Descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	if len(s.keys) > 0 && s.keys[0].Descending {
		return cmp.Compare(b.id, a.id)
	}
	return cmp.Compare(a.id, b.id)
}

func compareValues(t mapi.Type, a, b mapi.Value) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return +1
	}
	return mapi.Compare(t, a, b)
}

// A modelFilter is a restriction and what it means.
type modelFilter struct {
	name  string
	where mapi.Restriction
	match func(*modelMessage) bool
}

func modelFilters() []modelFilter {
	unread := modelFilter{"unread", mapi.NoBit(props.PidTagMessageFlags.Prop(), uint32(mapi.FlagRead)),
		func(m *modelMessage) bool { return !m.read }}
	giraffe := modelFilter{"giraffe", mapi.Contains(sortName, "GIRAFFE", mapi.Substring|mapi.IgnoreCase),
		func(m *modelMessage) bool {
			s, _ := m.Get(sortName).(string)
			return strings.Contains(strings.ToLower(s), "giraffe")
		}}
	urgent := modelFilter{"urgent", mapi.Equal(sortUrgent, int32(2)),
		func(m *modelMessage) bool { return m.Get(sortUrgent) == int32(2) }}
	dated := modelFilter{"dated", mapi.Exists(sortTime), func(m *modelMessage) bool { return m.Get(sortTime) != nil }}
	toBob := modelFilter{"to bob", mapi.AnyRecipient(mapi.Contains(props.PidTagDisplayName.Prop(), "Bob", mapi.Prefix)),
		func(m *modelMessage) bool {
			return slices.ContainsFunc(m.recipients, func(r modelRecipient) bool { return strings.HasPrefix(r.name, "Bob") })
		}}
	reminded := modelFilter{"reminded", mapi.Equal(sortReminder, true),
		func(m *modelMessage) bool { return m.Get(sortReminder) == true }}
	attached := modelFilter{"attached", mapi.Equal(props.PidTagHasAttachments.Prop(), true),
		func(m *modelMessage) bool { return len(m.attached) > 0 }}
	return []modelFilter{
		{"all", nil, func(*modelMessage) bool { return true }}, unread, giraffe, urgent, dated, toBob, reminded, attached,
		{"unread giraffe", mapi.And(unread.where, giraffe.where),
			func(m *modelMessage) bool { return unread.match(m) && giraffe.match(m) }},
		{"urgent or not dated", mapi.Or(urgent.where, mapi.Not(dated.where)),
			func(m *modelMessage) bool { return urgent.match(m) || !dated.match(m) }},
	}
}

// contents adds up the shared contents that a message refers to: attachments
// from 1 KiB on, and other values above 128 KiB.
func (m *modelMessage) contents(sum map[[32]byte]int64) {
	for _, v := range m.props {
		switch v := v.(type) {
		case string:
			if len(v) > 128<<10 {
				sum[sha256.Sum256([]byte(v))] = int64(len(v))
			}
		case []byte:
			if len(v) > 128<<10 {
				sum[sha256.Sum256(v)] = int64(len(v))
			}
		}
	}
	for _, a := range m.attached {
		if len(a.data) > 1<<10 {
			sum[sha256.Sum256(a.data)] = int64(len(a.data))
		}
		if a.embedded != nil {
			a.embedded.contents(sum)
		}
	}
}

// someContents are what attachments are made of: some small, most shared.
func someContents() [][]byte {
	return [][]byte{
		[]byte("small"),
		bytes.Repeat([]byte("0123456789"), 200),
		bytes.Repeat([]byte("giraffe "), 700),
		bytes.Repeat([]byte{0, 1, 2, 3}, 12_000),
		bytes.Repeat([]byte("okapi\n"), 30_000),
	}
}
