package vcard

import (
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// DecodeOptions bound and watch [Decode] and [All]. The zero value and nil mean the
// defaults.
type DecodeOptions struct {
	ReadOptions

	// Forget leaves out [SourceForm]: the message takes half the memory, and what
	// MAPI has no place for is lost.
	Forget bool
}

// SourceForm is the property in which a decoded message keeps the lines of its card,
// unfolded and without encodings, VERSION first. The data of a photo is not among
// them. It is opaque; [Encode] reads it.
func SourceForm() mapi.Prop {
	return mapi.Prop{Set: mapi.PSOkapi, Name: "vcard.source", Type: mapi.PtypString}
}

// UID is the property that holds the UID of a card, which CardDAV and distribution
// lists of other programs name it by.
func UID() mapi.Prop {
	return mapi.Prop{Set: mapi.PSOkapi, Name: "vcard.uid", Type: mapi.PtypString}
}

// Decode reads all cards of r and returns a contact or distribution list for each.
// Members that a list names by the UID of another card of r get its name and
// address. The error is one of r; the messages before it are returned too.
func Decode(r io.Reader, opts *DecodeOptions) ([]*mapi.Message, error) {
	var o DecodeOptions
	if opts != nil {
		o = *opts
	}
	cards, err := Parse(r, &o.ReadOptions)
	resolve(cards)
	msgs := make([]*mapi.Message, len(cards))
	for i, c := range cards {
		msgs[i] = c.Message(&o)
	}
	if err != nil {
		err = &mapi.Error{Op: "vcard.Decode", Code: mapi.ErrCallFailed, Err: err}
	}
	return msgs, err
}

// Bounds of what [All] keeps for the members of lists: names and addresses of cards, and
// lists that wait for them.
const (
	maxDirectory = 16 << 20
	maxWaiting   = 16 << 20
)

// All yields a message for each card of r, one at a time, so that an address book of
// any size needs the memory of its largest card, and of the names and addresses of the
// others, up to a bound. Distribution lists whose members are named by UID come last,
// because cards that they name may come after them, with their names and addresses as
// with [Decode]. An error comes once, last, with a nil message.
func All(r io.Reader, opts *DecodeOptions) iter.Seq2[*mapi.Message, error] {
	var o DecodeOptions
	if opts != nil {
		o = *opts
	}
	return func(yield func(*mapi.Message, error) bool) {
		people := directory{max: maxDirectory}
		var lists []*Card
		waiting := 0 // bytes of lists
		flush := func() bool {
			for _, c := range lists {
				people.resolve(c)
				if !yield(c.Message(&o), nil) {
					return false
				}
			}
			lists, waiting = nil, 0
			return true
		}
		for in := NewReader(r, &o.ReadOptions); ; {
			c, err := in.Next()
			if err != nil {
				if flush() && err != io.EOF {
					yield(nil, &mapi.Error{Op: "vcard.All", Code: mapi.ErrCallFailed, Err: err})
				}
				return
			}
			people.add(c)
			if n := c.waits(); n > 0 {
				lists = append(lists, c)
				if waiting += n; waiting > maxWaiting && !flush() {
					return
				}
				continue
			}
			if !yield(c.Message(&o), nil) {
				return
			}
		}
	}
}

// Message returns the contact or distribution list that the card describes.
func (c *Card) Message(opts *DecodeOptions) *mapi.Message {
	var o DecodeOptions
	if opts != nil {
		o = *opts
	}
	d := decodeCard(c, o.withDefaults().Report)
	if !o.Forget {
		d.msg.Set(SourceForm(), source(c, d))
	}
	return d.msg
}

// A slot is what a property of a card is the value of in a message: lines of the
// same slot are one thing. "" stands for what MAPI has no place for.
type slot string

// A decoder makes one message.
type decoder struct {
	msg    *mapi.Message
	card   *Card
	report func(Issue)

	list   bool
	slots  []slot            // of the card's properties
	taken  []slot            // each once: there are not many
	labels map[string]string // of the groups, as Apple writes them

	emails  [3]email
	notes   []string
	words   []string // categories
	kids    []string
	members []member
	fields  int // user fields
	mailing mapi.PostalAddressID
	chosen  bool // mailing was said, not guessed
	size    int  // of the members, as entry ids

	photo, media string // SHA-256 and type
	picture      []byte
}

func decodeCard(c *Card, report func(Issue)) *decoder {
	d := &decoder{
		msg: &mapi.Message{}, card: c, report: report,
		slots: make([]slot, len(c.Props)), taken: make([]slot, 0, 24),
	}
	d.msg.Grow(64)
	d.survey()
	d.rank()
	depth := 0
	for i := range c.Props {
		p := &c.Props[i]
		switch {
		case p.Name == "BEGIN":
			depth++
		case p.Name == "END":
			depth--
		case depth == 0 && d.slots[i] == "":
			s := d.prop(p)
			d.slots[i] = s
			if s != "" && !d.has(s) {
				d.taken = append(d.taken, s)
			}
		}
	}
	if d.list {
		d.finishList()
	} else {
		d.finishContact()
	}
	return d
}

// has reports whether a property of a slot was taken.
func (d *decoder) has(s slot) bool { return slices.Contains(d.taken, s) }

// survey finds what other properties depend on.
func (d *decoder) survey() {
	for i := range d.card.Props {
		p := &d.card.Props[i]
		switch p.Name {
		case "X-ABLABEL":
			if p.Group == "" {
				continue
			}
			if d.labels == nil {
				d.labels = map[string]string{}
			}
			d.labels[strings.ToLower(p.Group)] = labelOf(p.Text())
		case "KIND", "X-ADDRESSBOOKSERVER-KIND":
			d.list = d.list || strings.EqualFold(strings.TrimSpace(p.Value), "group")
		case "X-MS-OL-DEFAULT-POSTAL-ADDRESS":
			if v := strings.TrimSpace(p.Value); len(v) == 1 && '0' <= v[0] && v[0] <= '3' {
				d.mailing, d.chosen = mapi.PostalAddressID(v[0]-'0'), true
			}
		}
	}
}

// labelOf is an X-ABLabel in small letters, without the marks of those that Apple
// translates: "_$!<HomePage>!$_".
func labelOf(s string) string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "_$!<"), ">!$_")
	return strings.ToLower(s)
}

func (d *decoder) label(p *Prop) string {
	if p.Group == "" {
		return ""
	}
	return d.labels[strings.ToLower(p.Group)]
}

// set sets a text and reports whether there is one.
func (d *decoder) set(p mapi.Prop, s string) bool {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if s == "" {
		return false
	}
	d.msg.Set(p, s)
	return true
}

// first sets a text for the first property of a slot.
func (d *decoder) first(s slot, p mapi.Prop, text string) slot {
	if d.has(s) || !d.set(p, text) {
		return ""
	}
	return s
}

// prop takes a property and returns its slot.
func (d *decoder) prop(p *Prop) slot {
	switch p.Name {
	case "FN":
		return d.first("fn", props.PidTagDisplayName.Prop(), p.Text())
	case "NOTE":
		return d.note(p)
	case "CATEGORIES":
		return d.categories(p)
	case "CLASS", "X-CLASS":
		return d.class(p)
	case "UID":
		return d.first("uid", UID(), p.Text())
	case "REV":
		return d.rev(p)
	case "KIND", "X-ADDRESSBOOKSERVER-KIND":
		if d.list && strings.EqualFold(strings.TrimSpace(p.Value), "group") {
			return "kind"
		}
		return ""
	case "MEMBER", "X-ADDRESSBOOKSERVER-MEMBER":
		return d.member(p)
	}
	if d.list {
		return ""
	}
	return d.contactProp(p)
}

// contactProp takes a property that only people have.
func (d *decoder) contactProp(p *Prop) slot {
	switch p.Name {
	case "N":
		return d.name(p)
	case "SOUND":
		if slices.Contains(types(p), "x-irmc-n") {
			return d.pronunciation(p)
		}
		return "" // the sound of a name
	case "X-PHONETIC-FIRST-NAME":
		return d.pronouncedPart(p, props.PidLidYomiFirstName.Prop())
	case "X-PHONETIC-LAST-NAME":
		return d.pronouncedPart(p, props.PidLidYomiLastName.Prop())
	case "ORG":
		return d.org(p)
	case "ADR":
		return d.address(p)
	case "LABEL":
		return d.addressLabel(p)
	case "TEL", "X-MS-TEL":
		return d.phone(p)
	case "X-EVOLUTION-TELEX", "X-EVOLUTION-TTYTDD", "X-EVOLUTION-ASSISTANT-PHONE", "X-EVOLUTION-CALLBACK", "X-EVOLUTION-COMPANY", "X-EVOLUTION-RADIO":
		return d.phone(p)
	case "URL":
		return d.url(p)
	case "IMPP", "X-MS-IMADDRESS", "X-AIM", "X-ICQ", "X-MSN", "X-YAHOO", "X-YAHOO-ID", "X-JABBER", "X-SKYPE", "X-SKYPE-USERNAME",
		"X-GTALK", "X-GOOGLE-TALK", "X-QQ", "X-GADUGADU", "X-GROUPWISE", "X-TWITTER-IM":
		return d.first("im", props.PidLidInstantMessagingAddress.Prop(), p.Text())
	case "BDAY":
		return d.date(p, "bday", props.PidTagBirthday.Prop(), props.PidLidBirthdayLocal.Prop())
	case "ANNIVERSARY", "X-MS-ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY":
		return d.date(p, "anniversary", props.PidTagWeddingAnniversary.Prop(), props.PidLidWeddingAnniversaryLocal.Prop())
	case "X-ABDATE":
		if d.label(p) == "anniversary" {
			return d.date(p, "anniversary", props.PidTagWeddingAnniversary.Prop(), props.PidLidWeddingAnniversaryLocal.Prop())
		}
		return ""
	case "PHOTO":
		return d.contactPhoto(p)
	case "X-MS-CARDPICTURE":
		return d.cardPicture(p)
	case "KEY":
		return d.key(p)
	case "GENDER", "X-GENDER":
		return d.gender(p)
	case "RELATED", "X-ABRELATEDNAMES":
		return d.related(p)
	case "X-MS-CHILD", "X-EVOLUTION-CHILD":
		return d.child(p.Text())
	case "X-MS-TEXT":
		return d.userField(p)
	case "X-MS-OL-DEFAULT-POSTAL-ADDRESS":
		if d.chosen {
			return "mailing"
		}
		return ""
	}
	if prop, ok := textProp(p.Name); ok {
		return d.first(slot(prop.name), prop.prop, p.Text())
	}
	return ""
}

// note joins notes: MAPI has one.
func (d *decoder) note(p *Prop) slot {
	text := crlf(p.Text())
	if text == "" {
		return ""
	}
	d.notes = append(d.notes, text)
	return "note"
}

// categories takes the words of all lines.
func (d *decoder) categories(p *Prop) slot {
	found := false
	for _, w := range line.Split(p.Value, ',') {
		if w = strings.TrimSpace(line.Unescape(w)); w != "" {
			d.words = append(d.words, strings.ReplaceAll(w, "\x00", ""))
			found = true
		}
	}
	if !found {
		return ""
	}
	return "categories"
}

func (d *decoder) class(p *Prop) slot {
	if d.has("class") {
		return ""
	}
	switch strings.ToUpper(strings.TrimSpace(p.Value)) {
	case "PUBLIC":
		props.PidTagSensitivity.Set(d.msg, mapi.SensitivityNone)
	case "PRIVATE":
		props.PidTagSensitivity.Set(d.msg, mapi.SensitivityPrivate)
		props.PidLidPrivate.Set(d.msg, true)
	case "CONFIDENTIAL":
		props.PidTagSensitivity.Set(d.msg, mapi.SensitivityConfidential)
		props.PidLidPrivate.Set(d.msg, true)
	default:
		return ""
	}
	return "class"
}

// rev is when the card was changed.
func (d *decoder) rev(p *Prop) slot {
	t, ok := parseTime(p.Text())
	if !ok || d.has("rev") {
		return ""
	}
	props.PidTagLastModificationTime.Set(d.msg, t)
	return "rev"
}

// finish sets what contacts and lists have in common.
func (d *decoder) finish(class, name string) {
	m := d.msg
	props.PidTagMessageClass.Set(m, class)
	if name != "" {
		props.PidTagDisplayName.Set(m, name)
		props.PidTagSubject.Set(m, name)
		props.PidTagNormalizedSubject.Set(m, name)
		props.PidTagConversationTopic.Set(m, name)
	}
	if len(d.notes) > 0 {
		d.set(props.PidTagBody.Prop(), strings.Join(d.notes, "\r\n"))
	}
	if len(d.words) > 0 {
		props.PidNameKeywords.Set(m, d.words)
	}
}

// crlf is a text with the line breaks that MAPI has.
func crlf(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}
