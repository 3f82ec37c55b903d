package rfc822

import (
	"bytes"
	"slices"
	"strings"
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

// A mailAddress is an address as properties have it. The values of properties
// point into it: it does not change once they are set.
type mailAddress struct {
	name, email        string // email is "" when there is no address
	entryID, searchKey []byte
}

// init reads an address; the keys get their place in room. It returns what is left
// of that.
func (m *mailAddress) init(a *entity.Address, room []byte) []byte {
	m.email = validString(a.Addr)
	m.name = validString(a.Name)
	if m.name == "" {
		m.name = m.email
	}
	b := appendOneOff(room[:0], m.name, m.email)
	n := len(b)
	m.entryID = b[:n:n]
	if m.email != "" {
		b = mapi.AppendSearchKey(b, "SMTP", m.email)
		m.searchKey = b[n:len(b):len(b)]
	}
	return b[len(b):]
}

// keysSize is how much room the keys of an address need, or more.
func keysSize(a *entity.Address) int {
	name := a.Name
	if name == "" {
		name = a.Addr
	}
	return oneOffSize(name, a.Addr) + searchKeySize(a.Addr)
}

// smtpType is the boxed address type that all addresses of mail have.
var smtpType mapi.Value = "SMTP"

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func searchKeySize(addr string) int { return len("SMTP:") + len(addr) + 1 }

func (g addressGroup) set(obj *mapi.Properties, a *mailAddress) {
	obj.Set(g.name, boxString(&a.name))
	obj.Set(g.kind, smtpType)
	obj.Set(g.entryID, boxBytes(&a.entryID))
	if a.email != "" {
		email := boxString(&a.email)
		obj.Set(g.email, email)
		obj.Set(g.smtp, email)
		obj.Set(g.searchKey, boxBytes(&a.searchKey))
	}
}

// from sets the sender and the one represented: when there is only one of From
// and Sender, it is both (MS-OXCMAIL 2.2.3.1.1).
func (m *message) from(from, sender *entity.Field) {
	f, s := m.firstAddress(from), m.firstAddress(sender)
	switch {
	case f == nil && s == nil:
		return
	case f == nil:
		f = s
	case s == nil:
		s = f
	}
	representingGroup().set(&m.Properties, f)
	senderGroup().set(&m.Properties, s)
}

// firstAddress is the first address of a field, or nil.
func (m *message) firstAddress(f *entity.Field) *mailAddress {
	if f == nil {
		return nil
	}
	list := m.addresses(f, f.Value())
	if len(list) == 0 {
		return nil
	}
	first := 0
	for i := range list {
		if list[i].Addr != "" {
			first = i
			break
		}
	}
	a := &mailAddress{}
	m.makeRoom(keysSize(&list[first]))
	m.keys = a.init(&list[first], m.keys)
	return a
}

// makeRoom sees to it that there is room for keys of that size, and more where
// they are few.
func (m *message) makeRoom(size int) {
	if cap(m.keys) < size {
		m.keys = make([]byte, 0, max(size, 512))
	}
}

// addresses reads the address list of a field and reports what is no address. The
// list holds until the next call.
func (m *message) addresses(f *entity.Field, v []byte) []entity.Address {
	if !m.src.isSmall() {
		v = bytes.Clone(v) // not all of the mail, for as long as a name lives
	}
	m.list = entity.AppendAddresses(m.list[:0], v)
	for i := range m.list {
		a := &m.list[i]
		if a.Addr == "" || strings.IndexByte(a.Addr, '@') < 0 {
			m.report(entity.RuleAddress, m.part, string(f.Key())+": "+a.Name+a.Addr)
		}
	}
	return m.list
}

// Values that all recipient rows share.
var (
	typeTo, typeCc, typeBcc mapi.Value = int32(mapi.RecipientTo), int32(mapi.RecipientCc), int32(mapi.RecipientBcc)
)

// A recipientRow is a recipient with its properties, in one allocation.
type recipientRow struct {
	mapi.Recipient
	list [recipientProps]mapi.Property
	addr mailAddress
}

// recipientProps is how many properties a recipient gets.
const recipientProps = 14

func (m *message) recipients(f *entity.Field, v []byte, kind mapi.Value) {
	list := m.addresses(f, v)
	n := min(len(list), m.opts.MaxRecipients-len(m.Recipients))
	rows := make([]recipientRow, n)
	size := 0
	for i := range list[:n] {
		size += keysSize(&list[i])
	}
	m.makeRoom(size)
	m.Recipients = slices.Grow(m.Recipients, n)
	for i := range list {
		a := &list[i]
		if a.Addr == "" && strings.EqualFold(a.Name, "undisclosed recipients") {
			continue
		}
		if len(rows) == 0 {
			m.report(RuleRecipients, m.part, string(f.Key()))
			return
		}
		r := &rows[0]
		m.keys = r.addr.init(a, m.keys)
		r.Properties = mapi.PropertiesOf(r.properties(kind))
		m.Recipients = append(m.Recipients, &r.Recipient)
		rows = rows[1:]
	}
}

// properties fills the list, with no property twice.
func (r *recipientRow) properties(kind mapi.Value) []mapi.Property {
	name, entryID := boxString(&r.addr.name), boxBytes(&r.addr.entryID)
	r.list = recipientList
	l := &r.list
	l[0].Value = kind
	l[1].Value, l[2].Value, l[3].Value = name, name, name
	l[4].Value, l[5].Value = entryID, entryID
	if r.addr.email == "" {
		return slices.Delete(l[:], 6, 9)
	}
	email := boxString(&r.addr.email)
	l[6].Value, l[7].Value = email, email
	l[8].Value = boxBytes(&r.addr.searchKey)
	return l[:]
}

// recipientList is what the properties of all recipients begin as. It is written
// out so that it is data, which is copied faster than fourteen keys are asked.
var recipientList = [recipientProps]mapi.Property{
	{Prop: mapi.Prop{ID: 0x0C15, Type: mapi.PtypInteger32}}, // PidTagRecipientType
	{Prop: mapi.Prop{ID: 0x3001, Type: mapi.PtypString}},    // PidTagDisplayName
	{Prop: mapi.Prop{ID: 0x3A20, Type: mapi.PtypString}},    // PidTagTransmittableDisplayName
	{Prop: mapi.Prop{ID: 0x5FF6, Type: mapi.PtypString}},    // PidTagRecipientDisplayName
	{Prop: mapi.Prop{ID: 0x0FFF, Type: mapi.PtypBinary}},    // PidTagEntryId
	{Prop: mapi.Prop{ID: 0x5FF7, Type: mapi.PtypBinary}},    // PidTagRecipientEntryId
	{Prop: mapi.Prop{ID: 0x3003, Type: mapi.PtypString}},    // PidTagEmailAddress
	{Prop: mapi.Prop{ID: 0x39FE, Type: mapi.PtypString}},    // PidTagSmtpAddress
	{Prop: mapi.Prop{ID: 0x300B, Type: mapi.PtypBinary}},    // PidTagSearchKey
	// PidTagAddressType, PidTagObjectType, PidTagDisplayType,
	// PidTagResponsibility, PidTagRecipientFlags
	{Prop: mapi.Prop{ID: 0x3002, Type: mapi.PtypString}, Value: "SMTP"},
	{Prop: mapi.Prop{ID: 0x0FFE, Type: mapi.PtypInteger32}, Value: int32(mapi.ObjectMailUser)},
	{Prop: mapi.Prop{ID: 0x3900, Type: mapi.PtypInteger32}, Value: int32(mapi.DisplayMailUser)},
	{Prop: mapi.Prop{ID: 0x0E0F, Type: mapi.PtypBoolean}, Value: true},
	{Prop: mapi.Prop{ID: 0x5FFD, Type: mapi.PtypInteger32}, Value: int32(mapi.RecipientFlagSendable)},
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
	if a := m.firstAddress(f); a != nil {
		props.PidTagReadReceiptRequested.Set(m, true)
		props.PidTagNonReceiptNotificationRequested.Set(m, true)
		receiptGroup().set(&m.Properties, a)
	}
}
