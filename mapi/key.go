package mapi

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// A SourceKey names a folder or message in synchronisation (PidTagSourceKey). It is
// opaque: the 22 bytes of a [GlobalID] when the store that made the object gave it,
// anything when it was imported. As the value of a property it is a plain []byte.
type SourceKey []byte

// SourceKey returns the key of an object made by a store.
func (id GlobalID) SourceKey() SourceKey { return id.Bytes() }

// GlobalID returns the id that k was made from, if it has that form.
func (k SourceKey) GlobalID() (id GlobalID, ok bool) {
	id, err := ParseGlobalID(k)
	return id, err == nil
}

// A ChangeKey names one version of an object (PidTagChangeKey): the bytes of an
// [XID]. As the value of a property it is a plain []byte.
type ChangeKey []byte

// ChangeKey returns the key of a change made by a store: the id's counter is that of
// the change.
func (id GlobalID) ChangeKey() ChangeKey { return id.Bytes() }

// XID returns what k says. The error is [ErrCorruptData].
func (k ChangeKey) XID() (XID, error) { return ParseXID(k) }

// An XID is a change as its maker counts it (MS-OXCFXICS 2.2.2.2): a namespace, which
// is a replica or any client, and a number of one to eight bytes within it. A
// [GlobalID] is an XID with a number of six bytes.
type XID struct {
	Namespace GUID
	Counter   uint64
	Size      uint8 // bytes of the counter: 1 to 8
}

// XID returns the change that a store made.
func (id GlobalID) XID() XID { return XID{id.Replica, id.Counter, 6} }

// Bytes returns the binary form of 17 to 24 bytes, the counter most significant
// byte first.
func (x XID) Bytes() []byte {
	b := append(make([]byte, 0, 24), x.Namespace[:]...)
	for i := int(x.Size) - 1; i >= 0; i-- {
		b = append(b, byte(x.Counter>>(8*i)))
	}
	return b
}

// ParseXID reads the binary form. The error is [ErrCorruptData].
func ParseXID(b []byte) (XID, error) {
	var x XID
	if len(b) < 17 || len(b) > 24 {
		return x, fmt.Errorf("%w: an XID has 17 to 24 bytes, not %d", ErrCorruptData, len(b))
	}
	copy(x.Namespace[:], b)
	for _, c := range b[16:] {
		x.Counter = x.Counter<<8 | uint64(c)
	}
	x.Size = uint8(len(b) - 16)
	return x, nil
}

// String returns the namespace and the counter.
func (x XID) String() string { return fmt.Sprintf("%v:%0*X", x.Namespace, 2*int(x.Size), x.Counter) }

// Compare orders by namespace, byte by byte, then by counter.
func (x XID) Compare(y XID) int {
	if c := bytes.Compare(x.Namespace[:], y.Namespace[:]); c != 0 {
		return c
	}
	switch {
	case x.Counter < y.Counter:
		return -1
	case x.Counter > y.Counter:
		return 1
	}
	return int(x.Size) - int(y.Size)
}

// SearchKey returns the value of PidTagSearchKey and its kin for an address:
// "SMTP:ADA@EXAMPLE.ORG" and a NUL. It is the same for all spellings of an address,
// so that binary equality finds a person: without regard to case, and with an
// international domain of SMTP as the DNS has it, so that its readable form is found
// too (RFC 5891). It is nil when there is no address.
func SearchKey(addressType, address string) []byte {
	if address == "" {
		return nil
	}
	return AppendSearchKey(make([]byte, 0, len(addressType)+len(address)+2), addressType, address)
}

// AppendSearchKey appends what [SearchKey] returns.
func AppendSearchKey(b []byte, addressType, address string) []byte {
	if address == "" {
		return b
	}
	b = append(appendUpper(b, addressType), ':')
	if strings.EqualFold(addressType, "SMTP") {
		address = withDNSDomain(address)
	}
	return append(appendUpper(b, address), 0)
}

func appendUpper(b []byte, s string) []byte {
	for _, r := range s {
		if r < utf8.RuneSelf {
			if 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
			b = append(b, byte(r))
		} else {
			b = utf8.AppendRune(b, unicode.ToUpper(r))
		}
	}
	return b
}

// withDNSDomain returns an address with its domain in ASCII. A domain that has no such
// form stays as it is.
func withDNSDomain(address string) string {
	at := strings.LastIndexByte(address, '@') + 1
	for i := at; at > 0 && i < len(address); i++ {
		if address[i] >= utf8.RuneSelf {
			if domain, err := idna.Lookup.ToASCII(address[at:]); err == nil {
				return address[:at] + domain
			}
			return address
		}
	}
	return address
}
