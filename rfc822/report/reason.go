package report

import "strings"

// statusIn finds the status in a reason: an enhanced code, else a phrase that
// everybody writes, else the class of an SMTP reply; the zero status when there is
// none of them. class is that of the report: phrases have none.
func statusIn(reason string, class int) Status {
	code := enhancedCode(reason)
	if !code.IsZero() && !code.vague() {
		return code
	}
	reply := replyCode(reason)
	switch {
	case !code.IsZero():
		class = code.Class
	case reply != 0:
		class = reply / 100
	}
	if s := phrase(reason); !s.IsZero() {
		s.Class = class
		return s
	}
	if !code.IsZero() {
		return code
	}
	if reply != 0 {
		return Status{Class: reply / 100}
	}
	return Status{}
}

// enhancedCode is the first code of class 4 or 5 that says something, else the first
// one. Numbers of versions and of IP addresses do not count.
func enhancedCode(s string) (first Status) {
	for i := 0; i+4 < len(s); i++ {
		if s[i] != '4' && s[i] != '5' || i > 0 && isCodeNeighbour(s[i-1]) {
			continue
		}
		c, rest, ok := cutStatus(s[i:])
		if !ok || rest != "" && (rest[0] == '.' && len(rest) > 1 && isDigit(rest[1]) || isWordByte(rest[0])) {
			continue
		}
		if !c.vague() {
			return c
		}
		setOnce(&first, c)
	}
	return first
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '/'
}

// isCodeNeighbour reports whether a number behind c is part of something longer.
func isCodeNeighbour(c byte) bool { return isWordByte(c) || c == '.' }

// replyCode is the first SMTP reply code of a failure: three digits that stand
// alone, or before a hyphen or a colon.
func replyCode(s string) int {
	for i := 0; i+2 < len(s); i++ {
		if s[i] != '4' && s[i] != '5' || s[i+1] > '5' || !isDigit(s[i+1]) || !isDigit(s[i+2]) {
			continue
		}
		before := i == 0 || strings.IndexByte(" \n\t:<[(", s[i-1]) >= 0
		after := i+3 == len(s) || strings.IndexByte(" \n\t-:,]", s[i+3]) >= 0
		if before && after {
			return int(s[i]-'0')*100 + int(s[i+1]-'0')*10 + int(s[i+2]-'0')
		}
	}
	return 0
}

// phrases are what programs write for a reason, in lower case, the more special ones
// first.
var phrases = [...]struct {
	text   string
	status Status
}{
	{"mailbox is full", Status{0, 2, 2}},
	{"mailbox full", Status{0, 2, 2}},
	{"over quota", Status{0, 2, 2}},
	{"quota exceeded", Status{0, 2, 2}},
	{"exceeded the local limit", Status{0, 2, 2}},
	{"insufficient disk space", Status{0, 2, 2}},
	{"message too large", Status{0, 3, 4}},
	{"message size exceeds", Status{0, 3, 4}},
	{"domain does not exist", Status{0, 1, 2}},
	{"domain name not found", Status{0, 1, 2}},
	{"domain not found", Status{0, 1, 2}},
	{"nxdomain", Status{0, 1, 2}},
	{"dns error", Status{0, 4, 3}},
	{"user unknown", Status{0, 1, 1}},
	{"unknown user", Status{0, 1, 1}},
	{"no such user", Status{0, 1, 1}},
	{"no such recipient", Status{0, 1, 1}},
	{"no mailbox here by that name", Status{0, 1, 1}},
	{"does not exist", Status{0, 1, 1}},
	{"user not exist", Status{0, 1, 1}},
	{"nosuchuser", Status{0, 1, 1}},
	{"not a registered gateway user", Status{0, 1, 1}},
	{"unknown recipient", Status{0, 1, 1}},
	{"name is not recognized", Status{0, 1, 1}},
	{"recipient unknown", Status{0, 1, 1}},
	{"mailbox unavailable", Status{0, 2, 1}},
	{"mailbox is frozen", Status{0, 2, 1}},
	{"account disabled", Status{0, 2, 1}},
	{"mailbox disabled", Status{0, 2, 1}},
	{"host unknown", Status{0, 1, 2}},
	{"does not advertise auth", Status{0, 7, 0}},
	{"unrouteable address", Status{0, 1, 2}},
	{"unroutable sender address", Status{0, 1, 8}},
	{"sender was rejected", Status{0, 1, 8}},
	{"malformed address", Status{0, 1, 3}},
	{"connection timed out", Status{0, 4, 1}},
	{"connection refused", Status{0, 4, 1}},
	{"no route to host", Status{0, 4, 1}},
	{"host not reachable", Status{0, 4, 1}},
	{"socket error", Status{0, 4, 1}},
	{"did not accept our requests to connect", Status{0, 4, 1}},
	{"too many recipients", Status{0, 5, 3}},
	{"hop count exceeded", Status{0, 4, 6}},
	{"too many hops", Status{0, 4, 6}},
	{"mail loops back", Status{0, 4, 6}},
	{"reverse dns", Status{0, 7, 25}},
	{"ptr record", Status{0, 7, 25}},
	{"dmarc", Status{0, 7, 26}},
	{"policy reasons", Status{0, 7, 1}},
	{"blocked", Status{0, 7, 1}},
	{"blacklist", Status{0, 7, 1}},
	{"relay quota", Status{0, 7, 1}},
	{"unverifyable sending ip", Status{0, 7, 1}},
	{"open relay", Status{0, 7, 1}},
	{"relaying denied", Status{0, 7, 1}},
	{"access denied", Status{0, 7, 1}},
	{"spam", Status{0, 7, 1}},
}

// phrase is the status that a known phrase stands for; its class is 0.
func phrase(reason string) Status {
	lower := strings.ToLower(reason)
	for _, p := range phrases {
		if strings.Contains(lower, p.text) {
			s := p.status
			s.Class = 5 // so that it is no zero status
			return s
		}
	}
	return Status{}
}

// maxDiagnostic bounds the reason that is kept, in bytes.
const maxDiagnostic = 1 << 10

// diagnosticIn is the reason as a Diagnostic-Code: of type smtp when it has a reply of
// a server.
func diagnosticIn(reason, address string) Typed {
	reason = strings.Join(strings.Fields(reason[:min(len(reason), maxReason)]), " ")
	reason = strings.TrimLeft(strings.TrimPrefix(reason, "<"+address+">"), ":. ")
	for len(reason) > maxDiagnostic {
		i := strings.LastIndexByte(reason[:maxDiagnostic], ' ')
		if i < 0 {
			i = maxDiagnostic
		}
		reason = strings.ToValidUTF8(reason[:i], "")
	}
	if reason == "" {
		return Typed{}
	}
	kind := "x-text"
	if replyCode(reason) != 0 || !enhancedCode(reason).IsZero() {
		kind = "smtp"
	}
	return Typed{kind, oneLine(reason)}
}
