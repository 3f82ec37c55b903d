package meeting

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A Person is an organiser or attendee.
type Person struct {
	Name    string // "" means the address
	Address string // ada@zoo.example
	Type    string // "" means SMTP
}

func (p Person) withDefaults() Person {
	if p.Type == "" {
		p.Type = "SMTP"
	}
	if p.Name == "" {
		p.Name = p.Address
	}
	return p
}

// Same reports whether two are the same person: of one address, however it is
// written. Nobody is the same as somebody without an address.
func (p Person) Same(q Person) bool {
	return p.Address != "" && strings.EqualFold(strings.TrimSpace(p.Address), strings.TrimSpace(q.Address))
}

const mailto = "mailto:"

// uri is the address as calendars write it (RFC 5545, 3.3.3), or "".
func (p Person) uri() string {
	if p.hasMail() {
		return mailto + p.Address
	}
	if p.Type == "URI" {
		return p.Address
	}
	return ""
}

// hasMail reports whether mail can be sent to somebody.
func (p Person) hasMail() bool { return p.Address != "" && (p.Type == "" || p.Type == "SMTP") }

// personAt is the person of such an address.
func personAt(uri string) Person {
	if len(uri) >= len(mailto) && strings.EqualFold(uri[:len(mailto)], mailto) {
		return Person{Address: strings.TrimSpace(uri[len(mailto):])}
	}
	return Person{Address: uri, Type: "URI"}
}

// Organizer is who a meeting object is sent for: the organiser of an appointment, a
// request or a cancellation, the attendee of an answer or of who asks for it again.
func Organizer(m mapi.Getter) Person {
	return personOf(m, props.PidTagSentRepresentingName, props.PidTagSentRepresentingAddressType, props.PidTagSentRepresentingEmailAddress, props.PidTagSentRepresentingSmtpAddress)
}

func recipientOf(r mapi.Getter) Person {
	return personOf(r, props.PidTagDisplayName, props.PidTagAddressType, props.PidTagEmailAddress, props.PidTagSmtpAddress)
}

// personOf prefers the mail address: it is the same in all of them.
func personOf(m mapi.Getter, name, kind, email, smtp props.Key[string]) Person {
	p := Person{Name: name.Or(m, ""), Type: kind.Or(m, ""), Address: email.Or(m, "")}
	if s := smtp.Or(m, ""); s != "" {
		p.Address, p.Type = s, "SMTP"
	}
	return p
}

func (p Person) represent(m mapi.Setter) {
	p = p.withDefaults()
	props.PidTagSentRepresentingName.Set(m, p.Name)
	props.PidTagSentRepresentingAddressType.Set(m, p.Type)
	props.PidTagSentRepresentingEmailAddress.Set(m, p.Address)
	if p.Type == "SMTP" {
		props.PidTagSentRepresentingSmtpAddress.Set(m, p.Address)
	}
	props.PidTagSentRepresentingEntryId.Set(m, mapi.NewOneOff(p.Name, p.Type, p.Address).EntryID())
	setKey(m, props.PidTagSentRepresentingSearchKey, p)
}

func (p Person) send(m mapi.Setter) {
	p = p.withDefaults()
	props.PidTagSenderName.Set(m, p.Name)
	props.PidTagSenderAddressType.Set(m, p.Type)
	props.PidTagSenderEmailAddress.Set(m, p.Address)
	if p.Type == "SMTP" {
		props.PidTagSenderSmtpAddress.Set(m, p.Address)
	}
	props.PidTagSenderEntryId.Set(m, mapi.NewOneOff(p.Name, p.Type, p.Address).EntryID())
	setKey(m, props.PidTagSenderSearchKey, p)
}

func (p Person) recipient(role mapi.RecipientType) *mapi.Recipient {
	p = p.withDefaults()
	r := &mapi.Recipient{}
	props.PidTagRecipientType.Set(r, role)
	props.PidTagDisplayName.Set(r, p.Name)
	props.PidTagAddressType.Set(r, p.Type)
	props.PidTagEmailAddress.Set(r, p.Address)
	if p.Type == "SMTP" {
		props.PidTagSmtpAddress.Set(r, p.Address)
	}
	props.PidTagEntryId.Set(r, mapi.NewOneOff(p.Name, p.Type, p.Address).EntryID())
	setKey(r, props.PidTagSearchKey, p)
	props.PidTagRecipientFlags.Set(r, mapi.RecipientFlagSendable)
	return r
}

// setKey leaves out the key of somebody without an address.
func setKey(m mapi.Setter, k props.Key[[]byte], p Person) {
	if key := mapi.SearchKey(p.Type, p.Address); key != nil {
		k.Set(m, key)
	}
}

func isOrganizer(r mapi.Getter) bool {
	return props.PidTagRecipientFlags.Or(r, 0)&mapi.RecipientFlagOrganizer != 0
}

func isGone(r mapi.Getter) bool {
	return props.PidTagRecipientFlags.Or(r, 0)&mapi.RecipientFlagExceptionalDeleted != 0
}

// find is the recipient that is a person, or nil.
func find(m *mapi.Message, p Person) *mapi.Recipient {
	for _, r := range m.Recipients {
		if recipientOf(r).Same(p) && !isGone(r) {
			return r
		}
	}
	return nil
}

// attendees are the recipients of a meeting without its organiser.
func attendees(m *mapi.Message, organizer Person) (list []*mapi.Recipient) {
	for _, r := range m.Recipients {
		if !isOrganizer(r) && !isGone(r) && !recipientOf(r).Same(organizer) {
			list = append(list, r)
		}
	}
	return list
}
