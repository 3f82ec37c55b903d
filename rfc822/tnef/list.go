package tnef

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// list reads properties (MS-OXTNEF 2.1.3.4) into bag. object, if there is one, is
// asked first what to do with an object. ok is false when the list could not be
// read to its end: what follows it is not known then.
func (m *message) list(c *cursor, bag *mapi.Properties, in place, object func(p mapi.Prop, at entity.Range) bool) (ok bool) {
	begin := c.pos
	n, ok := c.uint32()
	if !ok {
		m.report(RuleTruncated, begin, "list of properties")
		return false
	}
	const usual = 200
	bag.Grow(int(min(int64(n), c.left()/8, usual)))
	for i := range n {
		at := c.pos
		if c.left() == 0 {
			m.report(RuleTruncated, at, "%d properties of %d", i, n)
			return false
		}
		if !m.spend(&m.properties, m.opts.MaxProperties, 1, at, "properties") {
			return false
		}
		p, named, ok := m.tag(c)
		if !ok {
			m.report(RuleTruncated, at, "tag of a property")
			return false
		}
		l := lister{message: m, cursor: c, at: at, prop: p}
		if object != nil && p.Type == mapi.PtypObject {
			l.object = object
		}
		v, ok := l.value()
		switch {
		case v == nil || !named || isLocal(p, in):
		case ok:
			bag.Set(l.prop, v)
		default:
			m.cut = append(m.cut, cutOff{bag, mapi.Property{Prop: l.prop, Value: v}})
		}
		if !ok {
			return false
		}
	}
	return true
}

// A cutOff is a value of which only the begin is there. It counts when nothing else
// says what the property is.
type cutOff struct {
	bag *mapi.Properties
	mapi.Property
}

func (m *message) useCutOff() {
	for _, c := range m.cut {
		if !c.bag.Has(c.Prop) {
			c.bag.Set(c.Prop, c.Value)
		}
	}
	m.cut = nil
}

// tag reads a tag, and the name of a named property. named is false when the name
// is of no use: then the value is to be skipped.
func (m *message) tag(c *cursor) (p mapi.Prop, named, ok bool) {
	at := c.pos
	b := c.next(4)
	if b == nil {
		return p, false, false
	}
	t := mapi.Tag(le.Uint32(b))
	if t.ID() < 0x8000 {
		return mapi.Tagged(t), t.ID() != 0, true
	}
	if b = c.next(20); b == nil {
		return p, false, false
	}
	set, kind := mapi.GUID(b), le.Uint32(b[16:])
	n, ok := c.uint32()
	if !ok {
		return p, false, false
	}
	if kind == nameIsNumber {
		p = mapi.NamedID(set, n, t.Type())
	} else {
		at, ok := c.take(int64(n))
		if !ok {
			return p, false, false
		}
		// One more than the longest name is enough to see that it is too long.
		at.End = min(at.End, at.Start+4*(mapi.MaxNameLength+1))
		raw := m.src.cursor(at).next(int(at.Len()))
		p = mapi.NamedString(set, decodeText(nil, raw), t.Type())
		if p.Name == "" || len(p.Name) > mapi.MaxNameLength {
			m.report(RuleName, at.Start, "name of %d bytes", n)
			return p, false, true
		}
	}
	if kind > nameIsString || set.IsZero() || !p.IsNamed() && (p.ID == 0 || p.ID >= 0x8000) {
		m.report(RuleName, at, "%v, name of kind %d", p, kind)
		return p, false, true
	}
	return p, true, true
}

// The kinds of names.
const (
	nameIsNumber = 0
	nameIsString = 1
)

// A lister reads the value of one property of a list.
type lister struct {
	*message
	*cursor
	at     int64
	prop   mapi.Prop
	object func(p mapi.Prop, at entity.Range) bool
}

func (l *lister) truncated() bool {
	l.report(RuleTruncated, l.at, "value of %v", l.prop)
	return false
}

// value reads a value. v is nil when there is none that could be kept. ok is false
// when the list cannot be read any further.
func (l *lister) value() (v mapi.Value, ok bool) {
	t := l.prop.Type
	switch size := fixedSize(t.Base()); {
	case !t.Valid(), size == 0 && t != mapi.PtypObject && !t.IsString() && t.Base() != mapi.PtypBinary:
		l.report(RuleType, l.at, "%v; the rest of the list is not read", l.prop)
		return nil, false
	case size == 0:
		return l.variable()
	case t.IsMultiple():
		return l.fixedValues()
	default:
		b := l.next(size)
		if b == nil {
			return nil, l.truncated()
		}
		return fixed(t, b), true
	}
}

// variable reads one or several values with a size each.
func (l *lister) variable() (v mapi.Value, ok bool) {
	n, ok := l.uint32()
	if !ok {
		return nil, l.truncated()
	}
	if l.prop.Type.IsMultiple() {
		return l.several(n)
	}
	if n != 1 {
		l.report(RuleValue, l.at, "%d values of %v", n, l.prop)
	}
	for i := range n {
		r, whole := l.sized()
		if i == 0 && r.Start > 0 {
			v = l.single(r)
		}
		if !whole {
			return v, l.truncated()
		}
	}
	return v, true
}

// sized reads a size and takes that many bytes. whole is false when they are not
// all there.
func (l *lister) sized() (r entity.Range, whole bool) {
	if n, ok := l.uint32(); ok {
		return l.take(int64(n))
	}
	return r, false
}

// several reads n strings or binaries. MAPI has no streams for them, so that they
// are always in memory.
func (l *lister) several(n uint32) (v mapi.Value, ok bool) {
	var texts []string
	var binaries [][]byte
	t, cs := l.prop.Type, l.charset
	if t == mapi.PtypMultipleString {
		cs = nil
	} else if t == mapi.PtypMultipleString8 {
		l.prop = l.prop.As(mapi.PtypMultipleString)
	}
	ok = true
	for i := uint32(0); i < n && ok; i++ {
		var r entity.Range
		if r, ok = l.sized(); !ok && r.Start == 0 {
			break
		}
		if !l.spend(&l.values, l.opts.MaxValues, 1, l.at, "values") {
			return nil, false
		}
		if !l.hold(r.Len(), r.Len()) {
			l.report(RuleLimit, l.at, "%v does not fit into memory", l.prop)
			return nil, false
		}
		if t == mapi.PtypMultipleBinary {
			binaries = append(binaries, l.read(r))
		} else {
			texts = append(texts, decodeText(cs, l.view(r)))
		}
	}
	if !ok {
		l.truncated()
	}
	switch {
	case texts != nil:
		return texts, ok
	case binaries != nil:
		return binaries, ok
	}
	return nil, ok
}

// single makes the value of a range. 8-bit strings become PtypString.
func (l *lister) single(r entity.Range) mapi.Value {
	switch l.prop.Type {
	case mapi.PtypString:
		return l.text(r, nil)
	case mapi.PtypString8:
		l.prop = l.prop.As(mapi.PtypString)
		return l.text(r, l.charset)
	case mapi.PtypBinary:
		return l.binary(r)
	}
	return l.objectValue(r)
}

// objectValue makes the value of an object: an interface, and its data
// (MS-OXTNEF 2.1.3.4).
func (l *lister) objectValue(r entity.Range) mapi.Value {
	if l.object != nil && l.object(l.prop, r) {
		return nil
	}
	if r.Len() < 16 {
		l.report(RuleObject, l.at, "object of %d bytes", r.Len())
		return nil
	}
	r.Start += 16
	return l.objectData(r)
}
