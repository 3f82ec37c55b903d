package msg_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/richardlehane/mscfb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/props/propstest"
)

func TestCorpusIsReadWrittenAndReadAgain(t *testing.T) {
	for _, s := range corpus(t) {
		t.Run(s.name, func(t *testing.T) {
			issues := 0
			m, err := decode(s.data, &msg.DecodeOptions{Report: func(i msg.Issue) {
				if issues++; issues < 10 {
					t.Log(i)
				}
			}})
			require.NoError(t, err)
			for _, opts := range []*msg.EncodeOptions{nil, {LargeSectors: true}} {
				file := encode(t, m, opts)
				again, err := decode(file, &msg.DecodeOptions{Report: func(i msg.Issue) { t.Errorf("what we write is sound: %v", i) }})
				require.NoError(t, err)
				assert.Empty(t, propstest.Diff(m, again))
				assert.Equal(t, file, encode(t, again, opts), "the same message gives the same bytes")
				opensElsewhere(t, file)
			}
		})
	}
}

// opensElsewhere reads all streams of a compound file with a reader that is not ours.
func opensElsewhere(t testing.TB, file []byte) {
	r, err := mscfb.New(bytes.NewReader(file))
	require.NoError(t, err)
	for _, f := range r.File {
		if f.Size > 0 {
			b, err := io.ReadAll(f)
			require.NoError(t, err, f.Name)
			require.Len(t, b, int(f.Size), f.Name)
		}
	}
}

// streams are the contents of all streams, by path, as a reader that is not ours has
// them.
func streams(t testing.TB, file []byte) map[string][]byte {
	all := map[string][]byte{}
	r, err := mscfb.New(bytes.NewReader(file))
	if err != nil {
		return nil
	}
	for _, f := range r.File {
		b, err := io.ReadAll(f)
		require.NoError(t, err)
		all[strings.Join(append(slices.Clone(f.Path), f.Name), "/")] = b
	}
	return all
}
