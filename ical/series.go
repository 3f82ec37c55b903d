package ical

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// series makes an item the series of some instances that differ from it: its rules
// become the recurrence structure, as far as that can say them, and the instances
// embedded messages (MS-OXOCAL 2.2.10).
func (it *item) series(instances []*item) {
	if it.kind == task && it.c.Get("RRULE") != nil {
		it.taskPattern()
	}
	if it.kind != event || it.c.Get("RRULE") == nil && it.c.Get("RDATE") == nil {
		return
	}
	for _, i := range instances {
		it.m.Attachments = append(it.m.Attachments, it.embed(i))
	}
	it.pattern(instances)
}

// embed is an instance as an attachment of its series (MS-OXOCAL 2.2.10.1).
func (it *item) embed(i *item) *mapi.Attachment {
	m := i.m
	// What an instance does not say it has from its series: so it says that it has
	// none.
	for _, k := range []props.Key[string]{props.PidTagSubject, props.PidLidLocation, props.PidTagBody} {
		if k.Has(it.m) && !k.Has(m) {
			k.Set(m, "")
		}
	}
	if props.PidTagHtml.Has(it.m) && !props.PidTagHtml.Has(m) {
		props.PidTagHtml.Set(m, []byte{})
	}
	a := &mapi.Attachment{Embedded: m}
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	props.PidTagAttachmentFlags.Set(a, mapi.AttachmentFlagException)
	props.PidTagAttachmentHidden.Set(a, true)
	props.PidTagAttachmentLinkId.Set(a, 0)
	props.PidTagDisplayName.Set(a, "Untitled")
	props.PidTagExceptionStartTime.Set(a, it.zone.wall(i.start))
	props.PidTagExceptionEndTime.Set(a, it.zone.wall(i.end))
	return a
}

// exceptions makes the components of the instances of a series that differ from it.
func (e *encoder) exceptions(m *mapi.Message, c *Component, about *classMeaning, d *decoder) (list []*Component) {
	if about.kind != event {
		return nil
	}
	var series *item
	for _, a := range m.Attachments {
		if !isException(a) {
			continue
		}
		if series == nil {
			series = d.aspects(c, nil, aspectTime)
		}
		cal, kept := e.readKept(a.Embedded)
		if cal != nil {
			e.takeZones(d, cal)
		}
		i := e.instance(a.Embedded, m, about)
		if kept != nil {
			i = e.merge(i, kept, a.Embedded, d, series)
		}
		list = append(list, i)
	}
	if about.answer { // it says nothing of instances that changed before
		return list
	}
	return append(list, e.bareExceptions(m, c, about, d)...)
}
