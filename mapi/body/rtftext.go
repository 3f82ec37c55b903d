package body

import (
	"bufio"
	"bytes"
	"io"

	"github.com/okapi-mail/okapi/mapi/rtf"
)

// TextFromRTF writes what RTF says as plain text. RTF that was made from text gives
// that text, and RTF that was made from HTML what [TextFromHTML] makes of the HTML.
//
// Otherwise paragraphs, lines and rows of tables end with CRLF, and cells end with
// tabs; numbers and bullets of lists are there when the document has their text,
// which it does when other programs than its writer are to show them. Links are
// followed by their URL as in HTML. Pictures and attachments leave no trace.
func TextFromRTF(dst io.Writer, src io.Reader, opts *Options) error {
	o := opts.withDefaults()
	b, origin, err := openRTF(src)
	if err != nil {
		return err
	}
	switch origin {
	case rtf.FromRTF:
		r := newRTFReader(b, &o)
		out := &textSink{w: bufio.NewWriter(dst)}
		r.sink = out
		err := r.read()
		out.setLink("")
		if e := out.w.Flush(); err == nil {
			err = e
		}
		return err
	case rtf.FromHTML:
		o.Codepage = codepageUTF8
		e, err := rtf.NewExtractor(b, o.rtf())
		if err != nil {
			return err
		}
		return TextFromHTML(dst, e, &o)
	}
	e, err := rtf.NewExtractor(b, o.rtf())
	if err != nil {
		return err
	}
	_, err = e.WriteTo(withoutNUL{dst})
	return err
}

// withoutNUL leaves out NUL, which would end a text for other programs.
type withoutNUL struct{ w io.Writer }

func (w withoutNUL) Write(b []byte) (int, error) {
	s := b
	if bytes.IndexByte(b, 0) >= 0 {
		s = bytes.ReplaceAll(b, []byte{0}, nil)
	}
	if _, err := w.w.Write(s); err != nil {
		return 0, err
	}
	return len(b), nil
}

// textSink writes plain text.
type textSink struct {
	w       *bufio.Writer
	link    string
	said    []byte // what the link says
	pending int    // tabs of cells that ended
}

func (t *textSink) text(s []byte, f *format) {
	t.setLink(f.link)
	t.tabs()
	if t.link != "" && len(t.said) < maxCapture {
		t.said = append(t.said, s...)
	}
	t.w.Write(s)
}

// setLink begins or ends a link.
func (t *textSink) setLink(link string) {
	if t.link == link {
		return
	}
	if t.link != "" && !says(string(t.said), t.link) {
		if len(t.said) > 0 {
			t.w.WriteByte(' ')
		}
		t.w.WriteString("<" + t.link + ">")
	}
	t.link, t.said = link, t.said[:0]
}

func (t *textSink) tabs() {
	for ; t.pending > 0; t.pending-- {
		t.w.WriteByte('\t')
	}
}

func (t *textSink) tab(f *format) {
	t.setLink(f.link)
	t.tabs()
	t.w.WriteByte('\t')
}

func (t *textSink) line(f *format) {
	t.setLink(f.link)
	t.end()
}

func (t *textSink) paragraph(f *format) {
	t.setLink("")
	t.end()
}

func (t *textSink) end() {
	t.pending = 0
	t.w.WriteString("\r\n")
}

func (t *textSink) cell(*format) {
	t.setLink("")
	t.pending++
}

func (t *textSink) row() {
	t.setLink("")
	t.end()
}

func (t *textSink) picture(Picture, *format) {}
func (t *textSink) attachment(int, *format)  {}
