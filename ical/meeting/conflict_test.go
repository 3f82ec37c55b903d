package meeting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// booking is an appointment of a room.
func booking(start, end string, status mapi.BusyStatus) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Appointment")
	props.PidLidAppointmentStartWhole.Set(m, at(start))
	props.PidLidAppointmentEndWhole.Set(m, at(end))
	props.PidLidBusyStatus.Set(m, status)
	return m
}

func request(t testing.TB, rule ...string) *mapi.Message {
	m, _, err := meeting.Request(draft(t, rule...), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	return m
}

func TestDecide(t *testing.T) {
	const day = 24 * time.Hour
	single := request(t) // 03-24 08:00 to 09:00
	weekly := request(t, "RRULE:FREQ=WEEKLY;COUNT=4")
	endless := request(t, "RRULE:FREQ=WEEKLY")
	secondWeek := booking("2025-03-31 07:30", "2025-03-31 08:30", mapi.BusyStatusBusy)
	for _, c := range []struct {
		promise  string
		request  *mapi.Message
		policy   meeting.Policy
		calendar []*mapi.Message
		answer   mapi.ResponseStatus
		refusal  meeting.Refusal
		found    int
	}{
		{"an empty room is taken", single, meeting.Policy{}, nil, mapi.ResponseAccepted, 0, 0},
		{"back to back is no conflict (lesson 43)", single, meeting.Policy{}, []*mapi.Message{
			booking("2025-03-24 07:00", "2025-03-24 08:00", mapi.BusyStatusBusy), booking("2025-03-24 09:00", "2025-03-24 10:00", mapi.BusyStatusBusy),
		}, mapi.ResponseAccepted, 0, 0},
		{"one minute in common is", single, meeting.Policy{}, []*mapi.Message{booking("2025-03-24 07:00", "2025-03-24 08:01", mapi.BusyStatusBusy)}, mapi.ResponseDeclined, meeting.Taken, 1},
		{"tentative bookings count (lesson 43)", single, meeting.Policy{}, []*mapi.Message{booking("2025-03-24 07:00", "2025-03-24 12:00", mapi.BusyStatusTentative)}, mapi.ResponseDeclined, meeting.Taken, 1},
		{"out of office counts (lesson 43)", single, meeting.Policy{}, []*mapi.Message{booking("2025-03-24 08:10", "2025-03-24 08:20", mapi.BusyStatusOutOfOffice)}, mapi.ResponseDeclined, meeting.Taken, 1},
		{"free and elsewhere do not", single, meeting.Policy{}, []*mapi.Message{
			booking("2025-03-24 08:00", "2025-03-24 09:00", mapi.BusyStatusFree), booking("2025-03-24 08:00", "2025-03-24 09:00", mapi.BusyStatusWorkingElsewhere),
		}, mapi.ResponseAccepted, 0, 0},
		{"a meeting does not conflict with itself", single, meeting.Policy{}, []*mapi.Message{meeting.Apply(single, nil, bert(), at("2025-03-02 10:00")).Calendar}, mapi.ResponseAccepted, 0, 0},
		{"double bookings are taken where they may be", single, meeting.Policy{AllowConflicts: true}, []*mapi.Message{booking("2025-03-24 08:00", "2025-03-24 09:00", mapi.BusyStatusBusy)}, mapi.ResponseAccepted, 0, 0},
		{"a person decides: tentative", single, meeting.Policy{Manual: true}, nil, mapi.ResponseTentative, 0, 0},
		{"longer than allowed", single, meeting.Policy{MaxDuration: time.Hour - 1}, nil, mapi.ResponseDeclined, meeting.TooLong, 0},
		{"beyond the window", single, meeting.Policy{Window: 14 * day}, nil, mapi.ResponseDeclined, meeting.TooFar, 0},
		{"within the window", single, meeting.Policy{Window: 30 * day}, nil, mapi.ResponseAccepted, 0, 0},
		{"series where they are not taken", weekly, meeting.Policy{RefuseRecurring: true}, nil, mapi.ResponseDeclined, meeting.Recurring, 0},
		{"a series with a conflict", weekly, meeting.Policy{}, []*mapi.Message{secondWeek}, mapi.ResponseDeclined, meeting.Taken, 1},
		{"a series with as many conflicts as it may have", weekly, meeting.Policy{MaxConflicts: 1}, []*mapi.Message{secondWeek}, mapi.ResponseAccepted, 0, 1},
		{"the same in percent", weekly, meeting.Policy{MaxConflictsPart: 25}, []*mapi.Message{secondWeek}, mapi.ResponseAccepted, 0, 1},
		{"and a percent less", weekly, meeting.Policy{MaxConflictsPart: 24}, []*mapi.Message{secondWeek}, mapi.ResponseDeclined, meeting.Taken, 1},
		{"a series that goes beyond the window", weekly, meeting.Policy{Window: 40 * day}, nil, mapi.ResponseDeclined, meeting.TooFar, 0},
		{"as far as it goes, where that is wanted", weekly, meeting.Policy{Window: 40 * day, TrimSeries: true}, nil, mapi.ResponseAccepted, 0, 0},
		{"an endless series without window is looked at as far as the horizon", endless, meeting.Policy{}, []*mapi.Message{booking("2026-03-23 08:00", "2026-03-23 09:00", mapi.BusyStatusBusy)}, mapi.ResponseDeclined, meeting.Taken, 1},
	} {
		t.Run(c.promise, func(t *testing.T) {
			d := c.policy.Decide(c.request, slices.Values(c.calendar), at("2025-03-02 10:00"), nil)
			assert.Equal(t, c.answer, d.Answer)
			assert.Equal(t, c.refusal, d.Refusal, "%v", d.Refusal)
			assert.Len(t, d.Conflicts, c.found)
		})
	}
	d := meeting.Policy{}.Decide(single, slices.Values([]*mapi.Message{}), at("2025-06-01 10:00"), nil)
	assert.Equal(t, meeting.Past, d.Refusal)
	d = meeting.Policy{Window: time.Hour}.Decide(single, slices.Values([]*mapi.Message{}), at("1990-06-01 10:00"), nil)
	assert.Equal(t, meeting.TooFar, d.Refusal, "however far it is")
}

func TestConflictsSayWhichInstances(t *testing.T) {
	weekly := request(t, "RRULE:FREQ=WEEKLY;COUNT=4")
	busy := []freebusy.Interval{{Start: at("2025-03-31 07:30"), End: at("2025-03-31 20:00"), Status: mapi.BusyStatusBusy}}
	list := meeting.Conflicts(weekly, busy, at("2025-01-01 00:00"), at("2026-01-01 00:00"), nil)
	require.Len(t, list, 1)
	assert.Equal(t, at("2025-03-31 07:00"), list[0].Original)
	assert.Equal(t, busy[0], list[0].With)

	// A room takes the series without that instance.
	room := meeting.Person{Address: "room@zoo.example"}
	theirs := meeting.Apply(weekly, nil, room, at("2025-03-02 10:00")).Calendar
	opts := by(room, "2025-03-02 10:00")
	_, theirs, err := meeting.Answer(theirs, mapi.ResponseAccepted, nil, opts)
	require.NoError(t, err)
	opts.Instance = list[0].Original
	_, theirs, err = meeting.Answer(theirs, mapi.ResponseDeclined, nil, opts)
	require.NoError(t, err)
	assert.Equal(t, []string{"03-24 08:00", "04-07 07:00", "04-14 07:00"}, times(theirs))
}
