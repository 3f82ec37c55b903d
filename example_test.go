package okapi_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
	"github.com/okapi-mail/okapi/rfc822"
	"github.com/okapi-mail/okapi/store"
	"github.com/okapi-mail/okapi/store/pebblestore"
)

func firstSteps(ctx context.Context, dir string, mail io.Reader) error {
	st, err := pebblestore.Open(dir, nil) // or memstore.New(nil)
	if err != nil {
		return err
	}
	defer st.Close()
	box, err := st.CreateMailbox(ctx, "ada@example.org", &store.MailboxOptions{OpenIfExists: true})
	if err != nil {
		return err
	}
	inbox, err := box.SpecialFolder(ctx, mapi.FolderInbox)
	if err != nil {
		return err
	}
	msg, err := rfc822.Decode(mail, nil) // a plain value, which no store knows yet
	if err != nil {
		return err
	}
	props.PidTagImportance.Set(msg, mapi.ImportanceHigh)
	if _, err := inbox.Add(ctx, msg, nil); err != nil { // safe on disk when it returns
		return err
	}
	newest := inbox.Contents(&store.View{
		Columns: store.Columns(props.PidTagSubject, props.PidTagImportance),
		Where:   mapi.Contains(props.PidTagSubject, "giraffe", mapi.Substring|mapi.IgnoreCase),
		Sort:    mapi.SortOrder{mapi.Descending(props.PidTagMessageDeliveryTime)},
	})
	for row, err := range newest.Rows(ctx) {
		if err != nil {
			return err
		}
		fmt.Println(props.PidTagSubject.Or(row, ""), props.PidTagImportance.Or(row, 0))
	}
	return nil
}

func Example() {
	dir, err := os.MkdirTemp("", "okapi-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	mail := strings.NewReader("From: joseph@forest.example\r\n" +
		"Subject: =?utf-8?q?The_giraffe=E2=80=99s_closest_living_relative?=\r\n\r\nShy, striped, tall.\r\n")
	if err := firstSteps(context.Background(), dir, mail); err != nil {
		log.Fatal(err)
	}
	// Output: The giraffe’s closest living relative High
}
