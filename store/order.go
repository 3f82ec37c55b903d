package store

import (
	"bytes"
	"context"
	"errors"
	"slices"

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
	pass
	ctx context.Context // of the call that walks
}

func (o firstOrder) Ascend(from []byte, yield func([]byte) bool) error {
	return o.walk(yield, func(a, b []byte) bool { return bytes.Compare(a, b) < 0 },
		func(e []byte) bool { return from == nil || bytes.Compare(e, from) >= 0 })
}

func (o firstOrder) Descend(from []byte, yield func([]byte) bool) error {
	return o.walk(yield, func(a, b []byte) bool { return bytes.Compare(a, b) > 0 },
		func(e []byte) bool { return from == nil || bytes.Compare(e, from) <= 0 })
}

// walk yields the first entries in the order of before, and then reports
// errNeedsIndex if there are more.
func (o firstOrder) walk(yield func([]byte) bool, before func(a, b []byte) bool, in func([]byte) bool) error {
	list, more, err := o.top(o.ctx, o.box.store.sizes.topRows, before, in)
	if err != nil {
		return err
	}
	for _, e := range list {
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

// countingOrder is an index that has all its entries, which are being counted.
type countingOrder struct{ indexOrder }

func (o countingOrder) Len() (int64, error)              { return 0, errNeedsIndex }
func (o countingOrder) Rank([]byte) (int64, bool, error) { return 0, false, errNeedsIndex }
func (o countingOrder) Select(int64) ([]byte, error)     { return nil, errNeedsIndex }

// fillingOrder is an index that is being filled from runs: what is in it already,
// and what is in the runs and was not deleted since.
type fillingOrder struct {
	indexOrder
	runs  []run
	limit []byte // the runs have only what is less; nil: they have everything
	all   firstOrder
}

func (o fillingOrder) Ascend(from []byte, yield func([]byte) bool) error {
	if o.limit != nil && bytes.Compare(from, o.limit) >= 0 {
		return errNeedsIndex
	}
	stopped, err := o.merge(from, o.limit, false, yield)
	if err == nil && !stopped && o.limit != nil {
		err = errNeedsIndex
	}
	return err
}

func (o fillingOrder) Descend(from []byte, yield func([]byte) bool) error {
	if o.limit != nil && (from == nil || bytes.Compare(from, o.limit) >= 0) {
		return o.all.Descend(from, yield)
	}
	var hi []byte
	if from != nil {
		hi = append(slices.Clone(from), 0)
	}
	_, err := o.merge(from, hi, true, yield)
	return err
}

// merge yields the entries of the index and of the runs in one order. In reverse,
// from is where the runs begin and hi where the index does.
func (o fillingOrder) merge(from, hi []byte, reverse bool, yield func([]byte) bool) (stopped bool, err error) {
	build := o.index.Build()
	m := newMerge(o.runs, from, reverse)
	// upTo yields what the runs have before an entry of the index; nil: all.
	upTo := func(e []byte) bool {
		for next := m.entry(); next != nil && (e == nil || m.before(next, e)); next = m.entry() {
			var gone bool
			if gone, err = build.Deleted(o.reader, next); err != nil {
				return false
			}
			if !gone && !yield(next) {
				stopped = true
				return false
			}
			m.next()
		}
		return true
	}
	lo := from
	if reverse {
		lo = nil
	}
	scanErr := build.Entries(o.reader, lo, hi, reverse, func(e []byte) bool {
		if !upTo(e) {
			return false
		}
		if bytes.Equal(m.entry(), e) {
			m.next()
		}
		stopped = !yield(e)
		return !stopped
	})
	if err = errors.Join(err, scanErr); err == nil && !stopped {
		upTo(nil)
	}
	return stopped, err
}

func (o fillingOrder) Len() (int64, error)              { return 0, errNeedsIndex }
func (o fillingOrder) Rank([]byte) (int64, bool, error) { return 0, false, errNeedsIndex }
func (o fillingOrder) Select(int64) ([]byte, error)     { return nil, errNeedsIndex }
