package store_test

import (
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

func cursorOperations() []operation {
	return []operation{
		{name: "table seek and read", weight: 5, run: (*world).seekAndRead},
		{name: "table fraction", weight: 1, run: (*world).fraction},
		{name: "table find", weight: 4, run: (*world).find},
		{name: "table find by first key", weight: 4, run: (*world).findKey},
		{name: "table bookmark", weight: 3, run: (*world).bookmark},
		{name: "table cursor while writing", weight: 3, run: (*world).cursorWhileWriting},
	}
}

// seekAndRead walks about with the cursor, which the model keeps as a position.
func (w *world) seekAndRead() {
	s := w.show()
	at := 0
	for range 5 {
		switch w.rnd.IntN(3) {
		case 0:
			from, base := store.Current, at
			switch w.rnd.IntN(3) {
			case 0:
				from, base = store.Beginning, 0
			case 1:
				from, base = store.End, len(s.want)
			}
			n := w.rnd.IntN(9) - 4
			moved, err := s.t.Seek(w.ctx, from, int64(n))
			w.ok(err, "seek")
			at = min(max(base+n, 0), len(s.want))
			w.equal(int64(at-base), moved, "rows moved in "+s.name)
		case 1:
			n := 1 + w.rnd.IntN(4)
			rows, err := s.t.Read(w.ctx, n)
			w.ok(err, "read")
			end := min(at+n, len(s.want))
			w.compareRows(s, s.want[at:end], rows, "read")
			at = end
		default:
			n := 1 + w.rnd.IntN(4)
			rows, err := s.t.Read(w.ctx, -n)
			w.ok(err, "read backwards")
			start := max(at-n, 0)
			w.compareRows(s, s.want[start:at], rows, "read backwards")
			at = start
		}
		w.stands(s, at)
	}
	_, err := s.t.Read(w.ctx, 0)
	w.is(mapi.ErrInvalidParameter, err, "read of nothing")
}

func (w *world) stands(s shown, at int) {
	position, total, err := s.t.Position(w.ctx)
	w.ok(err, "position")
	w.equal(int64(len(s.want)), total, "total of "+s.name)
	w.equal(int64(at), position, "cursor in "+s.name)
}

func (w *world) fraction() {
	s := w.show()
	w.ok(s.t.SeekFraction(w.ctx, 1, 2), "seek to the middle")
	w.stands(s, len(s.want)/2)
	w.is(mapi.ErrInvalidParameter, s.t.SeekFraction(w.ctx, 1, 0), "seek to a fraction of nothing")
}

// search compares a find from a random place with the model.
func (w *world) search(s shown, where mapi.Restriction, match func(*modelMessage) bool) {
	start := w.rnd.IntN(len(s.want) + 1)
	_, err := s.t.Seek(w.ctx, store.Beginning, int64(start))
	w.ok(err, "seek")
	from, at := store.Current, start
	if w.chance(40) {
		from, at = store.Beginning, 0
	}
	backwards := w.chance(30)
	if backwards && from == store.Beginning {
		from, at = store.End, len(s.want)
	}
	found := -1
	if backwards {
		for i := at - 1; i >= 0 && found < 0; i-- {
			if match(s.want[i]) {
				found = i
			}
		}
	} else {
		for i := at; i < len(s.want) && found < 0; i++ {
			if match(s.want[i]) {
				found = i
			}
		}
	}
	row, err := s.t.Find(w.ctx, where, from, backwards)
	if found < 0 {
		w.is(mapi.ErrNotFound, err, "find in "+s.name)
		w.stands(s, start)
		return
	}
	w.ok(err, "find in "+s.name)
	w.compareRows(s, s.want[found:found+1], []store.Row{row}, "found row")
	w.stands(s, found)
}

func (w *world) find() {
	s, filter := w.show(), pick(w, modelFilters())
	w.search(s, filter.where, filter.match)
}

// findKey looks for a value of the first sort key, which is looked up in the
// order rather than searched for.
func (w *world) findKey() {
	s := w.show()
	if len(s.view.Sort) == 0 {
		return
	}
	p := s.view.Sort[0].Prop
	var v mapi.Value
	switch p {
	case props.PidTagNormalizedSubject.Prop():
		v = pick(w, []mapi.Value{"giraffe", "Okapi", "zebra: stripes", "Ωκάπι", "none"})
	case props.PidTagDisplayTo.Prop():
		v = pick(w, []mapi.Value{"Ada", "Bob", "", "Ada; Bob"})
	default:
		v = w.value(p)
	}
	op := pick(w, []mapi.RelOp{mapi.EqualTo, mapi.GreaterOrEqual, mapi.GreaterThan, mapi.LessOrEqual, mapi.LessThan})
	where := &mapi.PropertyRestriction{Op: op, Prop: p, Value: v}
	w.search(s, where, func(m *modelMessage) bool {
		ok, err := mapi.Match(where, m)
		w.ok(err, "match")
		return ok
	})
}

func (w *world) bookmark() {
	s := w.show()
	at := w.rnd.IntN(len(s.want) + 1)
	_, err := s.t.Seek(w.ctx, store.Beginning, int64(at))
	w.ok(err, "seek")
	mark, err := s.t.Bookmark(w.ctx)
	w.ok(err, "bookmark")
	_, err = s.t.Seek(w.ctx, pick(w, []store.Bookmark{store.Beginning, store.End}), 0)
	w.ok(err, "seek away")
	moved, err := s.t.Seek(w.ctx, mark, 1)
	w.ok(err, "seek to the bookmark")
	w.equal(int64(min(at+1, len(s.want))-at), moved, "rows moved from the bookmark")
	w.stands(s, min(at+1, len(s.want)))
	w.ok(s.t.FreeBookmark(mark), "free bookmark")
	_, err = s.t.Seek(w.ctx, mark, 0)
	w.is(mapi.ErrInvalidBookmark, err, "seek to a freed bookmark")
}

// cursorWhileWriting lets rows go and come around the cursor: it stays where it
// was between those that remain.
func (w *world) cursorWhileWriting() {
	s := w.show()
	if len(s.want) < 2 || s.view.SoftDeleted {
		return
	}
	at := 1 + w.rnd.IntN(len(s.want)-1)
	rows, err := s.t.Read(w.ctx, at)
	w.ok(err, "read")
	w.compareRows(s, s.want[:at], rows, "read")
	goes := sample(w, s.want, 1+w.rnd.IntN(3))
	w.remove(s.b, s.f, goes, true)
	rest := slices.DeleteFunc(slices.Clone(s.want[at:]), func(m *modelMessage) bool { return slices.Contains(goes, m) })
	before := slices.DeleteFunc(slices.Clone(s.want[:at]), func(m *modelMessage) bool { return slices.Contains(goes, m) })
	s.want = append(before, rest...)
	w.stands(s, len(before))
	rows, err = s.t.Read(w.ctx, len(rest)+1)
	w.ok(err, "read the rest")
	w.compareRows(s, rest, rows, "the rest")
}
