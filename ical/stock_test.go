package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Encode makes each component in the memory of those before it, and Calendar does not:
// nothing of one message gets into another.
func TestEncodeWritesWhatCalendarHas(t *testing.T) {
	var msgs []*mapi.Message
	for _, s := range corpusCalendars(t) {
		list, err := ical.Decode(bytes.NewReader(s.data), nil)
		require.NoError(t, err)
		msgs = append(msgs, list...)
	}
	same := func(promise string) {
		cal, err := ical.Calendar(msgs, nil)
		require.NoError(t, err)
		var tree, text bytes.Buffer
		require.NoError(t, ical.Write(&tree, cal))
		require.NoError(t, ical.Encode(&text, msgs, nil))
		assert.True(t, bytes.Equal(tree.Bytes(), text.Bytes()), promise)
	}
	same("as it came")
	for i, m := range msgs {
		switch i % 3 {
		case 0:
			props.PidTagSubject.Set(m, "Leaves")
		case 1:
			props.PidLidReminderSet.Set(m, i%2 == 0)
			props.PidLidBusyStatus.Set(m, mapi.BusyStatusTentative)
		}
	}
	same("after changes")
}

// A kept line is read only for what its slot says: for each slot, the line stays while
// the message says the same, and goes when that is changed.
func TestKeptLinesOfEachSlot(t *testing.T) {
	const span = "DTSTART:20250102T100000Z|DTEND:20250102T110000Z|"
	const day = 24 * time.Hour
	set := func(k mapi.PropKey, v mapi.Value) func(*mapi.Message) {
		return func(m *mapi.Message) { m.Set(k.Prop(), v) }
	}
	later := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, c := range []struct {
		name, lines, kept string
		change            func(*mapi.Message)
	}{
		{"VEVENT", span, "UID;X-P=1:two", func(m *mapi.Message) {
			props.PidLidCleanGlobalObjectId.Set(m, ical.GlobalObjectID("three", time.Time{}))
		}},
		{"VEVENT", span, "SUMMARY;X-P=1:Hay", set(props.PidTagSubject, "Leaves")},
		{"VEVENT", span, "DESCRIPTION;X-P=1:Hay", set(props.PidTagBody, "Leaves")},
		{"VEVENT", span, "X-ALT-DESC;X-P=1;FMTTYPE=text/html:<p>Hay", set(props.PidTagHtml, []byte("<p>Leaves"))},
		{"VEVENT", span, "LOCATION;X-P=1:Stable", set(props.PidLidLocation, "Meadow")},
		{"VEVENT", span, "CATEGORIES;X-P=1:hay", set(props.PidNameKeywords, []string{"leaves"})},
		{"VEVENT", span, "CONTACT;X-P=1:Ada", set(props.PidLidContacts, []string{"Bertha"})},
		{"VEVENT", span, "CREATED;X-P=1:20250101T000000Z", set(props.PidTagCreationTime, later)},
		{"VEVENT", span, "LAST-MODIFIED;X-P=1:20250101T000000Z", set(props.PidTagLastModificationTime, later)},
		{"VEVENT", span, "CLASS:PUBLIC", set(props.PidTagSensitivity, int32(mapi.SensitivityPrivate))},
		{"VEVENT", span, "DTSTAMP;X-P=1:20250101T000000Z", set(props.PidLidOwnerCriticalChange, later)},
		{"VEVENT", span, "SEQUENCE;X-P=1:3", set(props.PidLidAppointmentSequence, int32(4))},
		{"VEVENT", span, "PRIORITY:3", set(props.PidTagImportance, int32(mapi.ImportanceLow))},
		{"VEVENT", "DTEND:20250102T110000Z|", "DTSTART;X-P=1:20250102T100000Z", set(props.PidLidAppointmentStartWhole, later.Add(-400*day))},
		{"VEVENT", "DTSTART:20250102T100000Z|", "DURATION:PT1H", set(props.PidLidAppointmentEndWhole, later)},
		{"VEVENT", span, "TRANSP:OPAQUE", set(props.PidLidBusyStatus, int32(mapi.BusyStatusOutOfOffice))},
		{"VEVENT", span, "STATUS:CONFIRMED", set(props.PidLidBusyStatus, int32(mapi.BusyStatusFree))},
		{"VEVENT", span, "RRULE:COUNT=3;FREQ=DAILY", func(m *mapi.Message) {
			m.Delete(props.PidLidAppointmentRecur.Prop(), props.PidLidRecurring.Prop())
		}},
		{"VEVENT", span, "RECURRENCE-ID;X-P=1:20250102T100000Z", set(props.PidLidExceptionReplaceTime, later)},
		{"VEVENT", span + "ATTENDEE:mailto:b@zoo.example|", "ORGANIZER:MAILTO:a@zoo.example", func(m *mapi.Message) {
			m.Set(props.PidTagSentRepresentingEmailAddress.Prop(), "c@zoo.example")
			m.Set(props.PidTagSentRepresentingSmtpAddress.Prop(), "c@zoo.example")
		}},
		{"VEVENT", span, "ATTENDEE;X-P=1:mailto:b@zoo.example", func(m *mapi.Message) { m.Recipients = nil }},
		{"VEVENT", span, "ATTACH;X-P=1:https://zoo.example/hay", func(m *mapi.Message) { m.Attachments = nil }},
		{"VEVENT", span, "X-MS-OLK-CONFTYPE;X-P=1:1", set(props.PidLidConferencingType, int32(2))},
		{"VEVENT", span + "BEGIN:VALARM|ACTION:AUDIO|", "TRIGGER:-PT5M|END:VALARM", set(props.PidLidReminderDelta, int32(7))},
		{"VEVENT", "DTSTART:20250102T100000Z|DURATION:PT1H|BEGIN:VALARM|ACTION:AUDIO|", "TRIGGER;RELATED=END:-PT65M|END:VALARM", set(props.PidLidReminderSet, false)},
		{"VTODO", "DTSTART:20250102T100000Z|", "DUE:20250103T110000Z", set(props.PidLidTaskDueDate, later)},
		{"VTODO", span, "PERCENT-COMPLETE;X-P=1:30", set(props.PidLidPercentComplete, 0.5)},
		{"VTODO", "DTSTART;VALUE=DATE:20250102|", "RRULE:COUNT=3;FREQ=DAILY", func(m *mapi.Message) { m.Delete(props.PidLidTaskRecurrence.Prop()) }},
		{"VJOURNAL", "", "DTSTART;X-P=1:20250102T100000Z", set(props.PidLidLogStart, later)},
	} {
		t.Run(c.name+" "+c.kept, func(t *testing.T) {
			m := one(t, component(c.name, c.lines+c.kept))
			want := strings.ReplaceAll("|"+c.kept+"|", "|", "\r\n")
			assert.Contains(t, unfolded(encode(t, []*mapi.Message{m})), want)
			c.change(m)
			assert.NotContains(t, unfolded(encode(t, []*mapi.Message{m})), want)
		})
	}
}
