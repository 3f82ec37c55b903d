package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func TestNames(t *testing.T) {
	ids := func(s *scene, create bool, list ...mapi.Prop) []uint16 {
		got, err := s.box.IDsFromNames(s.ctx, create, list...)
		s.NoError(err)
		return got
	}
	names := func(s *scene, list ...uint16) []mapi.Prop {
		got, err := s.box.NamesFromIDs(s.ctx, list...)
		s.NoError(err)
		return got
	}
	keywords, reminder := props.PidNameKeywords.Prop(), props.PidLidReminderSet.Prop()
	promises(t,
		promise{"NAM-001 ids lie above 0x8000", func(s *scene) {
			s.Equal([]uint16{0x8001, 0x8002}, ids(s, true, keywords, reminder))
		}},
		promise{"NAM-002 a name has one id, for good and on all objects", func(s *scene) {
			id := ids(s, true, keywords)
			m := note("x")
			props.PidNameKeywords.Set(m, []string{"k"})
			s.put(s.inbox, m, nil)
			s.Equal(id, ids(s, false, keywords))
			s.Equal(id, ids(s, true, keywords.As(mapi.PtypString))) // NAM-005: types do not matter
		}},
		promise{"NAM-003 ids come in the order of the names, repeated ones repeated", func(s *scene) {
			got := ids(s, true, reminder, keywords, reminder)
			s.Equal(got[0], got[2])
			s.NotEqual(got[0], got[1])
		}},
		promise{"NAM-004 an unknown name has no id unless it is created", func(s *scene) {
			s.Equal([]uint16{0}, ids(s, false, keywords))
			s.NotZero(ids(s, true, keywords)[0])
		}},
		promise{"NAM-006 PS_MAPI stands for the tagged properties", func(s *scene) {
			s.Equal([]uint16{0x0037, 0x0037}, ids(s, true, mapi.Prop{Set: mapi.PSMapi, ID: 0x0037}, props.PidTagSubject.Prop()))
			s.Equal([]mapi.Prop{{ID: 0x0037}}, names(s, 0x0037)) // NAM-008
		}},
		promise{"NAM-007 PS_MAPI has no string names", func(s *scene) {
			odd := mapi.Prop{Set: mapi.PSMapi, Name: "x"}
			s.Equal([]uint16{0}, ids(s, false, odd))
			_, err := s.box.IDsFromNames(s.ctx, true, odd)
			s.is(mapi.ErrInvalidParameter, err)
		}},
		promise{"NAM-009 an id that was never given out has no name", func(s *scene) {
			s.Equal([]mapi.Prop{{}, {}}, names(s, 0x8000, 0xFFFE))
		}},
		promise{"NAM-010 names of Internet headers are one in any case", func(s *scene) {
			a := ids(s, true, mapi.Prop{Set: mapi.PSInternetHeaders, Name: "X-Foo"})
			s.Equal(a, ids(s, false, mapi.Prop{Set: mapi.PSInternetHeaders, Name: "x-foo"}))
			s.Equal("x-foo", names(s, a[0])[0].Name)
		}},
		promise{"NAM-011 other names compare exactly", func(s *scene) {
			got := ids(s, true, mapi.Prop{Set: mapi.PSPublicStrings, Name: "Foo"}, mapi.Prop{Set: mapi.PSPublicStrings, Name: "foo"})
			s.NotEqual(got[0], got[1])
		}},
		promise{"NAM-012 a number and its spelling are two names", func(s *scene) {
			got := ids(s, true, mapi.Prop{Set: mapi.PSETIDCommon, ID: 0x8501}, mapi.Prop{Set: mapi.PSETIDCommon, Name: "0x8501"})
			s.NotEqual(got[0], got[1])
		}},
		promise{"NAM-013 without ids the whole mapping is listed", func(s *scene) {
			ids(s, true, keywords, reminder)
			s.Equal([]mapi.Prop{keywords.Untyped(), reminder.Untyped()}, names(s))
			stats, err := s.box.Stats(s.ctx)
			s.NoError(err)
			s.EqualValues(2, stats.Named)
		}},
		promise{"NAM-017 names of more than 254 bytes are refused, but stored", func(s *scene) {
			long := mapi.Prop{Set: mapi.PSPublicStrings, Name: strings.Repeat("x", 255), Type: mapi.PtypString}
			_, err := s.box.IDsFromNames(s.ctx, true, long)
			s.is(mapi.ErrInvalidParameter, err)
			m := note("x")
			m.Set(long, "value")
			s.Equal("value", s.open(s.inbox, s.put(s.inbox, m, nil)).Get(long))
		}},
		promise{"NAM-018 a name stays when the message that brought it goes", func(s *scene) {
			m := note("x")
			props.PidNameKeywords.Set(m, []string{"k"})
			id := s.put(s.inbox, m, nil)
			was := ids(s, false, keywords)
			s.NoError(s.inbox.DeleteMessages(s.ctx, []mapi.MessageID{id}, &store.DeleteOptions{Hard: true}))
			s.Equal(was, ids(s, false, keywords))
		}},
		promise{"NAM-021 names come back as they were given", func(s *scene) {
			list := []mapi.Prop{keywords.Untyped(), reminder.Untyped(), {Set: mapi.PSPublicStrings, Name: "Ünïcode"}, {Set: mapi.PSETIDCommon, ID: 0xFFFFFFFF}}
			s.Equal(list, names(s, ids(s, true, list...)...))
		}},
		promise{"NAM-019 folders and the store have named properties too", func(s *scene) {
			_, err := s.inbox.SetProperties(s.ctx, set(props.PidNameKeywords, []string{"f"}))
			s.NoError(err)
			_, err = s.box.SetProperties(s.ctx, set(props.PidNameKeywords, []string{"s"}))
			s.NoError(err)
			s.Equal([]string{"f"}, props.PidNameKeywords.Or(s.props(s.inbox), nil))
			bag, err := s.box.Properties(s.ctx)
			s.NoError(err)
			s.Equal([]string{"s"}, props.PidNameKeywords.Or(bag, nil))
		}},
		promise{"NAM-022 ten thousand invented header names fill nothing", func(s *scene) {
			m := note("x")
			for i := range 10_000 {
				m.Set(mapi.NamedString(mapi.PSInternetHeaders, fmt.Sprintf("x-%d", i), mapi.PtypString), "v")
			}
			got := s.open(s.inbox, s.put(s.inbox, m, nil))
			s.Equal("v", got.Get(mapi.NamedString(mapi.PSInternetHeaders, "x-9999", mapi.PtypString)))
			s.Empty(names(s))
		}},
	)
	t.Run("NAM-015 a full mapping takes no more names, but loses no property", func(t *testing.T) {
		s := newScene(t, func(o *store.Options) { o.MaxNamedProperties = 3 })
		m := note("x")
		for i := range 10 {
			m.Set(mapi.NamedID(mapi.PSETIDCommon, uint32(0x8600+i), mapi.PtypInteger32), int32(i))
		}
		got := s.open(s.inbox, s.put(s.inbox, m, nil))
		for i := range 10 {
			s.Equal(int32(i), got.Get(mapi.NamedID(mapi.PSETIDCommon, uint32(0x8600+i), mapi.PtypInteger32)))
		}
		s.Len(names(s), 3)
		_, err := s.box.IDsFromNames(s.ctx, true, keywords)
		s.is(mapi.ErrNotEnoughMemory, err)
		last := mapi.NamedID(mapi.PSETIDCommon, 0x8609, mapi.PtypInteger32)
		s.Equal([]string{"x"}, s.subjects(s.inbox, &store.View{Where: mapi.Equal(last, int32(9)), Sort: mapi.SortOrder{mapi.Ascending(last)}}))
	})
}
