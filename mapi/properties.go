package mapi

import (
	"fmt"
	"iter"
	"time"
)

// A Getter has properties that can be read: a [Properties] bag, a stored
// message, a row of a table.
type Getter interface {
	// Get returns the value of p, or nil when it is absent or stored with a
	// type that does not fit. With PtypUnspecified it returns whatever is
	// stored.
	Get(p Prop) Value
}

// A Setter has properties that can be written.
type Setter interface {
	// Set gives p a value; nil deletes it. An object holds one value per
	// identity: a value set with another type replaces the former one.
	// Set panics when v is no value of p.Type: a mistake in the program. Check
	// values of unknown origin with [CheckValue] first.
	Set(p Prop, v Value)
}

// A Property is one property of an object.
type Property struct {
	Prop  Prop
	Value Value
}

// Properties is a bag of properties, at most one per identity, in the order in
// which they were first set. The zero value is empty and ready to use. It is not
// safe for concurrent writing.
type Properties struct {
	list  []Property
	marks marks        // of all that is in list
	index map[Prop]int // Untyped → place in list; made when list gets long
}

// marks has a bit for each property of a bag. Whose bit is missing is absent: most
// properties that are set, or asked for, are. Of all that a bag without an index can
// have, 64, four fifths of the others are seen to be absent.
type marks [4]uint64

// place is where the bit of a property is.
func (m *marks) place(id uint32) (word *uint64, bit uint64) {
	h := id ^ id>>6 ^ id>>12
	return &m[h>>6&3], 1 << (h & 63)
}

func (m *marks) set(id uint32) {
	word, bit := m.place(id)
	*word |= bit
}

func (m *marks) has(id uint32) bool {
	word, bit := m.place(id)
	return *word&bit != 0
}

// Above this many properties a map finds them faster than a walk.
const indexFrom = 64

// PropertiesOf makes a bag of a list, in its order. It is the fast way for rows of
// known make-up, because it does not look for each property among the others: the
// caller promises that no two of the list name the same slot ([Prop.Same]). If
// two do, it is not defined which of them is found. The list belongs to the bag
// from now on; its capacity is room to grow. Like [Properties.Set], PropertiesOf
// panics when a value is nil or does not fit its property.
func PropertiesOf(list []Property) Properties {
	b := Properties{list: list}
	for i := range list {
		e := &list[i]
		if err := CheckValue(e.Prop.Type, e.Value); err != nil {
			panic(fmt.Sprintf("mapi: PropertiesOf: %v: %v", e.Prop, err))
		}
		switch e.Value.(type) {
		case time.Time, []time.Time: // others are normal: not to write them again saves the collector work
			e.Value = normal(e.Value)
		}
		b.marks.set(e.Prop.ID)
	}
	if len(list) > indexFrom {
		b.reindex()
	}
	return b
}

// Get implements [Getter].
func (b *Properties) Get(p Prop) Value {
	if i := b.find(p); i >= 0 && p.Type.Fits(b.list[i].Prop.Type) {
		return b.list[i].Value
	}
	return nil
}

// Has reports whether p is present, whatever its type.
func (b *Properties) Has(p Prop) bool { return b.find(p) >= 0 }

// TypeOf returns the type with which p is stored, or PtypUnspecified when it is
// absent.
func (b *Properties) TypeOf(p Prop) Type {
	if i := b.find(p); i >= 0 {
		return b.list[i].Prop.Type
	}
	return PtypUnspecified
}

// Set implements [Setter]. Times are cut to 100 ns.
func (b *Properties) Set(p Prop, v Value) {
	if v == nil {
		b.Delete(p)
		return
	}
	if err := CheckValue(p.Type, v); err != nil {
		panic(fmt.Sprintf("mapi: Properties.Set(%v): %v", p, err))
	}
	v = normal(v)
	if i := b.find(p); i >= 0 {
		b.list[i] = Property{p, v}
		return
	}
	b.marks.set(p.ID)
	b.list = append(b.list, Property{p, v})
	if b.index != nil {
		b.index[p.Untyped()] = len(b.list) - 1
	} else if len(b.list) > indexFrom {
		b.reindex()
	}
}

// Delete removes properties, whatever their types. Absent ones are no error.
func (b *Properties) Delete(props ...Prop) {
	var list []Property // without them, in memory of its own
	for _, p := range props {
		i := b.find(p)
		if i < 0 {
			continue
		}
		if list == nil {
			list = make([]Property, 0, cap(b.list))
			list = append(append(list, b.list[:i]...), b.list[i+1:]...)
		} else {
			list = append(list[:i], list[i+1:]...)
		}
		b.list = list
		if b.index != nil {
			b.reindex()
		}
	}
}

// Len is the number of properties.
func (b *Properties) Len() int { return len(b.list) }

// All yields the properties in the order in which they were first set. The bag
// must not be changed meanwhile.
func (b *Properties) All() iter.Seq2[Prop, Value] {
	return func(yield func(Prop, Value) bool) {
		list := b.list
		for i := range list {
			if e := &list[i]; !yield(e.Prop, e.Value) {
				return
			}
		}
	}
}

// Clone returns a bag of its own with the same values.
func (b *Properties) Clone() Properties {
	if len(b.list) == 0 {
		return Properties{}
	}
	const room = 2 // and a fifth: who clones a bag is going to change it
	c := Properties{list: make([]Property, len(b.list), len(b.list)+len(b.list)/5+room), marks: b.marks}
	copy(c.list, b.list)
	if len(c.list) > indexFrom {
		c.reindex()
	}
	return c
}

// Grow makes room for n more properties.
func (b *Properties) Grow(n int) {
	if cap(b.list)-len(b.list) < n {
		b.list = append(make([]Property, 0, len(b.list)+n), b.list...)
	}
}

func (b *Properties) find(p Prop) int {
	if !b.marks.has(p.ID) {
		return -1
	}
	if b.index != nil {
		if i, ok := b.index[p.Untyped()]; ok {
			return i
		}
		return -1
	}
	for i := range b.list {
		// Prop.Same, without copies: this loop is where bags spend their time.
		if q := &b.list[i].Prop; q.ID == p.ID && q.Set == p.Set && q.Name == p.Name {
			return i
		}
	}
	return -1
}

func (b *Properties) reindex() {
	b.index = make(map[Prop]int, len(b.list)+1)
	for i, e := range b.list {
		b.index[e.Prop.Untyped()] = i
	}
}
