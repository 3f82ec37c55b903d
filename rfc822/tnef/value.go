package tnef

import (
	"bytes"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/internal/spool"
)

// fixedSize is how many bytes a value of a type takes, with its padding, or 0 for
// types of variable size and others.
func fixedSize(t mapi.Type) int {
	switch t {
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypErrorCode, mapi.PtypBoolean:
		return 4
	case mapi.PtypFloating64, mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypInteger64, mapi.PtypTime:
		return 8
	case mapi.PtypGuid:
		return 16
	}
	return 0
}

func fixed(t mapi.Type, b []byte) mapi.Value {
	switch t {
	case mapi.PtypInteger16:
		return int16(le.Uint16(b))
	case mapi.PtypInteger32:
		return int32(le.Uint32(b))
	case mapi.PtypFloating32:
		return math.Float32frombits(le.Uint32(b))
	case mapi.PtypFloating64:
		return math.Float64frombits(le.Uint64(b))
	case mapi.PtypCurrency:
		return mapi.Currency(le.Uint64(b))
	case mapi.PtypFloatingTime:
		return mapi.FloatingTime(math.Float64frombits(le.Uint64(b)))
	case mapi.PtypErrorCode:
		return mapi.Code(le.Uint32(b))
	case mapi.PtypBoolean:
		return le.Uint16(b) != 0 // QUIRK: Exchange leaves garbage in the padding
	case mapi.PtypInteger64:
		return int64(le.Uint64(b))
	case mapi.PtypTime:
		return mapi.FromFileTime(le.Uint64(b))
	}
	return mapi.GUID(b)
}

// fixedValues reads a count and that many values of fixed size.
func (l *lister) fixedValues() (v mapi.Value, ok bool) {
	n, ok := l.uint32()
	if !ok {
		return nil, l.truncated()
	}
	base := l.prop.Type.Base()
	size := int64(fixedSize(base))
	there := min(int64(n), l.left()/size)
	if !l.spend(&l.values, l.opts.MaxValues, int(min(there, math.MaxInt32)), l.at, "values") {
		return nil, false
	}
	switch base {
	case mapi.PtypInteger16:
		v = fixedList[int16](l, base, there)
	case mapi.PtypInteger32:
		v = fixedList[int32](l, base, there)
	case mapi.PtypFloating32:
		v = fixedList[float32](l, base, there)
	case mapi.PtypFloating64:
		v = fixedList[float64](l, base, there)
	case mapi.PtypCurrency:
		v = fixedList[mapi.Currency](l, base, there)
	case mapi.PtypFloatingTime:
		v = fixedList[mapi.FloatingTime](l, base, there)
	case mapi.PtypInteger64:
		v = fixedList[int64](l, base, there)
	case mapi.PtypTime:
		v = fixedList[time.Time](l, base, there)
	case mapi.PtypGuid:
		v = fixedList[mapi.GUID](l, base, there)
	}
	if there < int64(n) {
		return v, l.truncated()
	}
	return v, true
}

// fixedList is nil when there are no values: MAPI has no empty lists.
func fixedList[T any](l *lister, base mapi.Type, n int64) mapi.Value {
	var list []T
	for range n {
		b := l.next(fixedSize(base))
		if b == nil {
			break
		}
		list = append(list, fixed(base, b).(T))
	}
	if list == nil {
		return nil
	}
	return list
}

// hold reports whether n bytes of a value can be kept in memory, and counts them.
// A little there is always room for.
func (d *decoder) hold(n, most int64) bool {
	const short, little = 256, 1 << 20
	if n > most || n > short && d.held+n > max(d.opts.MemoryLimit, little) {
		return false
	}
	d.held += n
	return true
}

func (d *decoder) inline(r entity.Range) bool { return d.hold(r.Len(), int64(d.opts.InlineLimit)) }

// read copies a range into memory.
func (d *decoder) read(r entity.Range) []byte {
	b := make([]byte, r.Len())
	if n, err := d.src.ra.ReadAt(b, r.Start); n < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		d.failed(err)
	}
	return b
}

// view is a range as bytes that must not be kept.
func (d *decoder) view(r entity.Range) []byte {
	if b, ok := entity.Slice(d.src.ra, r.Start, r.Len()); ok {
		return b
	}
	return d.read(r)
}

// binary is a range as bytes, or as a stream when it is large.
func (d *decoder) binary(r entity.Range) mapi.Value {
	if d.inline(r) {
		return d.read(r)
	}
	return &content{src: d.src, at: r}
}

func (d *decoder) objectData(r entity.Range) mapi.Value {
	if v, ok := d.binary(r).([]byte); ok {
		return mapi.Object(v)
	}
	return &content{src: d.src, at: r}
}

// text is a range up to its first NUL as a string, or as a stream when it is large.
// The charset nil is UTF-16.
func (d *decoder) text(r entity.Range, cs *entity.Charset) mapi.Value {
	if d.inline(r) {
		return decodeText(cs, d.view(r))
	}
	r.End = d.textEnd(r, cs)
	if d.inline(r) {
		return decodeText(cs, d.view(r))
	}
	t := &text{content: content{src: d.src, at: r}, charset: cs}
	var n counter
	_, err := io.Copy(&n, t.reader())
	d.failed(err)
	t.size = int64(n)
	return t
}

// textEnd is where the first NUL of a range is, or its end.
func (d *decoder) textEnd(r entity.Range, cs *entity.Charset) int64 {
	c := d.src.cursor(r)
	if cs == nil {
		c.end -= r.Len() & 1 // half a character
	}
	for c.left() > 0 {
		begin := c.pos
		b := c.next(int(min(c.left(), window)))
		if b == nil {
			d.failed(c.err)
			break
		}
		if cs != nil {
			if i := bytes.IndexByte(b, 0); i >= 0 {
				return begin + int64(i)
			}
			continue
		}
		for i := 0; i < len(b); i += 2 {
			if b[i] == 0 && b[i+1] == 0 {
				return begin + int64(i)
			}
		}
	}
	return c.pos
}

// decodeText returns text up to its first NUL as UTF-8.
func decodeText(cs *entity.Charset, b []byte) string {
	if cs != nil {
		return cs.Decode(untilNUL(b))
	}
	var narrow strings.Builder // most text is ASCII
	narrow.Grow(len(b) / 2)
	for i := 0; i+1 < len(b); i += 2 {
		if b[i+1] != 0 || b[i] >= utf8.RuneSelf {
			return narrow.String() + decodeWide(b[i:])
		}
		if b[i] == 0 {
			break
		}
		narrow.WriteByte(b[i])
	}
	return narrow.String()
}

func decodeWide(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u := le.Uint16(b[i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// wide decodes a stream of UTF-16 as decodeWide does: each half of a pair without its
// other half is one U+FFFD, and half a unit is nothing. The decoder of x/text makes one
// of two low halves.
type wide struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (wide) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc+1 < len(src) {
		r, size := rune(le.Uint16(src[nSrc:])), 2
		if utf16.IsSurrogate(r) {
			other := utf8.RuneError
			if nSrc+3 < len(src) {
				other = rune(le.Uint16(src[nSrc+2:]))
			} else if !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			if r = utf16.DecodeRune(r, other); r != utf8.RuneError {
				size = 4
			}
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	if nSrc < len(src) && !atEOF {
		return nDst, nSrc, transform.ErrShortSrc
	}
	return nDst, len(src), nil
}

func untilNUL(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}

// A content is a [mapi.Stream] of a range of the source.
type content struct {
	src *source
	at  entity.Range
}

// Size implements mapi.Stream.
func (c *content) Size() int64 { return c.at.Len() }

// Open implements mapi.Stream; access is random.
func (c *content) Open() (io.ReadCloser, error) { return sectionCloser{c.src.section(c.at)}, nil }

// Spool implements spool.Holder.
func (c *content) Spool() *spool.File { return c.src.file }

type sectionCloser struct{ *io.SectionReader }

func (sectionCloser) Close() error { return nil }

// A text is a [mapi.Stream] of a string, read as UTF-8.
type text struct {
	content
	charset *entity.Charset
	size    int64
}

// Size implements mapi.Stream.
func (t *text) Size() int64 { return t.size }

// Open implements mapi.Stream.
func (t *text) Open() (io.ReadCloser, error) { return io.NopCloser(t.reader()), nil }

func (t *text) reader() io.Reader {
	r := io.Reader(t.src.section(t.at))
	switch {
	case t.charset == nil:
		return transform.NewReader(r, wide{})
	case t.charset == entity.UTF8:
		return transform.NewReader(r, runes.ReplaceIllFormed())
	case t.charset.Encoding() == nil: // ASCII, and what was meant by more than that
		return transform.NewReader(r, charmap.Windows1252.NewDecoder())
	}
	return transform.NewReader(r, t.charset.Encoding().NewDecoder())
}

type counter int64

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
