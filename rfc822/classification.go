package rfc822

import (
	"bytes"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// classified is the fields of a mail that has a classification (MS-OXCMAIL
// 2.2.3.2.21). They count only when the first of them says so.
type classified struct {
	is             bool
	name, text, id string
	keep, seen     bool // seen: the field keep is there
}

func (c *classified) field(m *message, name, v []byte) {
	switch string(name) {
	case "x-microsoft-classified":
		c.is = isTrue(v)
	case "x-microsoft-classification":
		c.name = oneLine(m.words(v))
	case "x-microsoft-classdesc":
		c.text = oneLine(m.words(v))
	case "x-microsoft-classid":
		c.id = oneLine(m.words(v))
	case "x-microsoft-classkeep":
		c.keep, c.seen = isTrue(v), true
	}
}

func isTrue(v []byte) bool { return bytes.EqualFold(bytes.TrimSpace(v), []byte("true")) }

func (c *classified) set(m *message) {
	if !c.is {
		return
	}
	props.PidLidClassified.Set(m, true)
	for _, f := range []struct {
		key props.Key[string]
		v   string
	}{
		{props.PidLidClassification, c.name},
		{props.PidLidClassificationDescription, c.text},
		{props.PidLidClassificationGuid, c.id},
	} {
		if f.v != "" {
			f.key.Set(m, f.v)
		}
	}
	if c.seen {
		props.PidLidClassificationKeep.Set(m, c.keep)
	}
}

// classification writes those fields.
func classification(h *fields, msg *mapi.Message) {
	if is, _ := props.PidLidClassified.Get(msg); !is {
		return
	}
	h.add("X-Microsoft-Classified", "true")
	for _, f := range []struct {
		name string
		key  props.Key[string]
	}{
		{"X-Microsoft-Classification", props.PidLidClassification},
		{"X-Microsoft-ClassDesc", props.PidLidClassificationDescription},
		{"X-Microsoft-ClassID", props.PidLidClassificationGuid},
	} {
		if s, ok := f.key.Get(msg); ok {
			h.text(f.name, s)
		}
	}
	if keep, ok := props.PidLidClassificationKeep.Get(msg); ok {
		h.add("X-Microsoft-ClassKeep", trueFalse(keep))
	}
}

func trueFalse(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// flagged reads X-Message-Flag: what the sender wants to be done (MS-OXCMAIL
// 2.2.3.2.18). It makes the message a flagged one that is not done yet.
func (m *message) flagged(v []byte) {
	text := strings.TrimSpace(oneLine(m.words(v)))
	if text == "" {
		return
	}
	props.PidLidFlagRequest.Set(m, text)
	props.PidTagFlagStatus.Set(m, mapi.FlagStatusFlagged)
	props.PidTagToDoItemFlags.Set(m, mapi.ToDoRecipientFlagged)
	props.PidLidTaskStatus.Set(m, 0)
	props.PidLidTaskComplete.Set(m, false)
	props.PidLidPercentComplete.Set(m, 0)
}

// flag writes X-Message-Flag.
func flag(h *fields, msg *mapi.Message) {
	text, _ := props.PidLidFlagRequest.Get(msg)
	if status, _ := props.PidTagFlagStatus.Get(msg); status == mapi.FlagStatusFlagged {
		h.text("X-Message-Flag", text)
	}
}
