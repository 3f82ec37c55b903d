// Package okapi is the root of an embeddable message store with the semantics of
// MAPI. It holds no code: the packages below do the work.
//
//   - [github.com/okapi-mail/okapi/mapi]: the vocabulary. Property types, names and
//     values, status codes, ids, conditions, sort orders, events, the detached Message
//   - [github.com/okapi-mail/okapi/mapi/wire]: binary forms of the vocabulary
//   - [github.com/okapi-mail/okapi/mapi/rtf]: compressed RTF
//   - [github.com/okapi-mail/okapi/props]: the dictionary. One typed key for each
//     canonical property
//   - [github.com/okapi-mail/okapi/store]: mailboxes, folders, messages and live tables
//     on any backend
//   - [github.com/okapi-mail/okapi/store/pebblestore] and
//     [github.com/okapi-mail/okapi/store/memstore]: stores on disk and in memory
//   - [github.com/okapi-mail/okapi/store/driver] and
//     [github.com/okapi-mail/okapi/store/drivertest]: what a backend provides, and the
//     suite that it must pass
//   - [github.com/okapi-mail/okapi/rfc822]: Internet mail to messages and back, byte for
//     byte where nothing was changed
//
// A program opens a store, takes a mailbox, and works with folders and messages;
// the example shows it. The folder examples has whole programs.
package okapi
