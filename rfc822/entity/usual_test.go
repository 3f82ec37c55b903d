package entity

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The short way to an address finds what the long one does.
func TestUsualAddressesAreReadAlike(t *testing.T) {
	alphabet := []string{"a", "B", "7", "ada", "b.org", "@", "@", "<", ">", ",", " ", "  ", "\t", ";", ":", "\"", "(", ")", "\\", "=?", "=", "'", "mailto", "[", "]", ".", "ü", "\x01", "\x7f", ", "}
	usual := []string{"Ada Lovelace <ada@b.org>", "ada@b.org", "ada@b.org, c@d", " <ada@b>,", "Doe, John <j@b.org>"}
	r := rand.New(rand.NewPCG(7, 7))
	taken := 0
	for range 300_000 {
		s := usual[r.IntN(len(usual))]
		for range r.IntN(4) {
			at, end := r.IntN(len(s)+1), r.IntN(len(s)+1)
			s = s[:at] + alphabet[r.IntN(len(alphabet))] + s[min(len(s), max(at, end-len(s)/2)):]
		}
		v := []byte(s)
		got, n := usualAddress(v)
		if n == 0 {
			continue
		}
		taken++
		p := addressParser{v: v}
		piece, group, _ := p.piece()
		require.Equal(t, p.i, n, "%q", v)
		require.Empty(t, group, "%q", v)
		require.Equal(t, mailbox(piece), got, "%q", v)
		require.True(t, hasAddress(piece), "%q", v)
	}
	require.Greater(t, taken, 5_000)
}
