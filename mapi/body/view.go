package body

import (
	"bytes"
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// A View is an object with all its bodies: those that it lacks are made when they
// are read, and kept. The object is not changed. It is not safe for concurrent use.
//
// PidTagBody, PidTagHtml (also as a string, then it is PidTagBodyHtml) and
// PidTagRtfCompressed are there as soon as one of them is. PidTagNativeBody,
// PidTagRtfInSync and PidTagInternetCodepage say what is true of them.
type View struct {
	obj  mapi.Getter
	opts *Options
	made map[mapi.NativeBody]result
	rtf  []byte // compressed
	err  error
}

type result struct {
	data []byte
	err  error
}

// With returns a view of obj.
func With(obj mapi.Getter, opts *Options) *View {
	return &View{obj: obj, opts: opts, made: map[mapi.NativeBody]result{}}
}

// Err is the first error of making a body; that body is absent.
func (v *View) Err() error { return v.err }

// Get implements [mapi.Getter].
func (v *View) Get(p mapi.Prop) mapi.Value {
	if value := v.obj.Get(p); value != nil && !(p.Same(propNative) || p.Same(propCodepage)) {
		return value
	}
	switch {
	case p.Same(propText) && p.Type.Fits(mapi.PtypString):
		if b, ok := v.derived(mapi.NativeBodyPlainText); ok {
			return string(b)
		}
	case p.Same(propHTML) && p.Type.IsString():
		return v.htmlString()
	case p.Same(propHTML) && p.Type.Fits(mapi.PtypBinary):
		if b, ok := v.derived(mapi.NativeBodyHTML); ok {
			return b
		}
	case p.Same(propRTF) && p.Type.Fits(mapi.PtypBinary):
		if has(v.obj, mapi.NativeBodyRTF) {
			return nil
		}
		if b, ok := v.derived(mapi.NativeBodyRTF); ok {
			if v.rtf == nil {
				v.rtf = rtf.Compress(b)
			}
			return v.rtf
		}
	case p.Same(propNative) && p.Type.Fits(mapi.PtypInteger32):
		if n := NativeOf(v.obj); n != mapi.NativeBodyUndefined {
			return int32(n)
		}
		return v.obj.Get(p)
	case p.Same(propCodepage) && p.Type.Fits(mapi.PtypInteger32):
		return v.codepage(p)
	case p.Same(propInSync) && p.Type.Fits(mapi.PtypBoolean):
		if len(origins(v.obj)) > 0 && !has(v.obj, mapi.NativeBodyRTF) {
			return true
		}
	}
	return nil
}

// codepage is that of the HTML that the view has.
func (v *View) codepage(p mapi.Prop) mapi.Value {
	if v.obj.Get(propHTML) == nil && len(origins(v.obj)) > 0 {
		return int32(outputCodepage(v.stored()))
	}
	return v.obj.Get(p)
}

// stored is the code page that the object says.
func (v *View) stored() int {
	n, _ := v.obj.Get(propCodepage).(int32)
	return int(n)
}

// htmlString is the HTML as a string.
func (v *View) htmlString() mapi.Value {
	if v.obj.Get(propHTML) == nil { // the HTML is made: in UTF-8 nothing is lost
		if b, ok := v.derived(mapi.NativeBodyHTML); ok {
			return v.decoded(bytes.NewReader(b), outputCodepage(v.stored()))
		}
		return nil
	}
	r, codepage, err := open(v.obj, mapi.NativeBodyHTML)
	if err != nil {
		v.failed(err)
		return nil
	}
	defer r.Close()
	return v.decoded(r, codepage)
}

func (v *View) decoded(r io.Reader, codepage int) mapi.Value {
	b := bounded{max: v.opts.withDefaults().MaxSize}
	if _, err := io.Copy(&b, utf8Reader(r, codepage)); err != nil {
		v.failed(err)
		return nil
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

func (v *View) derived(kind mapi.NativeBody) ([]byte, bool) {
	b, err := v.body(kind)
	return b, err == nil
}

// body makes a body, once.
func (v *View) body(kind mapi.NativeBody) ([]byte, error) {
	r, ok := v.made[kind]
	if !ok {
		if r.data, r.err = buffered(v.obj, kind, v.opts); r.err != nil {
			r.data = nil
			v.failed(r.err)
		}
		v.made[kind] = r
	}
	return r.data, r.err
}

// failed keeps an error. That there is no body is none.
func (v *View) failed(err error) {
	if v.err == nil && mapi.CodeOf(err) != mapi.ErrNotFound {
		v.err = wrap("body.View", mapi.Prop{}, err)
	}
}
