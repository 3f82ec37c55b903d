package mapi

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// A FolderID names a folder within its mailbox. It is the counter part of the
// folder's global identifier (MS-OXCDATA 2.2.1.1), never given out twice. 0 is no
// folder.
type FolderID uint64

// A MessageID names a message within its mailbox. It is the counter part of the
// message's global identifier (MS-OXCDATA 2.2.1.2), never given out twice, and
// rising with each message created. 0 is no message.
type MessageID uint64

// A ChangeNumber counts the changes of one mailbox (MS-OXCFXICS 2.2.2.3): each
// change of an object has a higher one than all changes before it.
type ChangeNumber uint64

// MaxCounter is the largest counter of an identifier or change: they have 48 bits.
const MaxCounter = 1<<48 - 1

// String returns the hexadecimal form: "f0000000000c".
func (id FolderID) String() string { return fmt.Sprintf("f%012x", uint64(id)) }

// String returns the hexadecimal form: "m0000000000c".
func (id MessageID) String() string { return fmt.Sprintf("m%012x", uint64(id)) }

// ParseFolderID reads what [FolderID.String] writes.
func ParseFolderID(s string) (FolderID, error) {
	n, err := parseID(s, "f")
	return FolderID(n), err
}

// ParseMessageID reads what [MessageID.String] writes.
func ParseMessageID(s string) (MessageID, error) {
	n, err := parseID(s, "m")
	return MessageID(n), err
}

func parseID(s, mark string) (uint64, error) {
	digits, ok := strings.CutPrefix(s, mark)
	n, err := strconv.ParseUint(digits, 16, 48)
	if !ok || err != nil || n == 0 {
		return 0, fmt.Errorf("%w: %q is no id", ErrInvalidParameter, s)
	}
	return n, nil
}

// A GlobalID is an object's identity across stores: the replica that made it and
// a counter within it (MS-OXCDATA 2.2.1.3).
type GlobalID struct {
	Replica GUID
	Counter uint64 // at most MaxCounter
}

// Bytes returns the 22-byte form: the GUID and the counter, most significant
// byte first. It is what source keys and change keys made by a store look like.
func (id GlobalID) Bytes() []byte {
	b := make([]byte, 22)
	copy(b, id.Replica[:])
	putCounter(b[16:], id.Counter)
	return b
}

// ParseGlobalID reads the 22-byte form.
func ParseGlobalID(b []byte) (GlobalID, error) {
	var id GlobalID
	if len(b) != 22 {
		return id, fmt.Errorf("%w: a global id has 22 bytes, not %d", ErrCorruptData, len(b))
	}
	copy(id.Replica[:], b)
	id.Counter = counter(b[16:])
	return id, nil
}

func putCounter(b []byte, n uint64) {
	var w [8]byte
	binary.BigEndian.PutUint64(w[:], n)
	copy(b, w[2:])
}

func counter(b []byte) uint64 {
	var w [8]byte
	copy(w[2:], b[:6])
	return binary.BigEndian.Uint64(w[:])
}
