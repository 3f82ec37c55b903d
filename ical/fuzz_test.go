package ical_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
)

// FuzzDecode: any bytes can be decoded; what is written of them is read as the same
// messages, and written the same again.
func FuzzDecode(f *testing.F) {
	for _, in := range [][]byte{
		vevent("DTSTART;TZID=Europe/Berlin:20250702T100000|DURATION:P1D|RRULE:FREQ=WEEKLY;COUNT=5|EXDATE:20250709T080000Z|SUMMARY;LANGUAGE=de:x"),
		vevent("METHOD:REPLY|DTSTART:20250102T100000Z|ORGANIZER:mailto:a@zoo.example|ATTENDEE;PARTSTAT=ACCEPTED;CN=b:mailto:b@zoo.example|COMMENT:x"),
		vevent("METHOD:COUNTER|DTSTART:20250102T100000Z|X-MS-OLK-ORIGINALSTART:20250102T110000Z|ATTENDEE:urn:x"),
		vevent("DTSTART;VALUE=DATE:20250102|ATTACH;ENCODING=BASE64;VALUE=BINARY:SGF5|ATTACH:http://x|BEGIN:VALARM|TRIGGER;RELATED=END:-PT1H|END:VALARM"),
		component("VTODO", "DUE:20250102T100000|PERCENT-COMPLETE:40|STATUS:COMPLETED"), component("VJOURNAL", "DTSTART:20250102"), component("VFREEBUSY", "X:1"),
		calendar("BEGIN:VTIMEZONE", "TZID:x", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0137", "END:STANDARD", "END:VTIMEZONE",
			"BEGIN:VEVENT", "UID:1", "DTSTART;TZID=x:20250102T100000", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "UID:1", "RECURRENCE-ID;TZID=x:20250103T100000", "DTSTART;TZID=x:20250103T120000", "END:VEVENT"),
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		msgs, err := ical.Decode(bytes.NewReader(in), nil)
		require.NoError(t, err)
		first := encode(t, msgs)
		second := encode(t, decode(t, []byte(first)))
		a, _ := parse(t, first)
		b, _ := parse(t, second)
		require.Empty(t, lost(statements(a), statements(b)), "%s", second)
	})
}
