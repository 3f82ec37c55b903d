package wire

import "github.com/okapi-mail/okapi/mapi"

// The flags of rows and of values in them (MS-OXCDATA 2.8.1, 2.11.5).
const (
	rowStandard = 0x00
	rowFlagged  = 0x01

	valuePresent = 0x00
	valueAbsent  = 0x01
	valueError   = 0x0A
)

// Row reads the values of columns (MS-OXCDATA 2.8.1). A value that is absent is nil; one
// that cannot be had is a [mapi.Code].
func (d *Decoder) Row(columns []mapi.Prop) []mapi.Value {
	flag := d.uint8()
	if flag > rowFlagged {
		d.fail("row of kind %#x", flag)
	}
	values := make([]mapi.Value, 0, len(columns))
	for _, c := range columns {
		if d.err != nil {
			return nil
		}
		if flag == rowStandard {
			values = append(values, d.Value(c.Type))
		} else {
			values = append(values, d.flagged(c.Type))
		}
	}
	if d.err != nil {
		return nil
	}
	return values
}

// flagged reads a value behind its flag. The type comes first when it is not known.
func (d *Decoder) flagged(t mapi.Type) mapi.Value {
	if t == mapi.PtypUnspecified {
		if t = mapi.Type(d.uint16()); t.Base() == mapi.PtypUnspecified {
			d.fail("value without type")
			return nil
		}
	}
	switch flag := d.uint8(); flag {
	case valuePresent:
		return d.Value(t)
	case valueAbsent:
		return nil
	case valueError:
		return mapi.Code(d.uint32())
	default:
		d.fail("value with flag %#x", flag)
		return nil
	}
}

// AppendRow appends the values of columns, one each, as Row reads them. nil is written
// as [mapi.ErrNotFound], which is what clients are told about absent values.
func AppendRow(dst []byte, columns []mapi.Prop, values []mapi.Value, opt *Options) ([]byte, error) {
	e := encoder{dst: dst, opt: opt.withDefaults()}
	if len(columns) != len(values) {
		e.fail(mapi.ErrInvalidParameter, "%d values for %d columns", len(values), len(columns))
		return e.end(dst)
	}
	standard := true
	for i, v := range values {
		_, isCode := v.(mapi.Code)
		standard = standard && v != nil && (!isCode || columns[i].Type == mapi.PtypErrorCode)
	}
	if standard {
		e.uint8(rowStandard)
	} else {
		e.uint8(rowFlagged)
	}
	for i, v := range values {
		e.column(columns[i].Type, v, standard)
	}
	return e.end(dst)
}

func (e *encoder) column(t mapi.Type, v mapi.Value, standard bool) {
	code, isCode := v.(mapi.Code)
	if v == nil {
		code, isCode = mapi.ErrNotFound, true
	}
	if t == mapi.PtypUnspecified {
		if t = typeFor(t, v); v == nil || isCode {
			t = mapi.PtypErrorCode
		}
		e.uint16(uint16(t))
	} else if t == mapi.PtypErrorCode && v != nil {
		isCode = false // the value itself is a code
	}
	switch {
	case standard:
		e.value(t, v)
	case isCode:
		e.uint8(valueError)
		e.uint32(uint32(code))
	default:
		e.uint8(valuePresent)
		e.value(t, v)
	}
}
