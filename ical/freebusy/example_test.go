package freebusy_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/freebusy"
)

func Example() {
	calendar, err := ical.Decode(strings.NewReader(strings.Join([]string{
		"BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:feeding@zoo.example",
		"DTSTART:20250106T090000Z", "DTEND:20250106T100000Z", "RRULE:FREQ=DAILY",
		"END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n")), nil)
	if err != nil {
		panic(err)
	}
	from := time.Date(2025, 1, 8, 8, 0, 0, 0, time.UTC)
	to := from.Add(4 * time.Hour)

	busy := freebusy.Of(slices.Values(calendar), from, to, nil)
	digits, err := freebusy.Digits(busy, from, to, 30*time.Minute)
	fmt.Println(digits, err)
	for _, gap := range freebusy.Gaps(from, to, 90*time.Minute, busy) {
		fmt.Println(gap.Start.Format("15:04"), "to", gap.End.Format("15:04"))
	}
	// Output:
	// 00220000 <nil>
	// 10:00 to 12:00
}
