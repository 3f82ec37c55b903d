// Package rfc822 turns Internet mail into MAPI messages and back (MS-OXCMAIL).
//
//	msg, err := rfc822.Decode(os.Stdin, nil)
//	…
//	err = rfc822.Encode(os.Stdout, msg, nil)
//
// # Reading
//
// [Decode] and [DecodeAt] take whatever bytes come: damaged mail is still a
// message, what could not be understood stays in the source form and is reported
// through [DecodeOptions]. Small mail is read into memory; a large one is kept in
// a temporary file, and its attachments are [mapi.Stream]s that decode when they
// are read. See [Release] for how long that file lives.
//
// # Writing
//
// A decoded message remembers how it was written: [SourceForm] holds a recipe
// that names the properties and attachments which the mail's bytes can be made
// from again, and holds the bytes that cannot. So [Encode] gives back the very
// bytes that came in, without attachments being kept twice, for as long as what
// the mail says did not change: read and follow-up flags, categories, times of
// storage and ids do not count. [Source] opens the original bytes, or says that
// they no longer hold.
//
// For messages that never were mail [Encode] generates it. After a change it
// generates what changed: new header fields before the original body when only
// they say something else, winmail.dat or a calendar in its place when only that
// does, and else a new body with the original parts of those attachments that are
// what they were.
//
// # More than mail
//
// A mail is read for what it means: winmail.dat is replaced by what it holds, a
// report becomes a REPORT message (package report), an invitation a meeting request
// (package ical), a vCard an embedded contact (package vcard), fields from inside of an
// organisation count on request. Writing turns all of that round; [EncodeOptions] say
// whether TNEF may be used for what MIME has no form for, and whose wishes count.
// [JoinFragments] puts together what was sent in pieces. Bodies that a message lacks are made by package body.
//
// # What is where
//
// Package [entity] knows the syntax of mail, this one its meaning. Package mbox
// reads and writes files of many mails.
package rfc822
