package rfc822_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// A sample is a mail of the corpus.
type sample struct {
	name string
	data []byte
}

// corpusMails returns all mails of the corpus: the inputs of kind eml that its
// manifest lists.
func corpusMails(t testing.TB) []sample {
	t.Helper()
	var list []sample
	for _, name := range mapitest.Inputs(t, "eml") {
		data, err := os.ReadFile(mapitest.Corpus(t, name))
		require.NoError(t, err)
		list = append(list, sample{name, data})
	}
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
