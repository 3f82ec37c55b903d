package body

import (
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// word takes a control word.
func (r *rtfReader) word(t *rtf.Token) {
	f := &r.groups.Top
	switch f.dest {
	case toNothing:
		return
	case toColors:
		r.colorWord(t)
		return
	case toPicture:
		if t.Ignorable {
			f.dest = toNothing
		}
		if r.picture != nil {
			r.picture.word(t.Name, t.Param)
		}
		return
	case toInstruction:
		return
	}
	if r.destination(t, f) || r.charWord(t, f) || r.parWord(t, f) {
		return
	}
	r.contents(t, f)
}

func (r *rtfReader) colorWord(t *rtf.Token) {
	for i, name := range [...]string{"red", "green", "blue"} {
		if t.Name == name {
			r.color[i], r.colored = t.Param, true
		}
	}
}

// destination takes words that say what a group is for.
func (r *rtfReader) destination(t *rtf.Token, f *format) bool {
	switch t.Name {
	case "colortbl":
		f.dest = toColors
		r.colors = nil
	case "pict":
		if r.picture == nil {
			r.picture, r.pictureAt = &picture{}, r.groups.Depth()
			f.dest = toPicture
		} else {
			f.dest = toNothing
		}
	case "fldinst":
		r.instruction, r.instructAt, r.link = r.instruction[:0], r.groups.Depth(), ""
		f.dest = toInstruction
	case "fldrslt":
		if r.link != "" {
			f.link, r.link = r.link, ""
		}
	case "shppict", "object", "listtext", "pntext": // what is in them is text
	default:
		if !t.Hides() {
			return false
		}
		f.dest = toNothing
	}
	return true
}

// charWord takes words that say how characters look.
func (r *rtfReader) charWord(t *rtf.Token, f *format) bool {
	c := &f.charFormat
	switch t.Name {
	case "plain":
		*c = charFormat{font: -1}
	case "b":
		c.bold = t.On()
	case "i":
		c.italic = t.On()
	case "ul", "uld", "uldash", "uldashd", "uldashdd", "uldb", "ulth", "ulw", "ulwave":
		c.underline = t.On()
	case "ulnone":
		c.underline = false
	case "strike", "striked":
		c.strike = t.On()
	case "v", "deleted":
		c.hidden = t.On()
	case "super":
		c.script = scriptOf(t, 1)
	case "sub":
		c.script = scriptOf(t, -1)
	case "nosupersub":
		c.script = 0
	case "cf":
		c.color = t.Param
	case "highlight", "chcbpat", "cb":
		c.back = t.Param
	case "f":
		c.font = t.Param
	case "fs":
		c.size = t.Param
	default:
		return false
	}
	return true
}

func scriptOf(t *rtf.Token, script int) int {
	if t.On() {
		return script
	}
	return 0
}

// parWord takes words that say how paragraphs look.
func (r *rtfReader) parWord(t *rtf.Token, f *format) bool {
	p := &f.parFormat
	switch t.Name {
	case "pard":
		*p = parFormat{}
	case "ql":
		p.align = ""
	case "qr":
		p.align = "right"
	case "qc":
		p.align = "center"
	case "qj":
		p.align = "justify"
	case "li", "lin":
		p.left = t.Param
	case "fi":
		p.first = t.Param
	case "intbl":
		p.table = t.On()
	case "rtlpar":
		p.rtl = true
	case "ltrpar":
		p.rtl = false
	default:
		return false
	}
	return true
}

// contents takes words that stand for text or the end of something.
func (r *rtfReader) contents(t *rtf.Token, f *format) {
	if f.hidden {
		return
	}
	switch t.Name {
	case "par", "sect", "page":
		r.sink.paragraph(f)
	case "line", "softline", "lbr":
		r.sink.line(f)
	case "tab", "nestcell":
		r.sink.tab(f)
	case "cell":
		r.sink.cell(f)
	case "row":
		r.sink.row()
	case "nestrow":
		r.sink.line(f)
	case "objattph":
		r.sink.attachment(r.attachments, f)
		r.attachments++
	default:
		if c, ok := rtf.Character(t.Name); ok {
			r.sink.text(utf8.AppendRune(nil, c), f)
		}
	}
}
