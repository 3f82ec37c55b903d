package ical

import (
	"strings"
	"unicode/utf8"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A person is a calendar user: an organiser or attendee.
type person struct {
	name, kind, address string // kind is "SMTP", or "URI" for what is no mail address
}

// noAddress is what Outlook writes for somebody without an address.
const noAddress = "invalid:nomail"

// personOf reads a CAL-ADDRESS. Without a name the address is the name, never
// nothing (lesson 29).
func personOf(uri, name string) (who person) {
	uri = strings.TrimSpace(uri)
	who.kind, who.address = "SMTP", uri
	if len(uri) >= 7 && strings.EqualFold(uri[:7], "mailto:") {
		who.address = strings.TrimSpace(uri[7:])
	} else if uri == "" || strings.EqualFold(uri, noAddress) {
		who.address = ""
	} else if !strings.Contains(uri, "@") || strings.Contains(uri, ":") {
		who.kind = "URI"
	}
	who.name = strings.TrimSpace(name)
	if who.name == "" {
		who.name = who.address
	}
	return who
}

func (w person) uri() string {
	switch {
	case w.address == "":
		return noAddress
	case w.kind == "SMTP":
		return "mailto:" + w.address
	}
	return w.address
}

// isNobody: neither a name nor an address.
func (w person) isNobody() bool { return w.name == "" && w.address == "" }

// same: of one address or, when they have none, of one name.
func (w person) same(v person) bool {
	return strings.EqualFold(w.address, v.address) && (w.address != "" || w.name == v.name)
}

func (w person) entryID() []byte { return mapi.NewOneOff(w.name, w.kind, w.address).EntryID() }

func (w person) searchKey() []byte {
	b := make([]byte, 0, len(w.kind)+len(w.address)+2)
	b = append(append(append(b, w.kind...), ':'), w.address...)
	for i, c := range b {
		switch {
		case c >= utf8.RuneSelf:
			return append([]byte(strings.ToUpper(string(b))), 0)
		case 'a' <= c && c <= 'z':
			b[i] = c - 'a' + 'A'
		}
	}
	return append(b, 0)
}

// A boxed person has the values of properties, each allocated once.
type boxed struct {
	name, kind, address, entryID, searchKey mapi.Value

	recipient []mapi.Property // that the person is; see the method recipient
}

// box is w boxed. People come again and again in a calendar; they are kept.
func (d *decoder) box(w person) boxed {
	if b, ok := d.people[w]; ok {
		return b
	}
	b := w.box()
	if d.people == nil {
		d.people = map[person]boxed{}
	}
	if len(d.people) < maxPeople {
		d.people[w] = b
	}
	return b
}

// maxPeople bounds how many people a decoder keeps.
const maxPeople = 4096

func (w person) box() boxed {
	b := boxed{kind: "SMTP", entryID: w.entryID(), searchKey: w.searchKey()}
	if w.kind != "SMTP" {
		b.kind = w.kind
	}
	b.address = w.address
	if b.name = b.address; w.name != w.address {
		b.name = w.name
	}
	add := func(k mapi.PropKey, v mapi.Value) {
		b.recipient = append(b.recipient, mapi.Property{Prop: k.Prop(), Value: v})
	}
	add(props.PidTagRecipientType, nil)
	add(props.PidTagDisplayName, b.name)
	add(props.PidTagAddressType, b.kind)
	add(props.PidTagEntryId, b.entryID)
	if w.address != "" {
		add(props.PidTagEmailAddress, b.address)
		add(props.PidTagSearchKey, b.searchKey)
		if w.kind == "SMTP" {
			add(props.PidTagSmtpAddress, b.address)
		}
	}
	add(props.PidTagRecipientFlags, nil)
	add(props.PidTagRecipientTrackStatus, nil)
	return b
}

// An addressGroup is the properties that hold one person on a message.
type addressGroup struct {
	name, kind, email, smtp props.Key[string]
	entryID, searchKey      props.Key[[]byte]
}

func representing() addressGroup {
	return addressGroup{
		props.PidTagSentRepresentingName, props.PidTagSentRepresentingAddressType,
		props.PidTagSentRepresentingEmailAddress, props.PidTagSentRepresentingSmtpAddress,
		props.PidTagSentRepresentingEntryId, props.PidTagSentRepresentingSearchKey,
	}
}

func sender() addressGroup {
	return addressGroup{
		props.PidTagSenderName, props.PidTagSenderAddressType,
		props.PidTagSenderEmailAddress, props.PidTagSenderSmtpAddress,
		props.PidTagSenderEntryId, props.PidTagSenderSearchKey,
	}
}

func (g addressGroup) set(m *mapi.Message, b boxed) {
	m.Set(g.name.Prop(), b.name)
	m.Set(g.kind.Prop(), b.kind)
	m.Set(g.entryID.Prop(), b.entryID)
	if b.address == "" {
		return
	}
	m.Set(g.email.Prop(), b.address)
	if b.kind == "SMTP" {
		m.Set(g.smtp.Prop(), b.address)
	}
	m.Set(g.searchKey.Prop(), b.searchKey)
}

// get prefers the mail address: those of Exchange mean nothing elsewhere.
func (g addressGroup) get(m mapi.Getter) (w person, ok bool) {
	w.name = g.name.Or(m, "")
	w.kind, w.address = g.kind.Or(m, "SMTP"), g.email.Or(m, "")
	if smtp, has := g.smtp.Get(m); has && smtp != "" {
		w.kind, w.address = "SMTP", smtp
	}
	if w.kind != "SMTP" && w.kind != "URI" {
		w.kind, w.address = "URI", ""
	}
	return w, w.name != "" || w.address != ""
}

// people sets the organiser and the attendees.
func (it *item) people() {
	if it.kind == journal {
		return
	}
	organizer, organized := it.organizer()
	if it.about.answer {
		it.answer(organizer, organized)
		return
	}
	if organized {
		values := it.d.box(organizer)
		representing().set(it.m, values)
		from := personOf(it.c.Get("ORGANIZER").Param("SENT-BY"), "")
		if p := it.c.Get("X-MS-OLK-SENDER"); p != nil {
			from = personOf(p.Value, p.Param("CN"))
		}
		if !from.isNobody() {
			values = it.d.box(from)
		}
		sender().set(it.m, values)
		if it.kind == task {
			props.PidLidTaskOwner.Set(it.m, organizer.name)
		}
	}
	if it.d.fresh || it.kind == task { // else attendees are compared line by line: see mergeLines
		it.attendees(organizer, organized)
	}
}

func (it *item) organizer() (person, bool) {
	p := it.c.Get("ORGANIZER")
	if p == nil {
		return person{}, false
	}
	who := personOf(p.Value, p.Param("CN"))
	return who, !who.isNobody()
}

// answer sets who answers, and to whom.
func (it *item) answer(organizer person, organized bool) {
	p := answering(it.c)
	if p == nil {
		p = it.c.Get("ATTENDEE") // of a counter proposal
	}
	if p != nil {
		it.answerOf(p)
	}
	if organized {
		r := it.recipient(organizer, mapi.RecipientTo, mapi.RecipientFlagSendable, -1)
		it.m.Recipients = append(it.m.Recipients, r)
	}
}

// answerOf sets who answers.
func (it *item) answerOf(p *Prop) {
	who := personOf(p.Value, p.Param("CN"))
	if who.isNobody() {
		return
	}
	setDelegation(it.m, p)
	representing().set(it.m, it.d.box(who))
	if by := personOf(p.Param("SENT-BY"), ""); !by.isNobody() {
		who = by
	}
	sender().set(it.m, it.d.box(who))
}

// recipient makes a recipient; how it answered follows unless it is negative.
func (it *item) recipient(w person, role mapi.RecipientType, flags mapi.RecipientFlags, track mapi.ResponseStatus) *mapi.Recipient {
	r := &recipientRow{}
	list := append(r.list[:0], it.d.box(w).recipient...) // the same for everybody: set what is not
	n := len(list)
	list[0].Value, list[n-2].Value, list[n-1].Value = int32(role), int32(flags), int32(track)
	if track < 0 {
		list = list[:n-1]
	}
	r.Properties = mapi.PropertiesOf(list)
	return &r.Recipient
}

// A recipientRow is a recipient with its properties, in one allocation.
type recipientRow struct {
	mapi.Recipient
	list [9]mapi.Property
}

// attendees sets the recipients. The organiser is one of them as soon as there is
// another (lesson 29).
func (it *item) attendees(organizer person, organized bool) {
	var organizing *mapi.Recipient
	if organized && it.c.Get("ATTENDEE") != nil {
		organizing = it.recipient(organizer, mapi.RecipientTo, mapi.RecipientFlagSendable|mapi.RecipientFlagOrganizer, mapi.ResponseOrganized)
		it.m.Recipients = append(it.m.Recipients, organizing)
	}
	rsvp := false
	for i := range it.c.Props {
		p := &it.c.Props[i]
		if p.Name != "ATTENDEE" {
			continue
		}
		who := personOf(p.Value, p.Param("CN"))
		rsvp = rsvp || strings.EqualFold(p.Param("RSVP"), "TRUE")
		if who.isNobody() || organizing != nil && who.same(organizer) {
			continue // among the kept lines, when it says more
		}
		if len(it.m.Recipients) >= it.d.opts.MaxAttendees {
			it.d.report(RuleSize, p.Offset, p.Value)
			break
		}
		r := it.recipient(who, roleOf(p), mapi.RecipientFlagSendable, trackOf(p.Param("PARTSTAT")))
		setDelegation(r, p)
		it.m.Recipients = append(it.m.Recipients, r)
	}
	if rsvp {
		props.PidTagResponseRequested.Set(it.m, true)
		props.PidTagReplyRequested.Set(it.m, true)
	}
	if len(it.m.Recipients) > 0 {
		SetAttendeeNames(it.m)
	}
}

func roleOf(p *Prop) mapi.RecipientType {
	switch strings.ToUpper(p.Param("CUTYPE")) {
	case "RESOURCE", "ROOM":
		return mapi.RecipientBcc
	}
	switch strings.ToUpper(p.Param("ROLE")) {
	case "OPT-PARTICIPANT", "NON-PARTICIPANT":
		return mapi.RecipientCc
	}
	return mapi.RecipientTo
}

func trackOf(partstat string) mapi.ResponseStatus {
	switch strings.ToUpper(partstat) {
	case "TENTATIVE":
		return mapi.ResponseTentative
	case "ACCEPTED":
		return mapi.ResponseAccepted
	case "DECLINED":
		return mapi.ResponseDeclined
	}
	return mapi.ResponseNotResponded
}

func isOrganizer(r *mapi.Recipient) bool {
	return props.PidTagRecipientFlags.Or(r, 0)&mapi.RecipientFlagOrganizer != 0
}

func recipientPerson(r *mapi.Recipient) (w person) {
	w.name = props.PidTagDisplayName.Or(r, "")
	w.kind, w.address = props.PidTagAddressType.Or(r, "SMTP"), props.PidTagEmailAddress.Or(r, "")
	if smtp := props.PidTagSmtpAddress.Or(r, ""); smtp != "" {
		w.kind, w.address = "SMTP", smtp
	}
	if w.kind != "SMTP" && w.kind != "URI" { // an Exchange name that nobody resolved
		w.kind, w.address = "URI", ""
	}
	return w
}
