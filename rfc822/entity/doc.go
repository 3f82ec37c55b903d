// Package entity reads and writes the syntax of Internet mail: header fields,
// MIME structure, transfer encodings, charsets, addresses, dates and encoded
// words. It knows nothing of MAPI; package rfc822 gives the meaning.
//
// Everything is lenient: [Parse] finds a structure in any bytes, and reports
// what broke a rule as an [Issue] instead of failing. It keeps no content, only
// byte ranges, so that the whole mail can always be written again as it came.
//
// # Nouns
//
//   - [Part]: a header and a body, as ranges of the source, with the parts in it
//   - [Header] and [Field]: header fields with their raw bytes
//   - [Media]: a value with parameters (Content-Type, Content-Disposition)
//   - [Address], [ParseDate], [DecodeWords]: what is inside header fields
//   - [Encoding]: base64, quoted-printable, uuencode, and how exactly a text was
//     encoded ([Layout]), so that it can be encoded to the same bytes again
//   - [Charset]: a character set with its Windows code page
//
// # Why not go-message
//
// github.com/emersion/go-message is strict by policy: one header line without a
// colon fails the mail, a bad part header loses all later parts, one bad address
// empties a list; it has no bound on parts or depth, and its charset support is
// a variable that all users of a process share. Its writer panics next to a field
// name that is longer than a line. The way in which it folds is kept (package
// rfc822), and tests compare with it.
//
// RFC 5322, 2045, 2046, 2047, 2183, 2231, 2152 (UTF-7).
package entity
