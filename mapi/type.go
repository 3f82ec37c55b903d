package mapi

import "fmt"

// A Type is a property type (MS-OXCDATA 2.11.1).
type Type uint16

// The property types. A multiple-valued type is its base type with
// [MultiValue] set.
const (
	PtypUnspecified  Type = 0x0000 // in requests: whatever type is stored
	PtypNull         Type = 0x0001
	PtypInteger16    Type = 0x0002
	PtypInteger32    Type = 0x0003
	PtypFloating32   Type = 0x0004
	PtypFloating64   Type = 0x0005
	PtypCurrency     Type = 0x0006
	PtypFloatingTime Type = 0x0007
	PtypErrorCode    Type = 0x000A
	PtypBoolean      Type = 0x000B
	PtypObject       Type = 0x000D // also PtypEmbeddedTable
	PtypInteger64    Type = 0x0014
	PtypString8      Type = 0x001E
	PtypString       Type = 0x001F
	PtypTime         Type = 0x0040
	PtypGuid         Type = 0x0048
	PtypServerId     Type = 0x00FB
	PtypRestriction  Type = 0x00FD
	PtypRuleAction   Type = 0x00FE
	PtypBinary       Type = 0x0102

	PtypMultipleInteger16    Type = 0x1002
	PtypMultipleInteger32    Type = 0x1003
	PtypMultipleFloating32   Type = 0x1004
	PtypMultipleFloating64   Type = 0x1005
	PtypMultipleCurrency     Type = 0x1006
	PtypMultipleFloatingTime Type = 0x1007
	PtypMultipleInteger64    Type = 0x1014
	PtypMultipleString8      Type = 0x101E
	PtypMultipleString       Type = 0x101F
	PtypMultipleTime         Type = 0x1040
	PtypMultipleGuid         Type = 0x1048
	PtypMultipleBinary       Type = 0x1102
)

// Flags within a Type.
const (
	MultiValue    Type = 0x1000 // several values of the base type
	MultiInstance Type = 0x2000 // in columns and sort orders: one row per value
)

// Base is the type of one value: t without MultiValue and MultiInstance.
func (t Type) Base() Type { return t &^ (MultiValue | MultiInstance) }

// IsMultiple reports whether a property of this type holds several values.
func (t Type) IsMultiple() bool { return t&MultiValue != 0 }

// IsString reports whether t is one of the two string types, single or
// multiple. They share one slot: a property set as one can be read as the other,
// and both are UTF-8 in Go.
func (t Type) IsString() bool { b := t.Base(); return b == PtypString || b == PtypString8 }

// Fits reports whether a property stored with type s can be read as t: the
// types are equal, t is unspecified, or both are the same flavour of string.
func (t Type) Fits(s Type) bool {
	t, s = t&^MultiInstance, s&^MultiInstance
	return t == s || t == PtypUnspecified ||
		t.IsString() && s.IsString() && t.IsMultiple() == s.IsMultiple()
}

// Valid reports whether t is a type that a stored property can have.
func (t Type) Valid() bool {
	switch t {
	case PtypInteger16, PtypInteger32, PtypFloating32, PtypFloating64, PtypCurrency, PtypFloatingTime, PtypErrorCode,
		PtypBoolean, PtypObject, PtypInteger64, PtypString8, PtypString, PtypTime, PtypGuid, PtypServerId,
		PtypRestriction, PtypRuleAction, PtypBinary,
		PtypMultipleInteger16, PtypMultipleInteger32, PtypMultipleFloating32, PtypMultipleFloating64,
		PtypMultipleCurrency, PtypMultipleFloatingTime, PtypMultipleInteger64, PtypMultipleString8,
		PtypMultipleString, PtypMultipleTime, PtypMultipleGuid, PtypMultipleBinary:
		return true
	}
	return false
}

// FixedSize is the number of bytes of one value on the wire, or 0 for types of
// variable size.
func (t Type) FixedSize() int {
	switch t {
	case PtypInteger16:
		return 2
	case PtypInteger32, PtypFloating32, PtypErrorCode:
		return 4
	case PtypFloating64, PtypCurrency, PtypFloatingTime, PtypInteger64, PtypTime:
		return 8
	case PtypBoolean:
		return 1
	case PtypGuid:
		return 16
	}
	return 0
}

// String returns the name of MS-OXCDATA, such as "PtypString".
func (t Type) String() string {
	if s, ok := typeNames[t]; ok {
		return s
	}
	if s, ok := typeNames[t&^MultiInstance]; ok && t&MultiInstance != 0 {
		return s + "|MultiInstance"
	}
	return fmt.Sprintf("Ptyp(0x%04X)", uint16(t))
}

var typeNames = map[Type]string{
	PtypUnspecified:  "PtypUnspecified",
	PtypNull:         "PtypNull",
	PtypInteger16:    "PtypInteger16",
	PtypInteger32:    "PtypInteger32",
	PtypFloating32:   "PtypFloating32",
	PtypFloating64:   "PtypFloating64",
	PtypCurrency:     "PtypCurrency",
	PtypFloatingTime: "PtypFloatingTime",
	PtypErrorCode:    "PtypErrorCode",
	PtypBoolean:      "PtypBoolean",
	PtypObject:       "PtypObject",
	PtypInteger64:    "PtypInteger64",
	PtypString8:      "PtypString8",
	PtypString:       "PtypString",
	PtypTime:         "PtypTime",
	PtypGuid:         "PtypGuid",
	PtypServerId:     "PtypServerId",
	PtypRestriction:  "PtypRestriction",
	PtypRuleAction:   "PtypRuleAction",
	PtypBinary:       "PtypBinary",

	PtypMultipleInteger16:    "PtypMultipleInteger16",
	PtypMultipleInteger32:    "PtypMultipleInteger32",
	PtypMultipleFloating32:   "PtypMultipleFloating32",
	PtypMultipleFloating64:   "PtypMultipleFloating64",
	PtypMultipleCurrency:     "PtypMultipleCurrency",
	PtypMultipleFloatingTime: "PtypMultipleFloatingTime",
	PtypMultipleInteger64:    "PtypMultipleInteger64",
	PtypMultipleString8:      "PtypMultipleString8",
	PtypMultipleString:       "PtypMultipleString",
	PtypMultipleTime:         "PtypMultipleTime",
	PtypMultipleGuid:         "PtypMultipleGuid",
	PtypMultipleBinary:       "PtypMultipleBinary",
}
