package store_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestBag(t *testing.T) {
	odd := mapi.Prop{ID: 0x6900, Type: mapi.PtypInteger32}
	promises(t,
		promise{"BAG-003 an opened message shows computed properties among its own", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "giraffe")[0])
			for _, key := range []props.AnyKey{props.PidTagSubject, props.PidTagBody, props.PidTagEntryId, props.PidTagParentEntryId,
				props.PidTagMessageSize, props.PidTagMessageFlags, props.PidTagHasAttachments, props.PidTagDisplayTo, props.PidTagAccess,
				props.PidTagAccessLevel, props.PidTagChangeKey, props.PidTagPredecessorChangeList, props.PidTagSourceKey,
				props.PidTagParentSourceKey, props.PidTagRecordKey, props.PidTagInstanceKey, props.PidTagStoreEntryId,
				props.PidTagStoreRecordKey, props.PidTagMappingSignature, props.PidTagObjectType, props.PidTagLocalCommitTime,
				props.PidTagHasNamedProperties, props.PidTagSearchKey, props.PidTagCreationTime, props.PidTagRead} {
				s.NotNil(m.Get(key.Prop()), "%v", key)
			}
		}},
		promise{"BAG-002 an absent property is nil", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "giraffe")[0])
			s.Nil(m.Get(props.PidTagSenderName.Prop()))
			s.False(props.PidTagSenderName.Has(m))
		}},
		promise{"TYP-005 a stored value is not converted to another type", func(s *scene) {
			m := note("typed")
			m.Set(odd, int32(7))
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Nil(got.Get(odd.As(mapi.PtypInteger16)))
			s.Nil(got.Get(odd.As(mapi.PtypString)))
			s.Equal(int32(7), got.Get(odd.Untyped()))
		}},
		promise{"TYP-006 a value of another type replaces type and value", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			m.Set(odd, int32(7))
			s.save(m)
			m.Set(odd.As(mapi.PtypString), "seven")
			s.save(m)
			m = s.open(s.inbox, m.ID())
			s.Equal("seven", m.Get(odd.As(mapi.PtypString)))
			s.Nil(m.Get(odd))
		}},
		promise{"TYP-007 both flavours of string are one slot", func(s *scene) {
			m := note("x")
			m.Set(props.PidTagSenderName.Prop().As(mapi.PtypString8), "Ada Łukasz")
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Equal("Ada Łukasz", props.PidTagSenderName.Or(got, ""))
		}},
		promise{"TYP-009 a multiple value without values is a problem, not stored", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			many := mapi.Prop{ID: 0x6901, Type: mapi.PtypMultipleString}
			s.Len(m.SetProperties(mapi.Property{Prop: many, Value: []string{}}), 1)
			s.False(m.Has(many))
		}},
		promise{"TYP-010 objects cannot be set as values", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			p := m.SetProperties(mapi.Property{Prop: mapi.Prop{ID: 0x6902, Type: mapi.PtypObject}, Value: mapi.Object("x")})
			s.Equal([]mapi.Code{mapi.ErrInvalidParameter}, codes(p))
		}},
		promise{"TYP-011 null and error entries are skipped without a problem", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			p := m.SetProperties(
				mapi.Property{Prop: mapi.Prop{Type: mapi.PtypNull}},
				mapi.Property{Prop: props.PidTagSubject.Prop().As(mapi.PtypErrorCode), Value: mapi.ErrNotFound},
				set(props.PidTagBody, "new"))
			s.Empty(p)
			s.Equal("x", props.PidTagSubject.Or(m, ""))
			s.Equal("new", props.PidTagBody.Or(m, ""))
		}},
		promise{"TYP-013 times keep 100 ns, and the year 4501", func(s *scene) {
			m := note("x")
			at := time.Date(2026, 3, 4, 5, 6, 7, 123456700, time.UTC)
			props.PidTagClientSubmitTime.Set(m, at)
			props.PidTagStartDate.Set(m, mapi.FromFileTime(mapi.NoDate))
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Equal(at, props.PidTagClientSubmitTime.Or(got, time.Time{}))
			s.Equal(mapi.NoDate, mapi.ToFileTime(props.PidTagStartDate.Or(got, time.Time{})))
		}},
		promise{"TYP-016 empty strings and binaries are there", func(s *scene) {
			m := note("x")
			props.PidTagSenderName.Set(m, "")
			props.PidTagConversationIndex.Set(m, []byte{})
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			name, ok := props.PidTagSenderName.Get(got)
			s.True(ok)
			s.Empty(name)
			s.True(props.PidTagConversationIndex.Has(got))
		}},
		promise{"TYP-018 single instances cannot be set", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			p := m.SetProperties(mapi.Property{Prop: mapi.Prop{ID: 0x6903, Type: mapi.PtypMultipleString | mapi.MultiInstance}, Value: []string{"a"}})
			s.Equal([]mapi.Code{mapi.ErrInvalidParameter}, codes(p))
		}},
		promise{"BAG-010 a computed value is read, never stored by the caller", func(s *scene) {
			m := note("x")
			props.PidTagHasAttachments.Set(m, true)
			props.PidTagMessageSize.Set(m, 1)
			props.PidTagDisplayTo.Set(m, "nobody")
			props.PidTagEntryId.Set(m, []byte("mine"))
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.False(props.PidTagHasAttachments.Or(got, true))
			s.Greater(props.PidTagMessageSize.Or(got, 0), int32(10))
			s.Equal("", props.PidTagDisplayTo.Or(got, "-"))
			s.Equal([]byte(got.EntryID()), props.PidTagEntryId.Or(got, nil))
		}},
		promise{"BAG-011 the owner may do everything, a handle for reading tells its level", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			m := s.open(s.inbox, id)
			s.Equal(mapi.AccessModify|mapi.AccessRead|mapi.AccessDelete, props.PidTagAccess.Or(m, 0))
			s.Equal(mapi.AccessLevelModify, props.PidTagAccessLevel.Or(m, 9))
			m, err := s.inbox.OpenMessage(s.ctx, id, &store.OpenMessageOptions{ReadOnly: true})
			s.NoError(err)
			s.Equal(mapi.AccessLevelReadOnly, props.PidTagAccessLevel.Or(m, 9)) // BAG-012
			s.Equal(mapi.Access(0x3F), props.PidTagAccess.Or(s.props(s.inbox), 0))
		}},
		promise{"BAG-014 ids private to a store do not go to another mailbox", func(s *scene) {
			m := note("x")
			private := mapi.Prop{ID: 0x6677, Type: mapi.PtypInteger32}
			m.Set(private, int32(1))
			m.Set(odd, int32(2))
			id := s.put(s.inbox, m, nil)
			bob, err := s.mailbox("bob").SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, bob)
			s.NoError(err)
			got := s.open(bob, ids[0])
			s.False(got.Has(private))
			s.Equal(int32(2), got.Get(odd))
		}},
		promise{"BAG-020 what is set shows on the handle, elsewhere after the save", func(s *scene) {
			id := s.add(s.inbox, "old")[0]
			m := s.open(s.inbox, id)
			s.Empty(m.SetProperties(set(props.PidTagBody, "new")))
			s.Equal("new", props.PidTagBody.Or(m, ""))
			s.Equal("body of old", props.PidTagBody.Or(s.open(s.inbox, id), ""))
			s.save(m)
			s.Equal("new", props.PidTagBody.Or(s.open(s.inbox, id), ""))
		}},
		promise{"BAG-021 a change of an attachment lasts with the message's save", func(s *scene) {
			m := note("x")
			m.Attachments = []*mapi.Attachment{file("a.txt", "one")}
			id := s.put(s.inbox, m, nil)
			h := s.open(s.inbox, id)
			props.PidTagAttachLongFilename.Set(h.Attachments[0], "b.txt")
			s.Equal("a.txt", props.PidTagAttachLongFilename.Or(s.open(s.inbox, id).Attachments[0], ""))
			s.save(h)
			s.Equal("b.txt", props.PidTagAttachLongFilename.Or(s.open(s.inbox, id).Attachments[0], ""))
		}},
		promise{"BAG-022 on a folder and on the store setting lasts at once", func(s *scene) {
			p, err := s.inbox.SetProperties(s.ctx, set(props.PidTagComment, "mine"))
			s.NoError(err)
			s.Empty(p)
			s.Equal("mine", props.PidTagComment.Or(s.props(s.special(mapi.FolderInbox)), ""))
			p, err = s.box.SetProperties(s.ctx, set(props.PidTagComment, "all"))
			s.NoError(err)
			s.Empty(p)
			bag, err := s.box.Properties(s.ctx)
			s.NoError(err)
			s.Equal("all", props.PidTagComment.Or(bag, ""))
		}},
		promise{"BAG-023 what cannot be set is listed by place, the rest is set", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			p := m.SetProperties(set(props.PidTagBody, "new"), set(props.PidTagMessageSize, int32(1)), set(props.PidTagSenderName, "Ada"))
			s.Len(p, 1)
			s.Equal(1, p[0].Index)
			s.Equal(props.PidTagMessageSize.Prop(), p[0].Prop)
			s.ErrorIs(p[0], mapi.ErrComputed)
			s.Equal("Ada", props.PidTagSenderName.Or(m, ""))
		}},
		promise{"BAG-025 a computed property of a folder keeps its value", func(s *scene) {
			p, err := s.inbox.SetProperties(s.ctx, set(props.PidTagContentCount, int32(99)), gone(props.PidTagFolderType))
			s.NoError(err)
			s.Equal([]mapi.Code{mapi.ErrComputed, mapi.ErrComputed}, codes(p))
			s.EqualValues(0, props.PidTagContentCount.Or(s.props(s.inbox), -1))
		}},
		promise{"BAG-027 on a handle for reading nothing is set", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			m, err := s.inbox.OpenMessage(s.ctx, id, &store.OpenMessageOptions{ReadOnly: true})
			s.NoError(err)
			s.Equal([]mapi.Code{mapi.ErrNoAccess}, codes(m.SetProperties(set(props.PidTagBody, "new"))))
			s.Equal("body of x", props.PidTagBody.Or(m, ""))
		}},
		promise{"BAG-028 setting nothing is no change", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.Empty(m.SetProperties())
			before := s.change()
			s.save(m)
			s.Equal(before, s.change())
		}},
		// BAG-029 (policy): okapi compares, so that clients which write back what
		// they read cause no traffic.
		promise{"BAG-029 setting the same value again is no modification", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			before := s.change()
			props.PidTagBody.Set(m, "body of x")
			s.save(m)
			s.Equal(before, s.change())
		}},
		promise{"BAG-030 the last value of several wins", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.Empty(m.SetProperties(set(props.PidTagBody, "1"), set(props.PidTagBody, "2"),
				mapi.Property{Prop: props.PidTagBody.Prop().As(mapi.PtypString8), Value: "3"}))
			s.save(m)
			s.Equal("3", props.PidTagBody.Or(s.open(s.inbox, m.ID()), ""))
		}},
		promise{"BAG-031 unknown tags are kept", func(s *scene) {
			m := note("x")
			for id, v := range map[uint32]mapi.Value{0x6800: int64(1), 0x7FF0: "y", 0x0E7F: 1.5} {
				p := mapi.Prop{ID: id, Type: mapi.PtypInteger64}
				switch v.(type) {
				case string:
					p.Type = mapi.PtypString
				case float64:
					p.Type = mapi.PtypFloating64
				}
				m.Set(p, v)
				got := s.open(s.inbox, s.put(s.inbox, m, nil))
				s.Equal(v, got.Get(p))
			}
		}},
		promise{"BAG-032 10 MB come back whole", func(s *scene) {
			big := bytes.Repeat([]byte("0123456789"), 1<<20)
			m := note("x")
			p := mapi.Prop{ID: 0x6904, Type: mapi.PtypBinary}
			m.Set(p, big)
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			v, err := mapi.ReadValue(p.Type, got.Get(p), 1<<30)
			s.NoError(err)
			s.True(bytes.Equal(big, v.([]byte)))
		}},
		promise{"BAG-040 a deleted property is gone on the handle, elsewhere after the save", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			m := s.open(s.inbox, id)
			s.Empty(m.SetProperties(gone(props.PidTagBody)))
			s.False(props.PidTagBody.Has(m)) // BAG-045
			s.True(props.PidTagBody.Has(s.open(s.inbox, id)))
			s.save(m)
			s.False(props.PidTagBody.Has(s.open(s.inbox, id)))
		}},
		promise{"BAG-041 on a folder deleting lasts at once", func(s *scene) {
			_, err := s.inbox.SetProperties(s.ctx, set(props.PidTagComment, "mine"))
			s.NoError(err)
			_, err = s.inbox.SetProperties(s.ctx, gone(props.PidTagComment))
			s.NoError(err)
			s.False(props.PidTagComment.Has(s.props(s.inbox)))
		}},
		promise{"BAG-042 deleting goes by id, whatever the type", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.Empty(m.SetProperties(mapi.Property{Prop: props.PidTagBody.Prop().As(mapi.PtypInteger32)}))
			s.False(props.PidTagBody.Has(m))
		}},
		promise{"BAG-043 deleting what is absent is no problem", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.Empty(m.SetProperties(gone(props.PidTagSenderName)))
		}},
		promise{"BAG-044 a computed property cannot be deleted", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			s.Equal([]mapi.Code{mapi.ErrComputed}, codes(m.SetProperties(gone(props.PidTagEntryId))))
			s.True(props.PidTagEntryId.Has(m))
		}},
		promise{"BAG-047 deleting the tables of recipients and attachments empties them", func(s *scene) {
			msg := note("x")
			msg.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "Ada", "ada@example.org")}
			msg.Attachments = []*mapi.Attachment{file("a", "b")}
			m := s.open(s.inbox, s.put(s.inbox, msg, nil))
			s.Empty(m.SetProperties(mapi.Property{Prop: mapi.MessageRecipients}, mapi.Property{Prop: mapi.MessageAttachments}))
			s.save(m)
			m = s.open(s.inbox, m.ID())
			s.Empty(m.Recipients)
			s.Empty(m.Attachments)
			s.False(props.PidTagHasAttachments.Or(m, true))
			s.Equal("", props.PidTagDisplayTo.Or(m, "-"))
		}},
		promise{"BAG-074 a copy keeps its search key and gets keys of its own", func(s *scene) {
			id := s.add(s.inbox, "x")[0]
			ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, s.inbox)
			s.NoError(err)
			a, b := s.open(s.inbox, id), s.open(s.inbox, ids[0])
			s.Equal(a.Get(props.PidTagSearchKey.Prop()), b.Get(props.PidTagSearchKey.Prop()))
			for _, key := range []props.AnyKey{props.PidTagRecordKey, props.PidTagEntryId, props.PidTagChangeKey, props.PidTagSourceKey} {
				s.NotEqual(a.Get(key.Prop()), b.Get(key.Prop()), "%v", key)
			}
		}},
		promise{"BAG-076 named properties go to another mailbox by name", func(s *scene) {
			m := note("x")
			props.PidLidReminderSet.Set(m, true)
			props.PidNameKeywords.Set(m, []string{"zoo"})
			id := s.put(s.inbox, m, nil)
			bob := s.mailbox("bob")
			_, err := bob.IDsFromNames(s.ctx, true, props.PidNameKeywords.Prop()) // so that ids differ
			s.NoError(err)
			dest, err := bob.SpecialFolder(s.ctx, mapi.FolderInbox)
			s.NoError(err)
			ids, err := s.inbox.CopyMessages(s.ctx, []mapi.MessageID{id}, dest)
			s.NoError(err)
			got := s.open(dest, ids[0])
			s.True(props.PidLidReminderSet.Or(got, false))
			s.Equal([]string{"zoo"}, props.PidNameKeywords.Or(got, nil))
		}},
	)
}
