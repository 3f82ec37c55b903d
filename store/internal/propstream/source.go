package propstream

import (
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
)

// A source reads a value in place, as long as nobody writes.
type source struct {
	stream mapi.Stream
	r      io.ReadCloser // nil: not open
	at     int64         // where r is
}

func (s *source) Size() int64 { return s.stream.Size() }

// ReadAt reads where the stream allows it; one that can only be read from the
// beginning is opened again to go back.
func (s *source) ReadAt(b []byte, off int64) (int, error) {
	if off >= s.Size() {
		return 0, io.EOF
	}
	if s.r == nil {
		r, err := s.stream.Open()
		if err != nil {
			return 0, err
		}
		s.r, s.at = r, 0
	}
	if r, ok := s.r.(io.ReaderAt); ok {
		return r.ReadAt(b, off)
	}
	if err := s.move(off); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, b)
	s.at += int64(n)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

func (s *source) move(off int64) error {
	if off == s.at {
		return nil
	}
	if r, ok := s.r.(io.Seeker); ok {
		if _, err := r.Seek(off, io.SeekStart); err != nil {
			return err
		}
		s.at = off
		return nil
	}
	if off < s.at {
		if err := s.Close(); err != nil {
			return err
		}
		r, err := s.stream.Open()
		if err != nil {
			return err
		}
		s.r, s.at = r, 0
	}
	n, err := io.CopyN(io.Discard, s.r, off-s.at)
	s.at += n
	if err == io.EOF {
		return fmt.Errorf("%w: stream is shorter than it said", mapi.ErrCorruptData)
	}
	return err
}

func (s *source) Close() error {
	if s.r == nil {
		return nil
	}
	r := s.r
	s.r = nil
	return r.Close()
}
