package ical_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

// calendar is a calendar of components.
func calendar(lines ...string) []byte {
	return []byte(ics(append(append([]string{"BEGIN:VCALENDAR", "VERSION:2.0"}, lines...), "END:VCALENDAR")...))
}

// component is a calendar of one component, with its lines in one text. METHOD goes
// into the calendar.
func component(name, lines string) []byte {
	all := []string{"BEGIN:" + name, "UID:1@zoo.example"}
	var head []string
	for l := range strings.SplitSeq(lines, "|") {
		if strings.HasPrefix(l, "METHOD:") {
			head = append(head, l)
		} else if l != "" {
			all = append(all, l)
		}
	}
	return calendar(append(append(head, all...), "END:"+name)...)
}

func vevent(lines string) []byte { return component("VEVENT", lines) }

func one(t testing.TB, in []byte) *mapi.Message {
	t.Helper()
	msgs := decode(t, in)
	require.Len(t, msgs, 1)
	return msgs[0]
}

// unfolded is a text without folds.
func unfolded(s string) string { return strings.ReplaceAll(s, "\r\n ", "") }

// regenerated is m as it is written from its properties alone.
func regenerated(t testing.TB, m *mapi.Message) string {
	m = m.Clone()
	m.Delete(ical.KeptLines())
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			a.Embedded.Delete(ical.KeptLines())
		}
	}
	return unfolded(encode(t, []*mapi.Message{m}))
}

// A mapping is lines of a component, what they become, and what that becomes again.
type mapping struct{ promise, lines, props, back string }

func checkMapping(t *testing.T, name string, list []mapping) {
	const times = "DTSTART:20250102T100000Z|DTEND:20250102T110000Z|"
	for _, c := range list {
		t.Run(c.promise, func(t *testing.T) {
			lines := c.lines
			if name == "VEVENT" && !strings.Contains(lines, "DTSTART") {
				lines = times + lines
			}
			m := one(t, component(name, lines))
			dump := propstest.Dump(t, m)
			for want := range strings.SplitSeq(c.props, "|") {
				if absent, ok := strings.CutPrefix(want, "!"); ok {
					assert.NotContains(t, dump, absent)
				} else {
					assert.Contains(t, "\n"+dump, want)
				}
			}
			out := regenerated(t, m)
			for want := range strings.SplitSeq(c.back, "|") {
				if absent, ok := strings.CutPrefix(want, "!"); ok {
					assert.NotContains(t, out, absent)
				} else if want != "" {
					assert.Contains(t, out, "\r\n"+want)
				}
			}
			whole := unfolded(encode(t, []*mapi.Message{m}))
			for l := range strings.SplitSeq(lines, "|") {
				assert.Contains(t, whole, l+"\r\n", "nothing is lost")
			}
		})
	}
}

// The rows of MS-OXCICAL 2.1.3.1.1.20 that are one value.
func TestEventProperties(t *testing.T) {
	checkMapping(t, "VEVENT", []mapping{
		{"SUMMARY", `SUMMARY:Feed\, then clean`, `PidTagSubject: "Feed, then clean"|PidTagNormalizedSubject: "Feed, then clean"`, `SUMMARY:Feed\, then clean`},
		{"a line break in a SUMMARY is a blank", `SUMMARY:a\nb`, `PidTagSubject: "a b"`, "SUMMARY:a b"},
		{"SUMMARY is cut at 255", "SUMMARY:" + strings.Repeat("x", 300), `PidTagSubject: "` + strings.Repeat("x", 255) + `"`, ""},
		{"LANGUAGE of the SUMMARY", "SUMMARY;LANGUAGE=de-DE:Heu", "PidTagMessageLocaleId: 1031", "SUMMARY;LANGUAGE=de-DE:Heu"},
		{"LOCATION", "LOCATION:Stable 3", `PidLidLocation: "Stable 3"`, "LOCATION:Stable 3"},
		{"ALTREP of the LOCATION", `LOCATION;ALTREP="http://zoo.example/3":Stable 3`, `LocationUrl: "http://zoo.example/3"`, `LOCATION;ALTREP="http://zoo.example/3":Stable 3`},
		{"DESCRIPTION", `DESCRIPTION:one\ntwo`, `PidTagBody: "one\ntwo"`, `DESCRIPTION:one\ntwo`},
		{"X-ALT-DESC", `X-ALT-DESC;FMTTYPE=text/html:<p>Hay</p>`, "PidTagHtml: |PidTagInternetCodepage: 65001", "X-ALT-DESC;FMTTYPE=text/html:<p>Hay</p>"},
		{"DTSTAMP", "DTSTAMP:20250101T080000Z", "PidLidOwnerCriticalChange: 2025-01-01T08:00:00Z", "DTSTAMP:20250101T080000Z"},
		{"X-MICROSOFT-CDO-OWNER-CRITICAL-CHANGE counts more", "DTSTAMP:20250101T080000Z|X-MICROSOFT-CDO-OWNER-CRITICAL-CHANGE:20250101T090000Z", "PidLidOwnerCriticalChange: 2025-01-01T09:00:00Z", ""},
		{"X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE", "X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE:20250101T090000Z", "PidLidAttendeeCriticalChange: 2025-01-01T09:00:00Z", "X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE:20250101T090000Z"},
		{"CREATED", "CREATED:20250101T080000Z", "PidTagCreationTime: 2025-01-01T08:00:00Z", "CREATED:20250101T080000Z"},
		{"LAST-MODIFIED", "LAST-MODIFIED:20250101T080000Z", "PidTagLastModificationTime: 2025-01-01T08:00:00Z", "LAST-MODIFIED:20250101T080000Z"},
		{"SEQUENCE", "SEQUENCE:7", "PidLidAppointmentSequence: 7", "SEQUENCE:7"},
		{"X-MICROSOFT-CDO-APPT-SEQUENCE counts more", "SEQUENCE:7|X-MICROSOFT-CDO-APPT-SEQUENCE:9", "PidLidAppointmentSequence: 9", ""},
		{"CLASS:PUBLIC", "CLASS:PUBLIC", "PidTagSensitivity: None|PidLidPrivate: false", "!CLASS"},
		{"CLASS:X-PERSONAL", "CLASS:X-PERSONAL", "PidTagSensitivity: Personal|PidLidPrivate: false", "CLASS:X-PERSONAL"},
		{"CLASS:PRIVATE", "CLASS:PRIVATE", "PidTagSensitivity: Private|PidLidPrivate: true", "CLASS:PRIVATE"},
		{"CLASS:CONFIDENTIAL", "CLASS:CONFIDENTIAL", "PidTagSensitivity: Confidential|PidLidPrivate: true", "CLASS:CONFIDENTIAL"},
		{"an unknown CLASS is private", "CLASS:X-SECRET", "PidTagSensitivity: Private", "CLASS:PRIVATE"},
		{"PRIORITY 1 to 4", "PRIORITY:3", "PidTagImportance: High", "PRIORITY:1"},
		{"PRIORITY 5", "PRIORITY:5", "PidTagImportance: Normal", "!PRIORITY"},
		{"PRIORITY 0", "PRIORITY:0", "PidTagImportance: Normal", "!PRIORITY"},
		{"PRIORITY 6 to 9", "PRIORITY:6", "PidTagImportance: Low", "PRIORITY:9"},
		{"X-MICROSOFT-CDO-IMPORTANCE counts more", "PRIORITY:5|X-MICROSOFT-CDO-IMPORTANCE:2", "PidTagImportance: High", "PRIORITY:1"},
		{"CATEGORIES", `CATEGORIES:hay,a\,b|CATEGORIES:hay,more`, `PidNameKeywords: ["hay", "a,b", "more"]`, `CATEGORIES:hay,a\,b,more`},
		{"CONTACT", "CONTACT:Ada|CONTACT:Bert", `PidLidContacts: ["Ada", "Bert"]`, "CONTACT:Ada|CONTACT:Bert"},
		{"X-MICROSOFT-CDO-OWNERAPPTID", "X-MICROSOFT-CDO-OWNERAPPTID:-2042", "PidTagOwnerAppointmentId: -2042", "X-MICROSOFT-CDO-OWNERAPPTID:-2042"},
		{"X-MICROSOFT-CDO-REPLYTIME", "X-MICROSOFT-CDO-REPLYTIME:20250101T090000Z", "PidLidAppointmentReplyTime: 2025-01-01T09:00:00Z", "X-MICROSOFT-CDO-REPLYTIME:20250101T090000Z"},
		{"X-MICROSOFT-DISALLOW-COUNTER", "X-MICROSOFT-DISALLOW-COUNTER:TRUE", "PidLidAppointmentNotAllowPropose: true", "X-MICROSOFT-DISALLOW-COUNTER:TRUE"},
		{"X-MS-OLK-APPTLASTSEQUENCE", "X-MS-OLK-APPTLASTSEQUENCE:4", "PidLidAppointmentLastSequence: 4", "X-MS-OLK-APPTLASTSEQUENCE:4"},
		{"X-MS-OLK-APPTSEQTIME", "X-MS-OLK-APPTSEQTIME:20250101T090000Z", "PidLidAppointmentSequenceTime: 2025-01-01T09:00:00Z", "X-MS-OLK-APPTSEQTIME:20250101T090000Z"},
		{"X-MS-OLK-AUTOSTARTCHECK", "X-MS-OLK-AUTOSTARTCHECK:TRUE", "PidLidAutoStartCheck: true", "X-MS-OLK-AUTOSTARTCHECK:TRUE"},
		{"X-MS-OLK-ALLOWEXTERNCHECK", "X-MS-OLK-ALLOWEXTERNCHECK:TRUE", "PidLidAllowExternalCheck: true", "X-MS-OLK-ALLOWEXTERNCHECK:TRUE"},
		{"X-MS-OLK-COLLABORATEDOC", "X-MS-OLK-COLLABORATEDOC:a.doc", `PidLidCollaborateDoc: "a.doc"`, "X-MS-OLK-COLLABORATEDOC:a.doc"},
		{"X-MS-OLK-CONFCHECK", "X-MS-OLK-CONFCHECK:TRUE", "PidLidConferencingCheck: true", "X-MS-OLK-CONFCHECK:TRUE"},
		{"X-MS-OLK-CONFTYPE", "X-MS-OLK-CONFTYPE:1", "PidLidConferencingType: ", "X-MS-OLK-CONFTYPE:1"},
		{"X-MS-OLK-DIRECTORY", "X-MS-OLK-DIRECTORY:ils", `PidLidDirectory: "ils"`, "X-MS-OLK-DIRECTORY:ils"},
		{"X-MS-OLK-MWSURL", "X-MS-OLK-MWSURL:http://a", `PidLidMeetingWorkspaceUrl: "http://a"`, "X-MS-OLK-MWSURL:http://a"},
		{"X-MS-OLK-NETSHOWURL", "X-MS-OLK-NETSHOWURL:http://a", `PidLidNetShowUrl: "http://a"`, "X-MS-OLK-NETSHOWURL:http://a"},
		{"X-MS-OLK-ONLINEPASSWORD", "X-MS-OLK-ONLINEPASSWORD:hay", `PidLidOnlinePassword: "hay"`, "X-MS-OLK-ONLINEPASSWORD:hay"},
		{"X-MS-OLK-ORGALIAS", "X-MS-OLK-ORGALIAS:ada", `PidLidOrganizerAlias: "ada"`, "X-MS-OLK-ORGALIAS:ada"},
		{"GEO, URL, RELATED-TO, RESOURCES and what nobody knows", "GEO:1;2|URL:http://a|RELATED-TO:b|RESOURCES:c|REQUEST-STATUS:2.0;ok|X-ZOO;P=q:r", "ical-lines", "!GEO"},
	})
}

// TRANSP, STATUS and Microsoft's own (MS-OXCICAL 2.1.3.1.1.20.31, .18, .17).
func TestBusyStatus(t *testing.T) {
	checkMapping(t, "VEVENT", []mapping{
		{"nothing", "", "PidLidBusyStatus: Busy", "!TRANSP"},
		{"STATUS:TENTATIVE", "STATUS:TENTATIVE", "PidLidBusyStatus: Tentative", "STATUS:TENTATIVE"},
		{"STATUS:CONFIRMED", "STATUS:CONFIRMED", "PidLidBusyStatus: Busy", ""},
		{"STATUS:CANCELLED says nothing", "STATUS:CANCELLED", "PidLidBusyStatus: Busy", ""},
		{"TRANSP:TRANSPARENT", "TRANSP:TRANSPARENT", "PidLidBusyStatus: Free", "TRANSP:TRANSPARENT"},
		{"TRANSP:OPAQUE", "TRANSP:OPAQUE", "PidLidBusyStatus: Busy", ""},
		{"TRANSP counts more than STATUS", "TRANSP:TRANSPARENT|STATUS:TENTATIVE", "PidLidBusyStatus: Free", ""},
		{"out of office", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "PidLidBusyStatus: OutOfOffice", "X-MICROSOFT-CDO-BUSYSTATUS:OOF|!TRANSP"},
		{"working elsewhere", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "PidLidBusyStatus: WorkingElsewhere", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE|TRANSP:TRANSPARENT"},
		{"Microsoft's counts more than TRANSP", "TRANSP:OPAQUE|X-MICROSOFT-CDO-BUSYSTATUS:FREE", "PidLidBusyStatus: Free", ""},
		{"the older one of Microsoft", "TRANSP:TRANSPARENT|X-MICROSOFT-MSNCALENDAR-BUSYSTATUS:OOF", "PidLidBusyStatus: OutOfOffice", ""},
		{"the newer one counts more", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS:OOF|X-MICROSOFT-CDO-BUSYSTATUS:FREE", "PidLidBusyStatus: Free", ""},
		{"intended", "X-MICROSOFT-CDO-INTENDEDSTATUS:OOF", "PidLidIntendedBusyStatus: OutOfOffice|PidLidBusyStatus: Busy", "X-MICROSOFT-CDO-INTENDEDSTATUS:OOF"},
		{"a request is tentative until it is answered", "METHOD:REQUEST|X-MICROSOFT-CDO-BUSYSTATUS:OOF", "PidLidIntendedBusyStatus: OutOfOffice|PidLidBusyStatus: Tentative", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"},
		{"a request that says nothing means busy", "METHOD:REQUEST", "PidLidIntendedBusyStatus: Busy|PidLidBusyStatus: Tentative", ""},
		{"a cancellation is free", "METHOD:CANCEL", "PidLidBusyStatus: Free", "STATUS:CANCELLED"},
	})
}

// MS-OXCICAL 2.1.3.1.1.20.10.
func TestTimes(t *testing.T) {
	day := "PidLidAppointmentSubType: true"
	timed := "PidLidAppointmentSubType: false"
	checkMapping(t, "VEVENT", []mapping{
		{"UTC", "DTSTART:20250102T100000Z|DTEND:20250102T113000Z", "PidLidAppointmentStartWhole: 2025-01-02T10:00:00Z|PidLidAppointmentEndWhole: 2025-01-02T11:30:00Z|PidLidCommonStart: 2025-01-02T10:00:00Z|PidTagEndDate: 2025-01-02T11:30:00Z|PidLidAppointmentDuration: 90|!TimeZoneDefinition|" + timed, "DTSTART:20250102T100000Z|DTEND:20250102T113000Z"},
		{"a zone", "DTSTART;TZID=Europe/Berlin:20250702T100000|DTEND;TZID=Europe/Berlin:20250702T110000", `PidLidAppointmentStartWhole: 2025-07-02T08:00:00Z|PidLidTimeZoneDescription: "Europe/Berlin"|PidLidAppointmentTimeZoneDefinitionStartDisplay: `, "DTSTART;TZID=Europe/Berlin:20250702T100000|DTEND;TZID=Europe/Berlin:20250702T110000"},
		{"start and end in two zones", "DTSTART;TZID=Europe/Berlin:20250702T100000|DTEND;TZID=America/New_York:20250702T100000", "PidLidAppointmentEndWhole: 2025-07-02T14:00:00Z|PidLidAppointmentDuration: 360", "DTEND;TZID=Europe/Berlin:20250702T160000"},
		{"a floating time is one of the default zone", "DTSTART:20250102T100000|DTEND:20250102T110000", "PidLidAppointmentStartWhole: 2025-01-02T10:00:00Z|" + timed, "DTSTART:20250102T100000Z"},
		{"a day", "DTSTART;VALUE=DATE:20250102|DTEND;VALUE=DATE:20250103", day + "|PidLidAppointmentDuration: 1440", "DTSTART;VALUE=DATE:20250102|DTEND;VALUE=DATE:20250103"},
		{"a day without an end", "DTSTART;VALUE=DATE:20250102", day + "|PidLidAppointmentEndWhole: 2025-01-03T00:00:00Z", "DTEND;VALUE=DATE:20250103"},
		{"three days: the end is excluded", "DTSTART;VALUE=DATE:20250101|DTEND;VALUE=DATE:20250104", day + "|PidLidAppointmentDuration: 4320", "DTEND;VALUE=DATE:20250104"},
		{"a date that does not say so", "DTSTART:20250102", day, "DTSTART;VALUE=DATE:20250102"},
		{"a day that ends as it begins", "DTSTART;VALUE=DATE:20250102|DTEND;VALUE=DATE:20250102", day + "|PidLidAppointmentDuration: 1440|PidLidAppointmentEndWhole: 2025-01-03T00:00:00Z", "DTEND;VALUE=DATE:20250103"},
		{"a day that ends before it begins", "DTSTART;VALUE=DATE:20250102|DTEND;VALUE=DATE:20250101", day + "|PidLidAppointmentDuration: 1440", "DTEND;VALUE=DATE:20250103"},
		{"a day without length", "DTSTART;VALUE=DATE:20250102|DURATION:P0D", day + "|PidLidAppointmentDuration: 1440", "DTEND;VALUE=DATE:20250103"},
		{"floating midnights", "DTSTART:20250102T000000|DTEND:20250103T000000", day, "DTSTART;VALUE=DATE:20250102"},
		{"24 hours of UTC are no day", "DTSTART:20250102T000000Z|DTEND:20250103T000000Z", timed, "DTSTART:20250102T000000Z"},
		{"midnights of which the sender says so", "DTSTART;TZID=Europe/Berlin:20250102T000000|DTEND;TZID=Europe/Berlin:20250103T000000|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", day, "DTSTART;VALUE=DATE:20250102"},
		{"the sender's word alone is not enough", "DTSTART:20250102T100000Z|DTEND:20250102T110000Z|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", timed, "DTSTART:20250102T100000Z"},
		{"no end", "DTSTART:20250102T100000Z", "PidLidAppointmentDuration: 0|PidLidAppointmentEndWhole: 2025-01-02T10:00:00Z", ""},
		{"DURATION", "DTSTART:20250102T100000Z|DURATION:PT1H30M", "PidLidAppointmentDuration: 90", "DTEND:20250102T113000Z"},
		{"a DURATION of a day over a change of the clock", "DTSTART;TZID=Europe/Berlin:20250329T120000|DURATION:P1D", "PidLidAppointmentDuration: 1380", "DTEND;TZID=Europe/Berlin:20250330T120000"},
		{"DURATION of whole days", "DTSTART;VALUE=DATE:20250102|DURATION:P1W", "PidLidAppointmentDuration: 10080|" + day, "DTEND;VALUE=DATE:20250109"},
		{"an end before the start", "DTSTART:20250102T100000Z|DTEND:20250102T090000Z", "PidLidAppointmentDuration: 0", "DTEND:20250102T100000Z"},
		{"a Z beside a zone", "DTSTART;TZID=Europe/Berlin:20250702T100000Z", "PidLidAppointmentStartWhole: 2025-07-02T10:00:00Z", ""},
		{"without seconds", "DTSTART:20250102T1000Z", "PidLidAppointmentStartWhole: 2025-01-02T10:00:00Z", "DTSTART:20250102T100000Z"},
		{"in ISO 8601", "DTSTART:2025-01-02T10:00:00Z", "PidLidAppointmentStartWhole: 2025-01-02T10:00:00Z", "DTSTART:20250102T100000Z"},
		{"no date at all", "DTSTART:tomorrow", "!PidLidAppointmentStartWhole", "!DTSTART"},
		{"a start before the days of MAPI", "DTSTART:15010102T100000Z", "PidLidAppointmentStartWhole: 1601-01-01T00:00:00Z", ""},
	})
}

func TestAllDayInTheZoneOfTheReader(t *testing.T) {
	for _, zone := range []string{"Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles", "Africa/Casablanca", "UTC"} {
		loc := location(t, zone)
		msgs, err := ical.Decode(strings.NewReader(string(vevent("DTSTART;VALUE=DATE:20250329|DTEND;VALUE=DATE:20250401"))), &ical.DecodeOptions{Location: loc})
		require.NoError(t, err)
		start, _ := props.PidLidAppointmentStartWhole.Get(msgs[0])
		end, _ := props.PidLidAppointmentEndWhole.Get(msgs[0])
		assert.Equal(t, "2025-03-29 00:00", start.In(loc).Format("2006-01-02 15:04"), zone)
		assert.Equal(t, "2025-04-01 00:00", end.In(loc).Format("2006-01-02 15:04"), zone)
		assert.Contains(t, regenerated(t, msgs[0]), "DTSTART;VALUE=DATE:20250329\r\nDTEND;VALUE=DATE:20250401", "%s: also for a reader elsewhere", zone)
	}
}

// Without a zone nobody knows between which midnights days lie (lesson 27): what is none
// of a midnight is written with its times.
func TestDaysWithoutAZone(t *testing.T) {
	for _, c := range []struct {
		promise, zone, start, end string
		want                      []string // lines of DTSTART, DTEND
		issues                    int
	}{
		{"midnights of the writer are dates", "Europe/Berlin", "2025-01-05T23:00:00Z", "2025-01-06T23:00:00Z", []string{"DTSTART;VALUE=DATE:20250106", "DTEND;VALUE=DATE:20250107"}, 0},
		{"those of UTC too, west of it", "America/Los_Angeles", "2025-01-06T00:00:00Z", "2025-01-07T00:00:00Z", []string{"DTSTART;VALUE=DATE:20250106", "DTEND;VALUE=DATE:20250107"}, 1},
		{"and east", "Asia/Tokyo", "2025-01-06T00:00:00Z", "2025-01-08T00:00:00Z", []string{"DTSTART;VALUE=DATE:20250106", "DTEND;VALUE=DATE:20250108"}, 1},
		{"those of somebody else are times", "UTC", "2025-01-05T23:00:00Z", "2025-01-06T23:00:00Z", []string{"DTSTART:20250105T230000Z", "DTEND:20250106T230000Z"}, 1},
		{"also west", "America/Los_Angeles", "2025-01-05T23:00:00Z", "2025-01-06T23:00:00Z", []string{"DTSTART:20250105T230000Z", "DTEND:20250106T230000Z"}, 1},
		{"an end is the midnight next to it", "UTC", "2025-01-06T00:00:00Z", "2025-01-06T23:59:00Z", []string{"DTSTART;VALUE=DATE:20250106", "DTEND;VALUE=DATE:20250107"}, 1},
		{"no day ends as it begins", "UTC", "2025-01-06T00:00:00Z", "2025-01-06T00:00:00Z", []string{"DTSTART;VALUE=DATE:20250106", "DTEND;VALUE=DATE:20250107"}, 1},
		{"also where the clock was changed", "Europe/Berlin", "2025-03-29T23:00:00Z", "2025-03-30T23:00:00Z", []string{"DTSTART;VALUE=DATE:20250330", "DTEND;VALUE=DATE:20250331"}, 1},
		{"a day may begin at one", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", []string{"DTSTART;VALUE=DATE:20181104", "DTEND;VALUE=DATE:20181105"}, 0},
	} {
		m := &mapi.Message{}
		props.PidTagMessageClass.Set(m, "IPM.Appointment")
		props.PidLidAppointmentSubType.Set(m, true)
		props.PidLidAppointmentStartWhole.Set(m, instant(t, c.start))
		props.PidLidAppointmentEndWhole.Set(m, instant(t, c.end))
		issues := 0
		var b strings.Builder
		require.NoError(t, ical.Encode(&b, []*mapi.Message{m}, &ical.EncodeOptions{Location: location(t, c.zone), Report: func(ical.Issue) { issues++ }}))
		assert.Contains(t, b.String(), strings.Join(c.want, "\r\n")+"\r\n", c.promise)
		assert.Equal(t, c.issues, issues, c.promise)
	}

	// A series goes by the same days, and so do the instances that it has not.
	for zone, start := range map[string]string{"America/Los_Angeles": "2025-01-06T08:00:00Z", "Asia/Tokyo": "2025-01-05T15:00:00Z", "Europe/Berlin": "2025-01-06T00:00:00Z"} {
		m := one(t, vevent("DTSTART;VALUE=DATE:20250106|RRULE:FREQ=DAILY;COUNT=3|EXDATE;VALUE=DATE:20250107"))
		change(t, m, func(a *recur.Appointment) {
			was, at := on(time.January, 8, 0), on(time.January, 9, 0)
			a.Deleted, a.Modified = append(a.Deleted, was), append(a.Modified, at)
			a.Exceptions = append(a.Exceptions, recur.Exception{Start: at, End: at + 24*60, Original: was,
				Wide: recur.Wide{Highlight: make([]byte, 4), Start: at, End: at + 24*60, Original: was}})
		})
		begins := instant(t, start)
		m.Delete(ical.KeptLines())
		for _, k := range []mapi.PropKey{props.PidLidAppointmentTimeZoneDefinitionStartDisplay, props.PidLidAppointmentTimeZoneDefinitionEndDisplay,
			props.PidLidAppointmentTimeZoneDefinitionRecur, props.PidLidTimeZoneStruct} {
			m.Delete(k.Prop())
		}
		props.PidLidAppointmentStartWhole.Set(m, begins)
		props.PidLidAppointmentEndWhole.Set(m, begins.AddDate(0, 0, 1))
		var b strings.Builder
		require.NoError(t, ical.Encode(&b, []*mapi.Message{m}, &ical.EncodeOptions{Location: location(t, zone)}))
		for _, l := range []string{"DTSTART;VALUE=DATE:20250106", "EXDATE;VALUE=DATE:20250107", "RECURRENCE-ID;VALUE=DATE:20250108", "DTSTART;VALUE=DATE:20250109"} {
			assert.Contains(t, b.String(), l+"\r\n", zone)
		}
	}
}

// Other programs read an end on the day of the start as that day; RFC 5545, 3.8.2.2, has
// none.
func TestDayWithoutLengthIsReported(t *testing.T) {
	for _, end := range []string{"DTEND;VALUE=DATE:20250102", "DURATION:P0D", "DTEND;VALUE=DATE:20250101"} {
		var issues []ical.Issue
		msgs, err := ical.Decode(strings.NewReader(string(vevent("DTSTART;VALUE=DATE:20250102|"+end))), &ical.DecodeOptions{Report: func(i ical.Issue) { issues = append(issues, i) }})
		require.NoError(t, err)
		require.Len(t, issues, 1, end)
		assert.Equal(t, ical.RuleValue, issues[0].Rule)
		again := one(t, []byte(encode(t, msgs)))
		assert.Equal(t, int32(24*60), props.PidLidAppointmentDuration.Or(again, 0), end)
	}
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at
}

// MS-OXCICAL 2.1.3.1.1.20.2, .16; MS-OXOCAL 2.2.1.16.
func TestPeople(t *testing.T) {
	who := "ORGANIZER;CN=Ada:mailto:ada@zoo.example|"
	checkMapping(t, "VEVENT", []mapping{
		{"ORGANIZER", who + "ATTENDEE:mailto:b@zoo.example", `PidTagSentRepresentingName: "Ada"|PidTagSentRepresentingSmtpAddress: "ada@zoo.example"|PidTagSenderEmailAddress: "ada@zoo.example"`, "ORGANIZER;CN=Ada:mailto:ada@zoo.example"},
		{"SENT-BY", `ORGANIZER;CN=Ada;SENT-BY="mailto:s@zoo.example":mailto:ada@zoo.example|ATTENDEE:mailto:b@zoo.example`, `PidTagSenderEmailAddress: "s@zoo.example"|PidTagSentRepresentingEmailAddress: "ada@zoo.example"`, `ORGANIZER;CN=Ada;SENT-BY="mailto:s@zoo.example":mailto:ada@zoo.example`},
		{"X-MS-OLK-SENDER", who + "X-MS-OLK-SENDER;CN=Bert:mailto:bert@zoo.example", `PidTagSenderName: "Bert"|PidTagSenderEmailAddress: "bert@zoo.example"`, ""},
		{"the organiser is a recipient", who + "ATTENDEE:mailto:b@zoo.example", "PidTagRecipientFlags: Sendable|Organizer|PidTagRecipientTrackStatus: Organized", ""},
		{"the organiser among the attendees is there once", who + "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@zoo.example", "recipient 1|!recipient 2", ""},
		{"required", who + "ATTENDEE;ROLE=REQ-PARTICIPANT;CN=Bert:mailto:b@zoo.example", `PidTagRecipientType: To|PidLidToAttendeesString: "Bert"|PidLidAllAttendeesString: "Bert"|PidTagDisplayName: "Bert"|PidTagSmtpAddress: "b@zoo.example"|PidTagAddressType: "SMTP"`, "ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:b@zoo.example"},
		{"chair", who + "ATTENDEE;ROLE=CHAIR:mailto:b@zoo.example", "PidTagRecipientType: To", "ATTENDEE;ROLE=REQ-PARTICIPANT"},
		{"optional", who + "ATTENDEE;ROLE=OPT-PARTICIPANT;CN=Bert:mailto:b@zoo.example", `PidTagRecipientType: Cc|PidLidCcAttendeesString: "Bert"`, "ATTENDEE;CN=Bert;ROLE=OPT-PARTICIPANT"},
		{"for information", who + "ATTENDEE;ROLE=NON-PARTICIPANT:mailto:b@zoo.example", "PidTagRecipientType: Cc", "ATTENDEE;ROLE=OPT-PARTICIPANT"},
		{"a room", who + "ATTENDEE;CUTYPE=ROOM:mailto:r@zoo.example", "PidTagRecipientType: Bcc", "ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT"},
		{"a resource", who + "ATTENDEE;CUTYPE=RESOURCE:mailto:r@zoo.example", "PidTagRecipientType: Bcc", "ATTENDEE;CUTYPE=RESOURCE"},
		{"PARTSTAT=ACCEPTED", who + "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@zoo.example", "PidTagRecipientTrackStatus: Accepted", "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:"},
		{"PARTSTAT=DECLINED", who + "ATTENDEE;PARTSTAT=DECLINED:mailto:b@zoo.example", "PidTagRecipientTrackStatus: Declined", "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED:"},
		{"PARTSTAT=TENTATIVE", who + "ATTENDEE;PARTSTAT=TENTATIVE:mailto:b@zoo.example", "PidTagRecipientTrackStatus: Tentative", "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=TENTATIVE:"},
		{"PARTSTAT=NEEDS-ACTION", who + "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:b@zoo.example", "PidTagRecipientTrackStatus: NotResponded", "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:"},
		{"RSVP", who + "ATTENDEE;RSVP=TRUE:mailto:b@zoo.example", "PidTagResponseRequested: true|PidTagReplyRequested: true", "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:"},
		{"somebody without a mail address", who + "ATTENDEE;CN=Bert:urn:uuid:1", `PidTagAddressType: "URI"|PidTagEmailAddress: "urn:uuid:1"`, "ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:urn:uuid:1"},
		{"people without addresses", "ORGANIZER;CN=Ada:invalid:nomail|ATTENDEE;CN=Bert:mailto:|ATTENDEE;CN=Cleo:|ATTENDEE;CN=Dora:invalid:nomail", `PidTagDisplayName: "Bert"|PidTagDisplayName: "Cleo"|recipient 4|PidTagSentRepresentingName: "Ada"|!EmailAddress|!SmtpAddress|!SearchKey`, "ORGANIZER;CN=Ada:invalid:nomail|ATTENDEE;CN=Bert;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:invalid:nomail"},
		{"neither name nor address", who + "ATTENDEE:|ATTENDEE:MAILTO:|ATTENDEE:invalid:nomail|ATTENDEE:mailto:b@zoo.example", `PidLidAllAttendeesString: "b@zoo.example"|recipient 2|!recipient 3`, "!ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:invalid:nomail"},
		{"an organizer who is nobody", "ORGANIZER:invalid:nomail|ATTENDEE:mailto:b@zoo.example", "!PidTagSentRepresenting", "!ORGANIZER"},
		{"DIR, MEMBER, DELEGATED-TO are kept", who + `ATTENDEE;DIR="ldap://a";MEMBER="mailto:g@zoo.example";DELEGATED-TO="mailto:c@zoo.example":mailto:b@zoo.example`, "recipient 2", ""},
		{"who sends somebody else", who + `ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:c@zoo.example","mailto:d@zoo.example":mailto:b@zoo.example`, `PidTagRecipientTrackStatus: NotResponded|"mailto:c@zoo.example", "mailto:d@zoo.example"`, `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:c@zoo.example","mailto:d@zoo.example":mailto:b@zoo.example`},
		{"who comes instead", who + `ATTENDEE;PARTSTAT=TENTATIVE;DELEGATED-FROM="mailto:c@zoo.example":mailto:b@zoo.example`, `PidTagRecipientTrackStatus: Tentative|"mailto:c@zoo.example"`, `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=TENTATIVE;DELEGATED-FROM="mailto:c@zoo.example":mailto:b@zoo.example`},
		{"nobody", "", "PidLidAppointmentStateFlags: 0|!recipient", "!ORGANIZER"},
	})
}

func TestClassesAndStates(t *testing.T) {
	who := "ORGANIZER:mailto:ada@zoo.example|ATTENDEE;PARTSTAT="
	checkMapping(t, "VEVENT", []mapping{
		{"no METHOD", "", `PidTagMessageClass: "IPM.Appointment"|PidTagIconIndex: SingleInstanceAppointment|PidLidResponseStatus: None|PidLidRecurring: false|PidLidSideEffects: OpenToDelete|CoerceToInbox`, "!METHOD"},
		{"PUBLISH", "METHOD:PUBLISH", `PidTagMessageClass: "IPM.Appointment"`, "!METHOD"},
		{"a meeting", who + "ACCEPTED:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Appointment"|PidLidAppointmentStateFlags: Meeting|PidTagIconIndex: SingleInstanceMeeting`, ""},
		{"REQUEST", "METHOD:REQUEST|" + who + "NEEDS-ACTION:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Request"|PidLidAppointmentStateFlags: Meeting|Received|PidLidResponseStatus: NotResponded|PidLidMeetingType: Request|PidTagIconIndex: MeetingRequest|PidLidAppointmentMessageClass: "IPM.Appointment"`, "METHOD:REQUEST"},
		{"CANCEL", "METHOD:CANCEL|" + who + "NEEDS-ACTION:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Canceled"|PidLidAppointmentStateFlags: Meeting|Received|Canceled`, "METHOD:CANCEL"},
		{"cancelled without a METHOD", "STATUS:CANCELLED", "PidLidAppointmentStateFlags: Canceled|PidTagIconIndex: SingleInstanceAppointment", "STATUS:CANCELLED"},
		{"cancelled, and tentative", "STATUS:CANCELLED|X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "PidLidAppointmentStateFlags: Canceled|PidLidBusyStatus: Tentative", "STATUS:CANCELLED|X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"},
		{"a meeting that was cancelled without a METHOD", "STATUS:CANCELLED|" + who + "ACCEPTED:mailto:b@zoo.example", "PidLidAppointmentStateFlags: Meeting|Canceled|PidTagIconIndex: SingleInstanceMeeting", "STATUS:CANCELLED"},
		{"accepted", "METHOD:REPLY|" + who + "ACCEPTED:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Resp.Pos"|PidTagSentRepresentingEmailAddress: "b@zoo.example"|PidTagEmailAddress: "ada@zoo.example"`, "METHOD:REPLY|ORGANIZER:mailto:ada@zoo.example|ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@zoo.example"},
		{"declined", "METHOD:REPLY|" + who + "DECLINED:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Resp.Neg"`, "METHOD:REPLY|ATTENDEE;PARTSTAT=DECLINED:mailto:b@zoo.example"},
		{"tentative", "METHOD:REPLY|" + who + "TENTATIVE:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Resp.Tent"`, "METHOD:REPLY|ATTENDEE;PARTSTAT=TENTATIVE:mailto:b@zoo.example"},
		{"an answer's stamp is the attendee's", "METHOD:REPLY|DTSTAMP:20250101T080000Z|" + who + "ACCEPTED:mailto:b@zoo.example", "PidLidAttendeeCriticalChange: 2025-01-01T08:00:00Z", "DTSTAMP:20250101T080000Z"},
		{"an answer's text is COMMENT", "METHOD:REPLY|COMMENT:gladly|DESCRIPTION:old|" + who + "ACCEPTED:mailto:b@zoo.example", `PidTagBody: "gladly"`, "COMMENT:gladly"},
		{"nobody answers", "METHOD:REPLY|ORGANIZER:mailto:ada@zoo.example|ATTENDEE;PARTSTAT=ACCEPTED:invalid:nomail", "!PidTagSentRepresenting", "!invalid:nomail"},
		{"delegated is no answer", "METHOD:REPLY|" + who + "DELEGATED:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Note"`, ""},
		{"delegated, and to whom", "METHOD:REPLY|ORGANIZER:mailto:ada@zoo.example|ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:c@zoo.example\":mailto:b@zoo.example",
			`PidTagMessageClass: "IPM.Note"|PidTagSentRepresentingEmailAddress: "b@zoo.example"|PidTagEmailAddress: "ada@zoo.example"|"mailto:c@zoo.example"`, "METHOD:REPLY|ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:c@zoo.example\":mailto:b@zoo.example"},
		{"two attendees are no answer", "METHOD:REPLY|" + who + "ACCEPTED:mailto:b@zoo.example|ATTENDEE;PARTSTAT=ACCEPTED:mailto:c@zoo.example", `PidTagMessageClass: "IPM.Note"`, ""},
		{"an answer without an organiser", "METHOD:REPLY|ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Resp.Pos"|!recipient`, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@zoo.example"},
		{"COUNTER", "METHOD:COUNTER|DTSTART:20250102T120000Z|DTEND:20250102T130000Z|X-MS-OLK-ORIGINALSTART:20250102T100000Z|X-MS-OLK-ORIGINALEND:20250102T110000Z|" + who + "TENTATIVE:mailto:b@zoo.example",
			`PidTagMessageClass: "IPM.Schedule.Meeting.Resp.Tent"|PidLidAppointmentCounterProposal: true|PidLidAppointmentProposedStartWhole: 2025-01-02T12:00:00Z|PidLidAppointmentProposedEndWhole: 2025-01-02T13:00:00Z|PidLidAppointmentStartWhole: 2025-01-02T10:00:00Z|PidLidAppointmentEndWhole: 2025-01-02T11:00:00Z`,
			"METHOD:COUNTER|DTSTART:20250102T120000Z|DTEND:20250102T130000Z|X-MS-OLK-ORIGINALSTART:20250102T100000Z|X-MS-OLK-ORIGINALEND:20250102T110000Z"},
		{"ADD is a request that is kept", "METHOD:ADD|" + who + "NEEDS-ACTION:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Schedule.Meeting.Request"`, ""},
		{"REFRESH is a note of who asks", "METHOD:REFRESH|ORGANIZER:mailto:ada@zoo.example|ATTENDEE:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Note"|PidTagSentRepresentingSmtpAddress: "b@zoo.example"|PidTagEmailAddress: "ada@zoo.example"`, ""},
		{"REFRESH that says how it was answered", "METHOD:REFRESH|ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@zoo.example", `!PidTagRecipientTrackStatus`, ""},
		{"REFRESH of nobody", "METHOD:REFRESH|ORGANIZER:mailto:ada@zoo.example", `PidTagMessageClass: "IPM.Note"|!PidTagSentRepresenting`, ""},
		{"REFRESH of two", "METHOD:REFRESH|ATTENDEE:mailto:b@zoo.example|ATTENDEE:mailto:c@zoo.example", `PidTagMessageClass: "IPM.Note"`, ""},
		{"a note keeps who organizes", "METHOD:POLLSTATUS|ORGANIZER:mailto:ada@zoo.example", `PidTagMessageClass: "IPM.Note"|PidTagSentRepresentingSmtpAddress: "ada@zoo.example"`, ""},
		{"COUNTER without a time", "METHOD:COUNTER|DTSTART:|" + who + "TENTATIVE:mailto:b@zoo.example", "PidLidAppointmentCounterProposal: true|!Whole", "METHOD:COUNTER"},
		{"DECLINECOUNTER is a note that is kept", "METHOD:DECLINECOUNTER|" + who + "NEEDS-ACTION:mailto:b@zoo.example", `PidTagMessageClass: "IPM.Note"`, ""},
		{"one instance alone", "RECURRENCE-ID:20250102T100000Z|METHOD:REQUEST", "PidLidIsException: true|PidLidIsRecurring: true|PidLidExceptionReplaceTime: 2025-01-02T10:00:00Z", "RECURRENCE-ID:20250102T100000Z"},
	})
}

// What no class says comes out of the kept lines.
func TestRefreshComesOutAsItCameIn(t *testing.T) {
	for _, lines := range []string{
		"ORGANIZER:mailto:ada@zoo.example|ATTENDEE:mailto:b@zoo.example",
		"ATTENDEE;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:b@zoo.example",
		"ORGANIZER:mailto:ada@zoo.example",
		"ATTENDEE:mailto:b@zoo.example|ATTENDEE:mailto:c@zoo.example",
		"ORGANIZER;CN=Ada:mailto:ada@zoo.example|ATTENDEE;CN=B;SENT-BY=\"mailto:c@zoo.example\":mailto:b@zoo.example",
	} {
		in := component("VEVENT", "METHOD:REFRESH|"+lines)
		out := encode(t, decode(t, in))
		for _, l := range append(strings.Split(lines, "|"), "METHOD:REFRESH") {
			assert.Contains(t, out, "\r\n"+l+"\r\n")
		}
		assert.Equal(t, strings.Count(string(in), "ATTENDEE"), strings.Count(out, "ATTENDEE"), out)
	}
}

// MS-OXCICAL 2.1.3.1.1.20.62.
func TestAlarms(t *testing.T) {
	alarm := func(lines string) string { return "BEGIN:VALARM|" + lines + "|END:VALARM" }
	checkMapping(t, "VEVENT", []mapping{
		{"none", "", "PidLidReminderSet: false", "!VALARM"},
		{"15 minutes", alarm("ACTION:DISPLAY|DESCRIPTION:REMINDER|TRIGGER:-PT15M"), "PidLidReminderSet: true|PidLidReminderDelta: 15|PidLidReminderTime: 2025-01-02T10:00:00Z|PidLidReminderSignalTime: 2025-01-02T09:45:00Z|!ical-lines", "BEGIN:VALARM|TRIGGER:-PT15M"},
		{"a week", alarm("ACTION:DISPLAY|TRIGGER:-P1W"), "PidLidReminderDelta: 10080", "TRIGGER:-PT10080M"},
		{"at the start", alarm("ACTION:DISPLAY|TRIGGER:PT0S"), "PidLidReminderDelta: 0", "TRIGGER:PT0M"},
		{"after the start", alarm("ACTION:DISPLAY|TRIGGER:PT10M"), "PidLidReminderDelta: 0", ""},
		{"from the end", alarm("ACTION:DISPLAY|TRIGGER;RELATED=END:-PT90M"), "PidLidReminderDelta: 30", ""},
		{"at a time", alarm("ACTION:DISPLAY|TRIGGER;VALUE=DATE-TIME:20250102T093000Z"), "PidLidReminderDelta: 30", ""},
		{"by mail", alarm("ACTION:EMAIL|SUMMARY:x|TRIGGER:-PT5M"), "PidLidReminderDelta: 5", ""},
		{"two", alarm("ACTION:DISPLAY|TRIGGER:-PT5M") + "|" + alarm("ACTION:AUDIO|TRIGGER:-PT50M"), "PidLidReminderDelta: 5", "TRIGGER:-PT5M"},
		{"one that cannot be read, and one that can", alarm("ACTION:DISPLAY|TRIGGER:soon") + "|" + alarm("ACTION:AUDIO|TRIGGER:-PT50M"), "PidLidReminderDelta: 50", ""},
	})
}

func TestDefaultReminder(t *testing.T) {
	m := one(t, vevent("DTSTART:20250102T100000Z"))
	props.PidLidReminderSet.Set(m, true)
	props.PidLidReminderDelta.Set(m, 0x5AE980E1)
	assert.Contains(t, encode(t, []*mapi.Message{m}), "TRIGGER:-PT15M")
	props.PidLidAppointmentSubType.Set(m, true)
	assert.Contains(t, encode(t, []*mapi.Message{m}), "TRIGGER:-PT1080M")
}

// MS-OXCICAL 2.1.3.1.1.20.1.
func TestAttachments(t *testing.T) {
	checkMapping(t, "VEVENT", []mapping{
		{"a link", "ATTACH:http://zoo.example/plan.pdf", `PidTagAttachMethod: ByWebReference|PidTagAttachLongPathname: "http://zoo.example/plan.pdf"|PidTagAttachLongFilename: "plan.pdf"|!ical-lines`, "ATTACH:http://zoo.example/plan.pdf"},
		{"a file", "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=hay.txt:SGF5", `PidTagAttachMethod: ByValue|PidTagAttachLongFilename: "hay.txt"|PidTagAttachMimeTag: "text/plain"|PidTagAttachDataBinary: 486179|PidTagAttachExtension: ".txt"|PidTagExceptionStartTime: 4501-01-01T00:00:00Z|!ical-lines`, "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=hay.txt:SGF5"},
		{"a file without padding", "ATTACH;ENCODING=BASE64;VALUE=BINARY:SGF5cw", "PidTagAttachDataBinary: 48617973", ""},
		{"a damaged file", "ATTACH;ENCODING=BASE64;VALUE=BINARY:SGF5!!!!", "PidTagAttachDataBinary: 486179", ""},
	})
}

// MS-OXCICAL 2.1.3.1.1.20.61 and section 10 of MS-OXOTASK: tasks and journals.
func TestTasks(t *testing.T) {
	checkMapping(t, "VTODO", []mapping{
		{"a task", "SUMMARY:Scales|DESCRIPTION:weigh|CATEGORIES:a|PRIORITY:1|CLASS:PRIVATE", `PidTagMessageClass: "IPM.Task"|PidTagSubject: "Scales"|PidTagBody: "weigh"|PidTagImportance: High|PidTagSensitivity: Private|PidLidTaskStatus: NotStarted|PidLidPercentComplete: 0|PidLidTaskComplete: false`, "BEGIN:VTODO|SUMMARY:Scales|PRIORITY:1|CLASS:PRIVATE"},
		{"days", "DTSTART;VALUE=DATE:20250102|DUE;VALUE=DATE:20250105", "PidLidTaskStartDate: 2025-01-02T00:00:00Z|PidLidTaskDueDate: 2025-01-05T00:00:00Z", "DTSTART;VALUE=DATE:20250102|DUE;VALUE=DATE:20250105"},
		{"times are dates of the wall clock", "DTSTART;TZID=America/New_York:20250102T230000|DUE;TZID=America/New_York:20250105T230000", "PidLidTaskStartDate: 2025-01-02T00:00:00Z|PidLidTaskDueDate: 2025-01-05T00:00:00Z|PidLidCommonEnd: 2025-01-06T04:00:00Z", ""},
		{"a DURATION", "DTSTART:20250102T100000Z|DURATION:P2D", "PidLidTaskDueDate: 2025-01-04T00:00:00Z", ""},
		{"PERCENT-COMPLETE", "PERCENT-COMPLETE:30", "PidLidPercentComplete: 0.3|PidLidTaskStatus: InProgress", "PERCENT-COMPLETE:30|STATUS:IN-PROCESS"},
		{"IN-PROCESS", "STATUS:IN-PROCESS", "PidLidTaskStatus: InProgress", "STATUS:IN-PROCESS"},
		{"the misspelt IN-PROGRESS", "STATUS:IN-PROGRESS", "PidLidTaskStatus: InProgress", "STATUS:IN-PROCESS"},
		{"NEEDS-ACTION", "STATUS:NEEDS-ACTION", "PidLidTaskStatus: NotStarted", ""},
		{"CANCELLED", "STATUS:CANCELLED", "PidLidTaskStatus: Deferred", "STATUS:CANCELLED"},
		{"COMPLETED", "STATUS:COMPLETED|COMPLETED:20250104T120000Z", "PidLidTaskStatus: Complete|PidLidPercentComplete: 1|PidLidTaskComplete: true|PidLidTaskDateCompleted: 2025-01-04T00:00:00Z", "STATUS:COMPLETED|PERCENT-COMPLETE:100"},
		{"COMPLETED without a STATUS", "COMPLETED:20250104T120000Z", "PidLidTaskComplete: true", "STATUS:COMPLETED"},
		{"100 percent without a STATUS", "PERCENT-COMPLETE:100", "PidLidTaskComplete: true", "STATUS:COMPLETED"},
		{"ORGANIZER", "ORGANIZER;CN=Ada:mailto:ada@zoo.example", `PidLidTaskOwner: "Ada"`, ""},
		{"an alarm is for the due date", "DUE:20250105T100000Z|BEGIN:VALARM|ACTION:DISPLAY|TRIGGER:-PT30M|END:VALARM", "PidLidReminderDelta: 30|PidLidReminderTime: 2025-01-05T10:00:00Z", "TRIGGER:-PT30M"},
		{"a rule", "DTSTART;VALUE=DATE:20250102|RRULE:FREQ=WEEKLY;BYDAY=TH", "PidLidTaskRecurrence: |PidLidTaskFRecurring: true|!ical-lines", "RRULE:FREQ=WEEKLY;BYDAY=TH"},
		{"a rule that tasks cannot have is kept", "DTSTART:20250102T100000Z|RRULE:FREQ=HOURLY", "PidLidTaskFRecurring: false", "!RRULE"},
	})
}

func TestJournals(t *testing.T) {
	checkMapping(t, "VJOURNAL", []mapping{
		{"an entry", "DTSTART:20250102T100000Z|SUMMARY:Birth|DESCRIPTION:at night|STATUS:FINAL|ORGANIZER:mailto:ada@zoo.example", `PidTagMessageClass: "IPM.Activity"|PidLidLogStart: 2025-01-02T10:00:00Z|PidLidLogEnd: 2025-01-02T10:00:00Z|PidLidLogDuration: 0|PidLidLogType: "Journal"|PidTagSubject: "Birth"|PidTagBody: "at night"`, "BEGIN:VJOURNAL|DTSTART:20250102T100000Z|SUMMARY:Birth|DESCRIPTION:at night"},
	})
}

func TestOtherComponentsAreKept(t *testing.T) {
	for _, in := range [][]byte{
		component("VFREEBUSY", "METHOD:REPLY|DTSTART:20250102T000000Z|FREEBUSY:20250102T100000Z/PT1H"),
		component("VAVAILABILITY", "BEGIN:AVAILABLE|UID:2|END:AVAILABLE"),
		component("X-ZOO", "SUMMARY:x"),
	} {
		m := one(t, in)
		assert.Equal(t, ical.DocumentClass, props.PidTagMessageClass.Or(m, ""))
		before, _ := parse(t, string(in))
		after, _ := parse(t, encode(t, []*mapi.Message{m}))
		assert.Empty(t, lost(statements(before), statements(after)))
	}
}

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}
