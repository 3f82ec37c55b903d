package rfc822

import (
	"io"
	"unsafe"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/internal/spool"
)

// A source is the bytes of a mail: entity.Bytes, or a file.
type source struct {
	ra    io.ReaderAt
	size  int64
	spool *spool.File // the temporary file, if there is one
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
	head, file, size, err := spool.Read(r, limit, dir)
	if err != nil {
		return nil, err
	}
	if file != nil {
		return &source{ra: file, size: size, spool: file}, nil
	}
	return &source{ra: entity.Bytes(head), size: size}, nil
}

// Release gives back at once the temporary file that [Decode] may have made for
// msg. Streams of msg, and of other messages that hold some of its values, report
// os.ErrClosed from then on. Without Release the file goes when the garbage
// collector finds that nothing refers to it. For messages without a file Release
// does nothing.
func Release(msg *mapi.Message) {
	spool.Release(msg)
}
