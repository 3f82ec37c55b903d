package ical

import (
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// pattern sets how a series recurs. Where the recurrence structure can say only
// nearly the same (31st of a month), it does, and the kept lines have the rule as it
// was; where it cannot say it at all, the message is a single item, and the kept
// lines have the rule.
func (it *item) pattern(instances []*item) {
	m := it.m
	props.PidLidIsRecurring.Set(m, true)
	a, err := it.appointment(instances)
	if err != nil {
		if it.d.fresh {
			it.d.report(RuleRecurrence, it.c.offset, err.Error())
		}
		return
	}
	props.PidLidRecurring.Set(m, true)
	props.PidLidRecurrenceType.Set(m, recurrenceType(&a.Pattern))
	props.PidLidAppointmentRecur.Set(m, a.Bytes())
	if text := sentence(&a, it.allDay); text != "" {
		props.PidLidRecurrencePattern.Set(m, text)
	}
	props.PidLidClipStart.Set(m, it.zone.utc(a.StartDate.Time()))
	if last := a.EndDate.Time(); a.End == recur.EndNever {
		props.PidLidClipEnd.Set(m, time.Date(4500, 8, 31, 23, 59, 0, 0, time.UTC)) // MS-OXOCAL 2.2.1.15
	} else {
		props.PidLidClipEnd.Set(m, it.zone.utc(last))
	}
	z := it.zone.known()
	year := z.YearAt(it.start)
	props.PidLidTimeZoneStruct.Set(m, z.Struct(year).Bytes())
	props.PidLidAppointmentTimeZoneDefinitionRecur.Set(m, z.Definition(year, true).Bytes())
	switch props.PidTagIconIndex.Or(m, 0) {
	case mapi.IconSingleInstanceAppointment:
		props.PidTagIconIndex.Set(m, mapi.IconRecurringAppointment)
	case mapi.IconSingleInstanceMeeting:
		props.PidTagIconIndex.Set(m, mapi.IconRecurringMeeting)
	}
}

func recurrenceType(p *recur.Pattern) mapi.RecurrenceType {
	switch p.Frequency {
	case recur.FrequencyDaily:
		return mapi.RecurrenceDaily
	case recur.FrequencyWeekly:
		return mapi.RecurrenceWeekly
	case recur.FrequencyMonthly:
		return mapi.RecurrenceMonthly
	}
	return mapi.RecurrenceYearly
}

// maxTried is how many instances are tried one by one when some of them do not fit
// the series.
const maxTried = 100

// appointment is the recurrence structure. Instances that it cannot have are left
// out of it; they are embedded all the same.
func (it *item) appointment(instances []*item) (recur.Appointment, error) {
	set, err := it.set(instances)
	if err != nil {
		return recur.Appointment{}, err
	}
	o := &recur.PatternOptions{Approximate: true}
	a, err := recur.NewAppointment(&set, o)
	var no *recur.Unsupported
	if errors.As(err, &no) && no.Part == "RECURRENCE-ID" {
		it.fitting(&set, o, instances)
		a, err = recur.NewAppointment(&set, o)
	}
	if err != nil {
		return a, err
	}
	for _, i := range instances {
		it.describe(&a, i)
	}
	return a, nil
}

// fitting leaves only the overrides that the series can have.
func (it *item) fitting(set *recur.Set, o *recur.PatternOptions, instances []*item) {
	all := set.Overrides
	set.Overrides = nil
	for n, i := range all {
		one := *set
		one.Overrides = []recur.Override{i}
		if n < maxTried {
			if _, err := recur.NewAppointment(&one, o); err == nil {
				set.Overrides = append(set.Overrides, i)
				continue
			}
		}
		if it.d.fresh && n < len(instances) {
			it.d.report(RuleException, instances[n].c.offset, instances[n].c.Value("RECURRENCE-ID"))
		}
	}
}

// set is the series as the lines of the item say it.
func (it *item) set(instances []*item) (recur.Set, error) {
	s := recur.Set{Start: it.on(it.start), AllDay: it.allDay, Duration: it.end.Sub(it.start)}
	if it.allDay {
		s.Duration = it.zone.wall(it.end).Sub(it.zone.wall(it.start))
	}
	for i := range it.c.Props {
		p := &it.c.Props[i]
		switch p.Name {
		case "RRULE", "EXRULE":
			rule, err := recur.ParseRule(p.Value, nil)
			if err != nil {
				return s, err
			}
			if p.Name == "RRULE" {
				s.Rules = append(s.Rules, rule)
			} else {
				s.ExRules = append(s.ExRules, rule)
			}
		case "EXDATE":
			it.list(p, func(w when, _ string) {
				x := recur.Exclusion{Time: it.on(w.at), Date: w.date && !it.allDay}
				if w.date || it.allDay {
					x.Time = midnight(w.local(it.zone))
				}
				s.Except = append(s.Except, x)
			})
		case "RDATE":
			it.list(p, func(w when, rest string) {
				span := recur.Span{Start: it.on(w.at)}
				if it.allDay {
					span.Start = midnight(w.local(it.zone))
				}
				if d, ok := parseDuration(rest); ok {
					span.End = span.Start.Add(d)
				} else if e, ok := it.d.readValue(p, rest); rest != "" && ok {
					span.End = it.on(e.at)
				}
				s.Dates = append(s.Dates, span)
			})
		}
	}
	for _, i := range instances {
		s.Overrides = append(s.Overrides, it.override(i))
	}
	return s, nil
}

// on is an instant on the clock of the series; of an all-day one, its date.
func (it *item) on(at time.Time) time.Time {
	if it.allDay {
		return it.zone.wall(at)
	}
	return at.In(it.zone.known().Location())
}

// list gives the dates of a list; rest is what follows the slash of a period.
func (it *item) list(p *Prop, each func(w when, rest string)) {
	for value := range strings.SplitSeq(p.Value, ",") {
		start, rest, _ := strings.Cut(strings.TrimSpace(value), "/")
		if w, ok := it.d.readValue(p, start); ok {
			each(w, rest)
		}
	}
}

func (it *item) override(i *item) recur.Override {
	o := recur.Override{Start: it.on(i.start), End: it.on(i.end)}
	w, _ := i.original()
	o.Original = it.on(w.at)
	o.ThisAndFuture = strings.EqualFold(i.c.Get("RECURRENCE-ID").Param("RANGE"), "THISANDFUTURE")
	o.Cancelled = i.cancelled()
	return o
}

func (it *item) cancelled() bool {
	return strings.EqualFold(strings.TrimSpace(it.c.Value("STATUS")), "CANCELLED")
}

// describe says in the structure what an instance changes beside its times.
func (it *item) describe(a *recur.Appointment, i *item) {
	o := it.override(i)
	e := a.Find(it.zone.wall(o.Original))
	if it.allDay {
		e = a.Find(o.Original)
	}
	if e == nil || o.Cancelled {
		return
	}
	differs := func(p mapi.Prop) bool { return !equalValues(i.m.Get(p), it.m.Get(p)) && i.m.Get(p) != nil }
	if differs(props.PidTagSubject.Prop()) {
		e.Flags |= recur.OverrideSubject
		e.Wide.Subject = props.PidTagSubject.Or(i.m, "")
		e.Subject = ansi(e.Wide.Subject)
	}
	if differs(props.PidLidLocation.Prop()) {
		e.Flags |= recur.OverrideLocation
		e.Wide.Location = props.PidLidLocation.Or(i.m, "")
		e.Location = ansi(e.Wide.Location)
	}
	if differs(props.PidLidBusyStatus.Prop()) {
		e.Flags |= recur.OverrideBusyStatus
		e.BusyStatus = uint32(props.PidLidBusyStatus.Or(i.m, 0))
	}
	if differs(props.PidLidAppointmentSubType.Prop()) {
		e.Flags |= recur.OverrideSubType
		if props.PidLidAppointmentSubType.Or(i.m, false) {
			e.SubType = 1
		}
	}
	if differs(props.PidLidReminderSet.Prop()) {
		e.Flags |= recur.OverrideReminder
		if props.PidLidReminderSet.Or(i.m, false) {
			e.ReminderSet = 1
		}
	}
	if differs(props.PidLidReminderDelta.Prop()) {
		e.Flags |= recur.OverrideReminderDelta
		e.Reminder = uint32(props.PidLidReminderDelta.Or(i.m, 0))
	}
	if differs(props.PidTagBody.Prop()) {
		e.Flags |= recur.OverrideBody
	}
}

// ansi is a text for readers that do not know the wide one.
func ansi(s string) []byte {
	b, err := encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder()).Bytes([]byte(s))
	if err != nil {
		return []byte{}
	}
	return b
}

// recurrence reads the structure of a message.
func recurrence(m mapi.Getter) (recur.Appointment, bool) {
	b, ok := props.PidLidAppointmentRecur.Get(m)
	if !ok || len(b) == 0 {
		return recur.Appointment{}, false
	}
	a, err := recur.ParseAppointment(b)
	return a, err == nil
}

// rules writes the rule of a series, and the instances that it has not.
func (k *maker) rules() {
	a, ok := recurrence(k.m)
	if !ok || k.series != nil {
		return
	}
	z := k.zone
	if z == nil {
		z = utcZone
	}
	set, err := a.Set(z.known().Location())
	prefix := ""
	if err != nil {
		k.e.report(RuleRecurrence, err.Error())
		name := ""
		if name, set, err = a.Scaled(z.known().Location()); err != nil || !k.e.calscale(name) {
			return
		}
		prefix = "X-MICROSOFT-" // for those who know the calendar; for others it happens once
	}
	rule := set.Rules[0]
	if k.allDay && !rule.Until.IsZero() {
		rule.Until = recur.Until{Time: a.EndDate.Time(), Form: recur.Date}
	}
	k.c.Add(prefix+"RRULE", rule.String())
	embedded := embeddedOriginals(k.m)
	for _, x := range set.Except {
		if at := x.Time.UTC(); !slices.ContainsFunc(embedded, at.Equal) {
			k.point(prefix+"EXDATE", at, k.allDay, k.zone)
		}
	}
}

// calscale makes the calendar say which one its rules are about. It returns false when it
// says another one already: there is one for all.
func (e *encoder) calscale(name string) bool {
	for _, p := range e.lines {
		if p.Name == "X-MICROSOFT-CALSCALE" {
			return strings.EqualFold(p.Value, name)
		}
	}
	cal := NewComponent("VCALENDAR")
	cal.Add("X-MICROSOFT-CALSCALE", name)
	e.keepLines(cal)
	return true
}

// embeddedOriginals are when the embedded instances of a series would have begun.
func embeddedOriginals(m *mapi.Message) (list []time.Time) {
	for _, a := range m.Attachments {
		if isException(a) {
			if t, ok := props.PidLidExceptionReplaceTime.Get(a.Embedded); ok {
				list = append(list, t)
			}
		}
	}
	return list
}

// bareExceptions are the instances that only the structure tells of.
func (e *encoder) bareExceptions(m *mapi.Message, c *Component, about *classMeaning, d *decoder) (list []*Component) {
	a, ok := recurrence(m)
	if !ok || len(a.Exceptions) == 0 {
		return nil
	}
	z := e.zoneNow()
	set, err := a.Set(z.known().Location())
	if err != nil {
		if _, set, err = a.Scaled(z.known().Location()); err != nil {
			return nil
		}
	}
	written := d.aspects(c, nil, aspectTime) // a date beside a rule looks like a moved instance
	written.series(nil)
	said, _ := recurrence(written.m)
	embedded := embeddedOriginals(m)
	for i, o := range set.Overrides {
		x := &a.Exceptions[i]
		other := said.Find(z.wall(o.Original))
		if slices.ContainsFunc(embedded, o.Original.UTC().Equal) || other != nil && other.Start == x.Start {
			continue
		}
		list = append(list, e.instance(bareInstance(x, o), m, about))
	}
	return list
}

// bareInstance is an instance as the message that it would be embedded as.
func bareInstance(x *recur.Exception, o recur.Override) *mapi.Message {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, exceptionClass)
	props.PidLidExceptionReplaceTime.Set(m, o.Original.UTC())
	props.PidLidAppointmentStartWhole.Set(m, o.Start.UTC())
	props.PidLidAppointmentEndWhole.Set(m, o.End.UTC())
	if x.Flags&recur.OverrideSubject != 0 {
		props.PidTagSubject.Set(m, x.Wide.Subject)
	}
	if x.Flags&recur.OverrideLocation != 0 {
		props.PidLidLocation.Set(m, x.Wide.Location)
	}
	if x.Flags&recur.OverrideBusyStatus != 0 {
		props.PidLidBusyStatus.Set(m, mapi.BusyStatus(x.BusyStatus))
	}
	if x.Flags&recur.OverrideSubType != 0 {
		props.PidLidAppointmentSubType.Set(m, x.SubType != 0)
	}
	if x.Flags&recur.OverrideReminder != 0 {
		props.PidLidReminderSet.Set(m, x.ReminderSet != 0)
	}
	if x.Flags&recur.OverrideReminderDelta != 0 {
		props.PidLidReminderDelta.Set(m, int32(x.Reminder))
	}
	return m
}

// Recurrence is when a message happens, as [Encode] would write it: by its kept rule,
// where that still holds, else by its recurrence structure, with the instances that
// differ as overrides, in the order of the components that Encode writes. ok is
// false for a message that is no series.
func Recurrence(m *mapi.Message, opts *EncodeOptions) (set recur.Set, ok bool) {
	e := newEncoder(opts)
	list, about := e.message(m)
	if len(list) == 0 || about.kind != event || list[0].Get("RRULE") == nil && list[0].Get("RDATE") == nil {
		return set, false
	}
	cal, _ := e.readKept(m)
	d := e.reader(about, cal)
	it := d.aspects(list[0], nil, aspectTime)
	var instances []*item
	for _, c := range list[1:] {
		instances = append(instances, d.aspects(c, it, aspectTime))
	}
	set, err := it.set(instances)
	return set, err == nil
}
