package body_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// What existing stores paid for, as far as it concerns bodies.

func TestLastLetterIsNotLostInCharsetsWithStates(t *testing.T) {
	for codepage, text := range map[int]string{
		1255: "שלום", 1258: "tiếng Việt", 1256: "مرحبا", 874: "ไทย", 932: "日本語", 936: "中文", 949: "한국어", 950: "中文", 54936: "中文", 50220: "日本語", 65001: "ä日😀",
	} {
		t.Run(fmt.Sprint(codepage), func(t *testing.T) {
			e, ok := rtf.Encoding(codepage)
			require.True(t, ok)
			encoded, err := e.NewEncoder().Bytes([]byte(text))
			if err != nil { // windows-1258 has marks of its own
				text = "Viê"
				encoded, err = e.NewEncoder().Bytes([]byte(text))
			}
			require.NoError(t, err)
			o := &body.Options{Codepage: codepage}
			assert.Equal(t, text+"\r\n", run(t, body.TextFromHTML, string(encoded), o))
			html := run(t, body.HTMLFromText, text, o)
			back := run(t, body.TextFromHTML, html, nil)
			if codepage == 50220 || codepage == 54936 { // the one is not written, the other not the same everywhere
				back = run(t, body.TextFromHTML, html, &body.Options{Codepage: map[int]int{50220: 65001, 54936: 54936}[codepage]})
			}
			assert.Equal(t, text+"\r\n", back)
			doc := fmt.Sprintf(`{\rtf1\ansi\ansicpg%d `, codepage)
			for _, c := range encoded {
				doc += fmt.Sprintf(`\'%02x`, c)
			}
			if codepage != 50220 { // not in RTF
				assert.Equal(t, text, run(t, body.TextFromRTF, doc+"}", nil))
			}
		})
	}
}

func TestLastByteOfABodyIsNotLost(t *testing.T) {
	for n := range 70 {
		s := strings.Repeat("x", n) + "é"
		assert.Equal(t, s+"\r\n", run(t, body.TextFromHTML, s, nil))
		assert.Equal(t, s, run(t, body.TextFromRTF, run(t, body.RTFFromText, s, nil), nil))
		assert.Equal(t, s+"<br>\n", inner(run(t, body.HTMLFromText, s, nil)))
	}
}

func TestDepthBombsGiveAResult(t *testing.T) {
	const n = 200_000
	told := map[rtf.Rule]bool{}
	o := &body.Options{Report: func(i body.Issue) { told[i.Rule] = true }}
	text := func(c conversion, in string) string {
		var b bytes.Buffer
		require.NoError(t, c(&b, strings.NewReader(in), o))
		return b.String()
	}
	assert.Contains(t, text(body.TextFromHTML, strings.Repeat("<div><b><blockquote>", n)+"end"), "end")
	assert.True(t, told[body.RuleElements])
	assert.Contains(t, text(body.TextFromRTF, `{\rtf1`+strings.Repeat(`{\b`, n)+" end"), "end")
	assert.Contains(t, text(body.HTMLFromRTF, `{\rtf1`+strings.Repeat(`{\pict`, n)+strings.Repeat("}", n)+" end}"), "end")
	assert.True(t, told[rtf.RuleDepth])
	assert.Contains(t, text(body.HTMLFromText, strings.Repeat(">", n)+"end"), "end")
	assert.Contains(t, text(body.HTMLFromEnriched, strings.Repeat("<bold>", n)+"end"), "end")
}

func TestUnknownCharsetsKeepTheText(t *testing.T) {
	assert.Equal(t, "plain\r\n", run(t, body.TextFromHTML, "<meta charset=x-nobody-knows>plain", nil))
	assert.Equal(t, "ä\r\n", run(t, body.TextFromHTML, "<meta charset=x-nobody-knows>ä", nil))
}

// A body in a code page whose meta element says another would be read wrongly by
// whoever believes that.
func TestMetaNeverContradictsTheCodepage(t *testing.T) {
	for _, codepage := range []int{0, 1251, 1252, 932, 65001, 50220, 4711} {
		m := message("", "", `{\rtf1\ansi\ansicpg1251\fromhtml1 {\*\htmltag161 <meta charset="windows-1251">}\'e4}`)
		if codepage != 0 {
			props.PidTagInternetCodepage.Set(m, int32(codepage))
		}
		require.NoError(t, body.Fill(m, nil))
		html, _ := props.PidTagHtml.Get(m)
		stored, _ := props.PidTagInternetCodepage.Get(m)
		assert.Equal(t, "д\r\n", run(t, body.TextFromHTML, string(html), nil), "by its meta element")
		assert.Equal(t, "д\r\n", run(t, body.TextFromHTML, string(html), &body.Options{Codepage: int(stored)}), "by its code page")
	}
}

// Text of strangers must not become markup or a link that does something.
func TestTextNeverBecomesMarkup(t *testing.T) {
	for _, s := range []string{`<script>alert(1)</script>`, `http://a"onmouseover="x`, `javascript:alert(1)`, `data:text/html,<b>`, `https://a.b/<script>`, `mailto:"><b>`} {
		html := inner(run(t, body.HTMLFromText, s, nil))
		for _, bad := range []string{"<script", `"on`, `href="javascript`, `href="data`, "<b>"} {
			assert.NotContains(t, html, bad)
		}
	}
	doc := `{\rtf1{\field{\*\fldinst HYPERLINK "http://a.b/'><script>"}{\fldrslt <script>}}}`
	assert.NotContains(t, run(t, body.HTMLFromRTF, doc, nil), "<script")
}

// Whole mails read as HTML, which they are not: any bytes have a text, and go
// through RTF unchanged.
func TestMailsAsHTMLDoNoHarm(t *testing.T) {
	if testing.Short() {
		t.Skip("many files")
	}
	n := 0
	for _, file := range files(t, ".eml") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		if len(data) > 1<<20 {
			continue
		}
		require.NoError(t, body.TextFromHTML(io.Discard, bytes.NewReader(data), nil), file)
		var doc bytes.Buffer
		valid := bytes.ToValidUTF8(data, nil)
		require.NoError(t, body.RTFFromHTML(&doc, bytes.NewReader(valid), &body.Options{Codepage: 65001}), file)
		assert.True(t, bytes.Equal(bytes.TrimPrefix(valid, []byte("\uFEFF")), extracted(t, doc.Bytes())), file)
		n++
	}
	t.Logf("%d mails", n)
}
