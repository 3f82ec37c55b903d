package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// A Folder is a handle on a folder of a mailbox. It holds nothing but the id, so
// it never goes stale: each call sees the folder as it is then, and reports
// mapi.ErrNotFound when it is gone. It is safe for concurrent use.
type Folder struct {
	box     *Mailbox
	id      mapi.FolderID
	deleted bool // opened as a soft-deleted folder
}

// ID names the folder within its mailbox.
func (f *Folder) ID() mapi.FolderID { return f.id }

// EntryID names the folder everywhere (MS-OXCDATA 2.2.4.1).
func (f *Folder) EntryID() mapi.EntryID { return f.box.FolderEntryID(f.id) }

// Mailbox is the mailbox that the folder is in.
func (f *Folder) Mailbox() *Mailbox { return f.box }

// OpenFolder returns the folder of an id. It reports mapi.ErrNotFound for one
// that does not exist or was deleted.
func (b *Mailbox) OpenFolder(ctx context.Context, id mapi.FolderID) (*Folder, error) {
	f := &Folder{box: b, id: id}
	err := b.view(ctx, func(r driver.Reader) error {
		_, err := f.record(r)
		return err
	})
	if err != nil {
		return nil, fail("store.Mailbox.OpenFolder", err)
	}
	return f, nil
}

// OpenDeletedFolder returns a soft-deleted folder, to look into it or to
// [Folder.Restore] it.
func (b *Mailbox) OpenDeletedFolder(ctx context.Context, id mapi.FolderID) (*Folder, error) {
	f := &Folder{box: b, id: id, deleted: true}
	err := b.view(ctx, func(r driver.Reader) error {
		_, err := f.record(r)
		return err
	})
	if err != nil {
		return nil, fail("store.Mailbox.OpenDeletedFolder", err)
	}
	return f, nil
}

// OpenPath returns the folder at the end of a path of display names below the
// IPM subtree, such as "Inbox", "Projects", "2026". Names compare without
// regard to case. It reports mapi.ErrNotFound when a step is missing.
func (b *Mailbox) OpenPath(ctx context.Context, names ...string) (*Folder, error) {
	f, err := b.SpecialFolder(ctx, mapi.FolderIPMSubtree)
	for _, name := range names {
		if err != nil {
			return nil, err
		}
		f, err = f.OpenFolder(ctx, name)
	}
	return f, err
}

// CreatePath is OpenPath that makes the folders which are missing.
func (b *Mailbox) CreatePath(ctx context.Context, names ...string) (*Folder, error) {
	f, err := b.SpecialFolder(ctx, mapi.FolderIPMSubtree)
	for _, name := range names {
		if err != nil {
			return nil, err
		}
		f, err = f.CreateFolder(ctx, name, &CreateFolderOptions{OpenIfExists: true})
	}
	return f, err
}

// OpenFolder returns the direct subfolder of a display name, compared without
// regard to case. It reports mapi.ErrNotFound when there is none.
func (f *Folder) OpenFolder(ctx context.Context, name string) (*Folder, error) {
	child := &Folder{box: f.box}
	err := f.box.view(ctx, func(r driver.Reader) error {
		if _, err := f.record(r); err != nil {
			return err
		}
		id, err := f.box.childNamed(r, uint64(f.id), name)
		if err == nil && id == 0 {
			err = fmt.Errorf("%w: folder %q", mapi.ErrNotFound, name)
		}
		child.id = mapi.FolderID(id)
		return err
	})
	if err != nil {
		return nil, fail("store.Folder.OpenFolder", err)
	}
	return child, nil
}

// record reads the folder and makes sure that it is live, or soft-deleted when
// the handle was opened so.
func (f *Folder) record(r driver.Reader) (rowkey.Folder, error) {
	rec, err := f.box.readFolder(r, uint64(f.id))
	if err == nil && rec.Deleted != f.deleted {
		err = fmt.Errorf("%w: folder %v", mapi.ErrNotFound, f.id)
	}
	return rec, err
}

// live is record for what changes the folder: one that was opened as soft-deleted
// can be looked into, restored and removed only (MS-OXCFOLD 3.2.5.2).
func (f *Folder) live(r driver.Reader) (rowkey.Folder, error) {
	if f.deleted {
		return rowkey.Folder{}, fmt.Errorf("%w: folder %v is soft-deleted", mapi.ErrNotFound, f.id)
	}
	return f.record(r)
}

// CreateFolderOptions say what a new folder is like. nil means the defaults.
type CreateFolderOptions struct {
	// OpenIfExists returns the subfolder that has the name already, unchanged,
	// instead of mapi.ErrCollision.
	OpenIfExists bool

	Class   string // PidTagContainerClass, such as "IPF.Appointment". Default: none, which means mail
	Comment string // PidTagComment
}

// CreateFolder makes a subfolder. Names are unique among siblings without regard
// to case. It reports mapi.ErrInvalidParameter for an empty or overlong name and
// mapi.ErrCollision for one that is taken (MS-OXCFOLD 2.2.1.2).
func (f *Folder) CreateFolder(ctx context.Context, name string, opts *CreateFolderOptions) (*Folder, error) {
	if opts == nil {
		opts = &CreateFolderOptions{}
	}
	child := &Folder{box: f.box}
	err := f.box.update(ctx, false, func(t *txn) error {
		if _, err := f.live(t); err != nil {
			return err
		}
		if existing, err := f.box.childNamed(t, uint64(f.id), name); err != nil {
			return err
		} else if existing != 0 && opts.OpenIfExists {
			child.id = mapi.FolderID(existing)
			return nil
		}
		var bag mapi.Properties
		props.PidTagDisplayName.Set(&bag, name)
		if opts.Class != "" {
			props.PidTagContainerClass.Set(&bag, opts.Class)
		}
		if opts.Comment != "" {
			props.PidTagComment.Set(&bag, opts.Comment)
		}
		id, err := t.createFolder(uint64(f.id), bag, folderGeneric, mapi.FolderNone)
		child.id = mapi.FolderID(id)
		return err
	})
	if err != nil {
		return nil, fail("store.Folder.CreateFolder", err)
	}
	return child, nil
}

// Properties returns all properties of the folder, computed ones included.
func (f *Folder) Properties(ctx context.Context) (*mapi.Properties, error) {
	var bag *mapi.Properties
	err := f.box.view(ctx, func(r driver.Reader) error {
		im, err := f.box.folderImage(r, uint64(f.id))
		if err != nil {
			return err
		}
		if im.rec.Deleted != f.deleted {
			return fmt.Errorf("%w: folder %v", mapi.ErrNotFound, f.id)
		}
		bag = im.all()
		return im.err
	})
	return bag, fail("store.Folder.Properties", err)
}

// Name is the folder's display name.
func (f *Folder) Name(ctx context.Context) (string, error) {
	bag, err := f.Properties(ctx)
	if err != nil {
		return "", err
	}
	return props.PidTagDisplayName.Or(bag, ""), nil
}

// Counts are the numbers of a folder. Soft-deleted messages and subfolders are
// counted in Deleted only.
type Counts struct {
	Messages   int64 // PidTagContentCount
	Unread     int64 // PidTagContentUnreadCount
	Associated int64 // PidTagAssociatedContentCount
	Deleted    int64 // soft-deleted messages
	Subfolders int64 // direct ones
	Size       int64 // bytes of the normal and associated messages
}

// Counts returns the folder's counters, which are kept, not counted.
func (f *Folder) Counts(ctx context.Context) (Counts, error) {
	var c rowkey.Counters
	err := f.box.view(ctx, func(r driver.Reader) error {
		if _, err := f.record(r); err != nil {
			return err
		}
		var err error
		c, err = f.box.readCounters(r, uint64(f.id))
		return err
	})
	return Counts{c.Content, c.Unread, c.Associated, c.Deleted, c.Subfolders, c.Size + c.AssocSize},
		fail("store.Folder.Counts", err)
}

// SetProperties sets properties of the folder at once; a nil value deletes one.
// Those that the store computes are left alone and come back as problems, and so
// does PidTagDisplayName when a sibling has the name (mapi.ErrCollision).
func (f *Folder) SetProperties(ctx context.Context, list ...mapi.Property) ([]Problem, error) {
	var problems []Problem
	err := f.box.update(ctx, false, func(t *txn) error {
		problems = nil
		rec, err := f.live(t)
		if err != nil {
			return err
		}
		bag, err := f.box.codec.ParseBag(rec.Props)
		if err != nil {
			return err
		}
		was := props.PidTagDisplayName.Or(&bag, "")
		problems = setAll(&bag, list, isComputedFolder)
		if name := props.PidTagDisplayName.Or(&bag, ""); name != was {
			if err := t.renameChild(&rec, uint64(f.id), was, name); err != nil {
				code := mapi.CodeOf(err)
				if code != mapi.ErrCollision && code != mapi.ErrInvalidParameter {
					return err
				}
				problems = append(problems, nameProblem(list, code))
				props.PidTagDisplayName.Set(&bag, was)
			}
		}
		return t.putFolder(uint64(f.id), rec, bag)
	})
	return problems, fail("store.Folder.SetProperties", err)
}

func nameProblem(list []mapi.Property, code mapi.Code) Problem {
	at := 0
	for i, p := range list {
		if p.Prop.Same(props.PidTagDisplayName.Prop()) {
			at = i
		}
	}
	return Problem{at, props.PidTagDisplayName.Prop(), code}
}

// Rename gives the folder another display name. A folder may change the case of
// its own name. It reports mapi.ErrCollision and mapi.ErrInvalidParameter as
// CreateFolder does.
func (f *Folder) Rename(ctx context.Context, name string) error {
	problems, err := f.SetProperties(ctx, mapi.Property{Prop: props.PidTagDisplayName.Prop(), Value: name})
	if err == nil && len(problems) > 0 {
		err = problems[0]
	}
	return fail("store.Folder.Rename", err)
}

// MaxFolderName is the largest length of a folder's display name in bytes.
const MaxFolderName = 512

func checkFolderName(name string) error {
	if name == "" || len(name) > MaxFolderName || strings.ContainsRune(name, 0) {
		return fmt.Errorf("%w: folder name of %d bytes", mapi.ErrInvalidParameter, len(name))
	}
	return nil
}

// foldedName is what names of siblings are compared by.
func foldedName(name string) []byte {
	folded := []byte(mapi.FoldString(name))
	return folded[:min(len(folded), driver.MaxKey-32)]
}

func (b *Mailbox) childNamed(r driver.Reader, parent uint64, name string) (uint64, error) {
	v, err := getSealed(r, b.space.Name(parent, foldedName(name)))
	if err != nil || v == nil {
		return 0, err
	}
	return rowkey.LastID(v), nil
}

// createFolder makes a folder; parent 0 makes the root.
func (t *txn) createFolder(parent uint64, bag mapi.Properties, kind byte, special mapi.SpecialFolder) (uint64, error) {
	name := props.PidTagDisplayName.Or(&bag, "")
	if err := checkFolderName(name); err != nil {
		return 0, err
	}
	id := t.newID()
	props.PidTagCreationTime.Set(&bag, t.now())
	if err := t.put(t.box.space.Counters(id), rowkey.Counters{}.Append(nil)); err != nil {
		return 0, err
	}
	rec := rowkey.Folder{Parent: parent, Type: kind, Special: byte(special)}
	if parent == 0 {
		rec.Parent = id // the root is its own parent
	} else if err := t.linkChild(parent, id, name); err != nil {
		return 0, err
	}
	if err := t.createViews(id, props.PidTagContainerClass.Or(&bag, "")); err != nil {
		return 0, err
	}
	if err := t.logFolder(&rec, id, rowkey.OpCreated, bag); err != nil {
		return 0, err
	}
	t.event(mapi.Event{Type: mapi.EventCreated, Folder: mapi.FolderID(rec.Parent), Object: mapi.FolderID(id)})
	return id, t.parentEvent(rec.Parent, id)
}

// parentEvent tells that the subfolders of a folder changed.
func (t *txn) parentEvent(parent, child uint64) error {
	if parent == child {
		return nil
	}
	rec, err := t.box.readFolder(t, parent)
	if err == nil {
		t.event(mapi.Event{Type: mapi.EventModified, Folder: mapi.FolderID(rec.Parent), Object: mapi.FolderID(parent)})
	}
	return err
}

// linkChild enters a live folder below its parent.
func (t *txn) linkChild(parent, id uint64, name string) error {
	if other, err := t.box.childNamed(t, parent, name); err != nil {
		return err
	} else if other != 0 && other != id {
		return fmt.Errorf("%w: folder %q", mapi.ErrCollision, name)
	}
	if err := t.put(t.box.space.Child(parent, false, id), nil); err != nil {
		return err
	}
	if err := t.put(t.box.space.Name(parent, foldedName(name)), rowkey.ID(nil, id)); err != nil {
		return err
	}
	return t.hierarchyChanged(parent, +1)
}

// unlinkChild takes a live folder from below its parent.
func (t *txn) unlinkChild(parent, id uint64, name string) error {
	if err := t.Delete(t.box.space.Child(parent, false, id)); err != nil {
		return err
	}
	if err := t.Delete(t.box.space.Name(parent, foldedName(name))); err != nil {
		return err
	}
	return t.hierarchyChanged(parent, -1)
}

func (t *txn) hierarchyChanged(parent uint64, n int64) error {
	c, err := t.count(parent)
	if err != nil {
		return err
	}
	c.Subfolders += n
	c.HierarchyChange++
	return t.touch(parent)
}

func (t *txn) renameChild(rec *rowkey.Folder, id uint64, was, name string) error {
	if err := checkFolderName(name); err != nil {
		return err
	}
	if rec.Parent == id {
		return nil // the root has no siblings
	}
	if other, err := t.box.childNamed(t, rec.Parent, name); err != nil {
		return err
	} else if other != 0 && other != id {
		return fmt.Errorf("%w: folder %q", mapi.ErrCollision, name)
	}
	if rec.Deleted {
		return nil // its name is not entered
	}
	if err := t.Delete(t.box.space.Name(rec.Parent, foldedName(was))); err != nil {
		return err
	}
	return t.put(t.box.space.Name(rec.Parent, foldedName(name)), rowkey.ID(nil, id))
}

// putFolder saves changed properties of a folder.
func (t *txn) putFolder(id uint64, rec rowkey.Folder, bag mapi.Properties) error {
	if err := t.logFolder(&rec, id, rowkey.OpModified, bag); err != nil {
		return err
	}
	if rec.Parent != id {
		if err := t.touch(rec.Parent); err != nil {
			return err
		}
	}
	t.event(mapi.Event{Type: mapi.EventModified, Folder: mapi.FolderID(rec.Parent), Object: mapi.FolderID(id)})
	return nil
}

// logFolder writes the folder's record under a new change number.
func (t *txn) logFolder(rec *rowkey.Folder, id uint64, op byte, bag mapi.Properties) error {
	props.PidTagLastModificationTime.Set(&bag, t.now())
	var err error
	if rec.Change, err = t.log(rec.Change, rowkey.Change{Op: op, Folder: rec.Parent, Object: id, IsFolder: true}); err != nil {
		return err
	}
	if rec.Props, err = t.codec().AppendBag(nil, &bag); err != nil {
		return err
	}
	return t.put(t.box.space.Folder(id), rec.Append(nil))
}
