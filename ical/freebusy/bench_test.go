package freebusy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
)

// BenchmarkWeek asks for a week of people who have 30 single appointments and 10
// series each, one with a changed instance.
func BenchmarkWeek(b *testing.B) {
	var events []string
	for n := range 30 {
		events = append(events, fmt.Sprintf("s%d@zoo\nDTSTART;TZID=Europe/Berlin:202503%02dT%02d0000\nDTEND;TZID=Europe/Berlin:202503%02dT%02d3000", n, n+1, 8+n%9, n+1, 8+n%9))
	}
	for n := range 10 {
		rule := []string{"FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;INTERVAL=2", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=19"}[n%4]
		events = append(events, fmt.Sprintf("r%d@zoo\nDTSTART;TZID=Europe/Berlin:2020010%dT%02d0000\nDTEND;TZID=Europe/Berlin:2020010%dT%02d4500\nRRULE:%s", n, n%9+1, 8+n%9, n%9+1, 8+n%9, rule))
	}
	events = append(events, "r1@zoo\nRECURRENCE-ID;TZID=Europe/Berlin:20200104T090000\nDTSTART;TZID=Europe/Berlin:20200104T120000\nDTEND;TZID=Europe/Berlin:20200104T130000")
	one := calendar(b, events...)
	for _, people := range []int{1, 1000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			calendars := make([][]*mapi.Message, people)
			for n := range calendars {
				for _, m := range one {
					calendars[n] = append(calendars[n], m.Clone())
				}
			}
			opts := &freebusy.Options{Zones: zone.NewResolver(nil), Cache: &freebusy.Cache{}}
			from, to := at("2025-03-17"), at("2025-03-24")
			b.ReportAllocs()
			for b.Loop() {
				for _, c := range calendars {
					if len(freebusy.Of(slices.Values(c), from, to, opts)) == 0 {
						b.Fatal("nobody is free all week")
					}
				}
			}
		})
	}
}
