package ical

import (
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/ical/line"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

type param = line.Param

// KeptLines is the property that holds what a message's other properties cannot
// say: a calendar of content lines without folds, one a line. Directly in it stand
// properties of the calendar that the message came from and time zones that no
// program knows; in its component, the properties as they were written which [Encode]
// would not write in the same way, and those that nobody understands.
//
// A line that the message's properties contradict, because they were changed since,
// is not written any more.
func KeptLines() mapi.Prop {
	return mapi.NamedString(mapi.PSOkapi, "ical-lines", mapi.PtypString)
}

// KeptMethod is the METHOD among the kept lines of a message, in capitals, or "": that
// of a message whose class does not say what it wants, such as REFRESH and
// DECLINECOUNTER, which are notes, and ADD, which is a request.
func KeptMethod(m mapi.Getter) string {
	text, _ := m.Get(KeptLines()).(string)
	for l := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(l), ":")
		switch strings.ToUpper(name) {
		case "METHOD":
			return methodOf(value)
		case "BEGIN":
			if kindOf(strings.ToUpper(value)) != other {
				return ""
			}
		}
	}
	return ""
}

// keep finds out what of the component would be lost if the message were all there
// is, and keeps it.
func (it *item) keep(master *item) {
	if !it.d.fresh {
		return
	}
	kept := &Component{Name: it.c.Name}
	if it.kind == other {
		kept = it.c
	} else {
		kept.Props = it.d.spare[:0]
		it.lost(kept, it.d.maker.generate(it.m, it.about, master))
		it.d.maker.takeBack()
		it.d.spare = kept.Props
	}
	head := ""
	if master == nil {
		head = it.d.kept
		if p := it.d.methodLine(); p != nil && (p.Value != it.about.method || it.about.method == "REFRESH") {
			head = string(append(p.Append(nil), '\n')) + head
		}
	}
	text := keptText(kept, it.shared(&head), head)
	if text == "" {
		return
	}
	if len(text) > it.d.opts.MaxKept {
		it.d.report(RuleSize, it.c.offset, "kept lines")
		return
	}
	it.m.Set(KeptLines(), text)
}

// maxShared bounds how many bytes of one input are kept again and again, with each
// message: properties of the calendar and its zones.
const maxShared = 64 << 20

// shared gives the zones that an item needs, and drops these and the lines of the
// calendar when there were too many of them.
func (it *item) shared(head *string) []*Component {
	zones := it.unknownZones()
	n := len(*head)
	for _, z := range zones {
		n += z.size()
	}
	it.d.shared += n
	if it.d.shared <= maxShared || n == 0 {
		return zones
	}
	if it.d.shared-n <= maxShared {
		it.d.report(RuleSize, it.c.offset, "lines of the calendar")
	}
	it.d.shared = maxShared + 1
	*head = ""
	return nil
}

// size is how many bytes the lines of a component take, about.
func (c *Component) size() (n int) {
	for i := range c.Props {
		p := &c.Props[i]
		n += len(p.Name) + len(p.Value) + 32*len(p.Params)
	}
	for _, child := range c.Children {
		n += child.size()
	}
	return n + 2*len(c.Name)
}

// methodLine is the METHOD of the calendar, or nil.
func (d *decoder) methodLine() *Prop {
	if d.calendar == nil {
		return nil
	}
	return d.calendar.Get("METHOD")
}

// lost adds to kept the lines of the item that written has not, by slots.
func (it *item) lost(kept, written *Component) {
	var room [2][32]slot // enough for most
	theirs, ours := slotsOf(room[0][:0], it.kind, it.c), slotsOf(room[1][:0], it.kind, written)
	var said, writes slotCounts
	said.count(theirs)
	writes.count(ours)
	var lines [2][8]*Prop
	var known map[string]bool // the lines of written, once they are many
	var done slotSet          // the slots that were compared
	for i := range it.c.Props {
		p := &it.c.Props[i]
		switch s := theirs[i]; {
		case s == noSlot:
			kept.Props = append(kept.Props, *p)
		case s == slotAttendee || s == slotAttach:
			if len(written.Props) > maxUnordered && known == nil {
				known = lineKeys(written)
			}
			if known != nil && !known[lineKey(p)] || known == nil && !hasLine(written, p) {
				kept.Props = append(kept.Props, *p)
			}
		case done[s]:
		case said[s].n == 1: // as most are
			if writes[s].n != 1 || !sameLine(p, &written.Props[writes[s].first]) {
				kept.Props = append(kept.Props, *p)
			}
		default:
			done[s] = true
			list := inSlot(lines[0][:0], it.c, theirs, s)
			if !sameLines(list, inSlot(lines[1][:0], written, ours, s)) {
				for _, l := range list {
					kept.Props = append(kept.Props, *l)
				}
			}
		}
	}
	alarms, writtenAlarms := children(it.c, "VALARM"), children(written, "VALARM")
	same := len(alarms) == len(writtenAlarms)
	for i := 0; same && i < len(alarms); i++ {
		same = sameTree(alarms[i], writtenAlarms[i])
	}
	for _, c := range it.c.Children {
		if c.Name != "VALARM" || !same {
			kept.Children = append(kept.Children, c)
		}
	}
}

// slotsOf appends the slots of a component's lines.
func slotsOf(list []slot, k kind, c *Component) []slot {
	for i := range c.Props {
		list = append(list, slotOf(k, c.Props[i].Name))
	}
	return list
}

// slotCounts has of each slot how many lines of a component are in it, and which is the
// first.
type slotCounts [1 << 8]struct{ n, first int32 }

func (counts *slotCounts) count(slots []slot) {
	for i, s := range slots {
		c := &counts[s]
		if c.n++; c.n == 1 {
			c.first = int32(i)
		}
	}
}

// inSlot appends the lines of a component that are in a slot.
func inSlot(list []*Prop, c *Component, slots []slot, s slot) []*Prop {
	for i := range c.Props {
		if slots[i] == s {
			list = append(list, &c.Props[i])
		}
	}
	return list
}

func hasLine(c *Component, p *Prop) bool {
	for i := range c.Props {
		if sameLine(&c.Props[i], p) {
			return true
		}
	}
	return false
}

// lineKeys are the keys of a component's lines, for those that have thousands.
func lineKeys(c *Component) map[string]bool {
	keys := make(map[string]bool, len(c.Props))
	for i := range c.Props {
		keys[lineKey(&c.Props[i])] = true
	}
	return keys
}

// lineKey is the same text for lines that are the same; see sameLine.
func lineKey(p *Prop) string {
	list := make([]string, len(p.Params), len(p.Params)+2)
	for i, a := range p.Params {
		list[i] = a.Name + "=" + strings.Join(a.Values, "\x00")
	}
	slices.Sort(list)
	return strings.Join(append(list, p.Name, p.Value), "\x01")
}

func children(c *Component, name string) (list []*Component) {
	for _, child := range c.Children {
		if child.Name == name {
			list = append(list, child)
		}
	}
	return list
}

// keptText is the value of [KeptLines]; "" when nothing is to be kept.
func keptText(item *Component, zones []*Component, head string) string {
	if head == "" && len(zones) == 0 && len(item.Props)+len(item.Children) == 0 && kindOf(item.Name) != other {
		return ""
	}
	b := append(make([]byte, 0, 512), "BEGIN:VCALENDAR\n"...)
	b = append(b, head...)
	for _, z := range zones {
		b = z.appendLines(b)
	}
	b = append(item.appendLines(b), "END:VCALENDAR\n"...)
	return string(b)
}

func (c *Component) appendLines(b []byte) []byte {
	b = append(append(append(b, "BEGIN:"...), c.Name...), '\n')
	for i := range c.Props {
		b = append(c.Props[i].Append(b), '\n')
	}
	for _, child := range c.Children {
		b = child.appendLines(b)
	}
	return append(append(append(b, "END:"...), c.Name...), '\n')
}

// maxCalendarLines bounds what each message keeps of its calendar.
const maxCalendarLines = 16 << 10

// keptOfCalendar are the properties of a calendar that its messages keep.
func keptOfCalendar(cal *Component) string {
	var b []byte
	for i := range cal.Props {
		p := &cal.Props[i]
		switch p.Name {
		case "PRODID", "VERSION":
			continue
		case "CALSCALE":
			if strings.EqualFold(p.Value, "GREGORIAN") {
				continue
			}
		case "METHOD": // see keptText
			continue
		}
		n := len(b)
		if b = append(p.Append(b), '\n'); len(b) > maxCalendarLines {
			b = b[:n]
		}
	}
	return string(b)
}

// readKept reads the kept lines of a message.
func (s *stock) readKept(m mapi.Getter) (cal, item *Component) {
	v, err := mapi.ReadValue(mapi.PtypString, m.Get(KeptLines()), props.MaxValue)
	text, ok := v.(string)
	if err != nil || !ok {
		return nil, nil
	}
	if s.kept == nil {
		s.kept = NewReader(strings.NewReader(text), nil)
	} else {
		s.kept.reset(strings.NewReader(text))
	}
	list, err := s.kept.all()
	if err != nil || len(list) == 0 {
		return nil, nil
	}
	cal = list[0]
	for _, c := range cal.Children {
		if c.Name != "VTIMEZONE" {
			item = c
		}
	}
	if item != nil && s.lend {
		s.parsed = append(s.parsed, item)
	}
	return cal, item
}

// unknownZones are the VTIMEZONEs that nobody else has of the zones that an item
// names.
func (it *item) unknownZones() (list []*Component) {
	if len(it.d.zones.given) == 0 {
		return nil
	}
	var seen []string
	var walk func(c *Component)
	walk = func(c *Component) {
		for i := range c.Props {
			p := &c.Props[i]
			if len(p.Params) == 0 {
				continue
			}
			id := p.Param("TZID")
			if id == "" || slices.Contains(seen, id) || !it.d.zones.homeMade(id) {
				continue
			}
			seen = append(seen, id)
			list = append(list, it.d.zones.given[cleanZoneID(id)])
		}
		for _, child := range c.Children {
			walk(child)
		}
	}
	walk(it.c)
	return list
}
