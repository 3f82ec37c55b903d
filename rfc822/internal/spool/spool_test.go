package spool_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/internal/spool"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		promise string
		size    int
		inFile  bool
	}{
		{"nothing is held in memory", 0, false},
		{"the limit is held in memory", 100, false},
		{"one byte more is in a file", 101, true},
		{"much more is in a file", 100_000, true},
	} {
		t.Run(c.promise, func(t *testing.T) {
			in := bytes.Repeat([]byte{7}, c.size)
			head, f, size, err := spool.Read(io.MultiReader(bytes.NewReader(in)), 100, t.TempDir())
			require.NoError(t, err)
			require.EqualValues(t, c.size, size)
			require.Equal(t, c.inFile, f != nil)
			if f != nil {
				defer f.Close()
				head = make([]byte, size)
				_, err = f.ReadAt(head, 0)
				require.NoError(t, err)
			}
			assert.True(t, bytes.Equal(in, head))
		})
	}
}

func TestReadErrorLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	broken := errors.New("broken")
	_, _, _, err := spool.Read(io.MultiReader(strings.NewReader("abc"), errReader{broken}), 2, dir)
	require.ErrorIs(t, err, broken)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)

	_, _, _, err = spool.Read(strings.NewReader("abc"), 2, dir+"/absent")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

type errReader struct{ error }

func (e errReader) Read([]byte) (int, error) { return 0, e.error }

type held struct {
	mapi.Stream
	f *spool.File
}

func (h held) Spool() *spool.File { return h.f }

func TestReleaseReachesAllLevels(t *testing.T) {
	body := mapi.Prop{ID: 0x1000, Type: mapi.PtypString}
	var files []*spool.File
	bag := func() (b mapi.Properties) {
		_, f, _, err := spool.Read(strings.NewReader("large"), 1, t.TempDir())
		require.NoError(t, err)
		files = append(files, f)
		b.Set(body, held{f: f})
		return b
	}
	inner := &mapi.Message{Properties: bag()}
	spool.Release(&mapi.Message{
		Properties:  bag(),
		Recipients:  []*mapi.Recipient{{Properties: bag()}},
		Attachments: []*mapi.Attachment{{Properties: bag(), Embedded: inner}},
	})
	spool.Release(nil)
	require.Len(t, files, 4)
	for _, f := range files {
		_, err := f.ReadAt(make([]byte, 1), 0)
		assert.ErrorIs(t, err, os.ErrClosed)
	}
}
