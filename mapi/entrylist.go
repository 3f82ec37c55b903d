package mapi

import (
	"encoding/binary"
	"fmt"
)

// FlatEntryList returns the binary form of a list of entry ids (MS-OXCDATA 2.3.3), as
// in PidTagReplyRecipientEntries: the count, the number of bytes that follow, and for
// each its size and its bytes, filled up to a multiple of four.
func FlatEntryList(ids []EntryID) []byte {
	var entries []byte
	for _, id := range ids {
		entries = binary.LittleEndian.AppendUint32(entries, uint32(len(id)))
		entries = append(entries, id...)
		entries = append(entries, make([]byte, padding(len(id)))...)
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(ids)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(entries)))
	return append(b, entries...)
}

// ParseFlatEntryList reads the binary form. The last entry need not be filled up. The
// error is [ErrCorruptData]; the entries before the damage are returned with it.
func ParseFlatEntryList(b []byte) ([]EntryID, error) {
	if len(b) < 8 {
		return nil, fmt.Errorf("%w: list of entry ids has %d bytes", ErrCorruptData, len(b))
	}
	count, size := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if b = b[8:]; uint64(size) < uint64(len(b)) {
		b = b[:size]
	}
	var ids []EntryID
	for range count {
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return ids, fmt.Errorf("%w: list of %d entry ids ends after %d", ErrCorruptData, count, len(ids))
		}
		n := int(binary.LittleEndian.Uint32(b))
		ids = append(ids, EntryID(b[4:4+n:4+n]))
		b = b[min(4+n+padding(n), len(b)):]
	}
	return ids, nil
}

// padding is the number of bytes that are missing to a multiple of four.
func padding(n int) int { return -n & 3 }
