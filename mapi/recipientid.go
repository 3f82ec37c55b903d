package mapi

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// A OneOffEntryID is what the entry id of a recipient says who is in no address book
// (MS-OXCDATA 2.2.5.1).
type OneOffEntryID struct {
	Flags       OneOffFlags
	DisplayName string
	AddressType string // "SMTP"
	Address     string
}

// OneOffFlags are the bits of a [OneOffEntryID].
type OneOffFlags uint16

const (
	OneOffNoRichText OneOffFlags = 0x0001 // MAPI_SEND_NO_RICH_INFO: the recipient cannot read TNEF
	OneOffNoLookup   OneOffFlags = 0x1000 // do not look the address up in address books
	OneOffUnicode    OneOffFlags = 0x8000 // MAPI_ONE_OFF_UNICODE: texts are UTF-16, else 8-bit
)

// NewOneOff returns the entry id for an address without an entry, with texts in
// Unicode.
func NewOneOff(displayName, addressType, address string) OneOffEntryID {
	return OneOffEntryID{OneOffUnicode | OneOffNoRichText, displayName, addressType, address}
}

// EntryID returns the binary form. Texts end at a NUL. Without [OneOffUnicode] they
// are written as UTF-8, which agrees with all code pages in ASCII.
func (o OneOffEntryID) EntryID() EntryID {
	b := append(make([]byte, 4, 64), ProviderOneOff[:]...)
	b = binary.LittleEndian.AppendUint16(b, 0) // version
	b = binary.LittleEndian.AppendUint16(b, uint16(o.Flags))
	for _, s := range []string{o.DisplayName, o.AddressType, o.Address} {
		s = beforeNUL(s)
		if o.Flags&OneOffUnicode == 0 {
			b = append(append(b, s...), 0)
			continue
		}
		for _, r := range s {
			b = appendUTF16(b, r)
		}
		b = append(b, 0, 0)
	}
	return b
}

// ParseOneOffEntryID reads the entry id of a one-off recipient. Texts in 8-bit
// characters are decoded by text; nil takes them for UTF-8 if that is valid, else for
// windows-1252. The error is [ErrInvalidEntryID]. Bytes after the last text are
// ignored, as Outlook pads.
func ParseOneOffEntryID(b []byte, text func([]byte) (string, error)) (OneOffEntryID, error) {
	var o OneOffEntryID
	if EntryID(b).Kind() != KindOneOff || len(b) < entryIDHeader+4 {
		return o, fmt.Errorf("%w: not a one-off recipient's: %d bytes", ErrInvalidEntryID, len(b))
	}
	if v := binary.LittleEndian.Uint16(b[20:]); v != 0 {
		return o, fmt.Errorf("%w: one-off recipient of version %d", ErrInvalidEntryID, v)
	}
	o.Flags = OneOffFlags(binary.LittleEndian.Uint16(b[22:]))
	if text == nil {
		text = guessText
	}
	rest := b[24:]
	for _, field := range []*string{&o.DisplayName, &o.AddressType, &o.Address} {
		var err error
		if o.Flags&OneOffUnicode != 0 {
			*field, rest, err = cutUTF16(rest)
		} else {
			*field, rest, err = cutText(rest, text)
		}
		if err != nil {
			return OneOffEntryID{}, fmt.Errorf("%w: one-off recipient: %w", ErrInvalidEntryID, err)
		}
	}
	return o, nil
}

// An AddressBookEntryID is what the entry id of an entry in the address book of an
// Exchange organisation says (MS-OXCDATA 2.2.5.2).
type AddressBookEntryID struct {
	Type DisplayType
	DN   string // X.500 distinguished name: "/o=Zoo/ou=Exchange/cn=Recipients/cn=ada"
}

// EntryID returns the binary form. The name ends at a NUL.
func (a AddressBookEntryID) EntryID() EntryID {
	b := append(make([]byte, 4, 64), ProviderAddressBook[:]...)
	b = binary.LittleEndian.AppendUint32(b, 1) // version
	b = binary.LittleEndian.AppendUint32(b, uint32(a.Type))
	return append(append(b, beforeNUL(a.DN)...), 0)
}

// ParseAddressBookEntryID reads the entry id of an entry in an address book. The
// error is [ErrInvalidEntryID]. Bytes after the name are ignored, as Outlook pads.
func ParseAddressBookEntryID(b []byte) (AddressBookEntryID, error) {
	if EntryID(b).Kind() != KindAddressBook || len(b) < entryIDHeader+8 {
		return AddressBookEntryID{}, fmt.Errorf("%w: not an address book's: %d bytes", ErrInvalidEntryID, len(b))
	}
	if v := binary.LittleEndian.Uint32(b[20:]); v != 1 {
		return AddressBookEntryID{}, fmt.Errorf("%w: address book entry of version %d", ErrInvalidEntryID, v)
	}
	dn, _, err := cutText(b[28:], guessText)
	if err != nil {
		return AddressBookEntryID{}, fmt.Errorf("%w: address book entry: %w", ErrInvalidEntryID, err)
	}
	return AddressBookEntryID{DisplayType(binary.LittleEndian.Uint32(b[24:])), dn}, nil
}

func beforeNUL(s string) string {
	for i := range len(s) {
		if s[i] == 0 {
			return s[:i]
		}
	}
	return s
}

func appendUTF16(b []byte, r rune) []byte {
	for _, u := range utf16.AppendRune(nil, r) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// cutUTF16 reads a text up to its terminator and returns what follows it.
func cutUTF16(b []byte) (string, []byte, error) {
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		u := binary.LittleEndian.Uint16(b)
		if u == 0 {
			return string(utf16.Decode(units)), b[2:], nil
		}
		units = append(units, u)
	}
	return "", nil, errNoEnd
}

func cutText(b []byte, text func([]byte) (string, error)) (string, []byte, error) {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return "", nil, errNoEnd
	}
	s, err := text(b[:i])
	return s, b[i+1:], err
}

var errNoEnd = fmt.Errorf("text without end")

func guessText(b []byte) (string, error) {
	if utf8.Valid(b) {
		return string(b), nil
	}
	b, err := charmap.Windows1252.NewDecoder().Bytes(b)
	return string(b), err
}
