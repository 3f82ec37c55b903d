package mapi

import (
	"fmt"
	"io"
	"time"
)

// A Value is what a property holds. Its Go type follows from the property type:
//
//	PtypInteger16     int16           PtypMultipleInteger16     []int16
//	PtypInteger32     int32           PtypMultipleInteger32     []int32
//	PtypFloating32    float32         PtypMultipleFloating32    []float32
//	PtypFloating64    float64         PtypMultipleFloating64    []float64
//	PtypCurrency      Currency        PtypMultipleCurrency      []Currency
//	PtypFloatingTime  FloatingTime    PtypMultipleFloatingTime  []FloatingTime
//	PtypErrorCode     Code
//	PtypBoolean       bool
//	PtypObject        Object
//	PtypInteger64     int64           PtypMultipleInteger64     []int64
//	PtypString        string          PtypMultipleString        []string
//	PtypString8       string          PtypMultipleString8       []string
//	PtypTime          time.Time       PtypMultipleTime          []time.Time
//	PtypGuid          GUID            PtypMultipleGuid          []GUID
//	PtypServerId      ServerID
//	PtypRestriction   Restriction
//	PtypRuleAction    RuleActions
//	PtypBinary        []byte          PtypMultipleBinary        [][]byte
//
// Strings are UTF-8 whatever their MAPI type; times are UTC with a resolution of
// 100 ns. A single PtypString, PtypString8, PtypBinary or PtypObject may instead
// be a [Stream] when it is large. nil stands for an absent property. A multiple
// value is never empty: it is absent instead (MS-OXCDATA 2.11.1).
//
// Values are shared, not copied: whoever gets a slice must not write to it.
type Value = any

// An Object is the value of a PtypObject property: the bytes of a foreign
// object, such as an OLE storage. Embedded messages are not Objects; they are
// [Attachment.Embedded].
type Object []byte

// A ServerID is the value of a PtypServerId property (MS-OXCDATA 2.11.1.4),
// opaque to clients.
type ServerID []byte

// A Stream is a large value that is read when needed. It can be opened any
// number of times, also concurrently, for as long as its origin lives: the store
// it was loaded from, or the source it was decoded from.
type Stream interface {
	// Open begins at the first byte. Strings are UTF-8. The caller closes the
	// reader; if it also implements io.Seeker or io.ReaderAt, access is random.
	Open() (io.ReadCloser, error)

	// Size is the number of bytes that Open delivers.
	Size() int64
}

// A Digester is a [Stream] that knows the SHA-256 of its bytes without reading
// them.
type Digester interface {
	Digest() (sum [32]byte, ok bool)
}

// CheckValue reports whether v is a value that a property of type t can have:
// the Go type fits, and a multiple value is not empty. The error is
// [ErrInvalidType] for an unknown type and [ErrUnexpectedType] otherwise.
func CheckValue(t Type, v Value) error {
	if valueFits(t, v) {
		return nil
	}
	if !t.Valid() {
		return fmt.Errorf("%w: %v", ErrInvalidType, t)
	}
	return fmt.Errorf("%w: a %T cannot be %v", ErrUnexpectedType, v, t)
}

// valueFits is true for valid types only.
func valueFits(t Type, v Value) bool {
	var ok bool
	switch t {
	case PtypInteger16:
		_, ok = v.(int16)
	case PtypInteger32:
		_, ok = v.(int32)
	case PtypFloating32:
		_, ok = v.(float32)
	case PtypFloating64:
		_, ok = v.(float64)
	case PtypCurrency:
		_, ok = v.(Currency)
	case PtypFloatingTime:
		_, ok = v.(FloatingTime)
	case PtypErrorCode:
		_, ok = v.(Code)
	case PtypBoolean:
		_, ok = v.(bool)
	case PtypInteger64:
		_, ok = v.(int64)
	case PtypTime:
		_, ok = v.(time.Time)
	case PtypGuid:
		_, ok = v.(GUID)
	case PtypServerId:
		_, ok = v.(ServerID)
	case PtypRestriction:
		_, ok = v.(Restriction)
	case PtypRuleAction:
		_, ok = v.(RuleActions)
	case PtypObject:
		if _, ok = v.(Object); !ok {
			_, ok = v.(Stream)
		}
	case PtypString, PtypString8:
		if _, ok = v.(string); !ok {
			_, ok = v.(Stream)
		}
	case PtypBinary:
		if _, ok = v.([]byte); !ok {
			_, ok = v.(Stream)
		}
	default:
		return countValues(t, v) > 0
	}
	return ok
}

// countValues is the number of values in v when it fits the multiple type t.
func countValues(t Type, v Value) int {
	switch v := v.(type) {
	case []int16:
		return lenIf(t == PtypMultipleInteger16, len(v))
	case []int32:
		return lenIf(t == PtypMultipleInteger32, len(v))
	case []float32:
		return lenIf(t == PtypMultipleFloating32, len(v))
	case []float64:
		return lenIf(t == PtypMultipleFloating64, len(v))
	case []Currency:
		return lenIf(t == PtypMultipleCurrency, len(v))
	case []FloatingTime:
		return lenIf(t == PtypMultipleFloatingTime, len(v))
	case []int64:
		return lenIf(t == PtypMultipleInteger64, len(v))
	case []string:
		return lenIf(t == PtypMultipleString || t == PtypMultipleString8, len(v))
	case []time.Time:
		return lenIf(t == PtypMultipleTime, len(v))
	case []GUID:
		return lenIf(t == PtypMultipleGuid, len(v))
	case [][]byte:
		return lenIf(t == PtypMultipleBinary, len(v))
	}
	return 0
}

func lenIf(ok bool, n int) int {
	if ok {
		return n
	}
	return 0
}

// normal brings times to UTC and FILETIME precision, so that a value is the same
// before and after it was stored.
func normal(value Value) Value {
	switch v := value.(type) {
	case time.Time:
		t := FromFileTime(ToFileTime(v))
		if t == v { // the very same, so that it needs no new allocation
			return value
		}
		return t
	case []time.Time:
		w := make([]time.Time, len(v))
		for i, t := range v {
			w[i] = FromFileTime(ToFileTime(t))
		}
		return w
	}
	return value
}
