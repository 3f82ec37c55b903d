// Package recur says when things happen again.
//
// A [Rule] is the RRULE of RFC 5545: parsed leniently or strictly, written, expanded. A
// [Set] is a series with all that belongs to it: rules, further dates, exclusions, and
// instances that were changed. A [Pattern] is the binary form that MAPI keeps in
// PidLidAppointmentRecur and PidLidTaskRecurrence (MS-OXOCAL 2.2.1.44), read and
// written byte for byte; it is made of a Set, and made into one, as far as it can say
// the same.
//
// Instances come as iterators, in order, and only as far as they are asked for: a
// window far from the start costs no walk to it where that can be avoided, and rules
// that match nothing end. A series happens on the clock of the location of its start.
package recur
