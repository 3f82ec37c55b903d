package rfc822

import (
	"crypto/sha256"
	"encoding/binary"
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// A mail can carry a second form of its message, which says more than MIME does: a
// task in winmail.dat, a meeting in a calendar, who was not reached in a report. Of such a mail each property counts
// but those that tell what became of the message since it came in, and a change of
// one gives that part anew. The same holds for messages that were made of something
// else than mail, and are attached: contacts, and what winmail.dat embeds.

// A carrier is the part with the second form.
type carrier struct {
	kind carrierKind
	at   entity.Range // empty when it cannot be replaced in its place
}

type carrierKind byte

const (
	noCarrier  carrierKind = 0
	inTNEF     carrierKind = 'T'
	inCalendar carrierKind = 'C'
	inReport   carrierKind = 'R'
)

// carry notes that p has the second form of the message. What is signed is not
// replaced: the signature would break without a word.
func (m *message) carry(kind carrierKind, p *entity.Part) {
	c := carrier{kind: kind}
	if p == m.part || !p.Truncated && !signedAround(m.part, p) {
		c.at = entity.Range{Start: p.Head.Start, End: p.Body.End}
	}
	m.recipe.carrier = c
}

// signedAround reports whether p is within a multipart/signed in root.
func signedAround(root, p *entity.Part) bool {
	for _, c := range root.Parts {
		if c.Head.Start <= p.Head.Start && p.Body.End <= c.Body.End {
			return root.Type.Type == "multipart/signed" || signedAround(c, p)
		}
	}
	return false
}

// cameIn is what carried the message when it was read from mail.
func cameIn(msg *mapi.Message) carrierKind {
	if t, err := recipeTakes(msg.Get(SourceForm())); err != nil || t&carried == 0 {
		return noCarrier // as of most mails, whose recipe need not be read for it
	}
	o, _, err := openRecipe(msg)
	if err != nil {
		return noCarrier
	}
	defer o.Close()
	return o.carrier.kind
}

// carriedBy tells of an embedded message whether all of its properties count: one
// that was no mail, or a mail that carries a second form.
func (c *collector) carriedBy(msg *mapi.Message) taken {
	recipe := msg.Get(SourceForm())
	if recipe == nil {
		return carried
	}
	t, err := recipeTakes(recipe)
	c.fail(err)
	return t & carried
}

// recipeTakes is what the recipe takes that begins v; of a damaged one, nothing.
func recipeTakes(v mapi.Value) (taken, error) {
	var head [2]byte
	switch v := v.(type) {
	case []byte:
		copy(head[:], v)
	case mapi.Stream:
		r, err := v.Open()
		if err != nil {
			return 0, err
		}
		defer r.Close()
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, nil
		}
	}
	return taken(head[1]), nil
}

// said digests the properties that no header field and no body says.
func (c *collector) said(bag *mapi.Properties, recipients []*mapi.Recipient) [sha256.Size]byte {
	class, _ := c.short(bag.Get(props.PidTagMessageClass.Prop())).(string)
	var room [2048]byte
	buf := c.saidBag(room[:0], bag, func(p mapi.Prop) bool { return isSaid(class, p) })
	var rows []span
	start := len(buf)
	for _, r := range recipients {
		from := len(buf)
		buf = c.saidBag(append(buf, 'R'), &r.Properties, isSaidOfRecipient)
		rows = append(rows, span{from - start, len(buf) - start})
	}
	arrange(buf[start:], rows)
	return sha256.Sum256(buf)
}

// saidBag appends the properties that count, in the order of their forms. A store may
// refuse names that are texts: those are fields.
func (c *collector) saidBag(buf []byte, bag *mapi.Properties, counts func(mapi.Prop) bool) []byte {
	start := len(buf)
	var few [48]span
	list := few[:0]
	for p, v := range bag.All() {
		if isEmpty(v) || p.Type == mapi.PtypObject || !counts(p) {
			continue
		}
		from := len(buf)
		if p.Name != "" {
			c.named(p, c.saidValue(buf, p, v)[from:])
			continue
		}
		buf = append(append(buf, 'P'), p.Set[:]...)
		buf = binary.LittleEndian.AppendUint32(buf, p.ID)
		buf = c.saidValue(buf, p, v)
		list = append(list, span{from - start, len(buf) - start})
	}
	arrange(buf[start:], list)
	return buf
}

// saidValue appends a value. The ids say no more than whether it is a text.
func (c *collector) saidValue(buf []byte, p mapi.Prop, v mapi.Value) []byte {
	if p.Type.IsString() {
		return c.value(buf, 0, v)
	}
	return c.value(buf, 0x3701, v)
}

func isSaidOfRecipient(p mapi.Prop) bool {
	switch p.ID {
	case 0x0C04, 0x0C05, 0x0C1B, 0x0C20, 0x0C21, // reason, diagnosis, text, status, server of a report
		0x0032: // its time
		return !p.IsNamed()
	case 0x3A20: // PidTagTransmittableDisplayName
		return false
	}
	return !p.IsNamed() && p.ID >= 0x3A00 && p.ID < 0x3C00
}

// isSaidOfAttachment: what of an attachment MIME does not say, and no store computes.
func isSaidOfAttachment(p mapi.Prop) bool {
	switch p.ID {
	case 0x3702, 0x3709, 0x370A, 0x370C, 0x370F, // encoding, rendering, tag, transport name, additional information
		0x7FFA, 0x7FFB, 0x7FFC, 0x7FFD: // of an instance of a series
		return !p.IsNamed()
	}
	return p.IsNamed() && p.Set != mapi.PSOkapi
}

// isSaid reports whether p is said by a message of that class, rather than being its
// state in the mailbox, or made from other properties.
func isSaid(class string, p mapi.Prop) bool {
	if !p.IsNamed() {
		return messageProp(p.ID) == nothing && isSaidTag(p.ID)
	}
	item := hasPrefixFold(class, "IPM.Task") || hasPrefixFold(class, "IPM.Appointment")
	switch p.Set {
	case mapi.PSOkapi, mapi.PSInternetHeaders:
		return false
	case props.PSETIDAirSync, props.PSETIDCalendarAssistant, props.PSETIDXmlExtractedEntities,
		props.PSETIDArchive, props.PSETIDKC, props.PSETIDZMT, props.PSETIDGromox:
		return false // what a server keeps beside a message
	case mapi.PSPublicStrings:
		return p.Name != "Keywords"
	case props.PSETIDTask: // of any other message it is what a flag has set
		return hasPrefixFold(class, "IPM.Task")
	case mapi.PSETIDCommon:
		return isSaidCommon(p.ID, item)
	case props.PSETIDAppointment:
		return isSaidOfAppointment(p.ID, item)
	case props.PSETIDMeeting:
		switch p.ID {
		case 0x09, 0x1A, 0x1C, 0x26: // delegate mail, owner's critical change, calendar type, meeting type
			return false
		}
	}
	return true
}

// isSaidTag: tagged properties that are content by their range (MS-OXPROPS 1.3.3),
// without the state of the message among them.
func isSaidTag(id uint32) bool {
	switch {
	case id < 0x0C00, id >= 0x1000 && id < 0x3000, id >= 0x3A00 && id < 0x3D00, id >= 0x6800 && id < 0x7C00:
	default:
		return id == 0x3001 // PidTagDisplayName, of a contact
	}
	switch id {
	case 0x003B, 0x0041, 0x0046, 0x0053, // entry ids and search keys beside addresses
		0x003F, 0x0040, 0x0043, 0x0044, 0x0051, 0x0052, 0x0075, 0x0076, 0x0077, 0x0078, // who received it
		0x0057, 0x0058, 0x0059,
		0x003D, 0x0070, 0x0071, // subject prefix, conversation
		0x007F,                                                 // correlation key
		0x1006, 0x1007, 0x1008, 0x1010, 0x1011, 0x1012, 0x1016: // how bodies are kept in step
		return false
	}
	return id < 0x1080 || id >= 0x1100 // icon, last answer, flags, visibility
}

func isSaidCommon(lid uint32, item bool) bool {
	switch lid {
	case 0x8506, 0x8516, 0x8517: // private, begin, end: of mail they are those of a flag
		return item
	case 0x850F, 0x8513, 0x851B, 0x8540, 0x8541, 0x8542, // forms
		0x8518, 0x8519, // task mode and id
		0x8520, 0x8524, 0x8549, // voting, recall
		0x8534, 0x8535, 0x8539, 0x853A, 0x8584, 0x8585, 0x8586, // mileage, billing, companies, contacts
		0x8596, 0x85B1: // shared page, form
		return true
	}
	return lid >= 0x85B5 && lid <= 0x85BA && lid != 0x85B9 || lid < 0x8000 // classification, recurrence
}

func isSaidOfAppointment(lid uint32, item bool) bool {
	switch lid {
	case 0x8203, 0x8204, 0x8207, 0x820C, 0x8214, 0x8217, 0x8218, 0x8229, 0x822F, 0x8237, 0x825D, 0x8261:
		return false // answers, state, colour, who was told
	case 0x8205: // busy status: of a request it follows the answer
		return item
	}
	return true
}
