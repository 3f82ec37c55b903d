package rfc822_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822"
)

func TestCorpusComesOutByteForByte(t *testing.T) {
	exact := 0
	mails := corpusMails(t)
	for _, s := range mails {
		msg, err := rfc822.Decode(bytes.NewReader(s.data), nil)
		require.NoError(t, err, s.name)
		r, size, ok := rfc822.Source(msg)
		if assert.True(t, ok, "%s: the original holds", s.name) {
			assert.Equal(t, int64(len(s.data)), size, s.name)
			r.Close()
		}
		var out bytes.Buffer
		require.NoError(t, rfc822.Encode(&out, msg, nil), s.name)
		if assert.True(t, bytes.Equal(s.data, out.Bytes()), s.name) {
			exact++
		}
	}
	t.Logf("%d of %d mails byte for byte", exact, len(mails))
}
