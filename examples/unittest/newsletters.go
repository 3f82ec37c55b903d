// Package unittest has a mailbox rule of its own: newsletters are filed by their
// List-Id. What it is about is its test, which shows how a project that builds on
// okapi tests mailbox logic: a store in memory, a clock that stands still, ids that
// count, and a check at the end.
package unittest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// listID is the header field List-Id (RFC 2919). Header fields that MAPI has no
// property of its own for are named properties of the set PS_INTERNET_HEADERS.
var listID = props.NewKey[string]("List-Id", mapi.NamedString(props.PSInternetHeaders, "list-id", mapi.PtypString))

// FileNewsletters moves the mails of lists out of the inbox, each into the folder
// Newsletters/<list>, and returns how many it moved. Mails that a person has
// flagged stay.
func FileNewsletters(ctx context.Context, box *store.Mailbox) (int, error) {
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		return 0, err
	}
	byList := map[string][]mapi.MessageID{}
	letters := inbox.Contents(&store.View{
		Columns: store.Columns(listID),
		Where: mapi.And(
			mapi.Exists(listID),
			mapi.NotEqual(props.PidTagFlagStatus, mapi.FlagStatusFlagged)),
	})
	for row, err := range letters.Rows(ctx) {
		if err != nil {
			return 0, err
		}
		if name := ListName(listID.Or(row, "")); name != "" {
			byList[name] = append(byList[name], row.Message)
		}
	}
	moved := 0
	for _, name := range slices.Sorted(maps.Keys(byList)) {
		folder, err := box.CreatePath(ctx, "Newsletters", name)
		if err != nil {
			return moved, err
		}
		now, err := inbox.MoveMessages(ctx, byList[name], folder)
		moved += len(now)
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// ListName is the name of the folder for a List-Id such as
// `Okapi Weekly <okapi-weekly.lists.example>`: the description, or what stands
// before the first dot of the identifier. It is "" where neither makes a name.
func ListName(field string) string {
	text, id, ok := strings.Cut(field, "<")
	if !ok {
		text, id = "", field
	}
	name := strings.Trim(text, "\" \t")
	if name == "" {
		name, _, _ = strings.Cut(strings.Trim(id, "<> \t"), ".")
	}
	if len(name) > store.MaxFolderName {
		return ""
	}
	return name
}
