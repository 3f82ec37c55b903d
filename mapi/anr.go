package mapi

import "strings"

// ambiguousName is PidTagAnr. It is never stored: a condition on it asks for
// objects that a name may mean.
var ambiguousName = Prop{ID: 0x360C, Type: PtypString}

// Where names are looked up: in entries of an address book by the beginnings of
// words, in messages anywhere.
var (
	entryNames = []Prop{
		{ID: 0x3001, Type: PtypString}, // PidTagDisplayName
		{ID: 0x3003, Type: PtypString}, // PidTagEmailAddress
		{ID: 0x39FE, Type: PtypString}, // PidTagSmtpAddress
		{ID: 0x3A00, Type: PtypString}, // PidTagAccount
	}
	messageNames = []Prop{
		{ID: 0x0037, Type: PtypString}, // PidTagSubject
		{ID: 0x0C1A, Type: PtypString}, // PidTagSenderName
		{ID: 0x0042, Type: PtypString}, // PidTagSentRepresentingName
	}
)

// compileAmbiguousName asks that each word of the constant is found.
func compileAmbiguousName(r *PropertyRestriction) (condition, error) {
	text, ok := r.Value.(string)
	if !ok || r.Op != EqualTo || r.Prop.Type.IsMultiple() || !r.Prop.Type.IsString() {
		return nil, tooComplex(r.Prop, "names are resolved by equality with a string only")
	}
	var all allOf
	for _, word := range strings.Fields(text) {
		begins := newTextPattern(PrefixOnWord|IgnoreCase, word)
		within := newTextPattern(Substring|IgnoreCase, word)
		var any anyOf
		for _, p := range entryNames {
			any = append(any, &hasText{p, begins})
		}
		for _, p := range messageNames {
			any = append(any, &hasText{p, within})
		}
		all = append(all, any)
	}
	return all, nil
}
