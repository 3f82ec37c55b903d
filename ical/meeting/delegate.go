package meeting

import (
	"fmt"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Delegate lets somebody else take part instead of the attendee opts.From (RFC 5546,
// 3.2.2.3), in a meeting or, with opts.Instance, in one instance of a series.
// appointment is the attendee's, as [Apply] made it of the request. It makes
//
//   - the request that the other gets. Who delegates is among its recipients, marked as
//     one who need not get it (mapi.RecipientSubmitted), so that it says whom it is from;
//   - the answer that tells the organiser. MAPI has no class for it: it is a note with
//     [ical.DelegatedTo], and by mail needs what [ical.Encode] writes of it as a part;
//   - the attendee's appointment as it is from then on: declined, in time that is free.
//
// The error is mapi.ErrInvalidParameter when there is no identity or no organiser, when
// one of the two is the organiser or has no mail address, and when the other is the
// attendee or somebody who sent the attendee; mapi.ErrNoAccess when the organiser does
// not want the meeting forwarded, and mapi.ErrNotFound when the series has no such
// instance.
func Delegate(appointment *mapi.Message, to Person, opts SendOptions) (request, answer, own *mapi.Message, err error) {
	organizer := Organizer(appointment)
	id, ok := Identity(appointment)
	switch {
	case !ok || len(id.Data) == 0 || organizer.Address == "" || !to.hasMail() || !opts.From.hasMail(),
		to.Same(organizer), opts.From.Same(organizer), to.Same(opts.From):
		return nil, nil, nil, fmt.Errorf("meeting.Delegate: from %q to %q: %w", opts.From.Address, to.Address, mapi.ErrInvalidParameter)
	case props.PidNameMeetingDoNotForward.Or(appointment, false):
		return nil, nil, nil, fmt.Errorf("meeting.Delegate: the organiser does not allow it: %w", mapi.ErrNoAccess)
	}
	own = appointment.Clone()
	about := own
	if !opts.Instance.IsZero() {
		if about, err = instanceOf(own, opts.Instance); err != nil {
			return nil, nil, nil, fmt.Errorf("meeting.Delegate: %w", err)
		}
	}
	by := find(about, opts.From)
	if by == nil { // of a list of people, or one to whom it was forwarded
		by = opts.From.recipient(mapi.RecipientTo)
		about.Recipients = append(slices.Clone(about.Recipients), by)
	}
	if slices.ContainsFunc(uris(by, ical.DelegatedFrom()), func(uri string) bool { return personAt(uri).Same(to) }) {
		return nil, nil, nil, fmt.Errorf("meeting.Delegate: back to %q: %w", to.Address, mapi.ErrInvalidParameter)
	}
	handOver(about, by, []Person{to})

	known := &mapi.Recipient{Properties: by.Clone()}
	props.PidTagRecipientType.Set(known, props.PidTagRecipientType.Or(by, mapi.RecipientTo)|mapi.RecipientSubmitted)
	request = forwarded(about, organizer, []*mapi.Recipient{known, find(about, to)}, opts)
	answer = reply(about, classNote, organizer, opts)
	answer.Set(ical.DelegatedTo(), []string{to.uri()})
	props.PidTagIconIndex.Delete(answer)

	answered(about, mapi.ResponseDeclined, false, opts) // for the appointment: as an attendee they did not decline
	handOver(about, by, []Person{to})
	props.PidLidBusyStatus.Set(about, mapi.BusyStatusFree)
	props.PidLidReminderSet.Set(about, false)
	if !opts.Instance.IsZero() {
		if err = setInstance(own, opts.Instance, about); err != nil {
			return nil, nil, nil, fmt.Errorf("meeting.Delegate: %w", err)
		}
	}
	return request, answer, own, nil
}

// handOver makes an attendee one who sends others, and these attendees of the same role.
func handOver(m *mapi.Message, by *mapi.Recipient, to []Person) {
	from := recipientOf(by).uri()
	role := props.PidTagRecipientType.Or(by, mapi.RecipientTo).Role()
	var list []string
	for _, p := range to {
		list = append(list, p.uri())
		r := find(m, p)
		if r == nil {
			r = p.recipient(role)
			m.Recipients = append(m.Recipients, r)
		}
		addAddress(r, ical.DelegatedFrom(), from)
	}
	by.Set(ical.DelegatedTo(), list)
	props.PidTagRecipientTrackStatus.Set(by, mapi.ResponseNotResponded)
	ical.SetAttendeeNames(m)
}

// maxDelegates bounds how many people one attendee sends.
const maxDelegates = 100

// delegates are those whom a message says that its sender sends, without the organiser
// and the sender.
func delegates(message mapi.Getter, organizer Person) (list []Person) {
	for _, uri := range uris(message, ical.DelegatedTo()) {
		p := personAt(uri)
		if p.Address == "" || p.Same(organizer) || p.Same(Organizer(message)) || len(list) == maxDelegates {
			continue
		}
		list = append(list, p)
	}
	return list
}

// newAttendee is somebody who answers without being invited: an optional attendee, or
// one like those who sent them.
func newAttendee(about *mapi.Message, attendee Person, from []string) *mapi.Recipient {
	role := mapi.RecipientCc
	for _, uri := range from[:min(len(from), maxDelegates)] {
		if by := find(about, personAt(uri)); by != nil && !isOrganizer(by) {
			role = props.PidTagRecipientType.Or(by, role).Role()
			break
		}
	}
	return attendee.recipient(role)
}

func uris(m mapi.Getter, p mapi.Prop) []string {
	list, _ := m.Get(p).([]string)
	return list
}

// addAddress adds an address to a list that has it not.
func addAddress(r *mapi.Recipient, p mapi.Prop, uri string) {
	list := uris(r, p)
	if uri == "" || len(list) >= maxDelegates || slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, uri) }) {
		return
	}
	r.Set(p, append(slices.Clone(list), uri))
}
