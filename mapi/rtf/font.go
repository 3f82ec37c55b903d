package rtf

import "strings"

const (
	maxFonts    = 4096
	maxFontName = 64
)

// A Font is an entry of the font table.
type Font struct {
	Name     string // "" when the table has none
	Charset  int    // \fcharset; 2 is that of fonts of symbols
	Codepage int    // of text in it; 0 is that of the document
}

// Symbols reports whether the characters of the font are pictures and not letters.
// Their codes come as those of windows-1252.
func (f Font) Symbols() bool { return f.Charset == 2 }

// A fontTable is what \fonttbl said. Fonts are found by their number.
type fontTable struct {
	list    map[int]*Font
	current *Font // the entry that is read
}

func (f *fontTable) find(n int) *Font { return f.list[n] }

// word takes a control word inside of the table.
func (f *fontTable) word(t *Token) {
	switch t.Name {
	case "f":
		f.begin(t.Param)
	case "fcharset":
		if f.current != nil {
			f.current.Charset = t.Param
			if f.current.Codepage == 0 {
				f.current.Codepage = CodepageOfCharset(t.Param)
			}
		}
	case "cpg":
		if f.current != nil {
			f.current.Codepage = t.Param
		}
	}
}

// begin starts the entry of font n. Of two with one number the last counts.
func (f *fontTable) begin(n int) {
	f.current = nil
	if f.list == nil {
		f.list = map[int]*Font{}
	}
	if len(f.list) >= maxFonts && f.list[n] == nil {
		return
	}
	f.current = &Font{}
	f.list[n] = f.current
}

// text takes a piece of the name of a font, which ends with a semicolon.
func (f *fontTable) text(s []byte) {
	c := f.current
	if c == nil || strings.HasSuffix(c.Name, ";") || len(c.Name) >= maxFontName {
		return
	}
	name := c.Name + string(s)
	if i := strings.IndexByte(name, ';'); i >= 0 {
		name = name[:i+1]
	}
	if len(name) > maxFontName {
		name = strings.ToValidUTF8(name[:maxFontName], "")
	}
	c.Name = name
}
