package ical_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func TestAttendeeNames(t *testing.T) {
	m := &mapi.Message{}
	for _, c := range []struct {
		name, address string
		role          mapi.RecipientType
		flags         mapi.RecipientFlags
	}{
		{"Ada", "ada@zoo.example", mapi.RecipientTo, mapi.RecipientFlagSendable | mapi.RecipientFlagOrganizer},
		{"Bert", "bert@zoo.example", mapi.RecipientTo, mapi.RecipientFlagSendable},
		{"", "carl@zoo.example", mapi.RecipientCc, mapi.RecipientFlagSendable},
		{"Stable", "stable@zoo.example", mapi.RecipientBcc, mapi.RecipientFlagSendable},
		{"Dora", "dora@zoo.example", mapi.RecipientTo, mapi.RecipientFlagExceptionalDeleted},
		{"Emil", "emil@zoo.example", mapi.RecipientTo | 0x10000000, 0},
	} {
		r := &mapi.Recipient{}
		props.PidTagDisplayName.Set(r, c.name)
		props.PidTagSmtpAddress.Set(r, c.address)
		props.PidTagRecipientType.Set(r, c.role)
		props.PidTagRecipientFlags.Set(r, c.flags)
		m.Recipients = append(m.Recipients, r)
	}
	ical.SetAttendeeNames(m)
	assert.Equal(t, "Bert; carl@zoo.example; Stable; Emil", props.PidLidAllAttendeesString.Or(m, ""), "rooms are among all")
	assert.Equal(t, "Bert; Emil", props.PidLidToAttendeesString.Or(m, ""))
	assert.Equal(t, "carl@zoo.example", props.PidLidCcAttendeesString.Or(m, ""))
}
