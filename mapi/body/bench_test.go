package body_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// sample is HTML of the size of a newsletter: that of the corpus that Outlook wrote
// when it is there, or else generated.
func sample(b *testing.B) []byte {
	var all bytes.Buffer
	if _, ok := mapitest.Find(); ok {
		for _, file := range files(b, ".rtf") {
			data, err := os.ReadFile(file)
			require.NoError(b, err)
			if rtf.OriginOf(data) == rtf.FromHTML {
				all.Write(extracted(b, data))
			}
		}
	}
	for i := range 2000 {
		all.WriteString("<p class=MsoNormal><span style='font-size:10.0pt;font-family:\"Arial\",sans-serif'>Giraffes and okapis are <b>related</b>, ")
		all.WriteString("see <a href=\"https://example.org/page/" + strings.Repeat("x", i%40) + "\">this page</a> &amp; f&uuml;r mehr.<o:p></o:p></span></p>\r\n")
	}
	return all.Bytes()
}

// BenchmarkConvert measures each conversion by what it reads, beside a walk over
// the tokens of the HTML that does nothing with them.
func BenchmarkConvert(b *testing.B) {
	page := sample(b)
	made := func(c conversion, in []byte) []byte {
		var out bytes.Buffer
		require.NoError(b, c(&out, bytes.NewReader(in), nil))
		return out.Bytes()
	}
	text := made(body.TextFromHTML, page)
	inRTF := made(body.RTFFromHTML, page)
	plainRTF := bytes.Replace(inRTF, []byte(`\fromhtml1 `), nil, 1)
	for _, c := range []struct {
		name    string
		in      []byte
		convert conversion
	}{
		{"tokens", page, walk},
		{"html-text", page, body.TextFromHTML},
		{"text-html", text, body.HTMLFromText},
		{"html-rtf", page, body.RTFFromHTML},
		{"rtf-its-html", inRTF, body.HTMLFromRTF},
		{"rtf-html", plainRTF, body.HTMLFromRTF},
		{"rtf-text", plainRTF, body.TextFromRTF},
	} {
		b.Run("from-to="+c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.in)))
			b.ReportAllocs()
			for b.Loop() {
				if err := c.convert(io.Discard, bytes.NewReader(c.in), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func walk(_ io.Writer, src io.Reader, _ *body.Options) error {
	z := html.NewTokenizer(src)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() == io.EOF {
				return nil
			}
			return z.Err()
		case html.TextToken:
			z.Text()
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			_, more := z.TagName()
			for more {
				_, _, more = z.TagAttr()
			}
		}
	}
}
