package content

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
)

// Records that pass their checksum may still be nonsense. They are refused, or
// mean something.
func FuzzRecords(f *testing.F) {
	f.Add(meta{1, 1 << 30, chunkSize}.encode())
	f.Add(header{7, Stats{1, 2, 3, 4}}.encode())
	f.Add([]byte("\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		key := []byte("key")
		if m, err := decodeMeta(key, b); err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
		} else {
			again, err := decodeMeta(key, m.encode())
			require.NoError(t, err)
			require.Equal(t, m, again)
			n := m.chunks()
			require.GreaterOrEqual(t, n, int64(0))
			if n > 0 {
				last := m.chunkLen(n - 1)
				require.Positive(t, last)
				require.LessOrEqual(t, last, int64(driver.MaxValue))
				require.Equal(t, m.size, (n-1)*m.chunk+last)
			}
		}
		_, err := decodeTime(key, b)
		if err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
		}
		p := New(nil, []byte("p"), nil)
		if _, _, err := p.parseRefKey(append(p.key(kindRef, 0), b...)); err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
		}
		value, err := unseal(key, seal(key, append([]byte(nil), b...)))
		require.NoError(t, err)
		require.Equal(t, len(b), len(value))
		if _, err := unseal(key, b); err != nil {
			require.ErrorIs(t, err, mapi.ErrCorruptData)
		}
	})
}
