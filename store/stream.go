package store

import (
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/propstream"
)

// Codes of structured storage, which a [Stream] reports beside those of MAPI.
const (
	ErrStreamAccessDenied     = propstream.ErrAccessDenied     // STG_E_ACCESSDENIED: written to a stream opened for reading
	ErrStreamSeek             = propstream.ErrSeek             // STG_E_SEEKERROR: position out of range
	ErrStreamInvalidParameter = propstream.ErrInvalidParameter // STG_E_INVALIDPARAMETER: unknown origin
)

// StreamOptions say how a property is opened as a stream. nil means for reading.
type StreamOptions struct {
	Write  bool // for changing, too; the property must exist
	Create bool // for changing; the property is made empty first, whether or not it exists

	// UTF16 shows string properties as UTF-16LE without a terminator, as
	// clients with wide characters see them. Default: UTF-8.
	UTF16 bool

	// MaxSize is how many bytes the stream may grow to; writing more reports
	// mapi.ErrTooBig. Default: 2 GiB.
	MaxSize int64

	// Memory is how many written bytes stay in memory; more go to a temporary
	// file in TempDir, which is removed when nobody refers to it any more.
	// Defaults: 1 MiB, os.TempDir.
	Memory  int64
	TempDir string
}

// A Bag is what properties can be read from and written to: a [Message], a
// [mapi.Message], an attachment, a recipient.
type Bag interface {
	mapi.Getter
	mapi.Setter
}

// OpenStream opens a property of a message, an attachment or a recipient as a
// stream of bytes with random access (MS-OXCPRPT 2.2.14). Values of any size are
// read in place, in bounded memory.
//
// What is written shows at once in obj, and nowhere else: it lasts when the
// message is saved. The value that the store keeps is not touched before that.
//
// It reports mapi.ErrNotFound when the property is absent and opts do not ask to
// create it, mapi.ErrNoSupport for types other than PtypBinary, PtypString,
// PtypString8 and PtypObject, and mapi.ErrNoAccess when obj is a message that was
// opened for reading and opts ask for changing.
func OpenStream(obj Bag, p mapi.Prop, opts *StreamOptions) (*Stream, error) {
	if opts == nil {
		opts = &StreamOptions{}
	}
	mode := propstream.ReadOnly
	switch {
	case opts.Create:
		mode = propstream.Create
	case opts.Write:
		mode = propstream.Modify
	}
	m, stored := obj.(*Message)
	s, err := propstream.Open(obj, p, mode, &propstream.Options{ReadOnly: stored && m.readOnly, UTF16: opts.UTF16,
		MaxSize: opts.MaxSize, Memory: opts.Memory, TempDir: opts.TempDir})
	if err != nil {
		return nil, err
	}
	return &Stream{s}, nil
}

// A Stream has a position in the bytes of a property. It implements io.Reader,
// io.ReaderAt, io.Writer, io.WriterAt, io.Seeker and io.Closer. It is used by the
// goroutine that uses the object, but for ReadAt. Errors are *mapi.Error, and
// io.EOF at the end.
type Stream struct{ s *propstream.Stream }

var (
	_ io.ReadWriteSeeker = (*Stream)(nil)
	_ io.ReaderAt        = (*Stream)(nil)
	_ io.WriterAt        = (*Stream)(nil)
)

// Size is the number of bytes, 0 after Close.
func (s *Stream) Size() int64 { return s.s.Size() }

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (int, error) { return s.s.Read(p) }

// ReadAt implements io.ReaderAt. The position stays.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) { return s.s.ReadAt(p, off) }

// Write implements io.Writer. All is written or, when the stream would become too
// big, nothing.
func (s *Stream) Write(p []byte) (int, error) { return s.s.Write(p) }

// WriteAt implements io.WriterAt. A gap between the end and off becomes zeros.
func (s *Stream) WriteAt(p []byte, off int64) (int, error) { return s.s.WriteAt(p, off) }

// Seek implements io.Seeker. Seeking beyond the end of a stream open for changing
// adds zeros up to there (MS-OXCPRPT 3.2.5.15).
func (s *Stream) Seek(offset int64, whence int) (int64, error) { return s.s.Seek(offset, whence) }

// SetSize cuts bytes off or adds zeros. The position stays.
func (s *Stream) SetSize(size int64) error { return s.s.SetSize(size) }

// CopyTo copies up to n bytes, all when n is negative, from the position to w,
// which may be another stream. It returns what was read and what was written; that
// the stream ends earlier is no error.
func (s *Stream) CopyTo(w io.Writer, n int64) (read, written int64, err error) {
	if to, ok := w.(*Stream); ok {
		w = to.s
	}
	return s.s.CopyTo(w, n)
}

// Clone returns a second stream on the same bytes, with a position of its own that
// begins at the present one: what is written through one is read through the
// other. Both must be closed.
func (s *Stream) Clone() (*Stream, error) {
	c, err := s.s.Clone()
	if err != nil {
		return nil, err
	}
	return &Stream{c}, nil
}

// Commit gives the property its value; the stream stays open. A property that was
// deleted meanwhile comes back. Of two streams opened independently on a property
// each has bytes of its own, and the last to commit wins.
func (s *Stream) Commit() error { return s.s.Commit() }

// Close commits and ends the stream. Closing twice is no error.
func (s *Stream) Close() error { return s.s.Close() }
