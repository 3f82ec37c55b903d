package rfc822

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// RuleCalendar: a calendar part stays an attachment, because it is no message
// about one meeting.
const RuleCalendar entity.Rule = "calendar"

// maxCalendar bounds a calendar part that is read into memory: 4 MiB.
const maxCalendar = 4 << 20

// invitation finds the calendar that is what the mail says: the whole mail, one of
// the alternatives of its text, or a part with a method that is no attachment. It
// is nil when there are several, or none. What was sent along as a file says
// nothing of the mail.
func invitation(root *entity.Part) *entity.Part {
	var found *entity.Part
	count := 0
	var look func(p *entity.Part, choice bool)
	look = func(p *entity.Part, choice bool) {
		if p.Type.IsMultipart() {
			for _, c := range p.Parts {
				look(c, choice || p.Type.Type == "multipart/alternative")
			}
			return
		}
		if p.Type.Type == "text/calendar" && !markedAttachment(p) && (p == root || choice || p.Type.Param("method") != "") {
			found = p
			count++
		}
	}
	look(root, false)
	if count != 1 || found.Body.Len() > maxCalendar {
		return nil
	}
	return found
}

// meeting reads the calendar of the mail. It returns nil when that is no message
// about one meeting (MS-OXCMAIL 2.2.3.4).
func (m *message) meeting(p *entity.Part) *mapi.Message {
	text, _ := m.readText(p)
	list, err := ical.Decode(strings.NewReader(text), &ical.DecodeOptions{
		Charset: "utf-8", MaxBytes: 2 * maxCalendar, MaxAttendees: m.opts.MaxRecipients, Location: m.opts.Location,
		Report: func(i ical.Issue) { m.report(RuleCalendar, p, i.String()) },
	})
	if err != nil || len(list) != 1 || !isMeeting(list[0]) {
		m.report(RuleCalendar, p, "")
		return nil
	}
	return list[0]
}

func isMeeting(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	return hasPrefixFold(class, "IPM.Schedule.Meeting.") || isMeetingNote(msg)
}

// isMeetingNote: messages about meetings that have no class of their own.
func isMeetingNote(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	if !strings.EqualFold(class, "IPM.Note") {
		return false
	}
	method := ical.KeptMethod(msg)
	return method == "REFRESH" || method == "DECLINECOUNTER" || msg.Get(ical.DelegatedTo()) != nil
}

// isAnswer: messages of who is invited to who invites.
func isAnswer(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	return hasPrefixFold(class, "IPM.Schedule.Meeting.Resp") || isMeetingNote(msg) && ical.KeptMethod(msg) != "DECLINECOUNTER"
}

// mergeMeeting takes what the calendar says beside the mail, whose subject, text,
// sender and dates hold. Those invited are recipients, also when the mail went to
// one of them only. Who answers is who sends the mail, whatever its calendar says:
// lines of somebody else's answer are not kept.
func (m *message) mergeMeeting(c *mapi.Message) {
	class, _ := props.PidTagMessageClass.Get(c)
	props.PidTagMessageClass.Set(m, class)
	answer := isAnswer(c)
	other := answer && ical.KeptMethod(c) == "" && addressKey(m.Message) != "" && addressKey(m.Message) != addressKey(c)
	if props.PidTagHtml.Has(m) { // a text beside it would be another
		props.PidTagBody.Delete(c)
	}
	m.fill(c)
	for _, p := range []mapi.Prop{ical.KeptLines(), ical.DelegatedTo(), ical.DelegatedFrom()} {
		if v := c.Get(p); v != nil && (!other || p != ical.KeptLines()) {
			m.Set(p, v)
		}
	}
	if s, ok := props.PidTagSubject.Get(m); ok && !props.PidTagSubjectPrefix.Has(m) {
		m.setSubject(s, props.PidTagConversationTopic.Has(m))
	}
	rows := slices.DeleteFunc(slices.Clone(c.Recipients), isNobody)
	if !answer || len(m.Recipients) == 0 {
		m.addInvited(rows)
	}
	m.mergeRecipients(rows, nil)
	if !answer {
		m.attendees()
	}
	m.Attachments = append(m.Attachments, c.Attachments...)
}

// isNobody: an attendee without a name and an address.
func isNobody(r *mapi.Recipient) bool {
	return props.PidTagDisplayName.Or(r, "") == "" && props.PidTagEmailAddress.Or(r, "") == ""
}

func addressKey(msg *mapi.Message) string {
	addr, _ := props.PidTagSentRepresentingSmtpAddress.Get(msg)
	return string(mapi.SearchKey("SMTP", addr))
}

// addInvited adds those to whom this mail did not go. The organizer is its sender.
func (m *message) addInvited(rows []*mapi.Recipient) {
	here := make(map[string]bool, len(m.Recipients))
	for _, r := range m.Recipients {
		here[recipientKey(r)] = true
	}
	for _, r := range rows {
		flags, _ := props.PidTagRecipientFlags.Get(r)
		key := recipientKey(r)
		if isMailAddress(recipientAddress(r)) && !here[key] && flags&mapi.RecipientFlagOrganizer == 0 && len(m.Recipients) < m.opts.MaxRecipients {
			here[key] = true
			m.Recipients = append(m.Recipients, complete(r))
		}
	}
}

// isMailAddress: calendars hold what their programs take for an address.
func isMailAddress(s string) bool {
	list := entity.ParseAddresses([]byte("<" + s + ">"))
	return len(list) == 1 && list[0].Addr == s && strings.IndexByte(s, '@') > 0 && cleanAddress(list[0]).Addr == s
}

// complete gives a recipient of a calendar what those of mail have.
func complete(r *mapi.Recipient) *mapi.Recipient {
	addr, _ := props.PidTagSmtpAddress.Get(r)
	name, _ := props.PidTagDisplayName.Get(r)
	row := recipientRow{}
	row.addr.init(&entity.Address{Name: name, Addr: addr}, nil)
	kind, _ := props.PidTagRecipientType.Get(r)
	for _, p := range row.properties(int32(kind)) {
		if !r.Has(p.Prop) {
			r.Set(p.Prop, p.Value)
		}
	}
	return r
}

// attendees lists the names of those invited, and that requests are not answered yet.
func (m *message) attendees() {
	ical.SetAttendeeNames(m.Message)
	class, _ := props.PidTagMessageClass.Get(m)
	if !strings.EqualFold(class, "IPM.Schedule.Meeting.Request") {
		return
	}
	for _, r := range m.Recipients {
		if !props.PidTagRecipientTrackStatus.Has(r) {
			props.PidTagRecipientTrackStatus.Set(r, mapi.ResponseNotResponded)
		}
	}
}

// isCalendar: messages that are written with a calendar.
func isCalendar(msg *mapi.Message) bool {
	class, _ := props.PidTagMessageClass.Get(msg)
	return isMeetingClass(class) || isMeetingNote(msg) || strings.EqualFold(class, "IPM.Appointment") || hasPrefixFold(class, "IPM.Appointment.")
}

// isMeetingClass: the classes of meeting messages that iCalendar can say. That somebody
// was forwarded a meeting is only for the organizer's program (MS-OXOCAL 2.2.9): no
// method of RFC 5546 says so.
func isMeetingClass(class string) bool {
	return hasPrefixFold(class, "IPM.Schedule.Meeting.") && !hasPrefixFold(class, "IPM.Schedule.Meeting.Notification")
}

// isException: attachments that are instances of a series; the calendar says them.
func isException(a *mapi.Attachment) bool {
	flags, _ := props.PidTagAttachmentFlags.Get(a)
	return flags&mapi.AttachmentFlagException != 0 && a.Embedded != nil
}

// calendar makes the calendar part of a meeting or appointment.
func (g *generator) calendar(msg *mapi.Message) (*node, error) {
	text, err := g.calendarText(msg)
	if err != nil {
		return nil, err
	}
	return calendarNode(text), nil
}

// calendarBeside makes the calendar part for a mail whose boundaries are those that it
// came with: no line of the part may look like one.
func (g *generator) calendarBeside(msg *mapi.Message) (*node, error) {
	text, err := g.calendarText(msg)
	if err != nil {
		return nil, err
	}
	n := calendarNode(text)
	if n.header.get("Content-Transfer-Encoding") != "7bit" || bytes.Contains(text, []byte("\n--")) {
		n.header.set("Content-Transfer-Encoding", "base64")
		n.body = func(w io.Writer) error { return writeBase64(w, bytes.NewReader(text)) }
	}
	return n, nil
}

// calendarText is the calendar of a message. Files are parts of the mail, not of the
// calendar.
func (g *generator) calendarText(msg *mapi.Message) ([]byte, error) {
	alone := &mapi.Message{Properties: msg.Properties, Recipients: msg.Recipients}
	for _, a := range msg.Attachments {
		if isException(a) {
			alone.Attachments = append(alone.Attachments, a)
		}
	}
	var out bytes.Buffer
	err := ical.Encode(&out, []*mapi.Message{alone}, &ical.EncodeOptions{Now: g.opts.Date, Location: g.opts.Location})
	return out.Bytes(), err
}

func calendarNode(text []byte) *node {
	n := textNode("calendar", entity.UTF8, text)
	m := entity.ParseMedia([]byte(n.header.get("Content-Type")))
	m.Params = []entity.Param{{Name: "charset", Value: "utf-8"}}
	if method := methodOf(text); method != "" {
		m.Params = append(m.Params, entity.Param{Name: "method", Value: method})
	}
	n.header.set("Content-Type", m.String())
	return n
}

// methodOf is the METHOD of a calendar.
func methodOf(calendar []byte) string {
	_, rest, found := bytes.Cut(calendar, []byte("\r\nMETHOD:"))
	value, _, _ := bytes.Cut(rest, []byte("\r\n"))
	if !found || !entity.IsToken(string(value)) {
		return ""
	}
	return string(value)
}
