package mapi

// MessageFlags are the bits of PidTagMessageFlags (MS-OXCMSG 2.2.1.6).
type MessageFlags int32

const (
	FlagRead         MessageFlags = 0x1    // mfRead
	FlagUnmodified   MessageFlags = 0x2    // mfUnmodified: never changed since it was first saved or delivered
	FlagSubmitted    MessageFlags = 0x4    // mfSubmitted
	FlagUnsent       MessageFlags = 0x8    // mfUnsent: a draft
	FlagHasAttach    MessageFlags = 0x10   // mfHasAttach
	FlagFromMe       MessageFlags = 0x20   // mfFromMe
	FlagAssociated   MessageFlags = 0x40   // mfFAI
	FlagResend       MessageFlags = 0x80   // mfResend
	FlagNotifyRead   MessageFlags = 0x100  // mfNotifyRead: a read receipt is wanted
	FlagNotifyUnread MessageFlags = 0x200  // mfNotifyUnread: a non-read receipt is wanted
	FlagEverRead     MessageFlags = 0x400  // mfEverRead
	FlagInternet     MessageFlags = 0x2000 // mfInternet: came from outside
	FlagUntrusted    MessageFlags = 0x8000 // mfUntrusted
)
