package recur_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

func TestMFCMAPIPatterns(t *testing.T) {
	for _, name := range []string{"RECURRENCEPATTERN-2", "RECURRENCEPATTERN-3"} {
		t.Run(name, func(t *testing.T) {
			blob, want := mapitest.SmartView(t, name)
			p, err := recur.ParsePattern(blob)
			require.NoError(t, err)
			var v view
			v.pattern(&p)
			require.Equal(t, want, v.text())
			require.Equal(t, blob, p.Bytes())
		})
	}
}

func TestMFCMAPIAppointments(t *testing.T) {
	for _, name := range []string{"APPOINTMENTRECURRENCEPATTERN-1", "APPOINTMENTRECURRENCEPATTERN-3"} {
		t.Run(name, func(t *testing.T) {
			blob, want := mapitest.SmartView(t, name)
			a, err := recur.ParseAppointment(blob)
			require.NoError(t, err)
			require.False(t, a.Damaged)
			var v view
			v.pattern(&a.Pattern)
			v.appointment(&a)
			require.Equal(t, want, v.text())
			require.Equal(t, blob, a.Bytes())
		})
	}
}

// A view says a structure in the words of MFCMAPI.
type view struct{ lines []string }

func (v *view) add(depth int, format string, args ...any) {
	v.lines = append(v.lines, strings.Repeat("\t", depth)+fmt.Sprintf(format, args...))
}

func (v *view) text() string { return strings.Join(v.lines, "\n") }

func moment1601(m recur.Minutes) string { return m.Time().Format("03:04:05.000 PM 1/2/2006") }

var viewNames = map[string]map[uint32]string{
	"freq": {0x200A: "IDC_RCEV_PAT_ORB_DAILY", 0x200B: "IDC_RCEV_PAT_ORB_WEEKLY", 0x200C: "IDC_RCEV_PAT_ORB_MONTHLY", 0x200D: "IDC_RCEV_PAT_ORB_YEARLY"},
	"type": {0: "rptMinute", 1: "rptWeek", 2: "rptMonth", 3: "rptMonthNth", 4: "rptMonthEnd"},
	"end":  {0x2021: "IDC_RCEV_PAT_ERB_END", 0x2022: "IDC_RCEV_PAT_ERB_AFTERNOCCUR", 0x2023: "IDC_RCEV_PAT_ERB_NOEND"},
	"day":  {0: "Sunday", 1: "Monday"},
	"meet": {0: "0x0", 1: "asfMeeting"},
}

func bitNames(n uint32, names ...string) string {
	var list []string
	for i, name := range names {
		if n>>i&1 != 0 {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return "0x0"
	}
	return strings.Join(list, " | ")
}

func (v *view) pattern(p *recur.Pattern) {
	v.add(0, "Recurrence Pattern")
	v.add(1, "ReaderVersion: 0x%04X", p.ReaderVersion)
	v.add(1, "WriterVersion: 0x%04X", p.WriterVersion)
	v.add(1, "RecurFrequency: 0x%04X = %s", p.Frequency, viewNames["freq"][uint32(p.Frequency)])
	v.add(1, "PatternType: 0x%04X = %s", p.Type, viewNames["type"][uint32(p.Type)])
	v.add(1, "CalendarType: 0x%04X = CAL_DEFAULT", p.Calendar)
	v.add(1, "FirstDateTime: 0x%08X = %d", p.FirstDateTime, p.FirstDateTime)
	v.add(1, "Period: 0x%08X = %d", p.Period, p.Period)
	v.add(1, "SlidingFlag: 0x%08X", p.Sliding)
	v.add(1, "PatternTypeSpecific")
	v.add(2, "WeekRecurrencePattern: 0x%08X = %s", p.Days, bitNames(p.Days, "rdfSun", "rdfMon", "rdfTue", "rdfWed", "rdfThu", "rdfFri", "rdfSat"))
	v.add(1, "EndType: 0x%08X = %s", uint32(p.End), viewNames["end"][uint32(p.End)])
	v.add(1, "OccurrenceCount: 0x%08X = %d", p.Count, p.Count)
	v.add(1, "FirstDOW: 0x%08X = %s", p.FirstDay, viewNames["day"][p.FirstDay])
	for _, l := range []struct {
		name string
		list []recur.Minutes
	}{{"Deleted", p.Deleted}, {"Modified", p.Modified}} {
		v.add(1, "%sInstanceCount: 0x%08X = %d", l.name, len(l.list), len(l.list))
		for i, d := range l.list {
			v.add(2, "%sInstanceDates[%d]", l.name, i)
			v.add(3, "0x%08X = %s", uint32(d), moment1601(d))
		}
	}
	v.add(1, "StartDate: 0x%08X = %d = %s", uint32(p.StartDate), uint32(p.StartDate), moment1601(p.StartDate))
	v.add(1, "EndDate: 0x%08X = %d = %s", uint32(p.EndDate), uint32(p.EndDate), moment1601(p.EndDate))
}

func (v *view) minutes(depth int, name string, m recur.Minutes) {
	v.add(depth, "%s: 0x%08X = %s", name, uint32(m), moment1601(m))
}

func (v *view) appointment(a *recur.Appointment) {
	v.add(0, "Appointment Recurrence Pattern")
	v.add(1, "ReaderVersion2: 0x%08X", a.ReaderVersion2)
	v.add(1, "WriterVersion2: 0x%08X", a.WriterVersion2)
	for _, o := range []struct {
		name string
		n    uint32
	}{{"Start", a.StartOffset}, {"End", a.EndOffset}} {
		v.add(1, "%sTimeOffset: 0x%08X = %d = %s", o.name, o.n, o.n, moment1601(recur.Minutes(o.n)))
	}
	v.add(1, "ExceptionCount: 0x%04X", len(a.Exceptions))
	for i := range a.Exceptions {
		v.exception(i, &a.Exceptions[i])
	}
	v.add(1, "ReservedBlock1Size: 0x%08X", len(a.Reserved1))
	for i := range a.Exceptions {
		v.wide(i, &a.Exceptions[i])
	}
	v.add(1, "ReservedBlock2Size: 0x%08X", len(a.Reserved2))
}

func (v *view) exception(i int, e *recur.Exception) {
	v.add(2, "ExceptionInfo[%d]", i)
	v.minutes(3, "StartDateTime", e.Start)
	v.minutes(3, "EndDateTime", e.End)
	v.minutes(3, "OriginalStartDate", e.Original)
	v.add(3, "OverrideFlags: 0x%04X = %s", uint16(e.Flags), bitNames(uint32(e.Flags), "ARO_SUBJECT", "ARO_MEETINGTYPE", "ARO_REMINDERDELTA", "ARO_REMINDER",
		"ARO_LOCATION", "ARO_BUSYSTATUS", "ARO_ATTACHMENT", "ARO_SUBTYPE", "ARO_APPTCOLOR", "ARO_EXCEPTIONAL_BODY"))
	text := func(flag recur.OverrideFlags, name string, b []byte) {
		if e.Flags&flag == 0 {
			return
		}
		v.add(3, "%sLength: 0x%04X = %d", name, len(b)+1, len(b)+1)
		v.add(3, "%sLength2: 0x%04X = %d", name, len(b), len(b))
		if len(b) > 0 {
			v.add(3, "%s: %q", name, b)
		}
	}
	text(recur.OverrideSubject, "Subject", e.Subject)
	if e.Flags&recur.OverrideMeetingType != 0 {
		v.add(3, "MeetingType: 0x%08X = %s", e.MeetingType, viewNames["meet"][e.MeetingType])
	}
	if e.Flags&recur.OverrideReminder != 0 {
		v.add(3, "ReminderSet: 0x%08X", e.ReminderSet)
	}
	text(recur.OverrideLocation, "Location", e.Location)
	if e.Flags&recur.OverrideSubType != 0 {
		v.add(3, "SubType: 0x%08X", e.SubType)
	}
}

func (v *view) wide(i int, e *recur.Exception) {
	w := &e.Wide
	v.add(1, "ExtendedException[%d]", i)
	v.add(2, "ChangeHighlight")
	v.add(3, "ChangeHighlightSize: 0x%08X", len(w.Highlight))
	n := binary.LittleEndian.Uint32(w.Highlight)
	v.add(3, "ChangeHighlightValue: 0x%08X = %s", n, bitNames(n, "BIT_CH_START", "BIT_CH_END", "BIT_CH_RECUR", "BIT_CH_LOCATION", "BIT_CH_SUBJECT",
		"BIT_CH_REQATT", "BIT_CH_OPTATT", "BIT_CH_BODY", "BIT_CH_CUSTOM"))
	v.add(2, "ReservedBlockEE1Size: 0x%08X", len(w.Reserved1))
	if e.Flags&(recur.OverrideSubject|recur.OverrideLocation) == 0 {
		return
	}
	v.minutes(2, "StartDateTime", w.Start)
	v.minutes(2, "EndDateTime", w.End)
	v.minutes(2, "OriginalStartDate", w.Original)
	text := func(flag recur.OverrideFlags, name, s string) {
		if e.Flags&flag == 0 {
			return
		}
		v.add(2, "WideChar%sLength: 0x%08X = %d", name, len(s), len(s))
		if s != "" {
			v.add(2, "WideChar%s: %q", name, s)
		}
	}
	text(recur.OverrideSubject, "Subject", w.Subject)
	text(recur.OverrideLocation, "Location", w.Location)
	v.add(2, "ReservedBlockEE2Size: 0x%08X", len(w.Reserved2))
}
