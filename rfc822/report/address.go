package report

import (
	"bytes"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A Mailbox is who sends or gets a report.
type Mailbox struct {
	Name    string // display name; "" means the address
	Address string // SMTP address
}

func (m Mailbox) name() string {
	if m.Name == "" {
		return m.Address
	}
	return m.Name
}

// A group is the properties that hold one address on a message. Fields of type 0
// do not exist for that group.
type group struct {
	name, kind, email, smtp, entryID, searchKey mapi.Prop
}

func senderGroup() group {
	return group{props.PidTagSenderName.Prop(), props.PidTagSenderAddressType.Prop(),
		props.PidTagSenderEmailAddress.Prop(), props.PidTagSenderSmtpAddress.Prop(),
		props.PidTagSenderEntryId.Prop(), props.PidTagSenderSearchKey.Prop()}
}

func representingGroup() group {
	return group{props.PidTagSentRepresentingName.Prop(), props.PidTagSentRepresentingAddressType.Prop(),
		props.PidTagSentRepresentingEmailAddress.Prop(), props.PidTagSentRepresentingSmtpAddress.Prop(),
		props.PidTagSentRepresentingEntryId.Prop(), props.PidTagSentRepresentingSearchKey.Prop()}
}

func originalSenderGroup() group {
	return group{props.PidTagOriginalSenderName.Prop(), props.PidTagOriginalSenderAddressType.Prop(),
		props.PidTagOriginalSenderEmailAddress.Prop(), mapi.Prop{},
		props.PidTagOriginalSenderEntryId.Prop(), props.PidTagOriginalSenderSearchKey.Prop()}
}

func originalRepresentingGroup() group {
	return group{props.PidTagOriginalSentRepresentingName.Prop(), props.PidTagOriginalSentRepresentingAddressType.Prop(),
		props.PidTagOriginalSentRepresentingEmailAddress.Prop(), mapi.Prop{},
		props.PidTagOriginalSentRepresentingEntryId.Prop(), props.PidTagOriginalSentRepresentingSearchKey.Prop()}
}

func receiptGroup() group {
	return group{props.PidTagReadReceiptName.Prop(), props.PidTagReadReceiptAddressType.Prop(),
		props.PidTagReadReceiptEmailAddress.Prop(), props.PidTagReadReceiptSmtpAddress.Prop(),
		props.PidTagReadReceiptEntryId.Prop(), props.PidTagReadReceiptSearchKey.Prop()}
}

// destinationGroup is who gets a report (MS-OXOMSG 2.2.2.21 and its neighbours).
func destinationGroup() group {
	return group{name: props.PidTagReportName.Prop(), entryID: props.PidTagReportEntryId.Prop(),
		searchKey: props.PidTagReportSearchKey.Prop()}
}

func recipientGroup() group {
	return group{props.PidTagDisplayName.Prop(), props.PidTagAddressType.Prop(),
		props.PidTagEmailAddress.Prop(), props.PidTagSmtpAddress.Prop(),
		props.PidTagEntryId.Prop(), props.PidTagSearchKey.Prop()}
}

func (g group) each(yield func(mapi.Prop) bool) {
	for _, p := range [...]mapi.Prop{g.name, g.kind, g.email, g.smtp, g.entryID, g.searchKey} {
		if p.Type != 0 && !yield(p) {
			return
		}
	}
}

// set writes a mailbox.
func (g group) set(obj mapi.Setter, m Mailbox) {
	for p := range g.each {
		switch p {
		case g.name:
			obj.Set(p, m.name())
		case g.kind:
			obj.Set(p, "SMTP")
		case g.email, g.smtp:
			obj.Set(p, m.Address)
		case g.entryID:
			obj.Set(p, []byte(mapi.NewOneOff(m.name(), "SMTP", m.Address).EntryID()))
		case g.searchKey:
			if key := mapi.SearchKey("SMTP", m.Address); key != nil {
				obj.Set(p, key)
			}
		}
	}
}

// copy gives obj in g what from has in the group src.
func (g group) copy(obj mapi.Setter, src group, from mapi.Getter) {
	pairs := [...][2]mapi.Prop{{g.name, src.name}, {g.kind, src.kind}, {g.email, src.email}, {g.smtp, src.smtp},
		{g.entryID, src.entryID}, {g.searchKey, src.searchKey}}
	for _, p := range pairs {
		if p[0].Type == 0 || p[1].Type == 0 {
			continue
		}
		if v := from.Get(p[1]); v != nil {
			obj.Set(p[0], v)
		}
	}
}

// get is the mailbox that a group says; it has no address when none is an SMTP
// address.
func (g group) get(obj mapi.Getter) Mailbox {
	text := func(p mapi.Prop) string {
		if p.Type == 0 {
			return ""
		}
		s, _ := obj.Get(p).(string)
		return s
	}
	m := Mailbox{Name: text(g.name)}
	if m.Address = text(g.smtp); m.Address == "" {
		if s := text(g.email); strings.EqualFold(text(g.kind), "SMTP") || strings.IndexByte(s, '@') > 0 {
			m.Address = s
		}
	}
	if m.Address == "" && g.entryID.Type != 0 {
		b, _ := obj.Get(g.entryID).([]byte)
		one, err := mapi.ParseOneOffEntryID(b, nil)
		if err == nil && strings.EqualFold(one.AddressType, "SMTP") {
			m.Address = one.Address
			setOnce(&m.Name, one.DisplayName)
		}
	}
	return m
}

// newRecipient is a recipient row (MS-OXCMAIL 2.2.3.1).
func newRecipient(m Mailbox) *mapi.Recipient {
	r := &mapi.Recipient{}
	r.Grow(20)
	props.PidTagRecipientType.Set(r, mapi.RecipientTo)
	recipientGroup().set(r, m)
	props.PidTagTransmittableDisplayName.Set(r, m.name())
	props.PidTagRecipientDisplayName.Set(r, m.name())
	props.PidTagRecipientEntryId.Set(r, []byte(mapi.NewOneOff(m.name(), "SMTP", m.Address).EntryID()))
	props.PidTagObjectType.Set(r, mapi.ObjectMailUser)
	props.PidTagDisplayType.Set(r, mapi.DisplayMailUser)
	props.PidTagResponsibility.Set(r, true)
	props.PidTagRecipientFlags.Set(r, mapi.RecipientFlagSendable)
	return r
}

// sameAddress compares addresses as people do: without case, in whatever form of
// the domain.
func sameAddress(a, b string) bool {
	return bytes.Equal(mapi.SearchKey("SMTP", a), mapi.SearchKey("SMTP", b))
}
