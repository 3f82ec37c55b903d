package meeting

import (
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// tally counts an answer on the organiser's object.
func tally(message, calendar *mapi.Message, who Person, answer mapi.ResponseStatus, now time.Time) Result {
	attendee := Organizer(message)
	switch {
	case calendar == nil:
		return ignore(Unknown)
	case !organizes(calendar, who):
		return ignore(NotOrganizer)
	case attendee.Address == "":
		return ignore(NoMeeting)
	case attendee.Same(who):
		return ignore(Own)
	}
	var to []Person // who come instead
	if answer == mapi.ResponseNone {
		if to = delegates(message, who); len(to) == 0 {
			return ignore(Unsupported)
		}
		answer = mapi.ResponseNotResponded
	}
	own := calendar.Clone()
	about := own
	original, one := Instance(message)
	one = one && isSeries(calendar)
	if one {
		var err error
		if about, err = instanceOf(own, original); err != nil {
			return missing(err)
		}
	}
	if Sequence(message) < Sequence(about) {
		return ignore(Stale)
	}
	if len(to) > 0 && len(about.Recipients)+len(to) > maxInvited {
		return ignore(Unsupported)
	}
	if r := count(about, message, attendee, answer, to, one, now); r != NoReason {
		return ignore(r)
	}
	if one {
		if err := setInstance(own, original, about); err != nil {
			return missing(err)
		}
	}
	return Result{Action: Change, Calendar: own}
}

// count writes an answer to the recipient who gave it. Somebody who was not invited,
// such as one to whom the request was forwarded, becomes an optional attendee. Who sends
// others makes them attendees; it is no answer of theirs.
func count(about, message *mapi.Message, attendee Person, answer mapi.ResponseStatus, to []Person, one bool, now time.Time) Reason {
	when, said := props.PidLidAttendeeCriticalChange.Get(message)
	if !said {
		when = now.UTC()
	}
	r := find(about, attendee)
	from := uris(message, ical.DelegatedFrom())
	if r == nil {
		r = newAttendee(about, attendee, from)
		about.Recipients = append(about.Recipients, r)
		ical.SetAttendeeNames(about)
	} else if before, ok := props.PidTagRecipientTrackStatusTime.Get(r); ok && said {
		if when.Before(before) {
			return OutOfOrder
		}
		if when.Equal(before) && props.PidTagRecipientTrackStatus.Or(r, 0) == answer {
			return Duplicate
		}
	}
	props.PidTagRecipientTrackStatus.Set(r, answer)
	props.PidTagRecipientTrackStatusTime.Set(r, when)
	for _, uri := range from {
		addAddress(r, ical.DelegatedFrom(), uri)
	}
	r.Delete(ical.DelegatedTo())
	if len(to) > 0 {
		handOver(about, r, to)
	}
	if one {
		props.PidTagRecipientFlags.Set(r, props.PidTagRecipientFlags.Or(r, mapi.RecipientFlagSendable)|mapi.RecipientFlagExceptionalResponse)
	}
	propose(r, message)
	proposals(about)
	return NoReason
}

// propose keeps the proposal of an answer, or forgets the one before.
func propose(r *mapi.Recipient, message mapi.Getter) {
	start, ok := props.PidLidAppointmentProposedStartWhole.Get(message)
	end, also := props.PidLidAppointmentProposedEndWhole.Get(message)
	proposed := ok && also && props.PidLidAppointmentCounterProposal.Or(message, false)
	props.PidTagRecipientProposed.Set(r, proposed)
	props.PidTagRecipientProposedStartTime.Delete(r)
	props.PidTagRecipientProposedEndTime.Delete(r)
	if proposed {
		props.PidTagRecipientProposedStartTime.Set(r, start)
		props.PidTagRecipientProposedEndTime.Set(r, end)
	}
}

// proposals counts them.
func proposals(m *mapi.Message) {
	n := int32(0)
	for _, r := range m.Recipients {
		if props.PidTagRecipientProposed.Or(r, false) {
			n++
		}
	}
	props.PidLidAppointmentProposalNumber.Set(m, n)
	props.PidLidAppointmentCounterProposal.Set(m, n > 0)
}

// Answers is how many attendees of an object gave each answer. Those who gave none are
// NotResponded; the organiser is not counted, nor who sends others and says no more.
func Answers(m *mapi.Message) map[mapi.ResponseStatus]int {
	counts := map[mapi.ResponseStatus]int{}
	for _, r := range attendees(m, Organizer(m)) {
		switch s := props.PidTagRecipientTrackStatus.Or(r, mapi.ResponseNone); s {
		case mapi.ResponseTentative, mapi.ResponseAccepted, mapi.ResponseDeclined:
			counts[s]++
		default:
			if !r.Has(ical.DelegatedTo()) {
				counts[mapi.ResponseNotResponded]++
			}
		}
	}
	return counts
}
