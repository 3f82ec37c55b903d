package mapi

import (
	"fmt"
	"io/fs"
)

// A Code is a MAPI status code (MS-OXCDATA 2.4). It is an error of its own, so
// errors.Is(err, mapi.ErrNotFound) works on everything that okapi returns. Codes
// also match the errors of package io/fs where they mean the same:
// fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid.
type Code uint32

// The codes that okapi returns or that gateways need. Names follow the MAPI
// client's; the comment has the original.
const (
	Success Code = 0 // S_OK

	ErrCallFailed            Code = 0x80004005 // MAPI_E_CALL_FAILED, ecError
	ErrInterfaceNotSupported Code = 0x80004002 // MAPI_E_INTERFACE_NOT_SUPPORTED
	ErrNoAccess              Code = 0x80070005 // MAPI_E_NO_ACCESS, ecAccessDenied
	ErrNotEnoughMemory       Code = 0x8007000E // MAPI_E_NOT_ENOUGH_MEMORY
	ErrInvalidParameter      Code = 0x80070057 // MAPI_E_INVALID_PARAMETER

	ErrNoSupport          Code = 0x80040102 // MAPI_E_NO_SUPPORT
	ErrBadCharWidth       Code = 0x80040103 // MAPI_E_BAD_CHARWIDTH
	ErrStringTooLong      Code = 0x80040105 // MAPI_E_STRING_TOO_LONG
	ErrUnknownFlags       Code = 0x80040106 // MAPI_E_UNKNOWN_FLAGS
	ErrInvalidEntryID     Code = 0x80040107 // MAPI_E_INVALID_ENTRYID
	ErrInvalidObject      Code = 0x80040108 // MAPI_E_INVALID_OBJECT
	ErrObjectModified     Code = 0x80040109 // MAPI_E_OBJECT_CHANGED, ecObjectModified
	ErrObjectDeleted      Code = 0x8004010A // MAPI_E_OBJECT_DELETED
	ErrBusy               Code = 0x8004010B // MAPI_E_BUSY
	ErrNotEnoughDisk      Code = 0x8004010D // MAPI_E_NOT_ENOUGH_DISK
	ErrNotEnoughResources Code = 0x8004010E // MAPI_E_NOT_ENOUGH_RESOURCES
	ErrNotFound           Code = 0x8004010F // MAPI_E_NOT_FOUND
	ErrVersion            Code = 0x80040110 // MAPI_E_VERSION
	ErrLogonFailed        Code = 0x80040111 // MAPI_E_LOGON_FAILED
	ErrSessionLimit       Code = 0x80040112 // MAPI_E_SESSION_LIMIT
	ErrUserCancel         Code = 0x80040113 // MAPI_E_USER_CANCEL
	ErrUnableToAbort      Code = 0x80040114 // MAPI_E_UNABLE_TO_ABORT
	ErrNetwork            Code = 0x80040115 // MAPI_E_NETWORK_ERROR
	ErrDisk               Code = 0x80040116 // MAPI_E_DISK_ERROR
	ErrTooComplex         Code = 0x80040117 // MAPI_E_TOO_COMPLEX
	ErrBadColumn          Code = 0x80040118 // MAPI_E_BAD_COLUMN
	ErrComputed           Code = 0x8004011A // MAPI_E_COMPUTED
	ErrCorruptData        Code = 0x8004011B // MAPI_E_CORRUPT_DATA
	ErrUnknownCodepage    Code = 0x8004011E // MAPI_E_UNKNOWN_CPID
	ErrUnknownLocale      Code = 0x8004011F // MAPI_E_UNKNOWN_LCID
	ErrAccountDisabled    Code = 0x80040124 // MAPI_E_ACCOUNT_DISABLED
	ErrOffline            Code = 0x80040126 // MAPI_E_OFFLINE

	ErrUnknownEntryID     Code = 0x80040201 // MAPI_E_UNKNOWN_ENTRYID
	ErrBadValue           Code = 0x80040301 // MAPI_E_BAD_VALUE
	ErrInvalidType        Code = 0x80040302 // MAPI_E_INVALID_TYPE
	ErrTypeNoSupport      Code = 0x80040303 // MAPI_E_TYPE_NO_SUPPORT
	ErrUnexpectedType     Code = 0x80040304 // MAPI_E_UNEXPECTED_TYPE
	ErrTooBig             Code = 0x80040305 // MAPI_E_TOO_BIG
	ErrDeclineCopy        Code = 0x80040306 // MAPI_E_DECLINE_COPY
	ErrUnexpectedID       Code = 0x80040307 // MAPI_E_UNEXPECTED_ID
	ErrUnableToComplete   Code = 0x80040400 // MAPI_E_UNABLE_TO_COMPLETE
	ErrTimeout            Code = 0x80040401 // MAPI_E_TIMEOUT
	ErrTableEmpty         Code = 0x80040402 // MAPI_E_TABLE_EMPTY
	ErrTableTooBig        Code = 0x80040403 // MAPI_E_TABLE_TOO_BIG
	ErrInvalidBookmark    Code = 0x80040405 // MAPI_E_INVALID_BOOKMARK
	ErrWait               Code = 0x80040500 // MAPI_E_WAIT
	ErrCancel             Code = 0x80040501 // MAPI_E_CANCEL
	ErrNotMe              Code = 0x80040502 // MAPI_E_NOT_ME
	ErrCorruptStore       Code = 0x80040600 // MAPI_E_CORRUPT_STORE
	ErrNotInQueue         Code = 0x80040601 // MAPI_E_NOT_IN_QUEUE
	ErrCollision          Code = 0x80040604 // MAPI_E_COLLISION, ecDuplicateName
	ErrNotInitialized     Code = 0x80040605 // MAPI_E_NOT_INITIALIZED
	ErrNonStandard        Code = 0x80040606 // MAPI_E_NON_STANDARD
	ErrNoRecipients       Code = 0x80040607 // MAPI_E_NO_RECIPIENTS
	ErrSubmitted          Code = 0x80040608 // MAPI_E_SUBMITTED
	ErrHasFolders         Code = 0x80040609 // MAPI_E_HAS_FOLDERS
	ErrHasMessages        Code = 0x8004060A // MAPI_E_HAS_MESSAGES
	ErrFolderCycle        Code = 0x8004060B // MAPI_E_FOLDER_CYCLE
	ErrStoreFull          Code = 0x8004060C // MAPI_E_STORE_FULL
	ErrLockIDLimit        Code = 0x8004060D // MAPI_E_LOCKID_LIMIT
	ErrAmbiguousRecipient Code = 0x80040700 // MAPI_E_AMBIGUOUS_RECIP

	ErrQuotaExceeded Code = 0x000004D9 // ecQuotaExceeded
	ErrSearchFolder  Code = 0x00000460 // ecSearchFolder
	ErrMessageCycle  Code = 0x00000504 // ecMsgCycle
	ErrTooManyRecips Code = 0x00000505 // ecTooManyRecips

	ErrSyncObjectDeleted Code = 0x80040800 // SYNC_E_OBJECT_DELETED
	ErrSyncIgnore        Code = 0x80040801 // SYNC_E_IGNORE
	ErrSyncConflict      Code = 0x80040802 // SYNC_E_CONFLICT
	ErrSyncNoParent      Code = 0x80040803 // SYNC_E_NO_PARENT
	ErrSyncCycle         Code = 0x80040804 // SYNC_E_CYCLE
	ErrSyncStateTooOld   Code = 0x80040805 // SYNC_E_UNSYNCHRONIZED

	ErrNamedPropQuota Code = 0x80040900 // MAPI_E_NAMED_PROP_QUOTA_EXCEEDED
	ErrNotImplemented Code = 0x80040FFF // MAPI_E_NOT_IMPLEMENTED

	WarnNoService         Code = 0x00040203 // MAPI_W_NO_SERVICE
	WarnErrorsReturned    Code = 0x00040380 // MAPI_W_ERRORS_RETURNED
	WarnPositionChanged   Code = 0x00040481 // MAPI_W_POSITION_CHANGED
	WarnApproxCount       Code = 0x00040482 // MAPI_W_APPROX_COUNT
	WarnCancelMessage     Code = 0x00040580 // MAPI_W_CANCEL_MESSAGE
	WarnPartialCompletion Code = 0x00040680 // MAPI_W_PARTIAL_COMPLETION
	WarnSyncProgress      Code = 0x00040820 // SYNC_W_PROGRESS
	WarnSyncClientNewer   Code = 0x00040821 // SYNC_W_CLIENT_CHANGE_NEWER
)

// IsWarning reports whether c is success with a remark.
func (c Code) IsWarning() bool { return c>>16 == 0x0004 }

// Error returns a short text and the number: "not found (0x8004010F)".
func (c Code) Error() string {
	s := codeText(c)
	if s == "" {
		s = c.Name()
	}
	if s == "" {
		return fmt.Sprintf("MAPI status 0x%08X", uint32(c))
	}
	return fmt.Sprintf("%s (0x%08X)", s, uint32(c))
}

// Name returns the name that a MAPI client or server has for c, such as
// "MAPI_E_NOT_FOUND" or "ecQuotaExceeded", and "" when it has none.
func (c Code) Name() string { return codeName(c) }

// Is makes codes match the errors of package io/fs that mean the same.
func (c Code) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return c == ErrNotFound || c == ErrObjectDeleted || c == ErrUnknownEntryID
	case fs.ErrExist:
		return c == ErrCollision
	case fs.ErrPermission:
		return c == ErrNoAccess
	case fs.ErrInvalid:
		return c == ErrInvalidParameter
	}
	return false
}
