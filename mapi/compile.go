package mapi

import (
	"fmt"
	"slices"
)

// A compiler turns restrictions into conditions.
type compiler struct {
	nodes int
	inRow bool // within a SubRestriction
}

func (c *compiler) compile(r Restriction, depth int) (condition, error) {
	if c.nodes++; c.nodes > MaxRestrictionNodes {
		return nil, tooComplex(Prop{}, "more than %d parts", MaxRestrictionNodes)
	}
	if depth > MaxRestrictionDepth {
		return nil, tooComplex(Prop{}, "more than %d levels", MaxRestrictionDepth)
	}
	switch r := r.(type) {
	case nil:
		return always{}, nil
	case *AndRestriction:
		parts, err := c.compileAll(r.Of, depth)
		return allOf(parts), err
	case *OrRestriction:
		parts, err := c.compileAll(r.Of, depth)
		return anyOf(parts), err
	case *NotRestriction:
		part, err := c.compile(r.Of, depth+1)
		return notOf{part}, err
	case *CommentRestriction:
		return c.compile(r.Of, depth+1)
	case *SubRestriction:
		return c.compileSub(r, depth)
	case *ContentRestriction:
		return compileContent(r)
	case *PropertyRestriction:
		return compileProperty(r)
	case *ComparePropsRestriction:
		return compileCompareProps(r)
	case *BitmaskRestriction:
		if r.Prop.Type != PtypInteger32 {
			return nil, tooComplex(r.Prop, "bits are tested in PtypInteger32 only")
		}
		return hasBits{r.Prop, int32(r.Mask), r.NonZero}, nil
	case *SizeRestriction:
		if !storable(r.Prop.Type) || !hasValueSize(r.Prop.Type) {
			return nil, tooComplex(r.Prop, "a property without size")
		}
		return hasSize{r.Op, r.Prop, int64(r.Size)}, checkOp(r.Op, r.Prop)
	case *ExistRestriction:
		if t := r.Prop.Type; t == PtypObject || t != PtypUnspecified && !storable(t) {
			return nil, tooComplex(r.Prop, "existence of this type is not tested")
		}
		return exists{r.Prop}, nil
	case *CountRestriction:
		return nil, tooComplex(Prop{}, "a count below the top")
	}
	return nil, tooComplex(Prop{}, "unknown restriction %T", r)
}

func (c *compiler) compileAll(rs []Restriction, depth int) ([]condition, error) {
	parts := make([]condition, 0, min(len(rs), 64))
	for _, r := range rs {
		part, err := c.compile(r, depth+1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func (c *compiler) compileSub(r *SubRestriction, depth int) (condition, error) {
	if c.inRow {
		return nil, tooComplex(r.Object, "rows within rows")
	}
	if !r.Object.Same(MessageRecipients) && !r.Object.Same(MessageAttachments) {
		return nil, tooComplex(r.Object, "neither recipients nor attachments")
	}
	c.inRow = true
	part, err := c.compile(r.Of, depth+1)
	c.inRow = false
	return anyRow{r.Object, part}, err
}

func compileProperty(r *PropertyRestriction) (condition, error) {
	if err := checkOp(r.Op, r.Prop); err != nil {
		return nil, err
	}
	if r.Prop.Same(ambiguousName) {
		return compileAmbiguousName(r)
	}
	t := r.Prop.Type
	if !storable(t) || !isCompared(t) {
		return nil, tooComplex(r.Prop, "this type is not compared")
	}
	if _, ok := r.Value.(Stream); ok || !valueFits(t.Base(), r.Value) {
		return nil, tooComplex(r.Prop, "a %T is not compared with it", r.Value)
	}
	if s, ok := r.Value.(string); ok {
		s = cutString(s)
		return &comparesString{r.Op, r.Prop, s, FoldString(s)}, nil
	}
	return &comparesValue{r.Op, r.Prop, r.Value}, nil
}

func compileCompareProps(r *ComparePropsRestriction) (condition, error) {
	if err := checkOp(r.Op, r.Left); err != nil {
		return nil, err
	}
	t := r.Left.Type
	if !t.Valid() || !isCompared(t) {
		return nil, tooComplex(r.Left, "this type is not compared")
	}
	if !r.Right.Type.Valid() || !t.Fits(r.Right.Type) {
		return nil, tooComplex(r.Left, "not of the type of %v", r.Right)
	}
	return comparesProps{r.Op, r.Left, r.Right}, nil
}

func compileContent(r *ContentRestriction) (condition, error) {
	switch r.Fuzzy & fuzzyLevels {
	case FullString, Substring, Prefix, PrefixOnWord, PhraseMatch:
	default:
		return nil, tooComplex(r.Prop, "level %#x", uint32(r.Fuzzy))
	}
	if r.Fuzzy&^(fuzzyLevels|IgnoreCase|IgnoreNonSpace|Loose) != 0 {
		return nil, tooComplex(r.Prop, "level %#x", uint32(r.Fuzzy))
	}
	t := r.Prop.Type
	if !storable(t) {
		return nil, tooComplex(r.Prop, "this type has no content")
	}
	switch v := r.Value.(type) {
	case string:
		if t.IsString() {
			return &hasText{r.Prop, newTextPattern(r.Fuzzy, v)}, nil
		}
	case []byte:
		if t.Base() == PtypBinary {
			return &hasBytes{r.Prop, newBytesPattern(r.Fuzzy, v)}, nil
		}
	}
	return nil, tooComplex(r.Prop, "a %T is not searched in it", r.Value)
}

// fuzzyLevels are the bits of a FuzzyLevel that are no flags.
const fuzzyLevels FuzzyLevel = 0xFFFF

func checkOp(op RelOp, p Prop) error {
	if op > NotEqualTo {
		return tooComplex(p, "comparison %v", op)
	}
	return nil
}

// storable reports whether t is a type of a stored property or a column of its
// instances.
func storable(t Type) bool {
	if t&MultiInstance != 0 {
		t &^= MultiInstance
		return t.IsMultiple() && t.Valid()
	}
	return t.Valid()
}

func isCompared(t Type) bool {
	return !slices.Contains([]Type{PtypObject, PtypRestriction, PtypRuleAction}, t)
}

func hasValueSize(t Type) bool { return t != PtypRestriction && t != PtypRuleAction }

func tooComplex(p Prop, format string, args ...any) error {
	return &Error{Op: "mapi.CheckRestriction", Code: ErrTooComplex, Prop: p, Err: fmt.Errorf(format, args...)}
}
