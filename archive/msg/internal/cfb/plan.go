package cfb

import (
	"github.com/okapi-mail/okapi/mapi"
)

// A plan says what each sector of a file holds. Numbers of sectors in it leave the range
// lock sector out; [plan.sector] puts it in.
type plan struct {
	major uint16
	shift uint
	nodes []*node
	small []*node // in the mini stream
	large []*node

	// The file, from its beginning on: the areas in this order.
	difat, fat, dir, miniFAT, mini area
	total                          int64 // sectors
	miniSectors                    int64
}

// An area is a run of sectors.
type area struct{ start, n int64 }

func (a area) end() int64 { return a.start + a.n }

// lock is the number of the range lock sector: the one that has the bytes just below
// 2 GiB (MS-CFB 2.3).
func (p *plan) lock() int64 { return lockOffset>>p.shift - 1 }

// sector is the number that a sector has in the file.
func (p *plan) sector(n int64) uint32 {
	if n >= p.lock() {
		n++
	}
	return uint32(n)
}

// sectors is how many sectors bytes take.
func (p *plan) sectors(bytes int64) int64 {
	return (bytes + 1<<p.shift - 1) >> p.shift
}

// newPlan lays out a storage. Files beyond 2 GiB have large sectors, as version 3 ends
// there.
func newPlan(root *Storage, large bool) (*plan, error) {
	nodes, err := root.number()
	if err != nil {
		return nil, err
	}
	p := &plan{major: 3, shift: smallShift, nodes: nodes}
	if large {
		p.major, p.shift = 4, largeShift
	}
	for _, n := range nodes {
		switch {
		case n.content == nil:
		case n.content.Size() < 0 || n.content.Size() > 1<<48:
			return nil, mapi.ErrTooBig
		case n.content.Size() >= cutoff:
			p.large = append(p.large, n)
		case n.content.Size() > 0:
			p.small = append(p.small, n)
			n.start = p.miniSectors
			p.miniSectors += (n.content.Size() + miniSize - 1) / miniSize
		}
	}
	p.lay()
	switch {
	case !large && (p.total+1)<<p.shift > 1<<31:
		return newPlan(root, true)
	case p.total >= maxRegular:
		return nil, mapi.ErrTooBig
	}
	return p, nil
}

// lay gives places to all areas. How large the FAT is depends on how large it is:
// it grows until it fits.
func (p *plan) lay() {
	per := int64(1) << p.shift / 4
	p.dir.n = p.sectors(int64(len(p.nodes)) * entrySize)
	p.miniFAT.n = p.sectors(p.miniSectors * 4)
	p.mini.n = p.sectors(p.miniSectors * miniSize)
	data := p.dir.n + p.miniFAT.n + p.mini.n
	for _, n := range p.large {
		data += p.sectors(n.content.Size())
	}
	for {
		p.total = p.difat.n + p.fat.n + data
		all := p.total
		if all > p.lock() {
			all++
		}
		fat := (all + per - 1) / per
		difat := max(0, fat-headerDIFAT+per-2) / (per - 1)
		if fat <= p.fat.n && difat <= p.difat.n {
			break
		}
		p.fat.n, p.difat.n = fat, difat
	}
	at := int64(0)
	for _, a := range []*area{&p.difat, &p.fat, &p.dir, &p.miniFAT, &p.mini} {
		a.start = at
		at = a.end()
	}
	for _, n := range p.large {
		n.start = at
		at += p.sectors(n.content.Size())
	}
}

// ends calls f with the last sector of each chain, in rising order.
func (p *plan) ends(f func(last int64)) {
	for _, a := range []area{p.dir, p.miniFAT, p.mini} {
		if a.n > 0 {
			f(a.end() - 1)
		}
	}
	for _, n := range p.large {
		f(n.start + p.sectors(n.content.Size()) - 1)
	}
}
