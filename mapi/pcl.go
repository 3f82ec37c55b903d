package mapi

import (
	"fmt"
	"slices"
)

// A PCL is a predecessor change list (PidTagPredecessorChangeList, MS-OXCFXICS
// 2.2.2.3): the latest change that a version of an object has seen from each
// namespace. It is sorted by namespace, with one entry each; the functions keep it
// so. The zero value has seen nothing. Methods do not change their receiver.
type PCL []XID

// MakePCL returns the list of the given changes, the highest of each namespace.
func MakePCL(changes ...XID) PCL {
	p := PCL(slices.Clone(changes))
	slices.SortFunc(p, XID.Compare)
	last := 0
	for i, x := range p {
		if i > 0 && x.Namespace != p[last].Namespace {
			last++
		}
		p[last] = x // of one namespace the highest comes last
	}
	return p[:min(last+1, len(p))]
}

// ParsePCL reads the binary form: entries of one byte for the size and an [XID]. It
// accepts any order and repeated namespaces. The error is [ErrCorruptData].
func ParsePCL(b []byte) (PCL, error) {
	var all []XID
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n {
			return nil, fmt.Errorf("%w: predecessor change list is cut off", ErrCorruptData)
		}
		x, err := ParseXID(b[1 : 1+n])
		if err != nil {
			return nil, fmt.Errorf("predecessor change list: %w", err)
		}
		all, b = append(all, x), b[1+n:]
	}
	return MakePCL(all...), nil
}

// Bytes returns the binary form, which is the same for equal lists.
func (p PCL) Bytes() []byte {
	b := []byte{}
	for _, x := range p {
		b = append(b, 16+x.Size)
		b = append(b, x.Bytes()...)
	}
	return b
}

// Merge returns what either list has seen.
func (p PCL) Merge(q PCL) PCL { return MakePCL(append(slices.Clone(p), q...)...) }

// With returns p after the change x, as a local modification makes it.
func (p PCL) With(x XID) PCL { return p.Merge(PCL{x}) }

// Has reports whether p has seen the change x or a later one of its namespace.
func (p PCL) Has(x XID) bool {
	i, ok := slices.BinarySearchFunc(p, x, func(e, x XID) int {
		return XID{Namespace: e.Namespace}.Compare(XID{Namespace: x.Namespace})
	})
	return ok && p[i].Counter >= x.Counter
}

// Includes reports whether p has seen all that q has.
func (p PCL) Includes(q PCL) bool {
	for _, x := range q {
		if !p.Has(x) {
			return false
		}
	}
	return true
}

// A Verdict says what to do with an incoming version of an object (MS-OXCFXICS
// 3.1.5.6).
type Verdict uint8

const (
	AcceptChange   Verdict = iota // it is newer: it replaces the local version
	IgnoreChange                  // it is known already
	ChangeConflict                // both sides changed: see MS-OXCFXICS 3.1.5.6.2
)

// String returns the name.
func (v Verdict) String() string {
	switch v {
	case AcceptChange:
		return "accept"
	case IgnoreChange:
		return "ignore"
	case ChangeConflict:
		return "conflict"
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// Judge compares the list of the local version, p, with that of an incoming one. When
// they conflict, the winner's new list is the [PCL.Merge] of both.
func (p PCL) Judge(incoming PCL) Verdict {
	switch {
	case p.Includes(incoming):
		return IgnoreChange
	case incoming.Includes(p):
		return AcceptChange
	}
	return ChangeConflict
}
