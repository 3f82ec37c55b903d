package meeting

import (
	"fmt"
	"slices"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// forwardPrefix begins the subject of a notification, as Outlook writes it.
const forwardPrefix = "Meeting Forward Notification: "

// Forward makes the request that passes a meeting, or with opts.Instance one instance of
// a series, on to others, and the notification that tells the organiser of them
// (MS-OXOCAL 3.1.4.7.5, 3.1.4.10.1). meeting is a request that was received, or the
// object that it made; the organiser may forward their own. to are the recipients of the
// forwarded request with their roles; they are copied. The notification is nil when the
// organiser forwards, and for a meeting that was not received.
// opts.Body is the text of the notification. The error is mapi.ErrInvalidParameter when
// there is nobody to forward to, no identity or no organiser, mapi.ErrNoAccess when the
// organiser does not want the meeting forwarded, and mapi.ErrNotFound when the series has
// no such instance.
//
// A notification has no form in iCalendar: by mail it has to go as winmail.dat.
func Forward(meeting *mapi.Message, to []*mapi.Recipient, opts SendOptions) (request, notification *mapi.Message, err error) {
	organizer := Organizer(meeting)
	id, ok := Identity(meeting)
	switch {
	case len(to) == 0 || !ok || len(id.Data) == 0 || organizer.Address == "":
		return nil, nil, fmt.Errorf("meeting.Forward: to %d by %q: %w", len(to), organizer.Address, mapi.ErrInvalidParameter)
	case props.PidNameMeetingDoNotForward.Or(meeting, false):
		return nil, nil, fmt.Errorf("meeting.Forward: the organiser does not allow it: %w", mapi.ErrNoAccess)
	}
	about := meeting
	if !opts.Instance.IsZero() {
		if about, err = instanceOf(meeting, opts.Instance); err != nil {
			return nil, nil, fmt.Errorf("meeting.Forward: %w", err)
		}
	}
	request = forwarded(about, organizer, to, opts)
	if opts.From.Same(organizer) || props.PidLidAppointmentStateFlags.Or(meeting, 0)&mapi.AppointmentStateReceived == 0 {
		return request, nil, nil
	}
	var people []Person
	for _, r := range to { // rooms are the organiser's business
		if props.PidTagRecipientType.Or(r, mapi.RecipientTo).Role() != mapi.RecipientBcc {
			people = append(people, recipientOf(r))
		}
	}
	return request, notice(about, organizer, people, opts), nil
}

// forwarded is the request as others get it: still the organiser's, sent by who forwards.
func forwarded(about *mapi.Message, organizer Person, to []*mapi.Recipient, opts SendOptions) *mapi.Message {
	m := about.Clone()
	address(m, to)
	by := opts
	by.From, by.Sender = organizer, opts.From
	if opts.Sender.Address != "" {
		by.Sender = opts.Sender
	}
	sent(m, MethodRequest, by)
	intended := props.PidLidIntendedBusyStatus.Or(m, props.PidLidBusyStatus.Or(about, mapi.BusyStatusBusy))
	props.PidLidIntendedBusyStatus.Set(m, intended)
	props.PidLidBusyStatus.Set(m, min(intended, mapi.BusyStatusTentative))
	props.PidTagIconIndex.Set(m, mapi.IconMeetingRequest)
	props.PidLidAttendeeCriticalChange.Set(m, opts.Now.UTC())
	props.PidLidMeetingType.Set(m, mapi.MeetingTypeRequest)
	props.PidLidResponseStatus.Set(m, mapi.ResponseNotResponded)
	props.PidLidAppointmentStateFlags.Set(m, mapi.AppointmentStateMeeting|mapi.AppointmentStateReceived)
	props.PidLidAppointmentAuxiliaryFlags.Set(m, props.PidLidAppointmentAuxiliaryFlags.Or(m, 0)|mapi.AppointmentAuxForwarded)
	props.PidLidForwardInstance.Set(m, props.PidLidIsException.Or(m, false))
	for _, k := range []props.Key[string]{props.PidLidAllAttendeesString, props.PidLidToAttendeesString, props.PidLidCcAttendeesString} {
		k.Set(m, "") // those of the first request are not asked again
	}
	for _, p := range []mapi.PropKey{
		props.PidLidFInvited, props.PidLidChangeHighlight, props.PidLidOldWhenStartWhole, props.PidLidOldWhenEndWhole, props.PidLidAppointmentCounterProposal,
		props.PidLidReminderSet,
	} {
		m.Delete(p.Prop())
	}
	return m
}

// notice tells the organiser to whom the request went.
func notice(about *mapi.Message, organizer Person, to []Person, opts SendOptions) *mapi.Message {
	m := about.Clone()
	m.Attachments = nil
	m.Recipients = []*mapi.Recipient{organizer.recipient(mapi.RecipientTo)}
	sent(m, MethodForwarded, opts)
	for _, p := range []mapi.PropKey{
		props.PidTagHtml, props.PidTagRtfCompressed, props.PidTagBody, props.PidLidMeetingType, props.PidLidChangeHighlight, props.PidLidReminderSet,
		props.PidTagResponseRequested, props.PidTagReplyRequested, props.PidLidFInvited, ical.KeptLines(),
	} {
		m.Delete(p.Prop())
	}
	if opts.Body != "" {
		props.PidTagBody.Set(m, opts.Body)
	}
	subject := props.PidTagNormalizedSubject.Or(about, props.PidTagSubject.Or(about, ""))
	props.PidTagSubject.Set(m, forwardPrefix+subject)
	props.PidTagSubjectPrefix.Set(m, forwardPrefix)
	props.PidTagNormalizedSubject.Set(m, subject)
	props.PidLidAttendeeCriticalChange.Set(m, opts.Now.UTC())
	props.PidLidAppointmentStateFlags.Set(m, mapi.AppointmentStateMeeting|mapi.AppointmentStateReceived)
	props.PidLidForwardNotificationRecipients.Set(m, appendRows(nil, to))
	return m
}

// told adds to an organiser's object those to whom a request was forwarded (MS-OXOCAL
// 3.1.4.10.2.2): as optional attendees, each once, without rooms. An instance that was
// deleted does not come back.
func told(message, calendar *mapi.Message, who Person) Result {
	switch {
	case calendar == nil:
		return ignore(Unknown)
	case !organizes(calendar, who):
		return ignore(NotOrganizer)
	}
	people, err := parseRows(props.PidLidForwardNotificationRecipients.Or(message, nil))
	if err != nil {
		return ignore(Unsupported)
	}
	own := calendar.Clone()
	about := own
	original, one := Instance(message)
	one = one && isSeries(calendar)
	if one {
		if about, err = instanceOf(own, original); err != nil {
			return missing(err)
		}
	}
	if !invite(about, people) {
		return ignore(Duplicate)
	}
	if one {
		if err := setInstance(own, original, about); err != nil {
			return missing(err)
		}
	}
	r := Result{Action: Change, Calendar: own}
	if Newer(message, about) < 0 {
		r.Type = mapi.MeetingTypeOutOfDate
	}
	return r
}

// maxInvited bounds how many attendees notifications and delegations may add to.
const maxInvited = 10_000

// invite makes people optional attendees, and reports whether any of them is new.
func invite(m *mapi.Message, people []Person) (added bool) {
	known := map[string]bool{}
	for _, r := range m.Recipients {
		if !isGone(r) {
			known[recipientOf(r).key()] = true
		}
	}
	m.Recipients = slices.Clone(m.Recipients)
	for _, p := range people {
		if p.key() == "" || known[p.key()] || len(m.Recipients) >= maxInvited {
			continue
		}
		known[p.key()], added = true, true
		m.Recipients = append(m.Recipients, p.recipient(mapi.RecipientCc))
	}
	if added {
		ical.SetAttendeeNames(m)
	}
	return added
}
