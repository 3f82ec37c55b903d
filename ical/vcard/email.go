package vcard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// An email is one of the three electronic addresses of a contact.
type email struct {
	kind, address string // "SMTP"
	name          string // said for this address; most have none
}

// emailProps are the properties of one of the three (MS-OXOCNTC 2.2.1.2).
type emailProps struct {
	slot                                      slot
	kind, address, name, original, originalID mapi.Prop
}

func emailSlots() [3]emailProps {
	return [3]emailProps{
		{"email1", props.PidLidEmail1AddressType.Prop(), props.PidLidEmail1EmailAddress.Prop(), props.PidLidEmail1DisplayName.Prop(),
			props.PidLidEmail1OriginalDisplayName.Prop(), props.PidLidEmail1OriginalEntryId.Prop()},
		{"email2", props.PidLidEmail2AddressType.Prop(), props.PidLidEmail2EmailAddress.Prop(), props.PidLidEmail2DisplayName.Prop(),
			props.PidLidEmail2OriginalDisplayName.Prop(), props.PidLidEmail2OriginalEntryId.Prop()},
		{"email3", props.PidLidEmail3AddressType.Prop(), props.PidLidEmail3EmailAddress.Prop(), props.PidLidEmail3DisplayName.Prop(),
			props.PidLidEmail3OriginalDisplayName.Prop(), props.PidLidEmail3OriginalEntryId.Prop()},
	}
}

// rank gives the three places to the preferred addresses, then to the first.
func (d *decoder) rank() {
	if d.list {
		return
	}
	type candidate struct{ prop, pref int }
	var list []candidate
	depth := 0
	for i := range d.card.Props {
		p := &d.card.Props[i]
		switch p.Name {
		case "BEGIN":
			depth++
		case "END":
			depth--
		case "EMAIL":
			if depth == 0 && len(list) < 1000 {
				list = append(list, candidate{i, preference(p)})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return a.pref - b.pref })
	n := 0
	for _, c := range list {
		if n == len(d.emails) {
			break
		}
		if e, ok := parseEmail(&d.card.Props[c.prop]); ok {
			d.emails[n] = e
			d.slots[c.prop] = emailSlots()[n].slot
			n++
		}
	}
}

// preference is 1 for the most preferred, up to 100, and 101 for none.
func preference(p *Prop) int {
	if n, err := strconv.Atoi(p.Param("PREF")); err == nil && 1 <= n && n <= 100 {
		return n
	}
	if slices.Contains(types(p), "pref") {
		return 1
	}
	return 101
}

// types are the values of TYPE in small letters, taken apart where quotes joined
// them.
func types(p *Prop) []string {
	values := typeValues(p)
	if len(values) == 0 {
		return nil
	}
	list := make([]string, 0, len(values)+2)
	for _, v := range values {
		if !strings.ContainsAny(v, ", ") && v != "" {
			list = append(list, strings.ToLower(v))
			continue
		}
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.TrimSpace(t); t != "" {
				list = append(list, strings.ToLower(t))
			}
		}
	}
	return list
}

// parseEmail reads an address, also one in the form `"Name" <address>`.
func parseEmail(p *Prop) (e email, ok bool) {
	e.kind, e.address = "SMTP", strings.TrimSpace(strings.ReplaceAll(p.Text(), "\x00", ""))
	e.name = p.Param("X-CN")
	if len(e.address) > 7 && strings.EqualFold(e.address[:7], "mailto:") {
		e.address = e.address[7:]
	}
	if kind := p.Param("X-ADDRESS-TYPE"); kind != "" {
		e.kind = strings.ToUpper(kind)
		return e, e.address != ""
	}
	for _, t := range types(p) {
		switch t {
		case "x400":
			e.kind = "X400"
		case "tlx":
			e.kind = "TELEX"
		}
	}
	if i := strings.LastIndexByte(e.address, '<'); i >= 0 && strings.HasSuffix(e.address, ">") && e.kind == "SMTP" {
		if e.name == "" {
			e.name = strings.Trim(strings.TrimSpace(e.address[:i]), `"`)
		}
		e.address = strings.TrimSpace(e.address[i+1 : len(e.address)-1])
	}
	return e, e.address != ""
}

// finishEmails sets the properties of the addresses. Without an address type and an
// entry id a contact is missing where recipients are chosen.
func (d *decoder) finishEmails() {
	var list []int32
	var bits mapi.AddressBookProviderArray
	contact := text(d.msg, props.PidTagDisplayName.Prop())
	if contact == "" {
		contact = fullName(d.msg)
	}
	for i, s := range emailSlots() {
		e := d.emails[i]
		if e.address == "" {
			break
		}
		if e.name == "" {
			e.name = emailName(contact, e.address)
		}
		d.msg.Set(s.kind, e.kind)
		d.msg.Set(s.address, e.address)
		d.msg.Set(s.name, e.name)
		d.msg.Set(s.original, e.address)
		d.msg.Set(s.originalID, []byte(mapi.NewOneOff(e.name, e.kind, e.address).EntryID()))
		list = append(list, int32(i))
		bits |= 1 << i
	}
	if list != nil {
		props.PidLidAddressBookProviderEmailList.Set(d.msg, list)
		props.PidLidAddressBookProviderArrayType.Set(d.msg, bits)
	}
}

// emailName is the name that Outlook gives an address of a contact.
func emailName(contact, address string) string {
	if contact == "" || contact == address {
		return address
	}
	return contact + " (" + address + ")"
}

// emails writes the three addresses, the first as the preferred one.
func (g *generator) emails() {
	first := true
	for _, s := range emailSlots() {
		address, kind := text(g.msg, s.address), text(g.msg, s.kind)
		original := text(g.msg, s.original)
		if strings.EqualFold(kind, "EX") && strings.Contains(original, "@") {
			address, kind = original, "SMTP" // an address that others can write to
		}
		if address == "" {
			continue
		}
		types := []string{"INTERNET"}
		if first {
			types, first = append(types, "PREF"), false
		}
		p := Prop{Name: "EMAIL", Value: line.Escape(address), Params: []line.Param{{Name: "TYPE", Values: types}}}
		switch strings.ToUpper(kind) {
		case "", "SMTP":
		case "X400":
			p.Params[0].Values[0] = "X400"
		default:
			p.Params[0].Values = types[1:]
			if len(types) == 1 {
				p.Params = nil
			}
			p = p.With("X-ADDRESS-TYPE", strings.ToUpper(kind))
		}
		if name := text(g.msg, s.name); name != "" && name != address && name != original && !strings.HasSuffix(name, " ("+address+")") {
			p = p.With("X-CN", name)
		}
		g.add(s.slot, p)
	}
}

// im writes the address for instant messages: a URI as IMPP.
func (g *generator) im() {
	s := text(g.msg, props.PidLidInstantMessagingAddress.Prop())
	if s == "" {
		return
	}
	name, value := "X-MS-IMADDRESS", line.Escape(s)
	if scheme, _, ok := strings.Cut(s, ":"); ok && isScheme(scheme) && g.version != V21 {
		name, value = "IMPP", uri(s)
	}
	g.add("im", Prop{Name: name, Value: value})
}
