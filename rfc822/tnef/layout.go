package tnef

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/okapi-mail/okapi/mapi"
)

// A layout is bytes that are about to be written: small ones in memory, large ones
// as streams that are read then.
type layout struct {
	parts []part
	tail  []byte // behind parts
	size  int64
}

// A part is a piece of a layout.
type part struct {
	kind  partKind
	bytes []byte
	open  func() (io.ReadCloser, error)
	size  int64 // of the stream
}

type partKind uint8

const (
	partBytes partKind = iota
	partStream
	partBegin // of what a checksum is about
	partSum   // the checksum since partBegin
)

// smallBytes is up to how many bytes are copied, not referred to.
const smallBytes = 512

func (l *layout) append(b ...byte) {
	l.tail = append(l.tail, b...)
	l.size += int64(len(b))
}

func (l *layout) uint32(n uint32) {
	l.tail = le.AppendUint32(l.tail, n)
	l.size += 4
}

func (l *layout) uint64(n uint64) {
	l.tail = le.AppendUint64(l.tail, n)
	l.size += 8
}

// pad fills up n bytes to a multiple of four.
func (l *layout) pad(n int64) {
	var zeros [4]byte
	l.append(zeros[:padding(n)]...)
}

// bytes lays out b, which must not change until it is written.
func (l *layout) bytes(b []byte) {
	if len(b) <= smallBytes {
		l.append(b...)
		return
	}
	l.flush()
	l.parts = append(l.parts, part{bytes: b})
	l.size += int64(len(b))
}

func (l *layout) flush() {
	if len(l.tail) > 0 {
		l.parts = append(l.parts, part{bytes: l.tail})
		l.tail = nil
	}
}

// join lays out what another layout has.
func (l *layout) join(other *layout) {
	if len(other.parts) == 0 {
		l.bytes(other.tail)
		return
	}
	l.flush()
	l.parts = append(l.parts, other.parts...)
	l.tail = other.tail
	l.size += other.size
}

// check reports whether the layout still fits into the 32 bits of a size.
func (l *layout) check() error {
	if l.size > math.MaxUint32 {
		return fmt.Errorf("%w: more than 4 GiB", mapi.ErrTooBig)
	}
	return nil
}

// attribute lays out an attribute that is small.
func (l *layout) attribute(level byte, id uint32, data []byte) {
	l.head(level, id, len(data))
	l.append(data...)
	l.append(le.AppendUint16(nil, uint16(sum(data)))...)
}

// attributeOf lays out an attribute whose sum is known when it is written.
func (l *layout) attributeOf(level byte, id uint32, data *layout) error {
	if err := data.check(); err != nil {
		return err
	}
	l.head(level, id, int(data.size))
	l.flush()
	l.parts = append(l.parts, part{kind: partBegin})
	l.join(data)
	l.flush()
	l.parts = append(l.parts, part{kind: partSum})
	l.size += checksumSize
	return nil
}

func (l *layout) head(level byte, id uint32, size int) {
	l.append(level)
	l.uint32(id)
	l.uint32(uint32(size))
}

// binaryLayout is the layout of a binary or an object.
func binaryLayout(v mapi.Value) (*layout, error) {
	l := &layout{}
	switch v := v.(type) {
	case []byte:
		l.bytes(v)
	case mapi.Object:
		l.bytes(v)
	case mapi.Stream:
		l.stream(v.Open, v.Size())
	default:
		return nil, fmt.Errorf("%w: a %T", mapi.ErrUnexpectedType, v)
	}
	return l, nil
}

func (l *layout) stream(open func() (io.ReadCloser, error), size int64) {
	l.flush()
	l.parts = append(l.parts, part{kind: partStream, open: open, size: size})
	l.size += size
}

// textLayout is the layout of a string that is streamed, with its end. It is read once
// to see whether it is ASCII, and stays as it is then if narrow allows; else it is
// UTF-16.
func textLayout(s mapi.Stream, narrow bool) (l *layout, isNarrow bool, err error) {
	r, err := s.Open()
	if err != nil {
		return nil, false, err
	}
	defer r.Close()
	seen := &scanner{r: r}
	n, err := io.Copy(io.Discard, toUTF16(seen))
	if err != nil {
		return nil, false, err
	}
	isNarrow = narrow && !seen.beyond
	open := func() (io.ReadCloser, error) {
		r, err := s.Open()
		if err != nil {
			return nil, err
		}
		if isNarrow {
			return readCloser{&scanner{r: r}, r}, nil
		}
		return readCloser{toUTF16(&scanner{r: r}), r}, nil
	}
	l = &layout{}
	if isNarrow {
		l.stream(open, n/2)
		l.append(0)
	} else {
		l.stream(open, n)
		l.append(0, 0)
	}
	return l, isNarrow, nil
}

func toUTF16(r io.Reader) io.Reader {
	return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder())
}

type readCloser struct {
	io.Reader
	io.Closer
}

// A scanner ends before the first NUL, and sees what is beyond ASCII.
type scanner struct {
	r            io.Reader
	done, beyond bool
}

// Read implements io.Reader.
func (s *scanner) Read(p []byte) (int, error) {
	if s.done {
		return 0, io.EOF
	}
	n, err := s.r.Read(p)
	if i := bytes.IndexByte(p[:n], 0); i >= 0 {
		s.done = true
		n, err = i, io.EOF
	}
	for _, c := range p[:n] {
		s.beyond = s.beyond || c >= utf8.RuneSelf
	}
	return n, err
}

// A writer adds up what it writes.
type writer struct {
	w     *bufio.Writer
	total uint64
	since []uint64 // totals at the begins of what is summed
	buf   []byte
}

// Write implements io.Writer.
func (w *writer) Write(p []byte) (int, error) {
	w.total += sum(p)
	return w.w.Write(p)
}

func (l *layout) writeTo(w *writer) error {
	l.flush()
	for _, p := range l.parts {
		var err error
		switch p.kind {
		case partBytes:
			_, err = w.Write(p.bytes)
		case partStream:
			err = w.copy(p)
		case partBegin:
			w.since = append(w.since, w.total)
		case partSum:
			last := len(w.since) - 1
			_, err = w.Write(le.AppendUint16(nil, uint16(w.total-w.since[last])))
			w.since = w.since[:last]
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copy writes a stream, which must have the size that it said.
func (w *writer) copy(p part) error {
	r, err := p.open()
	if err != nil {
		return err
	}
	defer r.Close()
	if w.buf == nil {
		w.buf = make([]byte, window)
	}
	var n int64
	for {
		m, err := r.Read(w.buf)
		if n += int64(m); n > p.size {
			break
		}
		if _, err := w.Write(w.buf[:m]); err != nil {
			return err
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if n != p.size {
		return fmt.Errorf("%w: stream has not the size that it said, %d", mapi.ErrCorruptData, p.size)
	}
	return nil
}

// readHead reads the first bytes of a binary or an object, as many as it has.
func readHead(v mapi.Value, b []byte) error {
	switch v := v.(type) {
	case mapi.Object:
		copy(b, v)
	case mapi.Stream:
		r, err := v.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		if _, err := io.ReadFull(r, b); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
	}
	return nil
}
