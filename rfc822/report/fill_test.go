package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// sent is a message to three recipients.
func sent() *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Note")
	props.PidTagSubject.Set(m, "Feeding at noon")
	props.PidTagNormalizedSubject.Set(m, "Feeding at noon")
	props.PidTagInternetMessageId.Set(m, "<m1@zoo.example>")
	props.PidTagSearchKey.Set(m, []byte{1, 2, 3})
	props.PidTagClientSubmitTime.Set(m, time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC))
	props.PidTagMessageDeliveryTime.Set(m, time.Date(2026, 3, 3, 8, 0, 5, 0, time.UTC))
	props.PidTagSenderName.Set(m, "Ada")
	props.PidTagSenderAddressType.Set(m, "SMTP")
	props.PidTagSenderEmailAddress.Set(m, "ada@zoo.example")
	props.PidTagSenderSmtpAddress.Set(m, "ada@zoo.example")
	props.PidTagSentRepresentingName.Set(m, "Ada")
	props.PidTagSentRepresentingSmtpAddress.Set(m, "ada@zoo.example")
	props.PidTagBody.Set(m, "Bring leaves.")
	for _, to := range []string{"keeper2@zoo.example", "okapi@zoo.example", "giraffe@zoo.example"} {
		m.Recipients = append(m.Recipients, row(strings.ToUpper(to[:1])+to[1:strings.IndexByte(to, '@')], to))
	}
	return m
}

func row(name, address string) *mapi.Recipient {
	r := &mapi.Recipient{}
	props.PidTagRecipientType.Set(r, mapi.RecipientTo)
	props.PidTagDisplayName.Set(r, name)
	props.PidTagAddressType.Set(r, "SMTP")
	props.PidTagEmailAddress.Set(r, address)
	props.PidTagSmtpAddress.Set(r, address)
	return r
}

// noted is a mail to Ada that a report is filled into.
func noted() *mapi.Message {
	m := &mapi.Message{Recipients: []*mapi.Recipient{row("Ada", "ada@zoo.example")}}
	props.PidTagClientSubmitTime.Set(m, time.Date(2026, 3, 3, 8, 20, 0, 0, time.UTC))
	props.PidTagBody.Set(m, "It failed.")
	return m
}

func TestDeliveryReportFillsMessageAndRecipients(t *testing.T) {
	m := noted()
	report.Parse("message/delivery-status", zoo, nil).Fill(m, sent())
	propstest.Golden(t, m, "testdata/delivery.props")
}

func TestReadReceiptFillsMessage(t *testing.T) {
	m := noted()
	report.Parse("message/disposition-notification", lines("Final-Recipient: rfc822; keeper2@zoo.example",
		"Original-Message-ID: <m1@zoo.example>", "Disposition: manual-action/MDN-sent-automatically; displayed",
		"X-MSExch-Correlation-Key: AAEC", "X-Display-Name: The Keeper"), nil).Fill(m, nil)
	propstest.Golden(t, m, "testdata/read.props")
}

func TestComplaintKeepsAllFields(t *testing.T) {
	m := noted()
	report.Parse("message/feedback-report", lines("Feedback-Type: abuse", "User-Agent: Zoo/1", "Version: 1",
		"Original-Mail-From: <lion@savanna.example>", "Original-Rcpt-To: <ada@zoo.example>",
		"Arrival-Date: Tue, 3 Mar 2026 09:15:00 +0000", "Source-IP: 192.0.2.9"), nil).Fill(m, sent())
	propstest.Golden(t, m, "testdata/complaint.props")
}

// MS-OXCMAIL 2.2.3.7.1.1: the most severe action makes the class.
func TestMostSevereActionMakesTheClass(t *testing.T) {
	tests := []struct {
		name, actions, class string
	}{
		{"failed is worst", "delivered delayed failed expanded", "REPORT.IPM.Note.NDR"},
		{"then delayed", "relayed delayed delivered", "REPORT.IPM.Note.Delayed.DR"},
		{"then relayed", "delivered expanded relayed", "REPORT.IPM.Note.Relayed.DR"},
		{"then expanded", "delivered expanded", "REPORT.IPM.Note.Expanded.DR"},
		{"then delivered", "delivered", "REPORT.IPM.Note.DR"},
		{"an action that nobody knows counts by its status", "exploded", "REPORT.IPM.Note.NDR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &report.DeliveryStatus{}
			for _, a := range strings.Fields(tt.actions) {
				d.Recipients = append(d.Recipients, report.RecipientStatus{
					FinalRecipient: report.Typed{Type: "rfc822", Value: a + "@zoo.example"}, Action: report.Action(a)})
			}
			m := noted()
			d.Fill(m, nil)
			assert.Equal(t, tt.class, props.PidTagMessageClass.Or(m, ""))
			assert.Len(t, m.Recipients, len(d.Recipients), "each recipient is a row, whatever became of it")
		})
	}
}

func TestClassOfTheOriginalIsInTheClass(t *testing.T) {
	original := sent()
	for class, want := range map[string]string{
		"IPM.Schedule.Meeting.Request":    "REPORT.IPM.Schedule.Meeting.Request.NDR",
		"REPORT.IPM.Note.NDR":             "REPORT.IPM.Note.NDR",
		"IPM." + strings.Repeat("x", 300): "REPORT.IPM.Note.NDR",
	} {
		props.PidTagMessageClass.Set(original, class)
		m := noted()
		report.Parse("message/delivery-status", zoo, nil).Fill(m, original)
		assert.Equal(t, want, props.PidTagMessageClass.Or(m, ""))
	}
}

// MS-OXCMAIL 2.2.3.7.1.3.
func TestStatusBecomesDiagnosisAndReason(t *testing.T) {
	tests := []struct {
		status string
		diag   mapi.NDRDiagnostic
		reason mapi.NDRReason
	}{
		{"5.1.1", 35, 1}, {"5.1.2", 48, 0}, {"5.1.3", 32, 0}, {"5.1.4", 1, 0}, {"5.1.6", 40, 0}, {"5.1.5", 0, 0}, {"5.1.10", 0, 0},
		{"5.2.1", 38, 0}, {"5.2.2", 13, 0}, {"5.2.3", 13, 0}, {"5.2.4", 30, 0}, {"5.2.0", 38, 0},
		{"5.3.2", -1, 0}, {"5.3.3", 18, 0}, {"5.3.4", 13, 0}, {"5.3.5", 18, 0}, {"5.3.0", 38, 0},
		{"4.4.0", -1, 0}, {"4.4.1", 2, 0}, {"4.4.3", -1, 6}, {"5.4.4", -1, 0}, {"5.4.6", 3, 0}, {"4.4.7", 5, 0}, {"5.4.8", 3, 0},
		{"5.5.3", 16, 0}, {"5.5.4", 11, 0}, {"5.5.0", 17, 0},
		{"5.6.2", 9, 0}, {"5.6.3", 8, 0}, {"5.6.4", 25, 0}, {"5.6.5", -1, 2}, {"5.6.1", 15, 0},
		{"5.7.1", 29, 0}, {"5.7.2", 28, 0}, {"5.7.3", 26, 0}, {"5.7.26", 46, 0}, {"5.0.0", -1, 0}, {"5.8.1", -1, 0},
	}
	for _, tt := range tests {
		s, ok := report.ParseStatus(tt.status)
		require.True(t, ok)
		diag, reason := s.Diagnosis()
		assert.Equal(t, []any{tt.diag, tt.reason}, []any{diag, reason}, tt.status)
	}
}

// MS-OXCMAIL 2.2.3.7.1.2.
func TestSupplementHoldsHostStatusAndText(t *testing.T) {
	tests := []struct {
		name, fields, want string
	}{
		{"all of them", "Remote-MTA: dns; mx.example|Status: 5.7.26|Diagnostic-Code: smtp; 550 <no> #way", "<mx.example #5.7.26 smtp; 550 <no> #way>"},
		{"no host", "Status: 5.1.1|Diagnostic-Code: smtp; 550 no", "< #5.1.1 smtp; 550 no>"},
		{"no text", "Remote-MTA: dns; mx.example|Status: 5.1.1", "<mx.example #5.1.1>"},
		{"as the report has it", "Status: 5.1.1|X-Supplementary-Info: what they said", "what they said"},
		{"nothing known", "Action: failed", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := lines(append([]string{"Final-Recipient: rfc822; a@b.example"}, strings.Split(tt.fields, "|")...)...)
			m := noted()
			d := report.ParseDeliveryStatus(body, nil)
			d.Fill(m, nil)
			assert.Equal(t, tt.want, props.PidTagSupplementaryInfo.Or(m.Recipients[0], ""))
			back := report.ContentOf(m).(*report.DeliveryStatus).Recipients[0]
			assert.Equal(t, d.Recipients[0].Diagnostic, back.Diagnostic)
			if !d.Recipients[0].Status.IsZero() {
				assert.Equal(t, d.Recipients[0].Status, back.Status, "with all digits")
			}
		})
	}
}

func TestReasonIsTakenFromTheTextWhenTheStatusSaysNone(t *testing.T) {
	r := report.RecipientStatus{Status: report.Status{Class: 5}, Diagnostic: report.Typed{Type: "smtp", Value: "550 <a@b.example>: User unknown"}}
	assert.Equal(t, "5.1.1", r.Reason().String())
	r.Diagnostic.Value = "554 nothing to say"
	assert.Equal(t, "5.0.0", r.Reason().String())
	r.Status = report.Status{Class: 4, Subject: 4, Detail: 7}
	assert.Equal(t, "4.4.7", r.Reason().String(), "a status that says something holds")
}

func TestWhoAReportGoesTo(t *testing.T) {
	m := noted()
	report.Parse("message/delivery-status", zoo, nil).Fill(m, nil)
	to, ok := report.Destination(m)
	assert.True(t, ok)
	assert.Equal(t, report.Mailbox{Name: "Ada", Address: "ada@zoo.example"}, to, "the recipient of the mail")
	m = &mapi.Message{}
	report.Parse("message/delivery-status", zoo, nil).Fill(m, sent())
	to, _ = report.Destination(m)
	assert.Equal(t, "ada@zoo.example", to.Address, "or the sender of the original")
	_, ok = report.Destination(&mapi.Message{})
	assert.False(t, ok)
}
