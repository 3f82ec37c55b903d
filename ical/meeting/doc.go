// Package meeting knows what becomes of meetings: the messages about them and the
// calendar objects that they change (MS-OXOCAL, RFC 5546, RFC 6047). Tasks that are
// assigned are of it, too (MS-OXOTASK): [Assign], [AnswerTask], [ReportTask].
//
// [Request], [Cancel], [Answer] and their kin make the messages of the classes
// IPM.Schedule.Meeting.*, together with the calendar object of whoever sends them as
// it is from then on. [Apply] is the other side: what a message means for a calendar.
// Everything is a function of [mapi.Message] values: what is given is not changed, what
// is new is returned, and the caller saves, deletes and sends.
package meeting
