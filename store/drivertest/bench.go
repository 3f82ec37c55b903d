package drivertest

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/okapi-mail/okapi/store/driver"
)

// RunBenchmarks measures what a mail store does most: committing one message
// (a value of 10 KiB and eight small keys), reading a value, reading a page.
func RunBenchmarks(b *testing.B, backend Backend) {
	for _, relaxed := range []bool{false, true} {
		for _, boxes := range []string{"one", "many"} {
			for _, writers := range []int{1, 16, 64} {
				b.Run(fmt.Sprintf("Update/relaxed=%v/mailboxes=%s/writers=%d", relaxed, boxes, writers), func(b *testing.B) {
					benchmarkUpdate(b, backend.New(b), relaxed, boxes == "many", writers)
				})
			}
		}
	}
	b.Run("Get", func(b *testing.B) { benchmarkGet(b, backend.New(b)) })
	b.Run("GetAbsent", func(b *testing.B) { benchmarkGetAbsent(b, backend.New(b)) })
	b.Run("Scan/entries=256", func(b *testing.B) { benchmarkScan(b, backend.New(b)) })
	b.Run("SnapshotAndGet", func(b *testing.B) { benchmarkSnapshot(b, backend.New(b)) })
	b.Run("UpdateReads/gets=4", func(b *testing.B) { benchmarkReadsInTx(b, backend.New(b)) })
}

// Message returns the entries of one message as the benchmarks write it, so
// that others can measure the same work on a store of their own: nine keys,
// the first one with the body.
func Message(mailbox string, n int, body []byte) (keys [9][]byte, values [9][]byte) {
	keys[0] = fmt.Appendf(nil, "%sm%016x", mailbox, n)
	values[0] = body
	for i := range 8 {
		keys[i+1] = fmt.Appendf(nil, "%si%d%022x", mailbox, i, uint32(n)*0x9E3779B1)
		values[i+1] = body[i : i+31]
	}
	return keys, values
}

// Body returns 10 KiB that compress to about a half.
func Body() []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	body := make([]byte, 10<<10)
	for i := range body {
		body[i] = "abcdefghijklmnop"[rnd.IntN(16)]
	}
	return body
}

func benchmarkUpdate(b *testing.B, db driver.DB, relaxed, many bool, writers int) {
	defer db.Close()
	body := Body()
	var n atomic.Int64
	Parallel(b, writers, func(writer int) {
		mailbox := box
		if many {
			mailbox = fmt.Sprintf("box-%04d", writer)
		}
		w := driver.Write{Mailbox: []byte(mailbox), Relaxed: relaxed}
		keys, values := Message(mailbox, int(n.Add(1)), body)
		if err := db.Update(ctx, w, func(tx driver.Tx) error {
			for i := range keys {
				if err := tx.Put(keys[i], values[i]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Error(err)
		}
	})
}

// Parallel spreads b.N calls of f over so many goroutines.
func Parallel(b *testing.B, goroutines int, f func(goroutine int)) {
	b.SetBytes(10 << 10)
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	done := make(chan struct{})
	for i := range goroutines {
		go func() {
			defer func() { done <- struct{}{} }()
			for left.Add(-1) >= 0 {
				f(i)
			}
		}()
	}
	for range goroutines {
		<-done
	}
	b.StopTimer()
}

const benchEntries = 50_000

// fill stores small entries, and every hundredth a body.
func fill(b *testing.B, db driver.DB) {
	body := Body()
	for at := 0; at < benchEntries; at += 500 {
		update(b, db, box, func(tx driver.Tx) error {
			for i := at; i < at+500; i++ {
				v := body[:32]
				if i%100 == 0 {
					v = body
				}
				if err := tx.Put(numbered(box, i*2), v); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if c, ok := db.(driver.Compactor); ok {
		if err := c.Compact(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkGet(b *testing.B, db driver.DB) { benchmarkGets(b, db, 0, 100) }

func benchmarkGetAbsent(b *testing.B, db driver.DB) { benchmarkGets(b, db, 1, 1) }

func benchmarkGets(b *testing.B, db driver.DB, odd, step int) {
	defer db.Close()
	fill(b, db)
	s := snapshot(b, db)
	rnd := rand.New(rand.NewPCG(3, 4))
	b.ReportAllocs()
	for b.Loop() {
		i := rnd.IntN(benchEntries/step) * step
		v, err := s.Get(numbered(box, i*2+odd))
		if err != nil || (v == nil) != (odd == 1) {
			b.Fatal(i, err)
		}
	}
}

func benchmarkScan(b *testing.B, db driver.DB) {
	defer db.Close()
	fill(b, db)
	s := snapshot(b, db)
	rnd := rand.New(rand.NewPCG(5, 6))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		err := s.Scan(numbered(box, rnd.IntN(benchEntries-256)*2), driver.PrefixEnd([]byte(box)), false, func(_, _ []byte) bool {
			n++
			return n < 256
		})
		if err != nil || n != 256 {
			b.Fatal(n, err)
		}
	}
}

func benchmarkSnapshot(b *testing.B, db driver.DB) {
	defer db.Close()
	fill(b, db)
	b.ReportAllocs()
	for b.Loop() {
		s, err := db.Snapshot(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Get(numbered(box, 2)); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkReadsInTx(b *testing.B, db driver.DB) {
	defer db.Close()
	fill(b, db)
	rnd := rand.New(rand.NewPCG(7, 8))
	b.ReportAllocs()
	for b.Loop() {
		err := db.Update(ctx, driver.Write{Mailbox: []byte(box), Relaxed: true}, func(tx driver.Tx) error {
			for range 4 {
				k := numbered(box, rnd.IntN(benchEntries)*2)
				v, err := tx.Get(k)
				if err != nil {
					return err
				}
				if err := tx.Put(k, v); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
