package notify

import (
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
)

// A Filter says which events a subscriber wants (MS-OXCNOTIF 2.2.1.2.1). Without
// Folder and Message these are the events of the whole mailbox; with both, those
// that match either.
type Filter struct {
	// Types are the wanted ones. EventOverflow is delivered in any case.
	Types mapi.EventType

	// Folder asks for the changes of one folder and of the messages and folders
	// that are directly in it, also of those that were moved out of it.
	Folder mapi.FolderID

	// Message asks for the changes of one message, also for its being moved or
	// copied.
	Message mapi.MessageID
}

// Check reports [mapi.ErrInvalidParameter] when the filter asks for no type or
// for unknown ones.
func (f Filter) Check() error {
	types := f.Types &^ mapi.EventOverflow
	if types == 0 || types&^mapi.EventAll != 0 {
		return fmt.Errorf("notify: %w: event types %#x", mapi.ErrInvalidParameter, uint32(f.Types))
	}
	return nil
}

// Match reports whether the subscriber wants e.
func (f Filter) Match(e mapi.Event) bool {
	switch {
	case e.Type == mapi.EventOverflow:
		return true
	case e.Type&f.Types == 0:
		return false
	case f.Folder == 0 && f.Message == 0:
		return true
	}
	return f.Folder != 0 && f.matchFolder(e) || f.Message != 0 && f.matchMessage(e)
}

func (f Filter) matchFolder(e mapi.Event) bool {
	return e.Folder == f.Folder || e.Object == f.Folder ||
		e.Type == mapi.EventMoved && e.OldFolder == f.Folder
}

func (f Filter) matchMessage(e mapi.Event) bool {
	return e.Message == f.Message ||
		e.Type&(mapi.EventMoved|mapi.EventCopied) != 0 && e.OldMessage == f.Message
}
