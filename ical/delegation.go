package ical

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
)

// DelegatedTo is the property of an attendee who asked others to come instead
// (RFC 5545, 3.2.5), which MAPI has no word for: their addresses as calendars write
// them, such as mailto:ada@zoo.example. It is set on recipients, and on the message by
// which the organiser is told of it: a note, because Outlook knows no such answer.
func DelegatedTo() mapi.Prop {
	return mapi.NamedString(mapi.PSOkapi, "ical-delegated-to", mapi.PtypMultipleString)
}

// DelegatedFrom is the property of an attendee who comes instead of others (RFC 5545,
// 3.2.4): their addresses, as [DelegatedTo] has them. It is set on recipients, and on
// the answers of such an attendee.
func DelegatedFrom() mapi.Prop {
	return mapi.NamedString(mapi.PSOkapi, "ical-delegated-from", mapi.PtypMultipleString)
}

const (
	delegated     = "DELEGATED" // as PARTSTAT
	delegatedTo   = "DELEGATED-TO"
	delegatedFrom = "DELEGATED-FROM"
)

// delegation is what the answer of an attendee who sends somebody else means.
func delegation() *classMeaning {
	return &classMeaning{kind: event, class: noteClass, method: "REPLY", partstat: delegated, answer: true, sent: true}
}

// setDelegation takes over whom an attendee sends, and for whom they come. DELEGATED-TO
// counts only where PARTSTAT says the same: else the line is kept, and the answer counts.
func setDelegation(m mapi.Setter, p *Prop) {
	for _, a := range p.Params {
		switch a.Name {
		case delegatedTo:
			if strings.EqualFold(p.Param("PARTSTAT"), delegated) {
				m.Set(DelegatedTo(), slices.Clone(a.Values))
			}
		case delegatedFrom:
			m.Set(DelegatedFrom(), slices.Clone(a.Values))
		}
	}
}

// addDelegation appends the parameters for it, of a recipient or a message.
func addDelegation(params []line.Param, m mapi.Getter) []line.Param {
	if list, _ := m.Get(DelegatedTo()).([]string); len(list) > 0 {
		params = append(params, line.Param{Name: delegatedTo, Values: list})
	}
	if list, _ := m.Get(DelegatedFrom()).([]string); len(list) > 0 {
		params = append(params, line.Param{Name: delegatedFrom, Values: list})
	}
	return params
}

// hasDelegated reports whether an attendee sends somebody else, and did not answer since.
func hasDelegated(m mapi.Getter, track mapi.ResponseStatus) bool {
	list, _ := m.Get(DelegatedTo()).([]string)
	return len(list) > 0 && partstatOf(track) == partstatOf(mapi.ResponseNotResponded)
}

// answering is the attendee whose answer a reply is: the only one or, of two of whom one
// sends the other, who comes instead if they say anything, and else who sends them. It
// is nil when nobody can tell.
func answering(c *Component) *Prop {
	var list [2]*Prop
	n := 0
	for i := range c.Props {
		if c.Props[i].Name == "ATTENDEE" {
			if n == len(list) {
				return nil
			}
			list[n] = &c.Props[i]
			n++
		}
	}
	if n < 2 {
		return list[0]
	}
	for i, p := range list {
		other := list[1-i]
		if !strings.EqualFold(p.Param("PARTSTAT"), delegated) || !names(p, delegatedTo, other.Value) {
			continue
		}
		if trackOf(other.Param("PARTSTAT")) != mapi.ResponseNotResponded {
			return other
		}
		return p
	}
	return nil
}

// names reports whether a parameter has an address among its values.
func names(p *Prop, param, uri string) bool {
	who := personOf(uri, "")
	for _, a := range p.Params {
		if a.Name == param && slices.ContainsFunc(a.Values, func(v string) bool { return personOf(v, "").same(who) }) {
			return who.address != ""
		}
	}
	return false
}
