package props

import "github.com/okapi-mail/okapi/mapi"

// The conversions between a property's value and the T of its key. They are
// functions and not methods of T, so that a key is a composite literal that the
// linker drops when nobody uses it.

func as[T any](v mapi.Value) (T, bool) { t, ok := v.(T); return t, ok }

func raw[T any](t T) mapi.Value { return t }

// rawList makes the empty list nil: a multiple value is never empty.
func rawList[T any](t []T) mapi.Value {
	if len(t) == 0 {
		return nil
	}
	return t
}

// rawBytes makes nil stand for absent.
func rawBytes[T ~[]byte](t T) mapi.Value {
	if t == nil {
		return nil
	}
	return t
}

func asInt16[T ~int16](v mapi.Value) (T, bool) { n, ok := v.(int16); return T(n), ok }

func rawInt16[T ~int16](t T) mapi.Value { return int16(t) }

func asInt32[T ~int32](v mapi.Value) (T, bool) { n, ok := v.(int32); return T(n), ok }

func rawInt32[T ~int32](t T) mapi.Value { return int32(t) }

func rawActions(t mapi.RuleActions) mapi.Value {
	if t == nil {
		return nil
	}
	return t
}
