package tnef

import (
	"encoding/binary"
	"io"
	"slices"

	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/internal/spool"
)

var le = binary.LittleEndian

// A source is the bytes of a stream: entity.Bytes, or a file.
type source struct {
	ra   io.ReaderAt
	size int64
	file *spool.File // nil when the bytes are in memory
}

func (s *source) section(r entity.Range) *io.SectionReader {
	return io.NewSectionReader(s.ra, r.Start, r.Len())
}

// window is how much of a file is read at once.
const window = 32 << 10

// A cursor reads a range of a source forward.
type cursor struct {
	src      *source
	pos, end int64
	err      error // of reading

	buf   []byte // of a file: the bytes from start on
	start int64
}

func (s *source) cursor(r entity.Range) *cursor { return &cursor{src: s, pos: r.Start, end: r.End} }

func (c *cursor) left() int64 { return c.end - c.pos }

// next returns n bytes, which are valid until the next call, or nil when fewer are
// left. Then it stays where it is.
func (c *cursor) next(n int) []byte {
	if int64(n) > c.left() {
		return nil
	}
	b := c.peek(n)
	if b != nil {
		c.pos += int64(n)
	}
	return b
}

func (c *cursor) peek(n int) []byte {
	if b, ok := entity.Slice(c.src.ra, c.pos, int64(n)); ok {
		return b
	}
	if off := c.pos - c.start; off < 0 || off+int64(n) > int64(len(c.buf)) {
		c.fill(max(n, window))
	}
	off := c.pos - c.start
	if off+int64(n) > int64(len(c.buf)) {
		return nil
	}
	return c.buf[off : off+int64(n) : off+int64(n)]
}

func (c *cursor) fill(n int) {
	n = int(min(int64(n), c.left()))
	c.buf = slices.Grow(c.buf[:0], n)[:n]
	c.start = c.pos
	if m, err := c.src.ra.ReadAt(c.buf, c.pos); m < n {
		c.buf = c.buf[:m]
		if c.err == nil && err != io.EOF {
			c.err = err
		}
	}
}

func (c *cursor) uint32() (uint32, bool) {
	if b := c.next(4); b != nil {
		return le.Uint32(b), true
	}
	return 0, false
}

// skip goes n bytes on, but not beyond the end.
func (c *cursor) skip(n int64) { c.pos = min(c.pos+n, c.end) }

// take is the range of the next n bytes and of their padding to a multiple of four,
// which it skips. ok is false when fewer than n are left; then it is what is left.
func (c *cursor) take(n int64) (r entity.Range, ok bool) {
	ok = n <= c.left()
	n = min(n, c.left())
	r = entity.Range{Start: c.pos, End: c.pos + n}
	c.skip(n + padding(n))
	return r, ok
}

func padding(n int64) int64 { return -n & 3 }

// checksum is the sum of all bytes of a range (MS-OXTNEF 2.1.3.2).
func (s *source) checksum(r entity.Range, buf *[]byte) (uint16, error) {
	if b, ok := entity.Slice(s.ra, r.Start, r.Len()); ok {
		return uint16(sum(b)), nil
	}
	if *buf == nil {
		*buf = make([]byte, window)
	}
	var total uint64
	for r.Start < r.End {
		b := (*buf)[:min(int64(len(*buf)), r.Len())]
		if n, err := s.ra.ReadAt(b, r.Start); n < len(b) {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		total += sum(b)
		r.Start += int64(len(b))
	}
	return uint16(total), nil
}

// sum adds bytes, eight at a time: two sums of four lanes of 16 bits each hold 128
// steps of them without overflow.
func sum(b []byte) (total uint64) {
	const even = 0x00FF00FF00FF00FF
	for len(b) >= 16 {
		n := min(len(b), 128*8) &^ 7
		var lanes, odd uint64
		for i := 0; i < n; i += 8 {
			x := le.Uint64(b[i:])
			lanes += x & even
			odd += x >> 8 & even
		}
		for range 4 {
			total += lanes&0xFFFF + odd&0xFFFF
			lanes >>= 16
			odd >>= 16
		}
		b = b[n:]
	}
	for _, c := range b {
		total += uint64(c)
	}
	return total
}
