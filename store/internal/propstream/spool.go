package propstream

import (
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
)

// A content is what a stream reads.
type content interface {
	// ReadAt is that of io.ReaderAt, but for one caller at a time.
	ReadAt(b []byte, off int64) (int, error)
	Size() int64
}

// A spool holds bytes in memory while they are few, then in a temporary file.
// Once it has been shared it is not written to any more.
type spool struct {
	dir    string // where the file will be
	memory int64  // how much stays in memory

	mem  []byte
	file *tempFile // holds everything when not nil
	size int64
}

// A tempFile is removed when nobody refers to it any more.
type tempFile struct{ *os.File }

func createTemp(dir string) (*tempFile, error) {
	f, err := os.CreateTemp(dir, "okapi-stream-*")
	if err != nil {
		return nil, err
	}
	t := &tempFile{f}
	if os.Remove(f.Name()) == nil {
		return t, nil // an open file without a name: a crash leaves nothing behind
	}
	runtime.AddCleanup(t, func(f *os.File) {
		f.Close()
		os.Remove(f.Name())
	}, f)
	return t, nil
}

func (s *spool) Size() int64 { return s.size }

// ReadAt implements io.ReaderAt.
func (s *spool) ReadAt(b []byte, off int64) (int, error) {
	if off >= s.size {
		return 0, io.EOF
	}
	want := b[:min(int64(len(b)), s.size-off)]
	if s.file == nil {
		copy(want, s.mem[off:])
	} else if n, err := s.file.ReadAt(want, off); n < len(want) {
		return n, err
	}
	if len(want) < len(b) {
		return len(want), io.EOF
	}
	return len(want), nil
}

// WriteAt writes b, filling a gap before it with zeros.
func (s *spool) WriteAt(b []byte, off int64) error {
	if len(b) == 0 {
		return nil
	}
	end := off + int64(len(b))
	if end > s.size {
		if err := s.Truncate(end); err != nil {
			return err
		}
	}
	if s.file != nil {
		_, err := s.file.WriteAt(b, off)
		return err
	}
	copy(s.mem[off:], b)
	return nil
}

// Truncate makes the spool shorter, or longer with zeros.
func (s *spool) Truncate(size int64) error {
	if s.file == nil && size > s.memory {
		if err := s.toFile(); err != nil {
			return err
		}
	}
	switch {
	case s.file != nil:
		if err := s.file.Truncate(size); err != nil {
			return err
		}
	case size <= s.size:
		s.mem = s.mem[:size]
	default:
		s.mem = slices.Grow(s.mem, int(size-s.size))[:size]
		clear(s.mem[s.size:])
	}
	s.size = size
	return nil
}

func (s *spool) toFile() error {
	f, err := createTemp(s.dir)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(s.mem, 0); err != nil {
		f.Close()
		return err
	}
	s.file, s.mem = f, nil
	return nil
}

// Write appends, so that a spool can be the target of io.Copy.
func (s *spool) Write(b []byte) (int, error) {
	if err := s.WriteAt(b, s.size); err != nil {
		return 0, err
	}
	return len(b), nil
}

// fill appends all of r.
func (s *spool) fill(r io.Reader) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{s}, struct{ io.Reader }{r}, make([]byte, 64<<10))
	return err
}

// reader reads a spool that is not written to any more.
func (s *spool) reader() io.ReadCloser {
	return spoolReader{io.NewSectionReader(s, 0, s.size)}
}

type spoolReader struct{ *io.SectionReader }

func (spoolReader) Close() error { return nil }

// A spooled is a spool that is not written to any more, as a value.
type spooled struct{ *spool }

func (v spooled) Open() (io.ReadCloser, error) { return v.reader(), nil }

var _ mapi.Stream = spooled{}
