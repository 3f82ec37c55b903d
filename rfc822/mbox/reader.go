package mbox

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A Format is a variant of mbox.
type Format int

const (
	RD  Format = iota // mboxrd, the default
	O                 // mboxo
	CL2               // mboxcl2
)

// A Mail is one mail of a file. Reading it gives its bytes without the "From "
// line and without the empty line after it. It is valid until the next call of
// [Reader.Next].
type Mail struct {
	Sender string    // of the envelope, from the "From " line, or ""
	Date   time.Time // of delivery, from the "From " line; zero when there is none
	Line   string    // the whole "From " line

	r *Reader
}

// Read implements io.Reader.
func (m *Mail) Read(p []byte) (int, error) {
	if m.r.mail != m {
		return 0, io.EOF
	}
	return m.r.read(p)
}

// A Reader reads the mails of an mbox file one after the other, in bounded
// memory.
type Reader struct {
	in     *bufio.Reader
	format Format
	mail   *Mail
	err    error

	line    []byte // what of the present line is not yet read, with its end
	next    []byte // the "From " line that was met
	blank   []byte // an empty line that may belong to the file, not to the mail
	begin   bool   // the next bytes begin a line
	header  bool   // in the header of the mail
	length  int64  // Content-Length, or -1
	exact   int64  // bytes of the body still to come by Content-Length
	after   bool   // that body is over
	started bool
}

const lineSize = 64 << 10

// NewReader returns a reader of r.
func NewReader(r io.Reader, f Format) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, lineSize), format: f, begin: true}
}

// Next goes on to the next mail, and returns io.EOF after the last. What of the
// present mail was not read is skipped. Text before the first "From " line, when
// it is not blank, is a mail of its own: nothing is lost.
func (r *Reader) Next() (*Mail, error) {
	if r.mail != nil {
		if _, err := io.Copy(io.Discard, r.mail); err != nil {
			return nil, err
		}
		r.mail = nil
	}
	if !r.started {
		r.started = true
		if err := r.first(); err != nil {
			return nil, err
		}
	}
	if r.next == nil && r.line == nil {
		if r.err == nil {
			r.err = io.EOF
		}
		return nil, r.err
	}
	m := &Mail{r: r}
	if r.next != nil {
		m.Line = string(bytes.TrimRight(r.next, "\r\n"))
		m.Sender, m.Date = parseFrom(m.Line)
	}
	r.next, r.blank = nil, nil
	r.header, r.length, r.exact, r.after = true, -1, 0, false
	r.mail = m
	return m, nil
}

// first skips blank lines before the first mail.
func (r *Reader) first() error {
	for {
		line, err := r.in.ReadSlice('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			r.begin = err == nil
			if isFrom(line) && err != bufio.ErrBufferFull {
				r.next = bytes.Clone(line)
			} else {
				r.line = bytes.Clone(line)
			}
			return nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
	}
}

// read gives bytes of the present mail, and io.EOF at its end.
func (r *Reader) read(p []byte) (int, error) {
	for len(r.line) == 0 {
		if r.exact > 0 {
			n, err := r.in.Read(p[:min(int64(len(p)), r.exact)])
			r.exact -= int64(n)
			r.begin = r.exact == 0 // if it is not, a line end follows that is no text
			if err == io.EOF {
				r.exact = 0
			}
			if n > 0 || err != nil && err != io.EOF {
				return n, err
			}
			continue
		}
		if r.next != nil {
			return 0, io.EOF
		}
		if err := r.fill(); err != nil {
			r.line = nil
			return 0, err
		}
	}
	n := copy(p, r.line)
	r.line = r.line[n:]
	return n, nil
}

// fill reads the next line into r.line, or finds the end of the mail.
func (r *Reader) fill() error {
	begin := r.begin
	line, err := r.in.ReadSlice('\n')
	r.begin = err == nil
	whole := err != bufio.ErrBufferFull
	if !whole {
		err = nil
	}
	if err != nil && err != io.EOF {
		return err
	}
	if len(line) == 0 {
		return io.EOF // an empty line at the end belongs to the file
	}
	if begin && whole && isFrom(line) && (r.blank != nil || r.after) && !r.header {
		r.next = bytes.Clone(line)
		r.blank = nil
		return nil
	}
	if begin && isBlank(line) {
		r.emptyLine(line)
		return nil
	}
	if begin {
		r.after = false
		if r.header {
			r.inHeader(line)
		}
		if r.format == RD {
			line = unquote(line)
		}
	}
	r.line = append(r.blank, line...)
	r.blank = nil
	return nil
}

// emptyLine holds back an empty line: the last one before a "From " line, or all
// those after a body of known length, are not of the mail.
func (r *Reader) emptyLine(line []byte) {
	switch {
	case r.header && r.format == CL2 && r.length >= 0:
		r.line = append(r.blank, line...)
		r.blank, r.exact, r.after = nil, r.length, true
	case r.after && len(r.blank) < lineSize:
		r.blank = append(r.blank, line...)
	default:
		r.line, r.blank = r.blank, bytes.Clone(line)
	}
	r.header = false
}

// inHeader looks at a line of the header.
func (r *Reader) inHeader(line []byte) {
	const field = "content-length:"
	if r.format == CL2 && len(line) > len(field) && strings.EqualFold(string(line[:len(field)]), field) {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(line[len(field):])), 10, 64); err == nil && n >= 0 {
			r.length = n
		}
	}
}

func isFrom(line []byte) bool { return bytes.HasPrefix(line, []byte("From ")) }

func isBlank(line []byte) bool {
	return len(line) == 1 && line[0] == '\n' || len(line) == 2 && line[0] == '\r' && line[1] == '\n'
}

// unquote takes one ">" off a quoted line.
func unquote(line []byte) []byte {
	if i := quotes(line); i > 0 && isFrom(line[i:]) {
		return line[1:]
	}
	return line
}

func quotes(line []byte) int {
	i := 0
	for i < len(line) && line[i] == '>' {
		i++
	}
	return i
}

// parseFrom reads "From sender Mon Jan  2 15:04:05 2006".
func parseFrom(line string) (sender string, date time.Time) {
	sender, rest, _ := strings.Cut(strings.TrimPrefix(line, "From "), " ")
	if t, ok := entity.ParseDate([]byte(rest)); ok {
		date = t
	}
	return sender, date
}
