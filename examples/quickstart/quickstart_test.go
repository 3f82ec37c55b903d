package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/rfc822/mbox"
)

// quickstart runs the program and returns what it prints.
func quickstart(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.Zero(t, run(context.Background(), args, &out, &errs), "%v: %s", args, &errs)
	return out.String()
}

func TestTourReachesItsEnd(t *testing.T) {
	out := quickstart(t)
	assert.Contains(t, out, "everything is as it should be")
	assert.Contains(t, out, "That was the tour")
	assert.NotContains(t, out, "\x1b", "colours are for terminals")
	assert.NotContains(t, out, "%!")
}

func TestTourKeepsItsStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	quickstart(t, "-data", dir)
	out := quickstart(t, "-data", dir, "-mailbox", "ada@zoo.example", "-list")
	assert.Contains(t, out, "霍加狓的新饲料")

	var errs bytes.Buffer
	assert.Equal(t, 1, run(context.Background(), []string{"-data", dir}, &errs, &errs))
	assert.Contains(t, errs.String(), "give the tour a new directory")
}

// The samples in the forms that -import takes.
func TestImportTakes(t *testing.T) {
	list, err := samples()
	require.NoError(t, err)
	dir := t.TempDir()
	folder, maildir := filepath.Join(dir, "mails"), filepath.Join(dir, "Maildir")
	for _, d := range []string{folder + "/deeper", maildir + "/cur", maildir + "/new", maildir + "/tmp", maildir + "/.Zoo.Old/cur"} {
		require.NoError(t, os.MkdirAll(d, 0o700))
	}
	var box bytes.Buffer
	w := mbox.NewWriter(&box, mbox.RD)
	for i, s := range list {
		in := []string{folder, folder + "/deeper"}[i%2]
		require.NoError(t, os.WriteFile(filepath.Join(in, s.name), s.data, 0o600))
		in = []string{maildir + "/cur", maildir + "/new", maildir + "/.Zoo.Old/cur"}[i%3]
		require.NoError(t, os.WriteFile(filepath.Join(in, fmt.Sprintf("%d.host:2,S", i)), s.data, 0o600))
		require.NoError(t, w.Append("", time.Unix(0, 0), bytes.NewReader(s.data), int64(len(s.data))))
	}
	file := filepath.Join(dir, "archive")
	require.NoError(t, os.WriteFile(file, box.Bytes(), 0o600))

	for name, path := range map[string]string{"a folder of mails": folder, "a Maildir": maildir, "an mbox file": file} {
		t.Run(name, func(t *testing.T) {
			store := filepath.Join(t.TempDir(), "store")
			out := quickstart(t, "-data", store, "-import", path, "-verify", "-list", "-check")
			assert.Contains(t, out, "Importing "+name)
			assert.Contains(t, out, "Imported 11 mails")
			assert.Contains(t, out, "the same bytes came out")
			assert.Contains(t, out, "everything is as it should be")
			if path == maildir {
				assert.Regexp(t, `Old +3 +0\b`, out, "folders and flags are kept")
			}
		})
	}
}

func TestShowAndExport(t *testing.T) {
	list, err := samples()
	require.NoError(t, err)
	mail := list[1]
	file := filepath.Join(t.TempDir(), mail.name)
	require.NoError(t, os.WriteFile(file, mail.data, 0o600))
	store := filepath.Join(t.TempDir(), "store")
	out := quickstart(t, "-data", store, "-import", file, "-list")
	_, row, _ := strings.Cut(out, "────\n  m") // the first row of the list of messages
	id := "m" + row[:strings.IndexByte(row, ' ')]

	assert.Contains(t, quickstart(t, "-data", store, "-show", id), `PidTagSubject: "Fütterung am Wochenende"`)
	assert.Equal(t, string(mail.data), quickstart(t, "-data", store, "-export", id, "-check"))
}

func TestWrongCommandLines(t *testing.T) {
	empty := t.TempDir()
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a word left over":      {[]string{"import"}, 2, "not understood"},
		"an unknown flag":       {[]string{"-x"}, 2, "not defined"},
		"no store yet":          {[]string{"-data", empty + "/none", "-list"}, 1, "begin with -import"},
		"nothing to import":     {[]string{"-data", empty, "-import", empty + "/none"}, 1, "no such file"},
		"an id that is none":    {[]string{"-data", empty, "-show", "zebra"}, 1, "no message id"},
		"an id that is nowhere": {[]string{"-data", empty, "-show", "mffff"}, 1, "not found"},
		"a bad pattern":         {[]string{"-data", empty, "-import", empty, "-match", "["}, 1, "syntax error"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			assert.Equal(t, tc.code, run(context.Background(), tc.args, &out, &out))
			assert.Contains(t, out.String(), tc.says)
		})
	}
}

func TestCells(t *testing.T) {
	for s, want := range map[string]int{"okapi": 5, "オカピ": 6, "霍加狓": 6, "e\u0301": 1, "Größe": 5, "": 0} {
		assert.Equal(t, want, cells(s), s)
	}
	assert.Equal(t, "オカ…", shorten("オカピ", 5))
	assert.Equal(t, "a b", shorten("a\x1bb", 5), "control characters do not reach the terminal")
	assert.Equal(t, "-1,234,567", number(-1234567))
}
