package rowkey

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// A Content says that a value is kept in the tenant's pool of contents.
type Content struct {
	Digest [32]byte
	Size   int64
}

// A Codec writes and reads properties. Its functions connect the format with the
// mailbox it belongs to; a nil function is not available.
type Codec struct {
	// ID returns the mailbox's id for a named property, or 0 to write the
	// name itself.
	ID func(p mapi.Prop) uint16

	// Name returns the property of a mailbox's id.
	Name func(id uint16) (mapi.Prop, error)

	// Stream returns the value of a content in the pool.
	Stream func(t mapi.Type, c Content) mapi.Value
}

// Forms in which a property is written: the upper bits of its type.
const (
	formRef    = 0x4000 // the value is a Content
	formInline = 0x8000 // a named property without an id: its name follows
)

// Sets that are written as one byte.
var knownSets = [...]mapi.GUID{1: mapi.PSInternetHeaders, 2: mapi.PSOkapi, 3: mapi.PSPublicStrings, 4: mapi.PSETIDCommon}

// AppendProperty writes one property. A value kept in the pool is given as a
// Content.
func (c *Codec) AppendProperty(b []byte, p mapi.Prop, v any) ([]byte, error) {
	if !p.IsNamed() && p.ID >= 0x8000 {
		// Such an id stands for a named property of some mailbox, and says not which.
		return b, fmt.Errorf("%w: %v has no meaning here", mapi.ErrInvalidParameter, p)
	}
	id, form := uint16(p.ID), uint16(p.Type)
	if p.IsNamed() {
		if c.ID != nil {
			id = c.ID(p)
		} else {
			id = 0
		}
		if id == 0 {
			form |= formInline
		}
	}
	content, isRef := v.(Content)
	if isRef {
		form |= formRef
	}
	b = binary.LittleEndian.AppendUint16(b, form)
	if form&formInline != 0 {
		b = appendName(b, p)
	} else {
		b = binary.LittleEndian.AppendUint16(b, id)
	}
	if isRef {
		b = append(b, content.Digest[:]...)
		return binary.AppendUvarint(b, uint64(content.Size)), nil
	}
	return appendValue(b, p.Type, v)
}

func appendName(b []byte, p mapi.Prop) []byte {
	known := byte(0)
	for i, s := range knownSets {
		if i > 0 && s == p.Set {
			known = byte(i)
		}
	}
	b = append(b, known)
	if known == 0 {
		b = append(b, p.Set[:]...)
	}
	b = appendString(b, p.Name)
	if p.Name == "" {
		b = binary.LittleEndian.AppendUint32(b, p.ID)
	}
	return b
}

// AppendName writes the name of a named property.
func AppendName(b []byte, p mapi.Prop) []byte { return appendName(b, p) }

// ParseName reads what AppendName wrote.
func ParseName(b []byte) (mapi.Prop, error) {
	r := &reader{b: b}
	p := r.name(mapi.PtypUnspecified)
	return p, r.done()
}

func (r *reader) name(t mapi.Type) mapi.Prop {
	p := mapi.Prop{Type: t}
	switch known := int(r.byte()); {
	case known == 0:
		p.Set = r.guid()
	case known < len(knownSets):
		p.Set = knownSets[known]
	default:
		r.fail("unknown property set")
	}
	if p.Name = string(r.bytes()); p.Name == "" {
		p.ID = r.uint32()
	}
	return p
}

// property reads one property.
func (c *Codec) property(r *reader) (mapi.Prop, mapi.Value) {
	form := r.uint16()
	t := mapi.Type(form &^ (formRef | formInline))
	var p mapi.Prop
	if form&formInline != 0 {
		p = r.name(t)
	} else if id := r.uint16(); id < 0x8000 {
		p = mapi.Prop{ID: uint32(id), Type: t}
	} else if c.Name == nil {
		r.fail("id of a named property outside its mailbox")
	} else if named, err := c.Name(id); err != nil {
		if r.err == nil {
			r.err = err
		}
	} else {
		p = named.As(t)
	}
	if form&formRef != 0 {
		var content Content
		copy(content.Digest[:], r.take(32))
		content.Size = int64(r.uvarint())
		if content.Size < 0 {
			r.fail("size of a content")
		}
		if r.err != nil {
			return p, nil
		}
		if c.Stream == nil {
			return p, content
		}
		return p, c.Stream(t, content)
	}
	return p, r.value(t)
}

func appendValue(b []byte, t mapi.Type, v mapi.Value) ([]byte, error) {
	switch v := v.(type) {
	case bool:
		if v {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case int16:
		return binary.AppendVarint(b, int64(v)), nil
	case int32:
		return binary.AppendVarint(b, int64(v)), nil
	case int64:
		return binary.AppendVarint(b, v), nil
	case mapi.Currency:
		return binary.AppendVarint(b, int64(v)), nil
	case mapi.Code:
		return binary.AppendUvarint(b, uint64(v)), nil
	case float32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(v)), nil
	case float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)), nil
	case mapi.FloatingTime:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(v))), nil
	case time.Time:
		return binary.LittleEndian.AppendUint64(b, mapi.ToFileTime(v)), nil
	case mapi.GUID:
		return append(b, v[:]...), nil
	case string:
		return appendString(b, v), nil
	case []byte:
		return appendBytes(b, v), nil
	case mapi.Object:
		return appendBytes(b, v), nil
	case mapi.ServerID:
		return appendBytes(b, v), nil
	}
	switch t {
	case mapi.PtypRestriction:
		p, err := AppendRestriction(nil, v.(mapi.Restriction))
		return appendBytes(b, p), err
	case mapi.PtypRuleAction:
		p, err := appendActions(nil, v.(mapi.RuleActions))
		return appendBytes(b, p), err
	}
	return appendValues(b, t, v)
}

func appendValues(b []byte, t mapi.Type, v mapi.Value) ([]byte, error) {
	switch v := v.(type) {
	case []int16:
		return appendEach(b, t, v)
	case []int32:
		return appendEach(b, t, v)
	case []int64:
		return appendEach(b, t, v)
	case []float32:
		return appendEach(b, t, v)
	case []float64:
		return appendEach(b, t, v)
	case []mapi.Currency:
		return appendEach(b, t, v)
	case []mapi.FloatingTime:
		return appendEach(b, t, v)
	case []time.Time:
		return appendEach(b, t, v)
	case []mapi.GUID:
		return appendEach(b, t, v)
	case []string:
		return appendEach(b, t, v)
	case [][]byte:
		return appendEach(b, t, v)
	}
	return b, fmt.Errorf("%w: a %T cannot be stored as %v", mapi.ErrUnexpectedType, v, t)
}

func appendEach[T any](b []byte, t mapi.Type, vs []T) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(vs)))
	var err error
	for _, v := range vs {
		if b, err = appendValue(b, t.Base(), v); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (r *reader) value(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypBoolean:
		return r.byte() != 0
	case mapi.PtypInteger16:
		return int16(r.varint())
	case mapi.PtypInteger32:
		return int32(r.varint())
	case mapi.PtypInteger64:
		return r.varint()
	case mapi.PtypCurrency:
		return mapi.Currency(r.varint())
	case mapi.PtypErrorCode:
		return mapi.Code(r.uvarint())
	case mapi.PtypFloating32:
		return math.Float32frombits(r.uint32())
	case mapi.PtypFloating64:
		return math.Float64frombits(r.uint64())
	case mapi.PtypFloatingTime:
		return mapi.FloatingTime(math.Float64frombits(r.uint64()))
	case mapi.PtypTime:
		return mapi.FromFileTime(r.uint64())
	case mapi.PtypGuid:
		return r.guid()
	case mapi.PtypString, mapi.PtypString8:
		return string(r.bytes())
	case mapi.PtypBinary:
		return append([]byte{}, r.bytes()...)
	case mapi.PtypObject:
		return append(mapi.Object{}, r.bytes()...)
	case mapi.PtypServerId:
		return append(mapi.ServerID{}, r.bytes()...)
	case mapi.PtypRestriction:
		v, err := ParseRestriction(r.bytes())
		if err != nil && r.err == nil {
			r.err = err
		}
		return v
	case mapi.PtypRuleAction:
		inner := &reader{b: r.bytes()}
		v := inner.actions()
		if err := inner.done(); err != nil && r.err == nil {
			r.err = err
		}
		return v
	}
	return r.values(t)
}

func (r *reader) values(t mapi.Type) mapi.Value {
	n := r.count()
	switch t {
	case mapi.PtypMultipleInteger16:
		return each[int16](r, t, n)
	case mapi.PtypMultipleInteger32:
		return each[int32](r, t, n)
	case mapi.PtypMultipleInteger64:
		return each[int64](r, t, n)
	case mapi.PtypMultipleFloating32:
		return each[float32](r, t, n)
	case mapi.PtypMultipleFloating64:
		return each[float64](r, t, n)
	case mapi.PtypMultipleCurrency:
		return each[mapi.Currency](r, t, n)
	case mapi.PtypMultipleFloatingTime:
		return each[mapi.FloatingTime](r, t, n)
	case mapi.PtypMultipleTime:
		return each[time.Time](r, t, n)
	case mapi.PtypMultipleGuid:
		return each[mapi.GUID](r, t, n)
	case mapi.PtypMultipleString, mapi.PtypMultipleString8:
		return each[string](r, t, n)
	case mapi.PtypMultipleBinary:
		return each[[]byte](r, t, n)
	}
	r.fail("property type")
	return nil
}

func each[T any](r *reader, t mapi.Type, n int) []T {
	vs := make([]T, 0, n)
	for range n {
		v, ok := r.value(t.Base()).(T)
		if !ok || r.err != nil {
			r.fail("value of a multiple property")
			return nil
		}
		vs = append(vs, v)
	}
	if n == 0 {
		r.fail("multiple property without values")
	}
	return vs
}

// skip passes over a value.
func (r *reader) skip(t mapi.Type, ref bool) {
	switch {
	case ref:
		r.take(32)
		r.uvarint()
	case t.IsMultiple():
		for range r.count() {
			if r.skip(t.Base(), false); r.err != nil {
				return
			}
		}
	default:
		switch t {
		case mapi.PtypBoolean:
			r.take(1)
		case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypInteger64, mapi.PtypCurrency, mapi.PtypErrorCode:
			r.uvarint()
		case mapi.PtypFloating32:
			r.take(4)
		case mapi.PtypFloating64, mapi.PtypFloatingTime, mapi.PtypTime:
			r.take(8)
		case mapi.PtypGuid:
			r.take(16)
		default:
			r.bytes()
		}
	}
}
