package meeting

import (
	"fmt"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A Proposal is another time that an attendee would like better.
type Proposal struct{ Start, End time.Time }

// Answer makes the answer of an attendee to the organiser, and the attendee's
// appointment as it is from then on: nil when it was declined, because there is none
// any more. appointment is the attendee's, as [Apply] made it of the request; with
// opts.Instance one instance of it is answered. The answer is ResponseAccepted,
// ResponseTentative or ResponseDeclined. A proposal makes it a counter proposal, which
// may come with any answer. The error is mapi.ErrInvalidParameter for another answer,
// and where there is no organiser, or one who does not want proposals.
func Answer(appointment *mapi.Message, answer mapi.ResponseStatus, proposal *Proposal, opts SendOptions) (message, own *mapi.Message, err error) {
	class := ClassOf(MethodReply, answer)
	organizer := Organizer(appointment)
	if class == classNote || organizer.Address == "" {
		return nil, nil, fmt.Errorf("meeting.Answer: %v to %q: %w", answer, organizer.Address, mapi.ErrInvalidParameter)
	}
	if proposal != nil && (props.PidLidAppointmentNotAllowPropose.Or(appointment, false) || proposal.End.Before(proposal.Start)) {
		return nil, nil, fmt.Errorf("meeting.Answer: proposal: %w", mapi.ErrInvalidParameter)
	}
	own = appointment.Clone()
	about := own
	if !opts.Instance.IsZero() {
		if about, err = instanceOf(own, opts.Instance); err != nil {
			return nil, nil, fmt.Errorf("meeting.Answer: %w", err)
		}
	}
	message = reply(about, class, organizer, opts)
	if proposal != nil {
		props.PidLidAppointmentCounterProposal.Set(message, true)
		props.PidLidAppointmentProposedStartWhole.Set(message, proposal.Start.UTC())
		props.PidLidAppointmentProposedEndWhole.Set(message, proposal.End.UTC())
		props.PidLidAppointmentProposedDuration.Set(message, int32(min(proposal.End.Sub(proposal.Start)/time.Minute, 1<<31-1)))
	}
	answered(about, answer, proposal != nil, opts)
	switch {
	case opts.Instance.IsZero() && answer == mapi.ResponseDeclined:
		return message, nil, nil
	case opts.Instance.IsZero():
		return message, own, nil
	case answer == mapi.ResponseDeclined:
		err = removeInstance(own, opts.Instance)
	default:
		err = setInstance(own, opts.Instance, about)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("meeting.Answer: %w", err)
	}
	return message, own, nil
}

// reply is an answer about a meeting.
func reply(about *mapi.Message, class string, organizer Person, opts SendOptions) *mapi.Message {
	m := about.Clone()
	m.Attachments = nil
	m.Recipients = []*mapi.Recipient{organizer.recipient(mapi.RecipientTo)}
	sent(m, MethodReply, opts)
	props.PidTagMessageClass.Set(m, class)
	for _, p := range []mapi.PropKey{
		props.PidTagHtml, props.PidTagRtfCompressed, props.PidTagBody, props.PidLidMeetingType, props.PidLidChangeHighlight, props.PidLidReminderSet,
		props.PidTagResponseRequested, props.PidTagReplyRequested, props.PidLidAppointmentRecur, ical.KeptLines(),
	} {
		m.Delete(p.Prop())
	}
	if recurs := props.PidLidAppointmentRecur.Or(about, nil); len(recurs) > 0 {
		props.PidLidAppointmentRecur.Set(m, recurs)
	}
	if opts.Body != "" {
		props.PidTagBody.Set(m, opts.Body)
	}
	icon := mapi.IconTentative
	switch class {
	case classAccepted:
		icon = mapi.IconAccept
	case classDeclined:
		icon = mapi.IconDecline
	}
	props.PidTagIconIndex.Set(m, icon)
	props.PidLidAttendeeCriticalChange.Set(m, opts.Now.UTC())
	props.PidLidIsSilent.Set(m, opts.Silent)
	props.PidLidAppointmentStateFlags.Set(m, mapi.AppointmentStateMeeting)
	props.PidLidBusyStatus.Set(m, props.PidLidIntendedBusyStatus.Or(about, mapi.BusyStatusBusy))
	if by := find(about, opts.From); by != nil { // who comes for somebody says so
		if from := uris(by, ical.DelegatedFrom()); len(from) > 0 {
			m.Set(ical.DelegatedFrom(), slices.Clone(from))
		}
	}
	return m
}

// answered makes an appointment one that was answered.
func answered(m *mapi.Message, answer mapi.ResponseStatus, proposed bool, opts SendOptions) {
	who := opts.From
	if opts.Sender.Address != "" {
		who = opts.Sender
	}
	props.PidLidResponseStatus.Set(m, answer)
	props.PidLidAppointmentReplyTime.Set(m, opts.Now.UTC())
	props.PidLidAppointmentReplyName.Set(m, who.withDefaults().Name)
	props.PidLidAppointmentCounterProposal.Set(m, proposed)
	busy := props.PidLidIntendedBusyStatus.Or(m, mapi.BusyStatusBusy)
	if answer == mapi.ResponseTentative {
		busy = min(busy, mapi.BusyStatusTentative)
	}
	props.PidLidBusyStatus.Set(m, busy)
	if r := find(m, opts.From); r != nil && !isOrganizer(r) {
		props.PidTagRecipientTrackStatus.Set(r, answer)
		props.PidTagRecipientTrackStatusTime.Set(r, opts.Now.UTC())
		r.Delete(ical.DelegatedTo())
	}
}

// Refresh makes the message with which an attendee asks for the meeting as it is
// (RFC 5546, 3.2.6).
func Refresh(appointment *mapi.Message, opts SendOptions) (*mapi.Message, error) {
	organizer := Organizer(appointment)
	if _, ok := Identity(appointment); !ok || organizer.Address == "" {
		return nil, fmt.Errorf("meeting.Refresh: no organiser: %w", mapi.ErrInvalidParameter)
	}
	m := note(appointment, MethodRefresh, opts)
	m.Recipients = []*mapi.Recipient{organizer.recipient(mapi.RecipientTo)}
	props.PidLidAttendeeCriticalChange.Set(m, opts.Now.UTC())
	return m, nil
}

// DeclineCounter makes the organiser's message that a proposal is not taken (RFC 5546,
// 3.2.8). proposal is the message that it came in.
func DeclineCounter(appointment, proposal *mapi.Message, opts SendOptions) (*mapi.Message, error) {
	if method, _ := MethodOf(proposal); method != MethodCounter || !Same(appointment, proposal) {
		return nil, fmt.Errorf("meeting.DeclineCounter: no proposal: %w", mapi.ErrInvalidParameter)
	}
	m := note(appointment, MethodDeclineCounter, opts)
	if id, ok := Identity(proposal); ok {
		setIdentity(m, id)
	}
	m.Recipients = []*mapi.Recipient{Organizer(proposal).recipient(mapi.RecipientTo)}
	return m, nil
}

// note is a message of a method that has no class.
func note(appointment *mapi.Message, method Method, opts SendOptions) *mapi.Message {
	m := appointment.Clone()
	m.Attachments = nil
	sent(m, method, opts)
	for _, p := range []mapi.PropKey{props.PidLidAppointmentRecur, props.PidLidReminderSet, props.PidTagHtml, props.PidTagBody} {
		m.Delete(p.Prop())
	}
	if opts.Body != "" {
		props.PidTagBody.Set(m, opts.Body)
	}
	keepMethod(m, method)
	return m
}
