package body

import (
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// An Issue is a rule that a body broke, and where; see [rtf.Issue].
type Issue = rtf.Issue

// Rules that this package reports beside those of package rtf.
const (
	RuleTag      rtf.Rule = "tag"      // a tag of HTML longer than MaxTag; it is left out
	RuleElements rtf.Rule = "elements" // elements nested deeper than MaxDepth; the inner ones have no form of their own
	RulePicture  rtf.Rule = "picture"  // a picture larger than MaxPicture; it is left out
)

// Options say how bodies are converted. The zero value and nil mean the defaults.
type Options struct {
	// Codepage is the Windows code page of HTML that is not UTF-8, read or
	// written. For HTML that is read 0 means: see for yourself, by its byte order
	// mark, its meta element, or the bytes; a byte order mark is believed in any
	// case. For HTML that is written 0 means UTF-8, and so does a code page that
	// is unknown or changes its meaning on the way, as iso-2022-jp does; what the
	// code page lacks is written as &#N;.
	Codepage int

	// MaxDepth is how deep elements of HTML and groups of RTF may be nested with
	// a meaning of their own. 0 means 256.
	MaxDepth int

	// MaxTag is how long a tag of HTML may be, with what its attributes hold, in
	// bytes. 0 means 16 MiB.
	MaxTag int

	// MaxPicture is how large a picture of RTF may be, in bytes. 0 means 16 MiB.
	MaxPicture int

	// MaxSize is how large a body may be that is made in memory, in bytes: what
	// [Text], [HTML], [Fill] and a [View] return. Streams have no such bound. 0
	// means 64 MiB.
	MaxSize int64

	// Flowed says that text which is read is format=flowed, and DelSp that spaces
	// at the end of lines are no part of it (RFC 3676).
	Flowed, DelSp bool

	// Picture is given the pictures of RTF, in order, and returns the URL under
	// which HTML shows them; "" shows none. [DataURI] puts them into the HTML.
	// nil leaves them out.
	Picture func(Picture) string

	// Attachment is told where RTF has a place for an attachment, the n-th from 0
	// in order of PidTagRenderingPosition, and returns HTML to put there. nil
	// leaves the place empty.
	Attachment func(n int) string

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxDepth <= 0 {
		d.MaxDepth = 256
	}
	if d.MaxTag <= 0 {
		d.MaxTag = 16 << 20
	}
	if d.MaxPicture <= 0 {
		d.MaxPicture = 16 << 20
	}
	if d.MaxSize <= 0 {
		d.MaxSize = 64 << 20
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

func (o *Options) rtf() *rtf.Options { return &rtf.Options{MaxDepth: o.MaxDepth, Report: o.Report} }
