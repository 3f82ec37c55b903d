package rtf_test

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// scan writes tokens in one line each.
func scan(t testing.TB, r io.Reader) (list []string) {
	s := rtf.NewScanner(r)
	for {
		tok, err := s.Next()
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		list = append(list, strings.TrimSpace(fmt.Sprintf("%v %s%s %q", tok.Kind, tok.Name, param(tok), tok.Data)))
	}
}

func TestScanner(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"one space ends a control word and is part of it", `\b  x`, []string{`Word b ""`, `Text  " x"`}},
		{"a digit after the number's end is text", `\fs24 1`, []string{`Word fs24 ""`, `Text  "1"`}},
		{"numbers have a sign", `\li-72.`, []string{`Word li-72 ""`, `Text  "."`}},
		{"a minus sign without a number is text", `\b-x`, []string{`Word b ""`, `Text  "-x"`}},
		{"numbers that are too large are the largest", `\b99999999999999999999 \i-99999999999`,
			[]string{fmt.Sprintf(`Word b%d ""`, math.MaxInt32), fmt.Sprintf(`Word i%d ""`, -math.MaxInt32)}},
		{"escapes are text", `\\\{\}`, []string{`Text  "\\"`, `Text  "{"`, `Text  "}"`}},
		{"line ends are nothing", "a\r\nb\nc", []string{`Text  "a"`, `Text  "b"`, `Text  "c"`}},
		{"a backslash makes a line end a paragraph", "a\\\r\nb\\\nc\\\rd",
			[]string{`Text  "a"`, `Word par ""`, `Text  "b"`, `Word par ""`, `Text  "c"`, `Word par ""`, `Text  "d"`}},
		{"hex of both cases", `\'e4\'E4`, []string{`Hex  "\xe4"`, `Hex  "\xe4"`}},
		{"hex cut short is what is there", `\'4x\'x`, []string{`Hex  "\x04"`, `Text  "x"`, `Text  "x"`}},
		{"binary is not looked into", `\bin3 {}\x`, []string{`Word bin3 ""`, `Binary  "{}\\"`, `Text  "x"`}},
		{"binary that is cut off", `\bin9 ab`, []string{`Word bin9 ""`, `Binary  "ab"`}},
		{"binary of no length", `\bin0 a\bin-5 b`, []string{`Word bin0 ""`, `Text  "a"`, `Word bin-5 ""`, `Text  "b"`}},
		{"symbols have no delimiter", `\~ \*`, []string{`Word ~ ""`, `Text  " "`, `Word * ""`}},
		{"a backslash at the end", `a\`, []string{`Text  "a"`}},
		{"groups", `{{}`, []string{`Open  ""`, `Open  ""`, `Close  ""`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, scan(t, strings.NewReader(c.in)))
		})
	}
}

func TestScannerDoesNotDependOnHowItIsFed(t *testing.T) {
	const in = `{\rtf1\ansi{\fonttbl\f0 A;}\pard\'e4\u228?\bin5 {{{}}\b-1\b-x \~}`
	joined := func(list []string) string { // pieces of text put together
		return strings.NewReplacer("\"\nText  \"", "", "\"\nBinary  \"", "").Replace(strings.Join(list, "\n"))
	}
	want := joined(scan(t, strings.NewReader(in)))
	assert.Equal(t, want, joined(scan(t, iotest.OneByteReader(strings.NewReader(in)))))
	assert.Equal(t, want, joined(scan(t, iotest.DataErrReader(strings.NewReader(in)))))
}

func TestScannerReportsReadErrors(t *testing.T) {
	s := rtf.NewScanner(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(`{\rtf1`))))
	_, err := s.Next()
	require.NoError(t, err)
	_, err = s.Next()
	assert.ErrorIs(t, err, iotest.ErrTimeout)
}

// Words of a million letters and binaries of a terabyte cost nothing.
func TestHostileTokensStayBounded(t *testing.T) {
	long := `\` + strings.Repeat("a", 1<<20)
	s := rtf.NewScanner(strings.NewReader(long + `\bin2147483647 x`))
	tok, err := s.Next()
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("a", 32), tok.Name)
	tok, err = s.Next()
	require.NoError(t, err)
	assert.Equal(t, "bin", tok.Name)
	tok, err = s.Next()
	require.NoError(t, err)
	assert.Equal(t, "x", string(tok.Data))
	_, err = s.Next()
	assert.Equal(t, io.EOF, err)
}
