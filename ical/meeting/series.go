package meeting

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/okapi-mail/okapi/ical"
	"github.com/okapi-mail/okapi/ical/freebusy"
	"github.com/okapi-mail/okapi/ical/recur"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A series is a recurrence that is changed: a structure, or where there is none because
// it could not say it, the rule that was kept. Times of a structure, and of whole days,
// are those on the wall, in UTC; times of a kept rule are instants.
type series struct {
	m   *mapi.Message
	a   recur.Appointment
	loc *time.Location // of the wall; UTC for instants

	kept *recur.Set // nil: there is a structure
	gone []time.Time
}

func isSeries(m mapi.Getter) bool {
	return len(props.PidLidAppointmentRecur.Or(m, nil)) > 0 || len(keptRule(m)) > 0
}

func openSeries(m *mapi.Message) (*series, error) {
	s := &series{m: m, loc: time.UTC}
	z := freebusy.ZoneOf(m, nil)
	blob := props.PidLidAppointmentRecur.Or(m, nil)
	if len(blob) == 0 {
		set, ok := ical.Recurrence(m, nil)
		if !ok {
			return nil, errors.New("no recurrence")
		}
		if s.kept = &set; !set.AllDay {
			return s, nil
		}
	} else {
		var err error
		if s.a, err = recur.ParseAppointment(blob); err != nil {
			return nil, err
		}
	}
	if z != nil {
		s.loc = z.Location()
	}
	return s, nil
}

func (s *series) wall(t time.Time) time.Time { return wallOf(t.In(s.loc)) }

// wallOf is what the clock of t shows, as a time in UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func (s *series) instant(wall time.Time) time.Time { return zone.Local(wall, s.loc).UTC() }

// local is a time as people see it where the series happens.
func (s *series) local(t time.Time) time.Time {
	if s.kept != nil && !s.kept.AllDay {
		return wallOf(t.In(s.kept.Start.Location()))
	}
	return t
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// set are the instances.
func (s *series) set() (set recur.Set, err error) {
	if s.kept != nil {
		return *s.kept, nil
	}
	return s.a.Set(time.UTC)
}

// find is the instance that would have begun at a time, or, when that is a midnight in
// UTC that is no instance's, the first on that date.
func (s *series) find(original time.Time) (recur.Instance, error) {
	set, err := s.set()
	if err != nil {
		return recur.Instance{}, err
	}
	if s.kept != nil && !set.AllDay { // there may be several on a day
		at := original.UTC()
		if i, ok := pick(&set, at, at.Add(time.Second), at.Equal); ok {
			return i, nil
		}
	}
	days := []time.Time{midnight(s.local(s.wall(original)))}
	if original.Equal(midnight(original.UTC())) {
		days = append(days, original.UTC())
	}
	for n, day := range days {
		if n == 0 && s.kept != nil && !set.AllDay {
			continue // it said when
		}
		on := func(t time.Time) bool { return midnight(s.local(t)).Equal(day) }
		if i, ok := pick(&set, day.AddDate(0, 0, -1), day.AddDate(0, 0, 2), on); ok {
			return i, nil
		}
	}
	return recur.Instance{}, fmt.Errorf("no instance at %v: %w", original.UTC(), mapi.ErrNotFound)
}

// pick is the instance of a window that would have begun as is says, also when it was
// moved out of it.
func pick(set *recur.Set, from, to time.Time, is func(time.Time) bool) (recur.Instance, bool) {
	for n, o := range set.Overrides {
		if is(o.Original) && !o.Cancelled {
			return recur.Instance{Start: o.Start.UTC(), End: o.End.UTC(), Original: o.Original.UTC(), Override: n}, true
		}
	}
	for i := range set.Between(from, to) {
		if is(i.Original) {
			i.Start, i.End, i.Original = i.Start.UTC(), i.End.UTC(), i.Original.UTC()
			return i, true
		}
	}
	return recur.Instance{}, false
}

// exception is the embedded message of an instance, or nil.
func (s *series) exception(wall time.Time) *mapi.Message {
	at := s.instant(wall)
	for _, a := range s.m.Attachments {
		if isException(a) && props.PidLidExceptionReplaceTime.Or(a.Embedded, time.Time{}).Equal(at) {
			return a.Embedded
		}
	}
	return nil
}

func isException(a *mapi.Attachment) bool {
	return a.Embedded != nil && props.PidTagAttachmentFlags.Or(a, 0)&mapi.AttachmentFlagException != 0
}

// drop leaves out an instance: it is deleted, and was not changed.
func (s *series) drop(wall time.Time) {
	at := s.instant(wall)
	s.m.Attachments = slices.DeleteFunc(s.m.Attachments, func(a *mapi.Attachment) bool {
		return isException(a) && props.PidLidExceptionReplaceTime.Or(a.Embedded, time.Time{}).Equal(at)
	})
	if s.kept != nil {
		s.gone = append(s.gone, at)
		return
	}
	day := recur.MinutesOf(midnight(wall))
	s.a.Exceptions = slices.DeleteFunc(s.a.Exceptions, func(e recur.Exception) bool {
		return recur.MinutesOf(midnight(e.Original.Time())) == day
	})
	if !slices.Contains(s.a.Deleted, day) {
		s.a.Deleted = append(slices.Clone(s.a.Deleted), day)
	}
}

// save writes the structure back, in its order, or says beside the kept rule which of its
// instances are gone.
func (s *series) save() error {
	if s.kept != nil {
		for _, at := range s.gone {
			if err := ical.Exclude(s.m, at, nil); err != nil {
				return err
			}
		}
		return nil
	}
	slices.SortFunc(s.a.Exceptions, func(a, b recur.Exception) int { return int(int64(a.Start) - int64(b.Start)) })
	slices.Sort(s.a.Deleted)
	s.a.Modified = nil
	for _, e := range s.a.Exceptions {
		s.a.Modified = append(s.a.Modified, recur.MinutesOf(midnight(e.Start.Time())))
	}
	slices.Sort(s.a.Modified)
	props.PidLidAppointmentRecur.Set(s.m, s.a.Bytes())
	return nil
}

// removeInstance deletes an instance of a series, in place.
func removeInstance(m *mapi.Message, original time.Time) error {
	s, err := openSeries(m)
	if err != nil {
		return err
	}
	i, err := s.find(original)
	if err != nil {
		return err
	}
	s.drop(i.Original)
	return s.save()
}

// instanceOf is one instance of a series as a message of its own: with what its
// exception says, or else what the series does.
func instanceOf(m *mapi.Message, original time.Time) (*mapi.Message, error) {
	s, err := openSeries(m)
	if err != nil {
		return nil, err
	}
	i, err := s.find(original)
	if err != nil {
		return nil, err
	}
	one := m.Clone()
	one.Attachments = slices.DeleteFunc(one.Attachments, isException)
	for _, p := range []mapi.PropKey{props.PidLidAppointmentRecur, props.PidLidClipStart, props.PidLidClipEnd, props.PidLidRecurrencePattern, props.PidLidTimeZoneStruct, props.PidLidAppointmentTimeZoneDefinitionRecur, ical.KeptLines()} {
		one.Delete(p.Prop())
	}
	if x := s.exception(i.Original); x != nil {
		for p, v := range x.All() {
			one.Set(p, v)
		}
		if len(x.Recipients) > 0 {
			one.Recipients = x.Clone().Recipients
		}
		one.Attachments = append(one.Attachments, x.Clone().Attachments...)
	}
	props.PidTagMessageClass.Set(one, props.PidTagMessageClass.Or(m, classAppointment))
	props.PidLidAppointmentStartWhole.Set(one, s.instant(i.Start))
	props.PidLidAppointmentEndWhole.Set(one, s.instant(i.End))
	props.PidLidAppointmentDuration.Set(one, int32(i.End.Sub(i.Start)/time.Minute))
	props.PidLidRecurring.Set(one, false)
	props.PidLidRecurrenceType.Set(one, mapi.RecurrenceNone)
	props.PidLidIsRecurring.Set(one, true)
	props.PidLidIsException.Set(one, true)
	props.PidLidExceptionReplaceTime.Set(one, s.instant(i.Original))
	if id, ok := Identity(m); ok {
		id.Original = midnight(s.local(i.Original))
		setIdentity(one, id)
	}
	return one, nil
}

// setInstance makes an instance of a series what a message says, in place.
func setInstance(m *mapi.Message, original time.Time, change *mapi.Message) error {
	s, err := openSeries(m)
	if err != nil {
		return err
	}
	i, err := s.find(original)
	if err != nil {
		return err
	}
	x := change.Clone()
	start, end := s.wall(props.PidLidAppointmentStartWhole.Or(x, s.instant(i.Start))), s.wall(props.PidLidAppointmentEndWhole.Or(x, s.instant(i.End)))
	if end.Before(start) {
		end = start
	}
	s.drop(i.Original)
	s.gone = nil // its embedded message takes its place
	e := recur.Exception{Start: recur.MinutesOf(start), End: recur.MinutesOf(end), Original: recur.MinutesOf(i.Original)}
	s.describe(&e, x)
	e.Wide.Highlight, e.Wide.Start, e.Wide.End, e.Wide.Original = make([]byte, 4), e.Start, e.End, e.Original
	s.a.Exceptions = append(slices.Clone(s.a.Exceptions), e)

	props.PidTagMessageClass.Set(x, classException)
	props.PidLidExceptionReplaceTime.Set(x, s.instant(i.Original))
	props.PidLidIsException.Set(x, true)
	props.PidLidAppointmentRecur.Delete(x)
	props.PidLidRecurring.Set(x, false)
	a := &mapi.Attachment{Embedded: x}
	props.PidTagAttachMethod.Set(a, mapi.AttachEmbeddedMessage)
	props.PidTagAttachmentFlags.Set(a, mapi.AttachmentFlagException)
	props.PidTagAttachmentHidden.Set(a, true)
	props.PidTagAttachmentLinkId.Set(a, 0)
	props.PidTagDisplayName.Set(a, "Untitled")
	props.PidTagExceptionStartTime.Set(a, s.local(start))
	props.PidTagExceptionEndTime.Set(a, s.local(end))
	m.Attachments = append(m.Attachments, a)
	return s.save()
}

// describe says in the structure what an instance changes beside its times.
func (s *series) describe(e *recur.Exception, x *mapi.Message) {
	if v, ok := props.PidTagSubject.Get(x); ok && v != props.PidTagSubject.Or(s.m, "") {
		e.Flags |= recur.OverrideSubject
		e.Wide.Subject, e.Subject = v, ansi(v)
	}
	if v, ok := props.PidLidLocation.Get(x); ok && v != props.PidLidLocation.Or(s.m, "") {
		e.Flags |= recur.OverrideLocation
		e.Wide.Location, e.Location = v, ansi(v)
	}
	if v, ok := props.PidLidBusyStatus.Get(x); ok && v != props.PidLidBusyStatus.Or(s.m, mapi.BusyStatusBusy) {
		e.Flags |= recur.OverrideBusyStatus
		e.BusyStatus = uint32(v)
	}
	if v, ok := props.PidLidAppointmentSubType.Get(x); ok && v != props.PidLidAppointmentSubType.Or(s.m, false) {
		e.Flags |= recur.OverrideSubType
		if v {
			e.SubType = 1
		}
	}
	if v, ok := props.PidLidAppointmentStateFlags.Get(x); ok && v != props.PidLidAppointmentStateFlags.Or(s.m, 0) {
		e.Flags |= recur.OverrideMeetingType
		e.MeetingType = uint32(v)
	}
}

// maxText is what the structure holds of a text.
const maxText = 0xFFF0

// ansi is a text for readers that do not know the wide one.
func ansi(s string) []byte {
	b, err := encoding.ReplaceUnsupported(charmap.Windows1252.NewEncoder()).Bytes([]byte(s))
	if err != nil {
		return []byte{}
	}
	return b[:min(len(b), maxText)]
}
