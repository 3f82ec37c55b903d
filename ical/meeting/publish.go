package meeting

import (
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Publish is an appointment, task or journal entry as it is shown to people who are not
// asked: without attendees, reminder and the organiser's notes about them (RFC 5546,
// 3.2.1, 3.4.1, 3.5.1).
func Publish(appointment *mapi.Message, opts SendOptions) *mapi.Message {
	m := appointment.Clone()
	m.Recipients = nil
	opts.from(m)
	switch class := props.PidTagMessageClass.Or(m, ""); {
	case isClass(class, classJournal):
	case isClass(class, classTask):
		props.PidLidReminderSet.Set(m, false)
		props.PidLidTaskOwnership.Set(m, mapi.TaskOwnershipNotAssigned)
		props.PidLidTaskState.Set(m, mapi.TaskStateNotAssigned)
	default:
		props.PidTagMessageClass.Set(m, classAppointment)
		props.PidLidAppointmentStateFlags.Set(m, props.PidLidAppointmentStateFlags.Or(m, 0)&mapi.AppointmentStateCanceled)
		props.PidLidResponseStatus.Set(m, mapi.ResponseNone)
		props.PidLidReminderSet.Set(m, false)
	}
	for _, p := range []mapi.PropKey{
		props.PidLidAllAttendeesString, props.PidLidToAttendeesString, props.PidLidCcAttendeesString, props.PidLidFInvited,
		props.PidLidAppointmentReplyTime, props.PidLidAppointmentReplyName, props.PidLidAppointmentProposalNumber, props.PidLidAppointmentCounterProposal,
		props.PidTagResponseRequested, props.PidTagReplyRequested,
	} {
		m.Delete(p.Prop())
	}
	for _, a := range m.Attachments {
		if isException(a) {
			a.Embedded = a.Embedded.Clone()
			a.Embedded.Recipients = nil
		}
	}
	return m
}

// Add makes the request for an instance beside those of a meeting's rule (RFC 5546,
// 3.2.4). MAPI has no word for it: the message is a request that keeps its method, and
// becomes an object of its own where it is applied. The error is that of [Request], and
// mapi.ErrInvalidParameter for an end before the start.
func Add(series *mapi.Message, start, end time.Time, opts SendOptions) (*mapi.Message, error) {
	id, ok := Identity(series)
	if !ok || end.Before(start) {
		return nil, fmt.Errorf("meeting.Add: %w", mapi.ErrInvalidParameter)
	}
	m := series.Clone()
	m.Attachments = nil
	for _, p := range []mapi.PropKey{props.PidLidAppointmentRecur, props.PidLidClipStart, props.PidLidClipEnd, props.PidLidRecurrencePattern} {
		m.Delete(p.Prop())
	}
	raise(m, series)
	props.PidLidRecurring.Set(m, false)
	props.PidLidRecurrenceType.Set(m, mapi.RecurrenceNone)
	props.PidLidIsException.Set(m, true)
	props.PidLidAppointmentStartWhole.Set(m, start.UTC())
	props.PidLidAppointmentEndWhole.Set(m, end.UTC())
	props.PidLidAppointmentDuration.Set(m, int32(min(end.Sub(start)/time.Minute, 1<<31-1)))
	props.PidLidExceptionReplaceTime.Set(m, start.UTC())
	id.Original = midnight(start.UTC())
	if s, err := openSeries(series); err == nil {
		id.Original = midnight(s.local(s.wall(start)))
	}
	setIdentity(m, id)
	keepMethod(m, MethodAdd)
	message, _, err := Request(m, nil, opts)
	return message, err
}
