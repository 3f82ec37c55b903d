package msg

import (
	"fmt"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
)

// An object is a storage with properties that is being read.
type object struct {
	*decoder
	path    string
	entries map[valueKey]*cfb.Entry
	rows    []byte // the list of properties, with its header
	size    int64  // of the whole list; of a longer one than may be, rows is the beginning
	header  int
	pages   codepages
	embeds  bool // the data of an attachment is a message, not a property
	done    map[mapi.Tag]bool
}

// A row is a property in the list.
type row struct {
	tag   mapi.Tag
	value [8]byte
}

func (d *decoder) object(e *cfb.Entry, pages codepages) *object {
	o := &object{decoder: d, path: e.Path(), pages: pages}
	if d.err != nil {
		return o
	}
	o.entries = make(map[valueKey]*cfb.Entry, len(e.Children))
	var list *cfb.Entry
	for _, c := range e.Children {
		if k, ok := parseValueName(c.Name); ok {
			o.entries[k] = c
		} else if strings.EqualFold(c.Name, propertiesName) {
			list = c
		}
	}
	if list == nil || list.Kind != cfb.KindStream {
		d.report(Issue{Rule: RuleProperties, Path: o.path, Detail: "no list of properties"})
		return o
	}
	s, err := d.f.Stream(list)
	if d.failed(err, Issue{Rule: RuleProperties, Path: list.Path()}) {
		return o
	}
	o.size = s.Size()
	o.rows = make([]byte, min(o.size, topHeader+rowSize*int64(d.opts.MaxProperties)))
	if n, err := s.ReadAt(o.rows, 0); n < len(o.rows) {
		o.rows = nil
		d.failed(err, Issue{Rule: RuleProperties, Path: list.Path()})
	}
	return o
}

// each calls f with the rows of the list, as many as there may be.
func (o *object) each(f func(row)) {
	b := o.rows[min(o.header, len(o.rows)):]
	for n := 0; len(b) >= rowSize && o.err == nil && n < o.opts.MaxProperties; n++ {
		f(row{mapi.Tag(le.Uint32(b)), [8]byte(b[8:16])})
		b = b[rowSize:]
	}
}

// fill reads all properties of the object.
func (o *object) fill(bag *mapi.Properties) {
	rest := o.size - int64(o.header)
	switch n := rest / rowSize; {
	case o.size > 0 && (rest < 0 || rest%rowSize != 0):
		o.report(Issue{Rule: RuleProperties, Path: o.path, Detail: "the list is cut off"})
	case n > int64(o.opts.MaxProperties):
		o.report(Issue{Rule: RuleProperties, Path: o.path, Detail: fmt.Sprintf("%d properties", n)})
	}
	o.done = make(map[mapi.Tag]bool, len(o.rows)/rowSize)
	bag.Grow(len(o.rows) / rowSize)
	o.each(func(r row) { o.row(bag, r) })
	o.unlisted(bag)
}

// unlisted takes values that the list does not name, of a file whose list is damaged.
func (o *object) unlisted(bag *mapi.Properties) {
	if len(o.done) >= o.opts.MaxProperties {
		return
	}
	var tags []mapi.Tag
	for k := range o.entries {
		if t := k.tag; k.index < 0 && !o.done[t] && !inRow(t.Type()) && !(o.embeds && t == tagObject) {
			tags = append(tags, t)
		}
	}
	slices.Sort(tags)
	for _, t := range tags[:min(len(tags), o.opts.MaxProperties-len(o.done))] {
		if p, ok := o.prop(t); ok && p.Set != mapi.PSOkapi && !bag.Has(p) {
			o.report(Issue{Rule: RuleUnlisted, Path: o.path, Prop: p})
			o.row(bag, row{tag: t})
		}
	}
}

// row reads a property. Of two that are one slot the first stays, and Unicode
// before 8-bit.
func (o *object) row(bag *mapi.Properties, r row) {
	if o.err != nil || o.embeds && r.tag == tagObject {
		return
	}
	t := r.tag.Type()
	at := Issue{Path: o.path, Prop: mapi.Tagged(r.tag)}
	if !t.Valid() {
		if t != mapi.PtypNull && t != mapi.PtypUnspecified {
			at.Rule = RuleType
			o.report(at)
		}
		return
	}
	p, ok := o.prop(r.tag)
	if ok {
		at.Prop = p
	}
	again := o.done[r.tag]
	o.done[r.tag] = true
	switch {
	case !ok || p.Set == mapi.PSOkapi:
		at.Rule = RuleName
	case again || bag.Has(p) && (t.Base() != mapi.PtypString || !bag.TypeOf(p).IsString()):
		at.Rule = RuleTwice
	default:
		at.Rule = RuleValue
		o.set(bag, p, r, at)
		return
	}
	o.report(at)
}

// set reads the value of a property. All strings are Unicode from here on.
func (o *object) set(bag *mapi.Properties, p mapi.Prop, r row, at Issue) {
	v := o.value(r, at)
	if v == nil || o.err != nil {
		return
	}
	if p.Type.IsString() {
		p.Type = p.Type&^mapi.PtypString8 | mapi.PtypString
	}
	bag.Set(p, v)
}

// prop is the property of a tag.
func (d *decoder) prop(t mapi.Tag) (mapi.Prop, bool) {
	if t.ID() < 0x8000 {
		return mapi.Tagged(t), t.ID() != 0
	}
	if i := int(t.ID() - 0x8000); i < len(d.names) && d.names[i] != (mapi.Prop{}) {
		return d.names[i].As(t.Type()), true
	}
	return mapi.Prop{}, false
}
