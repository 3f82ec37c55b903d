package propstream

import (
	"errors"
	"fmt"
	"io"
	"sync"

	encodings "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/okapi-mail/okapi/mapi"
)

// A body is what a stream and its clones have in common.
type body struct {
	obj   Object
	prop  mapi.Prop
	opts  Options
	utf16 bool

	mu      sync.Mutex
	handles int
	content content
	own     bool       // content is a spool that nobody else sees
	dirty   bool       // written to since the last commit
	utf8    *spool     // a UTF-16 content as a value, or nil after a write
	show    mapi.Value // to be given to the property, or nil
}

// do runs fn under the lock. The property gets its value outside: the object
// may look at the one that it replaces.
func (b *body) do(fn func() error) error {
	show, err := b.locked(fn)
	if show != nil {
		b.obj.Set(b.prop, show)
	}
	return err
}

func (b *body) locked(fn func() error) (show mapi.Value, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	err = fn()
	show, b.show = b.show, nil
	return show, err
}

// load makes the content from the present value.
func (b *body) load(v mapi.Value) error {
	switch v := v.(type) {
	case []byte:
		b.content = b.shared(v)
	case mapi.Object:
		b.content = b.shared(v)
	case string:
		b.content = b.shared([]byte(v))
	case *live: // of another stream, which may go on writing
		s, err := v.freeze()
		if err != nil {
			return err
		}
		b.content = s
	case spooled:
		b.content = v.spool
	case mapi.Stream:
		b.content = &source{stream: v}
	default:
		return fmt.Errorf("%w: a %T is no stream", mapi.ErrNoSupport, v)
	}
	if !b.utf16 {
		return nil
	}
	return b.toUTF16()
}

func (b *body) empty() *spool { return &spool{dir: b.opts.TempDir, memory: b.opts.Memory} }

func (b *body) shared(mem []byte) *spool {
	s := b.empty()
	s.mem, s.size = mem[:len(mem):len(mem)], int64(len(mem))
	return s
}

// writable makes the content a spool of our own that begins with the first keep
// bytes, and the writing visible through the object.
func (b *body) writable(keep int64) error {
	if !b.own {
		s := b.empty()
		if err := s.fill(b.section(keep)); err != nil {
			return err
		}
		if s.size < min(keep, b.content.Size()) {
			return fmt.Errorf("%w: stream is shorter than it said", mapi.ErrCorruptData)
		}
		err := b.closeSource()
		b.content, b.own = s, true
		if err != nil {
			return err
		}
	}
	b.utf8 = nil
	if !b.dirty {
		b.dirty = true
		b.show = &live{b}
	}
	return nil
}

// section reads the first n bytes.
func (b *body) section(n int64) io.Reader {
	return io.NewSectionReader(b.content, 0, min(n, b.content.Size()))
}

func (b *body) spool() *spool { return b.content.(*spool) }

// freeze returns the bytes as they are now. The next write copies them.
func (b *body) freeze() *spool {
	b.own = false
	return b.spool()
}

func (b *body) closeSource() error {
	if s, ok := b.content.(*source); ok {
		return s.Close()
	}
	return nil
}

func (b *body) setSize(size int64) error {
	if size > b.opts.MaxSize {
		return fmt.Errorf("%w: %d bytes", mapi.ErrTooBig, size)
	}
	if err := b.writable(size); err != nil {
		return err
	}
	return b.spool().Truncate(size)
}

func (b *body) writeAt(p []byte, off int64) error {
	if off > b.opts.MaxSize-int64(len(p)) {
		return fmt.Errorf("%w: %d bytes at %d", mapi.ErrTooBig, len(p), off)
	}
	if err := b.writable(b.content.Size()); err != nil {
		return err
	}
	return b.spool().WriteAt(p, off)
}

// commit gives the property its value.
func (b *body) commit() error {
	if !b.dirty {
		return nil
	}
	s, err := b.value()
	if err != nil {
		return err
	}
	b.dirty = false
	b.show = typed(b.prop.Type, s)
	return nil
}

// value returns the bytes in the form of a value: strings in UTF-8.
func (b *body) value() (*spool, error) {
	if !b.utf16 {
		return b.freeze(), nil
	}
	if b.utf8 != nil {
		return b.utf8, nil
	}
	if b.content.Size()%2 != 0 {
		return nil, fmt.Errorf("%w: %d bytes of UTF-16", mapi.ErrBadCharWidth, b.content.Size())
	}
	s := b.empty()
	if err := s.fill(transform.NewReader(b.section(b.content.Size()), encoding().NewDecoder())); err != nil {
		return nil, err
	}
	b.utf8 = s
	return s, nil
}

func (b *body) toUTF16() error {
	s := b.empty()
	err := s.fill(transform.NewReader(b.section(b.content.Size()), encoding().NewEncoder()))
	err = errors.Join(err, b.closeSource())
	b.content, b.own = s, true
	return err
}

// typed is the spool as a value of type t: a plain one when it is small.
func typed(t mapi.Type, s *spool) mapi.Value {
	if s.file != nil {
		return spooled{s}
	}
	mem := s.mem[:s.size:s.size]
	if mem == nil {
		mem = []byte{} // empty, not absent
	}
	switch {
	case t.IsString():
		return string(mem)
	case t == mapi.PtypObject:
		return mapi.Object(mem)
	}
	return mem
}

// A live value shows what has been written and not yet committed.
type live struct{ body *body }

var _ mapi.Stream = (*live)(nil)

// Size implements mapi.Stream.
func (v *live) Size() int64 {
	v.body.mu.Lock()
	defer v.body.mu.Unlock()
	if v.body.utf16 {
		if s, err := v.body.value(); err == nil {
			return s.size
		} // Open has the error
	}
	return v.body.content.Size()
}

// Open implements mapi.Stream. What is written later does not show.
func (v *live) Open() (io.ReadCloser, error) {
	s, err := v.freeze()
	if err != nil {
		return nil, err
	}
	return s.reader(), nil
}

func (v *live) freeze() (*spool, error) {
	v.body.mu.Lock()
	defer v.body.mu.Unlock()
	return v.body.value()
}

func encoding() encodings.Encoding { return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM) }
