package rfc822

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// fields are the header fields of new mail, in their order.
type fields []headerField

type headerField struct {
	name, value string
	utf8        string // the value in UTF-8 when that is another one
}

// add appends a field whose value is ready to be written. Whatever property it
// comes from, it stays one field.
func (h *fields) add(name, value string) {
	if value = oneLine(value); value != "" {
		*h = append(*h, headerField{name: name, value: value})
	}
}

// text appends a field of unstructured text.
func (h *fields) text(name, value string) {
	value = strings.TrimSpace(oneLine(value))
	h.addBoth(name, entity.EncodeWordsBehind(len(name)+len(": "), value), value)
}

func (h *fields) addresses(name string, list ...entity.Address) {
	value := entity.FormatAddresses(list)
	utf8 := value
	if strings.Contains(value, "=?") || strings.Contains(value, "xn--") {
		utf8 = entity.FormatUTF8Addresses(list)
	}
	h.addBoth(name, value, utf8)
}

// addBoth appends a field that is written otherwise in UTF-8. A word in it may not
// be too long for a line: a line can be broken between bytes only in ASCII.
func (h *fields) addBoth(name, value, utf8 string) {
	h.add(name, value)
	if n := len(*h); value != "" && n > 0 && utf8 != value && longestWord(utf8) < longestLine/2 {
		(*h)[n-1].utf8 = oneLine(utf8)
	}
}

func longestWord(s string) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if run++; s[i] == ' ' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func (h fields) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// set changes the first field of that name.
func (h fields) set(name, value string) {
	for i := range h {
		if strings.EqualFold(h[i].name, name) {
			h[i].value = oneLine(value)
			return
		}
	}
}

// readable takes the UTF-8 forms of the fields.
func (h fields) readable() {
	for i := range h {
		if h[i].utf8 != "" {
			h[i].value = h[i].utf8
		}
	}
}

// append appends the fields without the blank line after them.
func (h fields) append(b []byte) []byte {
	for _, f := range h {
		b = appendField(b, f.name, f.value)
	}
	return b
}

// without returns the fields that are not in head, a header: Outlook signs some of
// the fields of a mail along with its content.
func (h fields) without(head []byte) fields {
	there := map[string]bool{}
	for line := range bytes.Lines(head) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if name, _, ok := bytes.Cut(line, []byte(":")); ok && line[0] != ' ' && line[0] != '\t' {
			there[strings.ToLower(string(name))] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(h), func(f headerField) bool { return there[strings.ToLower(f.name)] })
}

// size is about how long the fields will be.
func (h fields) size() int {
	n := 2
	for _, f := range h {
		n += len(f.name) + len(f.value) + 4
		n += len(f.value) / 32 // folds
	}
	return n
}

// write writes the fields and the blank line after them.
func (h fields) write(w io.Writer) error {
	_, err := w.Write(append(h.append(make([]byte, 0, h.size())), "\r\n"...))
	return err
}

// writeOpen writes the fields without the blank line.
func (h fields) writeOpen(w io.Writer) error {
	_, err := w.Write(h.append(make([]byte, 0, h.size())))
	return err
}

// header makes the fields of a message (MS-OXCMAIL 2.1.3.1, 2.1.3.2), apart from
// those of its content.
func (g *generator) header(msg *mapi.Message) fields {
	h := make(fields, 0, 16)
	from, okFrom := g.addressOf(msg, representingGroup())
	sender, okSender := g.addressOf(msg, senderGroup())
	if !okFrom {
		from, okFrom = sender, okSender
	}
	if okFrom {
		h.addresses("From", from)
	}
	if okSender && !samePerson(from, sender) {
		h.addresses("Sender", sender)
	}
	g.recipients(&h, msg)
	h.addresses("Reply-To", g.replyTo(msg)...)
	subject(&h, msg)
	if t, ok := props.PidTagClientSubmitTime.Get(msg); ok {
		h.add("Date", entity.FormatDate(t))
	} else if !g.opts.Date.IsZero() {
		h.add("Date", entity.FormatDate(g.opts.Date))
	}
	id, ok := props.PidTagInternetMessageId.Get(msg)
	if !ok && g.opts.MessageID != nil {
		id = g.opts.MessageID()
	}
	h.add("Message-ID", ids(id))
	h.ids("In-Reply-To", msg, props.PidTagInReplyToId)
	h.ids("References", msg, props.PidTagInternetReferences)
	thread(&h, msg)
	urgency(&h, msg)
	h.date("Expires", msg, props.PidTagExpiryTime)
	h.date("Reply-By", msg, props.PidTagReplyTime)
	h.date("Deferred-Delivery", msg, props.PidTagDeferredDeliveryTime)
	h.date("Latest-Delivery-Time", msg, props.PidTagLatestDeliveryTime)
	g.receipts(&h, msg, from)
	automatic(&h, msg)
	h.add("Content-Class", classField(msg))
	language(&h, msg)
	unified(&h, msg)
	flag(&h, msg)
	classification(&h, msg)
	organization(&h, msg, g.opts.Transport)
	attachments(&h, msg)
	kept(&h, msg)
	h.add("MIME-Version", "1.0")
	if g.opts.UTF8 {
		h.readable()
	}
	return h
}

// addressOf reads an address of a message. SMTP is preferred to whatever else the
// address is; an address that is not SMTP, and that nobody resolves, is not written
// (MS-OXCMAIL 2.1.3.1).
func (g *generator) addressOf(obj mapi.Getter, of addressGroup) (entity.Address, bool) {
	var a entity.Address
	a.Name, _ = obj.Get(of.name).(string)
	a.Addr, _ = obj.Get(of.smtp).(string)
	if a.Addr == "" {
		kind, _ := obj.Get(of.kind).(string)
		email, _ := obj.Get(of.email).(string)
		if kind == "" && strings.HasPrefix(email, "/") {
			kind = "EX"
		}
		a.Addr = g.smtp(kind, email)
	}
	if a.Addr == "" {
		if id, ok := obj.Get(of.entryID).([]byte); ok {
			e := g.entry(id)
			a.Addr = e.Addr
			if a.Name == "" {
				a.Name = e.Name
			}
		}
	}
	return cleanAddress(a), a.Addr != "" || a.Name != ""
}

// smtp is the SMTP address of an address of some type, or "".
func (g *generator) smtp(kind, addr string) string {
	switch {
	case addr == "" || kind == "" || strings.EqualFold(kind, "SMTP"):
		return addr
	case g.opts.Resolve != nil:
		if smtp, ok := g.opts.Resolve(kind, addr); ok {
			return smtp
		}
	}
	return ""
}

// entry reads what an entry id says of an address: one-off ones hold it, those of
// an address book name somebody to resolve.
func (g *generator) entry(id []byte) entity.Address {
	if name, kind, addr, ok := parseOneOff(id); ok {
		return entity.Address{Name: name, Addr: g.smtp(kind, addr)}
	}
	if e, err := mapi.ParseAddressBookEntryID(id); err == nil {
		return entity.Address{Addr: g.smtp("EX", e.DN)}
	}
	return entity.Address{}
}

// cleanAddress takes out of an address what would change the header around it.
func cleanAddress(a entity.Address) entity.Address {
	a.Name = oneLine(a.Name)
	a.Addr = validString(a.Addr)
	local := quotedLocal(a.Addr)
	rest := unbroken(a.Addr[len(local):])
	i := strings.LastIndexByte(rest, '@') + 1
	domain := rest[i:]
	a.Addr = local + rest
	if strings.ContainsAny(domain, `"(),;\`) || strings.ContainsAny(rest[:i], "(),;") || strings.Count(rest[:i], `"`)%2 != 0 {
		// What looks like the begin of something would take the next address with it.
		a.Addr = local + without(rest[:i], `"(),;\`) + without(domain, `"(),;\`)
	}
	return a
}

// quotedLocal is the local part of an address when that is a quoted string (RFC 5321
// 4.1.2), in which blanks, brackets and at signs mean nothing; else "".
func quotedLocal(addr string) string {
	if addr == "" || addr[0] != '"' {
		return ""
	}
	for i := 1; i < len(addr); i++ {
		switch c := addr[i]; {
		case c < ' ' || c == 0x7f:
			return ""
		case c == '\\':
			if i++; i < len(addr) && (addr[i] < ' ' || addr[i] == 0x7f) {
				return ""
			}
		case c == '"':
			if i > 1 && i+1 < len(addr) && strings.LastIndexByte(addr, '@') == i+1 {
				return addr[:i+1]
			}
			return ""
		}
	}
	return ""
}

// unbroken leaves out the characters that end an address.
func unbroken(s string) string {
	ends := func(c rune) bool { return c <= ' ' || c == 0x7f || c == '<' || c == '>' }
	for i := 0; i < len(s); i++ {
		if ends(rune(s[i])) {
			return strings.Map(func(r rune) rune {
				if ends(r) {
					return -1
				}
				return r
			}, s)
		}
	}
	return s
}

func without(s, chars string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(chars, r) {
			return -1
		}
		return r
	}, s)
}

func samePerson(a, b entity.Address) bool {
	unnamed := a.Name == a.Addr && b.Name == b.Addr
	return (a.Name == b.Name || unnamed) && strings.EqualFold(a.Ascii(), b.Ascii())
}

func recipientGroup() addressGroup {
	return addressGroup{
		props.PidTagDisplayName.Prop(), props.PidTagAddressType.Prop(),
		props.PidTagEmailAddress.Prop(), props.PidTagSmtpAddress.Prop(),
		props.PidTagEntryId.Prop(), props.PidTagSearchKey.Prop(),
	}
}

// recipients writes To, Cc and Bcc. A recipient whose address is not known keeps
// its name.
func (g *generator) recipients(h *fields, msg *mapi.Message) {
	if to, ok := reportTo(msg); ok {
		h.addresses("To", to...)
		return
	}
	var lists [3][]entity.Address
	for _, r := range msg.Recipients {
		kind, ok := props.PidTagRecipientType.Get(r)
		if !ok {
			kind = mapi.RecipientTo
		}
		i := int(kind&0xF) - 1
		if i < 0 || i > 2 {
			continue
		}
		if a, ok := g.addressOf(r, recipientGroup()); ok {
			lists[i] = append(lists[i], a)
		}
	}
	if g.opts.Transport || bccIsSecret(msg) {
		lists[2] = nil
	}
	for i, name := range []string{"To", "Cc", "Bcc"} {
		h.addresses(name, lists[i]...)
	}
}

// bccIsSecret: meetings and tasks do not tell their resources.
func bccIsSecret(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	return strings.HasPrefix(class, "IPM.Schedule.Meeting.") || strings.HasPrefix(class, "IPM.Task")
}

func hasBcc(msg *mapi.Message) bool {
	for _, r := range msg.Recipients {
		if kind, _ := props.PidTagRecipientType.Get(r); kind&0xF == mapi.RecipientBcc {
			return true
		}
	}
	return false
}

// replyTo writes the reply recipients; their names are those of the list of names
// when it has as many (MS-OXCMAIL 2.1.3.1.2).
func (g *generator) replyTo(msg *mapi.Message) []entity.Address {
	b, ok := props.PidTagReplyRecipientEntries.Get(msg)
	if !ok {
		return nil
	}
	entries := flatEntries(b)
	var names []string
	if s, ok := props.PidTagReplyRecipientNames.Get(msg); ok {
		names = strings.Split(s, ";")
	}
	var list []entity.Address
	for i, e := range entries {
		a := g.entry(e)
		if len(names) == len(entries) {
			a.Name = strings.TrimSpace(names[i])
		}
		if a.Addr != "" {
			list = append(list, cleanAddress(a))
		}
	}
	return list
}

func subject(h *fields, msg *mapi.Message) {
	s, ok := props.PidTagSubject.Get(msg)
	if !ok {
		prefix, _ := props.PidTagSubjectPrefix.Get(msg)
		rest, _ := props.PidTagNormalizedSubject.Get(msg)
		s = prefix + rest
	}
	h.text("Subject", s)
}

func (h *fields) date(name string, msg *mapi.Message, key props.Key[time.Time]) {
	if t, ok := key.Get(msg); ok {
		h.add(name, entity.FormatDate(t))
	}
}

func (h *fields) ids(name string, msg *mapi.Message, key props.Key[string]) {
	s, _ := key.Get(msg)
	h.add(name, ids(s))
}

// ids is a list of message ids on one line; it is never encoded.
func ids(s string) string {
	s = strings.Trim(asciiOnly(oneLine(s)), " ")
	if !strings.Contains(s, "  ") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

func asciiOnly(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x7f {
			return strings.Map(func(r rune) rune {
				if r >= 0x7f {
					return '?'
				}
				return r
			}, s)
		}
	}
	return s
}

// thread writes what a mail belongs to (MS-OXCMAIL 2.1.3.2.7). Without an index a topic
// that the subject says needs no field of its own.
func thread(h *fields, msg *mapi.Message) {
	index, indexed := props.PidTagConversationIndex.Get(msg)
	topic, ok := props.PidTagConversationTopic.Get(msg)
	if ok && (indexed || topic != props.PidTagNormalizedSubject.Or(msg, topic)) {
		h.text("Thread-Topic", topic)
	}
	if indexed {
		h.add("Thread-Index", base64.StdEncoding.EncodeToString(index))
	}
}

func urgency(h *fields, msg *mapi.Message) {
	switch v, _ := props.PidTagImportance.Get(msg); {
	case v == mapi.ImportanceHigh:
		h.add("Importance", "high")
		h.add("X-Priority", "1")
	case v == mapi.ImportanceLow && props.PidTagImportance.Has(msg):
		h.add("Importance", "low")
		h.add("X-Priority", "5")
	}
	switch v, ok := props.PidTagPriority.Get(msg); {
	case v == mapi.PriorityUrgent:
		h.add("Priority", "urgent")
	case v == mapi.PriorityNonUrgent:
		h.add("Priority", "non-urgent")
	case ok:
		h.add("Priority", "normal")
	}
	switch v, _ := props.PidTagSensitivity.Get(msg); v {
	case mapi.SensitivityPersonal:
		h.add("Sensitivity", "personal")
	case mapi.SensitivityPrivate:
		h.add("Sensitivity", "private")
	case mapi.SensitivityConfidential:
		h.add("Sensitivity", "company-confidential")
	}
	words, _ := props.PidNameKeywords.Get(msg)
	var list []string
	for _, w := range words {
		if w = entity.EncodeWords(strings.TrimSpace(oneLine(w))); w != "" {
			list = append(list, w)
		}
	}
	h.add("Keywords", strings.Join(list, ", "))
}

func (g *generator) receipts(h *fields, msg *mapi.Message, from entity.Address) {
	if v, _ := props.PidTagReadReceiptRequested.Get(msg); v {
		a, ok := g.addressOf(msg, receiptGroup())
		if !ok {
			a = from
		}
		h.addresses("Disposition-Notification-To", a)
	}
	if v, _ := props.PidTagOriginatorDeliveryReportRequested.Get(msg); v {
		h.addresses("Return-Receipt-To", from)
	}
}

// automatic writes what tells programs how to treat the mail.
func automatic(h *fields, msg *mapi.Message) {
	if v, _ := props.PidTagAutoResponseSuppress.Get(msg); v != 0 {
		h.add("X-Auto-Response-Suppress", suppressText(v))
	}
	if s := autoSubmitted(msg); s != "" {
		h.add("Auto-Submitted", s)
	}
	if s, ok := props.PidTagInternetPrecedence.Get(msg); ok {
		h.text("Precedence", s)
	}
	for _, f := range []struct {
		name string
		key  props.Key[string]
	}{
		{"List-Help", props.PidTagListHelp},
		{"List-Subscribe", props.PidTagListSubscribe},
		{"List-Unsubscribe", props.PidTagListUnsubscribe},
	} {
		if s, ok := f.key.Get(msg); ok {
			h.add(f.name, strings.TrimSpace(asciiOnly(oneLine(s))))
		}
	}
}

// autoSubmitted says that no person wrote the mail (RFC 3834): an answer that a
// rule made, or one that a rule passed on.
func autoSubmitted(msg *mapi.Message) string {
	if msg.Has(internetHeader("auto-submitted")) {
		return ""
	}
	if class, _ := props.PidTagMessageClass.Get(msg); hasPrefixFold(class, "IPM.Note.Rules.") {
		return "auto-replied"
	}
	if is, _ := props.PidTagAutoForwarded.Get(msg); is {
		return "auto-generated"
	}
	return ""
}

// attachments writes what some programs show before they read the parts.
func attachments(h *fields, msg *mapi.Message) {
	if key, ok := props.PidTagTnefCorrelationKey.Get(msg); ok {
		value := correlator(string(key))
		if value == "" && cameIn(msg) != inTNEF { // a winmail.dat here belongs to another mail
			value = asciiOnly(oneLine(string(key)))
		}
		h.add("X-MS-TNEF-Correlator", value)
	}
	for _, a := range msg.Attachments {
		if hidden, _ := props.PidTagAttachmentHidden.Get(a); !hidden {
			h.add("X-MS-Has-Attach", "yes")
			return
		}
	}
}

// correlator is a correlation key as a field can say it. Keys are message ids; what
// damage has made of one is none.
func correlator(key string) string {
	key = strings.Trim(key, " \x00")
	for i := 0; i < len(key); i++ {
		if key[i] <= ' ' || key[i] >= 0x7f {
			return ""
		}
	}
	return key
}

func suppressText(v mapi.AutoResponseSuppress) string {
	const all = mapi.SuppressDR | mapi.SuppressNDR | mapi.SuppressRN | mapi.SuppressNRN | mapi.SuppressOOF | mapi.SuppressAutoReply
	if v&all == all {
		return "All"
	}
	var list []string
	for i, name := range []string{"DR", "NDR", "RN", "NRN", "OOF", "AutoReply"} {
		if v&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return strings.Join(list, ", ")
}

// kept writes the header fields that are named properties, unless a field of that
// name is there already. Fields of the content are not theirs to say.
func kept(h *fields, msg *mapi.Message) {
	for p, v := range msg.All() {
		s, ok := v.(string)
		if p.Set != mapi.PSInternetHeaders || !ok || !entity.IsFieldName(p.Name) ||
			strings.HasPrefix(p.Name, "content-") && p.Name != "content-class" && p.Name != "content-language" ||
			p.Name == "mime-version" || h.get(p.Name) != "" || len(s) > maxKeptValue {
			continue
		}
		h.text(p.Name, s)
	}
}

// maxKeptValue bounds a field that is written from a named property.
const maxKeptValue = 64 << 10
