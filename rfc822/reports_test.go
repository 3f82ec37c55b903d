package rfc822_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

const bounceWithoutTo = "From: mailer-daemon@x.org\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\nNo such okapi.\r\n" +
	"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.x.org\r\n\r\n" +
	"Final-Recipient: rfc822; zoo@y.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"

func TestBounceIsAReportOnItsRecipients(t *testing.T) {
	msg := decodeBytes(t, []byte(bounceWithoutTo))
	class, _ := props.PidTagMessageClass.Get(msg)
	assert.Equal(t, "REPORT.IPM.Note.NDR", class)
	require.Len(t, msg.Recipients, 1)
	status, _ := props.PidTagNonDeliveryReportStatusCode.Get(msg.Recipients[0])
	assert.EqualValues(t, 511, status)
	assert.Equal(t, bounceWithoutTo, string(encoded(t, msg)))
}

func TestBounceIsNotWrittenToWhoItReportsOn(t *testing.T) {
	msg := decodeBytes(t, []byte(bounceWithoutTo))
	var out strings.Builder
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Regenerate: true, Boundary: counted()}))
	head, _, _ := strings.Cut(out.String(), "\r\n\r\n")
	assert.NotContains(t, head, "zoo@y.org")
	assert.NotContains(t, head, "\nTo:")
	assert.Contains(t, out.String(), "Final-Recipient: rfc822; zoo@y.org")
}

// Some servers say in winmail.dat that it is a report, and only in the text on whom.
func TestReportInWinmailIsNotOnWhomItWasSentTo(t *testing.T) {
	for _, n := range []string{"01", "03", "05", "07"} {
		mail, err := os.ReadFile(filepath.Join(mapitest.Corpus(t), "eml", "sisimai", "bsd", "lhost-amazonworkmail-"+n+".eml"))
		require.NoError(t, err)
		msg := decodeBytes(t, mail)
		class, _ := props.PidTagMessageClass.Get(msg)
		assert.Equal(t, "REPORT.IPM.Note.NDR", class)
		for _, r := range msg.Recipients {
			assert.True(t, r.Has(props.PidTagNonDeliveryReportStatusCode.Prop()), n)
		}
		assert.Len(t, msg.Recipients, 1, n)
		assert.Equal(t, string(mail), string(encoded(t, msg)), n)
	}
}

func TestChangedReportSaysWhatItSaysNow(t *testing.T) {
	msg := fromStore(t, decodeBytes(t, []byte(bounceWithoutTo)), 10, true)
	require.Equal(t, bounceWithoutTo, string(encoded(t, msg)))
	props.PidTagNonDeliveryReportStatusCode.Set(msg.Recipients[0], 520)
	props.PidTagNonDeliveryReportDiagCode.Delete(msg.Recipients[0])
	props.PidTagNonDeliveryReportReasonCode.Delete(msg.Recipients[0])
	out := string(encoded(t, msg))
	assert.Contains(t, out, "Status: 5.2.0")
	assert.Contains(t, out, "Final-Recipient: rfc822; zoo@y.org")

	msg = decodeBytes(t, []byte(bounceWithoutTo))
	props.PidTagReportingMessageTransferAgent.Set(msg, "dns; mx2.x.org")
	assert.Contains(t, string(encoded(t, msg)), "Reporting-MTA: dns; mx2.x.org")
}
