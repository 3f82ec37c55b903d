package body_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/body"
	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// files are those of the corpus whose names end so.
func files(t testing.TB, suffixes ...string) (list []string) {
	err := filepath.WalkDir(mapitest.Corpus(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, s := range suffixes {
			if strings.HasSuffix(strings.ToLower(path), s) {
				list = append(list, path)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

// words are the words of a text.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// lines is a text without white space at the end of lines and of itself.
func lines(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		out = append(out, strings.TrimRight(line, " \t"))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// What Outlook had as text beside the RTF, which another program read.
func TestTextIsThatOfOutlook(t *testing.T) {
	compared, agree := 0, 0
	for _, file := range files(t, ".rtf") {
		data, err := os.ReadFile(strings.TrimSuffix(file, ".rtf") + ".json")
		if err != nil {
			continue
		}
		var want struct{ Body string }
		require.NoError(t, json.Unmarshal(data, &want))
		doc, err := os.ReadFile(file)
		require.NoError(t, err)
		compared++
		if assert.Equal(t, lines(want.Body), lines(run(t, body.TextFromRTF, string(doc), nil)), file) {
			agree++
		}
	}
	t.Logf("%d of %d texts agree", agree, compared)
}

// Each document says the same as text and as HTML, and nothing is complained about.
func TestCorpusSaysTheSameInEachForm(t *testing.T) {
	compared := 0
	for _, file := range files(t, ".rtf") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		o := &body.Options{Report: func(i body.Issue) { t.Errorf("%s: %v", file, i) }}
		text := run(t, body.TextFromRTF, string(data), o)
		html := run(t, body.HTMLFromRTF, string(data), o)
		again := run(t, body.TextFromHTML, html, o)
		assert.Equal(t, words(text), words(again), file)
		assert.NotContains(t, text, "\uFFFD", file)
		compared++
	}
	t.Logf("%d documents", compared)
}

// HTML in RTF comes out, goes in, and comes out as the same bytes.
func TestCorpusGoesIntoRTFAndComesOut(t *testing.T) {
	compared := 0
	for _, file := range files(t, ".rtf", ".html", ".htm") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.HasSuffix(file, ".rtf") {
			if rtf.OriginOf(data) != rtf.FromHTML {
				continue
			}
			data = extracted(t, data)
		}
		var doc bytes.Buffer
		require.NoError(t, body.RTFFromHTML(&doc, bytes.NewReader(data), &body.Options{Codepage: 65001}))
		want := strings.TrimPrefix(strings.ToValidUTF8(string(data), "\uFFFD"), "\uFEFF")
		got := string(extracted(t, doc.Bytes()))
		if strings.Contains(want, "\uFFFD") { // how many marks for how many bytes is not the point
			want, got = strings.ReplaceAll(want, "\uFFFD", ""), strings.ReplaceAll(got, "\uFFFD", "")
		}
		assert.True(t, want == got, file)
		compared++
	}
	t.Logf("%d documents", compared)
}

func extracted(t testing.TB, doc []byte) []byte {
	e, err := rtf.NewExtractor(bytes.NewReader(doc), nil)
	require.NoError(t, err)
	html, err := io.ReadAll(e)
	require.NoError(t, err)
	return html
}

// Phrases that other programs found in documents. They do not write where links lead.
func TestPhrasesAreFound(t *testing.T) {
	list, err := os.ReadFile(filepath.Join(mapitest.Corpus(t), "attachments", "PHRASES.tsv"))
	require.NoError(t, err)
	found, compared := 0, 0
	for line := range strings.Lines(string(list)) {
		fields := strings.Split(line, "\t")
		convert := map[string]conversion{".rtf": body.TextFromRTF, ".html": body.TextFromHTML, ".htm": body.TextFromHTML}[filepath.Ext(fields[0])]
		if convert == nil || len(fields) < 3 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(mapitest.Corpus(t), "attachments", fields[0]))
		require.NoError(t, err)
		compared++
		text := regexp.MustCompile(` <[a-z]+:[^>]*>`).ReplaceAllString(run(t, convert, string(data), nil), "")
		if assert.Contains(t, words(text), words(fields[2]), fields[0]) {
			found++
		}
	}
	t.Logf("%d of %d phrases found", found, compared)
}

// All HTML of the corpus becomes text and, in a message, the other bodies.
func TestAllHTMLOfTheCorpusIsConverted(t *testing.T) {
	for _, file := range files(t, ".html", ".htm") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		m := message("", string(data), "")
		require.NoError(t, body.Fill(m, nil), file)
		text, _ := props.PidTagBody.Get(m)
		assert.NotEmpty(t, text, file)
		assert.NotContains(t, text, "</", file)
	}
}
