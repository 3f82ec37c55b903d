package msg

import (
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

// DecodeOptions bound and watch [Decode]. The zero value and nil mean the defaults.
type DecodeOptions struct {
	// MaxDepth is how deep messages are nested. A message below is left as it is: a
	// compound file in PidTagAttachDataObject. 0 means 50; more than 100 is 100.
	MaxDepth int

	// MaxRecipients, MaxAttachments and MaxProperties are how many a message gets, and
	// how many properties each object. What exceeds them is left out. 0 means 50,000,
	// 10,000 and 16,384.
	MaxRecipients, MaxAttachments, MaxProperties int

	// MaxEntries is how many storages and streams the compound file may have; a
	// recipient takes about fifteen. A file with more is [mapi.ErrTooBig]. 0 means
	// 524,288; each takes up to 350 bytes of memory while the file is read.
	MaxEntries int

	// MemoryLimit is how many bytes of values the message holds in memory. More is
	// [mapi.ErrTooBig]. 0 means 256 MiB.
	MemoryLimit int64

	// InlineLimit is the size in bytes from which single values stay in the file. 0
	// means 32 KiB.
	InlineLimit int

	// Codepage is that of 8-bit strings in a message that does not say. 0 means 1252.
	Codepage int

	// Report is told what broke a rule. nil means nobody.
	Report func(Issue)
}

func (o *DecodeOptions) withDefaults() DecodeOptions {
	var d DecodeOptions
	if o != nil {
		d = *o
	}
	d.MaxDepth = min(orDefault(d.MaxDepth, 50), 100)
	d.MaxRecipients = orDefault(d.MaxRecipients, 50_000)
	d.MaxAttachments = orDefault(d.MaxAttachments, 10_000)
	d.MaxProperties = orDefault(d.MaxProperties, 1<<14)
	d.MaxEntries = orDefault(d.MaxEntries, 1<<19)
	d.MemoryLimit = orDefault(d.MemoryLimit, 256<<20)
	d.InlineLimit = orDefault(d.InlineLimit, 32<<10)
	d.Codepage = orDefault(d.Codepage, 1252)
	if d.Report == nil {
		d.Report = func(Issue) {}
	}
	return d
}

func orDefault[T int | int64](n, absent T) T {
	if n <= 0 {
		return absent
	}
	return n
}

// EncodeOptions change what [Encode] writes. The zero value and nil mean the defaults.
type EncodeOptions struct {
	// Codepage makes a file of 8-bit strings in that code page, for programs that know
	// no others; characters that it has not become question marks. It is told in
	// PidTagMessageCodepage. 0 means Unicode.
	Codepage int

	// LargeSectors gives the file sectors of 4,096 bytes (version 4 of compound files)
	// instead of 512. Files beyond 2 GiB have them always.
	LargeSectors bool

	// MaxDepth is how deep messages may be nested; deeper ones are
	// [mapi.ErrTooComplex]. 0 means 50; more than 100 is 100.
	MaxDepth int

	// MemoryLimit is how many bytes of an OLE object that is a stream without random
	// access are read into memory; more is [mapi.ErrTooBig]. 0 means 64 MiB.
	MemoryLimit int64
}

func (o *EncodeOptions) withDefaults() EncodeOptions {
	var d EncodeOptions
	if o != nil {
		d = *o
	}
	d.MaxDepth = min(orDefault(d.MaxDepth, 50), 100)
	d.MemoryLimit = orDefault(d.MemoryLimit, 64<<20)
	return d
}

// A Rule names what a file broke.
type Rule string

// The rules that are reported.
const (
	RuleContainer  Rule = "container"   // the compound file is damaged
	RuleProperties Rule = "properties"  // a list of properties is missing, cut off or too long
	RuleType       Rule = "type"        // a property of a type that none can have
	RuleName       Rule = "name"        // a named property without a name
	RuleTwice      Rule = "twice"       // a property that is there already
	RuleValue      Rule = "value"       // a value that is missing or damaged
	RuleUnlisted   Rule = "unlisted"    // a value that the list of properties has not; it is taken
	RuleCodepage   Rule = "codepage"    // an unknown code page
	RuleRecipients Rule = "recipients"  // more than MaxRecipients
	RuleAttach     Rule = "attachments" // more than MaxAttachments
	RuleDepth      Rule = "depth"       // nested deeper than MaxDepth
)

// An Issue is a rule that a file broke, and where. It is no error: the rest of the
// message is there.
type Issue struct {
	Rule   Rule
	Path   string    // of the storage or stream in the file: "__attach_version1.0_#00000000"
	Prop   mapi.Prop // the property concerned, or zero
	Detail string    // what is wrong, in a few words
}

// String returns the issue in one line.
func (i Issue) String() string {
	s := string(i.Rule)
	if i.Path != "" {
		s += " in " + i.Path
	}
	if i.Prop != (mapi.Prop{}) {
		s += fmt.Sprintf(", %v", i.Prop)
	}
	if i.Detail != "" {
		s += ": " + i.Detail
	}
	return s
}
