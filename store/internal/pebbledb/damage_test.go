package pebbledb_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/pebbledb"
	"github.com/stretchr/testify/require"
)

// files are the contents of a directory.
type files map[string][]byte

func load(t *testing.T, fs vfs.FS) files {
	t.Helper()
	names, err := fs.List("store")
	require.NoError(t, err)
	out := files{}
	for _, name := range names {
		f, err := fs.Open(fs.PathJoin("store", name))
		require.NoError(t, err)
		b, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		out[name] = b
	}
	return out
}

func (f files) store(t *testing.T) vfs.FS {
	t.Helper()
	fs := vfs.NewMem()
	require.NoError(t, fs.MkdirAll("store", 0o755))
	for name, b := range f {
		w, err := fs.Create("store/"+name, vfs.WriteCategoryUnspecified)
		require.NoError(t, err)
		_, err = w.Write(slices.Clone(b))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	return fs
}

func (f files) named(part string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if strings.Contains(name, part) {
			out = append(out, name)
		}
	}
	return out
}

// commits makes n durable commits, one after the other, numbered from first.
func commits(t *testing.T, db *pebbledb.DB, first, n int) {
	t.Helper()
	for i := first; i < first+n; i++ {
		require.NoError(t, db.Update(ctx, driver.Write{Mailbox: []byte("box")}, func(tx driver.Tx) error {
			return tx.Put(fmt.Appendf(nil, "box%06d", i), value(i))
		}))
	}
}

// look opens f and reads everything. It returns how many commits are there, or
// the error that Open or a read reports.
func look(t *testing.T, f files) (n int, err error) {
	t.Helper()
	db, err := pebbledb.Open("store", &pebbledb.Options{FS: f.store(t)})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	s, err := db.Snapshot(ctx)
	require.NoError(t, err)
	defer s.Close()
	wrong := error(nil)
	err = s.Scan(nil, nil, false, func(k, v []byte) bool {
		if string(k) != fmt.Sprintf("box%06d", n) || string(v) != string(value(n)) {
			wrong = fmt.Errorf("wrong data: %q instead of %d", k, n)
			return false
		}
		n++
		return true
	})
	return n, errors.Join(err, wrong)
}

// flip returns f with one byte of name changed.
func (f files) flip(name string, i int, mask byte) files {
	out := maps.Clone(f)
	out[name] = slices.Clone(out[name])
	out[name][i] ^= mask
	return out
}

// said is the length of a file without the zeros that a log is paved with.
func said(b []byte) int { return len(bytes.TrimRight(b, "\x00")) }

// places are the bytes to flip: all of the beginning and of the end, some of
// what is between.
func places(n, step int) []int {
	var out []int
	for i := 0; i < n; i++ {
		if i < 40 || i > n-40 || i%step == 0 {
			out = append(out, i)
		}
	}
	return out
}

func TestDamageToAClosedStoreIsNeverSilent(t *testing.T) {
	const n = 30
	fs := vfs.NewMem()
	for round := range 3 { // tables of several ages
		db, err := pebbledb.Open("store", &pebbledb.Options{FS: fs})
		require.NoError(t, err)
		commits(t, db, round*n/3, n/3)
		require.NoError(t, db.Close())
	}
	whole := load(t, fs)
	require.NotEmpty(t, whole.named("SEAL"))
	got, err := look(t, whole)
	require.NoError(t, err)
	require.Equal(t, n, got)
	found := map[bool]int{}
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		step := max(1, len(whole[name])/20)
		if strings.HasPrefix(name, "MANIFEST") {
			step = 3
		}
		for _, i := range places(len(whole[name]), step) {
			for _, mask := range []byte{0x01, 0xFF} {
				got, err := look(t, whole.flip(name, i, mask))
				if err == nil {
					require.Equal(t, n, got, "%s byte %d", name, i)
				} else {
					require.ErrorIs(t, err, driver.ErrDamaged, "%s byte %d", name, i)
				}
				found[err != nil]++
			}
		}
	}
	t.Logf("%d flips reported, %d harmless", found[true], found[false])
}

func TestAMissingFileOfAClosedStoreIsNeverSilent(t *testing.T) {
	const n = 20
	fs := vfs.NewMem()
	db, err := pebbledb.Open("store", &pebbledb.Options{FS: fs})
	require.NoError(t, err)
	commits(t, db, 0, n)
	require.NoError(t, db.Close())
	whole := load(t, fs)
	for name := range whole {
		less := maps.Clone(whole)
		delete(less, name)
		got, err := look(t, less)
		if err == nil {
			require.Equal(t, n, got, "without %s", name)
		} else {
			require.ErrorIs(t, err, driver.ErrDamaged, "without %s", name)
		}
	}
}

// A log is not among them: the last one may be missing with what it held.
func TestAMissingFileOfACrashedStoreIsNeverSilent(t *testing.T) {
	const n = 40
	for _, o := range []pebbledb.Options{{}, {MemTableSize: 64 << 10}} {
		whole := crashed(t, o, n)
		for name := range whole {
			if strings.HasSuffix(name, ".log") {
				continue
			}
			less := maps.Clone(whole)
			delete(less, name)
			got, err := look(t, less)
			if err == nil {
				require.GreaterOrEqual(t, got, n-1, "without %s", name)
			} else {
				require.ErrorIs(t, err, driver.ErrDamaged, "without %s", name)
			}
		}
	}
}

// crashed returns the files of a store with n commits that was not closed.
func crashed(t *testing.T, o pebbledb.Options, n int) files {
	fs := vfs.NewCrashableMem()
	o.FS = fs
	db, err := pebbledb.Open("store", &o)
	require.NoError(t, err)
	commits(t, db, 0, n)
	left := load(t, fs.CrashClone(vfs.CrashCloneCfg{}))
	require.NoError(t, db.Close())
	return left
}

// The last commit has no witness: damage to it looks like a torn write.
func TestDamageToACrashedStoreLosesNoWitnessedCommit(t *testing.T) {
	const n = 40
	for name, o := range map[string]pebbledb.Options{
		"one log":              {},
		"tables and some logs": {MemTableSize: 64 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			whole := crashed(t, o, n)
			got, err := look(t, whole)
			require.NoError(t, err)
			require.Equal(t, n, got)
			found := map[bool]int{}
			for _, name := range slices.Concat(whole.named(".log"), whole.named("MANIFEST")) {
				flips := places(said(whole[name]), 977)
				for i := said(whole[name]); i < len(whole[name]); i += 10_007 {
					flips = append(flips, i) // in the pavement
				}
				for _, i := range flips {
					for _, mask := range []byte{0x01, 0xFF} {
						got, err := look(t, whole.flip(name, i, mask))
						if err == nil {
							require.GreaterOrEqual(t, got, n-1, "%s byte %d", name, i)
						} else {
							require.ErrorIs(t, err, driver.ErrDamaged, "%s byte %d", name, i)
						}
						found[err != nil]++
					}
				}
			}
			t.Logf("%d flips reported, %d harmless", found[true], found[false])
			require.NotZero(t, found[true])
		})
	}
}

func TestAcceptLossOpensWhatIsLeft(t *testing.T) {
	whole := crashed(t, pebbledb.Options{}, 40)
	log := whole.named(".log")[0]
	hurt := whole.flip(log, said(whole[log])*9/10, 0xFF)
	_, err := look(t, hurt)
	require.ErrorIs(t, err, driver.ErrDamaged)
	db, err := pebbledb.Open("store", &pebbledb.Options{FS: hurt.store(t), AcceptLoss: true})
	require.NoError(t, err)
	n := requireRun(t, db, 30)
	require.Less(t, n, 40)
	require.NoError(t, db.Close())
}
