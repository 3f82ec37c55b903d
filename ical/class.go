package ical

import (
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// exceptionClass is the class of the messages in which a series keeps its instances
// that differ (MS-OXOCAL 2.2.10.1.4).
const exceptionClass = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"

// noteClass is the class of messages that are only texts.
const noteClass = "IPM.Note"

// notificationClass is the class of what organisers are told about requests, such as
// that one was forwarded (MS-OXOCAL 2.2.9). No method of iCalendar says it.
const notificationClass = "IPM.Schedule.Meeting.Notification"

// DocumentClass is the class of messages that only keep a component which has no
// form in MAPI, such as VFREEBUSY or VAVAILABILITY; see [KeptLines].
const DocumentClass = "IPM.Document.text/calendar"

// A classMeaning is what a message class stands for.
type classMeaning struct {
	kind     kind
	class    string
	method   string // of the calendar; "" for none
	partstat string // of the attendee who answers
	icon     mapi.IconIndex
	answer   bool // from an attendee
	counter  bool
	sent     bool // a message about a meeting, not the meeting itself
}

// The classes that are not about meetings (MS-OXCICAL 2.1.3.1.1.1).
func plainEvent() *classMeaning {
	return &classMeaning{kind: event, class: "IPM.Appointment", icon: mapi.IconSingleInstanceAppointment}
}
func plainTask() *classMeaning    { return &classMeaning{kind: task, class: "IPM.Task"} }
func plainJournal() *classMeaning { return &classMeaning{kind: journal, class: "IPM.Activity"} }
func document() *classMeaning     { return &classMeaning{kind: other, class: DocumentClass} }

// meetingClasses lists the classes of messages about meetings.
func meetingClasses() []classMeaning {
	return []classMeaning{
		{kind: event, class: "IPM.Schedule.Meeting.Request", method: "REQUEST", icon: mapi.IconMeetingRequest, sent: true},
		{kind: event, class: "IPM.Schedule.Meeting.Canceled", method: "CANCEL", icon: 0x408, sent: true},
		{kind: event, class: "IPM.Schedule.Meeting.Resp.Pos", method: "REPLY", partstat: "ACCEPTED", icon: 0x405, answer: true, sent: true},
		{kind: event, class: "IPM.Schedule.Meeting.Resp.Neg", method: "REPLY", partstat: "DECLINED", icon: 0x406, answer: true, sent: true},
		{kind: event, class: "IPM.Schedule.Meeting.Resp.Tent", method: "REPLY", partstat: "TENTATIVE", icon: 0x407, answer: true, sent: true},
		{kind: event, class: "IPM.Schedule.Meeting.Resp.Tent", method: "COUNTER", partstat: "TENTATIVE", icon: 0x407, answer: true, counter: true, sent: true},
	}
}

// refresh is what an attendee means who asks for a meeting as it is now (RFC 5546,
// 3.2.6): a note, because Outlook knows no such message. Its kept lines name the method.
func refresh() *classMeaning {
	return &classMeaning{kind: event, class: noteClass, method: "REFRESH", answer: true, sent: true}
}

// methodOf is the word that a METHOD stands for.
func methodOf(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// classOf is what a component is, by the method of its calendar. A reply that is no
// answer (MS-OXCICAL 2.1.3.1.1.1: not one attendee, or one who neither accepts nor
// declines; see answering for two of them), and the methods that Outlook does not
// know, become notes, which keep everything.
func classOf(k kind, method string, c *Component) *classMeaning {
	switch k {
	case task:
		return taskClassOf(method, c)
	case journal:
		if method == "CANCEL" { // what is gone is no entry
			return &classMeaning{kind: journal, class: noteClass, sent: true}
		}
		return plainJournal()
	case other:
		return document()
	}
	switch method {
	case "", "PUBLISH":
		return plainEvent()
	case "REPLY", "COUNTER":
		attendee := answering(c)
		for _, m := range meetingClasses() {
			if m.method == method && (m.counter || attendee != nil && strings.EqualFold(attendee.Param("PARTSTAT"), m.partstat)) {
				return &m
			}
		}
		if method == "REPLY" && attendee != nil && strings.EqualFold(attendee.Param("PARTSTAT"), delegated) && attendee.Param(delegatedTo) != "" {
			return delegation()
		}
	case "REFRESH":
		return refresh()
	case "ADD": // an instance more: a request that says so among its kept lines
		method = "REQUEST"
	}
	for _, m := range meetingClasses() {
		if m.method == method && !m.answer {
			return &m
		}
	}
	return &classMeaning{kind: event, class: noteClass, sent: true}
}

// meaningOf is what a message is, by its class.
func meaningOf(class string, counter bool) *classMeaning {
	if about := plainEvent(); hasClass(class, about.class) { // as most are
		return about
	}
	for _, about := range meetingClasses() {
		if strings.EqualFold(about.class, class) && about.counter == counter || !about.answer && hasClass(class, about.class) {
			return &about
		}
	}
	if hasClass(class, notificationClass) {
		return document()
	}
	if hasClass(class, taskRequestClass) {
		for _, about := range taskClasses() {
			if strings.EqualFold(about.class, class) {
				return &about
			}
		}
		return &taskClasses()[0]
	}
	for _, about := range []*classMeaning{plainTask(), plainJournal(), document()} {
		if hasClass(class, about.class) {
			return about
		}
	}
	return plainEvent()
}

// hasClass reports whether class is a class or one derived from it.
func hasClass(class, base string) bool {
	return len(class) >= len(base) && strings.EqualFold(class[:len(base)], base) && (len(class) == len(base) || class[len(base)] == '.')
}
