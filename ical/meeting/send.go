package meeting

import (
	"fmt"
	"math"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// SendOptions say who sends a message, and when.
type SendOptions struct {
	Now    time.Time      // stamps the change
	From   Person         // for whom it is sent: the organiser of a request, the attendee of an answer
	Sender Person         // who sends it, when it is a delegate; else empty
	ID     GlobalObjectID // of a new meeting; see NewGlobalObjectID

	// Instance is the instance of a series that it is about: when it would have begun.
	// The zero time means all.
	Instance time.Time

	// Body is a text beside it, for answers and cancellations. "" means none.
	Body string

	// Silent sends an answer that the organiser's program counts, but does not show.
	Silent bool
}

func (o *SendOptions) from(m mapi.Setter) {
	o.From.represent(m)
	if o.Sender.Address != "" {
		o.Sender.send(m)
	} else {
		o.From.send(m)
	}
	props.PidTagClientSubmitTime.Set(m, o.Now.UTC())
}

// Request makes the invitation to a meeting, or an update of it, and the organiser's
// appointment as it is from then on. before is the appointment as attendees know it,
// nil when they know nothing: what changed decides about the kind of update, and
// whether the sequence goes up (MS-OXOCAL 3.1.4.6). An appointment without identity
// gets opts.ID. The error is mapi.ErrInvalidParameter when there is nobody to invite,
// or no identity.
func Request(appointment, before *mapi.Message, opts SendOptions) (message, own *mapi.Message, err error) {
	own = appointment.Clone()
	people := attendees(own, opts.From)
	if len(people) == 0 {
		return nil, nil, fmt.Errorf("meeting.Request: no attendees: %w", mapi.ErrInvalidParameter)
	}
	id, ok := Identity(own)
	if !ok && len(opts.ID.Data) == 0 {
		return nil, nil, fmt.Errorf("meeting.Request: no identity: %w", mapi.ErrInvalidParameter)
	}
	if !ok {
		id = opts.ID
	}
	setIdentity(own, id)
	kind, changed := mapi.MeetingTypeRequest, mapi.ChangeHighlight(0)
	if before != nil {
		changed = Highlight(before, own)
		kind = mapi.MeetingTypeInformational
		if isSignificant(changed) {
			kind = mapi.MeetingTypeFullUpdate
			raise(own, before)
			for _, r := range people {
				props.PidTagRecipientTrackStatus.Delete(r)
				props.PidTagRecipientTrackStatusTime.Delete(r)
			}
		}
	}
	organize(own, opts)

	message = own.Clone()
	address(message, people)
	sent(message, MethodRequest, opts)
	props.PidTagIconIndex.Set(message, mapi.IconMeetingRequest)
	props.PidLidMeetingType.Set(message, kind)
	props.PidLidIntendedBusyStatus.Set(message, props.PidLidBusyStatus.Or(own, mapi.BusyStatusBusy))
	props.PidLidBusyStatus.Set(message, min(props.PidLidBusyStatus.Or(own, mapi.BusyStatusBusy), mapi.BusyStatusTentative))
	props.PidLidAppointmentStateFlags.Set(message, mapi.AppointmentStateMeeting|mapi.AppointmentStateReceived)
	props.PidLidResponseStatus.Set(message, mapi.ResponseNotResponded)
	if !props.PidTagResponseRequested.Has(message) {
		props.PidTagResponseRequested.Set(message, true)
		props.PidTagReplyRequested.Set(message, true)
	}
	props.PidLidFInvited.Delete(message)
	if before != nil {
		props.PidLidChangeHighlight.Set(message, changed)
		oldTimes(message, before, changed)
	}
	return message, own, nil
}

// raise makes the sequence one more than what attendees know.
func raise(own, before mapi.Getter) {
	n := max(Sequence(own), Sequence(before))
	if n < math.MaxInt32 {
		n++
	}
	props.PidLidAppointmentSequence.Set(own.(mapi.Setter), n)
}

// organize makes an appointment that of an organiser who invited.
func organize(own *mapi.Message, opts SendOptions) {
	opts.from(own)
	props.PidTagMessageClass.Set(own, classAppointment)
	props.PidLidAppointmentStateFlags.Set(own, mapi.AppointmentStateMeeting)
	props.PidLidResponseStatus.Set(own, mapi.ResponseOrganized)
	props.PidLidFInvited.Set(own, true)
	props.PidLidAppointmentSequence.Set(own, Sequence(own))
	props.PidLidAppointmentLastSequence.Set(own, Sequence(own))
	props.PidLidAppointmentSequenceTime.Set(own, opts.Now.UTC())
	props.PidLidOwnerCriticalChange.Set(own, opts.Now.UTC())
	props.PidTagIconIndex.Set(own, iconOf(own))
	if r := find(own, opts.From); r != nil {
		props.PidTagRecipientFlags.Set(r, mapi.RecipientFlagSendable|mapi.RecipientFlagOrganizer)
		props.PidTagRecipientTrackStatus.Set(r, mapi.ResponseOrganized)
	} else {
		r := opts.From.recipient(mapi.RecipientTo)
		props.PidTagRecipientFlags.Set(r, mapi.RecipientFlagSendable|mapi.RecipientFlagOrganizer)
		props.PidTagRecipientTrackStatus.Set(r, mapi.ResponseOrganized)
		own.Recipients = append([]*mapi.Recipient{r}, own.Recipients...)
	}
	ical.SetAttendeeNames(own)
}

func iconOf(m mapi.Getter) mapi.IconIndex {
	if props.PidLidRecurring.Or(m, false) {
		return mapi.IconRecurringMeeting
	}
	return mapi.IconSingleInstanceMeeting
}

// address sends a message to copies of recipients, without what the organiser knows of
// them.
func address(message *mapi.Message, people []*mapi.Recipient) {
	message.Recipients = nil
	for _, r := range people {
		c := &mapi.Recipient{Properties: r.Clone()}
		for _, p := range []mapi.PropKey{
			props.PidTagRecipientTrackStatus, props.PidTagRecipientTrackStatusTime, props.PidTagRecipientProposed,
			props.PidTagRecipientProposedStartTime, props.PidTagRecipientProposedEndTime,
		} {
			c.Delete(p.Prop())
		}
		message.Recipients = append(message.Recipients, c)
	}
}

// sent sets what every message about a meeting has.
func sent(m *mapi.Message, method Method, opts SendOptions) {
	opts.from(m)
	props.PidTagMessageClass.Set(m, ClassOf(method, mapi.ResponseNone))
	props.PidLidAppointmentMessageClass.Set(m, classAppointment)
	props.PidLidSideEffects.Set(m, mapi.SideEffectOpenToDelete|mapi.SideEffectOpenToCopy|mapi.SideEffectOpenToMove|
		mapi.SideEffectCannotUndoDelete|mapi.SideEffectCannotUndoCopy|mapi.SideEffectCannotUndoMove)
	if t, ok := props.PidLidAppointmentStartWhole.Get(m); ok {
		props.PidTagStartDate.Set(m, t)
		props.PidLidCommonStart.Set(m, t)
	}
	if t, ok := props.PidLidAppointmentEndWhole.Get(m); ok {
		props.PidTagEndDate.Set(m, t)
		props.PidLidCommonEnd.Set(m, t)
	}
	if l := props.PidLidLocation.Or(m, ""); l != "" {
		props.PidLidWhere.Set(m, l)
	}
	props.PidLidIsRecurring.Set(m, props.PidLidRecurring.Or(m, false) || props.PidLidIsException.Or(m, false))
	props.PidLidIsException.Set(m, props.PidLidIsException.Or(m, false))
	for _, p := range []mapi.PropKey{ // these are of the calendar, not of the message
		props.PidTagProcessed, props.PidLidAppointmentReplyTime, props.PidLidAppointmentReplyName, props.PidLidAppointmentProposalNumber,
		props.PidTagEntryId, props.PidTagSearchKey, props.PidTagChangeKey, props.PidTagSourceKey,
	} {
		m.Delete(p.Prop())
	}
}

// oldTimes says when a meeting was before it was moved.
func oldTimes(m *mapi.Message, before mapi.Getter, changed mapi.ChangeHighlight) {
	if changed&(mapi.ChangedStart|mapi.ChangedEnd) == 0 {
		return
	}
	if t, ok := props.PidLidAppointmentStartWhole.Get(before); ok {
		props.PidLidOldWhenStartWhole.Set(m, t)
	}
	if t, ok := props.PidLidAppointmentEndWhole.Get(before); ok {
		props.PidLidOldWhenEndWhole.Set(m, t)
	}
}

// Cancel makes the message that a meeting, or with opts.Instance one instance of a
// series, does not take place, and the organiser's appointment as it is then: marked as
// cancelled, which the caller may as well delete, or a series without the instance. The
// error is mapi.ErrNotFound when the series has no such instance, and
// mapi.ErrInvalidParameter when nobody was invited.
func Cancel(appointment *mapi.Message, opts SendOptions) (message, own *mapi.Message, err error) {
	people := attendees(appointment, opts.From)
	id, ok := Identity(appointment)
	if !ok || len(people) == 0 {
		return nil, nil, fmt.Errorf("meeting.Cancel: nobody was invited: %w", mapi.ErrInvalidParameter)
	}
	own = appointment.Clone()
	props.PidLidOwnerCriticalChange.Set(own, opts.Now.UTC())
	if opts.Instance.IsZero() {
		raise(own, appointment)
		message = own.Clone()
		props.PidLidAppointmentStateFlags.Set(own, mapi.AppointmentStateMeeting|mapi.AppointmentStateCanceled)
		props.PidLidBusyStatus.Set(own, mapi.BusyStatusFree)
	} else {
		if message, err = instanceOf(own, opts.Instance); err != nil {
			return nil, nil, fmt.Errorf("meeting.Cancel: %w", err)
		}
		if len(attendees(message, opts.From)) > 0 {
			people = attendees(message, opts.From)
		}
		raise(message, appointment)
		id, _ = Identity(message)
		if err = removeInstance(own, opts.Instance); err != nil {
			return nil, nil, fmt.Errorf("meeting.Cancel: %w", err)
		}
	}
	setIdentity(message, id)
	address(message, people)
	props.PidLidOwnerCriticalChange.Set(message, opts.Now.UTC())
	sent(message, MethodCancel, opts)
	message.Delete(ical.KeptLines())
	props.PidTagIconIndex.Set(message, mapi.IconCancellation)
	props.PidLidAppointmentStateFlags.Set(message, mapi.AppointmentStateMeeting|mapi.AppointmentStateReceived|mapi.AppointmentStateCanceled)
	props.PidLidBusyStatus.Set(message, mapi.BusyStatusFree)
	props.PidLidIntendedBusyStatus.Set(message, mapi.BusyStatusFree)
	props.PidLidResponseStatus.Set(message, mapi.ResponseNotResponded)
	props.PidTagResponseRequested.Set(message, false)
	props.PidTagReplyRequested.Set(message, false)
	if opts.Body != "" {
		props.PidTagHtml.Delete(message)
		props.PidTagBody.Set(message, opts.Body)
	}
	return message, own, nil
}
