package store_test

import (
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// TestContent shows that equal contents are stored once per tenant and reclaimed
// with the last message that uses them.
func TestContent(t *testing.T) {
	data := strings.Repeat("giraffe ", 2000)
	with := func(name string) *mapi.Message {
		m := note(name)
		m.Attachments = []*mapi.Attachment{file(name, data)}
		return m
	}
	stats := func(s *scene) store.StoreStats {
		st, err := s.st.Stats(s.ctx)
		s.NoError(err)
		return st
	}
	hard := &store.DeleteOptions{Hard: true}
	size := int64(len(data))
	promises(t,
		promise{"equal attachments are stored once", func(s *scene) {
			bob, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			a, b, c := s.put(s.inbox, with("a"), nil), s.put(s.inbox, with("b"), nil), s.put(bob, with("c"), nil)
			st := stats(s)
			s.EqualValues(1, st.Contents)
			s.Equal(3*size, st.Referenced)
			s.Less(st.Stored, size+1000)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{a, b}, hard))
			s.EqualValues(1, stats(s).Contents)
			s.NoError(bob.DeleteMessages(s.ctx, []mapi.MessageID{c}, hard))
			s.Zero(stats(s).Contents)
		}},
		promise{"tenants share nothing", func(s *scene) {
			box, err := s.st.CreateMailbox(s.ctx, "eve", &store.MailboxOptions{Tenant: "other"})
			s.NoError(err)
			eve, err := box.SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			id := s.put(s.inbox, with("a"), nil)
			s.put(eve, with("a"), nil)
			s.EqualValues(2, stats(s).Contents)
			_, err = s.inbox.MoveMessages(s.ctx, []mapi.MessageID{id}, eve)
			s.NoError(err)
			s.EqualValues(1, stats(s).Contents)
		}},
		promise{"a soft-deleted message keeps its contents, a removed one does not", func(s *scene) {
			ids := []mapi.MessageID{s.put(s.inbox, with("a"), nil)}
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, nil))
			s.EqualValues(1, stats(s).Contents)
			back, err := s.inbox.RestoreMessages(s.ctx, ids)
			s.NoError(err)
			got, err := props.PidTagAttachDataBinary.Read(s.open(s.inbox, back[0]).Attachments[0])
			s.NoError(err)
			s.Equal(data, string(got))
			s.NoError(s.inbox.DeleteMessages(s.ctx, back, hard))
			s.Zero(stats(s).Contents)
		}},
		promise{"copies refer to the same contents, and each counts", func(s *scene) {
			id := s.put(s.inbox, with("a"), nil)
			copies, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, s.inbox)
			s.NoError(err)
			s.Equal(2*size, stats(s).Referenced)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, hard))
			got, err := props.PidTagAttachDataBinary.Read(s.open(s.inbox, copies[0]).Attachments[0])
			s.NoError(err)
			s.Len(got, len(data))
			s.Equal(size, stats(s).Referenced)
		}},
		promise{"a save lets go of what was replaced, and keeps what was not touched", func(s *scene) {
			m := s.open(s.inbox, s.put(s.inbox, with("a"), nil))
			props.PidTagSubject.Set(m, "other")
			s.save(m)
			s.EqualValues(1, stats(s).Contents)
			props.PidTagAttachDataBinary.Set(m.Attachments[0], []byte(strings.Repeat("okapi ", 1000)))
			s.save(m)
			st := stats(s)
			s.EqualValues(1, st.Contents)
			s.EqualValues(6000, st.Referenced)
			m.Attachments = nil
			s.save(m)
			s.Zero(stats(s).Contents)
		}},
		promise{"a folder that is removed takes its contents along", func(s *scene) {
			f := s.folder(s.folder(s.inbox, "f"), "g")
			for range 40 {
				s.put(f, with("a"), nil)
			}
			top, err := s.inbox.OpenFolder(s.ctx, "f")
			s.NoError(err)
			s.NoError(top.Delete(s.ctx, &store.DeleteFolderOptions{Folders: true, Hard: true}))
			s.Zero(stats(s).Contents)
		}},
		promise{"embedded messages share their attachments too", func(s *scene) {
			outer := note("outer")
			outer.Attachments = []*mapi.Attachment{{Embedded: with("inner")}, file("a", data)}
			s.put(s.inbox, outer, nil)
			s.EqualValues(1, stats(s).Contents)
		}},
		promise{"when nothing is left over there is nothing to collect", func(s *scene) {
			s.put(s.inbox, with("a"), nil)
			report, err := s.st.Collect(s.ctx)
			s.NoError(err)
			s.Equal(store.CollectReport{}, report)
			s.EqualValues(1, stats(s).Contents)
		}},
	)
}
