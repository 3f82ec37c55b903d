package tnef

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// An Issue is a rule that a stream broke, and where; see [entity.Issue]. Offsets
// count from the begin of the whole stream, also inside embedded messages.
type Issue = entity.Issue

// The rules that this package reports.
const (
	RuleTruncated entity.Rule = "tnef-truncated" // an attribute or a property goes on beyond what is there
	RuleChecksum  entity.Rule = "tnef-checksum"  // the checksum of an attribute is wrong
	RuleLevel     entity.Rule = "tnef-level"     // a level that is none, or is not that of the attribute
	RuleAttribute entity.Rule = "tnef-attribute" // an unknown attribute
	RuleTrailing  entity.Rule = "tnef-trailing"  // bytes behind the last attribute, or behind a list
	RuleValue     entity.Rule = "tnef-value"     // a value that its attribute or property cannot have
	RuleType      entity.Rule = "tnef-type"      // a property type that TNEF does not have
	RuleName      entity.Rule = "tnef-name"      // a named property without a usable name
	RuleCodepage  entity.Rule = "tnef-codepage"  // an unknown code page
	RuleObject    entity.Rule = "tnef-object"    // an embedded message or object that cannot be read
	RuleLimit     entity.Rule = "tnef-limit"     // more than a limit of Options allows
)

// Options bound and watch [Decode]. The zero value and nil mean the defaults.
type Options struct {
	// What a stream may hold, together with the messages embedded in it. What goes
	// beyond is not read, and reported. 0 means 50,000 attributes, 100,000
	// properties, 100,000 values of properties with several, 10,000 recipients,
	// and 20 messages within each other.
	MaxAttributes, MaxProperties, MaxValues, MaxRecipients, MaxDepth int

	// MemoryLimit is how many bytes of the stream are held in memory; a longer one
	// is kept in a temporary file, and parts of the message refer to it. 0 means
	// 8 MiB.
	MemoryLimit int64

	// TempDir is where temporary files are made. "" means os.TempDir.
	TempDir string

	// InlineLimit is the size in bytes above which strings, binaries and objects
	// are streams. 0 means 32 KiB.
	InlineLimit int

	// Codepage is that of 8-bit strings when the stream names none that is known.
	// 0 means 1252.
	Codepage int32

	// Place is told where in the stream the content of an attachment stands, as it
	// is, in the order of the stream; not of attachments of embedded messages. nil
	// means nobody.
	Place func(a *mapi.Attachment, at entity.Range)

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	defaultTo := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	defaultTo(&d.MaxAttributes, 50_000)
	defaultTo(&d.MaxProperties, 100_000)
	defaultTo(&d.MaxValues, 100_000)
	defaultTo(&d.MaxRecipients, 10_000)
	defaultTo(&d.MaxDepth, 20)
	defaultTo(&d.InlineLimit, 32<<10)
	if d.MemoryLimit <= 0 {
		d.MemoryLimit = 8 << 20
	}
	if d.Codepage == 0 {
		d.Codepage = 1252
	}
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

// charset is that of a code page in which texts end at a NUL.
func charset(codepage int32) (*entity.Charset, bool) {
	switch codepage {
	case 1200, 1201, 12000, 12001:
		return nil, false
	}
	return entity.CharsetOf(codepage)
}
