package rfc822_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A quoted local part holds what would end an address elsewhere (RFC 5321 4.1.2). What only
// looks like one loses what would change the list around it.
func TestQuotedLocalPartsComeBack(t *testing.T) {
	for in, want := range map[string]string{
		`"quoted local"@example.com`: `"quoted local"@example.com`,
		`"a b\"c"@example.com`:       `"a b\"c"@example.com`,
		`"a@b"@example.com`:          `"a@b"@example.com`,
		`"<x>, y;"@example.com`:      `"<x>, y;"@example.com`,
		`"back\\"@example.com`:       `"back\\"@example.com`,

		"\"a\r\nBcc: b\"@example.com": `"aBcc:b"@example.com`,
		`"open@example.com`:           `open@example.com`,
		`"a b"c@example.com`:          `"ab"c@example.com`,
		`"a"@b"@example.com`:          `a@b@example.com`,
		`"a b"@exam>ple, c@d`:         `ab@examplec@d`,
	} {
		m := &mapi.Message{Recipients: []*mapi.Recipient{{}, {}}}
		for i, addr := range []string{in, "next@example.com"} {
			r := m.Recipients[i]
			props.PidTagRecipientType.Set(r, mapi.RecipientTo)
			props.PidTagDisplayName.Set(r, "Ada")
			props.PidTagAddressType.Set(r, "SMTP")
			props.PidTagEmailAddress.Set(r, addr)
			props.PidTagSmtpAddress.Set(r, addr)
		}
		out := regenerate(t, m)
		again := decodeBytes(t, out)
		require.NotEmpty(t, again.Recipients, in)
		last := again.Recipients[len(again.Recipients)-1]
		assert.Equal(t, "next@example.com", props.PidTagSmtpAddress.Or(last, ""), in)
		got := props.PidTagSmtpAddress.Or(again.Recipients[0], "")
		assert.Equal(t, want, got, "%s", out)
		assert.NotContains(t, string(out), "\r\nBcc")
		list := entity.ParseAddresses([]byte("Ada <" + got + ">"))
		require.Len(t, list, 1)
		assert.Equal(t, got, list[0].Addr)
	}
}
