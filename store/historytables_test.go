package store_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// A shown is a view of the store and what the model says of it.
type shown struct {
	b    *modelBox
	f    *modelFolder
	name string
	view store.View
	t    *store.Table
	want []*modelMessage
}

// show draws a view of a folder, more often of one with messages.
func (w *world) show() shown {
	b := w.box()
	f := w.folder(b)
	for range 3 {
		if len(f.msgs) < 3 {
			f = w.folder(b)
		}
	}
	order, filter := pick(w, modelSorts()), pick(w, modelFilters())
	if w.chance(40) {
		filter = modelFilters()[0]
	}
	s := shown{b: b, f: f, view: store.View{Where: filter.where, Sort: order.keys,
		Columns: store.Columns(props.PidTagSubject, props.PidTagMessageDeliveryTime, props.PidTagImportance)}}
	s.view.Associated, s.view.SoftDeleted = w.chance(15), w.chance(15)
	s.name = fmt.Sprintf("folder %v sorted by %s, where %s, associated %v, deleted %v", f.id, order.name, filter.name,
		s.view.Associated, s.view.SoftDeleted)
	for _, m := range f.part(s.view.Associated, s.view.SoftDeleted) {
		if filter.match(m) {
			s.want = append(s.want, m)
		}
	}
	slices.SortStableFunc(s.want, order.compare)
	s.t = w.handle(b, f).Contents(&s.view)
	return s
}

// rows reads a whole table.
func (w *world) rows(t *store.Table) []store.Row {
	var list []store.Row
	for row, err := range t.Rows(w.ctx) {
		w.ok(err, "rows")
		list = append(list, row)
	}
	return list
}

func (w *world) compareRows(s shown, want []*modelMessage, got []store.Row, what string) {
	var list []mapi.MessageID
	for _, row := range got {
		list = append(list, row.Message)
	}
	if !slices.Equal(ids(want), list) {
		w.failf("%s of %s: want %v, got %v", what, s.name, ids(want), list)
	}
	for i, row := range got {
		for k, p := range s.view.Columns {
			if !mapi.EqualValues(want[i].Get(p), row.Values[k]) {
				w.failf("%s of %s: column %v of %v: want %v, got %v", what, s.name, p, row.Message, want[i].Get(p), row.Values[k])
			}
		}
	}
}

func tableOperations() []operation {
	return []operation{
		{name: "table rows", weight: 8, run: func(w *world) {
			s := w.show()
			w.compareRows(s, s.want, w.rows(s.t), "rows")
		}},
		{name: "table count", weight: 5, run: func(w *world) {
			s := w.show()
			n, err := s.t.Count(w.ctx)
			w.ok(err, "count")
			w.equal(int64(len(s.want)), n, "count of "+s.name)
		}},
		{name: "table page", weight: 5, run: func(w *world) {
			s := w.show()
			from, n := w.rnd.IntN(len(s.want)+2), w.rnd.IntN(6)
			rows, err := s.t.Page(w.ctx, int64(from), n)
			w.ok(err, "page")
			start := min(from, len(s.want))
			w.compareRows(s, s.want[start:min(start+n, len(s.want))], rows, fmt.Sprintf("page %d+%d", from, n))
		}},
		{name: "table position of", weight: 5, run: (*world).positionOf},
		{name: "table first rows", weight: 2, run: (*world).firstRows},
		{name: "table rows while writing", weight: 3, run: (*world).rowsWhileWriting},
		{name: "hierarchy table", weight: 3, run: (*world).hierarchy},
		{name: "table of a bad view", weight: 1, run: func(w *world) {
			b := w.box()
			t := w.handle(b, w.folder(b)).Contents(&store.View{Sort: mapi.SortOrder{
				mapi.Ascending(mapi.Prop{ID: 0x3701, Type: mapi.PtypObject})}})
			w.is(mapi.ErrTooComplex, t.Check(), "check of a view")
			_, err := t.Count(w.ctx)
			w.is(mapi.ErrTooComplex, err, "count of a bad view")
		}},
	}
}

func (w *world) positionOf() {
	s := w.show()
	for i, m := range s.want {
		if w.chance(20) {
			n, err := s.t.PositionOf(w.ctx, m.id)
			w.ok(err, "position in "+s.name)
			w.equal(int64(i), n, "position in "+s.name)
		}
	}
	for _, m := range s.f.msgs {
		if w.chance(10) && !slices.Contains(s.want, m) {
			_, err := s.t.PositionOf(w.ctx, m.id)
			w.is(mapi.ErrNotFound, err, "position of what is not in "+s.name)
		}
	}
}

// firstRows limits the rows in the restriction, or leaves the loop.
func (w *world) firstRows() {
	s := w.show()
	n := w.rnd.IntN(5)
	want := s.want[:min(n, len(s.want))]
	view := s.view
	view.Where = &mapi.CountRestriction{Count: uint32(n), Of: view.Where}
	w.compareRows(s, want, w.rows(w.handle(s.b, s.f).Contents(&view)), "counted rows")
	var got []store.Row
	for row, err := range s.t.Rows(w.ctx) {
		w.ok(err, "rows")
		if len(got) == n {
			break
		}
		got = append(got, row)
	}
	w.compareRows(s, want, got, "first rows")
}

// rowsWhileWriting changes the folder while its rows are read: the reader sees
// what was there when it began.
func (w *world) rowsWhileWriting() {
	s := w.show()
	want := make([]*modelMessage, len(s.want))
	for i, m := range s.want {
		want[i] = m.clone()
	}
	// A first look builds the index, so that the second one is of one snapshot.
	if _, err := s.t.Count(w.ctx); err != nil {
		w.ok(err, "count")
	}
	var got []store.Row
	for row, err := range s.t.Rows(w.ctx) {
		w.ok(err, "rows")
		got = append(got, row)
		if len(got) > 5 {
			continue
		}
		switch live := s.f.part(false, false); {
		case len(live) > 0 && w.chance(50):
			w.remove(s.b, s.f, live[:1], w.chance(50))
		default:
			w.add(s.b, s.f, w.draw(), nil)
		}
	}
	w.compareRows(s, want, got, "rows while writing")
}

func (w *world) hierarchy() {
	b := w.box()
	f := w.folder(b)
	deep := w.chance(50)
	want := map[mapi.FolderID]int32{}
	var walk func(*modelFolder, int32)
	walk = func(f *modelFolder, depth int32) {
		for _, c := range b.liveChildren(f) {
			want[c.id] = depth
			if deep {
				walk(c, depth+1)
			}
		}
	}
	walk(f, 1)
	t := w.handle(b, f).Subfolders(&store.View{Deep: deep, Sort: mapi.SortOrder{mapi.Ascending(props.PidTagDisplayName.Prop())},
		Columns: store.Columns(props.PidTagDisplayName, props.PidTagDepth, props.PidTagContentCount)})
	last := ""
	rows := w.rows(t)
	for i, row := range rows {
		depth, ok := want[row.Folder]
		if !ok {
			w.failf("folder %v is not below %v", row.Folder, f.id)
		}
		w.equal(depth, row.Get(props.PidTagDepth.Prop()), "depth")
		name := props.PidTagDisplayName.Or(row, "")
		if i > 0 && mapi.Compare(mapi.PtypString, last, name) > 0 {
			w.failf("folder %q is behind %q", name, last)
		}
		last = name
		n, err := t.PositionOfFolder(w.ctx, row.Folder)
		w.ok(err, "position of folder")
		w.equal(int64(i), n, "position of folder")
	}
	w.equal(len(want), len(rows), "number of folders")
	gone := w.rows(w.handle(b, f).Subfolders(&store.View{SoftDeleted: true}))
	for _, c := range b.children(f) {
		if c.root && !slices.ContainsFunc(gone, func(r store.Row) bool { return r.Folder == c.id }) {
			w.failf("folder %v is not among the deleted ones", c.id)
		}
	}
	if _, err := t.PositionOfFolder(w.ctx, mapi.FolderID(1<<40)); !errors.Is(err, mapi.ErrNotFound) {
		w.failf("position of a folder that is not there: %v", err)
	}
}
