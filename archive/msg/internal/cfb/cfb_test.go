package cfb_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
)

// image is the bytes of a storage as a file.
func image(t testing.TB, s *cfb.Storage, large bool) []byte {
	t.Helper()
	m, err := cfb.Plan(s, large)
	require.NoError(t, err)
	assert.Empty(t, cfb.CheckTree(m))
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, m.Size(), n)
	require.Equal(t, m.Size(), int64(b.Len()))
	return b.Bytes()
}

func open(t testing.TB, b []byte) *cfb.File {
	t.Helper()
	f, err := cfb.Open(bytes.NewReader(b), int64(len(b)), cfb.Options{
		Report: func(path, detail string) { t.Errorf("%s: %s", path, detail) },
	})
	require.NoError(t, err)
	return f
}

// random makes a storage of n entries with streams of all sizes that matter.
func random(rnd *rand.Rand, n int) *cfb.Storage {
	root := &cfb.Storage{}
	root.Class = mapi.GUID{1, 2, 3}
	storages := []*cfb.Storage{root}
	sizes := []int{0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 8191, 8192, 70000}
	for i := range n {
		s := storages[rnd.IntN(len(storages))]
		name := strings.Repeat("x", rnd.IntN(20)) + fmt.Sprint(i)
		if rnd.IntN(4) == 0 {
			storages = append(storages, s.Sub(name))
			continue
		}
		b := make(cfb.Bytes, sizes[rnd.IntN(len(sizes))])
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		s.Add(name, b)
	}
	return root
}

// list is what is in a file: paths and contents.
func list(t testing.TB, f *cfb.File, e *cfb.Entry) (all []string) {
	for _, c := range e.Children {
		text := ""
		if c.Kind == cfb.KindStream {
			s, err := f.Stream(c)
			require.NoError(t, err)
			require.Equal(t, c.Size, s.Size())
			r, err := s.Open()
			require.NoError(t, err)
			b, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, r.Close())
			require.NoError(t, iotest.TestReader(must(s.Open()), b))
			text = string(b)
		}
		all = append(all, c.Path()+"="+text)
		all = append(all, list(t, f, c)...)
	}
	sort.Strings(all)
	return all
}

func must(r io.ReadCloser, err error) io.Reader {
	if err != nil {
		panic(err)
	}
	return r
}

func elsewhere(t testing.TB, b []byte) (all []string) {
	r, err := mscfb.New(bytes.NewReader(b))
	require.NoError(t, err)
	for _, f := range r.File[1:] {
		text, err := io.ReadAll(f)
		require.NoError(t, err)
		all = append(all, strings.Join(append(append([]string{}, f.Path...), f.Name), "/")+"="+string(text))
	}
	sort.Strings(all)
	return all
}

func TestWhatIsWrittenIsReadHereAndElsewhere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		s := random(rnd, n*n/8)
		for _, large := range []bool{false, true} {
			b := image(t, s, large)
			f := open(t, b)
			assert.Equal(t, mapi.GUID{1, 2, 3}, f.Root.Class)
			ours := list(t, f, f.Root)
			require.Equal(t, elsewhere(t, b), ours)

			copied, err := cfb.CopyOf(open(t, b), f.Root)
			require.NoError(t, err)
			require.True(t, bytes.Equal(b, image(t, copied, large)), "a copy has the same bytes")
			r, err := must2(cfb.Plan(copied.Clone(), large)).Open()
			require.NoError(t, err)
			again, err := io.ReadAll(r)
			require.NoError(t, err)
			require.True(t, bytes.Equal(b, again), "an image is read like it is written")
			require.NoError(t, r.Close())
		}
	}
}

func must2(m *cfb.Image, err error) *cfb.Image {
	if err != nil {
		panic(err)
	}
	return m
}

func TestDirectoryIsARedBlackTreeForEveryNumberOfEntries(t *testing.T) {
	for n := range 200 {
		s := &cfb.Storage{}
		for i := range n {
			s.Add(fmt.Sprint(i*7919%n), cfb.Bytes("x"))
		}
		m, err := cfb.Plan(s, false)
		require.NoError(t, err)
		require.Empty(t, cfb.CheckTree(m), n)
	}
}

func TestNamesAreOrderedByLengthThenUpperCase(t *testing.T) {
	s := &cfb.Storage{}
	for _, n := range []string{"bb", "a", "C", "B_", "Äx", "äa", "b1"} {
		s.Add(n, cfb.Bytes(n))
	}
	var names []string
	for _, c := range open(t, image(t, s, false)).Root.Children {
		names = append(names, c.Name)
	}
	assert.Equal(t, []string{"a", "C", "b1", "bb", "B_", "äa", "Äx"}, names)

	s.Add("c", cfb.Bytes(nil))
	_, err := cfb.Plan(s, false)
	assert.ErrorIs(t, err, mapi.ErrCorruptData, "C and c are one name")
}

func TestNamesThatCannotBe(t *testing.T) {
	for _, n := range []string{"", strings.Repeat("x", 32), strings.Repeat("𝄞", 16)} {
		s := &cfb.Storage{}
		s.Add(n, cfb.Bytes(nil))
		_, err := cfb.Plan(s, false)
		assert.ErrorIs(t, err, mapi.ErrCorruptData, "%d units", len(utf16.Encode([]rune(n))))
	}
	s := &cfb.Storage{}
	s.Add(strings.Repeat("x", 31), cfb.Bytes("y"))
	assert.Len(t, open(t, image(t, s, false)).Root.Children[0].Name, 31)
}

// zeros is a large content that takes no memory, with a mark at each mebibyte.
type zeros int64

func (z zeros) Size() int64 { return int64(z) }

func (z zeros) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(z, 0, int64(z))), nil
}

func (z zeros) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	for at := (off + mib - 1) / mib * mib; at < off+int64(len(p)); at += mib {
		p[at-off] = byte(at/mib) | 1
	}
	return len(p), nil
}

const mib = 1 << 20

func TestFATBeyondItsRoomInTheHeader(t *testing.T) {
	s := &cfb.Storage{}
	s.Add("large", zeros(40*mib+5))
	s.Add("small", cfb.Bytes("okapi"))
	m, err := cfb.Plan(s.Clone(), false)
	require.NoError(t, err)
	difat, fat := cfb.Areas(m)
	require.EqualValues(t, 5, difat)
	require.Greater(t, fat, int64(600))
	b := image(t, s, false)
	f := open(t, b)
	e := f.Root.Child("LARGE")
	require.NotNil(t, e)
	content, err := f.Stream(e)
	require.NoError(t, err)
	want, err := io.ReadAll(must(zeros(40*mib + 5).Open()))
	require.NoError(t, err)
	got, err := io.ReadAll(must(content.Open()))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(want, got))

	r, err := mscfb.New(bytes.NewReader(b))
	require.NoError(t, err)
	for _, file := range r.File {
		if file.Name == "large" { // in pieces: one long read takes it minutes
			var piece [4096]byte
			n := 0
			for {
				k, err := file.Read(piece[:])
				require.True(t, bytes.Equal(want[n:n+k], piece[:k]))
				if n += k; err != nil {
					break
				}
			}
			assert.Equal(t, len(want), n)
		}
	}
}

func TestContentThatLiesAboutItsSize(t *testing.T) {
	for _, off := range []int64{-1, 1} {
		s := &cfb.Storage{}
		s.Add("x", liar{cfb.Bytes(make([]byte, 5000)), off})
		m, err := cfb.Plan(s, false)
		require.NoError(t, err)
		_, err = m.WriteTo(io.Discard)
		assert.ErrorIs(t, err, mapi.ErrCorruptData)
	}
}

type liar struct {
	cfb.Bytes
	off int64
}

func (l liar) Size() int64 { return l.Bytes.Size() + l.off }

func TestErrorsOfTheSourceAreNoDamage(t *testing.T) {
	b := image(t, random(rand.New(rand.NewPCG(3, 4)), 100), false)
	for n := int64(0); n < int64(len(b)); n += 512 {
		f, err := cfb.Open(failing{bytes.NewReader(b), n}, int64(len(b)), cfb.Options{})
		if err == nil {
			_, err = cfb.CopyOf(f, f.Root)
		}
		if err != nil {
			assert.ErrorIs(t, err, io.ErrClosedPipe)
			assert.NotErrorIs(t, err, mapi.ErrCorruptData)
		}
	}
}

// A failing source cannot be read from a place on.
type failing struct {
	*bytes.Reader
	from int64
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		return 0, io.ErrClosedPipe
	}
	return f.Reader.ReadAt(p, off)
}
