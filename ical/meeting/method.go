package meeting

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A Method is what a message wants (RFC 5546, 1.4).
type Method string

// The methods.
const (
	MethodNone           Method = ""
	MethodPublish        Method = "PUBLISH"
	MethodRequest        Method = "REQUEST"
	MethodReply          Method = "REPLY"
	MethodAdd            Method = "ADD"
	MethodCancel         Method = "CANCEL"
	MethodRefresh        Method = "REFRESH"
	MethodCounter        Method = "COUNTER"
	MethodDeclineCounter Method = "DECLINECOUNTER"

	// MethodForwarded is none of RFC 5546: it tells the organiser that a request was
	// passed on (MS-OXOCAL 2.2.9). Calendars cannot say it.
	MethodForwarded Method = "FORWARDED"
)

// The classes of messages about meetings (MS-OXOCAL 2.2.6 to 2.2.9). REFRESH and
// DECLINECOUNTER have none: they are notes that keep their method (see
// [ical.KeptLines]), and so is ADD a request.
const (
	classAppointment = "IPM.Appointment"
	classRequest     = "IPM.Schedule.Meeting.Request"
	classCanceled    = "IPM.Schedule.Meeting.Canceled"
	classAccepted    = "IPM.Schedule.Meeting.Resp.Pos"
	classDeclined    = "IPM.Schedule.Meeting.Resp.Neg"
	classTentative   = "IPM.Schedule.Meeting.Resp.Tent"
	classForwarded   = "IPM.Schedule.Meeting.Notification.Forward"
	classNote        = "IPM.Note"
	classException   = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"
)

// The classes of tasks, of messages about them (MS-OXOTASK 2.2), and of journal entries.
const (
	classTask         = "IPM.Task"
	classTaskRequest  = "IPM.TaskRequest"
	classTaskAccepted = "IPM.TaskRequest.Accept"
	classTaskDeclined = "IPM.TaskRequest.Decline"
	classTaskUpdate   = "IPM.TaskRequest.Update"
	classJournal      = "IPM.Activity"
)

// ClassOf is the message class for a method about a meeting, and for a reply its answer.
func ClassOf(method Method, answer mapi.ResponseStatus) string {
	switch method {
	case MethodNone, MethodPublish:
		return classAppointment
	case MethodRequest, MethodAdd:
		return classRequest
	case MethodCancel:
		return classCanceled
	case MethodCounter:
		return classTentative
	case MethodForwarded:
		return classForwarded
	case MethodReply:
		switch answer {
		case mapi.ResponseAccepted:
			return classAccepted
		case mapi.ResponseDeclined:
			return classDeclined
		case mapi.ResponseTentative:
			return classTentative
		}
	}
	return classNote
}

// MethodOf is what a message wants, and for a reply or counter proposal the answer;
// reports of how far a task is, and that somebody else comes (see [Delegate]), are
// replies without one. It is MethodNone for what is no message about a meeting, task or
// journal entry, such as an appointment.
func MethodOf(m mapi.Getter) (Method, mapi.ResponseStatus) {
	class := props.PidTagMessageClass.Or(m, "")
	is := func(base string) bool { return isClass(class, base) }
	answer := func(s mapi.ResponseStatus) (Method, mapi.ResponseStatus) {
		if props.PidLidAppointmentCounterProposal.Or(m, false) {
			return MethodCounter, s
		}
		return MethodReply, s
	}
	switch {
	case is(classRequest):
		if keptMethod(m) == MethodAdd {
			return MethodAdd, mapi.ResponseNone
		}
		return MethodRequest, mapi.ResponseNone
	case is(classCanceled):
		return MethodCancel, mapi.ResponseNone
	case is(classAccepted):
		return answer(mapi.ResponseAccepted)
	case is(classDeclined):
		return answer(mapi.ResponseDeclined)
	case is(classTentative):
		return answer(mapi.ResponseTentative)
	case is(classForwarded):
		return MethodForwarded, mapi.ResponseNone
	case is(classTaskAccepted):
		return MethodReply, mapi.ResponseAccepted
	case is(classTaskDeclined):
		return MethodReply, mapi.ResponseDeclined
	case is(classTaskUpdate):
		return MethodReply, mapi.ResponseNone
	case is(classTaskRequest):
		return MethodRequest, mapi.ResponseNone
	case is(classNote) && m.Get(ical.DelegatedTo()) != nil:
		return MethodReply, mapi.ResponseNone
	case is(classNote):
		switch k := keptMethod(m); k {
		case MethodRefresh, MethodDeclineCounter:
			return k, mapi.ResponseNone
		case MethodAdd, MethodCancel, MethodCounter:
			if keptComponent(m) != "VEVENT" {
				return k, mapi.ResponseNone
			}
		}
	}
	return MethodNone, mapi.ResponseNone
}

// isClass reports whether a class is one, or derived from it.
func isClass(class, base string) bool {
	return len(class) >= len(base) && strings.EqualFold(class[:len(base)], base) && (len(class) == len(base) || class[len(base)] == '.')
}

// keptMethod is the method of the calendar that a message came from.
func keptMethod(m mapi.Getter) Method { return Method(ical.KeptMethod(m)) }

// keptComponent is the name of the component that a message came from, in capitals, or "".
func keptComponent(m mapi.Getter) string {
	lines, _ := m.Get(ical.KeptLines()).(string)
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); isItem(line) {
			return strings.ToUpper(line[len("BEGIN:"):])
		}
	}
	return ""
}

// keptRule are the lines that say how a series recurs whose structure cannot, without
// those of single instances.
func keptRule(m mapi.Getter) (list []string) {
	lines, _ := m.Get(ical.KeptLines()).(string)
	_, item, _ := strings.Cut(lines, "BEGIN:VEVENT\n")
	for line := range strings.Lines(item) {
		if name, _, _ := strings.Cut(line, ":"); strings.HasPrefix(name, "RRULE") || strings.HasPrefix(name, "RDATE") || strings.HasPrefix(name, "EXRULE") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	slices.Sort(list)
	return list
}

// isItem reports whether a line begins what a calendar is about.
func isItem(line string) bool {
	for _, name := range []string{"VEVENT", "VTODO", "VJOURNAL"} {
		if strings.EqualFold(line, "BEGIN:"+name) {
			return true
		}
	}
	return false
}

// keepMethod makes a message say a method that has no class.
func keepMethod(m *mapi.Message, method Method) {
	m.Set(ical.KeptLines(), "BEGIN:VCALENDAR\nMETHOD:"+string(method)+"\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n")
}
