package rfc822

import (
	"bytes"
	"encoding/binary"
)

// BinHex 4.0 is a file of a Macintosh as text (RFC 1741): a line that says so, then,
// between colons, six bits in a character; in them runs of bytes are shortened; in that
// a header, the data fork and the resource fork, each with a CRC.

const (
	binHexMark  = "(This file must be converted with BinHex"
	binHexChars = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"

	// runMark is followed by how many of the byte before it there are in all; 0
	// means that it stands for itself.
	runMark = 0x90

	// maxBinHex bounds the forks of a file together: 16 MiB. A short text can
	// stand for a long run.
	maxBinHex = 16 << 20
)

// parseBinHex reads a file, with its data fork among the entries. ok is false when it is
// none, is damaged, or too large: nothing of it may be lost.
func parseBinHex(text []byte) (f appleFile, ok bool) {
	packed, ok := sixBits(text)
	if !ok {
		return f, false
	}
	r := runs{packed: packed}
	start := r.take(1)
	if start == nil || start[0] == 0 || start[0] > 63 {
		return f, false
	}
	n := int(start[0])
	head := r.take(n + 19) // name, version, type, creator, flags, lengths
	if head == nil || !r.sum(head, start) {
		return f, false
	}
	name, rest := head[:n], head[n+1:]
	data, resource := int64(binary.BigEndian.Uint32(rest[10:])), int64(binary.BigEndian.Uint32(rest[14:]))
	if data+resource > maxBinHex {
		return f, false
	}
	finder := append(bytes.Clone(rest[:10]), make([]byte, 22)...) // type, creator, flags; no place in a folder
	f = appleFile{magic: appleSingle, entries: []appleEntry{{entryName, name}, {entryFinder, finder}}}
	for _, fork := range []struct {
		id   uint32
		size int64
	}{{forkData, data}, {forkResource, resource}} {
		b := r.take(int(fork.size))
		if b == nil || !r.sum(b, nil) {
			return f, false
		}
		if fork.id == forkData || len(b) > 0 {
			f.entries = append(f.entries, appleEntry{fork.id, b})
		}
	}
	return f, true
}

// sixBits takes the bytes out of the characters between colons.
func sixBits(text []byte) (packed []byte, ok bool) {
	_, text, ok = bytes.Cut(text, []byte(binHexMark))
	if ok {
		_, text, ok = bytes.Cut(text, []byte{':'})
	}
	if ok {
		text, _, ok = bytes.Cut(text, []byte{':'})
	}
	if !ok {
		return nil, false
	}
	var values [256]byte // of a character, and 1 more
	for i := range len(binHexChars) {
		values[binHexChars[i]] = byte(i) + 1
	}
	packed = make([]byte, 0, len(text)/4*3+3)
	bits, n := uint32(0), 0
	for _, c := range text {
		switch v := values[c]; {
		case v > 0:
			bits, n = bits<<6|uint32(v-1), n+6
			if n >= 8 {
				n -= 8
				packed = append(packed, byte(bits>>n))
			}
		case c != '\r' && c != '\n' && c != ' ' && c != '\t':
			return nil, false
		}
	}
	return packed, true
}

// runs reads bytes whose runs are shortened.
type runs struct {
	packed []byte
	last   byte
	again  int // how often last comes once more
}

// take returns the next n bytes, or nil when there are fewer.
func (r *runs) take(n int) []byte {
	out := make([]byte, 0, min(n, 2*len(r.packed)+r.again+2))
	for len(out) < n {
		if k := min(r.again, n-len(out)); k > 0 {
			for range k {
				out = append(out, r.last)
			}
			r.again -= k
			continue
		}
		if len(r.packed) == 0 {
			return nil
		}
		c := r.packed[0]
		r.packed = r.packed[1:]
		if c == runMark {
			if len(r.packed) == 0 {
				return nil
			}
			count := int(r.packed[0])
			r.packed = r.packed[1:]
			if count > 0 {
				r.again = count - 1
				continue
			}
		}
		r.last = c
		out = append(out, c)
	}
	return out
}

// sum reads the CRC of b, which came after before, and checks it.
func (r *runs) sum(b, before []byte) bool {
	want := r.take(2)
	return want != nil && binary.BigEndian.Uint16(want) == crc16(crc16(0, before), b)
}

// crc16 is the CRC of XMODEM: x^16 + x^12 + x^5 + 1.
func crc16(sum uint16, b []byte) uint16 {
	for _, c := range b {
		sum ^= uint16(c) << 8
		for range 8 {
			carry := sum & 0x8000
			if sum <<= 1; carry != 0 {
				sum ^= 0x1021
			}
		}
	}
	return sum
}
