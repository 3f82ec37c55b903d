package msg

import (
	"encoding/binary"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

var le = binary.LittleEndian

// Names of storages and streams (MS-OXMSG 2.2).
const (
	propertiesName = "__properties_version1.0"
	namesName      = "__nameid_version1.0"
	recipientName  = "__recip_version1.0_#"
	attachmentName = "__attach_version1.0_#"
	valueName      = "__substg1.0_"
)

// Sizes of the header of a list of properties, and of a row (MS-OXMSG 2.4).
const (
	topHeader      = 32
	embeddedHeader = 24
	childHeader    = 8
	rowSize        = 16
)

// Flags of a row (MS-OXMSG 2.4.2.1): readable and writable.
const rowFlags = 0x2 | 0x4

// What stands in the row of a storage instead of a size, and behind it.
const (
	storageSize     = 0xFFFFFFFF
	embeddedMessage = 1
	otherStorage    = 4
)

const (
	tagObject  mapi.Tag = 0x3701000D // PidTagAttachDataObject
	tagSupport mapi.Tag = 0x340D0003 // PidTagStoreSupportMask
	tagPage    mapi.Tag = 0x3FFD0003 // PidTagMessageCodepage
	tagNetPage mapi.Tag = 0x3FDE0003 // PidTagInternetCodepage
	tagLocale  mapi.Tag = 0x3FF10003 // PidTagMessageLocaleId
	idHTML              = 0x1013     // PidTagBodyHtml, PidTagHtml

	unicodeOK = 0x00040000 // STORE_UNICODE_OK
)

// classMessage is what the top storage of a .msg file is of: Outlook.
var classMessage = mapi.GUID{0x0B, 0x0D, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46}

// streamName is the stream or storage of a property (MS-OXMSG 2.1.3).
func streamName(t mapi.Tag) string { return fmt.Sprintf("%s%08X", valueName, uint32(t)) }

// elementName is the stream of one value of several (MS-OXMSG 2.1.4.2).
func elementName(t mapi.Tag, i int) string {
	return fmt.Sprintf("%s%08X-%08X", valueName, uint32(t), i)
}

func childName(prefix string, i int) string { return fmt.Sprintf("%s%08X", prefix, i) }

// inRow reports whether a value of this type stands in the row itself.
func inRow(t mapi.Type) bool {
	return !t.IsMultiple() && t.FixedSize() > 0 && t.FixedSize() <= 8
}
