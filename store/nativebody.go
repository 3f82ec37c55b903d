package store

import (
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// The three forms of a message's body, the best one first.
var bodies = [...]struct {
	prop   mapi.Prop
	native mapi.NativeBody
}{
	{props.PidTagHtml.Prop(), mapi.NativeBodyHTML},
	{props.PidTagRtfCompressed.Prop(), mapi.NativeBodyRTF},
	{props.PidTagBody.Prop(), mapi.NativeBodyPlainText},
}

// settleBody keeps the bodies from contradicting each other. Who writes one body
// of a message that was opened makes it the native one, and those that were not
// written with it are stale and go. A message that comes with several bodies keeps
// them all. PidTagNativeBody follows (MS-OXCMSG 2.2.1.56.2) unless it was set too.
func settleBody(m, base *mapi.Message) {
	written := base != nil && bodyWritten(m, base)
	best := mapi.NativeBodyUndefined
	for _, b := range bodies {
		switch {
		case !m.Has(b.prop):
			continue
		case written && !bodyChanged(m, base, b.prop):
			m.Delete(b.prop)
		case best == mapi.NativeBodyUndefined:
			best = b.native
		}
	}
	was, stated := props.PidTagNativeBody.Get(m)
	if base != nil && was == props.PidTagNativeBody.Or(base, mapi.NativeBodyUndefined) {
		stated = was == mapi.NativeBodyClearSigned || !written && hasBody(m, was)
	}
	switch {
	case stated:
	case best == mapi.NativeBodyUndefined:
		m.Delete(props.PidTagNativeBody.Prop())
	default:
		props.PidTagNativeBody.Set(m, best)
	}
}

func bodyWritten(m, base *mapi.Message) bool {
	for _, b := range bodies {
		if bodyChanged(m, base, b.prop) {
			return true
		}
	}
	return false
}

// bodyChanged reports whether a body was set since the message was opened.
func bodyChanged(m, base *mapi.Message, p mapi.Prop) bool {
	p = p.Untyped() // HTML is binary or a string
	v := m.Get(p)
	return v != nil && (m.TypeOf(p) != base.TypeOf(p) || !equalValues(v, base.Get(p)))
}

func hasBody(m *mapi.Message, native mapi.NativeBody) bool {
	for _, b := range bodies {
		if b.native == native {
			return m.Has(b.prop)
		}
	}
	return false
}
