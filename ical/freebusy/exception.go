package freebusy

import (
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An exception is what an instance says otherwise than its series.
type exception struct {
	m      *mapi.Message // the embedded message, or nil
	status mapi.BusyStatus
	busy   bool // status counts
	allDay bool
	days   bool // allDay counts
}

// apply changes an instance. What is left of a series that was cancelled is free.
func (e *exception) apply(i *Instance, cancelled bool) {
	i.Exception = e.m
	if e.busy && !cancelled {
		i.Status = e.status
	}
	if e.days {
		i.AllDay = e.allDay
	}
}

// exceptions are the instances of a series that differ, by the minute at which they
// would have begun. What the embedded message says counts more than the structure.
func (o *object) exceptions() map[int64]*exception {
	list := map[int64]*exception{}
	if a, err := recur.ParseAppointment(props.PidLidAppointmentRecur.Or(o.m, nil)); err == nil {
		for _, x := range a.Exceptions {
			e := &exception{}
			if x.Flags&recur.OverrideBusyStatus != 0 {
				e.status, e.busy = known(mapi.BusyStatus(int32(x.BusyStatus))), true
			}
			if x.Flags&recur.OverrideSubType != 0 {
				e.allDay, e.days = x.SubType != 0, true
			}
			list[minute(zone.Local(x.Original.Time(), o.loc))] = e
		}
	}
	for _, a := range o.m.Attachments {
		if !isException(a) {
			continue
		}
		at, ok := props.PidLidExceptionReplaceTime.Get(a.Embedded)
		if !ok {
			continue
		}
		e := list[minute(at)]
		if e == nil {
			e = &exception{}
			list[minute(at)] = e
		}
		e.m = a.Embedded
		if props.PidLidBusyStatus.Has(e.m) || status(e.m) == mapi.BusyStatusFree {
			e.status, e.busy = status(e.m), true
		}
		if days, ok := props.PidLidAppointmentSubType.Get(e.m); ok {
			e.allDay, e.days = days, true
		}
	}
	return list
}

func isException(a *mapi.Attachment) bool {
	return a.Embedded != nil && props.PidTagAttachmentFlags.Or(a, 0)&mapi.AttachmentFlagException != 0
}
