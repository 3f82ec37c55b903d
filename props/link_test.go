package props_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const oneKey = `package main

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

func main() {
	var bag mapi.Properties
	props.PidTagSubject.Set(&bag, "x")
	props.PidLidReminderSet.Set(&bag, true)
}
`

// A program that uses two keys carries two keys: no others, no table, and no code
// that runs at start.
func TestUnusedKeysAreNotLinked(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: building a program takes seconds")
	}
	dir := t.TempDir()
	main, exe := filepath.Join(dir, "main.go"), filepath.Join(dir, "onekey")
	require.NoError(t, os.WriteFile(main, []byte(oneKey), 0o644))
	run(t, "go", "build", "-o", exe, main)
	symbols := run(t, "go", "tool", "nm", exe)

	keys := regexp.MustCompile(`okapi/props\.Pid\w+`).FindAllString(symbols, -1)
	assert.ElementsMatch(t, []string{"okapi/props.PidLidReminderSet", "okapi/props.PidTagSubject"}, keys)
	for _, absent := range []string{"catalogue", "byProp", "byAlias", "init", "Dump"} {
		assert.NotContains(t, symbols, "okapi/props."+absent)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s %s: %s", name, strings.Join(args, " "), out)
	return string(out)
}
