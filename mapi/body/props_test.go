package body_test

import "github.com/okapi-mail/okapi/mapi"

// A key is a property as package props has it, which is above this one.
type key[T any] struct{ p mapi.Prop }

func (k key[T]) Prop() mapi.Prop { return k.p }

func (k key[T]) Get(g mapi.Getter) (T, bool) {
	v, ok := g.Get(k.p).(T)
	return v, ok
}

func (k key[T]) Set(s mapi.Setter, v T)                 { s.Set(k.p, v) }
func (k key[T]) SetStream(s mapi.Setter, v mapi.Stream) { s.Set(k.p, v) }

var props = struct {
	PidTagSubject, PidTagBody, PidTagBodyHtml key[string]
	PidTagHtml, PidTagRtfCompressed           key[[]byte]
	PidTagRtfInSync                           key[bool]
	PidTagNativeBody, PidTagInternetCodepage  key[int32]
}{
	PidTagSubject:          key[string]{mapi.Prop{ID: 0x0037, Type: mapi.PtypString}},
	PidTagBody:             key[string]{mapi.Prop{ID: 0x1000, Type: mapi.PtypString}},
	PidTagBodyHtml:         key[string]{mapi.Prop{ID: 0x1013, Type: mapi.PtypString}},
	PidTagHtml:             key[[]byte]{mapi.Prop{ID: 0x1013, Type: mapi.PtypBinary}},
	PidTagRtfCompressed:    key[[]byte]{mapi.Prop{ID: 0x1009, Type: mapi.PtypBinary}},
	PidTagRtfInSync:        key[bool]{mapi.Prop{ID: 0x0E1F, Type: mapi.PtypBoolean}},
	PidTagNativeBody:       key[int32]{mapi.Prop{ID: 0x1016, Type: mapi.PtypInteger32}},
	PidTagInternetCodepage: key[int32]{mapi.Prop{ID: 0x3FDE, Type: mapi.PtypInteger32}},
}
