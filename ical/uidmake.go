package ical

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// newUID is a UID for a message without one: the caller's, or one that is the same
// each time, made of what tells the message from others; of equal ones in a calendar
// each has its own.
func (e *encoder) newUID(m, series *mapi.Message) string {
	if series != nil {
		m = series
	}
	if e.opts.UID != nil {
		return e.opts.UID(m)
	}
	if uid := taskUID(m); uid != "" {
		return uid
	}
	h := sha256.New()
	for _, p := range []mapi.Prop{
		props.PidTagSearchKey.Prop(), props.PidTagSourceKey.Prop(), props.PidTagEntryId.Prop(),
	} {
		if b, ok := m.Get(p).([]byte); ok && len(b) > 0 {
			h.Write(b)
			return "okapi-" + hex.EncodeToString(h.Sum(nil)[:16])
		}
	}
	h.Write([]byte(props.PidTagSubject.Or(m, "")))
	for _, k := range []props.Key[string]{props.PidTagMessageClass, props.PidLidLocation} {
		h.Write(append([]byte{0}, k.Or(m, "")...))
	}
	if t, ok := props.PidLidCommonStart.Get(m); ok {
		h.Write([]byte(formatUTC(t)))
	}
	for {
		uid := "okapi-" + hex.EncodeToString(h.Sum(nil)[:16])
		if of := e.made[uid]; of == nil || of == m {
			if e.made != nil {
				e.made[uid] = m
			}
			return uid
		}
		h.Write([]byte{0}) // another message says the same, and with one UID both were one event
	}
}
