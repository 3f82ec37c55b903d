package store_test

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

func storeProps(s *scene) *mapi.Properties {
	bag, err := s.box.Properties(s.ctx)
	s.NoError(err)
	return bag
}

func TestMailbox(t *testing.T) {
	promises(t,
		promise{"STO-002 an unknown mailbox is not found", func(s *scene) {
			_, err := s.st.OpenMailbox(s.ctx, "nobody")
			s.is(mapi.ErrNotFound, err)
			s.True(errors.Is(err, fs.ErrNotExist))
			s.is(mapi.ErrNotFound, s.st.DeleteMailbox(s.ctx, "nobody"))
		}},
		promise{"STO-002 names of mailboxes compare exactly, and are taken once", func(s *scene) {
			_, err := s.st.CreateMailbox(s.ctx, "ada@example.org", nil)
			s.is(mapi.ErrCollision, err)
			s.mailbox("ADA@example.org")
			for _, name := range []string{"", strings.Repeat("x", store.MaxMailboxName+1)} {
				_, err = s.st.CreateMailbox(s.ctx, name, nil)
				s.is(mapi.ErrInvalidParameter, err)
			}
		}},
		promise{"opening a mailbox again gives the same one", func(s *scene) {
			again, err := s.st.OpenMailbox(s.ctx, "ada@example.org")
			s.NoError(err)
			s.Same(s.box, again)
		}},
		promise{"mailboxes are listed by name, with what they are", func(s *scene) {
			_, err := s.st.CreateMailbox(s.ctx, "aaron", &store.MailboxOptions{Tenant: "zoo"})
			s.NoError(err)
			var names []string
			for info, err := range s.st.Mailboxes(s.ctx) {
				s.NoError(err)
				names = append(names, info.Name+"/"+info.Tenant)
				s.False(info.Created.IsZero())
			}
			s.Equal([]string{"aaron/zoo", "ada@example.org/"}, names)
		}},
		promise{"a deleted mailbox is gone with everything in it, its handles report it", func(s *scene) {
			m := note("x")
			m.Attachments = []*mapi.Attachment{file("a", strings.Repeat("x", 5000))}
			s.put(s.inbox, m, nil)
			s.NoError(s.st.DeleteMailbox(s.ctx, "ada@example.org"))
			_, err := s.inbox.Add(s.ctx, note("y"), nil)
			s.is(mapi.ErrObjectDeleted, err)
			_, err = s.box.Properties(s.ctx)
			s.is(mapi.ErrObjectDeleted, err)
			_, err = s.st.OpenMailbox(s.ctx, "ada@example.org")
			s.is(mapi.ErrNotFound, err)
			stats, err := s.st.Stats(s.ctx)
			s.NoError(err)
			s.Equal(store.StoreStats{}, stats)
			fresh := s.mailbox("ada@example.org")
			s.NotEqual(s.box.ID(), fresh.ID())
		}},
		promise{"STO-017 the size of the mailbox is that of its live messages", func(s *scene) {
			ids := s.add(s.inbox, "a", "b")
			size := func() int64 { return props.PidTagMessageSizeExtended.Or(storeProps(s), -1) }
			s.Equal(s.counts(s.inbox).Size, size())
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, nil))
			s.Zero(size())
		}},
		promise{"STO-019 what the store computes cannot be set on it", func(s *scene) {
			p, err := s.box.SetProperties(s.ctx, set(props.PidTagRecordKey, []byte("x")), set(props.PidTagIpmSubtreeEntryId, []byte("x")),
				set(props.PidTagStoreSupportMask, mapi.StoreSupportSearch), set(props.PidTagMessageSizeExtended, int64(1)), set(props.PidTagComment, "mine"))
			s.NoError(err)
			s.Len(p, 4)
		}},
		promise{"STO-020 the store's record key is constant and stands on all its objects", func(s *scene) {
			key := s.box.ID()
			bag := storeProps(s)
			s.Equal(key[:], props.PidTagRecordKey.Or(bag, nil))
			s.Equal(key[:], props.PidTagMappingSignature.Or(bag, nil)) // STO-021
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			for _, obj := range []mapi.Getter{bag, s.props(s.inbox), m} {
				s.Equal(key[:], props.PidTagStoreRecordKey.Or(obj, nil))
				s.Equal(props.PidTagStoreEntryId.Or(bag, nil), props.PidTagStoreEntryId.Or(obj, nil))
			}
			s.NotEqual(key, s.mailbox("bob").ID())
		}},
		promise{"STO-022 the support mask promises what is there", func(s *scene) {
			mask := props.PidTagStoreSupportMask.Or(storeProps(s), 0)
			for _, has := range []mapi.StoreSupport{mapi.StoreSupportModify, mapi.StoreSupportCreate, mapi.StoreSupportAttach, mapi.StoreSupportNotify,
				mapi.StoreSupportRestriction, mapi.StoreSupportSort, mapi.StoreSupportUnicode, mapi.StoreSupportHTML} {
				s.NotZero(mask & has)
			}
			for _, lacks := range []mapi.StoreSupport{mapi.StoreSupportSearch, mapi.StoreSupportSubmit, mapi.StoreSupportCategorize, mapi.StoreSupportRules, mapi.StoreSupportReadOnly} {
				s.Zero(mask & lacks)
			}
		}},
	)
}

func TestSpecialFolders(t *testing.T) {
	promises(t,
		promise{"FLD-123 a mailbox has its special folders from the beginning", func(s *scene) {
			for f, class := range map[mapi.SpecialFolder]string{ // FLD-127
				mapi.FolderRoot: "", mapi.FolderIPMSubtree: "", mapi.FolderInbox: "IPF.Note", mapi.FolderOutbox: "IPF.Note",
				mapi.FolderSentItems: "IPF.Note", mapi.FolderDeletedItems: "IPF.Note", mapi.FolderDrafts: "IPF.Note", mapi.FolderJunk: "IPF.Note",
				mapi.FolderCalendar: "IPF.Appointment", mapi.FolderContacts: "IPF.Contact", mapi.FolderJournal: "IPF.Journal",
				mapi.FolderNotes: "IPF.StickyNote", mapi.FolderTasks: "IPF.Task", mapi.FolderQuickSteps: "IPF.Configuration",
				mapi.FolderDeferredAction: "", mapi.FolderSpoolerQueue: "", mapi.FolderCommonViews: "", mapi.FolderSchedule: "",
				mapi.FolderFinder: "", mapi.FolderViews: "", mapi.FolderShortcuts: "",
			} {
				s.Equal(class, props.PidTagContainerClass.Or(s.props(s.special(f)), ""), "%v", f)
			}
		}},
		promise{"FLD-124 their entry ids stand on the store", func(s *scene) {
			bag := storeProps(s)
			s.EqualValues(0xFF, props.PidTagValidFolderMask.Or(bag, 0))
			for f, key := range map[mapi.SpecialFolder]props.Key[[]byte]{
				mapi.FolderIPMSubtree: props.PidTagIpmSubtreeEntryId, mapi.FolderOutbox: props.PidTagIpmOutboxEntryId,
				mapi.FolderDeletedItems: props.PidTagIpmWastebasketEntryId, mapi.FolderSentItems: props.PidTagIpmSentMailEntryId,
				mapi.FolderViews: props.PidTagViewsEntryId, mapi.FolderCommonViews: props.PidTagCommonViewsEntryId, mapi.FolderFinder: props.PidTagFinderEntryId,
			} {
				e, err := s.box.OpenEntry(s.ctx, key.Or(bag, nil), nil)
				s.NoError(err)
				s.Equal(s.special(f).ID(), e.Folder.ID(), key.Name)
			}
		}},
		promise{"FLD-125 and others on the Inbox and the root", func(s *scene) {
			for _, carrier := range []*store.Folder{s.inbox, s.special(mapi.FolderRoot)} {
				bag := s.props(carrier)
				for f, key := range map[mapi.SpecialFolder]props.Key[[]byte]{
					mapi.FolderCalendar: props.PidTagIpmAppointmentEntryId, mapi.FolderContacts: props.PidTagIpmContactEntryId,
					mapi.FolderJournal: props.PidTagIpmJournalEntryId, mapi.FolderNotes: props.PidTagIpmNoteEntryId,
					mapi.FolderTasks: props.PidTagIpmTaskEntryId, mapi.FolderDrafts: props.PidTagIpmDraftsEntryId,
				} {
					s.Equal([]byte(s.special(f).EntryID()), key.Or(bag, nil), key.Name)
				}
				ren := props.PidTagAdditionalRenEntryIds.Or(bag, nil)
				s.Len(ren, 5)
				for i, f := range []mapi.SpecialFolder{mapi.FolderConflicts, mapi.FolderSyncIssues, mapi.FolderLocalFailures, mapi.FolderServerFailures, mapi.FolderJunk} {
					s.Equal([]byte(s.special(f).EntryID()), ren[i])
				}
			}
		}},
		promise{"FLD-125 further ones in blocks, until a client writes its own", func(s *scene) {
			for _, bag := range []*mapi.Properties{storeProps(s), s.props(s.inbox), s.props(s.special(mapi.FolderRoot))} {
				data := props.PidTagAdditionalRenEntryIdsEx.Or(bag, nil)
				found := map[uint16]mapi.FolderID{}
				word := binary.LittleEndian.Uint16
				for ; word(data) != 0; data = data[4+word(data[2:]):] { // kind, size, one element: 1, size, entry id
					s.EqualValues(1, word(data[4:]))
					e, err := s.box.OpenEntry(s.ctx, data[8:8+word(data[6:])], nil)
					s.NoError(err)
					found[word(data)] = e.Folder.ID()
				}
				s.Len(data, 4)
				s.Equal(map[uint16]mapi.FolderID{0x8001: s.special(mapi.FolderRSSFeeds).ID(), 0x8006: s.special(mapi.FolderConversationActions).ID(),
					0x8007: s.special(mapi.FolderQuickSteps).ID(), 0x8008: s.special(mapi.FolderSuggestedContacts).ID()}, found)
			}
			_, err := s.inbox.SetProperties(s.ctx, set(props.PidTagAdditionalRenEntryIdsEx, []byte("mine")))
			s.NoError(err)
			s.Equal("mine", string(props.PidTagAdditionalRenEntryIdsEx.Or(s.props(s.inbox), nil)))
		}},
		promise{"FLD-126 a renamed special folder keeps its purpose", func(s *scene) {
			s.NoError(s.inbox.Rename(s.ctx, "Mine"))
			again := s.special(mapi.FolderInbox)
			s.Equal(s.inbox.ID(), again.ID())
			name, err := again.Name(s.ctx)
			s.NoError(err)
			s.Equal("Mine", name) // STO-032
		}},
		promise{"STO-031 folders outside the IPM subtree are openable, but not in it", func(s *scene) {
			list := s.names(s.special(mapi.FolderIPMSubtree), &store.View{Deep: true})
			s.Contains(list, "Inbox")
			s.NotContains(list, "Finder")
			s.special(mapi.FolderFinder)
		}},
		promise{"names follow the language that was asked for, or the program", func(s *scene) {
			for locale, want := range map[string]string{"de": "Posteingang", "fr-CA": "Boîte de réception", "JA_jp": "受信トレイ", "xx": "Inbox"} {
				s.Equal(want, store.SpecialFolderName(mapi.FolderInbox, locale))
				box, err := s.st.CreateMailbox(s.ctx, locale, &store.MailboxOptions{Locale: locale, FolderName: func(f mapi.SpecialFolder) string {
					if f == mapi.FolderDrafts {
						return "My drafts"
					}
					return ""
				}})
				s.NoError(err)
				_, err = box.OpenPath(s.ctx, want)
				s.NoError(err)
				_, err = box.OpenPath(s.ctx, "my DRAFTS")
				s.NoError(err)
			}
		}},
		promise{"a public store has folders of its own", func(s *scene) {
			public, err := s.st.CreateMailbox(s.ctx, "public", &store.MailboxOptions{Public: true})
			s.NoError(err)
			for _, f := range []mapi.SpecialFolder{mapi.FolderRoot, mapi.FolderIPMSubtree, mapi.FolderNonIPMSubtree, mapi.FolderEFormsRegistry} {
				_, err := public.SpecialFolder(s.ctx, f)
				s.NoError(err)
			}
			_, err = public.SpecialFolder(s.ctx, mapi.FolderInbox)
			s.is(mapi.ErrNotFound, err)
			_, err = s.box.SpecialFolder(s.ctx, mapi.FolderNonIPMSubtree)
			s.is(mapi.ErrNotFound, err)
			ipm, err := public.SpecialFolder(s.ctx, mapi.FolderIPMSubtree)
			s.NoError(err)
			e, err := public.OpenEntry(s.ctx, ipm.EntryID(), nil)
			s.NoError(err)
			s.Equal(ipm.ID(), e.Folder.ID())
			bag, err := public.Properties(s.ctx)
			s.NoError(err)
			s.EqualValues(1, props.PidTagValidFolderMask.Or(bag, 0))
		}},
	)
}

func TestOpenEntry(t *testing.T) {
	open := func(s *scene, id mapi.EntryID) error {
		_, err := s.box.OpenEntry(s.ctx, id, nil)
		return err
	}
	promises(t,
		promise{"STO-023 an entry id opens what it names", func(s *scene) {
			e, err := s.box.OpenEntry(s.ctx, s.inbox.EntryID(), nil)
			s.NoError(err)
			s.Nil(e.Message)
			s.Equal(s.inbox.ID(), e.Folder.ID())
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			e, err = s.box.OpenEntry(s.ctx, m.EntryID(), &store.OpenMessageOptions{ReadOnly: true})
			s.NoError(err)
			s.Nil(e.Folder)
			s.Equal("x", props.PidTagSubject.Or(e.Message, ""))
			s.is(mapi.ErrNoAccess, e.Message.Save(s.ctx, nil))
		}},
		promise{"FLD-004 an empty id opens the root", func(s *scene) {
			e, err := s.box.OpenEntry(s.ctx, nil, nil)
			s.NoError(err)
			s.Equal(s.special(mapi.FolderRoot).ID(), e.Folder.ID())
		}},
		promise{"STO-023 what is no entry id is invalid", func(s *scene) {
			id := s.inbox.EntryID()
			for n := range len(id) {
				if n > 0 {
					s.is(mapi.ErrInvalidEntryID, open(s, id[:n]))
				}
			}
			public := append(mapi.EntryID(nil), id...)
			public[20] = byte(mapi.PublicFolder)
			s.is(mapi.ErrInvalidEntryID, open(s, public))
		}},
		promise{"STO-023 the id of another mailbox is unknown here, and so is a person's", func(s *scene) {
			bob, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			s.is(mapi.ErrUnknownEntryID, open(s, bob.EntryID()))
			m := s.open(bob, s.add(bob, "x")[0])
			s.is(mapi.ErrUnknownEntryID, open(s, m.EntryID()))
			person := mapi.OneOffEntryID{DisplayName: "Ada", AddressType: "SMTP", Address: "ada@example.org"}.EntryID()
			s.is(mapi.ErrUnknownEntryID, open(s, person))
		}},
		promise{"STO-023 what was deleted is not found, unless asked for", func(s *scene) {
			f := s.folder(s.inbox, "f")
			m := s.open(f, s.add(f, "x")[0])
			s.NoError(f.DeleteMessages(s.ctx, []mapi.MessageID{m.ID()}, nil))
			s.is(mapi.ErrNotFound, open(s, m.EntryID()))
			_, err := s.box.OpenEntry(s.ctx, m.EntryID(), &store.OpenMessageOptions{SoftDeleted: true})
			s.NoError(err)
			s.NoError(f.Delete(s.ctx, nil))
			s.is(mapi.ErrNotFound, open(s, f.EntryID()))
			_, err = s.box.OpenEntry(s.ctx, m.EntryID(), &store.OpenMessageOptions{SoftDeleted: true})
			s.NoError(err)
		}},
		promise{"MSG-061 the entry id of a message that was moved fails", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			_, err := s.inbox.MoveMessages(s.ctx, []mapi.MessageID{m.ID()}, s.special(mapi.FolderDrafts))
			s.NoError(err)
			s.is(mapi.ErrNotFound, open(s, m.EntryID()))
		}},
		promise{"STO-024 entry ids compare by what they name", func(s *scene) {
			ids := s.add(s.inbox, "x", "y")
			a, b := s.open(s.inbox, ids[0]), s.open(s.inbox, ids[1])
			flagged := append([]byte{0xFF}, a.EntryID()[1:]...)
			s.True(mapi.CompareEntryIDs(a.EntryID(), flagged))
			s.False(mapi.CompareEntryIDs(a.EntryID(), b.EntryID()))
		}},
	)
	t.Run("STO-025 entry ids survive closing and reopening", func(t *testing.T) {
		var disk memstore.Disk
		st, err := disk.Open(fixed())
		if err != nil {
			t.Fatal(err)
		}
		s := newScene(t, nil)
		box, err := st.CreateMailbox(s.ctx, "ada", nil)
		s.NoError(err)
		inbox, err := box.SpecialFolder(s.ctx, mapi.FolderInbox)
		s.NoError(err)
		id := s.open(inbox, s.add(inbox, "x")[0]).EntryID()
		s.NoError(st.Close())
		st, err = disk.Open(fixed())
		s.NoError(err)
		box, err = st.OpenMailbox(s.ctx, "ada")
		s.NoError(err)
		e, err := box.OpenEntry(s.ctx, id, nil)
		s.NoError(err)
		s.Equal("x", props.PidTagSubject.Or(e.Message, ""))
		finish(t, st)
	})
}
