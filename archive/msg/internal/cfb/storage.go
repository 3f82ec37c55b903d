package cfb

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf16"

	"github.com/okapi-mail/okapi/mapi"
)

// A Storage is a storage that is to be written. The zero value is empty.
type Storage struct {
	Attrs
	list []node
}

// A node is a child of a storage, and the row of the directory that it becomes.
type node struct {
	name    []uint16
	storage *Storage // or
	content Content

	id          uint32
	left, right uint32
	red         bool
	child       uint32
	start       int64 // sector, or mini sector
}

// Bytes are a [Content] in memory.
type Bytes []byte

// Size implements [Content].
func (b Bytes) Size() int64 { return int64(len(b)) }

// Open implements [Content].
func (b Bytes) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

// Add puts a stream into the storage. Two children of one name are an error of
// [Plan].
func (s *Storage) Add(name string, c Content) {
	s.list = append(s.list, node{name: utf16.Encode([]rune(name)), content: c})
}

// Sub puts a new storage into the storage.
func (s *Storage) Sub(name string) *Storage {
	sub := &Storage{}
	s.AddStorage(name, sub)
	return sub
}

// AddStorage puts a storage into the storage.
func (s *Storage) AddStorage(name string, sub *Storage) {
	s.list = append(s.list, node{name: utf16.Encode([]rune(name)), storage: sub})
}

// CopyOf returns a storage with all that is in an entry of f, and damaged with what is
// there of it. Streams read f when they are written.
func CopyOf(f *File, e *Entry) (*Storage, error) {
	s := &Storage{Attrs: e.Attrs}
	for _, c := range e.Children {
		if c.Kind == KindStorage {
			sub, err := CopyOf(f, c)
			if err != nil {
				return nil, err
			}
			s.AddStorage(c.Name, sub)
			continue
		}
		content, err := f.Stream(c)
		if damage(err) {
			f.opt.Report(c.Path(), err.Error())
		} else if err != nil {
			return nil, err
		}
		s.Add(c.Name, content)
	}
	return s, nil
}

// sort brings the children into the order of their names.
func (s *Storage) sort() error {
	slices.SortFunc(s.list, func(a, b node) int { return compareNames(a.name, b.name) })
	for i, n := range s.list {
		if len(n.name) == 0 || len(n.name) >= nameUnits {
			return corrupt("the name %q of an entry", string(utf16.Decode(n.name)))
		}
		if i > 0 && compareNames(n.name, s.list[i-1].name) == 0 {
			return corrupt("two entries of the name %q", string(utf16.Decode(n.name)))
		}
	}
	return nil
}

// number gives ids to all nodes, storage by storage, and returns them in this order.
// The list begins with the root.
func (s *Storage) number() ([]*node, error) {
	root := &node{name: utf16.Encode([]rune("Root Entry")), storage: s, left: noEntry, right: noEntry}
	all := []*node{root}
	for i := 0; i < len(all); i++ {
		n := all[i]
		n.child = noEntry
		if n.storage == nil {
			continue
		}
		if err := n.storage.sort(); err != nil {
			return nil, err
		}
		list := n.storage.list
		for j := range list {
			list[j].id = uint32(len(all))
			all = append(all, &list[j])
		}
		n.child = balance(list)
		if int64(len(all)) >= maxRegular {
			return nil, mapi.ErrTooBig
		}
	}
	return all, nil
}

// balance makes a red-black tree of sorted nodes and returns its root. The middle is
// the root of each part, so that all levels but the lowest are full: nodes on that one
// are red, all others black, and every way down meets as many black ones.
func balance(list []node) uint32 {
	full := 0 // levels
	for n := len(list); n >= 1<<full; full++ {
		n -= 1 << full
	}
	return join(list, full)
}

func join(list []node, black int) uint32 {
	if len(list) == 0 {
		return noEntry
	}
	m := len(list) / 2
	n := &list[m]
	n.red = black == 0
	n.left = join(list[:m], black-1)
	n.right = join(list[m+1:], black-1)
	return n.id
}

// Clone returns a storage with the same contents, that can be planned by itself.
func (s *Storage) Clone() *Storage {
	c := &Storage{Attrs: s.Attrs}
	for _, n := range s.list {
		sub := n.storage
		if sub != nil {
			sub = sub.Clone()
		}
		c.list = append(c.list, node{name: n.name, storage: sub, content: n.content})
	}
	return c
}
