package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestMessageRecipients(t *testing.T) {
	names := func(m *mapi.Message) (list []string) {
		for _, r := range m.Recipients {
			list = append(list, props.PidTagDisplayName.Or(r, ""))
		}
		return list
	}
	promises(t,
		promise{"MSG-125 row ids are unique and given to those without", func(s *scene) {
			m := note("x")
			for _, name := range []string{"a", "b", "c"} {
				m.Recipients = append(m.Recipients, recipient(mapi.RecipientTo, name, name+"@x"))
			}
			props.PidTagRowid.Set(m.Recipients[1], 0)
			props.PidTagRowid.Set(m.Recipients[2], 0)
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			seen := map[int32]bool{}
			for _, r := range got.Recipients {
				id, ok := props.PidTagRowid.Get(r)
				s.True(ok)
				s.False(seen[id])
				seen[id] = true
			}
		}},
		promise{"MSG-126 recipients change elsewhere with the save", func(s *scene) {
			m := s.open(s.inbox, s.add(s.inbox, "x")[0])
			m.Recipients = append(m.Recipients, recipient(mapi.RecipientTo, "a", "a@x"))
			s.Empty(s.open(s.inbox, m.ID()).Recipients)
			s.save(m)
			s.Len(s.open(s.inbox, m.ID()).Recipients, 1)
		}},
		promise{"MSG-134 recipients keep their order", func(s *scene) {
			m := note("x")
			for _, name := range []string{"d", "a", "c", "b"} {
				m.Recipients = append(m.Recipients, recipient(mapi.RecipientCc, name, name+"@x"))
			}
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Equal([]string{"d", "a", "c", "b"}, names(got.Message))
			got.Recipients = slices.Delete(got.Recipients, 1, 2)
			s.save(got)
			s.Equal([]string{"d", "c", "b"}, names(s.open(s.inbox, got.ID()).Message))
		}},
		promise{"NAM-019 named properties stand on recipients and attachments too", func(s *scene) {
			m := note("x")
			m.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "a", "a@x")}
			props.PidLidReminderSet.Set(m.Recipients[0], true)
			m.Attachments = []*mapi.Attachment{file("a", "b")}
			props.PidNameKeywords.Set(m.Attachments[0], []string{"k"})
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.True(props.PidLidReminderSet.Or(got.Recipients[0], false))
			s.Equal([]string{"k"}, props.PidNameKeywords.Or(got.Attachments[0], nil))
		}},
	)
}

func TestMessageAttachments(t *testing.T) {
	promises(t,
		promise{"MSG-140 attachment numbers are unique and stay when others go", func(s *scene) {
			m := note("x")
			m.Attachments = []*mapi.Attachment{file("a", "1"), file("b", "2"), file("c", "3")}
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			for i, a := range got.Attachments {
				s.EqualValues(i, props.PidTagAttachNumber.Or(a, -1))
			}
			got.Attachments = got.Attachments[1:]
			s.save(got) // MSG-146
			s.EqualValues(1, props.PidTagAttachNumber.Or(got.Attachments[0], -1))
			s.EqualValues(2, props.PidTagAttachNumber.Or(got.Attachments[1], -1))
		}},
		promise{"MSG-141 an attachment has size, position and times from the beginning", func(s *scene) {
			m := note("x")
			m.Attachments = []*mapi.Attachment{file("a", "12345")}
			a := s.open(s.inbox, s.put(s.inbox, m, nil)).Attachments[0]
			s.EqualValues(-1, props.PidTagRenderingPosition.Or(a, 0))
			s.Greater(props.PidTagAttachSize.Or(a, 0), int32(5))
			s.True(props.PidTagCreationTime.Has(a))
			s.True(props.PidTagLastModificationTime.Has(a))
		}},
		promise{"MSG-144 the size of an attachment is computed", func(s *scene) {
			m := note("x")
			a := file("a", strings.Repeat("x", 3000))
			props.PidTagAttachSize.Set(a, 7)
			m.Attachments = []*mapi.Attachment{a}
			s.Greater(props.PidTagAttachSize.Or(s.open(s.inbox, s.put(s.inbox, m, nil)).Attachments[0], 0), int32(3000))
		}},
		promise{"MSG-160 embedded messages nest", func(s *scene) {
			deep := note("level 9")
			for i := 8; i >= 0; i-- {
				outer := note("level " + string(rune('0'+i)))
				a := &mapi.Attachment{Embedded: deep}
				props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
				outer.Attachments = []*mapi.Attachment{a}
				deep = outer
			}
			m := s.open(s.inbox, s.put(s.inbox, deep, nil)).Message
			for range 9 {
				m = m.Attachments[0].Embedded
				s.NotNil(m)
			}
			s.Equal("level 9", props.PidTagSubject.Or(m, ""))
			s.Equal("body of level 9", props.PidTagBody.Or(m, ""))
		}},
		promise{"MSG-143 an attachment with a message in it has the method for that", func(s *scene) {
			m := note("x")
			m.Attachments = []*mapi.Attachment{{Embedded: note("y")}}
			got := s.open(s.inbox, s.put(s.inbox, m, nil)).Attachments[0]
			s.Equal(mapi.AttachEmbeddedMessage, props.PidTagAttachMethod.Or(got, 0))
		}},
		promise{"MSG-164 messages nest 64 deep, and not deeper", func(s *scene) {
			nested := func(depth int) *mapi.Message {
				m := note("x")
				for range depth {
					outer := note("x")
					outer.Attachments = []*mapi.Attachment{{Embedded: m}}
					m = outer
				}
				return m
			}
			s.open(s.inbox, s.put(s.inbox, nested(64), nil))
			for _, depth := range []int{65, 20_000} {
				_, err := s.inbox.Add(s.ctx, nested(depth), nil)
				s.is(mapi.ErrTooComplex, err)
			}
		}},
		promise{"MSG-143 attachments of every method keep what they hold", func(s *scene) {
			object := mapi.Prop{ID: 0x3701, Type: mapi.PtypObject}
			m := note("x")
			m.Attachments = []*mapi.Attachment{{}, file("value", "bytes"), {}, {}, {Embedded: note("inner")}, {}, {}}
			for i, method := range []mapi.AttachMethod{0, 1, 2, 4, 5, 6, 7} {
				props.PidTagAttachMethod.Set(m.Attachments[i], method)
			}
			props.PidTagAttachLongPathname.Set(m.Attachments[2], `\\zoo\share\hay.txt`)
			m.Attachments[5].Set(object, mapi.Object(strings.Repeat("OLE", 1000)))
			props.PidTagAttachLongPathname.Set(m.Attachments[6], "https://example.org/hay.txt")
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			for i, a := range got.Attachments {
				s.Equal(m.Attachments[i].Get(props.PidTagAttachMethod.Prop()), a.Get(props.PidTagAttachMethod.Prop()))
				s.Equal(m.Attachments[i].Get(props.PidTagAttachLongPathname.Prop()), a.Get(props.PidTagAttachLongPathname.Prop()))
			}
			v, err := mapi.ReadValue(mapi.PtypObject, got.Attachments[5].Get(object), 1<<20)
			s.NoError(err)
			s.Equal(mapi.Object(strings.Repeat("OLE", 1000)), v)
		}},
		promise{"MSG-164 an embedded message computes its texts and has no place in a folder", func(s *scene) {
			inner := note("RE: inner")
			inner.Recipients = []*mapi.Recipient{recipient(mapi.RecipientTo, "Ada", "a@x")}
			inner.Attachments = []*mapi.Attachment{file("a", "b")}
			outer := note("outer")
			outer.Attachments = []*mapi.Attachment{{Embedded: inner}}
			got := s.open(s.inbox, s.put(s.inbox, outer, nil)).Attachments[0].Embedded
			s.Equal("RE: inner", props.PidTagSubject.Or(got, ""))
			s.Equal("inner", props.PidTagNormalizedSubject.Or(got, ""))
			s.Equal("Ada", props.PidTagDisplayTo.Or(got, ""))
			s.True(props.PidTagHasAttachments.Or(got, false))
			s.False(props.PidTagEntryId.Has(got))
			s.False(props.PidTagParentEntryId.Has(got))
			s.Equal([]string{"outer"}, s.subjects(s.inbox, nil))
			s.False(props.PidTagHasAttachments.Has(inner), "the message that was given is not changed")
		}},
		promise{"MSG-166 changing an embedded message changes the outer one at its save", func(s *scene) {
			outer := note("outer")
			outer.Attachments = []*mapi.Attachment{{Embedded: note("inner")}}
			m := s.open(s.inbox, s.put(s.inbox, outer, nil))
			was := m.ChangeNumber()
			props.PidTagSubject.Set(m.Attachments[0].Embedded, "changed")
			s.Equal("inner", props.PidTagSubject.Or(s.open(s.inbox, m.ID()).Attachments[0].Embedded, "")) // MSG-162
			s.save(m)
			s.Greater(m.ChangeNumber(), was)
			s.Equal("changed", props.PidTagSubject.Or(s.open(s.inbox, m.ID()).Attachments[0].Embedded, ""))
		}},
		promise{"MSG-167 a stored message can be embedded in another", func(s *scene) {
			first := note("first")
			first.Attachments = []*mapi.Attachment{file("a", strings.Repeat("x", 5000))}
			m := s.open(s.inbox, s.put(s.inbox, first, nil))
			forward := note("FW: first")
			forward.Attachments = []*mapi.Attachment{{Embedded: m.Message}}
			id := s.put(s.inbox, forward, nil)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{m.ID()}, &store.DeleteOptions{Hard: true}))
			inner := s.open(s.inbox, id).Attachments[0].Embedded
			data, err := props.PidTagAttachDataBinary.Read(inner.Attachments[0])
			s.NoError(err)
			s.Len(data, 5000)
		}},
	)
}
