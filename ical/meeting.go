package ical

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// busy sets what others see of the time. Microsoft's own property counts more than
// TRANSP, and that more than STATUS (MS-OXCICAL 2.1.3.1.1.20.31).
func (it *item) busy() {
	status, said := it.busyStatus("X-MICROSOFT-CDO-BUSYSTATUS")
	if !said {
		status, said = it.busyStatus("X-MICROSOFT-MSNCALENDAR-BUSYSTATUS")
	}
	if !said {
		status = it.transparency()
	}
	if it.about.method == "REQUEST" && it.master == nil {
		intended := status
		if s, ok := it.busyStatus("X-MICROSOFT-CDO-INTENDEDSTATUS"); ok {
			intended = s
		}
		props.PidLidIntendedBusyStatus.Set(it.m, intended)
		status = min(intended, mapi.BusyStatusTentative) // until it is answered; free stays free
	} else if s, ok := it.busyStatus("X-MICROSOFT-CDO-INTENDEDSTATUS"); ok {
		props.PidLidIntendedBusyStatus.Set(it.m, s)
	}
	if it.about.method == "CANCEL" {
		status = mapi.BusyStatusFree
	}
	props.PidLidBusyStatus.Set(it.m, status)
	if it.about.method == "CANCEL" || it.cancelled() { // the busy status does not tell
		props.PidLidAppointmentStateFlags.Set(it.m, mapi.AppointmentStateCanceled)
	}
}

// transparency is the status that TRANSP and STATUS stand for.
func (it *item) transparency() mapi.BusyStatus {
	switch strings.ToUpper(strings.TrimSpace(it.c.Value("TRANSP"))) {
	case "TRANSPARENT":
		return mapi.BusyStatusFree
	case "OPAQUE":
		if !strings.EqualFold(strings.TrimSpace(it.c.Value("STATUS")), "TENTATIVE") {
			return mapi.BusyStatusBusy
		}
		return mapi.BusyStatusTentative // OPAQUE is the default: it adds nothing
	}
	if strings.EqualFold(strings.TrimSpace(it.c.Value("STATUS")), "TENTATIVE") {
		return mapi.BusyStatusTentative
	}
	return mapi.BusyStatusBusy
}

func (it *item) busyStatus(name string) (mapi.BusyStatus, bool) {
	value := strings.ToUpper(strings.TrimSpace(it.c.Value(name)))
	for s := mapi.BusyStatusFree; s <= mapi.BusyStatusWorkingElsewhere; s++ {
		if busyWord(s) == value {
			return s, true
		}
	}
	return 0, false
}

func busyWord(s mapi.BusyStatus) string {
	switch s {
	case mapi.BusyStatusFree:
		return "FREE"
	case mapi.BusyStatusTentative:
		return "TENTATIVE"
	case mapi.BusyStatusOutOfOffice:
		return "OOF"
	case mapi.BusyStatusWorkingElsewhere:
		return "WORKINGELSEWHERE"
	}
	return "BUSY"
}

// meeting sets what Outlook needs to show an item at all and with the right
// buttons (lesson 28).
func (it *item) meeting() {
	m := it.m
	people := len(m.Recipients) > 0 || it.about.sent
	state := props.PidLidAppointmentStateFlags.Or(m, 0) // cancelled, perhaps
	response := mapi.ResponseNone
	switch {
	case it.about.method == "CANCEL" || it.about.method == "REQUEST":
		state |= mapi.AppointmentStateMeeting | mapi.AppointmentStateReceived
		response = mapi.ResponseNotResponded
	case it.about.answer:
		state |= mapi.AppointmentStateMeeting
		response = trackOf(it.about.partstat)
	case people && it.kind == event:
		state |= mapi.AppointmentStateMeeting
	}
	props.PidLidAppointmentStateFlags.Set(m, state)
	props.PidLidResponseStatus.Set(m, response)
	effects := mapi.SideEffectOpenToDelete | mapi.SideEffectCoerceToInbox | mapi.SideEffectOpenToCopy | mapi.SideEffectOpenToMove | mapi.SideEffectOpenForContextMenu
	if it.about.sent {
		effects = mapi.SideEffectOpenToDelete | mapi.SideEffectOpenToCopy | mapi.SideEffectOpenToMove |
			mapi.SideEffectCannotUndoDelete | mapi.SideEffectCannotUndoCopy | mapi.SideEffectCannotUndoMove
		if it.about.method == "REQUEST" {
			props.PidLidMeetingType.Set(m, mapi.MeetingTypeRequest)
		}
		props.PidLidAppointmentMessageClass.Set(m, "IPM.Appointment")
	}
	props.PidLidSideEffects.Set(m, effects)
	icon := it.about.icon
	if !it.about.sent && state&mapi.AppointmentStateMeeting != 0 {
		icon = mapi.IconSingleInstanceMeeting
	}
	props.PidTagIconIndex.Set(m, icon)
	id, isInstance := it.original()
	if isInstance {
		props.PidLidExceptionReplaceTime.Set(m, id.at)
	}
	props.PidLidIsException.Set(m, isInstance)
	props.PidLidIsRecurring.Set(m, isInstance)
	props.PidLidRecurring.Set(m, false)
	props.PidLidRecurrenceType.Set(m, mapi.RecurrenceNone)
}
