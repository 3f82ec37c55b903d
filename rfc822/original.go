package rfc822

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// Source opens the bytes of the mail that msg was decoded from, and tells how
// many they are. ok is false when msg was no mail, or was changed since in
// something that the mail says; then [Encode] generates mail. The caller closes
// the reader.
//
// Nothing large is read for the answer, as long as the streams of msg are
// [mapi.Digester]s, as those of a store are.
func Source(msg *mapi.Message) (r io.ReadCloser, size int64, ok bool) {
	o, err := openOriginal(msg)
	if err != nil || o == nil {
		return nil, 0, false
	}
	return o, o.size, true
}

// An original makes the bytes of a mail from its recipe.
type original struct {
	msg     *mapi.Message
	place   []int // of the attachments that the recipe counts in msg
	size    int64
	body    int64          // where the body begins
	parts   []entity.Range // of those attachments
	changed changes        // since the mail was read
	carrier carrier
	at      int64 // how far it was read by seek

	recipe io.Closer
	steps  *bufio.Reader
	step   io.Reader // what makes the bytes of the present step
	memory []byte    // those bytes, when they are in memory
	left   int64     // of them
	open   io.Closer // what step reads from
	coder  entity.Encoder
	depth  int
}

// openOriginal returns nil without an error when msg has no recipe that holds.
func openOriginal(msg *mapi.Message) (*original, error) {
	o, err := openPieces(msg)
	if o != nil && o.changed.any() {
		o.Close()
		return nil, nil
	}
	return o, err
}

// openPieces opens the recipe of a message that may have been changed. It returns nil
// without an error when there is none.
func openPieces(msg *mapi.Message) (*original, error) {
	if !msg.Has(SourceForm()) {
		return nil, nil
	}
	o, head, err := openRecipe(msg)
	if err != nil {
		return nil, err
	}
	if err := o.compare(head); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// changes are what of a message is not what the mail said.
type changes struct{ header, content, carried bool }

func (c changes) any() bool { return c.header || c.content || c.carried }

// compare finds out what was changed, and where the attachments are now.
func (o *original) compare(before fprint) error {
	now, err := fingerprint(o.msg, before.taken)
	if err != nil {
		return err
	}
	o.changed = changes{
		header:  now.header != before.header || !subset(now.fields, before.fields),
		content: now.content != before.content,
		carried: now.carried != before.carried,
	}
	o.arrange(before.attachments, now.attachments)
	return nil
}

// partOf is where the mail has the part of the attachment that is now at that
// place.
func (o *original) partOf(place int) (entity.Range, bool) {
	for i, p := range o.place {
		if p == place && i < len(o.parts) && o.parts[i].Len() > 0 {
			return o.parts[i], true
		}
	}
	return entity.Range{}, false
}

// seek goes forward to a place in the mail. What is between is not made.
func (o *original) seek(to int64) error {
	if o.step != nil && o.at < to {
		n, err := io.CopyN(io.Discard, o, min(o.left, to-o.at))
		if o.at += n; err != nil {
			return err
		}
		if o.left == 0 {
			o.closeStep()
		}
	}
	for o.at < to {
		s, err := o.readStep()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if s.length > to-o.at {
			if err := o.begin(s); err != nil {
				return err
			}
			n, err := io.CopyN(io.Discard, o, to-o.at)
			o.at += n
			return err
		}
		if err := o.passOver(s); err != nil {
			return err
		}
		o.at += s.length
	}
	return nil
}

// passOver leaves out the bytes that a step has in the recipe.
func (o *original) passOver(s step) error {
	n := int64(0)
	switch s.op {
	case opLiteral:
		n = s.length
	case opWrapped:
		n = s.skip
	}
	_, err := io.CopyN(io.Discard, o.steps, n)
	return err
}

// copyTo writes bytes from where seek has gone to.
func (o *original) copyTo(w io.Writer, n int64) error {
	m, err := io.CopyN(struct{ io.Writer }{w}, o, n)
	o.at += m
	if err == io.EOF {
		err = damagedStep(n - m)
	}
	if o.left == 0 {
		o.closeStep()
	}
	return err
}

// subset reports whether the fields are among those that there were.
func subset(fields, of []uint64) bool {
	for _, f := range fields {
		if !slices.Contains(of, f) {
			return false
		}
	}
	return true
}

// arrange finds out where the attachments that the recipe counts are now.
func (o *original) arrange(before, now [][32]byte) {
	o.place = make([]int, len(before))
	for i := range before {
		o.place[i] = i
		if i >= len(now) || now[i] != before[i] {
			o.place[i] = slices.Index(now, before[i])
		}
	}
}

// maxRecipeCount bounds the counts in a recipe: it may be damaged.
const maxRecipeCount = 1 << 20

// openRecipe reads the head of the recipe.
func openRecipe(msg *mapi.Message) (*original, fprint, error) {
	r, _, err := mapi.OpenValue(msg, SourceForm())
	if err != nil {
		return nil, fprint{}, err
	}
	o := &original{msg: msg, recipe: r, steps: bufio.NewReaderSize(r, 512)}
	head, err := o.head()
	if err != nil {
		o.Close()
		return nil, head, fmt.Errorf("%w: source form: %w", mapi.ErrCorruptData, err)
	}
	return o, head, nil
}

func (o *original) head() (f fprint, err error) {
	version, err := o.steps.ReadByte()
	if err != nil {
		return f, err
	}
	if version != recipeVersion {
		return f, fmt.Errorf("version %d", version)
	}
	t, err := o.steps.ReadByte()
	if err != nil {
		return f, err
	}
	f.taken = taken(t)
	if _, err := io.ReadFull(o.steps, f.header[:]); err != nil {
		return f, err
	}
	if _, err := io.ReadFull(o.steps, f.content[:]); err != nil {
		return f, err
	}
	if f.taken&carried != 0 {
		if err := o.carried(&f); err != nil {
			return f, err
		}
	}
	if o.size, err = o.number(1 << 62); err != nil {
		return f, err
	}
	if o.body, err = o.number(1 << 62); err != nil {
		return f, err
	}
	n, err := o.number(maxRecipeCount)
	if err != nil {
		return f, err
	}
	for range n {
		var sum [32]byte
		if _, err := io.ReadFull(o.steps, sum[:]); err != nil {
			return f, err
		}
		f.attachments = append(f.attachments, sum)
		at, err := o.readRange()
		if err != nil {
			return f, err
		}
		o.parts = append(o.parts, at)
	}
	if n, err = o.number(maxRecipeCount); err != nil {
		return f, err
	}
	for range n {
		var h [8]byte
		if _, err := io.ReadFull(o.steps, h[:]); err != nil {
			return f, err
		}
		f.fields = append(f.fields, binary.LittleEndian.Uint64(h[:]))
	}
	return f, nil
}

// carried reads what the recipe of a mail with a second form has more.
func (o *original) carried(f *fprint) (err error) {
	if _, err = io.ReadFull(o.steps, f.carried[:]); err != nil {
		return err
	}
	kind, err := o.steps.ReadByte()
	if err != nil {
		return err
	}
	o.carrier.kind = carrierKind(kind)
	o.carrier.at, err = o.readRange()
	return err
}

func (o *original) readRange() (at entity.Range, err error) {
	if at.Start, err = o.number(1 << 61); err != nil {
		return at, err
	}
	n, err := o.number(1 << 61)
	at.End = at.Start + n
	return at, err
}

func (o *original) number(most uint64) (int64, error) {
	n, err := binary.ReadUvarint(o.steps)
	if err == nil && n > most {
		err = fmt.Errorf("number %d", n)
	}
	return int64(n), err
}

// Close implements io.Closer.
func (o *original) Close() error {
	o.closeStep()
	return o.recipe.Close()
}

func (o *original) closeStep() {
	if o.open != nil {
		o.open.Close()
		o.open = nil
	}
	o.step, o.memory = nil, nil
}

// Read implements io.Reader.
func (o *original) Read(p []byte) (int, error) {
	for {
		if o.step == nil {
			if err := o.next(); err != nil {
				return 0, err
			}
		}
		if o.left == 0 {
			o.closeStep()
			continue
		}
		n, err := o.step.Read(p[:min(int64(len(p)), o.left)])
		o.left -= int64(n)
		if err == io.EOF && o.left > 0 {
			return n, damagedStep(o.left)
		}
		if n > 0 || err != nil && err != io.EOF {
			return n, err
		}
	}
}

// WriteTo implements io.WriterTo.
func (o *original) WriteTo(w io.Writer) (int64, error) {
	var total int64
	var buf []byte
	for {
		if err := o.next(); err == io.EOF {
			return total, nil
		} else if err != nil {
			return total, err
		}
		var n int64
		var err error
		if o.memory != nil {
			var k int
			k, err = w.Write(o.memory[:min(int64(len(o.memory)), o.left)])
			n = int64(k)
		} else if e, ok := o.step.(*entity.Encoder); ok && o.left > 0 {
			// It ends where the step ends, or the step is damaged.
			n, err = e.WriteTo(w)
		} else {
			if buf == nil {
				buf = make([]byte, min(max(o.left, 512), 32<<10))
			}
			n, err = io.CopyBuffer(struct{ io.Writer }{w}, io.LimitReader(o.step, o.left), buf)
		}
		total += n
		if err == nil && n != o.left {
			err = damagedStep(o.left - n)
		}
		o.closeStep()
		if err != nil {
			return total, err
		}
	}
}

func damagedStep(missing int64) error {
	return fmt.Errorf("%w: source form: %d bytes are missing", mapi.ErrCorruptData, missing)
}

// next opens the next step, and returns io.EOF after the last.
func (o *original) next() error {
	s, err := o.readStep()
	if err != nil {
		return err
	}
	return o.begin(s)
}

// begin opens a step.
func (o *original) begin(s step) (err error) {
	o.left = s.length
	switch s.op {
	case opLiteral:
		o.step = o.steps
	case opProperty:
		p, ok := propCode(s.index).prop()
		if !ok {
			return fmt.Errorf("%w: source form: property %d", mapi.ErrCorruptData, s.index)
		}
		err = o.openValue(o.msg, p, s)
	case opWrapped:
		err = o.openWrapped(s)
	default:
		err = o.openAttachment(s)
	}
	return err
}

func (o *original) openAttachment(s step) error {
	if s.index >= len(o.place) || o.place[s.index] < 0 || o.place[s.index] >= len(o.msg.Attachments) {
		return fmt.Errorf("%w: source form: attachment %d", mapi.ErrCorruptData, s.index)
	}
	a := o.msg.Attachments[o.place[s.index]]
	if s.op == opAttachment {
		return o.openValue(a, mapi.Prop{ID: 0x3701, Type: mapi.PtypBinary}, s)
	}
	if a.Embedded == nil || o.depth >= maxEmbedding {
		return fmt.Errorf("%w: source form: message %d", mapi.ErrCorruptData, s.index)
	}
	// That the fingerprint of the outer message holds says that of the inner.
	inner, head, err := openRecipe(a.Embedded)
	if err != nil {
		return err
	}
	inner.depth = o.depth + 1
	fp, err := fingerprint(&mapi.Message{Attachments: a.Embedded.Attachments}, head.taken&carried)
	if err != nil {
		inner.Close()
		return err
	}
	inner.arrange(head.attachments, fp.attachments)
	o.read(inner, s)
	return nil
}

// maxEmbedding bounds how deep messages are embedded in each other on the way
// out.
const maxEmbedding = 100

func (o *original) openValue(obj mapi.Getter, p mapi.Prop, s step) error {
	switch v := obj.Get(p).(type) {
	case string:
		return o.readMemory(bytesOf(v), s)
	case []byte:
		return o.readMemory(v, s)
	}
	r, _, err := mapi.OpenValue(obj, p)
	if err != nil {
		return err
	}
	if s.skip > 0 {
		if err := skip(r, s.skip); err != nil {
			r.Close()
			return err
		}
	}
	o.read(r, s)
	return nil
}

func (o *original) readMemory(b []byte, s step) error {
	if s.skip > int64(len(b)) {
		return damagedStep(s.length)
	}
	b = b[s.skip:]
	o.read(io.NopCloser(bytes.NewReader(b)), s)
	if s.layout.Encoding != entity.Base64 {
		o.memory = b
	}
	return nil
}

func (o *original) read(r io.ReadCloser, s step) {
	o.open, o.step = r, r
	if s.layout.Encoding == entity.Base64 {
		o.coder.Reset(s.layout, r)
		o.step = &o.coder
	}
}

func skip(r io.Reader, n int64) error {
	if s, ok := r.(io.Seeker); ok {
		_, err := s.Seek(n, io.SeekStart)
		return err
	}
	_, err := io.CopyN(io.Discard, r, n)
	return err
}

func (o *original) readStep() (s step, err error) {
	if s.op, err = o.steps.ReadByte(); err != nil {
		return s, err
	}
	defer func() {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}()
	if s.op == opLiteral {
		s.length, err = o.number(1 << 62)
		return s, err
	}
	if s.op != opProperty && s.op != opAttachment && s.op != opEmbedded && s.op != opWrapped {
		return s, fmt.Errorf("%w: source form: operation %q", mapi.ErrCorruptData, s.op)
	}
	index, err := o.number(maxRecipeCount)
	if err != nil {
		return s, err
	}
	s.index = int(index)
	if s.layout, err = o.readLayout(); err != nil {
		return s, err
	}
	if s.length, err = o.number(1 << 62); err != nil {
		return s, err
	}
	if s.op == opAttachment || s.op == opWrapped {
		s.skip, err = o.number(1 << 62)
	}
	return s, err
}

func (o *original) readLayout() (l entity.Layout, err error) {
	flags, err := o.steps.ReadByte()
	if err != nil || flags&layoutBase64 == 0 {
		return l, err
	}
	line, err := o.number(1 << 31)
	return entity.Layout{
		Encoding: entity.Base64, Line: int(line),
		LF: flags&layoutLF != 0, Final: flags&layoutFinal != 0,
	}, err
}
