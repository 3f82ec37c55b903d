package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
)

// A Stream is a content of the pool as a value of a message. It implements
// [mapi.Stream] and [mapi.Digester] and is safe for concurrent use.
type Stream struct {
	pool    *Pool
	content Content
	snap    func() (driver.Snapshot, error)
}

var (
	_ mapi.Stream   = (*Stream)(nil)
	_ mapi.Digester = (*Stream)(nil)
)

// Stream returns a value that reads content; nothing is read yet. Its readers
// read the snapshots that snap returns and close them; when snap is nil they
// take one of their own.
func (p *Pool) Stream(content Content, snap func() (driver.Snapshot, error)) *Stream {
	if snap == nil {
		snap = func() (driver.Snapshot, error) { return p.db.Snapshot(context.Background()) }
	}
	return &Stream{p, content, snap}
}

// Size implements mapi.Stream.
func (s *Stream) Size() int64 { return s.content.Size }

// Digest implements mapi.Digester.
func (s *Stream) Digest() (sum [32]byte, ok bool) { return s.content.Digest, true }

// Content returns what the stream reads.
func (s *Stream) Content() Content { return s.content }

// Open implements mapi.Stream. The reader is a [*Reader]. It reports
// [mapi.ErrNotFound] when the content has been deleted.
func (s *Stream) Open() (io.ReadCloser, error) {
	r, err := s.NewReader()
	if err != nil {
		return nil, err // not a nil *Reader
	}
	return r, nil
}

// NewReader is Open with the type that it returns.
func (s *Stream) NewReader() (*Reader, error) {
	snap, err := s.snap()
	if err != nil {
		return nil, err
	}
	m, ok, err := s.pool.readMeta(snap, s.content.Digest)
	switch {
	case err != nil:
	case !ok:
		err = fmt.Errorf("content: %w: %v", mapi.ErrNotFound, s.content.Digest)
	case m.size != s.content.Size:
		err = corrupt("%v has %d bytes instead of %d", s.content.Digest, m.size, s.content.Size)
	}
	if err != nil {
		return nil, errors.Join(err, snap.Close())
	}
	return &Reader{pool: s.pool, snap: snap, meta: m, index: -1}, nil
}

// A Reader reads a content, one chunk of at most driver.MaxValue bytes at a
// time. It implements io.Reader, io.ReaderAt, io.Seeker, io.WriterTo and
// io.Closer. Damage is an error that wraps [mapi.ErrCorruptData]; bytes that
// were not written are never returned. It reads the snapshot of the moment at
// which it was opened, so that a deletion does not disturb it. ReadAt may be
// called concurrently.
type Reader struct {
	pool *Pool
	meta meta
	pos  int64

	mu    sync.Mutex
	snap  driver.Snapshot // nil when closed
	index int64           // the chunk read last, or -1
	chunk []byte
}

// Read implements io.Reader.
func (r *Reader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	rest, err := r.at(r.pos)
	n := copy(b, rest)
	r.pos += int64(n)
	return n, err
}

// ReadAt implements io.ReaderAt.
func (r *Reader) ReadAt(b []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, fmt.Errorf("content: %w: offset %d", mapi.ErrInvalidParameter, off)
	}
	for n < len(b) {
		rest, err := r.at(off + int64(n))
		if err != nil {
			return n, err
		}
		n += copy(b[n:], rest)
	}
	return n, nil
}

// at returns the bytes from off to the end of its chunk, or io.EOF.
func (r *Reader) at(off int64) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.snap == nil {
		return nil, fs.ErrClosed
	}
	if off >= r.meta.size {
		return nil, io.EOF
	}
	index := off / r.meta.chunk
	if index != r.index {
		chunk, err := r.pool.readChunk(r.snap, r.meta, index)
		if err != nil {
			return nil, err
		}
		r.index, r.chunk = index, chunk
	}
	return r.chunk[off-index*r.meta.chunk:], nil
}

// Seek implements io.Seeker. A position beyond the end reads as the end.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.meta.size
	default:
		return 0, fmt.Errorf("content: %w: whence %d", mapi.ErrInvalidParameter, whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("content: %w: position %d", mapi.ErrInvalidParameter, offset)
	}
	r.pos = offset
	return offset, nil
}

// WriteTo implements io.WriterTo.
func (r *Reader) WriteTo(w io.Writer) (n int64, err error) {
	for {
		rest, err := r.at(r.pos)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		written, err := w.Write(rest)
		n += int64(written)
		r.pos += int64(written)
		if err != nil {
			return n, err
		}
	}
}

// Size is the number of bytes of the content.
func (r *Reader) Size() int64 { return r.meta.size }

// Close implements io.Closer. Calling it twice is no error.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.snap == nil {
		return nil
	}
	snap := r.snap
	r.snap, r.chunk = nil, nil
	return snap.Close()
}
