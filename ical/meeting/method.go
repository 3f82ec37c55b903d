package meeting

import (
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

// ClassOf is the message class for a method, and for a reply its answer.
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

// MethodOf is what a message wants, and for a reply or counter proposal the answer. It
// is MethodNone for what is no message about a meeting, such as an appointment.
func MethodOf(m mapi.Getter) (Method, mapi.ResponseStatus) {
	class := strings.ToLower(props.PidTagMessageClass.Or(m, ""))
	is := func(base string) bool {
		rest, ok := strings.CutPrefix(class, strings.ToLower(base))
		return ok && (rest == "" || rest[0] == '.')
	}
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
	case is(classNote):
		if k := keptMethod(m); k == MethodRefresh || k == MethodDeclineCounter {
			return k, mapi.ResponseNone
		}
	}
	return MethodNone, mapi.ResponseNone
}

// keptMethod is the method of the calendar that a message came from.
func keptMethod(m mapi.Getter) Method {
	lines, _ := m.Get(ical.KeptLines()).(string)
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if strings.EqualFold(line, "BEGIN:VEVENT") {
			break
		}
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "METHOD") {
			return Method(strings.ToUpper(strings.TrimSpace(value)))
		}
	}
	return MethodNone
}

// keepMethod makes a message say a method that has no class.
func keepMethod(m *mapi.Message, method Method) {
	m.Set(ical.KeptLines(), "BEGIN:VCALENDAR\nMETHOD:"+string(method)+"\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n")
}
