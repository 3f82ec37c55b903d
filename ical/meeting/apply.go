package meeting

import (
	"errors"
	"time"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An Action is what a message asks of a calendar.
type Action uint8

// The actions.
const (
	Ignore Action = iota // nothing changes; Reason says why
	Create               // Calendar is new
	Change               // Calendar takes the place of what was given
	Delete               // the meeting does not take place
	Resend               // an attendee asks for the request again
)

// String is the name.
func (a Action) String() string {
	return [...]string{"Ignore", "Create", "Change", "Delete", "Resend"}[min(a, Resend)]
}

// A Reason is why a message is ignored.
type Reason uint8

// The reasons.
const (
	NoReason     Reason = iota
	NoMeeting           // it is no message about a meeting, or says not which
	Unknown             // the meeting, or the instance, is not in the calendar
	Stale               // a newer version is known (lesson 43)
	Duplicate           // this version is known
	OutOfOrder          // the attendee answered otherwise since
	NotOrganizer        // who sent it, or received it, is not the organiser
	Own                 // the organiser's own request came back
	Copy                // a copy for somebody whose delegate deals with it
	Unsupported         // the recurrence, or a list of people, cannot be read or changed
)

// String is the name.
func (r Reason) String() string {
	return [...]string{"NoReason", "NoMeeting", "Unknown", "Stale", "Duplicate", "OutOfOrder", "NotOrganizer", "Own", "Copy", "Unsupported"}[min(r, Unsupported)]
}

// A Result is what became of a message.
type Result struct {
	Action Action
	Reason Reason

	// Calendar is the calendar object as it is from now on. With Delete it is the object
	// marked as cancelled, for those who keep it until the user has seen it; with Ignore
	// it is nil.
	Calendar *mapi.Message

	// Type is what the message turned out to be, for PidLidMeetingType: a full or
	// informational update, or out of date. Empty for what is no request. A notification
	// that is out of date is about a request that was changed since: those whom it
	// tells of need an update (PidLidPromptSendUpdate).
	Type mapi.MeetingType
}

func ignore(r Reason) Result { return Result{Reason: r} }

// Apply is what a message means for the calendar of a person: calendar is their object
// of the same meeting (see [Same]) or task, nil when there is none. A message is applied by
// whoever acts for the person: a delegate gives the person who is represented. now is
// when. Neither message nor calendar is changed.
//
//   - A request makes an object that is not answered yet, or brings it up to date. A
//     full update has to be answered again, an informational one keeps the answer, and
//     both keep what is the person's own: reminder, categories, colour, privacy.
//   - A request or cancellation of one instance changes the series; without it a request
//     makes an object of its own.
//   - An answer is counted on the organiser's object, also of people who were not
//     invited; a proposal is kept with it.
//   - A notification that a request was forwarded makes optional attendees of those who
//     got it.
//   - A request of a task makes a task of the person's; answers and reports are kept on
//     the task of who assigned it. What else is said of tasks and journal entries deletes
//     them, asks for them or adds one.
//   - What is older than what is known is ignored, and so is what comes from others than
//     it may.
func Apply(message, calendar *mapi.Message, who Person, now time.Time) Result {
	if isTask(message) {
		return applyTask(message, calendar, who)
	}
	method, answer := MethodOf(message)
	id, ok := Identity(message)
	switch {
	case method == MethodNone || !ok || len(id.Data) == 0:
		return ignore(NoMeeting)
	case props.PidLidMeetingType.Or(message, 0)&mapi.MeetingTypeDelegatorCopy != 0:
		return ignore(Copy)
	case calendar != nil && !Same(message, calendar):
		calendar = nil
	}
	switch method {
	case MethodRequest, MethodAdd:
		return request(message, calendar, who, method == MethodAdd)
	case MethodCancel:
		return cancel(message, calendar, who)
	case MethodReply, MethodCounter:
		return tally(message, calendar, who, answer, now)
	case MethodForwarded:
		return told(message, calendar, who)
	case MethodRefresh:
		if calendar == nil {
			return ignore(Unknown)
		}
		if !organizes(calendar, who) {
			return ignore(NotOrganizer)
		}
		return Result{Action: Resend, Calendar: calendar.Clone()}
	}
	return declined(message, calendar)
}

// organizes reports whether a calendar object is the organiser's own.
func organizes(calendar mapi.Getter, who Person) bool {
	return Organizer(calendar).Same(who)
}

// fromOrganizer reports whether a message comes from the organiser of an object.
func fromOrganizer(message, calendar mapi.Getter) bool {
	known := Organizer(calendar)
	return known.Address == "" || Organizer(message).Same(known)
}

// request applies an invitation or update.
func request(message, calendar *mapi.Message, who Person, add bool) Result {
	if Organizer(message).Same(who) {
		return ignore(Own)
	}
	if calendar == nil {
		return Result{Action: Create, Calendar: invited(message), Type: mapi.MeetingTypeRequest}
	}
	if !fromOrganizer(message, calendar) || organizes(calendar, who) {
		return ignore(NotOrganizer)
	}
	original, one := Instance(message)
	if one && isSeries(calendar) {
		return requestInstance(message, calendar, original, add)
	}
	if known, alone := Instance(calendar); alone && (!one || !known.Equal(original)) {
		if one { // another instance of a series that is not there
			return Result{Action: Create, Calendar: invited(message), Type: mapi.MeetingTypeRequest}
		}
		return adopt(message, calendar, known)
	}
	if one && !isInstance(calendar) {
		return ignore(Unsupported) // no series
	}
	if r, old := outdated(message, calendar); old {
		return r
	}
	updated, kind := update(message, calendar)
	return Result{Action: Change, Calendar: updated, Type: kind}
}

func isInstance(m mapi.Getter) bool { _, ok := Instance(m); return ok }

// adopt makes an object that was one instance the series, which came after it.
func adopt(message, calendar *mapi.Message, known time.Time) Result {
	m := invited(message)
	if isSeries(m) && Newer(calendar, message) >= 0 {
		_ = setInstance(m, known, calendar) // an instance that it has not is gone
	}
	return Result{Action: Change, Calendar: m, Type: mapi.MeetingTypeRequest}
}

// outdated says of a message that it is not newer than what is known.
func outdated(message, known mapi.Getter) (Result, bool) {
	switch c := Newer(message, known); {
	case c < 0:
		return Result{Reason: Stale, Type: mapi.MeetingTypeOutOfDate}, true
	case c == 0 && props.PidLidOwnerCriticalChange.Has(known) && props.PidLidOwnerCriticalChange.Has(message):
		return ignore(Duplicate), true
	}
	return Result{}, false
}

// requestInstance applies an invitation to one instance of a series.
func requestInstance(message, calendar *mapi.Message, original time.Time, add bool) Result {
	own := calendar.Clone()
	s, err := openSeries(own)
	if err != nil {
		return ignore(Unsupported)
	}
	i, err := s.find(original)
	if err != nil {
		if add {
			return Result{Action: Create, Calendar: invited(message), Type: mapi.MeetingTypeRequest}
		}
		return missing(err)
	}
	known := s.exception(i.Original)
	if known == nil {
		if Sequence(message) < Sequence(calendar) {
			return Result{Reason: Stale, Type: mapi.MeetingTypeOutOfDate}
		}
	} else if r, old := outdated(message, known); old {
		return r
	}
	whole, err := instanceOf(own, original)
	if err != nil {
		return missing(err)
	}
	updated, kind := update(message, whole)
	if err := setInstance(own, original, updated); err != nil {
		return missing(err)
	}
	return Result{Action: Change, Calendar: own, Type: kind}
}

func missing(err error) Result {
	if errors.Is(err, mapi.ErrNotFound) {
		return ignore(Unknown)
	}
	return ignore(Unsupported)
}

// ofMessage are the properties that a calendar object does not take from the message
// that made it.
func ofMessage() []mapi.PropKey {
	return []mapi.PropKey{
		props.PidLidMeetingType, props.PidLidChangeHighlight, props.PidLidOldWhenStartWhole, props.PidLidOldWhenEndWhole, props.PidTagProcessed,
		props.PidTagMessageFlags, props.PidTagMessageDeliveryTime, props.PidTagClientSubmitTime, props.PidTagTransportMessageHeaders,
		props.PidTagEntryId, props.PidTagSearchKey, props.PidTagChangeKey, props.PidTagSourceKey, props.PidTagPredecessorChangeList,
		props.PidLidServerProcessed, props.PidLidServerProcessingActions, props.PidLidFInvited,
	}
}

// invited is the calendar object that a request makes.
func invited(message *mapi.Message) *mapi.Message {
	m := message.Clone()
	for _, p := range ofMessage() {
		m.Delete(p.Prop())
	}
	class := props.PidLidAppointmentMessageClass.Or(message, classAppointment)
	if class == "" {
		class = classAppointment
	}
	props.PidTagMessageClass.Set(m, class)
	props.PidTagIconIndex.Set(m, iconOf(m))
	props.PidLidAppointmentStateFlags.Set(m, mapi.AppointmentStateMeeting|mapi.AppointmentStateReceived|props.PidLidAppointmentStateFlags.Or(m, 0)&mapi.AppointmentStateCanceled)
	props.PidLidResponseStatus.Set(m, mapi.ResponseNotResponded)
	intended := props.PidLidIntendedBusyStatus.Or(message, mapi.BusyStatusBusy)
	props.PidLidIntendedBusyStatus.Set(m, intended)
	props.PidLidBusyStatus.Set(m, min(intended, mapi.BusyStatusTentative))
	organizer := Organizer(message)
	if r := find(m, organizer); r == nil && organizer.Address != "" {
		r = organizer.recipient(mapi.RecipientTo)
		props.PidTagRecipientFlags.Set(r, mapi.RecipientFlagSendable|mapi.RecipientFlagOrganizer)
		props.PidTagRecipientTrackStatus.Set(r, mapi.ResponseOrganized)
		m.Recipients = append([]*mapi.Recipient{r}, m.Recipients...)
	}
	ical.SetAttendeeNames(m)
	return m
}

// personal are the properties of an object that an update does not touch, because they
// are the attendee's own.
func personal() []mapi.PropKey {
	return []mapi.PropKey{
		props.PidLidReminderSet, props.PidLidReminderDelta, props.PidLidReminderTime, props.PidLidReminderSignalTime,
		props.PidNameKeywords, props.PidLidAppointmentColor, props.PidTagSensitivity, props.PidLidPrivate,
		props.PidTagEntryId, props.PidTagSearchKey, props.PidTagSourceKey, props.PidTagChangeKey, props.PidTagPredecessorChangeList,
	}
}

// update is an object after an update.
func update(message, known *mapi.Message) (*mapi.Message, mapi.MeetingType) {
	m := invited(message)
	keep := personal()
	kind := mapi.MeetingTypeFullUpdate
	if Sequence(message) == Sequence(known) && !isSignificant(Highlight(known, message)) {
		kind = mapi.MeetingTypeInformational
		keep = append(keep, props.PidLidResponseStatus, props.PidLidAppointmentReplyTime, props.PidLidAppointmentReplyName)
		if s := props.PidLidResponseStatus.Or(known, 0); s == mapi.ResponseAccepted || s == mapi.ResponseTentative {
			keep = append(keep, props.PidLidBusyStatus)
		}
	}
	for _, p := range keep {
		carry(m, known, p.Prop())
	}
	return m, kind
}

// carry copies a property where it is.
func carry(to, from *mapi.Message, p mapi.Prop) {
	if t := from.TypeOf(p); from.Has(p) {
		to.Set(p.As(t), from.Get(p.As(t)))
	}
}

// cancel applies a cancellation.
func cancel(message, calendar *mapi.Message, who Person) Result {
	if calendar == nil {
		return ignore(Unknown)
	}
	if !fromOrganizer(message, calendar) || organizes(calendar, who) && !Organizer(message).Same(who) {
		return ignore(NotOrganizer)
	}
	if organizes(calendar, who) {
		return ignore(Own)
	}
	original, one := Instance(message)
	own := calendar.Clone()
	if one && isSeries(calendar) {
		s, err := openSeries(own)
		if err != nil {
			return ignore(Unsupported)
		}
		i, err := s.find(original)
		if err != nil {
			return missing(err)
		}
		known := mapi.Getter(calendar)
		if x := s.exception(i.Original); x != nil {
			known = x
		}
		if Sequence(message) < Sequence(known) {
			return ignore(Stale)
		}
		s.drop(i.Original)
		if err := s.save(); err != nil {
			return missing(err)
		}
		return Result{Action: Change, Calendar: own}
	}
	if known, alone := Instance(calendar); one && (!alone || !known.Equal(original)) {
		return ignore(Unknown)
	}
	if Newer(message, calendar) < 0 {
		return ignore(Stale)
	}
	props.PidLidAppointmentStateFlags.Set(own, props.PidLidAppointmentStateFlags.Or(own, mapi.AppointmentStateReceived)|mapi.AppointmentStateMeeting|mapi.AppointmentStateCanceled)
	props.PidLidBusyStatus.Set(own, mapi.BusyStatusFree)
	props.PidLidReminderSet.Set(own, false)
	props.PidLidAppointmentSequence.Set(own, Sequence(message))
	if t, ok := props.PidLidOwnerCriticalChange.Get(message); ok {
		props.PidLidOwnerCriticalChange.Set(own, t)
	}
	if s, ok := props.PidTagSubject.Get(message); ok {
		props.PidTagSubject.Set(own, s)
	}
	return Result{Action: Delete, Calendar: own}
}

// declined applies the organiser's refusal of a proposal.
func declined(message, calendar *mapi.Message) Result {
	if calendar == nil {
		return ignore(Unknown)
	}
	if !fromOrganizer(message, calendar) {
		return ignore(NotOrganizer)
	}
	own := calendar.Clone()
	props.PidLidAppointmentCounterProposal.Set(own, false)
	return Result{Action: Change, Calendar: own}
}
