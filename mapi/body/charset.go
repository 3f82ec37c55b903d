package body

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// headSize is how much of HTML is searched for its charset.
const headSize = 8 << 10

const codepageUTF8 = 65001

// utf8Reader reads HTML in whatever charset as valid UTF-8, without a byte order
// mark.
func utf8Reader(src io.Reader, codepage int) io.Reader {
	b := bufio.NewReaderSize(src, headSize)
	head, _ := b.Peek(headSize) // an error comes again when it is read
	e, mark := encodingOf(head, codepage)
	_, _ = b.Discard(mark)
	return e.NewDecoder().Reader(b)
}

// encodingOf finds the encoding of HTML, and how long its byte order mark is.
func encodingOf(head []byte, codepage int) (e encoding.Encoding, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return unicode.UTF8, 3
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	const ascii = 20127 // whoever says so and writes more means something else
	wide := codepage == 1200 || codepage == 1201
	if codepage != 0 && codepage != ascii && (!wide || bytes.IndexByte(head, 0) >= 0) {
		if e, ok := rtf.Encoding(codepage); ok {
			return e, 0
		}
	}
	if e := metaEncoding(head); e != nil {
		return e, 0
	}
	if validHead(head) {
		return unicode.UTF8, 0
	}
	return charmap.Windows1252, 0
}

// validHead reports whether b is UTF-8, but for a character that is cut off where b
// is.
func validHead(b []byte) bool {
	if len(b) == headSize {
		b = b[:wholeCharacters(b)]
	}
	return utf8.Valid(b)
}

// metaEncoding is the encoding that a meta element names, or nil.
func metaEncoding(head []byte) encoding.Encoding {
	name, _, _ := metaCharset(head)
	if name == "" {
		return nil
	}
	e, err := htmlindex.Get(name)
	if err != nil || e == encoding.Replacement {
		return nil
	}
	if n, _ := htmlindex.Name(e); strings.HasPrefix(n, "utf-16") {
		return unicode.UTF8 // or the meta element could not have been read
	}
	return e
}

// metaCharset finds the charset that a meta element names, and where its name
// stands.
func metaCharset(head []byte) (name string, start, end int) {
	for at := 0; ; {
		i := bytes.IndexByte(head[at:], '<')
		if i < 0 {
			return "", 0, 0
		}
		at += i
		rest := head[at:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			stop := bytes.Index(rest, []byte("-->"))
			if stop < 0 {
				return "", 0, 0
			}
			at += stop
		case len(rest) > 5 && bytes.EqualFold(rest[:5], []byte("<meta")):
			stop := bytes.IndexByte(rest, '>')
			if stop < 0 {
				return "", 0, 0
			}
			if name, start, end = charsetIn(rest[:stop]); name != "" {
				return name, at + start, at + end
			}
			at += stop
		default:
			at++
		}
	}
}

// charsetIn finds "charset=name" in a tag, as an attribute or in one.
func charsetIn(tag []byte) (name string, start, end int) {
	lower := bytes.ToLower(tag)
	const key = "charset"
	for at := 0; ; {
		i := bytes.Index(lower[at:], []byte(key))
		if i < 0 {
			return "", 0, 0
		}
		at += i + len(key)
		start = at + space(lower[at:])
		if start >= len(lower) || lower[start] != '=' {
			continue
		}
		start++
		start += space(lower[start:])
		for start < len(lower) && (lower[start] == '"' || lower[start] == '\'') {
			start++
		}
		end = start
		for end < len(lower) && strings.IndexByte(" \t\r\n\f;\"'/", lower[end]) < 0 {
			end++
		}
		if end > start {
			return string(lower[start:end]), start, end
		}
	}
}

func space(b []byte) int { return len(b) - len(bytes.TrimLeft(b, " \t\r\n\f")) }

// charsetName is how HTML names a code page; "" when it cannot.
func charsetName(codepage int) string {
	if codepage == codepageUTF8 {
		return "utf-8"
	}
	e, ok := rtf.Encoding(codepage)
	if !ok {
		return ""
	}
	name, _ := htmlindex.Name(e)
	return name
}

// outputCodepage is the code page in which HTML is written when it should be in
// codepage.
func outputCodepage(codepage int) int {
	switch codepage {
	case 20127: // also says the bytes of others; the rest is written by number
		return 20127
	case 50220, 50221, 50222, 52936, 1200, 1201:
		return codepageUTF8
	}
	if charsetName(codepage) == "" {
		return codepageUTF8
	}
	return codepage
}

// htmlWriter encodes UTF-8 HTML in a code page, and lets its meta element name that.
// Close must end it.
type htmlWriter struct {
	dst  io.Writer
	name string
	head []byte // until the meta element was found
	done bool   // head is written
}

func newHTMLWriter(dst io.Writer, codepage int) *htmlWriter {
	codepage = outputCodepage(codepage)
	w := &htmlWriter{dst: dst, name: charsetName(codepage)}
	switch codepage {
	case codepageUTF8:
	case 20127:
		w.name = "us-ascii"
		w.dst = transform.NewWriter(dst, asciiHTML{})
	default:
		e, _ := rtf.Encoding(codepage)
		w.dst = encoding.HTMLEscapeUnsupported(e.NewEncoder()).Writer(dst)
	}
	return w
}

func (w *htmlWriter) Write(b []byte) (int, error) {
	if w.done {
		return w.dst.Write(b)
	}
	w.head = append(w.head, b...)
	if len(w.head) >= headSize {
		if err := w.flush(); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// flush writes the head with the right charset in it.
func (w *htmlWriter) flush() error {
	w.done = true
	head := w.head
	w.head = nil
	if name, start, end := metaCharset(head); name != "" && !sameCharset(name, w.name) {
		head = append(append(append([]byte(nil), head[:start]...), w.name...), head[end:]...)
	}
	_, err := w.dst.Write(head)
	return err
}

func sameCharset(a, b string) bool {
	ea, errA := htmlindex.Get(a)
	eb, errB := htmlindex.Get(b)
	return a == b || errA == nil && errB == nil && ea == eb
}

func (w *htmlWriter) Close() error {
	if !w.done {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if c, ok := w.dst.(io.Closer); ok && w.name != "utf-8" {
		return c.Close() // of the encoder; the writer below is not closed
	}
	return nil
}

// asciiHTML writes what is beyond ASCII by its number.
type asciiHTML struct{ transform.NopResetter }

func (asciiHTML) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, n := utf8.DecodeRune(src[nSrc:])
		var buf [16]byte
		out := append(buf[:0], byte(r))
		if r >= utf8.RuneSelf {
			out = append(strconv.AppendInt(append(buf[:0], "&#"...), int64(r), 10), ';')
		}
		if nDst+len(out) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], out)
		nSrc += n
	}
	return nDst, nSrc, nil
}
