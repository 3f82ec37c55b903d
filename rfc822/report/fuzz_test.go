package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// Any bytes are read without a panic, within bounds; what is written of them is read
// as the same, in both forms, and so is what properties keep of it.
func FuzzParse(f *testing.F) {
	f.Add(zoo)
	f.Add(lines("Original-Recipient: rfc822;keeper@zoo.example", "Disposition: a/b ; Displayed/error, expired", "X-MSExch-Correlation-Key: AAEC"))
	f.Add(lines("Feedback-Type: abuse", "Original-Rcpt-To: <a@b.example>", "Arrival-Date: 1 Jan 2026 00:00:00 +0000"))
	f.Add(lines("Final-Recipient: utf-8; \\x{41B}v@b.example", "Diagnostic-Code: =?utf-8?q?=41=?=", "Status: 5.7.26", "X:", "", " y", "Action: x"))
	f.Add([]byte("A: =?utf-8?q?_?=\nFinal-Recipient: a;\xff b@c\n"))
	kinds := []string{"message/delivery-status", "message/disposition-notification", "message/feedback-report"}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, kind := range kinds {
			first := report.Parse(kind, in, &report.ParseOptions{MaxRecipients: 50})
			if first == nil {
				continue
			}
			m := noted()
			first.Fill(m, nil)
			for _, utf8 := range []bool{false, true} {
				first.AppendTo(nil, utf8)
				parts := report.Parts(m, &report.PartsOptions{UTF8: utf8})
				second := report.Parse(parts[1].Type, parts[1].Data, nil)
				if !assert.NotNil(t, second, "%q", parts[1].Data) {
					return
				}
				back := noted()
				second.Fill(back, nil)
				// What was written is steady: writing it again gives the same bytes.
				again := report.Parts(back, &report.PartsOptions{UTF8: utf8})
				third := report.Parse(again[1].Type, again[1].Data, nil)
				last := noted()
				third.Fill(last, nil)
				assert.Equal(t, propstest.Dump(t, back), propstest.Dump(t, last), "%q\n%q", parts[1].Data, again[1].Data)
			}
		}
	})
}

func FuzzRecognise(f *testing.F) {
	f.Add("From: MAILER-DAEMON@x\nX-Failed-Recipients: a@b.example\nSubject: Returned mail", "This is the qmail-send program\n<a@b.example>:\n550 5.1.1\n")
	f.Add("From: postmaster@x\nSubject: undeliverable mail", "x\nFinal-Recipient: rfc822; a@b\nStatus: 5.1.1\n")
	f.Add("X-AHMAILID: 1", ">>> a@b.example \xff İ \n5.1.1")
	f.Fuzz(func(t *testing.T, header, text string) {
		clean := func(s string) string {
			return string(bytes.ReplaceAll(bytes.ToValidUTF8([]byte(s), nil), []byte{0}, nil))
		}
		m := note(clean(header), clean(text))
		b, ok := report.Recognise(m)
		if !ok {
			return
		}
		assert.NotEmpty(t, b.Status.Recipients)
		assert.LessOrEqual(t, len(b.Status.Recipients), 5000)
		for _, r := range b.Status.Recipients {
			assert.NotEmpty(t, r.Recipient())
		}
		b.Status.Fill(m, nil)
		assert.NotNil(t, report.Parts(m, nil))
		assert.Contains(t, props.PidTagMessageClass.Or(m, ""), "REPORT.IPM.Note.")
	})
}
