package rtf_test

import (
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// textOf is all text of a document outside of tables, and what was reported.
func textOf(t testing.TB, r io.Reader, opts *rtf.Options) (string, []rtf.Issue) {
	var issues []rtf.Issue
	o := rtf.Options{}
	if opts != nil {
		o = *opts
	}
	o.Report = func(i rtf.Issue) { issues = append(issues, i) }
	p := rtf.NewParser(r, &o)
	var b strings.Builder
	inTable := 0
	for {
		tok, err := p.Next()
		if err == io.EOF {
			return b.String(), issues
		}
		require.NoError(t, err)
		require.NotZero(t, tok.Kind)
		switch {
		case tok.Kind == rtf.Word && tok.Name == "fonttbl":
			inTable = p.Depth()
		case tok.Kind == rtf.Close && p.Depth() < inTable:
			inTable = 0
		case tok.Kind == rtf.Text && inTable == 0:
			b.Write(tok.Data)
		case tok.Kind == rtf.Word && tok.Name == "par":
			b.WriteByte('\n')
		}
	}
}

func TestTextIsDecoded(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"in windows-1252 when nothing is said", `{\rtf1 \'e4\'80}`, "ä€"},
		{"in the code page of the document", `{\rtf1\ansi\ansicpg1251 \'e4}`, "д"},
		{"in that of the Macintosh", `{\rtf1\mac \'8a}`, "ä"},
		{"in those of the PC", `{\rtf1\pc \'84\pca\'84}`, "ää"},
		{"in UTF-8", `{\rtf1\ansicpg65001 \'c3\'a4ä}`, "ää"},
		{"in the charset of the font", `{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset204 A;}{\f1\fcharset0 B;}}\f0\'e4\f1\'e4{\f0\'e4}\'e4}`, "дädä"[0:2] + "äдä"},
		{"in that of the default font", `{\rtf1\deff1{\fonttbl{\f1\fcharset204 A;}}\'e4\plain\'e4}`, "дд"},
		{"in the code page of the font rather than its charset", `{\rtf1{\fonttbl{\f1\fcharset0\cpg1251 A;}}\f1\'e4}`, "д"},
		{"in that of the document when the font has the system's", `{\rtf1\ansicpg1251{\fonttbl{\f1\fcharset1 A;}}\f1\'e4}`, "д"},
		{"in windows-1252 when UTF-16 is said, which cannot be", `{\rtf1\ansi\ansicpg1200 a\'e4}`, "aä"},
		{"two bytes as two escapes", `{\rtf1\ansicpg932 \'93\'fa}`, "日"},
		{"two bytes, the second a letter", `{\rtf1\ansicpg932 \'83A}`, "ア"},
		{"two bytes, the second a backslash", `{\rtf1\ansicpg932 \'83\'5c}`, "ソ"},
		{"two bytes, the second an escaped brace", `{\rtf1\ansicpg932 \'83\{}`, "ボ"},
		{"two bytes on two lines", "{\\rtf1\\ansicpg932 \\'93\r\n\\'fa}", "日"},
		{"a byte that lacks its second", `{\rtf1\ansicpg932 \'93\par x}`, "\uFFFD\nx"},
		{"one byte alone, in the code page of the document", `{\rtf1{\fonttbl{\f0\fcharset128 A;}}\f0\'96\tab x}`, "–x"},
		{"fonts with a font table without groups", `{\rtf1{\fonttbl\f0\fcharset204 A;\f1\fcharset0 B;}\f0\'e4}`, "д"},
		{"Unicode, with its substitute left out", `{\rtf1 a\u228?b\u-257\'3fc}`, "aäb\uFEFFc"},
		{"Unicode with substitutes of other lengths", `{\rtf1\uc0\u228 b{\uc2\u228 ??c}\u228 d}`, "äbäcäd"},
		{"Unicode with a substitute that is a word", `{\rtf1\u8212\emdash x}`, "—x"},
		{"Unicode without its substitute", `{\rtf1\u8212\par x{\u8212}x}`, "—\nx—x"},
		{"Unicode beyond 16 bits", `{\rtf1\u-10179?\u-8704?\u55357?\u56832?}`, "😀😀"},
		{"half a character", `{\rtf1\u-10179?x\u-8704?}`, "\uFFFDx\uFFFD"},
		{"the Unicode of two forms", `{\rtf1{\upr{a\'e4}{\*\ud{b\u228?}}}}`, "bä"},
		{"what follows the document is not", "{\\rtf1 a}b{\\rtf1 c}", "a"},
		{"but it goes on when a group too many was closed", "{\\rtf1{a}}\\b b{c}}", "abc"},
		{"too many closing braces before it", "}}{\\rtf1 a}", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, issues := textOf(t, strings.NewReader(c.in), nil)
			assert.Equal(t, c.want, got)
			assert.Empty(t, issues)
			got, _ = textOf(t, iotest.OneByteReader(strings.NewReader(c.in)), nil)
			assert.Equal(t, c.want, got, "byte by byte")
		})
	}
}

func TestDamageIsReported(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		rule           rtf.Rule
	}{
		{"a document that ends early", `{\rtf1 a{b`, "ab", rtf.RuleTruncated},
		{"a code page that nobody knows", `{\rtf1\ansicpg4711 \'e4}`, "ä", rtf.RuleCodepage},
		{"groups that are too deep", `{\rtf1{{{{{a}}}}}b}`, "ab", rtf.RuleDepth},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, issues := textOf(t, strings.NewReader(c.in), &rtf.Options{MaxDepth: 4})
			assert.Equal(t, c.want, got)
			require.Len(t, issues, 1)
			assert.Equal(t, c.rule, issues[0].Rule)
			assert.Contains(t, issues[0].String(), string(c.rule))
		})
	}
}

func TestFonts(t *testing.T) {
	p := rtf.NewParser(strings.NewReader(`{\rtf1\deff1{\fonttbl{\f0\fcharset2{\*\panose 01}Wing{\*\falt Nope;}dings;}{\f1\fcharset128 \'82\'6c;}}\f0 x\f7 y}`), nil)
	var fonts []rtf.Font
	for {
		tok, err := p.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if tok.Kind == rtf.Text && p.Depth() == 1 {
			fonts = append(fonts, p.Font())
		}
	}
	assert.Equal(t, []rtf.Font{{Name: "Wingdings", Charset: 2, Codepage: 42}, {Name: "Ｍ", Charset: 128, Codepage: 932}}, fonts)
	assert.True(t, fonts[0].Symbols())
}

// A million open groups, fonts or words take no more memory than a few.
func TestHostileDocumentsStayBounded(t *testing.T) {
	for name, in := range map[string]func(int) string{
		"groups":     func(int) string { return "{" },
		"fonts":      func(i int) string { return `{\f` + strconv.Itoa(i) + ` name;}` },
		"words":      func(i int) string { return `\x` + strings.Repeat(string(rune('a'+i%26)), i%31) },
		"lead bytes": func(int) string { return `\'81` },
		"units":      func(int) string { return `\u55357` },
		"upr":        func(int) string { return `{\upr` },
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			r := readerFunc(func(b []byte) (int, error) {
				if n++; n > 100_000 {
					return 0, io.EOF
				}
				return copy(b, in(n)), nil
			})
			p := rtf.NewParser(io.MultiReader(strings.NewReader(`{\rtf1\ansicpg932{\fonttbl`), r), nil)
			for {
				tok, err := p.Next()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				require.Less(t, len(tok.Data), 16<<10)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
