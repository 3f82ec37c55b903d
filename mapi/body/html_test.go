package body_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/body"
)

type conversion func(io.Writer, io.Reader, *body.Options) error

// run converts in, also byte by byte.
func run(t testing.TB, c conversion, in string, opts *body.Options) string {
	t.Helper()
	var b, again bytes.Buffer
	require.NoError(t, c(&b, strings.NewReader(in), opts))
	require.NoError(t, c(&again, iotest.OneByteReader(strings.NewReader(in)), opts))
	require.Equal(t, b.String(), again.String(), "byte by byte")
	return b.String()
}

func TestTextFromHTML(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing is nothing", "", ""},
		{"white space folds", " a \r\n\t b<b> c</b> <i> d </i>e ", "a b c d e\n"},
		{"blocks begin lines", "<div>a</div><div>b<div>c</div></div>d", "a\nb\nc\nd\n"},
		{"paragraphs have an empty line between", "<p>a</p><p>b<p>c", "a\n\nb\n\nc\n"},
		{"those of Outlook have none", "<p class=MsoNormal>a</p><p class='MsoListParagraph'>b</p>", "a\nb\n"},
		{"nor those without margins", `<p style="margin:0cm 0cm 8pt">a</p><p style="margin:0cm;margin-bottom:.0001pt">b</p><p style="margin-top:0">c</p>`, "a\nb\n\nc\n"},
		{"an empty paragraph of Outlook is an empty line", "<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>", "a\n\n\nb\n"},
		{"headings", "<h1>a</h1>b<h2>c</h2>", "a\n\nb\n\nc\n"},
		{"breaks", "a<br>b<br/><br>c</br>d", "a\nb\n\nc\nd\n"},
		{"a break at the end of a block is none", "<div>a<br></div><div>b</div>", "a\nb\n"},
		{"a block with a break is an empty line", "<div>a</div><div><br></div><div>b</div>", "a\n\nb\n"},
		{"empty lines at the begin stay when they are said", "<div><br></div>a", "\na\n"},
		{"spaces that do not break", "a&nbsp;&nbsp; b&#160;", "a   b\n"},
		{"they indent", "<div>&nbsp; a</div>", "  a\n"},
		{"entities", "&lt;&amp;&gt;&quot;&euro;&#8364;&#x20AC;&unknown;&amp;lt;", "<&>\"€€€&unknown;&lt;\n"},
		{"rules", "a<hr>b", "a\n________________________________\nb\n"},
		{"images are their text", `a <img src=x alt="b  c"><img alt=""> d`, "a b c d\n"},
		{"scripts, styles, titles and comments are not shown",
			"<head><title>no</title><style>no</style></head><body><script>if (a < b) no</script>a<!-- no --><![if !mso]>b<![endif]>", "ab\n"},
		{"hidden elements are not shown", `<div style="display:none">no<div>no</div></div><span hidden>no</span><p style='mso-hide:all'>no<p>a<span style="DISPLAY: none !important">no<span>no</span>no</span>b`, "ab\n"},
		{"pre keeps white space", "<pre>\n a\tb\r\n\r\n  c</pre>d", " a\tb\n\n  c\n\nd\n"},
		{"so does a style that says so", `<div style="white-space:pre-wrap">a  b
c</div>`, "a  b\nc\n"},
		{"links", `<a href="https://example.org/x?a=1&amp;b=2">here</a>.`, "here <https://example.org/x?a=1&b=2>.\n"},
		{"links that say their URL", `<a href="https://www.example.org/">example.org</a> <a href="mailto:a@b.c">a@b.c</a> <a href="http://a.b/c%20d">http://a.b/c d</a>`, "example.org a@b.c http://a.b/c d\n"},
		{"links that lead nowhere", `<a href="#x">a</a> <a name=y>b</a> <a href="javascript:x">c</a> <a href="cid:1">d</a> <a href="/rel">e</a>`, "a b c d e\n"},
		{"links of images", `<a href="http://a.b"><img src=x></a>`, "<http://a.b>\n"},
		{"lists", "<p>a</p><ul><li>b<li>c<p>d</p></ul>e", "a\n\n* b\n* c\n\n  d\n\ne\n"},
		{"lists in lists", "<ul><li>a<ul><li>b<li>c</ul><li>d</ul>", "* a\n  * b\n  * c\n* d\n"},
		{"numbered lists", `<ol start=9><li>a<li>b<li value=20>c</ol><ol type=a><li>a<li>b</ol><ol type=I><li>a<li>b<br>c</ol>`,
			"9. a\n10. b\n20. c\n\na. a\nb. b\n\nI. a\nII. b\n    c\n"},
		{"definitions", "<dl><dt>a<dd>b<dd>c<dt>d</dl>", "a\n    b\n    c\nd\n"},
		{"quotes", "a<blockquote>b<blockquote><p>c</p><p>d</p></blockquote></blockquote>e", "a\n\n> b\n>\n> > c\n> >\n> > d\n\ne\n"},
		{"quotes of mails follow at once", "On Monday:<blockquote type=cite>b<br><br>c</blockquote>e", "On Monday:\n> b\n>\n> c\ne\n"},
		{"tables row by row", "<table><tr><th>a<th>b<tr><td>1</td><td>2</td></tr></table>c", "a\tb\n1\t2\nc\n"},
		{"cells with blocks", "<table><tr><td><p>a</p></td><td><div>b</div></td><td></td><td>d</td></tr></table>", "a\tb\t\td\n"},
		{"tables that are layout", "<table><tr><td width=10></td><td><table><tr><td>a</td></tr><tr><td>b</td></tr></table></td></tr></table>", "a\nb\n"},
		{"tags of other tables end nothing", "<table><tr><td>a<table><tr><td>b</td></tr></table>c</td><td>d</td></tr></table>", "a\nb\nc\td\n"},
		{"q", "a <q>b</q> c", "a “b” c\n"},
		{"tags that are not closed", "a<b>b<i", "ab\n"},
		{"ends of what never began", "</div>a</b></p>b</table>", "a\n\nb\n"},
		{"names of any case", "<P CLASS=MsoNormal>A</P><BR>b", "A\n\nb\n"},
		{"control characters are left out", "a\x01\x00b&#1;", "ab\n"},
		{"bytes that are no UTF-8 are windows-1252", "caf\xe9 \x80", "café €\n"},
		{"a byte order mark", "\xEF\xBB\xBFa", "a\n"},
		{"UTF-16", "\xFF\xFE<\x00p\x00>\x00a\x00\xAC\x20", "a€\n"},
		{"a meta element", `<meta http-equiv=Content-Type content="text/html; charset=koi8-r">` + "\xC1", "а\n"},
		{"the other meta element", "<meta charset='windows-1251'>\xE0", "а\n"},
		{"a meta element cannot say UTF-16", "<meta charset='utf-16'>\xC3\xA4", "ä\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, strings.ReplaceAll(run(t, body.TextFromHTML, c.in, nil), "\r\n", "\n"))
		})
	}
}

func TestCodepageOfHTMLIsBelievedRatherThanItsMeta(t *testing.T) {
	in := "<meta charset=utf-8>\xE0"
	assert.Equal(t, "а\r\n", run(t, body.TextFromHTML, in, &body.Options{Codepage: 1251}))
	assert.Equal(t, "a\r\n", run(t, body.TextFromHTML, "\xEF\xBB\xBFa", &body.Options{Codepage: 1251}))
	assert.Equal(t, "日\r\n", run(t, body.TextFromHTML, "\x1b$BF|\x1b(B", &body.Options{Codepage: 50220}))
	assert.Equal(t, "ä\r\n", run(t, body.TextFromHTML, "\xE4\x00", &body.Options{Codepage: 1200}))
	assert.Equal(t, "ä\r\n", run(t, body.TextFromHTML, "ä", &body.Options{Codepage: 1200}), "said to be UTF-16 but without a NUL")
	assert.Equal(t, "ä\r\n", run(t, body.TextFromHTML, "\xE4", &body.Options{Codepage: 4711}), "one that nobody knows")
}

// Elements, links, cells and attributes without number stay bounded.
func TestHostileHTMLStaysBounded(t *testing.T) {
	for name, piece := range map[string]string{
		"div": "<div>", "blockquote": "<blockquote>a", "ul": "<ul><li>a", "a": `<a href="http://a.b">x`,
		"td": "<td>", "table": "<table><tr><td>", "end": "</b>", "span": "<span hidden>", "br": "<br>", "nbsp": "&nbsp;",
		"p": "<p>", "pre": "<pre>\n", "font": "<b><i><font>x",
	} {
		t.Run(name, func(t *testing.T) {
			in := io.LimitReader(&repeat{s: piece}, 1<<20)
			out := &count{}
			require.NoError(t, body.TextFromHTML(out, in, nil))
			assert.Less(t, out.n, int64(64<<20))
		})
	}
}

func TestLongTagsAreLeftOut(t *testing.T) {
	var issues []body.Issue
	o := &body.Options{MaxTag: 4096, Report: func(i body.Issue) { issues = append(issues, i) }}
	in := "a<img src='" + strings.Repeat("x", 10000) + "'>b<p>" + strings.Repeat("c ", 5000)
	assert.Equal(t, "ab\r\n\r\n"+strings.TrimSpace(strings.Repeat("c ", 5000))+"\r\n", run(t, body.TextFromHTML, in, o))
	require.NotEmpty(t, issues)
	assert.Equal(t, body.RuleTag, issues[0].Rule)
}

type repeat struct {
	s  string
	at int
}

func (r *repeat) Read(b []byte) (n int, err error) {
	for n < len(b) {
		c := copy(b[n:], r.s[r.at:])
		n += c
		r.at = (r.at + c) % len(r.s)
	}
	return n, nil
}

type count struct{ n int64 }

func (c *count) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}
