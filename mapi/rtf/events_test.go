package rtf_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/mapitest"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// documents are the files of the corpus whose names end with .rtf.
func documents(t testing.TB) (files []string) {
	err := filepath.WalkDir(mapitest.Corpus(t), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".rtf") && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// An events is a document as a list of lines, in the words of the other parser.
type events struct {
	list []string
	text strings.Builder
}

func (e *events) add(format string, args ...any) {
	e.flush()
	e.list = append(e.list, fmt.Sprintf(format, args...))
}

// flush ends a run of text. Characters that XML cannot hold are not compared: the
// other side left them out.
func (e *events) flush() {
	s := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0xE000 && r < 0xF900 {
			return -1
		}
		return r
	}, e.text.String())
	e.text.Reset()
	if s != "" {
		e.list = append(e.list, "chars "+s)
	}
}

func (e *events) word(name, param string, ignorable bool) {
	if ignorable {
		name = "*" + name
	}
	e.add("%s", strings.TrimSpace(name+" "+param))
}

// expected reads the events of a file.
func expected(t *testing.T, file string) []string {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	data = bytes.Map(func(r rune) rune { // not all of the files are XML
		if r < ' ' {
			return -1
		}
		return r
	}, data)
	var e events
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			e.flush()
			return e.list
		}
		require.NoError(t, err)
		switch tok := tok.(type) {
		case xml.StartElement:
			at := map[string]string{}
			for _, a := range tok.Attr {
				at[a.Name.Local] = a.Value
			}
			switch tok.Name.Local {
			case "group":
				e.add("{")
			case "command":
				e.word(at["name"], at["parameter"], at["optional"] == "true")
			}
		case xml.EndElement:
			if tok.Name.Local == "group" {
				e.add("}")
			}
		case xml.CharData:
			e.text.Write(tok)
		}
	}
}

func param(tok rtf.Token) string {
	if tok.HasParam {
		return fmt.Sprint(tok.Param)
	}
	return ""
}

func scanned(t *testing.T, data []byte) []string {
	var e events
	s := rtf.NewScanner(bytes.NewReader(data))
	for depth := 0; ; {
		tok, err := s.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch tok.Kind {
		case rtf.Open:
			depth++
			e.add("{")
		case rtf.Close:
			depth--
			e.add("}")
		case rtf.Word:
			e.word(tok.Name, param(tok), false)
		case rtf.Text:
			before, after, isTab := strings.Cut(string(tok.Data), "\t")
			e.text.WriteString(before)
			if isTab { // a tab is a command there
				e.word("tab", "", false)
			}
			e.text.WriteString(after)
		}
		if depth == 0 {
			break
		}
	}
	e.flush()
	return e.list
}

// parsed are the events of a parser. The other one resolves what says how to read
// text without telling, knows some control words only, and gives what is in \upr
// without the groups around.
func parsed(t *testing.T, data []byte, known map[string]bool) []string {
	var e events
	p := rtf.NewParser(bytes.NewReader(data), nil)
	hidden := map[int]bool{} // depths of groups that are not told
	for {
		tok, err := p.Next()
		if err == io.EOF {
			e.flush()
			return e.list
		}
		require.NoError(t, err)
		switch tok.Kind {
		case rtf.Open:
			e.add("{")
		case rtf.Close:
			if hidden[p.Depth()+1] {
				hidden[p.Depth()+1] = false
				continue
			}
			e.add("}")
		case rtf.Text:
			before, after, isTab := strings.Cut(string(tok.Data), "\t")
			e.text.WriteString(before)
			if isTab {
				e.word("tab", "", false)
			}
			e.text.WriteString(after)
		case rtf.Word:
			r, isCharacter := rtf.Character(tok.Name)
			switch {
			case tok.Name == "upr" || tok.Name == "ud":
				e.flush()
				require.Equal(t, "{", e.list[len(e.list)-1])
				e.list = e.list[:len(e.list)-1]
				hidden[p.Depth()] = true
			case isCharacter && tok.Name != "tab":
				e.text.WriteRune(r)
			case known[tok.Name]:
				e.word(tok.Name, param(tok), tok.Ignorable)
			}
		}
	}
}

// The other parser's events for the same documents.
func TestAgreesWithAnotherParser(t *testing.T) {
	dir := filepath.Join(mapitest.Corpus(t), "rtf", "rtfparserkit", "parser")
	files, err := filepath.Glob(filepath.Join(dir, "*", "data", "*.rtf"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	known := map[string]bool{}
	for _, f := range files {
		for _, e := range expected(t, strings.TrimSuffix(f, ".rtf")+".xml") {
			name, _, _ := strings.Cut(strings.TrimPrefix(e, "*"), " ")
			known[name] = true
		}
	}
	for _, name := range []string{"ansi", "mac", "ansicpg", "uc"} {
		known[name] = false
	}
	agree := 0
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			want := expected(t, strings.TrimSuffix(f, ".rtf")+".xml")
			got := parsed(t, data, known)
			if strings.Contains(f, "raw") {
				got = scanned(t, data)
			}
			if assert.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n")) {
				agree++
			}
		})
	}
	t.Logf("%d of %d documents with the same events", agree, len(files))
}
