package meeting_test

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// to is a recipient of a role.
func to(p meeting.Person, role mapi.RecipientType) *mapi.Recipient {
	r := &mapi.Recipient{}
	props.PidTagRecipientType.Set(r, role)
	props.PidTagDisplayName.Set(r, p.Name)
	props.PidTagAddressType.Set(r, p.Type)
	props.PidTagEmailAddress.Set(r, p.Address)
	return r
}

func dora() meeting.Person {
	return meeting.Person{Name: "Dora", Address: "dora@zoo.example", Type: "SMTP"}
}

func TestForwardedRequest(t *testing.T) {
	own, theirs := invite(t)
	stable := meeting.Person{Name: "Stable", Address: "stable@zoo.example", Type: "SMTP"}
	request, notification, err := meeting.Forward(theirs, []*mapi.Recipient{to(dora(), mapi.RecipientTo), to(stable, mapi.RecipientBcc)}, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)

	assert.Equal(t, "IPM.Schedule.Meeting.Request", props.PidTagMessageClass.Or(request, ""))
	assert.Equal(t, "ada@zoo.example", meeting.Organizer(request).Address, "it is still the organiser's")
	assert.Equal(t, "bert@zoo.example", props.PidTagSenderEmailAddress.Or(request, ""))
	assert.Equal(t, at("2025-03-02 10:00"), props.PidLidAttendeeCriticalChange.Or(request, time.Time{}))
	assert.Equal(t, mapi.ResponseNotResponded, props.PidLidResponseStatus.Or(request, 0))
	assert.Equal(t, mapi.BusyStatusTentative, props.PidLidBusyStatus.Or(request, 0))
	assert.NotZero(t, props.PidLidAppointmentAuxiliaryFlags.Or(request, 0)&mapi.AppointmentAuxForwarded)
	assert.Empty(t, props.PidLidAllAttendeesString.Or(request, "-"))
	assert.Len(t, request.Recipients, 2)
	r := meeting.Apply(travel(t, request), nil, dora(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Create, r.Action, "who gets it can take part")
	assert.Equal(t, times(own), times(r.Calendar))

	assert.Equal(t, "IPM.Schedule.Meeting.Notification.Forward", props.PidTagMessageClass.Or(notification, ""))
	assert.Equal(t, "Meeting Forward Notification: Hay", props.PidTagSubject.Or(notification, ""))
	assert.Equal(t, "ada@zoo.example", props.PidTagEmailAddress.Or(notification.Recipients[0], ""))
	r = meeting.Apply(notification, own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	assert.Zero(t, r.Type)
	assert.Equal(t, mapi.RecipientCc, props.PidTagRecipientType.Or(track(r.Calendar, dora()), 0), "they are optional attendees")
	assert.False(t, track(r.Calendar, stable).Has(props.PidTagEmailAddress.Prop()), "rooms are not")
	assert.Equal(t, "Bert; Carl; Dora", props.PidLidAllAttendeesString.Or(r.Calendar, ""))
	again := meeting.Apply(notification, r.Calendar, ada(), at("2025-03-02 10:05"))
	assert.Equal(t, meeting.Duplicate, again.Reason)
	assert.Equal(t, meeting.NotOrganizer, meeting.Apply(notification, theirs, bert(), at("2025-03-02 10:05")).Reason)
	assert.Equal(t, meeting.Unknown, meeting.Apply(notification, nil, ada(), at("2025-03-02 10:05")).Reason)

	var b bytes.Buffer
	var issues []ical.Issue
	require.NoError(t, ical.Encode(&b, []*mapi.Message{notification}, &ical.EncodeOptions{Report: func(i ical.Issue) { issues = append(issues, i) }}))
	assert.NotContains(t, b.String(), "VEVENT", "calendars cannot say it")
	assert.Len(t, issues, 1)
}

// TestNotificationIsWhatTheSpecificationSays has the bytes of MS-OXOCAL 2.2.9.3 and
// MS-OXCDATA 2.8.3.
func TestNotificationIsWhatTheSpecificationSays(t *testing.T) {
	_, theirs := invite(t)
	exchange := meeting.Person{Name: "É", Address: "/o=zoo/cn=e", Type: "EX"}
	_, notification, err := meeting.Forward(theirs, []*mapi.Recipient{to(meeting.Person{Name: "D", Address: "d@z", Type: "SMTP"}, 1), to(exchange, 1), to(meeting.Person{Name: "F", Address: "1", Type: "FAX"}, 1)}, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	assert.Equal(t, "01000000"+"03000000"+
		"5b02"+"640040007a000000"+"44000000"+"0000"+"00"+
		"5102"+"0000"+hex.EncodeToString([]byte("/o=zoo/cn=e"))+"00"+"c9000000"+"0000"+"00"+
		"5882"+"46415800"+"31000000"+"46000000"+"0000"+"00",
		hex.EncodeToString(props.PidLidForwardNotificationRecipients.Or(notification, nil)))
}

func TestForwardedInstance(t *testing.T) {
	own, theirs := invite(t, "RRULE:FREQ=WEEKLY;COUNT=3")
	opts := by(bert(), "2025-03-02 10:00")
	opts.Instance = at("2025-03-31 07:00")
	request, notification, err := meeting.Forward(theirs, []*mapi.Recipient{to(dora(), mapi.RecipientTo)}, opts)
	require.NoError(t, err)
	assert.True(t, props.PidLidForwardInstance.Or(request, false))
	r := meeting.Apply(notification, own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	assert.False(t, track(r.Calendar, dora()).Has(props.PidTagEmailAddress.Prop()), "not of the series")
	require.Len(t, r.Calendar.Attachments, 1, "the instance becomes an exception")
	assert.True(t, track(r.Calendar.Attachments[0].Embedded, dora()).Has(props.PidTagEmailAddress.Prop()))
	assert.Equal(t, times(own), times(r.Calendar))

	cancel := by(ada(), "2025-03-01 12:00")
	cancel.Instance = opts.Instance
	_, without, err := meeting.Cancel(own, cancel)
	require.NoError(t, err)
	assert.Equal(t, meeting.Unknown, meeting.Apply(notification, without, ada(), at("2025-03-02 10:05")).Reason, "what was deleted does not come back")
}

// TestForwardedSeriesThatOnlyItsRuleSays stays one, and tells nothing of the others.
func TestForwardedSeriesThatOnlyItsRuleSays(t *testing.T) {
	invitation := decode(t, "REQUEST", "UID:x", "DTSTAMP:20250301T100000Z", "DTSTART:20250324T080000Z", "DTEND:20250324T083000Z", "RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=5",
		"ORGANIZER:mailto:ada@zoo.example", "ATTENDEE;X-SEAT=1;RSVP=TRUE:mailto:bert@zoo.example", "ATTENDEE;X-SEAT=2;RSVP=TRUE:mailto:carl@zoo.example")
	theirs := meeting.Apply(invitation, nil, bert(), at("2025-03-01 10:05")).Calendar
	request, _, err := meeting.Forward(theirs, []*mapi.Recipient{to(dora(), mapi.RecipientTo)}, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	text := written(t, request)
	assert.Contains(t, text, "METHOD:REQUEST\r\n")
	assert.NotContains(t, text, "carl")
	assert.Equal(t, times(invitation), times(travel(t, request)))
	assert.Len(t, times(request), 5)
}

func TestForwardIsRefused(t *testing.T) {
	own, theirs := invite(t)
	someone := []*mapi.Recipient{to(dora(), mapi.RecipientTo)}
	_, _, err := meeting.Forward(theirs, nil, by(bert(), "2025-03-02 10:00"))
	require.ErrorIs(t, err, mapi.ErrInvalidParameter)
	_, _, err = meeting.Forward(draft(t), someone, by(bert(), "2025-03-02 10:00"))
	require.ErrorIs(t, err, mapi.ErrInvalidParameter, "what is no meeting")
	props.PidNameMeetingDoNotForward.Set(theirs, true)
	_, _, err = meeting.Forward(theirs, someone, by(bert(), "2025-03-02 10:00"))
	require.ErrorIs(t, err, mapi.ErrNoAccess)
	_, notification, err := meeting.Forward(own, someone, by(ada(), "2025-03-02 10:00"))
	require.NoError(t, err)
	assert.Nil(t, notification, "organisers need not be told what they did")
}

func TestNotificationOutOfDate(t *testing.T) {
	own, theirs := invite(t)
	_, notification, err := meeting.Forward(theirs, []*mapi.Recipient{to(dora(), mapi.RecipientTo)}, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	props.PidLidAppointmentSequence.Set(own, 4)
	r := meeting.Apply(notification, own, ada(), at("2025-03-02 10:05"))
	assert.Equal(t, meeting.Change, r.Action)
	assert.Equal(t, mapi.MeetingTypeOutOfDate, r.Type, "they need an update")
}

func TestDamagedNotification(t *testing.T) {
	own, theirs := invite(t)
	_, notification, err := meeting.Forward(theirs, []*mapi.Recipient{to(dora(), mapi.RecipientTo), to(carl(), mapi.RecipientTo)}, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	whole := props.PidLidForwardNotificationRecipients.Or(notification, nil)
	for n := range whole {
		props.PidLidForwardNotificationRecipients.Set(notification, whole[:n])
		assert.Equal(t, meeting.Unsupported, meeting.Apply(notification, own, ada(), at("2025-03-02 10:05")).Reason, "%d bytes", n)
	}
}
