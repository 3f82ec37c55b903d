// Package vcard turns vCards into contacts and distribution lists as Outlook would
// have made them, and back into vCards that phones, CardDAV clients and Outlook
// accept.
//
//	msgs, err := vcard.Decode(os.Stdin, nil)  // []*mapi.Message
//	err = vcard.Encode(os.Stdout, msgs, &vcard.EncodeOptions{Version: vcard.V4})
//
// It reads and writes versions 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350 with
// RFC 6868, and what RFC 6474, 6715, 8605 and 9554 add where MAPI has a place for
// it). The mapping to properties is that of MS-OXVCARD and MS-OXOCNTC.
//
// # Nouns
//
//   - [Reader] gives one [Card] after the other: its lines in their order, without
//     their encodings. [Parse] reads all of them, [Card.WriteTo] writes one.
//   - [Decode] and [All] make an IPM.Contact or IPM.DistList of each, [Encode]
//     writes them.
//   - [Card.GoVCard] and [FromGoVCard] join this package to those that speak
//     go-vcard, such as go-webdav.
//
// # Nothing is lost
//
// MAPI has no place for a fourth e-mail address, for a position or for a parameter
// of one's own. A decoded message therefore keeps the lines of its card in
// [SourceForm]. [Encode] compares what those lines mean with what the message says
// now: lines of properties that did not change, and lines without a property,
// are written as they came; changed properties are written anew in the place of
// the old line; lines of deleted properties are left out.
//
// # Foreign bytes
//
// Any bytes are cards, also none: what cannot be read is reported and left out, or
// kept as it came. Memory is bounded by [ReadOptions], time is linear. The only
// errors are those of the source.
package vcard
