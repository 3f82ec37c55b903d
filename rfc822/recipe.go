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
//	version, 1 byte: 1
//	fingerprint of the message, 32 bytes
//	size of the mail
//	count of attachments, and their fingerprints of 32 bytes
//	count of kept header fields, and their hashes of 8 bytes
//	steps to the end
//
// A step is an operation and its arguments: literal bytes, or a reference to the
// bytes of a property, an attachment or an embedded message in a layout. A
// reference stands only where the decoder has seen that it gives the original
// bytes.
func SourceForm() mapi.Prop {
	return mapi.Prop{Set: mapi.PSOkapi, Name: "rfc822.source", Type: mapi.PtypBinary}
}

const recipeVersion = 1

// The operations of a step.
const (
	opLiteral    = 'L' // length, bytes
	opProperty   = 'P' // property code, layout, length
	opAttachment = 'A' // index, layout, length, bytes to skip
	opEmbedded   = 'M' // index, layout, length
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

// A step makes length bytes of a mail.
type step struct {
	op     byte
	index  int // of the attachment, or the property code
	layout entity.Layout
	length int64
	skip   int64
}

// A builder collects the references of a recipe while a message is decoded.
type builder struct {
	whole entity.Range // of the message in the source
	refs  []reference
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
		b.refs = make([]reference, 0, 2)
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

// finish writes the recipe of the message.
func (m *message) finish() {
	fp, err := fingerprint(&m.Message.Properties, m.Message.Recipients, m.Message.Attachments)
	if m.failed(err) {
		return
	}
	b := &m.recipe
	size := 128 + 32*len(fp.attachments) + 8*len(fp.fields) + 32*len(b.refs)
	if _, inMemory := m.src.bytes(b.whole); inMemory {
		size += int(b.literals())
	}
	head := make([]byte, 0, size)
	head = append(head, recipeVersion)
	head = append(head, fp.sum[:]...)
	head = binary.AppendUvarint(head, uint64(b.whole.Len()))
	head = binary.AppendUvarint(head, uint64(len(fp.attachments)))
	for i := range fp.attachments {
		head = append(head, fp.attachments[i][:]...)
	}
	head = binary.AppendUvarint(head, uint64(len(fp.fields)))
	for _, h := range fp.fields {
		head = binary.LittleEndian.AppendUint64(head, h)
	}
	m.setRecipe(b.steps(m.src, head))
}

// literals is about how many bytes of the mail stay in the recipe.
func (b *builder) literals() int64 {
	n := b.whole.Len()
	for _, r := range b.refs {
		n -= r.at.Len()
	}
	return max(n, 0)
}

// steps writes the steps behind head.
func (b *builder) steps(src *source, head []byte) *segments {
	s := &segments{src: src}
	s.add(segment{bytes: head})
	slices.SortStableFunc(b.refs, func(x, y reference) int { return cmp.Compare(x.at.Start, y.at.Start) })
	pos := b.whole.Start
	for i := range b.refs {
		r := &b.refs[i]
		if r.at.Start < pos || r.at.End > b.whole.End {
			continue // it overlaps another; the bytes are literal then
		}
		literal(s, entity.Range{Start: pos, End: r.at.Start})
		s.extend(r.step.append)
		pos = r.at.End
	}
	literal(s, entity.Range{Start: pos, End: b.whole.End})
	return s
}

func literal(s *segments, at entity.Range) {
	if at.Len() == 0 {
		return
	}
	s.extend(func(b []byte) []byte { return binary.AppendUvarint(append(b, opLiteral), uint64(at.Len())) })
	if b, ok := s.src.bytes(at); ok {
		s.add(segment{bytes: b})
		return
	}
	s.add(segment{at: at})
}

// setRecipe keeps a small recipe in memory, and a large one where the source is.
func (m *message) setRecipe(s *segments) {
	const most = 64 << 10
	if _, inMemory := m.src.bytes(m.recipe.whole); inMemory || s.size <= most {
		b, err := s.load()
		if !m.failed(err) {
			m.Set(SourceForm(), b)
		}
		return
	}
	m.Set(SourceForm(), s)
}

func (s *step) append(b []byte) []byte {
	b = append(b, s.op)
	b = binary.AppendUvarint(b, uint64(s.index))
	b = appendLayout(b, s.layout)
	b = binary.AppendUvarint(b, uint64(s.length))
	if s.op == opAttachment {
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
