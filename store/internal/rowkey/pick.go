package rowkey

import (
	"encoding/binary"
	"slices"

	"github.com/okapi-mail/okapi/mapi"
)

// A Selection says which properties of a bag are to be read.
type Selection struct {
	tagged []uint16
	lows   [4]uint64 // a bit for the low byte of each tagged id: most others are refused by it
	named  []mapi.Prop
}

// Select makes a Selection, whatever the types in the list are.
func Select(list []mapi.Prop) *Selection {
	s := &Selection{}
	for _, p := range list {
		switch {
		case p.IsNamed():
			if !s.hasNamed(p) {
				s.named = append(s.named, p)
			}
		case p.ID < 0x8000 && !s.has(uint16(p.ID)):
			s.tagged = append(s.tagged, uint16(p.ID))
			s.lows[byte(p.ID)>>6] |= 1 << (p.ID & 63)
		}
	}
	return s
}

func (s *Selection) has(id uint16) bool {
	return s.lows[byte(id)>>6]&(1<<(id&63)) != 0 && slices.Contains(s.tagged, id)
}

func (s *Selection) hasNamed(p mapi.Prop) bool { return slices.ContainsFunc(s.named, p.Same) }

// PickBag reads the selected properties of a bag. It stops when it has them all,
// so damage behind them is not noticed: the caller has verified a checksum.
func (c *Codec) PickBag(b []byte, s *Selection) (mapi.Properties, error) {
	r := &reader{b: b}
	left := len(s.tagged) + len(s.named)
	list := make([]mapi.Property, 0, left)
	for n := r.count(); n > 0 && left > 0 && r.err == nil; n-- {
		if c.passOver(r, s) {
			continue
		}
		p, v := c.property(r)
		if r.err == nil && p.IsNamed() && !s.hasNamed(p) {
			continue
		}
		if r.err == nil && mapi.CheckValue(p.Type, v) != nil {
			r.fail("property of the wrong type")
		}
		list = append(list, mapi.Property{Prop: p, Value: v})
		left--
	}
	if r.err != nil {
		return mapi.Properties{}, r.err
	}
	return mapi.PropertiesOf(list), nil
}

// passOver passes over the next property if its id says that it is not selected.
func (c *Codec) passOver(r *reader, s *Selection) bool {
	if len(r.b) < 4 {
		return false
	}
	form := binary.LittleEndian.Uint16(r.b)
	id := binary.LittleEndian.Uint16(r.b[2:])
	switch {
	case form&formInline != 0:
		if len(s.named) > 0 {
			return false
		}
		r.b = r.b[2:]
		r.name(mapi.PtypUnspecified)
	case id >= 0x8000:
		if len(s.named) > 0 {
			return false
		}
		r.b = r.b[4:]
	case s.has(id):
		return false
	default:
		r.b = r.b[4:]
	}
	r.skip(mapi.Type(form&^(formRef|formInline)), form&formRef != 0)
	return true
}
