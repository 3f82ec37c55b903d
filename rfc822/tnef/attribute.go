package tnef

import (
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

// A stream begins with its signature and a key that ties attachments to places in
// a text (MS-OXTNEF 2.1.3.2).
const (
	signature  = 0x223E9F78
	headSize   = 6
	legacyVers = 0x00010000
)

// An attribute is a level, an id, a length, data and a checksum.
const (
	levelMessage    = 1
	levelAttachment = 2

	attributeHead = 9
	checksumSize  = 2
)

// The ids of attributes: a type in the upper half, a number in the lower
// (MS-OXTNEF 2.1.3.2). Numbers alone tell them apart, but for two of them.
const (
	attOwner                   uint32 = 0x00060000
	attSentFor                 uint32 = 0x00060001
	attDelegate                uint32 = 0x00060002
	attDateStart               uint32 = 0x00030006
	attDateEnd                 uint32 = 0x00030007
	attAidOwner                uint32 = 0x00050008
	attRequestRes              uint32 = 0x00040009
	attOriginalMessageClass    uint32 = 0x00070600
	attOriginalClassOfExchange uint32 = 0x00070006 // QUIRK: Exchange 5.5 writes this number, which is attDateStart's
	attFrom                    uint32 = 0x00008000
	attSubject                 uint32 = 0x00018004
	attDateSent                uint32 = 0x00038005
	attDateRecd                uint32 = 0x00038006
	attMessageStatus           uint32 = 0x00068007
	attMessageClass            uint32 = 0x00078008
	attMessageID               uint32 = 0x00018009
	attParentID                uint32 = 0x0001800A
	attConversationID          uint32 = 0x0001800B
	attBody                    uint32 = 0x0002800C
	attPriority                uint32 = 0x0004800D
	attAttachData              uint32 = 0x0006800F
	attAttachTitle             uint32 = 0x00018010
	attAttachMetaFile          uint32 = 0x00068011
	attAttachCreateDate        uint32 = 0x00038012
	attAttachModifyDate        uint32 = 0x00038013
	attDateModified            uint32 = 0x00038020
	attAttachTransportFilename uint32 = 0x00069001
	attAttachRendData          uint32 = 0x00069002
	attMsgProps                uint32 = 0x00069003
	attRecipTable              uint32 = 0x00069004
	attAttachment              uint32 = 0x00069005
	attTnefVersion             uint32 = 0x00089006
	attOemCodepage             uint32 = 0x00069007
)

// known returns the id as the table above has it, for whatever type a writer gave
// it, and the level at which it stands.
func known(id uint32) (canonical uint32, level byte, ok bool) {
	if id == attOriginalClassOfExchange {
		return attOriginalMessageClass, levelMessage, true
	}
	for _, k := range [...]uint32{
		attOwner, attSentFor, attDelegate, attDateStart, attDateEnd, attAidOwner, attRequestRes,
		attOriginalMessageClass, attFrom, attSubject, attDateSent, attDateRecd, attMessageStatus,
		attMessageClass, attMessageID, attParentID, attConversationID, attBody, attPriority,
		attDateModified, attMsgProps, attRecipTable, attTnefVersion, attOemCodepage,
	} {
		if k&0xFFFF == id&0xFFFF {
			return k, levelMessage, true
		}
	}
	for _, k := range [...]uint32{
		attAttachData, attAttachTitle, attAttachMetaFile, attAttachCreateDate, attAttachModifyDate,
		attAttachTransportFilename, attAttachRendData, attAttachment,
	} {
		if k&0xFFFF == id&0xFFFF {
			return k, levelAttachment, true
		}
	}
	return id, 0, false
}

// The interfaces that an object in a list of properties can have
// (MS-OXTNEF 2.1.3.4).
var (
	iidMessage = mapi.GUID{0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // IID_IMessage
	iidStorage = mapi.GUID{0x0B, 0x00, 0x00, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // IID_IStorage
	iidStream  = mapi.GUID{0x0C, 0x00, 0x00, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46} // IID_IStream
)

// The structure that begins an attachment (MS-OXTNEF 2.1.3.3.15): type, position,
// width, height and flags.
const (
	rendDataSize  = 14
	rendFile      = 1
	rendOLE       = 2
	rendMacBinary = 1
)

// macBinary is the value of PidTagAttachEncoding for MacBinary (MS-OXCMSG 2.2.2.20).
const macBinary = "\x2A\x86\x48\x86\xF7\x14\x03\x0B\x01"

func idString(id uint32) string { return fmt.Sprintf("attribute 0x%08X", id) }
