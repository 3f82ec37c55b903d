package tnef_test

import (
	"bytes"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/props/propstest"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

func seeds(f *testing.F) {
	inner := stream(attr(0x00018004, []byte("inner\x00")), rend(1, 0, 0), attr(0x0006800F, []byte("data")))
	public := mapi.PSPublicStrings
	for _, s := range [][]byte{
		stream(),
		stream(attr(0x00089006, u32(0x10000)), attr(0x00069007, u32(932, 0)), attr(0x00018004, []byte("\x83\x49\x00")), attr(0x00038005, date(2003, 5, 23))),
		stream(attr(0x00008000, slices.Concat(u16(4, 26, 4, 6), []byte("Ada\x00a:b@c\x00"), make([]byte, 8))), attr(0x00060000, slices.Concat(u16(2), []byte("A\x00"), u16(4), []byte("b:c\x00")))),
		stream(attr(0x00069003, list(value(0x0037001F, wide("🦒")), slices.Concat(u32(0x80060003), public[:], u32(1), sized(wide("Legs")), u32(4)), u32(0x60011003, 2, 1, 2)))),
		stream(attr(0x00069004, slices.Concat(u32(1), list(value(0x3001001E, []byte("Ada\x00")))))),
		stream(rend(2, 7, 1), attr(0x00069005, list(value(0x3701000D, append(message[:], inner...))))),
		stream(rend(1, 7, 1), attr(0x00069005, list(value(0x3701000D, append(storage[:], inner...))))),
	} {
		f.Add(s)
	}
	for seed := range uint64(3) {
		var b bytes.Buffer
		if err := tnef.Encode(&b, propstest.Random(rand.New(rand.NewPCG(seed, 5)), &propstest.RandomOptions{Depth: 1}), nil); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
}

// FuzzDecode: any bytes are a message within the limits, or none; read in memory and
// from a file they are the same one.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		var issues, more []tnef.Issue
		msg, err := tnef.Decode(bytes.NewReader(in), &tnef.Options{Report: func(i tnef.Issue) { issues = append(issues, i) }})
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
			return
		}
		for _, i := range issues {
			require.True(t, i.Offset >= 0 && i.Offset <= int64(len(in)))
		}
		if crc32.ChecksumIEEE(in)%8 != 0 {
			return // files take long
		}
		other, err := tnef.Decode(bytes.NewReader(in), &tnef.Options{
			MemoryLimit: 1, InlineLimit: 10, TempDir: t.TempDir(), Report: func(i tnef.Issue) { more = append(more, i) }})
		require.NoError(t, err)
		require.Empty(t, propstest.Diff(msg, other))
		require.Equal(t, issues, more)
		tnef.Release(other)
	})
}

func TestHalvesOfSurrogatePairs(t *testing.T) {
	const high, low, a = 0xD83E, 0xDD92, 'a'
	for _, units := range [][]uint16{{high, low}, {low, low, a}, {high, high, low}, {high, a, low}, {a, high}, {low, high}} {
		for n := range 3 { // buffers end everywhere
			text := append(bytes.Repeat(u16(a), 2000+n), bytes.Repeat(u16(units...), 2000)...)
			in := stream(attr(0x00069003, list(value(0x0037001F, append(text, 0, 0)))))
			var want, got *mapi.Message
			var err error
			want, err = tnef.Decode(bytes.NewReader(in), nil)
			require.NoError(t, err)
			got, err = tnef.Decode(bytes.NewReader(in), &tnef.Options{InlineLimit: 10})
			require.NoError(t, err)
			require.Empty(t, propstest.Diff(want, got), "%x", units)
		}
	}
}

// FuzzDecodeEncodeDecode: what was read is written without breaking a rule, and
// read again as it was.
func FuzzDecodeEncodeDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		first, err := tnef.Decode(bytes.NewReader(in), nil)
		if err != nil {
			return
		}
		classify(first)
		written := encode(t, first)
		second, issues := decode(t, written)
		require.Empty(t, issues)
		require.Empty(t, propstest.Diff(first, second))
		require.True(t, bytes.Equal(written, encode(t, second)))
	})
}

// classify gives messages the class without which they cannot be written.
func classify(m *mapi.Message) {
	if !props.PidTagMessageClass.Has(m) {
		m.Delete(props.PidTagMessageClass.Prop())
		props.PidTagMessageClass.Set(m, "IPM.Note")
	}
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			classify(a.Embedded)
		}
	}
}
