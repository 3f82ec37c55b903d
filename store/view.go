package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A View says what a [Table] shows: which rows, in which order, with which
// columns. The zero value and a nil *View show all rows with the default columns.
type View struct {
	// Columns are the properties of each row. Default: those that
	// MS-OXCTABL 2.2.2 tables have from the beginning.
	Columns []mapi.Prop

	// Where lets through the rows that satisfy it. nil: all.
	Where mapi.Restriction

	// Sort is the order of the rows. Default: that in which they were made.
	Sort mapi.SortOrder

	// Associated shows the associated contents instead of the normal ones.
	Associated bool

	// SoftDeleted shows what was soft-deleted instead of what is live; of
	// messages both kinds, which PidTagAssociated tells apart.
	SoftDeleted bool

	// Deep shows all subfolders, not only direct ones, in a hierarchy table
	// (CONVENIENT_DEPTH); PidTagDepth counts from 1.
	Deep bool
}

// Columns is a convenient way to write the columns of a View with the keys of
// package props.
func Columns(keys ...props.AnyKey) []mapi.Prop {
	list := make([]mapi.Prop, len(keys))
	for i, k := range keys {
		list[i] = k.Prop()
	}
	return list
}

// Contents returns the contents table of the folder. Nothing is read before the
// table is asked for rows, and mistakes in the view are reported then.
func (f *Folder) Contents(v *View) *Table {
	if v == nil {
		v = &View{}
	}
	part := rowkey.Normal
	if v.Associated {
		part = rowkey.Associated
	}
	if v.SoftDeleted {
		part = rowkey.Deleted
	}
	t := &Table{source: &contents{folder: f, part: folderPart{uint64(f.id), part}}}
	t.setView(*v, defaultContents)
	return t
}

// Subfolders returns the hierarchy table of the folder. It is as with Contents.
func (f *Folder) Subfolders(v *View) *Table {
	if v == nil {
		v = &View{}
	}
	t := &Table{source: &hierarchy{folder: f, deep: v.Deep, deleted: v.SoftDeleted}}
	t.setView(*v, defaultHierarchy)
	if _, tables := mapi.RestrictionProps(v.Where); t.err == nil && len(tables) > 0 {
		t.err = fmt.Errorf("%w: folders have no recipients or attachments", mapi.ErrTooComplex)
	}
	return t
}

var defaultContents = []mapi.Prop{
	{ID: idEntryID, Type: mapi.PtypBinary},
	{ID: idInstanceKey, Type: mapi.PtypBinary},
	{ID: idRecordKey, Type: mapi.PtypBinary},
	{ID: idMessageClass, Type: mapi.PtypString},
	{ID: idSubject, Type: mapi.PtypString},
	{ID: idNormalizedSubject, Type: mapi.PtypString},
	{ID: idSubjectPrefix, Type: mapi.PtypString},
	{ID: idMessageFlags, Type: mapi.PtypInteger32},
	{ID: idMessageStatus, Type: mapi.PtypInteger32},
	{ID: idHasAttachments, Type: mapi.PtypBoolean},
	{ID: 0x0017, Type: mapi.PtypInteger32}, // PidTagImportance
	{ID: 0x0036, Type: mapi.PtypInteger32}, // PidTagSensitivity
	{ID: 0x0026, Type: mapi.PtypInteger32}, // PidTagPriority
	{ID: idMessageSize, Type: mapi.PtypInteger32},
	{ID: 0x0039, Type: mapi.PtypTime},   // PidTagClientSubmitTime
	{ID: 0x0E06, Type: mapi.PtypTime},   // PidTagMessageDeliveryTime
	{ID: 0x0042, Type: mapi.PtypString}, // PidTagSentRepresentingName
	{ID: idDisplayTo, Type: mapi.PtypString},
	{ID: 0x3008, Type: mapi.PtypTime}, // PidTagLastModificationTime
	{ID: idMappingSignature, Type: mapi.PtypBinary},
	{ID: idObjectType, Type: mapi.PtypInteger32},
	{ID: idAccess, Type: mapi.PtypInteger32},
	{ID: idAccessLevel, Type: mapi.PtypInteger32},
	{ID: idStoreEntryID, Type: mapi.PtypBinary},
	{ID: idStoreRecordKey, Type: mapi.PtypBinary},
	{ID: idParentEntryID, Type: mapi.PtypBinary},
	{ID: 0x300B, Type: mapi.PtypBinary}, // PidTagSearchKey
}

var defaultHierarchy = []mapi.Prop{
	{ID: idEntryID, Type: mapi.PtypBinary},
	{ID: idInstanceKey, Type: mapi.PtypBinary},
	{ID: idRecordKey, Type: mapi.PtypBinary},
	{ID: 0x3001, Type: mapi.PtypString}, // PidTagDisplayName
	{ID: 0x3004, Type: mapi.PtypString}, // PidTagComment
	{ID: 0x3613, Type: mapi.PtypString}, // PidTagContainerClass
	{ID: idDepth, Type: mapi.PtypInteger32},
	{ID: idObjectType, Type: mapi.PtypInteger32},
	{ID: idFolderType, Type: mapi.PtypInteger32},
	{ID: idSubfolders, Type: mapi.PtypBoolean},
	{ID: idContentCount, Type: mapi.PtypInteger32},
	{ID: idContentUnread, Type: mapi.PtypInteger32},
	{ID: idAccess, Type: mapi.PtypInteger32},
	{ID: idStoreEntryID, Type: mapi.PtypBinary},
	{ID: idStoreRecordKey, Type: mapi.PtypBinary},
}

// checkColumns refuses what no row can answer (MS-OXCTABL 2.2.2.2.1).
func checkColumns(columns []mapi.Prop) error {
	for _, p := range columns {
		if p.Type == mapi.PtypNull && p.ID == 0 && !p.IsNamed() {
			continue // a placeholder
		}
		if !p.Type.Valid() || p.Type == mapi.PtypErrorCode {
			return fmt.Errorf("%w: column %v", mapi.ErrInvalidParameter, p)
		}
	}
	return nil
}

// A Row is one row of a table: the values of the columns, in their order. It may
// be kept.
type Row struct {
	columns []mapi.Prop
	Values  []mapi.Value // nil where the row has no such property

	Message mapi.MessageID // in a contents table
	Folder  mapi.FolderID  // the folder that the message is in; in a hierarchy table the folder itself
	entry   []byte
}

// Get returns the value of a column; nil when the row does not have it or p is no
// column. It makes a Row a mapi.Getter, so keys work on it:
// props.PidTagSubject.Get(row).
func (w Row) Get(p mapi.Prop) mapi.Value {
	for i, c := range w.columns {
		if c.Same(p) && p.Type.Fits(c.Type) {
			return w.Values[i]
		}
	}
	return nil
}

// Columns are the columns of the table that the row came from.
func (w Row) Columns() []mapi.Prop { return w.columns }

func makeRow(obj mapi.Getter, columns []mapi.Prop, entry []byte) (Row, error) {
	return fillRow(obj, columns, make([]mapi.Value, len(columns)), bytes.Clone(entry))
}

// fillRow makes a row that keeps values, which it sets, and entry.
func fillRow(obj mapi.Getter, columns []mapi.Prop, values []mapi.Value, entry []byte) (Row, error) {
	w := Row{columns: columns, Values: values, entry: entry}
	for i, p := range columns {
		if p.Type != mapi.PtypNull {
			w.Values[i] = obj.Get(p)
		}
	}
	switch im := obj.(type) {
	case *image:
		return w, im.err
	case *folderImage:
		return w, im.err
	}
	return w, nil
}

// contents is the source of a contents table.
type contents struct {
	folder *Folder
	part   folderPart
}

// viewSizes are the sizes at which views change their ways. Every store has the
// usual ones; tests make them small, so that few messages go every way.
type viewSizes struct {
	smallFolder int64 // up to so many rows a folder is sorted in memory
	rangeRows   int   // rows that one goroutine of a pass reads in one go
	runBytes    int   // of entries that a build sorts in one go
	buildBytes  int   // of entries that a build keeps in memory
	fillRows    int   // entries that one step of a build writes
	countEntry  int   // entries that one step of a build counts
	topRows     int   // rows that one pass finds in an order without index
}

var usualSizes = viewSizes{smallFolder: 500, rangeRows: 8192, runBytes: 1 << 20, buildBytes: 96 << 20,
	fillRows: 800, countEntry: 20000, topRows: 256}

func (c *contents) order(q query, r driver.Reader) (order, error) {
	b := c.folder.box
	if _, err := c.folder.record(r); err != nil {
		return nil, err
	}
	counters, err := b.readCounters(r, c.part.folder)
	if err != nil {
		return nil, err
	}
	total := partCount(counters, c.part.part)
	views, err := b.readViews(func(k []byte) ([]byte, error) { return getSealed(r, k) }, c.part)
	if err != nil {
		return nil, err
	}
	if o, err := b.readyIndex(r, views, q.spec); o != nil || err != nil {
		return o, err
	}
	if total <= b.store.sizes.smallFolder {
		list, err := b.entriesOf(q.ctx, r, c.part, q.spec)
		return listOrder(list), err
	}
	base, err := c.base(q, r, views, total)
	if err != nil || q.spec.where == nil || base == nil {
		if base == nil && err == nil {
			return b.unfinished(q, r, c.part, views)
		}
		return base, err
	}
	if rows, ok := base.(rowOrder); ok {
		rows.keep = func(id uint64, value []byte) (bool, error) { return c.keeps(q, r, id, value) }
		return rows, nil
	}
	refused := 0
	return filterOrder{base, func(entry []byte) (bool, error) {
		key := b.space.Row(c.part.folder, c.part.part, rowkey.LastID(entry))
		value, err := r.Get(key)
		if err != nil {
			return false, err
		}
		if value == nil {
			return false, c.missing(entry)
		}
		ok, err := c.keeps(q, r, rowkey.LastID(entry), value)
		if !ok {
			if refused++; refused == patience {
				b.startBuild(c.part, q.spec)
			}
		}
		return ok, err
	}}, nil
}

// patience is how many rows a restriction may refuse, one got after the other,
// before it gets an index of its own.
const patience = 4096

// keeps reports whether the restriction lets a stored row through.
func (c *contents) keeps(q query, r driver.Reader, id uint64, value []byte) (bool, error) {
	b := c.folder.box
	payload, err := rowkey.Open(b.space.Row(c.part.folder, c.part.part, id), value)
	if err != nil {
		return false, err
	}
	im, err := b.parseImage(r, c.part.folder, c.part.part, id, payload, b.wants(q.spec.uses()))
	if err != nil {
		return false, err
	}
	ok, err := q.spec.match.Match(im)
	if err == nil {
		err = im.err
	}
	return ok, err
}

func (c *contents) missing(entry []byte) error {
	return fmt.Errorf("%w: an index has message %v, which is not in the folder", mapi.ErrCorruptData,
		mapi.MessageID(rowkey.LastID(entry)))
}

// base is the order of all rows, without the restriction; nil when there is no
// index for it.
func (c *contents) base(q query, r driver.Reader, views *viewList, total int64) (order, error) {
	b := c.folder.box
	if len(q.spec.sort) == 0 {
		return rowOrder{prefix: b.space.Rows(c.part.folder, c.part.part), reader: r, total: total}, nil
	}
	if q.spec.where == nil {
		return nil, nil
	}
	all, _, err := newViewSpec(q.spec.sort, nil)
	if err != nil {
		return nil, err
	}
	return b.readyIndex(r, views, all)
}

// readyIndex returns the index of a spec if it can be used.
func (b *Mailbox) readyIndex(r driver.Reader, views *viewList, spec *viewSpec) (order, error) {
	v := views.find(spec)
	if v == nil {
		return nil, nil
	}
	status, err := v.index.Status(r)
	if err != nil || status.State != 0 {
		return nil, err
	}
	b.noteUse(views.folderPart, spec)
	return indexOrder{v.index, r}, nil
}

func (c *contents) build(q query) error { return c.folder.box.ensureIndex(q.ctx, c.part, q.spec) }

func (c *contents) sorted(q query) error { return c.folder.box.awaitRuns(q.ctx, c.part, q.spec) }

func (c *contents) image(r driver.Reader, entry []byte, want *rowkey.Selection) (*image, error) {
	b := c.folder.box
	id := rowkey.LastID(entry)
	key := b.space.Row(c.part.folder, c.part.part, id)
	v, err := getSealed(r, key)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, c.missing(entry)
	}
	return b.parseImage(r, c.part.folder, c.part.part, id, v, want)
}

func (c *contents) object(r driver.Reader, entry []byte, want *rowkey.Selection) (mapi.Getter, error) {
	return c.image(r, entry, want)
}

// objects reads neighbouring rows with one scan: mail that came together is listed
// together in many orders. A scan passes over a few rows in less time than it
// takes to look one up.
func (c *contents) objects(r driver.Reader, entries [][]byte, want *rowkey.Selection, visit func(i int, obj mapi.Getter) error) error {
	todo := make([]sought, len(entries))
	for i, e := range entries {
		todo[i] = sought{rowkey.LastID(e), i}
	}
	slices.SortFunc(todo, func(a, b sought) int { return cmp.Compare(a.id, b.id) })
	for len(todo) > 0 {
		n := 1
		for n < len(todo) && todo[n].id-todo[n-1].id <= nearIDs {
			n++
		}
		near := todo[:n]
		todo = todo[n:]
		if n >= fewRows {
			if err := c.scanObjects(r, near, entries, want, visit); err != nil {
				return err
			}
			continue
		}
		for _, p := range near {
			im, err := c.image(r, entries[p.i], want)
			if err == nil {
				err = visit(p.i, im)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// A sought row is that of a message in a list of entries.
type sought struct {
	id uint64
	i  int
}

const (
	nearIDs = 16 // a message takes two ids, so at most so many are passed over
	fewRows = 4  // that are looked up one by one
)

// scanObjects reads the rows of ascending ids with one scan.
func (c *contents) scanObjects(r driver.Reader, places []sought, entries [][]byte, want *rowkey.Selection, visit func(i int, obj mapi.Getter) error) error {
	b := c.folder.box
	lo := b.space.Row(c.part.folder, c.part.part, places[0].id)
	hi := b.space.Row(c.part.folder, c.part.part, places[len(places)-1].id+1)
	var inner error
	err := r.Scan(lo, hi, false, func(k, v []byte) bool {
		id := rowkey.LastID(k)
		if id < places[0].id {
			return true
		}
		if id > places[0].id {
			return false // it is missing
		}
		var im *image
		if v, inner = rowkey.Open(k, v); inner == nil {
			im, inner = b.parseImage(r, c.part.folder, c.part.part, id, v, want)
		}
		if inner == nil {
			inner = visit(places[0].i, im)
		}
		places = places[1:]
		return inner == nil && len(places) > 0
	})
	if err := errors.Join(inner, err); err != nil {
		return err
	}
	if len(places) > 0 {
		return c.missing(entries[places[0].i])
	}
	return nil
}

func (c *contents) identify(w *Row) {
	w.Message, w.Folder = mapi.MessageID(rowkey.LastID(w.entry)), c.folder.id
}

func (c *contents) mailbox() *Mailbox { return c.folder.box }

func (c *contents) entryOf(q query, r driver.Reader, id uint64) ([]byte, error) {
	im, err := c.folder.box.loadImage(r, c.part.folder, c.part.part, id)
	if err != nil || im == nil {
		return nil, err
	}
	return q.spec.entry(im)
}

func partCount(c rowkey.Counters, part rowkey.Part) int64 {
	switch part {
	case rowkey.Normal:
		return c.Content
	case rowkey.Associated:
		return c.Associated
	}
	return c.Deleted
}

// rowOrder is the rows themselves, in the order in which they came into being,
// or those of them that keep lets through.
type rowOrder struct {
	prefix []byte
	reader driver.Reader
	total  int64
	keep   func(id uint64, value []byte) (bool, error) // nil: all
}

func (o rowOrder) scan(lo, hi []byte, reverse bool, yield func([]byte) bool) error {
	var inner error
	err := o.reader.Scan(lo, hi, reverse, func(k, v []byte) bool {
		ok := true
		if o.keep != nil {
			ok, inner = o.keep(rowkey.LastID(k), v)
		}
		return inner == nil && (!ok || yield(k[len(o.prefix):]))
	})
	return errors.Join(inner, err)
}

func (o rowOrder) Ascend(from []byte, yield func([]byte) bool) error {
	return o.scan(slices.Concat(o.prefix, from), rowkey.After(o.prefix), false, yield)
}

func (o rowOrder) Descend(from []byte, yield func([]byte) bool) error {
	hi := rowkey.After(o.prefix)
	if from != nil {
		hi = slices.Concat(o.prefix, from, []byte{0})
	}
	return o.scan(o.prefix, hi, true, yield)
}

func (o rowOrder) Len() (int64, error) {
	if o.keep != nil {
		return 0, errNeedsIndex
	}
	return o.total, nil
}

func (o rowOrder) Rank([]byte) (int64, bool, error) { return 0, false, errNeedsIndex }
func (o rowOrder) Select(int64) ([]byte, error)     { return nil, errNeedsIndex }

// hierarchy is the source of a hierarchy table. Folders are few: they are read
// and sorted in memory.
type hierarchy struct {
	folder  *Folder
	deep    bool
	deleted bool
	found   map[uint64]*folderImage // that an order has seen; one may outlive the next
}

func (h *hierarchy) order(q query, r driver.Reader) (order, error) {
	if _, err := h.folder.record(r); err != nil {
		return nil, err
	}
	if h.found == nil {
		h.found = map[uint64]*folderImage{}
	}
	var list listOrder
	err := h.walk(r, uint64(h.folder.id), 1, func(im *folderImage) error {
		ok, err := q.spec.match.Match(im)
		if err != nil || !ok {
			return err
		}
		entry, err := q.spec.appendEntry(nil, im, im.id)
		h.found[im.id] = im
		list = append(list, entry)
		return err
	})
	sortEntries(list)
	return list, err
}

func (h *hierarchy) walk(r driver.Reader, parent uint64, depth int32, visit func(*folderImage) error) error {
	b := h.folder.box
	if h.deleted {
		// Below a soft-deleted folder everything is; below a live one there
		// may be more.
		gone, err := b.childIDs(r, parent, true)
		if err != nil {
			return err
		}
		if err := h.visit(r, gone, depth, false, visit); err != nil || !h.deep {
			return err
		}
	}
	ids, err := b.childIDs(r, parent, false)
	if err != nil {
		return err
	}
	return h.visit(r, ids, depth, h.deleted, visit)
}

// visit shows folders, of those in ids all or the soft-deleted ones only, and what
// is below them.
func (h *hierarchy) visit(r driver.Reader, ids []uint64, depth int32, deletedOnly bool, visit func(*folderImage) error) error {
	for _, id := range ids {
		im, err := h.folder.box.folderImage(r, id)
		if err != nil {
			return err
		}
		im.depth = depth
		if im.rec.Deleted || !deletedOnly {
			err = visit(im)
		}
		if err == nil && h.deep {
			err = h.walk(r, id, depth+1, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *hierarchy) build(query) error { return nil }

func (h *hierarchy) sorted(query) error { return nil }

func (h *hierarchy) object(_ driver.Reader, entry []byte, _ *rowkey.Selection) (mapi.Getter, error) {
	im := h.found[rowkey.LastID(entry)]
	if im == nil {
		return nil, fmt.Errorf("%w: folder %v", mapi.ErrNotFound, mapi.FolderID(rowkey.LastID(entry)))
	}
	return im, nil
}

func (h *hierarchy) objects(r driver.Reader, entries [][]byte, want *rowkey.Selection, visit func(i int, obj mapi.Getter) error) error {
	for i, e := range entries {
		im, err := h.object(r, e, want)
		if err == nil {
			err = visit(i, im)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *hierarchy) identify(w *Row) { w.Folder = mapi.FolderID(rowkey.LastID(w.entry)) }

func (h *hierarchy) mailbox() *Mailbox { return h.folder.box }

func (h *hierarchy) entryOf(q query, _ driver.Reader, id uint64) ([]byte, error) {
	im := h.found[id]
	if im == nil {
		return nil, nil
	}
	return q.spec.appendEntry(nil, im, im.id)
}
