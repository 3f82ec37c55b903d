package meeting_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// FuzzApply applies what hostile calendars say to one another, for each of the people
// who may be meant: nothing panics, what is given stays as it is, and what comes out is
// of the same meeting and can be applied to.
func FuzzApply(f *testing.F) {
	event := "UID:a\nSEQUENCE:1\nDTSTAMP:20250102T000000Z\nDTSTART;TZID=Europe/Berlin:20250106T100000\nDTEND;TZID=Europe/Berlin:20250106T110000\nRRULE:FREQ=WEEKLY\nORGANIZER:mailto:ada@zoo.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example"
	one := "UID:a\nSEQUENCE:1\nDTSTAMP:20250103T000000Z\nRECURRENCE-ID:20250113T090000Z\nDTSTART:20250114T090000Z\nORGANIZER:mailto:ada@zoo.example\nATTENDEE;PARTSTAT=TENTATIVE:mailto:bert@zoo.example"
	for _, method := range []string{"REQUEST", "REPLY", "CANCEL", "COUNTER", "ADD", "REFRESH", "DECLINECOUNTER"} {
		f.Add("METHOD:"+method, one, event, []byte{}, []byte{})
	}
	for _, more := range []string{"", "\nATTENDEE;DELEGATED-FROM=\"mailto:bert@zoo.example\":mailto:carl@zoo.example"} {
		f.Add("METHOD:REPLY", strings.Replace(one, "PARTSTAT=TENTATIVE", "PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:carl@zoo.example\",\"mailto:ada@zoo.example\"", 1)+more, event, []byte{}, []byte{})
	}
	f.Add("", one, event, []byte{}, []byte("\x01\x00\x00\x00\x01\x00\x00\x00\x5b\x02d\x00@\x00z\x00\x00\x00D\x00\x00\x00\x00\x00\x00"))
	asked := "VTODO\nUID:a\nSEQUENCE:1\nDTSTAMP:20250102T000000Z\nDUE:20250106T100000Z\nORGANIZER:mailto:ada@zoo.example\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example"
	for _, method := range []string{"REQUEST", "REPLY", "CANCEL", "ADD", "REFRESH", "COUNTER"} {
		f.Add("METHOD:"+method, asked, asked, []byte{}, []byte{})
	}
	hourly := strings.Replace(event, "FREQ=WEEKLY", "FREQ=HOURLY;INTERVAL=7", 1) // which no structure says
	for _, method := range []string{"REQUEST", "REPLY", "CANCEL"} {
		f.Add("METHOD:"+method, strings.Replace(one, "20250113T090000Z", "20250106T160000Z", 1), hourly, []byte{}, []byte{})
	}
	f.Fuzz(func(t *testing.T, method, event, known string, id, blob []byte) {
		m, calendar := read(method, event), read("", known)
		if m == nil {
			return
		}
		if len(id) > 0 {
			props.PidLidGlobalObjectId.Set(m, id)
			props.PidLidGlobalObjectId.Set(calendar, id)
		}
		switch {
		case len(blob) > 0 && blob[0] == 1: // as a list of recipients begins
			props.PidTagMessageClass.Set(m, meeting.ClassOf(meeting.MethodForwarded, 0))
			props.PidLidForwardNotificationRecipients.Set(m, blob)
		case len(blob) > 0:
			props.PidLidAppointmentRecur.Set(calendar, blob)
		}
		before, given := dump(t, calendar), dump(t, m)
		for _, who := range []meeting.Person{ada(), bert(), carl()} {
			for _, c := range []*mapi.Message{nil, calendar} {
				r := meeting.Apply(m, c, who, at("2025-01-20 10:00"))
				_ = r.Action.String() + r.Reason.String()
				require.Equal(t, r.Action == meeting.Ignore, r.Reason != meeting.NoReason)
				require.Equal(t, r.Action == meeting.Ignore, r.Calendar == nil)
				if r.Calendar != nil {
					require.True(t, meeting.Same(m, r.Calendar))
					meeting.Apply(m, r.Calendar, who, at("2025-01-21 10:00"))
					_, _, _ = meeting.AnswerTask(m, true, by(who, "2025-01-20 11:00"))
					_, _, _ = meeting.ReportTask(r.Calendar, by(who, "2025-01-20 11:00"))
					_, _, _, _ = meeting.Delegate(r.Calendar, carl(), by(who, "2025-01-20 11:00"))
					_, _, _ = meeting.Answer(r.Calendar, mapi.ResponseAccepted, nil, by(who, "2025-01-20 11:00"))
				}
			}
		}
		meeting.Policy{}.Decide(m, slices.Values([]*mapi.Message{calendar}), at("2025-01-01 00:00"), nil)
		require.Equal(t, before, dump(t, calendar), "what is given is not changed")
		require.Equal(t, given, dump(t, m), "what is given is not changed")
	})
}

// read reads an event, or a task when its first line says so.
func read(method, lines string) *mapi.Message {
	name := "VEVENT"
	if task, ok := strings.CutPrefix(lines, "VTODO\n"); ok {
		name, lines = "VTODO", task
	}
	lines = strings.ReplaceAll("BEGIN:VCALENDAR\n"+method+"\nBEGIN:"+name+"\n"+lines+"\nEND:"+name+"\nEND:VCALENDAR\n", "\n", "\r\n")
	list, err := ical.Decode(strings.NewReader(lines), nil)
	if err != nil || len(list) == 0 {
		return &mapi.Message{}
	}
	return list[0]
}

func dump(t testing.TB, m *mapi.Message) string {
	var b bytes.Buffer
	require.NoError(t, props.Dump(&b, m, nil))
	return b.String()
}
