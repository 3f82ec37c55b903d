package body

import (
	"encoding/base64"
	"encoding/binary"
)

// A Picture is a picture inside of RTF.
type Picture struct {
	Type string // the media type: image/png, image/jpeg, image/bmp, image/x-emf, image/x-wmf
	Data []byte // of a file of that type

	// Width and Height are how large it is shown, in 1/1440 inch; 0 when nothing
	// says that.
	Width, Height int
}

// DataURI is a URL that holds the picture itself (RFC 2397), for [Options].
// Pictures that browsers do not show have none.
func DataURI(p Picture) string {
	switch p.Type {
	case "image/png", "image/jpeg", "image/bmp", "image/gif":
		return "data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
	}
	return ""
}

// A picture is one that is read.
type picture struct {
	Picture
	half    int // the first digit of a byte, plus 1
	tooBig  bool
	scaleX  int
	scaleY  int
	dib     bool
	unknown bool
}

// word takes a control word.
func (p *picture) word(name string, n int) {
	switch name {
	case "pngblip":
		p.Type = "image/png"
	case "jpegblip":
		p.Type = "image/jpeg"
	case "emfblip":
		p.Type = "image/x-emf"
	case "wmetafile":
		p.Type = "image/x-wmf"
	case "dibitmap":
		p.Type, p.dib = "image/bmp", true
	case "wbitmap", "macpict", "pmmetafile":
		p.unknown = true
	case "picwgoal":
		p.Width = n
	case "pichgoal":
		p.Height = n
	case "picscalex":
		p.scaleX = n
	case "picscaley":
		p.scaleY = n
	}
}

// digits takes the data as hexadecimal digits.
func (p *picture) digits(s []byte, limit int) {
	for _, c := range s {
		d := 0
		switch {
		case '0' <= c && c <= '9':
			d = int(c - '0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			d = int(c|0x20-'a') + 10
		default:
			continue
		}
		if p.half == 0 {
			p.half = d + 1
			continue
		}
		p.bytes([]byte{byte((p.half-1)<<4 | d)}, limit)
		p.half = 0
	}
}

func (p *picture) bytes(b []byte, limit int) {
	if len(p.Data)+len(b) > limit {
		p.tooBig, p.Data = true, nil
	}
	if !p.tooBig {
		p.Data = append(p.Data, b...)
	}
}

// finish reports whether there is a picture.
func (p *picture) finish() bool {
	if p.scaleX > 0 && p.scaleX < 10_000 {
		p.Width = int(int64(p.Width) * int64(p.scaleX) / 100)
	}
	if p.scaleY > 0 && p.scaleY < 10_000 {
		p.Height = int(int64(p.Height) * int64(p.scaleY) / 100)
	}
	if p.dib {
		p.Data = bitmapFile(p.Data)
	}
	return !p.tooBig && !p.unknown && p.Type != "" && len(p.Data) > 0
}

// bitmapFile puts the header of a file before a device independent bitmap.
func bitmapFile(dib []byte) []byte {
	const infoHeader, fileHeader = 40, 14
	if len(dib) < infoHeader {
		return nil
	}
	size := binary.LittleEndian.Uint32(dib)
	bits := binary.LittleEndian.Uint16(dib[14:])
	colors := binary.LittleEndian.Uint32(dib[32:])
	if colors == 0 && bits <= 8 {
		colors = 1 << bits
	}
	pixels := uint64(size) + 4*uint64(colors)
	if binary.LittleEndian.Uint32(dib[16:]) == 3 && size == infoHeader { // BI_BITFIELDS
		pixels += 12
	}
	if pixels > uint64(len(dib)) {
		return nil
	}
	out := make([]byte, fileHeader, fileHeader+len(dib))
	copy(out, "BM")
	binary.LittleEndian.PutUint32(out[2:], uint32(fileHeader+len(dib)))
	binary.LittleEndian.PutUint32(out[10:], uint32(fileHeader+pixels))
	return append(out, dib...)
}
