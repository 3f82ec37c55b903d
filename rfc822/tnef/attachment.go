package tnef

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// readAttachments reads the attachments. Each begins with attAttachRendData
// (MS-OXTNEF 2.1.3.3.15).
func (m *message) readAttachments(list []attribute) {
	var of []attribute
	for _, a := range list {
		if _, level, _ := known(a.id); level != levelAttachment {
			continue
		}
		if a.id == attAttachRendData && of != nil {
			m.attachment(of)
			of = nil
		} else if a.id != attAttachRendData && of == nil {
			m.report(RuleLevel, a.at, "%s before the begin of an attachment", idString(a.id))
		}
		of = append(of, a)
	}
	if of != nil {
		m.attachment(of)
	}
}

// attachment reads the attributes of one attachment.
func (m *message) attachment(list []attribute) {
	at := &mapi.Attachment{}
	m.Attachments = append(m.Attachments, at)
	for _, a := range list {
		if a.id == attAttachment {
			c := m.src.cursor(a.data)
			m.end(c, m.list(c, &at.Properties, inAttachment, func(p mapi.Prop, r entity.Range) bool {
				return m.embed(at, p, r)
			}))
		}
	}
	m.zone = m.zone.infer(m, &at.Properties, list)
	for _, a := range list {
		m.legacyOfAttachment(at, a)
	}
	m.useCutOff()
	complete(at)
}

// embed reads an embedded message, which its interface or its signature shows. It
// leaves other objects alone.
func (m *message) embed(at *mapi.Attachment, p mapi.Prop, r entity.Range) bool {
	c := m.src.cursor(r)
	iid := c.next(16)
	if !p.Same(dataObject) || iid == nil {
		return false
	}
	isMessage := mapi.GUID(iid) == iidMessage
	if head := c.next(headSize); !isMessage && (head == nil || le.Uint32(head) != signature) {
		return false
	}
	inner := m.scope
	if inner.depth++; inner.depth >= m.opts.MaxDepth {
		m.report(RuleLimit, r.Start, "more than %d messages in each other", m.opts.MaxDepth)
		return false
	}
	msg, ok := m.stream(entity.Range{Start: r.Start + 16, End: r.End}, inner)
	if !ok {
		m.report(RuleObject, r.Start, "embedded message of %d bytes", r.Len())
		return false
	}
	at.Embedded = msg
	return true
}

var dataObject = props.PidTagAttachDataObject.Prop()

// legacyOfAttachment reads an attribute of an attachment, unless a property has
// said it.
func (m *message) legacyOfAttachment(at *mapi.Attachment, a attribute) {
	set := func(p mapi.Prop, value func() mapi.Value) {
		if !at.Has(p) {
			at.Set(p, value())
		}
	}
	name := func() mapi.Value {
		if v := m.text(a.data, m.charset); v != "" {
			return v
		}
		return nil
	}
	switch a.id {
	case attAttachTitle:
		set(props.PidTagAttachFilename.Prop(), name)
	case attAttachTransportFilename:
		set(props.PidTagAttachTransportName.Prop(), name)
	case attAttachMetaFile:
		set(props.PidTagAttachRendering.Prop(), func() mapi.Value { return m.binary(a.data) })
	case attAttachCreateDate:
		set(props.PidTagCreationTime.Prop(), func() mapi.Value { return m.date(a) })
	case attAttachModifyDate:
		set(props.PidTagLastModificationTime.Prop(), func() mapi.Value { return m.date(a) })
	case attAttachData:
		// Beside an embedded message it is a text for readers that know none.
		if at.Embedded == nil {
			set(props.PidTagAttachDataBinary.Prop(), func() mapi.Value {
				if m.depth == 0 && m.opts.Place != nil {
					m.opts.Place(at, a.data)
				}
				return m.binary(a.data)
			})
		}
	case attAttachRendData:
		m.rendData(at, a)
	}
}

func (m *message) rendData(at *mapi.Attachment, a attribute) {
	b := m.src.cursor(a.data).next(rendDataSize)
	if b == nil {
		m.report(RuleValue, a.at, "%s of %d bytes", idString(a.id), a.data.Len())
		return
	}
	if !at.Has(props.PidTagRenderingPosition.Prop()) {
		props.PidTagRenderingPosition.Set(at, int32(le.Uint32(b[2:])))
	}
	if le.Uint16(b) == rendOLE && !at.Has(props.PidTagAttachMethod.Prop()) && at.Embedded == nil {
		props.PidTagAttachMethod.Set(at, mapi.AttachStorage)
	}
	encoding, _ := at.Get(props.PidTagAttachEncoding.Prop()).([]byte)
	if le.Uint32(b[10:])&rendMacBinary != 0 && len(encoding) == 0 {
		props.PidTagAttachEncoding.Set(at, []byte(macBinary))
	}
}

// complete sets what an attachment must have: a place, and a method that does not
// deny an embedded message.
func complete(at *mapi.Attachment) {
	if !at.Has(props.PidTagRenderingPosition.Prop()) {
		props.PidTagRenderingPosition.Set(at, -1)
	}
	switch {
	case at.Embedded != nil:
		props.PidTagAttachMethod.Set(at, mapi.AttachEmbeddedMessage)
	case props.PidTagAttachMethod.Has(at):
	case at.Get(dataObject) != nil:
		props.PidTagAttachMethod.Set(at, mapi.AttachStorage)
	case at.Has(dataObject):
		props.PidTagAttachMethod.Set(at, mapi.AttachByValue)
	default:
		props.PidTagAttachMethod.Set(at, mapi.AttachNone)
	}
}
