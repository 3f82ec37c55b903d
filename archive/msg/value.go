package msg

import (
	"bytes"
	"fmt"

	"github.com/okapi-mail/okapi/archive/msg/internal/cfb"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/wire"
)

// value reads a value (MS-OXMSG 2.1.3, 2.1.4, 2.4.2). It is nil when there is none.
func (o *object) value(r row, at Issue) mapi.Value {
	t := r.tag.Type()
	switch {
	case t == mapi.PtypBoolean:
		return le.Uint16(r.value[:]) != 0
	case inRow(t):
		return o.fixed(t, r.value[:t.FixedSize()], at)
	}
	e := o.entries[valueKey{r.tag, single}]
	switch {
	case e == nil:
		return o.missing(r, at)
	case e.Kind == cfb.KindStorage && t == mapi.PtypObject:
		return o.storage(e, at)
	case e.Kind != cfb.KindStream:
		at.Detail = "a storage"
		o.report(at)
		return nil
	case t.IsString() && !t.IsMultiple():
		return o.text(e, t, r.tag.ID(), at)
	case t == mapi.PtypBinary, t == mapi.PtypObject:
		return o.bytes(e, t, at)
	case t.IsMultiple() && (t.IsString() || t.Base() == mapi.PtypBinary):
		return o.several(r.tag, o.read(e, at), at)
	}
	return o.fixed(t, o.read(e, at), at)
}

// missing is the value of a property whose stream is not there: nothing, unless its
// size is said to be that of an empty one.
func (o *object) missing(r row, at Issue) mapi.Value {
	size, t := le.Uint32(r.value[:]), r.tag.Type()
	switch {
	case t.IsString() && !t.IsMultiple() && size <= 2:
		return ""
	case t == mapi.PtypBinary && size == 0:
		return []byte{}
	case t.IsMultiple() && size == 0:
		return nil
	}
	at.Detail = "the value is missing"
	o.report(at)
	return nil
}

// fixed reads what has the form of MS-OXCDATA, but for the counts: those follow from
// the size here.
func (o *object) fixed(t mapi.Type, b []byte, at Issue) mapi.Value {
	if t.IsMultiple() {
		n := len(b) / t.Base().FixedSize()
		b = append(le.AppendUint32(nil, uint32(n)), b[:n*t.Base().FixedSize()]...)
	} else if t == mapi.PtypServerId {
		return mapi.ServerID(b)
	}
	d := wire.NewDecoder(b, &wire.Options{Form: wire.Extended, Names: fileNames{decoder: o.decoder}})
	v := d.Value(t)
	if err := d.End(); err != nil {
		o.failed(err, at)
		return nil
	}
	return v
}

// bytes reads a binary value, or leaves it in the file when it is large.
func (o *object) bytes(e *cfb.Entry, t mapi.Type, at Issue) mapi.Value {
	if e.Size >= int64(o.opts.InlineLimit) {
		s, err := o.f.Stream(e)
		if o.failed(err, at) || s.Size() == 0 {
			return nil
		}
		return s
	}
	b := o.read(e, at)
	if t == mapi.PtypObject {
		return mapi.Object(b)
	}
	if b == nil {
		return nil
	}
	return b
}

// storage is an object of another program: a compound file of its own.
func (o *object) storage(e *cfb.Entry, at Issue) mapi.Value {
	s, err := cfb.CopyOf(o.f, e)
	if o.failed(err, at) || err != nil {
		return nil
	}
	image, err := cfb.Plan(s, false)
	if err != nil { // names that cannot be
		at.Detail = err.Error()
		o.report(at)
		return nil
	}
	if image.Size() >= int64(o.opts.InlineLimit) {
		return ole{image, s}
	}
	var b bytes.Buffer
	if _, err := image.WriteTo(&b); o.failed(err, at) || err != nil {
		return nil
	}
	o.hold(int64(b.Len()))
	return mapi.Object(b.Bytes())
}

// ole is an object that stays in the file. A writer takes the storage as it is.
type ole struct {
	*cfb.Image
	storage *cfb.Storage
}

// several reads strings or binaries of which each has a stream of its own
// (MS-OXMSG 2.1.4.2). sizes has a size for each.
func (o *object) several(t mapi.Tag, sizes []byte, at Issue) mapi.Value {
	width := 4
	if t.Type().Base() == mapi.PtypBinary {
		width = 8
	}
	var texts []string
	var binaries [][]byte
	for i := range len(sizes) / width {
		e := o.entries[valueKey{t, int32(i)}]
		if e == nil || e.Kind != cfb.KindStream {
			at.Detail = fmt.Sprintf("value %d is missing", i)
			o.report(at)
			if i > len(o.entries) {
				break // the size is not true
			}
			continue
		}
		b := o.read(e, at)
		if o.err != nil {
			return nil
		}
		if t.Type().IsString() {
			texts = append(texts, o.decodeText(b, t.Type(), t.ID()))
		} else {
			binaries = append(binaries, b)
		}
	}
	switch {
	case texts != nil:
		return texts
	case binaries != nil:
		return binaries
	}
	return nil
}
