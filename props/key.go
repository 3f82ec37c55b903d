package props

import (
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

// MaxValue is the size in bytes up to which [Key.Get] and [Key.Read] bring a
// streamed value into memory: 64 MiB. Larger ones are opened with
// [mapi.OpenValue].
const MaxValue = 64 << 20

// A Key is a property known at compile time. T is the Go type of its value: the
// type that [mapi.Value] lists for the property type, or an enumeration of
// package mapi. Keys never change. The zero Key is of no use: keys come from the
// dictionary or from [NewKey].
type Key[T any] struct {
	Name string // canonical name, as in MS-OXPROPS section 2

	prop mapi.Prop // its identity: id, LID or string name, and type
	from func(mapi.Value) (T, bool)
	to   func(T) mapi.Value
}

// AnyKey is any [Key], whatever the type of its value. It stands where only
// the identity matters: columns, sort orders, lists of properties to copy.
type AnyKey = mapi.PropKey

// Prop returns the property that the key stands for. The dynamic door of package
// mapi takes it: obj.Get(props.PidTagSubject.Prop()).
func (k Key[T]) Prop() mapi.Prop { return k.prop }

// String returns the canonical name.
func (k Key[T]) String() string { return k.Name }

// Get returns the value of the property and whether obj has it. A [mapi.Stream]
// of up to [MaxValue] bytes is read into memory; when that fails, or when the
// stored type does not fit, Get returns false and [Key.Read] says why.
//
// Slices are shared with obj and must not be written to.
func (k Key[T]) Get(obj mapi.Getter) (T, bool) {
	v := obj.Get(k.prop)
	t, ok := k.from(v)
	if ok || v == nil {
		return t, ok
	}
	return k.load(v)
}

// Or returns the value of the property, or absent where Get returns false.
func (k Key[T]) Or(obj mapi.Getter, absent T) T {
	if v, ok := k.Get(obj); ok {
		return v
	}
	return absent
}

// Read is Get with the reason: [mapi.ErrNotFound] when the property is absent or
// stored with a type that does not fit, [mapi.ErrTooBig] when it is a stream of
// more than [MaxValue] bytes, or the error of reading the stream.
func (k Key[T]) Read(obj mapi.Getter) (T, error) {
	v, err := mapi.ReadValue(k.prop.Type, obj.Get(k.prop), MaxValue)
	if err != nil {
		var zero T
		return zero, k.fail("props.Key.Read", mapi.CodeOf(err), err)
	}
	t, ok := k.from(v)
	switch {
	case ok:
		return t, nil
	case v == nil:
		return t, k.fail("props.Key.Read", mapi.ErrNotFound, nil)
	default:
		return t, k.fail("props.Key.Read", mapi.ErrUnexpectedType, fmt.Errorf("it holds a %T", v))
	}
}

// Set gives the property a value. An empty multiple value deletes it, because
// MAPI has none (MS-OXCDATA 2.11.1), and so does a nil slice of bytes; an empty
// one that is not nil is kept.
func (k Key[T]) Set(obj mapi.Setter, v T) { obj.Set(k.prop, k.to(v)) }

// SetStream gives a string, binary or object property a value that is read when
// needed. It panics for a property of another type.
func (k Key[T]) SetStream(obj mapi.Setter, s mapi.Stream) { obj.Set(k.prop, s) }

// Has reports whether obj has the property with a type that fits. It reads no
// stream.
func (k Key[T]) Has(obj mapi.Getter) bool { return obj.Get(k.prop) != nil }

// Delete removes the property; when it is absent nothing happens.
func (k Key[T]) Delete(obj mapi.Setter) { obj.Set(k.prop, nil) }

// load is the way of a value that is not a T yet: a stream.
func (k Key[T]) load(v mapi.Value) (T, bool) {
	v, err := mapi.ReadValue(k.prop.Type, v, MaxValue)
	if err != nil {
		v = nil
	}
	return k.from(v)
}

func (k Key[T]) fail(op string, code mapi.Code, err error) error {
	if e := (*mapi.Error)(nil); errors.As(err, &e) && e.Prop == k.prop {
		return err
	}
	return &mapi.Error{Op: op + " " + k.Name, Code: code, Prop: k.prop, Err: err}
}
