package tnef

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// EncodeOptions say how [Encode] writes a stream. The zero value and nil mean the
// defaults.
type EncodeOptions struct {
	// Key is the number in the head of the stream that tells attachments of several
	// messages apart. 0 means 1.
	Key uint16

	// Codepage is that of the attributes, which are 8-bit text; what it does not
	// have becomes a question mark there, and is whole in the list of properties.
	// 0 means PidTagMessageCodepage of the message, or 1252 when it is absent or
	// unknown.
	Codepage int32

	// CorrelationKey is written as PidTagTnefCorrelationKey, instead of that of the
	// message. It is what the mail's field X-MS-TNEF-Correlator must say; see
	// [CorrelationKey]. "" leaves the message's own.
	CorrelationKey string

	// Report is told which properties were left out since TNEF has no form for
	// them ([RuleType], [RuleName]). The offset is 0. nil means nobody.
	Report func(Issue)
}

// maxNested is how deep messages may be within each other.
const maxNested = 100

// Encode writes msg as a TNEF stream. Large values are read from their streams
// while they are written, once; large strings once more before, since their size in
// UTF-16 comes first. Texts end at their first NUL. Restrictions, rule actions and
// server ids have no form in TNEF and are left out, as is what the package comment
// says stays behind. The error is one of w or of reading msg, [mapi.ErrTooBig] when
// an attribute would be 4 GiB or more, [mapi.ErrTooComplex] for more than 100
// messages within each other, or [mapi.ErrUnknownCodepage].
func Encode(w io.Writer, msg *mapi.Message, opts *EncodeOptions) error {
	e := &encoder{}
	if opts != nil {
		e.opts = *opts
	}
	if e.opts.Report == nil {
		e.opts.Report = func(Issue) {}
	}
	if e.opts.Key == 0 {
		e.opts.Key = 1
	}
	if err := e.encode(w, msg); err != nil {
		return &mapi.Error{Op: "tnef.Encode", Code: mapi.CodeOf(err), Err: err}
	}
	return nil
}

// An encoder lays a message out, so that all sizes are known, before it writes.
type encoder struct {
	opts     EncodeOptions
	codepage int32
	charset  *entity.Charset
	nested   int
}

func (e *encoder) encode(w io.Writer, msg *mapi.Message) error {
	if err := e.choose(msg); err != nil {
		return err
	}
	l, err := e.message(msg)
	if err != nil {
		return err
	}
	out := &writer{w: bufio.NewWriterSize(w, window)}
	if err := l.writeTo(out); err != nil {
		return err
	}
	return out.w.Flush()
}

func (e *encoder) choose(msg *mapi.Message) error {
	const usual = 1252
	var ok bool
	if e.codepage = e.opts.Codepage; e.codepage != 0 {
		if e.charset, ok = charset(e.codepage); !ok {
			return fmt.Errorf("%w: %d", mapi.ErrUnknownCodepage, e.codepage)
		}
		return nil
	}
	e.codepage = props.PidTagMessageCodepage.Or(msg, usual)
	if e.charset, ok = charset(e.codepage); !ok {
		e.codepage = usual
		e.charset, _ = charset(usual)
	}
	return nil
}

// message lays out a stream: the head, the attributes of the message, its
// recipients and properties, its attachments (MS-OXTNEF 2.1.3).
func (e *encoder) message(msg *mapi.Message) (*layout, error) {
	if e.nested++; e.nested > maxNested {
		return nil, fmt.Errorf("%w: more than %d messages within each other", mapi.ErrTooComplex, maxNested)
	}
	defer func() { e.nested-- }()
	l := &layout{}
	l.uint32(signature)
	l.append(le.AppendUint16(nil, e.opts.Key)...)
	l.attribute(levelMessage, attTnefVersion, le.AppendUint32(nil, legacyVers))
	l.attribute(levelMessage, attOemCodepage, le.AppendUint32(le.AppendUint32(nil, uint32(e.codepage)), 0))
	e.legacy(l, msg)
	if err := e.lists(l, msg); err != nil {
		return nil, err
	}
	for _, a := range msg.Attachments {
		if err := e.attachment(l, a); err != nil {
			return nil, err
		}
	}
	return l, l.check()
}

// lists lays out the recipients and the properties.
func (e *encoder) lists(l *layout, msg *mapi.Message) error {
	bag := msg.Properties
	if key := e.opts.CorrelationKey; key != "" && e.nested == 1 {
		bag = bag.Clone()
		props.PidTagTnefCorrelationKey.Set(&bag, append([]byte(key), 0))
	}
	if len(msg.Recipients) > 0 {
		table := &layout{}
		table.uint32(uint32(len(msg.Recipients)))
		for _, r := range msg.Recipients {
			if err := e.list(table, &r.Properties, inRecipient, nil); err != nil {
				return err
			}
		}
		if err := l.attributeOf(levelMessage, attRecipTable, table); err != nil {
			return err
		}
	}
	list := &layout{}
	if err := e.list(list, &bag, inMessage, nil); err != nil {
		return err
	}
	return l.attributeOf(levelMessage, attMsgProps, list)
}

// legacy lays out the attributes that say again what properties say. Readers find
// the class there, and in embedded messages the sender (MS-OXTNEF 2.2.3).
func (e *encoder) legacy(l *layout, msg *mapi.Message) {
	class := props.PidTagMessageClass.Or(msg, "")
	add := func(id uint32, data []byte) {
		if data != nil {
			l.attribute(levelMessage, id, data)
		}
	}
	add(attMessageClass, encode8(e.charset, legacyClass(class)))
	if s, ok := props.PidTagOriginalMessageClass.Get(msg); ok {
		add(attOriginalMessageClass, encode8(e.charset, legacyClass(s)))
	}
	if s, ok := msg.Get(props.PidTagSubject.Prop()).(string); ok {
		add(attSubject, encode8(e.charset, s))
	}
	for _, id := range []uint32{attDateSent, attDateRecd, attDateModified, attDateStart, attDateEnd} {
		add(id, date(msg, id))
	}
	add(attMessageID, e.key(msg, props.PidTagSearchKey))
	add(attParentID, e.key(msg, props.PidTagParentKey))
	add(attConversationID, e.key(msg, props.PidTagConversationKey))
	if n, ok := props.PidTagImportance.Get(msg); ok && n >= 0 && n <= 2 {
		add(attPriority, le.AppendUint16(nil, uint16(3-n)))
	}
	if n, ok := props.PidTagOwnerAppointmentId.Get(msg); ok {
		add(attAidOwner, le.AppendUint32(nil, uint32(n)))
	}
	if b, ok := props.PidTagResponseRequested.Get(msg); ok {
		add(attRequestRes, le.AppendUint16(nil, map[bool]uint16{true: 1}[b]))
	}
	if e.nested > 1 {
		add(attFrom, e.person(msg, sender, appendTRP))
		if flags, ok := props.PidTagMessageFlags.Get(msg); ok {
			add(attMessageStatus, []byte{statusOf(flags)})
		}
	}
	if isClass(class, "IPM.Schedule.Meeting") {
		add(attOwner, e.person(msg, ownerOf(class), appendCounted))
		add(attSentFor, e.person(msg, sentRepresenting, appendCounted))
		add(attDelegate, e.person(msg, receivedRepresenting, appendCounted))
	}
}

// date is an attribute of a time, or nil when there is none that it can say.
func date(obj mapi.Getter, id uint32) []byte {
	t, ok := obj.Get(dateProp(id)).(time.Time)
	if !ok || t.Year() > math.MaxUint16 {
		return nil
	}
	return appendDate(nil, t)
}

// key is a binary in hexadecimal digits, or nil.
func (e *encoder) key(msg *mapi.Message, key props.Key[[]byte]) []byte {
	b, ok := msg.Get(key.Prop()).([]byte)
	if !ok || len(b) == 0 {
		return nil
	}
	return append([]byte(strings.ToUpper(hex.EncodeToString(b))), 0)
}

// person is a name and an address, or nil when there is none. What is missing is
// taken from the entry id (MS-OXTNEF 2.2.3.3, 2.2.3.11).
func (e *encoder) person(msg *mapi.Message, p person, layOut func(b, name, address []byte) []byte) []byte {
	name, kind, address := p.name.Or(msg, ""), p.kind.Or(msg, ""), p.address.Or(msg, "")
	if address == "" {
		id, _ := msg.Get(p.id.Prop()).([]byte)
		o, err := mapi.ParseOneOffEntryID(id, nil)
		if err != nil {
			return nil
		}
		kind, address = o.AddressType, o.Address
		if name == "" {
			name = o.DisplayName
		}
	}
	rawName, rawAddress := encode8(e.charset, name), encode8(e.charset, kind+":"+address)
	if len(rawName)+len(rawAddress) > math.MaxUint16-2*trpSize {
		return nil
	}
	return layOut(nil, rawName, rawAddress)
}

// attachment lays out the attributes of an attachment.
func (e *encoder) attachment(l *layout, a *mapi.Attachment) error {
	l.attribute(levelAttachment, attAttachRendData, rendering(a))
	// QUIRK: libytnef drops the file when this is missing; Outlook writes it empty.
	title, _ := a.Get(props.PidTagAttachFilename.Prop()).(string)
	l.attribute(levelAttachment, attAttachTitle, encode8(e.charset, title))
	for _, id := range []uint32{attAttachCreateDate, attAttachModifyDate} {
		if b := date(a, id); b != nil {
			l.attribute(levelAttachment, id, b)
		}
	}
	if s, ok := a.Get(props.PidTagAttachTransportName.Prop()).(string); ok && s != "" {
		l.attribute(levelAttachment, attAttachTransportFilename, encode8(e.charset, s))
	}
	for _, d := range attachmentData() {
		if v := a.Get(d.prop); v != nil && (a.Embedded == nil || d.id != attAttachData) {
			data, err := binaryLayout(v)
			if err != nil {
				return err
			}
			if err := l.attributeOf(levelAttachment, d.id, data); err != nil {
				return err
			}
		}
	}
	list := &layout{}
	if err := e.list(list, &a.Properties, inAttachment, a.Embedded); err != nil {
		return err
	}
	return l.attributeOf(levelAttachment, attAttachment, list)
}

// attachmentData are the properties that are attributes only: they are as exact
// there.
func attachmentData() []struct {
	id   uint32
	prop mapi.Prop
} {
	return []struct {
		id   uint32
		prop mapi.Prop
	}{
		{attAttachMetaFile, props.PidTagAttachRendering.Prop()},
		{attAttachData, props.PidTagAttachDataBinary.Prop()},
	}
}

// rendering is attAttachRendData of an attachment (MS-OXTNEF 2.2.3.10). The size is
// that of an icon, or for objects what they say themselves.
func rendering(a *mapi.Attachment) []byte {
	kind, size, flags := uint16(rendFile), uint16(32), uint32(0)
	if props.PidTagAttachMethod.Or(a, mapi.AttachByValue) == mapi.AttachStorage {
		kind, size = rendOLE, math.MaxUint16
	}
	if b, _ := a.Get(props.PidTagAttachEncoding.Prop()).([]byte); bytes.Equal(b, []byte(macBinary)) {
		flags = rendMacBinary
	}
	b := le.AppendUint16(nil, kind)
	b = le.AppendUint32(b, uint32(props.PidTagRenderingPosition.Or(a, -1)))
	b = le.AppendUint16(le.AppendUint16(b, size), size)
	return le.AppendUint32(b, flags)
}
