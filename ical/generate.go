package ical

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A maker makes the component of one message from its properties alone.
type maker struct {
	e      *encoder
	c      *Component
	m      *mapi.Message
	get    mapi.Getter // m, and the series for what an instance does not say
	about  *classMeaning
	kind   kind
	series *mapi.Message // that m is an instance of, or nil
	zone   *timeZone     // nil for UTC
	allDay bool          // times are dates of the zone
}

// generate makes the component of a message. master is the series of an instance
// that is just being decoded, or nil.
func (e *encoder) generate(m *mapi.Message, about *classMeaning, master *item) *Component {
	if master != nil {
		return e.instance(m, master.m, about)
	}
	return e.generateOf(m, about, nil)
}

// instance makes the component of an instance of a series.
func (e *encoder) instance(m, series *mapi.Message, about *classMeaning) *Component {
	return e.generateOf(m, about, series)
}

func (e *encoder) generateOf(m *mapi.Message, about *classMeaning, series *mapi.Message) *Component {
	k := &maker{e: e, m: m, get: m, about: about, series: series}
	if series != nil {
		k.get = inherited{m, series}
	}
	k.kind = about.kind
	k.c = e.component(nameOf(k.kind), 20)
	k.zone = e.zones.of(k.get, props.PidLidRecurring.Or(k.get, false))
	k.days()
	if series == nil {
		e.meant = e.meant[:0]
	}
	e.meant = append(e.meant, k.zone)
	k.identity()
	k.stamps()
	k.times()
	k.texts()
	k.state()
	k.people()
	k.files()
	return k.c
}

// inherited is an instance that has from its series what it does not say itself
// (MS-OXOCAL 2.2.10.1.6).
type inherited struct{ m, series *mapi.Message }

// Get implements mapi.Getter.
func (i inherited) Get(p mapi.Prop) mapi.Value {
	if v := i.m.Get(p); v != nil {
		return v
	}
	return i.series.Get(p)
}

func (k *maker) identity() {
	id, ok := props.PidLidCleanGlobalObjectId.Get(k.get)
	if !ok {
		id = props.PidLidGlobalObjectId.Or(k.get, nil)
	}
	uid := UID(id)
	if uid == "" {
		uid = k.e.newUID(k.m, k.series)
	}
	k.addText("UID", uid)
}

func (k *maker) stamps() {
	key, other := props.PidLidOwnerCriticalChange, props.PidLidAttendeeCriticalChange
	if k.about.answer {
		key, other = other, key
	}
	if k.kind == event {
		if t, ok := props.PidLidExceptionReplaceTime.Get(k.m); ok {
			k.recurrenceID(t)
		}
	}
	stamp, ok := key.Get(k.get)
	if !ok {
		stamp = k.fallbackStamp()
	}
	k.c.Add("DTSTAMP", k.e.utc(stamp))
	if t, ok := other.Get(k.m); ok && !k.about.answer {
		k.c.Add("X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE", k.e.utc(t))
	}
	if t, ok := props.PidTagCreationTime.Get(k.m); ok {
		k.c.Add("CREATED", k.e.utc(t))
	}
	if t, ok := props.PidTagLastModificationTime.Get(k.m); ok {
		k.c.Add("LAST-MODIFIED", k.e.utc(t))
	}
	if n, ok := props.PidLidAppointmentSequence.Get(k.get); ok {
		k.c.Add("SEQUENCE", itoa(int64(n)))
	}
}

// fallbackStamp is the DTSTAMP of a message without one; see EncodeOptions.Now.
func (k *maker) fallbackStamp() time.Time {
	if !k.e.opts.Now.IsZero() {
		return k.e.opts.Now
	}
	for _, key := range []props.Key[time.Time]{
		props.PidTagLastModificationTime, props.PidLidCommonStart, props.PidLidAppointmentStartWhole, props.PidLidTaskStartDate, props.PidLidLogStart,
	} {
		if t, ok := key.Get(k.get); ok && mapi.ToFileTime(t) != mapi.NoDate {
			return t
		}
	}
	return time.Unix(0, 0)
}

// point writes a time in a zone, or as a date.
func (k *maker) point(name string, at time.Time, date bool, z *timeZone) {
	switch {
	case date:
		if z == nil {
			z = k.e.zones.fallback
		}
		k.c.Add(name, formatDate(z.wall(at)), k.valueDate()...)
	case z == nil || z == utcZone:
		k.c.Add(name, k.e.utc(at))
	default:
		k.c.Add(name, k.e.local(z.wall(at)), k.e.oneParam("TZID", z.id)...)
	}
}

func (k *maker) times() {
	switch k.kind {
	case task:
		k.taskTime("DTSTART", props.PidLidTaskStartDate)
		k.taskTime("DUE", props.PidLidTaskDueDate)
		k.taskRule()
		return
	case journal:
		if t, ok := props.PidLidLogStart.Get(k.m); ok {
			k.point("DTSTART", t, false, nil)
		}
		return
	}
	if k.about.counter {
		if t, ok := props.PidLidAppointmentStartWhole.Get(k.m); ok {
			k.c.Add("X-MS-OLK-ORIGINALSTART", k.e.utc(t))
		}
		if t, ok := props.PidLidAppointmentEndWhole.Get(k.m); ok {
			k.c.Add("X-MS-OLK-ORIGINALEND", k.e.utc(t))
		}
	}
	start, end, started, ended := k.span()
	if !started {
		return
	}
	k.point("DTSTART", start, k.allDay, k.zone)
	if k.allDay {
		end = k.zone.endOfDays(start, end)
	}
	if ended {
		k.point("DTEND", end, k.allDay, k.zone)
	}
	k.rules()
}

func (k *maker) valueDate() []line.Param { return k.e.oneParam("VALUE", "DATE") }

func (k *maker) taskTime(name string, key props.Key[time.Time]) {
	if t, ok := key.Get(k.m); ok && mapi.ToFileTime(t) != mapi.NoDate {
		k.c.Add(name, formatDate(t.UTC()), k.valueDate()...)
	}
}

func (k *maker) texts() {
	if s := k.text(props.PidTagSubject.Prop()); s != "" {
		var params []line.Param
		if tag := localeTag(props.PidTagMessageLocaleId.Or(k.m, 0)); tag != "" {
			params = k.e.oneParam("LANGUAGE", tag)
		}
		k.addText("SUMMARY", oneLine(s, 255), params...)
	}
	if s := k.text(props.PidLidLocation.Prop()); s != "" && k.kind == event {
		var params []line.Param
		if uri := props.PidNameLocationUrl.Or(k.m, ""); uri != "" {
			params = k.e.oneParam("ALTREP", uri)
		}
		k.addText("LOCATION", oneLine(s, 255), params...)
	}
	k.bodies()
	if list, ok := props.PidNameKeywords.Get(k.m); ok && len(list) > 0 {
		escaped := make([]string, len(list))
		for i, s := range list {
			escaped[i] = k.e.escape(s)
		}
		k.c.Add("CATEGORIES", strings.Join(escaped, ","))
	}
	for _, s := range props.PidLidContacts.Or(k.m, nil) {
		k.addText("CONTACT", s)
	}
}

func (k *maker) addText(name, text string, params ...line.Param) {
	k.c.Add(name, k.e.escape(text), params...)
}

// text reads a string, also of a stream.
func (k *maker) text(p mapi.Prop) string {
	v, err := mapi.ReadValue(p.Type, k.get.Get(p), props.MaxValue)
	if err != nil && k.e.err == nil {
		k.e.err = err
	}
	s, _ := v.(string)
	return s
}

// state writes how important, private, busy and far an item is.
func (k *maker) state() {
	switch props.PidTagSensitivity.Or(k.m, 0) {
	case mapi.SensitivityPersonal:
		k.c.Add("CLASS", "X-PERSONAL")
	case mapi.SensitivityPrivate:
		k.c.Add("CLASS", "PRIVATE")
	case mapi.SensitivityConfidential:
		k.c.Add("CLASS", "CONFIDENTIAL")
	}
	switch props.PidTagImportance.Or(k.m, mapi.ImportanceNormal) {
	case mapi.ImportanceHigh:
		k.c.Add("PRIORITY", "1")
	case mapi.ImportanceLow:
		k.c.Add("PRIORITY", "9")
	}
	switch k.kind {
	case event:
		k.busy()
		addExtensions(k.c, k.m)
		k.reminder()
	case task:
		k.progress()
		k.reminder()
	}
}

// busy writes the status for all readers, and in Microsoft's words where the others
// have none.
func (k *maker) busy() {
	status, ok := props.PidLidBusyStatus.Get(k.get)
	intended, meant := props.PidLidIntendedBusyStatus.Get(k.m)
	if k.about.method == "REQUEST" && meant {
		status = intended
	}
	cancelled := k.about.method == "CANCEL" || isCancelled(k.m) && !k.about.answer
	if cancelled {
		k.c.Add("STATUS", "CANCELLED")
	}
	switch {
	case k.about.method == "CANCEL" || !ok || status == mapi.BusyStatusBusy:
	case status == mapi.BusyStatusFree:
		k.c.Add("TRANSP", "TRANSPARENT")
	case status == mapi.BusyStatusTentative && !cancelled:
		k.c.Add("STATUS", "TENTATIVE")
	default:
		if status == mapi.BusyStatusWorkingElsewhere {
			k.c.Add("TRANSP", "TRANSPARENT")
		}
		k.c.Add("X-MICROSOFT-CDO-BUSYSTATUS", busyWord(status))
	}
	if meant && k.about.method != "REQUEST" {
		k.c.Add("X-MICROSOFT-CDO-INTENDEDSTATUS", busyWord(intended))
	}
}

func (k *maker) progress() {
	switch props.PidLidTaskStatus.Or(k.m, mapi.TaskStatusNotStarted) {
	case mapi.TaskStatusComplete:
		k.c.Add("STATUS", "COMPLETED")
	case mapi.TaskStatusInProgress, mapi.TaskStatusWaiting:
		k.c.Add("STATUS", "IN-PROCESS")
	case mapi.TaskStatusDeferred:
		k.c.Add("STATUS", "CANCELLED")
	}
	if f := props.PidLidPercentComplete.Or(k.m, 0); f > 0 && f <= 1 {
		k.c.Add("PERCENT-COMPLETE", itoa(int64(f*100+0.5)))
	}
	if t, ok := props.PidLidTaskDateCompleted.Get(k.m); ok {
		k.c.Add("COMPLETED", k.e.utc(t))
	}
}

// reminder writes the alarm; answers and cancellations have none.
func (k *maker) reminder() {
	if !props.PidLidReminderSet.Or(k.get, false) || k.about.answer || k.about.method == "CANCEL" {
		return
	}
	delta := reminderMinutes(props.PidLidReminderDelta.Or(k.get, defaultReminder), props.PidLidAppointmentSubType.Or(k.get, false))
	alarm := k.e.component("VALARM", 3)
	alarm.Add("ACTION", "DISPLAY")
	alarm.Add("DESCRIPTION", "REMINDER")
	alarm.Add("TRIGGER", formatDuration(-time.Duration(delta)*time.Minute))
	k.c.Children = append(k.c.Children, alarm)
}

func (k *maker) people() {
	if k.kind == journal {
		return
	}
	recipients := k.m.Recipients
	if k.series != nil && len(recipients) == 0 {
		recipients = k.series.Recipients
	}
	if k.about.answer {
		k.answer(recipients)
		return
	}
	organizer, ok := representing().get(k.get)
	attendees := slices.ContainsFunc(recipients, func(r *mapi.Recipient) bool { return !isOrganizer(r) })
	if ok && (attendees || k.about.sent) {
		params := k.nameParam(organizer)
		if by, _ := sender().get(k.get); by.address != "" && !by.same(organizer) {
			params = append(params, k.e.param("SENT-BY", k.e.uri(by)))
		}
		k.c.Add("ORGANIZER", k.e.uri(organizer), params...)
	}
	rsvp := props.PidTagResponseRequested.Or(k.m, false)
	for _, r := range recipients {
		flags := props.PidTagRecipientFlags.Or(r, 0)
		if flags&(mapi.RecipientFlagOrganizer|mapi.RecipientFlagExceptionalDeleted) == 0 {
			k.attendee(r, rsvp)
		}
	}
}

// nameParam is the name of a person, if that is not the address, with room for two
// parameters more.
func (k *maker) nameParam(w person) []line.Param {
	params := k.e.paramRoom(3)
	if w.name != "" && w.name != w.address {
		params = append(params, k.e.param("CN", w.name))
	}
	return params
}

func (k *maker) attendee(r *mapi.Recipient, rsvp bool) {
	who := recipientPerson(r)
	params := k.e.paramRoom(7)
	add := func(name, value string) { params = append(params, k.e.param(name, value)) }
	if who.name != "" && who.name != who.address {
		add("CN", who.name)
	}
	switch props.PidTagRecipientType.Or(r, mapi.RecipientTo).Role() {
	case mapi.RecipientCc:
		add("ROLE", "OPT-PARTICIPANT")
	case mapi.RecipientBcc:
		add("CUTYPE", "RESOURCE")
		add("ROLE", "NON-PARTICIPANT")
	default:
		add("ROLE", "REQ-PARTICIPANT")
	}
	track := props.PidTagRecipientTrackStatus.Or(r, mapi.ResponseNotResponded)
	switch {
	case hasDelegated(r, track): // they need not answer any more
		add("PARTSTAT", delegated)
	default:
		add("PARTSTAT", partstatOf(track))
		if rsvp {
			add("RSVP", "TRUE")
		}
	}
	params = addDelegation(params, r)
	k.c.Add("ATTENDEE", k.e.uri(who), params...)
}

func partstatOf(s mapi.ResponseStatus) string {
	switch s {
	case mapi.ResponseTentative:
		return "TENTATIVE"
	case mapi.ResponseAccepted, mapi.ResponseOrganized:
		return "ACCEPTED"
	case mapi.ResponseDeclined:
		return "DECLINED"
	}
	return "NEEDS-ACTION"
}

// answer writes who answers, and the organiser, to whom the answer goes
// (MS-OXCICAL 2.1.3.1.1.20.2).
func (k *maker) answer(recipients []*mapi.Recipient) {
	if len(recipients) > 0 {
		organizer := recipientPerson(recipients[0])
		k.c.Add("ORGANIZER", k.e.uri(organizer), k.nameParam(organizer)...)
	}
	who, ok := representing().get(k.get)
	if !ok {
		return
	}
	params := k.nameParam(who)
	if k.about.partstat != "" {
		params = append(params, k.e.param("PARTSTAT", k.about.partstat))
	}
	params = addDelegation(params, k.get)
	if by, _ := sender().get(k.get); by.address != "" && !by.same(who) {
		params = append(params, k.e.param("SENT-BY", k.e.uri(by)))
	}
	k.c.Add("ATTENDEE", k.e.uri(who), params...)
}

// files writes links, and files in base64.
func (k *maker) files() {
	for _, a := range k.m.Attachments {
		name := props.PidTagAttachLongFilename.Or(a, props.PidTagAttachFilename.Or(a, ""))
		switch props.PidTagAttachMethod.Or(a, mapi.AttachByValue) {
		case mapi.AttachByWebReference, mapi.AttachByReference, mapi.AttachByReferenceOnly:
			if uri := props.PidTagAttachLongPathname.Or(a, props.PidTagAttachPathname.Or(a, "")); uri != "" {
				k.c.Add("ATTACH", uri)
			}
		case mapi.AttachByValue:
			v, err := mapi.ReadValue(mapi.PtypBinary, a.Get(props.PidTagAttachDataBinary.Prop()), props.MaxValue)
			data, ok := v.([]byte)
			if err != nil && k.e.err == nil {
				k.e.err = err
			}
			if !ok {
				continue
			}
			params := k.e.paramRoom(4)
			add := func(name, value string) { params = append(params, k.e.param(name, value)) }
			if t := props.PidTagAttachMimeTag.Or(a, ""); t != "" {
				add("FMTTYPE", t)
			}
			add("ENCODING", "BASE64")
			add("VALUE", "BINARY")
			if name != "" && name != "attachment" {
				add("X-FILENAME", name)
			}
			k.c.Add("ATTACH", base64.StdEncoding.EncodeToString(data), params...)
		}
	}
}
