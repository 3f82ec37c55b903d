package rfc822

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// oneOffUID marks an entry id that holds name and address itself (MS-OXCDATA
// 2.2.5.1).
const oneOffUID = "\x81\x2B\x1F\xA4\xBE\xA3\x10\x19\x9D\x6E\x00\xDD\x01\x0F\x54\x02"

// Flags of a one-off entry id.
const (
	oneOffUnicode = 0x8000
	oneOffNoRich  = 0x0001 // the recipient takes no TNEF
)

// appendOneOff appends the entry id of an SMTP address.
func appendOneOff(b []byte, name, addr string) []byte {
	b = append(b, 0, 0, 0, 0)
	b = append(b, oneOffUID...)
	b = append(b, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, oneOffUnicode|oneOffNoRich)
	b = appendUTF16(b, name)
	b = appendUTF16(b, "SMTP")
	return appendUTF16(b, addr)
}

func oneOff(name, addr string) []byte {
	return appendOneOff(make([]byte, 0, oneOffSize(name, addr)), name, addr)
}

// oneOffSize is the size of the entry id, or more.
func oneOffSize(name, addr string) int { return 24 + 2*(len(name)+len(addr)+len("SMTP")+3) }

// appendUTF16 appends s and its terminator.
func appendUTF16(b []byte, s string) []byte {
	n := len(b)
	b = slices.Grow(b, 2*len(s)+2)[:n+2*len(s)+2]
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return append(appendWide(b[:n], s), 0, 0)
		}
		b[n+2*i], b[n+2*i+1] = s[i], 0
	}
	b[len(b)-2], b[len(b)-1] = 0, 0
	return b
}

func appendWide(b []byte, s string) []byte {
	for _, r := range s {
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			b = binary.LittleEndian.AppendUint16(b, uint16(hi))
			r = lo
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return b
}

// parseOneOff reads a one-off entry id. kind is the address type.
func parseOneOff(b []byte) (name, kind, addr string, ok bool) {
	if len(b) < 24 || string(b[4:20]) != oneOffUID {
		return "", "", "", false
	}
	next := cutString8
	if binary.LittleEndian.Uint16(b[22:])&oneOffUnicode != 0 {
		next = cutUTF16
	}
	b = b[24:]
	name, b = next(b)
	kind, b = next(b)
	addr, _ = next(b)
	return name, kind, addr, true
}

func cutUTF16(b []byte) (string, []byte) {
	var units []uint16
	for len(b) >= 2 {
		u := binary.LittleEndian.Uint16(b)
		b = b[2:]
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units)), b
}

func cutString8(b []byte) (string, []byte) {
	for i, c := range b {
		if c == 0 {
			return validString(string(b[:i])), b[i+1:]
		}
	}
	return validString(string(b)), nil
}

// appendFlat appends one entry to a FLATENTRYLIST body: its length, itself and
// padding (MS-OXCDATA 2.3.3).
func appendFlat(list, entry []byte) []byte {
	list = binary.LittleEndian.AppendUint32(list, uint32(len(entry)))
	list = append(list, entry...)
	for len(list)%4 != 0 {
		list = append(list, 0)
	}
	return list
}

// flatEntryList puts count entries behind the head of a FLATENTRYLIST.
func flatEntryList(count int, entries []byte) []byte {
	list := make([]byte, 0, 8+len(entries))
	list = binary.LittleEndian.AppendUint32(list, uint32(count))
	list = binary.LittleEndian.AppendUint32(list, uint32(len(entries)))
	return append(list, entries...)
}

// flatEntries reads a FLATENTRYLIST as far as it goes.
func flatEntries(b []byte) [][]byte {
	if len(b) < 8 {
		return nil
	}
	count := binary.LittleEndian.Uint32(b)
	b = b[8:]
	var entries [][]byte
	for ; count > 0 && len(b) >= 4; count-- {
		n := binary.LittleEndian.Uint32(b)
		b = b[4:]
		if uint64(n) > uint64(len(b)) {
			break
		}
		entries = append(entries, b[:n])
		b = b[min(int(n+3)&^3, len(b)):]
	}
	return entries
}
