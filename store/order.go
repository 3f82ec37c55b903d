package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sort"

	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/table"
)

// An order is the rows of a view as entries in byte order. Three things are one:
// an index, a list sorted in memory (small folders and hierarchies), and an index
// seen through a restriction that has none of its own.
type order interface {
	// Ascend yields the entries ≥ from, Descend those ≤ from; nil is the end
	// they start at. Entries are valid until yield returns.
	Ascend(from []byte, yield func([]byte) bool) error
	Descend(from []byte, yield func([]byte) bool) error

	Len() (int64, error)
	Rank(entry []byte) (n int64, present bool, err error) // entries < entry
	Select(n int64) ([]byte, error)                       // nil past the end
}

// errNeedsIndex: the order can be walked, but not counted.
var errNeedsIndex = errors.New("store: view needs an index of its own")

// indexOrder is an index in a snapshot.
type indexOrder struct {
	index  table.Index
	reader driver.Reader
}

func (o indexOrder) Ascend(from []byte, yield func([]byte) bool) error {
	return o.index.Ascend(o.reader, from, yield)
}
func (o indexOrder) Descend(from []byte, yield func([]byte) bool) error {
	return o.index.Descend(o.reader, from, yield)
}
func (o indexOrder) Len() (int64, error)                    { return o.index.Len(o.reader) }
func (o indexOrder) Rank(entry []byte) (int64, bool, error) { return o.index.Rank(o.reader, entry) }
func (o indexOrder) Select(n int64) ([]byte, error)         { return o.index.Select(o.reader, n) }

// listOrder is a sorted list.
type listOrder [][]byte

func (o listOrder) find(entry []byte) (int, bool) {
	return slices.BinarySearchFunc(o, entry, bytes.Compare)
}

func (o listOrder) Ascend(from []byte, yield func([]byte) bool) error {
	i := 0
	if from != nil {
		i, _ = o.find(from)
	}
	for ; i < len(o) && yield(o[i]); i++ {
	}
	return nil
}

func (o listOrder) Descend(from []byte, yield func([]byte) bool) error {
	i := len(o) - 1
	if from != nil {
		at, present := o.find(from)
		if i = at; !present {
			i--
		}
	}
	for ; i >= 0 && yield(o[i]); i-- {
	}
	return nil
}

func (o listOrder) Len() (int64, error) { return int64(len(o)), nil }

func (o listOrder) Rank(entry []byte) (int64, bool, error) {
	i, present := o.find(entry)
	return int64(i), present, nil
}

func (o listOrder) Select(n int64) ([]byte, error) {
	if n < 0 || n >= int64(len(o)) {
		return nil, nil
	}
	return o[n], nil
}

// filterOrder is an order seen through a condition.
type filterOrder struct {
	order
	keep func(entry []byte) (bool, error)
}

func (o filterOrder) walk(walk func([]byte, func([]byte) bool) error, from []byte, yield func([]byte) bool) error {
	var inner error
	err := walk(from, func(e []byte) bool {
		var ok bool
		if ok, inner = o.keep(e); inner != nil {
			return false
		}
		return !ok || yield(e)
	})
	return errors.Join(inner, err)
}

func (o filterOrder) Ascend(from []byte, yield func([]byte) bool) error {
	return o.walk(o.order.Ascend, from, yield)
}
func (o filterOrder) Descend(from []byte, yield func([]byte) bool) error {
	return o.walk(o.order.Descend, from, yield)
}
func (o filterOrder) Len() (int64, error)              { return 0, errNeedsIndex }
func (o filterOrder) Rank([]byte) (int64, bool, error) { return 0, false, errNeedsIndex }
func (o filterOrder) Select(int64) ([]byte, error)     { return nil, errNeedsIndex }

// firstOrder walks a part of a folder that has no index for the order: it reads
// all rows and keeps the first ones. Whoever wants more than viewSizes.topRows
// needs the index.
type firstOrder struct {
	box    *Mailbox
	ctx    context.Context // of the call that walks
	reader driver.Reader
	part   folderPart
	spec   *viewSpec
}

func (o firstOrder) Ascend(from []byte, yield func([]byte) bool) error {
	return o.top(yield, func(a, b []byte) bool { return bytes.Compare(a, b) < 0 },
		func(e []byte) bool { return from == nil || bytes.Compare(e, from) >= 0 })
}

func (o firstOrder) Descend(from []byte, yield func([]byte) bool) error {
	return o.top(yield, func(a, b []byte) bool { return bytes.Compare(a, b) > 0 },
		func(e []byte) bool { return from == nil || bytes.Compare(e, from) <= 0 })
}

// top yields the first entries in the order of before, and then reports
// errNeedsIndex if there are more.
func (o firstOrder) top(yield func([]byte) bool, before func(a, b []byte) bool, in func([]byte) bool) error {
	topRows := o.box.store.sizes.topRows
	var best [][]byte // unsorted beyond topRows until it is trimmed
	more := false
	for e, err := range o.box.scanEntries(o.ctx, o.reader, o.part, o.spec) {
		if err != nil {
			return err
		}
		if !in(e) || len(best) >= topRows && more && !before(e, best[topRows-1]) {
			continue
		}
		if best = append(best, e); len(best) >= 4*topRows {
			sort.Slice(best, func(i, j int) bool { return before(best[i], best[j]) })
			best, more = best[:topRows], true
		}
	}
	sort.Slice(best, func(i, j int) bool { return before(best[i], best[j]) })
	if len(best) > topRows {
		best, more = best[:topRows], true
	}
	for _, e := range best {
		if !yield(e) {
			return nil
		}
	}
	if more {
		return errNeedsIndex
	}
	return nil
}

func (o firstOrder) Len() (int64, error)              { return 0, errNeedsIndex }
func (o firstOrder) Rank([]byte) (int64, bool, error) { return 0, false, errNeedsIndex }
func (o firstOrder) Select(int64) ([]byte, error)     { return nil, errNeedsIndex }
