package rfc822

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An fprint is the fingerprint of what the mail form of a message depends on.
type fprint struct {
	header      [sha256.Size]byte   // of what only the header fields of the mail say
	content     [sha256.Size]byte   // of the class, the bodies, the attachments, and the header text
	carried     [sha256.Size]byte   // of what only a second form of the message says, if there is one
	attachments [][sha256.Size]byte // in the order of the message
	fields      []uint64            // of the named properties of PS_INTERNET_HEADERS
	taken       taken               // by the recipe, whose fingerprint it is
}

// fingerprint digests the properties, recipients and attachments that the mail
// form of a message depends on, in no order. It leaves out what a store computes
// or changes without changing what the mail says: flags, categories, ids, sizes,
// times of storage, conversation. A value is the same whether it is held in
// memory or is a stream; a [mapi.Digester] is not read.
//
// Kept header fields have hashes of their own: a store may refuse names, and then
// the mail is still the same, but a changed or added one is noticed.
//
// Values of taken properties have a checksum. Whoever finds another value with
// the same one wins nothing: the recipe has no copy of the former value that
// could come back, the mail has the bytes of the present one. For all others the
// digest must withstand people who know what a filter makes of their mail, and
// would like to see the former text go out again.
func fingerprint(msg *mapi.Message, t taken) (fprint, error) {
	c := collector{taken: t}
	f := c.message(&msg.Properties, msg.Recipients, msg.Attachments)
	f.taken = t
	return f, c.err
}

// A collector brings properties into a form that is the same for equal bags. Its
// methods append that form to a buffer and return it, as append does; they do not
// keep it, so that it can be on the stack.
type collector struct {
	taken  taken // of the outermost message
	fields []uint64
	others []uint64 // those that are no header fields, which a store never refuses
	err    error

	// Room for the properties of a bag.
	keys   [48]uint32
	values [48]mapi.Value
}

// message digests a message.
func (c *collector) message(bag *mapi.Properties, recipients []*mapi.Recipient, attachments []*mapi.Attachment) (f fprint) {
	kept := len(c.fields)
	var room [2048]byte
	buf, split := c.bag(room[:0], bag, messageProp)
	for _, a := range attachments {
		f.attachments = append(f.attachments, c.attachment(a))
	}
	f.content = c.content(buf[:split], f.attachments)
	buf = c.rows(buf, recipients)
	f.header = sha256.Sum256(buf[split:])
	if c.taken&carried != 0 {
		f.carried = c.said(bag, recipients)
	}
	f.fields = c.fields[kept:]
	return f
}

// content digests the properties of the content with the attachments.
func (c *collector) content(buf []byte, attachments [][sha256.Size]byte) [sha256.Size]byte {
	if len(attachments) == 0 {
		return sha256.Sum256(buf)
	}
	var room [1024]byte
	buf = append(room[:0], buf...)
	sorted := slices.Clone(attachments)
	slices.SortFunc(sorted, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	for i := range sorted {
		buf = append(append(buf, 'A'), sorted[i][:]...)
	}
	return sha256.Sum256(buf)
}

// rows appends the recipients, sorted.
func (c *collector) rows(buf []byte, recipients []*mapi.Recipient) []byte {
	start := len(buf)
	var few [8]span
	rows := few[:0]
	for _, r := range recipients {
		from := len(buf)
		buf = c.row(append(buf, 'R'), &r.Properties)
		rows = append(rows, span{from - start, len(buf) - start})
	}
	arrange(buf[start:], rows)
	return buf
}

// rowProps are the properties of a recipient that mail depends on, by id. They are
// asked for one by one, because the others are more.
var rowProps = [...]mapi.Prop{
	props.PidTagRecipientType.Prop(),
	props.PidTagDisplayName.Prop(),
	props.PidTagAddressType.Prop(),
	props.PidTagEmailAddress.Prop(),
	props.PidTagSmtpAddress.Prop(),
}

func (c *collector) row(buf []byte, bag *mapi.Properties) []byte {
	for i := range rowProps {
		if v := bag.Get(rowProps[i].Untyped()); v != nil && !isEmpty(v) {
			buf = c.value(appendID(buf, rowProps[i].ID), rowProps[i].ID, v)
		}
	}
	return buf
}

func appendID(buf []byte, id uint32) []byte { return append(buf, byte(id), byte(id>>8)) }

// A span is a piece of a buffer.
type span struct{ start, end int }

// arrange sorts the pieces that make up buf.
func arrange(buf []byte, pieces []span) {
	if len(pieces) < 2 {
		return
	}
	var few [1024]byte
	old := append(few[:0], buf...)
	slices.SortFunc(pieces, func(a, b span) int { return bytes.Compare(old[a.start:a.end], old[b.start:b.end]) })
	at := 0
	for _, p := range pieces {
		at += copy(buf[at:], old[p.start:p.end])
	}
}

// attachment digests an attachment with the message in it.
func (c *collector) attachment(a *mapi.Attachment) [sha256.Size]byte {
	var room [512]byte
	buf, _ := c.bag(room[:0], &a.Properties, attachmentProp)
	if c.taken&carried != 0 {
		buf = c.saidBag(buf, &a.Properties, isSaidOfAttachment)
	}
	if e := a.Embedded; e != nil {
		taken, fields, others := c.taken, c.fields, c.others
		c.taken, c.others = c.carriedBy(e), nil
		inner := c.message(&e.Properties, e.Recipients, e.Attachments)
		if c.taken != 0 {
			buf = append(append(buf, 'S'), inner.carried[:]...)
		}
		c.taken, c.fields, c.others, others = taken, fields, others, c.others
		buf = append(append(append(buf, 'M'), inner.header[:]...), inner.content[:]...)
		slices.Sort(others)
		for _, h := range others {
			buf = binary.LittleEndian.AppendUint64(buf, h)
		}
	}
	return sha256.Sum256(buf)
}

// A share is what of a mail depends on a property.
type share uint32

const (
	nothing   share = 0
	inContent share = 1
	inHeader  share = 1 << 31 // sorts behind the content
)

// messageProp: the tagged properties of a message that mail depends on.
func messageProp(id uint32) share {
	switch id {
	case 0x001A, // PidTagMessageClass
		0x007D,                                 // transport headers
		0x1000, 0x1013, 0x1009, 0x1014, 0x1015, // bodies
		0x3FDE: // code page
		return inContent
	case 0x0015, 0x0030, 0x000F, 0x0019, // expiry, reply, deferred, latest delivery time
		0x0017, 0x0036, // importance, sensitivity
		0x0023, 0x0029, // receipts
		0x0037, 0x0039, // subject, submit time
		0x0042, 0x0064, 0x0065, 0x5D02, // sent representing
		0x0C1A, 0x0C1E, 0x0C1F, 0x5D01, // sender
		0x402B, 0x4029, 0x402A, 0x5D05, // read receipt
		0x004F, 0x0050, // reply recipients
		0x1035, 0x1042, 0x1039, 0x1041, // internet ids, precedence
		0x1043, 0x1044, 0x1045, // lists
		0x3FDF: // suppression
		return inHeader
	}
	return nothing
}

// isField: the named properties that mail depends on: kept header fields, the
// classification, and when and where a meeting is. What became of the meeting
// since then is not what the mail says.
func isField(p mapi.Prop) bool {
	switch p.Set {
	case mapi.PSInternetHeaders:
		return true
	case mapi.PSETIDCommon:
		return p.ID >= 0x85B5 && p.ID <= 0x85BA
	case props.PSETIDAppointment:
		switch p.ID {
		case 0x8208, 0x820D, 0x820E, 0x8215, 0x8216: // location, start, end, all day, recurrence
			return true
		}
	}
	return false
}

func attachmentProp(id uint32) share {
	switch id {
	case 0x3701, 0x3705, // data, method
		0x3707, 0x370E, 0x371B, // long name, media type, charset
		0x3711, 0x3712, 0x3713, // content base, id, location
		0x3714, 0x7FFE, 0x371A: // flags, hidden, payload class
		return inContent
	}
	return nothing
}

// bag appends the properties that have a share: first those of the content, then,
// from split on, those of the header, each sorted by id.
func (c *collector) bag(buf []byte, bag *mapi.Properties, shareOf func(id uint32) share) (_ []byte, split int) {
	keys, values := c.keys[:0], c.values[:0]
	for p, v := range bag.All() {
		switch {
		case p.ID < 1<<16 && !p.IsNamed():
			if of := shareOf(p.ID); of != nothing && p.ID < 1<<15 && !isEmpty(v) {
				// The id with the place of the value: plain numbers sort fastest.
				keys = append(keys, uint32(of&inHeader)|p.ID<<16|uint32(len(values)))
				values = append(values, v)
			}
		case isField(p):
			c.field(p, v)
		}
	}
	slices.Sort(keys)
	split = -1
	for _, k := range keys {
		if k >= uint32(inHeader) && split < 0 {
			split = len(buf)
		}
		id := k << 1 >> 17
		buf = c.value(appendID(buf, id), id, values[k&0xFFFF])
	}
	if split < 0 {
		split = len(buf)
	}
	return buf, split
}

// isEmpty: stores may drop values of no length.
func isEmpty(v mapi.Value) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []byte:
		return len(v) == 0
	case int32, bool, time.Time: // before the interface, which takes longer to rule out
		return false
	case mapi.Stream:
		return v.Size() == 0
	}
	return false
}

// value appends a value: its kind, then itself when it is short, or its length
// and digest.
func (c *collector) value(buf []byte, id uint32, v mapi.Value) []byte {
	if id == 0x0037 {
		v = c.short(v)
	}
	switch v := v.(type) {
	case string:
		if id == 0x0037 && strings.Contains(v, "  ") { // stores build it from its parts
			v = strings.Join(strings.Fields(v), " ")
		}
		return c.bytes(buf, 's', id, bytesOf(v))
	case []byte:
		return c.bytes(buf, 'b', id, v)
	case int32:
		if id == 0x0C15 {
			v &= 0xF // the rest is the state of sending
		}
		return binary.LittleEndian.AppendUint32(append(buf, 'i'), uint32(v))
	case bool:
		b := byte(0)
		if v {
			b = 1
		}
		return append(buf, '?', b)
	case time.Time:
		return binary.LittleEndian.AppendUint64(append(buf, 't'), mapi.ToFileTime(v))
	case mapi.Stream:
		return c.stream(buf, id, v)
	}
	return append(buf, fmt.Sprintf("%T%v", v, v)...)
}

// short reads a text that is a stream, unless it is too long.
func (c *collector) short(v mapi.Value) mapi.Value {
	s, ok := v.(mapi.Stream)
	if !ok || s.Size() > maxHeaderText {
		return v
	}
	read, err := mapi.ReadValue(mapi.PtypString, s, maxHeaderText)
	if err != nil {
		c.fail(err)
		return ""
	}
	return read
}

// bytesOf is s as bytes to read, without a copy.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// inlineValue is the length up to which a value stands for itself. A stream of
// that length is read, a longer one asked for its digest.
const inlineValue = 96

// checkedValue is the length up to which a taken value has a checksum. A longer
// one has its digest, which streams know without being read.
const checkedValue = 16 << 10

func (c *collector) checked(id uint32, n int64) bool { return n <= checkedValue && c.taken.has(id) }

func appendHead(buf []byte, kind byte, n int64) []byte {
	return binary.AppendUvarint(append(buf, kind), uint64(n))
}

func (c *collector) bytes(buf []byte, kind byte, id uint32, v []byte) []byte {
	buf = appendHead(buf, kind, int64(len(v)))
	switch {
	case len(v) <= inlineValue:
		return append(buf, v...)
	case c.checked(id, int64(len(v))):
		return binary.LittleEndian.AppendUint32(buf, crc32.Checksum(v, crc32.MakeTable(crc32.Castagnoli)))
	}
	sum := sha256.Sum256(v)
	return append(buf, sum[:]...)
}

func (c *collector) stream(buf []byte, id uint32, s mapi.Stream) []byte {
	kind := byte('b')
	if isText(id) {
		kind = 's'
	}
	short := s.Size() <= inlineValue || c.checked(id, s.Size())
	if d, ok := s.(mapi.Digester); ok && !short {
		if sum, ok := d.Digest(); ok {
			return append(appendHead(buf, kind, s.Size()), sum[:]...)
		}
	}
	r, err := s.Open()
	if err != nil {
		c.fail(err)
		return buf
	}
	defer r.Close()
	if short {
		b, err := io.ReadAll(io.LimitReader(r, s.Size()))
		c.fail(err)
		return c.bytes(buf, kind, id, b)
	}
	h := sha256.New()
	_, err = copyAll(h, r)
	c.fail(err)
	return append(appendHead(buf, kind, s.Size()), h.Sum(nil)...)
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
	if p.Set == props.PSETIDAppointment && c.taken&carried != 0 {
		return // it is among what the calendar says
	}
	if s, ok := v.(mapi.Stream); ok {
		text, err := mapi.ReadValue(p.Type, s, maxHeaderText)
		c.fail(err)
		v = text
	}
	if p.Name == "" {
		p.Name = strconv.Itoa(int(p.ID))
	}
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case bool:
		s = trueFalse(v)
	case time.Time:
		s = strconv.FormatUint(mapi.ToFileTime(v), 10)
	case []byte:
		s = string(v)
	default:
		return
	}
	h := fieldHash(p.Name, s)
	c.fields = append(c.fields, h)
	if p.Set != mapi.PSInternetHeaders {
		c.others = append(c.others, h)
	}
}

// named hashes a property whose name is a text, which a store may refuse in the message
// itself, as it may a header field.
func (c *collector) named(p mapi.Prop, value []byte) {
	h := fieldHash(p.Set.String()+p.Name, string(value))
	c.fields = append(c.fields, h)
	c.others = append(c.others, h)
}

func fieldHash(name, value string) uint64 {
	h := uint64(14695981039346656037)
	for _, t := range [3]string{name, "\x00", value} {
		for i := 0; i < len(t); i++ {
			h = (h ^ uint64(t[i])) * 1099511628211
		}
	}
	return h
}

// copyAll copies with a buffer of moderate size, whatever r and w can do.
func copyAll(w io.Writer, r io.Reader) (int64, error) {
	if t, ok := r.(io.WriterTo); ok {
		return t.WriteTo(w)
	}
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, make([]byte, 32<<10))
}
