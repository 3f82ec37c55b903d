package meeting_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
)

// scales is a task that nobody was asked to do yet.
func scales() *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Task")
	props.PidTagSubject.Set(m, "Scales")
	props.PidLidTaskDueDate.Set(m, at("2025-03-20 00:00"))
	props.PidLidTaskStatus.Set(m, mapi.TaskStatusNotStarted)
	return m
}

func taskOpts(p meeting.Person, now string) meeting.SendOptions {
	opts := by(p, now)
	opts.ID.Data = []byte("0123456789abcdef")
	return opts
}

// TestTaskByMail is the life of a task between programs that know only iCalendar, and
// between those that know only MAPI: asked, taken on, half done, done.
func TestTaskByMail(t *testing.T) {
	for name, sent := range map[string]func(*mapi.Message) *mapi.Message{
		"as iCalendar": func(m *mapi.Message) *mapi.Message { return travel(t, m) },
		"as messages":  func(m *mapi.Message) *mapi.Message { return m.Clone() },
	} {
		t.Run(name, func(t *testing.T) {
			request, own, err := meeting.Assign(scales(), []*mapi.Recipient{to(bert(), mapi.RecipientTo)}, taskOpts(ada(), "2025-03-01 10:00"))
			require.NoError(t, err)
			assert.Equal(t, "IPM.TaskRequest", props.PidTagMessageClass.Or(request, ""))
			assert.Equal(t, "Bert", props.PidLidTaskOwner.Or(own, ""))
			assert.Equal(t, mapi.TaskOwnershipAssigner, props.PidLidTaskOwnership.Or(own, 0))

			request = sent(request)
			r := meeting.Apply(request, nil, bert(), at("2025-03-01 10:05"))
			require.Equal(t, meeting.Create, r.Action, r.Reason)
			assert.Equal(t, "IPM.Task", props.PidTagMessageClass.Or(r.Calendar, ""))
			assert.Equal(t, mapi.TaskStateAssigneeNew, props.PidLidTaskState.Or(r.Calendar, 0))
			assert.Equal(t, mapi.TaskOwnershipAssignee, props.PidLidTaskOwnership.Or(r.Calendar, 0))
			assert.Equal(t, at("2025-03-20 00:00"), props.PidLidTaskDueDate.Or(r.Calendar, at("2000-01-01 00:00")))
			assert.True(t, meeting.Same(own, r.Calendar))
			assert.Equal(t, meeting.Own, meeting.Apply(request, nil, ada(), at("2025-03-01 10:05")).Reason)

			answer, theirs, err := meeting.AnswerTask(request, true, by(bert(), "2025-03-02 10:00"))
			require.NoError(t, err)
			assert.Equal(t, mapi.TaskStateAssignee, props.PidLidTaskState.Or(theirs, 0))
			r = meeting.Apply(sent(answer), own, ada(), at("2025-03-02 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			own = r.Calendar
			assert.Equal(t, mapi.TaskAcceptanceAccepted, props.PidLidTaskAcceptanceState.Or(own, 0))
			assert.Equal(t, mapi.TaskHistoryAccepted, props.PidLidTaskHistory.Or(own, 0))
			assert.Equal(t, mapi.ResponseAccepted, status(own, bert()))

			props.PidLidTaskStatus.Set(theirs, mapi.TaskStatusInProgress)
			props.PidLidPercentComplete.Set(theirs, 0.5)
			half, theirs, err := meeting.ReportTask(theirs, by(bert(), "2025-03-03 10:00"))
			require.NoError(t, err)
			props.PidLidTaskStatus.Set(theirs, mapi.TaskStatusComplete)
			props.PidLidPercentComplete.Set(theirs, 1)
			props.PidLidTaskComplete.Set(theirs, true)
			done, _, err := meeting.ReportTask(theirs, by(bert(), "2025-03-04 10:00"))
			require.NoError(t, err)
			r = meeting.Apply(sent(half), own, ada(), at("2025-03-03 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			assert.InDelta(t, 0.5, props.PidLidPercentComplete.Or(r.Calendar, 0), 0.001)
			r = meeting.Apply(sent(done), r.Calendar, ada(), at("2025-03-04 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			assert.True(t, props.PidLidTaskComplete.Or(r.Calendar, false))
			assert.Equal(t, mapi.TaskHistoryUpdated, props.PidLidTaskHistory.Or(r.Calendar, 0))
			late := meeting.Apply(sent(half), r.Calendar, ada(), at("2025-03-05 10:05"))
			assert.Equal(t, meeting.Ignore, late.Action, "an older report changes nothing")
		})
	}
}

func TestTaskIsDeclined(t *testing.T) {
	request, own, err := meeting.Assign(scales(), []*mapi.Recipient{to(bert(), mapi.RecipientTo)}, taskOpts(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	opts := by(bert(), "2025-03-02 10:00")
	opts.Body = "no time"
	answer, theirs, err := meeting.AnswerTask(request, false, opts)
	require.NoError(t, err)
	assert.Nil(t, theirs)
	assert.Equal(t, "IPM.TaskRequest.Decline", props.PidTagMessageClass.Or(answer, ""))
	assert.Equal(t, "no time", props.PidTagBody.Or(answer, ""))
	r := meeting.Apply(travel(t, answer), own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	assert.Equal(t, mapi.TaskStateRejected, props.PidLidTaskState.Or(r.Calendar, 0))
	assert.Equal(t, mapi.TaskAcceptanceDeclined, props.PidLidTaskAcceptanceState.Or(r.Calendar, 0))
	assert.Equal(t, mapi.ResponseDeclined, status(r.Calendar, bert()))

	foreign, _, err := meeting.AnswerTask(request, true, by(carl(), "2025-03-02 10:00"))
	require.NoError(t, err)
	assert.Equal(t, meeting.Unknown, meeting.Apply(foreign, own, ada(), at("2025-03-02 10:05")).Reason, "only those who were asked")
	assert.Equal(t, meeting.NotOrganizer, meeting.Apply(answer, own, carl(), at("2025-03-02 10:05")).Reason)
	_, _, err = meeting.AnswerTask(request, true, by(ada(), "2025-03-02 10:00"))
	require.ErrorIs(t, err, mapi.ErrInvalidParameter)
	_, _, err = meeting.ReportTask(scales(), by(bert(), "2025-03-02 10:00"))
	require.ErrorIs(t, err, mapi.ErrInvalidParameter, "nobody assigned it")
	_, _, err = meeting.Assign(scales(), nil, taskOpts(ada(), "2025-03-01 10:00"))
	require.ErrorIs(t, err, mapi.ErrInvalidParameter)
	opts = taskOpts(ada(), "2025-03-01 10:00")
	opts.ID.Data = nil
	_, _, err = meeting.Assign(scales(), []*mapi.Recipient{to(bert(), mapi.RecipientTo)}, opts)
	require.ErrorIs(t, err, mapi.ErrInvalidParameter)
}

func TestTaskOfSeveralIsShared(t *testing.T) {
	_, own, err := meeting.Assign(scales(), []*mapi.Recipient{to(bert(), mapi.RecipientTo), to(carl(), mapi.RecipientTo)}, taskOpts(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	assert.Equal(t, "Bert;Carl", props.PidLidTaskOwner.Or(own, ""))
	assert.Equal(t, mapi.TaskOwnershipNotAssigned, props.PidLidTaskOwnership.Or(own, 0))
	assert.Equal(t, mapi.TaskMultipleRecipientsSent, props.PidLidTaskMultipleRecipients.Or(own, 0))
}

// item reads a calendar of one component.
func item(t testing.TB, method, name string, lines ...string) *mapi.Message {
	text := "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:" + method + "\nBEGIN:" + name + "\nUID:t@zoo.example\n" + strings.Join(lines, "\n") + "\nEND:" + name + "\nEND:VCALENDAR\n"
	list, err := ical.Decode(strings.NewReader(text), nil)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// TestTasksAndJournalsOfRFC5546 has the methods of sections 3.4 and 3.5 as other programs
// send them.
func TestTasksAndJournalsOfRFC5546(t *testing.T) {
	base := []string{"DTSTAMP:20250301T100000Z", "SUMMARY:Scales", "ORGANIZER:mailto:ada@zoo.example", "ATTENDEE:mailto:bert@zoo.example"}
	lines := func(more ...string) []string { return append(append([]string{}, base...), more...) }
	theirs := meeting.Apply(item(t, "REQUEST", "VTODO", lines("SEQUENCE:1")...), nil, bert(), at("2025-03-01 10:05")).Calendar
	require.NotNil(t, theirs)
	own := theirs.Clone()
	entry := item(t, "PUBLISH", "VJOURNAL", lines()...)
	for _, c := range []struct {
		promise, method, component string
		lines                      []string
		calendar                   *mapi.Message
		who                        meeting.Person
		action                     meeting.Action
		reason                     meeting.Reason
	}{
		{"3.4.1: what is published is no message", "PUBLISH", "VTODO", lines(), nil, bert(), meeting.Ignore, meeting.NoMeeting},
		{"3.4.2: the same request again", "REQUEST", "VTODO", lines("SEQUENCE:1"), theirs, bert(), meeting.Ignore, meeting.Duplicate},
		{"3.4.2: an older one", "REQUEST", "VTODO", lines("SEQUENCE:0"), theirs, bert(), meeting.Ignore, meeting.Stale},
		{"3.4.2: a newer one", "REQUEST", "VTODO", lines("SEQUENCE:2"), theirs, bert(), meeting.Change, 0},
		{"3.4.3: an answer to an older request", "REPLY", "VTODO", []string{"DTSTAMP:20250301T100000Z", "SEQUENCE:0", "ORGANIZER:mailto:ada@zoo.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example"}, own, ada(), meeting.Ignore, meeting.Stale},
		{"3.4.3: an answer", "REPLY", "VTODO", []string{"DTSTAMP:20250301T100000Z", "SEQUENCE:1", "ORGANIZER:mailto:ada@zoo.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example"}, own, ada(), meeting.Change, 0},
		{"3.4.4: a task more", "ADD", "VTODO", lines("SEQUENCE:1"), theirs, bert(), meeting.Create, 0},
		{"3.4.5: a cancellation", "CANCEL", "VTODO", lines("SEQUENCE:2"), theirs, bert(), meeting.Delete, 0},
		{"3.4.5: of what is not there", "CANCEL", "VTODO", lines("SEQUENCE:2"), nil, bert(), meeting.Ignore, meeting.Unknown},
		{"3.4.5: an old one", "CANCEL", "VTODO", lines("SEQUENCE:0"), theirs, bert(), meeting.Ignore, meeting.Stale},
		{"3.4.5: by somebody else", "CANCEL", "VTODO", []string{"SEQUENCE:2", "ORGANIZER:mailto:eve@zoo.example"}, theirs, bert(), meeting.Ignore, meeting.NotOrganizer},
		{"3.4.6: a refresh", "REFRESH", "VTODO", lines(), own, ada(), meeting.Resend, 0},
		{"3.4.7: a proposal", "COUNTER", "VTODO", lines("SEQUENCE:1"), own, ada(), meeting.Ignore, meeting.Unsupported},
		{"3.4.8: a proposal declined", "DECLINECOUNTER", "VTODO", lines("SEQUENCE:1"), theirs, bert(), meeting.Ignore, meeting.Unsupported},
		{"3.5.1: an entry is published", "PUBLISH", "VJOURNAL", lines(), nil, bert(), meeting.Ignore, meeting.NoMeeting},
		{"3.5.2: an entry more is an entry", "ADD", "VJOURNAL", lines(), nil, bert(), meeting.Ignore, meeting.NoMeeting},
		{"3.5.3: an entry is gone", "CANCEL", "VJOURNAL", lines("SEQUENCE:2"), entry, bert(), meeting.Delete, 0},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := item(t, c.method, c.component, c.lines...)
			r := meeting.Apply(m, c.calendar, c.who, at("2025-03-10 10:00"))
			assert.Equal(t, c.action, r.Action, r.Action)
			assert.Equal(t, c.reason, r.Reason, r.Reason)
			if r.Action == meeting.Create {
				assert.Equal(t, "IPM.Task", props.PidTagMessageClass.Or(r.Calendar, ""))
				assert.NotContains(t, r.Calendar.Get(ical.KeptLines()), "METHOD")
			}
			if r.Action == meeting.Delete && c.component == "VTODO" {
				assert.Equal(t, mapi.TaskStatusDeferred, props.PidLidTaskStatus.Or(r.Calendar, 0))
			}
		})
	}
}

func TestPublishedTaskIsATask(t *testing.T) {
	_, own, err := meeting.Assign(scales(), []*mapi.Recipient{to(bert(), mapi.RecipientTo)}, taskOpts(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	m := meeting.Publish(own, by(ada(), "2025-03-01 10:00"))
	assert.Equal(t, "IPM.Task", props.PidTagMessageClass.Or(m, ""))
	assert.Empty(t, m.Recipients)
	assert.Equal(t, mapi.TaskOwnershipNotAssigned, props.PidLidTaskOwnership.Or(m, 0))
}

// TestAssignersAreAsMFCMAPIReadsThem compares the stack of assigners with the shape of the
// one that MFCMAPI has.
func TestAssignersAreAsMFCMAPIReadsThem(t *testing.T) {
	theirs, _ := mapitest.SmartView(t, "TASKASSIGNERS-1")
	entry := 8 + 4 + 0x5A
	require.Equal(t, "Dude Guyla\x00"+"D\x00u\x00d\x00e\x00 \x00G\x00u\x00y\x00l\x00a\x00", string(theirs[entry:len(theirs)-2]))

	request, _, err := meeting.Assign(scales(), []*mapi.Recipient{to(bert(), mapi.RecipientTo)}, taskOpts(meeting.Person{Name: "Dude Guyla", Address: "d@zoo.example"}, "2025-03-01 10:00"))
	require.NoError(t, err)
	ours := props.PidLidTaskAssigners.Or(meeting.Apply(request, nil, bert(), at("2025-03-01 10:05")).Calendar, nil)
	id := mapi.NewOneOff("Dude Guyla", "SMTP", "d@zoo.example").EntryID()
	want := append([]byte{1, 0, 0, 0, byte(4 + len(id) + len(theirs) - entry), 0, 0, 0, byte(len(id)), 0, 0, 0}, id...)
	assert.Equal(t, append(want, theirs[entry:]...), ours)
}
