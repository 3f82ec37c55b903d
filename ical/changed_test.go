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

// change edits the recurrence structure of a message.
func change(t testing.TB, m *mapi.Message, edit func(a *recur.Appointment)) {
	t.Helper()
	a, err := recur.ParseAppointment(props.PidLidAppointmentRecur.Or(m, nil))
	require.NoError(t, err)
	edit(&a)
	slices.Sort(a.Deleted)
	props.PidLidAppointmentRecur.Set(m, a.Bytes())
}

// on is a day of 2025 in a structure, at some minutes after midnight.
func on(month time.Month, day int, after time.Duration) recur.Minutes {
	return recur.MinutesOf(time.Date(2025, month, day, 0, 0, 0, 0, time.UTC).Add(after))
}

func without(month time.Month, day int) func(*recur.Appointment) {
	return func(a *recur.Appointment) { a.Deleted = append(a.Deleted, on(month, day, 0)) }
}

func again(month time.Month, day int) func(*recur.Appointment) {
	return func(a *recur.Appointment) {
		a.Deleted = slices.DeleteFunc(a.Deleted, func(m recur.Minutes) bool { return m == on(month, day, 0) })
	}
}

// moved is an instance at ten that takes place at some hour.
func moved(month time.Month, day, hour int) func(*recur.Appointment) {
	return func(a *recur.Appointment) {
		ten, at := on(month, day, 10*time.Hour), on(month, day, time.Duration(hour)*time.Hour)
		notMoved(month, day)(a)
		again(month, day)(a)
		a.Deleted = append(a.Deleted, on(month, day, 0))
		a.Modified = append(a.Modified, on(month, day, 0))
		a.Exceptions = append(a.Exceptions, recur.Exception{Start: at, End: at + 60, Original: ten,
			Wide: recur.Wide{Highlight: make([]byte, 4), Start: at, End: at + 60, Original: ten}})
	}
}

func notMoved(month time.Month, day int) func(*recur.Appointment) {
	return func(a *recur.Appointment) {
		a.Exceptions = slices.DeleteFunc(a.Exceptions, func(e recur.Exception) bool { return e.Original == on(month, day, 10*time.Hour) })
		a.Modified = slices.DeleteFunc(a.Modified, func(m recur.Minutes) bool { return m == on(month, day, 0) })
	}
}

func TestCancelledShows(t *testing.T) {
	cancelled := mapi.AppointmentStateMeeting | mapi.AppointmentStateCanceled
	for _, c := range []struct {
		promise, lines string
		edit           func(*mapi.Message)
		want           []string // lines of STATUS and TRANSP
	}{
		{"an event that is cancelled says so", "STATUS:CONFIRMED", func(m *mapi.Message) { props.PidLidAppointmentStateFlags.Set(m, cancelled) }, []string{"STATUS:CANCELLED"}},
		{"also when it is free then", "", func(m *mapi.Message) {
			props.PidLidAppointmentStateFlags.Set(m, cancelled)
			props.PidLidBusyStatus.Set(m, mapi.BusyStatusFree)
		}, []string{"STATUS:CANCELLED", "TRANSP:TRANSPARENT"}},
		{"it stays cancelled when its busy status changes", "STATUS:CANCELLED", func(m *mapi.Message) { props.PidLidBusyStatus.Set(m, mapi.BusyStatusFree) }, []string{"STATUS:CANCELLED", "TRANSP:TRANSPARENT"}},
		{"one that takes place after all does not", "STATUS:CANCELLED|TRANSP:OPAQUE", func(m *mapi.Message) { props.PidLidAppointmentStateFlags.Set(m, 0) }, nil},
	} {
		m := one(t, vevent("DTSTART:20250102T100000Z|"+c.lines))
		c.edit(m)
		var got []string
		for l := range strings.SplitSeq(encode(t, []*mapi.Message{m}), "\r\n") {
			if strings.HasPrefix(l, "STATUS") || strings.HasPrefix(l, "TRANSP") {
				got = append(got, l)
			}
		}
		assert.Equal(t, c.want, got, c.promise)
	}
}

// Instances that are changed in the structure leave the rule as it was written, also
// where the structure says it only nearly.
func TestChangedInstancesLeaveTheRule(t *testing.T) {
	const zone = ";TZID=Europe/Berlin:"
	const lastDays = "DTSTART" + zone + "20250131T100000|DTEND" + zone + "20250131T110000|RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4"
	const daily = "DTSTART" + zone + "20250101T100000|DTEND" + zone + "20250101T110000|RRULE:FREQ=DAILY;UNTIL=20250106T235959Z"
	for _, c := range []struct {
		promise, lines string
		edit           func(*recur.Appointment)
		want           []string // lines of RRULE, EXDATE, RDATE, RECURRENCE-ID
		happens        string
	}{
		{"deleted", lastDays, without(time.March, 31),
			[]string{"RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", "EXDATE" + zone + "20250331T100000"}, "0131 0531 0731"},
		{"moved", lastDays, moved(time.March, 31, 15),
			[]string{"RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", "RECURRENCE-ID" + zone + "20250331T100000"}, "0131 0331T15 0531 0731"},
		{"an end as it was written", daily, without(time.January, 3),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250103T100000"}, "0101 0102 0104 0105 0106"},
		{"one more than the text has", daily + "|EXDATE" + zone + "20250102T100000,20250103T100000", without(time.January, 4),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250102T100000,20250103T100000", "EXDATE" + zone + "20250104T100000"}, "0101 0105 0106"},
		{"one that is there again", daily + "|EXDATE" + zone + "20250102T100000,20250103T100000", again(time.January, 3),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250102T100000"}, "0101 0103 0104 0105 0106"},
		{"days that are excluded as such", daily + "|EXDATE;VALUE=DATE:20250102", without(time.January, 4),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE;VALUE=DATE:20250102", "EXDATE" + zone + "20250104T100000"}, "0101 0103 0105 0106"},
		{"what excludes nothing stays", daily + "|EXDATE" + zone + "20250104T110000", without(time.January, 4),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250104T110000", "EXDATE" + zone + "20250104T100000"}, "0101 0102 0103 0105 0106"},
		{"a date beside the rule stays", daily + "|EXDATE" + zone + "20250103T100000|RDATE" + zone + "20250103T150000", without(time.January, 5),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250103T100000", "RDATE" + zone + "20250103T150000", "EXDATE" + zone + "20250105T100000"}, "0101 0102 0103T15 0104 0106"},
		{"a date beside the rule is deleted", daily + "|EXDATE" + zone + "20250103T100000|RDATE" + zone + "20250103T150000", notMoved(time.January, 3),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250103T100000"}, "0101 0102 0104 0105 0106"},
		{"a date beside the rule is moved", daily + "|EXDATE" + zone + "20250103T100000|RDATE" + zone + "20250103T150000", moved(time.January, 3, 17),
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "RECURRENCE-ID" + zone + "20250103T100000"}, "0101 0102 0103T17 0104 0105 0106"},
		{"an excluded one is back, elsewhere", daily + "|EXDATE" + zone + "20250103T100000", func(a *recur.Appointment) { moved(time.January, 3, 17)(a); without(time.January, 5)(a) },
			[]string{"RRULE:FREQ=DAILY;UNTIL=20250106T235959Z", "EXDATE" + zone + "20250105T100000", "RECURRENCE-ID" + zone + "20250103T100000"}, "0101 0102 0103T17 0104 0106"},
		{"days without time", "DTSTART;VALUE=DATE:20250131|RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4|EXDATE;VALUE=DATE:20250531", without(time.March, 31),
			[]string{"RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", "EXDATE;VALUE=DATE:20250531", "EXDATE;VALUE=DATE:20250331"}, "0131T00 0731T00"},
		{"another rule is written anew", lastDays, func(a *recur.Appointment) { a.Day = 5; without(time.March, 5)(a) },
			[]string{"RRULE:FREQ=MONTHLY;COUNT=4;BYMONTHDAY=5", "EXDATE" + zone + "20250305T100000"}, ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := one(t, vevent(c.lines))
			change(t, m, c.edit)
			out := unfolded(encode(t, []*mapi.Message{m}))
			_, out, _ = strings.Cut(out, "BEGIN:VEVENT") // zones have rules too
			var got []string
			for l := range strings.SplitSeq(out, "\r\n") {
				for _, name := range []string{"RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"} {
					if strings.HasPrefix(l, name) {
						got = append(got, l)
					}
				}
			}
			assert.ElementsMatch(t, c.want, got)
			if c.happens == "" {
				return
			}
			for _, m := range []*mapi.Message{m, one(t, []byte(encode(t, []*mapi.Message{m})))} {
				assert.Equal(t, c.happens, days(t, m))
			}
		})
	}
}

// days are when a series happens, with the hour where that is not ten.
func days(t testing.TB, m *mapi.Message) string {
	var list []string
	for _, i := range happens(t, m) {
		day := i.Start.Format("0102")
		if i.Start.Hour() != 10 {
			day = i.Start.Format("0102T15")
		}
		list = append(list, day)
	}
	return strings.Join(list, " ")
}

// TestSeriesMovesToAnotherZone: the recurrence structure stays, and its wall clock is that
// of another place. Kept exclusions and ends move with it.
func TestSeriesMovesToAnotherZone(t *testing.T) {
	for _, lines := range []string{
		"DTSTART;TZID=Europe/Berlin:20250106T100000|DURATION:PT1H|RRULE:FREQ=DAILY;UNTIL=20250110T090000Z|EXDATE;TZID=Europe/Berlin:20250107T100000",
		"DTSTART;TZID=Europe/Berlin:20250106T100000|DURATION:PT1H|RRULE:FREQ=DAILY;UNTIL=20250110T090000Z|EXDATE:20250107T090000Z,20250201T090000Z",
		"DTSTART;TZID=Europe/Berlin:20250106T100000|DTEND;TZID=Europe/Berlin:20250106T110000|RRULE:UNTIL=20250110T090000Z;FREQ=DAILY|EXDATE;TZID=Europe/Berlin:20250107T100000",
		"DTSTART:20250106T090000Z|DURATION:PT1H|RRULE:FREQ=DAILY;UNTIL=20250110T090000Z|EXDATE:20250107T090000Z",
		"DTSTART;TZID=Europe/Berlin:20250106T100000|DURATION:PT1H|RRULE:FREQ=HOURLY;INTERVAL=24;UNTIL=20250110T090000Z|EXDATE;TZID=Europe/Berlin:20250107T100000", // without structure
	} {
		m := one(t, vevent(lines))
		tokyo := one(t, vevent("DTSTART;TZID=Asia/Tokyo:20250106T100000|DTEND;TZID=Asia/Tokyo:20250106T110000|RRULE:FREQ=DAILY"))
		if strings.HasPrefix(lines, "DTSTART:") { // at nine there
			tokyo = one(t, vevent("DTSTART;TZID=Asia/Tokyo:20250106T090000|DTEND;TZID=Asia/Tokyo:20250106T100000|RRULE:FREQ=DAILY"))
		}
		for _, p := range []mapi.PropKey{
			props.PidLidAppointmentStartWhole, props.PidLidAppointmentEndWhole, props.PidLidCommonStart, props.PidLidCommonEnd,
			props.PidLidAppointmentTimeZoneDefinitionStartDisplay, props.PidLidAppointmentTimeZoneDefinitionEndDisplay,
			props.PidLidAppointmentTimeZoneDefinitionRecur, props.PidLidTimeZoneStruct, props.PidLidTimeZoneDescription,
		} {
			m.Set(p.Prop(), tokyo.Get(p.Prop()))
		}
		set, ok := ical.Recurrence(m, nil)
		require.True(t, ok, lines)
		var got []string
		for i := range set.Between(time.Time{}, time.Time{}) {
			got = append(got, i.Start.UTC().Format("02 15:04"))
		}
		start := props.PidLidAppointmentStartWhole.Or(m, time.Time{}).Format(" 15:04")
		assert.Equal(t, []string{"06" + start, "08" + start, "09" + start, "10" + start}, got, "%s\n%s", lines, encode(t, []*mapi.Message{m}))
	}
}

// TestZonesOfOneName: what two calendars call the same is not the same.
func TestZonesOfOneName(t *testing.T) {
	uid := 0
	home := func(offset string, id string) *mapi.Message {
		uid++
		return one(t, calendar("BEGIN:VTIMEZONE", "TZID:"+id, "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:"+offset, "TZOFFSETTO:"+offset, "END:STANDARD", "END:VTIMEZONE",
			"BEGIN:VEVENT", fmt.Sprint("UID:", uid), "DTSTART;TZID="+id+":20250106T100000", "DTEND;TZID="+id+":20250106T110000", "X-ZOO;TZID="+id+":20250106T100000", "END:VEVENT"))
	}
	for _, c := range []struct {
		msgs   []*mapi.Message
		zones  int
		issues int
	}{
		{[]*mapi.Message{home("+0307", "Home"), home("+0411", "Home"), home("+0307", "Home"), home("+0411", "Home")}, 2, 1},
		{[]*mapi.Message{home("+0307", "Home"), home("+0307", "Home")}, 1, 0},
		{[]*mapi.Message{home("+0307", "Asia/Tokyo"), one(t, vevent("DTSTART;TZID=Asia/Tokyo:20250106T100000")), home("+0307", "Asia/Tokyo")}, 2, 1},
		{[]*mapi.Message{one(t, vevent("DTSTART;TZID=Asia/Tokyo:20250106T100000")), home("+0307", "Asia/Tokyo")}, 2, 1},
	} {
		var b strings.Builder
		var issues []ical.Issue
		require.NoError(t, ical.Encode(&b, c.msgs, &ical.EncodeOptions{Report: func(i ical.Issue) { issues = append(issues, i) }}))
		again := decode(t, []byte(b.String()))
		require.Len(t, again, len(c.msgs))
		for i, m := range again {
			assert.Equal(t, props.PidLidAppointmentStartWhole.Or(c.msgs[i], time.Time{}), props.PidLidAppointmentStartWhole.Or(m, time.Time{}), b.String())
		}
		assert.Equal(t, c.zones, strings.Count(b.String(), "BEGIN:VTIMEZONE"), b.String())
		assert.Len(t, issues, c.issues)
		out := encode(t, again)
		assert.Equal(t, b.String(), out, "and they stay apart")
	}
}
