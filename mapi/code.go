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

	ErrNoSupport       Code = 0x80040102 // MAPI_E_NO_SUPPORT
	ErrBadCharWidth    Code = 0x80040103 // MAPI_E_BAD_CHARWIDTH
	ErrStringTooLong   Code = 0x80040105 // MAPI_E_STRING_TOO_LONG
	ErrUnknownFlags    Code = 0x80040106 // MAPI_E_UNKNOWN_FLAGS
	ErrInvalidEntryID  Code = 0x80040107 // MAPI_E_INVALID_ENTRYID
	ErrInvalidObject   Code = 0x80040108 // MAPI_E_INVALID_OBJECT
	ErrObjectModified  Code = 0x80040109 // MAPI_E_OBJECT_CHANGED, ecObjectModified
	ErrObjectDeleted   Code = 0x8004010A // MAPI_E_OBJECT_DELETED
	ErrBusy            Code = 0x8004010B // MAPI_E_BUSY
	ErrNotEnoughDisk   Code = 0x8004010D // MAPI_E_NOT_ENOUGH_DISK
	ErrNotFound        Code = 0x8004010F // MAPI_E_NOT_FOUND
	ErrVersion         Code = 0x80040110 // MAPI_E_VERSION
	ErrLogonFailed     Code = 0x80040111 // MAPI_E_LOGON_FAILED
	ErrUserCancel      Code = 0x80040113 // MAPI_E_USER_CANCEL
	ErrUnableToAbort   Code = 0x80040114 // MAPI_E_UNABLE_TO_ABORT
	ErrNetwork         Code = 0x80040115 // MAPI_E_NETWORK_ERROR
	ErrDisk            Code = 0x80040116 // MAPI_E_DISK_ERROR
	ErrTooComplex      Code = 0x80040117 // MAPI_E_TOO_COMPLEX
	ErrComputed        Code = 0x8004011A // MAPI_E_COMPUTED
	ErrCorruptData     Code = 0x8004011B // MAPI_E_CORRUPT_DATA
	ErrUnknownCodepage Code = 0x8004011E // MAPI_E_UNKNOWN_CPID

	ErrUnknownEntryID     Code = 0x80040201 // MAPI_E_UNKNOWN_ENTRYID
	ErrInvalidType        Code = 0x80040302 // MAPI_E_INVALID_TYPE
	ErrTypeNoSupport      Code = 0x80040303 // MAPI_E_TYPE_NO_SUPPORT
	ErrUnexpectedType     Code = 0x80040304 // MAPI_E_UNEXPECTED_TYPE
	ErrTooBig             Code = 0x80040305 // MAPI_E_TOO_BIG
	ErrDeclineCopy        Code = 0x80040306 // MAPI_E_DECLINE_COPY
	ErrUnexpectedID       Code = 0x80040307 // MAPI_E_UNEXPECTED_ID
	ErrUnableToComplete   Code = 0x80040400 // MAPI_E_UNABLE_TO_COMPLETE
	ErrTableTooBig        Code = 0x80040403 // MAPI_E_TABLE_TOO_BIG
	ErrInvalidBookmark    Code = 0x80040405 // MAPI_E_INVALID_BOOKMARK
	ErrNotInQueue         Code = 0x80040601 // MAPI_E_NOT_IN_QUEUE
	ErrCollision          Code = 0x80040604 // MAPI_E_COLLISION, ecDuplicateName
	ErrNotInitialized     Code = 0x80040605 // MAPI_E_NOT_INITIALIZED
	ErrNoRecipients       Code = 0x80040607 // MAPI_E_NO_RECIPIENTS
	ErrSubmitted          Code = 0x80040608 // MAPI_E_SUBMITTED
	ErrHasFolders         Code = 0x80040609 // MAPI_E_HAS_FOLDERS
	ErrHasMessages        Code = 0x8004060A // MAPI_E_HAS_MESSAGES
	ErrFolderCycle        Code = 0x8004060B // MAPI_E_FOLDER_CYCLE
	ErrStoreFull          Code = 0x8004060C // MAPI_E_STORE_FULL
	ErrAmbiguousRecipient Code = 0x80040700 // MAPI_E_AMBIGUOUS_RECIP

	ErrQuotaExceeded Code = 0x000004D9 // ecQuotaExceeded
	ErrSearchFolder  Code = 0x00000460 // ecSearchFolder
	ErrMessageCycle  Code = 0x00000504 // ecMsgCycle
	ErrTooManyRecips Code = 0x00000505 // ecTooManyRecips

	ErrSyncObjectDeleted Code = 0x80040800 // SYNC_E_OBJECT_DELETED
	ErrSyncIgnore        Code = 0x80040801 // SYNC_E_IGNORE
	ErrSyncConflict      Code = 0x80040802 // SYNC_E_CONFLICT
	ErrSyncNoParent      Code = 0x80040803 // SYNC_E_NO_PARENT

	WarnErrorsReturned    Code = 0x00040380 // MAPI_W_ERRORS_RETURNED
	WarnPositionChanged   Code = 0x00040481 // MAPI_W_POSITION_CHANGED
	WarnApproxCount       Code = 0x00040482 // MAPI_W_APPROX_COUNT
	WarnPartialCompletion Code = 0x00040680 // MAPI_W_PARTIAL_COMPLETION
	WarnSyncClientNewer   Code = 0x00040821 // SYNC_W_CLIENT_CHANGE_NEWER
)

// IsWarning reports whether c is success with a remark.
func (c Code) IsWarning() bool { return c>>16 == 0x0004 }

// Error returns a short text and the number: "not found (0x8004010F)".
func (c Code) Error() string {
	if s, ok := codeTexts[c]; ok {
		return fmt.Sprintf("%s (0x%08X)", s, uint32(c))
	}
	return fmt.Sprintf("MAPI status 0x%08X", uint32(c))
}

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

var codeTexts = map[Code]string{
	Success:                  "success",
	ErrCallFailed:            "call failed",
	ErrInterfaceNotSupported: "interface not supported",
	ErrNoAccess:              "no access",
	ErrNotEnoughMemory:       "not enough memory",
	ErrInvalidParameter:      "invalid parameter",
	ErrNoSupport:             "not supported",
	ErrBadCharWidth:          "bad character width",
	ErrStringTooLong:         "string too long",
	ErrUnknownFlags:          "unknown flags",
	ErrInvalidEntryID:        "invalid entry id",
	ErrInvalidObject:         "invalid object",
	ErrObjectModified:        "object was modified by another",
	ErrObjectDeleted:         "object was deleted",
	ErrBusy:                  "busy",
	ErrNotEnoughDisk:         "not enough disk space",
	ErrNotFound:              "not found",
	ErrVersion:               "version not supported",
	ErrLogonFailed:           "logon failed",
	ErrUserCancel:            "canceled",
	ErrUnableToAbort:         "unable to abort",
	ErrNetwork:               "network error",
	ErrDisk:                  "disk error",
	ErrTooComplex:            "too complex",
	ErrComputed:              "property is computed by the store",
	ErrCorruptData:           "corrupt data",
	ErrUnknownCodepage:       "unknown code page",
	ErrUnknownEntryID:        "entry id of another store",
	ErrInvalidType:           "invalid property type",
	ErrTypeNoSupport:         "property type not supported",
	ErrUnexpectedType:        "unexpected property type",
	ErrTooBig:                "too big",
	ErrDeclineCopy:           "copy declined",
	ErrUnexpectedID:          "unexpected id",
	ErrUnableToComplete:      "unable to complete",
	ErrTableTooBig:           "table too big",
	ErrInvalidBookmark:       "invalid bookmark",
	ErrNotInQueue:            "not in queue",
	ErrCollision:             "name already exists",
	ErrNotInitialized:        "not initialized",
	ErrNoRecipients:          "no recipients",
	ErrSubmitted:             "message is submitted",
	ErrHasFolders:            "folder has subfolders",
	ErrHasMessages:           "folder has messages",
	ErrFolderCycle:           "folder would contain itself",
	ErrStoreFull:             "store is full",
	ErrAmbiguousRecipient:    "ambiguous recipient",
	ErrQuotaExceeded:         "quota exceeded",
	ErrSearchFolder:          "not possible in a search folder",
	ErrMessageCycle:          "message would contain itself",
	ErrTooManyRecips:         "too many recipients",
	ErrSyncObjectDeleted:     "synchronisation: object was deleted",
	ErrSyncIgnore:            "synchronisation: change is not new",
	ErrSyncConflict:          "synchronisation: conflict",
	ErrSyncNoParent:          "synchronisation: parent folder unknown",
	WarnErrorsReturned:       "some values are errors",
	WarnPositionChanged:      "position changed",
	WarnApproxCount:          "count is approximate",
	WarnPartialCompletion:    "partly completed",
	WarnSyncClientNewer:      "synchronisation: the change here is newer",
}
