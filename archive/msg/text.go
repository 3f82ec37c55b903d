package msg

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/wire"
)

func codepageDetail(n int) string { return fmt.Sprintf("code page %d", n) }

// encoding is that of a string of the type, 8-bit or not.
func (o *object) encoding(t mapi.Type, id uint16) encoding.Encoding {
	if t.Base() == mapi.PtypString {
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	page := o.pages.general
	if id == idHTML {
		page = o.pages.html
	}
	if e, ok := encodingOf(page); ok {
		return e
	}
	return charmap.Windows1252
}

// decodeText reads a string in memory. What follows a NUL at its end is nothing.
func (o *object) decodeText(b []byte, t mapi.Type, id uint16) string {
	if t.Base() == mapi.PtypString {
		return utf16Text(b)
	}
	return bytesText(b, o.encoding(t, id))
}

// bytesText reads an 8-bit string as package wire does.
func bytesText(b []byte, page encoding.Encoding) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	if page == unicode.UTF8 {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	pieces := strings.Split(string(b), "\x00") // to wire a string ends there
	for i, p := range pieces {
		d := wire.NewDecoder(append([]byte(p), 0), &wire.Options{Text: page})
		pieces[i], _ = d.Value(mapi.PtypString8).(string)
	}
	return strings.Join(pieces, "\x00")
}

// textBytes is the inverse. What the code page has not becomes a question mark.
func textBytes(s string, page encoding.Encoding) []byte {
	var out []byte
	for i, piece := range strings.Split(s, "\x00") {
		if i > 0 {
			out = append(out, 0)
		}
		b, _ := wire.AppendValue(nil, mapi.PtypString8, piece, &wire.Options{Text: page}) // it cannot fail
		out = append(out, bytes.TrimSuffix(b, []byte{0})...)
	}
	return out
}

// text reads a string, or leaves it in the file when it is large.
func (o *object) text(e *cfb.Entry, t mapi.Type, id uint16, at Issue) mapi.Value {
	if e.Size < int64(o.opts.InlineLimit) {
		return o.decodeText(o.read(e, at), t, id)
	}
	s, err := o.f.Stream(e)
	if o.failed(err, at) {
		return nil
	}
	n, err := trimNULs(s, t)
	if o.failed(err, at) || err != nil {
		return nil
	}
	ts := &textStream{file: s, raw: n, enc: o.encoding(t, id)}
	if ts.size, err = drain(ts); o.failed(err, at) || err != nil {
		return nil
	}
	return ts
}

// trimNULs is the size of a text without the NULs at its end, in whole units.
func trimNULs(s cfb.Stream, t mapi.Type) (int64, error) {
	width := int64(1)
	if t == mapi.PtypString {
		width = 2
	}
	n := s.Size() / width * width
	var b [4096]byte
	for n > 0 {
		piece := b[:min(n, int64(len(b)))]
		if _, err := s.ReadAt(piece, n-int64(len(piece))); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		kept := int64(len(strings.TrimRight(string(piece), "\x00"))+int(width)-1) / width * width
		if n -= int64(len(piece)) - kept; kept > 0 {
			break
		}
	}
	return n, nil
}

// A textStream is a text in the file, as UTF-8.
type textStream struct {
	file cfb.Stream
	raw  int64 // bytes of it in the file
	enc  encoding.Encoding
	size int64
}

// Size implements mapi.Stream.
func (s *textStream) Size() int64 { return s.size }

// Open implements mapi.Stream.
func (s *textStream) Open() (io.ReadCloser, error) {
	r := io.NewSectionReader(s.file, 0, s.raw)
	var d transform.Transformer = s.enc.NewDecoder()
	if page, ok := s.enc.(*charmap.Charmap); ok {
		d = singleBytes{page: page}
	}
	return io.NopCloser(transform.NewReader(r, d)), nil
}

// singleBytes decodes a code page as [bytesText] does: bytes that it leaves undefined
// are the control characters of the same number.
type singleBytes struct {
	transform.NopResetter
	page *charmap.Charmap
}

// Transform implements transform.Transformer.
func (d singleBytes) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		r := d.page.DecodeByte(src[nSrc])
		if r == utf8.RuneError {
			r = rune(src[nSrc])
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
	}
	return nDst, nSrc, nil
}

// drain is the number of bytes that a stream really has.
func drain(s interface{ Open() (io.ReadCloser, error) }) (int64, error) {
	r, err := s.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

// An encodedText is a text to write that is not in memory in its written form.
type encodedText struct {
	open   func() (io.ReadCloser, error) // UTF-8
	encode func(string) []byte
	size   int64
}

// Size implements cfb.Content.
func (t *encodedText) Size() int64 { return t.size }

// Open implements cfb.Content.
func (t *encodedText) Open() (io.ReadCloser, error) {
	r, err := t.open()
	if err != nil {
		return nil, err
	}
	return &textEncoder{Closer: r, src: bufio.NewReaderSize(r, 16<<10), encode: t.encode}, nil
}

// A textEncoder encodes piece by piece, and never cuts within a character.
type textEncoder struct {
	io.Closer
	src    *bufio.Reader
	encode func(string) []byte
	ready  []byte
}

// Read implements io.Reader.
func (e *textEncoder) Read(p []byte) (int, error) {
	for len(e.ready) == 0 {
		b, err := e.src.Peek(e.src.Size())
		if len(b) == 0 {
			return 0, err
		}
		if err != nil && err != io.EOF {
			return 0, err
		}
		n := len(b)
		if err == nil {
			n = wholeRunes(b)
		}
		e.ready = e.encode(string(b[:n]))
		if _, err := e.src.Discard(n); err != nil {
			return 0, err
		}
	}
	n := copy(p, e.ready)
	e.ready = e.ready[n:]
	return n, nil
}

// wholeRunes is the length of b without a character that is cut off at its end.
func wholeRunes(b []byte) int {
	for i := len(b) - 1; i >= max(1, len(b)-utf8.UTFMax); i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return len(b)
			}
			return i
		}
	}
	return len(b)
}
