package rfc822

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// SourceForm is the property in which a decoded message keeps how its mail was
// written: a recipe to make the very same bytes. It is opaque; [Source] and
// [Encode] read it.
//
// A recipe is, with numbers as varints:
//
//	version, 1 byte: 4
//	taken properties, 1 byte: a bit for each property code, and 0x80 when the
//	mail carries a second form of the message
//	fingerprints of header and content, 32 bytes each
//	of a second form: its fingerprint of 32 bytes, its kind, 'T' for TNEF, 'C'
//	for a calendar or 'R' for a report, where its part begins and how long that is,
//	or 0 and 0
//	size of the mail, and of its header with the blank line
//	count of attachments, for each its fingerprint of 32 bytes, where its part
//	begins and how long that is, or 0 and 0
//	count of kept header fields, and their hashes of 8 bytes
//	steps to the end
//
// A step is an operation and its arguments: literal bytes, a reference to the bytes of
// a property, an attachment or an embedded message in a layout, or steps that make a
// content in a layout. A
// reference stands only where the decoder has seen that it gives the original
// bytes. A property is taken when a reference is to all of it, as it is.
func SourceForm() mapi.Prop {
	return mapi.Prop{Set: mapi.PSOkapi, Name: "rfc822.source", Type: mapi.PtypBinary}
}

const recipeVersion = 4

// The operations of a step.
const (
	opLiteral    = 'L' // length, bytes
	opProperty   = 'P' // property code, layout, length
	opAttachment = 'A' // index, layout, length, bytes to skip
	opEmbedded   = 'M' // index, layout, length
	opWrapped    = 'W' // 0, layout, length, size of the steps that make the content, those steps
)

// A propCode names a property in a recipe.
type propCode byte

const (
	propHeaders propCode = 0
	propBody    propCode = 1
	propHTML    propCode = 2
)

func (c propCode) prop() (mapi.Prop, bool) {
	switch c {
	case propHeaders:
		return props.PidTagTransportMessageHeaders.Prop(), true
	case propBody:
		return props.PidTagBody.Prop(), true
	case propHTML:
		return props.PidTagHtml.Prop(), true
	}
	return mapi.Prop{}, false
}

// taken is a set of properties: a bit for each code.
type taken byte

// carried is the bit in taken that says that the mail carries a second form of the
// message, so that more properties count.
const carried taken = 1 << 7

func (t taken) has(id uint32) bool {
	switch id {
	case 0x007D:
		return t&(1<<propHeaders) != 0
	case 0x1000:
		return t&(1<<propBody) != 0
	case 0x1013:
		return t&(1<<propHTML) != 0
	}
	return false
}

// A step makes length bytes of a mail.
type step struct {
	op     byte
	index  int // of the attachment, or the property code
	layout entity.Layout
	length int64
	skip   int64 // bytes of the content, or the size of the steps that make it
}

// A builder collects the references of a recipe while a message is decoded.
type builder struct {
	whole entity.Range   // of the message in the source
	body  int64          // where the body begins in the source
	parts []entity.Range // of the attachments, in their order
	refs  []reference
	few   [2]reference // room for refs

	carrier carrier
	wrapped []byte // the steps of a content, if one has any
}

// A reference is a step that makes a range of the source.
type reference struct {
	at entity.Range
	step
}

// minReference is the length below which bytes are kept rather than referred to.
const minReference = 32

func (b *builder) add(start, length int64, s step) {
	if length < minReference {
		return
	}
	s.length = length
	if b.refs == nil {
		b.refs = b.few[:0]
	}
	b.refs = append(b.refs, reference{entity.Range{Start: start, End: start + length}, s})
}

func (b *builder) property(code propCode, at entity.Range) {
	b.encoded(code, at.Start, entity.Layout{Encoding: entity.Identity}, at.Len())
}

func (b *builder) encoded(code propCode, start int64, l entity.Layout, length int64) {
	b.add(start, length, step{op: opProperty, index: int(code), layout: l})
}

func (b *builder) attachment(index int, start int64, l entity.Layout, length, skip int64) {
	b.add(start, length, step{op: opAttachment, index: index, layout: l, skip: skip})
}

func (b *builder) embedded(index int, at entity.Range) {
	b.add(at.Start, at.Len(), step{op: opEmbedded, index: index})
}

func (b *builder) encodedMessage(index int, start int64, l entity.Layout, exact int64) {
	if exact > 0 {
		b.add(start, exact, step{op: opEmbedded, index: index, layout: l})
	}
}

// settle brings the references in order, without those that overlap another: the
// bytes are literal then.
func (b *builder) settle() {
	slices.SortStableFunc(b.refs, func(x, y reference) int { return cmp.Compare(x.at.Start, y.at.Start) })
	pos := b.whole.Start
	b.refs = slices.DeleteFunc(b.refs, func(r reference) bool {
		if r.at.Start < pos || r.at.End > b.whole.End {
			return true
		}
		pos = r.at.End
		return false
	})
}

// taken is which properties of obj settled references take as they are.
func (b *builder) taken(obj mapi.Getter) (t taken) {
	if b.carrier.kind != noCarrier {
		t = carried
	}
	for i := range b.refs {
		r := &b.refs[i]
		if r.op != opProperty || r.layout.Encoding != entity.Identity {
			continue
		}
		if p, ok := propCode(r.index).prop(); ok && r.length == valueLen(obj.Get(p)) {
			t |= 1 << r.index
		}
	}
	return t
}

func valueLen(v mapi.Value) int64 {
	switch v := v.(type) {
	case string:
		return int64(len(v))
	case []byte:
		return int64(len(v))
	case mapi.Stream:
		return v.Size()
	}
	return -1
}

// finish writes the recipe of the message: in memory when the mail is there, or
// when it is small, else as pieces of the source.
func (m *message) finish() {
	b := &m.recipe
	b.settle()
	fp, err := fingerprint(m.Message, b.taken(m))
	if m.failed(err) {
		return
	}
	size := 160 + 42*len(fp.attachments) + 8*len(fp.fields) + 32*len(b.refs)
	if b.carrier.kind != noCarrier {
		size += 44
	}
	if mail, ok := m.src.bytes(b.whole); ok {
		head := b.appendHead(make([]byte, 0, size+int(b.literals())), fp)
		m.Set(SourceForm(), b.appendSteps(head, mail))
		return
	}
	head := b.appendHead(make([]byte, 0, size), fp)
	const most = 64 << 10
	steps := b.steps(m.src, head)
	if steps.size > most {
		m.Set(SourceForm(), steps)
		return
	}
	recipe, err := steps.load()
	if !m.failed(err) {
		m.Set(SourceForm(), recipe)
	}
}

func (b *builder) appendHead(head []byte, fp fprint) []byte {
	head = append(head, recipeVersion, byte(fp.taken))
	head = append(append(head, fp.header[:]...), fp.content[:]...)
	if fp.taken&carried != 0 {
		head = append(append(head, fp.carried[:]...), byte(b.carrier.kind))
		head = b.appendRange(head, b.carrier.at)
	}
	head = binary.AppendUvarint(head, uint64(b.whole.Len()))
	head = binary.AppendUvarint(head, uint64(b.body-b.whole.Start))
	head = binary.AppendUvarint(head, uint64(len(fp.attachments)))
	for i := range fp.attachments {
		head = append(head, fp.attachments[i][:]...)
		var at entity.Range
		if i < len(b.parts) {
			at = b.parts[i]
		}
		head = b.appendRange(head, at)
	}
	head = binary.AppendUvarint(head, uint64(len(fp.fields)))
	for _, h := range fp.fields {
		head = binary.LittleEndian.AppendUint64(head, h)
	}
	return head
}

// appendRange appends where a part begins in the mail, and its length: 0 and 0 for
// an empty one.
func (b *builder) appendRange(head []byte, at entity.Range) []byte {
	start := int64(0)
	if at.Len() > 0 {
		start = at.Start - b.whole.Start
	}
	return binary.AppendUvarint(binary.AppendUvarint(head, uint64(start)), uint64(at.Len()))
}

// part notes that all of a part is in the attachment.
func (b *builder) part(index int, p *entity.Part) {
	for len(b.parts) <= index {
		b.parts = append(b.parts, entity.Range{})
	}
	b.parts[index] = entity.Range{Start: p.Head.Start, End: p.Body.End}
}

// literals is how many bytes of the mail stay in the recipe.
func (b *builder) literals() int64 {
	n := b.whole.Len()
	for i := range b.refs {
		n -= b.refs[i].at.Len()
	}
	return n
}

// walk gives the steps in order: literal bytes, and references.
func (b *builder) walk(literal func(at entity.Range), refer func(*step)) {
	pos := b.whole.Start
	for i := range b.refs {
		r := &b.refs[i]
		if pos < r.at.Start {
			literal(entity.Range{Start: pos, End: r.at.Start})
		}
		refer(&r.step)
		pos = r.at.End
	}
	if pos < b.whole.End {
		literal(entity.Range{Start: pos, End: b.whole.End})
	}
}

// appendSteps appends the steps; mail is the whole of the message.
func (b *builder) appendSteps(buf, mail []byte) []byte {
	b.walk(func(at entity.Range) {
		buf = append(appendLiteral(buf, at), mail[at.Start-b.whole.Start:at.End-b.whole.Start]...)
	}, func(s *step) { buf = b.appendStep(buf, s) })
	return buf
}

// steps is the recipe with literal bytes that stay in the source.
func (b *builder) steps(src *source, head []byte) *segments {
	s := &segments{src: src}
	s.add(segment{bytes: head})
	b.walk(func(at entity.Range) {
		s.extend(func(buf []byte) []byte { return appendLiteral(buf, at) })
		s.add(segment{at: at})
	}, func(r *step) { s.extend(func(buf []byte) []byte { return b.appendStep(buf, r) }) })
	return s
}

// appendLiteral appends the begin of a literal step, without the bytes.
func appendLiteral(b []byte, at entity.Range) []byte {
	return binary.AppendUvarint(append(b, opLiteral), uint64(at.Len()))
}

func (b *builder) appendStep(buf []byte, s *step) []byte {
	buf = s.append(buf)
	if s.op == opWrapped {
		buf = append(buf, b.wrapped...)
	}
	return buf
}

func (s *step) append(b []byte) []byte {
	b = append(b, s.op)
	b = binary.AppendUvarint(b, uint64(s.index))
	b = appendLayout(b, s.layout)
	b = binary.AppendUvarint(b, uint64(s.length))
	if s.op == opAttachment || s.op == opWrapped {
		b = binary.AppendUvarint(b, uint64(s.skip))
	}
	return b
}

// Bits of a layout.
const (
	layoutBase64 = 1
	layoutLF     = 2
	layoutFinal  = 4
)

func appendLayout(b []byte, l entity.Layout) []byte {
	if l.Encoding != entity.Base64 {
		return append(b, 0)
	}
	flags := byte(layoutBase64)
	if l.LF {
		flags |= layoutLF
	}
	if l.Final {
		flags |= layoutFinal
	}
	return binary.AppendUvarint(append(b, flags), uint64(l.Line))
}
