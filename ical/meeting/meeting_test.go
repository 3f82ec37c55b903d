package meeting_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func TestIdentity(t *testing.T) {
	id := meeting.NewGlobalObjectID(at("2025-01-01 08:00"), [16]byte{9})
	id.Original = at("2025-03-31 00:00")
	back, err := meeting.ParseGlobalObjectID(id.Bytes())
	require.NoError(t, err)
	assert.Equal(t, id, back)
	assert.Len(t, id.Bytes(), 56)
	assert.Equal(t, id.UID(), id.Clean().UID(), "instances have the UID of their series")

	foreign, err := meeting.ParseGlobalObjectID(ical.GlobalObjectID("feeding@zoo", at("2025-03-31 00:00")))
	require.NoError(t, err)
	assert.Equal(t, "feeding@zoo", foreign.UID())
	assert.Equal(t, at("2025-03-31 00:00"), foreign.Original)

	whole := id.Bytes()
	for n := range whole[:40] {
		_, err := meeting.ParseGlobalObjectID(whole[:n])
		require.ErrorIs(t, err, mapi.ErrCorruptData, "lesson 39: shorter than its header")
	}
	var a, b mapi.Message
	props.PidLidGlobalObjectId.Set(&a, whole[:39])
	props.PidLidGlobalObjectId.Set(&b, whole[:39])
	assert.False(t, meeting.Same(&a, &b), "lesson 39: a broken identity is none")
	props.PidLidGlobalObjectId.Set(&a, whole)
	props.PidLidCleanGlobalObjectId.Set(&b, id.Clean().Bytes())
	assert.True(t, meeting.Same(&a, &b), "the clean identity counts")
	odd := bytes.Clone(whole)
	odd[18], odd[36] = 77, 255
	back, err = meeting.ParseGlobalObjectID(odd)
	require.NoError(t, err)
	assert.True(t, back.Original.IsZero())
}

func TestMethods(t *testing.T) {
	event := []string{"UID:a@zoo", "DTSTART:20250106T100000Z", "ORGANIZER:mailto:ada@zoo.example"}
	with := func(partstat string) []string {
		return append(event, "ATTENDEE;PARTSTAT="+partstat+":mailto:bert@zoo.example")
	}
	for _, c := range []struct {
		method, partstat string
		want             meeting.Method
		answer           mapi.ResponseStatus
	}{
		{"REQUEST", "NEEDS-ACTION", meeting.MethodRequest, 0},
		{"CANCEL", "NEEDS-ACTION", meeting.MethodCancel, 0},
		{"REPLY", "ACCEPTED", meeting.MethodReply, mapi.ResponseAccepted},
		{"REPLY", "DECLINED", meeting.MethodReply, mapi.ResponseDeclined},
		{"REPLY", "TENTATIVE", meeting.MethodReply, mapi.ResponseTentative},
		{"REPLY", "DELEGATED", meeting.MethodNone, 0},
		{"COUNTER", "TENTATIVE", meeting.MethodCounter, mapi.ResponseTentative},
		{"DECLINECOUNTER", "NEEDS-ACTION", meeting.MethodDeclineCounter, 0},
		{"REFRESH", "NEEDS-ACTION", meeting.MethodRefresh, 0},
		{"ADD", "NEEDS-ACTION", meeting.MethodAdd, 0},
		{"PUBLISH", "NEEDS-ACTION", meeting.MethodNone, 0},
	} {
		t.Run(c.method+" "+c.partstat, func(t *testing.T) {
			m := decode(t, c.method, with(c.partstat)...)
			method, answer := meeting.MethodOf(m)
			assert.Equal(t, c.want, method)
			assert.Equal(t, c.answer, answer)
			if method != meeting.MethodNone {
				assert.Equal(t, meeting.ClassOf(method, answer), props.PidTagMessageClass.Or(m, ""))
			}
		})
	}
}

func TestRequestHasWhatOutlookNeeds(t *testing.T) {
	message, own, err := meeting.Request(draft(t), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	assert.Equal(t, "IPM.Schedule.Meeting.Request", props.PidTagMessageClass.Or(message, ""))
	assert.Equal(t, mapi.MeetingTypeRequest, props.PidLidMeetingType.Or(message, 0))
	assert.Equal(t, mapi.AppointmentStateMeeting|mapi.AppointmentStateReceived, props.PidLidAppointmentStateFlags.Or(message, 0), "lesson 28")
	assert.Equal(t, mapi.ResponseNotResponded, props.PidLidResponseStatus.Or(message, 0), "lesson 28")
	assert.Equal(t, mapi.BusyStatusTentative, props.PidLidBusyStatus.Or(message, 0))
	assert.Equal(t, mapi.BusyStatusBusy, props.PidLidIntendedBusyStatus.Or(message, 0))
	assert.Equal(t, at("2025-03-01 10:00"), props.PidLidOwnerCriticalChange.Or(message, time.Time{}))
	assert.Equal(t, "Stable", props.PidLidWhere.Or(message, ""))
	recurring, said := props.PidLidRecurring.Get(message)
	assert.True(t, said && !recurring, "lesson 28: recurring is said of single items")
	assert.Len(t, message.Recipients, 2, "the organiser does not get it")
	assert.Len(t, own.Recipients, 3)
	assert.True(t, props.PidLidFInvited.Or(own, false))
	assert.Equal(t, mapi.ResponseOrganized, props.PidLidResponseStatus.Or(own, 0))
	assert.Equal(t, mapi.ResponseOrganized, status(own, ada()))
	assert.True(t, meeting.Same(message, own))
	assert.Equal(t, "Bert; Carl", props.PidLidAllAttendeesString.Or(own, ""))
}

func TestRequestNeedsPeopleAndIdentity(t *testing.T) {
	d := draft(t)
	_, _, err := meeting.Request(d, nil, meeting.SendOptions{From: ada()})
	require.ErrorIs(t, err, mapi.ErrInvalidParameter)
	d.Recipients = nil
	_, _, err = meeting.Request(d, nil, by(ada(), "2025-03-01 10:00"))
	require.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

func TestUpdates(t *testing.T) {
	for _, c := range []struct {
		promise  string
		change   func(*mapi.Message)
		bits     mapi.ChangeHighlight
		kind     mapi.MeetingType
		sequence int32
		answer   mapi.ResponseStatus
	}{
		{"a new time is a full update, to be answered again", func(m *mapi.Message) {
			props.PidLidAppointmentStartWhole.Set(m, at("2025-03-24 12:00"))
			props.PidLidAppointmentEndWhole.Set(m, at("2025-03-24 13:00"))
		}, mapi.ChangedStart | mapi.ChangedEnd, mapi.MeetingTypeFullUpdate, 1, mapi.ResponseNotResponded},
		{"another place is informational, and the answer stays", func(m *mapi.Message) { props.PidLidLocation.Set(m, "Barn") },
			mapi.ChangedLocation, mapi.MeetingTypeInformational, 0, mapi.ResponseAccepted},
		{"another subject and text are informational", func(m *mapi.Message) { props.PidTagSubject.Set(m, "Straw"); props.PidTagBody.Set(m, "new") },
			mapi.ChangedSubject | mapi.ChangedBody, mapi.MeetingTypeInformational, 0, mapi.ResponseAccepted},
		{"where it takes place online is informational", func(m *mapi.Message) {
			props.PidLidConferencingCheck.Set(m, true)
			props.PidLidNetShowUrl.Set(m, "https://zoo.example/hay")
			props.PidLidOnlinePassword.Set(m, "") // says nothing
		}, mapi.ChangedConferencing, mapi.MeetingTypeInformational, 0, mapi.ResponseAccepted},
		{"other attendees are informational", func(m *mapi.Message) { m.Recipients = m.Recipients[:2] },
			mapi.ChangedRequiredAttendees, mapi.MeetingTypeInformational, 0, mapi.ResponseAccepted},
	} {
		t.Run(c.promise, func(t *testing.T) {
			own, theirs := invite(t)
			_, theirs, err := meeting.Answer(theirs, mapi.ResponseAccepted, nil, by(bert(), "2025-03-02 10:00"))
			require.NoError(t, err)
			props.PidLidReminderDelta.Set(theirs, 77)
			after := own.Clone()
			c.change(after)
			message, after, err := meeting.Request(after, own, by(ada(), "2025-03-03 10:00"))
			require.NoError(t, err)
			assert.Equal(t, c.bits, props.PidLidChangeHighlight.Or(message, 0))
			assert.Equal(t, c.kind, props.PidLidMeetingType.Or(message, 0))
			assert.Equal(t, c.sequence, meeting.Sequence(after))

			r := meeting.Apply(message, theirs, bert(), at("2025-03-03 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			assert.Equal(t, c.kind, r.Type)
			assert.Equal(t, c.answer, props.PidLidResponseStatus.Or(r.Calendar, 0))
			assert.Equal(t, int32(77), props.PidLidReminderDelta.Or(r.Calendar, 0), "what is the attendee's own stays")
			assert.Equal(t, times(after), times(r.Calendar))

			again := meeting.Apply(message, r.Calendar, bert(), at("2025-03-03 10:06"))
			assert.Equal(t, meeting.Duplicate, again.Reason)
			stale := meeting.Apply(message, r.Calendar, ada(), at("2025-03-03 10:06"))
			assert.Equal(t, meeting.Own, stale.Reason)
		})
	}
}

func TestStaleUpdateIsIgnored(t *testing.T) { // lesson 43
	old, own, err := meeting.Request(draft(t), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	moved := own.Clone()
	props.PidLidAppointmentStartWhole.Set(moved, at("2025-03-25 08:00"))
	message, _, err := meeting.Request(moved, own, by(ada(), "2025-03-02 10:00"))
	require.NoError(t, err)
	theirs := meeting.Apply(message, nil, bert(), at("2025-03-03 10:00")).Calendar
	r := meeting.Apply(old, theirs, bert(), at("2025-03-03 10:01"))
	assert.Equal(t, meeting.Result{Reason: meeting.Stale, Type: mapi.MeetingTypeOutOfDate}, r)

	stamp := message.Clone()
	props.PidLidOwnerCriticalChange.Set(stamp, at("2025-03-01 23:00"))
	assert.Equal(t, meeting.Stale, meeting.Apply(stamp, theirs, bert(), at("2025-03-03 10:01")).Reason, "of one sequence, the older")
}

func TestAnswersAreCounted(t *testing.T) {
	own, theirs := invite(t)
	before := own.Clone()
	reply, accepted, err := meeting.Answer(theirs, mapi.ResponseAccepted, nil, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	assert.Equal(t, mapi.BusyStatusBusy, props.PidLidBusyStatus.Or(accepted, 0))
	assert.Equal(t, "Bert", props.PidLidAppointmentReplyName.Or(accepted, ""))
	assert.Equal(t, "IPM.Schedule.Meeting.Resp.Pos", props.PidTagMessageClass.Or(reply, ""))
	r := meeting.Apply(reply, own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	assert.Equal(t, mapi.ResponseAccepted, status(r.Calendar, bert()))
	assert.Equal(t, map[mapi.ResponseStatus]int{mapi.ResponseAccepted: 1, mapi.ResponseNotResponded: 1}, meeting.Answers(r.Calendar))
	assert.Equal(t, mapi.ResponseNone, status(own, bert()), "what is given is not changed")
	assert.Equal(t, before, own)

	late, gone, err := meeting.Answer(theirs, mapi.ResponseDeclined, nil, by(bert(), "2025-03-01 12:00"))
	require.NoError(t, err)
	assert.Nil(t, gone, "what is declined is no appointment")
	assert.Equal(t, meeting.OutOfOrder, meeting.Apply(late, r.Calendar, ada(), at("2025-03-02 11:00")).Reason)
	assert.Equal(t, meeting.Duplicate, meeting.Apply(reply, r.Calendar, ada(), at("2025-03-02 11:00")).Reason)
	assert.Equal(t, meeting.NotOrganizer, meeting.Apply(reply, theirs, bert(), at("2025-03-02 11:00")).Reason)
	assert.Equal(t, meeting.Unknown, meeting.Apply(reply, nil, ada(), at("2025-03-02 11:00")).Reason)

	newer := own.Clone()
	props.PidLidAppointmentSequence.Set(newer, 1)
	assert.Equal(t, meeting.Stale, meeting.Apply(reply, newer, ada(), at("2025-03-02 11:00")).Reason)

	opts := by(meeting.Person{Address: "dora@zoo.example"}, "2025-03-02 12:00")
	reply, _, err = meeting.Answer(theirs, mapi.ResponseTentative, nil, opts)
	require.NoError(t, err)
	r = meeting.Apply(reply, own, ada(), at("2025-03-02 12:05"))
	assert.Equal(t, mapi.ResponseTentative, status(r.Calendar, opts.From), "somebody to whom it was forwarded is an optional attendee")
	assert.Equal(t, mapi.RecipientCc, props.PidTagRecipientType.Or(track(r.Calendar, opts.From), 0))
}

func TestDelegateAnswersForThePrincipal(t *testing.T) {
	own, theirs := invite(t)
	opts := by(bert(), "2025-03-02 10:00")
	opts.Sender = carl()
	reply, accepted, err := meeting.Answer(theirs, mapi.ResponseAccepted, nil, opts)
	require.NoError(t, err)
	assert.Equal(t, "carl@zoo.example", props.PidTagSenderEmailAddress.Or(reply, ""))
	assert.Equal(t, "Carl", props.PidLidAppointmentReplyName.Or(accepted, ""))
	r := meeting.Apply(reply, own, ada(), at("2025-03-02 10:05"))
	assert.Equal(t, mapi.ResponseAccepted, status(r.Calendar, bert()))
	assert.Equal(t, mapi.ResponseNone, status(r.Calendar, carl()))

	message, _, err := meeting.Request(draft(t), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	props.PidLidMeetingType.Set(message, mapi.MeetingTypeRequest|mapi.MeetingTypeDelegatorCopy)
	assert.Equal(t, meeting.Copy, meeting.Apply(message, nil, bert(), at("2025-03-01 10:05")).Reason)
}

func TestProposals(t *testing.T) {
	own, theirs := invite(t)
	p := &meeting.Proposal{Start: at("2025-03-25 10:00"), End: at("2025-03-25 11:00")}
	message, mine, err := meeting.Answer(theirs, mapi.ResponseTentative, p, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	method, _ := meeting.MethodOf(message)
	assert.Equal(t, meeting.MethodCounter, method)
	r := meeting.Apply(message, own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action)
	assert.True(t, props.PidTagRecipientProposed.Or(track(r.Calendar, bert()), false))
	assert.Equal(t, p.Start, props.PidTagRecipientProposedStartTime.Or(track(r.Calendar, bert()), time.Time{}))
	assert.Equal(t, int32(1), props.PidLidAppointmentProposalNumber.Or(r.Calendar, 0))
	assert.Equal(t, times(own), times(r.Calendar), "a proposal moves nothing")

	no, err := meeting.DeclineCounter(r.Calendar, message, by(ada(), "2025-03-03 10:00"))
	require.NoError(t, err)
	method, _ = meeting.MethodOf(no)
	assert.Equal(t, meeting.MethodDeclineCounter, method)
	r = meeting.Apply(no, mine, bert(), at("2025-03-03 10:05"))
	assert.Equal(t, meeting.Change, r.Action)
	assert.False(t, props.PidLidAppointmentCounterProposal.Or(r.Calendar, true))

	props.PidLidAppointmentNotAllowPropose.Set(theirs, true)
	_, _, err = meeting.Answer(theirs, mapi.ResponseTentative, p, by(bert(), "2025-03-02 10:00"))
	assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

func TestRefreshAsksForTheRequest(t *testing.T) {
	own, theirs := invite(t)
	m, err := meeting.Refresh(theirs, by(bert(), "2025-03-02 10:00"))
	require.NoError(t, err)
	assert.Equal(t, meeting.Resend, meeting.Apply(m, own, ada(), at("2025-03-02 10:05")).Action)
	assert.Equal(t, meeting.NotOrganizer, meeting.Apply(m, theirs, bert(), at("2025-03-02 10:05")).Reason)
	var b bytes.Buffer
	require.NoError(t, ical.Encode(&b, []*mapi.Message{m}, nil))
	for _, line := range []string{"METHOD:REFRESH\r\n", "ORGANIZER;CN=Ada:mailto:ada@zoo.example\r\n", "ATTENDEE;CN=Bert:mailto:bert@zoo.example\r\n", "DTSTAMP:20250302T100000Z\r\n"} {
		assert.Contains(t, b.String(), line)
	}
}

func TestCancelOfAMeeting(t *testing.T) {
	own, theirs := invite(t)
	message, mine, err := meeting.Cancel(own, by(ada(), "2025-03-04 10:00"))
	require.NoError(t, err)
	assert.Equal(t, int32(1), meeting.Sequence(message))
	assert.Equal(t, mapi.AppointmentState(7), props.PidLidAppointmentStateFlags.Or(message, 0), "lesson 28")
	assert.Equal(t, mapi.AppointmentState(5), props.PidLidAppointmentStateFlags.Or(mine, 0))
	r := meeting.Apply(message, theirs, bert(), at("2025-03-04 10:05"))
	assert.Equal(t, meeting.Delete, r.Action)
	assert.Equal(t, mapi.BusyStatusFree, props.PidLidBusyStatus.Or(r.Calendar, 9))
	assert.Equal(t, meeting.Unknown, meeting.Apply(message, nil, bert(), at("2025-03-04 10:05")).Reason)

	carls := message.Clone()
	props.PidTagSentRepresentingSmtpAddress.Set(carls, "carl@zoo.example")
	assert.Equal(t, meeting.NotOrganizer, meeting.Apply(carls, theirs, bert(), at("2025-03-04 10:05")).Reason, "only the organiser cancels")
}

func TestInstancesOfSeries(t *testing.T) {
	own, theirs := invite(t, "RRULE:FREQ=WEEKLY;COUNT=3")
	require.Equal(t, []string{"03-24 08:00", "03-31 07:00", "04-07 07:00"}, times(own))
	second := at("2025-03-31 07:00")

	t.Run("one is cancelled", func(t *testing.T) {
		opts := by(ada(), "2025-03-04 10:00")
		opts.Instance = second
		message, mine, err := meeting.Cancel(own, opts)
		require.NoError(t, err)
		assert.Equal(t, []string{"03-24 08:00", "04-07 07:00"}, times(mine))
		r := meeting.Apply(message, theirs, bert(), at("2025-03-04 10:05"))
		require.Equal(t, meeting.Change, r.Action, r.Reason)
		assert.Equal(t, times(mine), times(r.Calendar))
		assert.Equal(t, meeting.Unknown, meeting.Apply(message, r.Calendar, bert(), at("2025-03-04 10:06")).Reason)
		assert.Len(t, times(theirs), 3, "what is given is not changed")
	})
	t.Run("one is declined, and one accepted", func(t *testing.T) {
		opts := by(bert(), "2025-03-04 10:00")
		opts.Instance = second
		reply, mine, err := meeting.Answer(theirs, mapi.ResponseDeclined, nil, opts)
		require.NoError(t, err)
		assert.Equal(t, []string{"03-24 08:00", "04-07 07:00"}, times(mine))
		r := meeting.Apply(reply, own, ada(), at("2025-03-04 10:05"))
		require.Equal(t, meeting.Change, r.Action, r.Reason)
		require.Len(t, r.Calendar.Attachments, 1)
		assert.Equal(t, mapi.ResponseDeclined, status(r.Calendar.Attachments[0].Embedded, bert()))
		assert.NotEqual(t, mapi.ResponseDeclined, status(r.Calendar, bert()), "the answer is to the instance only")
		assert.Equal(t, times(own), times(r.Calendar))
	})
	t.Run("one is moved", func(t *testing.T) {
		message := decode(t, "REQUEST", "UID:x", "ORGANIZER:mailto:ada@zoo.example", "ATTENDEE:mailto:bert@zoo.example", "DTSTAMP:20250305T100000Z",
			"RECURRENCE-ID;TZID=Europe/Berlin:20250331T090000", "DTSTART;TZID=Europe/Berlin:20250401T150000", "DTEND;TZID=Europe/Berlin:20250401T160000", "SUMMARY:Straw")
		id, _ := meeting.Identity(theirs)
		id.Original = at("2025-03-31 00:00")
		props.PidLidGlobalObjectId.Set(message, id.Bytes())
		r := meeting.Apply(message, theirs, bert(), at("2025-03-05 10:05"))
		require.Equal(t, meeting.Change, r.Action, r.Reason)
		assert.Equal(t, []string{"03-24 08:00", "04-01 13:00", "04-07 07:00"}, times(r.Calendar))
		assert.Equal(t, "Straw", props.PidTagSubject.Or(r.Calendar.Attachments[0].Embedded, ""))

		alone := meeting.Apply(message, nil, bert(), at("2025-03-05 10:05"))
		assert.Equal(t, meeting.Create, alone.Action, "without its series an instance is an object of its own (lesson 30)")
		assert.Equal(t, []string{"04-01 13:00"}, times(alone.Calendar))
	})
	t.Run("the series is moved", func(t *testing.T) {
		after := decode(t, "", "UID:x", "DTSTART;TZID=Europe/Berlin:20250324T110000", "DTEND;TZID=Europe/Berlin:20250324T120000", "RRULE:FREQ=WEEKLY;COUNT=3")
		after.Recipients = own.Recipients
		id, _ := meeting.Identity(own)
		props.PidLidGlobalObjectId.Set(after, id.Bytes())
		message, _, err := meeting.Request(after, own, by(ada(), "2025-03-06 10:00"))
		require.NoError(t, err)
		assert.NotZero(t, props.PidLidChangeHighlight.Or(message, 0)&mapi.ChangedRecurrence)
		r := meeting.Apply(message, theirs, bert(), at("2025-03-06 10:05"))
		assert.Equal(t, []string{"03-24 10:00", "03-31 09:00", "04-07 09:00"}, times(r.Calendar))
	})
}

func TestNoMeetingIsIgnored(t *testing.T) {
	assert.Equal(t, meeting.NoMeeting, meeting.Apply(&mapi.Message{}, nil, bert(), at("2025-03-01 10:00")).Reason)
	message, _, err := meeting.Request(draft(t), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	props.PidLidGlobalObjectId.Set(message, []byte{4, 0, 0})
	props.PidLidCleanGlobalObjectId.Delete(message)
	assert.Equal(t, meeting.NoMeeting, meeting.Apply(message, nil, bert(), at("2025-03-01 10:00")).Reason, "lesson 39")
}
