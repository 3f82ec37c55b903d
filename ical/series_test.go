package ical_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// RRULE and the recurrence structure (MS-OXCICAL 2.1.3.2.2): what is written from the
// structure alone.
func TestRules(t *testing.T) {
	const start = "DTSTART;TZID=Europe/Berlin:20250106T100000|DTEND;TZID=Europe/Berlin:20250106T110000|"
	for _, c := range []struct{ promise, rule, back string }{
		{"every day", "FREQ=DAILY", "FREQ=DAILY"},
		{"every third day, ten times", "FREQ=DAILY;INTERVAL=3;COUNT=10", "FREQ=DAILY;INTERVAL=3;COUNT=10"},
		{"weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
		{"the day of the start", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO"},
		{"two days of every second week", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU"},
		{"a day of the month", "FREQ=MONTHLY;BYMONTHDAY=6", "FREQ=MONTHLY;BYMONTHDAY=6"},
		{"the last day of the month", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"},
		{"the second Tuesday", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU"},
		{"the same in other words (lesson 31)", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "FREQ=MONTHLY;BYDAY=2TU"},
		{"the last Friday is no fifth one (lesson 31)", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"},
		{"the last weekday", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
		{"a birthday", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=6", "FREQ=YEARLY;BYMONTHDAY=6;BYMONTH=1"},
		{"in December (lesson 32)", "FREQ=YEARLY;BYMONTH=12;BYDAY=1MO", "FREQ=YEARLY;BYDAY=1MO;BYMONTH=12"},
		{"once is a series too (lesson 33)", "FREQ=DAILY;COUNT=1", "FREQ=DAILY;COUNT=1"},
		{"until an instant", "FREQ=DAILY;UNTIL=20250110T090000Z", "FREQ=DAILY;UNTIL=20250110T090000Z"},
		{"until the end of a day", "FREQ=DAILY;UNTIL=20250110T235959Z", "FREQ=DAILY;UNTIL=20250110T090000Z"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := one(t, vevent(start+"RRULE:"+c.rule))
			assert.True(t, props.PidLidRecurring.Or(m, false))
			assert.True(t, props.PidLidIsRecurring.Or(m, false))
			assert.NotZero(t, props.PidLidRecurrenceType.Or(m, 0))
			for _, k := range []mapi.PropKey{props.PidLidAppointmentRecur, props.PidLidTimeZoneStruct, props.PidLidAppointmentTimeZoneDefinitionRecur, props.PidLidClipStart, props.PidLidClipEnd} {
				assert.NotNil(t, m.Get(k.Prop()), "%v", k)
			}
			out := regenerated(t, m)
			got := ""
			for l := range strings.SplitSeq(out, "\r\n") {
				if rule, ok := strings.CutPrefix(l, "RRULE:"); ok {
					got = rule
				}
			}
			assert.ElementsMatch(t, strings.Split(c.back, ";"), strings.Split(got, ";"), got)
			assert.Contains(t, out, "DTSTART;TZID=Europe/Berlin:20250106T100000", "a series keeps its zone")
			assert.Contains(t, out, "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin")
			assert.Contains(t, unfolded(encode(t, []*mapi.Message{m})), "RRULE:"+c.rule+"\r\n", "as it was written")
		})
	}
}

// MS-OXOCAL 2.2.1.14 and 2.2.1.15: midnights of the zone, and a day of its own for no end.
func TestClipOfASeries(t *testing.T) {
	const start = "DTSTART;TZID=Europe/Berlin:20250326T100000|DTEND;TZID=Europe/Berlin:20250326T110000|RRULE:FREQ=DAILY"
	m := one(t, vevent(start+";COUNT=10"))
	assert.Equal(t, "2025-03-25T23:00:00Z", props.PidLidClipStart.Or(m, time.Time{}).Format(time.RFC3339))
	assert.Equal(t, "2025-04-03T22:00:00Z", props.PidLidClipEnd.Or(m, time.Time{}).Format(time.RFC3339))
	m = one(t, vevent(start))
	assert.Equal(t, "4500-08-31T23:59:00Z", props.PidLidClipEnd.Or(m, time.Time{}).Format(time.RFC3339))
}

func TestRulesThatTheStructureCannotSayAreKept(t *testing.T) {
	for _, rule := range []string{"FREQ=HOURLY", "FREQ=YEARLY;BYYEARDAY=100", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=DAILY;BYHOUR=9,17", "FREQ=NEVER"} {
		var broken []string
		msgs, err := ical.Decode(strings.NewReader(string(vevent("DTSTART:20250101T100000Z|RRULE:"+rule))),
			&ical.DecodeOptions{Report: func(i ical.Issue) { broken = append(broken, string(i.Rule)) }})
		require.NoError(t, err)
		assert.Equal(t, []string{string(ical.RuleRecurrence)}, broken, rule)
		assert.False(t, props.PidLidAppointmentRecur.Has(msgs[0]))
		assert.False(t, props.PidLidRecurring.Or(msgs[0], true))
		assert.Contains(t, unfolded(encode(t, msgs)), "RRULE:"+rule+"\r\n")
	}
}

// fedDaily is a series of five days, with one moved, one renamed, one deleted.
func fedDaily() []byte {
	const zone = ";TZID=Europe/Berlin:"
	return calendar("BEGIN:VEVENT", "UID:1", "DTSTAMP:20250101T000000Z", "SUMMARY:Feed", "LOCATION:Stable", "DTSTART"+zone+"20250328T100000", "DTEND"+zone+"20250328T110000",
		"RRULE:FREQ=DAILY;COUNT=6", "EXDATE"+zone+"20250401T100000", "END:VEVENT",
		"BEGIN:VEVENT", "UID:1", "DTSTAMP:20250101T000000Z", "SUMMARY:Feed", "LOCATION:Stable", "RECURRENCE-ID"+zone+"20250330T100000", "DTSTART"+zone+"20250330T150000", "DTEND"+zone+"20250330T160000", "END:VEVENT",
		"BEGIN:VEVENT", "UID:1", "DTSTAMP:20250101T000000Z", "SUMMARY:Feed twice", "X-ZOO:1", "RECURRENCE-ID"+zone+"20250331T100000", "DTSTART"+zone+"20250331T100000", "DTEND"+zone+"20250331T110000", "END:VEVENT")
}

func TestExceptionsAreEmbedded(t *testing.T) {
	m := one(t, fedDaily())
	require.Len(t, m.Attachments, 2)
	for _, a := range m.Attachments {
		assert.Equal(t, mapi.AttachEmbeddedMessage, props.PidTagAttachMethod.Or(a, 0))
		assert.Equal(t, mapi.AttachmentFlagException, props.PidTagAttachmentFlags.Or(a, 0))
		assert.True(t, props.PidTagAttachmentHidden.Or(a, false))
		assert.Equal(t, "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}", props.PidTagMessageClass.Or(a.Embedded, ""))
	}
	moved := m.Attachments[0]
	start, _ := props.PidTagExceptionStartTime.Get(moved)
	assert.Equal(t, "2025-03-30 15:00", start.UTC().Format("2006-01-02 15:04"), "on the wall clock")
	original, _ := props.PidLidExceptionReplaceTime.Get(moved.Embedded)
	assert.Equal(t, "20250330T080000Z", original.UTC().Format("20060102T150405Z"), "after the clock was changed")

	b, _ := props.PidLidAppointmentRecur.Get(m)
	a, err := recur.ParseAppointment(b)
	require.NoError(t, err)
	require.Len(t, a.Exceptions, 2)
	assert.Len(t, a.Deleted, 3, "deleted and modified instances (lesson 30)")
	assert.Len(t, a.Modified, 2)
	assert.Equal(t, recur.OverrideFlags(0), a.Exceptions[0].Flags, "only moved")
	assert.Equal(t, recur.OverrideSubject|recur.OverrideLocation, a.Exceptions[1].Flags)
	assert.Equal(t, "Feed twice", a.Exceptions[1].Wide.Subject)

	out := regenerated(t, m)
	assert.Equal(t, 3, strings.Count(out, "BEGIN:VEVENT"))
	assert.Contains(t, out, "EXDATE;TZID=Europe/Berlin:20250401T100000\r\n")
	assert.Equal(t, 1, strings.Count(out, "EXDATE"), "changed instances are none")
	assert.Contains(t, out, "RECURRENCE-ID;TZID=Europe/Berlin:20250330T100000\r\n")
	assert.Contains(t, out, "DTSTART;TZID=Europe/Berlin:20250330T150000\r\n")
	assert.Equal(t, 2, strings.Count(out, "\nLOCATION"), "an instance without a place has none")
}

// Section 8 of MS-OXCICAL's mapping: structures whose attachments were lost.
func TestExceptionsWithoutAttachments(t *testing.T) {
	m := one(t, fedDaily())
	m.Attachments = nil
	out := regenerated(t, m)
	assert.Equal(t, 3, strings.Count(out, "BEGIN:VEVENT"))
	assert.Contains(t, out, "SUMMARY:Feed twice\r\n")
	assert.Contains(t, out, "DTSTART;TZID=Europe/Berlin:20250330T150000\r\n")
}

func instances(t testing.TB, m *mapi.Message) (list []string) {
	t.Helper()
	for _, i := range happens(t, m) {
		list = append(list, fmt.Sprintf("%s-%s", i.Start.UTC().Format("0102T1504"), i.End.UTC().Format("1504")))
	}
	return list
}

// happens gives the instances of a series, the first 500 of ten years.
func happens(t testing.TB, m *mapi.Message) (list []recur.Instance) {
	t.Helper()
	set, ok := ical.Recurrence(m, nil)
	require.True(t, ok)
	for i := range set.Between(time.Time{}, time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)) {
		if list = append(list, i); len(list) == 500 {
			break
		}
	}
	return list
}

func TestRecurrence(t *testing.T) {
	want := []string{"0328T0900-1000", "0329T0900-1000", "0330T1300-1400", "0331T0800-0900", "0402T0800-0900"}
	m := one(t, fedDaily())
	assert.Equal(t, want, instances(t, m))
	m.Delete(ical.KeptLines())
	assert.Equal(t, want, instances(t, m), "from the structure alone")
	m.Attachments = nil
	assert.Equal(t, want, instances(t, m), "and without attachments")
	_, ok := ical.Recurrence(one(t, vevent("DTSTART:20250101T100000Z")), nil)
	assert.False(t, ok)
}

func TestDatesBesideARule(t *testing.T) {
	in := vevent("DTSTART:20250101T100000Z|DTEND:20250101T110000Z|RRULE:FREQ=DAILY;COUNT=4|EXDATE:20250103T100000Z|RDATE:20250103T150000Z")
	m := one(t, in)
	want := []string{"0101T1000-1100", "0102T1000-1100", "0103T1500-1600", "0104T1000-1100"}
	assert.Equal(t, want, instances(t, m))
	assert.True(t, props.PidLidAppointmentRecur.Has(m), "a date in the place of an excluded one is a moved instance")
	m.Delete(ical.KeptLines())
	assert.Equal(t, want, instances(t, m))
	beside := one(t, vevent("DTSTART:20250101T100000Z|RRULE:FREQ=DAILY;COUNT=2|RDATE:20250109T150000Z"))
	assert.False(t, props.PidLidAppointmentRecur.Has(beside))
	assert.Contains(t, encode(t, []*mapi.Message{beside}), "RDATE:20250109T150000Z")
	assert.Len(t, instances(t, beside), 3)
}

func TestAllDaySeries(t *testing.T) {
	m := one(t, vevent("DTSTART;VALUE=DATE:20250331|RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20250630|EXDATE;VALUE=DATE:20250430"))
	out := regenerated(t, m)
	assert.Contains(t, out, "RRULE:FREQ=MONTHLY;UNTIL=20250630;BYMONTHDAY=-1\r\n")
	assert.Contains(t, out, "EXDATE;VALUE=DATE:20250430\r\n")
}

func TestThisAndFutureIsKept(t *testing.T) {
	in := calendar("BEGIN:VEVENT", "UID:1", "DTSTART:20250101T100000Z", "RRULE:FREQ=DAILY;COUNT=5", "END:VEVENT",
		"BEGIN:VEVENT", "UID:1", "RECURRENCE-ID;RANGE=THISANDFUTURE:20250103T100000Z", "DTSTART:20250103T120000Z", "END:VEVENT")
	m := one(t, in)
	assert.True(t, props.PidLidAppointmentRecur.Has(m))
	assert.Contains(t, unfolded(encode(t, []*mapi.Message{m})), "RECURRENCE-ID;RANGE=THISANDFUTURE:20250103T100000Z")
	assert.Equal(t, []string{"0101T1000-1000", "0102T1000-1000", "0103T1200-1200", "0104T1200-1200", "0105T1200-1200"}, instances(t, m))
}

// An instance that is named by its day alone is the one of that day.
func TestInstancesNamedByTheirDay(t *testing.T) {
	series := []string{"BEGIN:VEVENT", "UID:1", "DTSTART;TZID=Europe/Berlin:20250328T100000", "DTEND;TZID=Europe/Berlin:20250328T110000", "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT"}
	days := one(t, calendar("BEGIN:VEVENT", "UID:1", "DTSTART;VALUE=DATE:20250328", "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT",
		"BEGIN:VEVENT", "UID:1", "RECURRENCE-ID:20250329T100000Z", "DTSTART;VALUE=DATE:20250401", "END:VEVENT"))
	assert.Equal(t, []string{"0328T0000-0000", "0330T0000-0000", "0401T0000-0000"}, instances(t, days), "a time names the day that it is on, where there are days")
	original, _ := props.PidLidExceptionReplaceTime.Get(days.Attachments[0].Embedded)
	assert.Equal(t, "20250329T000000Z", original.UTC().Format("20060102T150405Z"))
	for _, c := range []struct {
		promise, start string
		want           []string
	}{
		{"it may be moved", "DTSTART:20250330T120000Z", []string{"0328T0900-1000", "0329T0900-1000", "0330T1200-1200"}},
		{"without times it is as the series", "X-ZOO:1", []string{"0328T0900-1000", "0329T0900-1000", "0330T0800-0900"}},
	} {
		m := one(t, calendar(append(series, "BEGIN:VEVENT", "UID:1", "SUMMARY:x", "RECURRENCE-ID;VALUE=DATE:20250330", c.start, "END:VEVENT")...))
		require.Len(t, m.Attachments, 1, c.promise)
		original, _ := props.PidLidExceptionReplaceTime.Get(m.Attachments[0].Embedded)
		assert.Equal(t, "20250330T080000Z", original.UTC().Format("20060102T150405Z"), c.promise)
		assert.Equal(t, c.want, instances(t, m), c.promise)
		out := encode(t, []*mapi.Message{m})
		assert.Contains(t, out, "RECURRENCE-ID;VALUE=DATE:20250330\r\n", c.promise)
		assert.Equal(t, 2, strings.Count(out, "BEGIN:VEVENT"), c.promise)
	}
}

func TestChangedSeries(t *testing.T) {
	m := one(t, fedDaily())
	other := one(t, vevent("DTSTART;TZID=Europe/Berlin:20250328T100000|DTEND;TZID=Europe/Berlin:20250328T110000|RRULE:FREQ=WEEKLY;COUNT=3"))
	blob, _ := props.PidLidAppointmentRecur.Get(other)
	props.PidLidAppointmentRecur.Set(m, blob)
	m.Attachments = nil
	out := unfolded(encode(t, []*mapi.Message{m}))
	assert.Contains(t, out, "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=FR\r\n")
	assert.NotContains(t, out, "FREQ=DAILY")
	assert.NotContains(t, out, "EXDATE")
}

// The instances of every series of the corpus are the same before and after, over ten
// years.
func TestCorpusHappensAtTheSameTimes(t *testing.T) {
	series, same := 0, 0
	for _, s := range corpusCalendars(t) {
		for _, m := range decode(t, s.data) {
			set, ok := ical.Recurrence(m, nil)
			if !ok {
				continue
			}
			series++
			again := decode(t, []byte(encode(t, []*mapi.Message{m})))
			require.NotEmpty(t, again, s.name)
			if assert.True(t, slices.Equal(instances(t, m), instances(t, again[0])), s.name) {
				same++
			}
			_ = set
		}
	}
	t.Logf("%d of %d series happen at the same times", same, series)
}

// TestCalendarsOfMicrosoft writes series that are about other months for those who know
// them, and says so.
func TestCalendarsOfMicrosoft(t *testing.T) {
	m := one(t, vevent("DTSTART:20240110T100000Z|DTEND:20240110T110000Z|RRULE:FREQ=MONTHLY;BYMONTHDAY=10|EXDATE:20240210T100000Z"))
	a, err := recur.ParseAppointment(props.PidLidAppointmentRecur.Or(m, nil))
	require.NoError(t, err)
	a.Type = recur.PatternHjMonth
	props.PidLidAppointmentRecur.Set(m, a.Bytes())
	m.Delete(ical.KeptLines())
	other := m.Clone()
	a.Type, a.Calendar = recur.PatternMonth, recur.CalendarHebrew
	props.PidLidAppointmentRecur.Set(other, a.Bytes())

	var issues []ical.Issue
	var b strings.Builder
	require.NoError(t, ical.Encode(&b, []*mapi.Message{m, other}, &ical.EncodeOptions{Report: func(i ical.Issue) { issues = append(issues, i) }}))
	out := b.String()
	for _, l := range []string{"X-MICROSOFT-CALSCALE:Hijri", "X-MICROSOFT-RRULE:FREQ=MONTHLY;BYMONTHDAY=10", "X-MICROSOFT-EXDATE:20240210T100000Z"} {
		assert.Equal(t, 1, strings.Count(out, l+"\r\n"), l)
	}
	assert.NotContains(t, out, "\r\nRRULE")
	assert.NotContains(t, out, "Hebrew", "a calendar has one of them")
	assert.Len(t, issues, 2, "what others do not see is reported")
	again := encode(t, decode(t, []byte(out)))
	before, _ := parse(t, out)
	after, _ := parse(t, again)
	assert.Empty(t, lost(statements(before), statements(after)))
}

// TestRecurrenceInWords has the sentences that Outlook shows (MS-OXOCAL 2.2.1.46).
func TestRecurrenceInWords(t *testing.T) {
	for _, c := range []struct{ start, rule, want string }{
		{"DTSTART;VALUE=DATE:20250106", "FREQ=DAILY", "every day"},
		{"DTSTART;VALUE=DATE:20250106", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"},
		{"DTSTART;VALUE=DATE:20250112", "FREQ=MONTHLY;BYMONTHDAY=12", "day 12 of every month"},
		{"DTSTART;VALUE=DATE:20251212", "FREQ=YEARLY", "every December 12"},
		{"DTSTART:20250106T160000Z|DTEND:20250106T163000Z", "FREQ=WEEKLY", "every Monday from 4:00 PM to 4:30 PM"},
		{"DTSTART:20250106T233000Z|DTEND:20250107T000000Z", "FREQ=DAILY;INTERVAL=3", "every 3 days from 11:30 PM to 12:00 AM"},
		{"DTSTART:20250106T120000Z|DTEND:20250106T130000Z", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR", "every 2 weeks on Monday, Wednesday, and Friday from 12:00 PM to 1:00 PM"},
		{"DTSTART:20250106T090000Z|DTEND:20250106T100000Z", "FREQ=WEEKLY;BYDAY=MO,TH", "every Monday and Thursday from 9:00 AM to 10:00 AM"},
		{"DTSTART;VALUE=DATE:20250131", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1", "the last day of every 2 months"},
		{"DTSTART;VALUE=DATE:20250114", "FREQ=MONTHLY;BYDAY=2TU", "the second Tuesday of every month"},
		{"DTSTART;VALUE=DATE:20250131", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "the last weekday of every month"},
		{"DTSTART;VALUE=DATE:20251127", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "the fourth Thursday of every November"},
	} {
		m := one(t, vevent(c.start+"|RRULE:"+c.rule))
		assert.Equal(t, c.want, props.PidLidRecurrencePattern.Or(m, ""), c.rule)
	}
}

// TestPublishedEventsOpen: Outlook shows a single one that is published.
func TestPublishedEventsOpen(t *testing.T) {
	event := func(uid string) *mapi.Message { return one(t, vevent("DTSTART:20250106T160000Z|SUMMARY:"+uid)) }
	publish := &ical.EncodeOptions{Method: "PUBLISH"}
	for _, c := range []struct {
		msgs []*mapi.Message
		opts *ical.EncodeOptions
		want int
	}{
		{[]*mapi.Message{event("a")}, publish, 1},
		{[]*mapi.Message{event("a"), event("b")}, publish, 0},
		{[]*mapi.Message{event("a")}, nil, 0},
		{decode(t, calendar("METHOD:PUBLISH", "X-MS-OLK-FORCEINSPECTOROPEN:TRUE", "BEGIN:VEVENT", "UID:1", "DTSTART:20250106T160000Z", "END:VEVENT")), nil, 1},
	} {
		var b strings.Builder
		require.NoError(t, ical.Encode(&b, c.msgs, c.opts))
		assert.Equal(t, c.want, strings.Count(b.String(), "X-MS-OLK-FORCEINSPECTOROPEN:TRUE\r\n"))
	}
}
