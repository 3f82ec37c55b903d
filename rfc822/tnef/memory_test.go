package tnef_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/tnef"
)

// random is a stream of bytes that are made while they are read.
type random int64

func (s random) Size() int64 { return int64(s) }
func (s random) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.LimitReader(randomReader{rand.New(rand.NewPCG(1, 2))}, int64(s))), nil
}

type randomReader struct{ *rand.Rand }

func (r randomReader) Read(p []byte) (int, error) {
	for i := 0; i+8 <= len(p); i += 8 {
		le.PutUint64(p[i:], r.Uint64())
	}
	return max(len(p)&^7, min(len(p), 1)), nil
}

// A large attachment in an embedded message, and a large text, pass through a pipe.
func TestLargeStreamsStayOutOfMemory(t *testing.T) {
	const size = 64 << 20
	inner := &mapi.Message{Attachments: []*mapi.Attachment{{}}}
	inner.Attachments[0].Set(props.PidTagAttachDataBinary.Prop(), random(size))
	msg := &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: inner}}}
	msg.Set(props.PidTagBody.Prop(), fake{data: strings.Repeat("zwölf Giraffen ", 100_000), size: 1_600_000})

	peak := mapitest.PeakHeap(func() {
		r, w := io.Pipe()
		go func() { w.CloseWithError(tnef.Encode(w, msg, nil)) }()
		got, err := tnef.Decode(r, &tnef.Options{TempDir: t.TempDir()})
		require.NoError(t, err)
		data, n, err := mapi.OpenValue(got.Attachments[0].Embedded.Attachments[0], props.PidTagAttachDataBinary.Prop())
		require.NoError(t, err)
		require.EqualValues(t, size, n)
		want, _ := random(size).Open()
		assert.True(t, sameBytes(want, data))
		require.NoError(t, tnef.Encode(io.Discard, got, nil))
		tnef.Release(got)
	})
	assert.Less(t, peak, int64(32<<20), "peak heap")
	t.Logf("peak heap %.1f MiB", float64(peak)/(1<<20))
}

func sameBytes(a, b io.Reader) bool {
	x, y := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, err := io.ReadFull(a, x)
		m, err2 := io.ReadFull(b, y)
		if n != m || !bytes.Equal(x[:n], y[:m]) {
			return false
		}
		if err != nil || err2 != nil {
			return (err == nil) == (err2 == nil)
		}
	}
}

// TestHostileStreamsStayBounded is about streams that say much with few bytes.
func TestHostileStreamsStayBounded(t *testing.T) {
	numbers := make([]byte, 0, 8<<20)
	for i := range uint32(1 << 20) {
		numbers = append(numbers, u32(0x10000003+i%0x7000<<16, i)...)
	}
	nested := stream(attr(0x00018004, []byte("x\x00")))
	for range 2000 {
		nested = stream(rend(1, 0, 0), attr(0x00069005, list(value(0x3701000D, append(message[:], nested...)))))
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"a million attachments", stream(bytes.Repeat(rend(1, 0, 0), 300_000))},
		{"a million recipients", stream(attr(0x00069004, slices.Concat(u32(1<<20), make([]byte, 4<<20))))},
		{"a million properties", stream(attr(0x00069003, slices.Concat(u32(1<<20), numbers)))},
		{"a million empty strings", stream(attr(0x00069003, list(slices.Concat(u32(0x6001101F, 1<<20), make([]byte, 4<<20)))))},
		{"four billion of everything", stream(attr(0x00069003, u32(0xFFFFFFFF, 0x60011003, 0xFFFFFFFF)), attr(0x00069004, u32(0xFFFFFFFF)))},
		{"2000 messages in each other", nested},
		{"a million names", stream(attr(0x00069003, slices.Concat(u32(1<<17), bytes.Repeat(slices.Concat(u32(0x80010003), storage[:], u32(1), sized(wide("x")), u32(1)), 1<<17))))},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, opts := range []*tnef.Options{nil, {MemoryLimit: 1 << 10, TempDir: t.TempDir()}} {
				peak := mapitest.PeakHeap(func() {
					msg, err := tnef.Decode(bytes.NewReader(c.data), opts)
					require.NoError(t, err)
					tnef.Release(msg)
				})
				assert.Less(t, peak, int64(64<<20+2*len(c.data)))
			}
		})
	}
}
