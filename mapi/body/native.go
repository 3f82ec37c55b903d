package body

import (
	"io"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/mapi/rtf"
)

// The properties of bodies.
var (
	propText     = mapi.Prop{ID: 0x1000, Type: mapi.PtypString}    // PidTagBody
	propHTML     = mapi.Prop{ID: 0x1013, Type: mapi.PtypBinary}    // PidTagHtml
	propHTMLText = mapi.Prop{ID: 0x1013, Type: mapi.PtypString}    // PidTagBodyHtml
	propRTF      = mapi.Prop{ID: 0x1009, Type: mapi.PtypBinary}    // PidTagRtfCompressed
	propInSync   = mapi.Prop{ID: 0x0E1F, Type: mapi.PtypBoolean}   // PidTagRtfInSync
	propNative   = mapi.Prop{ID: 0x1016, Type: mapi.PtypInteger32} // PidTagNativeBody
	propCodepage = mapi.Prop{ID: 0x3FDE, Type: mapi.PtypInteger32} // PidTagInternetCodepage
)

// NativeOf is which body of a message is the original, or else the best
// (MS-OXBBODY 2.1.3.1): what PidTagNativeBody says when that body is there. Without
// it RTF is better than HTML when PidTagRtfInSync says that it is up to date, and
// worse otherwise; better than text unless it is said not to be up to date; and HTML
// is better than text. A message without a body has [mapi.NativeBodyUndefined].
func NativeOf(obj mapi.Getter) mapi.NativeBody {
	text, html, rtf := has(obj, mapi.NativeBodyPlainText), has(obj, mapi.NativeBodyHTML), has(obj, mapi.NativeBodyRTF)
	if n, ok := obj.Get(propNative).(int32); ok && has(obj, mapi.NativeBody(n)) {
		return mapi.NativeBody(n)
	}
	inSync, known := obj.Get(propInSync).(bool)
	switch {
	case rtf && (inSync || !html && (!known || !text)):
		return mapi.NativeBodyRTF
	case html:
		return mapi.NativeBodyHTML
	case text:
		return mapi.NativeBodyPlainText
	}
	return mapi.NativeBodyUndefined
}

// has reports whether a body is there, not derived.
func has(obj mapi.Getter, kind mapi.NativeBody) bool {
	switch kind {
	case mapi.NativeBodyPlainText:
		return obj.Get(propText) != nil
	case mapi.NativeBodyHTML:
		return obj.Get(propHTML) != nil || obj.Get(propHTMLText) != nil
	case mapi.NativeBodyRTF:
		return obj.Get(propRTF) != nil
	}
	return false
}

// origins are the bodies that are there, the best one first.
func origins(obj mapi.Getter) []mapi.NativeBody {
	best := NativeOf(obj)
	if best == mapi.NativeBodyUndefined {
		return nil
	}
	list := []mapi.NativeBody{best}
	for _, kind := range []mapi.NativeBody{mapi.NativeBodyHTML, mapi.NativeBodyRTF, mapi.NativeBodyPlainText} {
		if kind != best && has(obj, kind) {
			list = append(list, kind)
		}
	}
	return list
}

// open opens a body that is there. HTML is in the code page, RTF is not compressed.
func open(obj mapi.Getter, kind mapi.NativeBody) (r io.ReadCloser, codepage int, err error) {
	switch kind {
	case mapi.NativeBodyPlainText:
		r, _, err = mapi.OpenValue(obj, propText)
	case mapi.NativeBodyHTML:
		if s, ok := obj.Get(propHTMLText).(string); ok {
			return io.NopCloser(strings.NewReader(s)), codepageUTF8, nil
		}
		n, _ := obj.Get(propCodepage).(int32)
		codepage = int(n)
		r, _, err = mapi.OpenValue(obj, propHTML)
		if mapi.CodeOf(err) == mapi.ErrNotFound {
			codepage = codepageUTF8
			r, _, err = mapi.OpenValue(obj, propHTMLText)
		}
	case mapi.NativeBodyRTF:
		if r, _, err = mapi.OpenValue(obj, propRTF); err != nil {
			return nil, 0, err
		}
		d, err := rtf.NewReader(r, 0)
		if err != nil {
			r.Close()
			return nil, 0, err
		}
		return struct {
			io.Reader
			io.Closer
		}{lenient{d}, r}, 0, nil
	default:
		err = mapi.ErrNotFound
	}
	return r, codepage, err
}

// lenient ends where compressed RTF is damaged: what came before is worth having.
type lenient struct{ r io.Reader }

func (l lenient) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if err != nil && mapi.CodeOf(err) == mapi.ErrCorruptData {
		err = io.EOF
	}
	return n, err
}
