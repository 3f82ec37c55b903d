package content_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/internal/content"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
)

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{10_000, 500_000, 8 << 20} {
		for _, known := range []bool{false, true} {
			b.Run(fmt.Sprintf("size=%d/known=%v", size, known), func(b *testing.B) {
				db, err := pebbledb.Open(b.TempDir(), nil)
				require.NoError(b, err)
				defer db.Close()
				p := content.New(db, prefix, nil)
				data := random(1, size)
				put(b, p, content.Ref{}, streamOf(data))
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := uint64(1); b.Loop(); i++ {
					if !known {
						data[0], data[1], data[2] = byte(i), byte(i>>8), byte(i>>16)
					}
					put(b, p, content.Ref{Object: i}, streamOf(data))
				}
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{10_000, 8 << 20} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			db, err := pebbledb.Open(b.TempDir(), nil)
			require.NoError(b, err)
			defer db.Close()
			p := content.New(db, prefix, nil)
			s := p.Stream(put(b, p, content.Ref{}, random(1, size))[0], nil)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				r, err := s.Open()
				require.NoError(b, err)
				_, err = io.Copy(io.Discard, r)
				require.NoError(b, err)
				require.NoError(b, r.Close())
			}
		})
	}
}
