package okapi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The code that a reader meets first is the code that Example runs.
func TestReadmeShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "example_test.go", source, parser.ParseComments)
	require.NoError(t, err)
	var first string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "firstSteps" {
			first = string(source[fset.Position(f.Pos()).Offset:fset.Position(f.End()).Offset])
		}
	}
	require.NotEmpty(t, first)

	readme := read(t, "README.md")
	before, after, ok := strings.Cut(readme, "```go\n")
	require.True(t, ok)
	shown, _, _ := strings.Cut(after, "\n```")
	assert.Equal(t, first, shown)
	assert.Less(t, strings.Count(before, "\n"), 30, "code comes on the first screen")
}

// Links of the documents lead somewhere, and tests that tables name exist.
func TestDocumentsPointAtWhatExists(t *testing.T) {
	tests := testNames(t)
	for _, doc := range documents(t) {
		text := read(t, doc)
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1]))
			assert.NoError(t, err, "%s links to %s", doc, m[1])
		}
		for _, name := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark|Example)[A-Za-z0-9_]*)").FindAllStringSubmatch(text, -1) {
			assert.Contains(t, tests, name[1], "%s names a test that does not exist", doc)
		}
	}
}

// documents are the pages of the project that people read.
func documents(t *testing.T) (list []string) {
	for _, f := range projectFiles(t) {
		if strings.HasSuffix(f, ".md") {
			list = append(list, f)
		}
	}
	return list
}

// testNames are the names of all tests, benchmarks, fuzz targets and examples.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	for _, f := range projectFiles(t) {
		if !strings.HasSuffix(f, ".go") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example|Run)[A-Za-z0-9_]*)\(`).FindAllStringSubmatch(read(t, f), -1) {
			names[m[1]] = true
		}
	}
	return names
}

func read(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(b)
}
