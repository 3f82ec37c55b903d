package mapi_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/mapi"
)

func TestEnumerationsPrint(t *testing.T) {
	for _, c := range []struct {
		promise string
		v       fmt.Stringer
		want    string
	}{
		{"a value prints its name without the prefix", mapi.ImportanceHigh, "High"},
		{"a negative value too", mapi.PriorityNonUrgent, "NonUrgent"},
		{"a 16-bit value too", mapi.GenderFemale, "Female"},
		{"an unknown value prints as number", mapi.Importance(7), "7"},
		{"an unknown negative value too", mapi.Importance(-2), "-2"},
		{"flags are joined, unknown bits last", mapi.FlagRead | mapi.FlagHasAttach | 0x4000, "Read|HasAttach|0x4000"},
		{"no flag is 0", mapi.MessageFlags(0), "0"},
		{"unknown flags alone are a number", mapi.MessageFlags(0x40000), "0x40000"},
		{"the highest bit is a flag like others", mapi.RuleStateEnabled | mapi.RuleStateClearOOFHistory, "Enabled|ClearOOFHistory"},
		{"sums of rights print as their bits", mapi.RightsReviewer, "ReadAny|Visible"},
		{"a recipient type prints its role", mapi.RecipientCc, "Cc"},
		{"and its flags", mapi.RecipientTo | mapi.RecipientP1 | mapi.RecipientSubmitted, "To|P1|Submitted"},
		{"an unknown role prints as number", mapi.RecipientType(9), "9"},
		{"a display type has a local and a remote half", mapi.DisplayTypeEx(0x0706) | mapi.DisplayExRemoteValid, "RemoteMailUser|Remote=Room|RemoteValid"},
		{"the remote half is left out when it is not there", mapi.DisplayExACLCapable, "MailUser|ACLCapable"},
	} {
		t.Run(c.promise, func(t *testing.T) { assert.Equal(t, c.want, c.v.String()) })
	}
}

func TestRecipientTypeRoleHasNoFlags(t *testing.T) {
	assert.Equal(t, mapi.RecipientBcc, (mapi.RecipientBcc | mapi.RecipientSubmitted).Role())
}

func ExampleMessageFlags() {
	fmt.Println(mapi.FlagRead | mapi.FlagHasAttach)
	// Output: Read|HasAttach
}
