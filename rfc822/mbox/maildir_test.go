package mbox_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/mbox"
)

// openMaildir makes a writer whose names are 1700000000.M1R2.zoo and so on.
func openMaildir(t testing.TB, o mbox.MaildirOptions) (*mbox.MaildirWriter, *os.Root) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { root.Close() })
	if o.Now == nil {
		o.Now = func() time.Time { return time.Unix(1700000000, 1000) }
	}
	if o.Host == "" {
		o.Host = "zoo"
	}
	if o.Separator == 0 && runtime.GOOS == "windows" {
		o.Separator = '!'
	}
	w, err := mbox.NewMaildirWriter(root, &o)
	require.NoError(t, err)
	return w, root
}

func counted() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("R%d", n) }
}

func mailsIn(t testing.TB, root *os.Root) (list []mbox.File) {
	t.Helper()
	for f, err := range mbox.Maildir(root.FS()) {
		require.NoError(t, err)
		list = append(list, f)
	}
	return list
}

// left is what stands in the directories, apart from mails and directories.
func left(t testing.TB, root *os.Root) (list []string) {
	t.Helper()
	require.NoError(t, fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Base(filepath.Dir(p)) == "tmp" {
			list = append(list, p)
		}
		return err
	}))
	return list
}

func TestMaildirReaderSeesWhatTheWriterWrote(t *testing.T) {
	w, root := openMaildir(t, mbox.MaildirOptions{Unique: counted(), Separator: '!'})
	require.NoError(t, w.CreateFolder("Sent"))
	require.NoError(t, w.CreateFolder("Archive/2024"))
	require.NoError(t, w.CreateFolder("Archive/2024"), "it is there already")
	_, err := root.Stat(".Archive.2024/maildirfolder")
	require.NoError(t, err)

	want := map[string]string{}
	for i, mail := range append(written, "", "no end", strings.Repeat("From \x00\xff\r\n\n", 50_000)) {
		folder := []string{"", "Sent", "Archive/2024"}[i%3]
		f, err := w.Deliver(folder, iotest.HalfReader(strings.NewReader(mail)))
		require.NoError(t, err)
		assert.Equal(t, mbox.File{Path: f.Path, Folder: folder, New: true}, f)
		want[f.Path] = mail
		f, err = w.Append(folder, "SFaSb", time.Unix(1e9, 0), strings.NewReader(mail))
		require.NoError(t, err)
		assert.Equal(t, mbox.File{Path: f.Path, Folder: folder, Flags: "FSab"}, f, "flags in the order of ASCII")
		want[f.Path] = mail
		info, err := root.Stat(f.Path)
		require.NoError(t, err)
		assert.True(t, time.Unix(1e9, 0).Equal(info.ModTime()))
	}
	for _, f := range mailsIn(t, root) {
		mail, err := root.ReadFile(f.Path)
		require.NoError(t, err)
		assert.Equal(t, want[f.Path], string(mail), f.Path)
		assert.Contains(t, f.Path, fmt.Sprintf(",S=%d,", len(mail)))
		delete(want, f.Path)
	}
	assert.Empty(t, want)
	assert.Empty(t, left(t, root))
}

func TestNamesOfMaildirFiles(t *testing.T) {
	for _, tc := range []struct {
		name string
		o    mbox.MaildirOptions
		want string
	}{
		{"time, uniqueness, host and sizes", mbox.MaildirOptions{}, "cur/1700000000.M1R2.zoo,S=5,W=7:2,FS"},
		{"a host that would be a path", mbox.MaildirOptions{Host: "a/b:c"}, `cur/1700000000.M1R2.a\057b\072c,S=5,W=7:2,FS`},
		{"a host with all that names cannot have", mbox.MaildirOptions{Host: "a\x00\n,!\\"}, `cur/1700000000.M1R2.a\000\012\054\041\134,S=5,W=7:2,FS`},
		{"where names have no colon", mbox.MaildirOptions{Separator: ';'}, "cur/1700000000.M1R2.zoo,S=5,W=7;2,FS"},
		{"where names have neither colon nor backslash", mbox.MaildirOptions{Separator: '!', Host: `a\b:c`}, "cur/1700000000.M1R2.a_b_c,S=5,W=7!2,FS"},
	} {
		if runtime.GOOS == "windows" && tc.o.Separator == 0 {
			continue
		}
		tc.o.Unique = counted()
		w, root := openMaildir(t, tc.o)
		f, err := w.Append("", "SF", time.Time{}, strings.NewReader("\nb\r\n\n"))
		require.NoError(t, err, tc.name)
		assert.Equal(t, tc.want, f.Path, tc.name)
		assert.Equal(t, []mbox.File{f}, mailsIn(t, root), tc.name)
	}
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	_, err = mbox.NewMaildirWriter(root, &mbox.MaildirOptions{Separator: '/'})
	assert.ErrorIs(t, err, fs.ErrInvalid)
}

// A reader that looks at any moment sees whole mails only: while one is written, when
// its bytes go to the disk, and after.
func TestNoHalfWrittenMailIsEverSeen(t *testing.T) {
	w, root := openMaildir(t, mbox.MaildirOptions{})
	const mail = "Subject: a\n\nb\n"
	var steps []string
	w.OnSync(func(name string) error {
		rel, err := filepath.Rel(root.Name(), name)
		require.NoError(t, err)
		rel, _, _ = strings.Cut(filepath.ToSlash(rel), "/")
		steps = append(steps, fmt.Sprintf("%s %d %d", rel, len(mailsIn(t, root)), len(left(t, root))))
		return nil
	})
	in := io.MultiReader(strings.NewReader(mail[:5]), readerFunc(func([]byte) (int, error) {
		steps = append(steps, fmt.Sprintf("half %d %d", len(mailsIn(t, root)), len(left(t, root))))
		return 0, io.EOF
	}), strings.NewReader(mail[5:]))
	_, err := w.Deliver("", in)
	require.NoError(t, err)
	assert.Equal(t, []string{"half 0 1", "tmp 0 1", "new 1 0"}, steps)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestFailedDeliveryLeavesNothing(t *testing.T) {
	broken := errors.New("broken")
	w, root := openMaildir(t, mbox.MaildirOptions{})
	_, err := w.Deliver("", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)))
	assert.ErrorIs(t, err, broken, "of the mail")
	_, err = w.Append("", "S Z", time.Time{}, strings.NewReader("x"))
	assert.ErrorIs(t, err, fs.ErrInvalid, "of flags")
	_, err = w.Deliver("Nowhere", strings.NewReader("x"))
	assert.ErrorIs(t, err, fs.ErrNotExist, "of the folder")
	for _, place := range []string{"tmp", "new"} {
		if runtime.GOOS == "windows" && place == "new" {
			continue // directories are not flushed there
		}
		w.OnSync(func(name string) error {
			if strings.Contains(filepath.ToSlash(strings.TrimPrefix(name, root.Name())), place) {
				return broken
			}
			return nil
		})
		_, err = w.Deliver("", strings.NewReader("x"))
		assert.ErrorIs(t, err, broken, "of the disk, %s", place)
	}
	assert.Empty(t, mailsIn(t, root))
	assert.Empty(t, left(t, root))
}

func TestMaildirNamesAreNeverTakenTwice(t *testing.T) {
	n := 0
	w, root := openMaildir(t, mbox.MaildirOptions{Unique: func() string { n++; return fmt.Sprint(n / 6) }})
	for i := range 5 {
		_, err := w.Deliver("", strings.NewReader(fmt.Sprint(i)))
		require.NoError(t, err)
	}
	assert.Len(t, mailsIn(t, root), 5)

	w, root = openMaildir(t, mbox.MaildirOptions{Unique: func() string { return "x" }})
	_, err := w.Deliver("", strings.NewReader("a"))
	require.NoError(t, err)
	_, err = w.Deliver("", strings.NewReader("b"))
	assert.ErrorIs(t, err, fs.ErrExist)
	list := mailsIn(t, root)
	require.Len(t, list, 1)
	mail, _ := root.ReadFile(list[0].Path)
	assert.Equal(t, "a", string(mail))
	assert.Empty(t, left(t, root))
}

func TestConcurrentDeliveries(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	for p := range 4 {
		group.Go(func() {
			root, err := os.OpenRoot(dir)
			if !assert.NoError(t, err) {
				return
			}
			defer root.Close()
			w, err := mbox.NewMaildirWriter(root, nil)
			if !assert.NoError(t, err) || !assert.NoError(t, w.CreateFolder("Sent")) {
				return
			}
			for i := range 25 {
				f, err := w.Deliver([]string{"", "Sent"}[i%2], strings.NewReader(fmt.Sprintf("%d %d\n", p, i)))
				assert.NoError(t, err)
				_, err = w.SetFlags(f, "S")
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	seen := map[string]bool{}
	for _, f := range mailsIn(t, root) {
		mail, err := root.ReadFile(f.Path)
		require.NoError(t, err)
		seen[string(mail)] = true
		assert.Equal(t, "S", f.Flags)
	}
	assert.Len(t, seen, 100)
}

func TestFlagsAreSetByRenaming(t *testing.T) {
	w, root := openMaildir(t, mbox.MaildirOptions{Unique: counted()})
	require.NoError(t, w.CreateFolder("Sent"))
	for _, folder := range []string{"", "Sent"} {
		f, err := w.Deliver(folder, strings.NewReader("x"))
		require.NoError(t, err)
		unique := filepath.Base(f.Path)
		first := f
		for _, flags := range []string{"S", "RFS", "", "", "ST"} {
			f, err = w.SetFlags(f, flags)
			require.NoError(t, err)
			assert.False(t, f.New)
			assert.Equal(t, folder, f.Folder)
			assert.True(t, strings.HasPrefix(filepath.Base(f.Path), unique), "its name stays")
			assert.Contains(t, mailsIn(t, root), f)
		}
		again, err := w.SetFlags(first, "F")
		require.NoError(t, err, "it is found where another program moved it")
		assert.Equal(t, "F", again.Flags)
		require.NoError(t, root.Remove(again.Path))
		_, err = w.SetFlags(again, "S")
		assert.ErrorIs(t, err, fs.ErrNotExist)
	}
	assert.Empty(t, mailsIn(t, root))
}

func TestFlagsOfAFileWithoutColon(t *testing.T) {
	w, root := openMaildir(t, mbox.MaildirOptions{Separator: '!'})
	for name, want := range map[string]string{"cur/a;2,FS": "FS", "cur/b!2,R": "R", "cur/c": ""} {
		require.NoError(t, root.WriteFile(name, nil, 0o600))
		i := slices.IndexFunc(mailsIn(t, root), func(f mbox.File) bool { return f.Path == name })
		require.GreaterOrEqual(t, i, 0)
		f := mailsIn(t, root)[i]
		assert.Equal(t, want, f.Flags)
		f, err := w.SetFlags(f, "T")
		require.NoError(t, err)
		assert.Equal(t, name[:5]+"!2,T", f.Path)
	}
}

func TestFlagsAreNotSetOfWhatIsNoMail(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "cur", "x")
	require.NoError(t, os.MkdirAll(filepath.Dir(outside), 0o700))
	require.NoError(t, os.WriteFile(outside, nil, 0o600))
	w, root := openMaildir(t, mbox.MaildirOptions{})
	for _, p := range []string{"", "x", "cur", "cur/", "cur/..", "cur/.", "/cur/x", "tmp/x", "../cur/x", "a/cur/x", ".a/.b/cur/x", ".a/../../cur/x", outside, "cur/.hidden"} {
		_, err := w.SetFlags(mbox.File{Path: p}, "S")
		assert.ErrorIs(t, err, fs.ErrInvalid, "%q", p)
	}
	if runtime.GOOS == "windows" {
		return // links need rights there
	}
	require.NoError(t, os.Symlink(filepath.Dir(filepath.Dir(outside)), filepath.Join(root.Name(), ".Out")))
	_, err := w.SetFlags(mbox.File{Path: ".Out/cur/x"}, "S")
	assert.Error(t, err, "a link leads elsewhere")
	_, err = w.Deliver("Out", strings.NewReader("x"))
	assert.Error(t, err)
	assert.Error(t, w.CreateFolder("Out"))
	_, err = os.Stat(outside)
	assert.NoError(t, err)
}

// TestFolderNames has the names of folders on disk, as Dovecot and Courier have them.
func TestFolderNames(t *testing.T) {
	for folder, dir := range map[string]string{
		"":                         ".",
		"Sent":                     ".Sent",
		"Archive/2024":             ".Archive.2024",
		"Tiere & Pflanzen":         ".Tiere &- Pflanzen",
		"Entwürfe":                 ".Entw&APw-rfe",
		"台北/日本語":                   ".&U,BTFw-.&ZeVnLIqe-", // RFC 3501 5.1.3
		"Okapi 🦒":                  ".Okapi &2D7dkg-",
		"a-b/c~d/_e/x y/(1)/$a'\"": `.a-b.c~d._e.x y.(1).$a'"`,
		"cur":                      ".cur",
	} {
		got, err := mbox.FolderDir(folder)
		require.NoError(t, err, folder)
		assert.Equal(t, dir, got)
		if folder != "" {
			assert.Equal(t, folder, mbox.FolderName(dir))
		}
	}
	for dir, folder := range map[string]string{
		".&":               "&",
		".&APw":            "&APw",
		".&APw-&APw-":      "&APw-&APw-", // two ways to say one name
		".&AC8-etc":        "&AC8-etc",   // a slash
		".&AC4ALg-":        "&AC4ALg-",   // two dots
		".&AAA-":           "&AAA-",      // NUL
		".&2D4-":           "&2D4-",      // half a character
		".&A-":             "&A-",
		".Entwürfe.Ä&APw-": "Entwürfe/Ä&APw-", // of servers that write UTF-8
	} {
		assert.Equal(t, folder, mbox.FolderName(dir), "stays as it is")
	}
}

func TestHostileFolderNamesAreRefused(t *testing.T) {
	w, root := openMaildir(t, mbox.MaildirOptions{})
	for _, folder := range []string{
		".", "..", "../x", "x/..", "a/../b", "/", "/etc", "a//b", "a/", ".hidden", "a.b", "~", "~root", "a/~b", "a\x00b", "a\nb", "a\x7f",
		`a\b`, `..\..\x`, "a\xff", "inbox", "INBOX", strings.Repeat("a", 255), strings.Repeat("a/", 200) + "a", strings.Repeat("ä", 100),
	} {
		assert.ErrorIs(t, w.CreateFolder(folder), fs.ErrInvalid, "%q", folder)
		_, err := w.Deliver(folder, strings.NewReader("x"))
		assert.ErrorIs(t, err, fs.ErrInvalid, "%q", folder)
	}
	assert.ErrorIs(t, w.CreateFolder(""), fs.ErrInvalid, "the inbox is there")
	assert.ErrorContains(t, w.CreateFolder("a/~b"), `folder "a/~b": ~ is somebody's home`)
	entries, err := fs.ReadDir(root.FS(), ".")
	require.NoError(t, err)
	assert.Len(t, entries, 3)
	assert.Empty(t, mailsIn(t, root))

	w, _ = openMaildir(t, mbox.MaildirOptions{Separator: ';'})
	assert.ErrorIs(t, w.CreateFolder("a:b"), fs.ErrInvalid, "Windows has streams behind a colon")
	assert.ErrorIs(t, w.CreateFolder("a "), fs.ErrInvalid, "Windows takes blanks off")
}

// FuzzFolderName: a folder is found again where it was made, and nowhere else.
func FuzzFolderName(f *testing.F) {
	for _, s := range []string{".Sent", ".&U,BTFw-.&ZeVnLIqe-", ".&", ".&-", ".&APw-&APw-", ".&AC8-", "..", ".a..b", ".&2D7dkg-", "台北/日本語", "a/b", "INBOX"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1 && s[0] == '.' && !strings.ContainsAny(s[1:], "./") {
			folder := mbox.FolderName(s)
			if dir, err := mbox.FolderDir(folder); err == nil && isASCII(s) && !isASCII(folder) {
				require.Equal(t, s, dir, "what was decoded is written so again")
			}
		}
		dir, err := mbox.FolderDir(s)
		if err != nil {
			require.ErrorIs(t, err, fs.ErrInvalid)
			return
		}
		require.NotContains(t, dir, "/")
		require.True(t, fs.ValidPath(dir))
		if s != "" {
			require.True(t, isASCII(dir))
			require.Equal(t, s, mbox.FolderName(dir))
		}
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

func ExampleMaildirWriter() {
	dir, _ := os.MkdirTemp("", "maildir")
	defer os.RemoveAll(dir)
	root, _ := os.OpenRoot(dir)
	defer root.Close()
	w, _ := mbox.NewMaildirWriter(root, nil)
	_ = w.CreateFolder("Entwürfe")
	f, _ := w.Deliver("Entwürfe", strings.NewReader("Subject: hello\n\nHello\n"))
	_, _ = w.SetFlags(f, "DS")
	for f := range mbox.Maildir(root.FS()) {
		fmt.Println(f.Folder, f.Flags)
	}
	// Output:
	// Entwürfe DS
}
