package ical

import (
	"bytes"
	"reflect"
	"slices"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A slot names the properties of a component that together say one thing, and that
// the same properties of a message hold. They are kept, and written anew, together.
type slot uint8

const (
	noSlot slot = iota // nobody understands it
	slotUID
	slotInstance // which one of a series
	slotSummary
	slotDescription
	slotHTML
	slotComment
	slotLocation
	slotCategories
	slotContact
	slotCreated
	slotModified
	slotClass
	slotTime
	slotOriginalStart
	slotOriginalEnd
	slotRule
	slotBusy
	slotTask
	slotStamp
	slotSequence
	slotPriority
	slotOrganizer
	slotAlarm
	slotAttendee  // each line for itself
	slotAttach    // each line for itself
	slotExtension // the first of extensions; the others follow
)

// A slotSet is a set of slots.
type slotSet [1 << 8]bool

func setOf(list []slot) (set slotSet) {
	for _, s := range list {
		set[s] = true
	}
	return set
}

// slotOf is the slot of a property.
func slotOf(k kind, name string) slot {
	if k == other {
		return noSlot
	}
	switch name {
	case "UID":
		return slotUID
	case "SUMMARY":
		return slotSummary
	case "DESCRIPTION":
		return slotDescription
	case "X-ALT-DESC":
		return slotHTML
	case "LOCATION":
		return slotLocation
	case "CATEGORIES":
		return slotCategories
	case "CREATED":
		return slotCreated
	case "LAST-MODIFIED":
		return slotModified
	case "CLASS":
		return slotClass
	case "CONTACT":
		return slotContact
	case "ATTACH":
		return slotAttach
	case "DTSTART", "DTEND", "DURATION", "DUE", "X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT":
		return slotTime
	case "DTSTAMP", "X-MICROSOFT-CDO-OWNER-CRITICAL-CHANGE", "X-MICROSOFT-CDO-ATTENDEE-CRITICAL-CHANGE":
		return slotStamp
	case "SEQUENCE", "X-MICROSOFT-CDO-APPT-SEQUENCE":
		return slotSequence
	case "PRIORITY", "X-MICROSOFT-CDO-IMPORTANCE":
		return slotPriority
	case "ORGANIZER", "X-MS-OLK-SENDER", "ATTENDEE":
		switch {
		case k == journal:
			return noSlot
		case name == "ATTENDEE":
			return slotAttendee
		}
		return slotOrganizer
	case "STATUS":
		switch k {
		case event:
			return slotBusy
		case task:
			return slotTask
		}
	case "PERCENT-COMPLETE", "COMPLETED":
		if k == task {
			return slotTask
		}
	case "RRULE", "RDATE", "EXDATE", "EXRULE":
		if k == event || k == task {
			return slotRule
		}
	case "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS":
		if k == event {
			return slotBusy
		}
	}
	if k == event {
		return slotOfEvent(name)
	}
	return noSlot
}

// slotOfEvent is the slot of a property that only events have.
func slotOfEvent(name string) slot {
	switch name {
	case "COMMENT":
		return slotComment
	case "RECURRENCE-ID":
		return slotInstance
	case "X-MS-OLK-ORIGINALSTART":
		return slotOriginalStart
	case "X-MS-OLK-ORIGINALEND":
		return slotOriginalEnd
	}
	if i := extensionIndex(name); i >= 0 {
		return slotExtension + slot(i)
	}
	return noSlot
}

// slotProps appends the properties of a message that a slot sets.
func slotProps(list []mapi.Prop, s slot) []mapi.Prop {
	switch s {
	case slotUID:
		return append(list, props.PidLidCleanGlobalObjectId.Prop())
	case slotInstance:
		return append(list, props.PidLidExceptionReplaceTime.Prop())
	case slotSummary:
		return append(list, props.PidTagSubject.Prop(), props.PidTagMessageLocaleId.Prop())
	case slotDescription, slotComment:
		return append(list, props.PidTagBody.Prop())
	case slotHTML:
		return append(list, props.PidTagHtml.Prop())
	case slotLocation:
		return append(list, props.PidLidLocation.Prop(), props.PidNameLocationUrl.Prop())
	case slotCategories:
		return append(list, props.PidNameKeywords.Prop())
	case slotContact:
		return append(list, props.PidLidContacts.Prop())
	case slotCreated:
		return append(list, props.PidTagCreationTime.Prop())
	case slotModified:
		return append(list, props.PidTagLastModificationTime.Prop())
	case slotClass:
		return append(list, props.PidTagSensitivity.Prop())
	case slotOriginalStart:
		return append(list, props.PidLidAppointmentStartWhole.Prop())
	case slotOriginalEnd:
		return append(list, props.PidLidAppointmentEndWhole.Prop())
	case slotTime:
		return append(list,
			props.PidLidAppointmentStartWhole.Prop(), props.PidLidAppointmentEndWhole.Prop(),
			props.PidLidAppointmentProposedStartWhole.Prop(), props.PidLidAppointmentProposedEndWhole.Prop(),
			props.PidLidAppointmentSubType.Prop(),
			props.PidLidAppointmentTimeZoneDefinitionStartDisplay.Prop(), props.PidLidAppointmentTimeZoneDefinitionEndDisplay.Prop(),
			props.PidLidTaskStartDate.Prop(), props.PidLidTaskDueDate.Prop(), props.PidLidLogStart.Prop(), props.PidLidLogEnd.Prop(),
		)
	case slotRule:
		return append(list, props.PidLidTaskRecurrence.Prop())
	case slotStamp:
		return append(list, props.PidLidOwnerCriticalChange.Prop(), props.PidLidAttendeeCriticalChange.Prop())
	case slotSequence:
		return append(list, props.PidLidAppointmentSequence.Prop())
	case slotPriority:
		return append(list, props.PidTagImportance.Prop())
	case slotBusy:
		return append(list, props.PidLidBusyStatus.Prop(), props.PidLidIntendedBusyStatus.Prop())
	case slotTask:
		return append(list, props.PidLidTaskStatus.Prop(), props.PidLidPercentComplete.Prop(), props.PidLidTaskDateCompleted.Prop(), props.PidLidTaskComplete.Prop())
	case slotOrganizer:
		return append(list,
			props.PidTagSentRepresentingName.Prop(), props.PidTagSentRepresentingEmailAddress.Prop(),
			props.PidTagSenderEmailAddress.Prop(), props.PidLidTaskOwner.Prop(),
		)
	case slotAlarm:
		return append(list, props.PidLidReminderSet.Prop(), props.PidLidReminderDelta.Prop())
	}
	if s >= slotExtension {
		return append(list, extensions()[s-slotExtension].prop)
	}
	return list
}

// aspect is what of a component must be read to know what it says in a slot.
func (s slot) aspect() aspect {
	switch s {
	case noSlot, slotAttendee, slotAttach:
		return 0 // their lines are compared, not their meaning
	case slotUID:
		return aspectIdentity
	case slotSummary, slotDescription, slotComment, slotHTML, slotLocation, slotCategories, slotContact:
		return aspectText
	case slotCreated, slotModified, slotStamp:
		return aspectHistory
	case slotTime, slotRule, slotOriginalStart, slotOriginalEnd:
		return aspectTime
	case slotAlarm:
		return aspectTime | aspectAlarm
	case slotBusy:
		return aspectBusy
	case slotTask, slotInstance:
		return aspectState
	case slotOrganizer:
		return aspectPeople | aspectState // a task that is assigned has its owner among its people
	}
	return aspectSimple
}

// says reports whether two messages say the same in a slot. z is their zone.
func says(s slot, a, b mapi.Getter, z *timeZone) bool {
	var room [16]mapi.Prop
	for _, p := range slotProps(room[:0], s) {
		if !equalValues(resolved(a.Get(p)), resolved(b.Get(p))) {
			return false
		}
	}
	switch s {
	case slotHTML:
		return sameHTML(a, b)
	case slotBusy:
		return isCancelled(a) == isCancelled(b)
	case slotRule:
		return sameRules(a, b, z)
	}
	return true
}

// isCancelled reports whether an event does not take place any more (MS-OXOCAL 2.2.1.10).
func isCancelled(m mapi.Getter) bool {
	return props.PidLidAppointmentStateFlags.Or(m, 0)&mapi.AppointmentStateCanceled != 0
}

// resolved reads small streams, as stores return texts and HTML.
func resolved(v mapi.Value) mapi.Value {
	if s, ok := v.(mapi.Stream); ok {
		if b, err := mapi.ReadValue(mapi.PtypBinary, s, props.MaxValue); err == nil {
			return b
		}
	}
	return v
}

func equalValues(a, b mapi.Value) bool {
	switch x := a.(type) {
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case string:
		if y, ok := b.([]byte); ok {
			return x == string(y)
		}
		y, ok := b.(string)
		return ok && x == y
	case []byte:
		if y, ok := b.(string); ok {
			return string(x) == y
		}
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	}
	return reflect.DeepEqual(a, b)
}

// maxUnordered is how many lines are compared each with each. More of them that are
// not in the same order count as others.
const maxUnordered = 256

// sameLines reports whether two lists hold the same lines, in whatever order.
func sameLines(a, b []*Prop) bool {
	if len(a) != len(b) {
		return false
	}
	same := 0
	for same < len(a) && sameLine(a[same], b[same]) {
		same++
	}
	if a, b = a[same:], b[same:]; len(a) == 0 {
		return true
	}
	if len(a) == 1 || len(a) > maxUnordered {
		return false
	}
	used := make([]bool, len(b))
	for _, x := range a {
		i := 0
		for i < len(b) && (used[i] || !sameLine(x, b[i])) {
			i++
		}
		if i == len(b) {
			return false
		}
		used[i] = true
	}
	return true
}

func sameLine(a, b *Prop) bool {
	if a.Name != b.Name || a.Value != b.Value || len(a.Params) != len(b.Params) {
		return false
	}
	for i := range a.Params {
		p := &a.Params[i]
		same := i < len(b.Params) && b.Params[i].Name == p.Name && slices.Equal(b.Params[i].Values, p.Values)
		if !same && !slices.ContainsFunc(b.Params, func(q param) bool { return q.Name == p.Name && slices.Equal(q.Values, p.Values) }) {
			return false
		}
	}
	return true
}

// sameTree reports whether two components say the same in the same lines.
func sameTree(a, b *Component) bool {
	if a.Name != b.Name || !sameLines(pointers(a.Props), pointers(b.Props)) || len(a.Children) != len(b.Children) {
		return false
	}
	for i := range a.Children {
		if !sameTree(a.Children[i], b.Children[i]) {
			return false
		}
	}
	return true
}

func pointers(list []Prop) []*Prop {
	out := make([]*Prop, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}
