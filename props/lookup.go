package props

import (
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// An Info is what the dictionary knows about a property.
type Info struct {
	Name    string    // canonical name
	Prop    mapi.Prop // identity and type
	Meaning string    // what it holds, in a few words
	Area    string    // what it belongs to: "mail", "calendar", "contact", "folder", …
	Objects []string  // objects that have it, as far as known: "message", "folder", "store", …
	Spec    string    // section that defines it: "MS-OXCMSG 2.2.1.46"; may be empty
	Aliases []string  // other names: PR_SUBJECT, dispidReminderSet, older spellings

	Computed        bool // a store works it out on at least one of its objects
	ReadOnly        bool // clients cannot set it on at least one of the objects
	Local           bool // stays behind when a message is sent or copied to another store
	AddressBookOnly bool // has a meaning only in the address book protocol

	show func(mapi.Value) string // the name of an enumeration's value, or nil
}

// Lookup finds a property by its canonical name, an older spelling of it, or the
// name of another naming system: "PidTagSubject", "PR_SUBJECT", "PR_SUBJECT_W",
// "dispidReminderSet". Names compare exactly. Where a name stands for several
// properties the one of MS-OXPROPS is returned.
func Lookup(name string) (Info, bool) {
	if i, ok := sort.Find(len(catalogue), func(i int) int {
		return strings.Compare(name, catalogue[i].Name)
	}); ok {
		return catalogue[i].clone(), true
	}
	if i, ok := sort.Find(len(byAlias), func(i int) int {
		return strings.Compare(name, byAlias[i].name)
	}); ok {
		return catalogue[byAlias[i].at].clone(), true
	}
	if base, ok := cutWidth(name); ok {
		return Lookup(base)
	}
	return Info{}, false
}

// ByTag returns the properties of a 32-bit tag. With PtypUnspecified it returns
// those of all types. Several names can share one tag: folders and messages, or
// messages of different classes, use the same id. Tags from 0x80000000 up are
// those of the address book; in a store they stand for named properties, which
// only that store knows.
func ByTag(t mapi.Tag) []Info { return ByProp(mapi.Tagged(t)) }

// ByProp returns the properties with the identity and type of p. With
// PtypUnspecified it returns those of all types:
//
//	props.ByProp(mapi.NamedID(props.PSETIDCommon, 0x8503, mapi.PtypUnspecified))
func ByProp(p mapi.Prop) []Info {
	var list []Info
	for info := range slot(p) {
		if p.Type.Fits(info.Prop.Type) {
			list = append(list, info.clone())
		}
	}
	return list
}

// Name returns the canonical name of p, and p.String() when it has none. Where
// several properties share the identity and type of p, it is the first one of
// MS-OXPROPS; [ByProp] has all.
func Name(p mapi.Prop) string {
	if info := find(p); info != nil {
		return info.Name
	}
	return p.String()
}

// All yields all properties of the dictionary in the order of their names.
func All() iter.Seq[Info] {
	return func(yield func(Info) bool) {
		for i := range catalogue {
			if !yield(catalogue[i].clone()) {
				return
			}
		}
	}
}

// find returns what gives p its name, or nil.
func find(p mapi.Prop) *Info {
	for info := range slot(p) {
		if p.Type.Fits(info.Prop.Type) {
			return info
		}
	}
	return nil
}

// slot yields the properties with the identity of p, whatever their types.
func slot(p mapi.Prop) iter.Seq[*Info] {
	return func(yield func(*Info) bool) {
		at := sort.Search(len(byProp), func(i int) bool {
			return catalogue[byProp[i]].Prop.Untyped().Compare(p.Untyped()) >= 0
		})
		for _, i := range byProp[at:] {
			if !catalogue[i].Prop.Same(p) || !yield(&catalogue[i]) {
				return
			}
		}
	}
}

type alias struct {
	name string
	at   uint16
}

// cutWidth removes the mark of the 8-bit or the wide form from a header's name.
func cutWidth(name string) (string, bool) {
	if !strings.HasPrefix(name, "PR_") {
		return "", false
	}
	for _, suffix := range []string{"_W", "_A", "_UNICODE"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			return base, true
		}
	}
	return "", false
}

// clone returns an Info whose lists the caller may change.
func (i Info) clone() Info {
	i.Aliases, i.Objects = slices.Clone(i.Aliases), slices.Clone(i.Objects)
	return i
}
