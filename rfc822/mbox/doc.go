// Package mbox reads and writes files that hold many mails: mbox in its
// variants, and Maildir folders. Both are streams of raw mails; package rfc822
// gives them a meaning.
//
//	r := mbox.NewReader(f, mbox.RD)
//	for {
//		mail, err := r.Next()
//		if err == io.EOF {
//			break
//		}
//		msg, err := rfc822.Decode(mail, nil)
//		…
//	}
//
// # The variants
//
// Mails begin with a line "From sender date", after an empty line. What the text
// of a mail has of such lines is quoted, and that differs (RFC 4155 names the
// default; the variants are described in mbox(5) of several systems):
//
//   - [O]: "From " became ">From ". It cannot be undone, because a text may have
//     had ">From " itself; it is left as it is.
//   - [RD]: one ">" was added to each line that is "From " after any number of
//     ">". Reading takes it off again: what was written is read byte for byte.
//   - [CL2]: nothing is quoted; the header field Content-Length tells the length
//     of the body. Where it is missing or too short, the next "From " line ends
//     the mail.
//
// # Maildir
//
// [Maildir] reads the mails of a directory with a file for each, and of its folders;
// [MaildirWriter] puts mails there, sets their flags and makes folders, while other
// programs do the same (https://cr.yp.to/proto/maildir.html, with the folders and sizes
// in names of Maildir++, https://www.courier-mta.org/imap/README.maildirquota.html).
// File names on Windows have no colons: what stands before the flags is ";" there, which
// is read on every system.
package mbox
