package report

import (
	"encoding/binary"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// threadHeader is the length of the first part of a conversation index: six bytes of
// time and a GUID.
const threadHeader = 22

// childIndex is the conversation index of an answer to a message with that index: five
// bytes more, which hold how much later the answer came (MS-OXOMSG 2.2.1.3). The bits
// that programs draw at random are zero. An index that is none gives nil.
func childIndex(parent []byte, at time.Time) []byte {
	if len(parent) < threadHeader || (len(parent)-threadHeader)%5 != 0 || len(parent) > maxThread || parent[0] != 1 {
		return nil
	}
	var begin [8]byte
	copy(begin[:6], parent) // the upper six bytes of a FILETIME
	now, then := mapi.ToFileTime(at), binary.BigEndian.Uint64(begin[:])
	var delta uint64
	if now > then {
		delta = now - then
	}
	const coarse = 1 << 31 // says that the difference is in larger units
	block := uint32(delta >> 18 & (coarse - 1))
	if delta >= 1<<49 {
		block = coarse | uint32(delta>>23&(coarse-1))
	}
	child := binary.BigEndian.AppendUint32(parent[:len(parent):len(parent)], block)
	return append(child, 0)
}

// maxThread bounds a conversation index that is made longer, in bytes: some 200
// answers.
const maxThread = 1 << 10
