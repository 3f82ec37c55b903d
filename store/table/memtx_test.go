package table_test

import (
	"bytes"
	"slices"
	"sort"

	"github.com/okapi-mail/okapi/store/driver"
)

// A memTx is a sorted map that counts what is asked of it. Keys stand in chunks of
// at most 512, so that a million of them can be inserted in any order.
type memTx struct {
	chunks [][]pair
	cost   cost
}

type pair struct{ key, value []byte }

// A cost is what some operations asked of a transaction.
type cost struct{ gets, scans, keys, puts, deletes int }

func (c cost) minus(d cost) cost {
	return cost{c.gets - d.gets, c.scans - d.scans, c.keys - d.keys, c.puts - d.puts, c.deletes - d.deletes}
}

var _ driver.Tx = (*memTx)(nil)

// find returns the place of the first key ≥ key.
func (m *memTx) find(key []byte) (chunk, at int, exact bool) {
	chunk = sort.Search(len(m.chunks), func(i int) bool {
		c := m.chunks[i]
		return bytes.Compare(c[len(c)-1].key, key) >= 0
	})
	if chunk == len(m.chunks) {
		return chunk, 0, false
	}
	at, exact = slices.BinarySearchFunc(m.chunks[chunk], key, func(p pair, k []byte) int { return bytes.Compare(p.key, k) })
	return chunk, at, exact
}

func (m *memTx) Get(key []byte) ([]byte, error) {
	m.cost.gets++
	if c, i, ok := m.find(key); ok {
		return m.chunks[c][i].value, nil
	}
	return nil, nil
}

func (m *memTx) Scan(lo, hi []byte, reverse bool, yield func(key, value []byte) bool) error {
	m.cost.scans++
	step := 1
	c, i, _ := m.find(lo)
	if reverse {
		step = -1
		if c, i = len(m.chunks), 0; hi != nil {
			c, i, _ = m.find(hi)
		}
		c, i = m.next(c, i, -1)
	}
	for c >= 0 && c < len(m.chunks) {
		p := m.chunks[c][i]
		if reverse && bytes.Compare(p.key, lo) < 0 || !reverse && hi != nil && bytes.Compare(p.key, hi) >= 0 {
			return nil
		}
		m.cost.keys++
		if !yield(p.key, p.value) {
			return nil
		}
		c, i = m.next(c, i, step)
	}
	return nil
}

func (m *memTx) next(c, i, step int) (int, int) {
	i += step
	switch {
	case i < 0:
		if c--; c >= 0 {
			i = len(m.chunks[c]) - 1
		}
	case c < len(m.chunks) && i == len(m.chunks[c]):
		c, i = c+1, 0
	}
	return c, i
}

func (m *memTx) Put(key, value []byte) error {
	m.cost.puts++
	if len(key) == 0 || len(key) > driver.MaxKey || len(value) > driver.MaxValue {
		return driver.ErrTooBig
	}
	p := pair{bytes.Clone(key), append([]byte{}, value...)}
	c, i, ok := m.find(key)
	switch {
	case ok:
		m.chunks[c][i] = p
		return nil
	case len(m.chunks) == 0:
		m.chunks = [][]pair{{p}}
		return nil
	case c == len(m.chunks):
		c--
		i = len(m.chunks[c])
	}
	m.chunks[c] = slices.Insert(m.chunks[c], i, p)
	if n := len(m.chunks[c]); n > 512 {
		tail := slices.Clone(m.chunks[c][n/2:])
		m.chunks[c] = m.chunks[c][: n/2 : n/2]
		m.chunks = slices.Insert(m.chunks, c+1, tail)
	}
	return nil
}

func (m *memTx) Delete(key []byte) error {
	m.cost.deletes++
	c, i, ok := m.find(key)
	if !ok {
		return nil
	}
	if m.chunks[c] = slices.Delete(m.chunks[c], i, i+1); len(m.chunks[c]) == 0 {
		m.chunks = slices.Delete(m.chunks, c, c+1)
	}
	return nil
}

func (m *memTx) DeleteRange(lo, hi []byte) error {
	var doomed [][]byte
	err := m.Scan(lo, hi, false, func(key, _ []byte) bool {
		doomed = append(doomed, key)
		return true
	})
	for _, key := range doomed {
		_ = m.Delete(key)
	}
	return err
}

// clone returns a copy that shares no memory which Put or Delete write.
func (m *memTx) clone() *memTx {
	c := &memTx{cost: m.cost}
	for _, chunk := range m.chunks {
		c.chunks = append(c.chunks, slices.Clone(chunk))
	}
	return c
}

// all returns a copy of the contents.
func (m *memTx) all() []pair {
	return slices.Concat(m.chunks...)
}
