package ical

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// globalPrefix begins every GlobalObjectId (MS-OXOCAL 2.2.1.27).
var globalPrefix = [16]byte{0x04, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08}

const (
	globalHeader = 40 // bytes before the data
	vCalUID      = "vCal-Uid\x01\x00\x00\x00"
)

// GlobalObjectID is the identity of the calendar object that a UID names
// (MS-OXCICAL 2.1.3.1.1.20.26). original is the date of the instance when it is one
// of a series, with fields of the wall clock, else the zero time. With the zero time
// the result is the clean identity, which all instances share.
func GlobalObjectID(uid string, original time.Time) []byte {
	id := parseGlobalUID(uid)
	if id == nil {
		id = make([]byte, globalHeader, globalHeader+len(vCalUID)+len(uid)+1)
		copy(id, globalPrefix[:])
		id = append(append(append(id, vCalUID...), uid...), 0)
		binary.LittleEndian.PutUint32(id[36:], uint32(len(id)-globalHeader))
	}
	clear(id[16:20])
	if !original.IsZero() {
		binary.BigEndian.PutUint16(id[16:], uint16(original.Year()))
		id[18], id[19] = byte(original.Month()), byte(original.Day())
	}
	return id
}

// parseGlobalUID reads a UID that is a GlobalObjectId in hexadecimal digits.
func parseGlobalUID(uid string) []byte {
	if len(uid) < 2*globalHeader || len(uid) > 1<<16 {
		return nil
	}
	id, err := hex.DecodeString(uid)
	if err != nil || !bytes.HasPrefix(id, globalPrefix[:]) {
		return nil
	}
	return id
}

// UID is the UID that a GlobalObjectId stands for: the text in it, or its digits
// with the date of the instance cleared. It is "" for bytes that are no
// GlobalObjectId.
func UID(id []byte) string {
	if len(id) < globalHeader || !bytes.HasPrefix(id, globalPrefix[:]) {
		return ""
	}
	if data, ok := bytes.CutPrefix(id[globalHeader:], []byte(vCalUID)); ok {
		text, _, _ := strings.Cut(string(data), "\x00")
		if text != "" {
			return strings.ToValidUTF8(text, "\uFFFD")
		}
	}
	id = bytes.Clone(id)
	clear(id[16:20])
	return strings.ToUpper(hex.EncodeToString(id))
}
