// Package zone knows time zones by all the names and forms that calendars use: IANA
// names, Windows ids, VTIMEZONE components (RFC 5545, 3.6.5), the binary structures of
// MS-OXOCAL, and what programs invent.
//
// A [Zone] has a name and a [time.Location]. Where the zone is one of the tz database,
// the location is that one; else it is built from the rules at hand, so that all code
// that knows package time works with it. A [Resolver] finds the zone that is meant: by
// its name, by the VTIMEZONE that came along, or by the properties of a message. From a
// zone one gets the [Timezone] to write into a calendar, and the [Definition] and
// [Struct] to write into a message.
//
// [Definition] and [Struct] are also read and written as they are, byte for byte.
//
// IANA zones come from [time.LoadLocation]: from the host, or from the binary of a
// program that imports time/tzdata (450 kB). Where a host may have none, a program has
// to do so; this package does not decide it. Names are from CLDR 48.2 and the links of
// tz database 2025b, generated from the tables in this folder.
package zone
