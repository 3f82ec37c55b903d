package pebbledb

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The logs that are surveyed may hold anything.
func FuzzSurveyLog(f *testing.F) {
	fs := vfs.NewMem()
	db, err := Open("store", &Options{FS: fs})
	if err != nil {
		f.Fatal(err)
	}
	for range 3 {
		batch := db.pdb.NewBatch()
		if err := batch.Set([]byte("key"), make([]byte, 20_000), nil); err != nil {
			f.Fatal(err)
		}
		if err := db.write(batch, false); err != nil {
			f.Fatal(err)
		}
		if err := db.await(batch); err != nil {
			f.Fatal(err)
		}
	}
	l := new(ledger)
	if err := l.survey(db.disk); err != nil {
		f.Fatal(err)
	}
	num := l.logs[0].num
	log, err := readFile(fs, "store/"+l.logs[0].name())
	if err != nil {
		f.Fatal(err)
	}
	if err := db.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(log, num)
	f.Add(log[:30_000], num)
	f.Add(log[20_000:], num)
	f.Fuzz(func(t *testing.T, log []byte, num uint64) {
		s := &logSurvey{num: num}
		for len(log) > 0 {
			n := min(len(log), logBlock)
			s.block(log[:n])
			log = log[n:]
		}
		if s.whole && !s.closed {
			t.Error("whole, but not closed")
		}
	})
}
