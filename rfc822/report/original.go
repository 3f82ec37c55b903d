package report

import (
	"strings"
	"time"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822/entity"
)

// setOriginal notes what is known of the message that a report is about.
func setOriginal(m, original *mapi.Message) {
	if original == nil {
		return
	}
	copyProp(m, props.PidTagOriginalSubject, original, props.PidTagSubject)
	copyProp(m, props.PidTagOriginalSubmitTime, original, props.PidTagClientSubmitTime)
	copyProp(m, props.PidTagOriginalMessageId, original, props.PidTagInternetMessageId)
	setText(m, props.PidTagOriginalDisplayTo, display(original, props.PidTagDisplayTo, mapi.RecipientTo))
	setText(m, props.PidTagOriginalDisplayCc, display(original, props.PidTagDisplayCc, mapi.RecipientCc))
	setText(m, props.PidTagOriginalDisplayBcc, display(original, props.PidTagDisplayBcc, mapi.RecipientBcc))
	copyProp(m, props.PidTagOriginalSensitivity, original, props.PidTagSensitivity)
	copyProp(m, props.PidTagParentKey, original, props.PidTagSearchKey)
	setOriginalSender(m, originalSenderGroup(), senderGroup(), original)
	setOriginalSender(m, originalRepresentingGroup(), representingGroup(), original)
}

// setOriginalSender prefers the SMTP address, which outlives an address book.
func setOriginalSender(m *mapi.Message, to, from group, original *mapi.Message) {
	if who := from.get(original); who.Address != "" {
		to.set(m, who)
	} else {
		to.copy(m, from, original)
	}
}

// display is the names of the recipients of a type. Messages that no store made
// have no property for it.
func display(m *mapi.Message, key props.Key[string], t mapi.RecipientType) string {
	if s, ok := key.Get(m); ok {
		return s
	}
	var names []string
	for _, r := range m.Recipients {
		if of, _ := props.PidTagRecipientType.Get(r); of == t && len(names) < maxNames {
			names = append(names, recipientGroup().get(r).name())
		}
	}
	return strings.Join(names, "; ")
}

// maxNames is how many recipients of the original are named.
const maxNames = 100

// copyProp copies a small value; the value of a stream stays where it is.
func copyProp(to mapi.Setter, key mapi.PropKey, from mapi.Getter, source mapi.PropKey) {
	v := from.Get(source.Prop())
	if _, large := v.(mapi.Stream); v != nil && !large {
		to.Set(key.Prop(), v)
	}
}

// A fieldList collects fields for the property [Fields].
type fieldList []string

func (l *fieldList) add(name, value string) {
	if value != "" {
		*l = append(*l, name+": "+value)
	}
}

func (l *fieldList) date(name string, t time.Time) {
	if !t.IsZero() {
		l.add(name, entity.FormatDate(t))
	}
}

func (l *fieldList) all(list []Field) {
	for _, f := range list {
		*l = append(*l, f.Name+": "+f.Value)
	}
}

func (l fieldList) set(obj mapi.Setter) {
	if len(l) > 0 {
		obj.Set(Fields, []string(l))
	} else {
		obj.Set(Fields, nil)
	}
}

// fieldsOf reads the property [Fields].
func fieldsOf(obj mapi.Getter) []Field {
	lines, _ := obj.Get(Fields).([]string)
	list := make([]Field, 0, len(lines))
	for _, line := range lines {
		r := reader{rest: []byte(line), fields: 1}
		if f, _, ok := r.next(); ok {
			list = append(list, f)
		}
	}
	return list
}
