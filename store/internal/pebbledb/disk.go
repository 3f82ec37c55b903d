package pebbledb

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A disk is the file system below Pebble. Its job is to outlive a failed write.
//
// Pebble answers errors of its log and manifest with panics, some of them in
// its own goroutines or with locks held: it would take the process down or
// hang every later writer. So it never sees them. The first write that fails
// freezes the disk: real files stay as a power cut at that moment would leave
// them, later writes to open files go nowhere, and new files are kept in
// memory, so that Pebble can bring the work under way to its end and be
// closed. That nothing of it counts is seen to by DB, which asks the disk after
// each sync and acknowledges nothing once it is frozen.
//
// Only tables get to see their errors: Pebble repeats the job, with new files.
type disk struct {
	vfs.FS // the real one
	dir    string

	cause  atomic.Pointer[error] // why it is frozen, or nil
	shadow *vfs.MemFS            // the files created since
	told   func(error)           // called once, when it freezes

	ledger ledger
}

func newDisk(fs vfs.FS, dir string, told func(error)) *disk {
	return &disk{FS: fs, dir: dir, shadow: vfs.NewMem(), told: told}
}

// freeze makes err the reason why nothing is written any more.
func (d *disk) freeze(err error) {
	if d.cause.CompareAndSwap(nil, &err) {
		d.told(err)
	}
}

// failed returns why the disk is frozen, or nil.
func (d *disk) failed() error {
	if err := d.cause.Load(); err != nil {
		return *err
	}
	return nil
}

func (d *disk) frozen() bool { return d.cause.Load() != nil }

// ours tells files of the store from those of a checkpoint elsewhere, whose
// errors are the business of who asked for it.
func (d *disk) ours(name string) bool {
	return d.PathDir(name) == d.dir || name == d.dir
}

// A kind of file decides who deals with its write errors.
func isTable(name string) bool {
	return strings.HasSuffix(name, ".sst") || strings.HasSuffix(name, ".blob")
}

func isLog(name string) bool { return strings.HasSuffix(name, ".log") }

// stop freezes the disk because op failed on name.
func (d *disk) stop(op, name string, err error) {
	d.freeze(fmt.Errorf("%s %s: %w", op, d.PathBase(name), err))
}

// inShadow reports whether name was created after the disk froze.
func (d *disk) inShadow(name string) bool {
	if !d.frozen() {
		return false
	}
	_, err := d.shadow.Stat(name)
	return err == nil
}

func (d *disk) createShadow(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := d.shadow.MkdirAll(d.PathDir(name), 0o755); err != nil {
		return nil, err
	}
	return d.shadow.Create(name, c)
}

func (d *disk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if !d.ours(name) {
		return d.FS.Create(name, c)
	}
	if !d.frozen() {
		f, err := d.FS.Create(name, c)
		if err == nil {
			return d.wrap(f, name), nil
		}
		d.stop("create", name, err)
	}
	return d.createShadow(name, c)
}

func (d *disk) ReuseForWrite(oldname, newname string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if !d.frozen() {
		f, err := d.FS.ReuseForWrite(oldname, newname, c)
		if err == nil {
			return d.wrapUsed(f, newname), nil
		}
		d.stop("reuse", newname, err)
	}
	return d.createShadow(newname, c)
}

func (d *disk) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	if d.inShadow(name) {
		return d.shadow.OpenReadWrite(name, c, opts...)
	}
	f, err := d.FS.OpenReadWrite(name, c, opts...)
	if err != nil || !d.ours(name) {
		return f, err
	}
	return d.wrap(f, name), nil
}

func (d *disk) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	if d.inShadow(name) {
		return d.shadow.Open(name, opts...)
	}
	if isLog(name) && d.ours(name) {
		if err := d.ledger.checkLog(name); err != nil {
			return nil, err
		}
	}
	return d.FS.Open(name, opts...)
}

func (d *disk) OpenDir(name string) (vfs.File, error) {
	f, err := d.FS.OpenDir(name)
	if err != nil || !d.ours(name) {
		return f, err
	}
	return d.wrap(f, name), nil
}

func (d *disk) Remove(name string) error {
	switch {
	case d.inShadow(name):
		return d.shadow.Remove(name)
	case d.frozen() && d.ours(name):
		return nil
	}
	return d.FS.Remove(name)
}

func (d *disk) Rename(oldname, newname string) error {
	if !d.ours(newname) {
		return d.FS.Rename(oldname, newname)
	}
	if !d.frozen() {
		err := d.FS.Rename(oldname, newname)
		if err == nil {
			return nil
		}
		d.stop("rename", newname, err)
	}
	if d.inShadow(oldname) {
		return d.shadow.Rename(oldname, newname)
	}
	return nil
}

func (d *disk) MkdirAll(dir string, perm os.FileMode) error {
	if d.frozen() && d.ours(dir) {
		return nil
	}
	return d.FS.MkdirAll(dir, perm)
}

func (d *disk) Stat(name string) (vfs.FileInfo, error) {
	if d.inShadow(name) {
		return d.shadow.Stat(name)
	}
	return d.FS.Stat(name)
}

func (d *disk) List(dir string) ([]string, error) {
	names, err := d.FS.List(dir)
	if err != nil || !d.frozen() {
		return names, err
	}
	made, err := d.shadow.List(dir)
	if err != nil {
		return names, nil // nothing was created since
	}
	names = append(names, made...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (d *disk) Unwrap() vfs.FS { return d.FS }
