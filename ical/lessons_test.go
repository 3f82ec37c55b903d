package ical_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// What went wrong in other programs, by the numbers under which we collected it.

func TestLesson27DaysDoNotShiftOnExport(t *testing.T) {
	in := vevent("DTSTART;VALUE=DATE:20250101|DTEND;VALUE=DATE:20250104")
	m := one(t, in)
	assert.True(t, props.PidLidAppointmentSubType.Or(m, false), "more than one day is all-day too")
	assert.Contains(t, regenerated(t, m), "DTSTART;VALUE=DATE:20250101\r\nDTEND;VALUE=DATE:20250104")
	// What Outlook writes: midnights of its own zone in UTC, with that zone.
	from := one(t, vevent("DTSTART;TZID=Europe/Berlin:20250702T000000|DTEND;TZID=Europe/Berlin:20250703T000000|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"))
	start, _ := props.PidLidAppointmentStartWhole.Get(from)
	assert.Equal(t, "20250701T220000Z", start.UTC().Format("20060102T150405Z"))
	assert.Contains(t, regenerated(t, from), "DTSTART;VALUE=DATE:20250702\r\nDTEND;VALUE=DATE:20250703")
}

func TestLesson28WhatOutlookNeedsToShowAnItem(t *testing.T) {
	for _, method := range []string{"", "METHOD:PUBLISH", "METHOD:REQUEST", "METHOD:CANCEL"} {
		m := one(t, vevent(method+"|DTSTART:20250102T100000Z|ORGANIZER:mailto:a@zoo.example|ATTENDEE:mailto:b@zoo.example"))
		for _, k := range []mapi.PropKey{props.PidLidAppointmentStateFlags, props.PidLidResponseStatus, props.PidLidRecurring,
			props.PidLidBusyStatus, props.PidLidAppointmentSubType, props.PidLidSideEffects, props.PidTagIconIndex, props.PidLidRecurrenceType} {
			assert.NotNil(t, m.Get(k.Prop()), "%q: %v", method, k)
		}
	}
	cancel := one(t, vevent("METHOD:CANCEL|DTSTART:20250102T100000Z"))
	assert.Equal(t, mapi.AppointmentState(7), props.PidLidAppointmentStateFlags.Or(cancel, 0))
}

func TestLesson29OrganizerWithoutNameAndMeetingsWithoutOrganizer(t *testing.T) {
	m := one(t, vevent("DTSTART:20250102T100000Z|ORGANIZER:mailto:a@zoo.example|ATTENDEE:mailto:b@zoo.example"))
	assert.Equal(t, "a@zoo.example", props.PidTagSentRepresentingName.Or(m, ""))
	assert.Equal(t, mapi.RecipientFlagSendable|mapi.RecipientFlagOrganizer, props.PidTagRecipientFlags.Or(m.Recipients[0], 0))
	alone := one(t, vevent("DTSTART:20250102T100000Z"))
	assert.Zero(t, props.PidLidAppointmentStateFlags.Or(alone, -1))
	onlyOrganizer := one(t, vevent("DTSTART:20250102T100000Z|ORGANIZER:mailto:a@zoo.example"))
	assert.Zero(t, props.PidLidAppointmentStateFlags.Or(onlyOrganizer, -1))
}

func TestLesson30InstanceWithoutSeriesIsNotDropped(t *testing.T) {
	var broken []ical.Issue
	msgs, err := ical.Decode(bytes.NewReader(vevent("DTSTART:20250102T100000Z|RECURRENCE-ID:20250102T090000Z")),
		&ical.DecodeOptions{Report: func(i ical.Issue) { broken = append(broken, i) }})
	require.NoError(t, err)
	require.Len(t, msgs, 1)
	require.Len(t, broken, 1)
	assert.Equal(t, ical.RuleException, broken[0].Rule)
	full, _ := props.PidLidGlobalObjectId.Get(msgs[0])
	clean, _ := props.PidLidCleanGlobalObjectId.Get(msgs[0])
	assert.Equal(t, "07e90102", hex.EncodeToString(full[16:20]), "the date is big-endian")
	assert.Equal(t, "00000000", hex.EncodeToString(clean[16:20]))
	assert.Equal(t, "1@zoo.example", ical.UID(full), "an instance shares the UID")
}

func TestLesson35ZonesWithEscapedCommasAndAllObservances(t *testing.T) {
	in := calendar("BEGIN:VTIMEZONE", `TZID:Zoo\, eastern stables`,
		"BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD",
		"BEGIN:STANDARD", "DTSTART:20100101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:STANDARD",
		"BEGIN:STANDARD", "DTSTART:20200101T000000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0330", "END:STANDARD", "END:VTIMEZONE",
		"BEGIN:VEVENT", "UID:1", `DTSTART;TZID="Zoo, eastern stables":20250102T100000`, "END:VEVENT")
	m := one(t, in)
	start, _ := props.PidLidAppointmentStartWhole.Get(m)
	assert.Equal(t, "06:30", start.UTC().Format("15:04"), "the last onset before the date counts")
	out := encode(t, []*mapi.Message{m})
	assert.Contains(t, out, `DTSTART;TZID="Zoo, eastern stables":20250102T100000`)
	assert.Contains(t, out, "TZOFFSETTO:+0330")
	again := one(t, []byte(out))
	second, _ := props.PidLidAppointmentStartWhole.Get(again)
	assert.True(t, start.Equal(second))
}

// RFC 5545, 3.8.7.2, wants a DTSTAMP, also of messages that have none.
func TestStampOfMessagesWithoutOne(t *testing.T) {
	start, changed, now := instant(t, "2025-01-02T10:00:00Z"), instant(t, "2025-01-01T10:00:00Z"), instant(t, "2025-03-01T10:00:00Z")
	for _, c := range []struct {
		promise, class string
		key            props.Key[time.Time]
		changed, now   time.Time
		want           string
	}{
		{"the start", "IPM.Appointment", props.PidLidAppointmentStartWhole, time.Time{}, time.Time{}, "20250102T100000Z"},
		{"the common start", "IPM.Appointment", props.PidLidCommonStart, time.Time{}, time.Time{}, "20250102T100000Z"},
		{"the start of a task", "IPM.Task", props.PidLidTaskStartDate, time.Time{}, time.Time{}, "20250102T100000Z"},
		{"the start of a journal entry", "IPM.Activity", props.PidLidLogStart, time.Time{}, time.Time{}, "20250102T100000Z"},
		{"the last change before it", "IPM.Appointment", props.PidLidAppointmentStartWhole, changed, time.Time{}, "20250101T100000Z"},
		{"what is said before both", "IPM.Appointment", props.PidLidAppointmentStartWhole, changed, now, "20250301T100000Z"},
		{"1970 when there is nothing", "IPM.Task", props.PidLidAppointmentEndWhole, time.Time{}, time.Time{}, "19700101T000000Z"},
	} {
		m := &mapi.Message{}
		props.PidTagMessageClass.Set(m, c.class)
		c.key.Set(m, start)
		if !c.changed.IsZero() {
			props.PidTagLastModificationTime.Set(m, c.changed)
		}
		var b bytes.Buffer
		require.NoError(t, ical.Encode(&b, []*mapi.Message{m}, &ical.EncodeOptions{Now: c.now}))
		assert.Contains(t, b.String(), "\r\nDTSTAMP:"+c.want+"\r\n", c.promise)
	}
}

// RFC 5545, 3.2: a value with a colon has quotes, which Exchange forgets.
func TestZonesOfExchange(t *testing.T) {
	for _, in := range []string{"DTSTART;TZID=tzone://Microsoft/Utc:20250102T100000", `DTSTART;TZID="tzone://Microsoft/Utc":20250102T100000`} {
		m := one(t, vevent(in))
		start, _ := props.PidLidAppointmentStartWhole.Get(m)
		assert.Equal(t, "20250102T100000Z", start.UTC().Format("20060102T150405Z"), in)
		out := encode(t, []*mapi.Message{m})
		assert.Contains(t, out, "\r\nDTSTART;TZID=\"tzone://Microsoft/Utc\":20250102T100000\r\n", in)
		again := one(t, []byte(out))
		assert.Equal(t, start, props.PidLidAppointmentStartWhole.Or(again, time.Time{}), in)
		assert.Equal(t, out, encode(t, []*mapi.Message{again}), in)
	}
}

func TestLesson36EmptyZoneBlobsAreNone(t *testing.T) {
	m := one(t, vevent("DTSTART;TZID=Europe/Berlin:20250702T100000"))
	props.PidLidAppointmentTimeZoneDefinitionStartDisplay.Set(m, []byte{})
	props.PidLidAppointmentTimeZoneDefinitionEndDisplay.Set(m, []byte{})
	assert.Contains(t, regenerated(t, m), "DTSTART;TZID=Europe/Berlin:20250702T100000", "the description is left")
	props.PidLidTimeZoneDescription.Delete(m)
	assert.Contains(t, regenerated(t, m), "DTSTART:20250702T080000Z")
}

func TestLesson37ZoneAndZDoNotStandTogether(t *testing.T) {
	m := one(t, vevent("DTSTART;TZID=Europe/Berlin:20250702T100000Z"))
	assert.NotRegexp(t, `TZID=[^:]*:\d+T\d+Z`, regenerated(t, m))
	again := one(t, []byte(encode(t, []*mapi.Message{m})))
	assert.Equal(t, props.PidLidAppointmentStartWhole.Or(m, time.Time{}), props.PidLidAppointmentStartWhole.Or(again, time.Time{}),
		"a Z is UTC, whether the calendar has the zone or not")
	assert.Contains(t, encode(t, []*mapi.Message{one(t, vevent("DTSTART:20250702T100000Z|RRULE:FREQ=DAILY"))}), "RRULE:FREQ=DAILY")
}

func TestLesson38OwnerAppointmentIDIsSigned(t *testing.T) {
	for in, out := range map[string]string{"-5": "-5", "4294967291": "-5", "7": "7"} {
		m := one(t, vevent("DTSTART:20250102T100000Z|X-MICROSOFT-CDO-OWNERAPPTID:"+in))
		assert.Contains(t, regenerated(t, m), "OWNERAPPTID:"+out+"\r\n")
	}
}

func TestLesson39BrokenGlobalObjectIDIsAbsent(t *testing.T) {
	for _, id := range [][]byte{{}, {4}, bytes.Repeat([]byte{4}, 39), bytes.Repeat([]byte{0}, 60), nil} {
		assert.Empty(t, ical.UID(id))
		m := one(t, vevent("DTSTART:20250102T100000Z"))
		props.PidLidGlobalObjectId.Set(m, id)
		props.PidLidCleanGlobalObjectId.Set(m, id)
		assert.Contains(t, regenerated(t, m), "\r\nUID:okapi-")
	}
}

func TestLesson40TriggersInBothFormsAndWholeAttachments(t *testing.T) {
	for _, trigger := range []string{"TRIGGER:-PT30M", "TRIGGER;VALUE=DURATION:-PT30M", "TRIGGER;VALUE=DATE-TIME:20250102T093000Z", "TRIGGER:20250102T093000Z"} {
		m := one(t, vevent("DTSTART:20250102T100000Z|BEGIN:VALARM|ACTION:DISPLAY|"+trigger+"|END:VALARM"))
		assert.Equal(t, int32(30), props.PidLidReminderDelta.Or(m, -1), trigger)
	}
	data := bytes.Repeat([]byte("okapi"), 100_000)
	m := one(t, vevent("DTSTART:20250102T100000Z"))
	a := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
	props.PidTagAttachLongFilename.Set(a, "okapi.bin")
	props.PidTagAttachDataBinary.Set(a, data)
	m.Attachments = append(m.Attachments, a)
	again := one(t, []byte(encode(t, []*mapi.Message{m})))
	require.Len(t, again.Attachments, 1)
	assert.True(t, bytes.Equal(data, props.PidTagAttachDataBinary.Or(again.Attachments[0], nil)))
}

func TestLesson41EachEventIsAnItem(t *testing.T) {
	var lines []string
	for _, uid := range []string{"1", "2", "3"} {
		lines = append(lines, "BEGIN:VEVENT", "UID:"+uid, "SUMMARY:"+uid, "DTSTART:20250102T100000Z", "END:VEVENT")
	}
	msgs := decode(t, calendar(append(lines, "BEGIN:VTODO", "UID:4", "SUMMARY:4", "END:VTODO")...))
	require.Len(t, msgs, 4)
	for i, m := range msgs {
		assert.Equal(t, string(rune('1'+i)), props.PidTagSubject.Or(m, ""), "in the order of the text")
	}
}

func TestLesson44PercentIsAFraction(t *testing.T) {
	m := one(t, component("VTODO", "PERCENT-COMPLETE:55"))
	assert.InDelta(t, 0.55, props.PidLidPercentComplete.Or(m, 0), 1e-9)
	assert.Contains(t, regenerated(t, m), "PERCENT-COMPLETE:55")
}

// Identity: MS-OXCICAL 2.1.3.1.1.20.26, MS-OXOCAL 2.2.1.27.
func TestUIDs(t *testing.T) {
	const outlook = "040000008200E00074C5B7101A82E00800000000D0B2A1C0E4F5D1010000000000000000100000000102030405060708090A0B0C0D0E0F10"
	for _, c := range []struct{ promise, uid, back string }{
		{"somebody's", "19970901T130000Z-123401@zoo.example", "19970901T130000Z-123401@zoo.example"},
		{"Outlook's", outlook, outlook},
		{"Outlook's in small letters", strings.ToLower(outlook), outlook},
		{"Outlook's with the date of an instance", outlook[:32] + "07E90102" + outlook[40:], outlook},
		{"one that only begins like Outlook's", "040000008200E00074C5B7101A82E008", "040000008200E00074C5B7101A82E008"},
		{"beyond ASCII", "okapi-ä@zoo", "okapi-ä@zoo"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			m := one(t, calendar("BEGIN:VEVENT", "UID:"+c.uid, "DTSTART:20250102T100000Z", "END:VEVENT"))
			clean, _ := props.PidLidCleanGlobalObjectId.Get(m)
			assert.Equal(t, c.back, ical.UID(clean))
			assert.Contains(t, regenerated(t, m), "\r\nUID:"+c.back+"\r\n")
			assert.Contains(t, unfolded(encode(t, []*mapi.Message{m})), "\r\nUID:"+c.uid+"\r\n", "as it was written")
		})
	}
}

// A kept line is written for as long as the message says the same.
func TestChangesShowAndTheRestStays(t *testing.T) {
	m := one(t, vevent("DTSTART;X-A=b:20250102T100000Z|DTEND:20250102T110000Z|PRIORITY:3|SUMMARY;X-P=q:Hay|LOCATION;X-P=q:Stable|X-ZOO:1|"+
		"ORGANIZER:mailto:a@zoo.example|ATTENDEE;X-N=1:mailto:b@zoo.example|ATTENDEE;X-N=2:mailto:c@zoo.example|BEGIN:VALARM|ACTION:AUDIO|TRIGGER:-PT5M|END:VALARM"))
	props.PidTagSubject.Set(m, "Leaves")
	props.PidTagRecipientTrackStatus.Set(m.Recipients[1], mapi.ResponseAccepted)
	props.PidLidReminderDelta.Set(m, 20)
	out := unfolded(encode(t, []*mapi.Message{m}))
	for _, l := range []string{"SUMMARY:Leaves", "DTSTART;X-A=b:20250102T100000Z", "PRIORITY:3", "LOCATION;X-P=q:Stable", "X-ZOO:1",
		"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:b@zoo.example", "ATTENDEE;X-N=2:mailto:c@zoo.example", "TRIGGER:-PT20M"} {
		assert.Contains(t, out, "\r\n"+l+"\r\n")
	}
	assert.NotContains(t, out, "Hay")
	assert.NotContains(t, out, "X-N=1")
	assert.NotContains(t, out, "AUDIO")
	props.PidTagImportance.Set(m, mapi.ImportanceLow)
	props.PidLidLocation.Delete(m)
	m.Recipients = m.Recipients[:2]
	out = unfolded(encode(t, []*mapi.Message{m}))
	assert.Contains(t, out, "\r\nPRIORITY:9\r\n")
	assert.NotContains(t, out, "Stable")
	assert.NotContains(t, out, "c@zoo.example")
}

func TestAllYieldsWhileItReads(t *testing.T) {
	in := string(calendar("BEGIN:VEVENT", "UID:1", "DTSTART:20250102T100000Z", "END:VEVENT", "BEGIN:VEVENT", "UID:2", "DTSTART:20250102T100000Z", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "UID:3", "DTSTART:20250102T100000Z", "END:VEVENT"))
	var uids []string
	for m, err := range ical.All(strings.NewReader(in), nil) {
		require.NoError(t, err)
		id, _ := props.PidLidCleanGlobalObjectId.Get(m)
		uids = append(uids, ical.UID(id))
	}
	assert.Equal(t, []string{"1", "3", "2"}, uids, "a series waits for its instances")
	for range ical.All(strings.NewReader(in), nil) {
		break // releases everything
	}
}

func TestOldCalendars(t *testing.T) {
	in := ics("BEGIN:VCALENDAR", "VERSION:1.0", "BEGIN:VEVENT", "UID:1", "DTSTART:19970902T090000Z", "DTEND:19970902T100000Z",
		"SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:F=C3=BCttern=", " und mehr", "RRULE:W2 TU TH #4", "EXDATE:19970904T090000Z;19970916T090000Z",
		"AALARM:19970902T083000Z;;;", "ATTENDEE;ROLE=ATTENDEE;STATUS=CONFIRMED:Ada <ada@zoo.example>", "TRANSP:1", "END:VEVENT", "END:VCALENDAR")
	m := one(t, []byte(in))
	assert.Equal(t, "Füttern und mehr", props.PidTagSubject.Or(m, ""))
	assert.Equal(t, int32(30), props.PidLidReminderDelta.Or(m, -1))
	assert.Equal(t, mapi.BusyStatusFree, props.PidLidBusyStatus.Or(m, -1))
	assert.Equal(t, "ada@zoo.example", props.PidTagEmailAddress.Or(m.Recipients[0], ""))
	out := unfolded(encode(t, []*mapi.Message{m}))
	assert.Contains(t, out, "VERSION:2.0")
	assert.Contains(t, out, "FREQ=WEEKLY;INTERVAL=2")
	assert.Contains(t, out, "19970904T090000Z,19970916T090000Z")
	for old, now := range map[string]string{
		"D1 #10": "RRULE:FREQ=DAILY;COUNT=10", "MP1 1+ SU #5": "RRULE:FREQ=MONTHLY;BYDAY=1SU;COUNT=5",
		"MP2 1- FR #0": "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "MD1 2 LD #3": "RRULE:FREQ=MONTHLY;BYMONTHDAY=2,-1;COUNT=3",
		"YM1 6 7 19991231T000000Z": "RRULE:FREQ=YEARLY;BYMONTH=6,7;UNTIL=19991231T000000Z",
	} {
		m := one(t, []byte(ics("BEGIN:VCALENDAR", "VERSION:1.0", "BEGIN:VEVENT", "DTSTART:19970902T090000Z", "RRULE:"+old, "END:VEVENT", "END:VCALENDAR")))
		kept, _ := m.Get(ical.KeptLines()).(string)
		assert.Contains(t, kept+regenerated(t, m), now, old)
	}
}
