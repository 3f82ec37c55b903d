package msg_test

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A generator makes messages that a .msg file can hold, of all types of properties.
type generator struct {
	*rand.Rand
	large int // values have up to so many bytes
}

var types = []mapi.Type{
	mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypCurrency,
	mapi.PtypFloatingTime, mapi.PtypErrorCode, mapi.PtypBoolean, mapi.PtypInteger64, mapi.PtypString, mapi.PtypTime,
	mapi.PtypGuid, mapi.PtypServerId, mapi.PtypRestriction, mapi.PtypRuleAction, mapi.PtypBinary, mapi.PtypObject,
	mapi.PtypMultipleInteger16, mapi.PtypMultipleInteger32, mapi.PtypMultipleFloating32, mapi.PtypMultipleFloating64,
	mapi.PtypMultipleCurrency, mapi.PtypMultipleFloatingTime, mapi.PtypMultipleInteger64, mapi.PtypMultipleString,
	mapi.PtypMultipleTime, mapi.PtypMultipleGuid, mapi.PtypMultipleBinary,
}

func (g *generator) message(depth int) *mapi.Message {
	m := &mapi.Message{}
	g.bag(&m.Properties)
	m.Delete(props.PidTagStoreSupportMask.Prop(), props.PidTagMessageCodepage.Prop())
	for range g.IntN(4) {
		r := &mapi.Recipient{}
		g.bag(&r.Properties)
		m.Recipients = append(m.Recipients, r)
	}
	for range g.IntN(3) {
		a := &mapi.Attachment{}
		g.bag(&a.Properties)
		a.Delete(props.PidTagAttachMethod.Prop(), props.PidTagAttachDataObject.Prop())
		if depth > 0 && g.IntN(2) == 0 {
			a.Embedded = g.message(depth - 1)
			props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
		}
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

func (g *generator) bag(b *mapi.Properties) {
	for range g.IntN(12) {
		t := types[g.IntN(len(types))]
		p := mapi.Prop{ID: 1 + uint32(g.IntN(0x7FFF)), Type: t}
		switch g.IntN(3) {
		case 0:
			p = mapi.NamedID(g.set(), uint32(g.Uint64()), t)
		case 1:
			p = mapi.NamedString(g.set(), strings.TrimRight(g.text(40), "\x00")+"x", t)
		}
		if p.Set != mapi.PSMapi && (p.IsNamed() || p.ID > 0 && p.ID < 0x8000) {
			b.Set(p, g.value(t))
		}
	}
}

func (g *generator) set() mapi.GUID {
	sets := []mapi.GUID{mapi.PSPublicStrings, mapi.PSInternetHeaders, props.PSETIDCommon, props.PSETIDMeeting, {byte(g.IntN(5)), 1}}
	return sets[g.IntN(len(sets))]
}

func (g *generator) text(most int) string {
	var b strings.Builder
	for range g.IntN(most + 1) {
		b.WriteRune([]rune{'a', 'é', '日', '𝄞', '\n', 0xFEFF, rune(1 + g.IntN(0x7E)), '\x00'}[g.IntN(8)])
	}
	return strings.TrimRight(b.String(), "\x00")
}

func (g *generator) bytes(most int) []byte {
	b := make([]byte, g.IntN(most+1))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

func (g *generator) size() int {
	if g.IntN(10) == 0 {
		return g.large
	}
	return 100
}

func (g *generator) time() time.Time { return mapi.FromFileTime(g.Uint64() >> g.IntN(8)) }

func some[T any](g *generator, one func() T) []T {
	list := make([]T, 1+g.IntN(4))
	for i := range list {
		list[i] = one()
	}
	return list
}

func (g *generator) value(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypInteger16:
		return int16(g.Uint32())
	case mapi.PtypInteger32:
		return int32(g.Uint32())
	case mapi.PtypFloating32:
		return float32(g.NormFloat64())
	case mapi.PtypFloating64:
		return math.Float64frombits(g.Uint64() >> 2)
	case mapi.PtypCurrency:
		return mapi.Currency(g.Uint64())
	case mapi.PtypFloatingTime:
		return mapi.FloatingTime(g.Float64())
	case mapi.PtypErrorCode:
		return mapi.Code(g.Uint32())
	case mapi.PtypBoolean:
		return g.IntN(2) == 0
	case mapi.PtypInteger64:
		return int64(g.Uint64())
	case mapi.PtypString:
		return g.stream(g.text(g.size()))
	case mapi.PtypTime:
		return g.time()
	case mapi.PtypGuid:
		return g.guid()
	case mapi.PtypServerId:
		return mapi.ServerID(g.bytes(100))
	case mapi.PtypBinary:
		return g.stream(g.bytes(g.size()))
	case mapi.PtypObject:
		return mapi.Object(g.bytes(g.size()))
	case mapi.PtypRestriction:
		return mapi.And(mapi.Exists(props.PidTagSubject.Prop()),
			&mapi.PropertyRestriction{Prop: props.PidLidSideEffects.Prop(), Value: int32(g.Uint32())})
	case mapi.PtypRuleAction:
		return mapi.RuleActions{{Type: mapi.ActionDelete}, {Type: mapi.ActionMarkAsRead, Flags: g.Uint32()}}
	}
	return g.values(t)
}

// stream makes every third text or binary a stream.
func (g *generator) stream(v mapi.Value) mapi.Value {
	if g.IntN(3) > 0 {
		return v
	}
	if s, ok := v.(string); ok {
		return stream(s)
	}
	return stream(v.([]byte))
}

// A stream is a value that is not in memory.
type stream string

func (s stream) Size() int64 { return int64(len(s)) }

func (s stream) Open() (io.ReadCloser, error) {
	return io.NopCloser(struct{ io.Reader }{strings.NewReader(string(s))}), nil
}

func (g *generator) guid() (id mapi.GUID) {
	for i := range id {
		id[i] = byte(g.Uint32())
	}
	return id
}

func (g *generator) values(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypMultipleInteger16:
		return some(g, func() int16 { return int16(g.Uint32()) })
	case mapi.PtypMultipleInteger32:
		return some(g, func() int32 { return int32(g.Uint32()) })
	case mapi.PtypMultipleFloating32:
		return some(g, func() float32 { return float32(g.NormFloat64()) })
	case mapi.PtypMultipleFloating64:
		return some(g, g.NormFloat64)
	case mapi.PtypMultipleCurrency:
		return some(g, func() mapi.Currency { return mapi.Currency(g.Uint64()) })
	case mapi.PtypMultipleFloatingTime:
		return some(g, func() mapi.FloatingTime { return mapi.FloatingTime(g.Float64()) })
	case mapi.PtypMultipleInteger64:
		return some(g, func() int64 { return int64(g.Uint64()) })
	case mapi.PtypMultipleString:
		return some(g, func() string { return g.text(g.size()) })
	case mapi.PtypMultipleTime:
		return some(g, g.time)
	case mapi.PtypMultipleGuid:
		return some(g, g.guid)
	case mapi.PtypMultipleBinary:
		return some(g, func() []byte { return g.bytes(g.size()) })
	}
	panic(fmt.Sprint("no value of ", t))
}
