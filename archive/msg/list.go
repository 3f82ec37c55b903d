package msg

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/wire"
)

// A list is the list of properties of a storage that is being written (MS-OXMSG 2.4).
// Values that do not fit into its rows go into the storage.
type list struct {
	*encoder
	storage *cfb.Storage
	rows    []byte
}

func newList(e *encoder, s *cfb.Storage, header int) *list {
	return &list{e, s, make([]byte, header, header+64*rowSize)}
}

// end puts the list itself into the storage.
func (l *list) end() { l.storage.Add(propertiesName, cfb.Bytes(l.rows)) }

// row appends a row with a number, or a size and what stands behind it.
func (l *list) row(t mapi.Tag, value, rest uint32) {
	l.rows = le.AppendUint32(l.rows, uint32(t))
	l.rows = le.AppendUint32(l.rows, rowFlags)
	l.rows = le.AppendUint32(l.rows, value)
	l.rows = le.AppendUint32(l.rows, rest)
}

// property writes a property. What has no identity outside its store is left out.
func (l *list) property(p mapi.Prop, v mapi.Value) error {
	if p = mapi.NamedProp(p); p.Set == mapi.PSOkapi {
		return nil
	}
	switch {
	case l.page == nil && p.Type.IsString():
		p.Type = p.Type&^mapi.PtypString8 | mapi.PtypString
	case p.Type.IsString():
		p.Type = p.Type&^mapi.PtypString | mapi.PtypString8
	}
	tag := p.Tag()
	if p.IsNamed() {
		id, err := l.id(p)
		if err != nil {
			return err
		}
		tag = mapi.MakeTag(id, p.Type)
	} else if p.ID == 0 || p.ID >= 0x8000 {
		return nil
	}
	if err := l.value(tag, p, v); err != nil {
		return &mapi.Error{Op: "property", Code: mapi.CodeOf(err), Prop: p, Err: err}
	}
	return nil
}

func (l *list) value(tag mapi.Tag, p mapi.Prop, v mapi.Value) error {
	t := p.Type
	if inRow(t) {
		b, err := wire.AppendValue(make([]byte, 0, 8), t, v, nil)
		if err != nil {
			return err
		}
		b = b[:8]
		l.row(tag, le.Uint32(b), le.Uint32(b[4:]))
		return nil
	}
	switch v := v.(type) {
	case string:
		return l.stream(tag, l.text(tag, v))
	case []string:
		return l.several(tag, len(v), 4, func(i int) cfb.Content { return cfb.Bytes(l.encoding(tag)(v[i])) })
	case [][]byte:
		return l.several(tag, len(v), 8, func(i int) cfb.Content { return cfb.Bytes(v[i]) })
	case []byte:
		return l.stream(tag, cfb.Bytes(v))
	case mapi.ServerID:
		return l.stream(tag, cfb.Bytes(v))
	case mapi.Object:
		return l.object(tag, v, bytes.NewReader(v), int64(len(v)))
	case mapi.Stream:
		return l.large(tag, t, v)
	}
	// Like MS-OXCDATA has it, with 32-bit counts; that of several values is left out.
	b, err := wire.AppendValue(nil, t, v, &wire.Options{Form: wire.Extended, Names: fileNames{encoder: l.encoder}})
	if err != nil {
		return err
	}
	if t.IsMultiple() {
		b = b[4:]
	}
	return l.stream(tag, cfb.Bytes(b))
}

// stream writes a value into a stream of its own. The size of a string counts a
// terminator that is not there.
func (l *list) stream(tag mapi.Tag, c cfb.Content) error {
	size := c.Size()
	switch tag.Type() {
	case mapi.PtypString:
		size += 2
	case mapi.PtypString8:
		size++
	}
	if size >= storageSize {
		return fmt.Errorf("%w: %d bytes", mapi.ErrTooBig, size)
	}
	l.row(tag, uint32(size), 0)
	l.storage.Add(streamName(tag), c)
	return nil
}

// several writes strings, with their terminators, or binaries into streams of their
// own, and the sizes of all into one (MS-OXMSG 2.1.4.2).
func (l *list) several(tag mapi.Tag, n, width int, value func(int) cfb.Content) error {
	sizes := make([]byte, 0, n*width)
	terminator := map[mapi.Type]string{mapi.PtypString: "\x00\x00", mapi.PtypString8: "\x00"}[tag.Type().Base()]
	for i := range n {
		c := value(i)
		if terminator != "" {
			c = cfb.Bytes(append(c.(cfb.Bytes), terminator...))
		}
		if c.Size() > math.MaxUint32 {
			return fmt.Errorf("%w: %d bytes", mapi.ErrTooBig, c.Size())
		}
		sizes = le.AppendUint32(sizes, uint32(c.Size()))
		sizes = append(sizes, make([]byte, width-4)...)
		l.storage.Add(elementName(tag, i), c)
	}
	return l.stream(tag, cfb.Bytes(sizes))
}

// text is the content of a string. That of a large one is made when it is written.
func (l *list) text(tag mapi.Tag, s string) cfb.Content {
	encode := l.encoding(tag)
	if len(s) < 32<<10 {
		return cfb.Bytes(encode(s))
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
	text := &encodedText{open: open, encode: encode}
	text.size, _ = drain(text) // it cannot fail
	return text
}

// encoding is how strings of a property are written, without terminator.
func (l *list) encoding(tag mapi.Tag) func(string) []byte {
	page := l.page
	switch {
	case tag.Type().Base() == mapi.PtypString:
		return func(s string) []byte { return appendUTF16(make([]byte, 0, 2*len(s)+2), s) }
	case tag.ID() == idHTML:
		page = l.html
	}
	return func(s string) []byte { return textBytes(s, page) }
}

// large writes a stream.
func (l *list) large(tag mapi.Tag, t mapi.Type, v mapi.Stream) error {
	switch {
	case t.IsString():
		text := &encodedText{open: v.Open, encode: l.encoding(tag)}
		var err error
		if text.size, err = drain(text); err != nil {
			return err
		}
		return l.stream(tag, text)
	case t != mapi.PtypObject:
		return l.stream(tag, v)
	}
	if o, ok := v.(ole); ok {
		return l.sub(tag, o.storage.Clone())
	}
	r, err := v.Open()
	if err != nil {
		return err
	}
	if at, ok := r.(io.ReaderAt); ok {
		l.open = append(l.open, r)
		return l.object(tag, v, at, v.Size())
	}
	defer r.Close()
	b, err := mapi.ReadValue(mapi.PtypObject, v, l.opts.MemoryLimit)
	if err != nil {
		return err
	}
	return l.object(tag, v, bytes.NewReader(b.(mapi.Object)), v.Size())
}

// object writes what another program made. A sound compound file becomes a storage;
// anything else is kept as bytes, also a .msg file: its named properties would get
// the names of this one.
func (l *list) object(tag mapi.Tag, v mapi.Value, r io.ReaderAt, size int64) error {
	damaged := false
	f, err := cfb.Open(r, size, cfb.Options{Report: func(string, string) { damaged = true }})
	if err == nil {
		var s *cfb.Storage
		if s, err = cfb.CopyOf(f, f.Root); err == nil {
			_, err = cfb.Plan(s, false) // names that cannot be written
		}
		if err == nil && !damaged && !isMessage(f.Root) {
			return l.sub(tag, s)
		}
	}
	if err != nil && mapi.CodeOf(err) == mapi.ErrCallFailed {
		return err
	}
	if b, ok := v.(mapi.Object); ok {
		return l.stream(tag, cfb.Bytes(b))
	}
	return l.stream(tag, v.(mapi.Stream))
}

func (l *list) sub(tag mapi.Tag, s *cfb.Storage) error {
	l.row(tag, storageSize, otherStorage)
	l.storage.AddStorage(streamName(tag), s)
	return nil
}
