package tnef

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
	"github.com/okapi-mail/okapi/rfc822/internal/spool"
)

// Decode reads a TNEF stream from r to its end and returns the message that it
// holds. The error is [mapi.ErrCorruptData] when r does not begin as TNEF does,
// [mapi.ErrUnknownCodepage] for that of opts, or that of reading r or of the temporary
// file; whatever else is wrong is reported, and the message has what could be read. Large values of the message are streams
// that stay readable until [Release].
func Decode(r io.Reader, opts *Options) (*mapi.Message, error) {
	o := opts.withDefaults()
	cs, ok := charset(o.Codepage)
	if !ok {
		return nil, &mapi.Error{Op: "tnef.Decode", Code: mapi.ErrUnknownCodepage, Err: fmt.Errorf("code page %d", o.Codepage)}
	}
	head, file, size, err := spool.Read(r, o.MemoryLimit, o.TempDir)
	if err != nil {
		return nil, &mapi.Error{Op: "tnef.Decode", Code: mapi.ErrCallFailed, Err: err}
	}
	src := &source{ra: entity.Bytes(head), size: size}
	if file != nil {
		src.ra, src.file = file, file
	}
	d := &decoder{src: src, opts: o}
	msg, ok := d.stream(entity.Range{End: size}, scope{charset: cs})
	switch {
	case d.err != nil:
		err = &mapi.Error{Op: "tnef.Decode", Code: mapi.ErrCallFailed, Err: d.err}
	case !ok:
		err = &mapi.Error{Op: "tnef.Decode", Code: mapi.ErrCorruptData, Err: fmt.Errorf("no TNEF stream")}
	default:
		return msg, nil
	}
	if file != nil {
		file.Close()
	}
	return nil, err
}

// Release gives back at once the temporary file that [Decode] may have made for
// msg. Streams of msg, and of other messages that hold some of its values, report
// os.ErrClosed from then on. Without Release the file goes when the garbage
// collector finds that nothing refers to it. For messages without a file Release
// does nothing.
func Release(msg *mapi.Message) { spool.Release(msg) }

// CorrelationKey returns the text that ties a mail to the TNEF stream in it
// (MS-OXCMAIL 2.1.3.4.2): PidTagTnefCorrelationKey without its end, else the
// message id, else "". A mail whose X-MS-TNEF-Correlator field is something else
// carries a stream that was made for another one.
func CorrelationKey(msg *mapi.Message) string {
	if b, ok := props.PidTagTnefCorrelationKey.Get(msg); ok {
		if s := untilNUL(b); len(s) > 0 {
			return string(s)
		}
	}
	return props.PidTagInternetMessageId.Or(msg, "")
}

// A decoder reads one source. Reading errors are kept in err; decoding goes on
// with what there is.
type decoder struct {
	src  *source
	opts Options
	err  error
	buf  []byte // for checksums
	held int64  // bytes of values in memory

	// so far, in all messages
	attributes, properties, values, recipients int
	full                                       bool // a limit was reported
}

func (d *decoder) report(r entity.Rule, at int64, format string, args ...any) {
	d.opts.Report(Issue{Rule: r, Offset: at, Detail: printable(fmt.Sprintf(format, args...))})
}

// printable is s without what a name from outside could do to a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// spend reports whether n more of something are within a limit, and counts them.
func (d *decoder) spend(count *int, limit, n int, at int64, what string) bool {
	if n > limit-*count {
		if !d.full {
			d.full = true
			d.report(RuleLimit, at, "more than %d %s", limit, what)
		}
		return false
	}
	*count += n
	return true
}

func (d *decoder) failed(err error) {
	if err != nil && d.err == nil {
		d.err = err
	}
}

// An attribute is one that the source has.
type attribute struct {
	id   uint32
	at   int64 // where it begins
	data entity.Range
}

// scan lists the attributes of a stream, whose signature was read, and checks
// their sums.
func (d *decoder) scan(at entity.Range) (list []attribute) {
	c := d.src.cursor(at)
	for c.left() > 0 {
		begin := c.pos
		head := c.next(attributeHead)
		if head == nil {
			d.report(RuleTrailing, begin, "%d bytes", c.left())
			break
		}
		level, id, size := head[0], le.Uint32(head[1:]), int64(le.Uint32(head[5:]))
		if level != levelMessage && level != levelAttachment {
			d.report(RuleLevel, begin, "level %d; the rest, %d bytes, is not read", level, at.End-begin)
			break
		}
		if !d.spend(&d.attributes, d.opts.MaxAttributes, 1, begin, "attributes") {
			break
		}
		canonical, where, isKnown := known(id)
		if isKnown && where != level {
			d.report(RuleLevel, begin, "%s at level %d", idString(id), level)
		}
		whole := size <= c.left()
		a := attribute{id: canonical, at: begin, data: entity.Range{Start: c.pos, End: c.pos + min(size, c.left())}}
		c.skip(size)
		sum := c.next(checksumSize)
		switch {
		case !whole, sum == nil:
			d.report(RuleTruncated, begin, "%s of %d bytes: %d are there", idString(id), size, a.data.Len())
		default:
			d.verify(a, le.Uint16(sum))
		}
		if isKnown {
			list = append(list, a)
		} else {
			d.report(RuleAttribute, begin, "%s of %d bytes", idString(id), a.data.Len())
		}
		if !whole || sum == nil {
			break
		}
	}
	d.failed(c.err)
	return list
}

// verify checks the sum of an attribute. Old writers got that of message classes
// wrong (MS-OXTNEF 2.3.3.4).
func (d *decoder) verify(a attribute, want uint16) {
	if a.id == attMessageClass || a.id == attOriginalMessageClass {
		return
	}
	got, err := d.src.checksum(a.data, &d.buf)
	if err != nil {
		d.failed(err)
	} else if got != want {
		d.report(RuleChecksum, a.at, "%s: 0x%04X, not 0x%04X", idString(a.id), got, want)
	}
}

// A scope is what is known of a stream while it is read. Embedded ones begin with
// what their parent knows.
type scope struct {
	depth   int
	charset *entity.Charset // of its 8-bit strings
	zone    zone            // of the dates in its attributes
}

// stream reads a range as a message. ok is false when it does not begin as TNEF
// does.
func (d *decoder) stream(at entity.Range, s scope) (*mapi.Message, bool) {
	head := d.src.cursor(at).next(headSize)
	if head == nil || le.Uint32(head) != signature {
		return nil, false
	}
	list := d.scan(entity.Range{Start: at.Start + headSize, End: at.End})
	m := &message{decoder: d, scope: s, Message: &mapi.Message{}}
	m.codepage(list)
	m.readMessage(list)
	m.readAttachments(list)
	return m.Message, true
}

// A message is one that is being read.
type message struct {
	*decoder
	scope
	*mapi.Message
	cut []cutOff
}

// codepage finds the code page before any string is read, wherever it stands
// (MS-OXTNEF 2.1.3.3.2). A stream that names none has that of its message.
func (m *message) codepage(list []attribute) {
	found := m.depth > 0 // embedded ones have that of their parent
	for _, a := range list {
		if a.id != attOemCodepage {
			continue
		}
		n, ok := m.src.cursor(a.data).uint32()
		if !ok {
			m.report(RuleValue, a.at, "code page of %d bytes", a.data.Len())
		} else if cs, ok := charset(int32(n)); ok {
			m.charset, found = cs, true
		} else if n != 0 {
			m.report(RuleCodepage, a.at, "code page %d", n)
		}
	}
	if !found {
		m.messageCodepage(list)
	}
}

// messageCodepage takes PidTagMessageCodepage. The properties are read for it once
// more, quietly.
func (m *message) messageCodepage(list []attribute) {
	ahead := &message{decoder: &decoder{src: m.src, opts: m.opts}, scope: m.scope, Message: &mapi.Message{}}
	ahead.opts.Report = func(Issue) {}
	for _, a := range list {
		if a.id == attMsgProps {
			ahead.list(ahead.src.cursor(a.data), &ahead.Properties, inMessage, nil)
		}
	}
	if n, ok := props.PidTagMessageCodepage.Get(ahead); ok {
		if cs, ok := charset(n); ok {
			m.charset = cs
		}
	}
}

// readMessage reads the attributes of the message itself. Lists of properties come
// first, since they win over other attributes.
func (m *message) readMessage(list []attribute) {
	for _, a := range list {
		switch a.id {
		case attMsgProps:
			c := m.src.cursor(a.data)
			m.end(c, m.list(c, &m.Properties, inMessage, nil))
		case attRecipTable:
			m.recipientTable(a)
		}
	}
	m.zone = m.zone.infer(m, &m.Properties, list)
	class := m.class(list)
	for _, a := range list {
		m.legacy(a, class)
	}
	m.useCutOff()
}

// recipientTable reads rows of properties (MS-OXTNEF 2.1.3.3.22).
func (m *message) recipientTable(a attribute) {
	c := m.src.cursor(a.data)
	n, ok := c.uint32()
	if !ok {
		m.report(RuleTruncated, a.at, "recipients")
		return
	}
	for range n {
		if c.left() < 4 {
			m.report(RuleTruncated, c.pos, "%d recipients of %d", len(m.Recipients), n)
			return
		}
		if !m.spend(&m.decoder.recipients, m.opts.MaxRecipients, 1, c.pos, "recipients") {
			return
		}
		r := &mapi.Recipient{}
		m.Recipients = append(m.Recipients, r)
		if !m.list(c, &r.Properties, inRecipient, nil) {
			m.failed(c.err)
			return
		}
	}
	m.end(c, true)
}

// end reports what is left behind a list that was read to its end.
func (m *message) end(c *cursor, whole bool) {
	m.failed(c.err)
	if whole && c.left() > 0 {
		m.report(RuleTrailing, c.pos, "%d bytes behind a list", c.left())
	}
}
