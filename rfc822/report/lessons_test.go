package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// What existing stores got wrong with reports, and what is right. Numbers are those of
// the list of lessons.

// 11: fields with bare LF were not read.
func TestReportsWithBareLFAreRead(t *testing.T) {
	unix := bytes.ReplaceAll(zoo, []byte("\r\n"), []byte("\n"))
	assert.Equal(t, report.ParseDeliveryStatus(zoo, nil), report.ParseDeliveryStatus(unix, nil))
	d := report.ParseDisposition([]byte("Final-Recipient: rfc822; a@zoo.example\nDisposition: x; deleted\n"), nil)
	assert.Equal(t, "deleted", d.Type)
}

// 4: a field that is there but empty counted as a value.
func TestEmptyFieldsOfReportsAreAbsent(t *testing.T) {
	d := report.ParseDeliveryStatus(lines("Reporting-MTA:", "Arrival-Date: ", "", "Final-Recipient: rfc822; a@zoo.example",
		"Action: failed", "Status:", "Remote-MTA: dns;", "Diagnostic-Code:"), nil)
	m := noted()
	d.Fill(m, nil)
	assert.False(t, m.Has(props.PidTagReportingMessageTransferAgent.Prop()))
	assert.False(t, m.Has(props.PidTagReportTime.Prop()))
	for _, p := range []mapi.Prop{props.PidTagRemoteMessageTransferAgent.Prop(), props.PidTagNonDeliveryReportStatusCode.Prop(),
		props.PidTagSupplementaryInfo.Prop(), props.PidTagReportText.Prop()} {
		assert.False(t, m.Recipients[0].Has(p), "%v", p)
	}
}

// 9: dates with odd zones or without a weekday became nothing, or another time.
func TestDatesOfReportsAreReadLeniently(t *testing.T) {
	for _, s := range []string{"3 Mar 2026 17:15:00 +0900", "Tue, 3 Mar 2026 08:15 GMT", "2026-03-03T08:15:00Z"} {
		d := report.ParseDeliveryStatus(lines("Arrival-Date: "+s), nil)
		assert.Equal(t, "08:15", d.ArrivalDate.UTC().Format("15:04"), s)
	}
}

// 17: a recipient without an SMTP address failed the whole report.
func TestUnresolvableRecipientDoesNotFailAReport(t *testing.T) {
	ex, named := &mapi.Recipient{}, &mapi.Recipient{}
	props.PidTagDisplayName.Set(ex, "Keeper")
	props.PidTagAddressType.Set(ex, "EX")
	props.PidTagEmailAddress.Set(ex, "/o=Zoo/cn=keeper")
	props.PidTagDisplayName.Set(named, "Somebody")
	m := &mapi.Message{Recipients: []*mapi.Recipient{ex, named, {}}}
	props.PidTagMessageClass.Set(m, "REPORT.IPM.Note.NDR")
	parts := report.Parts(m, nil)
	require.Len(t, parts, 2)
	text := string(parts[1].Data)
	assert.Contains(t, text, "Final-Recipient: ex; /o=Zoo/cn=keeper\r\n")
	assert.Contains(t, text, "Final-Recipient: unknown; Somebody\r\n")
	assert.Equal(t, 3, strings.Count(text, "Action: failed\r\nStatus: 5.0.0\r\n"))
}

// 18: a message without class, body and recipients was refused.
func TestReportOnAnEmptyMessage(t *testing.T) {
	m := &mapi.Message{}
	props.PidTagSenderSmtpAddress.Set(m, "ada@zoo.example")
	r, err := report.NDR(m, []report.RecipientStatus{failure("a@zoo.example", "5.1.1", "")}, steady())
	require.NoError(t, err)
	assert.Equal(t, "REPORT.IPM.Note.NDR", props.PidTagMessageClass.Or(r, ""))
	assert.Equal(t, "Undeliverable: ", props.PidTagSubject.Or(r, ""))
	assert.Len(t, report.Parts(r, nil), 3)
	empty := &mapi.Message{}
	props.PidTagMessageClass.Set(empty, "REPORT.IPM.Note.DR")
	assert.Len(t, report.Parts(empty, nil), 2)
}

// 20: two machines wrote to each other for ever.
func TestReportsAreNeverAnswered(t *testing.T) {
	ndr, err := report.NDR(asking(), []report.RecipientStatus{failure("a@zoo.example", "5.1.1", "")}, steady())
	require.NoError(t, err)
	read, err := report.Read(asking(), keeper, steady())
	require.NoError(t, err)
	o := steady()
	o.Unasked, o.Consent = true, true
	for _, m := range []*mapi.Message{ndr, read} {
		for kind := report.KindNDR; kind <= report.KindNotRead; kind++ {
			assert.ErrorIs(t, report.Wanted(m, kind, o), report.ErrUnwanted, "%v", kind)
			mail := m.Clone() // as a program takes it that knows no reports
			props.PidTagMessageClass.Set(mail, "IPM.Note")
			assert.ErrorIs(t, report.Wanted(mail, kind, o), report.ErrUnwanted, "%v", kind)
		}
		assert.Equal(t, "auto-replied", m.Get(mapi.NamedString(mapi.PSInternetHeaders, "Auto-Submitted", mapi.PtypString)))
	}
}

// 21: depth bombs: a report is looked for only so deep, and not in attached mails.
func TestReportIsNotLookedForInAttachedMail(t *testing.T) {
	attached := "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\n\nlook\n--a\nContent-Type: message/rfc822\n\n" +
		"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n--b--\n--a--\n"
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=%\n\n--%\n", 30) + "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n"
	for i := range 30 {
		deep = strings.Replace(deep, "%", string(rune('A'+i)), 2)
	}
	for _, mail := range []string{attached, deep} {
		root, err := entity.Parse(entity.Bytes(mail), int64(len(mail)), nil)
		require.NoError(t, err)
		assert.Nil(t, report.Find(root).Content)
	}
}

// 25: a text of a report could write fields, or a line of its own.
func TestReportCannotBeInjected(t *testing.T) {
	evil := "550 no\r\nAction: delivered\r\n\r\nFinal-Recipient: rfc822; eve@b.example"
	r := failure("a@zoo.example", "5.1.1", evil)
	r.DisplayName = "A\nStatus: 2.0.0"
	m, err := report.NDR(sent(), []report.RecipientStatus{r}, steady())
	require.NoError(t, err)
	d := report.ParseDeliveryStatus(report.Parts(m, nil)[1].Data, nil)
	require.Len(t, d.Recipients, 1)
	assert.Equal(t, "a@zoo.example", d.Recipients[0].Recipient())
	assert.Equal(t, report.ActionFailed, d.Recipients[0].Action)
	assert.Equal(t, "5.1.1", d.Recipients[0].Status.String())
}

// RFC 6533: addresses beyond ASCII, in both forms of the part.
func TestInternationalReports(t *testing.T) {
	m, err := report.NDR(sent(), []report.RecipientStatus{failure("жираф@zoo.example", "5.6.7", "550 нет")}, steady())
	require.NoError(t, err)
	ascii := report.Parts(m, nil)[1]
	assert.Equal(t, "message/delivery-status", ascii.Type)
	assert.Contains(t, string(ascii.Data), `Final-Recipient: utf-8; \x{436}\x{438}\x{440}\x{430}\x{444}@zoo.example`)
	utf8 := report.Parts(m, &report.PartsOptions{UTF8: true})[1]
	assert.Equal(t, "message/global-delivery-status", utf8.Type)
	assert.Contains(t, string(utf8.Data), "Final-Recipient: utf-8; жираф@zoo.example")
	for _, p := range []report.Part{ascii, utf8} {
		d := report.ParseDeliveryStatus(p.Data, nil)
		assert.Equal(t, "жираф@zoo.example", d.Recipients[0].Recipient())
		assert.Equal(t, "550 нет", d.Recipients[0].Diagnostic.Value)
	}
	plain, err := report.NDR(sent(), []report.RecipientStatus{failure("a@zoo.example", "5.1.1", "")}, steady())
	require.NoError(t, err)
	assert.Equal(t, "message/delivery-status", report.Parts(plain, &report.PartsOptions{UTF8: true})[1].Type, "ASCII needs no other type")
}

// MS-OXCMAIL 2.1.3.6.1.2: messages of other programs have a diagnosis instead of a status.
func TestDiagnosisIsWrittenAsStatus(t *testing.T) {
	tests := []struct {
		name   string
		class  string
		diag   mapi.NDRDiagnostic
		reason mapi.NDRReason
		want   string
	}{
		{"unknown recipient", "NDR", mapi.NDRDiagnosticMailRecipientUnknown, mapi.NDRReasonTransferImpossible, "5.1.1"},
		{"unknown recipient without its reason", "NDR", mapi.NDRDiagnosticMailRecipientUnknown, 0, "5.1.1"},
		{"a loop", "NDR", mapi.NDRDiagnosticLoopDetected, 0, "5.4.6"},
		{"a reason that MIME does not know", "NDR", mapi.NDRDiagnosticLoopDetected, mapi.NDRReasonRestrictedDelivery, "5.4.6"},
		{"the directory does not answer", "Delayed.DR", mapi.NDRDiagnosticNoDiagnostic, mapi.NDRReasonDirectoryOperationFailed, "4.4.3"},
		{"nothing known", "NDR", mapi.NDRDiagnosticNoDiagnostic, 0, "5.0.0"},
		{"delivered all the same", "DR", mapi.NDRDiagnosticLoopDetected, 0, "2.0.0"},
		{"relayed", "Relayed.DR", mapi.NDRDiagnosticNoDiagnostic, 0, "2.0.0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := row("Ada", "ada@zoo.example")
			props.PidTagNonDeliveryReportDiagCode.Set(r, tt.diag)
			props.PidTagNonDeliveryReportReasonCode.Set(r, tt.reason)
			m := &mapi.Message{Recipients: []*mapi.Recipient{r}}
			props.PidTagMessageClass.Set(m, "REPORT.IPM.Note."+tt.class)
			d := report.ContentOf(m).(*report.DeliveryStatus)
			assert.Equal(t, tt.want, d.Recipients[0].Status.String())
		})
	}
}

// 11: a line that was too long broke on its way.
func TestLinesOfReportsAreShort(t *testing.T) {
	for _, word := range []string{strings.Repeat("x", 5000), strings.Repeat("ж", 5000), strings.Repeat("x ", 2500), strings.Repeat(" x", 2500) + strings.Repeat(" ", 3000) + "y"} {
		m, err := report.NDR(sent(), []report.RecipientStatus{failure("a@zoo.example", "5.1.1", word)}, steady())
		require.NoError(t, err)
		for _, utf8 := range []bool{false, true} {
			p := report.Parts(m, &report.PartsOptions{UTF8: utf8})[1]
			for line := range strings.SplitSeq(string(p.Data), "\r\n") {
				assert.LessOrEqual(t, len(line), 998)
			}
			d := report.ParseDeliveryStatus(p.Data, nil)
			require.Len(t, d.Recipients, 1)
			squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
			assert.Equal(t, squeeze(word), squeeze(d.Recipients[0].Diagnostic.Value))
		}
	}
}
