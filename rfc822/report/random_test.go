package report_test

import (
	"math/rand/v2"
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

// A maker makes random reports; the same seed makes the same ones.
type maker struct{ *rand.Rand }

func (r maker) pick(list ...string) string { return list[r.IntN(len(list))] }

func (r maker) address() string {
	return r.pick("a", "b.c", "жираф", `"x y"`, "o+k") + "@" + r.pick("zoo.example", "b.example", "зоо.example")
}

// text is a text on one line, sometimes long, sometimes beyond ASCII.
func (r maker) text() string {
	words := make([]string, 1+r.IntN(30))
	for i := range words {
		words[i] = r.pick("no", "550", "<a@b.example>", "#5.1.1", "нет", "=?utf", "\"q\"", "x;y", strings.Repeat("long", 1+r.IntN(200)), "…", ">")
	}
	return strings.Join(words, " ")
}

func (r maker) time() time.Time {
	return time.Unix(1.7e9+r.Int64N(1e8), 0).UTC()
}

func (r maker) status() report.Status {
	return report.Status{Class: []int{2, 4, 5}[r.IntN(3)], Subject: r.IntN(8), Detail: r.IntN(40)}
}

func (r maker) delivery() *report.DeliveryStatus {
	d := &report.DeliveryStatus{ReportingMTA: report.Typed{Type: "dns", Value: "gate.example"}}
	if r.IntN(2) == 0 {
		d.EnvelopeID, d.ArrivalDate = r.text(), r.time()
		d.Extra = []report.Field{{Name: "X-Queue", Value: r.text()}}
	}
	for range 1 + r.IntN(4) {
		s := report.RecipientStatus{
			FinalRecipient: report.Typed{Type: "rfc822", Value: r.address()},
			Action:         report.Action(r.pick("failed", "delayed", "relayed", "expanded", "delivered")),
			Status:         r.status(),
		}
		if r.IntN(2) == 0 {
			s.RemoteMTA = report.Typed{Type: "dns", Value: r.pick("mx.example", "[192.0.2.1]")}
			s.Diagnostic = report.Typed{Type: r.pick("smtp", "x-unix"), Value: r.text()}
		}
		if r.IntN(2) == 0 {
			s.OriginalRecipient = report.Typed{Type: "rfc822", Value: r.address()}
			s.LastAttempt, s.WillRetryUntil, s.LogID = r.time(), r.time(), r.text()
		}
		if r.IntN(3) == 0 {
			s.DisplayName, s.Supplement = "Ada "+r.text(), r.text()
			s.Extra = []report.Field{{Name: "X-A", Value: r.text()}, {Name: "X-A", Value: "again"}}
		}
		d.Recipients = append(d.Recipients, s)
	}
	return d
}

func (r maker) disposition() *report.Disposition {
	d := &report.Disposition{
		FinalRecipient: report.Typed{Type: "rfc822", Value: r.address()},
		Mode:           r.pick("manual-action/MDN-sent-manually", "automatic-action/MDN-sent-automatically"),
		Type:           r.pick("displayed", "deleted", "dispatched", "processed", "denied", "failed"),
	}
	if r.IntN(2) == 0 {
		d.OriginalMessageID, d.CorrelationKey = "<m@zoo.example>", []byte{byte(r.IntN(256)), 2, 3}
		d.ReportingUA, d.Extra = r.text(), []report.Field{{Name: "Error", Value: r.text()}}
	}
	if r.IntN(2) == 0 {
		d.Modifiers = []string{"error"}
		d.OriginalRecipient, d.DisplayName = report.Typed{Type: "rfc822", Value: r.address()}, "Ada "+r.text()
	}
	return d
}

// What a report says is in the properties, whole: they give it back, and what is
// written of them gives the same properties.
func TestRandomReportsSurvive(t *testing.T) {
	r := maker{rand.New(rand.NewPCG(1, 2))}
	for range 500 {
		for _, made := range []report.Machine{r.delivery(), r.disposition()} {
			m := noted()
			made.Fill(m, nil)
			require.Equal(t, made, report.ContentOf(m))
			for _, utf8 := range []bool{false, true} {
				p := report.Parts(m, &report.PartsOptions{UTF8: utf8})[1]
				back := noted()
				report.Parse(p.Type, p.Data, nil).Fill(back, nil)
				require.Equal(t, propstest.Dump(t, m), propstest.Dump(t, back), "%s", p.Data)
			}
		}
	}
}

// Messages that other programs made have properties in any mixture; writing them does
// not fail, and the status that they say is the one that is written.
func TestRandomPropertiesAreWritten(t *testing.T) {
	r := maker{rand.New(rand.NewPCG(3, 4))}
	classes := []string{"NDR", "DR", "Delayed.DR", "Relayed.DR", "Expanded.DR", "IPNRN", "IPNNRN", "ARF"}
	for range 500 {
		m := &mapi.Message{}
		props.PidTagMessageClass.Set(m, "REPORT.IPM.Note."+classes[r.IntN(len(classes))])
		props.PidTagReportDisposition.Set(m, r.text())
		m.Set(report.Fields, []string{r.text(), "X: " + r.text(), "Disposition: " + r.text(), "Final-Recipient: " + r.text(), ""})
		var want []string
		for range r.IntN(4) {
			row := &mapi.Recipient{}
			props.PidTagSmtpAddress.Set(row, "a@zoo.example")
			s := r.status()
			s.Subject, s.Detail = s.Subject%10, s.Detail%10
			props.PidTagNonDeliveryReportStatusCode.Set(row, s.Code())
			props.PidTagNonDeliveryReportDiagCode.Set(row, mapi.NDRDiagnostic(r.IntN(60)-5))
			props.PidTagNonDeliveryReportReasonCode.Set(row, mapi.NDRReason(r.IntN(10)-2))
			props.PidTagSupplementaryInfo.Set(row, r.text())
			m.Recipients = append(m.Recipients, row)
			want = append(want, s.String())
		}
		parts := report.Parts(m, nil)
		require.Len(t, parts, 2)
		if d, ok := report.ContentOf(m).(*report.DeliveryStatus); ok {
			var got []string
			for _, s := range report.ParseDeliveryStatus(parts[1].Data, nil).Recipients {
				got = append(got, s.Status.String())
			}
			assert.Equal(t, want, got, "%s", parts[1].Data)
			assert.Len(t, d.Recipients, len(want))
		}
	}
}
