package cfb

import (
	"io"
	"sort"
)

// A chain is a sequence of sectors as one piece. It can be read at random and by
// several goroutines.
type chain struct {
	r    io.ReaderAt
	list []extent
	size int64
}

// An extent is a run of neighbouring sectors: bytes at to at+n of the chain are at
// off of what is below.
type extent struct{ at, off, n int64 }

// hole is the off of an extent that is not there: bytes of 0xFF, which mean free
// sectors.
const hole = -1 << 40

// add appends n bytes at off.
func (c *chain) add(off, n int64) {
	if last := len(c.list) - 1; last >= 0 && c.list[last].off+c.list[last].n == off {
		c.list[last].n += n
	} else {
		c.list = append(c.list, extent{c.size, off, n})
	}
	c.size += n
}

// cut makes the chain at most n bytes long.
func (c *chain) cut(n int64) {
	if c.size <= n {
		return
	}
	c.size = n
	i := sort.Search(len(c.list), func(i int) bool { return c.list[i].at >= n })
	c.list = c.list[:i]
	if i > 0 {
		c.list[i-1].n = min(c.list[i-1].n, n-c.list[i-1].at)
	}
}

// Size is the number of bytes.
func (c *chain) Size() int64 { return c.size }

// ReadAt implements io.ReaderAt.
func (c *chain) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, corrupt("read at %d", off)
	}
	i := sort.Search(len(c.list), func(i int) bool { return c.list[i].at+c.list[i].n > off })
	for ; n < len(p) && i < len(c.list); i++ {
		e := c.list[i]
		skip := off + int64(n) - e.at
		piece := p[n:]
		if room := e.n - skip; int64(len(piece)) > room {
			piece = piece[:room]
		}
		if e.off < 0 {
			fill(piece, 0xFF)
		} else if err := readFull(c.r, piece, e.off+skip); err != nil {
			return n, err
		}
		n += len(piece)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func fill(p []byte, b byte) {
	for i := range p {
		p[i] = b
	}
}

// Open makes a reader of its own; it can also seek and be read at random.
func (c *chain) Open() (io.ReadCloser, error) {
	return sectionCloser{io.NewSectionReader(c, 0, c.size)}, nil
}

type sectionCloser struct{ *io.SectionReader }

func (sectionCloser) Close() error { return nil }

// A table is the FAT or the mini FAT: which sector follows which. Of its pages it
// keeps a few.
type table struct {
	chain
	pages [tablePages]page

	// steps may still be taken. A sound file takes each once, and some twice: more
	// means that its chains share sectors.
	steps int64
}

const (
	pageBytes  = 2048
	tablePages = 16
)

type page struct {
	number int64 // counts from 1
	b      []byte
}

// next returns the sector after n, and endOfChain for one that the table has not.
func (t *table) next(n uint32) (uint32, error) {
	off := int64(n) * 4
	if off+4 > t.size {
		return endOfChain, nil
	}
	number := off / pageBytes
	p := &t.pages[number%tablePages]
	if p.number != number+1 {
		if p.b == nil {
			p.b = make([]byte, pageBytes)
		}
		p.number = 0
		first := number * pageBytes
		if err := readFull(&t.chain, p.b[:min(pageBytes, t.size-first)], first); err != nil {
			return endOfChain, err
		}
		p.number = number + 1
	}
	return le.Uint32(p.b[off%pageBytes:]), nil
}

// A walk follows a chain through a table.
type walk struct {
	t     *table
	shift uint  // of the sectors
	base  int64 // where sector 0 is
	end   int64 // where what is below ends
}

// follow collects the sectors from start on, up to want bytes. The chain holds what
// there is also when the error is [mapi.ErrCorruptData]. Loops are found by Brent's
// method, in no memory.
func (w *walk) follow(c *chain, start uint32, want int64) (err error) {
	mark, lap, power := start, int64(0), int64(1)
	for n := start; c.size < want; {
		off := w.base + int64(n)<<w.shift
		if n > maxRegular || off >= w.end {
			return nil
		}
		if w.t.steps--; w.t.steps < 0 {
			return corrupt("chains share sectors")
		}
		c.add(off, min(1<<w.shift, w.end-off))
		if n, err = w.t.next(n); err != nil {
			return err
		}
		if n == mark {
			return corrupt("a chain of sectors loops at %d", n)
		}
		if lap++; lap == power {
			mark, lap, power = n, 0, 2*power
		}
	}
	return nil
}
