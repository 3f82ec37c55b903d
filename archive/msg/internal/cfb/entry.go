package cfb

import (
	"unicode/utf16"

	"github.com/okapi-mail/okapi/mapi"
)

// A Kind says what an entry is (MS-CFB 2.6.1).
type Kind uint8

// The kinds of entries.
const (
	KindStorage Kind = 1
	KindStream  Kind = 2
	KindRoot    Kind = 5
)

// An Entry is a storage or a stream.
type Entry struct {
	Name  string
	Kind  Kind
	Size  int64 // of a stream
	Attrs       // of a storage

	// Children are what is in a storage, in the order of their names, if the file is
	// sound.
	Children []*Entry

	parent *Entry
	start  uint32
	child  uint32
	depth  int
}

// Attrs are what a storage says about itself.
type Attrs struct {
	Class             mapi.GUID // of the program that understands it
	State             uint32    // as that program likes
	Created, Modified uint64    // FILETIME, 0 when unknown
}

// Child returns the entry of that name in a storage, or nil. Names compare as in
// MS-CFB 2.6.4.
func (e *Entry) Child(name string) *Entry {
	units := utf16.Encode([]rune(name))
	for _, c := range e.Children {
		if compareNames(utf16.Encode([]rune(c.Name)), units) == 0 {
			return c
		}
	}
	return nil
}

// Path is where the entry is: names from the top, with slashes between.
func (e *Entry) Path() string {
	if e.parent == nil {
		return ""
	}
	if p := e.parent.Path(); p != "" {
		return p + "/" + e.Name
	}
	return e.Name
}

// A directory walks over entries, and over each once.
type directory struct {
	file *File
	b    []byte
	seen []bool
	room []Entry // for those that can be reached, together
}

// tree returns the root with all that can be reached from it, or nil.
func (f *File) tree(b []byte) *Entry {
	n := len(b) / entrySize
	if n == 0 {
		return nil
	}
	d := directory{f, b, make([]bool, n), make([]Entry, 0, min(n, slab))}
	root := d.entry(0)
	if root.Kind != KindRoot {
		return nil
	}
	d.seen[0] = true
	for storages := []*Entry{root}; len(storages) > 0; {
		s := storages[len(storages)-1]
		storages = storages[:len(storages)-1]
		d.fill(s)
		for _, c := range s.Children {
			if c.Kind == KindStorage && c.depth < MaxDepth {
				storages = append(storages, c)
			} else if c.Kind == KindStorage {
				f.opt.Report(c.Name, "storages are nested too deep")
			}
		}
	}
	return root
}

// fill collects the children of a storage from left to right.
func (d *directory) fill(s *Entry) {
	type step struct {
		e     *Entry
		right uint32
	}
	var path []step
	for id := s.child; ; {
		for id != noEntry && d.take(id, s) {
			e := d.entry(id)
			e.parent, e.depth = s, s.depth+1
			b := d.b[int(id)*entrySize:]
			path = append(path, step{e, le.Uint32(b[72:])})
			id = le.Uint32(b[68:])
		}
		if len(path) == 0 {
			return
		}
		top := path[len(path)-1]
		path = path[:len(path)-1]
		if top.e.Kind == KindStorage || top.e.Kind == KindStream {
			s.Children = append(s.Children, top.e)
		} else {
			d.file.opt.Report(top.e.Path(), "an entry of no known kind")
		}
		id = top.right
	}
}

// take reports whether the entry is there and was not met before.
func (d *directory) take(id uint32, s *Entry) bool {
	if int64(id) >= int64(len(d.seen)) || d.seen[id] {
		d.file.opt.Report(s.Path(), "the directory leads nowhere or back")
		return false
	}
	d.seen[id] = true
	return true
}

// entry reads an entry (MS-CFB 2.6.1).
func (d *directory) entry(id uint32) *Entry {
	b := d.b[int(id)*entrySize:][:entrySize]
	if len(d.room) == cap(d.room) {
		d.room = make([]Entry, 0, slab)
	}
	d.room = append(d.room, Entry{Kind: Kind(b[66]), start: le.Uint32(b[116:]), child: le.Uint32(b[76:])})
	e := &d.room[len(d.room)-1]
	e.Name = entryName(b)
	if e.Kind == KindStorage || e.Kind == KindRoot {
		copy(e.Class[:], b[80:])
		e.State, e.Created, e.Modified = le.Uint32(b[96:]), le.Uint64(b[100:]), le.Uint64(b[108:])
	}
	if e.Kind == KindStream || e.Kind == KindRoot {
		size := le.Uint64(b[120:])
		if d.file.head.major < 4 {
			size &= 0xFFFFFFFF // QUIRK: old writers leave rubbish in the upper half
		}
		e.Size = int64(min(size, 1<<62))
	}
	return e
}

// slab is how many entries are allocated together.
const slab = 64

// entryName reads the name of an entry, without its NUL.
func entryName(b []byte) string {
	size := int(min(le.Uint16(b[64:]), 2*nameUnits)) - 2
	var ascii [nameUnits]byte
	n := 0
	for ; 2*n+1 < size && b[2*n] < 0x80 && b[2*n+1] == 0; n++ {
		ascii[n] = b[2*n]
	}
	if 2*n+1 >= size {
		return string(ascii[:n])
	}
	units := make([]uint16, 0, nameUnits)
	for i := 0; i+1 < size; i += 2 {
		units = append(units, le.Uint16(b[i:]))
	}
	return string(utf16.Decode(units))
}
