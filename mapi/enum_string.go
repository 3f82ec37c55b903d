package mapi

import (
	"strconv"
	"strings"
)

// enumString is the text of a value that has no name.
func enumString(n int64) string { return strconv.FormatInt(n, 10) }

type flagName struct {
	bit  uint32
	name string
}

// flagString joins the names of the bits in v, then unknown bits as one number.
func flagString[T uint16 | uint32](v T, names []flagName) string {
	rest := uint32(v)
	var parts []string
	for _, n := range names {
		if rest&n.bit != 0 {
			parts = append(parts, n.name)
			rest &^= n.bit
		}
	}
	if rest != 0 || len(parts) == 0 {
		parts = append(parts, hexOrZero(rest))
	}
	return strings.Join(parts, "|")
}

func hexOrZero(n uint32) string {
	if n == 0 {
		return "0"
	}
	return "0x" + strings.ToUpper(strconv.FormatUint(uint64(n), 16))
}
