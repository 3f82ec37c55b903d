package table_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/okapi-mail/okapi/store/table"
)

// A bench is a place for an index: the sorted map of these tests, or Pebble.
type bench interface {
	view(fn func(driver.Reader) error) error
	update(fn func(driver.Tx) error) error
}

type memBench struct{ tx *memTx }

func (m memBench) view(fn func(driver.Reader) error) error { return fn(m.tx) }
func (m memBench) update(fn func(driver.Tx) error) error   { return fn(m.tx) }

type pebbleBench struct{ db *pebbledb.DB }

func (p pebbleBench) view(fn func(driver.Reader) error) error {
	s, err := p.db.Snapshot(context.Background())
	if err != nil {
		return err
	}
	defer s.Close()
	return fn(s)
}

func (p pebbleBench) update(fn func(driver.Tx) error) error {
	return p.db.Update(context.Background(), driver.Write{Mailbox: []byte("box1"), Relaxed: true}, fn)
}

func openPebble(b *testing.B) bench {
	db, err := pebbledb.Open(b.TempDir(), nil)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return pebbleBench{db}
}

var benches = []struct {
	name string
	open func(b *testing.B) bench
}{
	{"mem", func(*testing.B) bench { return memBench{&memTx{}} }},
	{"pebble", openPebble},
}

var benchIndex = table.NewIndex([]byte("box1/folder1/by delivery time/"))

// row makes the entry of a message: a time and an id.
func row(n int) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64([]byte{0x80}, uint64(n)), uint64(n)*0x9e3779b97f4a7c15)
}

// fill builds the index of rows 0, 2, 4, …, in transactions of 1,000 rows that
// arrive in the order of mix.
func fill(b *testing.B, s bench, rows int, mix bool) {
	builder := benchIndex.Build()
	require.NoError(b, s.update(builder.Begin))
	for at := 0; at < rows; at += 1000 {
		require.NoError(b, s.update(func(tx driver.Tx) error {
			return builder.Fill(tx, func(yield func([]byte) bool) {
				for i := at; i < min(at+1000, rows); i++ {
					n := i
					if mix {
						n = int(int64(i) * 7919 % int64(rows)) // a prime that divides no power of ten
					}
					if !yield(row(2 * n)) {
						return
					}
				}
			}, nil)
		}))
	}
	require.NoError(b, s.update(builder.Seal))
	for done := false; !done; {
		require.NoError(b, s.update(func(tx driver.Tx) (err error) {
			done, err = builder.Step(tx, 20000)
			return err
		}))
	}
}

// counting counts what passes through to a transaction.
type counting struct {
	driver.Tx
	cost *cost
}

func (c counting) Get(key []byte) ([]byte, error) { c.cost.gets++; return c.Tx.Get(key) }
func (c counting) Put(key, value []byte) error    { c.cost.puts++; return c.Tx.Put(key, value) }
func (c counting) Delete(key []byte) error        { c.cost.deletes++; return c.Tx.Delete(key) }
func (c counting) Scan(lo, hi []byte, reverse bool, yield func(k, v []byte) bool) error {
	c.cost.scans++
	return c.Tx.Scan(lo, hi, reverse, func(k, v []byte) bool { c.cost.keys++; return yield(k, v) })
}

// readOnly lets a Reader stand where counting wants a Tx.
type readOnly struct{ driver.Reader }

func (readOnly) Put(_, _ []byte) error         { panic("write to a snapshot") }
func (readOnly) Delete(_ []byte) error         { panic("write to a snapshot") }
func (readOnly) DeleteRange(_, _ []byte) error { panic("write to a snapshot") }

func (c cost) report(b *testing.B) {
	per := func(n int) float64 { return float64(n) / float64(b.N) }
	b.ReportMetric(per(c.gets), "gets/op")
	b.ReportMetric(per(c.scans), "scans/op")
	b.ReportMetric(per(c.keys), "keys/op")
	b.ReportMetric(per(c.puts), "puts/op")
}

func each(b *testing.B, run func(b *testing.B, s bench, rows int)) {
	for _, d := range benches {
		for _, rows := range []int{1000, 100000, 1000000} {
			b.Run(fmt.Sprintf("driver=%s/rows=%d", d.name, rows), func(b *testing.B) {
				s := d.open(b)
				fill(b, s, rows, true)
				run(b, s, rows)
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	x := benchIndex
	each(b, func(b *testing.B, s bench, rows int) {
		for _, op := range []struct {
			name string
			do   func(r driver.Reader, n int) error
		}{
			{"len", func(r driver.Reader, _ int) error { _, err := x.Len(r); return err }},
			{"rank", func(r driver.Reader, n int) error { _, _, err := x.Rank(r, row(n)); return err }},
			{"select", func(r driver.Reader, n int) error { _, err := x.Select(r, int64(n/2)); return err }},
			{"first50", func(r driver.Reader, _ int) error {
				left := 50
				return x.Ascend(r, nil, func([]byte) bool { left--; return left > 0 })
			}},
			{"last50", func(r driver.Reader, _ int) error {
				left := 50
				return x.Descend(r, nil, func([]byte) bool { left--; return left > 0 })
			}},
			{"any50", func(r driver.Reader, n int) error {
				left := 50
				return x.AscendAt(r, int64(n/2), func([]byte) bool { left--; return left > 0 })
			}},
		} {
			b.Run("op="+op.name, func(b *testing.B) {
				rnd := rand.New(rand.NewPCG(1, 2))
				var c cost
				b.ReportAllocs()
				require.NoError(b, s.view(func(r driver.Reader) error {
					for b.Loop() {
						if err := op.do(counting{readOnly{r}, &c}, rnd.IntN(2*rows)); err != nil {
							return err
						}
					}
					return nil
				}))
				c.report(b)
			})
		}
	})
}

// BenchmarkWrite changes the index 50 entries to a transaction.
func BenchmarkWrite(b *testing.B) {
	x := benchIndex
	each(b, func(b *testing.B, s bench, rows int) {
		rnd := rand.New(rand.NewPCG(1, 2))
		top, bottom := 1<<30, 1<<29
		for _, op := range []struct {
			name string
			do   func(tx driver.Tx) error
		}{
			{"append", func(tx driver.Tx) error { top++; _, err := x.Insert(tx, row(top)); return err }},
			{"prepend", func(tx driver.Tx) error {
				bottom--
				_, err := x.Insert(tx, append([]byte{0x7f}, row(bottom)...))
				return err
			}},
			{"insert", func(tx driver.Tx) error {
				_, err := x.Insert(tx, append(row(rnd.IntN(2*rows)), byte(rnd.Uint32()), byte(rnd.Uint32())))
				return err
			}},
			{"replace", func(tx driver.Tx) error {
				n := rnd.IntN(rows)
				if _, err := x.Delete(tx, row(2*n)); err != nil {
					return err
				}
				_, err := x.Insert(tx, row(2*n))
				return err
			}},
		} {
			b.Run("op="+op.name, func(b *testing.B) {
				var c cost
				b.ReportAllocs()
				for more := true; more; {
					require.NoError(b, s.update(func(tx driver.Tx) error {
						for range 50 {
							if more = b.Loop(); !more {
								return nil
							}
							if err := op.do(counting{tx, &c}); err != nil {
								return err
							}
						}
						return nil
					}))
				}
				c.report(b)
			})
		}
	})
}

// BenchmarkReadAfterWrites asks while the counts have thousands of versions that
// the backend has not merged yet.
func BenchmarkReadAfterWrites(b *testing.B) {
	each(b, func(b *testing.B, s bench, rows int) {
		rnd := rand.New(rand.NewPCG(1, 2))
		for range 100 {
			require.NoError(b, s.update(func(tx driver.Tx) error {
				for range 100 {
					if _, err := benchIndex.Insert(tx, append(row(rnd.IntN(2*rows)), byte(rnd.Uint32()))); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		b.ReportAllocs()
		require.NoError(b, s.view(func(r driver.Reader) error {
			for b.Loop() {
				if _, _, err := benchIndex.Rank(r, row(rnd.IntN(2*rows))); err != nil {
					return err
				}
			}
			return nil
		}))
	})
}

// BenchmarkBuild fills in the order of the rows' ids and counts.
func BenchmarkBuild(b *testing.B) {
	for _, d := range benches {
		for _, mix := range []bool{false, true} {
			for _, rows := range []int{1000, 100000, 1000000} {
				b.Run(fmt.Sprintf("driver=%s/sorted=%v/rows=%d", d.name, !mix, rows), func(b *testing.B) {
					s := d.open(b)
					for b.Loop() {
						fill(b, s, rows, mix)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
				})
			}
		}
	}
}
