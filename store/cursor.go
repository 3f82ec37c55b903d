package store

import (
	"bytes"
	"context"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
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
		rows = nil
		err = t.walkBack(ctx, o, t.cursor, func(e []byte) (bool, error) {
			w, err := t.row(r, e, want)
			rows = append(rows, w)
			return len(rows) < -n, err
		})
		for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
			rows[i], rows[j] = rows[j], rows[i]
		}
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
// (MS-OXCTABL 2.2.2.7).
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
// returns by how many it moved: fewer than n at either end (MS-OXCTABL 2.2.2.8).
// It reports mapi.ErrInvalidBookmark for a place that does not exist.
func (t *Table) Seek(ctx context.Context, from Bookmark, n int64) (int64, error) {
	const op = "store.Table.Seek"
	at, err := t.place(from)
	if err != nil {
		return 0, fail(op, err)
	}
	if n == 0 || at.entry == nil && at.after == (n > 0) {
		t.cursor = at
		return 0, nil
	}
	var moved int64
	err = t.do(ctx, func(_ driver.Reader, o order) error {
		total, err := o.Len()
		if err != nil {
			return err
		}
		start, err := rankOf(o, at, total)
		if err != nil {
			return err
		}
		target := min(max(start+n, 0), total)
		moved = target - start
		return t.standAt(o, target, total)
	})
	return moved, fail(op, err)
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
// (MS-OXCTABL 2.2.2.10). It reports mapi.ErrInvalidParameter for a denominator
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
			position = int64(float64(total) * (float64(numerator) / float64(denominator)))
		}
		return t.standAt(o, position, total)
	}))
}

// Bookmark remembers where the cursor stands. The place stays next to its row
// when others come and go.
func (t *Table) Bookmark() Bookmark {
	if t.bookmarks == nil {
		t.bookmarks, t.nextMark = map[Bookmark]boundary{}, End
	}
	t.nextMark++
	t.bookmarks[t.nextMark] = t.cursor
	return t.nextMark
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

func (t *Table) place(b Bookmark) (boundary, error) {
	switch b {
	case Beginning:
		return boundary{}, nil
	case Current:
		return t.cursor, nil
	case End:
		return boundary{after: true}, nil
	}
	at, ok := t.bookmarks[b]
	if !ok {
		return at, fmt.Errorf("%w: %d", mapi.ErrInvalidBookmark, b)
	}
	return at, nil
}

// Find looks for the first row from a place on that satisfies a restriction, or
// with backwards for the nearest one before the place. It puts the cursor before
// the row and returns it. It reports mapi.ErrNotFound, and leaves the cursor, when
// there is none (MS-OXCTABL 2.2.2.13). A comparison with the first key of the
// sort order is looked up rather than searched for.
func (t *Table) Find(ctx context.Context, where mapi.Restriction, from Bookmark, backwards bool) (Row, error) {
	const op = "store.Table.Find"
	match, err := mapi.Compile(where)
	if err != nil {
		return Row{}, fail(op, err)
	}
	at, err := t.place(from)
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
		start, done := t.lookUp(where, at)
		if done {
			visit = onlyWhile(start.entry, visit)
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
// row before it satisfies where. For equality only entries that begin with the
// place's entry can.
func (t *Table) lookUp(where mapi.Restriction, at boundary) (start boundary, equal bool) {
	r, ok := where.(*mapi.PropertyRestriction)
	if !ok || t.backwards || len(t.spec.sort) == 0 || t.spec.sort[0].Prop != r.Prop || r.Prop.Type.IsMultiple() ||
		t.spec.sort[0].Descending {
		return t.lookUpBackwards(where, at)
	}
	if r.Op != mapi.EqualTo && r.Op != mapi.GreaterOrEqual && r.Op != mapi.GreaterThan {
		return at, false
	}
	key := mapi.AppendSortKey(nil, r.Prop.Type, r.Value, false, t.spec.keySize)
	if at.after || bytes.Compare(at.entry, key) > 0 {
		return at, false
	}
	return boundary{entry: key}, r.Op == mapi.EqualTo
}

// lookUpBackwards is lookUp for a view that reads its index backwards: what is
// least in the index comes last.
func (t *Table) lookUpBackwards(where mapi.Restriction, at boundary) (boundary, bool) {
	r, ok := where.(*mapi.PropertyRestriction)
	if !ok || !t.backwards || t.spec.sort[0].Prop != r.Prop || r.Prop.Type.IsMultiple() {
		return at, false
	}
	if r.Op != mapi.EqualTo && r.Op != mapi.LessOrEqual && r.Op != mapi.LessThan {
		return at, false
	}
	// The greatest entry of the value: its key, and the greatest of what follows.
	key := append(mapi.AppendSortKey(nil, r.Prop.Type, r.Value, false, t.spec.keySize), bytes.Repeat([]byte{0xFF}, 8)...)
	if at.entry != nil && bytes.Compare(at.entry, key) < 0 || at.entry == nil && at.after {
		return at, false
	}
	return boundary{entry: key}, false
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
