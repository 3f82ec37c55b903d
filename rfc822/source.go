package rfc822

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"unsafe"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A source is the bytes of a mail: entity.Bytes, or a file.
type source struct {
	ra    io.ReaderAt
	size  int64
	spool *spool // the temporary file, if there is one
}

func (s *source) section(r entity.Range) io.Reader {
	return io.NewSectionReader(s.ra, r.Start, r.Len())
}

// bytes returns a range that is in memory.
func (s *source) bytes(r entity.Range) ([]byte, bool) {
	return entity.Slice(s.ra, r.Start, r.Len())
}

// read copies a range into memory. The caller knows that it is not large.
func (s *source) read(r entity.Range) ([]byte, error) {
	if b, ok := s.bytes(r); ok {
		return b, nil
	}
	b := make([]byte, r.Len())
	if _, err := s.ra.ReadAt(b, r.Start); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

// text is b, a range of a source in memory, as a string. It is no copy when the
// source is small: the strings of a mail are most of it, and its bytes never
// change.
func (s *source) text(b []byte) string {
	if s.isSmall() {
		return unsafe.String(unsafe.SliceData(b), len(b))
	}
	return string(b)
}

// isSmall reports whether texts may be parts of the source.
func (s *source) isSmall() bool {
	_, ok := s.ra.(entity.Bytes)
	return ok && s.size <= smallSource
}

// smallSource is the size of a mail that its texts may keep in memory.
const smallSource = 16 << 10

// readSource reads r to its end: into memory up to the limit, beyond it into a
// temporary file.
func readSource(r io.Reader, limit int64, dir string) (*source, error) {
	head, err := readUpTo(r, limit+1)
	if err != nil {
		return nil, err
	}
	if int64(len(head)) <= limit {
		return &source{ra: entity.Bytes(head), size: int64(len(head))}, nil
	}
	sp, err := newSpool(dir)
	if err != nil {
		return nil, err
	}
	n, err := sp.fill(head, r)
	if err != nil {
		sp.Close()
		return nil, err
	}
	return &source{ra: sp, size: n, spool: sp}, nil
}

// readUpTo reads at most n bytes. A reader that tells its length is read into
// just enough memory.
func readUpTo(r io.Reader, n int64) ([]byte, error) {
	size := int64(4 << 10)
	if l, ok := r.(interface{ Len() int }); ok {
		size = int64(l.Len()) + 1
	} else if f, ok := r.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
			size = st.Size() + 1
		}
	}
	b := make([]byte, 0, min(max(size, 512), n))
	for int64(len(b)) < n {
		if len(b) == cap(b) {
			grown := make([]byte, len(b), min(int64(2*cap(b)), n))
			copy(grown, b)
			b = grown
		}
		m, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+m]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// A spool is a temporary file that is closed and removed when nothing refers to
// it any more.
type spool struct {
	mu      sync.RWMutex
	file    *tempFile
	cleanup runtime.Cleanup
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "okapi-mail-*")
	if err != nil {
		return nil, err
	}
	// Where the system allows it, the file has no name from now on and cannot
	// outlive the process.
	t := tempFile{File: f, named: os.Remove(f.Name()) != nil}
	s := &spool{file: &t}
	s.cleanup = runtime.AddCleanup(s, tempFile.remove, t)
	return s, nil
}

// A tempFile is a file that is removed when it is closed, unless it has no name
// any more: another file may have got it.
type tempFile struct {
	*os.File
	named bool
}

func (t tempFile) remove() {
	t.File.Close()
	if t.named {
		_ = os.Remove(t.Name())
	}
}

func (s *spool) fill(head []byte, r io.Reader) (int64, error) {
	if _, err := s.file.Write(head); err != nil {
		return 0, err
	}
	n, err := io.Copy(s.file, r)
	return n + int64(len(head)), err
}

// ReadAt implements io.ReaderAt.
func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.file == nil {
		return 0, fmt.Errorf("rfc822: %w: the message was released", os.ErrClosed)
	}
	return s.file.ReadAt(p, off)
}

// Close removes the file. Readers get os.ErrClosed from then on.
func (s *spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	s.cleanup.Stop()
	s.file.remove()
	s.file = nil
	return nil
}

// Release gives back at once the temporary file that [Decode] may have made for
// msg. Streams of msg, and of other messages that hold some of its values, report
// os.ErrClosed from then on. Without Release the file goes when the garbage
// collector finds that nothing refers to it. For messages without a file Release
// does nothing.
func Release(msg *mapi.Message) {
	if msg == nil {
		return
	}
	releaseBag(&msg.Properties)
	for _, a := range msg.Attachments {
		releaseBag(&a.Properties)
		Release(a.Embedded)
	}
}

func releaseBag(bag *mapi.Properties) {
	for _, v := range bag.All() {
		if s, ok := v.(interface{ origin() *source }); ok && s.origin().spool != nil {
			s.origin().spool.Close()
		}
	}
}
