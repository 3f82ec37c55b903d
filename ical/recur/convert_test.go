package recur_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// series is a set of one rule, an hour from a start in Berlin.
func series(t testing.TB, start, text string) *recur.Set {
	return &recur.Set{Start: at(t, location(t, "Europe/Berlin"), start), Duration: time.Hour, Rules: []recur.Rule{rule(t, text)}, NoStart: true}
}

func TestRuleBecomesPattern(t *testing.T) {
	type fields struct {
		freq      recur.Frequency
		kind      recur.PatternType
		period    uint32
		days      uint32
		day, nth  uint32
		firstTime uint32
	}
	for _, c := range []struct {
		start, rule string
		want        fields
		back        string
	}{
		{"2024-01-01 10:00", "FREQ=DAILY", fields{freq: 0x200A, period: 1440}, "FREQ=DAILY"},
		{"2024-01-01 10:00", "FREQ=DAILY;INTERVAL=3", fields{freq: 0x200A, period: 4320}, "FREQ=DAILY;INTERVAL=3"},
		{"2024-01-01 10:00", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", fields{freq: 0x200A, kind: 1, period: 1, days: 0x3E, firstTime: 0}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
		{"2024-01-01 10:00", "FREQ=WEEKLY", fields{freq: 0x200B, kind: 1, period: 1, days: 2, firstTime: 0}, "FREQ=WEEKLY;BYDAY=MO"},
		{"2007-03-26 10:00", "FREQ=WEEKLY;BYDAY=MO,TH,FR;COUNT=12;WKST=SU", fields{freq: 0x200B, kind: 1, period: 1, days: 0x32, firstTime: 8640}, "FREQ=WEEKLY;COUNT=12;BYDAY=MO,TH,FR;WKST=SU"},
		{"2010-04-01 15:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;WKST=SU", fields{freq: 0x200B, kind: 1, period: 2, days: 0x10, firstTime: 8640}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;WKST=SU"},
		{"2024-01-12 10:00", "FREQ=MONTHLY", fields{freq: 0x200C, kind: 2, period: 1, day: 12}, "FREQ=MONTHLY;BYMONTHDAY=12"},
		{"2024-01-12 10:00", "FREQ=MONTHLY;BYMONTHDAY=12", fields{freq: 0x200C, kind: 2, period: 1, day: 12}, "FREQ=MONTHLY;BYMONTHDAY=12"},
		{"2024-01-31 10:00", "FREQ=MONTHLY;BYMONTHDAY=-1", fields{freq: 0x200C, kind: 2, period: 1, day: 31}, "FREQ=MONTHLY;BYMONTHDAY=-1"},
		{"2024-01-30 10:00", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", fields{freq: 0x200C, kind: 2, period: 1, day: 30}, "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"},
		{"2024-01-09 10:00", "FREQ=MONTHLY;BYDAY=2TU", fields{freq: 0x200C, kind: 3, period: 1, days: 4, nth: 2}, "FREQ=MONTHLY;BYDAY=2TU"},
		{"2024-01-09 10:00", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", fields{freq: 0x200C, kind: 3, period: 1, days: 4, nth: 2}, "FREQ=MONTHLY;BYDAY=2TU"},
		{"2024-01-26 10:00", "FREQ=MONTHLY;BYDAY=-1FR", fields{freq: 0x200C, kind: 3, period: 1, days: 32, nth: 5}, "FREQ=MONTHLY;BYDAY=-1FR"},
		{"2024-01-31 10:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", fields{freq: 0x200C, kind: 3, period: 1, days: 0x3E, nth: 5}, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
		{"2024-01-06 10:00", "FREQ=MONTHLY;INTERVAL=3;BYDAY=SA,SU;BYSETPOS=1", fields{freq: 0x200C, kind: 3, period: 3, days: 0x41, nth: 1}, "FREQ=MONTHLY;INTERVAL=3;BYDAY=SA,SU;BYSETPOS=1"},
		{"2022-12-12 00:00", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=12", fields{freq: 0x200D, kind: 2, period: 12, day: 12, firstTime: 480960}, "FREQ=YEARLY;BYMONTHDAY=12;BYMONTH=12"},
		{"2022-12-12 00:00", "FREQ=YEARLY", fields{freq: 0x200D, kind: 2, period: 12, day: 12, firstTime: 480960}, "FREQ=YEARLY;BYMONTHDAY=12;BYMONTH=12"},
		{"2022-12-12 00:00", "FREQ=YEARLY;INTERVAL=2", fields{freq: 0x200C, kind: 2, period: 24, day: 12, firstTime: 1006560}, "FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=12;BYMONTH=12"},
		{"2024-11-28 10:00", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", fields{freq: 0x200D, kind: 3, period: 12, days: 16, nth: 4, firstTime: 437760}, "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11"},
		{"2024-01-31 10:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", fields{freq: 0x200D, kind: 2, period: 12, day: 31, firstTime: 44640}, "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			s := series(t, c.start, c.rule)
			a, err := recur.NewAppointment(s, nil)
			require.NoError(t, err)
			p := a.Pattern
			assert.Equal(t, c.want, fields{p.Frequency, p.Type, p.Period, p.Days, p.Day, p.Nth, p.FirstDateTime})
			r, err := p.Rule()
			require.NoError(t, err)
			r.WeekStart = rule(t, c.back).WeekStart
			assert.Equal(t, c.back, r.String())
			sameInstances(t, s, &a)
		})
	}
}

// sameInstances compares a series with what its blob says, over ten years.
func sameInstances(t *testing.T, s *recur.Set, a *recur.Appointment) {
	t.Helper()
	read, err := recur.ParseAppointment(a.Bytes())
	require.NoError(t, err)
	require.False(t, read.Damaged)
	require.Equal(t, a.Bytes(), read.Bytes())
	back, err := read.Set(s.Start.Location())
	require.NoError(t, err)
	back.AllDay = s.AllDay
	to := s.Start.AddDate(10, 0, 0)
	span := func(s *recur.Set) (list []string) {
		for i := range s.Between(time.Time{}, to) {
			list = append(list, i.Start.Format(time.RFC3339)+"/"+i.End.Format(time.RFC3339)+" "+i.Original.Format("0102"))
		}
		return list
	}
	require.Equal(t, span(s), span(&back))
}

// The fixture of oxcical.md 7.2, field by field.
func TestSeriesOfTheSpecification(t *testing.T) {
	s := series(t, "2007-03-26 10:00", "FREQ=WEEKLY;COUNT=12;BYDAY=MO,TH,FR;WKST=SU")
	s.Duration = 30 * time.Minute
	loc := s.Start.Location()
	s.Overrides = []recur.Override{{Original: at(t, loc, "2007-04-16 10:00"), Start: at(t, loc, "2007-04-16 11:00"), End: at(t, loc, "2007-04-16 11:30")}}
	a, err := recur.NewAppointment(s, nil)
	require.NoError(t, err)
	e := a.Find(at(t, time.UTC, "2007-04-16 10:00"))
	require.NotNil(t, e)
	e.SetSubject("Simple Recurrence with exceptions")
	e.SetLocation("34/4141")
	// Versions, frequency, type; calendar, first date-time; period; sliding; days; end type; count; first day.
	want := "04300430" + "0B200100" + "0000C0210000" + "01000000" + "00000000" + "32000000" + "22200000" + "0C000000" + "00000000"
	assert.Equal(t, want, strings.ToUpper(hex.EncodeToString(a.Bytes()))[:len(want)])
	assert.Equal(t, []uint32{0x3006, 0x3009, 600, 630}, []uint32{a.ReaderVersion2, a.WriterVersion2, a.StartOffset, a.EndOffset})
	assert.Equal(t, "2007-04-20", a.EndDate.Time().Format(time.DateOnly))
	assert.Equal(t, []recur.Minutes{recur.MinutesOf(at(t, time.UTC, "2007-04-16 00:00"))}, a.Deleted)
	assert.Equal(t, a.Deleted, a.Modified)
	assert.Equal(t, recur.OverrideSubject|recur.OverrideLocation, e.Flags)
	sameInstances(t, s, &a)
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		rule  string
		end   recur.EndType
		count uint32
		date  string
	}{
		{"FREQ=DAILY", recur.EndNever, 10, "4500-12-31"},
		{"FREQ=DAILY;COUNT=3", recur.EndByCount, 3, "2024-06-05"},
		{"FREQ=DAILY;UNTIL=20240605T220000Z", recur.EndByDate, 3, "2024-06-05"},
		{"FREQ=DAILY;UNTIL=20240605", recur.EndByDate, 3, "2024-06-05"},
		{"FREQ=DAILY;COUNT=1", recur.EndByCount, 1, "2024-06-03"},
		{"FREQ=MONTHLY;UNTIL=20240901", recur.EndByDate, 3, "2024-08-03"},
	} {
		a, err := recur.NewAppointment(series(t, "2024-06-03 08:00", c.rule), nil)
		require.NoError(t, err, c.rule)
		assert.Equal(t, c.end, a.End, c.rule)
		assert.Equal(t, c.count, a.Count, c.rule)
		assert.Equal(t, c.date, a.EndDate.Time().Format(time.DateOnly), c.rule)
		sameInstances(t, series(t, "2024-06-03 08:00", c.rule), &a)
	}
}

// oxcical 12.6: a zone ten hours east, where UNTIL has another date.
func TestUntilIsTheLastInstance(t *testing.T) {
	s := &recur.Set{Start: at(t, location(t, "Australia/Brisbane"), "2024-06-03 08:00"), Duration: time.Hour, NoStart: true, Rules: []recur.Rule{rule(t, "FREQ=DAILY;UNTIL=20240604T220000Z")}}
	a, err := recur.NewAppointment(s, nil)
	require.NoError(t, err)
	assert.Equal(t, "2024-06-05", a.EndDate.Time().Format(time.DateOnly))
	back, err := a.Set(s.Start.Location())
	require.NoError(t, err)
	assert.Equal(t, "FREQ=DAILY;UNTIL=20240604T220000Z", back.Rules[0].String())
}

func TestWhatAPatternCannotSay(t *testing.T) {
	loc := location(t, "Europe/Berlin")
	for _, c := range []struct{ part, rule string }{
		{"FREQ", "FREQ=HOURLY"}, {"FREQ", "FREQ=MINUTELY"}, {"FREQ", "FREQ=SECONDLY"},
		{"BYYEARDAY", "FREQ=YEARLY;BYYEARDAY=1"}, {"BYWEEKNO", "FREQ=YEARLY;BYWEEKNO=1"},
		{"BYMONTHDAY", "FREQ=MONTHLY;BYMONTHDAY=3,4"}, {"BYSETPOS", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,2"},
		{"BYMONTH", "FREQ=YEARLY;BYMONTH=1,2"}, {"BYHOUR", "FREQ=DAILY;BYHOUR=9,10"}, {"BYMINUTE", "FREQ=DAILY;BYMINUTE=0,30"}, {"BYSECOND", "FREQ=DAILY;BYSECOND=30"},
		{"BYDAY", "FREQ=DAILY;INTERVAL=2;BYDAY=MO"}, {"BYMONTH", "FREQ=DAILY;BYMONTH=6"}, {"BYSETPOS", "FREQ=DAILY;BYDAY=MO;BYSETPOS=1"}, {"BYMONTHDAY", "FREQ=DAILY;BYMONTHDAY=3"},
		{"BYMONTH", "FREQ=WEEKLY;BYMONTH=6"}, {"BYSETPOS", "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1"}, {"BYMONTH", "FREQ=MONTHLY;BYMONTH=6"},
		{"INTERVAL", "FREQ=DAILY;INTERVAL=1000"}, {"INTERVAL", "FREQ=WEEKLY;INTERVAL=100"}, {"INTERVAL", "FREQ=MONTHLY;INTERVAL=100"}, {"INTERVAL", "FREQ=YEARLY;INTERVAL=9"},
		{"BYDAY", "FREQ=MONTHLY;BYDAY=5MO"}, {"BYDAY", "FREQ=MONTHLY;BYDAY=-2MO"}, {"BYDAY", "FREQ=MONTHLY;BYDAY=1MO,2TU"}, {"BYSETPOS", "FREQ=MONTHLY;BYDAY=MO"}, {"BYDAY", "FREQ=YEARLY;BYDAY=20MO"},
		{"BYMONTHDAY", "FREQ=MONTHLY;BYMONTHDAY=31"}, {"BYMONTHDAY", "FREQ=MONTHLY;BYMONTHDAY=-2"}, {"BYMONTHDAY", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"}, {"BYMONTHDAY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"},
		{"RSCALE", "RSCALE=CHINESE;FREQ=YEARLY"}, {"SKIP", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD"}, {"UNTIL", "FREQ=YEARLY;UNTIL=46000101"}, {"COUNT", "FREQ=DAILY;COUNT=10000000"}, {"RRULE", "FREQ=YEARLY;UNTIL=20000101"},
	} {
		_, err := recur.NewAppointment(series(t, "2024-06-03 08:00", c.rule), nil)
		u, ok := errors.AsType[*recur.Unsupported](err)
		if assert.True(t, ok, "%s: %v", c.rule, err) {
			assert.Equal(t, c.part, u.Part, "%s: %v", c.rule, err)
			assert.ErrorIs(t, err, mapi.ErrNoSupport)
		}
	}
	day := func(s string) time.Time { return at(t, loc, s+" 08:00") }
	for part, change := range map[string]func(*recur.Set){
		"RRULE":         func(s *recur.Set) { s.Rules = append(s.Rules, s.Rules[0]) },
		"EXRULE":        func(s *recur.Set) { s.ExRules = s.Rules },
		"RDATE":         func(s *recur.Set) { s.Dates = []recur.Span{{Start: day("2024-06-05").Add(time.Hour)}} },
		"DTSTART":       func(s *recur.Set) { s.NoStart = false; s.Start = day("2024-06-04") },
		"RECURRENCE-ID": func(s *recur.Set) { s.Overrides = []recur.Override{{Original: day("2024-06-04")}} },
	} {
		s := series(t, "2024-06-03 08:00", "FREQ=WEEKLY;BYDAY=MO")
		change(s)
		_, err := recur.NewAppointment(s, nil)
		u, ok := errors.AsType[*recur.Unsupported](err)
		require.True(t, ok, part)
		assert.Equal(t, part, u.Part)
	}
}

// Lesson 30: a moved instance is in both lists. oxcical 7.2: not across another one.
func TestExceptionsInBothLists(t *testing.T) {
	loc := location(t, "Europe/Berlin")
	monday := func(s string) time.Time { return at(t, loc, s) }
	s := series(t, "2024-06-03 08:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=10")
	s.Except = []recur.Exclusion{{Time: monday("2024-06-10 08:00")}, {Time: monday("2024-06-11 08:00")}}
	s.Overrides = []recur.Override{
		{Original: monday("2024-07-01 08:00"), Start: monday("2024-07-01 09:00"), End: monday("2024-07-01 11:00")},
		{Original: monday("2024-06-17 08:00"), Start: monday("2024-06-19 08:00"), End: monday("2024-06-19 09:00")},
		{Original: monday("2024-06-24 08:00"), Cancelled: true},
	}
	a, err := recur.NewAppointment(s, nil)
	require.NoError(t, err)
	dates := func(list []recur.Minutes) (out []string) {
		for _, m := range list {
			out = append(out, m.Time().Format("0102"))
		}
		return out
	}
	assert.Equal(t, []string{"0610", "0617", "0624", "0701"}, dates(a.Deleted))
	assert.Equal(t, []string{"0619", "0701"}, dates(a.Modified))
	require.Len(t, a.Exceptions, 2)
	assert.Equal(t, "0619T0800", a.Exceptions[0].Start.Time().Format("0102T1504"))
	sameInstances(t, s, &a)

	s.Overrides[1].Start, s.Overrides[1].End = monday("2024-07-08 12:00"), monday("2024-07-08 13:00")
	_, err = recur.NewAppointment(s, nil)
	assert.ErrorContains(t, err, "RECURRENCE-ID: moved to 20240708, across or to another instance")
	_, err = recur.NewAppointment(s, &recur.PatternOptions{Approximate: true})
	assert.NoError(t, err)
	s.Overrides[1].ThisAndFuture = true
	_, err = recur.NewAppointment(s, nil)
	assert.ErrorContains(t, err, "THISANDFUTURE")
}

// oxcical 7.3: a date beside the rule takes the place of an exclusion.
func TestRdateIsAMovedInstance(t *testing.T) {
	s := series(t, "2024-06-03 08:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=4")
	loc := s.Start.Location()
	s.Except = []recur.Exclusion{{Time: at(t, loc, "2024-06-10 08:00")}}
	s.Dates = []recur.Span{{Start: at(t, loc, "2024-06-11 10:00")}, {Start: at(t, loc, "2024-06-17 08:00")}}
	a, err := recur.NewAppointment(s, nil)
	require.NoError(t, err)
	back, err := a.Set(loc)
	require.NoError(t, err)
	assert.Equal(t, []string{"06-03 08:00", "06-11 10:00 (06-10)", "06-17 08:00", "06-24 08:00"}, starts(&back, time.Time{}, time.Time{}, 9))
}

// MAPI has the last day of a shorter month where RFC 5545 has none.
func TestShortMonths(t *testing.T) {
	a, err := recur.NewAppointment(series(t, "2024-01-31 10:00", "FREQ=MONTHLY;COUNT=4"), &recur.PatternOptions{Approximate: true})
	require.NoError(t, err)
	a.Count = 4
	for day, want := range map[uint32][]string{31: {"0131", "0229", "0331", "0430"}, 30: {"0130", "0229", "0330", "0430"}, 29: {"0129", "0229", "0329", "0429"}} {
		a.Day, a.StartDate = day, recur.MinutesOf(time.Date(2024, 1, int(day), 0, 0, 0, 0, time.UTC))
		s, err := a.Set(time.UTC)
		require.NoError(t, err)
		var got []string
		for i := range s.All() {
			got = append(got, i.Start.Format("0102"))
		}
		assert.Equal(t, want, got)
	}
}

func TestOtherCalendarsAreKept(t *testing.T) {
	blob, err := hex.DecodeString("043004300C200A000600" + "00000000" + "01000000" + "00000000" + "0A000000" + "23200000" + "0A000000" + "00000000" + "00000000" + "00000000" + "A096BC0C" + "DF80E95A")
	require.NoError(t, err)
	p, err := recur.ParsePattern(blob)
	require.NoError(t, err)
	assert.Equal(t, []any{recur.CalendarHijri, recur.PatternHjMonth, uint32(10)}, []any{p.Calendar, p.Type, p.Day})
	assert.Equal(t, blob, p.Bytes())
	_, err = p.Rule()
	u, ok := errors.AsType[*recur.Unsupported](err)
	require.True(t, ok)
	assert.Equal(t, "CalendarType", u.Part)
}

// TestScaledPatterns are those of MS-OXCICAL 2.1.3.1.1.8 whose months are not Gregorian.
func TestScaledPatterns(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*recur.Appointment)
		rule     string
		calendar string
	}{
		{"a day of Hijri months", func(a *recur.Appointment) { a.Type, a.Day = recur.PatternHjMonth, 30 }, "FREQ=MONTHLY;BYMONTHDAY=30", "Hijri"},
		{"their last day", func(a *recur.Appointment) { a.Type = recur.PatternHjMonthEnd }, "FREQ=MONTHLY;BYMONTHDAY=-1", "Hijri"},
		{"a weekday of them", func(a *recur.Appointment) { a.Type, a.Days, a.Nth = recur.PatternHjMonthNth, 0x20, 2 }, "FREQ=MONTHLY;BYDAY=2FR", "Hijri"},
		{"Hebrew months", func(a *recur.Appointment) { a.Calendar, a.Day, a.Period = recur.CalendarHebrew, 10, 2 }, "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=10", "Hebrew"},
		{"a lunar calendar", func(a *recur.Appointment) { a.Calendar, a.Day = 0xF, 1 }, "FREQ=MONTHLY;BYMONTHDAY=1", "ChineseLunar"},
		{"years", func(a *recur.Appointment) {
			a.Calendar, a.Period, a.Frequency = recur.CalendarHebrew, 12, recur.FrequencyYearly
		}, "", ""},
		{"a calendar that nobody knows", func(a *recur.Appointment) { a.Calendar = 0x99 }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := recur.NewAppointment(series(t, "2024-01-10 10:00", "FREQ=MONTHLY"), nil)
			require.NoError(t, err)
			c.change(&a)
			_, err = a.Set(time.UTC)
			require.ErrorIs(t, err, mapi.ErrNoSupport, "its instances are not known")
			name, set, err := a.Scaled(time.UTC)
			assert.Equal(t, c.calendar, name)
			if c.rule == "" {
				require.ErrorIs(t, err, mapi.ErrNoSupport)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.rule, set.Rules[0].String())
		})
	}
	a, err := recur.NewAppointment(series(t, "2024-01-10 10:00", "FREQ=WEEKLY"), nil)
	require.NoError(t, err)
	a.Calendar = recur.CalendarHijri
	set, err := a.Set(time.UTC)
	require.NoError(t, err, "weeks are the same in all calendars")
	assert.Equal(t, []string{"01-10 10:00", "01-17 10:00"}, starts(&set, time.Time{}, time.Time{}, 2))
}

func TestTaskRecurrence(t *testing.T) {
	s := series(t, "2024-01-01 00:00", "FREQ=WEEKLY;INTERVAL=2")
	s.AllDay = true
	p, err := recur.NewPattern(s, nil)
	require.NoError(t, err)
	p.Sliding = 1
	read, err := recur.ParsePattern(p.Bytes())
	require.NoError(t, err)
	assert.Equal(t, p, read)
	back, err := read.Set()
	require.NoError(t, err)
	assert.Equal(t, []string{"01-01 00:00", "01-15 00:00"}, starts(&back, time.Time{}, time.Time{}, 2))
	_, err = recur.ParsePattern(nil)
	assert.ErrorIs(t, err, mapi.ErrNotFound)
}

func TestDamagedBlobs(t *testing.T) {
	whole, _ := mapitest.SmartView(t, "APPOINTMENTRECURRENCEPATTERN-3")
	for n := range whole {
		a, err := recur.ParseAppointment(whole[:n])
		switch {
		case n == 0:
			require.ErrorIs(t, err, mapi.ErrNotFound)
		case n < 114:
			require.ErrorIs(t, err, mapi.ErrCorruptData, n)
		default:
			require.NoError(t, err)
			require.True(t, a.Damaged)
			repaired, err := recur.ParseAppointment(a.Bytes())
			require.NoError(t, err)
			require.False(t, repaired.Damaged)
			require.Equal(t, a.Exceptions, repaired.Exceptions)
		}
	}
	huge := slices.Clone(whole)
	copy(huge[38:], "\xff\xff\xff\xff")
	_, err := recur.ParseAppointment(huge)
	require.ErrorIs(t, err, mapi.ErrCorruptData)
	a, err := recur.ParseAppointment(append(slices.Clone(whole), 1, 2, 3))
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2, 3}, a.Rest)
}
