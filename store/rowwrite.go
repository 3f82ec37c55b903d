package store

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// The four ways in which a row changes. Each keeps the indexes and counters of
// its folder right; nothing else writes rows.

// insertRow adds a message to a part of a folder.
func (t *txn) insertRow(im *image) error {
	if err := t.putRow(im); err != nil {
		return err
	}
	if err := t.reindex(nil, im); err != nil {
		return err
	}
	return t.countRow(im, +1)
}

// removeRow takes a message out of a part of a folder. Its body stays.
func (t *txn) removeRow(im *image) error {
	if err := t.Delete(t.box.space.Row(im.folder, im.part, im.id)); err != nil {
		return err
	}
	if err := t.reindex(im, nil); err != nil {
		return err
	}
	return t.countRow(im, -1)
}

// replaceRow changes a message in place.
func (t *txn) replaceRow(old, im *image) error {
	if err := t.putRow(im); err != nil {
		return err
	}
	if err := t.reindex(old, im); err != nil {
		return err
	}
	if err := t.countRow(old, -1); err != nil {
		return err
	}
	return t.countRow(im, +1)
}

func (t *txn) putRow(im *image) error {
	room := make([]byte, 0, len(im.row.Props)+64)
	return t.put(t.box.space.Row(im.folder, im.part, im.id), im.row.Append(room))
}

// countRow adds a message to the counters of its folder, or takes it away.
func (t *txn) countRow(im *image, n int64) error {
	c, err := t.count(im.folder)
	if err != nil {
		return err
	}
	switch im.part {
	case rowkey.Normal:
		c.Content += n
		c.Size += n * im.row.Size
		if im.row.Flags&mapi.FlagRead == 0 {
			c.Unread += n
		}
	case rowkey.Associated:
		c.Associated += n
		c.AssocSize += n * im.row.Size
	default:
		c.Deleted += n
		c.DelSize += n * im.row.Size
		return nil
	}
	t.header.Size += n * im.row.Size
	return nil
}

// reindex brings the indexes from the old state of a message to its new one;
// either may be nil.
func (t *txn) reindex(old, im *image) error {
	any := im
	if any == nil {
		any = old
	}
	if err := t.trim(); err != nil {
		return err
	}
	views, err := t.viewsOf(folderPart{any.folder, any.part})
	if err != nil {
		return err
	}
	for _, v := range views.list {
		if v.spec == nil {
			continue
		}
		before, err := entryOf(v.spec, old)
		if err != nil {
			return err
		}
		after, err := entryOf(v.spec, im)
		if err != nil {
			return err
		}
		if string(before) == string(after) {
			continue
		}
		if before != nil {
			if _, err := v.index.Delete(t, before); err != nil {
				return err
			}
		}
		if after != nil {
			if err := v.insert(t, old == nil, after); err != nil {
				return err
			}
		}
	}
	return nil
}

// insert adds an entry. That of a message which is new in this part of the folder
// cannot be there: ids are given out once.
func (v *viewIndex) insert(t *txn, fresh bool, entry []byte) error {
	if fresh {
		return v.index.InsertNew(t, entry)
	}
	_, err := v.index.Insert(t, entry)
	return err
}

func entryOf(spec *viewSpec, im *image) ([]byte, error) {
	if im == nil {
		return nil, nil
	}
	return spec.entry(im)
}

func (t *txn) viewsOf(fp folderPart) (*viewList, error) {
	if v := t.views[fp]; v != nil {
		return v, nil
	}
	key := t.box.space.Views(fp.folder, fp.part)
	v, ok := t.cache.parsed[string(key)].(*viewList)
	if !ok {
		var err error
		if v, err = t.box.readViews(t.get, fp); err != nil {
			return nil, err
		}
		t.cache.parsed[string(key)] = v
	}
	// Who makes room for an index changes the list, and keeps parts of it for longer
	// than the transaction: that is never the cache's own.
	v = &viewList{fp, slices.Clone(v.list)}
	t.views[fp] = v
	return v, nil
}

// putBody writes the rest of a message in chunks.
func (t *txn) putBody(id uint64, data []byte) error {
	for n := 0; n == 0 || len(data) > 0; n++ {
		if n > maxBodyChunks {
			return fmt.Errorf("%w: message with %d bytes beside its contents", mapi.ErrTooBig, len(data))
		}
		chunk := data[:min(len(data), bodyChunk)]
		if data = data[len(chunk):]; len(data) > 0 {
			chunk = chunk[:len(chunk):len(chunk)] // its checksum must not go where the next one begins
		}
		key := t.box.space.BodyChunk(id, n)
		if err := t.Put(key, rowkey.Seal(key, chunk)); err != nil {
			return err
		}
	}
	return nil
}

const (
	bodyChunk     = 60<<10 - 4 // a value with its checksum
	maxBodyChunks = 1<<16 - 2
)

// removeBody deletes the rest of a message for good.
func (t *txn) removeBody(id uint64) error {
	prefix := t.box.space.Body(id)
	var keys [][]byte
	err := t.Scan(prefix, rowkey.After(prefix), false, func(k, _ []byte) bool {
		keys = append(keys, append([]byte(nil), k...))
		return true
	})
	for _, k := range keys {
		if err == nil {
			err = t.Delete(k)
		}
	}
	return err
}

// readFull is io.ReadFull that takes a short source for what it is.
func readFull(r io.Reader, b []byte) (int, error) {
	n, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}
