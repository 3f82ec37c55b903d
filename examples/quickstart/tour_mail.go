package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
)

// deliver decodes the sample mails and adds them to the inbox. Each Add is one
// transaction; when it returns, the message survives a power failure.
func (t *tour) deliver(ctx context.Context) error {
	t.title("Mail goes in")
	list, err := samples()
	if err != nil {
		return err
	}
	g := newGrid("File", ">Bytes", "Subject", "To", "Parts", "Damage")
	g.most = 60
	for _, s := range list {
		var damage []string
		msg, err := rfc822.Decode(bytes.NewReader(s.data), &rfc822.DecodeOptions{
			Report: func(i rfc822.Issue) {
				if rule := string(i.Rule); !slices.Contains(damage, rule) {
					damage = append(damage, rule)
				}
			},
		})
		if err != nil {
			return err
		}
		id, err := t.inbox.Add(ctx, msg, &store.AddOptions{Deliver: true})
		if err != nil {
			return err
		}
		t.ids[s.name] = id
		g.add(s.name, number(int64(len(s.data))), shorten(props.PidTagSubject.Or(msg, ""), 34),
			fmt.Sprint(len(msg.Recipients)), parts(msg), strings.Join(damage, ", "))
	}
	g.print(t.out)
	t.say("\nDamaged mail is mail too: what could be understood of it is there, and so are its bytes.")
	return nil
}

// parts says what a message carries: attachments, and messages in messages.
func parts(msg *mapi.Message) string {
	var list []string
	for _, a := range msg.Attachments {
		name := props.PidTagAttachLongFilename.Or(a, props.PidTagDisplayName.Or(a, "attachment"))
		if a.Embedded != nil {
			name = "[" + props.PidTagSubject.Or(a.Embedded, "message")
			if inner := parts(a.Embedded); inner != "" {
				name += " " + inner
			}
			name += "]"
		}
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// newest lists the inbox as mail programs do. The order is kept in an index, so
// the first page of a million messages would take no longer.
func (t *tour) newest(ctx context.Context) error {
	t.title("The inbox, newest first")
	view := t.inbox.Contents(&store.View{
		Columns: listed(),
		Sort:    mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime)},
	})
	return listMessages(ctx, t.out, view, 50)
}

// sort asks for another order: by two keys, text first. Strings have one order
// in all of okapi, for all languages: accents and case matter last.
func (t *tour) sort(ctx context.Context) error {
	t.title("Sorted by sender, then largest first")
	view := t.inbox.Contents(&store.View{
		Columns: listed(),
		Sort: mapi.SortOrder{
			mapi.Ascending(props.PidTagSentRepresentingName),
			mapi.Descending(props.PidTagMessageSize),
		},
	})
	return listMessages(ctx, t.out, view, 50)
}

// filter shows a restriction: a condition that is data. It can be printed, kept,
// sent, and evaluated on anything that has properties.
func (t *tour) filter(ctx context.Context) error {
	t.title("Only what is asked for")
	where := mapi.Or(
		mapi.Contains(props.PidTagSubject, "feeding", mapi.Substring|mapi.IgnoreCase),
		mapi.AnyAttachment(mapi.Contains(props.PidTagAttachLongFilename, "logo", mapi.Prefix)),
	)
	t.say("Where %s:\n", mapi.FormatRestriction(where, props.Name))
	return listMessages(ctx, t.out, t.inbox.Contents(&store.View{Columns: listed(), Where: where}), 50)
}
