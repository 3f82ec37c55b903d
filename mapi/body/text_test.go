package body_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/okapi-mail/okapi/mapi/body"
)

// inner is HTML without what stands around its lines.
func inner(html string) string {
	_, html, _ = strings.Cut(html, "<div class=\"PlainText\">\r\n")
	html, _, _ = strings.Cut(html, "</div></body>")
	return strings.NewReplacer("\r\n", "\n", ` style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex"`, "").Replace(html)
}

func TestHTMLFromText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"lines", "a\r\nb\nc\rd", "a<br>\nb<br>\nc<br>\nd<br>\n"},
		{"empty lines", "\n\na\n", "<br>\n<br>\na<br>\n"},
		{"markup is text", `<b>&"x"`, "&lt;b&gt;&amp;&quot;x&quot;<br>\n"},
		{"spaces stay", " a  b   c \n", "&nbsp;a &nbsp;b &nbsp; c&nbsp;<br>\n"},
		{"tabs reach to columns", "a\tb", "a&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; b<br>\n"},
		{"links", "see http://a.b/c?d=1&e=2, (www.x.org) <https://y.z/(1)>. or http://q.r/x).",
			`see <a href="http://a.b/c?d=1&amp;e=2">http://a.b/c?d=1&amp;e=2</a>, (<a href="http://www.x.org">www.x.org</a>) ` +
				`&lt;<a href="https://y.z/(1)">https://y.z/(1)</a>&gt;. or <a href="http://q.r/x">http://q.r/x</a>).` + "<br>\n"},
		{"what is no link", "http:// xhttp://a javascript:x www.", "http:// xhttp://a javascript:x www.<br>\n"},
		{"quotes", "a\n> b\n>> c\n> > d\n>e\nf", "a<br>\n<blockquote type=\"cite\">\nb<br>\n<blockquote type=\"cite\">\nc<br>\nd<br>\n</blockquote>\ne<br>\n</blockquote>\nf<br>\n"},
		{"control characters are left out", "a\x01\x00b", "ab<br>\n"},
		{"bytes that are no UTF-8", "a\xFFb", "a\uFFFDb<br>\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := run(t, body.HTMLFromText, c.in, nil)
			assert.Equal(t, c.want, inner(got))
			assert.Contains(t, got, `charset=utf-8"`)
		})
	}
}

func TestHTMLIsWrittenInTheCodepage(t *testing.T) {
	html := run(t, body.HTMLFromText, "äЖ日", &body.Options{Codepage: 1252})
	assert.Contains(t, html, "charset=windows-1252")
	assert.Contains(t, html, "\xE4&#1046;&#26085;<br>")
	assert.Contains(t, run(t, body.HTMLFromText, "ä", &body.Options{Codepage: 20127}), "&#228;<br>")
	assert.Contains(t, run(t, body.HTMLFromText, "日", &body.Options{Codepage: 50220}), "charset=utf-8", "a charset with shifts is not written")
	assert.Contains(t, run(t, body.HTMLFromText, "日", &body.Options{Codepage: 932}), "\x93\xFA<br>")
}

func TestLongLinesAreOneLine(t *testing.T) {
	in := "> " + strings.Repeat("wörd ", 60_000)
	got := run(t, body.HTMLFromText, in, nil)
	assert.Equal(t, 1, strings.Count(got, "<br>"))
	assert.Equal(t, 60_000, strings.Count(got, "wörd"))
	assert.Equal(t, 0, strings.Count(run(t, body.HTMLFromText, strings.Repeat("ö", 100_000), nil), "\uFFFD"))
}

func TestFlowedText(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		delSp          bool
	}{
		{"lines that end with a space go on", "a \nb\nc", "a b\nc\n", false},
		{"without the space when it says so", "日 \n本\n", "日本\n", true},
		{"stuffing is taken off", " > a\n From b\n", "> a\nFrom b\n", false},
		{"quotes", ">> a \n>> b\n> c\n", ">> a b\n> c\n", false},
		{"a change of depth ends a paragraph", "> a \nb\n", "> a \nb\n", false},
		{"signatures are lines", "a \n-- \nb \nc", "a \n-- \nb c\n", false},
		{"the last line may flow into nothing", "a ", "a \n", false},
		{"a mark of a quote alone, at the end", "a\n>", "a\n>\n", false},
		{"a quote that begins with nothing", ">  \n> a\n>", ">  a\n>\n", false},
		{"the same without the space", ">  \n> a\n", "> a\n", true},
		{"empty lines stay", "a\n\n>\nb", "a\n\n>\nb\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := run(t, body.TextFromFlowed, c.in, &body.Options{DelSp: c.delSp})
			assert.Equal(t, c.want, strings.ReplaceAll(got, "\r\n", "\n"))
		})
	}
	assert.Equal(t, "a b<br>\n", inner(run(t, body.HTMLFromText, "a \nb", &body.Options{Flowed: true})))
}

// bodyOf is what stands in the body element.
func bodyOf(html string) string {
	_, html, _ = strings.Cut(html, "<body>")
	html, _, _ = strings.Cut(html, "</body>")
	return strings.ReplaceAll(html, "\r\n", "\n")
}

func TestEnriched(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"line ends fold, the others stay", "a\nb\n\nc\n\n\nd", "a\nb<br>\nc<br>\n<br>\nd"},
		{"commands", "<bold>a<italic>b</italic></bold><underline>c</underline><fixed>d</fixed>", "<b>a<i>b</i></b><u>c</u><tt>d</tt>"},
		{"nested wrongly", "<bold>a<italic>b</bold>c</italic>", "<b>a<i>b</i></b>c"},
		{"parameters", "<color><param>red</param>a</color><color><param>FFFF,0000,8080</param>b</color><fontfamily><param>Times New</param>c</fontfamily>",
			`<font color="red">a</font><font color="#ff0080">b</font><font face="Times New">c</font>`},
		{"parameters cannot add markup", `<color><param>"><script></param>a</color>`, "a"},
		{"paragraphs", "<center>a</center><flushright>b</flushright><paraindent><param>left,left</param>c</paraindent><excerpt>d</excerpt>",
			`<div align="center">a</div><div align="right">b</div><div style="margin-left:4em;margin-right:0em">c</div><blockquote type="cite">d</blockquote>`},
		{"sizes", "<bigger>a</bigger><smaller>b</smaller><flushleft>c</flushleft><flushboth>d</flushboth>",
			`<big>a</big><small>b</small><div align="left">c</div><div align="justify">d</div>`},
		{"nofill", "<nofill>a\n b\n</nofill>c", "a<br>\n&nbsp;b<br>\nc"},
		{"a sign", "a << b > c & < d", "a &lt; b &gt; c &amp; &lt; d"},
		{"unknown commands", "<x-foo>a</x-foo></bar>", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, bodyOf(run(t, body.HTMLFromEnriched, c.in, nil)))
		})
	}
}

func TestRichtext(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"line ends are spaces", "a\nb\n\nc<nl>d", "a\nb\nc<br>\nd"},
		{"commands", "<Bold>a</Bold><smaller>b</smaller><superscript>c</superscript>", "<b>a</b><small>b</small><sup>c</sup>"},
		{"paragraphs", "<indent>a</indent><indentright>b</indentright><paragraph>c</paragraph><center>d</center>",
			`<div style="margin-left:2em">a</div><div style="margin-right:2em">b</div><div>c</div><div align="center">d</div>`},
		{"a sign", "a <lt> b", "a &lt; b"},
		{"comments", "a<comment>no<bold>no</bold></comment>b", "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, bodyOf(run(t, body.HTMLFromRichtext, c.in, nil)))
		})
	}
}
