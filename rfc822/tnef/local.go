package tnef

import "github.com/okapi-mail/okapi/mapi"

// A place is what a list of properties belongs to.
type place uint8

const (
	inMessage place = iota
	inAttachment
	inRecipient
)

// isLocal reports whether p means something only in the store that made it; see
// the package comment.
func isLocal(p mapi.Prop, in place) bool {
	switch {
	case p.IsNamed():
		return p.Set == mapi.PSOkapi
	case p.ID >= 0x6600 && p.ID <= 0x67FF:
		return true
	}
	switch p.ID {
	case 0x0FF8, // PidTagMappingSignature
		0x0FFA, // PidTagStoreRecordKey
		0x0FFB: // PidTagStoreEntryId
		return true
	case 0x0E09, // PidTagParentEntryId
		0x0E0A, // PidTagSentMailEntryId
		0x0E12, // PidTagMessageRecipients
		0x0E13, // PidTagMessageAttachments
		0x0FF4, // PidTagAccess
		0x0FF6, // PidTagInstanceKey
		0x0FF7, // PidTagAccessLevel
		0x0FF9, // PidTagRecordKey
		0x0FFF, // PidTagEntryId
		0x340D, // PidTagStoreSupportMask
		0x3414, // PR_MDB_PROVIDER
		0x65E0, // PidTagSourceKey
		0x65E1, // PidTagParentSourceKey
		0x65E2, // PidTagChangeKey
		0x65E3: // PidTagPredecessorChangeList
		return in != inRecipient
	}
	return false
}
