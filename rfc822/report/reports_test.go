package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/report"
)

// fill makes the REPORT message that a letter is; nil when it is none. prose says
// that only Recognise knew it.
func fill(l letter) (m *mapi.Message, prose string) {
	m = l.msg.Clone()
	if l.machine != nil {
		l.machine.Fill(m, l.original)
		return m, ""
	}
	if b, ok := report.Recognise(l.msg); ok {
		b.Status.Fill(m, l.original)
		return m, b.Producer
	}
	return nil, ""
}

// summary is class, recipients and status in one line.
func summary(m *mapi.Message, prose string) string {
	s := props.PidTagMessageClass.Or(m, "")
	if prose != "" {
		s += " (" + prose + ")"
	}
	switch c := report.ContentOf(m).(type) {
	case *report.DeliveryStatus:
		for _, r := range c.Recipients {
			s += fmt.Sprintf(" | %s %s %s", r.Recipient(), r.Action, r.Reason())
		}
	case *report.Disposition:
		s += fmt.Sprintf(" | %s %s %s", c.FinalRecipient.Value, c.Type, c.OriginalMessageID)
	case *report.Feedback:
		s += fmt.Sprintf(" | %s %s", strings.Join(c.Recipients(), ","), c.Type)
	}
	return s
}

// The class, the recipients and the status of each report in the corpus, and of each
// bounce that Recognise knows, are those in the golden file; no other mail is one.
func TestCorpusReports(t *testing.T) {
	var b strings.Builder
	for _, s := range corpusMails(t) {
		if m, prose := fill(readLetter(t, s.data)); m != nil {
			fmt.Fprintf(&b, "%s: %s\n", s.name, summary(m, prose))
		}
	}
	path := filepath.Join("testdata", "corpus.txt")
	if propstest.Updating() {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, strings.Split(string(want), "\n"), strings.Split(b.String(), "\n"))
}

// The collection of 145 bounces, complaints and answers of some 50 programs: how many
// give recipient and status. Who gives none is listed with the reason.
func TestBouncesOfManyPrograms(t *testing.T) {
	without := map[string]string{
		"lhost-googlegroups-04.eml": "says in Czech that the group may not exist, or may not be written to",
		"lhost-googlegroups-06.eml": "the same in Greek",
		"lhost-googlegroups-13.eml": "the same in Chinese",
		"lhost-notes-01.eml":        "gives the address and no reason",
		"lhost-sendmail-14.eml":     "a person forwards a bounce",
		"rfc3464-39.eml":            "gives the address and no reason",
		"rfc3834-04.eml":            "an absence note, no bounce",
		"rfc3834-05.eml":            "an absence note, no bounce",
	}
	total, both, vague, complaints := 0, 0, 0, 0
	for _, s := range corpusMails(t) {
		name, ok := strings.CutPrefix(s.name, "sisimai/bsd/")
		if !ok {
			continue
		}
		total++
		m, _ := fill(readLetter(t, s.data))
		if m == nil {
			assert.NotEmpty(t, without[name], "%s is not recognised", name)
			continue
		}
		d, ok := report.ContentOf(m).(*report.DeliveryStatus)
		if !ok {
			complaints++
			continue
		}
		known, exact := true, true
		for i, r := range d.Recipients {
			known = known && r.Recipient() != "" && m.Recipients[i].Has(props.PidTagNonDeliveryReportStatusCode.Prop())
			exact = exact && r.Reason().Subject != 0
		}
		switch {
		case !known:
			assert.NotEmpty(t, without[name], "%s gives no status", name)
		case exact:
			both++
		default:
			both++
			vague++
		}
	}
	t.Logf("%d mails: %d give recipient and status (%d of these only whether for good), %d are complaints", total, both, vague, complaints)
	assert.Equal(t, 145, total)
	assert.Equal(t, 6, complaints)
	assert.GreaterOrEqual(t, both, 131)
}

// What a report says survives writing and reading, in ASCII and in UTF-8.
func TestCorpusReportsAreWrittenAsTheyWereRead(t *testing.T) {
	n := 0
	for _, s := range corpusMails(t) {
		l := readLetter(t, s.data)
		m, _ := fill(l)
		if m == nil {
			continue
		}
		n++
		for _, utf8 := range []bool{false, true} {
			back := again(t, m, l, utf8)
			assert.Equal(t, propstest.Dump(t, without(m, m)), propstest.Dump(t, without(back, m)), "%s utf8=%v", s.name, utf8)
		}
	}
	assert.Positive(t, n)
	t.Logf("%d reports", n)
}

// again writes a report and fills what was written into the mail anew.
func again(t testing.TB, m *mapi.Message, l letter, utf8 bool) *mapi.Message {
	t.Helper()
	parts := report.Parts(m, &report.PartsOptions{UTF8: utf8})
	require.GreaterOrEqual(t, len(parts), 2)
	require.Equal(t, report.Content, parts[1].Role)
	for line := range strings.SplitSeq(string(parts[1].Data), "\r\n") {
		require.LessOrEqual(t, len(line), 998)
	}
	if !utf8 {
		for _, c := range parts[1].Data {
			require.Less(t, c, byte(0x80))
		}
	}
	machine := report.Parse(parts[1].Type, parts[1].Data, nil)
	require.NotNil(t, machine, "%s", parts[1].Data)
	back := l.msg.Clone()
	machine.Fill(back, l.original)
	return back
}

// without leaves out of m what writing adds to a report that does not say it: the
// host that writes, and a status as its action has it.
func without(m, like *mapi.Message) *mapi.Message {
	if report.TypeOf(m) != "delivery-status" {
		return m
	}
	m = m.Clone()
	if !like.Has(props.PidTagReportingMessageTransferAgent.Prop()) {
		m.Delete(props.PidTagReportingMessageTransferAgent.Prop())
	}
	for i, r := range m.Recipients {
		if !like.Recipients[i].Has(props.PidTagNonDeliveryReportStatusCode.Prop()) {
			r.Delete(props.PidTagNonDeliveryReportStatusCode.Prop(), props.PidTagNonDeliveryReportDiagCode.Prop(),
				props.PidTagNonDeliveryReportReasonCode.Prop(), props.PidTagSupplementaryInfo.Prop())
		}
	}
	return m
}
