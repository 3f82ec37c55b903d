package meeting_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// written is a message as iCalendar, without folds.
func written(t testing.TB, m *mapi.Message) string {
	var b bytes.Buffer
	require.NoError(t, ical.Encode(&b, []*mapi.Message{m}, nil))
	return strings.ReplaceAll(b.String(), "\r\n ", "")
}

// TestInstancesOfSeriesThatOnlyTheirRuleSays are moved and cancelled though there is no
// structure that could say so: the rule stays as it is, with EXDATE and RECURRENCE-ID.
func TestInstancesOfSeriesThatOnlyTheirRuleSays(t *testing.T) {
	for _, c := range []struct {
		promise, rule string
		original, at  string // the instance that is moved, to when, and the one that is cancelled
		cancelled     string
		times         []string // after both
		lines         []string
	}{
		{"several on a day, over a change of clocks", "RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=28", "2025-03-30 07:00", "2025-03-30 08:30", "2025-03-30 13:00", nil,
			[]string{"RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=28", "EXDATE;TZID=Europe/Berlin:20250330T150000", "RECURRENCE-ID;TZID=Europe/Berlin:20250330T090000", "DTSTART;TZID=Europe/Berlin:20250330T103000"}},
		{"days of the year", "RRULE:FREQ=YEARLY;BYYEARDAY=83,100,150", "2025-04-10 07:00", "2025-04-11 12:00", "2025-05-30 07:00", []string{"03-24 08:00", "04-11 12:00"},
			[]string{"RRULE:FREQ=YEARLY;BYYEARDAY=83,100,150", "EXDATE;TZID=Europe/Berlin:20250530T090000", "RECURRENCE-ID;TZID=Europe/Berlin:20250410T090000"}},
		{"of dates alone", "RDATE;TZID=Europe/Berlin:20250401T090000,20250407T180000", "2025-04-07 16:00", "2025-04-08 16:00", "2025-04-01 07:00", []string{"03-24 08:00", "04-08 16:00"},
			[]string{"RDATE;TZID=Europe/Berlin:20250401T090000,20250407T180000", "EXDATE;TZID=Europe/Berlin:20250401T090000", "RECURRENCE-ID;TZID=Europe/Berlin:20250407T180000"}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			own, theirs := invite(t, c.rule)
			require.False(t, props.PidLidAppointmentRecur.Has(own), "there is no structure")
			all := times(own)

			// Bert accepts one instance, which Ada counts.
			opts := by(bert(), "2025-03-02 10:00")
			opts.Instance = at(c.original)
			answer, theirs, err := meeting.Answer(theirs, mapi.ResponseAccepted, nil, opts)
			require.NoError(t, err)
			r := meeting.Apply(travel(t, answer), own, ada(), at("2025-03-02 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			own = r.Calendar
			assert.Equal(t, all, times(own), "an answer moves nothing")
			require.Len(t, own.Attachments, 1)
			assert.Equal(t, mapi.ResponseAccepted, status(own.Attachments[0].Embedded, bert()))

			// Ada cancels another.
			opts = by(ada(), "2025-03-03 10:00")
			opts.Instance = at(c.cancelled)
			message, own, err := meeting.Cancel(own, opts)
			require.NoError(t, err)
			r = meeting.Apply(travel(t, message), theirs, bert(), at("2025-03-03 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			theirs = r.Calendar
			assert.Equal(t, times(own), times(theirs))
			assert.Len(t, times(own), len(all)-1)
			assert.NotContains(t, times(own), at(c.cancelled).Format("01-02 15:04"))
			_, _, err = meeting.Cancel(own, opts)
			require.ErrorIs(t, err, mapi.ErrNotFound, "it is gone")

			// She moves the first, as other programs say it.
			moved := decode(t, "REQUEST", "UID:"+uid(own), "SEQUENCE:1", "DTSTAMP:20250304T100000Z", "SUMMARY:Hay", "ORGANIZER:mailto:ada@zoo.example", "ATTENDEE:mailto:bert@zoo.example",
				"RECURRENCE-ID:"+at(c.original).Format("20060102T150405Z"), "DTSTART:"+at(c.at).Format("20060102T150405Z"), "DTEND:"+at(c.at).Format("20060102T160405Z"))
			r = meeting.Apply(moved, theirs, bert(), at("2025-03-04 10:05"))
			require.Equal(t, meeting.Change, r.Action, r.Reason)
			theirs = r.Calendar
			want := c.times
			if want == nil {
				want = slices.Clone(times(own))
				want[slices.Index(want, at(c.original).Format("01-02 15:04"))] = at(c.at).Format("01-02 15:04")
			}
			assert.Equal(t, want, times(theirs))
			text := written(t, theirs)
			for _, l := range c.lines {
				assert.Contains(t, text, l+"\r\n")
			}
			assert.Equal(t, times(theirs), times(travel(t, theirs)), "and back from iCalendar")
		})
	}
}

func uid(m *mapi.Message) string {
	id, _ := meeting.Identity(m)
	return id.UID()
}

// TestWholeDaysThatOnlyTheirRuleSays are excluded by date.
func TestWholeDaysThatOnlyTheirRuleSays(t *testing.T) {
	for _, form := range [][]string{
		{"DTSTART;VALUE=DATE:20250324", "EXDATE;VALUE=DATE:20250410"},
		{"DTSTART:20250324T080000Z", "EXDATE:20250410T080000Z"},
		{"DTSTART:20250324T080000", "EXDATE:20250410T080000"},
	} {
		m := decode(t, "", "UID:x", form[0], "RRULE:FREQ=YEARLY;BYYEARDAY=83,100,150", "ORGANIZER:mailto:ada@zoo.example", "ATTENDEE:mailto:bert@zoo.example")
		opts := by(ada(), "2025-03-03 10:00")
		opts.Instance = at("2025-04-10 00:00") // the day
		_, own, err := meeting.Cancel(m, opts)
		require.NoError(t, err, form[0])
		assert.Contains(t, written(t, own), form[1]+"\r\n")
		assert.Len(t, times(own), 2)
	}
}

// TestChangedRuleIsAFullUpdate also when there is no structure to compare.
func TestChangedRuleIsAFullUpdate(t *testing.T) {
	own, _ := invite(t, "RRULE:FREQ=HOURLY;INTERVAL=6;COUNT=4")
	after := own.Clone()
	lines, _ := after.Get(ical.KeptLines()).(string)
	after.Set(ical.KeptLines(), strings.Replace(lines, "COUNT=4", "COUNT=5", 1))
	assert.Zero(t, meeting.Highlight(own, own.Clone()))
	message, _, err := meeting.Request(after, own, by(ada(), "2025-03-03 10:00"))
	require.NoError(t, err)
	assert.Equal(t, mapi.MeetingTypeFullUpdate, props.PidLidMeetingType.Or(message, 0))
}
