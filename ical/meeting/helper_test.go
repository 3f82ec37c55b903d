package meeting_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func ada() meeting.Person  { return meeting.Person{Name: "Ada", Address: "ada@zoo.example"} }
func bert() meeting.Person { return meeting.Person{Name: "Bert", Address: "bert@zoo.example"} }
func carl() meeting.Person { return meeting.Person{Name: "Carl", Address: "carl@zoo.example"} }

// at reads "2025-03-30 14:00" as UTC.
func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func by(p meeting.Person, now string) meeting.SendOptions {
	return meeting.SendOptions{Now: at(now), From: p, ID: meeting.NewGlobalObjectID(at("2025-01-01 08:00"), [16]byte{1, 2, 3})}
}

// decode reads a calendar of one event.
func decode(t testing.TB, method string, lines ...string) *mapi.Message {
	head := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"}
	if method != "" {
		head = append(head, "METHOD:"+method)
	}
	all := slices.Concat(head, []string{"BEGIN:VEVENT"}, lines, []string{"END:VEVENT", "END:VCALENDAR", ""})
	list, err := ical.Decode(strings.NewReader(strings.Join(all, "\r\n")), nil)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list[0]
}

// draft is an appointment with two people to invite, without any property of meetings.
func draft(t testing.TB, rule ...string) *mapi.Message {
	m := decode(t, "", append([]string{"UID:x", "SUMMARY:Hay", "LOCATION:Stable", "DTSTART;TZID=Europe/Berlin:20250324T090000", "DTEND;TZID=Europe/Berlin:20250324T100000"}, rule...)...)
	props.PidLidGlobalObjectId.Delete(m)
	props.PidLidCleanGlobalObjectId.Delete(m)
	for _, p := range []meeting.Person{bert(), carl()} {
		r := &mapi.Recipient{}
		props.PidTagRecipientType.Set(r, mapi.RecipientTo)
		props.PidTagDisplayName.Set(r, p.Name)
		props.PidTagAddressType.Set(r, "SMTP")
		props.PidTagEmailAddress.Set(r, p.Address)
		m.Recipients = append(m.Recipients, r)
	}
	return m
}

// invite sends a draft, and gives it to Bert.
func invite(t testing.TB, rule ...string) (own, theirs *mapi.Message) {
	message, own, err := meeting.Request(draft(t, rule...), nil, by(ada(), "2025-03-01 10:00"))
	require.NoError(t, err)
	r := meeting.Apply(message, nil, bert(), at("2025-03-01 10:05"))
	require.Equal(t, meeting.Create, r.Action)
	return own, r.Calendar
}

// times are the instances of an object in 2025.
func times(m *mapi.Message) (list []string) {
	for i := range freebusy.Instances(m, at("2025-01-01 00:00"), at("2026-01-01 00:00"), nil) {
		list = append(list, i.Start.Format("01-02 15:04"))
	}
	return list
}

func track(m *mapi.Message, p meeting.Person) *mapi.Recipient {
	for _, r := range m.Recipients {
		if strings.EqualFold(props.PidTagEmailAddress.Or(r, ""), p.Address) {
			return r
		}
	}
	return &mapi.Recipient{}
}

func status(m *mapi.Message, p meeting.Person) mapi.ResponseStatus {
	return props.PidTagRecipientTrackStatus.Or(track(m, p), mapi.ResponseNone)
}
