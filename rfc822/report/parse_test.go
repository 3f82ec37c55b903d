package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// lines joins lines with CRLF.
func lines(list ...string) []byte { return []byte(strings.Join(list, "\r\n") + "\r\n") }

// zoo is a report on three recipients with different fates.
var zoo = lines(
	"Original-Envelope-Id: Z-17",
	"Reporting-MTA: dns; gate.zoo.example",
	"Received-From-MTA: DNS; lodge.zoo.example",
	"Arrival-Date: Tue, 3 Mar 2026 09:15:00 +0100",
	"X-Queue: q7",
	"",
	"Original-Recipient: rfc822;keeper@zoo.example",
	"Final-Recipient: RFC822; keeper2@zoo.example",
	"Action: Failed (for good)",
	"Status: 5.1.1 (no such user)",
	"Remote-MTA: dns; mx.zoo.example",
	"Diagnostic-Code: smtp; 550 5.1.1 <keeper2@zoo.example>: nobody",
	"    of that name",
	"Last-Attempt-Date: Tue, 3 Mar 2026 09:16:00 +0100",
	"X-Display-Name: The Keeper",
	"",
	"Final-Recipient: rfc822; okapi@zoo.example",
	"Action: delivered",
	"Status: 2.1.5",
	"",
	"Final-Recipient: rfc822; giraffe@zoo.example",
	"Action: delayed",
	"Status: 4.4.1",
	"Will-Retry-Until: Thu, 5 Mar 2026 09:15:00 +0100",
)

func TestParseDeliveryStatus(t *testing.T) {
	d := report.ParseDeliveryStatus(zoo, nil)
	assert.Equal(t, "Z-17", d.EnvelopeID)
	assert.Equal(t, report.Typed{Type: "dns", Value: "gate.zoo.example"}, d.ReportingMTA)
	assert.Equal(t, time.Date(2026, 3, 3, 8, 15, 0, 0, time.UTC), d.ArrivalDate.UTC())
	assert.Equal(t, []report.Field{{Name: "X-Queue", Value: "q7"}}, d.Extra)
	require.Len(t, d.Recipients, 3)
	r := d.Recipients[0]
	assert.Equal(t, "keeper2@zoo.example", r.Recipient())
	assert.Equal(t, "keeper@zoo.example", r.OriginalRecipient.Value)
	assert.Equal(t, report.ActionFailed, r.Action)
	assert.Equal(t, report.Status{Class: 5, Subject: 1, Detail: 1}, r.Status)
	assert.Equal(t, "smtp; 550 5.1.1 <keeper2@zoo.example>: nobody of that name", r.Diagnostic.String())
	assert.Equal(t, "The Keeper", r.DisplayName)
	assert.False(t, r.LastAttempt.IsZero())
	assert.Equal(t, report.ActionDelayed, d.Recipients[2].Action)
	assert.False(t, d.Recipients[2].WillRetryUntil.IsZero())
	assert.Equal(t, report.ActionFailed, d.Action(), "the most severe action of all")
}

func TestDeliveryStatusIsReadLeniently(t *testing.T) {
	tests := []struct {
		name string
		body []byte
		want []string // recipient action status
	}{
		{"several blank lines between groups", lines("", "", "Reporting-MTA: dns; a.example", "", "", "",
			"Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.0.0", "", ""), []string{"a@b.example failed 5.0.0"}},
		{"no blank line after the fields of the message", lines("Reporting-MTA: dns; a.example",
			"Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.2.2"), []string{"a@b.example failed 5.2.2"}},
		{"no blank line between recipients", lines("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.1.1",
			"Final-Recipient: rfc822; c@b.example", "Action: delayed", "Status: 4.1.1"),
			[]string{"a@b.example failed 5.1.1", "c@b.example delayed 4.1.1"}},
		{"a blank line within a recipient", lines("Final-Recipient: rfc822; a@b.example", "", "Action: failed", "Status: 5.1.1"),
			[]string{"a@b.example failed 5.1.1"}},
		{"action before the recipient, in a group of its own", lines("Action: failed", "Status: 5.1.1", "", "Final-Recipient: rfc822; a@b.example"),
			[]string{"a@b.example failed 5.1.1"}},
		{"an address without a type", lines("Final-Recipient: a@b.example", "Action: failed", "Status: 5.1.1"), []string{"a@b.example failed 5.1.1"}},
		{"an address in brackets with a comment", lines("Final-Recipient: rfc822; <a@b.example> (Ada)", "Action: failed", "Status: 5.1.1"),
			[]string{"a@b.example failed 5.1.1"}},
		{"only the original recipient", lines("Original-Recipient: <a@b.example>", "Action: failed"), []string{"a@b.example failed "}},
		{"LF alone", []byte("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"), []string{"a@b.example failed 5.1.1"}},
		{"no line end at the end", []byte("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1"), []string{"a@b.example failed 5.1.1"}},
		{"the header of a part within", lines("Content-Type: text/plain", "MIME-Version: 1.0", "", "Final-Recipient: rfc822; a@b.example", "Action: failed"),
			[]string{"a@b.example failed "}},
		{"lines that are no fields", lines("????", "Final-Recipient: rfc822; a@b.example", "bla bla", "Action: failed", ": x"), []string{"a@b.example failed "}},
		{"a long detail", lines("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.1.351"), []string{"a@b.example failed 5.1.351"}},
		{"a status that is none", lines("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 511"), []string{"a@b.example failed "}},
		{"an international address (RFC 6533)", lines("Final-Recipient: utf-8; \\x{41B}\\x{435}v@b.example", "Action: failed", "Status: 5.6.7"),
			[]string{"Леv@b.example failed 5.6.7"}},
		{"an international address in UTF-8", lines("Final-Recipient: utf-8; Лев@b.example", "Action: failed", "Status: 5.6.7"),
			[]string{"Лев@b.example failed 5.6.7"}},
		{"an address whose escapes are none", lines("Final-Recipient: utf-8; \\x{}\\x{FFFFFFF}\\x{4g}\\x{41}\\x{@b.example", "Action: fail"),
			[]string{"\\x{}\\x{FFFFFFF}\\x{4g}A\\x{@b.example failed "}},
		{"actions of other words", lines("Final-Recipient: rfc822; a@b.example", "Action: deliverable", "", "Final-Recipient: rfc822; c@b.example", "Action: Failure;"),
			[]string{"a@b.example delivered ", "c@b.example failed "}},
		{"a file as recipient", lines("Final-Recipient: x-local; /var/mail/a", "Action: failed", "Status: 5.0.0"), []string{"/var/mail/a failed 5.0.0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := report.ParseDeliveryStatus(tt.body, nil)
			var got []string
			for _, r := range d.Recipients {
				got = append(got, r.Recipient()+" "+string(r.Action)+" "+r.Status.String())
			}
			assert.Equal(t, tt.want, got)
			assert.Empty(t, d.Extra)
		})
	}
}

func TestParseDisposition(t *testing.T) {
	body := lines("Reporting-UA: pc7.zoo.example; Okapi Mail 1.0", "MDN-Gateway: smtp; gate.zoo.example",
		"Original-Recipient: rfc822;keeper@zoo.example", "Final-Recipient: rfc822; ada@zoo.example",
		"Original-Message-ID: <m1@zoo.example>", "Disposition: manual-action/MDN-sent-manually ; Displayed/error, expired",
		"X-MSExch-Correlation-Key: AAEC", "Error: none really", "X-Display-Name: =?utf-8?q?Ad=C3=A4?=")
	assert.Equal(t, &report.Disposition{
		ReportingUA:       "pc7.zoo.example; Okapi Mail 1.0",
		Gateway:           report.Typed{Type: "smtp", Value: "gate.zoo.example"},
		OriginalRecipient: report.Typed{Type: "rfc822", Value: "keeper@zoo.example"},
		FinalRecipient:    report.Typed{Type: "rfc822", Value: "ada@zoo.example"},
		OriginalMessageID: "<m1@zoo.example>",
		Mode:              "manual-action/MDN-sent-manually",
		Type:              "displayed",
		Modifiers:         []string{"error", "expired"},
		DisplayName:       "Adä",
		CorrelationKey:    []byte{0, 1, 2},
		Extra:             []report.Field{{Name: "Error", Value: "none really"}},
	}, report.ParseDisposition(body, nil))
}

func TestDispositionIsReadLeniently(t *testing.T) {
	tests := []struct {
		name, field, mode, kind string
		read                    bool
	}{
		{"as RFC 8098 has it", "automatic-action/MDN-sent-automatically; deleted", "automatic-action/MDN-sent-automatically", "deleted", false},
		{"no mode", "displayed", "", "displayed", true},
		{"blanks within", "manual-action / MDN-sent-manually ;  displayed", "manual-action/MDN-sent-manually", "displayed", true},
		{"denied is not read", "x; denied", "x", "denied", false},
		{"failed is not read", "x; failed", "x", "failed", false},
		{"processed counts as read", "x; processed", "x", "processed", true},
		{"dispatched counts as read", "x; dispatched", "x", "dispatched", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := report.ParseDisposition(lines("Disposition: "+tt.field), nil)
			assert.Equal(t, []any{tt.mode, tt.kind, tt.read}, []any{d.Mode, d.Type, d.IsRead()})
		})
	}
}

func TestParseFeedback(t *testing.T) {
	f := report.ParseFeedback(lines("Feedback-Type: Abuse", "User-Agent: Zoo/1", "Version: 1",
		"Original-Mail-From: <lion@savanna.example>", "Original-Rcpt-To: <ada@zoo.example>", "Original-Rcpt-To: <bob@zoo.example>",
		"Arrival-Date: Tue, 3 Mar 2026 09:15:00 +0000", "Reported-URI: http://savanna.example/", "Unknown: kept"), nil)
	assert.Equal(t, "abuse", f.Type)
	assert.Equal(t, []string{"ada@zoo.example", "bob@zoo.example"}, f.Recipients())
	assert.Equal(t, "kept", f.Get("unknown"))
	assert.Equal(t, 2026, f.Arrival().Year())
	assert.Len(t, f.Fields, 9)
}

func TestParseKnowsItsTypes(t *testing.T) {
	for _, kind := range []string{"message/delivery-status", "message/global-delivery-status"} {
		assert.True(t, report.IsMachine(kind))
		assert.IsType(t, &report.DeliveryStatus{}, report.Parse(kind, zoo, nil))
	}
	for _, kind := range []string{"message/disposition-notification", "message/global-disposition-notification"} {
		assert.True(t, report.IsMachine(kind))
		assert.IsType(t, &report.Disposition{}, report.Parse(kind, lines("Disposition: x; displayed"), nil))
	}
	assert.IsType(t, &report.Feedback{}, report.Parse("message/feedback-report", lines("Feedback-Type: fraud"), nil))
	assert.Nil(t, report.Parse("text/plain", zoo, nil))
	var rules []entity.Rule
	note := &report.ParseOptions{Report: func(i report.Issue) { rules = append(rules, i.Rule) }}
	assert.Nil(t, report.Parse("message/delivery-status", []byte("nothing"), note), "an empty part makes no report")
	assert.Equal(t, []entity.Rule{report.RuleEmpty}, rules)
}

func TestParseIsBounded(t *testing.T) {
	one := string(lines("Final-Recipient: rfc822; a@b.example", "Action: failed", ""))
	tests := []struct {
		name string
		body string
		rule entity.Rule
	}{
		{"recipients", strings.Repeat(one, 6_000), report.RuleRecipients},
		{"fields", one + strings.Repeat("X-A: b\r\n", 60_000), report.RuleSize},
		{"bytes", one + strings.Repeat("X-A: "+strings.Repeat("b", 1000)+"\r\n", 2_000), report.RuleSize},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var rules []entity.Rule
			d := report.ParseDeliveryStatus([]byte(tt.body), &report.ParseOptions{Report: func(i report.Issue) { rules = append(rules, i.Rule) }})
			assert.Contains(t, rules, tt.rule)
			assert.NotEmpty(t, d.Recipients, "what was read holds")
			assert.LessOrEqual(t, len(d.Recipients), 5_000)
		})
	}
	d := report.ParseDeliveryStatus([]byte("Final-Recipient: rfc822; a@b.example\nDiagnostic-Code: smtp; "+
		strings.Repeat("x\n ", 300_000)), nil)
	assert.LessOrEqual(t, len(d.Recipients[0].Diagnostic.Value), 40<<10, "one value")
}

func TestStatusCodes(t *testing.T) {
	tests := []struct {
		name   string
		status report.Status
		code   int32
		back   string
	}{
		{"digits side by side", report.Status{Class: 5, Subject: 1, Detail: 1}, 511, "5.1.1"},
		{"a detail above 9 counts as 0", report.Status{Class: 5, Subject: 7, Detail: 26}, 570, "5.7.0"},
		{"success", report.Status{Class: 2, Subject: 1, Detail: 5}, 215, "2.1.5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.code, tt.status.Code())
			back, ok := report.StatusOf(tt.code)
			assert.True(t, ok)
			assert.Equal(t, tt.back, back.String())
		})
	}
	for _, bad := range []int32{0, -1, 99, 311, 600, 1 << 30} {
		_, ok := report.StatusOf(bad)
		assert.False(t, ok, "%d", bad)
	}
	for _, bad := range []string{"", "5", "5.1", "5.1.", "6.1.1", "3.1.1", "5.1.1234", "5.1.1x", "a.b.c", "5,1,1"} {
		_, ok := report.ParseStatus(bad)
		assert.False(t, ok, "%q", bad)
	}
}
