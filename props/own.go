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
	return Key[T]{Name: name, prop: p, from: as[T], to: rawAny[T]}
}

// sample is a value of type T: lists have one element.
func sample[T any]() mapi.Value {
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.Slice {
		return reflect.MakeSlice(t, 1, 1).Interface()
	}
	var zero T
	return zero
}

// rawAny is what raw, rawList and rawBytes are for types known to the generator.
func rawAny[T any](t T) mapi.Value {
	v := reflect.ValueOf(t)
	if v.Kind() != reflect.Slice {
		return t
	}
	isBytes := v.Type().Elem().Kind() == reflect.Uint8
	if v.IsNil() || v.Len() == 0 && !isBytes {
		return nil
	}
	return t
}
