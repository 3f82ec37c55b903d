package rtf_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// The examples of MS-OXRTFCP 4.
var vectors = []struct{ name, compressed, text string }{
	{"a document", "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
		"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
	{"references that run into themselves", "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0",
		"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			got, err := rtf.Decompress(unhex(t, v.compressed), 0)
			require.NoError(t, err)
			assert.Equal(t, v.text, string(got))
			assert.Equal(t, v.compressed, hex.EncodeToString(rtf.Compress([]byte(v.text))))
		})
	}
}

func texts() [][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 20000)
	for i := range random {
		random[i] = byte(rnd.Uint32())
	}
	var few []byte
	for range 50000 {
		few = append(few, "ab{\\"[rnd.IntN(4)])
	}
	all := [][]byte{nil, []byte("x"), []byte("{}"), bytes.Repeat([]byte{0}, 1), bytes.Repeat([]byte("a"), 4096*3), random, few,
		[]byte(strings.Repeat("{\\rtf1\\ansi\\par giraffe and okapi }", 3000))}
	for n := 4080; n < 4120; n++ { // around the size of the dictionary
		all = append(all, random[:n], append(append([]byte{}, random[:n]...), random[:50]...), few[:n])
	}
	return all
}

func TestReadsBackWhatItWrote(t *testing.T) {
	for _, text := range texts() {
		for _, b := range [][]byte{rtf.Compress(text), rtf.Store(text)} {
			got, err := rtf.Decompress(b, 0)
			require.NoError(t, err)
			require.True(t, bytes.Equal(text, got), "%d bytes", len(text))
			got, err = rtf.Decompress(b, int64(max(len(text), 1)))
			require.NoError(t, err, "a bound that is just large enough")
			require.Len(t, got, len(text))
		}
	}
	assert.Less(t, len(rtf.Compress(bytes.Repeat([]byte("a"), 100_000))), 15_000)
}

func TestReaderStreams(t *testing.T) {
	for _, text := range texts()[:9] {
		for _, b := range [][]byte{rtf.Compress(text), rtf.Store(text)} {
			r, err := rtf.NewReader(iotest.OneByteReader(bytes.NewReader(append(b, "after"...))), 0)
			require.NoError(t, err)
			assert.EqualValues(t, len(text), r.Size())
			got, err := io.ReadAll(iotest.OneByteReader(r))
			require.NoError(t, err)
			require.True(t, bytes.Equal(text, got))
			require.NoError(t, iotest.TestReader(must(rtf.NewReader(bytes.NewReader(b), 0)), text))
		}
	}
}

func must(r *rtf.Reader, err error) io.Reader {
	if err != nil {
		panic(err)
	}
	return r
}

func TestBound(t *testing.T) {
	text := []byte(strings.Repeat("okapi ", 1000))
	for _, b := range [][]byte{rtf.Compress(text), rtf.Store(text)} {
		got, err := rtf.Decompress(b, 100)
		assert.ErrorIs(t, err, mapi.ErrTooBig)
		assert.Equal(t, text[:100], got, "what fits is returned")
	}
}

func TestDamage(t *testing.T) {
	good := unhex(t, vectors[0].compressed)
	change := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(good)) }
	for _, c := range []struct {
		name string
		b    []byte
		keep string // what is returned with the error
	}{
		{"nothing", nil, ""},
		{"a header cut off", good[:15], ""},
		{"an unknown type", change(func(b []byte) []byte { b[8]++; return b }), ""},
		{"a size below the header's", change(func(b []byte) []byte { b[0] = 11; return b }), ""},
		{"another checksum", change(func(b []byte) []byte { b[12]++; return b }), vectors[0].text},
		{"another size", change(func(b []byte) []byte { b[4]++; return b }), vectors[0].text},
		{"a body cut off", good[:len(good)-2], vectors[0].text},
		{"a body cut off within", good[:30], "{\\rtf1\\ansi\\ansicpg1252"},
		{"a header that promises gigabytes", change(func(b []byte) []byte { copy(b, "\xff\xff\xff\xff\xff\xff\xff\xff"); return b }), vectors[0].text},
		{"a stored body cut off", rtf.Store([]byte("okapi"))[:18], "ok"},
		{"a stored body that promises gigabytes", append(rtf.Store(nil)[:4], []byte("\xff\xff\xff\xffMELA\x00\x00\x00\x00okapi")...), "okapi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := rtf.Decompress(c.b, 0)
			assert.ErrorIs(t, err, mapi.ErrCorruptData)
			assert.True(t, strings.HasPrefix(vectors[0].text+"okapi", string(got)) || c.keep == string(got))
			assert.Equal(t, c.keep, string(got))
		})
	}
}

func TestEndMarkMayBeMissing(t *testing.T) {
	b := unhex(t, vectors[0].compressed)
	b = b[:len(b)-2]
	binary.LittleEndian.PutUint32(b, uint32(len(b)-4))
	got, err := rtf.Decompress(b, 0)
	assert.Equal(t, vectors[0].text, string(got))
	assert.ErrorContains(t, err, "checksum", "only the checksum differs: it was made with the mark")
}

func TestReadError(t *testing.T) {
	bad := errors.New("disk is gone")
	good := unhex(t, vectors[0].compressed)
	for _, n := range []int{0, 10, 16, 25, len(good) - 1} {
		src := io.MultiReader(bytes.NewReader(good[:n]), iotest.ErrReader(bad))
		r, err := rtf.NewReader(src, 0)
		if err == nil {
			_, err = io.ReadAll(r)
		}
		assert.ErrorIs(t, err, bad)
	}
}

// TestCorpus compresses and decompresses the RTF bodies of the corpus.
func TestCorpus(t *testing.T) {
	n := 0
	err := filepath.WalkDir(mapitest.Corpus(t), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".rtf") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		b := rtf.Compress(text)
		got, err := rtf.Decompress(b, 0)
		require.NoError(t, err, path)
		require.True(t, bytes.Equal(text, got), path)
		assert.Less(t, len(b), len(text)*9/8+64, path)
		return nil
	})
	require.NoError(t, err)
	t.Logf("%d files", n)
}

func FuzzDecompress(f *testing.F) {
	for _, v := range vectors {
		f.Add(unhex(f, v.compressed))
	}
	f.Add(rtf.Store([]byte("okapi")))
	f.Fuzz(func(t *testing.T, b []byte) {
		const most = 1 << 20
		text, err := rtf.Decompress(b, most)
		require.LessOrEqual(t, len(text), most)
		if err != nil && !errors.Is(err, mapi.ErrCorruptData) && !errors.Is(err, mapi.ErrTooBig) {
			t.Fatal(err)
		}
		again, err := rtf.Decompress(rtf.Compress(text), 0)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, again))
	})
}

func BenchmarkDecompress(b *testing.B) {
	b.ReportAllocs()
	in := rtf.Compress([]byte(strings.Repeat("{\\rtf1\\ansi\\par giraffe and okapi }", 30000)))
	b.SetBytes(30000 * 35)
	for b.Loop() {
		_, _ = rtf.Decompress(in, 0)
	}
}

func BenchmarkCompress(b *testing.B) {
	b.ReportAllocs()
	in := []byte(strings.Repeat("{\\rtf1\\ansi\\par giraffe and okapi }", 30000))
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		_ = rtf.Compress(in)
	}
}

func ExampleDecompress() {
	b := rtf.Compress([]byte(`{\rtf1\ansi okapi}`))
	text, err := rtf.Decompress(b, 10<<20)
	fmt.Println(string(text), err)
	// Output: {\rtf1\ansi okapi} <nil>
}
