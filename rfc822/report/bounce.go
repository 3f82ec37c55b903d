package report

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A Bounce is a failure that a program reported in prose.
type Bounce struct {
	Producer string // the rule that knew it: "qmail", "Exim", …

	// Status is what could be known. Each recipient has an address; its Status is
	// zero when the text does not say why it failed.
	Status *DeliveryStatus
}

// Recognise reads a decoded mail that is no multipart/report, or a broken one, as a
// report of failed or delayed delivery: from its header
// (PidTagTransportMessageHeaders) and its text (PidTagBody). It knows the programs
// in its table of rules, and does not guess: ok is false for all other mail, also
// for answers that people or vacation programs send.
//
// What it says rests on phrases that anybody can write. It suits statistics and
// lists of dead addresses; the class of a message changes only when the caller
// fills it in: b.Status.Fill(m, nil).
func Recognise(m *mapi.Message) (b *Bounce, ok bool) {
	text := textOf(m)
	if text == "" {
		return nil, false
	}
	n := newNotice(m, text)
	for i := range rules {
		r := &rules[i]
		if !r.sign.fits(n) {
			continue
		}
		if d := r.read(n); d != nil {
			return &Bounce{r.producer, d}, true
		}
	}
	return nil, false
}

// maxText is how much of a text is looked at, in bytes. The reason stands above the
// returned mail.
const maxText = 64 << 10

// textOf is the begin of the text of a message.
func textOf(m *mapi.Message) string {
	r, _, err := mapi.OpenValue(m, props.PidTagBody.Prop())
	if err != nil {
		return ""
	}
	defer r.Close()
	b := make([]byte, maxText)
	n := 0
	for n < len(b) {
		k, err := r.Read(b[n:])
		n += k
		if err != nil {
			break
		}
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(b[:n]), "\uFFFD"), "\r\n", "\n")
}

// A notice is a mail that may be a bounce.
type notice struct {
	header   *entity.Header
	from     string        // From, in lower case
	subject  string        // in lower case
	text     string        // up to the returned mail
	lower    string        // text in lower case
	returned string        // the returned mail within the text
	attached *mapi.Message // the returned mail, or nil
}

func newNotice(m *mapi.Message, text string) *notice {
	n := &notice{header: headerOf(m)}
	sender := representingGroup().get(m)
	n.from = strings.ToLower(sender.Name + " " + sender.Address + " " + string(n.header.Get("From")))
	subject, _ := props.PidTagSubject.Get(m)
	n.subject = strings.ToLower(subject)
	n.text, n.returned = cutReturned(text)
	n.lower = lowerASCII(n.text)
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			n.attached = a.Embedded
			break
		}
	}
	return n
}

// headerOf reads the header that the mail came with.
func headerOf(m *mapi.Message) *entity.Header {
	v, err := mapi.ReadValue(mapi.PtypString, m.Get(props.PidTagTransportMessageHeaders.Prop()), 1<<20)
	s, _ := v.(string)
	if err != nil || s == "" {
		return &entity.Header{}
	}
	part, err := entity.Parse(entity.Bytes(s), int64(len(s)), nil)
	if err != nil {
		return &entity.Header{}
	}
	return &part.Header
}

// cutReturned splits a text where the returned mail begins.
func cutReturned(text string) (before, returned string) {
	lower := lowerASCII(text)
	at := len(text)
	for _, mark := range returnedMarks {
		if i := strings.Index(lower, mark); i >= 0 && i < at {
			at = i
		}
	}
	return text[:at], text[at:]
}

// lowerASCII is s with small letters; all else keeps its place.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// A sign tells whose bounce a mail is: all that is not "" must be found. Texts are
// in lower case.
type sign struct {
	from, subject, text string
	header              string // a field that the mail must have
}

func (s sign) fits(n *notice) bool {
	return strings.Contains(n.from, s.from) && strings.Contains(n.subject, s.subject) &&
		strings.Contains(n.lower, s.text) && (s.header == "" || n.header.Find(s.header) != nil)
}

// read finds the recipients and their reasons, or returns nil.
func (r *rule) read(n *notice) *DeliveryStatus {
	if r.fields {
		return readFields(n)
	}
	found := r.find(n)
	if r.header != "" {
		found = r.fromHeader(n, found)
	}
	if len(found) == 0 && r.returned {
		found = fromReturned(n)
	}
	d := &DeliveryStatus{}
	for _, f := range found {
		d.Recipients = append(d.Recipients, r.recipient(n, f))
	}
	if len(d.Recipients) == 0 {
		return nil
	}
	return d
}

// A finding is a recipient with the text that says why.
type finding struct{ address, reason string }

// Bounds of a bounce: recipients, and bytes of the reason of each, so that no text
// takes long.
const (
	maxFound  = 200
	maxReason = 8 << 10
)

func (f *finding) add(line string) {
	if len(f.reason) < maxReason {
		f.reason += "\n" + line
	}
}

// find looks through the lines for the recipient patterns of the rule. The reason is
// what follows, up to the next recipient.
func (r *rule) find(n *notice) []finding {
	var list []finding
	lines := strings.Split(n.text, "\n")
	if r.after != "" {
		lines = linesAfter(lines, r.after)
	}
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if a, rest, ok := r.match(line); ok && len(list) < maxFound {
			if r.line {
				rest = line
			}
			if i := indexOf(list, a); i >= 0 {
				list[i].add(rest)
			} else {
				list = append(list, finding{a, rest})
			}
			continue
		}
		if len(list) > 0 && !r.line {
			list[len(list)-1].add(line)
		}
	}
	return list
}

func indexOf(list []finding, address string) int {
	for i := range list {
		if strings.EqualFold(list[i].address, address) {
			return i
		}
	}
	return -1
}

// linesAfter are the lines behind the first that has the text, in lower case.
func linesAfter(lines []string, text string) []string {
	for i, l := range lines {
		if strings.Contains(lowerASCII(l), text) {
			return lines[i+1:]
		}
	}
	return nil
}

// match looks for one of the patterns in a line.
func (r *rule) match(line string) (address, rest string, ok bool) {
	for _, p := range r.recipients {
		if address, rest, ok = matchPattern(p, line); ok {
			return address, rest, true
		}
	}
	return "", "", false
}

// matchPattern fits a line to a pattern: "@" stands for an address, "*" at the begin
// for anything, "$" at the end for the end of the line; without it anything may
// follow. It returns what follows.
func matchPattern(pattern, line string) (address, rest string, ok bool) {
	before, after, _ := strings.Cut(pattern, "@")
	if anywhere, ok := strings.CutPrefix(before, "*"); ok {
		i := strings.Index(line, anywhere)
		if i < 0 {
			return "", "", false
		}
		line = line[i+len(anywhere):]
	} else if line, ok = strings.CutPrefix(line, before); !ok {
		return "", "", false
	}
	address, rest, ok = cutAddress(line)
	if !ok {
		return "", "", false
	}
	after, end := strings.CutSuffix(after, "$")
	rest, ok = strings.CutPrefix(rest, after)
	if end && rest != "" {
		return "", "", false
	}
	return address, strings.TrimSpace(rest), ok
}

// cutAddress reads the address that s begins with.
func cutAddress(s string) (address, rest string, ok bool) {
	end := strings.IndexAny(s, " \t<>,;:()\"[]\\'")
	if end < 0 {
		end = len(s)
	}
	for end > 0 && s[end-1] == '.' { // of the sentence
		end--
	}
	address = s[:end]
	at := strings.IndexByte(address, '@')
	if at <= 0 || at != strings.LastIndexByte(address, '@') || at == len(address)-1 || len(address) > 320 {
		return "", s, false
	}
	return address, s[end:], true
}

// fromHeader takes the recipients that a header field lists. A text names some of
// them only by the part before the @; without a place of its own a recipient has
// the whole text as reason.
func (r *rule) fromHeader(n *notice, found []finding) []finding {
	var list []finding
	for f := range n.header.All() {
		if !f.Is(r.header) {
			continue
		}
		for _, a := range entity.ParseAddresses(f.Value()) {
			if strings.IndexByte(a.Addr, '@') <= 0 || len(list) >= maxFound || indexOf(list, a.Addr) >= 0 {
				continue
			}
			reason := n.text
			if i := indexOf(found, a.Addr); i >= 0 {
				reason = found[i].reason
			} else if at, ok := afterLine(n.text, a.Addr[:strings.LastIndexByte(a.Addr, '@')]); ok {
				reason = at
			}
			list = append(list, finding{oneLine(a.Addr), reason})
		}
	}
	if len(list) == 0 {
		return found
	}
	return list
}

// afterLine is the text behind the line that is nothing but s.
func afterLine(text, s string) (string, bool) {
	for rest := text; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		if strings.TrimSpace(line) == s {
			return after, true
		}
		rest = after
	}
	return "", false
}

// fromReturned takes the recipients of the returned mail, which the program did not
// name. That holds when there is one.
func fromReturned(n *notice) []finding {
	if n.attached != nil && len(n.attached.Recipients) == 1 {
		if to := recipientGroup().get(n.attached.Recipients[0]); strings.IndexByte(to.Address, '@') > 0 {
			return []finding{{to.Address, n.text}}
		}
	}
	_, mail, _ := strings.Cut(n.returned, "\n")
	part, err := entity.Parse(entity.Bytes(mail), int64(len(mail)), nil)
	if err != nil {
		return nil
	}
	list := entity.ParseAddresses(part.Header.Get("To"))
	if len(list) != 1 || strings.IndexByte(list[0].Addr, '@') <= 0 {
		return nil
	}
	return []finding{{oneLine(list[0].Addr), n.text}}
}

// recipient is what a finding says.
func (r *rule) recipient(n *notice, f finding) RecipientStatus {
	s := RecipientStatus{FinalRecipient: Typed{"rfc822", f.address}, Action: r.action}
	if s.Action == "" {
		s.Action = ActionFailed
	}
	if r.between[0] != "" {
		_, f.reason, _ = strings.Cut(f.reason, r.between[0])
		f.reason, _, _ = strings.Cut(f.reason, r.between[1])
	}
	reason := f.reason
	if r.whole || strings.TrimSpace(reason) == "" {
		reason = n.text
	}
	reason = reason[:min(len(reason), maxReason)]
	class := 5
	if s.Action == ActionDelayed {
		class = 4
	}
	s.Status = statusIn(reason, class)
	if s.Status.IsZero() {
		s.Status = r.status
	}
	s.Diagnostic = diagnosticIn(f.reason, f.address)
	return s
}

// readFields reads the fields of a machine-readable part that stand in the text.
func readFields(n *notice) *DeliveryStatus {
	i := strings.Index(n.lower, "\nreporting-mta:")
	if j := strings.Index(n.lower, "\nfinal-recipient:"); i < 0 || j >= 0 && j < i {
		i = j
	}
	if i < 0 {
		return nil
	}
	d := ParseDeliveryStatus([]byte(n.text[i+1:]), nil)
	if len(d.Recipients) == 0 {
		return nil
	}
	for i := range d.Recipients { // what follows the fields are lines of other things
		d.Recipients[i].Extra = nil
	}
	d.Extra = nil
	return d
}
