package entity

import "encoding/binary"

// PlainRun is the number of bytes at the begin of b that are printable ASCII other
// than "=": those that every transfer encoding could leave as they are.
func PlainRun(b []byte) int {
	i := 0
	for i+8 <= len(b) && allPlain(binary.NativeEndian.Uint64(b[i:])) {
		i += 8
	}
	for i < len(b) && isPlain(b[i]) {
		i++
	}
	return i
}

func isPlain(c byte) bool { return c >= ' ' && c < 0x7f && c != '=' }

// allPlain is isPlain for eight bytes at once. Each line of the sum sets the high
// bit of the bytes that are not plain. A carry or borrow can set bits of other
// bytes only when there is such a byte, so that the answer for all is exact.
func allPlain(x uint64) bool {
	const ones = 0x0101010101010101
	const high = 0x80 * ones
	eq := x ^ '='*ones
	return (x| // from 0x80 up
		(x+ones)| // 0x7f
		(x-' '*ones)| // below the blank
		(eq-ones)&^eq)& // "="
		high == 0
}
