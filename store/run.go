package store

import (
	"bytes"
	"slices"
	"sort"
)

// A run is a sorted list of entries in one piece of memory: there may be millions,
// and the collector need not look at each.
type run struct {
	data []byte
	ends []uint32 // of the entries in data
}

// newRun makes a run of entries, which it sorts.
func newRun(entries [][]byte) run {
	slices.SortFunc(entries, bytes.Compare)
	size := 0
	for _, e := range entries {
		size += len(e)
	}
	w := run{data: make([]byte, 0, size), ends: make([]uint32, len(entries))}
	for i, e := range entries {
		w.data = append(w.data, e...)
		w.ends[i] = uint32(len(w.data))
	}
	return w
}

func (w run) len() int { return len(w.ends) }

// bytes is about the memory that the run takes.
func (w run) bytes() int { return cap(w.data) + 4*cap(w.ends) }

func (w run) at(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = w.ends[i-1]
	}
	return w.data[from:w.ends[i]:w.ends[i]]
}

// below returns how many entries are less than e.
func (w run) below(e []byte) int {
	return sort.Search(w.len(), func(i int) bool { return bytes.Compare(w.at(i), e) >= 0 })
}

// cut returns the entries less than e, without the memory of the others.
func (w run) cut(e []byte) run {
	n := w.below(e)
	if n == w.len() {
		return w
	}
	size := 0
	if n > 0 {
		size = int(w.ends[n-1])
	}
	return run{slices.Clone(w.data[:size]), slices.Clone(w.ends[:n])}
}

// A merge walks the entries of several runs in one order. It is a heap of the
// places reached in each.
type merge struct {
	heads   []head
	reverse bool
}

type head struct {
	entry []byte
	run   *run
	at    int
}

// newMerge begins with the entries ≥ from, or in reverse with those ≤ from; nil is
// the end that it starts at.
func newMerge(runs []run, from []byte, reverse bool) *merge {
	m := &merge{reverse: reverse}
	for i := range runs {
		h := head{run: &runs[i]}
		switch {
		case from != nil:
			h.at = h.run.below(from)
			if reverse && (h.at == h.run.len() || !bytes.Equal(h.run.at(h.at), from)) {
				h.at--
			}
		case reverse:
			h.at = h.run.len() - 1
		}
		if h.at >= 0 && h.at < h.run.len() {
			h.entry = h.run.at(h.at)
			m.heads = append(m.heads, h)
		}
	}
	for i := len(m.heads)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m
}

// entry is the next one; nil at the end. It is valid as long as the runs.
func (m *merge) entry() []byte {
	if len(m.heads) == 0 {
		return nil
	}
	return m.heads[0].entry
}

// next passes over the entry.
func (m *merge) next() {
	h := &m.heads[0]
	if m.reverse {
		h.at--
	} else {
		h.at++
	}
	if h.at >= 0 && h.at < h.run.len() {
		h.entry = h.run.at(h.at)
	} else {
		last := len(m.heads) - 1
		m.heads[0] = m.heads[last]
		m.heads = m.heads[:last]
	}
	m.sink(0)
}

// before tells the order of two entries in the direction of the merge.
func (m *merge) before(a, b []byte) bool {
	if m.reverse {
		a, b = b, a
	}
	return bytes.Compare(a, b) < 0
}

func (m *merge) sink(i int) {
	for {
		first := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < len(m.heads); kid++ {
			if m.before(m.heads[kid].entry, m.heads[first].entry) {
				first = kid
			}
		}
		if first == i {
			return
		}
		m.heads[i], m.heads[first] = m.heads[first], m.heads[i]
		i = first
	}
}
