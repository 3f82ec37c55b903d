package meeting_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// lines are those lines of a message's calendar that are about people, and its method.
func lines(t testing.TB, m *mapi.Message) (list []string) {
	for l := range strings.SplitSeq(written(t, m), "\r\n") {
		for _, name := range []string{"METHOD", "ORGANIZER", "ATTENDEE", "RECURRENCE-ID"} {
			if strings.HasPrefix(l, name) {
				list = append(list, l)
			}
		}
	}
	return list
}

func delegate(t testing.TB, theirs *mapi.Message, to meeting.Person, opts meeting.SendOptions) (request, answer, own *mapi.Message) {
	request, answer, own, err := meeting.Delegate(theirs, to, opts)
	require.NoError(t, err)
	return request, answer, own
}

// TestDelegatedAttendance goes the way of RFC 5546, 3.2.2.3, between programs that share
// a store and such that know only iCalendar: Bert sends Dora, who accepts.
func TestDelegatedAttendance(t *testing.T) {
	asIs := func(_ testing.TB, m *mapi.Message) *mapi.Message { return m }
	for promise, carried := range map[string]func(testing.TB, *mapi.Message) *mapi.Message{"in a store": asIs, "by mail": travel} {
		t.Run(promise, func(t *testing.T) {
			own, theirs := invite(t)
			given := dump(t, theirs)
			request, answer, berts := delegate(t, theirs, dora(), by(bert(), "2025-03-02 10:00"))
			assert.Equal(t, given, dump(t, theirs), "what is given is not changed")

			assert.Equal(t, []string{
				"METHOD:REQUEST",
				`ORGANIZER;CN=Ada;SENT-BY="mailto:bert@zoo.example":mailto:ada@zoo.example`,
				`ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@zoo.example":mailto:bert@zoo.example`,
				`ATTENDEE;CN=Dora;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;DELEGATED-FROM="mailto:bert@zoo.example":mailto:dora@zoo.example`,
			}, lines(t, request))
			assert.Equal(t, mapi.RecipientTo|mapi.RecipientSubmitted, props.PidTagRecipientType.Or(track(request, bert()), 0), "who delegates need not get it")
			assert.Equal(t, mapi.RecipientTo, props.PidTagRecipientType.Or(track(request, dora()), 0))
			assert.Equal(t, []string{
				"METHOD:REPLY",
				"ORGANIZER;CN=Ada:mailto:ada@zoo.example",
				`ATTENDEE;CN=Bert;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@zoo.example":mailto:bert@zoo.example`,
			}, lines(t, answer))
			method, status0 := meeting.MethodOf(carried(t, answer))
			assert.Equal(t, meeting.MethodReply, method)
			assert.Equal(t, mapi.ResponseNone, status0)
			assert.Equal(t, mapi.ResponseDeclined, props.PidLidResponseStatus.Or(berts, 0))
			assert.Equal(t, mapi.BusyStatusFree, props.PidLidBusyStatus.Or(berts, 0))
			assert.Contains(t, lines(t, berts), `ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@zoo.example":mailto:bert@zoo.example`)

			r := meeting.Apply(carried(t, answer), own, ada(), at("2025-03-02 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			assert.Equal(t, []string{
				"ORGANIZER;CN=Ada:mailto:ada@zoo.example",
				`ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dora@zoo.example":mailto:bert@zoo.example`,
				"ATTENDEE;CN=Carl;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:carl@zoo.example",
				`ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:bert@zoo.example":mailto:dora@zoo.example`,
			}, lines(t, r.Calendar), "the delegate becomes an attendee")
			assert.Equal(t, "Bert; Carl; dora@zoo.example", props.PidLidAllAttendeesString.Or(r.Calendar, ""))
			assert.Equal(t, meeting.Duplicate, meeting.Apply(carried(t, answer), r.Calendar, ada(), at("2025-03-02 10:06")).Reason)
			assert.Equal(t, meeting.NotOrganizer, meeting.Apply(carried(t, answer), theirs, bert(), at("2025-03-02 10:05")).Reason)
			assert.Equal(t, meeting.Unknown, meeting.Apply(carried(t, answer), nil, ada(), at("2025-03-02 10:05")).Reason)

			doras := meeting.Apply(carried(t, request), nil, dora(), at("2025-03-02 10:05"))
			require.Equal(t, meeting.Create, doras.Action, doras.Reason)
			accepted, _, err := meeting.Answer(doras.Calendar, mapi.ResponseAccepted, nil, by(dora(), "2025-03-02 11:00"))
			require.NoError(t, err)
			assert.Contains(t, lines(t, accepted), `ATTENDEE;CN=Dora;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:bert@zoo.example":mailto:dora@zoo.example`)
			both := meeting.Apply(carried(t, accepted), r.Calendar, ada(), at("2025-03-02 11:05"))
			require.Equal(t, meeting.Change, both.Action, both.Reason)
			assert.Equal(t, mapi.ResponseAccepted, status(both.Calendar, dora()))
			assert.Equal(t, mapi.ResponseNotResponded, status(both.Calendar, bert()))
			assert.Len(t, both.Calendar.Recipients, 4)
			assert.Equal(t, map[mapi.ResponseStatus]int{mapi.ResponseAccepted: 1, mapi.ResponseNotResponded: 1}, meeting.Answers(both.Calendar), "nobody waits for Bert")

			first := meeting.Apply(carried(t, accepted), own, ada(), at("2025-03-02 11:05"))
			require.Equal(t, meeting.Change, first.Action, "also before the other answer comes")
			assert.Equal(t, mapi.RecipientTo, props.PidTagRecipientType.Or(track(first.Calendar, dora()), 0), "in the role of who sent her")

			comes, _, err := meeting.Answer(berts, mapi.ResponseAccepted, nil, by(bert(), "2025-03-03 10:00"))
			require.NoError(t, err)
			changed := meeting.Apply(carried(t, comes), both.Calendar, ada(), at("2025-03-03 10:05"))
			require.Equal(t, meeting.Change, changed.Action, changed.Reason)
			assert.Contains(t, lines(t, changed.Calendar), "ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:bert@zoo.example", "who comes after all sends nobody")
		})
	}
}

func TestDelegatedInstance(t *testing.T) {
	own, theirs := invite(t, "RRULE:FREQ=WEEKLY;COUNT=3")
	opts := by(bert(), "2025-03-02 10:00")
	opts.Instance = at("2025-03-31 07:00")
	request, answer, berts := delegate(t, theirs, dora(), opts)
	assert.Contains(t, lines(t, request), "RECURRENCE-ID;TZID=Europe/Berlin:20250331T090000")
	assert.Equal(t, mapi.ResponseNotResponded, props.PidLidResponseStatus.Or(berts, 0), "of the others nothing is said")
	require.Len(t, berts.Attachments, 1)
	assert.Equal(t, mapi.ResponseDeclined, props.PidLidResponseStatus.Or(berts.Attachments[0].Embedded, 0))

	r := meeting.Apply(travel(t, answer), own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	assert.False(t, track(r.Calendar, dora()).Has(props.PidTagEmailAddress.Prop()), "not of the series")
	require.Len(t, r.Calendar.Attachments, 1, "the instance becomes an exception")
	assert.True(t, track(r.Calendar.Attachments[0].Embedded, dora()).Has(ical.DelegatedFrom()))
	assert.Equal(t, times(own), times(r.Calendar))
}

func TestDelegateIsRefused(t *testing.T) {
	own, theirs := invite(t)
	request, _, _ := delegate(t, theirs, dora(), by(bert(), "2025-03-02 10:00"))
	doras := meeting.Apply(request, nil, dora(), at("2025-03-02 10:05")).Calendar
	closed := theirs.Clone()
	props.PidNameMeetingDoNotForward.Set(closed, true)
	missing := by(bert(), "2025-03-02 10:00")
	missing.Instance = at("2025-03-25 10:00")
	series, _ := invite(t, "RRULE:FREQ=WEEKLY;COUNT=3")
	for _, c := range []struct {
		promise string
		meeting *mapi.Message
		to      meeting.Person
		opts    meeting.SendOptions
		want    mapi.Code
	}{
		{"nobody", theirs, meeting.Person{}, by(bert(), "2025-03-02 10:00"), mapi.ErrInvalidParameter},
		{"somebody without mail", theirs, meeting.Person{Address: "/o=zoo/cn=dora", Type: "EX"}, by(bert(), "2025-03-02 10:00"), mapi.ErrInvalidParameter},
		{"to oneself", theirs, bert(), by(bert(), "2025-03-02 10:00"), mapi.ErrInvalidParameter},
		{"to the organiser", theirs, ada(), by(bert(), "2025-03-02 10:00"), mapi.ErrInvalidParameter},
		{"by the organiser", own, dora(), by(ada(), "2025-03-02 10:00"), mapi.ErrInvalidParameter},
		{"back to who sent one", doras, bert(), by(dora(), "2025-03-02 11:00"), mapi.ErrInvalidParameter},
		{"what is no meeting", draft(t), dora(), by(bert(), "2025-03-02 10:00"), mapi.ErrInvalidParameter},
		{"what must not be forwarded", closed, dora(), by(bert(), "2025-03-02 10:00"), mapi.ErrNoAccess},
		{"an instance that is not there", series, dora(), missing, mapi.ErrNotFound},
	} {
		t.Run(c.promise, func(t *testing.T) {
			_, _, _, err := meeting.Delegate(c.meeting, c.to, c.opts)
			assert.ErrorIs(t, err, c.want)
		})
	}
}

// TestDelegationsOfOthers has answers as other programs write them.
func TestDelegationsOfOthers(t *testing.T) {
	base := []string{"UID:herd@zoo.example", "DTSTAMP:20250302T100000Z", "DTSTART:20250324T080000Z", "ORGANIZER:mailto:ada@zoo.example"}
	own := decode(t, "", append(base, "ATTENDEE;CN=Bert;ROLE=OPT-PARTICIPANT:mailto:bert@zoo.example")...)
	const sends = `ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="Mailto:Dora@zoo.example":mailto:bert@zoo.example`
	const bertSends = `ATTENDEE;CN=Bert;ROLE=OPT-PARTICIPANT;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Dora@zoo.example":mailto:bert@zoo.example`
	for _, c := range []struct {
		promise string
		lines   []string
		want    []string // attendees after it; nil when it is ignored
	}{
		{"the one attendee of the RFC", []string{sends},
			[]string{bertSends, `ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:bert@zoo.example":mailto:Dora@zoo.example`}},
		{"with the delegate beside it", []string{`ATTENDEE;DELEGATED-FROM="mailto:bert@zoo.example":mailto:dora@zoo.example`, sends},
			[]string{bertSends, `ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:bert@zoo.example":mailto:Dora@zoo.example`}},
		{"the delegate's, with who sent them beside it", []string{sends, `ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:bert@zoo.example":mailto:dora@zoo.example`},
			[]string{"ATTENDEE;CN=Bert;ROLE=OPT-PARTICIPANT:mailto:bert@zoo.example", `ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:bert@zoo.example":mailto:dora@zoo.example`}},
		{"two who have nothing to do with each other", []string{sends, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:carl@zoo.example"}, nil},
		{"delegated to nobody", []string{"ATTENDEE;PARTSTAT=DELEGATED:mailto:bert@zoo.example"}, nil},
		{"delegated to the organiser", []string{`ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:ada@zoo.example":mailto:bert@zoo.example`}, nil},
		{"delegated to oneself", []string{`ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:bert@zoo.example":mailto:bert@zoo.example`}, nil},
	} {
		t.Run(c.promise, func(t *testing.T) {
			r := meeting.Apply(decode(t, "REPLY", append(base, c.lines...)...), own, ada(), at("2025-03-02 10:05"))
			if c.want == nil {
				assert.Equal(t, meeting.Ignore, r.Action)
				return
			}
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			assert.Equal(t, c.want, lines(t, r.Calendar)[1:])
		})
	}
}

// TestDelegatesAreBounded: one answer does not invite everybody.
func TestDelegatesAreBounded(t *testing.T) {
	own, theirs := invite(t)
	_, answer, _ := delegate(t, theirs, dora(), by(bert(), "2025-03-02 10:00"))
	var all []string
	for i := range 5000 {
		all = append(all, fmt.Sprintf("mailto:dora%d@zoo.example", i))
	}
	answer.Set(ical.DelegatedTo(), all)
	r := meeting.Apply(answer, own, ada(), at("2025-03-02 10:05"))
	require.Equal(t, meeting.Change, r.Action, r.Reason)
	assert.Len(t, r.Calendar.Recipients, 3+100)

	for _, m := range []*mapi.Message{own, theirs} { // a meeting of very many
		for i := range 10_000 {
			m.Recipients = append(m.Recipients, to(meeting.Person{Address: all[i%len(all)], Type: "URI"}, mapi.RecipientTo))
		}
	}
	request, answer, _ := delegate(t, theirs, dora(), by(bert(), "2025-03-02 10:00"))
	assert.Len(t, request.Recipients, 2, "others can still be sent to it")
	assert.Equal(t, meeting.Unsupported, meeting.Apply(answer, own, ada(), at("2025-03-02 10:05")).Reason)
}
