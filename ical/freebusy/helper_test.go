package freebusy_test

import (
	"fmt"
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

// at reads "2025-03-30 14:00" as UTC.
func at(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic(s)
}

func place(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// calendar decodes the lines of events; each begins with its UID.
func calendar(t testing.TB, events ...string) []*mapi.Message {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\nUID:" + strings.ReplaceAll(strings.TrimSpace(e), "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	list, err := ical.Decode(strings.NewReader(b.String()), nil)
	require.NoError(t, err)
	return list
}

// single is an appointment made by hand.
func single(start, end string, status mapi.BusyStatus) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Appointment")
	props.PidLidAppointmentStartWhole.Set(m, at(start))
	props.PidLidAppointmentEndWhole.Set(m, at(end))
	props.PidLidBusyStatus.Set(m, status)
	return m
}

// show is intervals in lines.
func show(list []freebusy.Interval) []string {
	out := []string{}
	for _, i := range list {
		out = append(out, fmt.Sprintf("%s – %s %v", i.Start.UTC().Format("01-02 15:04"), i.End.UTC().Format("01-02 15:04"), i.Status))
	}
	return out
}

func of(calendar []*mapi.Message, from, to string, opts *freebusy.Options) []string {
	return show(freebusy.Of(slices.Values(calendar), at(from), at(to), opts))
}
