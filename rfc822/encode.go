package rfc822

import (
	"io"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// EncodeOptions say how [Encode] writes mail. The zero value and nil mean the
// defaults.
type EncodeOptions struct {
	// Regenerate writes mail anew even if the original bytes still hold.
	Regenerate bool

	// Transport leaves out Bcc, as mail that is handed over for sending must.
	// The original bytes are then not used when they have such a field.
	Transport bool

	// For are those who get this copy of the mail: what they want decides about
	// its form (MS-OXCMAIL 2.1; see [Copies]), unless the message says itself what
	// it is to be. Its header names all recipients whatever For says. nil means all.
	For []*mapi.Recipient

	// UTF8 writes the texts of header fields as UTF-8 instead of encoded words,
	// and domains readable (RFC 6532): for transports that offer SMTPUTF8.
	UTF8 bool

	// Flowed writes plain text as format=flowed (RFC 3676): in short lines, which
	// programs join to paragraphs of the width of their window. Blanks at the end of
	// paragraphs are lost, as that form demands. Text of more than 1 MiB, which is
	// not read into memory, is written as it is.
	Flowed bool

	// Resolve returns the SMTP address of one of another type, such as "EX" and
	// a distinguished name. It is asked when a message has no SMTP address
	// beside it. nil, and an address that is not found, mean that only the name
	// is written.
	Resolve func(addressType, address string) (smtp string, ok bool)

	// TNEF says when a message is put into winmail.dat. The zero value is
	// [TNEFAsItCame].
	TNEF TNEF

	// ReportingMTA is the name of this host in delivery reports that do not say
	// where they come from. "" means "localhost".
	ReportingMTA string

	// Location is the zone of times in invitations that name none; see
	// [DecodeOptions]. nil means UTC.
	Location *time.Location

	// Boundary returns a new boundary for each multipart: at most 70 characters
	// that RFC 2046 5.1.1 allows, unlike any line of a body. nil means random
	// ones.
	Boundary func() string

	// MessageID returns the Message-ID, with its brackets, of a message that has
	// none. nil means that such a message is written without.
	MessageID func() string

	// Date is written when a message has no date of submission. The zero time
	// means that such a message is written without.
	Date time.Time
}

// Encode writes msg as mail: the bytes that it was decoded from when they still
// hold (see [Source]), else newly made ones with CRLF line ends (MS-OXCMAIL 2.1).
// An error is one of w, or of reading a stream of msg.
func Encode(w io.Writer, msg *mapi.Message, opts *EncodeOptions) error {
	var o EncodeOptions
	if opts != nil {
		o = *opts
	}
	if err := encode(w, msg, &o); err != nil {
		return &mapi.Error{Op: "rfc822.Encode", Code: mapi.CodeOf(err), Err: err}
	}
	return nil
}

func encode(w io.Writer, msg *mapi.Message, o *EncodeOptions) error {
	if !o.Regenerate && !(o.Transport && hasBcc(msg)) {
		src, err := openOriginal(msg)
		if err == nil && src != nil {
			defer src.Close()
			_, err = src.WriteTo(w)
			return err
		}
		// A recipe that cannot be read is no reason not to write the mail.
	}
	return generate(w, msg, o)
}
