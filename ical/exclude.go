package ical

import (
	"fmt"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// Exclude takes the instance that begins at original out of a series that has no
// recurrence structure, because only the rule kept with it says how it recurs
// ([KeptLines]): an EXDATE in the form of its start stands beside that rule from then on.
// Embedded messages of the instance are the caller's. The error is mapi.ErrNotFound for
// a message without such a rule, and mapi.ErrTooBig when there are too many lines.
func Exclude(m *mapi.Message, original time.Time, opts *EncodeOptions) error {
	e := newEncoder(opts)
	cal, kept := e.readKept(m)
	if props.PidLidAppointmentRecur.Has(m) || kept == nil || kept.Get("RRULE") == nil && kept.Get("RDATE") == nil {
		return fmt.Errorf("ical.Exclude: no rule: %w", mapi.ErrNotFound)
	}
	list, about := e.message(m)
	if len(list) == 0 || list[0].Get("DTSTART") == nil {
		return fmt.Errorf("ical.Exclude: no start: %w", mapi.ErrNotFound)
	}
	d := e.reader(about, cal)
	series := d.item(list[0], nil)
	start, _ := d.read(list[0].Get("DTSTART"))
	switch {
	case start.date:
		kept.Add("EXDATE", formatDate(series.zone.wall(original)), e.oneParam("VALUE", "DATE")...)
	case start.floating:
		kept.Add("EXDATE", formatLocal(start.zone.wall(original)))
	case start.zone == utcZone:
		kept.Add("EXDATE", formatUTC(original))
	default:
		kept.Add("EXDATE", formatLocal(start.zone.wall(original)), e.oneParam("TZID", start.zone.id)...)
	}
	text := cal.appendLines(nil)
	if len(text) > e.reading.MaxKept {
		return fmt.Errorf("ical.Exclude: %d bytes of lines: %w", len(text), mapi.ErrTooBig)
	}
	m.Set(KeptLines(), string(text))
	return nil
}
