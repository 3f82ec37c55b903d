package rfc822

import (
	"crypto/sha256"
	"io"
	"sync"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// An Issue is a rule that a mail broke, and where; see [entity.Issue].
type Issue = entity.Issue

// DecodeOptions bound and watch [Decode]. The zero value and nil mean the
// defaults.
type DecodeOptions struct {
	// MaxHeaderBytes, MaxParts and MaxDepth are the limits of
	// [entity.Options]: 1 MiB, 10,000 and 50 by default. What exceeds them stays
	// in the source form of the message, is not made into properties, and is
	// reported.
	MaxHeaderBytes, MaxParts, MaxDepth int

	// MaxRecipients is how many recipients a message gets, and MaxNames how many
	// header fields become named properties of PS_INTERNET_HEADERS. All others
	// are still in PidTagTransportMessageHeaders. 0 means 10,000 and 64.
	MaxRecipients, MaxNames int

	// MemoryLimit is how many bytes of mail are held in memory; longer ones are
	// kept in a temporary file, and parts of the message refer to it. 0 means
	// 8 MiB.
	MemoryLimit int64

	// TempDir is where temporary files are made. "" means os.TempDir.
	TempDir string

	// InlineLimit is the size in bytes from which attachments are streams that
	// decode when they are read. 0 means 32 KiB.
	InlineLimit int

	// JoinHTML makes one document of an HTML body and the texts after it in a
	// multipart/mixed. Otherwise they are attachments (MS-OXCMAIL 2.2.3.3): what
	// different people wrote should not look like one text. Parts of plain text
	// are always joined.
	JoinHTML bool

	// KeepTNEF leaves winmail.dat as an attachment. Otherwise the mail gets what
	// is in it, unless it belongs to another mail.
	KeepTNEF bool

	// KeepCards leaves vCards as files. Otherwise a part that is one vCard becomes
	// an embedded contact (MS-OXCMAIL 2.2.3.4.4).
	KeepCards bool

	// Inside says that the mail comes from a server of the own organisation:
	// what X-MS-Exchange-Organization- fields say is believed, such as the spam
	// confidence. From outside these fields are only header text.
	Inside bool

	// Location is the zone of times in invitations that name none. nil means
	// UTC.
	Location *time.Location

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *DecodeOptions) withDefaults() DecodeOptions {
	var d DecodeOptions
	if o != nil {
		d = *o
	}
	if d.MaxRecipients <= 0 {
		d.MaxRecipients = 10_000
	}
	if d.MaxNames <= 0 {
		d.MaxNames = 64
	}
	if d.MemoryLimit <= 0 {
		d.MemoryLimit = 8 << 20
	}
	if d.InlineLimit <= 0 {
		d.InlineLimit = 32 << 10
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

// Rules that this package reports beside those of package entity.
const (
	RuleRecipients entity.Rule = "recipients" // more than MaxRecipients
	RuleNames      entity.Rule = "names"      // more than MaxNames header fields to keep
)

// Decode reads a mail from r to its end and returns it as a message. Any bytes
// are a mail, also none; the error is that of reading r, or of the temporary
// file. Large values of the message are streams that stay readable until
// [Release].
func Decode(r io.Reader, opts *DecodeOptions) (*mapi.Message, error) {
	o := opts.withDefaults()
	src, err := readSource(r, o.MemoryLimit, o.TempDir)
	if err != nil {
		return nil, &mapi.Error{Op: "rfc822.Decode", Code: mapi.ErrCallFailed, Err: err}
	}
	msg, err := decode(src, o)
	if err != nil {
		return nil, &mapi.Error{Op: "rfc822.Decode", Code: mapi.ErrCallFailed, Err: err}
	}
	return msg, nil
}

// DecodeAt decodes the size bytes of ra without making a copy of a large mail:
// streams of the message read ra, which must stay as it is for as long as they
// are used. A mail within the memory limit is read at once, and ra is not used
// any more.
func DecodeAt(ra io.ReaderAt, size int64, opts *DecodeOptions) (*mapi.Message, error) {
	o := opts.withDefaults()
	src := &source{ra: ra, size: size}
	if size <= o.MemoryLimit {
		b, err := src.read(entity.Range{Start: 0, End: size})
		if err != nil {
			return nil, &mapi.Error{Op: "rfc822.DecodeAt", Code: mapi.ErrCallFailed, Err: err}
		}
		src.ra = entity.Bytes(b)
	}
	msg, err := decode(src, o)
	if err != nil {
		return nil, &mapi.Error{Op: "rfc822.DecodeAt", Code: mapi.ErrCallFailed, Err: err}
	}
	return msg, nil
}

func decode(src *source, o DecodeOptions) (*mapi.Message, error) {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.src, d.opts = src, o
	if err := d.root.Parse(src.ra, src.size, &entity.Options{
		MaxHeaderBytes: o.MaxHeaderBytes,
		MaxParts:       o.MaxParts,
		MaxDepth:       o.MaxDepth,
		Report:         o.Report,
	}); err != nil {
		return nil, err
	}
	msg := d.message(&d.root)
	return msg, d.err
}

// decoders are those at rest. What a decoder needs beside the message that it
// makes is a fifth of all memory that a small mail takes.
var decoders = sync.Pool{New: func() any { return &decoder{} }}

// release keeps nothing of the mail but room.
func (d *decoder) release() {
	list := d.list[:cap(d.list)]
	clear(list)
	if cap(list) > 64 {
		list = nil
	}
	d.root.Reset()
	*d = decoder{root: d.root, list: list[:0]}
	decoders.Put(d)
}

// A decoder turns the parts of one source into messages. Reading errors are kept
// in err; decoding goes on with what there is.
type decoder struct {
	src    *source
	opts   DecodeOptions
	nested int // encoded messages within encoded messages
	err    error

	root  entity.Part
	outer message          // of root
	list  []entity.Address // of the present field

	content *entity.Decoder // its buffers serve all large parts; nil before the first
	meter   meter
}

func (d *decoder) report(r entity.Rule, p *entity.Part, detail string) {
	d.opts.Report(Issue{Rule: r, Offset: p.Head.Start, Detail: entity.Excerpt([]byte(detail))})
}

func (d *decoder) failed(err error) bool {
	if err != nil && d.err == nil {
		d.err = err
	}
	return err != nil
}

// message turns the message that part is into a MAPI message.
func (d *decoder) message(part *entity.Part) *mapi.Message {
	m := &d.outer
	if m.decoder != nil { // it is one within another
		m = &message{}
	}
	made := &result{}
	made.Properties = mapi.PropertiesOf(made.list[:0])
	made.Recipients = made.recipients[:0]
	*m = message{decoder: d, part: part, Message: &made.Message, room: made.room[:]}
	m.recipe.whole = entity.Range{Start: part.Head.Start, End: part.Body.End}
	m.recipe.body = part.Body.Start
	m.header()
	m.content()
	m.classify()
	m.finish()
	return m.Message
}

// A message is a message that is being decoded.
type message struct {
	*decoder
	*mapi.Message
	part    *entity.Part
	recipe  builder
	bodies  bodies
	urgent  bool               // a field says how important the mail is
	inner   []*mapi.Attachment // of the TNEF stream
	wrapped []placed           // in its files

	room []string // for boxes
	keys []byte   // room for the keys of addresses
}

// A result is a message with the room that most mails fill, in one allocation.
type result struct {
	mapi.Message
	list       [36]mapi.Property
	recipients [4]*mapi.Recipient
	room       [14]string
}

// measure decodes a range once, to learn its size, its digest and its layout.
// Of text it measures the UTF-8 form.
func (d *decoder) measure(at entity.Range, enc entity.Encoding, text *entity.Charset) (c *content, l entity.Layout, exact int64) {
	if d.content == nil {
		d.content = &entity.Decoder{}
	}
	if b, ok := d.src.bytes(at); ok {
		d.content.ResetBytes(enc, b)
	} else {
		d.content.Reset(enc, d.src.section(at))
	}
	if d.meter.hash == nil {
		d.meter.hash = sha256.New()
	}
	d.meter.hash.Reset()
	d.meter.n = 0
	var err error
	if text != nil {
		_, err = io.Copy(&d.meter, textReader(text, d.content))
	} else {
		_, err = d.content.WriteTo(&d.meter)
	}
	d.failed(err)
	c = &content{src: d.src, at: at, enc: enc, text: text, size: d.meter.n}
	d.meter.hash.Sum(c.sum[:0])
	if enc == entity.Identity || enc == entity.Unknown {
		return c, entity.Layout{Encoding: entity.Identity}, at.Len()
	}
	l, exact, ok := d.content.Layout()
	if !ok {
		exact = 0
	}
	return c, l, exact
}
