package ical_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	goical "github.com/emersion/go-ical"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
)

// bigCalendar is a calendar of about size bytes: meetings with attendees, texts,
// alarms and zones, as a group calendar exports them.
func bigCalendar(size int) []byte {
	var b bytes.Buffer
	b.WriteString(ics("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zoo//EN", "X-WR-CALNAME:Okapi house"))
	b.WriteString(ics(berlin()...))
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%08d-77a1-4f0e-9f0e-5d0f1c9f0e77@zoo.example\r\nDTSTAMP:20250102T030405Z\r\n"+
			"DTSTART;TZID=Europe/Berlin:2025%02d%02dT%02d1500\r\nDTEND;TZID=Europe/Berlin:2025%02d%02dT%02d4500\r\n"+
			"CREATED:20241201T080000Z\r\nLAST-MODIFIED:20241224T080000Z\r\nSEQUENCE:%d\r\nSUMMARY:Feeding number %d in the okapi house\r\n"+
			"LOCATION:Okapi house\\, stable %d\r\nDESCRIPTION:Hay\\, leaves and a salt lick. The keeper who is on duty brings t\r\n he key\\; the other one watches the door.\\n\\nDo not forget the scales.\\n\r\n"+
			"ORGANIZER;CN=Ada Keeper:mailto:ada@zoo.example\r\nATTENDEE;CN=\"Okapi, Bertha\";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:bert\r\n ha%d@zoo.example\r\n"+
			"ATTENDEE;CN=Carl;ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:carl@zoo.example\r\nCATEGORIES:feeding,daily\r\n"+
			"CLASS:PUBLIC\r\nPRIORITY:5\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nX-ZOO-STABLE;X-KIND=straw:%d\r\n"+
			"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:REMINDER\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n",
			i, i%12+1, i%28+1, i%20, i%12+1, i%28+1, i%20+1, i%5, i, i%9, i%50, i%9)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.Bytes()
}

// berlin is the VTIMEZONE of Berlin.
func berlin() []string {
	return []string{"BEGIN:VTIMEZONE", "TZID:Europe/Berlin",
		"BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "DTSTART:19700329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
		"BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
		"END:VTIMEZONE"}
}

// BenchmarkDecode compares text to messages with what go-ical takes for text to
// components.
func BenchmarkDecode(b *testing.B) {
	in := bigCalendar(10 << 20)
	b.Run("reader=go-ical", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			_, err := goical.NewDecoder(bytes.NewReader(in)).Decode()
			require.NoError(b, err)
		}
	})
	b.Run("reader=parse", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			_, err := ical.Parse(bytes.NewReader(in), nil)
			require.NoError(b, err)
		}
	})
	b.Run("reader=messages", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			for _, err := range ical.All(bytes.NewReader(in), nil) {
				if err != nil { // require takes a while, and here it would be asked for each message
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkEncode compares messages to text with what go-ical takes for components
// to text.
func BenchmarkEncode(b *testing.B) {
	in := bigCalendar(10 << 20)
	b.Run("writer=go-ical", func(b *testing.B) {
		cal, err := goical.NewDecoder(bytes.NewReader(in)).Decode()
		require.NoError(b, err)
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, goical.NewEncoder(io.Discard).Encode(cal))
		}
	})
	b.Run("writer=tree", func(b *testing.B) {
		list, err := ical.Parse(bytes.NewReader(in), nil)
		require.NoError(b, err)
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, ical.Write(io.Discard, list...))
		}
	})
	b.Run("writer=messages", func(b *testing.B) {
		msgs := decode(b, in)
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, ical.Encode(io.Discard, msgs, nil))
		}
	})
}
