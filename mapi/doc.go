// Package mapi is the vocabulary that everything else in okapi speaks: property
// types and values, property identities, messages, restrictions, sort orders,
// identifiers, events and status codes.
//
// It knows no store and no file format. A [Message] built here is a plain value:
// converters make and read it, stores save and load it, tests write it by hand.
//
// # Properties
//
// A property is named by a [Prop]: a 16-bit id, or for named properties a
// property set with a number or a string, and a [Type]. A Prop means the same in
// every store. Package props has one typed key for each canonical property
// (props.PidTagSubject); use Prop directly for properties that are known only
// when the program runs.
//
// Values are Go values; [Value] has the table. Large ones may be a [Stream].
//
// # Nouns
//
//   - [Message] with its [Recipient] and [Attachment] rows, each a [Properties] bag
//   - [Restriction] and [SortOrder]: conditions and orders as data; [Match] and
//     [Compile] evaluate, [CheckRestriction] refuses early, [FormatRestriction] shows
//   - [Compare] and [AppendSortKey]: the one total order of values; [FoldString]:
//     what is equal among strings
//   - [EntryID], [SourceKey], [ChangeKey], [XID], [PCL]: identity and versions
//   - [Event]: what a store tells its subscribers
//   - [Code] and [Error]: MAPI status codes as Go errors
//
// The numbers follow MS-OXCDATA and MS-OXPROPS.
package mapi
