package meeting

import (
	"fmt"
	"math"
	"strings"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Assign makes the request that others do a task, and the task of who assigns it as it is
// from then on (MS-OXOTASK 3.1.4.4, RFC 5546 3.4.2). With one assignee the task becomes
// theirs; several share it. A task without identity gets that of opts.ID, whose data are
// 16 bytes. The error is mapi.ErrInvalidParameter when there is nobody to do it, or no
// identity.
func Assign(task *mapi.Message, to []*mapi.Recipient, opts SendOptions) (message, own *mapi.Message, err error) {
	own = task.Clone()
	if len(props.PidLidTaskGlobalId.Or(own, nil)) != 16 {
		if _, ok := Identity(own); !ok && len(opts.ID.Data) != 16 {
			return nil, nil, fmt.Errorf("meeting.Assign: no identity: %w", mapi.ErrInvalidParameter)
		}
		if len(opts.ID.Data) == 16 {
			props.PidLidTaskGlobalId.Set(own, opts.ID.Data)
		}
	}
	if len(to) == 0 {
		return nil, nil, fmt.Errorf("meeting.Assign: nobody to do it: %w", mapi.ErrInvalidParameter)
	}
	var names []string
	for _, r := range to {
		names = append(names, recipientOf(r).withDefaults().Name)
	}
	address(own, to)
	touch(own, opts)
	opts.from(own)
	props.PidTagMessageClass.Set(own, classTask)
	props.PidLidTaskOwner.Set(own, strings.Join(names, ";"))
	props.PidLidTaskAssigner.Set(own, opts.From.withDefaults().Name)
	props.PidLidTaskLastDelegate.Set(own, opts.From.withDefaults().Name)
	props.PidLidTaskHistory.Set(own, mapi.TaskHistoryAssigned)
	props.PidLidTaskAcceptanceState.Set(own, mapi.TaskAcceptanceUnknown)
	props.PidLidTaskUpdates.Set(own, true)
	props.PidLidOwnerCriticalChange.Set(own, opts.Now.UTC())

	inner := own.Clone()
	props.PidLidTaskState.Set(inner, mapi.TaskStateAssigneeNew)
	props.PidLidTaskOwnership.Set(inner, mapi.TaskOwnershipAssignee)
	props.PidLidTaskFCreator.Set(inner, false)
	inner.Delete(props.PidLidReminderSet.Prop())
	message = ical.EncloseTask(inner, classTaskRequest)
	if len(to) == 1 {
		props.PidLidTaskState.Set(own, mapi.TaskStateAccepted) // the copy of who assigned it
		props.PidLidTaskOwnership.Set(own, mapi.TaskOwnershipAssigner)
		props.PidTagIconIndex.Set(own, mapi.IconAssignerTask)
	} else {
		props.PidLidTaskMultipleRecipients.Set(own, mapi.TaskMultipleRecipientsSent)
	}
	return message, own, nil
}

// touch counts a change of a task.
func touch(m *mapi.Message, opts SendOptions) {
	props.PidLidTaskVersion.Set(m, min(props.PidLidTaskVersion.Or(m, 0), math.MaxInt32-1)+1)
	props.PidLidTaskLastUpdate.Set(m, opts.Now.UTC())
	props.PidLidTaskLastUser.Set(m, opts.From.withDefaults().Name)
}

// AnswerTask makes the answer to a request, and the task of who takes it on: nil when it
// is declined (MS-OXOTASK 3.1.4.4). opts.Body is a text beside it. The error is
// mapi.ErrInvalidParameter for what is no request of somebody else's.
func AnswerTask(request *mapi.Message, accept bool, opts SendOptions) (message, own *mapi.Message, err error) {
	inner, assigner := ical.EmbeddedTask(request), Organizer(request)
	if method, _ := MethodOf(request); method != MethodRequest || inner == nil || assigner.Address == "" || assigner.Same(opts.From) {
		return nil, nil, fmt.Errorf("meeting.AnswerTask: no request: %w", mapi.ErrInvalidParameter)
	}
	own = taken(inner, assigner)
	touch(own, opts)
	class := classTaskAccepted
	props.PidLidTaskState.Set(own, mapi.TaskStateAssignee)
	props.PidLidTaskAcceptanceState.Set(own, mapi.TaskAcceptanceAccepted)
	props.PidLidTaskHistory.Set(own, mapi.TaskHistoryAccepted)
	props.PidLidTaskOwner.Set(own, opts.From.withDefaults().Name)
	if !accept {
		class = classTaskDeclined
		props.PidLidTaskState.Set(own, mapi.TaskStateRejected)
		props.PidLidTaskAcceptanceState.Set(own, mapi.TaskAcceptanceDeclined)
		props.PidLidTaskHistory.Set(own, mapi.TaskHistoryDeclined)
	}
	message = taskReply(own, class, assigner, opts)
	if !accept {
		return message, nil, nil
	}
	return message, own, nil
}

// ReportTask makes the report of how far a task is, to who assigned it, and the task as it
// is then. The error is mapi.ErrInvalidParameter for a task that nobody assigned.
func ReportTask(task *mapi.Message, opts SendOptions) (message, own *mapi.Message, err error) {
	assigner := Organizer(task)
	if props.PidLidTaskOwnership.Or(task, 0) != mapi.TaskOwnershipAssignee || assigner.Address == "" || assigner.Same(opts.From) {
		return nil, nil, fmt.Errorf("meeting.ReportTask: nobody assigned it: %w", mapi.ErrInvalidParameter)
	}
	own = task.Clone()
	touch(own, opts)
	props.PidLidTaskHistory.Set(own, mapi.TaskHistoryUpdated)
	return taskReply(own, classTaskUpdate, assigner, opts), own, nil
}

// taskReply is a message of an assignee to who assigned a task.
func taskReply(own *mapi.Message, class string, assigner Person, opts SendOptions) *mapi.Message {
	inner := own.Clone()
	inner.Recipients = []*mapi.Recipient{assigner.recipient(mapi.RecipientTo)}
	opts.from(inner)
	props.PidLidAttendeeCriticalChange.Set(inner, opts.Now.UTC())
	inner.Delete(props.PidLidReminderSet.Prop())
	inner.Delete(ical.KeptLines())
	m := ical.EncloseTask(inner, class)
	if opts.Body != "" {
		props.PidTagBody.Set(m, opts.Body)
	}
	return m
}

// taken is the task that a request makes, or a note that adds one.
func taken(inner *mapi.Message, assigner Person) *mapi.Message {
	m := inner.Clone()
	for _, p := range ofMessage() {
		m.Delete(p.Prop())
	}
	props.PidTagMessageClass.Set(m, classTask)
	props.PidTagIconIndex.Set(m, mapi.IconAssigneeTask)
	assigner.represent(m)
	props.PidLidTaskMode.Set(m, mapi.TaskModeNothing)
	props.PidLidTaskState.Set(m, mapi.TaskStateAssigneeNew)
	props.PidLidTaskAcceptanceState.Set(m, mapi.TaskAcceptanceUnknown)
	props.PidLidTaskOwnership.Set(m, mapi.TaskOwnershipAssignee)
	props.PidLidTaskFCreator.Set(m, false)
	props.PidLidTaskAssigner.Set(m, assigner.withDefaults().Name)
	props.PidLidTaskAssigners.Set(m, assigners(assigner))
	return m
}
