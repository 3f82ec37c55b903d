package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/driver"
	"github.com/okapi-mail/okapi/store/internal/rowkey"
)

// Ids of named properties (MS-OXCPRPT 2.2.1.5).
const (
	firstNamed = 0x8001
	lastNamed  = 0xFFFE
	maxNamed   = lastNamed - firstNamed + 1
)

// A nameTable keeps what is known of a mailbox's named-property mapping. The
// mapping only grows, so what was learnt stays true.
type nameTable struct {
	box  *Mailbox
	mu   sync.RWMutex
	ids  map[mapi.Prop]uint16 // by untyped Prop
	prop map[uint16]mapi.Prop
}

func (n *nameTable) learn(names map[mapi.Prop]uint16) {
	if len(names) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ids == nil {
		n.ids, n.prop = map[mapi.Prop]uint16{}, map[uint16]mapi.Prop{}
	}
	for p, id := range names {
		n.ids[p], n.prop[id] = id, p
	}
}

func (n *nameTable) id(p mapi.Prop) uint16 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.ids[p.Untyped()]
}

// propOf is the codec's way from an id to a property.
func (n *nameTable) propOf(id uint16) (mapi.Prop, error) {
	n.mu.RLock()
	p, ok := n.prop[id]
	n.mu.RUnlock()
	if ok {
		return p, nil
	}
	err := n.box.store.view(context.Background(), func(r driver.Reader) error {
		var found bool
		var err error
		if p, found, err = n.box.readName(r, id); err == nil && !found {
			err = fmt.Errorf("%w: named property 0x%04X is not in the mapping", mapi.ErrCorruptData, id)
		}
		return err
	})
	if err == nil {
		n.learn(map[mapi.Prop]uint16{p: id})
	}
	return p, err
}

func (b *Mailbox) nameByID(id uint16) []byte {
	return binary.BigEndian.AppendUint16(append(b.space.Kind(rowkey.KindNamed), 'i'), id)
}

func (b *Mailbox) nameByProp(p mapi.Prop) []byte {
	k := append(append(b.space.Kind(rowkey.KindNamed), 'n'), p.Set[:]...)
	if p.Name != "" {
		return append(append(k, 1), p.Name...)
	}
	return binary.BigEndian.AppendUint32(append(k, 0), p.ID)
}

func (b *Mailbox) readName(r driver.Reader, id uint16) (mapi.Prop, bool, error) {
	v, err := getSealed(r, b.nameByID(id))
	if err != nil || v == nil {
		return mapi.Prop{}, false, err
	}
	p, err := rowkey.ParseName(v)
	return p, err == nil, err
}

func (b *Mailbox) readID(r driver.Reader, p mapi.Prop) (uint16, error) {
	if id := b.names.id(p); id != 0 {
		return id, nil
	}
	v, err := getSealed(r, b.nameByProp(p))
	if err != nil || v == nil {
		return 0, err
	}
	if len(v) != 2 {
		return 0, fmt.Errorf("%w: id of a named property", mapi.ErrCorruptData)
	}
	return binary.BigEndian.Uint16(v), nil
}

// idOf returns the id of a named property for writing and registers it when it
// is new. 0 means that the property is written with its name: so are header names,
// which anybody who sends mail can invent, and everything new once the mapping is
// full.
func (t *txn) idOf(p mapi.Prop) uint16 {
	if p.Set == mapi.PSInternetHeaders || p.Set == mapi.PSOkapi {
		return 0
	}
	p = p.Untyped()
	if id, ok := t.names[p]; ok {
		return id
	}
	id, err := t.box.readID(t, p)
	if err == nil && id == 0 {
		id, err = t.register(p)
	}
	if err != nil && t.err == nil {
		t.err = err
	}
	t.know(p, id)
	return id
}

func (t *txn) know(p mapi.Prop, id uint16) {
	if id != 0 {
		if t.names == nil {
			t.names = map[mapi.Prop]uint16{}
		}
		t.names[p] = id
	}
}

// register gives a named property an id, or 0 when the mapping is full.
func (t *txn) register(p mapi.Prop) (uint16, error) {
	if len(p.Name) > mapi.MaxNameLength || t.header.NextNamed >= uint64(firstNamed+t.box.store.opts.MaxNamedProperties) {
		return 0, nil
	}
	id := uint16(t.header.NextNamed)
	t.header.NextNamed++
	if err := t.put(t.box.nameByID(id), rowkey.AppendName(nil, p)); err != nil {
		return 0, err
	}
	return id, t.put(t.box.nameByProp(p), binary.BigEndian.AppendUint16(nil, id))
}

// NamesFromIDs returns the properties that the ids stand for in this mailbox
// (GetNamesFromPropertyIds, MS-OXCPRPT 2.2.13), in the order of ids. Ids below
// 0x8000 are the tagged properties themselves; an id that was never given out
// gives the zero Prop. Without ids it returns the whole mapping, by id.
func (b *Mailbox) NamesFromIDs(ctx context.Context, ids ...uint16) ([]mapi.Prop, error) {
	var list []mapi.Prop
	err := b.view(ctx, func(r driver.Reader) error {
		list = nil
		if len(ids) == 0 {
			return scanSealed(r, append(b.space.Kind(rowkey.KindNamed), 'i'), func(_, v []byte) error {
				p, err := rowkey.ParseName(v)
				list = append(list, p)
				return err
			})
		}
		for _, id := range ids {
			if id < 0x8000 {
				list = append(list, mapi.Prop{ID: uint32(id)})
				continue
			}
			p, _, err := b.readName(r, id)
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		return nil
	})
	return list, fail("store.Mailbox.NamesFromIDs", err)
}

// IDsFromNames returns the mailbox's ids of properties (GetPropertyIdsFromNames,
// MS-OXCPRPT 2.2.12), in their order; types are ignored. Tagged properties are
// their own ids. A name that has no id gives 0, unless create is set: then it is
// registered for good. With create it reports mapi.ErrNotEnoughMemory when the
// mapping is full and mapi.ErrInvalidParameter for a name that cannot be mapped.
func (b *Mailbox) IDsFromNames(ctx context.Context, create bool, list ...mapi.Prop) ([]uint16, error) {
	const op = "store.Mailbox.IDsFromNames"
	ids := make([]uint16, len(list))
	if !create {
		err := b.view(ctx, func(r driver.Reader) (err error) {
			for i, p := range list {
				if ids[i], err = b.idFromName(r, p); err != nil {
					return err
				}
			}
			return nil
		})
		return ids, fail(op, err)
	}
	err := b.update(ctx, false, func(t *txn) error {
		for i, p := range list {
			id, err := b.idFromName(t, p)
			if err == nil && id == 0 {
				id, err = t.mustRegister(p.Untyped())
			}
			if err != nil {
				return err
			}
			ids[i] = id
		}
		return nil
	})
	return ids, fail(op, err)
}

func (b *Mailbox) idFromName(r driver.Reader, p mapi.Prop) (uint16, error) {
	switch {
	case !p.IsNamed() || p.Set == mapi.PSMapi:
		if p.Name != "" || p.ID >= 0x8000 {
			return 0, nil
		}
		return uint16(p.ID), nil
	default:
		return b.readID(r, mapi.NamedProp(p))
	}
}

func (t *txn) mustRegister(p mapi.Prop) (uint16, error) {
	switch {
	case !p.IsNamed() || p.Set == mapi.PSMapi:
		return 0, fmt.Errorf("%w: %v has no id", mapi.ErrInvalidParameter, p)
	case len(p.Name) > mapi.MaxNameLength:
		return 0, fmt.Errorf("%w: name of %d bytes", mapi.ErrInvalidParameter, len(p.Name))
	}
	p = mapi.NamedProp(p)
	if id := t.names[p]; id != 0 {
		return id, nil
	}
	id, err := t.register(p)
	if err == nil && id == 0 {
		err = fmt.Errorf("%w: the mapping of named properties is full", mapi.ErrNotEnoughMemory)
	}
	t.know(p, id)
	return id, err
}
