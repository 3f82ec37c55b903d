package ical_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A calendar comes in, the meeting is moved, and goes out with everything else as it
// was.
func Example() {
	msgs, err := ical.Decode(strings.NewReader(ics(
		"BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT",
		"UID:feeding-1@zoo.example", "DTSTAMP:20250101T080000Z",
		"DTSTART:20250106T090000Z", "DTEND:20250106T100000Z",
		"SUMMARY:Feed the okapi", "PRIORITY:3", "X-ZOO-STABLE:7",
		"END:VEVENT", "END:VCALENDAR")), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := msgs[0]
	start, _ := props.PidLidAppointmentStartWhole.Get(m)
	fmt.Println(props.PidTagSubject.Or(m, ""), "at", start.Format(time.RFC3339))

	props.PidLidAppointmentStartWhole.Set(m, start.Add(time.Hour))
	props.PidLidAppointmentEndWhole.Set(m, start.Add(2*time.Hour))
	var out strings.Builder
	err = ical.Encode(&out, msgs, &ical.EncodeOptions{ProductID: "-//zoo//EN"})
	fmt.Println(strings.ReplaceAll(out.String(), "\r", ""), err)
	// Output:
	// Feed the okapi at 2025-01-06T09:00:00Z
	// BEGIN:VCALENDAR
	// PRODID:-//zoo//EN
	// VERSION:2.0
	// BEGIN:VEVENT
	// UID:feeding-1@zoo.example
	// DTSTAMP:20250101T080000Z
	// DTSTART:20250106T100000Z
	// DTEND:20250106T110000Z
	// SUMMARY:Feed the okapi
	// PRIORITY:3
	// X-ZOO-STABLE:7
	// END:VEVENT
	// END:VCALENDAR
	//  <nil>
}

// A large calendar is read one item at a time.
func ExampleAll() {
	in := strings.NewReader(ics("BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:one", "END:VEVENT", "BEGIN:VTODO", "SUMMARY:two", "END:VTODO", "END:VCALENDAR"))
	for m, err := range ical.All(in, nil) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(props.PidTagMessageClass.Or(m, ""), props.PidTagSubject.Or(m, ""))
	}
	// Output:
	// IPM.Appointment one
	// IPM.Task two
}

// When a series happens.
func ExampleRecurrence() {
	msgs, _ := ical.Decode(strings.NewReader(ics("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1",
		"DTSTART;TZID=Europe/Berlin:20250328T100000", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20250329T100000",
		"END:VEVENT", "END:VCALENDAR")), nil)
	set, ok := ical.Recurrence(msgs[0], nil)
	if !ok {
		return
	}
	for i := range set.All() {
		fmt.Println(i.Start.Format("2 January 15:04 MST"))
	}
	// Output:
	// 28 March 10:00 CET
	// 30 March 10:00 CEST
	// 31 March 10:00 CEST
}

// An appointment that was made as a message.
func ExampleEncode() {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Appointment")
	props.PidTagSubject.Set(m, "Weigh the okapi")
	props.PidLidGlobalObjectId.Set(m, ical.GlobalObjectID("weighing@zoo.example", time.Time{}))
	props.PidLidAppointmentStartWhole.Set(m, time.Date(2025, 1, 6, 9, 0, 0, 0, time.UTC))
	props.PidLidAppointmentEndWhole.Set(m, time.Date(2025, 1, 6, 9, 15, 0, 0, time.UTC))
	props.PidLidBusyStatus.Set(m, mapi.BusyStatusFree)
	opts := &ical.EncodeOptions{Now: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	var out strings.Builder
	err := ical.Encode(&out, []*mapi.Message{m}, opts)
	fmt.Println(strings.ReplaceAll(out.String(), "\r", ""), err)
	// Output:
	// BEGIN:VCALENDAR
	// PRODID:-//okapi//okapi ical//EN
	// VERSION:2.0
	// BEGIN:VEVENT
	// UID:weighing@zoo.example
	// DTSTAMP:20250101T000000Z
	// DTSTART:20250106T090000Z
	// DTEND:20250106T091500Z
	// SUMMARY:Weigh the okapi
	// TRANSP:TRANSPARENT
	// END:VEVENT
	// END:VCALENDAR
	//  <nil>
}
