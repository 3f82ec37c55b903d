package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestDeleteMessages(t *testing.T) {
	hard := &store.DeleteOptions{Hard: true}
	promises(t,
		promise{"FLD-075 deleted messages are in the soft-deleted view, hard-deleted ones nowhere", func(s *scene) {
			ids := s.add(s.inbox, "soft", "hard", "stays")
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids[:1], nil))
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids[1:2], hard))
			s.Equal([]string{"stays"}, s.subjects(s.inbox, nil))
			s.Equal([]string{"soft"}, s.subjects(s.inbox, &store.View{SoftDeleted: true})) // FLD-079
			_, err := s.inbox.OpenMessage(s.ctx, ids[1], &store.OpenMessageOptions{SoftDeleted: true})
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"FLD-076 unknown ids are a partial completion, the others are deleted", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			s.is(mapi.WarnPartialCompletion, s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id + 7, id, id + 8}, nil))
			s.Empty(s.subjects(s.inbox, nil))
			s.is(mapi.WarnPartialCompletion, s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id + 7}, nil))
		}},
		promise{"FLD-081 deleting none is no change", func(s *scene) {
			before := s.change()
			s.NoError(s.inbox.DeleteMessages(s.ctx, nil, nil))
			s.Equal(before, s.change())
		}},
		promise{"FLD-075 more messages than one transaction holds are deleted all the same", func(s *scene) {
			ids := s.add(s.inbox, strings.Split(strings.Repeat("x ", 100), " ")...)
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, nil))
			s.EqualValues(len(ids), s.counts(s.inbox).Deleted)
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, hard))
			s.EqualValues(0, s.counts(s.inbox).Deleted)
			s.EqualValues(len(ids), props.PidTagDeletedCountTotal.Or(s.props(s.inbox), -1))
		}},
		promise{"FLD-079 restored messages are back as what they were, under new ids", func(s *scene) {
			msg := note("x")
			props.PidTagMessageFlags.Set(msg, mapi.FlagRead)
			id := s.put(s.inbox, msg, nil)
			fai := s.put(s.inbox, note("fai"), &store.AddOptions{Associated: true})
			was := s.open(s.inbox, id)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id, fai}, nil))
			back, err := s.inbox.RestoreMessages(s.ctx, []mapi.MessageID{id, fai, 1 << 40})
			s.is(mapi.WarnPartialCompletion, err)
			s.Len(back, 2)
			s.Equal([]string{"x"}, s.subjects(s.inbox, nil))
			s.Equal([]string{"fai"}, s.subjects(s.inbox, &store.View{Associated: true}))
			now := s.open(s.inbox, back[0])
			s.NotEqual(id, now.ID()) // ICS-001
			s.Equal(props.PidTagMessageFlags.Or(was, 0), props.PidTagMessageFlags.Or(now, 9))
			s.Equal(was.Get(props.PidTagSearchKey.Prop()), now.Get(props.PidTagSearchKey.Prop()))
			s.False(props.PidTagDeletedOn.Has(now))
		}},
	)
}

func TestMoveAndCopyMessages(t *testing.T) {
	// a message with everything that must come along
	rich := func() *mapi.Message {
		m := note("rich")
		props.PidTagMessageFlags.Set(m, mapi.FlagRead|mapi.FlagInternet)
		props.PidTagMessageDeliveryTime.Set(m, day(2))
		props.PidTagClientSubmitTime.Set(m, day(1))
		props.PidTagCreationTime.Set(m, day(1))
		props.PidLidReminderSet.Set(m, true)
		m.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "Ada", "a@x")}
		m.Attachments = []*mapi.Attachment{file("a", strings.Repeat("x", 4000)), {Embedded: note("inner")}}
		return m
	}
	same := func(s *scene, a, b *store.Message, except ...mapi.Prop) {
		keys := []props.AnyKey{props.PidTagSubject, props.PidTagBody, props.PidTagMessageFlags, props.PidTagMessageStatus,
			props.PidTagMessageDeliveryTime, props.PidTagClientSubmitTime, props.PidTagCreationTime, props.PidTagLastModificationTime,
			props.PidTagSearchKey, props.PidTagDisplayTo, props.PidTagHasAttachments, props.PidLidReminderSet, props.PidTagAssociated,
			props.PidTagHasNamedProperties}
		for _, key := range keys {
			if !slices.Contains(except, key.Prop()) {
				s.Equal(a.Get(key.Prop()), b.Get(key.Prop()), "%v", key)
			}
		}
		s.Len(b.Recipients, 1)
		s.Len(b.Attachments, 2)
		data, err := props.PidTagAttachDataBinary.Read(b.Attachments[0])
		s.NoError(err)
		s.Len(data, 4000)
		s.Equal("inner", props.PidTagSubject.Or(b.Attachments[1].Embedded, ""))
		for _, key := range []props.AnyKey{props.PidTagSourceKey, props.PidTagChangeKey, props.PidTagEntryId} {
			s.NotEqual(a.Get(key.Prop()), b.Get(key.Prop()), "%v", key) // FLD-092
		}
	}
	for _, across := range []bool{false, true} {
		where := "within a mailbox"
		if across {
			where = "between mailboxes"
		}
		for _, associated := range []bool{false, true} {
			kind := "a message"
			if associated {
				kind = "an associated message"
			}
			opts := &store.AddOptions{Associated: associated}
			dest := func(s *scene) *store.Folder {
				if !across {
					return s.special(mapi.FolderDrafts)
				}
				f, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
				s.NoError(err)
				return f
			}
			promises(t,
				promise{"FLD-094 moving " + kind + " " + where + " keeps all of it", func(s *scene) {
					id := s.put(s.inbox, rich(), opts)
					_, err := s.inbox.SetMessageStatus(s.ctx, id, 2, 2)
					s.NoError(err)
					was, to := s.open(s.inbox, id), dest(s)
					ids, err := s.inbox.MoveMessages(s.ctx, []mapi.MessageID{id}, to)
					s.NoError(err)
					same(s, was, s.open(to, ids[0]))
					_, err = s.inbox.OpenMessage(s.ctx, id, &store.OpenMessageOptions{SoftDeleted: true})
					s.is(mapi.ErrNotFound, err)
				}},
				promise{"FLD-095 copying " + kind + " " + where + " keeps all but the time of creation", func(s *scene) {
					id := s.put(s.inbox, rich(), opts)
					_, err := s.inbox.SetMessageStatus(s.ctx, id, 2, 2)
					s.NoError(err)
					was, to := s.open(s.inbox, id), dest(s)
					ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, to)
					s.NoError(err)
					got := s.open(to, ids[0])
					same(s, was, got, props.PidTagCreationTime.Prop())
					s.NotEqual(day(1), props.PidTagCreationTime.Or(got, day(1)))
					same(s, got, s.open(s.inbox, id), props.PidTagCreationTime.Prop())
				}},
			)
		}
		promises(t, promise{"FLD-091 missing ids " + where + " are a partial completion", func(s *scene) {
			to := s.special(mapi.FolderDrafts)
			if across {
				var err error
				to, err = s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
				s.NoError(err)
			}
			id := s.add(s.inbox, "x")[0]
			ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id + 5, id}, to)
			s.is(mapi.WarnPartialCompletion, err)
			s.Len(ids, 1)
			ids, err = s.inbox.MoveMessages(s.ctx, []mapi.MessageID{id + 5, id}, to)
			s.is(mapi.WarnPartialCompletion, err)
			s.Len(ids, 1)
			s.Equal([]string{"x", "x"}, s.subjects(to, nil))
			s.Empty(s.subjects(s.inbox, nil))
		}})
	}
	promises(t,
		promise{"FLD-091 an id given twice is copied twice, and moved once", func(s *scene) {
			m := note("x")
			m.Attachments = []*mapi.Attachment{file("a", strings.Repeat("x", 5000))}
			id := s.put(s.inbox, m, nil)
			ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id, id}, s.inbox)
			s.NoError(err)
			s.Len(ids, 2)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id, ids[0]}, &store.DeleteOptions{Hard: true}))
			_, err = s.st.Collect(s.ctx)
			s.NoError(err)
			data, err := props.PidTagAttachDataBinary.Read(s.open(s.inbox, ids[1]).Attachments[0])
			s.NoError(err)
			s.Len(data, 5000)
			moved, err := s.inbox.MoveMessages(s.ctx, []mapi.MessageID{ids[1], ids[1]}, s.special(mapi.FolderDrafts))
			s.is(mapi.WarnPartialCompletion, err)
			s.Len(moved, 1)
		}},
		promise{"FLD-093 moving within a folder loses and doubles nothing", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			ids, err := s.inbox.MoveMessages(s.ctx, []mapi.MessageID{id}, s.inbox)
			s.NoError(err)
			s.NotEqual(id, ids[0])
			s.Equal([]string{"x"}, s.subjects(s.inbox, nil))
			s.EqualValues(1, s.counts(s.inbox).Messages)
		}},
		promise{"FLD-097 what was soft-deleted cannot be moved, and stays where it is", func(s *scene) {
			ids := s.add(s.inbox, "x")
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, nil))
			_, err := s.inbox.MoveMessages(s.ctx, ids, s.special(mapi.FolderDrafts))
			s.is(mapi.WarnPartialCompletion, err)
			s.Equal([]string{"x"}, s.subjects(s.inbox, &store.View{SoftDeleted: true}))
		}},
		promise{"FLD-097 messages can be copied out of a soft-deleted folder, not moved", func(s *scene) {
			f := s.folder(s.inbox, "f")
			ids := s.add(f, "x")
			s.NoError(f.Delete(s.ctx, &store.DeleteFolderOptions{Messages: true}))
			deleted, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			bob, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			for _, to := range []*store.Folder{s.inbox, bob} {
				_, err = deleted.CopyMessages(s.ctx, ids, to)
				s.NoError(err)
				_, err = deleted.MoveMessages(s.ctx, ids, to)
				s.is(mapi.ErrNotFound, err)
				s.Equal([]string{"x"}, s.subjects(to, nil))
			}
		}},
		promise{"FLD-097 nothing is put into a folder that is gone", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.NoError(f.Delete(s.ctx, nil))
			ids := s.add(s.inbox, "x")
			_, err := s.inbox.MoveMessages(s.ctx, ids, f)
			s.is(mapi.ErrNotFound, err)
			_, err = s.inbox.CopyMessages(s.ctx, ids, f)
			s.is(mapi.ErrNotFound, err)
			s.Equal([]string{"x"}, s.subjects(s.inbox, nil))
		}},
	)
}

func TestMoveAndCopyFolders(t *testing.T) {
	// tree is f with a message, an associated one, and g with a message below it.
	tree := func(s *scene) (f, g *store.Folder) {
		f, err := s.inbox.CreateFolder(s.ctx, "f", &store.CreateFolderOptions{Class: "IPF.Note.X", Comment: "c"})
		s.NoError(err)
		g = s.folder(f, "g")
		s.add(f, "in f")
		s.put(f, note("fai"), &store.AddOptions{Associated: true})
		s.add(g, "in g")
		return f, g
	}
	promises(t,
		promise{"FLD-098 a folder moves with all below it and keeps its id", func(s *scene) {
			f, g := tree(s)
			drafts := s.special(mapi.FolderDrafts)
			was := props.PidTagChangeNumber.Or(s.props(f), 0)
			s.NoError(f.MoveTo(s.ctx, drafts, nil))
			s.Empty(s.names(s.inbox, nil))
			s.Equal([]string{"f"}, s.names(drafts, nil))
			s.Equal([]string{"in f"}, s.subjects(f, nil))
			s.Equal([]string{"fai"}, s.subjects(f, &store.View{Associated: true}))
			s.Equal([]string{"in g"}, s.subjects(g, nil))
			s.Greater(props.PidTagChangeNumber.Or(s.props(f), 0), was)
			s.Equal([]byte(drafts.EntryID()), props.PidTagParentEntryId.Or(s.props(f), nil))
		}},
		promise{"FLD-099 a folder is copied with its subfolders, or without", func(s *scene) {
			f, _ := tree(s)
			deep, err := f.CopyTo(s.ctx, s.inbox, &store.MoveFolderOptions{Name: "deep"})
			s.NoError(err)
			flat, err := f.CopyTo(s.ctx, s.inbox, &store.MoveFolderOptions{Name: "flat", WithoutSubfolders: true})
			s.NoError(err)
			s.Equal([]string{"g"}, s.names(deep, nil))
			s.Empty(s.names(flat, nil))
			for _, c := range []*store.Folder{deep, flat} {
				s.Equal([]string{"in f"}, s.subjects(c, nil))
				s.Equal([]string{"fai"}, s.subjects(c, &store.View{Associated: true}))
				s.Equal("IPF.Note.X", props.PidTagContainerClass.Or(s.props(c), ""))
				s.Equal("c", props.PidTagComment.Or(s.props(c), ""))
			}
		}},
		promise{"FLD-099 a folder is copied to another mailbox", func(s *scene) {
			f, _ := tree(s)
			bob, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			c, err := f.CopyTo(s.ctx, bob, nil)
			s.NoError(err)
			s.Equal([]string{"in f"}, s.subjects(c, nil))
			s.Equal([]string{"g"}, s.names(c, nil))
			s.is(mapi.ErrNoSupport, f.MoveTo(s.ctx, bob, nil))
		}},
		promise{"FLD-100 a folder does not go into itself, nor below itself", func(s *scene) {
			f, g := tree(s)
			for _, to := range []*store.Folder{f, g} {
				s.is(mapi.ErrFolderCycle, f.MoveTo(s.ctx, to, nil))
				_, err := f.CopyTo(s.ctx, to, nil)
				s.is(mapi.ErrFolderCycle, err) // BAG-069
			}
		}},
		promise{"FLD-101 a name that is taken is a collision, another one may be given", func(s *scene) {
			f, _ := tree(s)
			drafts := s.special(mapi.FolderDrafts)
			s.folder(drafts, "F")
			s.is(mapi.ErrCollision, f.MoveTo(s.ctx, drafts, nil))
			_, err := f.CopyTo(s.ctx, drafts, nil)
			s.is(mapi.ErrCollision, err) // BAG-071
			s.Equal([]string{"f"}, s.names(s.inbox, nil))
			s.NoError(f.MoveTo(s.ctx, drafts, &store.MoveFolderOptions{Name: "other"}))
			s.Equal([]string{"other", "F"}, s.names(drafts, nil))
		}},
		promise{"FLD-101 moving below the same parent renames", func(s *scene) {
			f, _ := tree(s)
			s.NoError(f.MoveTo(s.ctx, s.inbox, nil))
			s.NoError(f.MoveTo(s.ctx, s.inbox, &store.MoveFolderOptions{Name: "F"}))
			s.Equal([]string{"F"}, s.names(s.inbox, nil))
			s.EqualValues(1, s.counts(s.inbox).Subfolders)
		}},
		promise{"FLD-102 a copy of a special folder is an ordinary one", func(s *scene) {
			s.add(s.inbox, "x")
			c, err := s.inbox.CopyTo(s.ctx, s.special(mapi.FolderDrafts), nil)
			s.NoError(err)
			s.Equal([]string{"x"}, s.subjects(c, nil))
			s.False(props.PidTagIpmDraftsEntryId.Has(s.props(c)))
			s.NoError(c.Delete(s.ctx, &store.DeleteFolderOptions{Messages: true}))
		}},
	)
}
