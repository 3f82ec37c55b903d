package ical_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// TestTaskMethods has the methods of RFC 5546 3.4 and 3.5, and the classes of
// MS-OXOTASK 2.2.4 to 2.2.7.
func TestTaskMethods(t *testing.T) {
	people := "|ORGANIZER;CN=Ada:mailto:ada@zoo.example|ATTENDEE;CN=Bert;PARTSTAT="
	for _, c := range []struct {
		component, lines string
		class            string
		mode             mapi.TaskMode
		state            mapi.TaskState
		history          mapi.TaskHistory
		owner, assigner  string
	}{
		{"VTODO", "METHOD:REQUEST" + people + "NEEDS-ACTION;ROLE=REQ-PARTICIPANT:mailto:bert@zoo.example", "IPM.TaskRequest", mapi.TaskModeRequest, mapi.TaskStateAssigneeNew, mapi.TaskHistoryAssigned, "Bert", "Ada"},
		{"VTODO", "METHOD:REPLY" + people + "ACCEPTED:mailto:bert@zoo.example", "IPM.TaskRequest.Accept", mapi.TaskModeAccepted, mapi.TaskStateAssignee, mapi.TaskHistoryAccepted, "Bert", "Ada"},
		{"VTODO", "METHOD:REPLY" + people + "DECLINED:mailto:bert@zoo.example", "IPM.TaskRequest.Decline", mapi.TaskModeRejected, mapi.TaskStateRejected, mapi.TaskHistoryDeclined, "Bert", "Ada"},
		{"VTODO", "METHOD:REPLY|STATUS:IN-PROCESS|PERCENT-COMPLETE:40" + people + "IN-PROCESS:mailto:bert@zoo.example", "IPM.TaskRequest.Update", mapi.TaskModeUpdate, mapi.TaskStateAssignee, mapi.TaskHistoryUpdated, "Bert", "Ada"},
		{"VTODO", "METHOD:REPLY|STATUS:COMPLETED" + people + "COMPLETED:mailto:bert@zoo.example", "IPM.TaskRequest.Update", mapi.TaskModeUpdate, mapi.TaskStateAssignee, mapi.TaskHistoryUpdated, "Bert", "Ada"},
		{"VTODO", "METHOD:PUBLISH|ORGANIZER:mailto:ada@zoo.example", "IPM.Task", 0, 0, 0, "", ""},
		{"VTODO", "METHOD:REPLY" + people + "TENTATIVE:mailto:bert@zoo.example", "IPM.Note", 0, 0, 0, "", ""},
		{"VTODO", "METHOD:CANCEL" + people + "NEEDS-ACTION:mailto:bert@zoo.example", "IPM.Note", 0, 0, 0, "", ""},
		{"VTODO", "METHOD:ADD" + people + "NEEDS-ACTION:mailto:bert@zoo.example", "IPM.Note", 0, 0, 0, "", ""},
		{"VTODO", "METHOD:REFRESH" + people + "NEEDS-ACTION:mailto:bert@zoo.example", "IPM.Note", 0, 0, 0, "", ""},
		{"VTODO", "METHOD:COUNTER" + people + "DECLINED:mailto:bert@zoo.example", "IPM.Note", 0, 0, 0, "", ""},
		{"VTODO", "METHOD:DECLINECOUNTER" + people + "DECLINED:mailto:bert@zoo.example", "IPM.Note", 0, 0, 0, "", ""},
		{"VJOURNAL", "METHOD:PUBLISH", "IPM.Activity", 0, 0, 0, "", ""},
		{"VJOURNAL", "METHOD:ADD", "IPM.Activity", 0, 0, 0, "", ""},
		{"VJOURNAL", "METHOD:CANCEL", "IPM.Note", 0, 0, 0, "", ""},
	} {
		t.Run(c.component+" "+c.lines, func(t *testing.T) {
			in := component(c.component, c.lines+"|DTSTAMP:20250101T000000Z|SUMMARY:Scales|SEQUENCE:0")
			var issues []ical.Issue
			list, err := ical.Decode(strings.NewReader(string(in)), &ical.DecodeOptions{Report: func(i ical.Issue) { issues = append(issues, i) }})
			require.NoError(t, err)
			require.Len(t, list, 1)
			m := list[0]
			assert.Equal(t, c.class, props.PidTagMessageClass.Or(m, ""))
			assert.Equal(t, "Scales", props.PidTagSubject.Or(m, ""))
			if c.class == "IPM.Note" {
				require.Len(t, issues, 1, "what MAPI cannot say is reported")
				assert.Equal(t, ical.RuleMethod, issues[0].Rule)
			} else {
				assert.Empty(t, issues)
			}
			inner := ical.EmbeddedTask(m)
			require.Equal(t, c.mode != 0, inner != nil)
			if inner != nil {
				assert.Equal(t, c.mode, props.PidLidTaskMode.Or(m, 0))
				assert.Equal(t, "IPM.Task", props.PidTagMessageClass.Or(inner, ""))
				assert.Equal(t, c.state, props.PidLidTaskState.Or(inner, 0))
				assert.Equal(t, c.history, props.PidLidTaskHistory.Or(inner, 0))
				assert.Equal(t, c.owner, props.PidLidTaskOwner.Or(inner, ""))
				assert.Equal(t, c.assigner, props.PidLidTaskAssigner.Or(inner, ""))
				assert.Len(t, m.Recipients, 1)
			}
			out := encode(t, list)
			before, _ := parse(t, string(in))
			after, _ := parse(t, out)
			assert.Empty(t, lost(statements(before), statements(after)), "nothing is lost")
			assert.Equal(t, meaning(t, m, m), meaning(t, one(t, []byte(out)), m))
			if inner != nil { // also without the lines that were kept
				before, _ = parse(t, string(in))
				after, _ = parse(t, regenerated(t, m))
				for _, s := range lost(statements(before), statements(after)) {
					assert.NotRegexp(t, "METHOD|ATTENDEE|ORGANIZER|STATUS|PERCENT", s)
				}
			}
		})
	}
}

// TestTaskRequestOfOutlook is written with a UID by which the answer finds its task.
func TestTaskRequestOfOutlook(t *testing.T) {
	id, err := mapi.ParseGUID("00112233-4455-6677-8899-AABBCCDDEEFF")
	require.NoError(t, err)
	task, request := &mapi.Message{}, &mapi.Message{}
	props.PidTagMessageClass.Set(task, "IPM.Task")
	props.PidTagSubject.Set(task, "Scales")
	props.PidLidTaskGlobalId.Set(task, id[:])
	props.PidTagMessageClass.Set(request, "IPM.TaskRequest")
	props.PidTagSentRepresentingName.Set(request, "Ada")
	props.PidTagSentRepresentingAddressType.Set(request, "SMTP")
	props.PidTagSentRepresentingEmailAddress.Set(request, "ada@zoo.example")
	r := &mapi.Recipient{}
	props.PidTagSmtpAddress.Set(r, "bert@zoo.example")
	request.Recipients = []*mapi.Recipient{r}
	request.Attachments = []*mapi.Attachment{{Embedded: task}}
	out := unfolded(encode(t, []*mapi.Message{request}))
	for _, l := range []string{"METHOD:REQUEST", "BEGIN:VTODO", "UID:00112233-4455-6677-8899-AABBCCDDEEFF", "ORGANIZER;CN=Ada:mailto:ada@zoo.example", "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:bert@zoo.example"} {
		assert.Contains(t, out, l+"\r\n")
	}
	answer := one(t, []byte(strings.NewReplacer("REQUEST", "REPLY", "NEEDS-ACTION", "ACCEPTED").Replace(out)))
	assert.Equal(t, id[:], props.PidLidTaskGlobalId.Or(answer, nil))

	request.Attachments = nil
	var issues []ical.Issue
	cal, err := ical.Calendar([]*mapi.Message{request}, &ical.EncodeOptions{Report: func(i ical.Issue) { issues = append(issues, i) }})
	require.NoError(t, err)
	assert.Empty(t, cal.Children)
	assert.Len(t, issues, 1, "a request without its task says nothing")
}
