package okapi_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

// TestLargeMailStreams delivers a mail of 96 MiB to a store on disk and exports
// it, again after the store was opened anew, on a heap that could not hold it. In
// a program without cgo that includes the memory of Pebble.
// With OKAPI_LARGE=1 the mail has a GiB and has to do with the same heap; that
// takes 3 GiB of disk.
func TestLargeMailStreams(t *testing.T) {
	const limit = 64 * mib
	size := int64(96 * mib)
	if os.Getenv("OKAPI_LARGE") != "" {
		size = 1 << 30
	}
	dir, spool := t.TempDir(), t.TempDir()
	want := sha256.New()
	heap := watchHeap()
	defer heap.close()
	step := func(what string, bytes int64, f func()) {
		start := time.Now()
		f()
		took, peak := time.Since(start), heap.peak()
		assert.Less(t, peak, int64(limit), "%s: heap", what)
		t.Logf("%-22s %6.1f MB/s, heap %.1f MiB", what, float64(bytes)/1e6/took.Seconds(), float64(peak)/mib)
	}

	st, err := pebblestore.Open(dir, nil)
	require.NoError(t, err)
	inbox := special(t, newBox(t, st, "ada"), mapi.FolderInbox)
	var msg *mapi.Message
	step("decode", size, func() {
		msg, err = rfc822.Decode(io.TeeReader(largeMail(size), want), &rfc822.DecodeOptions{TempDir: spool})
		require.NoError(t, err)
	})
	var first, second mapi.MessageID
	step("add", size, func() {
		first, err = inbox.Add(context.Background(), msg, &store.AddOptions{Deliver: true})
		require.NoError(t, err)
	})
	step("add the same again", size, func() {
		second, err = inbox.Add(context.Background(), msg, nil)
		require.NoError(t, err)
	})
	rfc822.Release(msg)
	spooled, err := os.ReadDir(spool)
	require.NoError(t, err)
	assert.Empty(t, spooled, "nothing is left of the temporary file")
	stats, err := st.Stats(context.Background())
	require.NoError(t, err)
	assert.Less(t, stats.Stored, size*3/4+mib, "stored once, and decoded")
	assert.Equal(t, 2*stats.Stored, stats.Referenced)

	step("export", size, func() { exportsAs(t, want, inbox, first) })
	require.NoError(t, inbox.DeleteMessages(context.Background(), []mapi.MessageID{first}, &store.DeleteOptions{Hard: true}))
	require.NoError(t, st.Close())
	step("open again", size, func() {
		st, err = pebblestore.Open(dir, nil)
		require.NoError(t, err)
	})
	step("export after opening", size, func() { exportsAs(t, want, reopened(t, st, "ada"), second) })
	step("check", size, func() { finish(t, st) })
}

func exportsAs(t *testing.T, want hash.Hash, folder *store.Folder, id mapi.MessageID) {
	t.Helper()
	got := sha256.New()
	require.NoError(t, rfc822.Encode(got, openMessage(t, folder, id), nil))
	require.Equal(t, want.Sum(nil), got.Sum(nil), "byte for byte")
}

// largeMail is a mail of size bytes with a text and an attachment of random
// bytes, made while it is read. It is the same each time.
func largeMail(size int64) io.Reader {
	head := "From: Ada <ada@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: all our giraffes\r\n" +
		"Date: Thu, 1 Jan 2026 12:00:00 +0100\r\nMessage-ID: <large@example.org>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=\"=_okapi\"\r\n\r\n" +
		"--=_okapi\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Repeat("Ein Bild sagt mehr als tausend Wörter.\r\n", 1000) +
		"--=_okapi\r\nContent-Type: video/mp4; name=giraffes.mp4\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=giraffes.mp4\r\n\r\n"
	const tail = "--=_okapi--\r\n"
	lines := (size - int64(len(head)+len(tail))) / base64Line
	return io.MultiReader(strings.NewReader(head), &base64Lines{rnd: rand.New(rand.NewPCG(4, 2)), left: lines}, strings.NewReader(tail))
}

const base64Line = 78 // 57 bytes are 76 characters, and CRLF

// base64Lines are lines of base64 of random bytes.
type base64Lines struct {
	rnd  *rand.Rand
	left int64 // lines
	line [base64Line]byte
	rest []byte // of line
}

func (b *base64Lines) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(b.rest) == 0 {
			if b.left == 0 {
				break
			}
			b.next()
		}
		c := copy(p[n:], b.rest)
		n, b.rest = n+c, b.rest[c:]
	}
	if n == 0 && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

func (b *base64Lines) next() {
	var raw [64]byte
	for i := 0; i < len(raw); i += 8 {
		v := b.rnd.Uint64()
		for k := range 8 {
			raw[i+k] = byte(v >> (8 * k))
		}
	}
	base64.StdEncoding.Encode(b.line[:], raw[:57])
	copy(b.line[76:], "\r\n")
	b.left, b.rest = b.left-1, b.line[:]
}
