package msg

import (
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf16"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
)

// Streams of the storage of names (MS-OXMSG 2.2.3).
const (
	tagGUIDs   mapi.Tag = 0x00020102
	tagEntries mapi.Tag = 0x00030102
	tagStrings mapi.Tag = 0x00040102
)

const (
	firstBucket = 0x1000
	buckets     = 0x1F
	maxNames    = 0x7FFF // ids from 0x8000 to 0xFFFE
	maxUnits    = 256    // UTF-16 units of a name that is believed
)

// Numbers of property sets: the first two are known, those of the file follow.
const (
	setMapi = iota + 1
	setPublicStrings
	setFirst
)

// readNames reads which properties the ids from 0x8000 up stand for.
func (d *decoder) readNames(e *cfb.Entry) {
	stream := func(t mapi.Tag) []byte {
		c := e.Child(streamName(t))
		if c == nil || c.Kind != cfb.KindStream {
			return nil
		}
		b := d.read(c, Issue{Rule: RuleName, Path: c.Path()})
		d.hold(-int64(len(b)))
		return b
	}
	guids, entries, texts := stream(tagGUIDs), stream(tagEntries), stream(tagStrings)
	for ; len(entries) >= 8 && d.err == nil; entries = entries[8:] {
		id, kind, index := le.Uint32(entries), le.Uint16(entries[4:]), int(le.Uint16(entries[6:]))
		if index >= maxNames {
			d.report(Issue{Rule: RuleName, Path: e.Path(), Detail: fmt.Sprintf("a name for id %#x", 0x8000+index)})
			continue
		}
		p, ok := readName(id, kind, guids, texts)
		if !ok {
			d.report(Issue{Rule: RuleName, Path: e.Path(), Detail: fmt.Sprintf("the name of id %#x is damaged", 0x8000+index)})
			continue
		}
		for len(d.names) <= index {
			d.names = append(d.names, mapi.Prop{})
		}
		d.names[index] = p
	}
}

// readName reads one entry: a number or the place of a string, and a property set.
func readName(id uint32, kind uint16, guids, texts []byte) (mapi.Prop, bool) {
	var set mapi.GUID
	switch n := int(kind >> 1); {
	case n == setMapi:
		set = mapi.PSMapi
	case n == setPublicStrings:
		set = mapi.PSPublicStrings
	case n >= setFirst && (n-setFirst+1)*16 <= len(guids):
		set = mapi.GUID(guids[(n-setFirst)*16:])
	}
	if set.IsZero() {
		return mapi.Prop{}, false
	}
	if kind&1 == 0 {
		p := mapi.NamedID(set, id, mapi.PtypUnspecified)
		return p, p.IsNamed() || p.ID > 0 && p.ID < 0x8000
	}
	if int64(id)+4 > int64(len(texts)) {
		return mapi.Prop{}, false
	}
	size, texts := le.Uint32(texts[id:]), texts[id+4:]
	if size == 0 || size > 2*maxUnits || int(size) > len(texts) {
		return mapi.Prop{}, false
	}
	p := mapi.NamedString(set, utf16Text(texts[:size]), mapi.PtypUnspecified)
	return p, p.Name != ""
}

// fileNames are the names of the file for package wire.
type fileNames struct {
	decoder *decoder
	encoder *encoder
}

// Prop implements wire.Names.
func (n fileNames) Prop(id uint16, t mapi.Type) (mapi.Prop, error) {
	if p, ok := n.decoder.prop(mapi.MakeTag(id, t)); ok {
		return p, nil
	}
	return mapi.Prop{}, mapi.ErrNotFound
}

// ID implements wire.Names.
func (n fileNames) ID(p mapi.Prop) (uint16, error) { return n.encoder.id(p) }

// A nameTable gives ids to named properties, in the order in which they come.
type nameTable struct {
	ids  map[mapi.Prop]uint16
	list []mapi.Prop
	sets map[mapi.GUID]uint16
	all  []mapi.GUID
}

// id is the id of a named property in the file.
func (n *nameTable) id(p mapi.Prop) (uint16, error) {
	p = p.Untyped()
	if id, ok := n.ids[p]; ok {
		return id, nil
	}
	if len(n.list) >= maxNames {
		return 0, fmt.Errorf("%w: more than %d named properties", mapi.ErrNamedPropQuota, maxNames)
	}
	if n.ids == nil {
		n.ids = map[mapi.Prop]uint16{}
		n.sets = map[mapi.GUID]uint16{mapi.PSMapi: setMapi, mapi.PSPublicStrings: setPublicStrings}
	}
	if _, ok := n.sets[p.Set]; !ok {
		n.sets[p.Set] = setFirst + uint16(len(n.all))
		n.all = append(n.all, p.Set)
	}
	id := 0x8000 + uint16(len(n.list))
	n.ids[p] = id
	n.list = append(n.list, p)
	return id, nil
}

// write makes the storage of names (MS-OXMSG 2.2.3).
func (n *nameTable) write(s *cfb.Storage) {
	var guids, entries, texts []byte
	var hashed [buckets][]byte
	for _, g := range n.all {
		guids = append(guids, g[:]...)
	}
	for i, p := range n.list {
		number, hash, kind := p.ID, p.ID, n.sets[p.Set]<<1
		if p.Name != "" {
			for len(texts)%4 != 0 { // QUIRK: Outlook fills up between names, not after the last
				texts = append(texts, 0)
			}
			name := appendUTF16(nil, p.Name)
			number, hash, kind = uint32(len(texts)), nameHash(name), kind|1
			texts = append(le.AppendUint32(texts, uint32(len(name))), name...)
		}
		entries = appendName(entries, number, kind, i)
		b := &hashed[(hash^uint32(kind))%buckets]
		*b = appendName(*b, hash, kind, i)
	}
	s.Add(streamName(tagGUIDs), cfb.Bytes(guids))
	s.Add(streamName(tagEntries), cfb.Bytes(entries))
	s.Add(streamName(tagStrings), cfb.Bytes(texts))
	for i, b := range hashed {
		if len(b) > 0 {
			s.Add(streamName(mapi.MakeTag(firstBucket+uint16(i), mapi.PtypBinary)), cfb.Bytes(b))
		}
	}
}

func appendName(dst []byte, number uint32, kind uint16, index int) []byte {
	dst = le.AppendUint32(dst, number)
	dst = le.AppendUint16(dst, kind)
	return le.AppendUint16(dst, uint16(index))
}

// nameHash is the CRC-32 of a name, which begins with 0 and is not inverted: as in
// compressed RTF, and as Outlook does it.
func nameHash(name []byte) uint32 { return ^crc32.Update(^uint32(0), crc32.IEEETable, name) }

// utf16Text reads UTF-16 without the NULs at its end. Half a unit does not count.
func utf16Text(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = le.Uint16(b[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), "\x00")
}

// appendUTF16 writes no terminator.
func appendUTF16(dst []byte, s string) []byte {
	for _, r := range s {
		if r > 0xFFFF {
			hi, lo := utf16.EncodeRune(r)
			dst = le.AppendUint16(le.AppendUint16(dst, uint16(hi)), uint16(lo))
			continue
		}
		dst = le.AppendUint16(dst, uint16(r))
	}
	return dst
}
