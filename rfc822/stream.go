package rfc822

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"

	"golang.org/x/text/transform"

	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/internal/spool"
)

// A content is a [mapi.Stream] of a part's decoded body. Its size and digest are
// known since the part was decoded once to check it.
type content struct {
	src  *source
	at   entity.Range
	enc  entity.Encoding
	text *entity.Charset // when the content is text that is read as UTF-8
	size int64
	sum  [sha256.Size]byte
}

// Spool implements spool.Holder.
func (c *content) Spool() *spool.File { return c.src.spool }

// Size implements mapi.Stream.
func (c *content) Size() int64 { return c.size }

// Digest implements mapi.Digester.
func (c *content) Digest() ([sha256.Size]byte, bool) { return c.sum, true }

// Open implements mapi.Stream. What is not encoded can also be read at random.
func (c *content) Open() (io.ReadCloser, error) {
	section := io.NewSectionReader(c.src.ra, c.at.Start, c.at.Len())
	plain := c.enc == entity.Identity || c.enc == entity.Unknown
	if plain && c.text == nil {
		return sectionCloser{section}, nil
	}
	var r io.Reader = section
	if !plain {
		r = entity.NewDecoder(c.enc, section)
	}
	if c.text != nil {
		r = textReader(c.text, r)
	}
	return io.NopCloser(r), nil
}

type sectionCloser struct{ *io.SectionReader }

func (sectionCloser) Close() error { return nil }

// textReader reads r in charset c as valid UTF-8 without NUL.
func textReader(c *entity.Charset, r io.Reader) io.Reader {
	if c.Encoding() != nil {
		r = transform.NewReader(r, c.Encoding().NewDecoder())
	}
	return transform.NewReader(r, validText{})
}

// segments is a [mapi.Stream] of pieces: bytes in memory and ranges of a source.
type segments struct {
	src  *source
	list []segment
	size int64
}

// A segment is bytes in memory, or a range of the source when there are none.
type segment struct {
	bytes []byte
	at    entity.Range
}

func (s *segments) add(p segment) {
	n := p.len()
	if n == 0 {
		return
	}
	s.size += n
	if last := len(s.list) - 1; last >= 0 && p.bytes != nil && s.list[last].bytes != nil {
		s.list[last].bytes = append(s.list[last].bytes, p.bytes...)
		return
	}
	s.list = append(s.list, p)
}

// extend lets f append bytes to the last piece in memory, or to a new one.
func (s *segments) extend(f func([]byte) []byte) {
	last := len(s.list) - 1
	if last < 0 || s.list[last].bytes == nil {
		s.add(segment{bytes: f(nil)})
		return
	}
	p := &s.list[last]
	n := len(p.bytes)
	p.bytes = f(p.bytes)
	s.size += int64(len(p.bytes) - n)
}

func (p segment) len() int64 {
	if p.bytes != nil {
		return int64(len(p.bytes))
	}
	return p.at.Len()
}

// Spool implements spool.Holder.
func (s *segments) Spool() *spool.File { return s.src.spool }

// Size implements mapi.Stream.
func (s *segments) Size() int64 { return s.size }

// Open implements mapi.Stream.
func (s *segments) Open() (io.ReadCloser, error) {
	readers := make([]io.Reader, len(s.list))
	for i, p := range s.list {
		if p.bytes != nil {
			readers[i] = bytes.NewReader(p.bytes)
		} else {
			readers[i] = s.src.section(p.at)
		}
	}
	return io.NopCloser(io.MultiReader(readers...)), nil
}

// digested is a segments stream whose digest is known.
type digested struct {
	segments
	sum [sha256.Size]byte
}

// Digest implements mapi.Digester.
func (d *digested) Digest() ([sha256.Size]byte, bool) { return d.sum, true }

// load reads the pieces into memory.
func (s *segments) load() ([]byte, error) {
	if len(s.list) == 1 && s.list[0].bytes != nil {
		return s.list[0].bytes, nil
	}
	b := make([]byte, 0, s.size)
	for _, p := range s.list {
		if p.bytes == nil {
			var err error
			if p.bytes, err = s.src.read(p.at); err != nil {
				return nil, err
			}
		}
		b = append(b, p.bytes...)
	}
	return b, nil
}

// A meter counts and digests what is written to it.
type meter struct {
	hash hash.Hash
	n    int64
}

// Write implements io.Writer.
func (m *meter) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	return m.hash.Write(p)
}
