package rtf

import (
	"encoding/binary"
	"hash/crc32"
)

// The types of compression (MS-OXRTFCP 2.1.3.1.4).
const (
	typeLZFu = 0x75465A4C // "LZFu"
	typeMELA = 0x414C454D // "MELA": not compressed
)

const (
	headerSize = 16
	dictSize   = 4096
	minMatch   = 2
	maxMatch   = minMatch + 15
)

// preset is what the dictionary holds at the beginning (MS-OXRTFCP 2.1.2.1).
const preset = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier" +
	"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// updateCRC is the CRC-32 of the format, which begins with 0 and is not inverted.
func updateCRC(crc uint32, b []byte) uint32 { return ^crc32.Update(^crc, crc32.IEEETable, b) }

// appendHeader appends the header of a body that is size bytes long.
func appendHeader(dst []byte, size, raw int, kind, crc uint32) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(size+headerSize-4))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(raw))
	dst = binary.LittleEndian.AppendUint32(dst, kind)
	return binary.LittleEndian.AppendUint32(dst, crc)
}

// Store returns rtf in the form that says it is not compressed.
func Store(rtf []byte) []byte {
	return append(appendHeader(make([]byte, 0, headerSize+len(rtf)), len(rtf), len(rtf), typeMELA, 0), rtf...)
}
