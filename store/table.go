package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A Table shows the messages of a folder or its subfolders (MS-OXCTABL). It is
// live: each call sees the folder as it is then. [Table.Rows] and [Table.Page]
// need no cursor; [Table.Read], [Table.Seek] and [Table.Find] share one, which
// stands between two rows and stays there when rows come and go around it.
//
// The order of the rows is kept in an index, so that the first page, a page in
// the middle, the row count and the position of a row cost about the same in a
// folder of any size. Usual orders have their index from the beginning; for any
// other order and for restricted views it is built when it is first needed, and
// kept up to date from then on. Folders of up to 500 messages are sorted in
// memory. A CountRestriction at the top of Where limits what Rows yields, not the
// other methods.
//
// A Table is used by one goroutine at a time. It needs no closing.
type Table struct {
	source    source
	view      View
	spec      *viewSpec
	backwards bool
	err       error // of the view

	cursor    boundary
	bookmarks map[Bookmark]boundary
	nextMark  Bookmark
}

// A source is where the rows of a table come from.
type source interface {
	mailbox() *Mailbox
	order(q query, r driver.Reader) (order, error)
	build(q query) error  // the index that the order needs
	sorted(q query) error // returns when a build under way can show the first rows
	object(r driver.Reader, entry []byte, want *rowkey.Selection) (mapi.Getter, error)
	// objects calls visit for each of several entries, in whatever order.
	objects(r driver.Reader, entries [][]byte, want *rowkey.Selection, visit func(i int, obj mapi.Getter) error) error
	entryOf(q query, r driver.Reader, id uint64) ([]byte, error)
	identify(w *Row)
}

// A query is a view during one call.
type query struct {
	ctx   context.Context
	spec  *viewSpec
	alone bool // without help from the build of an index
}

// A boundary is a place between two rows: before the first one, after the last
// one, or next to an entry.
type boundary struct {
	entry []byte // nil: at the beginning, or at the end
	after bool   // behind the entry; without entry: at the end
}

func (t *Table) setView(v View, columns []mapi.Prop) {
	if len(v.Columns) == 0 {
		v.Columns = columns
	}
	t.view = v
	if t.err = checkColumns(v.Columns); t.err == nil {
		where := v.Where
		if c, ok := where.(*mapi.CountRestriction); ok {
			where = c.Of
		}
		t.spec, t.backwards, t.err = newViewSpec(v.Sort, where)
	}
}

// Check reports mistakes in the view before a row is read: mapi.ErrTooComplex for
// a restriction or sort order that cannot be evaluated, and
// mapi.ErrInvalidParameter for impossible columns.
func (t *Table) Check() error { return fail("store.Table.Check", t.err) }

// Columns are the table's columns.
func (t *Table) Columns() []mapi.Prop { return t.view.Columns }

// do runs fn on the order of the rows in a snapshot. When the order must be
// counted and cannot be, its index is built and fn runs again.
func (t *Table) do(ctx context.Context, fn func(r driver.Reader, o order) error) error {
	if t.err != nil {
		return t.err
	}
	q, waited := query{ctx: ctx, spec: t.spec}, false
	for range 5 {
		err := t.source.mailbox().view(ctx, func(r driver.Reader) error {
			o, err := t.source.order(q, r)
			if err != nil {
				return err
			}
			if t.backwards {
				o = reversed{o}
			}
			return fn(r, o)
		})
		switch {
		case errors.Is(err, errNeedsRuns):
			// One pass for all who look: that of the build. When it does not
			// help, a pass of its own finds the first rows.
			err := t.source.sorted(q)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			q.alone = err != nil || waited
			waited = true
			continue
		case !errors.Is(err, errNeedsIndex):
			return err
		}
		if err := t.source.build(q); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: the view's index is dropped again and again", mapi.ErrBusy)
}

// wants tells which stored properties a row needs.
func (t *Table) wants() *rowkey.Selection {
	return t.source.mailbox().wants(t.view.Columns, nil)
}

func (t *Table) row(r driver.Reader, entry []byte, want *rowkey.Selection) (Row, error) {
	obj, err := t.source.object(r, entry, want)
	if err != nil {
		return Row{}, err
	}
	w, err := makeRow(obj, t.view.Columns, entry)
	t.source.identify(&w)
	return w, err
}

// Rows yields all rows in their order, from one snapshot; a view whose index has
// to be built goes on with a later one after its first rows. The loop may use the
// store; breaking out of it releases everything.
func (t *Table) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		limit, limited := int64(-1), false
		if c, ok := t.view.Where.(*mapi.CountRestriction); ok {
			limit, limited = int64(c.Count), true
		}
		stopped := false
		var last boundary
		want := t.wants()
		err := t.do(ctx, func(r driver.Reader, o order) error {
			return t.walk(ctx, o, last, func(entry []byte) (bool, error) {
				if limited && limit == 0 {
					stopped = true
					return false, nil
				}
				w, err := t.row(r, entry, want)
				if err != nil {
					return false, err
				}
				limit--
				last = boundary{w.entry, true}
				stopped = !yield(w, nil)
				return !stopped, nil
			})
		})
		if err != nil && !stopped {
			yield(Row{}, fail("store.Table.Rows", err))
		}
	}
}

// walk visits the entries behind a boundary until visit says no.
func (t *Table) walk(ctx context.Context, o order, from boundary, visit func(entry []byte) (bool, error)) error {
	if from.entry == nil && from.after {
		return nil
	}
	skip := from.after
	return t.each(ctx, o.Ascend, from.entry, skip, visit)
}

// walkBack visits the entries before a boundary, the nearest first.
func (t *Table) walkBack(ctx context.Context, o order, from boundary, visit func(entry []byte) (bool, error)) error {
	if from.entry == nil && !from.after {
		return nil
	}
	skip := !from.after
	return t.each(ctx, o.Descend, from.entry, skip, visit)
}

// each visits entries in one direction; skip passes over from itself.
func (t *Table) each(ctx context.Context, walk func([]byte, func([]byte) bool) error, from []byte, skip bool,
	visit func(entry []byte) (bool, error)) error {
	var inner error
	n := 0
	err := walk(from, func(e []byte) bool {
		if skip && bytes.Equal(e, from) {
			return true
		}
		if n++; n%1024 == 0 {
			if inner = ctx.Err(); inner != nil {
				return false
			}
		}
		var more bool
		more, inner = visit(e)
		return more && inner == nil
	})
	if inner != nil {
		return inner
	}
	return err
}

// Count is the number of rows.
func (t *Table) Count(ctx context.Context) (int64, error) {
	var n int64
	err := t.do(ctx, func(_ driver.Reader, o order) (err error) {
		n, err = o.Len()
		return err
	})
	return n, fail("store.Table.Count", err)
}

// Page returns up to n rows from position from on, which counts from 0.
func (t *Table) Page(ctx context.Context, from int64, n int) ([]Row, error) {
	var rows []Row
	want := t.wants()
	err := t.do(ctx, func(r driver.Reader, o order) error {
		rows = nil
		start := boundary{}
		if from > 0 {
			e, err := o.Select(from)
			if err != nil || e == nil {
				return err
			}
			start.entry = bytes.Clone(e)
		}
		var err error
		rows, err = t.take(ctx, r, o, start, n, want)
		return err
	})
	return rows, fail("store.Table.Page", err)
}

func (t *Table) take(ctx context.Context, r driver.Reader, o order, from boundary, n int, want *rowkey.Selection) ([]Row, error) {
	if n <= 0 {
		return nil, nil
	}
	var entries entryList
	err := t.walk(ctx, o, from, func(e []byte) (bool, error) {
		entries.add(e)
		return len(entries.list) < n, nil
	})
	if err != nil {
		return nil, err
	}
	return t.rowsOf(ctx, r, entries.list, want)
}

// An entryList keeps entries, a few in one piece of memory.
type entryList struct {
	list  [][]byte
	piece []byte
}

func (l *entryList) add(e []byte) {
	if len(l.piece)+len(e) > cap(l.piece) { // the former piece is kept by the list
		l.piece = make([]byte, 0, 1024+len(e))
	}
	l.piece = append(l.piece, e...)
	l.list = append(l.list, l.piece[len(l.piece)-len(e):len(l.piece):len(l.piece)])
}

// rowsAtOnce is how many rows are fetched together.
const rowsAtOnce = 256

// rowsOf returns the rows of entries, in their order. The rows keep the entries.
func (t *Table) rowsOf(ctx context.Context, r driver.Reader, entries [][]byte, want *rowkey.Selection) ([]Row, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	rows := make([]Row, len(entries))
	for from := 0; from < len(entries); from += rowsAtOnce {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some := entries[from:min(from+rowsAtOnce, len(entries))]
		values := make([]mapi.Value, len(some)*len(t.view.Columns))
		err := t.source.objects(r, some, want, func(i int, obj mapi.Getter) (err error) {
			w := &rows[from+i]
			room := values[i*len(t.view.Columns) : (i+1)*len(t.view.Columns) : (i+1)*len(t.view.Columns)]
			*w, err = fillRow(obj, t.view.Columns, room, some[i])
			t.source.identify(w)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// PositionOf returns the position of a message's row, counted from 0. It reports
// mapi.ErrNotFound when the table does not show the message.
func (t *Table) PositionOf(ctx context.Context, id mapi.MessageID) (int64, error) {
	n, err := t.positionOf(ctx, uint64(id))
	return n, fail("store.Table.PositionOf", err)
}

// PositionOfFolder is PositionOf for a hierarchy table.
func (t *Table) PositionOfFolder(ctx context.Context, id mapi.FolderID) (int64, error) {
	n, err := t.positionOf(ctx, uint64(id))
	return n, fail("store.Table.PositionOfFolder", err)
}

func (t *Table) positionOf(ctx context.Context, id uint64) (int64, error) {
	var n int64
	err := t.do(ctx, func(r driver.Reader, o order) error {
		e, err := t.source.entryOf(query{ctx: ctx, spec: t.spec}, r, id)
		if err != nil {
			return err
		}
		present := false
		if e != nil {
			if n, present, err = o.Rank(e); err != nil {
				return err
			}
		}
		if !present {
			return fmt.Errorf("%w: the table does not show %012x", mapi.ErrNotFound, id)
		}
		return nil
	})
	return n, err
}

// reversed is an order read backwards: the view begins with a descending key.
type reversed struct{ order }

func (o reversed) Ascend(from []byte, yield func([]byte) bool) error {
	return o.order.Descend(from, yield)
}
func (o reversed) Descend(from []byte, yield func([]byte) bool) error {
	return o.order.Ascend(from, yield)
}

func (o reversed) Rank(entry []byte) (int64, bool, error) {
	n, present, err := o.order.Rank(entry)
	if err != nil {
		return 0, false, err
	}
	total, err := o.order.Len()
	if n = total - n; present {
		n--
	}
	return n, present, err
}

func (o reversed) Select(n int64) ([]byte, error) {
	total, err := o.order.Len()
	if err != nil || n < 0 || n >= total {
		return nil, err
	}
	return o.order.Select(total - 1 - n)
}

func sortEntries(list [][]byte) {
	slices.SortFunc(list, func(a, b []byte) int { return strings.Compare(string(a), string(b)) })
}

// noteUse remembers that a view was asked for, so that the right one goes when
// there are too many.
func (b *Mailbox) noteUse(fp folderPart, spec *viewSpec) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used == nil || len(b.used) > 4096 {
		b.used = map[usedView]uint64{}
	}
	b.uses++
	b.used[usedView{fp, string(spec.raw)}] = b.uses
}

type usedView struct {
	folderPart
	spec string
}

func (b *Mailbox) lastUse(fp folderPart, v rowkey.View) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used[usedView{fp, string(v.Spec)}]
}
