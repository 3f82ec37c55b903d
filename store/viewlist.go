package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/table"
)

// usualOrders are the sort orders that a folder of a class keeps an index for
// from its beginning. All others get theirs when they are first asked for.
func usualOrders(class string) []mapi.SortOrder {
	one := func(p mapi.Prop) mapi.SortOrder { return mapi.SortOrder{mapi.Ascending(p)} }
	switch {
	case class == "" || hasClass(class, "IPF.Note"):
		return []mapi.SortOrder{
			one(props.PidTagMessageDeliveryTime.Prop()),
			one(props.PidTagNormalizedSubject.Prop()),
			one(props.PidTagSentRepresentingName.Prop()),
			one(propMessageSize),
		}
	case hasClass(class, "IPF.Appointment"):
		return []mapi.SortOrder{one(props.PidLidAppointmentStartWhole.Prop()), one(props.PidLidAppointmentEndWhole.Prop())}
	case hasClass(class, "IPF.Contact"):
		return []mapi.SortOrder{one(props.PidTagDisplayName.Prop()), one(props.PidLidFileUnder.Prop())}
	case hasClass(class, "IPF.Task"):
		return []mapi.SortOrder{one(props.PidLidTaskDueDate.Prop())}
	}
	return nil
}

var propMessageSize = mapi.Prop{ID: idMessageSize, Type: mapi.PtypInteger32}

func hasClass(class, base string) bool {
	return strings.EqualFold(class, base) ||
		len(class) > len(base) && class[len(base)] == '.' && strings.EqualFold(class[:len(base)], base)
}

// always marks the usual indexes, which are never dropped.
const always = 1<<64 - 1

// createViews gives a new folder its usual indexes.
func (t *txn) createViews(folder uint64, class string) error {
	var kept []rowkey.View
	for i, order := range usualOrders(class) {
		spec, _, err := newViewSpec(order, nil)
		if err != nil {
			return err
		}
		kept = append(kept, rowkey.View{Number: uint16(i + 1), Used: always, Spec: spec.raw})
	}
	if len(kept) == 0 {
		return nil
	}
	return t.put(t.box.space.Views(folder, rowkey.Normal), rowkey.AppendViews(nil, kept))
}

// maxViews is how many indexes a part of a folder keeps. The one that was not
// asked for the longest goes when another is needed.
const maxViews = 24

// addView enters an index into the list of a folder part, to be filled.
func (t *txn) addView(fp folderPart, spec *viewSpec) (*viewIndex, error) {
	views, err := t.viewsOf(fp)
	if err != nil {
		return nil, err
	}
	if v := views.find(spec); v != nil {
		return v, nil
	}
	if err := t.dropViews(views, len(spec.raw)); err != nil {
		return nil, err
	}
	v := viewIndex{View: rowkey.View{Spec: spec.raw, Used: t.header.Change}, spec: spec}
	for v.Number = 1; slices.ContainsFunc(views.list, func(o viewIndex) bool { return o.Number == v.Number }); {
		v.Number++
	}
	v.index = table.NewIndex(t.box.space.Index(fp.folder, fp.part, v.Number))
	if err := v.index.Build().Begin(t); err != nil {
		return nil, err
	}
	views.list = append(views.list, v)
	return &views.list[len(views.list)-1], t.putViews(views)
}

// dropViews removes the indexes that another collation made useless, and makes room
// for one more whose description has so many bytes: all descriptions are one record.
func (t *txn) dropViews(views *viewList, bytes int) error {
	if bytes > maxSpec {
		return fmt.Errorf("%w: an index over a condition of %d bytes", mapi.ErrTooComplex, bytes)
	}
	keep := views.list[:0]
	for _, v := range views.list {
		if v.spec != nil {
			keep = append(keep, v)
			bytes += len(v.Spec)
		} else if err := v.index.Drop(t); err != nil {
			return err
		}
	}
	views.list = keep
	for len(views.list) >= maxViews || bytes > 2*maxSpec {
		oldest := t.oldestView(views)
		bytes -= len(views.list[oldest].Spec)
		if err := views.list[oldest].index.Drop(t); err != nil {
			return err
		}
		views.list = slices.Delete(views.list, oldest, oldest+1)
	}
	return nil
}

// maxSpec is how many bytes the description of an index may have.
const maxSpec = 16 << 10

// oldestView returns the index that was not asked for the longest. The usual ones
// do not count; they are fewer and smaller than what makes room necessary.
func (t *txn) oldestView(views *viewList) int {
	oldest := -1
	for i, v := range views.list {
		if v.Used == always {
			continue
		}
		if oldest < 0 || t.box.lastUse(views.folderPart, v.View) < t.box.lastUse(views.folderPart, views.list[oldest].View) {
			oldest = i
		}
	}
	return oldest
}

func (t *txn) putViews(views *viewList) error {
	kept := make([]rowkey.View, len(views.list))
	for i, v := range views.list {
		kept[i] = v.View
	}
	return t.put(t.box.space.Views(views.folder, views.part), rowkey.AppendViews(nil, kept))
}

// appendEntryOf appends the index entry of a stored row to b, when the spec lets
// the row in.
func (b *Mailbox) appendEntryOf(dst []byte, r driver.Reader, fp folderPart, spec *viewSpec, want *rowkey.Selection, key, value []byte) (entry []byte, in bool, err error) {
	payload, err := rowkey.Open(key, value)
	if err != nil {
		return dst, false, err
	}
	im, err := b.parseImage(r, fp.folder, fp.part, rowkey.LastID(key), payload, want)
	if err != nil {
		return dst, false, err
	}
	if in, err = spec.admits(im); err != nil || !in {
		return dst, false, err
	}
	entry, err = spec.appendEntry(dst, im, im.id)
	return entry, true, err
}

// wants returns which properties of a row must be read to answer for those in
// list. Those that are computed from others bring these along.
func (b *Mailbox) wants(list, _ []mapi.Prop) *rowkey.Selection {
	var stored []mapi.Prop
	for _, p := range list {
		switch {
		case p.IsNamed():
		case p.ID == idSubject:
			stored = append(stored, props.PidTagSubjectPrefix.Prop(), props.PidTagNormalizedSubject.Prop())
		case p.ID == idLocalCommitTime:
			stored = append(stored, props.PidTagLastModificationTime.Prop())
		}
		if belongsToRow(p) {
			stored = append(stored, p)
		}
	}
	return rowkey.Select(stored)
}

// entriesOf computes the sorted entries of a whole part of a folder in memory: for
// small folders.
func (b *Mailbox) entriesOf(ctx context.Context, r driver.Reader, fp folderPart, spec *viewSpec) ([][]byte, error) {
	var entries [][]byte
	rows := b.space.Rows(fp.folder, fp.part)
	err := pass{b, r, fp, spec}.scan(ctx, rows, rowkey.After(rows), func(e []byte) bool {
		entries = append(entries, bytes.Clone(e))
		return true
	})
	slices.SortFunc(entries, bytes.Compare)
	return entries, err
}
