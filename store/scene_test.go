package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

// A promise is one entry of the catalogue of behaviours, by its id, and the test
// that shows it. docs/standards/store.md lists them by specification.
type promise struct {
	name string
	test func(s *scene)
}

// promises runs each test in a fresh store, which is checked afterwards.
func promises(t *testing.T, list ...promise) {
	for _, p := range list {
		t.Run(p.name, func(t *testing.T) { p.test(newScene(t, nil)) })
	}
}

// A scene is a store with one mailbox. Its methods end the test when something
// fails that the test takes for granted.
type scene struct {
	*require.Assertions
	t     *testing.T
	ctx   context.Context
	st    *store.Store
	box   *store.Mailbox
	inbox *store.Folder
}

func newScene(t *testing.T, change func(*store.Options)) *scene {
	opts := fixed()
	if change != nil {
		change(opts)
	}
	s := &scene{Assertions: require.New(t), t: t, ctx: context.Background(), st: memstore.New(opts)}
	t.Cleanup(func() { finish(t, s.st) })
	s.box = s.mailbox("ada@example.org")
	s.inbox = s.special(mapi.FolderInbox)
	return s
}

func (s *scene) mailbox(name string) *store.Mailbox {
	box, err := s.st.CreateMailbox(s.ctx, name, nil)
	s.NoError(err)
	return box
}

func (s *scene) special(f mapi.SpecialFolder) *store.Folder {
	folder, err := s.box.SpecialFolder(s.ctx, f)
	s.NoError(err)
	return folder
}

// folder makes a subfolder.
func (s *scene) folder(parent *store.Folder, name string) *store.Folder {
	f, err := parent.CreateFolder(s.ctx, name, nil)
	s.NoError(err)
	return f
}

// add adds notes with the given subjects.
func (s *scene) add(f *store.Folder, subjects ...string) []mapi.MessageID {
	var ids []mapi.MessageID
	for _, subject := range subjects {
		ids = append(ids, s.put(f, note(subject), nil))
	}
	return ids
}

func (s *scene) put(f *store.Folder, m *mapi.Message, opts *store.AddOptions) mapi.MessageID {
	id, err := f.Add(s.ctx, m, opts)
	s.NoError(err)
	return id
}

func (s *scene) open(f *store.Folder, id mapi.MessageID) *store.Message {
	m, err := f.OpenMessage(s.ctx, id, nil)
	s.NoError(err)
	return m
}

func (s *scene) save(m *store.Message) { s.NoError(m.Save(s.ctx, nil)) }

func (s *scene) counts(f *store.Folder) store.Counts {
	c, err := f.Counts(s.ctx)
	s.NoError(err)
	return c
}

func (s *scene) props(f *store.Folder) *mapi.Properties {
	bag, err := f.Properties(s.ctx)
	s.NoError(err)
	return bag
}

func (s *scene) change() mapi.ChangeNumber {
	n, err := s.box.ChangeNumber(s.ctx)
	s.NoError(err)
	return n
}

// texts lists a column of all rows.
func (s *scene) texts(t *store.Table, key props.Key[string]) []string {
	list := []string{}
	for row, err := range t.Rows(s.ctx) {
		s.NoError(err)
		list = append(list, key.Or(row, "-"))
	}
	return list
}

func (s *scene) subjects(f *store.Folder, v *store.View) []string {
	return s.texts(f.Contents(v), props.PidTagSubject)
}

func (s *scene) names(f *store.Folder, v *store.View) []string {
	return s.texts(f.Subfolders(v), props.PidTagDisplayName)
}

// is asserts that err carries a code.
func (s *scene) is(code mapi.Code, err error) {
	s.t.Helper()
	s.Error(err)
	s.Equal(code.Error(), mapi.CodeOf(err).Error(), "%v", err)
}

// watch returns what tells the events since.
func (s *scene) watch(opts *store.SubscribeOptions) func() []mapi.Event {
	sub, err := s.box.Subscribe(s.ctx, opts)
	s.NoError(err)
	s.t.Cleanup(sub.Close)
	return func() []mapi.Event {
		ended, cancel := context.WithCancel(s.ctx)
		cancel()
		var events []mapi.Event
		for {
			e, err := sub.Next(ended)
			if err != nil {
				return events
			}
			events = append(events, e)
		}
	}
}

// set is a list of one property, for SetProperties.
func set[T any](key props.Key[T], v T) mapi.Property {
	var bag mapi.Properties
	key.Set(&bag, v)
	return mapi.Property{Prop: key.Prop(), Value: bag.Get(key.Prop())}
}

func gone(key props.AnyKey) mapi.Property { return mapi.Property{Prop: key.Prop()} }

func codes(problems []store.Problem) []mapi.Code {
	var list []mapi.Code
	for _, p := range problems {
		list = append(list, p.Code)
	}
	return list
}

func recipient(kind mapi.RecipientType, name, address string) *mapi.Recipient {
	r := &mapi.Recipient{}
	props.PidTagRecipientType.Set(r, kind)
	props.PidTagDisplayName.Set(r, name)
	props.PidTagSmtpAddress.Set(r, address)
	return r
}

func file(name, data string) *mapi.Attachment {
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachLongFilename.Set(a, name)
	props.PidTagAttachDataBinary.Set(a, []byte(data))
	return a
}

// day is a time of delivery.
func day(n int) time.Time { return time.Date(2026, 5, n, 12, 0, 0, 0, time.UTC) }
