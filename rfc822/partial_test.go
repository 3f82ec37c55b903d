package rfc822_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// opener opens a mail that trickles in.
func opener(mail string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(iotest.HalfReader(strings.NewReader(mail))), nil }
}

func fragment(t testing.TB, mail string) *rfc822.Fragment {
	t.Helper()
	f, err := rfc822.ReadFragment(opener(mail))
	require.NoError(t, err)
	return f
}

// inPieces breaks a mail after so many lines each, as RFC 2046 5.2.2 does.
func inPieces(mail string, lines int) (pieces []string) {
	all := strings.SplitAfter(mail, "\r\n")
	total := (len(all) + lines - 1) / lines
	for i := range total {
		text := strings.Join(all[i*lines:min(len(all), (i+1)*lines)], "")
		pieces = append(pieces, fmt.Sprintf("Received: piece %d\r\nFrom: Bill@host.com\r\nTo: joe@otherhost.com\r\nSubject: Audio mail (part %d of %d)\r\nMessage-ID: <id%d@host.com>\r\nMIME-Version: 1.0\r\n"+
			"Content-type: message/partial; id=\"ABC@host.com\"; number=%d; total=%d\r\n\r\n%s", i+1, i+1, total, i+1, i+1, total, text))
	}
	return pieces
}

const wholeMail = "X-Weird-Header-2: is lost\r\nMessage-ID: <anotherid@foo.com>\r\nSubject: Audio mail\r\nMIME-Version: 1.0\r\nContent-type: text/plain;\r\n format=flowed\r\n\r\none\r\ntwo\r\n\r\nthree\r\n"

func TestPiecesOfAMailAreJoined(t *testing.T) {
	want := "Received: piece 1\r\nFrom: Bill@host.com\r\nTo: joe@otherhost.com\r\n" +
		"Message-ID: <anotherid@foo.com>\r\nSubject: Audio mail\r\nMIME-Version: 1.0\r\nContent-type: text/plain;\r\n format=flowed\r\n\r\none\r\ntwo\r\n\r\nthree\r\n"
	for _, lines := range []int{1000, 9, 8, 7} {
		var list []*rfc822.Fragment
		for _, p := range inPieces(wholeMail, lines) {
			f := fragment(t, p)
			assert.Equal(t, "ABC@host.com", f.ID)
			list = append([]*rfc822.Fragment{f, f}, list...) // in disorder, and twice
		}
		for range 2 { // they can be joined again
			r, err := rfc822.JoinFragments(list)
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, want, string(got), "%d lines", lines)
			require.NoError(t, r.Close())
		}
	}
}

func TestPieceIsFoundInAStoredMessage(t *testing.T) {
	pieces := inPieces(wholeMail, 8)
	var list []*rfc822.Fragment
	for _, p := range pieces {
		msg := fromStore(t, decodeBytes(t, []byte(p)), 10, true)
		tag, _ := props.PidTagAttachMimeTag.Get(msg.Attachments[0])
		assert.NotEmpty(t, tag)
		f, err := rfc822.ReadFragment(func() (io.ReadCloser, error) {
			r, _, ok := rfc822.Source(msg)
			if !ok {
				return nil, mapi.ErrNotFound
			}
			return r, nil
		})
		require.NoError(t, err)
		list = append(list, f)
	}
	r, err := rfc822.JoinFragments(list)
	require.NoError(t, err)
	defer r.Close()
	msg, err := rfc822.Decode(r, nil)
	require.NoError(t, err)
	subject, _ := props.PidTagSubject.Get(msg)
	plain, _ := body(t, msg)
	assert.Equal(t, []string{"Audio mail", "one\r\ntwo\r\n\r\nthree\r\n"}, []string{subject, plain})
}

func piece(params, body string) string {
	return "From: a@x\r\nContent-Type: message/partial; " + params + "\r\n\r\n" + body
}

func TestHostilePiecesAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		mail string
		want mapi.Code
	}{
		"no piece":              {"Content-Type: text/plain\r\n\r\nx", mapi.ErrNotFound},
		"nothing":               {"", mapi.ErrNotFound},
		"no id":                 {piece("number=1; total=1", "x"), mapi.ErrCorruptData},
		"no number":             {piece("id=a; total=1", "x"), mapi.ErrCorruptData},
		"number 0":              {piece("id=a; number=0; total=1", "x"), mapi.ErrCorruptData},
		"negative":              {piece("id=a; number=-1; total=1", "x"), mapi.ErrCorruptData},
		"beyond the total":      {piece("id=a; number=3; total=2", "x"), mapi.ErrCorruptData},
		"a billion":             {piece("id=a; number=1; total=1000000000", "x"), mapi.ErrCorruptData},
		"a number of 99 digits": {piece("id=a; number="+strings.Repeat("9", 99), "x"), mapi.ErrCorruptData},
		"a header without end":  {"Content-Type: message/partial; id=a; number=1\r\nX: " + strings.Repeat("x", 1<<20), mapi.ErrTooBig},
	} {
		_, err := rfc822.ReadFragment(opener(tc.mail))
		assert.Equal(t, tc.want, mapi.CodeOf(err), "%s: %v", name, err)
	}
	one, two, three := piece("id=a; number=1", "Subject: s\r\n\r\nx\r\n"), piece("id=a; number=2", "y\r\n"), piece("id=a; number=3; total=3", "z\r\n")
	for name, tc := range map[string]struct {
		pieces []string
		want   mapi.Code
	}{
		"none":                    {nil, mapi.ErrNotFound},
		"no total":                {[]string{one, two}, mapi.ErrNotFound},
		"the second is missing":   {[]string{one, three}, mapi.ErrNotFound},
		"the first is missing":    {[]string{two, three}, mapi.ErrNotFound},
		"one twice":               {[]string{one, one, three}, mapi.ErrNotFound},
		"two totals":              {[]string{one, two, three, piece("id=a; number=2; total=2", "")}, mapi.ErrCorruptData},
		"one beyond the total":    {[]string{one, two, three, piece("id=a; number=4", "")}, mapi.ErrCorruptData},
		"of several mails":        {[]string{one, two, piece("id=A; number=3; total=3", "")}, mapi.ErrCorruptData},
		"a header without an end": {[]string{piece("id=a; number=1; total=1", "X: "+strings.Repeat("x", 1<<20))}, mapi.ErrTooBig},
	} {
		var list []*rfc822.Fragment
		for _, p := range tc.pieces {
			list = append(list, fragment(t, p))
		}
		_, err := rfc822.JoinFragments(list)
		assert.Equal(t, tc.want, mapi.CodeOf(err), "%s: %v", name, err)
	}
}

func TestDamagedPiecesStillJoin(t *testing.T) {
	for name, tc := range map[string]struct {
		pieces []string
		want   string
	}{
		"the last end of line was lost": {[]string{piece("id=a; number=1", "\r\none"), piece("id=a; number=2; total=2", "two")}, "one\r\ntwo"},
		"encoded, which is forbidden": {[]string{piece("id=a; number=1\r\nContent-Transfer-Encoding: base64", "DQpvbmUNCg=="),
			piece("id=a; number=2; total=2\r\nContent-Transfer-Encoding: quoted-printable", "t=77o")}, "one\r\ntwo"},
		"an empty one":       {[]string{piece("id=a; number=1", "\r\none\r\n"), piece("id=a; number=2", ""), piece("id=a; number=3; total=3", "two")}, "one\r\ntwo"},
		"no header within":   {[]string{piece("id=a; number=1; total=1", "just text")}, "just text"},
		"one with LF":        {[]string{strings.ReplaceAll(piece("id=a; number=1; total=1", "Subject: s\r\n\r\none\r\n"), "\r\n", "\n")}, "one\n"},
		"a multipart within": {[]string{piece("id=a; number=1; total=1", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--")}, "--b\r\n\r\nx\r\n--b--"},
		"a piece within":     {[]string{piece("id=a; number=1; total=1", piece("id=a; number=1; total=1", "x"))}, "x"},
	} {
		var list []*rfc822.Fragment
		for _, p := range tc.pieces {
			list = append(list, fragment(t, p))
		}
		r, err := rfc822.JoinFragments(list)
		require.NoError(t, err, name)
		got, err := io.ReadAll(r)
		require.NoError(t, err, name)
		_, text, _ := bytes.Cut(got, []byte("\r\n\r\n"))
		assert.Equal(t, tc.want, string(text), name)
	}
}

func TestPieceThatCannotBeReadIsAnError(t *testing.T) {
	broken := errors.New("broken")
	calls := 0
	f, err := rfc822.ReadFragment(func() (io.ReadCloser, error) {
		if calls++; calls > 1 {
			return nil, broken
		}
		return io.NopCloser(strings.NewReader(piece("id=a; number=1; total=1", "x"))), nil
	})
	require.NoError(t, err)
	_, err = rfc822.JoinFragments([]*rfc822.Fragment{f})
	assert.ErrorIs(t, err, broken)
}

func FuzzJoinFragments(f *testing.F) {
	pieces := inPieces(wholeMail, 7)
	f.Add(pieces[0], pieces[1])
	f.Add(piece("id=a; number=1", "x"), piece("id=a; number=2; total=2\r\nContent-Transfer-Encoding: base64", "eA=="))
	f.Fuzz(func(t *testing.T, one, two string) {
		var list []*rfc822.Fragment
		for _, mail := range []string{one, two} {
			if p, err := rfc822.ReadFragment(opener(mail)); err == nil {
				list = append(list, p)
			}
		}
		r, err := rfc822.JoinFragments(list)
		if err != nil {
			return
		}
		defer r.Close()
		n, err := io.Copy(io.Discard, r)
		require.NoError(t, err)
		require.LessOrEqual(t, n, int64(len(one)+len(two)+64+2*strings.Count(one, "\n")), "nothing is made up")
	})
}
