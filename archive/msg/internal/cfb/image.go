package cfb

import (
	"bufio"
	"io"
)

// An Image is a compound file that is made when it is read: it is a [Content] itself.
// The same storage gives the same bytes.
type Image struct{ p *plan }

// Plan lays out a file with the storage as its root. The storage must not be changed any
// more. Sectors have 512 bytes, and 4,096 with large or beyond 2 GiB. The error is
// [mapi.ErrCorruptData] for names that cannot be, and [mapi.ErrTooBig].
func Plan(root *Storage, large bool) (*Image, error) {
	p, err := newPlan(root, large)
	if err != nil {
		return nil, err
	}
	return &Image{p}, nil
}

// Size is the number of bytes of the file.
func (m *Image) Size() int64 {
	n := m.p.total + 1
	if m.p.total > m.p.lock() {
		n++
	}
	return n << m.p.shift
}

// Open begins at the first byte. Contents are opened when their turn comes.
func (m *Image) Open() (io.ReadCloser, error) {
	r, w := io.Pipe()
	go func() { w.CloseWithError(m.write(w)) }()
	return r, nil
}

// WriteTo writes the file. A content that has not the size that it said is
// [mapi.ErrCorruptData].
func (m *Image) WriteTo(w io.Writer) (int64, error) {
	o := &output{w: bufio.NewWriterSize(w, 64<<10), p: m.p}
	o.file()
	if o.err == nil {
		o.err = o.w.Flush()
	}
	return o.at, o.err
}

func (m *Image) write(w io.Writer) error { _, err := m.WriteTo(w); return err }

// An output writes the areas of a plan. After an error it does nothing.
type output struct {
	w   *bufio.Writer
	p   *plan
	at  int64
	err error
	b   [entrySize]byte
}

// put writes bytes. Where the range lock sector begins it puts that in.
func (o *output) put(b []byte) {
	lock := (o.p.lock() + 1) << o.p.shift
	for len(b) > 0 && o.err == nil {
		if o.at == lock {
			o.raw(make([]byte, 1<<o.p.shift))
		}
		piece := b
		if o.at < lock {
			piece = piece[:min(int64(len(b)), lock-o.at)]
		}
		o.raw(piece)
		b = b[len(piece):]
	}
}

func (o *output) raw(b []byte) {
	if o.err == nil {
		_, o.err = o.w.Write(b)
		o.at += int64(len(b))
	}
}

func (o *output) uint32(n uint32) {
	le.PutUint32(o.b[:], n)
	o.put(o.b[:4])
}

// pad fills up to a multiple of size with a byte.
func (o *output) pad(size int64, with byte) {
	b := [1]byte{with}
	for o.at%size != 0 && o.err == nil {
		o.put(b[:])
	}
}

func (o *output) file() {
	sector := int64(1) << o.p.shift
	o.header()
	o.pad(sector, 0)
	o.difat()
	o.fat()
	o.pad(sector, 0xFF)
	o.directory()
	o.miniFAT()
	o.pad(sector, 0xFF)
	for _, n := range o.p.small {
		o.content(n.content)
		o.pad(miniSize, 0)
	}
	o.pad(sector, 0)
	for _, n := range o.p.large {
		o.content(n.content)
		o.pad(sector, 0)
	}
}

// first is the first sector of an area.
func (o *output) first(a area) uint32 {
	if a.n == 0 {
		return endOfChain
	}
	return o.p.sector(a.start)
}

func (o *output) header() {
	p := o.p
	b := make([]byte, headerSize)
	copy(b, signature)
	le.PutUint16(b[24:], minorVersion)
	le.PutUint16(b[26:], p.major)
	le.PutUint16(b[28:], 0xFFFE) // little-endian
	le.PutUint16(b[30:], uint16(p.shift))
	le.PutUint16(b[32:], miniShift)
	if p.major > 3 {
		le.PutUint32(b[40:], uint32(p.dir.n))
	}
	le.PutUint32(b[44:], uint32(p.fat.n))
	le.PutUint32(b[48:], o.first(p.dir))
	le.PutUint32(b[56:], cutoff)
	le.PutUint32(b[60:], o.first(p.miniFAT))
	le.PutUint32(b[64:], uint32(p.miniFAT.n))
	le.PutUint32(b[68:], o.first(p.difat))
	le.PutUint32(b[72:], uint32(p.difat.n))
	for i := range int64(headerDIFAT) {
		le.PutUint32(b[76+4*i:], o.fatSector(i))
	}
	o.put(b)
}

// fatSector is the number of a sector of the FAT.
func (o *output) fatSector(i int64) uint32 {
	if i >= o.p.fat.n {
		return free
	}
	return o.p.sector(o.p.fat.start + i)
}

func (o *output) difat() {
	per := int64(1)<<o.p.shift/4 - 1
	for i := range o.p.difat.n {
		for j := range per {
			o.uint32(o.fatSector(headerDIFAT + i*per + j))
		}
		if i+1 < o.p.difat.n {
			o.uint32(o.p.sector(o.p.difat.start + i + 1))
		} else {
			o.uint32(endOfChain)
		}
	}
}

func (o *output) fat() {
	lock, at := o.p.lock(), int64(0)
	set := func(n uint32) {
		if at == lock {
			o.uint32(endOfChain)
		}
		o.uint32(n)
		at++
	}
	for range o.p.difat.n {
		set(difatMark)
	}
	for range o.p.fat.n {
		set(fatMark)
	}
	o.p.ends(func(last int64) {
		for at < last {
			set(o.p.sector(at + 1))
		}
		set(endOfChain)
	})
}

func (o *output) miniFAT() {
	at := uint32(0)
	for _, n := range o.p.small {
		for left := (n.content.Size() + miniSize - 1) / miniSize; left > 1; left-- {
			at++
			o.uint32(at)
		}
		at++
		o.uint32(endOfChain)
	}
}

func (o *output) directory() {
	for i, n := range o.p.nodes {
		o.entry(n, i == 0)
	}
	empty := [entrySize]byte{}
	for _, at := range []int{68, 72, 76} {
		le.PutUint32(empty[at:], noEntry)
	}
	for o.at%(1<<o.p.shift) != 0 && o.err == nil {
		o.put(empty[:])
	}
}

func (o *output) entry(n *node, root bool) {
	b := o.b[:]
	clear(b)
	for i, u := range n.name {
		le.PutUint16(b[2*i:], u)
	}
	le.PutUint16(b[64:], uint16(2*len(n.name)+2))
	if b[66] = byte(KindStream); root {
		b[66] = byte(KindRoot)
	} else if n.storage != nil {
		b[66] = byte(KindStorage)
	}
	if !n.red {
		b[67] = 1
	}
	le.PutUint32(b[68:], n.left)
	le.PutUint32(b[72:], n.right)
	le.PutUint32(b[76:], n.child)
	if s := n.storage; s != nil {
		copy(b[80:], s.Class[:])
		le.PutUint32(b[96:], s.State)
		le.PutUint64(b[100:], s.Created)
		le.PutUint64(b[108:], s.Modified)
	}
	switch {
	case root:
		le.PutUint32(b[116:], o.first(o.p.mini))
		le.PutUint64(b[120:], uint64(o.p.miniSectors*miniSize))
	case n.storage == nil:
		size := n.content.Size()
		le.PutUint64(b[120:], uint64(size))
		le.PutUint32(b[116:], endOfChain)
		if size >= cutoff {
			le.PutUint32(b[116:], o.p.sector(n.start))
		} else if size > 0 {
			le.PutUint32(b[116:], uint32(n.start))
		}
	}
	o.put(b)
}

// content copies a stream.
func (o *output) content(c Content) {
	if o.err != nil {
		return
	}
	if b, ok := c.(Bytes); ok {
		o.put(b)
		return
	}
	r, err := c.Open()
	if err != nil {
		o.err = err
		return
	}
	defer r.Close()
	begin := o.at
	n, err := io.Copy(putter{o}, io.LimitReader(r, c.Size()+1))
	switch {
	case o.err != nil:
	case err != nil:
		o.err = err
	case n != c.Size():
		o.err = corrupt("a stream at %d has not the size that it said, %d", begin, c.Size())
	}
}

type putter struct{ o *output }

func (p putter) Write(b []byte) (int, error) { p.o.put(b); return len(b), p.o.err }
