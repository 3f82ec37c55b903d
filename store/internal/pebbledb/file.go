package pebbledb

import (
	"github.com/cockroachdb/pebble/v2/vfs"
)

// A file is a file or directory of the store that is open for writing, or the
// directory itself.
type file struct {
	vfs.File
	disk *disk
	name string

	written int64 // bytes appended; the writer's own
}

func (d *disk) wrap(f vfs.File, name string) *file {
	return &file{File: f, disk: d, name: name}
}

// attempt runs op unless the disk is frozen, and freezes it when op fails. The
// error returned is what Pebble gets to see.
func (f *file) attempt(what string, op func() error) error {
	if !f.disk.frozen() {
		err := op()
		if err == nil {
			return nil
		}
		f.disk.stop(what, f.name, err)
	}
	if isTable(f.name) {
		return f.disk.failed()
	}
	return nil
}

func (f *file) Write(p []byte) (int, error) {
	err := f.attempt("write", func() error {
		_, err := f.File.Write(p)
		return err
	})
	if err != nil {
		return 0, err
	}
	f.written += int64(len(p))
	return len(p), nil
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	err := f.attempt("write", func() error {
		_, err := f.File.WriteAt(p, off)
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f *file) Sync() error {
	err := f.attempt("sync", f.File.Sync)
	f.noteSync(err)
	return err
}

func (f *file) SyncData() error {
	err := f.attempt("sync", f.File.SyncData)
	f.noteSync(err)
	return err
}

func (f *file) noteSync(err error) {
	if err == nil && !f.disk.frozen() {
		f.disk.ledger.synced(f.name, f.written)
	}
}

func (f *file) SyncTo(length int64) (full bool, err error) {
	err = f.attempt("sync", func() error {
		full, err = f.File.SyncTo(length)
		return err
	})
	return full, err
}

// Close frees the file in any case: it must not stay open in a process that
// opens the store again.
func (f *file) Close() error {
	err := f.File.Close()
	if err == nil {
		return nil
	}
	return f.attempt("close", func() error { return err })
}

// Stat is asked for the size of a recycled log, where Pebble cannot bear an
// error.
func (f *file) Stat() (vfs.FileInfo, error) {
	info, err := f.File.Stat()
	if err == nil || !isLog(f.name) {
		return info, err
	}
	f.disk.stop("stat", f.name, err)
	return vfs.NewMemFile(nil).Stat()
}
