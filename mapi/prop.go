package mapi

import (
	"fmt"
	"strings"
)

// A Tag is the 32-bit form of a property: id in the upper, type in the lower
// half. Ids from 0x8000 up stand for named properties and mean something only
// together with one store's mapping; a [Prop] means the same everywhere.
type Tag uint32

// MakeTag joins an id and a type.
func MakeTag(id uint16, t Type) Tag { return Tag(id)<<16 | Tag(t) }

// ID is the upper half of the tag.
func (t Tag) ID() uint16 { return uint16(t >> 16) }

// Type is the lower half of the tag.
func (t Tag) Type() Type { return Type(t) }

// String returns eight hexadecimal digits: "0x0037001F".
func (t Tag) String() string { return fmt.Sprintf("0x%08X", uint32(t)) }

// A Prop identifies a property independently of any store: a tagged one by its
// id below 0x8000, a named one by property set and either a number (LID) or a
// string. It is comparable and can be written as a literal:
//
//	mapi.Prop{ID: 0x0037, Type: mapi.PtypString}                        // PidTagSubject
//	mapi.Prop{Set: mapi.PSETIDCommon, ID: 0x8503, Type: mapi.PtypBoolean} // PidLidReminderSet
//
// Two Props that differ only in Type name the same slot of an object; see
// [Prop.Untyped].
type Prop struct {
	Set  GUID   // property set; zero for a tagged property
	Name string // string name; "" when ID is used
	ID   uint32 // property id or LID
	Type Type
}

// Tagged returns the property of a tag. An id of 0x8000 or above gives a Prop
// that no store resolves: such tags must be mapped by the store they come from.
func Tagged(t Tag) Prop { return Prop{ID: uint32(t.ID()), Type: t.Type()} }

// NamedID returns the property with a number within a set. Numbers in PS_MAPI
// are the tagged properties themselves (MS-OXCPRPT 3.2.5.9).
func NamedID(set GUID, lid uint32, t Type) Prop {
	if set == PSMapi {
		return Prop{ID: lid, Type: t}
	}
	return Prop{Set: set, ID: lid, Type: t}
}

// NamedString returns the property with a string name within a set. Names in
// PS_INTERNET_HEADERS are lower-cased, as header names are; all others compare
// exactly (MS-OXCPRPT 3.2.5.9).
func NamedString(set GUID, name string, t Type) Prop {
	if set == PSInternetHeaders {
		name = strings.ToLower(name)
	}
	return Prop{Set: set, Name: name, Type: t}
}

// NamedProp is p as [NamedID] or [NamedString] would make it: for a Prop that was
// written as a literal or comes from outside.
func NamedProp(p Prop) Prop {
	if p.Name != "" {
		return NamedString(p.Set, p.Name, p.Type)
	}
	return NamedID(p.Set, p.ID, p.Type)
}

// A PropKey is anything that stands for one property: a Prop itself, or a key of
// package props.
type PropKey interface {
	Prop() Prop
}

// Prop returns p, which makes it a [PropKey].
func (p Prop) Prop() Prop { return p }

// IsNamed reports whether p belongs to a property set.
func (p Prop) IsNamed() bool { return p.Set != GUID{} }

// Tag returns the 32-bit tag of a tagged property, and 0 for a named one.
func (p Prop) Tag() Tag {
	if p.IsNamed() || p.ID > 0xFFFF {
		return 0
	}
	return MakeTag(uint16(p.ID), p.Type)
}

// Untyped is p without its type: the slot that it names.
func (p Prop) Untyped() Prop { p.Type = PtypUnspecified; return p }

// As is p with another type.
func (p Prop) As(t Type) Prop { p.Type = t; return p }

// Same reports whether p and q name the same slot, whatever their types.
func (p Prop) Same(q Prop) bool { return p.ID == q.ID && p.Name == q.Name && p.Set == q.Set }

// Compare orders Props by set, id, name and type: tagged ones first, by id.
func (p Prop) Compare(q Prop) int {
	if p.Set != q.Set {
		return strings.Compare(string(p.Set[:]), string(q.Set[:]))
	}
	if p.ID != q.ID {
		if p.ID < q.ID {
			return -1
		}
		return 1
	}
	if c := strings.Compare(p.Name, q.Name); c != 0 {
		return c
	}
	return int(p.Type) - int(q.Type)
}

// String returns a form for people: "0x0037001F",
// "{00062008-…}/0x8503:PtypBoolean" or "{00020329-…}/Keywords:PtypMultipleString".
// For canonical names see props.Name.
func (p Prop) String() string {
	switch {
	case !p.IsNamed():
		return MakeTag(uint16(p.ID), p.Type).String()
	case p.Name != "":
		return fmt.Sprintf("{%v}/%s:%v", p.Set, p.Name, p.Type)
	default:
		return fmt.Sprintf("{%v}/0x%04X:%v", p.Set, p.ID, p.Type)
	}
}

// MaxNameLength is the largest length of a property's string name, in bytes.
const MaxNameLength = 254
