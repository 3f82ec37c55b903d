package meeting_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// travel is a message as it arrives after it was sent as iCalendar.
func travel(t testing.TB, m *mapi.Message) *mapi.Message {
	var b bytes.Buffer
	require.NoError(t, ical.Encode(&b, []*mapi.Message{m}, nil))
	list, err := ical.Decode(&b, nil)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// TestMeetingByMail is the life of a series between programs that know only
// iCalendar: sent, answered, answered with another time, moved, one instance
// cancelled, all cancelled.
func TestMeetingByMail(t *testing.T) {
	message, own, err := meeting.Request(draft(t, "RRULE:FREQ=WEEKLY;COUNT=3"), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	r := meeting.Apply(travel(t, message), nil, bert(), at("2025-03-01 10:05"))
	require.Equal(t, meeting.Create, r.Action)
	theirs := r.Calendar
	require.Equal(t, times(own), times(theirs))

	reply, theirs, err := meeting.Answer(theirs, mapi.ResponseAccepted, nil, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	r = meeting.Apply(travel(t, reply), own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	own = r.Calendar
	assert.Equal(t, mapi.ResponseAccepted, status(own, bert()))

	after := own.Clone()
	props.PidLidLocation.Set(after, "Barn")
	message, own, err = meeting.Request(after, own, by(ada(), "2025-03-03 10:00"))
	require.NoError(t, err)
	r = meeting.Apply(travel(t, message), theirs, bert(), at("2025-03-03 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	theirs = r.Calendar
	assert.Equal(t, "Barn", props.PidLidLocation.Or(theirs, ""))
	assert.Equal(t, mapi.ResponseAccepted, props.PidLidResponseStatus.Or(theirs, 0), "an informational update keeps the answer")
	assert.Equal(t, mapi.ResponseAccepted, status(own, bert()), "and so does the organiser")

	opts := by(ada(), "2025-03-04 10:00")
	opts.Instance = at("2025-03-31 07:00")
	message, own, err = meeting.Cancel(own, opts)
	require.NoError(t, err)
	r = meeting.Apply(travel(t, message), theirs, bert(), at("2025-03-04 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	theirs = r.Calendar
	assert.Equal(t, []string{"03-24 08:00", "04-07 07:00"}, times(theirs))
	assert.Equal(t, times(own), times(theirs))

	message, _, err = meeting.Cancel(own, by(ada(), "2025-03-05 10:00"))
	require.NoError(t, err)
	assert.Equal(t, meeting.Delete, meeting.Apply(travel(t, message), theirs, bert(), at("2025-03-05 10:05")).Action)
}

// TestMethodsOfRFC5546 has the methods of section 3.2 as other programs send them.
func TestMethodsOfRFC5546(t *testing.T) {
	base := []string{"UID:herd@zoo.example", "DTSTAMP:20250301T100000Z", "DTSTART:20250324T080000Z", "DTEND:20250324T090000Z", "ORGANIZER:mailto:ada@zoo.example"}
	event := func(more ...string) []string { return append(append([]string{}, base...), more...) }
	invitation := decode(t, "REQUEST", event("SEQUENCE:1", "ATTENDEE;RSVP=TRUE:mailto:bert@zoo.example", "SUMMARY:Hay")...)
	theirs := meeting.Apply(invitation, nil, bert(), at("2025-03-01 10:05")).Calendar
	require.NotNil(t, theirs)
	own := theirs.Clone()
	props.PidLidAppointmentStateFlags.Set(own, mapi.AppointmentStateMeeting)

	for _, c := range []struct {
		promise  string
		method   string
		lines    []string
		calendar *mapi.Message
		who      meeting.Person
		action   meeting.Action
		reason   meeting.Reason
	}{
		{"3.2.2: the same request again is known", "REQUEST", event("SEQUENCE:1", "ATTENDEE:mailto:bert@zoo.example"), theirs, bert(), meeting.Ignore, meeting.Duplicate},
		{"2.1.5: a lower sequence is stale", "REQUEST", event("SEQUENCE:0", "ATTENDEE:mailto:bert@zoo.example"), theirs, bert(), meeting.Ignore, meeting.Stale},
		{"3.2.2: a higher sequence is an update", "REQUEST", event("SEQUENCE:2", "ATTENDEE:mailto:bert@zoo.example"), theirs, bert(), meeting.Change, 0},
		{"3.2.3: an answer is counted", "REPLY", event("SEQUENCE:1", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example"), own, ada(), meeting.Change, 0},
		{"3.2.3: an answer to an older request is stale", "REPLY", event("SEQUENCE:0", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example"), own, ada(), meeting.Ignore, meeting.Stale},
		{"3.2.3: somebody else may crash the party", "REPLY", event("SEQUENCE:1", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:dora@zoo.example"), own, ada(), meeting.Change, 0},
		{"3.2.4: an instance more is an object of its own", "ADD", event("SEQUENCE:2", "RECURRENCE-ID:20250401T080000Z", "ATTENDEE:mailto:bert@zoo.example"), nil, bert(), meeting.Create, 0},
		{"3.2.5: a cancellation", "CANCEL", event("SEQUENCE:2", "STATUS:CANCELLED"), theirs, bert(), meeting.Delete, 0},
		{"3.2.5: of what is not there", "CANCEL", event("SEQUENCE:2"), nil, bert(), meeting.Ignore, meeting.Unknown},
		{"3.2.5: by somebody else", "CANCEL", []string{"UID:herd@zoo.example", "SEQUENCE:2", "DTSTART:20250324T080000Z", "ORGANIZER:mailto:eve@zoo.example"}, theirs, bert(), meeting.Ignore, meeting.NotOrganizer},
		{"3.2.6: a refresh", "REFRESH", event("ATTENDEE:mailto:bert@zoo.example"), own, ada(), meeting.Resend, 0},
		{"3.2.7: a counter proposal", "COUNTER", event("SEQUENCE:1", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:bert@zoo.example"), own, ada(), meeting.Change, 0},
		{"3.2.8: a proposal declined", "DECLINECOUNTER", event("SEQUENCE:1", "ATTENDEE:mailto:bert@zoo.example"), theirs, bert(), meeting.Change, 0},
		{"3.2.1: what is published is no message about a meeting", "PUBLISH", event("SEQUENCE:1"), nil, bert(), meeting.Ignore, meeting.NoMeeting},
	} {
		t.Run(c.promise, func(t *testing.T) {
			r := meeting.Apply(decode(t, c.method, c.lines...), c.calendar, c.who, at("2025-03-10 10:00"))
			assert.Equal(t, c.action, r.Action, r.Action)
			assert.Equal(t, c.reason, r.Reason, r.Reason)
		})
	}

	r := meeting.Apply(decode(t, "REQUEST", event("SEQUENCE:2", "STATUS:CANCELLED", "ATTENDEE:mailto:bert@zoo.example")...), theirs, bert(), at("2025-03-10 10:00"))
	assert.NotZero(t, props.PidLidAppointmentStateFlags.Or(r.Calendar, 0)&mapi.AppointmentStateCanceled, "3.2.2: a request may say that it does not take place")
}
