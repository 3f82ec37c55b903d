package rfc822

import (
	"unsafe"

	"github.com/okapi-mail/okapi/mapi"
)

// An ordinary conversion to an interface copies a string or slice to a place of
// its own. A mail has dozens of them, and these tiny allocations took a sixth of
// the time of decoding a small one. Here the values stay where they stand, side by
// side, and must not change any more. That an interface is a type and a pointer
// is how all versions of Go have it; a test fails should that change.

func boxString(p *string) mapi.Value {
	var v mapi.Value = ""
	(*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1] = unsafe.Pointer(p)
	return v
}

func boxBytes(p *[]byte) mapi.Value {
	var v mapi.Value = []byte(nil)
	(*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1] = unsafe.Pointer(p)
	return v
}

// box is s as a value. Strings of a small mail stand together; those of others
// would keep each other in memory.
func (m *message) box(s string) mapi.Value {
	if !m.src.isSmall() {
		return s
	}
	if len(m.room) == 0 {
		m.room = make([]string, 8)
	}
	p := &m.room[0]
	m.room = m.room[1:]
	*p = s
	return boxString(p)
}
