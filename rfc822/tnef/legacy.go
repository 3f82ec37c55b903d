package tnef

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// class is the message class, which decides what attOwner means.
func (m *message) class(list []attribute) string {
	for _, a := range list {
		if a.id == attMessageClass && !m.Has(props.PidTagMessageClass.Prop()) {
			props.PidTagMessageClass.Set(m, classOf(m.short(a)))
		}
	}
	return props.PidTagMessageClass.Or(m, "")
}

// legacy reads an attribute of the message, unless a property has said it
// (MS-OXTNEF 2.1.3.3).
func (m *message) legacy(a attribute, class string) {
	switch a.id {
	case attSubject:
		m.set(props.PidTagSubject.Prop(), func() mapi.Value { return m.text(a.data, m.charset) })
	case attBody:
		m.set(props.PidTagBody.Prop(), func() mapi.Value { return m.text(a.data, m.charset) })
	case attOriginalMessageClass:
		m.set(props.PidTagOriginalMessageClass.Prop(), func() mapi.Value { return classOf(m.short(a)) })
	case attMessageID:
		m.set(props.PidTagSearchKey.Prop(), func() mapi.Value { return m.key(a) })
	case attParentID:
		m.set(props.PidTagParentKey.Prop(), func() mapi.Value { return m.key(a) })
	case attConversationID:
		m.set(props.PidTagConversationKey.Prop(), func() mapi.Value { return m.key(a) })
	case attDateSent, attDateRecd, attDateModified, attDateStart, attDateEnd:
		m.set(dateProp(a.id), func() mapi.Value { return m.date(a) })
	case attPriority, attMessageStatus, attAidOwner, attRequestRes:
		m.number(a)
	case attFrom:
		m.person(a, sender, parseTRP)
	case attSentFor:
		m.person(a, sentRepresenting, parseCounted)
	case attDelegate:
		m.person(a, receivedRepresenting, parseCounted)
	case attOwner:
		m.person(a, ownerOf(class), parseCounted)
	}
}

// set sets a property that no list has. nil leaves it out.
func (m *message) set(p mapi.Prop, value func() mapi.Value) {
	if !m.Has(p) {
		m.Set(p, value())
	}
}

// short is the text of an attribute that is not long.
func (m *message) short(a attribute) string {
	r := a.data
	r.End = min(r.End, r.Start+window)
	return decodeText(m.charset, m.view(r))
}

// number reads an attribute that is a number.
func (m *message) number(a attribute) {
	b := make([]byte, 4)
	if n := min(int(a.data.Len()), 4); n == 0 {
		m.report(RuleValue, a.at, "%s is empty", idString(a.id))
		return
	} else {
		copy(b, m.src.cursor(a.data).next(n))
	}
	n := le.Uint32(b)
	switch a.id {
	case attPriority:
		m.set(props.PidTagImportance.Prop(), func() mapi.Value {
			if n < 1 || n > 3 {
				m.report(RuleValue, a.at, "priority %d", n)
				return nil
			}
			return int32(3 - n)
		})
	case attMessageStatus:
		m.set(props.PidTagMessageFlags.Prop(), func() mapi.Value { return int32(flagsOf(byte(n))) })
	case attAidOwner:
		m.set(props.PidTagOwnerAppointmentId.Prop(), func() mapi.Value { return int32(n) })
	case attRequestRes:
		m.set(props.PidTagResponseRequested.Prop(), func() mapi.Value { return n != 0 })
	}
}

// key reads a binary that is written in hexadecimal digits.
func (m *message) key(a attribute) mapi.Value {
	s := m.short(a)
	b, err := hex.DecodeString(s)
	if err != nil {
		m.report(RuleValue, a.at, "%s: no hexadecimal digits", idString(a.id))
		return []byte(s)
	}
	return b
}

// The classes that Microsoft Mail has other names for (MS-OXTNEF 2.2.3.4, 2.3.3.4).
func classes() [][2]string {
	return [][2]string{
		{"IPM.Note", "IPM.Microsoft Mail.Note"},
		{"REPORT.IPM.Note.IPNRN", "IPM.Microsoft Mail.Read Receipt"},
		{"REPORT.IPM.Note.NDR", "IPM.Microsoft Mail.Non-Delivery"},
		{"IPM.Schedule.Meeting.Resp.Pos", "IPM.Microsoft Schedule.MtgRespP"},
		{"IPM.Schedule.Meeting.Resp.Neg", "IPM.Microsoft Schedule.MtgRespN"},
		{"IPM.Schedule.Meeting.Resp.Tent", "IPM.Microsoft Schedule.MtgRespA"},
		{"IPM.Schedule.Meeting.Request", "IPM.Microsoft Schedule.MtgReq"},
		{"IPM.Schedule.Meeting.Canceled", "IPM.Microsoft Schedule.MtgCncl"},
	}
}

// classOf is the message class that the attribute stands for.
func classOf(attribute string) string {
	bare := strings.TrimPrefix(attribute, "Microsoft Mail v3.0 ")
	for _, c := range classes() {
		if strings.EqualFold(c[1], bare) {
			return c[0]
		}
	}
	return attribute
}

// legacyClass is how the attribute says a message class.
func legacyClass(class string) string {
	if class == "" || strings.EqualFold(class, "IPM") {
		class = "IPM.Note"
	}
	for _, c := range classes() {
		if strings.EqualFold(c[0], class) {
			return c[1]
		}
	}
	return class
}

// statusFlags are the bits of attMessageStatus and what they are in
// PidTagMessageFlags. That a message was modified is said by a bit that is missing
// there.
func statusFlags() []struct {
	status byte
	flag   mapi.MessageFlags
} {
	return []struct {
		status byte
		flag   mapi.MessageFlags
	}{
		{0x02, mapi.FlagUnsent},    // fmsLocal
		{0x04, mapi.FlagSubmitted}, // fmsSubmitted
		{0x20, mapi.FlagRead},      // fmsRead
		{0x80, mapi.FlagHasAttach}, // fmsHasAttach
	}
}

const fmsModified = 0x01

func flagsOf(status byte) (flags mapi.MessageFlags) {
	for _, f := range statusFlags() {
		if status&f.status != 0 {
			flags |= f.flag
		}
	}
	if status&fmsModified == 0 {
		flags |= mapi.FlagUnmodified
	}
	return flags
}

func statusOf(flags mapi.MessageFlags) (status byte) {
	for _, f := range statusFlags() {
		if flags&f.flag != 0 {
			status |= f.status
		}
	}
	if flags&mapi.FlagUnmodified == 0 {
		status |= fmsModified
	}
	return status
}

// dateProp is the property of a date attribute (MS-OXTNEF 2.1.3.3.4).
func dateProp(id uint32) mapi.Prop {
	switch id {
	case attDateSent:
		return props.PidTagClientSubmitTime.Prop()
	case attDateRecd:
		return props.PidTagMessageDeliveryTime.Prop()
	case attDateStart:
		return props.PidTagStartDate.Prop()
	case attDateEnd:
		return props.PidTagEndDate.Prop()
	case attAttachCreateDate:
		return props.PidTagCreationTime.Prop()
	}
	return props.PidTagLastModificationTime.Prop()
}

// date reads a date. All zeros are none.
func (m *message) date(a attribute) mapi.Value {
	t, ok := m.localDate(a)
	if !ok {
		if b := m.src.cursor(a.data).next(dtrSize); b == nil || !bytes.Equal(b[:12], make([]byte, 12)) {
			m.report(RuleValue, a.at, "%s is no date", idString(a.id))
		}
		return nil
	}
	return t.Add(-time.Duration(m.zone))
}

const dtrSize = 14

// localDate reads a date in the zone of its writer: seven numbers of 16 bits, of
// which the last, the day of the week, says nothing new.
func (m *message) localDate(a attribute) (t time.Time, ok bool) {
	b := m.src.cursor(a.data).next(dtrSize)
	if b == nil {
		return t, false
	}
	n := func(i int) int { return int(le.Uint16(b[2*i:])) }
	t = time.Date(n(0), time.Month(n(1)), n(2), n(3), n(4), n(5), 0, time.UTC)
	// What Go brings into order was none.
	ok = n(0) >= 1601 && int(t.Month()) == n(1) && t.Day() == n(2) && t.Hour() == n(3) && t.Minute() == n(4) && t.Second() == n(5)
	return t, ok
}

func appendDate(b []byte, t time.Time) []byte {
	t = t.UTC()
	for _, n := range [...]int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), int(t.Weekday())} {
		b = le.AppendUint16(b, uint16(n))
	}
	return b
}

// A zone is how much the dates in attributes are ahead of UTC.
type zone time.Duration

// infer finds the zone from a date that is there as attribute and as property, which
// agree to the second but for a multiple of a quarter of an hour. Without one it
// stays what it is.
func (z zone) infer(m *message, bag *mapi.Properties, list []attribute) zone {
	for _, a := range list {
		switch a.id {
		case attDateSent, attDateRecd, attDateModified, attAttachCreateDate, attAttachModifyDate:
		default:
			continue
		}
		exact, ok := bag.Get(dateProp(a.id)).(time.Time)
		local, ok2 := m.localDate(a)
		if !ok || !ok2 {
			continue
		}
		ahead := local.Sub(exact)
		offset := ahead.Round(15 * time.Minute)
		if (ahead-offset).Abs() <= 2*time.Second && offset.Abs() <= 15*time.Hour {
			return zone(offset)
		}
	}
	return z
}

// A person is the properties of one: those that attributes carry.
type person struct {
	name, kind, address props.Key[string]
	id                  props.Key[[]byte]
}

var (
	sender = person{props.PidTagSenderName, props.PidTagSenderAddressType,
		props.PidTagSenderEmailAddress, props.PidTagSenderEntryId}
	sentRepresenting = person{props.PidTagSentRepresentingName, props.PidTagSentRepresentingAddressType,
		props.PidTagSentRepresentingEmailAddress, props.PidTagSentRepresentingEntryId}
	receivedRepresenting = person{props.PidTagReceivedRepresentingName, props.PidTagReceivedRepresentingAddressType,
		props.PidTagReceivedRepresentingEmailAddress, props.PidTagReceivedRepresentingEntryId}
)

// ownerOf is whom attOwner names: of a response he whose meeting it is, else the
// sender (MS-OXTNEF 2.2.3.11).
func ownerOf(class string) person {
	if isClass(class, "IPM.Schedule.Meeting.Resp") {
		return receivedRepresenting
	}
	return sentRepresenting
}

func isClass(class, of string) bool {
	return len(class) >= len(of) && strings.EqualFold(class[:len(of)], of) && (len(class) == len(of) || class[len(of)] == '.')
}

// person reads an attribute that is a name and an address, unless a property has
// said one of them.
func (m *message) person(a attribute, p person, parse func([]byte) (name, address []byte, ok bool)) {
	if p.name.Has(m) || p.kind.Has(m) || p.address.Has(m) || p.id.Has(m) {
		return
	}
	r := a.data
	r.End = min(r.End, r.Start+window)
	rawName, rawAddress, ok := parse(m.view(r))
	if !ok {
		m.report(RuleValue, a.at, "%s is no name and address", idString(a.id))
		return
	}
	name := decodeText(m.charset, rawName)
	kind, address, found := strings.Cut(decodeText(m.charset, rawAddress), ":")
	if !found {
		kind, address = "", kind
	}
	p.name.Set(m, name)
	p.kind.Set(m, kind)
	p.address.Set(m, address)
	p.id.Set(m, mapi.OneOffEntryID{Flags: mapi.OneOffUnicode, DisplayName: name, AddressType: kind, Address: address}.EntryID())
}

const (
	trpSize   = 8
	trpOneOff = 4
)

// parseTRP reads the structure of attFrom (MS-OXTNEF 2.1.3.3.3).
func parseTRP(b []byte) (name, address []byte, ok bool) {
	if len(b) < trpSize || le.Uint16(b) != trpOneOff {
		return nil, nil, false
	}
	n, m := int(le.Uint16(b[4:])), int(le.Uint16(b[6:]))
	b = b[trpSize:]
	if n+m > len(b) {
		return nil, nil, false
	}
	return b[:n], b[n : n+m], true
}

func appendTRP(b, name, address []byte) []byte {
	b = le.AppendUint16(b, trpOneOff)
	b = le.AppendUint16(b, uint16(2*trpSize+len(name)+len(address)))
	b = le.AppendUint16(b, uint16(len(name)))
	b = le.AppendUint16(b, uint16(len(address)))
	b = append(append(b, name...), address...)
	return append(b, make([]byte, trpSize)...)
}

// parseCounted reads the structure of attOwner, attSentFor and attDelegate
// (MS-OXTNEF 2.1.3.3.16).
func parseCounted(b []byte) (name, address []byte, ok bool) {
	cut := func() (s []byte, ok bool) {
		if len(b) < 2 || int(le.Uint16(b)) > len(b)-2 {
			return nil, false
		}
		s, b = b[2:2+le.Uint16(b)], b[2+le.Uint16(b):]
		return s, true
	}
	if name, ok = cut(); ok {
		address, ok = cut()
	}
	return name, address, ok
}

func appendCounted(b, name, address []byte) []byte {
	for _, s := range [][]byte{name, address} {
		b = append(le.AppendUint16(b, uint16(len(s))), s...)
	}
	return b
}

// encode8 returns text in a charset with its NUL, and question marks for what the
// charset does not have.
func encode8(cs *entity.Charset, s string) []byte {
	s, _, _ = strings.Cut(s, "\x00")
	b, ok := cs.Encode(s)
	if !ok {
		b = nil
		for _, r := range s {
			c, ok := cs.Encode(string(r))
			if !ok {
				c = []byte{'?'}
			}
			b = append(b, c...)
		}
	}
	return append(bytes.Clone(b), 0)
}
