// Package tnef reads and writes TNEF (MS-OXTNEF), the form in which Outlook and
// Exchange put a whole MAPI message into one attachment, winmail.dat.
//
//	msg, err := tnef.Decode(attachment, nil)
//	…
//	err = tnef.Encode(w, msg, nil)
//
// # Reading
//
// [Decode] takes damaged streams too: a checksum that is wrong, an attribute that
// is cut off or unknown, a property without end are reported through [Options], and
// everything before and beside them is kept. Where an attribute and a MAPI property
// say the same, the property wins (MS-OXTNEF 2.1.3): it is exact, while attributes
// are cut to 8-bit text and whole seconds. Strings become PtypString; those of 8
// bits are read in the stream's own code page. Small streams are read into memory,
// a large one is kept in a temporary file, and large values are [mapi.Stream]s of
// it; see [Release] for how long that file lives.
//
// Dates in attributes are local times of whoever wrote them. They are read in the
// zone that follows from a date which is there as attribute and as property; without
// one they are taken for UTC, which is what Exchange writes.
//
// # Writing
//
// [Encode] writes every property into the lists of MAPI properties, strings that are
// not ASCII in Unicode, and beside them the attributes that old readers look at.
// What cannot be left out of a stream comes back when it is read: a message without
// a class is an IPM.Note, and an attachment has a method and a rendering position.
// The same message and options give the same bytes.
//
// # What stays behind
//
// Some properties mean something only in the store that made them. They are
// neither written nor read: ids from 0x6600 to 0x67FF; of messages and attachments
// their entry ids, record, source and change keys, the identity of their store and
// what somebody may do with them; and the named properties of
// [mapi.PSOkapi]. Entry ids of people stay: those of senders, and of recipients.
package tnef
