package msg

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Decode reads the .msg file of size bytes in r. The error is [mapi.ErrCorruptData] for
// what is no compound file with a message in it, [mapi.ErrTooBig] for what exceeds
// MaxEntries or MemoryLimit, and that of r otherwise.
//
// Streams of the message read r whenever they are read: r belongs to the message until
// its last use, must be safe for concurrent use if they are used so, and is closed by
// the caller.
func Decode(r io.ReaderAt, size int64, opts *DecodeOptions) (*mapi.Message, error) {
	d := &decoder{opts: opts.withDefaults()}
	m, err := d.file(r, size)
	if err != nil {
		code := mapi.ErrCallFailed
		for _, c := range []mapi.Code{mapi.ErrCorruptData, mapi.ErrTooBig} {
			if errors.Is(err, c) {
				code = c
			}
		}
		return nil, &mapi.Error{Op: "msg.Decode", Code: code, Err: err}
	}
	return m, nil
}

// A decoder turns the storages of one file into messages. What must end it is kept in
// err: an error of the source, or a bound that was passed.
type decoder struct {
	opts  DecodeOptions
	f     *cfb.File
	names []mapi.Prop // by index; without identity where a name is missing
	held  int64       // bytes in memory
	err   error
}

func (d *decoder) file(r io.ReaderAt, size int64) (*mapi.Message, error) {
	var err error
	d.f, err = cfb.Open(r, size, cfb.Options{MaxEntries: d.opts.MaxEntries, Report: func(path, detail string) {
		d.opts.Report(Issue{Rule: RuleContainer, Path: path, Detail: detail})
	}})
	if err != nil {
		return nil, err
	}
	if !isMessage(d.f.Root) {
		return nil, fmt.Errorf("%w: a compound file without a message", mapi.ErrCorruptData)
	}
	if names := d.f.Root.Child(namesName); names != nil {
		d.readNames(names)
	}
	m := d.message(d.f.Root, codepages{general: d.opts.Codepage}, 1)
	return m, d.err
}

// isMessage reports whether a storage looks like an object with properties.
func isMessage(e *cfb.Entry) bool {
	return slices.ContainsFunc(e.Children, func(c *cfb.Entry) bool {
		return strings.EqualFold(c.Name, propertiesName) || strings.HasPrefix(c.Name, valueName)
	})
}

func (d *decoder) report(i Issue) { d.opts.Report(i) }

// failed reports whether err ends decoding. Damage does not: it is reported.
func (d *decoder) failed(err error, at Issue) bool {
	if errors.Is(err, mapi.ErrCorruptData) {
		at.Detail = err.Error()
		d.report(at)
		return false
	}
	if err != nil && d.err == nil {
		d.err = err
	}
	return d.err != nil
}

// hold counts bytes that stay in memory.
func (d *decoder) hold(n int64) {
	if d.held += n; d.held > d.opts.MemoryLimit && d.err == nil {
		d.err = fmt.Errorf("%w: values of more than %d bytes", mapi.ErrTooBig, d.opts.MemoryLimit)
	}
}

// read returns what there is of a stream, and what must be said about it.
func (d *decoder) read(e *cfb.Entry, at Issue) []byte {
	b, err := d.f.ReadAll(e, d.opts.MemoryLimit-d.held)
	d.failed(err, at)
	d.hold(int64(len(b)))
	return b
}

// message reads a message, at the top or in an attachment (MS-OXMSG 2.1.1, 2.2.2.1).
func (d *decoder) message(e *cfb.Entry, outer codepages, depth int) *mapi.Message {
	m := &mapi.Message{}
	o := d.object(e, outer)
	o.header = messageHeader(o.size, depth)
	o.codepages()
	o.fill(&m.Properties)
	m.Delete(mapi.Tagged(tagSupport))
	for _, c := range d.children(e, recipientName, d.opts.MaxRecipients, RuleRecipients) {
		r := &mapi.Recipient{}
		o := d.object(c, o.pages)
		o.header = childHeader
		o.fill(&r.Properties)
		m.Recipients = append(m.Recipients, r)
	}
	for _, c := range d.children(e, attachmentName, d.opts.MaxAttachments, RuleAttach) {
		m.Attachments = append(m.Attachments, d.attachment(c, o.pages, depth))
	}
	return m
}

// messageHeader is the size of the header of a message's list. QUIRK: a message that
// was cut out of another, or put into one, as a file is keeps the header that it had;
// the size tells, as both differ by half a row.
func messageHeader(size int64, depth int) int {
	header, other := topHeader, embeddedHeader
	if depth > 1 {
		header, other = other, header
	}
	if size >= int64(other) && (size-int64(other))%rowSize == 0 {
		return other
	}
	return header
}

// children are the storages whose names begin so, in the order of their numbers.
func (d *decoder) children(e *cfb.Entry, prefix string, most int, rule Rule) (list []*cfb.Entry) {
	if d.err != nil {
		return nil
	}
	for _, c := range e.Children {
		if c.Kind == cfb.KindStorage && len(c.Name) >= len(prefix) && strings.EqualFold(c.Name[:len(prefix)], prefix) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b *cfb.Entry) int {
		return strings.Compare(strings.ToUpper(a.Name), strings.ToUpper(b.Name))
	})
	if len(list) > most {
		d.report(Issue{Rule: rule, Path: e.Path(), Detail: fmt.Sprintf("%d", len(list))})
		list = list[:most]
	}
	return list
}

// attachment reads an attachment. A storage as its data is a message when it has
// properties, and an object of some other program otherwise (MS-OXMSG 2.2.2).
func (d *decoder) attachment(e *cfb.Entry, outer codepages, depth int) *mapi.Attachment {
	a := &mapi.Attachment{}
	o := d.object(e, outer)
	o.header = childHeader
	data := o.entries[valueKey{tagObject, single}]
	o.embeds = data != nil && data.Kind == cfb.KindStorage && isMessage(data) && depth < d.opts.MaxDepth
	o.fill(&a.Properties)
	if method, ok := props.PidTagAttachMethod.Get(a); o.embeds && (!ok || method != mapi.AttachStorage) {
		a.Embedded = d.message(data, outer, depth+1)
		if !ok {
			props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
		}
	} else if o.embeds {
		o.embeds = false
		o.row(&a.Properties, row{tag: tagObject})
	} else if data != nil && data.Kind == cfb.KindStorage && isMessage(data) && depth >= d.opts.MaxDepth {
		d.report(Issue{Rule: RuleDepth, Path: data.Path()})
	}
	return a
}
