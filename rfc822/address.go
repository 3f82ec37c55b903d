package rfc822

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// An addressGroup is the properties that hold one address on a message.
type addressGroup struct {
	name, kind, email, smtp mapi.Prop
	entryID, searchKey      mapi.Prop
}

func representingGroup() addressGroup {
	return addressGroup{
		props.PidTagSentRepresentingName.Prop(), props.PidTagSentRepresentingAddressType.Prop(),
		props.PidTagSentRepresentingEmailAddress.Prop(), props.PidTagSentRepresentingSmtpAddress.Prop(),
		props.PidTagSentRepresentingEntryId.Prop(), props.PidTagSentRepresentingSearchKey.Prop(),
	}
}

func senderGroup() addressGroup {
	return addressGroup{
		props.PidTagSenderName.Prop(), props.PidTagSenderAddressType.Prop(),
		props.PidTagSenderEmailAddress.Prop(), props.PidTagSenderSmtpAddress.Prop(),
		props.PidTagSenderEntryId.Prop(), props.PidTagSenderSearchKey.Prop(),
	}
}

func receiptGroup() addressGroup {
	return addressGroup{
		props.PidTagReadReceiptName.Prop(), props.PidTagReadReceiptAddressType.Prop(),
		props.PidTagReadReceiptEmailAddress.Prop(), props.PidTagReadReceiptSmtpAddress.Prop(),
		props.PidTagReadReceiptEntryId.Prop(), props.PidTagReadReceiptSearchKey.Prop(),
	}
}

// A mailAddress is an address with its values as properties have them; they are
// shared by all properties that get them.
type mailAddress struct {
	name, email        mapi.Value
	entryID, searchKey mapi.Value
}

func newMailAddress(a entity.Address) mailAddress {
	addr := validString(a.Addr)
	name := validString(a.Name)
	if name == "" {
		name = addr
	}
	// Both keys in one allocation.
	b := make([]byte, 0, oneOffSize(name, addr)+searchKeySize(addr))
	b = appendOneOff(b, name, addr)
	n := len(b)
	m := mailAddress{name: name, entryID: b[:n:n]}
	if addr == "" {
		return m
	}
	m.email = m.name
	if name != addr {
		m.email = addr
	}
	m.searchKey = appendSearchKey(b, addr)[n:]
	return m
}

// smtpType is the boxed address type that all addresses of mail have.
var smtpType mapi.Value = "SMTP"

// appendSearchKey appends the key by which an address is found: its type and
// itself in capitals.
func appendSearchKey(b []byte, addr string) []byte {
	b = append(b, "SMTP:"...)
	for _, r := range addr {
		if r < utf8.RuneSelf {
			if 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
			b = append(b, byte(r))
		} else {
			b = utf8.AppendRune(b, unicode.ToUpper(r))
		}
	}
	return append(b, 0)
}

func searchKeySize(addr string) int { return len("SMTP:") + len(addr) + 1 }

func (g addressGroup) set(obj mapi.Setter, a mailAddress) {
	obj.Set(g.name, a.name)
	obj.Set(g.kind, smtpType)
	obj.Set(g.email, a.email)
	obj.Set(g.smtp, a.email)
	obj.Set(g.entryID, a.entryID)
	obj.Set(g.searchKey, a.searchKey)
}

// from sets the sender and the one represented: when there is only one of From
// and Sender, it is both (MS-OXCMAIL 2.2.3.1.1).
func (m *message) from(from, sender *entity.Field) {
	f, okFrom := m.firstAddress(from)
	s, okSender := m.firstAddress(sender)
	switch {
	case !okFrom && !okSender:
		return
	case !okFrom:
		f = s
	case !okSender:
		s = f
	}
	representingGroup().set(m, f)
	senderGroup().set(m, s)
}

func (m *message) firstAddress(f *entity.Field) (mailAddress, bool) {
	if f == nil {
		return mailAddress{}, false
	}
	list := m.addresses(f, f.Value())
	for _, a := range list {
		if a.Addr != "" {
			return newMailAddress(a), true
		}
	}
	if len(list) == 0 {
		return mailAddress{}, false
	}
	return newMailAddress(list[0]), true
}

// addresses reads the address list of a field and reports what is no address.
func (m *message) addresses(f *entity.Field, v []byte) []entity.Address {
	list := entity.ParseAddresses(v)
	for _, a := range list {
		if a.Addr == "" || strings.IndexByte(a.Addr, '@') < 0 {
			m.report(entity.RuleAddress, m.part, string(f.Key())+": "+a.Name+a.Addr)
		}
	}
	return list
}

// Values that all recipient rows share.
var (
	typeTo, typeCc, typeBcc mapi.Value = int32(mapi.RecipientTo), int32(mapi.RecipientCc), int32(mapi.RecipientBcc)

	mailUser    mapi.Value = int32(mapi.ObjectMailUser)
	displayUser mapi.Value = int32(mapi.DisplayMailUser)
	sendable    mapi.Value = int32(mapi.RecipientFlagSendable)
	yes         mapi.Value = true
)

func (m *message) recipients(f *entity.Field, v []byte, kind mapi.Value) {
	list := m.addresses(f, v)
	n := min(len(list), m.opts.MaxRecipients-len(m.Recipients))
	rows := make([]mapi.Recipient, 0, n)
	bags := make([]mapi.Property, 0, n*recipientProps)
	m.Recipients = slices.Grow(m.Recipients, n)
	for _, a := range list {
		if a.Addr == "" && strings.EqualFold(a.Name, "undisclosed recipients") {
			continue
		}
		if len(m.Recipients) >= m.opts.MaxRecipients {
			m.report(RuleRecipients, m.part, string(f.Key()))
			return
		}
		start := len(bags)
		bags = appendRecipient(bags, newMailAddress(a), kind)
		rows = append(rows, mapi.Recipient{Properties: mapi.PropertiesOf(bags[start:len(bags):len(bags)])})
		m.Recipients = append(m.Recipients, &rows[len(rows)-1])
	}
}

// recipientProps is how many properties a recipient gets.
const recipientProps = 14

// appendRecipient appends the properties of a recipient, none twice.
func appendRecipient(b []mapi.Property, a mailAddress, kind mapi.Value) []mapi.Property {
	b = appendProperty(b, props.PidTagRecipientType.Prop(), kind)
	b = appendProperty(b, props.PidTagDisplayName.Prop(), a.name)
	b = appendProperty(b, props.PidTagAddressType.Prop(), smtpType)
	b = appendProperty(b, props.PidTagEmailAddress.Prop(), a.email)
	b = appendProperty(b, props.PidTagSmtpAddress.Prop(), a.email)
	b = appendProperty(b, props.PidTagEntryId.Prop(), a.entryID)
	b = appendProperty(b, props.PidTagSearchKey.Prop(), a.searchKey)
	b = appendProperty(b, props.PidTagObjectType.Prop(), mailUser)
	b = appendProperty(b, props.PidTagDisplayType.Prop(), displayUser)
	b = appendProperty(b, props.PidTagResponsibility.Prop(), yes)
	b = appendProperty(b, props.PidTagRecipientFlags.Prop(), sendable)
	b = appendProperty(b, props.PidTagTransmittableDisplayName.Prop(), a.name)
	b = appendProperty(b, props.PidTagRecipientDisplayName.Prop(), a.name)
	return appendProperty(b, props.PidTagRecipientEntryId.Prop(), a.entryID)
}

// appendProperty appends a property, unless it is absent.
func appendProperty(b []mapi.Property, p mapi.Prop, v mapi.Value) []mapi.Property {
	if v == nil {
		return b
	}
	return append(b, mapi.Property{Prop: p, Value: v})
}

// replyTo keeps all addresses of Reply-To. Names and entries have equal counts;
// semicolons, which separate the names, become commas.
func (m *message) replyTo(f *entity.Field, v []byte) {
	var names []string
	var entries []byte
	for _, a := range m.addresses(f, v) {
		name := validString(a.Name)
		if name == "" {
			name = validString(a.Addr)
		}
		names = append(names, strings.ReplaceAll(name, ";", ","))
		entries = appendFlat(entries, oneOff(name, validString(a.Addr)))
		if len(names) >= m.opts.MaxRecipients {
			break
		}
	}
	if len(names) > 0 {
		props.PidTagReplyRecipientNames.Set(m, strings.Join(names, ";"))
		props.PidTagReplyRecipientEntries.Set(m, flatEntryList(len(names), entries))
	}
}

// receipt notes the wish for a read receipt and where it goes.
func (m *message) receipt(f *entity.Field) {
	if a, ok := m.firstAddress(f); ok {
		props.PidTagReadReceiptRequested.Set(m, true)
		props.PidTagNonReceiptNotificationRequested.Set(m, true)
		receiptGroup().set(m, a)
	}
}
