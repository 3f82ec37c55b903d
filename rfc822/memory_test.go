package rfc822_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// generatedMail is a mail with one base64 attachment of size random bytes and a
// long text, made while it is read.
func generatedMail(size int64) io.Reader {
	r := rand.New(rand.NewPCG(9, 9))
	head := "From: a@example.org\r\nSubject: large\r\nContent-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n" +
		"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Repeat("some words in a line\r\n", 1000) +
		"\r\n--=_b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	data := entity.NewEncoder(entity.Layout{Encoding: entity.Base64, Line: 76, Final: true}, io.LimitReader(random{r}, size))
	text := "--=_b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	return io.MultiReader(strings.NewReader(head), data, strings.NewReader(text),
		io.LimitReader(repeated("=E4 line of text =\r\n"), size/10), strings.NewReader("\r\n--=_b--\r\n"))
}

type random struct{ r *rand.Rand }

func (g random) Read(p []byte) (int, error) {
	for i := 0; i+8 <= len(p); i += 8 {
		v := g.r.Uint64()
		for k := range 8 {
			p[i+k] = byte(v >> (8 * k))
		}
	}
	return len(p) &^ 7, nil
}

type repeated string

func (s repeated) Read(p []byte) (int, error) {
	n := 0
	for n+len(s) <= len(p) {
		n += copy(p[n:], s)
	}
	if n == 0 {
		n = copy(p, s[:min(len(p), len(s))])
	}
	return n, nil
}

// TestLargeMailStreams decodes and writes a large mail: 64 MiB, or as many MiB as
// OKAPI_LARGE_MIB says (1024 for the promise of a GiB).
func TestLargeMailStreams(t *testing.T) {
	mib := int64(64)
	if s := os.Getenv("OKAPI_LARGE_MIB"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		require.NoError(t, err)
		mib = n
	}
	in, out := sha256.New(), sha256.New()
	var size int64
	var elapsed [2]time.Duration
	peak := mapitest.PeakHeap(func() {
		start := time.Now()
		count := &counter{}
		msg, err := rfc822.Decode(io.TeeReader(generatedMail(mib<<20), io.MultiWriter(in, count)), nil)
		require.NoError(t, err)
		elapsed[0] = time.Since(start)
		start = time.Now()
		require.NoError(t, rfc822.Encode(out, msg, nil))
		elapsed[1] = time.Since(start)
		size = count.n
		_, _, ok := rfc822.Source(msg)
		require.True(t, ok)
		require.NoError(t, rfc822.Encode(io.Discard, msg, &rfc822.EncodeOptions{Regenerate: true}))
		rfc822.Release(msg)
	})
	assert.Equal(t, in.Sum(nil), out.Sum(nil), "byte for byte")
	assert.Less(t, peak, int64(32<<20), "peak heap")
	t.Logf("mail of %d MiB: peak heap %.1f MiB, decode %v, encode %v", size>>20, float64(peak)/(1<<20), elapsed[0], elapsed[1])
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

func TestCorpusWithinItsMemory(t *testing.T) {
	for _, s := range corpusMails(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		msg, err := rfc822.Decode(bytes.NewReader(s.data), nil)
		require.NoError(t, err)
		require.NoError(t, rfc822.Encode(io.Discard, msg, nil))
		runtime.ReadMemStats(&after)
		// All that was allocated is more than what was live at any time.
		require.Less(t, int64(after.TotalAlloc-before.TotalAlloc), int64(64<<20+3*len(s.data)), s.name)
	}
}

func TestHostileShapesStayBounded(t *testing.T) {
	for _, tc := range []struct {
		name string
		mail []byte
	}{
		{"a header of 2 MB in one line", []byte("Subject: " + strings.Repeat("x", 2<<20) + "\r\n\r\ntext")},
		{"a header of 200,000 lines", []byte(strings.Repeat("X-A: b\r\n", 200_000) + "\r\ntext")},
		{"multiparts in each other, 5,000 deep", nestedBoundaries(5000)},
		{"messages in each other, 5,000 deep", bytes.Repeat([]byte("Content-Type: message/rfc822\r\n\r\n"), 5000)},
		{"100,000 parts", append([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n"), bytes.Repeat([]byte("--b\r\n\r\nx\r\n"), 100_000)...)},
		{"100,000 recipients", []byte("To: " + strings.Repeat("a@b, ", 100_000) + "\r\n\r\n")},
		{"10,000 invented fields", inventedFields(10_000)},
		{"comments in comments", []byte("From: " + strings.Repeat("(", 500_000) + "\r\nDate: " + strings.Repeat("(", 400_000) + "\r\n\r\n")},
		{"encoded words that do not end", []byte("Subject: " + strings.Repeat("=?utf-8?q?", 90_000) + "\r\n\r\n")},
		{"parameters without end", []byte("Content-Type: text/plain; " + strings.Repeat("a*1*=x;", 100_000) + "\r\n\r\n")},
		{"addresses without end", []byte("To: " + strings.Repeat("<\"=?[(", 100_000) + "\r\n\r\n")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Now()
			var msg *mapi.Message
			peak := mapitest.PeakHeap(func() { msg = decodeBytes(t, tc.mail) })
			assert.Less(t, peak, int64(64<<20+3*len(tc.mail)))
			assert.Equal(t, len(tc.mail), len(encoded(t, msg)), "it comes out as it went in")
			assert.True(t, bytes.Equal(tc.mail, encoded(t, msg)))
			t.Logf("%v, %.1f MiB", time.Since(start), float64(peak)/(1<<20))
		})
	}
}

func nestedBoundaries(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		s := strconv.Itoa(i)
		b.WriteString("Content-Type: multipart/mixed; boundary=b" + s + "\r\n\r\n--b" + s + "\r\n")
	}
	return b.Bytes()
}

func inventedFields(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString("X-Invented-" + strconv.Itoa(i) + ": v\r\n")
	}
	b.WriteString("\r\n")
	return b.Bytes()
}
