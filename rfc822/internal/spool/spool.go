// Package spool holds what a converter was given to read: in memory while it is
// small, else in a temporary file that the streams of a message refer to.
package spool

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/okapi-mail/okapi/mapi"
)

// Read reads r to its end: into memory up to limit bytes, beyond it into a
// temporary file in dir, where "" means os.TempDir. Either head or f is what was
// read; size is its length.
func Read(r io.Reader, limit int64, dir string) (head []byte, f *File, size int64, err error) {
	head, err = upTo(r, limit+1)
	if err != nil || int64(len(head)) <= limit {
		return head, nil, int64(len(head)), err
	}
	if f, err = newFile(dir); err != nil {
		return nil, nil, 0, err
	}
	if size, err = f.fill(head, r); err != nil {
		f.Close()
		return nil, nil, 0, err
	}
	return nil, f, size, nil
}

// upTo reads at most n bytes. A reader that tells its length is read into just
// enough memory.
func upTo(r io.Reader, n int64) ([]byte, error) {
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

// A File is a temporary file that is closed and removed when nothing refers to it
// any more.
type File struct {
	mu      sync.RWMutex
	file    *tempFile
	cleanup runtime.Cleanup
}

func newFile(dir string) (*File, error) {
	f, err := os.CreateTemp(dir, "okapi-mail-*")
	if err != nil {
		return nil, err
	}
	// Where the system allows it, the file has no name from now on and cannot
	// outlive the process.
	t := tempFile{File: f, named: os.Remove(f.Name()) != nil}
	s := &File{file: &t}
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

func (s *File) fill(head []byte, r io.Reader) (int64, error) {
	if _, err := s.file.Write(head); err != nil {
		return 0, err
	}
	n, err := io.Copy(s.file, r)
	return n + int64(len(head)), err
}

// ReadAt implements io.ReaderAt.
func (s *File) ReadAt(p []byte, off int64) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.file == nil {
		return 0, fmt.Errorf("rfc822: %w: the message was released", os.ErrClosed)
	}
	return s.file.ReadAt(p, off)
}

// Close removes the file. Readers get os.ErrClosed from then on.
func (s *File) Close() error {
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

// A Holder is a stream that may refer to a file.
type Holder interface {
	Spool() *File // nil when there is none
}

// Release closes the files that streams of msg refer to, on all levels.
func Release(msg *mapi.Message) {
	if msg == nil {
		return
	}
	releaseBag(&msg.Properties)
	for _, r := range msg.Recipients {
		releaseBag(&r.Properties)
	}
	for _, a := range msg.Attachments {
		releaseBag(&a.Properties)
		Release(a.Embedded)
	}
}

func releaseBag(bag *mapi.Properties) {
	for _, v := range bag.All() {
		if h, ok := v.(Holder); ok && h.Spool() != nil {
			h.Spool().Close()
		}
	}
}
