package cfb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
)

// readAll reads all streams there are and returns how many bytes that were.
func readAll(b []byte) (n int64, err error) {
	f, err := cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{})
	if err != nil {
		return 0, err
	}
	return readEntry(f, f.Root)
}

func readEntry(f *cfb.File, e *cfb.Entry) (n int64, err error) {
	for _, c := range e.Children {
		var k int64
		var err2 error
		if c.Kind == cfb.KindStream {
			var text []byte
			text, err2 = f.ReadAll(c, 1<<30)
			k = int64(len(text))
		} else {
			k, err2 = readEntry(f, c)
		}
		n += k
		err = errors.Join(err, err2)
	}
	return n, err
}

var le = binary.LittleEndian

// Places in a file of 512-byte sectors whose FAT is sector 0.
func fatEntry(n int) int            { return 512 + 4*n }
func dirEntry(b []byte, id int) int { return 512*(int(le.Uint32(b[48:]))+1) + 128*id }

func TestHostileFilesEndInAnErrorOrInPart(t *testing.T) {
	s := &cfb.Storage{}
	s.Add("large", cfb.Bytes(bytes.Repeat([]byte("L"), 10000)))
	s.Add("small", cfb.Bytes(bytes.Repeat([]byte("S"), 1000)))
	s.Sub("dir").Add("inner", cfb.Bytes(bytes.Repeat([]byte("I"), 100)))
	good := image(t, s, false)
	start := func(b []byte, id int) int { return int(le.Uint32(b[dirEntry(b, id)+116:])) }
	for _, c := range []struct {
		name   string
		damage func(b []byte) []byte
		least  int64 // bytes that can be read all the same
	}{
		{"nothing", func(b []byte) []byte { return nil }, 0},
		{"a header cut off", func(b []byte) []byte { return b[:511] }, 0},
		{"another signature", func(b []byte) []byte { b[0]++; return b }, 0},
		{"sectors of 4 GiB", func(b []byte) []byte { b[30] = 32; return b }, 0},
		{"mini sectors of another size", func(b []byte) []byte { b[32] = 0; return b }, 0},
		{"a directory that loops", func(b []byte) []byte { le.PutUint32(b[fatEntry(start(b, 0)-2):], le.Uint32(b[48:])); return b }, 0},
		{"a directory beyond the file", func(b []byte) []byte { le.PutUint32(b[48:], 99999); return b }, 0},
		{"no root", func(b []byte) []byte { b[dirEntry(b, 0)+66] = 2; return b }, 0},
		{"a FAT of four billion sectors", func(b []byte) []byte { le.PutUint32(b[44:], 0xFFFFFFFF); return b }, 11100},
		{"a DIFAT of four billion sectors", func(b []byte) []byte { le.PutUint32(b[72:], 0xFFFFFFFF); return b }, 11100},
		{"a DIFAT that loops", func(b []byte) []byte { le.PutUint32(b[68:], 5); le.PutUint32(b[72:], 9); return b }, 11100},
		{"no FAT", func(b []byte) []byte { le.PutUint32(b[76:], 0xFFFFFFFE); return b }, 0},
		{"a FAT beyond the file", func(b []byte) []byte { le.PutUint32(b[76:], 77777); return b }, 0},
		{"a stream that loops", func(b []byte) []byte {
			n := start(b, 2)
			le.PutUint32(b[fatEntry(n+3):], uint32(n))
			return b
		}, 1100},
		{"a sector that follows itself", func(b []byte) []byte {
			n := start(b, 2)
			le.PutUint32(b[fatEntry(n):], uint32(n))
			return b
		}, 1100},
		{"a stream that leads out of the file", func(b []byte) []byte { le.PutUint32(b[fatEntry(start(b, 2)):], 88888); return b }, 1100 + 512},
		{"a size of eighteen exabytes", func(b []byte) []byte {
			for i := range 8 {
				b[dirEntry(b, 2)+120+i] = 0xFF
			}
			return b
		}, 1100 + 9728},
		{"a mini FAT that loops", func(b []byte) []byte { le.PutUint32(b[60:], le.Uint32(b[48:])); return b }, 10000},
		{"a mini stream that is not there", func(b []byte) []byte { le.PutUint32(b[dirEntry(b, 0)+116:], 55555); return b }, 10000},
		{"an entry that is its own sibling", func(b []byte) []byte { le.PutUint32(b[dirEntry(b, 1)+68:], 1); return b }, 0},
		{"an entry that is its own child", func(b []byte) []byte {
			for id := range 5 {
				if b[dirEntry(b, id)+66] == 1 {
					le.PutUint32(b[dirEntry(b, id)+76:], uint32(id))
				}
			}
			return b
		}, 11000},
		{"a sibling that is not there", func(b []byte) []byte { le.PutUint32(b[dirEntry(b, 2)+72:], 4444); return b }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := readAll(c.damage(bytes.Clone(good)))
			assert.GreaterOrEqual(t, n, c.least)
			if err != nil {
				assert.ErrorIs(t, err, mapi.ErrCorruptData)
			}
		})
	}
}

func TestCutFilesAreReadAsFarAsTheyGo(t *testing.T) {
	b := image(t, random(rand.New(rand.NewPCG(5, 6)), 60), false)
	whole, err := readAll(b)
	require.NoError(t, err)
	before := int64(0)
	for n := range len(b) {
		if n%97 != 0 && n < len(b)-600 {
			continue
		}
		got, err := readAll(b[:n])
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData, n)
		}
		require.GreaterOrEqual(t, got, before, n)
		before = got
	}
	assert.LessOrEqual(t, before, whole)
	assert.Greater(t, before, whole/2)
}

// TestSharedSectorsDoNotMultiply has ten thousand streams that are the same megabyte.
func TestSharedSectorsDoNotMultiply(t *testing.T) {
	s := &cfb.Storage{}
	s.Add("a", cfb.Bytes(make([]byte, mib)))
	for i := range 10_000 {
		s.Add(fmt.Sprint("b", i), cfb.Bytes(nil))
	}
	b := image(t, s, false)
	at := bytes.Index(b, []byte("a\x00\x00\x00")) // the entry of the only stream with a size
	for ; b[at+64] != 4 || le.Uint64(b[at+120:]) != mib; at += 128 {
	}
	for e := at + 128; e+128 <= len(b) && b[e+66] == 2; e += 128 {
		copy(b[e+116:e+128], b[at+116:at+128])
	}
	n, err := readAll(b)
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
	assert.Less(t, n, int64(8*len(b)))
}

func TestTooManyEntries(t *testing.T) {
	s := &cfb.Storage{}
	for i := range 1000 {
		s.Add(fmt.Sprint(i), cfb.Bytes(nil))
	}
	b := image(t, s, false)
	_, err := cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{MaxEntries: 999})
	assert.ErrorIs(t, err, mapi.ErrTooBig)
	_, err = cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{MaxEntries: 1004})
	assert.NoError(t, err)
}

func TestStoragesAreNestedToABound(t *testing.T) {
	root := &cfb.Storage{}
	s := root
	for range 5000 {
		s = s.Sub("s")
	}
	b := image(t, root, false)
	reported := 0
	f, err := cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{Report: func(string, string) { reported++ }})
	require.NoError(t, err)
	depth := 0
	for e := f.Root; len(e.Children) > 0; e = e.Children[0] {
		depth++
	}
	assert.Equal(t, cfb.MaxDepth, depth)
	assert.Equal(t, 1, reported)
}

// TestSizeOfTheSourceCostsNothing opens what says to be a file of a terabyte.
func TestSizeOfTheSourceCostsNothing(t *testing.T) {
	s := &cfb.Storage{}
	s.Add("x", cfb.Bytes("okapi"))
	b := image(t, s, false)
	le.PutUint32(b[68:], 1) // a DIFAT that leads to itself
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := cfb.Open(sparse{b}, 1<<40, cfb.Options{})
	require.NoError(t, err)
	got, err := f.ReadAll(f.Root.Children[0], 100)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	assert.Equal(t, "okapi", string(got))
	assert.Less(t, after.HeapAlloc-min(before.HeapAlloc, after.HeapAlloc), uint64(64*mib))
	runtime.KeepAlive(f)
}

// A sparse source has zeros after its bytes.
type sparse struct{ b []byte }

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(s.b)) {
		copy(p, s.b[off:])
	}
	return len(p), nil
}

func FuzzOpen(f *testing.F) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for n := range 4 {
		f.Add(image(f, random(rnd, 5*n), n%2 == 1))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := readAll(b)
		if err != nil && !errors.Is(err, mapi.ErrCorruptData) && !errors.Is(err, mapi.ErrTooBig) {
			t.Fatal(err)
		}
		require.LessOrEqual(t, n, int64(8*len(b)+1<<16), "what is read is not much more than the file")
		file, err := cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{})
		if err != nil {
			return
		}
		s, err := cfb.CopyOf(file, file.Root)
		require.NoError(t, err)
		m, err := cfb.Plan(s, len(b)%2 == 0)
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
			return
		}
		require.Empty(t, cfb.CheckTree(m))
		var out bytes.Buffer
		_, err = m.WriteTo(&out)
		require.NoError(t, err)
		list(t, open(t, out.Bytes()), open(t, out.Bytes()).Root)
	})
}
