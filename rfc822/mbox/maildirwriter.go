package mbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// MaildirOptions are what a [MaildirWriter] takes from outside. The zero value, and a
// nil *MaildirOptions, mean the defaults.
type MaildirOptions struct {
	// Now is in the names of files. Default: time.Now.
	Now func() time.Time

	// Host is in the names of files, so that several machines can deliver into one
	// Maildir. Default: os.Hostname.
	Host string

	// Unique tells deliveries of one host and second apart. It must never give the same
	// text twice. Default: the id of the process, a counter and a random number.
	Unique func() string

	// Separator is what stands before the flags in the name of a file: ':' by the
	// standard, ';' or '!' where file names have no colons. Default: ';' on Windows,
	// ':' everywhere else.
	Separator byte
}

func (o *MaildirOptions) withDefaults() (MaildirOptions, error) {
	var d MaildirOptions
	if o != nil {
		d = *o
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Host == "" {
		d.Host, _ = os.Hostname() // without one the name is less telling, but as unique
	}
	if d.Unique == nil {
		var count atomic.Uint64
		d.Unique = func() string {
			var b [8]byte
			rand.Read(b[:])
			return fmt.Sprintf("R%sP%dQ%d", hex.EncodeToString(b[:]), os.Getpid(), count.Add(1))
		}
	}
	if d.Separator == 0 {
		d.Separator = ':'
		if runtime.GOOS == "windows" {
			d.Separator = ';'
		}
	}
	if strings.IndexByte(separators, d.Separator) < 0 {
		return d, fmt.Errorf("mbox: separator %q: %w", d.Separator, fs.ErrInvalid)
	}
	return d, nil
}

// A MaildirWriter puts mails into a Maildir while other programs read and write it
// (https://cr.yp.to/proto/maildir.html), and makes its folders (Maildir++). It is safe
// for concurrent use.
//
// A mail is written into tmp, flushed to the disk, and only then linked to where
// readers look, so that they see it whole or not at all, also after a power failure.
// What a program that died left in tmp is no mail; files there that are older than 36
// hours can be removed.
type MaildirWriter struct {
	root *os.Root
	opts MaildirOptions
	sync func(*os.File) error
}

// NewMaildirWriter returns a writer for the Maildir that root is, and makes its
// directories where they are missing. Nothing outside of root is ever written, not even
// where a link leads. The caller closes root.
func NewMaildirWriter(root *os.Root, o *MaildirOptions) (*MaildirWriter, error) {
	opts, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	w := &MaildirWriter{root: root, opts: opts, sync: (*os.File).Sync}
	return w, w.makeDirs(".")
}

// CreateFolder makes a folder; "/" separates levels: "Archive/2024" is the directory
// ".Archive.2024". The levels above are not made. A folder that is there already is no
// error. Names that cannot be kept, or mean something else to a system, are refused with
// fs.ErrInvalid: empty levels, "..", "~" in front, dots, backslashes, control
// characters, what is not UTF-8, and "INBOX", which is "".
func (w *MaildirWriter) CreateFolder(folder string) error {
	dir, err := w.folderDir(folder)
	if err != nil {
		return err
	}
	if folder == "" {
		return fmt.Errorf("mbox: folder %q: the inbox is there always: %w", folder, fs.ErrInvalid)
	}
	if err := w.mkdir(dir); err != nil {
		return err
	}
	if err := w.makeDirs(dir); err != nil {
		return err
	}
	// A delivery agent sees by it that this is no Maildir of its own.
	f, err := w.root.OpenFile(path.Join(dir, "maildirfolder"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), w.syncDir(dir), w.syncDir("."))
}

func (w *MaildirWriter) folderDir(folder string) (string, error) {
	dir, err := folderDir(folder)
	if err == nil && w.opts.Separator != ':' && (strings.ContainsAny(dir, `<>:"|?*`) || strings.HasSuffix(dir, " ")) {
		err = fmt.Errorf("mbox: folder %q: a character that Windows has not in names: %w", folder, fs.ErrInvalid)
	}
	return dir, err
}

func (w *MaildirWriter) makeDirs(dir string) error {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := w.mkdir(path.Join(dir, sub)); err != nil {
			return err
		}
	}
	return w.syncDir(dir)
}

func (w *MaildirWriter) mkdir(dir string) error {
	err := w.root.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// Deliver puts a mail into new: no program has seen it. Its bytes are written as they
// are; programs on Unix expect lines that end with LF alone. folder must be there; ""
// is the inbox. After an error nothing was delivered.
func (w *MaildirWriter) Deliver(folder string, mail io.Reader) (File, error) {
	return w.put(folder, "new", "", time.Time{}, mail)
}

// Append puts a mail into cur, with flags as [File] has them. date is when it was
// received, which programs read from the time of the file; zero means now.
func (w *MaildirWriter) Append(folder, flags string, date time.Time, mail io.Reader) (File, error) {
	return w.put(folder, "cur", flags, date, mail)
}

// SetFlags gives a mail the flags, in the place of all that it has, and returns where it
// is now: one in new moves to cur. A mail whose name another program has changed since
// f was read is found; one that was removed is fs.ErrNotExist.
func (w *MaildirWriter) SetFlags(f File, flags string) (File, error) {
	flags, err := sortFlags(flags)
	if err != nil {
		return File{}, err
	}
	sub, name := path.Split(f.Path)
	dir, sub := path.Split(path.Clean(sub))
	dir = path.Clean(dir)
	if !fs.ValidPath(f.Path) || sub != "cur" && sub != "new" || name[0] == '.' || dir[0] != '.' || strings.Contains(dir, "/") {
		return File{}, fmt.Errorf("mbox: %q is no mail of a Maildir: %w", f.Path, fs.ErrInvalid)
	}
	unique, _ := splitName(name)
	to := w.file(dir, "cur", unique, flags)
	for range renamesTried {
		if err = w.rename(path.Join(dir, sub, name), to.Path); !isMissing(err) {
			break
		}
		var found bool
		if sub, name, found = w.find(dir, unique); !found {
			return File{}, err
		}
	}
	if err != nil {
		return File{}, err
	}
	err = w.syncDir(path.Join(dir, "cur"))
	if sub == "new" {
		err = errors.Join(err, w.syncDir(path.Join(dir, "new")))
	}
	return to, err
}

// rename gives a mail another name, but never that of another mail.
func (w *MaildirWriter) rename(from, to string) error {
	if _, err := w.root.Lstat(from); err != nil || from == to {
		return err
	}
	if _, err := w.root.Lstat(to); !isMissing(err) {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	return w.root.Rename(from, to)
}

// renamesTried is how often a mail is looked for that other programs rename.
const renamesTried = 5

// find looks for a mail by the part of its name that does not change.
func (w *MaildirWriter) find(dir, unique string) (sub, name string, found bool) {
	for _, sub := range []string{"cur", "new"} {
		entries, _ := fs.ReadDir(w.root.FS(), path.Join(dir, sub)) // without them it is not found
		for _, e := range entries {
			if u, _ := splitName(e.Name()); u == unique {
				return sub, e.Name(), true
			}
		}
	}
	return "", "", false
}

// file is the mail of that name.
func (w *MaildirWriter) file(dir, sub, unique, flags string) File {
	f := File{Path: path.Join(dir, sub, unique), New: sub == "new", Flags: flags}
	if dir != "." {
		f.Folder = folderName(dir)
	}
	if !f.New {
		f.Path += string(w.opts.Separator) + "2," + flags
	}
	return f
}

func (w *MaildirWriter) put(folder, sub, flags string, date time.Time, mail io.Reader) (File, error) {
	dir, err := w.folderDir(folder)
	if err != nil {
		return File{}, err
	}
	if flags, err = sortFlags(flags); err != nil {
		return File{}, err
	}
	tmp, size, err := w.write(path.Join(dir, "tmp"), date, mail)
	if err != nil {
		return File{}, err
	}
	var f File
	for range namesTried {
		f = w.file(dir, sub, w.name()+size.String(), flags)
		if err = w.publish(tmp, f.Path); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err == nil {
		if err = w.syncDir(path.Join(dir, sub)); err == nil {
			return f, nil
		}
		w.root.Remove(f.Path) // it may not outlive a power failure, so it was not delivered
	}
	w.root.Remove(tmp)
	return File{}, err
}

// namesTried is how many names are tried for a mail. The first is free, unless Unique
// repeats itself.
const namesTried = 10

// write writes a mail into a new file in tmp, and has it on the disk.
func (w *MaildirWriter) write(dir string, date time.Time, mail io.Reader) (name string, size mailSize, err error) {
	var f *os.File
	for range namesTried {
		name = path.Join(dir, w.name())
		if f, err = w.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return "", size, err
	}
	defer func() {
		if err != nil {
			w.root.Remove(name)
		}
	}()
	_, err = io.Copy(io.MultiWriter(f, &size), mail)
	if err == nil {
		err = w.sync(f)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil && !date.IsZero() {
		err = w.root.Chtimes(name, date, date)
	}
	return name, size, err
}

// publish gives a file its name where readers look, and takes it from tmp. Unlike a
// rename, a link never replaces another mail; it is done without where the file system
// has none.
func (w *MaildirWriter) publish(tmp, name string) error {
	err := w.root.Link(tmp, name)
	switch {
	case err == nil:
		w.root.Remove(tmp) // what is left there is no mail
		return nil
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return err
	}
	return w.rename(tmp, name)
}

// name is what tells a mail from all others: time, what the writer adds, host.
func (w *MaildirWriter) name() string {
	now := w.opts.Now()
	return fmt.Sprintf("%d.M%d%s.%s", now.Unix(), now.Nanosecond()/1000, w.escape(w.opts.Unique()), w.escape(w.opts.Host))
}

// escape writes what a name cannot have as the description of Maildir does with "/" and
// ":", "\057" and "\072".
func (w *MaildirWriter) escape(s string) string {
	var out strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c > ' ' && c < 0x7f && !strings.ContainsRune(`/\:;!,<>"|?*`, rune(c)), c >= 0x80:
			out.WriteByte(c)
		case w.opts.Separator != ':':
			out.WriteByte('_') // a backslash separates directories there
		default:
			fmt.Fprintf(&out, `\%03o`, c)
		}
	}
	return out.String()
}

// syncDir has the names in a directory on the disk. Windows and some file systems
// cannot.
func (w *MaildirWriter) syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := w.root.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := w.sync(f); !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// sortFlags puts flags into the order of names, each once. Letters in lower case are
// those that a server gives keywords.
func sortFlags(flags string) (string, error) {
	b := []byte(flags)
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return "", fmt.Errorf("mbox: flags %q: %w", flags, fs.ErrInvalid)
		}
	}
	slices.Sort(b)
	return string(slices.Compact(b)), nil
}

// A mailSize counts the bytes of a mail, and those it would have with CRLF at the end
// of each line: S and W of Maildir++.
type mailSize struct {
	bytes, bare int64
	last        byte
}

// Write implements io.Writer.
func (s *mailSize) Write(p []byte) (int, error) {
	for _, c := range p {
		if c == '\n' && s.last != '\r' {
			s.bare++
		}
		s.last = c
	}
	s.bytes += int64(len(p))
	return len(p), nil
}

// String is the part of a file name that tells sizes without opening the file.
func (s mailSize) String() string { return fmt.Sprintf(",S=%d,W=%d", s.bytes, s.bytes+s.bare) }
