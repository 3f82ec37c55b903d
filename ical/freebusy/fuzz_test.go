package freebusy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// FuzzParse reads periods: what was read is in order, and written it is read alike.
func FuzzParse(f *testing.F) {
	f.Add("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20250106T090000Z/PT1H,20250107T090000Z/20250107T100000Z")
	f.Add("FREEBUSY;X-MICROSOFT-CDO-BUSYSTATUS=OOF:20250106/P1W\r\nDTSTART:20250106T000000\r\nDURATION:P1D")
	f.Fuzz(func(t *testing.T, lines string) {
		list, err := ical.Parse(strings.NewReader("BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n"+lines+"\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"), nil)
		require.NoError(t, err)
		for _, cal := range list {
			for _, c := range cal.Children {
				s, err := freebusy.Parse(c)
				if err != nil {
					continue
				}
				back, err := freebusy.Parse(s.Component())
				require.NoError(t, err)
				require.Equal(t, s.Intervals, back.Intervals)
			}
		}
	})
}

// FuzzInstances expands what hostile blobs say, in bounded time.
func FuzzInstances(f *testing.F) {
	for _, m := range calendar(f, "a@zoo\nDTSTART;TZID=Europe/Berlin:20250324T090000\nDTEND;TZID=Europe/Berlin:20250324T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Berlin:20250331T090000") {
		f.Add(props.PidLidAppointmentRecur.Or(m, nil), props.PidLidAppointmentTimeZoneDefinitionRecur.Or(m, nil), true)
	}
	f.Fuzz(func(t *testing.T, blob, zone []byte, allDay bool) {
		m := single("2025-01-06 10:00", "2025-01-06 11:00", busy)
		props.PidLidAppointmentRecur.Set(m, blob)
		props.PidLidAppointmentTimeZoneDefinitionRecur.Set(m, zone)
		props.PidLidAppointmentSubType.Set(m, allDay)
		from := at("2025-01-06")
		list := freebusy.Of(slices.Values([]*mapi.Message{m}), from, from.Add(7*24*time.Hour), &freebusy.Options{MaxInstances: 100})
		for k, i := range list {
			require.True(t, i.Start.Before(i.End))
			require.False(t, k > 0 && list[k-1].End.After(i.Start))
		}
	})
}
