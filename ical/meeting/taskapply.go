package meeting

import (
	"strings"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// isTask reports whether a message is about a task or journal entry.
func isTask(message *mapi.Message) bool {
	class := props.PidTagMessageClass.Or(message, "")
	if isClass(class, classTaskRequest) {
		return true
	}
	kept := ""
	if isClass(class, classNote) {
		kept = keptComponent(message)
	}
	return kept == "VTODO" || kept == "VJOURNAL"
}

// applyTask is what a message means for the task, or journal entry, of a person.
func applyTask(message, calendar *mapi.Message, who Person) Result {
	about := message // a note that keeps everything
	if isClass(props.PidTagMessageClass.Or(message, ""), classTaskRequest) {
		about = ical.EmbeddedTask(message)
	}
	if about == nil {
		return ignore(NoMeeting)
	}
	_, identified := Identity(about)
	if !identified && len(props.PidLidTaskGlobalId.Or(about, nil)) == 0 {
		return ignore(NoMeeting)
	}
	if calendar != nil && !Same(about, calendar) {
		calendar = nil
	}
	method, answer := MethodOf(message)
	switch method {
	case MethodRequest:
		return taskRequest(message, about, calendar, who)
	case MethodReply:
		return taskAnswer(message, about, calendar, who, answer)
	case MethodAdd:
		return Result{Action: Create, Calendar: added(message)}
	case MethodCancel:
		return taskCancel(message, calendar)
	case MethodRefresh:
		switch {
		case calendar == nil:
			return ignore(Unknown)
		case !organizes(calendar, who):
			return ignore(NotOrganizer)
		}
		return Result{Action: Resend, Calendar: calendar.Clone()}
	case MethodNone:
		return ignore(NoMeeting)
	}
	return ignore(Unsupported) // proposals, which tasks cannot keep
}

// compareTasks compares versions of a task as [Newer] does, after the number that MAPI
// counts them by (MS-OXOTASK 2.2.2.2.13).
func compareTasks(a, b mapi.Getter) int {
	if d := int64(props.PidLidTaskVersion.Or(a, 1)) - int64(props.PidLidTaskVersion.Or(b, 1)); d != 0 && fromMAPI(a) {
		if d < 0 {
			return -1
		}
		return 1
	}
	return Newer(a, b)
}

// fromMAPI reports whether a task counts its versions: one that was a calendar does not.
func fromMAPI(m mapi.Getter) bool { return props.PidLidTaskVersion.Or(m, 1) > 1 }

func taskRequest(message, about, calendar *mapi.Message, who Person) Result {
	assigner := Organizer(message)
	switch {
	case assigner.Same(who):
		return ignore(Own)
	case calendar == nil:
		return Result{Action: Create, Calendar: taken(about, assigner)}
	case !fromOrganizer(message, calendar) || organizes(calendar, who):
		return ignore(NotOrganizer)
	}
	switch c := compareTasks(about, calendar); {
	case c < 0:
		return ignore(Stale)
	case c == 0 && props.PidLidOwnerCriticalChange.Has(calendar):
		return ignore(Duplicate)
	}
	m := taken(about, assigner)
	for _, p := range append(personal(), props.PidLidTaskState, props.PidLidTaskAcceptanceState, props.PidLidTaskOwner) {
		carry(m, calendar, p.Prop())
	}
	return Result{Action: Change, Calendar: m}
}

// progress are the properties that say how far a task is, and when it is to be done.
func progress() []mapi.PropKey {
	return []mapi.PropKey{
		props.PidLidTaskStatus, props.PidLidPercentComplete, props.PidLidTaskComplete, props.PidLidTaskDateCompleted,
		props.PidLidTaskStartDate, props.PidLidTaskDueDate, props.PidLidCommonStart, props.PidLidCommonEnd,
		props.PidLidTaskActualEffort, props.PidLidTaskEstimatedEffort, props.PidLidTaskVersion, props.PidLidTaskLastUpdate, props.PidLidTaskLastUser,
	}
}

// taskAnswer keeps an answer, or a report, on the task of who assigned it.
func taskAnswer(message, about, calendar *mapi.Message, who Person, answer mapi.ResponseStatus) Result {
	from := Organizer(message)
	switch {
	case calendar == nil:
		return ignore(Unknown)
	case !organizes(calendar, who):
		return ignore(NotOrganizer)
	case from.Same(who):
		return ignore(Own)
	case from.Address == "" || find(calendar, from) == nil:
		return ignore(Unknown) // nobody whom it was assigned to
	case Sequence(about) < Sequence(calendar) || fromMAPI(about) && compareTasks(about, calendar) < 0:
		return ignore(Stale)
	}
	own := calendar.Clone()
	r := find(own, from)
	if when, ok := props.PidLidAttendeeCriticalChange.Get(about); ok {
		if before, known := props.PidTagRecipientTrackStatusTime.Get(r); known && when.Before(before) {
			return ignore(OutOfOrder)
		}
		props.PidTagRecipientTrackStatusTime.Set(r, when)
	}
	due := props.PidLidTaskDueDate
	switch answer {
	case mapi.ResponseAccepted:
		props.PidLidTaskHistory.Set(own, mapi.TaskHistoryAccepted)
		props.PidLidTaskAcceptanceState.Set(own, mapi.TaskAcceptanceAccepted)
	case mapi.ResponseDeclined:
		props.PidLidTaskHistory.Set(own, mapi.TaskHistoryDeclined)
		props.PidLidTaskAcceptanceState.Set(own, mapi.TaskAcceptanceDeclined)
		props.PidLidTaskState.Set(own, mapi.TaskStateRejected)
	default: // a report: who works on it has taken it on
		answer = mapi.ResponseAccepted
		props.PidLidTaskAcceptanceState.Set(own, mapi.TaskAcceptanceAccepted)
		props.PidLidTaskHistory.Set(own, mapi.TaskHistoryUpdated)
		if due.Has(about) && !sameTime(about, own, due) {
			props.PidLidTaskHistory.Set(own, mapi.TaskHistoryDueDateChanged)
		}
		for _, p := range progress() {
			carry(own, about, p.Prop())
		}
	}
	props.PidTagRecipientTrackStatus.Set(r, answer)
	props.PidLidTaskLastUser.Set(own, from.withDefaults().Name)
	carry(own, about, props.PidLidTaskLastUpdate.Prop())
	return Result{Action: Change, Calendar: own}
}

// taskCancel applies a cancellation. A task that is not to be done any more is deferred,
// which is how calendars say it too.
func taskCancel(message, calendar *mapi.Message) Result {
	switch {
	case calendar == nil:
		return ignore(Unknown)
	case !fromOrganizer(message, calendar):
		return ignore(NotOrganizer)
	case Newer(message, calendar) < 0:
		return ignore(Stale)
	}
	own := calendar.Clone()
	if keptComponent(message) == "VTODO" {
		props.PidLidTaskStatus.Set(own, mapi.TaskStatusDeferred)
		props.PidLidTaskComplete.Set(own, false)
		props.PidLidReminderSet.Set(own, false)
	}
	props.PidLidAppointmentSequence.Set(own, Sequence(message))
	return Result{Action: Delete, Calendar: own}
}

// added is the task or journal entry that a note adds to others of its series: an object
// of its own, which is not a message any more.
func added(message *mapi.Message) *mapi.Message {
	class := classTask
	if keptComponent(message) == "VJOURNAL" {
		class = classJournal
	}
	m := message.Clone()
	if class == classTask {
		m = taken(message, Organizer(message))
	}
	props.PidTagMessageClass.Set(m, class)
	lines, _ := message.Get(ical.KeptLines()).(string)
	var b strings.Builder
	for l := range strings.Lines(lines) {
		if !strings.HasPrefix(strings.ToUpper(l), "METHOD:") {
			b.WriteString(l)
		}
	}
	m.Set(ical.KeptLines(), b.String())
	return m
}
