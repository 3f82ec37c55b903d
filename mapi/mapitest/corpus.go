// Package mapitest helps the project's own tests: it finds the collected files, real
// mails, calendars and documents that are no part of the project, and measures memory.
package mapitest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Corpus returns the path of a file or folder of the collected files. They are where
// OKAPI_CORPUS says, by default in ../shared/corpus beside the project. Without them
// the test is skipped, and says so.
func Corpus(t testing.TB, elem ...string) string {
	t.Helper()
	dir, ok := Find()
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); !ok || err != nil {
		t.Skipf("SKIPPED: there is no %s: set OKAPI_CORPUS", path)
	}
	return path
}

// Find returns the folder of the collected files, and whether it is there.
func Find() (dir string, ok bool) {
	dir = os.Getenv("OKAPI_CORPUS")
	if dir == "" {
		dir = filepath.Join(project(), "..", "shared", "corpus")
	}
	_, err := os.Stat(filepath.Join(dir, "MANIFEST.tsv"))
	return dir, err == nil
}

// project is the folder of the project: the nearest one upward with the file that ties
// its modules together.
func project() string {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil || strings.HasSuffix(dir, string(filepath.Separator)) {
			break
		}
	}
	return dir
}

// Inputs are the paths, below the folder of the collected files and with slashes, of
// what the manifest there lists to be read, of one kind: "eml", "ics".
func Inputs(t testing.TB, kind string) []string {
	t.Helper()
	manifest, err := os.ReadFile(Corpus(t, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(manifest)) {
		if f := strings.SplitN(line, "\t", 4); len(f) == 4 && f[0] == kind && f[1] == "input" {
			list = append(list, f[2])
		}
	}
	if len(list) == 0 {
		t.Fatalf("the manifest lists no input of kind %q", kind)
	}
	return list
}
