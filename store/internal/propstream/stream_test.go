package propstream_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/propstream"
)

var (
	binary = mapi.Prop{ID: 0x3701, Type: mapi.PtypBinary}
	text   = mapi.Prop{ID: 0x1000, Type: mapi.PtypString}
	object = mapi.Prop{ID: 0x3702, Type: mapi.PtypObject}
)

func bag(p mapi.Prop, v mapi.Value) *mapi.Properties {
	b := new(mapi.Properties)
	b.Set(p, v)
	return b
}

func open(t testing.TB, obj propstream.Object, p mapi.Prop, mode propstream.Mode, opts *propstream.Options) *propstream.Stream {
	t.Helper()
	s, err := propstream.Open(obj, p, mode, opts)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// small makes a file early.
func small(t testing.TB) *propstream.Options {
	return &propstream.Options{Memory: 16, TempDir: t.TempDir()}
}

func value(t testing.TB, obj mapi.Getter, p mapi.Prop) string {
	t.Helper()
	r, size, err := mapi.OpenValue(obj, p)
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Len(t, b, int(size))
	return string(b)
}

func write(t testing.TB, w io.Writer, s string) {
	t.Helper()
	n, err := io.WriteString(w, s)
	require.NoError(t, err)
	require.Equal(t, len(s), n)
}

func seek(t testing.TB, s *propstream.Stream, offset int64, whence int) int64 {
	t.Helper()
	pos, err := s.Seek(offset, whence)
	require.NoError(t, err)
	return pos
}

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

// sequential is a stream that can only be read from the beginning; seekable one
// that can seek.
type sequential struct {
	data   string
	opened *int
	closed *int
}

func (s sequential) Size() int64 { return int64(len(s.data)) }

func (s sequential) Open() (io.ReadCloser, error) {
	*s.opened++
	return &closeCounter{iotest.OneByteReader(strings.NewReader(s.data)), s.closed}, nil
}

type closeCounter struct {
	io.Reader
	n *int
}

func (c *closeCounter) Close() error { *c.n++; return nil }

type seekable struct{ data string }

func (s seekable) Size() int64 { return int64(len(s.data)) }

func (s seekable) Open() (io.ReadCloser, error) {
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader(s.data), io.NopCloser(nil)}, nil
}

func TestSTR001SingleStringsBinariesAndObjectsAreStreams(t *testing.T) {
	var opened, closed int
	const content = "The quick brown okapi"
	tests := []struct {
		name string
		p    mapi.Prop
		v    mapi.Value
	}{
		{"binary", binary, []byte(content)},
		{"string", text, content},
		{"string8", mapi.Prop{ID: 0x1000, Type: mapi.PtypString8}, content},
		{"object", object, mapi.Object(content)},
		{"large binary", binary, sequential{content, &opened, &closed}},
		{"large string that seeks", text, seekable{content}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, bag(tt.p, tt.v), tt.p, propstream.ReadOnly, nil)
			require.EqualValues(t, len(content), s.Size())
			require.Equal(t, content, readAll(t, s))
			seek(t, s, 4, io.SeekStart)
			b := make([]byte, 5)
			_, err := io.ReadFull(s, b)
			require.NoError(t, err)
			require.Equal(t, "quick", string(b))
			_, err = s.ReadAt(b, 10)
			require.NoError(t, err)
			require.Equal(t, "brown", string(b))
			n, err := s.ReadAt(b, int64(len(content)-2))
			require.Equal(t, 2, n)
			require.Equal(t, io.EOF, err)
			require.Equal(t, " brown okapi", readAll(t, s), "ReadAt does not move the position")
			require.NoError(t, s.Close())
		})
	}
	require.Equal(t, opened, closed)

	for _, typ := range []mapi.Type{mapi.PtypInteger32, mapi.PtypMultipleString, mapi.PtypMultipleBinary, mapi.PtypUnspecified, mapi.PtypTime} {
		_, err := propstream.Open(new(mapi.Properties), mapi.Prop{ID: 1, Type: typ}, propstream.Create, nil)
		require.ErrorIs(t, err, mapi.ErrNoSupport, typ.String())
		require.Equal(t, mapi.ErrNoSupport, mapi.CodeOf(err))
	}
}

func TestSTR002AnAbsentPropertyIsNotFound(t *testing.T) {
	for _, mode := range []propstream.Mode{propstream.ReadOnly, propstream.Modify} {
		_, err := propstream.Open(new(mapi.Properties), binary, mode, nil)
		require.ErrorIs(t, err, mapi.ErrNotFound)
	}
}

func TestSTR003CreateMakesThePropertyEmpty(t *testing.T) {
	for name, obj := range map[string]*mapi.Properties{"absent": {}, "present": bag(binary, []byte("old"))} {
		t.Run(name, func(t *testing.T) {
			s := open(t, obj, binary, propstream.Create, nil)
			require.Equal(t, "", value(t, obj, binary), "at once")
			write(t, s, "new")
			require.NoError(t, s.Close())
			require.Equal(t, []byte("new"), obj.Get(binary))
		})
	}
}

func TestSTR004CreateImpliesModify(t *testing.T) {
	s := open(t, new(mapi.Properties), binary, propstream.Create, nil)
	write(t, s, "x")
}

func TestSTR005WritingToAStreamForReadingIsDenied(t *testing.T) {
	s := open(t, bag(binary, []byte("old")), binary, propstream.ReadOnly, nil)
	_, err := s.Write([]byte("x"))
	require.ErrorIs(t, err, propstream.ErrAccessDenied)
	require.Equal(t, mapi.Code(0x80030005), mapi.CodeOf(err))
	_, err = s.WriteAt([]byte("x"), 1)
	require.ErrorIs(t, err, propstream.ErrAccessDenied)
	require.ErrorIs(t, s.SetSize(0), propstream.ErrAccessDenied)
	require.NoError(t, s.Commit())
	require.Equal(t, "old", readAll(t, s))
}

func TestSTR006AnObjectForReadingIsNotModified(t *testing.T) {
	opts := &propstream.Options{ReadOnly: true}
	for _, mode := range []propstream.Mode{propstream.Modify, propstream.Create} {
		_, err := propstream.Open(bag(binary, []byte("old")), binary, mode, opts)
		require.ErrorIs(t, err, mapi.ErrNoAccess)
	}
	open(t, bag(binary, []byte("old")), binary, propstream.ReadOnly, opts)
}

func TestSTR007ReadAndWriteAdvanceThePosition(t *testing.T) {
	s := open(t, bag(binary, []byte("0123456789")), binary, propstream.Modify, nil)
	b := make([]byte, 3)
	_, err := s.Read(b)
	require.NoError(t, err)
	write(t, s, "ab")
	require.EqualValues(t, 5, seek(t, s, 0, io.SeekCurrent))
	require.Equal(t, "56789", readAll(t, s))
	seek(t, s, 0, io.SeekStart)
	require.Equal(t, "012ab56789", readAll(t, s))
}

func TestSTR008ReadingAtTheEndGivesNothing(t *testing.T) {
	s := open(t, bag(binary, []byte("0123")), binary, propstream.ReadOnly, nil)
	for _, pos := range []int64{4, 5, 1000} {
		seek(t, s, pos, io.SeekStart)
		require.Equal(t, "", readAll(t, s))
	}
	require.EqualValues(t, 4, s.Size(), "a stream for reading does not grow")
}

func TestSTR009SeekingBeyondTheEndExtendsWithZeros(t *testing.T) {
	for name, opts := range map[string]*propstream.Options{"in memory": nil, "in a file": small(t)} {
		t.Run(name, func(t *testing.T) {
			obj := bag(binary, []byte("0123"))
			s := open(t, obj, binary, propstream.Modify, opts)
			require.EqualValues(t, 24, seek(t, s, 20, io.SeekEnd))
			require.EqualValues(t, 24, s.Size())
			require.Equal(t, "0123"+strings.Repeat("\x00", 20), value(t, obj, binary))
		})
	}
}

func TestSTR010SeekingOutOfRangeFails(t *testing.T) {
	s := open(t, bag(binary, []byte("0123")), binary, propstream.ReadOnly, nil)
	seek(t, s, 2, io.SeekStart)
	for _, pos := range []int64{-1, 1<<31 + 1, 1 << 62} {
		_, err := s.Seek(pos, io.SeekStart)
		require.ErrorIs(t, err, propstream.ErrSeek)
		require.Equal(t, mapi.Code(0x80030019), mapi.CodeOf(err))
	}
	_, err := s.Seek(-3, io.SeekCurrent)
	require.ErrorIs(t, err, propstream.ErrSeek)
	_, err = s.ReadAt(make([]byte, 1), -1)
	require.ErrorIs(t, err, propstream.ErrSeek)
	require.EqualValues(t, 2, seek(t, s, 0, io.SeekCurrent))
	require.Equal(t, int64(1<<31), seek(t, s, 1<<31, io.SeekStart))
}

func TestSTR011AnUnknownOriginIsInvalid(t *testing.T) {
	s := open(t, bag(binary, []byte("0123")), binary, propstream.ReadOnly, nil)
	_, err := s.Seek(0, 3)
	require.ErrorIs(t, err, propstream.ErrInvalidParameter)
	require.Equal(t, mapi.Code(0x80030057), mapi.CodeOf(err))
}

func TestSTR012SetSize(t *testing.T) {
	for name, opts := range map[string]*propstream.Options{"in memory": nil, "in a file": small(t)} {
		t.Run(name, func(t *testing.T) {
			const old = "0123456789abcdefghij"
			obj := bag(binary, []byte(old))
			s := open(t, obj, binary, propstream.Modify, opts)
			seek(t, s, 8, io.SeekStart)
			require.NoError(t, s.SetSize(5))
			require.Equal(t, "01234", value(t, obj, binary))
			write(t, s, "X")
			got := value(t, obj, binary)
			require.Equal(t, "01234\x00\x00\x00X", got, "what was cut off does not come back")
			require.NoError(t, s.SetSize(12))
			require.Equal(t, got+"\x00\x00\x00", value(t, obj, binary))
			require.ErrorIs(t, s.SetSize(-1), propstream.ErrInvalidParameter)
		})
	}
}

func TestSTR013TooBig(t *testing.T) {
	obj := bag(binary, []byte("0123"))
	s := open(t, obj, binary, propstream.Modify, &propstream.Options{MaxSize: 10})
	require.ErrorIs(t, s.SetSize(11), mapi.ErrTooBig)
	_, err := s.Seek(11, io.SeekStart)
	require.ErrorIs(t, err, mapi.ErrTooBig)
	n, err := s.WriteAt([]byte("abc"), 8)
	require.ErrorIs(t, err, mapi.ErrTooBig)
	require.Equal(t, mapi.ErrTooBig, mapi.CodeOf(err))
	require.Zero(t, n)
	_, err = s.WriteAt([]byte("abc"), 1<<63-1)
	require.ErrorIs(t, err, mapi.ErrTooBig)
	require.Equal(t, "0123", value(t, obj, binary))
	_, err = s.WriteAt([]byte("ab"), 8)
	require.NoError(t, err)
	require.NoError(t, s.SetSize(10))
}

func TestSTR014WhatIsWrittenIsVisibleAtOnce(t *testing.T) {
	obj := bag(text, "old text")
	s := open(t, obj, text, propstream.Modify, nil)
	write(t, s, "NEW")
	require.Equal(t, "NEW text", value(t, obj, text))
	r, _, err := mapi.OpenValue(obj, text)
	require.NoError(t, err)
	write(t, s, "-----------")
	require.Equal(t, "NEW text", readAll(t, r), "an open reader keeps what it found")
	require.Equal(t, "NEW-----------", value(t, obj, text))
	require.NoError(t, s.Commit())
	committed := obj.Get(text)
	require.Equal(t, "NEW-----------", committed)
	write(t, s, "!")
	require.Equal(t, "NEW-----------!", value(t, obj, text))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.Equal(t, "NEW-----------!", obj.Get(text))
	_, err = s.Write(nil)
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestACommittedValueDoesNotChange(t *testing.T) {
	for name, opts := range map[string]*propstream.Options{"in memory": nil, "in a file": small(t)} {
		t.Run(name, func(t *testing.T) {
			const first = "0123456789abcdefghij"
			original := []byte(first)
			obj := bag(binary, original)
			s := open(t, obj, binary, propstream.Modify, opts)
			write(t, s, "A")
			require.NoError(t, s.Commit())
			kept := bag(binary, obj.Get(binary))
			write(t, s, "B")
			require.NoError(t, s.SetSize(3))
			require.NoError(t, s.Close())
			require.Equal(t, "AB2", value(t, obj, binary))
			require.Equal(t, "A"+first[1:], value(t, kept, binary))
			require.Equal(t, first, string(original), "the caller's bytes are not written to")
		})
	}
}

// Only what was written comes to the object: reading sets nothing.
func TestReadingDoesNotTouchTheObject(t *testing.T) {
	obj := &watched{Properties: *bag(binary, seekable{"content"})}
	s := open(t, obj, binary, propstream.Modify, nil)
	readAll(t, s)
	require.NoError(t, s.Commit())
	require.NoError(t, s.Close())
	require.Zero(t, obj.sets)
}

// watched looks at the value that it replaces, as a store that counts bytes does.
type watched struct {
	mapi.Properties
	sets int
}

func (w *watched) Set(p mapi.Prop, v mapi.Value) {
	w.sets++
	if old, ok := w.Get(p).(mapi.Stream); ok {
		old.Size()
	}
	if s, ok := v.(mapi.Stream); ok {
		s.Size()
	}
	w.Properties.Set(p, v)
}

func TestSTR015SettingIsAllThatAStreamDoes(t *testing.T) {
	obj := &watched{Properties: *bag(binary, []byte("old"))}
	s := open(t, obj, binary, propstream.Modify, nil)
	for range 10 {
		write(t, s, "piece")
	}
	require.Equal(t, 1, obj.sets, "to show it")
	require.NoError(t, s.Close())
	require.Equal(t, 2, obj.sets)
	require.Equal(t, []byte(strings.Repeat("piece", 10)), obj.Get(binary))
}

func TestSTR016CopyToAdvancesBoth(t *testing.T) {
	var opened, closed int
	from := open(t, bag(binary, sequential{"0123456789", &opened, &closed}), binary, propstream.ReadOnly, nil)
	obj := bag(text, "abcdefgh")
	to := open(t, obj, text, propstream.Modify, nil)
	seek(t, from, 2, io.SeekStart)
	seek(t, to, 1, io.SeekStart)
	read, written, err := from.CopyTo(to, 5)
	require.NoError(t, err)
	require.EqualValues(t, []int64{5, 5}, []int64{read, written})
	require.EqualValues(t, 7, seek(t, from, 0, io.SeekCurrent))
	require.EqualValues(t, 6, seek(t, to, 0, io.SeekCurrent))
	require.Equal(t, "a23456gh", value(t, obj, text))

	read, written, err = to.CopyTo(failing{}, -1)
	require.ErrorIs(t, err, io.ErrShortWrite)
	require.EqualValues(t, []int64{2, 1}, []int64{read, written})
}

type failing struct{}

func (failing) Write(b []byte) (int, error) { return 1, io.ErrShortWrite }

func TestSTR017CopyToIsShorterWhenTheStreamEnds(t *testing.T) {
	s := open(t, bag(binary, []byte("0123")), binary, propstream.ReadOnly, nil)
	var b bytes.Buffer
	read, written, err := s.CopyTo(&b, 100)
	require.NoError(t, err)
	require.EqualValues(t, []int64{4, 4}, []int64{read, written})
	read, written, err = s.CopyTo(&b, 100)
	require.NoError(t, err)
	require.EqualValues(t, []int64{0, 0}, []int64{read, written})
	require.Equal(t, "0123", b.String())
}

func TestSTR018ACloneSharesTheBytesButNotThePosition(t *testing.T) {
	obj := bag(binary, []byte("0123456789"))
	s := open(t, obj, binary, propstream.Modify, nil)
	seek(t, s, 4, io.SeekStart)
	c, err := s.Clone()
	require.NoError(t, err)
	require.EqualValues(t, 4, seek(t, c, 0, io.SeekCurrent))
	write(t, c, "xy")
	require.Equal(t, "xy6789", readAll(t, s))
	require.NoError(t, s.Close())
	_, err = s.Clone()
	require.ErrorIs(t, err, os.ErrClosed)
	write(t, c, "z")

	seek(t, c, 0, io.SeekStart)
	d, err := c.Clone()
	require.NoError(t, err)
	seek(t, d, 3, io.SeekStart)
	_, _, err = c.CopyTo(d, -1)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	require.NoError(t, c.Close())
	require.Equal(t, "0120123xyz789", value(t, obj, binary), "copied as it was when the copying began")
}

func TestSTR020StringsInUTF16(t *testing.T) {
	const content = "a€😀\ufeff"
	const wide = "a\x00\xac\x20\x3d\xd8\x00\xde\xff\xfe"
	for name, opts := range map[string]*propstream.Options{"in memory": {UTF16: true}, "in a file": {UTF16: true, Memory: 2, TempDir: t.TempDir()}} {
		for kind, v := range map[string]mapi.Value{"string": content, "stream": seekable{content}} {
			t.Run(name+" "+kind, func(t *testing.T) {
				obj := &watched{Properties: *bag(text, v)}
				s := open(t, obj, text, propstream.Modify, opts)
				require.EqualValues(t, len(wide), s.Size())
				require.Equal(t, wide, readAll(t, s))
				write(t, s, "\x3d\xd8\x01\xde")
				require.Equal(t, content+"😁", value(t, obj, text), "shown in UTF-8 at once")
				require.NoError(t, s.Close())
				require.Equal(t, content+"😁", value(t, obj, text))
			})
		}
	}
	t.Run("half a character is refused", func(t *testing.T) {
		obj := bag(text, "old")
		s := open(t, obj, text, propstream.Create, &propstream.Options{UTF16: true})
		write(t, s, "a\x00b")
		_, _, err := mapi.OpenValue(obj, text)
		require.ErrorIs(t, err, mapi.ErrBadCharWidth)
		require.ErrorIs(t, s.Commit(), mapi.ErrBadCharWidth)
		write(t, s, "\x00")
		require.NoError(t, s.Close())
		require.Equal(t, "ab", obj.Get(text))
	})
	t.Run("binaries stay as they are", func(t *testing.T) {
		s := open(t, bag(binary, []byte("abc")), binary, propstream.ReadOnly, &propstream.Options{UTF16: true})
		require.Equal(t, "abc", readAll(t, s))
	})
	t.Run("without the flag they are UTF-8", func(t *testing.T) {
		s := open(t, bag(text, content), text, propstream.ReadOnly, nil)
		require.Equal(t, content, readAll(t, s))
	})
}

func TestSTR021ADeletedPropertyComesBackWithTheCommit(t *testing.T) {
	obj := bag(binary, []byte("old"))
	s := open(t, obj, binary, propstream.Modify, nil)
	write(t, s, "new")
	obj.Delete(binary)
	require.NoError(t, s.Commit())
	require.Equal(t, []byte("new"), obj.Get(binary))
	obj.Delete(binary)
	require.NoError(t, s.Close())
	require.Nil(t, obj.Get(binary), "nothing was written since")
}

func TestSTR022TheLastCommitWinsWithoutMixing(t *testing.T) {
	obj := bag(binary, []byte("0123456789"))
	a := open(t, obj, binary, propstream.Modify, nil)
	write(t, a, "aaa")
	b := open(t, obj, binary, propstream.Modify, nil) // sees what a wrote so far
	write(t, a, "AAA")
	seek(t, b, 8, io.SeekStart)
	write(t, b, "bb")
	require.NoError(t, b.Close())
	require.Equal(t, []byte("aaa34567bb"), obj.Get(binary))
	require.NoError(t, a.Close())
	require.Equal(t, []byte("aaaAAA6789"), obj.Get(binary))
}

func TestSTR023AnEmptyStreamIsAnEmptyProperty(t *testing.T) {
	for p, want := range map[mapi.Prop]mapi.Value{binary: []byte{}, text: "", object: mapi.Object{}} {
		obj := new(mapi.Properties)
		s := open(t, obj, p, propstream.Create, nil)
		require.NoError(t, s.Close())
		require.True(t, obj.Has(p))
		require.EqualValues(t, want, obj.Get(p))
		require.NotNil(t, obj.Get(p))
	}
}

func TestWhatIsLargeIsInAFile(t *testing.T) {
	opts := small(t)
	obj := new(mapi.Properties)
	s := open(t, obj, text, propstream.Create, opts)
	for range 100 {
		write(t, s, "0123456789")
	}
	require.NoError(t, s.Close())
	require.Implements(t, (*mapi.Stream)(nil), obj.Get(text))
	require.Equal(t, strings.Repeat("0123456789", 100), value(t, obj, text))
	left, err := os.ReadDir(opts.TempDir)
	require.NoError(t, err)
	require.Empty(t, left, "the file has no name any more")

	again := open(t, obj, text, propstream.Modify, opts)
	require.NoError(t, again.SetSize(3))
	require.NoError(t, again.Close())
	require.Equal(t, "012", value(t, obj, text))
}

func TestAFileThatCannotBeMadeIsAnError(t *testing.T) {
	s := open(t, bag(binary, []byte("old")), binary, propstream.Modify, &propstream.Options{Memory: 4, TempDir: "/nonexistent"})
	_, err := s.Write([]byte("longer than 4"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, mapi.ErrCallFailed, mapi.CodeOf(err))
}

func TestStreamKeepsTheContractsOfIO(t *testing.T) {
	content := strings.Repeat("0123456789", 1000)
	var opened, closed int
	for name, v := range map[string]mapi.Value{"bytes": []byte(content), "sequential": sequential{content, &opened, &closed}, "seekable": seekable{content}} {
		t.Run(name, func(t *testing.T) {
			s := open(t, bag(binary, v), binary, propstream.ReadOnly, nil)
			require.NoError(t, iotest.TestReader(s, []byte(content)))
		})
	}
}

type shorter struct{ seekable }

func (s shorter) Size() int64 { return s.seekable.Size() + 1 }

func TestASourceThatIsShorterThanItSaidIsCorrupt(t *testing.T) {
	obj := bag(binary, shorter{seekable{"0123"}})
	s := open(t, obj, binary, propstream.Modify, nil)
	_, err := s.Write([]byte("x"))
	require.ErrorIs(t, err, mapi.ErrCorruptData)
	_, _, err = s.CopyTo(io.Discard, -1)
	require.ErrorIs(t, err, mapi.ErrCorruptData)
	require.Equal(t, shorter{seekable{"0123"}}, obj.Get(binary))
}

// Random histories, compared with a slice of bytes.
func TestRandomHistories(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 0))
		opts := &propstream.Options{Memory: int64(r.IntN(200)), TempDir: t.TempDir(), MaxSize: 500}
		model := bytes.Repeat([]byte("okapi"), r.IntN(50))
		var v mapi.Value = bytes.Clone(model)
		if r.IntN(2) == 0 {
			v = seekable{string(model)}
		}
		obj := bag(binary, v)
		s := open(t, obj, binary, propstream.Modify, opts)
		for step := range 100 {
			at := fmt.Sprintf("seed %d, step %d", seed, step)
			switch r.IntN(6) {
			case 0:
				b := bytes.Repeat([]byte{byte(step)}, r.IntN(60))
				off := r.IntN(480)
				_, err := s.WriteAt(b, int64(off))
				if off+len(b) > 500 {
					require.ErrorIs(t, err, mapi.ErrTooBig, at)
				} else if require.NoError(t, err, at); len(b) > 0 {
					model = resize(model, max(len(model), off+len(b)))
					copy(model[off:], b)
				}
			case 1:
				size := r.IntN(500)
				require.NoError(t, s.SetSize(int64(size)), at)
				model = resize(model, size)
			case 2:
				require.NoError(t, s.Commit(), at)
			case 3:
				require.NoError(t, s.Close(), at)
				s = open(t, obj, binary, propstream.Modify, opts)
			case 4:
				require.Equal(t, string(model), value(t, obj, binary), at)
			case 5:
				seek(t, s, 0, io.SeekStart)
				require.Equal(t, string(model), readAll(t, s), at)
			}
			require.EqualValues(t, len(model), s.Size(), at)
		}
	}
}

func resize(b []byte, n int) []byte {
	c := make([]byte, n)
	copy(c, b)
	return c
}
