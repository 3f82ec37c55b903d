package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// MoveFolderOptions say how a folder is moved or copied. nil means the defaults.
type MoveFolderOptions struct {
	// Name is the new display name. Default: it keeps its own.
	Name string

	// WithoutSubfolders copies the folder and its messages only.
	WithoutSubfolders bool
}

// MoveTo moves the folder with everything in it below another folder of the same
// mailbox. It keeps its id and gets a new change number (MS-OXCFOLD 2.2.1.7). It
// reports mapi.ErrFolderCycle when dest is the folder itself or below it,
// mapi.ErrCollision when dest has a subfolder of the name, and mapi.ErrNoAccess
// for special folders.
func (f *Folder) MoveTo(ctx context.Context, dest *Folder, opts *MoveFolderOptions) error {
	const op = "store.Folder.MoveTo"
	if opts == nil {
		opts = &MoveFolderOptions{}
	}
	if f.box != dest.box {
		return fail(op, fmt.Errorf("%w: moving a folder to another mailbox; copy and delete it", mapi.ErrNoSupport))
	}
	err := f.box.update(ctx, false, func(t *txn) error {
		rec, err := f.live(t)
		if err != nil {
			return err
		}
		if rec.Special != 0 {
			return fmt.Errorf("%w: special folder %v", mapi.ErrNoAccess, mapi.SpecialFolder(rec.Special))
		}
		if err := t.checkBelow(f, dest); err != nil {
			return err
		}
		bag, err := f.box.codec.ParseBag(rec.Props)
		if err != nil {
			return err
		}
		was := props.PidTagDisplayName.Or(&bag, "")
		name := was
		if opts.Name != "" {
			name = opts.Name
		}
		if err := checkFolderName(name); err != nil {
			return err
		}
		from := rec.Parent
		if err := t.unlinkChild(from, uint64(f.id), was); err != nil {
			return err
		}
		if err := t.linkChild(uint64(dest.id), uint64(f.id), name); err != nil {
			return err
		}
		props.PidTagDisplayName.Set(&bag, name)
		rec.Parent = uint64(dest.id)
		if err := t.logFolder(&rec, uint64(f.id), rowkey.OpModified, bag); err != nil {
			return err
		}
		t.event(mapi.Event{Type: mapi.EventMoved, Folder: dest.id, Object: f.id,
			OldFolder: mapi.FolderID(from)})
		if err := t.parentEvent(from, uint64(f.id)); err != nil {
			return err
		}
		return t.parentEvent(uint64(dest.id), uint64(f.id))
	})
	return fail(op, err)
}

// checkBelow makes sure that dest is a live folder and not f or below f.
func (t *txn) checkBelow(f, dest *Folder) error {
	rec, err := dest.live(t)
	if err != nil {
		return err
	}
	for id := uint64(dest.id); ; {
		if id == uint64(f.id) {
			return fmt.Errorf("%w: %v into %v", mapi.ErrFolderCycle, f.id, dest.id)
		}
		if rec.Parent == id {
			return nil // the root
		}
		id = rec.Parent
		if rec, err = t.box.readFolder(t, id); err != nil {
			return err
		}
	}
}

// CopyTo copies the folder with its messages, associated contents and subfolders
// below another folder, which may be in another mailbox, and returns the copy. It
// reports mapi.ErrFolderCycle when dest is the folder itself or below it, and
// mapi.ErrCollision when dest has a subfolder of the name.
//
// The copy grows in several transactions, so others may see a part of it, and a
// crash leaves a part. Messages that come while it runs may be missing.
func (f *Folder) CopyTo(ctx context.Context, dest *Folder, opts *MoveFolderOptions) (*Folder, error) {
	const op = "store.Folder.CopyTo"
	if opts == nil {
		opts = &MoveFolderOptions{}
	}
	if f.box == dest.box {
		err := f.box.update(ctx, false, func(t *txn) error {
			if _, err := f.record(t); err != nil {
				return err
			}
			return t.checkBelow(f, dest)
		})
		if err != nil {
			return nil, fail(op, err)
		}
	}
	copied, err := f.copyTree(ctx, dest, opts.Name, !opts.WithoutSubfolders)
	return copied, fail(op, err)
}

func (f *Folder) copyTree(ctx context.Context, dest *Folder, name string, deep bool) (*Folder, error) {
	children, err := f.children(ctx)
	if err != nil {
		return nil, err
	}
	bag, err := f.Properties(ctx)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = props.PidTagDisplayName.Or(bag, "")
	}
	made, err := dest.CreateFolder(ctx, name, &CreateFolderOptions{Class: props.PidTagContainerClass.Or(bag, "")})
	if err != nil {
		return nil, err
	}
	if err := made.takeProperties(ctx, bag); err != nil {
		return made, err
	}
	ids, err := f.messageIDs(ctx, rowkey.Normal, rowkey.Associated)
	if err != nil {
		return made, err
	}
	_, err = f.CopyMessages(ctx, ids, made)
	if err != nil && !errors.Is(err, mapi.WarnPartialCompletion) { // some were deleted meanwhile
		return made, err
	}
	for _, child := range children {
		if !deep {
			break
		}
		_, err := child.copyTree(ctx, made, "", true)
		if err != nil && !errors.Is(err, mapi.ErrNotFound) {
			return made, err
		}
	}
	return made, nil
}

// takeProperties sets what a copied folder has beside its name.
func (f *Folder) takeProperties(ctx context.Context, bag *mapi.Properties) error {
	var list []mapi.Property
	for p, v := range bag.All() {
		special := !p.IsNamed() && (p.ID >= 0x36D0 && p.ID <= 0x36DF || p.ID == props.PidTagDisplayName.Prop().ID)
		if !isComputedFolder(p) && !special {
			list = append(list, mapi.Property{Prop: p, Value: v})
		}
	}
	_, err := f.SetProperties(ctx, list...)
	return err
}
