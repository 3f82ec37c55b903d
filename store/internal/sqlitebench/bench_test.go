package sqlitebench_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/drivertest"
)

// BenchmarkDeliver stores mail durably, one transaction each.
func BenchmarkDeliver(b *testing.B) {
	for _, size := range []int{10 << 10, 50 << 10} {
		mails := newMails(b, 64, size)
		for _, writers := range []int{1, 16, 64} {
			for _, s := range subjects {
				b.Run(fmt.Sprintf("size=%dKiB/writers=%d/store=%s", size>>10, writers, s.name), func(b *testing.B) {
					st := s.open(b)
					var n atomic.Int64
					drivertest.Parallel(b, writers, func(int) {
						if err := st.deliver(mails[int(n.Add(1))%len(mails)]); err != nil {
							b.Error(err)
						}
					})
					b.SetBytes(int64(size))
				})
			}
		}
	}
}

// BenchmarkImport stores mail in batches of 100 that become durable together. An
// operation is one mail. Run it for tens of thousands: indexes of a folder that
// grows are what costs.
func BenchmarkImport(b *testing.B) {
	const batch = 100
	for _, size := range []int{4 << 10, 10 << 10} {
		mails := newMails(b, 50*batch, size)
		for _, s := range subjects {
			b.Run(fmt.Sprintf("size=%dKiB/batch=100/store=%s", size>>10, s.name), func(b *testing.B) {
				st := s.open(b)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				b.ResetTimer()
				for n := 0; n < b.N; n += batch {
					list := mails[n%len(mails):]
					if err := st.batch(list[:min(batch, b.N-n)]); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
			})
		}
	}
}

// BenchmarkTable lists a folder of 100,000 mails by date. okapi shows eight
// columns of each row, SQLite the six it has.
func BenchmarkTable(b *testing.B) {
	const n = 100_000
	for _, s := range subjects {
		st := filled(b, s.open(b), n)
		run := func(name string, f func() error) {
			b.Run(fmt.Sprintf("rows=%d/%s/store=%s", n, name, s.name), func(b *testing.B) {
				require.NoError(b, f()) // warm
				b.ReportAllocs()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		page := func(from int) error {
			rows, err := st.page(from)
			if err == nil && rows != 50 {
				err = fmt.Errorf("%d rows", rows)
			}
			return err
		}
		run("first50", func() error { return page(0) })
		run("middle50", func() error { return page(n / 2) })
		run("count", func() error {
			c, err := st.count()
			if err == nil && c != n {
				err = fmt.Errorf("%d rows", c)
			}
			return err
		})
	}
}

func filled(b *testing.B, st subject, n int) subject {
	const at = 1000
	for from := 0; from < n; from += at {
		list := make([]*mail, min(at, n-from))
		for i := range list {
			list[i] = newMail(b, from+i, 1<<10)
		}
		require.NoError(b, st.batch(list))
	}
	return st
}
