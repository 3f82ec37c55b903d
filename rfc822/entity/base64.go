package entity

import (
	"encoding/base64"
	"encoding/binary"
	"io"
	"sync"
)

// Classes of bytes in base64 text beside the 64 digits.
const (
	b64Junk   = 64
	b64Pad    = 65
	b64CR     = 66
	b64LF     = 67
	b64Blank  = 68
	b64Digits = 64 // classes below are digits
)

// base64Value has the class of each byte; for a digit, its value.
var base64Value = [256]byte{
	64, 64, 64, 64, 64, 64, 64, 64, 64, 68, 67, 64, 64, 66, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	68, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 65, 64, 64,
	64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
	64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64}

// A base64Decoder decodes base64 and watches whether the text is laid out so
// regularly that it can be made again from the content. The decoders of the
// standard library are the limit of mail parsing: they copy line ends out first.
type base64Decoder struct {
	acc uint32 // digits of an unfinished group
	n   int    // how many

	seen    int64 // bytes of text
	digits  int64
	damaged bool // there was something that is no code

	// Of the layout.
	col    int   // characters in this line
	line   int   // characters in the first line, once it has ended
	lf     bool  // the first line ended with LF alone
	cr     bool  // the last byte was a CR
	pads   int   // padding still missing
	ended  bool  // padding, a short line or a blank one was seen
	end    int64 // of the regular text, once ended
	final  bool  // the last regular line has a line end
	broken bool  // not regular
}

// base64Places has the classes of a byte in each of the four places of a group: the
// bits of a digit where they belong, or notDigit.
var base64Places = sync.OnceValue(func() *[4][256]uint32 {
	var t [4][256]uint32
	for c, v := range base64Value {
		for place := range t {
			t[place][c] = uint32(v) << (18 - 6*place)
			if v >= b64Digits {
				t[place][c] = notDigit
			}
		}
	}
	return &t
})

const notDigit = 1 << 31

// code implements coder; it always takes all of src.
func (d *base64Decoder) code(dst, src []byte, eof bool) (nDst, nSrc int) {
	places := base64Places()
	start := d.seen
	i, n := 0, 0
	for i < len(src) {
		if d.n == 0 {
			g := decodeGroups(dst[n:], src[i:], places)
			if g > 0 {
				i += 4 * g
				n += 3 * g
				d.data(4 * g)
			}
			if d.usualEnd(src[i:]) {
				d.col = 0
				i += 2
				continue
			}
			if i == len(src) {
				break
			}
		}
		c := src[i]
		i++
		d.seen = start + int64(i)
		if v := base64Value[c]; v < b64Digits {
			d.data(1)
			d.acc, d.n = d.acc<<6|uint32(v), d.n+1
			if d.n == 4 {
				dst[n], dst[n+1], dst[n+2] = byte(d.acc>>16), byte(d.acc>>8), byte(d.acc)
				n += 3
				d.n = 0
			}
		} else {
			n += d.other(dst[n:], v)
		}
	}
	d.seen = start + int64(len(src))
	if eof {
		n += d.flush(dst[n:])
	}
	return n, len(src)
}

// usualEnd reports whether src goes on with CRLF where a line as long as the first one
// ends: nothing but the column changes then, as newline would find out.
func (d *base64Decoder) usualEnd(src []byte) bool {
	return len(src) >= 2 && src[0] == '\r' && src[1] == '\n' &&
		d.col == d.line && d.line > 0 && !d.lf && !d.cr && !d.ended
}

// decodeGroups decodes groups of four digits until it meets something else, and
// returns how many.
func decodeGroups(dst, src []byte, places *[4][256]uint32) int {
	g := 0
	for len(src) >= 8 && len(dst) >= 8 {
		a := places[0][src[0]] | places[1][src[1]] | places[2][src[2]] | places[3][src[3]]
		b := places[0][src[4]] | places[1][src[5]] | places[2][src[6]] | places[3][src[7]]
		if (a|b)&notDigit != 0 {
			break
		}
		binary.BigEndian.PutUint64(dst, uint64(a)<<40|uint64(b)<<16)
		src, dst = src[8:], dst[6:]
		g += 2
	}
	for len(src) >= 4 && len(dst) >= 3 {
		a := places[0][src[0]] | places[1][src[1]] | places[2][src[2]] | places[3][src[3]]
		if a&notDigit != 0 {
			break
		}
		dst[0], dst[1], dst[2] = byte(a>>16), byte(a>>8), byte(a)
		src, dst = src[4:], dst[3:]
		g++
	}
	return g
}

// data notes n digits.
func (d *base64Decoder) data(n int) {
	if d.ended || d.cr {
		d.broken = true
	}
	d.col += n
	d.digits += int64(n)
}

// other takes a byte that is no digit.
func (d *base64Decoder) other(dst []byte, class byte) int {
	switch class {
	case b64Pad:
		return d.pad(dst)
	case b64CR:
		if d.cr && (!d.ended || d.end < 0) {
			d.broken = true
		}
		d.cr = true
	case b64LF:
		d.newline()
	case b64Blank:
		d.blank()
	default:
		d.damaged, d.broken = true, true
	}
	return 0
}

func (d *base64Decoder) pad(dst []byte) int {
	d.col++
	if d.cr {
		d.broken = true
	}
	if d.n == 0 && d.pads > 0 {
		d.pads--
		if d.end >= 0 { // it stands on another line
			d.broken = true
		}
		return 0
	}
	if d.n < 2 {
		d.damaged, d.broken = true, true
		d.n = 0
		return 0
	}
	if d.ended {
		d.broken = true
	}
	d.pads = 3 - d.n
	if d.acc&paddingBits(d.n) != 0 {
		d.broken = true
	}
	d.ended, d.end = true, -1 // the line goes on to its end
	return d.flush(dst)
}

// paddingBits is which bits of an unfinished group are not content.
func paddingBits(n int) uint32 {
	if n == 2 {
		return 0xF
	}
	return 0x3
}

// flush writes what an unfinished group holds.
func (d *base64Decoder) flush(dst []byte) int {
	n := d.n
	d.n = 0
	switch n {
	case 2:
		dst[0] = byte(d.acc >> 4)
		if d.end >= 0 {
			d.broken = true // no padding
		}
		return 1
	case 3:
		dst[0], dst[1] = byte(d.acc>>10), byte(d.acc>>2)
		if d.end >= 0 {
			d.broken = true
		}
		return 2
	case 1:
		d.damaged, d.broken = true, true
	}
	return 0
}

func (d *base64Decoder) newline() {
	lf := !d.cr
	d.cr = false
	switch {
	case d.ended && d.end >= 0: // blanks after the end
		d.col = 0
		return
	case d.col == 0:
		d.ended, d.end = true, d.seen-1
		if !lf {
			d.end--
		}
		d.final = d.line > 0
		return
	case d.line == 0:
		d.line, d.lf = d.col, lf
	case lf != d.lf || d.col > d.line:
		d.broken = true
	}
	if d.ended || d.col < d.line {
		d.ended, d.end, d.final = true, d.seen, true
	}
	d.col = 0
}

// blank notes a blank: allowed after the end only.
func (d *base64Decoder) blank() {
	if d.ended && d.end >= 0 && !d.cr {
		return
	}
	if d.col == 0 && !d.cr && !d.ended {
		d.ended, d.end, d.final = true, d.seen-1, d.line > 0
		return
	}
	d.broken = true
}

// layout returns the layout after all was seen.
func (d *base64Decoder) layout() (Layout, int64, bool) {
	if d.broken || d.pads > 0 || d.cr && !(d.ended && d.end >= 0) || d.n > 0 {
		return Layout{}, 0, false
	}
	l := Layout{Encoding: Base64, Line: d.line, LF: d.lf, Final: d.final}
	end := d.end
	if !d.ended || d.end < 0 {
		end = d.seen
		l.Final = d.line > 0 && d.col == 0
		if d.line > 0 && d.col > d.line {
			return Layout{}, 0, false
		}
	}
	chars := (d.digits + 3) / 4 * 4
	if int64(l.Line) >= chars {
		l.Line = 0
	}
	return l, end, d.digits > 0
}

// EncodedSize is the length of the base64 text of size bytes.
func (l Layout) EncodedSize(size int64) int64 {
	if l.Encoding != Base64 {
		return size
	}
	chars := (size + 2) / 3 * 4
	lines := int64(1)
	if l.Line > 0 {
		lines = (chars + int64(l.Line) - 1) / int64(l.Line)
	}
	ends := lines - 1
	if l.Final {
		ends = lines
	}
	if size == 0 {
		ends = 0
	}
	return chars + ends*int64(len(l.eol()))
}

func (l Layout) eol() string {
	if l.LF {
		return "\n"
	}
	return "\r\n"
}

// An Encoder reads a content and gives its text in a [Layout]. It is an
// io.Reader and io.WriterTo.
type Encoder struct {
	src     io.Reader
	layout  Layout
	in, out []byte
	col     int // characters in the line that was begun
	pending []byte
	err     error
}

// NewEncoder returns a reader of the text of src in layout l, which must be
// [Identity] or [Base64].
func NewEncoder(l Layout, src io.Reader) *Encoder {
	return &Encoder{src: src, layout: l}
}

// Reset begins anew with another source and keeps the buffers.
func (e *Encoder) Reset(l Layout, src io.Reader) {
	*e = Encoder{src: src, layout: l, in: e.in, out: e.out}
}

// Read implements io.Reader.
func (e *Encoder) Read(p []byte) (int, error) {
	if e.layout.Encoding != Base64 {
		return e.src.Read(p)
	}
	for len(e.pending) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		e.fill()
	}
	n := copy(p, e.pending)
	e.pending = e.pending[n:]
	return n, nil
}

// WriteTo implements io.WriterTo.
func (e *Encoder) WriteTo(w io.Writer) (int64, error) {
	if e.layout.Encoding != Base64 {
		return io.Copy(w, e.src)
	}
	var total int64
	for {
		if len(e.pending) == 0 {
			if e.err == io.EOF {
				return total, nil
			}
			if e.err != nil {
				return total, e.err
			}
			e.fill()
		}
		n, err := w.Write(e.pending)
		total += int64(n)
		e.pending = nil
		if err != nil {
			return total, err
		}
	}
}

// encodeIn is how much content is encoded at a time: whole groups, and whole
// lines of the usual 76 characters.
const encodeIn = 57 * 512

func (e *Encoder) fill() {
	if e.in == nil {
		e.in = make([]byte, encodeIn)
		e.out = make([]byte, 0, encodeIn/3*4+encodeIn/3*4/64+64)
	}
	n, err := io.ReadFull(e.src, e.in)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	e.err = err
	e.out = e.append(e.out[:0], e.in[:n])
	if err == io.EOF && e.layout.Final && e.col > 0 {
		e.out = append(e.out, e.layout.eol()...)
	}
	e.pending = e.out
}

// append encodes src, which is a multiple of three bytes long unless it is the
// last.
func (e *Encoder) append(out, src []byte) []byte {
	line := e.layout.Line
	if line == 0 {
		e.col += len(src)
		return base64.StdEncoding.AppendEncode(out, src)
	}
	eol := e.layout.eol()
	if line%4 != 0 {
		return e.wrap(out, base64.StdEncoding.AppendEncode(nil, src))
	}
	for len(src) > 0 {
		if e.col == line {
			out = append(out, eol...)
			e.col = 0
		}
		n := min((line-e.col)/4*3, len(src))
		out = base64.StdEncoding.AppendEncode(out, src[:n])
		e.col += (n + 2) / 3 * 4
		src = src[n:]
	}
	return out
}

// wrap breaks text in lines that do not hold whole groups.
func (e *Encoder) wrap(out, text []byte) []byte {
	for len(text) > 0 {
		if e.col == e.layout.Line {
			out = append(out, e.layout.eol()...)
			e.col = 0
		}
		n := min(e.layout.Line-e.col, len(text))
		out = append(out, text[:n]...)
		e.col += n
		text = text[n:]
	}
	return out
}
