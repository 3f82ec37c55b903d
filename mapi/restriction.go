package mapi

import "reflect"

// A Restriction is a condition on an object (MS-OXCDATA 2.12), kept as data: it
// can be stored, sent, shown and evaluated with [Match]. A nil Restriction holds
// for everything.
//
// It is one of *AndRestriction, *OrRestriction, *NotRestriction,
// *ContentRestriction, *PropertyRestriction, *ComparePropsRestriction,
// *BitmaskRestriction, *SizeRestriction, *ExistRestriction, *SubRestriction,
// *CommentRestriction and *CountRestriction; the functions [And], [Equal],
// [Contains] and so on make them.
type Restriction interface {
	restriction()
}

// AndRestriction holds when all of its parts hold; also when it has none.
type AndRestriction struct{ Of []Restriction }

// OrRestriction holds when at least one of its parts holds.
type OrRestriction struct{ Of []Restriction }

// NotRestriction holds when its part does not.
type NotRestriction struct{ Of Restriction }

// ContentRestriction compares a string or binary property with a text or bytes.
type ContentRestriction struct {
	Fuzzy FuzzyLevel
	Prop  Prop
	Value Value // string or []byte
}

// PropertyRestriction compares a property with a value.
type PropertyRestriction struct {
	Op    RelOp
	Prop  Prop
	Value Value
}

// ComparePropsRestriction compares two properties of the object.
type ComparePropsRestriction struct {
	Op          RelOp
	Left, Right Prop
}

// BitmaskRestriction tests bits of a PtypInteger32 property: NonZero false asks
// for (value & Mask) = 0, true for ≠ 0.
type BitmaskRestriction struct {
	NonZero bool
	Prop    Prop
	Mask    uint32
}

// SizeRestriction compares the size of a property's value, in bytes.
type SizeRestriction struct {
	Op   RelOp
	Prop Prop
	Size uint32
}

// ExistRestriction holds when the property is present.
type ExistRestriction struct{ Prop Prop }

// SubRestriction holds when at least one recipient or attachment of the message
// satisfies its part.
type SubRestriction struct {
	Object Prop // [MessageRecipients] or [MessageAttachments]
	Of     Restriction
}

// CommentRestriction carries properties that do not matter to evaluation, and
// optionally a condition that does.
type CommentRestriction struct {
	Props []Property
	Of    Restriction // nil: always true
}

// CountRestriction limits the rows that its part lets through to the first
// Count. It means something at the top of a view only.
type CountRestriction struct {
	Count uint32
	Of    Restriction
}

func (*AndRestriction) restriction()          {}
func (*OrRestriction) restriction()           {}
func (*NotRestriction) restriction()          {}
func (*ContentRestriction) restriction()      {}
func (*PropertyRestriction) restriction()     {}
func (*ComparePropsRestriction) restriction() {}
func (*BitmaskRestriction) restriction()      {}
func (*SizeRestriction) restriction()         {}
func (*ExistRestriction) restriction()        {}
func (*SubRestriction) restriction()          {}
func (*CommentRestriction) restriction()      {}
func (*CountRestriction) restriction()        {}

// The tables that a [SubRestriction] looks into.
var (
	MessageRecipients  = Prop{ID: 0x0E12, Type: PtypObject} // PidTagMessageRecipients
	MessageAttachments = Prop{ID: 0x0E13, Type: PtypObject} // PidTagMessageAttachments
)

// A RelOp is a comparison (MS-OXCDATA 2.12.5).
type RelOp uint8

const (
	LessThan       RelOp = 0    // RELOP_LT
	LessOrEqual    RelOp = 1    // RELOP_LE
	GreaterThan    RelOp = 2    // RELOP_GT
	GreaterOrEqual RelOp = 3    // RELOP_GE
	EqualTo        RelOp = 4    // RELOP_EQ
	NotEqualTo     RelOp = 5    // RELOP_NE
	MatchesRegexp  RelOp = 6    // RELOP_RE; evaluation reports ErrTooComplex
	MemberOfDL     RelOp = 0x64 // RELOP_MEMBER_OF_DL; evaluation reports ErrTooComplex
)

// A FuzzyLevel says how a [ContentRestriction] compares (MS-OXCDATA 2.12.4.1):
// one of the low-word values, and flags.
type FuzzyLevel uint32

const (
	FullString     FuzzyLevel = 0x0     // FL_FULLSTRING: the whole value
	Substring      FuzzyLevel = 0x1     // FL_SUBSTRING: anywhere in the value
	Prefix         FuzzyLevel = 0x2     // FL_PREFIX: at its beginning
	PrefixOnWord   FuzzyLevel = 0x10    // FL_PREFIX_ON_ANY_WORD: at the beginning of a word
	PhraseMatch    FuzzyLevel = 0x20    // FL_PHRASE_MATCH: whole words in sequence
	IgnoreCase     FuzzyLevel = 0x10000 // FL_IGNORECASE
	IgnoreNonSpace FuzzyLevel = 0x20000 // FL_IGNORENONSPACE: without combining marks
	Loose          FuzzyLevel = 0x40000 // FL_LOOSE: includes IgnoreCase
)

// And holds when all of rs hold.
func And(rs ...Restriction) Restriction { return &AndRestriction{rs} }

// Or holds when at least one of rs holds.
func Or(rs ...Restriction) Restriction { return &OrRestriction{rs} }

// Not holds when r does not.
func Not(r Restriction) Restriction { return &NotRestriction{r} }

// Contains compares the string or binary property k with text as level says.
// On a multiple-valued property one matching value is enough.
func Contains(k PropKey, text string, level FuzzyLevel) Restriction {
	p := k.Prop()
	if p.Type.Base() == PtypBinary {
		return &ContentRestriction{level, p, []byte(text)}
	}
	return &ContentRestriction{level, p, text}
}

// Equal holds when k has the value v: a value of the property's base type, or of
// an enumeration that the property has.
func Equal(k PropKey, v Value) Restriction { return compare(EqualTo, k, v) }

// NotEqual holds when k is absent or has another value than v.
func NotEqual(k PropKey, v Value) Restriction { return compare(NotEqualTo, k, v) }

// Less holds when k is absent or less than v.
func Less(k PropKey, v Value) Restriction { return compare(LessThan, k, v) }

// AtMost holds when k is absent, less than v or equal to it.
func AtMost(k PropKey, v Value) Restriction { return compare(LessOrEqual, k, v) }

// Greater holds when k is greater than v.
func Greater(k PropKey, v Value) Restriction { return compare(GreaterThan, k, v) }

// AtLeast holds when k is greater than v or equal to it.
func AtLeast(k PropKey, v Value) Restriction { return compare(GreaterOrEqual, k, v) }

// compare makes the restriction with v as a property of that type holds it.
func compare(op RelOp, k PropKey, v Value) Restriction {
	p := k.Prop()
	return &PropertyRestriction{op, p, plain(p.Type.Base(), normal(v))}
}

// plain turns an enumeration into the integer that is stored.
func plain(t Type, v Value) Value {
	if v == nil || CheckValue(t, v) == nil {
		return v
	}
	r := reflect.ValueOf(v)
	switch {
	case t == PtypInteger32 && r.CanInt():
		return int32(r.Int())
	case t == PtypInteger32 && r.CanUint():
		return int32(r.Uint())
	case t == PtypInteger16 && r.CanInt():
		return int16(r.Int())
	case t == PtypInteger64 && r.CanInt():
		return r.Int()
	}
	return v
}

// Exists holds when k is present.
func Exists(k PropKey) Restriction { return &ExistRestriction{k.Prop()} }

// AnyBit holds when k has at least one of the bits in mask.
func AnyBit(k PropKey, mask uint32) Restriction { return &BitmaskRestriction{true, k.Prop(), mask} }

// NoBit holds when k is absent or has none of the bits in mask.
func NoBit(k PropKey, mask uint32) Restriction { return &BitmaskRestriction{false, k.Prop(), mask} }

// AnyRecipient holds when one recipient row satisfies r.
func AnyRecipient(r Restriction) Restriction { return &SubRestriction{MessageRecipients, r} }

// AnyAttachment holds when one attachment row satisfies r.
func AnyAttachment(r Restriction) Restriction { return &SubRestriction{MessageAttachments, r} }
