package freebusy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

const (
	tentative = mapi.BusyStatusTentative
	busy      = mapi.BusyStatusBusy
	away      = mapi.BusyStatusOutOfOffice
	elsewhere = mapi.BusyStatusWorkingElsewhere
	free      = mapi.BusyStatusFree
)

func TestStatuses(t *testing.T) {
	with := func(m *mapi.Message, set func(*mapi.Message)) *mapi.Message { set(m); return m }
	one := func() *mapi.Message { return single("2025-01-06 10:00", "2025-01-06 11:00", busy) }
	for _, c := range []struct {
		promise string
		given   []*mapi.Message
		want    []string
	}{
		{"no appointments, no intervals", nil, []string{}},
		{"what is free takes no time", []*mapi.Message{single("2025-01-06 10:00", "2025-01-06 11:00", free)}, []string{}},
		{"tentative and out of office count as well as busy", []*mapi.Message{
			single("2025-01-06 10:00", "2025-01-06 11:00", tentative), single("2025-01-06 12:00", "2025-01-06 13:00", away),
		}, []string{"01-06 10:00 – 01-06 11:00 Tentative", "01-06 12:00 – 01-06 13:00 OutOfOffice"}},
		{"the stronger status covers the weaker one, and only where it is", []*mapi.Message{
			single("2025-01-06 10:00", "2025-01-06 14:00", tentative), single("2025-01-06 11:00", "2025-01-06 12:00", busy),
		}, []string{"01-06 10:00 – 01-06 11:00 Tentative", "01-06 11:00 – 01-06 12:00 Busy", "01-06 12:00 – 01-06 14:00 Tentative"}},
		{"out of office covers busy, and everything covers working elsewhere", []*mapi.Message{
			single("2025-01-06 08:00", "2025-01-06 12:00", elsewhere), single("2025-01-06 09:00", "2025-01-06 11:00", busy), single("2025-01-06 10:00", "2025-01-06 11:00", away),
		}, []string{"01-06 08:00 – 01-06 09:00 WorkingElsewhere", "01-06 09:00 – 01-06 10:00 Busy", "01-06 10:00 – 01-06 11:00 OutOfOffice", "01-06 11:00 – 01-06 12:00 WorkingElsewhere"}},
		{"what touches and is alike is one", []*mapi.Message{
			single("2025-01-06 10:00", "2025-01-06 11:00", busy), single("2025-01-06 11:00", "2025-01-06 12:00", busy),
		}, []string{"01-06 10:00 – 01-06 12:00 Busy"}},
		{"an end before the start takes no time", []*mapi.Message{single("2025-01-06 10:00", "2025-01-06 09:00", busy)}, []string{}},
		{"intervals are cut to the window", []*mapi.Message{single("2025-01-01 00:00", "2025-01-31 00:00", away)}, []string{"01-06 00:00 – 01-11 00:00 OutOfOffice"}},
		{"a status that nobody knows is busy", []*mapi.Message{single("2025-01-06 10:00", "2025-01-06 11:00", 77)}, []string{"01-06 10:00 – 01-06 11:00 Busy"}},
		{"a cancelled meeting is free", []*mapi.Message{with(one(), func(m *mapi.Message) {
			props.PidLidAppointmentStateFlags.Set(m, mapi.AppointmentStateMeeting|mapi.AppointmentStateCanceled)
		})}, []string{}},
		{"a declined meeting is free", []*mapi.Message{with(one(), func(m *mapi.Message) { props.PidLidResponseStatus.Set(m, mapi.ResponseDeclined) })}, []string{}},
		{"a request that nobody processed is no booking", []*mapi.Message{with(one(), func(m *mapi.Message) {
			props.PidTagMessageClass.Set(m, "IPM.Schedule.Meeting.Request")
		})}, []string{}},
		{"a class of one's own is an appointment", []*mapi.Message{with(one(), func(m *mapi.Message) {
			props.PidTagMessageClass.Set(m, "ipm.appointment.Feeding")
		})}, []string{"01-06 10:00 – 01-06 11:00 Busy"}},
	} {
		t.Run(c.promise, func(t *testing.T) { assert.Equal(t, c.want, of(c.given, "2025-01-06", "2025-01-11", nil)) })
	}
}

func TestSeries(t *testing.T) {
	weekly := "a@zoo\nDTSTART;TZID=Europe/Berlin:20250324T090000\nDTEND;TZID=Europe/Berlin:20250324T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO\nSUMMARY:Hay"
	for _, c := range []struct {
		promise  string
		given    []string
		from, to string
		opts     *freebusy.Options
		want     []string
	}{
		{"the clock of the zone counts, also when it is changed", []string{weekly}, "2025-03-24", "2025-04-01", nil,
			[]string{"03-24 08:00 – 03-24 09:00 Busy", "03-31 07:00 – 03-31 08:00 Busy"}},
		{"deleted instances take no time (lesson 43)", []string{weekly + "\nEXDATE;TZID=Europe/Berlin:20250331T090000"}, "2025-03-24", "2025-04-08", nil,
			[]string{"03-24 08:00 – 03-24 09:00 Busy", "04-07 07:00 – 04-07 08:00 Busy"}},
		{"moved instances are where they were moved, with their own status", []string{weekly,
			"a@zoo\nRECURRENCE-ID;TZID=Europe/Berlin:20250331T090000\nDTSTART;TZID=Europe/Berlin:20250401T120000\nDTEND;TZID=Europe/Berlin:20250401T130000\nX-MICROSOFT-CDO-BUSYSTATUS:OOF"},
			"2025-03-31", "2025-04-07", nil, []string{"04-01 10:00 – 04-01 11:00 OutOfOffice"}},
		{"an event that was cancelled takes no time", []string{"a@zoo\nDTSTART:20250324T080000Z\nDTEND:20250324T090000Z\nSTATUS:CANCELLED"}, "2025-03-24", "2025-04-08", nil, []string{}},
		{"nor does it when the sender calls it out of office", []string{"a@zoo\nDTSTART:20250324T080000Z\nDTEND:20250324T090000Z\nSTATUS:Cancelled\nX-MICROSOFT-CDO-BUSYSTATUS:OOF"}, "2025-03-24", "2025-04-08", nil, []string{}},
		{"nor a meeting", []string{"a@zoo\nDTSTART:20250324T080000Z\nDTEND:20250324T090000Z\nSTATUS:CANCELLED\nORGANIZER:mailto:ada@zoo.example\nATTENDEE:mailto:bert@zoo.example"}, "2025-03-24", "2025-04-08", nil, []string{}},
		{"nor a series, with what differs in it", []string{weekly + "\nSTATUS:CANCELLED",
			"a@zoo\nRECURRENCE-ID;TZID=Europe/Berlin:20250331T090000\nDTSTART;TZID=Europe/Berlin:20250401T120000\nDTEND;TZID=Europe/Berlin:20250401T130000"},
			"2025-03-24", "2025-04-08", nil, []string{}},
		{"nor one instance of a series that goes on", []string{weekly,
			"a@zoo\nRECURRENCE-ID;TZID=Europe/Berlin:20250331T090000\nDTSTART;TZID=Europe/Berlin:20250331T090000\nDTEND;TZID=Europe/Berlin:20250331T100000\nSTATUS:CANCELLED"},
			"2025-03-24", "2025-04-08", nil, []string{"03-24 08:00 – 03-24 09:00 Busy", "04-07 07:00 – 04-07 08:00 Busy"}},
		{"nor one of a rule that the structure cannot say", []string{"b@zoo\nDTSTART:20250105T100000Z\nDTEND:20250105T110000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=5,20",
			"b@zoo\nRECURRENCE-ID:20250205T100000Z\nDTSTART:20250205T100000Z\nDTEND:20250205T110000Z\nSTATUS:CANCELLED"}, "2025-02-01", "2025-03-01", nil,
			[]string{"02-20 10:00 – 02-20 11:00 Busy"}},
		{"nor an instance without its series", []string{"a@zoo\nRECURRENCE-ID:20250331T090000Z\nDTSTART:20250331T090000Z\nDTEND:20250331T100000Z\nSTATUS:CANCELLED"}, "2025-03-24", "2025-04-08", nil, []string{}},
		{"a rule that the structure cannot say is expanded all the same", []string{
			"b@zoo\nDTSTART:20250105T100000Z\nDTEND:20250105T110000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=5,20"}, "2025-02-01", "2025-03-01", nil,
			[]string{"02-05 10:00 – 02-05 11:00 Busy", "02-20 10:00 – 02-20 11:00 Busy"}},
		{"the 31st is in months that have it (RFC 5545)", []string{
			"c@zoo\nDTSTART:20250131T100000Z\nDTEND:20250131T110000Z\nRRULE:FREQ=MONTHLY"}, "2025-02-01", "2025-04-01", nil,
			[]string{"03-31 10:00 – 03-31 11:00 Busy"}},
		{"yearly series come every year (lesson 43)", []string{
			"d@zoo\nDTSTART;VALUE=DATE:20000229\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28"}, "2025-01-01", "2027-01-01", nil,
			[]string{"02-28 00:00 – 03-01 00:00 Busy", "02-28 00:00 – 03-01 00:00 Busy"}},
		{"what began before the window counts in it", []string{"e@zoo\nDTSTART:20250101T200000Z\nDTEND:20250102T040000Z\nRRULE:FREQ=DAILY"},
			"2025-01-10", "2025-01-10 22:00", nil, []string{"01-10 00:00 – 01-10 04:00 Busy", "01-10 20:00 – 01-10 22:00 Busy"}},
		{"endless series are cut where it is said", []string{"f@zoo\nDTSTART:20250101T000000Z\nDTEND:20250101T010000Z\nRRULE:FREQ=DAILY"},
			"2025-01-01", "2099-01-01", &freebusy.Options{MaxInstances: 1}, []string{"01-01 00:00 – 01-01 01:00 Busy"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			assert.Equal(t, c.want, of(calendar(t, c.given...), c.from, c.to, c.opts))
		})
	}
}

func TestDays(t *testing.T) {
	day := "a@zoo\nDTSTART;VALUE=DATE:20250330\nDTEND;VALUE=DATE:20250331"
	daily := "b@zoo\nDTSTART;VALUE=DATE:20250329\nDTEND;VALUE=DATE:20250330\nRRULE:FREQ=DAILY;COUNT=3"
	meeting := day + "\nORGANIZER:mailto:ada@zoo.example\nATTENDEE:mailto:bert@zoo.example"
	berlin, tokyo := &freebusy.Options{Location: place(t, "Europe/Berlin")}, &freebusy.Options{Location: place(t, "Asia/Tokyo")}
	for _, c := range []struct {
		promise string
		given   string
		opts    *freebusy.Options
		want    []string
	}{
		{"a day lies where it was entered", day, nil, []string{"03-30 00:00 – 03-31 00:00 Busy"}},
		{"a day floats to where the person is, and may have 23 hours", day, berlin, []string{"03-29 23:00 – 03-30 22:00 Busy"}},
		{"a day floats east", day, tokyo, []string{"03-29 15:00 – 03-30 15:00 Busy"}},
		{"the day of a meeting does not float (MS-OXOCAL 3.1.5.5.1)", meeting, tokyo, []string{"03-30 00:00 – 03-31 00:00 Busy"}},
		{"the days of a series float, too", daily, berlin, []string{"03-28 23:00 – 03-31 22:00 Busy"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			assert.Equal(t, c.want, of(calendar(t, c.given), "2025-03-20", "2025-04-10", c.opts))
		})
	}
}

func TestEventsHidePrivateDetails(t *testing.T) {
	list := calendar(t,
		"a@zoo\nDTSTART:20250106T100000Z\nDTEND:20250106T110000Z\nSUMMARY:Vet\nLOCATION:Clinic\nCLASS:PRIVATE",
		"b@zoo\nDTSTART:20250106T090000Z\nDTEND:20250106T093000Z\nSUMMARY:Hay\nLOCATION:Stable",
		"c@zoo\nDTSTART:20250106T120000Z\nDTEND:20250106T130000Z\nSUMMARY:Salt\nCLASS:CONFIDENTIAL\nTRANSP:TRANSPARENT")
	events := freebusy.Events(slices.Values(list), at("2025-01-06"), at("2025-01-07"), &freebusy.Options{Details: true})
	require.Len(t, events, 3)
	assert.Equal(t, "Hay", events[0].Subject)
	assert.Equal(t, "Stable", events[0].Location)
	assert.True(t, events[1].Private)
	assert.Empty(t, events[1].Subject+events[1].Location)
	assert.Empty(t, events[2].Subject)
	assert.Equal(t, free, events[2].Status)

	for _, e := range freebusy.Events(slices.Values(list), at("2025-01-06"), at("2025-01-07"), nil) {
		assert.Empty(t, e.Subject, "details are given only when they are asked for")
	}
}

func TestSkipLeavesOutTheMeetingItself(t *testing.T) {
	a, b := single("2025-01-06 10:00", "2025-01-06 11:00", busy), single("2025-01-06 12:00", "2025-01-06 13:00", busy)
	assert.Equal(t, []string{"01-06 12:00 – 01-06 13:00 Busy"}, of([]*mapi.Message{a, b}, "2025-01-06", "2025-01-07",
		&freebusy.Options{Skip: func(m *mapi.Message) bool { return m == a }}))
}

func TestDamagedRecurrenceIsReportedAndTheFirstInstanceCounts(t *testing.T) {
	m := single("2025-01-06 10:00", "2025-01-06 11:00", busy)
	props.PidLidAppointmentRecur.Set(m, []byte{4, 0x30, 4, 0x30})
	said := 0
	assert.Equal(t, []string{"01-06 10:00 – 01-06 11:00 Busy"}, of([]*mapi.Message{m}, "2025-01-06", "2025-01-07",
		&freebusy.Options{Report: func(freebusy.Issue) { said++ }}))
	assert.Equal(t, 1, said)
}

func TestGapsOfSeveralPeople(t *testing.T) {
	ada := []freebusy.Interval{{Start: at("2025-01-06 09:00"), End: at("2025-01-06 10:00"), Status: busy}}
	bert := []freebusy.Interval{{Start: at("2025-01-06 09:30"), End: at("2025-01-06 11:00"), Status: tentative}, {Start: at("2025-01-06 11:10"), End: at("2025-01-06 12:00"), Status: away}}
	carl := []freebusy.Interval{{Start: at("2025-01-06 08:00"), End: at("2025-01-06 18:00"), Status: elsewhere}}
	assert.Equal(t, []string{"01-06 08:00 – 01-06 09:00 Free", "01-06 12:00 – 01-06 13:00 Free"},
		show(freebusy.Gaps(at("2025-01-06 08:00"), at("2025-01-06 13:00"), 30*time.Minute, ada, bert, carl)))
}

func TestMergeIsWhatItCovers(t *testing.T) {
	// Against a clock that is asked minute by minute.
	state := uint64(7)
	next := func(n int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % n
	}
	order := []mapi.BusyStatus{free, elsewhere, tentative, busy, away}
	from := at("2025-01-06")
	for range 300 {
		var list []freebusy.Interval
		minutes := make([]int, 200)
		for range next(12) {
			a, s := next(190), next(5)
			b := a + next(10)
			for k := a; k < b; k++ {
				minutes[k] = max(minutes[k], s)
			}
			list = append(list, freebusy.Interval{Start: from.Add(time.Duration(a) * time.Minute), End: from.Add(time.Duration(b) * time.Minute), Status: order[s]})
		}
		var want []byte
		for _, s := range minutes {
			want = append(want, '0'+byte(order[s]))
		}
		merged := freebusy.Merge(list)
		got, err := freebusy.Digits(merged, from, from.Add(200*time.Minute), time.Minute)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
		require.Equal(t, merged, freebusy.FromDigits(got, from, time.Minute))
		require.Equal(t, merged, freebusy.Merge(merged, merged))
	}
}
