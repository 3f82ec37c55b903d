package entity_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

func TestPlainRunEndsAtTheFirstOtherByte(t *testing.T) {
	plain := func(c int) bool { return c >= ' ' && c <= '~' && c != '=' }
	for at := range 40 {
		for c := range 256 {
			b := bytes.Repeat([]byte{'a'}, 40)
			b[at] = byte(c)
			want := at
			if plain(c) {
				want = 40
			}
			require.Equal(t, want, entity.PlainRun(b), "%#x at %d", c, at)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		b := make([]byte, r.IntN(24))
		want := -1
		for i := range b {
			b[i] = " ~!a}<>=\x1f\x7f\x80\xff\x00z?\x9d"[r.IntN(16)]
			if want < 0 && !plain(int(b[i])) {
				want = i
			}
		}
		if want < 0 {
			want = len(b)
		}
		require.Equal(t, want, entity.PlainRun(b), "%q", b)
	}
}
