package rfc822

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Fields that only servers of the own organisation write (the header firewall of
// MS-OXCMAIL 2.2.3.2.24 and MS-OXCSPAM).
var (
	organizationFields = []byte("x-ms-exchange-organization-")
	forestFields       = []byte("x-ms-exchange-forest-")
)

func fromInside(name []byte) bool {
	return bytes.HasPrefix(name, organizationFields) || bytes.HasPrefix(name, forestFields)
}

// inside reads such a field of a mail that came from inside. It reports whether
// the field is dealt with.
func (m *message) inside(name, v []byte) bool {
	rest := bytes.TrimPrefix(name, organizationFields)
	if bytes.HasPrefix(rest, []byte("original-")) {
		return true
	}
	switch string(rest) {
	case "scl":
		n, err := strconv.ParseInt(string(v), 10, 8)
		if err == nil && n >= -1 && n <= 9 {
			props.PidTagContentFilterSpamConfidenceLevel.Set(m, int32(n))
		}
		return err == nil
	case "senderidresult":
		status, ok := senderIDOf(string(v))
		if ok {
			props.PidTagSenderIdStatus.Set(m, status)
		}
		return ok
	case "prd":
		m.set(props.PidTagPurportedSenderDomain.Prop(), m.words(v))
		return true
	case "autoforwarded":
		props.PidTagAutoForwarded.Set(m, isTrue(v))
		return true
	}
	return false
}

var senderIDs = [...]string{"", "Neutral", "Pass", "Fail", "SoftFail", "None", "TempError", "PermError"}

func senderIDOf(v string) (mapi.SenderIDStatus, bool) {
	for i, s := range senderIDs {
		if i > 0 && strings.EqualFold(s, v) {
			return mapi.SenderIDStatus(i), true
		}
	}
	return 0, false
}

// organization writes what the own organisation knows of a mail.
func organization(h *fields, msg *mapi.Message, transport bool) {
	if is, _ := props.PidTagAutoForwarded.Get(msg); is {
		h.add("X-MS-Exchange-Organization-AutoForwarded", "true")
	}
	if transport {
		return
	}
	if n, ok := props.PidTagContentFilterSpamConfidenceLevel.Get(msg); ok {
		h.add("X-MS-Exchange-Organization-SCL", strconv.Itoa(int(n)))
	}
	if s, ok := props.PidTagSenderIdStatus.Get(msg); ok {
		if s &= 0xF; s > 0 && int(s) < len(senderIDs) {
			h.add("X-MS-Exchange-Organization-SenderIdResult", senderIDs[s])
		}
	}
	if s, ok := props.PidTagPurportedSenderDomain.Get(msg); ok {
		h.text("X-MS-Exchange-Organization-PRD", s)
	}
}
