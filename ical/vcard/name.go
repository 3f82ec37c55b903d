package vcard

import (
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// parts takes a structured value apart. Missing parts are empty.
func parts(value string, n int) []string {
	list := line.Split(value, ';')
	for len(list) < n {
		list = append(list, "")
	}
	return list
}

// name takes N: family, given and further names, titles before and after (RFC 6350
// 6.2.2). Several values of a part become one, with spaces between them; the comma
// of version 2.1 is one.
func (d *decoder) name(p *Prop) slot {
	if p.Param("PHONETIC") != "" {
		return d.pronunciation(p)
	}
	if d.has("n") {
		return ""
	}
	list := parts(p.Value, 7)
	text := func(i int) string {
		if d.card.Version.form() == V21 {
			return strings.TrimSpace(line.Unescape(list[i]))
		}
		values := line.Split(list[i], ',')
		for j := range values {
			values[j] = strings.TrimSpace(line.Unescape(values[j]))
		}
		return strings.TrimSpace(strings.Join(values, " "))
	}
	generation := text(4)
	if generation == "" {
		generation = text(6) // RFC 9554 2.2
	}
	found := d.set(props.PidTagSurname.Prop(), text(0))
	found = d.set(props.PidTagGivenName.Prop(), text(1)) || found
	found = d.set(props.PidTagMiddleName.Prop(), text(2)) || found
	found = d.set(props.PidTagDisplayNamePrefix.Prop(), text(3)) || found
	found = d.set(props.PidTagGeneration.Prop(), generation) || found
	if !found {
		return ""
	}
	return "n"
}

// pronounced is the slot of how a name is spoken, family and given name.
const pronounced slot = "pronunciation"

// pronunciation takes a name as it is spoken: N of RFC 9554 4.6, and SOUND;X-IRMC-N of
// Japanese phones, which has the same parts.
func (d *decoder) pronunciation(p *Prop) slot {
	if d.has(pronounced) {
		return ""
	}
	list := parts(p.Value, 2)
	found := d.set(props.PidLidYomiLastName.Prop(), line.Unescape(list[0]))
	found = d.set(props.PidLidYomiFirstName.Prop(), line.Unescape(list[1])) || found
	if !found {
		return ""
	}
	return pronounced
}

// pronouncedPart takes one part of it, as a property of its own.
func (d *decoder) pronouncedPart(p *Prop, part mapi.Prop) slot {
	if d.msg.Has(part) || !d.set(part, p.Text()) {
		return ""
	}
	return pronounced
}

// org takes the company, and the units below it as the department.
func (d *decoder) org(p *Prop) slot {
	if d.has("org") {
		return ""
	}
	list := parts(p.Value, 1)
	var units []string
	for _, u := range list[1:] {
		if u = strings.TrimSpace(line.Unescape(u)); u != "" {
			units = append(units, u)
		}
	}
	found := d.set(props.PidTagCompanyName.Prop(), strings.TrimSpace(line.Unescape(list[0])))
	found = d.set(props.PidTagDepartmentName.Prop(), strings.Join(units, "; ")) || found
	if !found {
		return ""
	}
	return "org"
}

// fullName is the name of a contact that has no display name: its parts, or else
// what one knows it by.
func fullName(m mapi.Getter) string {
	var words []string
	for _, k := range []mapi.Prop{
		props.PidTagDisplayNamePrefix.Prop(), props.PidTagGivenName.Prop(), props.PidTagMiddleName.Prop(),
		props.PidTagSurname.Prop(), props.PidTagGeneration.Prop(),
	} {
		if s := text(m, k); s != "" {
			words = append(words, s)
		}
	}
	if len(words) > 0 {
		return strings.Join(words, " ")
	}
	for _, k := range []mapi.Prop{
		props.PidTagCompanyName.Prop(), props.PidTagNickname.Prop(), props.PidLidFileUnder.Prop(), props.PidLidEmail1EmailAddress.Prop(),
		props.PidTagMobileTelephoneNumber.Prop(), props.PidTagBusinessTelephoneNumber.Prop(), props.PidTagHomeTelephoneNumber.Prop(),
	} {
		if s := text(m, k); s != "" {
			return s
		}
	}
	return ""
}

// fileUnder is the name by which a contact is sorted when nobody says another:
// "Surname, Given Middle".
func fileUnder(m mapi.Getter) (string, mapi.FileUnderID) {
	surname, given := text(m, props.PidTagSurname.Prop()), text(m, props.PidTagGivenName.Prop())
	if middle := text(m, props.PidTagMiddleName.Prop()); middle != "" {
		given = strings.TrimSpace(given + " " + middle)
	}
	switch {
	case surname != "" && given != "":
		return surname + ", " + given, mapi.FileUnderLastNameAndFirstName
	case surname != "":
		return surname, mapi.FileUnderLastNameAndFirstName
	}
	return text(m, props.PidTagDisplayName.Prop()), mapi.FileUnderDisplayName
}

// text is the value of a text property, or "".
func text(m mapi.Getter, p mapi.Prop) string {
	switch v := m.Get(p).(type) {
	case string:
		return v
	case mapi.Stream:
		s, _ := mapi.ReadValue(p.Type, v, props.MaxValue)
		t, _ := s.(string)
		return t
	}
	return ""
}

// finishContact sets what follows from several properties.
func (d *decoder) finishContact() {
	m := d.msg
	d.finishAddresses()
	d.finishEmails() // their names need that of the contact
	name := text(m, props.PidTagDisplayName.Prop())
	if name == "" {
		name = fullName(m)
	}
	d.finish("IPM.Contact", name)
	props.PidTagIconIndex.Set(m, mapi.IconContact)
	if def, id := fileUnder(m); def != "" {
		switch own := text(m, props.PidLidFileUnder.Prop()); own {
		case "", def:
			props.PidLidFileUnder.Set(m, def)
			props.PidLidFileUnderId.Set(m, id)
		default:
			props.PidLidFileUnderId.Set(m, mapi.FileUnderCustom)
		}
	}
	if len(d.kids) > 0 {
		props.PidTagChildrensNames.Set(m, d.kids)
	}
	if d.picture != nil {
		d.attachPhoto()
	}
	props.PidLidHasPicture.Set(m, d.photo != "")
}

// names writes FN, N, the company and all that is a plain text.
func (g *generator) names() {
	m := g.msg
	fn := text(m, props.PidTagDisplayName.Prop())
	if fn == "" {
		fn = fullName(m)
	}
	g.add("fn", Prop{Name: "FN", Value: line.Escape(fn)}) // also without a text: RFC 6350 6.2.1
	var n []byte
	for i, p := range []mapi.Prop{
		props.PidTagSurname.Prop(), props.PidTagGivenName.Prop(), props.PidTagMiddleName.Prop(),
		props.PidTagDisplayNamePrefix.Prop(), props.PidTagGeneration.Prop(),
	} {
		if i > 0 {
			n = append(n, ';')
		}
		n = line.AppendEscaped(n, text(m, p))
	}
	if len(n) > 4 || g.version != V4 {
		g.add("n", Prop{Name: "N", Value: string(n)})
	}
	company, department := text(m, props.PidTagCompanyName.Prop()), text(m, props.PidTagDepartmentName.Prop())
	if company != "" || department != "" {
		value := line.Escape(company)
		if department != "" {
			value += ";" + line.Escape(department)
		}
		g.add("org", Prop{Name: "ORG", Value: value})
	}
	for _, t := range texts() {
		s := text(m, t.prop)
		switch t.name {
		case "X-EVOLUTION-FILE-AS":
			def, _ := fileUnder(m)
			id := props.PidLidFileUnderId.Or(m, mapi.FileUnderCustom) // made from the name: a change of that is change enough
			if s != def && id != mapi.FileUnderLastNameAndFirstName && id != mapi.FileUnderDisplayName {
				g.addText(slot(t.name), t.name, s)
			}
		case "FBURL":
			if s != "" {
				g.add(slot(t.name), Prop{Name: t.name, Value: uri(s)})
			}
		case "X-MS-SPOUSE": // see people
		case "X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME":
			g.addText(pronounced, t.name, s)
		case "X-MS-INTERESTS":
			name := t.name
			if g.version == V4 {
				name = "HOBBY" // RFC 6715 2.2
			}
			g.addText(slot(t.name), name, s)
		default:
			g.addText(slot(t.name), t.name, s)
		}
	}
}
