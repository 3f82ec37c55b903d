package msg

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

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

// A valueKey says which value a stream or storage holds: one of a property with
// several, or the only one.
type valueKey struct {
	tag   mapi.Tag
	index int32
}

// single is the index of a value, or list of sizes, that is not one of several.
const single = -1

// name is the name of the stream or storage (MS-OXMSG 2.1.3, 2.1.4.2).
func (k valueKey) name() string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, len(valueName)+17)
	b = append(b, valueName...)
	number := func(n uint32) {
		for shift := 28; shift >= 0; shift -= 4 {
			b = append(b, digits[n>>shift&0xF])
		}
	}
	number(uint32(k.tag))
	if k.index != single {
		b = append(b, '-')
		number(uint32(k.index))
	}
	return string(b)
}

// parseValueName is the inverse. Case does not matter, as in all names of a compound
// file.
func parseValueName(name string) (valueKey, bool) {
	n := len(valueName)
	if len(name) < n+8 || !strings.EqualFold(name[:n], valueName) {
		return valueKey{}, false
	}
	tag, err := strconv.ParseUint(name[n:n+8], 16, 32)
	k := valueKey{mapi.Tag(tag), single}
	if rest := name[n+8:]; err == nil && rest != "" {
		var index uint64
		index, err = strconv.ParseUint(rest[1:], 16, 31)
		if k.index = int32(index); rest[0] != '-' || len(rest) != 9 {
			return valueKey{}, false
		}
	}
	return k, err == nil
}

// streamName is the stream or storage of a property.
func streamName(t mapi.Tag) string { return valueKey{t, single}.name() }

// elementName is the stream of one value of several.
func elementName(t mapi.Tag, i int) string { return valueKey{t, int32(i)}.name() }

func childName(prefix string, i int) string { return fmt.Sprintf("%s%08X", prefix, i) }

// inRow reports whether a value of this type stands in the row itself.
func inRow(t mapi.Type) bool {
	return !t.IsMultiple() && t.FixedSize() > 0 && t.FixedSize() <= 8
}
