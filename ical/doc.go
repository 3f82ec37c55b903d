// Package ical turns iCalendar into MAPI calendar objects and back (MS-OXCICAL,
// RFC 5545, RFC 7986).
//
//	msgs, err := ical.Decode(os.Stdin, nil)
//	…
//	err = ical.Encode(os.Stdout, msgs, nil)
//
// # Reading
//
// [Decode] makes a message of each event, task and journal entry; a series and the
// instances that differ from it become one message, with the recurrence structure
// of MS-OXOCAL and embedded messages for those instances. [All] gives the messages
// of a large calendar one by one. Damaged calendars are read as far as they go;
// what could not be understood is reported. Calendars of vCalendar 1.0 are taken.
//
// # Nothing is lost
//
// What MAPI has no property for, or only a coarser one, is kept beside the message
// as it was written: [KeptLines] holds those content lines. [Encode] writes a kept
// line back for as long as the message still says the same; where the message was
// changed since, the line is written anew from its properties, and only what was
// changed. Lines that nobody understands are always written back.
//
// # The tree
//
// [Parse] and [Reader] give the components themselves, in the order of their
// lines, and [Write] writes them; [Component.GoICal] and [FromGoICal] exchange them
// with programs that use go-ical. Package line has the syntax of lines, zone the
// time zones, recur the recurrence rules.
package ical
