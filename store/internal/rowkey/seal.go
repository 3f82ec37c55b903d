package rowkey

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/okapi-mail/okapi/mapi"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal appends the checksum of key and payload to the payload.
func Seal(key, payload []byte) []byte {
	return binary.LittleEndian.AppendUint32(payload, sum(key, payload))
}

// Open checks a sealed value and returns its payload. A value that fails its
// checksum, or stands under another key than it was written for, is
// mapi.ErrCorruptData.
func Open(key, value []byte) ([]byte, error) {
	n := len(value) - 4
	if n < 0 || binary.LittleEndian.Uint32(value[n:]) != sum(key, value[:n]) {
		return nil, fmt.Errorf("%w: checksum of record %x", mapi.ErrCorruptData, key)
	}
	return value[:n:n], nil
}

func sum(key, payload []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, payload)
}
