package entity

import (
	"bytes"
	"io"
)

// A quotedDecoder decodes quoted-printable by lines (RFC 2045 6.7). A "=" that
// begins no code stays as it is; blanks at the ends of lines go; line ends stay
// what they are.
type quotedDecoder struct {
	damaged bool
}

func (d *quotedDecoder) code(dst, src []byte, eof bool) (nDst, nSrc int) {
	i, n := 0, 0
	for i < len(src) {
		j := bytes.IndexByte(src[i:], '\n')
		if j < 0 {
			if eof {
				line := bytes.TrimRight(src[i:], " \t")
				if len(line) > 0 && line[len(line)-1] == '=' {
					line = line[:len(line)-1]
				}
				return n + d.line(dst[n:], line), len(src)
			}
			if i > 0 || len(src) < inSize {
				return n, i
			}
			return d.long(dst, src)
		}
		end := i + j // of the text of the line
		eol := src[end : end+1]
		if end > i && src[end-1] == '\r' {
			end--
			eol = src[end : end+2]
		}
		next := i + j + 1
		for end > i && (src[end-1] == ' ' || src[end-1] == '\t') {
			end--
		}
		if end > i && src[end-1] == '=' {
			end--
			eol = nil
		}
		n += d.line(dst[n:], src[i:end])
		n += copy(dst[n:], eol)
		i = next
	}
	return n, i
}

// long decodes part of a line that fills the buffer, without what its meaning
// depends on the bytes to come.
func (d *quotedDecoder) long(dst, src []byte) (nDst, nSrc int) {
	end := len(src)
	for end > 0 && (isSpace(src[end-1])) {
		end--
	}
	for k := 1; k <= 2 && k < end; k++ {
		if src[end-k] == '=' {
			end -= k
			break
		}
	}
	if end < len(src)/2 { // nothing but blanks
		end = len(src)
	}
	return d.line(dst, src[:end]), end
}

// line decodes a text without line ends.
func (d *quotedDecoder) line(dst, src []byte) int {
	n := 0
	for {
		j := bytes.IndexByte(src, '=')
		if j < 0 {
			return n + copy(dst[n:], src)
		}
		n += copy(dst[n:], src[:j])
		src = src[j:]
		if len(src) >= 3 {
			if hi, lo := hexValue[src[1]], hexValue[src[2]]; (hi|lo)&0xF0 == 0 {
				dst[n] = hi<<4 | lo
				n++
				src = src[3:]
				continue
			}
		}
		d.damaged = true
		dst[n] = '='
		n++
		src = src[1:]
	}
}

// hexValue has the value of each hexadecimal digit, and 0xFF for other bytes.
var hexValue = [256]byte{
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 255, 255, 255, 255, 255,
	255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 10, 11, 12, 13, 14, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
}

// WriteQuoted writes text as quoted-printable with lines of at most 76
// characters. Line ends, LF or CRLF, become CRLF; all else that could suffer on
// the way is encoded: bytes that are no printable ASCII, blanks at line ends, "."
// alone and "From " at the begin of a line.
func WriteQuoted(w io.Writer, text []byte) error {
	q := quotedWriter{out: make([]byte, 0, min(len(text)+len(text)/8, quotedChunk)+256)}
	for len(text) > 0 {
		line, rest, found := bytes.Cut(text, []byte("\n"))
		if found {
			line = bytes.TrimSuffix(line, []byte("\r"))
		}
		q.line(line)
		if found {
			q.out = append(q.out, "\r\n"...)
		}
		text = rest
		if len(q.out) > quotedChunk {
			if _, err := w.Write(q.out); err != nil {
				return err
			}
			q.out = q.out[:0]
		}
	}
	_, err := w.Write(q.out)
	return err
}

// quotedChunk is about how many bytes are written at a time.
const quotedChunk = 8 << 10

type quotedWriter struct{ out []byte }

func (q *quotedWriter) line(line []byte) {
	col, i, n := 0, 0, len(line)
	if n > 0 && (line[0] == '.' || line[0] == 'F' && bytes.HasPrefix(line, []byte("From "))) {
		col, i = q.code(0, line[0]), 1
	}
	for i < n {
		run := i + PlainRun(line[i:])
		for run < n && line[run] == '\t' {
			run += 1 + PlainRun(line[run+1:])
		}
		if run == n && (line[n-1] == ' ' || line[n-1] == '\t') {
			run--
		}
		for i < run {
			room := 75 - col
			if run == n && n-i <= room+1 { // the last needs no room for a soft break
				room = n - i
			}
			k := min(room, run-i)
			q.out = append(q.out, line[i:i+k]...)
			i, col = i+k, col+k
			if i < run {
				col = q.soft()
			}
		}
		if i < n {
			if room := 75; col+3 > room && (i < n-1 || col+3 > room+1) {
				col = q.soft()
			}
			col = q.code(col, line[i])
			i++
		}
	}
}

func (q *quotedWriter) soft() int {
	q.out = append(q.out, "=\r\n"...)
	return 0
}

func (q *quotedWriter) code(col int, c byte) int {
	const digits = "0123456789ABCDEF"
	q.out = append(q.out, '=', digits[c>>4], digits[c&15])
	return col + 3
}
