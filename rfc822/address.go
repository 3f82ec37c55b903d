package rfc822

import (
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
	m := mailAddress{name: name, entryID: oneOff(name, addr)}
	if name == addr {
		m.email = m.name
	} else {
		m.email = addr
	}
	if addr != "" {
		m.searchKey = searchKey(addr)
	} else {
		m.email = nil
	}
	return m
}

// smtpType is the boxed address type that all addresses of mail have.
var smtpType mapi.Value = "SMTP"

func searchKey(addr string) []byte {
	b := make([]byte, 0, len("SMTP:")+len(addr)+1)
	b = append(b, "SMTP:"...)
	for _, r := range addr {
		b = utf8.AppendRune(b, unicode.ToUpper(r))
	}
	return append(b, 0)
}

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
	rows := make([]mapi.Recipient, len(list))
	for i, a := range list {
		if a.Addr == "" && strings.EqualFold(a.Name, "undisclosed recipients") {
			continue
		}
		if len(m.Recipients) >= m.opts.MaxRecipients {
			m.report(RuleRecipients, m.part, string(f.Key()))
			return
		}
		setRecipient(&rows[i], newMailAddress(a), kind)
		m.Recipients = append(m.Recipients, &rows[i])
	}
}

func setRecipient(r *mapi.Recipient, a mailAddress, kind mapi.Value) {
	r.Grow(14)
	r.Set(props.PidTagRecipientType.Prop(), kind)
	r.Set(props.PidTagDisplayName.Prop(), a.name)
	r.Set(props.PidTagAddressType.Prop(), smtpType)
	r.Set(props.PidTagEmailAddress.Prop(), a.email)
	r.Set(props.PidTagSmtpAddress.Prop(), a.email)
	r.Set(props.PidTagEntryId.Prop(), a.entryID)
	r.Set(props.PidTagSearchKey.Prop(), a.searchKey)
	r.Set(props.PidTagObjectType.Prop(), mailUser)
	r.Set(props.PidTagDisplayType.Prop(), displayUser)
	r.Set(props.PidTagResponsibility.Prop(), yes)
	r.Set(props.PidTagRecipientFlags.Prop(), sendable)
	r.Set(props.PidTagTransmittableDisplayName.Prop(), a.name)
	r.Set(props.PidTagRecipientDisplayName.Prop(), a.name)
	r.Set(props.PidTagRecipientEntryId.Prop(), a.entryID)
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
