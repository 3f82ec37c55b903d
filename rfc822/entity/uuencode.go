package entity

import "bytes"

// A uuDecoder decodes uuencode: what stands between "begin" and "end", or the
// first line that looks like data when "begin" is missing.
type uuDecoder struct {
	started, ended bool
	damaged        bool
}

func (d *uuDecoder) code(dst, src []byte, eof bool) (nDst, nSrc int) {
	i, n := 0, 0
	for i < len(src) {
		line, next := nextLine(src[i:])
		if next == 0 {
			if !eof && len(src)-i < inSize {
				return n, i
			}
			next = len(line)
		}
		n += d.line(dst[n:], trimEOL(line))
		i += next
	}
	return n, i
}

func (d *uuDecoder) line(dst, line []byte) int {
	switch {
	case d.ended || len(line) == 0:
		return 0
	case !d.started && bytes.HasPrefix(line, []byte("begin ")):
		d.started = true
		return 0
	case bytes.Equal(line, []byte("end")):
		d.ended = true
		return 0
	}
	size := int(line[0]-' ') & 63
	if line[0] < ' ' || line[0] > '`' || size == 0 {
		d.damaged = d.damaged || line[0] != '`' && line[0] != ' '
		return 0
	}
	d.started = true
	n := 0
	data := line[1:]
	for ; n < size && len(data) > 0; data = data[min(4, len(data)):] {
		var v uint32
		for k := range 4 {
			c := byte(' ') // a blank at the line end got lost
			if k < len(data) {
				c = data[k]
			}
			if c < ' ' || c > '`' {
				d.damaged = true
			}
			v = v<<6 | uint32(c-' ')&63
		}
		for _, b := range [3]byte{byte(v >> 16), byte(v >> 8), byte(v)} {
			if n < size {
				dst[n] = b
				n++
			}
		}
	}
	d.damaged = d.damaged || n < size
	return n
}
