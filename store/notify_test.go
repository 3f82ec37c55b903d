package store_test

import (
	"fmt"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// story writes events one a line, with names for ids.
func story(events []mapi.Event, names map[any]string) (lines []string) {
	types := map[mapi.EventType]string{mapi.EventNewMail: "new mail", mapi.EventCreated: "created", mapi.EventDeleted: "deleted",
		mapi.EventModified: "modified", mapi.EventMoved: "moved", mapi.EventCopied: "copied", mapi.EventOverflow: "overflow"}
	name := func(id any) string {
		if n, ok := names[id]; ok {
			return n
		}
		return "new"
	}
	for _, e := range events {
		line := types[e.Type] + " "
		if e.IsMessage() {
			line += name(e.Message) + " in " + name(e.Folder)
			if e.OldMessage != 0 {
				line += " from " + name(e.OldMessage) + " in " + name(e.OldFolder)
			}
		} else {
			line += name(e.Object) + " below " + name(e.Folder)
			if e.OldFolder != 0 {
				line += " from " + name(e.OldFolder)
			}
		}
		if e.HasCounts {
			line += fmt.Sprintf(" (%d, %d unread)", e.Total, e.Unread)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(s *scene, id mapi.MessageID, drafts *store.Folder)
		want []string
	}{
		{"NTF-020 a new message is created, and its folder's counts change", func(s *scene, _ mapi.MessageID, _ *store.Folder) { s.add(s.inbox, "y") },
			[]string{"created new in inbox", "modified inbox below ipm (2, 2 unread)"}},
		{"NTF-010 a delivery is new mail too, once", func(s *scene, _ mapi.MessageID, _ *store.Folder) {
			s.put(s.inbox, note("y"), &store.AddOptions{Deliver: true})
		}, []string{"created new in inbox", "new mail new in inbox", "modified inbox below ipm (2, 2 unread)"}},
		{"NTF-011 a saved draft is not new mail", func(s *scene, _ mapi.MessageID, _ *store.Folder) {
			m, err := s.inbox.CreateMessage(s.ctx, nil)
			s.NoError(err)
			s.save(m)
		}, []string{"created new in inbox", "modified inbox below ipm (2, 1 unread)"}},
		{"NTF-027 a saved change modifies the message only", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			m := s.open(s.inbox, id)
			m.Attachments = append(m.Attachments, file("a", "b"))
			s.save(m)
		}, []string{"modified x in inbox"}},
		{"NTF-026 reading modifies the message, and the unread count", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, id))
		}, []string{"modified x in inbox", "modified inbox below ipm (1, 0 unread)"}},
		{"NTF-026 marking unread what is unread is no event", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkUnread, id))
		}, nil},
		{"NTF-024 a status that changes modifies the message, not the counts", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			_, err := s.inbox.SetMessageStatus(s.ctx, id, 2, 2)
			s.NoError(err)
		}, []string{"modified x in inbox"}},
		{"NTF-022 a move is one event, and both folders' counts change", func(s *scene, id mapi.MessageID, drafts *store.Folder) {
			_, err := s.inbox.MoveMessages(s.ctx, []mapi.MessageID{id}, drafts)
			s.NoError(err)
		}, []string{"moved new in drafts from x in inbox", "modified drafts below ipm (1, 1 unread)", "modified inbox below ipm (0, 0 unread)"}},
		{"NTF-021 a copy names what it is of", func(s *scene, id mapi.MessageID, drafts *store.Folder) {
			_, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, drafts)
			s.NoError(err)
		}, []string{"copied new in drafts from x in inbox", "modified drafts below ipm (1, 1 unread)"}},
		{"NTF-031 a soft deletion looks like a deletion", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, nil))
		}, []string{"deleted x in inbox", "modified inbox below ipm (0, 0 unread)"}},
		{"NTF-031 removing what was soft-deleted is no event", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, nil))
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, &store.DeleteOptions{Hard: true}))
		}, []string{"deleted x in inbox", "modified inbox below ipm (0, 0 unread)"}},
		{"NTF-030 several deletions in one call are one change of the counts", func(s *scene, id mapi.MessageID, _ *store.Folder) {
			s.NoError(s.inbox.Empty(s.ctx, nil))
		}, []string{"deleted x in inbox", "modified inbox below ipm (0, 0 unread)"}},
		{"NTF-028 properties of a folder modify it", func(s *scene, _ mapi.MessageID, drafts *store.Folder) {
			_, err := drafts.SetProperties(s.ctx, set(props.PidTagComment, "c"))
			s.NoError(err)
		}, []string{"modified drafts below ipm"}},
		{"NTF-029 a new folder is created, and modifies its parent", func(s *scene, _ mapi.MessageID, drafts *store.Folder) { s.folder(drafts, "f") },
			[]string{"created new below drafts", "modified drafts below ipm"}},
		{"FLD-106 a moved folder modifies both parents", func(s *scene, _ mapi.MessageID, drafts *store.Folder) {
			s.NoError(s.folder(drafts, "f").MoveTo(s.ctx, s.inbox, nil))
		}, []string{"created new below drafts", "modified drafts below ipm", "moved new below inbox from drafts", "modified drafts below ipm", "modified inbox below ipm"}},
		{"NTF-006 what fails is no event", func(s *scene, id mapi.MessageID, drafts *store.Folder) {
			s.Error(drafts.Delete(s.ctx, nil))
			_, err := s.inbox.CreateFolder(s.ctx, "", nil)
			s.Error(err)
			s.Error(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id + 99}, nil))
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, nil)
			id, drafts := s.add(s.inbox, "x")[0], s.special(mapi.FolderDrafts)
			names := map[any]string{s.inbox.ID(): "inbox", drafts.ID(): "drafts", s.special(mapi.FolderIPMSubtree).ID(): "ipm", id: "x"}
			events := s.watch(nil)
			c.do(s, id, drafts)
			s.Equal(c.want, story(events(), names))
		})
	}
}

func TestSubscribe(t *testing.T) {
	promises(t,
		promise{"NTF-002 a subscription is of the mailbox, a folder or a message", func(s *scene) {
			drafts := s.special(mapi.FolderDrafts)
			ids := s.add(s.inbox, "x", "y")
			all := s.watch(nil)
			folder := s.watch(&store.SubscribeOptions{Folder: s.inbox.ID()})
			message := s.watch(&store.SubscribeOptions{Message: ids[0]})
			s.add(drafts, "z")
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, ids[0]))
			s.Len(all(), 4)
			s.Len(folder(), 2)
			s.Len(message(), 1)
		}},
		promise{"NTF-003 a folder's subscription tells of direct children only", func(s *scene) {
			f := s.folder(s.inbox, "f")
			events := s.watch(&store.SubscribeOptions{Folder: s.inbox.ID(), Types: mapi.EventCreated})
			s.folder(f, "grandchild")
			s.add(f, "x")
			s.Empty(events())
			s.folder(s.inbox, "child")
			s.Len(events(), 1)
		}},
		promise{"NTF-004 unknown types are a mistake", func(s *scene) {
			_, err := s.box.Subscribe(s.ctx, &store.SubscribeOptions{Types: 0x40000})
			s.is(mapi.ErrInvalidParameter, err)
		}},
		promise{"NTF-005 each subscription gets its own events", func(s *scene) {
			a, b := s.watch(nil), s.watch(nil)
			s.add(s.inbox, "x")
			s.Equal(a(), b())
		}},
		promise{"NTF-007 events come in commit order and lead to what they tell of", func(s *scene) {
			events := s.watch(&store.SubscribeOptions{Types: mapi.EventCreated})
			ids := s.add(s.inbox, "a", "b", "c")
			var last mapi.ChangeNumber
			for i, e := range events() {
				s.Greater(e.Change, last)
				last = e.Change
				s.Equal(ids[i], e.Message)
				s.open(s.inbox, e.Message) // whoever is told may use the store
			}
		}},
		promise{"NTF-010 new mail brings class and flags", func(s *scene) {
			m := note("x")
			props.PidTagMessageClass.Set(m, "IPM.Schedule.Meeting.Request")
			events := s.watch(&store.SubscribeOptions{Types: mapi.EventNewMail})
			s.put(s.inbox, m, &store.AddOptions{Deliver: true})
			got := events()
			s.Len(got, 1)
			s.Equal("IPM.Schedule.Meeting.Request", got[0].Class)
			s.Equal(mapi.FlagUnmodified, got[0].Flags)
		}},
		promise{"NTF-057 who falls behind is told so and reads the change log", func(s *scene) {
			sub, err := s.box.Subscribe(s.ctx, &store.SubscribeOptions{Queue: 4})
			s.NoError(err)
			defer sub.Close()
			before := s.change()
			ids := s.add(s.inbox, "a", "b", "c", "d", "e", "f")
			e, err := sub.Next(s.ctx)
			s.NoError(err)
			s.Equal(mapi.EventOverflow, e.Type)
			s.Equal(before+1, e.Change)
			var read []mapi.MessageID
			for c, err := range s.box.Changes(s.ctx, e.Change-1) {
				s.NoError(err)
				read = append(read, c.Message)
			}
			s.Equal(ids, read)
		}},
		promise{"NTF-008 after closing nothing comes, closing twice is no error", func(s *scene) {
			sub, err := s.box.Subscribe(s.ctx, nil)
			s.NoError(err)
			sub.Close()
			sub.Close()
			s.add(s.inbox, "x")
			_, err = sub.Next(s.ctx)
			s.Error(err)
		}},
		promise{"NTF-062 mailboxes do not hear of each other", func(s *scene) {
			events := s.watch(nil)
			bob, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			s.add(bob, "x")
			s.Empty(events())
		}},
	)
}

func TestChanges(t *testing.T) {
	promises(t,
		promise{"ICS-003 each change has a higher number, the log keeps the last of each object", func(s *scene) {
			since := s.change()
			ids := s.add(s.inbox, "a", "b")
			m := s.open(s.inbox, ids[0])
			props.PidTagBody.Set(m, "new")
			s.save(m)
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, ids[1]))
			moved, err := s.inbox.MoveMessages(s.ctx, ids[1:], s.special(mapi.FolderDrafts))
			s.NoError(err)
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids[:1], nil))
			var got []string
			last := since
			for c, err := range s.box.Changes(s.ctx, since) {
				s.NoError(err)
				s.Greater(c.Number, last)
				last = c.Number
				got = append(got, fmt.Sprint(c.Op, " ", map[mapi.MessageID]string{ids[0]: "a", ids[1]: "b", moved[0]: "b moved"}[c.Message]))
			}
			s.Equal([]string{"moved b", "created b moved", "deleted a"}, got)
			s.Equal(last, s.change())
		}},
		promise{"ICS-001 ids are never given out twice", func(s *scene) {
			ids := s.add(s.inbox, "a")
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, &store.DeleteOptions{Hard: true}))
			s.Greater(s.add(s.inbox, "b")[0], ids[0])
		}},
		promise{"ICS-006 source and change keys are replica and counter", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "a")[0])
			source, err := mapi.ParseGlobalID(props.PidTagSourceKey.Or(m, nil))
			s.NoError(err)
			s.Equal(mapi.GlobalID{Replica: s.box.ID(), Counter: uint64(m.ID())}, source)
			change, err := mapi.ParseGlobalID(props.PidTagChangeKey.Or(m, nil)) // ICS-008
			s.NoError(err)
			s.Equal(mapi.GlobalID{Replica: s.box.ID(), Counter: uint64(m.ChangeNumber())}, change)
			pcl, err := mapi.ParsePCL(props.PidTagPredecessorChangeList.Or(m, nil)) // ICS-009
			s.NoError(err)
			s.Len(pcl, 1)
			parent, err := mapi.ParseGlobalID(props.PidTagParentSourceKey.Or(m, nil))
			s.NoError(err)
			s.EqualValues(s.inbox.ID(), parent.Counter)
		}},
		promise{"ICS-029 a cursor remembers how far its reader has come", func(s *scene) {
			n, err := s.box.Cursor(s.ctx, "index")
			s.NoError(err)
			s.Zero(n)
			s.NoError(s.box.SetCursor(s.ctx, "index", 7))
			n, err = s.box.Cursor(s.ctx, "index")
			s.NoError(err)
			s.EqualValues(7, n)
			s.is(mapi.ErrInvalidParameter, s.box.SetCursor(s.ctx, "", 7))
		}},
	)
}
