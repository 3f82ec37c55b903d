package store

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A pass reads all rows of a part of a folder in one snapshot and computes their
// entries, on all processors.
type pass struct {
	box    *Mailbox
	reader driver.Reader // of a snapshot: several goroutines read it at once
	part   folderPart
	spec   *viewSpec
}

// each calls work for every range of the rows, for several at once, each with a
// function that scans the range. The order of the ranges is of no meaning.
func (p pass) each(ctx context.Context, work func(scan entryScan) error) error {
	ranges, err := p.ranges()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	todo := make(chan [2][]byte, len(ranges))
	for _, r := range ranges {
		todo <- r
	}
	close(todo)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(ranges)) {
		workers.Go(func() {
			for r := range todo {
				if ctx.Err() != nil {
					return
				}
				err := work(func(yield func(entry []byte) bool) error { return p.scan(ctx, r[0], r[1], yield) })
				if err != nil {
					stop(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// An entryScan yields the entries of some rows in the order of the rows. An entry
// is valid until yield returns.
type entryScan func(yield func(entry []byte) bool) error

// ranges cuts the keys of the rows into pieces of viewSizes.rangeRows rows, if
// the ids are evenly spread. They seldom are, so there are many more pieces than
// processors.
func (p pass) ranges() ([][2][]byte, error) {
	b := p.box
	lo := b.space.Rows(p.part.folder, p.part.part)
	hi := rowkey.After(lo)
	counters, err := b.readCounters(p.reader, p.part.folder)
	if err != nil {
		return nil, err
	}
	n := min(partCount(counters, p.part.part)/int64(b.store.sizes.rangeRows), maxRanges)
	if n < 2 {
		return [][2][]byte{{lo, hi}}, nil
	}
	first, err := p.edge(lo, hi, false)
	if err != nil {
		return nil, err
	}
	last, err := p.edge(lo, hi, true)
	if err != nil {
		return nil, err
	}
	step := (last-first)/uint64(n) + 1
	var ranges [][2][]byte
	for id := first + step; id < last; id += step {
		cut := b.space.Row(p.part.folder, p.part.part, id)
		ranges = append(ranges, [2][]byte{lo, cut})
		lo = cut
	}
	return append(ranges, [2][]byte{lo, hi}), nil
}

// maxRanges bounds what the results of a pass have to be merged from.
const maxRanges = 256

// edge returns the first or last id of the rows; 0 when there are none.
func (p pass) edge(lo, hi []byte, last bool) (id uint64, err error) {
	err = p.reader.Scan(lo, hi, last, func(k, _ []byte) bool {
		id = rowkey.LastID(k)
		return false
	})
	return id, err
}

// scan yields the entries of the rows in a range of keys.
func (p pass) scan(ctx context.Context, lo, hi []byte, yield func(entry []byte) bool) error {
	want := p.box.wants(p.spec.uses())
	var inner error
	var entry []byte
	n := 0
	err := p.reader.Scan(lo, hi, false, func(k, v []byte) bool {
		if n++; n%1024 == 0 {
			if inner = context.Cause(ctx); inner != nil {
				return false
			}
		}
		var in bool
		if entry, in, inner = p.box.appendEntryOf(entry[:0], p.reader, p.part, p.spec, want, k, v); inner != nil {
			return false
		}
		return !in || yield(entry)
	})
	return errors.Join(inner, err)
}

// top returns the first entries of a pass, sorted in the order of before, as many
// as max, and whether there are more. It keeps in memory what it returns.
func (p pass) top(ctx context.Context, max int, before func(a, b []byte) bool, in func([]byte) bool) (list [][]byte, more bool, err error) {
	var mu sync.Mutex
	best := bounded{max: max, before: before}
	err = p.each(ctx, func(scan entryScan) error {
		mine := bounded{max: max, before: before}
		err := scan(func(e []byte) bool {
			if in(e) {
				mine.add(e)
			}
			return true
		})
		mu.Lock()
		defer mu.Unlock()
		best.more = best.more || mine.more
		for _, e := range mine.list {
			best.add(e)
		}
		return err
	})
	slices.SortFunc(best.list, func(a, b []byte) int {
		if before(a, b) {
			return -1
		}
		return 1
	})
	return best.list, best.more, err
}

// A bounded list keeps the first max of the entries that were added, as a heap
// with the last of them on top.
type bounded struct {
	max    int
	before func(a, b []byte) bool
	list   [][]byte
	more   bool // than max were added
}

func (l *bounded) add(e []byte) {
	if len(l.list) < l.max {
		heap.Push(l, bytes.Clone(e))
		return
	}
	l.more = true
	if l.before(e, l.list[0]) {
		l.list[0] = append(l.list[0][:0], e...)
		heap.Fix(l, 0)
	}
}

func (l *bounded) Len() int           { return len(l.list) }
func (l *bounded) Less(i, j int) bool { return l.before(l.list[j], l.list[i]) }
func (l *bounded) Swap(i, j int)      { l.list[i], l.list[j] = l.list[j], l.list[i] }
func (l *bounded) Push(e any)         { l.list = append(l.list, e.([]byte)) }

// Pop implements heap.Interface; nothing is ever taken off.
func (l *bounded) Pop() any {
	last := l.list[len(l.list)-1]
	l.list = l.list[:len(l.list)-1]
	return last
}
