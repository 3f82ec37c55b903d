package rowkey

import (
	"encoding/binary"

	"github.com/okapi-mail/okapi/mapi"
)

// A Body is what a message has beside its row: the properties that tables do not
// read, recipients and attachments.
type Body struct {
	Owner   uint64 // who holds the references to contents in the pool
	Message *mapi.Message
}

// MaxEmbedded is the depth to which stored messages may be nested.
const MaxEmbedded = 64

// AppendBody writes a body. Large values must have been replaced by Contents in
// refs, which is asked first.
func (c *Codec) AppendBody(b []byte, body Body, skip func(mapi.Prop) bool, refs func(mapi.Value) (Content, bool)) ([]byte, error) {
	b = binary.AppendUvarint(b, body.Owner)
	w := bodyWriter{c, refs}
	return w.message(b, body.Message, skip, 0)
}

type bodyWriter struct {
	*Codec
	refs func(mapi.Value) (Content, bool)
}

func (w bodyWriter) bag(b []byte, bag *mapi.Properties, skip func(mapi.Prop) bool) ([]byte, error) {
	n := bag.Len()
	if skip != nil {
		for p := range bag.All() {
			if skip(p) {
				n--
			}
		}
	}
	b = binary.AppendUvarint(b, uint64(n))
	var err error
	for p, v := range bag.All() {
		if skip != nil && skip(p) {
			continue
		}
		if content, ok := w.refs(v); ok {
			b, err = w.AppendProperty(b, p, content)
		} else {
			b, err = w.AppendProperty(b, p, v)
		}
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

func (w bodyWriter) message(b []byte, m *mapi.Message, skip func(mapi.Prop) bool, depth int) ([]byte, error) {
	if depth > MaxEmbedded {
		return b, mapi.ErrTooComplex
	}
	b, err := w.bag(b, &m.Properties, skip)
	if err != nil {
		return b, err
	}
	b = binary.AppendUvarint(b, uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		if b, err = w.bag(b, &r.Properties, nil); err != nil {
			return b, err
		}
	}
	b = binary.AppendUvarint(b, uint64(len(m.Attachments)))
	for _, a := range m.Attachments {
		if b, err = w.bag(b, &a.Properties, nil); err != nil {
			return b, err
		}
		if a.Embedded == nil {
			b = append(b, 0)
			continue
		}
		if b, err = w.message(append(b, 1), a.Embedded, nil, depth+1); err != nil {
			return b, err
		}
	}
	return b, nil
}

// ParseBody reads a body.
func (c *Codec) ParseBody(b []byte) (Body, error) {
	r := &reader{b: b}
	body := Body{Owner: r.uvarint()}
	body.Message = c.message(r, 0)
	return body, r.done()
}

func (c *Codec) message(r *reader, depth int) *mapi.Message {
	if depth > MaxEmbedded {
		r.fail("messages nested too deep")
		return nil
	}
	m := &mapi.Message{Properties: c.bag(r)}
	for range r.count() {
		if m.Recipients = append(m.Recipients, &mapi.Recipient{Properties: c.bag(r)}); r.err != nil {
			return m
		}
	}
	for range r.count() {
		a := &mapi.Attachment{Properties: c.bag(r)}
		if r.byte() != 0 {
			a.Embedded = c.message(r, depth+1)
		}
		if m.Attachments = append(m.Attachments, a); r.err != nil {
			return m
		}
	}
	return m
}
