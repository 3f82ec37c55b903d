package props

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// DumpOptions change what [Dump] writes. The zero value, and a nil
// *DumpOptions, mean the defaults.
type DumpOptions struct {
	// MaxBytes is how many bytes of a binary value are shown; longer ones are
	// cut and get their SHA-256, so that texts differ when values do.
	// 0 means 32; negative shows all.
	MaxBytes int

	// MaxString is the same for strings, in bytes. 0 means 4096.
	MaxString int

	// Contents reads streams of up to [MaxValue] bytes and shows them like
	// values in memory. Otherwise only their size is shown.
	Contents bool

	// Skip lists properties to leave out, on every level. Their types do not
	// matter.
	Skip []mapi.Prop
}

// A bag has properties to walk over: [mapi.Properties] and what embeds it.
type bag interface {
	All() iter.Seq2[mapi.Prop, mapi.Value]
}

// Dump writes obj as text, for people and for golden tests: one property per
// line, in the order of canonical names, recipients and attachments indented
// below.
//
//	PidTagImportance: High
//	PidTagMessageFlags: Read|HasAttach
//	PidTagSubject: "giraffe"
//	recipient 1
//	  PidTagRecipientType: To
//	attachment 1
//	  PidTagAttachDataBinary: stream, 52100 bytes
//
// obj is a *mapi.Message, *mapi.Recipient, *mapi.Attachment, *mapi.Properties or
// anything else with the method All of [mapi.Properties]. Properties without a
// canonical name follow last, as their mapi.Prop prints; a name is followed by
// the type where that is not the usual one. The same object gives the same text.
// Dump reports [mapi.ErrInvalidParameter] for other objects, and errors of w; a
// stream that cannot be read is shown as its error.
func Dump(w io.Writer, obj any, opts *DumpOptions) error {
	d := &dumper{DumpOptions: opts.withDefaults()}
	if err := d.object(obj); err != nil {
		return err
	}
	_, err := io.WriteString(w, d.String())
	return err
}

func (o *DumpOptions) withDefaults() DumpOptions {
	var d DumpOptions
	if o != nil {
		d = *o
	}
	if d.MaxBytes == 0 {
		d.MaxBytes = 32
	}
	if d.MaxString == 0 {
		d.MaxString = 4096
	}
	return d
}

type dumper struct {
	DumpOptions
	strings.Builder
	indent string
}

func (d *dumper) object(obj any) error {
	switch o := obj.(type) {
	case *mapi.Message:
		d.message(o)
	case *mapi.Attachment:
		d.attachment(o)
	case bag:
		d.properties(o)
	default:
		return &mapi.Error{Op: "props.Dump", Code: mapi.ErrInvalidParameter, Err: fmt.Errorf("a %T has no properties", obj)}
	}
	return nil
}

func (d *dumper) message(m *mapi.Message) {
	if m == nil {
		return
	}
	d.properties(&m.Properties)
	for i, r := range m.Recipients {
		d.nested(fmt.Sprintf("recipient %d", i+1), func() { d.properties(&r.Properties) })
	}
	for i, a := range m.Attachments {
		d.nested(fmt.Sprintf("attachment %d", i+1), func() { d.attachment(a) })
	}
}

func (d *dumper) attachment(a *mapi.Attachment) {
	d.properties(&a.Properties)
	if a.Embedded != nil {
		d.nested("embedded message", func() { d.message(a.Embedded) })
	}
}

func (d *dumper) nested(title string, body func()) {
	d.WriteString(d.indent + title + "\n")
	outer := d.indent
	d.indent += "  "
	body()
	d.indent = outer
}

// A line is one property of an object, ready to be sorted.
type line struct {
	name  string
	prop  mapi.Prop
	info  *Info // nil when the property has no canonical name
	value mapi.Value
}

func (d *dumper) properties(b bag) {
	for _, l := range d.lines(b) {
		d.WriteString(d.indent + l + "\n")
	}
}

// lines returns one text for each property of b that is not skipped.
func (d *dumper) lines(b bag) []string {
	var lines []line
	for p, v := range b.All() {
		if !slices.ContainsFunc(d.Skip, p.Same) {
			lines = append(lines, newLine(p, v))
		}
	}
	slices.SortFunc(lines, compareLines)
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.name + ": " + d.value(l)
	}
	return texts
}

func newLine(p mapi.Prop, v mapi.Value) line {
	l := line{prop: p, value: v, info: find(p)}
	switch {
	case l.info == nil:
		l.info = find(p.Untyped())
	case l.info.Prop.Type == p.Type:
		l.name = l.info.Name
		return l
	}
	if l.info == nil {
		l.name = p.String()
	} else {
		l.name = l.info.Name + ":" + p.Type.String()
	}
	return l
}

func compareLines(a, b line) int {
	switch {
	case a.info != nil && b.info == nil:
		return -1
	case a.info == nil && b.info != nil:
		return 1
	case a.info == nil:
		return a.prop.Compare(b.prop)
	}
	return strings.Compare(a.name, b.name)
}
