// Package report turns delivery reports, receipts and complaints into the REPORT
// messages of MAPI and back, and makes them.
//
// # Reading
//
// [Parse] reads the machine-readable part of a multipart/report: a
// [DeliveryStatus] (RFC 3464, RFC 6533), a [Disposition] (RFC 8098) or a
// [Feedback] (RFC 5965). Fill of each sets the properties and recipients of a
// message as MS-OXCMAIL 2.2.3.7 has it: REPORT.IPM.Note.NDR and its kin.
// [Find] says which part of a mail is which.
//
// Many programs report failures in prose. [Recognise] reads those that are known;
// the result can be filled in like that of a real report. Mails do not become
// reports by that on their own: Exchange takes them for ordinary mail, and a class
// that rests on phrases would let anybody forge a report. Who wants it asks.
//
// # Writing
//
// [Parts] gives the parts of the multipart/report that says what a REPORT message
// says; package rfc822 puts them into MIME.
//
// # Making
//
// [NDR], [Delivered], [Delayed], [Read] and [NotRead] make the report for a
// message, and refuse with [ErrUnwanted] where one must not be sent: to a report,
// to nobody, to who asked for none. That is what keeps two machines from writing
// to each other for ever.
package report
