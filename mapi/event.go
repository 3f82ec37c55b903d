package mapi

import (
	"fmt"
	"strings"
)

// An Event tells a subscriber what happened to an object, after it was committed
// (MS-OXCNOTIF 2.2.1).
type Event struct {
	Type   EventType
	Change ChangeNumber // the change in the mailbox's log; events come in this order

	Folder  FolderID  // the folder that the object is in, or the parent of the folder it is
	Object  FolderID  // the folder concerned, when the object is a folder
	Message MessageID // the message concerned, when the object is a message

	OldFolder  FolderID  // EventMoved, EventCopied: where it was
	OldMessage MessageID // EventMoved, EventCopied: the message it was

	Associated bool         // the message is in the associated contents
	Class      string       // EventNewMail: the message class
	Flags      MessageFlags // EventNewMail: the message flags

	// Counts of the folder after the change, when HasCounts is true
	// (EventModified of a folder).
	HasCounts     bool
	Total, Unread int64
}

// IsMessage reports whether the event concerns a message rather than a folder.
func (e Event) IsMessage() bool { return e.Message != 0 }

// An EventType says what happened. Types are bits, so that a subscription can
// ask for several.
type EventType uint32

const (
	EventNewMail  EventType = 0x2  // fnevNewMail: a message was delivered
	EventCreated  EventType = 0x4  // fnevObjectCreated
	EventDeleted  EventType = 0x8  // fnevObjectDeleted: also softly
	EventModified EventType = 0x10 // fnevObjectModified
	EventMoved    EventType = 0x20 // fnevObjectMoved
	EventCopied   EventType = 0x40 // fnevObjectCopied

	// EventOverflow tells a subscriber that it fell behind and events were
	// dropped: read the change log from Change on.
	EventOverflow EventType = 0x80000000

	EventAll EventType = EventNewMail | EventCreated | EventDeleted | EventModified | EventMoved | EventCopied
)

// String returns words such as "created" or "created|moved".
func (t EventType) String() string {
	if t == 0 {
		return "none"
	}
	var words []string
	for _, e := range []struct {
		bit  EventType
		word string
	}{{EventNewMail, "new mail"}, {EventCreated, "created"}, {EventDeleted, "deleted"}, {EventModified, "modified"},
		{EventMoved, "moved"}, {EventCopied, "copied"}, {EventOverflow, "overflow"}} {
		if t&e.bit != 0 {
			words = append(words, e.word)
			t &^= e.bit
		}
	}
	if t != 0 {
		words = append(words, fmt.Sprintf("0x%X", uint32(t)))
	}
	return strings.Join(words, "|")
}
