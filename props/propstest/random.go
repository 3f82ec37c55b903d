package propstest

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// RandomOptions say what [Random] makes. The zero value and nil mean the defaults.
type RandomOptions struct {
	// Properties is how many properties a bag has at most. 0 means 30.
	Properties int

	// Depth is how many messages are embedded in each other at most. 0 means none,
	// and that there are only files among the attachments.
	Depth int

	// Large is the size in bytes of a few strings and binaries, which are streams.
	// 0 means that there are none.
	Large int

	// Keep says which properties a format can carry; nil means all.
	Keep func(mapi.Prop) bool
}

// Random returns a message with properties of the dictionary and invented ones, with
// usual values and odd ones: empty, extreme, beyond the BMP. It has a class,
// recipients with a type, and attachments with a method and a rendering position. The
// same state of r gives the same message. There are all types but restrictions,
// rule actions and single properties of type PtypObject.
func Random(r *rand.Rand, opts *RandomOptions) *mapi.Message {
	g := &generator{Rand: r}
	if opts != nil {
		g.RandomOptions = *opts
	}
	if g.Properties == 0 {
		g.Properties = 30
	}
	for info := range props.All() {
		if p := info.Prop; p.IsNamed() || p.ID < 0x8000 {
			g.known = append(g.known, p)
		}
	}
	return g.message(g.Depth)
}

type generator struct {
	*rand.Rand
	RandomOptions
	known []mapi.Prop
}

func (g *generator) message(depth int) *mapi.Message {
	m := &mapi.Message{}
	classes := []string{"IPM.Note", "IPM.Appointment", "IPM.Contact", "IPM.Schedule.Meeting.Request", "IPM.Schedule.Meeting.Resp.Pos"}
	props.PidTagMessageClass.Set(m, classes[g.IntN(len(classes))])
	g.bag(&m.Properties)
	for range g.IntN(4) {
		rcpt := &mapi.Recipient{}
		props.PidTagRecipientType.Set(rcpt, mapi.RecipientTo+mapi.RecipientType(g.IntN(3)))
		g.bag(&rcpt.Properties)
		m.Recipients = append(m.Recipients, rcpt)
	}
	for range g.IntN(4) {
		m.Attachments = append(m.Attachments, g.attachment(depth))
	}
	return m
}

func (g *generator) attachment(depth int) *mapi.Attachment {
	a := &mapi.Attachment{}
	g.bag(&a.Properties)
	props.PidTagRenderingPosition.Set(a, int32(g.IntN(1000))-1)
	a.Delete(props.PidTagAttachDataBinary.Prop())
	switch kind := g.IntN(3); {
	case depth > 0 && kind == 1:
		props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
		a.Embedded = g.message(depth - 1)
	case depth > 0 && kind == 2:
		props.PidTagAttachMethod.Set(a, mapi.AttachStorage)
		props.PidTagAttachDataObject.Set(a, append(mapi.Object("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), g.bytes()...))
	default:
		props.PidTagAttachMethod.Set(a, mapi.AttachByValue)
		p := props.PidTagAttachDataBinary.Prop()
		a.Set(p, g.single(p.Type))
	}
	return a
}

func (g *generator) bag(bag *mapi.Properties) {
	for range g.IntN(g.Properties + 1) {
		p := g.known[g.IntN(len(g.known))]
		if g.IntN(4) == 0 {
			p = g.invented()
		}
		if p.Type == mapi.PtypObject || bag.Has(p) || g.Keep != nil && !g.Keep(p) {
			continue
		}
		if v := g.value(p.Type); v != nil {
			bag.Set(p, v)
		}
	}
}

// invented is a property that no dictionary has.
func (g *generator) invented() mapi.Prop {
	types := []mapi.Type{mapi.PtypInteger16, mapi.PtypFloating32, mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypErrorCode,
		mapi.PtypInteger64, mapi.PtypGuid, mapi.PtypString, mapi.PtypBinary, mapi.PtypMultipleInteger16, mapi.PtypMultipleInteger32,
		mapi.PtypMultipleFloating32, mapi.PtypMultipleFloating64, mapi.PtypMultipleCurrency, mapi.PtypMultipleFloatingTime,
		mapi.PtypMultipleInteger64, mapi.PtypMultipleString, mapi.PtypMultipleTime, mapi.PtypMultipleGuid, mapi.PtypMultipleBinary}
	t := types[g.IntN(len(types))]
	switch g.IntN(3) {
	case 0:
		return mapi.NamedString(mapi.PSPublicStrings, "Legs "+g.word(), t)
	case 1:
		return mapi.NamedString(mapi.PSInternetHeaders, "x-"+g.word(), t)
	}
	return mapi.NamedID(g.guid(), g.Uint32(), t)
}

// value is a value of a type, or nil for types that there is none of.
func (g *generator) value(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypMultipleInteger16:
		return many(g, func() int16 { return int16(g.number()) })
	case mapi.PtypMultipleInteger32:
		return many(g, func() int32 { return int32(g.number()) })
	case mapi.PtypMultipleInteger64:
		return many(g, g.number)
	case mapi.PtypMultipleFloating32:
		return many(g, func() float32 { return float32(g.float()) })
	case mapi.PtypMultipleFloating64:
		return many(g, g.float)
	case mapi.PtypMultipleCurrency:
		return many(g, func() mapi.Currency { return mapi.Currency(g.number()) })
	case mapi.PtypMultipleFloatingTime:
		return many(g, func() mapi.FloatingTime { return mapi.FloatingTime(g.float()) })
	case mapi.PtypMultipleString, mapi.PtypMultipleString8:
		return many(g, g.text)
	case mapi.PtypMultipleTime:
		return many(g, g.time)
	case mapi.PtypMultipleGuid:
		return many(g, g.guid)
	case mapi.PtypMultipleBinary:
		return many(g, g.bytes)
	}
	return g.single(t)
}

func (g *generator) single(t mapi.Type) mapi.Value {
	switch t {
	case mapi.PtypInteger16:
		return int16(g.number())
	case mapi.PtypInteger32:
		return int32(g.number())
	case mapi.PtypInteger64:
		return g.number()
	case mapi.PtypFloating32:
		return float32(g.float())
	case mapi.PtypFloating64:
		return g.float()
	case mapi.PtypCurrency:
		return mapi.Currency(g.number())
	case mapi.PtypFloatingTime:
		return mapi.FloatingTime(g.float())
	case mapi.PtypErrorCode:
		return mapi.Code(g.Uint32())
	case mapi.PtypBoolean:
		return g.IntN(2) == 0
	case mapi.PtypTime:
		return g.time()
	case mapi.PtypGuid:
		return g.guid()
	case mapi.PtypServerId:
		return mapi.ServerID(g.bytes())
	case mapi.PtypString, mapi.PtypString8:
		if g.large() {
			line := []string{"zwölf Giraffen 🦒 ", "a dozen of okapis\r\n"}[g.IntN(2)]
			return memory(strings.Repeat(line, g.Large/len(line)+1))
		}
		return g.text()
	case mapi.PtypBinary:
		if g.large() {
			return memory(bytes.Repeat([]byte{1, 2, 3, 0, 255}, g.Large/5+1))
		}
		return g.bytes()
	}
	return nil
}

func (g *generator) large() bool { return g.Large > 0 && g.IntN(8) == 0 }

func many[T any](g *generator, one func() T) []T {
	list := make([]T, 1+g.IntN(4))
	for i := range list {
		list[i] = one()
	}
	return list
}

func (g *generator) number() int64 {
	odd := []int64{0, 1, -1, math.MaxInt16, math.MinInt16, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	if g.IntN(2) == 0 {
		return odd[g.IntN(len(odd))]
	}
	return g.Int64()
}

func (g *generator) float() float64 {
	odd := []float64{0, -1, math.Inf(1), math.MaxFloat32, math.SmallestNonzeroFloat64, 36526.75}
	if g.IntN(2) == 0 {
		return odd[g.IntN(len(odd))]
	}
	return g.NormFloat64()
}

func (g *generator) time() time.Time {
	odd := []uint64{0, 1, mapi.NoDate, math.MaxInt64}
	if g.IntN(4) == 0 {
		return mapi.FromFileTime(odd[g.IntN(len(odd))])
	}
	return mapi.FromFileTime(119600064000000000 + g.Uint64N(1<<53))
}

func (g *generator) guid() (id mapi.GUID) {
	for i := range id {
		id[i] = byte(1 + g.IntN(255))
	}
	return id
}

func (g *generator) word() string {
	b := make([]byte, 1+g.IntN(9))
	for i := range b {
		b[i] = byte('a' + g.IntN(26))
	}
	return string(b)
}

func (g *generator) text() string {
	odd := []string{"", " ", "Ärger über Öl", "жираф", "オカピ", "🦒🦓", "a\r\nb\tc", "?=", strings.Repeat("long ", 300), "\uFEFFx", "e\u0301"}
	if g.IntN(2) == 0 {
		return odd[g.IntN(len(odd))]
	}
	return g.word() + " " + g.word()
}

func (g *generator) bytes() []byte {
	b := make([]byte, []int{0, 1, 3, 4, 5, 22, 700}[g.IntN(7)])
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

// memory is a stream of bytes that are there.
type memory string

// Open implements mapi.Stream.
func (m memory) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(m))), nil }

// Size implements mapi.Stream.
func (m memory) Size() int64 { return int64(len(m)) }
