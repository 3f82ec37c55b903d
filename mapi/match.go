package mapi

import (
	"bytes"
	"fmt"
)

// Rows is what an object offers beside its properties when conditions on its
// recipients and attachments can be evaluated: [Message] does.
type Rows interface {
	// Rows returns the rows of [MessageRecipients] or [MessageAttachments].
	Rows(table Prop) ([]Getter, error)
}

// The bounds of a restriction. What is larger is too complex.
const (
	MaxRestrictionDepth = 256     // levels, the outermost counted
	MaxRestrictionNodes = 1 << 16 // parts
)

// Match reports whether obj satisfies r. To evaluate the same restriction on many
// objects, [Compile] it once.
//
// An absent property is lower than every value and has size 0 and no bits, as
// Exchange 2019 has it: conditions with [LessThan], [LessOrEqual] and [NotEqualTo]
// hold, those with [GreaterThan], [GreaterOrEqual] and [EqualTo] do not, and
// content conditions never do. Strings are equal under case folding (see
// [FoldString]) and ordered by [Compare]; NaN is equal to nothing. On a property of
// several values one that satisfies the condition is enough.
//
// Derived properties are the business of obj: a body condition sees the text that
// obj.Get makes from HTML.
//
// The error is [ErrTooComplex] for what [CheckRestriction] refuses and for a
// [SubRestriction] on an obj without [Rows]; others come from reading streams and
// rows.
func Match(r Restriction, obj Getter) (bool, error) {
	m, err := Compile(r)
	if err != nil {
		return false, err
	}
	return m.Match(obj)
}

// CheckRestriction reports whether r can be evaluated. The error is
// [ErrTooComplex] and says why not:
//
//   - more than [MaxRestrictionDepth] levels or [MaxRestrictionNodes] parts
//   - a constant whose type is not that of the property, or with several values
//   - regular expressions, membership in distribution lists, unknown comparisons
//   - content conditions on other than strings and binaries, or with an unknown level
//   - bits of other than PtypInteger32
//   - two properties of different types compared
//   - conditions on object, restriction and rule properties, except for their size
//   - a SubRestriction on other than recipients and attachments, or within another
//   - a CountRestriction below the top
func CheckRestriction(r Restriction) error {
	_, err := Compile(r)
	return err
}

// A Matcher is a [Restriction] made ready for evaluation. It is safe for
// concurrent use.
type Matcher struct {
	cond    condition // nil: everything matches
	limit   uint32
	limited bool
}

// Compile makes r ready for evaluation. Its errors are those of
// [CheckRestriction]. The restriction must not be changed while the matcher is in
// use.
func Compile(r Restriction) (*Matcher, error) {
	m := &Matcher{}
	if c, ok := r.(*CountRestriction); ok {
		m.limited, m.limit, r = true, c.Count, c.Of
	}
	c := compiler{}
	cond, err := c.compile(r, 1)
	if err != nil {
		return nil, err
	}
	m.cond = cond
	return m, nil
}

// Match reports whether obj satisfies the restriction; see the function [Match].
func (m *Matcher) Match(obj Getter) (bool, error) {
	if m.cond == nil {
		return true, nil
	}
	return m.cond.holds(obj)
}

// Limit returns how many rows a [CountRestriction] at the top lets through. Match
// does not count: whoever walks the rows stops after so many matches.
func (m *Matcher) Limit() (n uint32, ok bool) { return m.limit, m.limited }

// Rows implements [Rows].
func (m *Message) Rows(table Prop) ([]Getter, error) {
	var rows []Getter
	switch {
	case table.Same(MessageRecipients):
		for _, r := range m.Recipients {
			rows = append(rows, r)
		}
	case table.Same(MessageAttachments):
		for _, a := range m.Attachments {
			rows = append(rows, a)
		}
	default:
		return nil, &Error{Op: "mapi.Message.Rows", Code: ErrTooComplex, Prop: table}
	}
	return rows, nil
}

// A condition is a compiled part of a restriction.
type condition interface {
	holds(obj Getter) (bool, error)
}

type (
	allOf  []condition
	anyOf  []condition
	notOf  struct{ cond condition }
	always struct{}
	exists struct{ prop Prop }
	anyRow struct {
		table Prop
		cond  condition
	}
	hasBits struct {
		prop    Prop
		mask    int32
		nonZero bool
	}
	hasSize struct {
		op   RelOp
		prop Prop
		size int64
	}
	comparesProps struct {
		op          RelOp
		left, right Prop
	}
)

func (c allOf) holds(obj Getter) (bool, error) {
	for _, part := range c {
		if ok, err := part.holds(obj); !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (c anyOf) holds(obj Getter) (bool, error) {
	for _, part := range c {
		if ok, err := part.holds(obj); ok || err != nil {
			return ok && err == nil, err
		}
	}
	return false, nil
}

func (c notOf) holds(obj Getter) (bool, error) {
	ok, err := c.cond.holds(obj)
	return !ok && err == nil, err
}

func (always) holds(Getter) (bool, error) { return true, nil }

func (c exists) holds(obj Getter) (bool, error) { return obj.Get(c.prop) != nil, nil }

func (c hasBits) holds(obj Getter) (bool, error) {
	v, _ := obj.Get(c.prop).(int32) // absent: no bits
	return (v&c.mask != 0) == c.nonZero, nil
}

func (c hasSize) holds(obj Getter) (bool, error) {
	n, err := sizeInRestriction(c.prop.Type, obj.Get(c.prop))
	if err != nil {
		return false, matchError(c.prop, err)
	}
	switch {
	case n < c.size:
		return c.op.holds(-1), nil
	case n > c.size:
		return c.op.holds(1), nil
	}
	return c.op.holds(0), nil
}

func (c comparesProps) holds(obj Getter) (bool, error) {
	t := c.left.Type
	a, err := comparedValue(t, obj.Get(c.left))
	if err != nil {
		return false, matchError(c.left, err)
	}
	b, err := comparedValue(t, obj.Get(c.right))
	if err != nil {
		return false, matchError(c.right, err)
	}
	if isNaN(a) && b != nil || isNaN(b) && a != nil {
		return c.op == NotEqualTo, nil
	}
	return c.op.holds(Compare(t, a, b)), nil
}

func (c anyRow) holds(obj Getter) (bool, error) {
	o, ok := obj.(Rows)
	if !ok {
		return false, matchError(c.table, fmt.Errorf("%w: a %T has no such rows", ErrTooComplex, obj))
	}
	rows, err := o.Rows(c.table)
	if err != nil {
		return false, matchError(c.table, err)
	}
	for _, row := range rows {
		if ok, err := c.cond.holds(row); ok || err != nil {
			return ok && err == nil, err
		}
	}
	return false, nil
}

// holds reports whether a comparison with the result c (below, at or above 0)
// satisfies op.
func (op RelOp) holds(c int) bool {
	switch op {
	case LessThan:
		return c < 0
	case LessOrEqual:
		return c <= 0
	case GreaterThan:
		return c > 0
	case GreaterOrEqual:
		return c >= 0
	case EqualTo:
		return c == 0
	case NotEqualTo:
		return c != 0
	}
	return false
}

// comparesValue is a property restriction on a type without ways of its own.
type comparesValue struct {
	op    RelOp
	prop  Prop
	value Value
}

func (c *comparesValue) holds(obj Getter) (bool, error) {
	v := obj.Get(c.prop)
	if v == nil {
		return c.op.holds(-1), nil
	}
	base := c.prop.Type.Base()
	if valueFits(base, v) {
		ok, err := c.one(base, v)
		return ok, matchError(c.prop, err)
	}
	t := base | MultiValue
	if !c.prop.Type.IsMultiple() || !valueFits(t, v) {
		return c.op.holds(-1), nil // of another type, which counts as absent
	}
	return c.any(base, v)
}

func (c *comparesValue) any(t Type, v Value) (bool, error) {
	for e := range elements(v) {
		if ok, err := c.one(t, e); ok || err != nil {
			return ok, matchError(c.prop, err)
		}
	}
	return false, nil
}

func (c *comparesValue) one(t Type, v Value) (bool, error) {
	v, err := comparedValue(t, v)
	if err != nil {
		return false, err
	}
	if isNaN(v) || isNaN(c.value) {
		return c.op == NotEqualTo, nil
	}
	return c.op.holds(Compare(t, v, c.value)), nil
}

// comparesString is a property restriction on strings. Equality needs no keys.
type comparesString struct {
	op     RelOp
	prop   Prop
	value  string
	folded string
}

func (c *comparesString) holds(obj Getter) (bool, error) {
	switch v := obj.Get(c.prop).(type) {
	case string:
		return c.one(v), nil
	case []string:
		for _, s := range v {
			if c.one(s) {
				return true, nil
			}
		}
		return false, nil
	case Stream:
		s, err := comparedValue(PtypString, v)
		if err != nil {
			return false, matchError(c.prop, err)
		}
		return c.one(s.(string)), nil
	}
	return c.op.holds(-1), nil
}

func (c *comparesString) one(s string) bool {
	switch c.op {
	case EqualTo:
		return c.equal(s)
	case NotEqualTo:
		return !c.equal(s)
	}
	return c.op.holds(compareStrings(cutString(s), c.value))
}

func (c *comparesString) equal(s string) bool {
	if len(s) < ComparedBytes && isASCII(s) {
		return len(s) == len(c.folded) && equalLower(s, c.folded)
	}
	return FoldString(cutString(s)) == c.folded
}

// equalLower compares ASCII without case; b is lower-case already.
func equalLower(a, b string) bool {
	for i := range len(a) {
		if lowerByte(a[i]) != b[i] {
			return false
		}
	}
	return true
}

// comparedValue reads the beginning of a stream; what comes after it is not
// compared.
func comparedValue(t Type, v Value) (Value, error) {
	s, ok := v.(Stream)
	if !ok {
		return v, nil
	}
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	if err := copyAtMost(&b, r, ComparedBytes); err != nil {
		return nil, err
	}
	switch {
	case t.IsString():
		return cutString(b.String()), nil
	case t == PtypObject:
		return Object(b.Bytes()), nil
	}
	return append([]byte{}, b.Bytes()...), nil
}

func isNaN(v Value) bool {
	switch v := v.(type) {
	case float32:
		return v != v
	case float64:
		return v != v
	case FloatingTime:
		return v != v
	}
	return false
}

func matchError(p Prop, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: "mapi.Match", Code: CodeOf(err), Prop: p, Err: err}
}
