package vcard

import (
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A place is one of the three addresses of a contact (MS-OXOCNTC 2.2.1.3).
type place struct {
	id                                       mapi.PostalAddressID
	typ                                      string
	adr, whole                               slot
	box, street, city, region, code, country mapi.Prop
	countryCode, label                       mapi.Prop
}

func places() [3]place {
	return [3]place{
		{mapi.PostalAddressWork, "WORK", "adr.work", "label.work",
			props.PidLidWorkAddressPostOfficeBox.Prop(), props.PidLidWorkAddressStreet.Prop(), props.PidLidWorkAddressCity.Prop(),
			props.PidLidWorkAddressState.Prop(), props.PidLidWorkAddressPostalCode.Prop(), props.PidLidWorkAddressCountry.Prop(),
			props.PidLidWorkAddressCountryCode.Prop(), props.PidLidWorkAddress.Prop()},
		{mapi.PostalAddressHome, "HOME", "adr.home", "label.home",
			props.PidTagHomeAddressPostOfficeBox.Prop(), props.PidTagHomeAddressStreet.Prop(), props.PidTagHomeAddressCity.Prop(),
			props.PidTagHomeAddressStateOrProvince.Prop(), props.PidTagHomeAddressPostalCode.Prop(), props.PidTagHomeAddressCountry.Prop(),
			props.PidLidHomeAddressCountryCode.Prop(), props.PidLidHomeAddress.Prop()},
		{mapi.PostalAddressOther, "", "adr.other", "label.other",
			props.PidTagOtherAddressPostOfficeBox.Prop(), props.PidTagOtherAddressStreet.Prop(), props.PidTagOtherAddressCity.Prop(),
			props.PidTagOtherAddressStateOrProvince.Prop(), props.PidTagOtherAddressPostalCode.Prop(), props.PidTagOtherAddressCountry.Prop(),
			props.PidLidOtherAddressCountryCode.Prop(), props.PidLidOtherAddress.Prop()},
	}
}

// mailingPlace is the address that letters go to: a copy of one of the three.
func mailingPlace() place {
	return place{
		box: props.PidTagPostOfficeBox.Prop(), street: props.PidTagStreetAddress.Prop(), city: props.PidTagLocality.Prop(),
		region: props.PidTagStateOrProvince.Prop(), code: props.PidTagPostalCode.Prop(), country: props.PidTagCountry.Prop(),
		countryCode: props.PidLidAddressCountryCode.Prop(), label: props.PidTagPostalAddress.Prop(),
	}
}

func (a *place) parts() [6]mapi.Prop {
	return [6]mapi.Prop{a.box, a.street, a.city, a.region, a.code, a.country}
}

// exists reports whether any part of the address is there.
func (a *place) exists(m mapi.Getter) bool {
	for _, p := range a.parts() {
		if text(m, p) != "" {
			return true
		}
	}
	return false
}

// placeOf is where an address of these types goes.
func placeOf(words []string) place {
	list := places()
	for _, t := range words {
		switch t {
		case "work":
			return list[0]
		case "home":
			return list[1]
		}
	}
	return list[2]
}

// address takes ADR: post office box, further line, street, city, region, code,
// country, in this order (RFC 6350 6.3.1). The further line goes to the street,
// because that is where people look for it.
func (d *decoder) address(p *Prop) slot {
	words := types(p)
	a := placeOf(words)
	if d.has(a.adr) {
		return ""
	}
	list := parts(p.Value, 7)
	part := func(i int) string { return strings.TrimSpace(line.Unescape(list[i])) }
	street := part(2)
	if further := part(1); further != "" {
		street = strings.TrimSuffix(further+"\n"+street, "\n")
	}
	found := false
	for i, s := range [6]string{part(0), street, part(3), part(4), part(5), part(6)} {
		found = d.set(a.parts()[i], crlf(s)) || found
	}
	if !found {
		return ""
	}
	d.set(a.countryCode, p.Param("CC"))
	d.set(a.label, crlf(line.Unescape(p.Param("LABEL")))) // as RFC 6350 6.3.1 writes it
	if !d.chosen && (d.mailing == 0 || preference(p) <= 100) {
		d.mailing, d.chosen = a.id, preference(p) <= 100
	}
	return a.adr
}

// addressLabel takes LABEL: the address as it stands on a letter.
func (d *decoder) addressLabel(p *Prop) slot {
	a := placeOf(types(p))
	return d.first(a.whole, a.label, crlf(p.Text()))
}

// finishAddresses writes the whole addresses that nobody gave, and the one for
// letters.
func (d *decoder) finishAddresses() {
	for _, a := range places() {
		if text(d.msg, a.label) == "" {
			d.set(a.label, whole(d.msg, &a))
		}
		if a.id != d.mailing || text(d.msg, a.label) == "" {
			continue
		}
		m := mailingPlace()
		for i, p := range m.parts() {
			d.set(p, text(d.msg, a.parts()[i]))
		}
		d.set(m.countryCode, text(d.msg, a.countryCode))
		d.set(m.label, text(d.msg, a.label))
	}
	if d.mailing != 0 || d.chosen {
		props.PidLidPostalAddressId.Set(d.msg, d.mailing)
	}
}

// whole puts an address together as Outlook does for most countries.
func whole(m mapi.Getter, a *place) string {
	town := text(m, a.city)
	if r := text(m, a.region); r != "" {
		town = joined(town, ", ", r)
	}
	town = joined(town, "  ", text(m, a.code))
	box := text(m, a.box)
	return joined(joined(joined(box, "\r\n", text(m, a.street)), "\r\n", town), "\r\n", text(m, a.country))
}

func joined(a, sep, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

// addresses writes the three addresses. A message that has only the one for letters
// has it as that of work, or as what PidLidPostalAddressId says.
func (g *generator) addresses() {
	list := places()
	id, said := props.PidLidPostalAddressId.Get(g.msg)
	mailing := mailingPlace()
	alone := mailing.exists(g.msg)
	for _, a := range list {
		alone = alone && !a.exists(g.msg) && text(g.msg, a.label) == ""
	}
	for _, a := range list {
		from := a
		if alone && (a.id == id || a.id == mapi.PostalAddressWork && id == mapi.PostalAddressNone) {
			from = mailing
		}
		var types []string
		if a.typ != "" {
			types = append(types, a.typ)
		}
		label := text(g.msg, from.label)
		if label == whole(g.msg, &from) {
			label = ""
		}
		if from.exists(g.msg) {
			p := Prop{Name: "ADR", Value: addressValue(g.msg, &from)}
			if said && a.id == id {
				p = withTypes(p, append(types, "PREF"))
			} else {
				p = withTypes(p, types)
			}
			if cc := text(g.msg, from.countryCode); cc != "" {
				p = p.With("CC", cc)
			}
			if label != "" && g.version == V4 {
				p = p.With("LABEL", strings.NewReplacer("\r\n", "\n", `\`, `\\`).Replace(label))
				label = ""
			}
			g.add(a.adr, p)
		}
		if label != "" {
			g.add(a.whole, withTypes(Prop{Name: "LABEL", Value: line.Escape(label)}, types))
		}
	}
	if said && g.version == V21 {
		g.add("mailing", Prop{Name: "X-MS-OL-DEFAULT-POSTAL-ADDRESS", Value: string('0' + rune(id&3))})
	}
}

func withTypes(p Prop, types []string) Prop {
	if len(types) == 0 {
		return p
	}
	return p.With("TYPE", types...)
}

func addressValue(m mapi.Getter, a *place) string {
	var b []byte
	for i, p := range a.parts() {
		switch i {
		case 1:
			b = append(b, ";;"...) // no further line
		case 0:
		default:
			b = append(b, ';')
		}
		b = line.AppendEscaped(b, text(m, p))
	}
	return string(b)
}
