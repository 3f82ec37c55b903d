package mbox

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Writer appends mails to an mbox file.
type Writer struct {
	w      io.Writer
	format Format
}

// NewWriter returns a writer to w.
func NewWriter(w io.Writer, f Format) *Writer { return &Writer{w: w, format: f} }

// Append writes one mail. sender is the address of the envelope; "" means
// MAILER-DAEMON. A zero date, which nobody knows, is written as the start of 1970. size
// is the length of mail in bytes; only [CL2] needs it, and writes it, less the header, as
// Content-Length in the place of any that mail has. A mail that does not end with a line
// end gets one.
func (w *Writer) Append(sender string, date time.Time, mail io.Reader, size int64) error {
	sender = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return r
	}, sender)
	if sender == "" {
		sender = "MAILER-DAEMON"
	}
	if date.IsZero() {
		date = time.Unix(0, 0)
	}
	out := bufio.NewWriterSize(w.w, lineSize)
	fmt.Fprintf(out, "From %s %s\n", sender, date.UTC().Format(time.ANSIC))
	err := w.copy(out, bufio.NewReaderSize(mail, lineSize), size)
	if err != nil {
		return err
	}
	return out.Flush()
}

func (w *Writer) copy(out *bufio.Writer, in *bufio.Reader, size int64) error {
	begin, header, ended := true, true, false
	for {
		line, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull && err != io.EOF {
			return err
		}
		if len(line) > 0 {
			ended = line[len(line)-1] == '\n'
			size -= int64(len(line))
			switch {
			case begin && header && isBlank(line):
				header = false
				if w.format == CL2 {
					fmt.Fprintf(out, "Content-Length: %d%s", size, line)
				}
			case begin && header && w.format == CL2 && isLength(line):
				line = nil
			case begin && w.format == RD && isFrom(line[quotes(line):]),
				begin && w.format == O && isFrom(line):
				out.WriteByte('>')
			}
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		begin = err == nil
	}
	if !ended {
		out.WriteByte('\n')
	}
	return out.WriteByte('\n')
}

func isLength(line []byte) bool {
	return len(line) > 15 && bytes.EqualFold(line[:15], []byte("content-length:"))
}
