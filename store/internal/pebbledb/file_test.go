package pebbledb_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/stretchr/testify/require"
)

func TestCommitsAreWrittenOverZeros(t *testing.T) {
	fs := vfs.NewMem()
	db, err := pebbledb.Open("store", &pebbledb.Options{FS: fs})
	require.NoError(t, err)
	defer db.Close()
	lengths := map[int]bool{}
	for i := range 10 { // 50 KB
		commits(t, db, i, 1)
		log := load(t, fs).named(".log")
		require.Len(t, log, 1)
		b := load(t, fs)[log[0]]
		require.Greater(t, len(b), said(b), "there is room ahead")
		lengths[len(b)] = true
	}
	require.Len(t, lengths, 1, "one piece of pavement serves many commits")
}

func TestCommitsDoWithoutZeros(t *testing.T) {
	left := vfs.NewMem()
	fs := errorfs.Wrap(left, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileWriteAt && strings.HasSuffix(op.Path, ".log") {
			return errDisk
		}
		return nil
	}))
	db, err := pebbledb.Open("store", &pebbledb.Options{FS: fs})
	require.NoError(t, err)
	commits(t, db, 0, 10)
	require.NoError(t, db.Close())
	n, err := look(t, load(t, left))
	require.NoError(t, err)
	require.Equal(t, 10, n)
}
