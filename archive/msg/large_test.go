package msg_test

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

const mib = 1 << 20

// A pattern is a large value that takes no memory: zeros with a mark at each mebibyte.
type pattern int64

func (p pattern) Size() int64 { return int64(p) }

func (p pattern) Open() (io.ReadCloser, error) {
	return io.NopCloser(struct{ io.Reader }{io.NewSectionReader(p, 0, int64(p))}), nil
}

func (p pattern) ReadAt(b []byte, off int64) (int, error) {
	clear(b)
	for at := (off + mib - 1) / mib * mib; at < off+int64(len(b)); at += mib {
		b[at-off] = byte(at/mib) | 1
	}
	return len(b), nil
}

// A sparseFile keeps the pages that are not zero.
type sparseFile struct {
	pages map[int64][]byte
	size  int64
	tick  func()
}

const sparsePage = 4096

func (f *sparseFile) Write(b []byte) (int, error) {
	f.tick()
	for rest := b; len(rest) > 0; {
		number, at := f.size/sparsePage, f.size%sparsePage
		piece := rest[:min(int64(len(rest)), sparsePage-at)]
		if f.pages[number] != nil || !isZero(piece) {
			if f.pages[number] == nil {
				f.pages[number] = make([]byte, sparsePage)
			}
			copy(f.pages[number][at:], piece)
		}
		f.size += int64(len(piece))
		rest = rest[len(piece):]
	}
	return len(b), nil
}

var zeroPage [sparsePage]byte

func isZero(b []byte) bool { return bytes.Equal(b, zeroPage[:len(b)]) }

func (f *sparseFile) ReadAt(b []byte, off int64) (int, error) {
	f.tick()
	want := len(b)
	b = b[:max(0, min(int64(len(b)), f.size-off))]
	for n := 0; n < len(b); {
		number, at := (off+int64(n))/sparsePage, (off+int64(n))%sparsePage
		piece := b[n:min(len(b), n+int(sparsePage-at))]
		if p := f.pages[number]; p != nil {
			copy(piece, p[at:])
		} else {
			clear(piece)
		}
		n += len(piece)
	}
	if len(b) < want {
		return len(b), io.EOF
	}
	return len(b), nil
}

// TestLargeAttachmentsNeedLittleMemory writes and reads 1 GiB in sectors of 512 bytes,
// and then beyond 2 GiB, where sectors are large and one of them belongs to Windows.
func TestLargeAttachmentsNeedLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: it moves gigabytes")
	}
	for _, size := range []int64{1024 * mib, 2100*mib + 17} {
		var peak, before uint64
		var stats runtime.MemStats
		ticks := 0
		file := &sparseFile{pages: map[int64][]byte{}, tick: func() {
			if ticks++; ticks%4000 == 0 {
				runtime.ReadMemStats(&stats)
				peak = max(peak, stats.HeapAlloc)
			}
		}}
		runtime.GC()
		runtime.ReadMemStats(&stats)
		before = stats.HeapAlloc

		m := &mapi.Message{Attachments: []*mapi.Attachment{{}, {}}}
		props.PidTagSubject.Set(m, "large")
		props.PidTagAttachDataBinary.SetStream(m.Attachments[0], pattern(size))
		props.PidTagAttachDataBinary.Set(m.Attachments[1], []byte("behind it"))
		require.NoError(t, msg.Encode(file, m, nil))

		got, err := msg.Decode(file, file.size, sound(t))
		require.NoError(t, err)
		s := got.Attachments[0].Get(props.PidTagAttachDataBinary.Prop()).(mapi.Stream)
		require.Equal(t, size, s.Size())
		r, err := s.Open()
		require.NoError(t, err)
		at := r.(io.ReaderAt)
		var a, b [64 << 10]byte
		for off := int64(0); off < size; off += 16*mib - 7777 {
			n, _ := at.ReadAt(a[:], off)
			_, _ = pattern(size).ReadAt(b[:n], off)
			require.True(t, bytes.Equal(a[:n], b[:n]), off)
		}
		behind, _ := props.PidTagAttachDataBinary.Get(got.Attachments[1])
		assert.Equal(t, "behind it", string(behind))

		kept := uint64(len(file.pages)) * (sparsePage + 64)
		t.Logf("%d MiB: heap %.1f MiB, besides %.1f MiB that the test keeps of the file", size/mib,
			float64(peak-before-min(kept, peak-before))/mib, float64(kept)/mib)
		assert.Less(t, peak, before+kept+32*mib)
	}
}

func TestStreamsAreReadAtRandomAndTogether(t *testing.T) {
	data := make([]byte, 300_000)
	for i := range data {
		data[i] = byte(i * i >> 5)
	}
	m := &mapi.Message{}
	props.PidTagHtml.Set(m, data)
	got, err := decode(encode(t, m, nil), sound(t))
	require.NoError(t, err)
	s := got.Get(props.PidTagHtml.Prop()).(mapi.Stream)
	done := make(chan bool)
	for range 4 {
		go func() {
			r, err := s.Open()
			assert.NoError(t, err)
			b, err := io.ReadAll(r)
			assert.NoError(t, err)
			done <- bytes.Equal(b, data)
		}()
	}
	for range 4 {
		assert.True(t, <-done)
	}
	r, err := s.Open()
	require.NoError(t, err)
	_, err = r.(io.Seeker).Seek(200_001, io.SeekStart)
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, data[200_001:], b)
}
