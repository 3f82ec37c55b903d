// Package store keeps mailboxes: folders, messages with everything MAPI knows of
// them, and tables that list them, on a pluggable ordered key-value backend.
//
// It is for programs that serve mail, calendars and contacts to others: a
// gateway, a delivery agent, a migration. Such a program opens a store with
// pebblestore.Open (a directory) or memstore.New (tests), and works with the types
// of this package from then on, whatever the backend.
//
//	st, err := pebblestore.Open("mail.db", nil)
//	box, err := st.CreateMailbox(ctx, "ada@example.org", nil)
//	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
//	id, err := inbox.Add(ctx, msg, nil) // msg is a *mapi.Message
//
// # Nouns
//
//	Store ── Mailbox ── Folder ─┬─ Folder ...
//	            │               ├─ Message ─┬─ recipients
//	            │               │           └─ attachments ── embedded messages
//	            │               ├─ associated Message (settings, views, rules)
//	            │               └─ soft-deleted Message, Folder
//	            ├─ change log ── cursors
//	            └─ named properties
//
// In the order in which a program meets them:
//
//   - A [Store] holds mailboxes on one backend.
//   - A [Mailbox] is a message store in the sense of MAPI: a tree of folders with
//     one series of change numbers, and special folders such as the Inbox.
//   - A [Folder] is a handle on a folder; [Counts] are its numbers.
//   - A [Message] is an opened message: read it, change it, Save it. A [Stream]
//     reads and writes a large property piece by piece.
//   - A [View] says which rows and columns a [Table] shows, in which order; a
//     [Row] is one of them.
//   - A [Change] is an entry of the durable change log; [Mailbox.Subscribe] tells
//     of changes as they happen.
//   - A [Gate] refuses what should not be written, such as what is over a quota.
//
// Messages come in and go out as [mapi.Message] values, which know no store;
// package rfc822 makes them of Internet mail and back.
//
// # Time
//
// Each call that only reads sees one snapshot: all of what was committed before
// it, and nothing of what is committed meanwhile. An opened message stays as it
// was opened, whatever others do to it, except that large contents which another
// has removed can no longer be opened; [Message.Save] then reports
// mapi.ErrObjectModified, unless it is forced. Tables are live: each call sees the
// folder as it is then.
//
// Each call that writes is one transaction, unless its description says that it
// takes several: it happens wholly or not at all, also when the power fails in the
// middle. On return it is on the disk, unless AddOptions.Relaxed or
// SaveOptions.Relaxed asks for speed; [Store.Sync] catches up with these. Writers
// of one mailbox come one after the other and share the disk's syncs; writers of
// different mailboxes do not wait for each other.
//
// Deleted messages and folders are kept aside, to be restored, until they are
// deleted again with Hard. Identifiers are never given out twice.
//
// # Size
//
// A folder may hold millions of messages: what a table shows first, its row count
// and the position of a row cost about the same in a folder of any size (see
// [Table]). A message may hold gigabytes: large values are streams, read when they
// are asked for. Equal attachments within a tenant are stored once.
//
// # Errors
//
// Errors are *mapi.Error and carry a MAPI code: errors.Is(err, mapi.ErrNotFound),
// errors.Is(err, fs.ErrNotExist). A mapi.WarnPartialCompletion says that a part of
// the work could not be done and the rest is done.
//
// # What it is not
//
// A store has no users: whoever has a [Mailbox] may do everything in it. It sends
// and receives no mail. Which behaviours it shows is listed, by specification, in
// docs/standards/store.md.
package store
