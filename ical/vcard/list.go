package vcard

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// maxMembers is how many bytes the members of a distribution list may have together
// (MS-OXOCNTC 2.2.2.2.1).
const maxMembers = 15_000

// Parameters of the source form that say who a UID is.
const (
	nameParam = "X-OKAPI-NAME"
	mailParam = "X-OKAPI-MAIL"
)

// A member is someone in a distribution list.
type member struct{ name, address string }

// A directory is who the cards of a text are, by UID.
type directory struct {
	byUID map[string]member
	size  int // bytes of texts
	max   int // of them; 0 without bound
}

// add takes a card, unless there are too many.
func (d *directory) add(c *Card) {
	uid := plainUID(c.Value("UID"))
	if uid == "" {
		return
	}
	if _, known := d.byUID[uid]; known {
		return
	}
	m, ok := c.member()
	d.size += len(uid) + len(m.name) + len(m.address)
	if !ok || d.max > 0 && d.size > d.max {
		return
	}
	if d.byUID == nil {
		d.byUID = map[string]member{}
	}
	d.byUID[uid] = m
}

// resolve names the members of a list that are in the directory.
func (d *directory) resolve(c *Card) {
	for i := range c.Props {
		p := &c.Props[i]
		if !isMember(p) {
			continue
		}
		if m, ok := d.byUID[plainUID(p.Text())]; ok {
			*p = p.With(nameParam, m.name).With(mailParam, m.address)
		}
	}
}

func isMember(p *Prop) bool { return p.Name == "MEMBER" || p.Name == "X-ADDRESSBOOKSERVER-MEMBER" }

// isList reports whether a card names members.
func (c *Card) isList() bool {
	for i := range c.Props {
		if isMember(&c.Props[i]) {
			return true
		}
	}
	return false
}

// waits is how many bytes a list is that names members by UID, 0 for other cards.
func (c *Card) waits() (size int) {
	waits := false
	for i := range c.Props {
		p := &c.Props[i]
		size += len(p.Name) + len(p.Value) + 64
		waits = waits || isMember(p) && (len(p.Value) < 7 || !strings.EqualFold(p.Value[:7], "mailto:"))
	}
	if !waits {
		return 0
	}
	return size
}

// resolve finds, for members that are named by UID, the cards that have it.
func resolve(cards []*Card) {
	var lists []*Card
	for _, c := range cards {
		if c.isList() {
			lists = append(lists, c)
		}
	}
	if lists == nil {
		return
	}
	var d directory
	for _, c := range cards {
		d.add(c)
	}
	for _, c := range lists {
		d.resolve(c)
	}
}

// plainUID is a UID without what programs put around it.
func plainUID(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(s, "urn:uuid:")
	return strings.TrimSuffix(s, ":abperson")
}

// member is the name and preferred address of who the card describes.
func (c *Card) member() (m member, ok bool) {
	best := 1000
	for i := range c.Props {
		if p := &c.Props[i]; p.Name == "EMAIL" && preference(p) < best {
			if e, ok := parseEmail(p); ok {
				m.address, best = e.address, preference(p)
			}
		}
	}
	m.name = c.Value("FN")
	return m, m.address != ""
}

// member takes someone with an address. A UID that nobody resolved stays as it came.
func (d *decoder) member(p *Prop) slot {
	if !d.list {
		return ""
	}
	m := member{name: p.Param(nameParam), address: p.Param(mailParam)}
	if m.address == "" {
		s := strings.TrimSpace(p.Text())
		if len(s) < 8 || !strings.EqualFold(s[:7], "mailto:") {
			return ""
		}
		m.address = s[7:]
		m.name = p.Param("X-CN")
	}
	m.name, m.address = strings.ReplaceAll(m.name, "\x00", ""), strings.ReplaceAll(m.address, "\x00", "")
	if m.name == "" {
		m.name = m.address
	}
	size := 40 + 2*(len(m.name)+len(m.address))
	if d.size+size > maxMembers || m.address == "" {
		d.report(Issue{Rule: RuleMembers, Offset: p.Offset, Detail: line.Excerpt(m.address)})
		return ""
	}
	d.size += size
	d.members = append(d.members, m)
	return "members"
}

// finishList sets what only lists have.
func (d *decoder) finishList() {
	m := d.msg
	name := text(m, props.PidTagDisplayName.Prop())
	if n := d.card.Get("N"); name == "" && n != nil {
		name = strings.TrimSpace(line.Unescape(parts(n.Value, 1)[0]))
	}
	d.finish("IPM.DistList", name)
	props.PidTagIconIndex.Set(m, mapi.IconDistributionList)
	if name != "" {
		props.PidLidDistributionListName.Set(m, name)
		props.PidLidFileUnder.Set(m, name)
	}
	var list [][]byte
	for _, o := range d.members {
		list = append(list, mapi.NewOneOff(o.name, "SMTP", o.address).EntryID())
	}
	if list != nil {
		props.PidLidDistributionListMembers.Set(m, list)
		props.PidLidDistributionListOneOffMembers.Set(m, slices.Clone(list))
	}
}

// group writes what a distribution list has.
func (g *generator) group() {
	name := text(g.msg, props.PidTagDisplayName.Prop())
	if name == "" {
		name = text(g.msg, props.PidLidDistributionListName.Prop())
	}
	g.add("kind", Prop{Name: "X-ADDRESSBOOKSERVER-KIND", Value: "group"})
	g.add("fn", Prop{Name: "FN", Value: line.Escape(name)})
	if g.version != V4 {
		g.add("n", Prop{Name: "N", Value: line.Escape(name) + ";;;;"})
	}
	g.members()
}

// members writes those of a distribution list that have an address in the list: as
// one-off entry, or beside the entry of a contact.
func (g *generator) members() {
	direct := props.PidLidDistributionListMembers.Or(g.msg, nil)
	oneOffs := props.PidLidDistributionListOneOffMembers.Or(g.msg, nil)
	for i := range max(len(direct), len(oneOffs)) {
		var e mapi.OneOffEntryID
		ok := false
		if i < len(direct) {
			e, ok = oneOff(direct[i])
		}
		if !ok && i < len(oneOffs) {
			e, ok = oneOff(oneOffs[i])
		}
		if !ok || !strings.EqualFold(e.AddressType, "SMTP") && !strings.Contains(e.Address, "@") {
			g.report(Issue{Rule: RuleMembers, Detail: line.Excerpt(e.DisplayName)})
			continue
		}
		p := Prop{Name: "X-ADDRESSBOOKSERVER-MEMBER", Value: uri("mailto:" + e.Address)}
		if e.DisplayName != "" && e.DisplayName != e.Address {
			p = p.With("X-CN", e.DisplayName)
		}
		g.add("members", p)
	}
}

// wrapped is the provider of an entry id around another (MS-OXOCNTC
// 2.2.2.2.4.1.1).
const wrapped = "\xC0\x91\xAD\xD3\x51\x9D\xCF\x11\xA4\xA9\x00\xAA\x00\x47\xFA\xA4"

func oneOff(b []byte) (mapi.OneOffEntryID, bool) {
	if len(b) > 21 && string(b[4:20]) == wrapped && b[20]&0x0F == 0 {
		b = b[21:]
	}
	e, err := mapi.ParseOneOffEntryID(b, nil)
	return e, err == nil
}
