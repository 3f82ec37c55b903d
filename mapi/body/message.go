package body

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// WriteText writes the plain text of a message, from PidTagBody or else from the
// native body. Without any body it is [mapi.ErrNotFound].
func WriteText(dst io.Writer, obj mapi.Getter, opts *Options) error {
	return wrap("body.WriteText", propText, write(dst, obj, mapi.NativeBodyPlainText, opts))
}

// WriteHTML writes the HTML of a message, from PidTagHtml or else from the native
// body, and returns its code page. HTML that is there comes as it is. What is made
// from another body is in PidTagInternetCodepage, or UTF-8 when [Options].Codepage
// says why not; that option is not asked. Without any body it is [mapi.ErrNotFound].
func WriteHTML(dst io.Writer, obj mapi.Getter, opts *Options) (codepage int, err error) {
	n, _ := obj.Get(propCodepage).(int32)
	codepage = int(n)
	if !has(obj, mapi.NativeBodyHTML) {
		codepage = outputCodepage(codepage)
	}
	return codepage, wrap("body.WriteHTML", propHTML, write(dst, obj, mapi.NativeBodyHTML, opts))
}

// WriteRTF writes the RTF of a message, not compressed, from PidTagRtfCompressed or
// else from the native body. Without any body it is [mapi.ErrNotFound].
func WriteRTF(dst io.Writer, obj mapi.Getter, opts *Options) error {
	return wrap("body.WriteRTF", propRTF, write(dst, obj, mapi.NativeBodyRTF, opts))
}

// Text returns what [WriteText] writes. More than Options.MaxSize bytes are
// [mapi.ErrTooBig].
func Text(obj mapi.Getter, opts *Options) (string, error) {
	if s, ok := obj.Get(propText).(string); ok {
		return s, nil
	}
	b, err := buffered(obj, mapi.NativeBodyPlainText, opts)
	return string(b), wrap("body.Text", propText, err)
}

// HTML returns what [WriteHTML] writes. More than Options.MaxSize bytes are
// [mapi.ErrTooBig].
func HTML(obj mapi.Getter, opts *Options) (html []byte, codepage int, err error) {
	var b bounded
	b.max = opts.withDefaults().MaxSize
	codepage, err = WriteHTML(&b, obj, opts)
	return b.Bytes(), codepage, err
}

// HTMLText returns the HTML of a message, from PidTagHtml or else from the native body, in
// UTF-8 whatever PidTagInternetCodepage says, as formats want it that are text themselves. A
// charset in a meta element is made to be that. Without any body it is [mapi.ErrNotFound];
// more than Options.MaxSize bytes are [mapi.ErrTooBig].
func HTMLText(obj mapi.Getter, opts *Options) (string, error) {
	html, codepage, err := HTML(obj, opts)
	if err != nil {
		return "", err
	}
	out := bounded{max: opts.withDefaults().MaxSize}
	w := newHTMLWriter(&out, codepageUTF8)
	if _, err = io.Copy(w, utf8Reader(bytes.NewReader(html), codepage)); err == nil {
		err = w.Close()
	}
	return out.String(), wrap("body.HTMLText", propHTML, err)
}

func wrap(op string, p mapi.Prop, err error) error {
	if err == nil {
		return nil
	}
	return &mapi.Error{Op: op, Code: mapi.CodeOf(err), Prop: p, Err: err}
}

// write writes a body, made from another one if it is not there. When the native
// one is damaged from the start the others are tried.
func write(dst io.Writer, obj mapi.Getter, kind mapi.NativeBody, opts *Options) error {
	from := origins(obj)
	if has(obj, kind) {
		from = []mapi.NativeBody{kind}
	}
	err := error(mapi.ErrNotFound)
	for _, origin := range from {
		w := &watched{w: dst}
		if err = convert(w, obj, origin, kind, opts); err == nil || w.wrote || mapi.CodeOf(err) != mapi.ErrCorruptData {
			return err
		}
	}
	return err
}

// watched knows whether anything was written.
type watched struct {
	w     io.Writer
	wrote bool
}

func (w *watched) Write(b []byte) (int, error) {
	w.wrote = w.wrote || len(b) > 0
	return w.w.Write(b)
}

// convert writes the body from as kind.
func convert(dst io.Writer, obj mapi.Getter, from, kind mapi.NativeBody, opts *Options) error {
	r, codepage, err := open(obj, from)
	if err != nil {
		return err
	}
	defer r.Close()
	if from == kind {
		if codepage == codepageUTF8 && obj.Get(propHTML) == nil && from == mapi.NativeBodyHTML {
			return recode(dst, r, obj) // it is a string, and the other is asked for
		}
		_, err := io.Copy(dst, r)
		return err
	}
	o := opts.withDefaults()
	o.Codepage = codepage
	if kind == mapi.NativeBodyHTML {
		n, _ := obj.Get(propCodepage).(int32)
		o.Codepage = outputCodepage(int(n))
	}
	return conversion(from, kind)(dst, r, &o)
}

// recode writes HTML that is UTF-8 in the code page of the message.
func recode(dst io.Writer, r io.Reader, obj mapi.Getter) error {
	n, _ := obj.Get(propCodepage).(int32)
	w := newHTMLWriter(dst, int(n))
	_, err := io.Copy(w, r)
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}

func conversion(from, to mapi.NativeBody) func(io.Writer, io.Reader, *Options) error {
	switch {
	case from == mapi.NativeBodyHTML && to == mapi.NativeBodyPlainText:
		return TextFromHTML
	case from == mapi.NativeBodyHTML:
		return RTFFromHTML
	case from == mapi.NativeBodyRTF && to == mapi.NativeBodyPlainText:
		return TextFromRTF
	case from == mapi.NativeBodyRTF:
		return HTMLFromRTF
	case to == mapi.NativeBodyHTML:
		return HTMLFromText
	}
	return RTFFromText
}

// bounded is a buffer that does not get larger than max.
type bounded struct {
	bytes.Buffer
	max int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(b.Len()+len(p)) > b.max {
		return 0, fmt.Errorf("%w: body of more than %d bytes", mapi.ErrTooBig, b.max)
	}
	return b.Buffer.Write(p)
}

// buffered is a body in memory.
func buffered(obj mapi.Getter, kind mapi.NativeBody, opts *Options) ([]byte, error) {
	b := bounded{max: opts.withDefaults().MaxSize}
	err := write(&b, obj, kind, opts)
	return b.Bytes(), err
}

// Fill makes the bodies of m that are missing: those of some kinds, or all three
// when none is named. It sets PidTagNativeBody when that says nothing true, with HTML
// PidTagInternetCodepage, and with RTF PidTagRtfInSync. A message without a body
// stays as it is. Bodies that are there are not changed.
//
// What cannot be made, because it would be larger than Options.MaxSize or because
// nothing in the bodies can be read, stays missing and is in the error; the others
// are made nevertheless.
func Fill(m *mapi.Message, opts *Options, kinds ...mapi.NativeBody) error {
	native := NativeOf(m)
	if native == mapi.NativeBodyUndefined {
		return nil
	}
	if len(kinds) == 0 {
		kinds = []mapi.NativeBody{mapi.NativeBodyPlainText, mapi.NativeBodyHTML, mapi.NativeBodyRTF}
	}
	v := With(m, opts)
	made := map[mapi.NativeBody]any{} // set together, so that none is made from another
	var errs []error
	for _, kind := range kinds {
		if has(m, kind) {
			continue
		}
		b, err := v.body(kind)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		made[kind] = b
	}
	if n, _ := m.Get(propNative).(int32); n != int32(mapi.NativeBodyClearSigned) {
		m.Set(propNative, int32(native))
	}
	if s, ok := made[mapi.NativeBodyPlainText]; ok {
		m.Set(propText, string(s.([]byte)))
	}
	if s, ok := made[mapi.NativeBodyHTML]; ok {
		m.Set(propCodepage, int32(outputCodepage(v.stored())))
		m.Set(propHTML, s.([]byte))
	}
	if s, ok := made[mapi.NativeBodyRTF]; ok {
		m.Set(propRTF, rtf.Compress(s.([]byte)))
		m.Set(propInSync, true)
	}
	return wrap("body.Fill", mapi.Prop{}, errors.Join(errs...))
}
