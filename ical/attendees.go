package ical

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// SetAttendeeNames sets the lists of names that clients show of a meeting: of all
// attendees, with rooms and other resources, of those who are required and of those who
// are not (MS-OXOCAL 2.2.1.16 to 2.2.1.18). The organiser, and who is not invited to an
// instance of a series any more, are in none. Somebody without a name is there by the
// address.
func SetAttendeeNames(m *mapi.Message) {
	var room [3][8]string // enough for most
	all, to, cc := room[0][:0], room[1][:0], room[2][:0]
	for _, r := range m.Recipients {
		if props.PidTagRecipientFlags.Or(r, 0)&(mapi.RecipientFlagOrganizer|mapi.RecipientFlagExceptionalDeleted) != 0 {
			continue
		}
		name := props.PidTagDisplayName.Or(r, "")
		if name == "" {
			name = recipientPerson(r).address
		}
		switch props.PidTagRecipientType.Or(r, mapi.RecipientTo).Role() {
		case mapi.RecipientTo:
			to = append(to, name)
		case mapi.RecipientCc:
			cc = append(cc, name)
		case mapi.RecipientBcc:
		default:
			continue
		}
		all = append(all, name)
	}
	props.PidLidAllAttendeesString.Set(m, strings.Join(all, "; "))
	props.PidLidToAttendeesString.Set(m, strings.Join(to, "; "))
	props.PidLidCcAttendeesString.Set(m, strings.Join(cc, "; "))
}
