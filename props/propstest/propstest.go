// Package propstest compares objects with golden files and with each other, in
// canonical property names.
package propstest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Updating reports whether the tests run with -update. Packages that have golden
// files of other kinds ask this instead of defining the flag again.
func Updating() bool { return *update }

// Golden fails the test when the dump of obj differs from the file at path. With
// -update it writes the file instead. Streams are read, so that an object in
// memory and the same one loaded from a store have the same dump; skip lists
// properties to leave out.
func Golden(t testing.TB, obj any, path string, skip ...mapi.Prop) {
	t.Helper()
	got := dump(t, obj, skip)
	if Updating() {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if d := diff(string(want), got); d != "" {
		t.Errorf("%s: want -, got + (run with -update to accept):\n%s", path, d)
	}
}

// Dump returns the text that Golden compares.
func Dump(t testing.TB, obj any, skip ...mapi.Prop) string {
	t.Helper()
	return dump(t, obj, skip)
}

func dump(t testing.TB, obj any, skip []mapi.Prop) string {
	t.Helper()
	s, err := text(obj, skip)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func text(obj any, skip []mapi.Prop) (string, error) {
	var b strings.Builder
	err := props.Dump(&b, obj, &props.DumpOptions{Contents: true, Skip: skip})
	return b.String(), err
}

// Diff returns how b differs from a, one line per difference: "-" for what only
// a has and "+" for what only b has, with the path to the property. It is empty
// when they are equal: same properties with same types and values, whatever
// their order, and same recipients and attachments in the same order. Properties
// in ignore do not count, on any level. nil is a message without properties.
func Diff(a, b *mapi.Message, ignore ...mapi.Prop) string {
	left, err := text(a, ignore)
	if err != nil {
		return err.Error()
	}
	right, err := text(b, ignore)
	if err != nil {
		return err.Error()
	}
	return diff(left, right)
}
