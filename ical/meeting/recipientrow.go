package meeting

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/okapi-mail/okapi/mapi"
)

// The flags of a RecipientRow (MS-OXCDATA 2.8.3.1).
const (
	rowX500      = 0x0001 // kinds of address
	rowSMTP      = 0x0003
	rowList      = 0x0006
	rowOtherList = 0x0007
	rowKind      = 0x0007

	rowAddress       = 0x0008 // what follows
	rowName          = 0x0010
	rowTransmittable = 0x0020
	rowSameName      = 0x0040
	rowWide          = 0x0200 // in UTF-16
	rowSimpleName    = 0x0400
	rowOtherKind     = 0x8000
)

// rowsVersion begins a list of recipients (MS-OXOCAL 2.2.1.25, 2.2.9.3).
const rowsVersion = 1

var errRows = fmt.Errorf("list of recipients: %w", mapi.ErrCorruptData)

// appendRows writes recipients as the value of PidLidForwardNotificationRecipients:
// rows without columns of their own (MS-OXCDATA 2.8.3.2).
func appendRows(b []byte, people []Person) []byte {
	b = binary.LittleEndian.AppendUint32(b, rowsVersion)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(people)))
	for _, p := range people {
		p = p.withDefaults()
		flags := uint16(rowAddress | rowName | rowSameName | rowWide)
		switch p.Type {
		case "SMTP":
			b = binary.LittleEndian.AppendUint16(b, flags|rowSMTP)
		case "EX":
			b = binary.LittleEndian.AppendUint16(b, flags&^rowAddress|rowX500)
			b = append(b, 0, 0) // nothing of it is left out; a user
			b = append(append(b, narrow(p.Address)...), 0)
		default:
			b = binary.LittleEndian.AppendUint16(b, flags|rowOtherKind)
			b = append(append(b, narrow(p.Type)...), 0)
		}
		if p.Type != "EX" {
			b = appendWide(b, p.Address)
		}
		b = appendWide(b, p.Name)
		b = append(b, 0, 0, 0) // no columns, and a row that says that all of them are there
	}
	return b
}

// narrow is a text in the letters that addresses have, up to its first zero.
func narrow(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return strings.Map(func(r rune) rune {
		if r > 0x7F {
			return '?'
		}
		return r
	}, s)
}

func appendWide(b []byte, s string) []byte {
	s, _, _ = strings.Cut(s, "\x00")
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return append(b, 0, 0)
}

// parseRows reads the value of PidLidForwardNotificationRecipients. The roles of the
// recipients are not in it. Rows with columns of their own cannot be read, because
// nothing says which these are.
func parseRows(b []byte) (people []Person, err error) {
	r := rowReader{b: b}
	if version := r.u32(); version != rowsVersion {
		return nil, errRows
	}
	for n := r.u32(); n > 0; n-- {
		p := r.person()
		if r.err != nil {
			return nil, r.err
		}
		people = append(people, p)
	}
	if len(r.b) > 0 {
		return nil, errRows
	}
	return people, r.err
}

// A rowReader reads little-endian values until one is missing.
type rowReader struct {
	b   []byte
	err error
}

func (r *rowReader) take(n int) []byte {
	if r.err != nil || len(r.b) < n {
		r.err = errRows
		return make([]byte, min(n, 4)) // for a number
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *rowReader) u16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *rowReader) u32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }

// text is a text that ends with a zero, in 8 or 16 bits.
func (r *rowReader) text(wide bool) string {
	if !wide {
		text, rest, ok := bytes.Cut(r.b, []byte{0})
		if !ok {
			r.err = errRows
		}
		r.b = rest
		return string(text)
	}
	var u []uint16
	for r.err == nil {
		c := r.u16()
		if c == 0 {
			break
		}
		u = append(u, c)
	}
	return string(utf16.Decode(u))
}

func (r *rowReader) person() (p Person) {
	flags := r.u16()
	has := func(bit uint16) bool { return flags&bit != 0 }
	wide := has(rowWide)
	switch kind := flags & rowKind; {
	case kind == rowX500:
		r.take(2)
		p.Type, p.Address = "EX", r.text(false)
	case kind == rowSMTP:
		p.Type = "SMTP"
	case kind == rowList || kind == rowOtherList:
		r.take(int(r.u16())) // its entry id and search key, which mean nothing elsewhere
		r.take(int(r.u16()))
	case kind == 0 && has(rowOtherKind):
		p.Type = r.text(false)
	}
	if has(rowAddress) {
		p.Address = r.text(wide)
	}
	if has(rowName) {
		p.Name = r.text(wide)
	}
	if has(rowSimpleName) {
		r.text(wide)
	}
	if has(rowTransmittable) {
		r.text(wide)
	}
	if r.u16() != 0 {
		r.err = errRows
	}
	r.take(1)
	return p
}

// key tells people from each other; "" is nobody.
func (p Person) key() string { return strings.ToLower(strings.TrimSpace(p.Address)) }
