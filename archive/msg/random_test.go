package msg_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
)

// random is a message that a .msg file can hold. Some values have large bytes.
func random(r *rand.Rand, depth, large int) *mapi.Message {
	m := propstest.Random(r, &propstest.RandomOptions{Depth: depth, Large: large, Keep: func(p mapi.Prop) bool {
		return p.Type.Base() != mapi.PtypString8 && p.Set != mapi.PSOkapi && !p.Same(props.PidTagMessageCodepage.Prop()) &&
			!p.Same(props.PidTagStoreSupportMask.Prop()) && !p.Same(props.PidTagAttachDataObject.Prop())
	}})
	for _, t := range []mapi.Type{mapi.PtypRestriction, mapi.PtypRuleAction, mapi.PtypObject} {
		if r.IntN(4) == 0 {
			m.Set(mapi.NamedID(mapi.PSETIDCommon, r.Uint32(), t), someValue(t))
		}
	}
	return m
}

// someValue is a value of a type.
func someValue(t mapi.Type) mapi.Value {
	texts := []string{"giraffe", "", "オカピ 🦒\uFEFF", strings.Repeat("long ", 2000)}
	times := []time.Time{mapi.FromFileTime(0), mapi.FromFileTime(mapi.NoDate), mapi.FromFileTime(1<<64 - 1)}
	switch t {
	case mapi.PtypInteger16:
		return int16(-2)
	case mapi.PtypInteger32:
		return int32(-70000)
	case mapi.PtypFloating32:
		return float32(-1.5)
	case mapi.PtypFloating64:
		return 1e-300
	case mapi.PtypCurrency:
		return mapi.Currency(-12500)
	case mapi.PtypFloatingTime:
		return mapi.FloatingTime(36526.75)
	case mapi.PtypErrorCode:
		return mapi.ErrNotFound
	case mapi.PtypBoolean:
		return true
	case mapi.PtypInteger64:
		return int64(-1 << 62)
	case mapi.PtypString:
		return texts[2]
	case mapi.PtypTime:
		return times[1]
	case mapi.PtypGuid:
		return mapi.PSETIDCommon
	case mapi.PtypServerId:
		return mapi.ServerID("server")
	case mapi.PtypBinary:
		return []byte(texts[2])
	case mapi.PtypObject:
		return mapi.Object("an object")
	case mapi.PtypRestriction:
		return mapi.And(mapi.Exists(props.PidTagSubject.Prop()),
			&mapi.PropertyRestriction{Prop: props.PidLidSideEffects.Prop(), Value: int32(7)})
	case mapi.PtypRuleAction:
		return mapi.RuleActions{{Type: mapi.ActionDelete}, {Type: mapi.ActionMarkAsRead, Flags: 7}}
	case mapi.PtypMultipleInteger16:
		return []int16{1, -1}
	case mapi.PtypMultipleInteger32:
		return []int32{1, -1}
	case mapi.PtypMultipleFloating32:
		return []float32{0.5}
	case mapi.PtypMultipleFloating64:
		return []float64{0.5, -3}
	case mapi.PtypMultipleCurrency:
		return []mapi.Currency{1, -1}
	case mapi.PtypMultipleFloatingTime:
		return []mapi.FloatingTime{0.5}
	case mapi.PtypMultipleInteger64:
		return []int64{1, -1}
	case mapi.PtypMultipleString:
		return texts
	case mapi.PtypMultipleTime:
		return times
	case mapi.PtypMultipleGuid:
		return []mapi.GUID{mapi.PSMapi, mapi.PSETIDCommon}
	case mapi.PtypMultipleBinary:
		return [][]byte{{}, []byte("x"), []byte(texts[3])}
	}
	panic("no value of " + t.String())
}

// A stream is a value that is not in memory.
type stream string

func (s stream) Size() int64 { return int64(len(s)) }

func (s stream) Open() (io.ReadCloser, error) {
	return io.NopCloser(struct{ io.Reader }{strings.NewReader(string(s))}), nil
}
