package store

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
	"github.com/okapi-mail/okapi/store/table"
)

// A viewSpec says which messages an index has and in which order: a sort order
// and a restriction. Its entries are the sort keys of the message, one after the
// other, and its id.
//
// A sort order that begins with a descending key is kept the other way round and
// read backwards, so that one index serves both directions.
type viewSpec struct {
	sort    mapi.SortOrder
	where   mapi.Restriction
	match   *mapi.Matcher
	keySize int // bytes that each sort key may take
	raw     []byte
}

// newViewSpec makes the spec that serves a view, and reports whether it is read
// backwards.
func newViewSpec(order mapi.SortOrder, where mapi.Restriction) (spec *viewSpec, backwards bool, err error) {
	if len(order) > maxSortKeys {
		return nil, false, fmt.Errorf("%w: %d sort keys", mapi.ErrTooComplex, len(order))
	}
	s := &viewSpec{where: where}
	backwards = len(order) > 0 && order[0].Descending
	for _, k := range order {
		if err := checkSortKey(k.Prop); err != nil {
			return nil, false, err
		}
		s.sort = append(s.sort, mapi.SortKey{Prop: k.Prop, Descending: k.Descending != backwards})
	}
	if s.match, err = mapi.Compile(where); err != nil {
		return nil, false, err
	}
	if s.raw, err = s.encode(); err != nil {
		return nil, false, err
	}
	s.size()
	return s, backwards, nil
}

// maxSortKeys is the largest number of keys of a sort order.
const maxSortKeys = 8

func checkSortKey(p mapi.Prop) error {
	if p.Type&mapi.MultiInstance != 0 {
		return fmt.Errorf("%w: %v sorts by single instances", mapi.ErrTooComplex, p)
	}
	switch p.Type {
	case mapi.PtypObject, mapi.PtypRestriction, mapi.PtypRuleAction, mapi.PtypUnspecified, mapi.PtypNull:
		return fmt.Errorf("%w: %v has no order", mapi.ErrTooComplex, p)
	}
	if !p.Type.Valid() {
		return fmt.Errorf("%w: %v", mapi.ErrInvalidParameter, p)
	}
	if !p.IsNamed() {
		switch p.ID {
		case idDepth, idInstID, 0x674E, idContentCount, idContentUnread:
			return fmt.Errorf("%w: %v is no sort key", mapi.ErrInvalidParameter, p)
		}
	}
	return nil
}

// size shares the room of an index entry among the sort keys.
func (s *viewSpec) size() {
	if n := len(s.sort); n > 0 {
		s.keySize = (maxEntry - idSize - 4*n) / n
	}
}

const (
	idSize   = 6
	maxEntry = 700
)

// encode writes the spec as it is kept with a folder. The version of the
// collation is in it: an index made by other rules is another index.
func (s *viewSpec) encode() ([]byte, error) {
	b := append([]byte{byte(len(mapi.CollationVersion))}, mapi.CollationVersion...)
	b = append(b, byte(len(s.sort)))
	for _, k := range s.sort {
		if k.Descending {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
		t := k.Prop.Type
		b = binary.LittleEndian.AppendUint16(b, uint16(t))
		b = binary.LittleEndian.AppendUint32(b, k.Prop.ID)
		if k.Prop.IsNamed() {
			n := rowkey.AppendName(nil, k.Prop)
			b = append(binary.LittleEndian.AppendUint16(b, uint16(len(n))), n...)
		} else {
			b = append(b, 0, 0)
		}
	}
	return rowkey.AppendRestriction(b, s.where)
}

// parseViewSpec reads a kept spec; nil when it was made with another collation,
// so that the index is of no use any more.
func parseViewSpec(raw []byte) (*viewSpec, error) {
	bad := fmt.Errorf("%w: description of an index", mapi.ErrCorruptData)
	b := raw
	if len(b) == 0 || len(b) < 2+int(b[0]) {
		return nil, bad
	}
	if string(b[1:1+b[0]]) != mapi.CollationVersion {
		return nil, nil
	}
	b = b[1+b[0]:]
	n := int(b[0])
	b = b[1:]
	s := &viewSpec{raw: raw}
	for range n {
		if len(b) < 9 {
			return nil, bad
		}
		k := mapi.SortKey{Descending: b[0] == 1, Prop: mapi.Prop{
			Type: mapi.Type(binary.LittleEndian.Uint16(b[1:])), ID: binary.LittleEndian.Uint32(b[3:])}}
		size := int(binary.LittleEndian.Uint16(b[7:]))
		if b = b[9:]; size > len(b) {
			return nil, bad
		}
		if size > 0 {
			p, err := rowkey.ParseName(b[:size])
			if err != nil {
				return nil, err
			}
			k.Prop = p.As(k.Prop.Type)
			b = b[size:]
		}
		s.sort = append(s.sort, k)
	}
	var err error
	if s.where, err = rowkey.ParseRestriction(b); err != nil {
		return nil, err
	}
	if s.match, err = mapi.Compile(s.where); err != nil {
		return nil, err
	}
	s.size()
	return s, nil
}

// entry returns the index entry of a message, or nil when the restriction does
// not let it in.
func (s *viewSpec) entry(im *image) ([]byte, error) {
	in, err := s.admits(im)
	if err != nil || !in {
		return nil, err
	}
	return s.appendEntry(nil, im, im.id)
}

// admits reports whether the restriction lets a message in.
func (s *viewSpec) admits(im *image) (bool, error) {
	if s.where == nil {
		return true, nil
	}
	ok, err := s.match.Match(im)
	if err == nil {
		err = im.err
	}
	return ok, err
}

func (s *viewSpec) appendEntry(b []byte, obj mapi.Getter, id uint64) ([]byte, error) {
	for _, k := range s.sort {
		v := obj.Get(k.Prop)
		if large, ok := v.(mapi.Stream); ok {
			head, err := headOf(k.Prop.Type, large)
			if err != nil {
				return nil, err
			}
			v = head
		}
		b = mapi.AppendSortKey(b, k.Prop.Type, v, k.Descending, s.keySize)
	}
	if im, ok := obj.(*image); ok && im.err != nil {
		return nil, im.err
	}
	return rowkey.ID(b, id), nil
}

// headOf reads as much of a large value as can matter to a sort key.
func headOf(t mapi.Type, s mapi.Stream) (mapi.Value, error) {
	r, err := s.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	head := make([]byte, min(s.Size(), mapi.ComparedBytes))
	n, err := readFull(r, head)
	if err != nil {
		return nil, err
	}
	if t.IsString() {
		return strings.ToValidUTF8(string(head[:n]), ""), nil
	}
	return head[:n], nil
}

// uses reports whether the spec looks at p.
func (s *viewSpec) uses() (props, tables []mapi.Prop) {
	props, tables = mapi.RestrictionProps(s.where)
	for _, k := range s.sort {
		props = append(props, k.Prop)
	}
	return props, tables
}

// A viewIndex is an index that a part of a folder keeps.
type viewIndex struct {
	rowkey.View
	spec  *viewSpec // nil: made with another collation, to be dropped
	index table.Index
}

// A viewList is all indexes of a part of a folder.
type viewList struct {
	folderPart
	list []viewIndex
}

// readViews returns the indexes of a part of a folder.
func (b *Mailbox) readViews(get func(key []byte) ([]byte, error), fp folderPart) (*viewList, error) {
	payload, err := get(b.space.Views(fp.folder, fp.part))
	if err != nil || payload == nil {
		return &viewList{folderPart: fp}, err
	}
	kept, err := rowkey.ParseViews(payload)
	if err != nil {
		return nil, err
	}
	vl := &viewList{folderPart: fp, list: make([]viewIndex, len(kept))}
	for i, v := range kept {
		spec, err := b.specOf(v.Spec)
		if err != nil {
			return nil, err
		}
		vl.list[i] = viewIndex{v, spec, table.NewIndex(b.space.Index(fp.folder, fp.part, v.Number))}
	}
	return vl, nil
}

func (v *viewList) find(spec *viewSpec) *viewIndex {
	for i := range v.list {
		if string(v.list[i].Spec) == string(spec.raw) {
			return &v.list[i]
		}
	}
	return nil
}

// specOf parses a kept spec, remembering the ones it has seen: a mailbox has few
// different ones and every write asks for them.
func (b *Mailbox) specOf(raw []byte) (*viewSpec, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s, ok := b.specs[string(raw)]; ok {
		return s, nil
	}
	s, err := parseViewSpec(raw)
	if err != nil {
		return nil, err
	}
	if b.specs == nil || len(b.specs) > 256 {
		b.specs = map[string]*viewSpec{}
	}
	b.specs[string(raw)] = s
	return s, nil
}
