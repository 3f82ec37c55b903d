package ical

import (
	"crypto/sha256"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
)

// isOneByOne: its lines are merged each on its own.
func isOneByOne(p *Prop) bool { return p.Name == "ATTENDEE" || p.Name == "ATTACH" }

// mergeLines merges attendees and attachments, each on its own: a written line gives way
// to the first kept one that makes the same and did not take the place of another. Each
// line is looked at once, however many are alike.
func (e *encoder) mergeLines(out, written, kept *Component, m *mapi.Message, method string) {
	places := map[sense][]int{} // of kept lines that are not used
	used := make([]bool, len(kept.Props))
	for i := range kept.Props {
		if p := &kept.Props[i]; isOneByOne(p) {
			s := senseOf(p, method)
			places[s] = append(places[s], i)
		}
	}
	for i := range written.Props {
		p := &written.Props[i]
		if !isOneByOne(p) {
			continue
		}
		if len(places) > 0 {
			s := senseOf(p, method)
			if list := places[s]; len(list) > 0 {
				used[list[0]], places[s] = true, list[1:]
				p = &kept.Props[list[0]]
			}
		}
		out.Props = append(out.Props, *p)
	}
	if len(places) == 0 {
		return
	}
	who, _ := representing().get(m)
	answer := isAnswer(method)
	for i := range kept.Props {
		p := &kept.Props[i]
		switch {
		case used[i]:
		case p.Name == "ATTACH" && strings.TrimSpace(p.Value) == "", // makes no attachment
			p.Name == "ATTENDEE" && makesNoRecipient(p, who, answer):
			out.Props = append(out.Props, *p)
		}
	}
}

// isAnswer: what attendees send to who organizes.
func isAnswer(method string) bool {
	return method == "REPLY" || method == "COUNTER" || method == "REFRESH"
}

// makesNoRecipient: an ATTENDEE that names nobody, or the organiser again. An answer has
// no recipients but the organiser: other attendees than who answers are nowhere else.
func makesNoRecipient(p *Prop, who person, answer bool) bool {
	attendee := personOf(p.Value, p.Param("CN"))
	return attendee.isNobody() || attendee.same(who) != answer
}

// A sense is what an ATTENDEE or ATTACH makes of a message: lines of the same sense make
// the same recipient or attachment.
type sense struct {
	kind, about string // of an attendee the address, of a link all of it, of a file a digest
	name        string
	delegation  string // whom an attendee sends, and for whom they come
	track       mapi.ResponseStatus
	role        mapi.RecipientType
}

// senseOf is the sense of a line in a calendar of some method. In answers there are no
// roles, and the class of a counter proposal says tentative, whatever the line says.
func senseOf(p *Prop, method string) sense {
	switch {
	case p.Name == "ATTACH" && isBinary(p):
		data, _ := decodeBase64(p.Value)
		sum := sha256.Sum256(data)
		return sense{kind: "file", about: string(sum[:])}
	case p.Name == "ATTACH":
		return sense{kind: "link", about: p.Value}
	}
	who := personOf(p.Value, p.Param("CN"))
	s := sense{kind: who.kind, about: strings.ToLower(who.address), name: who.name}
	for _, a := range p.Params {
		if a.Name == delegatedTo && strings.EqualFold(p.Param("PARTSTAT"), delegated) || a.Name == delegatedFrom {
			s.delegation += a.Name + strings.Join(a.Values, ",") + ";"
		}
	}
	if method != "COUNTER" && method != "REFRESH" {
		s.track = trackOf(p.Param("PARTSTAT"))
		if method != "REPLY" {
			s.role = roleOf(p)
		}
	}
	return s
}
