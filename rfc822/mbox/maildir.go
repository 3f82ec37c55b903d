package mbox

import (
	"errors"
	"io/fs"
	"iter"
	"path"
	"strings"
)

// A File is a mail in a Maildir.
type File struct {
	Path   string // within the file system
	Folder string // "" for the inbox, "Sent", "Work/2024": dots separate levels on disk
	New    bool   // not yet seen by any program
	Flags  string // the letters of its name: D draft, F flagged, P passed, R replied, S seen, T trashed
}

// Maildir yields the mails of the Maildir that is the root of fsys, and those of
// the folders within it (Maildir++: folders are directories whose names begin
// with a dot), in the order of their names. A folder that cannot be read gives an
// error, and the others follow. Flags are read behind ";" and "!" too, which stand for
// the colon where file names cannot have one.
func Maildir(fsys fs.FS) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		entries, err := fs.ReadDir(fsys, ".")
		if err != nil {
			yield(File{}, err)
			return
		}
		if !maildirFolder(fsys, ".", "", yield) {
			return
		}
		for _, e := range entries {
			name := e.Name()
			if e.IsDir() && len(name) > 1 && name[0] == '.' && name != ".." {
				if !maildirFolder(fsys, name, folderName(name), yield) {
					return
				}
			}
		}
	}
}

// IsMaildir reports whether the root of fsys looks like a Maildir.
func IsMaildir(fsys fs.FS) bool {
	for _, sub := range []string{"cur", "new"} {
		if st, err := fs.Stat(fsys, sub); err != nil || !st.IsDir() {
			return false
		}
	}
	return true
}

func maildirFolder(fsys fs.FS, dir, folder string, yield func(File, error) bool) bool {
	for _, sub := range []string{"cur", "new"} {
		entries, err := fs.ReadDir(fsys, path.Join(dir, sub))
		if err != nil && !isMissing(err) && !yield(File{Folder: folder}, err) {
			return false
		}
		for _, e := range entries {
			if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			f := File{Path: path.Join(dir, sub, e.Name()), Folder: folder, New: sub == "new"}
			_, f.Flags = splitName(e.Name())
			if !yield(f, nil) {
				return false
			}
		}
	}
	return true
}

// separators are what may stand before the flags.
const separators = ":;!"

// splitName takes the name of a file apart: what stays the same, and the flags.
func splitName(name string) (unique, flags string) {
	for _, sep := range separators {
		if unique, flags, ok := strings.Cut(name, string(sep)+"2,"); ok {
			return unique, flags
		}
	}
	unique, _, _ = strings.Cut(name, ":") // experimental, or none
	return unique, ""
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
