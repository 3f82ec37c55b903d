package ical

import (
	"time"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/ical/zone"
	"github.com/okapi-mail/okapi/mapi"
)

// DecodeOptions bound and watch [Decode] and [All]. The zero value and nil mean the
// defaults.
type DecodeOptions struct {
	// MaxLine, MaxBytes and MaxComponents are the limits of [line.Options] and
	// [ReadOptions].
	MaxLine       int
	MaxBytes      int64
	MaxComponents int

	// MaxAttendees is how many recipients a message gets, and MaxKept how many
	// bytes of lines are kept beside a message. What exceeds them is left out and
	// reported. 0 means 10,000 and 16 MiB.
	MaxAttendees int
	MaxKept      int

	// Charset is what the transport said; see [line.Options].
	Charset string

	// Location is the zone of times that name none, and of the midnights between
	// which an all-day event lies. nil means UTC. Exchange takes UTC, Outlook the
	// zone of the user.
	Location *time.Location

	// Zones finds time zones. nil means a new one with its defaults; a program
	// that decodes much shares one.
	Zones *zone.Resolver

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *DecodeOptions) withDefaults() DecodeOptions {
	var d DecodeOptions
	if o != nil {
		d = *o
	}
	if d.MaxAttendees <= 0 {
		d.MaxAttendees = 10_000
	}
	if d.MaxKept <= 0 {
		d.MaxKept = 16 << 20
	}
	if d.Location == nil {
		d.Location = time.UTC
	}
	if d.Zones == nil {
		d.Zones = zone.NewResolver(nil)
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

func (o *DecodeOptions) reading() *ReadOptions {
	return &ReadOptions{
		Line:     line.Options{MaxLine: o.MaxLine, Charset: o.Charset},
		MaxBytes: o.MaxBytes, MaxComponents: o.MaxComponents, Report: o.Report,
	}
}

// EncodeOptions say how [Encode] writes calendars. The zero value and nil mean the
// defaults.
type EncodeOptions struct {
	// ProductID is the PRODID. "" means that of okapi.
	ProductID string

	// Method is the METHOD. "" means that of the messages' class, when all have the
	// same: REQUEST for meeting requests, none for appointments.
	Method string

	// Location is the zone of times without one; it must be that with which the
	// messages were decoded for them to be written back without one. nil means
	// UTC.
	Location *time.Location

	// Now is the DTSTAMP of messages that have none. The zero time means that the
	// time of their last change is taken, else that of their start, and 1 January 1970
	// for those that have neither, so that the same message is written the same.
	Now time.Time

	// UID returns a UID for a message that has none. nil means one that is made
	// from what the message says, so that it is the same each time.
	UID func(*mapi.Message) string

	// Zones finds time zones. nil means a new one with its defaults; a program
	// that encodes much shares one.
	Zones *zone.Resolver

	// Report is told what could not be written. nil means nobody.
	Report func(Issue)
}

func (o *EncodeOptions) withDefaults() EncodeOptions {
	var d EncodeOptions
	if o != nil {
		d = *o
	}
	if d.ProductID == "" {
		d.ProductID = "-//okapi//okapi ical//EN"
	}
	if d.Location == nil {
		d.Location = time.UTC
	}
	if d.Zones == nil {
		d.Zones = zone.NewResolver(nil)
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}
