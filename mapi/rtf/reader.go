package rtf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
)

// A Reader decompresses while it is read. It needs a few KiB, whatever the header
// says.
//
// Damage is [mapi.ErrCorruptData]. It is reported after all that could be
// decompressed: also when only the checksum or the size in the header is wrong, so
// that a lenient caller can keep what it got.
type Reader struct {
	src  io.Reader // limited to the body
	kind uint32
	raw  int64 // size that the header says
	want uint32
	max  int64

	in      [4096]byte
	unread  []byte // part of in
	body    int64  // bytes of the body that did not come yet
	crc     uint32
	srcErr  error
	written int64

	dict    [dictSize]byte
	pos     int // where the next byte goes
	control uint8
	bits    int // unused bits of control
	from    int // rest of a reference
	length  int
	err     error
}

// NewReader reads the header from src. What is longer than max bytes uncompressed ends
// with [mapi.ErrTooBig]; 0 means no bound. src is read as far as the header says.
func NewReader(src io.Reader, max int64) (*Reader, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(src, h[:]); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("%w: compressed RTF without header", mapi.ErrCorruptData)
		}
		return nil, err
	}
	r := &Reader{
		body: int64(binary.LittleEndian.Uint32(h[0:])) - (headerSize - 4),
		raw:  int64(binary.LittleEndian.Uint32(h[4:])),
		kind: binary.LittleEndian.Uint32(h[8:]),
		want: binary.LittleEndian.Uint32(h[12:]),
		max:  max,
	}
	switch {
	case r.kind != typeLZFu && r.kind != typeMELA:
		return nil, fmt.Errorf("%w: compressed RTF of type %#x", mapi.ErrCorruptData, r.kind)
	case r.body < 0:
		return nil, fmt.Errorf("%w: compressed RTF is smaller than its header", mapi.ErrCorruptData)
	}
	if r.kind == typeMELA {
		r.body = r.raw // QUIRK: writers disagree on what the other size means
	}
	r.src = src
	r.pos = copy(r.dict[:], preset)
	return r, nil
}

// Size is the uncompressed size that the header says. It may lie.
func (r *Reader) Size() int64 { return r.raw }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (n int, err error) {
	for n < len(p) && r.err == nil {
		if r.max > 0 && r.written >= r.max {
			r.err = r.atMax()
			break
		}
		room := p[n:]
		if r.max > 0 {
			room = room[:min(int64(len(room)), r.max-r.written)]
		}
		var got int
		if r.kind == typeMELA {
			got = r.stored(room)
		} else {
			got = r.decompressed(room)
		}
		n += got
		r.written += int64(got)
	}
	if n > 0 {
		return n, nil
	}
	if len(p) == 0 {
		return 0, nil
	}
	return 0, r.err
}

// atMax looks whether there is more than may be.
func (r *Reader) atMax() error {
	var one [1]byte
	var got int
	for got == 0 && r.err == nil {
		if r.kind == typeMELA {
			got = r.stored(one[:])
		} else {
			got = r.decompressed(one[:])
		}
	}
	if got == 0 {
		return r.err
	}
	return fmt.Errorf("%w: RTF is larger than %d bytes", mapi.ErrTooBig, r.max)
}

// fill gets more of the body and reports whether there is any.
func (r *Reader) fill() bool {
	for len(r.unread) == 0 && r.body > 0 && r.srcErr == nil {
		var n int
		n, r.srcErr = r.src.Read(r.in[:min(r.body, int64(len(r.in)))])
		r.unread = r.in[:n]
		r.body -= int64(n)
		r.crc = updateCRC(r.crc, r.unread)
	}
	return len(r.unread) > 0
}

func (r *Reader) next() (byte, bool) {
	if len(r.unread) == 0 && !r.fill() {
		return 0, false
	}
	b := r.unread[0]
	r.unread = r.unread[1:]
	return b, true
}

func (r *Reader) stored(p []byte) int {
	if !r.fill() {
		r.end(0, true)
		return 0
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	return n
}

// decompressed fills p until there is no more.
func (r *Reader) decompressed(p []byte) (n int) {
	for n < len(p) {
		if r.length > 0 {
			p[n] = r.put(r.dict[r.from])
			r.from = (r.from + 1) % dictSize
			r.length--
			n++
			continue
		}
		literal, isLiteral, ok := r.token(int64(n))
		if !ok {
			return n
		}
		if isLiteral {
			p[n] = r.put(literal)
			n++
		}
	}
	return n
}

func (r *Reader) put(b byte) byte {
	r.dict[r.pos] = b
	r.pos = (r.pos + 1) % dictSize
	return b
}

// token reads a literal or begins a reference; n bytes came out since written was
// counted. It is not ok at the end. QUIRK: some
// writers leave the end mark out, so the end of the input is an end too once all is
// there.
func (r *Reader) token(n int64) (literal byte, isLiteral, ok bool) {
	if r.bits == 0 {
		if r.control, ok = r.next(); !ok {
			r.end(n, r.written+n == r.raw)
			return 0, false, false
		}
		r.bits = 8
	}
	isReference := r.control&1 != 0
	r.control >>= 1
	r.bits--
	hi, ok := r.next()
	if !ok {
		r.end(n, r.written+n == r.raw)
		return 0, false, false
	}
	if !isReference {
		return hi, true, true
	}
	lo, ok := r.next()
	if !ok {
		r.end(n, false)
		return 0, false, false
	}
	offset := int(hi)<<4 | int(lo)>>4
	if offset == r.pos { // the end mark
		r.end(n, true)
		return 0, false, false
	}
	r.from, r.length = offset, int(lo&0xF)+minMatch
	return 0, false, true
}

// end sets the error with which reading ends, n bytes after what is counted. The rest
// of the body counts for the checksum.
func (r *Reader) end(n int64, complete bool) {
	for r.unread = nil; r.fill(); r.unread = nil {
	}
	switch {
	case r.srcErr != nil && r.srcErr != io.EOF:
		r.err = r.srcErr
	case !complete || r.body > 0:
		r.err = fmt.Errorf("%w: compressed RTF is cut off", mapi.ErrCorruptData)
	case r.kind == typeLZFu && r.crc != r.want:
		r.err = fmt.Errorf("%w: compressed RTF has another checksum", mapi.ErrCorruptData)
	case r.kind == typeLZFu && r.written+n != r.raw:
		r.err = fmt.Errorf("%w: compressed RTF has another size than it says, %d", mapi.ErrCorruptData, r.raw)
	default:
		r.err = io.EOF
	}
}

// Decompress returns the RTF in b. With an error of [mapi.ErrCorruptData] it returns
// what could be decompressed; max and [mapi.ErrTooBig] are those of [NewReader].
func Decompress(b []byte, max int64) ([]byte, error) {
	r, err := NewReader(bytes.NewReader(b), max)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = out.ReadFrom(r)
	return out.Bytes(), err
}
