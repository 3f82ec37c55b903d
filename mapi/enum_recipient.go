package mapi

// recipientRole has the bits of a [RecipientType] that hold the role; the others
// are flags.
const recipientRole RecipientType = 0x0FFFFFFF

// Role is t without its flags: RecipientTo, RecipientCc, RecipientBcc or
// RecipientOriginator.
func (t RecipientType) Role() RecipientType { return t & recipientRole }

// String returns the role and the flags: "To", "Cc|P1".
func (t RecipientType) String() string {
	s := enumString(int64(t.Role()))
	switch t.Role() {
	case RecipientOriginator:
		s = "Originator"
	case RecipientTo:
		s = "To"
	case RecipientCc:
		s = "Cc"
	case RecipientBcc:
		s = "Bcc"
	}
	if flags := t &^ recipientRole; flags != 0 {
		s += "|" + flagString(uint32(flags), []flagName{{0x10000000, "P1"}, {0x80000000, "Submitted"}})
	}
	return s
}
