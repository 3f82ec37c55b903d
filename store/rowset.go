package store

import "github.com/okapi-mail/okapi/mapi"

// rowIDs are the tagged properties that stand in a message's row: those that
// lists show, sort and restrict by. All others are in the body, which tables read
// only when one asks for something unusual.
var rowIDs = [...]uint16{
	0x0017, // PidTagImportance
	0x001A, // PidTagMessageClass
	0x0023, // PidTagOriginatorDeliveryReportRequested
	0x0026, // PidTagPriority
	0x0029, // PidTagReadReceiptRequested
	0x002E, // PidTagOriginalSensitivity
	0x0036, // PidTagSensitivity
	0x0039, // PidTagClientSubmitTime
	0x003D, // PidTagSubjectPrefix
	0x0042, // PidTagSentRepresentingName
	0x0060, // PidTagStartDate
	0x0061, // PidTagEndDate
	0x0065, // PidTagSentRepresentingEmailAddress
	0x0070, // PidTagConversationTopic
	0x0071, // PidTagConversationIndex
	0x0C1A, // PidTagSenderName
	0x0E02, // PidTagDisplayBcc
	0x0E03, // PidTagDisplayCc
	0x0E04, // PidTagDisplayTo
	0x0E06, // PidTagMessageDeliveryTime
	0x0E1D, // PidTagNormalizedSubject
	0x0E2B, // PidTagToDoItemFlags
	0x1035, // PidTagInternetMessageId
	0x1042, // PidTagInReplyToId
	0x1080, // PidTagIconIndex
	0x1081, // PidTagLastVerbExecuted
	0x1082, // PidTagLastVerbExecutionTime
	0x1090, // PidTagFlagStatus
	0x1091, // PidTagFlagCompleteTime
	0x1095, // PidTagFollowupIcon
	0x1096, // PidTagBlockStatus
	0x3001, // PidTagDisplayName
	0x3007, // PidTagCreationTime
	0x3008, // PidTagLastModificationTime
	0x300B, // PidTagSearchKey: tables show it by default
	0x3013, // PidTagConversationId
	0x3018, // PidTagArchiveTag
	0x3019, // PidTagPolicyTag
	0x3A06, // PidTagGivenName
	0x3A08, // PidTagBusinessTelephoneNumber
	0x3A09, // PidTagHomeTelephoneNumber
	0x3A11, // PidTagSurname
	0x3A16, // PidTagCompanyName
	0x3A17, // PidTagTitle
	0x3A1C, // PidTagMobileTelephoneNumber
	0x5D02, // PidTagSentRepresentingSmtpAddress
	0x668F, // PidTagDeletedOn
	0x6709, // PidTagLocalCommitTime
}

// maxRowValue is the size in bytes of the largest value that a row takes. Larger
// ones go to the body, and the row says so.
const maxRowValue = 512

// belongsToRow reports whether a property stands in the row when its value is
// small enough. Of the named ones all do but header names and okapi's own.
func belongsToRow(p mapi.Prop) bool {
	if p.IsNamed() {
		return p.Set != mapi.PSInternetHeaders && p.Set != mapi.PSOkapi
	}
	lo, hi := 0, len(rowIDs)
	for lo < hi {
		if mid := (lo + hi) / 2; uint32(rowIDs[mid]) < p.ID {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(rowIDs) && uint32(rowIDs[lo]) == p.ID
}

// maxRow is how many bytes of properties a row takes, roughly: it is one record.
const maxRow = 24 << 10

func fitsRow(p mapi.Prop, v mapi.Value) bool {
	if _, large := v.(mapi.Stream); large {
		return false
	}
	return mapi.SizeOf(p.Type, v) <= maxRowValue
}
