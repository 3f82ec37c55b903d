package rowkey

import (
	"encoding/binary"
	"time"

	"github.com/okapi-mail/okapi/mapi"
)

// FormatVersion is the version of the stored format. A store of a newer one is
// refused.
const FormatVersion = 1

// A Store is the header of the whole store.
type Store struct {
	Version   uint64
	ID        mapi.GUID
	NextSpace uint64 // the next mailbox or pool gets this number
}

// Append writes the record.
func (s Store) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, s.Version)
	b = append(b, s.ID[:]...)
	return binary.AppendUvarint(b, s.NextSpace)
}

// ParseStore reads the header of a store.
func ParseStore(b []byte) (Store, error) {
	r := &reader{b: b}
	s := Store{Version: r.uvarint(), ID: r.guid(), NextSpace: r.uvarint()}
	return s, r.done()
}

// A Mailbox is an entry of the store's directory.
type Mailbox struct {
	Space   Space
	Pool    Space
	Name    string
	Tenant  string
	ID      mapi.GUID // replica id: the GUID in identifiers made here
	Kind    byte      // 0 private, 1 public
	Locale  string
	Created time.Time
	Deleted bool // being deleted: its records are going away
}

// Append writes the record.
func (m Mailbox) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(m.Space))
	b = binary.AppendUvarint(b, uint64(m.Pool))
	b = appendString(b, m.Name)
	b = appendString(b, m.Tenant)
	b = append(b, m.ID[:]...)
	b = append(b, m.Kind)
	b = appendString(b, m.Locale)
	b = binary.LittleEndian.AppendUint64(b, mapi.ToFileTime(m.Created))
	return appendBool(b, m.Deleted)
}

// ParseMailbox reads an entry of the directory.
func ParseMailbox(b []byte) (Mailbox, error) {
	r := &reader{b: b}
	m := Mailbox{Space: Space(r.uvarint()), Pool: Space(r.uvarint()), Name: string(r.bytes()),
		Tenant: string(r.bytes()), ID: r.guid(), Kind: r.byte(), Locale: string(r.bytes()),
		Created: mapi.FromFileTime(r.uint64()), Deleted: r.byte() != 0}
	return m, r.done()
}

// A Header is what all transactions of a mailbox read and write.
type Header struct {
	Next      uint64 // the next folder, message or body gets this counter
	Change    uint64 // the last change number given out
	NextNamed uint64 // the next named property gets this id
	Turn      uint64 // another one after each transaction
	Size      int64  // bytes of all live messages
	Props     []byte // properties of the message store object, as a bag
}

// Append writes the record.
func (h Header) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, h.Next)
	b = binary.AppendUvarint(b, h.Change)
	b = binary.AppendUvarint(b, h.NextNamed)
	b = binary.AppendUvarint(b, h.Turn)
	b = binary.AppendVarint(b, h.Size)
	return appendBytes(b, h.Props)
}

// ParseHeader reads a mailbox's header.
func ParseHeader(b []byte) (Header, error) {
	r := &reader{b: b}
	h := Header{Next: r.uvarint(), Change: r.uvarint(), NextNamed: r.uvarint(), Turn: r.uvarint(), Size: r.varint(),
		Props: append([]byte(nil), r.bytes()...)}
	return h, r.done()
}

// A Folder is what is kept of a folder apart from its counters.
type Folder struct {
	Parent  uint64
	Change  uint64 // change number, and place in the log
	Special byte   // which special folder it is, or 0
	Type    byte   // 0 root, 1 generic, 2 search
	Deleted bool   // soft-deleted, itself or with an ancestor
	Props   []byte // as a bag
}

// Append writes the record.
func (f Folder) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, f.Parent)
	b = binary.AppendUvarint(b, f.Change)
	b = append(b, f.Special, f.Type)
	b = appendBool(b, f.Deleted)
	return appendBytes(b, f.Props)
}

// ParseFolder reads a folder's record.
func ParseFolder(b []byte) (Folder, error) {
	r := &reader{b: b}
	f := Folder{Parent: r.uvarint(), Change: r.uvarint(), Special: r.byte(), Type: r.byte(),
		Deleted: r.byte() != 0, Props: append([]byte(nil), r.bytes()...)}
	return f, r.done()
}

// Counters are the numbers of a folder that change with its messages and
// subfolders.
type Counters struct {
	Content    int64 // live normal messages
	Unread     int64 // of these, unread ones
	Associated int64 // live associated messages
	Deleted    int64 // soft-deleted messages of both kinds
	Subfolders int64 // live ones
	Size       int64 // bytes of the normal messages
	AssocSize  int64
	DelSize    int64

	DeletedTotal    int64  // messages ever deleted here
	HierarchyChange int64  // rises with each subfolder created, deleted or moved
	CommitMax       uint64 // FILETIME of the last change of a direct child
}

// Append writes the record.
func (c Counters) Append(b []byte) []byte {
	for _, n := range []int64{c.Content, c.Unread, c.Associated, c.Deleted, c.Subfolders,
		c.Size, c.AssocSize, c.DelSize, c.DeletedTotal, c.HierarchyChange} {
		b = binary.AppendVarint(b, n)
	}
	return binary.AppendUvarint(b, c.CommitMax)
}

// ParseCounters reads a folder's counters.
func ParseCounters(b []byte) (Counters, error) {
	r := &reader{b: b}
	c := Counters{Content: r.varint(), Unread: r.varint(), Associated: r.varint(), Deleted: r.varint(),
		Subfolders: r.varint(), Size: r.varint(), AssocSize: r.varint(), DelSize: r.varint(),
		DeletedTotal: r.varint(), HierarchyChange: r.varint(), CommitMax: r.uvarint()}
	return c, r.done()
}

// A Row is the record of a message that tables read.
type Row struct {
	Body       uint64 // where the rest of the message is
	Change     uint64 // change number, and place in the log
	ReadChange uint64 // change number of the last change of the read state, or 0
	Flags      mapi.MessageFlags
	Status     uint32 // PidTagMessageStatus
	Size       int64  // PidTagMessageSize
	Hidden     bool   // all attachments are hidden
	Overflow   bool   // some properties that belong here are in the body
	Associated bool
	Named      bool   // it has named properties (PidTagHasNamedProperties)
	Props      []byte // as a bag
}

const (
	rowHidden = 1 << iota
	rowOverflow
	rowAssociated
	rowNamed
)

// Append writes the record.
func (w Row) Append(b []byte) []byte {
	var bits byte
	if w.Hidden {
		bits |= rowHidden
	}
	if w.Overflow {
		bits |= rowOverflow
	}
	if w.Associated {
		bits |= rowAssociated
	}
	if w.Named {
		bits |= rowNamed
	}
	b = append(b, bits)
	b = binary.AppendUvarint(b, w.Body)
	b = binary.AppendUvarint(b, w.Change)
	b = binary.AppendUvarint(b, w.ReadChange)
	b = binary.AppendUvarint(b, uint64(uint32(w.Flags)))
	b = binary.AppendUvarint(b, uint64(w.Status))
	b = binary.AppendVarint(b, w.Size)
	return append(b, w.Props...) // the bag ends the record
}

// ParseRow reads a row. Props aliases b.
func ParseRow(b []byte) (Row, error) {
	r := &reader{b: b}
	bits := r.byte()
	w := Row{Hidden: bits&rowHidden != 0, Overflow: bits&rowOverflow != 0, Associated: bits&rowAssociated != 0, Named: bits&rowNamed != 0,
		Body: r.uvarint(), Change: r.uvarint(), ReadChange: r.uvarint(),
		Flags: mapi.MessageFlags(uint32(r.uvarint())), Status: uint32(r.uvarint()), Size: r.varint()}
	w.Props = r.b
	return w, r.err
}

// Change operations in the log.
const (
	OpCreated  = 1
	OpModified = 2
	OpRead     = 3 // the read state changed
	OpDeleted  = 4 // softly
	OpRemoved  = 5 // for good
	OpMoved    = 6 // away from Folder, as NewFolder and NewMessage
)

// A Change is an entry of the change log.
type Change struct {
	Op         byte
	Folder     uint64 // the folder of the message, or the parent of the folder
	Object     uint64 // message or folder
	IsFolder   bool
	Associated bool
	NewFolder  uint64
	NewObject  uint64
	Time       uint64 // FILETIME
}

// Append writes the record.
func (c Change) Append(b []byte) []byte {
	bits := c.Op << 2
	if c.IsFolder {
		bits |= 1
	}
	if c.Associated {
		bits |= 2
	}
	b = append(b, bits)
	b = binary.AppendUvarint(b, c.Folder)
	b = binary.AppendUvarint(b, c.Object)
	if c.Op == OpMoved {
		b = binary.AppendUvarint(b, c.NewFolder)
		b = binary.AppendUvarint(b, c.NewObject)
	}
	return binary.LittleEndian.AppendUint64(b, c.Time)
}

// ParseChange reads an entry of the change log.
func ParseChange(b []byte) (Change, error) {
	r := &reader{b: b}
	bits := r.byte()
	c := Change{Op: bits >> 2, IsFolder: bits&1 != 0, Associated: bits&2 != 0,
		Folder: r.uvarint(), Object: r.uvarint()}
	if c.Op == OpMoved {
		c.NewFolder, c.NewObject = r.uvarint(), r.uvarint()
	}
	c.Time = r.uint64()
	return c, r.done()
}

// A View is an index that a contents table keeps.
type View struct {
	Number uint16
	Used   uint64 // change number of the mailbox when it was made
	Spec   []byte // sort order and restriction
}

// AppendViews writes the list of indexes of one part of a folder.
func AppendViews(b []byte, vs []View) []byte {
	b = binary.AppendUvarint(b, uint64(len(vs)))
	for _, v := range vs {
		b = binary.LittleEndian.AppendUint16(b, v.Number)
		b = binary.AppendUvarint(b, v.Used)
		b = appendBytes(b, v.Spec)
	}
	return b
}

// ParseViews reads the list.
func ParseViews(b []byte) ([]View, error) {
	r := &reader{b: b}
	var vs []View
	for range r.count() {
		vs = append(vs, View{Number: r.uint16(), Used: r.uvarint(),
			Spec: append([]byte(nil), r.bytes()...)})
		if r.err != nil {
			return nil, r.err
		}
	}
	return vs, r.done()
}

// AppendDigests writes the contents that wait for their release.
func AppendDigests(b []byte, ds [][32]byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(ds)))
	for _, d := range ds {
		b = append(b, d[:]...)
	}
	return b
}

// ParseDigests reads the list.
func ParseDigests(b []byte) ([][32]byte, error) {
	r := &reader{b: b}
	var ds [][32]byte
	for range r.count() {
		var d [32]byte
		if copy(d[:], r.take(32)); r.err != nil {
			return nil, r.err
		}
		ds = append(ds, d)
	}
	return ds, r.done()
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}
