package entity

import (
	"bytes"
	"iter"
	"strings"
)

// A Header is the fields of a part in their order. Lines that are no fields are
// kept, so that the raw bytes of all fields together are the header.
type Header struct {
	fields []Field
}

// A Field is one header field. Its slices are parts of the source and must not
// be changed.
type Field struct {
	Raw []byte // the whole field with folds and line ends

	name, value int // ends of the name, begin of the value in Raw; name 0: no field
}

// Malformed reports whether the line is no header field.
func (f *Field) Malformed() bool { return f.name == 0 }

// Key is the field name as written, or nil for a line that is no field.
func (f *Field) Key() []byte { return f.Raw[:f.name] }

// Is reports whether the field has this name, in whatever case.
func (f *Field) Is(name string) bool {
	return len(name) == f.name && equalFold(f.Raw[:f.name], name)
}

// Value is the text after the colon with folds undone and blanks trimmed, as
// bytes of whatever charset.
func (f *Field) Value() []byte { return Unfold(f.Raw[f.value:]) }

// Text is the value as unstructured text: UTF-8 with encoded words decoded.
func (f *Field) Text() string { return DecodeWords(f.Value()) }

// All yields the fields in their order.
func (h *Header) All() iter.Seq[*Field] {
	return func(yield func(*Field) bool) {
		for i := range h.fields {
			if !yield(&h.fields[i]) {
				return
			}
		}
	}
}

// Len is the number of fields and malformed lines.
func (h *Header) Len() int { return len(h.fields) }

// Find returns the first field of that name, or nil.
func (h *Header) Find(name string) *Field {
	for i := range h.fields {
		if h.fields[i].Is(name) {
			return &h.fields[i]
		}
	}
	return nil
}

// Get is the value of the first field of that name, or nil.
func (h *Header) Get(name string) []byte {
	if f := h.Find(name); f != nil {
		return f.Value()
	}
	return nil
}

// Text is the decoded text of the first field of that name, or "".
func (h *Header) Text(name string) string {
	if f := h.Find(name); f != nil {
		return f.Text()
	}
	return ""
}

// A headerEnd says how far a header reaches in the bytes that were looked at.
type headerEnd struct {
	fields int  // length of the fields
	total  int  // with the blank line that ends them
	more   bool // the end was not seen: more bytes are needed
}

// readHeader splits v, which begins where a header begins, into fields. isBoundary
// tells whether a line that begins with "--" ends the part; eof, whether v is all
// there is. first is true for the outermost header of a source, before which
// blank lines and an mbox line may stand.
func (h *Header) readHeader(v []byte, eof, first bool, isBoundary func(line []byte) bool) headerEnd {
	h.fields = h.fields[:0]
	i, good := 0, 0 // good: fields up to the last well-formed one
	goodLen := 0
	if first {
		i = skipBlankLines(v)
	}
	skipped := i
	looked := false // for a boundary that this very header names
	for i < len(v) {
		line, n := nextLine(v[i:])
		if n == 0 && !eof {
			return headerEnd{more: true}
		}
		if n == 0 {
			n = len(line)
		}
		if isBlank(line) {
			if len(trimEOL(line)) == 0 || !continues(v[i+n:]) {
				return h.end(v, i, i+n, good, goodLen)
			}
		} else if line[0] == '-' && len(line) > 1 && line[1] == '-' {
			if isBoundary(line) || !looked && h.opens(line) {
				return h.end(v, i, i, good, goodLen)
			}
			looked = true
		}
		if (line[0] == ' ' || line[0] == '\t') && len(h.fields) > 0 {
			f := &h.fields[len(h.fields)-1]
			f.Raw = v[i-len(f.Raw) : i+n : i+n]
			i += n
			if f.name > 0 {
				goodLen = i
			}
			continue
		}
		f := splitField(v[i : i+n : i+n])
		if cap(h.fields) == 0 {
			h.fields = make([]Field, 0, 16)
		}
		h.fields = append(h.fields, f)
		i += n
		if f.name > 0 {
			good, goodLen = len(h.fields), i
		}
	}
	if !eof {
		return headerEnd{more: true}
	}
	if skipped == len(v) {
		return headerEnd{fields: skipped, total: skipped}
	}
	return h.end(v, i, i, good, goodLen)
}

// opens reports whether line is the boundary that the Content-Type read so far
// names: the blank line before the first part is missing.
func (h *Header) opens(line []byte) bool {
	f := h.Find("Content-Type")
	if f == nil {
		return false
	}
	m := ParseMedia(f.Value())
	b := m.Param("boundary")
	return m.IsMultipart() && b != "" && bytes.HasPrefix(line[2:], []byte(b)) && isBlank(line[2+len(b):])
}

// end closes the header at i. Malformed lines after the last good field are
// taken for the begin of the body: mails without a blank line after the header
// are more common than those with garbage at its end.
func (h *Header) end(v []byte, i, total, good, goodLen int) headerEnd {
	if good < len(h.fields) && !onlyMailbox(h.fields[good:]) {
		h.fields = h.fields[:good]
		return headerEnd{fields: goodLen, total: goodLen}
	}
	return headerEnd{fields: i, total: total}
}

func onlyMailbox(fields []Field) bool {
	return len(fields) == 1 && bytes.HasPrefix(fields[0].Raw, []byte("From "))
}

// splitField finds name and value. A name is printable ASCII without blanks; the
// blanks that some programs put before the colon are tolerated (RFC 5322 4.5).
func splitField(raw []byte) Field {
	f := Field{Raw: raw}
	for i, c := range raw {
		if c > ' ' && c < 0x7f && c != ':' {
			continue
		}
		name := i
		for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t') {
			i++
		}
		if name > 0 && i < len(raw) && raw[i] == ':' {
			f.name, f.value = name, i+1
		}
		break
	}
	return f
}

// nextLine returns the line at the begin of v with its end, and its length; the
// length is 0 when no line end was seen.
func nextLine(v []byte) (line []byte, n int) {
	if j := bytes.IndexByte(v, '\n'); j >= 0 {
		return v[:j+1], j + 1
	}
	return v, 0
}

func skipBlankLines(v []byte) int {
	i := 0
	for i < len(v) {
		switch {
		case v[i] == '\n':
			i++
		case v[i] == '\r' && i+1 < len(v) && v[i+1] == '\n':
			i += 2
		default:
			if line, _ := nextLine(v[i:]); splitField(line).name > 0 {
				return i
			}
			return 0
		}
	}
	return 0
}

// continues reports whether v goes on with a header: a blank line of spaces
// within a header is then a fold (RFC 5322 4.2), otherwise the end.
func continues(v []byte) bool {
	line, _ := nextLine(v)
	return len(line) > 0 && !isBlank(line) && (line[0] == ' ' || line[0] == '\t' || splitField(line).name > 0)
}

func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

func trimEOL(line []byte) []byte { return bytes.TrimRight(line, "\r\n") }

// Unfold undoes folds and trims: line ends go, the blanks after them stay. The
// result is a part of b when nothing was folded.
func Unfold(b []byte) []byte {
	b = trimBlanks(b)
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	start := 0
	for i, c := range b {
		if c == '\r' || c == '\n' {
			out = append(out, b[start:i]...)
			start = i + 1
		}
	}
	return append(out, b[start:]...)
}

func trimBlanks(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// toLower is strings.ToLower, without a copy for the most common words.
func toLower(b []byte) string {
	switch string(b) {
	case "text/plain":
		return "text/plain"
	case "text/html":
		return "text/html"
	case "multipart/mixed":
		return "multipart/mixed"
	case "multipart/alternative":
		return "multipart/alternative"
	case "charset":
		return "charset"
	case "boundary":
		return "boundary"
	case "name":
		return "name"
	}
	for _, c := range b {
		if 'A' <= c && c <= 'Z' {
			return strings.ToLower(string(b))
		}
	}
	return string(b)
}
