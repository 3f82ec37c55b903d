package report

import (
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// A Status is an enhanced status code (RFC 3463): 5.1.1. The zero value is no
// status.
type Status struct {
	Class   int // 2 success, 4 for now, 5 for ever
	Subject int // 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy
	Detail  int
}

// ParseStatus reads the code that s begins with; a comment may follow.
func ParseStatus(s string) (Status, bool) {
	c, rest, ok := cutStatus(strings.TrimSpace(s))
	if !ok || rest != "" && !strings.ContainsRune(" \t(;,", rune(rest[0])) {
		return Status{}, false
	}
	return c, true
}

// cutStatus reads the code at the begin of s, whatever its class up to 5.
func cutStatus(s string) (c Status, rest string, ok bool) {
	if len(s) < 5 || s[0] < '2' || s[0] > '5' || s[0] == '3' || s[1] != '.' {
		return c, s, false
	}
	subject, rest, ok1 := cutNumber(s[2:])
	if !ok1 || rest == "" || rest[0] != '.' {
		return c, s, false
	}
	detail, rest, ok2 := cutNumber(rest[1:])
	return Status{int(s[0] - '0'), subject, detail}, rest, ok2
}

// cutNumber reads one to three digits.
func cutNumber(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 || i > 3 {
		return 0, s, false
	}
	n, _ = strconv.Atoi(s[:i])
	return n, s[i:], true
}

// IsZero reports whether there is no status.
func (c Status) IsZero() bool { return c.Class == 0 }

// String is "5.1.1", or "" for no status.
func (c Status) String() string {
	if c.IsZero() {
		return ""
	}
	return strconv.Itoa(c.Class) + "." + strconv.Itoa(c.Subject) + "." + strconv.Itoa(c.Detail)
}

// vague reports whether the status says no more than its class.
func (c Status) vague() bool { return c.Subject == 0 && c.Detail == 0 }

// Code is the status as PidTagNonDeliveryReportStatusCode has it: 5.1.1 is 511.
// Subjects and details above 9 have no room and count as 0 (MS-OXCMAIL
// 2.2.3.7.1.3).
func (c Status) Code() int32 {
	s, d := c.Subject, c.Detail
	if s > 9 {
		s = 0
	}
	if d > 9 {
		d = 0
	}
	return int32(c.Class*100 + s*10 + d)
}

// StatusOf is the status that PidTagNonDeliveryReportStatusCode says.
func StatusOf(code int32) (Status, bool) {
	if code < 200 || code > 599 || code/100 == 3 {
		return Status{}, false
	}
	return Status{int(code / 100), int(code / 10 % 10), int(code % 10)}, true
}

// nobodyKnows is a diagnosis that MS-OXCMAIL numbers but gives no name.
const nobodyKnows mapi.NDRDiagnostic = 48

// A diagnosis is what MAPI says instead of a status code.
type diagnosis struct {
	subject, detail int // detail -1: any other
	diag            mapi.NDRDiagnostic
	reason          mapi.NDRReason
}

// diagnoses follow the table of MS-OXCMAIL 2.2.3.7.1.3. The first that fits holds.
var diagnoses = [...]diagnosis{
	{1, 1, mapi.NDRDiagnosticMailRecipientUnknown, mapi.NDRReasonTransferImpossible},
	{1, 2, nobodyKnows, 0},
	{1, 3, mapi.NDRDiagnosticMailAddressIncorrect, 0},
	{1, 4, mapi.NDRDiagnosticORNameAmbiguous, 0},
	{1, 6, mapi.NDRDiagnosticMailRecipientMoved, 0},
	{1, -1, mapi.NDRDiagnosticORNameUnrecognized, 0},
	{2, 2, mapi.NDRDiagnosticLengthConstraintViolated, 0},
	{2, 3, mapi.NDRDiagnosticLengthConstraintViolated, 0},
	{2, 4, mapi.NDRDiagnosticExpansionFailed, 0},
	{2, -1, mapi.NDRDiagnosticMailRefused, 0},
	{3, 2, mapi.NDRDiagnosticNoDiagnostic, 0},
	{3, 3, mapi.NDRDiagnosticCriticalFunctionUnsupported, 0},
	{3, 4, mapi.NDRDiagnosticLengthConstraintViolated, 0},
	{3, 5, mapi.NDRDiagnosticCriticalFunctionUnsupported, 0},
	{3, -1, mapi.NDRDiagnosticMailRefused, 0},
	{4, 0, mapi.NDRDiagnosticNoDiagnostic, 0},
	{4, 3, mapi.NDRDiagnosticNoDiagnostic, mapi.NDRReasonDirectoryOperationFailed},
	{4, 4, mapi.NDRDiagnosticNoDiagnostic, 0},
	{4, 6, mapi.NDRDiagnosticLoopDetected, 0},
	{4, 7, mapi.NDRDiagnosticMaximumTimeExpired, 0},
	{4, 8, mapi.NDRDiagnosticLoopDetected, 0},
	{4, -1, mapi.NDRDiagnosticMTSCongested, 0},
	{5, 3, mapi.NDRDiagnosticTooManyRecipients, 0},
	{5, 4, mapi.NDRDiagnosticParametersInvalid, 0},
	{5, -1, mapi.NDRDiagnosticNoBilateralAgreement, 0},
	{6, 2, mapi.NDRDiagnosticProhibitedToConvert, 0},
	{6, 3, mapi.NDRDiagnosticImpracticalToConvert, 0},
	{6, 4, mapi.NDRDiagnosticMultipleInfoLosses, 0},
	{6, 5, mapi.NDRDiagnosticNoDiagnostic, mapi.NDRReasonConversionNotPerformed},
	{6, -1, mapi.NDRDiagnosticContentTypeUnsupported, 0},
	{7, 1, mapi.NDRDiagnosticSubmissionProhibited, 0},
	{7, 2, mapi.NDRDiagnosticExpansionProhibited, 0},
	{7, 3, mapi.NDRDiagnosticReassignmentProhibited, 0},
	{7, -1, mapi.NDRDiagnosticSecureMessagingError, 0},
}

// Diagnosis is the status as PidTagNonDeliveryReportDiagCode and
// PidTagNonDeliveryReportReasonCode have it (MS-OXCMAIL 2.2.3.7.1.3).
func (c Status) Diagnosis() (mapi.NDRDiagnostic, mapi.NDRReason) {
	code := c.Code()
	subject, detail := int(code/10%10), int(code%10)
	for _, d := range diagnoses {
		if d.subject == subject && (d.detail == detail || d.detail < 0) {
			return d.diag, d.reason
		}
	}
	return mapi.NDRDiagnosticNoDiagnostic, mapi.NDRReasonTransferFailed
}

// statusOfDiagnosis goes the way back, for messages that have no status code.
func statusOfDiagnosis(diag mapi.NDRDiagnostic, reason mapi.NDRReason) (Status, bool) {
	for _, d := range diagnoses {
		known := d.diag != mapi.NDRDiagnosticNoDiagnostic || d.reason != 0
		if known && d.diag == diag && d.reason == reason {
			return Status{5, d.subject, max(d.detail, 0)}, true
		}
	}
	if reason != 0 { // the same diagnosis with a reason that MIME does not know
		return statusOfDiagnosis(diag, 0)
	}
	if diag == mapi.NDRDiagnosticMailRecipientUnknown {
		return Status{5, 1, 1}, true
	}
	return Status{}, false
}
