package rfc822_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
)

// flowed writes a text as format=flowed, and returns the mail and the lines of its body.
func flowed(t testing.TB, text string) (mail []byte, lines string) {
	t.Helper()
	msg := &mapi.Message{}
	props.PidTagBody.Set(msg, text)
	var out bytes.Buffer
	require.NoError(t, rfc822.Encode(&out, msg, &rfc822.EncodeOptions{Flowed: true}))
	if text != "" {
		require.Contains(t, out.String(), "format=flowed")
	}
	kept := bytes.Replace(out.Bytes(), []byte("; format=flowed"), nil, 1) // reads the lines as they are
	lines, _ = body(t, decodeBytes(t, kept))
	return out.Bytes(), lines
}

func TestTextIsWrittenFlowed(t *testing.T) {
	long := "The okapi is the only other living member of the family Giraffidae, and was known to the ancient Egyptians."
	for _, tc := range []struct{ name, text, want string }{
		{"short", "Hello\r\nthere\r\n", "Hello\r\nthere\r\n"},
		{"a paragraph", long + "\r\n", "The okapi is the only other living member of the family Giraffidae, \r\nand was known to the ancient Egyptians.\r\n"},
		{"a quote", "> " + long + "\r\n", "> The okapi is the only other living member of the family Giraffidae, \r\n> and was known to the ancient Egyptians.\r\n"},
		{"a quote of a quote", ">> a\r\n> b\r\n>\r\nc\r\n", ">> a\r\n> b\r\n>\r\nc\r\n"},
		{"what only begins with the sign", ">a\r\n>>\tb\r\n", " >a\r\n >>\tb\r\n"},
		{"begins that need a blank", " a\r\nFrom b\r\nFromage\r\n", "  a\r\n From b\r\nFromage\r\n"},
		{"a line that would begin so", strings.Repeat("abcdefghi ", 7) + "From here\r\n", strings.Repeat("abcdefghi ", 7) + "\r\n From here\r\n"},
		{"blanks at the end", "a  \r\nb \r\n", "a\r\nb\r\n"},
		{"the signature", "a\r\n-- \r\nAda\r\n", "a\r\n-- \r\nAda\r\n"},
		{"a quoted signature", "> -- \r\n> Ada\r\n", "> -- \r\n> Ada\r\n"},
		{"no signature", "-- " + strings.Repeat("x", 80) + " y\r\n", "-- " + strings.Repeat("x", 80) + " \r\ny\r\n"},
		{"a URL stays whole", "see https://example.org/" + strings.Repeat("okapi/", 14) + " there\r\n", "see \r\nhttps://example.org/" + strings.Repeat("okapi/", 14) + " \r\nthere\r\n"},
		{"no end of line", "a\r\nb", "a\r\nb"},
		{"LF", "a\nb\n", "a\r\nb\r\n"},
		{"CR alone", strings.Repeat("x", 70) + " \rb\r", strings.Repeat("x", 70) + "\r\nb\r\n"},
		{"empty lines", "\r\n\r\na\r\n\r\n", "\r\n\r\na\r\n\r\n"},
	} {
		mail, lines := flowed(t, tc.text)
		assert.Equal(t, tc.want, lines, tc.name)
		assert.NotContains(t, string(mail), "delsp", tc.name)
	}
}

func TestEastAsianTextFlowsWithoutBlanks(t *testing.T) {
	text := strings.Repeat("オカピはキリン科の動物", 12) + " okapi " + strings.Repeat("です", 20) + "\r\n-- \r\n> 短い\r\n"
	mail, lines := flowed(t, text)
	assert.Contains(t, string(mail), "delsp=yes")
	for line := range strings.Lines(lines) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 74)
	}
	plain, _ := body(t, decodeBytes(t, mail))
	assert.Equal(t, text, plain)
}

// whatFlowedKeeps is a text without the blanks that format=flowed cannot have.
func whatFlowedKeeps(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		s, end := strings.CutSuffix(line, "\n")
		if quote.ReplaceAllString(s, "") != "-- " {
			s = strings.TrimRight(s, " ")
		}
		out.WriteString(s)
		if end {
			out.WriteString("\n")
		}
	}
	return out.String()
}

var quote = regexp.MustCompile(`^>{1,20} `)

func FuzzFlowed(f *testing.F) {
	for _, s := range []string{"a \n>b\n> c\n", "> -- \n-- \n", strings.Repeat("a ", 100), strings.Repeat("日本", 100), ">>>> >> a\n", strings.Repeat(">", 50) + " " + strings.Repeat("b ", 50), "From \n From\n", "-- " + strings.Repeat("x", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00") || text == "" {
			return
		}
		text += "\n"
		mail, _ := flowed(t, text)
		got, _ := body(t, decodeBytes(t, mail))
		require.Equal(t, strings.TrimRight(whatFlowedKeeps(text), "\n"), strings.TrimRight(strings.ReplaceAll(got, "\r\n", "\n"), "\n"))
		require.Less(t, len(mail), 4*len(text)*3+2000, "linear")
	})
}
