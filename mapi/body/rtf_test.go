package body_test

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

const rtfStart = `{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}{\f1\fcharset2 Symbol;}{\f2\fcharset2 Wingdings;}{\f3 "Evil'<x>;}}{\colortbl;\red255\green0\blue0;\red0\green128\blue255;}`

func TestHTMLFromRTF(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", `a\par b\par`, `<p>a</p><p>b</p>`},
		{"an empty paragraph", `a\par\par b`, `<p>a</p><p>&nbsp;</p><p>b</p>`},
		{"the last one need not end", `a`, `<p>a</p>`},
		{"alignment and indentation", `\pard\qc a\par\pard\qr\li720\fi-360 b\par\pard\rtlpar c\par`,
			`<p style="text-align:center">a</p><p style="text-align:right;margin-left:36pt;text-indent:-18pt">b</p><p dir="rtl">c</p>`},
		{"characters", `{\b a{\i b}}{\ul c}{\strike d}{\super e}{\sub f}g`, `<p><b>a</b><b><i>b</i></b><u>c</u><s>d</s><sup>e</sup><sub>f</sub>g</p>`},
		{"switched off", `\b a\b0 b\ul c\ulnone d\i e\plain f`, `<p><b>a</b>b<u>c</u>d<i>e</i>f</p>`},
		{"size and colours", `{\fs28 a}{\cf1 b}{\highlight2 c}{\cf9 d}`,
			`<p><span style="font-size:14pt">a</span><span style="color:#ff0000">b</span><span style="background:#0080ff">c</span>d</p>`},
		{"hidden text", `a{\v no}b`, `<p>ab</p>`},
		{"lines and tabs", `a\line b\tab c`, "<p>a<br>b&nbsp;&nbsp;&nbsp; c</p>"},
		{"spaces stay", `a  b`, `<p>a &nbsp;b</p>`},
		{"markup is text", `<b>&`, `<p>&lt;b&gt;&amp;</p>`},
		{"special characters", `\lquote\rquote\emdash\~\bullet`, "<p>‘’—\u00A0•</p>"},
		{"symbols", `{\f1 a\'b7\u61623?}{\f2 J}`, "<p>α••</p><p>☺</p>"},
		{"links", `{\field{\*\fldinst{HYPERLINK "http://a.b/?c&d" \\o "tip"}}{\fldrslt{\ul\cf1 text}}}x`,
			`<p><a href="http://a.b/?c&amp;d"><span style="color:#ff0000">text</span></a>x</p>`},
		{"links that lead nowhere", `{\field{\*\fldinst HYPERLINK \\l "mark"}{\fldrslt a}}{\field{\*\fldinst HYPERLINK "javascript:x"}{\fldrslt b}}{\field{\*\fldinst PAGE}{\fldrslt 1}}`, `<p>ab1</p>`},
		{"lists as their text", `{\listtext 1.\tab}a\par{\pntext\f1\'b7\tab}b\par`, "<p>1.&nbsp;&nbsp;&nbsp; a</p><p>•&nbsp;&nbsp;&nbsp; b</p>"},
		{"paragraphs whose number comes before their form", `\pard\intbl{\listtext\pard\plain 1.}\li720 a\cell\row\pard b`,
			`<table><tr><td><p style="margin-left:36pt">1.a</p></td></tr></table><p>b</p>`},
		{"tables", `\trowd\cellx1\cellx2\pard\intbl a\cell b\par c\cell\row\trowd\intbl d\cell\cell\row\pard e\par`,
			`<table><tr><td><p>a</p></td><td><p>b</p><p>c</p></td></tr><tr><td><p>d</p></td><td></td></tr></table><p>e</p>`},
		{"other parts are not shown", `{\header no}{\footnote no}{\*\bkmkstart no}{\info{\author no}}{\stylesheet{no;}}a`, `<p>a</p>`},
		{"embedded objects as their picture", `{\object\objemb{\*\objdata 0123}{\result a}}`, `<p>a</p>`},
		{"attributes cannot be left", `\f3 a`, `<p><span style="font-family:'Evilx'">a</span></p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := bodyOf(run(t, body.HTMLFromRTF, rtfStart+c.in+"}", nil))
			got = strings.NewReplacer("\n", "", `<p style="margin:0"`, "<p", `<p style="margin:0;`, `<p style="`, ` border="0" cellspacing="0" cellpadding="4"`, "", ` valign="top"`, "",
				`<span style="font-family:'Arial'">`, "<A>", `font-family:'Arial';`, "").Replace(got)
			assert.Equal(t, spans(c.want), spans(got))
		})
	}
}

// spans takes the default font out: elements that say nothing else.
func spans(s string) string {
	for {
		i := strings.Index(s, "<A>")
		if i < 0 {
			return strings.NewReplacer("</p><p>☺", "☺").Replace(s)
		}
		rest := s[i+3:]
		j := strings.Index(rest, "</span>")
		s = s[:i] + rest[:j] + rest[j+len("</span>"):]
	}
}

func TestTextFromRTF(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs and lines", `a\par b\line c`, "a\nb\nc"},
		{"lists, symbols, special characters", `{\pntext\f1\'b7\tab}a\emdash\par`, "•\ta—\n"},
		{"tables", `\trowd\intbl a\cell b\cell\row\pard c`, "a\tb\nc"},
		{"links", `{\field{\*\fldinst HYPERLINK "http://a.b"}{\fldrslt text}} {\field{\*\fldinst HYPERLINK "mailto:a@b.c"}{\fldrslt a@b.c}}`, "text <http://a.b> a@b.c"},
		{"hidden text and pictures", `a{\v no}{\pict\pngblip 0123}{\*\shppict{\pict 0123}}b`, "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, strings.ReplaceAll(run(t, body.TextFromRTF, rtfStart+c.in+"}", nil), "\r\n", "\n"))
		})
	}
	assert.Equal(t, "a\tb\r\n", run(t, body.TextFromRTF, `{\rtf1\fromtext a\tab b\'00\par}`, nil))
	assert.Equal(t, "a\r\n\r\nb\r\n", run(t, body.TextFromRTF, `{\rtf1\fromhtml1{\*\htmltag64 <p>}a{\*\htmltag72 </p>}{\*\htmltag64 <p>}b}`, nil))
}

func TestPicturesAndAttachmentsOfRTF(t *testing.T) {
	dib := make([]byte, 44)
	dib[0], dib[14] = 40, 24
	in := rtfStart + `a{\pict\pngblip\picwgoal1440\pichgoal720\picscalex50 89504e47}{\nonshppict{\pict\wmetafile8 01}}` +
		`{\*\shppict{\pict{\*\picprop{\sn x}}\jpegblip\bin3 ` + "\x01{}" + `}}{\pict\dibitmap0 ` + hex.EncodeToString(dib) + `}{\pict\pngblip ` + strings.Repeat("00", 100) + `}b{\objattph\'20}{\objattph\'20}}`
	var pictures []body.Picture
	var issues []body.Issue
	o := &body.Options{
		MaxPicture: 99,
		Picture:    func(p body.Picture) string { pictures = append(pictures, p); return "cid:" + p.Type },
		Attachment: func(n int) string { return []string{"<i>0</i>", "<i>1</i>"}[n] },
		Report:     func(i body.Issue) { issues = append(issues, i) },
	}
	var b strings.Builder
	require.NoError(t, body.HTMLFromRTF(&b, strings.NewReader(in), o))
	require.Len(t, pictures, 3)
	assert.Equal(t, body.Picture{Type: "image/png", Data: []byte("\x89PNG"), Width: 720, Height: 720}, pictures[0])
	assert.Equal(t, body.Picture{Type: "image/jpeg", Data: []byte("\x01{}")}, pictures[1])
	assert.Equal(t, "image/bmp", pictures[2].Type)
	assert.Equal(t, "BM", string(pictures[2].Data[:2]))
	assert.Equal(t, body.DataURI(pictures[0]), "data:image/png;base64,iVBORw==")
	assert.Empty(t, body.DataURI(body.Picture{Type: "image/x-wmf"}))
	assert.Contains(t, b.String(), `<img src="cid:image/png" width="48" height="48">`)
	assert.Contains(t, b.String(), `<i>0</i>`)
	assert.Contains(t, b.String(), `<i>1</i>`)
	require.Len(t, issues, 1)
	assert.Equal(t, body.RulePicture, issues[0].Rule)
}

func TestWhatIsNoRTFIsRefused(t *testing.T) {
	assert.ErrorIs(t, body.TextFromRTF(io.Discard, strings.NewReader("text"), nil), mapi.ErrCorruptData)
	assert.ErrorIs(t, body.HTMLFromRTF(io.Discard, strings.NewReader(""), nil), mapi.ErrCorruptData)
}

func TestHTMLInRTFNamesItsCharset(t *testing.T) {
	const in = `{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag161 <meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">}\'e4\u26085?}`
	assert.Equal(t, `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">ä日`, run(t, body.HTMLFromRTF, in, nil))
	assert.Equal(t, `<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">`+"\xE4&#26085;", run(t, body.HTMLFromRTF, in, &body.Options{Codepage: 1252}))
	assert.Equal(t, `<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">`+"&#228;&#26085;", run(t, body.HTMLFromRTF, in, &body.Options{Codepage: 20866}))
}

// rendered is what a reader of RTF that knows nothing of HTML shows of a document.
func rendered(t testing.TB, doc string) string {
	doc = strings.Replace(doc, `\fromhtml1 `, "", 1)
	return strings.ReplaceAll(run(t, body.TextFromRTF, doc, nil), "\r\n", "\n")
}

func TestRTFFromHTML(t *testing.T) {
	for _, c := range []struct{ name, in, shown string }{
		{"paragraphs", "<html><head><title>no</title></head>\r\n<body>\r\n<p>a</p>\r\n<p>b <b>c</b></p></body></html>", "a\nb c\n"},
		{"entities and white space", "<P\nclass=x>a&nbsp;&amp;\r\n\tb&unknown; &lt</P>", "a\u00A0& b&unknown; <\n"},
		{"names of any case, lone line ends", "<DIV>a<BR>b</DIV>\n\r<Pre>c\n d</pre>", "a\nb\nc\n d\n"},
		{"scripts, styles and comments", "<style>p {x: '\\'}</style><script>if (a<b) {}</script><!-- \\{} -->a", "a"},
		{"beyond ASCII", "ä日😀\u0085<a title='日'>", "ä日😀\u0085"},
		{"cells", "<table><tr><td>a</td><td>b</td></tr></table>", "a\tb\t\n"},
		{"unfinished tags", "a<b<c", "a"},
		{"control characters", "a\x01\x00b", "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := run(t, body.RTFFromHTML, c.in, nil)
			e, err := rtf.NewExtractor(strings.NewReader(doc), nil)
			require.NoError(t, err)
			got, err := io.ReadAll(e)
			require.NoError(t, err)
			assert.Equal(t, c.in, string(got))
			assert.Equal(t, c.shown, rendered(t, doc))
		})
	}
}

func TestRTFFromText(t *testing.T) {
	const in = "a\tb{}\\\r\n\nä日😀 c\r"
	doc := run(t, body.RTFFromText, in, nil)
	assert.Equal(t, rtf.FromText, rtf.OriginOf([]byte(doc)))
	assert.Equal(t, "a\tb{}\\\r\n\r\nä日😀 c\r\n", run(t, body.TextFromRTF, doc, nil))
	long := strings.Repeat("日", 50_000)
	assert.Equal(t, long, run(t, body.TextFromRTF, run(t, body.RTFFromText, long, nil), nil))
}
