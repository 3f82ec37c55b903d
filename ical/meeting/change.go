package meeting

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Highlight is what changed from one version of a meeting to the next
// (PidLidChangeHighlight, MS-OXOCAL 2.2.6.2).
func Highlight(before, after *mapi.Message) (h mapi.ChangeHighlight) {
	mark := func(bit mapi.ChangeHighlight, differs bool) {
		if differs {
			h |= bit
		}
	}
	mark(mapi.ChangedStart, !sameTime(before, after, props.PidLidAppointmentStartWhole))
	mark(mapi.ChangedEnd, !sameTime(before, after, props.PidLidAppointmentEndWhole))
	mark(mapi.ChangedRecurrence, !sameRecurrence(before, after))
	mark(mapi.ChangedLocation, props.PidLidLocation.Or(before, "") != props.PidLidLocation.Or(after, ""))
	mark(mapi.ChangedSubject, props.PidTagSubject.Or(before, "") != props.PidTagSubject.Or(after, ""))
	mark(mapi.ChangedRequiredAttendees, !slices.Equal(addresses(before, mapi.RecipientTo), addresses(after, mapi.RecipientTo)))
	mark(mapi.ChangedOptionalAttendees, !slices.Equal(addresses(before, mapi.RecipientCc), addresses(after, mapi.RecipientCc)))
	mark(mapi.ChangedBody, !sameBody(before, after))
	mark(mapi.ChangedResponse, props.PidTagResponseRequested.Or(before, true) != props.PidTagResponseRequested.Or(after, true))
	mark(mapi.ChangedConferencing, slices.ContainsFunc(conferencing(), func(p mapi.PropKey) bool { return !sameValue(before, after, p.Prop()) }))
	mark(mapi.ChangedAllowPropose, props.PidLidAppointmentNotAllowPropose.Or(before, false) != props.PidLidAppointmentNotAllowPropose.Or(after, false))
	return h
}

// conferencing are the properties of meetings that take place online.
func conferencing() []mapi.PropKey {
	return []mapi.PropKey{
		props.PidLidConferencingCheck, props.PidLidConferencingType, props.PidLidDirectory, props.PidLidOrganizerAlias, props.PidLidAutoStartCheck,
		props.PidLidAllowExternalCheck, props.PidLidCollaborateDoc, props.PidLidNetShowUrl, props.PidLidOnlinePassword,
	}
}

// sameValue compares a text, number or truth; nothing is the same as an empty one.
func sameValue(a, b mapi.Getter, p mapi.Prop) bool {
	x, y := a.Get(p), b.Get(p)
	return reflect.DeepEqual(x, y) || isEmpty(x) && isEmpty(y)
}

func isEmpty(v mapi.Value) bool { return v == nil || v == "" || v == false || v == int32(0) }

// isSignificant reports whether attendees have to answer anew.
func isSignificant(h mapi.ChangeHighlight) bool {
	return h&(mapi.ChangedStart|mapi.ChangedEnd|mapi.ChangedRecurrence) != 0
}

func sameTime(a, b mapi.Getter, k props.Key[time.Time]) bool {
	return k.Or(a, time.Time{}).Equal(k.Or(b, time.Time{}))
}

// sameRecurrence compares what structures mean: when they come from different
// programs, their bytes differ.
func sameRecurrence(a, b mapi.Getter) bool {
	x, y := props.PidLidAppointmentRecur.Or(a, nil), props.PidLidAppointmentRecur.Or(b, nil)
	if len(x) == 0 && len(y) == 0 { // what only kept lines can say
		return slices.Equal(keptRule(a), keptRule(b))
	}
	if bytes.Equal(x, y) {
		return true
	}
	return len(x) > 0 && len(y) > 0 && bytes.Equal(plain(x), plain(y))
}

func plain(blob []byte) []byte {
	a, err := recur.ParseAppointment(blob)
	if err != nil {
		return blob
	}
	a.Reserved1, a.Reserved2, a.Rest = nil, nil, nil
	a.WriterVersion2, a.Calendar = 0, 0
	for i, e := range a.Exceptions {
		a.Exceptions[i] = recur.Exception{Start: e.Start, End: e.End, Original: e.Original}
	}
	return a.Bytes()
}

func addresses(m *mapi.Message, role mapi.RecipientType) (list []string) {
	for _, r := range attendees(m, Organizer(m)) {
		if props.PidTagRecipientType.Or(r, mapi.RecipientTo) == role {
			list = append(list, strings.ToLower(recipientOf(r).Address))
		}
	}
	slices.Sort(list)
	return list
}

// maxBody is how much of a body is compared.
const maxBody = 1 << 20

func sameBody(a, b mapi.Getter) bool {
	for _, p := range []mapi.Prop{props.PidTagBody.Prop(), props.PidTagHtml.Prop()} {
		if bodyOf(a, p) != bodyOf(b, p) {
			return false
		}
	}
	return true
}

func bodyOf(m mapi.Getter, p mapi.Prop) string {
	v, err := mapi.ReadValue(p.Type, m.Get(p), maxBody)
	if err != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case []byte:
		return string(v)
	}
	return ""
}

// Sequence is how often a meeting was changed significantly.
func Sequence(m mapi.Getter) int32 { return props.PidLidAppointmentSequence.Or(m, 0) }

// Newer compares the version of a meeting in two objects: by sequence, and when that is
// the same, by when the organiser made it (RFC 5546, 2.1.5). It is negative when a is
// older than b and 0 when both are the same, or one does not say when.
func Newer(a, b mapi.Getter) int {
	if d := int64(Sequence(a)) - int64(Sequence(b)); d != 0 {
		if d < 0 {
			return -1
		}
		return 1
	}
	x, ok := props.PidLidOwnerCriticalChange.Get(a)
	y, also := props.PidLidOwnerCriticalChange.Get(b)
	if !ok || !also {
		return 0
	}
	return x.Compare(y)
}
