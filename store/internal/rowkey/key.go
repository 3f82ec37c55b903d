// Package rowkey is the stored format: which keys a mailbox has, and how their
// values are written. Nothing outside package store depends on it.
//
// Every key begins with the eight bytes of the space it belongs to: a mailbox,
// a tenant's pool of contents, or the directory of the store (space 0). One byte
// follows that says what kind of record it is. Numbers are big-endian, so that
// keys order as numbers do. Identifiers take six bytes, as in MAPI.
//
//	space 'H'                              header of a mailbox
//	space 'F' folder                       properties of a folder
//	space 'f' folder                       counters of a folder
//	space 'c' parent state folder          children of a folder; state: 0 live, 1 soft-deleted
//	space 'n' parent name                  names of live children, case-folded
//	space 'R' folder part message          row of a message: what tables read
//	space 'B' body chunk                   the rest of a message: everything else
//	space 'V' folder part                  the indexes that a contents table keeps
//	space 'X' folder part index ...        one index (package table)
//	space 'L' change                       change log
//	space 'K' name                         cursors into the change log
//	space 'N' 'i' id, 'N' 'n' name         named properties, both ways
//	space 'T' delivery id, 'U' time id     deliveries that were already made
//	space 'Q' owner                        contents to release
//	space 'G' folder                       folders that are being removed
//
//	0 'H'                                  header of the store
//	0 'M' mailbox                          mailboxes by number
//	0 'm' name                             mailboxes by name
//	0 'P' tenant                           pools by tenant
//
// Every value ends in a CRC-32C over key and payload ([Seal], [Open]), except
// those of indexes, which [table.Index] guards by its counts.
package rowkey

import "encoding/binary"

// A Space is the part of the key space that one mailbox or pool has to itself.
type Space uint64

// Directory is the space of what belongs to no mailbox.
const Directory Space = 0

// Kinds of records.
const (
	KindHeader     = 'H'
	KindFolder     = 'F'
	KindCounters   = 'f'
	KindChild      = 'c'
	KindName       = 'n'
	KindRow        = 'R'
	KindBody       = 'B'
	KindViews      = 'V'
	KindIndex      = 'X'
	KindLog        = 'L'
	KindCursor     = 'K'
	KindNamed      = 'N'
	KindDelivery   = 'T'
	KindDeliveryAt = 'U'
	KindRelease    = 'Q'
	KindPurge      = 'G'

	KindMailbox     = 'M'
	KindMailboxName = 'm'
	KindPool        = 'P'
)

// A Part is one of the three sets of messages in a folder.
type Part byte

// The parts of a folder.
const (
	Normal     Part = 0 // contents
	Associated Part = 1 // associated contents (FAI)
	Deleted    Part = 2 // soft-deleted messages of both kinds
)

// Prefix is the beginning of every key of the space.
func (s Space) Prefix() []byte { return binary.BigEndian.AppendUint64(nil, uint64(s)) }

// Kind is the beginning of all records of one kind.
func (s Space) Kind(kind byte) []byte {
	return append(binary.BigEndian.AppendUint64(make([]byte, 0, 40), uint64(s)), kind)
}

// ID appends a six-byte number to a key.
func ID(key []byte, id uint64) []byte {
	return append(key, byte(id>>40), byte(id>>32), byte(id>>24), byte(id>>16), byte(id>>8), byte(id))
}

// LastID reads the six-byte number at the end of a key.
func LastID(key []byte) uint64 {
	if len(key) < 6 {
		return 0
	}
	b := key[len(key)-6:]
	return uint64(b[0])<<40 | uint64(b[1])<<32 | uint64(b[2])<<24 | uint64(b[3])<<16 | uint64(b[4])<<8 | uint64(b[5])
}

// Header is the key of the mailbox's header.
func (s Space) Header() []byte { return s.Kind(KindHeader) }

// Folder is the key of a folder's properties.
func (s Space) Folder(id uint64) []byte { return ID(s.Kind(KindFolder), id) }

// Counters is the key of a folder's counters.
func (s Space) Counters(id uint64) []byte { return ID(s.Kind(KindCounters), id) }

// Children is the beginning of the keys of a folder's live or soft-deleted
// children.
func (s Space) Children(parent uint64, deleted bool) []byte {
	k := ID(s.Kind(KindChild), parent)
	if deleted {
		return append(k, 1)
	}
	return append(k, 0)
}

// Child is the key that lists one child of a folder.
func (s Space) Child(parent uint64, deleted bool, id uint64) []byte {
	return ID(s.Children(parent, deleted), id)
}

// Name is the key of a live child's folded name.
func (s Space) Name(parent uint64, folded []byte) []byte {
	return append(ID(s.Kind(KindName), parent), folded...)
}

// Rows is the beginning of the keys of the rows of one part of a folder.
func (s Space) Rows(folder uint64, part Part) []byte {
	return append(ID(s.Kind(KindRow), folder), byte(part))
}

// Row is the key of a message's row.
func (s Space) Row(folder uint64, part Part, message uint64) []byte {
	return ID(s.Rows(folder, part), message)
}

// Body is the beginning of the keys of a message's body chunks.
func (s Space) Body(id uint64) []byte { return ID(s.Kind(KindBody), id) }

// BodyChunk is the key of one chunk.
func (s Space) BodyChunk(id uint64, n int) []byte {
	return binary.BigEndian.AppendUint16(s.Body(id), uint16(n))
}

// Views is the key of the list of indexes of one part of a folder.
func (s Space) Views(folder uint64, part Part) []byte {
	return append(ID(s.Kind(KindViews), folder), byte(part))
}

// Indexes is the beginning of the keys of all indexes of a folder.
func (s Space) Indexes(folder uint64) []byte { return ID(s.Kind(KindIndex), folder) }

// Index is the prefix of one index.
func (s Space) Index(folder uint64, part Part, n uint16) []byte {
	return binary.BigEndian.AppendUint16(append(s.Indexes(folder), byte(part)), n)
}

// Log is the key of a change.
func (s Space) Log(change uint64) []byte { return ID(s.Kind(KindLog), change) }

// After is the least key above all keys that begin with prefix.
func After(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
