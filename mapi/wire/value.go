package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

var le = binary.LittleEndian

// Value reads a value of type t (MS-OXCDATA 2.11.2). With PtypUnspecified it reads the
// type first. It returns nil for PtypNull and for a multiple value without elements.
func (d *Decoder) Value(t mapi.Type) mapi.Value {
	switch {
	case t == mapi.PtypUnspecified:
		t = mapi.Type(d.uint16())
		if t.Base() == mapi.PtypUnspecified {
			d.fail("value without type")
			return nil
		}
		return d.Value(t)
	case t.Base() == mapi.PtypUnspecified:
		d.fail("values of type %v", t)
		return nil
	case t&mapi.MultiInstance != 0:
		return d.Value(t.Base())
	case t.IsMultiple():
		return d.values(t)
	}
	v := d.single(t)
	if d.err != nil {
		return nil
	}
	return v
}

func (d *Decoder) single(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypNull:
		return nil
	case mapi.PtypInteger16:
		return int16(d.uint16())
	case mapi.PtypInteger32:
		return int32(d.uint32())
	case mapi.PtypFloating32:
		return math.Float32frombits(d.uint32())
	case mapi.PtypFloating64:
		return math.Float64frombits(d.uint64())
	case mapi.PtypCurrency:
		return mapi.Currency(d.uint64())
	case mapi.PtypFloatingTime:
		return mapi.FloatingTime(math.Float64frombits(d.uint64()))
	case mapi.PtypErrorCode:
		return mapi.Code(d.uint32())
	case mapi.PtypBoolean:
		if d.opt.Form == SearchFolder {
			return d.uint16() != 0
		}
		return d.uint8() != 0
	case mapi.PtypInteger64:
		return int64(d.uint64())
	case mapi.PtypString:
		return d.string16()
	case mapi.PtypString8:
		return d.string8()
	case mapi.PtypTime:
		return mapi.FromFileTime(d.uint64())
	case mapi.PtypGuid:
		return d.guid()
	case mapi.PtypServerId:
		return mapi.ServerID(d.bytes(d.count(false, 1)))
	case mapi.PtypBinary:
		return d.binary()
	case mapi.PtypRestriction:
		return d.Restriction()
	case mapi.PtypRuleAction:
		return d.RuleActions()
	}
	d.fail("no value of type %v", t)
	return nil
}

func (d *Decoder) values(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypMultipleInteger16:
		return many(d, t, func() int16 { return int16(d.uint16()) })
	case mapi.PtypMultipleInteger32:
		return many(d, t, func() int32 { return int32(d.uint32()) })
	case mapi.PtypMultipleFloating32:
		return many(d, t, func() float32 { return math.Float32frombits(d.uint32()) })
	case mapi.PtypMultipleFloating64:
		return many(d, t, func() float64 { return math.Float64frombits(d.uint64()) })
	case mapi.PtypMultipleCurrency:
		return many(d, t, func() mapi.Currency { return mapi.Currency(d.uint64()) })
	case mapi.PtypMultipleFloatingTime:
		return many(d, t, func() mapi.FloatingTime { return mapi.FloatingTime(math.Float64frombits(d.uint64())) })
	case mapi.PtypMultipleInteger64:
		return many(d, t, func() int64 { return int64(d.uint64()) })
	case mapi.PtypMultipleString:
		return many(d, t, d.string16)
	case mapi.PtypMultipleString8:
		return many(d, t, d.string8)
	case mapi.PtypMultipleTime:
		return many(d, t, func() time.Time { return mapi.FromFileTime(d.uint64()) })
	case mapi.PtypMultipleGuid:
		return many(d, t, d.guid)
	case mapi.PtypMultipleBinary:
		return many(d, t, func() []byte { return d.bytes(d.count(d.opt.Form != ROP, 1)) })
	}
	d.fail("no value of type %v", t)
	return nil
}

// many reads a count and that many elements. Search folder definitions have 16-bit
// counts there.
func many[T any](d *Decoder, t mapi.Type, one func() T) mapi.Value {
	n := d.count(d.opt.Form != SearchFolder, max(t.Base().FixedSize(), 1))
	vs := make([]T, 0, min(n, 1024))
	for i := 0; i < n && d.err == nil; i++ {
		vs = append(vs, one())
	}
	if d.err != nil || len(vs) == 0 {
		return nil
	}
	return vs
}

// Property reads a tag and its value (MS-OXCDATA 2.11.4).
func (d *Decoder) Property() mapi.Property {
	p := d.prop()
	if d.err == nil && p.Type.Base() == mapi.PtypUnspecified {
		d.fail("property %v without type", p)
	}
	v := d.Value(p.Type)
	if d.err != nil {
		return mapi.Property{}
	}
	return mapi.Property{Prop: p, Value: v}
}

// AppendValue appends a value of type t. nil is written as PtypNull or as a multiple
// value without elements. A [mapi.Stream] must be read before.
func AppendValue(dst []byte, t mapi.Type, v mapi.Value, opt *Options) ([]byte, error) {
	e := encoder{dst: dst, opt: opt.withDefaults()}
	e.value(t, v)
	return e.end(dst)
}

// AppendProperty appends a tag and its value.
func AppendProperty(dst []byte, p mapi.Property, opt *Options) ([]byte, error) {
	e := encoder{dst: dst, opt: opt.withDefaults()}
	e.property(p)
	return e.end(dst)
}

// An encoder appends structures. After an error it does nothing.
type encoder struct {
	dst   []byte
	opt   Options
	err   error
	depth int
}

func (e *encoder) end(dst []byte) ([]byte, error) {
	if e.err != nil {
		return dst, e.err
	}
	return e.dst, nil
}

func (e *encoder) fail(code mapi.Code, format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf("%w: "+format, append([]any{code}, args...)...)
	}
}

func (e *encoder) uint8(n uint8)   { e.dst = append(e.dst, n) }
func (e *encoder) uint16(n uint16) { e.dst = le.AppendUint16(e.dst, n) }
func (e *encoder) uint32(n uint32) { e.dst = le.AppendUint32(e.dst, n) }
func (e *encoder) uint64(n uint64) { e.dst = le.AppendUint64(e.dst, n) }

func (e *encoder) count(wide bool, n int) {
	switch {
	case wide && uint64(n) <= math.MaxUint32:
		e.uint32(uint32(n))
	case !wide && n <= math.MaxUint16:
		e.uint16(uint16(n))
	default:
		e.fail(mapi.ErrTooBig, "%d elements or bytes", n)
	}
}

func (e *encoder) bytes(wide bool, b []byte) {
	e.count(wide, len(b))
	e.dst = append(e.dst, b...)
}

func (e *encoder) tag(p mapi.Prop) {
	t, err := e.opt.tag(p)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.uint32(uint32(t))
}

func (e *encoder) property(p mapi.Property) {
	e.tag(p.Prop)
	e.value(p.Prop.Type, p.Value)
}

func (e *encoder) value(t mapi.Type, v mapi.Value) {
	if t&mapi.MultiInstance != 0 {
		t = t.Base()
	}
	switch {
	case t == mapi.PtypNull && v == nil:
	case v == nil && t.IsMultiple() && t.Valid():
		e.count(e.opt.Form != SearchFolder, 0)
	case mapi.CheckValue(t, v) != nil:
		e.fail(mapi.ErrUnexpectedType, "a %T as %v", v, t)
	case t.IsMultiple():
		e.values(t, v)
	default:
		e.single(t, v)
	}
}

func (e *encoder) single(t mapi.Type, v mapi.Value) {
	switch v := v.(type) {
	case int16:
		e.uint16(uint16(v))
	case int32:
		e.uint32(uint32(v))
	case int64:
		e.uint64(uint64(v))
	case float32:
		e.uint32(math.Float32bits(v))
	case float64:
		e.uint64(math.Float64bits(v))
	case mapi.Currency:
		e.uint64(uint64(v))
	case mapi.FloatingTime:
		e.uint64(math.Float64bits(float64(v)))
	case mapi.Code:
		e.uint32(uint32(v))
	case bool:
		e.bool(v)
	case string:
		e.text(t, v)
	case time.Time:
		e.uint64(mapi.ToFileTime(v))
	case mapi.GUID:
		e.dst = append(e.dst, v[:]...)
	case mapi.ServerID:
		e.bytes(false, v)
	case []byte:
		e.bytes(e.opt.Form == Extended, v)
	case mapi.Restriction:
		e.restriction(v)
	case mapi.RuleActions:
		e.ruleActions(v)
	default:
		e.fail(mapi.ErrTypeNoSupport, "a %T", v)
	}
}

func (e *encoder) bool(v bool) {
	var n uint8
	if v {
		n = 1
	}
	if e.uint8(n); e.opt.Form == SearchFolder {
		e.uint8(0)
	}
}

func (e *encoder) text(t mapi.Type, s string) {
	s = beforeNUL(s)
	var b []byte
	if t.Base() == mapi.PtypString8 {
		b = append(e.opt.encodeText(s), 0)
	} else {
		b = appendUTF16(nil, s)
	}
	if e.opt.Form == SearchFolder {
		if s == "" {
			b = nil
		}
		e.count(false, len(b))
	}
	e.dst = append(e.dst, b...)
}

func (e *encoder) values(t mapi.Type, v mapi.Value) {
	base := t.Base()
	switch v := v.(type) {
	case []int16:
		each(e, v, func(x int16) { e.single(base, x) })
	case []int32:
		each(e, v, func(x int32) { e.single(base, x) })
	case []int64:
		each(e, v, func(x int64) { e.single(base, x) })
	case []float32:
		each(e, v, func(x float32) { e.single(base, x) })
	case []float64:
		each(e, v, func(x float64) { e.single(base, x) })
	case []mapi.Currency:
		each(e, v, func(x mapi.Currency) { e.single(base, x) })
	case []mapi.FloatingTime:
		each(e, v, func(x mapi.FloatingTime) { e.single(base, x) })
	case []string:
		each(e, v, func(x string) { e.text(base, x) })
	case []time.Time:
		each(e, v, func(x time.Time) { e.single(base, x) })
	case []mapi.GUID:
		each(e, v, func(x mapi.GUID) { e.single(base, x) })
	case [][]byte:
		each(e, v, func(x []byte) { e.bytes(e.opt.Form != ROP, x) })
	}
}

func each[T any](e *encoder, vs []T, one func(T)) {
	e.count(e.opt.Form != SearchFolder, len(vs))
	for _, v := range vs {
		one(v)
	}
}
