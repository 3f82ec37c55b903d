package store

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// Ids of the properties that the store computes or stores in its own way.
const (
	idMessageClass      = 0x001A
	idSubject           = 0x0037
	idSubjectPrefix     = 0x003D
	idDisplayBcc        = 0x0E02
	idDisplayCc         = 0x0E03
	idDisplayTo         = 0x0E04
	idMessageFlags      = 0x0E07
	idMessageSize       = 0x0E08 // with PtypInteger64 PidTagMessageSizeExtended
	idParentEntryID     = 0x0E09
	idMessageStatus     = 0x0E17
	idHasAttachments    = 0x0E1B
	idNormalizedSubject = 0x0E1D
	idHasNamed          = 0x664A
	idRead              = 0x0E69
	idAccess            = 0x0FF4
	idInstanceKey       = 0x0FF6
	idAccessLevel       = 0x0FF7
	idMappingSignature  = 0x0FF8
	idRecordKey         = 0x0FF9
	idStoreRecordKey    = 0x0FFA
	idStoreEntryID      = 0x0FFB
	idObjectType        = 0x0FFE
	idEntryID           = 0x0FFF
	idDepth             = 0x3005
	idFolderType        = 0x3601
	idContentCount      = 0x3602
	idContentUnread     = 0x3603
	idSubfolders        = 0x360A
	idAssocCount        = 0x3617
	idSourceKey         = 0x65E0
	idParentSourceKey   = 0x65E1
	idChangeKey         = 0x65E2
	idPCL               = 0x65E3
	idHierarchyChange   = 0x663E
	idDeletedOn         = 0x668F
	idFolderFlags       = 0x66A8
	idCommitTimeMax     = 0x670A
	idDeletedCount      = 0x670B
	idLocalCommitTime   = 0x6709
	idFid               = 0x6748
	idParentFid         = 0x6749
	idMid               = 0x674A
	idInstID            = 0x674D
	idChangeNumber      = 0x67A4
	idAssociated        = 0x67AA
)

var (
	propMessageSizeExtended = mapi.Prop{ID: idMessageSize, Type: mapi.PtypInteger64}
	propMessageStatus       = mapi.Prop{ID: idMessageStatus, Type: mapi.PtypInteger32}
	propDeletedOn           = mapi.Prop{ID: idDeletedOn, Type: mapi.PtypTime}
	propLocalCommitTime     = mapi.Prop{ID: idLocalCommitTime, Type: mapi.PtypTime}
)

// What the owner of a mailbox may do: rights are not evaluated here.
const (
	accessMessage = mapi.AccessModify | mapi.AccessRead | mapi.AccessDelete
	accessFolder  = accessMessage | mapi.AccessCreateHierarchy | mapi.AccessCreateContents | mapi.AccessCreateAssociated
)

// Object types (PidTagObjectType, MS-OXPROPS).
const (
	objectStore   int32 = 1
	objectFolder  int32 = 3
	objectMessage int32 = 5
)

// isComputedMessage tells the properties of a message that only the store
// determines (MS-OXCMSG 2.2.1, MS-OXCPRPT 2.2.1).
func isComputedMessage(p mapi.Prop) bool {
	if p.IsNamed() {
		return false
	}
	switch p.ID {
	case idDisplayBcc, idDisplayCc, idDisplayTo, idMessageSize, idParentEntryID, idMessageStatus,
		idHasAttachments, idHasNamed, idAccess, idInstanceKey, idAccessLevel, idMappingSignature,
		idRecordKey, idStoreRecordKey, idStoreEntryID, idObjectType, idEntryID, idSourceKey,
		idParentSourceKey, idDeletedOn, idLocalCommitTime, idFid, idParentFid, idMid, idInstID,
		idChangeNumber, idAssociated, idChangeKey, idPCL, 0x0E12, 0x0E13:
		return true
	}
	return false
}

// isComputedFolder tells the properties of a folder that only the store
// determines (MS-OXCFOLD 2.2.2.2.1).
func isComputedFolder(p mapi.Prop) bool {
	if p.IsNamed() {
		return false
	}
	switch p.ID {
	case idMessageSize, idParentEntryID, idAccess, idInstanceKey, idAccessLevel, idMappingSignature,
		idRecordKey, idStoreRecordKey, idStoreEntryID, idObjectType, idEntryID, idDepth, idFolderType,
		idContentCount, idContentUnread, idSubfolders, idAssocCount, idSourceKey, idParentSourceKey,
		idChangeKey, idPCL, idHierarchyChange, idDeletedOn, idCommitTimeMax, idDeletedCount, idFid,
		idParentFid, idChangeNumber, 0x0E0A, 0x0E0B, 0x0E0C, 0x0E0D, 0x360E, 0x360F, 0x3610, idFolderFlags:
		return true
	}
	return false
}

// isComputedStore tells the properties of the message store object that only the
// store determines (MS-OXCSTOR 2.2.2).
func isComputedStore(p mapi.Prop) bool {
	if p.IsNamed() {
		return false
	}
	switch p.ID {
	case idMessageSize, idRecordKey, idStoreRecordKey, idStoreEntryID, idEntryID, idObjectType,
		idMappingSignature, 0x3001, 0x340D, 0x35DF, 0x35E0, 0x35E2, 0x35E3, 0x35E4, 0x35E5, 0x35E6, 0x35E7,
		0x35FF, 0x661E, 0x6620, 0x6621, 0x6622, 0x6623, 0x6630:
		return true
	}
	return false
}

// FolderEntryID returns the entry id of a folder of this mailbox
// (MS-OXCDATA 2.2.4.1).
func (b *Mailbox) FolderEntryID(id mapi.FolderID) mapi.EntryID {
	return mapi.FolderEntryID{Provider: b.info.ID, Type: b.idType(mapi.PrivateFolder), Folder: b.global(uint64(id))}.EntryID()
}

// MessageEntryID returns the entry id of a message of this mailbox
// (MS-OXCDATA 2.2.4.2).
func (b *Mailbox) MessageEntryID(folder mapi.FolderID, id mapi.MessageID) mapi.EntryID {
	return mapi.MessageEntryID{Provider: b.info.ID, Type: b.idType(mapi.PrivateMessage),
		Folder: b.global(uint64(folder)), Message: b.global(uint64(id))}.EntryID()
}

func (b *Mailbox) global(counter uint64) mapi.GlobalID {
	return mapi.GlobalID{Replica: b.info.ID, Counter: counter}
}

// changeKey and pcl of a change made here: what an object has unless it came
// with others.
func (b *Mailbox) changeKey(change uint64) []byte { return b.global(change).Bytes() }

func (b *Mailbox) pcl(change uint64) []byte {
	k := b.changeKey(change)
	return append([]byte{byte(len(k))}, k...)
}

// idType is the type in an entry id: another one in a public store.
func (b *Mailbox) idType(private mapi.EntryIDType) mapi.EntryIDType {
	if b.info.Kind == publicMailbox {
		return private + 2
	}
	return private
}

// identity answers for the properties that say which object it is, where and in
// which version: they are made alike for messages and folders (MS-OXCFXICS 2.2.1.2).
func (b *Mailbox) identity(property uint32, object, parent, change uint64) (mapi.Value, bool) {
	switch property {
	case idAccessLevel:
		return int32(1), true
	case idInstanceKey:
		return rowkey.ID(nil, object), true
	case idParentEntryID:
		return []byte(b.FolderEntryID(mapi.FolderID(parent))), true
	case idParentFid:
		return int64(parent), true
	case idStoreRecordKey, idMappingSignature:
		return b.info.ID[:], true
	case idStoreEntryID:
		return b.storeEntryID(), true
	case idSourceKey:
		return b.global(object).Bytes(), true
	case idParentSourceKey:
		return b.global(parent).Bytes(), true
	case idChangeKey:
		return b.changeKey(change), true
	case idPCL:
		return b.pcl(change), true
	case idChangeNumber:
		return int64(change), true
	}
	return nil, false
}
