package body_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/body"
)

// A peak is a writer that looks at the heap now and then.
type peak struct {
	writes int
	most   uint64
}

func (p *peak) Write(b []byte) (int, error) {
	if p.writes++; p.writes%512 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		p.most = max(p.most, m.HeapAlloc)
	}
	return len(b), nil
}

// Conversions of large bodies need memory for a piece of them only.
func TestLargeBodiesStream(t *testing.T) {
	if testing.Short() {
		t.Skip("large")
	}
	const size = 24 << 20
	html := `<div class=x><p style="margin:0">Giraffes &amp; <b>okapis</b> <a href="http://a.b">here</a></p></div>` + "\r\n"
	doc := `\pard\li720 Giraffes {\b okapis}\'e4\par\trowd\intbl a\cell b\cell\row` + "\r\n"
	for _, c := range []struct {
		name    string
		begin   string
		piece   string
		convert conversion
	}{
		{"HTML to text", "", html, body.TextFromHTML},
		{"HTML to RTF", "", html, body.RTFFromHTML},
		{"text to HTML", "", "> Giraffes and http://okapi.example.org/  \r\n", body.HTMLFromText},
		{"text in one line to HTML", "", "Giraffes ", body.HTMLFromText},
		{"flowed text", "", "Giraffes \r\n", body.TextFromFlowed},
		{"text to RTF", "", "Giräffes\r\n", body.RTFFromText},
		{"RTF to HTML", `{\rtf1 `, doc, body.HTMLFromRTF},
		{"one paragraph of RTF to HTML", `{\rtf1 `, `Giraffes {\b okapis} `, body.HTMLFromRTF},
		{"RTF to text", `{\rtf1 `, doc, body.TextFromRTF},
		{"HTML in RTF", `{\rtf1\fromhtml1 `, `{\*\htmltag64 <p>}Giraffes`, body.HTMLFromRTF},
		{"enriched text", "", "<bold>a</bold>\n\n", body.HTMLFromEnriched},
	} {
		t.Run(c.name, func(t *testing.T) {
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			p := &peak{}
			src := io.MultiReader(strings.NewReader(c.begin), io.LimitReader(&repeat{s: c.piece}, size))
			require.NoError(t, c.convert(p, src, nil))
			assert.Less(t, int64(p.most)-int64(before.HeapAlloc), int64(8<<20), "more memory than a third of the body")
		})
	}
}
