package rfc822

import (
	"encoding/base64"
	"io"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// fields are the header fields of new mail, in their order.
type fields []headerField

type headerField struct{ name, value string }

// add appends a field whose value is ready to be written. Whatever property it
// comes from, it stays one field.
func (h *fields) add(name, value string) {
	if value = oneLine(value); value != "" {
		*h = append(*h, headerField{name, value})
	}
}

// text appends a field of unstructured text.
func (h *fields) text(name, value string) {
	h.add(name, entity.EncodeWords(strings.TrimSpace(oneLine(value))))
}

func (h fields) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// append appends the fields without the blank line after them.
func (h fields) append(b []byte) []byte {
	for _, f := range h {
		b = appendField(b, f.name, f.value)
	}
	return b
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
	h := make(fields, 0, 24)
	from, okFrom := addressOf(msg, representingGroup())
	sender, okSender := addressOf(msg, senderGroup())
	if !okFrom {
		from, okFrom = sender, okSender
	}
	if okFrom {
		h.add("From", from.String())
	}
	if okSender && (from.Name != sender.Name || !sameAddress(from, sender)) {
		h.add("Sender", sender.String())
	}
	g.recipients(&h, msg)
	h.add("Reply-To", replyTo(msg))
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
	receipts(&h, msg, from)
	automatic(&h, msg)
	kept(&h, msg)
	h.add("MIME-Version", "1.0")
	return h
}

// addressOf reads an address of a message. SMTP is preferred to whatever else the
// address is; an address that is not SMTP is not written (MS-OXCMAIL 2.1.3.1).
func addressOf(obj mapi.Getter, g addressGroup) (entity.Address, bool) {
	var a entity.Address
	a.Name, _ = obj.Get(g.name).(string)
	a.Addr, _ = obj.Get(g.smtp).(string)
	if a.Addr == "" {
		kind, _ := obj.Get(g.kind).(string)
		email, _ := obj.Get(g.email).(string)
		if kind == "" || strings.EqualFold(kind, "SMTP") {
			a.Addr = email
		}
	}
	if a.Addr == "" {
		if id, ok := obj.Get(g.entryID).([]byte); ok {
			if name, kind, addr, ok := parseOneOff(id); ok && strings.EqualFold(kind, "SMTP") {
				a.Addr = addr
				if a.Name == "" {
					a.Name = name
				}
			}
		}
	}
	return cleanAddress(a), a.Addr != "" || a.Name != ""
}

// cleanAddress takes out of an address what would change the header around it.
func cleanAddress(a entity.Address) entity.Address {
	a.Name = oneLine(a.Name)
	a.Addr = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '<' || r == '>' {
			return -1
		}
		return r
	}, validString(a.Addr))
	return a
}

func sameAddress(a, b entity.Address) bool {
	return strings.EqualFold(a.Ascii(), b.Ascii())
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
		if a, ok := addressOf(r, recipientGroup()); ok {
			lists[i] = append(lists[i], a)
		}
	}
	if g.opts.Transport || bccIsSecret(msg) {
		lists[2] = nil
	}
	for i, name := range []string{"To", "Cc", "Bcc"} {
		h.add(name, entity.FormatAddresses(lists[i]))
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
func replyTo(msg *mapi.Message) string {
	b, ok := props.PidTagReplyRecipientEntries.Get(msg)
	if !ok {
		return ""
	}
	entries := flatEntries(b)
	var names []string
	if s, ok := props.PidTagReplyRecipientNames.Get(msg); ok {
		names = strings.Split(s, ";")
	}
	var list []entity.Address
	for i, e := range entries {
		name, kind, addr, ok := parseOneOff(e)
		if !ok || !strings.EqualFold(kind, "SMTP") {
			continue
		}
		if len(names) == len(entries) {
			name = strings.TrimSpace(names[i])
		}
		list = append(list, cleanAddress(entity.Address{Name: name, Addr: addr}))
	}
	return entity.FormatAddresses(list)
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
	s = asciiOnly(oneLine(s))
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x7f {
			return '?'
		}
		return r
	}, s)
}

func thread(h *fields, msg *mapi.Message) {
	index, ok := props.PidTagConversationIndex.Get(msg)
	if !ok {
		return
	}
	if topic, ok := props.PidTagConversationTopic.Get(msg); ok {
		h.text("Thread-Topic", topic)
	}
	h.add("Thread-Index", base64.StdEncoding.EncodeToString(index))
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

func receipts(h *fields, msg *mapi.Message, from entity.Address) {
	if v, _ := props.PidTagReadReceiptRequested.Get(msg); v {
		a, ok := addressOf(msg, receiptGroup())
		if !ok {
			a = from
		}
		h.add("Disposition-Notification-To", a.String())
	}
	if v, _ := props.PidTagOriginatorDeliveryReportRequested.Get(msg); v {
		h.add("Return-Receipt-To", from.String())
	}
}

// automatic writes what tells programs how to treat the mail.
func automatic(h *fields, msg *mapi.Message) {
	if v, _ := props.PidTagAutoResponseSuppress.Get(msg); v != 0 {
		h.add("X-Auto-Response-Suppress", suppressText(v))
	}
	if s, ok := msg.Get(precedence).(string); ok {
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
