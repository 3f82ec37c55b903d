package rtf_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

func extract(t testing.TB, in string) (string, rtf.Origin) {
	e, err := rtf.NewExtractor(strings.NewReader(in), nil)
	require.NoError(t, err)
	var b bytes.Buffer
	n, err := e.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, int64(b.Len()), n)
	e, err = rtf.NewExtractor(iotest.OneByteReader(strings.NewReader(in)), nil)
	require.NoError(t, err)
	again, err := io.ReadAll(iotest.OneByteReader(e))
	require.NoError(t, err)
	require.Equal(t, b.String(), string(again), "byte by byte")
	return b.String(), e.Origin()
}

func TestOrigin(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     rtf.Origin
	}{
		{"HTML", `{\rtf1\ansi\ansicpg1252\fromhtml1 x}`, rtf.FromHTML},
		{"text", `{\rtf1\ansi\fromtext x}`, rtf.FromText},
		{"neither", `{\rtf1\ansi x}`, rtf.FromRTF},
		{"too late", `{\rtf1\a\b\c\d\e\f\g\h\fromhtml1 x}`, rtf.FromRTF},
		{"just in time", `{\rtf1\a\b\c\d\e\f\g\fromhtml1 x}`, rtf.FromHTML},
		{"behind text", `{\rtf1 x\fromhtml1}`, rtf.FromRTF},
		{"behind a group", `{\rtf1{\b}\fromhtml1}`, rtf.FromRTF},
		{"switched off", `{\rtf1\fromhtml0}`, rtf.FromRTF},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := extract(t, c.in)
			assert.Equal(t, c.want, got)
		})
	}
	_, err := rtf.NewExtractor(strings.NewReader("no rtf"), nil)
	assert.ErrorIs(t, err, mapi.ErrCorruptData)
}

func TestHTMLComesOutAsItWentIn(t *testing.T) {
	const head = `{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset161 B;}}{\colortbl;\red0;}\uc1\pard\plain `
	for _, c := range []struct{ name, in, want string }{
		{"tags and text", `{\*\htmltag64 <p>}text{\*\htmltag72 </p>}`, "<p>text</p>"},
		{"what is only for RTF stays there", `\htmlrtf {\b no\htmlrtf0 yes\htmlrtf }\htmlrtf0 yes`, "yesyes"},
		{"the state of a group ends with it", `{\htmlrtf no}yes{\htmlrtf1 no{no\htmlrtf0 yes}no}`, "yesyes"},
		{"fonts count also where they are only for RTF", `\htmlrtf {\f1\htmlrtf0 \'e1\htmlrtf }\htmlrtf0 \'e1`, "αб"},
		{"tags are in the code page of the document", `{\f1{\*\htmltag84 \'e1}\'e1}`, "бα"},
		{"ends of lines, tabs, braces", `{\*\htmltag241 a\par \tab \{\}\\\line b}\par\tab c`, "a\r\n\t{}\\\r\nb\r\n\tc"},
		{"characters by their names", `\lquote\rquote\ldblquote\rdblquote\bullet\endash\emdash\~\_`,
			"&lsquo;&rsquo;&ldquo;&rdquo;&bull;&ndash;&mdash;&nbsp;&shy;"},
		{"other destinations are left out", `{\*\mhtmltag84 no}{\*\unknown no{no}}{\pntext no\tab}{\stylesheet no}{\info{\title no}}yes`, "yes"},
		{"a star inside of a group means nothing", `{\b\*\cs7 yes}`, "yes"},
		{"unknown words are left out", `\unknown7 yes{\unknown yes}`, "yesyes"},
		{"line ends of the file are nothing", "{\\*\\htmltag64\r\n<p\r\n>}a\r\nb", "<p>ab"},
		{"markup in the text is not touched", `1 < 2 & 3`, "1 < 2 & 3"},
		{"Unicode", `\u8364?{\*\htmltag \u-10179?\u-8704?}`, "€😀"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, origin := extract(t, head+c.in+"}")
			assert.Equal(t, rtf.FromHTML, origin)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestTextComesOutAsItWentIn(t *testing.T) {
	got, origin := extract(t, `{\rtf1\ansi\fromtext{\fonttbl{\f0 Arial;}}\pard a\tab\{\lquote\~\par\htmlrtf {\*\htmltag no}b\line\b c\'e4\par}`)
	assert.Equal(t, rtf.FromText, origin)
	assert.Equal(t, "a\t{‘\u00A0\r\nb\r\ncä\r\n", got)
}

func TestWriterIsRead(t *testing.T) {
	var b bytes.Buffer
	w := rtf.NewWriter(&b, rtf.FromHTML)
	w.Tag(rtf.TagP, []byte("<p\r\n\n\rä😀{}\\\x00\x01>"))
	w.Control(`\b`)
	w.Text([]byte("text ä\r"))
	w.Text([]byte("\nb\nc"))
	w.Shown([]byte("no"))
	w.Control(`\b0`)
	w.Tag(rtf.TagP|rtf.TagClose, []byte("</p>"))
	require.NoError(t, w.Close())
	for _, c := range b.Bytes() {
		require.Less(t, c, byte(0x80), "a document is ASCII")
	}
	got, _ := extract(t, b.String())
	assert.Equal(t, "<p\r\n\n\rä😀{}\\\x00\x01>text ä\r\nb\r\nc</p>", got)
}

// Every document of the corpus is read to its end without a complaint.
func TestCorpusIsExtracted(t *testing.T) {
	html, text, other := 0, 0, 0
	for _, f := range documents(t) {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		e, err := rtf.NewExtractor(bytes.NewReader(data), &rtf.Options{Report: func(i rtf.Issue) { t.Errorf("%s: %v", f, i) }})
		require.NoError(t, err, f)
		out, err := io.ReadAll(e)
		require.NoError(t, err, f)
		assert.True(t, utf8.Valid(out), f)
		assert.NotContains(t, string(out), "\uFFFD", f)
		switch e.Origin() {
		case rtf.FromHTML:
			html++
			s := strings.ToLower(string(out))
			assert.Equal(t, 1, strings.Count(s, "<html"), f)
			assert.True(t, strings.HasSuffix(strings.TrimSpace(s), "</html>"), f)
		case rtf.FromText:
			text++
		default:
			other++
		}
	}
	t.Logf("%d of HTML, %d of text, %d of neither", html, text, other)
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg932\fromhtml1 {\fonttbl{\f0\fcharset128 A;}}{\*\htmltag64 <p>}\f0\'93\'fa\u8364?{\upr{a}{\*\ud{b}}}\htmlrtf{\b\htmlrtf0 x}\bin3 abc}`))
	f.Add([]byte(`{\rtf1\fromtext\uc2 a\u-10179\'3f\'3f\u-8704 ??\par}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		e, err := rtf.NewExtractor(bytes.NewReader(in), &rtf.Options{MaxDepth: 16})
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
			return
		}
		out, err := io.ReadAll(e)
		require.NoError(t, err)
		require.LessOrEqual(t, len(out), 8*len(in))
		if !utf8.Valid(out) {
			t.Fatalf("%q is no UTF-8", out)
		}
	})
}

// Tokens written again are the same tokens.
func FuzzScanner(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi \'e4\u228?\bin3 {}\\\{\~\*-x}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		first := scan(t, bytes.NewReader(in))
		for _, s := range first {
			if len(s) > 4*len(in)+32 {
				t.Fatal("longer than the document")
			}
		}
		require.LessOrEqual(t, len(first), len(in))
	})
}
