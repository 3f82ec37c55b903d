package vcard

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A phone is one of the numbers that a contact can have.
type phone struct {
	slot  slot
	prop  mapi.Prop
	name  string // of the property
	types string // as they are written, by commas
}

// phones are all numbers, in the order in which they are written (MS-OXVCARD,
// TEL and 2.1.3.9.5).
func phones() [19]phone {
	return [...]phone{
		{"tel.business", props.PidTagBusinessTelephoneNumber.Prop(), "TEL", "WORK,VOICE"},
		{"tel.business2", props.PidTagBusiness2TelephoneNumber.Prop(), "TEL", "WORK,VOICE"},
		{"tel.home", props.PidTagHomeTelephoneNumber.Prop(), "TEL", "HOME,VOICE"},
		{"tel.home2", props.PidTagHome2TelephoneNumber.Prop(), "TEL", "HOME,VOICE"},
		{"tel.mobile", props.PidTagMobileTelephoneNumber.Prop(), "TEL", "CELL,VOICE"},
		{"tel.primary", props.PidTagPrimaryTelephoneNumber.Prop(), "TEL", "PREF,VOICE"},
		{"tel.other", props.PidTagOtherTelephoneNumber.Prop(), "TEL", "VOICE"},
		{"tel.pager", props.PidTagPagerTelephoneNumber.Prop(), "TEL", "PAGER"},
		{"tel.car", props.PidTagCarTelephoneNumber.Prop(), "TEL", "CAR,VOICE"},
		{"tel.isdn", props.PidTagIsdnNumber.Prop(), "TEL", "ISDN"},
		{"fax.business", props.PidTagBusinessFaxNumber.Prop(), "TEL", "WORK,FAX"},
		{"fax.home", props.PidTagHomeFaxNumber.Prop(), "TEL", "HOME,FAX"},
		{"fax.primary", props.PidTagPrimaryFaxNumber.Prop(), "TEL", "FAX"},
		{"tel.assistant", props.PidTagAssistantTelephoneNumber.Prop(), "X-MS-TEL", "VOICE,ASSISTANT"},
		{"tel.callback", props.PidTagCallbackTelephoneNumber.Prop(), "X-MS-TEL", "VOICE,CALLBACK"},
		{"tel.company", props.PidTagCompanyMainTelephoneNumber.Prop(), "X-MS-TEL", "VOICE,COMPANY"},
		{"tel.radio", props.PidTagRadioTelephoneNumber.Prop(), "X-MS-TEL", "VOICE,RADIO"},
		{"tel.tty", props.PidTagTelecommunicationsDeviceForDeafTelephoneNumber.Prop(), "X-MS-TEL", "TTYTDD"},
		{"tel.telex", props.PidTagTelexNumber.Prop(), "X-EVOLUTION-TELEX", ""},
	}
}

// kinds are what the types of a number are called, beside those of the standards, by
// one program or another.
func phoneKind(t string) slot {
	switch t {
	case "fax", "x-fax":
		return "fax"
	case "cell", "mobile", "iphone", "x-mobile", "x-cell":
		return "tel.mobile"
	case "pager":
		return "tel.pager"
	case "car", "x-car", "carphone":
		return "tel.car"
	case "isdn":
		return "tel.isdn"
	case "assistant", "x-assistant", "assistantphone", "x-evolution-assistant", "x-ms-assistant":
		return "tel.assistant"
	case "callback", "x-callback", "x-evolution-callback", "callbackphone":
		return "tel.callback"
	case "company", "x-company", "x-evolution-company", "main", "companymain", "company_main":
		return "tel.company"
	case "radio", "x-radio", "x-evolution-radio":
		return "tel.radio"
	case "ttytdd", "ttyttd", "tty-tdd", "tty_tdd", "tty", "x-tty", "textphone", "x-evolution-ttytdd":
		return "tel.tty"
	case "telex", "tlx", "x-telex", "x-evolution-telex":
		return "tel.telex"
	case "home", "x-home2":
		return "tel.home"
	case "work", "x-work2":
		return "tel.business"
	}
	return ""
}

// phone takes a number by its types, and by the label that Apple gives it. A type
// that nobody knows makes it another number, not one of the known kinds.
func (d *decoder) phone(p *Prop) slot {
	number, ok := phoneNumber(p)
	if !ok {
		return ""
	}
	words := types(p)
	if l := d.label(p); l != "" {
		words = append(words, l)
	}
	if p.Name != "TEL" && p.Name != "X-MS-TEL" {
		words = append(words, strings.ToLower(p.Name))
	}
	for _, s := range phoneSlots(words, p.Param("PREF") == "1") {
		if d.has(s) {
			continue
		}
		for _, f := range phones() {
			if f.slot == s {
				return d.first(s, f.prop, number)
			}
		}
	}
	return ""
}

// phoneSlots are where a number of these types can go, best first.
func phoneSlots(words []string, preferred bool) []slot {
	var special slot
	place := func(t string, s slot) bool { return slices.Contains(words, t) && s != "" }
	for _, t := range words {
		switch k := phoneKind(t); k {
		case "", "tel.home", "tel.business":
		case "fax":
			special = k
		default:
			if special == "" {
				special = k
			}
		}
	}
	home, work := place("home", "h") || place("x-home2", "h"), place("work", "w") || place("x-work2", "w")
	switch {
	case special == "fax" && work:
		return []slot{"fax.business"}
	case special == "fax" && home:
		return []slot{"fax.home"}
	case special == "fax":
		return []slot{"fax.primary"}
	case special != "":
		return []slot{special}
	case slices.Contains(words, "x-work2"):
		return []slot{"tel.business2"}
	case slices.Contains(words, "x-home2"):
		return []slot{"tel.home2"}
	case work:
		return []slot{"tel.business", "tel.business2"}
	case home:
		return []slot{"tel.home", "tel.home2"}
	case preferred || slices.Contains(words, "pref"):
		return []slot{"tel.primary", "tel.other"}
	}
	return []slot{"tel.other"}
}

// phoneNumber is a number as people write it. A URI of another kind than tel: is
// none.
func phoneNumber(p *Prop) (string, bool) {
	s := strings.TrimSpace(p.Text())
	scheme, rest, ok := strings.Cut(s, ":")
	if ok && isScheme(scheme) {
		if !strings.EqualFold(scheme, "tel") {
			return "", false
		}
		s, rest, ok = strings.Cut(rest, ";ext=")
		if ok {
			s += " x" + rest
		}
	}
	return s, s != ""
}

func isScheme(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(s) > 1
}

// phones writes the numbers.
func (g *generator) phones() {
	has := func(s slot) bool {
		for _, f := range phones() {
			if f.slot == s {
				return text(g.msg, f.prop) != ""
			}
		}
		return false
	}
	for _, f := range phones() {
		number := text(g.msg, f.prop)
		if number == "" {
			continue
		}
		p := Prop{Name: f.name, Value: line.Escape(number)}
		if f.types != "" {
			p.Params = []line.Param{{Name: "TYPE", Values: strings.Split(f.types, ",")}}
		}
		switch { // the second number stays the second without a first
		case f.slot == "tel.business2" && !has("tel.business"):
			p.Params[0].Values = append(p.Params[0].Values, "X-WORK2")
		case f.slot == "tel.home2" && !has("tel.home"):
			p.Params[0].Values = append(p.Params[0].Values, "X-HOME2")
		}
		g.add(f.slot, p)
	}
}
