package rowkey

import (
	"encoding/binary"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

// Restrictions and rule actions are stored with the names of their named
// properties, not with a mailbox's ids: they mean the same in every mailbox.

const maxDepth = 256 // levels of a stored restriction

// byName writes properties independently of any mailbox.
var byName = Codec{}

const (
	resAnd = iota + 1
	resOr
	resNot
	resContent
	resProperty
	resCompare
	resBitmask
	resSize
	resExist
	resSub
	resComment
	resCount
	resNone = 0
)

// AppendRestriction writes r; nil is allowed.
func AppendRestriction(b []byte, r mapi.Restriction) ([]byte, error) {
	return appendRestriction(b, r, 0)
}

func appendRestriction(b []byte, r mapi.Restriction, depth int) ([]byte, error) {
	if depth > maxDepth {
		return b, mapi.ErrTooComplex
	}
	switch r := r.(type) {
	case nil:
		return append(b, resNone), nil
	case *mapi.AndRestriction:
		return appendList(append(b, resAnd), r.Of, depth)
	case *mapi.OrRestriction:
		return appendList(append(b, resOr), r.Of, depth)
	case *mapi.NotRestriction:
		return appendRestriction(append(b, resNot), r.Of, depth+1)
	case *mapi.ContentRestriction:
		b = binary.AppendUvarint(append(b, resContent), uint64(r.Fuzzy))
		return appendCompared(b, r.Prop, r.Value)
	case *mapi.PropertyRestriction:
		return appendCompared(append(b, resProperty, byte(r.Op)), r.Prop, r.Value)
	case *mapi.ComparePropsRestriction:
		return appendProp(appendProp(append(b, resCompare, byte(r.Op)), r.Left), r.Right), nil
	case *mapi.BitmaskRestriction:
		nonZero := byte(0)
		if r.NonZero {
			nonZero = 1
		}
		return binary.AppendUvarint(appendProp(append(b, resBitmask, nonZero), r.Prop), uint64(r.Mask)), nil
	case *mapi.SizeRestriction:
		return binary.AppendUvarint(appendProp(append(b, resSize, byte(r.Op)), r.Prop), uint64(r.Size)), nil
	case *mapi.ExistRestriction:
		return appendProp(append(b, resExist), r.Prop), nil
	case *mapi.SubRestriction:
		return appendRestriction(appendProp(append(b, resSub), r.Object), r.Of, depth+1)
	case *mapi.CommentRestriction:
		b = binary.AppendUvarint(append(b, resComment), uint64(len(r.Props)))
		var err error
		for _, p := range r.Props {
			if b, err = byName.AppendProperty(b, p.Prop, p.Value); err != nil {
				return b, err
			}
		}
		return appendRestriction(b, r.Of, depth+1)
	case *mapi.CountRestriction:
		return appendRestriction(binary.AppendUvarint(append(b, resCount), uint64(r.Count)), r.Of, depth+1)
	}
	return b, fmt.Errorf("%w: a %T as restriction", mapi.ErrTooComplex, r)
}

func appendList(b []byte, rs []mapi.Restriction, depth int) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(rs)))
	var err error
	for _, r := range rs {
		if b, err = appendRestriction(b, r, depth+1); err != nil {
			return b, err
		}
	}
	return b, nil
}

// appendCompared writes a property and the constant it is compared with, whose
// type may differ: a multiple property is compared with single values.
func appendCompared(b []byte, p mapi.Prop, v mapi.Value) ([]byte, error) {
	t := p.Type
	if mapi.CheckValue(t, v) != nil {
		t = t.Base()
	}
	if err := mapi.CheckValue(t, v); err != nil {
		return b, fmt.Errorf("%w: %w", mapi.ErrTooComplex, err)
	}
	b = appendProp(b, p)
	return appendValue(binary.LittleEndian.AppendUint16(b, uint16(t)), t, v)
}

func appendProp(b []byte, p mapi.Prop) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(p.Type))
	if !p.IsNamed() {
		return binary.LittleEndian.AppendUint16(append(b, 0), uint16(p.ID))
	}
	return appendName(append(b, 1), p)
}

func (r *reader) prop() mapi.Prop {
	t := mapi.Type(r.uint16())
	if r.byte() == 0 {
		return mapi.Prop{ID: uint32(r.uint16()), Type: t}
	}
	return r.name(t)
}

func (r *reader) compared() (mapi.Prop, mapi.Value) {
	p := r.prop()
	return p, r.value(mapi.Type(r.uint16()))
}

// ParseRestriction reads what AppendRestriction wrote.
func ParseRestriction(b []byte) (mapi.Restriction, error) {
	r := &reader{b: b}
	res := r.restriction(0)
	return res, r.done()
}

func (r *reader) restriction(depth int) mapi.Restriction {
	if depth > maxDepth {
		r.fail("restriction too deep")
		return nil
	}
	switch r.byte() {
	case resNone:
		return nil
	case resAnd:
		return &mapi.AndRestriction{Of: r.restrictions(depth)}
	case resOr:
		return &mapi.OrRestriction{Of: r.restrictions(depth)}
	case resNot:
		return &mapi.NotRestriction{Of: r.restriction(depth + 1)}
	case resContent:
		c := &mapi.ContentRestriction{Fuzzy: mapi.FuzzyLevel(r.uvarint())}
		c.Prop, c.Value = r.compared()
		return c
	case resProperty:
		c := &mapi.PropertyRestriction{Op: mapi.RelOp(r.byte())}
		c.Prop, c.Value = r.compared()
		return c
	case resCompare:
		return &mapi.ComparePropsRestriction{Op: mapi.RelOp(r.byte()), Left: r.prop(), Right: r.prop()}
	case resBitmask:
		return &mapi.BitmaskRestriction{NonZero: r.byte() != 0, Prop: r.prop(), Mask: uint32(r.uvarint())}
	case resSize:
		return &mapi.SizeRestriction{Op: mapi.RelOp(r.byte()), Prop: r.prop(), Size: uint32(r.uvarint())}
	case resExist:
		return &mapi.ExistRestriction{Prop: r.prop()}
	case resSub:
		return &mapi.SubRestriction{Object: r.prop(), Of: r.restriction(depth + 1)}
	case resComment:
		c := &mapi.CommentRestriction{}
		for range r.count() {
			p, v := byName.property(r)
			if r.err != nil {
				return nil
			}
			c.Props = append(c.Props, mapi.Property{Prop: p, Value: v})
		}
		c.Of = r.restriction(depth + 1)
		return c
	case resCount:
		return &mapi.CountRestriction{Count: uint32(r.uvarint()), Of: r.restriction(depth + 1)}
	}
	r.fail("kind of restriction")
	return nil
}

func (r *reader) restrictions(depth int) []mapi.Restriction {
	n := r.count()
	rs := make([]mapi.Restriction, 0, min(n, 64))
	for range n {
		if r.err != nil {
			return nil
		}
		rs = append(rs, r.restriction(depth+1))
	}
	return rs
}

func appendActions(b []byte, as mapi.RuleActions) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(as)))
	for _, a := range as {
		b = append(b, byte(a.Type))
		b = binary.AppendUvarint(b, uint64(a.Flavor))
		b = binary.AppendUvarint(b, uint64(a.Flags))
		b = binary.AppendUvarint(b, uint64(a.Code))
		for _, p := range [][]byte{a.Store, a.Folder, a.Template, a.Data} {
			b = appendBytes(b, p)
		}
		b = append(b, a.TemplateID[:]...)
		b = binary.AppendUvarint(b, uint64(len(a.Recipients)))
		var err error
		for i := range a.Recipients {
			if b, err = byName.AppendBag(b, &a.Recipients[i]); err != nil {
				return b, err
			}
		}
		if a.Tag == nil {
			b = append(b, 0)
		} else if b, err = byName.AppendProperty(append(b, 1), a.Tag.Prop, a.Tag.Value); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (r *reader) actions() mapi.RuleActions {
	var as mapi.RuleActions
	for range r.count() {
		a := mapi.RuleAction{Type: mapi.ActionType(r.byte()), Flavor: uint32(r.uvarint()),
			Flags: uint32(r.uvarint()), Code: uint32(r.uvarint())}
		for _, p := range []*[]byte{&a.Store, &a.Folder, &a.Template, &a.Data} {
			if v := r.bytes(); len(v) > 0 {
				*p = append([]byte(nil), v...)
			}
		}
		a.TemplateID = r.guid()
		for range r.count() {
			if r.err != nil {
				return nil
			}
			a.Recipients = append(a.Recipients, byName.bag(r))
		}
		if r.byte() != 0 {
			p, v := byName.property(r)
			a.Tag = &mapi.Property{Prop: p, Value: v}
		}
		if r.err != nil {
			return nil
		}
		as = append(as, a)
	}
	return as
}
