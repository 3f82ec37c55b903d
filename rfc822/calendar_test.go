package rfc822_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/meeting"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

func calendarText(method string, lines ...string) string {
	all := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"}
	if method != "" {
		all = append(all, "METHOD:"+method)
	}
	all = append(all, "BEGIN:VEVENT", "UID:42@x.org", "DTSTAMP:20260101T000000Z", "DTSTART:20260202T100000Z", "DTEND:20260202T110000Z",
		"SUMMARY:Of the calendar", "LOCATION:Zoo", "DESCRIPTION:Of the calendar")
	return strings.Join(append(append(all, lines...), "END:VEVENT", "END:VCALENDAR"), "\r\n") + "\r\n"
}

func invitationText() string {
	return calendarText("REQUEST", "ORGANIZER;CN=Ada:mailto:ada@x.org", "ATTENDEE;CN=Bob;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:bob@x.org",
		"ATTENDEE;CN=Carl;ROLE=OPT-PARTICIPANT:mailto:carl@x.org", "X-ZOO;A=b:kept")
}

// invitationMail has the form that Outlook and Gmail write.
func invitationMail(calendar string) []byte {
	return eml(`From: Ada <ada@x.org>`, `To: Bob <bob@x.org>`, `Subject: Of the mail`, `Date: Thu, 01 Jan 2026 00:00:00 +0000`, `Content-Type: multipart/alternative; boundary=a`, ``,
		`--a`, `Content-Type: text/plain`, ``, `Of the mail`,
		`--a`, `Content-Type: text/html`, ``, `<p>Of the mail</p>`,
		`--a`, `Content-Type: text/calendar; method=REQUEST; charset=utf-8`, ``, strings.TrimSuffix(calendar, "\r\n"), `--a--`)
}

func TestInvitationBecomesAMeetingRequest(t *testing.T) {
	mail := invitationMail(invitationText())
	msg := decodeBytes(t, mail)
	for range 2 { // as it came, and generated anew
		start, _ := props.PidLidAppointmentStartWhole.Get(msg)
		location, _ := props.PidLidLocation.Get(msg)
		class, _ := props.PidTagMessageClass.Get(msg)
		subject, _ := props.PidTagSubject.Get(msg)
		plain, html := body(t, msg)
		assert.Equal(t, []string{"IPM.Schedule.Meeting.Request", "Of the mail", "Of the mail", "<p>Of the mail</p>", "Zoo"}, []string{class, subject, strings.TrimSpace(plain), strings.TrimSpace(html), location}, "the words of the mail hold")
		assert.Equal(t, at("2026-02-02T10:00:00Z"), start)
		assert.Empty(t, msg.Attachments)
		assert.Equal(t, []string{"Bob <bob@x.org>"}, recipientsOf(msg, mapi.RecipientTo))
		assert.Equal(t, []string{"Carl <carl@x.org>"}, recipientsOf(msg, mapi.RecipientCc), "those invited are recipients")
		assert.Equal(t, mail, encoded(t, msg))
		mail = regenerate(t, msg)
		msg = decodeBytes(t, mail)
	}
	out := string(mail)
	assert.Contains(t, out, "text/calendar; charset=utf-8; method=REQUEST")
	assert.Less(t, strings.Index(out, "text/plain"), strings.Index(out, "text/html"))
	assert.Less(t, strings.Index(out, "text/html"), strings.Index(out, "text/calendar"), "the last alternative is the best one")
	assert.Contains(t, out, "X-ZOO;A=b:kept")
}

func TestCalendarIsTheWholeMail(t *testing.T) {
	msg := decodeBytes(t, append(eml(`Content-Type: text/calendar; method=REPLY; charset=utf-8`, ``),
		calendarText("REPLY", "ATTENDEE;PARTSTAT=ACCEPTED;CN=Bob:mailto:bob@x.org", "ORGANIZER:mailto:ada@x.org")...))
	class, _ := props.PidTagMessageClass.Get(msg)
	assert.Equal(t, "IPM.Schedule.Meeting.Resp.Pos", class)
	assert.Empty(t, msg.Attachments)
	out := regenerate(t, msg)
	assert.Contains(t, string(out), "method=REPLY")
	again, _ := props.PidTagMessageClass.Get(decodeBytes(t, out))
	assert.Equal(t, class, again)
}

func TestMailWithACalendarFileStaysANote(t *testing.T) {
	for name, mail := range map[string][]byte{
		"an attachment": eml(`Content-Type: multipart/mixed; boundary=b`, ``, `--b`, ``, `text`, `--b`,
			`Content-Type: text/calendar; method=REQUEST; name=invite.ics`, `Content-Disposition: attachment; filename=invite.ics`, ``, invitationText(), `--b--`),
		"no method": eml(`Content-Type: multipart/mixed; boundary=b`, ``, `--b`, ``, `text`, `--b`,
			`Content-Type: text/calendar; name=invite.ics`, ``, invitationText(), `--b--`),
		"a published calendar": invitationMail(calendarText("PUBLISH")),
		"two events":           invitationMail(strings.Replace(invitationText(), "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:43@x.org\r\nDTSTART:20260303T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR", 1)),
		"no calendar":          invitationMail("nothing\r\n"),
	} {
		msg := decodeBytes(t, mail)
		class, _ := props.PidTagMessageClass.Get(msg)
		assert.Equal(t, "IPM.Note", class, name)
		assert.Len(t, msg.Attachments, 1, name)
		assert.Equal(t, mail, encoded(t, msg), name)
	}
	two := decodeBytes(t, eml(`Content-Type: multipart/alternative; boundary=b`, ``, `--b`, `Content-Type: text/calendar; method=REQUEST`, ``, invitationText(),
		`--b`, `Content-Type: text/calendar; method=REQUEST`, ``, invitationText(), `--b--`))
	class, _ := props.PidTagMessageClass.Get(two)
	assert.Equal(t, "IPM.Note", class, "several calendars are files")
}

// Messages about meetings that have no class of their own travel as the others do.
func TestMeetingNotesByMail(t *testing.T) {
	for _, c := range []struct {
		method string
		wants  meeting.Method
		from   string
		to     string
		lines  []string
	}{
		{"REFRESH", meeting.MethodRefresh, "bob@x.org", "ada@x.org", []string{"ORGANIZER:mailto:ada@x.org", "ATTENDEE:mailto:bob@x.org"}},
		{"DECLINECOUNTER", meeting.MethodDeclineCounter, "ada@x.org", "bob@x.org", []string{"ORGANIZER:mailto:ada@x.org", "ATTENDEE:mailto:bob@x.org"}},
		{"REPLY", meeting.MethodReply, "bob@x.org", "ada@x.org", []string{"ORGANIZER:mailto:ada@x.org", `ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:carl@x.org":mailto:bob@x.org`}},
		{"REPLY", meeting.MethodReply, "carl@x.org", "ada@x.org", []string{"ORGANIZER:mailto:ada@x.org", `ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:bob@x.org":mailto:carl@x.org`}},
	} {
		t.Run(c.method, func(t *testing.T) {
			mail := eml("From: <"+c.from+">", "To: <"+c.to+">", "Subject: Of the mail", "Content-Type: multipart/alternative; boundary=a", "",
				"--a", "Content-Type: text/plain", "", "Of the mail",
				"--a", "Content-Type: text/calendar; method="+c.method, "", strings.TrimSuffix(calendarText(c.method, c.lines...), "\r\n"), "--a--")
			msg := decodeBytes(t, mail)
			for range 2 { // as it came, and generated anew
				method, _ := meeting.MethodOf(msg)
				assert.Equal(t, c.wants, method)
				assert.Equal(t, c.from, meeting.Organizer(msg).Address)
				assert.Equal(t, []string{c.to}, addressesOf(msg))
				assert.Empty(t, msg.Attachments)
				assert.Equal(t, mail, encoded(t, msg))
				mail = regenerate(t, msg)
				assert.Contains(t, string(mail), "text/calendar; charset=utf-8; method="+c.method)
				text := strings.ReplaceAll(string(mail), "\r\n ", "")
				for _, l := range c.lines {
					property, address, _ := strings.Cut(l, ":mailto:")
					name, params, _ := strings.Cut(property, ";")
					_, delegation, _ := strings.Cut(params, ";")
					assert.Regexp(t, "\r\n"+name+"[^\r]*"+delegation+":mailto:"+address+"\r\n", text)
				}
				msg = decodeBytes(t, mail)
			}
		})
	}
}

func addressesOf(msg *mapi.Message) (list []string) {
	for _, r := range msg.Recipients {
		list = append(list, props.PidTagSmtpAddress.Or(r, ""))
	}
	return list
}

func TestSameInvitationAlsoAttached(t *testing.T) {
	calendar := strings.TrimSuffix(invitationText(), "\r\n")
	msg := decodeBytes(t, eml(`Content-Type: multipart/mixed; boundary=m`, ``, `--m`, `Content-Type: multipart/alternative; boundary=a`, ``,
		`--a`, `Content-Type: text/plain`, ``, `text`, `--a`, `Content-Type: text/calendar; method=REQUEST`, ``, calendar, `--a--`,
		`--m`, `Content-Type: application/ics; name=invite.ics`, `Content-Disposition: attachment; filename=invite.ics`, ``, calendar, `--m--`))
	class, _ := props.PidTagMessageClass.Get(msg)
	assert.Equal(t, "IPM.Schedule.Meeting.Request", class, "as Gmail sends it")
	assert.Equal(t, []string{"invite.ics"}, names(msg))
}

func TestChangedMeetingGivesNewMail(t *testing.T) {
	mail := invitationMail(invitationText())
	msg := decodeBytes(t, mail)
	props.PidLidAppointmentStartWhole.Set(msg, at("2026-02-02T10:30:00Z"))
	out := encoded(t, msg)
	assert.NotEqual(t, mail, out)
	start, _ := props.PidLidAppointmentStartWhole.Get(decodeBytes(t, out))
	assert.Equal(t, at("2026-02-02T10:30:00Z"), start)
	forwarded := append(eml(`Content-Type: message/rfc822`, ``), mail...)
	outer := decodeBytes(t, forwarded)
	require.Equal(t, forwarded, encoded(t, outer))
	props.PidLidAppointmentStartWhole.Set(outer.Attachments[0].Embedded, at("2026-02-02T10:45:00Z"))
	assert.NotEqual(t, forwarded, encoded(t, outer), "also within another mail")
	tracked := decodeBytes(t, mail)
	props.PidLidResponseStatus.Set(tracked, mapi.ResponseAccepted)
	assert.Equal(t, mail, encoded(t, tracked), "that it was answered does not change what it says")
}

func TestSeriesIsOneCalendarPart(t *testing.T) {
	calendar := strings.Replace(invitationText(), "UID:42@x.org", "UID:42@x.org\r\nRRULE:FREQ=DAILY;COUNT=5", 1)
	calendar = strings.Replace(calendar, "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:42@x.org\r\nRECURRENCE-ID:20260203T100000Z\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260203T120000Z\r\nDTEND:20260203T130000Z\r\nSUMMARY:Moved\r\nORGANIZER:mailto:ada@x.org\r\nATTENDEE:mailto:bob@x.org\r\nEND:VEVENT\r\nEND:VCALENDAR", 1)
	msg := decodeBytes(t, invitationMail(calendar))
	out := string(regenerate(t, msg))
	assert.NotContains(t, out, "message/rfc822", "an instance is no attached message")
	assert.Contains(t, out, "RECURRENCE-ID")
	assert.Contains(t, out, "RRULE:FREQ=DAILY;COUNT=5")
}

func TestAppointmentIsSentAsCalendar(t *testing.T) {
	list, err := ical.Decode(strings.NewReader(calendarText("")), nil)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, list[0], &rfc822.EncodeOptions{TNEF: rfc822.TNEFWhenNeeded}))
	assert.Contains(t, out.String(), "text/calendar")
	assert.NotContains(t, out.String(), "ms-tnef")
}
