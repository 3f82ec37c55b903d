package recur_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// corpus is the folder of collected files. Without it a test is skipped.
func corpus(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("OKAPI_CORPUS")
	if dir == "" {
		dir = filepath.Join(projectRoot(t), "..", "shared", "corpus")
	}
	dir = filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("NOT TESTED: no corpus: %v (set OKAPI_CORPUS)", err)
	}
	return dir
}

func projectRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		require.NotEqual(t, dir, up, "no go.mod above the package")
		dir = up
	}
}
