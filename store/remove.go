package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// messagesPerTxn is how many messages one transaction deletes, moves or copies
// at most: few enough to stay below the driver's soft bounds.
const messagesPerTxn = 32

// DeleteOptions say how messages or the contents of a folder are deleted. nil
// means the defaults.
type DeleteOptions struct {
	// Hard deletes for good. By default messages are soft-deleted: they leave
	// the folder's contents, can be listed with View.SoftDeleted, and restored.
	Hard bool
}

// DeleteMessages deletes messages of this folder, normal and associated ones
// (MS-OXCFOLD 2.2.1.11). Hard deletion also takes soft-deleted ones. Ids that are
// not there are passed over and reported at the end as
// mapi.WarnPartialCompletion. Up to 32 messages are deleted in one transaction;
// after an error those before it are deleted.
func (f *Folder) DeleteMessages(ctx context.Context, ids []mapi.MessageID, opts *DeleteOptions) error {
	if opts == nil {
		opts = &DeleteOptions{}
	}
	_, err := f.eachBatch(ctx, ids, opts.Hard, func(t *txn, im *image) (mapi.MessageID, error) {
		return 0, t.deleteMessage(im, opts.Hard)
	})
	return fail("store.Folder.DeleteMessages", err)
}

// eachBatch runs work on the messages of this folder with the given ids, in
// transactions of up to 32. It returns what work returned, in the order of the
// ids found, and mapi.WarnPartialCompletion when some were not.
func (f *Folder) eachBatch(ctx context.Context, ids []mapi.MessageID, deletedToo bool,
	work func(*txn, *image) (mapi.MessageID, error)) ([]mapi.MessageID, error) {
	var results []mapi.MessageID
	missing := 0
	for len(ids) > 0 {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		batch := ids[:min(len(ids), messagesPerTxn)]
		ids = ids[len(batch):]
		var done []mapi.MessageID
		var notThere int
		err := f.box.update(ctx, false, func(t *txn) error {
			done, notThere = nil, 0
			if _, err := f.live(t); err != nil {
				return err
			}
			for _, id := range batch {
				im, err := f.find(t, id, deletedToo)
				if errors.Is(err, mapi.ErrNotFound) {
					notThere++
					continue
				}
				if err != nil {
					return err
				}
				result, err := work(t, im)
				if err != nil {
					return err
				}
				done = append(done, result)
			}
			if len(done) == 0 {
				return nil
			}
			return t.countsEvent(uint64(f.id))
		})
		if err != nil {
			return results, err
		}
		results = append(results, done...)
		missing += notThere
	}
	if missing > 0 {
		return results, fmt.Errorf("%w: %d messages are not in the folder", mapi.WarnPartialCompletion, missing)
	}
	return results, nil
}

// deleteMessage deletes one message softly or for good.
func (t *txn) deleteMessage(im *image, hard bool) error {
	wasLive := im.part != rowkey.Deleted
	if hard {
		if err := t.destroyMessage(im); err != nil {
			return err
		}
	} else if wasLive {
		if err := t.softDelete(im); err != nil {
			return err
		}
	}
	if !wasLive {
		return nil
	}
	c, err := t.count(im.folder)
	if err != nil {
		return err
	}
	c.DeletedTotal++
	t.event(mapi.Event{Type: mapi.EventDeleted, Folder: mapi.FolderID(im.folder), Message: mapi.MessageID(im.id),
		Associated: im.row.Associated})
	return t.touch(im.folder)
}

// softDelete moves a row to the folder's deleted part. The message keeps its id
// and body.
func (t *txn) softDelete(im *image) error {
	if err := t.removeRow(im); err != nil {
		return err
	}
	if err := t.dropReadLog(im); err != nil {
		return err
	}
	gone := *im
	gone.part = rowkey.Deleted
	gone.props = im.props.Clone()
	gone.props.Set(propDeletedOn, t.now())
	var err error
	gone.row.Change, err = t.log(im.row.Change, rowkey.Change{Op: rowkey.OpDeleted, Folder: im.folder, Object: im.id,
		Associated: im.row.Associated})
	if err != nil {
		return err
	}
	if gone.row.Props, err = t.codec().AppendBag(nil, &gone.props); err != nil {
		return err
	}
	return t.insertRow(&gone)
}

// destroyMessage removes a message with its body, for good.
func (t *txn) destroyMessage(im *image) error {
	body, err := im.loadBody()
	if err != nil {
		return err
	}
	if err := t.removeRow(im); err != nil {
		return err
	}
	if err := t.dropReadLog(im); err != nil {
		return err
	}
	if _, err := t.log(im.row.Change, rowkey.Change{Op: rowkey.OpRemoved, Folder: im.folder, Object: im.id,
		Associated: im.row.Associated}); err != nil {
		return err
	}
	if err := t.removeBody(im.row.Body); err != nil {
		return err
	}
	return t.release(body)
}

// dropReadLog removes the log entry of the read state of a message that goes.
func (t *txn) dropReadLog(im *image) error {
	if im.row.ReadChange == 0 {
		return nil
	}
	err := t.Delete(t.box.space.Log(im.row.ReadChange))
	im.row.ReadChange = 0
	return err
}

// RestoreMessages brings soft-deleted messages of this folder back to where they
// were, as new messages: it returns their new ids, in the order of the ids that
// were found. Ids that are not there are reported as mapi.WarnPartialCompletion.
func (f *Folder) RestoreMessages(ctx context.Context, ids []mapi.MessageID) ([]mapi.MessageID, error) {
	restored, err := f.eachBatch(ctx, ids, true, func(t *txn, im *image) (mapi.MessageID, error) {
		if im.part != rowkey.Deleted {
			return mapi.MessageID(im.id), nil
		}
		if err := t.removeRow(im); err != nil {
			return 0, err
		}
		back := *im
		back.part = rowkey.Normal
		if im.row.Associated {
			back.part = rowkey.Associated
		}
		back.props = im.props.Clone()
		back.props.Delete(propDeletedOn)
		var err error
		if back.row.Props, err = t.codec().AppendBag(nil, &back.props); err != nil {
			return 0, err
		}
		err = t.addImage(&back)
		return mapi.MessageID(back.id), err
	})
	return restored, fail("store.Folder.RestoreMessages", err)
}
