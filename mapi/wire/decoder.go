package wire

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"

	"github.com/okapi-mail/okapi/mapi"
)

// A Decoder reads structures one after the other from a buffer. After an error it
// delivers zero values, and the same error again.
type Decoder struct {
	b     []byte
	opt   Options
	err   error
	depth int
	nodes int
}

// NewDecoder returns a decoder for b.
func NewDecoder(b []byte, opt *Options) *Decoder {
	return &Decoder{b: b, opt: opt.withDefaults()}
}

// Rest returns the bytes that were not read yet.
func (d *Decoder) Rest() []byte { return d.b }

// Err returns the first error.
func (d *Decoder) Err() error { return d.err }

// End reports an error when an earlier one happened or bytes are left.
func (d *Decoder) End() error {
	if d.err == nil && len(d.b) > 0 {
		d.fail("%d bytes too many", len(d.b))
	}
	return d.err
}

func (d *Decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: "+format, append([]any{mapi.ErrCorruptData}, args...)...)
	}
	d.b = nil
}

// take returns the next n bytes, or nil when they are not there.
func (d *Decoder) take(n int) []byte {
	if d.err != nil {
		return nil
	}
	if n < 0 || n > len(d.b) {
		d.fail("%d bytes of %d are there", len(d.b), n)
		return nil
	}
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

func (d *Decoder) uint8() uint8 {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *Decoder) uint16() uint16 {
	if b := d.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (d *Decoder) uint32() uint32 {
	if b := d.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *Decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *Decoder) guid() (g mapi.GUID) {
	copy(g[:], d.take(16))
	return g
}

// bytes returns a copy of the next n bytes; never nil without an error.
func (d *Decoder) bytes(n int) []byte { return append([]byte{}, d.take(n)...) }

// count reads a number of elements of at least size bytes each.
func (d *Decoder) count(wide bool, size int) int {
	var n uint64
	if wide {
		n = uint64(d.uint32())
	} else {
		n = uint64(d.uint16())
	}
	if d.err == nil && n*uint64(size) > uint64(len(d.b)) {
		d.fail("%d elements of %d bytes or more in %d bytes", n, size, len(d.b))
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

// binary reads a size and that many bytes.
func (d *Decoder) binary() []byte { return d.bytes(d.count(d.opt.Form == Extended, 1)) }

// string16 reads UTF-16 up to its terminator, or as much as a size says.
func (d *Decoder) string16() string {
	b := d.sizedText(1) // QUIRK: Outlook writes odd sizes and no terminator
	var units []uint16
	for i := 0; ; i += 2 {
		if i+2 > len(b) {
			if d.opt.Form != SearchFolder {
				d.fail("text without end")
			}
			break
		}
		u := binary.LittleEndian.Uint16(b[i:])
		if u == 0 {
			d.endText(i + 2)
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

func (d *Decoder) string8() string {
	b := d.sizedText(0)
	n := 0
	for n < len(b) && b[n] != 0 {
		n++
	}
	if n < len(b) {
		d.endText(n + 1)
	} else if d.opt.Form != SearchFolder {
		d.fail("text without end")
	}
	return d.opt.decodeText(b[:n])
}

// sizedText returns the bytes that a text may use. Those of a sized text are taken
// already; bits of the size in ignore do not count.
func (d *Decoder) sizedText(ignore int) []byte {
	if d.opt.Form == SearchFolder {
		return d.take(d.count(false, 1) &^ ignore)
	}
	return d.b
}

func (d *Decoder) endText(n int) {
	if d.opt.Form != SearchFolder {
		d.take(n)
	}
}

func (d *Decoder) tag() mapi.Tag { return mapi.Tag(d.uint32()) }

func (d *Decoder) prop() mapi.Prop {
	t := d.tag()
	if d.err != nil {
		return mapi.Prop{}
	}
	p, err := d.opt.prop(t)
	if err != nil {
		d.fail("property %v: %w", t, err)
	}
	return p
}

// down enters one level of nesting; up leaves it.
func (d *Decoder) down() bool {
	if d.depth++; d.depth > mapi.MaxRestrictionDepth {
		d.fail("more than %d levels", mapi.MaxRestrictionDepth)
	}
	if d.nodes++; d.nodes > mapi.MaxRestrictionNodes {
		d.fail("more than %d parts", mapi.MaxRestrictionNodes)
	}
	return d.err == nil
}

func (d *Decoder) up() { d.depth-- }
