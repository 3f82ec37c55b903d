package mbox_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/mbox"
)

func readAll(t testing.TB, in string, f mbox.Format) (mails, senders []string) {
	t.Helper()
	r := mbox.NewReader(strings.NewReader(in), f)
	for {
		m, err := r.Next()
		if err == io.EOF {
			return mails, senders
		}
		require.NoError(t, err)
		b, err := io.ReadAll(m)
		require.NoError(t, err)
		mails = append(mails, string(b))
		senders = append(senders, m.Sender)
	}
}

func TestReader(t *testing.T) {
	const from = "From a@b Mon Jan  2 15:04:05 2006\n"
	for _, tc := range []struct {
		name   string
		format mbox.Format
		in     string
		want   []string
	}{
		{"an empty file has no mails", mbox.RD, "", nil},
		{"blank lines alone are no mail", mbox.RD, "\n\n", nil},
		{"the empty line between mails belongs to the file", mbox.RD,
			from + "A: 1\n\nx\n\n" + from + "A: 2\n\ny\n\n", []string{"A: 1\n\nx\n", "A: 2\n\ny\n"}},
		{"CRLF files", mbox.RD, "From a@b x\r\nA: 1\r\n\r\nx\r\n\r\nFrom a@b x\r\n\r\n", []string{"A: 1\r\n\r\nx\r\n", ""}},
		{"a From line in the text without an empty line before it is text", mbox.RD,
			from + "\nx\nFrom here on\n", []string{"\nx\nFrom here on\n"}},
		{"mboxrd takes one quote off", mbox.RD, from + "\n>From x\n>>From y\n> From z\n", []string{"\nFrom x\n>From y\n> From z\n"}},
		{"mboxo leaves quotes, which may be real ones", mbox.O, from + "\n>From x\n>>From y\n", []string{"\n>From x\n>>From y\n"}},
		{"mboxcl2 goes by the length", mbox.CL2,
			from + "Content-Length: 8\n\na\n\nFrom \n\n" + from + "\nz\n", []string{"Content-Length: 8\n\na\n\nFrom ", "\nz\n"}},
		{"a length that is too short loses nothing", mbox.CL2,
			from + "Content-Length: 2\n\na\nb\nc\n\n" + from + "\nz\n", []string{"Content-Length: 2\n\na\nb\nc\n", "\nz\n"}},
		{"a length that is too long ends with the file", mbox.CL2,
			from + "Content-Length: 99999999999999\n\na\n", []string{"Content-Length: 99999999999999\n\na\n"}},
		{"text before the first From line is not lost", mbox.RD, "Subject: x\n\ny\n\n" + from + "\nz\n", []string{"Subject: x\n\ny\n", "\nz\n"}},
		{"the last line may lack its end", mbox.RD, from + "A: 1\n\nx", []string{"A: 1\n\nx"}},
		{"header only", mbox.RD, from + "A: 1\n\n" + from + "A: 2\n", []string{"A: 1\n", "A: 2\n"}},
		{"lines longer than the buffer", mbox.RD, from + "\n" + strings.Repeat("From ", 50_000) + "\n\n" + from,
			[]string{"\n" + strings.Repeat("From ", 50_000) + "\n", ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _ := readAll(t, tc.in, tc.format)
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestFromLineTellsSenderAndDate(t *testing.T) {
	r := mbox.NewReader(strings.NewReader("From ada@example.org Mon Jan  2 15:04:05 2006\n\nx\n"), mbox.RD)
	m, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, "ada@example.org", m.Sender)
	assert.Equal(t, time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC), m.Date)
	_, err = r.Next()
	assert.Equal(t, io.EOF, err, "an unread mail is skipped")
	n, err := m.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.Equal(t, io.EOF, err, "a mail is valid until the next one only")
}

var written = []string{
	"Subject: a\n\nFrom the start\n>From quoted\n>>From twice\n\nFrom after an empty line\n",
	"Subject: b\n\n\n\n\n",
	"From: x@y\r\n\r\nFrom CRLF\r\n",
	"From is the first word of this\n",
	"Content-Length: 5\n\nlies\n",
	"\n",
}

func TestWhatIsWrittenIsReadByteForByte(t *testing.T) {
	var out bytes.Buffer
	w := mbox.NewWriter(&out, mbox.RD)
	for _, m := range written {
		require.NoError(t, w.Append("a@b", time.Unix(0, 0), strings.NewReader(m), int64(len(m))))
	}
	got, senders := readAll(t, out.String(), mbox.RD)
	assert.Equal(t, written, got)
	assert.Equal(t, "a@b", senders[0])
}

func TestLengthIsWrittenForMboxcl2(t *testing.T) {
	var out bytes.Buffer
	w := mbox.NewWriter(&out, mbox.CL2)
	mail := "Subject: a\ncontent-length: 1\n\nFrom x\n\nFrom y"
	for range 2 {
		require.NoError(t, w.Append("", time.Unix(0, 0), strings.NewReader(mail), int64(len(mail))))
	}
	got, senders := readAll(t, out.String(), mbox.CL2)
	want := "Subject: a\nContent-Length: 14\n\nFrom x\n\nFrom y"
	assert.Equal(t, []string{want, want}, got)
	assert.Equal(t, "MAILER-DAEMON", senders[0])
}

func TestSenderCannotBreakTheLine(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, mbox.NewWriter(&out, mbox.RD).Append("a b\nFrom c", time.Unix(0, 0), strings.NewReader("x\n"), 2))
	assert.Equal(t, "From abFromc Thu Jan  1 00:00:00 1970\nx\n\n", out.String())
}

func TestMaildir(t *testing.T) {
	fsys := fstest.MapFS{
		"cur/1.a:2,FS":           {},
		"new/2.b":                {},
		"tmp/3.c":                {},
		".Work.2024/cur/4.d:2,R": {},
		".Work.2024/new/.hidden": {},
		"other/cur/5.e":          {},
	}
	var got []string
	for f, err := range mbox.Maildir(fsys) {
		require.NoError(t, err)
		got = append(got, fmt.Sprintf("%s|%s|%s|%v", f.Path, f.Folder, f.Flags, f.New))
	}
	assert.Equal(t, []string{"cur/1.a:2,FS||FS|false", "new/2.b|||true", ".Work.2024/cur/4.d:2,R|Work/2024|R|false"}, got)
	assert.False(t, mbox.IsMaildir(fstest.MapFS{"cur/1": {}}))
}

func FuzzReader(f *testing.F) {
	for _, m := range written {
		f.Add([]byte("From a@b x\n"+m+"\nFrom c@d y\n"+m), 0)
		f.Add([]byte("From a@b x\nContent-Length: 3\n\n"+m), 2)
	}
	f.Fuzz(func(t *testing.T, in []byte, format int) {
		r := mbox.NewReader(bytes.NewReader(in), mbox.Format(format&3))
		total := 0
		for {
			m, err := r.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			n, err := io.Copy(io.Discard, m)
			require.NoError(t, err)
			total += int(n)
		}
		require.LessOrEqual(t, total, len(in), "a file has no more text than bytes")
	})
}

// FuzzWriteRead: a mail that ends with a line end is read back as it was.
func FuzzWriteRead(f *testing.F) {
	for _, m := range written {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, mail []byte) {
		mail = append(mail, '\n')
		if bytes.Equal(bytes.Trim(mail, "\r\n"), nil) || bytes.Contains(mail, []byte("\r\n")) {
			t.Skip() // an mbox cannot tell whose these empty lines are
		}
		var out bytes.Buffer
		w := mbox.NewWriter(&out, mbox.RD)
		for range 2 {
			require.NoError(t, w.Append("a@b", time.Unix(0, 0), bytes.NewReader(mail), int64(len(mail))))
		}
		got, _ := readAll(t, out.String(), mbox.RD)
		require.Equal(t, []string{string(mail), string(mail)}, got)
	})
}

func ExampleReader() {
	r := mbox.NewReader(strings.NewReader("From ada@example.org Mon Jan  2 15:04:05 2006\nSubject: hello\n\n>From here\n"), mbox.RD)
	for {
		m, err := r.Next()
		if err != nil {
			break
		}
		b, _ := io.ReadAll(m)
		fmt.Printf("%s: %q\n", m.Sender, b)
	}
	// Output:
	// ada@example.org: "Subject: hello\n\nFrom here\n"
}

func TestUnknownDateIsOneThatProgramsRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, mbox.NewWriter(&out, mbox.RD).Append("ada@x.org", time.Time{}, strings.NewReader("Subject: x\n\nx\n"), 0))
	assert.True(t, strings.HasPrefix(out.String(), "From ada@x.org Thu Jan  1 00:00:00 1970\n"), out.String())
}
