package okapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/mapitest"
)

const module = "github.com/okapi-mail/okapi"

// A room is a folder with what its files, and those of its subfolders that are no
// rooms themselves, may import of this project. never says why not of some others.
type room struct {
	folder string
	may    []string
	never  map[string]string
}

// house are the rooms, from the ground up. A new top-level folder needs a line here.
var house = []room{
	{"mapi", nil, map[string]string{
		"props": "the dictionary is written in the vocabulary, not the other way round",
		"store": "a message means the same without a store",
	}},
	{"mapi/mapitest", nil, map[string]string{
		"mapi": "tests of all floors use it, also those below",
	}},
	{"mapi/wire", []string{"mapi"}, map[string]string{
		"props": "bytes have types, not names: a gateway links no dictionary for them",
	}},
	{"mapi/rtf", []string{"mapi"}, map[string]string{
		"props": "it reads and writes documents, whatever property they are of",
	}},
	{"mapi/body", []string{"mapi", "mapi/rtf"}, map[string]string{
		"props": "a store links it to read text, not the dictionary",
	}},
	{"props", []string{"mapi"}, map[string]string{
		"store":  "keys work on everything that has properties, stored or not",
		"rfc822": "the dictionary knows names, not conversions",
	}},
	{"store", []string{"mapi", "props"}, map[string]string{
		"rfc822": "a store keeps messages of any origin; who needs mail joins the two",
	}},
	{"store/driver", nil, map[string]string{
		"mapi":  "backends stay dumb: they order bytes",
		"store": "backends are below the store, which is built on them",
	}},
	{"store/drivertest", []string{"store/driver"}, map[string]string{
		"store": "a backend is tested without what stands on it",
	}},
	{"store/faultdriver", []string{"store/driver", "store/drivertest", "store/internal/memdb"}, nil},
	{"store/internal/memdb", []string{"store/driver", "store/drivertest"}, map[string]string{
		"mapi": "backends stay dumb: they order bytes",
	}},
	{"store/internal/pebbledb", []string{"store/driver", "store/drivertest", "store/faultdriver"}, map[string]string{
		"mapi": "backends stay dumb: they order bytes",
	}},
	{"store/table", []string{"mapi", "store/driver", "store/internal/memdb", "store/internal/pebbledb"}, map[string]string{
		"props": "an index orders keys; what they are made of is the store's business",
	}},
	{"store/notify", []string{"mapi"}, map[string]string{
		"store/driver": "events are for subscribers in this process and leave no trace on disk",
	}},
	// A module of its own, which joins the parts as an example does.
	{"store/internal/sqlitebench", []string{"mapi", "props", "store", "rfc822"}, nil},
	{"ical", []string{"mapi", "props", "ical/internal/blocks"}, map[string]string{
		"store":  "converters make plain messages, which any store or none may keep",
		"rfc822": "mail carries calendars: it is one floor up and imports them",
	}},
	{"ical/internal/civil", nil, map[string]string{
		"mapi": "dates and clocks, whoever asks",
	}},
	{"ical/internal/blocks", nil, map[string]string{
		"mapi": "strings, whoever needs many",
	}},
	{"ical/recur", []string{"mapi", "ical/internal/civil"}, map[string]string{
		"ical": "when things happen is known without a calendar's text; the zone is a time.Location",
	}},
	{"ical/zone", []string{"mapi", "ical/recur", "ical/internal/civil"}, map[string]string{
		"ical": "a zone is found without the calendar that it stands in",
	}},
	{"ical/meeting", []string{"mapi", "props", "ical", "ical/freebusy", "ical/recur", "ical/zone"}, map[string]string{
		"store":  "what becomes of a meeting is a function of messages; who saves and sends is up to the caller",
		"rfc822": "messages about meetings are messages: how they travel is one floor up",
	}},
	{"ical/freebusy", []string{"mapi", "props", "ical", "ical/line", "ical/recur", "ical/zone"}, map[string]string{
		"ical/meeting": "who is free is known without meetings: their conflicts are found with it",
	}},
	{"ical/line", []string{"ical/internal/blocks"}, map[string]string{
		"mapi":  "syntax without meaning: the meaning is one floor up",
		"props": "syntax without meaning: the meaning is one floor up",
		"ical":  "vCard has the same syntax and needs no calendars for it",
	}},
	{"rfc822", []string{"mapi", "props", "ical"}, map[string]string{
		"store": "converters make plain messages, which any store or none may keep",
	}},
	{"rfc822/entity", nil, map[string]string{
		"mapi":  "syntax of mail without meaning: the meaning is one floor up",
		"props": "syntax of mail without meaning: the meaning is one floor up",
	}},
	{"rfc822/mbox", []string{"rfc822/entity"}, map[string]string{
		"mapi": "files of raw mails; rfc822 gives them a meaning",
	}},
	{"rfc822/tnef", []string{"mapi", "props", "rfc822/entity", "rfc822/internal"}, map[string]string{
		"store": "converters make plain messages, which any store or none may keep",
	}},
	{"rfc822/internal", []string{"mapi"}, map[string]string{
		"props": "what converters share knows streams and files, not what they mean",
	}},
	{"archive", []string{"mapi", "props", "store"}, map[string]string{
		"rfc822": "an engine keeps messages of any origin; who needs mail joins the two",
		"ical":   "an engine keeps messages of any origin; who needs calendars joins the two",
	}},
	{"archive/msg", []string{"mapi", "props"}, map[string]string{
		"store": "a file format makes plain messages, which any store or none may keep",
	}},
	{"archive/msg/internal/cfb", []string{"mapi"}, map[string]string{
		"props": "a container of bytes, whatever they mean",
	}},
	{"examples", []string{"mapi", "props", "store", "rfc822", "ical", "archive"}, nil},
}

// strangers are imports from elsewhere that the library has in some rooms only. Tests
// may have them anywhere.
var strangers = []struct {
	path  string
	below bool // and what lies below it
	rooms []string
	why   string
}{
	{"github.com/cockroachdb/pebble/v2", true, []string{"store/internal/pebbledb", "store/pebblestore"},
		"one backend is built on Pebble, not the library"},
	{"github.com/emersion/go-message", true, []string{"rfc822"},
		"it is strict by policy and sets a global: only the mail layer deals with that"},
	{"github.com/emersion/go-ical", true, []string{"ical"},
		"its types are for who exchanges calendars"},
	{"github.com/emersion/go-vcard", true, []string{"ical/vcard"},
		"its type is for who exchanges cards"},
	{"github.com/teambition/rrule-go", true, nil, "recurrence is ours: it is a second opinion in tests"},
	{"github.com/richardlehane/mscfb", true, nil, "files of others are read by our own reader: it is a second opinion in tests"},
	{"net", false, nil, "okapi is a library: servers are built on top of it"},
	{"net/http", true, nil, "okapi is a library: servers are built on top of it"},
	{"os/exec", true, nil, "a library starts no programs"},
	{"math/rand", false, nil, "math/rand/v2 takes its seed from the caller"},
	{"log", false, []string{"props/internal/gen"}, "libraries log to the slog.Logger they are given"},
}

// suites are ordinary packages that tests import, so they may import testing.
var suites = []string{"store/drivertest", "props/propstest", "mapi/mapitest"}

func TestRoomsExist(t *testing.T) {
	for _, r := range house {
		for _, p := range slices.Concat([]string{r.folder}, r.may, slices.Collect(maps.Keys(r.never))) {
			assert.DirExists(t, p, "the house names a room that is gone")
		}
	}
	mod := read(t, "go.mod")
	for _, s := range strangers {
		if strings.Contains(s.path, ".") {
			assert.Contains(t, mod, s.path+" ", "a forbidden module that nobody requires")
		} else {
			_, err := build.Default.Import(s.path, ".", build.FindOnly)
			assert.NoError(t, err)
		}
		for _, folder := range s.rooms {
			assert.DirExists(t, folder)
		}
	}
}

func TestEveryFolderIsARoom(t *testing.T) {
	furniture := []string{".ci", "docs"}
	for _, f := range projectFiles(t) {
		top, _, deeper := strings.Cut(f, "/")
		if deeper && !slices.Contains(furniture, top) {
			assert.NotEmpty(t, roomOf(top).folder, "%s is in no room of the house; guests go into one of the rooms there are", f)
		}
		if !deeper && strings.HasSuffix(f, ".go") && f != "doc.go" {
			assert.True(t, strings.HasSuffix(f, "_test.go"), "%s: the root holds doc.go and tests of the whole", f)
		}
	}
}

func TestImportsStayOnTheirFloors(t *testing.T) {
	for file, imports := range importsOf(t) {
		r := roomOf(file)
		for _, p := range imports {
			own, ours := strings.CutPrefix(p, module)
			own = strings.TrimPrefix(own, "/")
			switch {
			case !ours || r.folder == "" || within(own, r.folder):
			case own == "mapi/mapitest" && strings.HasSuffix(file, "_test.go"):
			case reason(r, own) != "":
				t.Errorf("%s imports %s: %s", file, own, reason(r, own))
			case !inAny(own, r.may):
				t.Errorf("%s imports %s, which is not below %s", file, own, r.folder)
			}
		}
	}
}

func TestStrangersStayInTheirRooms(t *testing.T) {
	for file, imports := range importsOf(t) {
		for _, p := range imports {
			if p == "C" {
				t.Errorf("%s uses cgo: okapi builds for every platform with Go alone", file)
			}
			library := !strings.HasSuffix(file, "_test.go") && !within(file, "examples")
			if (p == "testing" || strings.Contains(p, "testify")) && library {
				assert.True(t, inAny(file, suites), "%s imports %s: programs must not link test helpers", file, p)
			}
			for _, s := range strangers {
				if library && (p == s.path || s.below && within(p, s.path)) && !inAny(file, s.rooms) {
					t.Errorf("%s imports %s: %s", file, p, s.why)
				}
			}
		}
	}
	for _, f := range projectFiles(t) {
		if ext := path.Ext(f); slices.Contains([]string{".c", ".h", ".s", ".cc", ".syso", ".so", ".a"}, ext) {
			t.Errorf("%s: okapi builds for every platform with Go alone", f)
		}
	}
}

// Every module that the library imports has its reason on paper.
func TestDependenciesHaveReasons(t *testing.T) {
	const page = "docs/decisions/0009-dependencies.md"
	reasons, nested := read(t, page), nestedModules(t)
	for file, imports := range importsOf(t) {
		for _, p := range imports {
			elsewhere := inAny(file, nested) || within(p, module)
			if host, _, _ := strings.Cut(p, "/"); elsewhere || !strings.Contains(host, ".") {
				continue
			}
			parts := strings.Split(p, "/")
			path := strings.Join(parts[:min(3, len(parts))], "/")
			assert.True(t, strings.Contains(reasons, "`"+path), "%s imports %s, but %s does not say why", file, path, page)
		}
	}
}

// nestedModules are the folders with a module of their own. Embedders of the library
// do not pay for what those require.
func nestedModules(t *testing.T) (list []string) {
	for _, f := range projectFiles(t) {
		if folder, ok := strings.CutSuffix(f, "/go.mod"); ok {
			list = append(list, folder)
			assert.Contains(t, read(t, "go.work"), "./"+folder+"\n", "go test work must reach it")
		}
	}
	return list
}

// What people or tools left behind on one machine means nothing on another.
func TestNoTraceOfAMachine(t *testing.T) {
	trace := regexp.MustCompile(`(^|[\s"'(=:])/(wo` + `rk|ro` + `ot|ho` + `me/[a-z]+|Us` + `ers/[A-Za-z]+)/`)
	corpus := corpusSums(t)
	for _, f := range projectFiles(t) {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		if m := trace.Find(data); m != nil && !bytes.Contains(data[:min(len(data), 512)], []byte{0}) {
			t.Errorf("%s has a path of somebody's machine: %q", f, m)
		}
		sum := sha256.Sum256(data)
		assert.NotContains(t, corpus, hex.EncodeToString(sum[:]), "%s is a copy of a collected file", f)
	}
}

// corpusSums are the SHA-256 sums of the collected files, when they are there.
func corpusSums(t *testing.T) map[string]bool {
	sums := map[string]bool{}
	if dir, ok := mapitest.Find(); ok {
		for line := range strings.Lines(read(t, filepath.Join(dir, "MANIFEST.tsv"))) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			sums[fields[len(fields)-1]] = true
		}
		return sums
	}
	t.Log("no collected files to compare with: set OKAPI_CORPUS")
	return sums
}

// reason is why a room must not import a package.
func reason(r room, own string) string {
	for folder, why := range r.never {
		if within(own, folder) && !inAny(own, r.may) {
			return why
		}
	}
	return ""
}

// roomOf is the innermost room that a file is in; the zero room for the root.
func roomOf(file string) (in room) {
	for _, r := range house {
		if within(file, r.folder) && len(r.folder) > len(in.folder) {
			in = r
		}
	}
	return in
}

// within reports whether a path is a folder or lies in it.
func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// inAny reports whether a path lies in one of some folders.
func inAny(p string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return within(p, f) })
}

// importsOf reads the imports of all Go files. It asks no tool, so that the test
// cache sees every file it depends on.
func importsOf(t *testing.T) map[string][]string {
	list := map[string][]string{}
	for _, f := range projectFiles(t) {
		if !strings.HasSuffix(f, ".go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ImportsOnly)
		require.NoError(t, err)
		list[f] = nil
		for _, i := range tree.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			list[f] = append(list[f], p)
		}
	}
	require.NotEmpty(t, list)
	return list
}

// projectFiles are the files of the project, without what work leaves behind.
func projectFiles(t testing.TB) (list []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(p)
		hidden := strings.HasPrefix(d.Name(), ".") && name != "." && name != ".ci"
		if d.IsDir() && (hidden || name == "okapi-data") {
			return fs.SkipDir
		}
		left := []string{".test", ".out", ".prof"} // as in .gitignore
		if d.Type().IsRegular() && !slices.Contains(left, path.Ext(name)) {
			list = append(list, name)
		}
		return nil
	})
	require.NoError(t, err)
	return list
}
