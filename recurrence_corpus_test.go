package okapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
)

// The recurrence and time zone structures in messages that Outlook saved decode field
// by field as msgreader says, encode to the same bytes, and are what we would write for
// the same series.
func TestStructuresOfOutlookMessages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(mapitest.Corpus(t, "msg"), "*", "*.msg"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("NOT TESTED: no corpus (set OKAPI_CORPUS)")
	}
	var n struct{ patterns, tasks, structs, definitions, asExpected int }
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		m, err := msg.Decode(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			continue
		}
		want := expectedFields(t, f)
		zoneOfMessage := time.UTC
		if blob, ok := props.PidLidTimeZoneStruct.Get(m); ok && len(blob) > 0 {
			s, err := zone.ParseStruct(blob)
			require.NoError(t, err, f)
			assert.Equal(t, blob, s.Bytes(), f)
			n.structs++
			n.asExpected += sameJSON(t, f, want["timeZoneStruct"], structJSON(s))
			z, err := s.Zone("")
			require.NoError(t, err, f)
			zoneOfMessage = z.Location()
		}
		for name, key := range map[string]props.Key[[]byte]{
			"apptTZDefStartDisplay": props.PidLidAppointmentTimeZoneDefinitionStartDisplay,
			"apptTZDefEndDisplay":   props.PidLidAppointmentTimeZoneDefinitionEndDisplay,
			"apptTZDefRecur":        props.PidLidAppointmentTimeZoneDefinitionRecur,
		} {
			blob, ok := key.Get(m)
			if !ok || len(blob) == 0 {
				continue
			}
			d, err := zone.ParseDefinition(blob)
			require.NoError(t, err, f)
			assert.Equal(t, blob, d.Bytes(), f)
			n.definitions++
			n.asExpected += sameJSON(t, f+" "+name, want[name], definitionJSON(d))
		}
		if blob, ok := props.PidLidAppointmentRecur.Get(m); ok && len(blob) > 0 {
			a, err := recur.ParseAppointment(blob)
			require.NoError(t, err, f)
			assert.False(t, a.Damaged, f)
			assert.Equal(t, blob, a.Bytes(), f)
			n.patterns++
			n.asExpected += sameJSON(t, f, want["apptRecur"], appointmentJSON(a))
			asWeWouldWrite(t, f, &a, zoneOfMessage)
		}
		if blob, ok := props.PidLidTaskRecurrence.Get(m); ok && len(blob) > 0 {
			p, err := recur.ParsePattern(blob)
			require.NoError(t, err, f)
			assert.Equal(t, blob, p.Bytes(), f)
			n.tasks++
		}
	}
	t.Logf("%+v", n)
	require.Greater(t, n.patterns, 5)
	require.Greater(t, n.asExpected, 20)
}

// asWeWouldWrite makes the pattern anew of the series that it describes.
func asWeWouldWrite(t *testing.T, f string, a *recur.Appointment, loc *time.Location) {
	s, err := a.Set(loc)
	require.NoError(t, err, f)
	b, err := recur.NewAppointment(&s, &recur.PatternOptions{Approximate: true})
	require.NoError(t, err, f)
	b.FirstDay = a.FirstDay // written for daily and monthly series too, which do not say it
	if a.Type == recur.PatternWeek && a.Days == 0x3E {
		b.Frequency = a.Frequency // every weekday is a daily series for who chose it so
	}
	if a.End != recur.EndByCount {
		b.EndDate, b.Count = a.EndDate, a.Count // by date it is the day that somebody chose
	}
	assert.Equal(t, a.Pattern, b.Pattern, f)
	assert.Equal(t, []uint32{a.StartOffset, a.EndOffset}, []uint32{b.StartOffset, b.EndOffset}, f)
	require.Len(t, b.Exceptions, len(a.Exceptions), f)
	for i, e := range a.Exceptions {
		assert.Equal(t, []recur.Minutes{e.Start, e.End, e.Original}, []recur.Minutes{b.Exceptions[i].Start, b.Exceptions[i].End, b.Exceptions[i].Original}, f)
	}
}

func expectedFields(t *testing.T, f string) map[string]any {
	text, err := os.ReadFile(strings.TrimSuffix(f, ".msg") + ".json")
	if err != nil {
		return nil
	}
	var v map[string]any
	require.NoError(t, json.Unmarshal(text, &v))
	return v
}

// sameJSON compares what is expected with what we have. It returns 1 when it did.
func sameJSON(t *testing.T, f string, want, got any) int {
	if want == nil {
		return 0
	}
	text, err := json.Marshal(got)
	require.NoError(t, err)
	expected, err := json.Marshal(want)
	require.NoError(t, err)
	assert.JSONEq(t, string(expected), string(text), f)
	return 1
}

type object = map[string]any

func dateJSON(s zone.SystemTime) object {
	return object{"year": s.Year, "month": s.Month, "dayOfWeek": s.DayOfWeek, "day": s.Day, "hour": s.Hour, "minute": s.Minute}
}

func structJSON(s zone.Struct) object {
	return object{"bias": s.Bias, "standardBias": s.StandardBias, "daylightBias": s.DaylightBias,
		"standardYear": s.StandardYear, "standardDate": dateJSON(s.StandardDate), "daylightYear": s.DaylightYear, "daylightDate": dateJSON(s.DaylightDate)}
}

func definitionJSON(d zone.Definition) object {
	rules := []object{}
	for _, r := range d.Rules {
		rules = append(rules, object{"flags": r.Flags, "start": time.Date(int(r.Year), 1, 1, 0, 0, 0, 0, time.UTC).Format("Mon, 02 Jan 2006 15:04:05 GMT"),
			"bias": r.Bias, "standardBias": r.StandardBias, "daylightBias": r.DaylightBias,
			"standardDate": dateJSON(r.StandardDate), "daylightDate": dateJSON(r.DaylightDate)})
	}
	return object{"rules": rules, "keyName": d.KeyName}
}

func appointmentJSON(a recur.Appointment) object {
	list := func(l []recur.Minutes) []recur.Minutes { return append([]recur.Minutes{}, l...) }
	p := object{"recurFrequency": a.Frequency, "patternType": a.Type, "calendarType": a.Calendar, "firstDateTime": a.FirstDateTime,
		"period": a.Period, "slidingFlag": a.Sliding, "endType": a.End, "occurrenceCount": a.Count, "firstDOW": a.FirstDay,
		"deletedInstanceDates": list(a.Deleted), "modifiedInstanceDates": list(a.Modified), "startDate": a.StartDate, "endDate": a.EndDate}
	switch a.Type {
	case recur.PatternWeek:
		p["patternTypeWeek"] = object{"dayOfWeekBits": a.Days}
	case recur.PatternMonth, recur.PatternMonthEnd:
		p["patternTypeMonth"] = object{"day": a.Day}
	case recur.PatternMonthNth:
		p["patternTypeMonthNth"] = object{"dayOfWeekBits": a.Days, "nth": a.Nth}
	}
	exceptions := []object{}
	for _, e := range a.Exceptions {
		x := object{"startDateTime": e.Start, "endDateTime": e.End, "originalStartTime": e.Original, "overrideFlags": e.Flags}
		for _, f := range []struct {
			flag  recur.OverrideFlags
			name  string
			value any
		}{{recur.OverrideSubject, "subject", e.Wide.Subject}, {recur.OverrideLocation, "location", e.Wide.Location},
			{recur.OverrideMeetingType, "meetingType", e.MeetingType}, {recur.OverrideReminderDelta, "reminderDelta", e.Reminder},
			{recur.OverrideReminder, "reminderSet", e.ReminderSet}, {recur.OverrideBusyStatus, "busyStatus", e.BusyStatus},
			{recur.OverrideAttachment, "attachment", e.Attachment}, {recur.OverrideSubType, "subType", e.SubType}, {recur.OverrideColor, "appointmentColor", e.AppointColor}} {
			if e.Flags&f.flag != 0 {
				x[f.name] = f.value
			}
		}
		if len(e.Wide.Highlight) >= 4 {
			h := e.Wide.Highlight
			x["changeHighlight"] = uint32(h[0]) | uint32(h[1])<<8 | uint32(h[2])<<16 | uint32(h[3])<<24
		}
		exceptions = append(exceptions, x)
	}
	return object{"recurrencePattern": p, "startTimeOffset": a.StartOffset, "endTimeOffset": a.EndOffset, "exceptionInfo": exceptions}
}
