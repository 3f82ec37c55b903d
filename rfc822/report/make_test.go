package report_test

import (
	"encoding/binary"
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

// steady are options that give the same report every time.
func steady() *report.Options {
	return &report.Options{
		ReportingMTA: "gate.zoo.example",
		Now:          func() time.Time { return time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC) },
		MessageID:    func() string { return "<r1@gate.zoo.example>" },
	}
}

func failure(address, status, text string) report.RecipientStatus {
	s, _ := report.ParseStatus(status)
	r := report.RecipientStatus{FinalRecipient: report.Typed{Type: "rfc822", Value: address}, Status: s}
	if text != "" {
		r.Diagnostic = report.Typed{Type: "smtp", Value: text}
		r.RemoteMTA = report.Typed{Type: "dns", Value: "mx.zoo.example"}
	}
	return r
}

func asking() *mapi.Message {
	m := sent()
	props.PidTagReadReceiptRequested.Set(m, true)
	props.PidTagNonReceiptNotificationRequested.Set(m, true)
	props.PidTagOriginatorDeliveryReportRequested.Set(m, true)
	return m
}

var keeper = report.Mailbox{Name: "The Keeper", Address: "keeper2@zoo.example"}

func TestMadeReports(t *testing.T) {
	failed := []report.RecipientStatus{
		failure("keeper2@zoo.example", "5.1.1", "550 5.1.1 nobody of that name"),
		failure("giraffe@zoo.example", "", "552 mailbox is full"),
	}
	tests := []struct {
		name string
		make func() (*mapi.Message, error)
	}{
		{"ndr", func() (*mapi.Message, error) { return report.NDR(asking(), failed, steady()) }},
		{"delayed", func() (*mapi.Message, error) { return report.Delayed(asking(), failed[1:], steady()) }},
		{"delivered", func() (*mapi.Message, error) {
			return report.Delivered(asking(), []report.RecipientStatus{failure("okapi@zoo.example", "2.1.5", "")}, steady())
		}},
		{"receipt", func() (*mapi.Message, error) { return report.Read(asking(), keeper, steady()) }},
		{"notread", func() (*mapi.Message, error) { return report.NotRead(asking(), keeper, steady()) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := tt.make()
			require.NoError(t, err)
			propstest.Golden(t, m, "testdata/made-"+tt.name+".props")
			again, err := tt.make()
			require.NoError(t, err)
			assert.Equal(t, propstest.Dump(t, m), propstest.Dump(t, again), "the same input gives the same report")
		})
	}
}

func TestMadeReportsAreReadAsTheyWereMade(t *testing.T) {
	o := steady()
	o.Return = report.ReturnNone
	ndr, err := report.NDR(asking(), []report.RecipientStatus{failure("keeper2@zoo.example", "5.7.26", "550 5.7.26 no")}, o)
	require.NoError(t, err)
	read, err := report.Read(asking(), keeper, o)
	require.NoError(t, err)
	for _, m := range []*mapi.Message{ndr, read} {
		base := m.Clone()
		parts := report.Parts(m, nil)
		require.Len(t, parts, 2)
		report.Parse(parts[1].Type, parts[1].Data, nil).Fill(base, asking())
		if m == ndr { // a mail has one time of its report: when the message came
			props.PidTagReportTime.Set(base, o.Now())
		}
		assert.Equal(t, propstest.Dump(t, m), propstest.Dump(t, base))
	}
}

func TestSubjectsOfReportsAreThoseOfOutlook(t *testing.T) {
	ndr, err := report.NDR(sent(), []report.RecipientStatus{failure("a@b.example", "5.1.1", "")}, steady())
	require.NoError(t, err)
	assert.Equal(t, "Undeliverable: Feeding at noon", props.PidTagSubject.Or(ndr, ""))
	done, err := report.Delivered(asking(), []report.RecipientStatus{failure("a@b.example", "2.0.0", "")}, steady())
	require.NoError(t, err)
	assert.Equal(t, "Delivered: Feeding at noon", props.PidTagSubject.Or(done, ""))
	read, err := report.Read(asking(), keeper, steady())
	require.NoError(t, err)
	assert.Equal(t, "Read: Feeding at noon", props.PidTagSubject.Or(read, ""))
	not, err := report.NotRead(asking(), keeper, steady())
	require.NoError(t, err)
	assert.Equal(t, "Not read: Feeding at noon", props.PidTagSubject.Or(not, ""))
	assert.Equal(t, "Not read: ", props.PidTagSubjectPrefix.Or(not, ""))
	assert.Equal(t, "Feeding at noon", props.PidTagNormalizedSubject.Or(not, ""))
}

func TestReportsInOtherLanguages(t *testing.T) {
	o := steady()
	o.Words = &report.Words{
		Undeliverable: "Unzustellbar: ",
		Delivery: func(_ report.Kind, _ *mapi.Message, d *report.DeliveryStatus) string {
			return "Nicht zugestellt: " + d.Recipients[0].Recipient()
		},
	}
	m, err := report.NDR(sent(), []report.RecipientStatus{failure("a@b.example", "5.1.1", "")}, o)
	require.NoError(t, err)
	assert.Equal(t, "Unzustellbar: Feeding at noon", props.PidTagSubject.Or(m, ""))
	assert.Equal(t, "Nicht zugestellt: a@b.example", props.PidTagBody.Or(m, ""))
	m, err = report.Read(asking(), keeper, o)
	require.NoError(t, err)
	assert.Equal(t, "Read: Feeding at noon", props.PidTagSubject.Or(m, ""), "what is missing is English")
	assert.Contains(t, props.PidTagBody.Or(m, ""), "was read by The Keeper")
}

func TestHowMuchIsReturned(t *testing.T) {
	list := []report.RecipientStatus{failure("a@b.example", "5.1.1", "")}
	for how, want := range map[report.Return]string{
		report.ReturnFull: "message/rfc822", report.ReturnHeaders: "text/rfc822-headers", report.ReturnNone: ""} {
		o := steady()
		o.Return = how
		m, err := report.NDR(sent(), list, o)
		require.NoError(t, err)
		parts := report.Parts(m, nil)
		if want == "" {
			assert.Len(t, parts, 2)
			continue
		}
		require.Len(t, parts, 3)
		assert.Equal(t, want, parts[2].Type)
		inner := m.Attachments[parts[2].Attachment].Embedded
		assert.Equal(t, how == report.ReturnFull, inner.Has(props.PidTagBody.Prop()))
	}
	m, err := report.Delivered(asking(), []report.RecipientStatus{failure("a@b.example", "2.0.0", "")}, steady())
	require.NoError(t, err)
	assert.Equal(t, "text/rfc822-headers", report.Parts(m, nil)[2].Type, "success returns no content (RFC 3461 4.3)")
	assert.True(t, sent().Has(props.PidTagBody.Prop()), "the original stays as it is")
}

func TestWhatIsWanted(t *testing.T) {
	set := func(f func(m *mapi.Message)) func(*mapi.Message, *report.Options) {
		return func(m *mapi.Message, _ *report.Options) { f(m) }
	}
	suppress := func(bits mapi.AutoResponseSuppress) func(*mapi.Message, *report.Options) {
		return set(func(m *mapi.Message) { props.PidTagAutoResponseSuppress.Set(m, bits) })
	}
	all := []report.Kind{report.KindNDR, report.KindDelayed, report.KindDelivered, report.KindRead, report.KindNotRead}
	receipts := []report.Kind{report.KindRead, report.KindNotRead}
	tests := []struct {
		name   string
		change func(*mapi.Message, *report.Options)
		not    []report.Kind // these are unwanted then
	}{
		{"everything that was asked for", set(func(*mapi.Message) {}), nil},
		{"not on a report", set(func(m *mapi.Message) { props.PidTagMessageClass.Set(m, "REPORT.IPM.Note.NDR") }), all},
		{"not on a receipt", set(func(m *mapi.Message) { props.PidTagMessageClass.Set(m, "Report.IPM.Note.IPNRN") }), all},
		{"not to nobody, as the transport says", func(_ *mapi.Message, o *report.Options) { o.EnvelopeFrom = "<>" }, all},
		{"not to nobody, as the header says", set(func(m *mapi.Message) {
			props.PidTagTransportMessageHeaders.Set(m, "Return-Path: <>\r\nSubject: x\r\n")
		}), all},
		{"not without a sender", set(func(m *mapi.Message) {
			m.Delete(props.PidTagSenderSmtpAddress.Prop(), props.PidTagSenderEmailAddress.Prop(), props.PidTagSentRepresentingSmtpAddress.Prop())
		}), all},
		{"no delivery report when suppressed", suppress(mapi.SuppressDR), []report.Kind{report.KindDelivered}},
		{"no NDR when suppressed", suppress(mapi.SuppressNDR), []report.Kind{report.KindNDR, report.KindDelayed}},
		{"no read receipt when suppressed", suppress(mapi.SuppressRN), []report.Kind{report.KindRead}},
		{"no non-read receipt when suppressed", suppress(mapi.SuppressNRN), []report.Kind{report.KindNotRead}},
		{"nothing when all is suppressed", suppress(-1), all},
		{"answers of persons only suppressed", suppress(mapi.SuppressOOF | mapi.SuppressAutoReply), nil},
		{"no receipts on mailings", set(func(m *mapi.Message) { props.PidTagInternetPrecedence.Set(m, "Bulk") }), receipts},
		{"no receipts of kinds that we do not know", set(func(m *mapi.Message) {
			props.PidTagTransportMessageHeaders.Set(m, "Disposition-Notification-Options: signed-receipt-protocol=required,pkcs7-signature\r\n")
		}), receipts},
		{"options that are no must", set(func(m *mapi.Message) {
			props.PidTagTransportMessageHeaders.Set(m, "Disposition-Notification-Options: signed-receipt-protocol=optional,pkcs7-signature\r\n")
		}), nil},
		{"no receipt unasked", set(func(m *mapi.Message) { props.PidTagReadReceiptRequested.Set(m, false) }), []report.Kind{report.KindRead}},
		{"no delivery report unasked", set(func(m *mapi.Message) { props.PidTagOriginatorDeliveryReportRequested.Set(m, false) }),
			[]report.Kind{report.KindDelivered}},
		{"no NDR when declined", set(func(m *mapi.Message) { props.PidTagOriginatorNonDeliveryReportRequested.Set(m, false) }),
			[]report.Kind{report.KindNDR, report.KindDelayed}},
		{"no receipt to a third party without consent", func(_ *mapi.Message, o *report.Options) { o.EnvelopeFrom = "eve@savanna.example" }, receipts},
		{"with consent", func(_ *mapi.Message, o *report.Options) { o.EnvelopeFrom, o.Consent = "eve@savanna.example", true }, nil},
		{"the sender in other letters is no third party", func(_ *mapi.Message, o *report.Options) { o.EnvelopeFrom = "Ada@ZOO.example" }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, o := asking(), steady()
			tt.change(m, o)
			for _, kind := range all {
				err := report.Wanted(m, kind, o)
				unwanted := false
				for _, k := range tt.not {
					unwanted = unwanted || k == kind
				}
				if unwanted {
					assert.ErrorIs(t, err, report.ErrUnwanted, "%v", kind)
				} else {
					assert.NoError(t, err, "%v", kind)
				}
			}
		})
	}
}

func TestRecipientsMayDeclineReports(t *testing.T) {
	m := sent()
	props.PidTagOriginatorNonDeliveryReportRequested.Set(m.Recipients[0], false) // NOTIFY=NEVER
	list := []report.RecipientStatus{failure("keeper2@zoo.example", "5.1.1", ""), failure("okapi@zoo.example", "5.1.1", "")}
	r, err := report.NDR(m, list, steady())
	require.NoError(t, err)
	require.Len(t, r.Recipients, 1)
	assert.Equal(t, "okapi@zoo.example", props.PidTagSmtpAddress.Or(r.Recipients[0], ""))
	_, err = report.NDR(m, list[:1], steady())
	assert.ErrorIs(t, err, report.ErrUnwanted)
	_, err = report.NDR(m, nil, steady())
	assert.ErrorIs(t, err, report.ErrUnwanted, "a report on nobody")
}

func TestReceiptGoesWhereItWasAskedFor(t *testing.T) {
	m := asking()
	props.PidTagReadReceiptName.Set(m, "Office")
	props.PidTagReadReceiptSmtpAddress.Set(m, "office@zoo.example")
	r, err := report.Read(m, keeper, steady())
	require.NoError(t, err)
	require.Len(t, r.Recipients, 1)
	assert.Equal(t, "office@zoo.example", props.PidTagSmtpAddress.Or(r.Recipients[0], ""))
	assert.Equal(t, "keeper2@zoo.example", props.PidTagSenderSmtpAddress.Or(r, ""))
}

func TestNDRGoesToTheSenderOfTheEnvelope(t *testing.T) {
	o := steady()
	o.EnvelopeFrom = "<list-owner@zoo.example>"
	r, err := report.NDR(sent(), []report.RecipientStatus{failure("a@b.example", "5.1.1", "")}, o)
	require.NoError(t, err)
	to, _ := report.Destination(r)
	assert.Equal(t, "list-owner@zoo.example", to.Address)
	assert.Equal(t, "postmaster@gate.zoo.example", props.PidTagSenderSmtpAddress.Or(r, ""))
	assert.True(t, strings.HasSuffix(props.PidTagReportingMessageTransferAgent.Or(r, ""), "gate.zoo.example"))
}

// MS-OXOMSG 2.2.1.3: reports stand in the conversation of their message.
func TestReportsBelongToTheConversation(t *testing.T) {
	begin := time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC)
	header := func(at time.Time) []byte {
		b := binary.BigEndian.AppendUint64(nil, mapi.ToFileTime(at))[:6]
		return append(b, "0123456789abcdef"...)
	}
	tests := []struct {
		name         string
		parent, want []byte
	}{
		{"an hour later", header(begin), append(header(begin), 0x00, 0x02, 0x18, 0x71, 0)},
		{"years later, in larger units", header(begin.AddDate(-3, 0, 0)), append(header(begin.AddDate(-3, 0, 0)), 0x86, 0xBA, 0x8B, 0xED, 0)},
		{"before it", header(begin.AddDate(1, 0, 0)), append(header(begin.AddDate(1, 0, 0)), 0, 0, 0, 0, 0)},
		{"an answer to an answer", append(header(begin), 1, 2, 3, 4, 5), append(header(begin), 1, 2, 3, 4, 5, 0x00, 0x02, 0x18, 0x71, 0)},
		{"no index", []byte{1, 2, 3}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := asking()
			props.PidTagConversationIndex.Set(m, tt.parent)
			r, err := report.Read(m, keeper, steady())
			require.NoError(t, err)
			index, _ := props.PidTagConversationIndex.Get(r)
			assert.Equal(t, tt.want, index)
		})
	}
}

func TestTypeOfAFieldStaysInClear(t *testing.T) {
	in := lines("Final-Recipient: rfc822; a@b.example", "Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 550 n\u00e9ant")
	d := report.ParseDeliveryStatus([]byte(in), nil)
	out := string(d.AppendTo(nil, false))
	assert.Contains(t, out, "\r\nDiagnostic-Code: smtp; =?utf-8?")
	assert.Equal(t, d.Recipients[0].Diagnostic, report.ParseDeliveryStatus([]byte(out), nil).Recipients[0].Diagnostic)
}

func TestLongValuesComeBack(t *testing.T) {
	for name, s := range map[string]string{
		"no character of ASCII": strings.Repeat("ж", 2000), "a blank in a long word": strings.Repeat("ж", 950) + " " + strings.Repeat(`x\`, 900),
	} {
		d := &report.DeliveryStatus{Recipients: []report.RecipientStatus{{
			FinalRecipient: report.Typed{Type: "rfc822", Value: s}, Action: report.ActionFailed, Status: report.Status{Class: 5},
			Diagnostic: report.Typed{Type: "x-unix", Value: strings.Repeat("жираф okapi ", 1900) + "."},
		}}}
		for _, utf8 := range []bool{false, true} {
			again := report.ParseDeliveryStatus(d.AppendTo(nil, utf8), nil)
			require.Len(t, again.Recipients, 1)
			assert.Equal(t, d.Recipients[0].FinalRecipient, again.Recipients[0].FinalRecipient, name)
			assert.Equal(t, d.Recipients[0].Diagnostic, again.Recipients[0].Diagnostic)
		}
	}
	in := lines("Final-Recipient: rfc822; "+strings.Repeat("x", 4095)+"ж@b.example", "Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; "+strings.Repeat("x", 40<<10))
	d := report.ParseDeliveryStatus(in, nil)
	assert.Equal(t, strings.Repeat("x", 4095), d.Recipients[0].FinalRecipient.Value, "cut before the character")
	assert.Len(t, d.Recipients[0].Diagnostic.String(), 32<<10)
}
