package store

import (
	"bytes"
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// Read returns up to n rows behind the cursor and moves it behind them; with a
// negative n up to -n rows before it, in their forward order, and moves it before
// them (MS-OXCTABL 2.2.2.5). No rows means that the end, or the beginning, was
// reached. It reports mapi.ErrInvalidParameter for 0.
func (t *Table) Read(ctx context.Context, n int) ([]Row, error) {
	const op = "store.Table.Read"
	if n == 0 {
		return nil, fail(op, fmt.Errorf("%w: reading no rows", mapi.ErrInvalidParameter))
	}
	var rows []Row
	want := t.wants()
	err := t.do(ctx, func(r driver.Reader, o order) (err error) {
		if n > 0 {
			rows, err = t.take(ctx, r, o, t.cursor, n, want)
			return err
		}
		var entries entryList
		err = t.walkBack(ctx, o, t.cursor, func(e []byte) (bool, error) {
			entries.add(e)
			return len(entries.list) < -n, nil
		})
		if err != nil {
			return err
		}
		slices.Reverse(entries.list)
		rows, err = t.rowsOf(ctx, r, entries.list, want)
		return err
	})
	if err != nil {
		return nil, fail(op, err)
	}
	switch {
	case len(rows) == 0 && n > 0:
		t.cursor = boundary{after: true}
	case len(rows) == 0:
		t.cursor = boundary{}
	case n > 0:
		t.cursor = boundary{rows[len(rows)-1].entry, true}
	default:
		t.cursor = boundary{rows[0].entry, false}
	}
	return rows, nil
}

// Position returns how many rows are before the cursor, and how many there are
// (MS-OXCTABL 2.2.2.8).
func (t *Table) Position(ctx context.Context) (position, total int64, err error) {
	err = t.do(ctx, func(_ driver.Reader, o order) (err error) {
		if total, err = o.Len(); err != nil {
			return err
		}
		position, err = rankOf(o, t.cursor, total)
		return err
	})
	return position, total, fail("store.Table.Position", err)
}

func rankOf(o order, at boundary, total int64) (int64, error) {
	if at.entry == nil {
		if at.after {
			return total, nil
		}
		return 0, nil
	}
	n, present, err := o.Rank(at.entry)
	if present && at.after {
		n++
	}
	return n, err
}

// A Bookmark is a place from which to seek: one of the three constants, or one
// that [Table.Bookmark] made.
type Bookmark int

const (
	Beginning Bookmark = 0 // BOOKMARK_BEGINNING
	Current   Bookmark = 1 // BOOKMARK_CURRENT
	End       Bookmark = 2 // BOOKMARK_END
)

// Seek moves the cursor n rows from a place, backwards when n is negative, and
// returns by how many it moved: fewer than n at either end (MS-OXCTABL 2.2.2.9).
// It reports mapi.ErrInvalidBookmark for a place that does not exist. When the row
// of a bookmark is not shown any more, Seek begins at the row that followed it,
// moves, and reports mapi.WarnPositionChanged.
func (t *Table) Seek(ctx context.Context, from Bookmark, n int64) (int64, error) {
	const op = "store.Table.Seek"
	at, lost, err := t.place(ctx, from)
	if err != nil {
		return 0, fail(op, err)
	}
	moved, err := t.seek(ctx, at, n)
	if err == nil && lost {
		err = fmt.Errorf("%w: the row of bookmark %d is gone", mapi.WarnPositionChanged, from)
	}
	return moved, fail(op, err)
}

func (t *Table) seek(ctx context.Context, at boundary, n int64) (int64, error) {
	if n == 0 || at.entry == nil && at.after == (n > 0) {
		t.cursor = at
		return 0, nil
	}
	var moved int64
	err := t.do(ctx, func(_ driver.Reader, o order) error {
		total, err := o.Len()
		if err != nil {
			return err
		}
		start, err := rankOf(o, at, total)
		if err != nil {
			return err
		}
		moved = min(max(n, -start), total-start)
		target := start + moved
		return t.standAt(o, target, total)
	})
	return moved, err
}

// standAt puts the cursor before the row at a position.
func (t *Table) standAt(o order, position, total int64) error {
	switch {
	case position <= 0:
		t.cursor = boundary{}
		return nil
	case position >= total:
		t.cursor = boundary{after: true}
		return nil
	}
	e, err := o.Select(position)
	if err == nil {
		t.cursor = boundary{entry: bytes.Clone(e)}
	}
	return err
}

// SeekFraction moves the cursor to the part numerator/denominator of the table
// (MS-OXCTABL 2.2.2.11). It reports mapi.ErrInvalidParameter for a denominator
// that is not positive.
func (t *Table) SeekFraction(ctx context.Context, numerator, denominator int64) error {
	const op = "store.Table.SeekFraction"
	if denominator <= 0 || numerator < 0 {
		return fail(op, fmt.Errorf("%w: fraction %d/%d", mapi.ErrInvalidParameter, numerator, denominator))
	}
	return fail(op, t.do(ctx, func(_ driver.Reader, o order) error {
		total, err := o.Len()
		if err != nil {
			return err
		}
		position := total
		if numerator < denominator {
			hi, lo := bits.Mul64(uint64(total), uint64(numerator))
			quotient, _ := bits.Div64(hi, lo, uint64(denominator)) // less than total
			position = int64(quotient)
		}
		return t.standAt(o, position, total)
	}))
}

// Bookmark remembers the row behind the cursor, or the end of the table. It leads
// to that row wherever the row goes while it is shown.
func (t *Table) Bookmark(ctx context.Context) (Bookmark, error) {
	at := boundary{after: true}
	err := t.do(ctx, func(_ driver.Reader, o order) error {
		return t.walk(ctx, o, t.cursor, func(e []byte) (bool, error) {
			at = boundary{entry: bytes.Clone(e)}
			return false, nil
		})
	})
	if err != nil {
		return 0, fail("store.Table.Bookmark", err)
	}
	if t.bookmarks == nil {
		t.bookmarks, t.nextMark = map[Bookmark]boundary{}, End
	}
	t.nextMark++
	t.bookmarks[t.nextMark] = at
	return t.nextMark, nil
}

// FreeBookmark forgets a bookmark. It reports mapi.ErrInvalidBookmark for one that
// does not exist; freeing the three constants does nothing.
func (t *Table) FreeBookmark(b Bookmark) error {
	if _, ok := t.bookmarks[b]; !ok && (b < Beginning || b > End) {
		return fail("store.Table.FreeBookmark", mapi.ErrInvalidBookmark)
	}
	delete(t.bookmarks, b)
	return nil
}

// place finds where a bookmark leads, and says when its row is lost: then it leads
// to where the row was.
func (t *Table) place(ctx context.Context, b Bookmark) (at boundary, lost bool, err error) {
	switch b {
	case Beginning:
		return boundary{}, false, nil
	case Current:
		return t.cursor, false, nil
	case End:
		return boundary{after: true}, false, nil
	}
	at, ok := t.bookmarks[b]
	if !ok {
		return at, false, fmt.Errorf("%w: %d", mapi.ErrInvalidBookmark, b)
	}
	if at.entry == nil {
		return at, false, nil
	}
	err = t.do(ctx, func(r driver.Reader, _ order) error {
		now, err := t.source.entryOf(query{ctx: ctx, spec: t.spec}, r, rowkey.LastID(at.entry))
		if lost = now == nil; !lost {
			at.entry = now
		}
		return err
	})
	return at, lost, err
}

// Find looks for the first row from a place on that satisfies a restriction, or
// with backwards for the nearest one before the place. It puts the cursor before
// the row and returns it. It reports mapi.ErrNotFound, and leaves the cursor, when
// there is none (MS-OXCTABL 2.2.2.14). A comparison with the first key of the
// sort order is looked up rather than searched for.
func (t *Table) Find(ctx context.Context, where mapi.Restriction, from Bookmark, backwards bool) (Row, error) {
	const op = "store.Table.Find"
	match, err := mapi.Compile(where)
	if err != nil {
		return Row{}, fail(op, err)
	}
	at, _, err := t.place(ctx, from)
	if err != nil {
		return Row{}, fail(op, err)
	}
	reads, _ := mapi.RestrictionProps(where)
	want := t.source.mailbox().wants(append(reads, t.view.Columns...), nil)
	var found Row
	err = t.do(ctx, func(r driver.Reader, o order) error {
		found = Row{}
		visit := func(e []byte) (bool, error) {
			obj, err := t.source.object(r, e, want)
			if err != nil {
				return false, err
			}
			ok, err := match.Match(obj)
			if im, isImage := obj.(*image); err == nil && isImage {
				err = im.err
			}
			if err != nil || !ok {
				return err == nil, err
			}
			found, err = makeRow(obj, t.view.Columns, e)
			t.source.identify(&found)
			return false, err
		}
		if backwards {
			return t.walkBack(ctx, o, at, visit)
		}
		start, prefix := t.lookUp(where, at)
		if prefix != nil {
			visit = onlyWhile(prefix, visit)
		}
		return t.walk(ctx, o, start, visit)
	})
	if err == nil && found.entry == nil {
		err = fmt.Errorf("%w: no such row", mapi.ErrNotFound)
	}
	if err != nil {
		return Row{}, fail(op, err)
	}
	t.cursor = boundary{entry: found.entry}
	return found, nil
}

// lookUp turns a comparison with the first sort key into a place to start at: no
// row before it satisfies where. For equality only entries that begin with prefix
// can.
func (t *Table) lookUp(where mapi.Restriction, at boundary) (start boundary, prefix []byte) {
	r, ok := where.(*mapi.PropertyRestriction)
	if !ok || len(t.spec.sort) == 0 || t.spec.sort[0].Prop != r.Prop || r.Prop.Type.IsMultiple() ||
		at.entry == nil && at.after {
		return at, nil
	}
	key := mapi.AppendSortKey(nil, r.Prop.Type, r.Value, false, t.spec.keySize)
	if r.Op == mapi.EqualTo {
		prefix = key
	}
	var passed bool // the cursor is behind the place already
	switch {
	case !t.backwards && (prefix != nil || r.Op == mapi.GreaterOrEqual || r.Op == mapi.GreaterThan):
		passed = bytes.Compare(at.entry, key) > 0
	case t.backwards && (prefix != nil || r.Op == mapi.LessOrEqual || r.Op == mapi.LessThan):
		// The greatest entry of the value: its key, and the greatest of what
		// can follow.
		key = append(key[:len(key):len(key)], bytes.Repeat([]byte{0xFF}, 8)...)
		passed = at.entry != nil && bytes.Compare(at.entry, key) < 0
	default:
		return at, nil
	}
	if passed {
		return at, prefix
	}
	return boundary{entry: key}, prefix
}

// onlyWhile stops at the first entry that does not begin with prefix.
func onlyWhile(prefix []byte, visit func([]byte) (bool, error)) func([]byte) (bool, error) {
	return func(e []byte) (bool, error) {
		if !bytes.HasPrefix(e, prefix) {
			return false, nil
		}
		return visit(e)
	}
}
