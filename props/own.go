package props

import (
	"fmt"
	"reflect"

	"github.com/okapi-mail/okapi/mapi"
)

// NewKey returns a key for a property of your own, which the dictionary does not
// have. T is the Go type that [mapi.Value] lists for p.Type. NewKey panics when
// it is another one, or when p cannot be stored: a mistake in the program.
//
//	var Legs = props.NewKey[int32]("ZooLegs", mapi.NamedString(zoo, "Legs", mapi.PtypInteger32))
func NewKey[T any](name string, p mapi.Prop) Key[T] {
	if err := mapi.CheckValue(p.Type, sample[T]()); err != nil {
		panic(fmt.Sprintf("props: NewKey[%v](%q): %v", reflect.TypeFor[T](), name, err))
	}
	to := func(t T) mapi.Value { return rawAny(p.Type, t) }
	return Key[T]{Name: name, prop: p, from: as[T], to: to}
}

// sample is a value of type T: lists have one element.
func sample[T any]() mapi.Value {
	switch t := reflect.TypeFor[T](); {
	case t.Kind() == reflect.Slice:
		return reflect.MakeSlice(t, 1, 1).Interface()
	case t == reflect.TypeFor[mapi.Restriction]():
		return mapi.And()
	}
	var zero T
	return zero
}

// rawAny does what raw, rawList and rawBytes do for types that the generator
// knows.
func rawAny[T any](typ mapi.Type, t T) mapi.Value {
	v := reflect.ValueOf(t)
	if v.Kind() == reflect.Slice && (v.IsNil() || typ.IsMultiple() && v.Len() == 0) {
		return nil
	}
	return t
}
