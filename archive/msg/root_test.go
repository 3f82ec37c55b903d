package msg_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/mapitest"
)

// A sample is a file of the corpus.
type sample struct {
	name string // "msgreader/Subject"
	path string
	data []byte
}

func corpus(t testing.TB) (list []sample) {
	paths, err := filepath.Glob(filepath.Join(mapitest.Corpus(t), "msg", "*", "*.msg"))
	require.NoError(t, err)
	for _, p := range paths {
		b, err := os.ReadFile(p)
		require.NoError(t, err)
		name := filepath.Base(filepath.Dir(p)) + "/" + filepath.Base(p)
		list = append(list, sample{name[:len(name)-len(".msg")], p, b})
	}
	require.NotEmpty(t, list)
	return list
}

func decode(b []byte, opts *msg.DecodeOptions) (*mapi.Message, error) {
	return msg.Decode(bytes.NewReader(b), int64(len(b)), opts)
}

func encode(t testing.TB, m *mapi.Message, opts *msg.EncodeOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, msg.Encode(&b, m, opts))
	return b.Bytes()
}
