package entity

import (
	"bytes"
	"io"
)

// An Encoding is a content transfer encoding (RFC 2045 6).
type Encoding uint8

const (
	Identity Encoding = iota // 7bit, 8bit, binary, or no field
	Base64
	QuotedPrintable
	UUEncode
	Unknown // content stays as it is
)

// String returns the name as MIME writes it.
func (e Encoding) String() string {
	switch e {
	case Identity:
		return "8bit"
	case Base64:
		return "base64"
	case QuotedPrintable:
		return "quoted-printable"
	case UUEncode:
		return "x-uuencode"
	}
	return "unknown"
}

// EncodingOf reads Content-Transfer-Encoding.
func EncodingOf(h *Header) Encoding {
	f := h.Find("Content-Transfer-Encoding")
	if f == nil {
		return Identity
	}
	v := f.Value()
	if i := bytes.IndexAny(v, ";(, "); i > 0 {
		v = v[:i]
	}
	v = bytes.Trim(v, " \t\"'.:")
	switch {
	case equalFold(v, "7bit"), equalFold(v, "8bit"), equalFold(v, "binary"), len(v) == 0,
		equalFold(v, "7-bit"), equalFold(v, "8-bit"):
		return Identity
	case equalFold(v, "base64"):
		return Base64
	case equalFold(v, "quoted-printable"), equalFold(v, "quotedprintable"):
		return QuotedPrintable
	case equalFold(v, "x-uuencode"), equalFold(v, "x-uue"), equalFold(v, "uuencode"), equalFold(v, "x-uuencoded"):
		return UUEncode
	}
	return Unknown
}

// A Layout says how a content was encoded, so exactly that encoding it again
// gives the same bytes.
type Layout struct {
	Encoding Encoding
	Line     int  // Base64: characters in a line; 0: one line
	LF       bool // Base64: lines end with LF alone
	Final    bool // Base64: the last line has a line end too
}

// A coder turns encoded bytes into content, piece by piece. dst must have room
// for len(src)+3 bytes. What it does not take of src it must see again.
type coder interface {
	code(dst, src []byte, eof bool) (nDst, nSrc int)
}

// A Decoder decodes a content. It is an io.Reader and io.WriterTo; the zero value
// is ready for [Decoder.Reset]. It never fails on damage: it leaves out what is
// no code (RFC 2045 6.8) and tells with [Decoder.Damaged].
type Decoder struct {
	src     io.Reader
	enc     Encoding
	b64     base64Decoder
	qp      quotedDecoder
	uu      uuDecoder
	memory  []byte // the source, when it is in memory
	in, out []byte // buffers; in[r:w] is still to be decoded
	r, w    int
	pending []byte // decoded, not yet read
	eof     bool
	err     error
}

const (
	inSize  = 32 << 10
	outSize = inSize + 8
)

// NewDecoder returns a reader of the content that src has encoded with e.
func NewDecoder(e Encoding, src io.Reader) *Decoder {
	d := &Decoder{}
	d.Reset(e, src)
	return d
}

// Reset begins anew with another source and keeps the buffers.
func (d *Decoder) Reset(e Encoding, src io.Reader) {
	*d = Decoder{src: src, enc: e, in: d.in, out: d.out}
}

// ResetBytes is Reset with a source in memory, which is not copied.
func (d *Decoder) ResetBytes(e Encoding, src []byte) {
	*d = Decoder{enc: e, in: d.in, out: d.out}
	if d.passes() {
		d.src = bytes.NewReader(src)
		return
	}
	d.memory = src
}

// Layout returns how the content was encoded, and how many of the encoded bytes,
// from the first, that explains; those after them are blanks. It is known after
// the end was read; ok is false when encoding the content again would give other
// bytes.
func (d *Decoder) Layout() (l Layout, exact int64, ok bool) {
	if d.enc == Base64 {
		return d.b64.layout()
	}
	return Layout{}, 0, false
}

// Damaged reports whether bytes were left out that are no code.
func (d *Decoder) Damaged() bool {
	return d.enc == Base64 && d.b64.damaged || d.enc == QuotedPrintable && d.qp.damaged ||
		d.enc == UUEncode && d.uu.damaged
}

// Read implements io.Reader.
func (d *Decoder) Read(p []byte) (int, error) {
	if d.passes() {
		return d.src.Read(p)
	}
	for len(d.pending) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.pending)
	d.pending = d.pending[n:]
	return n, nil
}

// WriteTo implements io.WriterTo.
func (d *Decoder) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		if d.passes() {
			d.copyPlain()
		} else if len(d.pending) == 0 && d.err == nil {
			d.fill()
		}
		n, err := w.Write(d.pending)
		total += int64(n)
		d.pending = nil
		if err != nil {
			return total, err
		}
		if d.err != nil {
			if d.err == io.EOF {
				return total, nil
			}
			return total, d.err
		}
	}
}

func (d *Decoder) passes() bool { return d.enc == Identity || d.enc == Unknown }

func (d *Decoder) copyPlain() {
	if d.in == nil {
		d.in = make([]byte, inSize)
	}
	n, err := d.src.Read(d.in)
	d.pending, d.err = d.in[:n], err
}

// fill decodes the next piece into pending.
func (d *Decoder) fill() {
	if d.out == nil {
		d.out = make([]byte, outSize)
	}
	if d.src == nil {
		d.fillFromMemory()
		return
	}
	if d.in == nil {
		d.in = make([]byte, inSize)
	}
	if !d.eof {
		d.w = copy(d.in, d.in[d.r:d.w])
		d.r = 0
		n, err := io.ReadFull(d.src, d.in[d.w:])
		d.w += n
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			d.eof = true
		} else if err != nil {
			d.err = err
			return
		}
	}
	nDst, nSrc := d.coder().code(d.out, d.in[d.r:d.w], d.eof)
	d.r += nSrc
	d.pending = d.out[:nDst]
	if d.eof && d.r == d.w {
		d.err = io.EOF
	}
}

func (d *Decoder) fillFromMemory() {
	src := d.memory[:min(len(d.memory), inSize)]
	nDst, nSrc := d.coder().code(d.out, src, len(src) == len(d.memory))
	d.memory = d.memory[nSrc:]
	d.pending = d.out[:nDst]
	if len(d.memory) == 0 {
		d.err = io.EOF
	}
}

func (d *Decoder) coder() coder {
	switch d.enc {
	case Base64:
		return &d.b64
	case QuotedPrintable:
		return &d.qp
	}
	return &d.uu
}

// DecodeBytes decodes a content that is in memory. For encodings that leave the
// bytes as they are the result is src itself. The layout is that of
// [Decoder.Layout].
func DecodeBytes(e Encoding, src []byte) (content []byte, l Layout, exact int64, damaged bool) {
	switch e {
	case Base64:
		var d base64Decoder
		dst := make([]byte, len(src)/4*3+8)
		n, _ := d.code(dst, src, true)
		l, exact, ok := d.layout()
		if !ok {
			exact = 0
		}
		return dst[:n:n], l, exact, d.damaged
	case QuotedPrintable:
		var d quotedDecoder
		dst := make([]byte, len(src)+3)
		n, _ := d.code(dst, src, true)
		return dst[:n:n], Layout{}, 0, d.damaged
	case UUEncode:
		var d uuDecoder
		dst := make([]byte, len(src)+3)
		n, _ := d.code(dst, src, true)
		return dst[:n:n], Layout{}, 0, d.damaged
	}
	return src, Layout{Encoding: Identity}, int64(len(src)), false
}
