package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/store"
)

// steps are the names in a path such as "Inbox/Zoo".
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// message opens the message of an id as lists show it.
func message(ctx context.Context, box *store.Mailbox, id string) (*store.Message, error) {
	n, err := mapi.ParseMessageID(id)
	if err != nil {
		return nil, fmt.Errorf("%q is no message id; -list shows them", id)
	}
	return box.OpenMessage(ctx, n, nil)
}

// shortID is a message id as lists show it: "m2a".
func shortID(id mapi.MessageID) string { return "m" + strconv.FormatUint(uint64(id), 16) }

// sender is who a message is from, as lists show it.
func sender(obj mapi.Getter) string {
	return props.PidTagSentRepresentingName.Or(obj, props.PidTagSentRepresentingSmtpAddress.Or(obj, ""))
}
