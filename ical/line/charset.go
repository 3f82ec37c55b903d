package line

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// detect says how a text is encoded, from its first four bytes and from what its
// transport said: how long its byte-order mark is when it is UTF-8, else its encoding.
func detect(head []byte, charset string) (mark int, e encoding.Encoding) {
	switch n := len(head); {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return 3, nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), n > 1 && head[0] == 0 && head[1] != 0:
		return 0, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), n > 1 && head[1] == 0 && head[0] != 0:
		return 0, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case charset != "" && !isUTF8(charset):
		return 0, lookup(charset)
	}
	return 0, nil
}

// failing is a reader whose beginning failed with err.
type failing struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (f failing) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.r.Read(p)
}

// lookup finds a charset; nil when it is unknown, or needs no decoding.
func lookup(name string) encoding.Encoding {
	name = strings.ToLower(strings.Trim(name, " \"'"))
	switch name {
	case "us-ascii", "ascii", "ansi", "iso-8859-1", "latin1", "windows-1252":
		return charmap.Windows1252
	}
	e, err := htmlindex.Get(name)
	if err != nil || e == encoding.Replacement {
		return nil
	}
	return e
}

func isUTF8(name string) bool {
	return strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8")
}

// convert decodes b from a charset. ok is false when it is unknown or b is not in
// it.
func convert(b []byte, charset string) (string, bool) {
	if charset == "" || isUTF8(charset) {
		return "", false
	}
	e := lookup(charset)
	if e == nil {
		return "", false
	}
	out, err := e.NewDecoder().Bytes(b)
	return string(out), err == nil && utf8.Valid(out)
}
