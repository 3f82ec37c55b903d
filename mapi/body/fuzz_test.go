package body_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// fuzzed converts in, and checks what holds of all output.
func fuzzed(t *testing.T, c conversion, in []byte, opts *body.Options) string {
	var b bytes.Buffer
	err := c(&b, bytes.NewReader(in), opts)
	if err != nil {
		require.ErrorIs(t, err, mapi.ErrCorruptData)
	}
	if !utf8.Valid(b.Bytes()) {
		t.Fatalf("%q is no UTF-8", b.Bytes())
	}
	return b.String()
}

func seedHTML(f *testing.F) {
	for _, s := range []string{
		"<html><head><meta charset=koi8-r><style>a{}</style></head><body><p class=MsoNormal>a&nbsp;<b>b</b></p>\r\n<blockquote type=cite>c<ol start=3><li>d<li>e</ol></blockquote>",
		`<table><tr><td>a<td><table><tr><td>b</table><td><pre>c` + "\n\td</pre></table><a href='http://a.b'>x</a>",
		"<script>if (a<b) {}</script><!-- x --><![if !mso]>&amp;&#x20AC;&lt<textarea>\n<p></textarea><plaintext>x",
		"\xFF\xFEa\x00", "a<b<c\r\r\n\n<x \x00\x01{}\\'e4\\u1?>", "<a href=\"mailto:a@b.c\">a@b.c</a><div hidden>x<br><hr><img alt=y>",
	} {
		f.Add([]byte(s))
	}
}

func FuzzTextFromHTML(f *testing.F) {
	seedHTML(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		text := fuzzed(t, body.TextFromHTML, in, &body.Options{MaxDepth: 32, MaxTag: 1 << 10})
		require.LessOrEqual(t, len(text), 200*len(in)+2)
		for _, c := range []byte(text) {
			if c < ' ' && c != '\t' && c != '\r' && c != '\n' {
				t.Fatalf("%q has control characters", text)
			}
		}
	})
}

// What goes into RTF comes out of it as the same bytes. Bytes that are no UTF-8
// become U+FFFD before, and a byte order mark is taken off.
func FuzzHTMLThroughRTF(f *testing.F) {
	seedHTML(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, mark := range []string{"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"} {
			if bytes.HasPrefix(in, []byte(mark)) {
				return
			}
		}
		want := bytes.ToValidUTF8(in, nil)
		var doc bytes.Buffer
		require.NoError(t, body.RTFFromHTML(&doc, bytes.NewReader(want), &body.Options{Codepage: 65001}))
		for _, c := range doc.Bytes() {
			if c >= 0x80 {
				t.Fatalf("%q is not ASCII", doc.Bytes())
			}
		}
		e, err := rtf.NewExtractor(bytes.NewReader(doc.Bytes()), &rtf.Options{Report: func(i rtf.Issue) { t.Fatal(i) }})
		require.NoError(t, err)
		got, err := io.ReadAll(e)
		require.NoError(t, err)
		if !bytes.Equal(want, got) {
			t.Fatalf("%q came out as %q of %s", want, got, doc.Bytes())
		}
	})
}

// Text that became HTML or RTF is the same text again; HTML loses tabs, control
// characters, spaces at ends of lines and how marks of quotes were written.
func FuzzTextThroughHTMLAndRTF(f *testing.F) {
	for _, s := range []string{"a  b\r\n> c\n>> d\n\n -- \nhttp://a.b/c?d=<e>&f", "\ta\r\r\n\n> > >b\n>", " a \x00 \u00A0b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		doc := fuzzed(t, body.RTFFromText, in, nil)
		got := fuzzed(t, body.TextFromRTF, []byte(doc), nil)
		valid := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n", "\x00", "").Replace(strings.ToValidUTF8(string(in), "\uFFFD"))
		if utf8.Valid(in) {
			require.Equal(t, valid, got)
		}
		html := fuzzed(t, body.HTMLFromText, in, nil)
		got = fuzzed(t, body.TextFromHTML, []byte(html), &body.Options{Codepage: 65001, MaxDepth: 1 << 10})
		if utf8.Valid(in) && !bytes.ContainsAny(in, ">\t\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f") &&
			!strings.Contains(string(in), "\u00A0") {
			require.Equal(t, lines(valid), lines(got))
		}
	})
}

func FuzzFromRTF(f *testing.F) {
	f.Add([]byte(rtfStart + `\b a{\i b}\par\trowd\intbl c\cell\row\pard{\field{\*\fldinst HYPERLINK "http://a.b"}{\fldrslt d}}{\pict\pngblip 0102}{\f1\'b7}\objattph}`))
	f.Add([]byte(`{\rtf1\fromtext a\par}`))
	f.Add([]byte(`{\rtf1\fromhtml1{\*\htmltag64 <meta charset=x>}\'e4}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		o := &body.Options{MaxDepth: 8, MaxPicture: 100, Picture: body.DataURI, Attachment: func(int) string { return "<hr>" }}
		text := fuzzed(t, body.TextFromRTF, in, o)
		html := fuzzed(t, body.HTMLFromRTF, in, o)
		require.LessOrEqual(t, len(text), 200*len(in)+2)
		require.LessOrEqual(t, len(html), 1000*len(in)+1000)
	})
}

func FuzzEnriched(f *testing.F) {
	f.Add([]byte("<bold>a<color><param>red</param>b</color></bold>\n\n<nofill>c\n</nofill><<"))
	f.Add([]byte("<Bold>a<nl><lt><comment>b</comment>"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, c := range []conversion{body.HTMLFromEnriched, body.HTMLFromRichtext} {
			html := fuzzed(t, c, in, &body.Options{MaxDepth: 8})
			require.NotContains(t, html, "<script")
			require.Equal(t, strings.Count(html, "<b>"), strings.Count(html, "</b>"))
		}
		fuzzed(t, body.TextFromFlowed, in, &body.Options{DelSp: true})
	})
}
