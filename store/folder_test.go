package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestFolderCreate(t *testing.T) {
	promises(t,
		promise{"FLD-001 a folder that does not exist is not found", func(s *scene) {
			_, err := s.box.OpenFolder(s.ctx, 1<<40)
			s.is(mapi.ErrNotFound, err)
			_, err = s.inbox.OpenFolder(s.ctx, "none")
			s.is(mapi.ErrNotFound, err)
			_, err = s.box.OpenPath(s.ctx, "Inbox", "none", "deeper")
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"FLD-002 a soft-deleted folder opens only as one", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.NoError(f.Delete(s.ctx, nil))
			_, err := s.box.OpenFolder(s.ctx, f.ID())
			s.is(mapi.ErrNotFound, err)
			_, err = s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			_, err = s.box.OpenDeletedFolder(s.ctx, s.inbox.ID())
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"FLD-005 a folder needs a name", func(s *scene) {
			for _, name := range []string{"", "a\x00b", strings.Repeat("x", store.MaxFolderName+1)} {
				_, err := s.inbox.CreateFolder(s.ctx, name, nil)
				s.is(mapi.ErrInvalidParameter, err)
			}
			s.folder(s.inbox, strings.Repeat("ß", store.MaxFolderName/2))
		}},
		promise{"FLD-006 names are unique among siblings, without regard to case", func(s *scene) {
			f := s.folder(s.inbox, "Straße Ärger")
			_, err := s.inbox.CreateFolder(s.ctx, "sTRAßE äRGER", nil)
			s.is(mapi.ErrCollision, err) // FLD-007
			_, err = s.inbox.CreateFolder(s.ctx, "Straße A\u0308rger", nil)
			s.is(mapi.ErrCollision, err)
			found, err := s.inbox.OpenFolder(s.ctx, "STRAßE ÄRGER")
			s.NoError(err)
			s.Equal(f.ID(), found.ID())
			s.folder(f, "Straße Ärger") // another parent
		}},
		promise{"FLD-008 open-if-exists returns what is there, unchanged", func(s *scene) {
			f, err := s.inbox.CreateFolder(s.ctx, "f", &store.CreateFolderOptions{Class: "IPF.Contact", Comment: "first"})
			s.NoError(err)
			before := s.change()
			again, err := s.inbox.CreateFolder(s.ctx, "F", &store.CreateFolderOptions{OpenIfExists: true, Class: "IPF.Note", Comment: "second"})
			s.NoError(err)
			s.Equal(f.ID(), again.ID())
			s.Equal(before, s.change())
			bag := s.props(again)
			s.Equal("IPF.Contact", props.PidTagContainerClass.Or(bag, ""))
			s.Equal("first", props.PidTagComment.Or(bag, ""))
		}},
		promise{"FLD-012 nothing is created below a soft-deleted folder", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.NoError(f.Delete(s.ctx, nil))
			_, err := f.CreateFolder(s.ctx, "g", nil)
			s.is(mapi.ErrNotFound, err)
			deleted, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			_, err = deleted.CreateFolder(s.ctx, "g", nil)
			s.is(mapi.ErrNotFound, err)
			_, err = deleted.SetProperties(s.ctx, set(props.PidTagComment, "x"))
			s.is(mapi.ErrNotFound, err)
			s.is(mapi.ErrNotFound, deleted.MoveTo(s.ctx, s.special(mapi.FolderDrafts), nil))
			_, err = s.folder(s.inbox, "live").CopyTo(s.ctx, deleted, nil)
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"FLD-014 a soft-deleted sibling does not hold its name", func(s *scene) {
			s.NoError(s.folder(s.inbox, "f").Delete(s.ctx, nil))
			s.folder(s.inbox, "f")
			s.Equal([]string{"f"}, s.names(s.inbox, nil))
			s.Equal([]string{"f"}, s.names(s.inbox, &store.View{SoftDeleted: true}))
		}},
		promise{"FLD-015 a new folder is there at once, with events for it and its parent", func(s *scene) {
			events := s.watch(nil)
			f := s.folder(s.inbox, "f")
			_, err := s.box.OpenFolder(s.ctx, f.ID())
			s.NoError(err)
			got := events()
			s.Len(got, 2)
			s.Equal(mapi.EventCreated, got[0].Type)
			s.Equal(f.ID(), got[0].Object)
			s.Equal(s.inbox.ID(), got[0].Folder)
			s.Equal(mapi.EventModified, got[1].Type) // NTF-029
			s.Equal(s.inbox.ID(), got[1].Object)
		}},
		promise{"FLD-016 renaming to a sibling's name is a collision", func(s *scene) {
			s.folder(s.inbox, "a")
			b := s.folder(s.inbox, "b")
			p, err := b.SetProperties(s.ctx, set(props.PidTagComment, "set all the same"), set(props.PidTagDisplayName, "A"))
			s.NoError(err)
			s.Equal([]mapi.Code{mapi.ErrCollision}, codes(p))
			s.Equal(1, p[0].Index)
			s.is(mapi.ErrCollision, b.Rename(s.ctx, "A"))
			bag := s.props(b)
			s.Equal("b", props.PidTagDisplayName.Or(bag, ""))
			s.Equal("set all the same", props.PidTagComment.Or(bag, ""))
		}},
		promise{"FLD-016 a folder may change the case of its own name", func(s *scene) {
			f := s.folder(s.inbox, "projects")
			s.NoError(f.Rename(s.ctx, "Projects"))
			s.Equal([]string{"Projects"}, s.names(s.inbox, nil))
			s.NoError(f.Rename(s.ctx, "Other"))
			s.folder(s.inbox, "PROJECTS") // the name is free again
		}},
		promise{"FLD-017 an empty name is refused, a deleted name too", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.is(mapi.ErrInvalidParameter, f.Rename(s.ctx, ""))
			p, err := f.SetProperties(s.ctx, gone(props.PidTagDisplayName))
			s.NoError(err)
			s.Equal([]mapi.Code{mapi.ErrInvalidParameter}, codes(p))
			s.Equal([]string{"f"}, s.names(s.inbox, nil))
		}},
		promise{"FLD-019 a subfolder does not inherit the class", func(s *scene) {
			calendar := s.special(mapi.FolderCalendar)
			s.Equal("IPF.Appointment", props.PidTagContainerClass.Or(s.props(calendar), ""))
			s.False(props.PidTagContainerClass.Has(s.props(s.folder(calendar, "f"))))
		}},
	)
}

func TestFolderProperties(t *testing.T) {
	promises(t,
		promise{"FLD-030 the type is root or generic, and read-only", func(s *scene) {
			s.EqualValues(0, props.PidTagFolderType.Or(s.props(s.special(mapi.FolderRoot)), 9))
			s.EqualValues(1, props.PidTagFolderType.Or(s.props(s.inbox), 9))
			p, err := s.inbox.SetProperties(s.ctx, gone(props.PidTagFolderType))
			s.NoError(err)
			s.Equal([]mapi.Code{mapi.ErrComputed}, codes(p))
		}},
		promise{"FLD-031 counts tell normal, associated, unread and deleted messages apart", func(s *scene) {
			ids := s.add(s.inbox, "a", "b", "c", "d")
			s.put(s.inbox, note("fai"), &store.AddOptions{Associated: true})
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, ids[0]))
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids[3:], nil))
			bag := s.props(s.inbox)
			s.EqualValues(3, props.PidTagContentCount.Or(bag, -1))
			s.EqualValues(2, props.PidTagContentUnreadCount.Or(bag, -1)) // FLD-032
			s.EqualValues(1, props.PidTagAssociatedContentCount.Or(bag, -1))
			s.EqualValues(1, props.PidTagDeletedCountTotal.Or(bag, -1))
			c := s.counts(s.inbox)
			s.EqualValues(1, c.Deleted)
		}},
		promise{"FLD-033 PidTagSubfolders is true while a live subfolder exists", func(s *scene) {
			s.False(props.PidTagSubfolders.Or(s.props(s.inbox), true))
			f := s.folder(s.inbox, "f")
			s.True(props.PidTagSubfolders.Or(s.props(s.inbox), false))
			s.NoError(f.Delete(s.ctx, nil))
			s.False(props.PidTagSubfolders.Or(s.props(s.inbox), true))
		}},
		promise{"FLD-034 the hierarchy change number rises with subfolders coming, going and moving", func(s *scene) {
			drafts := s.special(mapi.FolderDrafts)
			number := func(f *store.Folder) int32 { return props.PidTagHierarchyChangeNumber.Or(s.props(f), -1) }
			n, m := number(s.inbox), number(drafts)
			f := s.folder(s.inbox, "f")
			s.Greater(number(s.inbox), n)
			n = number(s.inbox)
			s.NoError(f.MoveTo(s.ctx, drafts, nil))
			s.Greater(number(s.inbox), n) // FLD-106
			s.Greater(number(drafts), m)
			m = number(drafts)
			s.NoError(f.Delete(s.ctx, nil))
			s.Greater(number(drafts), m)
		}},
		promise{"FLD-035 a soft-deleted folder says since when", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.NoError(f.Delete(s.ctx, nil))
			deleted, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			s.True(props.PidTagDeletedOn.Has(s.props(deleted)))
			s.NoError(deleted.Restore(s.ctx, ""))
			s.False(props.PidTagDeletedOn.Has(s.props(f)))
		}},
		promise{"FLD-036 the count of deletions only rises, the commit time with each change of a child", func(s *scene) {
			ids := s.add(s.inbox, "a", "b")
			at := func() time.Time { return props.PidTagLocalCommitTimeMax.Or(s.props(s.inbox), time.Time{}) }
			last := at()
			steps := []func(){
				func() { s.NoError(s.inbox.DeleteMessages(s.ctx, ids[:1], nil)) },
				func() {
					_, err := s.inbox.RestoreMessages(s.ctx, ids[:1])
					s.NoError(err)
				},
				func() { s.NoError(s.inbox.DeleteMessages(s.ctx, ids[1:], &store.DeleteOptions{Hard: true})) },
				func() { s.folder(s.inbox, "f") },
			}
			for i, step := range steps {
				step()
				s.True(at().After(last), "step %d", i)
				last = at()
			}
			s.EqualValues(2, props.PidTagDeletedCountTotal.Or(s.props(s.inbox), -1))
		}},
		promise{"FLD-037 the root is its own parent", func(s *scene) {
			root := s.special(mapi.FolderRoot)
			s.Equal([]byte(root.EntryID()), props.PidTagParentEntryId.Or(s.props(root), nil))
			ipm := s.special(mapi.FolderIPMSubtree)
			s.Equal([]byte(root.EntryID()), props.PidTagParentEntryId.Or(s.props(ipm), nil))
			s.Equal([]byte(ipm.EntryID()), props.PidTagParentEntryId.Or(s.props(s.inbox), nil))
		}},
		promise{"FLD-039 folder flags tell what users see", func(s *scene) {
			normal, ipm := mapi.FolderFlagNormal, mapi.FolderFlagIPM
			s.Equal(normal, props.PidTagFolderFlags.Or(s.props(s.special(mapi.FolderRoot)), 0))
			s.Equal(normal|ipm, props.PidTagFolderFlags.Or(s.props(s.special(mapi.FolderIPMSubtree)), 0))
			f := s.folder(s.folder(s.inbox, "f"), "g")
			s.Equal(normal|ipm, props.PidTagFolderFlags.Or(s.props(f), 0))
			s.NoError(f.MoveTo(s.ctx, s.special(mapi.FolderViews), nil))
			s.Equal(normal, props.PidTagFolderFlags.Or(s.props(f), 0))
		}},
		promise{"FLD-040 a hidden folder is listed all the same", func(s *scene) {
			f := s.folder(s.inbox, "f")
			_, err := f.SetProperties(s.ctx, set(props.PidTagAttributeHidden, true))
			s.NoError(err)
			s.Equal([]string{"f"}, s.names(s.inbox, nil))
		}},
		promise{"FLD-041 counts and sizes are read-only", func(s *scene) {
			p, err := s.inbox.SetProperties(s.ctx, set(props.PidTagContentUnreadCount, int32(1)), set(props.PidTagMessageSizeExtended, int64(1)),
				set(props.PidTagSubfolders, true), set(props.PidTagFolderFlags, mapi.FolderFlagRules))
			s.NoError(err)
			s.Len(p, 4)
		}},
		promise{"FLD-042 messages do not change their folder's change number", func(s *scene) {
			number := func() int64 { return props.PidTagChangeNumber.Or(s.props(s.inbox), -1) }
			n := number()
			ids := s.add(s.inbox, "a")
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead))
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids, nil))
			s.Equal(n, number()) // ICS-004
			_, err := s.inbox.SetProperties(s.ctx, set(props.PidTagComment, "x"))
			s.NoError(err)
			s.Greater(number(), n)
		}},
		promise{"FLD-044 the time of modification follows property writes", func(s *scene) {
			f := s.folder(s.inbox, "f")
			bag := s.props(f)
			created := props.PidTagCreationTime.Or(bag, time.Time{})
			s.Equal(created, props.PidTagLastModificationTime.Or(bag, time.Time{}))
			s.add(f, "x")
			s.Equal(created, props.PidTagLastModificationTime.Or(s.props(f), time.Time{}))
			s.NoError(f.Rename(s.ctx, "g"))
			bag = s.props(f)
			s.True(props.PidTagLastModificationTime.Or(bag, time.Time{}).After(created))
			s.Equal(created, props.PidTagCreationTime.Or(bag, time.Time{}))
		}},
	)
}

func TestFolderDelete(t *testing.T) {
	all := &store.DeleteFolderOptions{Messages: true, Folders: true}
	promises(t,
		promise{"FLD-050 without options only an empty folder goes", func(s *scene) {
			f := s.folder(s.inbox, "f")
			g := s.folder(f, "g")
			s.is(mapi.ErrHasFolders, f.Delete(s.ctx, nil)) // FLD-052
			s.NoError(g.Delete(s.ctx, nil))
			ids := s.add(f, "x")
			s.is(mapi.ErrHasMessages, f.Delete(s.ctx, nil)) // FLD-051
			s.Equal([]string{"x"}, s.subjects(f, nil))
			s.NoError(f.DeleteMessages(s.ctx, ids, nil))
			s.NoError(f.Delete(s.ctx, nil))
		}},
		promise{"FLD-053 with both options the whole subtree goes, associated messages too", func(s *scene) {
			before, err := s.box.Stats(s.ctx)
			s.NoError(err)
			f := s.folder(s.inbox, "f")
			g := s.folder(f, "g")
			s.add(f, "x")
			s.put(g, note("fai"), &store.AddOptions{Associated: true})
			s.NoError(f.Delete(s.ctx, all))
			for _, gone := range []*store.Folder{f, g} {
				_, err := gone.Counts(s.ctx)
				s.is(mapi.ErrNotFound, err) // FLD-062
			}
			stats, err := s.box.Stats(s.ctx)
			s.NoError(err)
			s.Equal(before.Folders, stats.Folders)
			s.Equal(before.Size, stats.Size)
			s.EqualValues(2, stats.Deleted)
		}},
		promise{"FLD-054 associated messages alone do not keep a folder", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.put(f, note("fai"), &store.AddOptions{Associated: true})
			s.NoError(f.Delete(s.ctx, nil))
		}},
		promise{"FLD-055 a folder deleted softly is listed as such, one deleted hard nowhere", func(s *scene) {
			soft, hard := s.folder(s.inbox, "soft"), s.folder(s.inbox, "hard")
			s.add(hard, "x")
			s.NoError(soft.Delete(s.ctx, nil))
			s.NoError(hard.Delete(s.ctx, &store.DeleteFolderOptions{Messages: true, Hard: true}))
			s.Empty(s.names(s.inbox, nil))
			s.Equal([]string{"soft"}, s.names(s.inbox, &store.View{SoftDeleted: true}))
			_, err := s.box.OpenDeletedFolder(s.ctx, hard.ID())
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"FLD-055 a soft-deleted folder can be looked into, restored and removed", func(s *scene) {
			f := s.folder(s.inbox, "f")
			g := s.folder(f, "g")
			id := s.add(g, "x")[0]
			s.NoError(f.Delete(s.ctx, all))
			deleted, err := s.box.OpenDeletedFolder(s.ctx, g.ID())
			s.NoError(err)
			s.Equal([]string{"x"}, s.subjects(deleted, nil))
			m, err := deleted.OpenMessage(s.ctx, id, nil)
			s.NoError(err)
			s.is(mapi.ErrNoAccess, m.Save(s.ctx, nil))
			s.is(mapi.ErrNotFound, deleted.Restore(s.ctx, "")) // its parent is not live
			s.folder(s.inbox, "f")
			top, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			s.is(mapi.ErrCollision, top.Restore(s.ctx, ""))
			s.NoError(top.Restore(s.ctx, "f2"))
			s.Equal([]string{"x"}, s.subjects(g, nil))
			s.Equal([]string{"f2", "f"}, s.names(s.inbox, nil))
		}},
		promise{"FLD-055 hard deletion of a part of a soft-deleted tree leaves the rest", func(s *scene) {
			f := s.folder(s.inbox, "f")
			g, h := s.folder(f, "g"), s.folder(f, "h")
			s.add(g, "x")
			s.add(h, "y")
			s.NoError(f.Delete(s.ctx, all))
			part, err := s.box.OpenDeletedFolder(s.ctx, g.ID())
			s.NoError(err)
			s.NoError(part.Delete(s.ctx, &store.DeleteFolderOptions{Messages: true, Hard: true}))
			top, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			s.Equal([]string{"h"}, s.names(top, nil))
			s.NoError(top.Restore(s.ctx, ""))
			s.Equal([]string{"y"}, s.subjects(h, nil))
			s.folder(f, "g")
		}},
		promise{"FLD-056 the root cannot be deleted, nor moved", func(s *scene) {
			root := s.special(mapi.FolderRoot)
			s.is(mapi.ErrNoSupport, root.Delete(s.ctx, all))
			s.is(mapi.ErrNoAccess, root.MoveTo(s.ctx, s.inbox, nil)) // FLD-102
		}},
		promise{"FLD-057 special folders cannot be deleted", func(s *scene) {
			for i := 1; i <= mapi.SpecialFolders; i++ {
				special := mapi.SpecialFolder(i)
				f, err := s.box.SpecialFolder(s.ctx, special)
				if err != nil || special == mapi.FolderRoot {
					continue
				}
				s.is(mapi.ErrNoAccess, f.Delete(s.ctx, all))
				s.is(mapi.ErrNoAccess, f.MoveTo(s.ctx, s.inbox, nil))
			}
		}},
		promise{"FLD-062 handles on a deleted folder report that it is gone", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.NoError(f.Delete(s.ctx, nil))
			_, err := f.Properties(s.ctx)
			s.is(mapi.ErrNotFound, err)
			s.is(mapi.ErrNotFound, f.Delete(s.ctx, nil))
			s.is(mapi.ErrNotFound, f.Rename(s.ctx, "g"))
			_, err = f.Contents(nil).Count(s.ctx)
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"FLD-070 emptying removes normal messages and subfolders, associated ones when asked", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.add(f, "x", "y")
			s.put(f, note("fai"), &store.AddOptions{Associated: true})
			g := s.folder(f, "g")
			s.put(g, note("fai"), &store.AddOptions{Associated: true}) // FLD-071: goes with its folder
			s.NoError(f.Empty(s.ctx, nil))
			c := s.counts(f)
			s.EqualValues(0, c.Messages)
			s.EqualValues(0, c.Subfolders)
			s.EqualValues(1, c.Associated)
			s.EqualValues(2, c.Deleted)
			s.NoError(f.Empty(s.ctx, &store.EmptyOptions{Associated: true}))
			s.EqualValues(0, s.counts(f).Associated)
		}},
		promise{"FLD-072 a soft-deleted folder cannot be emptied", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.folder(f, "g")
			s.NoError(f.Delete(s.ctx, all))
			deleted, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			s.is(mapi.ErrNotFound, deleted.Empty(s.ctx, nil))
		}},
		promise{"FLD-072 the root cannot be emptied", func(s *scene) {
			s.is(mapi.ErrNoSupport, s.special(mapi.FolderRoot).Empty(s.ctx, nil))
		}},
		promise{"FLD-071 emptying leaves special folders, and says so", func(s *scene) {
			ipm := s.special(mapi.FolderIPMSubtree)
			s.folder(ipm, "mine")
			s.add(ipm, "x")
			s.is(mapi.WarnPartialCompletion, ipm.Empty(s.ctx, nil))
			s.Empty(s.subjects(ipm, nil))
			s.NotContains(s.names(ipm, nil), "mine")
			s.Contains(s.names(ipm, nil), "Inbox")
		}},
		promise{"FLD-074 emptying hard leaves nothing", func(s *scene) {
			f := s.folder(s.inbox, "f")
			s.add(f, "x")
			s.folder(f, "g")
			s.NoError(f.Empty(s.ctx, &store.EmptyOptions{Hard: true}))
			s.Empty(s.subjects(f, &store.View{SoftDeleted: true}))
			s.Empty(s.names(f, &store.View{SoftDeleted: true}))
		}},
	)
}

func TestHierarchy(t *testing.T) {
	promises(t,
		promise{"FLD-120 the hierarchy table lists direct subfolders, or all with their depth", func(s *scene) {
			a := s.folder(s.inbox, "a")
			s.folder(s.folder(a, "b"), "c")
			s.Equal([]string{"a"}, s.names(s.inbox, nil))
			depth := map[string]int32{}
			for row, err := range s.inbox.Subfolders(&store.View{Deep: true}).Rows(s.ctx) {
				s.NoError(err)
				depth[props.PidTagDisplayName.Or(row, "")] = props.PidTagDepth.Or(row, -1)
			}
			s.Equal(map[string]int32{"a": 1, "b": 2, "c": 3}, depth)
		}},
		promise{"FLD-079 the deep table of soft-deleted folders shows them all, and no live one", func(s *scene) {
			a := s.folder(s.inbox, "a")
			b := s.folder(a, "b")
			s.folder(b, "c")
			s.NoError(s.folder(b, "d").Delete(s.ctx, nil))
			s.folder(a, "live")
			s.NoError(b.Delete(s.ctx, &store.DeleteFolderOptions{Folders: true}))
			got := s.names(s.inbox, &store.View{Deep: true, SoftDeleted: true})
			slices.Sort(got)
			s.Equal([]string{"b", "c", "d"}, got)
			s.Empty(s.names(s.inbox, &store.View{SoftDeleted: true}))
			s.Equal([]string{"b"}, s.names(a, &store.View{SoftDeleted: true}))
		}},
		promise{"FLD-121 the associated table shows associated messages only", func(s *scene) {
			s.add(s.inbox, "normal")
			s.put(s.inbox, note("fai"), &store.AddOptions{Associated: true})
			s.Equal([]string{"normal"}, s.subjects(s.inbox, nil))
			s.Equal([]string{"fai"}, s.subjects(s.inbox, &store.View{Associated: true}))
		}},
		promise{"RES-093 a condition on recipients is too complex for folders", func(s *scene) {
			table := s.inbox.Subfolders(&store.View{Where: mapi.AnyRecipient(mapi.Exists(props.PidTagDisplayName))})
			s.is(mapi.ErrTooComplex, table.Check())
		}},
		promise{"TBL-082 hierarchy tables sort and restrict", func(s *scene) {
			for _, name := range []string{"Zebra", "äpfel", "giraffe", "Okapi"} {
				s.folder(s.inbox, name)
			}
			byName := mapi.SortOrder{mapi.Ascending(props.PidTagDisplayName)}
			s.Equal([]string{"äpfel", "giraffe", "Okapi", "Zebra"}, s.names(s.inbox, &store.View{Sort: byName}))
			s.Equal([]string{"giraffe", "Zebra"}, s.names(s.inbox, &store.View{Sort: byName,
				Where: mapi.Or(mapi.Contains(props.PidTagDisplayName, "GIR", mapi.Prefix|mapi.IgnoreCase), mapi.Equal(props.PidTagDisplayName, "zebra"))}))
		}},
	)
}
