package store

import (
	"context"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A ReadFlag says what SetReadFlags does (MS-OXCMSG 2.2.3.10).
type ReadFlag int

const (
	MarkRead   ReadFlag = iota // mark as read; a pending read receipt is no longer wanted
	MarkUnread                 // mark as unread
)

// SetReadFlags marks messages of this folder as read or unread at once, without
// opening them. Neither change key nor time of modification change; the read
// state has change numbers of its own (MS-OXCFXICS 3.2.5.6). Without ids it marks
// all normal messages of the folder. Ids that are not there are reported as
// mapi.WarnPartialCompletion.
func (f *Folder) SetReadFlags(ctx context.Context, flag ReadFlag, ids ...mapi.MessageID) error {
	const op = "store.Folder.SetReadFlags"
	if len(ids) == 0 {
		var err error
		if ids, err = f.messageIDs(ctx, rowkey.Normal); err != nil {
			return fail(op, err)
		}
	}
	_, err := f.eachBatch(ctx, ids, false, func(t *txn, im *image) (mapi.MessageID, error) {
		return 0, t.setRead(im, flag == MarkRead)
	})
	return fail(op, err)
}

func (t *txn) setRead(im *image, read bool) error {
	to := *im
	if read {
		to.row.Flags |= mapi.FlagRead | mapi.FlagEverRead
		to.row.Flags &^= mapi.FlagNotifyRead
	} else {
		to.row.Flags &^= mapi.FlagRead
	}
	if to.row.Flags == im.row.Flags {
		return nil
	}
	var err error
	to.row.ReadChange, err = t.log(im.row.ReadChange, rowkey.Change{Op: rowkey.OpRead, Folder: im.folder,
		Object: im.id, Associated: im.row.Associated})
	if err != nil {
		return err
	}
	if err := t.replaceRow(im, &to); err != nil {
		return err
	}
	t.event(mapi.Event{Type: mapi.EventModified, Folder: mapi.FolderID(im.folder), Message: mapi.MessageID(im.id),
		Associated: im.row.Associated})
	return nil
}

// SetMessageStatus changes bits of PidTagMessageStatus: those in mask become as
// in status. It returns the status before (MS-OXCMSG 2.2.3.8) and does not touch
// change key or time of modification.
func (f *Folder) SetMessageStatus(ctx context.Context, id mapi.MessageID, status, mask uint32) (uint32, error) {
	var before uint32
	mask &^= uint32(mapi.StatusInConflict)
	err := f.box.update(ctx, false, func(t *txn) error {
		if _, err := f.live(t); err != nil {
			return err
		}
		im, err := f.find(t, id, false)
		if err != nil {
			return err
		}
		to := *im
		before = im.row.Status
		to.row.Status = before&^mask | status&mask
		if to.row.Status == before {
			return nil
		}
		to.row.ReadChange, err = t.log(im.row.ReadChange, rowkey.Change{Op: rowkey.OpRead, Folder: im.folder,
			Object: im.id, Associated: im.row.Associated})
		if err != nil {
			return err
		}
		t.event(mapi.Event{Type: mapi.EventModified, Folder: mapi.FolderID(im.folder), Message: mapi.MessageID(im.id),
			Associated: im.row.Associated})
		return t.replaceRow(im, &to)
	})
	return before, fail("store.Folder.SetMessageStatus", err)
}
