package rfc822_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// corpusDir is the folder of collected mails: OKAPI_CORPUS, or ../shared/corpus
// beside the repository.
func corpusDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("OKAPI_CORPUS")
	if dir == "" {
		root, err := os.Getwd()
		require.NoError(t, err)
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "corpus")
	}
	if _, err := os.Stat(filepath.Join(dir, "MANIFEST.tsv")); err != nil {
		t.Skipf("SKIPPED: no corpus of mails in %s; set OKAPI_CORPUS", dir)
	}
	return dir
}

// A sample is a mail of the corpus.
type sample struct {
	name string
	data []byte
}

// corpusMails returns all mails of the corpus: the inputs of kind eml that its
// manifest lists.
func corpusMails(t testing.TB) []sample {
	t.Helper()
	dir := corpusDir(t)
	f, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	require.NoError(t, err)
	r := csv.NewReader(bytes.NewReader(f))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	var list []sample
	for _, row := range rows {
		if len(row) < 3 || row[0] != "eml" || row[1] != "input" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, row[2]))
		require.NoError(t, err)
		list = append(list, sample{row[2], data})
	}
	require.NotEmpty(t, list)
	return list
}

// eml returns a mail with CRLF line ends.
func eml(lines ...string) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		fmt.Fprintf(&b, "%s\r\n", l)
	}
	return b.Bytes()
}
