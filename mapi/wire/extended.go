package wire

import (
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
)

// Extended rules carry the named properties that they use with them (MS-OXORULE
// 2.2.4.2). A nameTable is that part.
type nameTable struct {
	ids   []uint16
	props []mapi.Prop // without type
}

// firstID is the first id that is given to a named property.
const firstID = 0x8000

// The kinds of names (MS-OXCDATA 2.6.1).
const (
	nameIsNumber = 0x00
	nameIsString = 0x01
)

// maxName is the largest size of a name and its terminator.
const maxName = 0xFF

// DecodeExtendedCondition reads the condition of an extended rule
// (PidTagExtendedRuleMessageCondition) that fills b. Its named properties are those
// that it says; opt.Names is not asked.
func DecodeExtendedCondition(b []byte, opt *Options) (mapi.Restriction, error) {
	d := extendedDecoder(b, opt)
	if d.err == nil && len(d.b) == 0 {
		return nil, nil
	}
	r := d.Restriction()
	if err := d.End(); err != nil {
		return nil, err
	}
	return r, nil
}

// AppendExtendedCondition appends the condition of an extended rule. opt.Names, when
// given, says the ids of the named properties in it; otherwise they are numbered.
func AppendExtendedCondition(dst []byte, r mapi.Restriction, opt *Options) ([]byte, error) {
	return appendExtended(dst, opt, func(e *encoder) {
		if r != nil {
			e.restriction(r)
		}
	})
}

// DecodeExtendedActions reads the actions of an extended rule
// (PidTagExtendedRuleMessageActions) that fill b. Its named properties are those that
// it says; opt.Names is not asked.
func DecodeExtendedActions(b []byte, opt *Options) (mapi.RuleActions, error) {
	d := extendedDecoder(b, opt)
	if v := d.uint32(); d.err == nil && v != 1 {
		d.fail("rule of version %d", v)
	}
	as := d.RuleActions()
	if err := d.End(); err != nil {
		return nil, err
	}
	return as, nil
}

// AppendExtendedActions appends the actions of an extended rule. opt.Names, when given,
// says the ids of the named properties in it; otherwise they are numbered.
func AppendExtendedActions(dst []byte, as mapi.RuleActions, opt *Options) ([]byte, error) {
	return appendExtended(dst, opt, func(e *encoder) {
		e.uint32(1)
		e.ruleActions(as)
	})
}

func extendedDecoder(b []byte, opt *Options) *Decoder {
	d := NewDecoder(b, opt)
	d.opt.Form = Extended
	d.opt.Names = d.nameTable()
	return d
}

func (d *Decoder) nameTable() *nameTable {
	t := &nameTable{}
	n := d.count(false, 2)
	for range n {
		t.ids = append(t.ids, d.uint16())
	}
	if n == 0 {
		return t
	}
	size := d.count(true, 1)
	names := d.take(size)
	outer := d.b
	d.b = names
	for i := 0; i < n && d.err == nil; i++ {
		t.props = append(t.props, d.name())
	}
	if d.err == nil && len(d.b) > 0 {
		d.fail("%d bytes too many in names", len(d.b))
	}
	if d.err == nil {
		d.b = outer
	}
	return t
}

// name reads a property name (MS-OXCDATA 2.6.1).
func (d *Decoder) name() mapi.Prop {
	kind, set := d.uint8(), d.guid()
	if set.IsZero() || set == mapi.PSMapi {
		d.fail("name in property set %v", set) // such properties have no name
	}
	switch kind {
	case nameIsNumber:
		return mapi.NamedID(set, d.uint32(), mapi.PtypUnspecified)
	case nameIsString:
		text := &Decoder{b: d.take(int(d.uint8())), opt: d.opt}
		name := text.string16()
		if err := text.End(); err != nil {
			d.fail("name of a property: %w", err)
		}
		p := mapi.NamedString(set, name, mapi.PtypUnspecified)
		if len(appendUTF16(nil, p.Name)) > maxName {
			d.fail("name of a property is too long in lower case")
		}
		return p
	}
	d.fail("name of kind %#x", kind)
	return mapi.Prop{}
}

// Prop implements [Names].
func (t *nameTable) Prop(id uint16, typ mapi.Type) (mapi.Prop, error) {
	if i := slices.Index(t.ids, id); i >= 0 && i < len(t.props) {
		return t.props[i].As(typ), nil
	}
	return mapi.Prop{}, fmt.Errorf("no name for id %#x", id)
}

// appendExtended writes the body first, which collects the names that come before it.
func appendExtended(dst []byte, opt *Options, body func(*encoder)) ([]byte, error) {
	e := encoder{opt: opt.withDefaults()}
	t := &collectedNames{given: e.opt.Names}
	e.opt.Form, e.opt.Names = Extended, t
	body(&e)
	head := encoder{dst: dst, opt: e.opt, err: e.err}
	head.names(&t.nameTable)
	if head.err != nil {
		return dst, head.err
	}
	return append(head.dst, e.dst...), nil
}

type collectedNames struct {
	nameTable
	given Names
}

// ID implements [Names].
func (t *collectedNames) ID(p mapi.Prop) (uint16, error) {
	p = p.Untyped()
	if i := slices.Index(t.props, p); i >= 0 {
		return t.ids[i], nil
	}
	id := firstID + len(t.ids)
	if t.given != nil {
		given, err := t.given.ID(p)
		if err != nil {
			return 0, err
		}
		id = int(given)
	}
	if id > 0xFFFF {
		return 0, fmt.Errorf("%w: too many named properties", mapi.ErrTooBig)
	}
	t.ids, t.props = append(t.ids, uint16(id)), append(t.props, p)
	return uint16(id), nil
}

// ID implements [Names]; a table that was read gives no new ids.
func (t *nameTable) ID(p mapi.Prop) (uint16, error) {
	if i := slices.Index(t.props, p.Untyped()); i >= 0 {
		return t.ids[i], nil
	}
	return 0, fmt.Errorf("%w: no id for %v", mapi.ErrNotFound, p)
}

func (e *encoder) names(t *nameTable) {
	e.count(false, len(t.ids))
	for _, id := range t.ids {
		e.uint16(id)
	}
	if len(t.ids) == 0 {
		return
	}
	names := encoder{opt: e.opt, err: e.err}
	for _, p := range t.props {
		names.name(p)
	}
	e.err = names.err
	e.bytes(true, names.dst)
}

func (e *encoder) name(p mapi.Prop) {
	if p.Name == "" {
		e.uint8(nameIsNumber)
		e.dst = append(e.dst, p.Set[:]...)
		e.uint32(p.ID)
		return
	}
	e.uint8(nameIsString)
	e.dst = append(e.dst, p.Set[:]...)
	text := appendUTF16(nil, beforeNUL(p.Name))
	if len(text) > maxName {
		e.fail(mapi.ErrTooBig, "name of a property of %d bytes", len(text))
		return
	}
	e.uint8(uint8(len(text)))
	e.dst = append(e.dst, text...)
}
