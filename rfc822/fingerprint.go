package rfc822

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/okapi-mail/okapi/mapi"
)

// An fprint is the fingerprint of what the mail form of a message depends on.
type fprint struct {
	sum         [sha256.Size]byte
	attachments [][sha256.Size]byte // in the order of the message
	fields      []uint64            // of the named properties of PS_INTERNET_HEADERS
}

// fingerprint digests the properties, recipients and attachments that the mail
// form of a message depends on, in no order. It leaves out what a store computes
// or changes without changing what the mail says: flags, categories, ids, sizes,
// times of storage, conversation. A value is the same whether it is held in
// memory or is a stream; a [mapi.Digester] is not read.
//
// Kept header fields have hashes of their own: a store may refuse names, and then
// the mail is still the same, but a changed or added one is noticed.
func fingerprint(bag *mapi.Properties, recipients []*mapi.Recipient, attachments []*mapi.Attachment) (fprint, error) {
	c := collector{buf: make([]byte, 0, 2048)}
	return c.message(bag, recipients, attachments)
}

// message digests a message. What it appends to buf on the way it takes off
// again.
func (c *collector) message(bag *mapi.Properties, recipients []*mapi.Recipient, attachments []*mapi.Attachment) (f fprint, err error) {
	start := len(c.buf)
	kept := len(c.fields)
	c.bag(bag, messageProp)
	c.rows(recipients)
	for _, a := range attachments {
		f.attachments = append(f.attachments, c.attachment(a))
	}
	sorted := slices.Clone(f.attachments)
	slices.SortFunc(sorted, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	for i := range sorted {
		c.buf = append(append(c.buf, 'A'), sorted[i][:]...)
	}
	f.sum = sha256.Sum256(c.buf[start:])
	f.fields = c.fields[kept:]
	c.buf = c.buf[:start]
	return f, c.err
}

// rows appends the recipients, sorted.
func (c *collector) rows(recipients []*mapi.Recipient) {
	start := len(c.buf)
	var few [8]span
	rows := few[:0]
	for _, r := range recipients {
		from := len(c.buf)
		c.buf = append(c.buf, 'R')
		c.bag(&r.Properties, recipientProp)
		rows = append(rows, span{0, from, len(c.buf)})
	}
	c.arrange(start, rows, func(a, b span) int {
		return bytes.Compare(c.buf[a.start:a.end], c.buf[b.start:b.end])
	})
}

// attachment digests an attachment with the message in it.
func (c *collector) attachment(a *mapi.Attachment) (sum [sha256.Size]byte) {
	start := len(c.buf)
	c.bag(&a.Properties, attachmentProp)
	if e := a.Embedded; e != nil {
		fields := c.fields
		inner, _ := c.message(&e.Properties, e.Recipients, e.Attachments)
		c.fields = fields
		c.buf = append(append(c.buf, 'M'), inner.sum[:]...)
	}
	sum = sha256.Sum256(c.buf[start:])
	c.buf = c.buf[:start]
	return sum
}

// messageProp: the tagged properties of a message that mail depends on.
func messageProp(id uint32) bool {
	switch id {
	case 0x001A, // PidTagMessageClass
		0x0015, 0x0030, 0x000F, 0x0019, // expiry, reply, deferred, latest delivery time
		0x0017, 0x0036, // importance, sensitivity
		0x0023, 0x0029, // receipts
		0x0037, 0x0039, // subject, submit time
		0x0042, 0x0064, 0x0065, 0x5D02, // sent representing
		0x0C1A, 0x0C1E, 0x0C1F, 0x5D01, // sender
		0x402B, 0x4029, 0x402A, 0x5D05, // read receipt
		0x004F, 0x0050, // reply recipients
		0x007D,                         // transport headers
		0x1035, 0x1042, 0x1039, 0x1041, // internet ids, precedence
		0x1043, 0x1044, 0x1045, // lists
		0x1000, 0x1013, 0x1009, 0x1014, 0x1015, // bodies
		0x3FDE, 0x3FDF: // code page, suppression
		return true
	}
	return false
}

func recipientProp(id uint32) bool {
	switch id {
	case 0x0C15, 0x3001, 0x3002, 0x3003, 0x39FE: // type, name, address type, address, SMTP address
		return true
	}
	return false
}

func attachmentProp(id uint32) bool {
	switch id {
	case 0x3701, 0x3705, // data, method
		0x3707, 0x370E, 0x371B, // long name, media type, charset
		0x3711, 0x3712, 0x3713, // content base, id, location
		0x3714, 0x7FFE, 0x371A: // flags, hidden, payload class
		return true
	}
	return false
}

// A collector brings properties into a form that is the same for equal bags.
type collector struct {
	buf    []byte
	fields []uint64
	err    error
}

// A span is a piece of buf, and the property that it is.
type span struct {
	id         uint32
	start, end int
}

// bag appends the wanted properties, sorted by id.
func (c *collector) bag(bag *mapi.Properties, wanted func(id uint32) bool) {
	start := len(c.buf)
	var few [48]span
	list := few[:0]
	sorted := true
	for p, v := range bag.All() {
		switch {
		case p.Set == mapi.PSInternetHeaders:
			c.field(p, v)
		case !p.IsNamed() && wanted(p.ID) && !isEmpty(v):
			from := len(c.buf)
			c.buf = append(c.buf, byte(p.ID), byte(p.ID>>8))
			c.value(p.ID, v)
			if n := len(list); n > 0 && list[n-1].id > p.ID {
				sorted = false
			}
			list = append(list, span{p.ID, from, len(c.buf)})
		}
	}
	if !sorted {
		c.arrange(start, list, func(a, b span) int { return int(a.id) - int(b.id) })
	}
}

// isEmpty: stores may drop values of no length.
func isEmpty(v mapi.Value) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []byte:
		return len(v) == 0
	case mapi.Stream:
		return v.Size() == 0
	}
	return false
}

// arrange puts the pieces that make up buf from start on in order.
func (c *collector) arrange(start int, list []span, cmp func(a, b span) int) {
	slices.SortFunc(list, cmp)
	var few [2048]byte
	spare := append(few[:0], c.buf[start:]...)
	at := start
	for _, e := range list {
		at += copy(c.buf[at:], spare[e.start-start:e.end-start])
	}
}

// value appends a value: its kind, then itself when it is short, or its length
// and digest.
func (c *collector) value(id uint32, v mapi.Value) {
	switch v := v.(type) {
	case string:
		if id == 0x0037 && strings.Contains(v, "  ") { // stores build it from its parts
			v = strings.Join(strings.Fields(v), " ")
		}
		if c.head('s', int64(len(v))) {
			c.buf = append(c.buf, v...)
		} else {
			c.digest(sha256.Sum256(bytesOf(v)))
		}
	case []byte:
		if c.head('b', int64(len(v))) {
			c.buf = append(c.buf, v...)
		} else {
			c.digest(sha256.Sum256(v))
		}
	case mapi.Stream:
		c.stream(id, v)
	case int32:
		if id == 0x0C15 {
			v &= 0xF // the rest is the state of sending
		}
		c.buf = binary.LittleEndian.AppendUint32(append(c.buf, 'i'), uint32(v))
	case bool:
		b := byte(0)
		if v {
			b = 1
		}
		c.buf = append(c.buf, '?', b)
	case time.Time:
		c.buf = binary.LittleEndian.AppendUint64(append(c.buf, 't'), mapi.ToFileTime(v))
	default:
		c.buf = fmt.Appendf(c.buf, "%T%v", v, v)
	}
}

// bytesOf is s as bytes to read, without a copy.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// inlineValue is the length up to which a value stands for itself. A stream of
// that length is read, a longer one asked for its digest.
const inlineValue = 96

func (c *collector) head(kind byte, n int64) (inline bool) {
	c.buf = binary.AppendUvarint(append(c.buf, kind), uint64(n))
	return n <= inlineValue
}

func (c *collector) digest(sum [sha256.Size]byte) { c.buf = append(c.buf, sum[:]...) }

func (c *collector) stream(id uint32, s mapi.Stream) {
	if id == 0x0037 && s.Size() <= maxHeaderText {
		v, err := mapi.ReadValue(mapi.PtypString, s, maxHeaderText)
		c.fail(err)
		if err == nil {
			c.value(id, v)
		}
		return
	}
	kind := byte('b')
	if isText(id) {
		kind = 's'
	}
	inline := c.head(kind, s.Size())
	if d, ok := s.(mapi.Digester); ok && !inline {
		if sum, ok := d.Digest(); ok {
			c.digest(sum)
			return
		}
	}
	r, err := s.Open()
	if err != nil {
		c.err = err
		return
	}
	defer r.Close()
	if inline {
		b, err := io.ReadAll(io.LimitReader(r, inlineValue))
		c.fail(err)
		c.buf = append(c.buf, b...)
		return
	}
	h := sha256.New()
	_, err = copyAll(h, r)
	c.fail(err)
	c.buf = h.Sum(c.buf)
}

// isText: which of the properties are strings, for streams do not tell.
func isText(id uint32) bool {
	switch id {
	case 0x1013, 0x1009, 0x3701, 0x004F:
		return false
	}
	return true
}

func (c *collector) fail(err error) {
	if err != nil && c.err == nil {
		c.err = err
	}
}

// field hashes a kept header field by FNV-1a: it guards against changes, not
// against forgers, who have the message anyway.
func (c *collector) field(p mapi.Prop, v mapi.Value) {
	if s, ok := v.(mapi.Stream); ok {
		text, err := mapi.ReadValue(p.Type, s, maxHeaderText)
		c.fail(err)
		v = text
	}
	s, ok := v.(string)
	if !ok {
		return
	}
	h := uint64(14695981039346656037)
	for _, t := range [3]string{p.Name, "\x00", s} {
		for i := 0; i < len(t); i++ {
			h = (h ^ uint64(t[i])) * 1099511628211
		}
	}
	c.fields = append(c.fields, h)
}

// copyAll copies with a buffer of moderate size, whatever r and w can do.
func copyAll(w io.Writer, r io.Reader) (int64, error) {
	if t, ok := r.(io.WriterTo); ok {
		return t.WriteTo(w)
	}
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, make([]byte, 32<<10))
}
