package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/memstore"
)

func TestMessageCreate(t *testing.T) {
	promises(t,
		promise{"MSG-001 a new message is nowhere before its save, and raises no event", func(s *scene) {
			events, before := s.watch(nil), s.change()
			m, err := s.inbox.CreateMessage(s.ctx, nil)
			s.NoError(err)
			props.PidTagSubject.Set(m, "draft")
			s.Zero(m.ID())
			s.Nil(m.EntryID()) // MSG-002
			s.False(props.PidTagEntryId.Has(m))
			s.Empty(s.subjects(s.inbox, nil))
			s.Empty(events())
			s.Equal(before, s.change())
			s.save(m)
			s.NotZero(m.ID())
			s.Equal([]byte(m.EntryID()), props.PidTagEntryId.Or(m, nil))
			s.Equal(int64(m.ID()), props.PidTagMid.Or(m, 0))
			s.Equal([]string{"draft"}, s.subjects(s.inbox, nil))
		}},
		promise{"MSG-003 defaults can be read before the save", func(s *scene) {
			m, err := s.inbox.CreateMessage(s.ctx, nil)
			s.NoError(err)
			s.Equal("IPM.Note", props.PidTagMessageClass.Or(m, ""))
			s.Equal(mapi.ImportanceNormal, props.PidTagImportance.Or(m, 9))
			s.Equal(mapi.SensitivityNone, props.PidTagSensitivity.Or(m, 9))
			for _, key := range []props.Key[string]{props.PidTagDisplayTo, props.PidTagDisplayCc, props.PidTagDisplayBcc} {
				s.Equal("", key.Or(m, "-"), key.Name)
			}
			s.False(props.PidTagHasAttachments.Or(m, true))
			s.False(props.PidTagHasNamedProperties.Or(m, true))
			s.Equal(mapi.AccessLevelModify, props.PidTagAccessLevel.Or(m, 9))
			s.EqualValues(1, props.PidTagTrustSender.Or(m, 0))
			s.True(props.PidTagRead.Or(m, false))
			s.Equal(mapi.AccessModify|mapi.AccessRead|mapi.AccessDelete, props.PidTagAccess.Or(m, 0)) // MSG-006
		}},
		promise{"MSG-004 a draft is read and unsent, and stays so at its first save", func(s *scene) {
			m, err := s.inbox.CreateMessage(s.ctx, nil)
			s.NoError(err)
			s.Equal(mapi.FlagRead|mapi.FlagUnsent, props.PidTagMessageFlags.Or(m, 0))
			s.save(m)
			s.Equal(mapi.FlagRead|mapi.FlagUnsent|mapi.FlagEverRead, props.PidTagMessageFlags.Or(m, 0))
			s.EqualValues(0, s.counts(s.inbox).Unread)
		}},
		promise{"MSG-005 times are equal at creation, the search key has 16 bytes", func(s *scene) {
			m, err := s.inbox.CreateMessage(s.ctx, nil)
			s.NoError(err)
			s.Equal(props.PidTagCreationTime.Or(m, time.Time{}), props.PidTagLastModificationTime.Or(m, time.Now()))
			key := props.PidTagSearchKey.Or(m, nil)
			s.Len(key, 16)
			s.save(m)
			s.Equal(key, props.PidTagSearchKey.Or(m, nil))
		}},
		promise{"MSG-007 an associated message is in the associated contents only, for good", func(s *scene) {
			m, err := s.inbox.CreateMessage(s.ctx, &store.AddOptions{Associated: true})
			s.NoError(err)
			props.PidTagSubject.Set(m, "settings")
			s.save(m)
			s.Empty(s.subjects(s.inbox, nil))
			s.Equal([]string{"settings"}, s.subjects(s.inbox, &store.View{Associated: true}))
			s.NotZero(props.PidTagMessageFlags.Or(m, 0) & mapi.FlagAssociated)
			s.True(props.PidTagAssociated.Or(m, false))
			s.True(m.Associated())
			props.PidTagAssociated.Set(m, false)
			props.PidTagSubject.Set(m, "other")
			s.save(m)
			s.True(props.PidTagAssociated.Or(s.open(s.inbox, m.ID()), false))
			c := s.counts(s.inbox)
			s.EqualValues(0, c.Messages)
			s.EqualValues(1, c.Associated)
		}},
		promise{"MSG-010 nothing is created in a folder that is gone, or soft-deleted", func(s *scene) {
			f := s.folder(s.inbox, "old")
			s.NoError(f.Delete(s.ctx, nil))
			_, err := f.CreateMessage(s.ctx, nil)
			s.is(mapi.ErrNotFound, err)
			_, err = f.Add(s.ctx, note("x"), nil)
			s.is(mapi.ErrNotFound, err)
			deleted, err := s.box.OpenDeletedFolder(s.ctx, f.ID())
			s.NoError(err)
			_, err = deleted.Add(s.ctx, note("x"), nil)
			s.is(mapi.ErrNotFound, err)
			_, err = deleted.CreateMessage(s.ctx, nil)
			s.is(mapi.ErrNotFound, err)
		}},
		promise{"MSG-011 a message without class is an IPM.Note", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.Equal("IPM.Note", props.PidTagMessageClass.Or(m, ""))
		}},
		promise{"MSG-013 the class keeps its spelling and compares without case", func(s *scene) {
			m := note("x")
			props.PidTagMessageClass.Set(m, "ipm.NOTE.Custom")
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Equal("ipm.NOTE.Custom", props.PidTagMessageClass.Or(got, ""))
			s.Len(s.subjects(s.inbox, &store.View{Where: mapi.Equal(props.PidTagMessageClass, "IPM.Note.custom")}), 1)
		}},
	)
	for _, class := range []string{"IPM.", "Grüße", "IPM.\tNote", strings.Repeat("x", 256)} {
		t.Run("MSG-012 a class that is not allowed is refused at save: "+class[:min(len(class), 9)], func(t *testing.T) {
			s := newScene(t, nil)
			m := note("x")
			props.PidTagMessageClass.Set(m, class)
			_, err := s.inbox.Add(s.ctx, m, nil)
			s.is(mapi.ErrInvalidParameter, err)
		})
	}
}

func TestMessageSubject(t *testing.T) {
	type trio struct{ subject, prefix, normal string }
	read := func(m mapi.Getter) trio {
		return trio{props.PidTagSubject.Or(m, "-"), props.PidTagSubjectPrefix.Or(m, "-"), props.PidTagNormalizedSubject.Or(m, "-")}
	}
	for _, c := range []struct {
		name string
		set  []mapi.Property
		want trio
	}{
		{"MSG-021 RE: is a prefix", []mapi.Property{set(props.PidTagSubject, "RE: okapi")}, trio{"RE: okapi", "RE: ", "okapi"}},
		{"MSG-021 AW: is a prefix", []mapi.Property{set(props.PidTagSubject, "AW: okapi")}, trio{"AW: okapi", "AW: ", "okapi"}},
		{"MSG-021 Fwd: is a prefix", []mapi.Property{set(props.PidTagSubject, "Fwd: okapi")}, trio{"Fwd: okapi", "Fwd: ", "okapi"}},
		{"MSG-021 a prefix need not be Latin", []mapi.Property{set(props.PidTagSubject, "答复: x")}, trio{"答复: x", "答复: ", "x"}},
		{"MSG-021 six letters are no prefix", []mapi.Property{set(props.PidTagSubject, "Budget: x")}, trio{"Budget: x", "", "Budget: x"}},
		{"MSG-021 digits are no prefix", []mapi.Property{set(props.PidTagSubject, "10: x")}, trio{"10: x", "", "10: x"}},
		{"MSG-021 punctuation is no prefix", []mapi.Property{set(props.PidTagSubject, "a-b: x")}, trio{"a-b: x", "", "a-b: x"}},
		{"MSG-021 a colon needs a blank", []mapi.Property{set(props.PidTagSubject, "RE:x")}, trio{"RE:x", "", "RE:x"}},
		{"MSG-021 only the first prefix goes", []mapi.Property{set(props.PidTagSubject, "RE: AW: x")}, trio{"RE: AW: x", "RE: ", "AW: x"}},
		{"MSG-022 an odd prefix that was set is kept", []mapi.Property{set(props.PidTagSubject, "Betreff 7 x"), set(props.PidTagSubjectPrefix, "Betreff 7 ")},
			trio{"Betreff 7 x", "Betreff 7 ", "x"}},
		{"MSG-022 a prefix that is no leading part is recomputed", []mapi.Property{set(props.PidTagSubject, "RE: x"), set(props.PidTagSubjectPrefix, "AW: ")},
			trio{"RE: x", "RE: ", "x"}},
		{"MSG-022 an empty prefix that was set is kept", []mapi.Property{set(props.PidTagSubject, "RE: x"), set(props.PidTagSubjectPrefix, "")},
			trio{"RE: x", "", "RE: x"}},
		{"MSG-023 without prefix it is empty, not absent", []mapi.Property{set(props.PidTagSubject, "okapi")}, trio{"okapi", "", "okapi"}},
		// MSG-024 (policy): the whole subject is kept.
		{"MSG-024 a long subject is kept", []mapi.Property{set(props.PidTagSubject, strings.Repeat("long ", 500))},
			trio{strings.Repeat("long ", 500), "", strings.Repeat("long ", 500)}},
		{"MSG-025 prefix and normalized subject make the subject", []mapi.Property{set(props.PidTagSubjectPrefix, "RE: "), set(props.PidTagNormalizedSubject, "x")},
			trio{"RE: x", "RE: ", "x"}},
		{"MSG-025 a normalized subject alone is the subject", []mapi.Property{set(props.PidTagNormalizedSubject, "x")}, trio{"x", "", "x"}},
		{"MSG-020 an empty subject is there", []mapi.Property{set(props.PidTagSubject, "")}, trio{"", "", ""}},
		{"MSG-020 without subject there is none", nil, trio{"-", "-", "-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, nil)
			m := &mapi.Message{}
			for _, p := range c.set {
				m.Set(p.Prop, p.Value)
			}
			s.Equal(c.want, read(s.open(s.inbox, s.put(s.inbox, m, nil))))
		})
	}
	for _, c := range []struct {
		name, was string
		set       []mapi.Property
		want      trio
	}{
		{"MSG-021 another subject has its own prefix", "RE: a", []mapi.Property{set(props.PidTagSubject, "AW: b")}, trio{"AW: b", "AW: ", "b"}},
		{"MSG-021 a prefix is found where there was none", "a", []mapi.Property{set(props.PidTagSubject, "RE: a")}, trio{"RE: a", "RE: ", "a"}},
		{"MSG-025 another normalized subject keeps the prefix", "RE: a", []mapi.Property{set(props.PidTagNormalizedSubject, "b")}, trio{"RE: b", "RE: ", "b"}},
		{"MSG-025 another prefix keeps the rest", "RE: a", []mapi.Property{set(props.PidTagSubjectPrefix, "WG: ")}, trio{"WG: a", "WG: ", "a"}},
		{"BAG-040 a deleted subject takes its parts along", "RE: a", []mapi.Property{gone(props.PidTagSubject)}, trio{"-", "-", "-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, nil)
			m := s.open(s.inbox, s.add(s.inbox, c.was)[0])
			s.Empty(m.SetProperties(c.set...))
			s.save(m)
			s.Equal(c.want, read(m))
			s.Equal(c.want, read(s.open(s.inbox, m.ID())))
		})
	}
}

func TestMessageComputed(t *testing.T) {
	promises(t,
		promise{"MSG-027 display names are joined by type, in order", func(s *scene) {
			m := note("x")
			m.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "Zoe", "z@x"), recipient(mapi.RecipientCc, "Carl", "c@x"),
				recipient(mapi.RecipientTo, "Ada", "a@x"), recipient(mapi.RecipientBcc, "", "b@x"), recipient(mapi.RecipientTo|mapi.RecipientP1, "Eve", "e@x")}
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Equal("Zoe; Ada; Eve", props.PidTagDisplayTo.Or(got, ""))
			s.Equal("Carl", props.PidTagDisplayCc.Or(got, ""))
			s.Equal("b@x", props.PidTagDisplayBcc.Or(got, ""))
			got.Recipients = got.Recipients[1:]
			s.save(got)
			s.Equal("Ada; Eve", props.PidTagDisplayTo.Or(got, ""))
		}},
		promise{"MSG-028 only visible attachments make a message have attachments", func(s *scene) {
			hidden := file("logo.png", "x")
			props.PidTagAttachmentHidden.Set(hidden, true)
			m := note("x")
			m.Attachments = []*mapi.Attachment{hidden}
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.False(props.PidTagHasAttachments.Or(got, true))
			s.Len(got.Attachments, 1) // MSG-153: it is still listed
			got.Attachments = append(got.Attachments, file("a.txt", "y"))
			s.save(got)
			s.True(props.PidTagHasAttachments.Or(got, false))
			s.NotZero(props.PidTagMessageFlags.Or(got, 0) & mapi.FlagHasAttach)
		}},
		promise{"MSG-030 the size counts attachments, and folders add up their messages", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			before := props.PidTagMessageSize.Or(m, 0)
			m.Attachments = append(m.Attachments, file("a", strings.Repeat("y", 5000)))
			s.save(m)
			s.Greater(props.PidTagMessageSize.Or(m, 0), before+5000)
			s.add(s.inbox, "z")
			var sum int64
			for row, err := range s.inbox.Contents(nil).Rows(s.ctx) {
				s.NoError(err)
				sum += int64(props.PidTagMessageSize.Or(row, 0))
			}
			s.Equal(sum, s.counts(s.inbox).Size)
			s.Equal(sum, props.PidTagMessageSizeExtended.Or(s.props(s.inbox), 0)) // FLD-043
		}},
		promise{"NAM-020 PidTagHasNamedProperties follows what was saved", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.False(props.PidTagHasNamedProperties.Or(m, true))
			props.PidNameKeywords.Set(m, []string{strings.Repeat("long", 500)}) // also when not in the row
			s.save(m)
			s.True(props.PidTagHasNamedProperties.Or(m, false))
			named := s.inbox.Contents(&store.View{Where: mapi.Equal(props.PidTagHasNamedProperties, true)})
			n, err := named.Count(s.ctx)
			s.NoError(err)
			s.EqualValues(1, n)
			props.PidNameKeywords.Delete(m)
			s.save(m)
			s.False(props.PidTagHasNamedProperties.Or(m, true))
		}},
		promise{"MSG-049 each save sets the local commit time, of the folder too", func(s *scene) {
			m := note("x")
			props.PidTagLastModificationTime.Set(m, day(1)) // imported
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			first := props.PidTagLocalCommitTime.Or(got, time.Time{})
			s.True(first.Before(day(1)), "the scene's clock stands in January")
			s.Equal(day(1), props.PidTagLastModificationTime.Or(got, time.Time{}))
			folder := props.PidTagLocalCommitTimeMax.Or(s.props(s.inbox), time.Time{})
			props.PidTagBody.Set(got, "new")
			s.save(got)
			s.True(props.PidTagLocalCommitTime.Or(got, time.Time{}).After(first))
			s.True(props.PidTagLocalCommitTimeMax.Or(s.props(s.inbox), time.Time{}).After(folder))
			sorted := s.inbox.Contents(&store.View{Sort: mapi.SortOrder{mapi.Ascending(props.PidTagLocalCommitTime)}})
			s.Len(s.texts(sorted, props.PidTagSubject), 1)
		}},
		promise{"FLD-095 a copy is created when it was copied", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, s.inbox)
			s.NoError(err)
			was, got := s.open(s.inbox, id), s.open(s.inbox, ids[0])
			for _, key := range []props.Key[time.Time]{props.PidTagCreationTime, props.PidTagLocalCommitTime} {
				s.True(key.Or(got, time.Time{}).After(key.Or(was, time.Time{})), key.Name)
			}
			s.Equal(was.Get(props.PidTagLastModificationTime.Prop()), got.Get(props.PidTagLastModificationTime.Prop()))
		}},
	)
}

func TestMessageBody(t *testing.T) {
	text, html, rtf := set(props.PidTagBody, "text"), set(props.PidTagHtml, []byte("<p>html")), set(props.PidTagRtfCompressed, []byte("rtf"))
	for _, c := range []struct {
		name     string
		has, set []mapi.Property
		want     mapi.NativeBody
		left     []mapi.Property
	}{
		{"STR-025 text alone is native", []mapi.Property{text}, nil, mapi.NativeBodyPlainText, []mapi.Property{text}},
		{"STR-025 a message keeps all bodies it comes with, HTML is native", []mapi.Property{text, rtf, html}, nil, mapi.NativeBodyHTML, []mapi.Property{text, rtf, html}},
		{"STR-025 what the message says of itself counts", []mapi.Property{text, html, set(props.PidTagNativeBody, mapi.NativeBodyPlainText)}, nil, mapi.NativeBodyPlainText, []mapi.Property{text, html}},
		{"STR-025 writing text drops HTML", []mapi.Property{text, html}, []mapi.Property{set(props.PidTagBody, "new")}, mapi.NativeBodyPlainText, []mapi.Property{set(props.PidTagBody, "new")}},
		{"STR-025 writing RTF drops text and HTML", []mapi.Property{text, html}, []mapi.Property{rtf}, mapi.NativeBodyRTF, []mapi.Property{rtf}},
		{"STR-025 writing text and HTML keeps both", []mapi.Property{rtf}, []mapi.Property{text, html}, mapi.NativeBodyHTML, []mapi.Property{text, html}},
		{"STR-025 deleting the native body leaves the next one", []mapi.Property{text, html}, []mapi.Property{gone(props.PidTagHtml)}, mapi.NativeBodyPlainText, []mapi.Property{text}},
		{"STR-025 deleting all bodies leaves nothing native", []mapi.Property{text}, []mapi.Property{gone(props.PidTagBody)}, mapi.NativeBodyUndefined, nil},
		{"STR-025 changing something else changes no body", []mapi.Property{text, html}, []mapi.Property{set(props.PidTagSubject, "y")}, mapi.NativeBodyHTML, []mapi.Property{text, html}},
		{"STR-025 clear-signed mail stays so", []mapi.Property{text, set(props.PidTagNativeBody, mapi.NativeBodyClearSigned)}, []mapi.Property{set(props.PidTagSubject, "y")}, mapi.NativeBodyClearSigned, []mapi.Property{text}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, nil)
			msg := &mapi.Message{}
			for _, p := range c.has {
				msg.Set(p.Prop, p.Value)
			}
			m := s.open(s.inbox, s.put(s.inbox, msg, nil))
			if c.set != nil {
				s.Empty(m.SetProperties(c.set...))
				s.save(m)
			}
			s.Equal(c.want, props.PidTagNativeBody.Or(m, mapi.NativeBodyUndefined))
			for _, key := range []props.AnyKey{props.PidTagBody, props.PidTagHtml, props.PidTagRtfCompressed} {
				i := slices.IndexFunc(c.left, func(p mapi.Property) bool { return p.Prop == key.Prop() })
				if i < 0 {
					s.Nil(m.Get(key.Prop()), "%v", key)
				} else {
					s.Equal(c.left[i].Value, m.Get(key.Prop()), "%v", key)
				}
			}
		})
	}
}

func TestMessageSave(t *testing.T) {
	promises(t,
		promise{"MSG-040 a handle shows what it opened and its own changes", func(s *scene) {
			id := s.add(s.inbox, "old")[0]
			a, b := s.open(s.inbox, id), s.open(s.inbox, id)
			props.PidTagSubject.Set(a, "new")
			s.Equal("old", props.PidTagSubject.Or(s.open(s.inbox, id), ""))
			s.save(a)
			s.Equal("old", props.PidTagSubject.Or(b, ""))
			s.Equal("new", props.PidTagSubject.Or(s.open(s.inbox, id), ""))
		}},
		promise{"MSG-041 the second of two saves is a conflict", func(s *scene) {
			id := s.add(s.inbox, "old")[0]
			a, b := s.open(s.inbox, id), s.open(s.inbox, id)
			props.PidTagSubject.Set(a, "a")
			props.PidTagSubject.Set(b, "b")
			s.save(a)
			s.is(mapi.ErrObjectModified, b.Save(s.ctx, nil))
			s.Equal("a", props.PidTagSubject.Or(s.open(s.inbox, id), ""))
			s.Equal("b", props.PidTagSubject.Or(b, "")) // MSG-052: still there
		}},
		promise{"MSG-042 a forced save wins by property, recipients and attachments as a whole", func(s *scene) {
			msg := note("old")
			msg.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "Ada", "a@x")}
			id := s.put(s.inbox, msg, nil)
			a, b := s.open(s.inbox, id), s.open(s.inbox, id)
			props.PidTagSubject.Set(a, "a")
			props.PidTagSenderName.Set(a, "Ada")
			a.Attachments = append(a.Attachments, file("a.txt", "a"))
			s.save(a)
			props.PidTagSubject.Set(b, "b")
			b.Recipients = append(b.Recipients, recipient(mapi.RecipientTo, "Bob", "b@x"))
			b.Delete(props.PidTagBody.Prop())
			s.NoError(b.Save(s.ctx, &store.SaveOptions{Force: true}))
			got := s.open(s.inbox, id)
			s.Equal("b", props.PidTagSubject.Or(got, ""))
			s.Equal("Ada", props.PidTagSenderName.Or(got, ""))
			s.Equal("Ada; Bob", props.PidTagDisplayTo.Or(got, ""))
			s.Len(got.Attachments, 1)
			s.False(props.PidTagBody.Has(got))
		}},
		// MSG-043 to MSG-045 (policy): a handle stays usable after its save.
		promise{"MSG-043 a handle can be changed and saved again", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			for _, subject := range []string{"1", "2", "3"} {
				props.PidTagSubject.Set(m, subject)
				s.save(m)
				s.Equal(subject, props.PidTagSubject.Or(s.open(s.inbox, m.ID()), ""))
			}
		}},
		promise{"MSG-047 a handle for reading cannot be saved", func(s *scene) {
			m, err := s.inbox.OpenMessage(s.ctx, s.add(s.inbox, "x")[0], &store.OpenMessageOptions{ReadOnly: true})
			s.NoError(err)
			props.PidTagSubject.Set(m, "y")
			s.is(mapi.ErrNoAccess, m.Save(s.ctx, nil)) // MSG-065
		}},
		promise{"MSG-048 a message that was deleted cannot be saved, but made anew by force", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			m := s.open(s.inbox, id)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, nil))
			props.PidTagSubject.Set(m, "y")
			s.is(mapi.ErrObjectDeleted, m.Save(s.ctx, nil)) // FLD-082
			s.NoError(m.Save(s.ctx, &store.SaveOptions{Force: true}))
			s.NotEqual(id, m.ID())
			s.Equal([]string{"y"}, s.subjects(s.inbox, nil))
		}},
		promise{"MSG-050 each save gives a new change key, in the predecessor change list", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			was, key := m.ChangeNumber(), props.PidTagChangeKey.Or(m, nil)
			modified := props.PidTagLastModificationTime.Or(m, time.Time{})
			props.PidTagSubject.Set(m, "y")
			s.save(m)
			s.Greater(m.ChangeNumber(), was)
			s.NotEqual(key, props.PidTagChangeKey.Or(m, nil))
			s.True(props.PidTagLastModificationTime.Or(m, time.Time{}).After(modified))
			pcl, err := mapi.ParsePCL(props.PidTagPredecessorChangeList.Or(m, nil))
			s.NoError(err)
			old, err := mapi.ParsePCL(append([]byte{byte(len(key))}, key...))
			s.NoError(err)
			s.True(pcl.Includes(old)) // ICS-010
		}},
		promise{"MSG-050 a time of modification that was set stays", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			props.PidTagLastModificationTime.Set(m, day(3))
			s.save(m)
			s.Equal(day(3), props.PidTagLastModificationTime.Or(s.open(s.inbox, m.ID()), time.Time{}))
		}},
		promise{"MSG-051 saving nothing is no change and no event", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			events, before := s.watch(nil), s.change()
			s.save(m)
			s.Equal(before, s.change())
			s.Empty(events())
		}},
		promise{"MSG-053 nothing is saved into a folder that is gone", func(s *scene) {
			f := s.folder(s.inbox, "f")
			m := s.open(f, s.add(f, "x")[0])
			fresh, err := f.CreateMessage(s.ctx, nil)
			s.NoError(err)
			s.NoError(f.Delete(s.ctx, &store.DeleteFolderOptions{Messages: true}))
			props.PidTagSubject.Set(m, "y")
			s.is(mapi.ErrObjectDeleted, m.Save(s.ctx, nil))
			s.is(mapi.ErrNotFound, fresh.Save(s.ctx, nil))
			s.is(mapi.ErrNotFound, m.Save(s.ctx, &store.SaveOptions{Force: true}))
			s.NotZero(m.ID(), "a failed save keeps the identity")
		}},
		promise{"MSG-061 a message is looked up in the folder that is asked", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			_, err := s.special(mapi.FolderDrafts).OpenMessage(s.ctx, id, nil)
			s.is(mapi.ErrNotFound, err)
			_, err = s.inbox.OpenMessage(s.ctx, id+100, nil)
			s.is(mapi.ErrNotFound, err) // MSG-060
		}},
		promise{"MSG-062 a soft-deleted message opens only when asked for, for reading", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, nil))
			_, err := s.inbox.OpenMessage(s.ctx, id, nil)
			s.is(mapi.ErrNotFound, err)
			m, err := s.inbox.OpenMessage(s.ctx, id, &store.OpenMessageOptions{SoftDeleted: true}) // MSG-063
			s.NoError(err)
			s.Equal("body of x", props.PidTagBody.Or(m, ""))
			s.True(props.PidTagDeletedOn.Has(m))
			s.Equal(mapi.AccessLevelReadOnly, props.PidTagAccessLevel.Or(m, 9))
			s.is(mapi.ErrNoAccess, m.Save(s.ctx, nil))
		}},
	)
}

// A full mailbox refuses what makes it larger.
type fullMailbox struct{ limit int64 }

func (g *fullMailbox) Admit(_ context.Context, w store.Write) error {
	if w.Growth > 0 && w.Size > g.limit {
		return mapi.ErrQuotaExceeded
	}
	return nil
}

func TestGate(t *testing.T) {
	gate := &fullMailbox{limit: 1 << 20}
	s := newScene(t, func(o *store.Options) { o.Gates = []store.Gate{gate} })
	m := s.open(s.inbox, s.add(s.inbox, "x")[0])
	events, before := s.watch(nil), s.change()

	t.Run("MSG-054 what a gate refuses is not written, and no event tells of it", func(t *testing.T) {
		m.Attachments = append(m.Attachments, file("a", strings.Repeat("y", 2<<20)))
		err := m.Save(s.ctx, nil)
		require.ErrorIs(t, err, mapi.ErrQuotaExceeded)
		require.Equal(t, before, s.change())
		require.Empty(t, events())
		stats, err := s.st.Stats(s.ctx)
		require.NoError(t, err)
		require.Zero(t, stats.Contents, "the attachment's bytes are given back")
	})
	t.Run("MSG-052 what was refused can be corrected and saved", func(t *testing.T) {
		props.PidTagAttachDataBinary.Set(m.Attachments[0], []byte("small"))
		require.NoError(t, m.Save(s.ctx, nil))
		require.Len(t, s.open(s.inbox, m.ID()).Attachments, 1)
	})
	t.Run("MSG-054 deleting is not refused for want of room", func(t *testing.T) {
		gate.limit = 0
		_, err := s.inbox.Add(s.ctx, note("more"), nil)
		require.ErrorIs(t, err, mapi.ErrQuotaExceeded)
		require.NoError(t, s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{m.ID()}, nil))
	})
}

func TestMessageFlags(t *testing.T) {
	flags := func(m mapi.Getter) mapi.MessageFlags { return props.PidTagMessageFlags.Or(m, 0) }
	promises(t,
		promise{"MSG-080 flags that a client sets before the first save are kept", func(s *scene) {
			m := note("x")
			const own = mapi.FlagRead | mapi.FlagUnsent | mapi.FlagResend | mapi.FlagNotifyRead | mapi.FlagFromMe | mapi.FlagInternet
			props.PidTagMessageFlags.Set(m, own)
			s.Equal(own|mapi.FlagEverRead, flags(s.open(s.inbox, s.put(s.inbox, m, nil))))
		}},
		promise{"MSG-081 after the first save the flags are no longer the client's", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			p := m.SetProperties(set(props.PidTagMessageFlags, mapi.FlagRead|mapi.FlagUnsent), set(props.PidTagRead, true))
			s.Equal([]mapi.Code{mapi.ErrComputed, mapi.ErrComputed}, codes(p))
			props.PidTagMessageFlags.Set(m, mapi.FlagRead|mapi.FlagUnsent)
			props.PidTagBody.Set(m, "y")
			s.save(m)
			s.Zero(flags(m))
		}},
		promise{"MSG-082 some flags are always the store's", func(s *scene) {
			m := note("x")
			props.PidTagMessageFlags.Set(m, mapi.FlagHasAttach|mapi.FlagAssociated|mapi.FlagSubmitted)
			s.Zero(flags(s.open(s.inbox, s.put(s.inbox, m, nil))))
		}},
		promise{"MSG-084 delivered mail is unmodified until a client saves it", func(s *scene) {
			m := s.open(s.inbox, s.put(s.inbox, note("x"), &store.AddOptions{Deliver: true}))
			s.Equal(mapi.FlagUnmodified, flags(m))
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, m.ID()))
			s.NotZero(flags(s.open(s.inbox, m.ID())) & mapi.FlagUnmodified)
			m = s.open(s.inbox, m.ID())
			props.PidTagBody.Set(m, "y")
			s.save(m)
			s.Zero(flags(m) & mapi.FlagUnmodified)
		}},
		promise{"MSG-085 PidTagRead is the read flag", func(s *scene) {
			m := note("x")
			props.PidTagRead.Set(m, true)
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.True(props.PidTagRead.Or(got, false))
			s.NotZero(flags(got) & mapi.FlagRead)
		}},
		promise{"MSG-090 marking read drops the wish for a receipt", func(s *scene) {
			m := note("x")
			props.PidTagMessageFlags.Set(m, mapi.FlagNotifyRead)
			id := s.put(s.inbox, m, nil)
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, id))
			s.Equal(mapi.FlagRead|mapi.FlagEverRead, flags(s.open(s.inbox, id)))
		}},
		promise{"MSG-096 the read state changes neither change key nor time of modification", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			before := s.open(s.inbox, id)
			number := s.change()
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, id))
			after := s.open(s.inbox, id)
			for _, key := range []props.AnyKey{props.PidTagChangeKey, props.PidTagPredecessorChangeList, props.PidTagLastModificationTime, props.PidTagChangeNumber} {
				s.Equal(before.Get(key.Prop()), after.Get(key.Prop()), "%v", key)
			}
			s.Greater(s.change(), number) // ICS-005: it has a number of its own
		}},
		promise{"MSG-097 without ids all messages are marked, and an empty folder is no error", func(s *scene) {
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead))
			s.add(s.inbox, "a", "b", "c")
			s.EqualValues(3, s.counts(s.inbox).Unread)
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead))
			s.EqualValues(0, s.counts(s.inbox).Unread)
		}},
		promise{"MSG-098 ids that are not there are a partial completion", func(s *scene) {
			id := s.add(s.inbox, "a")[0]
			s.is(mapi.WarnPartialCompletion, s.inbox.SetReadFlags(s.ctx, store.MarkRead, id+50, id))
			s.True(props.PidTagRead.Or(s.open(s.inbox, id), false))
		}},
		promise{"MSG-099 marking is immediate and does not disturb an open handle", func(s *scene) {
			id := s.add(s.inbox, "a")[0]
			m := s.open(s.inbox, id)
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, id))
			props.PidTagBody.Set(m, "new")
			s.save(m)
			s.True(props.PidTagRead.Or(m, false))
			s.EqualValues(0, s.counts(s.inbox).Unread)
		}},
		promise{"MSG-100 once read, ever read", func(s *scene) {
			id := s.add(s.inbox, "a")[0]
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkRead, id))
			s.NoError(s.inbox.SetReadFlags(s.ctx, store.MarkUnread, id))
			s.Equal(mapi.FlagEverRead, flags(s.open(s.inbox, id)))
			s.EqualValues(1, s.counts(s.inbox).Unread)
		}},
		promise{"MSG-110 the status cannot be set as a property", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "a")[0])
			s.Equal([]mapi.Code{mapi.ErrComputed}, codes(m.SetProperties(set(props.PidTagMessageStatus, mapi.StatusTagged))))
		}},
		promise{"MSG-111 status bits change under a mask, the status before is returned", func(s *scene) {
			id := s.add(s.inbox, "a")[0]
			before := s.open(s.inbox, id)
			was, err := s.inbox.SetMessageStatus(s.ctx, id, 0x1003, 0x1002)
			s.NoError(err)
			s.EqualValues(0, was)
			was, err = s.inbox.SetMessageStatus(s.ctx, id, 0, 0x1000)
			s.NoError(err)
			s.EqualValues(0x1002, was) // MSG-112
			after := s.open(s.inbox, id)
			s.EqualValues(2, props.PidTagMessageStatus.Or(after, 0))
			s.Equal(before.ChangeNumber(), after.ChangeNumber()) // MSG-114
			s.Equal(before.Get(props.PidTagLastModificationTime.Prop()), after.Get(props.PidTagLastModificationTime.Prop()))
			_, err = s.inbox.SetMessageStatus(s.ctx, id+9, 0, 0)
			s.is(mapi.ErrNotFound, err) // MSG-113
		}},
		promise{"MSG-115 the conflict bit is the store's", func(s *scene) {
			id := s.add(s.inbox, "a")[0]
			_, err := s.inbox.SetMessageStatus(s.ctx, id, 0x800, 0x800)
			s.NoError(err)
			s.Zero(props.PidTagMessageStatus.Or(s.open(s.inbox, id), 0))
		}},
	)
}

func TestDelivery(t *testing.T) {
	promises(t,
		promise{"a delivery id is stored once, wherever it was delivered", func(s *scene) {
			opts := &store.AddOptions{Deliver: true, DeliveryID: "<1@x>"}
			first := s.put(s.inbox, note("x"), opts)
			s.Equal(first, s.put(s.inbox, note("x"), opts))
			s.Equal(first, s.put(s.special(mapi.FolderJunk), note("x"), opts))
			s.Equal([]string{"x"}, s.subjects(s.inbox, nil))
			_, err := s.inbox.Add(s.ctx, note("x"), &store.AddOptions{DeliveryID: strings.Repeat("x", 256)})
			s.is(mapi.ErrInvalidParameter, err)
		}},
		promise{"a delivery id is forgotten in time, and not before", func(s *scene) {
			now := day(1)
			st := memstore.New(&store.Options{Now: func() time.Time { return now }, DeliveryMemory: time.Hour})
			defer finish(s.t, st)
			box, err := st.CreateMailbox(s.ctx, "ada", nil)
			s.NoError(err)
			inbox, err := box.SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			deliver := func(id string) { s.put(inbox, note(id), &store.AddOptions{DeliveryID: id}) }
			deliver("a")
			now = now.Add(59 * time.Minute)
			deliver("b")
			deliver("a")
			s.Equal([]string{"a", "b"}, s.subjects(inbox, nil))
			now = now.Add(2 * time.Minute)
			deliver("c") // makes room
			deliver("a")
			s.Equal([]string{"a", "b", "c", "a"}, s.subjects(inbox, nil))
		}},
		promise{"a delivery sets the time of delivery that is missing", func(s *scene) {
			m := note("x")
			s.True(props.PidTagMessageDeliveryTime.Has(s.open(s.inbox, s.put(s.inbox, m, &store.AddOptions{Deliver: true}))))
			s.False(props.PidTagMessageDeliveryTime.Has(s.open(s.inbox, s.put(s.inbox, m, nil))))
			s.False(props.PidTagMessageDeliveryTime.Has(m), "the message that was given is not changed")
		}},
		promise{"errors name the operation and keep their code", func(s *scene) {
			_, err := s.inbox.OpenMessage(s.ctx, 1<<40, nil)
			var e *mapi.Error
			s.True(errors.As(err, &e))
			s.Equal("store.Folder.OpenMessage", e.Op)
			ended, cancel := context.WithCancel(s.ctx)
			cancel()
			_, err = s.inbox.Add(ended, note("x"), nil)
			s.is(mapi.ErrUserCancel, err)
		}},
	)
}
