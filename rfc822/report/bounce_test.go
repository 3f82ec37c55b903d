package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// note is a mail with a header and a text.
func note(header, text string) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Note")
	props.PidTagTransportMessageHeaders.Set(m, strings.ReplaceAll(header, "\n", "\r\n"))
	for line := range strings.SplitSeq(header, "\n") {
		if s, ok := strings.CutPrefix(line, "Subject: "); ok {
			props.PidTagSubject.Set(m, s)
		}
	}
	props.PidTagBody.Set(m, text)
	return m
}

func TestRecognise(t *testing.T) {
	const daemon = "From: MAILER-DAEMON@gate.zoo.example\n"
	tests := []struct {
		name, header, text string
		want               []string // recipient action status
	}{
		{"qmail, two recipients", daemon + "Subject: failure notice\n",
			"Hi. This is the qmail-send program at gate.\n\n<a@zoo.example>:\n192.0.2.5 said: 550 5.1.1 no\n\n<b@zoo.example>:\nmailbox is full\n\n" +
				"--- Below this line is a copy of the message.\n\n<c@zoo.example>:\n550 5.7.1 not a bounce\n",
			[]string{"a@zoo.example failed 5.1.1", "b@zoo.example failed 5.2.2"}},
		{"Exim names a recipient by the local part", daemon + "X-Failed-Recipients: a@zoo.example, b@zoo.example\nSubject: Mail delivery failed\n",
			"This message was created automatically by mail delivery software.\n\n  a\n    host mx [192.0.2.5]: 550 5.2.1 off\n\n  b@zoo.example\n    Unrouteable address\n",
			[]string{"a@zoo.example failed 5.2.1", "b@zoo.example failed 5.1.2"}},
		{"Exim warns", daemon + "Subject: Warning: message x delayed 24 hours\n",
			"This message was created automatically by mail delivery software.\n\n  a@zoo.example\n    Delay reason: connection timed out\n",
			[]string{"a@zoo.example delayed 4.4.1"}},
		{"Sendmail 5 names the host only", daemon + "Subject: Returned mail: Cannot send message\n",
			"   ----- Transcript of session follows -----\n421 zoo.example... Deferred: Connection timed out\n\n   ----- Unsent message follows -----\nFrom: ada@x.example\nTo: b@zoo.example\n\nhello\n",
			[]string{"b@zoo.example failed 4.4.1"}},
		{"fields in the text", daemon + "Subject: Undelivered\n",
			"It failed.\n\nReporting-MTA: dns; gate.zoo.example\n\nFinal-Recipient: rfc822; a@zoo.example\nAction: failed\nStatus: 5.7.26\n\nFrom: somebody\n",
			[]string{"a@zoo.example failed 5.7.26"}},
		{"Postfix without MIME", daemon + "Subject: Undelivered Mail Returned to Sender\n",
			"This is the mail system at host gate.\n\n<a@zoo.example>: host mx[192.0.2.5] said:\n    552 mailbox full\n",
			[]string{"a@zoo.example failed 5.2.2"}},
		{"Exchange of old", "From: postmaster@zoo.example\nSubject: Undeliverable: Leaves\n",
			"Your message\n\n  To:      ada@zoo.example\n  Subject: Leaves\n\ndid not reach the following recipient(s):\n\n" +
				"keeper@zoo.example on Tue, 3 Mar 2026 09:15:00 +0100\n    The recipient name is not recognized\n",
			[]string{"keeper@zoo.example failed 5.1.1"}},
		{"a status of versions and addresses is none", daemon + "Subject: failure notice\n",
			"Hi. This is the qmail-send program.\n\n<a@zoo.example>:\nv5.1.1 at 5.4.3.2 says no\n", []string{"a@zoo.example failed "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, ok := report.Recognise(note(tt.header, tt.text))
			require.True(t, ok)
			assert.NotEmpty(t, b.Producer)
			var got []string
			for _, r := range b.Status.Recipients {
				got = append(got, r.Recipient()+" "+string(r.Action)+" "+r.Status.String())
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestWhatIsNoBounceIsNotRecognised(t *testing.T) {
	tests := []struct{ name, header, text string }{
		{"an ordinary mail", "From: ada@zoo.example\nSubject: Leaves\n", "Bring some. <b@zoo.example>: thanks"},
		{"no text", "From: MAILER-DAEMON@zoo.example\nSubject: Undelivered Mail\n", ""},
		{"a person quotes a bounce", "From: ada@zoo.example\nSubject: Fwd: Undelivered Mail\n",
			"This is the mail system at host gate.\n\n<a@zoo.example>: host mx said: 550 5.1.1 no\n"},
		{"an absence note", "From: bob@zoo.example\nAuto-Submitted: auto-replied\nSubject: Automatic reply: Leaves\n", "I am away. Ask carol@zoo.example."},
		{"a daemon without a recipient", "From: MAILER-DAEMON@zoo.example\nSubject: failure notice\n", "Hi. This is the qmail-send program.\n"},
		{"no header at all", "", "This is the qmail-send program"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ok := report.Recognise(note(tt.header, tt.text))
			assert.False(t, ok)
		})
	}
	_, ok := report.Recognise(&mapi.Message{})
	assert.False(t, ok)
}

func TestRecognisedBounceIsFilledInLikeAReport(t *testing.T) {
	m := note("From: MAILER-DAEMON@zoo.example\nSubject: failure notice\n",
		"Hi. This is the qmail-send program.\n\n<a@zoo.example>:\n550 5.1.1 no\n")
	b, ok := report.Recognise(m)
	require.True(t, ok)
	assert.Equal(t, "IPM.Note", props.PidTagMessageClass.Or(m, ""), "on its own it stays a mail")
	b.Status.Fill(m, nil)
	assert.Equal(t, "REPORT.IPM.Note.NDR", props.PidTagMessageClass.Or(m, ""))
	assert.EqualValues(t, 511, props.PidTagNonDeliveryReportStatusCode.Or(m.Recipients[0], 0))
}

func TestRecogniseIsBounded(t *testing.T) {
	const qmail = "This is the qmail-send program\n"
	many := qmail
	var failed strings.Builder
	for i := range 5_000 {
		many += fmt.Sprintf("<a%d@b.example>:\n", i)
		fmt.Fprintf(&failed, " a%d@b.example,\n", i)
	}
	exim := "From: MAILER-DAEMON@x\nX-Failed-Recipients: " + failed.String() + " z@b.example\n"
	tests := []struct{ name, header, text string }{
		{"recipients", "", many},
		{"lines of a reason", "", qmail + "<a@b.example>:\n" + strings.Repeat("x\n", 200_000)},
		{"blank lines", "", qmail + "<a@b.example>:\n" + strings.Repeat("\n", 1_000_000)},
		{"recipients in the header, for a long text", exim, "created automatically by mail delivery software" + strings.Repeat(" spa", 100_000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, ok := report.Recognise(note(tt.header, tt.text))
			require.True(t, ok)
			assert.LessOrEqual(t, len(b.Status.Recipients), 200)
			for _, r := range b.Status.Recipients {
				assert.LessOrEqual(t, len(r.Diagnostic.Value), 1024)
			}
		})
	}
}
