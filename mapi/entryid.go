package mapi

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// An EntryID names an object to clients: a folder, a message, a recipient, an entry
// of an address book. Its first four bytes are flags, the next sixteen name the
// provider that understands the rest (MS-OXCDATA 2.2.4, 2.2.5). As the value of a
// property it is a plain []byte.
type EntryID []byte

// An EntryIDKind says what an [EntryID] names.
type EntryIDKind uint8

const (
	UnknownEntryID  EntryIDKind = iota
	KindFolder                  // [FolderEntryID]
	KindMessage                 // [MessageEntryID]
	KindOneOff                  // [OneOffEntryID]
	KindAddressBook             // [AddressBookEntryID]
)

// The providers of entry ids whose form is known.
var (
	ProviderOneOff      = GUID{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02} // muidOOP
	ProviderAddressBook = GUID{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82} // muidEMSAB
	ProviderPublicStore = GUID{0x1A, 0x44, 0x73, 0x90, 0xAA, 0x66, 0x11, 0xCD, 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A} // public folders' provider
)

const (
	entryIDHeader      = 20 // flags and provider
	folderEntryIDSize  = 46
	messageEntryIDSize = 70
)

// Provider returns the GUID that names the provider, or the zero GUID when e is too
// short.
func (e EntryID) Provider() (g GUID) {
	if len(e) >= entryIDHeader {
		copy(g[:], e[4:])
	}
	return g
}

// Kind returns what e names, going by its provider, size and type. The rest may
// still be malformed.
func (e EntryID) Kind() EntryIDKind {
	switch p := e.Provider(); {
	case p.IsZero():
		return UnknownEntryID
	case p == ProviderOneOff:
		return KindOneOff
	case p == ProviderAddressBook:
		return KindAddressBook
	case len(e) == folderEntryIDSize && EntryIDType(binary.LittleEndian.Uint16(e[20:])).isFolder():
		return KindFolder
	case len(e) == messageEntryIDSize && EntryIDType(binary.LittleEndian.Uint16(e[20:])).isMessage():
		return KindMessage
	}
	return UnknownEntryID
}

// String returns hexadecimal digits.
func (e EntryID) String() string { return strings.ToUpper(hex.EncodeToString(e)) }

// An EntryIDType tells folders and messages, private and public ones, apart in entry
// ids (MS-OXCDATA 2.2.4).
type EntryIDType uint16

const (
	PrivateFolder  EntryIDType = 0x0001 // eitLTPrivateFolder
	PublicFolder   EntryIDType = 0x0003 // eitLTPublicFolder
	MappedFolder   EntryIDType = 0x0005 // eitLTWackyFolder: a folder of a mailbox, seen in public folders
	PrivateMessage EntryIDType = 0x0007 // eitLTPrivateMessage
	PublicMessage  EntryIDType = 0x0009 // eitLTPublicMessage
	MappedMessage  EntryIDType = 0x000B // eitLTWackyMessage
)

func (t EntryIDType) isFolder() bool {
	return t == PrivateFolder || t == PublicFolder || t == MappedFolder
}

func (t EntryIDType) isMessage() bool {
	return t == PrivateMessage || t == PublicMessage || t == MappedMessage
}

// A FolderEntryID is what the entry id of a folder says (MS-OXCDATA 2.2.4.1).
type FolderEntryID struct {
	Provider GUID // the mailbox's GUID, or ProviderPublicStore
	Type     EntryIDType
	Folder   GlobalID
}

// EntryID returns the 46-byte form.
func (f FolderEntryID) EntryID() EntryID {
	b := appendEntryIDHeader(make([]byte, 0, folderEntryIDSize), f.Provider, f.Type)
	return appendPaddedID(b, f.Folder)
}

// ParseFolderEntryID reads the entry id of a folder. The error is
// [ErrInvalidEntryID].
func ParseFolderEntryID(b []byte) (FolderEntryID, error) {
	e := EntryID(b)
	if e.Kind() != KindFolder {
		return FolderEntryID{}, fmt.Errorf("%w: not a folder's: %d bytes", ErrInvalidEntryID, len(b))
	}
	return FolderEntryID{
		Provider: e.Provider(),
		Type:     EntryIDType(binary.LittleEndian.Uint16(b[20:])),
		Folder:   paddedID(b[22:]),
	}, nil
}

// A MessageEntryID is what the entry id of a message says (MS-OXCDATA 2.2.4.2).
type MessageEntryID struct {
	Provider GUID // the mailbox's GUID, or ProviderPublicStore
	Type     EntryIDType
	Folder   GlobalID // the folder that the message is in
	Message  GlobalID
}

// EntryID returns the 70-byte form.
func (m MessageEntryID) EntryID() EntryID {
	b := appendEntryIDHeader(make([]byte, 0, messageEntryIDSize), m.Provider, m.Type)
	return appendPaddedID(appendPaddedID(b, m.Folder), m.Message)
}

// ParseMessageEntryID reads the entry id of a message. The error is
// [ErrInvalidEntryID].
func ParseMessageEntryID(b []byte) (MessageEntryID, error) {
	e := EntryID(b)
	if e.Kind() != KindMessage {
		return MessageEntryID{}, fmt.Errorf("%w: not a message's: %d bytes", ErrInvalidEntryID, len(b))
	}
	return MessageEntryID{
		Provider: e.Provider(),
		Type:     EntryIDType(binary.LittleEndian.Uint16(b[20:])),
		Folder:   paddedID(b[22:]),
		Message:  paddedID(b[46:]),
	}, nil
}

func appendEntryIDHeader(b []byte, provider GUID, t EntryIDType) []byte {
	b = append(b, 0, 0, 0, 0)
	b = append(b, provider[:]...)
	return binary.LittleEndian.AppendUint16(b, uint16(t))
}

// appendPaddedID appends an id of 22 bytes and two that mean nothing.
func appendPaddedID(b []byte, id GlobalID) []byte { return append(append(b, id.Bytes()...), 0, 0) }

func paddedID(b []byte) (id GlobalID) {
	copy(id.Replica[:], b)
	id.Counter = counter(b[16:])
	return id
}

// CompareEntryIDs reports whether a and b name the same object: also when they
// differ in flags and padding, in the folder that a message is seen in, in the case
// of a distinguished name, or in the display name of a one-off recipient. Entry ids
// of unknown form are equal when all their bytes are. Malformed ones, and empty
// ones, equal nothing.
func CompareEntryIDs(a, b []byte) bool {
	kind := EntryID(a).Kind()
	if kind != EntryID(b).Kind() || len(a) < entryIDHeader || len(b) < entryIDHeader {
		return false
	}
	switch kind {
	case KindFolder:
		x, _ := ParseFolderEntryID(a)
		y, _ := ParseFolderEntryID(b)
		return x == y
	case KindMessage:
		x, _ := ParseMessageEntryID(a)
		y, _ := ParseMessageEntryID(b)
		return x.Provider == y.Provider && x.Type == y.Type && x.Message == y.Message
	case KindOneOff:
		x, err := ParseOneOffEntryID(a, nil)
		y, err2 := ParseOneOffEntryID(b, nil)
		return err == nil && err2 == nil && strings.EqualFold(x.AddressType, y.AddressType) && strings.EqualFold(x.Address, y.Address)
	case KindAddressBook:
		x, err := ParseAddressBookEntryID(a)
		y, err2 := ParseAddressBookEntryID(b)
		return err == nil && err2 == nil && strings.EqualFold(x.DN, y.DN)
	}
	return string(a) == string(b)
}
