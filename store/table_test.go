package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

var (
	bySubject = mapi.SortOrder{mapi.Ascending(props.PidTagSubject)}
	byDate    = mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime)}
)

// letters adds messages whose subjects are the letters of a word.
func letters(s *scene, word string) []mapi.MessageID {
	return s.add(s.inbox, strings.Split(word, "")...)
}

// read reads n rows and joins their subjects.
func read(s *scene, t *store.Table, n int) string {
	rows, err := t.Read(s.ctx, n)
	s.NoError(err)
	var text strings.Builder
	for _, row := range rows {
		text.WriteString(props.PidTagSubject.Or(row, "-"))
	}
	return text.String()
}

func position(s *scene, t *store.Table) [2]int64 {
	at, total, err := t.Position(s.ctx)
	s.NoError(err)
	return [2]int64{at, total}
}

func seek(s *scene, t *store.Table, from store.Bookmark, n int64) int64 {
	moved, err := t.Seek(s.ctx, from, n)
	s.NoError(err)
	return moved
}

func TestTableColumns(t *testing.T) {
	promises(t,
		promise{"TBL-002 a column without a type is reported before a row is read", func(s *scene) {
			for _, p := range []mapi.Prop{{ID: 0x0037}, {ID: 0x0037, Type: mapi.PtypErrorCode}, {ID: 0x0037, Type: 0x7777}} {
				table := s.inbox.Contents(&store.View{Columns: []mapi.Prop{p}})
				s.is(mapi.ErrInvalidParameter, table.Check())
				_, err := table.Read(s.ctx, 1)
				s.is(mapi.ErrInvalidParameter, err)
			}
		}},
		promise{"TBL-003 a null column is a placeholder", func(s *scene) {
			s.add(s.inbox, "x")
			rows, err := s.inbox.Contents(&store.View{Columns: []mapi.Prop{{Type: mapi.PtypNull}, props.PidTagSubject.Prop()}}).Read(s.ctx, 9)
			s.NoError(err)
			s.Equal([]mapi.Value{nil, "x"}, rows[0].Values)
		}},
		promise{"TBL-006 cells are in the order of the columns, repeated ones repeated", func(s *scene) {
			s.add(s.inbox, "RE: x")
			columns := store.Columns(props.PidTagNormalizedSubject, props.PidTagSubject, props.PidTagNormalizedSubject)
			table := s.inbox.Contents(&store.View{Columns: columns})
			s.Equal(columns, table.Columns())
			rows, err := table.Read(s.ctx, 9)
			s.NoError(err)
			s.Equal([]mapi.Value{"x", "RE: x", "x"}, rows[0].Values)
		}},
		promise{"TBL-007 what a row lacks is nil, unknown columns are accepted", func(s *scene) {
			s.add(s.inbox, "x")
			rows, err := s.inbox.Contents(&store.View{Columns: []mapi.Prop{{ID: 0x6FFF, Type: mapi.PtypMultipleGuid}, props.PidTagSenderName.Prop()}}).Read(s.ctx, 9)
			s.NoError(err) // TBL-008
			s.Equal([]mapi.Value{nil, nil}, rows[0].Values)
		}},
		promise{"TBL-011 values are whole, however long", func(s *scene) {
			long := strings.Repeat("giraffe ", 1000)
			m := note(long)
			props.PidTagBody.Set(m, long)
			s.put(s.inbox, m, nil)
			rows, err := s.inbox.Contents(&store.View{Columns: store.Columns(props.PidTagSubject, props.PidTagBody), Sort: bySubject}).Read(s.ctx, 9)
			s.NoError(err)
			s.Equal([]mapi.Value{long, long}, rows[0].Values)
		}},
		promise{"TBL-013 a column may ask for the other flavour of string, not for another type", func(s *scene) {
			s.add(s.inbox, "x")
			rows, err := s.inbox.Contents(&store.View{Columns: []mapi.Prop{props.PidTagSubject.Prop().As(mapi.PtypString8), props.PidTagSubject.Prop().As(mapi.PtypInteger32)}}).Read(s.ctx, 9)
			s.NoError(err)
			s.Equal([]mapi.Value{"x", nil}, rows[0].Values)
		}},
		promise{"TBL-014 a contents table has columns from the beginning", func(s *scene) {
			m := note("RE: x")
			m.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "Ada", "a@x")}
			s.put(s.inbox, m, &store.AddOptions{Deliver: true})
			rows, err := s.inbox.Contents(nil).Read(s.ctx, 9)
			s.NoError(err)
			for _, key := range []props.AnyKey{props.PidTagEntryId, props.PidTagInstanceKey, props.PidTagRecordKey, props.PidTagMessageClass,
				props.PidTagSubject, props.PidTagNormalizedSubject, props.PidTagSubjectPrefix, props.PidTagMessageFlags, props.PidTagMessageStatus,
				props.PidTagHasAttachments, props.PidTagMessageSize, props.PidTagMessageDeliveryTime, props.PidTagDisplayTo,
				props.PidTagLastModificationTime, props.PidTagMappingSignature, props.PidTagObjectType, props.PidTagAccess, props.PidTagAccessLevel,
				props.PidTagStoreEntryId, props.PidTagStoreRecordKey, props.PidTagParentEntryId, props.PidTagSearchKey} {
				s.NotNil(rows[0].Get(key.Prop()), "%v", key)
			}
			for _, key := range []props.AnyKey{props.PidTagImportance, props.PidTagSensitivity, props.PidTagPriority, props.PidTagClientSubmitTime, props.PidTagSentRepresentingName} {
				s.Contains(s.inbox.Contents(nil).Columns(), key.Prop())
			}
		}},
		promise{"TBL-015 a hierarchy table has columns from the beginning", func(s *scene) {
			s.folder(s.inbox, "f")
			rows, err := s.inbox.Subfolders(nil).Read(s.ctx, 9)
			s.NoError(err)
			for _, key := range []props.AnyKey{props.PidTagEntryId, props.PidTagInstanceKey, props.PidTagRecordKey, props.PidTagDisplayName,
				props.PidTagDepth, props.PidTagObjectType, props.PidTagFolderType, props.PidTagSubfolders, props.PidTagContentCount,
				props.PidTagContentUnreadCount, props.PidTagAccess, props.PidTagStoreEntryId, props.PidTagStoreRecordKey} {
				s.NotNil(rows[0].Get(key.Prop()), "%v", key)
			}
		}},
		promise{"TBL-016 instance keys are unique and find their row", func(s *scene) {
			letters(s, "abc")
			seen := map[string]bool{}
			table := s.inbox.Contents(nil)
			for row, err := range table.Rows(s.ctx) {
				s.NoError(err)
				key := props.PidTagInstanceKey.Or(row, nil)
				s.False(seen[string(key)])
				seen[string(key)] = true
				found, err := table.Find(s.ctx, mapi.Equal(props.PidTagInstanceKey, key), store.Beginning, false)
				s.NoError(err)
				s.Equal(row.Message, found.Message)
			}
		}},
		promise{"TBL-017 the entry id of a row opens it", func(s *scene) {
			s.add(s.inbox, "x")
			s.folder(s.inbox, "f")
			rows, err := s.inbox.Contents(nil).Read(s.ctx, 1)
			s.NoError(err)
			e, err := s.box.OpenEntry(s.ctx, props.PidTagEntryId.Or(rows[0], nil), nil)
			s.NoError(err)
			s.Equal("x", props.PidTagSubject.Or(e.Message, ""))
			rows, err = s.inbox.Subfolders(nil).Read(s.ctx, 1)
			s.NoError(err)
			e, err = s.box.OpenEntry(s.ctx, props.PidTagEntryId.Or(rows[0], nil), nil)
			s.NoError(err)
			s.Equal(rows[0].Folder, e.Folder.ID())
		}},
	)
}

func TestTableCursor(t *testing.T) {
	promises(t,
		promise{"TBL-030 reading no rows is a mistake, reading backwards goes by negative numbers", func(s *scene) {
			letters(s, "abcdef")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			_, err := table.Read(s.ctx, 0)
			s.is(mapi.ErrInvalidParameter, err)
			s.Equal("abcd", read(s, table, 4))
			s.Equal("cd", read(s, table, -2)) // TBL-031: in forward order
			s.Equal([2]int64{2, 6}, position(s, table))
			s.Equal("ab", read(s, table, -9))
			s.Equal([2]int64{0, 6}, position(s, table))
			s.Equal("", read(s, table, -1)) // TBL-033
			s.Equal("abcdef", read(s, table, 9))
			s.Equal("", read(s, table, 1))
			s.Equal([2]int64{6, 6}, position(s, table)) // TBL-034, TBL-050
			s.Equal("f", read(s, table, -1))
		}},
		promise{"TBL-035 reading until nothing comes misses nothing", func(s *scene) {
			letters(s, strings.Repeat("x", 250))
			table, total := s.inbox.Contents(nil), 0
			for {
				n := len(read(s, table, 7))
				if n == 0 {
					break
				}
				total += n
			}
			s.Equal(250, total)
		}},
		promise{"TBL-036 two tables have cursors, orders and restrictions of their own", func(s *scene) {
			letters(s, "abc")
			up := s.inbox.Contents(&store.View{Sort: bySubject})
			down := s.inbox.Contents(&store.View{Sort: mapi.SortOrder{mapi.Descending(props.PidTagSubject)}, Where: mapi.NotEqual(props.PidTagSubject, "b")})
			s.Equal("a", read(s, up, 1))
			s.Equal("ca", read(s, down, 9))
			s.Equal("bc", read(s, up, 9))
		}},
		promise{"TBL-037 rows that go do not shift what is read next", func(s *scene) {
			ids := letters(s, "abcdef")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			s.Equal("abc", read(s, table, 3))
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{ids[0], ids[2], ids[3]}, nil)) // before, at and behind the cursor
			s.Equal([2]int64{1, 3}, position(s, table))
			s.Equal("ef", read(s, table, 9))
			s.Equal("bef", read(s, table, -9))
		}},
		promise{"TBL-038 new rows show in their place without reopening", func(s *scene) {
			letters(s, "bd")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			s.Equal("b", read(s, table, 1))
			ids := letters(s, "ace")
			s.Equal("cde", read(s, table, 9))
			m := s.open(s.inbox, ids[0])
			props.PidTagSubject.Set(m, "f")
			s.save(m) // a row that moves
			s.Equal("f", read(s, table, 9))
			s.Equal([]string{"b", "c", "d", "e", "f"}, s.texts(table, props.PidTagSubject))
		}},
		promise{"TBL-039 the default order is that in which messages came", func(s *scene) {
			letters(s, "cab")
			s.Equal([]string{"c", "a", "b"}, s.subjects(s.inbox, nil))
		}},
		promise{"TBL-041 the count is of the rows that are shown", func(s *scene) {
			letters(s, "aabbb")
			table := s.inbox.Contents(&store.View{Where: mapi.Equal(props.PidTagSubject, "b")})
			n, err := table.Count(s.ctx)
			s.NoError(err)
			s.EqualValues(3, n)
		}},
		promise{"TBL-051 seeking tells how far it went, and stops at both ends", func(s *scene) {
			letters(s, "abcdef")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			s.EqualValues(3, seek(s, table, store.Beginning, 3))
			s.EqualValues(-3, seek(s, table, store.Current, -10))
			s.EqualValues(-1, seek(s, table, store.End, -1))
			s.Equal("f", read(s, table, 1)) // TBL-052
			s.EqualValues(6, seek(s, table, store.Beginning, 99))
			s.Equal("", read(s, table, 1)) // TBL-053
			s.EqualValues(0, seek(s, table, store.End, 5))
			s.EqualValues(0, seek(s, table, store.Beginning, -5))
			s.Equal("a", read(s, table, 1))
			_, err := table.Seek(s.ctx, 17, 0)
			s.is(mapi.ErrInvalidBookmark, err) // TBL-056
			_, err = table.Seek(s.ctx, -1, 0)
			s.is(mapi.ErrInvalidBookmark, err)
		}},
		promise{"TBL-054 a fraction leads to its row", func(s *scene) {
			for i := range 100 {
				s.add(s.inbox, fmt.Sprintf("%02d", i))
			}
			for _, table := range []*store.Table{s.inbox.Contents(&store.View{Sort: bySubject}), s.special(mapi.FolderIPMSubtree).Subfolders(nil)} { // TBL-055
				_, total, err := table.Position(s.ctx)
				s.NoError(err)
				for n := range total {
					s.NoError(table.SeekFraction(s.ctx, n, total))
					s.Equal([2]int64{n, total}, position(s, table), "a position leads back to itself")
				}
				s.NoError(table.SeekFraction(s.ctx, 5, 5))
				s.Equal(total, position(s, table)[0])
				s.NoError(table.SeekFraction(s.ctx, 7, 3))
				s.Equal(total, position(s, table)[0])
				s.NoError(table.SeekFraction(s.ctx, 1<<62, 1<<62+1))
				s.Equal(total-1, position(s, table)[0])
				s.is(mapi.ErrInvalidParameter, table.SeekFraction(s.ctx, 1, 0))
			}
		}},
	)
}

func TestTableBookmarks(t *testing.T) {
	mark := func(s *scene, t *store.Table) store.Bookmark {
		b, err := t.Bookmark(s.ctx)
		s.NoError(err)
		return b
	}
	promises(t,
		promise{"TBL-061 a bookmark sticks to its row, whatever comes before it", func(s *scene) {
			ids := letters(s, "bdf")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			first := mark(s, table)
			s.Equal("b", read(s, table, 1))
			b := mark(s, table)
			letters(s, "ace")
			seek(s, table, b, 0)
			s.Equal("d", read(s, table, 1))
			seek(s, table, first, 0)
			s.Equal("b", read(s, table, 1))
			s.EqualValues(1, seek(s, table, b, 1))
			s.Equal("e", read(s, table, 1))
			m := s.open(s.inbox, ids[1])
			props.PidTagSubject.Set(m, "z")
			s.save(m)
			seek(s, table, b, 0) // it goes where its row goes
			s.Equal("z", read(s, table, 9))
		}},
		promise{"TBL-062 a bookmark whose row is gone leads to the next one and says so", func(s *scene) {
			ids := letters(s, "abcd")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			seek(s, table, store.Beginning, 1)
			b := mark(s, table)
			s.NoError(s.inbox.DeleteMessages(s.ctx, ids[1:2], nil))
			moved, err := table.Seek(s.ctx, b, 0)
			s.is(mapi.WarnPositionChanged, err)
			s.EqualValues(0, moved)
			s.Equal("cd", read(s, table, 9))
			moved, err = table.Seek(s.ctx, b, -1)
			s.is(mapi.WarnPositionChanged, err)
			s.EqualValues(-1, moved)
			s.Equal("acd", read(s, table, 9))
		}},
		promise{"TBL-065 a freed bookmark is invalid", func(s *scene) {
			letters(s, "ab")
			table := s.inbox.Contents(nil)
			b := mark(s, table)
			s.NoError(table.FreeBookmark(b))
			_, err := table.Seek(s.ctx, b, 0)
			s.is(mapi.ErrInvalidBookmark, err)
			s.is(mapi.ErrInvalidBookmark, table.FreeBookmark(b))
			_, err = table.Find(s.ctx, nil, b, false)
			s.is(mapi.ErrInvalidBookmark, err) // TBL-074
		}},
		promise{"TBL-068 freeing the ends does nothing", func(s *scene) {
			table := s.inbox.Contents(nil)
			for _, b := range []store.Bookmark{store.Beginning, store.Current, store.End} {
				s.NoError(table.FreeBookmark(b))
			}
			seek(s, table, store.End, 0)
		}},
		promise{"TBL-060 hierarchy tables have bookmarks", func(s *scene) {
			for _, name := range []string{"b", "d"} {
				s.folder(s.inbox, name)
			}
			table := s.inbox.Subfolders(&store.View{Sort: mapi.SortOrder{mapi.Ascending(props.PidTagDisplayName)}})
			seek(s, table, store.Beginning, 1)
			b := mark(s, table)
			s.folder(s.inbox, "c")
			seek(s, table, b, 0)
			rows, err := table.Read(s.ctx, 1)
			s.NoError(err)
			s.Equal("d", props.PidTagDisplayName.Or(rows[0], ""))
		}},
		promise{"TBL-061 a bookmark at the end stays there", func(s *scene) {
			letters(s, "ab")
			table := s.inbox.Contents(nil)
			seek(s, table, store.End, 0)
			b := mark(s, table)
			letters(s, "c")
			seek(s, table, b, -1)
			s.Equal("c", read(s, table, 1))
		}},
	)
}

func TestTableFind(t *testing.T) {
	find := func(s *scene, t *store.Table, where mapi.Restriction, from store.Bookmark, backwards bool) string {
		row, err := t.Find(s.ctx, where, from, backwards)
		if err != nil {
			s.is(mapi.ErrNotFound, err)
			return "none"
		}
		return props.PidTagSubject.Or(row, "-")
	}
	promises(t,
		promise{"TBL-070 forwards the current row counts, backwards the one before", func(s *scene) {
			letters(s, "abcabc")
			table := s.inbox.Contents(&store.View{Sort: bySubject}) // aabbcc
			b := mapi.Equal(props.PidTagSubject, "b")
			seek(s, table, store.Beginning, 2)
			s.Equal("b", find(s, table, b, store.Current, false))
			s.Equal([2]int64{2, 6}, position(s, table))
			s.Equal("none", find(s, table, b, store.Current, true))
			s.Equal("b", find(s, table, b, store.End, true))
			s.Equal([2]int64{3, 6}, position(s, table))
			s.Equal("b", find(s, table, b, store.Current, true))
			s.Equal([2]int64{2, 6}, position(s, table))
			s.Equal("bbcc", read(s, table, 9)) // TBL-071: the cursor is on the row
		}},
		promise{"TBL-072 when nothing is found the cursor stays", func(s *scene) {
			letters(s, "abc")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			s.Equal("a", read(s, table, 1))
			s.Equal("none", find(s, table, mapi.Equal(props.PidTagSubject, "x"), store.Beginning, false))
			s.Equal("none", find(s, table, mapi.Equal(props.PidTagSubject, "b"), store.End, false))
			s.Equal("bc", read(s, table, 9))
		}},
		promise{"TBL-073 what the table does not show is not found", func(s *scene) {
			letters(s, "abc")
			table := s.inbox.Contents(&store.View{Where: mapi.NotEqual(props.PidTagSubject, "b")})
			s.Equal("none", find(s, table, mapi.Equal(props.PidTagSubject, "b"), store.Beginning, false))
		}},
		promise{"TBL-075 the condition may be about what is no column", func(s *scene) {
			m := note("x")
			m.Recipients = []*mapi.Recipient{recipient(mapi.RecipientCc, "Ada", "a@x")}
			s.add(s.inbox, "w")
			s.put(s.inbox, m, nil)
			table := s.inbox.Contents(&store.View{Columns: store.Columns(props.PidTagSubject)})
			s.Equal("x", find(s, table, mapi.Equal(props.PidTagBody, "BODY OF X"), store.Beginning, false))
			s.Equal("x", find(s, table, mapi.AnyRecipient(mapi.Equal(props.PidTagSmtpAddress, "A@X")), store.Beginning, false))
		}},
		promise{"TBL-076 at-least on the sort key finds the first row not less", func(s *scene) {
			letters(s, "bdfh")
			for _, sort := range []mapi.SortOrder{bySubject, {mapi.Descending(props.PidTagSubject)}} {
				table := s.inbox.Contents(&store.View{Sort: sort})
				want := map[string]string{"a": "b", "d": "d", "e": "f", "z": "none"}
				if sort[0].Descending {
					want = map[string]string{"a": "h", "d": "h", "e": "h", "z": "none"}
				}
				for v, first := range want {
					s.Equal(first, find(s, table, mapi.AtLeast(props.PidTagSubject, v), store.Beginning, false), "%s %v", v, sort)
				}
				seek(s, table, store.Beginning, 2)
				s.Equal("none", find(s, table, mapi.Equal(props.PidTagSubject, map[bool]string{false: "b", true: "h"}[sort[0].Descending]), store.Current, false))
				seek(s, table, store.Beginning, 0)
				s.Equal("d", find(s, table, mapi.Equal(props.PidTagSubject, "D"), store.Beginning, false))
				if sort[0].Descending {
					s.Equal("b", find(s, table, mapi.AtMost(props.PidTagSubject, "c"), store.Beginning, false))
				}
			}
		}},
		promise{"TBL-076 a prefix finds as one types", func(s *scene) {
			s.add(s.inbox, "Giraffe", "Okapi", "okra")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			s.Equal("Okapi", find(s, table, mapi.Contains(props.PidTagSubject, "ok", mapi.Prefix|mapi.IgnoreCase), store.Beginning, false))
			s.Equal("okra", find(s, table, mapi.Contains(props.PidTagSubject, "okr", mapi.Prefix|mapi.IgnoreCase), store.Current, false))
		}},
		promise{"RES-123 an impossible condition is refused", func(s *scene) {
			_, err := s.inbox.Contents(nil).Find(s.ctx, &mapi.PropertyRestriction{Op: mapi.MatchesRegexp, Prop: props.PidTagSubject.Prop(), Value: "x"}, store.Beginning, false)
			s.is(mapi.ErrTooComplex, err)
		}},
	)
}

func TestTableSort(t *testing.T) {
	number := mapi.Prop{ID: 0x6810, Type: mapi.PtypInteger32}
	typed := func(s *scene, p mapi.Prop, values ...mapi.Value) []string {
		for i, v := range values {
			m := note(fmt.Sprint(i))
			m.Set(p, v)
			s.put(s.inbox, m, nil)
		}
		s.add(s.inbox, "absent")
		up := s.subjects(s.inbox, &store.View{Sort: mapi.SortOrder{mapi.Ascending(p)}})
		down := s.subjects(s.inbox, &store.View{Sort: mapi.SortOrder{mapi.Descending(p)}})
		slices.Reverse(down)
		s.Equal(up, down)
		s.Equal("absent", up[0]) // TBL-085
		return up[1:]
	}
	promises(t,
		promise{"TBL-084 several keys apply one after the other", func(s *scene) {
			for i, c := range []string{"b", "a", "b", "a"} {
				m := note(c)
				m.Set(number, int32(i))
				s.put(s.inbox, m, nil)
			}
			rows := func(order ...mapi.SortKey) (got []int32) {
				for row, err := range s.inbox.Contents(&store.View{Sort: order, Columns: []mapi.Prop{number}}).Rows(s.ctx) {
					s.NoError(err)
					got = append(got, row.Values[0].(int32))
				}
				return got
			}
			s.Equal([]int32{1, 3, 0, 2}, rows(mapi.Ascending(props.PidTagSubject), mapi.Ascending(number)))
			s.Equal([]int32{3, 1, 2, 0}, rows(mapi.Ascending(props.PidTagSubject), mapi.Descending(number)))
			s.Equal([]int32{0, 2, 1, 3}, rows(mapi.Descending(props.PidTagSubject), mapi.Ascending(number)))
			s.Equal([]int32{2, 0, 3, 1}, rows(mapi.Descending(props.PidTagSubject), mapi.Descending(number)))
		}},
		promise{"TBL-086 strings sort without regard to case, ties as they came", func(s *scene) {
			s.add(s.inbox, "zebra", "Äpfel", "apfel", "Zebra", "Ape", "ÄPFEL")
			s.Equal([]string{"Ape", "apfel", "Äpfel", "ÄPFEL", "zebra", "Zebra"}, s.subjects(s.inbox, &store.View{Sort: bySubject}))
		}},
		promise{"TBL-087 integers are signed", func(s *scene) {
			s.Equal([]string{"1", "3", "0", "2"}, typed(s, number, int32(0), int32(-1<<31), int32(1<<31-1), int32(-1)))
		}},
		promise{"TBL-087 false is before true", func(s *scene) {
			s.Equal([]string{"1", "0"}, typed(s, mapi.Prop{ID: 0x6811, Type: mapi.PtypBoolean}, true, false))
		}},
		promise{"TBL-087 times sort over the whole range", func(s *scene) {
			s.Equal([]string{"2", "0", "1"}, typed(s, mapi.Prop{ID: 0x6812, Type: mapi.PtypTime}, day(1), mapi.FromFileTime(mapi.NoDate), time.Date(1601, 1, 2, 0, 0, 0, 0, time.UTC)))
		}},
		promise{"TBL-087 binaries sort by bytes, the shorter first", func(s *scene) {
			s.Equal([]string{"1", "0", "3", "2"}, typed(s, mapi.Prop{ID: 0x6813, Type: mapi.PtypBinary}, []byte{1, 0}, []byte{1}, []byte{0x80}, []byte{1, 1}))
		}},
		promise{"TBL-088 a table sorts by what is no column", func(s *scene) {
			letters(s, "cab")
			rows, err := s.inbox.Contents(&store.View{Columns: store.Columns(props.PidTagMessageSize), Sort: bySubject}).Read(s.ctx, 9)
			s.NoError(err)
			s.Len(rows, 3)
			s.Equal([]string{"a", "b", "c"}, s.subjects(s.inbox, &store.View{Sort: mapi.SortOrder{mapi.Ascending(props.PidTagBody)}}))
		}},
		promise{"TBL-089 counts and depth are no sort keys, nor are objects", func(s *scene) {
			for _, p := range []mapi.Prop{props.PidTagDepth.Prop(), props.PidTagContentCount.Prop(), props.PidTagContentUnreadCount.Prop()} {
				s.is(mapi.ErrInvalidParameter, s.inbox.Contents(&store.View{Sort: mapi.SortOrder{mapi.Ascending(p)}}).Check())
			}
			for _, p := range []mapi.Prop{{ID: 0x3701, Type: mapi.PtypObject}, {ID: 0x6814, Type: mapi.PtypMultipleString | mapi.MultiInstance}} {
				s.is(mapi.ErrTooComplex, s.inbox.Contents(&store.View{Sort: mapi.SortOrder{mapi.Ascending(p)}}).Check())
			}
			many := slices.Repeat(mapi.SortOrder{mapi.Ascending(props.PidTagSubject)}, 9)
			s.is(mapi.ErrTooComplex, s.inbox.Contents(&store.View{Sort: many}).Check())
		}},
		promise{"TBL-091 multiple values compare as tuples", func(s *scene) {
			s.Equal([]string{"1", "0", "3", "2"}, typed(s, mapi.Prop{ID: 0x6815, Type: mapi.PtypMultipleInteger32},
				[]int32{1, 2}, []int32{1}, []int32{3}, []int32{1, 2, 0}))
		}},
		promise{"TBL-092 a key twice changes nothing", func(s *scene) {
			letters(s, "ba")
			s.Equal([]string{"a", "b"}, s.subjects(s.inbox, &store.View{Sort: append(bySubject[:1:1], bySubject...)}))
		}},
		promise{"TBL-012 long equal beginnings sort by what follows as far as keys reach", func(s *scene) {
			head := strings.Repeat("x", 300)
			s.add(s.inbox, head+"b", head+"a")
			s.Equal([]string{head + "a", head + "b"}, s.subjects(s.inbox, &store.View{Sort: bySubject}))
		}},
		promise{"TBL-155 orders and restrictions go together", func(s *scene) {
			for i, c := range strings.Split("dacb", "") {
				m := note(c)
				props.PidTagMessageDeliveryTime.Set(m, day(i+1))
				s.put(s.inbox, m, nil)
			}
			late := mapi.AtLeast(props.PidTagMessageDeliveryTime, day(2))
			s.Equal([]string{"a", "b", "c"}, s.subjects(s.inbox, &store.View{Sort: bySubject, Where: late}))
			s.Equal([]string{"b", "c", "a"}, s.subjects(s.inbox, &store.View{Sort: byDate, Where: late}))
		}},
	)
}

func TestTableRestriction(t *testing.T) {
	subject := props.PidTagSubject
	for _, c := range []struct {
		name  string
		where mapi.Restriction
		want  string
	}{
		{"RES-121 none shows all", nil, "abcd"},
		{"RES-001 and of nothing holds", mapi.And(), "abcd"},
		{"RES-001 or of nothing does not", mapi.Or(), ""},
		{"RES-002 not", mapi.Not(mapi.Equal(subject, "a")), "bcd"},
		{"RES-032 equality ignores case", mapi.Equal(subject, "B"), "b"},
		{"RES-035 an absent property is not equal", mapi.Equal(props.PidTagSenderName, "x"), ""},
		{"RES-035 an absent property is unequal and less", mapi.And(mapi.NotEqual(props.PidTagSenderName, "x"), mapi.Less(props.PidTagSenderName, "a")), "bcd"},
		{"RES-036 exists guards against absence", mapi.And(mapi.Exists(props.PidTagSenderName), mapi.NotEqual(props.PidTagSenderName, "x")), "a"},
		{"RES-060 bits of the flags", mapi.AnyBit(props.PidTagMessageFlags, uint32(mapi.FlagRead)), "b"},
		{"RES-060 no bits of the flags", mapi.NoBit(props.PidTagMessageFlags, uint32(mapi.FlagRead)), "acd"},
		{"RES-080 computed properties exist", mapi.Exists(props.PidTagEntryId), "abcd"},
		{"RES-090 some recipient", mapi.AnyRecipient(mapi.Equal(props.PidTagSmtpAddress, "c@x")), "c"},
		{"RES-091 no attachment of the name", mapi.Not(mapi.AnyAttachment(mapi.Equal(props.PidTagAttachLongFilename, "d.txt"))), "abc"},
		{"RES-110 the first rows only", &mapi.CountRestriction{Count: 2, Of: mapi.NotEqual(subject, "a")}, "bc"},
		{"RES-018 one of several values", mapi.Equal(props.PidNameKeywords, "zoo"), "d"},
		{"RES-046 the body", mapi.Contains(props.PidTagBody, "BODY OF C", mapi.Substring|mapi.IgnoreCase), "c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, nil)
			list := []*mapi.Message{note("a"), note("b"), note("c"), note("d")}
			props.PidTagSenderName.Set(list[0], "sender")
			props.PidTagMessageFlags.Set(list[1], mapi.FlagRead)
			list[2].Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "C", "c@x")}
			list[3].Attachments = []*mapi.Attachment{file("d.txt", "d")}
			props.PidNameKeywords.Set(list[3], []string{"okapi", "Zoo"})
			for _, m := range list {
				s.put(s.inbox, m, nil)
			}
			view := &store.View{Where: c.where, Sort: bySubject}
			s.NoError(s.inbox.Contents(view).Check())
			s.Equal(c.want, strings.Join(s.subjects(s.inbox, view), ""))
		})
	}
	for name, where := range map[string]mapi.Restriction{
		"RES-043 regular expressions":            &mapi.PropertyRestriction{Op: mapi.MatchesRegexp, Prop: subject.Prop(), Value: "x"},
		"RES-031 a constant of another type":     &mapi.PropertyRestriction{Op: mapi.EqualTo, Prop: subject.Prop(), Value: int32(1)},
		"RES-039 a constant with several values": &mapi.PropertyRestriction{Op: mapi.EqualTo, Prop: props.PidNameKeywords.Prop(), Value: []string{"x"}},
		"RES-062 bits of other than integers":    &mapi.BitmaskRestriction{Prop: subject.Prop(), Mask: 1},
		"RES-093 rows of another table":          &mapi.SubRestriction{Object: subject.Prop(), Of: mapi.And()},
		"RES-110 a count below the top":          mapi.And(&mapi.CountRestriction{Count: 1, Of: mapi.And()}),
	} {
		t.Run("RES-123 reported when the view is made: "+name, func(t *testing.T) {
			s := newScene(t, nil)
			table := s.inbox.Contents(&store.View{Where: where})
			s.is(mapi.ErrTooComplex, table.Check())
			_, err := table.Count(s.ctx)
			s.is(mapi.ErrTooComplex, err)
		})
	}
	promises(t, promise{"TBL-156 a row enters and leaves with what it is restricted by", func(s *scene) {
		ids := letters(s, "ab")
		unread := s.inbox.Contents(&store.View{Where: mapi.NoBit(props.PidTagMessageFlags, uint32(mapi.FlagRead)), Sort: bySubject})
		s.Equal("ab", read(s, unread, 9))
		s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, ids[0]))
		s.Equal([]string{"b"}, s.texts(unread, props.PidTagSubject))
		s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkUnread, ids[0]))
		s.Equal([]string{"a", "b"}, s.texts(unread, props.PidTagSubject))
		n, err := unread.PositionOf(s.ctx, ids[1])
		s.NoError(err)
		s.EqualValues(1, n)
	}})
}

func TestTablePosition(t *testing.T) {
	promises(t,
		promise{"a page begins at any position, a message knows its own", func(s *scene) {
			ids := letters(s, "fedcba")
			table := s.inbox.Contents(&store.View{Sort: bySubject})
			rows, err := table.Page(s.ctx, 2, 3)
			s.NoError(err)
			s.Len(rows, 3)
			s.Equal("c", props.PidTagSubject.Or(rows[0], ""))
			at, err := table.PositionOf(s.ctx, ids[0])
			s.NoError(err)
			s.EqualValues(5, at)
			_, err = table.PositionOf(s.ctx, 1<<40)
			s.is(mapi.ErrNotFound, err)
			for _, from := range []int64{6, 100} {
				rows, err = table.Page(s.ctx, from, 3)
				s.NoError(err)
				s.Empty(rows)
			}
			rows, err = table.Page(s.ctx, 0, 0)
			s.NoError(err)
			s.Empty(rows)
		}},
		promise{"a folder knows its position among its siblings", func(s *scene) {
			f := s.folder(s.inbox, "b")
			s.folder(s.inbox, "a")
			at, err := s.inbox.Subfolders(&store.View{Sort: mapi.SortOrder{mapi.Ascending(props.PidTagDisplayName)}}).PositionOfFolder(s.ctx, f.ID())
			s.NoError(err)
			s.EqualValues(1, at)
		}},
		promise{"the loop over rows may write to the folder, and may be left", func(s *scene) {
			letters(s, "abc")
			for row, err := range s.inbox.Contents(nil).Rows(s.ctx) {
				s.NoError(err)
				s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{row.Message}, nil))
				letters(s, "x")
			}
			s.Equal([]string{"x", "x", "x"}, s.subjects(s.inbox, nil))
			for range s.inbox.Contents(nil).Rows(s.ctx) {
				break
			}
		}},
		promise{"a table of a folder that is gone reports it", func(s *scene) {
			f := s.folder(s.inbox, "f")
			contents, folders := f.Contents(nil), f.Subfolders(nil)
			s.NoError(f.Delete(s.ctx, nil))
			for _, table := range []*store.Table{contents, folders} {
				_, err := table.Read(s.ctx, 1)
				s.is(mapi.ErrNotFound, err)
			}
		}},
	)
}
