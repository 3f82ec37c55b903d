package msg

import (
	"fmt"
	"io"

	"golang.org/x/text/encoding"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Encode writes m as a .msg file. Streams of m are opened one after the other while
// the file is written, so that its size is no matter of memory; m must not change
// meanwhile. After an error what was written is of no use.
//
// Errors are those of w and of streams, [mapi.ErrCorruptData] for a stream that has
// not the size that it said, [mapi.ErrTooBig] for a value of 4 GiB or more,
// [mapi.ErrTooComplex] for messages nested deeper than MaxDepth,
// [mapi.ErrNamedPropQuota] for more than 32,767 named properties, and
// [mapi.ErrInvalidParameter] for an unknown code page.
func Encode(w io.Writer, m *mapi.Message, opts *EncodeOptions) error {
	e := &encoder{opts: opts.withDefaults()}
	defer e.close()
	if err := e.file(w, m); err != nil {
		code := mapi.CodeOf(err)
		return &mapi.Error{Op: "msg.Encode", Code: code, Err: err}
	}
	return nil
}

// An encoder turns a message into the storages of one file.
type encoder struct {
	nameTable
	opts EncodeOptions
	page encoding.Encoding // of 8-bit strings; nil in a Unicode file
	html encoding.Encoding // of PidTagBodyHtml in the present message
	open []io.Closer       // sources of OLE objects, until the file is written
}

func (e *encoder) close() {
	for _, c := range e.open {
		_ = c.Close() // they were only read
	}
}

func (e *encoder) file(w io.Writer, m *mapi.Message) error {
	if n := e.opts.Codepage; n != 0 {
		page, ok := encodingOf(n)
		if !ok {
			return fmt.Errorf("%w: %s", mapi.ErrInvalidParameter, codepageDetail(n))
		}
		e.page = page
	}
	root := &cfb.Storage{Attrs: cfb.Attrs{Class: classMessage}}
	names := root.Sub(namesName)
	if err := e.message(root, m, topHeader, 1); err != nil {
		return err
	}
	e.write(names)
	image, err := cfb.Plan(root, e.opts.LargeSectors)
	if err != nil {
		return err
	}
	_, err = image.WriteTo(w)
	return err
}

// message writes a message into its storage (MS-OXMSG 2.1.1, 2.4.1.1).
func (e *encoder) message(s *cfb.Storage, m *mapi.Message, header, depth int) error {
	if m == nil {
		m = &mapi.Message{}
	}
	if depth > e.opts.MaxDepth {
		return fmt.Errorf("%w: messages nested deeper than %d", mapi.ErrTooComplex, e.opts.MaxDepth)
	}
	defer func(outer encoding.Encoding) { e.html = outer }(e.html)
	e.html = e.page
	if n, ok := props.PidTagInternetCodepage.Get(m); ok && e.page != nil {
		if page, ok := encodingOf(int(n)); ok {
			e.html = page
		}
	}
	l := newList(e, s, header)
	le.PutUint32(l.rows[8:], uint32(len(m.Recipients)))
	le.PutUint32(l.rows[12:], uint32(len(m.Attachments)))
	le.PutUint32(l.rows[16:], uint32(len(m.Recipients)))
	le.PutUint32(l.rows[20:], uint32(len(m.Attachments)))
	support := uint32(unicodeOK)
	if e.page != nil {
		support = 0
		l.row(tagPage, uint32(e.opts.Codepage), 0)
	}
	l.row(tagSupport, support, 0)
	for p, v := range m.All() {
		if p.Same(mapi.Tagged(tagSupport)) || e.page != nil && p.Same(mapi.Tagged(tagPage)) {
			continue
		}
		if err := l.property(p, v); err != nil {
			return err
		}
	}
	l.end()
	for i, r := range m.Recipients {
		if err := e.recipient(s.Sub(childName(recipientName, i)), r); err != nil {
			return err
		}
	}
	for i, a := range m.Attachments {
		if err := e.attachment(s.Sub(childName(attachmentName, i)), a, depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) recipient(s *cfb.Storage, r *mapi.Recipient) error {
	l := newList(e, s, childHeader)
	if r != nil {
		for p, v := range r.All() {
			if err := l.property(p, v); err != nil {
				return err
			}
		}
	}
	l.end()
	return nil
}

func (e *encoder) attachment(s *cfb.Storage, a *mapi.Attachment, depth int) error {
	l := newList(e, s, childHeader)
	if a == nil {
		a = &mapi.Attachment{}
	}
	object := mapi.Tagged(tagObject)
	for p, v := range a.All() {
		if a.Embedded != nil && p == object {
			continue // the message is in its place
		}
		if err := l.property(p, v); err != nil {
			return err
		}
	}
	if a.Embedded != nil {
		// Readers go by this; a message has no other mark that it is one.
		if !props.PidTagAttachMethod.Has(a) {
			l.row(props.PidTagAttachMethod.Prop().Tag(), uint32(mapi.AttachEmbeddedMessage), 0)
		}
		l.row(tagObject, storageSize, embeddedMessage)
		if err := e.message(s.Sub(streamName(tagObject)), a.Embedded, embeddedHeader, depth+1); err != nil {
			return err
		}
	}
	l.end()
	return nil
}
