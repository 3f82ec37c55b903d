// Package propstream reads and writes one property of an object as a stream of
// bytes (MS-OXCPRPT 2.2.14 to 2.2.22, the client's IStream).
//
// What is written shows at once in the object, as a [mapi.Stream]; Commit and
// Close replace it by a plain value when it is small. Whether it lasts is the
// object's matter: for messages, their save. Up to a bound the bytes are in
// memory, above it in a temporary file, which lives as long as a value refers
// to it.
//
// Policies where the specifications leave a choice: creating implies modifying;
// a property that was deleted after it was written to comes back with the
// commit; of two streams opened independently each has bytes of its own, and
// the one that commits last wins. Regions cannot be locked.
package propstream

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/okapi-mail/okapi/mapi"
)

// Codes of structured storage, which streams report beside those of MAPI.
const (
	ErrAccessDenied     mapi.Code = 0x80030005 // STG_E_ACCESSDENIED: written to a stream opened for reading
	ErrSeek             mapi.Code = 0x80030019 // STG_E_SEEKERROR: position out of range
	ErrInvalidParameter mapi.Code = 0x80030057 // STG_E_INVALIDPARAMETER: unknown origin
)

// An Object is what has the property.
type Object interface {
	mapi.Getter
	mapi.Setter
}

// A Mode says what the stream is opened for.
type Mode uint8

const (
	ReadOnly Mode = 0
	Modify   Mode = 1 << iota // the property must exist
	Create                    // modify; the property is made empty first, whether or not it exists
)

// Options tune a stream. The zero value and nil mean the defaults.
type Options struct {
	MaxSize  int64  // bytes that the stream may grow to. Default: 2 GiB
	Memory   int64  // bytes kept in memory before a file is made. Default: 1 MiB
	TempDir  string // for the file. Default: os.TempDir
	ReadOnly bool   // the object was opened for reading

	// UTF16 shows string properties as UTF-16LE without a terminator, as
	// clients with wide characters see them. Default: UTF-8.
	UTF16 bool
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxSize <= 0 {
		d.MaxSize = 1 << 31
	}
	if d.Memory <= 0 {
		d.Memory = 1 << 20
	}
	return d
}

// A Stream has a position in the bytes of a property. It implements io.Reader,
// io.ReaderAt, io.Writer, io.WriterAt, io.Seeker and io.Closer. It is used by
// the goroutine that uses the object, but for ReadAt. Errors are *mapi.Error,
// and io.EOF at the end.
type Stream struct {
	body   *body
	write  bool
	pos    int64
	closed bool
}

// Open opens the property p of obj, of type PtypBinary, PtypString, PtypString8
// or PtypObject. It reports [mapi.ErrNotFound] when p is absent and mode is not
// Create, [mapi.ErrNoSupport] for other types, and [mapi.ErrNoAccess] when obj
// is opened for reading and mode is not ReadOnly.
func Open(obj Object, p mapi.Prop, mode Mode, opts *Options) (*Stream, error) {
	b := &body{obj: obj, prop: p, opts: opts.withDefaults(), handles: 1}
	b.utf16 = b.opts.UTF16 && p.Type.IsString()
	if err := b.do(func() error { return b.open(mode) }); err != nil {
		return nil, b.fail("Open", err)
	}
	return &Stream{body: b, write: mode != ReadOnly}, nil
}

func (b *body) open(mode Mode) error {
	switch b.prop.Type {
	case mapi.PtypBinary, mapi.PtypString, mapi.PtypString8, mapi.PtypObject:
	default:
		return fmt.Errorf("%w: a %v is no stream", mapi.ErrNoSupport, b.prop.Type)
	}
	if mode != ReadOnly && b.opts.ReadOnly {
		return mapi.ErrNoAccess
	}
	if mode&Create != 0 {
		b.content, b.own = b.empty(), true
		return b.setSize(0)
	}
	v := b.obj.Get(b.prop)
	if v == nil {
		return mapi.ErrNotFound
	}
	return b.load(v)
}

func (b *body) fail(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &mapi.Error{Op: "store.Stream." + op, Code: mapi.CodeOf(err), Prop: b.prop, Err: err}
}

// do runs fn on the body, which the stream must be allowed to.
func (s *Stream) do(op string, write bool, fn func(*body) error) error {
	return s.body.fail(op, s.body.do(func() error {
		switch {
		case s.closed:
			return fs.ErrClosed
		case write && !s.write:
			return ErrAccessDenied
		}
		return fn(s.body)
	}))
}

// Size is the number of bytes, 0 after Close.
func (s *Stream) Size() (size int64) {
	_ = s.do("Size", false, func(b *body) error {
		size = b.content.Size()
		return nil
	})
	return size
}

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (n int, err error) {
	if n, err = s.ReadAt(p, s.pos); n > 0 && err == io.EOF {
		err = nil
	}
	s.pos += int64(n)
	return n, err
}

// ReadAt implements io.ReaderAt.
func (s *Stream) ReadAt(p []byte, off int64) (n int, err error) {
	err = s.do("ReadAt", false, func(b *body) (err error) {
		if off < 0 {
			return ErrSeek
		}
		if len(p) > 0 {
			n, err = b.content.ReadAt(p, off)
		}
		return err
	})
	return n, err
}

// Write implements io.Writer. All is written or, when the stream would become
// too big, nothing.
func (s *Stream) Write(p []byte) (int, error) {
	n, err := s.WriteAt(p, s.pos)
	s.pos += int64(n)
	return n, err
}

// WriteAt implements io.WriterAt. A gap between the end and off becomes zeros.
func (s *Stream) WriteAt(p []byte, off int64) (int, error) {
	err := s.do("WriteAt", true, func(b *body) error {
		if off < 0 {
			return ErrSeek
		}
		return b.writeAt(p, off)
	})
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// SetSize cuts the bytes off or adds zeros. The position stays.
func (s *Stream) SetSize(size int64) error {
	return s.do("SetSize", true, func(b *body) error {
		if size < 0 {
			return ErrInvalidParameter
		}
		return b.setSize(size)
	})
}

// maxSeek is the last position that a client may ask for (MS-OXCPRPT 3.2.5.15),
// unless the property is longer.
const maxSeek = 1 << 31

// Seek implements io.Seeker. Seeking beyond the end of a stream open for
// modifying adds zeros up to there.
func (s *Stream) Seek(offset int64, whence int) (int64, error) {
	err := s.do("Seek", false, func(b *body) error {
		size := b.content.Size()
		switch whence {
		case io.SeekStart:
		case io.SeekCurrent:
			offset += s.pos
		case io.SeekEnd:
			offset += size
		default:
			return fmt.Errorf("%w: origin %d", ErrInvalidParameter, whence)
		}
		if offset < 0 || offset > max(maxSeek, size) {
			return fmt.Errorf("%w: position %d", ErrSeek, offset)
		}
		if offset > size && s.write {
			if err := b.setSize(offset); err != nil {
				return err
			}
		}
		s.pos = offset
		return nil
	})
	if err != nil {
		return 0, err
	}
	return s.pos, nil
}

// CopyTo copies up to n bytes, all when n is negative, from the position to w,
// which may be another stream. It returns what was read and what was written;
// that the stream ends earlier is no error.
func (s *Stream) CopyTo(w io.Writer, n int64) (read, written int64, err error) {
	var from content
	err = s.do("CopyTo", false, func(b *body) (err error) {
		from, err = b.stable(w)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	left := max(0, from.Size()-s.pos)
	if n >= 0 {
		left = min(left, n)
	}
	for buf := make([]byte, min(left, 64<<10)); left > 0; {
		piece := buf[:min(left, int64(len(buf)))]
		err := s.do("CopyTo", false, func(*body) error {
			if n, err := from.ReadAt(piece, s.pos); n < len(piece) {
				return fmt.Errorf("%w: stream is shorter than it said: %w", mapi.ErrCorruptData, err)
			}
			return nil
		})
		if err != nil {
			return read, written, err
		}
		s.pos += int64(len(piece))
		read += int64(len(piece))
		left -= int64(len(piece))
		m, err := w.Write(piece)
		written += int64(m)
		if err != nil {
			return read, written, err
		}
	}
	return read, written, nil
}

// stable returns the content to copy from, as it is now when w writes to it.
func (b *body) stable(w io.Writer) (content, error) {
	if to, ok := w.(*Stream); !ok || to.body != b || !to.write {
		return b.content, nil
	}
	if err := b.writable(b.content.Size()); err != nil {
		return nil, err
	}
	return b.freeze(), nil
}

// Clone returns a second stream on the same bytes, with a position of its own
// that begins at the present one. Both must be closed.
func (s *Stream) Clone() (*Stream, error) {
	err := s.do("Clone", false, func(b *body) error {
		b.handles++
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &Stream{body: s.body, write: s.write, pos: s.pos}, nil
}

// Commit gives the property its value.
func (s *Stream) Commit() error {
	return s.do("Commit", false, func(b *body) error {
		if !s.write {
			return nil
		}
		return b.commit()
	})
}

// Close commits and ends the stream. Closing twice is no error.
func (s *Stream) Close() error {
	if s.closed {
		return nil
	}
	err := s.Commit()
	s.closed = true
	return s.body.fail("Close", firstOf(err, s.body.do(func() error {
		if s.body.handles--; s.body.handles > 0 {
			return nil
		}
		return s.body.closeSource()
	})))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
