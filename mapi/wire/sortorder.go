package wire

import "github.com/okapi-mail/okapi/mapi"

// A SortSet is a sort order with categories (MS-OXCDATA 2.13.2).
type SortSet struct {
	Keys       []SortKey
	Categories int // how many of the first keys make categories
	Expanded   int // how many categories are expanded at first
}

// A SortKey is one key of a [SortSet].
type SortKey struct {
	mapi.SortKey
	Maximum bool // sorts the categories by the greatest value of this key within them
}

// Order returns the keys as an order of rows.
func (s SortSet) Order() mapi.SortOrder {
	var o mapi.SortOrder
	for _, k := range s.Keys {
		o = append(o, k.SortKey)
	}
	return o
}

const (
	sortAscending  = 0x00
	sortDescending = 0x01
	sortMaximum    = 0x04
)

// DecodeSortOrder reads a sort order that fills b.
func DecodeSortOrder(b []byte, opt *Options) (SortSet, error) {
	d := NewDecoder(b, opt)
	s := d.SortOrder()
	if err := d.End(); err != nil {
		return SortSet{}, err
	}
	return s, nil
}

// SortOrder reads a sort order.
func (d *Decoder) SortOrder() SortSet {
	n := int(d.uint16())
	s := SortSet{Categories: int(d.uint16()), Expanded: int(d.uint16())}
	if s.Categories > n || s.Expanded > s.Categories {
		d.fail("%d keys, %d categories, %d of them expanded", n, s.Categories, s.Expanded)
	}
	for i := 0; i < n && d.err == nil; i++ {
		k := SortKey{SortKey: mapi.SortKey{Prop: d.prop()}}
		switch order := d.uint8(); order {
		case sortAscending:
		case sortDescending:
			k.Descending = true
		case sortMaximum:
			k.Maximum = true
		default:
			d.fail("direction %#x", order)
		}
		s.Keys = append(s.Keys, k)
	}
	if d.err != nil {
		return SortSet{}
	}
	return s
}

// AppendSortOrder appends s.
func AppendSortOrder(dst []byte, s SortSet, opt *Options) ([]byte, error) {
	e := encoder{dst: dst, opt: opt.withDefaults()}
	if s.Categories > len(s.Keys) || s.Expanded > s.Categories || s.Expanded < 0 {
		e.fail(mapi.ErrInvalidParameter, "%d keys, %d categories, %d of them expanded", len(s.Keys), s.Categories, s.Expanded)
	}
	e.count(false, len(s.Keys))
	e.uint16(uint16(s.Categories))
	e.uint16(uint16(s.Expanded))
	for _, k := range s.Keys {
		e.tag(k.Prop)
		switch {
		case k.Maximum:
			e.uint8(sortMaximum)
		case k.Descending:
			e.uint8(sortDescending)
		default:
			e.uint8(sortAscending)
		}
	}
	return e.end(dst)
}
