package wire

import "github.com/okapi-mail/okapi/mapi"

// The kinds of restrictions (MS-OXCDATA 2.12).
const (
	resAnd = iota
	resOr
	resNot
	resContent
	resProperty
	resCompareProps
	resBitmask
	resSize
	resExist
	resSub
	resComment
	resCount
)

// DecodeRestriction reads a restriction that fills b. No bytes are no restriction:
// nil.
func DecodeRestriction(b []byte, opt *Options) (mapi.Restriction, error) {
	if len(b) == 0 {
		return nil, nil
	}
	d := NewDecoder(b, opt)
	r := d.Restriction()
	if err := d.End(); err != nil {
		return nil, err
	}
	return r, nil
}

// AppendRestriction appends r. A nil restriction at the top is no bytes; below, where
// something must stand, it is an And of nothing.
func AppendRestriction(dst []byte, r mapi.Restriction, opt *Options) ([]byte, error) {
	if r == nil {
		return dst, nil
	}
	e := encoder{dst: dst, opt: opt.withDefaults()}
	e.restriction(r)
	return e.end(dst)
}

// Restriction reads a restriction.
func (d *Decoder) Restriction() mapi.Restriction {
	defer d.up()
	if !d.down() {
		return nil
	}
	r := d.restriction()
	if d.err != nil {
		return nil
	}
	return r
}

func (d *Decoder) restriction() mapi.Restriction {
	switch kind := d.small(); kind {
	case resAnd:
		return &mapi.AndRestriction{Of: d.restrictions()}
	case resOr:
		return &mapi.OrRestriction{Of: d.restrictions()}
	case resNot:
		return &mapi.NotRestriction{Of: d.Restriction()}
	case resContent:
		r := &mapi.ContentRestriction{Fuzzy: mapi.FuzzyLevel(d.uint32()), Prop: d.prop()}
		r.Value = d.Property().Value
		return r
	case resProperty:
		r := &mapi.PropertyRestriction{Op: mapi.RelOp(d.small()), Prop: d.prop()}
		r.Value = d.Property().Value
		return r
	case resCompareProps:
		return &mapi.ComparePropsRestriction{Op: mapi.RelOp(d.small()), Left: d.prop(), Right: d.prop()}
	case resBitmask:
		return &mapi.BitmaskRestriction{NonZero: d.nonZero(), Prop: d.prop(), Mask: d.uint32()}
	case resSize:
		return &mapi.SizeRestriction{Op: mapi.RelOp(d.small()), Prop: d.prop(), Size: d.uint32()}
	case resExist:
		return &mapi.ExistRestriction{Prop: d.prop()}
	case resSub:
		return &mapi.SubRestriction{Object: d.prop(), Of: d.Restriction()}
	case resComment:
		return d.comment()
	case resCount:
		return &mapi.CountRestriction{Count: d.uint32(), Of: d.Restriction()}
	default:
		d.fail("restriction of kind %#x", kind)
		return nil
	}
}

// small reads a kind or an operator.
func (d *Decoder) small() uint32 {
	n := uint32(0)
	if d.opt.Form == SearchFolder {
		n = d.uint32()
	} else {
		n = uint32(d.uint8())
	}
	if n > 0xFF {
		d.fail("kind or operator %#x", n)
	}
	return n
}

func (d *Decoder) nonZero() bool {
	n := d.small()
	if n > 1 {
		d.fail("bitmask operator %d", n)
	}
	return n == 1
}

func (d *Decoder) restrictions() []mapi.Restriction {
	n := d.count(d.opt.Form != ROP, 3)
	var rs []mapi.Restriction
	for i := 0; i < n && d.err == nil; i++ {
		rs = append(rs, d.Restriction())
	}
	return rs
}

func (d *Decoder) comment() mapi.Restriction {
	var n int
	if d.opt.Form == SearchFolder {
		n = d.count(true, 4)
	} else {
		n = int(d.uint8())
	}
	r := &mapi.CommentRestriction{}
	for i := 0; i < n && d.err == nil; i++ {
		r.Props = append(r.Props, d.Property())
	}
	if d.uint8() != 0 {
		r.Of = d.Restriction()
	}
	return r
}

func (e *encoder) restriction(r mapi.Restriction) {
	if e.depth++; e.depth > mapi.MaxRestrictionDepth {
		e.fail(mapi.ErrTooComplex, "more than %d levels", mapi.MaxRestrictionDepth)
	}
	defer func() { e.depth-- }()
	if e.err != nil {
		return
	}
	switch r := r.(type) {
	case nil:
		e.small(resAnd)
		e.restrictions(nil)
	case *mapi.AndRestriction:
		e.small(resAnd)
		e.restrictions(r.Of)
	case *mapi.OrRestriction:
		e.small(resOr)
		e.restrictions(r.Of)
	case *mapi.NotRestriction:
		e.small(resNot)
		e.restriction(r.Of)
	case *mapi.SubRestriction:
		e.small(resSub)
		e.tag(r.Object)
		e.restriction(r.Of)
	case *mapi.CommentRestriction:
		e.comment(r)
	case *mapi.CountRestriction:
		e.small(resCount)
		e.uint32(r.Count)
		e.restriction(r.Of)
	default:
		e.leaf(r)
	}
}

func (e *encoder) leaf(r mapi.Restriction) {
	switch r := r.(type) {
	case *mapi.ContentRestriction:
		e.small(resContent)
		e.uint32(uint32(r.Fuzzy))
		e.constant(r.Prop, r.Value)
	case *mapi.PropertyRestriction:
		e.small(resProperty)
		e.small(uint8(r.Op))
		e.constant(r.Prop, r.Value)
	case *mapi.ComparePropsRestriction:
		e.small(resCompareProps)
		e.small(uint8(r.Op))
		e.tag(r.Left)
		e.tag(r.Right)
	case *mapi.BitmaskRestriction:
		e.small(resBitmask)
		if r.NonZero {
			e.small(1)
		} else {
			e.small(0)
		}
		e.tag(r.Prop)
		e.uint32(r.Mask)
	case *mapi.SizeRestriction:
		e.small(resSize)
		e.small(uint8(r.Op))
		e.tag(r.Prop)
		e.uint32(r.Size)
	case *mapi.ExistRestriction:
		e.small(resExist)
		e.tag(r.Prop)
	default:
		e.fail(mapi.ErrTooComplex, "a %T", r)
	}
}

func (e *encoder) small(n uint8) {
	if e.opt.Form == SearchFolder {
		e.uint32(uint32(n))
	} else {
		e.uint8(n)
	}
}

func (e *encoder) restrictions(rs []mapi.Restriction) {
	e.count(e.opt.Form != ROP, len(rs))
	for _, r := range rs {
		e.restriction(r)
	}
}

// constant appends the property, and the constant as a value of it: of its base type,
// if that fits.
func (e *encoder) constant(p mapi.Prop, v mapi.Value) {
	e.tag(p)
	if t := typeFor(p.Type, v); t != mapi.PtypUnspecified {
		e.property(mapi.Property{Prop: p.As(t), Value: v})
		return
	}
	e.fail(mapi.ErrUnexpectedType, "constant %T", v)
}

func (e *encoder) comment(r *mapi.CommentRestriction) {
	e.small(resComment)
	switch {
	case e.opt.Form == SearchFolder:
		e.count(true, len(r.Props))
	case len(r.Props) <= 0xFF:
		e.uint8(uint8(len(r.Props)))
	default:
		e.fail(mapi.ErrTooBig, "comment with %d properties", len(r.Props))
	}
	for _, p := range r.Props {
		e.property(p)
	}
	if r.Of == nil {
		e.uint8(0)
		return
	}
	e.uint8(1)
	e.restriction(r.Of)
}

// typeFor is the type with which a constant for a property of type t is written.
func typeFor(t mapi.Type, v mapi.Value) mapi.Type {
	if v == nil {
		return mapi.PtypNull
	}
	for _, c := range append([]mapi.Type{t.Base(), t}, otherTypes...) {
		if _, ok := v.(mapi.Stream); !ok && mapi.CheckValue(c, v) == nil {
			return wide(c, v)
		}
	}
	return mapi.PtypUnspecified
}

// wide turns the type of 8-bit strings into that of Unicode ones when v has
// characters that a code page may lack. Both compare with the property alike.
func wide(t mapi.Type, v mapi.Value) mapi.Type {
	ascii := true
	check := func(s string) {
		for i := range len(s) {
			ascii = ascii && s[i] < 0x80
		}
	}
	switch v := v.(type) {
	case string:
		check(v)
	case []string:
		for _, s := range v {
			check(s)
		}
	}
	if ascii || t.Base() != mapi.PtypString8 {
		return t
	}
	return t&^mapi.PtypString8 | mapi.PtypString
}

var otherTypes = []mapi.Type{
	mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypCurrency,
	mapi.PtypFloatingTime, mapi.PtypErrorCode, mapi.PtypBoolean, mapi.PtypInteger64, mapi.PtypString, mapi.PtypTime,
	mapi.PtypGuid, mapi.PtypServerId, mapi.PtypRestriction, mapi.PtypRuleAction, mapi.PtypBinary,
	mapi.PtypMultipleInteger16, mapi.PtypMultipleInteger32, mapi.PtypMultipleFloating32, mapi.PtypMultipleFloating64,
	mapi.PtypMultipleCurrency, mapi.PtypMultipleFloatingTime, mapi.PtypMultipleInteger64, mapi.PtypMultipleString,
	mapi.PtypMultipleTime, mapi.PtypMultipleGuid, mapi.PtypMultipleBinary,
}
