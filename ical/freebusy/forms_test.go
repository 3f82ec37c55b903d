package freebusy_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func TestDigits(t *testing.T) {
	list := []freebusy.Interval{
		{Start: at("2025-01-06 09:10"), End: at("2025-01-06 09:20"), Status: tentative},
		{Start: at("2025-01-06 09:20"), End: at("2025-01-06 10:00"), Status: busy},
		{Start: at("2025-01-06 10:30"), End: at("2025-01-06 11:00"), Status: away},
		{Start: at("2025-01-06 11:00"), End: at("2025-01-06 11:05"), Status: elsewhere},
	}
	for _, c := range []struct {
		promise  string
		from, to string
		step     time.Duration
		want     string
	}{
		{"the strongest of a step counts, however short", "2025-01-06 08:30", "2025-01-06 11:30", 30 * time.Minute, "022034"},
		{"a step that is cut off has a digit", "2025-01-06 09:00", "2025-01-06 09:50", 30 * time.Minute, "22"},
		{"an empty window has none", "2025-01-06 09:00", "2025-01-06 09:00", time.Minute, ""},
		{"steps may be minutes", "2025-01-06 09:18", "2025-01-06 09:22", time.Minute, "1122"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			got, err := freebusy.Digits(list, at(c.from), at(c.to), c.step)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	for _, step := range []time.Duration{0, -time.Hour, time.Second} {
		_, err := freebusy.Digits(list, at("2025-01-06"), at("2035-01-06"), step)
		assert.ErrorIs(t, err, mapi.ErrInvalidParameter)
	}
}

func TestPublish(t *testing.T) {
	var m mapi.Properties
	props.PidTagScheduleInfoMonthsAway.Set(&m, []int32{1})
	props.PidTagScheduleInfoFreeBusyAway.Set(&m, [][]byte{{1}})
	freebusy.Publish(&m, []freebusy.Interval{
		{Start: at("2009-02-02 20:00"), End: at("2009-02-02 21:00"), Status: busy},
		{Start: at("2009-02-28 23:00"), End: at("2009-03-01 01:00"), Status: tentative},
	}, at("2009-02-01"), at("2009-05-01"), at("2009-02-25"))
	assert.Equal(t, []int32{2009*16 + 2}, props.PidTagScheduleInfoMonthsBusy.Or(&m, nil))
	assert.Equal(t, [][]byte{{0x50, 0x0A, 0x8C, 0x0A}}, props.PidTagScheduleInfoFreeBusyBusy.Or(&m, nil), "the example of MS-OXOPFFB 4.4")
	assert.Equal(t, props.PidTagScheduleInfoFreeBusyBusy.Or(&m, nil), props.PidTagScheduleInfoFreeBusyMerged.Or(&m, nil), "tentative is not among the merged")
	assert.Equal(t, []int32{2009*16 + 2, 2009*16 + 3}, props.PidTagScheduleInfoMonthsTentative.Or(&m, nil), "an event over two months has two blocks")
	assert.False(t, props.PidTagScheduleInfoMonthsAway.Has(&m), "a status without events is deleted")
	assert.False(t, props.PidTagScheduleInfoFreeBusyAway.Has(&m))

	list, from, to, err := freebusy.Published(&m)
	require.NoError(t, err)
	assert.Equal(t, []string{"02-02 20:00 – 02-02 21:00 Busy", "02-28 23:00 – 03-01 01:00 Tentative"}, show(list))
	assert.Equal(t, at("2009-02-01"), from)
	assert.Equal(t, at("2009-05-01"), to)
}

func TestPublishedIsLenient(t *testing.T) {
	var m mapi.Properties
	_, _, _, err := freebusy.Published(&m)
	require.ErrorIs(t, err, mapi.ErrNotFound)
	freebusy.Publish(&m, nil, at("2009-02-01"), at("2009-05-01"), at("2009-02-25"))
	list, _, _, err := freebusy.Published(&m)
	require.NoError(t, err)
	assert.Empty(t, list)

	props.PidTagScheduleInfoMonthsMerged.Set(&m, []int32{2009*16 + 2, 2009*16 + 15, -4, 2009*16 + 4})
	props.PidTagScheduleInfoFreeBusyMerged.Set(&m, [][]byte{{0, 0, 60, 0}, {0, 0, 60, 0}, {0, 0, 60, 0}})
	list, _, _, err = freebusy.Published(&m)
	require.ErrorIs(t, err, mapi.ErrCorruptData)
	assert.Equal(t, []string{"02-01 00:00 – 02-01 01:00 Busy"}, show(list), "months that can be read are")
}

func parse(t testing.TB, lines ...string) freebusy.Schedule {
	text := "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
	list, err := ical.Parse(strings.NewReader(text), nil)
	require.NoError(t, err)
	s, err := freebusy.Parse(list[0].Children[0])
	require.NoError(t, err)
	return s
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		promise string
		line    string
		want    []string
	}{
		{"an end", "FREEBUSY:20250106T090000Z/20250106T100000Z", []string{"01-06 09:00 – 01-06 10:00 Busy"}},
		{"a duration", "FREEBUSY:20250106T090000Z/PT1H30M", []string{"01-06 09:00 – 01-06 10:30 Busy"}},
		{"weeks and days", "FREEBUSY:20250106T000000Z/P1DT1H,20250108T000000Z/P1W", []string{"01-06 00:00 – 01-07 01:00 Busy", "01-08 00:00 – 01-15 00:00 Busy"}},
		{"several periods, in any order", "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20250107T090000Z/PT1H,20250106T090000Z/PT1H", []string{"01-06 09:00 – 01-06 10:00 Tentative", "01-07 09:00 – 01-07 10:00 Tentative"}},
		{"unavailable is out of office", "FREEBUSY;FBTYPE=busy-unavailable:20250106T090000Z/PT1H", []string{"01-06 09:00 – 01-06 10:00 OutOfOffice"}},
		{"a type that nobody knows is busy", "FREEBUSY;FBTYPE=X-NAP:20250106T090000Z/PT1H", []string{"01-06 09:00 – 01-06 10:00 Busy"}},
		{"free is not busy", "FREEBUSY;FBTYPE=FREE:20250106T090000Z/PT1H", []string{}},
		{"the parameter of Microsoft says more", "FREEBUSY;FBTYPE=FREE;X-MICROSOFT-CDO-BUSYSTATUS=WORKINGELSEWHERE:20250106T090000Z/PT1H", []string{"01-06 09:00 – 01-06 10:00 WorkingElsewhere"}},
		{"what cannot be read is left out", "FREEBUSY:soon/later,20250106T090000Z/PT,20250106T090000Z/P99999999999999W,20250106T090000Z/PT1H", []string{"01-06 09:00 – 01-06 10:00 Busy"}},
		{"a period backwards takes no time", "FREEBUSY:20250106T090000Z/20250106T080000Z", []string{}},
	} {
		t.Run(c.promise, func(t *testing.T) { assert.Equal(t, c.want, show(parse(t, c.line).Intervals)) })
	}
	_, err := freebusy.Parse(ical.NewComponent("VEVENT"))
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
}

func TestComponent(t *testing.T) {
	s := freebusy.Schedule{
		UID: "a@zoo", Organizer: "mailto:ada@zoo.example", Attendee: "mailto:bert@zoo.example",
		Stamp: at("2025-01-01"), From: at("2025-01-06"), To: at("2025-01-11"),
		Intervals: []freebusy.Interval{
			{Start: at("2025-01-06 09:00"), End: at("2025-01-06 10:00"), Status: busy},
			{Start: at("2025-01-06 10:00"), End: at("2025-01-06 11:00"), Status: tentative},
			{Start: at("2025-01-07 10:00"), End: at("2025-01-08 11:00"), Status: away},
			{Start: at("2025-01-09 10:00"), End: at("2025-01-09 11:00"), Status: elsewhere},
		},
	}
	var b bytes.Buffer
	require.NoError(t, ical.Write(&b, s.Component()))
	assert.Equal(t, strings.ReplaceAll(`BEGIN:VFREEBUSY
UID:a@zoo
DTSTAMP:20250101T000000Z
DTSTART:20250106T000000Z
DTEND:20250111T000000Z
ORGANIZER:mailto:ada@zoo.example
ATTENDEE:mailto:bert@zoo.example
FREEBUSY;FBTYPE=BUSY:20250106T090000Z/20250106T100000Z
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20250106T100000Z/20250106T110000Z
FREEBUSY;FBTYPE=BUSY-UNAVAILABLE;X-MICROSOFT-CDO-BUSYSTATUS=OOF:20250107T10
 0000Z/20250108T110000Z
FREEBUSY;FBTYPE=FREE;X-MICROSOFT-CDO-BUSYSTATUS=WORKINGELSEWHERE:20250109T1
 00000Z/20250109T110000Z
END:VFREEBUSY
`, "\n", "\r\n"), b.String())
	back, err := freebusy.Parse(s.Component())
	require.NoError(t, err)
	assert.Equal(t, s, back)
	assert.Len(t, s.Component().GoICal().Props["FREEBUSY"], 4)

	ask := freebusy.Request(&s, "mailto:bert@zoo.example", "mailto:carl@zoo.example")
	assert.Nil(t, ask.Get("FREEBUSY"))
	assert.Len(t, ask.GoICal().Props["ATTENDEE"], 2)
}
