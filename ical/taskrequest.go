package ical

import (
	"crypto/sha256"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

const taskRequestClass = "IPM.TaskRequest"

// taskClasses lists the classes of messages about tasks (MS-OXOTASK 2.2.4 to 2.2.7).
// They carry the task as an embedded message.
func taskClasses() []classMeaning {
	return []classMeaning{
		{kind: task, class: taskRequestClass, method: "REQUEST", icon: mapi.IconTaskRequest, sent: true},
		{kind: task, class: taskRequestClass + ".Accept", method: "REPLY", partstat: "ACCEPTED", icon: mapi.IconTaskAcceptance, answer: true, sent: true},
		{kind: task, class: taskRequestClass + ".Decline", method: "REPLY", partstat: "DECLINED", icon: mapi.IconTaskRejection, answer: true, sent: true},
		{kind: task, class: taskRequestClass + ".Update", method: "REPLY", partstat: "IN-PROCESS", icon: mapi.IconTask, answer: true, sent: true},
		{kind: task, class: taskRequestClass + ".Update", method: "REPLY", partstat: "COMPLETED", icon: mapi.IconTask, answer: true, sent: true},
	}
}

// taskClassOf is what a VTODO is, by the method of its calendar (RFC 5546, 3.4).
// Methods that MAPI has no class for make notes, which keep everything.
func taskClassOf(method string, c *Component) *classMeaning {
	if method == "" || method == "PUBLISH" {
		return plainTask()
	}
	attendee, n := onlyAttendee(c)
	for _, about := range taskClasses() {
		if about.method == method && (!about.answer && n > 0 || n == 1 && strings.EqualFold(attendee.Param("PARTSTAT"), about.partstat)) {
			return &about
		}
	}
	return &classMeaning{kind: task, class: noteClass, sent: true}
}

// onlyAttendee is the last attendee of a component, and how many it has.
func onlyAttendee(c *Component) (attendee *Prop, n int) {
	for i := range c.Props {
		if c.Props[i].Name == "ATTENDEE" {
			attendee, n = &c.Props[i], n+1
		}
	}
	return attendee, n
}

// assigned sets whose task it is and how far its assignment is, as the embedded task
// of a request or answer says it (MS-OXOTASK 2.2.2.2.14 to 2.2.2.2.30).
func (it *item) assigned() {
	if it.about.method == "" {
		return
	}
	m := it.m
	uid := line.Unescape(strings.TrimSpace(it.c.Value("UID")))
	props.PidLidTaskGlobalId.Set(m, taskGlobalID(uid))
	state, acceptance, history := mapi.TaskStateAssignee, mapi.TaskAcceptanceAccepted, mapi.TaskHistoryUpdated
	switch {
	case !it.about.answer:
		state, acceptance, history = mapi.TaskStateAssigneeNew, mapi.TaskAcceptanceUnknown, mapi.TaskHistoryAssigned
	case it.about.partstat == "ACCEPTED":
		history = mapi.TaskHistoryAccepted
	case it.about.partstat == "DECLINED":
		state, acceptance, history = mapi.TaskStateRejected, mapi.TaskAcceptanceDeclined, mapi.TaskHistoryDeclined
	}
	props.PidLidTaskState.Set(m, state)
	props.PidLidTaskAcceptanceState.Set(m, acceptance)
	props.PidLidTaskHistory.Set(m, history)
	props.PidLidTaskOwnership.Set(m, mapi.TaskOwnershipAssignee)
	props.PidLidTaskFCreator.Set(m, false)
	props.PidLidTaskUpdates.Set(m, true)
	if t, ok := it.time("DTSTAMP"); ok {
		props.PidLidTaskLastUpdate.Set(m, t)
	}
	from, _ := representing().get(m)
	props.PidLidTaskLastUser.Set(m, from.name)
	var others []string
	for _, r := range m.Recipients {
		if !isOrganizer(r) {
			others = append(others, recipientPerson(r).name)
		}
	}
	if names := strings.Join(others, ";"); it.about.answer {
		props.PidLidTaskOwner.Set(m, from.name)
		props.PidLidTaskAssigner.Set(m, names)
	} else {
		props.PidLidTaskOwner.Set(m, names)
		props.PidLidTaskAssigner.Set(m, from.name)
	}
}

func taskMode(about *classMeaning) mapi.TaskMode {
	switch {
	case !about.answer:
		return mapi.TaskModeRequest
	case about.partstat == "ACCEPTED":
		return mapi.TaskModeAccepted
	case about.partstat == "DECLINED":
		return mapi.TaskModeRejected
	}
	return mapi.TaskModeUpdate
}

// taskGlobalID is the identity that a task and its answers have in MAPI, a GUID: the
// UID where that is one, as those that [Encode] makes of such an identity are.
func taskGlobalID(uid string) []byte {
	if g, err := mapi.ParseGUID(uid); err == nil {
		return g[:]
	}
	sum := sha256.Sum256([]byte(uid))
	return sum[:16]
}

// taskUID is the UID for a task that only MAPI gave an identity; "" for none.
func taskUID(m mapi.Getter) string {
	b := props.PidLidTaskGlobalId.Or(m, nil)
	if len(b) != 16 || mapi.GUID(b).IsZero() {
		return ""
	}
	return mapi.GUID(b).String()
}

// enclosed is a task as it is sent, when it is.
func (it *item) enclosed() *mapi.Message {
	if it.kind != task || it.about.method == "" {
		return it.m
	}
	return EncloseTask(it.m, it.about.class)
}

// EncloseTask makes the message of a class IPM.TaskRequest or one derived from it about a
// task, as Outlook has it: the task is embedded in it (MS-OXOTASK 3.1.4.1), and belongs
// to it from then on. The people of the task, but for an organiser among its recipients,
// are those of the message. An unknown class makes a request.
func EncloseTask(inner *mapi.Message, class string) *mapi.Message {
	about := meaningOf(class, false)
	if !hasClass(class, taskRequestClass) {
		about = &taskClasses()[0]
	}
	m := &mapi.Message{}
	for _, p := range shownOfTask() {
		if v := inner.Get(p); v != nil {
			m.Set(p, v)
		}
	}
	props.PidTagMessageClass.Set(m, about.class)
	props.PidTagIconIndex.Set(m, about.icon)
	props.PidLidTaskMode.Set(m, taskMode(about))
	props.PidLidTaskMode.Set(inner, taskMode(about))
	for _, r := range inner.Recipients {
		if !isOrganizer(r) {
			m.Recipients = append(m.Recipients, &mapi.Recipient{Properties: r.Clone()})
		}
	}
	a := plain(&mapi.Attachment{Embedded: inner})
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	props.PidTagDisplayName.Set(a, props.PidTagSubject.Or(inner, ""))
	props.PidTagAttachmentHidden.Set(a, true)
	m.Attachments = []*mapi.Attachment{a}
	return m
}

// shownOfTask are the properties that a request shows of its task.
func shownOfTask() []mapi.Prop {
	list := []mapi.Prop{
		props.PidTagSubject.Prop(), props.PidTagNormalizedSubject.Prop(), props.PidTagBody.Prop(), props.PidTagImportance.Prop(),
		props.PidTagSensitivity.Prop(), props.PidLidTaskGlobalId.Prop(), props.PidLidGlobalObjectId.Prop(), props.PidLidCleanGlobalObjectId.Prop(),
		props.PidLidCommonStart.Prop(), props.PidLidCommonEnd.Prop(),
	}
	return append(list, peopleOfTask()...)
}

// peopleOfTask are the properties that say who sends a message.
func peopleOfTask() (list []mapi.Prop) {
	for _, g := range []addressGroup{representing(), sender()} {
		for _, k := range []mapi.PropKey{g.name, g.kind, g.email, g.smtp, g.entryID, g.searchKey} {
			list = append(list, k.Prop())
		}
	}
	return list
}

// EmbeddedTask is the task that a message about one carries, or nil. It belongs to m.
func EmbeddedTask(m *mapi.Message) *mapi.Message {
	if !hasClass(props.PidTagMessageClass.Or(m, ""), taskRequestClass) {
		return nil
	}
	for _, a := range m.Attachments {
		if a.Embedded != nil && hasClass(props.PidTagMessageClass.Or(a.Embedded, ""), "IPM.Task") {
			return a.Embedded
		}
	}
	return nil
}

// disclosed is the task of a message about one as a calendar says it: with the people
// of the message, who count more than those of the task.
func (e *encoder) disclosed(m *mapi.Message, about *classMeaning) (*mapi.Message, *classMeaning) {
	inner := EmbeddedTask(m)
	if inner == nil {
		return nil, about
	}
	t := inner.Clone()
	if w, ok := representing().get(m); ok {
		if known, _ := representing().get(t); !known.same(w) || known.name != w.name {
			for _, p := range peopleOfTask() {
				t.Delete(p)
				if v := m.Get(p); v != nil {
					t.Set(p, v)
				}
			}
		}
	}
	if len(t.Recipients) == 0 {
		t.Recipients = m.Recipients
	}
	if about.answer && about.class == taskRequestClass+".Update" && props.PidLidTaskComplete.Or(t, false) {
		done := *about
		done.partstat = "COMPLETED"
		about = &done
	}
	return t, about
}
