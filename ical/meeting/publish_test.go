package meeting_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func TestPublishTellsNothingOfThePeople(t *testing.T) {
	own, _ := invite(t, "RRULE:FREQ=WEEKLY;COUNT=3")
	m := meeting.Publish(own, by(ada(), "2025-03-02 10:00"))
	assert.Empty(t, m.Recipients)
	assert.Empty(t, props.PidLidAllAttendeesString.Or(m, ""))
	assert.Equal(t, mapi.AppointmentState(0), props.PidLidAppointmentStateFlags.Or(m, 9))
	assert.Equal(t, times(own), times(m))
	assert.True(t, meeting.Same(m, own))
	assert.Len(t, own.Recipients, 3)
	_, gone, err := meeting.Cancel(own, by(ada(), "2025-03-02 10:00"))
	require.NoError(t, err)
	assert.Equal(t, mapi.AppointmentStateCanceled, props.PidLidAppointmentStateFlags.Or(meeting.Publish(gone, by(ada(), "2025-03-02 10:10")), 9), "that it was cancelled is told")
}

func TestAddIsAnObjectOfItsOwn(t *testing.T) {
	own, theirs := invite(t, "RRULE:FREQ=WEEKLY;COUNT=3")
	m, err := meeting.Add(own, at("2025-03-26 08:00"), at("2025-03-26 09:00"), by(ada(), "2025-03-02 10:00"))
	require.NoError(t, err)
	method, _ := meeting.MethodOf(m)
	assert.Equal(t, meeting.MethodAdd, method)
	r := meeting.Apply(travel(t, m), theirs, bert(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Create, r.Action, r.Reason)
	assert.Equal(t, []string{"03-26 08:00"}, times(r.Calendar))
	assert.True(t, meeting.Same(r.Calendar, theirs))
	_, err = meeting.Add(own, at("2025-03-26 08:00"), at("2025-03-25 09:00"), by(ada(), "2025-03-02 10:00"))
	assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

func Example() {
	ada, bert := meeting.Person{Name: "Ada", Address: "ada@zoo.example"}, meeting.Person{Name: "Bert", Address: "bert@zoo.example"}
	appointment := &mapi.Message{}
	props.PidTagSubject.Set(appointment, "Feeding")
	props.PidLidAppointmentStartWhole.Set(appointment, at("2025-03-24 08:00"))
	props.PidLidAppointmentEndWhole.Set(appointment, at("2025-03-24 09:00"))
	invited := &mapi.Recipient{}
	props.PidTagEmailAddress.Set(invited, bert.Address)
	appointment.Recipients = append(appointment.Recipients, invited)

	// Ada invites.
	now := at("2025-03-01 10:00")
	id := meeting.NewGlobalObjectID(now, [16]byte{ /* random */ })
	request, adas, _ := meeting.Request(appointment, nil, meeting.SendOptions{Now: now, From: ada, ID: id})

	// Bert gets the request, and accepts.
	received := meeting.Apply(request, nil, bert, now)
	fmt.Println(received.Action, props.PidLidBusyStatus.Or(received.Calendar, 0))
	reply, berts, _ := meeting.Answer(received.Calendar, mapi.ResponseAccepted, nil, meeting.SendOptions{Now: now, From: bert})
	fmt.Println(props.PidTagMessageClass.Or(reply, ""), props.PidLidBusyStatus.Or(berts, 0))

	// Ada gets the answer.
	counted := meeting.Apply(reply, adas, ada, now)
	fmt.Println(counted.Action, meeting.Answers(counted.Calendar))
	// Output:
	// Create Tentative
	// IPM.Schedule.Meeting.Resp.Pos Busy
	// Change map[Accepted:1]
}
