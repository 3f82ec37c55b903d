package ical_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
	"github.com/okapi-mail/okapi/props"
)

// Outlook has the bodies of appointments in RTF, and HTML is in any code page.
func TestBodiesAreMadeFromEachOther(t *testing.T) {
	type body struct {
		key   mapi.PropKey
		value mapi.Value
	}
	const span = "DTSTART:20250102T100000Z|DTEND:20250102T110000Z"
	const western = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252"></head><body>Caf` + "\xe9</body></html>"
	written := rtf.Compress([]byte(`{\rtf1\ansi\ansicpg1252 {\b Hay} and caf\'e9\par leaves\par}`))
	for _, tc := range []struct {
		name   string
		bodies []body
		want   []string
		not    string
	}{
		{"text alone", []body{{props.PidTagBody, "Hay"}}, []string{"DESCRIPTION:Hay\r\n"}, "X-ALT-DESC"},
		{"HTML alone", []body{{props.PidTagHtml, []byte("<p>Hay</p><p>Leaves</p>")}},
			[]string{`DESCRIPTION:Hay\n\nLeaves` + "\r\n", "X-ALT-DESC;FMTTYPE=text/html:<p>Hay</p><p>Leaves</p>\r\n"}, ""},
		{"HTML in a code page", []body{{props.PidTagHtml, []byte(western)}, {props.PidTagInternetCodepage, int32(1252)}},
			[]string{"DESCRIPTION:Café\r\n", `charset=utf-8"></head><body>Café</body></html>` + "\r\n"}, "\uFFFD"},
		{"HTML in Cyrillic without a meta element", []body{{props.PidTagHtml, []byte("\xd1\xe5\xed\xee")}, {props.PidTagInternetCodepage, int32(1251)}},
			[]string{"DESCRIPTION:Сено\r\n", "X-ALT-DESC;FMTTYPE=text/html:Сено\r\n"}, ""},
		{"RTF alone", []body{{props.PidTagRtfCompressed, written}},
			[]string{`DESCRIPTION:Hay and café\nleaves` + "\r\n", "X-ALT-DESC;FMTTYPE=text/html:", "<b>Hay</b>"}, ""},
		{"RTF and its text", []body{{props.PidTagRtfCompressed, written}, {props.PidTagBody, "Hay only"}},
			[]string{"DESCRIPTION:Hay only\r\n", "<b>Hay</b>"}, ""},
		{"no body", nil, nil, "DESC"},
	} {
		m := one(t, vevent(span))
		for _, b := range tc.bodies {
			m.Set(b.key.Prop(), b.value)
		}
		out := unfolded(encode(t, []*mapi.Message{m}))
		for _, s := range tc.want {
			assert.Contains(t, out, s, tc.name)
		}
		if tc.not != "" {
			assert.NotContains(t, out, tc.not, tc.name)
		}
	}
}

func TestHTMLOfAnotherCodePageIsChanged(t *testing.T) {
	m := one(t, vevent("X-ALT-DESC;X-P=1;FMTTYPE=text/html:Café"))
	props.PidTagInternetCodepage.Set(m, 1252)
	assert.Contains(t, unfolded(encode(t, []*mapi.Message{m})), "X-ALT-DESC;FMTTYPE=text/html:CafÃ©\r\n")
}

func TestDamagedBodyIsReported(t *testing.T) {
	m := one(t, vevent("SUMMARY:Hay"))
	props.PidTagRtfCompressed.Set(m, []byte("this is no RTF, and longer than a header"))
	var rules []string
	var out bytes.Buffer
	require.NoError(t, ical.Encode(&out, []*mapi.Message{m}, &ical.EncodeOptions{Report: func(i ical.Issue) { rules = append(rules, string(i.Rule)) }}))
	assert.Contains(t, rules, string(ical.RuleBody))
	assert.Contains(t, out.String(), "SUMMARY:Hay")
	assert.NotContains(t, out.String(), "DESC")
}

func TestInstanceHasAllBodiesItself(t *testing.T) {
	m := one(t, calendar("BEGIN:VEVENT", "UID:1", "DTSTART:20250102T100000Z", "DTEND:20250102T110000Z", "RRULE:FREQ=DAILY;COUNT=3",
		"DESCRIPTION:Hay", "X-ALT-DESC;FMTTYPE=text/html:<p>Hay</p>", "END:VEVENT",
		"BEGIN:VEVENT", "UID:1", "RECURRENCE-ID:20250103T100000Z", "DTSTART:20250103T120000Z", "DTEND:20250103T130000Z", "END:VEVENT"))
	require.Len(t, m.Attachments, 1)
	instance := m.Attachments[0].Embedded
	props.PidTagHtml.Delete(instance)
	props.PidTagBody.Set(instance, "Leaves")
	_, second, _ := strings.Cut(unfolded(encode(t, []*mapi.Message{m})), "RECURRENCE-ID")
	assert.Contains(t, second, "DESCRIPTION:Leaves\r\n")
	assert.NotContains(t, second, "<p>Hay</p>", "the HTML of the series is not that of the instance")
}

// An answer to a series is one event; answers to some instances each say who answers.
func TestAnswersToSeriesSayWhoAnswers(t *testing.T) {
	const head = "UID:1|DTSTAMP:20250101T000000Z|SEQUENCE:3|ORGANIZER:mailto:ada@zoo.example|ATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example|"
	lines := "BEGIN:VEVENT|" + head + "DTSTART:20250102T100000Z|DTEND:20250102T110000Z|RRULE:FREQ=DAILY;COUNT=9|END:VEVENT"
	m := one(t, calendar(append([]string{"METHOD:REPLY"}, strings.Split(lines, "|")...)...))
	change(t, m, moved(1, 3, 12))
	out := unfolded(encode(t, []*mapi.Message{m}))
	assert.Equal(t, 1, strings.Count(out, "BEGIN:VEVENT"), "what changed before is not answered")

	instance := "BEGIN:VEVENT|" + head + "RECURRENCE-ID:20250104T100000Z|DTSTART:20250104T120000Z|DTEND:20250104T130000Z|END:VEVENT"
	m = one(t, calendar(append([]string{"METHOD:REPLY"}, strings.Split(lines+"|"+instance, "|")...)...))
	require.Len(t, m.Attachments, 1)
	e := m.Attachments[0].Embedded
	for _, p := range []mapi.PropKey{ical.KeptLines(), props.PidTagSentRepresentingName, props.PidTagSentRepresentingEmailAddress,
		props.PidTagSentRepresentingSmtpAddress, props.PidTagSentRepresentingAddressType, props.PidLidAppointmentSequence} {
		e.Delete(p.Prop())
	}
	_, second, ok := strings.Cut(unfolded(encode(t, []*mapi.Message{m})), "END:VEVENT")
	require.True(t, ok)
	assert.Contains(t, second, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bert@zoo.example\r\n")
	assert.Contains(t, second, "SEQUENCE:3\r\n")
}
