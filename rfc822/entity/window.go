package entity

import (
	"io"
)

// Bytes is a source in memory. [Parse] reads it without copying.
type Bytes []byte

// ReadAt implements io.ReaderAt.
func (b Bytes) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Slice returns n bytes from off on of src when it is held in memory.
func Slice(src io.ReaderAt, off, n int64) ([]byte, bool) {
	b, ok := src.(Bytes)
	if !ok || off < 0 || n < 0 || off+n > int64(len(b)) {
		return nil, false
	}
	return b[off : off+n : off+n], true
}

// A window shows a piece of a source. For a source in memory it is the source
// itself; otherwise a buffer that moves over it.
type window struct {
	src  io.ReaderAt
	size int64
	mem  []byte
	buf  []byte
	base int64
	err  error
}

const windowSize = 128 << 10

func newWindow(src io.ReaderAt, size int64) window {
	w := window{src: src, size: size}
	if b, ok := src.(Bytes); ok && int64(len(b)) >= size {
		w.mem = b[:size]
	}
	return w
}

// view returns at least n bytes at pos, or all that there are. They are valid
// until the next call.
func (w *window) view(pos int64, n int) []byte {
	if w.mem != nil || w.size == 0 {
		return w.mem[pos:]
	}
	if rest := w.size - pos; int64(n) > rest {
		n = int(rest)
	}
	if off := pos - w.base; off >= 0 && off+int64(n) <= int64(len(w.buf)) {
		return w.buf[off:]
	}
	want := max(n, windowSize)
	if rest := w.size - pos; int64(want) > rest {
		want = int(rest)
	}
	if cap(w.buf) < want {
		w.buf = make([]byte, want)
	}
	w.buf = w.buf[:want]
	got, err := w.src.ReadAt(w.buf, pos)
	if got < want {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		w.err = err
		w.size = pos + int64(got)
	}
	w.buf = w.buf[:got]
	w.base = pos
	return w.buf
}
