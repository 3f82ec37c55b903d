package recur

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"github.com/okapi-mail/okapi/mapi"
)

// ParsePattern reads a PidLidTaskRecurrence. No bytes at all are mapi.ErrNotFound,
// which is how some clients write none; damage is mapi.ErrCorruptData.
func ParsePattern(b []byte) (Pattern, error) {
	r := reader{b: b}
	p, err := r.pattern()
	if err != nil {
		return Pattern{}, fmt.Errorf("recur.ParsePattern: %w", err)
	}
	p.Tail = r.rest()
	return p, nil
}

// ParseAppointment reads a PidLidAppointmentRecur. Damage in its first part, which says
// when the series happens, is mapi.ErrCorruptData; after it the exceptions that could
// be read are returned, and Damaged is set.
func ParseAppointment(b []byte) (Appointment, error) {
	r := reader{b: b}
	p, err := r.pattern()
	if err != nil {
		return Appointment{}, fmt.Errorf("recur.ParseAppointment: %w", err)
	}
	a := Appointment{Pattern: p}
	r.appointment(&a)
	a.Damaged = r.short
	a.Rest = r.rest()
	return a, nil
}

// A reader gives zeros beyond the end, and remembers it.
type reader struct {
	b     []byte
	at    int
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b)-r.at {
		r.short, r.at = true, len(r.b)
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at : r.at]
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) minutes() Minutes { return Minutes(r.u32()) }

// block is bytes behind their size.
func (r *reader) block() []byte {
	n := r.u32()
	if n == 0 {
		return nil
	}
	if n > uint32(len(r.b)) {
		r.short, r.at = true, len(r.b)
		return nil
	}
	return r.take(int(n))
}

func (r *reader) dates() []Minutes {
	n := r.u32()
	if int64(n)*4 > int64(len(r.b)-r.at) {
		r.short, r.at = true, len(r.b)
		return nil
	}
	var list []Minutes
	for range n {
		list = append(list, r.minutes())
	}
	return list
}

func (r *reader) rest() []byte {
	if r.at == len(r.b) {
		return nil
	}
	return r.take(len(r.b) - r.at)
}

func (r *reader) pattern() (Pattern, error) {
	var p Pattern
	if len(r.b) == 0 {
		return p, mapi.ErrNotFound
	}
	p.ReaderVersion, p.WriterVersion = r.u16(), r.u16()
	p.Frequency, p.Type, p.Calendar = Frequency(r.u16()), PatternType(r.u16()), CalendarType(r.u16())
	p.FirstDateTime, p.Period, p.Sliding = r.u32(), r.u32(), r.u32()
	switch p.Type {
	case PatternDay:
	case PatternWeek:
		p.Days = r.u32()
	case PatternMonth, PatternMonthEnd, PatternHjMonth, PatternHjMonthEnd:
		p.Day = r.u32()
	case PatternMonthNth, PatternHjMonthNth:
		p.Days, p.Nth = r.u32(), r.u32()
	default:
		return p, fmt.Errorf("%w: pattern type %#x", mapi.ErrCorruptData, uint16(p.Type))
	}
	p.End, p.Count, p.FirstDay = EndType(r.u32()), r.u32(), r.u32()
	p.Deleted, p.Modified = r.dates(), r.dates()
	p.StartDate, p.EndDate = r.minutes(), r.minutes()
	if r.short {
		return p, fmt.Errorf("%w: ends after %d bytes", mapi.ErrCorruptData, len(r.b))
	}
	return p, nil
}

func (r *reader) appointment(a *Appointment) {
	a.ReaderVersion2, a.WriterVersion2 = r.u32(), r.u32()
	a.StartOffset, a.EndOffset = r.u32(), r.u32()
	n := int(r.u16())
	for range n {
		e := r.exception()
		if r.short {
			return
		}
		a.Exceptions = append(a.Exceptions, e)
	}
	a.Reserved1 = r.block()
	for i := range a.Exceptions {
		if r.short {
			return
		}
		r.wide(&a.Exceptions[i], a.WriterVersion2)
	}
	a.Reserved2 = r.block()
}

func (r *reader) exception() (e Exception) {
	e.Start, e.End, e.Original = r.minutes(), r.minutes(), r.minutes()
	e.Flags = OverrideFlags(r.u16())
	text := func() ([]byte, uint16) {
		size, n := r.u16(), r.u16()
		return r.take(int(n)), size - n - 1
	}
	number := func(flag OverrideFlags, to *uint32) {
		if e.Flags&flag != 0 {
			*to = r.u32()
		}
	}
	if e.Flags&OverrideSubject != 0 {
		e.Subject, e.subjectSize = text()
	}
	number(OverrideMeetingType, &e.MeetingType)
	number(OverrideReminderDelta, &e.Reminder)
	number(OverrideReminder, &e.ReminderSet)
	if e.Flags&OverrideLocation != 0 {
		e.Location, e.locationSize = text()
	}
	number(OverrideBusyStatus, &e.BusyStatus)
	number(OverrideAttachment, &e.Attachment)
	number(OverrideSubType, &e.SubType)
	number(OverrideColor, &e.AppointColor)
	return e
}

func (r *reader) wide(e *Exception, version uint32) {
	w := &e.Wide
	if version >= withHighlight {
		w.Highlight = r.block()
	}
	w.Reserved1 = r.block()
	if e.Flags&(OverrideSubject|OverrideLocation) == 0 {
		return
	}
	w.Start, w.End, w.Original = r.minutes(), r.minutes(), r.minutes()
	if e.Flags&OverrideSubject != 0 {
		w.Subject = r.utf16()
	}
	if e.Flags&OverrideLocation != 0 {
		w.Location = r.utf16()
	}
	w.Reserved2 = r.block()
}

func (r *reader) utf16() string {
	b := r.take(2 * int(r.u16()))
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// Bytes is the value of PidLidTaskRecurrence.
func (p *Pattern) Bytes() []byte { return append(p.append(nil), p.Tail...) }

func (p *Pattern) append(b []byte) []byte {
	b = u16s(b, p.ReaderVersion, p.WriterVersion, uint16(p.Frequency), uint16(p.Type), uint16(p.Calendar))
	b = u32s(b, p.FirstDateTime, p.Period, p.Sliding)
	switch p.Type {
	case PatternWeek:
		b = u32s(b, p.Days)
	case PatternMonth, PatternMonthEnd, PatternHjMonth, PatternHjMonthEnd:
		b = u32s(b, p.Day)
	case PatternMonthNth, PatternHjMonthNth:
		b = u32s(b, p.Days, p.Nth)
	}
	b = u32s(b, uint32(p.End), p.Count, p.FirstDay)
	for _, list := range [][]Minutes{p.Deleted, p.Modified} {
		b = u32s(b, uint32(len(list)))
		b = u32s(b, list...)
	}
	return u32s(b, p.StartDate, p.EndDate)
}

// Bytes is the value of PidLidAppointmentRecur. A value that was damaged is whole
// again, without what could not be read.
func (a *Appointment) Bytes() []byte {
	b := a.Pattern.append(nil)
	b = u32s(b, a.ReaderVersion2, a.WriterVersion2, a.StartOffset, a.EndOffset)
	exceptions := a.Exceptions[:min(len(a.Exceptions), 0xFFFF)]
	b = u16s(b, uint16(len(exceptions)))
	for i := range exceptions {
		b = exceptions[i].append(b)
	}
	b = block(b, a.Reserved1)
	for i := range exceptions {
		b = exceptions[i].appendWide(b, a.WriterVersion2)
	}
	b = block(b, a.Reserved2)
	return append(b, a.Rest...)
}

func (e *Exception) append(b []byte) []byte {
	b = u32s(b, e.Start, e.End, e.Original)
	b = u16s(b, uint16(e.Flags))
	text := func(flag OverrideFlags, s []byte, size uint16) {
		if e.Flags&flag != 0 {
			s = s[:min(len(s), 0xFFFE)]
			b = u16s(b, uint16(len(s))+1+size, uint16(len(s)))
			b = append(b, s...)
		}
	}
	number := func(flag OverrideFlags, n uint32) {
		if e.Flags&flag != 0 {
			b = u32s(b, n)
		}
	}
	text(OverrideSubject, e.Subject, e.subjectSize)
	number(OverrideMeetingType, e.MeetingType)
	number(OverrideReminderDelta, e.Reminder)
	number(OverrideReminder, e.ReminderSet)
	text(OverrideLocation, e.Location, e.locationSize)
	number(OverrideBusyStatus, e.BusyStatus)
	number(OverrideAttachment, e.Attachment)
	number(OverrideSubType, e.SubType)
	number(OverrideColor, e.AppointColor)
	return b
}

func (e *Exception) appendWide(b []byte, version uint32) []byte {
	w := &e.Wide
	if version >= withHighlight {
		b = block(b, w.Highlight)
	}
	b = block(b, w.Reserved1)
	if e.Flags&(OverrideSubject|OverrideLocation) == 0 {
		return b
	}
	b = u32s(b, w.Start, w.End, w.Original)
	if e.Flags&OverrideSubject != 0 {
		b = utf16s(b, w.Subject)
	}
	if e.Flags&OverrideLocation != 0 {
		b = utf16s(b, w.Location)
	}
	return block(b, w.Reserved2)
}

func block(b, data []byte) []byte { return append(u32s(b, uint32(len(data))), data...) }

func utf16s(b []byte, s string) []byte {
	units := utf16.Encode([]rune(s))
	units = units[:min(len(units), 0xFFFF)]
	return u16s(u16s(b, uint16(len(units))), units...)
}

func u16s(b []byte, values ...uint16) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func u32s[T ~uint32](b []byte, values ...T) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}
